//! What may be done with a record now and why not the rest: the engine's answer as buttons, papers begun by
//! those who draft them, and records that are opened from this one.

use crate::form::{Shape, shape};
use crate::frame::{place_of, slug};
use crate::visitor::Visitor;
use ndp_domain::account::Account;
use ndp_domain::acts::{ActId, Who};
use ndp_domain::authority::{Denied, Duty, Level, Side};
use ndp_domain::document::Document;
use ndp_domain::dossier::Dossier;
use ndp_domain::evidence::Need;
use ndp_domain::id::{Id, Kind};
use ndp_domain::machine::{Known as _, State};
use ndp_domain::opinion::Opinion;
use ndp_domain::reconsideration::Reconsideration;
use ndp_engine::Problem;
use ndp_engine::may::May;
use ndp_engine::orders;
use ndp_server::problem::Refused;
use ndp_store::lists::{Filter, Order};
use ndp_store::seen::Seen;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Something that may be done.
#[derive(Debug, Clone)]
pub struct Doing {
    pub label: String,
    pub href: String,
    /// Nothing to fill in: the button does it.
    pub inline: bool,
    /// Begins a paper.
    pub post: bool,
    pub main: bool,
    pub note: String,
    pub key: String,
}

/// Is a paper of this act begun by this duty? By the officers of the side whose signer signs it, and by the
/// secretary for the letters of a body.
pub fn drafts(v: &Visitor, act: ActId) -> bool {
    let Some(duty) = v.duty().map(|d| d.duty) else { return false };
    let row = act.row();
    let signers: Vec<Duty> = match row.who {
        Who::OneOf(all) | Who::Each(all) => all.to_vec(),
        _ => Vec::new(),
    };
    let own_side = signers.iter().any(|d| d.side() == duty.side());
    let body_letter = duty == Duty::Secretary && signers.iter().any(|d| matches!(d, Duty::Chair | Duty::ViceChair));
    (own_side && duty.level() == Level::Officer) || body_letter || signers.contains(&duty) && duty.side() == Side::Body
}

