//! Machine E: the evaluation dossier, one product against one promulgated version, with its
//! numbered rounds (process.md 6.4).
//!
//! ```text
//! – ─E1→ draft ─E2→ submitted ─E4→ received ─E5→ examining ─E9→ ready ─E11→ evaluating
//!   ─(E15 sheets, E29 invitation)─ E16→ meeting ─(E30 votes)─ E18→ counted ─E19→ concluded
//!   ─E22 | E23 | E24→ decided
//! ```

use crate::acts::ActId;
use crate::body::BodyName;
use crate::canonical::{Content, Pin};
use crate::criteria_set::{CriteriaSet, Promulgated};
use crate::evidence::Need;
use crate::id::{AccountId, BodyId, CriteriaSetId, DossierId, Id, Kind, ListEntryId, OrganisationId, ProductId};
use crate::list_entry::{Attachment, Incoming};
use crate::machine::{self, Machine, View};
use crate::occasion::{IssuedPaper, Occasion};
use crate::outcome::{Assessment, Line, Outcome, Share};
use crate::product::{self, Product};
use crate::recognition::{self, Class, Recognition};
use crate::refusal::Refusal;
use crate::text::{Name, Prose, Text};
use crate::time::Instant;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

mod count;
mod decide;
mod evolve;

pub use count::{Tally, Way, count, sheets_of, tied_lines};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    First,
    Periodic,
    Extraordinary,
}

/// An existing product, or one recorded with this dossier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum ProductRef {
    Existing { id: ProductId },
    New { id: ProductId, record: product::Record },
}

/// Evidence for one line, or the statement that there is none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum LineEvidence {
    Files { files: Vec<Attachment>, statement: Option<Prose> },
    None { reason: Prose },
}

/// The measured share; its market definition is the set's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Figure {
    pub share: Share,
    pub period_from: NaiveDate,
    pub period_to: NaiveDate,
    pub sources: Prose,
    pub estimator: Name,
}

/// A claim without counts cannot be measured and counts as not met.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum FigureClaim {
    Counted { figure: Figure },
    NotCounted { reason: Prose },
}

/// What an enterprise hands in (E2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Application {
    /// Signed by the legal representative or an authorised person.
    pub letter: Option<Attachment>,
    pub evidence: BTreeMap<String, LineEvidence>,
    pub figure: Option<FigureClaim>,
}

