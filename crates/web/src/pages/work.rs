//! My work: what waits for the reader in the duty chosen, by when.

use crate::frame::{Frame, framed, page, place_of};
use crate::markup;
use crate::visitor::{Due, Visitor};
use askama::Template;
use axum::extract::Query;
use axum::response::Response;
use ndp_domain::acts::ActId;
use ndp_domain::authority::{Duty, Level, Side};
use ndp_domain::id::{Id, Kind};
use ndp_domain::regulation::Before;
use ndp_domain::visibility::Scope;
use ndp_server::caller::Reading;
use ndp_server::duties::Duty1;
use ndp_server::problem::Refused;
use ndp_server::rounds;
use ndp_store::inbox::{Inbox, Task};
use ndp_store::lists::{Filter, Order};
use serde::Deserialize;

/// Tasks listed at most, the nearest last days first.
const MOST: u64 = 200;
/// Papers to be filed that stand open at most.
const FOLDED: usize = 5;
/// Other duties looked into at most.
const DUTIES: usize = 12;

struct Row {
    href: String,
    what: String,
    name: String,
    due: Option<Due>,
}

struct Group {
    title: String,
    /// Stands folded: it is looked at when there is time for it.
    folded: bool,
    rows: Vec<Row>,
}

#[derive(Template)]
#[template(path = "work.html")]
struct Page {
    f: Frame,
    lead: String,
    total: usize,
    q: String,
    button: Option<(String, String)>,
    groups: Vec<Group>,
    drafts: Vec<(String, String, String)>,
    elsewhere: Vec<(String, String, u64)>,
    /// What this duty is for, where work seldom waits for it.
    idle: String,
}

/// Tasks of the reader in their duty.
async fn inbox(v: &Visitor, limit: u64) -> Result<Vec<Task>, Refused> {
    let Some(duty) = v.duty() else { return Ok(Vec::new()) };
    let (scope, holders) = (v.reading.scope(&v.app), v.reading.holders(&v.app));
    let before = v.directory.before();
    Ok(v.app.engine.store.inbox(&of(v, duty.duty, &scope, &holders, &before), limit).await?)
}

/// How many tasks wait, as far as the page of work lists them.
pub async fn waiting(v: &Visitor) -> Result<usize, Refused> {
    let Some(duty) = v.duty() else { return Ok(0) };
    let (scope, holders) = (v.reading.scope(&v.app), v.reading.holders(&v.app));
    let before = v.directory.before();
    let waiting = v.app.engine.store.inbox_sizes(&[of(v, duty.duty, &scope, &holders, &before)], MOST).await?;
    let rounds = rounds::waiting(&v.app, &v.reading).await?.len();
    Ok(waiting.first().map_or(0, |n| usize::try_from(*n).unwrap_or(0)) + rounds)
}

/// What waits in the reader's other duties: how it is chosen, its name, how many.
async fn elsewhere(v: &Visitor) -> Result<Vec<(String, String, u64)>, Refused> {
    let chosen = v.duty();
    let others: Vec<(Reading, &Duty1)> =
        v.duties.iter().filter(|d| Some(*d) != chosen).filter_map(|d| Some((v.in_duty(d)?, d))).take(DUTIES).collect();
    let whose: Vec<(Scope, Vec<String>)> = others.iter().map(|(r, _)| (r.scope(&v.app), r.holders(&v.app))).collect();
    let before = v.directory.before();
    let inboxes: Vec<Inbox> = others.iter().zip(&whose).map(|((_, d), (scope, holders))| of(v, d.duty, scope, holders, &before)).collect();
    let mut sizes = v.app.engine.store.inbox_sizes(&inboxes, MOST).await?;
    for ((reading, _), size) in others.iter().zip(&mut sizes) {
        *size += rounds::waiting(&v.app, reading).await?.len() as u64;
    }
    let waiting = others.iter().zip(sizes).filter(|(_, n)| *n > 0);
    Ok(waiting.map(|((_, d), n)| (v.app.name_of(d), v.duty_name(d), n)).collect())
}

/// The reader's tasks in a duty.
fn of<'a>(v: &Visitor, duty: Duty, scope: &'a Scope, holders: &'a [String], before: &'a [Before]) -> Inbox<'a> {
    Inbox { scope, duty, holders, person: v.reading.reader.account, before }
}

#[derive(Debug, Deserialize)]
pub struct Asked {
    #[serde(default)]
    q: String,
    #[serde(default)]
    xong: String,
}

