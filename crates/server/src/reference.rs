//! Loading reference data after the installation (RF1): a regulation version, holidays, who holds a function.

use crate::App;
use crate::body::{Asked, Checked, key_of};
use crate::caller::{Acting, Reading};
use crate::problem::{Edge, Refused};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use ndp_domain::acts::ActId;
use ndp_domain::authority::{Denied, Duty};
use ndp_domain::id::Kind;
use ndp_domain::reference::DataSet;
use ndp_engine::load::{Edition, loadable};
use ndp_engine::reference::Mistake;
use ndp_engine::{InputMistake, Problem, Receipt};
use ndp_identity::scope::Verb;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use validator::Validate;

#[derive(Debug, Deserialize, Validate, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Load {
    /// `regulation`, `holidays` or `functions`; localities come with the installation.
    pub set: DataSet,
    /// The file's text: TOML of a regulation version or of functions, CSV of holidays (whole years; other years stay).
    #[validate(length(min = 1, max = 900_000, code = "text_too_long"))]
    pub text: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoadQuery {
    #[serde(default)]
    dry_run: bool,
}

/// Names the line and what belongs there, never what was found.
fn invalid(wrong: &[Mistake]) -> Problem {
    let one = |m: &Mistake| InputMistake {
        pointer: "/text".to_owned(),
        code: "input.line_wrong".to_owned(),
        expected: format!("{}: {}", m.line, m.expected),
    };
    Problem::Invalid(wrong.iter().take(50).map(one).collect())
}

/// `POST /reference-data`: by an administrator. Open last days follow holidays by themselves afterwards.
pub async fn load(
    State(app): State<App>,
    Asked(query): Asked<LoadQuery>,
    headers: HeaderMap,
    Acting(reading): Acting,
    Checked(body): Checked<Load>,
) -> Result<Response, Refused> {
    reading.allows(Verb::Act, Kind::Reference, None, Some(ActId::RF1))?;
    if reading.reader.duty != Duty::Administrator {
        return Err(Problem::Denied(Denied::DutyOfAnotherAct).into());
    }
    if !loadable(body.set) {
        return Err(Edge::Parameter("set").into());
    }
    let key = key_of(&headers)?;
    let read = app.engine.edition(body.set, "text", &body.text).await?;
    let edition = read.map_err(|wrong| invalid(&wrong))?;
    let receipt = loaded(&app, &reading, &edition, key, query.dry_run).await?;
    let streams: Vec<_> = receipt.streams.iter().map(|(id, version)| json!({ "id": id, "kind": id.kind, "version": version })).collect();
    let answer = json!({
        "act": ActId::RF1, "batch": receipt.batch, "record": receipt.stream(Kind::Reference), "streams": streams,
        "repeated": receipt.repeated, "dry_run": query.dry_run, "name": edition.name, "rows": edition.rows,
    });
    Ok((if query.dry_run { StatusCode::OK } else { StatusCode::CREATED }, Json(answer)).into_response())
}

/// The act itself, for pages too.
pub async fn loaded(app: &App, reading: &Reading, edition: &Edition, key: Option<String>, dry_run: bool) -> Result<Receipt, Refused> {
    match app.engine.load(&reading.actor, edition, key, dry_run).await {
        Ok(receipt) => {
            if !dry_run {
                app.touched(receipt.streams.iter().map(|(id, _)| *id));
            }
            Ok(receipt)
        }
        Err(problem @ Problem::Stale { .. }) => Err(Refused::Conflict(problem)),
        Err(other) => Err(other.into()),
    }
}
