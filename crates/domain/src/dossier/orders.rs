//! What may be ordered of a dossier, and what its file then says.

use super::count::Tally;
use super::shapes::*;
use crate::body::BodyName;
use crate::canonical::{Hash, Pin};
use crate::id::{AccountId, BodyId, CriteriaSetId, DossierId, ListEntryId, OrganisationId, ProductId};
use crate::list_entry::{Attachment, Incoming};
use crate::occasion::IssuedPaper;
use crate::outcome::{Assessment, Line, Outcome, Share};
use crate::product;
use crate::supplement::{Answered, Answers, Point, Supplement};
use crate::text::{Prose, Text};
use crate::time::Hour;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Command {
    /// E1
    Draft { id: DossierId, code: Text<10>, entry: ListEntryId, set: CriteriaSetId, product: ProductRef, what_changed: Option<Prose> },
    /// E2
    Submit { application: Application },
    /// E4
    Register { incoming: Incoming },
    /// E5
    Assign {
        officer: AccountId,
        until: NaiveDate,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        remark: Option<Prose>,
    },
    /// E9
    Accept { note: Prose },
    /// E11
    OpenRound { body: BodyId, cut_off: NaiveDate },
    /// E29
    Invite {
        meeting_on: NaiveDate,
        #[serde(default)]
        meeting_at: Option<Hour>,
        place: BodyName,
        agenda: Prose,
    },
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
    /// E1 of a review, with R3 or R4.
    DraftReview { id: DossierId, code: Text<10>, entry: ListEntryId, set: CriteriaSetId, product: ProductId, review: ReviewOf },
    /// E3; a review brings what it takes over.
    Open { application: Option<Application>, consent: Option<Attachment> },
    /// E6
    AskSupplement { points: Vec<Point> },
    /// E7
    Supplement { answers: Answers },
    /// E8
    Lapse { explanation: Prose },
    /// E10
    Decline { reason: DeclineReason, explanation: Prose },
    /// E12
    AskClarification { points: Vec<Point> },
    /// E13
    Clarify { answers: Answers },
    /// E14
    GoOn {},
    /// E17
    Adjourn { reason: Prose },
    /// E20
    ConcludeReport { summary: Prose },
    /// E21
    ChooseDenominator { denominator: u64, source: Prose },
    /// E25: with the decision on the recognition.
    DecideReview {},
    /// E26
    SetAside { defect: Defect, reason: Prose },
    /// E27; without a reason of its own where it follows from an act on the recognition.
    Stop { reason: Option<Prose> },
    /// E28: with R7.
    Recheck {},
    /// E31
    Remind {},
    /// E32
    Supply { application: Application },
    /// E33
    RequestStop { letter: Attachment },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
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
        #[serde(default, skip_serializing_if = "Option::is_none")]
        review: Option<ReviewOf>,
    },
    Submitted {
        application: Pin,
        share: Option<Share>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        expiries: Vec<Expiry>,
    },
    Registered {
        incoming: Incoming,
    },
    Assigned {
        officer: AccountId,
        until: NaiveDate,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        remark: Option<Pin>,
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
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        conditions: BTreeMap<String, NaiveDate>,
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
    Opened {
        application: Option<Pin>,
        share: Option<Share>,
        expiries: Vec<Expiry>,
        consent: Option<Hash>,
        paper: IssuedPaper,
    },
    SupplementAsked {
        supplement: Supplement,
        paper: IssuedPaper,
    },
    Supplemented {
        answered: Answered,
    },
    Reminded {
        on: NaiveDate,
        paper: IssuedPaper,
    },
    Lapsed {
        explanation: Pin,
        paper: IssuedPaper,
    },
    Declined {
        reason: DeclineReason,
        explanation: Pin,
        paper: IssuedPaper,
    },
    ClarificationAsked {
        clarification: Supplement,
        paper: IssuedPaper,
    },
    Clarified {
        answered: Answered,
    },
    WentOn {},
    Adjourned {
        reason: Pin,
    },
    ReportConcluded {
        results: BTreeMap<String, bool>,
        conditions: BTreeMap<String, NaiveDate>,
        summary: Pin,
        assessment: Assessment,
    },
    DenominatorChosen {
        choice: Choice,
        assessment: Option<Assessment>,
    },
    SetAside {
        defect: Defect,
        reason: Pin,
        paper: IssuedPaper,
    },
    Stopped {
        reason: Option<Pin>,
        paper: Option<IssuedPaper>,
    },
    Rechecked {
        scope: Vec<String>,
        carried: BTreeMap<String, bool>,
    },
    Supplied {
        application: Pin,
        share: Option<Share>,
        expiries: Vec<Expiry>,
    },
    StopRequested {
        on: NaiveDate,
        letter: Hash,
    },
}
