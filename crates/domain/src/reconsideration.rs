//! Machine RC: reconsideration of a decision by its signer, once (process.md 6.10). It never
//! shortens or suspends the statutory right to complain (case 44).

use crate::acts::ActId;
use crate::canonical::{Content, Pin};
use crate::dossier::{Dossier, Purpose};
use crate::evidence::{Evidence, Need};
use crate::id::{Id, Kind, OrganisationId, ReconsiderationId};
use crate::list_entry::paper;
use crate::machine::{Machine, View};
use crate::occasion::{IssuedPaper, Occasion};
use crate::recognition::Recognition;
use crate::refusal::Refusal;
use crate::text::Prose;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// A decision that somebody disagrees with: of a dossier (E22 to E24) or on a recognition (R8 to
/// R11), with its day, its paper, and the two sides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided {
    pub paper: IssuedPaper,
    pub managing: OrganisationId,
    pub applicant: Option<OrganisationId>,
    pub regulation: String,
}

impl Decided {
    /// What was decided on a stream; refuses where nothing was.
    pub fn of(on: Id, evidence: &Evidence) -> Result<Decided, Refusal> {
        if let Ok(found) = evidence.find::<Dossier>(on) {
            let d = found.state;
            let first = d.purpose == Purpose::First;
            let (_, paper) = d.decision.clone().filter(|_| first).ok_or(Refusal::NothingDecided {})?;
            return Ok(Decided { paper, managing: d.managing, applicant: d.applicant, regulation: d.regulation.clone() });
        }
        let r = evidence.find::<Recognition>(on)?.state;
        let paper = r.over.as_ref().map_or_else(|| r.paper.clone(), |o| o.paper.clone());
        Ok(Decided { paper, managing: r.managing, applicant: r.applicant, regulation: r.regulation.clone() })
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct State {
    pub id: ReconsiderationId,
    pub on: Id,
    pub decision: IssuedPaper,
    pub managing: OrganisationId,
    pub applicant: Option<OrganisationId>,
    pub regulation: String,
    pub asked_on: NaiveDate,
    pub reasons: Pin,
    pub kept: Option<bool>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Command {
    /// RC1
    Ask { id: ReconsiderationId, on: Id, reasons: Prose },
    /// RC2
    Keep { reasons: Prose },
    /// RC3: followed by a new dossier or an extraordinary review.
    Accept { reasons: Prose },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    Asked(State),
    Kept { reasons: Pin, paper: IssuedPaper },
    Accepted { reasons: Pin, paper: IssuedPaper },
}

pub struct Reconsideration;

impl Machine for Reconsideration {
    const KIND: Kind = Kind::Reconsideration;
    type State = State;
    type Command = Command;
    type Event = Event;

    fn act(command: &Command) -> ActId {
        match command {
            Command::Ask { .. } => ActId::RC1,
            Command::Keep { .. } => ActId::RC2,
            Command::Accept { .. } => ActId::RC3,
        }
    }
    fn stage(state: &State) -> &'static str {
        match state.kept {
            None => "RC.asked",
            Some(true) => "RC.kept",
            Some(false) => "RC.changed",
        }
    }
    fn needs(_: Option<&State>, command: &Command) -> Vec<Need> {
        match command {
            Command::Ask { on, .. } => vec![Need::Stream(*on)],
            _ => Vec::new(),
        }
    }
    fn contents(command: &Command) -> Vec<Content> {
        match command {
            Command::Ask { reasons, .. } | Command::Keep { reasons } | Command::Accept { reasons } => vec![Content::of(reasons)],
        }
    }
    fn decide(_: Option<&State>, command: &Command, occasion: &Occasion) -> Result<Vec<Event>, Refusal> {
        let event = match command {
            Command::Ask { id, on, reasons } => {
                let decided = Decided::of(*on, occasion.evidence)?;
                let until = occasion.due_from(decided.paper.date, "reconsideration.ask").map_or(occasion.day(), |d| d.on);
                if occasion.passed(until) {
                    return Err(Refusal::ReconsiderationTooLate { until });
                }
                Event::Asked(State {
                    id: *id,
                    on: *on,
                    decision: decided.paper,
                    managing: decided.managing,
                    applicant: decided.applicant,
                    regulation: decided.regulation,
                    asked_on: occasion.day(),
                    reasons: Content::of(reasons).pin(),
                    kept: None,
                })
            }
            Command::Keep { reasons } => Event::Kept { reasons: Content::of(reasons).pin(), paper: paper(occasion)? },
            Command::Accept { reasons } => Event::Accepted { reasons: Content::of(reasons).pin(), paper: paper(occasion)? },
        };
        Ok(vec![event])
    }
    fn evolve(state: Option<State>, event: &Event) -> Option<State> {
        match (state, event) {
            (_, Event::Asked(new)) => Some(new.clone()),
            (Some(s), Event::Kept { .. }) => Some(State { kept: Some(true), ..s }),
            (Some(s), Event::Accepted { .. }) => Some(State { kept: Some(false), ..s }),
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
            // Once for each decision.
            open_key: Some(format!("{}/{}", state.on, state.decision.number)),
            ..View::default()
        }
    }
}
