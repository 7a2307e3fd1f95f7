//! Further situations for stories: side roads of every machine, on the ledger.

use super::ledger::*;
use crate::any;
use crate::authority::Duty;
use crate::body::{self, Contract, Form};
use crate::canonical::Hash;
use crate::dossier::{self, Dossier, Figure};
use crate::id::*;
use crate::links::{self, Link, Relation};
use crate::machine::Command;
use crate::occasion::Actor;
use crate::organisation::{self, Ground};
use crate::outcome::Share;
use crate::product::{self, Ownership};
use crate::publication::{self, DataRecord, PublicField, Publication};
use crate::recognition::{self, Recognition, ReviewGround};
use crate::refusal::Refusal;
use crate::sheet::{SheetText, Vote};
use crate::supplement::{Answers, Point, PointAnswer};
use chrono::Days;
use std::collections::BTreeMap;

pub type Answer = Result<(), Refusal>;

pub fn signer() -> Actor {
    actor(4, Duty::ManagingSigner, MINISTRY)
}
pub fn head() -> Actor {
    actor(2, Duty::ManagingUnitHead, MINISTRY)
}
pub fn officer() -> Actor {
    actor(1, Duty::ManagingOfficer, MINISTRY)
}
pub fn keeper() -> Actor {
    actor(8, Duty::ListKeeper, KEEPER)
}
pub fn list_officer() -> Actor {
    actor(9, Duty::ListOfficer, KEEPER)
}
pub fn secretary() -> Actor {
    in_body(SECRETARY, Duty::Secretary)
}
pub fn chair() -> Actor {
    in_body(member(0), Duty::Chair)
}
pub const HIRED: OrganisationId = OrganisationId(uuid::Uuid::from_u128(5));
pub fn hired() -> Actor {
    actor(40, Duty::HiredUnit, HIRED)
}

pub fn points(list: &[(u32, Option<u32>)]) -> Vec<Point> {
    list.iter().map(|(number, raised_by)| Point { number: *number, text: t("thiếu"), raised_by: *raised_by }).collect()
}

pub fn answers(numbers: &[u32]) -> Answers {
    numbers.iter().map(|n| (*n, PointAnswer::Answered { text: t("có"), files: vec![attachment()] })).collect()
}

impl Ledger {
    /// An act by its issued paper.
    pub fn by_paper(&mut self, who: Actor, stream: impl Into<Id>, command: impl Into<Command>) -> Answer {
        self.paper(who, vec![(stream.into(), command.into())]).map(|_| ())
    }

    pub fn organisation(&mut self, id: OrganisationId, code: &str, from: Option<&str>, to: Option<&str>) {
        let record = organisation::Record {
            code: t(code),
            name_vi: t(code),
            name_en: None,
            symbol: Some(t(code)),
            class: t("ministry"),
            locality: None,
            valid_from: from.map(day),
            valid_to: to.map(day),
            ground: Ground::Sample,
        };
        self.act(Default::default(), id, organisation::Command::Register { id, record }).unwrap();
    }

    /// The whole round of a dossier that stands ready: everybody present, everything in scope met
    /// but `unmet`; ends concluded.
    pub fn round(&mut self, dossier: DossierId, body: BodyId, unmet: &[&str]) {
        self.open(dossier, body).unwrap();
        self.go(dossier, body, unmet);
    }

    pub fn go(&mut self, dossier: DossierId, body: BodyId, unmet: &[&str]) {
        let lines: Vec<String> = self.state::<Dossier>(dossier).round().unwrap().lines.iter().map(|l| l.code.clone()).collect();
        let has = |code: &str| lines.iter().any(|l| l == code);
        let mut sheets = Vec::new();
        for n in 0..5 {
            let text = Self::sheet_text(unmet);
            let findings = text.findings.into_iter().filter(|f| has(&f.code)).collect();
            sheets.push(self.sheet(dossier, n, SheetText { findings, ..Self::sheet_text(unmet) }).unwrap());
        }
        let meeting_on = self.today() + Days::new(5);
        self.invite(dossier, meeting_on).unwrap();
        self.pass(7);
        self.convene(dossier, &[0, 1, 2, 3, 4]).unwrap();
        self.appoint(dossier, body, &[0, 1, 2]).unwrap();
        for (n, sheet) in sheets.into_iter().enumerate() {
            let vote = |code: &'static str| (code, if unmet.contains(&code) { Vote::NotMet } else { Vote::Met });
            let votes: Vec<(&str, Vote)> = ["A.1", "B.1"].into_iter().filter(|c| has(c)).map(vote).collect();
            self.cast(dossier, sheet, n as u128, &votes).unwrap();
        }
        self.count(dossier).unwrap();
        let minutes = self.minutes(&[]);
        self.sign(dossier, SECRETARY, Duty::Secretary, minutes.clone()).unwrap();
        self.sign(dossier, member(0), Duty::Chair, minutes).unwrap();
    }

