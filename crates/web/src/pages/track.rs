//! Where an application stands, for whoever has its code, without signing in. A code that is wrong, and one
//! that the reader may not know of, have one answer.

use crate::frame::{Frame, frame, page};
use crate::markup;
use crate::say;
use crate::visitor::Visitor;
use askama::Template;
use axum::extract::Query;
use axum::response::Response;
use ndp_domain::dossier::Dossier;
use ndp_domain::id::{Id, Kind};
use ndp_domain::machine::Known as _;
use ndp_domain::outcome::Outcome;
use ndp_server::problem::{Edge, Refused};
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
    /// The dossier's own page, for those who see it.
    record: String,
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
        record: String::new(),
    };
    if code.is_empty() {
        return page(&out);
    }
    let scope = v.reading.scope(&v.app);
    let found = v.app.engine.store.dossier_of_code(&code).await?;
    // What was not sent yet is its applicant's alone.
    let own = |l: &ndp_store::read::Loaded| {
        let sent = l.neighbour.whole.state.stage() != "E.draft";
        sent && Dossier::known(&l.neighbour.whole.state).is_some_and(|d| d.applicant.is_some())
    };
    // An enterprise's dossier by its code; an inter-ministry one only to those who see it. That is asked for a
    // code of nobody too: a wrong code and a hidden one take the same time.
    let asked = found.as_ref().map_or_else(|| Id::new(Kind::Dossier, uuid::Uuid::nil()), |l| l.id);
    let seen = v.app.engine.store.seen(&scope, asked).await?.is_some();
    let Some(loaded) = found.filter(|l| own(l) || seen) else {
        out.missing = true;
        return page(&out);
    };
    let whole = &loaded.neighbour.whole;
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
    if let Some((outcome, paper)) = &d.decision {
        out.facts.push((v.t("web-track-paper"), v.t1("web-number-of", &[("number", &paper.number), ("day", &say::day(paper.date))])));
        // A recognition is published; a refusal is its applicant's to read.
        let told = matches!(outcome, Outcome::National | Outcome::Potential) || seen;
        let key = if told { format!("web-class-{}", outcome.name()) } else { "web-track-ask".to_owned() };
        out.facts.push((v.t("web-outcome"), v.t(&key)));
    }
    if seen {
        out.record = crate::frame::place_of(loaded.id);
    }
    for c in &whole.clocks {
        let label = v.t(&format!("act-{}", c.act.name()));
        let said = match &c.paused {
            Some(p) => {
                let since = v.t1("web-paused-since", &[("day", &say::day(p.since))]);
                let waits = matches!(whole.state.stage(), "E.supplement" | "E.clarifying");
                let why = ndp_text::texts(v.lang).find(&ndp_text::key("state", whole.state.stage()), &[]).filter(|_| waits);
                why.map_or(since.clone(), |why| format!("{since}: {}", why.to_lowercase()))
            }
            None => v.due(Some(&c.due.on.to_string())).map(|d| format!("{} ({})", d.day, d.left)).unwrap_or_default(),
        };
        out.facts.push((label, said));
    }
    page(&out)
}
