//! Machine B: the evaluating body (process.md 6.5): council, expert group, hired unit.
//!
//! ```text
//! – ─B1→ planned ─(B2→ nominating, B3)─ B4→ established ─(B17, B18 by each member)─ B5→ ready ─B7─ ready
//!                                       established ←B6─ ready
//!        planned ─B8→ selecting ─B9→ contracted ─B11→ reported ─B13→ accepted ─B16→ contracted
//!        planned ←B10─ selecting        contracted ←B12─ reported
//! B14→ closed   B15→ cancelled
//! ```

mod decide;
mod evolve;
mod hired;

pub use decide::free_members;
pub use hired::{Contract, Report, ReportText};

use crate::acts::ActId;
use crate::authority::Duty;
use crate::canonical::{Content, Hash, Pin};
use crate::evidence::Need;
use crate::id::{AccountId, BodyId, DossierId, Id, Kind, OrganisationId, ProductId};
use crate::links::links_of;
use crate::list_entry::Attachment;
use crate::machine::{LastDay, Machine, View};
use crate::occasion::{IssuedPaper, Occasion};
use crate::refusal::Refusal;
use crate::regulation::{Denominator, RulesOfWork};
use crate::text::{Name, Prose, Text};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Name of a place or of the body itself.
pub type BodyName = Name;

/// The three forms of letter 2291, item 4.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    #[default]
    Council,
    ExpertGroup,
    HiredUnit,
}

impl Form {
    pub fn name(self) -> &'static str {
        match self {
            Form::Council => "council",
            Form::ExpertGroup => "expert_group",
            Form::HiredUnit => "hired_unit",
        }
    }
}

/// A person in a capacity. `outside`: not of the managing agency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Member {
    pub person: AccountId,
    pub organisation: OrganisationId,
    pub capacity: Name,
}

/// What the establishing decision says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Establishing {
    pub members: Vec<Member>,
    /// Chair of a council, head (tổ trưởng) of a group; a member.
    pub chair: AccountId,
    /// May stand in for the chair.
    pub vice_chair: Option<AccountId>,
    pub secretary: AccountId,
    pub support: Vec<AccountId>,
    pub rules: RulesOfWork,
    pub term_to: Option<NaiveDate>,
}

impl Establishing {
    pub fn is_member(&self, person: AccountId) -> bool {
        self.members.iter().any(|m| m.person == person)
    }
    /// Secretary and support team.
    pub fn helpers(&self) -> Vec<AccountId> {
        std::iter::once(self.secretary).chain(self.support.iter().copied()).collect()
    }
    /// Members needed for a quorum, out of `present` at the meeting and `recused` for the product.
    pub fn quorum(&self, present: usize, recused: usize) -> usize {
        let of = match self.rules.quorum_of {
            Denominator::Named => self.members.len(),
            Denominator::NotRecused => self.members.len().saturating_sub(recused),
            Denominator::Present => present,
        };
        (0..=of).find(|n| self.rules.quorum.reached(*n, of)).unwrap_or(of)
    }
}

/// Counting board of one meeting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Counters {
    pub dossier: DossierId,
    pub round: u32,
    pub people: Vec<AccountId>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    Planned,
    Nominating,
    Established,
    Ready,
    Selecting,
    Contracted,
    Reported,
    Accepted,
    Closed,
    Cancelled,
}

/// A person whom an asked organisation names (B3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Nominee {
    pub person: AccountId,
    pub position: Name,
    pub capacity: Name,
}

/// A member's answer to being named (B18); a refusal is remembered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Answer {
    pub member: AccountId,
    pub accepted: bool,
    pub reason: Option<Pin>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct State {
    pub id: BodyId,
    pub name: String,
    pub form: Form,
    pub regulation: String,
    pub managing: OrganisationId,
    /// Unit that organises the evaluation.
    pub unit: String,
    /// Judges a product of the managing agency itself (case 14).
    pub self_managed: bool,
    /// What it was set up for: each member declares for each of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub products: Vec<ProductId>,
    pub stage: Stage,
    pub decision: Option<(Establishing, IssuedPaper)>,
    pub reviewers: Vec<AccountId>,
    pub counters: Vec<Counters>,
    /// Organisations asked to name members, and whom they named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub asked: Vec<OrganisationId>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub nominated: Vec<(OrganisationId, Vec<Nominee>)>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<Answer>,
    /// Who leads the discussion of a line.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub leads: BTreeMap<String, AccountId>,
    /// Whose sheets stand although they were replaced.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub replaced: Vec<AccountId>,
    /// The unit in selection, and its contract.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub selected: Option<OrganisationId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contract: Option<Contract>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<Report>,
}

