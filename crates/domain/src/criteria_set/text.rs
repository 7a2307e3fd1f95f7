//! The text of a version: its lines with their lineage, the market, the security level; and the
//! gate that every text passes before it is sent out or promulgated.

use crate::outcome::Line;
use crate::refusal::Refusal;
use crate::regulation::{Decides, Regulation};
use crate::text::{Name, Prose, Text};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Where a line comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Lineage {
    Inherited,
    Narrowed { to: Prose },
    Added,
    NotApplicable { reason: Option<Prose> },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SetLine {
    pub code: Text<20>,
    pub group: Text<20>,
    pub name_vi: Name,
    pub name_en: Option<Name>,
    pub lineage: Lineage,
    /// Evidence expected.
    pub evidence: Prose,
    pub checked_against_annex: bool,
    #[serde(default, skip_serializing_if = "Force::is_default")]
    pub force: Force,
    /// "Met, conditional until a date" may be found on this line (case 19).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub conditional: bool,
}

/// Force of a line. Under 1230 every line must be met; the others are kept as recommendations and
/// decide nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Force {
    #[default]
    Must,
    Should,
    May,
}

impl Force {
    pub fn is_default(&self) -> bool {
        *self == Force::Must
    }
}

/// The potential market, part of the promulgated set and public with it (cases 21, 22).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Market {
    pub definition_vi: Prose,
    pub definition_en: Option<Prose>,
    /// What is counted: users, organisations, transactions.
    pub unit: Name,
    pub method: Prose,
    pub source: Prose,
}

/// The text of a version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SetText {
    pub lines: Vec<SetLine>,
    pub market: Market,
    /// Required security level, 1 to 5.
    pub security_level: Option<u8>,
}

impl SetText {
    /// The applicable lines, after the gate: known and distinct lines, each group covered,
    /// popularity exactly once and neither narrowed nor dropped.
    pub fn lines(&self, regulation: &Regulation) -> Result<Vec<Line>, Refusal> {
        let mut seen = BTreeSet::new();
        let mut lines = Vec::new();
        for line in &self.lines {
            let code = line.code.to_string();
            if !seen.insert(code.clone()) {
                return Err(Refusal::LineRepeated { code });
            }
            let framework = regulation.criterion(&code);
            let known = match (&line.lineage, framework) {
                (Lineage::Added, found) => found.is_none() && regulation.groups.iter().any(|g| g.code == line.group.as_str()),
                (_, Some(criterion)) => criterion.group == line.group.as_str(),
                (_, None) => false,
            };
            if !known {
                return Err(Refusal::LineUnknown { code });
            }
            let decides = framework.map_or(Decides::Result, |c| c.decides);
            match &line.lineage {
                Lineage::NotApplicable { .. } | Lineage::Narrowed { .. } if decides == Decides::Popularity => {
                    return Err(Refusal::PopularityNotOnce { lines: 0 });
                }
                Lineage::NotApplicable { reason: None } => return Err(Refusal::NotApplicableWithoutReason { code }),
                Lineage::NotApplicable { .. } => {}
                _ if line.conditional && !regulation.conditional_met => return Err(Refusal::ConditionalNotAllowed { code }),
                _ if line.force != Force::Must && decides == Decides::Popularity => return Err(Refusal::PopularityNotOnce { lines: 0 }),
                _ if line.force != Force::Must => {}
                _ => lines.push(Line { code, group: line.group.to_string(), decides, conditional: line.conditional }),
            }
        }
        let popularity = lines.iter().filter(|l| l.decides == Decides::Popularity).count() as u32;
        if popularity != 1 {
            return Err(Refusal::PopularityNotOnce { lines: popularity });
        }
        match regulation.groups.iter().find(|g| !lines.iter().any(|l| l.group == g.code)) {
            Some(group) => Err(Refusal::GroupWithoutLine { group: group.code.clone() }),
            None => Ok(lines),
        }
    }
}
