//! What stood in the way, as a page: why, and what may be done about it.

use crate::frame::Frame;
use crate::markup;
use askama::Template;
use ndp_text::{Lang, texts};
use serde_json::Value;

#[derive(Template)]
#[template(path = "problem.html")]
struct Page {
    f: Frame,
    status: u64,
    detail: String,
    law: String,
    errors: Vec<String>,
    incident: String,
}

/// The page of a problem document. Somebody who is not signed in is asked to sign in, and comes back here.
pub fn drawn(document: &Value, lang: Lang, place: &str) -> String {
    let text = |name: &str| document.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let code = text("code");
    if code == "identity.not_signed_in" || code == "identity.token_invalid" {
        return super::sign_in::drawn(lang, place, None);
    }
    let mut f = Frame::plain(lang, place, &text("title"));
    f.wrong = true;
    let errors = document.get("errors").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let errors = errors.iter().filter_map(|e| e.get("detail").and_then(Value::as_str)).map(str::to_owned).collect();
    let mut detail = text("detail");
    // Texts that speak of headers and addresses of the API are for programs; pages have their own.
    if let Some(own) = texts(lang).find(&ndp_text::key("web-problem", &code), &[]) {
        detail = own;
    }
    let page = Page {
        status: document.get("status").and_then(Value::as_u64).unwrap_or(500),
        law: text("legal_basis"),
        incident: text("instance").rsplit(':').next().unwrap_or_default().to_owned(),
        f,
        detail,
        errors,
    };
    page.render().unwrap_or_else(|_| markup::esc(&page.detail))
}
