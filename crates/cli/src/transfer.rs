//! `ndp import`, `ndp export`, `ndp lint`, `ndp succession`: what comes in and goes out as files.

use crate::args::{Export, FOUND_WRONG, LogFormat, Setting, Succession, SuccessionRun};
use crate::commands::{Failure, block_on, failed, place_to_read, place_to_write, print, sources, spoken, wrong_use};
use crate::xes;
use ndp_domain::authority::Duty;
use ndp_domain::criteria_set::{Change, CriteriaSet, SetText, set_of};
use ndp_domain::id::{AccountId, Id, Kind, ListEntryId, OrganisationId};
use ndp_domain::machine::{Known, Machine, State};
use ndp_domain::occasion::Actor;
use ndp_domain::organisation::Ground;
use ndp_domain::text::Prose;
use ndp_domain::time::legal_date;
use ndp_domain::visibility::Reader;
use ndp_engine::import::{self, ImportError, Importer};
use ndp_engine::reference::{self, Mistake};
use ndp_engine::succession::Plan;
use ndp_engine::{Clock, Engine, Problem, set_file};
use ndp_store::Store;
use ndp_text::texts;
use serde_json::json;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// An engine over the database of the setting, for reading.
pub async fn open_engine(setting: &Setting) -> Result<Engine, Failure> {
    let store = Store::open(&place_to_read(setting)?).await?;
    Ok(Engine::open(store, clock_of(setting)).await?)
}

/// A demonstration has its own clock, kept beside its database.
pub fn clock_of(setting: &Setting) -> Clock {
    let story = std::fs::read_to_string(setting.data.join("demo.json")).ok();
    let at = story.and_then(|s| serde_json::from_str::<serde_json::Value>(&s).ok()).and_then(|v| v["clock"].as_str()?.parse().ok());
    at.map_or(Clock::System, Clock::at)
}

/// Lines that are wrong, all of them; exit code 1.
pub fn mistakes(setting: &Setting, wrong: &[Mistake]) -> ExitCode {
    if setting.json {
        print(&json!({ "wrong": wrong }).to_string());
    } else {
        let count = wrong.len().to_string();
        print(&texts(setting.lang).get("cli-lines-wrong", &[("count", &count)]));
        wrong.iter().for_each(|m| print(&m.to_string()));
    }
    ExitCode::from(FOUND_WRONG)
}

pub fn account(text: &str) -> Option<AccountId> {
    text.parse::<Id>().ok().and_then(|id| id.try_into().ok())
}

#[derive(Debug)]
pub struct Import {
    pub files: Vec<PathBuf>,
    pub confirmed_by: String,
    pub entered_by: String,
    pub organisation: String,
    pub dry_run: bool,
}

