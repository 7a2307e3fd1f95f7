//! One record: where it stands, what may be done with it now and why not the rest, what it says, its
//! records, its files and its history in sentences.

use crate::frame::{Frame, frame, kind_of, page, place_of};
use crate::markup::{self, esc};
use crate::pages::doings::{Doing, doings};
use crate::sent::Sent;
use crate::shown::{Fields, Named, named, named_on_paper};
use crate::visitor::{Due, Visitor};
use crate::{files, known, say};
use askama::Template;
use axum::extract::{Path, Query};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use ndp_domain::access::Facet;
use ndp_domain::acts::ActId;
use ndp_domain::authority::{Duty, Side};
use ndp_domain::id::{Id, Kind};
use ndp_domain::machine::State;
use ndp_engine::orders;
use ndp_server::problem::{Edge, Refused};
use ndp_server::records::{seen, stage_shown};
use ndp_store::lists::{Filter, Order};
use ndp_store::seen::Seen;
use serde::Deserialize;

#[derive(Template)]
#[template(path = "record.html")]
struct Page {
    f: Frame,
    badge: String,
    code: String,
    due: Option<Due>,
    under: String,
    tabs: Vec<(String, String, bool)>,
    strip: String,
    cards: Vec<(String, String)>,
    inside: Vec<(String, String, String)>,
    files: Vec<(String, String, String)>,
    takes_files: bool,
    give_to: String,
    signed_in: bool,
    acts: Vec<Doing>,
    not_now: Vec<(String, String)>,
    clocks: Vec<(String, String)>,
    version: u64,
    aside: String,
}

#[derive(Debug, Deserialize)]
pub struct Notice {
    #[serde(default)]
    pub xong: String,
}

impl Notice {
    /// What was just done, said once.
    pub fn text(&self, v: &Visitor) -> Option<String> {
        if self.xong == "entered" {
            return Some(v.t("web-done-entered"));
        }
        if self.xong == "again" {
            return Some(v.t("web-done-invited-again"));
        }
        if self.xong == "invited" {
            return Some(v.t("web-done-invited"));
        }
        if self.xong == "calendar" {
            return Some(v.t("web-loaded"));
        }
        if self.xong == "version" {
            return Some(v.t("web-loaded-regulation"));
        }
        if self.xong == "draft" {
            return Some(v.t("web-done-draft"));
        }
        let act = ActId::of_name(&self.xong)?;
        Some(v.t1("web-done", &[("act", &v.t(&format!("act-{}", act.name())))]))
    }
}

/// A record's name for people.
pub fn title(v: &Visitor, seen: &Seen) -> String {
    let view = seen.loaded.neighbour.whole.state.view();
    let kind = v.t(&format!("kind-{}", seen.loaded.id.kind.name()));
    match (&seen.loaded.neighbour.whole.state, view.name, view.code) {
        (State::Document(d), _, code) => {
            let what = d.acts.first().map(|a| v.t(&format!("act-{}", a.act.name()))).unwrap_or(kind);
            code.map_or(what.clone(), |code| format!("{code} – {what}"))
        }
        (_, Some(name), _) => crate::known::in_words(v, seen.loaded.id.kind, &name),
        (_, None, Some(code)) => format!("{kind} {code}"),
        _ => kind,
    }
}

pub fn tabs(v: &Visitor, seen: &Seen, current: &str) -> Vec<(String, String, bool)> {
    let id = seen.loaded.id;
    let mut all = vec![(place_of(id), v.t("web-tab-record"))];
    let state = &seen.loaded.neighbour.whole.state;
    match state {
        State::Dossier(d) if v.signed_in() && d.round().is_some() => {
            let sits = v.reading.reader.account.is_some_and(|me| d.round().is_some_and(|r| r.due.contains(&me)));
            if v.side() == Side::Body && sits {
                all.push((format!("{}/phieu", place_of(id)), v.t("web-tab-sheet")));
            }
            if v.side() == Side::Body || seen.facets.contains(&Facet::File) {
                // A hired unit reports; it has neither sheets nor a discussion.
                if d.round().is_some_and(|r| r.form != ndp_domain::body::Form::HiredUnit) {
                    all.push((format!("{}/tong-hop", place_of(id)), v.t("web-tab-summary")));
                    all.push((format!("{}/thao-luan", place_of(id)), v.t("web-tab-discussion")));
                }
                all.push((format!("{}/ket-luan", place_of(id)), v.t("web-tab-conclusion")));
            }
        }
        State::CriteriaSet(set) => {
            let asked = set.versions.iter().any(|w| w.consultation.is_some());
            if v.signed_in() && asked && seen.facets.iter().any(|f| *f != Facet::Published) {
                all.push((format!("{}/gop-y", place_of(id)), v.t("web-tab-opinions")));
            }
            if seen.facets.contains(&Facet::Draft) {
                all.push((format!("{}/soan", place_of(id)), v.t("web-tab-editor")));
            }
            all.push((format!("{}/so-sanh", place_of(id)), v.t("web-tab-compare")));
        }
        State::Document(d) if d.snapshot.is_some() && ndp_domain::shown::reads_paper(&seen.facets) => {
            all.push((format!("{}/ban-in", place_of(id)), v.t("web-tab-print")));
        }
        _ => {}
    }
    if seen.facets.iter().any(|f| *f != Facet::Published) {
        all.push((format!("{}/lich-su", place_of(id)), v.t("web-history")));
    }
    all.into_iter()
        .map(|(href, label)| {
            let here = href.ends_with(current) && (!current.is_empty() || href == place_of(id));
            (href, label, here)
        })
        .collect()
}

