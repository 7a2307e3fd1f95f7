//! What other streams say, as loaded for one act: stream, version, state. A command that depends
//! on another stream takes a proof that only this module's readers can make from it; the record
//! repeats stream and version, and the store checks that neither moved.

use crate::id::{Id, Kind};
use crate::machine::Known;
use crate::refusal::Refusal;
use crate::whole::Whole;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What an act needs to have loaded before it can be decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Need {
    Stream(Id),
    /// All streams of this kind whose parent is the given one.
    Children(Id, Kind),
    /// All streams of this kind about the given product.
    OfProduct(crate::id::ProductId, Kind),
    /// All streams of this kind at which the given body works.
    OfBody(crate::id::BodyId, Kind),
}

/// A neighbour as it stood when loaded.
#[derive(Debug, Clone, PartialEq)]
pub struct Neighbour {
    pub version: u64,
    /// Shared: what is loaded is looked at by many and changed by one.
    pub whole: Arc<Whole>,
}

/// Streams loaded so far.
pub type World = BTreeMap<Id, Neighbour>;

/// The state of a loaded stream of a known kind.
pub fn state_in<M: Known>(world: &World, id: impl Into<Id>) -> Option<&M::State> {
    M::known(&world.get(&id.into())?.whole.state)
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Evidence {
    pub streams: BTreeMap<Id, Neighbour>,
}

/// A neighbour of a known kind.
#[derive(Debug)]
pub struct Found<'a, S> {
    pub id: Id,
    pub version: u64,
    pub state: &'a S,
}

impl Evidence {
    /// The neighbour with this id; `stream.not_found` where there is none.
    pub fn find<M: Known>(&self, id: impl Into<Id>) -> Result<Found<'_, M::State>, Refusal> {
        let id = id.into();
        let missing = || Refusal::StreamNotFound { stream: id };
        let neighbour = self.streams.get(&id).ok_or_else(missing)?;
        let state = M::known(&neighbour.whole.state).ok_or_else(missing)?;
        Ok(Found { id, version: neighbour.version, state })
    }

    /// All neighbours of one kind, in the order of their ids.
    pub fn all<M: Known>(&self) -> impl Iterator<Item = Found<'_, M::State>> {
        self.streams.iter().filter_map(|(id, n)| Some(Found { id: *id, version: n.version, state: M::known(&n.whole.state)? }))
    }

    /// Stage of a neighbour.
    pub fn stage(&self, id: impl Into<Id>) -> Option<&'static str> {
        self.streams.get(&id.into()).map(|n| n.whole.state.stage())
    }

    pub fn put(&mut self, id: Id, version: u64, whole: Whole) {
        self.streams.insert(id, Neighbour { version, whole: Arc::new(whole) });
    }

    /// Streams and versions, for the record.
    pub fn versions(&self) -> Vec<(Id, u64)> {
        self.streams.iter().map(|(id, n)| (*id, n.version)).collect()
    }
}
