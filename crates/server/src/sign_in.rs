//! Signing in and out, one's own account, tokens for programs.

use crate::App;
use crate::body::{Asked, Checked};
use crate::caller::{InPerson, SignedIn, duty_of};
use crate::problem::{Edge, Refused, lang};
use axum::Json;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use ndp_identity::{Denial, Tokens};
use ndp_text::texts;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;
use validator::Validate;

#[derive(Debug, Deserialize, Validate, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    #[validate(length(min = 3, max = 254, code = "text_too_long"))]
    pub email: String,
    #[validate(length(min = 1, max = 1024, code = "text_too_long"))]
    pub password: String,
    /// Six digits, or a recovery code.
    #[validate(length(min = 1, max = 64, code = "text_too_long"))]
    pub code: Option<String>,
}

#[derive(Debug, Deserialize, Validate, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Refresh {
    #[validate(length(min = 1, max = 200, code = "text_too_long"))]
    pub refresh_token: String,
}

#[derive(Debug, Deserialize, Validate, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Reset {
    #[validate(length(min = 3, max = 254, code = "text_too_long"))]
    pub email: String,
}

#[derive(Debug, Deserialize, Validate, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Accept {
    /// The secret of the letter.
    #[validate(length(min = 1, max = 200, code = "text_too_long"))]
    pub token: String,
    #[validate(length(min = 1, max = 1024, code = "text_too_long"))]
    pub password: String,
}

#[derive(Debug, Deserialize, Validate, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPassword {
    #[validate(length(min = 1, max = 1024, code = "text_too_long"))]
    pub old: String,
    #[validate(length(min = 1, max = 1024, code = "text_too_long"))]
    pub new: String,
}

#[derive(Debug, Deserialize, Validate, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Code {
    #[validate(length(min = 6, max = 12, code = "text_too_long"))]
    pub code: String,
}

#[derive(Debug, Deserialize, Validate, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Language {
    #[validate(length(min = 2, max = 2, code = "choice_unknown"))]
    pub lang: String,
}

#[derive(Debug, Deserialize, Validate, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewServiceToken {
    #[validate(length(min = 1, max = 120, code = "text_too_long"))]
    pub name: String,
    /// `read`, `act`, `files`, `feed`; narrowed by kind or by record: `act:dos_…/E13`.
    #[validate(length(min = 1, max = 50, code = "invalid"))]
    pub scopes: Vec<String>,
    /// Days it lasts.
    #[validate(range(min = 1, max = 3660, code = "invalid"))]
    pub days: u32,
}

#[derive(Debug, Deserialize)]
pub struct Answer {
    state: Option<String>,
    code: Option<String>,
}

impl App {
    /// Tokens, and the duties they may be used in.
    async fn signed_in(&self, tokens: Tokens) -> Result<Response, Refused> {
        let standing = self.duties.of(self, tokens.session.account).await?.ok_or(Denial::WrongCredentials)?;
        if standing.suspended {
            self.identity.sign_out(tokens.session.id).await?;
            return Err(ndp_engine::Problem::Denied(ndp_domain::authority::Denied::AccountSuspended).into());
        }
        let value = json!({
            "access_token": tokens.access,
            "token_type": "Bearer",
            "expires_in": tokens.expires_in,
            "refresh_token": tokens.refresh,
            "session": tokens.session.id,
            "account": tokens.session.account,
            "second_factor": tokens.session.second_factor,
            "duties": self.duty_names(&standing),
        });
        Ok((StatusCode::CREATED, [(header::CACHE_CONTROL, "no-store")], Json(value)).into_response())
    }

    fn duty_names(&self, standing: &crate::duties::Standing) -> Vec<Value> {
        let lang = lang();
        let one = |d: &crate::duties::Duty1| {
            json!({
                "name": self.name_of(d),
                "duty": d.duty,
                "title": texts(lang).get(&format!("duty-{}", d.duty.code()), &[]),
                "organisation": d.org,
                "unit": d.unit,
                "second_factor_required": self.settings.second_factor.contains(d.duty.code()),
            })
        };
        standing.today(self).iter().map(one).collect()
    }
}

/// `POST /sign-ins`
pub async fn sign_in(State(app): State<App>, Checked(body): Checked<SignIn>) -> Result<Response, Refused> {
    let tokens = app.identity.sign_in(&body.email, &body.password, body.code.as_deref()).await?;
    app.signed_in(tokens).await
}

