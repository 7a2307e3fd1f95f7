//! The process itself, as data: acts, regulation versions, calendar; and where one is.

use crate::App;
use crate::body::{Asked, Checked};
use crate::problem::{Edge, Refused, lang};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, NaiveDate, Utc};
use ndp_domain::acts::{ACTS, Act, Who};
use ndp_domain::time::legal_date;
use ndp_engine::orders;
use ndp_text::{Lang, texts};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use validator::Validate;

/// `GET /`: what this is, what day it is here.
pub async fn root(State(app): State<App>) -> Json<Value> {
    let directory = app.engine.directory();
    let day = legal_date(app.engine.clock.now());
    let regulation = directory.regulation_on(day);
    Json(json!({
        "name": "ndp",
        "version": env!("CARGO_PKG_VERSION"),
        "demo": app.settings.demo,
        "now": app.engine.clock.now(),
        "legal_day": day,
        "regulation": regulation.map(|r| &r.id),
        "legal_status": regulation.map(|r| r.status_on(day)),
        "openapi": "/api/v1/openapi.json",
        "reference": "/api/v1/reference",
        "records": ndp_domain::id::Kind::ALL.iter().map(|k| format!("/api/v1/{}", orders::plural(*k))).collect::<Vec<_>>(),
    }))
}

fn act_json(act: &Act, lang: Lang) -> Value {
    let t = texts(lang);
    let duties: Vec<&str> = match act.who {
        Who::OneOf(duties) | Who::Each(duties) => duties.iter().map(|d| d.code()).collect(),
        _ => Vec::new(),
    };
    let levels: Vec<String> = match act.who {
        Who::OfIssuing(levels) => levels.iter().map(|l| format!("{l:?}").to_lowercase()).collect(),
        _ => Vec::new(),
    };
    let places: Vec<Value> =
        orders::all().iter().filter(|f| f.act == act.id).map(|f| json!({ "kind": f.kind, "noun": f.noun, "opens": f.opens })).collect();
    json!({
        "act": act.id,
        "title": t.get(&format!("act-{}", act.id.name()), &[]),
        "from": act.from,
        "to": act.to.states(),
        "duties": duties,
        "levels_of_issuing": levels,
        "term": act.deadline,
        "paper": act.paper.kind(),
        "by_paper": act.paper.is_issued(),
        "guards": act.guards.iter().map(|g| g.id).collect::<Vec<_>>(),
        "ground": act.ground.iter().map(|c| if lang == Lang::Vi { c.vi } else { c.en }).collect::<Vec<_>>(),
        "then": act.then,
        "places": places,
    })
}

/// `GET /process/acts`
pub async fn acts() -> Json<Value> {
    let lang = lang();
    Json(json!({ "items": ACTS.iter().map(|a| act_json(a, lang)).collect::<Vec<_>>() }))
}

/// `GET /regulations`
pub async fn regulations(State(app): State<App>) -> Json<Value> {
    let directory = app.engine.directory();
    let day = legal_date(app.engine.clock.now());
    let one = |r: &ndp_domain::regulation::Regulation| {
        json!({
            "id": r.id, "number": r.number, "title": if lang() == Lang::Vi { &r.title_vi } else { &r.title_en }, "issued_on": r.issued_on,
            "effective_from": r.effective_from, "effective_to": r.effective_to, "legal_status": r.status_on(day),
        })
    };
    Json(json!({ "items": directory.regulations.values().map(one).collect::<Vec<_>>() }))
}

/// `GET /regulations/{regulation}`: the whole version, its framework included.
pub async fn regulation(State(app): State<App>, Path(id): Path<String>) -> Result<Response, Refused> {
    let directory = app.engine.directory();
    let found = directory.regulations.get(&id).ok_or(Edge::NotFound)?;
    Ok(([(header::CACHE_CONTROL, "public, max-age=300")], Json(serde_json::to_value(found).unwrap_or_default())).into_response())
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CalendarQuery {
    from: NaiveDate,
    to: NaiveDate,
}

/// `GET /calendar`: which days of a span (366 at most) are worked.
pub async fn calendar(State(app): State<App>, Asked(query): Asked<CalendarQuery>) -> Result<Json<Value>, Refused> {
    if query.to < query.from || (query.to - query.from).num_days() > 366 {
        return Err(Edge::Parameter("to").into());
    }
    let directory = app.engine.directory();
    let days: Vec<Value> =
        query.from.iter_days().take_while(|d| *d <= query.to).map(|d| json!({ "day": d, "works": directory.calendar.works(d) })).collect();
    Ok(Json(json!({ "items": days })))
}

#[derive(Debug, Deserialize, Validate, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MoveClock {
    /// The new instant; never before the present one.
    pub to: DateTime<Utc>,
}

/// `PUT /demo/clock`: the demonstration's clock goes on; only there.
pub async fn move_clock(State(app): State<App>, Checked(body): Checked<MoveClock>) -> Result<Json<Value>, Refused> {
    if !app.settings.demo {
        return Err(Edge::NotDemo.into());
    }
    if body.to < app.engine.clock.now() || body.to > app.engine.clock.now() + chrono::TimeDelta::days(3660) {
        return Err(Edge::Parameter("to").into());
    }
    app.engine.clock.set(body.to);
    Ok(Json(json!({ "now": app.engine.clock.now() })))
}
