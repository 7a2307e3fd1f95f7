//! The written tables as data. On PostgreSQL rows travel as one array a column and are put together in
//! SQL; on SQLite as one JSON parameter a table. So a batch of any size, and a group of batches, is a fixed
//! number of statements: one on PostgreSQL, one a table on SQLite.

use crate::batch::{Batch, Expect, Write};
use ndp_domain::access::{self, Access, Recusal};
use ndp_domain::canonical::Hash;
use ndp_domain::projection::{Lists, Projection, Task};
use ndp_domain::publication::EntryVersion;
use ndp_domain::record::Clock;
use ndp_domain::time::Instant;
use sea_orm::Value;
use serde::{Serialize, Serializer};
use std::borrow::Cow;
use std::collections::BTreeMap;
use uuid::Uuid;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Type {
    Uuid,
    /// A SHA-256.
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
        ("admits", Text),
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
    at.to_rfc3339_opts(chrono::SecondsFormat::Micros, true)
}

pub(crate) fn hex(id: Uuid) -> String {
    id.simple().to_string()
}

/// One value on its way to the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Cell<'a> {
    Null,
    Int(i64),
    Text(Cow<'a, str>),
    Id(Uuid),
    Hash(Hash),
}

impl Cell<'_> {
    /// The value as a parameter of its column's type.
    pub fn value(self, kind: Type) -> Value {
        match (self, kind) {
            (Cell::Int(n), _) => n.into(),
            (Cell::Text(t), _) => t.into_owned().into(),
            (Cell::Id(id), _) => id.into(),
            (Cell::Hash(hash), _) => hash.0.to_vec().into(),
            (Cell::Null, Type::Int) => Value::BigInt(None),
            (Cell::Null, Type::Text) => Value::String(None),
            (Cell::Null, Type::Uuid) => Value::Uuid(None),
            (Cell::Null, Type::Bytes) => Value::Bytes(None),
        }
    }
    /// The value as the text that the checker compares; ids and hashes as hex.
    pub fn text(&self) -> Option<String> {
        match self {
            Cell::Null => None,
            Cell::Int(n) => Some(n.to_string()),
            Cell::Text(t) => Some(t.clone().into_owned()),
            Cell::Id(id) => Some(hex(*id)),
            Cell::Hash(hash) => Some(hash.to_string()),
        }
    }
}

/// Into JSON, for SQLite.
impl Serialize for Cell<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Cell::Null => serializer.serialize_none(),
            Cell::Int(n) => serializer.serialize_i64(*n),
            Cell::Text(t) => serializer.serialize_str(t),
            Cell::Id(id) => serializer.collect_str(&id.simple()),
            Cell::Hash(hash) => serializer.collect_str(hash),
        }
    }
}

macro_rules! cells {
    ($($from:ty, $value:ident => $cell:expr;)*) => {$(
        impl<'a> From<$from> for Cell<'a> {
            fn from($value: $from) -> Cell<'a> {
                $cell
            }
        }
    )*};
}

cells! {
    &'a str, text => Cell::Text(Cow::Borrowed(text));
    &'a String, text => Cell::Text(Cow::Borrowed(text));
    String, text => Cell::Text(Cow::Owned(text));
    i64, n => Cell::Int(n);
    u64, n => Cell::Int(n as i64);
    u32, n => Cell::Int(i64::from(n));
    bool, is => Cell::Int(i64::from(is));
    Uuid, id => Cell::Id(id);
    Hash, hash => Cell::Hash(hash);
}

impl<'a, T: Into<Cell<'a>>> From<Option<T>> for Cell<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Cell::Null, Into::into)
    }
}

/// A row's values in the order of its table's columns.
pub(crate) type Row<'a> = Vec<Cell<'a>>;

/// A row from values of any kind that travels.
macro_rules! row {
    ($($value:expr),* $(,)?) => { vec![$(Cell::from($value)),*] };
}

fn said(id: Option<impl std::fmt::Display>) -> Option<String> {
    id.map(|id| id.to_string())
}

