//! JSON as we take it from outside: a key once, nesting bounded, valid UTF-8. serde_json's own reading
//! keeps the last of repeated keys, so that two readers could understand two things.

use crate::Problem;
use crate::problem::InputMistake;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use std::fmt;

/// Deeper than any command (levels).
pub const MAX_DEPTH: usize = 32;

struct Strict {
    depth: usize,
}

const REPEATED: &str = "input.key_repeated";
const DEEP: &str = "input.too_deep";
const NUL: &str = "input.text_control";

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;
    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("JSON")
    }
    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }
    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }
    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }
    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }
    fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<Value, E> {
        self.visit_string(value.to_owned())
    }
    fn visit_string<E: serde::de::Error>(self, value: String) -> Result<Value, E> {
        // No text holds it, and PostgreSQL takes none.
        if value.contains('\0') { Err(E::custom(NUL)) } else { Ok(Value::String(value)) }
    }
    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        if self.depth == 0 {
            return Err(serde::de::Error::custom(DEEP));
        }
        let mut items = Vec::new();
        while let Some(item) = seq.next_element_seed(Strict { depth: self.depth - 1 })? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        if self.depth == 0 {
            return Err(serde::de::Error::custom(DEEP));
        }
        let mut out = Map::new();
        while let Some(key) = map.next_key::<String>()? {
            let value = map.next_value_seed(Strict { depth: self.depth - 1 })?;
            if out.insert(key, value).is_some() {
                return Err(serde::de::Error::custom(REPEATED));
            }
        }
        Ok(Value::Object(out))
    }
}

/// Reads one JSON value. Codes: `input.not_utf8`, `input.key_repeated`, `input.too_deep`, `input.not_json`.
pub fn strict(bytes: &[u8]) -> Result<Value, Problem> {
    let mistake =
        |code: &str, expected: String| Problem::Invalid(vec![InputMistake { pointer: String::new(), code: code.to_owned(), expected }]);
    let text = std::str::from_utf8(bytes).map_err(|e| mistake("input.not_utf8", e.valid_up_to().to_string()))?;
    let mut reader = serde_json::Deserializer::from_str(text);
    let read = Strict { depth: MAX_DEPTH }.deserialize(&mut reader).and_then(|value| reader.end().map(|()| value));
    read.map_err(|error| {
        let place = format!("line {}, column {}", error.line(), error.column());
        let said = error.to_string();
        if said.starts_with(REPEATED) {
            mistake(REPEATED, place)
        } else if said.starts_with(NUL) {
            mistake(NUL, place)
        } else if said.starts_with(DEEP) || said.starts_with("recursion limit") {
            mistake(DEEP, MAX_DEPTH.to_string())
        } else {
            mistake("input.not_json", place)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(bytes: &[u8]) -> String {
        strict(bytes).expect_err("refused").code().to_owned()
    }

    #[test]
    fn json_is_taken_only_where_every_reader_reads_the_same() {
        assert_eq!(strict(b"{\"a\": [1, true, null, \"x\"]}").ok(), Some(serde_json::json!({ "a": [1, true, null, "x"] })));
        assert_eq!(code(b"{\"a\":1,\"a\":2}"), "input.key_repeated");
        assert_eq!(code(b"{\"a\":{\"b\":1,\"b\":2}}"), "input.key_repeated");
        assert_eq!(code(b"\xff"), "input.not_utf8");
        assert_eq!(code(b"[\"a\\u0000b\"]"), "input.text_control");
        assert_eq!(code(b"{"), "input.not_json");
        assert_eq!(code(b"{} {}"), "input.not_json");
        assert_eq!(code(b""), "input.not_json");
        assert_eq!(code("[".repeat(100_000).as_bytes()), "input.too_deep");
        assert_eq!(code(format!("{}1{}", "[".repeat(33), "]".repeat(33)).as_bytes()), "input.too_deep");
    }
}
