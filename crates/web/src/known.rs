//! What a form lets choose from: organisations, people, records, files, as the reader may see them.

use crate::form::{Known, Shape};
use crate::markup;
use crate::visitor::Visitor;
use ndp_domain::account::Account;
use ndp_domain::authority::{Duty, Level, Side};
use ndp_domain::body::Body;
use ndp_domain::id::{AccountId, Id, Kind};
use ndp_domain::machine::{Known as _, State};
use ndp_domain::text::fold;
use ndp_server::problem::Refused;
use ndp_store::lists::{Filter, Order};
use ndp_store::read::Loaded;
use ndp_store::seen::Seen;
use std::collections::{BTreeMap, BTreeSet};

/// Most records of a kind that a form proposes.
pub const MOST: u64 = 200;

/// Accounts with a name, as chosen in forms: name, duty, organisation.
pub async fn people(v: &Visitor) -> Result<Vec<(String, String)>, Refused> {
    named(v, v.app.engine.store.load_kind(Kind::Account).await?).await
}

async fn named(v: &Visitor, accounts: Vec<Loaded>) -> Result<Vec<(String, String)>, Refused> {
    let held: Vec<(AccountId, String)> = accounts
        .iter()
        .filter_map(|l| {
            let account = Account::known(&l.neighbour.whole.state)?;
            let now = account.held.iter().find(|h| h.on(v.today));
            let said = now.map(|h| format!("{}, {}", v.t(&format!("duty-{}", h.duty.code())), v.organisation(h.org))).unwrap_or_default();
            account.suspended.is_none().then_some((AccountId(l.id.uuid), said))
        })
        .collect();
    let ids: Vec<AccountId> = held.iter().map(|(id, _)| *id).collect();
    let names = names(v, &ids).await?;
    let mut all: Vec<(String, String)> = held
        .into_iter()
        .map(|(id, said)| {
            let name = names.get(&id).cloned().unwrap_or_else(|| id.to_string());
            (id.to_string(), if said.is_empty() { name } else { format!("{name} ({said})") })
        })
        .collect();
    all.sort_by_cached_key(|(_, name)| fold(name));
    Ok(all)
}

/// Whom a form proposes: people of the reader's own organisation; for the bodies that a managing agency
/// sets up, and for administrators, everybody; within a body those named in it; as a case officer only officers
/// of their own side.
async fn people_for(v: &Visitor, seen: Option<&Seen>, officers: bool) -> Result<Vec<(String, String)>, Refused> {
    let Some(duty) = v.duty() else { return Ok(Vec::new()) };
    let everybody = duty.duty == Duty::Administrator
        || (matches!(duty.duty.side(), Side::Managing | Side::Consulted | Side::Focal)
            && seen.is_some_and(|s| s.loaded.id.kind == Kind::Body));
    let accounts = v.app.engine.store.load_kind(Kind::Account).await?;
    if everybody {
        return named(v, accounts).await;
    }
    let mut near: BTreeSet<AccountId> = v.reading.reader.account.into_iter().collect();
    if let (Side::Body, Some(account)) = (duty.duty.side(), v.reading.reader.account) {
        for body in v.app.engine.store.bodies_of(account).await? {
            let Some(Ok(e)) = Body::known(&body.neighbour.whole.state).map(|b| b.established()) else { continue };
            near.extend(
                e.members.iter().map(|m| m.person).chain(e.support.iter().copied()).chain([e.chair, e.secretary]).chain(e.vice_chair),
            );
        }
    }
    let body = duty.duty.side() == Side::Body;
    let fits = |d: Duty| !officers || (d.level() == Level::Officer && d.side() == duty.duty.side());
    let here = |l: &Loaded| {
        let account = Account::known(&l.neighbour.whole.state);
        account.is_some_and(|a| a.held.iter().any(|h| h.org == duty.org && h.on(v.today) && fits(h.duty)))
    };
    if officers {
        near.clear();
    }
    let accounts = accounts.into_iter().filter(|l| near.contains(&AccountId(l.id.uuid)) || (!body && here(l))).collect();
    named(v, accounts).await
}

/// Names of people by their accounts.
pub async fn names(v: &Visitor, ids: &[AccountId]) -> Result<BTreeMap<AccountId, String>, Refused> {
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let mut ids = ids.to_vec();
    ids.sort();
    ids.dedup();
    let mut out = BTreeMap::new();
    for some in ids.chunks(500) {
        out.extend(v.app.identity.store.persons(some).await?.into_iter().map(|p| (p.account, p.name)));
    }
    Ok(out)
}