impl State {
    /// The member refused to take part.
    pub fn refused(&self, person: AccountId) -> bool {
        self.answers.iter().any(|a| a.member == person && !a.accepted)
    }

    pub fn established(&self) -> Result<&Establishing, Refusal> {
        self.decision.as_ref().map(|(e, _)| e).ok_or(Refusal::BodyNotReady {})
    }

    /// Roles of a person, from the decision and the meetings' counting boards.
    pub fn roles(&self, person: AccountId) -> Vec<Duty> {
        let Ok(e) = self.established() else { return Vec::new() };
        let counts = self.counters.iter().any(|c| c.people.contains(&person));
        [
            (e.chair == person, Duty::Chair),
            (e.vice_chair == Some(person), Duty::ViceChair),
            (e.is_member(person), Duty::Evaluator),
            (e.secretary == person, Duty::Secretary),
            (e.support.contains(&person), Duty::Support),
            (counts, Duty::CountingBoard),
        ]
        .into_iter()
        .filter_map(|(held, duty)| held.then_some(duty))
        .collect()
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Command {
    /// B1
    Choose {
        id: BodyId,
        name: Name,
        form: Form,
        regulation: String,
        managing: OrganisationId,
        unit: Text<60>,
        products: Vec<ProductId>,
        note: Option<Prose>,
    },
    /// B4
    Establish { establishing: Establishing },
    /// B5
    DeclareReady {
        product: ProductId,
        reviewers: Vec<AccountId>,
        #[serde(default)]
        leads: BTreeMap<String, AccountId>,
    },
    /// B7
    AppointCounters { dossier: DossierId, people: Vec<AccountId> },
    /// B2
    AskNominations { asked: Vec<OrganisationId> },
    /// B3
    Nominate { organisation: OrganisationId, people: Vec<Nominee> },
    /// B6: the whole composition as the amending decision has it.
    Amend { establishing: Establishing, reason: Prose },
    /// B8
    Select { unit: OrganisationId, competence: Attachment, independence: Attachment },
    /// B9
    SignContract { contract: Contract },
    /// B10
    CancelSelection { reason: Prose },
    /// B11
    Report { dossier: DossierId, report: hired::ReportText },
    /// B12
    Remark { remarks: Prose },
    /// B13
    AcceptReport {},
    /// B14
    Close {},
    /// B15
    Cancel { reason: Prose },
    /// B16
    Reorder { dossier: DossierId, due_on: NaiveDate },
    /// B18
    Answer { accepted: bool, reason: Option<Prose> },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    FormChosen {
        id: BodyId,
        name: String,
        form: Form,
        regulation: String,
        managing: OrganisationId,
        unit: String,
        self_managed: bool,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        products: Vec<ProductId>,
        note: Option<Pin>,
    },
    Established {
        establishing: Establishing,
        paper: IssuedPaper,
    },
    BecameReady {
        product: ProductId,
        reviewers: Vec<AccountId>,
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        leads: BTreeMap<String, AccountId>,
    },
    CountersAppointed {
        dossier: DossierId,
        round: u32,
        people: Vec<AccountId>,
    },
    NominationsAsked {
        asked: Vec<OrganisationId>,
        paper: IssuedPaper,
    },
    Nominated {
        organisation: OrganisationId,
        people: Vec<Nominee>,
        paper: IssuedPaper,
    },
    Amended {
        establishing: Establishing,
        reason: Pin,
        paper: IssuedPaper,
    },
    Selected {
        unit: OrganisationId,
        competence: Hash,
        independence: Hash,
        paper: IssuedPaper,
    },
    Contracted {
        contract: Contract,
        paper: IssuedPaper,
    },
    SelectionCancelled {
        reason: Pin,
        paper: IssuedPaper,
    },
    Reported {
        report: Report,
    },
    Remarked {
        remarks: Pin,
        paper: IssuedPaper,
    },
    ReportAccepted {
        paper: IssuedPaper,
    },
    Closed {},
    Cancelled {
        reason: Pin,
        paper: Option<IssuedPaper>,
    },
    Reordered {
        dossier: DossierId,
        due_on: NaiveDate,
        paper: IssuedPaper,
    },
    Answered {
        answer: Answer,
    },
}

pub struct Body;

impl Machine for Body {
    const KIND: Kind = Kind::Body;
    type State = State;
    type Command = Command;
    type Event = Event;

    fn act(command: &Command) -> ActId {
        match command {
            Command::Choose { .. } => ActId::B1,
            Command::Establish { .. } => ActId::B4,
            Command::DeclareReady { .. } => ActId::B5,
            Command::AppointCounters { .. } => ActId::B7,
            Command::AskNominations { .. } => ActId::B2,
            Command::Nominate { .. } => ActId::B3,
            Command::Amend { .. } => ActId::B6,
            Command::Select { .. } => ActId::B8,
            Command::SignContract { .. } => ActId::B9,
            Command::CancelSelection { .. } => ActId::B10,
            Command::Report { .. } => ActId::B11,
            Command::Remark { .. } => ActId::B12,
            Command::AcceptReport {} => ActId::B13,
            Command::Close {} => ActId::B14,
            Command::Cancel { .. } => ActId::B15,
            Command::Reorder { .. } => ActId::B16,
            Command::Answer { .. } => ActId::B18,
        }
    }
    fn stage(state: &State) -> &'static str {
        match state.stage {
            Stage::Planned => "B.planned",
            Stage::Established => "B.established",
            Stage::Ready => "B.ready",
            Stage::Nominating => "B.nominating",
            Stage::Selecting => "B.selecting",
            Stage::Contracted => "B.contracted",
            Stage::Reported => "B.reported",
            Stage::Accepted => "B.accepted",
            Stage::Closed => "B.closed",
            Stage::Cancelled => "B.cancelled",
        }
    }
    fn regulation(command: &Command) -> Option<String> {
        match command {
            Command::Choose { regulation, .. } => Some(regulation.clone()),
            _ => None,
        }
    }
    fn contents(command: &Command) -> Vec<Content> {
        match command {
            Command::Choose { note: Some(text), .. }
            | Command::Amend { reason: text, .. }
            | Command::CancelSelection { reason: text }
            | Command::Remark { remarks: text }
            | Command::Cancel { reason: text }
            | Command::Answer { reason: Some(text), .. } => vec![Content::of(text)],
            Command::Report { report, .. } => vec![Content::of(report)],
            _ => Vec::new(),
        }
    }
    fn needs(state: Option<&State>, command: &Command) -> Vec<Need> {
        let dossiers = |s: &State| Need::OfBody(s.id, Kind::Dossier);
        match (state, command) {
            (_, Command::Choose { products, .. }) => products.iter().map(|p| Need::Stream((*p).into())).collect(),
            (Some(s), Command::DeclareReady { product, .. }) => {
                let links = s.established().into_iter().flat_map(|e| &e.members).map(|m| Need::Stream(links_of(m.person).into()));
                [Need::Children(s.id.into(), Kind::Declaration), Need::Stream((*product).into())].into_iter().chain(links).collect()
            }
            (_, Command::AppointCounters { dossier, .. } | Command::Report { dossier, .. } | Command::Reorder { dossier, .. }) => {
                vec![Need::Stream((*dossier).into())]
            }
            (Some(s), Command::Close {} | Command::Cancel { .. } | Command::Amend { .. }) => vec![dossiers(s)],
            (_, Command::Select { unit, .. }) => vec![Need::Stream((*unit).into())],
            _ => Vec::new(),
        }
    }
    fn last_day(state: &State, act: ActId, _: &Occasion) -> LastDay {
        hired::last_day(state, act)
    }

    fn decide(state: Option<&State>, command: &Command, occasion: &Occasion) -> Result<Vec<Event>, Refusal> {
        decide::decide(state, command, occasion).map(|event| vec![event])
    }

    fn evolve(state: Option<State>, event: &Event) -> Option<State> {
        evolve::evolve(state, event)
    }

    fn view(state: &State) -> View {
        View {
            own: Some(state.id.into()),
            name: Some(state.name.clone()),
            managing: Some(state.managing),
            unit: Some(state.unit.clone()),
            regulation: Some(state.regulation.clone()),
            consulted: if state.stage == Stage::Nominating { state.asked.clone() } else { Vec::new() },
            body: Some(state.id),
            hired: state.contract.as_ref().map(|c| c.unit).or(state.selected),
            ..View::default()
        }
    }
}
