//! Machine E: the evaluation dossier, one product against one promulgated version, with its
//! numbered rounds (process.md 6.4).
//!
//! ```text
//! – ─E1→ draft ─E2→ submitted ─E4→ received ─E5→ examining ─E9→ ready ─E11→ evaluating
//!   ─(E15 sheets, E29 invitation)─ E16→ meeting ─(E30 votes)─ E18→ counted ─E19→ concluded
//!   ─E22 | E23 | E24 (a first one), E25 (a review) → decided
//! examining ⇄ supplement (E6, E7; E31 reminds; E8→ lapsed)     evaluating ⇄ clarifying (E12, E13, E14)
//! meeting ─E17→ evaluating     meeting, counted, concluded ─E26→ ready     any open state ─E27→ stopped
//! ```
//! With a hired unit the round has no sheets and no vote: B11 reports, B13 accepts, E20 concludes.

use crate::acts::ActId;
use crate::authority::Duty;
use crate::calendar::Due;
use crate::canonical::{Content, Pin};
use crate::criteria_set::{CriteriaSet, Promulgated};
use crate::evidence::Need;
use crate::id::{AccountId, BodyId, CriteriaSetId, DossierId, Id, Kind, ListEntryId, OrganisationId, ProductId, RecognitionId};
use crate::links::links_of;
use crate::list_entry::{Attachment, Incoming};
use crate::machine::{self, LastDay, Machine, View};
use crate::occasion::{IssuedPaper, Occasion};
use crate::outcome::{Assessment, Line, Outcome, Share};
use crate::product::{self, Product};
use crate::recognition::Recognition;
use crate::refusal::Refusal;
use crate::regulation::Decides;
use crate::supplement::{Point, Supplement};
use crate::text::Prose;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

mod consequences;
mod count;
mod decide;
mod disagreement;
mod evolve;
mod orders;
mod promise;
mod round;
mod shapes;

