//! Every refusal of the catalogue has its story here. A refusal without one fails the last test,
//! so that none can be forgotten.

use super::ledger::*;
use crate::acts::ActId;
use crate::authority::Duty;
use crate::body::{self, Form, Member};
use crate::canonical::Hash;
use crate::criteria_set::{self, Basis, Lineage, Response};
use crate::declaration::{self, Conflict};
use crate::document::{Command as D, FrozenAct, PinnedAct, SigningForm, Snapshot};
use crate::dossier::{self, FigureClaim, LineEvidence, ProductRef};
use crate::id::*;
use crate::list_entry::{self, Command as L, Incoming};
use crate::machine::Command;
use crate::opinion::Verdict;
use crate::product;
use crate::publication::{self, DataRecord, PublicField};
use crate::refusal::{CATALOGUE, Refusal};
use crate::regulation::{Mark, Scale, Threshold};
use crate::sheet::{self, PaperSheet, Vote};
use chrono::{Days, NaiveDate};
use std::collections::BTreeSet;

type Answer = Result<(), Refusal>;

/// Codes that only the database's unique keys can give; their stories are in tests/e2e and
/// tests/store.
const BY_UNIQUE_KEYS: &[&str] = &["stream.already_open", "list_entry.duplicate", "document.number_taken"];

fn entries() -> Vec<(&'static str, Answer)> {
    let mut l = Ledger::new();
    let officer = actor(1, Duty::ManagingOfficer, MINISTRY);
    let draft = |l: &mut Ledger| {
        let id = ListEntryId(l.fresh());
        let draft = L::Draft { regulation: "test".into(), managing: MINISTRY, unit: t("u"), title: t("T") };
        l.act(officer.clone(), id, draft)
    };
    let before = {
        let mut l = Ledger::with(|r| r.effective_from = day("2027-01-01"));
        draft(&mut l)
    };
    let one = l.entry(1);
    let no_files = {
        let proposal = list_entry::Proposal { files: vec![], ..Ledger::proposal() };
        l.clone().paper(actor(4, Duty::ManagingSigner, MINISTRY), vec![(one.into(), L::Submit { proposal }.into())]).map(|_| ())
    };
    let direct = l.clone().act(actor(4, Duty::ManagingSigner, MINISTRY), one, L::Submit { proposal: Ledger::proposal() });
    let two = l.entry(2);
    let register = |l: &Ledger, arrived_on: NaiveDate| {
        let incoming = Incoming { number: t("1"), arrived_on };
        l.clone().act(actor(6, Duty::ListRecords, KEEPER), two, L::Register { incoming })
    };
    let three = l.entry(3);
    let late = L::Assign { officer: member(1), until: l.today() - Days::new(1), remark: None };
    let four = l.entry(4);
    let other = L::List { managing: POLICE, overlap_explained: None };
    vec![
        ("regulation.not_effective", before),
        ("input.field_missing", no_files),
        ("act.needs_issued_paper", direct),
        ("input.date_in_future", register(&l, l.today() + Days::new(1))),
        ("input.date_before_event", register(&l, l.today() - Days::new(1))),
        ("act.wrong_stage", l.clone().act(actor(6, Duty::ListRecords, KEEPER), three, L::Register { incoming: l.incoming() })),
        ("act.other_kind", l.clone().act(officer.clone(), two, dossier::Command::Count {})),
        ("input.due_in_past", l.clone().act(actor(7, Duty::ListUnitHead, KEEPER), three, late)),
        ("list_entry.no_coordinating_unit", {
            let mut l = l.clone();
            l.organisation(MINISTRY, "A", None, None);
            l.act(officer.clone(), one, L::HandOver {})
        }),
        (
            "list_entry.not_managing_agency",
            l.clone().paper(actor(8, Duty::ListKeeper, KEEPER), vec![(four.into(), other.into())]).map(|_| ()),
        ),
    ]
}

