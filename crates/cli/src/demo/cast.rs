//! The people of the demonstration: one persona for each duty, with invented names that say so.

use chrono::NaiveDate;
use ndp_domain::account;
use ndp_domain::authority::{Duty, Level, Side};
use ndp_domain::document::SigningForm;
use ndp_domain::id::{AccountId, OrganisationId};
use ndp_domain::occasion::Actor;
use ndp_domain::time::legal_date;
use ndp_engine::{Ask, Engine, Problem};

/// A person in one duty.
#[derive(Debug, Clone)]
pub struct Persona {
    pub duty: Duty,
    pub account: AccountId,
    pub org: OrganisationId,
    pub unit: Option<String>,
}

impl Persona {
    pub fn actor(&self) -> Actor {
        Actor { account: Some(self.account), org: Some(self.org), unit: self.unit.clone(), duty: Some(self.duty) }
    }
    /// The same person in another duty of the body.
    pub fn as_duty(&self, duty: Duty) -> Persona {
        Persona { duty, ..self.clone() }
    }
}

/// The five who make a paper at one organisation.
#[derive(Debug, Clone)]
pub struct Desk {
    pub org: OrganisationId,
    pub officer: Persona,
    pub unit_head: Persona,
    pub form_checker: Persona,
    pub signer: Persona,
    pub records: Persona,
}

impl Cast {
    /// Everybody, each once.
    pub fn all(&self) -> Vec<&Persona> {
        let desks = [&self.managing, &self.keeper, &self.keeper_consulted, &self.consulted];
        let of_desks = desks.into_iter().flat_map(|d| [&d.officer, &d.unit_head, &d.form_checker, &d.signer, &d.records]);
        let mut all: Vec<&Persona> = std::iter::once(&self.administrator)
            .chain(of_desks)
            .chain([&self.evaluating_head, &self.applicant, &self.chair, &self.vice_chair])
            .chain(&self.evaluators)
            .chain([&self.secretary, &self.support, &self.hired_unit])
            .chain(&self.others)
            .collect();
        all.sort_by_key(|p| (p.duty.code(), p.account));
        all.dedup_by_key(|p| p.account);
        all
    }
}

/// Everybody.
#[derive(Debug, Clone)]
pub struct Cast {
    pub administrator: Persona,
    pub managing: Desk,
    pub keeper: Desk,
    /// The keeper of the List as a body asked for its opinion.
    pub keeper_consulted: Desk,
    pub consulted: Desk,
    /// Head of the unit that organises evaluations: another unit than the one that proposes.
    pub evaluating_head: Persona,
    pub applicant: Persona,
    pub enterprise: OrganisationId,
    pub chair: Persona,
    pub vice_chair: Persona,
    /// Members beside chair and vice-chair.
    pub evaluators: Vec<Persona>,
    pub secretary: Persona,
    pub support: Persona,
    /// The competent unit that is hired: an organisation of its own.
    pub hired_unit: Persona,
    /// Duties that later parts use: registered, so that each duty has its persona.
    pub others: Vec<Persona>,
}

/// Unit that proposes, and unit that organises evaluations, in the managing ministry.
pub const UNIT: &str = "cuc-chuyen-doi-so";
pub const EVALUATING_UNIT: &str = "vu-khoa-hoc-cong-nghe";
/// Where the units' proposals come together.
pub const COORDINATING_UNIT: &str = "van-phong";

struct Casting<'a> {
    engine: &'a Engine,
    administrator: Persona,
    from: NaiveDate,
}

impl Casting<'_> {
    /// Opens an account and grants a duty; a body's duties come from its decision alone.
    async fn person(&self, duty: Duty, org: OrganisationId, unit: Option<&str>) -> Result<Persona, Problem> {
        let id = AccountId(self.engine.id());
        let admin = self.administrator.actor();
        self.engine.execute(Ask::new(admin.clone(), id, account::Command::Open { id })).await?;
        let unit = unit.map(str::to_owned);
        if duty.side() != Side::Body || duty == Duty::HiredUnit {
            let form = (duty.level() == Level::Signer).then_some(SigningForm::Deputy);
            let held = account::Held { duty, org, unit: unit.clone(), from: self.from, to: None, form, scope: Vec::new(), basis: None };
            self.engine.execute(Ask::new(admin, id, account::Command::Grant { held })).await?;
        }
        Ok(Persona { duty, account: id, org, unit })
    }

    async fn desk(&self, org: OrganisationId, duties: [Duty; 5]) -> Result<Desk, Problem> {
        let [officer, unit_head, form_checker, signer, records] = duties;
        Ok(Desk {
            org,
            officer: self.person(officer, org, Some(UNIT)).await?,
            unit_head: self.person(unit_head, org, Some(UNIT)).await?,
            form_checker: self.person(form_checker, org, None).await?,
            signer: self.person(signer, org, None).await?,
            records: self.person(records, org, None).await?,
        })
    }
}