pub use count::{Count, Tally, Votes, Way, count, sheets_of, tied_lines};
pub(crate) use decide::check_figure;
pub use decide::figure_fault;
pub use disagreement::{Disagreement, disagreement};
pub use orders::{Command, Event};
pub use promise::promised;
pub use shapes::*;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
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
    Supplement,
    Clarifying,
    Declined,
    Stopped,
    Lapsed,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
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
    /// The recognition under review.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recognition: Option<RecognitionId>,
    /// Lines in scope of the next round; none means all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<Vec<String>>,
    /// Results that go on for lines outside the scope.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub carried: BTreeMap<String, bool>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub expiries: Vec<Expiry>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub supplements: Vec<Supplement>,
    /// The applicant's letter asking to stop.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stop_requested: Option<NaiveDate>,
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
    /// Which of the table's tasks fit this dossier: of the three decisions only the concluded one,
    /// the acts of its form of body only, a stop only once it was asked for.
    pub fn task_fits(&self, act: ActId) -> bool {
        let outcome = |wanted| self.purpose == Purpose::First && self.concluded().is_some_and(|a| a.outcome == wanted);
        let hired = self.round().is_some_and(Round::hired);
        match act {
            ActId::E2 => self.applicant.is_some(),
            ActId::E22 => outcome(Outcome::National),
            ActId::E23 => outcome(Outcome::Potential),
            ActId::E24 => outcome(Outcome::Rejected),
            ActId::E27 => self.stop_requested.is_some(),
            ActId::E15 => !hired,
            // The invitation goes first, the meeting follows it.
            ActId::E29 => !hired && !self.invited(),
            ActId::E16 => !hired && self.invited(),
            ActId::E20 => hired,
            _ => true,
        }
    }
    fn invited(&self) -> bool {
        self.round().is_some_and(|r| r.invitation.is_some())
    }
    /// Does this person still owe it? A sheet is its member's, though a helper may enter one from paper; minutes
    /// that somebody signed wait for the other one.
    pub fn owes(&self, act: ActId, duty: Duty, person: Option<AccountId>) -> bool {
        match act {
            ActId::E15 => duty == Duty::Evaluator,
            ActId::E19 => !self.round().is_some_and(|r| r.signatures.iter().any(|s| Some(s.by) == person)),
            _ => true,
        }
    }
    /// A round is at work: opened, and neither concluded with a decision nor set aside.
    pub fn round_open(&self) -> bool {
        use Stage::{Clarifying, Concluded, Counted, Evaluating, Meeting};
        matches!(self.stage, Evaluating | Clarifying | Meeting | Counted | Concluded)
    }
    /// The lines the next round looks at: those in scope, and popularity always.
    pub fn lines_in_scope(&self) -> Vec<Line> {
        let within = |l: &&Line| l.decides == Decides::Popularity || self.scope.as_ref().is_none_or(|s| s.contains(&l.code));
        self.lines.iter().filter(within).cloned().collect()
    }
    pub fn open(&self) -> bool {
        !matches!(self.stage, Stage::Decided | Stage::Declined | Stage::Stopped | Stage::Lapsed)
    }
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
            Command::DraftReview { .. } => ActId::E1,
            Command::Open { .. } => ActId::E3,
            Command::AskSupplement { .. } => ActId::E6,
            Command::Supplement { .. } => ActId::E7,
            Command::Lapse { .. } => ActId::E8,
            Command::Decline { .. } => ActId::E10,
            Command::AskClarification { .. } => ActId::E12,
            Command::Clarify { .. } => ActId::E13,
            Command::GoOn {} => ActId::E14,
            Command::Adjourn { .. } => ActId::E17,
            Command::ConcludeReport { .. } => ActId::E20,
            Command::ChooseDenominator { .. } => ActId::E21,
            Command::DecideReview {} => ActId::E25,
            Command::SetAside { .. } => ActId::E26,
            Command::Stop { .. } => ActId::E27,
            Command::Recheck {} => ActId::E28,
            Command::Remind {} => ActId::E31,
            Command::Supply { .. } => ActId::E32,
            Command::RequestStop { .. } => ActId::E33,
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
            Stage::Supplement => "E.supplement",
            Stage::Clarifying => "E.clarifying",
            Stage::Declined => "E.declined",
            Stage::Stopped => "E.stopped",
            Stage::Lapsed => "E.lapsed",
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
            (
                Some(s),
                Command::SignMinutes { .. } | Command::ConcludeReport { .. } | Command::ChooseDenominator { .. } | Command::SetAside { .. },
            ) => body().into_iter().chain(s.recognition.map(|r| Need::Stream(r.into()))).collect(),
            (_, Command::Convene { .. } | Command::Invite { .. }) => body().into_iter().collect(),
            (Some(s), Command::Count {}) => {
                let links = s.round().into_iter().flat_map(|r| &r.due).map(|m| Need::Stream(links_of(*m).into()));
                body().into_iter().chain([Need::Children(s.id.into(), Kind::Sheet)]).chain(links).collect()
            }
            (Some(s), Command::RecogniseNational {} | Command::RecognisePotential {} | Command::Reject { .. }) => {
                vec![Need::Children(s.id.into(), Kind::Objection)]
            }
            (Some(s), Command::Open { .. }) => vec![Need::Stream(s.product.into())],
            (_, Command::DraftReview { entry, set, product, .. }) => {
                vec![Need::Stream((*entry).into()), Need::Stream((*set).into()), Need::Stream((*product).into())]
            }
            (_, Command::Decline { reason: DeclineReason::AnotherAgency { agency }, .. }) => vec![Need::Stream((*agency).into())],
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
            Command::Assign { remark: Some(text), .. }
            | Command::Reject { explanation: text }
            | Command::Lapse { explanation: text }
            | Command::Decline { explanation: text, .. }
            | Command::Adjourn { reason: text }
            | Command::ConcludeReport { summary: text }
            | Command::ChooseDenominator { source: text, .. }
            | Command::SetAside { reason: text, .. }
            | Command::Stop { reason: Some(text) } => vec![Content::of(text)],
            Command::AskSupplement { points } | Command::AskClarification { points } => vec![Content::of(points)],
            Command::Supplement { answers } | Command::Clarify { answers } => vec![Content::of(answers)],
            Command::Open { application: Some(application), .. } | Command::Supply { application } => vec![Content::of(application)],
            _ => Vec::new(),
        }
    }

    /// A stop has its term from the day it was asked for; sheets are due from councils and groups.
    fn last_day(state: &State, act: ActId, occasion: &Occasion) -> LastDay {
        let on = |due: Option<Due>| due.map_or(LastDay::Never, LastDay::On);
        match act {
            ActId::E27 => on(state.stop_requested.and_then(|day| occasion.due_from(day, "dossier.stop"))),
            ActId::E15 if state.round().is_some_and(Round::hired) => LastDay::Never,
            ActId::E20 => LastDay::Never,
            // The meeting is on the day of its invitation.
            ActId::E16 => state
                .round()
                .and_then(|r| r.invitation.as_ref())
                .map_or(LastDay::Never, |i| LastDay::Appointed(Due { on: i.meeting_on, estimated: false })),
            ActId::E22 | ActId::E23 | ActId::E24 if !state.task_fits(act) => LastDay::Never,
            _ => LastDay::ByTerm,
        }
    }

    fn decide(state: Option<&State>, command: &Command, occasion: &Occasion) -> Result<Vec<Event>, Refusal> {
        decide::decide(state, command, occasion)
    }

    fn evolve(state: Option<State>, event: &Event) -> Option<State> {
        evolve::evolve(state, event)
    }

    fn consequences(id: Id, state: &State, event: &Event, occasion: &Occasion) -> Vec<(Id, machine::Command)> {
        consequences::of(id, state, event, occasion)
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
            hired: state.round().and_then(|r| r.hired_unit),
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
    if occasion.evidence.all::<Recognition>().any(|r| r.state.product == id && r.state.in_force()) {
        return Err(Refusal::RecognitionInForce {});
    }
    Ok(occasion.evidence.find::<Product>(id)?.state)
}
