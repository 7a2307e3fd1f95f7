//! `GET /{slug}/{id}/lich-su`: what happened to a record, in sentences.

use crate::frame::{Frame, frame, kind_of, page, place_of};
use crate::pages::record::{badge, tabs, title};
use crate::shown::{Fields, named};
use crate::visitor::Visitor;
use crate::{known, say};
use askama::Template;
use axum::extract::{Path, Query};
use axum::response::Response;
use ndp_domain::access::Facet;
use ndp_domain::machine;
use ndp_domain::record::Envelope;
use ndp_domain::{acts::ActId, dossier};
use ndp_server::problem::{Edge, Refused};
use ndp_server::records::seen;
use ndp_store::seen::Past;
use serde::Deserialize;

#[derive(Template)]
#[template(path = "history.html")]
struct History {
    f: Frame,
    badge: String,
    tabs: Vec<(String, String, bool)>,
    sentences: Vec<Sentence>,
    next: Option<String>,
}

/// Who did what, and what the file says of it.
struct Sentence {
    said: String,
    paper: String,
    /// Duty and organisation, where the sentence names the person.
    who: String,
    iso: String,
    at: String,
    hash: String,
    more: String,
}

#[derive(Debug, Deserialize)]
pub struct Since {
    #[serde(default)]
    after: u64,
}

/// Who acted: the person where the reader may know, else the duty; and what else is told of them.
fn actor(v: &Visitor, e: &Envelope, name: Option<String>) -> (Option<String>, String) {
    let duty = e.actor.duty.map(|d| v.t(&format!("duty-{}", d.code())));
    let org = e.actor.org.map(|o| v.organisation(o));
    let (first, rest) = match name {
        Some(name) => (Some(name), vec![duty, org]),
        None if duty.is_some() => (duty, vec![org]),
        None => (org, Vec::new()),
    };
    (first, rest.into_iter().flatten().collect::<Vec<_>>().join(", "))
}

fn sentence(v: &Visitor, e: &Envelope, first: Option<String>) -> String {
    if let machine::Event::Dossier(dossier::Event::Concluded { assessment }) = &e.event {
        let outcome = v.t(&format!("outcome-{}", assessment.outcome.name()));
        return v.t1("history-concluded", &[("outcome", &outcome)]);
    }
    let did = v.t(&format!("did-{}", e.act.name()));
    match first {
        Some(who) => v.t1("history-said", &[("who", &who), ("did", &did)]),
        None => v.t(&format!("act-{}", e.act.name())),
    }
}

/// Does this event only draw the consequence of the one before it, by the same person in the same act?
fn goes_with(before: &Envelope, e: &Envelope) -> bool {
    let own = e.act == ActId::E19;
    !own && before.batch == e.batch && before.act == e.act && before.actor == e.actor
}

pub async fn history(v: Visitor, Path((slug_, id)): Path<(String, String)>, Query(since): Query<Since>) -> Result<Response, Refused> {
    const MOST: u64 = 100;
    let kind = kind_of(&slug_).ok_or(Edge::NoSuchPage)?;
    let id = known::id_of(Some(kind), &id).ok_or(Edge::NotFound)?;
    let seen = seen(&v.app, &v.reading, id).await?;
    if seen.facets.iter().all(|f| *f == Facet::Published) {
        return Err(Edge::NotFound.into());
    }
    let all = ndp_domain::shown::whole(kind, &seen.facets);
    let past = v.app.engine.store.history(id, since.after, MOST).await?;
    let told = |e: &Envelope| ndp_domain::shown::tells(kind, &seen.facets, e.act);
    let read = |p: &Past| serde_json::from_str::<Envelope>(&p.body).ok().filter(told);
    let envelopes: Vec<(Envelope, &Past)> = past.iter().filter_map(|p| Some((read(p)?, p))).collect();
    let accounts: Vec<_> = envelopes.iter().filter_map(|(e, _)| e.actor.account).collect();
    let people = known::names(&v, &accounts).await?;
    let values: Vec<serde_json::Value> = envelopes.iter().map(|(e, _)| inner(e)).collect();
    let mut named = named(&v, &values.iter().collect::<Vec<_>>()).await?;
    named.regulation = seen.loaded.neighbour.whole.state.view().regulation.unwrap_or_default();
    let fields = Fields { v: &v, named: &named, words: kind.name() };
    let more = |value| if all && !crate::shown::blank(value) { fields.list(value) } else { String::new() };
    let words = if all { super::remarks::words(&v, envelopes.iter().map(|(e, _)| e)).await? } else { Default::default() };
    let mut sentences: Vec<Sentence> = Vec::with_capacity(envelopes.len());
    let mut before: Option<&Envelope> = None;
    for ((e, p), value) in envelopes.iter().zip(&values) {
        if let (Some(last), true) = (sentences.last_mut(), before.is_some_and(|b| goes_with(b, e))) {
            last.more.push_str(&more(value));
            continue;
        }
        before = Some(e);
        // Persons are named to readers of the whole record; others learn the duty that acted.
        let name = e.actor.account.filter(|_| all).and_then(|a| people.get(&a).cloned());
        let (first, who) = actor(&v, e, name);
        let paper = e.paper.as_ref().map(|p| v.t1("history-by-paper", &[("number", &p.number), ("day", &say::day(p.date))]));
        sentences.push(Sentence {
            said: sentence(&v, e, first),
            paper: paper.unwrap_or_default(),
            who,
            iso: e.at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
            at: say::instant(e.at),
            hash: p.hash.iter().take(4).map(|b| format!("{b:02x}")).collect(),
            more: {
                let said = super::remarks::drawn(e, &words);
                let said = if said.is_empty() { said } else { format!("<p>{said}</p>") };
                said + &more(value)
            },
        });
    }
    let next = (past.len() as u64 == MOST).then(|| past.last().map(|p| format!("{}/lich-su?after={}", place_of(id), p.n))).flatten();
    let above = crate::frame::above(&v, kind);
    let mut f = frame(&v, &title(&v, &seen), &above.0).await?;
    f.crumbs.push(above);
    f.crumbs.push((place_of(id), title(&v, &seen)));
    f.paper_foot = crate::paper_foot::foot(&v);
    v.app.read(&v.reading, id, "events").await?;
    let shown = ndp_domain::shown::shown(&seen.loaded.neighbour.whole.state, &seen.facets);
    page(&History { f, badge: badge(&v, &seen, &shown), tabs: tabs(&v, &seen, "/lich-su"), sentences, next })
}

/// What an event says, without the names of its machine and of itself.
fn inner(e: &Envelope) -> serde_json::Value {
    let value = serde_json::to_value(&e.event).unwrap_or_default();
    let step = |v: serde_json::Value| match v {
        serde_json::Value::Object(o) if o.len() == 1 => o.into_iter().next().map(|(_, v)| v).unwrap_or_default(),
        other => other,
    };
    step(step(value))
}
