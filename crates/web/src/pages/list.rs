//! The public List: what the registers say today, from memory. Registers are never merged: one badge each.

use crate::frame::{Frame, frame, page};
use crate::markup::{self, esc};
use crate::pages::lists::address;
use crate::say;
use crate::shown::{Fields, Named};
use crate::visitor::Visitor;
use askama::Template;
use axum::extract::{Path, RawQuery};
use axum::response::Response;
use ndp_domain::id::{Kind, OrganisationId, PublicationId};
use ndp_domain::machine::{Known as _, State};
use ndp_domain::publication::{Ended, Register};
use ndp_domain::recognition::Recognition;
use ndp_domain::text::fold;
use ndp_server::problem::{Edge, Refused};
use ndp_server::public::Published as Line;
use ndp_store::lists::{Filter, Order};
use std::collections::BTreeMap;
use std::sync::Arc;

const PAGE: usize = 50;

pub(super) async fn lines(v: &Visitor) -> Result<Arc<Vec<Line>>, Refused> {
    Ok(v.app.public.entries(&v.app.engine.store, v.today).await?)
}

/// Published entries of each managing agency, and how many of them are recognised.
pub async fn by_agency(v: &Visitor) -> Result<BTreeMap<OrganisationId, (u64, u64)>, Refused> {
    let mut all: BTreeMap<OrganisationId, (u64, u64)> = BTreeMap::new();
    for line in lines(v).await?.iter() {
        if let Some(managing) = line.managing {
            let n = all.entry(managing).or_default();
            n.0 += 1;
            n.1 += u64::from(line.register == Register::Recognised);
        }
    }
    Ok(all)
}

struct Option1 {
    value: String,
    label: String,
    n: usize,
    chosen: bool,
}

struct Facet {
    name: &'static str,
    title: String,
    options: Vec<Option1>,
}

struct Row {
    href: String,
    name: String,
    agency: String,
    badge: String,
    since: String,
}

#[derive(Template)]
#[template(path = "list.html")]
struct Page {
    f: Frame,
    q: String,
    counted: String,
    count: String,
    showing: String,
    /// The decisions by which the lists were issued; empty where there is none.
    source: String,
    /// Downloads of what is found: address and kind.
    files: Vec<(String, String)>,
    open: bool,
    facets: Vec<Facet>,
    chips: Vec<(String, String)>,
    rows: Vec<Row>,
    empty: String,
    next: Option<String>,
    bars: Vec<(String, usize, String)>,
    day: String,
    /// Where the list stands by name, and by day; which of them it does.
    by_name: String,
    by_since: String,
    newest: bool,
}

/// What was asked: words, states, agencies, and from which line on.
#[derive(Debug, Clone, Default)]
pub(super) struct Asked {
    q: String,
    status: Vec<String>,
    agency: Vec<String>,
    from: usize,
    order: ListOrder,
}

/// How the list stands: what fits the words best and then by name; or the newest first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum ListOrder {
    #[default]
    Name,
    Since,
}

impl Asked {
    pub(super) fn of(query: Option<&str>) -> Result<Asked, Refused> {
        let mut asked = Asked::default();
        for (name, value) in form_urlencoded::parse(query.unwrap_or_default().as_bytes()).take(200) {
            let value = value.into_owned();
            match name.as_ref() {
                "q" if value.chars().count() > 200 => return Err(Edge::Parameter("q").into()),
                "q" => asked.q = ndp_domain::text::normalise(&value),
                "status" => asked.status.push(value),
                "agency" => asked.agency.push(value),
                "order" if value == "since" => asked.order = ListOrder::Since,
                "from" => asked.from = value.parse().map_err(|_| Edge::CursorInvalid)?,
                _ => {}
            }
        }
        Ok(asked)
    }

    pub(super) fn address(&self, place: &str, from: usize) -> String {
        let from = if from == 0 { String::new() } else { from.to_string() };
        let mut pairs: Vec<(&str, &str)> = vec![("q", &self.q)];
        pairs.extend(self.status.iter().map(|s| ("status", s.as_str())));
        pairs.extend(self.agency.iter().map(|a| ("agency", a.as_str())));
        pairs.push(("order", if self.order == ListOrder::Since { "since" } else { "" }));
        pairs.push(("from", &from));
        address(place, &pairs)
    }

    fn without(&self, name: &str, value: &str) -> Asked {
        let mut less = self.clone();
        match name {
            "q" => less.q.clear(),
            "status" => less.status.retain(|s| s != value),
            _ => less.agency.retain(|a| a != value),
        }
        less
    }
}

/// The state by which the public finds a platform: of a recognised one its class, else its register.
pub(super) fn status(line: &Line) -> String {
    match (line.register, &line.class) {
        (Register::Recognised, Some(class)) => class.clone(),
        (register, _) => register.name().to_owned(),
    }
}

