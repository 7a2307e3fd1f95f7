//! Bad input at the edge: each a specific answer with pointer and stable code; nothing written.

use ndp_domain::acts::ActId;
use ndp_domain::id::Kind;
use ndp_engine::{Problem, parse};
use serde_json::{Value, json};

fn refused(act: ActId, kind: Kind, content: Value) -> (String, String) {
    match parse::command(act, kind, content) {
        Err(Problem::Invalid(mistakes)) => (mistakes[0].code.clone(), mistakes[0].pointer.clone()),
        other => panic!("{other:?}"),
    }
}

fn proposal(change: impl Fn(&mut Value)) -> Value {
    let mut value = json!({ "proposal": {
        "name_vi": "Nền tảng thử", "name_en": null, "need": "Nhu cầu", "users": "Người dân", "scope": "Toàn quốc",
        "legal_basis": null, "overlap": "none_known", "files": [{ "name": "Phiếu", "sha256": "0".repeat(64) }],
    }});
    change(&mut value["proposal"]);
    value
}

#[test]
fn each_mistake_has_its_code_and_place() {
    let l2 = |change: &dyn Fn(&mut Value)| refused(ActId::L2, Kind::ListEntry, proposal(change));
    let at = |code: &str, pointer: &str| (code.to_owned(), pointer.to_owned());
    assert!(parse::command(ActId::L2, Kind::ListEntry, proposal(|_| {})).is_ok());
    assert_eq!(l2(&|p| p["colour"] = json!("red")), at("input.field_unknown", "/proposal/colour"));
    assert_eq!(l2(&|p| p["overlap"] = json!("perhaps")), at("input.choice_unknown", "/proposal/overlap"));
    assert_eq!(l2(&|p| p["name_vi"] = json!("")), at("input.text_empty", "/proposal/name_vi"));
    assert_eq!(l2(&|p| p["name_vi"] = json!("a".repeat(301))), at("input.text_too_long", "/proposal/name_vi"));
    assert_eq!(l2(&|p| p["name_vi"] = json!("a\u{7}b")), at("input.text_control", "/proposal/name_vi"));
    assert_eq!(l2(&|p| p["name_vi"] = json!(12)), at("input.type", "/proposal/name_vi"));
    assert_eq!(l2(&|p| p["files"][0] = json!(["Phiếu", "0".repeat(64)])), at("input.type", "/proposal/files/0"));
    assert_eq!(l2(&|p| p["files"][0]["sha256"] = json!("xyz")), at("input.hash", "/proposal/files/0/sha256"));
    assert_eq!(l2(&|p| drop(p.as_object_mut().unwrap().remove("need"))), at("input.field_missing", "/proposal"));
    let day = |text: &str| refused(ActId::L3, Kind::ListEntry, json!({ "incoming": { "number": "1", "arrived_on": text } }));
    assert_eq!(day("2026-02-30"), at("input.date", "/incoming/arrived_on"));
    assert_eq!(day("yesterday"), at("input.date", "/incoming/arrived_on"));
    assert_eq!(refused(ActId::L2, Kind::ListEntry, json!([1])), at("input.not_object", ""));
    assert_eq!(refused(ActId::R1, Kind::Recognition, json!({})), at("input.act_not_ordered", ""));
    assert_eq!(refused(ActId::L4, Kind::ListEntry, json!({ "officer": "acc_1", "until": "2026-03-02" })), at("input.id", "/officer"));
}

#[test]
fn bytes_that_are_no_json_or_too_many_are_refused() {
    let code = |bytes: &[u8]| match parse::command_from_bytes(ActId::L2, Kind::ListEntry, bytes) {
        Err(Problem::Invalid(m)) => m[0].code.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(code(b"{"), "input.not_json");
    assert_eq!(code(b"\xff\xfe"), "input.not_utf8");
    assert_eq!(code(&vec![b' '; parse::MAX_BODY + 1]), "input.too_large");
    assert_eq!(code("[".repeat(100_000).as_bytes()), "input.too_deep", "deep nesting must not end the process");
}

#[test]
fn decomposed_text_is_composed_at_the_edge_and_refused_by_the_core() {
    let decomposed = "Nê\u{300}n tảng";
    let value = proposal(|p| p["name_vi"] = json!(decomposed));
    let command = parse::command(ActId::L2, Kind::ListEntry, value).unwrap();
    assert!(serde_json::to_string(&command).unwrap().contains("Nền tảng"));
    assert_eq!(ndp_domain::text::Name::new(decomposed), Err(ndp_domain::text::BadText::NotNfc));
}

#[test]
fn what_was_submitted_is_never_echoed() {
    let value = proposal(|p| p["overlap"] = json!("bí-mật-của-tôi"));
    let answer = format!("{:?}", parse::command(ActId::L2, Kind::ListEntry, value));
    assert!(!answer.contains("bí-mật"), "{answer}");
}
