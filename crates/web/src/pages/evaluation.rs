//! The evaluation room: who may be in it, and the summary of findings once the sheets are opened.

use crate::frame::{Frame, frame, page, place_of};
use crate::known;
use crate::markup;
use crate::pages::record::tabs;
use crate::visitor::Visitor;
use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use ndp_domain::criteria_set::SetText;
use ndp_domain::dossier::{self, Application, Disagreement, Dossier, Round, disagreement};
use ndp_domain::evidence::Need;
use ndp_domain::id::{AccountId, Id, Kind};
use ndp_domain::machine::Known as _;
use ndp_domain::sheet::{self, Sheet};
use ndp_server::problem::{Edge, Refused};
use ndp_server::records::seen;
use ndp_store::lists::{Filter, Order};
use ndp_store::seen::Seen;
use std::collections::BTreeMap;

pub struct Room {
    pub seen: Seen,
    pub round: Round,
    pub text: Option<SetText>,
    pub application: Option<Application>,
    pub me: AccountId,
}

pub fn state(seen: &Seen) -> Result<&dossier::State, Refused> {
    Dossier::known(&seen.loaded.neighbour.whole.state).ok_or_else(|| Edge::NotFound.into())
}

/// The dossier with its round, for those who see it whole.
pub async fn room(v: &Visitor, id: &str) -> Result<Room, Refused> {
    v.acting()?;
    let id = known::id_of(Some(Kind::Dossier), id).ok_or(Edge::NotFound)?;
    let seen = seen(&v.app, &v.reading, id).await?;
    if !ndp_domain::shown::whole(Kind::Dossier, &seen.facets) {
        return Err(Edge::NotFound.into());
    }
    let round = state(&seen)?.round().cloned().ok_or(Edge::NotFound)?;
    let text = v.content(round.set.text).await?;
    let application = v.content(round.application).await?;
    let me = v.reading.reader.account.ok_or(Edge::NotSignedIn)?;
    v.app.read(&v.reading, id, "page").await?;
    Ok(Room { seen, round, text, application, me })
}

/// Sheets of the round that the reader sees: their own, and all once they are opened.
pub async fn sheets(v: &Visitor, room: &Room) -> Result<BTreeMap<AccountId, sheet::State>, Refused> {
    Ok(sheets_of(v, room.seen.loaded.id, room.round.n).await?.into_iter().map(|(_, s)| (s.member, s)).collect())
}

/// Sheets that the meeting opened, as those in the body read them: a ballot that is cast since then hides itself, not
/// the sheet that was open before it.
async fn opened_sheets(v: &Visitor, room: &Room) -> Result<BTreeMap<AccountId, sheet::State>, Refused> {
    if v.side() != ndp_domain::authority::Side::Body {
        return sheets(v, room).await;
    }
    let loaded = v.app.engine.store.load(&[Need::Children(room.seen.loaded.id, Kind::Sheet)]).await?;
    let own =
        loaded.values().filter_map(|l| Sheet::known(&l.neighbour.whole.state)).filter(|s| s.round == room.round.n && s.sheet.is_some());
    let own = own.filter(|s| s.member == room.me || s.readers.contains(&room.me));
    Ok(own.map(|s| (s.member, sheet::State { ballots: Vec::new(), ..s.clone() })).collect())
}

/// Sheets of the round as those in the body discuss them; or how many of how many are in, while they are sealed.
pub async fn read_together(v: &Visitor, room: &Room) -> Result<Result<BTreeMap<AccountId, sheet::State>, (usize, usize)>, Refused> {
    if room.round.opened.is_some() || !room.round.sittings.is_empty() {
        return Ok(Ok(opened_sheets(v, room).await?));
    }
    // Every due sheet in opens them too (architecture.md 4): the reader then sees each of them.
    let seen: BTreeMap<_, _> = sheets(v, room).await?.into_iter().filter(|(_, s)| s.sheet.is_some()).collect();
    let all_in = !room.round.due.is_empty() && room.round.due.iter().all(|m| seen.contains_key(m));
    if all_in {
        return Ok(Ok(seen));
    }
    let loaded = v.app.engine.store.load(&[Need::Children(room.seen.loaded.id, Kind::Sheet)]).await?;
    let of_round = loaded.values().filter_map(|l| Sheet::known(&l.neighbour.whole.state)).filter(|s| s.round == room.round.n);
    Ok(Err((of_round.filter(|s| s.sheet.is_some() && room.round.due.contains(&s.member)).count(), room.round.due.len())))
}

/// Why the sheets are not read together yet.
pub fn sealed(v: &Visitor, (submitted, due): (usize, usize)) -> String {
    v.t1("web-summary-closed", &[("submitted", &submitted.to_string()), ("due", &due.to_string())])
}

