//! Steps of a records office that follow each other at once (process.md 6.9): number and issue, or the agency's signature
//! and issue, filled in on one page. Each is its own act and leaves its own line; what one refuses stops the rest.

use super::act::{self, FormPage};
use crate::form::{Drawing, Mistakes, Pairs, Property, Shape, shape};
use crate::frame::{frame, page_with, place_of};
use crate::markup::esc;
use crate::sent::Sent;
use crate::visitor::Visitor;
use crate::{known, narrow};
use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use ndp_domain::acts::ActId;
use ndp_domain::authority::Level;
use ndp_domain::id::{Id, Kind};
use ndp_domain::machine::State;
use ndp_engine::orders::{self, OrderForm};
use ndp_engine::{InputMistake, Problem};
use ndp_server::problem::{Edge, Refused};
use ndp_store::seen::Seen;
use serde_json::{Map, Value};

/// The page's word in the address of a paper.
pub const PLACE: &str = "phat-hanh";

/// The steps from a state of a paper to its issue that are joined here, and what they are called together; none where
/// another step comes between, or the reader is no records office.
pub fn steps(v: &Visitor, state: &State) -> Option<(Vec<ActId>, &'static str)> {
    let State::Document(d) = state else { return None };
    if v.duty()?.duty.level() != Level::Records {
        return None;
    }
    // The steps of the version that the paper follows.
    let seals = v.directory.regulations.get(&d.regulation)?.paper.agency_signature;
    let (mut acts, name) = match (state.stage(), seals) {
        ("D.signed", false) => (vec![ActId::D7, ActId::D9], "web-join-number-issue"),
        ("D.numbered", true) => (vec![ActId::D8, ActId::D9], "web-join-seal-issue"),
        _ => return None,
    };
    acts.push(ActId::D10);
    Some((acts, name))
}

fn forms(acts: &[ActId]) -> Vec<&'static OrderForm> {
    acts.iter().filter_map(|act| orders::of_act(Kind::Document, *act)).collect()
}

