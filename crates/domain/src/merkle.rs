//! The seal: a Merkle root over the hashes of a run of events, chained to the last seal and
//! signed elsewhere. Leaves and nodes are hashed apart, so that neither can pass for the other.

use crate::canonical::{Hash, canonical};
use crate::time::Instant;
use serde::{Deserialize, Serialize};

fn node(tag: u8, left: &Hash, right: &[u8]) -> Hash {
    Hash::of_parts(&[&[tag], &left.0, right])
}

/// Root over the leaves in their order; an odd one out is carried up unchanged.
pub fn root(leaves: &[Hash]) -> Hash {
    let mut level: Vec<Hash> = leaves.iter().map(|leaf| node(0, leaf, &[])).collect();
    if level.is_empty() {
        return Hash::ZERO;
    }
    while level.len() > 1 {
        level = level
            .chunks(2)
            .map(|pair| match pair {
                [left, right] => node(1, left, &right.0),
                [one] => *one,
                _ => Hash::ZERO,
            })
            .collect();
    }
    level.first().copied().unwrap_or(Hash::ZERO)
}

/// What a seal says; its hash is signed with Ed25519.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Seal {
    /// From 1, gapless.
    pub n: u64,
    /// Positions of the feed it covers, both included.
    pub first: u64,
    pub last: u64,
    pub root: Hash,
    /// Hash of the seal before it.
    pub prev: Hash,
    pub at: Instant,
    /// Which key signed.
    pub kid: String,
}

impl Seal {
    pub fn hash(&self) -> Hash {
        Hash::of(canonical(self).as_bytes())
    }
}
