//! Machine P: one published entry of a register (process.md 6.7). What goes out is what the
//! agency marked public; the focal agency publishes.

mod decide;

use crate::acts::ActId;
use crate::canonical::{Content, Pin};
use crate::evidence::Need;
use crate::historical::Historical;
use crate::id::{EditionId, Id, Kind, OrganisationId, ProductId};
use crate::machine::{self, LastDay, Machine, View};
use crate::occasion::Occasion;
use crate::recognition::Class;
use crate::refusal::Refusal;
use crate::text::{Name, Prose, Text};
use crate::time::{Instant, legal_date};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// The registers that must not be merged (process.md 4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Register {
    /// A: the List names a need.
    List,
    /// B: one product evaluated and recognised.
    Recognised,
    /// C: announced for nationwide use.
    Deployed,
    /// D: planned, with its responsible agency.
    Planned,
}

impl Register {
    pub fn name(self) -> &'static str {
        match self {
            Register::List => "list",
            Register::Recognised => "recognised",
            Register::Deployed => "deployed",
            Register::Planned => "planned",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
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

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
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
    /// When it went out.
    pub published: Option<Instant>,
    /// Of the newest edition that carries it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edition: Option<EditionId>,
    /// A change proposed, field by field, until the keeper accepts or refuses it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proposed: Option<Proposed>,
    /// Why and since when it must be closed; the keeper closes (P7).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closing: Option<Closing>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub closed: bool,
    /// What the register said before, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub before: Vec<Past>,
    /// Since when it says what it says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<(NaiveDate, Instant)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub historical: Option<Historical>,
}

/// A change on its way: new data, or a new class that follows from a decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Proposed {
    pub record: Option<Pin>,
    pub name: Option<String>,
    pub class: Option<Class>,
    pub on: NaiveDate,
}

/// How the ground of an entry ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    Revoked,
    Ended,
    /// Of a list entry.
    Removed,
}

impl Ended {
    pub fn name(self) -> &'static str {
        match self {
            Ended::Revoked => "revoked",
            Ended::Ended => "ended",
            Ended::Removed => "removed",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Closing {
    pub how: Ended,
    pub on: NaiveDate,
    pub successor: Option<Id>,
}

/// What the register said, from and to (the last day), and when that was recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Past {
    pub name: String,
    pub class: Option<Class>,
    pub managing: OrganisationId,
    pub from: NaiveDate,
    pub to: NaiveDate,
    pub recorded_at: Instant,
}

/// Past rows kept; a register that changes more often is a fault of its keeper.
const KEPT: usize = 40;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
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
    /// P6: between editions, or with one (PE2).
    Publish {
        #[serde(default)]
        edition: Option<EditionId>,
    },
    /// P1 where the entry exists and is not out yet.
    Reclass { class: Class },
    /// P3
    Return { points: Prose },
    /// P4: the record as it should be, or the class that a decision gave.
    Propose { record: Option<DataRecord>, class: Option<Class> },
    /// P5
    Settle { accepted: bool, reason: Option<Prose> },
    /// P7
    Close { note: Option<Prose> },
    /// P8: with the end of its ground.
    MustClose { closing: Closing },
    /// X4
    Import {
        register: Register,
        ground: Id,
        product: Option<ProductId>,
        name: Name,
        class: Option<Class>,
        managing: OrganisationId,
        regulation: String,
        historical: Historical,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    Prepared(State),
    Shared {
        record: Pin,
    },
    Published {
        at: Instant,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        edition: Option<EditionId>,
    },
    Reclassed {
        class: Class,
    },
    Returned {
        points: Pin,
    },
    Proposed {
        proposed: Proposed,
    },
    Settled {
        accepted: bool,
        reason: Option<Pin>,
        at: Instant,
    },
    MustClose {
        closing: Closing,
    },
    Closed {
        at: Instant,
        note: Option<Pin>,
    },
    Imported(State),
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
            Command::Publish { .. } => ActId::P6,
            Command::Reclass { .. } => ActId::P1,
            Command::Return { .. } => ActId::P3,
            Command::Propose { .. } => ActId::P4,
            Command::Settle { .. } => ActId::P5,
            Command::Close { .. } => ActId::P7,
            Command::MustClose { .. } => ActId::P8,
            Command::Import { .. } => ActId::X4,
        }
    }
    fn stage(state: &State) -> &'static str {
        match (state.record, state.published) {
            _ if state.closed => "P.closed",
            (_, Some(_)) if state.proposed.is_some() => "P.correction",
            (_, Some(_)) => "P.published",
            (Some(_), None) => "P.data_sent",
            (None, None) => "P.not_shared",
        }
    }
    fn regulation(command: &Command) -> Option<String> {
        match command {
            Command::Prepare { regulation, .. } | Command::Import { regulation, .. } => Some(regulation.clone()),
            _ => None,
        }
    }
    fn needs(state: Option<&State>, command: &Command) -> Vec<Need> {
        match (state, command) {
            (Some(s), Command::Publish { .. }) => vec![Need::Stream(s.ground)],
            _ => Vec::new(),
        }
    }
    fn contents(command: &Command) -> Vec<Content> {
        match command {
            Command::Share { record } | Command::Propose { record: Some(record), .. } => vec![Content::of(record)],
            Command::Return { points: text } | Command::Settle { reason: Some(text), .. } | Command::Close { note: Some(text) } => {
                vec![Content::of(text)]
            }
            _ => Vec::new(),
        }
    }
    /// The keeper must close only what has lost its ground.
    fn last_day(state: &State, act: ActId, occasion: &Occasion) -> LastDay {
        let close = |c: &Closing| occasion.due_from(c.on, "publication.close").map_or(LastDay::Never, LastDay::On);
        match act {
            ActId::P7 => state.closing.as_ref().map_or(LastDay::Never, close),
            ActId::P3 => LastDay::Never,
            // What must be closed is shared and published no more.
            _ if state.closing.is_some() => LastDay::Never,
            _ => LastDay::ByTerm,
        }
    }
    fn decide(state: Option<&State>, command: &Command, occasion: &Occasion) -> Result<Vec<Event>, Refusal> {
        decide::decide(state, command, occasion).map(|event| vec![event])
    }
    fn evolve(state: Option<State>, event: &Event) -> Option<State> {
        match (state, event.clone()) {
            (_, Event::Prepared(new) | Event::Imported(new)) => Some(new),
            (Some(s), Event::Shared { record }) => Some(State { record: Some(record), ..s }),
            (Some(s), Event::Returned { .. }) => Some(State { record: None, ..s }),
            (Some(s), Event::Published { at, edition }) => {
                let since = s.since.or(Some((legal_date(at), at)));
                Some(State { published: Some(at), edition: edition.or(s.edition), since, ..s })
            }
            (Some(s), Event::Reclassed { class }) => Some(State { class: Some(class), ..s }),
            (Some(s), Event::Proposed { proposed }) => Some(State { proposed: Some(proposed), ..s }),
            (Some(mut s), Event::Settled { accepted, at, .. }) => {
                let proposed = s.proposed.take();
                if let (true, Some(p)) = (accepted, proposed) {
                    past(&mut s, legal_date(at), at);
                    s.record = p.record.or(s.record);
                    s.name = p.name.unwrap_or(s.name);
                    s.class = p.class.or(s.class);
                }
                Some(s)
            }
            (Some(s), Event::MustClose { closing }) => Some(State { closing: Some(closing), ..s }),
            (Some(mut s), Event::Closed { at, .. }) => {
                let on = s.closing.as_ref().map_or(legal_date(at), |c| c.on);
                past(&mut s, on, at);
                s.since = None;
                Some(State { closed: true, proposed: None, ..s })
            }
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
            open_key: (!state.closed).then(|| format!("{}/{}", state.register.name(), state.ground)),
            ..View::default()
        }
    }
}

