//! What may be ordered of a recognition, what its file then says, and what that makes of it.

use super::{Class, Hearing, Measurement, Over, Review, ReviewGround, Standing, State};
use crate::acts::ActId;
use crate::canonical::{Content, Pin};
use crate::dossier::{Expiry, Figure};
use crate::historical::Historical;
use crate::id::{DossierId, ListEntryId, OrganisationId, ProductId};
use crate::list_entry::Attachment;
use crate::occasion::IssuedPaper;
use crate::outcome::Outcome;
use crate::text::{Name, Prose, Text};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// Grounds of the version beside a review's result (R9).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum RevocationGround {
    /// Xin thôi: the service goes on (case 3).
    HolderGivesUp {
        letter: Attachment,
    },
    FalseEvidence {
        conclusion: Attachment,
    },
    OwnerCeased,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Command {
    /// R1, R2: with E22, E23.
    Recognise {
        class: Class,
        product: ProductId,
        dossier: DossierId,
        entry: ListEntryId,
        name: String,
        managing: OrganisationId,
        unit: String,
        applicant: Option<OrganisationId>,
        regulation: String,
        paper: IssuedPaper,
        #[serde(default)]
        expiries: Vec<Expiry>,
    },
    /// R3, R4 (with a ground). `scope` names the lines of a short review; none means all.
    Review { dossier: DossierId, code: Text<10>, ground: Option<ReviewGround>, scope: Option<Vec<String>> },
    /// R5
    Keep {},
    /// R6
    Remediate { until: NaiveDate, measures: Prose },
    /// R7: before the term ends only on the holder's report.
    Recheck { report: Option<Attachment> },
    /// R8
    Revoke { explanation: Prose },
    /// R9
    RevokeOtherwise { ground: RevocationGround, explanation: Prose },
    /// R10
    ToPotential { explanation: Prose },
    /// R11
    ToNational {},
    /// R12
    End { service_ends_on: NaiveDate, successor: Option<ProductId>, explanation: Prose },
    /// R13
    StopReview { reason: Prose },
    /// R14
    AskHolder { question: Prose },
    /// R15
    HearHolder { opinion: Prose },
    /// R16
    Measure { figure: Figure },
    /// R17: with the conclusion of the review's dossier, or its setting aside.
    Concluded { outcome: Option<Outcome> },
    /// X4
    Import {
        class: Class,
        product: ProductId,
        entry: ListEntryId,
        name: Name,
        managing: OrganisationId,
        applicant: Option<OrganisationId>,
        regulation: String,
        historical: Historical,
    },
}

impl Command {
    pub fn act(&self) -> ActId {
        match self {
            Command::Recognise { class: Class::National, .. } => ActId::R1,
            Command::Recognise { class: Class::Potential, .. } => ActId::R2,
            Command::Review { ground: None, .. } => ActId::R3,
            Command::Review { ground: Some(_), .. } => ActId::R4,
            Command::Keep {} => ActId::R5,
            Command::Remediate { .. } => ActId::R6,
            Command::Recheck { .. } => ActId::R7,
            Command::Revoke { .. } => ActId::R8,
            Command::RevokeOtherwise { .. } => ActId::R9,
            Command::ToPotential { .. } => ActId::R10,
            Command::ToNational {} => ActId::R11,
            Command::End { .. } => ActId::R12,
            Command::StopReview { .. } => ActId::R13,
            Command::AskHolder { .. } => ActId::R14,
            Command::HearHolder { .. } => ActId::R15,
            Command::Measure { .. } => ActId::R16,
            Command::Concluded { .. } => ActId::R17,
            Command::Import { .. } => ActId::X4,
        }
    }
    pub fn contents(&self) -> Vec<Content> {
        match self {
            Command::Remediate { measures: text, .. }
            | Command::Revoke { explanation: text }
            | Command::RevokeOtherwise { explanation: text, .. }
            | Command::ToPotential { explanation: text }
            | Command::End { explanation: text, .. }
            | Command::StopReview { reason: text }
            | Command::AskHolder { question: text }
            | Command::HearHolder { opinion: text } => vec![Content::of(text)],
            Command::Measure { figure } => vec![Content::of(figure)],
            _ => Vec::new(),
        }
    }
}