fn installation() -> Vec<(&'static str, Answer)> {
    use crate::account::{Command as A, Held};
    use crate::organisation::{Command as O, Ground, Record, Transfer};
    use crate::reference::{Command as R, DataSet};
    let mut l = Ledger::new();
    let set = ReferenceId(l.fresh());
    let load = |set, name: &str, text: &str| R::Load { set, name: name.into(), rows: 1, text: text.into() };
    l.act(Default::default(), set, load(DataSet::Holidays, "a", "x")).unwrap();
    let other_set = l.clone().act(Default::default(), set, load(DataSet::Holidays, "b", "x"));
    let unchanged = l.clone().act(Default::default(), set, load(DataSet::Holidays, "a", "x"));
    let version = ReferenceId(l.fresh());
    l.act(Default::default(), version, load(DataSet::Regulation, "v", "x")).unwrap();
    let on_record = l.clone().act(Default::default(), version, load(DataSet::Regulation, "v", "y"));
    let id = OrganisationId(l.fresh());
    let record = |from: Option<&str>, to: Option<&str>| Record {
        code: t("X"),
        name_vi: t("X"),
        name_en: None,
        symbol: None,
        class: t("m"),
        locality: None,
        valid_from: from.map(day),
        valid_to: to.map(day),
        ground: Ground::Sample,
    };
    let period = l.clone().act(Default::default(), id, O::Register { id, record: record(Some("2025-02-01"), Some("2025-01-01")) });
    l.act(Default::default(), id, O::Register { id, record: record(None, None) }).unwrap();
    let transfer = Transfer { to: id, what: t("w"), what_vi: None, on: day("2025-03-01"), main: true, ground: Ground::Sample };
    let own = l.clone().act(Default::default(), id, O::RecordTransfer { transfer });
    let admin = actor(30, Duty::Administrator, KEEPER);
    let account = AccountId(l.fresh());
    l.act(admin.clone(), account, A::Open { id: account }).unwrap();
    let held = |duty, form, to: Option<&str>| {
        let from = day("2026-03-02");
        A::Grant { held: Held { duty, org: MINISTRY, unit: None, from, to: to.map(day), form, scope: vec![], basis: None } }
    };
    let try_ = |l: &Ledger, command: A| l.clone().act(admin.clone(), account, command);
    let mut auditor = l.clone();
    auditor.act(admin.clone(), account, held(Duty::Auditor, None, None)).unwrap();
    vec![
        ("reference.other_set", other_set),
        ("reference.unchanged", unchanged),
        ("reference.regulation_on_record", on_record),
        ("organisation.period", period),
        ("organisation.own_successor", own),
        ("account.duty_period", try_(&l, held(Duty::ManagingOfficer, None, Some("2026-03-01")))),
        ("account.duty_not_held", try_(&l, A::End { number: 3, on: day("2026-03-02") })),
        ("account.overseer_decides", try_(&auditor, held(Duty::ManagingSigner, Some(SigningForm::Head), None))),
        ("account.signer_without_form", try_(&l, held(Duty::ManagingSigner, None, None))),
        ("account.delegation_without_paper", try_(&l, held(Duty::ManagingSigner, Some(SigningForm::Authorised), None))),
        ("account.body_duty", try_(&l, held(Duty::Evaluator, None, None))),
    ]
}

fn criteria() -> Vec<(&'static str, Answer)> {
    let mut l = Ledger::new();
    let four = l.entry(4);
    let officer = actor(1, Duty::ManagingOfficer, MINISTRY);
    let begin = |entry| criteria_set::Command::Begin { entry, basis: Basis::Framework };
    let not_listed = l.clone().act(officer.clone(), criteria_set::set_of(four), begin(four));
    let entry = l.entry(5);
    let other_entry = l.clone().act(officer.clone(), CriteriaSetId(uuid(5)), begin(entry));
    let unknown = l.clone().act(officer, criteria_set::set_of(ListEntryId(uuid(6))), begin(ListEntryId(uuid(6))));
    let set = l.begin(entry, Basis::Framework);
    let consult = |change: &dyn Fn(&mut criteria_set::SetText)| {
        let mut l = l.clone();
        let mut text = l.set_text();
        change(&mut text);
        l.consult(set, text, vec![KEEPER, POLICE])
    };
    let asked = |consulted: Vec<OrganisationId>| {
        let mut l = l.clone();
        let text = l.set_text();
        l.consult(set, text, consulted)
    };
    let mut sent = l.clone();
    let text = sent.set_text();
    sent.consult(set, text, vec![KEEPER, POLICE]).unwrap();
    let give = |org, draft, text: Option<&str>, verdict| {
        let mut l = sent.clone();
        let give = crate::opinion::Command::Give { set, draft, organisation: org, verdict, text: text.map(t) };
        let id = OpinionId(l.fresh());
        l.paper(actor(10, Duty::ConsultedSigner, org), vec![(id.into(), give.into())]).map(|_| ())
    };
    let draft = sent.draft_sent(set);
    let early = sent.clone().promulgate(set, vec![]);
    let mut answered = sent.clone();
    let one = answered.opinion(set, KEEPER, Verdict::Agree, None).unwrap();
    let unanswered = answered.clone().promulgate(set, vec![]);
    let wrong_day = {
        let mut l = answered.clone();
        let responses: Vec<Response> = vec![Ledger::response(one)];
        let promulgate = criteria_set::Command::Promulgate { text: l.set_text(), responses, effective_from: day("2026-01-01") };
        l.paper(actor(4, Duty::ManagingSigner, MINISTRY), vec![(set.into(), promulgate.into())]).map(|_| ())
    };
    vec![
        ("criteria_set.entry_not_listed", not_listed),
        ("criteria_set.other_entry", other_entry),
        ("stream.not_found", unknown),
        ("criteria_set.group_without_line", consult(&|s| drop(s.lines.remove(1)))),
        ("criteria_set.line_unknown", consult(&|s| s.lines[0].code = t("Z.9"))),
        ("criteria_set.line_repeated", consult(&|s| s.lines.push(s.lines[0].clone()))),
        ("criteria_set.popularity_not_once", consult(&|s| drop(s.lines.pop()))),
        ("criteria_set.popularity_not_once", consult(&|s| s.lines[2].lineage = Lineage::NotApplicable { reason: Some(t("x")) })),
        ("criteria_set.not_applicable_without_reason", consult(&|s| s.lines[0].lineage = Lineage::NotApplicable { reason: None })),
        ("criteria_set.focal_not_consulted", asked(vec![POLICE])),
        ("criteria_set.too_few_consulted", asked(vec![KEEPER])),
        ("criteria_set.consulted_twice", asked(vec![KEEPER, POLICE, POLICE])),
        ("opinion.not_asked", give(ENTERPRISE, draft, None, Verdict::Agree)),
        ("opinion.other_draft", give(KEEPER, crate::canonical::Pin(Hash::ZERO), None, Verdict::Agree)),
        ("opinion.reason_missing", give(KEEPER, draft, None, Verdict::Disagree)),
        ("criteria_set.focal_still_has_time", early),
        ("criteria_set.opinion_without_response", unanswered),
        ("input.date_before_event", wrong_day),
    ]
}

