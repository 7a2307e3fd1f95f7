//! The focal agency's view over everything under way: how much stands where, what is overdue, which
//! agencies have something on the registers. Figures are counts folded from the feed; the page says of when.

use crate::frame::{Frame, frame, page, place_of, slug};
use crate::markup;
use crate::say;
use crate::visitor::Visitor;
use askama::Template;
use axum::response::Response;
use ndp_domain::acts::{ActId, FINAL};
use ndp_domain::authority::{Duty, Side};
use ndp_domain::document::Document;
use ndp_domain::dossier::Dossier;
use ndp_domain::evidence::Need;
use ndp_domain::id::{Id, Kind};
use ndp_domain::machine::{Known as _, State};
use ndp_engine::orders;
use ndp_server::problem::Refused;
use ndp_store::lists::{Filter, Line, Order};
use ndp_store::read::Loaded;
use ndp_store::running::Running;
use ndp_text::key;
use std::collections::BTreeMap;

pub(super) struct Row {
    pub label: String,
    pub href: String,
    pub n: u64,
    pub wide: u64,
}

pub(super) struct Group {
    pub title: String,
    pub rows: Vec<Row>,
}

pub(super) struct Age {
    pub label: String,
    pub kind: String,
    pub href: String,
    pub on_time: u64,
    pub late: u64,
    /// Lengths of the bar's parts in thousandths.
    pub good: u64,
    pub bad: u64,
    pub ages: [u64; 3],
}

/// A file past its last day.
pub(super) struct Over {
    pub href: String,
    pub name: String,
    pub agency: String,
    pub badge: String,
    /// The state and how late, in words.
    pub state: String,
    pub left: String,
    pub due: String,
    pub late: String,
    /// Reminders sent of the letter that waits for an answer; none where there is no such letter.
    pub reminded: Option<usize>,
    /// Where the next reminder is begun, with the key of the press; none where that is not the reader's to do.
    pub remind: Option<(String, String)>,
    /// The reminder that is being drafted already.
    pub drafted: String,
}

#[derive(Template)]
#[template(path = "tracking.html")]
pub(super) struct Page {
    pub f: Frame,
    pub lead: String,
    /// Periods of which a report can be had: as in an address, in words.
    pub periods: Vec<(String, String)>,
    /// Counts are older than the record: said in amber.
    pub behind: bool,
    pub figures: Vec<(String, String)>,
    pub groups: Vec<Group>,
    pub ages: Vec<Age>,
    /// More are running than were looked at; empty where none are.
    pub cut: String,
    pub handled: String,
    pub over: Vec<Over>,
    pub coverage: String,
    /// Agencies of which something is on the registers, and the others: nothing known is not nothing there.
    pub tiles: Vec<Tile>,
    pub unknown: Vec<Tile>,
    pub former: Vec<Tile>,
}

