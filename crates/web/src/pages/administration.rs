//! Administration: accounts and their duties, what each duty may do, regulation versions, the calendar.
//! Data in force is superseded, never edited; what follows from the calendar is computed before it counts.

use super::act::errors;
use super::record::Notice;
use crate::form::{Drawing, Mistakes, Property, Shape};
use crate::frame::{Frame, frame, page, page_with, place_of};
use crate::markup::{self, esc};
use crate::sent::Sent;
use crate::visitor::Visitor;
use crate::{known, say};
use askama::Template;
use axum::extract::Query;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use ndp_domain::account::{self, Account, Held};
use ndp_domain::acts::{ACTS, ANY, Act};
use ndp_domain::authority::{Denied, Duty, Level};
use ndp_domain::id::{AccountId, Id, Kind};
use ndp_domain::machine::{Command, Known as _};
use ndp_engine::{Problem, orders};
use ndp_server::problem::Refused;
use ndp_store::people::Person;

struct Table {
    title: String,
    columns: Vec<String>,
    rows: Vec<Vec<String>>,
}

#[derive(Template)]
#[template(path = "administration.html")]
struct Page {
    f: Frame,
    lead: String,
    button: Option<(String, String)>,
    tabs: Vec<(String, String, bool)>,
    tables: Vec<Table>,
    below: String,
}

pub fn administrator(v: &Visitor) -> Result<(), Refused> {
    v.acting()?;
    if v.is(Duty::Administrator) { Ok(()) } else { Err(Problem::Denied(Denied::DutyOfAnotherAct).into()) }
}

pub fn tabs(v: &Visitor, current: &str) -> Vec<(String, String, bool)> {
    [
        ("/quan-tri", "web-admin-users"),
        ("/quan-tri/nhiem-vu", "web-admin-duties"),
        ("/quan-tri/uy-quyen", "web-admin-delegation"),
        ("/quan-tri/quy-dinh", "web-admin-regulations"),
        ("/quan-tri/lich", "web-admin-calendar"),
        ("/quan-tri/xem-truoc", "web-preview"),
    ]
    .map(|(href, key)| (href.to_owned(), v.t(key), href == current))
    .to_vec()
}

async fn show(
    v: &Visitor,
    current: &str,
    lead: &str,
    button: Option<(&str, &str)>,
    tables: Vec<Table>,
    below: String,
    notice: Option<String>,
) -> Result<Response, Refused> {
    let mut f = frame(v, &v.t("web-nav-administration"), "/quan-tri").await?;
    f.notice = notice;
    let button = button.map(|(href, key)| (href.to_owned(), v.t(key)));
    page(&Page { f, lead: v.t(lead), button, tabs: tabs(v, current), tables, below })
}

/// A matrix of acts and the duties that do them; only duties that do one of them have a column.
fn matrix(v: &Visitor, id: &str, title: &str, acts: &[&Act]) -> String {
    let duties: Vec<Duty> = Duty::ALL.iter().copied().filter(|d| acts.iter().any(|a| a.names(*d))).collect();
    let mut out = format!(
        "<section class=\"card\" id=\"{2}\"><h2>{0}</h2><div class=\"tw\"><table class=\"matrix\"><caption class=\"unseen\">{0}</caption><thead><tr><th scope=\"col\">{1}</th>",
        esc(title),
        esc(&v.t("web-acts")),
        id
    );
    for duty in &duties {
        let name = v.t(&format!("duty-{}", duty.code()));
        out.push_str(&format!("<th scope=\"col\"><abbr title=\"{}\">{}</abbr></th>", esc(&name), duty.code()));
    }
    out.push_str("</tr></thead><tbody>");
    let yes = format!("{}<span class=\"unseen\">{}</span>", markup::icon("tick"), esc(&v.t("web-yes")));
    for act in acts {
        out.push_str(&format!("<tr><th scope=\"row\">{}</th>", esc(&v.t(&format!("act-{}", act.id.name())))));
        for duty in &duties {
            out.push_str(&format!("<td>{}</td>", if act.names(*duty) { yes.as_str() } else { "" }));
        }
        out.push_str("</tr>");
    }
    out.push_str("</tbody></table></div></section>");
    out
}

