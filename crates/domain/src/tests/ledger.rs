//! A ledger in memory: the pure core with every act recorded, without a database. `given` steps
//! build a situation, `when` tries an act, `then` looks.

use crate::acts::ActId;
use crate::any;
use crate::authority::Duty;
use crate::body::{self, Establishing, Form, Member};
use crate::calendar::{Calendar, Day, DayKind, Term, Unit};
use crate::canonical::{Hash, Pin};
use crate::criteria_set::{self, Basis, CriteriaSet, Lineage, Market, Response, SetLine, SetText, set_of};
use crate::declaration::{self, Conflict, Relation};
use crate::document::{self, FrozenAct, Number, PinnedAct, SigningForm, Snapshot};
use crate::dossier::{self, Application, Dossier, Figure, FigureClaim, LineEvidence, Minutes, ProductRef};
use crate::evidence::Neighbour;
use crate::id::*;
use crate::issue::{Order, Step, World, run};
use crate::list_entry::{self, Attachment, Incoming, OverlapStatement, Proposal};
use crate::machine::{Command, Known};
use crate::occasion::{Actor, Fresh};
use crate::opinion::{self, Verdict};
use crate::outcome::Share;
use crate::product::{self, Ownership, ProductKind};
use crate::refusal::Refusal;
use crate::regulation::*;
use crate::sheet::{self, FigureView, Finding, SheetText, Vote};
use crate::text::Text;
use crate::time::{Instant, legal_date};
use chrono::{DateTime, Days, NaiveDate};
use std::collections::BTreeMap;
use uuid::Uuid;

pub fn t<const MAX: usize>(text: &str) -> Text<MAX> {
    Text::new(text).unwrap()
}

pub fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub fn uuid(n: u128) -> Uuid {
    Uuid::from_u128((0x0190_0000_0000_7000_u128 << 64) | (0x8000_0000_0000_0000_u128 + n))
}

pub const MINISTRY: OrganisationId = OrganisationId(Uuid::from_u128(1));
pub const KEEPER: OrganisationId = OrganisationId(Uuid::from_u128(2));
pub const POLICE: OrganisationId = OrganisationId(Uuid::from_u128(3));
pub const ENTERPRISE: OrganisationId = OrganisationId(Uuid::from_u128(4));

/// A fictitious regulation: one line in each of two groups, and popularity in a third.
pub fn regulation() -> Regulation {
    let line = |code: &str, group: &str, decides| Criterion {
        code: code.into(),
        group: group.into(),
        name_vi: code.into(),
        name_en: code.into(),
        decides,
        checked_against_annex: true,
    };
    let group = |code: &str| Group { code: code.into(), name_vi: code.into(), name_en: code.into() };
    let half = Threshold { numerator: 1, denominator: 2 };
    let term = |days| Term { days, unit: Unit::Working };
    Regulation {
        id: "test".into(),
        number: "1/QĐ".into(),
        title_vi: "t".into(),
        title_en: "t".into(),
        issuer: "X".into(),
        issued_on: day("2024-01-01"),
        effective_from: day("2024-01-01"),
        effective_to: None,
        supplemented_by: Vec::new(),
        statuses: vec![StatusFrom { from: day("2024-01-01"), status: LegalStatus::InForce }],
        transition: Transition::Continue,
        threshold: Threshold { numerator: 50, denominator: 100 },
        potential_class: true,
        scale: Scale::MetNotMet,
        forms: vec![Form::Council, Form::ExpertGroup],
        consultees_min: 1,
        list_entry_first: true,
        enterprise_door: true,
        publish_between_editions: true,
        conditional_met: true,
        review_opens_before: 30,
        review_calendar_year: false,
        reminders_before_stop: 2,
        review_months: Some(12),
        body: RulesOfWork {
            min_members: 5,
            odd: true,
            quorum: Threshold { numerator: 2, denominator: 3 },
            quorum_of: Denominator::Named,
            majority: half,
            majority_of: Denominator::Present,
            invite_days: 3,
            counting_board: 3,
            written_opinion: true,
            tie: Default::default(),
            sheet_of_replaced_member_stands: true,
        },
        paper: PaperSteps { submission: true, initial: true, form_check: true, agency_signature: true },
        terms: crate::acts::ACTS
            .iter()
            .filter_map(|a| a.deadline)
            .chain(FURTHER_TERMS.iter().copied())
            .map(|name| (name.to_owned(), term(5)))
            .collect(),
        groups: vec![group("A"), group("B"), group("P")],
        framework: vec![line("A.1", "A", Decides::Result), line("B.1", "B", Decides::Result), line("P.1", "P", Decides::Popularity)],
    }
}

