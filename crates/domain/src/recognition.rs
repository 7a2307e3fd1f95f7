//! Machine R: the recognition of a product. Class and standing are two fields; the class stays
//! readable after the end, and a later recognition is a new stream (process.md 6.6).
//!
//! ```text
//! – ─R1, R2→ in_force ─R3→ periodic_review, ─R4→ extraordinary_review
//!   review ─R5 (same), R10, R11 (other class)→ in_force    ─R6→ remediation ─R7→ review
//!   R8, R9→ revoked    R12→ ended    extraordinary_review ─R13→ in_force
//! R14 asks the holder, R15 hears it; R16 records a share; R17 brings a review's conclusion
//! ```

mod consequences;
mod decide;
mod orders;
mod review;

pub(crate) use decide::{heard, review_opens_on};
pub use orders::{Command, Event, RevocationGround};
pub use review::{Measurement, ReviewGround, to_confirm};

use crate::acts::ActId;
use crate::calendar::Due;
use crate::canonical::{Content, Pin};
use crate::criteria_set::set_of;
use crate::dossier::{self, Expiry};
use crate::evidence::{Need, World};
use crate::historical::Historical;
use crate::id::{DossierId, Id, Kind, ListEntryId, OrganisationId, ProductId};
use crate::machine::{self, LastDay, Machine, View};
use crate::occasion::{IssuedPaper, Occasion};
use crate::outcome::Outcome;
use crate::refusal::Refusal;
use crate::regulation::Regulation;
use chrono::{Datelike, Months, NaiveDate};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    Potential,
    National,
}

impl Class {
    pub fn name(self) -> &'static str {
        match self {
            Class::Potential => "potential",
            Class::National => "national",
        }
    }
    pub fn outcome(self) -> Outcome {
        match self {
            Class::Potential => Outcome::Potential,
            Class::National => Outcome::National,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    InForce,
    PeriodicReview,
    ExtraordinaryReview,
    Remediation,
    Revoked,
    Ended,
}

/// The review at work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Review {
    pub dossier: DossierId,
    pub periodic: bool,
    pub ground: Option<ReviewGround>,
    /// Every line is looked at.
    pub full: bool,
    /// What was concluded, and on which day.
    pub concluded: Option<(Outcome, NaiveDate)>,
    /// Time to cure was given in this review already.
    pub remediated: bool,
    pub remediation_until: Option<NaiveDate>,
}

/// The holder is heard before it loses something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Hearing {
    pub asked_on: NaiveDate,
    pub until: NaiveDate,
    pub opinion: Option<Pin>,
}

/// Why and since when it is over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Over {
    pub on: NaiveDate,
    pub successor: Option<ProductId>,
    pub paper: IssuedPaper,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct State {
    pub class: Class,
    pub standing: Standing,
    pub product: ProductId,
    /// The dossier it came from; none for a record of before.
    pub dossier: Option<DossierId>,
    pub entry: ListEntryId,
    pub name: String,
    pub managing: OrganisationId,
    pub unit: String,
    pub applicant: Option<OrganisationId>,
    pub regulation: String,
    pub paper: IssuedPaper,
    pub next_review_on: Option<NaiveDate>,
    /// The dossier concluded last, and the day of the last full evaluation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis: Option<DossierId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evaluated_on: Option<NaiveDate>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub expiries: Vec<Expiry>,
    /// The newest shares, newest last; older ones stay in the events.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub measurements: Vec<Measurement>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review: Option<Review>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hearing: Option<Hearing>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub over: Option<Over>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub historical: Option<Historical>,
}

impl State {
    /// Recognised still: under review and in remediation too.
    pub fn in_force(&self) -> bool {
        !matches!(self.standing, Standing::Revoked | Standing::Ended)
    }
    pub fn concluded(&self) -> Option<Outcome> {
        self.review.as_ref()?.concluded.map(|(outcome, _)| outcome)
    }
    /// Of the acts that end a review only those that its conclusion allows are tasks; R4 is one
    /// once evidence runs out or a share crossed the threshold.
    pub fn task_fits(&self, act: ActId) -> bool {
        let says = |outcome| self.concluded() == Some(outcome);
        match act {
            ActId::R4 => !self.expiries.is_empty() || self.measurements.iter().any(|m| m.crosses),
            ActId::R5 => says(self.class.outcome()),
            ActId::R8 => says(Outcome::Rejected),
            ActId::R10 => self.class == Class::National && says(Outcome::Potential),
            ActId::R11 => self.class == Class::Potential && says(Outcome::National),
            ActId::R15 => self.hearing.as_ref().is_some_and(|h| h.opinion.is_none()),
            _ => true,
        }
    }
}

