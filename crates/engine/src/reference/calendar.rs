//! Holidays from CSV, and the calendar they make.

use super::{Mistake, Mistakes};
use chrono::{Datelike, NaiveDate, Weekday};
use ndp_domain::calendar::{Calendar, Day, DayKind};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// One special day with its legal status.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HolidayRow {
    pub line: u32,
    pub date: NaiveDate,
    pub name_vi: String,
    pub name_en: String,
    pub working: bool,
    pub confirmed: bool,
}

/// Reads a CSV with a header; every row is handed on with its line. Missing columns and ragged
/// rows are mistakes.
pub(crate) fn rows<'t>(mistakes: &mut Mistakes, text: &'t str, needed: &[&str]) -> Vec<(u32, impl Fn(&str) -> String + use<'t>)> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let header: Vec<String> = match reader.headers() {
        Ok(header) => header.iter().map(|h| h.trim_start_matches('\u{feff}').to_owned()).collect(),
        Err(error) => {
            mistakes.add(1, error.to_string(), "CSV with a header");
            return Vec::new();
        }
    };
    let missing: Vec<&str> = needed.iter().filter(|n| !header.iter().any(|h| h == *n)).copied().collect();
    if !missing.is_empty() {
        mistakes.add(1, format!("no column {}", missing.join(", ")), format!("the columns {}", needed.join(", ")));
        return Vec::new();
    }
    let mut out = Vec::new();
    for record in reader.records() {
        match record {
            Err(error) => mistakes.add(error.position().map_or(1, |p| p.line() as u32), error.to_string(), "a CSV record in UTF-8"),
            Ok(record) => {
                let line = record.position().map_or(0, |p| p.line() as u32);
                if record.len() != header.len() {
                    mistakes.add(line, format!("{} fields", record.len()), format!("expected {} fields", header.len()));
                    continue;
                }
                let header = header.clone();
                out.push((line, move |column: &str| {
                    let at = header.iter().position(|h| h == column);
                    ndp_domain::text::normalise(at.and_then(|i| record.get(i)).unwrap_or_default())
                }));
            }
        }
    }
    out
}

/// An optional date; a date that does not exist is a mistake.
pub(crate) fn date(mistakes: &mut Mistakes, line: u32, column: &str, value: &str) -> Option<NaiveDate> {
    if value.is_empty() {
        return None;
    }
    let parsed = NaiveDate::parse_from_str(value, "%Y-%m-%d").ok().filter(|_| value.len() == 10);
    if parsed.is_none() {
        mistakes.add(line, format!("{column} = \"{value}\""), "expected a date like 2025-03-01");
    }
    parsed
}

pub(super) fn parse(file: &str, text: &str) -> Result<Vec<HolidayRow>, Vec<Mistake>> {
    let mut mistakes = Mistakes { file, all: Vec::new() };
    let mut out: Vec<HolidayRow> = Vec::new();
    for (line, get) in rows(&mut mistakes, text, &["date", "weekday", "name_vi", "name_en", "kind", "status"]) {
        let (kind, status, weekday) = (get("kind"), get("status"), get("weekday"));
        let date = date(&mut mistakes, line, "date", &get("date"));
        let working = match kind.as_str() {
            "public_holiday" | "compensatory_day_off" | "swapped_day_off" => Some(false),
            "swapped_working_day" => Some(true),
            _ => {
                mistakes.add(
                    line,
                    format!("kind = \"{kind}\""),
                    "expected one of public_holiday, compensatory_day_off, swapped_day_off, swapped_working_day",
                );
                None
            }
        };
        let confirmed = match status.as_str() {
            "official" => Some(true),
            "unconfirmed" => Some(false),
            _ => {
                mistakes.add(line, format!("status = \"{status}\""), "expected official or unconfirmed");
                None
            }
        };
        let (Some(date), Some(working), Some(confirmed)) = (date, working, confirmed) else { continue };
        if weekday.parse::<Weekday>().ok() != Some(date.weekday()) {
            mistakes.add(line, format!("{date} is a {}", date.weekday()), format!("weekday = \"{weekday}\""));
        }
        if out.iter().any(|r| r.date == date && r.working != working) {
            mistakes.add(line, format!("{date} again, as another kind"), "each date once");
        }
        out.push(HolidayRow { line, date, name_vi: get("name_vi"), name_en: get("name_en"), working, confirmed });
    }
    if mistakes.all.is_empty() { Ok(out) } else { Err(mistakes.all) }
}

/// Special days by date; the years are those with at least one row.
pub(super) fn calendar_of(rows: &[HolidayRow]) -> Calendar {
    let kind = |working: bool| if working { DayKind::Working } else { DayKind::Off };
    let days = rows.iter().map(|r| (r.date, Day { kind: kind(r.working), confirmed: r.confirmed })).collect();
    let years: BTreeSet<i32> = rows.iter().map(|r| r.date.year()).collect();
    Calendar { days, years }
}
