//! Where an application stands, for whoever follows it: signed in, and the enterprise whose it is. A code
//! that is wrong, and one that the reader may not know of, have one answer.

use crate::frame::{Frame, frame, page};
use crate::markup;
use crate::say;
use crate::visitor::Visitor;
use askama::Template;
use axum::extract::Query;
use axum::response::Response;
use ndp_domain::dossier::Dossier;
use ndp_domain::id::Kind;
use ndp_domain::machine::Known as _;
use ndp_server::problem::{Edge, Refused};
use ndp_store::lists::{Filter, Order};
use serde::Deserialize;

#[derive(Template)]
#[template(path = "track.html")]
struct Page {
    f: Frame,
    code: String,
    missing: bool,
    found: bool,
    name: String,
    badge: String,
    way: String,
    facts: Vec<(String, String)>,
}

#[derive(Debug, Deserialize)]
pub struct Asked {
    #[serde(default)]
    ma: String,
}

/// `GET /tra-cuu?ma=…`
pub async fn track(v: Visitor, Query(asked): Query<Asked>) -> Result<Response, Refused> {
    let code = ndp_domain::text::normalise(asked.ma.trim()).to_uppercase();
    if code.chars().count() > 60 {
        return Err(Edge::Parameter("ma").into());
    }
    let f = frame(&v, &v.t("web-nav-track"), "/tra-cuu").await?;
    let mut out = Page {
        f,
        code: code.clone(),
        missing: false,
        found: false,
        name: String::new(),
        badge: String::new(),
        way: String::new(),
        facts: Vec::new(),
    };
    if code.is_empty() {
        return page(&out);
    }
    let scope = v.reading.scope(&v.app);
    let filter = Filter { kind: Some(Kind::Dossier), search: Some(code.clone()), ..Filter::default() };
    let lines = v.app.engine.store.list(&scope, &filter, Order::Updated, None, 5).await?;
    let line = lines.into_iter().find(|l| l.code.as_deref().is_some_and(|c| c.to_uppercase() == code));
    let Some(seen) = (match line {
        Some(line) => v.app.engine.store.seen(&scope, line.id).await?,
        None => None,
    }) else {
        out.missing = true;
        return page(&out);
    };
    let whole = &seen.loaded.neighbour.whole;
    let d = Dossier::known(&whole.state).ok_or(Edge::NotFound)?;
    out.found = true;
    out.name = d.name.clone();
    out.badge = markup::state(whole.state.stage(), v.lang);
    out.way = super::conclusion::way(&v, d, whole.state.stage());
    // Steps and dates only: no names, opinions or findings (ux.md, P3).
    out.facts.push((v.t("web-handled-by"), v.organisation(d.managing)));
    if let Some(incoming) = &d.incoming {
        out.facts.push((v.t("web-arrived"), format!("{} · {}", incoming.number, say::day(incoming.arrived_on))));
    }
    out.facts.push((v.t("web-since"), say::instant(whole.since)));
    for c in &whole.clocks {
        let label = v.t(&format!("act-{}", c.act.name()));
        let said = match &c.paused {
            Some(p) => v.t1("web-paused-since", &[("day", &say::day(p.since))]),
            None => v.due(Some(&c.due.on.to_string())).map(|d| format!("{} ({})", d.day, d.left)).unwrap_or_default(),
        };
        out.facts.push((label, said));
    }
    page(&out)
}
