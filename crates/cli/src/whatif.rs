//! `ndp whatif`: a draft against everything recognised.

use crate::args::{FOUND_WRONG, Setting, WRONG_USE};
use crate::commands::{block_on, failed, print, wrong_use};
use crate::transfer::{mistakes, open_engine};
use ndp_domain::time::legal_date;
use ndp_engine::reference;
use ndp_engine::set_file;
use ndp_engine::whatif::{Draft, Verdict};
use ndp_text::texts;
use serde_json::json;
use std::path::Path;
use std::process::ExitCode;

pub fn run(setting: &Setting, set: Option<&Path>, regulation: Option<&Path>) -> ExitCode {
    let texts = texts(setting.lang);
    let mut wrong = Vec::new();
    let read = |file: Option<&Path>| match file.map(|f| (f.display().to_string(), std::fs::read_to_string(f))) {
        None => Ok(None),
        Some((name, Ok(text))) => Ok(Some((name, text))),
        Some((name, Err(error))) => Err(format!("{name}: {error}")),
    };
    let (set, regulation) = match (read(set), read(regulation)) {
        (Ok(set), Ok(regulation)) => (set, regulation),
        (Err(message), _) | (_, Err(message)) => return wrong_use(&message, "input.file", setting.json, setting.lang),
    };
    let set = set.and_then(|(name, text)| set_file::read(&name, &text).map_err(|m| wrong.extend(m)).ok());
    let regulation = regulation.and_then(|(name, text)| reference::parse_regulation(&name, &text).map_err(|m| wrong.extend(m)).ok());
    if !wrong.is_empty() {
        return mistakes(setting, &wrong);
    }
    let mut rows = Vec::new();
    let result = block_on(async {
        let engine = open_engine(setting).await?;
        let in_force = engine.directory().regulation_on(legal_date(engine.clock.now())).cloned();
        let Some(regulation) = regulation.or(in_force) else { return Ok(None) };
        let (set, entry) = set.map_or((None, None), |(text, entry)| (Some(text), entry));
        let entry = entry.and_then(|e| e.parse::<ndp_domain::id::Id>().ok()).and_then(|id| id.try_into().ok());
        let summary = engine.whatif(Draft { set, entry, regulation }, |row| rows.push(row)).await?;
        engine.store.close().await?;
        Ok(Some(summary))
    });
    let summary = match result {
        Ok(Some(summary)) => summary,
        Ok(None) => return ExitCode::from(WRONG_USE),
        Err(failure) => return failed(setting, &failure),
    };
    rows.sort_by(|a, b| (a.verdict as u8, &a.name, &a.recognition).cmp(&(b.verdict as u8, &b.name, &b.recognition)));
    if setting.json {
        print(&json!({ "summary": summary, "products": rows }).to_string());
    } else {
        for row in &rows {
            let verdict = match row.verdict {
                Verdict::Pass => "whatif-pass",
                Verdict::Fail => "whatif-fail",
                Verdict::LacksEvidence => "whatif-lacks",
            };
            let mut line = format!("{:<16} {}", texts.get(verdict, &[]), row.name);
            for (key, codes) in [("whatif-unmet", &row.unmet), ("whatif-lacking", &row.lacking)] {
                if !codes.is_empty() {
                    line.push_str(&format!("; {}", texts.get(key, &[("codes", &codes.join(", "))])));
                }
            }
            print(&line);
        }
        let n = |n: u64| n.to_string();
        let args =
            [("products", n(summary.products)), ("pass", n(summary.pass)), ("fail", n(summary.fail)), ("lacks", n(summary.lacks_evidence))];
        let args: Vec<(&str, &str)> = args.iter().map(|(k, v)| (*k, v.as_str())).collect();
        print(&texts.get("whatif-summary", &args));
    }
    if summary.fail > 0 { ExitCode::from(FOUND_WRONG) } else { ExitCode::SUCCESS }
}