pub fn import(setting: &Setting, order: &Import) -> ExitCode {
    let texts = texts(setting.lang);
    let mut files = Vec::new();
    for file in &order.files {
        match std::fs::read_to_string(file) {
            Ok(text) => files.push((file.display().to_string(), text)),
            Err(error) => return wrong_use(&format!("{}: {error}", file.display()), "input.file", setting.json, setting.lang),
        }
    }
    let rows = match import::read(&files) {
        Ok(rows) => rows,
        Err(wrong) => return mistakes(setting, &wrong),
    };
    let (Some(confirms), Some(entered_by)) = (account(&order.confirmed_by), account(&order.entered_by)) else {
        return wrong_use(&texts.get("cli-no-account", &[]), "input.account", setting.json, setting.lang);
    };
    let result = block_on(async {
        let store = Store::open(&place_to_write(setting)?).await?;
        let engine = Engine::open(store, clock_of(setting)).await?;
        let directory = engine.directory();
        let Some(org) = directory.organisation(&order.organisation) else { return Ok(None) };
        let focal = directory.focal_on(legal_date(engine.clock.now())) == org;
        let duty = if focal { Duty::ListUnitHead } else { Duty::ManagingUnitHead };
        let held = engine.store.load_one(confirms.into()).await?;
        let unit = held.as_ref().and_then(|l| match &l.neighbour.whole.state {
            State::Account(a) => a.held.iter().find(|h| h.duty == duty).and_then(|h| h.unit.clone()),
            _ => None,
        });
        let confirms = Actor { account: Some(confirms), org: Some(org), unit, duty: Some(duty) };
        let regulation = directory.regulation_on(legal_date(engine.clock.now())).map(|r| r.id.clone()).unwrap_or_default();
        let done = engine.import(&rows, &Importer { confirms, entered_by, regulation }, order.dry_run).await;
        engine.store.close().await?;
        Ok(Some(done))
    });
    match result {
        Err(failure) => failed(setting, &failure),
        Ok(None) => {
            wrong_use(&texts.get("cli-no-organisation", &[("code", &order.organisation)]), "input.organisation", setting.json, setting.lang)
        }
        Ok(Some(Err(ImportError::Lines(wrong)))) => mistakes(setting, &wrong),
        Ok(Some(Err(ImportError::Refused(lines)))) => {
            let say = |(file, line, problem): &(String, u32, Problem)| Mistake {
                file: file.clone(),
                line: *line,
                found: problem.code().to_owned(),
                expected: spoken(setting.lang, problem),
            };
            mistakes(setting, &lines.iter().map(say).collect::<Vec<_>>())
        }
        Ok(Some(Err(ImportError::Problem(problem)))) => failed(setting, &Failure::Problem(problem)),
        Ok(Some(Ok(done))) => {
            let n = |n: usize| n.to_string();
            if setting.json {
                print(&json!({ "records": done.records, "dry_run": order.dry_run }).to_string());
            } else {
                let key = if order.dry_run { "cli-import-checked" } else { "cli-imported" };
                print(&texts.get(key, &[("records", &n(done.records))]));
            }
            ExitCode::SUCCESS
        }
    }
}

