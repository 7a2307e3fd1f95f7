//! What waits for people of a body and stands in no row of tasks: rounds to be opened by its secretary, counting boards
//! to be named by whoever chairs, counts to be made by those who are named. The body says who, the dossier when.

use crate::App;
use crate::caller::Reading;
use crate::problem::Refused;
use ndp_domain::access::{Facet, Principal};
use ndp_domain::acts::ActId;
use ndp_domain::authority::Duty;
use ndp_domain::body::{self, Body};
use ndp_domain::dossier::{self, Dossier};
use ndp_domain::evidence::Need;
use ndp_domain::id::{AccountId, Id, Kind, OrganisationId};
use ndp_domain::machine::Known as _;
use ndp_domain::sheet::Sheet;
use ndp_domain::visibility::Scope;
use ndp_store::inbox::Task;
use ndp_store::lists::{Filter, Order};
use ndp_store::read::Loaded;
use std::collections::{BTreeMap, BTreeSet};

/// Something that waits: the act, its dossier by name, and the body that it is done in; of a sheet from paper (E15) the
/// sheet.
#[derive(Debug, Clone)]
pub struct Waits {
    pub act: ActId,
    pub dossier: Id,
    pub name: String,
    pub body: Id,
}

/// Dossiers looked at for one body.
const MOST: u64 = 200;

/// What waits for the reader in a duty of a body; nothing in other duties.
pub async fn waiting(app: &App, reading: &Reading) -> Result<Vec<Waits>, Refused> {
    let (Some(duty), Some(me)) = (reading.duty.as_ref().map(|d| d.duty), reading.reader.account) else { return Ok(Vec::new()) };
    if !matches!(duty, Duty::Secretary | Duty::Chair | Duty::ViceChair | Duty::CountingBoard | Duty::Support) {
        return Ok(Vec::new());
    }
    let bodies = app.engine.store.bodies_of(me).await?;
    let bodies: Vec<&body::State> = bodies.iter().filter_map(|l| Body::known(&l.neighbour.whole.state)).collect();
    if duty == Duty::Secretary {
        let mut all = to_open(app, reading, &bodies).await?;
        all.extend(to_ask(app, reading, &bodies).await?);
        return Ok(all);
    }
    let needs: Vec<Need> = bodies.iter().map(|b| Need::OfBody(b.id, Kind::Dossier)).collect();
    if needs.is_empty() {
        return Ok(Vec::new());
    }
    let dossiers = app.engine.store.load(&needs).await?;
    let dossiers = dossiers.values().filter_map(|l| Dossier::known(&l.neighbour.whole.state));
    let mut all = Vec::new();
    if duty == Duty::Support {
        // Sheets that come on paper are typed in while the round lasts.
        let helps = |d: &dossier::State| {
            let round = d.round().filter(|_| d.stage == dossier::Stage::Evaluating)?;
            let body = bodies.iter().find(|b| b.id == round.body)?;
            let helps = body.established().is_ok_and(|e| e.support.contains(&me));
            helps.then(|| Waits { act: ActId::E15, dossier: d.id.into(), name: d.name.clone(), body: body.id.into() })
        };
        let mut all: Vec<Waits> = dossiers.filter_map(helps).collect();
        let without = without_sheet(app, &all.iter().map(|w| w.dossier).collect::<Vec<_>>()).await?;
        all.retain(|w| without.get(&w.dossier).is_some_and(|members| !members.is_empty()));
        return Ok(all);
    }
    for d in dossiers.filter(|d| d.stage == dossier::Stage::Meeting) {
        let Some((round, opened)) = d.round().and_then(|r| Some((r, r.opened.as_ref()?))) else { continue };
        let Some(body) = bodies.iter().find(|b| b.id == round.body) else { continue };
        let board = body.counters.iter().find(|c| c.dossier == d.id && c.round == round.n);
        let act = match (board, duty) {
            (Some(board), Duty::CountingBoard) if board.people.contains(&me) => ActId::E18,
            (None, Duty::Chair | Duty::ViceChair) if opened.by == me => ActId::B7,
            _ => continue,
        };
        all.push(Waits { act, dossier: d.id.into(), name: d.name.clone(), body: body.id.into() });
    }
    Ok(all)
}

/// Members who owe a sheet in the open round of these dossiers and of whom there is none yet, by dossier.
pub async fn without_sheet(app: &App, dossiers: &[Id]) -> Result<BTreeMap<Id, BTreeSet<AccountId>>, Refused> {
    if dossiers.is_empty() {
        return Ok(BTreeMap::new());
    }
    let needs: Vec<Need> = dossiers.iter().flat_map(|id| [Need::Stream(*id), Need::Children(*id, Kind::Sheet)]).collect();
    let loaded = app.engine.store.load(&needs).await?;
    let sheets: Vec<_> = loaded.values().filter_map(|l| Sheet::known(&l.neighbour.whole.state)).collect();
    let owed = |id: &Id| {
        let dossier = Dossier::known(&loaded.get(id)?.neighbour.whole.state)?;
        let round = dossier.round()?;
        let has = |m: &AccountId| sheets.iter().any(|s| s.dossier == dossier.id && s.round == round.n && s.member == *m);
        Some((*id, round.due.iter().copied().filter(|m| !has(m)).collect()))
    };
    Ok(dossiers.iter().filter_map(owed).collect())
}