#[derive(Clone)]
pub struct Ledger {
    pub streams: BTreeMap<Id, Neighbour>,
    pub regulations: BTreeMap<String, Regulation>,
    pub calendar: Calendar,
    pub at: Instant,
    pub steps: Vec<Step>,
    next: u128,
}

/// A person in a duty.
pub fn actor(n: u128, duty: Duty, org: OrganisationId) -> Actor {
    Actor { account: Some(AccountId(Uuid::from_u128(100 + n))), org: Some(org), unit: None, duty: Some(duty) }
}

/// Member `n` of the body: 0 chair, 1 vice-chair, 2 to 4 others.
pub fn member(n: u128) -> AccountId {
    AccountId(Uuid::from_u128(200 + n))
}

pub fn evaluator(n: u128) -> Actor {
    Actor { account: Some(member(n)), org: Some(MINISTRY), unit: None, duty: Some(Duty::Evaluator) }
}

pub fn in_body(account: AccountId, duty: Duty) -> Actor {
    Actor { account: Some(account), org: Some(MINISTRY), unit: None, duty: Some(duty) }
}

pub const SECRETARY: AccountId = AccountId(Uuid::from_u128(300));
pub const SUPPORT: AccountId = AccountId(Uuid::from_u128(301));

pub fn attachment() -> Attachment {
    Attachment { name: t("tệp"), sha256: Hash::ZERO, valid_to: None }
}

impl Ledger {
    pub fn new() -> Ledger {
        let regulation = regulation();
        Ledger {
            streams: BTreeMap::new(),
            regulations: BTreeMap::from([(regulation.id.clone(), regulation)]),
            calendar: Calendar { days: BTreeMap::new(), years: (2024..2030).collect() },
            at: DateTime::from_timestamp(1_772_416_800, 0).unwrap(),
            steps: Vec::new(),
            next: 1000,
        }
    }

    pub fn with(change: impl FnOnce(&mut Regulation)) -> Ledger {
        let mut ledger = Ledger::new();
        change(ledger.regulations.get_mut("test").unwrap());
        ledger
    }

    pub fn today(&self) -> NaiveDate {
        legal_date(self.at)
    }

    /// Days off are added to the calendar, and every record whose last days move is counted again (X5).
    pub fn recounted(&mut self, off: &[&str]) {
        let before = vec![self.calendar.clone()];
        let days = off.iter().map(|d| (day(d), Day { kind: DayKind::Off, confirmed: true }));
        self.calendar.days.extend(days.collect::<Vec<_>>());
        let edition = Pin(Hash::of(off.concat().as_bytes()));
        for id in self.streams.keys().copied().collect::<Vec<_>>() {
            let recount = any::Command::Recount { edition, before: before.clone() };
            match self.act(Default::default(), id, recount) {
                Ok(()) | Err(Refusal::LastDaysStay {} | Refusal::WrongStage { .. }) => {}
                Err(other) => panic!("{id}: {other:?}"),
            }
        }
    }

    pub fn pass(&mut self, days: u64) {
        self.at = self.at.checked_add_days(Days::new(days)).unwrap();
    }

    pub fn fresh(&mut self) -> Uuid {
        self.next += 1;
        uuid(self.next)
    }

