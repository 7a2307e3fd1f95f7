//! Several acts of one person in one commit: all of them or none (imports).

use crate::execute::{Extra, Prepared, assemble_many, standing_for, world_of};
use crate::{Engine, Problem, parse};
use ndp_domain::authority::{is_theirs, may_at_all};
use ndp_domain::evidence::{Need, Neighbour};
use ndp_domain::id::{Id, Kind};
use ndp_domain::issue::{self, Order, Step};
use ndp_domain::machine::{Command, needs};
use ndp_domain::occasion::Actor;
use ndp_store::drafts::Save;
use ndp_store::read::Loaded;
use serde_json::Value;
use std::collections::BTreeMap;

/// The act that could not be done: its place in the list, from 0, and why.
#[derive(Debug)]
pub struct Failed {
    pub at: usize,
    pub problem: Problem,
}

impl Engine {
    /// Runs the acts one after the other, each on what the ones before left, and writes them in
    /// one commit. Nothing is written where one fails; every one that fails is named.
    pub async fn execute_all(&self, actor: &Actor, acts: &[(Id, Command)], dry_run: bool) -> Result<usize, Vec<Failed>> {
        self.execute_typed(actor, acts, Vec::new(), dry_run).await
    }

    /// The same, with what was typed already of the records that the acts open: by record and field.
    pub async fn execute_typed(
        &self,
        actor: &Actor,
        acts: &[(Id, Command)],
        typed: Vec<(Id, String, Value)>,
        dry_run: bool,
    ) -> Result<usize, Vec<Failed>> {
        let one = |at: usize| move |problem: Problem| vec![Failed { at, problem }];
        let mut wanted: Vec<Need> = actor.account.iter().map(|a| Need::Stream((*a).into())).collect();
        wanted.extend(acts.iter().flat_map(|(id, command)| std::iter::once(Need::Stream(*id)).chain(needs(None, command))));
        wanted.sort();
        wanted.dedup();
        let mut loaded: BTreeMap<Id, Loaded> = BTreeMap::new();
        for part in wanted.chunks(200) {
            loaded.extend(self.store.load(part).await.map_err(|f| one(0)(f.into()))?);
        }
        let directory = self.directory();
        let (at, batch) = (self.clock.now(), self.id());
        let standing = standing_for(actor, &loaded, &directory, at);
        let streams: BTreeMap<Id, Neighbour> =
            loaded.iter().filter(|(id, _)| id.kind != Kind::Account).map(|(id, l)| (*id, l.neighbour.clone())).collect();
        let Some(mut world) = world_of(streams, &directory, at, batch) else { return Ok(0) };
        let mut failed = Vec::new();
        let (mut steps, mut contents): (Vec<Step>, Vec<_>) = (Vec::new(), Vec::new());
        for (i, (id, command)) in acts.iter().enumerate() {
            let row = command.act().row();
            let form = match may_at_all(row, &standing.borrow()) {
                Ok(form) => form,
                Err(denied) => return Err(one(i)(denied.into())),
            };
            let order = Order { stream: *id, command: command.clone(), actor: actor.clone(), form };
            match issue::run(&order, None, world.clone()) {
                Err(refusal) => failed.push(Failed { at: i, problem: refusal.into() }),
                Ok(done) => {
                    let view = done.world.streams.get(id).map(|n| n.whole.state.view()).unwrap_or_default();
                    if let Err(denied) = is_theirs(row, &standing.borrow(), &view) {
                        failed.push(Failed { at: i, problem: denied.into() });
                    }
                    steps.extend(done.steps);
                    contents.extend(done.contents);
                    world = done.world;
                }
            }
        }
        if !failed.is_empty() {
            return Err(failed);
        }
        if !dry_run {
            let save = |(stream, field, value): (Id, String, Value)| Save {
                stream,
                field,
                value: parse::normalise(value).to_string(),
                seen: 0,
                at,
            };
            let extra = Extra { contents, typed: typed.into_iter().map(save).collect(), ..Extra::default() };
            let batch = assemble_many(Prepared { id: batch, at, steps, loaded: &loaded, after: &world.streams, extra });
            self.store.commit(batch).await.map_err(|e| one(0)(crate::execute::problem_of(e)))?;
        }
        Ok(acts.len())
    }
}