/// What may be done now, the main thing first; and why not the rest.
pub async fn doings(v: &Visitor, seen: &Seen) -> Result<(Vec<Doing>, Vec<(String, String)>), Refused> {
    let Some(signed_in) = &v.reading.signed_in else { return Ok((Vec::new(), Vec::new())) };
    if v.duty().is_none() {
        return Ok((Vec::new(), Vec::new()));
    }
    let id = seen.loaded.id;
    let all = v.app.engine.acts_of(&v.reading.actor, &seen.loaded, Some(&signed_in.standing.account)).await?;
    let on_the_way = on_the_way(v, id).await?;
    let (mut now, mut not) = (Vec::new(), Vec::new());
    let stage = seen.loaded.neighbour.whole.state.stage();
    for may in &all {
        let title = v.t(&format!("act-{}", may.act.id.name()));
        let by_duty = matches!(&may.why_not, Some(Problem::Denied(Denied::DutyOfAnotherAct)));
        let leaves = may.act.leaves(stage);
        let Some(form) = orders::of_act(id.kind, may.act.id) else { continue };
        let clocks = &seen.loaded.neighbour.whole.clocks;
        let idle = match may.act.id {
            ActId::X2 => clocks.iter().all(|c| c.paused.is_some()),
            ActId::X3 => clocks.iter().all(|c| c.paused.is_none()),
            // Nothing to end where every duty has ended.
            ActId::AC3 => Account::known(&seen.loaded.neighbour.whole.state)
                .is_some_and(|a| a.held.iter().all(|h| h.to.is_some_and(|to| to < v.today))),
            _ => false,
        };
        // Whoever has signed the minutes owes nothing more; the other one does.
        let signed = may.act.id == ActId::E19
            && Dossier::known(&seen.loaded.neighbour.whole.state)
                .and_then(|d| d.round())
                .is_some_and(|r| r.signatures.iter().any(|s| Some(s.by) == v.reading.reader.account));
        if idle || signed || !follows(&seen.loaded.neighbour.whole.state, may.act.id, v.duty().map(|d| d.duty.level())) {
            continue;
        }
        if may.by_paper && leaves && drafts(v, may.act.id) && (may.why_not.is_none() || by_duty) {
            // A paper that does it is on its way: it is opened, not begun again.
            let begun = on_the_way.get(&may.act.id).map(|paper| plain(v.t1("web-open-paper", &[("act", &title)]), place_of(*paper)));
            now.push(begun.unwrap_or_else(|| doing(v, &title, form, Some(id), true, may)));
        } else if may.why_not.is_none() && !may.by_paper {
            let mut doing = doing(v, &title, form, Some(id), false, may);
            if form.act == ActId::E2 && v.side() == Side::Applicant {
                doing.href = format!("{}/noi-dung", place_of(id));
                doing.label = v.t("web-fill-application");
            }
            now.push(doing);
        } else if let Some(problem) = &may.why_not
            && !by_duty
            && leaves
        {
            not.push((title, why(v, problem)));
        }
    }
    opens(v, seen, &mut now);
    once(v, seen, &mut now).await?;
    given(v, seen, &mut now).await?;
    of_sheet(v, seen, &mut now).await?;
    if let State::Document(d) = &seen.loaded.neighbour.whole.state
        && matches!(stage, "D.draft" | "D.returned")
        && now.iter().any(|d| d.href.ends_with("/submissions"))
    {
        now.retain(|d| !d.href.ends_with("/submissions"));
        now.insert(0, plain(v.t("web-paper-fill"), format!("{}/noi-dung", place_of(id))));
        let _ = d;
    }
    // Steps that follow each other at once are offered together, before each by itself.
    if let Some((acts, name)) = super::joined::steps(v, &seen.loaded.neighbour.whole.state)
        && let Some(first) = orders::of_act(Kind::Document, acts.first().copied().unwrap_or(ActId::D9))
        && let Some(at) = now.iter().position(|d| d.href.ends_with(&format!("/{}", first.noun)))
    {
        let joined = Doing { main: true, ..plain(v.t(name), format!("{}/{}", place_of(id), super::joined::PLACE)) };
        now.insert(at, joined);
    }
    // What is done seldom, or undoes, is never the main thing.
    let seldom = [
        "/transfers",
        "/clock-pauses",
        "/clock-resumptions",
        "/chi-tra",
        "/cancellations",
        "/discards",
        "/withdrawals",
        "/stop-requests",
        "/complaints",
    ];
    let common = |d: &Doing| seldom.iter().any(|c| d.href.ends_with(c));
    let rank = |d: &Doing| if common(d) { 2 } else { u8::from(!d.main) };
    now.sort_by_key(rank);
    // One filled button, and only for what is on the main road.
    for (n, d) in now.iter_mut().enumerate() {
        d.main = n == 0 && d.main && !common(d);
    }
    Ok((now, not))
}

/// A decision is reconsidered once: whoever has asked opens what they asked.
async fn once(v: &Visitor, seen: &Seen, now: &mut Vec<Doing>) -> Result<(), Refused> {
    let Some(offered) = now.iter_mut().find(|d| d.href.starts_with("/xem-xet-lai/moi/")) else { return Ok(()) };
    let State::Dossier(d) = &seen.loaded.neighbour.whole.state else { return Ok(()) };
    let term = v.directory.regulations.get(&d.regulation).and_then(|r| r.terms.get("reconsideration.ask"));
    let until = d.decision.as_ref().zip(term).map(|((_, paper), term)| v.directory.calendar.due(paper.date, *term).on);
    let all = v.app.engine.store.load(&[Need::Children(seen.loaded.id, Kind::Reconsideration)]).await?;
    let same = |l: &ndp_store::read::Loaded| {
        Reconsideration::known(&l.neighbour.whole.state)
            .is_some_and(|r| d.decision.as_ref().is_some_and(|(_, paper)| paper.number == r.decision.number))
    };
    if let Some(asked) = all.values().find(|l| same(l)) {
        *offered = Doing { main: false, ..plain(v.t("web-reconsideration-asked"), place_of(asked.id)) };
    } else if let Some(until) = until {
        offered.note = v.t1("web-reconsideration-until", &[("day", &crate::say::day(until))]);
        // After its last day it is refused: it is not offered.
        if v.today > until {
            now.retain(|d| !d.href.starts_with("/xem-xet-lai/moi/"));
        }
    }
    Ok(())
}

