//! The acts of the demonstration, told as a ministry, a council and the keeper of the List do
//! them: each through the engine, each paper through all its steps.

mod evaluation;
mod history;
mod side_roads;

use super::cast::{Cast, Desk, EVALUATING_UNIT, Persona, UNIT};
use super::sample;
use chrono::{Days, NaiveDate};
use ndp_domain::authority::Duty;
use ndp_domain::body::{self, Establishing, Form, Member};
use ndp_domain::canonical::Hash;
use ndp_domain::criteria_set::{self, Answer, Basis, CriteriaSet, Force, Lineage, Market, Response, SetLine, SetText};
use ndp_domain::declaration::{self, Conflict, Relation};
use ndp_domain::document::{self, FrozenAct, Number, PinnedAct, Snapshot};
use ndp_domain::id::*;
use ndp_domain::list_entry::{self, Attachment, Incoming, OverlapStatement, Proposal};
use ndp_domain::machine::{Command, Known};
use ndp_domain::opinion::{self, Verdict};
use ndp_domain::regulation::Regulation;
use ndp_domain::sheet::{self};
use ndp_domain::text::{Text, normalise};
use ndp_domain::time::{Instant, legal_date};
use ndp_engine::{Ask, Engine, Problem, Receipt};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard};

/// How far a paper goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Until {
    Draft,
    Submitted,
    Initialled,
    Checked,
    Signed,
    Numbered,
    Sealed,
    Issued,
    Filed,
}

/// How the acts of a story are done, where not by the engine in this process: over HTTP, for instance.
pub trait Through: std::fmt::Debug + Send + Sync {
    fn act<'a>(&'a self, ask: &'a Ask) -> std::pin::Pin<Box<dyn Future<Output = Result<Receipt, Problem>> + Send + 'a>>;
}

#[derive(Debug)]
pub struct Story<'a> {
    pub engine: &'a Engine,
    pub through: Option<&'a dyn Through>,
    pub cast: &'a Cast,
    pub regulation: String,
    numbers: AtomicU32,
    files: Mutex<Attached>,
}

/// A sample file of the story.
#[derive(Debug, Clone)]
pub struct SampleFile {
    pub name: String,
    pub bytes: Vec<u8>,
}

/// Whose file stands with which record.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Given {
    pub stream: Id,
    pub sha256: Hash,
    pub by: AccountId,
    pub org: OrganisationId,
}

/// The files of the story, and the records that they were given to.
#[derive(Debug, Clone, Default)]
pub struct Attached {
    pub files: BTreeMap<Hash, SampleFile>,
    pub given: BTreeMap<Given, Instant>,
}

/// Text of the demonstration: known to fit.
pub fn t<const MAX: usize>(text: &str) -> Text<MAX> {
    Text::new(normalise(text)).expect("the demonstration's texts are short, clean and not empty")
}

fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    bytes
}

fn hashes_in(value: &serde_json::Value, out: &mut Vec<Hash>) {
    match value {
        serde_json::Value::String(text) => out.extend(Hash::parse(text)),
        serde_json::Value::Array(all) => all.iter().for_each(|v| hashes_in(v, out)),
        serde_json::Value::Object(all) => all.values().for_each(|v| hashes_in(v, out)),
        _ => {}
    }
}

pub fn salt() -> sheet::Salt {
    let hex: String = random::<16>().iter().map(|b| format!("{b:02x}")).collect();
    t(&hex)
}

