//! Cases of process.md 7 on dossiers, bodies and rounds.

use super::ledger::*;
use super::roads::*;
use crate::acts::ActId;
use crate::authority::Duty;
use crate::body::{self, Body};
use crate::criteria_set::Basis;
use crate::dossier::{self, DeclineReason, Defect, Dossier, End, Way, disagreement, sheets_of};
use crate::evidence::Evidence;
use crate::id::*;
use crate::links::{self, Link, Relation};
use crate::objection::{self, Contention, Verdict};
use crate::outcome::{Outcome, Share};
use crate::refusal::Refusal;
use crate::regulation::{Denominator, Threshold, Tie};
use crate::sheet::{Sheet, Vote};
use chrono::Days;

use dossier::Command as E;

fn examining(l: &mut Ledger) -> DossierId {
    let (entry, set) = l.set();
    let (dossier, _) = l.dossier(entry, set);
    l.hand_in(dossier, (1, 2, 2), 3);
    dossier
}

fn ready(l: &mut Ledger, share: (u64, u64, u64)) -> (DossierId, ProductId) {
    let (entry, set) = l.set();
    let (dossier, product) = l.dossier(entry, set);
    l.hand_in(dossier, share, 4);
    (dossier, product)
}

#[test]
fn a_dossier_is_completed_once_for_all_points_and_lapses_only_after_two_reminders() {
    let mut l = Ledger::new();
    let dossier = examining(&mut l);
    l.by_paper(signer(), dossier, E::AskSupplement { points: points(&[(1, None)]) }).unwrap();
    let mut answered = l.clone();
    answered.act(Ledger::applicant(), dossier, E::Supplement { answers: answers(&[1]) }).unwrap();
    assert_eq!(answered.stage(dossier), "E.examining");
    l.pass(9);
    for _ in 0..2 {
        l.by_paper(signer(), dossier, E::Remind {}).unwrap();
    }
    l.pass(9);
    l.by_paper(signer(), dossier, E::Lapse { explanation: t("quá hạn") }).unwrap();
    assert_eq!(l.stage(dossier), "E.lapsed");
}

#[test]
fn an_application_to_the_wrong_agency_is_declined_naming_the_right_one() {
    let mut l = Ledger::new();
    l.organisation(POLICE, "B", None, None);
    let dossier = examining(&mut l);
    let decline = |agency| E::Decline { reason: DeclineReason::AnotherAgency { agency }, explanation: t("thuộc cơ quan khác") };
    assert!(l.clone().by_paper(signer(), dossier, decline(MINISTRY)).is_err());
    l.by_paper(signer(), dossier, decline(POLICE)).unwrap();
    assert_eq!(l.stage(dossier), "E.declined");
}

#[test]
fn an_applicant_stops_its_dossier_by_letter_and_the_sheets_stay_sealed() {
    let mut l = Ledger::new();
    let (dossier, _, sheets) = l.evaluation((1, 2, 2), &[], 2);
    let stop = || E::Stop { reason: Some(t("theo đề nghị")) };
    assert_eq!(l.by_paper(signer(), dossier, stop()), Err(Refusal::StopNotAskedFor {}));
    l.act(Ledger::applicant(), dossier, E::RequestStop { letter: attachment() }).unwrap();
    let clock = l.streams[&dossier.into()].whole.clocks.iter().find(|c| c.act == ActId::E27).unwrap().clone();
    assert_eq!(clock.from, l.today());
    l.by_paper(signer(), dossier, stop()).unwrap();
    let state = l.state::<Dossier>(dossier);
    assert_eq!((l.stage(dossier), state.round().unwrap().end.clone()), ("E.stopped", Some(End::Stopped)));
    assert_eq!(l.stage(sheets[0]), "E15.sealed");
    // A new dossier of the same product may be opened.
    let (entry, set, product) = (state.entry, state.set, state.product);
    let (id, _, draft) = l.draft_of(entry, set);
    let E::Draft { code, .. } = draft else { unreachable!("it is a draft") };
    let product = dossier::ProductRef::Existing { id: product };
    l.act(Ledger::applicant(), id, E::Draft { id, code, entry, set, product, what_changed: None }).unwrap();
}

