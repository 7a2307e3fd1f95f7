//! `ndp load`: reference data that comes after the installation, in the name of an administrator.

use crate::args::Setting;
use crate::commands::{Failure, block_on, failed, place_to_write, print, wrong_use};
use crate::transfer::{account, clock_of, mistakes};
use ndp_domain::authority::Duty;
use ndp_domain::machine::State;
use ndp_domain::occasion::Actor;
use ndp_domain::reference::DataSet;
use ndp_engine::Engine;
use ndp_store::Store;
use ndp_text::texts;
use serde_json::json;
use std::path::Path;
use std::process::ExitCode;

/// What can be loaded; localities come with the installation.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub enum LoadSet {
    Holidays,
    Regulation,
    Functions,
}

impl From<LoadSet> for DataSet {
    fn from(set: LoadSet) -> DataSet {
        match set {
            LoadSet::Holidays => DataSet::Holidays,
            LoadSet::Regulation => DataSet::Regulation,
            LoadSet::Functions => DataSet::Functions,
        }
    }
}

pub fn load(setting: &Setting, set: LoadSet, file: &Path, by: &str, dry_run: bool) -> ExitCode {
    let texts = texts(setting.lang);
    let name = file.display().to_string();
    let text = match std::fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) => return wrong_use(&format!("{name}: {error}"), "input.file", setting.json, setting.lang),
    };
    let Some(by) = account(by) else {
        return wrong_use(&texts.get("cli-no-account", &[]), "input.account", setting.json, setting.lang);
    };
    let result = block_on(async {
        let store = Store::open(&place_to_write(setting)?).await?;
        let engine = Engine::open(store, clock_of(setting)).await?;
        let person = engine.store.load_one(by.into()).await?;
        let held = person.as_ref().and_then(|l| match &l.neighbour.whole.state {
            State::Account(a) => a.held.iter().find(|h| h.duty == Duty::Administrator),
            _ => None,
        });
        let actor = Actor { account: Some(by), org: held.map(|h| h.org), unit: None, duty: Some(Duty::Administrator) };
        let done = match engine.edition(set.into(), &name, &text).await? {
            Err(wrong) => Err(wrong),
            Ok(edition) => {
                engine.load(&actor, &edition, None, dry_run).await?;
                Ok(edition)
            }
        };
        engine.store.close().await?;
        Ok::<_, Failure>(done)
    });
    match result {
        Err(failure) => failed(setting, &failure),
        Ok(Err(wrong)) => mistakes(setting, &wrong),
        Ok(Ok(edition)) => {
            let key = if dry_run { "cli-load-checked" } else { "cli-loaded" };
            if setting.json {
                print(&json!({ "set": edition.set, "name": edition.name, "rows": edition.rows, "dry_run": dry_run }).to_string());
            } else {
                print(&texts.get(key, &[("name", &edition.name), ("rows", &edition.rows.to_string())]));
            }
            ExitCode::SUCCESS
        }
    }
}