/// Sheets of a round with their ids, as the reader sees them.
pub async fn sheets_of(v: &Visitor, dossier: Id, round: u32) -> Result<Vec<(Id, sheet::State)>, Refused> {
    let filter = Filter { kind: Some(Kind::Sheet), parent: Some(dossier), ..Filter::default() };
    let lines = v.app.engine.store.list(&v.reading.scope(&v.app), &filter, Order::Updated, None, 200).await?;
    let needs: Vec<Need> = lines.iter().map(|l| Need::Stream(l.id)).collect();
    let loaded = v.app.engine.store.load(&needs).await?;
    let of = |l: &ndp_store::read::Loaded| Sheet::known(&l.neighbour.whole.state).filter(|s| s.round == round).map(|s| (l.id, s.clone()));
    Ok(loaded.values().filter_map(of).collect())
}

#[derive(Template)]
#[template(path = "summary.html")]
struct Summary {
    f: Frame,
    badge: String,
    tabs: Vec<(String, String, bool)>,
    /// Why nothing stands here, and what stands first.
    closed: String,
    lead: String,
    members: Vec<String>,
    rows: Vec<(String, Vec<String>, String)>,
}

/// How far the members are together on a line.
pub fn agreement(v: &Visitor, line: &Disagreement) -> String {
    let (style, sign, key) = if line.divided { ("warn", "triangle", "web-discuss") } else { ("ok", "tick", "web-agreed") };
    markup::pill(style, sign, &v.t(key))
}

/// `GET /ho-so/{id}/tong-hop`: criteria by members, the most divided first; closed until the sheets are opened.
pub async fn summary(v: Visitor, Path(id): Path<String>) -> Result<Response, Refused> {
    let room = room(&v, &id).await?;
    let d = state(&room.seen)?;
    let (all, closed) = match read_together(&v, &room).await? {
        Ok(all) => (all, v.t("web-summary-not-read")),
        Err(count) => (BTreeMap::new(), sealed(&v, count)),
    };
    let names = known::names(&v, &all.keys().copied().collect::<Vec<_>>()).await?;
    let refs: BTreeMap<AccountId, &sheet::State> = all.iter().map(|(k, s)| (*k, s)).collect();
    let icon = |result: Option<&bool>| match result {
        Some(true) => markup::pill("ok", "tick", &v.t("web-met")),
        Some(false) => markup::pill("bad", "x", &v.t("web-not-met")),
        None => markup::pill("none", "dash", "–"),
    };
    let lines = disagreement(&room.round, &refs);
    let divided = lines.iter().any(|line| line.divided);
    let rows = lines
        .into_iter()
        .filter(|_| !all.is_empty())
        .map(|line| {
            let cells = all.values().map(|s| icon(s.sheet.as_ref().and_then(|s| s.results.get(&line.code)))).collect();
            let name = markup::esc(&known::line(&v, &d.regulation, &line.code));
            let place = v.href(&format!("{}/thao-luan#{}", place_of(room.seen.loaded.id), markup::esc(&line.code)));
            (format!("<a href=\"{place}\">{name}</a>"), cells, agreement(&v, &line))
        })
        .collect();
    let mut f = frame(&v, &v.t1("web-summary-title", &[("name", &d.name)]), "/danh-gia").await?;
    f.crumbs.push(("/ho-so".to_owned(), v.t("kinds-dossier")));
    f.crumbs.push((place_of(room.seen.loaded.id), crate::pages::record::title(&v, &room.seen)));
    let short = |a: &AccountId| names.get(a).cloned().unwrap_or_else(|| crate::shown::short(Id::from(*a)));
    page(&Summary {
        f,
        badge: markup::dossier(d, room.seen.loaded.neighbour.whole.state.stage(), v.lang),
        tabs: tabs(&v, &room.seen, "/tong-hop"),
        closed,
        lead: v.t(if divided { "web-summary-what" } else { "web-summary-agreed" }),
        members: all.keys().map(short).collect(),
        rows,
    })
}

/// How many must be there for the meeting to open.
pub async fn quorum(v: &Visitor, d: &dossier::State) -> Result<String, Refused> {
    let Some(round) = d.round() else { return Ok(String::new()) };
    let body = v.app.engine.store.load_one(round.body.into()).await?;
    let established =
        body.as_ref().and_then(|l| ndp_domain::body::Body::known(&l.neighbour.whole.state)).and_then(|b| b.established().ok());
    let needed = established.map_or(0, |e| e.quorum(round.due.len(), round.recused.len()));
    Ok(v.t1("web-quorum-lead", &[("of", &round.due.len().to_string()), ("n", &needed.to_string())]))
}

/// What a count would open: how many of those present have voted.
pub async fn counting(v: &Visitor, d: &dossier::State) -> Result<String, Refused> {
    let Some(round) = d.round() else { return Ok(String::new()) };
    let present = round.opened.as_ref().map_or(0, |o| o.present.len());
    // How many, not whose: ballots stay sealed until they are counted.
    let sheets = v.app.engine.store.load(&[Need::Children(d.id.into(), Kind::Sheet)]).await?;
    let voted = sheets.values().filter_map(|l| Sheet::known(&l.neighbour.whole.state)).filter(|s| s.round == round.n);
    let voted = voted.filter(|s| !s.ballots.is_empty()).count();
    Ok(v.t1("web-count-lead", &[("n", &voted.to_string()), ("of", &present.to_string())]))
}
