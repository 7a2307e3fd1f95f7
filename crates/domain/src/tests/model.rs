//! A model-based test: random orders, legal and illegal, on every machine of a told story, against
//! an oracle that is slow and obvious: it knows the table as text, counts days one by one, counts
//! heads, and reads the outcome off four questions.

use super::ledger::*;
use super::roads::*;
use crate::acts::{ACTS, ANY, FINAL, NEW, WAITING};
use crate::any;
use crate::calendar::{Calendar, DayKind, Term, Unit};
use crate::dossier::{self, Dossier};
use crate::id::*;
use crate::list_entry::{Command as L, NotListedReason};
use crate::machine::Command;
use crate::occasion::Actor;
use crate::outcome::{Outcome, Share, assess};
use crate::recognition::{self, Recognition, ReviewGround, RevocationGround};
use crate::regulation::{Decides, Denominator, Threshold};
use crate::{body, complaint, criteria_set, edition, objection, plan, publication, readiness, reconsideration};
use chrono::{Datelike, Days, NaiveDate, Weekday};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// A story with something open in every machine.
fn told() -> &'static Ledger {
    static TOLD: OnceLock<Ledger> = OnceLock::new();
    TOLD.get_or_init(|| {
        let mut l = Ledger::with(|r| r.forms.push(body::Form::HiredUnit));
        for until in 1..=5 {
            l.entry(until);
        }
        let supplement = l.entry(4);
        l.by_paper(keeper(), supplement, L::AskSupplement { points: points(&[(1, None)]) }).unwrap();
        for until in 1..=6 {
            l.evaluation((50, 100, 100), &[], until);
        }
        let (rejected, ..) = l.evaluation((1, 2, 2), &["A.1"], 6);
        l.decide(rejected, crate::acts::ActId::E24).unwrap();
        let complaint = ComplaintId(l.fresh());
        let incoming = l.incoming();
        let lodge = complaint::Command::Lodge { id: complaint, on: rejected.into(), incoming };
        l.act(actor(5, crate::authority::Duty::ManagingRecords, MINISTRY), complaint, lodge).unwrap();
        let asked = ReconsiderationId(l.fresh());
        l.act(Ledger::applicant(), asked, reconsideration::Command::Ask { id: asked, on: rejected.into(), reasons: t("x") }).unwrap();
        let (id, body) = l.recognised((60, 100, 100));
        let publication = l.publication_of(id);
        l.publish(publication);
        let (under_review, its_body) = l.recognised((60, 100, 100));
        l.reviewed(under_review, its_body, &["B.1"]);
        let _ = body;
        let (entry, set) = l.set();
        let (_, product) = l.dossier(entry, set);
        l.hired_body(product, 3);
        let plan = PlanId(l.fresh());
        l.act(officer(), plan, plan::Command::Draft { id: plan, product, owner: MINISTRY, unit: t("u"), name: t("K") }).unwrap();
        let check = ReadinessId(l.fresh());
        l.act(Ledger::applicant(), check, readiness::Command::Begin { id: check, entry, set, name: t("S") }).unwrap();
        l
    })
}

