//! The side roads: a record standing at every state that the main road does not pass.

mod beside;

use super::{Story, Until, t};
use chrono::Days;
use ndp_domain::acts::ActId;
use ndp_domain::authority::Duty;
use ndp_domain::body::{self, Contract, Form, Nominee, ReportText};
use ndp_domain::change_proposal::{self, Weight};
use ndp_domain::criteria_set;
use ndp_domain::document::{self, Number};
use ndp_domain::dossier::{self, DeclineReason, Defect, Figure};
use ndp_domain::evidence::Need;
use ndp_domain::id::*;
use ndp_domain::links::{self, Link, Relation};
use ndp_domain::list_entry::{self, NotListedReason, RemovalGround};
use ndp_domain::machine::Command;
use ndp_domain::objection::{self, Contention, Verdict};
use ndp_domain::outcome::Share;
use ndp_domain::publication::{self};
use ndp_domain::recognition::{self, ReviewGround, RevocationGround};
use ndp_domain::supplement::{Answers, Point, PointAnswer};
use ndp_domain::tracking;
use ndp_engine::Problem;

fn points() -> Vec<Point> {
    vec![Point { number: 1, text: t("Bổ sung căn cứ và số liệu (mẫu)."), raised_by: None }]
}

impl Story<'_> {
    fn answers(&self) -> Answers {
        let files = vec![self.attachment("Tài liệu bổ sung")];
        Answers::from([(1, PointAnswer::Answered { text: t("Đã bổ sung (mẫu)."), files })])
    }

    async fn managing_paper(&self, subject: &str, stream: impl Into<Id>, command: impl Into<Command>) -> Result<DocumentId, Problem> {
        self.paper(&self.cast.managing, subject, vec![(stream.into(), command.into())], Until::Issued).await
    }

    async fn keeper_paper(&self, subject: &str, stream: impl Into<Id>, command: impl Into<Command>) -> Result<DocumentId, Problem> {
        self.paper(&self.cast.keeper, subject, vec![(stream.into(), command.into())], Until::Issued).await
    }

    /// Everything; `entry` has its set in force.
    pub async fn side_roads(&self, entry: ListEntryId, set: CriteriaSetId) -> Result<(), Problem> {
        self.supplements(entry, set).await?;
        self.entries_and_sets().await?;
        self.dossiers(entry, set).await?;
        self.bodies(entry, set).await?;
        self.recognitions(entry, set).await?;
        self.plans_and_registers(entry, set).await?;
        self.after_decisions(entry, set).await?;
        self.beside(entry, set).await
    }

    async fn ready_dossier(&self, name: &str, entry: ListEntryId, set: CriteriaSetId) -> Result<(DossierId, ProductId), Problem> {
        let (dossier, product) = self.dossier(name, entry, set).await?;
        self.hand_in(dossier, Some((2_600_000, 4_000_000)), 4).await?;
        Ok((dossier, product))
    }

    /// Requests to complete: one open, one stopped, one lapsed; the reminders between.
    async fn supplements(&self, entry: ListEntryId, set: CriteriaSetId) -> Result<(), Problem> {
        use dossier::Command as E;
        use list_entry::Command as L;
        let ask = || L::AskSupplement { points: points() };
        let stopped = self.list_entry("Nền tảng mẫu dừng xử lý", 4).await?;
        self.keeper_paper("Đề nghị bổ sung hồ sơ", stopped, ask()).await?;
        let (lapsed, _) = self.dossier("Nền tảng mẫu quá hạn bổ sung", entry, set).await?;
        self.hand_in(lapsed, Some((1_000_000, 4_000_000)), 3).await?;
        self.managing_paper("Đề nghị bổ sung hồ sơ", lapsed, E::AskSupplement { points: points() }).await?;
        self.pass(11);
        for _ in 0..2 {
            self.keeper_paper("Đôn đốc bổ sung hồ sơ", stopped, L::Remind {}).await?;
            self.managing_paper("Đôn đốc bổ sung hồ sơ", lapsed, E::Remind {}).await?;
        }
        self.pass(11);
        self.keeper_paper("Dừng xử lý do quá hạn bổ sung", stopped, L::Stop { explanation: t("Quá hạn bổ sung (mẫu).") }).await?;
        self.managing_paper("Dừng xử lý do quá hạn bổ sung", lapsed, E::Lapse { explanation: t("Quá hạn bổ sung (mẫu).") }).await?;
        let waiting = self.list_entry("Nền tảng mẫu chờ bổ sung", 4).await?;
        self.keeper_paper("Đề nghị bổ sung hồ sơ", waiting, ask()).await?;
        let answered = self.list_entry("Nền tảng mẫu đã bổ sung", 4).await?;
        self.keeper_paper("Đề nghị bổ sung hồ sơ", answered, ask()).await?;
        self.pass(3);
        self.managing_paper("Bổ sung hồ sơ", answered, L::Supplement { answers: self.answers() }).await?;
        let (open, _) = self.dossier("Nền tảng mẫu chờ bổ sung hồ sơ", entry, set).await?;
        self.hand_in(open, Some((1_000_000, 4_000_000)), 3).await?;
        self.managing_paper("Đề nghị bổ sung hồ sơ", open, E::AskSupplement { points: points() }).await?;
        let (again, _) = self.dossier("Nền tảng mẫu đã bổ sung hồ sơ", entry, set).await?;
        self.hand_in(again, Some((1_000_000, 4_000_000)), 3).await?;
        self.managing_paper("Đề nghị bổ sung hồ sơ", again, E::AskSupplement { points: points() }).await?;
        self.act(&self.cast.applicant, again, E::Supplement { answers: self.answers() }).await?;
        Ok(())
    }

    async fn entries_and_sets(&self) -> Result<(), Problem> {
        use criteria_set::Command as C;
        use list_entry::Command as L;
        let cast = self.cast;
        let withdrawn = self.list_entry("Nền tảng mẫu rút đề xuất", 2).await?;
        self.managing_paper("Rút đề xuất", withdrawn, L::Withdraw { reason: t("Không còn nhu cầu (mẫu).") }).await?;
        let refused = self.list_entry("Nền tảng mẫu không bổ sung", 4).await?;
        let refuse = L::Refuse { reason: NotListedReason::NotAPlatform, explanation: t("Chưa phải nền tảng số (mẫu).") };
        self.keeper_paper("Không bổ sung vào Danh mục", refused, refuse).await?;
        let removed = self.list_entry("Nền tảng mẫu đưa ra khỏi Danh mục", 5).await?;
        let remove = L::Remove { ground: RemovalGround::ManagingAgencyAsks, explanation: t("Theo đề nghị (mẫu)."), successor: None };
        self.keeper_paper("Đưa ra khỏi Danh mục", removed, remove).await?;
        let dropped = self.list_entry("Nền tảng mẫu dừng xây dựng bộ tiêu chí", 5).await?;
        let set = self.criteria_set(dropped, 1).await?;
        self.act(&cast.managing.signer, set, C::Drop { reason: t("Dừng xây dựng (mẫu).") }).await?;
        let repealed = self.list_entry("Nền tảng mẫu bãi bỏ bộ tiêu chí", 5).await?;
        let set = self.criteria_set(repealed, 2).await?;
        self.act(&cast.managing.officer, set, C::Revise {}).await?;
        let consult = C::Consult { draft: self.set_text(), consulted: vec![cast.keeper.org, cast.consulted.org] };
        self.managing_paper("Lấy ý kiến dự thảo bộ tiêu chí", set, consult).await?;
        self.finish_version(set).await?;
        self.managing_paper("Rà soát bộ tiêu chí", set, C::Review { report: t("Không sửa đổi (mẫu).") }).await?;
        self.managing_paper("Bãi bỏ bộ tiêu chí", set, C::Repeal { reason: t("Không còn áp dụng (mẫu).") }).await?;
        // Change proposals to a set in force: open, accepted, refused.
        let entry = self.list_entry("Nền tảng mẫu đề xuất sửa bộ tiêu chí", 5).await?;
        let set = self.criteria_set(entry, 3).await?;
        let mut proposals = Vec::new();
        for weight in [Weight::Minor, Weight::Major, Weight::Editorial] {
            if weight == Weight::Editorial {
                self.act(&cast.consulted.officer, proposals[0], change_proposal::Command::Comment { text: t("Thống nhất (mẫu).") }).await?;
                self.pass(21);
            }
            let id = ChangeProposalId(self.engine.id());
            let propose = change_proposal::Command::Propose {
                id,
                set,
                by: cast.managing.org,
                weight,
                code: Some("G1.1".to_owned()),
                text: t("Làm rõ cách đo (mẫu)."),
                asked: vec![cast.consulted.org],
            };
            self.act(&cast.managing.officer, id, propose).await?;
            proposals.push(id);
        }
        let reason = || t("Ghi nhận cho phiên bản sau (mẫu).");
        self.act(&cast.managing.unit_head, proposals[0], change_proposal::Command::Accept { reason: reason() }).await?;
        self.act(&cast.managing.unit_head, proposals[1], change_proposal::Command::Refuse { reason: reason() }).await?;
        Ok(())
    }

    async fn dossiers(&self, entry: ListEntryId, set: CriteriaSetId) -> Result<(), Problem> {
        use dossier::Command as E;
        let cast = self.cast;
        let (declined, _) = self.dossier("Nền tảng mẫu không thụ lý", entry, set).await?;
        self.hand_in(declined, Some((1_000_000, 4_000_000)), 3).await?;
        let reason = DeclineReason::AnotherAgency { agency: cast.consulted.org };
        self.managing_paper("Không thụ lý", declined, E::Decline { reason, explanation: t("Thuộc cơ quan khác (mẫu).") }).await?;
        let (stopped, _) = self.ready_dossier("Nền tảng mẫu dừng theo đề nghị", entry, set).await?;
        self.act(&cast.applicant, stopped, E::RequestStop { letter: self.attachment("Văn bản đề nghị dừng") }).await?;
        self.managing_paper("Dừng theo đề nghị", stopped, E::Stop { reason: Some(t("Theo văn bản của doanh nghiệp (mẫu).")) }).await?;
        for answer in [false, true] {
            let name = if answer { "Nền tảng mẫu đã làm rõ" } else { "Nền tảng mẫu chờ làm rõ" };
            let (dossier, product) = self.ready_dossier(name, entry, set).await?;
            let body = self.body("Hội đồng mẫu làm rõ", Some(product), 3).await?;
            self.act(&cast.secretary, dossier, E::OpenRound { body, cut_off: self.today() }).await?;
            self.body_letter(body, "Đề nghị làm rõ", dossier, E::AskClarification { points: points() }).await?;
            if answer {
                self.act(&cast.applicant, dossier, E::Clarify { answers: self.answers() }).await?;
            }
        }
        // A result set aside, and an objection answered before the decision.
        let (aside, product) = self.ready_dossier("Nền tảng mẫu hủy kết quả", entry, set).await?;
        let body = self.body("Hội đồng mẫu hủy kết quả", Some(product), 3).await?;
        self.evaluate(aside, body, &[], None, 4).await?;
        let reason = t("Phát hiện thiếu sót về thủ tục (mẫu).");
        self.managing_paper("Hủy kết quả, đề nghị đánh giá lại", aside, E::SetAside { defect: Defect::Procedure, reason }).await?;
        let (objected, product) = self.ready_dossier("Nền tảng mẫu có phản đối", entry, set).await?;
        let body = self.body("Hội đồng mẫu có phản đối", Some(product), 3).await?;
        self.evaluate(objected, body, &[], None, 4).await?;
        for answered in [true, false] {
            let id = ObjectionId(self.engine.id());
            let contention = Contention {
                code: "G4.1".to_owned(),
                text: t("Số liệu thị phần khác (mẫu)."),
                figure: Share::new(1_900_000, 4_000_000, 4_000_000).ok(),
                evidence: vec![self.attachment("Số liệu của bên phản đối")],
            };
            let lodge = objection::Command::Lodge { id, on: objected.into(), by: cast.enterprise, contention };
            self.act(&cast.applicant, id, lodge).await?;
            if answered {
                let answer = objection::Command::Answer { verdict: Verdict::Explained, text: t("Phương pháp đo khác nhau (mẫu).") };
                self.act(&cast.managing.unit_head, id, answer).await?;
            }
        }
        Ok(())
    }

    async fn body_letter(
        &self,
        body: BodyId,
        subject: &str,
        stream: impl Into<Id>,
        command: impl Into<Command>,
    ) -> Result<DocumentId, Problem> {
        let cast = self.cast;
        let acts = vec![(stream.into(), command.into())];
        self.paper_of(&cast.managing, &cast.secretary, &cast.chair, Some(body), subject, acts, Until::Issued).await
    }

    async fn bodies(&self, entry: ListEntryId, set: CriteriaSetId) -> Result<(), Problem> {
        use body::Command as B;
        let cast = self.cast;
        let nominating = self.body("Hội đồng mẫu đề nghị cử", None, 1).await?;
        self.managing_paper("Đề nghị cử thành viên", nominating, B::AskNominations { asked: vec![cast.consulted.org] }).await?;
        let people = vec![Nominee { person: cast.evaluators[0].account, position: t("Vị trí mẫu"), capacity: t("Ủy viên") }];
        let nominate = B::Nominate { organisation: cast.consulted.org, people };
        self.paper(&cast.consulted, "Cử thành viên", vec![(nominating.into(), nominate.into())], Until::Issued).await?;
        let closed = self.body("Hội đồng mẫu kết thúc", None, 2).await?;
        self.act(&cast.evaluators[1].as_duty(Duty::Evaluator), closed, B::Answer { accepted: true, reason: None }).await?;
        self.act(
            &cast.evaluators[2].as_duty(Duty::Evaluator),
            closed,
            B::Answer { accepted: false, reason: Some(t("Bận công tác (mẫu).")) },
        )
        .await?;
        self.act(&cast.evaluating_head, closed, B::Close {}).await?;
        let cancelled = self.body("Hội đồng mẫu hủy", None, 1).await?;
        self.act(&cast.managing.signer, cancelled, B::Cancel { reason: t("Chọn hình thức khác (mẫu).") }).await?;
        // Links of a member, and one of them pinned as no conflict.
        let (_, reviewed) = self.dossier("Nền tảng mẫu rà soát liên hệ", entry, set).await?;
        let linked = self.body("Hội đồng mẫu rà soát liên hệ", Some(reviewed), 2).await?;
        let member = cast.evaluators[0].account;
        let link =
            Link { relation: Relation::Employer, organisation: cast.enterprise, from: None, to: Some(self.today() - Days::new(400)) };
        let record = links::Command::Record { body: linked, person: member, links: vec![link.clone()] };
        self.act(&cast.secretary, links::links_of(member), record).await?;
        let pin = links::Command::Pin { body: linked, link, reason: t("Bộ phận khác, không liên quan (mẫu).") };
        self.act(&cast.secretary, links::links_of(member), pin).await?;
        // The hired unit, as far as each of its states.
        for until in 1..=4 {
            self.hired(until, entry, set).await?;
        }
        Ok(())
    }

    /// A unit hired for a dossier: 1 selecting, 2 contracted, 3 reported, 4 accepted and concluded.
    pub async fn hired(&self, until: u8, entry: ListEntryId, set: CriteriaSetId) -> Result<(), Problem> {
        use body::Command as B;
        let cast = self.cast;
        let (dossier, product) = self.ready_dossier(&format!("Nền tảng mẫu thuê đánh giá {until}"), entry, set).await?;
        let id = BodyId(self.engine.id());
        let unit = cast.hired_unit.org;
        let choose = B::Choose {
            id,
            name: t("Đơn vị được thuê (dữ liệu mẫu)"),
            form: Form::HiredUnit,
            regulation: self.regulation.clone(),
            managing: cast.managing.org,
            unit: t(crate::demo::cast::EVALUATING_UNIT),
            products: vec![product],
            note: None,
        };
        self.act(&cast.evaluating_head, id, choose).await?;
        let (competence, independence) = (self.attachment("Hồ sơ năng lực"), self.attachment("Cam kết độc lập"));
        self.managing_paper("Kế hoạch lựa chọn nhà thầu", id, B::Select { unit, competence, independence }).await?;
        if until < 2 {
            return Ok(());
        }
        let contract = Contract {
            unit,
            due_on: self.today() + Days::new(45),
            independence_clause: true,
            declaration: self.attachment("Khai báo của đơn vị và chuyên gia"),
            conflicts: Vec::new(),
        };
        self.two_sign("Phê duyệt kết quả, ký hợp đồng", id, B::SignContract { contract }).await?;
        if until < 3 {
            return Ok(());
        }
        self.act(&cast.managing.officer, dossier, dossier::Command::OpenRound { body: id, cut_off: self.today() }).await?;
        let findings = self.sheet_text(&[]).findings;
        let report = ReportText { findings, figure_confirmed: true, file: self.attachment("Báo cáo đánh giá") };
        self.act(&cast.hired_unit, id, B::Report { dossier, report }).await?;
        if until < 4 {
            return Ok(());
        }
        self.two_sign("Nghiệm thu báo cáo", id, B::AcceptReport {}).await?;
        self.act(&cast.managing.unit_head, dossier, dossier::Command::ConcludeReport { summary: t("Đạt các tiêu chí (mẫu).") }).await?;
        Ok(())
    }

    /// A paper that the agency and the hired unit both sign.
    async fn two_sign(&self, subject: &str, stream: impl Into<Id>, command: impl Into<Command>) -> Result<(), Problem> {
        use document::Command as D;
        let cast = self.cast;
        let desk = &cast.managing;
        let id = self.paper(desk, subject, vec![(stream.into(), command.into())], Until::Signed).await?;
        let sign = D::Sign { snapshot: None, file_sha256: self.file(subject, &[]), file_date: self.today(), remark: None };
        self.act(&cast.hired_unit, id, sign).await?;
        let number = Number { number: self.next_number(), symbol: t("DLM"), date: self.today(), book: t("Công văn đi"), imported: true };
        self.act(&desk.records, id, D::Number { number }).await?;
        self.act(&desk.records, id, D::Seal { file_sha256: None }).await?;
        self.act(&desk.records, id, D::Issue { recipients: vec![desk.org] }).await?;
        Ok(())
    }

    async fn recognised(
        &self,
        name: &str,
        entry: ListEntryId,
        set: CriteriaSetId,
        share: (u64, u64),
    ) -> Result<(RecognitionId, BodyId), Problem> {
        let (dossier, product) = self.dossier(name, entry, set).await?;
        self.hand_in(dossier, Some(share), 4).await?;
        let body = self.body("Hội đồng mẫu công nhận", Some(product), 3).await?;
        self.evaluate(dossier, body, &[], None, 4).await?;
        let act = if share.0 * 2 >= share.1 { ActId::E22 } else { ActId::E23 };
        if let Some(publication) = self.decide(dossier, act).await? {
            self.publish(publication, 2).await?;
        }
        let found = self.engine.store.load(&[Need::Children(dossier.into(), Kind::Recognition)]).await?;
        let id = found.keys().next().and_then(|id| (*id).try_into().ok()).expect("a decision of recognition opens one");
        Ok((id, body))
    }

    fn review(&self, ground: Option<ReviewGround>, scope: Option<&[&str]>) -> (DossierId, recognition::Command) {
        let dossier = DossierId(self.engine.id());
        let code = tracking::code(super::random()).expect("nine random bytes make a code");
        let scope = scope.map(|s| s.iter().map(|c| (*c).to_owned()).collect());
        (dossier, recognition::Command::Review { dossier, code, ground, scope })
    }

    async fn recognitions(&self, entry: ListEntryId, set: CriteriaSetId) -> Result<(), Problem> {
        use recognition::Command as R;
        let cast = self.cast;
        let mut all = Vec::new();
        for name in ["đánh giá đột xuất", "khắc phục", "đã thu hồi", "xin thôi", "dừng hoạt động", "dừng đánh giá lại"]
        {
            all.push(self.recognised(&format!("Nền tảng mẫu {name}"), entry, set, (2_600_000, 4_000_000)).await?);
        }
        let open = |ground| self.review(Some(ground), None);
        for (id, _) in [all[0], all[5]] {
            let (_, review) = open(ReviewGround::Complaints);
            self.managing_paper("Mở đánh giá đột xuất", id, review).await?;
        }
        self.managing_paper("Dừng đánh giá đột xuất", all[5].0, R::StopReview { reason: t("Căn cứ không còn (mẫu).") }).await?;
        for (id, body) in [all[1], all[2]] {
            let (dossier, review) = open(ReviewGround::Security);
            self.managing_paper("Mở đánh giá đột xuất", id, review).await?;
            self.evaluate(dossier, body, &["G2.1"], None, 4).await?;
        }
        let remediate = R::Remediate { until: self.today() + Days::new(60), measures: t("Hoàn thiện hồ sơ cấp độ (mẫu).") };
        self.managing_paper("Cho thời hạn khắc phục", all[1].0, remediate).await?;
        self.managing_paper("Đề nghị có ý kiến", all[2].0, R::AskHolder { question: t("Đề nghị có ý kiến về kết quả (mẫu).") }).await?;
        self.act(&cast.applicant, all[2].0, R::HearHolder { opinion: t("Đề nghị thêm thời gian (mẫu).") }).await?;
        self.managing_paper("Thu hồi công nhận", all[2].0, R::Revoke { explanation: t("Không còn đáp ứng G2.1 (mẫu).") }).await?;
        let ground = RevocationGround::HolderGivesUp { letter: self.attachment("Văn bản xin thôi") };
        self.managing_paper("Thu hồi công nhận", all[3].0, R::RevokeOtherwise { ground, explanation: t("Theo đề nghị (mẫu).") }).await?;
        let end = R::End { service_ends_on: self.today() + Days::new(45), successor: None, explanation: t("Dừng dịch vụ (mẫu).") };
        self.managing_paper("Dừng hoạt động", all[4].0, end).await?;
        // The keeper closes what lost its ground.
        let published = self.engine.store.load(&[Need::Children(all[2].0.into(), Kind::Publication)]).await?;
        for id in published.keys() {
            self.act(&cast.keeper.officer, *id, publication::Command::Close { note: Some(t("Đã thu hồi (mẫu).")) }).await?;
        }
        // Remediation that ends well, then the way up and the way down.
        let (cured, body) = self.recognised("Nền tảng mẫu khắc phục xong", entry, set, (2_600_000, 4_000_000)).await?;
        let (dossier, review) = open(ReviewGround::Security);
        self.managing_paper("Mở đánh giá đột xuất", cured, review).await?;
        self.evaluate(dossier, body, &["G2.1"], None, 4).await?;
        let remediate = R::Remediate { until: self.today() + Days::new(30), measures: t("Hoàn thiện (mẫu).") };
        self.managing_paper("Cho thời hạn khắc phục", cured, remediate).await?;
        self.act(&cast.managing.officer, cured, R::Recheck { report: Some(self.attachment("Báo cáo khắc phục")) }).await?;
        self.evaluate(dossier, body, &[], None, 4).await?;
        self.managing_paper("Thông báo kết quả đánh giá lại", cured, R::Keep {}).await?;
        for (name, before, after) in [("lên quốc gia", 1_600_000, 2_200_000), ("xuống tiềm năng", 2_600_000, 1_700_000)] {
            let (id, body) = self.recognised(&format!("Nền tảng mẫu {name}"), entry, set, (before, 4_000_000)).await?;
            self.measure(id, after).await?;
            let (dossier, review) = self.review(Some(ReviewGround::Share), Some(&["G4.1"]));
            self.managing_paper("Mở đánh giá đột xuất về thị phần", id, review).await?;
            self.evaluate(dossier, body, &[], None, 4).await?;
            if after > before {
                self.managing_paper("Công nhận nền tảng số quốc gia", id, R::ToNational {}).await?;
                continue;
            }
            self.managing_paper("Đề nghị có ý kiến", id, R::AskHolder { question: t("Thị phần giảm (mẫu).") }).await?;
            self.act(&cast.applicant, id, R::HearHolder { opinion: t("Không có ý kiến khác (mẫu).") }).await?;
            self.managing_paper("Chuyển sang nền tảng số tiềm năng", id, R::ToPotential { explanation: t("Thị phần dưới ngưỡng (mẫu).") })
                .await?;
        }
        Ok(())
    }

    async fn measure(&self, id: RecognitionId, users: u64) -> Result<(), Problem> {
        let figure = Figure {
            share: Share { numerator: users, denominator_low: 4_000_000, denominator_high: 4_000_000 },
            period_from: self.today() - Days::new(90),
            period_to: self.today(),
            sources: t("Số liệu mẫu."),
            estimator: t("Đơn vị thống kê mẫu"),
        };
        self.act(&self.cast.managing.officer, id, recognition::Command::Measure { figure }).await?;
        Ok(())
    }

    /// A recognition of last year whose periodic review is open.
    pub async fn periodic_review(&self, recognition: RecognitionId) -> Result<(), Problem> {
        let (_, review) = self.review(None, None);
        self.managing_paper("Kế hoạch đánh giá định kỳ", recognition, review).await?;
        Ok(())
    }
}