/// `GET /quan-tri/nhiem-vu`: which duty does what, from the table of acts; to be read, not changed.
pub async fn duties(v: Visitor) -> Result<Response, Refused> {
    administrator(&v)?;
    let kind_of = |act: &Act| orders::all().iter().find(|f| f.act == act.id).map(|f| f.kind);
    let every = |act: &&Act| act.from == [ANY];
    let mut parts: Vec<(&str, String, Vec<&Act>)> = Vec::new();
    for kind in Kind::ALL {
        let acts = ACTS.iter().filter(|a| !every(a) && kind_of(a) == Some(*kind)).collect();
        parts.push((kind.name(), v.t(&format!("kinds-{}", kind.name())), acts));
    }
    let acts = ACTS.iter().filter(|a| every(a) && kind_of(a).is_some()).collect();
    parts.push(("every", v.t("web-duties-every"), acts));
    parts.retain(|(.., acts)| !acts.is_empty());
    let links = parts.iter().map(|(id, title, _)| format!("<li><a href=\"#{id}\">{}</a></li>", esc(title))).collect::<String>();
    let mut below = format!("<nav class=\"prose\" aria-label=\"{}\"><ul>{links}</ul></nav>", esc(&v.t("web-report-kind")));
    parts.iter().for_each(|(id, title, acts)| below.push_str(&matrix(&v, id, title, acts)));
    let rows = Duty::ALL
        .iter()
        .filter(|d| **d != Duty::Public)
        .map(|d| vec![format!("<span class=\"num\">{}</span>", d.code()), esc(&v.t(&format!("duty-{}", d.code())))])
        .collect();
    let columns = vec![v.t("field-code"), v.t("field-duty")];
    let tables = vec![Table { title: v.t("web-admin-duties"), columns, rows }];
    show(&v, "/quan-tri/nhiem-vu", "web-admin-duties-lead", None, tables, below, None).await
}

/// `GET /quan-tri/uy-quyen`: who signs for an agency now or later, in whose place, what, until when, by which paper.
pub async fn delegation(v: Visitor) -> Result<Response, Refused> {
    administrator(&v)?;
    let accounts = v.app.engine.store.load_kind(Kind::Account).await?;
    let signs = |l: &ndp_store::read::Loaded| {
        let held = Account::known(&l.neighbour.whole.state).map(|a| a.held.clone()).unwrap_or_default();
        let id = l.id;
        held.into_iter().filter(|h| h.duty.level() == Level::Signer).filter(|h| h.to.is_none_or(|to| to >= v.today)).map(move |h| (id, h))
    };
    let all: Vec<(Id, Held)> = accounts.iter().flat_map(signs).collect();
    let ids: Vec<AccountId> = all.iter().map(|(id, _)| AccountId(id.uuid)).collect();
    let names = crate::known::names(&v, &ids).await?;
    let mut rows: Vec<(String, Vec<String>)> = all
        .iter()
        .map(|(id, h)| {
            let name = names.get(&AccountId(id.uuid)).cloned().unwrap_or_default();
            let agency = v.organisation(h.org);
            let form = serde_json::to_value(h.form).ok().and_then(|f| f.as_str().map(|f| v.t(&format!("choice-{f}"))));
            let acts: Vec<String> = h.scope.iter().map(|a| v.t(&format!("act-{}", a.name()))).collect();
            let scope = if acts.is_empty() { v.t("web-delegation-all") } else { acts.join("; ") };
            let period = h.to.map_or_else(
                || v.t1("web-since-day", &[("day", &say::day(h.from))]),
                |to| format!("{} – {}", say::day(h.from), say::day(to)),
            );
            let duty = format!("{}, {agency}", v.t(&format!("duty-{}", h.duty.code())));
            let who = format!("<a href=\"{}\">{}</a><br><span class=\"hint\">{}</span>", v.href(&place_of(*id)), esc(&name), esc(&duty));
            let basis = h.basis.as_ref().map_or_else(|| "–".to_owned(), |b| esc(b.as_str()));
            let cells = vec![
                who,
                esc(&form.unwrap_or_else(|| "–".to_owned())),
                esc(&scope),
                format!("<span class=\"num\">{}</span>", esc(&period)),
                basis,
            ];
            (ndp_domain::text::fold(&format!("{agency} {name}")), cells)
        })
        .collect();
    rows.sort();
    let columns =
        ["web-delegation-who", "field-form", "web-delegation-scope", "web-delegation-period", "field-AC2-basis"].map(|k| v.t(k)).to_vec();
    let rows = rows.into_iter().map(|(_, cells)| cells).collect();
    let tables = vec![Table { title: v.t("web-admin-delegation"), columns, rows }];
    show(&v, "/quan-tri/uy-quyen", "web-admin-delegation-lead", None, tables, String::new(), None).await
}

