//! The values of a dossier: product and evidence, the round with everything it was opened with,
//! the minutes.

use super::count::Tally;
use crate::body::Form;
use crate::canonical::{Hash, Pin};
use crate::id::{AccountId, BodyId, CriteriaSetId, OrganisationId, ProductId, RecognitionId};
use crate::list_entry::Attachment;
use crate::occasion::IssuedPaper;
use crate::outcome::{Assessment, Line, Share};
use crate::product;
use crate::supplement::Supplement;
use crate::text::{Name, Prose};
use crate::time::{Hour, Instant};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    First,
    Periodic,
    Extraordinary,
}

/// An existing product, or one recorded with this dossier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[expect(clippy::large_enum_variant, reason = "one value an act: the record is read whole and moved once")]
pub enum ProductRef {
    Existing { id: ProductId },
    New { id: ProductId, record: product::Record },
}

/// Evidence for one line, or the statement that there is none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum LineEvidence {
    Files { files: Vec<Attachment>, statement: Option<Prose> },
    None { reason: Prose },
}

/// The measured share; its market definition is the set's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Figure {
    pub share: Share,
    pub period_from: NaiveDate,
    pub period_to: NaiveDate,
    pub sources: Prose,
    pub estimator: Name,
}

/// A claim without counts cannot be measured and counts as not met.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum FigureClaim {
    Counted { figure: Figure },
    NotCounted { reason: Prose },
}

/// What an enterprise hands in (E2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Application {
    /// Signed by the legal representative or an authorised person.
    pub letter: Option<Attachment>,
    pub evidence: BTreeMap<String, LineEvidence>,
    pub figure: Option<FigureClaim>,
}

impl Application {
    /// Every file that it names.
    pub fn files(&self) -> BTreeSet<Hash> {
        let evidence = self.evidence.values().filter_map(|e| match e {
            LineEvidence::Files { files, .. } => Some(files),
            LineEvidence::None { .. } => None,
        });
        evidence.flatten().chain(&self.letter).map(|file| file.sha256).collect()
    }
}

/// The criteria version a dossier is judged by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct SetPin {
    pub set: CriteriaSetId,
    pub n: u32,
    pub text: Pin,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Invitation {
    pub meeting_on: NaiveDate,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub meeting_at: Option<Hour>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    pub issued_at: Instant,
    pub paper: IssuedPaper,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Opened {
    pub at: Instant,
    pub by: AccountId,
    pub present: Vec<AccountId>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct MinutesSignature {
    pub by: AccountId,
    pub minutes: Pin,
}

/// One run of the evaluation; what it was opened with never changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
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
    /// The counting minutes, line by line.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tallies: Vec<Tally>,
    /// Results of lines outside this round, taken over from the conclusion before.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub carried: BTreeMap<String, bool>,
    #[serde(default, skip_serializing_if = "is_council")]
    pub form: Form,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hired_unit: Option<OrganisationId>,
    /// Enterprises whose interest a member must not share: owner and applicant.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parties: Vec<OrganisationId>,
    /// Meetings that were broken off before this one (E17); what was signed in them stands.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sittings: Vec<Opened>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub clarifications: Vec<Supplement>,
    /// Lines met on condition, and until when (case 19).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub conditions: BTreeMap<String, NaiveDate>,
    /// Denominators recorded for an interval that crosses the threshold (E21).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<Choice>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<End>,
    pub signatures: Vec<MinutesSignature>,
    pub assessment: Option<Assessment>,
}

impl Round {
    pub fn hired(&self) -> bool {
        self.form == Form::HiredUnit
    }
    /// Results of this round with those it took over.
    pub fn all_results(&self) -> BTreeMap<String, bool> {
        self.carried.iter().chain(self.results.iter().flatten()).map(|(code, met)| (code.clone(), *met)).collect()
    }
    /// Everybody who sat in one of its meetings.
    pub fn sat(&self, member: AccountId) -> bool {
        self.sittings.iter().chain(&self.opened).any(|o| o.present.contains(&member))
    }
}

fn is_council(form: &Form) -> bool {
    *form == Form::Council
}

/// How a round ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum End {
    Concluded,
    SetAside { defect: Defect, reason: Pin },
    Stopped,
}

/// What is wrong with a result that is set aside (E26).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Defect {
    Procedure,
    Conflict,
    Evidence,
    Figure,
}

/// One signature under a choice of denominator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Choice {
    pub by: AccountId,
    pub denominator: u64,
    pub source: Pin,
}

/// A line whose evidence, or whose condition, has a last day.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Expiry {
    pub on: NaiveDate,
    pub code: String,
}

/// The last day of each line's evidence, where a file has one: the earliest counts.
pub fn expiries(application: &Application) -> Vec<Expiry> {
    let of = |(code, evidence): (&String, &LineEvidence)| match evidence {
        LineEvidence::Files { files, .. } => files.iter().filter_map(|f| f.valid_to).min().map(|on| Expiry { on, code: code.clone() }),
        LineEvidence::None { .. } => None,
    };
    let mut all: Vec<Expiry> = application.evidence.iter().filter_map(of).collect();
    all.sort();
    all
}

/// Why a dossier is not taken up (E10).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum DeclineReason {
    NotOfThisType,
    NotTheOwner,
    /// Another agency's: which one (case 58).
    AnotherAgency {
        agency: OrganisationId,
    },
}

/// What a review hands its dossier (R3, R4): the version in effect, the lines in scope, and what
/// goes on from the last conclusion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReviewOf {
    pub recognition: RecognitionId,
    pub purpose: Purpose,
    /// Lines in scope; none means all of them.
    pub scope: Option<Vec<String>>,
    pub carried: BTreeMap<String, bool>,
    pub application: Option<Pin>,
    pub share: Option<Share>,
    pub expiries: Vec<Expiry>,
}

/// Minutes of the meeting: absences and dissent are kept (E19).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Minutes {
    pub held_on: NaiveDate,
    pub absent: Vec<Absence>,
    pub dissent: Vec<Dissent>,
    pub summary: Prose,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Absence {
    pub member: AccountId,
    pub reason: Option<Prose>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Dissent {
    pub member: AccountId,
    pub code: Option<String>,
    pub text: Prose,
}
