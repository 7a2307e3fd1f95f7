//! One record: what the caller may see of it, what they may do with it and why not the rest, its
//! history, the contents it pins.

use crate::App;
use crate::answers::{Answer, Shown};
use crate::body::Asked;
use crate::caller::Reading;
use crate::problem::{Edge, Refused, lang};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use ndp_domain::access::Facet;
use ndp_domain::canonical::{Hash, canonical, pins};
use ndp_domain::id::{Id, Kind};
use ndp_domain::record::Envelope;
use ndp_domain::shown::{shown, tells, whole};
use ndp_engine::may::May;
use ndp_engine::orders;
use ndp_identity::scope::Verb;
use ndp_store::seen::Seen;
use ndp_text::{Lang, key, texts};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

/// A kind of record by its plural in the address.
pub fn kind_of(plural: &str) -> Result<Kind, Refused> {
    orders::of_plural(plural).ok_or_else(|| Edge::NoSuchPage.into())
}

/// An id of that kind. One of another kind, or no id at all, is not found.
pub fn id_of(kind: Kind, text: &str) -> Result<Id, Refused> {
    text.parse::<Id>().ok().filter(|id| id.kind == kind).ok_or_else(|| Edge::NotFound.into())
}

pub fn href(id: Id) -> String {
    format!("/api/v1/{}/{id}", orders::plural(id.kind))
}

/// The record, if the caller may see it.
pub async fn seen(app: &App, reading: &Reading, id: Id) -> Result<Seen, Refused> {
    reading.allows(Verb::Read, id.kind, Some(id), None)?;
    app.engine.store.seen(&reading.scope(app), id).await?.ok_or_else(|| Edge::NotFound.into())
}

/// State of a criteria set to those who see what is in force and no more.
pub const PUBLIC_SET: &str = "C.promulgated";

/// What is said of a state to somebody who sees only what is published.
pub fn stage_shown(seen: &Seen) -> &'static str {
    let stage = seen.loaded.neighbour.whole.state.stage();
    let only_published = seen.facets.iter().all(|f| *f == Facet::Published);
    if only_published && seen.loaded.id.kind == Kind::CriteriaSet { PUBLIC_SET } else { stage }
}

fn may_json(id: Id, may: &May, lang: Lang) -> Value {
    let noun = orders::of_act(id.kind, may.act.id).map(|f| f.noun).filter(|n| !n.is_empty());
    let mut value = json!({
        "act": may.act.id,
        "title": texts(lang).get(&format!("act-{}", may.act.id.name()), &[]),
        "may": may.why_not.is_none(),
        "by_paper": may.by_paper,
    });
    if let (Some(noun), Some(object)) = (noun, value.as_object_mut()) {
        object.insert("href".to_owned(), json!(format!("{}/{noun}", href(id))));
    }
    if let (Some(problem), Some(object)) = (&may.why_not, value.as_object_mut()) {
        object.insert("why_not".to_owned(), why(problem, lang));
    }
    value
}

/// A refusal in short: code, text, ground.
fn why(problem: &ndp_engine::Problem, lang: Lang) -> Value {
    let t = texts(lang);
    let (detail, law) = match problem {
        ndp_engine::Problem::Denied(denied) => {
            (t.get(&key("denied", denied.code().trim_start_matches("authority.")), &[]), ndp_domain::law::CHOICE)
        }
        ndp_engine::Problem::Refusal(refusal) => (t.refusal(refusal), refusal.law()),
        _ => (String::new(), ndp_domain::law::CHOICE),
    };
    json!({ "code": problem.code(), "detail": detail, "legal_basis": if lang == Lang::Vi { law.vi } else { law.en } })
}

