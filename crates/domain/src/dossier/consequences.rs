//! What follows from an act on a dossier in the same transaction.

use super::{Event, State};
use crate::id::{Id, Kind};
use crate::machine;
use crate::occasion::Occasion;
use crate::outcome::Outcome;
use crate::product::{self, Product};
use crate::recognition::{self, Class};

/// E1 with a new product records it; E22 → R1, E23 → R2.
pub(super) fn of(id: Id, state: &State, event: &Event, occasion: &Occasion) -> Vec<(Id, machine::Command)> {
    match event {
        Event::Drafted { new_product: Some(record), product, entry, .. } => {
            let register = product::Command::Register { id: *product, entry: *entry, record: record.clone() };
            vec![((*product).into(), register.into())]
        }
        // A product on record comes under the entry with its first dossier.
        Event::Drafted { new_product: None, product, entry, .. }
            if occasion.evidence.find::<Product>(*product).is_ok_and(|p| p.state.entry.is_none()) =>
        {
            vec![((*product).into(), product::Command::Place { entry: *entry }.into())]
        }
        // A review ends with the act on its recognition (E25).
        Event::Decided { outcome: outcome @ (Outcome::National | Outcome::Potential), paper, .. } if state.recognition.is_none() => {
            let recognition = Id::new(Kind::Recognition, occasion.fresh.id(id, Kind::Recognition));
            let command = recognition::Command::Recognise {
                class: if *outcome == Outcome::National { Class::National } else { Class::Potential },
                product: state.product,
                dossier: state.id,
                entry: state.entry,
                name: state.name.clone(),
                managing: state.managing,
                unit: state.unit.clone(),
                applicant: state.applicant,
                regulation: state.regulation.clone(),
                paper: paper.clone(),
                expiries: recognition::expiries_of(state),
            };
            vec![(recognition, command.into())]
        }
        // A review tells its recognition what was concluded, and that nothing is any more (R17).
        Event::Concluded { assessment } | Event::ReportConcluded { assessment, .. } => tell(state, Some(assessment.outcome)),
        Event::DenominatorChosen { assessment: Some(assessment), .. } => tell(state, Some(assessment.outcome)),
        Event::SetAside { .. } => tell(state, None),
        _ => Vec::new(),
    }
}

fn tell(state: &State, outcome: Option<Outcome>) -> Vec<(Id, machine::Command)> {
    state.recognition.iter().map(|r| ((*r).into(), recognition::Command::Concluded { outcome }.into())).collect()
}
