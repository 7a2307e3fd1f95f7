//! The checks of content, one function an act.

use super::*;
use crate::acts::NEW;
use crate::authority::{Duty, Side};
use crate::list_entry::{ListedEntry, paper};
use crate::organisation::Organisation;
use crate::outcome::BadShare;
use crate::supplement;
use std::collections::BTreeSet;

pub(super) fn decide(state: Option<&State>, command: &Command, occasion: &Occasion) -> Result<Vec<Event>, Refusal> {
    if let Command::Draft { .. } = command {
        return draft(command, occasion).map(|e| vec![e]);
    }
    if let Command::DraftReview { .. } = command {
        return draft_review(command, occasion).map(|e| vec![e]);
    }
    let Some(s) = state else {
        return Err(Refusal::WrongStage { act: Dossier::act(command), stage: NEW.to_owned() });
    };
    let event = match command {
        Command::Draft { .. } | Command::DraftReview { .. } => return Ok(Vec::new()),
        Command::Submit { application } => submit(s, application, occasion)?,
        Command::Register { incoming } => {
            incoming.check(None, occasion)?;
            Event::Registered { incoming: incoming.clone() }
        }
        Command::Assign { officer, until, remark } => {
            if *until < occasion.day() {
                return Err(Refusal::TermTooShort { date: *until });
            }
            Event::Assigned { officer: *officer, until: *until, remark: remark.as_ref().map(|text| Content::of(text).pin()) }
        }
        Command::Accept { note } => Event::Accepted { note: Content::of(note).pin() },
        Command::OpenRound { body, cut_off } => round::open(s, *body, *cut_off, occasion)?,
        Command::Invite { meeting_on, meeting_at, place, agenda } => {
            round::in_time(s, *meeting_on, occasion)?;
            let invitation = Invitation {
                meeting_on: *meeting_on,
                meeting_at: *meeting_at,
                place: Some(place.to_string()),
                issued_at: occasion.at,
                paper: paper(occasion)?,
            };
            Event::Invited { invitation, agenda: Content::of(agenda).pin() }
        }
        Command::Convene { present } => round::convene(s, present, occasion)?,
        Command::Count {} => round::counted(s, occasion)?,
        Command::SignMinutes { minutes } => return round::sign_minutes(s, minutes, occasion),
        Command::RecogniseNational {} => decided(Outcome::National, None, occasion)?,
        Command::RecognisePotential {} => decided(Outcome::Potential, None, occasion)?,
        Command::Reject { explanation } => decided(Outcome::Rejected, Some(Content::of(explanation).pin()), occasion)?,
        Command::Open { application, consent } => open(s, application.as_ref(), consent.as_ref(), occasion)?,
        Command::AskSupplement { points } => {
            let until = end_of_term(ActId::E7, occasion);
            Event::SupplementAsked { supplement: supplement::ask(&s.supplements, points, until, occasion)?, paper: paper(occasion)? }
        }
        Command::Supplement { answers } => Event::Supplemented { answered: supplement::answer(s.supplements.last(), answers, occasion)? },
        Command::Remind {} => Event::Reminded { on: occasion.day(), paper: paper(occasion)? },
        Command::Lapse { explanation } => Event::Lapsed { explanation: Content::of(explanation).pin(), paper: paper(occasion)? },
        Command::Decline { reason, explanation } => {
            if let DeclineReason::AnotherAgency { agency } = reason {
                let found = occasion.evidence.find::<Organisation>(*agency)?.state;
                if !found.exists_on(occasion.day()) || *agency == s.managing {
                    return Err(Refusal::ReceiverNotExisting { code: found.record.code.to_string() });
                }
            }
            Event::Declined { reason: reason.clone(), explanation: Content::of(explanation).pin(), paper: paper(occasion)? }
        }
        Command::AskClarification { points } => round::ask_clarification(s, points, occasion)?,
        Command::Clarify { answers } => {
            let asked = s.round().and_then(|r| r.clarifications.last());
            Event::Clarified { answered: supplement::answer(asked, answers, occasion)? }
        }
        Command::GoOn {} => Event::WentOn {},
        Command::Adjourn { reason } => round::adjourn(s, reason, occasion)?,
        Command::ConcludeReport { summary } => round::conclude_report(s, summary, occasion)?,
        Command::ChooseDenominator { denominator, source } => round::choose_denominator(s, *denominator, source, occasion)?,
        Command::DecideReview {} => {
            let outcome = s.concluded().map(|a| a.outcome).ok_or(Refusal::ReviewNotConcluded {})?;
            decided(outcome, None, occasion)?
        }
        Command::SetAside { defect, reason } => {
            Event::SetAside { defect: *defect, reason: Content::of(reason).pin(), paper: paper(occasion)? }
        }
        Command::Stop { reason } => {
            if s.recognition.is_some() && !occasion.follows {
                return Err(Refusal::ReviewStopsOtherwise {});
            }
            if s.stop_requested.is_none() && s.stage != Stage::Draft && !occasion.follows {
                return Err(Refusal::StopNotAskedFor {});
            }
            if reason.is_none() && !occasion.follows {
                return Err(Refusal::TextMissing { field: "reason".to_owned() });
            }
            Event::Stopped { reason: reason.as_ref().map(|r| Content::of(r).pin()), paper: occasion.paper.cloned() }
        }
        Command::Recheck {} => round::recheck(s)?,
        Command::Supply { application } => {
            let (share, expiries) = check_application(s, application, occasion)?;
            Event::Supplied { application: Content::of(application).pin(), share, expiries }
        }
        Command::RequestStop { letter } => {
            if s.stop_requested.is_some() {
                return Err(Refusal::StopAskedAlready {});
            }
            if s.recognition.is_some() {
                return Err(Refusal::ReviewStopsOtherwise {});
            }
            Event::StopRequested { on: occasion.day(), letter: letter.sha256 }
        }
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
            if state.entry.is_some_and(|e| e != *entry) {
                return Err(Refusal::ProductOfAnotherEntry {});
            }
            (*id, state.record.clone(), None)
        }
    };
    if by_applicant && (record.enterprise() != Some(occasion.org())) {
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
        review: None,
    })
}

