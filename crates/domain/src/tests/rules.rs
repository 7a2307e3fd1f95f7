//! The rules, each named by what it says.

use super::ledger::*;
use crate::acts::ActId;
use crate::authority::Duty;
use crate::body::Body;
use crate::criteria_set::{Basis, CriteriaSet};
use crate::dossier::{Dossier, Way};
use crate::id::Kind;
use crate::machine::{Event, Known};
use crate::occasion::IssuedPaper;
use crate::opinion::{Opinion, Verdict};
use crate::outcome::Outcome;
use crate::publication::Publication;
use crate::recognition::{Class, Recognition};
use crate::refusal::Refusal;
use crate::sheet::{PaperSheet, Sheet, Vote};

#[test]
fn national_by_all_lines_and_half_the_market() {
    let mut l = Ledger::new();
    let (dossier, ..) = l.evaluation((50, 100, 100), &[], 6);
    assert_eq!(l.assessed(dossier).outcome, Outcome::National);
    l.decide(dossier, ActId::E22).unwrap();
    assert_eq!(l.stage(dossier), "E.decided");
    let recognition = l.state::<Recognition>(l.of_kind(Kind::Recognition)[0]);
    assert_eq!(
        (recognition.class, recognition.next_review_on),
        (Class::National, recognition.paper.date.checked_add_months(chrono::Months::new(12)))
    );
    let recognised: Vec<_> = l.of_kind(Kind::Publication).into_iter().filter(|id| l.state::<Publication>(*id).class.is_some()).collect();
    assert_eq!(recognised.len(), 1);
    assert_eq!(l.stage(recognised[0]), "P.not_shared");
}

#[test]
fn everything_met_but_half_the_market_is_potential() {
    let mut l = Ledger::new();
    let (dossier, ..) = l.evaluation((49, 100, 100), &[], 6);
    assert_eq!(l.assessed(dossier).outcome, Outcome::Potential);
    l.decide(dossier, ActId::E23).unwrap();
    assert_eq!(l.state::<Recognition>(l.of_kind(Kind::Recognition)[0]).class, Class::Potential);
}

#[test]
fn one_line_not_met_is_rejected_and_opens_no_recognition() {
    let mut l = Ledger::new();
    let (dossier, ..) = l.evaluation((100, 100, 100), &["B.1"], 6);
    let assessed = l.assessed(dossier);
    assert_eq!((assessed.outcome, assessed.unmet), (Outcome::Rejected, vec!["B.1".to_owned()]));
    l.decide(dossier, ActId::E24).unwrap();
    assert!(l.of_kind(Kind::Recognition).is_empty());
}

#[test]
fn a_version_without_a_potential_class_rejects_on_popularity_alone() {
    let mut l = Ledger::with(|r| r.potential_class = false);
    let (dossier, ..) = l.evaluation((49, 100, 100), &[], 6);
    assert_eq!(l.assessed(dossier).outcome, Outcome::Rejected);
}

#[test]
fn an_interval_that_crosses_the_threshold_blocks_every_decision() {
    let mut l = Ledger::new();
    let (dossier, ..) = l.evaluation((45, 80, 100), &[], 6);
    assert_eq!(l.assessed(dossier).outcome, Outcome::Undetermined);
    for act in [ActId::E22, ActId::E23, ActId::E24] {
        assert_eq!(l.decide(dossier, act), Err(Refusal::OutcomeIsAnother { outcome: Outcome::Undetermined }));
    }
}

#[test]
fn listing_opens_a_publication_whose_data_is_there_at_once() {
    let mut l = Ledger::new();
    let entry = l.entry(5);
    assert_eq!(l.stage(entry), "L.listed");
    let publication = l.of_kind(Kind::Publication)[0];
    assert_eq!(l.stage(publication), "P.data_sent");
    let acts: Vec<&str> = l.steps.iter().rev().take(4).map(|s| s.act.name()).collect();
    assert_eq!(acts, ["P2", "P1", "L8", "D9"], "the paper first, then its act, then what follows");
}

