//! Is it alive, is it ready, how is it doing.

use crate::App;
use axum::extract::{ConnectInfo, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use serde_json::json;
use std::net::SocketAddr;
use std::sync::OnceLock;

const BUCKETS: &[f64] = &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// The recorder of this process, installed once.
pub fn recorder() -> Option<&'static PrometheusHandle> {
    static HANDLE: OnceLock<Option<PrometheusHandle>> = OnceLock::new();
    HANDLE
        .get_or_init(|| {
            let builder = PrometheusBuilder::new().set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), BUCKETS).ok()?;
            builder.install_recorder().ok()
        })
        .as_ref()
}

pub fn routes() -> Router<App> {
    Router::new()
        .route("/health/live", get(async || Json(json!({ "status": "live" }))))
        .route("/health/ready", get(ready))
        .route("/metrics", get(figures))
}

/// Ready: the database answers and is migrated, the file store answers, the feed is followed.
async fn ready(State(app): State<App>) -> Response {
    let database = app.engine.store.require_migrated().await.is_ok();
    let files = app.files.ready().await.is_ok();
    let feed = app.followed.is_fresh();
    let ready = database && files && feed;
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let word = |fine: bool| if fine { "ready" } else { "away" };
    (status, Json(json!({ "status": word(ready), "database": word(database), "files": word(files), "feed": word(feed) }))).into_response()
}

async fn figures(State(app): State<App>, ConnectInfo(from): ConnectInfo<SocketAddr>) -> Response {
    if !app.settings.metrics.0.is_empty() && !app.settings.metrics.contains(from.ip()) {
        return StatusCode::NOT_FOUND.into_response();
    }
    let Some(handle) = recorder() else { return StatusCode::SERVICE_UNAVAILABLE.into_response() };
    if let Ok(waiting) = app.engine.store.waiting().await {
        metrics::gauge!("ndp_outbox_waiting").set(waiting.messages as f64);
    }
    if let Ok(end) = app.engine.store.feed_end().await {
        metrics::gauge!("ndp_feed_position").set(end as f64);
        metrics::gauge!("ndp_store_questions").set(app.engine.store.asked() as f64);
        metrics::gauge!("ndp_feed_lag").set(end.saturating_sub(app.followed.position()) as f64);
    }
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], handle.render()).into_response()
}