/// `GET /quan-tri/quy-dinh`: the versions on record, and what each changes against the one before.
pub async fn regulations(v: Visitor, Query(notice): Query<Notice>) -> Result<Response, Refused> {
    administrator(&v)?;
    let mut all: Vec<_> = v.directory.regulations.values().collect();
    all.sort_by_key(|r| std::cmp::Reverse(r.effective_from));
    let english = v.lang == ndp_text::Lang::En;
    let rows = all
        .iter()
        .map(|r| {
            let status = serde_json::to_value(r.status_on(v.today)).ok().and_then(|s| s.as_str().map(str::to_owned)).unwrap_or_default();
            let title = if english { &r.title_en } else { &r.title_vi };
            let from = say::day(r.effective_from);
            let period = r.effective_to.map_or_else(|| v.t1("web-since-day", &[("day", &from)]), |to| format!("{from} – {}", say::day(to)));
            let (part, whole) = (u128::from(r.threshold.numerator), u128::from(r.threshold.denominator));
            vec![
                format!("<strong class=\"num\">{}</strong>", esc(&r.id)),
                format!("{}<br><span class=\"hint\">{}</span>", esc(&r.number), esc(title)),
                format!("<span class=\"num\">{}</span>", esc(&period)),
                esc(&v.t(&format!("web-legal-{status}"))),
                format!("<span class=\"num\">{}</span>", say::share(part, whole, v.lang)),
            ]
        })
        .collect();
    let columns = ["web-version", "web-regulation", "web-effective", "web-state", "web-threshold-word"].map(|k| v.t(k)).to_vec();
    let mut tables = vec![Table { title: v.t("web-admin-regulations"), columns, rows }];
    if let Some(now) = v.directory.regulation_on(v.today) {
        let terms = now.terms.iter().map(|(name, term)| {
            let text = serde_json::to_value(term).ok().map(|t| term_text(&v, &t)).unwrap_or_default();
            vec![esc(&v.t(&ndp_text::key("term", name))), esc(&text)]
        });
        tables.push(Table {
            title: v.t1("web-admin-terms", &[("version", &now.id)]),
            columns: vec![v.t("web-term"), v.t("web-length")],
            rows: terms.collect(),
        });
    }
    show(
        &v,
        "/quan-tri/quy-dinh",
        "web-admin-regulations-lead",
        Some(("/quan-tri/xem-truoc", "web-admin-regulations-add")),
        tables,
        String::new(),
        notice.text(&v),
    )
    .await
}

fn term_text(v: &Visitor, term: &serde_json::Value) -> String {
    let n = term.get("days").and_then(serde_json::Value::as_u64);
    let unit = term.get("unit").and_then(serde_json::Value::as_str).unwrap_or_default();
    match n {
        Some(n) => v.t1(&format!("web-unit-{unit}"), &[("n", &n.to_string())]),
        None => term.as_str().map_or_else(|| term.to_string(), str::to_owned),
    }
}

#[derive(Debug, serde::Deserialize)]
pub struct Year {
    nam: Option<i32>,
    #[serde(default)]
    xong: String,
}

