//! The checks of content, one function an act.

use super::*;
use crate::acts::NEW;
use crate::authority::{Duty, Side};
use crate::body::{Body, free_members};
use crate::list_entry::{ListedEntry, paper};
use crate::outcome::{BadShare, assess};
use crate::product::Ownership;
use crate::regulation::Decides;
use std::collections::BTreeSet;

pub(super) fn decide(state: Option<&State>, command: &Command, occasion: &Occasion) -> Result<Vec<Event>, Refusal> {
    if let Command::Draft { .. } = command {
        return draft(command, occasion).map(|e| vec![e]);
    }
    let Some(s) = state else {
        return Err(Refusal::WrongStage { act: Dossier::act(command), stage: NEW.to_owned() });
    };
    let event = match command {
        Command::Draft { .. } => return Ok(Vec::new()),
        Command::Submit { application } => submit(s, application, occasion)?,
        Command::Register { incoming } => {
            incoming.check(None, occasion)?;
            Event::Registered { incoming: incoming.clone() }
        }
        Command::Assign { officer, until } => {
            if *until < occasion.day() {
                return Err(Refusal::TermTooShort { date: *until });
            }
            Event::Assigned { officer: *officer, until: *until }
        }
        Command::Accept { note } => Event::Accepted { note: Content::of(note).pin() },
        Command::OpenRound { body, cut_off } => open_round(s, *body, *cut_off, occasion)?,
        Command::Invite { meeting_on, agenda, .. } => {
            if *meeting_on < occasion.day() {
                return Err(Refusal::TermTooShort { date: *meeting_on });
            }
            let invitation = Invitation { meeting_on: *meeting_on, issued_at: occasion.at, paper: paper(occasion)? };
            Event::Invited { invitation, agenda: Content::of(agenda).pin() }
        }
        Command::Convene { present } => convene(s, present, occasion)?,
        Command::Count {} => {
            let round = s.round().ok_or(Refusal::BodyNotReady {})?;
            let body = occasion.evidence.find::<Body>(round.body)?.state;
            let counts = |c: &crate::body::Counters| c.dossier == s.id && c.round == round.n && c.people.contains(&occasion.account());
            if !body.counters.iter().any(counts) {
                return Err(Refusal::CountingBoardMissing {});
            }
            let tallies = count(round, body.established()?, occasion.evidence)?;
            let results = tallies.iter().map(|t| (t.code.clone(), t.met)).collect();
            Event::Counted { tallies, results }
        }
        Command::SignMinutes { minutes } => return sign_minutes(s, minutes, occasion),
        Command::RecogniseNational {} => decided(Outcome::National, None, occasion)?,
        Command::RecognisePotential {} => decided(Outcome::Potential, None, occasion)?,
        Command::Reject { explanation } => decided(Outcome::Rejected, Some(Content::of(explanation).pin()), occasion)?,
    };
    Ok(vec![event])
}

fn decided(outcome: Outcome, explanation: Option<Pin>, occasion: &Occasion) -> Result<Event, Refusal> {
    Ok(Event::Decided { outcome, explanation, paper: paper(occasion)? })
}

fn draft(command: &Command, occasion: &Occasion) -> Result<Event, Refusal> {
    let Command::Draft { id, code, entry, set, product, what_changed } = command else {
        return Err(Refusal::CommandOfAnotherKind { act: ActId::E1 });
    };
    if !crate::tracking::is_code(code.as_str()) {
        return Err(Refusal::TrackingCodeWrong {});
    }
    let listed = ListedEntry::of(occasion, *entry)?;
    let (version, lines) = version_in_force(*set, occasion)?;
    if occasion.evidence.find::<CriteriaSet>(*set)?.state.entry != *entry {
        return Err(Refusal::ProductOfAnotherEntry {});
    }
    let by_applicant = occasion.actor.duty.map(Duty::side) == Some(Side::Applicant);
    if by_applicant && !occasion.regulation.enterprise_door {
        return Err(Refusal::EnterpriseDoorClosed {});
    }
    let (product_id, record, new_product) = match product {
        ProductRef::New { id, record } => (*id, record.clone(), Some(record.clone())),
        ProductRef::Existing { id } => {
            let state = existing_product(*id, occasion)?;
            if state.entry != *entry {
                return Err(Refusal::ProductOfAnotherEntry {});
            }
            (*id, state.record.clone(), None)
        }
    };
    if by_applicant && (record.owner != occasion.org() || record.ownership != Ownership::Enterprise) {
        return Err(Refusal::NotOwner {});
    }
    let rejected = occasion
        .evidence
        .all::<Dossier>()
        .any(|d| d.state.product == product_id && matches!(d.state.decision, Some((Outcome::Rejected, _))));
    if rejected && what_changed.is_none() {
        return Err(Refusal::RejectedBefore {});
    }
    Ok(Event::Drafted {
        id: *id,
        code: code.to_string(),
        regulation: occasion.regulation.id.clone(),
        entry: *entry,
        set: *set,
        version,
        lines,
        product: product_id,
        name: record.name_vi.to_string(),
        managing: listed.managing,
        unit: listed.unit,
        applicant: by_applicant.then(|| occasion.org()),
        purpose: Purpose::First,
        what_changed: what_changed.as_ref().map(|t| Content::of(t).pin()),
        new_product,
    })
}

