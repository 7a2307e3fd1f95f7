//! A regulation version: the decision, its legal status over time, the parameter block of the
//! process (process.md 5.6) and the criteria framework. Everything a decree can change is here,
//! as dated data; nothing of it is a constant in code.

use crate::acts::ActId;
use crate::authority::Level;
use crate::body::Form;
use crate::calendar::{Term, Unit};
use crate::outcome::Rule;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// `numerator/denominator`, inclusive: "at least 50%" is 50/100.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Threshold {
    pub numerator: u32,
    pub denominator: u32,
}

impl Threshold {
    /// Is `part` of `whole` at or above this fraction?
    pub fn reached(self, part: usize, whole: usize) -> bool {
        part as u128 * u128::from(self.denominator) >= whole as u128 * u128::from(self.numerator)
    }
    /// Is `part` of `whole` strictly above this fraction?
    pub fn exceeded(self, part: usize, whole: usize) -> bool {
        part as u128 * u128::from(self.denominator) > whole as u128 * u128::from(self.numerator)
    }
}

/// How a criterion is judged: by the evaluators' result, or by the share alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Decides {
    Result,
    Popularity,
}

/// A line of the national framework.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Criterion {
    pub code: String,
    pub group: String,
    pub name_vi: String,
    pub name_en: String,
    pub decides: Decides,
    /// Compared with Appendix 1 of the decision; otherwise an offer marked "chưa đối chiếu".
    pub checked_against_annex: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Group {
    pub code: String,
    pub name_vi: String,
    pub name_en: String,
}

/// Legal status; `Unknown` is a real value (1230 since 1 July 2026).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LegalStatus {
    InForce,
    PartlyExpired,
    Expired,
    Unknown,
}

/// What happens to open dossiers when another version takes effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Transition {
    Continue,
    Restart,
    Convert,
}

/// Scale of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Scale {
    /// Met or not met; a level 0–100 may stand beside it and decides nothing.
    MetNotMet,
    /// A whole score up to `max`, met from `pass_mark` on.
    Scored { max: u16, pass_mark: u16 },
}

/// One evaluator's mark on one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    Met,
    NotMet,
    Score(u16),
}

impl Scale {
    /// Whether a mark means "met"; `None` when it is not a mark of this scale.
    pub fn met(self, mark: Mark) -> Option<bool> {
        match (self, mark) {
            (Scale::MetNotMet, Mark::Met) => Some(true),
            (Scale::MetNotMet, Mark::NotMet) => Some(false),
            (Scale::Scored { max, pass_mark }, Mark::Score(n)) if n <= max => Some(n >= pass_mark),
            _ => None,
        }
    }
}

/// Whom a quorum or a majority is counted of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Denominator {
    /// All members named in the decision in force that day.
    Named,
    /// Those of them who are not recused for the product.
    NotRecused,
    Present,
}

/// What a tie means (case 8).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Tie {
    /// A second vote, then the chair's side; without the chair not met.
    #[default]
    SecondVoteThenChair,
    /// The chair's side at once.
    Chair,
    NotMet,
}

impl Tie {
    pub fn is_default(&self) -> bool {
        *self == Tie::default()
    }
}

/// Rules of work of a body (quy chế làm việc); the version holds the template, the establishing
/// decision the rules in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RulesOfWork {
    pub min_members: u16,
    pub odd: bool,
    pub quorum: Threshold,
    pub quorum_of: Denominator,
    /// Strictly more than this fraction.
    pub majority: Threshold,
    pub majority_of: Denominator,
    /// Working days between the invitation and the meeting.
    pub invite_days: u16,
    pub counting_board: u16,
    pub written_opinion: bool,
    #[serde(default, skip_serializing_if = "Tie::is_default")]
    pub tie: Tie,
    pub sheet_of_replaced_member_stands: bool,
}

/// Optional steps of an outgoing paper (machine D).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PaperSteps {
    pub submission: bool,
    pub initial: bool,
    pub form_check: bool,
    pub agency_signature: bool,
}

