//! `ndp outcome` as another program calls it.

use serde_json::{Value, json};
use std::io::Write;
use std::process::{Command, Stdio};

pub fn ndp() -> Command {
    // Test binaries lie beside the binary in the same target folder.
    let mut file = std::env::current_exe().unwrap();
    file.pop();
    file.pop();
    let mut command = Command::new(file.join("ndp"));
    command.env_remove("NDP_DATABASE__URL");
    command
}

fn run(args: &[&str], input: &[u8]) -> (i32, String, String) {
    let mut child = ndp().args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let _ = child.stdin.take().unwrap().write_all(input);
    let out = child.wait_with_output().unwrap();
    (out.status.code().unwrap(), String::from_utf8(out.stdout).unwrap(), String::from_utf8(out.stderr).unwrap())
}

const OTHERS: [&str; 9] = ["G1.1", "G1.2", "G1.3", "G1.4", "G1.5", "G2.1", "G3.1", "G5.1", "G6.1"];

fn input(unmet: &[&str], popularity: Value) -> Value {
    let result = |code: &&str| json!({ "code": code, "result": if unmet.contains(code) { "not_met" } else { "met" } });
    json!({ "regulation": "1230-2023", "criteria": OTHERS.iter().map(result).collect::<Vec<_>>(), "popularity": popularity })
}

fn outcome(value: &Value) -> Value {
    let (code, out, err) = run(&["outcome"], value.to_string().as_bytes());
    assert_eq!((code, err.as_str()), (0, ""), "{out}");
    serde_json::from_str(&out).unwrap()
}

#[test]
fn the_four_outcomes() {
    let one = |n: u64, d: u64| json!({ "numerator": n, "denominator": d });
    let range = |n: u64, low: u64, high: u64| json!({ "numerator": n, "denominator_low": low, "denominator_high": high });
    let cases = [
        (input(&[], one(2, 4)), "national", json!(true), json!("50.00"), json!("50.00"), json!([])),
        (input(&[], one(4_999_999, 10_000_000)), "potential", json!(false), json!("49.99"), json!("49.99"), json!(["G4.1"])),
        (input(&[], one(0, 1)), "potential", json!(false), json!("0.00"), json!("0.00"), json!(["G4.1"])),
        (input(&[], Value::Null), "potential", Value::Null, Value::Null, Value::Null, json!(["G4.1"])),
        (input(&["G2.1"], one(4, 4)), "rejected", json!(true), json!("100.00"), json!("100.00"), json!(["G2.1"])),
        (input(&["G2.1"], one(1, 4)), "rejected", json!(false), json!("25.00"), json!("25.00"), json!(["G2.1", "G4.1"])),
        (input(&[], range(45, 80, 100)), "undetermined", Value::Null, json!("45.00"), json!("56.25"), json!([])),
        (input(&["G6.1"], range(45, 80, 100)), "rejected", Value::Null, json!("45.00"), json!("56.25"), json!(["G6.1"])),
        (input(&[], range(50, 80, 100)), "national", json!(true), json!("50.00"), json!("62.50"), json!([])),
        (input(&[], range(39, 80, 100)), "potential", json!(false), json!("39.00"), json!("48.75"), json!(["G4.1"])),
        (input(&[], one(i64::MAX as u64, i64::MAX as u64)), "national", json!(true), json!("100.00"), json!("100.00"), json!([])),
    ];
    for (given, expected, met, low, high, unmet) in cases {
        let answer = outcome(&given);
        assert_eq!(answer["outcome"], expected, "{given}");
        assert_eq!(answer["share"], json!({ "met": met, "low": low, "high": high }), "{given}");
        assert_eq!(answer["unmet"], unmet, "{given}");
        assert!(answer["steps"].as_array().unwrap().len() >= 3);
    }
}

#[test]
fn an_unlisted_criterion_counts_as_not_met() {
    let answer = outcome(&json!({ "regulation": "1230-2023", "criteria": [], "popularity": { "numerator": 1, "denominator": 1 } }));
    assert_eq!(answer["outcome"], "rejected");
    assert_eq!(answer["unmet"], json!(OTHERS));
}

