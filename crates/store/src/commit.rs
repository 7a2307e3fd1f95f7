//! `commit`: the only function that opens a write transaction.
//!
//! PostgreSQL: one statement with data-modifying CTEs, default isolation. Rows are locked in
//! stream-id order; where one version differs, nothing is written and the streams are named.
//! SQLite: handed to the writer task ([`crate::sqlite`]).

use crate::batch::{Batch, CommitError, Expect};
use crate::sqlite::commit_in;
use crate::table::{CONTENT, Changes, EVENT, IDEMPOTENCY, OUTBOX, PROJECTED, REFERENCE, STREAM, Table, Type, UNSEQUENCED, hex, recordset};
use crate::{Fault, Store, Writer};
use ndp_domain::id::{AccountId, Id};
use ndp_domain::record::Envelope;
use ndp_domain::whole::MAX_DOCUMENT;
use sea_orm::{ConnectionTrait, DatabaseBackend, DbErr, RuntimeErr, Statement, TransactionTrait, Value};
use std::fmt::Write as _;
use uuid::Uuid;

impl Store {
    /// Writes a batch whole or not at all.
    pub async fn commit(&self, batch: Batch) -> Result<(), CommitError> {
        if let Some(large) = batch.writes.iter().find(|w| w.after.row.document.len() > MAX_DOCUMENT) {
            return Err(CommitError::DocumentTooLarge { stream: large.stream, bytes: large.after.row.document.len() });
        }
        let result = match &self.writer {
            Writer::None => Err(CommitError::Fault(Fault::WriterStopped)),
            Writer::Task(handle) => handle.commit(batch.clone()).await,
            Writer::Pool if batch.drafts.is_empty() && batch.typed.is_empty() => self.commit_in_one_statement(&batch).await,
            Writer::Pool => {
                let tx = self.read.begin().await.map_err(Fault::from)?;
                commit_in(&tx, &batch).await?;
                tx.commit().await.map_err(Fault::from)?;
                Ok(())
            }
        };
        match result {
            Err(CommitError::Stale { stream, version, .. }) => {
                let by = self.last_actor(stream).await?;
                Err(CommitError::Stale { stream, by, version })
            }
            other => other,
        }
    }