pub(crate) fn stream_row(id: ndp_domain::id::Id, version: u64, head: Hash, p: &Projection) -> Row<'_> {
    let v = &p.row.view;
    row![
        id.uuid,
        id.kind.name(),
        version,
        head,
        &p.row.document,
        p.row.stage,
        v.name.as_ref(),
        p.row.name_fold.as_ref(),
        v.code.as_ref(),
        said(v.managing),
        v.unit.as_ref(),
        said(v.applicant),
        said(v.issuing),
        v.regulation.as_ref(),
        v.parent.map(|p| p.uuid),
        said(v.product),
        v.round,
        said(v.person),
        said(v.officer),
        said(v.body),
        v.open_key.as_ref(),
        said(p.row.due.map(|d| d.on)),
        p.row.due.map(|d| d.estimated),
        p.row.sheets_due,
        p.row.sheets_opened,
        instant(p.row.created_at),
        instant(p.row.updated_at),
        access::lines(&p.lists.access),
    ]
}

pub(crate) fn task_row(stream: Uuid, t: &Task) -> Row<'_> {
    row![
        stream,
        t.act,
        t.duty.code(),
        &t.holder,
        t.person.map_or(String::new(), |p| p.to_string()),
        said(t.due.map(|d| d.on)),
        t.due.map(|d| d.estimated),
        instant(t.since),
    ]
}

fn deadline_row(stream: Uuid, c: &Clock) -> Row<'_> {
    row![stream, c.act.name(), c.from.to_string(), c.due.on.to_string(), c.due.estimated]
}

fn access_row(stream: Uuid, a: &Access) -> Row<'_> {
    row![stream, a.principal.text(), a.facet.name(), a.from.to_string(), said(a.to)]
}

fn recusal_row(stream: Uuid, r: &Recusal) -> Row<'_> {
    row![stream, r.person.to_string(), r.product.to_string()]
}

fn entry_version_row(stream: Uuid, e: &EntryVersion) -> Row<'_> {
    row![stream, e.register, &e.name, e.class, e.managing.to_string(), e.valid_from.to_string(), said(e.valid_to), instant(e.recorded_at),]
}

/// Rows of all projected tables, by table name.
pub(crate) fn projected(stream: Uuid, p: &Lists) -> BTreeMap<&'static str, Vec<Row<'_>>> {
    BTreeMap::from([
        ("task", p.tasks.iter().map(|t| task_row(stream, t)).collect()),
        ("deadline", p.deadlines.iter().map(|c| deadline_row(stream, c)).collect()),
        ("access", p.access.iter().map(|a| access_row(stream, a)).collect()),
        ("recusal", p.recusals.iter().map(|r| recusal_row(stream, r)).collect()),
        ("entry_version", p.entry_versions.iter().map(|e| entry_version_row(stream, e)).collect()),
    ])
}

/// Rows with the place, in its group, of the batch that each belongs to.
#[derive(Debug, Default)]
pub(crate) struct Rows<'a> {
    pub of: Vec<i64>,
    pub rows: Vec<Row<'a>>,
}

impl<'a> Rows<'a> {
    pub fn push(&mut self, of: i64, row: Row<'a>) {
        self.of.push(of);
        self.rows.push(row);
    }
}

/// What a group of batches changes, table by table: rows to put and keys to remove.
#[derive(Debug, Default)]
pub(crate) struct Changes<'a> {
    /// Rows of streams that are opened.
    pub opened: Rows<'a>,
    /// Rows of streams that are changed; behind their columns, the version each must have.
    pub changed: Rows<'a>,
    /// Streams relied on, with the version each must have.
    pub relied: Rows<'a>,
    /// Streams whose drafts are frozen or freed.
    pub locks: Rows<'a>,
    pub put: BTreeMap<&'static str, Rows<'a>>,
    pub remove: BTreeMap<&'static str, Rows<'a>>,
}

impl<'a> Changes<'a> {
    fn put(&mut self, of: i64, table: &'static str, row: Row<'a>) {
        self.put.entry(table).or_default().push(of, row);
    }

    fn write(&mut self, of: i64, batch: &'a Batch, write: &'a Write) {
        let uuid = write.stream.uuid;
        let mut stream = stream_row(write.stream, write.version(), write.head(), &write.after);
        match write.expect {
            Expect::New => self.opened.push(of, stream),
            Expect::Version(version) => {
                stream.push(version.into());
                self.changed.push(of, stream);
            }
        }
        for recorded in &write.events {
            let e = &recorded.envelope;
            let event = row![uuid, e.n, batch.id, e.i, e.act.name(), instant(e.at), &recorded.body, recorded.prev, recorded.hash];
            self.put(of, "event", event);
        }
        let before = write.before.as_ref().map(|p| projected(uuid, p)).unwrap_or_default();
        let mut after = projected(uuid, &write.after.lists);
        for table in PROJECTED {
            let old = before.get(table.name).map_or(&[][..], |v| v);
            let new = after.remove(table.name).unwrap_or_default();
            let key = table.key_places();
            let same_key = |a: &Row, b: &Row| key.iter().all(|k| a.get(*k) == b.get(*k));
            for gone in old.iter().filter(|o| !new.iter().any(|n| same_key(o, n))) {
                let key = key.iter().filter_map(|k| gone.get(*k).cloned()).collect();
                self.remove.entry(table.name).or_default().push(of, key);
            }
            for fresh in new.into_iter().filter(|n| !old.contains(n)) {
                self.put(of, table.name, fresh);
            }
        }
    }

