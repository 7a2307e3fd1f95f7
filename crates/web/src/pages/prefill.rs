//! What a form can already say from records beside it: rules of work from the version, members who are due,
//! recipients of a snapshot, the decision that a publication tells of.

use crate::form::{Pairs, Shape, shape};
use crate::say;
use crate::visitor::Visitor;
use ndp_domain::acts::ActId;
use ndp_domain::authority::Side;
use ndp_domain::body::Body;
use ndp_domain::document::Snapshot;
use ndp_domain::dossier::Minutes;
use ndp_domain::id::{Id, Kind};
use ndp_domain::machine::{Known as _, State};
use ndp_domain::publication::PublicField;
use ndp_domain::recognition::Recognition;
use ndp_engine::orders::OrderForm;
use ndp_server::problem::Refused;
use ndp_store::seen::Seen;
use serde_json::json;

/// What a person would otherwise type although it is known: their agency and unit, the version in effect, today.
pub fn usual(v: &Visitor, form: &'static OrderForm, seen: Option<&Seen>, pairs: &mut Pairs) {
    let Some(duty) = v.duty() else { return };
    let view = seen.map(|s| s.loaded.neighbour.whole.state.view());
    let own = duty.org.to_string();
    let regulation = view.as_ref().and_then(|v| v.regulation.clone()).or_else(|| v.directory.regulation_on(v.today).map(|r| r.id.clone()));
    let today = say::day(v.today);
    let managing = view.as_ref().and_then(|v| v.managing).map_or_else(|| own.clone(), |m| m.to_string());
    let Shape::Object(_, properties) = shape::of(form) else { return };
    let has = |name: &str| properties.iter().any(|p| p.name == name);
    let mut put = |pointer: &str, value: String| {
        let root = pointer.trim_start_matches('/').split('/').next().unwrap_or_default();
        if has(root) && pairs.get(pointer).is_empty() {
            pairs.set(pointer, value);
        }
    };
    put("/managing", managing);
    for name in ["/by", "/organisation", "/issuing", "/owner"] {
        put(name, own.clone());
    }
    put("/regulation", regulation.unwrap_or_default());
    put("/unit", duty.unit.clone().unwrap_or_default());
    put("/incoming/arrived_on", today.clone());
    put("/number/date", today.clone());
    for name in ["/cut_off", "/effective_from", "/file_date", "/on"] {
        if shape::of(form).property(name.trim_start_matches('/')).is_some_and(|p| p.shape == Shape::Date) {
            put(name, today.clone());
        }
    }
    put("/minutes/held_on", today);
    put("/product/new/id", Id::new(Kind::Product, v.app.engine.id()).to_string());
    if v.side() == Side::Applicant {
        put("/product/new/record/ownership", "enterprise".to_owned());
        put("/product/new/record/owner", own.clone());
    }
    if let Some(account) = v.reading.reader.account {
        put("/historical/entered_by", account.to_string());
    }
}

