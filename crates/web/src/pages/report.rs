//! The tracking page as a report of a month or a quarter: an Excel file with a sheet for each part, a Word file with a
//! heading for each. What stands now is dated; what was done in the period is counted from the record.

use super::downloads::{self, Sheet};
use super::tracking::view;
use super::word::{self, Part};
use crate::say;
use crate::visitor::Visitor;
use axum::extract::Query;
use axum::response::Response;
use chrono::{Datelike, Months, NaiveDate};
use ndp_domain::acts::ActId;
use ndp_domain::time::begins;
use ndp_server::problem::{Edge, Refused};
use serde::Deserialize;

/// A month (`2026-03`) or a quarter (`2026-Q1`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    first: NaiveDate,
    months: u32,
}

impl Period {
    pub fn parse(text: &str) -> Option<Period> {
        let (year, part) = text.split_once('-')?;
        let year: i32 = year.parse().ok().filter(|y| (2000..3000).contains(y))?;
        let (month, months) = match part.strip_prefix('Q') {
            Some(quarter) => (quarter.parse::<u32>().ok().filter(|q| (1..=4).contains(q))? * 3 - 2, 3),
            None => (part.parse::<u32>().ok()?, 1),
        };
        Some(Period { first: NaiveDate::from_ymd_opt(year, month, 1)?, months })
    }

    /// The months of a year back, then its quarters, the nearest first.
    pub fn near(today: NaiveDate) -> Vec<Period> {
        let month = today.with_day(1).unwrap_or(today);
        let quarter = month.checked_sub_months(Months::new(month.month0() % 3)).unwrap_or(month);
        let before = |day: NaiveDate, months| day.checked_sub_months(Months::new(months)).unwrap_or(day);
        let months = (0..12).map(|n| Period { first: before(month, n), months: 1 });
        months.chain((0..4).map(|n| Period { first: before(quarter, n * 3), months: 3 })).collect()
    }

    /// As it stands in an address.
    pub fn name(self) -> String {
        match self.months {
            3 => format!("{}-Q{}", self.first.year(), self.first.month0() / 3 + 1),
            _ => self.first.format("%Y-%m").to_string(),
        }
    }

    pub fn said(self, v: &Visitor) -> String {
        let year = self.first.year().to_string();
        match self.months {
            3 => v.t1("web-period-quarter", &[("n", &(self.first.month0() / 3 + 1).to_string()), ("year", &year)]),
            _ => v.t1("web-period-month", &[("n", &self.first.month().to_string()), ("year", &year)]),
        }
    }

    /// The day after its last.
    fn after(self) -> NaiveDate {
        self.first.checked_add_months(Months::new(self.months)).unwrap_or(self.first)
    }
}

#[derive(Debug, Deserialize)]
pub struct Asked {
    #[serde(default)]
    ky: String,
}

impl Asked {
    /// The period asked for; the present month where none is.
    fn period(&self, v: &Visitor) -> Result<Period, Refused> {
        match self.ky.as_str() {
            "" => Period::near(v.today).first().copied().ok_or_else(|| Edge::Parameter("ky").into()),
            text => Period::parse(text).ok_or_else(|| Edge::Parameter("ky").into()),
        }
    }
}

/// What the keeper of the List does and publishes, in the order of the process.
const DONE: &[ActId] = &[ActId::L3, ActId::L8, ActId::L9, ActId::L11, ActId::L12, ActId::P6, ActId::P7, ActId::PE2];

/// The part that counts what was done in the period.
const DONE_IN: &str = "web-report-done";

struct Report {
    /// That figures are of now: for a file whose tables have no words over them.
    now: String,
    title: String,
    under: Vec<String>,
    parts: Vec<Part>,
}

