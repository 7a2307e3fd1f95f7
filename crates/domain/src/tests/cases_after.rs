//! Cases of process.md 7 after recognition: reviews, remediation, revocation, the way up,
//! publication, plans, objections to decisions.

use super::ledger::*;
use super::roads::*;
use crate::acts::ActId;
use crate::authority::Duty;
use crate::complaint::{self, Complaint};
use crate::criteria_set::Basis;
use crate::dossier::{self, Dossier};
use crate::edition::{self, Edition};
use crate::id::*;
use crate::list_entry::Incoming;
use crate::market;
use crate::outcome::Outcome;
use crate::plan::{self, InUse, PlanText, PlanType};
use crate::publication::{self, Publication, Register};
use crate::readiness::{self, Readiness, Ready};
use crate::recognition::{self, Class, Recognition, ReviewGround, RevocationGround, to_confirm};
use crate::reconsideration;
use crate::refusal::Refusal;
use chrono::Days;
use recognition::Command as R;

#[test]
fn a_periodic_review_keeps_the_recognition_and_moves_its_next_date() {
    let mut l = Ledger::new();
    let (id, body) = l.recognised((1, 2, 2));
    assert!(matches!(l.review(id, None, None), Err(Refusal::ReviewNotDue { .. })));
    l.pass(340);
    let dossier = l.review(id, None, None).unwrap();
    assert_eq!((l.stage(id), l.stage(dossier)), ("R.periodic_review", "E.ready"));
    assert_eq!(l.by_paper(signer(), id, R::Keep {}), Err(Refusal::ReviewNotConcluded {}));
    l.round(dossier, body, &[]);
    assert_eq!(l.state::<Recognition>(id).concluded(), Some(Outcome::National));
    l.by_paper(signer(), id, R::Keep {}).unwrap();
    let state = l.state::<Recognition>(id);
    assert_eq!((l.stage(id), l.stage(dossier)), ("R.in_force", "E.decided"));
    assert_eq!(state.next_review_on, l.today().checked_add_months(chrono::Months::new(12)));
    assert_eq!(state.basis, Some(dossier));
}

#[test]
fn a_missed_yearly_review_leaves_the_standing_and_stays_due() {
    let mut l = Ledger::new();
    let (id, _) = l.recognised((1, 2, 2));
    l.pass(500);
    let whole = &l.streams[&id.into()].whole;
    assert!(whole.due().unwrap().on < l.today(), "overdue, shown as such");
    assert_eq!(l.stage(id), "R.in_force");
    l.review(id, None, None).unwrap();
}

#[test]
fn a_lost_line_gives_time_to_cure_once_and_the_recheck_looks_at_it_alone() {
    let mut l = Ledger::new();
    let (id, body) = l.recognised((1, 2, 2));
    let dossier = l.reviewed(id, body, &["B.1"]);
    assert_eq!(l.state::<Recognition>(id).concluded(), Some(Outcome::Rejected));
    let until = l.today() + Days::new(5);
    let remediate = |until| R::Remediate { until, measures: t("khắc phục") };
    assert!(matches!(l.clone().by_paper(signer(), id, remediate(until + Days::new(300))), Err(Refusal::TermTooLong { .. })));
    l.by_paper(signer(), id, remediate(until)).unwrap();
    assert_eq!(l.stage(id), "R.remediation");
    assert_eq!(l.clone().act(officer(), id, R::Recheck { report: None }), Err(Refusal::StillInTime { until }));
    l.act(officer(), id, R::Recheck { report: Some(attachment()) }).unwrap();
    assert_eq!((l.stage(id), l.stage(dossier)), ("R.extraordinary_review", "E.ready"));
    let lines: Vec<String> = l.state::<Dossier>(dossier).lines_in_scope().iter().map(|l| l.code.clone()).collect();
    assert_eq!(lines, ["B.1", "P.1"]);
    let mut failed = l.clone();
    l.round(dossier, body, &[]);
    assert_eq!(l.assessed(dossier).outcome, Outcome::National, "the others are carried over");
    l.by_paper(signer(), id, R::Keep {}).unwrap();
    assert_eq!(l.stage(id), "R.in_force");
    failed.round(dossier, body, &["B.1"]);
    let again = remediate(failed.today() + Days::new(3));
    assert_eq!(failed.by_paper(signer(), id, again), Err(Refusal::RemediatedAlready {}));
}

