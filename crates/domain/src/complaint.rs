//! Machine KN: a complaint, a statutory right (Complaints Law 2011). The software keeps its dates
//! and papers; the law decides (process.md 6.10).

use crate::acts::ActId;
use crate::calendar::Due;
use crate::canonical::{Content, Pin};
use crate::evidence::Need;
use crate::id::{ComplaintId, Id, Kind, OrganisationId};
use crate::list_entry::{Incoming, paper};
use crate::machine::{LastDay, Machine, View};
use crate::occasion::{IssuedPaper, Occasion};
use crate::reconsideration::Decided;
use crate::refusal::Refusal;
use crate::text::Prose;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    Lodged,
    Accepted,
    Refused,
    Settled,
    Second,
    Closed,
}

/// How it ended (KN6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    Withdrawn,
    CourtDecided,
    SecondDecisionFinal,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct State {
    pub id: ComplaintId,
    pub on: Id,
    pub decision: IssuedPaper,
    pub managing: OrganisationId,
    pub applicant: Option<OrganisationId>,
    pub regulation: String,
    pub incoming: Incoming,
    /// Came after the term; recorded all the same.
    pub late: bool,
    pub stage: Stage,
    /// The longer term of a complex case.
    pub complex: bool,
    pub ending: Option<Ending>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Command {
    /// KN1
    Lodge { id: ComplaintId, on: Id, incoming: Incoming },
    /// KN2
    Accept { complex: bool },
    /// KN3
    Refuse { reason: Prose },
    /// KN4
    Settle { decision: Prose },
    /// KN5: outside papers attached.
    NoteNext { note: Prose },
    /// KN6
    Close { ending: Ending, note: Prose },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    Lodged(State),
    Accepted { complex: bool, paper: IssuedPaper },
    Refused { reason: Pin, paper: IssuedPaper },
    Settled { decision: Pin, paper: IssuedPaper },
    NextNoted { note: Pin },
    Closed { ending: Ending, note: Pin },
}

pub struct Complaint;

impl Machine for Complaint {
    const KIND: Kind = Kind::Complaint;
    type State = State;
    type Command = Command;
    type Event = Event;

    fn act(command: &Command) -> ActId {
        match command {
            Command::Lodge { .. } => ActId::KN1,
            Command::Accept { .. } => ActId::KN2,
            Command::Refuse { .. } => ActId::KN3,
            Command::Settle { .. } => ActId::KN4,
            Command::NoteNext { .. } => ActId::KN5,
            Command::Close { .. } => ActId::KN6,
        }
    }
    fn stage(state: &State) -> &'static str {
        match state.stage {
            Stage::Lodged => "KN.lodged",
            Stage::Accepted => "KN.accepted",
            Stage::Refused => "KN.refused",
            Stage::Settled => "KN.settled",
            Stage::Second => "KN.second",
            Stage::Closed => "KN.closed",
        }
    }
    fn needs(_: Option<&State>, command: &Command) -> Vec<Need> {
        match command {
            Command::Lodge { on, .. } => vec![Need::Stream(*on)],
            _ => Vec::new(),
        }
    }
    fn contents(command: &Command) -> Vec<Content> {
        match command {
            Command::Refuse { reason: text }
            | Command::Settle { decision: text }
            | Command::NoteNext { note: text }
            | Command::Close { note: text, .. } => vec![Content::of(text)],
            _ => Vec::new(),
        }
    }
    fn last_day(state: &State, act: ActId, occasion: &Occasion) -> LastDay {
        let on = |due: Option<Due>| due.map_or(LastDay::Never, LastDay::On);
        match act {
            // Both terms of the first answer run from the complaint's arrival.
            ActId::KN2 | ActId::KN3 => on(occasion.due_from(state.incoming.arrived_on, "complaint.accept")),
            ActId::KN4 if state.complex => on(occasion.due_from(occasion.day(), "complaint.settle_complex")),
            _ => LastDay::ByTerm,
        }
    }
    fn decide(_: Option<&State>, command: &Command, occasion: &Occasion) -> Result<Vec<Event>, Refusal> {
        let pin = |text: &Prose| Content::of(text).pin();
        let event = match command {
            Command::Lodge { id, on, incoming } => {
                let decided = Decided::of(*on, occasion.evidence)?;
                incoming.check(Some(decided.paper.date), occasion)?;
                let until = occasion.due_from(decided.paper.date, "complaint.lodge").map(|d| d.on);
                Event::Lodged(State {
                    id: *id,
                    on: *on,
                    decision: decided.paper,
                    managing: decided.managing,
                    applicant: decided.applicant,
                    regulation: decided.regulation,
                    late: until.is_some_and(|until| incoming.arrived_on > until),
                    incoming: incoming.clone(),
                    stage: Stage::Lodged,
                    complex: false,
                    ending: None,
                })
            }
            Command::Accept { complex } => Event::Accepted { complex: *complex, paper: paper(occasion)? },
            Command::Refuse { reason } => Event::Refused { reason: pin(reason), paper: paper(occasion)? },
            Command::Settle { decision } => Event::Settled { decision: pin(decision), paper: paper(occasion)? },
            Command::NoteNext { note } => Event::NextNoted { note: pin(note) },
            Command::Close { ending, note } => Event::Closed { ending: *ending, note: pin(note) },
        };
        Ok(vec![event])
    }
    fn evolve(state: Option<State>, event: &Event) -> Option<State> {
        match (state, event) {
            (_, Event::Lodged(new)) => Some(new.clone()),
            (Some(s), Event::Accepted { complex, .. }) => Some(State { stage: Stage::Accepted, complex: *complex, ..s }),
            (Some(s), Event::Refused { .. }) => Some(State { stage: Stage::Refused, ..s }),
            (Some(s), Event::Settled { .. }) => Some(State { stage: Stage::Settled, ..s }),
            (Some(s), Event::NextNoted { .. }) => Some(State { stage: Stage::Second, ..s }),
            (Some(s), Event::Closed { ending, .. }) => Some(State { stage: Stage::Closed, ending: Some(*ending), ..s }),
            (None, _) => None,
        }
    }
    fn view(state: &State) -> View {
        View {
            own: Some(state.id.into()),
            managing: Some(state.managing),
            applicant: state.applicant,
            regulation: Some(state.regulation.clone()),
            parent: Some(state.on),
            ..View::default()
        }
    }
}