#[test]
fn the_state_opens_its_own_dossier_and_an_enterprises_only_with_its_written_consent() {
    let mut l = Ledger::new();
    let (entry, set) = l.set();
    let (dossier, _) = l.state_dossier(entry, set);
    let application = |l: &Ledger| Some(l.application((1, 2, 2)));
    let open = E::Open { application: application(&l), consent: None };
    l.by_paper(signer(), dossier, open).unwrap();
    assert_eq!(l.stage(dossier), "E.ready");
    let (other, _) = l.dossier(entry, set);
    let open = |consent| E::Open { application: application(&l), consent };
    assert_eq!(l.clone().by_paper(signer(), other, open(None)), Err(Refusal::OwnerConsentMissing {}));
    l.clone().by_paper(signer(), other, open(Some(attachment()))).unwrap();
}

#[test]
fn an_agency_that_judges_its_own_platform_needs_an_outside_member_and_another_unit() {
    let mut l = Ledger::new();
    let (entry, set) = l.set();
    let (_, product) = l.state_dossier(entry, set);
    assert_eq!(l.choose(vec![product], "don-vi").1, Err(Refusal::SameUnitProposesAndEvaluates {}));
    let (body, chosen) = l.choose(vec![product], "vu");
    chosen.unwrap();
    let mut establishing = l.establishing();
    assert_eq!(l.clone().establish(body, establishing.clone()), Err(Refusal::OutsideMemberMissing {}));
    establishing.members[4].organisation = POLICE;
    l.establish(body, establishing).unwrap();
    assert!(l.state::<Body>(body).self_managed, "the badge is on record");
}

#[test]
fn a_clarification_moves_the_terms_and_not_the_day_of_the_meeting() {
    let mut l = Ledger::new();
    let (dossier, ..) = l.evaluation((1, 2, 2), &[], 1);
    let meeting_on = l.today() + Days::new(20);
    l.invite(dossier, meeting_on).unwrap();
    let due = |l: &Ledger, act| l.streams[&dossier.into()].whole.clocks.iter().find(|c| c.act == act).map(|c| c.due.on);
    assert_eq!(due(&l, ActId::E16), Some(meeting_on));
    let sheets = due(&l, ActId::E15).unwrap();
    l.by_paper(chair(), dossier, E::AskClarification { points: points(&[(1, None)]) }).unwrap();
    l.pass(5);
    l.act(Ledger::applicant(), dossier, E::Clarify { answers: answers(&[1]) }).unwrap();
    assert_eq!(due(&l, ActId::E16), Some(meeting_on), "a day that was agreed stands");
    assert!(due(&l, ActId::E15).unwrap() > sheets);
}

#[test]
fn a_clarification_stops_the_clock_of_the_sheets_and_is_added_beside_the_snapshot() {
    let mut l = Ledger::new();
    let (dossier, ..) = l.evaluation((1, 2, 2), &[], 1);
    let application = l.state::<Dossier>(dossier).round().unwrap().application;
    l.pass(1);
    l.by_paper(chair(), dossier, E::AskClarification { points: points(&[(1, None)]) }).unwrap();
    let sheet_clock = |l: &Ledger| l.streams[&dossier.into()].whole.clocks.iter().find(|c| c.act == ActId::E15).unwrap().clone();
    assert!(sheet_clock(&l).paused.is_some());
    assert!(matches!(l.clone().act(secretary(), dossier, E::GoOn {}), Err(Refusal::StillInTime { .. })));
    l.pass(1);
    l.act(Ledger::applicant(), dossier, E::Clarify { answers: answers(&[1]) }).unwrap();
    assert_eq!((l.stage(dossier), sheet_clock(&l).paused), ("E.evaluating", None));
    let round = l.state::<Dossier>(dossier).round().unwrap().clone();
    assert_eq!(round.application, application, "the snapshot is as it was");
    assert!(round.clarifications[0].answered.is_some());
    // Without an answer the round goes on once the term has passed.
    l.by_paper(chair(), dossier, E::AskClarification { points: points(&[(1, None)]) }).unwrap();
    l.pass(9);
    l.act(secretary(), dossier, E::GoOn {}).unwrap();
    assert_eq!(l.stage(dossier), "E.evaluating");
}

