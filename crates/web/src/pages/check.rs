//! The last look before a paper goes: everything that was typed, who signs it, who gets it.

use crate::frame::{frame, page_with, place_of};
use crate::pages::paper::Open;
use crate::visitor::Visitor;
use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use ndp_server::problem::Refused;
use serde_json::Value;

#[derive(Template)]
#[template(path = "check.html")]
struct Check {
    f: crate::frame::Frame,
    action: String,
    change: String,
    key: String,
    draft: u64,
    subject: String,
    recipients: Vec<String>,
    parts: Vec<(String, String)>,
    next: Vec<String>,
}

/// The page; `content` is the snapshot as it would be frozen.
pub async fn check(v: &Visitor, open: &Open, version: u64, content: &Value) -> Result<Response, Refused> {
    let id = open.seen.loaded.id;
    let named = crate::shown::named(v, &[content]).await?;
    let mut parts = Vec::new();
    for (n, (_, form)) in open.acts.iter().enumerate() {
        let fields = crate::shown::Fields { v, named: &named, words: form.act.name() };
        let command = content.pointer(&format!("/snapshot/acts/{n}/command"));
        // The machine's name and the command's stand around the content.
        let inner = command.and_then(|c| c.as_object()?.values().next()?.as_object()?.values().next().cloned()).unwrap_or_default();
        parts.push((v.t(&format!("act-{}", form.act.name())), fields.list(&inner)));
    }
    let text = |pointer: &str| content.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
    let to = content.pointer("/snapshot/recipients").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let signers: Vec<String> = open
        .acts
        .iter()
        .flat_map(|(_, form)| match form.act.row().who {
            ndp_domain::acts::Who::OneOf(all) | ndp_domain::acts::Who::Each(all) => all.to_vec(),
            _ => Vec::new(),
        })
        .map(|d| v.t(&format!("duty-{}", d.code())))
        .collect();
    let mut f = frame(v, &v.t("web-check"), "/trinh-ky").await?;
    f.crumbs.push(("/trinh-ky".to_owned(), v.t("web-nav-papers")));
    f.crumbs.push((place_of(id), crate::pages::record::title(v, &open.seen)));
    page_with(
        StatusCode::OK,
        &Check {
            f,
            action: format!("{}/noi-dung", place_of(id)),
            change: format!("{}/noi-dung", place_of(id)),
            key: uuid::Uuid::new_v4().to_string(),
            draft: version,
            subject: text("/snapshot/subject"),
            recipients: to.iter().filter_map(Value::as_str).filter_map(|o| v.organisation_of(o)).collect(),
            parts,
            next: vec![
                v.t("web-check-next-1"),
                v.t("web-check-next-2"),
                v.t1("web-check-next-3", &[("who", &signers.join(", "))]),
                v.t("web-check-next-4"),
            ],
        },
    )
}
