//! A sheet on paper, as the support team typed it in: the secretary sets it beside its scan and confirms it to the letter.

use super::evidence::in_place;
use crate::frame::place_of;
use crate::known;
use crate::markup::esc;
use crate::sent::Sent;
use crate::shown::met;
use crate::visitor::Visitor;
use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use ndp_domain::authority::Duty;
use ndp_domain::id::{Id, Kind};
use ndp_domain::machine::Known as _;
use ndp_domain::sheet::{Sheet, SheetText, State};
use ndp_engine::orders;
use ndp_server::problem::{Edge, Refused};
use ndp_store::seen::Seen;
use serde_json::json;

/// The sheet, where it waits for its confirmation and the reader reads it.
pub fn waiting(seen: &Seen) -> Option<&State> {
    let sheet = Sheet::known(&seen.loaded.neighbour.whole.state)?;
    let own = ndp_domain::shown::whole(Kind::Sheet, &seen.facets);
    Some(sheet).filter(|s| own && s.entered.is_some() && s.sheet.is_none())
}

/// What was typed in, line by line, with its scan: on the sheet's own page.
pub async fn cards(v: &Visitor, seen: &Seen) -> Result<Vec<(String, String)>, Refused> {
    let Some(sheet) = waiting(seen) else { return Ok(Vec::new()) };
    let Some(entered) = &sheet.entered else { return Ok(Vec::new()) };
    let Some(text) = v.content::<SheetText>(entered.text).await? else { return Ok(Vec::new()) };
    let line = |f: &ndp_domain::sheet::Finding| {
        let is = f.mark == ndp_domain::regulation::Mark::Met;
        let reason = f.reason.as_ref().map(|r| format!("<br><span class=\"hint\">{}</span>", esc(r.as_str()))).unwrap_or_default();
        format!("<li><span>{}{reason}</span><span>{}</span></li>", esc(&known::line(v, &sheet.regulation, &f.code)), met(v, is))
    };
    let lines: String = text.findings.iter().map(line).collect();
    let figure = {
        let f = &text.figure;
        let remark = f.remark.as_ref().map(|r| format!("<br><span class=\"hint\">{}</span>", esc(r.as_str()))).unwrap_or_default();
        let said = v.t(if f.confirmed { "web-yes" } else { "web-no" });
        format!("<li><span>{}{remark}</span><span>{}</span></li>", esc(&v.t("web-paper-sheet-figure")), esc(&said))
    };
    let rows = format!("<ul class=\"rows\">{lines}{figure}</ul>");
    let mut cards = vec![(v.t("web-paper-sheet-entered"), rows)];
    if let Some(paper) = &text.paper {
        let files = ndp_server::evidence::files_of(&v.app, &v.reading, seen).await?;
        let kept = files.iter().find(|f| f.sha256 == paper.scan.sha256);
        let scan =
            kept.map_or_else(|| format!("<p class=\"pad\">{}</p>", esc(paper.scan.name.as_str())), |f| in_place(v, seen.loaded.id, f));
        cards.push((v.t("web-paper-scan"), scan));
    }
    Ok(cards)
}

/// `POST /phieu/{id}/xac-nhan`
pub async fn confirm(v: Visitor, Path(id): Path<String>, sent: Sent) -> Result<Response, Refused> {
    if !v.signed_in() {
        return Ok(super::sign_in::ended(&v, &sent));
    }
    v.acting()?;
    v.proved(sent.get("_proof"))?;
    let id = known::id_of(Some(Kind::Sheet), &id).ok_or(Edge::NotFound)?;
    let seen = ndp_server::records::seen(&v.app, &v.reading, id).await?;
    let sheet = waiting(&seen).filter(|_| v.is(Duty::Secretary)).ok_or(Edge::NotFound)?;
    let entered = sheet.entered.as_ref().ok_or(Edge::NotFound)?;
    let text: serde_json::Value = v.content(entered.text).await?.ok_or(Edge::NotFound)?;
    let form = orders::find(Kind::Sheet, "submissions").ok_or(Edge::NoSuchPage)?;
    let content = json!({ "dossier": Id::from(sheet.dossier), "member": Id::from(sheet.member), "text": text });
    ndp_server::acts::order(&v.app, &v.reading, form, Some(id), None, sent.key(), content).await?;
    let to = format!("{}?xong=E15", place_of(sheet.dossier.into()));
    Ok((StatusCode::SEE_OTHER, [(header::LOCATION, v.href(&to))]).into_response())
}
