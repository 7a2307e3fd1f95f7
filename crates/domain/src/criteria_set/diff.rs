//! What changed between two versions, line by line: added, removed, changed, moved.

use super::text::{SetLine, SetText};
use serde::Serialize;

/// One difference. `fields` are the names of what differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "change")]
pub enum Change {
    Added {
        code: String,
    },
    Removed {
        code: String,
    },
    Changed {
        code: String,
        fields: Vec<&'static str>,
    },
    /// The same line in another group.
    Moved {
        code: String,
        from: String,
        to: String,
    },
    /// The market's definition, unit, method or source.
    Market {
        fields: Vec<&'static str>,
    },
    SecurityLevel {
        from: Option<u8>,
        to: Option<u8>,
    },
}

/// Differences in the order of the newer text, removed lines last.
pub fn compare(old: &SetText, new: &SetText) -> Vec<Change> {
    let mut changes = Vec::new();
    for line in &new.lines {
        let code = line.code.to_string();
        match old.lines.iter().find(|o| o.code == line.code) {
            None => changes.push(Change::Added { code }),
            Some(before) => {
                if before.group != line.group {
                    changes.push(Change::Moved { code: code.clone(), from: before.group.to_string(), to: line.group.to_string() });
                }
                let fields = fields(before, line);
                if !fields.is_empty() {
                    changes.push(Change::Changed { code, fields });
                }
            }
        }
    }
    let gone = old.lines.iter().filter(|o| !new.lines.iter().any(|n| n.code == o.code));
    changes.extend(gone.map(|o| Change::Removed { code: o.code.to_string() }));
    let (a, b) = (&old.market, &new.market);
    let market: Vec<&'static str> = [
        (a.definition_vi != b.definition_vi, "definition_vi"),
        (a.definition_en != b.definition_en, "definition_en"),
        (a.unit != b.unit, "unit"),
        (a.method != b.method, "method"),
        (a.source != b.source, "source"),
    ]
    .into_iter()
    .filter_map(|(differs, name)| differs.then_some(name))
    .collect();
    if !market.is_empty() {
        changes.push(Change::Market { fields: market });
    }
    if old.security_level != new.security_level {
        changes.push(Change::SecurityLevel { from: old.security_level, to: new.security_level });
    }
    changes
}

fn fields(a: &SetLine, b: &SetLine) -> Vec<&'static str> {
    [
        (a.name_vi != b.name_vi, "name_vi"),
        (a.name_en != b.name_en, "name_en"),
        (a.lineage != b.lineage, "lineage"),
        (a.evidence != b.evidence, "evidence"),
        (a.checked_against_annex != b.checked_against_annex, "checked_against_annex"),
        (a.force != b.force, "force"),
        (a.conditional != b.conditional, "conditional"),
    ]
    .into_iter()
    .filter_map(|(differs, name)| differs.then_some(name))
    .collect()
}
