//! Who is told of a new task: whoever holds its duty where it lies, and may see the record.

use crate::letters::Queued;
use crate::worker::Worker;
use ndp_domain::account::{self, Account};
use ndp_domain::authority::{Duty, Level};
use ndp_domain::canonical::canonical;
use ndp_domain::id::{AccountId, Id, Kind};
use ndp_domain::machine::{Known, State};
use ndp_domain::time::legal_date;
use ndp_domain::visibility::Reader;
use ndp_engine::Clock;
use ndp_store::Fault;
use ndp_store::batch::Message;
use ndp_store::outbox::NewTask;
use ndp_store::read::Loaded;
use serde::Deserialize;
use serde_json::json;
use std::collections::BTreeMap;
use uuid::Uuid;

/// An act's message: which record it left new tasks on, and when.
#[derive(Debug, Deserialize)]
pub struct Done {
    pub stream: Id,
    pub version: u64,
    pub at: String,
}

/// A day as people write it.
fn said(day: &str) -> String {
    day.parse::<chrono::NaiveDate>().map_or_else(|_| day.to_owned(), |d| d.format("%d/%m/%Y").to_string())
}

impl Worker {
    /// Letters about the tasks that an act left.
    pub async fn notices(&self, done: &Done) -> Result<Vec<Message>, Fault> {
        let store = &self.engine.store;
        let mut tasks = store.tasks_since(done.stream, &done.at).await?;
        if tasks.is_empty() {
            return Ok(Vec::new());
        }
        let Some(record) = store.load_one(done.stream).await? else { return Ok(Vec::new()) };
        let view = record.neighbour.whole.state.view();
        let accounts = self.accounts().await?;
        let day = legal_date(self.engine.clock.now());
        let focal = self.engine.directory().focal_on(day);
        // Whose turn has not come is not called: their letter comes with it.
        let (stage, before) = (record.neighbour.whole.state.stage(), self.engine.directory().before());
        tasks.retain(|t| !before.iter().any(|b| b.keeps(&t.act, view.regulation.as_deref(), stage)));
        if tasks.is_empty() {
            return Ok(Vec::new());
        }
        let called = match view.name.clone().or(view.code.clone()) {
            Some(name) => name,
            None => self.subject(&record).await?.unwrap_or_default(),
        };
        let mut told: BTreeMap<AccountId, (NewTask, Reader)> = BTreeMap::new();
        for task in tasks {
            let Some(duty) = Duty::of_code(&task.duty) else { continue };
            if let Some(person) = task.person.as_deref().and_then(|p| p.parse::<Id>().ok()).and_then(|id| AccountId::try_from(id).ok()) {
                let reader = Reader { account: Some(person), duty, org: None, unit: None };
                told.entry(person).or_insert((task, reader));
                continue;
            }
            let holder = if task.holder == "focal_agency" { focal.to_string() } else { task.holder.clone() };
            let of_unit = matches!(duty.level(), Level::Officer | Level::UnitHead);
            for account in accounts.iter().filter(|a| a.suspended.is_none()) {
                let fits = |h: &&account::Held| {
                    let unit = !of_unit || h.unit.is_none() || view.unit.is_none() || h.unit == view.unit || task.holder == "focal_agency";
                    h.duty == duty && h.org.to_string() == holder && h.on(day) && unit
                };
                if let Some(held) = account.held.iter().find(fits) {
                    told.entry(account.id).or_insert_with(|| (task.clone(), Reader::holding(account.id, held)));
                }
            }
        }
        let all: Vec<AccountId> = told.keys().copied().collect();
        let quiet = store.without_notices(&all).await?;
        let people = store.persons(&all).await?;
        let mut letters = Vec::new();
        for person in people.into_iter().filter(|p| !quiet.contains(&p.account)) {
            let Some((task, reader)) = told.get(&person.account) else { continue };
            // A title in a letter is a thing seen.
            if store.seen(&self.engine.scope(reader), done.stream).await?.is_none() {
                continue;
            }
            let queued = Queued {
                to: person.email.clone(),
                account: person.account,
                lang: person.lang.clone(),
                letter: "notice".to_owned(),
                token: None,
                until: None,
                more: json!({
                    "name": person.name,
                    "act": task.act,
                    "record": called,
                    "due": task.due_on.as_deref().map(said).unwrap_or_default(),
                    "href": "/viec",
                }),
            };
            let dedup_key = format!("notice:{}:{}:{}:{}", done.stream, done.version, task.act, person.account);
            letters.push(Message {
                id: Uuid::now_v7(),
                topic: "mail",
                payload: canonical(&queued),
                dedup_key,
                run_at: Clock::System.now(),
            });
        }
        Ok(letters)
    }

    /// What a paper that has no number yet is about: its frozen subject, else the name of what it is on.
    async fn subject(&self, record: &Loaded) -> Result<Option<String>, Fault> {
        let State::Document(paper) = &record.neighbour.whole.state else { return Ok(None) };
        if let Some(pin) = paper.snapshot
            && let Some(text) = self.engine.store.content(pin.0).await?
        {
            let snapshot: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
            return Ok(snapshot.get("subject").and_then(|s| s.as_str()).map(str::to_owned));
        }
        let Some(first) = paper.acts.first() else { return Ok(None) };
        Ok(self.engine.store.load_one(first.stream).await?.and_then(|l| l.neighbour.whole.state.view().name))
    }

    /// All accounts, read again after a while.
    async fn accounts(&self) -> Result<std::sync::Arc<Vec<account::State>>, Fault> {
        let now = std::time::Instant::now();
        {
            let kept = self.known.lock().await;
            if let Some((at, accounts)) = kept.as_ref()
                && now.duration_since(*at) < self.pace.accounts
            {
                return Ok(accounts.clone());
            }
        }
        // With them organisations, versions and the calendar: a worker alone follows no feed.
        self.engine.refresh().await?;
        let loaded = self.engine.store.load_kind(Kind::Account).await?;
        let accounts: Vec<account::State> = loaded.iter().filter_map(|l| Account::known(&l.neighbour.whole.state)).cloned().collect();
        let accounts = std::sync::Arc::new(accounts);
        *self.known.lock().await = Some((now, accounts.clone()));
        Ok(accounts)
    }
}