/// `GET /{slug}/{id}`
pub async fn record(v: Visitor, Path((slug_, id)): Path<(String, String)>, Query(notice): Query<Notice>) -> Result<Response, Refused> {
    let kind = kind_of(&slug_).ok_or(Edge::NoSuchPage)?;
    let id = known::id_of(Some(kind), &id).ok_or(Edge::NotFound)?;
    let seen = seen(&v.app, &v.reading, id).await?;
    if !v.signed_in() && kind == Kind::Publication {
        return Ok((StatusCode::SEE_OTHER, [(header::LOCATION, v.href(&format!("/nen-tang/{id}")))]).into_response());
    }
    let stage = stage_shown(&seen);
    let whole = &seen.loaded.neighbour.whole;
    let view = whole.state.view();
    let beyond = seen.facets.iter().any(|f| *f != Facet::Published);
    let above = crate::frame::above(&v, kind);
    let about = if v.signed_in() && !seen.facets.is_empty() { known::called(&v, &[id]).await?.remove(&id) } else { None };
    let heading = match (about, &view.code) {
        (Some(about), _) if kind != Kind::Document => format!("{}: {about}", v.t(&format!("kind-{}", kind.name()))),
        (Some(about), Some(code)) => format!("{code} – {about}"),
        (Some(about), None) => about,
        (None, _) => title(&v, &seen),
    };
    let mut f = frame(&v, &heading, &above.0).await?;
    f.crumbs.push(above);
    f.notice = notice.text(&v);
    let (acts, not_now) = doings(&v, &seen).await?;
    let document = ndp_domain::shown::shown(&whole.state, &seen.facets);
    let mut files = ndp_server::evidence::files_of(&v.app, &v.reading, &seen).await?;
    let mut named = named(&v, &[&document]).await?;
    named.regulation = view.regulation.clone().unwrap_or_default();
    files.sort_by_key(|x| crate::shown::in_order(&x.name));
    named.files.extend(crate::shown::file_places(id, &files));
    let fields = Fields { v: &v, named: &named, words: kind.name() };
    let mut cards = super::asked::request(&v, &seen).await?;
    cards.extend(super::conclusion::cards(&v, &seen, &fields).await?);
    cards.extend(super::asked::cards(&v, &seen).await?);
    cards.extend(super::remarks::assigned(&v, &seen).await?);
    cards.extend(super::body::cards(&v, &seen).await?);
    cards.extend(super::people::cards(&v, &seen).await?);
    cards.extend(super::paper_sheet::cards(&v, &seen).await?);
    cards.extend(super::set::cards(&v, &seen).await?);
    cards.extend(contents(&v, &seen, &document, &named).await?);
    cards.push((v.t("web-record-says"), fields.list(&document)));
    let due = whole.due().map(|d| d.on).filter(|_| beyond);
    let clock = |c: &ndp_domain::record::Clock| {
        let what = v.t(&format!("act-{}", c.act.name()));
        let due = v.due(Some(&c.due.on.to_string()));
        let said = match (&c.paused, due) {
            (Some(_), _) => esc(&v.t("web-clock-paused")),
            // What is only allowed until a day is over after it, and nobody late.
            (None, Some(d)) if !c.act.row().task => {
                esc(&v.t1(if d.over { "web-clock-closed" } else { "web-clock-until" }, &[("day", &d.day)]))
            }
            (None, Some(d)) => format!("{} <span class=\"hint\">({})</span>", d.day, esc(&d.left)),
            (None, None) => String::new(),
        };
        (what, said)
    };
    let size = |n: u64| say::size(n, v.lang);
    let inside = if v.signed_in() { inside(&v, id).await? } else { Vec::new() };
    let under = view.managing.map(|m| v.organisation(m)).unwrap_or_default();
    v.app.read(&v.reading, id, "page").await?;
    page(&Page {
        badge: badge(&v, &seen, &document),
        code: view.code.unwrap_or_default(),
        due: due.and_then(|d| v.due(Some(&d.to_string()))),
        under,
        tabs: tabs(&v, &seen, ""),
        strip: super::strip::strip(&v, &seen).await?,
        cards,
        inside,
        // Evaluators read; what they write is their sheet.
        takes_files: v.signed_in()
            && !matches!(v.duty().map(|d| d.duty), Some(Duty::Evaluator | Duty::Chair | Duty::ViceChair | Duty::CountingBoard))
            && kind != Kind::Sheet
            && kind != Kind::Declaration
            // What was submitted is fixed; the signed file comes with the signature.
            && (kind != Kind::Document || matches!(stage, "D.draft" | "D.returned"))
            && ndp_server::evidence::takes_files(&v.reading, &seen)
            && !ndp_domain::acts::FINAL.contains(&stage),
        give_to: format!("{}/tep", place_of(id)),
        files: files.into_iter().map(|x| (format!("{}/tep/{}", place_of(id), x.sha256), x.name, size(x.size))).collect(),
        signed_in: v.signed_in(),
        acts,
        not_now,
        clocks: match &whole.state {
            _ if !beyond => Vec::new(),
            State::Dossier(_) if v.side() == Side::Applicant => super::track::terms(&v, whole),
            _ => whole.clocks.iter().map(clock).collect(),
        },
        version: seen.loaded.neighbour.version,
        aside: String::new(),
        f,
    })
}

