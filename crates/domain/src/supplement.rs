//! A request to complete a file, and its answer, as machines L and E use them (L5 to L7, E6 to
//! E8; cases 4 and 5): all gaps in one letter, later only points that the answer raised; late is
//! accepted and noted; only a person closes, after the reminders.

use crate::canonical::{Content, Pin};
use crate::list_entry::Attachment;
use crate::occasion::Occasion;
use crate::refusal::Refusal;
use crate::text::Prose;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One gap. A point of a later letter names the point whose answer raised it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Point {
    pub number: u32,
    pub text: Prose,
    #[serde(default)]
    pub raised_by: Option<u32>,
}

/// What the asked body says to one point.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum PointAnswer {
    Answered { text: Prose, files: Vec<Attachment> },
    Explained { text: Prose },
}

pub type Answers = BTreeMap<u32, PointAnswer>;

/// A letter with its points and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Supplement {
    pub points: Pin,
    pub numbers: Vec<u32>,
    pub asked_on: NaiveDate,
    /// End of the day on which the term ends.
    pub until: NaiveDate,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reminded_on: Vec<NaiveDate>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered: Option<Answered>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Answered {
    pub on: NaiveDate,
    pub late: bool,
    pub answers: Pin,
}

/// Asks. `before` are the earlier letters of the same file; `until` is the end of the term.
pub fn ask(before: &[Supplement], points: &[Point], until: NaiveDate, occasion: &Occasion) -> Result<Supplement, Refusal> {
    let mut numbers: Vec<u32> = points.iter().map(|p| p.number).collect();
    numbers.sort_unstable();
    numbers.dedup();
    if points.is_empty() || numbers.len() != points.len() {
        return Err(Refusal::PointsWrong {});
    }
    if let Some(last) = before.last() {
        let raised = |p: &&Point| p.raised_by.is_some_and(|n| last.numbers.contains(&n));
        let old: Vec<u32> = points.iter().filter(|p| !raised(p)).map(|p| p.number).collect();
        if !old.is_empty() {
            return Err(Refusal::PointNotRaisedByAnswer { numbers: old });
        }
    }
    Ok(Supplement { points: Content::of(&points).pin(), numbers, asked_on: occasion.day(), until, reminded_on: Vec::new(), answered: None })
}

/// Answers the last letter: every point answered or explained.
pub fn answer(asked: Option<&Supplement>, answers: &Answers, occasion: &Occasion) -> Result<Answered, Refusal> {
    let asked = asked.ok_or(Refusal::PointsWrong {})?;
    let open: Vec<u32> = asked.numbers.iter().copied().filter(|n| !answers.contains_key(n)).collect();
    if !open.is_empty() {
        return Err(Refusal::PointsUnanswered { numbers: open });
    }
    if answers.keys().any(|n| !asked.numbers.contains(n)) {
        return Err(Refusal::PointsWrong {});
    }
    Ok(Answered { on: occasion.day(), late: occasion.passed(asked.until), answers: Content::of(answers).pin() })
}

/// May the file be stopped: the term passed, the reminders sent, and the reminders' term passed
/// as well? `remind` names that term.
pub fn overdue(asked: &Supplement, remind: &str, occasion: &Occasion) -> Result<(), Refusal> {
    answer_due(asked.until, occasion)?;
    let (needed, found) = (u32::from(occasion.regulation.reminders_before_stop), asked.reminded_on.len() as u32);
    if found < needed {
        return Err(Refusal::RemindersMissing { needed, found });
    }
    match occasion.due_from(asked.until, remind) {
        Some(due) => answer_due(due.on, occasion),
        None => Ok(()),
    }
}

/// Has the term passed?
pub fn answer_due(until: NaiveDate, occasion: &Occasion) -> Result<(), Refusal> {
    if occasion.passed(until) { Ok(()) } else { Err(Refusal::StillInTime { until }) }
}

/// Puts an answer or a reminder on the last letter.
pub fn note(all: &mut [Supplement], change: impl FnOnce(&mut Supplement)) {
    if let Some(last) = all.last_mut() {
        change(last);
    }
}
