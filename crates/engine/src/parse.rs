//! The edge: JSON as sent becomes a command of the core, or a list of mistakes with pointer and
//! stable code. Text is normalised to NFC here; the core refuses anything else.

use crate::Problem;
use crate::problem::InputMistake;
use ndp_domain::acts::ActId;
use ndp_domain::id::Kind;
use ndp_domain::machine::Command;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// Larger than any honest act (bytes).
pub const MAX_BODY: usize = 1024 * 1024;

/// The name of an act's command in its machine, as the wire has it.
fn variant(act: ActId, kind: Kind) -> Option<&'static str> {
    use ActId::*;
    Some(match (act, kind) {
        (L1, _) => "draft",
        (L2, _) => "submit",
        (L3, _) => "register",
        (L4, _) => "assign",
        (L8, _) => "list",
        (C1, _) => "begin",
        (C2, _) => "consult",
        (C3, _) => "give",
        (C5, _) => "promulgate",
        (B1, _) => "choose",
        (B4, _) => "establish",
        (B5, _) => "declare_ready",
        (B7, _) => "appoint_counters",
        (B17, _) => "declare",
        (E1, Kind::Dossier) => "draft",
        (E2, _) => "submit",
        (E4, _) => "register",
        (E5, _) => "assign",
        (E9, _) => "accept",
        (E11, _) => "open_round",
        (E15, _) => "submit",
        (E16, _) => "convene",
        (E18, _) => "count",
        (E19, _) => "sign_minutes",
        (E22, _) => "recognise_national",
        (E23, _) => "recognise_potential",
        (E24, _) => "reject",
        (E29, _) => "invite",
        (E30, _) => "cast",
        (P2, _) => "share",
        (P6, _) => "publish",
        (D1, _) => "draft",
        (D2, _) => "submit",
        (D3, _) => "initial",
        (D4, _) => "check_form",
        (D5, _) => "return",
        (D6, _) => "sign",
        (D7, _) => "number",
        (D8, _) => "seal",
        (D9, _) => "issue",
        (D10, _) => "file",
        (D11, _) => "discard",
        (D12, _) => "void",
        (AC1, _) => "open",
        (AC2, _) => "grant",
        (AC3, _) => "end",
        // Consequences and the installation's own acts have no order of their own.
        (E1 | C6 | R1 | R2 | P1 | RF1 | OR1 | OR2, _) => return None,
    })
}

/// Reads the content of an act from bytes.
pub fn command_from_bytes(act: ActId, kind: Kind, bytes: &[u8]) -> Result<Command, Problem> {
    if bytes.len() > MAX_BODY {
        return Err(invalid("", "input.too_large", MAX_BODY.to_string()));
    }
    let value: Value =
        serde_json::from_slice(bytes).map_err(|e| invalid("", "input.not_json", format!("line {}, column {}", e.line(), e.column())))?;
    command(act, kind, value)
}

/// Reads the content of an act from a JSON object.
pub fn command(act: ActId, kind: Kind, content: Value) -> Result<Command, Problem> {
    let Some(variant) = variant(act, kind) else { return Err(invalid("", "input.act_not_ordered", String::new())) };
    let content = normalise(content);
    if !content.is_object() {
        return Err(invalid("", "input.not_object", String::new()));
    }
    let tagged = Value::Object(Map::from_iter([(variant.to_owned(), content)]));
    let given = tagged.clone();
    let command = match kind {
        Kind::Reference | Kind::Organisation | Kind::Product | Kind::Recognition => {
            return Err(invalid("", "input.act_not_ordered", String::new()));
        }
        Kind::Account => Command::Account(read(tagged)?),
        Kind::ListEntry => Command::ListEntry(read(tagged)?),
        Kind::CriteriaSet => Command::CriteriaSet(read(tagged)?),
        Kind::Opinion => Command::Opinion(read(tagged)?),
        Kind::Dossier => Command::Dossier(read(tagged)?),
        Kind::Body => Command::Body(read(tagged)?),
        Kind::Declaration => Command::Declaration(read(tagged)?),
        Kind::Sheet => Command::Sheet(read(tagged)?),
        Kind::Publication => Command::Publication(read(tagged)?),
        Kind::Document => Command::Document(read(tagged)?),
    };
    // The command as understood, under the name of its machine and of its order.
    let understood = serde_json::to_value(&command).unwrap_or_default();
    let inner = |value: &Value| value.as_object().and_then(|o| o.values().next()).cloned().unwrap_or_default();
    match list_for_record(&inner(&given), &inner(&inner(&understood)), "") {
        Some(pointer) => Err(invalid(&pointer, "input.type", "object".to_owned())),
        None => Ok(command),
    }
}

