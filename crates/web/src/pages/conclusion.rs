//! The conclusion of an evaluation, explained in four steps; and where a dossier stands on its way.

use crate::frame::{Frame, frame, page, place_of};
use crate::markup::{self, esc};
use crate::pages::doings::{Doing, doings};
use crate::pages::evaluation::{room, state};
use crate::pages::record::{tabs, title};
use crate::shown::Fields;
use crate::visitor::Visitor;
use crate::{known, say};
use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use ndp_domain::access::Facet;
use ndp_domain::dossier::{self, Dossier, Round};
use ndp_domain::id::Id;
use ndp_domain::machine::Known as _;
use ndp_domain::outcome::{Assessment, Outcome, Step};
use ndp_domain::regulation::Decides;
use ndp_server::problem::Refused;
use ndp_store::seen::Seen;

struct Why {
    title: String,
    badge: String,
    body: String,
    style: &'static str,
}

#[derive(Template)]
#[template(path = "conclusion.html")]
struct Conclusion {
    f: Frame,
    badge: String,
    code: String,
    tabs: Vec<(String, String, bool)>,
    style: &'static str,
    verdict: String,
    sentence: String,
    steps: Vec<Why>,
    missing: Vec<String>,
    decision: String,
    minutes: String,
    /// Where the minutes of the count stand.
    counted: String,
    /// The decision that was issued: class, number and day.
    decided: String,
    acts: Vec<Doing>,
}

/// `GET /ho-so/{id}/ket-luan`: the outcome as the rules compute it, explained in four steps.
pub async fn conclusion(v: Visitor, Path(id): Path<String>) -> Result<Response, Refused> {
    let room = room(&v, &id).await?;
    let d = state(&room.seen)?;
    let (acts, _) = doings(&v, &room.seen).await?;
    let decides = [
        "/national-recognitions",
        "/potential-recognitions",
        "/rejections",
        "/van-ban/national-recognitions",
        "/van-ban/potential-recognitions",
        "/van-ban/rejections",
        "/set-asides",
        "/van-ban/set-asides",
        "/minutes-signatures",
        "/report-conclusions",
        "/denominator-choices",
    ];
    let mut acts: Vec<Doing> = acts.into_iter().filter(|a| decides.iter().any(|n| a.href.ends_with(n))).collect();
    let assessment = room.round.assessment.as_ref();
    // Only the decision that follows from the rules is offered.
    if let Some(a) = assessment {
        let noun = match a.outcome {
            Outcome::National => "national-recognitions",
            Outcome::Potential => "potential-recognitions",
            Outcome::Rejected => "rejections",
            Outcome::Undetermined => "denominator-choices",
        };
        acts.retain(|x| {
            !["national-recognitions", "potential-recognitions", "rejections"].iter().any(|n| x.href.ends_with(n)) || x.href.ends_with(noun)
        });
    }
    // What undoes the result is never the main thing.
    let undoes = |a: &Doing| ["/set-asides", "/stops", "/adjournments"].iter().any(|n| a.href.ends_with(n));
    acts.sort_by_key(undoes);
    acts.iter_mut().enumerate().for_each(|(n, a)| a.main = n == 0 && !undoes(a));
    // What is counted is told before both have signed, as what it is: not yet the conclusion.
    let follows = assessment.map_or_else(|| super::printed::follows(&v, d, &room.round), |_| None);
    let told = assessment.or(follows.as_ref());
    let (style, verdict, mut sentence) = verdict(&v, told);
    if follows.is_some() {
        let waits = waits_for(&v, &room.round).await?.unwrap_or_else(|| v.t("web-minutes-both"));
        sentence = format!("{sentence} {waits}");
    }
    let mut f = frame(&v, &v.t1("web-conclusion-title", &[("name", &d.name)]), "/ho-so").await?;
    f.crumbs.push(("/ho-so".to_owned(), v.t("kinds-dossier")));
    f.crumbs.push((place_of(room.seen.loaded.id), title(&v, &room.seen)));
    f.paper_foot = crate::paper_foot::foot(&v);
    let (decision, missing) = super::printed::decision(&v, &room).await?;
    let counted = if room.round.tallies.is_empty() { String::new() } else { format!("{}/kiem-phieu", place_of(room.seen.loaded.id)) };
    let decided = decided(&v, &room.seen, d).await?;
    let minutes = room.round.opened.as_ref().map(|_| format!("{}/bien-ban", place_of(room.seen.loaded.id))).unwrap_or_default();
    page(&Conclusion {
        badge: markup::dossier(d, room.seen.loaded.neighbour.whole.state.stage(), v.lang),
        code: d.code.clone(),
        tabs: tabs(&v, &room.seen, "/ket-luan"),
        style,
        verdict,
        sentence,
        steps: steps(&v, d, &room.round, told, &super::sheet::counted(&v, &room)),
        missing,
        decision,
        minutes,
        counted,
        decided,
        acts,
        f,
    })
}

