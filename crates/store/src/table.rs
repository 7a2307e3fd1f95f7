//! The written tables as data. Rows travel as one JSON parameter a table and are taken apart in
//! SQL, so that a batch of any size is a fixed number of statements: one on PostgreSQL, one a
//! table on SQLite. Uuids and hashes travel as hex.

use crate::batch::{Batch, Expect, Write};
use ndp_domain::access::{Access, Recusal};
use ndp_domain::projection::{Projection, Task};
use ndp_domain::publication::EntryVersion;
use ndp_domain::record::Clock;
use ndp_domain::time::Instant;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use uuid::Uuid;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Type {
    Uuid,
    Bytes,
    Text,
    Int,
}

#[derive(Debug)]
pub(crate) struct Table {
    pub name: &'static str,
    pub columns: &'static [(&'static str, Type)],
    pub key: &'static [&'static str],
}

use Type::{Bytes, Int, Text, Uuid as Id};

pub(crate) const STREAM: Table = Table {
    name: "stream",
    columns: &[
        ("id", Id),
        ("kind", Text),
        ("version", Int),
        ("head", Bytes),
        ("document", Text),
        ("stage", Text),
        ("name", Text),
        ("name_fold", Text),
        ("code", Text),
        ("managing", Text),
        ("unit", Text),
        ("applicant", Text),
        ("issuing", Text),
        ("regulation", Text),
        ("parent", Id),
        ("product", Text),
        ("round", Int),
        ("person", Text),
        ("officer", Text),
        ("body", Text),
        ("open_key", Text),
        ("due_on", Text),
        ("due_estimated", Int),
        ("sheets_due", Int),
        ("sheets_opened", Int),
        ("created_at", Text),
        ("updated_at", Text),
    ],
    key: &["id"],
};
pub(crate) const EVENT: Table = Table {
    name: "event",
    columns: &[
        ("stream", Id),
        ("n", Int),
        ("batch", Id),
        ("i", Int),
        ("act", Text),
        ("at", Text),
        ("body", Text),
        ("prev_hash", Bytes),
        ("hash", Bytes),
    ],
    key: &["stream", "n"],
};
pub(crate) const UNSEQUENCED: Table =
    Table { name: "unsequenced", columns: &[("batch", Id), ("i", Int), ("stream", Id), ("n", Int), ("hash", Bytes)], key: &["batch", "i"] };
pub(crate) const CONTENT: Table = Table { name: "content", columns: &[("sha256", Bytes), ("text", Text)], key: &["sha256"] };
pub(crate) const TASK: Table = Table {
    name: "task",
    columns: &[
        ("stream", Id),
        ("act", Text),
        ("duty", Text),
        ("holder", Text),
        ("person", Text),
        ("due_on", Text),
        ("due_estimated", Int),
        ("since", Text),
    ],
    key: &["stream", "act", "duty", "holder", "person"],
};
pub(crate) const DEADLINE: Table = Table {
    name: "deadline",
    columns: &[("stream", Id), ("act", Text), ("started_on", Text), ("due_on", Text), ("estimated", Int)],
    key: &["stream", "act"],
};
pub(crate) const ACCESS: Table = Table {
    name: "access",
    columns: &[("stream", Id), ("principal", Text), ("facet", Text), ("valid_from", Text), ("valid_to", Text)],
    key: &["stream", "principal", "facet", "valid_from"],
};
pub(crate) const RECUSAL: Table =
    Table { name: "recusal", columns: &[("stream", Id), ("person", Text), ("product", Text)], key: &["stream", "person", "product"] };
pub(crate) const ENTRY_VERSION: Table = Table {
    name: "entry_version",
    columns: &[
        ("stream", Id),
        ("register", Text),
        ("name", Text),
        ("class", Text),
        ("managing", Text),
        ("valid_from", Text),
        ("valid_to", Text),
        ("recorded_at", Text),
    ],
    key: &["stream", "valid_from", "recorded_at"],
};
pub(crate) const IDEMPOTENCY: Table = Table {
    name: "idempotency",
    columns: &[("account", Text), ("key", Text), ("request", Bytes), ("batch", Id), ("answer", Text)],
    key: &["account", "key"],
};
pub(crate) const OUTBOX: Table = Table {
    name: "outbox",
    columns: &[("id", Id), ("topic", Text), ("payload", Text), ("dedup_key", Text), ("run_at", Text), ("attempts", Int)],
    key: &["id"],
};
pub(crate) const DRAFT: Table = Table {
    name: "draft",
    columns: &[("stream", Id), ("field", Text), ("value", Text), ("version", Int), ("locked", Int), ("updated_at", Text)],
    key: &["stream", "field"],
};
pub(crate) const REFERENCE: Table =
    Table { name: "reference", columns: &[("stream", Id), ("line", Int), ("key", Text), ("row", Text)], key: &["stream", "line"] };

/// Tables projected from one stream's state, with their rows.
pub(crate) const PROJECTED: [&Table; 5] = [&TASK, &DEADLINE, &ACCESS, &RECUSAL, &ENTRY_VERSION];