#[test]
fn a_recognition_is_revoked_only_after_its_holder_was_heard() {
    let mut l = Ledger::new();
    let (id, body) = l.recognised((1, 2, 2));
    let publication = l.publication_of(id);
    l.publish(publication);
    l.reviewed(id, body, &["A.1"]);
    let revoke = || R::Revoke { explanation: t("không còn đáp ứng") };
    assert_eq!(l.by_paper(signer(), id, revoke()), Err(Refusal::HolderNotHeard {}));
    assert_eq!(l.by_paper(signer(), id, R::Keep {}), Err(Refusal::OutcomeIsAnother { outcome: Outcome::Rejected }));
    let mut silent = l.clone();
    l.hear(id);
    l.by_paper(signer(), id, revoke()).unwrap();
    assert_eq!(l.stage(id), "R.revoked");
    assert_eq!(l.state::<Recognition>(id).class, Class::National, "the class stays readable");
    // The published entry is closed by the keeper, with date and reason (case 45).
    l.act(list_officer(), publication, publication::Command::Close { note: None }).unwrap();
    assert_eq!(l.stage(publication), "P.closed");
    // A holder that says nothing is heard once its term has passed.
    silent.by_paper(signer(), id, R::AskHolder { question: t("ý kiến") }).unwrap();
    assert!(matches!(silent.by_paper(signer(), id, revoke()), Err(Refusal::StillInTime { .. })));
    silent.pass(9);
    silent.by_paper(signer(), id, revoke()).unwrap();
}

#[test]
fn a_holder_gives_up_without_a_hearing_and_other_grounds_need_one() {
    let mut l = Ledger::new();
    let (id, _) = l.recognised((1, 2, 2));
    let other = |ground| R::RevokeOtherwise { ground, explanation: t("x") };
    let false_evidence = RevocationGround::FalseEvidence { conclusion: attachment() };
    assert_eq!(l.clone().by_paper(signer(), id, other(false_evidence)), Err(Refusal::HolderNotHeard {}));
    // An open review ends with it.
    let dossier = l.review(id, Some(ReviewGround::Complaints), None).unwrap();
    l.by_paper(signer(), id, other(RevocationGround::HolderGivesUp { letter: attachment() })).unwrap();
    assert_eq!((l.stage(id), l.stage(dossier)), ("R.revoked", "E.stopped"));
}

#[test]
fn a_service_that_stops_warns_its_users_and_takes_plans_and_entries_with_it() {
    let mut l = Ledger::new();
    let (id, _) = l.recognised((1, 2, 2));
    let product = l.state::<Recognition>(id).product;
    let plan = in_use(&mut l, product, MINISTRY);
    let end = |on| R::End { service_ends_on: on, successor: None, explanation: t("dừng dịch vụ") };
    assert!(matches!(l.clone().by_paper(signer(), id, end(l.today())), Err(Refusal::WarnedTooLate { .. })));
    let on = l.today() + Days::new(40);
    l.by_paper(signer(), id, end(on)).unwrap();
    assert_eq!((l.stage(id), l.stage(plan)), ("R.ended", "U.ended"));
    assert!(l.state::<Publication>(l.publication_of(id)).closing.is_some());
}

