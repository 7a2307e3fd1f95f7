//! Lists of records of a kind, under what the reader may see; filters stand in the address.

use crate::frame::{Frame, frame, kind_of, page, place_of};
use crate::markup;
use crate::say;
use crate::visitor::{Due, Visitor};
use askama::Template;
use axum::extract::{Path, Query};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ndp_domain::acts::ACTS;
use ndp_domain::authority::{Duty, Side};
use ndp_domain::id::{Kind, OrganisationId};
use ndp_server::problem::{Edge, Refused};
use ndp_store::lists::{After, Filter, Order, Total};
use ndp_text::key;
use serde::Deserialize;

struct Row {
    href: String,
    name: String,
    code: String,
    badge: String,
    due: Option<Due>,
    updated: String,
}

#[derive(Template)]
#[template(path = "lists.html")]
struct Page {
    f: Frame,
    action: String,
    /// Lists beside this one: address, name, whether it is this one.
    beside: Vec<(String, String, bool)>,
    /// Addresses in the order of name, last day, change; which it is.
    sorts: [String; 3],
    order: String,
    count: String,
    showing: String,
    button: Option<(String, String)>,
    others: Vec<(String, String)>,
    q: String,
    stages: Vec<(String, String, bool)>,
    orders: Vec<(String, String, bool)>,
    chips: Vec<(String, String)>,
    rows: Vec<Row>,
    empty: String,
    next: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    #[serde(default)]
    q: String,
    #[serde(default)]
    stage: String,
    #[serde(default)]
    order: String,
    #[serde(default)]
    managing: String,
    #[serde(default)]
    after: String,
    /// Rows on the pages before.
    #[serde(default)]
    tu: u64,
}

/// Where a page goes on: the order's value and the id, as one opaque text.
pub fn cursor(value: &str, id: uuid::Uuid) -> String {
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(&(value, id)).unwrap_or_default())
}

pub fn after(text: &str) -> Result<Option<After>, Refused> {
    if text.is_empty() {
        return Ok(None);
    }
    let read = || serde_json::from_slice::<(String, uuid::Uuid)>(&URL_SAFE_NO_PAD.decode(text).ok()?).ok();
    let (value, id) = read().ok_or(Edge::CursorInvalid)?;
    Ok(Some(After { value, id }))
}

/// An address with these questions, blank ones left out.
pub fn address(place: &str, asked: &[(&str, &str)]) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    asked.iter().filter(|(_, v)| !v.is_empty()).for_each(|(n, v)| {
        query.append_pair(n, v);
    });
    let query = query.finish();
    if query.is_empty() { place.to_owned() } else { format!("{place}?{query}") }
}

/// States of a kind, in the order of the process.
pub fn stages_of(kind: Kind) -> Vec<&'static str> {
    let letters = match kind {
        Kind::ListEntry => "L",
        Kind::Dossier => "E",
        Kind::CriteriaSet => "C",
        Kind::Body => "B",
        Kind::Recognition => "R",
        Kind::Publication => "P",
        Kind::Edition => "PE",
        Kind::Plan => "U",
        Kind::Document => "D",
        Kind::Reconsideration => "RC",
        Kind::Complaint => "KN",
        Kind::Objection => "OB",
        Kind::ChangeProposal => "CP",
        Kind::Readiness => "SC",
        Kind::Account => "AC",
        _ => "",
    };
    let mut all: Vec<&'static str> = Vec::new();
    let of = |s: &&'static str| s.split('.').next() == Some(letters);
    for act in ACTS {
        for stage in act.from.iter().copied().chain(act.to.states()).filter(of) {
            if !all.contains(&stage) {
                all.push(stage);
            }
        }
    }
    all
}

