//! Vietnamese and English are complete: same keys, same variables, nothing unused; every code,
//! act, state, duty, paper, guard and term has its text.

use ndp_domain::acts::{ACTS, states};
use ndp_domain::authority::{Denied, Duty};
use ndp_domain::paper::Paper;
use ndp_domain::refusal::CATALOGUE;
use ndp_text::{Lang, key, sources, texts};
use std::collections::{BTreeMap, BTreeSet};

/// Keys of a language with the variables each names.
fn keys(lang: Lang) -> BTreeMap<String, BTreeSet<String>> {
    let mut all = BTreeMap::new();
    for (file, text) in sources(lang) {
        // A text with a plural goes on over indented lines.
        let text = text.replace("\n ", " ");
        for line in text.lines().filter(|l| !l.starts_with('#') && !l.trim().is_empty()) {
            let (name, value) = line.split_once(" = ").unwrap_or_else(|| panic!("{file}: {line}"));
            let variables = value.split("{ $").skip(1).filter_map(|v| v.split([' ', '}']).next()).map(str::to_owned).collect();
            assert!(all.insert(name.to_owned(), variables).is_none(), "{file}: {name} twice");
            assert_eq!(ndp_domain::text::normalise(value), value.trim(), "{name} is NFC");
        }
    }
    all
}

#[test]
fn both_languages_have_the_same_keys_and_variables() {
    let (vi, en) = (keys(Lang::Vi), keys(Lang::En));
    assert_eq!(vi.keys().collect::<Vec<_>>(), en.keys().collect::<Vec<_>>());
    for (name, variables) in &vi {
        assert_eq!(variables, &en[name], "{name}");
    }
}

#[test]
fn nothing_is_left_untranslated_and_forbidden_signs_are_absent() {
    for lang in [Lang::Vi, Lang::En] {
        for (file, text) in sources(lang) {
            for sign in ['≥', '≤', '→', '✓'] {
                assert!(!text.contains(sign), "{lang} {file}: {sign} is not in the fonts");
            }
        }
    }
    let en: String = sources(Lang::En).iter().map(|(_, t)| *t).collect();
    assert!(!en.contains("Đ"), "English texts hold no Vietnamese letters");
}

#[test]
fn everything_with_a_code_has_its_text() {
    let mut wanted: BTreeSet<String> = BTreeSet::new();
    wanted.extend(CATALOGUE.iter().map(|(code, ..)| key("refusal", code)));
    wanted.extend(Denied::ALL.iter().map(|d| key("denied", d.code().trim_start_matches("authority."))));
    for row in &ACTS {
        wanted.extend([format!("act-{}", row.id), format!("act-{}-guard", row.id), format!("did-{}", row.id)]);
        wanted.extend(row.guards.iter().map(|g| format!("guard-{}", g.id)));
        wanted.extend(row.deadline.map(|d| key("term", d)));
        if let Paper::Issued(kind) | Paper::Working(kind) = row.paper {
            wanted.insert(format!("paper-{kind}"));
        }
        wanted.insert(format!("machine-{}", row.id.name().trim_end_matches(|c: char| c.is_ascii_digit())));
    }
    wanted.extend(ndp_domain::regulation::FURTHER_TERMS.iter().map(|t| key("term", t)));
    wanted.extend(states().into_iter().map(|s| key("state", s)));
    wanted.extend(Duty::ALL.iter().map(|d| format!("duty-{}", d.code())));
    for lang in [Lang::Vi, Lang::En] {
        let missing: Vec<&String> = wanted.iter().filter(|k| !texts(lang).has(k)).collect();
        assert!(missing.is_empty(), "{lang}: {missing:?}");
    }
    // And nothing in these families without a code.
    let families = ["refusal-", "denied-", "act-", "did-", "guard-", "term-", "paper-", "state-", "machine-"];
    let unused: Vec<String> = keys(Lang::Vi)
        .into_keys()
        .filter(|k| families.iter().any(|f| k.starts_with(f)) && !wanted.contains(k) && k != "state-new")
        .collect();
    assert!(unused.is_empty(), "{unused:?}");
}

#[test]
fn every_finding_of_the_check_has_its_text() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut found = BTreeSet::new();
    for file in [
        "engine/src/check.rs",
        "engine/src/check/page.rs",
        "engine/src/check/seals.rs",
        "engine/src/check/invariants.rs",
        "store/src/audit.rs",
    ] {
        let text = std::fs::read_to_string(root.join("crates").join(file)).unwrap();
        let code = |word: &&str| {
            word.split_once('.').is_some_and(|(a, b)| !a.is_empty() && !b.is_empty())
                && word.chars().all(|c| c.is_ascii_lowercase() || c == '_' || c == '.')
        };
        found.extend(text.split('"').skip(1).step_by(2).filter(code).map(|c| key("finding", c)));
    }
    assert!(found.len() > 30);
    for lang in [Lang::Vi, Lang::En] {
        let missing: Vec<&String> = found.iter().filter(|k| !texts(lang).has(k)).collect();
        assert!(missing.is_empty(), "{lang}: {missing:?}");
    }
}