/// Orders of every machine; most are wrong wherever they are given.
fn orders(l: &mut Ledger) -> Vec<(Actor, Command)> {
    let on = l.today() + Days::new(40);
    let r = |command: recognition::Command| (signer(), Command::from(command));
    let (_, review) = l.review_command(Some(ReviewGround::Complaints), None);
    let (_, periodic) = l.review_command(None, None);
    let edition = EditionId(l.fresh());
    vec![
        (officer(), L::Withdraw { reason: t("x") }.into()),
        (keeper(), L::AskSupplement { points: points(&[(1, None)]) }.into()),
        (signer(), L::Supplement { answers: answers(&[1]) }.into()),
        (keeper(), L::Remind {}.into()),
        (keeper(), L::Stop { explanation: t("x") }.into()),
        (keeper(), L::Refuse { reason: NotListedReason::Other, explanation: t("x") }.into()),
        (officer(), criteria_set::Command::Revise {}.into()),
        (signer(), criteria_set::Command::Review { report: t("x") }.into()),
        (signer(), criteria_set::Command::Drop { reason: t("x") }.into()),
        (signer(), criteria_set::Command::Repeal { reason: t("x") }.into()),
        (head(), body::Command::Close {}.into()),
        (signer(), body::Command::Cancel { reason: t("x") }.into()),
        (hired(), body::Command::AcceptReport {}.into()),
        (head(), dossier::Command::Accept { note: t("x") }.into()),
        (secretary(), dossier::Command::GoOn {}.into()),
        (chair(), dossier::Command::Adjourn { reason: t("x") }.into()),
        (chair(), dossier::Command::AskClarification { points: points(&[(1, None)]) }.into()),
        (in_body(member(0), crate::authority::Duty::CountingBoard), dossier::Command::Count {}.into()),
        (signer(), dossier::Command::SetAside { defect: dossier::Defect::Figure, reason: t("x") }.into()),
        (Ledger::applicant(), dossier::Command::RequestStop { letter: attachment() }.into()),
        (signer(), dossier::Command::Stop { reason: Some(t("x")) }.into()),
        (signer(), dossier::Command::RecogniseNational {}.into()),
        (signer(), dossier::Command::RecognisePotential {}.into()),
        (signer(), dossier::Command::Reject { explanation: t("x") }.into()),
        r(review),
        r(periodic),
        r(recognition::Command::Keep {}),
        r(recognition::Command::Remediate { until: on, measures: t("x") }),
        r(recognition::Command::Revoke { explanation: t("x") }),
        r(recognition::Command::RevokeOtherwise { ground: RevocationGround::OwnerCeased, explanation: t("x") }),
        r(recognition::Command::ToPotential { explanation: t("x") }),
        r(recognition::Command::End { service_ends_on: on, successor: None, explanation: t("x") }),
        r(recognition::Command::StopReview { reason: t("x") }),
        r(recognition::Command::AskHolder { question: t("x") }),
        (officer(), recognition::Command::Recheck { report: None }.into()),
        (keeper(), publication::Command::Publish { edition: None }.into()),
        (list_officer(), publication::Command::Close { note: None }.into()),
        (list_officer(), publication::Command::Return { points: t("x") }.into()),
        (list_officer(), publication::Command::Settle { accepted: true, reason: None }.into()),
        (keeper(), edition::Command::Issue { entries: vec![] }.into()),
        (
            list_officer(),
            edition::Command::Compile {
                id: edition,
                register: publication::Register::List,
                capacity: t("x"),
                regulation: "test".into(),
                previous: None,
            }
            .into(),
        ),
        (signer(), plan::Command::Suspend { reason: t("x") }.into()),
        (signer(), plan::Command::Cancel { reason: t("x") }.into()),
        (signer(), reconsideration::Command::Keep { reasons: t("x") }.into()),
        (signer(), complaint::Command::Accept { complex: false }.into()),
        (signer(), complaint::Command::Close { ending: complaint::Ending::Withdrawn, note: t("x") }.into()),
        (head(), objection::Command::Answer { verdict: objection::Verdict::Explained, text: t("x") }.into()),
        (head(), Command::Any(any::Command::Pause { reason: t("x") })),
        (head(), Command::Any(any::Command::Resume {})),
    ]
}

/// Day by day, with nothing clever: the last day of a term.
fn last_day(calendar: &Calendar, event: NaiveDate, term: Term) -> NaiveDate {
    let works = |day: NaiveDate| match calendar.days.get(&day) {
        Some(special) => special.kind == DayKind::Working,
        None => day.weekday() != Weekday::Sat && day.weekday() != Weekday::Sun,
    };
    let mut day = event;
    match term.unit {
        Unit::Working => {
            for _ in 0..term.days {
                day = day + Days::new(1);
                while !works(day) {
                    day = day + Days::new(1);
                }
            }
        }
        Unit::Calendar => day = day + Days::new(u64::from(term.days)),
        Unit::Months => day = day.checked_add_months(chrono::Months::new(u32::from(term.days))).unwrap(),
    }
    while term.days > 0 && !works(day) {
        day = day + Days::new(1);
    }
    day
}

/// What the acts that succeeded must have kept: each started from a state of its row, and none
/// left a final one. The states between are folded anew, event by event.
fn obey_the_table(l: &Ledger, from_step: usize, kept: &Ledger) -> Result<(), String> {
    let mut states: BTreeMap<Id, crate::machine::State> = kept.streams.iter().map(|(id, n)| (*id, n.whole.state.clone())).collect();
    let mut previous: Option<(Id, crate::acts::ActId)> = None;
    for step in &l.steps[from_step..] {
        let row = ACTS.iter().find(|row| row.id == step.act).unwrap();
        let state = states.remove(&step.stream);
        let stage = state.as_ref().map_or(NEW, |s| s.stage());
        // Files that act in another file's state are judged by that file; the second event of an
        // act (the conclusion after the second signature) belongs to the first.
        let own = !matches!(step.stream.kind, Kind::Sheet | Kind::Opinion | Kind::Declaration | Kind::CriteriaSet | Kind::Product);
        let second = previous == Some((step.stream, step.act));
        let common = row.from.contains(&ANY);
        if own && !second && !common && (!row.from.contains(&stage) || FINAL.contains(&stage)) {
            return Err(format!("{} was done in {stage}", step.act));
        }
        previous = Some((step.stream, step.act));
        states.extend(crate::machine::evolve(state, &step.event).map(|s| (step.stream, s)));
    }
    Ok(())
}