#[test]
fn a_member_asked_to_take_part_declines_with_a_reason_and_does_not_count_for_the_quorum() {
    let mut l = Ledger::with(|r| r.body.quorum = Threshold { numerator: 5, denominator: 5 });
    let (_, product) = ready(&mut l, (1, 2, 2));
    let (body, chosen) = l.choose(vec![product], "vu");
    chosen.unwrap();
    let establishing = l.establishing();
    l.establish(body, establishing).unwrap();
    let answer = |accepted, reason: Option<&str>| body::Command::Answer { accepted, reason: reason.map(t) };
    assert_eq!(l.act(evaluator(4), body, answer(false, None)), Err(Refusal::DeclinedWithoutReason {}));
    l.act(evaluator(4), body, answer(false, Some("bận công tác"))).unwrap();
    for n in 0..5 {
        l.declare(body, product, n, false).unwrap();
    }
    let declare = || body::Command::DeclareReady { product, reviewers: vec![member(1)], leads: Ledger::no_leads() };
    assert_eq!(l.clone().act(secretary(), body, declare()), Err(Refusal::QuorumImpossible { needed: 5, found: 4 }));
    l.act(evaluator(4), body, answer(true, None)).unwrap();
    let leads = std::collections::BTreeMap::from([("A.1".to_owned(), member(2))]);
    l.act(secretary(), body, body::Command::DeclareReady { product, reviewers: vec![member(1)], leads }).unwrap();
    assert_eq!(l.state::<Body>(body).leads["A.1"], member(2));
}

#[test]
fn other_bodies_name_members_each_by_its_own_letter() {
    let mut l = Ledger::new();
    let (body, chosen) = l.choose(vec![], "vu");
    chosen.unwrap();
    let ask = |asked: Vec<OrganisationId>| body::Command::AskNominations { asked };
    assert_eq!(l.clone().by_paper(signer(), body, ask(vec![])), Err(Refusal::NobodyAsked {}));
    l.by_paper(signer(), body, ask(vec![POLICE, KEEPER])).unwrap();
    let name = |org, people: Vec<u128>| {
        let people = people.into_iter().map(|n| body::Nominee { person: member(n), position: t("Phó"), capacity: t("ủy viên") }).collect();
        body::Command::Nominate { organisation: org, people }
    };
    let by = |org| actor(10, Duty::ConsultedSigner, org);
    assert_eq!(l.clone().by_paper(by(POLICE), body, name(POLICE, vec![])), Err(Refusal::NobodyNamed {}));
    assert_eq!(l.clone().by_paper(by(ENTERPRISE), body, name(ENTERPRISE, vec![1])), Err(Refusal::NotConsulted {}));
    l.by_paper(by(POLICE), body, name(POLICE, vec![3])).unwrap();
    assert_eq!(l.state::<Body>(body).nominated.len(), 1);
    let establishing = l.establishing();
    l.establish(body, establishing).unwrap();
}

