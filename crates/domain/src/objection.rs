//! An objection to a finding or a figure (case 21): who, with which evidence, when; answered with
//! reasons. It changes no figure: both stay on record. Ids OB are ours.

use crate::acts::ActId;
use crate::canonical::{Content, Pin};
use crate::dossier::Dossier;
use crate::evidence::Need;
use crate::id::{Id, Kind, ObjectionId, OrganisationId};
use crate::list_entry::Attachment;
use crate::machine::{Machine, View};
use crate::occasion::Occasion;
use crate::outcome::Share;
use crate::recognition::Recognition;
use crate::refusal::Refusal;
use crate::text::Prose;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// What is held against a line; a disputed share brings its own figure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Contention {
    pub code: String,
    pub text: Prose,
    pub figure: Option<Share>,
    pub evidence: Vec<Attachment>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Accepted,
    PartlyAccepted,
    Explained,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct State {
    pub id: ObjectionId,
    pub on: Id,
    pub by: OrganisationId,
    pub managing: OrganisationId,
    pub regulation: String,
    pub code: String,
    pub figure: Option<Share>,
    pub contention: Pin,
    pub lodged_on: NaiveDate,
    pub answer: Option<(Verdict, Pin)>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Command {
    /// OB1: `by` is whoever objects; the agency's officer registers what came on paper.
    Lodge { id: ObjectionId, on: Id, by: OrganisationId, contention: Contention },
    /// OB2
    Answer { verdict: Verdict, text: Prose },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    Lodged(State),
    Answered { verdict: Verdict, text: Pin },
}

pub struct Objection;

impl Machine for Objection {
    const KIND: Kind = Kind::Objection;
    type State = State;
    type Command = Command;
    type Event = Event;

    fn act(command: &Command) -> ActId {
        match command {
            Command::Lodge { .. } => ActId::OB1,
            Command::Answer { .. } => ActId::OB2,
        }
    }
    fn stage(state: &State) -> &'static str {
        if state.answer.is_some() { "OB.answered" } else { "OB.lodged" }
    }
    fn needs(_: Option<&State>, command: &Command) -> Vec<Need> {
        match command {
            Command::Lodge { on, .. } => vec![Need::Stream(*on)],
            Command::Answer { .. } => Vec::new(),
        }
    }
    fn contents(command: &Command) -> Vec<Content> {
        match command {
            Command::Lodge { contention, .. } => vec![Content::of(contention)],
            Command::Answer { text, .. } => vec![Content::of(text)],
        }
    }
    fn decide(_: Option<&State>, command: &Command, occasion: &Occasion) -> Result<Vec<Event>, Refusal> {
        let event = match command {
            Command::Lodge { id, on, by, contention } => {
                let (managing, regulation, lines) = match occasion.evidence.find::<Dossier>(*on) {
                    Ok(found) if found.state.open() => (found.state.managing, found.state.regulation.clone(), found.state.lines.clone()),
                    Ok(_) => return Err(Refusal::NothingToObjectTo {}),
                    Err(_) => {
                        let r = occasion.evidence.find::<Recognition>(*on)?.state;
                        if !r.in_force() {
                            return Err(Refusal::NothingToObjectTo {});
                        }
                        (r.managing, r.regulation.clone(), Vec::new())
                    }
                };
                if !lines.is_empty() && !lines.iter().any(|l| l.code == contention.code) {
                    return Err(Refusal::FindingUnknown { codes: vec![contention.code.clone()] });
                }
                if contention.figure.is_some_and(|f| f.check().is_err()) {
                    return Err(Refusal::ShareImpossible { why: "share.users_above_market".to_owned() });
                }
                Event::Lodged(State {
                    id: *id,
                    on: *on,
                    by: *by,
                    managing,
                    regulation,
                    code: contention.code.clone(),
                    figure: contention.figure,
                    contention: Content::of(contention).pin(),
                    lodged_on: occasion.day(),
                    answer: None,
                })
            }
            Command::Answer { verdict, text } => Event::Answered { verdict: *verdict, text: Content::of(text).pin() },
        };
        Ok(vec![event])
    }
    fn evolve(state: Option<State>, event: &Event) -> Option<State> {
        match (state, event) {
            (_, Event::Lodged(new)) => Some(new.clone()),
            (Some(s), Event::Answered { verdict, text }) => Some(State { answer: Some((*verdict, *text)), ..s }),
            (None, _) => None,
        }
    }
    fn view(state: &State) -> View {
        View {
            own: Some(state.id.into()),
            managing: Some(state.managing),
            applicant: Some(state.by),
            regulation: Some(state.regulation.clone()),
            parent: Some(state.on),
            ..View::default()
        }
    }
}
