//! Writes acts until it is killed. For each act that `commit` acknowledged it writes the id of
//! the stream, its version and a newline to standard output, which is the parent's pipe.
//!
//! `ndp-loader embedded FILE KEYS` or `ndp-loader postgres URL KEYS`, on an installed world whose
//! officer is given in the environment (`LOADER_ACCOUNT`, `LOADER_ORG`).
#![allow(clippy::unwrap_used)]

use ndp_cli::demo::{self, cast::UNIT, story::t};
use ndp_domain::authority::Duty;
use ndp_domain::id::{Id, ListEntryId};
use ndp_domain::list_entry::Command as L;
use ndp_domain::occasion::Actor;
use ndp_engine::keys::SealKey;
use ndp_engine::{Ask, Clock, Engine};
use ndp_store::{Place, Store};
use std::io::Write;
use std::path::Path;

#[tokio::main]
async fn main() {
    let args: Vec<String> = std::env::args().collect();
    let place = match args[1].as_str() {
        "embedded" => Place::embedded(Path::new(&args[2]), true),
        _ => Place::Postgres { url: args[2].clone(), connections: 6 },
    };
    let id = |name: &str| std::env::var(name).unwrap().parse::<Id>().unwrap();
    let actor = Actor {
        account: Some(id("LOADER_ACCOUNT").try_into().unwrap()),
        org: Some(id("LOADER_ORG").try_into().unwrap()),
        unit: Some(UNIT.to_owned()),
        duty: Some(Duty::ManagingOfficer),
    };
    let engine = Engine::open(Store::open(&place).await.unwrap(), Clock::at(demo::start())).await.unwrap();
    let _sequencer = engine.start_sequencer(SealKey::in_folder(Path::new(&args[3])).unwrap());
    let mut writers = tokio::task::JoinSet::new();
    for _ in 0..4 {
        let (engine, actor) = (engine.clone(), actor.clone());
        writers.spawn(async move {
            loop {
                let entry = ListEntryId(engine.id());
                let draft = L::Draft {
                    regulation: demo::REGULATION.into(),
                    managing: actor.org.unwrap(),
                    unit: t(UNIT),
                    title: t("Nền tảng thử tải"),
                };
                // A database that went away ends this writer; what it acknowledged counts.
                let Ok(receipt) = engine.execute(Ask::new(actor.clone(), entry, draft)).await else { return };
                let line = format!("{entry} {}\n", receipt.streams[0].1);
                if std::io::stdout().write_all(line.as_bytes()).is_err() {
                    return;
                }
            }
        });
    }
    while writers.join_next().await.is_some() {}
}