/// An instant as stored: fixed width, so that text order is time order.
pub(crate) fn instant(at: Instant) -> String {
    at.format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string()
}

pub(crate) fn hex(id: Uuid) -> String {
    id.simple().to_string()
}

pub(crate) type JsonRow = Map<String, Value>;

fn row(value: Value) -> JsonRow {
    match value {
        Value::Object(map) => map,
        _ => JsonRow::new(),
    }
}

pub(crate) fn stream_row(id: ndp_domain::id::Id, version: u64, head: ndp_domain::canonical::Hash, p: &Projection) -> JsonRow {
    let v = &p.row.view;
    let text = |id: Option<String>| id.map_or(Value::Null, Value::String);
    row(json!({
        "id": hex(id.uuid), "kind": id.kind.name(), "version": version, "head": head.to_string(),
        "document": p.row.document, "stage": p.row.stage, "name": v.name, "name_fold": p.row.name_fold, "code": v.code,
        "managing": text(v.managing.map(|o| o.to_string())), "unit": v.unit,
        "applicant": text(v.applicant.map(|o| o.to_string())), "issuing": text(v.issuing.map(|o| o.to_string())),
        "regulation": v.regulation, "parent": v.parent.map(|p| hex(p.uuid)),
        "product": text(v.product.map(|p| p.to_string())), "round": v.round,
        "person": text(v.person.map(|p| p.to_string())), "officer": text(v.officer.map(|p| p.to_string())),
        "body": text(v.body.map(|b| b.to_string())), "open_key": v.open_key,
        "due_on": p.row.due.map(|d| d.on.to_string()), "due_estimated": p.row.due.map(|d| i32::from(d.estimated)),
        "sheets_due": p.row.sheets_due, "sheets_opened": i32::from(p.row.sheets_opened),
        "created_at": instant(p.row.created_at), "updated_at": instant(p.row.updated_at),
    }))
}

fn task_row(stream: Uuid, t: &Task) -> JsonRow {
    row(json!({
        "stream": hex(stream), "act": t.act, "duty": t.duty.code(), "holder": t.holder,
        "person": t.person.map_or(String::new(), |p| p.to_string()), "due_on": t.due.map(|d| d.on.to_string()),
        "due_estimated": t.due.map(|d| i32::from(d.estimated)), "since": instant(t.since),
    }))
}

fn deadline_row(stream: Uuid, c: &Clock) -> JsonRow {
    row(json!({
        "stream": hex(stream), "act": c.act.name(), "started_on": c.from.to_string(), "due_on": c.due.on.to_string(),
        "estimated": i32::from(c.due.estimated),
    }))
}

fn access_row(stream: Uuid, a: &Access) -> JsonRow {
    row(json!({
        "stream": hex(stream), "principal": a.principal.text(), "facet": a.facet.name(), "valid_from": a.from.to_string(),
        "valid_to": a.to.map(|d| d.to_string()),
    }))
}

fn recusal_row(stream: Uuid, r: &Recusal) -> JsonRow {
    row(json!({ "stream": hex(stream), "person": r.person.to_string(), "product": r.product.to_string() }))
}

fn entry_version_row(stream: Uuid, e: &EntryVersion) -> JsonRow {
    row(json!({
        "stream": hex(stream), "register": e.register, "name": e.name, "class": e.class, "managing": e.managing.to_string(), "valid_from": e.valid_from.to_string(),
        "valid_to": e.valid_to.map(|d| d.to_string()), "recorded_at": instant(e.recorded_at),
    }))
}

/// Rows of all projected tables, by table name.
pub(crate) fn projected(stream: Uuid, p: &Projection) -> BTreeMap<&'static str, Vec<JsonRow>> {
    BTreeMap::from([
        ("task", p.tasks.iter().map(|t| task_row(stream, t)).collect()),
        ("deadline", p.deadlines.iter().map(|c| deadline_row(stream, c)).collect()),
        ("access", p.access.iter().map(|a| access_row(stream, a)).collect()),
        ("recusal", p.recusals.iter().map(|r| recusal_row(stream, r)).collect()),
        ("entry_version", p.entry_versions.iter().map(|e| entry_version_row(stream, e)).collect()),
    ])
}

/// What a batch changes, table by table: rows to put and keys to remove.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    pub put: BTreeMap<&'static str, Vec<JsonRow>>,
    pub remove: BTreeMap<&'static str, Vec<JsonRow>>,
}

impl Changes {
    fn put(&mut self, table: &'static str, row: JsonRow) {
        self.put.entry(table).or_default().push(row);
    }

