//! One page of streams, verified without a database: chains, replay, rows, projections. Pages are
//! independent of each other, so that all cores work.

use super::Finding;
use super::invariants::Facts;
use ndp_domain::canonical::{Hash, canonical, pins};
use ndp_domain::id::Id;
use ndp_domain::machine::State;
use ndp_domain::projection::Projection;
use ndp_domain::record::{Envelope, chain};
use ndp_domain::whole::Whole;
use ndp_store::audit::{Columns, StoredEvent, expected_projection, expected_stream, instant};
use std::collections::BTreeMap;
use uuid::Uuid;

/// What was read of a range of ids.
pub(super) struct Page {
    pub rows: BTreeMap<String, Columns>,
    pub events: BTreeMap<String, Vec<StoredEvent>>,
    pub projected: BTreeMap<(&'static str, String), Vec<Columns>>,
    /// The last id of a full page.
    pub upto: Option<Uuid>,
}

/// What an event says of the commit it belongs to.
pub(super) struct Mark {
    pub batch: Uuid,
    pub stream: Id,
    pub n: u64,
    /// Account, key, hash of what was asked.
    pub request: Option<(String, String, Hash)>,
}

/// What was found, and what other records must say.
#[derive(Default)]
pub(super) struct Verified {
    pub streams: u64,
    pub events: u64,
    pub wrong: Vec<Finding>,
    /// Contents that events rely on, and by which event.
    pub pins: BTreeMap<Hash, String>,
    pub marks: Vec<Mark>,
    pub facts: Facts,
    pub reference: Vec<(Id, ndp_domain::reference::State)>,
}

pub(super) fn finding(what: &str, record: impl Into<String>, detail: impl Into<String>) -> Finding {
    Finding { what: what.to_owned(), record: record.into(), detail: detail.into() }
}

impl Page {
    pub fn verify(mut self) -> Verified {
        let mut v = Verified::default();
        for (id, events) in std::mem::take(&mut self.events) {
            let row = self.rows.remove(&id);
            v.stream(&id, &events, row, &mut self.projected);
        }
        for id in self.rows.keys() {
            v.wrong.push(finding("stream.without_events", format!("stream {id}"), "no event says that it exists"));
        }
        for (table, id) in self.projected.keys() {
            v.wrong.push(finding("projection.stray", format!("{table} of stream {id}"), "no such stream"));
        }
        v
    }
}

impl Verified {
    fn wrong(&mut self, what: &str, record: impl Into<String>, detail: impl Into<String>) {
        self.wrong.push(finding(what, record, detail));
    }

