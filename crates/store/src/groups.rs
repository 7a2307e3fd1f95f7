//! Writing on PostgreSQL: a group of batches is one statement with data-modifying CTEs, default isolation.
//!
//! While a group is being written others wait together and are the next group, so that many at once share
//! what a statement and its fsync cost; somebody alone waits for nobody, and their rows travel as plain
//! parameters, since a set of arrays costs more to open than one act to write. Batches of a group share no stream.
//! Rows are locked in stream-id order; of a batch whose versions differ nothing is written and the streams are
//! named, whatever becomes of the others. A violated key ends the statement: then each batch is written by itself.

use crate::Fault;
use crate::batch::{Batch, CommitError};
use crate::commit::{classify, conflict, stale};
use crate::table::{
    CONTENT, Cell, Changes, DRAFT, EVENT, IDEMPOTENCY, OUTBOX, PROJECTED, REFERENCE, Rows, STREAM, Table, Type, UNSEQUENCED, arrays,
    rowwise,
};
use ndp_domain::id::Id;
use sea_orm::sqlx::postgres::{PgArguments, PgPool};
use sea_orm::sqlx::{self, Arguments, AssertSqlSafe, Row as _};
use sea_orm::{ConnAcquireErr, DbErr, RuntimeErr};
use std::collections::{BTreeMap, HashSet, VecDeque};
use std::fmt::Write as _;
use std::sync::Arc;
use tokio::sync::{Semaphore, mpsc, oneshot};

/// Groups written at the same time: one is computed while another waits for the disk. Choice.
const ABREAST: usize = 2;
/// Batches in a group at most. Choice.
const MOST: usize = 32;

struct Job {
    batch: Batch,
    answer: oneshot::Sender<Result<(), CommitError>>,
}

/// The way to the task that forms groups.
#[derive(Debug, Clone)]
pub(crate) struct Groups {
    jobs: mpsc::Sender<Job>,
}

pub(crate) fn start(pool: PgPool) -> Groups {
    let (jobs, queue) = mpsc::channel(1024);
    tokio::spawn(form(pool, queue));
    Groups { jobs }
}

impl Groups {
    pub async fn commit(&self, batch: Batch) -> Result<(), CommitError> {
        let (answer, answered) = oneshot::channel();
        self.jobs.send(Job { batch, answer }).await.map_err(|_| Fault::WriterStopped)?;
        answered.await.map_err(|_| Fault::WriterStopped)?
    }
}

/// Forms groups until nobody can ask any more.
async fn form(pool: PgPool, mut queue: mpsc::Receiver<Job>) {
    let abreast = Arc::new(Semaphore::new(ABREAST));
    let mut waiting: VecDeque<Job> = VecDeque::new();
    loop {
        if waiting.is_empty() {
            match queue.recv().await {
                Some(job) => waiting.push_back(job),
                None => return,
            }
        }
        let Ok(turn) = abreast.clone().acquire_owned().await else { return };
        while let Ok(job) = queue.try_recv() {
            waiting.push_back(job);
        }
        // Who waits is shared among those who could write now: alone as long as there are few.
        let most = waiting.len().div_ceil(abreast.available_permits() + 1).min(MOST);
        let group = next(&mut waiting, most);
        let pool = pool.clone();
        tokio::spawn(async move {
            write(&pool, group).await;
            drop(turn);
        });
    }
}

/// What a group writes and relies on; a batch that touches it waits for the next.
#[derive(Default)]
struct Taken {
    written: HashSet<Id>,
    relied: HashSet<Id>,
    keys: HashSet<(String, String)>,
}

impl Taken {
    fn takes(&mut self, batch: &Batch) -> bool {
        let key = batch.idempotency.as_ref().map(|m| (m.account.clone(), m.key.clone()));
        let free = batch.writes.iter().all(|w| !self.written.contains(&w.stream) && !self.relied.contains(&w.stream))
            && batch.evidence.iter().all(|(id, _)| !self.written.contains(id))
            && key.as_ref().is_none_or(|k| !self.keys.contains(k));
        if free {
            self.written.extend(batch.writes.iter().map(|w| w.stream));
            self.relied.extend(batch.evidence.iter().map(|(id, _)| *id));
            self.keys.extend(key);
        }
        free
    }
}

