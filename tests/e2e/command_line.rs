//! The other commands as a person runs them: folders, copies, exit codes, tampering.

use super::outcome_command::ndp;
use sea_orm::{ConnectionTrait, Database};
use serde_json::Value;
use std::path::Path;
use std::process::Output;

pub(crate) fn run(args: &[&str]) -> (i32, String, String) {
    let Output { status, stdout, stderr } = ndp().args(args).output().unwrap();
    (status.code().unwrap(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[test]
fn demo_check_prints_one_object_with_the_three_outcomes() {
    let (code, out, err) = run(&["demo", "--check"]);
    assert_eq!(code, 0, "{err}");
    let value: Value = serde_json::from_str(&out).unwrap();
    let outcomes: Vec<&str> = value["journeys"].as_array().unwrap().iter().map(|j| j["outcome"].as_str().unwrap()).collect();
    assert_eq!(outcomes, ["national", "potential", "rejected"]);
    assert_eq!(value["check"]["sound"], true);
    for journey in value["journeys"].as_array().unwrap() {
        assert!(ndp_domain::tracking::is_code(journey["dossier"].as_str().unwrap()));
    }
    for state in ndp_domain::acts::states() {
        let version_inside = state == "C.superseded";
        assert!(version_inside || value["stages"][state].as_u64() > Some(0), "nothing stands at {state}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_demo_folder_reopens_checks_as_a_copy_and_shows_tampering() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("demo");
    let data = data.to_str().unwrap();
    let (code, first, err) = run(&["demo", "--build-only", "--data", data, "--lang", "en"]);
    assert_eq!(code, 0, "{err}");
    assert!(first.contains("National digital platform"), "{first}");
    let (code, again, _) = run(&["demo", "--build-only", "--data", data, "--json"]);
    assert_eq!(code, 0);
    assert_eq!(serde_json::from_str::<Value>(&again).unwrap()["journeys"].as_array().unwrap().len(), 3);
    let copied = folder.path().join("copy");
    copy(Path::new(data), &copied);
    let copied_text = copied.to_str().unwrap();
    let (code, out, err) = run(&["check", "--data", copied_text, "--json"]);
    assert_eq!(code, 0, "{out}{err}");
    let report: Value = serde_json::from_str(&out).unwrap();
    let seal = report["report"]["last_seal"].as_str().unwrap().to_owned();
    assert_eq!(run(&["check", "--data", copied_text, "--seal", &seal]).0, 0);
    let other = format!("{}:{}", seal.split(':').next().unwrap(), "0".repeat(64));
    assert_eq!(run(&["check", "--data", copied_text, "--seal", &other]).0, 1, "a seal noted elsewhere with another hash");
    assert_eq!(run(&["check", "--data", copied_text, "--seal", "nonsense"]).0, 2);
    let db = Database::connect(format!("sqlite://{}/ndp.sqlite", copied_text)).await.unwrap();
    db.execute_unprepared("UPDATE stream SET name = 'x' || name WHERE kind = 'dossier' AND stage = 'E.decided'").await.unwrap();
    db.close().await.unwrap();
    let (code, out, _) = run(&["check", "--data", copied_text, "--lang", "en"]);
    assert_eq!(code, 1);
    assert!(out.contains("stream dos_"), "{out}");
}

#[test]
fn demo_leaves_a_strangers_folder_alone() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("thesis.txt"), "mine").unwrap();
    let data = folder.path().to_str().unwrap();
    let (code, _, err) = run(&["demo", "--build-only", "--data", data]);
    assert_eq!(code, 2);
    assert!(err.contains(data), "{err}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    assert_eq!(run(&["check", "--data", data]).0, 2, "no database here");
}

#[test]
fn one_process_writes_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().to_str().unwrap();
    assert_eq!(run(&["migrate", "--data", data]).0, 0);
    let lock = std::fs::File::options().write(true).open(folder.path().join("ndp.lock")).unwrap();
    lock.lock().unwrap();
    let (code, _, err) = run(&["migrate", "--data", data, "--json"]);
    assert_eq!(code, 2);
    assert_eq!(serde_json::from_str::<Value>(&err).unwrap()["code"], "folder.busy");
}

#[test]
fn migrate_check_and_process_answer_from_any_folder_in_both_languages() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("new");
    let data = data.to_str().unwrap();
    let at = |args: &[&str]| {
        let out = ndp().args(args).current_dir(folder.path()).output().unwrap();
        (out.status.code().unwrap(), String::from_utf8(out.stdout).unwrap())
    };
    assert_eq!(at(&["migrate", "--data", data]).0, 0);
    assert_eq!(at(&["migrate", "--data", data]).0, 0, "twice is the same");
    for format in ["table", "mermaid", "svg"] {
        for lang in ["vi", "en"] {
            let (code, out) = at(&["process", "--format", format, "--lang", lang]);
            assert_eq!(code, 0);
            assert!(out.contains("E22") && !out.contains("act-E22") && !out.contains("state-E"), "{format} {lang}");
        }
    }
    let (_, out) = at(&["process", "--json"]);
    let acts: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(acts["acts"].as_array().unwrap().len(), ndp_domain::acts::ACTS.len());
    assert_eq!(at(&["--help"]).0, 0);
    assert_eq!(at(&["nonsense"]).0, 2);
    assert_eq!(at(&["process", "--lang", "fr"]).0, 2);
}

#[test]
fn configuration_names_the_key_and_never_a_secret() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("my.toml");
    let fails = |text: &str, env: &[(&str, &str)]| {
        std::fs::write(&file, text).unwrap();
        let out = ndp().args(["process", "--config", file.to_str().unwrap()]).envs(env.iter().copied()).output().unwrap();
        (out.status.code().unwrap(), String::from_utf8(out.stderr).unwrap())
    };
    assert_eq!(fails("", &[]).0, 0);
    assert_eq!(fails("lang = \"en\"\n[database]\nconnections = 4\n", &[]).0, 0);
    let (code, err) = fails("colour = 1\n", &[]);
    assert!(code == 2 && err.contains("colour"), "{err}");
    let (code, err) = fails("[database]\nconnections = 0\n", &[]);
    assert!(code == 2 && err.contains("database.connections"), "{err}");
    let (code, err) = fails("", &[("NDP_DATABASE__URL", "mysql://user:hunter2@host/db")]);
    assert!(code == 2 && err.contains("database.url") && !err.contains("hunter2"), "{err}");
    let (code, err) = fails("", &[("NDP_DATABASE__COLOUR", "x")]);
    assert!(code == 2 && err.contains("NDP_DATABASE__COLOUR"), "{err}");
    assert_eq!(fails("", &[("NDP_DATABASE__CONNECTIONS", "7")]).0, 0);
    let (code, err) = fails("lang = \n", &[]);
    assert!(code == 2 && err.contains("my.toml:1"), "{err}");
}

#[test]
fn all_mistakes_of_reference_data_are_told_at_once_with_file_line_and_what_was_expected() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join("data")).unwrap();
    std::fs::create_dir_all(folder.path().join("regulations")).unwrap();
    let regulation = include_str!("../../config/regulations/1230-2023.toml");
    let broken = regulation.replace("potential_class = true", "potential_class = \"yes\"").replace("min_members = 5", "min_members = -5");
    std::fs::write(folder.path().join("regulations/1230-2023.toml"), broken).unwrap();
    let holidays =
        "date,weekday,name_vi,name_en,kind,status\n2026-02-30,Mon,a,b,public_holiday,official\n2026-01-01,Fri,a,b,picnic,official\n";
    std::fs::write(folder.path().join("data/holidays.csv"), holidays).unwrap();
    let out = ndp().args(["process"]).env("NDP_REFERENCE__FOLDER", folder.path()).output().unwrap();
    let err = String::from_utf8(out.stderr).unwrap();
    assert_eq!(out.status.code(), Some(2), "{err}");
    let line = |of: &str| format!("1230-2023.toml:{}:", 1 + regulation.lines().position(|l| l.starts_with(of)).unwrap());
    for expected in [
        line("potential_class").as_str(),
        line("min_members").as_str(),
        "potential_class",
        "min_members",
        "holidays.csv:2:",
        "2026-02-30",
        "holidays.csv:3:",
        "picnic",
    ] {
        assert!(err.contains(expected), "{expected} is not in\n{err}");
    }
}

