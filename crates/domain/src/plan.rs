//! Machine U: use under plan, of state-run and enterprise platforms alike (process.md 6.8). The
//! plan's owner is the managing agency, or a locality.
//!
//! ```text
//! – ─U1→ drafting ─U2→ approved ─U3→ in_use ⇄ suspended (U5, U6)   U4 amends   U7→ ended   U8→ cancelled
//! ```

use crate::acts::ActId;
use crate::canonical::{Content, Pin};
use crate::criteria_set::{CriteriaSet, set_of};
use crate::evidence::Need;
use crate::id::{Id, Kind, OrganisationId, PlanId, ProductId};
use crate::list_entry::paper;
use crate::machine::{self, Machine, View};
use crate::occasion::{IssuedPaper, Occasion};
use crate::product::{Ownership, Product};
use crate::publication::{self, Ended};
use crate::refusal::Refusal;
use crate::text::{Name, Prose, Text};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PlanType {
    Development,
    Use,
    Exploitation,
    Management,
    Operation,
    Maintenance,
}

/// What an approved plan says (U2), and each amendment (U4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanText {
    pub types: Vec<PlanType>,
    pub from: NaiveDate,
    pub to: NaiveDate,
    pub unit_responsible: Name,
    pub money_source: Prose,
    pub content: Prose,
}

