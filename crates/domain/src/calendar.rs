//! The working-day calendar: dated data with its legal papers, and the counting rule.

use chrono::{Datelike, Days, Months, NaiveDate, Weekday};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What a special day is. Days without an entry follow the week: Monday to Friday work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DayKind {
    /// Public holiday, compensatory or swapped day off.
    Off,
    /// A Saturday or Sunday worked in exchange.
    Working,
}

/// A special day; `confirmed` is false while announced but not yet in a legal paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Day {
    pub kind: DayKind,
    pub confirmed: bool,
}

/// Special days by date, and the years for which the list is complete.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Calendar {
    pub days: BTreeMap<NaiveDate, Day>,
    pub years: BTreeSet<i32>,
}

/// Unit of a time limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Working days.
    Working,
    /// Calendar days.
    Calendar,
    /// Calendar months; a day the month does not have is its last.
    Months,
}

/// A time limit as the regulation version states it: a whole number and its unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Term {
    pub days: u16,
    pub unit: Unit,
}

/// The last day of a term ("hết ngày"). `estimated` when it crosses an unconfirmed day or a
/// year without calendar (case 32).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Due {
    pub on: NaiveDate,
    pub estimated: bool,
}

impl Calendar {
    pub fn works(&self, day: NaiveDate) -> bool {
        match self.days.get(&day) {
            Some(special) => special.kind == DayKind::Working,
            None => !matches!(day.weekday(), Weekday::Sat | Weekday::Sun),
        }
    }

    fn sure(&self, day: NaiveDate) -> bool {
        self.years.contains(&day.year()) && self.days.get(&day).is_none_or(|d| d.confirmed)
    }

    /// The last day of a term that starts with an event on `event`. The day of the event is not
    /// counted; working-day terms skip days off; a calendar-day term that ends on a day off ends
    /// with the next working day (Civil Code 2015, articles 147–148; case 33).
    pub fn due(&self, event: NaiveDate, term: Term) -> Due {
        let mut day = event;
        let mut left = term.days;
        let mut estimated = false;
        if term.unit == Unit::Months {
            day = event.checked_add_months(Months::new(u32::from(term.days))).unwrap_or(event);
            estimated = !self.sure(day);
            left = 0;
        }
        while left > 0 {
            day = next(day);
            estimated |= !self.sure(day);
            if term.unit == Unit::Calendar || self.works(day) {
                left -= 1;
            }
        }
        while term.days > 0 && !self.works(day) {
            day = next(day);
            estimated |= !self.sure(day);
        }
        Due { on: day, estimated }
    }

    /// What is left of a term that ends with `due`, on `day`; nothing once it has passed.
    pub fn left(&self, day: NaiveDate, due: NaiveDate, unit: Unit) -> Term {
        let days = match unit {
            Unit::Working => self.working_days_between(day, due) as i64,
            Unit::Calendar | Unit::Months => (due - day).num_days(),
        };
        let unit = if unit == Unit::Months { Unit::Calendar } else { unit };
        Term { days: u16::try_from(days.max(0)).unwrap_or(u16::MAX), unit }
    }

    /// The first day by which so many working days have passed since `from` (not counted).
    pub fn after_working_days(&self, from: NaiveDate, days: u32) -> NaiveDate {
        self.due(from, Term { days: u16::try_from(days).unwrap_or(u16::MAX), unit: Unit::Working }).on
    }

    /// Working days from `from` (not counted) up to and including `to`.
    pub fn working_days_between(&self, from: NaiveDate, to: NaiveDate) -> usize {
        from.iter_days().skip(1).take_while(|day| *day <= to).filter(|day| self.works(*day)).count()
    }
}

fn next(day: NaiveDate) -> NaiveDate {
    day.checked_add_days(Days::new(1)).unwrap_or(day)
}