/// When the next periodic review falls due, counted from a conclusion.
pub fn next_review(regulation: &Regulation, from: NaiveDate) -> Option<NaiveDate> {
    let months = regulation.review_months?;
    if regulation.review_calendar_year {
        return NaiveDate::from_ymd_opt(from.year() + 1, 12, 31);
    }
    from.checked_add_months(Months::new(u32::from(months)))
}

/// Last days that a dossier hands to its recognition: of evidence and of conditions.
pub fn expiries_of(dossier: &dossier::State) -> Vec<Expiry> {
    let conditions = dossier.round().into_iter().flat_map(|r| &r.conditions).map(|(code, on)| Expiry { on: *on, code: code.clone() });
    let mut all: Vec<Expiry> = dossier.expiries.iter().cloned().chain(conditions).collect();
    all.sort();
    all
}

pub struct Recognition;

impl Machine for Recognition {
    const KIND: Kind = Kind::Recognition;
    type State = State;
    type Command = Command;
    type Event = Event;

    fn act(command: &Command) -> ActId {
        command.act()
    }
    fn stage(state: &State) -> &'static str {
        match state.standing {
            Standing::InForce => "R.in_force",
            Standing::PeriodicReview => "R.periodic_review",
            Standing::ExtraordinaryReview => "R.extraordinary_review",
            Standing::Remediation => "R.remediation",
            Standing::Revoked => "R.revoked",
            Standing::Ended => "R.ended",
        }
    }
    fn regulation(command: &Command) -> Option<String> {
        match command {
            Command::Recognise { regulation, .. } | Command::Import { regulation, .. } => Some(regulation.clone()),
            _ => None,
        }
    }
    fn contents(command: &Command) -> Vec<Content> {
        command.contents()
    }
    fn needs(state: Option<&State>, command: &Command) -> Vec<Need> {
        let Some(s) = state else {
            return match command {
                Command::Import { product, entry, .. } => vec![Need::Stream((*product).into()), Need::Stream((*entry).into())],
                _ => Vec::new(),
            };
        };
        match command {
            Command::Review { .. } => {
                let basis = s.basis.or(s.dossier).map(|d| Need::Stream(d.into()));
                [Need::Stream(set_of(s.entry).into()), Need::Stream(s.product.into()), Need::Stream(s.entry.into())]
                    .into_iter()
                    .chain(basis)
                    .collect()
            }
            Command::End { .. } => vec![Need::OfProduct(s.product, Kind::Plan)],
            _ => Vec::new(),
        }
    }
    /// The review's dossier, and the published entry.
    fn further(id: Id, state: Option<&State>, _: &Command, _: &World) -> Vec<Need> {
        let Some(s) = state else { return Vec::new() };
        let review = s.review.as_ref().map(|r| Need::Stream(r.dossier.into()));
        std::iter::once(Need::Children(id, Kind::Publication)).chain(review).collect()
    }
    fn last_day(state: &State, act: ActId, occasion: &Occasion) -> LastDay {
        let on = |day: Option<NaiveDate>| day.map_or(LastDay::Never, |on| LastDay::On(Due { on, estimated: false }));
        let concluded = state.review.as_ref().and_then(|r| r.concluded).map(|(_, day)| day);
        let after = |name| concluded.and_then(|day| occasion.due_from(day, name)).map_or(LastDay::Never, LastDay::On);
        match act {
            ActId::R3 => on(state.next_review_on),
            ActId::R4 => {
                on(state.measurements.iter().filter(|m| m.crosses).map(|m| m.recorded_on).chain(state.expiries.iter().map(|e| e.on)).min())
            }
            ActId::R5 => after("recognition.decide"),
            ActId::R8 | ActId::R10 | ActId::R11 => after("recognition.withdraw"),
            ActId::R7 => on(state.review.as_ref().and_then(|r| r.remediation_until)),
            ActId::R15 => on(state.hearing.as_ref().filter(|h| h.opinion.is_none()).map(|h| h.until)),
            _ => LastDay::ByTerm,
        }
    }
    fn decide(state: Option<&State>, command: &Command, occasion: &Occasion) -> Result<Vec<Event>, Refusal> {
        decide::decide(state, command, occasion).map(|event| vec![event])
    }
    fn evolve(state: Option<State>, event: &Event) -> Option<State> {
        orders::evolve(state, event)
    }
    fn consequences(id: Id, state: &State, event: &Event, occasion: &Occasion) -> Vec<(Id, machine::Command)> {
        consequences::of(id, state, event, occasion)
    }
    fn view(state: &State) -> View {
        View {
            name: Some(state.name.clone()),
            managing: Some(state.managing),
            unit: Some(state.unit.clone()),
            applicant: state.applicant,
            regulation: Some(state.regulation.clone()),
            // The dossier that it stands on: after a review that one's.
            parent: state.basis.or(state.dossier).map(Id::from).or(Some(state.entry.into())),
            product: Some(state.product),
            open_key: state.in_force().then(|| state.product.to_string()),
            ..View::default()
        }
    }
}