/// An agency that has given its opinion is told so, and is not asked again.
async fn given(v: &Visitor, seen: &Seen, now: &mut Vec<Doing>) -> Result<(), Refused> {
    let (State::CriteriaSet(set), Some(duty)) = (&seen.loaded.neighbour.whole.state, v.duty()) else { return Ok(()) };
    let Some(asked) = set.working().and_then(|w| w.consultation.as_ref()) else { return Ok(()) };
    if !matches!(duty.duty.side(), Side::Consulted | Side::Focal) {
        return Ok(());
    }
    let opinions = v.app.engine.store.load(&[Need::Children(seen.loaded.id, Kind::Opinion)]).await?;
    let own = opinions
        .values()
        .find(|l| Opinion::known(&l.neighbour.whole.state).is_some_and(|o| o.organisation == duty.org && o.draft == asked.draft));
    if let Some(own) = own {
        now.retain(|d| !d.href.starts_with("/gop-y/moi"));
        // Not every duty of the agency reads it.
        if !v.app.engine.store.lines_of(&v.reading.scope(&v.app), &[own.id]).await?.is_empty() {
            now.insert(0, plain(v.t("web-opinion-given"), place_of(own.id)));
        }
    }
    Ok(())
}

/// States of a paper that is not issued yet.
pub const ON_THE_WAY: [&str; 8] =
    ["D.draft", "D.submitted", "D.initialled", "D.checked", "D.returned", "D.signed", "D.numbered", "D.sealed"];

/// Papers of a record that are not issued yet, by the acts that they do.
async fn on_the_way(v: &Visitor, id: Id) -> Result<BTreeMap<ActId, Id>, Refused> {
    let stages = ON_THE_WAY.map(str::to_owned).to_vec();
    let filter = Filter { kind: Some(Kind::Document), parent: Some(id), stages, ..Filter::default() };
    let lines = v.app.engine.store.list(&v.reading.scope(&v.app), &filter, Order::Updated, None, 50).await?;
    let needs: Vec<Need> = lines.iter().map(|l| Need::Stream(l.id)).collect();
    if needs.is_empty() {
        return Ok(BTreeMap::new());
    }
    let loaded = v.app.engine.store.load(&needs).await?;
    let papers = loaded.values().filter_map(|l| Some((l.id, Document::known(&l.neighbour.whole.state)?)));
    Ok(papers.flat_map(|(paper, d)| d.acts.iter().filter(move |a| a.stream == id).map(move |a| (a.act, paper))).collect())
}

/// Of the ends that a conclusion can have only the one that follows from it is offered.
pub fn follows(state: &State, act: ActId, level: Option<Level>) -> bool {
    match (state, act) {
        (State::Dossier(d), ActId::E22 | ActId::E23 | ActId::E24) => d.task_fits(act),
        (State::Dossier(d), ActId::E27) => d.stop_requested.is_some() || state.stage() == "E.draft",
        // A unit's head signs only what is theirs to decide.
        (State::Document(d), ActId::D6) if level == Some(Level::UnitHead) => d.heads_sign(),
        // Handed over once, a draft is with the coordinating unit.
        (State::ListEntry(e), ActId::L13) => e.collected_by.is_none(),
        (State::Recognition(r), ActId::R5 | ActId::R8 | ActId::R10 | ActId::R11) => r.task_fits(act),
        _ => true,
    }
}

fn plain(label: String, href: String) -> Doing {
    Doing { label, href, inline: false, post: false, main: true, note: String::new(), key: String::new() }
}