fn submit(s: &State, application: &Application, occasion: &Occasion) -> Result<Event, Refusal> {
    let lines = &s.lines;
    if application.letter.is_none() {
        return Err(Refusal::LetterMissing {});
    }
    let codes: BTreeSet<&String> = lines.iter().filter(|l| l.decides == Decides::Result).map(|l| &l.code).collect();
    let answered = |code: &String| match application.evidence.get(code) {
        Some(LineEvidence::Files { files, .. }) => !files.is_empty(),
        Some(LineEvidence::None { .. }) => true,
        None => false,
    };
    let missing: Vec<String> = codes.iter().filter(|c| !answered(c)).map(|c| (*c).clone()).collect();
    if !missing.is_empty() {
        return Err(Refusal::EvidenceMissing { codes: missing });
    }
    let known = |code: &String| lines.iter().any(|l| l.code == *code);
    let unknown: Vec<String> = application.evidence.keys().filter(|c| !known(c)).cloned().collect();
    if !unknown.is_empty() {
        return Err(Refusal::EvidenceForUnknownLine { codes: unknown });
    }
    let share = match &application.figure {
        None => return Err(Refusal::FigureMissing {}),
        Some(FigureClaim::NotCounted { .. }) => None,
        Some(FigureClaim::Counted { figure }) => {
            let why = |bad: BadShare| match bad {
                BadShare::MarketIsZero => "share.market_is_zero",
                BadShare::LowAboveHigh => "share.low_above_high",
                BadShare::UsersAboveMarket => "share.users_above_market",
            };
            // Canonical JSON keeps whole numbers exactly up to 2^53 − 1 (RFC 8785).
            let numbers = [figure.share.numerator, figure.share.denominator_low, figure.share.denominator_high];
            if numbers.iter().any(|n| *n > (1 << 53) - 1) {
                return Err(Refusal::ShareImpossible { why: "share.too_large".to_owned() });
            }
            figure.share.check().map_err(|bad| Refusal::ShareImpossible { why: why(bad).to_owned() })?;
            if figure.period_to < figure.period_from {
                return Err(Refusal::DateBeforeEvent { date: figure.period_to, event: figure.period_from });
            }
            if figure.period_to > occasion.day() {
                return Err(Refusal::DateInFuture { date: figure.period_to });
            }
            Some(figure.share)
        }
    };
    Ok(Event::Submitted { application: Content::of(application).pin(), share })
}

/// Freezes version, application and figure; refuses while a declaration for this product is
/// missing or the free members are no quorum.
fn open_round(s: &State, body: BodyId, cut_off: NaiveDate, occasion: &Occasion) -> Result<Event, Refusal> {
    let found = occasion.evidence.find::<Body>(body)?.state;
    if found.managing != s.managing || occasion.evidence.stage(body) != Some("B.ready") {
        return Err(Refusal::BodyNotReady {});
    }
    if cut_off > occasion.day() {
        return Err(Refusal::DateInFuture { date: cut_off });
    }
    let established = found.established()?;
    let product = occasion.evidence.find::<Product>(s.product)?.state;
    if product.self_managed() {
        if found.unit == product.unit {
            return Err(Refusal::SameUnitProposesAndEvaluates {});
        }
        if established.members.iter().all(|m| m.organisation == s.managing) {
            return Err(Refusal::OutsideMemberMissing {});
        }
    }
    let due = free_members(found, Some(s.product), occasion)?;
    let needed = established.quorum(due.len());
    if due.len() < needed {
        return Err(Refusal::QuorumImpossible { needed: needed as u32, found: due.len() as u32 });
    }
    let recused = established.members.iter().map(|m| m.person).filter(|p| !due.contains(p)).collect();
    let application = s.application.ok_or(Refusal::LetterMissing {})?;
    Ok(Event::RoundOpened {
        round: Round {
            n: s.rounds.len() as u32 + 1,
            body,
            set: s.version.clone(),
            lines: s.lines.clone(),
            application,
            share: s.share,
            cut_off,
            opened_on: occasion.day(),
            due,
            recused,
            chair: established.chair,
            helpers: established.helpers(),
            invitation: None,
            opened: None,
            results: None,
            signatures: Vec::new(),
            assessment: None,
        },
    })
}