/// The same from records beside the form.
pub async fn more(v: &Visitor, form: &'static OrderForm, seen: Option<&Seen>, pairs: &mut Pairs) -> Result<(), Refused> {
    let shape = shape::of(form);
    // From a record only for those who see it whole: a form must not tell what the record does not.
    let state = seen.filter(|s| ndp_domain::shown::whole(s.loaded.id.kind, &s.facets)).map(|s| &s.loaded.neighbour.whole.state);
    match (form.act, state) {
        (ActId::E1 | ActId::SC3, _) => {
            if let Some(code) = ndp_domain::tracking::code(ndp_identity::random::<9>()?) {
                pairs.set("/code", code.to_string());
            }
            if let Some(code) = ndp_domain::tracking::code(ndp_identity::random::<9>()?) {
                pairs.set("/product/new/record/code", format!("SP-{code}"));
            }
            pairs.put(shape, "", &json!({ "product": { "new": { "record": { "kind": "platform", "sample": false } } } }));
            if let Some(duty) = v.duty() {
                pairs.set("/product/new/record/owner", duty.org.to_string());
            }
        }
        (ActId::B4 | ActId::B6, Some(State::Body(body))) => {
            if let Some((establishing, _)) = &body.decision {
                pairs.put(shape, "", &json!({ "establishing": establishing }));
            } else if let Some(regulation) = v.directory.regulations.get(&body.regulation) {
                pairs.put(shape, "", &json!({ "establishing": { "rules": regulation.body, "members": [{}, {}, {}] } }));
            }
        }
        // Until the day that the rules give the step it is for; whoever assigns may name an earlier one.
        (ActId::L4 | ActId::E5, Some(state)) => {
            if let Some((_, due)) = super::facts::after_assignment(v, form.act, state.view().regulation.as_deref()) {
                pairs.set("/until", say::day(due.on));
            }
        }
        (ActId::B7, _) => pairs.put(shape, "", &json!({ "people": ["", "", ""] })),
        (ActId::E11, Some(State::Dossier(_))) => {}
        (ActId::E19, Some(State::Dossier(d))) => {
            // Both sign the same text: the second signer reads what the first one signed.
            if let Some(signed) = d.round().and_then(|r| r.signatures.first())
                && let Some(minutes) = v.content::<Minutes>(signed.minutes).await?
            {
                pairs.put(shape, "", &json!({ "minutes": minutes }));
            } else if let Some(round) = d.round()
                && let Some(opened) = &round.opened
            {
                // The day of the meeting and who stayed away are on record.
                pairs.set("/minutes/held_on", say::day(ndp_domain::time::legal_date(opened.at)));
                let body = v.app.engine.store.load_one(round.body.into()).await?;
                let members = body.as_ref().and_then(|l| Body::known(&l.neighbour.whole.state)).and_then(|b| b.established().ok());
                let members = members.map(|e| e.members.as_slice()).unwrap_or_default().iter().map(|m| m.person);
                let away: Vec<_> = members.filter(|m| !opened.present.contains(m)).map(|m| json!({ "member": m })).collect();
                if !away.is_empty() {
                    pairs.put(shape, "", &json!({ "minutes": { "absent": away } }));
                }
            }
        }
        (ActId::E30, Some(State::Sheet(s))) => pairs.set("/dossier", Id::from(s.dossier).to_string()),
        (ActId::E15, None) => {
            // A sheet on paper: a line for each line of the round, entered by whoever types it in.
            let dossier = crate::known::id_of(Some(Kind::Dossier), pairs.get("/dossier"));
            let Some(dossier) = dossier else { return Ok(()) };
            let seen = ndp_server::records::seen(&v.app, &v.reading, dossier).await?;
            if let State::Dossier(d) = &seen.loaded.neighbour.whole.state
                && ndp_domain::shown::whole(Kind::Dossier, &seen.facets)
                && let Some(round) = d.round()
            {
                let lines = round.lines.iter().filter(|l| l.decides == ndp_domain::regulation::Decides::Result);
                let findings: Vec<_> = lines.map(|l| json!({ "code": l.code })).collect();
                pairs.put(shape, "", &json!({ "text": { "findings": findings, "paper": { "entered_by": v.reading.reader.account } } }));
            }
        }
        (ActId::L5 | ActId::E6 | ActId::E12, _) => {
            // A later letter goes on with the numbers of the earlier one, and names whose answer raised its point.
            let before = match state {
                Some(State::ListEntry(l)) => l.supplements.last(),
                Some(State::Dossier(d)) if form.act == ActId::E6 => d.supplements.last(),
                _ => None,
            };
            let next = before.and_then(|s| s.numbers.iter().max()).map_or(1, |n| n + 1);
            let raised = before.and_then(|s| s.numbers.first());
            let asked = match seen.filter(|_| form.act == ActId::E12) {
                Some(seen) => super::asked::points(v, seen).await?,
                None => Vec::new(),
            };
            let points: Vec<_> = (next..).zip(&asked).map(|(n, text)| json!({ "number": n, "text": text })).collect();
            let one = json!([{ "number": next, "raised_by": raised }]);
            pairs.put(shape, "", &json!({ "points": if points.is_empty() { one } else { points.into() } }));
        }
        (ActId::D7, Some(State::Document(d))) => {
            let symbol = v
                .directory
                .organisations
                .get(&d.issuing)
                .and_then(|o| o.record.symbol.as_ref().map(ToString::to_string).or(Some(o.record.code.to_string())));
            let decides = super::letter::decides(&d.kind);
            let (what, book) = if decides { ("QĐ-", "Quyết định") } else { ("", "Công văn đi") };
            let symbol = symbol.map(|s| format!("{what}{s}"));
            // The number comes from the agency's own document system (process.md 5.6, `doc.number`).
            pairs.put(shape, "", &json!({ "number": { "symbol": symbol, "book": book, "imported": true } }));
        }
        (ActId::D9, Some(State::Document(d))) => {
            let snapshot = match d.snapshot {
                Some(pin) => v.content::<Snapshot>(pin).await?,
                None => None,
            };
            if let Some(snapshot) = snapshot {
                pairs.put(shape, "", &json!({ "recipients": snapshot.recipients }));
            }
        }
        (ActId::P2, Some(State::Publication(p))) => {
            let ground = v.app.engine.store.load_one(p.ground).await?;
            let paper = ground.as_ref().and_then(|l| Recognition::known(&l.neighbour.whole.state)).map(|r| r.paper.clone());
            pairs.put(shape, "", &json!({ "record": { "name_vi": p.name, "public": PublicField::ALL } }));
            if let Some(paper) = paper {
                pairs.set("/record/decision_number", paper.number);
                pairs.set("/record/decision_date", say::day(paper.date));
            }
        }
        _ => {}
    }
    Ok(())
}
