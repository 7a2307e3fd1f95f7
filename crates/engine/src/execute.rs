//! One act from order to record: load what it reads, judge authority, run the pure core, write
//! everything in one commit.

use crate::directory::Directory;
use crate::drafts;
use crate::loading::Loading;
use crate::{Engine, Problem};
use ndp_domain::account::{self, Account};
use ndp_domain::acts::{ActId, Who};
use ndp_domain::authority::{Denied, Duty, Side, Standing, fits_state, is_theirs, may_at_all, prepares};
use ndp_domain::canonical::{Hash, canonical};
use ndp_domain::document::{self, Document, SigningForm};
use ndp_domain::evidence::Neighbour;
use ndp_domain::id::{AccountId, Id, Kind};
use ndp_domain::issue::{self, Done, Order, Step, World};
use ndp_domain::machine::{Command, Known};
use ndp_domain::occasion::{Actor, Fresh};
use ndp_domain::projection::{Lists, Projection};
use ndp_domain::record::{Envelope, Recorded, RequestMark};
use ndp_domain::refusal::Refusal;
use ndp_domain::time::{Instant, legal_date};
use ndp_domain::{body::Body, dossier::Dossier};
use ndp_store::batch::{Batch, CommitError, Expect, IdempotencyMark, Message, ReferenceRow, Write};
use ndp_store::drafts::Save;
use ndp_store::read::Loaded;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use uuid::Uuid;

/// What is asked.
#[derive(Debug, Clone)]
pub struct Ask {
    pub actor: Actor,
    pub stream: Id,
    /// The version the asker has seen; none means "as it is now".
    pub expect: Option<u64>,
    pub command: Command,
    /// A repeated key with the same content gets the first answer.
    pub key: Option<String>,
    /// Decide and answer, write nothing.
    pub dry_run: bool,
    /// SHA-256 of what was asked as an edge received it, where it names more or less than this ask
    /// (an id made for the asker); a repeated key is compared by it.
    pub request: Option<Hash>,
}

impl Ask {
    pub fn new(actor: Actor, stream: impl Into<Id>, command: impl Into<Command>) -> Ask {
        Ask { actor, stream: stream.into(), expect: None, command: command.into(), key: None, dry_run: false, request: None }
    }
    pub fn seen(self, version: u64) -> Ask {
        Ask { expect: Some(version), ..self }
    }
    pub fn keyed(self, key: &str) -> Ask {
        Ask { key: Some(key.to_owned()), ..self }
    }
}

/// What was done: the commit and the versions it left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    pub batch: Uuid,
    pub streams: Vec<(Id, u64)>,
    /// The first answer, given again.
    pub repeated: bool,
}

impl Receipt {
    /// The stream of this kind that the act opened or changed.
    pub fn stream(&self, kind: Kind) -> Option<Id> {
        self.streams.iter().find(|(id, _)| id.kind == kind).map(|(id, _)| *id)
    }
}

/// How often an act without an expected version is tried again when somebody was faster.
const TRIES: usize = 5;

impl Engine {
    pub async fn execute(&self, ask: Ask) -> Result<Receipt, Problem> {
        let request = request_of(&ask);
        if let Some(receipt) = self.first_answer(&ask, request).await? {
            return Ok(receipt);
        }
        let mut tries = 0;
        loop {
            tries += 1;
            match self.attempt(&ask, request).await {
                Err(Problem::Stale { .. }) if ask.expect.is_none() && tries < TRIES => {}
                other => return other,
            }
        }
    }

    async fn first_answer(&self, ask: &Ask, request: Hash) -> Result<Option<Receipt>, Problem> {
        let Some(key) = &ask.key else { return Ok(None) };
        match self.store.repeated(&account_text(&ask.actor), key).await? {
            None => Ok(None),
            Some((before, _, _)) if before != request => Err(Problem::KeyReused),
            Some((_, batch, answer)) => {
                #[derive(serde::Deserialize)]
                struct Line {
                    stream: Id,
                    version: u64,
                }
                let lines: Vec<Line> = serde_json::from_str(&answer).unwrap_or_default();
                Ok(Some(Receipt { batch, streams: lines.into_iter().map(|l| (l.stream, l.version)).collect(), repeated: true }))
            }
        }
    }

    /// The batch that an act would commit now: for the benchmark, which runs its SQL by itself.
    pub async fn batch(&self, ask: &Ask) -> Result<Batch, Problem> {
        let request = request_of(ask);
        self.decide(ask, request).await
    }

