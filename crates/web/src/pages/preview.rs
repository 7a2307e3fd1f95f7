//! What a regulation version or a calendar would change, before anybody loads it: the file is read, its mistakes
//! are all named, and its effects counted; then it may be loaded (RF1). Counts only: an administrator sees no dossiers.

use crate::frame::{Frame, frame, page_with};
use crate::markup::{self, esc};
use crate::pages::act::said;
use crate::pages::administration::{administrator, tabs};
use crate::say;
use crate::sent::Sent;
use crate::visitor::Visitor;
use askama::Template;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use ndp_domain::acts::ACTS;
use ndp_domain::any::counted_again;
use ndp_domain::calendar::Calendar;
use ndp_domain::id::Kind;
use ndp_domain::reference::DataSet;
use ndp_domain::regulation::Regulation;
use ndp_engine::load::Edition;
use ndp_engine::reference::{HolidayRow, Mistake, calendar_of, parse_holidays, parse_regulation};
use ndp_engine::whatif::Draft;
use ndp_server::problem::{Edge, Refused};
use std::collections::{BTreeMap, BTreeSet};

struct Card {
    title: String,
    lead: String,
    columns: Vec<String>,
    rows: Vec<Vec<String>>,
}

#[derive(Template)]
#[template(path = "preview.html")]
struct Page {
    f: Frame,
    tabs: Vec<(String, String, bool)>,
    errors: Vec<String>,
    cards: Vec<Card>,
    offer: Option<Offer>,
}

/// What was looked at and may be loaded; `refused` says why it may not.
struct Offer {
    set: &'static str,
    file: String,
    text: String,
    key: String,
    what: String,
    refused: String,
}

async fn show(v: &Visitor, errors: Vec<String>, cards: Vec<Card>, offer: Option<Offer>, status: StatusCode) -> Result<Response, Refused> {
    let mut f = frame(v, &v.t("web-preview"), "/quan-tri").await?;
    f.crumbs.push(("/quan-tri".to_owned(), v.t("web-nav-administration")));
    f.wrong = !errors.is_empty();
    page_with(status, &Page { f, tabs: tabs(v, "/quan-tri/xem-truoc"), errors, cards, offer })
}

/// What the readers of data files say, with the keys of the same in the page's language; the longer first.
const PHRASES: &[(&str, &str)] = &[
    ("no column ", "web-phrase-no-column"),
    ("the columns ", "web-phrase-columns"),
    ("each date once", "web-phrase-once"),
    ("CSV with a header", "web-phrase-csv"),
    (" is a ", "web-phrase-is-a"),
    (" is missing", "web-phrase-missing"),
    (" is unknown", "web-phrase-unknown"),
    ("expected one of ", "web-phrase-one-of"),
    ("expected a list of ", "web-phrase-list-of"),
    ("a whole number from ", "web-phrase-whole"),
    ("expected a date like ", "web-phrase-date"),
    ("a date like ", "web-phrase-date-like"),
    ("a text that is not empty", "web-phrase-text"),
    ("expected official or unconfirmed", "web-phrase-status"),
    (" tables", "web-phrase-tables"),
    ("a table", "web-phrase-table"),
    (" fields", "web-phrase-fields"),
    ("an item of ", "web-phrase-item"),
    ("true or false", "web-phrase-flag"),
    ("expected ", "web-phrase-expected"),
];

/// A mistake of a data file in the reader's language; names of keys and values stay as they are in the file.
fn in_words(v: &Visitor, said: &str) -> String {
    PHRASES.iter().fold(
        said.to_owned(),
        |said, (phrase, key)| if said.contains(phrase) { said.replace(phrase, &v.t1(key, &[("gap", " ")])) } else { said },
    )
}

/// `GET /quan-tri/xem-truoc`
pub async fn form(v: Visitor) -> Result<Response, Refused> {
    administrator(&v)?;
    show(&v, Vec::new(), Vec::new(), None, StatusCode::OK).await
}