/// The record as shown.
pub fn document(seen: &Seen, lang: Lang) -> Value {
    let whole = &seen.loaded.neighbour.whole;
    let view = whole.state.view();
    let stage = stage_shown(seen);
    let id = seen.loaded.id;
    let beyond_published = seen.facets.iter().any(|f| *f != Facet::Published);
    let mut value = json!({
        "id": id,
        "kind": id.kind,
        "version": seen.loaded.neighbour.version,
        "stage": stage,
        "stage_text": texts(lang).get(&key("state", stage), &[]),
        "name": view.name,
        "code": view.code,
        "href": href(id),
        "facets": seen.facets.iter().map(|f| f.name()).collect::<Vec<_>>(),
        "record": shown(&whole.state, &seen.facets),
    });
    if let (true, Some(object)) = (beyond_published, value.as_object_mut()) {
        object.insert("since".to_owned(), json!(whole.since));
        object.insert("updated_at".to_owned(), json!(whole.updated_at));
        object.insert("clocks".to_owned(), serde_json::to_value(&whole.clocks).unwrap_or_default());
    }
    value
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordQuery {
    #[serde(default = "yes")]
    acts: bool,
}

fn yes() -> bool {
    true
}

/// `GET /{records}/{id}`
pub async fn get(
    State(app): State<App>,
    Path((plural, id)): Path<(String, String)>,
    Asked(query): Asked<RecordQuery>,
    headers: HeaderMap,
    reading: Reading,
) -> Result<Response, Refused> {
    let id = id_of(kind_of(&plural)?, &id)?;
    let lang = lang();
    if !query.acts || reading.signed_in.is_none() {
        let answer = record(&app, &reading, id, lang).await?;
        app.read(&reading, id, "record").await?;
        return Ok(answer.to(&headers));
    }
    let seen = seen(&app, &reading, id).await?;
    let mut value = document(&seen, lang);
    if let (Some(signed_in), Some(object)) = (&reading.signed_in, value.as_object_mut()) {
        let acts = app.engine.acts_of(&reading.actor, &seen.loaded, Some(&signed_in.standing.account)).await?;
        object.insert("acts".to_owned(), Value::Array(acts.iter().map(|m| may_json(id, m, lang)).collect()));
    }
    app.read(&reading, id, "record").await?;
    Ok(Answer::of(seen.loaded.neighbour.version, &value).to(&headers))
}

/// The record alone: from memory where this process has said the same before.
async fn record(app: &App, reading: &Reading, id: Id, lang: Lang) -> Result<Arc<Answer>, Refused> {
    reading.allows(Verb::Read, id.kind, Some(id), None)?;
    let scope = reading.scope(app);
    let english = lang == Lang::En;
    let sight = app.engine.store.sight(&scope, id).await?.ok_or(Edge::NotFound)?;
    let of = Shown { id, head: sight.head, facets: sight.facets, english };
    if let Some(answer) = app.answers.get(&of) {
        return Ok(answer);
    }
    let seen = app.engine.store.seen(&scope, id).await?.ok_or(Edge::NotFound)?;
    let answer = Arc::new(Answer::of(seen.loaded.neighbour.version, &document(&seen, lang)));
    app.answers.keep(Shown { id, head: seen.loaded.head, facets: seen.facets, english }, answer.clone());
    Ok(answer)
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HistoryQuery {
    #[serde(default)]
    after: u64,
    #[serde(default = "page")]
    limit: u64,
}

/// Items of a page that nobody sized.
pub fn page() -> u64 {
    50
}

pub fn limited(limit: u64) -> Result<u64, Refused> {
    if (1..=200).contains(&limit) { Ok(limit) } else { Err(Edge::Parameter("limit").into()) }
}

/// `GET /{records}/{id}/events`: who did what when, to readers of the whole record; to others, what
/// was done when.
pub async fn history(
    State(app): State<App>,
    Path((plural, id)): Path<(String, String)>,
    Asked(query): Asked<HistoryQuery>,
    reading: Reading,
) -> Result<Json<Value>, Refused> {
    let id = id_of(kind_of(&plural)?, &id)?;
    let limit = limited(query.limit)?;
    let seen = seen(&app, &reading, id).await?;
    if seen.facets.iter().all(|f| *f == Facet::Published) {
        return Err(Edge::NotFound.into());
    }
    let all = whole(id.kind, &seen.facets);
    let past = app.engine.store.history(id, query.after, limit).await?;
    let lang = lang();
    let next = (past.len() as u64 == limit).then(|| past.last().map(|p| p.n)).flatten();
    let items: Vec<Value> = past
        .iter()
        .filter_map(|p| {
            let envelope: Envelope = serde_json::from_str(&p.body).ok()?;
            if !tells(id.kind, &seen.facets, envelope.act) {
                return None;
            }
            let hash: String = p.hash.iter().map(|b| format!("{b:02x}")).collect();
            let mut item = json!({
                "n": p.n,
                "act": envelope.act,
                "title": texts(lang).get(&format!("act-{}", envelope.act.name()), &[]),
                "at": envelope.at,
                "paper": envelope.paper,
                "hash": hash,
                "position": p.position,
            });
            if let (true, Some(object)) = (all, item.as_object_mut()) {
                object.insert("actor".to_owned(), serde_json::to_value(&envelope.actor).unwrap_or_default());
                object.insert("form".to_owned(), json!(envelope.form));
                object.insert("recorded_by".to_owned(), json!(envelope.recorded_by));
                object.insert("regulation".to_owned(), json!(envelope.regulation));
                object.insert("legal_status".to_owned(), json!(envelope.legal_status));
                object.insert("event".to_owned(), serde_json::to_value(&envelope.event).unwrap_or_default());
            }
            Some(item)
        })
        .collect();
    app.read(&reading, id, "events").await?;
    Ok(Json(json!({ "items": items, "next": next })))
}

/// `GET /{records}/{id}/contents/{sha256}`: a text that the record, as shown to the caller, pins.
pub async fn content(
    State(app): State<App>,
    Path((plural, id, sha256)): Path<(String, String, String)>,
    reading: Reading,
) -> Result<Response, Refused> {
    let id = id_of(kind_of(&plural)?, &id)?;
    let hash = Hash::parse(&sha256).ok_or(Edge::NotFound)?;
    let seen = seen(&app, &reading, id).await?;
    let mut pinned = pins(&canonical(&shown(&seen.loaded.neighbour.whole.state, &seen.facets))).contains(&hash);
    if !pinned && whole(id.kind, &seen.facets) {
        let events = app.engine.store.events(id).await?;
        pinned = events.iter().any(|body| pins(body).contains(&hash));
    }
    if !pinned {
        return Err(Edge::NotFound.into());
    }
    let text = app.engine.store.content(hash).await?.ok_or(Edge::NotFound)?;
    app.read(&reading, id, "content").await?;
    Ok(([(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "private, max-age=31536000, immutable")], text)
        .into_response())
}

impl App {
    /// The journal of an auditor's reading: every record they open is noted.
    pub async fn read(&self, reading: &Reading, id: Id, what: &str) -> Result<(), Refused> {
        if reading.reader.duty == ndp_domain::authority::Duty::Auditor {
            let duty = reading.duty.as_ref().map(|d| d.duty.code().to_owned());
            self.engine.store.note_reading(reading.reader.account, duty, id, what, ndp_engine::Clock::System.now()).await?;
        }
        Ok(())
    }
}
