//! Acts: nouns under their record. One handler for all of them, from the list of orders.

use crate::App;
use crate::body::{Asked, Sent, key_of, match_of};
use crate::caller::Acting;
use crate::problem::{Edge, Refused};
use crate::records::{href, id_of, kind_of};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use ndp_domain::canonical::{Hash, canonical};
use ndp_domain::id::{Id, Kind};
use ndp_domain::refusal::Refusal;
use ndp_engine::orders::{self, OrderForm};
use ndp_engine::{Ask, Problem, Receipt, parse};
use ndp_identity::scope::Verb;
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActQuery {
    #[serde(default)]
    dry_run: bool,
    /// Id of the record that is opened, made by the caller: a UUIDv7 under the kind's prefix.
    id: Option<String>,
}

/// `POST /{records}`
pub async fn open(
    State(app): State<App>,
    Path(plural): Path<String>,
    Asked(query): Asked<ActQuery>,
    headers: HeaderMap,
    Acting(reading): Acting,
    sent: Sent,
) -> Result<Response, Refused> {
    let kind = kind_of(&plural)?;
    let form = orders::find(kind, "").ok_or(Edge::MethodNotAllowed)?;
    run(&app, reading, form, None, query, &headers, sent).await
}

/// `POST /{records}/{noun}`: an act that opens a record in another way than the usual one.
pub async fn open_as(
    State(app): State<App>,
    Path((plural, noun)): Path<(String, String)>,
    Asked(query): Asked<ActQuery>,
    headers: HeaderMap,
    Acting(reading): Acting,
    sent: Sent,
) -> Result<Response, Refused> {
    let form = orders::find(kind_of(&plural)?, &noun).filter(|f| f.opens && !f.noun.is_empty()).ok_or(Edge::NoSuchPage)?;
    run(&app, reading, form, None, query, &headers, sent).await
}

/// `POST /{records}/{id}/{noun}`
pub async fn act(
    State(app): State<App>,
    Path((plural, id, noun)): Path<(String, String, String)>,
    Asked(query): Asked<ActQuery>,
    headers: HeaderMap,
    Acting(reading): Acting,
    sent: Sent,
) -> Result<Response, Refused> {
    let kind = kind_of(&plural)?;
    let form = orders::find(kind, &noun).filter(|f| f.continues).ok_or(Edge::NoSuchPage)?;
    let id = id_of(kind, &id)?;
    run(&app, reading, form, Some(id), query, &headers, sent).await
}

/// Random digits that keep few possible results from being guessed by their hash; the client may
/// bring its own.
fn salt(value: &mut Value, at: &[&str]) -> Result<(), Refused> {
    let object = at.iter().try_fold(value, |v, key| v.get_mut(*key)).and_then(Value::as_object_mut);
    if let Some(object) = object
        && !object.contains_key("salt")
    {
        let digits: String = ndp_identity::random::<16>()?.iter().map(|b| format!("{b:02x}")).collect();
        object.insert("salt".to_owned(), json!(digits));
    }
    Ok(())
}

/// The command that a content makes: an act that opens a record names it by the id made for it.
pub fn command_of(form: &OrderForm, id: Id, opening: bool, mut content: Value) -> Result<ndp_domain::machine::Command, Refused> {
    if let (true, Some(object)) = (opening && orders::names_own_id(form), content.as_object_mut()) {
        if object.contains_key("id") {
            let mistake =
                ndp_engine::InputMistake { pointer: "/id".to_owned(), code: "input.id_given".to_owned(), expected: String::new() };
            return Err(Problem::Invalid(vec![mistake]).into());
        }
        object.insert("id".to_owned(), json!(id));
    }
    if form.kind == Kind::Sheet {
        let at: &[&str] = if form.act == ndp_domain::acts::ActId::E30 { &[] } else { &["text"] };
        salt(&mut content, at)?;
    }
    Ok(parse::order(form.act, form.kind, form.variant, content)?)
}

/// Would the act be done? Decides and answers, writes nothing.
pub async fn tried(
    app: &App,
    reading: &crate::caller::Reading,
    form: &'static OrderForm,
    id: Option<Id>,
    content: Value,
) -> Result<(), Refused> {
    ordered(app, reading, form, id, None, None, content, true).await.map(drop)
}

/// An act as a page orders it.
pub async fn order(
    app: &App,
    reading: &crate::caller::Reading,
    form: &'static OrderForm,
    id: Option<Id>,
    expect: Option<u64>,
    key: Option<String>,
    content: Value,
) -> Result<Receipt, Refused> {
    ordered(app, reading, form, id, expect, key, content, false).await
}

#[allow(clippy::too_many_arguments)]
async fn ordered(
    app: &App,
    reading: &crate::caller::Reading,
    form: &'static OrderForm,
    id: Option<Id>,
    expect: Option<u64>,
    key: Option<String>,
    content: Value,
    dry_run: bool,
) -> Result<Receipt, Refused> {
    let opening = id.is_none();
    let id = id.unwrap_or_else(|| Id::new(form.kind, app.engine.id()));
    let asked = canonical(&json!([id_place(form, id, opening), form.noun, reading.actor, content]));
    let command = command_of(form, id, opening, content)?;
    crate::evidence::fit_to_sign(app, reading, id, &command).await?;
    let request = Some(Hash::of_parts(&[asked.as_bytes()]));
    let ask = Ask { actor: reading.actor.clone(), stream: id, expect, command, key, dry_run, request };
    match app.engine.execute(ask).await {
        Ok(receipt) => {
            if !dry_run {
                app.touched(receipt.streams.iter().map(|(id, _)| *id));
            }
            Ok(receipt)
        }
        Err(problem) => Err(refused(app, reading, form, id, opening, expect, problem).await?),
    }
}

