//! A story for each refusal of the side roads: reviews, hired units, transfers, editions.

use super::ledger::*;
use super::roads::*;
use crate::acts::ActId;
use crate::any;
use crate::authority::Duty;
use crate::body;
use crate::canonical::{Hash, Pin};
use crate::change_proposal::{self, Weight};
use crate::criteria_set::{self, Basis};
use crate::dossier::{self, Dossier};
use crate::edition;
use crate::historical::{Historical, Proof};
use crate::id::*;
use crate::links::{self, Link, Relation};
use crate::list_entry::{Command as L, RemovalGround};
use crate::machine::Command;
use crate::objection::{self, Contention};
use crate::organisation::Ground;
use crate::publication::{self, Register};
use crate::recognition::{Command as R, Recognition, ReviewGround};
use crate::reconsideration;
use chrono::Days;

type Story = (&'static str, Answer);

pub fn all() -> Vec<Story> {
    [any_record(), files(), bodies(), rounds(), recognitions(), registers()].into_iter().flatten().collect()
}

fn any_record() -> Vec<Story> {
    let mut l = Ledger::new();
    l.organisation(POLICE, "B", None, None);
    l.organisation(ENTERPRISE, "C", None, Some("2025-01-01"));
    let (one, two) = (l.entry(1), l.entry(2));
    let pause = || Command::Any(any::Command::Pause { reason: t("chờ") });
    let resume = || Command::Any(any::Command::Resume {});
    let list_head = actor(7, Duty::ListUnitHead, KEEPER);
    let withdraw = L::Withdraw { reason: t("x") };
    let admin = actor(30, Duty::Administrator, KEEPER);
    let unit = coordinating;
    let mut coordinated = l.clone();
    coordinated.act(admin.clone(), POLICE, unit("a")).unwrap();
    let historical = Historical {
        number: t("1"),
        date: day("2022-01-01"),
        proof: Proof::Source { address: t("x") },
        ground: Ground::Sample,
        note: None,
        entered_by: head().account.unwrap(),
    };
    let import = L::Import { regulation: "test".into(), managing: MINISTRY, name: t("N"), historical };
    vec![
        ("act.no_paper_in_state", l.clone().by_paper(signer(), one, withdraw)),
        ("act.step_of_another", l.clone().act(head(), two, pause())),
        ("clock.none_runs", l.clone().act(head(), one, pause())),
        ("clock.none_stands", l.clone().act(list_head, two, resume())),
        ("clock.last_days_stay", {
            let (edition, before) = (Pin(Hash::ZERO), vec![l.calendar.clone()]);
            l.clone().act(Default::default(), one, any::Command::Recount { edition, before })
        }),
        ("transfer.not_theirs", l.clone().transfer(one, KEEPER, POLICE)),
        ("transfer.receiver_not_existing", l.clone().transfer(one, MINISTRY, ENTERPRISE)),
        ("historical.entered_and_confirmed_by_one", {
            let id = ListEntryId(uuid(4));
            l.clone().act(head(), id, import)
        }),
        ("organisation.coordinating_unit_twice", coordinated.act(admin, POLICE, unit("b"))),
    ]
}

fn files() -> Vec<Story> {
    let mut l = Ledger::new();
    let entry = l.entry(4);
    let ask = |l: &Ledger, list: &[(u32, Option<u32>)]| l.clone().by_paper(keeper(), entry, L::AskSupplement { points: points(list) });
    let nothing = ask(&l, &[]);
    l.by_paper(keeper(), entry, L::AskSupplement { points: points(&[(1, None)]) }).unwrap();
    let mut late = l.clone();
    late.pass(9);
    let stop = L::Stop { explanation: t("x") };
    let mut answered = l.clone();
    answered.by_paper(signer(), entry, L::Supplement { answers: answers(&[1]) }).unwrap();
    let remove = L::Remove { ground: RemovalGround::ProgrammeAmended, explanation: t("x"), successor: None };
    let mut recognised = Ledger::new();
    let (id, _) = recognised.recognised((1, 2, 2));
    let of = recognised.state::<Recognition>(id).entry;
    let mut open = Ledger::new();
    let (with_dossier, set) = open.set();
    open.dossier(with_dossier, set);
    let mut conditional = Ledger::with(|r| r.conditional_met = false);
    let fresh = conditional.entry(5);
    let drafted = conditional.begin(fresh, Basis::Framework);
    let mut text = conditional.set_text();
    text.lines[0].conditional = true;
    let mut evaluating = Ledger::new();
    let (dossier, ..) = evaluating.evaluation((1, 2, 2), &[], 1);
    let its_set = evaluating.state::<Dossier>(dossier).set;
    let mut proposed = open.clone();
    let change = ChangeProposalId(proposed.fresh());
    let propose =
        change_proposal::Command::Propose { id: change, set, by: MINISTRY, weight: Weight::Minor, code: None, text: t("x"), asked: vec![] };
    proposed.act(officer(), change, propose).unwrap();
    proposed.pass(30);
    vec![
        ("supplement.points_wrong", nothing),
        ("supplement.points_unanswered", l.clone().by_paper(signer(), entry, L::Supplement { answers: answers(&[]) })),
        ("supplement.points_wrong", l.clone().by_paper(signer(), entry, L::Supplement { answers: answers(&[1, 2]) })),
        ("supplement.old_point", ask(&answered, &[(2, None)])),
        ("supplement.reminders_missing", late.by_paper(keeper(), entry, stop)),
        ("act.still_in_time", l.by_paper(keeper(), entry, L::Remind {})),
        ("list_entry.recognition_in_force", recognised.by_paper(keeper(), of, remove.clone())),
        ("list_entry.open_dossier", open.by_paper(keeper(), with_dossier, remove)),
        ("criteria_set.conditional_not_allowed", conditional.consult(drafted, text, vec![KEEPER, POLICE])),
        ("criteria_set.round_open", evaluating.by_paper(signer(), its_set, criteria_set::Command::Repeal { reason: t("x") })),
        (
            "change_proposal.period_over",
            proposed.act(actor(10, Duty::ConsultedOfficer, POLICE), change, change_proposal::Command::Comment { text: t("x") }),
        ),
    ]
}

fn bodies() -> Vec<Story> {
    let mut l = Ledger::with(|r| r.forms.push(body::Form::HiredUnit));
    let (entry, set) = l.set();
    let (dossier, product) = l.dossier(entry, set);
    l.hand_in(dossier, (1, 2, 2), 4);
    let (council, chosen) = l.choose(vec![product], "vu");
    chosen.unwrap();
    let nobody = l.clone().by_paper(signer(), council, body::Command::AskNominations { asked: vec![] });
    let mut nominating = l.clone();
    nominating.by_paper(signer(), council, body::Command::AskNominations { asked: vec![POLICE] }).unwrap();
    let name = body::Command::Nominate { organisation: POLICE, people: vec![] };
    let unnamed = nominating.by_paper(actor(10, Duty::ConsultedSigner, POLICE), council, name);
    let establishing = l.establishing();
    l.establish(council, establishing).unwrap();
    let declined = l.clone().act(evaluator(1), council, body::Command::Answer { accepted: false, reason: None });
    for n in 0..5 {
        l.declare(council, product, n, false).unwrap();
    }
    let links = vec![Link { relation: Relation::Family, organisation: ENTERPRISE, from: None, to: None }];
    let record = |person| links::Command::Record { body: council, person, links: links.clone() };
    let of_another = l.clone().act(evaluator(1), links::links_of(member(2)), record(member(2)));
    l.act(evaluator(2), links::links_of(member(2)), record(member(2))).unwrap();
    let unknown = Link { relation: Relation::Client, ..links[0].clone() };
    let pin = links::Command::Pin { body: council, link: unknown, reason: t("x") };
    let unknown = l.clone().act(secretary(), links::links_of(member(2)), pin);
    let ready = body::Command::DeclareReady { product, reviewers: vec![member(1)], leads: Ledger::no_leads() };
    let unresolved = l.clone().act(secretary(), council, ready);
    let mut meeting = Ledger::new();
    let (_, meets, _) = meeting.evaluation((1, 2, 2), &[], 3);
    let establishing = meeting.establishing();
    let amend = meeting.by_paper(signer(), meets, body::Command::Amend { establishing, reason: t("x") });
    let mut working = Ledger::new();
    let (_, works, _) = working.evaluation((1, 2, 2), &[], 1);
    let hired_body = l.hired_body(product, 2);
    let other = body::Contract { unit: POLICE, ..l.contract_of(vec![]) };
    let without = body::Contract { independence_clause: false, ..l.contract_of(vec![]) };
    let sign = |contract| body::Command::SignContract { contract };
    let (other, without) = (l.clone().by_paper(signer(), hired_body, sign(other)), l.clone().by_paper(signer(), hired_body, sign(without)));
    let mut dependent = l.clone();
    dependent.contract(hired_body, vec![ENTERPRISE]).unwrap();
    let cut_off = dependent.today();
    let dependent = dependent.act(officer(), dossier, dossier::Command::OpenRound { body: hired_body, cut_off });
    l.contract(hired_body, vec![]).unwrap();
    let report = body::Command::Report { dossier, report: l.report(&[]) };
    let no_round = l.clone().act(hired(), hired_body, report.clone());
    l.act(officer(), dossier, dossier::Command::OpenRound { body: hired_body, cut_off: l.today() }).unwrap();
    l.act(hired(), hired_body, report).unwrap();
    let early = l.clone().act(head(), dossier, dossier::Command::ConcludeReport { summary: t("x") });
    l.two_sign(hired_body, body::Command::AcceptReport {}).unwrap();
    let due_on = l.today();
    let again = l.by_paper(signer(), hired_body, body::Command::Reorder { dossier, due_on });
    vec![
        ("body.nobody_asked", nobody),
        ("body.nobody_named", unnamed),
        ("body.declined_without_reason", declined),
        ("links.of_another", of_another),
        ("links.unknown", unknown),
        ("body.conflict_unresolved", unresolved),
        ("body.meeting_in_progress", amend),
        ("body.round_open", working.act(head(), works, body::Command::Close {})),
        ("body.another_unit_selected", other),
        ("body.independence_clause_missing", without),
        ("body.hired_unit_not_independent", dependent),
        ("body.no_round_open", no_round),
        ("round.report_not_accepted", early),
        ("body.nothing_to_evaluate_again", again),
    ]
}

fn rounds() -> Vec<Story> {
    use dossier::Command as E;
    let mut l = Ledger::new();
    let (dossier, ..) = l.evaluation((45, 80, 100), &[], 6);
    let choose = |denominator, source: &str| E::ChooseDenominator { denominator, source: t(source) };
    let outside = l.clone().act(chair(), dossier, choose(200, "x"));
    let mut chosen = l.clone();
    chosen.act(chair(), dossier, choose(90, "x")).unwrap();
    let not_asked = l.clone().by_paper(signer(), dossier, E::Stop { reason: Some(t("x")) });
    let mut asked = l.clone();
    asked.act(Ledger::applicant(), dossier, E::RequestStop { letter: attachment() }).unwrap();
    let contention = |figure| Contention { code: "P.1".into(), text: t("x"), figure, evidence: vec![] };
    let mut objected = Ledger::new();
    let (concluded, ..) = objected.evaluation((1, 2, 2), &[], 6);
    let lodge = |l: &mut Ledger, on: DossierId| {
        let id = ObjectionId(l.fresh());
        l.act(
            actor(60, Duty::Applicant, POLICE),
            id,
            objection::Command::Lodge { id, on: on.into(), by: POLICE, contention: contention(None) },
        )
    };
    let mut decided = objected.clone();
    decided.decide(concluded, ActId::E22).unwrap();
    let too_late = lodge(&mut decided, concluded);
    lodge(&mut objected, concluded).unwrap();
    let mut undecided = Ledger::new();
    let (open, ..) = undecided.evaluation((1, 2, 2), &[], 6);
    let id = ReconsiderationId(undecided.fresh());
    let nothing = undecided.clone().act(Ledger::applicant(), id, reconsideration::Command::Ask { id, on: open.into(), reasons: t("x") });
    undecided.decide(open, ActId::E22).unwrap();
    undecided.pass(60);
    let late = undecided.act(Ledger::applicant(), id, reconsideration::Command::Ask { id, on: open.into(), reasons: t("x") });
    let mut consent = Ledger::new();
    let (entry, set) = consent.set();
    let (draft, _) = consent.dossier(entry, set);
    let application = Some(consent.application((1, 2, 2)));
    let mut sheets = Ledger::new();
    let (evaluating, ..) = sheets.evaluation((1, 2, 2), &[], 1);
    let mut text = Ledger::sheet_text(&[]);
    text.findings[0].until = Some(sheets.today() + Days::new(9));
    vec![
        ("round.denominator_outside", outside),
        ("round.choices_differ", chosen.act(secretary(), dossier, choose(90, "y"))),
        ("dossier.stop_not_asked", not_asked),
        ("dossier.stop_asked_already", asked.act(Ledger::applicant(), dossier, E::RequestStop { letter: attachment() })),
        ("dossier.objections_open", objected.decide(concluded, ActId::E22)),
        ("objection.nothing_open", too_late),
        ("reconsideration.nothing_decided", nothing),
        ("reconsideration.too_late", late),
        ("dossier.owner_consent_missing", consent.by_paper(signer(), draft, E::Open { application, consent: None })),
        ("round.condition_not_allowed", sheets.sheet(evaluating, 0, text).map(|_| ())),
    ]
}

fn recognitions() -> Vec<Story> {
    let mut l = Ledger::new();
    let (id, body) = l.recognised((60, 100, 100));
    let review = |l: &Ledger, ground, scope: Option<&[&str]>| l.clone().review(id, ground, scope).map(|_| ());
    let never = {
        let mut l = Ledger::with(|r| r.review_months = None);
        let (id, _) = l.recognised((1, 2, 2));
        l.review(id, None, None).map(|_| ())
    };
    let not_due = review(&l, None, None);
    let mut later = l.clone();
    later.pass(400);
    let stale = review(&later, Some(ReviewGround::Share), Some(&["P.1"]));
    let end = R::End { service_ends_on: l.today(), successor: None, explanation: t("x") };
    let warned = l.clone().by_paper(signer(), id, end);
    let no_hearing = l.clone().act(Ledger::applicant(), id, R::HearHolder { opinion: t("x") });
    let mut open = l.clone();
    let dossier = open.review(id, Some(ReviewGround::Complaints), None).unwrap();
    let early = open.clone().by_paper(signer(), id, R::Keep {});
    let own = open.clone().act(Ledger::applicant(), dossier, dossier::Command::RequestStop { letter: attachment() });
    l.reviewed(id, body, &["A.1"]);
    let unheard = l.clone().by_paper(signer(), id, R::Revoke { explanation: t("x") });
    let until = l.today() + Days::new(1);
    let long = l.clone().by_paper(signer(), id, R::Remediate { until: until + Days::new(400), measures: t("x") });
    l.by_paper(signer(), id, R::Remediate { until, measures: t("x") }).unwrap();
    l.act(officer(), id, R::Recheck { report: Some(attachment()) }).unwrap();
    let dossier = l.state::<Recognition>(id).review.unwrap().dossier;
    l.round(dossier, body, &["A.1"]);
    let again = l.clone().by_paper(signer(), id, R::Remediate { until: l.today(), measures: t("x") });
    let other_class = l.clone().by_paper(signer(), id, R::ToNational {});
    vec![
        ("recognition.review_not_set", never),
        ("recognition.review_not_due", not_due),
        ("recognition.short_review_not_allowed", stale),
        ("recognition.warned_too_late", warned),
        ("recognition.no_hearing_open", no_hearing),
        ("recognition.review_not_concluded", early),
        ("dossier.review_stops_otherwise", own),
        ("recognition.holder_not_heard", unheard),
        ("input.due_too_late", long),
        ("recognition.remediated_already", again),
        ("recognition.class_is_another", other_class),
    ]
}

fn registers() -> Vec<Story> {
    let mut l = Ledger::new();
    let (id, _) = l.recognised((1, 2, 2));
    let publication = l.publication_of(id);
    l.publish(publication);
    let close = l.clone().act(list_officer(), publication, publication::Command::Close { note: None });
    let class = publication::Command::Propose { record: None, class: Some(crate::recognition::Class::Potential) };
    let class = l.clone().act(officer(), publication, class);
    let edition = EditionId(l.fresh());
    let compile =
        |id, previous| edition::Command::Compile { id, register: Register::List, capacity: t("x"), regulation: "test".into(), previous };
    l.act(list_officer(), edition, compile(edition, None)).unwrap();
    let second = EditionId(l.fresh());
    let not_current = l.clone().act(list_officer(), second, compile(second, Some(edition)));
    let foreign = l.by_paper(keeper(), edition, edition::Command::Issue { entries: vec![publication] });
    vec![
        ("publication.ground_present", close),
        ("publication.class_by_decision_only", class),
        ("edition.not_current", not_current),
        ("edition.entry_does_not_fit", foreign),
    ]
}