pub(super) fn status_name(v: &Visitor, status: &str) -> String {
    match status {
        "national" | "potential" => v.t(&format!("web-class-{status}")),
        other => v.t(&format!("web-register-{other}")),
    }
}

fn badge(v: &Visitor, line: &Line) -> String {
    match (line.register, line.class.as_deref()) {
        (Register::Recognised, class) => markup::class(class, v.lang),
        (register, _) => markup::register(register.name(), v.lang),
    }
}

/// Words in the original text that were asked for, marked; whatever signs they carry.
pub fn marked(name: &str, words: &[String]) -> String {
    let mut out = String::new();
    for (n, word) in name.split(' ').enumerate() {
        if n > 0 {
            out.push(' ');
        }
        let folded = fold(word);
        if words.iter().any(|w| !w.is_empty() && folded.contains(w.as_str())) {
            out.push_str(&format!("<mark>{}</mark>", esc(word)));
        } else {
            out.push_str(&esc(word));
        }
    }
    out
}

/// Those that fit, whole words first; without words in the order of their names.
pub(super) fn found<'a>(v: &Visitor, lines: &'a [Line], asked: &Asked) -> Vec<&'a Line> {
    let words: Vec<String> = fold(&asked.q).split_whitespace().map(str::to_owned).collect();
    let agency = |l: &Line| l.managing.map(|m| m.to_string()).unwrap_or_default();
    let text = |l: &Line| format!("{} {}", l.folded, l.managing.map(|m| fold(&v.organisation(m))).unwrap_or_default());
    let fits = |l: &&Line| {
        (asked.status.is_empty() || asked.status.contains(&status(l)))
            && (asked.agency.is_empty() || asked.agency.contains(&agency(l)))
            && (words.is_empty() || {
                let text = text(l);
                words.iter().all(|w| text.contains(w.as_str()))
            })
    };
    let mut all: Vec<&Line> = lines.iter().filter(fits).collect();
    let whole = |l: &Line| words.iter().filter(|w| l.folded.split_whitespace().any(|t| t == w.as_str())).count();
    let by_name = |a: &Line, b: &Line| whole(b).cmp(&whole(a)).then_with(|| a.folded.cmp(&b.folded));
    match asked.order {
        ListOrder::Name => all.sort_by(|a, b| by_name(a, b)),
        ListOrder::Since => all.sort_by(|a, b| b.since.cmp(&a.since).then_with(|| by_name(a, b))),
    }
    all
}

fn facets(v: &Visitor, lines: &[Line], asked: &Asked) -> Vec<Facet> {
    let count = |without: Asked, of: &dyn Fn(&Line) -> String| {
        let mut n: BTreeMap<String, usize> = BTreeMap::new();
        found(v, lines, &without).iter().for_each(|l| *n.entry(of(l)).or_default() += 1);
        n
    };
    let mut by_status = count(Asked { status: Vec::new(), ..asked.clone() }, &status);
    for known in ["national", "potential", "deployed", "list", "planned"] {
        by_status.entry(known.to_owned()).or_default();
    }
    let rank = |s: &str| ["national", "potential", "deployed", "list", "planned"].iter().position(|k| *k == s);
    let mut of_status: Vec<Option1> =
        by_status.into_iter().map(|(s, n)| Option1 { label: status_name(v, &s), chosen: asked.status.contains(&s), value: s, n }).collect();
    of_status.sort_by_key(|o| rank(&o.value));
    let mut by_agency = count(Asked { agency: Vec::new(), ..asked.clone() }, &|l| l.managing.map(|m| m.to_string()).unwrap_or_default());
    // What was ticked stays, also where nothing of it is found.
    for ticked in asked.agency.iter().filter(|a| v.organisation_of(a).is_some()) {
        by_agency.entry(ticked.clone()).or_default();
    }
    let mut of_agency: Vec<Option1> = by_agency
        .into_iter()
        .filter(|(a, _)| !a.is_empty())
        .map(|(a, n)| Option1 { label: v.organisation_of(&a).unwrap_or_default(), chosen: asked.agency.contains(&a), value: a, n })
        .collect();
    of_agency.sort_by(|a, b| b.n.cmp(&a.n).then_with(|| a.label.cmp(&b.label)));
    vec![
        Facet { name: "status", title: v.t("web-column-status"), options: of_status },
        Facet { name: "agency", title: v.t("web-agency-name"), options: of_agency },
    ]
}

/// The newest edition of each register, by its decision.
async fn published_by(v: &Visitor) -> Result<String, Refused> {
    let scope = v.app.engine.scope(&ndp_domain::visibility::Reader::public());
    let filter = Filter { kind: Some(Kind::Edition), stages: vec!["PE.issued".to_owned()], ..Filter::default() };
    let editions = v.app.engine.store.list(&scope, &filter, Order::Updated, None, 4).await?;
    let names: Vec<String> = editions.iter().map(|l| crate::known::line_name(v, l)).collect();
    Ok(if names.is_empty() { String::new() } else { v.t1("web-list-published", &[("editions", &names.join("; "))]) })
}

