//! Machine C: the versions of the criteria set of one list entry (process.md 6.3).
//!
//! ```text
//! – ─C1→ drafting ─C2→ consulting ─(C3 by each body)─ C5→ promulgated ─C6→ superseded
//!      drafting ←C4─ consulting   C8→ dropped   promulgated ─C7→ promulgated, ─C9→ repealed
//! ```
//! The full text of a version is immutable content ([`text`]); the state keeps what guards and
//! lists need.

mod diff;
mod text;

pub use diff::{Change, compare};
pub use text::{Force, Lineage, Market, SetLine, SetText};

use crate::acts::{ActId, NEW};
use crate::canonical::{Content, Pin};
use crate::dossier::Dossier;
use crate::evidence::Need;
use crate::id::{CriteriaSetId, Id, Kind, ListEntryId, OpinionId, OrganisationId};
use crate::list_entry::{ListedEntry, paper};
use crate::machine::{self, LastDay, Machine, View};
use crate::occasion::{IssuedPaper, Occasion, derived};
use crate::opinion::Opinion;
use crate::outcome::Line;
use crate::refusal::Refusal;
use crate::regulation::REVIEW_PERIOD;
use crate::text::Prose;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What a new version starts from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Basis {
    Framework,
    Version(u32),
}

/// Answer to one opinion: accepted (tiếp thu), partly, or explained (giải trình).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Response {
    pub opinion: OpinionId,
    pub answer: Answer,
    pub text: Prose,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    Accepted,
    PartlyAccepted,
    Explained,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    Drafting,
    Consulting,
    Promulgated,
    Superseded,
    Dropped,
    Repealed,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Consultation {
    pub draft: Pin,
    pub sent_on: NaiveDate,
    /// End of the day on which the term of the bodies asked ends.
    pub until: NaiveDate,
    /// The focal agency on the day of asking.
    pub focal: OrganisationId,
    pub consulted: Vec<OrganisationId>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Promulgated {
    pub text: Pin,
    pub paper: IssuedPaper,
    pub effective_from: NaiveDate,
    /// The focal agency had not answered when its term passed (case 6).
    pub focal_silent: bool,
    pub responses: Pin,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Version {
    pub n: u32,
    pub stage: Stage,
    pub basis: Basis,
    pub consultation: Option<Consultation>,
    pub promulgated: Option<Promulgated>,
    /// Day of the last yearly review that changed nothing (C7): proof of the duty (case 46).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reviewed_on: Option<NaiveDate>,
    /// Applicable lines; kept for the newest versions only, older dossiers froze their own.
    pub lines: Vec<Line>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct State {
    pub regulation: String,
    pub entry: ListEntryId,
    pub managing: OrganisationId,
    pub unit: String,
    pub name: String,
    pub versions: Vec<Version>,
}

impl State {
    /// The newest version that was not dropped; the last one where all were.
    pub fn working(&self) -> Option<&Version> {
        self.versions.iter().rev().find(|v| v.stage != Stage::Dropped).or(self.versions.last())
    }
    fn working_mut(&mut self) -> Option<&mut Version> {
        let n = self.working()?.n;
        self.versions.iter_mut().find(|v| v.n == n)
    }
    /// The newest version whose effect has begun on that day.
    pub fn in_force_on(&self, day: NaiveDate) -> Option<&Version> {
        let begun = |v: &&Version| v.stage != Stage::Repealed && v.promulgated.as_ref().is_some_and(|p| p.effective_from <= day);
        self.versions.iter().rev().find(begun)
    }
    pub fn in_force_version(&self) -> Option<&Version> {
        self.versions.iter().rev().find(|v| v.stage == Stage::Promulgated)
    }
    fn effective_mut(&mut self) -> Option<&mut Version> {
        self.versions.iter_mut().rev().find(|v| v.stage == Stage::Promulgated)
    }
    /// Anything left its unit yet?
    pub fn shared(&self) -> bool {
        self.versions.iter().any(|v| v.stage != Stage::Drafting)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Command {
    /// C1
    Begin { entry: ListEntryId, basis: Basis },
    /// C2
    Consult { draft: SetText, consulted: Vec<OrganisationId> },
    /// C5
    Promulgate { text: SetText, responses: Vec<Response>, effective_from: NaiveDate },
    /// C4
    Revise {},
    /// C6
    Supersede { version: u32 },
    /// C7: found right as it is; the dated report is the proof of the duty.
    Review { report: Prose },
    /// C8
    Drop { reason: Prose },
    /// C9
    Repeal { reason: Prose },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    Begun { entry: ListEntryId, regulation: String, managing: OrganisationId, unit: String, name: String, basis: Basis },
    Consulted { consultation: Consultation, lines: Vec<Line> },
    Promulgated { promulgated: Promulgated, lines: Vec<Line> },
    Superseded { version: u32 },
    Revised {},
    Reviewed { on: NaiveDate, report: Pin, paper: IssuedPaper },
    Dropped { reason: Pin, paper: Option<IssuedPaper> },
    Repealed { reason: Pin, paper: IssuedPaper },
}

/// Versions whose lines the state keeps: more than can wait for their effect at one time.
const KEPT: usize = 4;

pub struct CriteriaSet;

fn stage_id(stage: Stage) -> &'static str {
    match stage {
        Stage::Drafting => "C.drafting",
        Stage::Consulting => "C.consulting",
        Stage::Promulgated => "C.promulgated",
        Stage::Superseded => "C.superseded",
        Stage::Dropped => "C.dropped",
        Stage::Repealed => "C.repealed",
    }
}

impl Machine for CriteriaSet {
    const KIND: Kind = Kind::CriteriaSet;
    type State = State;
    type Command = Command;
    type Event = Event;

    fn act(command: &Command) -> ActId {
        match command {
            Command::Begin { .. } => ActId::C1,
            Command::Consult { .. } => ActId::C2,
            Command::Promulgate { .. } => ActId::C5,
            Command::Revise {} => ActId::C4,
            Command::Supersede { .. } => ActId::C6,
            Command::Review { .. } => ActId::C7,
            Command::Drop { .. } => ActId::C8,
            Command::Repeal { .. } => ActId::C9,
        }
    }

    fn stage(state: &State) -> &'static str {
        state.working().map_or(NEW, |v| stage_id(v.stage))
    }

    /// C1 opens a version: its "–" is a set without a version at work. C6 looks at the version
    /// it replaces.
    fn standing(state: Option<&State>, command: &Command, _: &Occasion) -> Result<&'static str, Refusal> {
        let Some(s) = state else { return Ok(NEW) };
        Ok(match command {
            Command::Begin { .. } if s.working().is_some_and(|v| !matches!(v.stage, Stage::Drafting | Stage::Consulting)) => NEW,
            // While the next version is being made, the one in force is reviewed or repealed.
            Command::Review { .. } | Command::Repeal { .. } => s.in_force_version().map_or(Self::stage(s), |v| stage_id(v.stage)),
            Command::Supersede { version } => s.versions.iter().find(|v| v.n == *version).map_or(NEW, |v| stage_id(v.stage)),
            _ => Self::stage(s),
        })
    }

    fn needs(state: Option<&State>, command: &Command) -> Vec<Need> {
        match (state, command) {
            (_, Command::Begin { entry, .. }) => vec![Need::Stream((*entry).into())],
            (_, Command::Promulgate { responses, .. }) => {
                let own = state.map(|s| Need::Children(set_of(s.entry).into(), Kind::Opinion));
                own.into_iter().chain(responses.iter().map(|r| Need::Stream(r.opinion.into()))).collect()
            }
            (Some(s), Command::Repeal { .. }) => vec![Need::Children(set_of(s.entry).into(), Kind::Dossier)],
            _ => Vec::new(),
        }
    }

    fn contents(command: &Command) -> Vec<Content> {
        match command {
            Command::Consult { draft, .. } => vec![Content::of(draft)],
            Command::Promulgate { text, responses, .. } => vec![Content::of(text), Content::of(responses)],
            Command::Review { report: text } | Command::Drop { reason: text } | Command::Repeal { reason: text } => {
                vec![Content::of(text)]
            }
            _ => Vec::new(),
        }
    }

    fn decide(state: Option<&State>, command: &Command, occasion: &Occasion) -> Result<Vec<Event>, Refusal> {
        let event = match (state, command) {
            (_, Command::Begin { entry, basis }) => {
                if occasion.stream != set_of(*entry).into() {
                    return Err(Refusal::SetOfAnotherEntry {});
                }
                let listed = ListedEntry::of(occasion, *entry)?;
                Event::Begun {
                    entry: *entry,
                    regulation: occasion.regulation.id.clone(),
                    managing: listed.managing,
                    unit: listed.unit,
                    name: listed.name,
                    basis: basis.clone(),
                }
            }
            (_, Command::Consult { draft, consulted }) => {
                let lines = draft.lines(occasion.regulation)?;
                check_consulted(consulted, occasion)?;
                let until = occasion.due(ActId::C3).map_or(occasion.day(), |due| due.on);
                let consultation = Consultation {
                    draft: Content::of(draft).pin(),
                    sent_on: occasion.day(),
                    until,
                    focal: occasion.focal,
                    consulted: consulted.clone(),
                };
                Event::Consulted { consultation, lines }
            }
            (Some(s), Command::Promulgate { text, responses, effective_from }) => {
                let lines = text.lines(occasion.regulation)?;
                let paper = paper(occasion)?;
                if *effective_from < paper.date {
                    return Err(Refusal::DateBeforeEvent { date: *effective_from, event: paper.date });
                }
                let focal_silent = check_responses(s, responses, occasion)?;
                let promulgated = Promulgated {
                    text: Content::of(text).pin(),
                    paper,
                    effective_from: *effective_from,
                    focal_silent,
                    responses: Content::of(responses).pin(),
                };
                Event::Promulgated { promulgated, lines }
            }
            (_, Command::Supersede { version }) => Event::Superseded { version: *version },
            (_, Command::Revise {}) => Event::Revised {},
            (_, Command::Review { report }) => {
                Event::Reviewed { on: occasion.day(), report: Content::of(report).pin(), paper: paper(occasion)? }
            }
            (_, Command::Drop { reason }) => Event::Dropped { reason: Content::of(reason).pin(), paper: occasion.paper.cloned() },
            (_, Command::Repeal { reason }) => {
                if occasion.evidence.all::<Dossier>().any(|d| d.state.round_open()) {
                    return Err(Refusal::RoundOpenUnderSet {});
                }
                Event::Repealed { reason: Content::of(reason).pin(), paper: paper(occasion)? }
            }
            (None, Command::Promulgate { .. }) => return Err(Refusal::WrongStage { act: ActId::C5, stage: NEW.to_owned() }),
        };
        Ok(vec![event])
    }

    fn evolve(state: Option<State>, event: &Event) -> Option<State> {
        let mut state = state;
        if let Event::Begun { entry, regulation, managing, unit, name, basis } = event {
            let mut s = state.unwrap_or(State {
                regulation: regulation.clone(),
                entry: *entry,
                managing: *managing,
                unit: unit.clone(),
                name: name.clone(),
                versions: Vec::new(),
            });
            let n = s.versions.last().map_or(1, |v| v.n + 1);
            let at = s.versions.len().saturating_sub(KEPT);
            s.versions.iter_mut().take(at).for_each(|old| old.lines.clear());
            let (consultation, promulgated) = (None, None);
            let (stage, reviewed_on, lines) = (Stage::Drafting, None, Vec::new());
            s.versions.push(Version { n, stage, basis: basis.clone(), consultation, promulgated, reviewed_on, lines });
            return Some(s);
        }
        let s = state.as_mut()?;
        match event {
            Event::Begun { .. } => {}
            Event::Consulted { consultation, lines } => {
                if let Some(v) = s.working_mut() {
                    v.stage = Stage::Consulting;
                    v.consultation = Some(consultation.clone());
                    v.lines.clone_from(lines);
                }
            }
            Event::Promulgated { promulgated, lines } => {
                if let Some(v) = s.working_mut() {
                    v.stage = Stage::Promulgated;
                    v.promulgated = Some(promulgated.clone());
                    v.lines.clone_from(lines);
                }
            }
            Event::Revised {} => s.working_mut().into_iter().for_each(|v| v.stage = Stage::Drafting),
            Event::Dropped { .. } => s.working_mut().into_iter().for_each(|v| v.stage = Stage::Dropped),
            Event::Reviewed { on, .. } => s.effective_mut().into_iter().for_each(|v| v.reviewed_on = Some(*on)),
            Event::Repealed { .. } => s.effective_mut().into_iter().for_each(|v| v.stage = Stage::Repealed),
            Event::Superseded { version } => {
                s.versions.iter_mut().filter(|v| v.n == *version).for_each(|v| v.stage = Stage::Superseded);
            }
        }
        state
    }

    /// The consultation's paper is owed once anybody was asked.
    fn needs_paper(state: Option<&State>, command: &Command) -> bool {
        match (state, command) {
            (Some(s), Command::Drop { .. }) => s.working().is_some_and(|v| v.consultation.is_some()),
            _ => Self::act(command).row().paper.is_issued(),
        }
    }

    /// The next review counts from the last one, or from the promulgation.
    fn last_day(state: &State, act: ActId, occasion: &Occasion) -> LastDay {
        let since = state.in_force_version().and_then(|v| v.reviewed_on.or(v.promulgated.as_ref().map(|p| p.effective_from)));
        match (act, since) {
            (ActId::C7, Some(since)) => occasion.due_from(since, REVIEW_PERIOD).map_or(LastDay::Never, LastDay::On),
            _ => LastDay::ByTerm,
        }
    }

    /// C5 → C6 of the version before.
    fn consequences(id: Id, state: &State, event: &Event, _: &Occasion) -> Vec<(Id, machine::Command)> {
        let Event::Promulgated { .. } = event else { return Vec::new() };
        let newest = state.working().map_or(0, |v| v.n);
        let earlier = state.versions.iter().filter(|v| v.n < newest && v.stage == Stage::Promulgated);
        earlier.map(|v| (id, Command::Supersede { version: v.n }.into())).collect()
    }

    fn view(state: &State) -> View {
        let consulted = state.working().and_then(|v| v.consultation.as_ref()).map(|c| c.consulted.clone());
        View {
            name: Some(state.name.clone()),
            managing: Some(state.managing),
            unit: Some(state.unit.clone()),
            regulation: Some(state.regulation.clone()),
            parent: Some(state.entry.into()),
            consulted: consulted.unwrap_or_default(),
            open_key: Some(state.entry.to_string()),
            ..View::default()
        }
    }
}

/// One set per list entry, under an id made from the entry's: so opinions find their set from
/// its state alone, and an entry cannot have two.
pub fn set_of(entry: ListEntryId) -> CriteriaSetId {
    CriteriaSetId(derived(entry.0, entry.into(), Kind::CriteriaSet))
}

fn check_consulted(consulted: &[OrganisationId], occasion: &Occasion) -> Result<(), Refusal> {
    let distinct: BTreeSet<_> = consulted.iter().collect();
    if distinct.len() != consulted.len() {
        return Err(Refusal::ConsulteeRepeated {});
    }
    if !consulted.contains(&occasion.focal) {
        return Err(Refusal::FocalAgencyNotConsulted {});
    }
    let (needed, found) = (u32::from(occasion.regulation.consultees_min), consulted.len() as u32 - 1);
    if found < needed { Err(Refusal::TooFewConsultees { needed, found }) } else { Ok(()) }
}

/// Every opinion on this draft has its answer. Returns whether the focal agency stayed silent.
fn check_responses(state: &State, responses: &[Response], occasion: &Occasion) -> Result<bool, Refusal> {
    let Some((n, sent)) = state.working().and_then(|v| Some((v.n, v.consultation.as_ref()?))) else {
        return Err(Refusal::FocalAgencyNotConsulted {});
    };
    let on_this = |o: &crate::evidence::Found<crate::opinion::State>| o.state.version == n && o.state.draft == sent.draft;
    let given: Vec<_> = occasion.evidence.all::<Opinion>().filter(on_this).collect();
    match given.iter().find(|o| !responses.iter().any(|r| Id::from(r.opinion) == o.id)) {
        Some(open) => Err(Refusal::OpinionWithoutResponse { organisation: open.state.organisation.into() }),
        None => Ok(!given.iter().any(|o| o.state.organisation == sent.focal)),
    }
}
