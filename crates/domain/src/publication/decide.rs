//! The checks of content of a published entry's acts.

use super::*;
use crate::authority::Duty;

pub(super) fn decide(state: Option<&State>, command: &Command, occasion: &Occasion) -> Result<Event, Refusal> {
    let pin = |text: &Prose| Content::of(text).pin();
    Ok(match command.clone() {
        Command::Prepare { register, ground, product, name, class, managing, unit, regulation } => {
            Event::Prepared(fresh(register, ground, product, name, class, managing, unit, regulation))
        }
        Command::Reclass { class } => Event::Reclassed { class },
        Command::Share { record } => {
            check_record(state, &record, occasion)?;
            Event::Shared { record: Content::of(&record).pin() }
        }
        Command::Return { points } => Event::Returned { points: pin(&points) },
        Command::Publish { edition } => {
            if edition.is_none() && occasion.follows {
                return Err(Refusal::GroundNotPresent {});
            }
            if !matches!(state.and_then(|s| occasion.evidence.stage(s.ground)), Some(stage) if stands(stage)) {
                return Err(Refusal::GroundNotPresent {});
            }
            Event::Published { at: occasion.at, edition }
        }
        Command::Propose { record, class } => {
            if class.is_some() && !occasion.follows {
                return Err(Refusal::ClassByDecisionOnly {});
            }
            match &record {
                None if class.is_none() => return Err(Refusal::TextMissing { field: "record".to_owned() }),
                Some(record) if occasion.actor.duty != Some(Duty::Operator) => check_record(state, record, occasion)?,
                _ => {}
            }
            let name = record.as_ref().map(|r| r.name_vi.to_string());
            Event::Proposed { proposed: Proposed { record: record.map(|r| Content::of(&r).pin()), name, class, on: occasion.day() } }
        }
        Command::Settle { accepted, reason } => {
            // A class follows from a signed decision: it may not be refused here.
            let by_decision = state.and_then(|s| s.proposed.as_ref()).is_some_and(|p| p.class.is_some());
            if !accepted && (reason.is_none() || by_decision) {
                return Err(if by_decision {
                    Refusal::ClassByDecisionOnly {}
                } else {
                    Refusal::TextMissing { field: "reason".to_owned() }
                });
            }
            Event::Settled { accepted, reason: reason.as_ref().map(pin), at: occasion.at }
        }
        Command::Close { note } => Event::Closed { at: occasion.at, note: note.as_ref().map(pin) },
        Command::MustClose { closing } => Event::MustClose { closing },
        Command::Import { register, ground, product, name, class, managing, regulation, historical } => {
            historical.check(occasion)?;
            let state = fresh(register, ground, product, name.to_string(), class, managing, String::new(), regulation);
            let since = Some((historical.date, occasion.at));
            Event::Imported(State { published: Some(occasion.at), since, historical: Some(historical), ..state })
        }
    })
}

/// States of a ground in which its entry may be out.
fn stands(stage: &str) -> bool {
    matches!(
        stage,
        "L.listed" | "R.in_force" | "R.periodic_review" | "R.extraordinary_review" | "R.remediation" | "U.in_use" | "U.suspended"
    )
}

#[allow(clippy::too_many_arguments)]
fn fresh(
    register: Register,
    ground: Id,
    product: Option<ProductId>,
    name: String,
    class: Option<Class>,
    managing: OrganisationId,
    unit: String,
    regulation: String,
) -> State {
    State {
        register,
        ground,
        product,
        name,
        class,
        managing,
        unit,
        regulation,
        record: None,
        published: None,
        edition: None,
        proposed: None,
        closing: None,
        closed: false,
        before: Vec::new(),
        since: None,
        historical: None,
    }
}

/// Number and date of the act set, name public, and for a recognised product who runs it.
fn check_record(state: Option<&State>, record: &DataRecord, occasion: &Occasion) -> Result<(), Refusal> {
    let missing = |field: &str| Err(Refusal::PublicationRecordIncomplete { field: field.to_owned() });
    if record.decision_number.trim().is_empty() {
        return missing("decision_number");
    }
    if !record.public.contains(&PublicField::Name) {
        return missing("public");
    }
    let recognised = state.is_some_and(|s| s.register == Register::Recognised);
    if recognised && record.operating_unit.is_none() {
        return missing("operating_unit");
    }
    if recognised && record.contact.is_none() {
        return missing("contact");
    }
    if record.decision_date > occasion.day() {
        return Err(Refusal::DateInFuture { date: record.decision_date });
    }
    Ok(())
}
