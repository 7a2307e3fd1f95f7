//! Machine L: an entry of the List names a need, not a product (process.md 6.2).
//!
//! ```text
//! – ─L1→ draft ─L2→ submitted ─L3→ received ─L4→ assigned ─L8→ listed ─L11→ removed
//!        assigned ⇄ supplement (L5, L6; L12 reminds; L7→ stopped)   L9→ not_listed   L10→ withdrawn
//!        draft ─L13→ same (to the coordinating unit)
//! ```
//! Signed papers take effect when issued. L8 opens the publication in register A, L11 its closing.

use crate::acts::ActId;
use crate::canonical::{Content, Hash, Pin};
use crate::criteria_set::set_of;
use crate::dossier::Dossier;
use crate::evidence::{Need, World};
use crate::historical::Historical;
use crate::id::{AccountId, Id, Kind, ListEntryId, OrganisationId};
use crate::machine::{self, Machine, View};
use crate::occasion::{IssuedPaper, Occasion};
use crate::organisation::Organisation;
use crate::publication;
use crate::recognition::Recognition;
use crate::refusal::Refusal;
use crate::supplement::{self, Supplement};
use crate::text::{Name, Prose, Text, fold};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

mod orders;

pub use orders::{Command, Event};

/// A file named by its hash; nothing verifies it yet, and the record says so by this type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Attachment {
    pub name: Name,
    pub sha256: Hash,
    /// Last day of validity, where the file says one: an approval, a report, a contract.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<NaiveDate>,
}

/// The proposer's statement on overlap; "none known" is an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum OverlapStatement {
    NoneKnown,
    Known { explanation: Prose },
}

/// What a ministry proposes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Proposal {
    pub name_vi: Name,
    pub name_en: Option<Name>,
    pub need: Prose,
    pub users: Prose,
    pub scope: Prose,
    pub legal_basis: Option<Prose>,
    pub overlap: OverlapStatement,
    /// The information sheet first.
    pub files: Vec<Attachment>,
}

/// Incoming registration (số đến, ngày đến). Terms run from it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Incoming {
    pub number: Text<50>,
    pub arrived_on: NaiveDate,
}