/// What all of them ask; the file's code may be left out, then the paper is filed later.
fn asks(forms: &[&'static OrderForm]) -> Shape {
    let mut all: Vec<Property> = Vec::new();
    for form in forms {
        if let Shape::Object(_, properties) = shape::of(form) {
            let filed = form.act == ActId::D10;
            all.extend(properties.iter().map(|p| Property { required: p.required && !filed, ..p.clone() }));
        }
    }
    Shape::Object(String::new(), all)
}

async fn seen_of(v: &Visitor, id: &str) -> Result<Seen, Refused> {
    let id = known::id_of(Some(Kind::Document), id).ok_or(Edge::NotFound)?;
    ndp_server::records::seen(&v.app, &v.reading, id).await
}

/// May the first step be done? The others are tried in their turn.
async fn first_may(v: &Visitor, seen: &Seen, acts: &[ActId]) -> Result<(), Refused> {
    let Some(signed_in) = &v.reading.signed_in else { return Ok(()) };
    let all = v.app.engine.acts_of(&v.reading.actor, &seen.loaded, Some(&signed_in.standing.account)).await?;
    let first = all.iter().find(|a| Some(&a.act.id) == acts.first());
    match first.and_then(|a| a.why_not.as_ref()) {
        Some(Problem::Denied(denied)) => Err(Problem::Denied(*denied).into()),
        _ => Ok(()),
    }
}

/// `GET /van-ban/{id}/phat-hanh`
pub async fn form(v: Visitor, Path(id): Path<String>) -> Result<Response, Refused> {
    v.acting()?;
    let seen = seen_of(&v, &id).await?;
    let Some((acts, _)) = steps(&v, &seen.loaded.neighbour.whole.state) else { return Ok(back(&v, seen.loaded.id)) };
    first_may(&v, &seen, &acts).await?;
    let mut pairs = Pairs::default();
    for form in forms(&acts) {
        super::prefill::usual(&v, form, Some(&seen), &mut pairs);
        super::prefill::more(&v, form, Some(&seen), &mut pairs).await?;
    }
    show(&v, &seen, pairs, &Mistakes::new(), Vec::new(), StatusCode::OK).await
}

/// A paper of which nothing is to be joined is opened itself.
fn back(v: &Visitor, id: Id) -> Response {
    (StatusCode::SEE_OTHER, [(header::LOCATION, v.href(&place_of(id)))]).into_response()
}

async fn show(
    v: &Visitor,
    seen: &Seen,
    pairs: Pairs,
    wrong: &Mistakes,
    general: Vec<String>,
    status: StatusCode,
) -> Result<Response, Refused> {
    let id = seen.loaded.id;
    let Some((acts, name)) = steps(v, &seen.loaded.neighbour.whole.state) else { return Ok(back(v, id)) };
    let forms = forms(&acts);
    let shape = asks(&forms);
    let mut known = known::of(v, &shape, Some(seen)).await?;
    for form in &forms {
        narrow::to(v, form, Some(seen), &pairs, &mut known).await?;
    }
    let title = v.t(name);
    let mut f = frame(v, &title, "/van-thu").await?;
    f.crumbs.push(crate::frame::above(v, Kind::Document));
    f.crumbs.push((place_of(id), crate::pages::record::title(v, seen)));
    f.wrong = status.is_client_error();
    let mut out = FormPage::new(f, format!("{}/{PLACE}", place_of(id)), place_of(id), title);
    let drawn = Drawing { lang: v.lang, act: "D10", pairs: &pairs, wrong, known: &known, prefix: "" }.form(&shape);
    out.body = format!("<p class=\"hint\">{}</p>{drawn}", esc(&v.t("web-join-what")));
    out.errors = act::ordered(act::errors(v, "D10", wrong, "", general), &out.body);
    out.version = Some(seen.loaded.neighbour.version);
    out.lead = known::called(v, &[id]).await?.remove(&id).unwrap_or_else(|| crate::pages::record::title(v, seen));
    if let State::Document(d) = &seen.loaded.neighbour.whole.state {
        out.facts = super::facts::of_paper(v, seen, d, &pairs).await?;
    }
    if let Some(paper) = super::letter::drawn(v, seen).await? {
        out.below = format!("<h2>{}</h2>{paper}", esc(&v.t("web-paper-itself")));
    }
    page_with(status, &out)
}

/// The part of what was filled in that an act takes.
fn part(form: &'static OrderForm, content: &Value) -> Value {
    let Shape::Object(_, properties) = shape::of(form) else { return Value::Object(Map::new()) };
    let taken = properties.iter().filter_map(|p| Some((p.name.clone(), content.get(&p.name)?.clone())));
    Value::Object(taken.collect())
}

/// `POST /van-ban/{id}/phat-hanh`: one after the other, each under a key of its own.
pub async fn send(v: Visitor, Path(id): Path<String>, mut sent: Sent) -> Result<Response, Refused> {
    if !v.signed_in() {
        return Ok(super::sign_in::ended(&v, &sent));
    }
    v.acting()?;
    v.proved(sent.get("_proof"))?;
    let seen = seen_of(&v, &id).await?;
    let record = seen.loaded.id;
    // Sent once more after it was done: there is nothing left to join.
    let Some((acts, _)) = steps(&v, &seen.loaded.neighbour.whole.state) else { return Ok(back(&v, record)) };
    let forms = forms(&acts);
    let shape = asks(&forms);
    let what = sent.get("_do").to_owned();
    if act::worked(&mut sent.pairs, &what) {
        let pairs = sent.pairs.numbered(&shape, false);
        return show(&v, &seen, pairs, &Mistakes::new(), Vec::new(), StatusCode::OK).await;
    }
    let mut wrong = Mistakes::new();
    act::only_signed_files(&v, &mut sent, &mut wrong);
    if !sent.files.is_empty() {
        crate::files::keep(&v, |_| record, &mut sent, &mut wrong).await?;
    }
    let pairs = sent.pairs.numbered(&shape, true);
    let known = if shape.takes_files() { known::of(&v, &shape, Some(&seen)).await? } else { crate::form::Known::default() };
    let (content, mut unread) = pairs.content(&shape, &known);
    // What is wrong with a file is told before that there is none.
    unread.extend(wrong);
    let wrong = unread;
    if !wrong.is_empty() {
        return show(&v, &seen, pairs, &wrong, Vec::new(), StatusCode::UNPROCESSABLE_ENTITY).await;
    }
    let key = sent.key().unwrap_or_else(|| uuid::Uuid::new_v4().to_string());
    let mut expect = sent.version();
    let mut last = ActId::D9;
    for form in forms {
        let content = part(form, &content);
        if form.act == ActId::D10 && content.get("code").is_none() {
            continue;
        }
        let key = Some(format!("{key}-{}", form.act.name()));
        match ndp_server::acts::order(&v.app, &v.reading, form, Some(record), expect.take(), key, content).await {
            Ok(_) => last = form.act,
            Err(refused) if refused.status().is_client_error() => return again(&v, record, pairs, refused).await,
            Err(other) => return Err(other),
        }
    }
    Ok(act::done(&v, &place_of(record), last.name()))
}

/// What stood in the way, over what is left to do; what was done is done.
async fn again(v: &Visitor, record: Id, pairs: Pairs, refused: Refused) -> Result<Response, Refused> {
    let status = refused.status();
    let seen = ndp_server::records::seen(&v.app, &v.reading, record).await?;
    let (wrong, general) = match &refused {
        Refused::Engine(Problem::Invalid(all)) => (act::mistakes(all as &[InputMistake]), Vec::new()),
        Refused::Engine(Problem::Stale { .. }) | Refused::Conflict(_) => (Mistakes::new(), vec![act::changed(v, &refused).await?]),
        _ => (Mistakes::new(), vec![act::said(v, &refused)]),
    };
    if steps(v, &seen.loaded.neighbour.whole.state).is_none() {
        return Err(refused);
    }
    show(v, &seen, pairs, &wrong, general, status).await
}
