//! Lists under the caller's scope: records of a kind, tasks, counts, drafts.

use crate::App;
use crate::body::{Asked, Sent, match_of};
use crate::caller::{Acting, Reading};
use crate::problem::{Edge, Refused, lang};
use crate::records::{href, id_of, kind_of, limited};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ndp_domain::id::{Id, Kind, OrganisationId, ProductId};
use ndp_engine::Problem;
use ndp_identity::scope::Verb;
use ndp_store::inbox::Inbox;
use ndp_store::lists::{After, Filter, Line, Order, Total};
use ndp_text::{key, texts};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::borrow::Cow;
use uuid::Uuid;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListQuery {
    order: Option<OrderName>,
    stage: Option<String>,
    managing: Option<OrganisationId>,
    applicant: Option<OrganisationId>,
    product: Option<ProductId>,
    parent: Option<Id>,
    q: Option<String>,
    after: Option<String>,
    #[serde(default = "crate::records::page")]
    limit: u64,
    #[serde(default)]
    total: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderName {
    Due,
    Updated,
    Name,
}

/// Where a page goes on; bound to its order.
#[derive(Debug, Serialize, Deserialize)]
struct Cursor(OrderName, String, Uuid);

impl Cursor {
    fn text(&self) -> String {
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(self).unwrap_or_default())
    }
    fn parse(text: &str) -> Option<Cursor> {
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()
    }
}

pub fn total_json(total: Total) -> Value {
    match total {
        Total::Exactly(n) => json!({ "n": n, "exact": true }),
        Total::MoreThan(n) => json!({ "n": n, "exact": false }),
    }
}

/// A line as answered; written straight into the answer, in the order of its names.
#[derive(Serialize)]
struct Shown<'a> {
    code: Option<&'a str>,
    due_on: Option<&'a str>,
    href: String,
    id: Id,
    kind: Kind,
    name: Option<&'a str>,
    stage: &'a str,
    stage_text: Cow<'static, str>,
    updated_at: Option<&'a str>,
}

fn shown(line: &Line) -> Shown<'_> {
    let stage = if line.beyond { line.stage.as_str() } else { crate::records::PUBLIC_SET };
    Shown {
        code: line.code.as_deref(),
        due_on: line.due_on.as_deref().filter(|_| line.beyond),
        href: href(line.id),
        id: line.id,
        kind: line.id.kind,
        name: line.name.as_deref(),
        stage,
        stage_text: ndp_text::state(lang(), stage),
        updated_at: Some(line.updated_at.as_str()).filter(|_| line.beyond),
    }
}

/// A page of a list; the total only where it was asked for.
#[derive(Serialize)]
struct Page<'a> {
    items: Vec<Shown<'a>>,
    next: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    total: Option<Value>,
}