/// `GET /quan-tri/lich?nam=2026`: a year as a grid: what is no working day, and what is made up for.
pub async fn calendar(v: Visitor, Query(asked): Query<Year>) -> Result<Response, Refused> {
    use chrono::{Datelike, NaiveDate};
    administrator(&v)?;
    let mut years = v.directory.calendar.years.clone();
    years.insert(v.today.year());
    let year = asked.nam.filter(|y| years.contains(y)).unwrap_or_else(|| v.today.year());
    let link = |y: &i32| {
        let here = if *y == year { " aria-current=\"page\"" } else { "" };
        format!("<li><a class=\"num\" href=\"{}?nam={y}\"{here}>{y}</a></li>", v.href("/quan-tri/lich"))
    };
    let mut below = format!(
        "<nav class=\"tabs\" aria-label=\"{}\"><ul>{}</ul></nav><p class=\"hint legend\"><span class=\"holiday\">{}</span> <span class=\"made-up\">{}</span> <span class=\"weekend\">{}</span></p>",
        esc(&v.t("web-years")),
        years.iter().map(link).collect::<String>(),
        esc(&v.t("web-holiday")),
        esc(&v.t("web-made-up")),
        esc(&v.t("web-weekend"))
    );
    if !v.directory.calendar.years.contains(&year) {
        below.push_str(&format!(
            "<p class=\"note warn\">{}{}</p>",
            markup::icon("triangle"),
            esc(&v.t1("web-calendar-none", &[("number", &year.to_string())]))
        ));
    }
    below.push_str("<div class=\"months\">");
    for month in 1..=12 {
        below.push_str(&format!(
            "<section class=\"card\"><h2>{}</h2><table class=\"month\"><caption class=\"unseen\">{month}/{year}</caption><thead><tr>",
            esc(&v.t1("web-month", &[("month", &v.t(&format!("web-month-{month}"))), ("year", &year.to_string())]))
        ));
        for weekday in 0..7 {
            below.push_str(&format!(
                "<th scope=\"col\"><abbr title=\"{}\">{}</abbr></th>",
                esc(&v.t(&format!("web-weekday-{weekday}"))),
                esc(&v.t(&format!("web-day-{weekday}")))
            ));
        }
        below.push_str("</tr></thead><tbody><tr>");
        let first = NaiveDate::from_ymd_opt(year, month, 1).unwrap_or(v.today);
        for _ in 0..first.weekday().num_days_from_monday() {
            below.push_str("<td></td>");
        }
        for day in first.iter_days().take_while(|d| d.month() == month) {
            if day.weekday().num_days_from_monday() == 0 && day.day() > 1 {
                below.push_str("</tr><tr>");
            }
            let weekend = day.weekday().num_days_from_monday() >= 5;
            let works = v.directory.calendar.works(day);
            let (class, title) = match (works, weekend) {
                (false, false) => ("holiday", v.t("web-holiday")),
                (true, true) => ("made-up", v.t("web-made-up")),
                (false, true) => ("weekend", v.t("web-weekend")),
                (true, false) => ("", String::new()),
            };
            let said = if title.is_empty() || class == "weekend" {
                String::new()
            } else {
                format!("<span class=\"unseen\"> {}</span>", esc(&title))
            };
            below.push_str(&format!(
                "<td class=\"num {class}\"{}>{}{said}</td>",
                if title.is_empty() { String::new() } else { format!(" title=\"{}\"", esc(&title)) },
                day.day()
            ));
        }
        below.push_str("</tr></tbody></table>");
        below.push_str(&named_days(&v, first));
        below.push_str("</section>");
    }
    below.push_str("</div>");
    show(
        &v,
        "/quan-tri/lich",
        "web-admin-calendar-lead",
        Some(("/quan-tri/xem-truoc", "web-admin-calendar-add")),
        Vec::new(),
        below,
        Notice { xong: asked.xong }.text(&v),
    )
    .await
}

/// The special days of a month with their names; days in a row that bear the same one stand together.
fn named_days(v: &Visitor, first: chrono::NaiveDate) -> String {
    use chrono::Datelike;
    let english = v.lang == ndp_text::Lang::En;
    let mut runs: Vec<(u32, u32, String)> = Vec::new();
    for day in first.iter_days().take_while(|d| d.month() == first.month()) {
        let Some(row) = v.directory.holidays.get(&day) else { continue };
        let name = if english { &row.name_en } else { &row.name_vi };
        let name = if row.working { format!("{name} ({})", v.t("web-made-up").to_lowercase()) } else { name.clone() };
        match runs.last_mut() {
            Some((_, last, same)) if *last + 1 == day.day() && *same == name => *last = day.day(),
            _ => runs.push((day.day(), day.day(), name)),
        }
    }
    if runs.is_empty() {
        return String::new();
    }
    let days = |from: u32, to: u32| if from == to { from.to_string() } else { format!("{from}–{to}") };
    let line = |(from, to, name): (u32, u32, String)| format!("<li><span class=\"num\">{}</span> {}</li>", days(from, to), esc(&name));
    format!("<ul class=\"hint\">{}</ul>", runs.into_iter().map(line).collect::<String>())
}

#[derive(Template)]
#[template(path = "invite.html")]
struct Invite {
    /// What is wrong with them; empty where nothing is.
    name_wrong: String,
    email_wrong: String,
    f: Frame,
    errors: Vec<(String, String)>,
    name: String,
    email: String,
    body: String,
}

/// The fields of the person, among those of the duty.
const NAME: &str = "/person/name";
const EMAIL: &str = "/person/email";

fn held_shape() -> Shape {
    let form = orders::find(Kind::Account, "duties").map(crate::form::shape::of);
    let held = form.and_then(|s| s.property("held")).map_or(Shape::Flag, |p| p.shape.clone());
    Shape::Object(String::new(), vec![Property { name: "held".to_owned(), shape: held, required: true }])
}