#[test]
fn inner_acts_run_as_the_signer_and_name_the_clerk_and_the_paper() {
    let mut l = Ledger::new();
    let entry = l.entry(2);
    let step = l.steps.iter().find(|s| s.stream == entry.into() && s.act == ActId::L2).unwrap();
    assert_eq!(step.actor.duty, Some(Duty::ManagingSigner));
    assert_eq!(step.recorded_by, actor(5, Duty::ManagingRecords, MINISTRY).account);
    assert!(matches!(&step.paper, Some(IssuedPaper { issuer, .. }) if *issuer == MINISTRY));
}

#[test]
fn the_clocks_of_a_stage_start_when_it_is_entered() {
    let mut l = Ledger::new();
    let entry = l.entry(2);
    let clocks = &l.streams[&entry.into()].whole.clocks;
    assert_eq!(clocks.len(), 1);
    assert_eq!((clocks[0].act, clocks[0].due.on), (ActId::L3, day("2026-03-09")), "five working days in the fictitious version");
}

#[test]
fn a_second_version_of_a_set_supersedes_the_first_in_one_transaction() {
    let mut l = Ledger::new();
    let (_, set) = l.set();
    let entry = l.state::<CriteriaSet>(set).entry;
    l.begin(entry, Basis::Version(1));
    l.in_force(set);
    let state = l.state::<CriteriaSet>(set);
    let stages: Vec<_> = state.versions.iter().map(|v| v.stage).collect();
    use crate::criteria_set::Stage::{Promulgated, Superseded};
    assert_eq!(stages, [Superseded, Promulgated]);
    assert_eq!(state.in_force_on(l.today()).unwrap().n, 2);
}

#[test]
fn a_dossier_keeps_the_version_it_was_opened_with() {
    let mut l = Ledger::new();
    let (entry, set) = l.set();
    let (dossier, _) = l.dossier(entry, set);
    l.begin(entry, Basis::Version(1));
    l.in_force(set);
    assert_eq!(l.state::<Dossier>(dossier).version.n, 1);
    let (newer, _) = l.dossier(entry, set);
    assert_eq!(l.state::<Dossier>(newer).version.n, 2);
}

#[test]
fn the_silence_of_the_focal_agency_is_recorded_once_its_term_has_passed() {
    let mut l = Ledger::new();
    let entry = l.entry(5);
    let set = l.begin(entry, Basis::Framework);
    let text = l.set_text();
    l.consult(set, text, vec![KEEPER, POLICE]).unwrap();
    assert_eq!(l.promulgate(set, vec![]), Err(Refusal::FocalAgencyStillHasTime { until: day("2026-03-09") }));
    l.pass(7);
    assert!(matches!(l.promulgate(set, vec![]), Err(Refusal::FocalAgencyStillHasTime { .. })), "on the last day it still may answer");
    l.pass(1);
    l.promulgate(set, vec![]).unwrap();
    assert!(l.state::<CriteriaSet>(set).working().unwrap().promulgated.as_ref().unwrap().focal_silent);
}

#[test]
fn an_opinion_after_the_term_is_attached_and_marked_late() {
    let mut l = Ledger::new();
    let entry = l.entry(5);
    let set = l.begin(entry, Basis::Framework);
    let text = l.set_text();
    l.consult(set, text, vec![KEEPER, POLICE]).unwrap();
    let early = l.opinion(set, KEEPER, Verdict::Agree, None).unwrap();
    l.pass(10);
    let late = l.opinion(set, POLICE, Verdict::Disagree, Some("vì")).unwrap();
    assert!(!l.state::<Opinion>(early).late);
    assert!(l.state::<Opinion>(late).late);
}

#[test]
fn a_recused_member_owes_no_sheet_and_stays_in_the_denominator() {
    let mut l = Ledger::new();
    let (entry, set) = l.set();
    let (dossier, product) = l.dossier(entry, set);
    l.hand_in(dossier, (1, 2, 2), 4);
    let body = l.body(product, &[4]);
    l.open(dossier, body).unwrap();
    let round = l.state::<Dossier>(dossier).round().unwrap().clone();
    assert_eq!((round.due.len(), round.recused), (4, vec![member(4)]));
    assert_eq!(l.state::<Body>(body).established().unwrap().quorum(4, 1), 4, "two thirds of the five named");
}

