//! E11 from the body's side: its secretary opens a round of a dossier that waits for its evaluation. Until
//! the round is open the dossier itself is not the secretary's to see, so the form stands with the body.

use super::act::{FormPage, done, errors, mistakes, said};
use crate::form::{Drawing, Known, Mistakes, Pairs, Property, Shape};
use crate::frame::{frame, page_with, place_of};
use crate::sent::Sent;
use crate::visitor::Visitor;
use crate::{known, say};
use axum::extract::{Path, RawQuery};
use axum::http::StatusCode;
use axum::response::Response;
use ndp_domain::id::{Id, Kind};
use ndp_engine::{Problem, orders};
use ndp_server::problem::{Edge, Refused};
use ndp_server::records::seen;
use serde_json::json;

fn shape() -> Shape {
    let one = |name: &str, shape| Property { name: name.to_owned(), shape, required: true };
    Shape::Object(String::new(), vec![one("dossier", Shape::Record(Some(Kind::Dossier))), one("cut_off", Shape::Date)])
}

fn body_of(id: &str) -> Result<Id, Refused> {
    known::id_of(Some(Kind::Body), id).ok_or_else(|| Edge::NotFound.into())
}

async fn show(
    v: &Visitor,
    body: Id,
    pairs: &Pairs,
    wrong: &Mistakes,
    general: Vec<String>,
    status: StatusCode,
) -> Result<Response, Refused> {
    let seen = seen(&v.app, &v.reading, body).await?;
    let mut known = Known::default();
    let ready = known::ready(v, body).await?;
    // The dossier that the page was opened for is told, not asked.
    if !pairs.get("/dossier").is_empty() {
        known.fixed.push("/dossier".to_owned());
    }
    known.records.insert(Kind::Dossier, ready.into_iter().map(|(dossier, _, name)| (dossier.to_string(), name)).collect());
    let called = known::called(v, &[body]).await?.remove(&body);
    let title = v.t("act-E11");
    let mut f = frame(v, &title, "/danh-gia").await?;
    f.crumbs.push(("/danh-gia".to_owned(), v.t("kinds-body")));
    f.crumbs.push((place_of(body), crate::pages::record::title(v, &seen)));
    f.wrong = status.is_client_error();
    let mut out = FormPage::new(f, format!("{}/mo-vong", place_of(body)), place_of(body), title);
    out.body = Drawing { lang: v.lang, act: "E11", pairs, wrong, known: &known, prefix: "" }.form(&shape());
    out.errors = errors(v, "E11", wrong, "", general);
    out.lead = called.unwrap_or_default();
    page_with(status, &out)
}

/// `GET /danh-gia/{id}/mo-vong`
pub async fn form(v: Visitor, Path(id): Path<String>, RawQuery(query): RawQuery) -> Result<Response, Refused> {
    v.acting()?;
    let mut pairs = super::act::given(query.as_deref());
    pairs.set("/cut_off", say::day(v.today));
    show(&v, body_of(&id)?, &pairs, &Mistakes::new(), Vec::new(), StatusCode::OK).await
}

/// `POST /danh-gia/{id}/mo-vong`
pub async fn open(v: Visitor, Path(id): Path<String>, sent: Sent) -> Result<Response, Refused> {
    if !v.signed_in() {
        return Ok(super::sign_in::ended(&v, &sent));
    }
    v.acting()?;
    v.proved(sent.get("_proof"))?;
    let body = body_of(&id)?;
    seen(&v.app, &v.reading, body).await?;
    if sent.get("_do") == "show" {
        return show(&v, body, &sent.pairs, &Mistakes::new(), Vec::new(), StatusCode::OK).await;
    }
    let (content, mut wrong) = sent.pairs.content(&shape(), &Known::default());
    let dossier = known::id_of(Some(Kind::Dossier), sent.pairs.get("/dossier"));
    if dossier.is_none() {
        wrong.insert("/dossier".to_owned(), ("input.field_missing".to_owned(), String::new()));
    }
    let (Some(dossier), true) = (dossier, wrong.is_empty()) else {
        return show(&v, body, &sent.pairs, &wrong, Vec::new(), StatusCode::UNPROCESSABLE_ENTITY).await;
    };
    let form = orders::find(Kind::Dossier, "rounds").ok_or(Edge::NoSuchPage)?;
    let content = json!({ "body": body, "cut_off": content.get("cut_off") });
    match ndp_server::acts::order(&v.app, &v.reading, form, Some(dossier), None, sent.key(), content).await {
        Ok(_) => Ok(done(&v, &place_of(dossier), "E11")),
        Err(Refused::Engine(Problem::Invalid(all))) => {
            show(&v, body, &sent.pairs, &mistakes(&all), Vec::new(), StatusCode::UNPROCESSABLE_ENTITY).await
        }
        Err(refused @ Refused::Engine(Problem::Refusal(_) | Problem::Denied(_) | Problem::KeyReused)) => {
            show(&v, body, &sent.pairs, &Mistakes::new(), vec![said(&v, &refused)], refused.status()).await
        }
        Err(other) => Err(other),
    }
}