/// Organisations that exist today: of the state first, then others, each by name.
pub fn organisations(v: &Visitor) -> Vec<(String, String)> {
    let rank = |class: &str| match class {
        "ministry" => 0,
        "ministerial-level agency" => 1,
        "government agency" => 2,
        "people's committee" => 3,
        "enterprise" => 4,
        "hired unit" => 5,
        _ => 6,
    };
    let mut all: Vec<(i32, String, String)> = v
        .directory
        .organisations
        .values()
        .filter(|o| o.exists_on(v.today))
        .map(|o| (rank(o.record.class.as_str()), v.organisation(o.id), o.id.to_string()))
        .collect();
    all.sort_by_cached_key(|(rank, name, _)| (*rank, fold(name)));
    all.into_iter().map(|(_, name, id)| (id, name)).collect()
}

/// Everything that a form of this shape lets choose from.
pub async fn of(v: &Visitor, shape: &Shape, seen: Option<&Seen>) -> Result<Known, Refused> {
    let mut known = Known::default();
    let scope = v.reading.scope(&v.app);
    for kind in shape.kinds() {
        let all = match kind {
            Kind::Organisation => organisations(v),
            Kind::Account => people_for(v, seen, shape.property("officer").is_some()).await?,
            kind => {
                let filter = Filter { kind: Some(kind), ..Filter::default() };
                let lines = v.app.engine.store.list(&scope, &filter, Order::Updated, None, MOST).await?;
                lines.iter().map(|l| (l.id.to_string(), line_name(v, l))).collect()
            }
        };
        known.records.insert(kind, all);
    }
    let regulations = v.directory.regulations.values().filter(|r| r.effective_from <= v.today);
    known.lists.insert("regulation".to_owned(), regulations.map(|r| (r.id.clone(), regulation(v, &r.id))).collect());
    if let Some(duty) = v.duty() {
        let units: Vec<(String, String)> = v
            .directory
            .organisations
            .get(&duty.org)
            .map(|o| o.units.iter().map(|u| (u.code.to_string(), u.name_vi.to_string())).collect())
            .unwrap_or_default();
        let own = duty.unit.clone().map(|u| (u.clone(), u));
        // Whoever works for a unit works for that one.
        let units: Vec<(String, String)> = match own {
            Some((code, _)) if units.iter().any(|(c, _)| *c == code) => units.into_iter().filter(|(c, _)| *c == code).collect(),
            Some(own) => vec![own],
            None => units,
        };
        if !units.is_empty() {
            known.lists.insert("unit".to_owned(), units);
        }
    }
    if let Some(seen) = seen {
        // The signed paper is a file of its own, never one of those that it encloses.
        let files = match seen.loaded.id.kind {
            Kind::Document => ndp_server::evidence::own_files_of(&v.app, &v.reading, seen).await?,
            _ => ndp_server::evidence::files_of(&v.app, &v.reading, seen).await?,
        };
        known.files = files.into_iter().map(|f| (f.sha256.to_string(), f.name)).collect();
        keys(&mut known, v, &seen.loaded.neighbour.whole.state).await?;
    }
    Ok(known)
}

/// A dossier that waits for its evaluation: its id, its product's, its name.
pub type Ready = (Id, Id, String);

/// What a body's members declare their interests on, and its secretary opens rounds of: the managing
/// agency's dossiers that wait for their evaluation. Their names, and no more, for members named in the decision (the facet *Title*:
/// title and parties only, before the declaration); nothing of a product from which the person is recused.
pub async fn ready(v: &Visitor, body: Id) -> Result<Vec<Ready>, Refused> {
    let seen = ndp_server::records::seen(&v.app, &v.reading, body).await?;
    let Some(managing) = seen.loaded.neighbour.whole.state.view().managing else { return Ok(Vec::new()) };
    ndp_server::rounds::ready(&v.app, &v.reading.scope(&v.app), managing).await
}

/// "Write the decision …": the paper by which an act takes effect, as what is to be done.
pub fn to_draft(v: &Visitor, act: ndp_domain::acts::ActId) -> String {
    let row = act.row();
    let paper = row.paper.kind().map(|k| v.t(&format!("paper-{k}"))).unwrap_or_default();
    let paper = paper.split(',').next().unwrap_or_default().trim().to_owned();
    let mut letters = paper.chars();
    let lower = letters.next().map(|c| c.to_lowercase().collect::<String>() + letters.as_str()).unwrap_or_default();
    v.t1("web-draft-paper", &[("paper", &lower)])
}

