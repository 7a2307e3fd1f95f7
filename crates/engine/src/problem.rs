//! Why an act was not done: four families, one shape.

use ndp_domain::authority::Denied;
use ndp_domain::id::{AccountId, Id};
use ndp_domain::refusal::Refusal;
use ndp_store::Fault;

/// A mistake in the shape of the input, at a JSON pointer.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct InputMistake {
    pub pointer: String,
    pub code: String,
    /// The limit, the choices, never what was submitted.
    pub expected: String,
}

#[derive(Debug)]
pub enum Problem {
    /// Shape of input.
    Invalid(Vec<InputMistake>),
    /// Authority.
    Denied(Denied),
    /// A rule.
    Refusal(Refusal),
    /// Somebody was faster: which stream, who changed it.
    Stale {
        stream: Id,
        by: Option<AccountId>,
        version: u64,
    },
    /// An idempotency key used before with other content.
    KeyReused,
    Fault(Fault),
}

impl Problem {
    /// Stable code.
    pub fn code(&self) -> &str {
        match self {
            Problem::Invalid(mistakes) => mistakes.first().map_or("input.invalid", |m| &m.code),
            Problem::Denied(denied) => denied.code(),
            Problem::Refusal(refusal) => refusal.code(),
            Problem::Stale { .. } => "stream.stale",
            Problem::KeyReused => "request.key_reused",
            Problem::Fault(_) => "fault",
        }
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Problem::Refusal(refusal) => write!(f, "{}: {refusal:?}", refusal.code()),
            Problem::Fault(fault) => write!(f, "{fault}"),
            Problem::Invalid(mistakes) => write!(f, "{mistakes:?}"),
            Problem::Stale { stream, version, .. } => write!(f, "stream.stale: {stream} is not at version {version}"),
            other => f.write_str(other.code()),
        }
    }
}

impl std::error::Error for Problem {}

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Problem {
        Problem::Fault(fault)
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Problem {
        Problem::Refusal(refusal)
    }
}

impl From<Denied> for Problem {
    fn from(denied: Denied) -> Problem {
        Problem::Denied(denied)
    }
}
