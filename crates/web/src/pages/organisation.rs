//! Organisations over time: names, units, successors, and what they have on the registers.

use crate::frame::{Frame, frame, page, place_of};
use crate::markup;
use crate::say;
use crate::visitor::Visitor;
use askama::Template;
use axum::extract::{Path, Query};
use axum::response::Response;
use ndp_domain::authority::{Duty, Side};
use ndp_domain::id::{Kind, OrganisationId};
use ndp_domain::text::fold;
use ndp_server::problem::{Edge, Refused};
use ndp_store::lists::{Filter, Order};
use serde::Deserialize;

#[derive(Template)]
#[template(path = "organisations.html")]
struct All {
    f: Frame,
    count: String,
    q: String,
    day: String,
    classes: Vec<(String, String, bool)>,
    rows: Vec<(String, String, String)>,
    next: Option<String>,
    /// Why the day asked for was not read.
    wrong: Option<String>,
}

#[derive(Debug, Deserialize)]
pub struct Asked {
    #[serde(default)]
    q: String,
    #[serde(default)]
    loai: String,
    #[serde(default)]
    ngay: String,
    #[serde(default)]
    tu: usize,
}

/// A class of organisations as a key of texts.
pub fn class_key(class: &str) -> String {
    let plain: String = class.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    format!("web-org-{plain}")
}

/// `GET /co-quan?q=&loai=&ngay=`: as of a day, today without one.
pub async fn all(v: Visitor, Query(asked): Query<Asked>) -> Result<Response, Refused> {
    const MOST: usize = 100;
    // A day that cannot be read is told above the list of today, and what was asked stays in its place.
    let read = if asked.ngay.is_empty() { Some(v.today) } else { crate::form::pairs::read_date(&asked.ngay) };
    let wrong = read.is_none().then(|| v.t1("web-wrong-date", &[("field", &v.t("web-on-day"))]));
    let day = read.unwrap_or(v.today);
    let wanted = fold(&asked.q);
    let mut classes: Vec<String> = v.directory.organisations.values().map(|o| o.record.class.to_string()).collect();
    classes.sort();
    classes.dedup();
    let mut found: Vec<_> = v
        .directory
        .organisations
        .values()
        .filter(|o| o.exists_on(day) && (asked.loai.is_empty() || o.record.class.as_str() == asked.loai))
        .map(|o| (v.organisation(o.id), o))
        .filter(|(name, o)| wanted.is_empty() || fold(name).contains(&wanted) || fold(o.record.code.as_str()).contains(&wanted))
        .collect();
    found.sort_by_cached_key(|(name, _)| fold(name));
    let count = v.t1("web-count", &[("n", &found.len().to_string())]);
    let next = (found.len() > asked.tu + MOST).then(|| {
        super::lists::address(
            "/co-quan",
            &[("q", &asked.q), ("loai", &asked.loai), ("ngay", &asked.ngay), ("tu", &(asked.tu + MOST).to_string())],
        )
    });
    let rows =
        found.iter().skip(asked.tu).take(MOST).map(|(name, o)| (place_of(o.id.into()), name.clone(), o.record.code.to_string())).collect();
    let classes = classes.into_iter().map(|c| (c.clone(), v.t(&class_key(&c)), c == asked.loai)).collect();
    let f = frame(&v, &v.t("web-nav-organisations"), "/co-quan").await?;
    let day = if wrong.is_some() { asked.ngay } else { say::day(day) };
    page(&All { f, count, q: asked.q, day, classes, rows, next, wrong })
}

#[derive(Template)]
#[template(path = "organisation.html")]
struct One {
    f: Frame,
    code: String,
    period: String,
    successors: Vec<(String, String, String)>,
    platforms: Vec<(String, String, String)>,
    dossiers: Vec<(String, String, String)>,
    /// Papers that others sent to it, for its own staff and the focal agency.
    letters: Vec<(String, String, String)>,
    names: Vec<(String, String)>,
    units: Vec<(String, String)>,
    acts: Vec<(String, String)>,
}

