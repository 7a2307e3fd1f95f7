//! Running an order: its act, the acts a paper carries, and what follows from each, one after
//! the other on states already evolved. Pure; one refusal refuses the whole order.

use crate::acts::{Act, ActId};
use crate::calendar::Calendar;
use crate::canonical::Content;
use crate::document::{self, Document, Snapshot};
use crate::evidence::{Evidence, Need, Neighbour};
use crate::id::{AccountId, Id, OrganisationId};
use crate::machine::{self, Command, Event, Machine, State, View};
use crate::occasion::{Actor, Fresh, IssuedPaper, Occasion};
use crate::record::Clock;
use crate::refusal::Refusal;
use crate::regulation::{LegalStatus, Regulation};
use crate::time::{Instant, legal_date};
use crate::whole::{Whole, clocks_after, moved_by};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Everything loaded for the order, and the dated data of the day.
#[derive(Debug, Clone)]
pub struct World<'a> {
    pub streams: BTreeMap<Id, Neighbour>,
    pub regulations: &'a BTreeMap<String, Regulation>,
    /// For streams that pin no version.
    pub default_regulation: &'a Regulation,
    pub calendar: &'a Calendar,
    pub focal: OrganisationId,
    pub at: Instant,
    pub fresh: Fresh,
}

/// One decided event, ready to be recorded.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    pub stream: Id,
    /// Number of the event within its stream.
    pub n: u64,
    pub act: ActId,
    pub actor: Actor,
    pub form: Option<document::SigningForm>,
    pub recorded_by: Option<AccountId>,
    pub regulation: String,
    pub legal_status: Option<LegalStatus>,
    pub evidence: Vec<(Id, u64)>,
    pub paper: Option<IssuedPaper>,
    pub clocks: Option<Vec<Clock>>,
    pub event: Event,
}

/// An order: who does what to which stream.
#[derive(Debug, Clone)]
pub struct Order {
    pub stream: Id,
    pub command: Command,
    pub actor: Actor,
    pub form: Option<document::SigningForm>,
}

/// What came of it: the steps, the contents they pin, the world as it is afterwards.
#[derive(Debug)]
pub struct Done<'a> {
    pub steps: Vec<Step>,
    pub contents: Vec<Content>,
    pub world: World<'a>,
}

struct Run<'a> {
    world: World<'a>,
    steps: Vec<Step>,
    contents: Vec<Content>,
}

/// Runs an order. For D9, `snapshot` is the frozen content of the paper; its acts run as the
/// signer, recorded by the clerk.
pub fn run<'a>(order: &Order, snapshot: Option<&Snapshot>, world: World<'a>) -> Result<Done<'a>, Refusal> {
    let mut run = Run { world, steps: Vec::new(), contents: Vec::new() };
    run.act(order, None, None, false)?;
    if let Command::Document(command) = &order.command {
        run.paper(order, command, snapshot)?;
    }
    Ok(Done { steps: run.steps, contents: run.contents, world: run.world })
}

/// The guards of an act on a loaded file, under a regulation version.
fn guards(
    world: &World,
    regulation: &Regulation,
    stream: Id,
    actor: &Actor,
    form: Option<document::SigningForm>,
    row: &Act,
) -> Result<(), Refusal> {
    let Some(file) = world.streams.get(&stream) else { return Ok(()) };
    let streams = world.streams.iter().filter(|(id, _)| **id != stream).map(|(id, n)| (*id, n.clone())).collect();
    let evidence = Evidence { streams };
    let occasion = Occasion {
        stream,
        clocks: &file.whole.clocks,
        moved: file.whole.moved,
        follows: false,
        actor: actor.clone(),
        recorded_by: None,
        at: world.at,
        regulation,
        calendar: world.calendar,
        focal: world.focal,
        evidence: &evidence,
        fresh: world.fresh,
        paper: None,
        form,
    };
    row.guards.iter().try_for_each(|guard| (guard.holds)(Some(&file.whole.state), &occasion))
}

/// May this act be tried on the file now, as far as stage and guards say, which read no content?
/// What a guard would need of streams that are not loaded is said when the act is tried.
pub fn may_be_tried(world: &World, stream: Id, actor: &Actor, form: Option<document::SigningForm>, row: &Act) -> Result<(), Refusal> {
    let Some(file) = world.streams.get(&stream) else { return Ok(()) };
    let stage = file.whole.state.stage();
    if !row.leaves(stage) {
        return Err(Refusal::WrongStage { act: row.id, stage: stage.to_owned() });
    }
    let regulation = file.whole.state.view().regulation.and_then(|name| world.regulations.get(&name)).unwrap_or(world.default_regulation);
    match guards(world, regulation, stream, actor, form, row) {
        Err(Refusal::StreamNotFound { .. }) => Ok(()),
        other => other,
    }
}

