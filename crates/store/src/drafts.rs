//! Drafts: typed content before it is frozen. A mutable row a field with its own version, so that
//! a stale save shows both values; locked while a snapshot is out for signature. Not events, not
//! hashed, not part of the record.

use crate::batch::CommitError;
use crate::table::instant;
use crate::{Fault, Store, Writer};
use ndp_domain::id::Id;
use ndp_domain::time::Instant;
use sea_orm::{ConnectionTrait, DatabaseTransaction, Statement, TransactionTrait};
use std::collections::BTreeMap;

/// One field as typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// JSON text.
    pub value: String,
    pub version: u64,
    pub locked: bool,
}

/// A save of one field; `seen` is the version the writer had before them, 0 for a new field.
#[derive(Debug, Clone)]
pub struct Save {
    pub stream: Id,
    pub field: String,
    pub value: String,
    pub seen: u64,
    pub at: Instant,
}

impl Store {
    /// Fields of a stream's draft.
    pub async fn draft(&self, stream: Id) -> Result<BTreeMap<String, Field>, Fault> {
        let rows = self.query("SELECT field, value, version, locked FROM draft WHERE stream = $1", vec![stream.uuid.into()]).await?;
        rows.iter()
            .map(|r| {
                let version: i64 = r.try_get("", "version")?;
                let locked: i64 = r.try_get("", "locked")?;
                Ok((r.try_get("", "field")?, Field { value: r.try_get("", "value")?, version: version as u64, locked: locked != 0 }))
            })
            .collect()
    }

    /// Saves one field; answers its new version, or *stale* where somebody saved in between or
    /// the draft is locked.
    pub async fn save_draft(&self, save: Save) -> Result<u64, CommitError> {
        match &self.writer {
            Writer::None => Err(CommitError::Fault(Fault::WriterStopped)),
            Writer::Task(handle) => handle.save_draft(save).await,
            Writer::Groups(_) => {
                let tx = self.read.begin().await.map_err(Fault::from)?;
                let version = save_in(&tx, &save).await?;
                tx.commit().await.map_err(Fault::from)?;
                Ok(version)
            }
        }
    }
}

pub(crate) async fn save_in(tx: &DatabaseTransaction, save: &Save) -> Result<u64, CommitError> {
    let backend = tx.get_database_backend();
    let values = [
        save.stream.uuid.into(),
        save.field.clone().into(),
        save.value.clone().into(),
        (save.seen as i64 + 1).into(),
        instant(save.at).into(),
    ];
    let sql = if save.seen == 0 {
        "INSERT INTO draft (stream, field, value, version, locked, updated_at)
         SELECT $1, $2, $3, $4, 0, $5 WHERE NOT EXISTS (SELECT 1 FROM draft WHERE stream = $1 AND locked <> 0)
           AND (SELECT count(*) FROM draft WHERE stream = $1) < 500
         ON CONFLICT DO NOTHING"
    } else {
        "UPDATE draft SET value = $3, version = $4, updated_at = $5 WHERE stream = $1 AND field = $2 AND version = $4 - 1 AND locked = 0"
    };
    let done = tx.execute_raw(Statement::from_sql_and_values(backend, sql, values)).await.map_err(Fault::from)?;
    if done.rows_affected() == 1 {
        Ok(save.seen + 1)
    } else {
        Err(CommitError::Stale { stream: save.stream, by: None, version: save.seen })
    }
}