/// The first that waits and those behind it that share no stream with the group; the others keep their order.
fn next(waiting: &mut VecDeque<Job>, most: usize) -> Vec<Job> {
    let mut taken = Taken::default();
    let mut group = Vec::new();
    let mut left = VecDeque::new();
    for job in waiting.drain(..) {
        if group.len() < most && taken.takes(&job.batch) { group.push(job) } else { left.push_back(job) }
    }
    *waiting = left;
    group
}

async fn write(pool: &PgPool, group: Vec<Job>) {
    let batches: Vec<&Batch> = group.iter().map(|job| &job.batch).collect();
    match run(pool, &batches).await {
        Ok(mut refused) => {
            for (of, job) in (0..).zip(group) {
                let answer = refused.remove(&of).map_or(Ok(()), |streams| Err(stale(&job.batch, &streams)));
                drop(job.answer.send(answer));
            }
        }
        // Nothing was written, for the sake of one: each by itself.
        Err(error) if group.len() > 1 && is_refusal(&error) => {
            for job in group {
                let answer = match run(pool, &[&job.batch]).await {
                    Ok(mut refused) => refused.remove(&0).map_or(Ok(()), |streams| Err(stale(&job.batch, &streams))),
                    Err(error) => Err(classify(error, &job.batch)),
                };
                drop(job.answer.send(answer));
            }
        }
        Err(error) => {
            for job in group {
                let answer = Err(classify(error.clone(), &job.batch));
                drop(job.answer.send(answer));
            }
        }
    }
}

/// Did the database refuse the statement for what it says (a violated key, a deadlock)? Then nothing of it was
/// written for certain; of a broken connection nobody knows.
fn is_refusal(error: &DbErr) -> bool {
    let (DbErr::Exec(RuntimeErr::SqlxError(e)) | DbErr::Query(RuntimeErr::SqlxError(e))) = error else { return false };
    let code = e.as_database_error().and_then(|d| d.code());
    code.is_some_and(|code| code.starts_with("23") || code == "40P01")
}

/// Writes the group; names the streams of those batches that came too late, by their place.
async fn run(pool: &PgPool, group: &[&Batch]) -> Result<BTreeMap<i64, String>, DbErr> {
    let failed = |e: sqlx::Error| DbErr::Query(RuntimeErr::SqlxError(Arc::new(e)));
    let (sql, arguments) = {
        let changes = Changes::of_all(group.iter().copied());
        let s = parts(&changes, group.len() == 1);
        let mut arguments = PgArguments::default();
        s.sets.iter().try_for_each(|set| bind(&mut arguments, set)).map_err(|e| failed(sqlx::Error::Encode(e)))?;
        (s.sql, arguments)
    };
    let mut connection = pool.acquire().await.map_err(|e| match e {
        sqlx::Error::PoolTimedOut => DbErr::ConnectionAcquire(ConnAcquireErr::Timeout),
        sqlx::Error::PoolClosed => DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed),
        other => DbErr::Conn(RuntimeErr::SqlxError(Arc::new(other))),
    })?;
    let rows = sqlx::query_with(AssertSqlSafe(sql), arguments).fetch_all(&mut *connection).await.map_err(failed)?;
    rows.iter().map(|row| Ok((row.try_get("nth").map_err(failed)?, row.try_get("stale").map_err(failed)?))).collect()
}

/// Rows of a set that travel as plain parameters at most. Choice.
const PLAIN: usize = 16;

/// A set of rows that travels: its rows and their columns, as arrays or plainly row by row.
struct Set<'c, 'a> {
    rows: &'c Rows<'a>,
    columns: Vec<(&'static str, Type)>,
    plain: bool,
}

/// The statement as it grows: named parts, and the sets that its parameters carry.
struct Parts<'c, 'a> {
    sql: String,
    sets: Vec<Set<'c, 'a>>,
    bound: usize,
    /// One batch alone.
    alone: bool,
}

impl<'c, 'a> Parts<'c, 'a> {
    fn part(&mut self, name: &str, body: &str) {
        let before = if self.sql.is_empty() { "WITH " } else { ", " };
        let _ = write!(self.sql, "{before}{name} AS ({body})");
    }

