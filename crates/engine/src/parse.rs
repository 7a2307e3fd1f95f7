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
pub(crate) fn variant(act: ActId, kind: Kind) -> Option<&'static str> {
    use ActId::*;
    Some(match (act, kind) {
        (L1, _) => "draft",
        (L2, _) => "submit",
        (L3, _) => "register",
        (L4, _) => "assign",
        (L5 | E6, _) => "ask_supplement",
        (L6 | E7, _) => "supplement",
        (L7, _) => "stop",
        (L8, _) => "list",
        (L9, _) => "refuse",
        (L10, _) => "withdraw",
        (L11, _) => "remove",
        (L12 | E31, _) => "remind",
        (L13, _) => "hand_over",
        (C1, _) => "begin",
        (C2, _) => "consult",
        (C3, _) => "give",
        (C4, _) => "revise",
        (C5, _) => "promulgate",
        (C7, _) => "review",
        (C8, _) => "drop",
        (C9, _) => "repeal",
        (CP1, _) => "propose",
        (CP2, _) => "comment",
        (CP3, _) => "accept",
        (CP4, _) => "refuse",
        (B1, _) => "choose",
        (B2, _) => "ask_nominations",
        (B3, _) => "nominate",
        (B4, _) => "establish",
        (B5, _) => "declare_ready",
        (B6, _) => "amend",
        (B7, _) => "appoint_counters",
        (B8, _) => "select",
        (B9, _) => "sign_contract",
        (B10, _) => "cancel_selection",
        (B11, _) => "report",
        (B12, _) => "remark",
        (B13, _) => "accept_report",
        (B14, _) => "close",
        (B15, _) => "cancel",
        (B16, _) => "reorder",
        (B17, _) => "declare",
        (B18, _) => "answer",
        (CF1, _) => "record",
        (CF2, _) => "pin",
        (E1, Kind::Dossier) => "draft",
        (E2, _) => "submit",
        (E3, _) => "open",
        (E4, _) => "register",
        (E5, _) => "assign",
        (E8, _) => "lapse",
        (E9, _) => "accept",
        (E10, _) => "decline",
        (E11, _) => "open_round",
        (E12, _) => "ask_clarification",
        (E13, _) => "clarify",
        (E14, _) => "go_on",
        (E15, _) => "submit",
        (E16, _) => "convene",
        (E17, _) => "adjourn",
        (E18, _) => "count",
        (E19, _) => "sign_minutes",
        (E20, _) => "conclude_report",
        (E21, _) => "choose_denominator",
        (E22, _) => "recognise_national",
        (E23, _) => "recognise_potential",
        (E24, _) => "reject",
        (E26, _) => "set_aside",
        (E27, _) => "stop",
        (E29, _) => "invite",
        (E30, _) => "cast",
        (E32, _) => "supply",
        (E33, _) => "request_stop",
        (OB1, _) => "lodge",
        (OB2, _) => "answer",
        (R3 | R4, _) => "review",
        (R5, _) => "keep",
        (R6, _) => "remediate",
        (R7, _) => "recheck",
        (R8, _) => "revoke",
        (R9, _) => "revoke_otherwise",
        (R10, _) => "to_potential",
        (R11, _) => "to_national",
        (R12, _) => "end",
        (R13, _) => "stop_review",
        (R14, _) => "ask_holder",
        (R15, _) => "hear_holder",
        (R16, _) => "measure",
        (P2, _) => "share",
        (P3, _) => "return",
        (P4, _) => "propose",
        (P5, _) => "settle",
        (P6, _) => "publish",
        (P7, _) => "close",
        (PE1, _) => "compile",
        (PE2, _) => "issue",
        (U1, _) => "draft",
        (U2, _) => "approve",
        (U3, _) => "put_into_use",
        (U4, _) => "amend",
        (U5, _) => "suspend",
        (U6, _) => "resume",
        (U7, _) => "end",
        (U8, _) => "cancel",
        (RC1, _) => "ask",
        (RC2, _) => "keep",
        (RC3, _) => "accept",
        (KN1, _) => "lodge",
        (KN2, _) => "accept",
        (KN3, _) => "refuse",
        (KN4, _) => "settle",
        (KN5, _) => "note_next",
        (KN6, _) => "close",
        (SC1, _) => "begin",
        (SC2, _) => "answer",
        (SC3, _) => "convert",
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
        (D13, _) => "correct",
        (D14, _) => "replace",
        (OR3, _) => "record_unit",
        (OR4, _) => "rename",
        (AC1, _) => "open",
        (AC2, _) => "grant",
        (AC3, _) => "end",
        (AC4, _) => "suspend",
        (AC5, _) => "reinstate",
        (X1, _) => "transfer",
        (X2, _) => "pause",
        (X3, _) => "resume",
        (X4, _) => "import",
        // Consequences and the installation's own acts have no order of their own; what is loaded is a file (`load`).
        (E1 | C6 | E25 | E28 | R1 | R2 | R17 | P1 | P8 | PE3 | RF1 | OR1 | OR2 | X5, _) => return None,
    })
}