/// `POST /quan-tri/xem-truoc`: a regulation version (TOML) or the holidays (CSV), told by the ending of its name.
pub async fn preview(v: Visitor, sent: Sent) -> Result<Response, Refused> {
    if !v.signed_in() {
        return Ok(super::sign_in::ended(&v, &sent));
    }
    administrator(&v)?;
    v.proved(sent.get("_proof"))?;
    let wrong = |errors| show(&v, errors, Vec::new(), None, StatusCode::UNPROCESSABLE_ENTITY);
    let Some(file) = sent.files.first() else { return wrong(vec![v.t("web-preview-choose")]).await };
    let Ok(text) = std::str::from_utf8(&file.bytes) else { return wrong(vec![v.t("web-preview-choose")]).await };
    let text = text.trim_start_matches('\u{feff}');
    let name = file.name.to_lowercase();
    let told = |all: Vec<Mistake>| {
        let one = |m: &Mistake| {
            v.t1(
                "web-preview-mistake",
                &[("line", &m.line.to_string()), ("found", &in_words(&v, &m.found)), ("expected", &in_words(&v, &m.expected))],
            )
        };
        all.iter().take(50).map(one).collect::<Vec<_>>()
    };
    let set = match name.rsplit_once('.') {
        Some((_, "toml")) => DataSet::Regulation,
        Some((_, "csv")) => DataSet::Holidays,
        _ => return wrong(vec![v.t("web-preview-choose")]).await,
    };
    let edition = match v.app.engine.edition(set, &file.name, text).await? {
        Ok(edition) => edition,
        Err(all) => return wrong(told(all)).await,
    };
    let cards = match set {
        DataSet::Holidays => {
            let rows = parse_holidays(&file.name, &edition.text).unwrap_or_default();
            let given = parse_holidays(&file.name, text).unwrap_or_default();
            let mut cards = of_days(&v, &given);
            cards.extend(of_calendar(&v, calendar_of(&rows)).await?);
            cards
        }
        _ => match parse_regulation(&file.name, text) {
            Ok(regulation) => of_regulation(&v, regulation).await?,
            Err(all) => return wrong(told(all)).await,
        },
    };
    let offer = offered(&v, set, &file.name, text, &edition).await?;
    show(&v, Vec::new(), cards, Some(offer), StatusCode::OK).await
}

/// What may be loaded of what was looked at, or why it may not.
async fn offered(v: &Visitor, set: DataSet, file: &str, text: &str, edition: &Edition) -> Result<Offer, Refused> {
    let refused = match ndp_server::reference::loaded(&v.app, &v.reading, edition, None, true).await {
        Ok(_) => String::new(),
        Err(refused) if refused.status().is_client_error() => said(v, &refused),
        Err(other) => return Err(other),
    };
    let what = match set {
        DataSet::Holidays => v.t("web-load-holidays"),
        _ => v.t1("web-load-regulation", &[("version", &edition.name)]),
    };
    Ok(Offer {
        set: set.name(),
        file: file.to_owned(),
        text: text.to_owned(),
        key: uuid::Uuid::now_v7().simple().to_string(),
        what,
        refused,
    })
}

/// `POST /quan-tri/nap`: what was looked at is loaded, once.
pub async fn load(v: Visitor, sent: Sent) -> Result<Response, Refused> {
    if !v.signed_in() {
        return Ok(super::sign_in::ended(&v, &sent));
    }
    administrator(&v)?;
    v.proved(sent.get("_proof"))?;
    let (set, place) = match sent.get("set") {
        "holidays" => (DataSet::Holidays, "/quan-tri/lich?xong=calendar"),
        "regulation" => (DataSet::Regulation, "/quan-tri/quy-dinh?xong=version"),
        _ => return show(&v, vec![v.t("web-preview-choose")], Vec::new(), None, StatusCode::UNPROCESSABLE_ENTITY).await,
    };
    // A browser sends lines of a field with CR LF; the edition keeps what was looked at.
    let text = sent.get("text").replace("\r\n", "\n");
    let edition = match v.app.engine.edition(set, sent.get("file"), &text).await? {
        Ok(edition) => edition,
        Err(_) => return show(&v, vec![v.t("web-preview-choose")], Vec::new(), None, StatusCode::UNPROCESSABLE_ENTITY).await,
    };
    let key = Some(sent.get("key").to_owned()).filter(|k| !k.is_empty());
    match ndp_server::reference::loaded(&v.app, &v.reading, &edition, key, false).await {
        Ok(_) => Ok((StatusCode::SEE_OTHER, [(header::LOCATION, v.href(place))]).into_response()),
        Err(refused) if refused.status().is_client_error() => {
            let status = refused.status();
            show(&v, vec![said(&v, &refused)], Vec::new(), None, status).await
        }
        Err(other) => Err(other),
    }
}