async fn invitation(v: &Visitor, sent: &Sent, wrong: &Mistakes, general: Vec<String>, status: StatusCode) -> Result<Response, Refused> {
    let shape = held_shape();
    let mut known = known::of(v, &shape, None).await?;
    known.lists.remove("unit");
    let mut f = frame(v, &v.t("web-invite"), "/quan-tri").await?;
    f.crumbs.push(("/quan-tri".to_owned(), v.t("web-nav-administration")));
    f.wrong = status.is_client_error();
    let mut pairs = sent.pairs.clone();
    if pairs.get("/held/from").is_empty() {
        pairs.set("/held/from", say::day(v.today));
    }
    let body = Drawing { lang: v.lang, act: "AC2", pairs: &pairs, wrong, known: &known, prefix: "" }.form(&shape);
    let said = |at: &str| wrong.get(at).map(|(_, said)| said.clone()).unwrap_or_default();
    let errors = errors(v, "AC2", wrong, "", general);
    page_with(
        status,
        &Invite {
            f,
            errors,
            name_wrong: said(NAME),
            email_wrong: said(EMAIL),
            name: sent.get("name").to_owned(),
            email: sent.get("email").to_owned(),
            body,
        },
    )
}

/// `GET /quan-tri/moi`
pub async fn invite(v: Visitor) -> Result<Response, Refused> {
    administrator(&v)?;
    invitation(&v, &Sent::default(), &Mistakes::new(), Vec::new(), StatusCode::OK).await
}

/// `POST /quan-tri/moi`: an account with its duty, a person, and a letter to them.
pub async fn send(v: Visitor, mut sent: Sent) -> Result<Response, Refused> {
    if !v.signed_in() {
        return Ok(super::sign_in::ended(&v, &sent));
    }
    administrator(&v)?;
    v.proved(sent.get("_proof"))?;
    let shape = held_shape();
    let what = sent.get("_do").to_owned();
    if super::act::worked(&mut sent.pairs, &what) {
        return invitation(&v, &sent, &Mistakes::new(), Vec::new(), StatusCode::OK).await;
    }
    crate::known::unit_by_name(&v, &mut sent.pairs);
    let (content, wrong) = sent.pairs.numbered(&shape, true).content(&shape, &crate::form::Known::default());
    let mut wrong = wrong;
    let general = Vec::new();
    let (name, email) = (sent.get("name").trim(), sent.get("email").trim());
    if name.is_empty() {
        wrong.insert(NAME.to_owned(), ("said".to_owned(), v.t("web-wrong-name")));
    }
    if !email.contains('@') || email.len() < 3 {
        wrong.insert(EMAIL.to_owned(), ("said".to_owned(), v.t("input-email")));
    }
    let held = ndp_engine::parse::shape::<Held>(content.get("held").cloned().unwrap_or_default());
    let held = match held {
        Ok(held) if wrong.is_empty() && general.is_empty() => held,
        Ok(_) => return invitation(&v, &sent, &wrong, general, StatusCode::UNPROCESSABLE_ENTITY).await,
        Err(Problem::Invalid(all)) => {
            wrong.extend(super::act::mistakes(&all).into_iter().map(|(p, m)| (format!("/held{p}"), m)));
            return invitation(&v, &sent, &wrong, general, StatusCode::UNPROCESSABLE_ENTITY).await;
        }
        Err(other) => return Err(other.into()),
    };
    let id = AccountId(v.app.engine.id());
    let acts: Vec<(Id, Command)> =
        vec![(id.into(), account::Command::Open { id }.into()), (id.into(), account::Command::Grant { held }.into())];
    let person = Person { account: id, name: name.to_owned(), email: email.to_owned(), lang: "vi".to_owned() };
    match ndp_server::people::invited(&v.app, &v.reading, &acts, &person).await {
        Ok(()) => {
            Ok((StatusCode::SEE_OTHER, [(header::LOCATION, v.href(&format!("{}?xong=invited", place_of(id.into()))))]).into_response())
        }
        Err(refused) if refused.code() == "identity.email_taken" => {
            let wrong = Mistakes::from([(EMAIL.to_owned(), ("said".to_owned(), super::act::said(&v, &refused)))]);
            invitation(&v, &sent, &wrong, Vec::new(), refused.status()).await
        }
        Err(refused) if refused.status().is_client_error() => {
            let general = vec![super::act::said(&v, &refused)];
            invitation(&v, &sent, &Mistakes::new(), general, refused.status()).await
        }
        Err(other) => Err(other),
    }
}
