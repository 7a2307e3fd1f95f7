//! Identities of streams: a UUIDv7 shown with a prefix that tells the kind, `list_0190…`.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;
use uuid::Uuid;

/// A pasted id that is not one. Code `input.id`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadId(pub String);

impl fmt::Display for BadId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "input.id: not an id: {}", self.0)
    }
}

macro_rules! kinds {
    ($($kind:ident, $id:ident, $name:literal, $prefix:literal;)*) => {
        /// Kind of a stream; a stream is one aggregate with one version and one hash chain.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Kind { $($kind),* }

        impl Kind {
            pub const ALL: &'static [Kind] = &[$(Kind::$kind),*];
            /// Name in storage and API, `list_entry`.
            pub fn name(self) -> &'static str { match self { $(Kind::$kind => $name),* } }
            /// Prefix of shown ids, `list`.
            pub fn prefix(self) -> &'static str { match self { $(Kind::$kind => $prefix),* } }
            pub fn of_name(name: &str) -> Option<Kind> {
                match name { $($name => Some(Kind::$kind),)* _ => None }
            }
            fn of_prefix(prefix: &str) -> Option<Kind> {
                match prefix { $($prefix => Some(Kind::$kind),)* _ => None }
            }
        }

        $(
            #[doc = concat!("Id of a `", $name, "` stream, shown as `", $prefix, "_…`.")]
            #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
            pub struct $id(pub Uuid);
            impl From<$id> for Id {
                fn from(id: $id) -> Id { Id { kind: Kind::$kind, uuid: id.0 } }
            }
            impl TryFrom<Id> for $id {
                type Error = BadId;
                fn try_from(id: Id) -> Result<$id, BadId> {
                    if id.kind == Kind::$kind { Ok($id(id.uuid)) } else { Err(BadId(id.to_string())) }
                }
            }
            impl fmt::Display for $id {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { Id::from(*self).fmt(f) }
            }
            impl Serialize for $id {
                fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> { s.collect_str(self) }
            }
            impl schemars::JsonSchema for $id {
                fn schema_name() -> std::borrow::Cow<'static, str> { stringify!($id).into() }
                fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                    schemars::json_schema!({ "type": "string", "pattern": concat!("^", $prefix, "_[0-9a-f]{32}$") })
                }
            }
            impl<'de> Deserialize<'de> for $id {
                fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                    Id::deserialize(d)?.try_into().map_err(serde::de::Error::custom)
                }
            }
        )*
    };
}

kinds! {
    Reference, ReferenceId, "reference", "ref";
    Organisation, OrganisationId, "organisation", "org";
    Account, AccountId, "account", "acc";
    ListEntry, ListEntryId, "list_entry", "list";
    CriteriaSet, CriteriaSetId, "criteria_set", "crit";
    Opinion, OpinionId, "opinion", "opin";
    Product, ProductId, "product", "prod";
    Dossier, DossierId, "dossier", "dos";
    Body, BodyId, "body", "body";
    Declaration, DeclarationId, "declaration", "decl";
    Sheet, SheetId, "sheet", "sheet";
    Recognition, RecognitionId, "recognition", "rec";
    Publication, PublicationId, "publication", "pub";
    Document, DocumentId, "document", "doc";
    Plan, PlanId, "plan", "plan";
    Edition, EditionId, "edition", "ed";
    Reconsideration, ReconsiderationId, "reconsideration", "recon";
    Complaint, ComplaintId, "complaint", "compl";
    Objection, ObjectionId, "objection", "obj";
    ChangeProposal, ChangeProposalId, "change_proposal", "change";
    Links, LinksId, "links", "links";
    Readiness, ReadinessId, "readiness", "check";
}

/// Id of any stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id {
    pub kind: Kind,
    pub uuid: Uuid,
}

impl Id {
    pub fn new(kind: Kind, uuid: Uuid) -> Id {
        Id { kind, uuid }
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}_{}", self.kind.prefix(), self.uuid.simple())
    }
}

impl FromStr for Id {
    type Err = BadId;
    fn from_str(text: &str) -> Result<Id, BadId> {
        let bad = || BadId(text.chars().take(60).collect());
        let (prefix, hex) = text.rsplit_once('_').ok_or_else(bad)?;
        let kind = Kind::of_prefix(prefix).ok_or_else(bad)?;
        let lower = hex.len() == 32 && hex.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        let uuid = if lower { Uuid::try_parse(hex).map_err(|_| bad())? } else { return Err(bad()) };
        Ok(Id { kind, uuid })
    }
}

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        String::deserialize(d)?.parse().map_err(serde::de::Error::custom)
    }
}

impl Serialize for Kind {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Kind {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let name = String::deserialize(d)?;
        Kind::of_name(&name).ok_or_else(|| serde::de::Error::custom(BadId(name)))
    }
}
