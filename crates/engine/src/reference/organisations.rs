//! Organisations, their transfers and localities from CSV, with the evidence of each row.

use super::calendar::{date, rows};
use super::{Mistake, Mistakes};
use chrono::NaiveDate;
use ndp_domain::organisation::{Ground, Record};
use ndp_domain::text::Text;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone)]
pub struct OrganisationRow {
    pub line: u32,
    pub record: Record,
    /// Code of the body that continues it, where a row names one and no transfer row does.
    pub successor: Option<String>,
}

#[derive(Debug, Clone)]
pub struct TransferRow {
    pub line: u32,
    pub from: String,
    pub to: String,
    pub what: String,
    pub what_vi: String,
    pub on: NaiveDate,
    pub main: bool,
    pub ground: Ground,
}

/// A province or city of one era.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LocalityRow {
    pub line: u32,
    pub id: String,
    pub gso_code: String,
    pub name_vi: String,
    pub name_en: String,
    pub kind: String,
    pub era: String,
    pub valid_from: Option<NaiveDate>,
    pub valid_to: Option<NaiveDate>,
    /// The row of the unit that simply goes on.
    pub same_unit_as: Option<String>,
    pub merged_into: Option<String>,
}

/// Text of a column within its limit; empty where the column may be.
pub(crate) fn text<const MAX: usize>(mistakes: &mut Mistakes, line: u32, column: &str, value: String) -> Option<Text<MAX>> {
    match Text::new(value.clone()) {
        Ok(text) => Some(text),
        Err(bad) => {
            mistakes.add(line, format!("{column} = \"{value}\""), format!("expected 1 to {MAX} characters ({bad})"));
            None
        }
    }
}

pub(crate) fn optional<const MAX: usize>(mistakes: &mut Mistakes, line: u32, column: &str, value: String) -> Option<Text<MAX>> {
    if value.is_empty() { None } else { text(mistakes, line, column, value) }
}

pub(crate) fn ground(mistakes: &mut Mistakes, line: u32, evidence: &str, confidence: &str, source: String) -> Option<Ground> {
    let per_cent = if confidence.is_empty() { Ok(None) } else { confidence.parse::<u8>().map(Some) };
    match (evidence, per_cent) {
        ("read", Ok(_)) => Some(Ground::Read { source }),
        ("own_knowledge", Ok(confidence)) if confidence.is_none_or(|c| c <= 100) => Some(Ground::OwnKnowledge { confidence }),
        ("read" | "own_knowledge", _) => {
            mistakes.add(line, format!("confidence = \"{confidence}\""), "expected a whole number from 0 to 100");
            None
        }
        _ => {
            mistakes.add(line, format!("evidence = \"{evidence}\""), "expected read or own_knowledge");
            None
        }
    }
}

fn period(mistakes: &mut Mistakes, line: u32, get: &dyn Fn(&str) -> String) -> (Option<NaiveDate>, Option<NaiveDate>) {
    let from = date(mistakes, line, "valid_from", &get("valid_from"));
    let to = date(mistakes, line, "valid_to", &get("valid_to"));
    if let (Some(from), Some(to)) = (from, to)
        && to < from
    {
        mistakes.add(line, format!("valid_to {to}"), format!("expected a day after {from}"));
    }
    (from, to)
}

fn known(mistakes: &mut Mistakes, line: u32, column: &str, value: &str, choices: &[&str]) -> bool {
    let known = choices.contains(&value);
    if !known {
        mistakes.add(line, format!("{column} = \"{value}\""), format!("expected one of {}", choices.join(", ")));
    }
    known
}

fn finish<T>(mistakes: Mistakes, value: T) -> Result<T, Vec<Mistake>> {
    if mistakes.all.is_empty() { Ok(value) } else { Err(mistakes.all) }
}

fn push(mistakes: &mut Mistakes, out: &mut Vec<OrganisationRow>, row: OrganisationRow) {
    if out.iter().any(|o| o.record.code == row.record.code) {
        mistakes.add(row.line, format!("code {} again", row.record.code), "each code once");
    } else {
        out.push(row);
    }
}

pub(super) fn parse_central(file: &str, csv: &str) -> Result<Vec<OrganisationRow>, Vec<Mistake>> {
    let mut m = Mistakes { file, all: Vec::new() };
    let mut out = Vec::new();
    let needed = ["code", "symbol", "name_vi", "name_en", "kind", "valid_from", "valid_to", "evidence", "confidence", "source_url"];
    for (line, get) in rows(&mut m, csv, &needed) {
        known(&mut m, line, "kind", &get("kind"), &["ministry", "ministerial-level agency", "government agency"]);
        let (valid_from, valid_to) = period(&mut m, line, &get);
        let ground = ground(&mut m, line, &get("evidence"), &get("confidence"), get("source_url"));
        let (code, name_vi) = (text(&mut m, line, "code", get("code")), text(&mut m, line, "name_vi", get("name_vi")));
        let (name_en, symbol) = (optional(&mut m, line, "name_en", get("name_en")), optional(&mut m, line, "symbol", get("symbol")));
        let class = text(&mut m, line, "kind", get("kind"));
        let (Some(code), Some(name_vi), Some(class), Some(ground)) = (code, name_vi, class, ground) else { continue };
        let record = Record { code, name_vi, name_en, symbol, class, locality: None, valid_from, valid_to, ground };
        push(&mut m, &mut out, OrganisationRow { line, record, successor: None });
    }
    finish(m, out)
}