#[test]
fn a_fallen_share_leads_to_potential_and_not_to_revocation() {
    let mut l = Ledger::new();
    let (id, body) = l.recognised((60, 100, 100));
    let publication = l.publication_of(id);
    l.publish(publication);
    l.measure(id, (40, 100, 100)).unwrap();
    let task = |l: &Ledger| crate::projection::Projection::of(&l.streams[&id.into()].whole).lists.tasks.iter().any(|t| t.act == "R4");
    assert!(task(&l), "nothing automatic: a task for a person");
    assert_eq!(l.stage(id), "R.in_force");
    let dossier = l.review(id, Some(ReviewGround::Share), Some(&["P.1"])).unwrap();
    l.round(dossier, body, &[]);
    assert_eq!(l.assessed(dossier).outcome, Outcome::Potential);
    l.hear(id);
    l.by_paper(signer(), id, R::ToPotential { explanation: t("thị phần giảm") }).unwrap();
    assert_eq!((l.stage(id), l.state::<Recognition>(id).class), ("R.in_force", Class::Potential));
    assert_eq!(l.stage(publication), "P.correction", "the entry opens with the new class");
    let refuse = publication::Command::Settle { accepted: false, reason: Some(t("x")) };
    assert_eq!(l.clone().act(list_officer(), publication, refuse), Err(Refusal::ClassByDecisionOnly {}));
    l.act(list_officer(), publication, publication::Command::Settle { accepted: true, reason: None }).unwrap();
    let rows = publication::entry_versions(&l.state::<Publication>(publication));
    assert_eq!(rows.iter().map(|r| r.class).collect::<Vec<_>>(), [Some("national"), Some("potential")]);
}

#[test]
fn a_potential_platform_rises_by_a_short_review_of_its_share_alone() {
    let mut l = Ledger::new();
    let (id, body) = l.recognised((41, 100, 100));
    let task = |l: &Ledger| crate::projection::Projection::of(&l.streams[&id.into()].whole).lists.tasks.iter().any(|t| t.act == "R4");
    l.measure(id, (47, 100, 100)).unwrap();
    assert!(!task(&l));
    l.measure(id, (52, 100, 100)).unwrap();
    assert!(task(&l), "evidence across the threshold raises a task");
    let dossier = l.review(id, Some(ReviewGround::Share), Some(&["P.1"])).unwrap();
    assert!(matches!(l.review(id, Some(ReviewGround::Share), Some(&["P.1"])), Err(Refusal::WrongStage { .. })), "exactly one");
    l.round(dossier, body, &[]);
    l.by_paper(signer(), id, R::ToNational {}).unwrap();
    let state = l.state::<Recognition>(id);
    assert_eq!((state.class, l.stage(id), state.measurements.len()), (Class::National, "R.in_force", 2), "every measurement stays");
}

#[test]
fn a_short_review_is_refused_once_evidence_has_run_out_or_the_version_is_another() {
    let mut l = Ledger::new();
    let (entry, set) = l.set();
    let (dossier, product) = l.dossier(entry, set);
    let mut application = l.application((41, 100, 100));
    let runs_out = l.today() + Days::new(60);
    let limited = crate::list_entry::Attachment { valid_to: Some(runs_out), ..attachment() };
    application.evidence.insert("A.1".into(), dossier::LineEvidence::Files { files: vec![limited], statement: None });
    l.act(Ledger::applicant(), dossier, dossier::Command::Submit { application }).unwrap();
    let incoming = l.incoming();
    l.act(actor(5, Duty::ManagingRecords, MINISTRY), dossier, dossier::Command::Register { incoming }).unwrap();
    let until = l.today();
    l.act(head(), dossier, dossier::Command::Assign { officer: member(9), until, remark: None }).unwrap();
    l.act(head(), dossier, dossier::Command::Accept { note: t("đủ") }).unwrap();
    let body = l.body(product, &[]);
    l.round(dossier, body, &[]);
    l.decide(dossier, ActId::E23).unwrap();
    let id: RecognitionId = l.of_kind(Kind::Recognition)[0].try_into().unwrap();
    let clock = l.streams[&id.into()].whole.clocks.iter().find(|c| c.act == ActId::R4).unwrap().due.on;
    assert_eq!(clock, runs_out, "its last day is watched");
    let mut later = l.clone();
    later.pass(100);
    assert_eq!(to_confirm(&later.state::<Recognition>(id), later.today()), ["A.1"], "only the line that cites it");
    assert_eq!(later.stage(id), "R.in_force");
    later.measure(id, (52, 100, 100)).unwrap();
    let short = later.review(id, Some(ReviewGround::Share), Some(&["P.1"]));
    assert_eq!(short, Err(Refusal::ShortReviewNotAllowed { code: "A.1".into() }));
    later.review(id, Some(ReviewGround::Share), None).unwrap();
    // Another version in effect asks for a full one too.
    l.begin(entry, Basis::Version(1));
    l.in_force(set);
    l.measure(id, (52, 100, 100)).unwrap();
    assert!(matches!(l.review(id, Some(ReviewGround::Share), Some(&["P.1"])), Err(Refusal::ShortReviewNotAllowed { .. })));
}

