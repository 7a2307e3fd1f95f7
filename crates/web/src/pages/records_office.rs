//! Papers: the signer's inbox, and the three lists of a records office: incoming, waiting for a number, outgoing.

use crate::frame::{Frame, frame, page, place_of};
use crate::markup;
use crate::pages::lists::{address, after, cursor};
use crate::visitor::Visitor;
use crate::{known, say};
use askama::Template;
use axum::extract::Query;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use ndp_domain::acts::ActId;
use ndp_domain::authority::Side;
use ndp_domain::document::{self, Document};
use ndp_domain::id::{Kind, OrganisationId};
use ndp_domain::list_entry::Incoming;
use ndp_domain::machine::{Known as _, State};
use ndp_server::problem::{Edge, Refused};
use ndp_store::lists::{After, Filter, Order};
use ndp_store::read::Loaded;
use serde::Deserialize;
use std::collections::BTreeMap;

struct Row {
    href: String,
    name: String,
    about: String,
    badge: String,
    /// Under the columns of the group.
    cells: Vec<String>,
    /// What this duty does with it next: address and words.
    next: Option<(String, String)>,
}

struct Group {
    /// Words over the cells, and whether they are numbers and days.
    columns: Vec<(String, bool)>,
    title: String,
    empty: String,
    /// How many, as far as they stand here.
    count: String,
    rows: Vec<Row>,
    /// Where the rest of them is, and in what words; none where all stand here.
    more: Option<(String, String)>,
}

impl Group {
    /// Does the reader's duty do something next with one of them?
    fn acts(&self) -> bool {
        self.rows.iter().any(|r| r.next.is_some())
    }
}

/// A group to be listed.
#[derive(Debug, Clone)]
struct Listed {
    /// Key of its title.
    title: &'static str,
    /// States of its papers.
    stages: Vec<&'static str>,
    /// Of papers that follow a version, states that are not of this group.
    except: Vec<(String, Vec<&'static str>)>,
    /// Papers of others that were sent here, instead of the agency's own.
    from_others: bool,
}

impl Listed {
    fn of(title: &'static str, stages: &[&'static str]) -> Listed {
        Listed { title, stages: stages.to_vec(), except: Vec::new(), from_others: false }
    }

    /// What others issued and sent here.
    fn arrived() -> Listed {
        Listed { from_others: true, ..Listed::of("web-arrived", &["D.issued", "D.filed", "D.replaced"]) }
    }
}

/// Of all groups the newest papers, or one of them page by page.
#[derive(Debug, Deserialize)]
pub struct Asked {
    nhom: Option<usize>,
    #[serde(default)]
    after: String,
}

/// Papers of a group beside others, and on pages of its own.
const FEW: usize = 20;
const MANY: usize = 50;

#[derive(Template)]
#[template(path = "papers.html")]
struct Page {
    f: Frame,
    lead: String,
    groups: Vec<Group>,
    export: bool,
}

/// A page of the newest papers in these states, and where the next page goes on; none after the last.
async fn papers(v: &Visitor, of: &Listed, after: Option<&After>, limit: usize) -> Result<(Vec<Loaded>, Option<After>), Refused> {
    let scope = v.reading.scope(&v.app);
    let stages = of.stages.iter().map(|s| (*s).to_owned()).collect();
    let (own, except) = (v.duty().map(|d| d.org), of.except.clone());
    let (managing, sent_to) = if of.from_others { (None, own) } else { (own, None) };
    let filter = Filter { kind: Some(Kind::Document), stages, managing, sent_to, except, ..Filter::default() };
    let lines = v.app.engine.store.list(&scope, &filter, Order::Updated, after, limit as u64).await?;
    let next = lines.last().filter(|_| lines.len() == limit).map(|l| After { value: l.key.clone(), id: l.id.uuid });
    let needs: Vec<_> = lines.into_iter().map(|l| ndp_domain::evidence::Need::Stream(l.id)).collect();
    let mut all: Vec<Loaded> = v.app.engine.store.load(&needs).await?.into_values().collect();
    all.sort_by_key(|l| std::cmp::Reverse(l.neighbour.whole.updated_at));
    Ok((all, next))
}

