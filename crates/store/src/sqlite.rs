//! The writer task of the embedded database: one connection, `BEGIN IMMEDIATE`, a savepoint per
//! batch, up to a group of batches per commit, answers after the outer COMMIT. A refused batch
//! rolls back its savepoint only.

use crate::Fault;
use crate::aside::{self, Aside, run};
use crate::batch::{Batch, CommitError, Expect};
use crate::commit::{classify, conflict, stale};
use crate::sequence::{self, Signer};
use crate::table::{
    CONTENT, Changes, DRAFT, EVENT, IDEMPOTENCY, OUTBOX, PROJECTED, REFERENCE, Rows, STREAM, Table, Type, UNSEQUENCED, hex,
};
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait,
};
use tokio::sync::{mpsc, oneshot};

type Answer<T> = oneshot::Sender<Result<T, CommitError>>;

enum Job {
    Commit(Box<Batch>, Answer<()>),
    Sequence(Signer, ndp_domain::time::Instant, Answer<u64>),
    Draft(Box<crate::drafts::Save>, Answer<u64>),
    Aside(Vec<Aside>, Answer<Option<aside::Rows>>),
    Stop(oneshot::Sender<()>),
}

#[derive(Debug, Clone)]
pub(crate) struct Handle {
    jobs: mpsc::Sender<Job>,
}

/// Starts the writer; `group` is how many batches may share a commit.
pub(crate) fn start(connection: DatabaseConnection, group: usize) -> Handle {
    let (jobs, queue) = mpsc::channel(1024);
    tokio::spawn(work(connection, queue, group.max(1)));
    Handle { jobs }
}

impl Handle {
    async fn ask<T>(&self, job: impl FnOnce(Answer<T>) -> Job) -> Result<T, CommitError> {
        let (answer, answered) = oneshot::channel();
        self.jobs.send(job(answer)).await.map_err(|_| Fault::WriterStopped)?;
        answered.await.map_err(|_| Fault::WriterStopped)?
    }
    pub async fn commit(&self, batch: Batch) -> Result<(), CommitError> {
        self.ask(|answer| Job::Commit(Box::new(batch), answer)).await
    }
    pub async fn sequence(&self, signer: Signer, at: ndp_domain::time::Instant) -> Result<u64, CommitError> {
        self.ask(|answer| Job::Sequence(signer, at, answer)).await
    }
    pub async fn save_draft(&self, save: crate::drafts::Save) -> Result<u64, CommitError> {
        self.ask(|answer| Job::Draft(Box::new(save), answer)).await
    }
    pub async fn aside(&self, steps: Vec<Aside>) -> Result<Option<aside::Rows>, CommitError> {
        self.ask(|answer| Job::Aside(steps, answer)).await
    }
    pub async fn stop(&self) {
        let (done, stopped) = oneshot::channel();
        if self.jobs.send(Job::Stop(done)).await.is_ok() {
            let _ = stopped.await;
        }
    }
}

/// An answer that waits for the outer COMMIT.
enum Waiting {
    Unit(Answer<()>, Result<(), CommitError>),
    Number(Answer<u64>, Result<u64, CommitError>),
    Rows(Answer<Option<aside::Rows>>, Result<Option<aside::Rows>, CommitError>),
}

/// What the database said, for each of those who wait.
fn unwritable(why: &str) -> CommitError {
    CommitError::Fault(Fault::Unwritable(why.to_owned()))
}

impl Waiting {
    /// The database's own failure, which is no answer to what was asked.
    fn fault(&self) -> Option<String> {
        fn of<T>(result: &Result<T, CommitError>) -> Option<String> {
            match result {
                Err(CommitError::Fault(Fault::Database(error))) if error.sql_err().is_none() => Some(error.to_string()),
                _ => None,
            }
        }
        match self {
            Waiting::Unit(_, result) => of(result),
            Waiting::Number(_, result) => of(result),
            Waiting::Rows(_, result) => of(result),
        }
    }
    fn send(self, committed: &Result<(), String>) {
        fn told<T>(result: Result<T, CommitError>, committed: &Result<(), String>) -> Result<T, CommitError> {
            match committed {
                Ok(()) => result,
                Err(why) => result.and(Err(unwritable(why))),
            }
        }
        match self {
            Waiting::Unit(answer, result) => drop(answer.send(told(result, committed))),
            Waiting::Number(answer, result) => drop(answer.send(told(result, committed))),
            Waiting::Rows(answer, result) => drop(answer.send(told(result, committed))),
        }
    }
}

