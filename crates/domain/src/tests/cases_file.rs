//! Cases of process.md 7 on the way to the List and to the criteria, and on papers and
//! organisations. Each test is named by its rule; `tests/contract/core_cases.tsv` says which case.

use super::ledger::*;
use super::roads::*;
use crate::acts::ActId;
use crate::any;
use crate::authority::Duty;
use crate::calendar::{Calendar, Day, DayKind, Term, Unit};
use crate::criteria_set::{self, Basis, CriteriaSet, Lineage};
use crate::dossier::{self, Dossier};
use crate::historical::{Historical, Proof};
use crate::id::*;
use crate::list_entry::{self, Command as L, ListEntry, NotListedReason, RemovalGround};
use crate::machine::Command;
use crate::opinion::{Opinion, Verdict};
use crate::organisation::{self, Ground, Organisation};
use crate::product::{self, Product};
use crate::recognition::{self, Class, Recognition};
use crate::refusal::Refusal;
use chrono::{Days, NaiveDate};

fn ask(l: &mut Ledger, entry: ListEntryId, list: &[(u32, Option<u32>)]) -> Answer {
    l.by_paper(keeper(), entry, L::AskSupplement { points: points(list) })
}

fn supplement(l: &mut Ledger, entry: ListEntryId, numbers: &[u32]) -> Answer {
    l.by_paper(signer(), entry, L::Supplement { answers: answers(numbers) })
}

#[test]
fn a_ministry_withdraws_its_proposal_at_any_step_before_the_list() {
    for until in 1..=4 {
        let mut l = Ledger::new();
        let entry = l.entry(until);
        let withdraw = L::Withdraw { reason: t("không còn nhu cầu") };
        if until == 1 {
            let paper = l.clone().by_paper(signer(), entry, withdraw.clone());
            assert_eq!(paper, Err(Refusal::NoPaperInThisState { act: ActId::L10 }), "a draft needs no letter");
            l.act(officer(), entry, withdraw).unwrap();
        } else {
            assert!(matches!(l.clone().act(signer(), entry, withdraw.clone()), Err(Refusal::ActTakesEffectWithPaper { .. })));
            l.by_paper(signer(), entry, withdraw).unwrap();
        }
        assert_eq!(l.stage(entry), "L.withdrawn");
    }
}

#[test]
fn a_listed_entry_leaves_the_list_only_when_nothing_stands_under_it_or_a_successor_is_named() {
    let mut l = Ledger::new();
    let (entry, set) = l.set();
    let (dossier, _) = l.dossier(entry, set);
    let remove = |successor| L::Remove { ground: RemovalGround::ManagingAgencyAsks, explanation: t("x"), successor };
    assert_eq!(l.clone().by_paper(keeper(), entry, remove(None)), Err(Refusal::EntryHasOpenDossier {}));
    let other = l.entry(5);
    let mut named = l.clone();
    named.by_paper(keeper(), entry, remove(Some(other))).unwrap();
    assert_eq!(named.stage(entry), "L.removed");
    l.act(Ledger::applicant(), dossier, dossier::Command::Stop { reason: Some(t("thôi")) }).unwrap();
    l.begin(entry, Basis::Version(1));
    l.by_paper(keeper(), entry, remove(None)).unwrap();
    // The published entry now waits to be closed by the keeper (P7).
    let publication = l.publication_of(entry);
    let projection = crate::projection::Projection::of(&l.streams[&publication.into()].whole);
    assert!(projection.lists.tasks.iter().any(|t| t.act == "P7"));
    // The criteria that were being drafted can be dropped.
    l.act(signer(), set, criteria_set::Command::Drop { reason: t("mục đã đưa ra") }).unwrap();
    assert_eq!(l.stage(set), "C.promulgated", "the version before stands");
}

#[test]
fn a_need_that_is_not_taken_up_is_answered_with_a_reason() {
    let mut l = Ledger::new();
    let entry = l.entry(4);
    let refuse = L::Refuse { reason: NotListedReason::NotAPlatform, explanation: t("không phải nền tảng") };
    l.by_paper(keeper(), entry, refuse).unwrap();
    assert_eq!(l.stage(entry), "L.not_listed");
}

