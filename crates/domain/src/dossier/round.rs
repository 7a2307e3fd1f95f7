//! The acts of a round: opened with everything frozen, clarified, met over, broken off, counted
//! or reported, concluded.

use super::decide::end_of_term;
use super::*;
use crate::body::{Body, Form, free_members};
use crate::list_entry::paper;
use crate::outcome::assess;
use crate::supplement;
use std::collections::BTreeSet;

/// Freezes version, application and figure; refuses while a declaration for this product is
/// missing or the free members are no quorum.
pub(super) fn open(s: &State, body: BodyId, cut_off: NaiveDate, occasion: &Occasion) -> Result<Event, Refusal> {
    let found = occasion.evidence.find::<Body>(body)?.state;
    let hired = found.form == Form::HiredUnit;
    if found.managing != s.managing || occasion.evidence.stage(body) != Some(if hired { "B.contracted" } else { "B.ready" }) {
        return Err(Refusal::BodyNotReady {});
    }
    // The secretary opens a council's round, the agency's officer that of a hired unit.
    if hired != (occasion.actor.duty == Some(Duty::ManagingOfficer)) {
        return Err(Refusal::NotForThisForm { form: found.form.name().to_owned() });
    }
    if cut_off > occasion.day() {
        return Err(Refusal::DateInFuture { date: cut_off });
    }
    let product = occasion.evidence.find::<Product>(s.product)?.state;
    if product.self_managed() && found.unit == product.unit {
        return Err(Refusal::SameUnitProposesAndEvaluates {});
    }
    let owner = product.record.enterprise();
    let mut parties: Vec<OrganisationId> = owner.into_iter().chain(s.applicant).collect();
    parties.sort_unstable();
    parties.dedup();
    let staff =
        if hired { Staff::hired(found, &parties, occasion)? } else { Staff::of(found, s.product, product.self_managed(), occasion)? };
    let application = s.application.ok_or(Refusal::LetterMissing {})?;
    Ok(Event::RoundOpened {
        round: Round {
            n: s.rounds.len() as u32 + 1,
            body,
            set: s.version.clone(),
            lines: s.lines_in_scope(),
            application,
            share: s.share,
            cut_off,
            opened_on: occasion.day(),
            due: staff.due,
            recused: staff.recused,
            chair: staff.chair,
            helpers: staff.helpers,
            invitation: None,
            opened: None,
            results: None,
            tallies: Vec::new(),
            carried: s.carried.clone(),
            form: found.form,
            hired_unit: staff.hired_unit,
            parties,
            sittings: Vec::new(),
            clarifications: Vec::new(),
            conditions: BTreeMap::new(),
            choices: Vec::new(),
            end: None,
            signatures: Vec::new(),
            assessment: None,
        },
    })
}

/// Who works in a round.
struct Staff {
    due: Vec<AccountId>,
    recused: Vec<AccountId>,
    chair: AccountId,
    helpers: Vec<AccountId>,
    hired_unit: Option<OrganisationId>,
}

impl Staff {
    /// Members who declared for this product and are no party to it, enough for a quorum; one of
    /// them from outside where the agency judges its own (case 14).
    fn of(body: &crate::body::State, product: ProductId, self_managed: bool, occasion: &Occasion) -> Result<Staff, Refusal> {
        let established = body.established()?;
        if self_managed && established.members.iter().all(|m| m.organisation == body.managing) {
            return Err(Refusal::OutsideMemberMissing {});
        }
        let due = free_members(body, Some(product), occasion)?;
        let recused: Vec<AccountId> = established.members.iter().map(|m| m.person).filter(|p| !due.contains(p)).collect();
        let needed = established.quorum(due.len(), recused.len());
        if due.len() < needed {
            return Err(Refusal::QuorumImpossible { needed: needed as u32, found: due.len() as u32 });
        }
        Ok(Staff { due, recused, chair: established.chair, helpers: established.helpers(), hired_unit: None })
    }

    /// A hired unit has no members here, no quorum and no vote; it is no party (case 15).
    fn hired(body: &crate::body::State, parties: &[OrganisationId], occasion: &Occasion) -> Result<Staff, Refusal> {
        let contract = body.contract.as_ref().ok_or(Refusal::BodyNotReady {})?;
        if parties.contains(&contract.unit) || contract.conflicts.iter().any(|c| parties.contains(c)) {
            return Err(Refusal::HiredUnitNotIndependent {});
        }
        let by = occasion.account();
        Ok(Staff { due: Vec::new(), recused: Vec::new(), chair: by, helpers: vec![by], hired_unit: Some(contract.unit) })
    }
}