fn dossiers() -> Vec<(&'static str, Answer)> {
    let mut l = Ledger::new();
    let (entry, set) = l.set();
    let draft = |l: &Ledger, change: &dyn Fn(&mut dossier::Command)| {
        let mut l = l.clone();
        let (id, _, mut draft) = l.draft_of(entry, set);
        change(&mut draft);
        l.act(Ledger::applicant(), id, draft)
    };
    let set_code = |command: &mut dossier::Command| {
        if let dossier::Command::Draft { code, .. } = command {
            *code = t("ABCDEFGHJK");
        }
    };
    let foreign = |command: &mut dossier::Command| {
        if let dossier::Command::Draft { product: ProductRef::New { record, .. }, .. } = command {
            record.owner = Some(POLICE);
        }
    };
    let other_entry = {
        let mut l = l.clone();
        let another = l.entry(5);
        let (id, _, draft) = l.draft_of(another, set);
        l.act(Ledger::applicant(), id, draft)
    };
    let no_set = {
        let mut l = l.clone();
        let another = l.entry(5);
        let set = l.begin(another, Basis::Framework);
        let (id, _, draft) = l.draft_of(another, set);
        l.act(Ledger::applicant(), id, draft)
    };
    let closed = {
        let mut l = l.clone();
        l.regulations.get_mut("test").unwrap().enterprise_door = false;
        draft(&l, &|_| {})
    };
    let again = |act, share, unmet: &[&str]| {
        let mut l = Ledger::new();
        let (first, ..) = l.evaluation(share, unmet, 6);
        l.decide(first, act).unwrap();
        let state = l.state::<dossier::Dossier>(first);
        let (id, _, draft) = l.draft_of(state.entry, state.set);
        let dossier::Command::Draft { code, entry, set, what_changed, .. } = draft else { unreachable!("it is a draft") };
        let product = ProductRef::Existing { id: state.product };
        l.act(Ledger::applicant(), id, dossier::Command::Draft { id, code, entry, set, product, what_changed })
    };
    let (dossier, _) = l.dossier(entry, set);
    let submit = |change: &dyn Fn(&mut dossier::Application)| {
        let mut application = l.application((1, 2, 2));
        change(&mut application);
        l.clone().act(Ledger::applicant(), dossier, dossier::Command::Submit { application })
    };
    let figure = |change: &dyn Fn(&mut dossier::Figure)| {
        submit(&|a| {
            if let Some(FigureClaim::Counted { figure }) = &mut a.figure {
                change(figure);
            }
        })
    };
    vec![
        ("dossier.tracking_code", draft(&l, &set_code)),
        ("dossier.not_owner", draft(&l, &foreign)),
        ("dossier.other_entry", other_entry),
        ("dossier.no_set_in_force", no_set),
        ("dossier.enterprise_door_closed", closed),
        ("dossier.recognition_in_force", again(ActId::E22, (1, 2, 2), &[])),
        ("dossier.what_changed_missing", again(ActId::E24, (1, 2, 2), &["A.1"])),
        ("dossier.letter_missing", submit(&|a| a.letter = None)),
        ("dossier.evidence_missing", submit(&|a| drop(a.evidence.remove("A.1")))),
        (
            "dossier.evidence_missing",
            submit(&|a| drop(a.evidence.insert("A.1".into(), LineEvidence::Files { files: vec![], statement: None }))),
        ),
        ("dossier.evidence_unknown_line", submit(&|a| drop(a.evidence.insert("Z".into(), LineEvidence::None { reason: t("x") })))),
        ("dossier.figure_missing", submit(&|a| a.figure = None)),
        ("dossier.share_impossible", figure(&|f| f.share.numerator = 3)),
        (
            "dossier.share_impossible",
            figure(&|f| f.share = crate::outcome::Share { numerator: 1, denominator_low: u64::MAX, denominator_high: u64::MAX }),
        ),
        ("stream.other_id", {
            let mut l = l.clone();
            let (_, _, draft) = l.draft_of(entry, set);
            l.act(Ledger::applicant(), DossierId(uuid(77)), draft)
        }),
        ("act.other_kind", {
            let mut l = l.clone();
            let (id, _, draft) = l.draft_of(entry, set);
            l.act(Ledger::applicant(), Id::new(Kind::Body, id.0), draft)
        }),
        ("input.date_before_event", figure(&|f| f.period_from = f.period_to + Days::new(1))),
        ("input.date_in_future", figure(&|f| f.period_to = f.period_to + Days::new(9))),
    ]
}