#[test]
fn all_gaps_stand_in_one_letter_and_later_only_what_the_answer_raised() {
    let mut l = Ledger::new();
    let entry = l.entry(4);
    ask(&mut l, entry, &[(1, None), (2, None)]).unwrap();
    assert_eq!(supplement(&mut l, entry, &[1]), Err(Refusal::PointsUnanswered { numbers: vec![2] }));
    supplement(&mut l, entry, &[1, 2]).unwrap();
    assert_eq!(l.stage(entry), "L.assigned");
    assert_eq!(ask(&mut l, entry, &[(3, None)]), Err(Refusal::PointNotRaisedByAnswer { numbers: vec![3] }));
    ask(&mut l, entry, &[(3, Some(2))]).unwrap();
    assert_eq!(l.state::<ListEntry>(entry).supplements.len(), 2, "the count is on record");
}

#[test]
fn who_does_not_ask_for_a_supplement_in_time_is_not_late_with_the_entry() {
    let mut l = Ledger::new();
    let two = Term { days: 2, unit: Unit::Working };
    l.regulations.get_mut("test").unwrap().terms.insert("list_entry.ask".to_owned(), two);
    let entry = l.entry(3);
    let until = l.today() + Days::new(30);
    l.act(actor(7, Duty::ListUnitHead, KEEPER), entry, L::Assign { officer: member(9), until, remark: None }).unwrap();
    let whole = |l: &Ledger| l.streams[&entry.into()].whole.clone();
    let last = |act: ActId| whole(&l).clocks.iter().find(|c| c.act == act).unwrap().due.on;
    let (ask_until, decide_until) = (last(ActId::L5), last(ActId::L8));
    assert!(ask_until < decide_until, "{ask_until} {decide_until}");
    assert_eq!(whole(&l).due().unwrap().on, decide_until, "asking is allowed until a day, deciding is owed");
    ask(&mut l, entry, &[(1, None)]).unwrap();
    let answer = whole(&l).clocks.iter().find(|c| c.act == ActId::L6).unwrap().due;
    assert_eq!(whole(&l).due(), Some(answer));
}

#[test]
fn a_late_answer_is_accepted_until_a_person_closes_and_only_after_two_reminders() {
    let mut l = Ledger::new();
    let entry = l.entry(4);
    ask(&mut l, entry, &[(1, None)]).unwrap();
    let stop = |l: &mut Ledger| l.by_paper(keeper(), entry, L::Stop { explanation: t("quá hạn") });
    let remind = |l: &mut Ledger| l.by_paper(keeper(), entry, L::Remind {});
    assert!(matches!(remind(&mut l), Err(Refusal::StillInTime { .. })), "nobody is reminded before the term ends");
    l.pass(9);
    assert_eq!(stop(&mut l), Err(Refusal::RemindersMissing { needed: 2, found: 0 }));
    remind(&mut l).unwrap();
    remind(&mut l).unwrap();
    assert!(matches!(stop(&mut l), Err(Refusal::StillInTime { .. })), "the reminders have their own term");
    let mut late = l.clone();
    supplement(&mut late, entry, &[1]).unwrap();
    assert!(late.state::<ListEntry>(entry).supplements[0].answered.as_ref().unwrap().late);
    l.pass(9);
    stop(&mut l).unwrap();
    assert_eq!(l.stage(entry), "L.stopped");
    assert!(matches!(supplement(&mut l, entry, &[1]), Err(Refusal::WrongStage { .. })), "a new proposal cites the old one");
}

#[test]
fn the_term_of_a_decision_stands_still_while_the_other_side_completes_the_file() {
    let mut l = Ledger::with(|r| {
        r.terms.insert("list_entry.decide".into(), Term { days: 10, unit: Unit::Working });
    });
    let entry = l.entry(4);
    let due = |l: &Ledger| l.streams[&entry.into()].whole.clocks.iter().find(|c| c.act == ActId::L8).unwrap().clone();
    assert_eq!(due(&l).due.on, day("2026-03-16"), "ten working days from Monday 2 March");
    l.pass(2);
    ask(&mut l, entry, &[(1, None)]).unwrap();
    assert!(due(&l).paused.is_some(), "asked on Wednesday, two days used");
    l.pass(7);
    supplement(&mut l, entry, &[1]).unwrap();
    assert_eq!((due(&l).due.on, due(&l).paused), (day("2026-03-23"), None), "eight working days are left from Wednesday 11 March");
}