/// Members have the days of the rules of work between invitation and meeting: what comes later could not be held.
pub(super) fn in_time(s: &State, meeting_on: NaiveDate, occasion: &Occasion) -> Result<(), Refusal> {
    if meeting_on < occasion.day() {
        return Err(Refusal::TermTooShort { date: meeting_on });
    }
    let round = s.round().ok_or(Refusal::BodyNotReady {})?;
    let needed = u32::from(occasion.evidence.find::<Body>(round.body)?.state.established()?.rules.invite_days);
    let found = occasion.calendar.working_days_between(occasion.day(), meeting_on) as u32;
    let first = occasion.calendar.after_working_days(occasion.day(), needed);
    if found < needed { Err(Refusal::InvitationTooLate { needed, found, first }) } else { Ok(()) }
}

/// Quorum of members present and not recused; the vice-chair only for an absent or recused chair.
pub(super) fn convene(s: &State, present: &[AccountId], occasion: &Occasion) -> Result<Event, Refusal> {
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
    let needed = body.quorum(present.len(), round.recused.len());
    if present.len() < needed {
        return Err(Refusal::QuorumMissing { needed: needed as u32, found: present.len() as u32 });
    }
    Ok(Event::Convened { opened: Opened { at: occasion.at, by, present: present.to_vec() } })
}

/// Two persons sign the same minutes; the second signature concludes the round.
pub(super) fn sign_minutes(s: &State, minutes: &Minutes, occasion: &Occasion) -> Result<Vec<Event>, Refusal> {
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
    let missing: Vec<String> = undecided(round, results);
    if !missing.is_empty() {
        return Err(Refusal::FindingsMissing { codes: missing });
    }
    let mut events = vec![Event::MinutesSigned { signature: MinutesSignature { by, minutes: pin } }];
    if !round.signatures.is_empty() {
        events.push(Event::Concluded { assessment: assess(occasion.regulation.rule(), &s.lines, &round.all_results(), round.share) });
    }
    Ok(events)
}

/// The counting board counts; the results are the round's.
pub(super) fn counted(s: &State, occasion: &Occasion) -> Result<Event, Refusal> {
    let round = s.round().ok_or(Refusal::BodyNotReady {})?;
    let body = occasion.evidence.find::<Body>(round.body)?.state;
    let counts = |c: &crate::body::Counters| c.dossier == s.id && c.round == round.n && c.people.contains(&occasion.account());
    if !body.counters.iter().any(counts) {
        return Err(Refusal::CountingBoardMissing {});
    }
    let tallies = count(round, body.established()?, occasion.evidence, occasion.day())?;
    let results: BTreeMap<String, bool> = tallies.iter().map(|t| (t.code.clone(), t.met)).collect();
    let conditions =
        conditions_of(sheets_of(round, occasion.evidence).values().filter_map(|s| s.sheet.as_ref()).map(|s| &s.conditions), &results);
    Ok(Event::Counted { tallies, results, conditions })
}

/// The earliest date that anybody set on a line that was found met.
fn conditions_of<'a>(
    all: impl Iterator<Item = &'a BTreeMap<String, NaiveDate>>,
    results: &BTreeMap<String, bool>,
) -> BTreeMap<String, NaiveDate> {
    let mut earliest: BTreeMap<String, NaiveDate> = BTreeMap::new();
    for (code, until) in all.flatten().filter(|(code, _)| results.get(*code) == Some(&true)) {
        let day = earliest.entry(code.clone()).or_insert(*until);
        *day = (*day).min(*until);
    }
    earliest
}

/// E12: points for the applicant; the clock of the sheets stands still meanwhile.
pub(super) fn ask_clarification(s: &State, points: &[Point], occasion: &Occasion) -> Result<Event, Refusal> {
    let round = s.round().ok_or(Refusal::BodyNotReady {})?;
    // A hired unit's questions are the agency's letter, a council's its chair's.
    if round.hired() != (occasion.actor.duty == Some(Duty::ManagingUnitHead)) {
        return Err(Refusal::NotForThisForm { form: round.form.name().to_owned() });
    }
    let until = end_of_term(ActId::E13, occasion);
    Ok(Event::ClarificationAsked { clarification: supplement::ask(&[], points, until, occasion)?, paper: paper(occasion)? })
}