#[test]
fn a_change_of_control_opens_a_review_of_the_enterprise_and_security_lines() {
    let mut l = Ledger::new();
    let (id, _) = l.recognised((1, 2, 2));
    let dossier = l.review(id, Some(ReviewGround::ChangeOfOwner), Some(&["B.1"])).unwrap();
    let lines: Vec<String> = l.state::<Dossier>(dossier).lines_in_scope().iter().map(|l| l.code.clone()).collect();
    assert_eq!(lines, ["B.1", "P.1"]);
    assert_eq!(l.state::<Dossier>(dossier).carried.keys().collect::<Vec<_>>(), ["A.1"]);
}

#[test]
fn a_review_whose_ground_fell_away_is_stopped_and_the_standing_returns() {
    let mut l = Ledger::new();
    let (id, body) = l.recognised((1, 2, 2));
    let dossier = l.review(id, Some(ReviewGround::Complaints), None).unwrap();
    let own = l.act(Ledger::applicant(), dossier, dossier::Command::RequestStop { letter: attachment() });
    assert_eq!(own, Err(Refusal::ReviewStopsOtherwise {}), "in a review the holder cannot stop it");
    let mut concluded = l.clone();
    l.by_paper(signer(), id, R::StopReview { reason: t("rút khiếu nại") }).unwrap();
    assert_eq!((l.stage(id), l.stage(dossier)), ("R.in_force", "E.stopped"));
    concluded.round(dossier, body, &[]);
    let stop = R::StopReview { reason: t("x") };
    assert!(matches!(concluded.by_paper(signer(), id, stop), Err(Refusal::OutcomeIsAnother { .. })));
}

#[test]
fn a_split_product_is_a_new_one_that_names_the_old_and_inherits_nothing() {
    let mut l = Ledger::new();
    let (id, _) = l.recognised((1, 2, 2));
    let old = l.state::<Recognition>(id).product;
    let entry = l.state::<Recognition>(id).entry;
    let set = crate::criteria_set::set_of(entry);
    let (dossier, product, draft) = l.draft_of(entry, set);
    let dossier::Command::Draft { code, product: new, .. } = draft else { unreachable!("it is a draft") };
    let dossier::ProductRef::New { record, .. } = new else { unreachable!("it is new") };
    let new = dossier::ProductRef::New { id: product, record: crate::product::Record { linked: vec![old], ..record } };
    let draft = dossier::Command::Draft { id: dossier, code, entry, set, product: new, what_changed: None };
    l.act(Ledger::applicant(), dossier, draft).unwrap();
    assert_eq!(l.state::<Dossier>(dossier).carried.len(), 0);
    assert!(l.of_kind(Kind::Recognition).iter().all(|r| l.state::<Recognition>(*r).product == old));
}

