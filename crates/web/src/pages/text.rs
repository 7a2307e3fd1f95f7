//! Pages that only say something: guidance, the statement on accessibility.

use crate::frame::{Frame, frame, page};
use crate::visitor::Visitor;
use askama::Template;
use axum::response::Response;
use ndp_server::problem::Refused;

#[derive(Template)]
#[template(path = "text.html")]
struct Text {
    f: Frame,
    /// Heading or paragraph, and its text.
    parts: Vec<(bool, String)>,
}

/// A title with what was wrong, and the way back.
#[derive(Template)]
#[template(path = "plain.html")]
pub struct Plain {
    f: Frame,
    errors: Vec<(String, String)>,
    back: String,
}

impl Plain {
    pub fn of(f: Frame, errors: Vec<(String, String)>, back: String) -> Plain {
        Plain { f, errors, back }
    }
}

async fn said(v: &Visitor, title: &str, current: &str, parts: &[(bool, &str)]) -> Result<Response, Refused> {
    let f = frame(v, &v.t(title), current).await?;
    page(&Text { f, parts: parts.iter().map(|(heading, key)| (*heading, v.t(key))).collect() })
}

/// `GET /huong-dan`
pub async fn guide(v: Visitor) -> Result<Response, Refused> {
    let parts: Vec<(bool, String)> =
        (1..=6).flat_map(|n| [(true, format!("web-guide-{n}")), (false, format!("web-guide-{n}-text"))]).collect();
    let parts: Vec<(bool, &str)> = parts.iter().map(|(h, k)| (*h, k.as_str())).collect();
    said(&v, "web-nav-guide", "/huong-dan", &parts).await
}

/// `GET /kha-nang-tiep-can`
pub async fn accessibility(v: Visitor) -> Result<Response, Refused> {
    let parts: Vec<String> = (1..=4).map(|n| format!("web-accessibility-{n}")).collect();
    let parts: Vec<(bool, &str)> = parts.iter().map(|k| (false, k.as_str())).collect();
    said(&v, "web-accessibility", "", &parts).await
}
