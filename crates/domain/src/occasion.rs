//! The occasion of an act: who, for which organisation and in which duty, when, under which
//! regulation version and calendar, with which evidence. Everything `decide` may know beside the
//! state and the command.

use crate::acts::ActId;
use crate::authority::Duty;
use crate::calendar::{Calendar, Due};
use crate::canonical::Hash;
use crate::document::SigningForm;
use crate::evidence::Evidence;
use crate::id::{AccountId, DocumentId, Id, Kind, OrganisationId};
use crate::record::Clock;
use crate::regulation::Regulation;
use crate::time::{Instant, legal_date};
use crate::whole::Moved;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Who acts. All empty only for the installation itself (loading data, the first account).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Actor {
    pub account: Option<AccountId>,
    pub org: Option<OrganisationId>,
    pub unit: Option<String>,
    pub duty: Option<Duty>,
}

/// The paper by whose issue an act takes effect (D9).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct IssuedPaper {
    pub document: DocumentId,
    pub number: String,
    pub date: NaiveDate,
    pub issuer: OrganisationId,
}

/// Ids for the streams that consequences create; derived from the batch, so that the core stays
/// pure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fresh(pub Uuid);

impl Fresh {
    /// Id of a stream that follows from an act on `parent`.
    pub fn id(self, parent: Id, kind: Kind) -> Uuid {
        derived(self.0, parent, kind)
    }
}

/// A UUIDv7 made from another: the same time, a tail of its own.
pub fn derived(from: Uuid, parent: Id, kind: Kind) -> Uuid {
    const TAIL: u64 = (1 << 62) - 1;
    let (high, low) = from.as_u64_pair();
    let hash = Hash::of_parts(&[&low.to_be_bytes(), parent.to_string().as_bytes(), kind.name().as_bytes()]);
    let tail = hash.0.iter().take(8).fold(0_u64, |n, byte| (n << 8) | u64::from(*byte)) & TAIL;
    Uuid::from_u64_pair(high, (1 << 63) | tail)
}

#[derive(Debug, Clone)]
pub struct Occasion<'a> {
    /// The stream acted on.
    pub stream: Id,
    pub actor: Actor,
    /// The clerk whose act made this one take effect, where that is another person (D9).
    pub recorded_by: Option<AccountId>,
    pub at: Instant,
    pub regulation: &'a Regulation,
    pub calendar: &'a Calendar,
    /// The organisation that holds the duty of the focal agency on this day.
    pub focal: OrganisationId,
    pub evidence: &'a Evidence,
    pub fresh: Fresh,
    pub paper: Option<&'a IssuedPaper>,
    /// Running and standing clocks of the stream.
    pub clocks: &'a [Clock],
    /// The transfer by which the file came to its holder.
    pub moved: Option<Moved>,
    /// The act follows from another in the same transaction; its duty was that one's.
    pub follows: bool,
    /// Form in which the actor may sign on this day, from the delegation record.
    pub form: Option<SigningForm>,
}

impl Occasion<'_> {
    pub fn day(&self) -> NaiveDate {
        legal_date(self.at)
    }
    /// The last day of the term of `act`, counted from this day; `None` if the version sets none.
    pub fn due(&self, act: ActId) -> Option<Due> {
        self.due_from(self.day(), act.row().deadline?)
    }
    /// The last day of a named term that starts with an event on `day`.
    pub fn due_from(&self, day: NaiveDate, name: &str) -> Option<Due> {
        Some(self.calendar.due(day, self.regulation.term(name)?))
    }
    /// Has a term passed that ends with this day?
    pub fn passed(&self, until: NaiveDate) -> bool {
        self.day() > until
    }
    pub fn account(&self) -> AccountId {
        self.actor.account.unwrap_or(AccountId(Uuid::nil()))
    }
    pub fn org(&self) -> OrganisationId {
        self.actor.org.unwrap_or(OrganisationId(Uuid::nil()))
    }
}