    /// One stream: chain, replay, row, projections, invariants.
    fn stream(
        &mut self,
        id: &str,
        events: &[StoredEvent],
        row: Option<Columns>,
        projected: &mut BTreeMap<(&'static str, String), Vec<Columns>>,
    ) {
        self.streams += 1;
        let mut whole: Option<Whole> = None;
        let mut prev = Hash::ZERO;
        let mut sound = true;
        let mut kind = None;
        for (at, event) in events.iter().enumerate() {
            self.events += 1;
            let record = format!("event {id}/{}", event.n);
            if let Err(detail) = link(event, at as u64 + 1, prev) {
                self.wrong("event.chain_broken", record.clone(), detail);
                sound = false;
            }
            prev = event.hash;
            let envelope: Envelope = match serde_json::from_str(&event.body) {
                Ok(envelope) => envelope,
                Err(error) => {
                    self.wrong("event.unreadable", record, error.to_string());
                    sound = false;
                    continue;
                }
            };
            if let Some(column) = differs(event, &envelope) {
                self.wrong("event.column_changed", record.clone(), format!("column {column} differs from the recorded text"));
                sound = false;
            }
            for pin in pins(&event.body) {
                self.pins.entry(pin).or_insert_with(|| record.clone());
            }
            self.mark(&envelope);
            let before = whole.clone();
            whole = Whole::apply(whole, &envelope);
            if sound {
                let broken = self.facts.event(&envelope, before.as_ref(), whole.as_ref());
                self.wrong.extend(broken);
            }
            kind = Some(envelope.stream.kind);
        }
        let stored: BTreeMap<&'static str, Vec<Columns>> = ndp_store::audit::projected_tables()
            .into_iter()
            .map(|table| (table, projected.remove(&(table, id.to_owned())).unwrap_or_default()))
            .collect();
        let (Some(whole), Some(kind), Ok(uuid)) = (whole, kind, Uuid::try_parse(id)) else { return };
        let Some(row) = row else {
            self.wrong("stream.deleted", format!("stream {}", Id::new(kind, uuid)), "its events exist, its row does not");
            return;
        };
        if !sound {
            return;
        }
        self.projection(Id::new(kind, uuid), &whole, events.len() as u64, prev, &row, &stored);
        if let State::Reference(set) = &whole.state {
            self.reference.push((Id::new(kind, uuid), set.clone()));
        }
    }

    fn projection(
        &mut self,
        id: Id,
        whole: &Whole,
        version: u64,
        head: Hash,
        row: &Columns,
        stored: &BTreeMap<&'static str, Vec<Columns>>,
    ) {
        let projection = Projection::of(whole);
        let expected = expected_stream(id, version, head, &projection);
        let changed: Vec<&str> = expected.iter().filter(|(c, v)| row.get(*c) != Some(v)).map(|(c, _)| c.as_str()).collect();
        if !changed.is_empty() {
            self.wrong("stream.changed", format!("stream {id}"), format!("not what its events say: {}", changed.join(", ")));
        }
        for (table, expected) in expected_projection(id, &projection) {
            let found = stored.get(table).map_or(&[][..], |rows| rows);
            if found != expected {
                let detail = match expected.iter().zip(found).find(|(e, f)| e != f) {
                    Some((e, f)) => {
                        let columns: Vec<&str> = e.iter().filter(|(c, v)| f.get(*c) != Some(v)).map(|(c, _)| c.as_str()).collect();
                        format!("differs in {}", columns.join(", "))
                    }
                    None => format!("{} rows, its events say {}", found.len(), expected.len()),
                };
                self.wrong("projection.changed", format!("{table} of stream {id}"), detail);
            }
        }
    }

    /// Every event of a batch with a key belongs to that key's answer.
    fn mark(&mut self, envelope: &Envelope) {
        let account = || envelope.recorded_by.or(envelope.actor.account).map_or_else(String::new, |a| a.to_string());
        let request = envelope.request.as_ref().map(|mark| (account(), mark.key.clone(), mark.sha256));
        self.marks.push(Mark { batch: envelope.batch, stream: envelope.stream, n: envelope.n, request });
    }
}

/// Number, previous hash and own hash of an event.
fn link(event: &StoredEvent, n: u64, prev: Hash) -> Result<(), String> {
    if event.n != n {
        return Err(format!("number {} where {n} follows", event.n));
    }
    if event.prev != prev {
        return Err("the previous hash is not that of the event before".to_owned());
    }
    if chain(event.prev, &event.body) != event.hash {
        return Err("the text has another hash".to_owned());
    }
    Ok(())
}

/// The first column that says something else than the recorded text.
fn differs(event: &StoredEvent, envelope: &Envelope) -> Option<&'static str> {
    [
        (event.stream != envelope.stream.uuid, "stream"),
        (event.n != envelope.n, "n"),
        (event.batch != envelope.batch, "batch"),
        (event.i != u64::from(envelope.i), "i"),
        (event.act != envelope.act.name(), "act"),
        (event.at != instant(envelope.at), "at"),
        (canonical(envelope) != event.body, "body"),
    ]
    .into_iter()
    .find_map(|(wrong, column)| wrong.then_some(column))
}
