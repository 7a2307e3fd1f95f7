//! Machine L: an entry of the List names a need, not a product (process.md 6.2).
//!
//! ```text
//! – ─L1→ draft ─L2→ submitted ─L3→ received ─L4→ assigned ─L8→ listed
//! ```
//! L2 and L8 take effect when their paper is issued. L8 opens the publication in register A.

use crate::acts::ActId;
use crate::canonical::{Content, Hash, Pin};
use crate::id::{AccountId, Id, Kind, ListEntryId, OrganisationId};
use crate::machine::{self, Machine, View};
use crate::occasion::{IssuedPaper, Occasion};
use crate::publication;
use crate::refusal::Refusal;
use crate::text::{Name, Prose, Text, fold};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// A file named by its hash; nothing verifies it yet, and the record says so by this type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attachment {
    pub name: Name,
    pub sha256: Hash,
}

/// The proposer's statement on overlap; "none known" is an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum OverlapStatement {
    NoneKnown,
    Known { explanation: Prose },
}

/// What a ministry proposes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    Draft,
    Submitted,
    Received,
    Assigned,
    Listed,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    pub paper: IssuedPaper,
    pub overlap_explained: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Command {
    /// L1
    Draft { regulation: String, managing: OrganisationId, unit: Text<60>, title: Name },
    /// L2
    Submit { proposal: Proposal },
    /// L3
    Register { incoming: Incoming },
    /// L4
    Assign { officer: AccountId, until: NaiveDate },
    /// L8
    List { managing: OrganisationId, overlap_explained: Option<Prose> },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    Drafted { regulation: String, managing: OrganisationId, unit: String, title: String },
    Submitted { proposal: Pin, name: String, overlap_stated: bool, letter: IssuedPaper },
    Registered { incoming: Incoming },
    Assigned { officer: AccountId, until: NaiveDate },
    Listed { managing: OrganisationId, overlap_explained: Option<String>, paper: IssuedPaper },
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
            Command::List { .. } => ActId::L8,
        }
    }

    fn stage(state: &State) -> &'static str {
        match state.stage {
            Stage::Draft => "L.draft",
            Stage::Submitted => "L.submitted",
            Stage::Received => "L.received",
            Stage::Assigned => "L.assigned",
            Stage::Listed => "L.listed",
        }
    }

    fn regulation(command: &Command) -> Option<String> {
        match command {
            Command::Draft { regulation, .. } => Some(regulation.clone()),
            _ => None,
        }
    }

    fn contents(command: &Command) -> Vec<Content> {
        match command {
            Command::Submit { proposal } => vec![Content::of(proposal)],
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
            Command::Assign { officer, until } => {
                if *until < occasion.day() {
                    return Err(Refusal::TermTooShort { date: *until });
                }
                Event::Assigned { officer: *officer, until: *until }
            }
            Command::List { managing, overlap_explained } => {
                if state.is_some_and(|s| s.managing != *managing) {
                    return Err(Refusal::ListEntryNotManager {});
                }
                let overlap_explained = overlap_explained.as_ref().map(|t| t.to_string());
                Event::Listed { managing: *managing, overlap_explained, paper: paper(occasion)? }
            }
        };
        Ok(vec![event])
    }

    fn evolve(state: Option<State>, event: &Event) -> Option<State> {
        if let Event::Drafted { regulation, managing, unit, title } = event {
            return Some(State {
                regulation: regulation.clone(),
                managing: *managing,
                unit: unit.clone(),
                stage: Stage::Draft,
                name: title.clone(),
                proposal: None,
                overlap_stated: false,
                letter: None,
                incoming: None,
                officer: None,
                officer_until: None,
                listed: None,
            });
        }
        let mut s = state?;
        match event.clone() {
            Event::Drafted { .. } => {}
            Event::Submitted { proposal, name, overlap_stated, letter } => {
                s = State { stage: Stage::Submitted, proposal: Some(proposal), name, overlap_stated, letter: Some(letter), ..s };
            }
            Event::Registered { incoming } => s = State { stage: Stage::Received, incoming: Some(incoming), ..s },
            Event::Assigned { officer, until } => {
                s = State { stage: Stage::Assigned, officer: Some(officer), officer_until: Some(until), ..s };
            }
            Event::Listed { managing, overlap_explained, paper } => {
                let listed = Listed { paper, overlap_explained: overlap_explained.is_some() };
                s = State { stage: Stage::Listed, managing, listed: Some(listed), ..s };
            }
        }
        Some(s)
    }

    /// L8 → P1 (register A) and P2 at once: the data is there.
    fn consequences(id: Id, state: &State, event: &Event, occasion: &Occasion) -> Vec<(Id, machine::Command)> {
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
            open_key: state.listed.as_ref().and_then(key),
            ..View::default()
        }
    }
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
