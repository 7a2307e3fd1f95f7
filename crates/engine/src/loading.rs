//! What an act reads: the file, the actor's account, the paper's acts, and the neighbours of each.

use crate::execute::Ask;
use crate::{Engine, Problem};
use ndp_domain::authority::Side;
use ndp_domain::document::{self, Document, Snapshot};
use ndp_domain::evidence::{Need, Neighbour};
use ndp_domain::id::Id;
use ndp_domain::issue::{self, Order};
use ndp_domain::machine::{Command, Known};
use ndp_store::read::Loaded;
use std::collections::{BTreeMap, BTreeSet};

/// Loads until nothing new is asked for: the file, the actor's account, the paper's acts, and
/// the neighbours that each reads. One query for a plain act.
pub(crate) struct Loading<'a> {
    pub engine: &'a Engine,
    pub ask: &'a Ask,
    pub streams: BTreeMap<Id, Loaded>,
    pub asked: BTreeSet<Need>,
    pub snapshot: Option<Snapshot>,
}

impl Loading<'_> {
    pub async fn all(&mut self) -> Result<(), Problem> {
        let mut wanted: Vec<Need> = vec![Need::Stream(self.ask.stream)];
        wanted.extend(self.ask.actor.account.map(|a| Need::Stream(a.into())));
        wanted.extend(ndp_domain::machine::needs(None, &self.ask.command));
        loop {
            wanted.retain(|need| !self.asked.contains(need));
            if wanted.is_empty() {
                return Ok(());
            }
            self.asked.extend(wanted.iter().copied());
            self.streams.extend(self.engine.store.load(&wanted).await?);
            self.read_snapshot().await?;
            wanted = self.further();
        }
    }

    /// The frozen content of a paper that is signed after submission, or issued.
    async fn read_snapshot(&mut self) -> Result<(), Problem> {
        let reads = matches!(
            &self.ask.command,
            Command::Document(document::Command::Issue { .. } | document::Command::Sign { snapshot: None, .. })
        );
        if !reads || self.snapshot.is_some() {
            return Ok(());
        }
        let document = self.streams.get(&self.ask.stream).and_then(|l| Document::known(&l.neighbour.whole.state));
        let Some(pin) = document.and_then(|d| d.snapshot) else { return Ok(()) };
        let missing = |what: String| ndp_store::Fault::Inconsistent { table: "content", record: pin.0.to_string(), what };
        let text = self.engine.store.content(pin.0).await?.ok_or_else(|| missing("missing".to_owned()))?;
        self.snapshot = Some(serde_json::from_str(&text).map_err(|e| missing(e.to_string()))?);
        Ok(())
    }

    fn further(&self) -> Vec<Need> {
        let world: BTreeMap<Id, Neighbour> = self.streams.iter().map(|(id, l)| (*id, l.neighbour.clone())).collect();
        let order = Order { stream: self.ask.stream, command: self.ask.command.clone(), actor: self.ask.actor.clone(), form: None };
        let mut needs = issue::needs(&order, self.snapshot.as_ref(), &world);
        if self.ask.actor.duty.is_some_and(|d| d.side() == Side::Body) {
            if let Command::Document(document::Command::Draft { body: Some(body), .. }) = &self.ask.command {
                needs.push(Need::Stream((*body).into()));
            }
            needs.extend(self.streams.values().filter_map(|l| l.neighbour.whole.state.view().body).map(|b| Need::Stream(b.into())));
        }
        needs
    }
}
