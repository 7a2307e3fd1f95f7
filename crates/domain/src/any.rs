//! The acts that every open record knows (process.md 6.10, X): transfer to another organisation
//! (X1), the pause of its time limits (X2, X3), and their recount by a corrected calendar (X5, case 32). The
//! state of the file never changes by them.

use crate::acts::ActId;
use crate::calendar::{Calendar, Due, Term};
use crate::canonical::{Content, Pin};
use crate::evidence::Need;
use crate::id::OrganisationId;
use crate::machine::{self, LastDay, State};
use crate::occasion::Occasion;
use crate::organisation::Organisation;
use crate::publication;
use crate::record::Clock;
use crate::refusal::Refusal;
use crate::text::{Prose, Text};
use crate::time::Instant;
use crate::whole::Moved;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Command {
    /// X1: the file goes on with another organisation; nothing is repeated (case 27). `plan` is
    /// the reviewed transfer it belongs to, `on` its legal date.
    Transfer { plan: Uuid, from: OrganisationId, to: OrganisationId, unit: Option<Text<60>>, on: NaiveDate, basis: Prose },
    /// X2
    Pause { reason: Prose },
    /// X3
    Resume {},
    /// X5: last days that have not passed are counted again by the calendar of now, that of `edition`; `before` are
    /// those of earlier editions, the newest first.
    Recount { edition: Pin, before: Vec<Calendar> },
}

/// A last day that moves with a corrected calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Recounted {
    pub act: ActId,
    pub was: NaiveDate,
    #[serde(flatten)]
    pub due: Due,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    Moved { plan: Uuid, from: OrganisationId, to: OrganisationId, unit: Option<String>, on: NaiveDate, at: Instant, basis: Pin },
    Paused { reason: Pin },
    Resumed {},
    Recounted { edition: Pin, last_days: Vec<Recounted> },
}

impl Command {
    pub fn act(&self) -> ActId {
        match self {
            Command::Transfer { .. } => ActId::X1,
            Command::Pause { .. } => ActId::X2,
            Command::Resume {} => ActId::X3,
            Command::Recount { .. } => ActId::X5,
        }
    }
    pub fn contents(&self) -> Vec<Content> {
        match self {
            Command::Transfer { basis: text, .. } | Command::Pause { reason: text } => vec![Content::of(text)],
            Command::Resume {} | Command::Recount { .. } => Vec::new(),
        }
    }
    pub fn needs(&self) -> Vec<Need> {
        match self {
            Command::Transfer { to, .. } => vec![Need::Stream((*to).into())],
            _ => Vec::new(),
        }
    }
}

/// X1: the receiving organisation exists and the file is the other's. X2 and X3: there is a time
/// limit that runs, or one that stands still. X5: a last day moves.
pub fn decide(state: Option<&State>, command: &Command, occasion: &Occasion) -> Result<Event, Refusal> {
    match command {
        Command::Transfer { plan, from, to, unit, on, basis } => {
            let receives = occasion.evidence.find::<Organisation>(*to)?.state;
            // Undone under its own plan, a transfer goes back even to one that has ceased since.
            let undone = occasion.moved == Some(Moved { plan: *plan, from: *to, to: *from });
            if !undone && !receives.exists_on(occasion.day()) {
                return Err(Refusal::ReceiverNotExisting { code: receives.record.code.to_string() });
            }
            if *on > occasion.day() {
                return Err(Refusal::DateInFuture { date: *on });
            }
            if state.and_then(holder) != Some(*from) || from == to {
                return Err(Refusal::NotHeldByThem {});
            }
            let (basis, unit) = (Content::of(basis).pin(), unit.as_ref().map(|u| u.to_string()));
            Ok(Event::Moved { plan: *plan, from: *from, to: *to, unit, on: *on, at: occasion.at, basis })
        }
        Command::Pause { reason } => {
            if occasion.clocks.iter().all(|c| c.paused.is_some()) {
                return Err(Refusal::NoClockRuns {});
            }
            Ok(Event::Paused { reason: Content::of(reason).pin() })
        }
        Command::Resume {} => {
            if occasion.clocks.iter().all(|c| c.paused.is_none()) {
                return Err(Refusal::NoClockStands {});
            }
            Ok(Event::Resumed {})
        }
        Command::Recount { edition, before } => {
            let last_days = state.map(|s| recounted(s, occasion.clocks, before, occasion)).unwrap_or_default();
            if last_days.is_empty() {
                return Err(Refusal::LastDaysStay {});
            }
            Ok(Event::Recounted { edition: *edition, last_days })
        }
    }
}