fn id_place(form: &OrderForm, id: Id, opening: bool) -> String {
    if opening { orders::plural(form.kind).to_owned() } else { id.to_string() }
}

async fn run(
    app: &App,
    reading: crate::caller::Reading,
    form: &'static OrderForm,
    id: Option<Id>,
    query: ActQuery,
    headers: &HeaderMap,
    sent: Sent,
) -> Result<Response, Refused> {
    reading.allows(Verb::Act, form.kind, id, Some(form.act))?;
    let (key, expect) = (key_of(headers)?, match_of(headers)?);
    let opening = id.is_none();
    let id = match (id, &query.id) {
        (Some(id), None) => id,
        (None, None) => Id::new(form.kind, app.engine.id()),
        (None, Some(text)) => {
            let own = text.parse::<Id>().ok().filter(|id| id.kind == form.kind && id.uuid.get_version_num() == 7);
            own.ok_or(Edge::Parameter("id"))?
        }
        (Some(_), Some(_)) => return Err(Edge::Parameter("id").into()),
    };
    let command = command_of(form, id, opening, sent.value)?;
    crate::evidence::fit_to_sign(app, &reading, id, &command).await?;
    let asked = canonical(&json!([id_place(form, id, opening), form.noun, reading.actor, expect]));
    let request = Hash::of_parts(&[asked.as_bytes(), &sent.bytes]);
    let ask = Ask { actor: reading.actor.clone(), stream: id, expect, command, key, dry_run: query.dry_run, request: Some(request) };
    match app.engine.execute(ask).await {
        Ok(receipt) => {
            if !query.dry_run {
                app.touched(receipt.streams.iter().map(|(id, _)| *id));
            }
            Ok(answer(form, id, opening, &receipt, query.dry_run))
        }
        Err(problem) => Err(refused(app, &reading, form, id, opening, expect, problem).await?),
    }
}

/// A record that the caller may not see is not found, whatever stood in the way; a version that
/// nobody named is a conflict, not a failed precondition.
async fn refused(
    app: &App,
    reading: &crate::caller::Reading,
    form: &OrderForm,
    id: Id,
    opening: bool,
    expect: Option<u64>,
    problem: Problem,
) -> Result<Refused, Refused> {
    let hides = match &problem {
        Problem::Denied(denied) => {
            use ndp_domain::authority::Denied::*;
            !opening && matches!(denied, ForeignOrganisation | ForeignUnit | NotInBody | DutyOfAnotherAct)
        }
        Problem::Refusal(Refusal::WrongStage { stage, .. }) => !opening && stage == ndp_domain::acts::NEW,
        Problem::Stale { .. } => false,
        _ => false,
    };
    // The duty alone says no, whether the record exists or not.
    let by_duty = matches!(&problem, Problem::Denied(ndp_domain::authority::Denied::DutyOfAnotherAct))
        && !reading.duty.as_ref().is_some_and(|d| may_hold(form, d.duty));
    if hides && !by_duty && app.engine.store.seen(&reading.scope(app), id).await?.is_none() {
        return Ok(Edge::NotFound.into());
    }
    Ok(match problem {
        Problem::Stale { .. } if expect.is_none() => Refused::Conflict(problem),
        other => other.into(),
    })
}

/// Is the duty one of those that the act's row names anywhere?
fn may_hold(form: &OrderForm, duty: ndp_domain::authority::Duty) -> bool {
    use ndp_domain::acts::Who;
    let row = form.act.row();
    let named = match row.who {
        Who::OneOf(duties) | Who::Each(duties) => duties.contains(&duty),
        Who::OfIssuing(_) => true,
        Who::With | Who::Installation => false,
    };
    named || row.plain.is_some_and(|p| p.who.contains(&duty))
}

fn answer(form: &OrderForm, id: Id, opening: bool, receipt: &Receipt, dry_run: bool) -> Response {
    let main = receipt.streams.iter().find(|(s, _)| *s == id).or_else(|| receipt.streams.iter().find(|(s, _)| s.kind == form.kind));
    let streams: Vec<Value> =
        receipt.streams.iter().map(|(s, version)| json!({ "id": s, "kind": s.kind, "version": version, "href": href(*s) })).collect();
    let value = json!({
        "act": form.act,
        "batch": receipt.batch,
        "record": main.map(|(s, _)| s),
        "streams": streams,
        "repeated": receipt.repeated,
        "dry_run": dry_run,
    });
    let status = if opening && !dry_run { StatusCode::CREATED } else { StatusCode::OK };
    let mut response = (status, Json(value)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some((stream, version)) = main {
        if let Ok(tag) = HeaderValue::from_str(&format!("\"{version}\"")) {
            headers.insert(header::ETAG, tag);
        }
        if let (true, Ok(place)) = (opening && !dry_run, HeaderValue::from_str(&href(*stream))) {
            headers.insert(header::LOCATION, place);
        }
    }
    response
}

impl App {
    /// What this process keeps in memory forgets what these records said.
    pub fn touched(&self, streams: impl IntoIterator<Item = Id>) {
        let streams: Vec<Id> = streams.into_iter().collect();
        self.duties.touched(streams.iter().copied());
        if streams.iter().any(|id| matches!(id.kind, Kind::Publication | Kind::Edition | Kind::Organisation)) {
            self.public.touched();
        }
        if streams.iter().any(|id| matches!(id.kind, Kind::Organisation | Kind::Reference)) {
            let engine = self.engine.clone();
            tokio::spawn(async move {
                if let Err(fault) = engine.refresh().await {
                    tracing::warn!(%fault, "organisations not read again");
                }
            });
        }
    }
}
