//! The writer task of the embedded database: one connection, `BEGIN IMMEDIATE`, a savepoint per
//! batch, up to a group of batches per commit, answers after the outer COMMIT. A refused batch
//! rolls back its savepoint only.

use crate::Fault;
use crate::batch::{Batch, CommitError, Expect};
use crate::commit::{classify, conflict, parameter, stale};
use crate::sequence::{self, Signer};
use crate::table::{CONTENT, Changes, EVENT, IDEMPOTENCY, OUTBOX, PROJECTED, REFERENCE, STREAM, Table, UNSEQUENCED, hex};
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait,
};
use tokio::sync::{mpsc, oneshot};

type Answer<T> = oneshot::Sender<Result<T, CommitError>>;

enum Job {
    Commit(Box<Batch>, Answer<()>),
    Sequence(Signer, ndp_domain::time::Instant, Answer<u64>),
    Draft(Box<crate::drafts::Save>, Answer<u64>),
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
}

impl Waiting {
    fn send(self, committed: bool) {
        let lost = || CommitError::Fault(Fault::WriterStopped);
        match self {
            Waiting::Unit(answer, result) => drop(answer.send(if committed { result } else { result.and(Err(lost())) })),
            Waiting::Number(answer, result) => drop(answer.send(if committed { result } else { result.and(Err(lost())) })),
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
        let Ok(tx) = begun else {
            // The answers are dropped, which their askers read as "the writer has stopped".
            continue;
        };
        for job in jobs.drain(..) {
            match job {
                Job::Commit(batch, answer) => waiting.push(Waiting::Unit(answer, in_savepoint(&tx, &batch).await)),
                Job::Sequence(signer, at, answer) => {
                    waiting.push(Waiting::Number(answer, sequence::append(&tx, &signer, at).await.map_err(CommitError::from)));
                }
                Job::Draft(save, answer) => waiting.push(Waiting::Number(answer, crate::drafts::save_in(&tx, &save).await)),
                Job::Stop(done) => stop = Some(done),
            }
        }
        let committed = tx.commit().await.is_ok();
        waiting.into_iter().for_each(|w| w.send(committed));
        if let Some(done) = stop {
            let _ = connection.close().await;
            let _ = done.send(());
            break;
        }
    }
}

async fn in_savepoint(tx: &DatabaseTransaction, batch: &Batch) -> Result<(), CommitError> {
    let savepoint = tx.begin().await.map_err(Fault::from)?;
    match commit_in(&savepoint, batch).await {
        Ok(()) => Ok(savepoint.commit().await.map_err(Fault::from)?),
        Err(error) => {
            savepoint.rollback().await.map_err(Fault::from)?;
            Err(error)
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
    let tables: [&Table; 6] = [&STREAM, &EVENT, &CONTENT, &REFERENCE, &OUTBOX, &IDEMPOTENCY];
    for table in PROJECTED {
        if let Some(rows) = changes.remove.get(table.name) {
            let (list, from) = table.select(postgres, &table.key_types(), 1);
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
        let (list, from) = table.select(postgres, table.columns, 1);
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
            let (list, _) = UNSEQUENCED.select(postgres, UNSEQUENCED.columns, 1);
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