fn field(text: &str) -> String {
    if text.contains([',', '"', '\n']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}

pub fn export(setting: &Setting, what: &Export) -> ExitCode {
    let result = block_on(async {
        let engine = open_engine(setting).await?;
        let text = match what {
            Export::Register { register, on } => register_csv(&engine, register, *on).await?,
            Export::Platforms => platforms_csv(&engine).await?,
            Export::Set { entry } => set_toml(&engine, entry).await?,
            Export::Log { format: LogFormat::Xes } => {
                let mut entries = Vec::new();
                engine.log(|entry| entries.push(entry)).await?;
                Some(xes::document(setting.lang, &entries))
            }
        };
        engine.store.close().await?;
        Ok(text)
    });
    match result {
        Ok(Some(text)) => {
            print(text.trim_end());
            ExitCode::SUCCESS
        }
        Ok(None) => wrong_use(&texts(setting.lang).get("cli-nothing-there", &[]), "input.not_found", setting.json, setting.lang),
        Err(failure) => failed(setting, &failure),
    }
}

/// More lines than any register of the process will have.
const LINES: u64 = 100_000;

async fn register_csv(engine: &Engine, register: &str, on: Option<chrono::NaiveDate>) -> Result<Option<String>, Failure> {
    if !["list", "recognised", "deployed", "planned"].contains(&register) {
        return Ok(None);
    }
    let day = on.unwrap_or_else(|| legal_date(engine.clock.now()));
    let directory = engine.directory();
    let code = |id: &Option<String>| {
        let id: Option<OrganisationId> = id.as_deref().and_then(|t| t.parse::<Id>().ok()).and_then(|id| id.try_into().ok());
        id.and_then(|id| directory.organisations.get(&id)).map(|o| o.record.code.to_string()).unwrap_or_default()
    };
    let mut out = String::from("name,class,managing,valid_from,valid_to\n");
    for entry in engine.store.register_on(register, day, None, LINES).await? {
        let columns = [
            entry.name.clone(),
            entry.class.clone().unwrap_or_default(),
            code(&entry.managing),
            entry.valid_from,
            entry.valid_to.unwrap_or_default(),
        ];
        out.push_str(&columns.iter().map(|c| field(c)).collect::<Vec<_>>().join(","));
        out.push('\n');
    }
    Ok(Some(out))
}

/// In the form that `ndp import` reads, one row a claim.
async fn platforms_csv(engine: &Engine) -> Result<Option<String>, Failure> {
    let directory = engine.directory();
    let code = |id: Option<OrganisationId>| {
        id.and_then(|id| directory.organisations.get(&id)).map(|o| o.record.code.to_string()).unwrap_or_default()
    };
    let mut out = String::from(
        "code,name_vi,name_en,kind,ownership,owner,managing,register,status,decision_number,decision_date,source_url,evidence,confidence\n",
    );
    let mut after = None;
    loop {
        let page = engine.store.of_kind(Kind::Product, after, 500).await?;
        let Some(last) = page.last() else { return Ok(Some(out)) };
        after = Some(last.id.uuid);
        for loaded in &page {
            let State::Product(p) = &loaded.neighbour.whole.state else { continue };
            let plain = |v: serde_json::Value| v.as_str().map(str::to_owned).unwrap_or_default();
            for claim in &p.record.claims {
                let (evidence, confidence, source) = match &claim.ground {
                    Ground::Read { source } => ("read", String::new(), source.clone()),
                    Ground::OwnKnowledge { confidence } => {
                        ("own_knowledge", confidence.map(|c| c.to_string()).unwrap_or_default(), String::new())
                    }
                    Ground::Sample => ("sample", String::new(), String::new()),
                };
                let columns = [
                    claim.identifier.to_string(),
                    p.record.name_vi.to_string(),
                    p.record.name_en.as_ref().map(ToString::to_string).unwrap_or_default(),
                    plain(json!(p.record.kind)),
                    plain(json!(p.record.ownership)),
                    code(p.record.owner),
                    code(p.managing),
                    claim.register.to_string(),
                    claim.status.as_ref().map(ToString::to_string).unwrap_or_default(),
                    claim.decision_number.as_ref().map(ToString::to_string).unwrap_or_default(),
                    claim.decision_date.map(|d| d.to_string()).unwrap_or_default(),
                    source,
                    evidence.to_owned(),
                    confidence,
                ];
                out.push_str(&columns.iter().map(|c| field(c)).collect::<Vec<_>>().join(","));
                out.push('\n');
            }
        }
    }
}

async fn set_toml(engine: &Engine, entry: &str) -> Result<Option<String>, Failure> {
    let Some(id) = entry.parse::<Id>().ok().and_then(|id| ListEntryId::try_from(id).ok()) else { return Ok(None) };
    let Some(loaded) = engine.store.load_one(set_of(id).into()).await? else { return Ok(None) };
    let version = CriteriaSet::known(&loaded.neighbour.whole.state).and_then(|s| s.in_force_version()).and_then(|v| v.promulgated.clone());
    let Some(version) = version else { return Ok(None) };
    let Some(text) = engine.store.content(version.text.0).await? else { return Ok(None) };
    let text: Option<SetText> = serde_json::from_str(&text).ok();
    Ok(text.map(|t| set_file::write(&t, Some(entry))))
}

pub fn lint(setting: &Setting, file: &Path, regulation: &str) -> ExitCode {
    let name = file.display().to_string();
    let text = match std::fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) => return wrong_use(&format!("{name}: {error}"), "input.file", setting.json, setting.lang),
    };
    let regulations = match sources(setting).and_then(|s| reference::parse(&s).map_err(Failure::Reference)) {
        Ok(data) => data.regulations,
        Err(failure) => return failed(setting, &failure),
    };
    let Some(regulation) = regulations.get(regulation) else {
        return wrong_use(&texts(setting.lang).get("cli-nothing-there", &[]), "input.not_found", setting.json, setting.lang);
    };
    let wrong = set_file::lint(&name, &text, regulation);
    if !wrong.is_empty() {
        return mistakes(setting, &wrong);
    }
    print(&if setting.json { json!({ "wrong": [] }).to_string() } else { texts(setting.lang).get("cli-lint-fine", &[]) });
    ExitCode::SUCCESS
}