/// The last day of a term by another calendar. One that runs as it began is counted again from its beginning; of one
/// that stood still in between, what is left of it is counted from today. `before`: the calendars of before, the newest
/// first. Choice.
pub fn counted_again(from: NaiveDate, due: NaiveDate, term: Term, before: &[Calendar], now: &Calendar, today: NaiveDate) -> Option<Due> {
    let as_begun = now.due(from, term);
    if as_begun.on == due || before.iter().any(|c| c.due(from, term).on == due) {
        return Some(as_begun);
    }
    Some(now.due(today, before.first()?.left(today, due, term.unit)))
}

/// The running last days that another calendar moves (case 32): those that have passed stay, days that were agreed stay,
/// and none moves to before today.
pub fn recounted(state: &State, clocks: &[Clock], before: &[Calendar], occasion: &Occasion) -> Vec<Recounted> {
    let today = occasion.day();
    let again = |clock: &Clock| -> Option<Due> {
        let due = match machine::last_day(state, clock.act, occasion) {
            LastDay::Never => return None,
            LastDay::On(due) | LastDay::Appointed(due) => due,
            LastDay::ByTerm => {
                let term = occasion.regulation.term(clock.act.row().deadline?)?;
                counted_again(clock.from, clock.due.on, term, before, occasion.calendar, today)?
            }
        };
        Some(Due { on: due.on.max(today), ..due })
    };
    let running = clocks.iter().filter(|c| c.paused.is_none() && c.due.on >= today);
    let moved = running.filter_map(|c| again(c).map(|due| (c, due))).filter(|(c, due)| c.due != *due);
    moved.map(|(c, due)| Recounted { act: c.act, was: c.due.on, due }).collect()
}

/// The organisation that answers for a record.
pub fn holder(state: &State) -> Option<OrganisationId> {
    match state {
        // A paper that went out stays its issuer's, under the name of that day.
        State::Document(d) if d.issued.is_some() => None,
        // An issue of a register, too, stays with whoever kept it on that day.
        State::Edition(e) if e.paper.is_some() || e.historical.is_some() => None,
        State::Organisation(_) | State::Account(_) | State::Opinion(_) | State::Reference(_) => None,
        other => other.view().managing,
    }
}

pub fn evolve(state: State, event: &Event) -> State {
    let Event::Moved { from, to, unit, on, at, .. } = event else { return state };
    let (from, to, unit) = (*from, *to, unit.as_deref());
    let org = |held: &mut OrganisationId| {
        if *held == from {
            *held = to;
        }
    };
    let name = |held: &mut String| {
        if let Some(unit) = unit {
            unit.clone_into(held);
        }
    };
    let mut state = state;
    match &mut state {
        State::ListEntry(s) => {
            org(&mut s.managing);
            name(&mut s.unit);
        }
        State::CriteriaSet(s) => {
            org(&mut s.managing);
            name(&mut s.unit);
            if let Some(sent) = s.versions.last_mut().and_then(|v| v.consultation.as_mut()) {
                sent.consulted.iter_mut().for_each(org);
            }
        }
        State::Product(s) => {
            s.managing.iter_mut().chain(&mut s.record.owner).for_each(org);
            name(&mut s.unit);
        }
        State::Dossier(s) => {
            org(&mut s.managing);
            name(&mut s.unit);
        }
        State::Body(s) => {
            org(&mut s.managing);
            name(&mut s.unit);
        }
        State::Recognition(s) => {
            org(&mut s.managing);
            name(&mut s.unit);
        }
        State::Publication(s) => {
            publication::moving(s, *on, *at);
            org(&mut s.managing);
            name(&mut s.unit);
        }
        State::Plan(s) => {
            org(&mut s.owner);
            name(&mut s.unit);
        }
        State::Document(s) if s.issued.is_none() => org(&mut s.issuing),
        State::Reconsideration(s) => org(&mut s.managing),
        State::Complaint(s) => org(&mut s.managing),
        State::Objection(s) => org(&mut s.managing),
        State::ChangeProposal(s) => org(&mut s.managing),
        State::Readiness(s) => org(&mut s.holder),
        State::Edition(s) => org(&mut s.keeper),
        _ => {}
    }
    state
}
