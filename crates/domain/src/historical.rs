//! A record taken over from before the software (X4, case 48): the paper's number and date with
//! its scan, or the public source where no scan was had; entered by one person, confirmed by
//! another. No rounds are invented.

use crate::id::AccountId;
use crate::list_entry::Attachment;
use crate::occasion::Occasion;
use crate::organisation::Ground;
use crate::refusal::Refusal;
use crate::text::{Prose, Text};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// What proves it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Proof {
    Scan { scan: Attachment },
    Source { address: Text<1000> },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Historical {
    /// As printed; never a number of our own making.
    pub number: Text<60>,
    pub date: NaiveDate,
    pub proof: Proof,
    pub ground: Ground,
    pub note: Option<Prose>,
    pub entered_by: AccountId,
}

impl Historical {
    /// Two persons; a paper of the past.
    pub fn check(&self, occasion: &Occasion) -> Result<(), Refusal> {
        if self.date > occasion.day() {
            return Err(Refusal::DateInFuture { date: self.date });
        }
        if self.entered_by == occasion.account() { Err(Refusal::EnteredAndConfirmedByOne {}) } else { Ok(()) }
    }
}
