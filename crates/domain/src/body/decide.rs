//! The checks of content of a body's acts; those of the hired unit stand in `hired`.

use super::*;
use crate::declaration::Declaration;
use crate::dossier::Dossier;
use crate::links::{Links, conflicts};
use crate::list_entry::paper;
use crate::product::Product;
use std::collections::BTreeSet;

pub(super) fn decide(state: Option<&State>, command: &Command, occasion: &Occasion) -> Result<Event, Refusal> {
    Ok(match (state, command) {
        (_, Command::Choose { id, name, form, regulation, managing, unit, products, note }) => {
            if !occasion.regulation.forms.contains(form) {
                return Err(Refusal::FormNotAllowed { form: form.name().to_owned() });
            }
            let mut self_managed = false;
            for product in products {
                let found = occasion.evidence.find::<Product>(*product)?.state;
                if found.managing.is_some_and(|m| m != *managing) {
                    return Err(Refusal::ProductNotOfBody {});
                }
                if found.self_managed() && found.unit == unit.as_str() {
                    return Err(Refusal::SameUnitProposesAndEvaluates {});
                }
                self_managed |= found.self_managed();
            }
            Event::FormChosen {
                id: *id,
                name: name.to_string(),
                form: *form,
                regulation: regulation.clone(),
                managing: *managing,
                unit: unit.to_string(),
                self_managed,
                products: products.clone(),
                note: note.as_ref().map(|n| Content::of(n).pin()),
            }
        }
        (Some(s), Command::Establish { establishing }) => {
            check_establishing(s, establishing)?;
            Event::Established { establishing: establishing.clone(), paper: paper(occasion)? }
        }
        (Some(s), Command::DeclareReady { product, reviewers, leads }) => declare_ready(s, *product, reviewers, leads, occasion)?,
        (Some(s), Command::AppointCounters { dossier, people }) => {
            let round = check_counters(s, *dossier, people, occasion)?;
            Event::CountersAppointed { dossier: *dossier, round, people: people.clone() }
        }
        (_, Command::AskNominations { asked }) => {
            if asked.is_empty() {
                return Err(Refusal::NobodyAsked {});
            }
            Event::NominationsAsked { asked: asked.clone(), paper: paper(occasion)? }
        }
        (Some(s), Command::Nominate { organisation, people }) => {
            if *organisation != occasion.org() || !s.asked.contains(organisation) {
                return Err(Refusal::NotConsulted {});
            }
            if people.is_empty() {
                return Err(Refusal::NobodyNamed {});
            }
            Event::Nominated { organisation: *organisation, people: people.clone(), paper: paper(occasion)? }
        }
        (Some(s), Command::Amend { establishing, reason }) => {
            let meets = |d: &crate::dossier::State| {
                matches!(Dossier::stage(d), "E.meeting" | "E.counted") && d.round().is_some_and(|r| r.body == s.id)
            };
            if occasion.evidence.all::<Dossier>().any(|d| meets(d.state)) {
                return Err(Refusal::MeetingInProgress {});
            }
            check_establishing(s, establishing)?;
            Event::Amended { establishing: establishing.clone(), reason: Content::of(reason).pin(), paper: paper(occasion)? }
        }
        (Some(s), Command::Answer { accepted, reason }) => {
            let member = occasion.account();
            if !s.established()?.is_member(member) {
                return Err(Refusal::NotMember {});
            }
            if !accepted && reason.is_none() {
                return Err(Refusal::DeclinedWithoutReason {});
            }
            let reason = reason.as_ref().map(|r| Content::of(r).pin());
            Event::Answered { answer: Answer { member, accepted: *accepted, reason } }
        }
        (Some(s), Command::Close {}) => {
            no_open_round(s, occasion)?;
            Event::Closed {}
        }
        (Some(s), Command::Cancel { reason }) => {
            no_open_round(s, occasion)?;
            Event::Cancelled { reason: Content::of(reason).pin(), paper: occasion.paper.cloned() }
        }
        (Some(s), command) => hired::decide(s, command, occasion)?,
        (None, _) => return Err(Refusal::BodyNotReady {}),
    })
}

