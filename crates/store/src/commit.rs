//! `commit`: the only function that opens a write transaction.
//!
//! PostgreSQL: one statement with data-modifying CTEs ([`crate::groups`]). SQLite: handed to the writer task
//! ([`crate::sqlite`]).

use crate::batch::{Batch, CommitError, Expect};
use crate::table::{Table, hex};
use crate::{Fault, Store, Writer};
use ndp_domain::id::{AccountId, Id};
use ndp_domain::record::Envelope;
use ndp_domain::whole::MAX_DOCUMENT;
use sea_orm::{DbErr, RuntimeErr};
use uuid::Uuid;

impl Store {
    /// Writes a batch whole or not at all.
    pub async fn commit(&self, batch: Batch) -> Result<(), CommitError> {
        if let Some(large) = batch.writes.iter().find(|w| w.after.row.document.len() > MAX_DOCUMENT) {
            return Err(CommitError::DocumentTooLarge { stream: large.stream, bytes: large.after.row.document.len() });
        }
        let result = match &self.writer {
            Writer::None => Err(CommitError::Fault(Fault::WriterStopped)),
            Writer::Task(handle) => handle.commit(batch).await,
            Writer::Groups(groups) => groups.commit(batch).await,
        };
        match result {
            Err(CommitError::Stale { stream, version, .. }) => {
                let by = self.last_actor(stream).await?;
                Err(CommitError::Stale { stream, by, version })
            }
            other => other,
        }
    }

    /// Who changed a stream last, for the answer "stale".
    pub async fn last_actor(&self, stream: Id) -> Result<Option<AccountId>, Fault> {
        let rows = self.query("SELECT body FROM event WHERE stream = $1 ORDER BY n DESC LIMIT 1", vec![stream.uuid.into()]).await?;
        let body: Option<String> = rows.first().map(|r| r.try_get("", "body")).transpose()?;
        Ok(body.and_then(|b| serde_json::from_str::<Envelope>(&b).ok()).and_then(|e| e.recorded_by.or(e.actor.account)))
    }
}

pub(crate) fn stale(batch: &Batch, hex_ids: &str) -> CommitError {
    let first = hex_ids.split(',').next().and_then(|h| Uuid::try_parse(h).ok());
    let known = batch.writes.iter().map(|w| (w.stream, w.expect)).chain(batch.evidence.iter().map(|(id, v)| (*id, Expect::Version(*v))));
    let mut known = known.filter(|(id, _)| Some(id.uuid) == first);
    match known.next() {
        Some((stream, Expect::Version(version))) => CommitError::Stale { stream, by: None, version },
        Some((stream, Expect::New)) => CommitError::Stale { stream, by: None, version: 0 },
        None => CommitError::Fault(Fault::Inconsistent { table: "stream", record: hex_ids.to_owned(), what: "unknown id".to_owned() }),
    }
}

/// Every database error that is an answer; anything else is a fault.
pub(crate) fn classify(error: DbErr, batch: &Batch) -> CommitError {
    let text = error.to_string();
    let deadlock = matches!(&error, DbErr::Exec(RuntimeErr::SqlxError(e)) | DbErr::Query(RuntimeErr::SqlxError(e))
        if e.as_database_error().and_then(|d| d.code()).as_deref() == Some("40P01"));
    if deadlock {
        let first = batch.writes.first().map(|w| hex(w.stream.uuid)).unwrap_or_default();
        return stale(batch, &first);
    }
    let unique = matches!(error.sql_err(), Some(sea_orm::SqlErr::UniqueConstraintViolation(_)));
    if unique && (text.contains("stream_open") || text.contains("stream.open_key") || text.contains("stream_code")) {
        let kind = batch.writes.iter().find(|w| w.takes_key).map_or("", |w| w.stream.kind.name());
        return CommitError::AlreadyOpen { kind: kind.to_owned() };
    }
    if unique && text.contains("idempotency") {
        return CommitError::RepeatedKey;
    }
    if unique && (text.contains("stream_pkey") || text.contains("stream.id")) {
        let new = batch.writes.iter().find(|w| w.expect == Expect::New).map(|w| hex(w.stream.uuid)).unwrap_or_default();
        return stale(batch, &new);
    }
    CommitError::Fault(Fault::Database(error))
}

impl Store {
    /// The statement that commits a batch on PostgreSQL, with its parameters as text: what the
    /// benchmark hands to pgbench to run "the act's own SQL".
    pub fn statement_of(batch: &Batch) -> (String, Vec<Option<String>>) {
        crate::groups::as_text(batch)
    }
}

/// A repeated idempotency key must fail; a content seen before is the same content; a message
/// once queued stays as it is.
pub(crate) fn conflict(table: &Table) -> String {
    match table.name {
        "stream" | "idempotency" | "event" | "unsequenced" => String::new(),
        "content" => "ON CONFLICT (sha256) DO NOTHING".to_owned(),
        "outbox" => "ON CONFLICT (dedup_key) DO NOTHING".to_owned(),
        _ => table.on_conflict(),
    }
}
