//! The sequencer: gives committed events their positions, gapless and one batch together, and
//! seals each run. Feeds, caches and indexes read by position, never by id or time.

use crate::read::hash_of;
use crate::table::instant;
use crate::{Fault, Store, Writer};
use ndp_domain::canonical::Hash;
use ndp_domain::id::{Id, Kind};
use ndp_domain::merkle::{Seal, root};
use ndp_domain::time::Instant;
use sea_orm::{ConnectionTrait, DatabaseBackend, DatabaseTransaction, Statement, TransactionTrait};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;
use uuid::Uuid;

/// Ed25519 over the given bytes.
pub type Sign = dyn Fn(&[u8]) -> [u8; 64] + Send + Sync;

/// Signs a seal's hash with the key named by `kid`.
#[derive(Clone)]
pub struct Signer {
    pub kid: String,
    pub sign: Arc<Sign>,
}

/// Events in one seal at most; what is left waits for the next run.
const RUN: usize = 5_000;
/// Rows in one insert: five bound values a row, under both databases' limits.
const ROWS: usize = 1_000;

impl Store {
    /// Sequences and seals what is committed; answers how many events. Does nothing while
    /// another process is at it.
    pub async fn sequence(&self, signer: &Signer, at: Instant) -> Result<u64, Fault> {
        match &self.writer {
            Writer::None => Ok(0),
            Writer::Task(handle) => handle.sequence(signer.clone(), at).await.map_err(|e| match e {
                crate::batch::CommitError::Fault(fault) => fault,
                other => Fault::Inconsistent { table: "seal", record: String::new(), what: other.to_string() },
            }),
            Writer::Groups(_) => {
                let tx = self.read.begin().await?;
                let lock = Statement::from_string(DatabaseBackend::Postgres, "SELECT pg_try_advisory_xact_lock(727031) AS got");
                let got = tx.query_one_raw(lock).await?.map(|r| r.try_get::<bool>("", "got")).transpose()?;
                let done = if got == Some(true) { append(&tx, signer, at).await? } else { 0 };
                tx.commit().await?;
                Ok(done)
            }
        }
    }

    /// Number and hash of the last seal.
    pub async fn last_seal(&self) -> Result<Option<(u64, Hash)>, Fault> {
        let rows = self.query("SELECT n, hash FROM seal ORDER BY n DESC LIMIT 1", vec![]).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        let n: i64 = row.try_get("", "n")?;
        Ok(Some((n as u64, hash_of(row.try_get("", "hash")?, "seal", &n.to_string())?)))
    }

    /// Records touched after a position, oldest first, with the position.
    pub async fn feed_records(&self, after: u64, limit: u64) -> Result<Vec<(u64, Id)>, Fault> {
        let sql = "SELECT f.position, s.kind, f.stream FROM feed f JOIN stream s ON s.id = f.stream WHERE f.position > $1 ORDER BY f.position LIMIT $2";
        let rows = self.query(sql, vec![(after as i64).into(), (limit as i64).into()]).await?;
        rows.iter()
            .map(|r| {
                let (position, kind): (i64, String) = (r.try_get("", "position")?, r.try_get("", "kind")?);
                let wrong = || Fault::Inconsistent { table: "feed", record: position.to_string(), what: format!("kind {kind}") };
                Ok((position as u64, Id::new(Kind::of_name(&kind).ok_or_else(wrong)?, r.try_get("", "stream")?)))
            })
            .collect()
    }

    /// Stored bytes of the events after a position, in the order of the feed.
    pub async fn feed_events(&self, after: u64, limit: u64) -> Result<Vec<(u64, String)>, Fault> {
        let sql = "SELECT f.position, e.body FROM feed f JOIN event e ON e.stream = f.stream AND e.n = f.n
             WHERE f.position > $1 ORDER BY f.position LIMIT $2";
        let rows = self.query(sql, vec![(after as i64).into(), (limit as i64).into()]).await?;
        rows.iter().map(|r| Ok((r.try_get::<i64>("", "position")? as u64, r.try_get("", "body")?))).collect()
    }