impl Incoming {
    /// Not in the future, not before the paper existed (case 34).
    pub fn check(&self, sent_on: Option<NaiveDate>, occasion: &Occasion) -> Result<(), Refusal> {
        if self.arrived_on > occasion.day() {
            return Err(Refusal::DateInFuture { date: self.arrived_on });
        }
        match sent_on {
            Some(event) if self.arrived_on < event => Err(Refusal::DateBeforeEvent { date: self.arrived_on, event }),
            _ => Ok(()),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    Draft,
    Submitted,
    Received,
    Assigned,
    Supplement,
    Listed,
    NotListed,
    Withdrawn,
    Stopped,
    Removed,
}

/// Why an entry is not added to the List (L9).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum NotListedReason {
    Duplicate,
    NotAPlatform,
    NotNationwide,
    AnotherAgency,
    Other,
}

/// Why an entry leaves the List (L11).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RemovalGround {
    ManagingAgencyAsks,
    ProgrammeAmended,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct State {
    pub regulation: String,
    pub managing: OrganisationId,
    pub unit: String,
    pub stage: Stage,
    /// Working title until the proposal is submitted.
    pub name: String,
    pub proposal: Option<Pin>,
    pub overlap_stated: bool,
    pub letter: Option<IssuedPaper>,
    pub incoming: Option<Incoming>,
    pub officer: Option<AccountId>,
    pub officer_until: Option<NaiveDate>,
    pub listed: Option<Listed>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub supplements: Vec<Supplement>,
    /// The coordinating unit that was given the draft, by its code (L13).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub collected_by: Option<String>,
    /// The entry that takes its place, and the day it left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub removed: Option<Removed>,
    /// Recorded from papers of before (X4).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub historical: Option<Historical>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Removed {
    pub on: NaiveDate,
    pub successor: Option<ListEntryId>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Listed {
    pub paper: IssuedPaper,
    pub overlap_explained: bool,
}

pub struct ListEntry;

impl Machine for ListEntry {
    const KIND: Kind = Kind::ListEntry;
    type State = State;
    type Command = Command;
    type Event = Event;

    fn act(command: &Command) -> ActId {
        match command {
            Command::Draft { .. } => ActId::L1,
            Command::Submit { .. } => ActId::L2,
            Command::Register { .. } => ActId::L3,
            Command::Assign { .. } => ActId::L4,
            Command::AskSupplement { .. } => ActId::L5,
            Command::Supplement { .. } => ActId::L6,
            Command::Stop { .. } => ActId::L7,
            Command::List { .. } => ActId::L8,
            Command::Refuse { .. } => ActId::L9,
            Command::Withdraw { .. } => ActId::L10,
            Command::Remove { .. } => ActId::L11,
            Command::Remind {} => ActId::L12,
            Command::HandOver {} => ActId::L13,
            Command::Import { .. } => ActId::X4,
        }
    }

    fn stage(state: &State) -> &'static str {
        match state.stage {
            Stage::Draft => "L.draft",
            Stage::Submitted => "L.submitted",
            Stage::Received => "L.received",
            Stage::Assigned => "L.assigned",
            Stage::Supplement => "L.supplement",
            Stage::Listed => "L.listed",
            Stage::NotListed => "L.not_listed",
            Stage::Withdrawn => "L.withdrawn",
            Stage::Stopped => "L.stopped",
            Stage::Removed => "L.removed",
        }
    }

    fn regulation(command: &Command) -> Option<String> {
        match command {
            Command::Draft { regulation, .. } | Command::Import { regulation, .. } => Some(regulation.clone()),
            _ => None,
        }
    }

    fn contents(command: &Command) -> Vec<Content> {
        match command {
            Command::Submit { proposal } => vec![Content::of(proposal)],
            Command::AskSupplement { points } => vec![Content::of(points)],
            Command::Supplement { answers } => vec![Content::of(answers)],
            Command::Assign { remark: Some(text), .. }
            | Command::Stop { explanation: text }
            | Command::Refuse { explanation: text, .. }
            | Command::Withdraw { reason: text }
            | Command::Remove { explanation: text, .. } => vec![Content::of(text)],
            _ => Vec::new(),
        }
    }

    /// L11 looks at every dossier of the entry and at the recognitions of their products.
    fn needs(state: Option<&State>, command: &Command) -> Vec<Need> {
        match command {
            Command::HandOver {} => state.map(|s| Need::Stream(s.managing.into())).into_iter().collect(),
            Command::Remove { successor, .. } => successor.iter().map(|s| Need::Stream((*s).into())).collect(),
            _ => Vec::new(),
        }
    }

    fn decide(state: Option<&State>, command: &Command, occasion: &Occasion) -> Result<Vec<Event>, Refusal> {
        let event = match command {
            Command::Draft { regulation, managing, unit, title } => {
                Event::Drafted { regulation: regulation.clone(), managing: *managing, unit: unit.to_string(), title: title.to_string() }
            }
            Command::Submit { proposal } => {
                if proposal.files.is_empty() {
                    return Err(Refusal::TextMissing { field: "files".to_owned() });
                }
                Event::Submitted {
                    proposal: Content::of(proposal).pin(),
                    name: proposal.name_vi.to_string(),
                    overlap_stated: proposal.overlap != OverlapStatement::NoneKnown,
                    letter: paper(occasion)?,
                }
            }
            Command::Register { incoming } => {
                incoming.check(state.and_then(|s| s.letter.as_ref()).map(|l| l.date), occasion)?;
                Event::Registered { incoming: incoming.clone() }
            }
            Command::Assign { officer, until, remark } => {
                if *until < occasion.day() {
                    return Err(Refusal::TermTooShort { date: *until });
                }
                Event::Assigned { officer: *officer, until: *until, remark: remark.as_ref().map(|text| Content::of(text).pin()) }
            }
            Command::HandOver {} => {
                let managing = state.ok_or(Refusal::NoCoordinatingUnit {})?.managing;
                let agency = occasion.evidence.find::<Organisation>(managing)?;
                let unit = agency.state.coordinating_on(occasion.day()).ok_or(Refusal::NoCoordinatingUnit {})?;
                Event::HandedOver { unit: unit.code.to_string() }
            }
            Command::List { managing, overlap_explained } => {
                if state.is_some_and(|s| s.managing != *managing) {
                    return Err(Refusal::ListEntryNotManager {});
                }
                let overlap_explained = overlap_explained.as_ref().map(|t| t.to_string());
                Event::Listed { managing: *managing, overlap_explained, paper: paper(occasion)? }
            }
            Command::AskSupplement { points } => {
                let before = state.map_or(&[][..], |s| &s.supplements);
                let until = occasion.due(ActId::L6).map_or(occasion.day(), |d| d.on);
                Event::SupplementAsked { supplement: supplement::ask(before, points, until, occasion)?, paper: paper(occasion)? }
            }
            Command::Supplement { answers } => {
                let answered = supplement::answer(state.and_then(|s| s.supplements.last()), answers, occasion)?;
                Event::Supplemented { answered, paper: paper(occasion)? }
            }
            Command::Remind {} => Event::Reminded { on: occasion.day(), paper: paper(occasion)? },
            Command::Stop { explanation } => Event::Stopped { explanation: Content::of(explanation).pin(), paper: paper(occasion)? },
            Command::Refuse { reason, explanation } => {
                Event::NotListed { reason: *reason, explanation: Content::of(explanation).pin(), paper: paper(occasion)? }
            }
            Command::Withdraw { reason } => Event::Withdrawn { reason: Content::of(reason).pin(), paper: occasion.paper.cloned() },
            Command::Remove { ground, explanation, successor } => {
                if let Some(successor) = successor {
                    ListedEntry::of(occasion, *successor)?;
                } else {
                    nothing_under_it(occasion)?;
                }
                let removed = Removed { on: occasion.day(), successor: *successor };
                Event::Removed { ground: *ground, explanation: Content::of(explanation).pin(), removed, paper: paper(occasion)? }
            }
            Command::Import { regulation, managing, name, historical } => {
                historical.check(occasion)?;
                Event::Imported {
                    regulation: regulation.clone(),
                    managing: *managing,
                    name: name.to_string(),
                    historical: historical.clone(),
                }
            }
        };
        Ok(vec![event])
    }

    fn further(id: Id, _: Option<&State>, command: &Command, world: &World) -> Vec<Need> {
        let (Ok(entry), Command::Remove { .. }) = (ListEntryId::try_from(id), command) else { return Vec::new() };
        let dossiers = world.values().filter_map(|n| Dossier::of(&n.whole.state)).filter(|d| d.entry == entry);
        [Need::Children(set_of(entry).into(), Kind::Dossier), Need::Children(id, Kind::Publication)]
            .into_iter()
            .chain(dossiers.map(|d| Need::OfProduct(d.product, Kind::Recognition)))
            .collect()
    }

    fn evolve(state: Option<State>, event: &Event) -> Option<State> {
        if let Event::Drafted { regulation, managing, unit, title } = event {
            return Some(fresh(regulation, *managing, unit, Stage::Draft, title));
        }
        if let Event::Imported { regulation, managing, name, historical } = event {
            let s = fresh(regulation, *managing, "", Stage::Listed, name);
            return Some(State { historical: Some(historical.clone()), ..s });
        }
        let mut s = state?;
        match event.clone() {
            Event::Drafted { .. } | Event::Imported { .. } => {}
            Event::SupplementAsked { supplement, .. } => {
                s.stage = Stage::Supplement;
                s.supplements.push(supplement);
            }
            Event::Supplemented { answered, .. } => {
                s.stage = Stage::Assigned;
                supplement::note(&mut s.supplements, |last| last.answered = Some(answered));
            }
            Event::Reminded { on, .. } => supplement::note(&mut s.supplements, |last| last.reminded_on.push(on)),
            Event::Stopped { .. } => s.stage = Stage::Stopped,
            Event::NotListed { .. } => s.stage = Stage::NotListed,
            Event::Withdrawn { .. } => s.stage = Stage::Withdrawn,
            Event::Removed { removed, .. } => s = State { stage: Stage::Removed, removed: Some(removed), ..s },
            Event::Submitted { proposal, name, overlap_stated, letter } => {
                s = State { stage: Stage::Submitted, proposal: Some(proposal), name, overlap_stated, letter: Some(letter), ..s };
            }
            Event::Registered { incoming } => s = State { stage: Stage::Received, incoming: Some(incoming), ..s },
            Event::HandedOver { unit } => s = State { collected_by: Some(unit), ..s },
            Event::Assigned { officer, until, .. } => {
                s = State { stage: Stage::Assigned, officer: Some(officer), officer_until: Some(until), ..s };
            }
            Event::Listed { managing, overlap_explained, paper } => {
                let listed = Listed { paper, overlap_explained: overlap_explained.is_some() };
                s = State { stage: Stage::Listed, managing, listed: Some(listed), ..s };
            }
        }
        Some(s)
    }

    /// L8 → P1 (register A) and P2 at once: the data is there. L11 → P7, by the duty to close.
    fn consequences(id: Id, state: &State, event: &Event, occasion: &Occasion) -> Vec<(Id, machine::Command)> {
        if let Event::Removed { removed, .. } = event {
            return publication::close_all(occasion, id, publication::Ended::Removed, removed.on, removed.successor.map(Id::from));
        }
        let (Event::Listed { paper, .. }, Ok(entry)) = (event, ListEntryId::try_from(id)) else { return Vec::new() };
        let publication = Id::new(Kind::Publication, occasion.fresh.id(id, Kind::Publication));
        let prepare = publication::Command::Prepare {
            register: publication::Register::List,
            ground: entry.into(),
            product: None,
            name: state.name.clone(),
            class: None,
            managing: state.managing,
            unit: state.unit.clone(),
            regulation: state.regulation.clone(),
        };
        let Ok(name_vi) = Name::new(state.name.clone()) else { return Vec::new() };
        let record = publication::DataRecord {
            name_vi,
            name_en: None,
            decision_number: paper.number.clone(),
            decision_date: paper.date,
            owner: None,
            operating_unit: None,
            contact: None,
            address: None,
            public: publication::PublicField::ALL.to_vec(),
        };
        vec![(publication, prepare.into()), (publication, publication::Command::Share { record }.into())]
    }

    fn view(state: &State) -> View {
        let name = fold(&state.name);
        let key = |listed: &Listed| (!listed.overlap_explained).then_some(name);
        View {
            name: Some(state.name.clone()),
            managing: Some(state.managing),
            unit: Some(state.unit.clone()),
            regulation: Some(state.regulation.clone()),
            officer: state.officer,
            open_key: if state.stage == Stage::Listed { state.listed.as_ref().and_then(key) } else { None },
            ..View::default()
        }
    }
}

fn fresh(regulation: &str, managing: OrganisationId, unit: &str, stage: Stage, name: &str) -> State {
    State {
        regulation: regulation.to_owned(),
        managing,
        unit: unit.to_owned(),
        stage,
        name: name.to_owned(),
        proposal: None,
        overlap_stated: false,
        letter: None,
        incoming: None,
        officer: None,
        officer_until: None,
        collected_by: None,
        listed: None,
        supplements: Vec::new(),
        removed: None,
        historical: None,
    }
}

/// No open dossier and no recognition in force under the entry (L11).
fn nothing_under_it(occasion: &Occasion) -> Result<(), Refusal> {
    if occasion.evidence.all::<Dossier>().any(|d| d.state.open()) {
        return Err(Refusal::EntryHasOpenDossier {});
    }
    if occasion.evidence.all::<Recognition>().any(|r| r.state.in_force()) {
        return Err(Refusal::EntryHasRecognition {});
    }
    Ok(())
}

/// The paper by whose issue this act takes effect.
pub(crate) fn paper(occasion: &Occasion) -> Result<IssuedPaper, Refusal> {
    occasion.paper.cloned().ok_or(Refusal::ActTakesEffectWithPaper { act: ActId::D9 })
}

/// An entry on the List: only a listed entry makes this.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedEntry {
    pub entry: ListEntryId,
    pub version: u64,
    pub managing: OrganisationId,
    pub unit: String,
    pub name: String,
}

impl ListedEntry {
    pub fn of(occasion: &Occasion, entry: ListEntryId) -> Result<ListedEntry, Refusal> {
        let found = occasion.evidence.find::<ListEntry>(entry)?;
        if found.state.stage != Stage::Listed {
            return Err(Refusal::ListEntryNotListed { entry: entry.into() });
        }
        let s = found.state;
        Ok(ListedEntry { entry, version: found.version, managing: s.managing, unit: s.unit.clone(), name: s.name.clone() })
    }
}