/// Neighbours that the guards of a file's acts may read.
pub fn neighbours_of(stream: Id, state: &State, rows: &[&Act]) -> Vec<Need> {
    let view = state.view();
    let mut needs: Vec<Need> = rows.iter().flat_map(|row| machine::guard_needs(row.id, stream, Some(state))).collect();
    needs.extend(view.body.map(|b| Need::Stream(b.into())));
    needs.extend(view.parent.map(Need::Stream));
    needs.sort();
    needs.dedup();
    needs
}

/// Neighbours that an order and the acts of its paper read.
pub fn needs(order: &Order, snapshot: Option<&Snapshot>, world: &BTreeMap<Id, Neighbour>) -> Vec<Need> {
    let state = |id: &Id| world.get(id).map(|n| &n.whole.state);
    let all = |id: &Id, command: &Command| {
        let mut needs = machine::needs(state(id), command);
        needs.extend(machine::further(*id, state(id), command, world));
        needs
    };
    let mut needs = all(&order.stream, &order.command);
    let frozen = match &order.command {
        Command::Document(document::Command::Submit { snapshot } | document::Command::Sign { snapshot: Some(snapshot), .. }) => {
            Some(snapshot)
        }
        _ => snapshot,
    };
    if let Some(frozen) = frozen {
        for act in &frozen.acts {
            needs.push(Need::Stream(act.stream));
            needs.extend(all(&act.stream, &act.command));
        }
    }
    if let Command::Document(document::Command::Draft { acts, .. }) = &order.command {
        needs.extend(acts.iter().map(|a| Need::Stream(a.stream)));
        // What the guards of the pinned acts ask for, which have no content yet.
        needs.extend(acts.iter().flat_map(|a| machine::guard_needs(a.act, a.stream, state(&a.stream))));
    }
    if let (Command::Document(document::Command::Discard {}), Some(document)) =
        (&order.command, state(&order.stream).and_then(Document::of))
    {
        needs.extend(document.acts.iter().map(|a| Need::Stream(a.stream)));
    }
    needs.sort();
    needs.dedup();
    needs
}