/// Whose signature the minutes still wait for, once one of the two is there.
async fn waits_for(v: &Visitor, round: &Round) -> Result<Option<String>, Refused> {
    let [signed] = round.signatures.as_slice() else { return Ok(None) };
    let chair = round.opened.as_ref().map_or(round.chair, |o| o.by);
    let other = if signed.by == chair { round.helpers.first().copied().unwrap_or(chair) } else { chair };
    let names = known::names(v, &[signed.by, other]).await?;
    let name = |person| names.get(&person).cloned().unwrap_or_default();
    Ok(Some(v.t1("web-minutes-wait", &[("by", &name(signed.by)), ("other", &name(other))])))
}

/// Votes on each line, as counted.
fn votes(v: &Visitor, d: &dossier::State, round: &Round) -> String {
    if round.tallies.is_empty() {
        return String::new();
    }
    let row = |t: &dossier::Tally| {
        let n = t.second.unwrap_or(t.first);
        let said = v.t1("web-votes", &[("met", &n.met.to_string()), ("not", &n.not_met.to_string()), ("none", &n.abstained.to_string())]);
        format!("<li>{} – {}</li>", esc(&known::line(v, &d.regulation, &t.code)), esc(&said))
    };
    let all: String = round.tallies.iter().map(row).collect();
    format!("<details><summary>{}</summary><ul>{all}</ul></details>", esc(&v.t("web-votes-title")))
}

fn verdict(v: &Visitor, assessment: Option<&Assessment>) -> (&'static str, String, String) {
    match assessment.map(|a| a.outcome) {
        Some(Outcome::National) => ("national", esc(&v.t("web-class-national")), v.t("web-outcome-national")),
        Some(Outcome::Potential) => ("pot", esc(&v.t("web-class-potential")), v.t("web-outcome-potential")),
        Some(Outcome::Rejected) => ("bad", esc(&v.t("web-class-rejected")), v.t("web-outcome-rejected")),
        Some(Outcome::Undetermined) => ("warn", esc(&v.t("web-class-undetermined")), v.t("web-outcome-undetermined")),
        None => ("mute", esc(&v.t("web-outcome-none")), v.t("web-outcome-none-what")),
    }
}

