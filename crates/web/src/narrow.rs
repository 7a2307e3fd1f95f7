//! A form's choices, narrowed to those that its act can take: what the rules would refuse anyway is not offered.

use crate::form::{Known, Pairs};
use crate::visitor::Visitor;
use ndp_domain::acts::ActId;
use ndp_domain::authority::Side;
use ndp_domain::body::Body;
use ndp_domain::declaration::Declaration;
use ndp_domain::dossier::{Dossier, Round};
use ndp_domain::evidence::Need;
use ndp_domain::id::{AccountId, BodyId, Id, Kind, OrganisationId};
use ndp_domain::machine::{Known as _, State};
use ndp_domain::regulation::Decides;
use ndp_engine::orders::OrderForm;
use ndp_server::problem::Refused;
use ndp_store::lists::{Filter, Order};
use ndp_store::read::Loaded;
use ndp_store::seen::Seen;
use std::collections::BTreeSet;

/// Narrows what `known` offers to what the act takes here. `pairs` is what the form says so far.
pub async fn to(v: &Visitor, form: &OrderForm, seen: Option<&Seen>, pairs: &Pairs, known: &mut Known) -> Result<(), Refused> {
    let state = seen.map(|s| &s.loaded.neighbour.whole.state);
    // An officer works for their own agency; what is prefilled there is told, not asked.
    let own = v.duty().map(|d| d.org.to_string());
    if v.side() == Side::Managing && own.as_deref() == Some(pairs.get("/managing")) {
        known.fixed.push("/managing".to_owned());
    }
    match (form.act, state) {
        (ActId::E11, Some(State::Dossier(dossier))) => {
            let bodies = bodies(v, dossier.managing).await?;
            known.records.insert(Kind::Body, bodies);
        }
        (ActId::B7, Some(State::Body(body))) => {
            let meetings = meetings(v, body.id).await?;
            let present: BTreeSet<AccountId> = meetings.iter().flat_map(|(_, _, present)| present.iter().copied()).collect();
            known.records.insert(Kind::Dossier, meetings.into_iter().map(|(id, name, _)| (id.to_string(), name)).collect());
            keep(known, Kind::Account, |id| present.iter().any(|p| p.to_string() == id));
            known.ticked.push("/people");
        }
        (ActId::B17, _) => {
            let Some(body) = crate::known::id_of(Some(Kind::Body), pairs.get("/body")) else { return Ok(()) };
            let declared = declared(v, body).await?;
            let of = v.app.engine.store.load_one(body).await?;
            let owed: Vec<Id> = of
                .as_ref()
                .and_then(|l| Body::known(&l.neighbour.whole.state))
                .map_or_else(Vec::new, |b| b.products.iter().map(|p| Id::from(*p)).collect());
            let owes = |id: &str| owed.is_empty() || owed.iter().any(|p| p.to_string() == id);
            keep(known, Kind::Product, |id| owes(id) && !declared.iter().any(|d| d.to_string() == id));
            parties(v, known).await?;
        }
        (ActId::B5, Some(State::Body(body))) => {
            let members: Vec<String> =
                body.established().map(|e| e.members.iter().map(|m| m.person.to_string()).collect()).unwrap_or_default();
            keep(known, Kind::Account, |id| members.iter().any(|m| m == id));
            if !body.products.is_empty() {
                keep(known, Kind::Product, |id| body.products.iter().any(|p| Id::from(*p).to_string() == id));
            }
        }
        (ActId::E16, Some(State::Dossier(d))) => {
            let due = d.round().map(|r| r.due.clone()).unwrap_or_default();
            keep(known, Kind::Account, |id| due.iter().any(|m| m.to_string() == id));
            known.ticked.push("/present");
        }
        // What is asked about is a decision that the reader was given.
        (ActId::RC1 | ActId::KN1, _) => {
            let stages = ["E.decided", "R.in_force", "R.revoked"].map(str::to_owned).to_vec();
            let filter = Filter { stages, ..Filter::default() };
            let lines = v.app.engine.store.list(&v.reading.scope(&v.app), &filter, Order::Updated, None, crate::known::MOST).await?;
            known.records.clear();
            for line in lines {
                known.records.entry(line.id.kind).or_default().push((line.id.to_string(), crate::known::line_name(v, &line)));
            }
        }
        // A sheet on paper has the lines of its round; whoever types it in is no member.
        (ActId::E15, None) => {
            let Some(dossier) = crate::known::id_of(Some(Kind::Dossier), pairs.get("/dossier")) else { return Ok(()) };
            let seen = ndp_server::records::seen(&v.app, &v.reading, dossier).await?;
            let whole = ndp_domain::shown::whole(Kind::Dossier, &seen.facets);
            if let Some(round) = Dossier::known(&seen.loaded.neighbour.whole.state).filter(|_| whole).and_then(|d| d.round()) {
                let owed = ndp_server::rounds::without_sheet(&v.app, &[dossier]).await?.remove(&dossier).unwrap_or_default();
                keep(known, Kind::Account, |id| owed.iter().any(|m| m.to_string() == id));
                findings(v, round, Some(&seen.loaded), known);
            }
            known.carried.push("/text/paper/entered_by");
        }
        // A report is on the dossier whose round the unit was hired for.
        (ActId::B11, Some(State::Body(body))) => {
            let all = v.app.engine.store.load(&[Need::OfBody(body.id, Kind::Dossier)]).await?;
            let open = |l: &&Loaded| matches!(l.neighbour.whole.state.stage(), "E.evaluating" | "E.clarifying");
            let mine: Vec<&Loaded> = all.values().filter(open).collect();
            known.records.insert(Kind::Dossier, Vec::new());
            for l in &mine {
                let Some(d) = Dossier::known(&l.neighbour.whole.state) else { continue };
                known.records.entry(Kind::Dossier).or_default().push((l.id.to_string(), format!("{} · {}", d.name, d.code)));
            }
            if let [only] = mine.as_slice()
                && let Some(round) = Dossier::known(&only.neighbour.whole.state).and_then(|d| d.round())
            {
                findings(v, round, Some(only), known);
            }
        }
        // Both sign one text: what the first one signed is told, not changed.
        (ActId::E19, Some(State::Dossier(d))) if d.round().is_some_and(|r| !r.signatures.is_empty()) => known.carried.push("/minutes"),
        // Between editions an entry goes out alone; with an edition it goes by the edition's own act.
        (ActId::P6, _) => known.carried.push("/edition"),
        // A duty is ended by its name, not by the place it was given in.
        (ActId::AC3, Some(State::Account(account))) => {
            let held = account.held.iter().enumerate().filter(|(_, h)| h.to.is_none_or(|to| to >= v.today));
            let all = held.map(|(n, h)| {
                let duty = v.t(&format!("duty-{}", h.duty.code()));
                (n.to_string(), format!("{duty}, {} ({})", v.organisation(h.org), crate::say::day(h.from)))
            });
            known.lists.insert("number".to_owned(), all.collect());
        }
        // Who receives a paper stands in it.
        (ActId::D9, _) => known.fixed.push("/recipients".to_owned()),
        // An enterprise asks by its own letter.
        (ActId::E2, _) if v.side() == Side::Applicant => known.needed.push("/application/letter"),
        _ => {}
    }
    Ok(())
}