#[test]
fn wrong_input_exits_2_with_one_problem_document_and_nothing_else() {
    let base = input(&[], json!({ "numerator": 1, "denominator": 4 })).to_string();
    let with = |popularity: &str| base.replace(r#"{"denominator":4,"numerator":1}"#, popularity);
    assert_ne!(with("X"), base);
    let first = r#"{"code":"G1.1","result":"met"}"#;
    let cases = [
        (with(r#"{"numerator":5,"denominator":4}"#), "users_above_market"),
        (with(r#"{"numerator":5,"denominator_low":4,"denominator_high":9}"#), "users_above_market"),
        (with(r#"{"numerator":0,"denominator":0}"#), "market_zero"),
        (with(r#"{"numerator":-1,"denominator":4}"#), "number_negative"),
        (with(r#"{"numerator":1.5,"denominator":4}"#), "number_not_integer"),
        (with(r#"{"numerator":1.0,"denominator":4}"#), "number_not_integer"),
        (with(r#"{"numerator":1e2,"denominator":400}"#), "number_not_integer"),
        (with(r#"{"numerator":"1","denominator":4}"#), "number_textual"),
        (with(r#"{"numerator":1,"denominator":9223372036854775808}"#), "number_overflow"),
        (with(r#"{"numerator":1,"denominator":99999999999999999999999}"#), "number_overflow"),
        (with(r#"{"numerator":1,"denominator":4,"denominator_low":4,"denominator_high":5}"#), "both_forms"),
        (with(r#"{"numerator":1,"denominator":4,"denominator_high":5}"#), "both_forms"),
        (with(r#"{"numerator":1,"denominator_low":4}"#), "half_interval"),
        (with(r#"{"numerator":1,"denominator_high":4}"#), "half_interval"),
        (with(r#"{"numerator":1,"denominator_low":5,"denominator_high":4}"#), "low_above_high"),
        (with(r#"{"numerator":1}"#), "missing_field"),
        (with(r#"{"denominator":1}"#), "missing_field"),
        (with(r#"{"numerator":null,"denominator":1}"#), "wrong_type"),
        (with(r#"{"numerator":1,"denominator":4,"x":1}"#), "unknown_field"),
        (with(r#"{"numerator":1,"numerator":1,"denominator":4}"#), "repeated_field"),
        (with("7"), "wrong_type"),
        (with("[1,4]"), "wrong_type"),
        (base.replace(first, r#"["G1.1","met",null]"#), "wrong_type"),
        (r#"["1230-2023",[],null]"#.to_owned(), "wrong_type"),
        (base.replace("1230-2023", "9999"), "unknown_regulation"),
        (base.replace(first, r#"{"code":"G9.9","result":"met"}"#), "unknown_code"),
        (base.replace(first, r#"{"code":"G1.2","result":"met"}"#), "repeated_code"),
        (base.replace(first, r#"{"code":"G4.1","result":"met"}"#), "popularity_has_no_result"),
        (base.replace(first, r#"{"code":"G1.1","result":"maybe"}"#), "unknown_result"),
        (base.replace(first, r#"{"code":"G1.1","score":70}"#), "unknown_result"),
        (base.replace(first, r#"{"code":"G1.1"}"#), "missing_field"),
        (base.replace(first, r#"{"code":"G1.1","result":"met","note":"x"}"#), "unknown_field"),
        (base.replacen('{', r#"{"more":1,"#, 1), "unknown_field"),
        (String::new(), "not_json"),
        ("{".to_owned(), "not_json"),
        (format!("{base} {base}"), "not_json"),
        ("null".to_owned(), "wrong_type"),
        ("[".repeat(200_000), "not_json"),
    ];
    for (given, expected) in cases {
        for args in [&["outcome"][..], &["outcome", "--json", "--lang", "en"]] {
            let (code, out, err) = run(args, given.as_bytes());
            assert_eq!((code, out.as_str()), (2, ""), "{given:.200}: {err}");
            let problem: Value = serde_json::from_str(&err).unwrap_or_else(|_| panic!("{err}"));
            assert_eq!(problem["code"], format!("outcome.input.{expected}"), "{given:.200}");
            assert!(problem["detail"].as_str().unwrap().contains(' '), "a sentence: {problem}");
        }
    }
    let (code, out, err) = run(&["outcome"], b"{\"regulation\":\"\xff\"}");
    assert_eq!((code, out.as_str()), (2, ""));
    assert_eq!(serde_json::from_str::<Value>(&err).unwrap()["code"], "outcome.input.not_json");
    let (code, _, err) = run(&["outcome", "--nonsense"], b"");
    assert_eq!(code, 2);
    assert_eq!(serde_json::from_str::<Value>(&err).unwrap()["code"], "outcome.input.unknown_option");
}

#[test]
fn the_framework_has_exactly_its_ten_lines() {
    let (code, out, _) = run(&["outcome", "--criteria", "1230-2023"], b"");
    assert_eq!(code, 0);
    let lines: Vec<Value> = serde_json::from_str(&out).unwrap();
    let codes: Vec<&str> = lines.iter().map(|l| l["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["G1.1", "G1.2", "G1.3", "G1.4", "G1.5", "G2.1", "G3.1", "G4.1", "G5.1", "G6.1"]);
    let popularity: Vec<&str> = lines.iter().filter(|l| l["decides"] == "popularity").map(|l| l["code"].as_str().unwrap()).collect();
    assert_eq!(popularity, ["G4.1"]);
    let checked: Vec<&str> = lines.iter().filter(|l| l["checked_against_annex"] == true).map(|l| l["code"].as_str().unwrap()).collect();
    assert_eq!(checked, ["G3.1", "G4.1", "G6.1"]);
    let keys: Vec<&String> = lines[0].as_object().unwrap().keys().collect();
    assert_eq!(keys, ["checked_against_annex", "code", "decides", "group", "name_en", "name_vi"]);
    let (code, out, err) = run(&["outcome", "--criteria", "1"], b"");
    assert_eq!((code, out.as_str()), (2, ""));
    assert_eq!(serde_json::from_str::<Value>(&err).unwrap()["code"], "outcome.input.unknown_regulation");
}