impl Job {
    /// Answers a job that could not even begin.
    fn refuse(self, why: &str) {
        match self {
            Job::Commit(_, answer) => drop(answer.send(Err(unwritable(why)))),
            Job::Sequence(_, _, answer) | Job::Draft(_, answer) => drop(answer.send(Err(unwritable(why)))),
            Job::Aside(_, answer) => drop(answer.send(Err(unwritable(why)))),
            Job::Stop(done) => drop(done.send(())),
        }
    }
}

async fn work(connection: DatabaseConnection, mut queue: mpsc::Receiver<Job>, group: usize) {
    let mut jobs = Vec::with_capacity(group);
    loop {
        jobs.clear();
        if queue.recv_many(&mut jobs, group).await == 0 {
            break;
        }
        let mut stop = None;
        let mut waiting = Vec::with_capacity(jobs.len());
        let begun = connection
            .begin_with_options(TransactionOptions {
                sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
                ..Default::default()
            })
            .await;
        let tx = match begun {
            Ok(tx) => tx,
            Err(error) => {
                let stopping = jobs.iter().any(|job| matches!(job, Job::Stop(_)));
                jobs.drain(..).for_each(|job| job.refuse(&error.to_string()));
                if stopping {
                    break;
                }
                continue;
            }
        };
        // A disk that is full may end the whole transaction under us: then nothing of the group counts.
        let mut broken: Option<String> = None;
        for job in jobs.drain(..) {
            if let (Some(why), false) = (&broken, matches!(job, Job::Stop(_))) {
                job.refuse(why);
                continue;
            }
            let next = match job {
                Job::Commit(batch, answer) => Waiting::Unit(answer, in_savepoint(&tx, async |s| commit_in(s, &batch).await).await),
                Job::Sequence(signer, at, answer) => {
                    let run = async |s: &DatabaseTransaction| Ok(sequence::append(s, &signer, at).await?);
                    Waiting::Number(answer, in_savepoint(&tx, run).await)
                }
                Job::Draft(save, answer) => {
                    Waiting::Number(answer, in_savepoint(&tx, async |s| crate::drafts::save_in(s, &save).await).await)
                }
                Job::Aside(steps, answer) => Waiting::Rows(answer, aside_in(&tx, &steps).await),
                Job::Stop(done) => {
                    stop = Some(done);
                    continue;
                }
            };
            broken = next.fault();
            waiting.push(next);
        }
        let committed = match broken {
            Some(why) => tx.rollback().await.map_or_else(|_| Err(why.clone()), |()| Err(why.clone())),
            None => tx.commit().await.map_err(|e| e.to_string()),
        };
        waiting.into_iter().for_each(|w| w.send(&committed));
        if let Some(done) = stop {
            let _ = connection.close().await;
            let _ = done.send(());
            break;
        }
    }
}

async fn in_savepoint<T>(
    tx: &DatabaseTransaction,
    work: impl AsyncFnOnce(&DatabaseTransaction) -> Result<T, CommitError>,
) -> Result<T, CommitError> {
    let savepoint = tx.begin().await.map_err(Fault::from)?;
    match work(&savepoint).await {
        Ok(done) => {
            savepoint.commit().await.map_err(Fault::from)?;
            Ok(done)
        }
        Err(error) => {
            savepoint.rollback().await.map_err(Fault::from)?;
            Err(error)
        }
    }
}

async fn aside_in(tx: &DatabaseTransaction, steps: &[Aside]) -> Result<Option<aside::Rows>, CommitError> {
    let savepoint = tx.begin().await.map_err(Fault::from)?;
    match run(&savepoint, steps).await {
        Ok(Some(rows)) => {
            savepoint.commit().await.map_err(Fault::from)?;
            Ok(Some(rows))
        }
        other => {
            savepoint.rollback().await.map_err(Fault::from)?;
            Ok(other?)
        }
    }
}

