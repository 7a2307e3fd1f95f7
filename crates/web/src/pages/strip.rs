//! The strip of steps over a paper, and why it came back.

use crate::markup::esc;
use crate::visitor::Visitor;
use crate::{known, say};
use ndp_domain::acts::ActId;
use ndp_domain::canonical::Pin;
use ndp_domain::id::{AccountId, Kind};
use ndp_domain::machine::State;
use ndp_domain::record::Envelope;
use ndp_server::problem::Refused;
use ndp_store::seen::Seen;
use std::collections::BTreeMap;
use std::fmt::Write;

/// Steps of a paper, in order, with the act that does each.
const STEPS: &[(&str, ActId)] = &[
    ("draft", ActId::D1),
    ("submitted", ActId::D2),
    ("initialled", ActId::D3),
    ("checked", ActId::D4),
    ("signed", ActId::D6),
    ("numbered", ActId::D7),
    ("sealed", ActId::D8),
    ("issued", ActId::D9),
];

/// The strip over a paper: who did each step when, with what remark, and whose turn it is.
pub async fn strip(v: &Visitor, seen: &Seen) -> Result<String, Refused> {
    let State::Document(d) = &seen.loaded.neighbour.whole.state else { return Ok(String::new()) };
    if !ndp_domain::shown::whole(Kind::Document, &seen.facets) {
        return Ok(String::new());
    }
    let all = past(v, seen).await?;
    let accounts: Vec<AccountId> = all.iter().filter_map(|e| e.actor.account).collect();
    let people = known::names(v, &accounts).await?;
    // A paper that was returned goes its way again: what was done before does not count.
    let since = all.iter().rposition(|e| e.act == ActId::D5).map_or(0, |n| n + 1);
    let words = super::remarks::words(v, all.iter().filter(|e| e.act != ActId::D5)).await?;
    let current = &all[since.min(all.len())..];
    let mut out = format!("<ol class=\"strip\" aria-label=\"{}\">", esc(&v.t("web-strip")));
    let mut next_seen = false;
    for (name, act) in STEPS {
        let done = current
            .iter()
            .rev()
            .find(|e| e.act == *act)
            .or_else(|| (*act == ActId::D1).then(|| all.iter().find(|e| e.act == *act)).flatten());
        let class = match (done, next_seen) {
            (Some(_), _) => "done",
            (None, false) if d.stage != ndp_domain::document::Stage::Void => {
                next_seen = true;
                "next"
            }
            _ => "later",
        };
        let _ = write!(
            out,
            "<li class=\"{class}\"><span class=\"step\">{}</span>",
            esc(&v.t(&if class == "done" { format!("web-step-{name}") } else { format!("act-{}", act.name()) }))
        );
        if let Some(e) = done {
            let who = e.actor.account.and_then(|a| people.get(&a)).cloned().unwrap_or_default();
            let _ = write!(out, "<span class=\"hint\">{}<br><time class=\"num\">{}</time></span>", esc(&who), say::instant(e.at));
            out.push_str(&super::remarks::drawn(e, &words));
        } else if class == "next" {
            let _ = write!(out, "<span class=\"hint\">{}</span>", esc(&v.t("web-step-now")));
        }
        out.push_str("</li>");
    }
    out.push_str("</ol>");
    out.push_str(&remark(v, d, &all, &people).await?);
    Ok(out)
}

/// Why a paper came back for completion; empty where it did not.
pub async fn returned(v: &Visitor, seen: &Seen) -> Result<String, Refused> {
    let State::Document(d) = &seen.loaded.neighbour.whole.state else { return Ok(String::new()) };
    if d.stage != ndp_domain::document::Stage::Returned {
        return Ok(String::new());
    }
    let all = past(v, seen).await?;
    let accounts: Vec<AccountId> = all.iter().filter_map(|e| e.actor.account).collect();
    remark(v, d, &all, &known::names(v, &accounts).await?).await
}

async fn past(v: &Visitor, seen: &Seen) -> Result<Vec<Envelope>, Refused> {
    let past = v.app.engine.store.history(seen.loaded.id, 0, 200).await?;
    Ok(past.iter().filter_map(|p| serde_json::from_str(&p.body).ok()).collect())
}

async fn remark(
    v: &Visitor,
    d: &ndp_domain::document::State,
    all: &[Envelope],
    people: &BTreeMap<AccountId, String>,
) -> Result<String, Refused> {
    let mut out = String::new();
    if let Some(returned) = all.iter().rev().find(|e| e.act == ActId::D5)
        && d.stage == ndp_domain::document::Stage::Returned
    {
        let event = serde_json::to_value(&returned.event).unwrap_or_default();
        let pin = event.pointer("/document/returned/remark").and_then(|p| serde_json::from_value::<Pin>(p.clone()).ok());
        let text: Option<String> = match pin {
            Some(pin) => v.content(pin).await?,
            None => None,
        };
        let who = returned.actor.account.and_then(|a| people.get(&a)).cloned().unwrap_or_default();
        let _ = write!(
            out,
            "<div class=\"note warn\"><p><strong>{}</strong> {} · <time class=\"num\">{}</time></p><p>{}</p></div>",
            esc(&v.t("web-returned")),
            esc(&who),
            say::instant(returned.at),
            esc(&text.unwrap_or_default())
        );
    }
    Ok(out)
}
