//! What goes on beside the dossiers: plans, editions of the List, complaints, readiness checks,
//! papers corrected and replaced.

use super::super::{Story, Until, t};
use chrono::Days;
use ndp_domain::acts::ActId;
use ndp_domain::complaint;
use ndp_domain::document::{self, Replacement};
use ndp_domain::dossier::{self};
use ndp_domain::edition;
use ndp_domain::id::*;
use ndp_domain::list_entry::Incoming;
use ndp_domain::machine::Command;
use ndp_domain::plan::{self, InUse, PlanText, PlanType};
use ndp_domain::publication::Register;
use ndp_domain::readiness::{self, AnswerText, Ready};
use ndp_domain::reconsideration;
use ndp_domain::tracking;
use ndp_engine::Problem;

impl Story<'_> {
    pub(super) async fn plans_and_registers(&self, entry: ListEntryId, set: CriteriaSetId) -> Result<(), Problem> {
        use plan::Command as U;
        let cast = self.cast;
        let (_, product) = self.dossier("Nền tảng mẫu theo kế hoạch", entry, set).await?;
        for until in 1..=6 {
            let id = PlanId(self.engine.id());
            let draft = U::Draft {
                id,
                product,
                owner: cast.managing.org,
                unit: t(crate::demo::cast::UNIT),
                name: t(&format!("Kế hoạch mẫu {until} (dữ liệu mẫu)")),
            };
            self.act(&cast.managing.officer, id, draft).await?;
            if until == 6 {
                self.act(&cast.managing.signer, id, U::Cancel { reason: t("Hủy (mẫu).") }).await?;
                continue;
            }
            if until < 2 {
                continue;
            }
            let text = PlanText {
                types: vec![PlanType::Use, PlanType::Operation],
                from: self.today(),
                to: self.today() + Days::new(365),
                unit_responsible: t("Cục Chuyển đổi số (mẫu)"),
                money_source: t("Ngân sách nhà nước (mẫu)"),
                content: t("Nội dung mẫu."),
            };
            self.managing_paper("Ban hành kế hoạch", id, U::Approve { text }).await?;
            if until < 3 {
                continue;
            }
            let in_use =
                InUse { scope: t("Toàn quốc (mẫu)."), since: self.today(), contact: t("Trực vận hành: hotro@vi-du.example") };
            self.managing_paper("Đưa vào sử dụng", id, U::PutIntoUse { in_use }).await?;
            if until == 4 {
                self.managing_paper("Tạm dừng", id, U::Suspend { reason: t("Nâng cấp (mẫu).") }).await?;
            }
            if until == 5 {
                self.managing_paper("Báo cáo năm", id, U::Amend { text: None, report: Some(t("Báo cáo mẫu.")) }).await?;
                self.managing_paper("Dừng hoạt động", id, U::End { ends_on: self.today() + Days::new(60), successor: None }).await?;
            }
        }
        self.editions().await
    }

    /// Two editions of the List: the second replaces the first; a third is being compiled.
    async fn editions(&self) -> Result<(), Problem> {
        let cast = self.cast;
        let register = Register::List;
        let compile = |id, previous| edition::Command::Compile {
            id,
            register,
            capacity: t("Cơ quan đầu mối"),
            regulation: self.regulation.clone(),
            previous,
        };
        let mut previous = None;
        for n in 0..3 {
            let id = EditionId(self.engine.id());
            self.act(&cast.keeper.officer, id, compile(id, previous)).await?;
            if n == 2 {
                break;
            }
            let entries = self.engine.edition_entries(register).await?;
            self.keeper_paper("Công bố danh sách", id, edition::Command::Issue { entries }).await?;
            previous = Some(id);
        }
        Ok(())
    }

    pub(super) async fn after_decisions(&self, entry: ListEntryId, set: CriteriaSetId) -> Result<(), Problem> {
        let cast = self.cast;
        for n in 0..3 {
            let (dossier, product) = self.ready_dossier(&format!("Nền tảng mẫu không công nhận {n}"), entry, set).await?;
            let body = self.body("Hội đồng mẫu không công nhận", Some(product), 3).await?;
            self.evaluate(dossier, body, &["G3.1"], None, 4).await?;
            self.decide(dossier, ActId::E24).await?;
            let id = ReconsiderationId(self.engine.id());
            let ask = reconsideration::Command::Ask { id, on: dossier.into(), reasons: t("Đề nghị xem xét lại (mẫu).") };
            self.act(&cast.applicant, id, ask).await?;
            let reasons = t("Lý do mẫu.");
            match n {
                1 => drop(self.managing_paper("Trả lời, giữ nguyên", id, reconsideration::Command::Keep { reasons }).await?),
                2 => drop(self.managing_paper("Chấp nhận xem xét lại", id, reconsideration::Command::Accept { reasons }).await?),
                _ => {}
            }
            if n == 0 {
                self.complaints(dossier).await?;
            }
        }
        Ok(())
    }

    /// One complaint at each state.
    async fn complaints(&self, dossier: DossierId) -> Result<(), Problem> {
        use complaint::Command as K;
        let cast = self.cast;
        for state in 0..6 {
            let id = ComplaintId(self.engine.id());
            let incoming = Incoming { number: t(&format!("{}/KN", state + 1)), arrived_on: self.today() };
            self.act(&cast.managing.records, id, K::Lodge { id, on: dossier.into(), incoming }).await?;
            let note = || t("Ghi nhận (mẫu).");
            match state {
                0 => continue,
                1 => {
                    self.managing_paper("Không thụ lý khiếu nại", id, K::Refuse { reason: note() }).await?;
                    continue;
                }
                5 => {
                    self.act(&cast.managing.signer, id, K::Close { ending: complaint::Ending::Withdrawn, note: note() }).await?;
                    continue;
                }
                _ => {}
            }
            self.managing_paper("Thụ lý khiếu nại", id, K::Accept { complex: false }).await?;
            if state >= 3 {
                self.managing_paper("Giải quyết khiếu nại", id, K::Settle { decision: note() }).await?;
            }
            if state >= 4 {
                self.act(&cast.managing.officer, id, K::NoteNext { note: note() }).await?;
            }
        }
        Ok(())
    }

    /// Readiness checks, papers corrected and replaced, a clock that stands still.
    pub(super) async fn beside(&self, entry: ListEntryId, set: CriteriaSetId) -> Result<(), Problem> {
        use document::Command as D;
        let cast = self.cast;
        for convert in [false, true] {
            let id = ReadinessId(self.engine.id());
            let begin = readiness::Command::Begin { id, entry, set, name: t("Tự đánh giá mẫu (dữ liệu mẫu)") };
            self.act(&cast.applicant, id, begin).await?;
            let answer = AnswerText { ready: Ready::Met, note: None, evidence: vec![self.attachment("Minh chứng tự đánh giá")] };
            self.act(&cast.applicant, id, readiness::Command::Answer { code: "G1.1".to_owned(), answer }).await?;
            if convert {
                let dossier = DossierId(self.engine.id());
                let code = tracking::code(super::super::random()).expect("nine random bytes make a code");
                let product = dossier::ProductRef::New {
                    id: ProductId(self.engine.id()),
                    record: self.record("Nền tảng mẫu từ tự đánh giá"),
                };
                self.act(&cast.applicant, id, readiness::Command::Convert { dossier, code, product }).await?;
            }
        }
        let proposed = self.list_entry("Nền tảng mẫu đính chính văn bản", 1).await?;
        let proposal = self.proposal("Nền tảng mẫu đính chính văn bản (dữ liệu mẫu)");
        let letter =
            self.paper(&cast.managing, "Đề xuất bổ sung vào Danh mục", vec![(proposed.into(), proposal.into())], Until::Filed).await?;
        self.managing_paper("Đính chính", letter, D::Correct { note: t("Sai ngày trong căn cứ (mẫu).") }).await?;
        self.managing_paper("Đề xuất bổ sung vào Danh mục", letter, D::Replace { how: Replacement::Replaced, note: t("Sai tên (mẫu).") })
            .await?;
        let paused = self.list_entry("Nền tảng mẫu tạm dừng thời hạn", 4).await?;
        let pause = Command::Any(ndp_domain::any::Command::Pause { reason: t("Chờ ý kiến cấp trên (mẫu).") });
        self.act(&cast.keeper.unit_head, paused, pause).await?;
        self.pass(1);
        self.act(&cast.keeper.unit_head, paused, Command::Any(ndp_domain::any::Command::Resume {})).await?;
        Ok(())
    }
}
