//! The writer task of the embedded database: one connection, `BEGIN IMMEDIATE`, a savepoint per
//! batch, up to a group of batches per commit, answers after the outer COMMIT. A refused batch
//! rolls back its savepoint only.

use crate::Fault;
use crate::aside::{Aside, Rows, run};
use crate::batch::{Batch, CommitError, Expect};
use crate::commit::{classify, conflict, parameter, stale};
use crate::sequence::{self, Signer};
use crate::table::{CONTENT, Changes, DRAFT, EVENT, IDEMPOTENCY, OUTBOX, PROJECTED, REFERENCE, STREAM, Table, UNSEQUENCED, hex};
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait,
};
use tokio::sync::{mpsc, oneshot};

type Answer<T> = oneshot::Sender<Result<T, CommitError>>;

enum Job {
    Commit(Box<Batch>, Answer<()>),
    Sequence(Signer, ndp_domain::time::Instant, Answer<u64>),
    Draft(Box<crate::drafts::Save>, Answer<u64>),
    Aside(Vec<Aside>, Answer<Option<Rows>>),
    Stop(oneshot::Sender<()>),
}

#[derive(Debug, Clone)]
pub(crate) struct Handle {
    jobs: mpsc::Sender<Job>,
}

impl std::fmt::Debug for Job {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Job")
    }
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
    pub async fn aside(&self, steps: Vec<Aside>) -> Result<Option<Rows>, CommitError> {
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
    Rows(Answer<Option<Rows>>, Result<Option<Rows>, CommitError>),
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

async fn aside_in(tx: &DatabaseTransaction, steps: &[Aside]) -> Result<Option<Rows>, CommitError> {
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

/// The batch inside an open transaction, a statement a table. Also used on PostgreSQL where a
/// batch locks drafts.
pub(crate) async fn commit_in(tx: &DatabaseTransaction, batch: &Batch) -> Result<(), CommitError> {
    let backend = tx.get_database_backend();
    let postgres = backend == sea_orm::DatabaseBackend::Postgres;
    let mut expected: Vec<(uuid::Uuid, Option<u64>, bool)> = batch
        .writes
        .iter()
        .filter_map(|w| match w.expect {
            Expect::Version(v) => Some((w.stream.uuid, Some(v), true)),
            Expect::New => None,
        })
        .chain(batch.evidence.iter().map(|(id, v)| (id.uuid, Some(*v), false)))
        .collect();
    expected.sort();
    for (id, version, write) in expected {
        let lock = match (postgres, write) {
            (false, _) => "",
            (true, true) => " FOR UPDATE",
            (true, false) => " FOR SHARE",
        };
        let sql = format!("SELECT version FROM stream WHERE id = $1{lock}");
        let row = tx.query_one_raw(Statement::from_sql_and_values(backend, sql, [id.into()])).await.map_err(|e| classify(e, batch))?;
        let found = row.map(|r| r.try_get::<i64>("", "version")).transpose().map_err(Fault::from)?;
        if found.map(|v| v as u64) != version {
            return Err(stale(batch, &hex(id)));
        }
    }
    let changes = Changes::of(batch);
    let run = async |sql: String, rows: &[crate::table::JsonRow]| -> Result<(), CommitError> {
        tx.execute_raw(Statement::from_sql_and_values(backend, sql, [parameter(rows)])).await.map_err(|e| classify(e, batch))?;
        Ok(())
    };
    let tables: [&Table; 7] = [&STREAM, &EVENT, &CONTENT, &REFERENCE, &OUTBOX, &IDEMPOTENCY, &DRAFT];
    for table in PROJECTED {
        if let Some(rows) = changes.remove.get(table.name) {
            let (list, from) = table.select(postgres, &table.key_types(), 1, rows.len());
            run(
                format!(
                    "DELETE FROM {} WHERE ({}) IN (SELECT {list} FROM {from})",
                    table.name,
                    table.key_types().iter().map(|(c, _)| *c).collect::<Vec<_>>().join(", ")
                ),
                rows,
            )
            .await?;
        }
    }
    for table in tables.into_iter().chain(PROJECTED) {
        let Some(rows) = changes.put.get(table.name) else { continue };
        let (list, from) = table.select(postgres, table.columns, 1, rows.len());
        if table.name == "stream" {
            let (new, old): (Vec<_>, Vec<_>) = rows.iter().cloned().partition(|r| !r.contains_key("expect"));
            if !new.is_empty() {
                run(format!("INSERT INTO stream ({}) SELECT {list} FROM {from}", table.names()), &new).await?;
            }
            if !old.is_empty() {
                let upsert = format!("INSERT INTO stream ({}) SELECT {list} FROM {from} WHERE true {}", table.names(), table.on_conflict());
                run(upsert, &old).await?;
            }
            continue;
        }
        run(format!("INSERT INTO {} ({}) SELECT {list} FROM {from} WHERE true {}", table.name, table.names(), conflict(table)), rows)
            .await?;
        if table.name == "event" {
            let (list, _) = UNSEQUENCED.select(postgres, UNSEQUENCED.columns, 1, rows.len());
            run(format!("INSERT INTO unsequenced ({}) SELECT {list} FROM {from}", UNSEQUENCED.names()), rows).await?;
        }
    }
    for (stream, locked) in &batch.drafts {
        let sql = "UPDATE draft SET locked = $2 WHERE stream = $1";
        let values = [stream.uuid.into(), i64::from(*locked).into()];
        tx.execute_raw(Statement::from_sql_and_values(backend, sql, values)).await.map_err(Fault::from)?;
    }
    Ok(())
}