    /// Events after a position, oldest first: `(position, stream, n)`.
    pub async fn feed(&self, after: u64, limit: u64) -> Result<Vec<(u64, Uuid, u64)>, Fault> {
        let sql = "SELECT position, stream, n FROM feed WHERE position > $1 ORDER BY position LIMIT $2";
        let rows = self.query(sql, vec![(after as i64).into(), (limit as i64).into()]).await?;
        rows.iter()
            .map(|r| {
                let (position, n): (i64, i64) = (r.try_get("", "position")?, r.try_get("", "n")?);
                Ok((position as u64, r.try_get("", "stream")?, n as u64))
            })
            .collect()
    }
}

/// A committed event that waits for its position.
struct Waiting {
    batch: Uuid,
    i: i64,
    stream: Uuid,
    n: i64,
    hash: Hash,
}

async fn waiting(tx: &DatabaseTransaction, query: Statement) -> Result<Vec<Waiting>, Fault> {
    let read = |row: &sea_orm::QueryResult| {
        let stream: Uuid = row.try_get("", "stream")?;
        let hash = hash_of(row.try_get("", "hash")?, "unsequenced", &stream.to_string())?;
        Ok(Waiting { batch: row.try_get("", "batch")?, i: row.try_get("", "i")?, stream, n: row.try_get("", "n")?, hash })
    };
    tx.query_all_raw(query).await?.iter().map(read).collect()
}

/// Batch ids rise within a process, not between two: a batch whose stream was written just before
/// by another server may have the smaller id. Its predecessor comes into the run as well.
async fn with_predecessors(tx: &DatabaseTransaction, events: &mut Vec<Waiting>) -> Result<(), Fault> {
    let backend = tx.get_database_backend();
    loop {
        let here: BTreeSet<(Uuid, i64)> = events.iter().map(|e| (e.stream, e.n)).collect();
        let missing: Vec<(Uuid, i64)> =
            events.iter().filter(|e| e.n > 1 && !here.contains(&(e.stream, e.n - 1))).map(|e| (e.stream, e.n - 1)).collect();
        let mut found = Vec::new();
        for part in missing.chunks(ROWS) {
            let rows: Vec<String> = (0..part.len()).map(|k| format!("(${},${})", 2 * k + 1, 2 * k + 2)).collect();
            let values: Vec<sea_orm::Value> = part.iter().flat_map(|(stream, n)| [(*stream).into(), (*n).into()]).collect();
            let sql = format!(
                "SELECT u.batch, u.i, u.stream, u.n, u.hash FROM unsequenced u WHERE u.batch IN
                   (SELECT batch FROM unsequenced WHERE (stream, n) IN (VALUES {}))",
                rows.join(",")
            );
            found.extend(waiting(tx, Statement::from_sql_and_values(backend, &sql, values)).await?);
        }
        found.retain(|e| !here.contains(&(e.stream, e.n)));
        if found.is_empty() {
            return Ok(());
        }
        events.extend(found);
    }
}

/// Whole batches, by their ids, but never a stream's event before the one it follows.
fn in_stream_order(events: Vec<Waiting>) -> Vec<Waiting> {
    let mut batches: BTreeMap<Uuid, Vec<Waiting>> = BTreeMap::new();
    let mut holder: BTreeMap<(Uuid, i64), Uuid> = BTreeMap::new();
    for event in events {
        holder.insert((event.stream, event.n), event.batch);
        batches.entry(event.batch).or_default().push(event);
    }
    let mut out = Vec::new();
    while let Some(first) = batches.keys().next().copied() {
        // Follow what must come before, to a batch that waits for nothing.
        let mut next = first;
        let mut steps = batches.len();
        while let Some(before) =
            batches.get(&next).and_then(|b| b.iter().filter_map(|e| holder.get(&(e.stream, e.n - 1))).find(|b| **b != next))
        {
            next = *before;
            steps -= 1;
            if steps == 0 {
                break;
            }
        }
        let mut batch = batches.remove(&next).unwrap_or_default();
        batch.sort_by_key(|e| e.i);
        for event in &batch {
            holder.remove(&(event.stream, event.n));
        }
        out.extend(batch);
    }
    out
}

