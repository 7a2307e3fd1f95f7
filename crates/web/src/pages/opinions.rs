//! Comments beside responses: what each body that was asked said of a draft, and what became of it.

use crate::frame::{Frame, frame, page, place_of};
use crate::markup::{self, esc};
use crate::pages::record::{tabs, title};
use crate::say;
use crate::visitor::Visitor;
use askama::Template;
use axum::extract::{Path, Query};
use axum::response::Response;
use ndp_domain::access::Facet;
use ndp_domain::canonical::Pin;
use ndp_domain::criteria_set::{Answer, CriteriaSet};
use ndp_domain::evidence::Need;
use ndp_domain::id::{Id, Kind};
use ndp_domain::machine::Known as _;
use ndp_domain::opinion::{self, Opinion, Verdict};
use ndp_server::problem::{Edge, Refused};
use serde::Deserialize;
use std::collections::BTreeMap;

struct Row {
    organisation: String,
    href: String,
    verdict: String,
    text: String,
    answer: String,
    response: String,
}

#[derive(Template)]
#[template(path = "opinions.html")]
struct Page {
    f: Frame,
    badge: String,
    tabs: Vec<(String, String, bool)>,
    action: String,
    versions: Vec<u32>,
    version: u32,
    lead: String,
    empty: String,
    rows: Vec<Row>,
}

#[derive(Debug, Deserialize)]
pub struct Asked {
    ban: Option<u32>,
}

async fn pinned<T: serde::de::DeserializeOwned>(v: &Visitor, pin: Pin) -> Result<Option<T>, Refused> {
    Ok(v.app.engine.store.content(pin.0).await?.and_then(|t| serde_json::from_str(&t).ok()))
}

/// Opinions of a set that the reader sees, by id.
async fn seen(v: &Visitor, set: Id) -> Result<BTreeMap<Id, opinion::State>, Refused> {
    let loaded = v.app.engine.store.load(&[Need::Children(set, Kind::Opinion)]).await?;
    let ids: Vec<Id> = loaded.keys().copied().collect();
    let visible = v.app.engine.store.lines_of(&v.reading.scope(&v.app), &ids).await?;
    let of = |id: Id| Some((id, Opinion::known(&loaded.get(&id)?.neighbour.whole.state)?.clone()));
    Ok(visible.iter().filter_map(|l| of(l.id)).collect())
}

fn verdict(v: &Visitor, verdict: Verdict) -> String {
    let name = serde_json::to_value(verdict).ok().and_then(|x| x.as_str().map(str::to_owned)).unwrap_or_default();
    let said = ndp_text::texts(v.lang).find(&format!("choice-Verdict-{name}"), &[]).unwrap_or_else(|| v.t(&format!("choice-{name}")));
    let (style, icon) = if verdict == Verdict::Agree { ("ok", "tick") } else { ("warn", "speech") };
    markup::pill(style, icon, &said)
}

fn answer(v: &Visitor, answer: Answer) -> String {
    match answer {
        Answer::Accepted => markup::pill("ok", "tick", &v.t("choice-accepted")),
        Answer::PartlyAccepted => markup::pill("info", "tick", &v.t("choice-partly_accepted")),
        Answer::Explained => markup::pill("warn", "speech", &v.t("choice-explained")),
    }
}

