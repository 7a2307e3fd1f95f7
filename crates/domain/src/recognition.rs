//! Machine R: the recognition of a product. Class and standing are two fields; the class stays
//! readable after the end, and a later recognition is a new stream (process.md 6.6).

use crate::acts::ActId;
use crate::id::{DossierId, Id, Kind, ListEntryId, OrganisationId, ProductId};
use crate::machine::{self, Machine, View};
use crate::occasion::{IssuedPaper, Occasion};
use crate::publication;
use crate::refusal::Refusal;
use chrono::{Months, NaiveDate};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    Potential,
    National,
}

impl Class {
    pub fn name(self) -> &'static str {
        match self {
            Class::Potential => "potential",
            Class::National => "national",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    InForce,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    pub class: Class,
    pub standing: Standing,
    pub product: ProductId,
    pub dossier: DossierId,
    pub entry: ListEntryId,
    pub name: String,
    pub managing: OrganisationId,
    pub unit: String,
    pub applicant: Option<OrganisationId>,
    pub regulation: String,
    pub paper: IssuedPaper,
    pub next_review_on: Option<NaiveDate>,
}

/// What the dossier hands over, with E22 or E23.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Command {
    /// R1, R2
    Recognise {
        class: Class,
        product: ProductId,
        dossier: DossierId,
        entry: ListEntryId,
        name: String,
        managing: OrganisationId,
        unit: String,
        applicant: Option<OrganisationId>,
        regulation: String,
        paper: IssuedPaper,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    Recognised(State),
}

pub struct Recognition;

impl Machine for Recognition {
    const KIND: Kind = Kind::Recognition;
    type State = State;
    type Command = Command;
    type Event = Event;

    fn act(command: &Command) -> ActId {
        match command {
            Command::Recognise { class: Class::National, .. } => ActId::R1,
            Command::Recognise { class: Class::Potential, .. } => ActId::R2,
        }
    }
    fn stage(state: &State) -> &'static str {
        match state.standing {
            Standing::InForce => "R.in_force",
        }
    }
    fn regulation(command: &Command) -> Option<String> {
        let Command::Recognise { regulation, .. } = command;
        Some(regulation.clone())
    }
    fn decide(_: Option<&State>, command: &Command, occasion: &Occasion) -> Result<Vec<Event>, Refusal> {
        let Command::Recognise { class, product, dossier, entry, name, managing, unit, applicant, regulation, paper } = command.clone();
        let next_review_on = occasion.regulation.review_months.and_then(|m| paper.date.checked_add_months(Months::new(u32::from(m))));
        let standing = Standing::InForce;
        Ok(vec![Event::Recognised(State {
            class,
            standing,
            product,
            dossier,
            entry,
            name,
            managing,
            unit,
            applicant,
            regulation,
            paper,
            next_review_on,
        })])
    }
    fn evolve(_: Option<State>, event: &Event) -> Option<State> {
        let Event::Recognised(state) = event;
        Some(state.clone())
    }

    /// R1, R2 → P1 in the register of recognised products.
    fn consequences(id: Id, state: &State, _: &Event, occasion: &Occasion) -> Vec<(Id, machine::Command)> {
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

    fn view(state: &State) -> View {
        View {
            name: Some(state.name.clone()),
            managing: Some(state.managing),
            unit: Some(state.unit.clone()),
            applicant: state.applicant,
            regulation: Some(state.regulation.clone()),
            parent: Some(state.dossier.into()),
            product: Some(state.product),
            open_key: Some(state.product.to_string()),
            ..View::default()
        }
    }
}