#[test]
fn a_conflict_computed_from_links_stops_readiness_until_the_secretary_pins_it_as_none() {
    let mut l = Ledger::new();
    let (_, product) = ready(&mut l, (1, 2, 2));
    let (body, chosen) = l.choose(vec![product], "vu");
    chosen.unwrap();
    let establishing = l.establishing();
    l.establish(body, establishing).unwrap();
    for n in 0..5 {
        l.declare(body, product, n, false).unwrap();
    }
    let left = l.today() - Days::new(700);
    l.link(body, 2, Relation::Employer, Some(left)).unwrap();
    let declare = || body::Command::DeclareReady { product, reviewers: vec![member(1)], leads: Ledger::no_leads() };
    assert_eq!(l.act(secretary(), body, declare()), Err(Refusal::ConflictUnresolved { members: 1 }), "left less than 24 months ago");
    let link = Link { relation: Relation::Employer, organisation: ENTERPRISE, from: None, to: Some(left) };
    let pin = |link: &Link| links::Command::Pin { body, link: link.clone(), reason: t("bộ phận khác, không liên quan") };
    let other = Link { relation: Relation::Family, ..link.clone() };
    assert_eq!(l.clone().act(secretary(), links::links_of(member(2)), pin(&other)), Err(Refusal::LinkUnknown {}));
    l.act(secretary(), links::links_of(member(2)), pin(&link)).unwrap();
    l.clone().act(secretary(), body, declare()).unwrap();
    // The pin holds for that link only: a changed one is looked at again.
    l.link(body, 2, Relation::Employer, None).unwrap();
    assert_eq!(l.act(secretary(), body, declare()), Err(Refusal::ConflictUnresolved { members: 1 }));
    // An employment that ended longer ago weighs no more.
    let long_ago = l.today() - Days::new(800);
    l.link(body, 2, Relation::Employer, Some(long_ago)).unwrap();
    l.act(secretary(), body, declare()).unwrap();
}

#[test]
fn a_link_found_after_the_sheet_stops_the_ballot_and_sets_a_cast_one_aside() {
    let mut l = Ledger::new();
    let (dossier, body, sheets) = l.evaluation((1, 2, 2), &[], 3);
    let all = [("A.1", Vote::Met), ("B.1", Vote::Met)];
    for n in 0..4 {
        l.cast(dossier, sheets[n as usize], n, &all).unwrap();
    }
    l.link(body, 4, Relation::Family, None).unwrap();
    assert_eq!(l.cast(dossier, sheets[4], 4, &all), Err(Refusal::MemberHasConflict {}));
    l.link(body, 3, Relation::Client, None).unwrap();
    l.count(dossier).unwrap();
    let tallies = counted(&l);
    assert!(tallies.iter().all(|t| t.set_aside == 1 && t.first.met == 3 && t.of == 3), "{tallies:?}");
}

/// The tallies counted last.
fn counted(l: &Ledger) -> Vec<dossier::Tally> {
    let found = l.steps.iter().rev().find_map(|s| match &s.event {
        crate::machine::Event::Dossier(dossier::Event::Counted { tallies, .. }) => Some(tallies.clone()),
        _ => None,
    });
    found.unwrap()
}

#[test]
fn a_conflict_found_after_the_conclusion_sets_the_result_aside_and_a_new_round_follows() {
    let mut l = Ledger::new();
    let (dossier, body, _) = l.evaluation((1, 2, 2), &[], 6);
    let aside = E::SetAside { defect: Defect::Conflict, reason: t("phát hiện xung đột") };
    l.by_paper(signer(), dossier, aside).unwrap();
    let first = l.state::<Dossier>(dossier).rounds[0].clone();
    assert!(matches!(first.end, Some(End::SetAside { defect: Defect::Conflict, .. })));
    assert!(first.assessment.is_some(), "signed minutes are never recomputed");
    let mut establishing = l.establishing();
    establishing.members[4].person = member(8);
    l.by_paper(signer(), body, body::Command::Amend { establishing, reason: t("xung đột") }).unwrap();
    let product = l.state::<Dossier>(dossier).product;
    let declaration = DeclarationId(l.fresh());
    let declare = crate::declaration::Command::Declare { body, product, conflict: crate::declaration::Conflict::None };
    l.act(in_body(member(8), Duty::Evaluator), declaration, declare).unwrap();
    let ready = body::Command::DeclareReady { product, reviewers: vec![member(1)], leads: Ledger::no_leads() };
    l.act(secretary(), body, ready).unwrap();
    l.open(dossier, body).unwrap();
    assert_eq!(l.state::<Dossier>(dossier).round().unwrap().n, 2);
    assert!(l.decide(dossier, ActId::E22).is_err(), "the old conclusion cannot be signed");
}

