//! Audit: is the log intact, and what does it say. The verdict comes from the engine's own check of chains,
//! seals and derived tables, made when somebody asks for it.

use crate::frame::{Frame, frame, page, place_of};
use crate::sent::Sent;
use crate::visitor::Visitor;
use crate::{known, say};
use askama::Template;
use axum::extract::Query;
use axum::response::Response;
use ndp_domain::authority::{Denied, Side};
use ndp_engine::Problem;
use ndp_server::problem::Refused;
use serde::Deserialize;

/// One line of the feed: position, time, act, address, record, hash.
type Row = (u64, String, String, String, String, String);

#[derive(Template)]
#[template(path = "audit.html")]
struct Page {
    f: Frame,
    verdict: Option<(&'static str, &'static str, String)>,
    wrong: Vec<String>,
    rows: Vec<Row>,
    next: Option<String>,
    last_seal: String,
}

#[derive(Debug, Deserialize)]
pub struct Asked {
    #[serde(default)]
    after: u64,
}

fn overseer(v: &Visitor) -> Result<(), Refused> {
    v.acting()?;
    if v.side() == Side::Overseer { Ok(()) } else { Err(Problem::Denied(Denied::DutyOfAnotherAct).into()) }
}

/// `GET /nhat-ky`
pub async fn audit(v: Visitor, Query(asked): Query<Asked>) -> Result<Response, Refused> {
    overseer(&v)?;
    show(&v, asked.after, None, Vec::new()).await
}

async fn show(
    v: &Visitor,
    after: u64,
    verdict: Option<(&'static str, &'static str, String)>,
    wrong: Vec<String>,
) -> Result<Response, Refused> {
    let feed = v.app.engine.store.feed_page(&v.reading.scope(&v.app), None, after, 50).await?;
    let ids: Vec<_> = feed.lines.iter().map(|l| l.stream).collect();
    let names = v.app.engine.store.lines_of(&v.reading.scope(&v.app), &ids).await?;
    let rows = feed
        .lines
        .iter()
        .map(|l| {
            let name = names
                .iter()
                .find(|n| n.id == l.stream)
                .map(|n| known::line_name(v, n))
                .unwrap_or_else(|| v.t(&format!("kind-{}", l.stream.kind.name())));
            let hash: String = l.hash.iter().take(6).map(|b| format!("{b:02x}")).collect();
            (l.position, say::when(&l.at).unwrap_or_default(), v.t(&format!("act-{}", l.act)), place_of(l.stream), name, hash)
        })
        .collect();
    let next = (feed.to < feed.end).then(|| format!("/nhat-ky?after={}", feed.to));
    let seal =
        v.app.engine.store.last_seal().await?.map(|(n, hash)| format!("{n}:{}", hash.to_string().chars().take(16).collect::<String>()));
    let last_seal = seal.map(|s| v.t1("web-audit-seal", &[("seal", &s)])).unwrap_or_default();
    let f = frame(v, &v.t("web-nav-audit"), "/nhat-ky").await?;
    page(&Page { f, verdict, wrong, rows, next, last_seal })
}

/// `POST /nhat-ky`: checks everything again now.
pub async fn check(v: Visitor, sent: Sent) -> Result<Response, Refused> {
    if !v.signed_in() {
        return Ok(super::sign_in::ended(&v, &sent));
    }
    overseer(&v)?;
    v.proved(sent.get("_proof"))?;
    let Some(keys) = v.app.settings.seal_keys.clone() else {
        return show(&v, 0, Some(("warn", "help", v.t("web-audit-no-keys"))), Vec::new()).await;
    };
    let report = ndp_engine::check::check(&v.app.engine.store, &keys, None, |_, _| {}).await?;
    let at = say::instant(v.app.engine.clock.now());
    let verdict = match report.wrong.first() {
        None => ("ok", "tick", v.t1("web-audit-sound", &[("number", &say::whole(u128::from(report.events), v.lang)), ("at", &at)])),
        Some(first) => ("bad", "triangle", v.t1("web-audit-wrong", &[("record", &first.record), ("at", &at)])),
    };
    let wrong = report.wrong.iter().take(20).map(|w| format!("{} – {}", w.record, v.t(&ndp_text::key("finding", &w.what)))).collect();
    show(&v, 0, Some(verdict), wrong).await
}