/// The state, or of a decided dossier its outcome where the reader is shown it.
pub fn badge(v: &Visitor, seen: &Seen, shown: &serde_json::Value) -> String {
    let stage = stage_shown(seen);
    match &seen.loaded.neighbour.whole.state {
        _ if seen.facets.is_empty() => String::new(),
        State::Dossier(d) if shown.get("decision").is_some() => markup::dossier(d, stage, v.lang),
        State::Body(b) => markup::body(b, stage, v.lang),
        _ => markup::state(stage, v.lang),
    }
}

/// Records that stand under this one, as the reader sees them.
async fn inside(v: &Visitor, id: Id) -> Result<Vec<(String, String, String)>, Refused> {
    let filter = Filter { parent: Some(id), ..Filter::default() };
    let lines = v.app.engine.store.list(&v.reading.scope(&v.app), &filter, Order::Updated, None, 50).await?;
    let about = known::called(v, &lines.iter().map(|l| l.id).collect::<Vec<_>>()).await?;
    let badges = known::badges(v, &lines).await?;
    let one = |l: &ndp_store::lists::Line| {
        let kind = v.t(&format!("kind-{}", l.id.kind.name()));
        let paper = about.get(&l.id).map(|a| a.split(" · ").next().unwrap_or(a).to_owned());
        let name = match (&paper.or_else(|| l.name.clone()), &l.code) {
            (Some(name), Some(code)) if l.id.kind == Kind::Document => format!("{kind} {code}: {name}"),
            (Some(name), _) => format!("{kind}: {name}"),
            (None, Some(code)) => format!("{kind} {code}"),
            (None, None) => kind,
        };
        let badge = badges.get(&l.id).cloned().unwrap_or_else(|| markup::state(&l.stage, v.lang));
        (place_of(l.id), name, badge)
    };
    Ok(lines.iter().map(one).collect())
}

/// Long texts that the record pins: what was proposed, asked, answered, explained.
async fn contents(v: &Visitor, seen: &Seen, document: &serde_json::Value, own: &Named) -> Result<Vec<(String, String)>, Refused> {
    let mut all = Vec::new();
    let Some(fields) = document.as_object() else { return Ok(all) };
    let wanted: Vec<(String, ndp_domain::canonical::Hash)> = fields
        .iter()
        .filter(|(name, _)| {
            matches!(name.as_str(), "proposal" | "application" | "snapshot" | "text" | "reason" | "explanation" | "record" | "conflict")
        })
        .filter_map(|(name, v)| Some((name.clone(), ndp_domain::canonical::Hash::parse(v.as_str()?.strip_prefix("content:")?)?)))
        .collect();
    // What was asked for, letter by letter.
    let asked = fields.get("supplements").and_then(|s| s.as_array()).into_iter().flatten();
    let asked = asked.filter_map(|s| ndp_domain::canonical::Hash::parse(s.get("points")?.as_str()?.strip_prefix("content:")?));
    // What waits for an answer stands first on the page already.
    let open = super::asked::open_request(seen).map(|s| s.points.0);
    let asked: Vec<_> = asked.filter(|hash| Some(*hash) != open).map(|hash| ("points".to_owned(), hash)).collect();
    for (name, hash) in wanted.into_iter().chain(asked) {
        let Some(text) = v.app.engine.store.content(hash).await? else { continue };
        let Ok(value) = serde_json::from_str::<serde_json::Value>(&text) else { continue };
        if let (State::Document(d), "snapshot") = (&seen.loaded.neighbour.whole.state, name.as_str()) {
            let named = Named { files: own.files.clone(), regulation: own.regulation.clone(), ..named_on_paper(v, &[&value]).await? };
            all.extend(frozen(v, d, &named, &value));
            continue;
        }
        let named = Named { files: own.files.clone(), regulation: own.regulation.clone(), ..named(v, &[&value]).await? };
        let fields = Fields { v, named: &named, words: seen.loaded.id.kind.name() };
        // What has been decided on is looked up, not read through.
        let folded = name == "application" && seen.loaded.neighbour.whole.state.stage() == "E.decided";
        let drawn = if folded {
            format!("<details class=\"pad\"><summary>{}</summary>{}</details>", esc(&v.t("web-show-all")), fields.list(&value))
        } else if value.is_object() {
            fields.list(&value)
        } else {
            format!("<div class=\"pad\">{}</div>", fields.value("", &value))
        };
        all.push((fields.label(&name), drawn));
    }
    Ok(all)
}