/// The newest papers that were sent to an organisation, as far as the reader reads them: address, number and subject, state.
pub async fn received(v: &Visitor, org: OrganisationId) -> Result<Vec<(String, String, String)>, Refused> {
    let stages = Listed::arrived().stages.into_iter().map(str::to_owned).collect();
    let filter = Filter { kind: Some(Kind::Document), stages, sent_to: Some(org), ..Filter::default() };
    let lines = v.app.engine.store.list(&v.reading.scope(&v.app), &filter, Order::Updated, None, FEW as u64).await?;
    let subjects = abouts(v, &lines.iter().map(|l| l.id).collect::<Vec<_>>()).await?;
    let one = |l: &ndp_store::lists::Line| {
        let number = l.code.clone().unwrap_or_default();
        let name = subjects.get(&l.id).map_or_else(|| number.clone(), |subject| format!("{number} – {subject}"));
        (place_of(l.id), name, markup::state(&l.stage, v.lang))
    };
    Ok(lines.iter().map(one).collect())
}

/// What papers are about: the act's words and the record's name, by paper.
pub async fn abouts(v: &Visitor, ids: &[ndp_domain::id::Id]) -> Result<BTreeMap<ndp_domain::id::Id, String>, Refused> {
    if ids.is_empty() {
        return Ok(Default::default());
    }
    let needs: Vec<_> = ids.iter().map(|id| ndp_domain::evidence::Need::Stream(*id)).collect();
    let loaded: Vec<Loaded> = v.app.engine.store.load(&needs).await?.into_values().collect();
    let rows = rows(v, &loaded, Columns::Way).await?;
    let say = |r: &Row| if r.about.is_empty() { r.name.clone() } else { format!("{} · {}", r.name, r.about) };
    Ok(rows.iter().filter_map(|r| Some((r.href.rsplit('/').next()?.parse().ok()?, say(r)))).collect())
}

/// What a group tells of its papers beside subject and state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Columns {
    /// On its way: number and day of the last step.
    Way,
    /// Gone out: number and date, to whom, when it was sent and registered there.
    Out,
    /// Come in: who sent it, number and date, when it was sent, number and day given to it here.
    In,
}

impl Columns {
    fn words(self, v: &Visitor) -> Vec<(String, bool)> {
        let word = |key: &str| matches!(key, "web-paper-recipients" | "web-paper-sender");
        self.keys().iter().map(|key| (v.t(key), !word(key))).collect()
    }
    fn keys(self) -> &'static [&'static str] {
        match self {
            Columns::Way => &["web-paper-number", "web-updated"],
            Columns::In => &["web-paper-sender", "web-paper-letter", "web-paper-sent", "web-paper-arrived"],
            Columns::Out => &["web-paper-number", "web-paper-recipients", "web-paper-sent", "web-paper-received"],
        }
    }
}

/// What a records office does next with a paper, in the order of its steps.
const OFFICE: &[ActId] = &[ActId::D7, ActId::D8, ActId::D9, ActId::D10];

/// The first of the acts that leaves the state and that the reader's duty does, as a link to its form.
fn next(v: &Visitor, l: &Loaded, acts: &[ActId]) -> Option<(String, String)> {
    let (duty, stage) = (v.duty()?.duty, l.neighbour.whole.state.stage());
    // A paper goes by the steps of the version that it follows.
    let own = l.neighbour.whole.state.view().regulation.and_then(|name| v.directory.regulations.get(&name));
    let before = own.map(|r| r.paper.before()).unwrap_or_default();
    let fits = |act: &&ActId| {
        let row = act.row();
        let early = before.iter().any(|(id, stages)| id == *act && stages.contains(&stage));
        row.leaves(stage) && row.names(duty) && !early
    };
    let act = acts.iter().find(fits)?;
    if let Some((_, name)) = super::joined::steps(v, &l.neighbour.whole.state).filter(|(joined, _)| joined.first() == Some(act)) {
        return Some((format!("{}/{}", place_of(l.id), super::joined::PLACE), v.t(name)));
    }
    let form = ndp_engine::orders::all().iter().find(|f| f.act == *act && f.kind == l.id.kind)?;
    Some((format!("{}/{}", place_of(l.id), form.noun), v.t(&format!("act-{}", act.name()))))
}

