//! Reading everything, in key order and in pages, for `ndp check`. Column values come as the
//! text that the checker compares, so that no column is forgotten by a typed row.

use crate::read::hash_of;
use crate::table::{self, PROJECTED, Row, STREAM, Table, Type};
use crate::{Fault, Store};
use ndp_domain::canonical::Hash;
use ndp_domain::id::Id;
use ndp_domain::projection::Projection;
use sea_orm::{QueryResult, Value};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// A stored event, as the columns have it.
#[derive(Debug, Clone)]
pub struct StoredEvent {
    pub stream: Uuid,
    pub n: u64,
    pub batch: Uuid,
    pub i: u64,
    pub act: String,
    pub at: String,
    pub body: String,
    pub prev: Hash,
    pub hash: Hash,
}

/// Rows of one table about one stream, as column text.
pub type Columns = BTreeMap<String, Option<String>>;

#[derive(Debug, Clone)]
pub struct StoredSeal {
    pub n: u64,
    pub first: u64,
    pub last: u64,
    pub root: Hash,
    pub prev: Hash,
    pub at: String,
    pub kid: String,
    pub hash: Hash,
    pub signature: Vec<u8>,
}

#[derive(Debug, Clone)]
pub struct FeedRow {
    pub position: u64,
    pub batch: Uuid,
    pub i: u64,
    pub stream: Uuid,
    pub n: u64,
    pub hash: Hash,
}

/// The instant format of the columns.
pub fn instant(at: ndp_domain::time::Instant) -> String {
    table::instant(at)
}

fn as_text(table: &Table, row: &Row) -> Columns {
    table.columns.iter().zip(row).map(|((column, _), cell)| ((*column).to_owned(), cell.text())).collect()
}

/// Names of the projected tables.
pub fn projected_tables() -> Vec<&'static str> {
    PROJECTED.iter().map(|t| t.name).collect()
}

/// The stream row that a state and its chain should have.
pub fn expected_stream(id: Id, version: u64, head: Hash, projection: &Projection) -> Columns {
    as_text(&STREAM, &table::stream_row(id, version, head, projection))
}

/// The projected rows that a state should have, by table, in key order.
pub fn expected_projection(id: Id, projection: &Projection) -> BTreeMap<&'static str, Vec<Columns>> {
    let mut rows = table::projected(id.uuid, &projection.lists);
    let all = PROJECTED.into_iter().map(|table| {
        let mut rows: Vec<Columns> = rows.remove(table.name).unwrap_or_default().iter().map(|row| as_text(table, row)).collect();
        rows.sort();
        (table.name, rows)
    });
    all.collect()
}

/// A text column as bytes, on both databases.
fn bytes_of(expression: &str, postgres: bool) -> String {
    if postgres { format!("convert_to({expression}, 'UTF8')") } else { format!("CAST({expression} AS blob)") }
}

pub(crate) fn text_list(columns: &[(&str, Type)], postgres: bool) -> String {
    columns
        .iter()
        .map(|(c, t)| {
            let shown = match (t, postgres) {
                (Type::Uuid, true) => format!("replace({c}::text, '-', '')"),
                (Type::Bytes, true) => format!("encode({c}, 'hex')"),
                (Type::Int, true) => format!("{c}::text"),
                (Type::Text, _) => (*c).to_owned(),
                (Type::Uuid | Type::Bytes, false) => format!("CASE WHEN {c} IS NULL THEN NULL ELSE lower(hex({c})) END"),
                (Type::Int, false) => format!("CAST({c} AS text)"),
            };
            format!("{} AS {c}", bytes_of(&shown, postgres))
        })
        .collect::<Vec<_>>()
        .join(", ")
}

pub(crate) fn columns(row: &QueryResult, columns: &[(&str, Type)]) -> Result<Columns, Fault> {
    columns.iter().map(|(c, _)| Ok(((*c).to_owned(), row.try_get::<Option<Vec<u8>>>("", c)?.map(lossy)))).collect()
}