/// Reads the content of an act from bytes.
pub fn command_from_bytes(act: ActId, kind: Kind, bytes: &[u8]) -> Result<Command, Problem> {
    if bytes.len() > MAX_BODY {
        return Err(invalid("", "input.too_large", MAX_BODY.to_string()));
    }
    let value = crate::strict::strict(bytes)?;
    command(act, kind, value)
}

/// Reads the content of an act from a JSON object.
pub fn command(act: ActId, kind: Kind, content: Value) -> Result<Command, Problem> {
    let Some(variant) = variant(act, kind) else { return Err(invalid("", "input.act_not_ordered", String::new())) };
    order(act, kind, variant, content)
}

/// Reads the content of an order by the name of its command.
pub fn order(act: ActId, kind: Kind, variant: &str, content: Value) -> Result<Command, Problem> {
    let content = normalise(content);
    if !content.is_object() {
        return Err(invalid("", "input.not_object", String::new()));
    }
    let tagged = Value::Object(Map::from_iter([(variant.to_owned(), content)]));
    let given = tagged.clone();
    let command = match kind {
        _ if matches!(act, ActId::X1 | ActId::X2 | ActId::X3) => Command::Any(read(tagged)?),
        Kind::Reference => return Err(invalid("", "input.act_not_ordered", String::new())),
        Kind::Organisation => Command::Organisation(read(tagged)?),
        Kind::Product => Command::Product(read(tagged)?),
        Kind::Recognition => Command::Recognition(read(tagged)?),
        Kind::Plan => Command::Plan(read(tagged)?),
        Kind::Edition => Command::Edition(read(tagged)?),
        Kind::Reconsideration => Command::Reconsideration(read(tagged)?),
        Kind::Complaint => Command::Complaint(read(tagged)?),
        Kind::Objection => Command::Objection(read(tagged)?),
        Kind::ChangeProposal => Command::ChangeProposal(read(tagged)?),
        Kind::Links => Command::Links(read(tagged)?),
        Kind::Readiness => Command::Readiness(read(tagged)?),
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

/// Reads a value of any known shape, with pointers to what is wrong: for bodies that are no acts.
pub fn shape<T: DeserializeOwned>(value: Value) -> Result<T, Problem> {
    read_from(normalise(value), "")
}

fn read<T: DeserializeOwned>(tagged: Value) -> Result<T, Problem> {
    let base = tagged.as_object().and_then(|o| o.keys().next()).cloned().unwrap_or_default();
    read_from(tagged, &base)
}

fn read_from<T: DeserializeOwned>(value: Value, base: &str) -> Result<T, Problem> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        let path = error.path().to_string();
        let pointer: String = path
            .trim_start_matches(base)
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
    if message.starts_with("input.time") {
        return ("input.time", "14:30".to_owned());
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
