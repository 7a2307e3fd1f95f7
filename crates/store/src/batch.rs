//! What one commit writes: 1 to n streams with their events and everything derived from them,
//! the neighbours it relied on, contents, outbox messages and the idempotency answer.

use crate::drafts::Save;
use ndp_domain::canonical::{Content, Hash, canonical};
use ndp_domain::id::{AccountId, Id};
use ndp_domain::projection::{Lists, Projection};
use ndp_domain::record::Recorded;
use ndp_domain::time::Instant;
use serde_json::json;
use uuid::Uuid;

/// The version a stream must have for the write to happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expect {
    New,
    Version(u64),
}

/// One stream's part. `before` and `after` are what its state says to lists; the store writes
/// the difference.
#[derive(Debug, Clone)]
pub struct Write {
    pub stream: Id,
    pub expect: Expect,
    /// At least one, in order.
    pub events: Vec<Recorded>,
    pub before: Option<Lists>,
    pub after: Projection,
    /// Takes a key that may be held once, and did not hold it before.
    pub takes_key: bool,
}

impl Write {
    pub fn version(&self) -> u64 {
        self.events.last().map_or(0, |e| e.envelope.n)
    }
    pub fn head(&self) -> Hash {
        self.events.last().map_or(Hash::ZERO, |e| e.hash)
    }
}

/// A message for the outside world; at least once, deduplicated by its key.
#[derive(Debug, Clone)]
pub struct Message {
    pub id: Uuid,
    pub topic: &'static str,
    pub payload: String,
    pub dedup_key: String,
    pub run_at: Instant,
}

/// A row of loaded reference data.
#[derive(Debug, Clone)]
pub struct ReferenceRow {
    pub stream: Id,
    /// Line in the loaded file, from 1.
    pub line: u32,
    pub key: String,
    pub row: String,
}

#[derive(Debug, Clone)]
pub struct IdempotencyMark {
    pub account: String,
    pub key: String,
    /// SHA-256 of what was asked.
    pub request: Hash,
}

#[derive(Debug, Clone)]
pub struct Batch {
    /// UUIDv7.
    pub id: Uuid,
    pub writes: Vec<Write>,
    /// Streams that must still have these versions; never one that is written.
    pub evidence: Vec<(Id, u64)>,
    pub content: Vec<Content>,
    pub reference: Vec<ReferenceRow>,
    /// Rows of an edition before that the new one does not have: stream and line.
    pub reference_gone: Vec<(Id, u32)>,
    pub outbox: Vec<Message>,
    pub idempotency: Option<IdempotencyMark>,
    /// Drafts that this batch freezes or frees.
    pub drafts: Vec<(Id, bool)>,
    /// First fields of drafts of streams that this batch opens.
    pub typed: Vec<Save>,
}

impl Batch {
    pub fn new(id: Uuid) -> Batch {
        Batch {
            id,
            writes: Vec::new(),
            evidence: Vec::new(),
            content: Vec::new(),
            reference: Vec::new(),
            reference_gone: Vec::new(),
            outbox: Vec::new(),
            idempotency: None,
            drafts: Vec::new(),
            typed: Vec::new(),
        }
    }

    /// The first answer, given again to a repeated key: streams and their versions.
    pub fn answer(&self) -> String {
        answer(self.writes.iter().map(|w| (w.stream, w.version())))
    }
}

/// The canonical answer for a batch that left these streams at these versions.
pub fn answer(streams: impl Iterator<Item = (Id, u64)>) -> String {
    let mut streams: Vec<_> = streams.collect();
    streams.sort();
    canonical(&streams.iter().map(|(id, version)| json!({ "stream": id.to_string(), "version": version })).collect::<Vec<_>>())
}

/// Why nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum CommitError {
    /// Another act came first; `by` is who changed that stream.
    #[error("stale: {stream} was changed")]
    Stale { stream: Id, by: Option<AccountId>, version: u64 },
    /// "No other open …": a unique key is taken.
    #[error("already open: {kind}")]
    AlreadyOpen { kind: String },
    /// The idempotency key was used before.
    #[error("idempotency key used before")]
    RepeatedKey,
    #[error("a state document has {bytes} bytes")]
    DocumentTooLarge { stream: Id, bytes: usize },
    #[error(transparent)]
    Fault(#[from] crate::Fault),
}
