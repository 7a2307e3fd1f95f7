//! Where an application stands, for whoever has its code, without signing in. A code that is wrong, and one
//! that the reader may not know of, have one answer.

use crate::frame::{Frame, frame, page};
use crate::markup;
use crate::say;
use crate::visitor::Visitor;
use askama::Template;
use axum::extract::Query;
use axum::response::Response;
use ndp_domain::acts::ActId;
use ndp_domain::dossier::Dossier;
use ndp_domain::id::{Id, Kind};
use ndp_domain::machine::Known as _;
use ndp_domain::outcome::Outcome;
use ndp_domain::record::Clock;
use ndp_domain::whole::Whole;
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
    // As people copy it: in small letters, in groups, with spaces or dashes.
    let code: String = ndp_domain::text::normalise(asked.ma.trim()).to_uppercase();
    let code: String = code.chars().filter(|c| c.is_alphanumeric()).collect();
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
    let stage = whole.state.stage();
    let over = ndp_domain::acts::FINAL.contains(&stage);
    out.way = super::conclusion::way(&v, d, whole.state.stage());
    // Steps and dates only: no names, opinions or findings (ux.md, P3).
    out.facts.push((v.t(if over { "web-settled-by" } else { "web-handled-by" }), v.organisation(d.managing)));
    if let Some(incoming) = &d.incoming {
        out.facts.push((v.t("web-track-received"), say::day(incoming.arrived_on)));
        out.facts.push((v.t("web-track-receipt"), incoming.number.to_string()));
    }
    out.facts.push((v.t(if over { "web-track-ended" } else { "web-since" }), say::day(ndp_domain::time::legal_date(whole.since))));
    out.badge = markup::state(stage, v.lang);
    if let Some((outcome, paper)) = &d.decision {
        out.facts.push((v.t("web-track-paper"), v.t1("web-number-of", &[("number", &paper.number), ("day", &say::day(paper.date))])));
        // A recognition is published; a refusal is its applicant's to read.
        let told = matches!(outcome, Outcome::National | Outcome::Potential) || seen;
        if told {
            out.badge = markup::dossier(d, stage, v.lang);
        } else {
            out.facts.push((v.t("web-outcome"), v.t("web-track-ask")));
        }
    }
    if seen {
        out.record = crate::frame::place_of(loaded.id);
    }
    out.facts.extend(terms(&v, whole));
    page(&out)
}

/// The time limits of a dossier as whoever applied understands them: until when the agency owes this step, until when
/// an answer is owed to it, and why the time stands still.
pub fn terms(v: &Visitor, whole: &Whole) -> Vec<(String, String)> {
    let mut all = Vec::new();
    let regulation = whole.state.view().regulation.and_then(|name| v.directory.regulations.get(&name));
    let promised = regulation
        .and_then(|r| ndp_domain::dossier::promised(whole.state.stage(), &whole.clocks, r, &v.directory.calendar, v.today))
        .map(|day| (v.t("web-track-promised"), v.t1("web-track-promised-on", &[("day", &say::day(day))])));
    all.extend(promised);
    let said = |c: &Clock| v.due(Some(&c.due.on.to_string())).map(|d| format!("{} ({})", d.day, d.left)).unwrap_or_default();
    let owed_here = |c: &&Clock| matches!(c.act, ActId::E7 | ActId::E13);
    let running = whole.clocks.iter().filter(|c| c.paused.is_none());
    if let Some(c) = running.clone().find(owed_here) {
        all.push((v.t("web-track-answer-by"), said(c)));
    }
    let agency = running.filter(|c| c.act.row().task && !owed_here(c)).min_by_key(|c| c.due.on);
    if let Some(c) = agency {
        all.push((v.t("web-track-due"), said(c)));
    } else if let Some(since) = whole.clocks.iter().filter_map(|c| c.paused.as_ref()).map(|p| p.since).min() {
        let since = v.t1("web-paused-since", &[("day", &say::day(since))]);
        let waits = matches!(whole.state.stage(), "E.supplement" | "E.clarifying");
        let why = ndp_text::texts(v.lang).find(&ndp_text::key("state", whole.state.stage()), &[]).filter(|_| waits);
        all.push((v.t("web-track-due"), why.map_or(since.clone(), |why| format!("{since}: {}", why.to_lowercase()))));
    }
    all
}