#[test]
fn a_meeting_that_loses_its_quorum_is_broken_off_and_its_votes_stand_in_the_next_one() {
    let mut l = Ledger::new();
    let (dossier, body, sheets) = l.evaluation((1, 2, 2), &[], 3);
    let all = [("A.1", Vote::Met), ("B.1", Vote::Met)];
    for n in 0..3 {
        l.cast(dossier, sheets[n as usize], n, &all).unwrap();
    }
    l.act(chair(), dossier, E::Adjourn { reason: t("không đủ thành viên") }).unwrap();
    assert_eq!(l.stage(dossier), "E.evaluating");
    assert_eq!(l.convene(dossier, &[0, 1, 2, 3]), Err(Refusal::InvitationMissing {}), "a new meeting, a new invitation");
    let meeting_on = l.today() + Days::new(5);
    l.invite(dossier, meeting_on).unwrap();
    l.pass(7);
    l.convene(dossier, &[0, 1, 3, 4]).unwrap();
    l.appoint(dossier, body, &[0, 1, 3]).unwrap();
    for n in [3, 4] {
        l.cast(dossier, sheets[n as usize], n, &all).unwrap();
    }
    l.count(dossier).unwrap();
    assert!(counted(&l).iter().all(|t| t.first.met == 5), "the vote of the member who left stands");
}

#[test]
fn a_tie_is_decided_as_the_rules_of_work_say() {
    let tied = |tie: Tie, second: bool| {
        let mut l = Ledger::with(|r| {
            r.body.tie = tie;
            r.body.odd = false;
            r.body.min_members = 4;
        });
        let (dossier, _, sheets) = l.evaluation((1, 2, 2), &[], 3);
        for n in 0..5_u128 {
            let vote = match n {
                0 | 1 => Vote::Met,
                4 => Vote::Abstain,
                _ => Vote::NotMet,
            };
            l.cast(dossier, sheets[n as usize], n, &[("A.1", vote), ("B.1", Vote::Met)]).unwrap();
        }
        if second {
            for n in 0..5_u128 {
                let vote = if n < 2 {
                    Vote::Met
                } else if n == 4 {
                    Vote::Abstain
                } else {
                    Vote::NotMet
                };
                l.cast(dossier, sheets[n as usize], n, &[("A.1", vote)]).unwrap();
            }
        }
        l.count(dossier).map(|()| counted(&l).iter().find(|t| t.code == "A.1").map(|t| (t.met, t.way)).unwrap())
    };
    assert_eq!(tied(Tie::SecondVoteThenChair, false), Err(Refusal::SecondVoteNeeded { codes: vec!["A.1".into()] }));
    assert_eq!(tied(Tie::SecondVoteThenChair, true), Ok((true, Way::ChairsSide)));
    assert_eq!(tied(Tie::Chair, false), Ok((true, Way::ChairsSide)));
    assert_eq!(tied(Tie::NotMet, false), Ok((false, Way::TieNotMet)));
}

#[test]
fn an_abstention_is_not_counted_as_met_and_the_denominator_is_printed() {
    let mut l = Ledger::with(|r| r.body.majority_of = Denominator::Named);
    let (dossier, _, sheets) = l.evaluation((1, 2, 2), &[], 3);
    for n in 0..5_u128 {
        let vote = if n < 2 { Vote::Met } else { Vote::Abstain };
        l.cast(dossier, sheets[n as usize], n, &[("A.1", vote), ("B.1", Vote::Met)]).unwrap();
    }
    l.count(dossier).unwrap();
    let a = counted(&l).into_iter().find(|t| t.code == "A.1").unwrap();
    assert_eq!((a.met, a.of, a.first.abstained), (false, 5, 3));
}

#[test]
fn a_quorum_counts_the_named_or_those_without_the_recused_as_the_rules_say() {
    let quorum = |of, named: usize, recused: usize| {
        let l = Ledger::new();
        let mut establishing = l.establishing();
        establishing.rules.quorum_of = of;
        while establishing.members.len() < named {
            let n = establishing.members.len() as u128;
            establishing.members.push(body::Member { person: member(20 + n), organisation: MINISTRY, capacity: t("ủy viên") });
        }
        establishing.quorum(0, recused)
    };
    assert_eq!(quorum(Denominator::Named, 9, 2), 6, "nine named, two thirds: the recused stay in the denominator");
    assert_eq!(quorum(Denominator::NotRecused, 9, 2), 5);
}