/// `GET /viec`
pub async fn work(v: Visitor, Query(asked): Query<Asked>) -> Result<Response, Refused> {
    let duty = v.acting()?.clone();
    let mut tasks = inbox(&v, MOST).await?;
    let rounds = rounds::waiting(&v.app, &v.reading).await?;
    tasks.extend(rounds.iter().map(Task::from));
    // As in the count beside "my work": what only has to be filed keeps nobody waiting.
    let total = tasks.iter().filter(|t| t.act != ActId::D10.name()).count();
    let wanted = ndp_domain::text::fold(&asked.q);
    let soon = (v.today + chrono::Days::new(7)).to_string();
    let today = v.today.to_string();
    let ids: Vec<Id> = tasks.iter().filter_map(|t| Some(Id::new(Kind::of_name(&t.kind)?, t.stream))).collect();
    let about = crate::known::called(&v, &ids).await?;
    // What only has to be filed comes last, so that it stands in nobody's way.
    let mut groups =
        [("web-work-over", Vec::new()), ("web-work-soon", Vec::new()), ("web-work-later", Vec::new()), ("web-work-file", Vec::new())];
    for task in tasks {
        let Some(kind) = Kind::of_name(&task.kind) else { continue };
        let id = Id::new(kind, task.stream);
        let what = v.t(&format!("act-{}", task.act));
        let drafts = duty.duty.level() == Level::Officer && ActId::of_name(&task.act).is_some_and(|a| a.row().paper.is_issued());
        let what = match ActId::of_name(&task.act).filter(|_| drafts) {
            Some(act) => crate::known::to_draft(&v, act),
            None => what,
        };
        let from_paper = task.act == ActId::E15.name() && duty.duty == Duty::Secretary;
        let types_in = task.act == ActId::E15.name() && duty.duty == Duty::Support;
        let what = match (from_paper, types_in) {
            (true, _) => v.t("web-confirm-paper"),
            (_, true) => v.t("web-paper-sheet"),
            _ => what,
        };
        let kind_name = v.t(&format!("kind-{}", kind.name()));
        let named = task.name.as_ref().map(|name| crate::known::in_words(&v, kind, name));
        let known = named.as_ref().or_else(|| about.get(&id));
        let name = known.map_or_else(|| kind_name.clone(), |n| format!("{kind_name} · {n}"));
        let name = match &task.code {
            Some(code) if !name.contains(code.as_str()) => format!("{name} · {code}"),
            _ => name,
        };
        if !wanted.is_empty() && !ndp_domain::text::fold(&format!("{what} {name}")).contains(&wanted) {
            continue;
        }
        let place = match task.due_on.as_deref() {
            _ if task.act == ActId::D10.name() => 3,
            Some(due) if due < today.as_str() => 0,
            Some(due) if due <= soon.as_str() => 1,
            _ => 2,
        };
        let in_body = rounds.iter().find(|w| w.dossier == id && w.act.name() == task.act);
        let href = if types_in {
            format!("/phieu/moi/paper-sheets?dossier={id}")
        } else if let Some(w) = in_body.filter(|w| w.act == ActId::E11) {
            format!("{}/mo-vong?dossier={}", place_of(w.body), w.dossier)
        } else if let Some(w) = in_body.filter(|w| w.act == ActId::E15) {
            place_of(w.body)
        } else if let Some(w) = in_body.filter(|w| w.act == ActId::B7) {
            format!("{}/counting-boards?dossier={}", place_of(w.body), w.dossier)
        } else if task.act == "E15" && duty.duty != Duty::Support {
            format!("{}/phieu", place_of(id))
        } else {
            place_of(id)
        };
        groups[place].1.push(Row { href, what, name, due: v.due(task.due_on.as_deref()) });
    }
    // What can be done today and has no last day comes before what is due in months.
    groups[2].1.sort_by_key(|row| row.due.is_some());
    let button = match duty.duty {
        Duty::ManagingOfficer | Duty::ManagingCoordinator => Some(("/de-xuat/moi/mo".to_owned(), v.t("web-new-entry"))),
        Duty::Administrator => Some(("/quan-tri/moi".to_owned(), v.t("web-invite"))),
        _ => None,
    };
    let listed: Vec<Id> = ids;
    let drafts = drafts(&v, duty.duty, &listed).await?;
    let weekday = v.t(&format!("web-weekday-{}", chrono::Datelike::weekday(&v.today).num_days_from_monday()));
    let idle = match duty.duty.side() {
        Side::Locality => v.t("web-work-locality"),
        Side::Operator => v.t("web-work-operator"),
        _ => String::new(),
    };
    let lead = v.t1("web-work-lead", &[("n", &total.to_string()), ("weekday", &weekday), ("day", &crate::say::day(v.today))]);
    let mut f = framed(&v, &v.t("web-nav-work"), "/viec", total).await?;
    f.notice = super::record::Notice { xong: asked.xong }.text(&v);
    let groups = groups
        .into_iter()
        .map(|(title, rows)| Group { title: v.t(title), folded: title == "web-work-file" && rows.len() > FOLDED, rows })
        .collect();
    let elsewhere = elsewhere(&v).await?;
    page(&Page { f, lead, total, q: asked.q, button, groups, drafts, elsewhere, idle })
}

/// What the reader's unit has begun and not yet sent: proposals, dossiers, papers.
async fn drafts(v: &Visitor, duty: Duty, listed: &[Id]) -> Result<Vec<(String, String, String)>, Refused> {
    let stages: &[&str] = match (duty.side(), duty.level()) {
        (Side::Managing, Level::Officer) => &["L.draft", "E.draft", "D.draft", "D.returned"],
        (_, Level::Officer) => &["D.draft", "D.returned"],
        (Side::Applicant, _) => &["E.draft"],
        (Side::Body, _) if duty == Duty::Secretary => &["D.draft"],
        _ => return Ok(Vec::new()),
    };
    let scope = v.reading.scope(&v.app);
    let filter = Filter { stages: stages.iter().map(|s| (*s).to_owned()).collect(), ..Filter::default() };
    let mut lines = v.app.engine.store.list(&scope, &filter, Order::Updated, None, 30).await?;
    // What is a task already is not told again.
    lines.retain(|l| !listed.contains(&l.id));
    let about = crate::known::called(v, &lines.iter().map(|l| l.id).collect::<Vec<_>>()).await?;
    let name = |l: &ndp_store::lists::Line| about.get(&l.id).cloned().unwrap_or_else(|| crate::known::line_name(v, l));
    Ok(lines.iter().map(|l| (place_of(l.id), name(l), markup::state(&l.stage, v.lang))).collect())
}
