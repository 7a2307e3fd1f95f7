//! The JSON Schema of the shapes that write themselves: text, ids, hashes, duties, acts. All others
//! derive theirs from the same declaration that serde reads, so that the published document of the
//! API cannot differ from what is accepted.

use crate::acts::{ACTS, ActId};
use crate::authority::Duty;
use crate::canonical::{Hash, Pin};
use crate::id::{Id, Kind};
use crate::text::Text;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use std::borrow::Cow;

impl<const MAX: usize> JsonSchema for Text<MAX> {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        Cow::Owned(format!("Text{MAX}"))
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "minLength": 1, "maxLength": MAX })
    }
}

macro_rules! written {
    ($($type:ty, $name:literal, $schema:expr;)*) => {$(
        impl JsonSchema for $type {
            fn schema_name() -> Cow<'static, str> {
                Cow::Borrowed($name)
            }
            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                $schema
            }
        }
    )*};
}

written! {
    Hash, "Sha256", json_schema!({ "type": "string", "pattern": "^[0-9a-f]{64}$" });
    Pin, "ContentPin", json_schema!({ "type": "string", "pattern": "^content:[0-9a-f]{64}$" });
    Id, "Id", json_schema!({ "type": "string", "pattern": "^[a-z]+_[0-9a-f]{32}$" });
    Kind, "Kind", json_schema!({ "type": "string", "enum": Kind::ALL.iter().map(|k| k.name()).collect::<Vec<_>>() });
    Duty, "Duty", json_schema!({ "type": "string", "enum": Duty::ALL.iter().map(|d| d.code()).collect::<Vec<_>>() });
    ActId, "Act", json_schema!({ "type": "string", "enum": ACTS.iter().map(|a| a.id.name()).collect::<Vec<_>>() });
}
