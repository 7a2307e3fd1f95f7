//! The acts that every open record knows (process.md 6.10, X): transfer to another organisation
//! (X1), and the pause of its time limits (X2, X3). The state of the file never changes by them.

use crate::acts::ActId;
use crate::canonical::{Content, Pin};
use crate::evidence::Need;
use crate::id::OrganisationId;
use crate::machine::State;
use crate::occasion::Occasion;
use crate::organisation::Organisation;
use crate::publication;
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
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    Moved { plan: Uuid, from: OrganisationId, to: OrganisationId, unit: Option<String>, on: NaiveDate, at: Instant, basis: Pin },
    Paused { reason: Pin },
    Resumed {},
}

impl Command {
    pub fn act(&self) -> ActId {
        match self {
            Command::Transfer { .. } => ActId::X1,
            Command::Pause { .. } => ActId::X2,
            Command::Resume {} => ActId::X3,
        }
    }
    pub fn contents(&self) -> Vec<Content> {
        match self {
            Command::Transfer { basis: text, .. } | Command::Pause { reason: text } => vec![Content::of(text)],
            Command::Resume {} => Vec::new(),
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
/// limit that runs, or one that stands still.
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
    }
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