    /// What one batch changes.
    pub fn of(batch: &'a Batch) -> Changes<'a> {
        Changes::of_all(std::iter::once(batch))
    }

    /// What batches that share no stream change, each under its place among them.
    pub fn of_all(batches: impl Iterator<Item = &'a Batch>) -> Changes<'a> {
        let mut changes = Changes::default();
        for (of, batch) in (0..).zip(batches) {
            changes.batch(of, batch);
        }
        changes
    }

    fn batch(&mut self, of: i64, batch: &'a Batch) {
        for write in &batch.writes {
            self.write(of, batch, write);
        }
        for (id, version) in &batch.evidence {
            self.relied.push(of, row![id.uuid, *version]);
        }
        for (stream, locked) in &batch.drafts {
            self.locks.push(of, row![stream.uuid, *locked]);
        }
        for content in &batch.content {
            self.put(of, "content", row![content.sha256, &content.text]);
        }
        for r in &batch.reference {
            self.put(of, "reference", row![r.stream.uuid, r.line, &r.key, &r.row]);
        }
        for (stream, line) in &batch.reference_gone {
            self.remove.entry("reference").or_default().push(of, row![stream.uuid, *line]);
        }
        for m in &batch.outbox {
            self.put(of, "outbox", row![m.id, m.topic, &m.payload, &m.dedup_key, instant(m.run_at), 0_i64]);
        }
        for save in &batch.typed {
            self.put(of, "draft", row![save.stream.uuid, &save.field, &save.value, save.seen + 1, false, instant(save.at)]);
        }
        if let Some(mark) = &batch.idempotency {
            self.put(of, "idempotency", row![&mark.account, &mark.key, mark.request, batch.id, batch.answer()]);
        }
    }
}

impl Type {
    fn in_postgres(self) -> &'static str {
        match self {
            Type::Uuid => "uuid",
            Type::Int => "bigint",
            Type::Text => "text",
            Type::Bytes => "bytea",
        }
    }
}

/// Columns as a set of rows called `x` on PostgreSQL: an array parameter each, from `$first` on. One and the
/// same statement serves any number of rows, and its plan takes them for few.
pub(crate) fn arrays(columns: &[(&'static str, Type)], first: usize) -> String {
    let arrays: Vec<String> = columns.iter().zip(first..).map(|((_, t), n)| format!("${n}::{}[]", t.in_postgres())).collect();
    let names: Vec<&str> = columns.iter().map(|(c, _)| *c).collect();
    format!("unnest({}) AS x({})", arrays.join(", "), names.join(", "))
}

/// Few rows as a set called `x` on PostgreSQL: a parameter each, row by row, from `$first` on.
pub(crate) fn rowwise(columns: &[(&'static str, Type)], rows: usize, first: usize) -> String {
    let row = |r: usize| {
        let values: Vec<String> =
            columns.iter().zip(first + r * columns.len()..).map(|((_, t), n)| format!("${n}::{}", t.in_postgres())).collect();
        format!("({})", values.join(", "))
    };
    let rows: Vec<String> = (0..rows).map(row).collect();
    let names: Vec<&str> = columns.iter().map(|(c, _)| *c).collect();
    format!("(VALUES {}) AS x({})", rows.join(", "), names.join(", "))
}

impl Table {
    pub fn names(&self) -> String {
        self.columns.iter().map(|(c, _)| *c).collect::<Vec<_>>().join(", ")
    }

    /// Where a column stands.
    pub fn place(&self, column: &str) -> Option<usize> {
        self.columns.iter().position(|(c, _)| *c == column)
    }

    /// Where the columns of the key stand.
    pub fn key_places(&self) -> Vec<usize> {
        self.key_types().iter().filter_map(|(c, _)| self.place(c)).collect()
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
