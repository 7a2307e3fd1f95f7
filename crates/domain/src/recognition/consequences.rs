//! What follows from an act on a recognition in the same transaction (process.md 6.6).

use super::review::review_of;
use super::{Event, State};
use crate::criteria_set::set_of;
use crate::dossier::{self, Dossier};
use crate::id::{Id, Kind, RecognitionId};
use crate::machine::{Command, Machine};
use crate::occasion::Occasion;
use crate::plan::{self, Plan};
use crate::publication::{self, Ended};
use crate::text::Text;

pub(super) fn of(id: Id, state: &State, event: &Event, occasion: &Occasion) -> Vec<(Id, Command)> {
    match event {
        Event::Recognised(new) if new.historical.is_none() => prepare(id, state, occasion),
        Event::ReviewOpened { review, code, scope, .. } => open_dossier(id, state, review, code, scope.as_ref(), occasion),
        Event::Kept { .. } => decide_review(state, occasion),
        Event::ClassChanged { class, .. } => {
            let mut all = decide_review(state, occasion);
            all.extend(publication::reclass_all(occasion, id, *class));
            all
        }
        Event::RecheckBegun { .. } => dossier(state, dossier::Command::Recheck {}),
        Event::Revoked { over, .. } => {
            let mut all = dossier(state, dossier::Command::DecideReview {});
            all.extend(publication::close_all(occasion, id, Ended::Revoked, over.on, over.successor.map(Id::from)));
            all
        }
        Event::RevokedOtherwise { over, .. } => {
            let mut all = stop_dossier(state, occasion);
            all.extend(publication::close_all(occasion, id, Ended::Revoked, over.on, over.successor.map(Id::from)));
            all
        }
        Event::Ended { over, .. } => {
            let mut all = stop_dossier(state, occasion);
            let in_use = |p: &crate::evidence::Found<plan::State>| matches!(Plan::stage(p.state), "U.in_use" | "U.suspended");
            all.extend(
                occasion
                    .evidence
                    .all::<Plan>()
                    .filter(in_use)
                    .map(|p| (p.id, plan::Command::End { ends_on: over.on, successor: over.successor }.into())),
            );
            all.extend(publication::close_all(occasion, id, Ended::Ended, over.on, over.successor.map(Id::from)));
            all
        }
        Event::ReviewStopped { .. } => {
            // The review is no longer in the state; its dossier is the one loaded with it.
            let open = occasion.evidence.all::<Dossier>().find(|d| d.state.recognition.map(Id::from) == Some(id) && d.state.open());
            open.into_iter().map(|d| (d.id, dossier::Command::Stop { reason: None }.into())).collect()
        }
        _ => Vec::new(),
    }
}

/// R1, R2 → P1 in the register of recognised products.
fn prepare(id: Id, state: &State, occasion: &Occasion) -> Vec<(Id, Command)> {
    let publication = Id::new(Kind::Publication, occasion.fresh.id(id, Kind::Publication));
    let prepare = publication::Command::Prepare {
        register: publication::Register::Recognised,
        ground: id,
        product: Some(state.product),
        name: state.name.clone(),
        class: Some(state.class),
        managing: state.managing,
        unit: state.unit.clone(),
        regulation: state.regulation.clone(),
    };
    vec![(publication, prepare.into())]
}

/// R3, R4 → E1 and E3: the dossier stands ready for its round.
fn open_dossier(
    id: Id,
    state: &State,
    review: &super::Review,
    code: &str,
    scope: Option<&Vec<String>>,
    occasion: &Occasion,
) -> Vec<(Id, Command)> {
    let (Ok(recognition), Ok(code)) = (RecognitionId::try_from(id), Text::new(code)) else { return Vec::new() };
    let Ok(of) = review_of(state, recognition, review.periodic, scope, occasion) else { return Vec::new() };
    let draft = dossier::Command::DraftReview {
        id: review.dossier,
        code,
        entry: state.entry,
        set: set_of(state.entry),
        product: state.product,
        review: of,
    };
    let open = dossier::Command::Open { application: None, consent: None };
    vec![(review.dossier.into(), draft.into()), (review.dossier.into(), open.into())]
}

fn dossier(state: &State, command: dossier::Command) -> Vec<(Id, Command)> {
    state.review.iter().map(|r| (r.dossier.into(), command.clone().into())).collect()
}

/// E25: the review has left the state, so its dossier is the concluded one that was loaded.
fn decide_review(state: &State, occasion: &Occasion) -> Vec<(Id, Command)> {
    let of = |d: &crate::evidence::Found<dossier::State>| Some(d.state.id) == state.basis;
    occasion.evidence.all::<Dossier>().filter(of).map(|d| (d.id, dossier::Command::DecideReview {}.into())).collect()
}

/// E27 where a review was open; a concluded one too, since nothing is decided by it any more.
fn stop_dossier(state: &State, occasion: &Occasion) -> Vec<(Id, Command)> {
    let open = |r: &&super::Review| occasion.evidence.find::<Dossier>(r.dossier).is_ok_and(|d| d.state.open());
    state.review.iter().filter(open).map(|r| (r.dossier.into(), dossier::Command::Stop { reason: None }.into())).collect()
}