fn bodies() -> Vec<(&'static str, Answer)> {
    let mut l = Ledger::new();
    let (entry, set) = l.set();
    let (_, product) = l.dossier(entry, set);
    let head = actor(2, Duty::ManagingUnitHead, MINISTRY);
    let choose = |form, managing, unit: &str, products: Vec<ProductId>| {
        let mut l = l.clone();
        let id = BodyId(l.fresh());
        let choose =
            body::Command::Choose { id, name: t("H"), form, regulation: "test".into(), managing, unit: t(unit), products, note: None };
        l.act(head.clone(), id, choose)
    };
    let own = {
        let mut l = l.clone();
        let (id, _, draft) = l.draft_of(entry, set);
        let dossier::Command::Draft { code, product, .. } = draft else { unreachable!("it is a draft") };
        let ProductRef::New { id: own, record } = product else { unreachable!("it is new") };
        let record = product::Record { owner: Some(MINISTRY), ownership: Some(product::Ownership::State), ..record };
        let product = ProductRef::New { id: own, record };
        let draft = dossier::Command::Draft { id, code, entry, set, product, what_changed: None };
        l.act(actor(1, Duty::ManagingOfficer, MINISTRY), id, draft).unwrap();
        (l, own)
    };
    let same_unit = own.0.clone().choose(vec![own.1], "don-vi").1;
    let establish = |l: &Ledger, products: Vec<ProductId>, change: &dyn Fn(&mut body::Establishing)| {
        let mut l = l.clone();
        let (body, done) = l.choose(products, "vu");
        done.unwrap();
        let mut establishing = l.establishing();
        change(&mut establishing);
        l.establish(body, establishing)
    };
    let hired = {
        let mut l = Ledger::with(|r| r.forms.push(Form::HiredUnit));
        let id = BodyId(l.fresh());
        let choose = body::Command::Choose {
            id,
            name: t("H"),
            form: Form::HiredUnit,
            regulation: "test".into(),
            managing: MINISTRY,
            unit: t("vu"),
            products: vec![],
            note: None,
        };
        l.act(head.clone(), id, choose).unwrap();
        let establishing = l.establishing();
        l.establish(id, establishing)
    };
    let mut made = l.clone();
    let (body, done) = made.choose(vec![product], "vu");
    done.unwrap();
    let establishing = made.establishing();
    made.establish(body, establishing).unwrap();
    let ready = |l: &Ledger, reviewers: Vec<AccountId>| {
        l.clone().act(
            in_body(SECRETARY, Duty::Secretary),
            body,
            body::Command::DeclareReady { product, reviewers, leads: Default::default() },
        )
    };
    let undeclared = ready(&made, vec![member(0)]);
    let declared = |recused: &[u128]| {
        let mut l = made.clone();
        for n in 0..5 {
            l.declare(body, product, n, recused.contains(&n)).unwrap();
        }
        l
    };
    let declare = |who, conflict| {
        let mut l = made.clone();
        let id = DeclarationId(l.fresh());
        l.act(evaluator(who), id, declaration::Command::Declare { body, product, conflict })
    };
    let other_agency = {
        let mut l = made.clone();
        let id = BodyId(l.fresh());
        let choose = body::Command::Choose {
            id,
            name: t("H"),
            form: Form::Council,
            regulation: "test".into(),
            managing: POLICE,
            unit: t("vu"),
            products: vec![product],
            note: None,
        };
        l.act(head.clone(), id, choose)
    };
    let third = Threshold { numerator: 4, denominator: 3 };
    vec![
        ("body.form_not_allowed", choose(Form::HiredUnit, MINISTRY, "vu", vec![])),
        ("body.other_agency", other_agency),
        ("body.same_unit", same_unit),
        ("body.too_small", establish(&l, vec![], &|e| e.members.truncate(3))),
        (
            "body.not_odd",
            establish(&l, vec![], &|e| e.members.push(Member { person: member(7), organisation: MINISTRY, capacity: t("x") })),
        ),
        ("body.member_twice", establish(&l, vec![], &|e| e.members[4] = e.members[3].clone())),
        ("body.chair_missing", establish(&l, vec![], &|e| e.chair = member(8))),
        ("body.chair_is_secretary", establish(&l, vec![], &|e| e.secretary = e.chair)),
        ("body.rules_impossible", establish(&l, vec![], &|e| e.rules.quorum = third)),
        ("body.outside_member_missing", establish(&own.0, vec![own.1], &|_| {})),
        ("body.other_form", hired),
        ("body.declarations_missing", undeclared),
        ("body.quorum_impossible", ready(&declared(&[2, 3]), vec![member(0)])),
        ("body.reviewer_not_member", ready(&declared(&[]), vec![member(9)])),
        ("body.reviewer_not_member", ready(&declared(&[4]), vec![member(4)])),
        ("body.not_member", declare(9, Conflict::None)),
        ("declaration.ground_missing", declare(0, Conflict::Declared { relations: vec![], explanation: t("x") })),
    ]
}