#[test]
fn an_objection_of_the_focal_agency_is_explained_and_does_not_veto() {
    let mut l = Ledger::new();
    let entry = l.entry(5);
    let set = l.begin(entry, Basis::Framework);
    let text = l.set_text();
    l.consult(set, text, vec![KEEPER, POLICE]).unwrap();
    let opinion = l.opinion(set, KEEPER, Verdict::Disagree, Some("thị trường quá hẹp")).unwrap();
    let explained = criteria_set::Response { opinion, answer: criteria_set::Answer::Explained, text: t("giải trình") };
    l.promulgate(set, vec![explained]).unwrap();
    assert_eq!(l.stage(set), "C.promulgated");
    assert_eq!(l.state::<Opinion>(opinion).verdict, Verdict::Disagree, "the objection stays in the file");
}

#[test]
fn a_draft_is_revised_after_opinions_and_sent_out_again() {
    let mut l = Ledger::new();
    let entry = l.entry(5);
    let set = l.begin(entry, Basis::Framework);
    let text = l.set_text();
    l.consult(set, text.clone(), vec![KEEPER, POLICE]).unwrap();
    l.opinion(set, POLICE, Verdict::AgreeWithConditions, Some("làm rõ cấp độ")).unwrap();
    l.act(officer(), set, criteria_set::Command::Revise {}).unwrap();
    assert_eq!(l.stage(set), "C.drafting");
    let second = criteria_set::SetText { security_level: Some(3), ..text };
    l.consult(set, second, vec![KEEPER, POLICE]).unwrap();
    let opinion = l.opinion(set, KEEPER, Verdict::Agree, None).unwrap();
    l.promulgate(set, vec![Ledger::response(opinion)]).unwrap();
    // A draft that was sent out is dropped by a letter to those who were asked.
    l.begin(entry, Basis::Version(1));
    let text = l.set_text();
    l.consult(set, text, vec![KEEPER, POLICE]).unwrap();
    l.act(officer(), set, criteria_set::Command::Revise {}).unwrap();
    let drop_ = criteria_set::Command::Drop { reason: t("thôi") };
    assert!(matches!(l.clone().act(signer(), set, drop_.clone()), Err(Refusal::ActTakesEffectWithPaper { .. })));
    l.by_paper(signer(), set, drop_).unwrap();
    assert_eq!(l.state::<CriteriaSet>(set).in_force_on(l.today()).unwrap().n, 1);
}

#[test]
fn only_the_promulgated_set_can_say_that_a_line_does_not_apply() {
    let mut l = Ledger::with(|r| {
        let extra = r.framework[0].clone();
        r.framework.push(crate::regulation::Criterion { code: "A.2".into(), ..extra });
    });
    let entry = l.entry(5);
    let set = l.begin(entry, Basis::Framework);
    let mut text = l.set_text();
    text.lines[3].lineage = Lineage::NotApplicable { reason: Some(t("không dùng")) };
    l.consult(set, text.clone(), vec![KEEPER, POLICE]).unwrap();
    let opinion = l.opinion(set, KEEPER, Verdict::Agree, None).unwrap();
    let (responses, effective_from) = (vec![Ledger::response(opinion)], l.today());
    let promulgate = criteria_set::Command::Promulgate { text, responses, effective_from };
    l.by_paper(signer(), set, promulgate).unwrap();
    let codes: Vec<String> = l.state::<CriteriaSet>(set).working().unwrap().lines.iter().map(|l| l.code.clone()).collect();
    assert_eq!(codes, ["A.1", "B.1", "P.1"]);
    // Any other line without a result counts as not met: see the outcome's own tests.
    let rule = crate::outcome::Rule { threshold: l.regulations["test"].threshold, potential_class: true };
    let lines = l.state::<CriteriaSet>(set).working().unwrap().lines.clone();
    let results = std::collections::BTreeMap::from([("A.1".to_owned(), true)]);
    let assessed = crate::outcome::assess(rule, &lines, &results, crate::outcome::Share::new(1, 1, 1).ok());
    assert_eq!((assessed.outcome, assessed.unmet), (crate::outcome::Outcome::Rejected, vec!["B.1".to_owned()]));
}

