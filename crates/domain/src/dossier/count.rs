//! The count of votes (E18): both votes kept, ties by the rules of work (cases 8, 9, 11).

use super::Round;
use crate::body::Establishing;
use crate::evidence::Evidence;
use crate::id::AccountId;
use crate::refusal::Refusal;
use crate::regulation::{Decides, Denominator};
use crate::sheet::{self, Sheet, Vote};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Votes {
    pub met: u32,
    pub not_met: u32,
    pub abstained: u32,
}

/// By which way a line got its result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    Majority,
    NoMajority,
    SecondVote,
    ChairsSide,
    /// Tie after the second vote, chair recused or absent: not met.
    TieWithoutChair,
}

/// One line of the counting minutes. `of` is the denominator of the majority.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    pub code: String,
    pub first: Votes,
    pub second: Option<Votes>,
    pub of: u32,
    pub met: bool,
    pub way: Way,
}

/// Counts every line but popularity. Voters are the members present; an absent member's sheet
/// is a written opinion where the rules allow it, and never counts for the quorum.
pub fn count(round: &Round, body: &Establishing, evidence: &Evidence) -> Result<Vec<Tally>, Refusal> {
    let present: &[AccountId] = round.opened.as_ref().map_or(&[], |o| &o.present);
    let sheets: BTreeMap<AccountId, &sheet::State> =
        evidence.all::<Sheet>().filter(|s| s.state.round == round.n).map(|s| (s.state.member, s.state)).collect();
    let voters: Vec<AccountId> = present.iter().filter(|p| round.due.contains(p)).copied().collect();
    let missing = voters.iter().filter(|v| sheets.get(v).is_none_or(|s| s.ballots.is_empty())).count();
    if missing > 0 {
        return Err(Refusal::VotesMissing { missing: missing as u32 });
    }
    let written: Vec<&sheet::Submitted> = round
        .due
        .iter()
        .filter(|member| body.rules.written_opinion && !present.contains(member))
        .filter_map(|member| sheets.get(member)?.sheet.as_ref())
        .collect();
    let of = match body.rules.majority_of {
        Denominator::Named => body.members.len(),
        Denominator::Present => voters.len() + written.len(),
    };
    let chair = body.chair;
    let mut tallies = Vec::new();
    let mut ties = Vec::new();
    for line in round.lines.iter().filter(|l| l.decides == Decides::Result) {
        let ballot =
            |who: &AccountId, nth: usize| sheets.get(who).and_then(|s| s.ballots.get(nth)).and_then(|b| b.votes.get(&line.code)).copied();
        let mut first = tally(voters.iter().map(|v| ballot(v, 0)));
        for opinion in &written {
            match opinion.results.get(&line.code) {
                Some(true) => first.met += 1,
                Some(false) => first.not_met += 1,
                None => {}
            }
        }
        let majority = |votes: Votes| body.rules.majority.exceeded(votes.met as usize, of);
        let row = |second, met, way| Tally { code: line.code.clone(), first, second, of: of as u32, met, way };
        if majority(first) {
            tallies.push(row(None, true, Way::Majority));
        } else if first.met != first.not_met || first.met == 0 {
            tallies.push(row(None, false, Way::NoMajority));
        } else if voters.iter().any(|v| ballot(v, 1).is_none()) {
            ties.push(line.code.clone());
        } else {
            let second = tally(voters.iter().map(|v| ballot(v, 1)));
            let (met, way) = match (second.met.cmp(&second.not_met), ballot(&chair, 1)) {
                (std::cmp::Ordering::Greater, _) => (true, Way::SecondVote),
                (std::cmp::Ordering::Less, _) => (false, Way::SecondVote),
                (_, Some(Vote::Met)) => (true, Way::ChairsSide),
                (_, Some(_)) => (false, Way::ChairsSide),
                (_, None) => (false, Way::TieWithoutChair),
            };
            tallies.push(row(Some(second), met, way));
        }
    }
    if ties.is_empty() { Ok(tallies) } else { Err(Refusal::SecondVoteNeeded { codes: ties }) }
}

fn tally(votes: impl Iterator<Item = Option<Vote>>) -> Votes {
    votes.fold(Votes::default(), |mut sum, vote| {
        match vote {
            Some(Vote::Met) => sum.met += 1,
            Some(Vote::NotMet) => sum.not_met += 1,
            Some(Vote::Abstain) | None => sum.abstained += 1,
        }
        sum
    })
}