    async fn attempt(&self, ask: &Ask, request: Hash) -> Result<Receipt, Problem> {
        let batch = self.decide(ask, request).await?;
        let receipt = Receipt { batch: batch.id, streams: batch.writes.iter().map(|w| (w.stream, w.version())).collect(), repeated: false };
        if ask.dry_run {
            return Ok(receipt);
        }
        match self.store.commit(batch).await {
            Ok(()) => Ok(receipt),
            Err(CommitError::RepeatedKey) => match self.first_answer(ask, request).await? {
                Some(first) => Ok(first),
                None => Err(Problem::KeyReused),
            },
            Err(error) => Err(problem_of(error)),
        }
    }

    async fn decide(&self, ask: &Ask, request: Hash) -> Result<Batch, Problem> {
        let directory = self.directory();
        let at = self.clock.now();
        let batch_id = self.id();
        let mut loading = Loading { engine: self, ask, streams: BTreeMap::new(), asked: BTreeSet::new(), snapshot: None };
        loading.all().await?;
        let Loading { streams: loaded, snapshot, .. } = loading;
        let form = authorise(ask, &loaded, &directory, at)?;
        if let Some(seen) = ask.expect {
            let found = loaded.get(&ask.stream).map_or(0, |l| l.neighbour.version);
            if found != seen {
                return Err(Problem::Stale { stream: ask.stream, by: self.store.last_actor(ask.stream).await?, version: found });
            }
        }
        let mut streams: BTreeMap<Id, Neighbour> = loaded.iter().map(|(id, l)| (*id, l.neighbour.clone())).collect();
        if ask.stream.kind != Kind::Account {
            // The actor's account was read for authority; it is not evidence of the act.
            streams.retain(|id, _| id.kind != Kind::Account);
        }
        let Some(world) = world_of(streams, &directory, at, batch_id) else {
            return Err(Problem::Refusal(Refusal::RegulationNotEffective { regulation: "–".to_owned(), day: legal_date(at) }));
        };
        let order = Order { stream: ask.stream, command: ask.command.clone(), actor: ask.actor.clone(), form };
        let done = issue::run(&order, snapshot.as_ref(), world)?;
        if !loaded.contains_key(&ask.stream)
            && let Some(opened) = done.world.streams.get(&ask.stream)
        {
            let standing = standing(ask, &loaded, &directory, at);
            is_theirs(ask.command.act().row(), &standing.borrow(), &opened.whole.state.view())?;
        }
        let mut batch = batch_of(batch_id, at, ask, request, &loaded, done);
        if let Command::Reference(load) = &ask.command {
            self.bring_edition(&mut batch, ask.stream, load, loaded.get(&ask.stream)).await?;
        }
        Ok(batch)
    }

    /// Writes a batch made outside an act: the installation's loading of data.
    pub(crate) async fn commit_steps(&self, batch_id: Uuid, at: Instant, steps: Vec<Step>, extra: Extra) -> Result<(), Problem> {
        let batch = assemble(batch_id, at, steps, None, &BTreeMap::new(), &BTreeMap::new(), extra);
        self.store.commit(batch).await.map_err(problem_of)
    }
}

/// The world of an order: what is loaded, and the dated data of the day. None where no regulation
/// version is loaded yet.
pub(crate) fn world_of(streams: BTreeMap<Id, Neighbour>, directory: &Directory, at: Instant, fresh: Uuid) -> Option<World<'_>> {
    Some(World {
        streams,
        regulations: &directory.regulations,
        default_regulation: directory.regulations.values().next()?,
        calendar: &directory.calendar,
        focal: directory.focal_on(legal_date(at)),
        at,
        fresh: Fresh(fresh),
    })
}

/// Contents and reference rows that belong to a batch beside its events.
#[derive(Debug, Default)]
pub(crate) struct Extra {
    pub contents: Vec<ndp_domain::canonical::Content>,
    pub reference: Vec<ReferenceRow>,
    pub heads: BTreeMap<Id, Loaded>,
    pub typed: Vec<Save>,
}

pub(crate) fn problem_of(error: CommitError) -> Problem {
    match error {
        CommitError::Stale { stream, by, version } => Problem::Stale { stream, by, version },
        CommitError::AlreadyOpen { kind } => Problem::Refusal(match kind.as_str() {
            "list_entry" => Refusal::ListEntryDuplicate {},
            "document" => Refusal::NumberTaken {},
            _ => Refusal::AlreadyOpen { kind },
        }),
        CommitError::RepeatedKey => Problem::KeyReused,
        CommitError::DocumentTooLarge { stream, bytes } => {
            let what = format!("{bytes} bytes of state");
            Problem::Fault(ndp_store::Fault::Inconsistent { table: "stream", record: stream.to_string(), what })
        }
        CommitError::Fault(fault) => Problem::Fault(fault),
    }
}

