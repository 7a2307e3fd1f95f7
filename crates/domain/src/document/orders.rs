//! What may be ordered of a paper, and what its file then says.

use super::{Issued, Number, PinnedAct, Replacement, Signature, Snapshot};
use crate::canonical::{Hash, Pin};
use crate::id::{AccountId, BodyId, DocumentId, OrganisationId};
use crate::text::{Prose, Text};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Command {
    /// D1
    Draft {
        id: DocumentId,
        regulation: String,
        issuing: OrganisationId,
        unit: Option<Text<60>>,
        body: Option<BodyId>,
        acts: Vec<PinnedAct>,
    },
    /// D2
    Submit { snapshot: Snapshot },
    /// D3, with a remark where there is one.
    Initial {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        remark: Option<Prose>,
    },
    /// D4
    CheckForm {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        remark: Option<Prose>,
    },
    /// D5
    Return { remark: Prose },
    /// D6: `snapshot` only where no submission froze it before.
    /// With the signer's instruction (bút phê) where there is one.
    Sign {
        snapshot: Option<Snapshot>,
        file_sha256: Hash,
        file_date: NaiveDate,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        remark: Option<Prose>,
    },
    /// D7
    Number { number: Number },
    /// D8: the signed file with the agency's signature as its last layer; none where it is sealed on paper.
    Seal {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        file_sha256: Option<Hash>,
    },
    /// D9
    Issue { recipients: Vec<OrganisationId> },
    /// D10
    File { code: Text<60> },
    /// D11
    Discard {},
    /// D12: a number taken stays as "không sử dụng".
    Void { reason: Prose },
    /// D13: form, technique, procedure only.
    Correct { note: Prose },
    /// D14
    Replace { how: Replacement, note: Prose },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    Drafted {
        id: DocumentId,
        kind: String,
        regulation: String,
        issuing: OrganisationId,
        unit: Option<String>,
        body: Option<BodyId>,
        signers_expected: Vec<AccountId>,
        acts: Vec<PinnedAct>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        hired: Option<OrganisationId>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        secretary: Option<AccountId>,
    },
    Submitted {
        snapshot: Pin,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        on: Option<NaiveDate>,
    },
    Initialled {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        remark: Option<Pin>,
    },
    FormChecked {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        remark: Option<Pin>,
    },
    Returned {
        remark: Pin,
    },
    Signed {
        snapshot: Pin,
        signature: Signature,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        remark: Option<Pin>,
    },
    Numbered {
        number: Number,
    },
    Sealed {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        file_sha256: Option<Hash>,
    },
    Issued {
        issued: Issued,
    },
    Filed {
        code: String,
    },
    Discarded {},
    Voided {
        reason: Pin,
    },
    /// One of several signatures; the last one is `Signed`.
    CoSigned {
        snapshot: Pin,
        signature: Signature,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        remark: Option<Pin>,
    },
    Corrected {
        note: Pin,
        by: DocumentId,
    },
    Replaced {
        how: Replacement,
        note: Pin,
        by: DocumentId,
    },
}
