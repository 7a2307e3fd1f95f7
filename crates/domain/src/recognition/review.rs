//! Opening a review: the way up (section 3), short and full rounds, what runs out.

use super::State;
use crate::canonical::Pin;
use crate::criteria_set::CriteriaSet;
use crate::dossier::{Dossier, Expiry, Purpose, ReviewOf};
use crate::id::RecognitionId;
use crate::occasion::Occasion;
use crate::outcome::Share;
use crate::refusal::Refusal;
use crate::regulation::Decides;
use chrono::{Months, NaiveDate};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Why an extraordinary review is opened (R4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReviewGround {
    Share,
    FalseEvidence,
    ChangeOfOwner,
    Security,
    Law,
    Complaints,
}

/// A share at a cut-off day. A new one never erases an old one. `crosses`: it lies on the other
/// side of the threshold than the class; a person decides what follows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Measurement {
    pub share: Share,
    pub cut_off: NaiveDate,
    pub recorded_on: NaiveDate,
    pub figure: Pin,
    pub crosses: bool,
}

/// Lines whose evidence has run out on that day: to be confirmed again, they alone.
pub fn to_confirm(state: &State, day: NaiveDate) -> Vec<String> {
    let mut codes: Vec<String> = state.expiries.iter().filter(|e| e.on < day).map(|e| e.code.clone()).collect();
    codes.sort();
    codes.dedup();
    codes
}

/// What the review's dossier starts from. A short review keeps the results of the lines outside
/// its scope, and may do so only while all of them are still valid.
pub(super) fn review_of(
    s: &State,
    id: RecognitionId,
    periodic: bool,
    scope: Option<&Vec<String>>,
    occasion: &Occasion,
) -> Result<ReviewOf, Refusal> {
    let basis = s.basis.or(s.dossier).and_then(|d| occasion.evidence.find::<Dossier>(d).ok()).map(|found| found.state);
    let set = occasion.evidence.find::<CriteriaSet>(crate::criteria_set::set_of(s.entry))?.state;
    let version = set.in_force_on(occasion.day()).ok_or(Refusal::SetNotPromulgated {})?;
    let results = basis.and_then(|d| d.round()).map(|r| r.all_results()).unwrap_or_default();
    let mut carried = BTreeMap::new();
    if let Some(scope) = scope {
        let unknown: Vec<String> = scope.iter().filter(|c| !version.lines.iter().any(|l| l.code == **c)).cloned().collect();
        if scope.is_empty() {
            return Err(Refusal::TextMissing { field: "scope".to_owned() });
        }
        if !unknown.is_empty() {
            return Err(Refusal::FindingUnknown { codes: unknown });
        }
        let outside = version.lines.iter().filter(|l| l.decides == Decides::Result && !scope.contains(&l.code));
        for line in outside {
            let met =
                results.get(&line.code).copied().filter(|met| *met).ok_or(Refusal::ShortReviewNotAllowed { code: line.code.clone() })?;
            carried.insert(line.code.clone(), met);
        }
        still_valid(s, basis.map(|d| d.version.n), version.n, &carried, occasion)?;
    }
    Ok(ReviewOf {
        recognition: id,
        purpose: if periodic { Purpose::Periodic } else { Purpose::Extraordinary },
        scope: scope.cloned(),
        carried,
        application: basis.and_then(|d| d.application),
        share: s.measurements.last().map(|m| m.share).or(basis.and_then(|d| d.share)),
        expiries: s.expiries.clone(),
    })
}

/// The same version, a full evaluation younger than the review period, and no evidence run out on
/// the lines that go on.
fn still_valid(
    s: &State,
    judged_by: Option<u32>,
    in_force: u32,
    carried: &BTreeMap<String, bool>,
    occasion: &Occasion,
) -> Result<(), Refusal> {
    let all = || carried.keys().next().cloned().unwrap_or_default();
    let since = s.evaluated_on.unwrap_or(s.paper.date);
    let months = occasion.regulation.review_months.map_or(12, u32::from);
    let young = since.checked_add_months(Months::new(months)).is_some_and(|end| occasion.day() < end);
    if judged_by != Some(in_force) || !young {
        return Err(Refusal::ShortReviewNotAllowed { code: all() });
    }
    match to_confirm(s, occasion.day()).into_iter().find(|code| carried.contains_key(code)) {
        Some(code) => Err(Refusal::ShortReviewNotAllowed { code }),
        None => Ok(()),
    }
}

/// The expiries of the lines that were looked at again, and of those that were not.
pub(super) fn expiries_after(s: &State, occasion: &Occasion) -> Vec<Expiry> {
    let Some(review) = &s.review else { return s.expiries.clone() };
    occasion.evidence.find::<Dossier>(review.dossier).map_or_else(|_| s.expiries.clone(), |d| super::expiries_of(d.state))
}