/// `GET /{slug}`
pub async fn list(v: Visitor, Path(slug): Path<String>, Query(asked): Query<Asked>) -> Result<Response, Refused> {
    const MOST: u64 = 50;
    let kind = kind_of(&slug).ok_or(Edge::NoSuchPage)?;
    v.acting()?;
    if asked.q.chars().count() > 200 {
        return Err(Edge::Parameter("q").into());
    }
    // An applicant sees of every set the version in force, and nothing to choose between.
    let told = kind != Kind::CriteriaSet || v.side() != Side::Applicant;
    let stages = if told { stages_of(kind) } else { Vec::new() };
    let stage = Some(asked.stage.clone()).filter(|s| stages.contains(&s.as_str()));
    let managing: Option<OrganisationId> = crate::known::id_of(Some(Kind::Organisation), &asked.managing).and_then(|id| id.try_into().ok());
    // A set seen only as published is told by its name alone.
    let usual = if kind == Kind::CriteriaSet { "name" } else { "updated" };
    let order_name = if matches!(asked.order.as_str(), "due" | "updated" | "name") { asked.order.as_str() } else { usual };
    let order = match order_name {
        "due" => Order::Due,
        "name" => Order::Name,
        _ => Order::Updated,
    };
    let scope = v.reading.scope(&v.app);
    let scope = if kind == Kind::CriteriaSet && (order_name != "name" || stage.is_some()) { scope.beyond_public() } else { scope };
    let filter = Filter {
        kind: Some(kind),
        stages: stage.iter().cloned().collect(),
        managing,
        search: Some(asked.q.clone()).filter(|q| !q.trim().is_empty()),
        ..Filter::default()
    };
    let mut lines = v.app.engine.store.list(&scope, &filter, order, after(&asked.after)?.as_ref(), MOST + 1).await?;
    let more = lines.len() as u64 > MOST;
    lines.truncate(MOST as usize);
    let total = v.app.engine.store.total(&scope, &filter).await?;
    let action = format!("/{slug}");
    let asks = |order: &str, after: &str, from: &str, without: &str| {
        let keep = |name: &str, value: &str| if name == without { String::new() } else { value.to_owned() };
        let (q, stage, managing) = (keep("q", &asked.q), keep("stage", &asked.stage), keep("managing", &asked.managing));
        address(&action, &[("q", &q), ("stage", &stage), ("order", order), ("managing", &managing), ("after", after), ("tu", from)])
    };
    let again = |after: &str, without: &str| asks(&asked.order, after, "", without);
    let before = if asked.after.is_empty() { 0 } else { asked.tu };
    let to = before + lines.len() as u64;
    let next = lines.last().filter(|_| more).map(|l| asks(&asked.order, &cursor(&l.key, l.id.uuid), &to.to_string(), ""));
    let sorts = ["name", "due", "updated"].map(|order| asks(order, "", "", ""));
    let mut chips = Vec::new();
    if !asked.q.trim().is_empty() {
        chips.push((again("", "q"), format!("“{}”", asked.q.trim())));
    }
    if let Some(stage) = &stage {
        chips.push((again("", "stage"), v.t(&key("state", stage))));
    }
    if let Some(managing) = managing {
        chips.push((again("", "managing"), v.organisation(managing)));
    }
    let count = match total {
        Total::Exactly(n) => v.t1("web-count", &[("n", &n.to_string())]),
        Total::MoreThan(n) => v.t1("web-count-more", &[("number", &say::whole(u128::from(n), v.lang))]),
    };
    let of = match total {
        Total::Exactly(n) => say::whole(u128::from(n), v.lang),
        Total::MoreThan(n) => v.t1("web-more-than", &[("number", &say::whole(u128::from(n), v.lang))]),
    };
    let showing = if lines.is_empty() {
        String::new()
    } else {
        v.t1("web-showing", &[("from", &(before + 1).to_string()), ("to", &to.to_string()), ("n", &of)])
    };
    let about = crate::known::called(&v, &lines.iter().map(|l| l.id).collect::<Vec<_>>()).await?;
    let badges = crate::known::badges(&v, &lines).await?;
    let rows = lines
        .iter()
        .map(|l| {
            let stage = if l.beyond { l.stage.as_str() } else { ndp_server::records::PUBLIC_SET };
            Row {
                href: place_of(l.id),
                name: about
                    .get(&l.id)
                    .cloned()
                    .or_else(|| l.name.as_ref().map(|name| crate::known::in_words(&v, kind, name)))
                    .or_else(|| l.code.clone())
                    .unwrap_or_else(|| v.t(&format!("kind-{}", kind.name()))),
                code: l.code.clone().filter(|_| l.name.is_some()).unwrap_or_default(),
                badge: badges.get(&l.id).cloned().unwrap_or_else(|| markup::state(stage, v.lang)),
                due: v.due(l.due_on.as_deref().filter(|_| l.beyond)),
                updated: say::when(&l.updated_at)
                    .filter(|_| l.beyond)
                    .map(|t| t.rsplit(", ").next().unwrap_or_default().to_owned())
                    .unwrap_or_default(),
            }
        })
        .collect();
    let button = match (kind, v.duty().map(|d| d.duty)) {
        (Kind::ListEntry, Some(Duty::ManagingOfficer | Duty::ManagingCoordinator)) => Some(("/de-xuat/moi/mo", "web-new-entry")),
        (Kind::Body, Some(Duty::ManagingUnitHead)) => Some(("/danh-gia/moi/mo", "act-B1")),
        // An application is made on a criteria set in force: that is chosen first.
        (Kind::Dossier, Some(Duty::Applicant)) => Some(("/bo-tieu-chi", "web-apply-choose")),
        (Kind::Edition, Some(Duty::ListOfficer)) => Some(("/danh-sach/moi/mo", "act-PE1")),
        (Kind::Account, Some(Duty::Administrator)) => Some(("/quan-tri/moi", "web-invite")),
        _ => None,
    };
    let others: &[(&str, &str)] = match (kind, v.duty().map(|d| d.duty)) {
        (Kind::ListEntry, Some(Duty::ManagingOfficer | Duty::ManagingCoordinator)) => {
            &[("/de-xuat/nhap-excel", "web-sheet-from-file"), ("/de-xuat/mot-cong-van", "web-letter-title")]
        }
        _ => &[],
    };
    let title = v.t(&format!("kinds-{}", kind.name()));
    let stages = stages.into_iter().map(|s| (s.to_owned(), v.t(&key("state", s)), stage.as_deref() == Some(s))).collect();
    let orders = ["updated", "due", "name"].map(|o| (o.to_owned(), v.t(&format!("web-order-{o}")), o == order_name)).to_vec();
    let f = frame(&v, &title, &action).await?;
    let empty = v.t(if chips.is_empty() { "web-list-none" } else { "web-list-none-found" });
    let beside = crate::frame::related(v.side(), kind);
    let beside = beside.iter().filter(|_| beside.len() > 1);
    let beside = beside.map(|k| (format!("/{}", crate::frame::slug(*k)), v.t(&format!("kinds-{}", k.name())), *k == kind)).collect();
    page(&Page {
        f,
        action,
        beside,
        sorts,
        order: order_name.to_owned(),
        count,
        showing,
        button: button.map(|(h, k)| (h.to_owned(), v.t(k))),
        others: others.iter().map(|(h, k)| ((*h).to_owned(), v.t(k))).collect(),
        q: asked.q,
        stages,
        orders,
        chips,
        rows,
        empty,
        next,
    })
}