/// Rounds that a secretary may open: of the agency's dossiers that wait, by their names and no more, for the bodies
/// that are ready.
async fn to_open(app: &App, reading: &Reading, bodies: &[&body::State]) -> Result<Vec<Waits>, Refused> {
    let mine = |b: &&&body::State| {
        let secretary = b.established().ok().map(|e| e.secretary);
        b.stage == body::Stage::Ready && secretary == reading.reader.account
    };
    let mut all = Vec::new();
    // One secretary serves few bodies; each agency is asked once.
    let mut asked = Vec::new();
    for body in bodies.iter().filter(mine) {
        if asked.contains(&body.managing) {
            continue;
        }
        asked.push(body.managing);
        // After an earlier round the task is the secretary's by name and stands among the others.
        let named = |d: &dossier::State| d.round().is_some_and(|r| r.helpers.first().copied() == reading.reader.account);
        let waits = waiting_of(app, &reading.scope(app), body.managing).await?;
        let open = waits.iter().filter_map(|l| Dossier::known(&l.neighbour.whole.state)).filter(|d| !named(d));
        all.extend(open.map(|d| Waits { act: ActId::E11, dossier: d.id.into(), name: d.name.clone(), body: body.id.into() }));
    }
    Ok(all)
}

/// Dossiers of which members ask something to be made clear while they write their sheets: the secretary asks the
/// applicant.
async fn to_ask(app: &App, reading: &Reading, bodies: &[&body::State]) -> Result<Vec<Waits>, Refused> {
    let theirs = |b: &&&body::State| b.established().is_ok_and(|e| Some(e.secretary) == reading.reader.account);
    let needs: Vec<Need> = bodies.iter().filter(theirs).map(|b| Need::OfBody(b.id, Kind::Dossier)).collect();
    if needs.is_empty() {
        return Ok(Vec::new());
    }
    let dossiers = app.engine.store.load(&needs).await?;
    let open = |d: &&dossier::State| d.stage == dossier::Stage::Evaluating;
    let evaluating: Vec<&dossier::State> =
        dossiers.values().filter_map(|l| Dossier::known(&l.neighbour.whole.state)).filter(open).collect();
    let ids: Vec<Id> = evaluating.iter().map(|d| d.id.into()).collect();
    let asked = app.engine.store.with_questions(&ids).await?;
    let body = |d: &dossier::State| d.round().map(|r| Id::from(r.body));
    let waits = |d: &&dossier::State| {
        let id = Id::from(d.id);
        asked.contains(&id.uuid).then_some(Waits { act: ActId::E12, dossier: id, name: d.name.clone(), body: body(d)? })
    };
    let mut all: Vec<Waits> = evaluating.iter().filter_map(waits).collect();
    // A sheet that was entered from paper waits for the secretary, who sets it beside its scan.
    let needs: Vec<Need> = ids.iter().map(|id| Need::Children(*id, Kind::Sheet)).collect();
    let sheets = if needs.is_empty() { Default::default() } else { app.engine.store.load(&needs).await? };
    for (id, sheet) in sheets.iter().filter_map(|(id, l)| Some((*id, Sheet::known(&l.neighbour.whole.state)?))) {
        let of = evaluating.iter().find(|d| d.id == sheet.dossier && d.round().is_some_and(|r| r.n == sheet.round));
        if let Some(d) = of.filter(|_| sheet.entered.is_some() && sheet.sheet.is_none()) {
            all.push(Waits { act: ActId::E15, dossier: d.id.into(), name: d.name.clone(), body: id });
        }
    }
    Ok(all)
}

/// An agency's dossiers that wait for their evaluation: id, product, name.
pub async fn ready(app: &App, own: &Scope, managing: OrganisationId) -> Result<Vec<(Id, Id, String)>, Refused> {
    let all = waiting_of(app, own, managing).await?;
    let of = |l: &Loaded| {
        let view = l.neighbour.whole.state.view();
        Some((l.id, view.product?.into(), view.name?))
    };
    Ok(all.iter().filter_map(of).collect())
}

/// Nothing of a product from which the reader is recused.
async fn waiting_of(app: &App, own: &Scope, managing: OrganisationId) -> Result<Vec<Loaded>, Refused> {
    let admits = vec![(Principal::Organisation(managing).text(), Facet::File.name())];
    let scope = Scope { admits, ..own.clone() };
    let filter = Filter { kind: Some(Kind::Dossier), managing: Some(managing), stages: vec!["E.ready".to_owned()], ..Filter::default() };
    let lines = app.engine.store.list(&scope, &filter, Order::Updated, None, MOST).await?;
    let needs: Vec<Need> = lines.iter().map(|l| Need::Stream(l.id)).collect();
    if needs.is_empty() {
        return Ok(Vec::new());
    }
    let mut loaded = app.engine.store.load(&needs).await?;
    Ok(lines.iter().filter_map(|l| loaded.remove(&l.id)).collect())
}

impl From<&Waits> for Task {
    fn from(w: &Waits) -> Task {
        Task {
            stream: w.dossier.uuid,
            kind: w.dossier.kind.name().to_owned(),
            act: w.act.name().to_owned(),
            duty: String::new(),
            name: Some(w.name.clone()),
            code: None,
            due_on: None,
        }
    }
}