    /// A recognition in force with its body.
    pub fn recognised(&mut self, share: (u64, u64, u64)) -> (RecognitionId, BodyId) {
        let (dossier, body, _) = self.evaluation(share, &[], 6);
        let act = if share.0 * 2 >= share.2 { crate::acts::ActId::E22 } else { crate::acts::ActId::E23 };
        self.decide(dossier, act).unwrap();
        let product = self.state::<Dossier>(dossier).product;
        let mine = |id: &Id| self.state::<Recognition>(*id).product == product;
        let id = self.of_kind(Kind::Recognition).into_iter().find(mine).unwrap();
        (id.try_into().unwrap(), body)
    }

    pub fn review_command(&mut self, ground: Option<ReviewGround>, scope: Option<&[&str]>) -> (DossierId, recognition::Command) {
        let dossier = DossierId(self.fresh());
        let code = crate::tracking::code([self.next_seed(), 9, 9, 9, 1, 2, 3, 4, 5]).unwrap();
        let scope = scope.map(|s| s.iter().map(|c| (*c).to_owned()).collect());
        (dossier, recognition::Command::Review { dossier, code, ground, scope })
    }

    fn next_seed(&mut self) -> u8 {
        self.fresh().as_u128() as u8
    }

    pub fn review(
        &mut self,
        recognition: RecognitionId,
        ground: Option<ReviewGround>,
        scope: Option<&[&str]>,
    ) -> Result<DossierId, Refusal> {
        let (dossier, command) = self.review_command(ground, scope);
        self.by_paper(signer(), recognition, command).map(|()| dossier)
    }

    /// An extraordinary review of everything, concluded with these lines not met.
    pub fn reviewed(&mut self, recognition: RecognitionId, body: BodyId, unmet: &[&str]) -> DossierId {
        let dossier = self.review(recognition, Some(ReviewGround::Complaints), None).unwrap();
        self.round(dossier, body, unmet);
        dossier
    }

    pub fn hear(&mut self, recognition: RecognitionId) {
        self.by_paper(signer(), recognition, recognition::Command::AskHolder { question: t("ý kiến") }).unwrap();
        self.act(Self::applicant(), recognition, recognition::Command::HearHolder { opinion: t("không đồng ý") }).unwrap();
    }

    pub fn figure(&self, (numerator, denominator_low, denominator_high): (u64, u64, u64)) -> Figure {
        Figure {
            share: Share { numerator, denominator_low, denominator_high },
            period_from: self.today() - Days::new(30),
            period_to: self.today(),
            sources: t("s"),
            estimator: t("e"),
        }
    }

    pub fn measure(&mut self, recognition: RecognitionId, share: (u64, u64, u64)) -> Answer {
        let figure = self.figure(share);
        self.act(officer(), recognition, recognition::Command::Measure { figure })
    }

    pub fn publication_of(&self, ground: impl Into<Id>) -> PublicationId {
        let ground = ground.into();
        let of = |id: &Id| self.state::<Publication>(*id).ground == ground;
        self.of_kind(Kind::Publication).into_iter().find(of).unwrap().try_into().unwrap()
    }

    pub fn data_record(&self) -> DataRecord {
        DataRecord {
            name_vi: t("Sản phẩm"),
            name_en: None,
            decision_number: "1/QĐ-X".into(),
            decision_date: self.today(),
            owner: None,
            operating_unit: Some(t("o")),
            contact: Some(t("c")),
            address: None,
            public: PublicField::ALL.to_vec(),
        }
    }

    pub fn publish(&mut self, publication: PublicationId) {
        if self.stage(publication) == "P.not_shared" {
            let record = self.data_record();
            self.act(officer(), publication, publication::Command::Share { record }).unwrap();
        }
        self.act(keeper(), publication, publication::Command::Publish { edition: None }).unwrap();
    }