#[test]
fn the_picture_of_the_readme_is_the_process_as_it_is() {
    let (code, out, _) = run(&["process", "--format", "svg"]);
    assert_eq!(code, 0);
    let committed = include_str!("../../crates/cli/process.svg");
    assert_eq!(out.trim_end(), committed.trim_end(), "write it anew: ndp process --format svg > crates/cli/process.svg");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_commands_work_on_the_database_that_the_configuration_names() {
    let db = ndp_tests::TestDb::empty().await;
    let keys = tempfile::tempdir().unwrap();
    let data = tempfile::tempdir().unwrap();
    let run = |args: &[&str]| {
        let mut command = ndp();
        command.args(args).args(["--data", data.path().to_str().unwrap()]).env("NDP_SEAL__PUBLIC_KEYS", keys.path());
        if ndp_tests::on_postgres() {
            command.env("NDP_DATABASE__URL", &db.url);
        }
        let out = command.output().unwrap();
        (out.status.code().unwrap(), String::from_utf8(out.stdout).unwrap() + &String::from_utf8(out.stderr).unwrap())
    };
    if ndp_tests::on_postgres() {
        let (code, text) = run(&["check"]);
        assert!(code == 2 && text.contains("ndp migrate"), "an unmigrated database is refused: {text}");
    }
    assert_eq!(run(&["migrate", "--json"]), (0, "{\"migrated\":true}\n".to_owned()));
    let (code, text) = run(&["check", "--json"]);
    assert_eq!(code, 0, "{text}");
    assert!(serde_json::from_str::<Value>(&text).unwrap()["sound"].as_bool().unwrap());
}

#[test]
fn reading_commands_work_beside_a_writer() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("d");
    let text = data.to_str().unwrap();
    let (code, out, _) = run(&["demo", "--check", "--data", text]);
    assert_eq!(code, 0, "{out}");
    let lock = std::fs::File::options().write(true).open(data.join("ndp.lock")).unwrap();
    lock.lock().unwrap();
    assert_eq!(run(&["check", "--data", text]).0, 0);
    assert_eq!(run(&["demo", "--build-only", "--data", text]).0, 2, "somebody else writes here");
}