    fn write(&mut self, batch: &Batch, write: &Write) {
        let uuid = write.stream.uuid;
        let mut stream = stream_row(write.stream, write.version(), write.head(), &write.after);
        if let Expect::Version(version) = write.expect {
            stream.insert("expect".to_owned(), json!(version));
        }
        self.put("stream", stream);
        for recorded in &write.events {
            let e = &recorded.envelope;
            let event = row(json!({
                "stream": hex(uuid), "n": e.n, "batch": hex(batch.id), "i": e.i, "act": e.act.name(), "at": instant(e.at),
                "body": recorded.body, "prev_hash": recorded.prev.to_string(), "hash": recorded.hash.to_string(),
            }));
            self.put("event", event);
        }
        let before = write.before.as_ref().map(|p| projected(uuid, p)).unwrap_or_default();
        let after = projected(uuid, &write.after);
        for table in PROJECTED {
            let (old, new) = (before.get(table.name).map_or(&[][..], |v| v), after.get(table.name).map_or(&[][..], |v| v));
            let same_key = |a: &JsonRow, b: &JsonRow| table.key.iter().all(|k| a.get(*k) == b.get(*k));
            let gone = old.iter().filter(|o| !new.iter().any(|n| same_key(o, n))).cloned();
            self.remove.entry(table.name).or_default().extend(gone);
            let fresh = new.iter().filter(|n| !old.contains(n)).cloned();
            self.put.entry(table.name).or_default().extend(fresh);
        }
    }

    pub fn of(batch: &Batch) -> Changes {
        let mut changes = Changes::default();
        for write in &batch.writes {
            changes.write(batch, write);
        }
        for content in &batch.content {
            changes.put("content", row(json!({ "sha256": content.sha256.to_string(), "text": content.text })));
        }
        for r in &batch.reference {
            changes.put("reference", row(json!({ "stream": hex(r.stream.uuid), "line": r.line, "key": r.key, "row": r.row })));
        }
        for message in &batch.outbox {
            changes.put(
                "outbox",
                row(json!({
                    "id": hex(message.id), "topic": message.topic, "payload": message.payload, "dedup_key": message.dedup_key,
                    "run_at": instant(message.run_at), "attempts": 0,
                })),
            );
        }
        for save in &batch.typed {
            changes.put(
                "draft",
                row(json!({
                    "stream": hex(save.stream.uuid), "field": save.field, "value": save.value, "version": save.seen + 1, "locked": 0,
                    "updated_at": instant(save.at),
                })),
            );
        }
        if let Some(mark) = &batch.idempotency {
            changes.put("idempotency", row(json!({
                "account": mark.account, "key": mark.key, "request": mark.request.to_string(), "batch": hex(batch.id), "answer": batch.answer(),
            })));
        }
        changes.put.retain(|_, rows| !rows.is_empty());
        changes.remove.retain(|_, rows| !rows.is_empty());
        changes
    }
}

/// Rows of a JSON parameter. PostgreSQL takes every set of JSON for a hundred rows and then reads whole tables
/// to join them; the limit says how many there are at most. Few limits, so that few statements are prepared.
pub(crate) fn recordset(n: usize, typed: &str, rows: usize) -> String {
    match [8, 64, 1_000].into_iter().find(|most| rows <= *most) {
        Some(most) => format!("(SELECT * FROM jsonb_to_recordset(${n}::jsonb) AS y({typed}) LIMIT {most}) AS x"),
        None => format!("jsonb_to_recordset(${n}::jsonb) AS x({typed})"),
    }
}

impl Table {
    /// The columns as a SELECT list over the JSON parameter `$n` of so many rows, with its FROM clause.
    pub fn select(&self, postgres: bool, columns: &[(&'static str, Type)], n: usize, rows: usize) -> (String, String) {
        if postgres {
            let list = columns
                .iter()
                .map(|(c, t)| if *t == Type::Bytes { format!("decode(x.{c}, 'hex')") } else { format!("x.{c}") })
                .collect::<Vec<_>>()
                .join(", ");
            let typed = columns
                .iter()
                .map(|(c, t)| {
                    let sql = match t {
                        Type::Uuid => "uuid",
                        Type::Int => "bigint",
                        Type::Text | Type::Bytes => "text",
                    };
                    format!("{c} {sql}")
                })
                .collect::<Vec<_>>()
                .join(", ");
            (list, recordset(n, &typed, rows))
        } else {
            let list = columns
                .iter()
                .map(|(c, t)| match t {
                    Type::Uuid | Type::Bytes => format!("unhex(x.value->>'{c}')"),
                    Type::Text | Type::Int => format!("x.value->>'{c}'"),
                })
                .collect::<Vec<_>>()
                .join(", ");
            (list, format!("json_each(${n}) AS x"))
        }
    }

    pub fn names(&self) -> String {
        self.columns.iter().map(|(c, _)| *c).collect::<Vec<_>>().join(", ")
    }

    pub fn key_types(&self) -> Vec<(&'static str, Type)> {
        self.columns.iter().filter(|(c, _)| self.key.contains(c)).copied().collect()
    }

    /// `ON CONFLICT … DO UPDATE` of everything but the key; nothing to update means nothing to do.
    pub fn on_conflict(&self) -> String {
        let set: Vec<String> =
            self.columns.iter().filter(|(c, _)| !self.key.contains(c)).map(|(c, _)| format!("{c} = excluded.{c}")).collect();
        let key = self.key.join(", ");
        if set.is_empty() {
            format!("ON CONFLICT ({key}) DO NOTHING")
        } else {
            format!("ON CONFLICT ({key}) DO UPDATE SET {}", set.join(", "))
        }
    }
}
