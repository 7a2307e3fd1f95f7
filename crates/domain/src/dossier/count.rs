//! The count of votes (E18): both votes kept, ties by the rules of work (cases 8, 9, 11).

use super::Round;
use crate::body::Establishing;
use crate::evidence::Evidence;
use crate::id::AccountId;
use crate::links;
use crate::refusal::Refusal;
use crate::regulation::{Decides, Denominator, Tie};
use crate::sheet::{self, Sheet, Vote};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Votes {
    pub met: u32,
    pub not_met: u32,
    pub abstained: u32,
}

/// By which way a line got its result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    Majority,
    NoMajority,
    SecondVote,
    ChairsSide,
    /// Tie after the second vote, chair recused or absent: not met.
    TieWithoutChair,
    /// A tie is not met by the rules of work.
    TieNotMet,
}

/// One line of the counting minutes. `of` is the denominator of the majority.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Tally {
    pub code: String,
    pub first: Votes,
    pub second: Option<Votes>,
    pub of: u32,
    pub met: bool,
    pub way: Way,
    /// Votes of members in whom a conflict was found after they had cast: kept, not counted.
    #[serde(default, skip_serializing_if = "none")]
    pub set_aside: u32,
}

fn none(n: &u32) -> bool {
    *n == 0
}

/// Sheets of a round, by member.
pub fn sheets_of<'a>(round: &Round, evidence: &'a Evidence) -> BTreeMap<AccountId, &'a sheet::State> {
    evidence.all::<Sheet>().filter(|s| s.state.round == round.n).map(|s| (s.state.member, s.state)).collect()
}

type Sheets<'a> = BTreeMap<AccountId, &'a sheet::State>;

/// The votes of a round, and what a majority is counted of.
pub struct Count<'a> {
    body: &'a Establishing,
    sheets: &'a Sheets<'a>,
    voters: Vec<AccountId>,
    written: Vec<&'a sheet::Submitted>,
    of: usize,
    set_aside: u32,
}