fn steps(v: &Visitor, d: &dossier::State, round: &Round, assessment: Option<&Assessment>, how: &[(String, String)]) -> Vec<Why> {
    let results = round.all_results();
    let others: Vec<_> = round.lines.iter().filter(|l| l.decides == Decides::Result).collect();
    let met_n = others.iter().filter(|l| results.get(&l.code).copied().unwrap_or(false)).count();
    let grey = assessment.is_none();
    let style = |ok: bool| {
        if grey {
            "later"
        } else if ok {
            "ok"
        } else {
            "bad"
        }
    };
    let valid = Why {
        title: v.t("web-step1"),
        badge: markup::pill("ok", "tick", &v.t("web-valid")),
        body: format!(
            "<p>{}</p>",
            esc(&v.t1(
                "web-step1-what",
                &[("n", &round.set.n.to_string()), ("day", &say::day(round.opened_on)), ("cut", &say::day(round.cut_off))]
            ))
        ),
        style: "ok",
    };
    let unmet: Vec<String> =
        others.iter().filter(|l| results.get(&l.code) == Some(&false)).map(|l| known::line(v, &d.regulation, &l.code)).collect();
    let list = if unmet.is_empty() {
        String::new()
    } else {
        format!("<ul>{}</ul>", unmet.iter().map(|u| format!("<li>{}</li>", esc(u))).collect::<String>())
    };
    let count = format!("{met_n}/{}", others.len());
    let criteria = Why {
        title: v.t("web-step2"),
        badge: if results.is_empty() {
            markup::pill("none", "dash", &v.t("web-not-assessed"))
        } else if grey {
            markup::pill("none", "dash", &count)
        } else if unmet.is_empty() {
            markup::pill("ok", "tick", &count)
        } else {
            markup::pill("bad", "x", &count)
        },
        body: if results.is_empty() {
            format!("<p>{}</p>", esc(&v.t1("web-step2-none", &[("of", &others.len().to_string())])))
        } else {
            let said = v.t1("web-step2-what", &[("met", &met_n.to_string()), ("of", &others.len().to_string())]);
            format!("<p>{}</p>{list}{}", esc(&said), votes(v, d, round))
        },
        style: style(unmet.is_empty()),
    };
    let share = round.share;
    let reached = assessment.and_then(|a| a.share.met);
    let threshold = assessment
        .and_then(|a| a.steps.iter().find_map(|s| if let Step::Popularity { threshold, .. } = s { Some(*threshold) } else { None }));
    let per = threshold.map_or(50, |t| u64::from(t.numerator) * 100 / u64::from(t.denominator).max(1));
    // What was counted, how, when and by whom.
    let how: String = how.iter().map(|(name, text)| format!("<div><dt>{}</dt><dd>{}</dd></div>", esc(name), esc(text))).collect();
    let body = match share {
        Some(s) => {
            let wide = (u128::from(s.numerator) * 1000 / u128::from(s.denominator_high.max(1))).min(1000);
            format!(
                "<div class=\"bullet\"><p class=\"mark\">{} </p><svg class=\"bar\" viewBox=\"0 0 1000 10\" preserveAspectRatio=\"none\" aria-hidden=\"true\"><rect class=\"track\" width=\"1000\" height=\"10\"/><rect class=\"fill\" width=\"{wide}\" height=\"10\"/><rect class=\"limit\" x=\"{}\" width=\"4\" height=\"10\"/></svg></div><p>{}</p><dl class=\"facts flat\">{how}</dl>",
                esc(&v.t1("web-threshold", &[("n", &per.to_string())])),
                per * 10 - 2,
                esc(&crate::shown::share(v, s.numerator, s.denominator_low, s.denominator_high))
            )
        }
        None => format!("<p>{}</p>", esc(&v.t("web-no-figure"))),
    };
    let below = v.t1("web-below", &[("n", &per.to_string())]);
    let popularity = Why {
        title: v.t("web-step3"),
        badge: match (grey, reached) {
            (true, _) => markup::pill("none", "dash", &v.t("web-not-assessed")),
            (_, Some(true)) => markup::pill("ok", "tick", &v.t("web-met")),
            (_, Some(false)) => markup::pill("warn", "triangle", &below),
            (_, None) => markup::pill("warn", "help", &v.t(if share.is_some() { "web-class-undetermined" } else { "web-not-met" })),
        },
        body,
        style: if grey {
            "later"
        } else if reached == Some(true) {
            "ok"
        } else {
            "warn"
        },
    };
    let rule = v.directory.regulations.get(&d.regulation);
    let from = rule.map(|r| say::day(r.effective_from)).unwrap_or_default();
    let key = match assessment.map(|a| a.outcome) {
        Some(o) => format!("web-rule-{}", o.name()),
        None => "web-rule-none".to_owned(),
    };
    // The class has a decision of its own where the version says so.
    let potential = assessment.is_some_and(|a| a.outcome == Outcome::Potential);
    let number = rule.map(|r| r.supplemented_by.last().filter(|_| potential).map_or(&r.number, |s| &s.number).clone()).unwrap_or_default();
    let applied = Why {
        title: v.t("web-step4"),
        badge: String::new(),
        body: format!(
            "<p>{} {}</p>",
            esc(&v.t1(&key, &[("number", &number)])),
            esc(&v.t1("web-rule-version", &[("version", &known::regulation(v, &d.regulation)), ("day", &from)]))
        ),
        style: match (grey, d.decision.is_some()) {
            (true, _) => "later",
            (false, true) => "ok",
            (false, false) => "now",
        },
    };
    vec![valid, criteria, popularity, applied]
}

/// Cards of a dossier's own page.
pub async fn cards(v: &Visitor, seen: &Seen, _fields: &Fields<'_>) -> Result<Vec<(String, String)>, Refused> {
    let Some(d) = Dossier::known(&seen.loaded.neighbour.whole.state) else { return Ok(Vec::new()) };
    let mut all = vec![(v.t("web-steps"), way(v, d, seen.loaded.neighbour.whole.state.stage()))];
    let whole = ndp_domain::shown::whole(ndp_domain::id::Kind::Dossier, &seen.facets);
    if let Some(invitation) = d.round().and_then(|r| r.invitation.as_ref()).filter(|_| whole) {
        let on = invitation.meeting_on;
        let weekday = v.t(&format!("web-weekday-{}", chrono::Datelike::weekday(&on).num_days_from_monday()));
        let off = if v.directory.calendar.works(on) { String::new() } else { format!(" ({})", v.t("web-holiday")) };
        let (day, place) = (format!("{weekday} {}{off}", say::day(on)), invitation.place.clone().unwrap_or_default());
        let when = invitation.meeting_at.map_or_else(|| day.clone(), |hour| format!("{hour}, {day}"));
        let said = if place.is_empty() { when } else { v.t1("web-meeting-at", &[("when", &when), ("place", &place)]) };
        all.push((v.t("web-meeting"), format!("<p class=\"pad\">{}</p>", esc(&said))));
    }
    if whole && seen.loaded.neighbour.whole.state.stage() == "E.meeting" {
        let voted = super::evaluation::counting(v, d).await?;
        all.push((
            v.t("web-voting"),
            format!("<p class=\"pad\">{}</p><p class=\"hint pad\">{}</p>", esc(&voted), esc(&v.t("web-voting-next"))),
        ));
    }
    let mut card = decided(v, seen, d).await?;
    if !card.is_empty() {
        // Whoever reads the result line by line is told at once what it failed on.
        let reads = whole || seen.facets.contains(&Facet::Own);
        let unmet = d.concluded().filter(|_| reads).map(|a| a.unmet.as_slice()).unwrap_or_default();
        if !unmet.is_empty() {
            let lines: String = unmet.iter().map(|code| format!("<li>{}</li>", esc(&known::line(v, &d.regulation, code)))).collect();
            card.push_str(&format!("<div class=\"pad\"><p><strong>{}</strong></p><ul>{lines}</ul></div>", esc(&v.t("web-unmet"))));
        }
        // Whoever applied is told the way that stays open, and until when.
        let term = v.directory.regulations.get(&d.regulation).and_then(|r| r.terms.get("complaint.lodge"));
        if let (ndp_domain::authority::Side::Applicant, Some((_, paper)), Some(term)) = (v.side(), &d.decision, term) {
            let until = say::day(v.directory.calendar.due(paper.date, *term).on);
            let said = v.t1("web-complaint-right", &[("agency", &v.organisation(d.managing)), ("day", &until)]);
            card.push_str(&format!("<p class=\"pad\">{}</p>", esc(&said)));
        }
        all.push((v.t("web-decision"), card));
    }
    Ok(all)
}

