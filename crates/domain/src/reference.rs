//! Loaded reference data: one stream per data set. The event pins the loaded file, so that every
//! row made from it can be made again and compared.

use crate::acts::ActId;
use crate::canonical::{Content, Pin};
use crate::id::Kind;
use crate::machine::{Machine, View};
use crate::occasion::Occasion;
use crate::refusal::Refusal;
use serde::{Deserialize, Serialize};

/// Data sets in the order of loading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DataSet {
    Regulation,
    Holidays,
    Localities,
    Functions,
}

impl DataSet {
    pub fn name(self) -> &'static str {
        match self {
            DataSet::Regulation => "regulation",
            DataSet::Holidays => "holidays",
            DataSet::Localities => "localities",
            DataSet::Functions => "functions",
        }
    }
}

/// A set as loaded: `name` tells which regulation, `version` counts loads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct State {
    pub set: DataSet,
    pub name: String,
    pub rows: u32,
    pub pin: Pin,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Command {
    /// RF1: load a set, or a further edition of it: its file as it was given, and how many rows it has.
    Load { set: DataSet, name: String, rows: u32, text: String },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    Loaded { set: DataSet, name: String, rows: u32, pin: Pin },
}

pub struct Reference;

impl Machine for Reference {
    const KIND: Kind = Kind::Reference;
    type State = State;
    type Command = Command;
    type Event = Event;

    fn act(_: &Command) -> ActId {
        ActId::RF1
    }
    fn stage(_: &State) -> &'static str {
        "RF.loaded"
    }
    fn decide(state: Option<&State>, command: &Command, _: &Occasion) -> Result<Vec<Event>, Refusal> {
        let Command::Load { set, name, rows, text } = command.clone();
        let pin = Content::of_text(text).pin();
        match state {
            Some(s) if s.set != set || s.name != name => Err(Refusal::ReferenceOfAnotherSet { name }),
            Some(s) if s.pin == pin => Err(Refusal::ReferenceUnchanged {}),
            // Dossiers follow the version they were opened under: it is superseded by another, never changed.
            Some(_) if set == DataSet::Regulation => Err(Refusal::RegulationOnRecord { name }),
            _ => Ok(vec![Event::Loaded { set, name, rows, pin }]),
        }
    }
    fn contents(command: &Command) -> Vec<Content> {
        let Command::Load { text, .. } = command;
        vec![Content::of_text(text.clone())]
    }
    fn evolve(_: Option<State>, event: &Event) -> Option<State> {
        let Event::Loaded { set, name, rows, pin } = event.clone();
        Some(State { set, name, rows, pin })
    }
    fn view(state: &State) -> View {
        View { name: Some(state.name.clone()), ..View::default() }
    }
}