    /// Carries rows; answers the FROM item in which they are `x`, with `nth` for the place of their batch.
    fn carry(&mut self, rows: &'c Rows<'a>, columns: &[(&'static str, Type)]) -> String {
        let columns: Vec<_> = std::iter::once(("nth", Type::Int)).chain(columns.iter().copied()).collect();
        let plain = self.alone && rows.rows.len() <= PLAIN;
        let (from, bound) = if plain {
            (rowwise(&columns, rows.rows.len(), self.bound + 1), columns.len() * rows.rows.len())
        } else {
            (arrays(&columns, self.bound + 1), columns.len())
        };
        self.bound += bound;
        self.sets.push(Set { rows, columns, plain });
        from
    }
}

/// Batches that came too late write nothing. Where there is one, either all is written or nothing.
fn unless(stale: &str, alone: bool) -> String {
    if alone { format!("NOT EXISTS (SELECT FROM {stale})") } else { format!("x.nth <> ALL (ARRAY(SELECT nth FROM {stale}))") }
}

/// The whole group as one statement. Its shape depends on which tables take rows, and for a batch alone on how
/// many, so that few statements are prepared.
fn parts<'c, 'a>(changes: &'c Changes<'a>, alone: bool) -> Parts<'c, 'a> {
    let mut s = Parts { sql: String::with_capacity(6 * 1024), sets: Vec::new(), bound: 0, alone };
    let mut stale = Vec::new();
    if !changes.relied.rows.is_empty() {
        let from = s.carry(&changes.relied, &[("id", Type::Uuid), ("version", Type::Int)]);
        s.part("e", &format!("SELECT * FROM {from}"));
        s.part("relied", "SELECT s.id, s.version FROM stream s WHERE s.id IN (SELECT id FROM e) ORDER BY s.id FOR SHARE");
        let differs = "SELECT e.nth, e.id FROM e LEFT JOIN relied r ON r.id = e.id WHERE r.version IS DISTINCT FROM e.version";
        s.part("moved", differs);
        stale.push("SELECT nth, id FROM moved");
    }
    let set = STREAM.columns.iter().filter(|(c, _)| !matches!(*c, "id" | "kind" | "created_at"));
    let set = set.map(|(c, _)| format!("{c} = x.{c}")).collect::<Vec<_>>().join(", ");
    // One stream alone is changed where its version still holds; of several all are locked and looked at first.
    let one = alone && changes.changed.rows.len() == 1;
    if !changes.changed.rows.is_empty() {
        let mut columns = STREAM.columns.to_vec();
        columns.push(("expect", Type::Int));
        let from = s.carry(&changes.changed, &columns);
        s.part("w", &format!("SELECT * FROM {from}"));
    }
    if one {
        let none_moved = if changes.relied.rows.is_empty() { String::new() } else { format!(" AND {}", unless("moved", true)) };
        let update = format!("UPDATE stream s SET {set} FROM w x WHERE s.id = x.id AND s.version = x.expect{none_moved} RETURNING s.id");
        s.part("changed", &update);
        stale.push("SELECT w.nth, w.id FROM w WHERE NOT EXISTS (SELECT FROM changed)");
    } else if !changes.changed.rows.is_empty() {
        s.part("locked", "SELECT s.id, s.version FROM stream s WHERE s.id IN (SELECT id FROM w) ORDER BY s.id FOR UPDATE");
        stale.push("SELECT w.nth, w.id FROM w LEFT JOIN locked l ON l.id = w.id WHERE l.version IS DISTINCT FROM w.expect");
    }
    let none = ["SELECT 0::bigint AS nth, NULL::uuid AS id WHERE false"];
    s.part("stale", &if stale.is_empty() { &none[..] } else { &stale[..] }.join(" UNION ALL "));
    let in_time = &unless("stale", alone);
    let list = |columns: &[(&'static str, Type)]| columns.iter().map(|(c, _)| format!("x.{c}")).collect::<Vec<_>>().join(", ");
    let put = |s: &mut Parts<'c, 'a>, name: &str, table: &Table, rows: &'c Rows<'a>| {
        let from = s.carry(rows, table.columns);
        let (names, list, conflict) = (table.names(), list(table.columns), conflict(table));
        s.part(name, &format!("INSERT INTO {} ({names}) SELECT {list} FROM {from} WHERE {in_time} {conflict}", table.name));
    };
    if !changes.opened.rows.is_empty() {
        put(&mut s, "opened", &STREAM, &changes.opened);
    }
    if !changes.changed.rows.is_empty() && !one {
        s.part("changed", &format!("UPDATE stream s SET {set} FROM w x WHERE s.id = x.id AND {in_time}"));
    }
    if let Some(events) = changes.put.get("event") {
        let from = s.carry(events, EVENT.columns);
        s.part("events", &format!("SELECT * FROM {from} WHERE {in_time}"));
        for table in [&EVENT, &UNSEQUENCED] {
            let (names, list) = (table.names(), list(table.columns));
            s.part(&format!("put_{}", table.name), &format!("INSERT INTO {} ({names}) SELECT {list} FROM events x", table.name));
        }
    }
    for table in PROJECTED.into_iter().chain([&REFERENCE]) {
        if let Some(rows) = changes.remove.get(table.name) {
            let from = s.carry(rows, &table.key_types());
            let on = table.key.iter().map(|k| format!("t.{k} = x.{k}")).collect::<Vec<_>>().join(" AND ");
            s.part(&format!("drop_{}", table.name), &format!("DELETE FROM {} t USING {from} WHERE {on} AND {in_time}", table.name));
        }
    }
    if !changes.locks.rows.is_empty() {
        let from = s.carry(&changes.locks, &[("stream", Type::Uuid), ("locked", Type::Int)]);
        s.part("locks", &format!("UPDATE draft d SET locked = x.locked FROM {from} WHERE d.stream = x.stream AND {in_time}"));
    }
    let others: [&Table; 5] = [&CONTENT, &REFERENCE, &OUTBOX, &IDEMPOTENCY, &DRAFT];
    for table in PROJECTED.into_iter().chain(others) {
        if let Some(rows) = changes.put.get(table.name) {
            put(&mut s, &format!("put_{}", table.name), table, rows);
        }
    }
    s.sql.push_str(" SELECT nth, string_agg(replace(id::text, '-', ''), ',') AS stale FROM stale GROUP BY nth");
    s
}

/// The values of a column, in the order of rows.
fn values<'r, T>(rows: &'r Rows<'_>, place: usize, of: impl Fn(&'r Cell<'r>) -> Option<T>) -> Vec<Option<T>> {
    rows.rows.iter().map(|row| row.get(place).and_then(&of)).collect()
}

/// Binds a set: an array for the places of the batches, and one a column; or the values of its rows one by one.
fn bind(arguments: &mut PgArguments, set: &Set<'_, '_>) -> Result<(), sqlx::error::BoxDynError> {
    let Set { rows, columns, plain } = set;
    if *plain {
        for (nth, row) in rows.of.iter().zip(&rows.rows) {
            arguments.add(nth)?;
            row.iter().zip(columns.iter().skip(1)).try_for_each(|(cell, (_, kind))| one(arguments, cell, *kind))?;
        }
        return Ok(());
    }
    arguments.add(&rows.of)?;
    for (place, (_, kind)) in columns.iter().skip(1).enumerate() {
        match kind {
            Type::Uuid => arguments.add(values(rows, place, uuid))?,
            Type::Int => arguments.add(values(rows, place, int))?,
            Type::Text => arguments.add(values(rows, place, text))?,
            Type::Bytes => arguments.add(values(rows, place, bytes))?,
        }
    }
    Ok(())
}

fn one(arguments: &mut PgArguments, cell: &Cell<'_>, kind: Type) -> Result<(), sqlx::error::BoxDynError> {
    match kind {
        Type::Uuid => arguments.add(uuid(cell)),
        Type::Int => arguments.add(int(cell)),
        Type::Text => arguments.add(text(cell)),
        Type::Bytes => arguments.add(bytes(cell)),
    }
}

fn uuid(cell: &Cell<'_>) -> Option<uuid::Uuid> {
    if let Cell::Id(id) = cell { Some(*id) } else { None }
}
fn int(cell: &Cell<'_>) -> Option<i64> {
    if let Cell::Int(n) = cell { Some(*n) } else { None }
}
fn text<'r>(cell: &'r Cell<'_>) -> Option<&'r str> {
    if let Cell::Text(t) = cell { Some(t.as_ref()) } else { None }
}
fn bytes<'r>(cell: &'r Cell<'_>) -> Option<&'r [u8]> {
    if let Cell::Hash(h) = cell { Some(&h.0[..]) } else { None }
}

/// The parameters of a batch alone as text, none for NULL: for [`crate::Store::statement_of`], whose sets have few rows.
fn texts(set: &Set<'_, '_>) -> Vec<Option<String>> {
    let cell = |c: &Cell, kind: Type| match (c.text(), kind) {
        (Some(text), Type::Bytes) => Some(format!("\\x{text}")),
        (text, _) => text,
    };
    let row = |(nth, row): (&i64, &crate::table::Row<'_>)| {
        let cells = row.iter().zip(set.columns.iter().skip(1)).map(|(c, (_, kind))| cell(c, *kind));
        std::iter::once(Some(nth.to_string())).chain(cells).collect::<Vec<_>>()
    };
    set.rows.of.iter().zip(&set.rows.rows).flat_map(row).collect()
}

/// The statement of one batch, with its parameters as text.
pub(crate) fn as_text(batch: &Batch) -> (String, Vec<Option<String>>) {
    let changes = Changes::of(batch);
    let s = parts(&changes, true);
    let all = s.sets.iter().flat_map(texts).collect();
    (s.sql, all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::IdempotencyMark;
    use ndp_domain::canonical::Hash;
    use ndp_domain::id::Kind;
    use uuid::Uuid;

    fn id(n: u128) -> Id {
        Id::new(Kind::Dossier, Uuid::from_u128(n))
    }

    /// A batch, known by its number, that relies on a stream and carries a key.
    fn waits(queue: &mut VecDeque<Job>, n: u128, relies_on: u128, key: &str) {
        let mut batch = Batch::new(Uuid::from_u128(n));
        batch.evidence = vec![(id(relies_on), 1)];
        batch.idempotency = Some(IdempotencyMark { account: "a".to_owned(), key: key.to_owned(), request: Hash::ZERO });
        queue.push_back(Job { batch, answer: oneshot::channel().0 });
    }

    fn numbers<'j>(jobs: impl IntoIterator<Item = &'j Job>) -> Vec<u128> {
        jobs.into_iter().map(|job| job.batch.id.as_u128()).collect()
    }

    #[test]
    fn batches_that_only_rely_on_the_same_stream_go_together_and_a_repeated_key_waits() {
        let mut queue = VecDeque::new();
        waits(&mut queue, 1, 7, "x");
        waits(&mut queue, 2, 7, "y");
        waits(&mut queue, 3, 8, "x");
        waits(&mut queue, 4, 9, "z");
        assert_eq!(numbers(&next(&mut queue, MOST)), [1, 2, 4]);
        assert_eq!(numbers(&next(&mut queue, MOST)), [3]);
    }

    #[test]
    fn a_batch_that_relies_on_what_another_writes_waits_for_the_next_group() {
        let mut taken = Taken::default();
        taken.written.insert(id(7));
        let mut queue = VecDeque::new();
        waits(&mut queue, 1, 7, "x");
        waits(&mut queue, 2, 8, "y");
        let takes: Vec<bool> = queue.iter().map(|job| taken.takes(&job.batch)).collect();
        assert_eq!(takes, [false, true]);
    }

    #[test]
    fn a_group_has_a_limit_and_the_rest_keep_their_order() {
        let mut queue = VecDeque::new();
        for n in 0..MOST as u128 + 3 {
            waits(&mut queue, n, 1_000 + n, &n.to_string());
        }
        assert_eq!(next(&mut queue, MOST).len(), MOST);
        assert_eq!(numbers(&queue), [32, 33, 34]);
    }
}
