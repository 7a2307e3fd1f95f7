//! A stream's whole state: the machine's state, its running clocks, and since when. This is the
//! document a row keeps; folding the stream's events gives the same again.

use crate::acts::leaving;
use crate::calendar::Due;
use crate::machine::{State, evolve};
use crate::occasion::Occasion;
use crate::record::{Clock, Envelope};
use crate::time::Instant;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Whole {
    pub state: State,
    /// Since when the stage stands.
    pub since: Instant,
    pub created_at: Instant,
    pub updated_at: Instant,
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub clocks: Vec<Clock>,
}

/// A state document over this size (bytes of canonical text) is a design fault: content is not
/// state.
pub const MAX_DOCUMENT: usize = 16 * 1024;

impl Whole {
    /// Applies one recorded event. Total.
    pub fn apply(whole: Option<Whole>, envelope: &Envelope) -> Option<Whole> {
        let at = envelope.at;
        let (state, since, created_at, clocks) = match whole {
            None => (None, at, at, Vec::new()),
            Some(w) => (Some(w.state), w.since, w.created_at, w.clocks),
        };
        let state = evolve(state, &envelope.event)?;
        let (since, clocks) = match &envelope.clocks {
            Some(new) => (at, new.clone()),
            None => (since, clocks),
        };
        Some(Whole { state, since, created_at, updated_at: at, clocks })
    }

    /// The nearest last day of the running clocks.
    pub fn due(&self) -> Option<Due> {
        self.clocks.iter().map(|c| c.due).min()
    }
}

/// The clocks that start when this stage is entered: one for each act that leaves it and has a
/// term in the regulation version.
pub fn clocks_of(stage: &str, occasion: &Occasion) -> Vec<Clock> {
    leaving(stage).filter_map(|row| Some(Clock { act: row.id, from: occasion.day(), due: occasion.due(row.id)? })).collect()
}
