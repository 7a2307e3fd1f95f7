//! Every core case of process.md 7 has its test, named by the rule it states.

use std::collections::BTreeSet;
use std::path::Path;

#[test]
fn no_core_case_is_without_its_test() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let listed = std::fs::read_to_string(root.join("contract/core_cases.tsv")).unwrap();
    let mut tests = BTreeSet::new();
    for folder in ["../crates/domain/src/tests", "e2e"] {
        for entry in std::fs::read_dir(root.join(folder)).unwrap() {
            let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
            let mut marked = false;
            for line in text.lines() {
                let line = line.trim();
                let name = line.trim_start_matches("async ").strip_prefix("fn ").and_then(|rest| rest.split('(').next());
                match name {
                    Some(name) if marked => drop(tests.insert(name.to_owned())),
                    _ => {}
                }
                marked = line.starts_with("#[test]") || line.starts_with("#[tokio::test");
            }
        }
    }
    let mut cases = BTreeSet::new();
    for line in listed.lines().skip(1) {
        let mut columns = line.split('\t');
        let (case, what, names) = (columns.next().unwrap(), columns.next().unwrap(), columns.next().unwrap());
        assert!(cases.insert(case.parse::<u32>().unwrap()), "case {case} twice");
        assert!(!names.is_empty(), "case {case} ({what}) has no test");
        for name in names.split(' ') {
            assert!(tests.contains(name), "case {case} ({what}): there is no test {name}");
        }
    }
    // The numbers that process.md marks core, but for those that it gives to later parts.
    let later: BTreeSet<u32> = [35, 38, 39, 40, 41, 42, 45, 57, 59].into();
    let missing: Vec<u32> = (1..=59).filter(|n| !later.contains(n) && !cases.contains(n)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