#[test]
fn a_tie_is_voted_again_and_then_the_chair_decides_and_both_votes_are_kept() {
    let mut l = Ledger::new();
    let (dossier, _, sheets) = l.evaluation((1, 2, 2), &[], 3);
    use Vote::{Abstain, Met, NotMet};
    let votes = [NotMet, NotMet, Met, Met, Abstain];
    for (n, vote) in votes.into_iter().enumerate() {
        l.cast(dossier, sheets[n], n as u128, &[("A.1", vote), ("B.1", Met)]).unwrap();
    }
    assert_eq!(l.count(dossier), Err(Refusal::SecondVoteNeeded { codes: vec!["A.1".into()] }));
    for (n, vote) in [Met, NotMet, NotMet, Met, Abstain].into_iter().enumerate() {
        l.cast(dossier, sheets[n], n as u128, &[("A.1", vote)]).unwrap();
    }
    l.count(dossier).unwrap();
    let tally = l.steps.iter().find_map(|s| match &s.event {
        Event::Dossier(crate::dossier::Event::Counted { tallies, .. }) => tallies.iter().find(|t| t.code == "A.1").cloned(),
        _ => None,
    });
    let tally = tally.unwrap();
    assert_eq!((tally.met, tally.way), (true, Way::ChairsSide));
    assert_eq!((tally.first.met, tally.first.abstained), (2, 1));
    assert_eq!(tally.second.unwrap().met, 2);
    assert_eq!(l.state::<Sheet>(sheets[0]).ballots.len(), 2);
}

#[test]
fn an_abstention_is_not_a_vote_for_met() {
    let mut l = Ledger::new();
    let (dossier, _, sheets) = l.evaluation((1, 2, 2), &[], 3);
    use Vote::{Abstain, Met};
    for (n, vote) in [Met, Met, Abstain, Abstain, Abstain].into_iter().enumerate() {
        l.cast(dossier, sheets[n], n as u128, &[("A.1", vote), ("B.1", Met)]).unwrap();
    }
    l.count(dossier).unwrap();
    let results = l.state::<Dossier>(dossier).round().unwrap().results.clone().unwrap();
    assert!(!results["A.1"], "two of five are no majority");
}

#[test]
fn the_sheet_of_an_absent_member_is_a_written_opinion_where_the_rules_allow_it() {
    for (allowed, expected) in [(true, 5), (false, 4)] {
        let mut l = Ledger::with(|r| r.body.written_opinion = allowed);
        let (dossier, body, sheets) = l.evaluation((1, 2, 2), &[], 2);
        l.pass(5);
        l.convene(dossier, &[0, 1, 2, 3]).unwrap();
        l.appoint(dossier, body, &[0, 1, 2]).unwrap();
        for n in 0..4 {
            l.cast(dossier, sheets[n as usize], n, &[("A.1", Vote::Met), ("B.1", Vote::Met)]).unwrap();
        }
        l.count(dossier).unwrap();
        let of = l.steps.iter().find_map(|s| match &s.event {
            Event::Dossier(crate::dossier::Event::Counted { tallies, .. }) => Some(tallies[0].of),
            _ => None,
        });
        assert_eq!(of, Some(expected));
    }
}

#[test]
fn two_persons_sign_one_text_in_any_order() {
    let mut l = Ledger::new();
    let (dossier, ..) = l.evaluation((1, 2, 2), &[], 5);
    let minutes = l.minutes(&[]);
    l.sign(dossier, member(0), Duty::Chair, minutes.clone()).unwrap();
    assert_eq!(l.stage(dossier), "E.counted", "one signature changes no state");
    l.sign(dossier, SECRETARY, Duty::Secretary, minutes).unwrap();
    assert_eq!(l.stage(dossier), "E.concluded");
}