/// The criteria version a dossier is judged by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetPin {
    pub set: CriteriaSetId,
    pub n: u32,
    pub text: Pin,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invitation {
    pub meeting_on: NaiveDate,
    pub issued_at: Instant,
    pub paper: IssuedPaper,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opened {
    pub at: Instant,
    pub by: AccountId,
    pub present: Vec<AccountId>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MinutesSignature {
    pub by: AccountId,
    pub minutes: Pin,
}

/// One run of the evaluation; what it was opened with never changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Round {
    pub n: u32,
    pub body: BodyId,
    pub set: SetPin,
    pub lines: Vec<Line>,
    pub application: Pin,
    pub share: Option<Share>,
    pub cut_off: NaiveDate,
    pub opened_on: NaiveDate,
    /// Members who owe a sheet: declared and not recused.
    pub due: Vec<AccountId>,
    pub recused: Vec<AccountId>,
    pub chair: AccountId,
    /// The secretary first, then the support team.
    pub helpers: Vec<AccountId>,
    pub invitation: Option<Invitation>,
    pub opened: Option<Opened>,
    pub results: Option<BTreeMap<String, bool>>,
    pub signatures: Vec<MinutesSignature>,
    pub assessment: Option<Assessment>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    Draft,
    Submitted,
    Received,
    Examining,
    Ready,
    Evaluating,
    Meeting,
    Counted,
    Concluded,
    Decided,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    pub id: DossierId,
    /// Ten characters with a check character, for receipts and tracking.
    pub code: String,
    pub regulation: String,
    pub entry: ListEntryId,
    pub set: CriteriaSetId,
    /// The version and its applicable lines, pinned when the dossier was opened (case 16).
    pub version: SetPin,
    pub lines: Vec<Line>,
    pub product: ProductId,
    pub name: String,
    pub managing: OrganisationId,
    pub unit: String,
    /// The enterprise that asks; none where the agency drafts it.
    pub applicant: Option<OrganisationId>,
    pub purpose: Purpose,
    pub stage: Stage,
    pub application: Option<Pin>,
    pub share: Option<Share>,
    pub incoming: Option<Incoming>,
    pub officer: Option<AccountId>,
    pub officer_until: Option<NaiveDate>,
    pub rounds: Vec<Round>,
    pub decision: Option<(Outcome, IssuedPaper)>,
}

impl State {
    /// The round at work, the last one.
    pub fn round(&self) -> Option<&Round> {
        self.rounds.last()
    }
    /// The assessment of the concluded round.
    pub fn concluded(&self) -> Option<&Assessment> {
        self.round().and_then(|r| r.assessment.as_ref())
    }
    /// Of the three decisions, only the one whose outcome was concluded is a task.
    pub fn task_fits(&self, act: &str) -> bool {
        let wanted = match act {
            "E22" => Outcome::National,
            "E23" => Outcome::Potential,
            "E24" => Outcome::Rejected,
            _ => return true,
        };
        self.concluded().is_some_and(|a| a.outcome == wanted)
    }
    pub fn open(&self) -> bool {
        self.stage != Stage::Decided
    }
}

/// Minutes of the meeting: absences and dissent are kept (E19).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Minutes {
    pub held_on: NaiveDate,
    pub absent: Vec<Absence>,
    pub dissent: Vec<Dissent>,
    pub summary: Prose,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Absence {
    pub member: AccountId,
    pub reason: Option<Prose>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dissent {
    pub member: AccountId,
    pub code: Option<String>,
    pub text: Prose,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Command {
    /// E1
    Draft { id: DossierId, code: Text<10>, entry: ListEntryId, set: CriteriaSetId, product: ProductRef, what_changed: Option<Prose> },
    /// E2
    Submit { application: Application },
    /// E4
    Register { incoming: Incoming },
    /// E5
    Assign { officer: AccountId, until: NaiveDate },
    /// E9
    Accept { note: Prose },
    /// E11
    OpenRound { body: BodyId, cut_off: NaiveDate },
    /// E29
    Invite { meeting_on: NaiveDate, place: BodyName, agenda: Prose },
    /// E16
    Convene { present: Vec<AccountId> },
    /// E18
    Count {},
    /// E19
    SignMinutes { minutes: Minutes },
    /// E22
    RecogniseNational {},
    /// E23
    RecognisePotential {},
    /// E24: the unmet lines are the record's; the notice names the ways to object.
    Reject { explanation: Prose },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    Drafted {
        id: DossierId,
        code: String,
        regulation: String,
        entry: ListEntryId,
        set: CriteriaSetId,
        version: SetPin,
        lines: Vec<Line>,
        product: ProductId,
        name: String,
        managing: OrganisationId,
        unit: String,
        applicant: Option<OrganisationId>,
        purpose: Purpose,
        what_changed: Option<Pin>,
        new_product: Option<product::Record>,
    },
    Submitted {
        application: Pin,
        share: Option<Share>,
    },
    Registered {
        incoming: Incoming,
    },
    Assigned {
        officer: AccountId,
        until: NaiveDate,
    },
    Accepted {
        note: Pin,
    },
    RoundOpened {
        round: Round,
    },
    Invited {
        invitation: Invitation,
        agenda: Pin,
    },
    Convened {
        opened: Opened,
    },
    Counted {
        tallies: Vec<Tally>,
        results: BTreeMap<String, bool>,
    },
    MinutesSigned {
        signature: MinutesSignature,
    },
    Concluded {
        assessment: Assessment,
    },
    Decided {
        outcome: Outcome,
        explanation: Option<Pin>,
        paper: IssuedPaper,
    },
}

pub struct Dossier;

impl Machine for Dossier {
    const KIND: Kind = Kind::Dossier;
    type State = State;
    type Command = Command;
    type Event = Event;

    fn act(command: &Command) -> ActId {
        match command {
            Command::Draft { .. } => ActId::E1,
            Command::Submit { .. } => ActId::E2,
            Command::Register { .. } => ActId::E4,
            Command::Assign { .. } => ActId::E5,
            Command::Accept { .. } => ActId::E9,
            Command::OpenRound { .. } => ActId::E11,
            Command::Invite { .. } => ActId::E29,
            Command::Convene { .. } => ActId::E16,
            Command::Count {} => ActId::E18,
            Command::SignMinutes { .. } => ActId::E19,
            Command::RecogniseNational {} => ActId::E22,
            Command::RecognisePotential {} => ActId::E23,
            Command::Reject { .. } => ActId::E24,
        }
    }

    fn stage(state: &State) -> &'static str {
        match state.stage {
            Stage::Draft => "E.draft",
            Stage::Submitted => "E.submitted",
            Stage::Received => "E.received",
            Stage::Examining => "E.examining",
            Stage::Ready => "E.ready",
            Stage::Evaluating => "E.evaluating",
            Stage::Meeting => "E.meeting",
            Stage::Counted => "E.counted",
            Stage::Concluded => "E.concluded",
            Stage::Decided => "E.decided",
        }
    }

    fn needs(state: Option<&State>, command: &Command) -> Vec<Need> {
        let body = || state.and_then(|s| s.round()).map(|r| Need::Stream(r.body.into()));
        match (state, command) {
            (_, Command::Draft { entry, set, product, .. }) => {
                let mut needs = vec![Need::Stream((*entry).into()), Need::Stream((*set).into())];
                if let ProductRef::Existing { id } = product {
                    needs.extend([
                        Need::Stream((*id).into()),
                        Need::OfProduct(*id, Kind::Recognition),
                        Need::OfProduct(*id, Kind::Dossier),
                    ]);
                }
                needs
            }
            (Some(s), Command::OpenRound { body, .. }) => {
                vec![Need::Stream((*body).into()), Need::Children((*body).into(), Kind::Declaration), Need::Stream(s.product.into())]
            }
            (_, Command::Convene { .. } | Command::Invite { .. } | Command::SignMinutes { .. }) => body().into_iter().collect(),
            (Some(s), Command::Count {}) => body().into_iter().chain([Need::Children(s.id.into(), Kind::Sheet)]).collect(),
            _ => Vec::new(),
        }
    }

    fn contents(command: &Command) -> Vec<Content> {
        match command {
            Command::Draft { what_changed: Some(text), .. } => vec![Content::of(text)],
            Command::Submit { application } => vec![Content::of(application)],
            Command::Accept { note } => vec![Content::of(note)],
            Command::Invite { agenda, .. } => vec![Content::of(agenda)],
            Command::SignMinutes { minutes } => vec![Content::of(minutes)],
            Command::Reject { explanation } => vec![Content::of(explanation)],
            _ => Vec::new(),
        }
    }

    fn decide(state: Option<&State>, command: &Command, occasion: &Occasion) -> Result<Vec<Event>, Refusal> {
        decide::decide(state, command, occasion)
    }

    fn evolve(state: Option<State>, event: &Event) -> Option<State> {
        evolve::evolve(state, event)
    }

    /// E1 with a new product records it; E22 → R1, E23 → R2.
    fn consequences(id: Id, state: &State, event: &Event, occasion: &Occasion) -> Vec<(Id, machine::Command)> {
        match event {
            Event::Drafted { new_product: Some(record), product, entry, .. } => {
                let register = product::Command::Register { id: *product, entry: *entry, record: record.clone() };
                vec![((*product).into(), register.into())]
            }
            Event::Decided { outcome: outcome @ (Outcome::National | Outcome::Potential), paper, .. } => {
                let recognition = Id::new(Kind::Recognition, occasion.fresh.id(id, Kind::Recognition));
                let command = recognition::Command::Recognise {
                    class: if *outcome == Outcome::National { Class::National } else { Class::Potential },
                    product: state.product,
                    dossier: state.id,
                    entry: state.entry,
                    name: state.name.clone(),
                    managing: state.managing,
                    unit: state.unit.clone(),
                    applicant: state.applicant,
                    regulation: state.regulation.clone(),
                    paper: paper.clone(),
                };
                vec![(recognition, command.into())]
            }
            _ => Vec::new(),
        }
    }

    fn view(state: &State) -> View {
        View {
            own: Some(state.id.into()),
            name: Some(state.name.clone()),
            code: Some(state.code.clone()),
            managing: Some(state.managing),
            unit: Some(state.unit.clone()),
            applicant: state.applicant,
            regulation: Some(state.regulation.clone()),
            parent: Some(state.set.into()),
            product: Some(state.product),
            round: state.round().map(|r| r.n),
            officer: state.officer,
            body: state.round().map(|r| r.body),
            open_key: state.open().then(|| format!("{}/{}", state.product, state.entry)),
            ..View::default()
        }
    }
}

/// The version that a dossier opened on this day is judged by: only a set in force makes it.
pub(crate) fn version_in_force(set: CriteriaSetId, occasion: &Occasion) -> Result<(SetPin, Vec<Line>), Refusal> {
    let found = occasion.evidence.find::<CriteriaSet>(set)?;
    let version = found.state.in_force_on(occasion.day()).ok_or(Refusal::SetNotPromulgated {})?;
    let Some(Promulgated { text, .. }) = &version.promulgated else { return Err(Refusal::SetNotPromulgated {}) };
    if version.lines.is_empty() {
        return Err(Refusal::SetNotPromulgated {});
    }
    Ok((SetPin { set, n: version.n, text: *text }, version.lines.clone()))
}

/// The product's record, and the refusal while a recognition is in force (purpose first).
pub(crate) fn existing_product<'a>(id: ProductId, occasion: &'a Occasion) -> Result<&'a product::State, Refusal> {
    if occasion.evidence.all::<Recognition>().any(|r| r.state.product == id) {
        return Err(Refusal::RecognitionInForce {});
    }
    Ok(occasion.evidence.find::<Product>(id)?.state)
}