#[test]
fn the_market_definition_is_part_of_the_promulgated_set_and_its_change_is_a_difference() {
    let l = Ledger::new();
    let old = l.set_text();
    let mut new = old.clone();
    new.market.definition_vi = t("thị trường hẹp hơn");
    new.lines[0].evidence = t("khác");
    new.lines[1].group = t("A");
    new.lines.remove(2);
    new.lines.push(criteria_set::SetLine { code: t("A.9"), ..old.lines[0].clone() });
    use criteria_set::Change::*;
    let changes = criteria_set::compare(&old, &new);
    assert_eq!(
        changes,
        [
            Changed { code: "A.1".into(), fields: vec!["evidence"] },
            Moved { code: "B.1".into(), from: "B".into(), to: "A".into() },
            Added { code: "A.9".into() },
            Removed { code: "P.1".into() },
            Market { fields: vec!["definition_vi"] },
        ]
    );
    assert!(criteria_set::compare(&old, &old).is_empty());
}

#[test]
fn a_yearly_review_without_change_is_a_dated_record_and_moves_the_next_one() {
    let mut l = Ledger::new();
    let (_, set) = l.set();
    let due = |l: &Ledger| l.streams[&set.into()].whole.clocks.iter().find(|c| c.act == ActId::C7).map(|c| c.due.on);
    assert_eq!(due(&l), Some(day("2027-03-02")));
    l.pass(300);
    l.by_paper(signer(), set, criteria_set::Command::Review { report: t("giữ nguyên") }).unwrap();
    assert_eq!(l.state::<CriteriaSet>(set).in_force_version().unwrap().reviewed_on, Some(l.today()));
    assert_eq!(due(&l), Some(day("2027-12-27")), "a year after Saturday 26 December, moved to the Monday");
}

#[test]
fn a_set_is_not_repealed_while_a_round_is_open_under_it() {
    let mut l = Ledger::new();
    let (dossier, ..) = l.evaluation((1, 2, 2), &[], 1);
    let set = l.state::<Dossier>(dossier).set;
    let repeal = criteria_set::Command::Repeal { reason: t("bãi bỏ") };
    assert_eq!(l.by_paper(signer(), set, repeal.clone()), Err(Refusal::RoundOpenUnderSet {}));
    let mut l = Ledger::new();
    let (_, set) = l.set();
    l.by_paper(signer(), set, repeal).unwrap();
    assert_eq!(l.stage(set), "C.repealed");
    assert!(l.state::<CriteriaSet>(set).in_force_on(l.today()).is_none());
}

#[test]
fn a_term_skips_holidays_swapped_days_and_says_estimated_across_an_unconfirmed_one() {
    let off = |confirmed| Day { kind: DayKind::Off, confirmed };
    let days = [
        ("2026-02-16", off(true)),
        ("2026-02-17", off(true)),
        ("2026-02-18", off(true)),
        ("2026-02-19", off(true)),
        ("2026-02-20", off(true)),
    ];
    let mut calendar = Calendar { days: days.into_iter().map(|(d, k)| (day(d), k)).collect(), years: (2026..=2026).collect() };
    calendar.days.insert(day("2026-08-22"), Day { kind: DayKind::Working, confirmed: true });
    calendar.days.insert(day("2026-11-24"), off(false));
    let three = Term { days: 3, unit: Unit::Working };
    let due = calendar.due(day("2026-02-13"), three);
    assert_eq!((due.on, due.estimated), (day("2026-02-25"), false), "Tết gave nine days off");
    assert_eq!(calendar.due(day("2026-08-20"), Term { days: 2, unit: Unit::Working }).on, day("2026-08-22"), "a worked Saturday counts");
    assert!(calendar.due(day("2026-11-20"), three).estimated);
    assert!(calendar.due(day("2026-12-30"), three).estimated, "a year without calendar");
}

/// The last day of the first running step of a record.
fn last_day(l: &Ledger, entry: ListEntryId) -> NaiveDate {
    l.streams[&Id::from(entry)].whole.clocks.first().unwrap().due.on
}

#[test]
fn a_corrected_calendar_moves_last_days_to_come_and_none_that_has_passed() {
    let mut l = Ledger::new();
    let entry = l.entry(2);
    assert_eq!(last_day(&l, entry), day("2026-03-09"), "five working days from Monday 2 March");
    l.recounted(&["2026-03-05"]);
    assert_eq!(last_day(&l, entry), day("2026-03-10"));
    l.recounted(&["2026-03-20"]);
    assert_eq!(last_day(&l, entry), day("2026-03-10"), "a day off behind it moves nothing");
    l.pass(30);
    l.recounted(&["2026-03-09"]);
    assert_eq!(last_day(&l, entry), day("2026-03-10"), "what has passed stays");
    let recounts = l.steps.iter().filter(|s| s.act == ActId::X5).count();
    assert_eq!(recounts, 1, "only what moves is recorded");
}