#[test]
fn a_new_regulation_version_leaves_open_dossiers_under_the_old_one() {
    let mut l = Ledger::new();
    let (entry, set) = l.set();
    let (dossier, product) = l.dossier(entry, set);
    let newer = crate::regulation::Regulation {
        id: "newer".into(),
        threshold: crate::regulation::Threshold { numerator: 90, denominator: 100 },
        ..l.regulations["test"].clone()
    };
    l.regulations.insert("newer".into(), newer);
    l.hand_in(dossier, (60, 100, 100), 4);
    let body = l.body(product, &[]);
    l.round(dossier, body, &[]);
    assert_eq!(l.assessed(dossier).outcome, Outcome::National, "judged by the version it pins: finish under the old");
    assert!(l.steps.iter().filter(|s| s.stream == dossier.into()).all(|s| s.regulation == "test"));
}

#[test]
fn criteria_changed_in_mid_evaluation_do_not_touch_the_round() {
    let mut l = Ledger::new();
    let (dossier, body, _) = l.evaluation((1, 2, 2), &[], 1);
    let (entry, set) = {
        let d = l.state::<Dossier>(dossier);
        (d.entry, d.set)
    };
    l.begin(entry, Basis::Version(1));
    l.in_force(set);
    assert_eq!(l.state::<Dossier>(dossier).round().unwrap().set.n, 1, "the frozen version");
    l.go(dossier, body, &[]);
    l.decide(dossier, ActId::E22).unwrap();
}

#[test]
fn two_decisions_on_one_day_are_in_the_order_of_number_and_issue_and_the_later_names_the_former() {
    let mut l = Ledger::new();
    let (id, body) = l.recognised((60, 100, 100));
    let first = l.state::<Recognition>(id).paper;
    l.measure(id, (40, 100, 100)).unwrap();
    let dossier = l.review(id, Some(ReviewGround::Share), Some(&["P.1"])).unwrap();
    l.round(dossier, body, &[]);
    l.hear(id);
    l.by_paper(signer(), id, R::ToPotential { explanation: t("x") }).unwrap();
    let cites = l.steps.iter().rev().find_map(|s| match &s.event {
        crate::machine::Event::Recognition(recognition::Event::ClassChanged { cites, .. }) => Some(cites.clone()),
        _ => None,
    });
    assert_eq!(cites, Some(first));
}

#[test]
fn a_security_level_of_the_old_law_holds_until_its_own_last_day() {
    let mut l = Ledger::new();
    let (id, _) = l.recognised((1, 2, 2));
    assert_eq!(to_confirm(&l.state::<Recognition>(id), l.today()), Vec::<String>::new());
    l.review(id, Some(ReviewGround::Law), Some(&["B.1"])).unwrap();
    assert_eq!(l.state::<Recognition>(id).review.unwrap().ground, Some(ReviewGround::Law));
}

#[test]
fn shares_of_one_market_over_a_hundred_per_cent_are_a_warning_and_decide_nothing() {
    let share = |n, d| crate::outcome::Share::new(n, d, d).unwrap();
    assert!(!market::overfull(&[share(60, 100), share(40, 100)]));
    assert!(market::overfull(&[share(60, 100), share(401, 1000)]), "different denominators, exact fractions");
    assert!(!market::overfull(&[]));
    let mut l = Ledger::new();
    let (id, _) = l.recognised((60, 100, 100));
    l.measure(id, (99, 100, 100)).unwrap();
    assert_eq!(l.stage(id), "R.in_force");
}