    pub fn link(&mut self, body: BodyId, who: u128, relation: Relation, to: Option<chrono::NaiveDate>) -> Answer {
        let links = vec![Link { relation, organisation: ENTERPRISE, from: None, to }];
        let record = links::Command::Record { body, person: member(who), links };
        self.act(secretary(), links::links_of(member(who)), record)
    }

    /// A hired unit as far as asked: 1 planned, 2 selecting, 3 contracted.
    pub fn hired_body(&mut self, product: ProductId, until: u8) -> BodyId {
        let id = BodyId(self.fresh());
        let choose = body::Command::Choose {
            id,
            name: t("Đơn vị"),
            form: Form::HiredUnit,
            regulation: "test".into(),
            managing: MINISTRY,
            unit: t("vu"),
            products: vec![product],
            note: None,
        };
        self.act(head(), id, choose).unwrap();
        if until >= 2 {
            self.organisation(HIRED, "HIRED", None, None);
            let select = body::Command::Select { unit: HIRED, competence: attachment(), independence: attachment() };
            self.by_paper(signer(), id, select).unwrap();
        }
        if until >= 3 {
            self.contract(id, vec![]).unwrap();
        }
        id
    }

    pub fn contract_of(&self, conflicts: Vec<OrganisationId>) -> Contract {
        Contract { unit: HIRED, due_on: self.today() + Days::new(30), independence_clause: true, declaration: attachment(), conflicts }
    }

    pub fn contract(&mut self, body: BodyId, conflicts: Vec<OrganisationId>) -> Answer {
        let contract = self.contract_of(conflicts);
        self.two_sign(body, body::Command::SignContract { contract })
    }

    /// A paper that agency and hired unit both sign.
    pub fn two_sign(&mut self, stream: impl Into<Id>, command: impl Into<Command>) -> Answer {
        use crate::document::Command as D;
        let stream = stream.into();
        let command: Command = command.into();
        let frozen = crate::document::FrozenAct { stream, command: command.clone() };
        let snapshot = crate::document::Snapshot { subject: t("V/v"), recipients: vec![MINISTRY], text: None, acts: vec![frozen] };
        let id = self.paper_until(signer(), vec![(stream, command)], 5)?;
        assert_eq!(self.stage(id), "D.checked", "one signature is not enough");
        let sign = D::Sign { snapshot: None, file_sha256: Hash::ZERO, file_date: self.today(), remark: None };
        self.on_paper(id, hired(), sign, Some(&snapshot))?;
        let clerk = actor(5, Duty::ManagingRecords, MINISTRY);
        let number = self.number(self.streams.len() as u32 + 7_000);
        self.on_paper(id, clerk.clone(), D::Number { number }, None)?;
        self.on_paper(id, clerk.clone(), D::Seal { file_sha256: None }, None)?;
        self.on_paper(id, clerk, D::Issue { recipients: vec![MINISTRY] }, Some(&snapshot))
    }

    pub fn report(&self, unmet: &[&str]) -> body::ReportText {
        body::ReportText { findings: Self::sheet_text(unmet).findings, figure_confirmed: true, file: attachment() }
    }

    /// A dossier of a state-run product of the ministry itself, in draft.
    pub fn state_dossier(&mut self, entry: ListEntryId, set: CriteriaSetId) -> (DossierId, ProductId) {
        let (id, product, draft) = self.draft_of(entry, set);
        let dossier::Command::Draft { code, product: new, .. } = draft else { unreachable!("it is a draft") };
        let dossier::ProductRef::New { record, .. } = new else { unreachable!("it is new") };
        let record = product::Record { ownership: Some(Ownership::State), owner: Some(MINISTRY), ..record };
        let new = dossier::ProductRef::New { id: product, record };
        let draft = dossier::Command::Draft { id, code, entry, set, product: new, what_changed: None };
        self.act(officer(), id, draft).unwrap();
        (id, product)
    }

    pub fn transfer(&mut self, stream: impl Into<Id>, from: OrganisationId, to: OrganisationId) -> Answer {
        let (plan, on) = (uuid(3), self.today());
        self.act(keeper(), stream, Command::Any(any::Command::Transfer { plan, from, to, unit: None, on, basis: t("Nghị quyết") }))
    }

    pub fn no_leads() -> BTreeMap<String, AccountId> {
        BTreeMap::new()
    }
}
