//! Machine P: one published entry of a register (process.md 6.7). What goes out is what the
//! agency marked public; the focal agency publishes.

use crate::acts::ActId;
use crate::canonical::{Content, Pin};
use crate::evidence::Need;
use crate::id::{Id, Kind, OrganisationId, ProductId};
use crate::machine::{Machine, View};
use crate::occasion::Occasion;
use crate::recognition::Class;
use crate::refusal::Refusal;
use crate::text::{Name, Text};
use crate::time::{Instant, legal_date};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// The registers that must not be merged (process.md 4): A and B of four so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Register {
    /// A: the List names a need.
    List,
    /// B: one product evaluated and recognised.
    Recognised,
}

impl Register {
    pub fn name(self) -> &'static str {
        match self {
            Register::List => "list",
            Register::Recognised => "recognised",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PublicField {
    Name,
    Decision,
    Owner,
    OperatingUnit,
    Contact,
    Address,
}

impl PublicField {
    pub const ALL: [PublicField; 6] = [
        PublicField::Name,
        PublicField::Decision,
        PublicField::Owner,
        PublicField::OperatingUnit,
        PublicField::Contact,
        PublicField::Address,
    ];
}

/// The data record (phiếu dữ liệu). The contact is a duty's, never a person's (case 42).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataRecord {
    pub name_vi: Name,
    pub name_en: Option<Name>,
    pub decision_number: String,
    pub decision_date: NaiveDate,
    pub owner: Option<Name>,
    pub operating_unit: Option<Name>,
    pub contact: Option<Text<200>>,
    pub address: Option<Text<200>>,
    pub public: Vec<PublicField>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    pub register: Register,
    pub ground: Id,
    pub product: Option<ProductId>,
    pub name: String,
    pub class: Option<Class>,
    pub managing: OrganisationId,
    pub unit: String,
    pub regulation: String,
    pub record: Option<Pin>,
    /// When it went out between editions.
    pub published: Option<Instant>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Command {
    /// P1
    Prepare {
        register: Register,
        ground: Id,
        product: Option<ProductId>,
        name: String,
        class: Option<Class>,
        managing: OrganisationId,
        unit: String,
        regulation: String,
    },
    /// P2
    Share { record: DataRecord },
    /// P6, between editions
    Publish {},
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    Prepared(State),
    Shared { record: Pin },
    Published { at: Instant },
}

pub struct Publication;

impl Machine for Publication {
    const KIND: Kind = Kind::Publication;
    type State = State;
    type Command = Command;
    type Event = Event;

    fn act(command: &Command) -> ActId {
        match command {
            Command::Prepare { .. } => ActId::P1,
            Command::Share { .. } => ActId::P2,
            Command::Publish {} => ActId::P6,
        }
    }
    fn stage(state: &State) -> &'static str {
        match (state.record, state.published) {
            (_, Some(_)) => "P.published",
            (Some(_), None) => "P.data_sent",
            (None, None) => "P.not_shared",
        }
    }
    fn regulation(command: &Command) -> Option<String> {
        match command {
            Command::Prepare { regulation, .. } => Some(regulation.clone()),
            _ => None,
        }
    }
    fn needs(state: Option<&State>, command: &Command) -> Vec<Need> {
        match (state, command) {
            (Some(s), Command::Publish {}) => vec![Need::Stream(s.ground)],
            _ => Vec::new(),
        }
    }
    fn contents(command: &Command) -> Vec<Content> {
        match command {
            Command::Share { record } => vec![Content::of(record)],
            _ => Vec::new(),
        }
    }
    fn decide(state: Option<&State>, command: &Command, occasion: &Occasion) -> Result<Vec<Event>, Refusal> {
        let event = match command.clone() {
            Command::Prepare { register, ground, product, name, class, managing, unit, regulation } => {
                let (record, published) = (None, None);
                Event::Prepared(State { register, ground, product, name, class, managing, unit, regulation, record, published })
            }
            Command::Share { record } => {
                let missing = |field: &str| Err(Refusal::PublicationRecordIncomplete { field: field.to_owned() });
                if record.decision_number.trim().is_empty() {
                    return missing("decision_number");
                }
                if !record.public.contains(&PublicField::Name) {
                    return missing("public");
                }
                let recognised = state.is_some_and(|s| s.register == Register::Recognised);
                if recognised && record.operating_unit.is_none() {
                    return missing("operating_unit");
                }
                if recognised && record.contact.is_none() {
                    return missing("contact");
                }
                if record.decision_date > occasion.day() {
                    return Err(Refusal::DateInFuture { date: record.decision_date });
                }
                Event::Shared { record: Content::of(&record).pin() }
            }
            Command::Publish {} => {
                let present = state.and_then(|s| occasion.evidence.stage(s.ground));
                if !matches!(present, Some("R.in_force" | "L.listed")) {
                    return Err(Refusal::GroundNotPresent {});
                }
                Event::Published { at: occasion.at }
            }
        };
        Ok(vec![event])
    }
    fn evolve(state: Option<State>, event: &Event) -> Option<State> {
        match (state, event) {
            (_, Event::Prepared(new)) => Some(new.clone()),
            (Some(s), Event::Shared { record }) => Some(State { record: Some(*record), ..s }),
            (Some(s), Event::Published { at }) => Some(State { published: Some(*at), ..s }),
            (None, _) => None,
        }
    }
    fn view(state: &State) -> View {
        View {
            name: Some(state.name.clone()),
            managing: Some(state.managing),
            unit: Some(state.unit.clone()),
            regulation: Some(state.regulation.clone()),
            parent: Some(state.ground),
            product: state.product,
            open_key: Some(format!("{}/{}", state.register.name(), state.ground)),
            ..View::default()
        }
    }
}

/// One row of a register in its two times: in force from–to, and when it was recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryVersion {
    pub register: &'static str,
    pub name: String,
    pub class: Option<&'static str>,
    pub valid_from: NaiveDate,
    pub valid_to: Option<NaiveDate>,
    pub recorded_at: Instant,
}

/// The register rows of a publication.
pub fn entry_versions(state: &State) -> Vec<EntryVersion> {
    let row = |at: Instant| EntryVersion {
        register: state.register.name(),
        name: state.name.clone(),
        class: state.class.map(Class::name),
        valid_from: legal_date(at),
        valid_to: None,
        recorded_at: at,
    };
    state.published.map(row).into_iter().collect()
}
