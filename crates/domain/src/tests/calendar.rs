//! Counting of days: the day of the event is not counted, terms end with the last day.

use super::ledger::day;
use crate::calendar::{Calendar, Day, DayKind, Term, Unit};
use std::collections::BTreeMap;

fn calendar() -> Calendar {
    let off = |confirmed| Day { kind: DayKind::Off, confirmed };
    let working = Day { kind: DayKind::Working, confirmed: true };
    let days = BTreeMap::from([
        (day("2026-02-16"), off(true)),
        (day("2026-02-17"), off(true)),
        (day("2026-08-22"), working),
        (day("2026-11-24"), off(false)),
    ]);
    Calendar { days, years: [2026].into() }
}

fn due(from: &str, days: u16, unit: Unit) -> (String, bool) {
    let due = calendar().due(day(from), Term { days, unit });
    (due.on.to_string(), due.estimated)
}

#[test]
fn working_days_skip_weekends_and_holidays_and_count_swapped_saturdays() {
    assert_eq!(due("2026-03-02", 1, Unit::Working), ("2026-03-03".into(), false));
    assert_eq!(due("2026-03-06", 1, Unit::Working), ("2026-03-09".into(), false));
    assert_eq!(due("2026-02-13", 1, Unit::Working), ("2026-02-18".into(), false));
    assert_eq!(due("2026-08-21", 1, Unit::Working), ("2026-08-22".into(), false));
    assert_eq!(due("2026-03-02", 0, Unit::Working), ("2026-03-02".into(), false));
}

#[test]
fn a_term_in_calendar_days_that_ends_on_a_day_off_ends_with_the_next_working_day() {
    assert_eq!(due("2026-03-02", 5, Unit::Calendar), ("2026-03-09".into(), false));
    assert_eq!(due("2026-03-02", 3, Unit::Calendar), ("2026-03-05".into(), false));
}

#[test]
fn a_day_not_yet_in_law_and_a_year_without_calendar_make_it_estimated() {
    assert_eq!(due("2026-11-20", 1, Unit::Working), ("2026-11-23".into(), false));
    assert_eq!(due("2026-11-23", 1, Unit::Working), ("2026-11-25".into(), true));
    assert_eq!(due("2026-12-30", 3, Unit::Working), ("2027-01-04".into(), true));
}