/// SHA-256 of what is asked; only a keyed request is ever compared.
fn request_of(ask: &Ask) -> Hash {
    match ask.key {
        Some(_) if ask.request.is_some() => ask.request.unwrap_or(Hash::ZERO),
        Some(_) => Hash::of(canonical(&(&ask.stream, &ask.command, &ask.actor, ask.expect)).as_bytes()),
        None => Hash::ZERO,
    }
}

fn account_text(actor: &Actor) -> String {
    actor.account.map_or_else(String::new, |a| a.to_string())
}

/// Owned parts of a [`Standing`].
pub(crate) struct OwnStanding<'a> {
    actor: &'a Actor,
    held: Vec<account::Held>,
    roles: Vec<Duty>,
    on: chrono::NaiveDate,
    focal: ndp_domain::id::OrganisationId,
    exists: bool,
    suspended: bool,
}

impl OwnStanding<'_> {
    pub(crate) fn borrow(&self) -> Standing<'_> {
        Standing {
            actor: self.actor,
            held: &self.held,
            roles: &self.roles,
            on: self.on,
            focal: self.focal,
            exists: self.exists,
            suspended: self.suspended,
        }
    }
}

/// Standing of an actor outside a body, for acts of an import.
pub(crate) fn standing_for<'a>(actor: &'a Actor, loaded: &BTreeMap<Id, Loaded>, directory: &Directory, at: Instant) -> OwnStanding<'a> {
    let on = legal_date(at);
    let account = actor.account.and_then(|a| loaded.get(&Id::from(a)));
    let account = account.and_then(|l| Account::known(&l.neighbour.whole.state));
    let held = account.map(|a| a.held.clone()).unwrap_or_default();
    let suspended = account.is_some_and(|a| a.suspended.is_some());
    let exists = actor.org.is_some_and(|org| directory.exists_on(org, on));
    OwnStanding { actor, held, roles: Vec::new(), on, focal: directory.focal_on(on), exists, suspended }
}

fn standing<'a>(ask: &'a Ask, loaded: &BTreeMap<Id, Loaded>, directory: &Directory, at: Instant) -> OwnStanding<'a> {
    let roles = ask.actor.account.map(|a| roles(a, ask, loaded)).unwrap_or_default();
    OwnStanding { roles, ..standing_for(&ask.actor, loaded, directory, at) }
}

/// The same with the actor's roles in the body of a file.
pub(crate) fn with_roles<'a>(standing: OwnStanding<'a>, actor: &Actor, file: Id, loaded: &BTreeMap<Id, Loaded>) -> OwnStanding<'a> {
    let body = loaded.get(&file).and_then(|l| l.neighbour.whole.state.view().body);
    let roles = actor.account.map(|person| roles_in(person, actor, body, file, loaded)).unwrap_or_default();
    OwnStanding { roles, ..standing }
}

/// Roles in the body of the file that an order is about.
fn roles(person: AccountId, ask: &Ask, loaded: &BTreeMap<Id, Loaded>) -> Vec<Duty> {
    let state = |id: Id| loaded.get(&id).map(|l| &l.neighbour.whole.state);
    let named = match &ask.command {
        Command::Dossier(ndp_domain::dossier::Command::OpenRound { body, .. }) => Some(*body),
        Command::Declaration(ndp_domain::declaration::Command::Declare { body, .. }) => Some(*body),
        Command::Document(document::Command::Draft { body, .. }) => *body,
        Command::Links(links) => Some(links.body()),
        Command::Sheet(
            ndp_domain::sheet::Command::Enter { dossier, .. }
            | ndp_domain::sheet::Command::Submit { dossier, .. }
            | ndp_domain::sheet::Command::Cast { dossier, .. },
        ) => state((*dossier).into()).and_then(|s| s.view().body),
        _ => state(ask.stream).and_then(|s| s.view().body),
    };
    roles_in(person, &ask.actor, named, ask.stream, loaded)
}

/// Roles in a body. Who opened the meeting of the file in the chair's place signs in its place.
fn roles_in(person: AccountId, actor: &Actor, body: Option<ndp_domain::id::BodyId>, file: Id, loaded: &BTreeMap<Id, Loaded>) -> Vec<Duty> {
    let state = |id: Id| loaded.get(&id).map(|l| &l.neighbour.whole.state);
    let Some(body) = body.and_then(|b| state(b.into())).and_then(Body::known) else { return Vec::new() };
    // A body's duties are exercised for the agency that established it.
    if actor.org != Some(body.managing) {
        return Vec::new();
    }
    let mut roles = body.roles(person);
    let opened_by = state(file).and_then(Dossier::known).and_then(|d| d.round()).and_then(|r| r.opened.as_ref()).map(|o| o.by);
    if opened_by == Some(person) && roles.contains(&Duty::ViceChair) {
        roles.push(Duty::Chair);
    }
    roles
}