    async fn commit_in_one_statement(&self, batch: &Batch) -> Result<(), CommitError> {
        let (sql, values) = one_statement(batch);
        let statement = Statement::from_sql_and_values(DatabaseBackend::Postgres, sql, values);
        match self.read.query_one_raw(statement).await {
            Ok(Some(row)) => match row.try_get::<Option<String>>("", "stale").map_err(Fault::from)? {
                None => Ok(()),
                Some(hex) => Err(stale(batch, &hex)),
            },
            Ok(None) => Ok(()),
            Err(error) => Err(classify(error, batch)),
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
        let opened = |w: &&crate::batch::Write| {
            w.after.row.view.open_key.is_some() && w.before.as_ref().map(|b| &b.row.view.open_key) != Some(&w.after.row.view.open_key)
        };
        let kind = batch.writes.iter().find(opened).map_or("", |w| w.stream.kind.name());
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

/// Rows as one JSON parameter.
pub(crate) fn parameter(rows: &[crate::table::JsonRow]) -> Value {
    Value::from(serde_json::to_string(rows).unwrap_or_default())
}

struct Statements {
    sql: String,
    values: Vec<Value>,
}

impl Statements {
    fn bind(&mut self, value: Value) -> usize {
        self.values.push(value);
        self.values.len()
    }
    fn cte(&mut self, name: &str, body: &str) {
        let comma = if self.values.len() == 1 && !self.sql.contains(" AS (") { "" } else { ", " };
        let _ = write!(self.sql, "{comma}{name} AS ({body})");
    }
}

impl Store {
    /// The statement that commits a batch on PostgreSQL, with its parameters as text: what the
    /// benchmark hands to pgbench to run "the act's own SQL".
    pub fn statement_of(batch: &Batch) -> (String, Vec<String>) {
        let (sql, values) = one_statement(batch);
        let text = |value: Value| match value {
            Value::String(Some(text)) => text,
            _ => String::new(),
        };
        (sql, values.into_iter().map(text).collect())
    }
}

/// The whole batch as one statement. Its shape depends only on which tables take rows, so that
/// few statements are prepared.
fn one_statement(batch: &Batch) -> (String, Vec<Value>) {
    let changes = Changes::of(batch);
    let mut s = Statements { sql: "WITH ".to_owned(), values: Vec::new() };
    let empty = Vec::new();
    let streams = changes.put.get("stream").unwrap_or(&empty);
    let n = s.bind(parameter(streams));
    let mut columns = STREAM.columns.to_vec();
    columns.push(("expect", Type::Int));
    let (_, from) = STREAM.select(true, &columns, n, streams.len());
    let select = columns
        .iter()
        .map(|(c, t)| if *t == Type::Bytes { format!("decode(x.{c}, 'hex') AS {c}") } else { format!("x.{c}") })
        .collect::<Vec<_>>()
        .join(", ");
    s.cte("w", &format!("SELECT {select} FROM {from}"));
    let changed = batch.writes.iter().any(|w| w.expect != Expect::New);
    let opened = batch.writes.iter().any(|w| w.expect == Expect::New);
    let mut stale = Vec::new();
    if changed {
        s.cte(
            "locked",
            "SELECT s.id, s.version FROM stream s WHERE s.id IN (SELECT id FROM w WHERE expect IS NOT NULL) ORDER BY s.id FOR UPDATE",
        );
        stale.push(
            "SELECT w.id FROM w LEFT JOIN locked l ON l.id = w.id WHERE w.expect IS NOT NULL AND l.version IS DISTINCT FROM w.expect"
                .to_owned(),
        );
    }
    if !batch.evidence.is_empty() {
        let rows: Vec<crate::table::JsonRow> = batch
            .evidence
            .iter()
            .map(|(id, version)| {
                crate::table::JsonRow::from_iter([("id".to_owned(), hex(id.uuid).into()), ("version".to_owned(), (*version).into())])
            })
            .collect();
        let n = s.bind(parameter(&rows));
        s.cte("e", &format!("SELECT x.id, x.version FROM {}", recordset(n, "id uuid, version bigint", rows.len())));
        s.cte("relied", "SELECT s.id, s.version FROM stream s WHERE s.id IN (SELECT id FROM e) ORDER BY s.id FOR SHARE");
        stale.push("SELECT e.id FROM e LEFT JOIN relied r ON r.id = e.id WHERE r.version IS DISTINCT FROM e.version".to_owned());
    }
    let stale = if stale.is_empty() { "SELECT NULL::uuid AS id WHERE false".to_owned() } else { stale.join(" UNION ALL ") };
    s.cte("stale", &stale);
    s.cte("go", "SELECT 1 AS go WHERE NOT EXISTS (SELECT 1 FROM stale)");
    let names = STREAM.names();
    if opened {
        let w_names = STREAM.columns.iter().map(|(c, _)| format!("w.{c}")).collect::<Vec<_>>().join(", ");
        s.cte("opened", &format!("INSERT INTO stream ({names}) SELECT {w_names} FROM w, go WHERE w.expect IS NULL"));
    }
    if changed {
        let set = STREAM
            .columns
            .iter()
            .filter(|(c, _)| !matches!(*c, "id" | "kind" | "created_at"))
            .map(|(c, _)| format!("{c} = w.{c}"))
            .collect::<Vec<_>>()
            .join(", ");
        s.cte("changed", &format!("UPDATE stream s SET {set} FROM w, go WHERE s.id = w.id AND w.expect IS NOT NULL"));
    }
    let events = changes.put.get("event").unwrap_or(&empty);
    let n = s.bind(parameter(events));
    for table in [&EVENT, &UNSEQUENCED] {
        let (list, _) = table.select(true, table.columns, n, events.len());
        let (_, from) = EVENT.select(true, EVENT.columns, n, events.len());
        s.cte(&format!("put_{}", table.name), &format!("INSERT INTO {} ({}) SELECT {list} FROM {from}, go", table.name, table.names()));
    }
    for table in PROJECTED {
        if let Some(rows) = changes.remove.get(table.name) {
            let n = s.bind(parameter(rows));
            let (_, from) = table.select(true, &table.key_types(), n, rows.len());
            let on = table.key.iter().map(|k| format!("t.{k} = x.{k}")).collect::<Vec<_>>().join(" AND ");
            s.cte(&format!("drop_{}", table.name), &format!("DELETE FROM {} t USING {from}, go WHERE {on}", table.name));
        }
    }
    let others: [&Table; 4] = [&CONTENT, &REFERENCE, &OUTBOX, &IDEMPOTENCY];
    for table in PROJECTED.into_iter().chain(others) {
        if let Some(rows) = changes.put.get(table.name) {
            let n = s.bind(parameter(rows));
            let (list, from) = table.select(true, table.columns, n, rows.len());
            let conflict = conflict(table);
            s.cte(
                &format!("put_{}", table.name),
                &format!("INSERT INTO {} ({}) SELECT {list} FROM {from}, go {conflict}", table.name, table.names()),
            );
        }
    }
    s.sql.push_str(" SELECT string_agg(replace(id::text, '-', ''), ',') AS stale FROM stale");
    (s.sql, s.values)
}

/// A repeated idempotency key must fail; a content seen before is the same content; a message
/// once queued stays as it is.
pub(crate) fn conflict(table: &Table) -> String {
    match table.name {
        "idempotency" | "event" | "unsequenced" => String::new(),
        "content" => "ON CONFLICT (sha256) DO NOTHING".to_owned(),
        "outbox" => "ON CONFLICT (dedup_key) DO NOTHING".to_owned(),
        _ => table.on_conflict(),
    }
}
