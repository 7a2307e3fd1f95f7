//! What people say with a step (ux.md, P18: bút phê): at an initial, a check of form, a signature, a return, an assignment.

use crate::markup::esc;
use crate::visitor::Visitor;
use crate::{known, say};
use ndp_domain::acts::ActId;
use ndp_domain::authority::Side;
use ndp_domain::canonical::{Hash, Pin};
use ndp_domain::machine::Event;
use ndp_domain::record::Envelope;
use ndp_domain::{document, dossier, list_entry};
use ndp_server::problem::Refused;
use ndp_store::seen::Seen;
use std::collections::BTreeMap;

/// The remark of an event; none where nothing was said.
pub fn of(e: &Envelope) -> Option<Pin> {
    match &e.event {
        Event::Document(document::Event::Initialled { remark } | document::Event::FormChecked { remark }) => *remark,
        Event::Document(document::Event::Signed { remark, .. } | document::Event::CoSigned { remark, .. }) => *remark,
        Event::Document(document::Event::Returned { remark }) => Some(*remark),
        Event::ListEntry(list_entry::Event::Assigned { remark, .. }) => *remark,
        Event::Dossier(dossier::Event::Assigned { remark, .. }) => *remark,
        _ => None,
    }
}

/// Is what was said meant for the reader? An instruction to an officer stays within the side that gave it.
fn hears(v: &Visitor, e: &Envelope) -> bool {
    let side = match e.act {
        ActId::L4 => Side::Focal,
        ActId::E5 => Side::Managing,
        _ => return true,
    };
    matches!(v.side(), Side::Overseer) || v.side() == side
}

/// The words of these events' remarks, in one question.
pub async fn words(v: &Visitor, all: impl Iterator<Item = &Envelope>) -> Result<BTreeMap<Hash, String>, Refused> {
    let pins: Vec<Hash> = all.filter(|e| hears(v, e)).filter_map(of).map(|pin| pin.0).collect();
    if pins.is_empty() {
        return Ok(BTreeMap::new());
    }
    let found = v.app.engine.store.contents(&pins).await?;
    Ok(found.into_iter().filter_map(|(hash, text)| Some((hash, serde_json::from_str(&text).ok()?))).collect())
}

/// The remark of an event as markup; empty without one.
pub fn drawn(e: &Envelope, words: &BTreeMap<Hash, String>) -> String {
    let text = of(e).and_then(|pin| words.get(&pin.0));
    text.map(|text| format!("<span class=\"pre\">“{}”</span>", esc(text))).unwrap_or_default()
}

/// What was said to the officer when the record was assigned, for whoever works with it then.
pub async fn assigned(v: &Visitor, seen: &Seen) -> Result<Vec<(String, String)>, Refused> {
    let id = seen.loaded.id;
    let here = matches!(seen.loaded.neighbour.whole.state.stage(), "L.assigned" | "L.supplement" | "E.examining" | "E.supplement");
    if !here || !ndp_domain::shown::whole(id.kind, &seen.facets) {
        return Ok(Vec::new());
    }
    let past = v.app.engine.store.history(id, 0, 200).await?;
    let all: Vec<Envelope> = past.iter().filter_map(|p| serde_json::from_str(&p.body).ok()).collect();
    let Some(last) = all.iter().rfind(|e| matches!(e.act, ActId::L4 | ActId::E5)) else { return Ok(Vec::new()) };
    let said = drawn(last, &words(v, std::iter::once(last)).await?);
    if said.is_empty() {
        return Ok(Vec::new());
    }
    let who: Vec<_> = last.actor.account.into_iter().collect();
    let who = known::names(v, &who).await?.into_values().next().unwrap_or_default();
    let by = format!("{} · <time class=\"num\">{}</time>", esc(&who), say::instant(last.at));
    Ok(vec![(v.t("web-instruction"), format!("<p class=\"pad\">{said}<br><span class=\"hint\">{by}</span></p>"))])
}