#[test]
fn every_text_renders_with_its_variables() {
    for lang in [Lang::Vi, Lang::En] {
        for (name, variables) in keys(lang) {
            let args: Vec<(&str, &str)> = variables.iter().map(|v| (v.as_str(), "3")).collect();
            let text = texts(lang).find(&name, &args).unwrap_or_else(|| panic!("{lang} {name} does not render"));
            assert!(!text.contains('{') && !text.is_empty(), "{lang} {name}: {text}");
        }
    }
}

/// Texts of all sources and templates of the pages.
fn web_sources() -> String {
    fn read(folder: &std::path::Path, out: &mut String) {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() {
                read(&path, out);
            } else {
                out.push_str(&std::fs::read_to_string(&path).unwrap());
            }
        }
    }
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("crates/web");
    let mut out = String::new();
    read(&root.join("src"), &mut out);
    read(&root.join("templates"), &mut out);
    out
}

/// Families whose last part is computed: states, days, steps, classes.
const COMPUTED: &[&str] = &[
    "web-accessibility-",
    "web-class-",
    "web-day-",
    "web-display-",
    "web-established-",
    "web-guide-",
    "web-legal-",
    "web-figure-",
    "web-order-",
    "web-platform-end-",
    "web-platform-ended-",
    "web-platform-paper-",
    "web-month-",
    "web-org-",
    "web-phrase-",
    "web-outcome-",
    "web-problem-",
    "web-register-",
    "web-rule-",
    "web-step-",
    "web-topic-",
    "web-topics-next-",
    "web-unit-",
    "web-way-",
    "web-weekday-",
];

#[test]
fn every_text_of_a_page_is_there_and_none_is_unused() {
    let sources = web_sources();
    let known = keys(Lang::Vi);
    let used: BTreeSet<&str> = sources
        .split('"')
        .filter(|word| {
            word.starts_with("web-") && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_'))
        })
        .collect();
    let missing: Vec<&&str> = used.iter().filter(|k| !known.contains_key(**k) && !COMPUTED.iter().any(|f| f.starts_with(**k))).collect();
    assert!(missing.is_empty(), "{missing:?}");
    let computed = |k: &str| COMPUTED.iter().any(|f| k.starts_with(f)) || k.ends_with("-none");
    let unused: Vec<&String> = known.keys().filter(|k| k.starts_with("web-") && !used.contains(k.as_str()) && !computed(k)).collect();
    assert!(unused.is_empty(), "{unused:?}");
    for kind in ndp_domain::id::Kind::ALL {
        assert!(known.contains_key(&format!("kind-{}", kind.name())) && known.contains_key(&format!("kinds-{}", kind.name())), "{kind:?}");
    }
}

#[test]
fn every_field_and_choice_of_a_form_has_its_text_and_every_state_its_look() {
    use ndp_web::form::Shape;
    fn walk(shape: &Shape, fields: &mut BTreeSet<String>, choices: &mut BTreeSet<(String, String)>) {
        match shape {
            Shape::Object(_, properties) => properties.iter().filter(|p| !ndp_web::form::shape::hidden(&p.name)).for_each(|p| {
                fields.insert(p.name.clone());
                walk(&p.shape, fields, choices);
            }),
            Shape::List(inner) | Shape::Map(inner) => walk(inner, fields, choices),
            Shape::OneOf(of, variants) => variants.iter().for_each(|(tag, inner)| {
                choices.insert((of.clone(), tag.clone()));
                inner.iter().for_each(|inner| walk(inner, fields, choices));
            }),
            Shape::Choice(of, values) if of != "Act" && of != "Duty" => {
                choices.extend(values.iter().map(|v| (of.clone(), v.clone())));
            }
            _ => {}
        }
    }
    let (mut fields, mut choices) = (BTreeSet::new(), BTreeSet::new());
    for form in ndp_engine::orders::all() {
        walk(ndp_web::form::shape::of(form), &mut fields, &mut choices);
    }
    assert!(fields.len() > 150 && choices.len() > 60, "{} fields, {} choices", fields.len(), choices.len());
    for lang in [Lang::Vi, Lang::En] {
        let t = texts(lang);
        let missing: Vec<&String> = fields.iter().filter(|f| !t.has(&format!("field-{f}"))).collect();
        assert!(missing.is_empty(), "{lang}: {missing:?}");
        let unsaid: Vec<_> =
            choices.iter().filter(|(of, v)| !t.has(&format!("choice-{of}-{v}")) && !t.has(&format!("choice-{v}"))).collect();
        assert!(unsaid.is_empty(), "{lang}: {unsaid:?}");
    }
    let plain: Vec<&str> = states().into_iter().filter(|s| *s != "new" && s.contains('.') && !ndp_web::markup::has_look(s)).collect();
    assert!(plain.is_empty(), "{plain:?}");
}