impl Run<'_> {
    fn state(&self, id: Id) -> Option<&State> {
        self.world.streams.get(&id).map(|n| &n.whole.state)
    }

    /// One act and what follows from it.
    fn act(&mut self, order: &Order, paper: Option<&IssuedPaper>, recorded_by: Option<AccountId>, follows: bool) -> Result<(), Refusal> {
        let (id, command) = (order.stream, &order.command);
        if command.kind().is_some_and(|kind| kind != id.kind) {
            return Err(Refusal::CommandOfAnotherKind { act: command.act() });
        }
        let evidence = self.evidence(id, command);
        let regulations = self.world.regulations;
        let default = self.world.default_regulation;
        let named = self
            .state(id)
            .and_then(|s| s.view().regulation)
            .or_else(|| command.regulation())
            .or_else(|| evidence.streams.values().find_map(|n| n.whole.state.view().regulation));
        let regulation = match &named {
            Some(name) => regulations
                .get(name)
                .ok_or_else(|| Refusal::RegulationNotEffective { regulation: name.clone(), day: legal_date(self.world.at) })?,
            None => default,
        };
        let running: Vec<Clock> = self.world.streams.get(&id).map_or_else(Vec::new, |n| n.whole.clocks.clone());
        let occasion = Occasion {
            stream: id,
            clocks: &running,
            moved: self.world.streams.get(&id).and_then(|n| n.whole.moved),
            follows,
            actor: order.actor.clone(),
            recorded_by,
            at: self.world.at,
            regulation,
            calendar: self.world.calendar,
            focal: self.world.focal,
            evidence: &evidence,
            fresh: self.world.fresh,
            paper,
            form: order.form,
        };
        let events = machine::decide(self.state(id), command, &occasion)?;
        let status = regulation.status_on(occasion.day());
        let legal_status = (status != LegalStatus::InForce && named.is_some()).then_some(status);
        self.contents.extend(machine::contents_of(self.world.streams.get(&id).map(|n| &n.whole.state), command, &occasion));
        let mut follow = Vec::new();
        for event in events {
            let before = self.world.streams.remove(&id);
            let (version, whole) = before.map_or((0, None), |n| (n.version, Some(Arc::unwrap_or_clone(n.whole))));
            let old_stage = whole.as_ref().map(|w| w.state.stage());
            let (since, created_at, old_clocks, last) = whole
                .as_ref()
                .map_or((self.world.at, self.world.at, Vec::new(), None), |w| (w.since, w.created_at, w.clocks.clone(), w.moved));
            let Some(state) = machine::evolve(whole.map(|w| w.state), &event) else {
                return Err(Refusal::CommandOfAnotherKind { act: command.act() });
            };
            if state.view().own.is_some_and(|own| own != id) {
                return Err(Refusal::IdOfAnotherStream {});
            }
            let moved = old_stage != Some(state.stage());
            let last = moved_by(&event, last);
            let clocks = clocks_after(&old_clocks, old_stage, &state, &event, &occasion);
            follow.extend(machine::consequences(id, &state, &event, &occasion));
            self.steps.push(Step {
                stream: id,
                n: version + 1,
                act: command.act(),
                actor: order.actor.clone(),
                form: order.form,
                recorded_by,
                regulation: regulation.id.clone(),
                legal_status,
                evidence: evidence.versions(),
                paper: paper.cloned(),
                clocks: clocks.clone(),
                event,
            });
            let since = if moved { self.world.at } else { since };
            let clocks = clocks.unwrap_or(old_clocks);
            let whole = Whole { state, since, created_at, updated_at: self.world.at, clocks, moved: last };
            self.world.streams.insert(id, Neighbour { version: version + 1, whole: Arc::new(whole) });
        }
        for (stream, command) in follow {
            self.act(&Order { stream, command, actor: order.actor.clone(), form: order.form }, paper, recorded_by, true)?;
        }
        Ok(())
    }

    /// The neighbours that this command asks for, of those loaded, as they are now.
    fn evidence(&self, id: Id, command: &Command) -> Evidence {
        let mut evidence = Evidence::default();
        let mut needs = machine::needs(self.state(id), command);
        needs.extend(machine::further(id, self.state(id), command, &self.world.streams));
        for need in needs {
            let wanted = |other: &Id, view: View| match need {
                Need::Stream(wanted) => *other == wanted,
                Need::Children(parent, kind) => other.kind == kind && view.parent == Some(parent),
                Need::OfProduct(product, kind) => other.kind == kind && view.product == Some(product),
                Need::OfBody(body, kind) => other.kind == kind && view.body == Some(body),
            };
            for (other, n) in self.world.streams.iter().filter(|(other, _)| **other != id) {
                if wanted(other, n.whole.state.view()) {
                    evidence.streams.insert(*other, n.clone());
                }
            }
        }
        evidence
    }

    /// D1, D2 and D6 look whether the acts could be done now; D9 does them.
    fn paper(&mut self, order: &Order, command: &document::Command, snapshot: Option<&Snapshot>) -> Result<(), Refusal> {
        let Some(document) = self.state(order.stream).and_then(Document::of).cloned() else { return Ok(()) };
        let at = self.world.at;
        match command {
            document::Command::Draft { acts, .. } => {
                for pinned in acts {
                    let stage = self.state(pinned.stream).map(State::stage);
                    let row = pinned.act.row();
                    let view = self.state(pinned.stream).map(State::view).unwrap_or_default();
                    if view.regulation.is_some_and(|r| r != document.regulation) {
                        return Err(Refusal::PaperUnderAnotherVersion {});
                    }
                    let opens_later = stage.is_none();
                    if !opens_later && !row.leaves(stage.unwrap_or_default()) {
                        return Err(Refusal::WrongStage { act: row.id, stage: stage.unwrap_or_default().to_owned() });
                    }
                    self.guards(order, &document, pinned.stream, row)?;
                }
                Ok(())
            }
            document::Command::Submit { snapshot } => self.rehearse(order, &document, snapshot),
            document::Command::Sign { snapshot: frozen, .. } => match frozen.as_ref().or(snapshot) {
                Some(frozen) => self.rehearse(order, &document, frozen),
                None => Err(Refusal::SnapshotMissing {}),
            },
            document::Command::Issue { recipients } => {
                let (Some(frozen), Some(signature)) = (snapshot, &document.signature) else { return Err(Refusal::SnapshotMissing {}) };
                if Some(Content::of(frozen).pin()) != document.snapshot || frozen.recipients != *recipients {
                    return Err(Refusal::SnapshotDiffers {});
                }
                let paper = document::issued_paper(&document, at);
                // Of two who signed, the act runs as the agency's.
                let signature = std::iter::once(signature)
                    .chain(&document.co_signatures)
                    .find(|s| s.duty != crate::authority::Duty::HiredUnit)
                    .unwrap_or(signature);
                let signer = Actor {
                    account: Some(signature.by),
                    org: Some(document.issuing),
                    unit: document.unit.clone(),
                    duty: Some(signature.duty),
                };
                let clerk = order.actor.account;
                for act in &frozen.acts {
                    let inner = Order { stream: act.stream, command: act.command.clone(), actor: signer.clone(), form: signature.form };
                    self.act(&inner, paper.as_ref(), clerk, false)?;
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Guards of an act that a paper pins, asked when the paper is begun (D1): they need no content.
    fn guards(&self, order: &Order, document: &document::State, stream: Id, row: &Act) -> Result<(), Refusal> {
        match self.world.regulations.get(&document.regulation) {
            Some(regulation) => guards(&self.world, regulation, stream, &order.actor, order.form, row),
            None => Ok(()),
        }
    }

    /// The same acts on a copy of the world, results dropped.
    fn rehearse(&self, order: &Order, document: &document::State, snapshot: &Snapshot) -> Result<(), Refusal> {
        let mut copy = Run { world: self.world.clone(), steps: Vec::new(), contents: Vec::new() };
        let paper = document::issued_paper(document, self.world.at);
        for act in &snapshot.acts {
            let inner = Order { stream: act.stream, command: act.command.clone(), actor: order.actor.clone(), form: order.form };
            copy.act(&inner, paper.as_ref(), None, false)?;
        }
        Ok(())
    }
}