/// What stays recognised under a version, and what becomes of dossiers under way.
async fn of_regulation(v: &Visitor, regulation: Regulation) -> Result<Vec<Card>, Refused> {
    let mut missing: BTreeMap<String, u64> = BTreeMap::new();
    let draft = Draft { set: None, entry: None, regulation: regulation.clone() };
    let summary = v
        .app
        .engine
        .whatif(draft, |row| row.unmet.iter().chain(&row.lacking).for_each(|c| *missing.entry(c.clone()).or_default() += 1))
        .await?;
    let n = |n: u64| say::whole(u128::from(n), v.lang);
    let recognised = Card {
        title: v.t1("web-preview-recognised", &[("version", &regulation.id)]),
        lead: v.t1("web-preview-recognised-what", &[("n", &n(summary.products))]),
        columns: vec![v.t("web-preview-effect"), v.t("web-number-n")],
        rows: vec![
            vec![markup::pill("ok", "tick", &v.t("web-preview-pass")), n(summary.pass)],
            vec![markup::pill("bad", "x", &v.t("web-preview-fail")), n(summary.fail)],
            vec![markup::pill("warn", "help", &v.t("web-preview-lacks")), n(summary.lacks_evidence)],
        ],
    };
    let english = v.lang == ndp_text::Lang::En;
    let name = |code: &str| {
        let found = regulation.framework.iter().find(|c| c.code == code);
        found.map_or_else(|| code.to_owned(), |c| format!("{code} {}", if english { &c.name_en } else { &c.name_vi }))
    };
    let mut lines: Vec<(u64, String)> = missing.iter().map(|(code, n)| (*n, name(code))).collect();
    lines.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    let lines = Card {
        title: v.t("web-preview-lines"),
        lead: String::new(),
        columns: vec![v.t("web-criterion"), v.t("web-number-n")],
        rows: lines.into_iter().map(|(count, name)| vec![esc(&name), n(count)]).collect(),
    };
    let counts = v.app.engine.store.counts(&[Kind::Dossier.name()], None).await?;
    let open: i64 = counts.iter().filter(|c| !ndp_domain::acts::FINAL.contains(&c.stage.as_str())).map(|c| c.n).sum();
    let transition = serde_json::to_value(regulation.transition).ok().and_then(|t| t.as_str().map(str::to_owned)).unwrap_or_default();
    let (rule, from) = (v.t(&format!("choice-{transition}")), say::day(regulation.effective_from));
    let under_way = Card {
        title: v.t("web-preview-under-way"),
        lead: v.t1("web-preview-under-way-what", &[("n", &n(open.unsigned_abs())), ("day", &from), ("rule", &rule.to_lowercase())]),
        columns: Vec::new(),
        rows: Vec::new(),
    };
    Ok(if lines.rows.is_empty() { vec![recognised, under_way] } else { vec![recognised, lines, under_way] })
}

