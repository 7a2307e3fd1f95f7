//! Guards of the ACTS table: pure questions about state and evidence, without the command's
//! content, so that "what may I do, and why not" and `decide` ask the same code.

use crate::acts::{Who, leaving};
use crate::authority::Side;
use crate::body::{Body, Form};
use crate::change_proposal::ChangeProposal;
use crate::criteria_set::CriteriaSet;
use crate::document::Document;
use crate::dossier::{Dossier, Purpose};
use crate::machine::{Machine, State};
use crate::objection::Objection;
use crate::occasion::Occasion;
use crate::opinion::Opinion;
use crate::outcome::Outcome;
use crate::publication::Publication;
use crate::recognition::{self, Class, Recognition};
use crate::refusal::Refusal;
use crate::supplement;
use crate::time::legal_date;

/// A named guard; `guard-<id>` in the texts explains it.
#[derive(Debug, Clone, Copy)]
pub struct Guard {
    pub id: &'static str,
    pub holds: fn(Option<&State>, &Occasion) -> Result<(), Refusal>,
}

const fn guard(id: &'static str, holds: fn(Option<&State>, &Occasion) -> Result<(), Refusal>) -> Guard {
    Guard { id, holds }
}

/// New records pin a version that takes effect on or before this day; its status may be unknown.
pub const REGULATION_EFFECTIVE: Guard = guard("regulation_effective", |_, occasion| {
    let (regulation, day) = (occasion.regulation, occasion.day());
    if regulation.effective_on(day) {
        return Ok(());
    }
    Err(Refusal::RegulationNotEffective { regulation: regulation.id.clone(), day })
});

/// The focal agency has answered, or its term has passed (cases 6 and 7).
pub const FOCAL_AGENCY_ANSWERED: Guard = guard("focal_agency_answered", |state, occasion| {
    let Some(version) = state.and_then(CriteriaSet::of).and_then(|s| s.working()) else { return Ok(()) };
    let Some(sent) = &version.consultation else { return Ok(()) };
    let answered = occasion
        .evidence
        .all::<Opinion>()
        .any(|o| o.state.version == version.n && o.state.draft == sent.draft && o.state.organisation == sent.focal);
    if answered || occasion.day() > sent.until {
        return Ok(());
    }
    Err(Refusal::FocalAgencyStillHasTime { until: sent.until })
});

/// Establishing by decision is for councils and expert groups.
pub const COUNCIL_OR_GROUP: Guard = guard("council_or_group", |state, _| match state.and_then(Body::of) {
    Some(body) if body.form == Form::HiredUnit => Err(Refusal::NotForThisForm { form: body.form.name().to_owned() }),
    _ => Ok(()),
});

/// The invitation was issued at least the days of the rules of work before.
pub const INVITED_IN_TIME: Guard = guard("invited_in_time", |state, occasion| {
    let Some(round) = state.and_then(Dossier::of).and_then(|d| d.round()) else { return Ok(()) };
    let Some(invitation) = &round.invitation else { return Err(Refusal::InvitationMissing {}) };
    let rules = &occasion.evidence.find::<Body>(round.body)?.state.established()?.rules;
    let found = occasion.calendar.working_days_between(legal_date(invitation.issued_at), occasion.day()) as u32;
    let needed = u32::from(rules.invite_days);
    if found < needed {
        let first = occasion.calendar.after_working_days(legal_date(invitation.issued_at), needed);
        return Err(Refusal::InvitationTooLate { needed, found, first });
    }
    if occasion.day() < invitation.meeting_on {
        return Err(Refusal::DateBeforeEvent { date: occasion.day(), event: invitation.meeting_on });
    }
    Ok(())
});

pub const FIRST_RECOGNITION: Guard = guard("first_recognition", |state, _| match state.and_then(Dossier::of) {
    Some(dossier) if dossier.purpose != Purpose::First => Err(Refusal::PurposeIsReview {}),
    _ => Ok(()),
});

fn outcome_is(state: Option<&State>, wanted: Outcome) -> Result<(), Refusal> {
    match state.and_then(Dossier::of).and_then(|d| d.concluded()) {
        Some(assessment) if assessment.outcome != wanted => Err(Refusal::OutcomeIsAnother { outcome: assessment.outcome }),
        _ => Ok(()),
    }
}

pub const OUTCOME_NATIONAL: Guard = guard("outcome_national", |state, _| outcome_is(state, Outcome::National));
pub const OUTCOME_POTENTIAL: Guard = guard("outcome_potential", |state, _| outcome_is(state, Outcome::Potential));
pub const OUTCOME_REJECTED: Guard = guard("outcome_rejected", |state, _| outcome_is(state, Outcome::Rejected));

