//! From the application of an enterprise to the published recognition.

use super::{Story, Until, random, salt, t};
use crate::demo::cast::Persona;
use chrono::Days;
use ndp_domain::acts::ActId;
use ndp_domain::authority::Duty;
use ndp_domain::body;
use ndp_domain::dossier::{self, Application, Figure, FigureClaim, LineEvidence, Minutes, ProductRef};
use ndp_domain::evidence::Need;
use ndp_domain::id::*;
use ndp_domain::list_entry::Incoming;
use ndp_domain::outcome::Share;
use ndp_domain::product::{self, Ownership, ProductKind};
use ndp_domain::publication::{self, DataRecord, PublicField};
use ndp_domain::regulation::{Decides, Mark};
use ndp_domain::sheet::{self, FigureView, Finding, SheetText, Vote};
use ndp_domain::tracking;
use ndp_engine::Problem;

impl Story<'_> {
    /// Opens a dossier of a new product (E1); answers dossier and product.
    pub async fn dossier(&self, name: &str, entry: ListEntryId, set: CriteriaSetId) -> Result<(DossierId, ProductId), Problem> {
        let cast = self.cast;
        let (id, product) = (DossierId(self.engine.id()), ProductId(self.engine.id()));
        let record = self.record(name);
        let code = tracking::code(random()).expect("nine random bytes make a code");
        let draft = dossier::Command::Draft { id, code, entry, set, product: ProductRef::New { id: product, record }, what_changed: None };
        self.act(&cast.applicant, id, draft).await?;
        Ok((id, product))
    }

    /// The record of an invented product of the enterprise.
    pub fn record(&self, name: &str) -> product::Record {
        let code = self.engine.id().simple().to_string().get(20..).unwrap_or_default().to_uppercase();
        product::Record {
            code: t(&format!("MAU-{code}")),
            name_vi: t(&format!("{name} (dữ liệu mẫu)")),
            name_en: None,
            aliases: Vec::new(),
            kind: Some(ProductKind::Platform),
            ownership: Some(Ownership::Enterprise),
            owner: Some(self.cast.enterprise),
            origin: Some(t("Hư cấu, để minh họa.")),
            sample: true,
            identifiers: Vec::new(),
            claims: Vec::new(),
            linked: Vec::new(),
        }
    }

    /// The application of the enterprise (E2) with this share of the market.
    pub fn application(&self, share: Option<(u64, u64)>) -> Application {
        let lines = self.regulation().framework;
        let files = |c: &ndp_domain::regulation::Criterion| {
            let file = self.attachment_on(&format!("Minh chứng {}", c.code), &[&format!("Tiêu chí {}: {}", c.code, c.name_vi)]);
            (c.code.clone(), LineEvidence::Files { files: vec![file], statement: None })
        };
        let figure = match share {
            Some((users, market)) => FigureClaim::Counted {
                figure: Figure {
                    share: Share { numerator: users, denominator_low: market, denominator_high: market },
                    period_from: self.today() - Days::new(90),
                    period_to: self.today(),
                    sources: t("Số liệu mẫu."),
                    estimator: t("Đơn vị thống kê mẫu"),
                },
            },
            None => FigureClaim::NotCounted { reason: t("Chưa thống kê được.") },
        };
        Application {
            letter: Some(self.attachment("Văn bản đề nghị đánh giá")),
            evidence: lines.iter().filter(|c| c.decides == Decides::Result).map(files).collect(),
            figure: Some(figure),
        }
    }

    /// E2, E4, E5, E9: as far as asked (1 submitted … 4 ready).
    pub async fn hand_in(&self, dossier: DossierId, share: Option<(u64, u64)>, until: u8) -> Result<(), Problem> {
        use dossier::Command as E;
        let cast = self.cast;
        let incoming = Incoming { number: t("77/ĐN"), arrived_on: self.today() };
        let assign = E::Assign { officer: cast.managing.officer.account, until: self.today() + Days::new(7), remark: None };
        let steps: [(&Persona, E); 4] = [
            (&cast.applicant, E::Submit { application: self.application(share) }),
            (&cast.managing.records, E::Register { incoming }),
            (&cast.managing.unit_head, assign),
            (&cast.managing.unit_head, E::Accept { note: t("Hồ sơ đầy đủ.") }),
        ];
        for (who, command) in steps.into_iter().take(usize::from(until)) {
            self.act(who, dossier, command).await?;
        }
        Ok(())
    }

    /// One evaluator's sheet; lines named in `unmet` are not met.
    pub fn sheet_text(&self, unmet: &[&str]) -> SheetText {
        let finding = |c: &ndp_domain::regulation::Criterion| {
            let met = !unmet.contains(&c.code.as_str());
            Finding {
                code: c.code.clone(),
                mark: if met { Mark::Met } else { Mark::NotMet },
                level: Some(if met { 85 } else { 30 }),
                reason: (!met).then(|| t("Chưa có minh chứng phê duyệt cấp độ (mẫu).")),
                until: None,
            }
        };
        let framework = self.regulation().framework;
        SheetText {
            findings: framework.iter().filter(|c| c.decides == Decides::Result).map(finding).collect(),
            figure: FigureView { confirmed: true, remark: None },
            paper: None,
            salt: salt(),
        }
    }

    /// E11 to E19 as far as asked: 1 evaluating (sheets in), 2 meeting (votes in), 3 counted,
    /// 4 concluded.
    pub async fn evaluate(
        &self,
        dossier: DossierId,
        body: BodyId,
        unmet: &[&str],
        recused: Option<AccountId>,
        until: u8,
    ) -> Result<(), Problem> {
        use dossier::Command as E;
        let cast = self.cast;
        let cut_off = self.today();
        self.act(&cast.secretary, dossier, E::OpenRound { body, cut_off }).await?;
        let members: Vec<Persona> = self.members().into_iter().filter(|m| Some(m.account) != recused).collect();
        let state = self.state::<dossier::Dossier>(dossier).await?;
        let scope: Vec<String> = state.round().into_iter().flat_map(|r| &r.lines).map(|l| l.code.clone()).collect();
        let mut sheets = Vec::new();
        for member in &members {
            let sheet = SheetId(self.engine.id());
            let mut text = self.sheet_text(unmet);
            text.findings.retain(|f| scope.contains(&f.code));
            let submit = sheet::Command::Submit { dossier, member: member.account, text };
            self.act(&member.as_duty(Duty::Evaluator), sheet, submit).await?;
            sheets.push((sheet, member));
        }
        let meeting_on = self
            .engine
            .directory()
            .calendar
            .due(self.today(), ndp_domain::calendar::Term { days: 4, unit: ndp_domain::calendar::Unit::Working })
            .on;
        let invite = E::Invite {
            meeting_on,
            meeting_at: ndp_domain::time::Hour::at(9, 0),
            place: t("Phòng họp mẫu"),
            agenda: t("Đánh giá nền tảng mẫu."),
        };
        self.paper_of(
            &cast.managing,
            &cast.secretary,
            &cast.chair,
            Some(body),
            "Giấy mời họp Hội đồng",
            vec![(dossier.into(), invite.into())],
            Until::Issued,
        )
        .await?;
        if until < 2 {
            return Ok(());
        }
        self.pass(4);
        let present: Vec<AccountId> = members.iter().map(|m| m.account).collect();
        self.act(&cast.chair, dossier, E::Convene { present: present.clone() }).await?;
        self.act(&cast.chair, body, body::Command::AppointCounters { dossier, people: present.iter().copied().take(3).collect() }).await?;
        for (sheet, member) in &sheets {
            let lines = self.regulation().framework;
            let vote = |code: &str| if unmet.contains(&code) { Vote::NotMet } else { Vote::Met };
            let in_scope = |c: &&ndp_domain::regulation::Criterion| c.decides == Decides::Result && scope.contains(&c.code);
            let votes = lines.iter().filter(in_scope).map(|c| (c.code.clone(), vote(&c.code))).collect();
            self.act(&member.as_duty(Duty::Evaluator), *sheet, sheet::Command::Cast { dossier, votes, salt: salt() }).await?;
        }
        if until < 3 {
            return Ok(());
        }
        self.act(&cast.chair.as_duty(Duty::CountingBoard), dossier, E::Count {}).await?;
        if until < 4 {
            return Ok(());
        }
        let absent = recused.map(|member| dossier::Absence { member, reason: Some(t("Không tham gia do xung đột lợi ích.")) });
        let minutes = Minutes {
            held_on: self.today(),
            absent: absent.into_iter().collect(),
            dissent: Vec::new(),
            summary: t("Hội đồng thống nhất kết luận."),
        };
        for who in [&cast.secretary, &cast.chair] {
            self.act(who, dossier, E::SignMinutes { minutes: minutes.clone() }).await?;
        }
        Ok(())
    }

    /// E22, E23 or E24 by its paper; answers the publication that follows a recognition.
    pub async fn decide(&self, dossier: DossierId, act: ActId) -> Result<Option<PublicationId>, Problem> {
        use dossier::Command as E;
        let (subject, command) = match act {
            ActId::E22 => ("Công nhận nền tảng số quốc gia", E::RecogniseNational {}),
            ActId::E23 => ("Công nhận nền tảng số tiềm năng", E::RecognisePotential {}),
            _ => (
                "Thông báo không công nhận",
                E::Reject {
                    explanation: t("Tiêu chí chưa đạt nêu trong báo cáo; có quyền đề nghị xem xét lại hoặc khiếu nại.")
                },
            ),
        };
        self.pass(2);
        self.paper(&self.cast.managing, subject, vec![(dossier.into(), command.into())], Until::Filed).await?;
        let recognition = self.engine.store.load(&[Need::Children(dossier.into(), Kind::Recognition)]).await?;
        let Some(recognition) = recognition.keys().next() else { return Ok(None) };
        let publication = self.engine.store.load(&[Need::Children(*recognition, Kind::Publication)]).await?;
        Ok(publication.keys().next().and_then(|id| (*id).try_into().ok()))
    }

    /// P2 by the managing agency, then P6 by the keeper of the List.
    pub async fn publish(&self, publication: PublicationId, until: u8) -> Result<(), Problem> {
        let cast = self.cast;
        let ground = self.state::<publication::Publication>(publication).await?.ground;
        let paper = match ground.kind {
            Kind::Recognition => {
                Some(self.state::<ndp_domain::recognition::Recognition>(ndp_domain::id::RecognitionId(ground.uuid)).await?.paper)
            }
            _ => None,
        };
        let record = DataRecord {
            name_vi: t("Nền tảng mẫu"),
            name_en: None,
            decision_number: paper.as_ref().map_or_else(|| "mẫu/DLM".to_owned(), |p| p.number.clone()),
            decision_date: paper.as_ref().map_or_else(|| self.today(), |p| p.date),
            owner: Some(t("Doanh nghiệp mẫu")),
            operating_unit: Some(t("Trung tâm vận hành mẫu")),
            contact: Some(t("Trực vận hành: hotro@vi-du.example")),
            address: None,
            public: PublicField::ALL.to_vec(),
        };
        self.act(&cast.managing.officer, publication, publication::Command::Share { record }).await?;
        if until >= 2 {
            self.pass(1);
            self.act(&cast.keeper.signer, publication, publication::Command::Publish { edition: None }).await?;
        }
        Ok(())
    }
}
