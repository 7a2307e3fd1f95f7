//! `ndp check`: replays every stream, makes every projection again, verifies chains, contents,
//! seals, loaded data and the invariants of the process. Writes nothing; names what is wrong.

mod invariants;
mod page;
mod seals;

use crate::install::rows_of;
use crate::keys::PublicKeys;
use ndp_domain::canonical::Hash;
use ndp_domain::id::{Id, Kind};
use ndp_store::audit::StoredEvent;
use ndp_store::batch::answer;
use ndp_store::{Fault, Store};
use page::{Mark, Page, Verified, finding};
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
    /// Idempotency answers whose batches are still to be found: batch → (request mark, streams).
    batches: BTreeMap<Uuid, Answered>,
    reference: Vec<(Id, ndp_domain::reference::State)>,
    /// Why the facts of a page could not be looked up in other records.
    unread: Option<String>,
}

#[derive(Default)]
struct Answered {
    mark: Option<(String, String, Hash)>,
    streams: BTreeMap<Id, u64>,
}

/// Checks everything. `noted` is a seal written down elsewhere, `(number, hash)`: only that shows
/// seals that were cut. `progress` hears events done and in all. Pages are read one after the
/// other and verified on all cores; what is in memory at once is a page a core.
pub async fn check(store: &Store, keys: &PublicKeys, noted: Option<(u64, Hash)>, progress: impl Fn(u64, u64)) -> Result<Report, Fault> {
    let mut check = Check { store, keys, report: Report::default(), batches: BTreeMap::new(), reference: Vec::new(), unread: None };
    let all = check.run(noted, &progress).await;
    match all {
        // A record that cannot even be read is a finding, with its name.
        Err(Fault::Inconsistent { table, record, what }) => check.wrong("record.unreadable", format!("{table} {record}"), what),
        Err(fault) if fault.is_of_a_record() => check.wrong("record.unreadable", "a row that cannot be decoded", fault.to_string()),
        other => other?,
    }
    Ok(check.report)
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(2, usize::from)
}

fn stopped(error: tokio::task::JoinError) -> Fault {
    Fault::Inconsistent { table: "stream", record: "a page".to_owned(), what: error.to_string() }
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
        if let Some(why) = self.unread.take().filter(|_| self.report.wrong.is_empty()) {
            self.wrong("record.unreadable", "a row that cannot be decoded", why);
        }
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
        progress(total, total);
        Ok(())
    }

    async fn contents(&mut self) -> Result<(), Fault> {
        let mut after = None;
        let mut working = tokio::task::JoinSet::new();
        loop {
            let page = self.store.audit_contents(after, PAGE).await?;
            if let Some((last, _)) = page.last() {
                after = Some(*last);
                self.report.contents += page.len() as u64;
                let differs = |(sha256, text): &(Hash, String)| (Hash::of(text.as_bytes()) != *sha256).then_some(*sha256);
                working.spawn_blocking(move || page.iter().filter_map(differs).collect::<Vec<Hash>>());
                if working.len() <= cores() {
                    continue;
                }
            }
            match working.join_next().await {
                None => return Ok(()),
                Some(changed) => {
                    for sha256 in changed.map_err(stopped)? {
                        self.wrong("content.changed", format!("content {sha256}"), "the text has another hash");
                    }
                }
            }
        }
    }

    /// Streams in pages of ids; events and projections are read by the same ranges, so that a
    /// row without its stream is seen as well.
    async fn streams(&mut self, total: u64, progress: &impl Fn(u64, u64)) -> Result<(), Fault> {
        let mut after: Option<Uuid> = None;
        let mut reading = true;
        let mut number = 0_usize;
        let mut working = tokio::task::JoinSet::new();
        let mut done: BTreeMap<usize, Verified> = BTreeMap::new();
        let mut next = 0;
        loop {
            while reading && working.len() < cores() {
                let page = self.page(after).await?;
                after = page.upto;
                reading = after.is_some() && !self.enough();
                let n = number;
                number += 1;
                working.spawn_blocking(move || (n, page.verify()));
            }
            let Some(verified) = working.join_next().await else { return Ok(()) };
            let (n, verified) = verified.map_err(stopped)?;
            done.insert(n, verified);
            // In the order of the pages, so that the first record that is wrong is the first.
            while let Some(verified) = done.remove(&next) {
                next += 1;
                self.take(verified).await?;
                progress(self.report.events, total);
            }
        }
    }

    async fn page(&self, after: Option<Uuid>) -> Result<Page, Fault> {
        let rows = self.store.audit_streams(after, PAGE).await?;
        let last = rows.last().and_then(|r| r.get("id").cloned().flatten()).and_then(|id| Uuid::try_parse(&id).ok());
        let upto = if rows.len() as u64 == PAGE { last } else { None };
        let rows = rows.into_iter().filter_map(|r| Some((r.get("id").cloned().flatten()?, r))).collect();
        let mut events: BTreeMap<String, Vec<StoredEvent>> = BTreeMap::new();
        for event in self.store.audit_events(after, upto).await? {
            events.entry(event.stream.simple().to_string()).or_default().push(event);
        }
        Ok(Page { rows, events, projected: self.store.audit_projection(after, upto).await?, upto })
    }

    /// What a page says of other records is looked up here, and its findings are kept.
    async fn take(&mut self, mut verified: Verified) -> Result<(), Fault> {
        self.report.streams += verified.streams;
        self.report.events += verified.events;
        let pins: BTreeSet<Hash> = verified.pins.keys().copied().collect();
        for pin in self.store.contents_missing(&pins).await? {
            let by = verified.pins.get(&pin).cloned().unwrap_or_default();
            verified.wrong.push(finding("content.missing", format!("content {pin}"), format!("named by {by}")));
        }
        match verified.facts.look_up(self.store).await {
            Ok(broken) => verified.wrong.extend(broken),
            // The row that cannot be read is named when its own page comes.
            Err(fault) if fault.is_of_a_record() => self.unread = Some(fault.to_string()),
            Err(fault) => return Err(fault),
        }
        self.report.wrong.extend(verified.wrong);
        self.reference.extend(verified.reference);
        for envelope in &verified.marks {
            self.answered(envelope);
        }
        Ok(())
    }

    fn answered(&mut self, envelope: &Mark) {
        let Some(answered) = self.batches.get_mut(&envelope.batch) else {
            if let Some((_, key, _)) = &envelope.request {
                let (record, batch) = (format!("idempotency {key}"), envelope.batch.simple());
                self.wrong("idempotency.missing", record, format!("asked for by batch {batch}"));
            }
            return;
        };
        let n = answered.streams.entry(envelope.stream).or_default();
        *n = (*n).max(envelope.n);
        if let Some(mark) = &envelope.request {
            answered.mark = Some(mark.clone());
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
