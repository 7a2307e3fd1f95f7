//! Reading what was sent: JSON in strict form with pointers to what is wrong, queries, headers.

use crate::App;
use crate::problem::{Edge, Refused};
use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use ndp_engine::{InputMistake, Problem};
use serde::de::DeserializeOwned;
use serde_json::Value;
use validator::{Validate, ValidationErrors, ValidationErrorsKind};

/// The body's bytes, within the limit and the time.
pub async fn bytes(app: &App, body: Body, limit: usize) -> Result<Bytes, Refused> {
    use http_body_util::{BodyExt, LengthLimitError, Limited};
    let read = Limited::new(body, limit).collect();
    match tokio::time::timeout(app.settings.timeout / 2, read).await {
        Err(_) => Err(Edge::TooSlow.into()),
        Ok(Err(error)) if error.downcast_ref::<LengthLimitError>().is_some() => Err(Edge::TooLarge.into()),
        Ok(Err(_)) => Err(Edge::LengthWrong.into()),
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let given = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let kind = given.split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case("application/json")
}

/// A JSON body as a value; an empty body is an empty object.
pub struct Sent {
    pub value: Value,
    pub bytes: Bytes,
}

impl FromRequest<App> for Sent {
    type Rejection = Refused;
    async fn from_request(request: Request, app: &App) -> Result<Sent, Refused> {
        let json = is_json(request.headers());
        let bytes = bytes(app, request.into_body(), app.settings.body).await?;
        if bytes.is_empty() {
            return Ok(Sent { value: Value::Object(serde_json::Map::new()), bytes });
        }
        if !json {
            return Err(Edge::MediaType.into());
        }
        Ok(Sent { value: ndp_engine::strict::strict(&bytes)?, bytes })
    }
}

/// A JSON body of a known shape, checked by its declarations.
pub struct Checked<T>(pub T);

impl<T: DeserializeOwned + Validate> FromRequest<App> for Checked<T> {
    type Rejection = Refused;
    async fn from_request(request: Request, app: &App) -> Result<Checked<T>, Refused> {
        let sent = Sent::from_request(request, app).await?;
        let value = ndp_engine::parse::shape::<T>(sent.value)?;
        value.validate().map_err(|errors| Problem::Invalid(mistakes(&errors, "")))?;
        Ok(Checked(value))
    }
}

/// Pointers and codes of validator's findings; never the value it puts into them.
fn mistakes(errors: &ValidationErrors, at: &str) -> Vec<InputMistake> {
    let mut all: Vec<InputMistake> = Vec::new();
    for (field, kind) in errors.errors() {
        let pointer = format!("{at}/{field}");
        match kind {
            ValidationErrorsKind::Field(found) => all.extend(found.iter().map(|e| {
                let limit = |name: &str| e.params.get(name).map(|v| v.to_string().trim_matches('"').to_owned());
                let expected = limit("max").or_else(|| limit("min")).unwrap_or_default();
                InputMistake { pointer: pointer.clone(), code: format!("input.{}", e.code), expected }
            })),
            ValidationErrorsKind::Struct(inner) => all.extend(mistakes(inner, &pointer)),
            ValidationErrorsKind::List(items) => {
                items.iter().for_each(|(i, inner)| all.extend(mistakes(inner, &format!("{pointer}/{i}"))));
            }
        }
    }
    all.sort_by(|a, b| a.pointer.cmp(&b.pointer));
    all
}

/// A query of a known shape; unknown names are refused.
pub struct Asked<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<App> for Asked<T> {
    type Rejection = Refused;
    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Asked<T>, Refused> {
        if parts.uri.query().is_some_and(|q| q.contains("%00")) {
            return Err(Edge::Parameter("query").into());
        }
        match Query::<T>::try_from_uri(&parts.uri) {
            Ok(Query(value)) => Ok(Asked(value)),
            Err(_) => Err(Edge::Parameter("query").into()),
        }
    }
}

/// `Idempotency-Key`, 1 to 200 visible ASCII characters.
pub fn key_of(headers: &HeaderMap) -> Result<Option<String>, Refused> {
    let Some(given) = headers.get("idempotency-key") else { return Ok(None) };
    let text = given.to_str().ok().filter(|t| (1..=200).contains(&t.len()) && t.bytes().all(|b| b.is_ascii_graphic()));
    text.map(|t| Some(t.to_owned())).ok_or_else(|| Edge::KeyShape.into())
}

/// `If-Match: "7"` or `"7.…"`: the version the caller has seen.
pub fn match_of(headers: &HeaderMap) -> Result<Option<u64>, Refused> {
    let Some(given) = headers.get(header::IF_MATCH) else { return Ok(None) };
    let text = given.to_str().map_err(|_| Edge::MatchShape)?.trim();
    if text == "*" {
        return Ok(None);
    }
    let inner = text.trim_start_matches("W/").strip_prefix('"').and_then(|t| t.strip_suffix('"')).ok_or(Edge::MatchShape)?;
    let version = inner.split('.').next().unwrap_or_default();
    version.parse().ok().filter(|v: &u64| *v <= u64::from(u32::MAX)).map(Some).ok_or_else(|| Edge::MatchShape.into())
}