pub fn compare(setting: &Setting, entry: &str, old: u32, new: u32) -> ExitCode {
    let texts = texts(setting.lang);
    let set = entry.parse::<Id>().ok().and_then(|id| ListEntryId::try_from(id).ok()).map(set_of);
    let result = block_on(async {
        let engine = open_engine(setting).await?;
        let found = match set {
            Some(set) => engine.compare(set, old, new).await?,
            None => None,
        };
        engine.store.close().await?;
        Ok(found)
    });
    let found = match result {
        Ok(Some(found)) => found,
        Ok(None) => return wrong_use(&texts.get("cli-nothing-there", &[]), "input.not_found", setting.json, setting.lang),
        Err(failure) => return failed(setting, &failure),
    };
    if setting.json {
        print(&json!(found).to_string());
        return ExitCode::SUCCESS;
    }
    let level = |level: &Option<u8>| level.map_or_else(|| "–".to_owned(), |l| l.to_string());
    for change in &found.changes {
        print(&match change {
            Change::Added { code } => texts.get("compare-added", &[("code", code)]),
            Change::Removed { code } => texts.get("compare-removed", &[("code", code)]),
            Change::Changed { code, fields } => texts.get("compare-changed", &[("code", code), ("fields", &fields.join(", "))]),
            Change::Moved { code, from, to } => texts.get("compare-moved", &[("code", code), ("from", from), ("to", to)]),
            Change::Market { fields } => texts.get("compare-market", &[("fields", &fields.join(", "))]),
            Change::SecurityLevel { from, to } => texts.get("compare-security", &[("from", &level(from)), ("to", &level(to))]),
        });
    }
    if found.changes.is_empty() {
        print(&texts.get("compare-same", &[]));
    }
    for stays in &found.stays {
        let version = stays.version.to_string();
        print(&texts.get("compare-stays", &[("name", &stays.name), ("version", &version)]));
    }
    ExitCode::SUCCESS
}

/// What keeps a set in its file from becoming a draft.
enum NoDraft {
    Lines(Vec<Mistake>),
    /// Key of the text.
    Said(&'static str),
}

/// The file becomes the draft of the version that is being worked on, once nothing in it is wrong.
pub fn draft(setting: &Setting, file: &Path, by: &str) -> ExitCode {
    let name = file.display().to_string();
    let text = match std::fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) => return wrong_use(&format!("{name}: {error}"), "input.file", setting.json, setting.lang),
    };
    let result = block_on(async {
        let store = Store::open(&place_to_write(setting)?).await?;
        let engine = Engine::open(store, clock_of(setting)).await?;
        let done = drafted(&engine, &name, &text, by).await?;
        engine.store.close().await?;
        Ok(done)
    });
    match result {
        Err(failure) => failed(setting, &failure),
        Ok(Err(NoDraft::Lines(wrong))) => mistakes(setting, &wrong),
        Ok(Err(NoDraft::Said(key))) => wrong_use(&texts(setting.lang).get(key, &[]), "input.draft", setting.json, setting.lang),
        Ok(Ok(fields)) => {
            let said = || texts(setting.lang).get("cli-drafted", &[("fields", &fields.to_string())]);
            print(&if setting.json { json!({ "fields": fields }).to_string() } else { said() });
            ExitCode::SUCCESS
        }
    }
}

async fn drafted(engine: &Engine, name: &str, text: &str, by: &str) -> Result<Result<u64, NoDraft>, Failure> {
    let (set, entry) = match set_file::read(name, text) {
        Ok(read) => read,
        Err(wrong) => return Ok(Err(NoDraft::Lines(wrong))),
    };
    let entry = entry.and_then(|e| e.parse::<Id>().ok()).and_then(|id| ListEntryId::try_from(id).ok());
    let Some(id) = entry.map(set_of) else { return Ok(Err(NoDraft::Said("cli-nothing-there"))) };
    let loaded = engine.store.load_one(id.into()).await?;
    let Some(state) = loaded.as_ref().and_then(|l| CriteriaSet::known(&l.neighbour.whole.state)) else {
        return Ok(Err(NoDraft::Said("cli-nothing-there")));
    };
    if !matches!(CriteriaSet::stage(state), "C.drafting" | "C.consulting") {
        return Ok(Err(NoDraft::Said("cli-no-version-in-work")));
    }
    let directory = engine.directory();
    let Some(regulation) = directory.regulations.get(&state.regulation) else { return Ok(Err(NoDraft::Said("cli-nothing-there"))) };
    let wrong = set_file::lint(name, text, regulation);
    if !wrong.is_empty() {
        return Ok(Err(NoDraft::Lines(wrong)));
    }
    let Some(account) = account(by) else { return Ok(Err(NoDraft::Said("cli-no-account"))) };
    let person = engine.store.load_one(account.into()).await?;
    let held = person.as_ref().and_then(|l| match &l.neighbour.whole.state {
        State::Account(a) => a.held.iter().find(|h| h.duty == Duty::ManagingOfficer && h.org == state.managing),
        _ => None,
    });
    let Some(held) = held else { return Ok(Err(NoDraft::Said("cli-no-officer"))) };
    Ok(Ok(engine.draft_set(&Reader::holding(account, held), id, &set).await?))
}