#[test]
fn an_absent_members_written_opinion_counts_for_the_majority_and_never_for_the_quorum() {
    let mut l = Ledger::new();
    let (dossier, body, sheets) = l.evaluation((1, 2, 2), &[], 2);
    l.pass(5);
    assert_eq!(l.clone().convene(dossier, &[0, 1, 2]), Err(Refusal::QuorumMissing { needed: 4, found: 3 }));
    l.convene(dossier, &[0, 1, 2, 3]).unwrap();
    l.appoint(dossier, body, &[0, 1, 2]).unwrap();
    for n in 0..4_u128 {
        l.cast(dossier, sheets[n as usize], n, &[("A.1", Vote::Met), ("B.1", Vote::Met)]).unwrap();
    }
    l.count(dossier).unwrap();
    assert!(counted(&l).iter().all(|t| t.first.met == 5 && t.of == 5));
}

#[test]
fn how_far_the_evaluators_are_apart_is_computed_from_their_sheets() {
    let mut l = Ledger::new();
    let (dossier, ..) = l.evaluation((1, 2, 2), &[], 1);
    for (n, level) in [80, 90, 20, 85, 95].into_iter().enumerate() {
        let mut text = Ledger::sheet_text(if n == 2 { &["A.1"] } else { &[] });
        text.findings[0].level = Some(level);
        l.sheet(dossier, n as u128, text).unwrap();
    }
    let state = l.state::<Dossier>(dossier);
    let evidence = Evidence { streams: l.streams.clone() };
    let all = disagreement(state.round().unwrap(), &sheets_of(state.round().unwrap(), &evidence));
    assert_eq!(all[0].code, "A.1", "the most divided line first");
    assert_eq!((all[0].met, all[0].not_met, all[0].mean, all[0].spread, all[0].divided), (4, 1, Some(7_400), Some(7_500), true));
    assert_eq!((all[1].mean, all[1].divided), (None, false));
}

#[test]
fn a_line_is_met_on_condition_only_where_the_set_says_so_and_the_date_is_watched() {
    let mut l = Ledger::new();
    let entry = l.entry(5);
    let set = l.begin(entry, Basis::Framework);
    let mut text = l.set_text();
    text.lines[0].conditional = true;
    let mut forbidden = Ledger::with(|r| r.conditional_met = false);
    let other = forbidden.entry(5);
    let its = forbidden.begin(other, Basis::Framework);
    let refused = forbidden.consult(its, text.clone(), vec![KEEPER, POLICE]);
    assert_eq!(refused, Err(Refusal::ConditionalNotAllowed { code: "A.1".into() }));
    l.consult(set, text.clone(), vec![KEEPER, POLICE]).unwrap();
    let opinion = l.opinion(set, KEEPER, crate::opinion::Verdict::Agree, None).unwrap();
    let (responses, effective_from) = (vec![Ledger::response(opinion)], l.today());
    l.by_paper(signer(), set, crate::criteria_set::Command::Promulgate { text, responses, effective_from }).unwrap();
    let (dossier, product) = l.dossier(entry, set);
    l.hand_in(dossier, (1, 2, 2), 4);
    let body = l.body(product, &[]);
    l.open(dossier, body).unwrap();
    let until = l.today() + Days::new(90);
    let on = |code: usize| {
        let mut text = Ledger::sheet_text(&[]);
        text.findings[code].until = Some(until);
        text
    };
    assert_eq!(l.clone().sheet(dossier, 0, on(1)).map(|_| ()), Err(Refusal::ConditionNotAllowed { codes: vec!["B.1".into()] }));
    let sheets: Vec<SheetId> = (0..5).map(|n| l.sheet(dossier, n, on(0)).unwrap()).collect();
    let meeting_on = l.today() + Days::new(5);
    l.invite(dossier, meeting_on).unwrap();
    l.pass(7);
    l.convene(dossier, &[0, 1, 2, 3, 4]).unwrap();
    l.appoint(dossier, body, &[0, 1, 2]).unwrap();
    for (n, sheet) in sheets.into_iter().enumerate() {
        l.cast(dossier, sheet, n as u128, &[("A.1", Vote::Met), ("B.1", Vote::Met)]).unwrap();
    }
    l.count(dossier).unwrap();
    let minutes = l.minutes(&[]);
    l.sign(dossier, SECRETARY, Duty::Secretary, minutes.clone()).unwrap();
    l.sign(dossier, member(0), Duty::Chair, minutes).unwrap();
    l.decide(dossier, ActId::E22).unwrap();
    let recognition = l.of_kind(Kind::Recognition)[0];
    let clock = l.streams[&recognition].whole.clocks.iter().find(|c| c.act == ActId::R4).unwrap().clone();
    assert_eq!(clock.due.on, until, "at the date evidence is due, else the alarm and R4");
}