/// May they, and is the file theirs? A signature also needs the duty of every act of the paper.
fn authorise(ask: &Ask, loaded: &BTreeMap<Id, Loaded>, directory: &Directory, at: Instant) -> Result<Option<SigningForm>, Problem> {
    let standing = standing(ask, loaded, directory, at);
    let standing = standing.borrow();
    let row = ask.command.act().row();
    // The installation's own acts have no order from outside (`parse::command`).
    if matches!(row.who, Who::Installation) && ask.actor.account.is_none() {
        return Ok(None);
    }
    let form = may_at_all(row, &standing)?;
    if let Some(file) = loaded.get(&ask.stream) {
        let state = &file.neighbour.whole.state;
        is_theirs(row, &standing, &state.view())?;
        fits_state(row, ask.actor.duty.unwrap_or(Duty::Public), state.stage())?;
        if let (ActId::D2 | ActId::D11, Some(d)) = (row.id, Document::known(state)) {
            prepare_all(&d.acts, d.issuing, d.body, standing.focal, loaded)?;
        }
        if let (ActId::D6 | ActId::D12, Some(document)) = (row.id, Document::known(state)) {
            entitled(document, &standing, loaded)?;
        }
    }
    if let Command::Document(document::Command::Draft { acts, issuing, body, .. }) = &ask.command {
        prepare_all(acts, *issuing, *body, standing.focal, loaded)?;
    }
    Ok(form)
}

/// The paper's acts are on files of the organisation that prepares it. An act that opens a
/// stream has no file yet; its own rules name whose it is.
fn prepare_all(
    acts: &[document::PinnedAct],
    issuing: ndp_domain::id::OrganisationId,
    body: Option<ndp_domain::id::BodyId>,
    focal: ndp_domain::id::OrganisationId,
    loaded: &BTreeMap<Id, Loaded>,
) -> Result<(), Problem> {
    for pinned in acts {
        if let Some(file) = loaded.get(&pinned.stream) {
            prepares(pinned.act.row(), issuing, body, focal, &file.neighbour.whole.state.view())?;
        }
    }
    Ok(())
}

/// The signer holds the duty of each pinned act, within the delegation, and each file is theirs.
fn entitled(document: &document::State, standing: &Standing, loaded: &BTreeMap<Id, Loaded>) -> Result<(), Problem> {
    for pinned in &document.acts {
        let inner = pinned.act.row();
        let fits = match inner.who {
            Who::OneOf(duties) | Who::Each(duties) => standing.actor.duty.is_some_and(|d| duties.contains(&d)),
            // A paper about a paper.
            Who::OfIssuing(_) => true,
            _ => false,
        };
        if !fits {
            return Err(Problem::Denied(Denied::DutyOfAnotherAct));
        }
        may_at_all(inner, standing)?;
        if let Some(file) = loaded.get(&pinned.stream) {
            let view = file.neighbour.whole.state.view();
            is_theirs(inner, standing, &view)?;
            let of_body = standing.actor.duty.is_some_and(|d| d.side() == Side::Body);
            if of_body && (document.body.is_none() || document.body != view.body) {
                return Err(Problem::Denied(Denied::NotInBody));
            }
        }
    }
    Ok(())
}

fn batch_of(id: Uuid, at: Instant, ask: &Ask, request: Hash, loaded: &BTreeMap<Id, Loaded>, done: Done) -> Batch {
    let mark = ask.key.as_ref().map(|key| RequestMark { key: key.clone(), sha256: request });
    let after: BTreeMap<Id, Neighbour> = done.world.streams;
    let extra = Extra { contents: done.contents, ..Extra::default() };
    let mut batch = assemble(id, at, done.steps, mark, loaded, &after, extra);
    batch.idempotency = ask.key.as_ref().map(|key| IdempotencyMark { account: account_text(&ask.actor), key: key.clone(), request });
    let subjects: Vec<Id> = after
        .get(&ask.stream)
        .and_then(|n| Document::known(&n.whole.state))
        .map(|d| std::iter::once(ask.stream).chain(d.acts.iter().map(|a| a.stream)).collect())
        .unwrap_or_default();
    batch.drafts = drafts::locks(ask.command.act()).map(|locked| subjects.into_iter().map(|s| (s, locked)).collect()).unwrap_or_default();
    batch
}

