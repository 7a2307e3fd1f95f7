//! A whole criteria set as one file that reads well in a text difference: one block a line, in the
//! order of the set, every field on its own line. Reading tells all mistakes with their lines.

use crate::reference::Mistake;
use ndp_domain::criteria_set::{Market, SetLine, SetText};
use ndp_domain::regulation::Regulation;
use serde::{Deserialize, Serialize};

/// The file: what it is a set of first, then the market, then the lines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    /// The list entry it was written out for; not needed to read it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    entry: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    security_level: Option<u8>,
    market: Market,
    line: Vec<SetLine>,
}

/// Writes a set.
pub fn write(text: &SetText, entry: Option<&str>) -> String {
    let file = File {
        entry: entry.map(str::to_owned),
        security_level: text.security_level,
        market: text.market.clone(),
        line: text.lines.clone(),
    };
    toml::to_string_pretty(&file).unwrap_or_default()
}

/// Reads a set, and the entry it names.
pub fn read(file: &str, toml: &str) -> Result<(SetText, Option<String>), Vec<Mistake>> {
    let normalised = ndp_domain::text::normalise(toml);
    let parsed: File = toml::from_str(&normalised).map_err(|e| {
        let at = e.span().map_or(0, |s| s.start);
        let line = normalised.get(..at).map_or(1, |before| before.lines().count().max(1) as u32);
        vec![Mistake { file: file.to_owned(), line, found: e.message().to_owned(), expected: "the form of `ndp export set`".to_owned() }]
    })?;
    Ok((SetText { lines: parsed.line, market: parsed.market, security_level: parsed.security_level }, parsed.entry))
}

/// What a set in its file still lacks: the gate's refusal with its line, then what a reader would
/// stumble over. Empty where it can be sent out as it is.
pub fn lint(file: &str, toml: &str, regulation: &Regulation) -> Vec<Mistake> {
    let text = match read(file, toml) {
        Ok((text, _)) => text,
        Err(mistakes) => return mistakes,
    };
    let line_of = |code: &str| {
        let wanted = format!("code = \"{code}\"");
        toml.lines().position(|l| l.trim() == wanted).map_or(1, |i| i as u32 + 1)
    };
    let mistake = |line, found: String, expected: &str| Mistake { file: file.to_owned(), line, found, expected: expected.to_owned() };
    let mut all = Vec::new();
    if let Err(refusal) = text.lines(regulation) {
        let data = serde_json::to_value(&refusal).unwrap_or_default();
        let code = data.get("code").and_then(|c| c.as_str()).map(str::to_owned);
        let named = code.clone().or(data.get("group").and_then(|g| g.as_str()).map(str::to_owned)).unwrap_or_default();
        all.push(mistake(code.as_deref().map_or(1, line_of), format!("{} {named}", refusal.code()), "a set that passes the gate"));
    }
    if text.security_level.is_some_and(|level| !(1..=5).contains(&level)) {
        all.push(mistake(1, format!("security_level = {}", text.security_level.unwrap_or_default()), "1 to 5"));
    }
    for line in &text.lines {
        if line.name_en.is_none() {
            all.push(mistake(line_of(line.code.as_str()), format!("{} has no name_en", line.code), "a name in both languages"));
        }
    }
    if text.market.definition_en.is_none() {
        all.push(mistake(1, "market has no definition_en".to_owned(), "a definition in both languages"));
    }
    all
}