async fn report(v: &Visitor, period: Period) -> Result<Report, Refused> {
    let view = view(v).await?;
    let t = |key: &str| v.t(key);
    let now = v.t1("web-report-now", &[("at", &say::instant(v.app.engine.clock.now()))]);
    let part = |name: &str, titles: &[&str], widths: &[usize], rows: Vec<Vec<String>>| {
        // All but what was done in the period stands as it is now.
        let mut said = if name == DONE_IN { Vec::new() } else { vec![now.clone()] };
        if rows.is_empty() {
            said.push(t("web-report-nothing-here"));
        }
        Part { sheet: Sheet { name: t(name), titles: titles.iter().map(|k| t(k)).collect(), rows }, said, widths: widths.to_vec() }
    };
    let (Some(from), Some(until)) = (begins(period.first), begins(period.after())) else { return Err(Edge::Parameter("ky").into()) };
    let acts: Vec<&str> = DONE.iter().map(|a| a.name()).collect();
    let counted = v.app.engine.store.acts_between(&v.reading.scope(&v.app), &acts, from, until).await?;
    let done = DONE.iter().map(|act| {
        let n = counted.iter().find(|(name, _)| name == act.name()).map_or(0, |(_, n)| *n);
        vec![t(&format!("act-{}", act.name())), n.to_string()]
    });
    let over = view.over.iter().map(|o| {
        let reminded = o.reminded.map(|n| n.to_string()).unwrap_or_default();
        vec![o.name.clone(), o.agency.clone(), o.state.clone(), o.due.clone(), o.left.clone(), reminded]
    });
    let ages = view.ages.iter().map(|a| {
        let n = |n: u64| n.to_string();
        vec![a.kind.clone(), a.label.clone(), n(a.on_time), n(a.late), n(a.ages[0]), n(a.ages[1]), n(a.ages[2])]
    });
    let agencies = view.tiles.iter().chain(&view.unknown).chain(&view.former).map(|t| vec![t.0.clone(), t.1.clone()]);
    let figures = view.figures.iter().map(|(name, n)| vec![name.clone(), n.clone()]);
    let stages = view.groups.iter().flat_map(|g| g.rows.iter().map(|r| vec![g.title.clone(), r.label.clone(), r.n.to_string()]));
    let mut parts = vec![
        part("web-report-figures", &["web-report-figure", "web-number-n"], &[4, 1], figures.collect()),
        part(DONE_IN, &["web-report-act", "web-report-times"], &[4, 1], done.collect()),
        part(
            "web-report-over",
            &["web-column-name", "web-agency-name", "web-state", "web-due", "web-late", "web-reminded"],
            &[6, 5, 3, 3, 3, 2],
            over.collect(),
        ),
        part("web-report-stages", &["web-report-kind", "web-state", "web-number-n"], &[4, 4, 1], stages.collect()),
        part(
            "web-report-ages",
            &["web-report-kind", "web-state", "web-on-time", "web-late", "web-age-1", "web-age-2", "web-age-3"],
            &[5, 5, 2, 2, 2, 2, 2],
            ages.collect(),
        ),
        part("web-report-agencies", &["web-agency-name", "web-number-n"], &[4, 1], agencies.collect()),
    ];
    if let Some(handled) = parts.get_mut(0).filter(|_| !view.handled.is_empty()) {
        handled.said.push(view.handled.clone());
    }
    if let Some(agencies) = parts.last_mut() {
        agencies.said.push(view.coverage.clone());
    }
    let title = v.t1("web-report-title", &[("period", &period.said(v))]);
    let days = [say::day(period.first), say::day(period.after().pred_opt().unwrap_or(period.first))];
    let under = vec![v.t1("web-report-days", &[("from", &days[0]), ("to", &days[1])]), view.lead.clone()];
    Ok(Report { now, title, under, parts })
}

/// `GET /theo-doi.xlsx?ky=2026-03`
pub async fn xlsx(v: Visitor, Query(asked): Query<Asked>) -> Result<Response, Refused> {
    let period = asked.period(&v)?;
    let report = report(&v, period).await?;
    let head = Sheet {
        name: v.t("web-report"),
        titles: vec![report.title],
        rows: report.under.into_iter().chain([report.now]).map(|u| vec![u]).collect(),
    };
    let sheets = std::iter::once(head).chain(report.parts.into_iter().map(|p| p.sheet)).collect();
    downloads::workbook(&v, &format!("theo-doi-{}", period.name()), sheets).await
}

/// `GET /theo-doi.docx?ky=2026-Q1`
pub async fn docx(v: Visitor, Query(asked): Query<Asked>) -> Result<Response, Refused> {
    let period = asked.period(&v)?;
    let report = report(&v, period).await?;
    downloads::word(&v, &format!("theo-doi-{}", period.name()), move || word::document(&report.title, &report.under, &report.parts)).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    #[test]
    fn a_period_is_a_month_or_a_quarter_and_nothing_else() {
        for name in ["2026-03", "2026-12", "2026-Q1", "2026-Q4"] {
            assert_eq!(Period::parse(name).expect(name).name(), name);
        }
        for wrong in ["", "2026", "2026-13", "2026-Q5", "2026-Q0", "26-03", "2026-3x", "2026-Q"] {
            assert_eq!(Period::parse(wrong), None, "{wrong}");
        }
        assert_eq!(Period::parse("2026-Q4").expect("a quarter").after(), day("2027-01-01"));
    }

    #[test]
    fn the_months_and_quarters_of_a_year_back_can_be_chosen() {
        let names: Vec<String> = Period::near(day("2026-01-15")).into_iter().map(Period::name).collect();
        assert_eq!((names.len(), names[0].as_str(), names[1].as_str(), names[11].as_str()), (16, "2026-01", "2025-12", "2025-02"));
        assert_eq!(names[12..], ["2026-Q1", "2025-Q4", "2025-Q3", "2025-Q2"]);
    }
}