fn doing(v: &Visitor, title: &str, form: &'static orders::OrderForm, id: Option<Id>, paper: bool, may: &May) -> Doing {
    let key = Uuid::new_v4().to_string();
    let main = may.act.task;
    let noun = if form.noun.is_empty() { super::act::OPEN } else { form.noun };
    if paper {
        let href = format!("/{}/{}/van-ban/{noun}", slug(form.kind), id.map_or_else(|| super::act::NEW.to_owned(), |i| i.to_string()));
        // What a proposal says is written in its letter: the button says so.
        let label = if form.act == ActId::L2 { v.t("web-begin-proposal") } else { crate::known::to_draft(v, form.act) };
        return Doing { label, href, inline: false, post: true, main, note: String::new(), key };
    }
    // What throws something away, or opens what was sealed, is asked once more; a paper is initialled and checked before
    // one's eyes.
    let asks = matches!(form.act, ActId::D3 | ActId::D4 | ActId::D11 | ActId::D12 | ActId::E18);
    let empty = !asks && matches!(shape::of(form), Shape::Object(_, p) if p.is_empty());
    Doing { label: title.to_owned(), href: super::act::place(form, id), inline: empty, post: false, main, note: String::new(), key }
}

fn why(v: &Visitor, problem: &Problem) -> String {
    match problem {
        Problem::Denied(denied) => v.t(&ndp_text::key("denied", denied.code().trim_start_matches("authority."))),
        Problem::Refusal(refusal) => ndp_text::texts(v.lang).refusal(refusal),
        _ => String::new(),
    }
}

/// Acts on a sheet stand in the states of its dossier: a ballot while the meeting is open, and the
/// secretary's confirmation of a sheet that was entered from paper.
async fn of_sheet(v: &Visitor, seen: &Seen, now: &mut Vec<Doing>) -> Result<(), Refused> {
    if let State::Dossier(d) = &seen.loaded.neighbour.whole.state {
        // Whoever chairs votes as a member.
        let votes = seen.loaded.neighbour.whole.state.stage() == "E.meeting" && v.duty().is_some_and(|d| d.duty == Duty::Evaluator);
        if let (true, Some(me), Some(round)) = (votes, v.reading.reader.account, d.round()) {
            let own = super::evaluation::sheets_of(v, seen.loaded.id, round.n).await?.into_iter().find(|(_, s)| s.member == me);
            let here = round.opened.as_ref().is_some_and(|o| o.present.contains(&me));
            let own = own.filter(|(_, s)| s.ballots.is_empty() && here);
            now.extend(own.map(|(id, _)| plain(v.t("act-E30"), format!("{}/ballots", place_of(id)))));
        }
        return Ok(());
    }
    let State::Sheet(sheet) = &seen.loaded.neighbour.whole.state else { return Ok(()) };
    let mine = v.reading.reader.account == Some(sheet.member);
    let dossier = v.app.engine.store.load_one(sheet.dossier.into()).await?;
    let stage = dossier.as_ref().map_or("", |d| d.neighbour.whole.state.stage());
    let duty = v.duty().map(|d| d.duty);
    let place = place_of(seen.loaded.id);
    if mine && stage == "E.meeting" && duty == Some(Duty::Evaluator) && sheet.ballots.is_empty() {
        now.insert(0, plain(v.t("act-E30"), format!("{place}/ballots")));
    }
    if sheet.entered.is_some() && sheet.sheet.is_none() && stage == "E.evaluating" && duty == Some(Duty::Secretary) {
        now.retain(|d| !d.href.ends_with("/submissions"));
        let key = Uuid::new_v4().to_string();
        now.insert(0, Doing { inline: true, key, ..plain(v.t("web-confirm-paper"), format!("{place}/xac-nhan")) });
    }
    Ok(())
}