#[test]
fn a_paper_sheet_is_entered_by_the_support_team_and_confirmed_by_the_secretary() {
    let mut l = Ledger::new();
    let (dossier, ..) = l.evaluation((1, 2, 2), &[], 1);
    let paper = Some(PaperSheet { entered_by: SUPPORT, scan: attachment() });
    let text = crate::sheet::SheetText { paper, ..Ledger::sheet_text(&[]) };
    let id = crate::id::SheetId(l.fresh());
    let enter = crate::sheet::Command::Enter { dossier, member: member(3), text: text.clone() };
    l.act(in_body(SUPPORT, Duty::Support), id, enter).unwrap();
    assert_eq!(l.stage(id), "E15.entered", "entered is not yet submitted");
    let submit = crate::sheet::Command::Submit { dossier, member: member(3), text };
    l.act(in_body(SECRETARY, Duty::Secretary), id, submit).unwrap();
    assert!(l.state::<Sheet>(id).sheet.unwrap().on_paper);
}

#[test]
fn steps_that_are_switched_off_are_not_asked_for() {
    use crate::document::{Command as D, FrozenAct, PinnedAct, Snapshot};
    let mut l = Ledger::with(|r| {
        r.paper = crate::regulation::PaperSteps { submission: false, initial: false, form_check: false, agency_signature: false };
    });
    let entry = l.entry(1);
    let id = crate::id::DocumentId(l.fresh());
    let command = crate::list_entry::Command::Submit { proposal: Ledger::proposal() };
    let acts = vec![PinnedAct { stream: entry.into(), act: ActId::L2 }];
    let frozen = vec![FrozenAct { stream: entry.into(), command: command.into() }];
    let snapshot = Snapshot { subject: t("V/v"), recipients: vec![KEEPER], text: None, acts: frozen };
    let officer = actor(1, Duty::ManagingOfficer, MINISTRY);
    let (unit, body) = (None, None);
    let draft = D::Draft { id, regulation: "test".into(), issuing: MINISTRY, unit, body, acts };
    l.on_paper(id, officer, draft, None).unwrap();
    let signer = actor(4, Duty::ManagingSigner, MINISTRY);
    let file_date = l.today();
    let sign = D::Sign { snapshot: Some(snapshot.clone()), file_sha256: crate::canonical::Hash::ZERO, file_date, remark: None };
    l.on_paper(id, signer, sign, None).unwrap();
    let clerk = actor(5, Duty::ManagingRecords, MINISTRY);
    let number = l.number(1);
    l.on_paper(id, clerk.clone(), D::Number { number }, None).unwrap();
    l.on_paper(id, clerk, D::Issue { recipients: vec![KEEPER] }, Some(&snapshot)).unwrap();
    assert_eq!(l.stage(entry), "L.submitted");
}

#[test]
fn a_returned_paper_is_submitted_again_as_a_new_version() {
    use crate::document::{Command as D, Document};
    let mut l = Ledger::new();
    let entry = l.entry(1);
    let command = crate::list_entry::Command::Submit { proposal: Ledger::proposal() };
    let signer = actor(4, Duty::ManagingSigner, MINISTRY);
    let id = l.paper_until(signer.clone(), vec![(entry.into(), command.clone().into())], 3).unwrap();
    l.on_paper(id, signer, D::Return { remark: t("sửa") }, None).unwrap();
    assert_eq!(l.stage(id), "D.returned");
    let acts = vec![crate::document::FrozenAct { stream: entry.into(), command: command.into() }];
    let snapshot = crate::document::Snapshot { subject: t("V/v lần hai"), recipients: vec![KEEPER], text: None, acts };
    l.on_paper(id, actor(1, Duty::ManagingOfficer, MINISTRY), D::Submit { snapshot }, None).unwrap();
    assert_eq!(Document::known(&l.streams[&id.into()].whole.state).unwrap().versions, 2);
}