fn rounds() -> Vec<(&'static str, Answer)> {
    let mut ready = Ledger::new();
    let (entry, set) = ready.set();
    let (waiting, product) = ready.dossier(entry, set);
    ready.hand_in(waiting, (1, 2, 2), 4);
    let (planned, done) = ready.choose(vec![], "vu");
    done.unwrap();
    let not_ready = ready.clone().open(waiting, planned);
    let future = {
        let mut l = ready.clone();
        let body = l.body(product, &[]);
        let cut_off = l.today() + Days::new(1);
        l.act(in_body(SECRETARY, Duty::Secretary), waiting, dossier::Command::OpenRound { body, cut_off })
    };
    let mut recused = ready.clone();
    let body_of_four = recused.body(product, &[4]);
    recused.open(waiting, body_of_four).unwrap();

    let mut open = Ledger::new();
    let (dossier, _, _) = open.evaluation((1, 2, 2), &[], 1);
    let sheet = |who, change: &dyn Fn(&mut sheet::SheetText)| {
        let mut text = Ledger::sheet_text(&[]);
        change(&mut text);
        open.clone().sheet(dossier, who, text).map(|_| ())
    };
    let for_another = {
        let mut l = open.clone();
        let id = SheetId(l.fresh());
        l.act(evaluator(1), id, sheet::Command::Submit { dossier, member: member(2), text: Ledger::sheet_text(&[]) })
    };
    let on_paper = |by: AccountId, entered_by| {
        let mut l = open.clone();
        let id = SheetId(l.fresh());
        let text = sheet::SheetText { paper: Some(PaperSheet { entered_by, scan: attachment() }), ..Ledger::sheet_text(&[]) };
        l.act(in_body(by, Duty::Secretary), id, sheet::Command::Submit { dossier, member: member(2), text })
    };
    let entered_by_nobody = on_paper(SECRETARY, SUPPORT);
    let entered_by_another = {
        let mut l = open.clone();
        let id = SheetId(l.fresh());
        let text = sheet::SheetText { paper: Some(PaperSheet { entered_by: SECRETARY, scan: attachment() }), ..Ledger::sheet_text(&[]) };
        l.act(in_body(SUPPORT, Duty::Support), id, sheet::Command::Enter { dossier, member: member(2), text })
    };
    let again = {
        let mut l = open.clone();
        let id = l.sheet(dossier, 2, Ledger::sheet_text(&[])).unwrap();
        l.act(evaluator(2), id, sheet::Command::Submit { dossier, member: member(2), text: Ledger::sheet_text(&[]) })
    };
    let scored = {
        let mut l = Ledger::with(|r| r.scale = Scale::Scored { max: 10, pass_mark: 5 });
        let (dossier, ..) = l.evaluation((1, 2, 2), &[], 1);
        l.sheet(dossier, 1, Ledger::sheet_text(&[])).map(|_| ())
    };
    let uninvited = open.clone().convene(dossier, &[0, 1, 2, 3]);

    let mut invited = Ledger::new();
    let (dossier2, body2, sheets2) = invited.evaluation((1, 2, 2), &[], 2);
    let too_late = invited.clone().convene(dossier2, &[0, 1, 2, 3]);
    let past = {
        let mut l = invited.clone();
        let yesterday = l.today() - Days::new(1);
        l.invite(dossier2, yesterday)
    };
    let too_soon = {
        let mut l = invited.clone();
        let tomorrow = l.today() + Days::new(1);
        l.invite(dossier2, tomorrow)
    };
    let mut on_the_day = invited.clone();
    on_the_day.pass(5);
    let convene = |present: &[u128]| on_the_day.clone().convene(dossier2, present);
    let vice = {
        let present = [0, 1, 2, 3].map(member).to_vec();
        on_the_day.clone().act(in_body(member(1), Duty::ViceChair), dossier2, dossier::Command::Convene { present })
    };
    let with_recused = {
        let mut l = recused.clone();
        for n in 0..4 {
            l.sheet(waiting, n, Ledger::sheet_text(&[])).unwrap();
        }
        let on = l.today() + Days::new(5);
        l.invite(waiting, on).unwrap();
        l.pass(5);
        l.convene(waiting, &[0, 1, 2, 4])
    };
    let mut meeting = on_the_day.clone();
    meeting.convene(dossier2, &[0, 1, 2, 3]).unwrap();
    let votes = [("A.1", Vote::Met), ("B.1", Vote::Met)];
    let appoint = |people: &[u128]| meeting.clone().appoint(dossier2, body2, people);
    let mut twice = meeting.clone();
    for n in 0..4 {
        twice.cast(dossier2, sheets2[n as usize], n, &votes).unwrap();
    }
    let cast = |who: u128, sheet: usize, votes: &[(&str, Vote)]| meeting.clone().cast(dossier2, sheets2[sheet], who, votes);
    let stranger = {
        let mut l = meeting.clone();
        let id = SheetId(l.fresh());
        l.cast(dossier2, id, 9, &votes)
    };
    let no_board = meeting.clone().count(dossier2);
    let mut with_board = meeting.clone();
    with_board.appoint(dossier2, body2, &[0, 1, 2]).unwrap();
    let no_votes = with_board.clone().count(dossier2);
    let unconfirmed = {
        let mut l = Ledger::new();
        let (dossier, body, _) = l.evaluation((1, 2, 2), &[], 1);
        let doubt = sheet::SheetText { figure: sheet::FigureView { confirmed: false, remark: None }, ..Ledger::sheet_text(&[]) };
        let sheets: Vec<SheetId> = (0..5).map(|n| l.sheet(dossier, n, doubt.clone()).unwrap()).collect();
        let on = l.today() + Days::new(5);
        l.invite(dossier, on).unwrap();
        l.pass(5);
        l.convene(dossier, &[0, 1, 2, 3, 4]).unwrap();
        l.appoint(dossier, body, &[0, 1, 2]).unwrap();
        for n in 0..5 {
            l.cast(dossier, sheets[n as usize], n, &votes).unwrap();
        }
        l.count(dossier)
    };
    let by_a_member = {
        let people = [0, 1, 2].map(member).to_vec();
        meeting.clone().act(in_body(member(1), Duty::ViceChair), body2, body::Command::AppointCounters { dossier: dossier2, people })
    };
    let mut tie = with_board.clone();
    for n in 0..4 {
        let vote = if n < 2 { Vote::Met } else { Vote::NotMet };
        tie.cast(dossier2, sheets2[n as usize], n, &[("A.1", vote), ("B.1", Vote::Met)]).unwrap();
    }
    tie.regulations.get_mut("test").unwrap().body.written_opinion = true;
    let tied = {
        let mut l = Ledger::with(|r| r.body.written_opinion = false);
        let (dossier, body, sheets) = l.evaluation((1, 2, 2), &[], 2);
        l.pass(5);
        l.convene(dossier, &[0, 1, 2, 3]).unwrap();
        l.appoint(dossier, body, &[0, 1, 2]).unwrap();
        for n in 0..4 {
            let vote = if n < 2 { Vote::Met } else { Vote::NotMet };
            l.cast(dossier, sheets[n as usize], n, &[("A.1", vote), ("B.1", Vote::Met)]).unwrap();
        }
        l.count(dossier)
    };
    let mut counted = Ledger::new();
    let (dossier3, ..) = counted.evaluation((1, 2, 2), &[], 5);
    let sign = |l: &Ledger, minutes: dossier::Minutes| l.clone().sign(dossier3, SECRETARY, Duty::Secretary, minutes);
    let mut signed = counted.clone();
    let minutes = signed.minutes(&[]);
    signed.sign(dossier3, SECRETARY, Duty::Secretary, minutes.clone()).unwrap();
    let another_text = dossier::Minutes { summary: t("khác"), ..minutes.clone() };
    vec![
        ("round.body_not_ready", not_ready),
        ("input.date_in_future", future),
        ("round.member_has_conflict", recused.clone().sheet(waiting, 4, Ledger::sheet_text(&[])).map(|_| ())),
        ("round.not_evaluator", sheet(9, &|_| {})),
        ("round.findings_missing", sheet(1, &|s| drop(s.findings.pop()))),
        ("round.finding_unknown", sheet(1, &|s| s.findings[0].code = "P.1".into())),
        ("round.reason_missing", sheet(1, &|s| s.findings[0].mark = Mark::NotMet)),
        ("round.mark_of_other_scale", sheet(1, &|s| s.findings[0].mark = Mark::Score(7))),
        ("round.mark_of_other_scale", scored),
        ("round.level_over_100", sheet(1, &|s| s.findings[0].level = Some(101))),
        ("sheet.salt_missing", sheet(1, &|s| s.salt = t("short"))),
        ("sheet.of_another", for_another),
        ("sheet.entered_and_confirmed_by_one", on_paper(SECRETARY, SECRETARY)),
        ("sheet.paper_without_scan", on_paper(SECRETARY, member(3))),
        ("sheet.paper_without_scan", entered_by_another),
        ("sheet.not_entered", entered_by_nobody),
        ("sheet.already_submitted", again),
        ("round.invitation_missing", uninvited),
        ("round.invitation_too_late", too_late),
        ("round.invitation_too_late", too_soon),
        ("input.due_in_past", past),
        ("round.quorum_missing", convene(&[0, 1])),
        ("round.not_present", convene(&[1, 2, 3, 4])),
        ("body.not_member", convene(&[0, 1, 2, 9])),
        ("round.vice_chair_not_entitled", vice),
        ("round.member_has_conflict", with_recused),
        ("body.counting_board", appoint(&[0, 1])),
        ("body.counting_board_absent", appoint(&[0, 1, 4])),
        ("round.not_present", cast(4, 4, &votes)),
        ("round.not_evaluator", stranger),
        ("sheet.of_another", cast(1, 0, &votes)),
        ("round.findings_missing", cast(1, 1, &votes[..1])),
        ("round.finding_unknown", cast(1, 1, &[("P.1", Vote::Met)])),
        ("ballot.no_second_vote", twice.clone().cast(dossier2, sheets2[0], 0, &votes)),
        ("round.counting_board_missing", no_board),
        ("round.votes_missing", no_votes),
        ("round.figure_not_confirmed", unconfirmed),
        ("act.wrong_stage", by_a_member),
        ("round.second_vote_needed", tied),
        ("round.minutes_differ", sign(&counted, counted.minutes(&[4]))),
        ("input.date_before_event", sign(&counted, dossier::Minutes { held_on: day("2026-01-01"), ..minutes.clone() })),
        ("round.not_present", counted.clone().sign(dossier3, member(1), Duty::Chair, minutes.clone())),
        ("round.signed_already", sign(&signed, minutes)),
        ("round.minutes_differ", signed.clone().sign(dossier3, member(0), Duty::Chair, another_text)),
    ]
}

