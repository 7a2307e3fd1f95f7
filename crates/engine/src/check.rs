//! `ndp check`: replays every stream, makes every projection again, verifies chains, contents,
//! seals, loaded data and the invariants of the process. Writes nothing; names what is wrong.

mod invariants;
mod seals;

use crate::install::rows_of;
use crate::keys::PublicKeys;
use invariants::Invariants;
use ndp_domain::canonical::{Hash, canonical, pins};
use ndp_domain::id::{Id, Kind};
use ndp_domain::machine::State;
use ndp_domain::projection::Projection;
use ndp_domain::record::{Envelope, chain};
use ndp_domain::whole::Whole;
use ndp_store::audit::{Columns, StoredEvent, expected_projection, expected_stream, instant};
use ndp_store::batch::answer;
use ndp_store::{Fault, Store};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// One record that is wrong. `what` is a stable code, `record` names table and key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    pub what: String,
    pub record: String,
    pub detail: String,
}

/// What was looked at and what was found.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Report {
    pub streams: u64,
    pub events: u64,
    pub contents: u64,
    pub seals: u64,
    /// Committed and not yet in the feed: reported, not wrong.
    pub unsequenced: u64,
    pub last_seal: Option<String>,
    /// Empty when everything holds; the first is the first record that is wrong.
    pub wrong: Vec<Finding>,
}

/// Findings after which the check stops reading on.
const ENOUGH: usize = 50;
const PAGE: u64 = 500;

pub(crate) struct Check<'a> {
    pub store: &'a Store,
    pub keys: &'a PublicKeys,
    pub report: Report,
    contents: BTreeSet<Hash>,
    /// Idempotency answers whose batches are still to be found: batch → (request mark, streams).
    batches: BTreeMap<Uuid, Answered>,
    invariants: Invariants,
    reference: Vec<(Id, ndp_domain::reference::State)>,
}

#[derive(Default)]
struct Answered {
    mark: Option<(String, String, Hash)>,
    streams: BTreeMap<Id, u64>,
}

/// Checks everything. `noted` is a seal written down elsewhere, `(number, hash)`: only that shows
/// seals that were cut. `progress` hears events done and in all.
pub async fn check(store: &Store, keys: &PublicKeys, noted: Option<(u64, Hash)>, progress: impl Fn(u64, u64)) -> Result<Report, Fault> {
    let mut check = Check {
        store,
        keys,
        report: Report::default(),
        contents: BTreeSet::new(),
        batches: BTreeMap::new(),
        invariants: Invariants::default(),
        reference: Vec::new(),
    };
    let all = check.run(noted, &progress).await;
    match all {
        // A record that cannot even be read is a finding, with its name.
        Err(Fault::Inconsistent { table, record, what }) => check.wrong("record.unreadable", format!("{table} {record}"), what),
        Err(fault) if fault.is_of_a_record() => check.wrong("record.unreadable", "a row that cannot be decoded", fault.to_string()),
        other => other?,
    }
    Ok(check.report)
}