/// What the register says now becomes past, up to the day before `on`.
fn past(s: &mut State, on: NaiveDate, at: Instant) {
    let Some((from, recorded_at)) = s.since.replace((on, at)) else { return };
    let to = on.pred_opt().unwrap_or(on).max(from);
    s.before.push(Past { name: s.name.clone(), class: s.class, managing: s.managing, from, to, recorded_at });
    let surplus = s.before.len().saturating_sub(KEPT);
    s.before.drain(..surplus);
}

/// The entry is about to go on with another organisation from that day (X1): what was said
/// before becomes past, where there is a before.
pub(crate) fn moving(s: &mut State, on: NaiveDate, at: Instant) {
    if s.since.is_some_and(|(from, _)| from < on) {
        past(s, on, at);
    }
}

/// P8 on every published or prepared entry of a ground that ended.
pub(crate) fn close_all(occasion: &Occasion, ground: Id, how: Ended, on: NaiveDate, successor: Option<Id>) -> Vec<(Id, machine::Command)> {
    let open = |p: &crate::evidence::Found<State>| p.state.ground == ground && !p.state.closed;
    let close = |p: crate::evidence::Found<State>| (p.id, Command::MustClose { closing: Closing { how, on, successor } }.into());
    occasion.evidence.all::<Publication>().filter(open).map(close).collect()
}

/// A new class of the recognised product: P4 where the entry is out, P1 where it is not yet.
pub(crate) fn reclass_all(occasion: &Occasion, ground: Id, class: Class) -> Vec<(Id, machine::Command)> {
    let open = |p: &crate::evidence::Found<State>| p.state.ground == ground && !p.state.closed;
    let change = |p: crate::evidence::Found<State>| match Publication::stage(p.state) {
        "P.published" => (p.id, Command::Propose { record: None, class: Some(class) }.into()),
        _ => (p.id, Command::Reclass { class }.into()),
    };
    occasion.evidence.all::<Publication>().filter(open).map(change).collect()
}

/// One row of a register in its two times: in force from–to, and when it was recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryVersion {
    pub register: &'static str,
    pub name: String,
    pub class: Option<&'static str>,
    pub managing: OrganisationId,
    pub valid_from: NaiveDate,
    pub valid_to: Option<NaiveDate>,
    pub recorded_at: Instant,
}

/// The register rows of a publication, oldest first.
pub fn entry_versions(state: &State) -> Vec<EntryVersion> {
    let register = state.register.name();
    let now = state.since.map(|(valid_from, recorded_at)| EntryVersion {
        register,
        name: state.name.clone(),
        class: state.class.map(Class::name),
        managing: state.managing,
        valid_from,
        valid_to: None,
        recorded_at,
    });
    let past = state.before.iter().map(|p| EntryVersion {
        register,
        name: p.name.clone(),
        class: p.class.map(Class::name),
        managing: p.managing,
        valid_from: p.from,
        valid_to: Some(p.to),
        recorded_at: p.recorded_at,
    });
    past.chain(now).collect()
}