#[test]
fn a_paper_whose_act_is_no_longer_possible_is_refused_whole_and_can_be_voided() {
    use crate::document::Command as D;
    let mut l = Ledger::new();
    let entry = l.entry(1);
    let command = crate::list_entry::Command::Submit { proposal: Ledger::proposal() };
    let signer = actor(4, Duty::ManagingSigner, MINISTRY);
    let acts = vec![(entry.into(), command.into())];
    let first = l.paper_until(signer.clone(), acts.clone(), 7).unwrap();
    l.paper(signer.clone(), acts.clone()).unwrap();
    let before = l.steps.len();
    let frozen = acts.into_iter().map(|(stream, command)| crate::document::FrozenAct { stream, command }).collect();
    let snapshot = crate::document::Snapshot { subject: t("V/v"), recipients: vec![MINISTRY], text: None, acts: frozen };
    let clerk = actor(5, Duty::ManagingRecords, MINISTRY);
    let refused = l.on_paper(first, clerk, D::Issue { recipients: vec![MINISTRY] }, Some(&snapshot));
    assert_eq!(refused, Err(Refusal::WrongStage { act: ActId::L2, stage: "L.submitted".into() }));
    assert_eq!((l.steps.len(), l.stage(first)), (before, "D.sealed"));
    l.on_paper(first, signer, D::Void { reason: t("không còn cần") }, None).unwrap();
    assert_eq!(l.stage(first), "D.void");
}

#[test]
fn a_version_that_waits_for_its_effect_leaves_the_one_in_force_whole() {
    let mut l = Ledger::new();
    let (entry, set) = l.set();
    l.begin(entry, Basis::Version(1));
    let text = l.set_text();
    l.consult(set, text.clone(), vec![KEEPER, POLICE]).unwrap();
    let opinion = l.opinion(set, KEEPER, Verdict::Agree, None).unwrap();
    let responses = vec![Ledger::response(opinion)];
    let effective_from = l.today() + chrono::Days::new(60);
    let promulgate = crate::criteria_set::Command::Promulgate { text, responses, effective_from };
    l.paper(actor(4, Duty::ManagingSigner, MINISTRY), vec![(set.into(), promulgate.into())]).unwrap();
    l.begin(entry, Basis::Version(2));
    let (dossier, _) = l.dossier(entry, set);
    let state = l.state::<Dossier>(dossier);
    assert_eq!((state.version.n, state.lines.len()), (1, 3), "version 1 with all its lines until version 2 takes effect");
}

#[test]
fn a_second_vote_needs_the_majority_like_the_first() {
    let mut l = Ledger::new();
    let (dossier, _, sheets) = l.evaluation((1, 2, 2), &[], 3);
    use Vote::{Abstain, Met, NotMet};
    for (n, vote) in [NotMet, NotMet, Met, Met, Abstain].into_iter().enumerate() {
        l.cast(dossier, sheets[n], n as u128, &[("A.1", vote), ("B.1", Met)]).unwrap();
    }
    for (n, vote) in [Met, Abstain, Abstain, Abstain, Abstain].into_iter().enumerate() {
        l.cast(dossier, sheets[n], n as u128, &[("A.1", vote)]).unwrap();
    }
    l.count(dossier).unwrap();
    assert!(!l.state::<Dossier>(dossier).round().unwrap().results.as_ref().unwrap()["A.1"], "one vote of five is no majority");
}

#[test]
fn a_paper_for_an_act_whose_guard_does_not_hold_is_not_even_begun() {
    let mut l = Ledger::new();
    let (dossier, ..) = l.evaluation((1, 4, 4), &[], 6);
    let recognise = crate::dossier::Command::RecogniseNational {};
    let signer = actor(4, Duty::ManagingSigner, MINISTRY);
    let begun = l.paper_until(signer, vec![(dossier.into(), recognise.into())], 1);
    assert_eq!(begun, Err(Refusal::OutcomeIsAnother { outcome: Outcome::Potential }));
}

#[test]
fn a_suspended_account_may_do_nothing_until_it_is_reinstated() {
    use crate::account::Command as A;
    let mut l = Ledger::new();
    let account = crate::id::AccountId(l.fresh());
    let admin = actor(30, Duty::Administrator, KEEPER);
    l.act(admin.clone(), account, A::Open { id: account }).unwrap();
    l.act(admin.clone(), account, A::Suspend { reason: t("nghỉ việc") }).unwrap();

    assert_eq!(l.stage(account), "AC.suspended");
    let again = l.act(admin.clone(), account, A::Suspend { reason: t("lần nữa") });
    assert_eq!(again.unwrap_err().code(), "act.wrong_stage");
    l.act(admin, account, A::Reinstate {}).unwrap();
    assert_eq!(l.stage(account), "AC.open");
}
