//! How far the evaluators are apart on each line: computed from the sheets once they are opened,
//! for the discussion. It decides nothing.

use super::{Decides, Round};
use crate::id::AccountId;
use crate::sheet;
use serde::Serialize;
use std::collections::BTreeMap;

/// One line. `mean` and `spread` are of the levels (0 to 100) in hundredths, whole numbers; the
/// spread is the distance between the highest and the lowest. Marks without a level do not count
/// in them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Disagreement {
    pub code: String,
    pub met: u32,
    pub not_met: u32,
    pub mean: Option<u32>,
    pub spread: Option<u32>,
    /// Results differ, or levels are further apart than half the scale.
    pub divided: bool,
}

/// Every line of the round, the most divided first.
pub fn disagreement(round: &Round, sheets: &BTreeMap<AccountId, &sheet::State>) -> Vec<Disagreement> {
    let submitted: Vec<&sheet::Submitted> = sheets.values().filter_map(|s| s.sheet.as_ref()).collect();
    let mut all: Vec<Disagreement> =
        round.lines.iter().filter(|l| l.decides == Decides::Result).map(|l| line(&l.code, &submitted)).collect();
    all.sort_by_key(|d| (!d.divided, std::cmp::Reverse(d.spread), d.code.clone()));
    all
}

fn line(code: &str, sheets: &[&sheet::Submitted]) -> Disagreement {
    let count = |wanted| sheets.iter().filter(|s| s.results.get(code) == Some(&wanted)).count() as u32;
    let levels: Vec<u32> = sheets.iter().filter_map(|s| s.levels.get(code)).map(|l| u32::from(*l) * 100).collect();
    let (met, not_met) = (count(true), count(false));
    let mean = (!levels.is_empty()).then(|| levels.iter().sum::<u32>() / levels.len() as u32);
    let spread = levels.iter().max().zip(levels.iter().min()).map(|(high, low)| high - low);
    let divided = (met > 0 && not_met > 0) || spread.is_some_and(|s| s > 5_000);
    Disagreement { code: code.to_owned(), met, not_met, mean, spread, divided }
}