/// Number and date of a paper as one reads them.
fn numbered(number: &str, date: Option<chrono::NaiveDate>) -> String {
    date.map_or_else(|| number.to_owned(), |date| format!("{number}, {}", say::day(date)))
}

/// The cells of a paper that has gone out. It is received when the office of whoever it went to has registered it.
fn out(v: &Visitor, d: &document::State, about: Option<&State>) -> Vec<String> {
    let to = d.issued.as_ref().map(|i| i.recipients.as_slice()).unwrap_or_default();
    let to = match to {
        [] => "–".to_owned(),
        [one] => v.organisation(*one),
        [first, rest @ ..] => v.t1("web-paper-and-more", &[("first", &v.organisation(*first)), ("n", &rest.len().to_string())]),
    };
    let sent = d.issued.as_ref().map(|i| say::day(ndp_domain::time::legal_date(i.at)));
    let arrived = match about {
        Some(State::ListEntry(e)) if e.letter.as_ref().is_some_and(|l| l.document == d.id) => e.incoming.as_ref().map(|i| i.arrived_on),
        _ => None,
    };
    let number = d.number.as_ref().map(|n| numbered(&n.printed(), Some(n.date)));
    let dash = || "–".to_owned();
    vec![number.unwrap_or_else(dash), to, sent.unwrap_or_else(dash), arrived.map_or_else(dash, say::day)]
}

/// The cells of a paper that has come in, with what the record that it is about says of its registration.
fn come_in(v: &Visitor, d: &document::State, about: Option<&State>) -> Vec<String> {
    let dash = || "–".to_owned();
    let number = d.number.as_ref().map(|n| numbered(&n.printed(), Some(n.date)));
    let sent = d.issued.as_ref().map(|i| say::day(ndp_domain::time::legal_date(i.at)));
    let registered = match about {
        Some(State::ListEntry(e)) if e.letter.as_ref().is_some_and(|l| l.document == d.id) => e.incoming.as_ref(),
        _ => None,
    };
    let registered = registered.map(|i| numbered(i.number.as_str(), Some(i.arrived_on)));
    vec![v.organisation(d.issuing), number.unwrap_or_else(dash), sent.unwrap_or_else(dash), registered.unwrap_or_else(dash)]
}

async fn rows(v: &Visitor, all: &[Loaded], columns: Columns) -> Result<Vec<Row>, Refused> {
    let about: Vec<_> = all.iter().filter_map(|l| Document::known(&l.neighbour.whole.state)?.acts.first().map(|a| a.stream)).collect();
    let lines = v.app.engine.store.lines_of(&v.reading.scope(&v.app), &about).await?;
    // Once frozen a paper has its own subject; before, it is told by its act and the record.
    let pins: Vec<_> = all.iter().filter_map(|l| Document::known(&l.neighbour.whole.state)?.snapshot.map(|p| p.0)).collect();
    let frozen = v.app.engine.store.contents(&pins).await?;
    let subject = |d: &ndp_domain::document::State| {
        let snapshot: serde_json::Value = serde_json::from_str(frozen.get(&d.snapshot?.0)?).ok()?;
        snapshot.get("subject").and_then(|s| s.as_str()).map(str::to_owned)
    };
    // What a paper is about is the paper's own to say, whoever takes it through its steps.
    let asked = |id: &&ndp_domain::id::Id| columns != Columns::Way || lines.iter().all(|x| x.id != **id);
    let unnamed: Vec<_> = about.iter().filter(asked).map(|id| ndp_domain::evidence::Need::Stream(*id)).collect();
    let further = if unnamed.is_empty() { BTreeMap::new() } else { v.app.engine.store.load(&unnamed).await? };
    let one = |l: &Loaded| {
        let state = Document::known(&l.neighbour.whole.state)?;
        let first = state.acts.first()?;
        let about = lines.iter().find(|x| x.id == first.stream).map(|x| known::line_name(v, x));
        let about = about.or_else(|| further.get(&first.stream)?.neighbour.whole.state.view().name).unwrap_or_default();
        let name = subject(state).unwrap_or_else(|| v.t(&format!("act-{}", first.act.name())));
        // What the subject names already is not said again.
        let told = lines.iter().find(|x| x.id == first.stream).and_then(|x| x.name.as_deref()).is_some_and(|n| name.contains(n));
        let about = if told || name.contains(about.as_str()) { String::new() } else { about };
        Some(Row {
            href: place_of(l.id),
            name,
            about,
            badge: markup::state(l.neighbour.whole.state.stage(), v.lang),
            cells: match columns {
                Columns::Out => out(v, state, further.get(&first.stream).map(|l| &l.neighbour.whole.state)),
                Columns::In => come_in(v, state, further.get(&first.stream).map(|l| &l.neighbour.whole.state)),
                Columns::Way => {
                    let number = state.number.as_ref().map_or_else(|| "–".to_owned(), ndp_domain::document::Number::printed);
                    vec![number, say::day(ndp_domain::time::legal_date(l.neighbour.whole.updated_at))]
                }
            },
            next: if columns == Columns::In { None } else { next(v, l, OFFICE) },
        })
    };
    Ok(all.iter().filter_map(one).collect())
}