/// The declarations for the product are complete, those not recused make a quorum, nobody of them
/// has a conflict on record that was not looked at, and the reviewers and leads are of them.
fn declare_ready(
    s: &State,
    product: ProductId,
    reviewers: &[AccountId],
    leads: &BTreeMap<String, AccountId>,
    occasion: &Occasion,
) -> Result<Event, Refusal> {
    let free = free_members(s, Some(product), occasion)?;
    let established = s.established()?;
    let needed = established.quorum(free.len(), established.members.len() - free.len());
    if free.len() < needed {
        return Err(Refusal::QuorumImpossible { needed: needed as u32, found: free.len() as u32 });
    }
    let owner = occasion.evidence.find::<Product>(product)?.state.record.enterprise();
    let unresolved = |member: &&AccountId| {
        let found = occasion.evidence.find::<Links>(links_of(**member));
        found.is_ok_and(|links| owner.is_some_and(|owner| !conflicts(links.state, &[owner], occasion.day()).is_empty()))
    };
    let members = free.iter().filter(unresolved).count() as u32;
    if members > 0 {
        return Err(Refusal::ConflictUnresolved { members });
    }
    if reviewers.is_empty() || reviewers.iter().chain(leads.values()).any(|r| !free.contains(r)) {
        return Err(Refusal::ReviewerNotMember {});
    }
    Ok(Event::BecameReady { product, reviewers: reviewers.to_vec(), leads: leads.clone() })
}

fn no_open_round(s: &State, occasion: &Occasion) -> Result<(), Refusal> {
    let open = |d: &crate::dossier::State| d.round_open() && d.round().is_some_and(|r| r.body == s.id);
    if occasion.evidence.all::<Dossier>().any(|d| open(d.state)) { Err(Refusal::RoundOpenInBody {}) } else { Ok(()) }
}

/// Size, chair, secretary, rules of work, and an outside member where the agency judges its own.
fn check_establishing(state: &State, e: &Establishing) -> Result<(), Refusal> {
    let distinct: BTreeSet<_> = e.members.iter().map(|m| m.person).collect();
    let size = e.members.len() as u32;
    let sane = |t: crate::regulation::Threshold| t.denominator > 0 && t.numerator <= t.denominator;
    if distinct.len() != e.members.len() {
        return Err(Refusal::MemberTwice {});
    }
    if !sane(e.rules.quorum) || !sane(e.rules.majority) || e.rules.min_members == 0 || e.rules.counting_board == 0 {
        return Err(Refusal::RulesImpossible {});
    }
    if size < u32::from(e.rules.min_members) {
        return Err(Refusal::BodyTooSmall { needed: e.rules.min_members.into(), found: size });
    }
    if e.rules.odd && size.is_multiple_of(2) {
        return Err(Refusal::BodyNotOdd { found: size });
    }
    if !e.is_member(e.chair) || e.vice_chair.is_some_and(|v| v == e.chair || !e.is_member(v)) {
        return Err(Refusal::ChairMissing {});
    }
    if e.chair == e.secretary {
        return Err(Refusal::ChairAndSecretaryOnePerson {});
    }
    if state.self_managed && e.members.iter().all(|m| m.organisation == state.managing) {
        return Err(Refusal::OutsideMemberMissing {});
    }
    Ok(())
}

/// Members who declared for the product and are not recused; refuses while a declaration is
/// missing.
pub fn free_members(body: &State, product: Option<ProductId>, occasion: &Occasion) -> Result<Vec<AccountId>, Refusal> {
    let established = body.established()?;
    let declared: Vec<_> =
        occasion.evidence.all::<Declaration>().filter(|d| d.state.body == body.id && Some(d.state.product) == product).collect();
    let missing = established.members.iter().filter(|m| !declared.iter().any(|d| d.state.member == m.person)).count();
    if missing > 0 {
        return Err(Refusal::DeclarationsMissing { missing: missing as u32 });
    }
    let free = |m: AccountId| established.is_member(m) && !body.refused(m);
    Ok(declared.iter().filter(|d| !d.state.recused && free(d.state.member)).map(|d| d.state.member).collect())
}

fn check_counters(body: &State, dossier: DossierId, people: &[AccountId], occasion: &Occasion) -> Result<u32, Refusal> {
    let established = body.established()?;
    let found = occasion.evidence.find::<Dossier>(dossier)?.state;
    // At the meeting, by whoever chairs it.
    let chairs = |r: &&crate::dossier::Round| r.opened.as_ref().is_some_and(|o| o.by == occasion.account());
    let meeting = found
        .round()
        .filter(|_| Dossier::stage(found) == "E.meeting")
        .filter(chairs)
        .filter(|r| Id::from(r.body) == body.id.into())
        .and_then(|r| Some((r.n, r.opened.as_ref()?)));
    let (round, Some(opened)) = meeting.map_or((0, None), |(n, o)| (n, Some(o))) else {
        return Err(Refusal::WrongStage { act: ActId::B7, stage: Dossier::stage(found).to_owned() });
    };
    let distinct: BTreeSet<_> = people.iter().collect();
    let needed = u32::from(established.rules.counting_board);
    if distinct.len() as u32 != needed || distinct.len() != people.len() {
        return Err(Refusal::CountingBoardWrong { needed, found: distinct.len() as u32 });
    }
    if people.iter().any(|p| !opened.present.contains(p)) {
        return Err(Refusal::CountingBoardNotPresent {});
    }
    Ok(round)
}
