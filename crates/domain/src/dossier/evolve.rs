use super::{End, Event, Round, Stage, State};
use crate::supplement;

/// Total and without rules.
pub(super) fn evolve(state: Option<State>, event: &Event) -> Option<State> {
    if let Event::Drafted {
        id,
        code,
        regulation,
        entry,
        set,
        version,
        lines,
        product,
        name,
        managing,
        unit,
        applicant,
        purpose,
        review,
        ..
    } = event
    {
        let review = review.as_ref();
        return Some(State {
            id: *id,
            code: code.clone(),
            regulation: regulation.clone(),
            entry: *entry,
            set: *set,
            version: version.clone(),
            lines: lines.clone(),
            product: *product,
            name: name.clone(),
            managing: *managing,
            unit: unit.clone(),
            applicant: *applicant,
            purpose: *purpose,
            stage: Stage::Draft,
            application: review.and_then(|r| r.application),
            share: review.and_then(|r| r.share),
            incoming: None,
            officer: None,
            officer_until: None,
            rounds: Vec::new(),
            decision: None,
            recognition: review.map(|r| r.recognition),
            scope: review.and_then(|r| r.scope.clone()),
            carried: review.map(|r| r.carried.clone()).unwrap_or_default(),
            expiries: review.map(|r| r.expiries.clone()).unwrap_or_default(),
            supplements: Vec::new(),
            stop_requested: None,
        });
    }
    let mut s = state?;
    match event.clone() {
        Event::Drafted { .. } => {}
        Event::Submitted { application, share, expiries } => {
            s = State { stage: Stage::Submitted, application: Some(application), share, expiries, ..s };
        }
        Event::Opened { application, share, expiries, .. } => s = State { stage: Stage::Ready, application, share, expiries, ..s },
        Event::Supplied { application, share, expiries } => s = State { application: Some(application), share, expiries, ..s },
        Event::SupplementAsked { supplement, .. } => {
            s.stage = Stage::Supplement;
            s.supplements.push(supplement);
        }
        Event::Supplemented { answered } => {
            s.stage = Stage::Examining;
            supplement::note(&mut s.supplements, |last| last.answered = Some(answered));
        }
        Event::Reminded { on, .. } => supplement::note(&mut s.supplements, |last| last.reminded_on.push(on)),
        Event::Lapsed { .. } => s.stage = Stage::Lapsed,
        Event::Declined { .. } => s.stage = Stage::Declined,
        Event::StopRequested { on, .. } => s.stop_requested = Some(on),
        Event::Stopped { .. } => {
            if s.round_open() {
                on_round(&mut s, |r| r.end = Some(End::Stopped));
            }
            s.stage = Stage::Stopped;
        }
        Event::Registered { incoming } => s = State { stage: Stage::Received, incoming: Some(incoming), ..s },
        Event::Assigned { officer, until, .. } => {
            s = State { stage: Stage::Examining, officer: Some(officer), officer_until: Some(until), ..s };
        }
        Event::Accepted { .. } => s.stage = Stage::Ready,
        Event::RoundOpened { round } => {
            s.stage = Stage::Evaluating;
            s.rounds.push(round);
        }
        Event::Invited { invitation, .. } => on_round(&mut s, |r| r.invitation = Some(invitation)),
        Event::Convened { opened } => {
            s.stage = Stage::Meeting;
            on_round(&mut s, |r| r.opened = Some(opened));
        }
        Event::ClarificationAsked { clarification, .. } => {
            s.stage = Stage::Clarifying;
            on_round(&mut s, |r| r.clarifications.push(clarification));
        }
        Event::Clarified { answered } => {
            s.stage = Stage::Evaluating;
            on_round(&mut s, |r| supplement::note(&mut r.clarifications, |last| last.answered = Some(answered)));
        }
        Event::WentOn {} => s.stage = Stage::Evaluating,
        Event::Adjourned { .. } => {
            s.stage = Stage::Evaluating;
            on_round(&mut s, |r| {
                r.sittings.extend(r.opened.take());
                r.invitation = None;
            });
        }
        Event::Counted { results, conditions, tallies } => {
            s.stage = Stage::Counted;
            on_round(&mut s, |r| {
                r.results = Some(results);
                r.tallies = tallies;
                r.conditions = conditions;
            });
        }
        Event::ReportConcluded { results, conditions, assessment, .. } => {
            s.stage = Stage::Concluded;
            on_round(&mut s, |r| {
                r.results = Some(results);
                r.conditions = conditions;
                r.assessment = Some(assessment);
                r.end = Some(End::Concluded);
            });
        }
        Event::DenominatorChosen { choice, assessment } => on_round(&mut s, |r| {
            r.choices.push(choice);
            r.assessment = assessment.or(r.assessment.take());
        }),
        Event::SetAside { defect, reason, .. } => {
            s.stage = Stage::Ready;
            on_round(&mut s, |r| r.end = Some(End::SetAside { defect, reason }));
        }
        Event::Rechecked { scope, carried } => s = State { stage: Stage::Ready, scope: Some(scope), carried, ..s },
        Event::MinutesSigned { signature } => on_round(&mut s, |r| r.signatures.push(signature)),
        Event::Concluded { assessment } => {
            s.stage = Stage::Concluded;
            on_round(&mut s, |r| {
                r.assessment = Some(assessment);
                r.end = Some(End::Concluded);
            });
        }
        Event::Decided { outcome, paper, .. } => {
            s.stage = Stage::Decided;
            s.decision = Some((outcome, paper));
        }
    }
    Some(s)
}

fn on_round(state: &mut State, change: impl FnOnce(&mut Round)) {
    if let Some(round) = state.rounds.last_mut() {
        change(round);
    }
}