async fn group(v: &Visitor, place: &str, n: usize, of: &Listed, after: Option<&After>, most: usize) -> Result<Group, Refused> {
    let title = of.title;
    let columns = match title {
        "web-outgoing" => Columns::Out,
        "web-arrived" => Columns::In,
        _ => Columns::Way,
    };
    let (all, next) = papers(v, of, after, most).await?;
    let own = next.map(|next| if most == MANY { cursor(&next.value, next.id) } else { String::new() });
    Ok(Group {
        columns: columns.words(v),
        title: v.t(title),
        empty: v.t(&format!("{title}-none")),
        count: if own.is_some() { format!("{}+", all.len()) } else { all.len().to_string() },
        more: own.map(|after| {
            let words = v.t(if after.is_empty() { "web-papers-all" } else { "web-papers-more" });
            (address(place, &[("nhom", &n.to_string()), ("after", &after)]), words)
        }),
        rows: rows(v, &all, columns).await?,
    })
}

/// The groups asked for: all beside each other, or one of them by pages.
async fn groups(v: &Visitor, place: &str, all: &[Listed], asked: &Asked) -> Result<Vec<Group>, Refused> {
    if let Some(n) = asked.nhom {
        let one = all.get(n).ok_or(Edge::Parameter("nhom"))?;
        return Ok(vec![group(v, place, n, one, after(&asked.after)?.as_ref(), MANY).await?]);
    }
    let mut out = Vec::new();
    for (n, one) in all.iter().enumerate() {
        out.push(group(v, place, n, one, None, FEW).await?);
    }
    Ok(out)
}