/// `GET /`
pub async fn list(v: Visitor, RawQuery(query): RawQuery) -> Result<Response, Refused> {
    let asked = Asked::of(query.as_deref())?;
    let lines = lines(&v).await?;
    let found = found(&v, &lines, &asked);
    let words: Vec<String> = fold(&asked.q).split_whitespace().map(str::to_owned).collect();
    let rows = found
        .iter()
        .skip(asked.from)
        .take(PAGE)
        .map(|l| Row {
            href: format!("/nen-tang/{}", l.id),
            name: marked(&l.name, &words),
            agency: l.managing.map(|m| v.organisation(m)).unwrap_or_default(),
            badge: badge(&v, l),
            since: say::when(&l.since).unwrap_or_default(),
        })
        .collect();
    let to = (asked.from + PAGE).min(found.len());
    let n = found.len().to_string();
    let showing = if found.is_empty() {
        String::new()
    } else {
        v.t1("web-showing", &[("from", &(asked.from + 1).min(found.len()).to_string()), ("to", &to.to_string()), ("n", &n)])
    };
    let mut chips = Vec::new();
    if !asked.q.trim().is_empty() {
        chips.push((asked.without("q", "").address("/", 0), format!("“{}”", asked.q.trim())));
    }
    chips.extend(asked.status.iter().map(|s| (asked.without("status", s).address("/", 0), status_name(&v, s))));
    chips.extend(asked.agency.iter().filter_map(|a| Some((asked.without("agency", a).address("/", 0), v.organisation_of(a)?))));
    let facets = facets(&v, &lines, &asked);
    let most = facets[1].options.iter().map(|o| o.n).max().unwrap_or(1).max(1);
    let bars = facets[1].options.iter().take(8).map(|o| (o.label.clone(), o.n, format!("{}", o.n * 100 / most))).collect();
    let recognised = lines.iter().filter(|l| l.register == Register::Recognised).count().to_string();
    let source = published_by(&v).await?;
    let empty = if asked.q.trim().is_empty() { v.t("web-list-none-found") } else { v.t1("web-list-none-for", &[("q", asked.q.trim())]) };
    let f = frame(&v, &v.t("web-list-title"), "/").await?;
    page(&Page {
        counted: v.t1("web-hero-count", &[("n", &lines.len().to_string()), ("recognised", &recognised)]),
        count: v.t1("web-list-count", &[("n", &n), ("day", &say::day(v.today))]),
        showing,
        source,
        files: ["csv", "xlsx", "docx", "json"].map(|kind| (asked.address(&format!("/nen-tang.{kind}"), 0), kind.to_uppercase())).to_vec(),
        open: !asked.status.is_empty() || !asked.agency.is_empty(),
        chips,
        rows,
        empty,
        next: (to < found.len()).then(|| asked.address("/", to)),
        bars,
        facets,
        by_name: Asked { order: ListOrder::Name, ..asked.clone() }.address("/", 0),
        by_since: Asked { order: ListOrder::Since, ..asked.clone() }.address("/", 0),
        newest: asked.order == ListOrder::Since,
        day: say::day(v.today),
        q: asked.q.clone(),
        f,
    })
}

#[derive(Template)]
#[template(path = "platform.html")]
struct Platform {
    f: Frame,
    badges: String,
    agency: String,
    closed: Option<String>,
    cards: Vec<(String, String)>,
    history: Vec<(String, String, bool)>,
    /// What kind of paper put it there.
    decided: String,
    decision: String,
    contact: Vec<(String, String)>,
    record: String,
}

