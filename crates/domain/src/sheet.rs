//! Acts E15 and E30: one evaluator's sheet and ballots in one round. A stream of its own, so
//! that two members never meet. Immutable and sealed once recorded; every record carries a
//! random salt, so that few possible results cannot be guessed from the hash.

use crate::acts::ActId;
use crate::authority::Duty;
use crate::body::Body;
use crate::canonical::{Content, Pin};
use crate::dossier::{Dossier, Round, sheets_of, tied_lines};
use crate::evidence::{Need, World, state_in};
use crate::id::{AccountId, BodyId, DossierId, Id, Kind, ProductId};
use crate::links::{links_of, open_conflict};
use crate::list_entry::Attachment;
use crate::machine::{Machine, View};
use crate::occasion::Occasion;
use crate::refusal::Refusal;
use crate::regulation::{Decides, Mark};
use crate::text::Prose;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A member's result on one line; the level (0–100) stands beside it and decides nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    pub code: String,
    pub mark: Mark,
    pub level: Option<u8>,
    /// Needed where not met.
    pub reason: Option<Prose>,
    /// Met on condition until this day, where the set's line allows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<NaiveDate>,
}

/// The popularity line has no result: its figure, method and sources are confirmed instead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FigureView {
    pub confirmed: bool,
    pub remark: Option<Prose>,
}

/// A sheet on paper: entered by the support team, confirmed by the secretary, with its scan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PaperSheet {
    pub entered_by: AccountId,
    pub scan: Attachment,
}