    fn run(&mut self, order: Order, snapshot: Option<&Snapshot>) -> Result<(), Refusal> {
        let fresh = Fresh(self.fresh());
        let world = World {
            streams: self.streams.clone(),
            regulations: &self.regulations,
            default_regulation: &self.regulations["test"],
            calendar: &self.calendar,
            focal: KEEPER,
            at: self.at,
            fresh,
        };
        let done = run(&order, snapshot, world)?;
        self.streams = done.world.streams;
        self.steps.extend(done.steps);
        Ok(())
    }

    /// When somebody does an act.
    pub fn act(&mut self, actor: Actor, stream: impl Into<Id>, command: impl Into<Command>) -> Result<(), Refusal> {
        let order = Order { stream: stream.into(), command: command.into(), actor, form: Some(SigningForm::Deputy) };
        self.run(order, None)
    }

    pub fn state<M: Known>(&self, id: impl Into<Id>) -> M::State
    where
        M::State: Clone,
    {
        M::known(&self.streams[&id.into()].whole.state).unwrap().clone()
    }

    pub fn stage(&self, id: impl Into<Id>) -> &'static str {
        self.streams[&id.into()].whole.state.stage()
    }

    /// A paper through every step; the acts take effect at the end.
    pub fn paper(&mut self, signer: Actor, acts: Vec<(Id, Command)>) -> Result<DocumentId, Refusal> {
        self.paper_until(signer, acts, 9)
    }

    /// 1 draft, 2 submitted, 3 initialled, 4 checked, 5 signed, 6 numbered, 7 sealed, 9 issued.
    pub fn paper_until(&mut self, signer: Actor, acts: Vec<(Id, Command)>, until: u8) -> Result<DocumentId, Refusal> {
        use document::Command as D;
        let id = DocumentId(self.fresh());
        let issuing = signer.org.unwrap();
        let pinned = acts.iter().map(|(stream, c)| PinnedAct { stream: *stream, act: c.act() }).collect();
        let frozen = acts.into_iter().map(|(stream, command)| FrozenAct { stream, command }).collect();
        let snapshot = Snapshot { subject: t("V/v"), recipients: vec![issuing], text: None, acts: frozen };
        let officer = actor(1, Duty::ManagingOfficer, issuing);
        let (body, unit) = (None, None);
        let number = self.next as u32;
        let steps = [
            (1, officer.clone(), D::Draft { id, regulation: "test".into(), issuing, unit, body, acts: pinned }),
            (2, officer, D::Submit { snapshot: snapshot.clone() }),
            (3, actor(2, Duty::ManagingUnitHead, issuing), D::Initial { remark: None }),
            (4, actor(3, Duty::ManagingFormChecker, issuing), D::CheckForm { remark: None }),
            (5, signer.clone(), D::Sign { snapshot: None, file_sha256: Hash::ZERO, file_date: self.today(), remark: None }),
            (6, actor(5, Duty::ManagingRecords, issuing), D::Number { number: self.number(number) }),
            (7, actor(5, Duty::ManagingRecords, issuing), D::Seal { file_sha256: None }),
            (9, actor(5, Duty::ManagingRecords, issuing), D::Issue { recipients: vec![issuing] }),
        ];
        for (step, actor, command) in steps {
            if step <= until {
                let order = Order { stream: id.into(), command: command.into(), actor, form: Some(SigningForm::Deputy) };
                self.run(order, Some(&snapshot))?;
            }
        }
        Ok(id)
    }

    pub fn on_paper(
        &mut self,
        id: DocumentId,
        actor: Actor,
        command: document::Command,
        snapshot: Option<&Snapshot>,
    ) -> Result<(), Refusal> {
        self.run(Order { stream: id.into(), command: command.into(), actor, form: Some(SigningForm::Deputy) }, snapshot)
    }

    pub fn number(&self, number: u32) -> Number {
        Number { number, symbol: t("QĐ-X"), date: self.today(), book: t("di"), imported: true }
    }

    // --- given ------------------------------------------------------------------------------

    pub fn proposal() -> Proposal {
        Proposal {
            name_vi: t("Nền tảng"),
            name_en: None,
            need: t("n"),
            users: t("u"),
            scope: t("s"),
            legal_basis: None,
            overlap: OverlapStatement::NoneKnown,
            files: vec![attachment()],
        }
    }

    /// 1 draft … 5 listed.
    pub fn entry(&mut self, until: u8) -> ListEntryId {
        use list_entry::Command as L;
        let id = ListEntryId(self.fresh());
        let draft = L::Draft { regulation: "test".into(), managing: MINISTRY, unit: t("don-vi"), title: t("Nền tảng") };
        self.act(actor(1, Duty::ManagingOfficer, MINISTRY), id, draft).unwrap();
        if until >= 2 {
            let submit = L::Submit { proposal: Self::proposal() };
            self.paper(actor(4, Duty::ManagingSigner, MINISTRY), vec![(id.into(), submit.into())]).unwrap();
        }
        if until >= 3 {
            let incoming = self.incoming();
            self.act(actor(6, Duty::ListRecords, KEEPER), id, L::Register { incoming }).unwrap();
        }
        if until >= 4 {
            let assign = L::Assign { officer: member(9), until: self.today(), remark: None };
            self.act(actor(7, Duty::ListUnitHead, KEEPER), id, assign).unwrap();
        }
        if until >= 5 {
            let list = L::List { managing: MINISTRY, overlap_explained: None };
            self.paper(actor(8, Duty::ListKeeper, KEEPER), vec![(id.into(), list.into())]).unwrap();
        }
        id
    }

    pub fn incoming(&self) -> Incoming {
        Incoming { number: t("1"), arrived_on: self.today() }
    }

    pub fn set_text(&self) -> SetText {
        let line = |c: &Criterion| SetLine {
            code: t(&c.code),
            group: t(&c.group),
            name_vi: t(&c.name_vi),
            name_en: None,
            lineage: Lineage::Inherited,
            evidence: t("e"),
            checked_against_annex: true,
            force: Default::default(),
            conditional: false,
        };
        SetText {
            lines: self.regulations["test"].framework.iter().map(line).collect(),
            market: Market { definition_vi: t("d"), definition_en: None, unit: t("u"), method: t("m"), source: t("s") },
            security_level: None,
        }
    }

    pub fn begin(&mut self, entry: ListEntryId, basis: Basis) -> CriteriaSetId {
        let set = set_of(entry);
        self.act(actor(1, Duty::ManagingOfficer, MINISTRY), set, criteria_set::Command::Begin { entry, basis }).unwrap();
        set
    }

    pub fn consult(&mut self, set: CriteriaSetId, draft: SetText, consulted: Vec<OrganisationId>) -> Result<(), Refusal> {
        let consult = criteria_set::Command::Consult { draft, consulted };
        self.paper(actor(4, Duty::ManagingSigner, MINISTRY), vec![(set.into(), consult.into())]).map(|_| ())
    }

    pub fn draft_sent(&self, set: CriteriaSetId) -> Pin {
        self.state::<CriteriaSet>(set).working().unwrap().consultation.as_ref().unwrap().draft
    }

    pub fn opinion(&mut self, set: CriteriaSetId, org: OrganisationId, verdict: Verdict, text: Option<&str>) -> Result<OpinionId, Refusal> {
        let id = OpinionId(self.fresh());
        let give = opinion::Command::Give { set, draft: self.draft_sent(set), organisation: org, verdict, text: text.map(t) };
        self.paper(actor(10, Duty::ConsultedSigner, org), vec![(id.into(), give.into())]).map(|_| id)
    }

    pub fn promulgate(&mut self, set: CriteriaSetId, responses: Vec<Response>) -> Result<(), Refusal> {
        let text = self.set_text();
        let effective_from = self.today();
        let promulgate = criteria_set::Command::Promulgate { text, responses, effective_from };
        self.paper(actor(4, Duty::ManagingSigner, MINISTRY), vec![(set.into(), promulgate.into())]).map(|_| ())
    }

    pub fn response(opinion: OpinionId) -> Response {
        Response { opinion, answer: criteria_set::Answer::Accepted, text: t("r") }
    }

    /// A set in force.
    pub fn set(&mut self) -> (ListEntryId, CriteriaSetId) {
        let entry = self.entry(5);
        let set = self.begin(entry, Basis::Framework);
        self.in_force(set);
        (entry, set)
    }

    pub fn in_force(&mut self, set: CriteriaSetId) {
        let text = self.set_text();
        self.consult(set, text, vec![KEEPER, POLICE]).unwrap();
        let opinion = self.opinion(set, KEEPER, Verdict::Agree, None).unwrap();
        self.promulgate(set, vec![Self::response(opinion)]).unwrap();
    }

    pub fn record(&mut self) -> product::Record {
        let code = self.fresh().simple().to_string();
        product::Record {
            code: t(&code),
            name_vi: t("Sản phẩm"),
            name_en: None,
            aliases: vec![],
            kind: Some(ProductKind::Platform),
            ownership: Some(Ownership::Enterprise),
            owner: Some(ENTERPRISE),
            origin: None,
            sample: true,
            identifiers: vec![],
            claims: vec![],
            linked: vec![],
        }
    }

    pub fn applicant() -> Actor {
        actor(20, Duty::Applicant, ENTERPRISE)
    }

    pub fn draft_of(&mut self, entry: ListEntryId, set: CriteriaSetId) -> (DossierId, ProductId, dossier::Command) {
        let (id, product) = (DossierId(self.fresh()), ProductId(self.fresh()));
        let record = self.record();
        let seed = self.next as u8;
        let code = crate::tracking::code([seed, 1, 2, 3, 4, 5, 6, 7, 8]).unwrap();
        let product_ref = ProductRef::New { id: product, record };
        (id, product, dossier::Command::Draft { id, code, entry, set, product: product_ref, what_changed: None })
    }

    pub fn dossier(&mut self, entry: ListEntryId, set: CriteriaSetId) -> (DossierId, ProductId) {
        let (id, product, draft) = self.draft_of(entry, set);
        self.act(Self::applicant(), id, draft).unwrap();
        (id, product)
    }

    pub fn application(&self, share: (u64, u64, u64)) -> Application {
        let figure = Figure {
            share: Share { numerator: share.0, denominator_low: share.1, denominator_high: share.2 },
            period_from: self.today(),
            period_to: self.today(),
            sources: t("s"),
            estimator: t("e"),
        };
        let files = || LineEvidence::Files { files: vec![attachment()], statement: None };
        Application {
            letter: Some(attachment()),
            evidence: BTreeMap::from([("A.1".to_owned(), files()), ("B.1".to_owned(), files())]),
            figure: Some(FigureClaim::Counted { figure }),
        }
    }

    /// 1 submitted … 4 ready.
    pub fn hand_in(&mut self, dossier: DossierId, share: (u64, u64, u64), until: u8) {
        use dossier::Command as E;
        let steps = [
            (Self::applicant(), E::Submit { application: self.application(share) }),
            (actor(5, Duty::ManagingRecords, MINISTRY), E::Register { incoming: self.incoming() }),
            (actor(2, Duty::ManagingUnitHead, MINISTRY), E::Assign { officer: member(9), until: self.today(), remark: None }),
            (actor(2, Duty::ManagingUnitHead, MINISTRY), E::Accept { note: t("đủ") }),
        ];
        for (who, command) in steps.into_iter().take(usize::from(until)) {
            self.act(who, dossier, command).unwrap();
        }
    }

    pub fn choose(&mut self, products: Vec<ProductId>, unit: &str) -> (BodyId, Result<(), Refusal>) {
        let id = BodyId(self.fresh());
        let choose = body::Command::Choose {
            id,
            name: t("Hội đồng"),
            form: Form::Council,
            regulation: "test".into(),
            managing: MINISTRY,
            unit: t(unit),
            products,
            note: None,
        };
        (id, self.act(actor(2, Duty::ManagingUnitHead, MINISTRY), id, choose))
    }

    pub fn establishing(&self) -> Establishing {
        let one = |n| Member { person: member(n), organisation: MINISTRY, capacity: t("ủy viên") };
        Establishing {
            members: (0..5).map(one).collect(),
            chair: member(0),
            vice_chair: Some(member(1)),
            secretary: SECRETARY,
            support: vec![SUPPORT],
            rules: self.regulations["test"].body.clone(),
            term_to: None,
        }
    }

    pub fn establish(&mut self, body: BodyId, establishing: Establishing) -> Result<(), Refusal> {
        let establish = body::Command::Establish { establishing };
        self.paper(actor(4, Duty::ManagingSigner, MINISTRY), vec![(body.into(), establish.into())]).map(|_| ())
    }

    pub fn declare(&mut self, body: BodyId, product: ProductId, who: u128, conflict: bool) -> Result<(), Refusal> {
        let id = DeclarationId(self.fresh());
        let conflict =
            if conflict { Conflict::Declared { relations: vec![Relation::Family], explanation: t("x") } } else { Conflict::None };
        self.act(evaluator(who), id, declaration::Command::Declare { body, product, conflict })
    }

    /// A council ready for the product; `recused` members have a conflict.
    pub fn body(&mut self, product: ProductId, recused: &[u128]) -> BodyId {
        let (body, done) = self.choose(vec![product], "vu");
        done.unwrap();
        let establishing = self.establishing();
        self.establish(body, establishing).unwrap();
        for n in 0..5 {
            self.declare(body, product, n, recused.contains(&n)).unwrap();
        }
        let free = (0..5).find(|n| !recused.contains(n)).unwrap();
        let ready = body::Command::DeclareReady { product, reviewers: vec![member(free)], leads: BTreeMap::new() };
        self.act(in_body(SECRETARY, Duty::Secretary), body, ready).unwrap();
        body
    }

    pub fn open(&mut self, dossier: DossierId, body: BodyId) -> Result<(), Refusal> {
        let cut_off = self.today();
        self.act(in_body(SECRETARY, Duty::Secretary), dossier, dossier::Command::OpenRound { body, cut_off })
    }

    pub fn sheet_text(unmet: &[&str]) -> SheetText {
        let finding = |code: &str| {
            let met = !unmet.contains(&code);
            let mark = if met { Mark::Met } else { Mark::NotMet };
            Finding { code: code.into(), mark, level: None, reason: (!met).then(|| t("lý do")), until: None }
        };
        SheetText {
            findings: vec![finding("A.1"), finding("B.1")],
            figure: FigureView { confirmed: true, remark: None },
            paper: None,
            salt: t(&"ab".repeat(16)),
        }
    }

    pub fn sheet(&mut self, dossier: DossierId, who: u128, text: SheetText) -> Result<SheetId, Refusal> {
        let id = SheetId(self.fresh());
        self.act(evaluator(who), id, sheet::Command::Submit { dossier, member: member(who), text }).map(|()| id)
    }

    pub fn invite(&mut self, dossier: DossierId, meeting_on: NaiveDate) -> Result<(), Refusal> {
        let invite = dossier::Command::Invite { meeting_on, meeting_at: None, place: t("phòng"), agenda: t("họp") };
        let chair = in_body(member(0), Duty::Chair);
        self.paper(chair, vec![(dossier.into(), invite.into())]).map(|_| ())
    }

    pub fn convene(&mut self, dossier: DossierId, present: &[u128]) -> Result<(), Refusal> {
        let present = present.iter().map(|n| member(*n)).collect();
        self.act(in_body(member(0), Duty::Chair), dossier, dossier::Command::Convene { present })
    }

    pub fn appoint(&mut self, dossier: DossierId, body: BodyId, people: &[u128]) -> Result<(), Refusal> {
        let people = people.iter().map(|n| member(*n)).collect();
        self.act(in_body(member(0), Duty::Chair), body, body::Command::AppointCounters { dossier, people })
    }

    pub fn cast(&mut self, dossier: DossierId, sheet: SheetId, who: u128, votes: &[(&str, Vote)]) -> Result<(), Refusal> {
        let votes = votes.iter().map(|(code, vote)| ((*code).to_owned(), *vote)).collect();
        self.act(evaluator(who), sheet, sheet::Command::Cast { dossier, votes, salt: t(&"cd".repeat(16)) })
    }

    pub fn count(&mut self, dossier: DossierId) -> Result<(), Refusal> {
        self.act(in_body(member(0), Duty::CountingBoard), dossier, dossier::Command::Count {})
    }

    pub fn minutes(&self, absent: &[u128]) -> Minutes {
        let one = |n: &u128| dossier::Absence { member: member(*n), reason: None };
        Minutes { held_on: self.today(), absent: absent.iter().map(one).collect(), dissent: vec![], summary: t("kết luận") }
    }

    pub fn sign(&mut self, dossier: DossierId, who: AccountId, duty: Duty, minutes: Minutes) -> Result<(), Refusal> {
        self.act(in_body(who, duty), dossier, dossier::Command::SignMinutes { minutes })
    }

    /// A dossier in evaluation: 1 sheets due, 2 sheets in and invited, 3 meeting, 4 voted,
    /// 5 counted, 6 concluded. Everybody present, everything met but `unmet`.
    pub fn evaluation(&mut self, share: (u64, u64, u64), unmet: &[&str], until: u8) -> (DossierId, BodyId, Vec<SheetId>) {
        let (entry, set) = self.set();
        let (dossier, product) = self.dossier(entry, set);
        self.hand_in(dossier, share, 4);
        let body = self.body(product, &[]);
        self.open(dossier, body).unwrap();
        let mut sheets = Vec::new();
        if until >= 2 {
            for n in 0..5 {
                sheets.push(self.sheet(dossier, n, Self::sheet_text(unmet)).unwrap());
            }
            let meeting_on = self.today() + Days::new(5);
            self.invite(dossier, meeting_on).unwrap();
        }
        if until >= 3 {
            // Three working days whatever the weekday.
            self.pass(5);
            self.convene(dossier, &[0, 1, 2, 3, 4]).unwrap();
            self.appoint(dossier, body, &[0, 1, 2]).unwrap();
        }
        if until >= 4 {
            let vote = |code: &str| if unmet.contains(&code) { Vote::NotMet } else { Vote::Met };
            for (n, sheet) in sheets.clone().into_iter().enumerate() {
                self.cast(dossier, sheet, n as u128, &[("A.1", vote("A.1")), ("B.1", vote("B.1"))]).unwrap();
            }
        }
        if until >= 5 {
            self.count(dossier).unwrap();
        }
        if until >= 6 {
            let minutes = self.minutes(&[]);
            self.sign(dossier, SECRETARY, Duty::Secretary, minutes.clone()).unwrap();
            self.sign(dossier, member(0), Duty::Chair, minutes).unwrap();
        }
        (dossier, body, sheets)
    }

    pub fn decide(&mut self, dossier: DossierId, act: ActId) -> Result<(), Refusal> {
        use dossier::Command as E;
        let command = match act {
            ActId::E22 => E::RecogniseNational {},
            ActId::E23 => E::RecognisePotential {},
            _ => E::Reject { explanation: t("lý do") },
        };
        self.paper(actor(4, Duty::ManagingSigner, MINISTRY), vec![(dossier.into(), command.into())]).map(|_| ())
    }

    pub fn assessed(&self, dossier: DossierId) -> crate::outcome::Assessment {
        self.state::<Dossier>(dossier).concluded().unwrap().clone()
    }

    pub fn of_kind(&self, kind: Kind) -> Vec<Id> {
        self.streams.keys().filter(|id| id.kind == kind).copied().collect()
    }
}

/// A unit that collects the drafts of the others.
pub fn coordinating(code: &str) -> crate::organisation::Command {
    let unit = crate::organisation::Unit { code: t(code), name_vi: t(code), name_en: None, coordinating: true, from: None, to: None };
    crate::organisation::Command::RecordUnit { unit }
}