/// What a review that ended leaves behind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Reviewed {
    pub next_review_on: Option<NaiveDate>,
    pub expiries: Vec<Expiry>,
    pub on: NaiveDate,
    pub paper: IssuedPaper,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    Recognised(Box<State>),
    ReviewOpened { review: Review, code: String, scope: Option<Vec<String>>, paper: IssuedPaper },
    Kept { reviewed: Reviewed },
    RemediationGiven { until: NaiveDate, measures: Pin, paper: IssuedPaper },
    RecheckBegun { report: Option<crate::canonical::Hash> },
    Revoked { explanation: Pin, over: Over },
    RevokedOtherwise { ground: RevocationGround, explanation: Pin, over: Over },
    ClassChanged { class: Class, explanation: Option<Pin>, cites: IssuedPaper, reviewed: Reviewed },
    Ended { explanation: Pin, over: Over },
    ReviewStopped { reason: Pin, paper: IssuedPaper },
    HolderAsked { hearing: Hearing, question: Pin, paper: IssuedPaper },
    HolderHeard { opinion: Pin },
    Measured { measurement: Measurement },
    Concluded { concluded: Option<(Outcome, NaiveDate)> },
}

/// Shares kept in the state; older ones stay in the events.
const KEPT: usize = 8;

/// Total and without rules.
pub(super) fn evolve(state: Option<State>, event: &Event) -> Option<State> {
    if let Event::Recognised(new) = event {
        return Some((**new).clone());
    }
    let mut s = state?;
    match event.clone() {
        Event::Recognised(_) => {}
        Event::ReviewOpened { review, .. } => {
            s.standing = standing_of(&review);
            s.review = Some(review);
        }
        Event::Kept { reviewed } => back_in_force(&mut s, reviewed),
        Event::ClassChanged { class, reviewed, .. } => {
            s.class = class;
            s.paper = reviewed.paper.clone();
            back_in_force(&mut s, reviewed);
        }
        Event::RemediationGiven { until, .. } => {
            s.standing = Standing::Remediation;
            s.review.iter_mut().for_each(|r| (r.remediation_until, r.remediated) = (Some(until), true));
        }
        Event::RecheckBegun { .. } => {
            s.standing = s.review.as_ref().map_or(Standing::InForce, standing_of);
            s.review.iter_mut().for_each(|r| (r.concluded, r.remediation_until) = (None, None));
        }
        Event::Revoked { over, .. } | Event::RevokedOtherwise { over, .. } => {
            s = State { standing: Standing::Revoked, over: Some(over), hearing: None, ..s };
        }
        Event::Ended { over, .. } => s = State { standing: Standing::Ended, over: Some(over), hearing: None, ..s },
        Event::ReviewStopped { .. } => s = State { standing: Standing::InForce, review: None, hearing: None, ..s },
        Event::HolderAsked { hearing, .. } => s.hearing = Some(hearing),
        Event::HolderHeard { opinion } => s.hearing.iter_mut().for_each(|h| h.opinion = Some(opinion)),
        Event::Measured { measurement } => {
            s.measurements.push(measurement);
            let surplus = s.measurements.len().saturating_sub(KEPT);
            s.measurements.drain(..surplus);
        }
        Event::Concluded { concluded } => s.review.iter_mut().for_each(|r| r.concluded = concluded),
    }
    Some(s)
}

fn standing_of(review: &Review) -> Standing {
    if review.periodic { Standing::PeriodicReview } else { Standing::ExtraordinaryReview }
}

fn back_in_force(s: &mut State, reviewed: Reviewed) {
    let review = s.review.take();
    s.standing = Standing::InForce;
    s.hearing = None;
    s.next_review_on = reviewed.next_review_on;
    s.expiries = reviewed.expiries;
    s.measurements.iter_mut().for_each(|m| m.crosses = false);
    s.basis = review.as_ref().map(|r| r.dossier).or(s.basis);
    if review.is_some_and(|r| r.full) {
        s.evaluated_on = Some(reviewed.on);
    }
}