impl Check<'_> {
    pub fn wrong(&mut self, what: &str, record: impl Into<String>, detail: impl Into<String>) {
        self.report.wrong.push(Finding { what: what.to_owned(), record: record.into(), detail: detail.into() });
    }

    fn enough(&self) -> bool {
        self.report.wrong.len() >= ENOUGH
    }

    async fn run(&mut self, noted: Option<(u64, Hash)>, progress: &impl Fn(u64, u64)) -> Result<(), Fault> {
        let total = self.store.count_events().await?;
        self.contents().await?;
        let idempotency = self.store.audit_idempotency().await?;
        self.batches = idempotency.iter().map(|(_, _, _, batch, _)| (*batch, Answered::default())).collect();
        self.streams(total, progress).await?;
        for (account, key, request, batch, given) in idempotency {
            self.idempotency(&account, &key, request, batch, &given);
        }
        self.loaded_data().await?;
        self.seals(noted).await?;
        let (strays, waiting) = self.store.audit_sequencing().await?;
        for (what, stream, n) in strays {
            self.wrong(what, format!("event {stream}/{n}"), "the feed and its queue do not agree");
        }
        self.report.unsequenced = waiting;
        let broken = std::mem::take(&mut self.invariants).finish();
        self.report.wrong.extend(broken);
        progress(total, total);
        Ok(())
    }

    async fn contents(&mut self) -> Result<(), Fault> {
        let mut after = None;
        loop {
            let page = self.store.audit_contents(after, PAGE).await?;
            let Some((last, _)) = page.last() else { return Ok(()) };
            after = Some(*last);
            for (sha256, text) in &page {
                self.report.contents += 1;
                if Hash::of(text.as_bytes()) != *sha256 {
                    self.wrong("content.changed", format!("content {sha256}"), "the text has another hash");
                }
                self.contents.insert(*sha256);
            }
        }
    }

    /// Streams in pages of ids; events and projections are read by the same ranges, so that a
    /// row without its stream is seen as well.
    async fn streams(&mut self, total: u64, progress: &impl Fn(u64, u64)) -> Result<(), Fault> {
        let mut after: Option<Uuid> = None;
        loop {
            let rows = self.store.audit_streams(after, PAGE).await?;
            let last = rows.last().and_then(|r| r.get("id").cloned().flatten()).and_then(|id| Uuid::try_parse(&id).ok());
            let upto = if rows.len() as u64 == PAGE { last } else { None };
            let mut by_id: BTreeMap<String, Columns> =
                rows.into_iter().filter_map(|r| Some((r.get("id").cloned().flatten()?, r))).collect();
            let mut events: BTreeMap<String, Vec<StoredEvent>> = BTreeMap::new();
            for event in self.store.audit_events(after, upto).await? {
                events.entry(event.stream.simple().to_string()).or_default().push(event);
            }
            let mut projected = self.store.audit_projection(after, upto).await?;
            for (id, events) in &events {
                let row = by_id.remove(id);
                self.stream(id, events, row, &mut projected);
            }
            for id in by_id.keys() {
                self.wrong("stream.without_events", format!("stream {id}"), "no event says that it exists");
            }
            for (table, id) in projected.keys() {
                self.wrong("projection.stray", format!("{table} of stream {id}"), "no such stream");
            }
            progress(self.report.events, total);
            match upto {
                Some(last) if !self.enough() => after = Some(last),
                _ => return Ok(()),
            }
        }
    }

    /// One stream: chain, replay, row, projections, invariants.
    fn stream(
        &mut self,
        id: &str,
        events: &[StoredEvent],
        row: Option<Columns>,
        projected: &mut BTreeMap<(&'static str, String), Vec<Columns>>,
    ) {
        self.report.streams += 1;
        let mut whole: Option<Whole> = None;
        let mut prev = Hash::ZERO;
        let mut sound = true;
        let mut kind = None;
        for (at, event) in events.iter().enumerate() {
            self.report.events += 1;
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
                if !self.contents.contains(&pin) {
                    self.wrong("content.missing", format!("content {pin}"), format!("named by {record}"));
                }
            }
            self.answered(&envelope);
            let before = whole.clone();
            whole = Whole::apply(whole, &envelope);
            if sound {
                let broken = self.invariants.event(&envelope, before.as_ref(), whole.as_ref());
                self.report.wrong.extend(broken);
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

    fn answered(&mut self, envelope: &Envelope) {
        let Some(answered) = self.batches.get_mut(&envelope.batch) else {
            if let Some(mark) = &envelope.request {
                let record = format!("idempotency {}", mark.key);
                self.wrong("idempotency.missing", record, format!("asked for by batch {}", envelope.batch.simple()));
            }
            return;
        };
        let n = answered.streams.entry(envelope.stream).or_default();
        *n = (*n).max(envelope.n);
        if let Some(mark) = &envelope.request {
            let account = envelope.recorded_by.or(envelope.actor.account).map_or_else(String::new, |a| a.to_string());
            answered.mark = Some((account, mark.key.clone(), mark.sha256));
        }
    }

    fn idempotency(&mut self, account: &str, key: &str, request: Hash, batch: Uuid, given: &str) {
        let answered = self.batches.remove(&batch).unwrap_or_default();
        let mark = answered.mark == Some((account.to_owned(), key.to_owned(), request));
        if !mark || answer(answered.streams.into_iter()) != given {
            self.wrong("idempotency.changed", format!("idempotency {account} {key}"), "not what its batch recorded");
        }
    }

    /// Rows of loaded data against the file that was loaded.
    async fn loaded_data(&mut self) -> Result<(), Fault> {
        let mut owners: BTreeSet<Uuid> = self.store.audit_reference_streams().await?.into_iter().collect();
        for (id, set) in std::mem::take(&mut self.reference) {
            owners.remove(&id.uuid);
            let Some(text) = self.store.content(set.pin.0).await? else { continue };
            let expected = match rows_of(set.set, &text) {
                Ok(rows) => rows,
                Err(mistakes) => {
                    let detail = mistakes.first().map(ToString::to_string).unwrap_or_default();
                    self.wrong("reference.unreadable", format!("reference {}", set.name), detail);
                    continue;
                }
            };
            let found = self.store.audit_reference(id.uuid).await?;
            if found != expected {
                let line = expected.iter().zip(&found).find(|(e, f)| e != f).map_or(0, |(e, _)| e.0);
                let line = if line == 0 { expected.len().min(found.len()) as u32 + 1 } else { line };
                self.wrong("reference.changed", format!("reference {} line {line}", set.name), "not what the loaded file says");
            }
        }
        for stray in owners {
            self.wrong("reference.stray", format!("reference rows of {}", Id::new(Kind::Reference, stray)), "no loaded data set owns them");
        }
        Ok(())
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
