//! Administration of people: invitations, names, erasure.

use crate::App;
use crate::body::Checked;
use crate::caller::Acting;
use crate::problem::{Edge, Refused};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use ndp_domain::account::{self, Held};
use ndp_domain::authority::{Denied, Duty};
use ndp_domain::id::{AccountId, Id, Kind};
use ndp_domain::machine::Command;
use ndp_engine::Problem;
use ndp_identity::scope::Verb;
use ndp_store::people::Person;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use validator::Validate;

#[derive(Debug, Deserialize, Validate, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Invite {
    #[validate(email(code = "email"), length(max = 254, code = "text_too_long"))]
    pub email: String,
    #[validate(length(min = 1, max = 200, code = "text_too_long"))]
    pub name: String,
    /// `vi` or `en`; the letter is written in it.
    #[serde(default = "vietnamese")]
    #[validate(length(min = 2, max = 2, code = "choice_unknown"))]
    pub lang: String,
    /// Duties held from the start (AC2).
    #[serde(default)]
    pub duties: Vec<Held>,
}

fn vietnamese() -> String {
    "vi".to_owned()
}

/// `POST /invitations`: an account with its duties, a person, and a letter to them.
pub async fn invite(State(app): State<App>, Acting(reading): Acting, Checked(body): Checked<Invite>) -> Result<Response, Refused> {
    reading.allows(Verb::Act, Kind::Account, None, Some(ndp_domain::acts::ActId::AC1))?;
    if reading.reader.duty != Duty::Administrator {
        return Err(Problem::Denied(Denied::DutyOfAnotherAct).into());
    }
    let id = AccountId(app.engine.id());
    let mut acts: Vec<(Id, Command)> = vec![(id.into(), account::Command::Open { id }.into())];
    acts.extend(body.duties.iter().map(|held| (id.into(), account::Command::Grant { held: held.clone() }.into())));
    let person = Person { account: id, name: body.name.clone(), email: body.email.clone(), lang: body.lang.clone() };
    invited(&app, &reading, &acts, &person).await?;
    let place = format!("/api/v1/accounts/{id}");
    Ok((StatusCode::CREATED, [(header::LOCATION, place.clone())], Json(json!({ "account": id, "href": place }))).into_response())
}

/// The acts that open an account with its duties, and the person with their letter: all of it or nothing.
pub async fn invited(app: &App, reading: &crate::caller::Reading, acts: &[(Id, Command)], person: &Person) -> Result<(), Refused> {
    if app.identity.store.person_by_email(&ndp_identity::identity::fold_email(&person.email)).await?.is_some() {
        return Err(ndp_identity::Denial::EmailTaken.into());
    }
    let first = |mut failed: Vec<ndp_engine::many::Failed>| failed.swap_remove(0).problem;
    // All duties are tried before the account is opened, so that a wrong one leaves nothing behind.
    app.engine.execute_all(&reading.actor, acts, true).await.map_err(first)?;
    app.identity.invite(person).await?;
    if let Err(failed) = app.engine.execute_all(&reading.actor, acts, false).await {
        app.identity.store.erase_person(person.account, app.identity.clock.now()).await?;
        return Err(first(failed).into());
    }
    app.touched([person.account.into()]);
    Ok(())
}

fn account_of(text: &str) -> Result<AccountId, Refused> {
    let id: ndp_domain::id::Id = text.parse().map_err(|_| Edge::NotFound)?;
    AccountId::try_from(id).map_err(|_| Edge::NotFound.into())
}

/// `GET /accounts/{id}/person`: the name behind an account, for administrators and for oneself.
pub async fn person(State(app): State<App>, Path(id): Path<String>, Acting(reading): Acting) -> Result<Json<Value>, Refused> {
    let account = account_of(&id)?;
    crate::records::seen(&app, &reading, account.into()).await?;
    let person = app.identity.store.persons(&[account]).await?.into_iter().next().ok_or(Edge::NotFound)?;
    Ok(Json(json!({ "account": account, "name": person.name, "email": person.email, "lang": person.lang })))
}

/// `DELETE /accounts/{id}/person`: name and address are erased; what the account did stays on record.
pub async fn erase(State(app): State<App>, Path(id): Path<String>, Acting(reading): Acting) -> Result<StatusCode, Refused> {
    let account = account_of(&id)?;
    reading.allows(Verb::Act, Kind::Account, Some(account.into()), None)?;
    if reading.reader.duty != Duty::Administrator {
        return Err(Problem::Denied(Denied::DutyOfAnotherAct).into());
    }
    let erased = app.identity.store.erase_person(account, app.identity.clock.now()).await?;
    app.identity.follow_revocations().await?;
    if erased { Ok(StatusCode::NO_CONTENT) } else { Err(Edge::NotFound.into()) }
}