impl PaperSteps {
    /// States in which a paper cannot be signed yet: a step before the signature is missing.
    pub fn before_signature(&self) -> &'static [&'static str] {
        match (self.form_check, self.initial, self.submission) {
            (true, ..) => &["D.draft", "D.submitted", "D.initialled"],
            (_, true, _) => &["D.draft", "D.submitted"],
            (.., true) => &["D.draft"],
            _ => &[],
        }
    }
    /// States in which a paper waits for the duty of this level to take it on. A signer takes it from any state in which
    /// nothing is missing.
    pub fn waits_for(&self, level: Level) -> Vec<&'static str> {
        match level {
            Level::Officer => vec!["D.draft", "D.returned"],
            Level::UnitHead if self.initial => vec!["D.submitted"],
            Level::FormChecker if self.form_check && self.initial => vec!["D.initialled"],
            Level::FormChecker if self.form_check => vec!["D.submitted"],
            Level::Signer => {
                let missing = self.before_signature();
                ["D.checked", "D.initialled", "D.submitted"].into_iter().filter(|stage| !missing.contains(stage)).collect()
            }
            Level::Records => vec!["D.signed", "D.numbered", "D.sealed"],
            Level::UnitHead | Level::FormChecker => Vec::new(),
            Level::None => vec!["D.checked"],
        }
    }
    /// Steps of a paper with the states in which another step comes first.
    pub fn before(&self) -> Vec<(ActId, &'static [&'static str])> {
        let mut all = vec![(ActId::D6, self.before_signature())];
        if self.initial {
            all.push((ActId::D4, &["D.submitted"]));
        }
        if self.agency_signature {
            all.push((ActId::D9, &["D.numbered"]));
        }
        all
    }
}

/// A step of the papers that follow a version, with the states in which that version asks for another step first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Before {
    pub regulation: String,
    pub act: ActId,
    pub stages: &'static [&'static str],
}

impl Before {
    /// Has another step to come before this act on a record that follows the version and is in the state?
    pub fn keeps(&self, act: &str, regulation: Option<&str>, stage: &str) -> bool {
        self.act.name() == act && regulation == Some(self.regulation.as_str()) && self.stages.contains(&stage)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct StatusFrom {
    pub from: NaiveDate,
    pub status: LegalStatus,
}

/// Time limits that no row of the ACTS table names and a guard reads.
pub const FURTHER_TERMS: &[&str] = &[
    "list_entry.remind",
    "dossier.remind",
    "recognition.warn_before_end",
    "reconsideration.ask",
    "complaint.lodge",
    "complaint.settle_complex",
    "organisation.confirm",
];

/// The term that is counted in months and kept as [`Regulation::review_months`].
pub const REVIEW_PERIOD: &str = "review_period";

/// A decision that adds to a regulation version, by its number, day, issuer and title.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Supplementing {
    pub number: String,
    pub issued_on: NaiveDate,
    pub issuer: String,
    pub title_vi: String,
    pub title_en: String,
}

/// The version. Every list entry, set, dossier and body pins one by its id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Regulation {
    pub id: String,
    pub number: String,
    pub title_vi: String,
    pub title_en: String,
    pub issuer: String,
    pub issued_on: NaiveDate,
    pub effective_from: NaiveDate,
    pub effective_to: Option<NaiveDate>,
    /// Decisions that stand beside it: potential platforms came by one of their own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub supplemented_by: Vec<Supplementing>,
    /// Newest last.
    pub statuses: Vec<StatusFrom>,
    pub transition: Transition,
    pub threshold: Threshold,
    pub potential_class: bool,
    pub scale: Scale,
    pub forms: Vec<Form>,
    /// Bodies to consult beside the focal agency, at least.
    pub consultees_min: u16,
    pub list_entry_first: bool,
    pub enterprise_door: bool,
    pub publish_between_editions: bool,
    /// "Met, conditional until a date" exists (case 19): only where a set's line says so.
    pub conditional_met: bool,
    /// Calendar days before a periodic review falls due on which it may be opened.
    pub review_opens_before: u16,
    /// Reviews fall due by the calendar year instead of months from the last conclusion.
    pub review_calendar_year: bool,
    /// Reminders that must have been sent before a file is stopped for want of an answer.
    pub reminders_before_stop: u16,
    /// Months from a conclusion to the next periodic review; none where the version sets none.
    pub review_months: Option<u8>,
    pub body: RulesOfWork,
    pub paper: PaperSteps,
    /// Time limits by `machine.name`.
    pub terms: BTreeMap<String, Term>,
    pub groups: Vec<Group>,
    pub framework: Vec<Criterion>,
}

impl Regulation {
    pub fn status_on(&self, day: NaiveDate) -> LegalStatus {
        self.statuses.iter().rev().find(|s| s.from <= day).map_or(LegalStatus::Unknown, |s| s.status)
    }
    pub fn effective_on(&self, day: NaiveDate) -> bool {
        self.effective_from <= day && self.effective_to.is_none_or(|to| day <= to)
    }
    pub fn rule(&self) -> Rule {
        Rule { threshold: self.threshold, potential_class: self.potential_class }
    }
    pub fn criterion(&self, code: &str) -> Option<&Criterion> {
        self.framework.iter().find(|c| c.code == code)
    }
    /// A time limit by its name; the review period is a number of months.
    pub fn term(&self, name: &str) -> Option<Term> {
        match (name, self.review_months) {
            (REVIEW_PERIOD, months) => months.map(|m| Term { days: u16::from(m), unit: Unit::Months }),
            _ => self.terms.get(name).copied(),
        }
    }
}