/// `GET /{records}`
pub async fn list(
    State(app): State<App>,
    Path(plural): Path<String>,
    Asked(query): Asked<ListQuery>,
    reading: Reading,
) -> Result<Response, Refused> {
    let kind = kind_of(&plural)?;
    reading.allows_list(Verb::Read, Some(kind))?;
    let limit = limited(query.limit)?;
    if query.q.as_ref().is_some_and(|q| q.chars().count() > 200) {
        return Err(Edge::Parameter("q").into());
    }
    // Order and filter would tell the dates and the state of a set under work: such as are only public stand
    // in the order of their names.
    let usual = if kind == Kind::CriteriaSet { OrderName::Name } else { OrderName::Updated };
    let named = query.order.unwrap_or(usual);
    let by_more = kind == Kind::CriteriaSet && (named != OrderName::Name || query.stage.is_some());
    let cursor = match &query.after {
        None => None,
        Some(text) => Some(Cursor::parse(text).filter(|c| c.0 == named).ok_or(Edge::CursorInvalid)?),
    };
    let order = match named {
        OrderName::Due => Order::Due,
        OrderName::Updated => Order::Updated,
        OrderName::Name => Order::Name,
    };
    let filter = Filter {
        kind: Some(kind),
        managing: query.managing,
        stages: query.stage.into_iter().collect(),
        search: query.q.filter(|q| !q.trim().is_empty()),
        applicant: query.applicant,
        parent: query.parent,
        product: query.product,
        ..Filter::default()
    };
    let scope = if by_more { reading.scope(&app).beyond_public() } else { reading.scope(&app) };
    let after = cursor.map(|c| After { value: c.1, id: c.2 });
    let lines = app.engine.store.list(&scope, &filter, order, after.as_ref(), limit).await?;
    let next = (lines.len() as u64 == limit).then(|| lines.last().map(|l| Cursor(named, l.key.clone(), l.id.uuid).text())).flatten();
    let total = if query.total { Some(total_json(app.engine.store.total(&scope, &filter).await?)) } else { None };
    let mut response = Json(Page { items: lines.iter().map(shown).collect(), next, total }).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    Ok(response)
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TasksQuery {
    #[serde(default = "crate::records::page")]
    limit: u64,
}

/// `GET /tasks`: what waits for the caller in the chosen duty.
pub async fn tasks(State(app): State<App>, Asked(query): Asked<TasksQuery>, Acting(reading): Acting) -> Result<Json<Value>, Refused> {
    reading.allows_list(Verb::Read, None)?;
    let limit = limited(query.limit)?;
    let Some(duty) = &reading.duty else { return Err(Edge::NotSignedIn.into()) };
    let (scope, holders) = (reading.scope(&app), reading.holders(&app));
    let before = app.engine.directory().before();
    let of = Inbox { scope: &scope, duty: duty.duty, holders: &holders, person: reading.reader.account, before: &before };
    let mut tasks = app.engine.store.inbox(&of, limit).await?;
    tasks.extend(crate::rounds::waiting(&app, &reading).await?.iter().map(ndp_store::inbox::Task::from));
    tasks.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let lang = lang();
    let items: Vec<Value> = tasks
        .iter()
        .filter_map(|task| {
            let id = Id::new(Kind::of_name(&task.kind)?, task.stream);
            let title = texts(lang).get(&format!("act-{}", task.act), &[]);
            Some(json!({ "record": id, "href": href(id), "act": task.act, "title": title, "name": task.name, "due_on": task.due_on }))
        })
        .collect();
    Ok(Json(json!({ "items": items })))
}

/// `GET /counts`: records by kind and state, folded from the feed, at most a few seconds old.
pub async fn counts(State(app): State<App>, Acting(reading): Acting) -> Result<Json<Value>, Refused> {
    reading.allows_list(Verb::Read, None)?;
    let counts = app.engine.counts(&reading.reader).await?;
    let (position, end) = (app.engine.store.position_of("tally").await?, app.engine.store.feed_end().await?);
    let lang = lang();
    let items: Vec<Value> = counts
        .iter()
        .map(|c| json!({ "kind": c.kind, "stage": c.stage, "stage_text": texts(lang).get(&key("state", &c.stage), &[]), "managing": c.managing, "n": c.n }))
        .collect();
    Ok(Json(json!({ "items": items, "position": position, "end": end })))
}

/// `GET /{records}/{id}/draft`
pub async fn draft(
    State(app): State<App>,
    Path((plural, id)): Path<(String, String)>,
    Acting(reading): Acting,
) -> Result<Json<Value>, Refused> {
    let id = id_of(kind_of(&plural)?, &id)?;
    reading.allows(Verb::Read, id.kind, Some(id), None)?;
    let fields = app.engine.draft_fields(&reading.reader, id).await.map_err(hidden)?;
    let one = |f: &ndp_store::drafts::Field| json!({ "value": serde_json::from_str::<Value>(&f.value).unwrap_or_default(), "version": f.version, "locked": f.locked });
    let fields: serde_json::Map<String, Value> = fields.iter().map(|(name, f)| (name.clone(), one(f))).collect();
    Ok(Json(json!({ "fields": fields })))
}

/// Somebody else's draft is not found.
fn hidden(problem: Problem) -> Refused {
    match problem {
        Problem::Denied(_) => Edge::NotFound.into(),
        other => other.into(),
    }
}

/// `PUT /{records}/{id}/draft/{field}` with `If-Match: "n"`, 0 for a field that is not there yet.
pub async fn save_draft(
    State(app): State<App>,
    Path((plural, id, field)): Path<(String, String, String)>,
    headers: HeaderMap,
    Acting(reading): Acting,
    sent: Sent,
) -> Result<Response, Refused> {
    let id = id_of(kind_of(&plural)?, &id)?;
    reading.allows(Verb::Act, id.kind, Some(id), None)?;
    let plain = (1..=80).contains(&field.len()) && field.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-'));
    if !plain {
        return Err(Edge::Parameter("field").into());
    }
    let seen = match_of(&headers)?.unwrap_or(0);
    let value = sent.value.get("value").cloned().ok_or_else(|| {
        Problem::Invalid(vec![ndp_engine::InputMistake {
            pointer: "/value".to_owned(),
            code: "input.field_missing".to_owned(),
            expected: "value".to_owned(),
        }])
    })?;
    match app.engine.save_draft(&reading.reader, id, &field, &value, seen).await {
        Ok(version) => {
            let mut response = Json(json!({ "version": version })).into_response();
            if let Ok(tag) = HeaderValue::from_str(&format!("\"{version}\"")) {
                response.headers_mut().insert(header::ETAG, tag);
            }
            Ok(response)
        }
        Err(Problem::Stale { .. }) => {
            // Both values: the one sent is the caller's own, this is what stands there now.
            let now = app.engine.draft_fields(&reading.reader, id).await.map_err(hidden)?.remove(&field);
            let refused = Refused::from(Problem::Stale { stream: id, by: None, version: now.as_ref().map_or(0, |f| f.version) });
            let (status, mut document) = (refused.status(), refused.document(lang()));
            if let (Some(now), Some(object)) = (now, document.as_object_mut()) {
                object.insert("value".to_owned(), serde_json::from_str(&now.value).unwrap_or_default());
                object.insert("locked".to_owned(), json!(now.locked));
            }
            Ok((status, [(header::CONTENT_TYPE, "application/problem+json")], document.to_string()).into_response())
        }
        Err(problem) => Err(hidden(problem)),
    }
}