pub fn succession(setting: &Setting, step: &Succession) -> ExitCode {
    match step {
        Succession::Preview { from } => preview(setting, from),
        Succession::Apply(run) => move_files(setting, run, false),
        Succession::Undo(run) => move_files(setting, run, true),
    }
}

fn preview(setting: &Setting, from: &str) -> ExitCode {
    let result = block_on(async {
        let engine = open_engine(setting).await?;
        let directory = engine.directory();
        let Some(org) = directory.organisation(from) else { return Ok(None) };
        let mut out = String::from("stream,stage,name,from,to\n");
        for line in engine.succession_preview(org).await? {
            let to = line.suggested.and_then(|id| directory.organisations.get(&id)).map(|o| o.record.code.to_string()).unwrap_or_default();
            let columns = [line.stream.to_string(), line.stage.to_owned(), line.name, from.to_owned(), to];
            out.push_str(&columns.iter().map(|c| field(c)).collect::<Vec<_>>().join(","));
            out.push('\n');
        }
        engine.store.close().await?;
        Ok(Some(out))
    });
    match result {
        Ok(Some(text)) => {
            print(text.trim_end());
            ExitCode::SUCCESS
        }
        Ok(None) => {
            wrong_use(&texts(setting.lang).get("cli-no-organisation", &[("code", from)]), "input.organisation", setting.json, setting.lang)
        }
        Err(failure) => failed(setting, &failure),
    }
}

fn move_files(setting: &Setting, run: &SuccessionRun, undo: bool) -> ExitCode {
    let texts = texts(setting.lang);
    let name = run.file.display().to_string();
    let (Ok(text), Some(by), Ok(basis)) = (std::fs::read_to_string(&run.file), account(&run.by), Prose::new(run.basis.clone())) else {
        return wrong_use(&texts.get("cli-no-account", &[]), "input.account", setting.json, setting.lang);
    };
    let result = block_on(async {
        let store = Store::open(&place_to_write(setting)?).await?;
        let engine = Engine::open(store, clock_of(setting)).await?;
        let directory = engine.directory();
        let lines = match ndp_engine::succession::read_plan(&name, &text, &directory) {
            Ok(lines) => lines,
            Err(wrong) => return Ok(Err(wrong)),
        };
        let focal = directory.focal_on(legal_date(engine.clock.now()));
        let actor = Actor { account: Some(by), org: Some(focal), unit: None, duty: Some(Duty::ListKeeper) };
        let mut total = ndp_engine::succession::Moved::default();
        for (from, lines) in lines {
            let plan = Plan { id: run.plan, from, on: run.on, basis: basis.clone(), lines };
            let done = if undo { engine.succession_undo(&actor, &plan).await? } else { engine.succession_apply(&actor, &plan).await? };
            total.moved += done.moved;
            total.already += done.already;
            total.changed.extend(done.changed);
        }
        engine.store.close().await?;
        Ok(Ok(total))
    });
    match result {
        Err(failure) => failed(setting, &failure),
        Ok(Err(wrong)) => mistakes(setting, &wrong),
        Ok(Ok(done)) => {
            let n = |n: usize| n.to_string();
            let (moved, already, changed) = (n(done.moved as usize), n(done.already as usize), n(done.changed.len()));
            if setting.json {
                print(&json!({ "moved": done.moved, "already": done.already, "changed": done.changed }).to_string());
            } else {
                print(&texts.get("cli-moved", &[("moved", &moved), ("already", &already), ("changed", &changed)]));
                done.changed.iter().for_each(|id| print(&id.to_string()));
            }
            if done.changed.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(FOUND_WRONG) }
        }
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Failure {
        Failure::Problem(problem)
    }
}
