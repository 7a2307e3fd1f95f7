//! The product record of process.md 6.4: one product in the hands of a named owner. Opened with
//! its first dossier (E1).

use crate::acts::{ActId, NEW};
use crate::evidence::Need;
use crate::id::{AccountId, Kind, ListEntryId, OrganisationId, ProductId};
use crate::list_entry::ListedEntry;
use crate::machine::{Machine, View};
use crate::occasion::Occasion;
use crate::organisation::Ground;
use crate::refusal::Refusal;
use crate::text::{Name, Prose, Text};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// The three words of the press sources.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProductKind {
    Platform,
    InformationSystem,
    Application,
}

/// State-run products belong to an agency, others to an enterprise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Ownership {
    State,
    Enterprise,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Record {
    pub code: Text<40>,
    pub name_vi: Name,
    pub name_en: Option<Name>,
    #[serde(default)]
    pub aliases: Vec<Name>,
    /// Unknown stays unknown: kind, ownership and owner of a platform on record from sources.
    pub kind: Option<ProductKind>,
    pub ownership: Option<Ownership>,
    pub owner: Option<OrganisationId>,
    /// Origin and mastery of core technology, as the owner states it.
    pub origin: Option<Prose>,
    /// Invented for the demonstration; shown as *dữ liệu mẫu*.
    pub sample: bool,
    /// Other codes of the same platform, in other lists.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub identifiers: Vec<Text<40>>,
    /// What sources say of it, each with its ground; none of them is a state.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub claims: Vec<Claim>,
    /// The product it came from by a split or merger; nothing is inherited (case 26).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub linked: Vec<ProductId>,
}

impl Record {
    /// The enterprise that owns it.
    pub fn enterprise(&self) -> Option<OrganisationId> {
        if self.ownership == Some(Ownership::Enterprise) { self.owner } else { None }
    }
}

/// A statement of a source about a platform: on which register it is said to stand, under which
/// number. Shown as a claim; loading it makes no entry (data/README.md).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Claim {
    pub identifier: Text<40>,
    pub register: Text<60>,
    pub status: Option<Prose>,
    pub decision_number: Option<Text<60>>,
    pub decision_date: Option<NaiveDate>,
    pub ground: Ground,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct State {
    pub id: ProductId,
    /// The list entry it belongs to; none while it is only on record.
    pub entry: Option<ListEntryId>,
    pub managing: Option<OrganisationId>,
    /// Unit that proposes, for "separate units propose and evaluate" (case 14).
    pub unit: String,
    pub regulation: String,
    pub record: Record,
}

impl State {
    /// The managing agency owns what it judges.
    pub fn self_managed(&self) -> bool {
        self.record.owner.is_some() && self.record.owner == self.managing
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Command {
    /// With E1.
    Register { id: ProductId, entry: ListEntryId, record: Record },
    /// X4: a platform on record from public sources, without a list entry.
    Import { id: ProductId, managing: Option<OrganisationId>, regulation: String, record: Record, entered_by: AccountId },
    /// E1 of a product on record: it comes under this entry.
    Place { entry: ListEntryId },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::large_enum_variant, reason = "one event an act: it is folded into the state at once")]
pub enum Event {
    Registered(State),
    Placed { entry: ListEntryId, managing: Option<OrganisationId> },
}

pub struct Product;

impl Machine for Product {
    const KIND: Kind = Kind::Product;
    type State = State;
    type Command = Command;
    type Event = Event;

    fn act(command: &Command) -> ActId {
        match command {
            Command::Register { .. } | Command::Place { .. } => ActId::E1,
            Command::Import { .. } => ActId::X4,
        }
    }
    fn stage(_: &State) -> &'static str {
        "product.registered"
    }
    /// To be placed is as good as new: E1 opens no second record.
    fn standing(state: Option<&State>, command: &Command, _: &Occasion) -> Result<&'static str, Refusal> {
        Ok(match command {
            Command::Place { .. } if state.is_some_and(|s| s.entry.is_none()) => NEW,
            _ => state.map_or(NEW, Self::stage),
        })
    }
    fn regulation(command: &Command) -> Option<String> {
        match command {
            Command::Import { regulation, .. } => Some(regulation.clone()),
            _ => None,
        }
    }
    fn needs(_: Option<&State>, command: &Command) -> Vec<Need> {
        match command {
            Command::Register { entry, .. } | Command::Place { entry } => vec![Need::Stream((*entry).into())],
            Command::Import { .. } => Vec::new(),
        }
    }
    fn decide(_: Option<&State>, command: &Command, occasion: &Occasion) -> Result<Vec<Event>, Refusal> {
        Ok(vec![match command {
            Command::Register { id, entry, record } => {
                let listed = ListedEntry::of(occasion, *entry)?;
                let regulation = occasion.regulation.id.clone();
                let (managing, unit) = (Some(listed.managing), listed.unit);
                Event::Registered(State { id: *id, entry: Some(*entry), managing, unit, regulation, record: record.clone() })
            }
            Command::Import { id, managing, regulation, record, entered_by } => {
                if *entered_by == occasion.account() {
                    return Err(Refusal::EnteredAndConfirmedByOne {});
                }
                let (unit, regulation) = (String::new(), regulation.clone());
                Event::Registered(State { id: *id, entry: None, managing: *managing, unit, regulation, record: record.clone() })
            }
            Command::Place { entry } => {
                let listed = ListedEntry::of(occasion, *entry)?;
                Event::Placed { entry: *entry, managing: Some(listed.managing) }
            }
        }])
    }
    fn evolve(state: Option<State>, event: &Event) -> Option<State> {
        match (state, event) {
            (_, Event::Registered(new)) => Some(new.clone()),
            (Some(s), Event::Placed { entry, managing }) => {
                let managing = managing.or(s.managing);
                Some(State { entry: Some(*entry), managing, ..s })
            }
            (None, _) => None,
        }
    }
    fn view(state: &State) -> View {
        let enterprise = state.record.enterprise();
        View {
            own: Some(state.id.into()),
            name: Some(state.record.name_vi.to_string()),
            code: Some(state.record.code.to_string()),
            managing: state.managing,
            unit: Some(state.unit.clone()),
            applicant: enterprise,
            regulation: Some(state.regulation.clone()),
            parent: state.entry.map(Into::into),
            product: Some(state.id),
            open_key: Some(state.record.code.to_string()),
            ..View::default()
        }
    }
}