/// Everything decided of several acts, ready to be written.
pub(crate) struct Prepared<'a> {
    pub id: Uuid,
    pub at: Instant,
    pub steps: Vec<Step>,
    pub loaded: &'a BTreeMap<Id, Loaded>,
    pub after: &'a BTreeMap<Id, Neighbour>,
    pub extra: Extra,
}

pub(crate) fn assemble_many(p: Prepared) -> Batch {
    assemble(p.id, p.at, p.steps, None, p.loaded, p.after, p.extra)
}

/// Chains the steps onto their streams and adds what follows from the states.
fn assemble(
    id: Uuid,
    at: Instant,
    steps: Vec<Step>,
    mut request: Option<RequestMark>,
    loaded: &BTreeMap<Id, Loaded>,
    after: &BTreeMap<Id, Neighbour>,
    extra: Extra,
) -> Batch {
    let mut batch = Batch::new(id);
    let mut evidence: BTreeMap<Id, u64> = BTreeMap::new();
    let mut writes: Vec<(Id, Vec<Recorded>)> = Vec::new();
    for (i, step) in steps.into_iter().enumerate() {
        evidence.extend(step.evidence.iter().copied());
        let loaded_head = loaded.get(&step.stream).or_else(|| extra.heads.get(&step.stream)).map_or(Hash::ZERO, |l| l.head);
        let at_index = writes.iter().position(|(stream, _)| *stream == step.stream).unwrap_or_else(|| {
            writes.push((step.stream, Vec::new()));
            writes.len() - 1
        });
        let Some((_, events)) = writes.get_mut(at_index) else { continue };
        let prev = events.last().map_or(loaded_head, |e| e.hash);
        let envelope = Envelope {
            stream: step.stream,
            n: step.n,
            batch: id,
            i: i as u32,
            act: step.act,
            at,
            actor: step.actor,
            form: step.form,
            recorded_by: step.recorded_by,
            regulation: Some(step.regulation),
            legal_status: step.legal_status,
            evidence: step.evidence,
            paper: step.paper,
            request: request.take(),
            clocks: step.clocks,
            event: step.event,
        };
        events.push(Recorded::seal(envelope, prev));
    }
    let written: BTreeSet<Id> = writes.iter().map(|(id, _)| *id).collect();
    for (stream, events) in writes {
        let before = loaded.get(&stream).or_else(|| extra.heads.get(&stream));
        let start = before.map(|l| &l.neighbour.whole);
        let folded = || {
            let start = start.map(|whole| (**whole).clone());
            events.iter().fold(start, |whole, e| ndp_domain::whole::Whole::apply(whole, &e.envelope)).map(Arc::new)
        };
        let Some(whole) = after.get(&stream).map(|n| n.whole.clone()).or_else(folded) else { continue };
        let projection = Projection::of(&whole);
        let held = |l: &&Loaded| l.neighbour.whole.state.view().open_key == projection.row.view.open_key;
        batch.writes.push(Write {
            stream,
            expect: before.map_or(Expect::New, |l| Expect::Version(l.neighbour.version)),
            before: before.map(|l| Lists::of(&l.neighbour.whole)),
            takes_key: projection.row.view.open_key.is_some() && !before.as_ref().is_some_and(held),
            after: projection,
            events,
        });
    }
    batch.evidence = evidence.into_iter().filter(|(id, _)| !written.contains(id)).collect();
    batch.content = extra.contents;
    batch.reference = extra.reference;
    batch.typed = extra.typed;
    // Whoever has something to do now is told by letter.
    let left = batch.writes.iter().filter(|w| {
        let known = |t: &ndp_domain::projection::Task| w.before.as_ref().is_some_and(|b| b.tasks.contains(t));
        !matches!(w.stream.kind, Kind::Reference | Kind::Organisation) && w.after.lists.tasks.iter().any(|t| !known(t))
    });
    batch.outbox = left
        .map(|w| {
            let since = ndp_store::audit::instant(at);
            let payload = canonical(&serde_json::json!({ "stream": w.stream.to_string(), "version": w.version(), "at": since }));
            let dedup_key = format!("act:{}:{}", w.stream, w.version());
            // Letters go by the machine's time, also where the process has a clock of its own.
            Message { id: Uuid::now_v7(), topic: "act", payload, dedup_key, run_at: crate::Clock::System.now() }
        })
        .collect();
    batch
}

/// The state of a stream of a known kind, for readers that only look.
pub fn state_of<M: Known>(loaded: &Loaded) -> Option<&M::State> {
    M::known(&loaded.neighbour.whole.state)
}
