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
use ndp_domain::criteria_set::{Answer, CriteriaSet, Version};
use ndp_domain::evidence::Need;
use ndp_domain::id::{Id, Kind, OrganisationId};
use ndp_domain::machine::Known as _;
use ndp_domain::opinion::{self, Opinion, Verdict};
use ndp_server::problem::{Edge, Refused};
use ndp_store::read::Loaded;
use ndp_store::seen::Seen;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

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

/// Every opinion on a set, by id, and which of them the reader may open.
async fn all(v: &Visitor, set: Id) -> Result<(BTreeMap<Id, opinion::State>, BTreeSet<Id>), Refused> {
    let loaded = v.app.engine.store.load(&[Need::Children(set, Kind::Opinion)]).await?;
    let of = |l: &Loaded| Some((l.id, Opinion::known(&l.neighbour.whole.state)?.clone()));
    let all: BTreeMap<Id, opinion::State> = loaded.values().filter_map(of).collect();
    let ids: Vec<Id> = all.keys().copied().collect();
    let visible = v.app.engine.store.lines_of(&v.reading.scope(&v.app), &ids).await?;
    Ok((all, visible.iter().map(|l| l.id).collect()))
}

/// What a reader knows of a consultation: before promulgation a body that was asked knows its own answer alone,
/// from then on everybody with a part in it has the final table (process.md 5.1, CO).
pub struct Consulted {
    /// By body: its opinion, none where it has not answered or where that is not to be known yet.
    pub answers: Vec<(OrganisationId, Option<(Id, opinion::State)>)>,
    /// Opinions that the reader may open.
    open: BTreeSet<Id>,
    /// Are the answers of others still hidden?
    pub partly: bool,
    until: chrono::NaiveDate,
}

impl Consulted {
    pub async fn of(v: &Visitor, record: &Seen, version: &Version) -> Result<Option<Consulted>, Refused> {
        let Some(consultation) = &version.consultation else { return Ok(None) };
        let (all, open) = all(v, record.loaded.id).await?;
        let partly = version.promulgated.is_none() && !ndp_domain::shown::whole(Kind::CriteriaSet, &record.facets);
        let answer = |org: &OrganisationId| {
            let found = all.iter().find(|(_, o)| o.draft == consultation.draft && o.organisation == *org);
            (*org, found.filter(|(id, _)| !partly || open.contains(id)).map(|(id, o)| (*id, o.clone())))
        };
        Ok(Some(Consulted { answers: consultation.consulted.iter().map(answer).collect(), open, partly, until: consultation.until }))
    }

    /// How many have answered, where that is to be known, and until when.
    pub fn lead(&self, v: &Visitor) -> String {
        let day = say::day(self.until);
        if self.partly {
            return v.t1("web-opinions-until", &[("day", &day)]);
        }
        let n = self.answers.iter().filter(|(_, o)| o.is_some()).count();
        v.t1("web-opinions", &[("n", &n.to_string()), ("of", &self.answers.len().to_string()), ("day", &day)])
    }

    /// What a body said, in a word.
    pub fn said(&self, v: &Visitor, given: Option<&(Id, opinion::State)>) -> String {
        match given {
            Some((_, o)) => verdict(v, o.verdict),
            None if self.partly => markup::pill("mute", "lock", &v.t("web-opinion-hidden")),
            None => markup::pill("mute", "clock", &v.t("web-opinion-open")),
        }
    }

    /// Where the opinion is opened; empty where it is not.
    pub fn href(&self, given: Option<&(Id, opinion::State)>) -> String {
        given.filter(|(id, _)| self.open.contains(id)).map(|(id, _)| place_of(*id)).unwrap_or_default()
    }
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
    let mut rows = Vec::new();
    let mut lead = String::new();
    if let Some(version) = version
        && let Some(known) = Consulted::of(&v, &record, version).await?
    {
        let responses: Vec<ndp_domain::criteria_set::Response> = match &version.promulgated {
            Some(p) => v.content(p.responses).await?.unwrap_or_default(),
            None => Vec::new(),
        };
        let texts: Vec<_> = known.answers.iter().filter_map(|(_, o)| o.as_ref()?.1.text.map(|p| p.0)).collect();
        let texts = v.app.engine.store.contents(&texts).await?;
        for (org, given) in &known.answers {
            let given = given.as_ref();
            let response = given.and_then(|(id, _)| responses.iter().find(|r| Id::from(r.opinion) == *id));
            let text = given.and_then(|(_, o)| o.text).and_then(|p| texts.get(&p.0)).and_then(|t| serde_json::from_str(t).ok());
            rows.push(Row {
                organisation: v.organisation(*org),
                href: known.href(given),
                verdict: known.said(&v, given),
                text: text.unwrap_or_default(),
                answer: response.map(|r| answer(&v, r.answer)).unwrap_or_default(),
                response: response.map(|r| r.text.to_string()).unwrap_or_default(),
            });
        }
        lead = known.lead(&v);
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
    let (mut all, open) = all(v, set).await?;
    all.retain(|id, _| open.contains(id));
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