/// Clocks of files that just entered a state: each is the oracle's day, unless the state sets it
/// or the term had stood still.
fn obey_the_calendar(l: &Ledger, before: &BTreeMap<Id, String>) -> Result<(), String> {
    for (id, neighbour) in &l.streams {
        let stage = neighbour.whole.state.stage();
        if before.get(id).map(String::as_str) == Some(stage) || WAITING.contains(&before.get(id).map_or("", String::as_str)) {
            continue;
        }
        let sets_its_own = matches!(id.kind, Kind::Recognition | Kind::CriteriaSet | Kind::Publication | Kind::Complaint | Kind::Body);
        for clock in neighbour.whole.clocks.iter().filter(|c| c.paused.is_none() && c.from == l.today() && !sets_its_own) {
            let Some(term) = clock.act.row().deadline.and_then(|name| l.regulations["test"].term(name)) else { continue };
            if clock.act == crate::acts::ActId::E27 {
                continue;
            }
            let expected = last_day(&l.calendar, clock.from, term);
            if clock.due.on != expected {
                return Err(format!("{} of {id}: {} instead of {expected}", clock.act, clock.due.on));
            }
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    #[test]
    fn random_orders_on_all_machines_obey_the_table_the_calendar_and_the_outcome(
        picks in proptest::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), any::<bool>(), 0_u64..12), 1..12),
    ) {
        let mut l = told().clone();
        for (order, stream, by_paper, days) in picks {
            l.pass(days);
            let all = orders(&mut l);
            let (who, command) = all[order.index(all.len())].clone();
            let streams: Vec<Id> = l.streams.keys().filter(|id| command.kind().is_none_or(|k| k == id.kind)).copied().collect();
            if streams.is_empty() {
                continue;
            }
            let id = streams[stream.index(streams.len())];
            let before: BTreeMap<Id, String> = l.streams.iter().map(|(id, n)| (*id, n.whole.state.stage().to_owned())).collect();
            let (from_step, kept) = (l.steps.len(), l.clone());
            let answer = if by_paper { l.by_paper(who, id, command.clone()) } else { l.act(who, id, command.clone()) };
            match answer {
                // A paper that fails midway leaves its own draft behind, as it does in life.
                Err(_) if by_paper => {}
                Err(_) => prop_assert_eq!(&l.streams, &kept.streams, "a refusal changes nothing"),
                Ok(()) => {
                    let table = obey_the_table(&l, from_step, &kept);
                    prop_assert!(table.is_ok(), "{:?} by {:?}", table, command);
                    let calendar = obey_the_calendar(&l, &before);
                    prop_assert!(calendar.is_ok(), "{:?} by {:?}", calendar, command);
                }
            }
            // What is decided is what was concluded, and what is recognised was decided so.
            for id in l.of_kind(Kind::Dossier) {
                let d = l.state::<Dossier>(id);
                if let Some((outcome, _)) = &d.decision {
                    prop_assert_eq!(Some(*outcome), d.concluded().map(|a| a.outcome));
                }
            }
            for id in l.of_kind(Kind::Recognition) {
                let r = l.state::<Recognition>(id);
                prop_assert_eq!(r.in_force(), !FINAL.contains(&l.stage(id)));
            }
        }
    }

    #[test]
    fn the_outcome_is_what_four_questions_say(
        met in proptest::collection::vec(any::<Option<bool>>(), 1..6), users in 0_u64..200, low in 1_u64..200, more in 0_u64..50,
        figure in any::<bool>(), class in any::<bool>(),
    ) {
        let line = |i: usize| crate::outcome::Line { code: format!("A.{i}"), group: "A".into(), decides: Decides::Result, conditional: false };
        let mut lines: Vec<_> = (0..met.len()).map(line).collect();
        lines.push(crate::outcome::Line { code: "P".into(), group: "P".into(), decides: Decides::Popularity, conditional: false });
        let results: BTreeMap<String, bool> = met.iter().enumerate().filter_map(|(i, m)| Some((format!("A.{i}"), (*m)?))).collect();
        let users = users.min(low);
        let share = figure.then_some(Share { numerator: users, denominator_low: low, denominator_high: low + more });
        let rule = crate::outcome::Rule { threshold: Threshold { numerator: 1, denominator: 2 }, potential_class: class };
        // All lines met? Share at or above a half of the larger market? Below a half of the smaller?
        let all = met.iter().all(|m| *m == Some(true));
        let expected = if !all {
            Outcome::Rejected
        } else if figure && users * 2 >= low + more {
            Outcome::National
        } else if figure && users * 2 >= low {
            Outcome::Undetermined
        } else if class {
            Outcome::Potential
        } else {
            Outcome::Rejected
        };
        prop_assert_eq!(assess(rule, &lines, &results, share).outcome, expected);
    }

    #[test]
    fn the_quorum_is_the_smallest_number_of_heads_that_reaches_the_fraction(
        named in 1_usize..15, recused in 0_usize..15, present in 0_usize..15, numerator in 1_u32..5, extra in 0_u32..5, of in 0_usize..3,
    ) {
        let denominator = numerator + extra;
        let mut establishing = Ledger::new().establishing();
        establishing.members.clear();
        for n in 0..named {
            establishing.members.push(body::Member { person: member(n as u128), organisation: MINISTRY, capacity: t("x") });
        }
        let recused = recused.min(named);
        establishing.rules.quorum = Threshold { numerator, denominator };
        establishing.rules.quorum_of = [Denominator::Named, Denominator::NotRecused, Denominator::Present][of];
        let base = [named, named - recused, present][of];
        let mut heads = 0;
        while (heads as u64) * u64::from(denominator) < (base as u64) * u64::from(numerator) {
            heads += 1;
        }
        prop_assert_eq!(establishing.quorum(present, recused), heads);
    }
}
