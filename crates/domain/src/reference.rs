//! Loaded reference data: one stream per data set. The event pins the loaded file, so that every
//! row made from it can be made again and compared.

use crate::acts::ActId;
use crate::canonical::Pin;
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
    /// RF1: load a set, or a corrected edition of it.
    Load { set: DataSet, name: String, rows: u32, pin: Pin },
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
        let Command::Load { set, name, rows, pin } = command.clone();
        if state.is_some_and(|s| s.set != set || s.name != name) {
            return Err(Refusal::ReferenceOfAnotherSet { name });
        }
        Ok(vec![Event::Loaded { set, name, rows, pin }])
    }
    fn evolve(_: Option<State>, event: &Event) -> Option<State> {
        let Event::Loaded { set, name, rows, pin } = event.clone();
        Some(State { set, name, rows, pin })
    }
    fn view(state: &State) -> View {
        View { name: Some(state.name.clone()), ..View::default() }
    }
}