/// Quorum of members present and not recused; the vice-chair only for an absent or recused chair.
fn convene(s: &State, present: &[AccountId], occasion: &Occasion) -> Result<Event, Refusal> {
    let round = s.round().ok_or(Refusal::BodyNotReady {})?;
    let found = occasion.evidence.find::<Body>(round.body)?;
    if Body::stage(found.state) != "B.ready" {
        return Err(Refusal::BodyNotReady {});
    }
    let body = found.state.established()?;
    let distinct: BTreeSet<AccountId> = present.iter().copied().collect();
    if distinct.len() != present.len() || present.iter().any(|p| !body.is_member(*p)) {
        return Err(Refusal::NotMember {});
    }
    if present.iter().any(|p| round.recused.contains(p)) {
        return Err(Refusal::MemberHasConflict {});
    }
    let by = occasion.account();
    if occasion.actor.duty == Some(Duty::ViceChair) && present.contains(&body.chair) {
        return Err(Refusal::ViceChairNotEntitled {});
    }
    if !present.contains(&by) {
        return Err(Refusal::NotPresent {});
    }
    let needed = body.quorum(present.len());
    if present.len() < needed {
        return Err(Refusal::QuorumMissing { needed: needed as u32, found: present.len() as u32 });
    }
    Ok(Event::Convened { opened: Opened { at: occasion.at, by, present: present.to_vec() } })
}

/// Two persons sign the same minutes; the second signature concludes the round.
fn sign_minutes(s: &State, minutes: &Minutes, occasion: &Occasion) -> Result<Vec<Event>, Refusal> {
    let round = s.round().ok_or(Refusal::BodyNotReady {})?;
    let results = round.results.as_ref().ok_or(Refusal::VotesMissing { missing: 0 })?;
    let body = occasion.evidence.find::<Body>(round.body)?.state.established()?;
    let opened = round.opened.as_ref().ok_or(Refusal::BodyNotReady {})?;
    let by = occasion.account();
    let pin = Content::of(minutes).pin();
    if minutes.held_on != crate::time::legal_date(opened.at) {
        return Err(Refusal::DateBeforeEvent { date: minutes.held_on, event: crate::time::legal_date(opened.at) });
    }
    let absent: BTreeSet<AccountId> = body.members.iter().map(|m| m.person).filter(|p| !opened.present.contains(p)).collect();
    if absent != minutes.absent.iter().map(|a| a.member).collect() {
        return Err(Refusal::MinutesDiffer {});
    }
    // The secretary, and whoever chaired the meeting: one signature each.
    if by != body.secretary && by != opened.by {
        return Err(Refusal::NotPresent {});
    }
    if round.signatures.iter().any(|sig| sig.by == by) {
        return Err(Refusal::SignedAlready {});
    }
    if round.signatures.iter().any(|sig| sig.minutes != pin) {
        return Err(Refusal::MinutesDiffer {});
    }
    let missing: Vec<String> =
        round.lines.iter().filter(|l| l.decides == Decides::Result && !results.contains_key(&l.code)).map(|l| l.code.clone()).collect();
    if !missing.is_empty() {
        return Err(Refusal::FindingsMissing { codes: missing });
    }
    let mut events = vec![Event::MinutesSigned { signature: MinutesSignature { by, minutes: pin } }];
    if !round.signatures.is_empty() {
        events.push(Event::Concluded { assessment: assess(occasion.regulation.rule(), &round.lines, results, round.share) });
    }
    Ok(events)
}
