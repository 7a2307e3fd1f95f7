//! Writes beside the record: credentials, sessions, the outbox's progress, files, webhooks,
//! positions of followers. Never a table of the record: that is [`crate::commit`]'s alone.

use crate::batch::CommitError;
use crate::{Fault, Store, Writer};
use sea_orm::{ConnectionTrait, DatabaseTransaction, QueryResult, Statement, TransactionTrait, Value};

/// Rows of each step that returns some.
pub(crate) type Rows = Vec<Vec<QueryResult>>;

/// One statement of a group that is written whole or not at all.
#[derive(Debug, Clone)]
pub(crate) struct Aside {
    pub sql: String,
    pub values: Vec<Value>,
    /// Without a returned row the whole group is given up.
    pub must: bool,
}

/// Tables that only [`Store::commit`] and the sequencer write.
#[cfg(debug_assertions)]
const RECORD: &[&str] = &[
    "stream",
    "event",
    "content",
    "unsequenced",
    "feed",
    "seal",
    "task",
    "deadline",
    "access",
    "recusal",
    "idempotency",
    "entry_version",
    "reference",
];

impl Aside {
    pub fn new(sql: impl Into<String>, values: Vec<Value>) -> Aside {
        Aside { sql: sql.into(), values, must: false }
    }
    /// The group stands or falls with a row returned here.
    pub fn must(sql: impl Into<String>, values: Vec<Value>) -> Aside {
        Aside { must: true, ..Aside::new(sql, values) }
    }
}

impl Store {
    /// Writes a group of statements; `None` where a step that must return a row returned none.
    pub(crate) async fn aside(&self, steps: Vec<Aside>) -> Result<Option<Rows>, Fault> {
        let done = match &self.writer {
            Writer::None => return Err(Fault::WriterStopped),
            Writer::Task(handle) => handle.aside(steps).await,
            Writer::Groups(_) => {
                let tx = self.read.begin().await?;
                let done = run(&tx, &steps).await?;
                if done.is_some() {
                    tx.commit().await?
                } else {
                    tx.rollback().await?
                };
                return Ok(done);
            }
        };
        done.map_err(|error| match error {
            CommitError::Fault(fault) => fault,
            other => Fault::Inconsistent { table: "aside", record: String::new(), what: other.to_string() },
        })
    }

    /// One statement; its rows.
    pub(crate) async fn aside_one(&self, sql: impl Into<String>, values: Vec<Value>) -> Result<Vec<QueryResult>, Fault> {
        Ok(self.aside(vec![Aside::new(sql, values)]).await?.and_then(|rows| rows.into_iter().next()).unwrap_or_default())
    }
}

pub(crate) async fn run(tx: &DatabaseTransaction, steps: &[Aside]) -> Result<Option<Rows>, Fault> {
    let backend = tx.get_database_backend();
    let mut all = Vec::with_capacity(steps.len());
    for step in steps {
        #[cfg(debug_assertions)]
        for table in RECORD {
            let writes = ["INSERT INTO ", "UPDATE ", "DELETE FROM "].iter().any(|verb| step.sql.contains(&format!("{verb}{table} ")));
            assert!(!writes, "{table} is a table of the record");
        }
        let rows = tx.query_all_raw(Statement::from_sql_and_values(backend, &step.sql, step.values.clone())).await?;
        if step.must && rows.is_empty() {
            return Ok(None);
        }
        all.push(rows);
    }
    Ok(Some(all))
}