#[test]
fn two_ways_stand_side_by_side_against_a_decision_and_neither_stops_the_other() {
    let mut l = Ledger::new();
    let (dossier, ..) = l.evaluation((1, 2, 2), &["A.1"], 6);
    let ask = |l: &mut Ledger| {
        let id = ReconsiderationId(l.fresh());
        let ask = reconsideration::Command::Ask { id, on: dossier.into(), reasons: t("đánh giá chưa đúng") };
        l.act(Ledger::applicant(), id, ask).map(|()| id)
    };
    assert_eq!(ask(&mut l), Err(Refusal::NothingDecided {}));
    l.decide(dossier, ActId::E24).unwrap();
    let complaint = ComplaintId(l.fresh());
    let lodge =
        complaint::Command::Lodge { id: complaint, on: dossier.into(), incoming: Incoming { number: t("5"), arrived_on: l.today() } };
    l.act(actor(5, Duty::ManagingRecords, MINISTRY), complaint, lodge).unwrap();
    let asked = ask(&mut l).unwrap();
    let keys: Vec<_> = [asked.into(), Id::from(complaint)].iter().map(|id| l.streams[id].whole.state.view().open_key.is_some()).collect();
    assert_eq!(keys, [true, false], "reconsideration once for each decision; a complaint is a statutory right");
    l.by_paper(signer(), asked, reconsideration::Command::Keep { reasons: t("giữ nguyên") }).unwrap();
    assert_eq!((l.stage(asked), l.stage(complaint)), ("RC.kept", "KN.lodged"));
    l.by_paper(signer(), complaint, complaint::Command::Accept { complex: true }).unwrap();
    l.by_paper(signer(), complaint, complaint::Command::Settle { decision: t("giữ nguyên quyết định") }).unwrap();
    l.act(officer(), complaint, complaint::Command::NoteNext { note: t("khởi kiện") }).unwrap();
    let close = complaint::Command::Close { ending: complaint::Ending::CourtDecided, note: t("bản án") };
    l.act(signer(), complaint, close).unwrap();
    assert_eq!(l.stage(complaint), "KN.closed");
    let mut late = l.clone();
    late.pass(30);
    assert!(matches!(ask(&mut late), Err(Refusal::ReconsiderationTooLate { .. })));
    let id = ComplaintId(late.fresh());
    let incoming = Incoming { number: t("9"), arrived_on: late.today() };
    late.act(actor(5, Duty::ManagingRecords, MINISTRY), id, complaint::Command::Lodge { id, on: dossier.into(), incoming }).unwrap();
    assert!(late.state::<Complaint>(id).late, "recorded all the same");
}

#[test]
fn an_accepted_reconsideration_leads_to_a_new_dossier_and_a_refused_complaint_says_why() {
    let mut l = Ledger::new();
    let (dossier, ..) = l.evaluation((1, 2, 2), &["A.1"], 6);
    l.decide(dossier, ActId::E24).unwrap();
    let id = ReconsiderationId(l.fresh());
    l.act(Ledger::applicant(), id, reconsideration::Command::Ask { id, on: dossier.into(), reasons: t("x") }).unwrap();
    l.by_paper(signer(), id, reconsideration::Command::Accept { reasons: t("chấp nhận") }).unwrap();
    assert_eq!(l.stage(id), "RC.changed");
    let complaint = ComplaintId(l.fresh());
    let lodge = complaint::Command::Lodge { id: complaint, on: dossier.into(), incoming: l.incoming() };
    l.act(actor(5, Duty::ManagingRecords, MINISTRY), complaint, lodge).unwrap();
    l.by_paper(signer(), complaint, complaint::Command::Refuse { reason: t("đã được giải quyết") }).unwrap();
    assert_eq!(l.stage(complaint), "KN.refused");
}

fn in_use(l: &mut Ledger, product: ProductId, owner: OrganisationId) -> PlanId {
    let id = PlanId(l.fresh());
    let text = PlanText {
        types: vec![PlanType::Use, PlanType::Operation],
        from: l.today(),
        to: l.today() + Days::new(365),
        unit_responsible: t("Cục"),
        money_source: t("ngân sách"),
        content: t("nội dung"),
    };
    l.act(officer(), id, plan::Command::Draft { id, product, owner, unit: t("don-vi"), name: t("Kế hoạch") }).unwrap();
    let none = PlanText { types: vec![], ..text.clone() };
    assert!(l.clone().by_paper(signer(), id, plan::Command::Approve { text: none }).is_err());
    l.by_paper(signer(), id, plan::Command::Approve { text }).unwrap();
    let in_use = InUse { scope: t("toàn quốc"), since: l.today(), contact: t("hotro") };
    l.by_paper(signer(), id, plan::Command::PutIntoUse { in_use }).unwrap();
    id
}