/// One run inside the given transaction.
pub(crate) async fn append(tx: &DatabaseTransaction, signer: &Signer, at: Instant) -> Result<u64, Fault> {
    let backend = tx.get_database_backend();
    let statement = |sql: &str, values: Vec<sea_orm::Value>| Statement::from_sql_and_values(backend, sql, values);
    let limit = (RUN as i64 + 1).into();
    let first = statement("SELECT batch, i, stream, n, hash FROM unsequenced ORDER BY batch, i LIMIT $1", vec![limit]);
    let mut events = waiting(tx, first).await?;
    if events.len() > RUN {
        // Never cut a batch: leave the last one for the next run, unless it is all there is.
        let last = events.last().map(|e| e.batch);
        let whole = events.iter().filter(|e| Some(e.batch) != last).count();
        if whole > 0 {
            events.truncate(whole);
        } else {
            let all = statement("SELECT batch, i, stream, n, hash FROM unsequenced WHERE batch = $1 ORDER BY i", vec![last.into()]);
            events = waiting(tx, all).await?;
        }
    }
    if events.is_empty() {
        return Ok(0);
    }
    with_predecessors(tx, &mut events).await?;
    let events = in_stream_order(events);
    let last = tx.query_one_raw(statement("SELECT n, last, hash FROM seal ORDER BY n DESC LIMIT 1", vec![])).await?;
    let (n, position, prev) = match last {
        None => (0, 0, Hash::ZERO),
        Some(row) => {
            let (n, position): (i64, i64) = (row.try_get("", "n")?, row.try_get("", "last")?);
            (n, position, hash_of(row.try_get("", "hash")?, "seal", &n.to_string())?)
        }
    };
    let mut leaves = Vec::with_capacity(events.len());
    let mut next = position;
    for chunk in events.chunks(ROWS) {
        let mut sql = "INSERT INTO feed (position, batch, i, stream, n, hash) VALUES ".to_owned();
        let mut values: Vec<sea_orm::Value> = Vec::with_capacity(chunk.len() * 6);
        for (k, e) in chunk.iter().enumerate() {
            next += 1;
            let b = k * 6;
            let comma = if k == 0 { "" } else { "," };
            let _ = write!(sql, "{comma}(${},${},${},${},${},${})", b + 1, b + 2, b + 3, b + 4, b + 5, b + 6);
            values.extend([next.into(), e.batch.into(), e.i.into(), e.stream.into(), e.n.into(), e.hash.0.to_vec().into()]);
            leaves.push(e.hash);
        }
        tx.execute_raw(statement(&sql, values)).await?;
        let mut sql = "DELETE FROM unsequenced WHERE (batch, i) IN (VALUES ".to_owned();
        let mut values: Vec<sea_orm::Value> = Vec::with_capacity(chunk.len() * 2);
        for (k, e) in chunk.iter().enumerate() {
            let comma = if k == 0 { "" } else { "," };
            let _ = write!(sql, "{comma}(${},${})", 2 * k + 1, 2 * k + 2);
            values.extend([e.batch.into(), e.i.into()]);
        }
        sql.push(')');
        tx.execute_raw(statement(&sql, values)).await?;
    }
    let seal =
        Seal { n: n as u64 + 1, first: position as u64 + 1, last: next as u64, root: root(&leaves), prev, at, kid: signer.kid.clone() };
    let hash = seal.hash();
    let signature = (signer.sign)(&hash.0);
    let values = vec![
        (seal.n as i64).into(),
        (seal.first as i64).into(),
        (seal.last as i64).into(),
        seal.root.0.to_vec().into(),
        seal.prev.0.to_vec().into(),
        instant(seal.at).into(),
        seal.kid.into(),
        hash.0.to_vec().into(),
        signature.to_vec().into(),
    ];
    tx.execute_raw(statement(
        "INSERT INTO seal (n, first, last, root, prev, at, kid, hash, signature) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9)",
        values,
    ))
    .await?;
    Ok(events.len() as u64)
}
