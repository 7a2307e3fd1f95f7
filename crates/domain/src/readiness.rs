//! The readiness check: the criteria answered privately, the gaps with the evidence each needs,
//! turned into an application with every answer and its date. Nobody who evaluates sees it before.
//! Ids SC are ours.

use crate::acts::ActId;
use crate::authority::{Duty, Side};
use crate::canonical::{Content, Pin};
use crate::criteria_set::CriteriaSet;
use crate::dossier::{self, ProductRef};
use crate::evidence::Need;
use crate::id::{CriteriaSetId, DossierId, Id, Kind, ListEntryId, OrganisationId, ReadinessId};
use crate::list_entry::Attachment;
use crate::machine::{self, Machine, View};
use crate::occasion::Occasion;
use crate::refusal::Refusal;
use crate::regulation::Decides;
use crate::text::{Name, Prose, Text};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One's own view of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Ready {
    Met,
    NotMet,
    Unknown,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswerText {
    pub ready: Ready,
    pub note: Option<Prose>,
    pub evidence: Vec<Attachment>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Answer {
    pub ready: Ready,
    pub on: NaiveDate,
    pub files: u32,
    pub text: Pin,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct State {
    pub id: ReadinessId,
    pub entry: ListEntryId,
    pub set: CriteriaSetId,
    pub version: u32,
    /// Codes to answer.
    pub lines: Vec<String>,
    /// The version's text, with the evidence that each line needs.
    pub text: Pin,
    pub name: String,
    pub holder: OrganisationId,
    pub by_applicant: bool,
    pub regulation: String,
    pub answers: BTreeMap<String, Answer>,
    pub converted: Option<DossierId>,
}

impl State {
    /// Lines not answered with "met" and evidence; what each needs stands in the version's text.
    pub fn gaps(&self) -> Vec<String> {
        let ready = |code: &&String| self.answers.get(*code).is_some_and(|a| a.ready == Ready::Met && a.files > 0);
        self.lines.iter().filter(|code| !ready(code)).cloned().collect()
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Command {
    /// SC1
    Begin { id: ReadinessId, entry: ListEntryId, set: CriteriaSetId, name: Name },
    /// SC2
    Answer { code: String, answer: AnswerText },
    /// SC3: a draft dossier (E1) that starts from the answers.
    Convert { dossier: DossierId, code: Text<10>, product: ProductRef },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    Begun(State),
    Answered { code: String, answer: Answer },
    Converted { dossier: DossierId, code: String, product: ProductRef },
}

pub struct Readiness;

impl Machine for Readiness {
    const KIND: Kind = Kind::Readiness;
    type State = State;
    type Command = Command;
    type Event = Event;

    fn act(command: &Command) -> ActId {
        match command {
            Command::Begin { .. } => ActId::SC1,
            Command::Answer { .. } => ActId::SC2,
            Command::Convert { .. } => ActId::SC3,
        }
    }
    fn stage(state: &State) -> &'static str {
        if state.converted.is_some() { "SC.converted" } else { "SC.open" }
    }
    fn needs(state: Option<&State>, command: &Command) -> Vec<Need> {
        match (state, command) {
            (_, Command::Begin { set, .. }) => vec![Need::Stream((*set).into())],
            (Some(s), Command::Convert { dossier, code, product }) => {
                // What E1 needs, since it follows.
                let (entry, set, product, code) = (s.entry, s.set, product.clone(), code.clone());
                let draft = dossier::Command::Draft { id: *dossier, code, entry, set, product, what_changed: None };
                machine::needs(None, &draft.into())
            }
            _ => Vec::new(),
        }
    }
    fn contents(command: &Command) -> Vec<Content> {
        match command {
            Command::Answer { answer, .. } => vec![Content::of(answer)],
            _ => Vec::new(),
        }
    }
    fn decide(state: Option<&State>, command: &Command, occasion: &Occasion) -> Result<Vec<Event>, Refusal> {
        let event = match command {
            Command::Begin { id, entry, set, name } => {
                let found = occasion.evidence.find::<CriteriaSet>(*set)?.state;
                if found.entry != *entry {
                    return Err(Refusal::ProductOfAnotherEntry {});
                }
                let version = found.in_force_on(occasion.day()).ok_or(Refusal::SetNotPromulgated {})?;
                let promulgated = version.promulgated.as_ref().ok_or(Refusal::SetNotPromulgated {})?;
                Event::Begun(State {
                    id: *id,
                    entry: *entry,
                    set: *set,
                    version: version.n,
                    lines: version.lines.iter().filter(|l| l.decides == Decides::Result).map(|l| l.code.clone()).collect(),
                    text: promulgated.text,
                    name: name.to_string(),
                    holder: occasion.org(),
                    by_applicant: occasion.actor.duty.map(Duty::side) == Some(Side::Applicant),
                    regulation: found.regulation.clone(),
                    answers: BTreeMap::new(),
                    converted: None,
                })
            }
            Command::Answer { code, answer } => {
                if !state.is_some_and(|s| s.lines.contains(code)) {
                    return Err(Refusal::FindingUnknown { codes: vec![code.clone()] });
                }
                let (ready, on, files) = (answer.ready, occasion.day(), answer.evidence.len() as u32);
                Event::Answered { code: code.clone(), answer: Answer { ready, on, files, text: Content::of(answer).pin() } }
            }
            Command::Convert { dossier, code, product } => {
                Event::Converted { dossier: *dossier, code: code.to_string(), product: product.clone() }
            }
        };
        Ok(vec![event])
    }
    fn evolve(state: Option<State>, event: &Event) -> Option<State> {
        match (state, event) {
            (_, Event::Begun(new)) => Some(new.clone()),
            (Some(mut s), Event::Answered { code, answer }) => {
                s.answers.insert(code.clone(), answer.clone());
                Some(s)
            }
            (Some(s), Event::Converted { dossier, .. }) => Some(State { converted: Some(*dossier), ..s }),
            (None, _) => None,
        }
    }
    /// SC3 → E1.
    fn consequences(_: Id, state: &State, event: &Event, _: &Occasion) -> Vec<(Id, machine::Command)> {
        let Event::Converted { dossier, code, product } = event else { return Vec::new() };
        let Ok(code) = Text::new(code.clone()) else { return Vec::new() };
        let (entry, set, product) = (state.entry, state.set, product.clone());
        let draft = dossier::Command::Draft { id: *dossier, code, entry, set, product, what_changed: None };
        vec![((*dossier).into(), draft.into())]
    }
    fn view(state: &State) -> View {
        View {
            own: Some(state.id.into()),
            name: Some(state.name.clone()),
            managing: (!state.by_applicant).then_some(state.holder),
            applicant: state.by_applicant.then_some(state.holder),
            regulation: Some(state.regulation.clone()),
            parent: state.converted.map(Id::from).or(Some(state.entry.into())),
            ..View::default()
        }
    }
}