impl<'a> Count<'a> {
    /// Voters are the members present; an absent member's sheet is a written opinion where the
    /// rules allow it, and never counts for the quorum.
    /// Votes signed in a meeting that was broken off stand (case 10); those of `conflicted` members
    /// are set aside.
    pub fn of(round: &Round, body: &'a Establishing, sheets: &'a Sheets<'a>, conflicted: &[AccountId]) -> Result<Count<'a>, Refusal> {
        let present: &[AccountId] = round.opened.as_ref().map_or(&[], |o| &o.present);
        let voted = |p: &AccountId| sheets.get(p).is_some_and(|s| !s.ballots.is_empty());
        let missing = present.iter().filter(|p| round.due.contains(p) && !conflicted.contains(p) && !voted(p)).count();
        if missing > 0 {
            return Err(Refusal::VotesMissing { missing: missing as u32 });
        }
        let set_aside = round.due.iter().filter(|p| conflicted.contains(p) && voted(p)).count() as u32;
        let voters: Vec<AccountId> = round.due.iter().filter(|p| !conflicted.contains(p) && round.sat(**p) && voted(p)).copied().collect();
        let absent = round.due.iter().filter(|m| body.rules.written_opinion && !conflicted.contains(m) && !voters.contains(m));
        let written: Vec<&sheet::Submitted> = absent.filter_map(|member| sheets.get(member)?.sheet.as_ref()).collect();
        let of = match body.rules.majority_of {
            Denominator::Named => body.members.len(),
            Denominator::NotRecused => round.due.len() - conflicted.len(),
            Denominator::Present => voters.len() + written.len(),
        };
        Ok(Count { body, sheets, voters, written, of, set_aside })
    }

    fn ballot(&self, who: &AccountId, nth: usize, code: &str) -> Option<Vote> {
        self.sheets.get(who).and_then(|s| s.ballots.get(nth)).and_then(|b| b.votes.get(code)).copied()
    }

    fn votes(&self, nth: usize, code: &str) -> Votes {
        let mut votes = tally(self.voters.iter().map(|v| self.ballot(v, nth, code)));
        for opinion in self.written.iter().filter(|_| nth == 0) {
            match opinion.results.get(code) {
                Some(true) => votes.met += 1,
                Some(false) => votes.not_met += 1,
                None => {}
            }
        }
        votes
    }

    fn majority(&self, votes: Votes) -> bool {
        self.body.rules.majority.exceeded(votes.met as usize, self.of)
    }

    fn tied(&self, code: &str) -> bool {
        let first = self.votes(0, code);
        !self.majority(first) && first.met == first.not_met && first.met > 0
    }

    fn row(&self, code: &str) -> Option<Tally> {
        let first = self.votes(0, code);
        let set_aside = self.set_aside;
        let row = |second, met, way| Some(Tally { code: code.to_owned(), first, second, of: self.of as u32, met, way, set_aside });
        if self.majority(first) {
            return row(None, true, Way::Majority);
        }
        if !self.tied(code) {
            return row(None, false, Way::NoMajority);
        }
        let side = |nth| self.ballot(&self.body.chair, nth, code).filter(|_| self.voters.contains(&self.body.chair));
        match (self.body.rules.tie, side(0)) {
            (Tie::NotMet, _) => return row(None, false, Way::TieNotMet),
            (Tie::Chair, Some(vote)) => return row(None, vote == Vote::Met, Way::ChairsSide),
            (Tie::Chair, None) => return row(None, false, Way::TieWithoutChair),
            (Tie::SecondVoteThenChair, _) => {}
        }
        if self.voters.iter().any(|v| self.ballot(v, 1, code).is_none()) {
            return None;
        }
        let second = self.votes(1, code);
        let chair = side(1);
        let (met, way) = match (self.majority(second), second.met == second.not_met, chair) {
            (true, ..) => (true, Way::SecondVote),
            (false, false, _) => (false, Way::SecondVote),
            (_, true, Some(vote)) => (vote == Vote::Met, Way::ChairsSide),
            (_, true, None) => (false, Way::TieWithoutChair),
        };
        row(Some(second), met, way)
    }
}

fn voted(round: &Round) -> impl Iterator<Item = &str> {
    round.lines.iter().filter(|l| l.decides == Decides::Result).map(|l| l.code.as_str())
}

/// Lines tied in the first vote, in order of their codes: only these are voted again.
pub fn tied_lines(round: &Round, body: &Establishing, sheets: &Sheets) -> Result<BTreeSet<String>, Refusal> {
    let count = Count::of(round, body, sheets, &[])?;
    let again = body.rules.tie == Tie::SecondVoteThenChair;
    Ok(voted(round).filter(|code| again && count.tied(code)).map(str::to_owned).collect())
}

/// Counts every line but popularity, whose figure the members confirm in their sheets instead.
pub fn count(round: &Round, body: &Establishing, evidence: &Evidence, day: NaiveDate) -> Result<Vec<Tally>, Refusal> {
    let sheets = sheets_of(round, evidence);
    let conflicted: Vec<AccountId> = round.due.iter().filter(|m| links::open_conflict(**m, round, evidence, day)).copied().collect();
    let count = Count::of(round, body, &sheets, &conflicted)?;
    let submitted: Vec<&sheet::Submitted> = sheets.values().filter_map(|s| s.sheet.as_ref()).collect();
    let confirmed = submitted.iter().filter(|s| s.figure_confirmed).count();
    if round.share.is_some() && !body.rules.majority.exceeded(confirmed, submitted.len()) {
        return Err(Refusal::FigureNotConfirmed {});
    }
    let rows: Vec<(&str, Option<Tally>)> = voted(round).map(|code| (code, count.row(code))).collect();
    let open: Vec<String> = rows.iter().filter(|(_, row)| row.is_none()).map(|(code, _)| (*code).to_owned()).collect();
    if open.is_empty() { Ok(rows.into_iter().filter_map(|(_, row)| row).collect()) } else { Err(Refusal::SecondVoteNeeded { codes: open }) }
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
