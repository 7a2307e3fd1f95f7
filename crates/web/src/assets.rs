//! What pages load beside themselves: one style sheet, one small script, htmx, fonts, icons. All of it is
//! in the binary; addresses carry the hash of the content, so that browsers keep them for good.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use ndp_domain::canonical::Hash;
use ndp_server::App;
use std::sync::OnceLock;

/// One file of the pages.
struct Asset {
    name: &'static str,
    kind: &'static str,
    bytes: &'static [u8],
}

macro_rules! assets {
    ($($name:literal $kind:literal;)*) => {
        &[$(Asset { name: $name, kind: $kind, bytes: include_bytes!(concat!("../assets/", $name)) }),*]
    };
}

const CSS: &str = "text/css; charset=utf-8";
const ALL: &[Asset] = assets! {
    "app.css" "text/css; charset=utf-8";
    "app.js" "text/javascript; charset=utf-8";
    "htmx.min.js" "text/javascript; charset=utf-8";
    "icons.svg" "image/svg+xml";
    "mark.svg" "image/svg+xml";
    "drum.svg" "image/svg+xml";
    "fonts/be-vietnam-pro-latin-400-normal.woff2" "font/woff2";
    "fonts/be-vietnam-pro-latin-600-normal.woff2" "font/woff2";
    "fonts/be-vietnam-pro-vietnamese-400-normal.woff2" "font/woff2";
    "fonts/be-vietnam-pro-vietnamese-600-normal.woff2" "font/woff2";
    "fonts/doc-serif-regular.woff2" "font/woff2";
    "fonts/doc-serif-bold.woff2" "font/woff2";
    "fonts/doc-serif-italic.woff2" "font/woff2";
    "fonts/tab-num-400.woff2" "font/woff2";
    "fonts/tab-num-600.woff2" "font/woff2";
};

/// First digits of the hash over everything: one turn for all, since style and fonts go together.
pub fn turn() -> &'static str {
    static TURN: OnceLock<String> = OnceLock::new();
    TURN.get_or_init(|| {
        let all: Vec<&[u8]> = ALL.iter().map(|a| a.bytes).collect();
        Hash::of_parts(&all).to_string().chars().take(12).collect()
    })
}

/// Address of a file.
pub fn href(name: &str) -> String {
    format!("/static/{}/{name}", turn())
}

/// The style sheet with the addresses of its fonts and pictures.
fn style() -> &'static str {
    static STYLE: OnceLock<String> = OnceLock::new();
    STYLE.get_or_init(|| include_str!("../assets/app.css").replace("url(/static/", &format!("url(/static/{}/", turn())))
}

/// `GET /static/emblem`: the deployment's own emblem.
pub async fn emblem(State(app): State<App>) -> Response {
    let Some((bytes, kind)) = app.settings.branding.picture.clone() else { return StatusCode::NOT_FOUND.into_response() };
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=3600"));
    (headers, bytes).into_response()
}

/// `GET /static/{turn}/{name}`
pub async fn get(Path((_, name)): Path<(String, String)>) -> Response {
    let Some(asset) = ALL.iter().find(|a| a.name == name) else { return StatusCode::NOT_FOUND.into_response() };
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(asset.kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
    if asset.kind == CSS { (headers, style()).into_response() } else { (headers, asset.bytes).into_response() }
}