/// The lines that a sheet or a report has a finding on.
fn findings(v: &Visitor, round: &Round, of: Option<&Loaded>, known: &mut Known) {
    let regulation = of.and_then(|l| l.neighbour.whole.state.view().regulation).unwrap_or_default();
    let lines = round.lines.iter().filter(|l| l.decides == Decides::Result);
    known.keys.insert("findings".to_owned(), lines.map(|l| (l.code.clone(), crate::known::line(v, &regulation, &l.code))).collect());
}

fn keep(known: &mut Known, kind: Kind, fits: impl Fn(&str) -> bool) {
    if let Some(all) = known.records.get_mut(&kind) {
        all.retain(|(id, _)| fits(id));
    }
}

/// Whoever declares is told the parties beside the platform: whose it is, and the agency that answers for it.
async fn parties(v: &Visitor, known: &mut Known) -> Result<(), Refused> {
    let Some(products) = known.records.get_mut(&Kind::Product) else { return Ok(()) };
    let ids: Vec<Need> = products.iter().filter_map(|(id, _)| id.parse().ok()).map(Need::Stream).collect();
    let loaded = if ids.is_empty() { Default::default() } else { v.app.engine.store.load(&ids).await? };
    for (id, name) in products {
        let Some(State::Product(p)) = id.parse().ok().and_then(|id: Id| loaded.get(&id)).map(|l| &l.neighbour.whole.state) else {
            continue;
        };
        let parties: BTreeSet<OrganisationId> = p.record.owner.into_iter().chain(p.managing).collect();
        let parties: Vec<String> = parties.into_iter().map(|o| v.organisation(o)).collect();
        *name = format!("{name} – {}", parties.join("; "));
    }
    Ok(())
}

/// Bodies of an agency that can open a round: councils and groups for their own secretary, contracts for the officer.
async fn bodies(v: &Visitor, managing: OrganisationId) -> Result<Vec<(String, String)>, Refused> {
    let secretary = v.side() == Side::Body;
    let stage = if secretary { "B.ready" } else { "B.contracted" };
    let filter = Filter { kind: Some(Kind::Body), managing: Some(managing), stages: vec![stage.to_owned()], ..Filter::default() };
    let lines = v.app.engine.store.list(&v.reading.scope(&v.app), &filter, Order::Name, None, crate::known::MOST).await?;
    let needs: Vec<Need> = lines.iter().map(|l| Need::Stream(l.id)).collect();
    let loaded = v.app.engine.store.load(&needs).await?;
    let theirs = |l: &&Loaded| {
        let established = Body::known(&l.neighbour.whole.state).and_then(|b| b.established().ok());
        !secretary || established.is_some_and(|e| Some(e.secretary) == v.reading.reader.account)
    };
    let fits = lines.iter().filter(|l| loaded.get(&l.id).is_some_and(|l| theirs(&l)));
    Ok(fits.map(|l| (l.id.to_string(), crate::known::line_name(v, l))).collect())
}

/// Dossiers of a body whose meeting the reader chairs now, and who is present.
async fn meetings(v: &Visitor, body: BodyId) -> Result<Vec<(Id, String, Vec<AccountId>)>, Refused> {
    let all = v.app.engine.store.load(&[Need::OfBody(body, Kind::Dossier)]).await?;
    let meeting = |l: &Loaded| {
        let dossier = Dossier::known(&l.neighbour.whole.state).filter(|_| l.neighbour.whole.state.stage() == "E.meeting")?;
        let opened = dossier.round().filter(|r| r.body == body)?.opened.as_ref()?;
        let chairs = Some(opened.by) == v.reading.reader.account;
        chairs.then(|| (l.id, format!("{} · {}", dossier.name, dossier.code), opened.present.clone()))
    };
    Ok(all.values().filter_map(meeting).collect())
}

/// Products that the reader has declared on in this body.
async fn declared(v: &Visitor, body: Id) -> Result<Vec<Id>, Refused> {
    let all = v.app.engine.store.load(&[Need::Children(body, Kind::Declaration)]).await?;
    let own = all.values().filter_map(|l| Declaration::known(&l.neighbour.whole.state));
    Ok(own.filter(|d| Some(d.member) == v.reading.reader.account).map(|d| d.product.into()).collect())
}
