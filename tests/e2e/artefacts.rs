//! What goes in and out of the binary as files: diagrams, the event log, registers, platforms, a
//! criteria set, imports, what-if, succession. One demonstration serves the story.

use super::command_line::run;
use ndp_domain::canonical::Hash;
use ndp_domain::dossier::Application;
use ndp_domain::id::Kind;
use ndp_domain::machine::{Machine, State};
use ndp_store::{Place, Store};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

fn golden() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("crates/domain/golden")
}

/// `dossier.submitted.v1.json`: machine and what happened.
fn kind_of(event: &Value) -> String {
    let (machine, inner) = event.as_object().unwrap().iter().next().unwrap();
    let what = inner.as_str().map_or_else(|| inner.as_object().unwrap().keys().next().unwrap().clone(), str::to_owned);
    format!("{machine}.{what}.v1.json")
}

/// `UPDATE_GOLDEN=1` writes the missing files; the domain's tests read every file for ever.
async fn every_event_has_its_golden_file(data: &Path) {
    let store = Store::open(&Place::embedded(&data.join("ndp.sqlite"), false)).await.unwrap();
    let mut found: BTreeMap<String, Value> = BTreeMap::new();
    for event in store.audit_events(None, None).await.unwrap() {
        let envelope: Value = serde_json::from_str(&event.body).unwrap();
        let event = envelope["event"].clone();
        found.entry(kind_of(&event)).or_insert(event);
    }
    store.close().await.unwrap();
    assert!(found.len() > 120, "{} kinds of event in the demonstration", found.len());
    for (name, event) in found {
        let file = golden().join(&name);
        if std::env::var_os("UPDATE_GOLDEN").is_some() && !file.exists() {
            let event: ndp_domain::machine::Event = serde_json::from_value(event).unwrap();
            std::fs::write(&file, format!("{}\n", ndp_domain::canonical::canonical(&event))).unwrap();
        }
        assert!(file.exists(), "{name} is missing: run with UPDATE_GOLDEN=1 and look at it");
    }
}

/// What the demonstration's records name as evidence can be opened by whoever evaluates it.
async fn every_piece_of_evidence_is_kept(data: &Path) {
    let store = Store::open(&Place::embedded(&data.join("ndp.sqlite"), false)).await.unwrap();
    let mut dossiers = 0;
    for loaded in store.load_kind(Kind::Dossier).await.unwrap() {
        let State::Dossier(dossier) = &loaded.neighbour.whole.state else { continue };
        let Some(round) = dossier.round() else { continue };
        let application: Application = serde_json::from_str(&store.content(round.application.0).await.unwrap().unwrap()).unwrap();
        // A review goes on from the application of the dossier before it.
        let named = application.files();
        let attached = store.attached_beside(&ndp_store::files::Beside::Product(dossier.product), &named, None).await.unwrap();
        for sha256 in named {
            assert!(attached.iter().any(|a| a.sha256 == sha256 && a.state == "clean"), "{} {sha256}", loaded.id);
            let hex = sha256.to_string();
            let bytes = std::fs::read(data.join("evidence/sha256").join(&hex[..2]).join(&hex)).unwrap();
            assert!(bytes.starts_with(b"%PDF-") && Hash::of(&bytes) == sha256, "{hex}");
        }
        dossiers += 1;
    }
    store.close().await.unwrap();
    assert!(dossiers > 3, "{dossiers} dossiers with a round");
}

