//! A proposal to change a promulgated criteria set: classified, with a comment period, taken into
//! the next version or refused with reasons. Ids CP are ours.

use crate::acts::ActId;
use crate::canonical::{Content, Pin};
use crate::criteria_set::CriteriaSet;
use crate::evidence::Need;
use crate::id::{ChangeProposalId, CriteriaSetId, Kind, OrganisationId};
use crate::machine::{Machine, View};
use crate::occasion::Occasion;
use crate::refusal::Refusal;
use crate::text::Prose;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// How deep it cuts: wording, an easier or equal demand, a harder or new one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Weight {
    Editorial,
    Minor,
    Major,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Comment {
    pub by: OrganisationId,
    pub on: NaiveDate,
    pub text: Pin,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct State {
    pub id: ChangeProposalId,
    pub set: CriteriaSetId,
    /// The version it speaks of.
    pub version: u32,
    pub managing: OrganisationId,
    pub by: OrganisationId,
    pub regulation: String,
    pub weight: Weight,
    /// Line it speaks of; none for a new one.
    pub code: Option<String>,
    pub text: Pin,
    pub asked: Vec<OrganisationId>,
    /// Comments are taken until the end of this day.
    pub until: NaiveDate,
    pub comments: Vec<Comment>,
    pub answer: Option<(bool, Pin)>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Command {
    /// CP1
    Propose {
        id: ChangeProposalId,
        set: CriteriaSetId,
        by: OrganisationId,
        weight: Weight,
        code: Option<String>,
        text: Prose,
        asked: Vec<OrganisationId>,
    },
    /// CP2
    Comment { text: Prose },
    /// CP3: for the next version.
    Accept { reason: Prose },
    /// CP4
    Refuse { reason: Prose },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    Proposed(State),
    Commented { comment: Comment },
    Answered { accepted: bool, reason: Pin },
}

pub struct ChangeProposal;

impl Machine for ChangeProposal {
    const KIND: Kind = Kind::ChangeProposal;
    type State = State;
    type Command = Command;
    type Event = Event;

    fn act(command: &Command) -> ActId {
        match command {
            Command::Propose { .. } => ActId::CP1,
            Command::Comment { .. } => ActId::CP2,
            Command::Accept { .. } => ActId::CP3,
            Command::Refuse { .. } => ActId::CP4,
        }
    }
    fn stage(state: &State) -> &'static str {
        match state.answer {
            None => "CP.open",
            Some((true, _)) => "CP.accepted",
            Some((false, _)) => "CP.refused",
        }
    }
    fn needs(_: Option<&State>, command: &Command) -> Vec<Need> {
        match command {
            Command::Propose { set, .. } => vec![Need::Stream((*set).into())],
            _ => Vec::new(),
        }
    }
    fn contents(command: &Command) -> Vec<Content> {
        match command {
            Command::Propose { text, .. }
            | Command::Comment { text }
            | Command::Accept { reason: text }
            | Command::Refuse { reason: text } => {
                vec![Content::of(text)]
            }
        }
    }
    fn decide(state: Option<&State>, command: &Command, occasion: &Occasion) -> Result<Vec<Event>, Refusal> {
        let event = match command {
            Command::Propose { id, set, by, weight, code, text, asked } => {
                let found = occasion.evidence.find::<CriteriaSet>(*set)?.state;
                let version = found.in_force_version().ok_or(Refusal::SetNotPromulgated {})?;
                let until = occasion.due_from(occasion.day(), "change_proposal.comment").map_or(occasion.day(), |d| d.on);
                Event::Proposed(State {
                    id: *id,
                    set: *set,
                    version: version.n,
                    managing: found.managing,
                    by: *by,
                    regulation: found.regulation.clone(),
                    weight: *weight,
                    code: code.clone(),
                    text: Content::of(text).pin(),
                    asked: asked.clone(),
                    until,
                    comments: Vec::new(),
                    answer: None,
                })
            }
            Command::Comment { text } => {
                if let Some(until) = state.map(|s| s.until).filter(|until| occasion.passed(*until)) {
                    return Err(Refusal::CommentPeriodOver { until });
                }
                Event::Commented { comment: Comment { by: occasion.org(), on: occasion.day(), text: Content::of(text).pin() } }
            }
            Command::Accept { reason } => Event::Answered { accepted: true, reason: Content::of(reason).pin() },
            Command::Refuse { reason } => Event::Answered { accepted: false, reason: Content::of(reason).pin() },
        };
        Ok(vec![event])
    }
    fn evolve(state: Option<State>, event: &Event) -> Option<State> {
        match (state, event) {
            (_, Event::Proposed(new)) => Some(new.clone()),
            (Some(mut s), Event::Commented { comment }) => {
                s.comments.push(comment.clone());
                Some(s)
            }
            (Some(s), Event::Answered { accepted, reason }) => Some(State { answer: Some((*accepted, *reason)), ..s }),
            (None, _) => None,
        }
    }
    fn view(state: &State) -> View {
        View {
            own: Some(state.id.into()),
            managing: Some(state.managing),
            applicant: Some(state.by),
            consulted: state.asked.clone(),
            regulation: Some(state.regulation.clone()),
            parent: Some(state.set.into()),
            ..View::default()
        }
    }
}
