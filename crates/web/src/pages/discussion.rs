//! `GET /ho-so/{id}/thao-luan`: what the meeting talks about, criterion by criterion, the most divided first: who leads,
//! what each member found and why, the evidence. What is agreed on goes into the minutes.

use crate::frame::{Frame, frame, page, place_of};
use crate::pages::evaluation::{agreement, read_together, room, sealed, state};
use crate::pages::record::{tabs, title};
use crate::shown::met;
use crate::visitor::Visitor;
use crate::{known, markup};
use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use ndp_domain::body::Body;
use ndp_domain::dossier::disagreement;
use ndp_domain::id::AccountId;
use ndp_domain::machine::Known as _;
use ndp_domain::sheet::{self, SheetText};
use ndp_server::problem::Refused;
use std::collections::BTreeMap;

#[derive(Template)]
#[template(path = "discussion.html")]
struct Page {
    f: Frame,
    badge: String,
    tabs: Vec<(String, String, bool)>,
    /// Why nothing stands here yet.
    closed: String,
    topics: Vec<Topic>,
}

struct Topic {
    code: String,
    line: String,
    agreement: String,
    divided: bool,
    lead: String,
    /// Member, mark, reason; the reader's own first.
    findings: Vec<(String, String, String)>,
}

pub async fn discussion(v: Visitor, Path(id): Path<String>) -> Result<Response, Refused> {
    let room = room(&v, &id).await?;
    let d = state(&room.seen)?;
    let (all, closed) = match read_together(&v, &room).await? {
        Ok(all) => (all, v.t("web-summary-not-read")),
        Err(count) => (BTreeMap::new(), sealed(&v, count)),
    };
    let pins: Vec<_> = all.values().filter_map(|s| s.sheet.as_ref()).map(|s| s.text.0).collect();
    let texts: BTreeMap<_, SheetText> = v
        .app
        .engine
        .store
        .contents(&pins)
        .await?
        .into_iter()
        .filter_map(|(hash, text)| Some((hash, serde_json::from_str(&text).ok()?)))
        .collect();
    let body = v.app.engine.store.load_one(room.round.body.into()).await?;
    let leads = body.as_ref().and_then(|l| Body::known(&l.neighbour.whole.state)).map(|b| b.leads.clone()).unwrap_or_default();
    let people: Vec<AccountId> = all.keys().chain(leads.values()).copied().collect();
    let names = known::names(&v, &people).await?;
    let name = |a: &AccountId| names.get(a).cloned().unwrap_or_else(|| crate::shown::short((*a).into()));
    let mut members: Vec<(&AccountId, &sheet::Submitted)> = all.iter().filter_map(|(a, s)| Some((a, s.sheet.as_ref()?))).collect();
    members.sort_by_key(|(a, _)| **a != room.me);
    let finding = |code: &str, (member, sheet): &(&AccountId, &sheet::Submitted)| {
        let mark = sheet.results.get(code).map_or_else(|| markup::pill("none", "dash", "–"), |is| met(&v, *is));
        let found = texts.get(&sheet.text.0).and_then(|t| t.findings.iter().find(|f| f.code.as_str() == code));
        let reason = found.and_then(|f| f.reason.as_ref()).map(ToString::to_string).unwrap_or_default();
        (name(member), mark, reason)
    };
    let refs: BTreeMap<AccountId, &sheet::State> = all.iter().map(|(a, s)| (*a, s)).collect();
    let lines = if members.is_empty() { Vec::new() } else { disagreement(&room.round, &refs) };
    let place = place_of(room.seen.loaded.id);
    let topics = lines.iter().map(|line| Topic {
        line: known::line(&v, &d.regulation, &line.code),
        agreement: agreement(&v, line),
        divided: line.divided,
        lead: leads.get(&line.code).map(name).unwrap_or_default(),
        findings: members.iter().map(|m| finding(&line.code, m)).collect(),
        code: line.code.clone(),
    });
    let mut f = frame(&v, &v.t1("web-discussion-title", &[("name", &d.name)]), "/danh-gia").await?;
    f.crumbs.push(("/ho-so".to_owned(), v.t("kinds-dossier")));
    f.crumbs.push((place, title(&v, &room.seen)));
    page(&Page {
        badge: markup::dossier(d, room.seen.loaded.neighbour.whole.state.stage(), v.lang),
        tabs: tabs(&v, &room.seen, "/thao-luan"),
        topics: topics.collect(),
        closed,
        f,
    })
}