/// Records that may be opened from this one, by whom.
fn opens(v: &Visitor, seen: &Seen, now: &mut Vec<Doing>) {
    let Some(duty) = v.duty().map(|d| d.duty) else { return };
    let id = seen.loaded.id;
    let stage = seen.loaded.neighbour.whole.state.stage();
    let view = seen.loaded.neighbour.whole.state.view();
    let mut add = |act: ActId, href: String, main: bool| {
        now.push(Doing { main, ..plain(v.t(&format!("act-{}", act.name())), href) });
    };
    let entry = |id: Id| format!("entry={id}");
    match (&seen.loaded.neighbour.whole.state, duty) {
        (State::ListEntry(_), Duty::ManagingOfficer) if stage == "L.listed" => {
            add(ActId::C1, format!("/bo-tieu-chi/moi/versions?{}", entry(id)), true);
            add(ActId::E1, format!("/ho-so/moi/mo?{}&set={}", entry(id), set_of(id)), false);
        }
        (State::ListEntry(_), Duty::Applicant) if stage == "L.listed" => {
            add(ActId::E1, format!("/ho-so/moi/mo?{}&set={}", entry(id), set_of(id)), true);
            add(ActId::SC1, format!("/tu-danh-gia/moi/mo?{}&set={}", entry(id), set_of(id)), false);
        }
        (State::CriteriaSet(s), Duty::Applicant | Duty::ManagingOfficer) if s.in_force_on(v.today).is_some() => {
            add(ActId::E1, format!("/ho-so/moi/mo?entry={}&set={id}", Id::from(s.entry)), duty == Duty::Applicant);
            add(ActId::CP1, format!("/de-nghi-sua-doi/moi/mo?set={id}"), false);
        }
        (State::Body(_), Duty::Evaluator | Duty::Chair | Duty::ViceChair | Duty::Secretary | Duty::Support) => {
            let product = view.product.map(|p| format!("&product={}", Id::from(p))).unwrap_or_default();
            add(ActId::B17, format!("/ke-khai/moi/mo?body={id}{product}"), stage == "B.established");
            if duty == Duty::Secretary && stage == "B.ready" {
                add(ActId::E11, format!("{}/mo-vong", place_of(id)), true);
            }
        }
        (State::Product(_), Duty::ManagingOfficer) => {
            add(ActId::U1, format!("/ke-hoach/moi/mo?product={id}"), false);
        }
        (State::Dossier(d), Duty::Evaluator | Duty::Chair | Duty::ViceChair) if d.round().is_some() && stage == "E.evaluating" => {
            let mine = d.round().is_some_and(|r| v.reading.reader.account.is_some_and(|a| r.due.contains(&a)));
            if mine {
                now.push(plain(v.t("web-tab-sheet"), format!("{}/phieu", place_of(id))));
            }
        }
        (State::Dossier(d), Duty::Chair | Duty::ViceChair) if stage == "E.meeting" => {
            // The board that counts is the body's to set up, for this dossier.
            if let Some(round) = d.round() {
                add(ActId::B7, format!("{}/counting-boards?dossier={id}", place_of(round.body.into())), false);
            }
        }
        (State::Dossier(d), Duty::Support) if d.round().is_some() && stage == "E.evaluating" => {
            now.push(plain(v.t("web-paper-sheet"), format!("/phieu/moi/paper-sheets?dossier={id}")));
        }
        (State::Dossier(d), Duty::Applicant) if d.decision.is_some() => {
            add(ActId::RC1, format!("/xem-xet-lai/moi/mo?on={id}"), false);
        }
        (State::Dossier(d), Duty::ManagingRecords) if d.decision.is_none() => {}
        (State::Dossier(_) | State::Recognition(_), Duty::ManagingRecords) => add(ActId::KN1, format!("/khieu-nai/moi/mo?on={id}"), false),
        _ => {}
    }
    if let State::Body(b) = &seen.loaded.neighbour.whole.state
        && b.decision.is_some()
        && ndp_domain::shown::whole(Kind::Body, &seen.facets)
        && matches!(duty, Duty::ManagingOfficer | Duty::ManagingUnitHead)
    {
        now.push(Doing { main: false, ..plain(v.t("web-fees-open"), format!("{}/chi-tra", place_of(id))) });
    }
    if matches!(seen.loaded.neighbour.whole.state, State::CriteriaSet(_))
        && duty == Duty::ManagingOfficer
        && matches!(stage, "C.drafting" | "C.consulting")
    {
        now.insert(0, plain(v.t("web-tab-editor"), format!("{}/soan", place_of(id))));
    }
    if let (State::CriteriaSet(s), Duty::ConsultedOfficer | Duty::ListOfficer) = (&seen.loaded.neighbour.whole.state, duty)
        && s.working().is_some_and(|w| w.consultation.is_some())
        && stage == "C.consulting"
    {
        let label = crate::known::to_draft(v, ActId::C3);
        now.push(Doing { post: true, key: Uuid::new_v4().to_string(), ..plain(label, format!("/gop-y/moi/van-ban/mo?set={id}")) });
    }
}

fn set_of(entry: Id) -> String {
    Id::new(Kind::CriteriaSet, entry.uuid).to_string()
}