/// Opens every account. `managing`, `keeper` and `consulted` are real ministries; the enterprise
/// is invented.
pub async fn cast(
    engine: &Engine,
    administrator: AccountId,
    [managing, keeper, consulted, locality]: [OrganisationId; 4],
    enterprise: OrganisationId,
    hired: OrganisationId,
) -> Result<Cast, Problem> {
    use Duty::*;
    let administrator = Persona { duty: Administrator, account: administrator, org: keeper, unit: None };
    let casting = Casting { engine, administrator: administrator.clone(), from: legal_date(engine.clock.now()) };
    let managing_desk =
        casting.desk(managing, [ManagingOfficer, ManagingUnitHead, ManagingFormChecker, ManagingSigner, ManagingRecords]).await?;
    let keeper_desk = casting.desk(keeper, [ListOfficer, ListUnitHead, ListFormChecker, ListKeeper, ListRecords]).await?;
    let keeper_consulted = Desk {
        officer: casting.person(ConsultedOfficer, keeper, Some(UNIT)).await?,
        signer: casting.person(ConsultedSigner, keeper, None).await?,
        ..keeper_desk.clone()
    };
    let consulted_desk =
        casting.desk(consulted, [ConsultedOfficer, ManagingUnitHead, ManagingFormChecker, ConsultedSigner, ManagingRecords]).await?;
    let mut evaluators = Vec::new();
    for _ in 0..3 {
        evaluators.push(casting.person(Evaluator, managing, None).await?);
    }
    let mut others = Vec::new();
    for (duty, org) in [
        (ManagingCoordinator, managing),
        (ProvinceOfficer, locality),
        (CommuneOfficer, locality),
        (Operator, enterprise),
        (Auditor, keeper),
        (CountingBoard, managing),
        (ManagingUnitHead, managing),
    ] {
        // Who collects the units' proposals sits in the coordinating unit, and so does the head of that one.
        let unit = matches!(duty, ManagingCoordinator | ManagingUnitHead).then_some(COORDINATING_UNIT);
        others.push(casting.person(duty, org, unit).await?);
    }
    Ok(Cast {
        administrator,
        managing: managing_desk,
        keeper: keeper_desk,
        keeper_consulted,
        consulted: consulted_desk,
        evaluating_head: casting.person(ManagingUnitHead, managing, Some(EVALUATING_UNIT)).await?,
        applicant: casting.person(Applicant, enterprise, None).await?,
        enterprise,
        chair: casting.person(Chair, managing, None).await?,
        vice_chair: casting.person(ViceChair, managing, None).await?,
        evaluators,
        secretary: casting.person(Secretary, managing, None).await?,
        support: casting.person(Support, managing, None).await?,
        hired_unit: casting.person(HiredUnit, hired, None).await?,
        others,
    })
}

/// What a sample person is called: what they do, with a number where several do it. Nobody's name.
pub(crate) fn sample_name(duty: &str, email: &str) -> String {
    let (side, level) = duty.split_once('-').unwrap_or((duty, ""));
    let role = match (side, level) {
        ("MA" | "FA" | "CO", "O") => "Chuyên viên",
        ("MA" | "FA" | "CO", "U") => "Lãnh đạo đơn vị",
        ("MA" | "FA" | "CO", "G") => "Kiểm tra thể thức",
        ("MA" | "FA" | "CO", "S") => "Người ký",
        ("MA" | "FA" | "CO", "V") => "Văn thư",
        ("MA", "K") => "Đầu mối tổng hợp",
        ("CH", _) => "Chủ tịch",
        ("VC", _) => "Phó chủ tịch",
        ("EV", _) => "Ủy viên",
        ("SEC", _) => "Thư ký",
        ("SUP", _) => "Tổ giúp việc",
        ("HU", _) => "Đại diện đơn vị được thuê",
        ("EN", _) => "Đại diện doanh nghiệp",
        ("OP", _) => "Đầu mối vận hành",
        ("LOC", "P") => "Cán bộ cấp tỉnh",
        ("LOC", _) => "Cán bộ cấp xã",
        ("ADM", _) => "Quản trị",
        ("AUD", _) => "Kiểm toán",
        (other, _) => other,
    };
    let local = email.split('.').next().unwrap_or_default();
    let number: String = local.chars().filter(char::is_ascii_digit).collect();
    match (side, number.as_str()) {
        ("EV", "") => format!("{role} 1"),
        (_, "") => role.to_owned(),
        (_, n) => format!("{role} {n}"),
    }
}