pub(super) fn parse_local(file: &str, csv: &str, localities: &[LocalityRow]) -> Result<Vec<OrganisationRow>, Vec<Mistake>> {
    let mut m = Mistakes { file, all: Vec::new() };
    let mut out = Vec::new();
    let needed = ["code", "locality_id", "name_vi", "name_en", "kind", "valid_from", "valid_to", "successor", "evidence", "confidence"];
    let classes = ["people's committee", "department of information and communications", "department of science and technology"];
    for (line, get) in rows(&mut m, csv, &needed) {
        known(&mut m, line, "kind", &get("kind"), &classes);
        let locality_id = get("locality_id");
        if !localities.is_empty() && !localities.iter().any(|l| l.id == locality_id) {
            m.add(line, format!("locality_id = \"{locality_id}\""), "expected an id of localities.csv");
        }
        let (valid_from, valid_to) = period(&mut m, line, &get);
        let ground = ground(&mut m, line, &get("evidence"), &get("confidence"), get("source_url"));
        let (code, name_vi) = (text(&mut m, line, "code", get("code")), text(&mut m, line, "name_vi", get("name_vi")));
        let name_en = optional(&mut m, line, "name_en", get("name_en"));
        let class = text(&mut m, line, "kind", get("kind"));
        let locality = optional(&mut m, line, "locality_id", locality_id);
        let (Some(code), Some(name_vi), Some(class), Some(ground)) = (code, name_vi, class, ground) else { continue };
        let record = Record { code, name_vi, name_en, symbol: None, class, locality, valid_from, valid_to, ground };
        let successor = Some(get("successor")).filter(|s| !s.is_empty());
        push(&mut m, &mut out, OrganisationRow { line, record, successor });
    }
    let codes: Vec<String> = out.iter().map(|o| o.record.code.to_string()).collect();
    for row in &out {
        if let Some(successor) = row.successor.as_ref().filter(|s| !codes.contains(s)) {
            m.add(row.line, format!("successor = \"{successor}\""), "expected a code of this file");
        }
    }
    finish(m, out)
}

pub(super) fn parse_transfers(file: &str, csv: &str, organisations: &[OrganisationRow]) -> Result<Vec<TransferRow>, Vec<Mistake>> {
    let mut m = Mistakes { file, all: Vec::new() };
    let mut out = Vec::new();
    let needed = ["from_code", "to_code", "what", "date", "is_main_successor", "source_url", "evidence", "confidence"];
    for (line, get) in rows(&mut m, csv, &needed) {
        let (from, to) = (get("from_code"), get("to_code"));
        for (column, code) in [("from_code", &from), ("to_code", &to)] {
            if !organisations.is_empty() && !organisations.iter().any(|o| o.record.code.as_str() == code) {
                m.add(line, format!("{column} = \"{code}\""), "expected a code of organisations.csv");
            }
        }
        let on = date(&mut m, line, "date", &get("date"));
        if get("date").is_empty() {
            m.add(line, "date is empty", "expected a date like 2025-03-01");
        }
        known(&mut m, line, "is_main_successor", &get("is_main_successor"), &["yes", "no"]);
        let ground = ground(&mut m, line, &get("evidence"), &get("confidence"), get("source_url"));
        let (Some(on), Some(ground)) = (on, ground) else { continue };
        out.push(TransferRow {
            line,
            from,
            to,
            what: get("what"),
            what_vi: get("what_vi"),
            on,
            main: get("is_main_successor") == "yes",
            ground,
        });
    }
    finish(m, out)
}

pub(super) fn parse_localities(file: &str, csv: &str) -> Result<Vec<LocalityRow>, Vec<Mistake>> {
    let mut m = Mistakes { file, all: Vec::new() };
    let mut out: Vec<LocalityRow> = Vec::new();
    let needed =
        ["id", "gso_code", "name_vi", "name_en", "kind", "era", "valid_from", "valid_to", "same_unit_as", "relation", "merged_into_id"];
    for (line, get) in rows(&mut m, csv, &needed) {
        known(&mut m, line, "kind", &get("kind"), &["city", "province"]);
        known(&mut m, line, "era", &get("era"), &["2024", "2025", "2026"]);
        known(&mut m, line, "relation", &get("relation"), &["same", "merged", "status changed"]);
        let (valid_from, valid_to) = period(&mut m, line, &get);
        let filled = |column: &str| Some(get(column)).filter(|v| !v.is_empty());
        if out.iter().any(|l| l.id == get("id")) {
            m.add(line, format!("id {} again", get("id")), "each id once");
        }
        out.push(LocalityRow {
            line,
            id: get("id"),
            gso_code: get("gso_code"),
            name_vi: get("name_vi"),
            name_en: get("name_en"),
            kind: get("kind"),
            era: get("era"),
            valid_from,
            valid_to,
            same_unit_as: filled("same_unit_as"),
            merged_into: filled("merged_into_id"),
        });
    }
    let ids: Vec<String> = out.iter().map(|l| l.id.clone()).collect();
    for row in &out {
        for (column, id) in [("same_unit_as", &row.same_unit_as), ("merged_into_id", &row.merged_into)] {
            if let Some(id) = id.as_ref().filter(|id| !ids.contains(id)) {
                m.add(row.line, format!("{column} = \"{id}\""), "expected an id of this file");
            }
        }
    }
    finish(m, out)
}
