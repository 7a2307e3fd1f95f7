//! The product record of process.md 6.4: one product in the hands of a named owner. Opened with
//! its first dossier (E1).

use crate::acts::{ActId, NEW};
use crate::evidence::Need;
use crate::id::{Kind, ListEntryId, OrganisationId, ProductId};
use crate::list_entry::ListedEntry;
use crate::machine::{Machine, View};
use crate::occasion::Occasion;
use crate::refusal::Refusal;
use crate::text::{Name, Prose, Text};
use serde::{Deserialize, Serialize};

/// The three words of the press sources.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProductKind {
    Platform,
    InformationSystem,
    Application,
}

/// State-run products belong to an agency, others to an enterprise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ownership {
    State,
    Enterprise,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    pub code: Text<40>,
    pub name_vi: Name,
    pub name_en: Option<Name>,
    #[serde(default)]
    pub aliases: Vec<Name>,
    pub kind: ProductKind,
    pub ownership: Ownership,
    pub owner: OrganisationId,
    /// Origin and mastery of core technology, as the owner states it.
    pub origin: Option<Prose>,
    /// Invented for the demonstration; shown as *dữ liệu mẫu*.
    pub sample: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    pub id: ProductId,
    pub entry: ListEntryId,
    pub managing: OrganisationId,
    /// Unit that proposes, for "separate units propose and evaluate" (case 14).
    pub unit: String,
    pub regulation: String,
    pub record: Record,
}

impl State {
    /// The managing agency owns what it judges.
    pub fn self_managed(&self) -> bool {
        self.record.owner == self.managing
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Command {
    /// With E1.
    Register { id: ProductId, entry: ListEntryId, record: Record },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    Registered(State),
}

pub struct Product;

impl Machine for Product {
    const KIND: Kind = Kind::Product;
    type State = State;
    type Command = Command;
    type Event = Event;

    fn act(_: &Command) -> ActId {
        ActId::E1
    }
    fn stage(_: &State) -> &'static str {
        "product.registered"
    }
    fn standing(state: Option<&State>, _: &Command, _: &Occasion) -> Result<&'static str, Refusal> {
        Ok(state.map_or(NEW, Self::stage))
    }
    fn needs(_: Option<&State>, command: &Command) -> Vec<Need> {
        let Command::Register { entry, .. } = command;
        vec![Need::Stream((*entry).into())]
    }
    fn decide(_: Option<&State>, command: &Command, occasion: &Occasion) -> Result<Vec<Event>, Refusal> {
        let Command::Register { id, entry, record } = command;
        let listed = ListedEntry::of(occasion, *entry)?;
        Ok(vec![Event::Registered(State {
            id: *id,
            entry: *entry,
            managing: listed.managing,
            unit: listed.unit,
            regulation: occasion.regulation.id.clone(),
            record: record.clone(),
        })])
    }
    fn evolve(_: Option<State>, event: &Event) -> Option<State> {
        let Event::Registered(state) = event;
        Some(state.clone())
    }
    fn view(state: &State) -> View {
        let enterprise = (state.record.ownership == Ownership::Enterprise).then_some(state.record.owner);
        View {
            own: Some(state.id.into()),
            name: Some(state.record.name_vi.to_string()),
            code: Some(state.record.code.to_string()),
            managing: Some(state.managing),
            unit: Some(state.unit.clone()),
            applicant: enterprise,
            regulation: Some(state.regulation.clone()),
            parent: Some(state.entry.into()),
            product: Some(state.id),
            open_key: Some(state.record.code.to_string()),
            ..View::default()
        }
    }
}
