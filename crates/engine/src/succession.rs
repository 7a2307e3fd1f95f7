//! When organisations change (X1, process.md 5.1): the files of the old one are listed with a
//! suggestion, a person assigns each, and a job moves them one by one. The job may be stopped and
//! run again: what was moved is not moved twice. Undo is the same job the other way round.

use crate::directory::Directory;
use crate::reference::{Mistake, Mistakes, rows};
use crate::{Ask, Engine, Problem};
use chrono::NaiveDate;
use ndp_domain::acts::FINAL;
use ndp_domain::any::{self, holder};
use ndp_domain::id::{Id, OrganisationId};
use ndp_domain::machine::Command;
use ndp_domain::occasion::Actor;
use ndp_domain::refusal::Refusal;
use ndp_domain::text::Prose;
use ndp_domain::time::legal_date;
use std::collections::BTreeMap;
use uuid::Uuid;

/// One open file of the organisation. `suggested` is its main successor, where it has one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub stream: Id,
    pub name: String,
    pub stage: &'static str,
    pub suggested: Option<OrganisationId>,
}

/// What was decided: every file by itself.
#[derive(Debug, Clone)]
pub struct Plan {
    pub id: Uuid,
    pub from: OrganisationId,
    /// The legal date.
    pub on: NaiveDate,
    pub basis: Prose,
    pub lines: Vec<(Id, OrganisationId)>,
}

/// What the job did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Moved {
    pub moved: u32,
    /// Moved by an earlier run.
    pub already: u32,
    /// Not held by the old organisation any more, or moved on since this plan moved it: another
    /// preview, and a plan of its own, decide these.
    pub changed: Vec<Id>,
}

const PAGE: u64 = 500;

impl Engine {
    /// The open files of an organisation, whatever their kind. Closed ones stay under its name;
    /// its successors read them.
    pub async fn succession_preview(&self, from: OrganisationId) -> Result<Vec<Line>, Problem> {
        let directory = self.directory();
        let suggested = directory.main_successor(from, legal_date(self.clock.now()));
        let (mut out, mut after) = (Vec::new(), None);
        loop {
            let page = self.store.held_by(from, after, PAGE).await?;
            let Some(last) = page.last() else { return Ok(out) };
            after = Some(last.id.uuid);
            for loaded in &page {
                let state = &loaded.neighbour.whole.state;
                if holder(state) == Some(from) && !FINAL.contains(&state.stage()) {
                    let name = state.view().name.unwrap_or_default();
                    out.push(Line { stream: loaded.id, name, stage: state.stage(), suggested });
                }
            }
        }
    }

    /// Moves every file of the plan, each in a commit of its own under a key of its own.
    pub async fn succession_apply(&self, actor: &Actor, plan: &Plan) -> Result<Moved, Problem> {
        self.succession(actor, plan, false).await
    }

    /// Moves them back.
    pub async fn succession_undo(&self, actor: &Actor, plan: &Plan) -> Result<Moved, Problem> {
        self.succession(actor, plan, true).await
    }

    async fn succession(&self, actor: &Actor, plan: &Plan, undo: bool) -> Result<Moved, Problem> {
        let mut done = Moved::default();
        for (stream, to) in &plan.lines {
            let (from, to) = if undo { (*to, plan.from) } else { (plan.from, *to) };
            let transfer = any::Command::Transfer { plan: plan.id, from, to, unit: None, on: plan.on, basis: plan.basis.clone() };
            let key = format!("{}/{}/{stream}", if undo { "X1-undo" } else { "X1" }, plan.id.simple());
            let ask = Ask::new(actor.clone(), *stream, Command::Any(transfer)).keyed(&key);
            match self.execute(ask).await {
                Ok(receipt) if receipt.repeated => {
                    // Moved under this plan before; where it went on since (an undo), that is told.
                    let loaded = self.store.load_one(*stream).await?;
                    if loaded.is_some_and(|l| holder(&l.neighbour.whole.state) == Some(to)) {
                        done.already += 1;
                    } else {
                        done.changed.push(*stream);
                    }
                }
                Ok(_) => done.moved += 1,
                Err(Problem::Refusal(Refusal::NotHeldByThem {})) => done.changed.push(*stream),
                Err(other) => return Err(other),
            }
        }
        Ok(done)
    }
}

/// What a plan says: by dissolved organisation, each file and its successor.
pub type Plans = BTreeMap<OrganisationId, Vec<(Id, OrganisationId)>>;

/// Reads the lines of a plan: the CSV of the preview with its column `to` decided.
pub fn read_plan(file: &str, csv: &str, directory: &Directory) -> Result<Plans, Vec<Mistake>> {
    let mut m = Mistakes { file, all: Vec::new() };
    let mut plans: Plans = BTreeMap::new();
    for (line, get) in rows(&mut m, csv, &["stream", "from", "to"]) {
        let stream = get("stream").parse::<Id>().ok();
        if stream.is_none() {
            m.add(line, "stream", "expected an id like list_0190…");
        }
        let mut org = |column: &str| {
            let found = directory.organisation(&get(column));
            if found.is_none() {
                m.add(line, format!("{column} = \"{}\"", get(column)), "expected a code that is on record");
            }
            found
        };
        if let (Some(from), Some(to), Some(stream)) = (org("from"), org("to"), stream) {
            plans.entry(from).or_default().push((stream, to));
        }
    }
    if m.all.is_empty() { Ok(plans) } else { Err(m.all) }
}