/// `GET /nen-tang/{id}`: what is published of a platform, and nothing else, whoever looks.
pub async fn platform(v: Visitor, Path(id): Path<String>) -> Result<Response, Refused> {
    let id = crate::known::id_of(Some(Kind::Publication), &id).ok_or(Edge::NotFound)?;
    let scope = v.app.engine.scope(&ndp_domain::visibility::Reader::public());
    let seen = v.app.engine.store.seen(&scope, id).await?.ok_or(Edge::NotFound)?;
    let State::Publication(p) = &seen.loaded.neighbour.whole.state else { return Err(Edge::NotFound.into()) };
    let all = lines(&v).await?;
    // Every register that carries the platform, each with its own badge.
    let mut badges = String::new();
    let same: Vec<&Line> = all.iter().filter(|l| l.id == id || (l.folded == fold(&p.name) && l.managing == Some(p.managing))).collect();
    same.iter().for_each(|l| badges.push_str(&badge(&v, l)));
    if same.is_empty() {
        badges.push_str(&markup::state(seen.loaded.neighbour.whole.state.stage(), v.lang));
    }
    let record: serde_json::Value = match p.record {
        Some(pin) => v.content(pin).await?.unwrap_or_default(),
        None => serde_json::Value::Null,
    };
    let public: Vec<&str> = record.get("public").and_then(|p| p.as_array()).into_iter().flatten().filter_map(|p| p.as_str()).collect();
    let text = |name: &str| record.get(name).and_then(|t| t.as_str()).filter(|_| public.contains(&name)).map(str::to_owned);
    let named = Named::default();
    let fields = Fields { v: &v, named: &named, words: "publication" };
    let mut contact = Vec::new();
    for name in ["operating_unit", "contact", "address", "owner"] {
        if let Some(value) = text(name) {
            contact.push((fields.label(name), value));
        }
    }
    let decision = match (record.get("decision_number").and_then(|n| n.as_str()), record.get("decision_date").and_then(|d| d.as_str())) {
        (Some(number), Some(date)) if public.contains(&"decision") => {
            v.t1("web-number-of", &[("number", number), ("day", &say::when(date).unwrap_or_default())])
        }
        _ => v.t("web-platform-paper-none"),
    };
    let mut cards = Vec::new();
    if p.register == Register::Recognised {
        cards.extend(super::conclusion::published(&v, p).await?);
    }
    let mut history = Vec::new();
    for version in ndp_domain::publication::entry_versions(p) {
        let from = serde_json::to_value(version.valid_from).ok().and_then(|d| d.as_str().and_then(say::when)).unwrap_or_default();
        let what = version
            .class
            .as_ref()
            .map(|c| status_name(&v, &serde_json::to_value(c).ok().and_then(|c| c.as_str().map(str::to_owned)).unwrap_or_default()));
        let what = what.unwrap_or_else(|| v.t(&format!("web-register-{}", p.register.name())));
        history.push((format!("{what} – {}", v.organisation(version.managing)), from, false));
    }
    let ended = p.closing.as_ref().filter(|_| p.closed);
    let closed = p.closed.then(|| match ended {
        Some(c) => v.t1(&format!("web-platform-ended-{}", c.how.name()), &[("day", &say::day(c.on))]),
        None => v.t("web-platform-closed"),
    });
    let ground = match p.register {
        Register::Recognised => v.app.engine.store.load_one(p.ground).await?,
        _ => None,
    };
    let recognition = ground.as_ref().and_then(|l| Recognition::known(&l.neighbour.whole.state));
    // The next yearly review is the law's, not the record's secret.
    let review = recognition.filter(|r| r.in_force()).and_then(|r| r.next_review_on).filter(|_| !p.closed && p.closing.is_none());
    if let Some(on) = review {
        history.push((v.t("web-platform-review"), v.t1("web-platform-review-by", &[("day", &say::day(on))]), true));
    }
    if let Some(c) = ended {
        let paper = recognition.and_then(|r| r.over.as_ref()).map(|o| &o.paper);
        let paper = paper.map(|p| format!(" – {}", v.t1("web-number-of", &[("number", &p.number), ("day", &say::day(p.date))])));
        let what = v.t(&format!("web-platform-end-{}", c.how.name()));
        history.push((format!("{what}{}", paper.unwrap_or_default()), say::day(c.on), false));
        let state = match c.how {
            Ended::Revoked => "R.revoked",
            Ended::Ended => "R.ended",
            Ended::Removed => "L.removed",
        };
        badges = markup::state(state, v.lang);
    }
    // What is on the List for its need says nothing of a recognition.
    if p.register != Register::Recognised && !same.iter().any(|l| l.register == Register::Recognised) {
        badges.push_str(&markup::class(None, v.lang));
        cards.push((v.t("web-outcome"), format!("<p class=\"pad\">{}</p>", markup::esc(&v.t("web-class-none")))));
    }
    let mut f = frame(&v, &p.name, "/").await?;
    f.crumbs.push(("/".to_owned(), v.t("web-nav-list")));
    f.paper_foot = crate::paper_foot::foot(&v);
    page(&Platform {
        f,
        badges,
        agency: v.organisation(p.managing),
        closed,
        cards,
        history,
        decided: v.t(&format!("web-platform-paper-{}", p.register.name())),
        decision,
        contact,
        record: crate::frame::place_of(PublicationId(id.uuid).into()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_asked_for_is_marked_in_the_original_text() {
        let words: Vec<String> = ["dau", "thau"].map(str::to_owned).to_vec();
        assert_eq!(
            marked("Hệ thống mạng đấu thầu <quốc gia>", &words),
            "Hệ thống mạng <mark>đấu</mark> <mark>thầu</mark> &lt;quốc gia&gt;"
        );
        assert_eq!(marked("Hộ tịch", &[]), "Hộ tịch");
    }
}