#[test]
fn an_interval_across_the_threshold_needs_a_recorded_choice_of_denominator_by_two_persons() {
    let mut l = Ledger::new();
    let (dossier, ..) = l.evaluation((45, 80, 100), &[], 6);
    let choose = |denominator, source: &str| E::ChooseDenominator { denominator, source: t(source) };
    assert_eq!(l.act(chair(), dossier, choose(101, "x")), Err(Refusal::DenominatorOutside {}));
    l.act(chair(), dossier, choose(90, "Tổng cục Thống kê")).unwrap();
    assert_eq!(l.assessed(dossier).outcome, Outcome::Undetermined, "one signature chooses nothing");
    assert_eq!(l.clone().act(secretary(), dossier, choose(80, "Tổng cục Thống kê")), Err(Refusal::ChoicesDiffer {}));
    l.act(secretary(), dossier, choose(90, "Tổng cục Thống kê")).unwrap();
    assert_eq!(l.assessed(dossier).outcome, Outcome::National, "45 of 90");
    let round = l.state::<Dossier>(dossier).round().unwrap().clone();
    assert_eq!(round.share, Share::new(45, 80, 100).ok(), "the measured interval stays beside it");
    l.decide(dossier, ActId::E22).unwrap();
}

#[test]
fn a_disputed_share_keeps_both_figures_and_its_objection_is_answered_before_the_decision() {
    let mut l = Ledger::new();
    let (dossier, ..) = l.evaluation((60, 100, 100), &[], 6);
    let objection = ObjectionId(l.fresh());
    let contention = Contention {
        code: "P.1".into(),
        text: t("thị phần thấp hơn"),
        figure: Share::new(40, 100, 100).ok(),
        evidence: vec![attachment()],
    };
    let lodge = objection::Command::Lodge { id: objection, on: dossier.into(), by: POLICE, contention };
    l.act(actor(60, Duty::Applicant, POLICE), objection, lodge).unwrap();
    assert_eq!(l.decide(dossier, ActId::E22), Err(Refusal::ObjectionsOpen { open: 1 }));
    l.act(head(), objection, objection::Command::Answer { verdict: Verdict::Explained, text: t("phương pháp khác") }).unwrap();
    assert_eq!(l.state::<objection::Objection>(objection).figure, Share::new(40, 100, 100).ok());
    assert_eq!(l.state::<Dossier>(dossier).share, Share::new(60, 100, 100).ok());
    l.decide(dossier, ActId::E22).unwrap();
}

