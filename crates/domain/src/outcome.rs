//! The outcome of an evaluation: a pure function of the frozen lines, the results and the figure.
//!
//! Exactly one criterion decides by popularity. Any other line not met or without a result:
//! rejected, whatever the share. Otherwise the share decides between national and potential
//! (letter 2291/BTTTT-KTS&XHS, items 4 and 6; Decision 1864/QĐ-BTTTT). Whole numbers only.

use crate::regulation::{Decides, Threshold};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What may be signed. `Undetermined` never is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Rejected,
    Undetermined,
    Potential,
    National,
}

impl Outcome {
    pub fn name(self) -> &'static str {
        match self {
            Outcome::Rejected => "rejected",
            Outcome::Undetermined => "undetermined",
            Outcome::Potential => "potential",
            Outcome::National => "national",
        }
    }
}

/// Users over potential market, in the unit of the set's market definition. `denominator_low`
/// equals `denominator_high` when the market is one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Share {
    pub numerator: u64,
    pub denominator_low: u64,
    pub denominator_high: u64,
}

/// Why a share cannot be one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadShare {
    /// `share.market_is_zero`
    MarketIsZero,
    /// `share.low_above_high`
    LowAboveHigh,
    /// `share.users_above_market`
    UsersAboveMarket,
}

impl Share {
    pub fn new(numerator: u64, denominator_low: u64, denominator_high: u64) -> Result<Share, BadShare> {
        let share = Share { numerator, denominator_low, denominator_high };
        share.check().map(|()| share)
    }
    pub fn check(&self) -> Result<(), BadShare> {
        if self.denominator_low == 0 || self.denominator_high == 0 {
            return Err(BadShare::MarketIsZero);
        }
        if self.denominator_low > self.denominator_high {
            return Err(BadShare::LowAboveHigh);
        }
        if self.numerator > self.denominator_low {
            return Err(BadShare::UsersAboveMarket);
        }
        Ok(())
    }
    /// `numerator × threshold_denominator ≥ denominator × threshold_numerator`, in 128 bits.
    fn reaches(&self, denominator: u64, threshold: Threshold) -> bool {
        u128::from(self.numerator) * u128::from(threshold.denominator) >= u128::from(denominator) * u128::from(threshold.numerator)
    }
    /// Met at both ends of the interval, at neither, or only at one (`None`).
    pub fn met(&self, threshold: Threshold) -> Option<bool> {
        match (self.reaches(self.denominator_high, threshold), self.reaches(self.denominator_low, threshold)) {
            (true, _) => Some(true),
            (_, false) => Some(false),
            (false, true) => None,
        }
    }
    /// Per cent at the low end (users over the high market), cut to two decimals.
    pub fn low(&self) -> String {
        per_cent(self.numerator, self.denominator_high)
    }
    /// Per cent at the high end (users over the low market), cut to two decimals.
    pub fn high(&self) -> String {
        per_cent(self.numerator, self.denominator_low)
    }
}

/// Cut, never rounded: 49.999 % shows as 49.99, so no display rounds up to the threshold.
fn per_cent(numerator: u64, denominator: u64) -> String {
    let hundredths = u128::from(numerator) * 10_000 / u128::from(denominator.max(1));
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

/// One applicable line of the frozen version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Line {
    pub code: String,
    pub group: String,
    pub decides: Decides,
    /// May be found met on condition until a date (case 19).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub conditional: bool,
}

/// What of the regulation version the outcome needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    pub threshold: Threshold,
    pub potential_class: bool,
}

/// The outcome with everything that explains it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Assessment {
    pub outcome: Outcome,
    /// Codes not met, in the order of the lines; the popularity line too when its share is not
    /// met or there is no figure, not when the interval crosses the threshold.
    pub unmet: Vec<String>,
    pub share: ShareFinding,
    pub steps: Vec<Step>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ShareFinding {
    pub met: Option<bool>,
    pub low: Option<String>,
    pub high: Option<String>,
}

/// The reasoning, one answered question after the other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case", tag = "step")]
pub enum Step {
    /// Are all lines but popularity met?
    Criteria { holds: bool, unmet: Vec<String> },
    /// Is the share at or above the threshold at both ends?
    Popularity { holds: Option<bool>, figure: bool, threshold: Threshold },
    /// Does the version know a potential class? Asked only when popularity alone is missing.
    PotentialClass { holds: bool },
    /// What follows.
    Outcome { outcome: Outcome },
}

/// Assesses. `results` holds met (`true`) or not met for each line with a result; a line without
/// one counts as not met.
pub fn assess(rule: Rule, lines: &[Line], results: &BTreeMap<String, bool>, share: Option<Share>) -> Assessment {
    let met = |line: &Line| results.get(&line.code).copied().unwrap_or(false);
    let share_met = share.and_then(|s| s.met(rule.threshold));
    let popularity_unmet = share.is_none() || share_met == Some(false);
    let others: Vec<String> = lines.iter().filter(|l| l.decides == Decides::Result && !met(l)).map(|l| l.code.clone()).collect();
    let unmet = lines
        .iter()
        .filter(|l| if l.decides == Decides::Popularity { popularity_unmet } else { !met(l) })
        .map(|l| l.code.clone())
        .collect();
    let outcome = if !others.is_empty() {
        Outcome::Rejected
    } else if share_met == Some(true) {
        Outcome::National
    } else if !popularity_unmet {
        Outcome::Undetermined
    } else if rule.potential_class {
        Outcome::Potential
    } else {
        Outcome::Rejected
    };
    let mut steps = vec![
        Step::Criteria { holds: others.is_empty(), unmet: others.clone() },
        Step::Popularity { holds: share_met, figure: share.is_some(), threshold: rule.threshold },
    ];
    if others.is_empty() && popularity_unmet {
        steps.push(Step::PotentialClass { holds: rule.potential_class });
    }
    steps.push(Step::Outcome { outcome });
    let share = ShareFinding { met: share_met, low: share.map(|s| s.low()), high: share.map(|s| s.high()) };
    Assessment { outcome, unmet, share, steps }
}