#[test]
fn of_a_time_limit_that_stood_still_what_is_left_is_counted_again() {
    let mut l = Ledger::new();
    let entry = l.entry(2);
    let head = actor(20, Duty::ListUnitHead, KEEPER);
    l.act(head.clone(), entry, any::Command::Pause { reason: t("x") }).unwrap();
    l.recounted(&["2026-03-04"]);
    let clock = |l: &Ledger| l.streams[&Id::from(entry)].whole.clocks.first().cloned().unwrap();
    assert!(clock(&l).paused.is_some_and(|p| p.left.days == 5), "what stands still is not counted");
    l.pass(7);
    l.act(head, entry, any::Command::Resume {}).unwrap();
    assert_eq!(clock(&l).due.on, day("2026-03-16"), "five working days from Monday 9 March");
    l.recounted(&["2026-03-12"]);
    assert_eq!(clock(&l).due.on, day("2026-03-17"));
}

#[test]
fn a_last_day_that_comes_nearer_is_never_before_today() {
    let mut l = Ledger::new();
    for off in ["2026-03-03", "2026-03-04", "2026-03-05"] {
        l.calendar.days.insert(day(off), Day { kind: DayKind::Off, confirmed: false });
    }
    let entry = l.entry(2);
    assert_eq!(last_day(&l, entry), day("2026-03-12"));
    l.pass(9);
    let before = vec![l.calendar.clone()];
    l.calendar.days.clear();
    let edition = crate::canonical::Pin(crate::canonical::Hash::ZERO);
    l.act(Default::default(), entry, any::Command::Recount { edition, before }).unwrap();
    assert_eq!(last_day(&l, entry), day("2026-03-11"), "today: without the days off it had passed on the 9th");
}

#[test]
fn the_day_of_the_event_is_not_counted_and_calendar_days_end_on_a_working_day() {
    let calendar = Calendar { days: Default::default(), years: (2026..=2026).collect() };
    let due = |event: &str, days, unit| calendar.due(day(event), Term { days, unit }).on;
    assert_eq!(due("2026-03-02", 1, Unit::Working), day("2026-03-03"));
    assert_eq!(due("2026-03-02", 5, Unit::Calendar), day("2026-03-09"), "Saturday 7 March goes to Monday");
    assert_eq!(due("2026-03-06", 1, Unit::Working), day("2026-03-09"));
    assert_eq!(due("2026-01-31", 1, Unit::Months), day("2026-03-02"), "28 February is a Saturday");
}

#[test]
fn a_paper_dated_earlier_keeps_its_date_arrival_and_entry_and_terms_run_from_arrival() {
    let mut l = Ledger::new();
    let entry = l.entry(2);
    let sent = l.state::<ListEntry>(entry).letter.unwrap().date;
    l.pass(4);
    let incoming = list_entry::Incoming { number: t("12"), arrived_on: sent + Days::new(1) };
    l.act(actor(6, Duty::ListRecords, KEEPER), entry, L::Register { incoming }).unwrap();
    let state = l.state::<ListEntry>(entry);
    let entered = l.steps.iter().rev().find(|s| s.act == ActId::L3).unwrap();
    assert_eq!((state.letter.unwrap().date, state.incoming.unwrap().arrived_on), (sent, sent + Days::new(1)));
    assert_eq!(entered.clocks.as_ref().unwrap()[0].from, l.today(), "the next term runs from registration");
}

#[test]
fn a_delegation_that_ended_or_a_guard_that_fails_before_issue_refuses_the_issue_whole() {
    let mut l = Ledger::new();
    let entry = l.entry(1);
    let act: Command = L::Submit { proposal: Ledger::proposal() }.into();
    let frozen = crate::document::FrozenAct { stream: entry.into(), command: act.clone() };
    let snapshot = crate::document::Snapshot { subject: t("V/v"), recipients: vec![MINISTRY], text: None, acts: vec![frozen] };
    let id = l.paper_until(signer(), vec![(entry.into(), act)], 7).unwrap();
    l.act(officer(), entry, L::Withdraw { reason: t("thôi") }).unwrap();
    let issue = crate::document::Command::Issue { recipients: vec![MINISTRY] };
    let clerk = actor(5, Duty::ManagingRecords, MINISTRY);
    assert!(matches!(l.on_paper(id, clerk, issue, Some(&snapshot)), Err(Refusal::WrongStage { .. })));
    l.on_paper(id, signer(), crate::document::Command::Void { reason: t("không còn hiệu lực") }, None).unwrap();
    assert_eq!(l.stage(id), "D.void");
}