#[test]
fn a_state_platform_lives_by_its_plan_without_evaluation_and_is_announced_in_register_c() {
    let mut l = Ledger::new();
    let (entry, set) = l.set();
    let (_, product) = l.state_dossier(entry, set);
    let plan = in_use(&mut l, product, MINISTRY);
    let publication = l.publication_of(plan);
    assert_eq!(l.state::<Publication>(publication).register, Register::Deployed);
    l.publish(publication);
    l.by_paper(signer(), plan, plan::Command::Amend { text: None, report: Some(t("báo cáo năm")) }).unwrap();
    l.by_paper(signer(), plan, plan::Command::Suspend { reason: t("nâng cấp") }).unwrap();
    l.by_paper(signer(), plan, plan::Command::Resume {}).unwrap();
    let ends_on = l.today() + Days::new(40);
    l.by_paper(signer(), plan, plan::Command::End { ends_on, successor: None }).unwrap();
    assert_eq!(l.stage(plan), "U.ended");
    assert!(l.state::<Publication>(publication).closing.is_some());
    let other = PlanId(l.fresh());
    l.act(officer(), other, plan::Command::Draft { id: other, product, owner: MINISTRY, unit: t("u"), name: t("K") }).unwrap();
    l.act(signer(), other, plan::Command::Cancel { reason: t("thôi") }).unwrap();
    assert_eq!(l.stage(other), "U.cancelled");
}

#[test]
fn an_edition_counts_its_own_lines_publishes_what_waits_and_replaces_the_one_before() {
    let mut l = Ledger::new();
    let entries: Vec<ListEntryId> = (0..3).map(|_| l.entry(5)).collect();
    let publications: Vec<PublicationId> = entries.iter().map(|e| l.publication_of(*e)).collect();
    l.publish(publications[0]);
    let compile = |l: &mut Ledger, previous| {
        let id = EditionId(l.fresh());
        let compile = edition::Command::Compile {
            id,
            register: Register::List,
            capacity: t("Cơ quan thường trực"),
            regulation: "test".into(),
            previous,
        };
        l.act(list_officer(), id, compile).map(|()| id)
    };
    let first = compile(&mut l, None).unwrap();
    let issue = |entries: &[PublicationId]| edition::Command::Issue { entries: entries.to_vec() };
    assert_eq!(l.clone().by_paper(keeper(), first, issue(&[])), Err(Refusal::EntryNotForEdition {}));
    l.by_paper(keeper(), first, issue(&publications)).unwrap();
    assert_eq!(l.state::<Edition>(first).count, Some(3), "computed, never typed");
    assert!(publications.iter().all(|p| l.stage(*p) == "P.published"));
    assert_eq!(compile(&mut l, Some(EditionId(uuid(1)))).map(|_| ()), Err(Refusal::StreamNotFound { stream: EditionId(uuid(1)).into() }));
    let second = compile(&mut l, Some(first)).unwrap();
    l.by_paper(keeper(), second, issue(&publications[..2])).unwrap();
    assert_eq!((l.stage(first), l.stage(second)), ("PE.replaced", "PE.issued"), "both stay citable");
    assert_eq!(compile(&mut l, Some(first)), Err(Refusal::EditionNotCurrent {}));
}