/// What records without a name of their own are called: a paper by its subject, a declaration by who made it and on
/// what, an opinion by who gave it, an account by its holder. Only of records that the reader was shown already.
pub async fn called(v: &Visitor, ids: &[Id]) -> Result<BTreeMap<Id, String>, Refused> {
    let of = |kinds: &[Kind]| ids.iter().copied().filter(|id| kinds.contains(&id.kind)).collect::<Vec<Id>>();
    let mut out = crate::pages::records_office::abouts(v, &of(&[Kind::Document])).await?;
    let others = of(&[
        Kind::Declaration,
        Kind::Opinion,
        Kind::Links,
        Kind::Sheet,
        Kind::Complaint,
        Kind::Reconsideration,
        Kind::Objection,
        Kind::Body,
    ]);
    let needs: Vec<_> = others.iter().map(|id| ndp_domain::evidence::Need::Stream(*id)).collect();
    let loaded = if needs.is_empty() { BTreeMap::new() } else { v.app.engine.store.load(&needs).await? };
    let states = || loaded.values().map(|l| (l.id, &l.neighbour.whole.state));
    let accounts = of(&[Kind::Account]).into_iter().map(|id| AccountId(id.uuid));
    let people: Vec<AccountId> = states().filter_map(|(_, s)| s.view().person).chain(accounts).collect();
    let people = names(v, &people).await?;
    // Another record's name only where the reader sees that record.
    let about = |s: &State| match s {
        State::Declaration(d) => Some(Id::from(d.product)),
        State::Complaint(_) | State::Reconsideration(_) | State::Objection(_) => s.view().parent,
        _ => None,
    };
    // Councils of one agency have names alike: what they evaluate tells them apart.
    let evaluates = |s: &State| match s {
        State::Body(body) => body.products.iter().map(|p| Id::from(*p)).collect(),
        _ => Vec::new(),
    };
    let products: Vec<Id> = states().flat_map(|(_, s)| about(s).into_iter().chain(evaluates(s))).collect();
    let products = if products.is_empty() { Vec::new() } else { v.app.engine.store.lines_of(&v.reading.scope(&v.app), &products).await? };
    // Whoever reads a declaration reads what it is on, by its title.
    let declared: Vec<_> =
        states().filter_map(|(_, s)| if let State::Declaration(d) = s { Some(Id::from(d.product)) } else { None }).collect();
    let declared: Vec<_> = declared.into_iter().map(ndp_domain::evidence::Need::Stream).collect();
    let titles = if declared.is_empty() { BTreeMap::new() } else { v.app.engine.store.load(&declared).await? };
    let titles: BTreeMap<Id, String> = titles.into_iter().filter_map(|(id, l)| Some((id, l.neighbour.whole.state.view().name?))).collect();
    for (id, state) in states() {
        let person = state.view().person.and_then(|p| people.get(&p).cloned());
        let said: Vec<String> = match state {
            State::Declaration(_) | State::Complaint(_) | State::Reconsideration(_) | State::Objection(_) => {
                let on = about(state).and_then(|id| products.iter().find(|l| l.id == id)).map(|l| line_name(v, l));
                let on = on.or_else(|| titles.get(&about(state)?).cloned());
                person.into_iter().chain(on).collect()
            }
            State::Body(body) => {
                let on = evaluates(state).into_iter().filter_map(|id| products.iter().find(|l| l.id == id)?.name.clone());
                std::iter::once(body.name.clone()).chain(on).collect()
            }
            State::Opinion(o) => vec![v.organisation(o.organisation)],
            _ => person.into_iter().collect(),
        };
        if !said.is_empty() {
            out.insert(id, said.join(" · "));
        }
    }
    out.extend(of(&[Kind::Account]).into_iter().filter_map(|id| Some((id, people.get(&AccountId(id.uuid))?.clone()))));
    Ok(out)
}

/// Badges that say more than the state: of a decided dossier its outcome, for the agency and the applicant whose it is;
/// of a body what kind of one was established.
pub async fn badges(v: &Visitor, lines: &[ndp_store::lists::Line]) -> Result<BTreeMap<Id, String>, Refused> {
    let told = matches!(v.side(), Side::Managing | Side::Applicant);
    let asked = |l: &&ndp_store::lists::Line| (told && l.stage == "E.decided") || (l.id.kind == Kind::Body && l.stage == "B.established");
    let needs: Vec<_> = lines.iter().filter(asked).map(|l| ndp_domain::evidence::Need::Stream(l.id)).collect();
    if needs.is_empty() {
        return Ok(BTreeMap::new());
    }
    let loaded = v.app.engine.store.load(&needs).await?;
    let of = |l: &Loaded| match &l.neighbour.whole.state {
        State::Dossier(d) => Some((l.id, markup::dossier(d, "E.decided", v.lang))),
        State::Body(b) => Some((l.id, markup::body(b, "B.established", v.lang))),
        _ => None,
    };
    Ok(loaded.values().filter_map(of).collect())
}

