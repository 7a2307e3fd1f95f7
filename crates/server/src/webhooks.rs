//! Webhooks: subscriptions and their journal.

use crate::App;
use crate::body::{Asked, Checked};
use crate::caller::{Acting, InPerson};
use crate::problem::{Edge, Refused};
use crate::records::limited;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ndp_domain::canonical::canonical;
use ndp_domain::id::Kind;
use ndp_store::webhooks::{Delivery, Webhook};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;
use validator::Validate;

#[derive(Debug, Deserialize, Validate, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewWebhook {
    /// https, no user, no fragment.
    #[validate(length(min = 1, max = 500, code = "text_too_long"))]
    pub url: String,
    /// Kinds of record to be told of; empty for all.
    #[serde(default)]
    #[validate(length(max = 30, code = "invalid"))]
    pub kinds: Vec<Kind>,
}

fn shown(w: &Webhook) -> Value {
    let kinds: Value = serde_json::from_str(&w.kinds).unwrap_or_default();
    json!({
        "id": w.id, "url": w.url, "kinds": kinds, "duty": w.duty, "created_at": w.created_at, "paused_at": w.paused_at,
        "paused_why": w.paused_why, "failing_since": w.failing_since,
    })
}

/// `GET /webhooks`
pub async fn list(State(app): State<App>, InPerson(me): InPerson) -> Result<Json<Value>, Refused> {
    let all = app.engine.store.webhooks_of(me.caller.account).await?;
    Ok(Json(json!({ "items": all.iter().map(shown).collect::<Vec<_>>() })))
}

/// `POST /webhooks`: told of what the caller sees in the chosen duty, from now on. The secret is shown once.
pub async fn create(
    State(app): State<App>,
    InPerson(me): InPerson,
    Acting(reading): Acting,
    Checked(body): Checked<NewWebhook>,
) -> Result<Response, Refused> {
    let url = ndp_delivery::webhook::checked(&body.url, app.settings.private_webhooks).map_err(|_| Edge::WebhookAddress)?;
    let secret = ndp_identity::random::<32>()?;
    let (locked, kid) = app.identity.vault.lock(&secret).ok_or_else(|| ndp_identity::Denial::Fault("vault".to_owned()))?;
    let now = app.identity.clock.now();
    let duty = reading.duty.as_ref().ok_or(Edge::NotSignedIn)?;
    let webhook = Webhook {
        id: Uuid::now_v7(),
        account: me.caller.account,
        duty: duty.duty.code().to_owned(),
        org: duty.org.to_string(),
        unit: duty.unit.clone(),
        url: url.to_string(),
        secret: locked,
        secret_kid: kid,
        kinds: canonical(&body.kinds),
        created_at: now.to_rfc3339_opts(chrono::SecondsFormat::Micros, true),
        paused_at: None,
        paused_why: None,
        failing_since: None,
    };
    let position = app.engine.store.feed_end().await?;
    if !app.engine.store.add_webhook(&webhook, app.settings.webhooks, position, now).await? {
        return Err(Edge::TooManyWebhooks.into());
    }
    let mut value = shown(&webhook);
    if let Some(object) = value.as_object_mut() {
        object.insert("secret".to_owned(), json!(format!("whsec_{}", STANDARD.encode(secret))));
    }
    let place = format!("/api/v1/webhooks/{}", webhook.id);
    Ok((StatusCode::CREATED, [(header::LOCATION, place)], Json(value)).into_response())
}

async fn own(app: &App, me: &InPerson, id: &str) -> Result<Webhook, Refused> {
    let id: Uuid = id.parse().map_err(|_| Edge::NotFound)?;
    let found = app.engine.store.webhook(id).await?.filter(|w| w.account == me.0.caller.account);
    found.ok_or_else(|| Edge::NotFound.into())
}

/// `GET /webhooks/{webhook}`
pub async fn get(State(app): State<App>, Path(id): Path<String>, me: InPerson) -> Result<Json<Value>, Refused> {
    Ok(Json(shown(&own(&app, &me, &id).await?)))
}

/// `DELETE /webhooks/{webhook}`
pub async fn end(State(app): State<App>, Path(id): Path<String>, me: InPerson) -> Result<StatusCode, Refused> {
    let webhook = own(&app, &me, &id).await?;
    app.engine.store.end_webhook(webhook.account, webhook.id, app.identity.clock.now()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /webhooks/{webhook}/resumptions`: goes on where it stopped.
pub async fn resume(State(app): State<App>, Path(id): Path<String>, me: InPerson) -> Result<StatusCode, Refused> {
    let webhook = own(&app, &me, &id).await?;
    app.engine.store.pause_webhook(webhook.id, None, app.identity.clock.now()).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JournalQuery {
    before: Option<Uuid>,
    before_at: Option<String>,
    #[serde(default = "crate::records::page")]
    limit: u64,
}

fn delivery_json(d: &Delivery) -> Value {
    let body: Value = serde_json::from_str(&d.body).unwrap_or_default();
    json!({
        "id": d.id, "position": d.position, "kind": d.kind, "body": body, "made_at": d.made_at, "attempts": d.attempts,
        "next_try_at": d.done_at.is_none().then_some(&d.run_at), "done_at": d.done_at, "status": d.status, "error": d.error,
    })
}

/// `GET /webhooks/{webhook}/deliveries`
pub async fn journal(
    State(app): State<App>,
    Path(id): Path<String>,
    Asked(query): Asked<JournalQuery>,
    me: InPerson,
) -> Result<Json<Value>, Refused> {
    let webhook = own(&app, &me, &id).await?;
    let limit = limited(query.limit)?;
    let all = app.engine.store.deliveries(webhook.id, query.before_at.zip(query.before), limit).await?;
    let next = (all.len() as u64 == limit).then(|| all.last().map(|d| json!({ "before": d.id, "before_at": d.made_at }))).flatten();
    Ok(Json(json!({ "items": all.iter().map(delivery_json).collect::<Vec<_>>(), "next": next })))
}

/// `POST /webhooks/{webhook}/deliveries/{delivery}/replays`
pub async fn replay(State(app): State<App>, Path((id, delivery)): Path<(String, String)>, me: InPerson) -> Result<Response, Refused> {
    let webhook = own(&app, &me, &id).await?;
    let delivery: Uuid = delivery.parse().map_err(|_| Edge::NotFound)?;
    let new = Uuid::now_v7();
    if !app.engine.store.replay(webhook.id, delivery, new, app.identity.clock.now()).await? {
        return Err(Edge::NotFound.into());
    }
    Ok((StatusCode::CREATED, Json(json!({ "id": new }))).into_response())
}