pub const BETWEEN_EDITIONS: Guard = guard("between_editions", |_, occasion| {
    if occasion.follows || occasion.regulation.publish_between_editions { Ok(()) } else { Err(Refusal::BetweenEditionsNotAllowed {}) }
});

fn step_on(on: bool, step: &str) -> Result<(), Refusal> {
    if on { Ok(()) } else { Err(Refusal::StepSwitchedOff { step: step.to_owned() }) }
}

pub const STEP_SUBMISSION: Guard = guard("step_submission", |_, o| step_on(o.regulation.paper.submission, "D2"));
pub const STEP_INITIAL: Guard = guard("step_initial", |_, o| step_on(o.regulation.paper.initial, "D3"));
pub const STEP_FORM_CHECK: Guard = guard("step_form_check", |_, o| step_on(o.regulation.paper.form_check, "D4"));
pub const STEP_AGENCY_SIGNATURE: Guard = guard("step_agency_signature", |_, o| step_on(o.regulation.paper.agency_signature, "D8"));

fn stage_is(state: Option<&State>, stages: &[&str], step: &str) -> Result<(), Refusal> {
    match state {
        Some(s) if !stages.contains(&Document::of(s).map_or("", Document::stage)) => Err(Refusal::StepMissing { step: step.to_owned() }),
        _ => Ok(()),
    }
}

pub const INITIALLED_IF_NEEDED: Guard =
    guard("initialled_if_needed", |state, o| if o.regulation.paper.initial { stage_is(state, &["D.initialled"], "D3") } else { Ok(()) });

/// All steps that are switched on are done before signing.
pub const STEPS_DONE: Guard = guard("steps_done", |state, o| {
    let steps = o.regulation.paper;
    if steps.form_check {
        stage_is(state, &["D.checked"], "D4")
    } else if steps.initial {
        stage_is(state, &["D.initialled", "D.checked"], "D3")
    } else if steps.submission {
        stage_is(state, &["D.submitted", "D.initialled", "D.checked"], "D2")
    } else {
        Ok(())
    }
});

pub const SEALED_IF_NEEDED: Guard =
    guard("sealed_if_needed", |state, o| if o.regulation.paper.agency_signature { stage_is(state, &["D.sealed"], "D8") } else { Ok(()) });

/// Establishing is for councils and groups; selecting for the hired unit.
pub const HIRED_FORM: Guard = guard("hired_form", |state, _| match state.and_then(Body::of) {
    Some(body) if body.form != Form::HiredUnit => Err(Refusal::NotForThisForm { form: body.form.name().to_owned() }),
    _ => Ok(()),
});

/// The asked side let its term pass, was reminded, and let that pass too (cases 4 and 5).
pub const SUPPLEMENT_OVERDUE: Guard = guard("supplement_overdue", |state, occasion| match state {
    Some(State::ListEntry(s)) => s.supplements.last().map_or(Ok(()), |asked| supplement::overdue(asked, "list_entry.remind", occasion)),
    Some(State::Dossier(s)) => s.supplements.last().map_or(Ok(()), |asked| supplement::overdue(asked, "dossier.remind", occasion)),
    _ => Ok(()),
});

/// The term of the answer has passed.
pub const ANSWER_OVERDUE: Guard = guard("answer_overdue", |state, occasion| {
    let until = match state {
        Some(State::ListEntry(s)) => s.supplements.last().map(|a| a.until),
        Some(State::Dossier(s)) if Dossier::stage(s) == "E.clarifying" => s.round().and_then(|r| r.clarifications.last()).map(|a| a.until),
        Some(State::Dossier(s)) => s.supplements.last().map(|a| a.until),
        _ => None,
    };
    until.map_or(Ok(()), |until| supplement::answer_due(until, occasion))
});

/// Comments on a change proposal are still taken.
pub const COMMENT_PERIOD_OVER: Guard = guard("comment_period_over", |state, occasion| match state.and_then(ChangeProposal::of) {
    Some(s) => supplement::answer_due(s.until, occasion),
    None => Ok(()),
});

/// The hired unit's report was accepted (B13).
pub const REPORT_ACCEPTED: Guard = guard("report_accepted", |state, occasion| {
    let Some(round) = state.and_then(Dossier::of).and_then(|d| d.round()) else { return Ok(()) };
    match occasion.evidence.stage(round.body) {
        Some("B.accepted") | None => Ok(()),
        Some(_) => Err(Refusal::ReportNotAccepted {}),
    }
});

pub const OUTCOME_UNDETERMINED: Guard = guard("outcome_undetermined", |state, _| outcome_is(state, Outcome::Undetermined));

