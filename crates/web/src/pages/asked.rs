//! What members who still write their sheets ask to be made clear: it reaches the secretary at once, without who asks
//! and without any finding, so that the applicant is asked while there is time (ux.md, P9; E12).

use crate::known;
use crate::markup::esc;
use crate::pages::evaluation::Room;
use crate::visitor::Visitor;
use ndp_domain::access::Facet;
use ndp_domain::authority::Duty;
use ndp_domain::dossier::{self, Dossier};
use ndp_domain::id::{Id, Kind};
use ndp_domain::machine::{Known as _, State};
use ndp_domain::supplement::{Point, Supplement};
use ndp_server::problem::Refused;
use ndp_store::seen::Seen;
use std::collections::BTreeSet;

/// A sheet's questions as they are kept: line and question, of the round's lines only.
pub fn of(room: &Room, asked: &[(&str, &str)]) -> String {
    let known: Vec<_> = asked.iter().filter(|(code, _)| room.round.lines.iter().any(|l| l.code == *code)).collect();
    if known.is_empty() { String::new() } else { serde_json::to_string(&known).unwrap_or_default() }
}

/// Does the reader ask the applicant in this round? A hired unit fills in no sheets.
fn asks(v: &Visitor, seen: &Seen, d: &dossier::State) -> bool {
    v.is(Duty::Secretary)
        && d.round().is_some()
        && seen.loaded.neighbour.whole.state.stage() == "E.evaluating"
        && ndp_domain::shown::whole(Kind::Dossier, &seen.facets)
}

/// Questions that wait for the reader, line by line, each once.
pub async fn questions(v: &Visitor, seen: &Seen) -> Result<Vec<(String, String)>, Refused> {
    let Some(d) = Dossier::known(&seen.loaded.neighbour.whole.state).filter(|d| asks(v, seen, d)) else { return Ok(Vec::new()) };
    let mut all: BTreeSet<(usize, String)> = BTreeSet::new();
    for kept in v.app.engine.store.to_be_made_clear(Id::from(d.id)).await? {
        let asked: Vec<(String, String)> = serde_json::from_str(&kept).unwrap_or_default();
        let place = |code: &str| d.round()?.lines.iter().position(|l| l.code == code);
        all.extend(asked.into_iter().filter_map(|(code, question)| Some((place(&code)?, question))));
    }
    let lines = d.round().map(|r| r.lines.as_slice()).unwrap_or_default();
    Ok(all.into_iter().filter_map(|(n, question)| Some((lines.get(n)?.code.clone(), question))).collect())
}

/// The same as points of the letter to the applicant.
pub async fn points(v: &Visitor, seen: &Seen) -> Result<Vec<String>, Refused> {
    let regulation = Dossier::known(&seen.loaded.neighbour.whole.state).map(|d| d.regulation.clone()).unwrap_or_default();
    let said = |(code, question): (String, String)| format!("{}: {question}", known::line(v, &regulation, &code));
    Ok(questions(v, seen).await?.into_iter().map(said).collect())
}

/// The card on the dossier.
pub async fn cards(v: &Visitor, seen: &Seen) -> Result<Vec<(String, String)>, Refused> {
    let points = points(v, seen).await?;
    if points.is_empty() {
        return Ok(Vec::new());
    }
    let lines: String = points.iter().map(|p| format!("<li>{}</li>", esc(p))).collect();
    Ok(vec![(
        v.t("web-asked-title"),
        format!("<div class=\"pad\"><ul>{lines}</ul><p class=\"hint\">{}</p></div>", esc(&v.t("web-asked-what"))),
    )])
}

/// What the file waits for: the points of the last letter that asks, and until when; nothing where it waits for nobody's
/// answer, or its reader was not shown the letter.
pub fn open_request(seen: &Seen) -> Option<&Supplement> {
    let reads = |f: &Facet| matches!(f, Facet::Own | Facet::Shared | Facet::File | Facet::Evidence);
    let kind = seen.loaded.id.kind;
    if !ndp_domain::shown::whole(kind, &seen.facets) && !seen.facets.iter().any(reads) {
        return None;
    }
    let whole = &seen.loaded.neighbour.whole;
    match (&whole.state, whole.state.stage()) {
        (State::Dossier(d), "E.supplement") => d.supplements.last(),
        (State::Dossier(d), "E.clarifying") => d.round()?.clarifications.last(),
        (State::ListEntry(e), "L.supplement") => e.supplements.last(),
        _ => None,
    }
}

/// The same as the first card of the record: whoever has to answer reads it before anything else.
pub async fn request(v: &Visitor, seen: &Seen) -> Result<Vec<(String, String)>, Refused> {
    let Some(asked) = open_request(seen) else { return Ok(Vec::new()) };
    let points: Vec<Point> = v.content(asked.points).await?.unwrap_or_default();
    let lines: String = points.iter().map(|p| format!("<li value=\"{}\">{}</li>", p.number, esc(p.text.as_str()))).collect();
    let until = v.t1("web-request-until", &[("day", &crate::say::day(asked.until))]);
    Ok(vec![(
        v.t("web-request-open"),
        format!("<div class=\"pad\"><ol class=\"text\">{lines}</ol><p><strong>{}</strong></p></div>", esc(&until)),
    )])
}
