//! The commands, one function each.

use crate::args::{Door, FOUND_WRONG, Format, Setting, WRONG_USE};
use crate::demo::{self, Told};
use crate::folder::{Folder, FolderError};
use crate::{outcome, process};
use indicatif::{ProgressBar, ProgressStyle};
use ndp_domain::canonical::Hash;
use ndp_engine::check::Report;
use ndp_engine::keys::{KeyFault, PublicKeys, SealKey};
use ndp_engine::reference::{self, Mistake, Sources};
use ndp_store::{Fault, Place, Store};
use ndp_text::{Lang, key, texts};
use serde_json::json;
use std::io::{IsTerminal, Read, Write};
use std::process::ExitCode;

/// Why a command could not be carried out; all of them are exit code 2.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error(transparent)]
    Folder(#[from] FolderError),
    #[error(transparent)]
    Fault(#[from] Fault),
    #[error(transparent)]
    Key(#[from] KeyFault),
    #[error(transparent)]
    Demo(#[from] demo::DemoError),
    #[error(transparent)]
    Io(#[from] std::io::Error),
    #[error("{0}")]
    Problem(ndp_engine::Problem),
    #[error("reference")]
    Reference(Vec<Mistake>),
}

pub(crate) fn print(text: &str) {
    let written = writeln!(std::io::stdout(), "{text}").and_then(|()| std::io::stdout().flush());
    // A closed pipe is the reader's choice; a full disk must not look like success.
    if let Err(error) = written
        && error.kind() != std::io::ErrorKind::BrokenPipe
    {
        let _ = writeln!(std::io::stderr(), "{error}");
        std::process::exit(i32::from(WRONG_USE));
    }
}

/// A message, or a problem document with `--json`, on standard error; exit code 2.
pub fn wrong_use(message: &str, code: &str, json: bool, _lang: Lang) -> ExitCode {
    let text = if json {
        json!({ "type": "about:blank", "title": message, "status": 400, "detail": message, "code": code }).to_string()
    } else {
        message.to_owned()
    };
    let _ = writeln!(std::io::stderr(), "{text}");
    ExitCode::from(WRONG_USE)
}

/// What stood in the way, in the reader's language.
pub(crate) fn spoken(lang: Lang, problem: &ndp_engine::Problem) -> String {
    use ndp_engine::Problem;
    let texts = texts(lang);
    match problem {
        Problem::Refusal(refusal) => texts.refusal(refusal),
        Problem::Denied(denied) => texts.get(&key("denied", denied.code().trim_start_matches("authority.")), &[]),
        Problem::Invalid(mistakes) => {
            let one = |m: &ndp_engine::InputMistake| {
                format!("{}: {}", m.pointer, texts.get(&key("input", m.code.trim_start_matches("input.")), &[("expected", &m.expected)]))
            };
            mistakes.iter().map(one).collect::<Vec<_>>().join("\n")
        }
        other => texts.get("cli-error", &[("message", &other.to_string())]),
    }
}

pub(crate) fn failed(setting: &Setting, failure: &Failure) -> ExitCode {
    let texts = texts(setting.lang);
    let folder = setting.data.display().to_string();
    let args = [("folder", folder.as_str())];
    let (code, message) = match failure {
        Failure::Folder(FolderError::Busy) => ("folder.busy", texts.get("cli-folder-busy", &args)),
        Failure::Folder(FolderError::NotDemo) => ("folder.not_demo", texts.get("cli-folder-not-demo", &args)),
        Failure::Folder(FolderError::Empty) => ("folder.empty", texts.get("cli-folder-empty", &args)),
        Failure::Reference(mistakes) | Failure::Demo(demo::DemoError::Reference(mistakes)) => {
            let count = mistakes.len().to_string();
            let lines: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
            ("reference.wrong", format!("{}\n{}", texts.get("cli-reference-wrong", &[("count", &count)]), lines.join("\n")))
        }
        Failure::Key(KeyFault::File { file, .. }) => ("keys.missing", texts.get("cli-no-keys", &[("where", &file.display().to_string())])),
        Failure::Fault(Fault::NotMigrated) => ("database.not_migrated", texts.get("cli-not-migrated", &[])),
        Failure::Problem(problem) => (problem.code(), spoken(setting.lang, problem)),
        other => ("failed", texts.get("cli-error", &[("message", &other.to_string())])),
    };
    wrong_use(&message, code, setting.json, setting.lang)
}

pub(crate) fn block_on<T>(future: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(future)
}

/// A bar on standard error, where a terminal is attached.
fn bar(title: &str, json: bool) -> ProgressBar {
    if json || !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(0);
    if let Ok(style) = ProgressStyle::with_template("{msg} [{bar:30}] {pos}/{len}") {
        bar.set_style(style.progress_chars("=> "));
    }
    bar.set_message(title.to_owned());
    bar
}

pub(crate) fn sources(setting: &Setting) -> Result<Sources, Failure> {
    let folder = &setting.config.reference.folder;
    let folder = (!folder.as_os_str().is_empty()).then_some(folder.as_path());
    match folder {
        Some(missing) if !missing.is_dir() => {
            Err(std::io::Error::new(std::io::ErrorKind::NotFound, format!("{}: not a folder", missing.display())).into())
        }
        _ => Ok(Sources::read(folder)?),
    }
}

pub(crate) fn place_to_read(setting: &Setting) -> Result<Place, Failure> {
    let url = setting.config.database.url.reveal();
    if url.is_empty() {
        return Ok(Place::embedded(&Folder::to_read(&setting.data)?.database(), false));
    }
    Ok(Place::Postgres { url: url.to_owned(), connections: setting.config.database.connections })
}

/// For writing beside nobody else.
pub(crate) fn place_to_write(setting: &Setting) -> Result<Place, Failure> {
    let url = setting.config.database.url.reveal();
    if url.is_empty() {
        return Ok(Place::embedded(&Folder::to_read(&setting.data)?.database(), true));
    }
    Ok(Place::Postgres { url: url.to_owned(), connections: setting.config.database.connections })
}

async fn checked(store: &Store, keys: &PublicKeys, seal: Option<(u64, Hash)>, setting: &Setting) -> Result<Report, Failure> {
    let bar = bar(&texts(setting.lang).get("cli-check-progress", &[]), setting.json);
    let report = ndp_engine::check::check(store, keys, seal, |done, total| {
        bar.set_length(total);
        bar.set_position(done);
    })
    .await?;
    bar.finish_and_clear();
    Ok(report)
}

pub fn check(setting: &Setting, seal: Option<(u64, Hash)>) -> ExitCode {
    let result = block_on(async {
        let place = place_to_read(setting)?;
        let named = &setting.config.seal.public_keys;
        let folder = if named.as_os_str().is_empty() { setting.data.join("keys") } else { named.clone() };
        let keys = PublicKeys::read(&folder)?;
        let store = Store::open(&place).await?;
        store.require_migrated().await?;
        let report = checked(&store, &keys, seal, setting).await?;
        store.close().await?;
        Ok(report)
    });
    match result {
        Err(failure) => failed(setting, &failure),
        Ok(report) => {
            report_check(setting, &report);
            if report.wrong.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(FOUND_WRONG) }
        }
    }
}

fn report_check(setting: &Setting, report: &Report) {
    if setting.json {
        return print(&json!({ "sound": report.wrong.is_empty(), "report": report }).to_string());
    }
    let texts = texts(setting.lang);
    let n = |n: u64| n.to_string();
    let why = |f: &ndp_engine::check::Finding| texts.get(&ndp_text::key("finding", &f.what), &[]);
    match report.wrong.first() {
        None => print(
            &texts.get("cli-check-sound", &[("events", &n(report.events)), ("streams", &n(report.streams)), ("seals", &n(report.seals))]),
        ),
        Some(first) => {
            let count = n(report.wrong.len() as u64);
            print(&texts.get("cli-check-wrong", &[("count", &count), ("record", &first.record), ("why", &why(first))]));
            for finding in report.wrong.iter().skip(1) {
                print(&format!("  {}: {}", finding.record, why(finding)));
            }
        }
    }
    if report.unsequenced > 0 {
        print(&texts.get("cli-check-waiting", &[("count", &n(report.unsequenced))]));
    }
    if let Some(seal) = &report.last_seal {
        print(&texts.get("cli-check-seal", &[("seal", seal)]));
    }
}

pub fn migrate(setting: &Setting) -> ExitCode {
    let result = block_on(async {
        let url = setting.config.database.url.reveal();
        if url.is_empty() {
            let folder = Folder::to_write(&setting.data)?;
            Store::migrate(&Place::embedded(&folder.database(), true)).await?;
        } else {
            Store::migrate(&Place::Postgres { url: url.to_owned(), connections: 1 }).await?;
        }
        Ok(())
    });
    match result {
        Err(failure) => failed(setting, &failure),
        Ok(()) if setting.json => {
            print(&json!({ "migrated": true }).to_string());
            ExitCode::SUCCESS
        }
        Ok(()) => {
            print(&texts(setting.lang).get("cli-migrated", &[]));
            ExitCode::SUCCESS
        }
    }
}

async fn build(setting: &Setting, folder: &Folder) -> Result<Told, Failure> {
    let sources = sources(setting)?;
    let bar = bar(&texts(setting.lang).get("cli-demo-building", &[]), setting.json);
    let key = SealKey::in_folder(&folder.keys())?;
    let engine = demo::open(&folder.database(), demo::start()).await?;
    let told = demo::tell(&engine, &sources, &key, |done, total| {
        bar.set_length(total);
        bar.set_position(done);
    })
    .await;
    bar.finish_and_clear();
    if let Ok(told) = &told {
        let files = crate::serving::files(&setting.config, &folder.path)?;
        demo::keep_files(&engine.store, &files, &told.files).await.map_err(std::io::Error::other)?;
    }
    engine.store.let_go(ndp_engine::Clock::System.now()).await?;
    engine.store.close().await?;
    Ok(told?)
}

pub fn demo(setting: &Setting, check: bool, build_only: bool, door: &Door) -> ExitCode {
    let result = block_on(async {
        let temporary = if check && !setting.named { Some(tempfile::tempdir()?) } else { None };
        let path = temporary.as_ref().map_or(setting.data.as_path(), |t| t.path());
        let (folder, holds) = Folder::for_demo(path)?;
        let told = if holds {
            serde_json::from_str(&std::fs::read_to_string(folder.story())?).map_err(std::io::Error::other)?
        } else {
            let told = build(setting, &folder).await?;
            folder.finish_demo(&serde_json::to_string_pretty(&told).map_err(std::io::Error::other)?)?;
            told
        };
        if holds {
            // A demonstration migrates its own.
            Store::migrate(&Place::embedded(&folder.database(), true)).await?;
        }
        let store = Store::open(&Place::embedded(&folder.database(), false)).await?;
        let report = if check { Some(checked(&store, &PublicKeys::read(&folder.keys())?, None, setting).await?) } else { None };
        let stages = store.stages().await?;
        store.close().await?;
        Ok((told, stages, report, !holds, folder))
    });
    let (told, stages, report, fresh, folder) = match result {
        Ok(done) => done,
        Err(failure) => return failed(setting, &failure),
    };
    let sound = report.as_ref().is_none_or(|r| r.wrong.is_empty());
    if check || setting.json {
        let stages: serde_json::Map<String, serde_json::Value> = stages.iter().map(|(s, n)| (s.clone(), json!(n))).collect();
        let mut value = json!({ "journeys": told.journeys, "stages": stages, "sample": true });
        if let Some(report) = &report {
            value["check"] = json!({ "sound": sound, "report": report });
        } else {
            value["data"] = json!(setting.data);
            value["personas"] = json!(told.personas);
        }
        print(&value.to_string());
    } else {
        describe(setting, &told, &stages, fresh);
    }
    if check || build_only {
        return if sound { ExitCode::SUCCESS } else { ExitCode::from(FOUND_WRONG) };
    }
    match block_on(crate::serving::serve_demo(setting, &folder, &told, door.listen, door.no_worker)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failed(setting, &failure),
    }
}

fn describe(setting: &Setting, told: &Told, stages: &[(String, i64)], fresh: bool) {
    let texts = texts(setting.lang);
    let folder = setting.data.display().to_string();
    let opened = if fresh { "cli-demo-ready" } else { "cli-demo-reopened" };
    print(&texts.get(opened, &[("folder", &folder)]));
    print(&format!("\n{}", texts.get("cli-demo-journeys", &[])));
    for journey in &told.journeys {
        let outcome = texts.get(&format!("outcome-{}", journey.outcome), &[]);
        print(&format!("  {}  {outcome}", journey.dossier));
    }
    print(&format!("\n{}", texts.get("cli-demo-standing", &[])));
    for (stage, n) in stages.iter().filter(|(s, _)| texts.has(&ndp_text::key("state", s))) {
        print(&format!("  {n:>4}  {stage:<14} {}", texts.get(&ndp_text::key("state", stage), &[])));
    }
    print(&format!("\n{}", texts.get("cli-demo-personas", &[("password", crate::serving::DEMO_PASSWORD)])));
    for who in &told.personas {
        print(&format!("  {:<6} {:<34} {}  {}", who.duty, who.email, who.account, texts.get(&format!("duty-{}", who.duty), &[])));
    }
    print(&format!("\n{}", texts.get("cli-demo-look", &[])));
    for (command, key) in [("check", "cli-demo-look-check"), ("process", "cli-demo-look-process"), ("outcome", "cli-demo-look-outcome")] {
        print(&format!("  ndp {command:<8} --data {folder:<12} {}", texts.get(key, &[])));
    }
}

pub fn process(setting: &Setting, format: Format, machine: Option<&str>) -> ExitCode {
    let regulation = match sources(setting).and_then(|s| reference::parse(&s).map_err(Failure::Reference)) {
        Ok(data) => data.regulations.into_values().next(),
        Err(failure) => return failed(setting, &failure),
    };
    let text = match format {
        Format::Table if setting.json => process::as_json(setting.lang, regulation.as_ref()).to_string(),
        Format::Table => process::table(setting.lang, regulation.as_ref()),
        Format::Mermaid => process::mermaid(setting.lang),
        Format::Svg => process::svg(setting.lang),
        Format::Bpmn => {
            let all = crate::bpmn::machines();
            let chosen: Vec<&str> = all.iter().copied().filter(|m| machine.is_none_or(|wanted| wanted == *m)).collect();
            if chosen.is_empty() {
                let message = texts(setting.lang).get("cli-no-machine", &[("machines", &all.join(", "))]);
                return wrong_use(&message, "process.no_machine", setting.json, setting.lang);
            }
            crate::bpmn::document(setting.lang, &chosen)
        }
    };
    let text = if setting.json && format != Format::Table {
        json!({ "format": format!("{format:?}").to_lowercase(), "text": text }).to_string()
    } else {
        text
    };
    print(text.trim_end());
    ExitCode::SUCCESS
}

/// The mistake as the one JSON value on standard error.
pub fn refuse_outcome(mistake: &outcome::Mistake, lang: Lang) -> ExitCode {
    let _ = writeln!(std::io::stderr(), "{}", outcome::problem(mistake, lang));
    ExitCode::from(WRONG_USE)
}

/// Input larger than this is no list of criteria (bytes).
const MAX_INPUT: u64 = 4 * 1024 * 1024;

pub fn outcome(setting: &Setting, criteria: Option<&str>) -> ExitCode {
    let regulations = match sources(setting).and_then(|s| reference::parse(&s).map_err(Failure::Reference)) {
        Ok(data) => data.regulations,
        Err(failure) => {
            return failed(&Setting { json: true, config: setting.config.clone(), data: setting.data.clone(), ..*setting }, &failure);
        }
    };
    let result = match criteria {
        Some(id) => outcome::criteria(id, &regulations),
        None => {
            let mut bytes = Vec::new();
            match std::io::stdin().lock().take(MAX_INPUT).read_to_end(&mut bytes) {
                Ok(_) => outcome::compute(&bytes, &regulations, setting.lang),
                Err(_) => Err(outcome::Mistake { pointer: String::new(), name: "not_json" }),
            }
        }
    };
    match result {
        Ok(value) => {
            print(&value.to_string());
            ExitCode::SUCCESS
        }
        Err(mistake) => refuse_outcome(&mistake, setting.lang),
    }
}
