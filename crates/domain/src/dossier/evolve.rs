use super::{Event, Round, Stage, State};

/// Total and without rules.
pub(super) fn evolve(state: Option<State>, event: &Event) -> Option<State> {
    if let Event::Drafted { id, code, regulation, entry, set, version, lines, product, name, managing, unit, applicant, purpose, .. } =
        event
    {
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
            application: None,
            share: None,
            incoming: None,
            officer: None,
            officer_until: None,
            rounds: Vec::new(),
            decision: None,
        });
    }
    let mut s = state?;
    match event.clone() {
        Event::Drafted { .. } => {}
        Event::Submitted { application, share } => {
            s = State { stage: Stage::Submitted, application: Some(application), share, ..s };
        }
        Event::Registered { incoming } => s = State { stage: Stage::Received, incoming: Some(incoming), ..s },
        Event::Assigned { officer, until } => {
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
        Event::Counted { results, .. } => {
            s.stage = Stage::Counted;
            on_round(&mut s, |r| r.results = Some(results));
        }
        Event::MinutesSigned { signature } => on_round(&mut s, |r| r.signatures.push(signature)),
        Event::Concluded { assessment } => {
            s.stage = Stage::Concluded;
            on_round(&mut s, |r| r.assessment = Some(assessment));
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