impl<'a> Story<'a> {
    pub fn new(engine: &'a Engine, cast: &'a Cast, regulation: &str) -> Story<'a> {
        Story { engine, through: None, cast, regulation: regulation.to_owned(), numbers: AtomicU32::new(0), files: Mutex::default() }
    }

    /// Numbers papers from here on: another story on the same database needs numbers of its own.
    pub fn numbered_from(self, number: u32) -> Story<'a> {
        Story { numbers: AtomicU32::new(number), ..self }
    }

    /// A sample file: a page that says what it stands for.
    pub fn file(&self, name: &str, said: &[&str]) -> Hash {
        let bytes = sample::pdf(name, said).expect("the font of the demonstration can be read");
        let hash = Hash::of(&bytes);
        self.attached().files.insert(hash, SampleFile { name: format!("{name} (dữ liệu mẫu).pdf"), bytes });
        hash
    }

    pub fn attachment(&self, name: &str) -> Attachment {
        self.attachment_on(name, &[])
    }

    /// An attachment with some paragraphs on what it shows.
    pub fn attachment_on(&self, name: &str, said: &[&str]) -> Attachment {
        Attachment { name: t(&format!("{name} (dữ liệu mẫu)")), sha256: self.file(name, said), valid_to: None }
    }

    fn attached(&self) -> MutexGuard<'_, Attached> {
        self.files.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// The files so far, and the records they were given to.
    pub fn files(&self) -> Attached {
        self.attached().clone()
    }

    /// What a command names of the story's files was given to the record that it is of; what a paper holds,
    /// to the records of its acts.
    fn note(&self, who: &Persona, stream: Id, command: &Command) {
        if let Command::Document(document::Command::Submit { snapshot }) = command {
            snapshot.acts.iter().for_each(|act| self.note(who, act.stream, &act.command));
            return;
        }
        let mut hashes = Vec::new();
        hashes_in(&serde_json::to_value(command).unwrap_or_default(), &mut hashes);
        let at = self.engine.clock.now();
        let mut attached = self.attached();
        for sha256 in hashes.into_iter().filter(|hash| attached.files.contains_key(hash)).collect::<Vec<_>>() {
            attached.given.entry(Given { stream, sha256, by: who.account, org: who.org }).or_insert(at);
        }
    }

    pub fn today(&self) -> NaiveDate {
        legal_date(self.engine.clock.now())
    }

    fn regulation(&self) -> Regulation {
        self.engine.directory().regulations.get(&self.regulation).cloned().expect("the demonstration's version is loaded")
    }

    /// Lets working days pass; the hour stays.
    pub fn pass(&self, working_days: u32) {
        let directory = self.engine.directory();
        let mut now = self.engine.clock.now();
        let mut left = working_days;
        while left > 0 {
            now = now.checked_add_days(Days::new(1)).unwrap_or(now);
            if directory.calendar.works(legal_date(now)) {
                left -= 1;
            }
        }
        self.engine.clock.set(now);
    }

    pub async fn act(&self, who: &Persona, stream: impl Into<Id>, command: impl Into<Command>) -> Result<Receipt, Problem> {
        let ask = Ask::new(who.actor(), stream, command);
        let receipt = match self.through {
            None => self.engine.execute(ask.clone()).await,
            Some(through) => through.act(&ask).await,
        }?;
        self.note(who, ask.stream, &ask.command);
        Ok(receipt)
    }

    /// The same story told through something else.
    pub fn told_through(self, through: &'a dyn Through) -> Story<'a> {
        Story { through: Some(through), ..self }
    }

    async fn state<M: Known>(&self, id: impl Into<Id>) -> Result<M::State, Problem>
    where
        M::State: Clone,
    {
        let id = id.into();
        let loaded = self.engine.store.load_one(id).await?;
        let state = loaded.as_ref().and_then(|l| M::known(&l.neighbour.whole.state)).cloned();
        state.ok_or(Problem::Refusal(ndp_domain::refusal::Refusal::StreamNotFound { stream: id }))
    }

    /// A paper through its steps, each by its own person, as far as asked.
    pub async fn paper(&self, desk: &Desk, subject: &str, acts: Vec<(Id, Command)>, until: Until) -> Result<DocumentId, Problem> {
        self.paper_of(desk, &desk.officer, &desk.signer, None, subject, acts, until).await
    }

    #[allow(clippy::too_many_arguments)]
    async fn paper_of(
        &self,
        desk: &Desk,
        drafter: &Persona,
        signer: &Persona,
        body: Option<BodyId>,
        subject: &str,
        acts: Vec<(Id, Command)>,
        until: Until,
    ) -> Result<DocumentId, Problem> {
        use document::Command as D;
        let id = DocumentId(self.engine.id());
        let pinned: Vec<PinnedAct> = acts.iter().map(|(stream, command)| PinnedAct { stream: *stream, act: command.act() }).collect();
        let to = self.addressee(desk, pinned.first());
        let draft = D::Draft {
            id,
            regulation: self.regulation.clone(),
            issuing: desk.org,
            unit: drafter.unit.as_deref().map(t),
            body,
            acts: pinned,
        };
        let frozen = acts.into_iter().map(|(stream, command)| FrozenAct { stream, command }).collect();
        let recipients = vec![to];
        let snapshot =
            Snapshot { subject: t(&format!("{subject} (dữ liệu mẫu)")), recipients: recipients.clone(), text: None, acts: frozen };
        let number = self.next_number();
        let today = self.today();
        let sign = D::Sign { snapshot: None, file_sha256: self.file(subject, &[]), file_date: today, remark: None };
        let symbol = t("DLM");
        let number = D::Number { number: Number { number, symbol, date: today, book: t("Công văn đi"), imported: true } };
        let steps: [(Until, &Persona, D); 9] = [
            (Until::Draft, drafter, draft),
            (Until::Submitted, drafter, D::Submit { snapshot }),
            (Until::Initialled, &desk.unit_head, D::Initial { remark: None }),
            (Until::Checked, &desk.form_checker, D::CheckForm { remark: None }),
            (Until::Signed, signer, sign),
            (Until::Numbered, &desk.records, number),
            (Until::Sealed, &desk.records, D::Seal { file_sha256: None }),
            (Until::Issued, &desk.records, D::Issue { recipients }),
            (Until::Filed, &desk.records, D::File { code: t("HS-MAU-01") }),
        ];
        for (_, who, command) in steps.into_iter().filter(|(step, ..)| *step <= until) {
            self.act(who, id, command).await?;
        }
        Ok(id)
    }

    /// Who receives a paper: whoever its act is for.
    fn addressee(&self, desk: &Desk, first: Option<&PinnedAct>) -> OrganisationId {
        use ndp_domain::acts::ActId::*;
        let cast = self.cast;
        match first.map(|a| a.act) {
            Some(L2 | L6 | L10) => cast.keeper.org,
            Some(L5 | L7 | L8 | L9 | L11 | L12 | C3 | B3) => cast.managing.org,
            Some(C2) => cast.consulted.org,
            Some(E6 | E8 | E10 | E12 | E22 | E23 | E24 | E27 | E31 | R6 | R8 | R9 | R10 | R11 | R14) => cast.enterprise,
            _ => desk.org,
        }
    }

    /// A list entry as far as asked: 1 draft, 2 submitted, 3 received, 4 assigned, 5 listed.
    pub async fn list_entry(&self, name: &str, until: u8) -> Result<ListEntryId, Problem> {
        use list_entry::Command as L;
        let cast = self.cast;
        let id = ListEntryId(self.engine.id());
        let title: Text<300> = t(&format!("{name} (dữ liệu mẫu)"));
        let draft = L::Draft { regulation: self.regulation.clone(), managing: cast.managing.org, unit: t(UNIT), title: title.clone() };
        self.act(&cast.managing.officer, id, draft).await?;
        if until >= 2 {
            self.paper(
                &cast.managing,
                "Đề xuất bổ sung vào Danh mục",
                vec![(id.into(), self.proposal(title.as_str()).into())],
                Until::Filed,
            )
            .await?;
        }
        if until >= 3 {
            let incoming = Incoming { number: t("1024/CVĐ"), arrived_on: self.today() };
            self.act(&cast.keeper.records, id, L::Register { incoming }).await?;
        }
        if until >= 4 {
            let assign = L::Assign { officer: cast.keeper.officer.account, until: self.today() + Days::new(14), remark: None };
            self.act(&cast.keeper.unit_head, id, assign).await?;
        }
        if until >= 5 {
            self.pass(3);
            let list = L::List { managing: cast.managing.org, overlap_explained: None };
            self.paper(&cast.keeper, "Bổ sung vào Danh mục nền tảng số quốc gia", vec![(id.into(), list.into())], Until::Issued).await?;
        }
        Ok(id)
    }

    /// The proposal of a list entry (L2).
    pub fn proposal(&self, name: &str) -> list_entry::Command {
        let proposal = Proposal {
            name_vi: t(name),
            name_en: None,
            need: t("Nhu cầu mẫu để minh họa quy trình."),
            users: t("Cơ quan nhà nước, doanh nghiệp, người dân."),
            scope: t("Toàn quốc."),
            legal_basis: None,
            overlap: OverlapStatement::NoneKnown,
            files: vec![self.attachment("Phiếu thông tin")],
        };
        list_entry::Command::Submit { proposal }
    }

    /// The set's text: the whole framework, inherited.
    pub fn set_text(&self) -> SetText {
        let line = |c: &ndp_domain::regulation::Criterion| SetLine {
            code: t(&c.code),
            group: t(&c.group),
            name_vi: t(&c.name_vi),
            name_en: Some(t(&c.name_en)),
            lineage: Lineage::Inherited,
            evidence: t("Minh chứng mẫu."),
            checked_against_annex: c.checked_against_annex,
            force: Force::Must,
            conditional: false,
        };
        SetText {
            lines: self.regulation().framework.iter().map(line).collect(),
            market: Market {
                definition_vi: t("Thị trường tiềm năng hư cấu: các tổ chức có nhu cầu sử dụng."),
                definition_en: Some(t("Fictitious potential market: the organisations that need it.")),
                unit: t("tổ chức"),
                method: t("Đếm tổ chức có tài khoản hoạt động trong kỳ."),
                source: t("Số liệu mẫu."),
            },
            security_level: Some(3),
        }
    }

    /// A criteria set as far as asked: 1 drafting, 2 consulting, 3 promulgated, 4 a second version
    /// in the place of the first.
    pub async fn criteria_set(&self, entry: ListEntryId, until: u8) -> Result<CriteriaSetId, Problem> {
        let set = criteria_set::set_of(entry);
        self.version(entry, set, Basis::Framework, until).await?;
        if until >= 4 {
            self.criteria_set_again(entry, set).await?;
        }
        Ok(set)
    }

    /// A second version in the place of the first.
    pub async fn criteria_set_again(&self, entry: ListEntryId, set: CriteriaSetId) -> Result<(), Problem> {
        self.version(entry, set, Basis::Version(1), 3).await
    }

    async fn version(&self, entry: ListEntryId, set: CriteriaSetId, basis: Basis, until: u8) -> Result<(), Problem> {
        use criteria_set::Command as C;
        let cast = self.cast;
        self.act(&cast.managing.officer, set, C::Begin { entry, basis }).await?;
        if until < 2 {
            return Ok(());
        }
        let consult = C::Consult { draft: self.set_text(), consulted: vec![cast.keeper.org, cast.consulted.org] };
        self.paper(&cast.managing, "Lấy ý kiến dự thảo bộ tiêu chí", vec![(set.into(), consult.into())], Until::Issued).await?;
        if until < 3 {
            return Ok(());
        }
        self.finish_version(set).await
    }

    /// Opinions on the draft that was sent out, their answers, and the promulgation.
    async fn finish_version(&self, set: CriteriaSetId) -> Result<(), Problem> {
        use criteria_set::Command as C;
        let cast = self.cast;
        self.pass(5);
        let state = self.state::<CriteriaSet>(set).await?;
        let draft = state.working().and_then(|v| v.consultation.as_ref()).map(|c| c.draft).expect("the set was just sent out");
        let mut responses = Vec::new();
        let answers = [
            (&cast.keeper_consulted, Verdict::Agree, None),
            (&cast.consulted, Verdict::AgreeWithConditions, Some("Đề nghị làm rõ cấp độ an toàn.")),
        ];
        for (desk, verdict, text) in answers {
            let opinion = OpinionId(self.engine.id());
            let give = opinion::Command::Give { set, draft, organisation: desk.org, verdict, text: text.map(t) };
            self.paper(desk, "Góp ý dự thảo bộ tiêu chí", vec![(opinion.into(), give.into())], Until::Issued).await?;
            responses.push(Response { opinion, answer: Answer::Accepted, text: t("Tiếp thu.") });
        }
        self.pass(2);
        let promulgate = C::Promulgate { text: self.set_text(), responses, effective_from: self.today() };
        self.paper(&cast.managing, "Ban hành bộ tiêu chí xét duyệt", vec![(set.into(), promulgate.into())], Until::Issued).await?;
        Ok(())
    }

    /// The next number of a paper.
    fn next_number(&self) -> u32 {
        self.numbers.fetch_add(1, Ordering::Relaxed) + 1
    }

    fn members(&self) -> Vec<Persona> {
        let cast = self.cast;
        [cast.chair.clone(), cast.vice_chair.clone()].into_iter().chain(cast.evaluators.iter().cloned()).collect()
    }

    /// A council as far as asked: 1 planned, 2 established, 3 ready for this product.
    pub async fn body(&self, name: &str, product: Option<ProductId>, until: u8) -> Result<BodyId, Problem> {
        use body::Command as B;
        let cast = self.cast;
        let id = BodyId(self.engine.id());
        let choose = B::Choose {
            id,
            name: t(&format!("{name} (dữ liệu mẫu)")),
            form: Form::Council,
            regulation: self.regulation.clone(),
            managing: cast.managing.org,
            unit: t(EVALUATING_UNIT),
            products: product.into_iter().collect(),
            note: Some(t("Chọn hình thức Hội đồng.")),
        };
        self.act(&cast.evaluating_head, id, choose).await?;
        if until < 2 {
            return Ok(id);
        }
        let member = |p: &Persona| Member { person: p.account, organisation: p.org, capacity: t("Thành viên mẫu") };
        let establishing = Establishing {
            members: self.members().iter().map(member).collect(),
            chair: cast.chair.account,
            vice_chair: Some(cast.vice_chair.account),
            secretary: cast.secretary.account,
            support: vec![cast.support.account],
            rules: self.regulation().body,
            term_to: None,
        };
        self.paper(&cast.managing, "Thành lập Hội đồng đánh giá", vec![(id.into(), B::Establish { establishing }.into())], Until::Issued)
            .await?;
        if let (Some(product), true) = (product, until >= 3) {
            self.declare(id, product, None).await?;
            self.act(&cast.secretary, id, B::DeclareReady { product, reviewers: vec![cast.vice_chair.account], leads: BTreeMap::new() })
                .await?;
        }
        Ok(id)
    }

    /// Every member declares for a product; `recused` has a conflict.
    pub async fn declare(&self, body: BodyId, product: ProductId, recused: Option<AccountId>) -> Result<(), Problem> {
        for member in self.members() {
            let conflict = if Some(member.account) == recused {
                Conflict::Declared { relations: vec![Relation::Client], explanation: t("Đang tư vấn cho doanh nghiệp (mẫu).") }
            } else {
                Conflict::None
            };
            let id = DeclarationId(self.engine.id());
            self.act(&member.as_duty(Duty::Evaluator), id, declaration::Command::Declare { body, product, conflict }).await?;
        }
        Ok(())
    }
}