/// E1 of a review: the version in effect on this day (process.md 6.6, R3).
fn draft_review(command: &Command, occasion: &Occasion) -> Result<Event, Refusal> {
    let Command::DraftReview { id, code, entry, set, product, review } = command else {
        return Err(Refusal::CommandOfAnotherKind { act: ActId::E1 });
    };
    if !crate::tracking::is_code(code.as_str()) {
        return Err(Refusal::TrackingCodeWrong {});
    }
    let (version, lines) = version_in_force(*set, occasion)?;
    let found = occasion.evidence.find::<Product>(*product)?.state;
    Ok(Event::Drafted {
        id: *id,
        code: code.to_string(),
        regulation: occasion.regulation.id.clone(),
        entry: *entry,
        set: *set,
        version,
        lines,
        product: *product,
        name: found.record.name_vi.to_string(),
        managing: found.managing.ok_or(Refusal::NotOwner {})?,
        unit: found.unit.clone(),
        applicant: found.record.enterprise(),
        purpose: review.purpose,
        what_changed: None,
        new_product: None,
        review: Some(review.clone()),
    })
}

/// E3: the product is the state's, its owner agrees in writing, or it is a review, which has what
/// it takes over.
fn open(s: &State, application: Option<&Application>, consent: Option<&Attachment>, occasion: &Occasion) -> Result<Event, Refusal> {
    let paper = paper(occasion)?;
    let consent_hash = consent.map(|c| c.sha256);
    let Some(application) = application else {
        if s.recognition.is_none() {
            return Err(Refusal::EvidenceMissing { codes: s.lines.iter().map(|l| l.code.clone()).collect() });
        }
        return Ok(Event::Opened {
            application: s.application,
            share: s.share,
            expiries: s.expiries.clone(),
            consent: consent_hash,
            paper,
        });
    };
    let product = occasion.evidence.find::<Product>(s.product)?.state;
    if product.record.enterprise().is_some() && consent.is_none() {
        return Err(Refusal::OwnerConsentMissing {});
    }
    let (share, expiries) = check_application(s, application, occasion)?;
    Ok(Event::Opened { application: Some(Content::of(application).pin()), share, expiries, consent: consent_hash, paper })
}

/// End of the day on which the term of an act ends that starts today.
pub(super) fn end_of_term(act: ActId, occasion: &Occasion) -> NaiveDate {
    occasion.due(act).map_or(occasion.day(), |due| due.on)
}

fn submit(s: &State, application: &Application, occasion: &Occasion) -> Result<Event, Refusal> {
    if application.letter.is_none() {
        return Err(Refusal::LetterMissing {});
    }
    let (share, expiries) = check_application(s, application, occasion)?;
    Ok(Event::Submitted { application: Content::of(application).pin(), share, expiries })
}

/// Evidence or "none" for every line, and a figure or the statement that there is none.
pub(super) fn check_application(
    s: &State,
    application: &Application,
    occasion: &Occasion,
) -> Result<(Option<Share>, Vec<Expiry>), Refusal> {
    let lines = &s.lines;
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
            check_figure(figure, occasion)?;
            Some(figure.share)
        }
    };
    Ok((share, expiries(application)))
}

/// A share that can be one, measured over a period that has passed.
pub(crate) fn check_figure(figure: &Figure, occasion: &Occasion) -> Result<(), Refusal> {
    figure_fault(figure, occasion.day()).map_or(Ok(()), |(_, refusal)| Err(refusal))
}

/// What cannot be in a figure on this day, with the field of it that says so: `share/numerator`, `period_to`.
pub fn figure_fault(figure: &Figure, day: NaiveDate) -> Option<(&'static str, Refusal)> {
    let impossible = |field, why: &str| Some((field, Refusal::ShareImpossible { why: why.to_owned() }));
    // Canonical JSON keeps whole numbers exactly up to 2^53 − 1 (RFC 8785).
    let numbers = [figure.share.numerator, figure.share.denominator_low, figure.share.denominator_high];
    if numbers.iter().any(|n| *n > (1 << 53) - 1) {
        return impossible("share/numerator", "share.too_large");
    }
    match figure.share.check() {
        Err(BadShare::MarketIsZero) => impossible("share/denominator_low", "share.market_is_zero"),
        Err(BadShare::LowAboveHigh) => impossible("share/denominator_high", "share.low_above_high"),
        Err(BadShare::UsersAboveMarket) => impossible("share/numerator", "share.users_above_market"),
        Ok(()) if figure.period_to < figure.period_from => {
            Some(("period_to", Refusal::DateBeforeEvent { date: figure.period_to, event: figure.period_from }))
        }
        Ok(()) if figure.period_to > day => Some(("period_to", Refusal::DateInFuture { date: figure.period_to })),
        Ok(()) => None,
    }
}
