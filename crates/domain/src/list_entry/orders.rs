//! What may be ordered of an entry of the List, and what its file then says.

use super::{Incoming, NotListedReason, Proposal, RemovalGround, Removed};
use crate::canonical::Pin;
use crate::historical::Historical;
use crate::id::{AccountId, ListEntryId, OrganisationId};
use crate::occasion::IssuedPaper;
use crate::supplement::{Answered, Answers, Point, Supplement};
use crate::text::{Name, Prose, Text};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Command {
    /// L1
    Draft { regulation: String, managing: OrganisationId, unit: Text<60>, title: Name },
    /// L2
    Submit { proposal: Proposal },
    /// L3
    Register { incoming: Incoming },
    /// L4
    Assign {
        officer: AccountId,
        until: NaiveDate,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        remark: Option<Prose>,
    },
    /// L5
    AskSupplement { points: Vec<Point> },
    /// L6
    Supplement { answers: Answers },
    /// L7
    Stop { explanation: Prose },
    /// L8
    List { managing: OrganisationId, overlap_explained: Option<Prose> },
    /// L9
    Refuse { reason: NotListedReason, explanation: Prose },
    /// L10
    Withdraw { reason: Prose },
    /// L11
    Remove { ground: RemovalGround, explanation: Prose, successor: Option<ListEntryId> },
    /// L13: to the agency's coordinating unit, which sends many by one letter.
    HandOver {},
    /// L12
    Remind {},
    /// X4
    Import { regulation: String, managing: OrganisationId, name: Name, historical: Historical },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    Drafted {
        regulation: String,
        managing: OrganisationId,
        unit: String,
        title: String,
    },
    Submitted {
        proposal: Pin,
        name: String,
        overlap_stated: bool,
        letter: IssuedPaper,
    },
    Registered {
        incoming: Incoming,
    },
    Assigned {
        officer: AccountId,
        until: NaiveDate,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        remark: Option<Pin>,
    },
    Listed {
        managing: OrganisationId,
        overlap_explained: Option<String>,
        paper: IssuedPaper,
    },
    SupplementAsked {
        supplement: Supplement,
        paper: IssuedPaper,
    },
    Supplemented {
        answered: Answered,
        paper: IssuedPaper,
    },
    Reminded {
        on: NaiveDate,
        paper: IssuedPaper,
    },
    Stopped {
        explanation: Pin,
        paper: IssuedPaper,
    },
    NotListed {
        reason: NotListedReason,
        explanation: Pin,
        paper: IssuedPaper,
    },
    Withdrawn {
        reason: Pin,
        paper: Option<IssuedPaper>,
    },
    Removed {
        ground: RemovalGround,
        explanation: Pin,
        removed: Removed,
        paper: IssuedPaper,
    },
    /// To the unit with this code.
    HandedOver {
        unit: String,
    },
    Imported {
        regulation: String,
        managing: OrganisationId,
        name: String,
        historical: Historical,
    },
}