#[test]
fn a_mistake_of_form_is_corrected_by_a_letter_and_one_of_content_by_a_paper_of_the_same_type() {
    use crate::document::{Command as D, Document, Replacement};
    let mut l = Ledger::new();
    let entry = l.entry(2);
    let letter = l.state::<ListEntry>(entry).letter.unwrap().document;
    l.by_paper(signer(), letter, D::Correct { note: t("sai ngày") }).unwrap();
    let paper = l.state::<Document>(letter);
    assert_eq!((l.stage(letter), paper.corrected_by.len()), ("D.issued", 1));
    let new = l.paper(signer(), vec![(letter.into(), D::Replace { how: Replacement::Amended, note: t("sai tên") }.into())]).unwrap();
    assert_eq!(l.stage(letter), "D.replaced");
    assert_eq!(l.state::<Document>(new).kind, l.state::<Document>(letter).kind, "of the same type");
    assert_eq!(l.stage(entry), "L.submitted", "the paper changes, the state by its own machine only");
}

#[test]
fn a_ministry_dissolved_in_mid_case_hands_on_its_files_and_nothing_is_repeated() {
    let mut l = Ledger::with(|r| {
        r.terms.insert("organisation.confirm".into(), Term { days: 10, unit: Unit::Working });
    });
    l.organisation(MINISTRY, "A", None, None);
    l.organisation(POLICE, "B", None, None);
    let (dossier, ..) = l.evaluation((1, 2, 2), &[], 1);
    let before = l.state::<Dossier>(dossier);
    l.transfer(dossier, MINISTRY, POLICE).unwrap();
    let after = l.state::<Dossier>(dossier);
    assert_eq!((after.managing, after.stage, after.rounds.clone()), (POLICE, before.stage, before.rounds));
    let clock = l.streams[&dossier.into()].whole.clocks.iter().find(|c| c.act == ActId::E15).unwrap().clone();
    assert!(clock.paused.unwrap().until.is_some(), "the clock waits for the receiving agency, ten working days at most");
    let confirm = Command::Any(any::Command::Resume {});
    let receiving = actor(2, Duty::ManagingUnitHead, POLICE);
    l.pass(1);
    l.act(receiving, dossier, confirm).unwrap();
    assert!(l.streams[&dossier.into()].whole.clocks.iter().all(|c| c.paused.is_none()));
    // Undo is the same act the other way round.
    l.transfer(dossier, POLICE, MINISTRY).unwrap();
    assert_eq!(l.state::<Dossier>(dossier).managing, MINISTRY);
}

#[test]
fn a_transfer_is_decided_for_each_file_and_only_for_whoever_holds_it() {
    let mut l = Ledger::new();
    l.organisation(POLICE, "B", None, None);
    l.organisation(KEEPER, "C", None, Some("2025-02-28"));
    let (one, two) = (l.entry(5), l.entry(5));
    l.transfer(one, MINISTRY, POLICE).unwrap();
    assert_eq!(
        (l.state::<ListEntry>(one).managing, l.state::<ListEntry>(two).managing),
        (POLICE, MINISTRY),
        "functions are split per platform"
    );
    assert_eq!(l.transfer(one, MINISTRY, POLICE), Err(Refusal::NotHeldByThem {}), "a job that runs again moves nothing twice");
    assert_eq!(l.transfer(two, MINISTRY, KEEPER), Err(Refusal::ReceiverNotExisting { code: "C".into() }));
}