/// E17: by whoever chairs the meeting.
pub(super) fn adjourn(s: &State, reason: &Prose, occasion: &Occasion) -> Result<Event, Refusal> {
    match s.round().and_then(|r| r.opened.as_ref()) {
        Some(opened) if opened.by == occasion.account() => Ok(Event::Adjourned { reason: Content::of(reason).pin() }),
        _ => Err(Refusal::NotPresent {}),
    }
}

/// E20: the hired unit's report concludes, without quorum and vote.
pub(super) fn conclude_report(s: &State, summary: &Prose, occasion: &Occasion) -> Result<Event, Refusal> {
    let round = s.round().filter(|r| r.hired()).ok_or(Refusal::NotForThisForm { form: "council".to_owned() })?;
    let body = occasion.evidence.find::<Body>(round.body)?.state;
    let report = body.report.as_ref().filter(|r| r.dossier == s.id && r.round == round.n).ok_or(Refusal::ReportNotAccepted {})?;
    let missing: Vec<String> = undecided(round, &report.results);
    if !missing.is_empty() {
        return Err(Refusal::FindingsMissing { codes: missing });
    }
    if round.share.is_some() && !report.figure_confirmed {
        return Err(Refusal::FigureNotConfirmed {});
    }
    let all: BTreeMap<String, bool> = round.carried.iter().chain(&report.results).map(|(c, met)| (c.clone(), *met)).collect();
    let conditions = conditions_of(std::iter::once(&report.conditions), &report.results);
    let assessment = assess(occasion.regulation.rule(), &s.lines, &all, round.share);
    Ok(Event::ReportConcluded { results: report.results.clone(), conditions, summary: Content::of(summary).pin(), assessment })
}

fn undecided(round: &Round, results: &BTreeMap<String, bool>) -> Vec<String> {
    let without = |l: &&Line| l.decides == Decides::Result && !results.contains_key(&l.code);
    round.lines.iter().filter(without).map(|l| l.code.clone()).collect()
}

/// E21: a denominator within the interval, with its source; chair and secretary sign the same, or
/// the hired unit alone. The measured interval stays beside it.
pub(super) fn choose_denominator(s: &State, denominator: u64, source: &Prose, occasion: &Occasion) -> Result<Event, Refusal> {
    let round = s.round().ok_or(Refusal::BodyNotReady {})?;
    let share = round.share.ok_or(Refusal::FigureMissing {})?;
    if denominator < share.denominator_low || denominator > share.denominator_high {
        return Err(Refusal::DenominatorOutside {});
    }
    let (by, source) = (occasion.account(), Content::of(source).pin());
    let secretary = round.helpers.first().copied();
    let chair = round.opened.as_ref().map(|o| o.by);
    let entitled = match occasion.actor.duty {
        Some(Duty::HiredUnit) => round.hired(),
        _ => !round.hired() && (Some(by) == secretary || Some(by) == chair),
    };
    if !entitled {
        return Err(Refusal::NotPresent {});
    }
    if round.choices.iter().any(|c| c.by == by) {
        return Err(Refusal::SignedAlready {});
    }
    if round.choices.iter().any(|c| c.denominator != denominator || c.source != source) {
        return Err(Refusal::ChoicesDiffer {});
    }
    let complete = round.hired() || !round.choices.is_empty();
    let chosen = Share { denominator_low: denominator, denominator_high: denominator, ..share };
    let assessment = complete.then(|| assess(occasion.regulation.rule(), &s.lines, &round.all_results(), Some(chosen)));
    Ok(Event::DenominatorChosen { choice: Choice { by, denominator, source }, assessment })
}

/// E28: the unmet lines are looked at again, the others go on as concluded.
pub(super) fn recheck(s: &State) -> Result<Event, Refusal> {
    let round = s.round().ok_or(Refusal::ReviewNotConcluded {})?;
    let assessment = round.assessment.as_ref().ok_or(Refusal::ReviewNotConcluded {})?;
    let carried = round.all_results().into_iter().filter(|(_, met)| *met).collect();
    Ok(Event::Rechecked { scope: assessment.unmet.clone(), carried })
}