/// The scope is copied as the document says, never widened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InUse {
    pub scope: Prose,
    pub since: NaiveDate,
    /// A duty's contact, never a person's.
    pub contact: Text<200>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    Drafting,
    Approved,
    InUse,
    Suspended,
    Ended,
    Cancelled,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct State {
    pub id: PlanId,
    pub product: ProductId,
    pub name: String,
    pub owner: OrganisationId,
    pub unit: String,
    pub regulation: String,
    pub stage: Stage,
    /// The product is the owner's own, run by the state: its use is announced in register C.
    pub state_run: bool,
    /// Versions of the plan, newest last.
    pub texts: Vec<Pin>,
    pub since: Option<NaiveDate>,
    pub ended_on: Option<NaiveDate>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Command {
    /// U1
    Draft { id: PlanId, product: ProductId, owner: OrganisationId, unit: Text<60>, name: Name },
    /// U2
    Approve { text: PlanText },
    /// U3
    PutIntoUse { in_use: InUse },
    /// U4: an amendment, or the yearly report.
    Amend { text: Option<PlanText>, report: Option<Prose> },
    /// U5
    Suspend { reason: Prose },
    /// U6
    Resume {},
    /// U7
    End { ends_on: NaiveDate, successor: Option<ProductId> },
    /// U8
    Cancel { reason: Prose },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    Drafted { id: PlanId, product: ProductId, name: String, owner: OrganisationId, unit: String, regulation: String, state_run: bool },
    Approved { text: Pin, paper: IssuedPaper },
    PutIntoUse { in_use: InUse, paper: IssuedPaper },
    Amended { text: Option<Pin>, report: Option<Pin>, paper: IssuedPaper },
    Suspended { reason: Pin, paper: IssuedPaper },
    Resumed { paper: IssuedPaper },
    Ended { on: NaiveDate, successor: Option<ProductId>, paper: IssuedPaper },
    Cancelled { reason: Pin, paper: Option<IssuedPaper> },
}

pub struct Plan;

impl Machine for Plan {
    const KIND: Kind = Kind::Plan;
    type State = State;
    type Command = Command;
    type Event = Event;

    fn act(command: &Command) -> ActId {
        match command {
            Command::Draft { .. } => ActId::U1,
            Command::Approve { .. } => ActId::U2,
            Command::PutIntoUse { .. } => ActId::U3,
            Command::Amend { .. } => ActId::U4,
            Command::Suspend { .. } => ActId::U5,
            Command::Resume {} => ActId::U6,
            Command::End { .. } => ActId::U7,
            Command::Cancel { .. } => ActId::U8,
        }
    }
    fn stage(state: &State) -> &'static str {
        match state.stage {
            Stage::Drafting => "U.drafting",
            Stage::Approved => "U.approved",
            Stage::InUse => "U.in_use",
            Stage::Suspended => "U.suspended",
            Stage::Ended => "U.ended",
            Stage::Cancelled => "U.cancelled",
        }
    }
    fn needs(_: Option<&State>, command: &Command) -> Vec<Need> {
        match command {
            Command::Draft { product, .. } => vec![Need::Stream((*product).into())],
            _ => Vec::new(),
        }
    }
    /// The set of the product's entry, and the entry in register C.
    fn further(id: Id, _: Option<&State>, command: &Command, world: &crate::evidence::World) -> Vec<Need> {
        match command {
            Command::Draft { product, .. } => {
                let entry = crate::evidence::state_in::<Product>(world, *product).and_then(|p| p.entry);
                entry.into_iter().map(|e| Need::Stream(set_of(e).into())).collect()
            }
            Command::End { .. } => vec![Need::Children(id, Kind::Publication)],
            _ => Vec::new(),
        }
    }
    fn contents(command: &Command) -> Vec<Content> {
        match command {
            Command::Approve { text } => vec![Content::of(text)],
            Command::Amend { text, report } => text.iter().map(Content::of).chain(report.iter().map(Content::of)).collect(),
            Command::Suspend { reason } | Command::Cancel { reason } => vec![Content::of(reason)],
            _ => Vec::new(),
        }
    }
    fn decide(state: Option<&State>, command: &Command, occasion: &Occasion) -> Result<Vec<Event>, Refusal> {
        let event = match command {
            Command::Draft { id, product, owner, unit, name } => {
                let found = occasion.evidence.find::<Product>(*product)?.state;
                // The managing agency plans once its criteria are promulgated; a locality at any time.
                if found.managing == Some(*owner) {
                    let set = found.entry.and_then(|e| occasion.evidence.find::<CriteriaSet>(set_of(e)).ok());
                    if set.is_none_or(|s| s.state.in_force_on(occasion.day()).is_none()) {
                        return Err(Refusal::SetNotPromulgated {});
                    }
                }
                let state_run = found.record.ownership == Some(Ownership::State) && found.record.owner == Some(*owner);
                let (name, unit, regulation) = (name.to_string(), unit.to_string(), found.regulation.clone());
                Event::Drafted { id: *id, product: *product, name, owner: *owner, unit, regulation, state_run }
            }
            Command::Approve { text } => {
                check(text)?;
                Event::Approved { text: Content::of(text).pin(), paper: paper(occasion)? }
            }
            Command::PutIntoUse { in_use } => {
                if in_use.since > occasion.day() {
                    return Err(Refusal::DateInFuture { date: in_use.since });
                }
                Event::PutIntoUse { in_use: in_use.clone(), paper: paper(occasion)? }
            }
            Command::Amend { text, report } => {
                if text.is_none() && report.is_none() {
                    return Err(Refusal::TextMissing { field: "text".to_owned() });
                }
                text.iter().try_for_each(check)?;
                let pin = |c: Content| c.pin();
                let (text, report) = (text.as_ref().map(Content::of).map(pin), report.as_ref().map(Content::of).map(pin));
                Event::Amended { text, report, paper: paper(occasion)? }
            }
            Command::Suspend { reason } => Event::Suspended { reason: Content::of(reason).pin(), paper: paper(occasion)? },
            Command::Resume {} => Event::Resumed { paper: paper(occasion)? },
            Command::End { ends_on, successor } => {
                let earliest = occasion.due_from(occasion.day(), "recognition.warn_before_end").map_or(occasion.day(), |d| d.on);
                if *ends_on < earliest {
                    return Err(Refusal::WarnedTooLate { earliest });
                }
                Event::Ended { on: *ends_on, successor: *successor, paper: paper(occasion)? }
            }
            Command::Cancel { reason } => Event::Cancelled { reason: Content::of(reason).pin(), paper: occasion.paper.cloned() },
        };
        debug_assert!(state.is_some() || matches!(event, Event::Drafted { .. }));
        Ok(vec![event])
    }
    fn evolve(state: Option<State>, event: &Event) -> Option<State> {
        if let Event::Drafted { id, product, name, owner, unit, regulation, state_run } = event.clone() {
            let (stage, texts, since, ended_on) = (Stage::Drafting, Vec::new(), None, None);
            return Some(State { id, product, name, owner, unit, regulation, stage, state_run, texts, since, ended_on });
        }
        let mut s = state?;
        match event.clone() {
            Event::Drafted { .. } => {}
            Event::Approved { text, .. } => {
                s.stage = Stage::Approved;
                s.texts.push(text);
            }
            Event::PutIntoUse { in_use, .. } => s = State { stage: Stage::InUse, since: Some(in_use.since), ..s },
            Event::Amended { text, .. } => s.texts.extend(text),
            Event::Suspended { .. } => s.stage = Stage::Suspended,
            Event::Resumed { .. } => s.stage = Stage::InUse,
            Event::Ended { on, .. } => s = State { stage: Stage::Ended, ended_on: Some(on), ..s },
            Event::Cancelled { .. } => s.stage = Stage::Cancelled,
        }
        Some(s)
    }
    /// U3 of a state platform → P1 in register C; U7 → P7.
    fn consequences(id: Id, state: &State, event: &Event, occasion: &Occasion) -> Vec<(Id, machine::Command)> {
        match event {
            Event::PutIntoUse { .. } if state.state_run => {
                let publication = Id::new(Kind::Publication, occasion.fresh.id(id, Kind::Publication));
                let prepare = publication::Command::Prepare {
                    register: publication::Register::Deployed,
                    ground: id,
                    product: Some(state.product),
                    name: state.name.clone(),
                    class: None,
                    managing: state.owner,
                    unit: state.unit.clone(),
                    regulation: state.regulation.clone(),
                };
                vec![(publication, prepare.into())]
            }
            Event::Ended { on, successor, .. } => publication::close_all(occasion, id, Ended::Ended, *on, successor.map(Id::from)),
            _ => Vec::new(),
        }
    }
    fn view(state: &State) -> View {
        View {
            own: Some(state.id.into()),
            name: Some(state.name.clone()),
            managing: Some(state.owner),
            unit: Some(state.unit.clone()),
            regulation: Some(state.regulation.clone()),
            parent: Some(state.product.into()),
            product: Some(state.product),
            ..View::default()
        }
    }
}

/// A type, and a term that does not end before it begins.
fn check(text: &PlanText) -> Result<(), Refusal> {
    if text.types.is_empty() {
        return Err(Refusal::TextMissing { field: "types".to_owned() });
    }
    if text.to < text.from { Err(Refusal::DateBeforeEvent { date: text.to, event: text.from }) } else { Ok(()) }
}