#[test]
fn a_hired_unit_reports_and_is_accepted_by_two_signatures_without_quorum_or_vote() {
    let mut l = Ledger::with(|r| r.forms.push(body::Form::HiredUnit));
    let (dossier, product) = ready(&mut l, (1, 2, 2));
    let body = l.hired_body(product, 3);
    assert_eq!(l.stage(body), "B.contracted");
    let cut_off = l.today();
    l.act(officer(), dossier, E::OpenRound { body, cut_off }).unwrap();
    let report = |l: &Ledger, unmet: &[&str]| body::Command::Report { dossier, report: l.report(unmet) };
    let first = report(&l, &["A.1"]);
    l.act(hired(), body, first).unwrap();
    l.by_paper(head(), body, body::Command::Remark { remarks: t("làm rõ phương pháp") }).unwrap();
    let second = report(&l, &[]);
    l.act(hired(), body, second).unwrap();
    let conclude = || E::ConcludeReport { summary: t("đạt") };
    assert_eq!(l.clone().act(head(), dossier, conclude()), Err(Refusal::ReportNotAccepted {}));
    l.two_sign(body, body::Command::AcceptReport {}).unwrap();
    l.act(head(), dossier, conclude()).unwrap();
    assert_eq!(l.assessed(dossier).outcome, Outcome::National);
    // Set aside, the unit is asked again by an appendix to its contract.
    l.by_paper(signer(), dossier, E::SetAside { defect: Defect::Evidence, reason: t("thiếu") }).unwrap();
    let due_on = l.today() + Days::new(20);
    l.by_paper(signer(), body, body::Command::Reorder { dossier, due_on }).unwrap();
    assert_eq!(l.stage(body), "B.contracted");
    let due = l.streams[&body.into()].whole.clocks.iter().find(|c| c.act == ActId::B11).unwrap().due.on;
    assert_eq!(due, due_on, "the contract's day");
}

#[test]
fn a_hired_unit_that_works_for_the_enterprise_is_refused_for_its_dossier() {
    let mut l = Ledger::with(|r| r.forms.push(body::Form::HiredUnit));
    let (dossier, product) = ready(&mut l, (1, 2, 2));
    let body = l.hired_body(product, 2);
    let without = body::Contract { independence_clause: false, ..l.contract_of(vec![]) };
    let refused = l.clone().by_paper(signer(), body, body::Command::SignContract { contract: without });
    assert_eq!(refused, Err(Refusal::IndependenceClauseMissing {}));
    let other = body::Contract { unit: POLICE, ..l.contract_of(vec![]) };
    assert_eq!(l.clone().by_paper(signer(), body, body::Command::SignContract { contract: other }), Err(Refusal::AnotherUnitSelected {}));
    l.contract(body, vec![ENTERPRISE]).unwrap();
    let cut_off = l.today();
    assert_eq!(l.act(officer(), dossier, E::OpenRound { body, cut_off }), Err(Refusal::HiredUnitNotIndependent {}));
}

#[test]
fn a_selection_without_a_suitable_bidder_goes_back_and_a_body_is_closed_or_cancelled() {
    let mut l = Ledger::with(|r| r.forms.push(body::Form::HiredUnit));
    let (_, product) = ready(&mut l, (1, 2, 2));
    let body = l.hired_body(product, 2);
    l.by_paper(signer(), body, body::Command::CancelSelection { reason: t("không có nhà thầu phù hợp") }).unwrap();
    assert_eq!(l.stage(body), "B.planned");
    l.act(signer(), body, body::Command::Cancel { reason: t("chọn hình thức khác") }).unwrap();
    assert_eq!(l.stage(body), "B.cancelled");
    let (dossier, council, _) = l.evaluation((1, 2, 2), &[], 6);
    assert_eq!(l.act(head(), council, body::Command::Close {}), Err(Refusal::RoundOpenInBody {}));
    l.decide(dossier, ActId::E22).unwrap();
    l.act(head(), council, body::Command::Close {}).unwrap();
    assert_eq!(l.stage(council), "B.closed");
}

#[test]
fn evaluators_do_not_see_each_others_sheets_and_nobody_else_does_before_opening() {
    let mut l = Ledger::new();
    let (_, _, sheets) = l.evaluation((1, 2, 2), &[], 2);
    let whole = &l.streams[&sheets[0].into()].whole;
    let rows = crate::access::of(whole);
    use crate::access::{Facet, Principal};
    let own: Vec<_> = rows.iter().filter(|r| r.facet == Facet::Own).map(|r| r.principal.clone()).collect();
    assert_eq!(own, [Principal::Person(member(0))]);
    assert!(rows.iter().all(|r| matches!(r.facet, Facet::Own | Facet::Sheet)), "no administrator, no auditor, no agency");
    assert!(l.state::<Sheet>(sheets[0]).sheet.is_some());
}