/// The batch inside an open transaction, a statement a table.
async fn commit_in(tx: &DatabaseTransaction, batch: &Batch) -> Result<(), CommitError> {
    let backend = tx.get_database_backend();
    let written = batch.writes.iter().filter_map(|w| match w.expect {
        Expect::Version(v) => Some((w.stream.uuid, v)),
        Expect::New => None,
    });
    let mut expected: Vec<(uuid::Uuid, u64)> = written.chain(batch.evidence.iter().map(|(id, v)| (id.uuid, *v))).collect();
    expected.sort();
    for (id, version) in expected {
        let statement = Statement::from_sql_and_values(backend, "SELECT version FROM stream WHERE id = $1", [id.into()]);
        let row = tx.query_one_raw(statement).await.map_err(|e| classify(e, batch))?;
        let found = row.map(|r| r.try_get::<i64>("", "version")).transpose().map_err(Fault::from)?;
        if found.map(|v| v as u64) != Some(version) {
            return Err(stale(batch, &hex(id)));
        }
    }
    let changes = Changes::of(batch);
    let run = async |sql: String, rows: &Rows| -> Result<(), CommitError> {
        let rows = serde_json::to_string(&rows.rows).unwrap_or_default();
        tx.execute_raw(Statement::from_sql_and_values(backend, sql, [rows.into()])).await.map_err(|e| classify(e, batch))?;
        Ok(())
    };
    let into = |table: &Table| format!("INSERT INTO {} ({}) {}", table.name, table.names(), from_json(table.columns));
    for table in PROJECTED.into_iter().chain([&REFERENCE]) {
        if let Some(rows) = changes.remove.get(table.name) {
            let key = table.key_types();
            let names = key.iter().map(|(c, _)| *c).collect::<Vec<_>>().join(", ");
            run(format!("DELETE FROM {} WHERE ({names}) IN ({})", table.name, from_json(&key)), rows).await?;
        }
    }
    if !changes.opened.rows.is_empty() {
        run(into(&STREAM), &changes.opened).await?;
    }
    if !changes.changed.rows.is_empty() {
        run(format!("{} WHERE true {}", into(&STREAM), STREAM.on_conflict()), &changes.changed).await?;
    }
    let tables: [&Table; 6] = [&EVENT, &CONTENT, &REFERENCE, &OUTBOX, &IDEMPOTENCY, &DRAFT];
    for table in tables.into_iter().chain(PROJECTED) {
        let Some(rows) = changes.put.get(table.name) else { continue };
        run(format!("{} WHERE true {}", into(table), conflict(table)), rows).await?;
        if table.name == "event" {
            // Its columns are among those of the event.
            let places = UNSEQUENCED.columns.iter().filter_map(|(c, t)| Some((EVENT.place(c)?, *t)));
            let list: Vec<String> = places.map(|(n, t)| taken(n, t)).collect();
            let names = UNSEQUENCED.names();
            run(format!("INSERT INTO unsequenced ({names}) SELECT {} FROM json_each($1) AS x", list.join(", ")), rows).await?;
        }
    }
    if !changes.locks.rows.is_empty() {
        let sql = "UPDATE draft SET locked = x.value->>1 FROM json_each($1) AS x WHERE draft.stream = unhex(x.value->>0)";
        run(sql.to_owned(), &changes.locks).await?;
    }
    Ok(())
}

/// The value at a place of a row of JSON called `x`.
fn taken(place: usize, kind: Type) -> String {
    match kind {
        Type::Uuid | Type::Bytes => format!("unhex(x.value->>{place})"),
        Type::Text | Type::Int => format!("x.value->>{place}"),
    }
}

/// The columns as rows of the JSON parameter `$1`.
fn from_json(columns: &[(&'static str, Type)]) -> String {
    let list: Vec<String> = columns.iter().enumerate().map(|(n, (_, t))| taken(n, *t)).collect();
    format!("SELECT {} FROM json_each($1) AS x", list.join(", "))
}