#[test]
fn a_transfer_is_undone_under_its_own_plan_even_where_the_organisation_has_ceased() {
    let mut l = Ledger::new();
    l.organisation(POLICE, "B", None, None);
    let last = l.today().to_string();
    l.organisation(KEEPER, "C", None, Some(&last));
    let entry = l.entry(5);
    l.transfer(entry, MINISTRY, KEEPER).unwrap();
    l.pass(1);
    l.transfer(entry, KEEPER, POLICE).unwrap();
    let other = any::Command::Transfer { plan: uuid(4), from: POLICE, to: KEEPER, unit: None, on: l.today(), basis: t("x") };
    let ceased = Err(Refusal::ReceiverNotExisting { code: "C".into() });
    assert_eq!(l.act(keeper(), entry, Command::Any(other)), ceased, "a new transfer to one that has ceased");
    l.transfer(entry, POLICE, KEEPER).unwrap();
    assert_eq!(l.state::<ListEntry>(entry).managing, KEEPER);
    l.transfer(entry, KEEPER, POLICE).unwrap();
}

#[test]
fn papers_use_the_name_of_their_day_after_a_renaming() {
    let mut l = Ledger::new();
    l.organisation(POLICE, "BTTTT", None, None);
    let admin = actor(30, Duty::Administrator, KEEPER);
    let rename = organisation::Command::Rename {
        name_vi: t("Bộ mới"),
        name_en: None,
        symbol: Some(t("BKHCN")),
        on: l.today(),
        basis: t("Nghị quyết"),
    };
    l.act(admin, POLICE, rename).unwrap();
    let state = l.state::<Organisation>(POLICE);
    assert_eq!(state.name_on(l.today()).1, Some("BKHCN"));
    assert_eq!(state.name_on(l.today() - Days::new(1)).1, Some("BTTTT"));
}

#[test]
fn a_person_keeps_a_capacity_and_is_replaced_only_by_an_amending_decision() {
    use crate::body;
    let mut l = Ledger::new();
    let (_, body, sheets) = l.evaluation((1, 2, 2), &[], 2);
    let mut establishing = l.establishing();
    establishing.members[4].person = member(7);
    let amend = |establishing| body::Command::Amend { establishing, reason: t("chuyển công tác") };
    l.by_paper(signer(), body, amend(establishing.clone())).unwrap();
    assert_eq!(l.stage(body), "B.established", "declarations are complete only with the new member's");
    assert!(l.state::<crate::sheet::Sheet>(sheets[4]).sheet.is_some(), "the sheet signed before stands");
    assert_eq!(l.state::<body::Body>(body).replaced, [member(4)]);
}

#[test]
fn what_is_taken_over_from_before_has_its_paper_and_scan_and_no_rounds() {
    let mut l = Ledger::new();
    let entry = ListEntryId(l.fresh());
    let historical = |by: Actor| Historical {
        number: t("186/QĐ-BTTTT"),
        date: day("2022-02-11"),
        proof: Proof::Scan { scan: attachment() },
        ground: Ground::Sample,
        note: None,
        entered_by: by.account.unwrap(),
    };
    use crate::occasion::Actor;
    let import = |by| L::Import { regulation: "test".into(), managing: MINISTRY, name: t("Nền tảng"), historical: historical(by) };
    assert_eq!(l.clone().act(head(), entry, import(head())), Err(Refusal::EnteredAndConfirmedByOne {}));
    l.act(head(), entry, import(officer())).unwrap();
    assert_eq!(l.stage(entry), "L.listed");
    let product = ProductId(l.fresh());
    let record = l.record();
    let of = product::Command::Import {
        id: product,
        managing: Some(MINISTRY),
        regulation: "test".into(),
        record,
        entered_by: officer().account.unwrap(),
    };
    l.act(head(), product, of).unwrap();
    assert_eq!(l.state::<Product>(product).entry, None);
    let recognition = RecognitionId(l.fresh());
    let recognise = recognition::Command::Import {
        class: Class::Potential,
        product,
        entry,
        name: t("Sản phẩm"),
        managing: MINISTRY,
        applicant: None,
        regulation: "test".into(),
        historical: historical(officer()),
    };
    l.act(head(), recognition, recognise).unwrap();
    let state = l.state::<Recognition>(recognition);
    assert_eq!((state.dossier, state.next_review_on), (None, Some(day("2023-02-11"))), "the review date counts from the paper's date");
}