/// `GET /trinh-ky`: what waits for this duty first, then what is under way, then what is done.
pub async fn signing(v: Visitor, Query(asked): Query<Asked>) -> Result<Response, Refused> {
    let duty = v.acting()?.clone();
    let level = duty.duty.level();
    // A paper goes by the steps of the version that it follows.
    let of_versions: Vec<(&String, Vec<&'static str>)> =
        v.directory.regulations.iter().map(|(name, r)| (name, r.paper.waits_for(level))).collect();
    let any = |stage: &&str| of_versions.iter().any(|(_, own)| own.contains(stage));
    let (mine, other): (Vec<&str>, Vec<&str>) = super::doings::ON_THE_WAY.iter().partition(|stage| any(stage));
    // What waits in one version and not in another stands where its own version puts it.
    let not_mine = |(name, own): &(&String, Vec<&'static str>)| {
        let out: Vec<&str> = mine.iter().filter(|s| !own.contains(s)).copied().collect();
        (!out.is_empty()).then(|| ((*name).clone(), out))
    };
    let except: Vec<_> = of_versions.iter().filter_map(not_mine).collect();
    let differs = |stage: &&&str| except.iter().any(|(_, out)| out.contains(*stage));
    let on_the_way = other.iter().chain(mine.iter().filter(differs)).copied().collect();
    let waits = of_versions.iter().filter(|_| !except.is_empty()).map(|(name, own)| ((*name).clone(), own.clone())).collect();
    let all = [
        Listed { title: "web-papers-mine", stages: mine, except, from_others: false },
        Listed { title: "web-papers-way", stages: on_the_way, except: waits, from_others: false },
        Listed::of("web-papers-done", &["D.issued", "D.filed", "D.replaced"]),
    ];
    let groups = groups(&v, "/trinh-ky", &all, &asked).await?;
    let f = frame(&v, &v.t("web-nav-papers"), "/trinh-ky").await?;
    page(&Page { f, lead: v.t("web-papers-lead"), groups, export: false })
}

/// `GET /van-thu`
pub async fn office(v: Visitor, Query(asked): Query<Asked>) -> Result<Response, Refused> {
    v.acting()?;
    let all = [
        Listed::of("web-for-number", &["D.signed"]),
        Listed::of("web-for-issue", &["D.numbered", "D.sealed"]),
        Listed::of("web-outgoing", &["D.issued", "D.filed", "D.replaced"]),
        Listed::arrived(),
    ];
    let mut groups = groups(&v, "/van-thu", &all, &asked).await?;
    if asked.nhom.is_none() {
        groups.insert(0, incoming(&v).await?);
    }
    let f = frame(&v, &v.t("web-nav-records"), "/van-thu").await?;
    page(&Page { f, lead: v.t("web-records-lead"), groups, export: true })
}

/// What has arrived and is not yet registered or assigned.
async fn incoming(v: &Visitor) -> Result<Group, Refused> {
    let scope = v.reading.scope(&v.app);
    // What a ministry sent to the keeper of the List arrives there, not at its own office.
    let stages: &[&str] = match v.side() {
        Side::Focal => &["L.submitted", "L.received"],
        Side::Managing => &["E.submitted", "E.received"],
        _ => &["L.submitted", "L.received", "E.submitted", "E.received"],
    };
    let stages = stages.iter().map(|s| (*s).to_owned()).collect();
    let filter = Filter { stages, ..Filter::default() };
    let lines = v.app.engine.store.list(&scope, &filter, Order::Updated, None, INCOMING).await?;
    let needs: Vec<_> = lines.iter().map(|l| ndp_domain::evidence::Need::Stream(l.id)).collect();
    let loaded = v.app.engine.store.load(&needs).await?;
    let row = |l: &ndp_store::lists::Line| {
        let arrived = loaded.get(&l.id).map(|l| arrived(&l.neighbour.whole.state)).unwrap_or_default();
        let dash = || "–".to_owned();
        let said = |part: Option<(String, Option<chrono::NaiveDate>)>| part.map_or_else(dash, |(number, on)| numbered(&number, on));
        Row {
            href: place_of(l.id),
            name: known::line_name(v, l),
            about: v.t(&format!("kind-{}", l.id.kind.name())),
            badge: markup::state(&l.stage, v.lang),
            cells: vec![arrived.sender.map_or_else(dash, |sender| v.organisation(sender)), said(arrived.letter), said(arrived.registered)],
            next: loaded.get(&l.id).and_then(|l| next(v, l, &[ActId::L3, ActId::L4, ActId::E4, ActId::E5])),
        }
    };
    let whole = lines.len() as u64 == INCOMING;
    Ok(Group {
        columns: [("web-paper-sender", false), ("web-paper-letter", true), ("web-paper-arrived", true)]
            .map(|(k, number)| (v.t(k), number))
            .to_vec(),
        title: v.t("web-incoming"),
        empty: v.t("web-incoming-none"),
        count: format!("{}{}", lines.len(), if whole { "+" } else { "" }),
        more: None,
        rows: lines.iter().map(row).collect(),
    })
}

/// Files on their way in that are listed; the oldest wait no longer than their last days allow.
const INCOMING: u64 = 100;

/// What has arrived: who sent it, number and date of its letter, number and day given to it here.
#[derive(Default)]
struct Arrived {
    sender: Option<OrganisationId>,
    letter: Option<(String, Option<chrono::NaiveDate>)>,
    registered: Option<(String, Option<chrono::NaiveDate>)>,
}

fn arrived(state: &State) -> Arrived {
    let registered = |i: &Incoming| (i.number.to_string(), Some(i.arrived_on));
    match state {
        State::ListEntry(entry) => Arrived {
            sender: Some(entry.managing),
            letter: entry.letter.as_ref().map(|l| (l.number.clone(), Some(l.date))),
            registered: entry.incoming.as_ref().map(registered),
        },
        State::Dossier(dossier) => Arrived {
            sender: Some(dossier.applicant.unwrap_or(dossier.managing)),
            letter: None,
            registered: dossier.incoming.as_ref().map(registered),
        },
        _ => Arrived::default(),
    }
}

/// Which register: of what went out, or of what came in.
#[derive(Debug, Deserialize)]
pub struct Register {
    #[serde(default)]
    so: String,
}

/// `GET /van-thu.csv`: the register of outgoing papers; `?so=den` that of incoming ones.
pub async fn register(v: Visitor, Query(asked): Query<Register>) -> Result<Response, Refused> {
    v.acting()?;
    if asked.so == "den" {
        return incoming_register(&v).await;
    }
    let mut text = format!("\u{feff}{}\r\n", v.t("web-register-columns"));
    let mut after = None;
    let numbered = Listed::of("web-outgoing", &["D.issued", "D.filed", "D.replaced", "D.numbered", "D.sealed"]);
    loop {
        let (all, next) = papers(&v, &numbered, after.as_ref(), 500).await?;
        let subjects = abouts(&v, &all.iter().map(|l| l.id).collect::<Vec<_>>()).await?;
        all.iter().filter_map(|l| registered(&v, l, subjects.get(&l.id))).for_each(|line| text.push_str(&line));
        after = next;
        if after.is_none() {
            break;
        }
    }
    Ok(csv(&format!("van-ban-di-{}", v.today), text))
}

/// Papers of others as they came in: number, date, sender, subject, when it was sent, number and day given here.
async fn incoming_register(v: &Visitor) -> Result<Response, Refused> {
    let mut text = format!("\u{feff}{}\r\n", v.t("web-register-in-columns"));
    let (of, mut after) = (Listed::arrived(), None);
    loop {
        let (all, next) = papers(v, &of, after.as_ref(), 500).await?;
        for row in rows(v, &all, Columns::In).await? {
            let subject = if row.about.is_empty() { row.name } else { format!("{} · {}", row.name, row.about) };
            let cells: Vec<String> = row.cells.iter().chain([&subject]).map(|c| ndp_server::public::cell(c)).collect();
            text.push_str(&format!("{}\r\n", cells.join(",")));
        }
        after = next;
        if after.is_none() {
            break;
        }
    }
    Ok(csv(&format!("van-ban-den-{}", v.today), text))
}

fn csv(name: &str, text: String) -> Response {
    let kept = format!("attachment; filename=\"{name}.csv\"");
    ([(header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()), (header::CONTENT_DISPOSITION, kept)], text).into_response()
}

/// A line of the register; none for a paper without a number.
fn registered(v: &Visitor, l: &Loaded, subject: Option<&String>) -> Option<String> {
    let state = Document::known(&l.neighbour.whole.state)?;
    let number = state.number.as_ref()?;
    let what = subject.cloned().unwrap_or_default();
    let to: Vec<String> = state.issued.iter().flat_map(|i| &i.recipients).map(|o| v.organisation(*o)).collect();
    let stage = v.t(&ndp_text::key("state", l.neighbour.whole.state.stage()));
    let cells = [number.printed(), number.date.to_string(), what, to.join("; "), stage].map(|c| ndp_server::public::cell(&c));
    Some(format!("{}\r\n", cells.join(",")))
}