/// `POST /sign-ins/refreshes`
pub async fn refresh(State(app): State<App>, Checked(body): Checked<Refresh>) -> Result<Response, Refused> {
    let tokens = app.identity.refresh(&body.refresh_token).await?;
    app.signed_in(tokens).await
}

/// `GET /sign-ins`: where one is signed in.
pub async fn sessions(State(app): State<App>, InPerson(me): InPerson) -> Result<Json<Value>, Refused> {
    let all = app.identity.store.sessions(me.caller.account, app.identity.clock.now()).await?;
    let one = |s: &ndp_store::people::Session| json!({ "id": s.id, "method": s.method, "second_factor": s.second_factor, "started_at": s.started_at, "seen_at": s.seen_at, "current": s.id == me.caller.session });
    Ok(Json(json!({ "items": all.iter().map(one).collect::<Vec<_>>() })))
}

/// `DELETE /sign-ins/current`
pub async fn sign_out(State(app): State<App>, InPerson(me): InPerson) -> Result<StatusCode, Refused> {
    app.identity.sign_out(me.caller.session).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `DELETE /sign-ins`: everywhere.
pub async fn sign_out_everywhere(State(app): State<App>, InPerson(me): InPerson) -> Result<StatusCode, Refused> {
    app.identity.sign_out_everywhere(me.caller.account, "everywhere").await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /password-resets`: the same answer for every address.
pub async fn ask_reset(State(app): State<App>, Checked(body): Checked<Reset>) -> Result<Response, Refused> {
    app.identity.ask_reset(&body.email).await?;
    let said = texts(lang()).get("identity-reset-asked", &[]);
    Ok((StatusCode::ACCEPTED, Json(json!({ "detail": said }))).into_response())
}

/// `POST /password-resets/acceptances`
pub async fn reset(State(app): State<App>, Checked(body): Checked<Accept>) -> Result<StatusCode, Refused> {
    app.identity.accept(&body.token, "reset", &body.password).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /invitations/acceptances`
pub async fn accept(State(app): State<App>, Checked(body): Checked<Accept>) -> Result<StatusCode, Refused> {
    app.identity.accept(&body.token, "invitation", &body.password).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `GET /sign-ins/oidc/{provider}`: on to the other provider.
pub async fn ask_provider(State(app): State<App>, Path(provider): Path<String>) -> Result<Response, Refused> {
    let url = app.identity.ask_provider(&provider).await?;
    Ok((StatusCode::SEE_OTHER, [(header::LOCATION, url)]).into_response())
}

/// `GET /sign-ins/oidc/answers`: back from there.
pub async fn answer_of_provider(
    State(app): State<App>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
    Asked(answer): Asked<Answer>,
) -> Result<Response, Refused> {
    // Asked for on a page: the page goes on, in the browser that asked.
    if let (Some(query), Some(_)) = (query, crate::caller::cookie(&app, &headers, crate::caller::ASKED)) {
        return Ok((StatusCode::SEE_OTHER, [(header::LOCATION, format!("/dang-nhap/oidc?{query}"))]).into_response());
    }
    let (Some(state), Some(code)) = (answer.state, answer.code) else { return Err(Denial::ProviderRefused.into()) };
    let tokens = app.identity.answer_of_provider(&state, &code).await?;
    app.signed_in(tokens).await
}

/// `GET /me`
pub async fn me(State(app): State<App>, me: SignedIn) -> Result<Json<Value>, Refused> {
    let person = app.identity.store.persons(&[me.caller.account]).await?.into_iter().next();
    let credential = app.identity.store.credential(me.caller.account).await?;
    Ok(Json(json!({
        "account": me.caller.account,
        "name": person.as_ref().map(|p| &p.name),
        "email": person.as_ref().map(|p| &p.email),
        "lang": person.as_ref().map(|p| &p.lang),
        "second_factor": credential.is_some_and(|c| c.totp_confirmed),
        "session_second_factor": me.caller.second_factor,
        "service_token": me.caller.service.is_some(),
        "duties": app.duty_names(&me.standing),
    })))
}

/// `PUT /me/password`
pub async fn change_password(
    State(app): State<App>,
    InPerson(me): InPerson,
    Checked(body): Checked<NewPassword>,
) -> Result<StatusCode, Refused> {
    app.identity.change_password(me.caller.account, &body.old, &body.new).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Debug, Deserialize, Validate, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Notices {
    /// A letter for each new task; invitations and letters about the account itself always come.
    pub on: bool,
}

/// `PUT /me/notices`
pub async fn change_notices(
    State(app): State<App>,
    InPerson(me): InPerson,
    Checked(body): Checked<Notices>,
) -> Result<StatusCode, Refused> {
    app.identity.store.set_notices(me.caller.account, body.on).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `PUT /me/language`
pub async fn change_language(
    State(app): State<App>,
    InPerson(me): InPerson,
    Checked(body): Checked<Language>,
) -> Result<StatusCode, Refused> {
    let lang: ndp_text::Lang = body.lang.parse().map_err(|expected: String| {
        ndp_engine::Problem::Invalid(vec![ndp_engine::InputMistake {
            pointer: "/lang".to_owned(),
            code: "input.choice_unknown".to_owned(),
            expected,
        }])
    })?;
    app.identity.store.set_language(me.caller.account, &lang.to_string()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /me/second-factor`
pub async fn offer_second_factor(State(app): State<App>, InPerson(me): InPerson) -> Result<Response, Refused> {
    let offered = app.identity.offer_second_factor(&me.caller).await?;
    let value = json!({ "otpauth": offered.url, "recovery_codes": offered.recovery_codes });
    Ok((StatusCode::CREATED, [(header::CACHE_CONTROL, "no-store")], Json(value)).into_response())
}

/// `POST /me/second-factor/confirmations`
pub async fn confirm_second_factor(
    State(app): State<App>,
    InPerson(me): InPerson,
    Checked(body): Checked<Code>,
) -> Result<Response, Refused> {
    let tokens = app.identity.confirm_second_factor(&me.caller, &body.code).await?;
    app.signed_in(tokens).await
}

/// `DELETE /me/second-factor`
pub async fn drop_second_factor(State(app): State<App>, InPerson(me): InPerson) -> Result<StatusCode, Refused> {
    app.identity.drop_second_factor(&me.caller).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn token_json(t: &ndp_store::programs::ServiceToken) -> Value {
    let scopes: Value = serde_json::from_str(&t.scopes).unwrap_or_default();
    json!({ "id": t.id, "name": t.name, "duty": t.duty, "scopes": scopes, "created_at": t.created_at, "expires_at": t.expires_at, "ended_at": t.ended_at })
}

/// `GET /me/service-tokens`
pub async fn service_tokens(State(app): State<App>, InPerson(me): InPerson) -> Result<Json<Value>, Refused> {
    let all = app.identity.store.service_tokens(me.caller.account).await?;
    Ok(Json(json!({ "items": all.iter().map(token_json).collect::<Vec<_>>() })))
}

/// `POST /me/service-tokens`: in the duty chosen by the header; shown once.
pub async fn new_service_token(
    State(app): State<App>,
    headers: HeaderMap,
    InPerson(me): InPerson,
    Checked(body): Checked<NewServiceToken>,
) -> Result<Response, Refused> {
    let duty = duty_of(&app, &headers, &me)?;
    let lasts = chrono::TimeDelta::days(i64::from(body.days));
    let (plain, token) = app.identity.issue_service_token(me.caller.account, &body.name, &app.name_of(&duty), &body.scopes, lasts).await?;
    let mut value = token_json(&token);
    if let Some(object) = value.as_object_mut() {
        object.insert("token".to_owned(), json!(plain));
    }
    Ok((StatusCode::CREATED, [(header::CACHE_CONTROL, "no-store")], Json(value)).into_response())
}

/// `DELETE /me/service-tokens/{token}`
pub async fn end_service_token(State(app): State<App>, Path(id): Path<String>, InPerson(me): InPerson) -> Result<StatusCode, Refused> {
    let id: Uuid = id.parse().map_err(|_| Edge::NotFound)?;
    if app.identity.end_service_token(me.caller.account, id).await? { Ok(StatusCode::NO_CONTENT) } else { Err(Edge::NotFound.into()) }
}

/// `GET /keys`: the public keys of access tokens.
pub async fn keys(State(app): State<App>) -> Json<Value> {
    Json(app.identity.tokens.public_keys())
}