/// Text columns are read as bytes: SQLite keeps any byte in a text, and a text that is no UTF-8
/// any more must be found with its record's name, not end the reading.
fn lossy(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

fn text(row: &QueryResult, column: &str) -> Result<String, Fault> {
    Ok(lossy(row.try_get("", column)?))
}

impl Store {
    /// Every stream row after `after` in id order, as column text.
    pub async fn audit_streams(&self, after: Option<Uuid>, limit: u64) -> Result<Vec<Columns>, Fault> {
        let (filter, values) = match after {
            Some(id) => ("WHERE id > $1", vec![id.into()]),
            None => ("", vec![]),
        };
        let sql = format!("SELECT {} FROM stream {filter} ORDER BY stream.id LIMIT {limit}", text_list(STREAM.columns, self.is_postgres()));
        self.query(&sql, values).await?.iter().map(|r| columns(r, STREAM.columns)).collect()
    }

    /// All events of streams in the id range `(after, upto]`, by stream and number.
    pub async fn audit_events(&self, after: Option<Uuid>, upto: Option<Uuid>) -> Result<Vec<StoredEvent>, Fault> {
        let (filter, values) = range("stream", after, upto);
        let [act, at, body] = ["act", "at", "body"].map(|c| bytes_of(c, self.is_postgres()));
        let sql = format!(
            "SELECT stream, n, batch, i, {act} AS act, {at} AS at, {body} AS body, prev_hash, hash FROM event {filter} ORDER BY stream, n"
        );
        self.query(&sql, values)
            .await?
            .iter()
            .map(|r| {
                let (n, i): (i64, i64) = (r.try_get("", "n")?, r.try_get("", "i")?);
                let stream: Uuid = r.try_get("", "stream")?;
                let record = format!("{stream}/{n}");
                Ok(StoredEvent {
                    stream,
                    n: n as u64,
                    batch: r.try_get("", "batch")?,
                    i: i as u64,
                    act: text(r, "act")?,
                    at: text(r, "at")?,
                    body: text(r, "body")?,
                    prev: hash_of(r.try_get("", "prev_hash")?, "event", &record)?,
                    hash: hash_of(r.try_get("", "hash")?, "event", &record)?,
                })
            })
            .collect()
    }

    /// Projected rows of streams in the id range, by table and stream, sorted.
    pub async fn audit_projection(
        &self,
        after: Option<Uuid>,
        upto: Option<Uuid>,
    ) -> Result<BTreeMap<(&'static str, String), Vec<Columns>>, Fault> {
        let mut out: BTreeMap<(&'static str, String), Vec<Columns>> = BTreeMap::new();
        for table in PROJECTED {
            let (filter, values) = range("stream", after, upto);
            let sql = format!("SELECT {} FROM {} {filter}", text_list(table.columns, self.is_postgres()), table.name);
            for row in self.query(&sql, values).await? {
                let row = columns(&row, table.columns)?;
                let stream = row.get("stream").cloned().flatten().unwrap_or_default();
                out.entry((table.name, stream)).or_default().push(row);
            }
        }
        out.values_mut().for_each(|rows| rows.sort());
        Ok(out)
    }

    pub async fn audit_seals(&self) -> Result<Vec<StoredSeal>, Fault> {
        let [at, kid] = ["at", "kid"].map(|c| bytes_of(c, self.is_postgres()));
        let sql = format!("SELECT n, first, last, root, prev, {at} AS at, {kid} AS kid, hash, signature FROM seal ORDER BY n");
        self.query(&sql, vec![])
            .await?
            .iter()
            .map(|r| {
                let (n, first, last): (i64, i64, i64) = (r.try_get("", "n")?, r.try_get("", "first")?, r.try_get("", "last")?);
                let record = n.to_string();
                Ok(StoredSeal {
                    n: n as u64,
                    first: first as u64,
                    last: last as u64,
                    root: hash_of(r.try_get("", "root")?, "seal", &record)?,
                    prev: hash_of(r.try_get("", "prev")?, "seal", &record)?,
                    at: text(r, "at")?,
                    kid: text(r, "kid")?,
                    hash: hash_of(r.try_get("", "hash")?, "seal", &record)?,
                    signature: r.try_get("", "signature")?,
                })
            })
            .collect()
    }

    /// A page of the feed with the event each row should name: `None` where it is missing.
    pub async fn audit_feed(&self, after: u64, limit: u64) -> Result<Vec<(FeedRow, Option<(Uuid, u64, Hash)>)>, Fault> {
        let sql = "SELECT f.position, f.batch, f.i, f.stream, f.n, f.hash, e.batch AS e_batch, e.i AS e_i, e.hash AS e_hash
             FROM feed f LEFT JOIN event e ON e.stream = f.stream AND e.n = f.n WHERE f.position > $1 ORDER BY f.position LIMIT $2";
        self.query(sql, vec![(after as i64).into(), (limit as i64).into()])
            .await?
            .iter()
            .map(|r| {
                let (position, i, n): (i64, i64, i64) = (r.try_get("", "position")?, r.try_get("", "i")?, r.try_get("", "n")?);
                let record = position.to_string();
                let row = FeedRow {
                    position: position as u64,
                    batch: r.try_get("", "batch")?,
                    i: i as u64,
                    stream: r.try_get("", "stream")?,
                    n: n as u64,
                    hash: hash_of(r.try_get("", "hash")?, "feed", &record)?,
                };
                let batch: Option<Uuid> = r.try_get("", "e_batch")?;
                let found = match batch {
                    None => None,
                    Some(batch) => {
                        let i: i64 = r.try_get("", "e_i")?;
                        Some((batch, i as u64, hash_of(r.try_get("", "e_hash")?, "event", &record)?))
                    }
                };
                Ok((row, found))
            })
            .collect()
    }

    /// Events that are neither in the feed nor waiting for it, and waiting rows without event
    /// or beside a position: `(what, stream, n)`. Then how many wait.
    pub async fn audit_sequencing(&self) -> Result<(Vec<(&'static str, Uuid, u64)>, u64), Fault> {
        let mut wrong = Vec::new();
        let questions = [
            (
                "unsequenced.missing",
                "SELECT e.stream, e.n FROM event e LEFT JOIN feed f ON f.stream = e.stream AND f.n = e.n
               LEFT JOIN unsequenced u ON u.batch = e.batch AND u.i = e.i
               WHERE f.position IS NULL AND (u.batch IS NULL OR u.stream <> e.stream OR u.n <> e.n OR u.hash <> e.hash) LIMIT 20",
            ),
            (
                "unsequenced.stray",
                "SELECT u.stream, u.n FROM unsequenced u LEFT JOIN event e ON e.stream = u.stream AND e.n = u.n
               LEFT JOIN feed f ON f.stream = u.stream AND f.n = u.n WHERE e.stream IS NULL OR f.position IS NOT NULL LIMIT 20",
            ),
        ];
        for (what, sql) in questions {
            for row in self.query(sql, vec![]).await? {
                let n: i64 = row.try_get("", "n")?;
                wrong.push((what, row.try_get("", "stream")?, n as u64));
            }
        }
        let waiting = self.query("SELECT count(*) AS n FROM unsequenced", vec![]).await?;
        let waiting: i64 = waiting.first().map_or(Ok(0), |r| r.try_get("", "n"))?;
        Ok((wrong, waiting as u64))
    }

    /// A page of contents, by hash.
    pub async fn audit_contents(&self, after: Option<Hash>, limit: u64) -> Result<Vec<(Hash, String)>, Fault> {
        let (filter, values) = match after {
            Some(hash) => ("WHERE sha256 > $1", vec![Value::from(hash.0.to_vec())]),
            None => ("", vec![]),
        };
        let content = bytes_of("text", self.is_postgres());
        let sql = format!("SELECT sha256, {content} AS text FROM content {filter} ORDER BY sha256 LIMIT {limit}");
        self.query(&sql, values).await?.iter().map(|r| Ok((hash_of(r.try_get("", "sha256")?, "content", "")?, text(r, "text")?))).collect()
    }

    /// Of these contents, those that are not there.
    pub async fn contents_missing(&self, hashes: &BTreeSet<Hash>) -> Result<Vec<Hash>, Fault> {
        let all: Vec<Hash> = hashes.iter().copied().collect();
        let mut missing = Vec::new();
        for part in all.chunks(500) {
            let places: Vec<String> = (1..=part.len()).map(|n| format!("${n}")).collect();
            let values: Vec<Value> = part.iter().map(|h| Value::from(h.0.to_vec())).collect();
            let rows = self.query(&format!("SELECT sha256 FROM content WHERE sha256 IN ({})", places.join(", ")), values).await?;
            let found: BTreeSet<Hash> =
                rows.iter().map(|r| hash_of(r.try_get("", "sha256")?, "content", "")).collect::<Result<_, Fault>>()?;
            missing.extend(part.iter().filter(|h| !found.contains(h)));
        }
        Ok(missing)
    }

    /// Loaded reference rows of one stream: `(line, key, row)`.
    pub async fn audit_reference(&self, stream: Uuid) -> Result<Vec<(u32, String, String)>, Fault> {
        let [key, row] = ["key", "row"].map(|c| bytes_of(c, self.is_postgres()));
        let sql = format!("SELECT line, {key} AS key, {row} AS row FROM reference WHERE stream = $1 ORDER BY line");
        let rows = self.query(&sql, vec![stream.into()]).await?;
        rows.iter()
            .map(|r| {
                let line: i64 = r.try_get("", "line")?;
                Ok((line as u32, text(r, "key")?, text(r, "row")?))
            })
            .collect()
    }

    /// Streams that own reference rows.
    pub async fn audit_reference_streams(&self) -> Result<Vec<Uuid>, Fault> {
        self.query("SELECT DISTINCT stream FROM reference", vec![]).await?.iter().map(|r| Ok(r.try_get("", "stream")?)).collect()
    }

    /// All idempotency answers: `(account, key, request, batch, answer)`.
    pub async fn audit_idempotency(&self) -> Result<Vec<(String, String, Hash, Uuid, String)>, Fault> {
        let [account, key, answer] = ["account", "key", "answer"].map(|c| bytes_of(c, self.is_postgres()));
        let sql = format!("SELECT {account} AS account, {key} AS key, request, batch, {answer} AS answer FROM idempotency");
        self.query(&sql, vec![])
            .await?
            .iter()
            .map(|r| {
                let key = text(r, "key")?;
                let request = hash_of(r.try_get("", "request")?, "idempotency", &key)?;
                Ok((text(r, "account")?, key, request, r.try_get("", "batch")?, text(r, "answer")?))
            })
            .collect()
    }

    pub async fn count_events(&self) -> Result<u64, Fault> {
        let rows = self.query("SELECT count(*) AS n FROM event", vec![]).await?;
        Ok(rows.first().map_or(Ok(0), |r| r.try_get::<i64>("", "n"))? as u64)
    }
}

fn range(column: &str, after: Option<Uuid>, upto: Option<Uuid>) -> (String, Vec<Value>) {
    let mut values = Vec::new();
    let mut parts = Vec::new();
    for (id, op) in [(after, ">"), (upto, "<=")] {
        if let Some(id) = id {
            values.push(Value::from(id));
            parts.push(format!("{column} {op} ${}", values.len()));
        }
    }
    let filter = if parts.is_empty() { String::new() } else { format!("WHERE {}", parts.join(" AND ")) };
    (filter, values)
}
