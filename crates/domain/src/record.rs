//! One event on record: the envelope whose canonical bytes are stored, hashed and chained.

use crate::acts::ActId;
use crate::calendar::{Due, Term};
use crate::canonical::{Hash, canonical};
use crate::document::SigningForm;
use crate::id::{AccountId, Id};
use crate::machine::Event;
use crate::occasion::{Actor, IssuedPaper};
use crate::regulation::LegalStatus;
use crate::time::Instant;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A running time limit: which act it is for, from which day, until the end of which day.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Clock {
    pub act: ActId,
    pub from: NaiveDate,
    #[serde(flatten)]
    pub due: Due,
    /// Standing still; `due` is then the last day if it never went on.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub paused: Option<Paused>,
}

/// A clock that stands still: since when, how much of the term was left (in its unit), and the
/// day on which the pause ends at the latest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Paused {
    pub since: NaiveDate,
    pub left: Term,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub until: Option<NaiveDate>,
}

/// The caller's idempotency key and what was asked with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct RequestMark {
    pub key: String,
    /// SHA-256 of act, streams and content as asked.
    pub sha256: Hash,
}

/// What the file says about one event. Ids of persons only, never names.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Envelope {
    pub stream: Id,
    /// Number within the stream, from 1.
    pub n: u64,
    /// The commit it belongs to, and its place in it.
    pub batch: Uuid,
    pub i: u32,
    pub act: ActId,
    pub at: Instant,
    pub actor: Actor,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub form: Option<SigningForm>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub recorded_by: Option<AccountId>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub regulation: Option<String>,
    /// Legal status of the version on this day, where it is not in force.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub legal_status: Option<LegalStatus>,
    /// Neighbours the decision relied on, with their versions.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub evidence: Vec<(Id, u64)>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub paper: Option<IssuedPaper>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub request: Option<RequestMark>,
    /// The clocks of the stage this event enters; absent where the stage stays.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub clocks: Option<Vec<Clock>>,
    pub event: Event,
}

/// An envelope as stored: the exact bytes and their place in the chain.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded {
    pub envelope: Envelope,
    pub body: String,
    pub prev: Hash,
    pub hash: Hash,
}

impl Recorded {
    pub fn seal(envelope: Envelope, prev: Hash) -> Recorded {
        let body = canonical(&envelope);
        let hash = chain(prev, &body);
        Recorded { envelope, body, prev, hash }
    }
}

/// The hash of an event: over the previous hash and the stored bytes.
pub fn chain(prev: Hash, body: &str) -> Hash {
    Hash::of_parts(&[&prev.0, body.as_bytes()])
}