#[test]
fn a_merged_province_hands_on_its_plans_and_an_unchanged_one_stays_one_unit() {
    use crate::plan::{self, Plan};
    let mut l = Ledger::new();
    l.organisation(POLICE, "UBND-2025", None, None);
    let (entry, set) = l.set();
    let (_, product) = l.dossier(entry, set);
    let province = OrganisationId(uuid::Uuid::from_u128(77));
    l.organisation(province, "UBND-2024", None, None);
    let id = PlanId(l.fresh());
    let draft = plan::Command::Draft { id, product, owner: province, unit: t("so"), name: t("Kế hoạch") };
    l.act(actor(50, Duty::ProvinceOfficer, province), id, draft).unwrap();
    l.transfer(id, province, POLICE).unwrap();
    assert_eq!(l.state::<Plan>(id).owner, POLICE);
}

#[test]
fn the_same_need_of_two_ministries_stays_open_for_both_until_one_manages_it() {
    let mut l = Ledger::new();
    let (one, two) = (l.entry(4), l.entry(4));
    let refuse = L::Refuse { reason: NotListedReason::Duplicate, explanation: t("đồng sử dụng") };
    let list = L::List { managing: MINISTRY, overlap_explained: None };
    assert_eq!((l.stage(one), l.stage(two)), ("L.assigned", "L.assigned"));
    l.by_paper(keeper(), one, list).unwrap();
    l.by_paper(keeper(), two, refuse).unwrap();
    assert_eq!((l.stage(one), l.stage(two)), ("L.listed", "L.not_listed"));
}

#[test]
fn one_platform_with_many_names_is_one_record_under_one_code() {
    let mut l = Ledger::new();
    let (entry, set) = l.set();
    let (id, product, draft) = l.draft_of(entry, set);
    let dossier::Command::Draft { code, product: new, .. } = draft else { unreachable!("it is a draft") };
    let dossier::ProductRef::New { record, .. } = new else { unreachable!("it is new") };
    let record = product::Record { aliases: vec![t("Tên khác")], identifiers: vec![t("P24-02"), t("N22-05")], ..record };
    let new = dossier::ProductRef::New { id: product, record: record.clone() };
    l.act(Ledger::applicant(), id, dossier::Command::Draft { id, code, entry, set, product: new, what_changed: None }).unwrap();
    assert_eq!(l.of_kind(Kind::Product).len(), 1);
    let view = l.streams[&product.into()].whole.state.view();
    assert_eq!(view.open_key, Some(record.code.to_string()), "the code is the key; names are not");
}

#[test]
fn a_draft_handed_over_is_also_of_the_unit_that_collects() {
    let mut l = Ledger::new();
    l.organisation(MINISTRY, "A", None, None);
    l.act(actor(30, Duty::Administrator, KEEPER), MINISTRY, coordinating("van-phong")).unwrap();
    let entry = l.entry(1);
    let readers = |l: &Ledger| crate::access::of(&l.streams[&entry.into()].whole).into_iter().map(|a| a.principal).collect::<Vec<_>>();
    let collects = crate::access::Principal::Unit(MINISTRY, "van-phong".to_owned());
    assert!(!readers(&l).contains(&collects), "a draft is its unit's own");
    l.act(actor(1, Duty::ManagingOfficer, MINISTRY), entry, L::HandOver {}).unwrap();
    assert!(readers(&l).contains(&collects) && readers(&l).len() == 2, "{:?}", readers(&l));
    // Once it is sent it is the agency's like every other.
    let proposal = Ledger::proposal();
    l.paper(actor(4, Duty::ManagingSigner, MINISTRY), vec![(entry.into(), L::Submit { proposal }.into())]).unwrap();
    assert!(!readers(&l).contains(&collects));
}

#[test]
fn the_promised_day_adds_up_the_steps_to_come_and_stands_still_for_nobody_who_is_awaited() {
    let l = Ledger::new();
    let (regulation, today) = (&l.regulations["test"], l.today());
    let promised = |stage: &str| crate::dossier::promised(stage, &[], regulation, &l.calendar, today);
    let then = |from, term: &str| regulation.terms.get(term).map_or(from, |t| l.calendar.due(from, *t).on);
    assert_eq!(promised("E.concluded"), Some(then(today, "dossier.decide")));
    assert_eq!(promised("E.counted"), Some(then(then(today, "dossier.conclude"), "dossier.decide")));
    assert!(promised("E.submitted") >= promised("E.examining") && promised("E.examining") >= promised("E.evaluating"));
    for stage in ["E.draft", "E.supplement", "E.clarifying", "E.decided"] {
        assert_eq!(promised(stage), None, "{stage}");
    }
}
