//! A stream's whole state: the machine's state, its running clocks, and since when. This is the
//! document a row keeps; folding the stream's events gives the same again.

use crate::acts::{ActId, WAITING, leaving};
use crate::any;
use crate::calendar::{Due, Unit};
use crate::id::OrganisationId;
use crate::machine::{self, Event, LastDay, State, evolve};
use crate::occasion::Occasion;
use crate::record::{Clock, Envelope, Paused};
use crate::time::Instant;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Whole {
    pub state: State,
    /// Since when the stage stands.
    pub since: Instant,
    pub created_at: Instant,
    pub updated_at: Instant,
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub clocks: Vec<Clock>,
    /// The last transfer to another organisation: only it may be undone to one that has ceased.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub moved: Option<Moved>,
}

/// The transfer (X1) by which a file came to the organisation that holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Moved {
    pub plan: Uuid,
    pub from: OrganisationId,
    pub to: OrganisationId,
}

/// A state document over this size (bytes of canonical text) is a design fault: content is not
/// state.
pub const MAX_DOCUMENT: usize = 16 * 1024;

impl Whole {
    /// Applies one recorded event. Total.
    pub fn apply(whole: Option<Whole>, envelope: &Envelope) -> Option<Whole> {
        let at = envelope.at;
        let (state, since, created_at, clocks, last) = match whole {
            None => (None, at, at, Vec::new(), None),
            Some(w) => (Some(w.state), w.since, w.created_at, w.clocks, w.moved),
        };
        let before = state.as_ref().map(State::stage);
        let state = evolve(state, &envelope.event)?;
        let since = if before == Some(state.stage()) { since } else { at };
        let clocks = envelope.clocks.clone().unwrap_or(clocks);
        Some(Whole { state, since, created_at, updated_at: at, clocks, moved: moved_by(&envelope.event, last) })
    }

    /// The nearest last day of what somebody owes. Clocks that stand still do not count, nor do those of acts that are
    /// only allowed until a day: who does not ask for a supplement is not late.
    pub fn due(&self) -> Option<Due> {
        self.clocks.iter().filter(|c| c.paused.is_none() && c.act.row().task).map(|c| c.due).min()
    }
}

/// The last transfer after an event.
pub fn moved_by(event: &Event, last: Option<Moved>) -> Option<Moved> {
    match event {
        Event::Any(any::Event::Moved { plan, from, to, .. }) => Some(Moved { plan: *plan, from: *from, to: *to }),
        _ => last,
    }
}

/// The clocks after an event; `None` where nothing of them changes.
pub fn clocks_after(old: &[Clock], before: Option<&str>, state: &State, event: &Event, occasion: &Occasion) -> Option<Vec<Clock>> {
    let stage = state.stage();
    let new = match event {
        Event::Any(any::Event::Paused { .. }) => old.iter().map(|c| pause(c, None, occasion)).collect(),
        Event::Any(any::Event::Resumed {}) => old.iter().map(|c| resume(c, occasion)).collect(),
        Event::Any(any::Event::Moved { .. }) => {
            let until = occasion.due_from(occasion.day(), "organisation.confirm").map(|d| d.on);
            old.iter().map(|c| pause(c, until, occasion)).collect()
        }
        Event::Any(any::Event::Recounted { last_days, .. }) => {
            let counted = |c: &Clock| last_days.iter().find(|d| d.act == c.act && c.paused.is_none()).map(|d| d.due);
            old.iter().map(|c| Clock { due: counted(c).unwrap_or(c.due), ..c.clone() }).collect()
        }
        _ if before != Some(stage) => entering(old, stage, state, occasion),
        _ => staying(old, stage, state, occasion),
    };
    (before != Some(stage) || new != old).then_some(new)
}

fn unit_of(act: ActId, occasion: &Occasion) -> Unit {
    act.row().deadline.and_then(|name| occasion.regulation.term(name)).map_or(Unit::Calendar, |t| t.unit)
}

/// The clock stands still; one that already does stays as it is.
fn pause(clock: &Clock, until: Option<NaiveDate>, occasion: &Occasion) -> Clock {
    if clock.paused.is_some() {
        return clock.clone();
    }
    let left = occasion.calendar.left(occasion.day(), clock.due.on, unit_of(clock.act, occasion));
    let due = until.map_or(clock.due, |until| occasion.calendar.due(until, left));
    Clock { due, paused: Some(Paused { since: occasion.day(), left, until }), ..clock.clone() }
}

/// The clock goes on with what was left of it, from today or from the pause's own last day.
fn resume(clock: &Clock, occasion: &Occasion) -> Clock {
    let Some(paused) = clock.paused else { return clock.clone() };
    let from = paused.until.map_or(occasion.day(), |until| until.min(occasion.day()));
    // Nothing of a term that had run out before the pause comes back.
    let due = if paused.left.days == 0 { clock.due } else { occasion.calendar.due(from, paused.left) };
    Clock { due, paused: None, ..clock.clone() }
}

/// One clock for each act that leaves the new state; those that waited go on, and those that now
/// have to wait stand still.
fn entering(old: &[Clock], stage: &str, state: &State, occasion: &Occasion) -> Vec<Clock> {
    let waits = WAITING.contains(&stage);
    let mut clocks: Vec<Clock> = leaving(stage)
        .filter_map(|row| match old.iter().find(|c| c.act == row.id && c.paused.is_some()) {
            Some(waited) if !appointed(state, row.id, occasion) => Some(resume(waited, occasion)),
            _ => fresh(row.id, state, occasion),
        })
        .collect();
    if waits {
        clocks.extend(old.iter().map(|c| pause(c, None, occasion)));
    }
    clocks
}

/// In the same state, clocks that the state itself sets follow it; the others run on.
fn staying(old: &[Clock], stage: &str, state: &State, occasion: &Occasion) -> Vec<Clock> {
    let mut clocks: Vec<Clock> = Vec::new();
    for row in leaving(stage) {
        let existing = old.iter().find(|c| c.act == row.id);
        match (machine::last_day(state, row.id, occasion), existing) {
            (LastDay::On(due) | LastDay::Appointed(due), Some(clock)) if clock.paused.is_none() => {
                clocks.push(Clock { due, ..clock.clone() })
            }
            (LastDay::On(_) | LastDay::Appointed(_) | LastDay::ByTerm, Some(clock)) => clocks.push(clock.clone()),
            (LastDay::On(_) | LastDay::Appointed(_), None) => clocks.extend(fresh(row.id, state, occasion)),
            (LastDay::ByTerm, None) | (LastDay::Never, _) => {}
        }
    }
    clocks.extend(old.iter().filter(|c| leaving(stage).all(|row| row.id != c.act)).cloned());
    clocks
}

fn appointed(state: &State, act: ActId, occasion: &Occasion) -> bool {
    matches!(machine::last_day(state, act, occasion), LastDay::Appointed(_))
}

fn fresh(act: ActId, state: &State, occasion: &Occasion) -> Option<Clock> {
    let due = match machine::last_day(state, act, occasion) {
        LastDay::ByTerm => occasion.due(act)?,
        LastDay::On(due) | LastDay::Appointed(due) => due,
        LastDay::Never => return None,
    };
    Some(Clock { act, from: occasion.day(), due, paused: None })
}
