//! The focal agency's view over everything under way: how much stands where, what is overdue, which
//! agencies have something on the registers. Figures are counts folded from the feed; the page says of when.

use crate::frame::{Frame, frame, page, place_of, slug};
use crate::markup;
use crate::say;
use crate::visitor::Visitor;
use askama::Template;
use axum::response::Response;
use ndp_domain::acts::FINAL;
use ndp_domain::id::Kind;
use ndp_server::problem::Refused;
use ndp_store::lists::{Filter, Order};
use ndp_text::key;
use std::collections::BTreeMap;

struct Row {
    label: String,
    href: String,
    n: u64,
    wide: u64,
}

struct Group {
    title: String,
    rows: Vec<Row>,
}

#[derive(Template)]
#[template(path = "tracking.html")]
struct Page {
    f: Frame,
    lead: String,
    figures: Vec<(String, String)>,
    groups: Vec<Group>,
    over: Vec<(String, String, String, String)>,
    tiles: Vec<(String, String, &'static str, String)>,
}

/// `GET /theo-doi`
pub async fn tracking(v: Visitor) -> Result<Response, Refused> {
    v.acting()?;
    let counts = v.app.engine.counts(&v.reading.reader).await?;
    let (position, end) = (v.app.engine.store.position_of("tally").await?, v.app.engine.store.feed_end().await?);
    let mut by_stage: BTreeMap<(String, String), u64> = BTreeMap::new();
    let registers = super::list::by_agency(&v).await?;
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
    let over = overdue(&v).await?;
    let total = |kind: &str, open: bool| {
        by_stage.iter().filter(|((k, s), _)| k == kind && (!open || !FINAL.contains(&s.as_str()))).map(|(_, n)| *n).sum::<u64>()
    };
    let say_n = |n: u64| say::whole(u128::from(n), v.lang);
    let figures = vec![
        (v.t("web-figure-entries"), say_n(total("list_entry", true))),
        (v.t("web-figure-published"), say_n(registers.values().map(|(all, _)| all).sum())),
        (v.t("web-figure-recognised"), say_n(registers.values().map(|(_, recognised)| recognised).sum())),
        (v.t("web-figure-over"), if over.len() >= 50 { v.t1("web-more-than", &[("n", "50")]) } else { say_n(over.len() as u64) }),
    ];
    let classes = ["ministry", "ministerial-level agency", "government agency"];
    let mut tiles: Vec<(String, String, &'static str, String)> = v
        .directory
        .organisations
        .values()
        .filter(|o| o.exists_on(v.today) && classes.contains(&o.record.class.as_str()))
        .map(|o| {
            let n = registers.get(&o.id).map_or(0, |(all, _)| *all);
            // Nothing on record is not nothing there: never a 0 for what is not known.
            let (said, style) = if n == 0 { (format!("– {}", v.t("web-unknown")), "plain") } else { (say_n(n), "has") };
            (v.organisation(o.id), said, style, place_of(o.id.into()))
        })
        .collect();
    tiles.sort();
    let lead = v
        .t1("web-tracking-lead", &[("at", &say::instant(v.app.engine.clock.now())), ("behind", &end.saturating_sub(position).to_string())]);
    let f = frame(&v, &v.t("web-nav-tracking"), "/theo-doi").await?;
    page(&Page { f, lead, figures, groups, over, tiles })
}

async fn overdue(v: &Visitor) -> Result<Vec<(String, String, String, String)>, Refused> {
    let scope = v.reading.scope(&v.app);
    let lines = v.app.engine.store.list(&scope, &Filter::default(), Order::Due, None, 50).await?;
    let row = |l: &ndp_store::lists::Line| {
        let due = v.due(l.due_on.as_deref()).filter(|d| d.over)?;
        let said = format!("{} {}", due.day, markup::pill("bad", "clock", &due.left));
        Some((place_of(l.id), crate::known::line_name(v, l), markup::state(&l.stage, v.lang), said))
    };
    Ok(lines.iter().filter_map(row).collect())
}
