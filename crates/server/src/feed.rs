//! The event feed: what happened to records that the caller sees, by position.

use crate::App;
use crate::body::Asked;
use crate::caller::Reading;
use crate::problem::Refused;
use crate::records::{href, limited};
use axum::Json;
use axum::extract::State;
use ndp_domain::id::Kind;
use ndp_identity::scope::Verb;
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FeedQuery {
    #[serde(default)]
    after: u64,
    #[serde(default = "crate::records::page")]
    limit: u64,
    kind: Option<Kind>,
}

/// `GET /feed`
pub async fn feed(State(app): State<App>, Asked(query): Asked<FeedQuery>, reading: Reading) -> Result<Json<Value>, Refused> {
    reading.allows_list(Verb::Feed, None)?;
    let limit = limited(query.limit)?;
    let after = query.after.min(i64::MAX as u64 / 2);
    let page = app.engine.store.feed_page(&reading.scope(&app), query.kind, after, limit).await?;
    let items: Vec<Value> = page
        .lines
        .iter()
        .map(|l| {
            let hash: String = l.hash.iter().map(|b| format!("{b:02x}")).collect();
            json!({
                "position": l.position, "batch": l.batch, "record": l.stream, "kind": l.stream.kind, "n": l.n, "act": l.act, "at": l.at,
                "hash": hash, "href": href(l.stream),
            })
        })
        .collect();
    Ok(Json(json!({ "items": items, "next": page.to, "end": page.end })))
}
