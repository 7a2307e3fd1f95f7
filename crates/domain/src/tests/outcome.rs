//! The outcome, on every side of every border.

use crate::outcome::{BadShare, Line, Outcome, Rule, Share, assess};
use crate::regulation::{Decides, Mark, Scale, Threshold};
use proptest::prelude::*;
use std::collections::BTreeMap;

const HALF: Threshold = Threshold { numerator: 50, denominator: 100 };

fn lines(n: usize) -> Vec<Line> {
    let line = |code: String, decides| Line { code, group: "G".into(), decides, conditional: false };
    (0..n).map(|i| line(format!("R{i}"), Decides::Result)).chain([line("P".into(), Decides::Popularity)]).collect()
}

fn rule(potential_class: bool) -> Rule {
    Rule { threshold: HALF, potential_class }
}

fn all_met(n: usize) -> BTreeMap<String, bool> {
    (0..n).map(|i| (format!("R{i}"), true)).collect()
}

fn outcome(share: Option<(u64, u64, u64)>, potential: bool) -> Outcome {
    let share = share.map(|(n, low, high)| Share::new(n, low, high).unwrap());
    assess(rule(potential), &lines(3), &all_met(3), share).outcome
}

#[test]
fn exactly_half_is_national_and_a_hair_below_is_not() {
    assert_eq!(outcome(Some((50, 100, 100)), true), Outcome::National);
    assert_eq!(outcome(Some((49, 100, 100)), true), Outcome::Potential);
    assert_eq!(outcome(Some((4_995, 10_000, 10_000)), true), Outcome::Potential);
    let (n, d) = (u64::MAX / 2, u64::MAX);
    assert_eq!(outcome(Some((n, d, d)), true), Outcome::Potential, "one user short of half of 2^64");
    assert_eq!(outcome(Some((n + 1, d, d)), true), Outcome::National);
}

#[test]
fn an_interval_must_reach_the_threshold_at_both_ends() {
    assert_eq!(outcome(Some((50, 80, 100)), true), Outcome::National);
    assert_eq!(outcome(Some((49, 80, 100)), true), Outcome::Undetermined);
    assert_eq!(outcome(Some((40, 80, 100)), true), Outcome::Undetermined);
    assert_eq!(outcome(Some((39, 80, 100)), true), Outcome::Potential);
}

#[test]
fn without_figure_or_class_popularity_alone_decides_the_rest() {
    assert_eq!(outcome(None, true), Outcome::Potential);
    assert_eq!(outcome(None, false), Outcome::Rejected);
    assert_eq!(outcome(Some((1, 4, 4)), false), Outcome::Rejected);
    assert_eq!(outcome(Some((49, 80, 100)), false), Outcome::Undetermined);
}

#[test]
fn no_display_rounds_up_to_the_threshold() {
    let share = Share::new(4_999_999, 10_000_000, 10_000_000).unwrap();
    assert_eq!((share.low(), share.high()), ("49.99".to_owned(), "49.99".to_owned()));
    let whole = Share::new(u64::MAX, u64::MAX, u64::MAX).unwrap();
    assert_eq!(whole.high(), "100.00");
}

#[test]
fn a_share_that_cannot_be_is_refused() {
    assert_eq!(Share::new(0, 0, 0), Err(BadShare::MarketIsZero));
    assert_eq!(Share::new(1, 5, 4), Err(BadShare::LowAboveHigh));
    assert_eq!(Share::new(5, 4, 9), Err(BadShare::UsersAboveMarket));
}

#[test]
fn on_a_scored_scale_the_pass_mark_decides() {
    let scale = Scale::Scored { max: 100, pass_mark: 60 };
    assert_eq!(scale.met(Mark::Score(60)), Some(true));
    assert_eq!(scale.met(Mark::Score(59)), Some(false));
    assert_eq!(scale.met(Mark::Score(101)), None);
    assert_eq!(scale.met(Mark::Met), None);
    assert_eq!(Scale::MetNotMet.met(Mark::Score(60)), None);
}

proptest! {
    #[test]
    fn turning_one_result_from_met_to_not_met_never_improves_the_outcome(
        results in proptest::collection::vec(any::<bool>(), 1..8),
        turned in any::<prop::sample::Index>(),
        numerator in 0_u64..200, low in 1_u64..200, more in 0_u64..200, figure in any::<bool>(), potential in any::<bool>(),
    ) {
        let share = figure.then(|| Share::new(numerator.min(low), low, low + more).unwrap());
        let lines = lines(results.len());
        let given: BTreeMap<String, bool> = results.iter().enumerate().map(|(i, met)| (format!("R{i}"), *met)).collect();
        let mut worse = given.clone();
        worse.insert(format!("R{}", turned.index(results.len())), false);
        let (before, after) = (assess(rule(potential), &lines, &given, share), assess(rule(potential), &lines, &worse, share));
        prop_assert!(after.outcome <= before.outcome, "{:?} to {:?}", before.outcome, after.outcome);
    }

    #[test]
    fn the_comparison_is_that_of_exact_fractions(n in any::<u64>(), d in 1_u64.., tn in 0_u32..=1_000, td in 1_u32..=1_000) {
        let threshold = Threshold { numerator: tn.min(td), denominator: td };
        if let Ok(share) = Share::new(n.min(d), d, d) {
            let exact = u128::from(n.min(d)) * u128::from(td) >= u128::from(d) * u128::from(threshold.numerator);
            prop_assert_eq!(share.met(threshold), Some(exact));
        }
    }
}
