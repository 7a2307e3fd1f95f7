//! Guards of the ACTS table: pure questions about state and evidence, without the command's
//! content, so that "what may I do, and why not" and `decide` ask the same code.

use crate::body::{Body, Form};
use crate::criteria_set::CriteriaSet;
use crate::document::Document;
use crate::dossier::{Dossier, Purpose};
use crate::machine::{Machine, State};
use crate::occasion::Occasion;
use crate::opinion::Opinion;
use crate::outcome::Outcome;
use crate::refusal::Refusal;
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
        return Err(Refusal::InvitationTooLate { needed, found });
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
    if occasion.regulation.publish_between_editions { Ok(()) } else { Err(Refusal::BetweenEditionsNotAllowed {}) }
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
