//! Act C3: one body's opinion on one draft. A stream of its own, so that two bodies answering
//! never meet. Late opinions are attached and marked.

use crate::acts::ActId;
use crate::canonical::{Content, Pin};
use crate::criteria_set::CriteriaSet;
use crate::evidence::Need;
use crate::id::{CriteriaSetId, Kind, OrganisationId};
use crate::list_entry::paper;
use crate::machine::{Machine, View};
use crate::occasion::{IssuedPaper, Occasion};
use crate::refusal::Refusal;
use crate::text::Prose;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Agree,
    AgreeWithConditions,
    Disagree,
    NoOpinion,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct State {
    pub set: CriteriaSetId,
    pub version: u32,
    pub draft: Pin,
    pub organisation: OrganisationId,
    pub managing: OrganisationId,
    pub regulation: String,
    pub verdict: Verdict,
    pub text: Option<Pin>,
    pub late: bool,
    pub paper: IssuedPaper,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Command {
    /// C3
    Give { set: CriteriaSetId, draft: Pin, organisation: OrganisationId, verdict: Verdict, text: Option<Prose> },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    Given(State),
}

pub struct Opinion;

impl Machine for Opinion {
    const KIND: Kind = Kind::Opinion;
    type State = State;
    type Command = Command;
    type Event = Event;

    fn act(_: &Command) -> ActId {
        ActId::C3
    }
    fn stage(_: &State) -> &'static str {
        "C3.given"
    }
    fn standing(state: Option<&State>, command: &Command, occasion: &Occasion) -> Result<&'static str, Refusal> {
        let Command::Give { set, .. } = command;
        match state {
            Some(s) => Ok(Self::stage(s)),
            None => Ok(CriteriaSet::stage(occasion.evidence.find::<CriteriaSet>(*set)?.state)),
        }
    }
    fn needs(_: Option<&State>, command: &Command) -> Vec<Need> {
        let Command::Give { set, .. } = command;
        vec![Need::Stream((*set).into())]
    }
    fn contents(command: &Command) -> Vec<Content> {
        let Command::Give { text, .. } = command;
        text.iter().map(Content::of).collect()
    }
    fn decide(_: Option<&State>, command: &Command, occasion: &Occasion) -> Result<Vec<Event>, Refusal> {
        let Command::Give { set, draft, organisation, verdict, text } = command;
        let found = occasion.evidence.find::<CriteriaSet>(*set)?;
        let Some((version, sent)) = found.state.working().and_then(|v| Some((v.n, v.consultation.as_ref()?))) else {
            return Err(Refusal::NotConsulted {});
        };
        if !sent.consulted.contains(organisation) || *organisation != occasion.org() {
            return Err(Refusal::NotConsulted {});
        }
        if sent.draft != *draft {
            return Err(Refusal::OpinionOnAnotherDraft {});
        }
        if matches!(verdict, Verdict::AgreeWithConditions | Verdict::Disagree) && text.is_none() {
            return Err(Refusal::OpinionWithoutReason {});
        }
        Ok(vec![Event::Given(State {
            set: *set,
            version,
            draft: *draft,
            organisation: *organisation,
            managing: found.state.managing,
            regulation: found.state.regulation.clone(),
            verdict: *verdict,
            text: text.as_ref().map(|t| Content::of(t).pin()),
            late: occasion.day() > sent.until,
            paper: paper(occasion)?,
        })])
    }
    fn evolve(_: Option<State>, event: &Event) -> Option<State> {
        let Event::Given(state) = event;
        Some(state.clone())
    }
    fn view(state: &State) -> View {
        View {
            managing: Some(state.managing),
            consulted: vec![state.organisation],
            regulation: Some(state.regulation.clone()),
            parent: Some(state.set.into()),
            open_key: Some(format!("{}/{}/{}/{}", state.set, state.version, state.draft.0, state.organisation)),
            ..View::default()
        }
    }
}