/// Every objection to the dossier has its answer (case 21).
pub const OBJECTIONS_ANSWERED: Guard = guard("objections_answered", |state, occasion| {
    let Some(dossier) = state.and_then(Dossier::of) else { return Ok(()) };
    let open = occasion.evidence.all::<Objection>().filter(|o| o.state.on == dossier.id.into() && o.state.answer.is_none()).count() as u32;
    if open == 0 { Ok(()) } else { Err(Refusal::ObjectionsOpen { open }) }
});

fn on_recognition(state: Option<&State>, holds: impl Fn(&recognition::State) -> Result<(), Refusal>) -> Result<(), Refusal> {
    state.and_then(Recognition::of).map_or(Ok(()), holds)
}

/// Due, or within the days before.
pub const REVIEW_DUE: Guard = guard("review_due", |state, occasion| {
    on_recognition(state, |s| match recognition::review_opens_on(s, occasion) {
        Some(from) if occasion.day() < from => Err(Refusal::ReviewNotDue { from }),
        Some(_) => Ok(()),
        None => Err(Refusal::ReviewNotSet {}),
    })
});

fn review_says(state: Option<&State>, fits: impl Fn(Outcome, Class) -> bool) -> Result<(), Refusal> {
    on_recognition(state, |s| match s.concluded() {
        None => Err(Refusal::ReviewNotConcluded {}),
        Some(outcome) if fits(outcome, s.class) => Ok(()),
        Some(outcome) => Err(Refusal::OutcomeIsAnother { outcome }),
    })
}

pub const REVIEW_SAYS_SAME: Guard = guard("review_says_same", |state, _| review_says(state, |outcome, class| outcome == class.outcome()));
pub const REVIEW_SAYS_LESS: Guard = guard("review_says_less", |state, _| {
    review_says(state, |outcome, class| outcome != Outcome::Undetermined && outcome < class.outcome())
});
pub const REVIEW_SAYS_REJECTED: Guard =
    guard("review_says_rejected", |state, _| review_says(state, |outcome, _| outcome == Outcome::Rejected));
pub const REVIEW_SAYS_POTENTIAL: Guard =
    guard("review_says_potential", |state, _| review_says(state, |outcome, _| outcome == Outcome::Potential));
pub const REVIEW_SAYS_NATIONAL: Guard =
    guard("review_says_national", |state, _| review_says(state, |outcome, _| outcome == Outcome::National));

pub const REVIEW_NOT_CONCLUDED: Guard = guard("review_not_concluded", |state, _| {
    on_recognition(state, |s| s.concluded().map_or(Ok(()), |outcome| Err(Refusal::OutcomeIsAnother { outcome })))
});

fn class_is(state: Option<&State>, class: Class) -> Result<(), Refusal> {
    on_recognition(state, |s| if s.class == class { Ok(()) } else { Err(Refusal::ClassIsAnother {}) })
}

pub const CLASS_IS_NATIONAL: Guard = guard("class_is_national", |state, _| class_is(state, Class::National));
pub const CLASS_IS_POTENTIAL: Guard = guard("class_is_potential", |state, _| class_is(state, Class::Potential));

/// Time to cure is given once in a review.
pub const ONCE_PER_REVIEW: Guard = guard("once_per_review", |state, _| {
    on_recognition(state, |s| if s.review.as_ref().is_some_and(|r| r.remediated) { Err(Refusal::RemediatedAlready {}) } else { Ok(()) })
});

/// The holder was asked, and answered or let its term pass.
pub const HOLDER_HEARD: Guard = guard("holder_heard", |state, occasion| on_recognition(state, |s| recognition::heard(s, occasion)));

pub const HEARING_OPEN: Guard = guard("hearing_open", |state, _| {
    on_recognition(state, |s| match &s.hearing {
        Some(h) if h.opinion.is_none() => Ok(()),
        _ => Err(Refusal::NoHearingOpen {}),
    })
});

/// What the entry says has lost its ground (P7).
pub const GROUND_HAS_ENDED: Guard = guard("ground_has_ended", |state, _| match state.and_then(Publication::of) {
    Some(p) if p.closing.is_none() => Err(Refusal::GroundStillPresent {}),
    _ => Ok(()),
});

/// The step that waits is the actor's side's.
pub const STEP_IS_OURS: Guard = guard("step_is_ours", |state, occasion| {
    let (Some(state), Some(duty)) = (state, occasion.actor.duty) else { return Ok(()) };
    let side_of = |row: &crate::acts::Act| match row.who {
        Who::OneOf(duties) | Who::Each(duties) => duties.iter().any(|d| d.side() == duty.side()),
        Who::OfIssuing(_) => duty.side() == Side::Managing,
        _ => false,
    };
    if leaving(state.stage()).any(|row| row.task && side_of(row)) { Ok(()) } else { Err(Refusal::StepOfAnother {}) }
});