/// What a paper says, as those read it who check and sign it: its subject and recipients, then each of its acts
/// under the name of the record that it is of.
pub(super) fn frozen(v: &Visitor, d: &ndp_domain::document::State, named: &Named, snapshot: &serde_json::Value) -> Vec<(String, String)> {
    let own = Fields { v, named, words: "document" };
    let head: serde_json::Map<String, serde_json::Value> =
        snapshot.as_object().into_iter().flatten().filter(|(n, _)| *n != "acts").map(|(n, v)| (n.clone(), v.clone())).collect();
    let mut cards = vec![(v.t("field-snapshot"), own.list(&serde_json::Value::Object(head)))];
    let acts = snapshot.get("acts").and_then(|a| a.as_array()).map(Vec::as_slice).unwrap_or_default();
    for (pinned, act) in d.acts.iter().zip(acts) {
        let title = v.t(&format!("act-{}", pinned.act.name()));
        let content = alone(alone(alone(act.get("command").cloned().unwrap_or_default())));
        let said = content.get("name_vi").or_else(|| content.get("name")).and_then(|n| n.as_str());
        let name = said
            .map(str::to_owned)
            .or_else(|| named.records.get(&pinned.stream).or_else(|| named.closed.get(&pinned.stream)).cloned())
            .unwrap_or_default();
        let title = if name.is_empty() { title } else { format!("{title}: {name}") };
        cards.push((title, Fields { v, named, words: pinned.act.name() }.list(&content)));
    }
    cards
}

/// Of an object with one thing in it that is an object, that thing.
fn alone(value: serde_json::Value) -> serde_json::Value {
    match value {
        serde_json::Value::Object(fields) if fields.len() == 1 && fields.values().all(serde_json::Value::is_object) => {
            fields.into_iter().next().map(|(_, inner)| inner).unwrap_or_default()
        }
        other => other,
    }
}

/// `POST /{slug}/{id}/tep`
pub async fn give_file(v: Visitor, Path((slug_, id)): Path<(String, String)>, mut sent: Sent) -> Result<Response, Refused> {
    v.acting()?;
    v.proved(sent.get("_proof"))?;
    let kind = kind_of(&slug_).ok_or(Edge::NoSuchPage)?;
    let id = known::id_of(Some(kind), &id).ok_or(Edge::NotFound)?;
    if sent.files.is_empty() {
        return Err(Edge::FileEmpty.into());
    }
    let mut wrong = crate::form::Mistakes::new();
    files::keep(&v, |_| id, &mut sent, &mut wrong).await?;
    match wrong.into_values().next() {
        Some((_, said)) => {
            let mut f = frame(&v, &v.t("web-file-send"), "").await?;
            f.wrong = true;
            let mut out = super::act::FormPage::new(f, place_of(id), place_of(id), v.t("web-back"));
            out.errors = vec![(String::new(), said)];
            crate::frame::page_with(StatusCode::UNPROCESSABLE_ENTITY, &super::text::Plain::of(out.f, out.errors, place_of(id)))
        }
        None => Ok((StatusCode::SEE_OTHER, [(header::LOCATION, v.href(&format!("{}#files", place_of(id))))]).into_response()),
    }
}

/// `GET /{slug}/{id}/tep/{sha256}`
pub async fn file(v: Visitor, Path((slug_, id, sha256)): Path<(String, String, String)>, headers: HeaderMap) -> Result<Response, Refused> {
    v.acting()?;
    let kind = kind_of(&slug_).ok_or(Edge::NoSuchPage)?;
    let path = (orders::plural(kind).to_owned(), id, sha256);
    ndp_server::evidence::download(axum::extract::State(v.app.clone()), Path(path), headers, ndp_server::caller::Acting(v.reading.clone()))
        .await
}