#[test]
fn data_goes_back_with_points_and_a_change_is_proposed_field_by_field() {
    let mut l = Ledger::new();
    let (id, _) = l.recognised((1, 2, 2));
    let publication = l.publication_of(id);
    let record = l.data_record();
    l.act(officer(), publication, publication::Command::Share { record: record.clone() }).unwrap();
    l.act(list_officer(), publication, publication::Command::Return { points: t("thiếu đầu mối") }).unwrap();
    assert_eq!(l.stage(publication), "P.not_shared");
    l.publish(publication);
    assert_eq!(l.clone().act(list_officer(), publication, publication::Command::Close { note: None }), Err(Refusal::GroundStillPresent {}));
    let renamed = publication::DataRecord { name_vi: t("Tên mới"), ..record };
    l.act(officer(), publication, publication::Command::Propose { record: Some(renamed), class: None }).unwrap();
    l.act(list_officer(), publication, publication::Command::Settle { accepted: true, reason: None }).unwrap();
    assert_eq!((l.stage(publication), l.state::<Publication>(publication).name), ("P.published", "Tên mới".to_owned()));
}

#[test]
fn a_readiness_check_shows_the_gaps_and_becomes_a_dossier_with_every_answer_and_date() {
    let mut l = Ledger::new();
    let (entry, set) = l.set();
    let id = ReadinessId(l.fresh());
    let begin = readiness::Command::Begin { id, entry, set, name: t("Sản phẩm") };
    l.act(Ledger::applicant(), id, begin).unwrap();
    let answer = |ready, evidence| readiness::AnswerText { ready, note: None, evidence };
    let say = |l: &mut Ledger, code: &str, answer| l.act(Ledger::applicant(), id, readiness::Command::Answer { code: code.into(), answer });
    say(&mut l, "A.1", answer(Ready::Met, vec![attachment()])).unwrap();
    l.pass(3);
    say(&mut l, "B.1", answer(Ready::Met, vec![])).unwrap();
    assert_eq!(l.state::<Readiness>(id).gaps(), ["B.1"], "met, but without evidence");
    // Nobody but its own sees it, before or after.
    use crate::access::{Facet, Principal};
    let rows = crate::access::of(&l.streams[&id.into()].whole);
    assert_eq!(
        rows.iter().map(|r| (r.principal.clone(), r.facet)).collect::<Vec<_>>(),
        [(Principal::Organisation(ENTERPRISE), Facet::Own)]
    );
    let (dossier, _, draft) = l.draft_of(entry, set);
    let dossier::Command::Draft { code, product, .. } = draft else { unreachable!("it is a draft") };
    l.act(Ledger::applicant(), id, readiness::Command::Convert { dossier, code, product }).unwrap();
    assert_eq!((l.stage(id), l.stage(dossier)), ("SC.converted", "E.draft"));
    let state = l.state::<Readiness>(id);
    let dates: Vec<_> = state.answers.values().map(|a| a.on).collect();
    assert_eq!(dates, [l.today() - Days::new(3), l.today()]);
}

#[test]
fn a_change_proposal_is_weighed_commented_and_answered_after_its_period() {
    use crate::change_proposal::{self, ChangeProposal, Weight};
    let mut l = Ledger::new();
    let (_, set) = l.set();
    let id = ChangeProposalId(l.fresh());
    let propose = change_proposal::Command::Propose {
        id,
        set,
        by: MINISTRY,
        weight: Weight::Major,
        code: Some("A.1".into()),
        text: t("nâng mức"),
        asked: vec![POLICE],
    };
    l.act(officer(), id, propose).unwrap();
    let accept = change_proposal::Command::Accept { reason: t("đưa vào phiên bản sau") };
    assert!(matches!(l.act(head(), id, accept.clone()), Err(Refusal::StillInTime { .. })));
    l.act(actor(10, Duty::ConsultedOfficer, POLICE), id, change_proposal::Command::Comment { text: t("thống nhất") }).unwrap();
    l.pass(9);
    let late = change_proposal::Command::Comment { text: t("muộn") };
    assert!(matches!(l.act(actor(10, Duty::ConsultedOfficer, POLICE), id, late), Err(Refusal::CommentPeriodOver { .. })));
    l.act(head(), id, accept).unwrap();
    assert_eq!((l.stage(id), l.state::<ChangeProposal>(id).comments.len()), ("CP.accepted", 1));
}