fn decisions() -> Vec<(&'static str, Answer)> {
    let mut l = Ledger::new();
    let (dossier, ..) = l.evaluation((1, 2, 2), &[], 6);
    let another = l.clone().decide(dossier, ActId::E23);
    let review = {
        let mut l = l.clone();
        if let Some(crate::machine::State::Dossier(d)) =
            l.streams.get_mut(&dossier.into()).map(|n| &mut std::sync::Arc::make_mut(&mut n.whole).state)
        {
            d.purpose = dossier::Purpose::Periodic;
        }
        l.decide(dossier, ActId::E22)
    };
    l.decide(dossier, ActId::E22).unwrap();
    let publication = l.of_kind(Kind::Publication).into_iter().find(|id| l.stage(*id) == "P.not_shared").unwrap();
    let today = l.today();
    let record = |change: &dyn Fn(&mut DataRecord)| {
        let mut record = DataRecord {
            name_vi: t("N"),
            name_en: None,
            decision_number: "1".into(),
            decision_date: today,
            owner: None,
            operating_unit: Some(t("u")),
            contact: Some(t("c")),
            address: None,
            public: PublicField::ALL.to_vec(),
        };
        change(&mut record);
        publication::Command::Share { record }
    };
    let share = |change: &dyn Fn(&mut DataRecord)| l.clone().act(actor(1, Duty::ManagingOfficer, MINISTRY), publication, record(change));
    let mut sent = l.clone();
    sent.act(actor(1, Duty::ManagingOfficer, MINISTRY), publication, record(&|_| {})).unwrap();
    let publish =
        |l: &Ledger| l.clone().act(actor(8, Duty::ListKeeper, KEEPER), publication, publication::Command::Publish { edition: None });
    let editions = {
        let mut l = sent.clone();
        l.regulations.get_mut("test").unwrap().publish_between_editions = false;
        publish(&l)
    };
    let no_ground = {
        let mut l = sent.clone();
        l.streams.retain(|id, _| id.kind != Kind::Recognition);
        publish(&l)
    };
    assert_eq!(publish(&sent), Ok(()));
    vec![
        ("dossier.outcome_is_another", another),
        ("dossier.purpose_is_review", review),
        ("publication.record_incomplete", share(&|r| r.contact = None)),
        ("publication.record_incomplete", share(&|r| r.public = vec![])),
        ("publication.record_incomplete", share(&|r| r.decision_number = " ".into())),
        ("input.date_in_future", share(&|r| r.decision_date = r.decision_date + Days::new(1))),
        ("publication.editions_only", editions),
        ("publication.ground_missing", no_ground),
    ]
}