/// `GET /co-quan/{id}`
pub async fn one(v: Visitor, Path(id): Path<String>) -> Result<Response, Refused> {
    let id: OrganisationId = crate::known::id_of(Some(Kind::Organisation), &id)
        .and_then(|id| id.try_into().ok())
        .or_else(|| v.directory.organisation(&id))
        .ok_or(Edge::NotFound)?;
    let Some(o) = v.directory.organisations.get(&id) else { return Err(Edge::NotFound.into()) };
    let day = |d: Option<chrono::NaiveDate>| d.map(say::day);
    let period = match (day(o.record.valid_from), day(o.record.valid_to)) {
        (_, Some(to)) => v.t1("web-organisation-until", &[("day", &to)]),
        (Some(from), None) => v.t1("web-organisation-from", &[("day", &from)]),
        (None, None) => String::new(),
    };
    let what = |t: &ndp_domain::organisation::Transfer| {
        let own = t.what_vi.as_ref().filter(|_| v.lang == ndp_text::Lang::Vi);
        own.unwrap_or(&t.what).to_string()
    };
    let said = |key: &str, t: &ndp_domain::organisation::Transfer| v.t1(key, &[("day", &say::day(t.on)), ("what", &what(t))]);
    let given = o.transfers.iter().map(|t| (said("web-organisation-passed", t), place_of(t.to.into()), v.organisation(t.to)));
    // Whoever took over says so too.
    let others = v.directory.organisations.values();
    let taken = others.flat_map(|from| from.transfers.iter().filter(|t| t.to == id).map(move |t| (from.id, t)));
    let taken = taken.map(|(from, t)| (said("web-organisation-took", t), place_of(from.into()), v.organisation(from)));
    let successors = given.chain(taken).collect();
    let scope = v.reading.scope(&v.app);
    let list = async |kind: Kind| {
        let filter = Filter { kind: Some(kind), managing: Some(id), ..Filter::default() };
        v.app.engine.store.list(&scope, &filter, Order::Name, None, 50).await
    };
    let platforms = list(Kind::Publication)
        .await?
        .iter()
        .map(|l| (format!("/nen-tang/{}", l.id), crate::known::line_name(&v, l), markup::state(&l.stage, v.lang)))
        .collect();
    let dossiers = if v.signed_in() { list(Kind::Dossier).await? } else { Vec::new() };
    let badges = crate::known::badges(&v, &dossiers).await?;
    let badge = |l: &ndp_store::lists::Line| badges.get(&l.id).cloned().unwrap_or_else(|| markup::state(&l.stage, v.lang));
    let dossiers = dossiers.iter().map(|l| (place_of(l.id), crate::known::line_name(&v, l), badge(l))).collect();
    let mut names: Vec<(String, String)> = Vec::new();
    let english = |vi: &str, en: Option<&str>| en.filter(|_| v.lang == ndp_text::Lang::En).unwrap_or(vi).to_owned();
    let last = match day(o.record.valid_to) {
        Some(to) => v.t1("web-organisation-name-until", &[("day", &to)]),
        None => v.t("web-organisation-now"),
    };
    names.push((v.organisation(id), last));
    for former in o.former.iter().rev() {
        names.push((former.name_vi.to_string(), v.t1("web-organisation-name-until", &[("day", &say::day(former.to))])));
    }
    let unit = |u: &ndp_domain::organisation::Unit| {
        let mark = if u.coordinating { v.t("web-organisation-coordinating") } else { String::new() };
        (english(u.name_vi.as_str(), u.name_en.as_ref().map(|n| n.as_str())), mark)
    };
    let administers = v.is(Duty::Administrator);
    let acts = if administers {
        [("units", "act-OR3"), ("renamings", "act-OR4")].map(|(noun, key)| (format!("{}/{noun}", place_of(id.into())), v.t(key))).to_vec()
    } else {
        Vec::new()
    };
    let units = o.units.iter().filter(|u| u.to.is_none_or(|to| to >= v.today)).map(unit).collect();
    let mut f = frame(&v, &v.organisation(id), "/co-quan").await?;
    f.crumbs.push(("/co-quan".to_owned(), v.t("web-nav-organisations")));
    let reads = v.side() == Side::Focal || v.duty().is_some_and(|d| d.org == id);
    let letters = if reads { super::records_office::received(&v, id).await? } else { Vec::new() };
    page(&One { f, code: o.record.code.to_string(), period, successors, platforms, dossiers, letters, names, units, acts })
}