/// An agency: its name, what is known of it, how that looks, its page.
pub(super) type Tile = (String, String, &'static str, String);

/// `GET /theo-doi`
pub async fn tracking(v: Visitor) -> Result<Response, Refused> {
    page(&view(&v).await?)
}

pub(super) async fn view(v: &Visitor) -> Result<Page, Refused> {
    v.acting()?;
    // The view over all agencies is the focal agency's, and those who look after it.
    if !matches!(v.side(), Side::Focal | Side::Overseer) || v.is(Duty::Administrator) {
        return Err(ndp_engine::Problem::Denied(ndp_domain::authority::Denied::DutyOfAnotherAct).into());
    }
    let say_n = |n: u64| say::whole(u128::from(n), v.lang);
    let counts = v.app.engine.counts(&v.reading.reader).await?;
    let (position, end) = (v.app.engine.store.position_of("tally").await?, v.app.engine.store.feed_end().await?);
    let mut by_stage: BTreeMap<(String, String), u64> = BTreeMap::new();
    let registers = super::list::by_agency(v).await?;
    for c in &counts {
        let n = u64::try_from(c.n).unwrap_or(0);
        *by_stage.entry((c.kind.clone(), c.stage.clone())).or_default() += n;
    }
    let mut groups = Vec::new();
    for kind in [Kind::ListEntry, Kind::Dossier, Kind::Recognition, Kind::Publication] {
        let stages = super::lists::stages_of(kind);
        let rows: Vec<(&str, u64)> = stages
            .iter()
            .filter_map(|s| Some((*s, *by_stage.get(&(kind.name().to_owned(), (*s).to_owned()))?)))
            .filter(|(_, n)| *n > 0)
            .collect();
        let most = rows.iter().map(|(_, n)| *n).max().unwrap_or(1).max(1);
        let rows: Vec<Row> = rows
            .into_iter()
            .map(|(s, n)| Row {
                label: v.t(&key("state", s)),
                href: super::lists::address(&format!("/{}", slug(kind)), &[("stage", s)]),
                n,
                wide: n * 100 / most,
            })
            .collect();
        if rows.is_empty() {
            // Not what this duty sees; an empty card would say that there is none.
            continue;
        }
        groups.push(Group { title: v.t(&format!("kinds-{}", kind.name())), rows });
    }
    let over = overdue(v).await?;
    let running = v.app.engine.store.running(&v.reading.scope(&v.app), v.today).await?;
    let late: u64 = running.states.iter().map(|r| r.late).sum();
    let cut = if running.cut { v.t1("web-ageing-cut", &[("n", &say_n(ndp_store::running::MOST))]) } else { String::new() };
    let handled = handling(v).await?.map(|(n, least, middle, most)| {
        let figure = |n: i64| say_n(n.unsigned_abs());
        v.t1("web-handling", &[("n", &say_n(n as u64)), ("least", &figure(least)), ("middle", &figure(middle)), ("most", &figure(most))])
    });
    // Those that stand in the List already are not under way.
    let under_way = |s: &str| !FINAL.contains(&s) && !matches!(s, "L.listed" | "L.draft");
    let proposals = by_stage.iter().filter(|((k, s), _)| k == Kind::ListEntry.name() && under_way(s)).map(|(_, n)| *n).sum::<u64>();
    let figures = vec![
        (v.t("web-figure-entries"), if proposals == 0 && v.side() != Side::Focal { "–".to_owned() } else { say_n(proposals) }),
        (v.t("web-figure-published"), say_n(registers.values().map(|(all, _)| all).sum())),
        (v.t("web-figure-recognised"), say_n(registers.values().map(|(_, recognised)| recognised).sum())),
        (v.t("web-figure-over"), if running.cut { v.t1("web-at-least", &[("n", &say_n(late))]) } else { say_n(late) }),
    ];
    let classes = ["ministry", "ministerial-level agency", "government agency"];
    let mut tiles: Vec<Tile> = v
        .directory
        .organisations
        .values()
        .filter(|o| {
            let here = o.exists_on(v.today) && classes.contains(&o.record.class.as_str());
            here || registers.get(&o.id).is_some_and(|(all, _)| *all > 0)
        })
        .map(|o| {
            let n = registers.get(&o.id).map_or(0, |(all, _)| *all);
            // What an agency announced that is no more stays under its name.
            let name = v.organisation(o.id);
            let exists = o.exists_on(v.today);
            let name = if exists { name } else { v.t1("web-org-ceased-name", &[("name", &name)]) };
            // Nothing on record is not nothing there: never a 0 for what is not known.
            let (said, style) =
                if n == 0 { (format!("– {}", v.t("web-unknown")), "plain") } else { (say_n(n), if exists { "has" } else { "former" }) };
            (name, said, style, place_of(o.id.into()))
        })
        .collect();
    tiles.sort_by_cached_key(|t| ndp_domain::text::fold(&t.0));
    let (former, tiles): (Vec<Tile>, Vec<Tile>) = tiles.into_iter().partition(|t| t.2 == "former");
    let (tiles, unknown): (Vec<Tile>, Vec<Tile>) = tiles.into_iter().partition(|t| t.2 == "has");
    let expected: Vec<_> =
        v.directory.organisations.values().filter(|o| o.exists_on(v.today) && classes.contains(&o.record.class.as_str())).collect();
    let announced = expected.iter().filter(|o| registers.get(&o.id).is_some_and(|(all, _)| *all > 0)).count();
    let coverage = v.t1("web-coverage", &[("n", &announced.to_string()), ("of", &expected.len().to_string()), ("day", &say::day(v.today))]);
    let key = if end > position { "web-tracking-lead" } else { "web-tracking-at" };
    let lead = v.t1(key, &[("at", &say::instant(v.app.engine.clock.now())), ("behind", &end.saturating_sub(position).to_string())]);
    let mut f = frame(v, &v.t("web-tracking-title"), "/theo-doi").await?;
    f.paper_foot = crate::paper_foot::foot(v);
    Ok(Page {
        behind: end.saturating_sub(position) > 0,
        ages: ageing(v, &running.states),
        cut,
        handled: handled.unwrap_or_default(),
        f,
        lead,
        periods: super::report::Period::near(v.today).into_iter().map(|p| (p.name(), p.said(v))).collect(),
        figures,
        groups,
        over,
        coverage,
        tiles,
        unknown,
        former,
    })
}

/// The longest overdue first, with the reminders sent.
async fn overdue(v: &Visitor) -> Result<Vec<Over>, Refused> {
    let lines = v.app.engine.store.overdue(&v.reading.scope(&v.app), v.today, 50).await?;
    let late: Vec<Need> = lines.iter().map(|l| Need::Stream(l.id)).collect();
    let loaded = if late.is_empty() { BTreeMap::new() } else { v.app.engine.store.load(&late).await? };
    let agency = |l: &Line| loaded.get(&l.id)?.neighbour.whole.state.view().managing.map(|m| v.organisation(m));
    let drafted = drafted(v).await?;
    let reminded = |l: &Line| {
        let asked = match &loaded.get(&l.id).filter(|_| l.stage.ends_with(".supplement"))?.neighbour.whole.state {
            State::ListEntry(entry) => entry.supplements.last(),
            State::Dossier(dossier) => dossier.supplements.last(),
            _ => None,
        };
        asked.map(|s| s.reminded_on.len())
    };
    let row = |l: &Line| {
        let due = v.due(l.due_on.as_deref())?;
        let sent = reminded(l);
        let act = if l.id.kind == Kind::ListEntry { ActId::L12 } else { ActId::E31 };
        let form = orders::of_act(l.id.kind, act)
            .filter(|_| sent.is_some() && super::doings::drafts(v, act) && !drafted.contains_key(&(l.id, act)));
        Some(Over {
            href: place_of(l.id),
            name: crate::known::line_name(v, l),
            agency: agency(l).unwrap_or_default(),
            drafted: drafted.get(&(l.id, act)).map(|paper| place_of(*paper)).unwrap_or_default(),
            badge: markup::state(&l.stage, v.lang),
            state: v.t(&key("state", &l.stage)),
            late: markup::pill("bad", "clock", &due.left),
            left: due.left,
            due: due.day,
            reminded: sent,
            remind: form.map(|f| (format!("{}/van-ban/{}", place_of(l.id), f.noun), uuid::Uuid::new_v4().to_string())),
        })
    };
    Ok(lines.iter().filter_map(row).collect())
}

/// Reminders on their way, by what they remind of.
async fn drafted(v: &Visitor) -> Result<BTreeMap<(Id, ActId), Id>, Refused> {
    let stages = super::doings::ON_THE_WAY.map(str::to_owned).to_vec();
    let filter = Filter { kind: Some(Kind::Document), stages, ..Filter::default() };
    let lines = v.app.engine.store.list(&v.reading.scope(&v.app), &filter, Order::Updated, None, 200).await?;
    let needs: Vec<Need> = lines.iter().map(|l| Need::Stream(l.id)).collect();
    let loaded = if needs.is_empty() { BTreeMap::new() } else { v.app.engine.store.load(&needs).await? };
    let papers = loaded.values().filter_map(|l| Some((l.id, Document::known(&l.neighbour.whole.state)?)));
    Ok(papers.flat_map(|(paper, d)| d.acts.iter().map(move |a| ((a.stream, a.act), paper))).collect())
}

/// Running steps by state: in time and late in one bar, and how long they have run.
fn ageing(v: &Visitor, running: &[Running]) -> Vec<Age> {
    let most = running.iter().map(|r| r.on_time + r.late).max().unwrap_or(1).max(1);
    let mut rows: Vec<Age> = running
        .iter()
        .filter_map(|r| {
            let kind = Kind::of_name(&r.kind)?;
            Some(Age {
                label: v.t(&key("state", &r.stage)),
                kind: v.t(&format!("kinds-{}", kind.name())),
                href: super::lists::address(&format!("/{}", slug(kind)), &[("stage", &r.stage), ("order", "due")]),
                on_time: r.on_time,
                late: r.late,
                good: r.on_time * 1000 / most,
                bad: r.late * 1000 / most,
                ages: r.ages,
            })
        })
        .collect();
    rows.sort_by(|a, b| b.late.cmp(&a.late).then_with(|| (b.on_time).cmp(&a.on_time)));
    rows
}

/// Decided dossiers that the time of handling is read from: the newest.
const DECIDED: u64 = 200;

/// Days from arrival to decision of the newest decided dossiers: how many, least, middle, most.
async fn handling(v: &Visitor) -> Result<Option<(usize, i64, i64, i64)>, Refused> {
    let filter = Filter { kind: Some(Kind::Dossier), stages: vec!["E.decided".to_owned()], ..Filter::default() };
    let lines = v.app.engine.store.list(&v.reading.scope(&v.app), &filter, Order::Updated, None, DECIDED).await?;
    let needs: Vec<Need> = lines.iter().map(|l| Need::Stream(l.id)).collect();
    let loaded = v.app.engine.store.load(&needs).await?;
    let of = |l: &Loaded| {
        let d = Dossier::known(&l.neighbour.whole.state)?;
        Some((d.decision.as_ref()?.1.date - d.incoming.as_ref()?.arrived_on).num_days())
    };
    let mut days: Vec<i64> = loaded.values().filter_map(of).collect();
    days.sort_unstable();
    let middle = days.get(days.len() / 2).copied();
    Ok(middle.and_then(|m| Some((days.len(), *days.first()?, m, *days.last()?))))
}