/// A record in a list of choices.
pub fn line_name(v: &Visitor, line: &ndp_store::lists::Line) -> String {
    let kind = line.id.kind;
    let name = line.name.as_ref().map_or_else(|| v.t(&format!("kind-{}", kind.name())), |name| in_words(v, kind, name));
    match &line.code {
        Some(code) if !name.contains(code.as_str()) => format!("{name} · {code}"),
        _ => name,
    }
}

/// A record's name as people know it: an edition is named by its register.
pub fn in_words(v: &Visitor, kind: Kind, name: &str) -> String {
    if kind != Kind::Edition {
        return name.to_owned();
    }
    let (register, rest) = name.split_once(' ').unwrap_or((name, ""));
    match ndp_text::texts(v.lang).find(&ndp_text::key("choice", register), &[]) {
        Some(said) if rest.is_empty() => said,
        Some(said) => format!("{said} {rest}"),
        None => name.to_owned(),
    }
}

/// Keys of maps that the record itself gives.
async fn keys(known: &mut Known, v: &Visitor, state: &State) -> Result<(), Refused> {
    let asked = match state {
        State::Dossier(d) => {
            let all: Vec<(String, String)> = d.lines.iter().map(|l| (l.code.clone(), line(v, &d.regulation, &l.code))).collect();
            known.keys.insert("evidence".to_owned(), all.clone());
            known.lists.insert("code".to_owned(), all);
            let clarifying = state.stage() == "E.clarifying";
            d.round().filter(|_| clarifying).and_then(|r| r.clarifications.last()).or(d.supplements.last()).cloned()
        }
        State::Sheet(s) => {
            // A ballot is cast on each line of the round that has a result.
            let dossier = v.app.engine.store.load_one(s.dossier.into()).await?;
            if let Some(round) =
                dossier.as_ref().and_then(|l| ndp_domain::dossier::Dossier::known(&l.neighbour.whole.state)).and_then(|d| d.round())
            {
                let voted = round.lines.iter().filter(|l| l.decides == ndp_domain::regulation::Decides::Result);
                known.keys.insert("votes".to_owned(), voted.map(|l| (l.code.clone(), line(v, &s.regulation, &l.code))).collect());
            }
            None
        }
        State::ListEntry(l) => l.supplements.last().cloned(),
        State::CriteriaSet(_) => None,
        _ => None,
    };
    if let Some(asked) = asked {
        let points: Vec<ndp_domain::supplement::Point> = v.content(asked.points).await?.unwrap_or_default();
        known
            .keys
            .insert("answers".to_owned(), points.iter().map(|p| (p.number.to_string(), format!("{}. {}", p.number, p.text))).collect());
    }
    Ok(())
}

/// A unit that was typed by its name, or the beginning of it, is written by its code where the organisation has one such.
pub fn unit_by_name(v: &Visitor, pairs: &mut crate::form::Pairs) {
    let typed = fold(pairs.get("/held/unit").trim());
    let org = id_of(Some(Kind::Organisation), pairs.get("/held/org")).and_then(|id| id.try_into().ok());
    let Some(units) = org.and_then(|org| v.directory.organisations.get(&org)).map(|o| &o.units).filter(|_| !typed.is_empty()) else {
        return;
    };
    let named = |u: &&ndp_domain::organisation::Unit| {
        let names = std::iter::once(u.name_vi.as_str()).chain(u.name_en.as_ref().map(|n| n.as_str()));
        names.into_iter().any(|name| fold(name).starts_with(&typed))
    };
    if units.iter().all(|u| fold(u.code.as_str()) != typed)
        && let [only] = units.iter().filter(named).collect::<Vec<_>>().as_slice()
    {
        pairs.set("/held/unit", only.code.to_string());
    }
}

/// A version of the rules by its decision, and its own code.
pub fn regulation(v: &Visitor, id: &str) -> String {
    v.directory.regulations.get(id).map_or_else(|| id.to_owned(), |r| format!("{} ({id})", r.number))
}

/// A line of a set by its code and the framework's name.
pub fn line(v: &Visitor, regulation: &str, code: &str) -> String {
    let found = v.directory.regulations.get(regulation).and_then(|r| r.framework.iter().find(|c| c.code == code));
    match found {
        Some(c) => format!("{code} {}", if v.lang == ndp_text::Lang::En { &c.name_en } else { &c.name_vi }),
        None => code.to_owned(),
    }
}

/// An id that a form or an address names.
pub fn id_of(kind: Option<Kind>, text: &str) -> Option<Id> {
    text.parse::<Id>().ok().filter(|id| kind.is_none_or(|k| id.kind == k))
}