/// `GET /bo-tieu-chi/{id}/gop-y?ban=2`
pub async fn opinions(v: Visitor, Path(id): Path<String>, Query(asked): Query<Asked>) -> Result<Response, Refused> {
    v.acting()?;
    let record = super::set::set_of(&v, &id).await?;
    let set = CriteriaSet::known(&record.loaded.neighbour.whole.state).ok_or(Edge::NotFound)?;
    if record.facets.iter().all(|f| *f == Facet::Published) {
        return Err(Edge::NotFound.into());
    }
    let consulted: Vec<_> = set.versions.iter().filter(|w| w.consultation.is_some()).collect();
    let wanted = asked.ban.or_else(|| consulted.last().map(|w| w.n));
    let version = consulted.iter().find(|w| Some(w.n) == wanted);
    let all = seen(&v, record.loaded.id).await?;
    let mut rows = Vec::new();
    let mut lead = String::new();
    if let Some(version) = version
        && let Some(consultation) = &version.consultation
    {
        let responses: Vec<ndp_domain::criteria_set::Response> = match &version.promulgated {
            Some(p) => pinned(&v, p.responses).await?.unwrap_or_default(),
            None => Vec::new(),
        };
        let here: BTreeMap<_, _> =
            all.iter().filter(|(_, o)| o.draft == consultation.draft).map(|(id, o)| (o.organisation, (*id, o))).collect();
        let texts: Vec<_> = here.values().filter_map(|(_, o)| o.text.map(|p| p.0)).collect();
        let texts = v.app.engine.store.contents(&texts).await?;
        for org in &consultation.consulted {
            let given = here.get(org);
            let response = given.and_then(|(id, _)| responses.iter().find(|r| Id::from(r.opinion) == *id));
            let text = given.and_then(|(_, o)| o.text).and_then(|p| texts.get(&p.0)).and_then(|t| serde_json::from_str(t).ok());
            rows.push(Row {
                organisation: v.organisation(*org),
                href: given.map(|(id, _)| place_of(*id)).unwrap_or_default(),
                verdict: given.map_or_else(|| markup::pill("mute", "clock", &v.t("web-opinion-open")), |(_, o)| verdict(&v, o.verdict)),
                text: text.unwrap_or_default(),
                answer: response.map(|r| answer(&v, r.answer)).unwrap_or_default(),
                response: response.map(|r| r.text.to_string()).unwrap_or_default(),
            });
        }
        let n = here.len().to_string();
        lead =
            v.t1("web-opinions", &[("n", &n), ("of", &consultation.consulted.len().to_string()), ("day", &say::day(consultation.until))]);
    }
    let mut f = frame(&v, &v.t1("web-opinions-title", &[("name", &set.name)]), "/bo-tieu-chi").await?;
    f.crumbs.push(("/bo-tieu-chi".to_owned(), v.t("kinds-criteria_set")));
    f.crumbs.push((place_of(record.loaded.id), title(&v, &record)));
    page(&Page {
        badge: markup::state(record.loaded.neighbour.whole.state.stage(), v.lang),
        tabs: tabs(&v, &record, "/gop-y"),
        action: format!("{}/gop-y", place_of(record.loaded.id)),
        versions: consulted.iter().map(|w| w.n).collect(),
        version: wanted.unwrap_or(0),
        lead,
        empty: v.t("web-opinions-none"),
        rows,
        f,
    })
}

/// What stands above each response that is being written: who said what. By the pointer of the response.
pub async fn above(v: &Visitor, set: Id, typed: &crate::form::Pairs) -> Result<BTreeMap<String, String>, Refused> {
    let all = seen(v, set).await?;
    let texts: Vec<_> = all.values().filter_map(|o| o.text.map(|p| p.0)).collect();
    let texts = v.app.engine.store.contents(&texts).await?;
    let mut out = BTreeMap::new();
    for n in typed.keys("/responses") {
        let at = format!("/responses/{n}");
        let id = crate::known::id_of(Some(Kind::Opinion), typed.get(&format!("{at}/opinion")));
        let Some(o) = id.and_then(|id| all.get(&id)) else { continue };
        let text: String = o.text.and_then(|p| texts.get(&p.0)).and_then(|t| serde_json::from_str(t).ok()).unwrap_or_default();
        let said = if text.is_empty() { String::new() } else { format!("<p>{}</p>", esc(&text)) };
        out.insert(at, format!("<p><strong>{}</strong> {}</p>{said}", esc(&v.organisation(o.organisation)), verdict(v, o.verdict)));
    }
    Ok(out)
}