fn account(demo: &Value, duty: &str, organisation: &str) -> String {
    let personas = demo["personas"].as_array().unwrap();
    let persona = personas.iter().find(|p| p["duty"] == duty && p["organisation"] == organisation).unwrap();
    persona["account"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_record_goes_out_as_files_and_comes_in_again_all_or_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("demo");
    let (code, out, err) = run(&["demo", "--build-only", "--data", data.to_str().unwrap(), "--json"]);
    assert_eq!(code, 0, "{err}");
    let demo: Value = serde_json::from_str(&out).unwrap();
    every_event_has_its_golden_file(&data).await;
    every_piece_of_evidence_is_kept(&data).await;
    let at = |args: &[&str]| run(&[args, &["--data", data.to_str().unwrap(), "--lang", "en"]].concat());
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };

    // The register as of a day: before and after the ministry's functions moved.
    let holder = |day: &str| {
        let (code, out, err) = at(&["export", "register", "list", "--on", day]);
        assert_eq!(code, 0, "{err}");
        out.lines().find(|l| l.starts_with("Nền tảng bản đồ số,")).map(|l| l.split(',').nth(2).unwrap().to_owned())
    };
    assert_eq!(holder("2025-02-28").as_deref(), Some("BTTTT"));
    assert_eq!(holder("2025-03-01").as_deref(), Some("BKHCN"));
    assert_eq!(holder("2021-01-01"), None);
    assert_eq!(at(&["export", "register", "nothing"]).0, 2);
    assert_eq!(at(&["export", "register", "list", "--on", "31-12-2025"]).0, 2);

    // Platforms out; in again they are on record already: every line is named, none is written.
    let (code, platforms, _) = at(&["export", "platforms"]);
    assert_eq!(code, 0);
    let platforms = file("platforms.csv", &platforms);
    let head = account(&demo, "FA-U", "BKHCN");
    let clerk = account(&demo, "FA-O", "BKHCN");
    let by = ["--confirmed-by", &head, "--entered-by", &clerk];
    let (code, out, _) = at(&[&["import", platforms.as_str()][..], &by].concat());
    assert_eq!(code, 1);
    assert!(out.contains("platforms.csv:2:"), "{out}");
    // New ones: checked without a trace, then taken over; the head never confirms what he entered.
    let header =
        "code,name_vi,name_en,kind,ownership,owner,managing,register,status,decision_number,decision_date,source_url,evidence,confidence\n";
    let fresh = file("fresh.csv", &format!("{header}MAU-1,Nền tảng mẫu nhập vào,,platform,state,BTC,BTC,mẫu,,,,,own_knowledge,60\n"));
    let lines = |of: &str| at(&["export", "platforms"]).1.lines().filter(|l| l.starts_with(of)).count();
    assert_eq!(at(&[&["import", fresh.as_str(), "--dry-run"][..], &by].concat()).0, 0);
    assert_eq!(lines("MAU-1,"), 0, "a dry run writes nothing");
    let (code, out, _) = at(&["import", &fresh, "--confirmed-by", &head, "--entered-by", &head]);
    assert!(code == 1 && out.contains("fresh.csv:2: historical.entered_and_confirmed_by_one; "), "two persons: {out}");
    let (code, out, err) = at(&[&["import", fresh.as_str()][..], &by].concat());
    assert_eq!(code, 0, "{out}{err}");
    assert_eq!(lines("MAU-1,"), 1);
    assert_eq!(at(&["import", "no-such-file.csv", "--confirmed-by", &head, "--entered-by", &clerk]).0, 2);
    assert_eq!(at(&["import", &fresh, "--confirmed-by", "somebody", "--entered-by", &clerk]).0, 2);

    // A set in its file: linted, run over all that is recognised, and a stricter one makes gaps.
    let store = Store::open(&Place::embedded(&data.join("ndp.sqlite"), false)).await.unwrap();
    let sets = store.of_kind(ndp_domain::id::Kind::CriteriaSet, None, 100).await.unwrap();
    store.close().await.unwrap();
    let mut entries = sets.iter().filter_map(|l| match &l.neighbour.whole.state {
        ndp_domain::machine::State::CriteriaSet(s) if s.in_force_version().is_some() => Some(ndp_domain::id::Id::from(s.entry).to_string()),
        _ => None,
    });
    let entry = entries.next_back().expect("a set in force");
    let (code, set, err) = at(&["export", "set", &entry]);
    assert_eq!(code, 0, "{err}");
    let text = file("set.toml", &set);
    assert_eq!(at(&["lint", &text]).0, 0);
    assert_eq!(at(&["lint", &file("bad.toml", &set.replacen("lineage = \"inherited\"", "lineage = \"perhaps\"", 1))]).0, 1);
    assert_eq!(at(&["export", "set", "list_nonsense"]).0, 2);
    // The file becomes the draft of the version that is being worked on, in the unit that works on it.
    let working = sets.iter().find_map(|l| match &l.neighbour.whole.state {
        ndp_domain::machine::State::CriteriaSet(s) if ndp_domain::criteria_set::CriteriaSet::stage(s) == "C.drafting" => {
            Some(ndp_domain::id::Id::from(s.entry).to_string())
        }
        _ => None,
    });
    let working = working.expect("a set being drafted");
    let officer = account(&demo, "MA-O", "BTC");
    let draft = file("draft.toml", &set.replacen(&entry, &working, 1));
    let (code, out, err) = at(&["draft", &draft, "--by", &officer]);
    assert_eq!((code, out.trim()), (0, "The draft was filled: 3 fields changed."), "{err}");
    assert!(at(&["draft", &draft, "--by", &officer]).1.contains("0 fields"));
    assert_eq!(at(&["draft", &draft, "--by", &clerk]).0, 2, "an account of another agency");
    assert_eq!(at(&["draft", &text, "--by", &officer]).0, 2, "no version of that set is in work");
    let gap = file("gap.toml", &set.replacen(&entry, &working, 1).replace("group = \"G2\"", "group = \"G1\""));
    assert_eq!(at(&["draft", &gap, "--by", &officer]).0, 1, "a set that does not pass the gate");
    assert_eq!(at(&["compare", &entry, "1", "1"]).1.lines().next(), Some("Both versions say the same."));
    assert_eq!(at(&["compare", &entry, "1", "99"]).0, 2);
    let before = at(&["check", "--json"]).1;
    let failing = |json: &str| {
        let value: Value = serde_json::from_str(json).unwrap();
        value["summary"]["fail"].as_u64().unwrap()
    };
    let regulation = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("config/regulations/1230-2023.toml");
    let regulation = std::fs::read_to_string(regulation).unwrap();
    let same = at(&["whatif", "--regulation", &file("same.toml", &regulation), "--json"]);
    assert_eq!(same.0, 0, "{}", same.2);
    let stricter = regulation
        .replace("threshold = { numerator = 50", "threshold = { numerator = 99")
        .replace("potential_class = true", "potential_class = false");
    let stricter = at(&["whatif", "--regulation", &file("stricter.toml", &stricter), "--json"]);
    assert_eq!(stricter.0, 1, "somebody would fail: {}", stricter.2);
    assert!(failing(&stricter.1) > failing(&same.1), "{}", stricter.1);
    assert_eq!(at(&["whatif"]).0, 2);
    assert_eq!(at(&["check", "--json"]).1, before, "nothing was written");

    // A further version: looked at, loaded by an administrator and by nobody else, and never over one on record.
    let next = file("next.toml", &regulation.replacen("1230-2023", "1230-2099", 1));
    let admin = account(&demo, "ADM", "BKHCN");
    assert!(at(&["load", "regulation", &next, "--by", &admin, "--dry-run"]).1.contains("1230-2099"));
    assert_eq!(at(&["check", "--json"]).1, before, "a dry run writes nothing");
    assert_eq!(at(&["load", "regulation", &next, "--by", &clerk]).0, 2, "an officer is no administrator");
    assert_eq!(at(&["load", "regulation", &next, "--by", &admin]).0, 0);
    let over = regulation.replacen("1230-2023", "1230-2099", 1).replace("numerator = 50", "numerator = 60");
    let (code, _, again) = at(&["load", "regulation", &file("over.toml", &over), "--by", &admin]);
    assert!(code == 2 && again.contains("1230-2099"), "{code} {again}");
    let (code, wrong, _) = at(&["load", "holidays", &file("holidays.csv", "date,name\n2027-01-01,x\n"), "--by", &admin]);
    assert!(code == 1 && wrong.contains("holidays.csv:1:"), "{wrong}");

    // Files of a ministry: listed, moved as decided, moved again without effect, moved back.
    let (_, preview, _) = at(&["succession", "preview", "BTTTT"]);
    let line = preview.lines().find(|l| l.contains("L.listed")).unwrap().to_owned();
    let plan = file("plan.csv", &format!("stream,stage,name,from,to\n{line}\n"));
    let keeper = account(&demo, "FA-S", "BKHCN");
    let id = "0192f1a2-0000-7000-8000-000000000001";
    let order = |step: &str| {
        let (code, out, err) =
            at(&["succession", step, &plan, "--plan", id, "--on", "2025-03-01", "--basis", "b", "--by", &keeper, "--json"]);
        assert_eq!(code, 0, "{out}{err}");
        serde_json::from_str::<Value>(&out).unwrap()
    };
    assert_eq!(order("apply")["moved"], 1);
    assert_eq!(order("apply")["already"], 1);
    assert!(!at(&["succession", "preview", "BTTTT"]).1.contains(&line));
    assert_eq!(order("undo")["moved"], 1);
    assert!(at(&["succession", "preview", "BTTTT"]).1.contains(&line));
    assert_eq!(at(&["succession", "preview", "NOBODY"]).0, 2);

    // The record is still whole, and the log tells all of it.
    assert_eq!(at(&["check"]).0, 0);
    let (code, log, _) = at(&["export", "log", "--format", "xes"]);
    assert_eq!(code, 0);
    assert!(log.starts_with("<?xml") && log.trim_end().ends_with("</log>") && log.contains("concept:name"));
}