/// The days of the file as they were read, and how many each year has now and would have. A day off on a weekend and a
/// day made up for on a weekday are told: they change nothing, or are a slip.
fn of_days(v: &Visitor, given: &[HolidayRow]) -> Vec<Card> {
    use chrono::Datelike;
    let mut years: BTreeMap<i32, (usize, BTreeSet<chrono::NaiveDate>)> = BTreeMap::new();
    for row in given {
        years.entry(row.date.year()).or_default().1.insert(row.date);
    }
    for day in v.directory.calendar.days.keys() {
        if let Some(year) = years.get_mut(&day.year()) {
            year.0 += 1;
        }
    }
    let by_year = Card {
        title: v.t("web-preview-years"),
        lead: String::new(),
        columns: ["web-year", "web-preview-now", "web-preview-then"].map(|k| v.t(k)).to_vec(),
        rows: years.iter().map(|(year, (now, then))| vec![year.to_string(), now.to_string(), then.len().to_string()]).collect(),
    };
    let english = v.lang == ndp_text::Lang::En;
    let row = |r: &HolidayRow| {
        let weekend = r.date.weekday().num_days_from_monday() >= 5;
        let kind = v.t(if r.working { "web-made-up" } else { "web-holiday" });
        let odd = if r.working == weekend { String::new() } else { markup::pill("warn", "triangle", &v.t("web-preview-odd")) };
        let sure = if r.confirmed { String::new() } else { format!(" ({})", v.t("web-preview-unsure")) };
        let name = if english { &r.name_en } else { &r.name_vi };
        let weekday = v.t(&format!("web-weekday-{}", r.date.weekday().num_days_from_monday()));
        vec![format!("{} {odd}", esc(name)), format!("{}, {}", esc(&weekday), say::day(r.date)), format!("{}{}", esc(&kind), esc(&sure))]
    };
    let days = Card {
        title: v.t1("web-preview-days", &[("n", &given.len().to_string())]),
        lead: String::new(),
        columns: ["web-holiday-name", "web-audit-day", "web-preview-kind"].map(|k| v.t(k)).to_vec(),
        rows: given.iter().map(row).collect(),
    };
    vec![by_year, days]
}

/// `GET /quan-tri/lich.csv`: the holidays on record, in the form in which they are loaded.
pub async fn calendar_file(v: Visitor) -> Result<Response, Refused> {
    administrator(&v)?;
    let stream = v.directory.sets.get(&(DataSet::Holidays, DataSet::Holidays.name().to_owned())).copied().ok_or(Edge::NotFound)?;
    let text = v.app.engine.loaded_text(stream).await?.ok_or(Edge::NotFound)?;
    let name = "attachment; filename=\"holidays.csv\"".to_owned();
    let kind = "text/csv; charset=utf-8".to_owned();
    Ok(([(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, name)], format!("\u{feff}{text}")).into_response())
}

/// Most running last days that are looked at, the nearest first.
const MOST: u64 = 20_000;

/// Which last days would move. Days that have passed never do; years that the file does not have stay.
async fn of_calendar(v: &Visitor, new: Calendar) -> Result<Vec<Card>, Refused> {
    let old = &v.directory.calendar;
    let mut moved: BTreeMap<String, (u64, u64, i64)> = BTreeMap::new();
    let (mut all, mut changed) = (0_u64, 0_u64);
    let regulation = v.directory.regulation_on(v.today);
    for (act, from, due) in v.app.engine.store.last_days(v.today, MOST).await? {
        let Some(row) = ACTS.iter().find(|r| r.id.name() == act) else { continue };
        let term = row.deadline.and_then(|name| regulation.and_then(|r| r.terms.get(name)));
        let then = term.and_then(|term| counted_again(from, due, *term, std::slice::from_ref(old), &new, v.today));
        // A day that no term counts was agreed or follows from another: it stays.
        let then = then.map_or(due, |then| then.on.max(v.today));
        let entry = moved.entry(act).or_default();
        (all, entry.0) = (all + 1, entry.0 + 1);
        if then != due {
            (changed, entry.1) = (changed + 1, entry.1 + 1);
            let by = (then - due).num_days();
            entry.2 = if by.abs() > entry.2.abs() { by } else { entry.2 };
        }
    }
    let n = |n: u64| say::whole(u128::from(n), v.lang);
    let row = |(act, (all, changed, by)): (String, (u64, u64, i64))| {
        let by = if by == 0 { "–".to_owned() } else { format!("{by:+}") };
        vec![esc(&v.t(&format!("act-{act}"))), n(all), n(changed), by]
    };
    let columns = ["web-preview-step", "web-preview-running", "web-preview-moved", "web-preview-by"].map(|k| v.t(k)).to_vec();
    let lead = v.t1("web-preview-calendar-what", &[("n", &n(all)), ("moved", &n(changed))]);
    Ok(vec![Card { title: v.t("web-preview-calendar"), lead, columns, rows: moved.into_iter().map(row).collect() }])
}