/// The decision on a dossier, as far as the reader is shown it: its class, number and day, and the paper where they read it.
async fn decided(v: &Visitor, seen: &Seen, d: &dossier::State) -> Result<String, Refused> {
    let shown = ndp_domain::shown::shown(&seen.loaded.neighbour.whole.state, &seen.facets);
    let Some((outcome, paper)) = d.decision.as_ref().filter(|_| shown.get("decision").is_some()) else { return Ok(String::new()) };
    let said = esc(&v.t1("web-number-of", &[("number", &paper.number), ("day", &say::day(paper.date))]));
    let document = Id::from(paper.document);
    let open = !v.app.engine.store.lines_of(&v.reading.scope(&v.app), &[document]).await?.is_empty();
    let said = if open { format!("<a href=\"{}\">{said}</a>", v.href(&place_of(document))) } else { said };
    Ok(format!("<p class=\"pad\">{} {said}</p>", markup::class(Some(outcome.name()), v.lang)))
}

/// "Step 4 of 6" over the segments: where a dossier stands on its way.
pub fn way(v: &Visitor, d: &dossier::State, stage: &str) -> String {
    let n = match stage {
        "E.draft" => 1,
        "E.submitted" | "E.received" => 2,
        "E.examining" | "E.supplement" => 3,
        "E.ready" | "E.evaluating" | "E.clarifying" | "E.meeting" | "E.counted" => 4,
        "E.concluded" => 5,
        _ if d.decision.is_some() => 6,
        _ => 0,
    };
    if n == 0 {
        return format!("<p class=\"pad\">{}</p>", esc(&v.t("web-way-ended")));
    }
    let name = v.t(&format!("web-way-{n}"));
    let line = v.t1("web-step-of", &[("n", &n.to_string()), ("of", "6"), ("name", &name)]);
    let bars: String = (1..=6)
        .map(|i| {
            let style = match i.cmp(&n) {
                std::cmp::Ordering::Less => "done",
                std::cmp::Ordering::Equal => "here",
                std::cmp::Ordering::Greater => "",
            };
            format!("<span class=\"{style}\"><i></i><small>{}</small></span>", esc(&v.t(&format!("web-way-{i}"))))
        })
        .collect();
    format!("<div class=\"way\"><p><strong>{}</strong></p><div class=\"segments\" aria-hidden=\"true\">{bars}</div></div>", esc(&line))
}

/// What the public sees of a recognised platform's evaluation: what its record says.
pub async fn published(v: &Visitor, p: &ndp_domain::publication::State) -> Result<Vec<(String, String)>, Refused> {
    let Some(class) = &p.class else { return Ok(Vec::new()) };
    let name = serde_json::to_value(class).ok().and_then(|c| c.as_str().map(str::to_owned)).unwrap_or_default();
    let regulation = v.directory.regulations.get(&p.regulation).map(|r| say::day(r.effective_from)).unwrap_or_default();
    let text = v.t1("web-platform-rule", &[("version", &known::regulation(v, &p.regulation)), ("day", &regulation)]);
    Ok(vec![(
        v.t(if p.closed { "web-outcome-before" } else { "web-outcome" }),
        format!(
            "<p class=\"pad\">{} {}</p><p class=\"pad\">{}</p>",
            markup::class(Some(&name), v.lang),
            esc(&v.t(&format!("web-outcome-{name}"))),
            esc(&text)
        ),
    )])
}