#[test]
fn every_machine_is_one_diagram_and_an_unknown_one_is_refused() {
    for machine in ["L", "C", "E", "B", "R", "P", "PE", "U", "D", "RC", "KN"] {
        let (code, out, err) = run(&["process", "--format", "bpmn", "--machine", machine]);
        assert_eq!(code, 0, "{err}");
        for part in ["<bpmn:startEvent", "<bpmn:endEvent", "<bpmn:exclusiveGateway", "<bpmndi:BPMNShape", "<bpmndi:BPMNEdge"] {
            assert!(out.contains(part), "{machine}: no {part}");
        }
    }
    let (_, evaluation, _) = run(&["process", "--format", "bpmn", "--machine", "E"]);
    assert!(evaluation.contains("<bpmn:parallelGateway"), "two persons under one text");
    let (code, _, err) = run(&["process", "--format", "bpmn", "--machine", "ZZ"]);
    assert_eq!(code, 2);
    assert!(err.contains("KN"), "it tells which there are: {err}");
}

#[test]
fn a_generated_table_is_as_sound_as_one_that_was_told() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("generated");
    let made = Command::new(env!("CARGO_BIN_EXE_ndp-generate")).args([data.to_str().unwrap(), "200"]).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let (code, out, err) = run(&["check", "--data", data.to_str().unwrap(), "--json"]);
    assert_eq!(code, 0, "{out}{err}");
    let report: Value = serde_json::from_str(&out).unwrap();
    assert!(report["report"]["streams"].as_u64() > Some(200), "{out}");
}