/// Sixteen random bytes or more, in hex.
pub type Salt = crate::text::Text<64>;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SheetText {
    pub findings: Vec<Finding>,
    pub figure: FigureView,
    pub paper: Option<PaperSheet>,
    pub salt: Salt,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Vote {
    Met,
    NotMet,
    /// Not counted as met (case 9).
    Abstain,
}

pub type Votes = BTreeMap<String, Vote>;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct State {
    pub dossier: DossierId,
    pub round: u32,
    pub member: AccountId,
    pub body: BodyId,
    pub product: ProductId,
    pub regulation: String,
    /// Who may read it once opened.
    pub readers: Vec<AccountId>,
    pub sheet: Option<Submitted>,
    /// A paper sheet as the support team entered it, until the secretary confirms.
    pub entered: Option<Entered>,
    /// First and second vote; both are kept.
    pub ballots: Vec<Ballot>,
}

/// Who entered a paper sheet, and what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Entered {
    pub by: AccountId,
    pub text: Pin,
    /// The secretary, who sets it beside its scan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirms: Option<AccountId>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Submitted {
    pub text: Pin,
    pub results: BTreeMap<String, bool>,
    pub figure_confirmed: bool,
    pub on_paper: bool,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub levels: BTreeMap<String, u8>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub conditions: BTreeMap<String, NaiveDate>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Ballot {
    pub votes: Votes,
    pub salt: Salt,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Command {
    /// E15, first half of a paper sheet: entered by the support team.
    Enter { dossier: DossierId, member: AccountId, text: SheetText },
    /// E15
    Submit { dossier: DossierId, member: AccountId, text: SheetText },
    /// E30
    Cast { dossier: DossierId, votes: Votes, salt: Salt },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Place {
    pub dossier: DossierId,
    pub round: u32,
    pub member: AccountId,
    pub body: BodyId,
    pub product: ProductId,
    pub regulation: String,
    pub readers: Vec<AccountId>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    Entered { place: Place, entered: Entered, salt: Salt },
    Submitted { place: Place, sheet: Submitted, salt: Salt },
    Cast { place: Place, ballot: Ballot },
}

pub struct Sheet;

fn dossier_of(command: &Command) -> DossierId {
    match command {
        Command::Enter { dossier, .. } | Command::Submit { dossier, .. } | Command::Cast { dossier, .. } => *dossier,
    }
}

impl Machine for Sheet {
    const KIND: Kind = Kind::Sheet;
    type State = State;
    type Command = Command;
    type Event = Event;

    fn act(command: &Command) -> ActId {
        match command {
            Command::Enter { .. } | Command::Submit { .. } => ActId::E15,
            Command::Cast { .. } => ActId::E30,
        }
    }
    /// Entered on paper, submitted, or with ballots that stay sealed until they are counted.
    fn stage(state: &State) -> &'static str {
        match (state.sheet.is_some(), state.ballots.is_empty()) {
            (_, false) => "E30.sealed",
            (true, true) => "E15.sealed",
            (false, true) => "E15.entered",
        }
    }
    fn standing(_: Option<&State>, command: &Command, occasion: &Occasion) -> Result<&'static str, Refusal> {
        Ok(Dossier::stage(occasion.evidence.find::<Dossier>(dossier_of(command))?.state))
    }
    fn needs(state: Option<&State>, command: &Command) -> Vec<Need> {
        let dossier = dossier_of(command).into();
        match (state, command) {
            // A second vote is only for lines tied in the first one.
            (Some(s), Command::Cast { .. }) if !s.ballots.is_empty() => {
                vec![Need::Stream(dossier), Need::Stream(s.body.into()), Need::Children(dossier, Kind::Sheet)]
            }
            _ => vec![Need::Stream(dossier)],
        }
    }
    /// Whatever links are on record of the members who owe a sheet: looked at again at each step.
    fn further(_: Id, _: Option<&State>, command: &Command, world: &World) -> Vec<Need> {
        let round = state_in::<Dossier>(world, dossier_of(command)).and_then(|d| d.round());
        round.into_iter().flat_map(|r| &r.due).map(|m| Need::Stream(links_of(*m).into())).collect()
    }
    fn contents(command: &Command) -> Vec<Content> {
        match command {
            Command::Enter { text, .. } | Command::Submit { text, .. } => vec![Content::of(text)],
            Command::Cast { .. } => Vec::new(),
        }
    }

    fn decide(state: Option<&State>, command: &Command, occasion: &Occasion) -> Result<Vec<Event>, Refusal> {
        let dossier = occasion.evidence.find::<Dossier>(dossier_of(command))?.state;
        let Some(round) = dossier.round() else { return Err(Refusal::BodyNotReady {}) };
        let place = |member| Place {
            dossier: dossier_of(command),
            round: round.n,
            member,
            body: round.body,
            product: dossier.product,
            regulation: dossier.regulation.clone(),
            readers: round.due.iter().chain(&round.helpers).copied().collect(),
        };
        let same = |member: AccountId| state.is_none_or(|s| s.member == member && s.round == round.n && s.dossier == dossier_of(command));
        match command {
            Command::Enter { member, text, .. } => {
                let by = occasion.account();
                if occasion.actor.duty != Some(Duty::Support) || text.paper.as_ref().is_none_or(|p| p.entered_by != by) {
                    return Err(Refusal::PaperSheetIncomplete {});
                }
                due(round, *member)?;
                if !same(*member) {
                    return Err(Refusal::SheetOfAnother {});
                }
                if state.is_some_and(|s| s.sheet.is_some()) {
                    return Err(Refusal::SheetImmutable {});
                }
                check_findings(round, &text.findings, occasion)?;
                salted(&text.salt)?;
                let entered = Entered { by, text: Content::of(text).pin(), confirms: round.helpers.first().copied() };
                Ok(vec![Event::Entered { place: place(*member), entered, salt: text.salt.clone() }])
            }
            Command::Submit { member, text, .. } => {
                check_author(round, *member, text, state.and_then(|s| s.entered.as_ref()), occasion)?;
                no_conflict(*member, round, occasion)?;
                if !same(*member) {
                    return Err(Refusal::SheetOfAnother {});
                }
                if state.is_some_and(|s| s.sheet.is_some()) {
                    return Err(Refusal::SheetImmutable {});
                }
                let results = check_findings(round, &text.findings, occasion)?;
                salted(&text.salt)?;
                let sheet = Submitted {
                    text: Content::of(text).pin(),
                    results,
                    figure_confirmed: text.figure.confirmed,
                    on_paper: text.paper.is_some(),
                    levels: text.findings.iter().filter_map(|f| Some((f.code.clone(), f.level?))).collect(),
                    conditions: text.findings.iter().filter_map(|f| Some((f.code.clone(), f.until?))).collect(),
                };
                Ok(vec![Event::Submitted { place: place(*member), sheet, salt: text.salt.clone() }])
            }
            Command::Cast { votes, salt, .. } => {
                let member = occasion.account();
                may_vote(round, member)?;
                no_conflict(member, round, occasion)?;
                if !same(member) {
                    return Err(Refusal::SheetOfAnother {});
                }
                let cast = state.map_or(0, |s| s.ballots.len());
                if cast >= 1 {
                    let body = occasion.evidence.find::<Body>(round.body)?.state.established()?;
                    let own = state.map(|s| (s.member, s));
                    let sheets = sheets_of(round, occasion.evidence).into_iter().chain(own).collect();
                    let tied = tied_lines(round, body, &sheets)?;
                    if cast >= 2 || tied.is_empty() || !votes.keys().eq(tied.iter()) {
                        return Err(Refusal::NoSecondVote {});
                    }
                }
                let lines: Vec<&str> = round.lines.iter().filter(|l| l.decides == Decides::Result).map(|l| l.code.as_str()).collect();
                let unknown: Vec<String> = votes.keys().filter(|c| !lines.contains(&c.as_str())).cloned().collect();
                if !unknown.is_empty() {
                    return Err(Refusal::FindingUnknown { codes: unknown });
                }
                let missing: Vec<String> = lines.iter().filter(|c| !votes.contains_key(**c)).map(|c| (*c).to_owned()).collect();
                if cast == 0 && !missing.is_empty() {
                    return Err(Refusal::FindingsMissing { codes: missing });
                }
                salted(salt)?;
                Ok(vec![Event::Cast { place: place(member), ballot: Ballot { votes: votes.clone(), salt: salt.clone() } }])
            }
        }
    }

    fn evolve(state: Option<State>, event: &Event) -> Option<State> {
        let place = match event {
            Event::Entered { place, .. } | Event::Submitted { place, .. } | Event::Cast { place, .. } => place.clone(),
        };
        let mut s = state.unwrap_or(State {
            dossier: place.dossier,
            round: place.round,
            member: place.member,
            body: place.body,
            product: place.product,
            regulation: place.regulation,
            readers: place.readers,
            sheet: None,
            entered: None,
            ballots: Vec::new(),
        });
        match event {
            Event::Entered { entered, .. } => s.entered = Some(entered.clone()),
            Event::Submitted { sheet, .. } => s.sheet = Some(sheet.clone()),
            Event::Cast { ballot, .. } => s.ballots.push(ballot.clone()),
        }
        Some(s)
    }

    fn view(state: &State) -> View {
        View {
            regulation: Some(state.regulation.clone()),
            parent: Some(state.dossier.into()),
            product: Some(state.product),
            round: Some(state.round),
            person: Some(state.member),
            body: Some(state.body),
            open_key: Some(format!("{}/{}/{}", state.dossier, state.round, state.member)),
            ..View::default()
        }
    }
}

fn salted(salt: &Salt) -> Result<(), Refusal> {
    let text = salt.as_str();
    if text.len() >= 32 && text.bytes().all(|b| b.is_ascii_hexdigit()) { Ok(()) } else { Err(Refusal::SaltMissing {}) }
}

/// A member who owes a sheet: due and not recused.
fn due(round: &Round, member: AccountId) -> Result<(), Refusal> {
    if round.recused.contains(&member) {
        return Err(Refusal::MemberHasConflict {});
    }
    if round.due.contains(&member) { Ok(()) } else { Err(Refusal::NotEvaluator {}) }
}

/// By the member; or on paper, entered by the support team and confirmed to the letter by the
/// secretary, never the same person.
fn check_author(round: &Round, member: AccountId, text: &SheetText, entered: Option<&Entered>, occasion: &Occasion) -> Result<(), Refusal> {
    due(round, member)?;
    match (&text.paper, occasion.actor.duty) {
        (None, Some(Duty::Evaluator)) if occasion.account() == member => Ok(()),
        (None, _) => Err(Refusal::SheetOfAnother {}),
        (Some(paper), _) if paper.entered_by == occasion.account() => Err(Refusal::PaperSheetBySamePerson {}),
        (Some(paper), Some(Duty::Secretary)) if round.helpers.contains(&paper.entered_by) => match entered {
            Some(e) if e.by == paper.entered_by && e.text == Content::of(text).pin() => Ok(()),
            _ => Err(Refusal::PaperSheetNotEntered {}),
        },
        (Some(_), _) => Err(Refusal::PaperSheetIncomplete {}),
    }
}

/// A result for every applicable line but popularity, on the version's scale, with the reason
/// where not met.
pub(crate) fn check_findings(round: &Round, findings: &[Finding], occasion: &Occasion) -> Result<BTreeMap<String, bool>, Refusal> {
    let mut results = BTreeMap::new();
    let (mut unknown, mut scale, mut reason, mut level, mut condition) = (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for finding in findings {
        let code = finding.code.clone();
        let known = round.lines.iter().any(|l| l.code == code && l.decides == Decides::Result);
        if !known || results.contains_key(&code) {
            unknown.push(code);
            continue;
        }
        if finding.until.is_some_and(|until| {
            let allowed = round.lines.iter().any(|l| l.code == code && l.conditional);
            !allowed || until <= occasion.day() || occasion.regulation.scale.met(finding.mark) != Some(true)
        }) {
            condition.push(code.clone());
        }
        match occasion.regulation.scale.met(finding.mark) {
            None => scale.push(code),
            Some(met) => {
                if !met && finding.reason.is_none() {
                    reason.push(code.clone());
                }
                if finding.level.is_some_and(|l| l > 100) {
                    level.push(code.clone());
                }
                results.insert(code, met);
            }
        }
    }
    if !unknown.is_empty() {
        return Err(Refusal::FindingUnknown { codes: unknown });
    }
    if !scale.is_empty() {
        return Err(Refusal::MarkOfAnotherScale { codes: scale });
    }
    let missing: Vec<String> =
        round.lines.iter().filter(|l| l.decides == Decides::Result && !results.contains_key(&l.code)).map(|l| l.code.clone()).collect();
    if !missing.is_empty() {
        return Err(Refusal::FindingsMissing { codes: missing });
    }
    if !reason.is_empty() {
        return Err(Refusal::ReasonMissing { codes: reason });
    }
    if !level.is_empty() {
        return Err(Refusal::LevelOverHundred { codes: level });
    }
    if !condition.is_empty() {
        return Err(Refusal::ConditionNotAllowed { codes: condition });
    }
    Ok(results)
}

/// A conflict on record that nobody has looked at stops the member; which one, the secretary sees.
fn no_conflict(member: AccountId, round: &Round, occasion: &Occasion) -> Result<(), Refusal> {
    if open_conflict(member, round, occasion.evidence, occasion.day()) { Err(Refusal::MemberHasConflict {}) } else { Ok(()) }
}

fn may_vote(round: &Round, member: AccountId) -> Result<(), Refusal> {
    due(round, member)?;
    match &round.opened {
        Some(opened) if opened.present.contains(&member) => Ok(()),
        _ => Err(Refusal::NotPresent {}),
    }
}