/// Where a list was sent for a record: serde takes one of the same length, we do not.
fn list_for_record(given: &Value, understood: &Value, pointer: &str) -> Option<String> {
    match (given, understood) {
        (Value::Array(_), Value::Object(_)) => Some(pointer.to_owned()),
        (Value::Array(given), Value::Array(understood)) => {
            given.iter().zip(understood).enumerate().find_map(|(i, (g, u))| list_for_record(g, u, &format!("{pointer}/{i}")))
        }
        (Value::Object(given), Value::Object(understood)) => {
            given.iter().find_map(|(key, g)| list_for_record(g, understood.get(key)?, &format!("{pointer}/{key}")))
        }
        _ => None,
    }
}

fn read<T: DeserializeOwned>(tagged: Value) -> Result<T, Problem> {
    let pointer_base = tagged.as_object().and_then(|o| o.keys().next()).cloned().unwrap_or_default();
    serde_path_to_error::deserialize(tagged).map_err(|error| {
        let path = error.path().to_string();
        let pointer: String = path
            .trim_start_matches(&pointer_base)
            .split(['.', '['])
            .map(|part| part.trim_end_matches(']'))
            .filter(|part| !part.is_empty() && *part != "?")
            .map(|part| format!("/{}", part.replace('~', "~0").replace('/', "~1")))
            .collect();
        let (code, expected) = classify(&error.into_inner().to_string());
        invalid(&pointer, code, expected)
    })
}

/// Serde's sentence as a stable code; what was submitted is never repeated.
fn classify(message: &str) -> (&'static str, String) {
    let tail = |lead: &str| message.split_once(lead).map(|(_, rest)| rest.trim().to_owned()).unwrap_or_default();
    for code in ["input.text_empty", "input.text_not_nfc", "input.text_control", "input.hash", "input.id", "input.duty", "input.act"] {
        if message.starts_with(code) {
            return (code, String::new());
        }
    }
    if message.starts_with("input.text_too_long") {
        return ("input.text_too_long", tail("input.text_too_long:"));
    }
    if message.starts_with("unknown field") {
        return ("input.field_unknown", tail("expected"));
    }
    if message.starts_with("missing field") {
        return ("input.field_missing", message.split('`').nth(1).unwrap_or_default().to_owned());
    }
    if message.starts_with("duplicate field") {
        return ("input.field_repeated", String::new());
    }
    if message.starts_with("unknown variant") {
        return ("input.choice_unknown", tail("expected"));
    }
    if message.starts_with("input is out of range")
        || message.starts_with("input contains invalid")
        || message.contains("premature end of input")
        || message.starts_with("trailing input")
    {
        return ("input.date", "2026-03-02".to_owned());
    }
    if message.starts_with("invalid type") || message.starts_with("invalid value") || message.starts_with("invalid length") {
        return ("input.type", tail("expected"));
    }
    ("input.invalid", String::new())
}

/// NFC and trimmed, in every text and key.
pub fn normalise(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(ndp_domain::text::normalise(&text)),
        Value::Array(items) => Value::Array(items.into_iter().map(normalise).collect()),
        Value::Object(map) => Value::Object(map.into_iter().map(|(k, v)| (ndp_domain::text::normalise(&k), normalise(v))).collect()),
        other => other,
    }
}

fn invalid(pointer: &str, code: &str, expected: String) -> Problem {
    Problem::Invalid(vec![InputMistake { pointer: pointer.to_owned(), code: code.to_owned(), expected }])
}