fn papers() -> Vec<(&'static str, Answer)> {
    let mut l = Ledger::new();
    let entry = l.entry(1);
    let submit: Command = L::Submit { proposal: Ledger::proposal() }.into();
    let (officer, signer, clerk) =
        (actor(1, Duty::ManagingOfficer, MINISTRY), actor(4, Duty::ManagingSigner, MINISTRY), actor(5, Duty::ManagingRecords, MINISTRY));
    let snapshot = |subject: &str| Snapshot {
        subject: t(subject),
        recipients: vec![MINISTRY],
        text: None,
        acts: vec![FrozenAct { stream: entry.into(), command: submit.clone() }],
    };
    let draft = |l: &Ledger, acts: Vec<PinnedAct>| {
        let mut l = l.clone();
        let id = DocumentId(l.fresh());
        let (unit, body) = (None, None);
        let draft = D::Draft { id, regulation: "test".into(), issuing: MINISTRY, unit, body, acts };
        l.on_paper(id, officer.clone(), draft, None)
    };
    let pin = |act| PinnedAct { stream: entry.into(), act };
    let at = |until| {
        let mut l = l.clone();
        let id = l.paper_until(signer.clone(), vec![(entry.into(), submit.clone())], until).unwrap();
        (l, id)
    };
    let on = |until, who: &crate::occasion::Actor, command: D, snapshot: Option<&Snapshot>| {
        let (mut l, id) = at(until);
        l.on_paper(id, who.clone(), command, snapshot)
    };
    let without = |change: &dyn Fn(&mut crate::regulation::PaperSteps)| {
        let mut l = l.clone();
        change(&mut l.regulations.get_mut("test").unwrap().paper);
        l
    };
    let today = l.today();
    let sign = |file_date, snapshot| D::Sign { snapshot, file_sha256: Hash::ZERO, file_date, remark: None };
    let no_submission =
        without(&|p| *p = crate::regulation::PaperSteps { submission: false, initial: false, form_check: false, agency_signature: false });
    let signed_without = {
        let mut l = no_submission.clone();
        let id = l.paper_until(signer.clone(), vec![(entry.into(), submit.clone())], 1).unwrap();
        l.on_paper(id, signer.clone(), sign(today, None), None)
    };
    let off = {
        let mut l = no_submission.clone();
        let id = l.paper_until(signer.clone(), vec![(entry.into(), submit.clone())], 1).unwrap();
        l.on_paper(id, officer.clone(), D::Submit { snapshot: snapshot("V/v") }, None)
    };
    let nobody = crate::occasion::Actor { duty: None, ..signer.clone() };
    let number = |date| D::Number { number: crate::document::Number { date, ..l.number(1) } };
    vec![
        ("document.no_act", draft(&l, vec![])),
        ("document.other_regulation", {
            let mut l = l.clone();
            let other = crate::regulation::Regulation { id: "other".into(), ..regulation() };
            l.regulations.insert("other".into(), other);
            let id = DocumentId(l.fresh());
            let (unit, body) = (None, None);
            let acts = vec![pin(ActId::L2)];
            let draft = D::Draft { id, regulation: "other".into(), issuing: MINISTRY, unit, body, acts };
            l.on_paper(id, officer.clone(), draft, None)
        }),
        ("document.snapshot_differs", on(7, &clerk, D::Issue { recipients: vec![KEEPER] }, Some(&snapshot("V/v")))),
        ("document.acts_differ", draft(&l, vec![pin(ActId::L2), pin(ActId::L8)])),
        (
            "document.act_without_paper",
            draft(&l, vec![pin(ActId::L1)])
                .and(draft(&Ledger::new(), vec![PinnedAct { stream: Id::new(Kind::ListEntry, uuid(1)), act: ActId::L1 }])),
        ),
        ("document.step_missing", on(1, &signer, sign(today, Some(snapshot("V/v"))), None)),
        ("document.step_missing", on(6, &clerk, D::Issue { recipients: vec![KEEPER] }, Some(&snapshot("V/v")))),
        ("document.step_off", off),
        ("document.snapshot_missing", signed_without),
        ("document.snapshot_differs", on(4, &signer, sign(today, Some(snapshot("V/v khác"))), None)),
        ("document.snapshot_differs", on(7, &clerk, D::Issue { recipients: vec![KEEPER] }, Some(&snapshot("V/v khác")))),
        ("document.not_entitled", on(4, &nobody, sign(today, None), Some(&snapshot("V/v")))),
        ("document.file_date", on(4, &signer, sign(today + Days::new(1), None), Some(&snapshot("V/v")))),
        ("document.file_date_early", on(4, &signer, sign(today - Days::new(1), None), Some(&snapshot("V/v")))),
        ("document.number_date", on(5, &clerk, number(today - Days::new(1)), None)),
        ("document.number_date", on(5, &clerk, number(today + Days::new(1)), None)),
        ("document.recipients_missing", on(7, &clerk, D::Issue { recipients: vec![] }, Some(&snapshot("V/v")))),
    ]
}

#[test]
fn every_refusal_has_its_story() {
    let stories: Vec<(&str, Answer)> = [
        entries(),
        installation(),
        criteria(),
        dossiers(),
        bodies(),
        rounds(),
        decisions(),
        papers(),
        super::refusals_of_side_roads::all(),
    ]
    .into_iter()
    .flatten()
    .collect();
    let mut seen: BTreeSet<&str> = BY_UNIQUE_KEYS.iter().copied().collect();
    let mut wrong = Vec::new();
    for (expected, answer) in &stories {
        match answer {
            Err(refusal) if refusal.code() == *expected => drop(seen.insert(refusal.code())),
            other => wrong.push(format!("{expected}: {other:?}")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let missing: Vec<&str> = CATALOGUE.iter().map(|(code, ..)| *code).filter(|code| !seen.contains(code)).collect();
    assert!(missing.is_empty(), "without a story: {missing:?}");
    let codes: BTreeSet<&str> = CATALOGUE.iter().map(|(code, ..)| *code).collect();
    assert_eq!(codes.len(), CATALOGUE.len(), "each code once");
}
