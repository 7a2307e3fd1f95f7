//! The event log for process mining: one trace a file, its sheets, opinions and declarations in
//! it, in the order of the record. Persons by id, never names; sealed sheets by kind and time.

use crate::{Engine, Problem};
use ndp_domain::acts::ActId;
use ndp_domain::authority::Duty;
use ndp_domain::criteria_set;
use ndp_domain::id::{Id, Kind};
use ndp_domain::machine::{Event, State};
use ndp_domain::record::Envelope;
use ndp_domain::time::Instant;
use std::collections::BTreeMap;

/// One act as logged. `trace` is the file it belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub trace: Id,
    /// Version of a criteria set: each has its own process.
    pub part: Option<u32>,
    pub act: ActId,
    pub at: Instant,
    pub duty: Option<Duty>,
    pub org: Option<String>,
    /// The state that it led to.
    pub stage: String,
}

const PAGE: u64 = 2_000;

impl Engine {
    /// Every act in the order of the feed, handed on page by page.
    pub async fn log(&self, mut each: impl FnMut(Entry)) -> Result<(), Problem> {
        let mut wholes: BTreeMap<Id, ndp_domain::whole::Whole> = BTreeMap::new();
        let mut after = 0;
        let mut last: Option<(Id, ActId, uuid::Uuid)> = None;
        loop {
            let page = self.store.feed_events(after, PAGE).await?;
            let Some((position, _)) = page.last() else { return Ok(()) };
            after = *position;
            for (_, body) in &page {
                let wrong =
                    |e: serde_json::Error| ndp_store::Fault::Inconsistent { table: "event", record: "log".to_owned(), what: e.to_string() };
                let envelope: Envelope = serde_json::from_str(body).map_err(wrong)?;
                let before = wholes.remove(&envelope.stream);
                let before_state = before.as_ref().map(|w| w.state.clone());
                let Some(whole) = ndp_domain::whole::Whole::apply(before, &envelope) else { continue };
                // What belongs to another file's process is told in that file.
                let parent = whole.state.view().parent;
                let trace = match envelope.stream.kind {
                    Kind::Sheet | Kind::Opinion | Kind::Declaration => parent.unwrap_or(envelope.stream),
                    _ => envelope.stream,
                };
                let part = part_of(&envelope, before_state.as_ref(), &whole.state);
                let stage = whole.state.stage().to_owned();
                wholes.insert(envelope.stream, whole);
                // The second signature of the minutes and the conclusion are one act.
                let this = (envelope.stream, envelope.act, envelope.batch);
                if last == Some(this) {
                    continue;
                }
                last = Some(this);
                let org = envelope.actor.org.map(|o| o.to_string());
                each(Entry { trace, part, act: envelope.act, at: envelope.at, duty: envelope.actor.duty, org, stage });
            }
        }
    }
}

/// The version that an act on a criteria set is about.
fn part_of(envelope: &Envelope, before: Option<&State>, after: &State) -> Option<u32> {
    match (after, &envelope.event) {
        (_, Event::CriteriaSet(criteria_set::Event::Superseded { version })) => Some(*version),
        (State::CriteriaSet(_), Event::CriteriaSet(criteria_set::Event::Reviewed { .. } | criteria_set::Event::Repealed { .. })) => {
            match before {
                Some(State::CriteriaSet(s)) => s.in_force_version().map(|v| v.n),
                _ => None,
            }
        }
        (State::CriteriaSet(s), _) => s.versions.last().map(|v| v.n),
        (State::Opinion(o), _) => Some(o.version),
        _ => None,
    }
}
