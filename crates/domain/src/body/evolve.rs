use super::{Counters, Event, Stage, State};
use std::collections::BTreeMap;

/// Total and without rules.
pub(super) fn evolve(state: Option<State>, event: &Event) -> Option<State> {
    match (state, event.clone()) {
        (_, Event::FormChosen { id, name, form, regulation, managing, unit, self_managed, products, note: _ }) => Some(State {
            id,
            name,
            form,
            regulation,
            managing,
            unit,
            self_managed,
            products,
            stage: Stage::Planned,
            decision: None,
            reviewers: Vec::new(),
            counters: Vec::new(),
            asked: Vec::new(),
            nominated: Vec::new(),
            answers: Vec::new(),
            leads: BTreeMap::new(),
            replaced: Vec::new(),
            selected: None,
            contract: None,
            report: None,
        }),
        (Some(s), Event::Established { establishing, paper }) => {
            Some(State { stage: Stage::Established, decision: Some((establishing, paper)), ..s })
        }
        (Some(s), Event::BecameReady { reviewers, leads, .. }) => Some(State { stage: Stage::Ready, reviewers, leads, ..s }),
        (Some(s), Event::NominationsAsked { asked, .. }) => Some(State { stage: Stage::Nominating, asked, ..s }),
        (Some(mut s), Event::Nominated { organisation, people, .. }) => {
            s.nominated.retain(|(org, _)| *org != organisation);
            s.nominated.push((organisation, people));
            Some(s)
        }
        (Some(mut s), Event::Amended { establishing, paper, .. }) => {
            let before = s.decision.take().map(|(e, _)| e.members).unwrap_or_default();
            s.replaced.extend(before.iter().map(|m| m.person).filter(|p| !establishing.is_member(*p)));
            s.answers.retain(|a| establishing.is_member(a.member));
            Some(State { stage: Stage::Established, decision: Some((establishing, paper)), ..s })
        }
        (Some(mut s), Event::Answered { answer }) => {
            s.answers.retain(|a| a.member != answer.member);
            s.answers.push(answer);
            Some(s)
        }
        (Some(s), Event::Selected { unit, .. }) => Some(State { stage: Stage::Selecting, selected: Some(unit), ..s }),
        (Some(s), Event::Contracted { contract, .. }) => Some(State { stage: Stage::Contracted, contract: Some(contract), ..s }),
        (Some(s), Event::SelectionCancelled { .. }) => Some(State { stage: Stage::Planned, selected: None, ..s }),
        (Some(s), Event::Reported { report }) => Some(State { stage: Stage::Reported, report: Some(report), ..s }),
        (Some(s), Event::Remarked { .. }) => Some(State { stage: Stage::Contracted, ..s }),
        (Some(s), Event::ReportAccepted { .. }) => Some(State { stage: Stage::Accepted, ..s }),
        (Some(s), Event::Closed {}) => Some(State { stage: Stage::Closed, ..s }),
        (Some(s), Event::Cancelled { .. }) => Some(State { stage: Stage::Cancelled, ..s }),
        (Some(mut s), Event::Reordered { due_on, .. }) => {
            s.contract.iter_mut().for_each(|c| c.due_on = due_on);
            Some(State { stage: Stage::Contracted, report: None, ..s })
        }
        (Some(mut s), Event::CountersAppointed { dossier, round, people }) => {
            s.counters.retain(|c| c.dossier != dossier);
            s.counters.push(Counters { dossier, round, people });
            Some(s)
        }
        (None, _) => None,
    }
}
