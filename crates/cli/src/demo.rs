//! The demonstration: an embedded database with real organisations, invented platforms and one
//! persona for each duty; three dossiers taken to their outcome and records standing at every
//! stage.

pub mod cast;
pub mod sample;
pub mod story;

use chrono::{DateTime, Utc};
use ndp_domain::account;
use ndp_domain::acts::ActId;
use ndp_domain::dossier::Dossier;
use ndp_domain::id::{AccountId, DossierId, Id, Kind, OrganisationId};
use ndp_domain::machine::Machine;
use ndp_domain::organisation::{self, Ground, Record};
use ndp_engine::keys::SealKey;
use ndp_engine::reference::{self, Mistake, Sources};
use ndp_engine::{Clock, Engine, Problem};
use ndp_files::{FileFault, Files};
use ndp_store::files::Upload;
use ndp_store::{Fault, Store};
use serde::{Deserialize, Serialize};
use story::{Story, Until, t};

/// Regulation version of the demonstration.
pub const REGULATION: &str = "1230-2023";

/// Where the demonstration's clock starts: Monday 2 March 2026, 9:00 in Viet Nam.
pub fn start() -> DateTime<Utc> {
    DateTime::from_timestamp(1_772_416_800, 0).unwrap_or_default()
}

/// Outcome of one journey.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Journey {
    pub journey: String,
    pub dossier: String,
    pub id: String,
    pub outcome: String,
    /// Where it ended.
    pub ended: String,
}

/// What the demonstration left behind.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Told {
    pub journeys: Vec<Journey>,
    pub personas: Vec<Who>,
    pub clock: DateTime<Utc>,
    /// The sample files, and the records they were given to.
    #[serde(skip)]
    pub files: story::Attached,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Who {
    pub duty: String,
    pub organisation: String,
    pub account: String,
    /// To sign in with.
    #[serde(default)]
    pub email: String,
}

#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    #[error("{0:?}")]
    Reference(Vec<Mistake>),
    #[error(transparent)]
    Problem(#[from] Problem),
    #[error(transparent)]
    Fault(#[from] Fault),
    #[error("the data has no organisation {0}")]
    Organisation(&'static str),
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

/// An enterprise invented for the demonstration.
pub fn sample_enterprise() -> Record {
    Record {
        code: t("DN-MAU"),
        name_vi: t("Công ty Nền tảng Mẫu (dữ liệu mẫu)"),
        name_en: Some(t("Sample Platform Company (sample data)")),
        symbol: None,
        class: t("enterprise"),
        locality: None,
        valid_from: None,
        valid_to: None,
        ground: Ground::Sample,
    }
}

/// A competent unit invented for the demonstration.
pub fn sample_hired_unit() -> Record {
    Record {
        code: t("DV-MAU"),
        name_vi: t("Trung tâm Đánh giá Mẫu (dữ liệu mẫu)"),
        name_en: Some(t("Sample Evaluation Centre (sample data)")),
        class: t("hired unit"),
        ..sample_enterprise()
    }
}

/// Installs the reference data, the organisations and the people.
pub async fn install(engine: &Engine, sources: &Sources) -> Result<cast::Cast, DemoError> {
    let data = reference::parse(sources).map_err(DemoError::Reference)?;
    engine.install(sources, &data).await?;
    let directory = engine.directory();
    let org = |code: &'static str| directory.organisation(code).ok_or(DemoError::Organisation(code));
    let (managing, keeper, consulted) = (org("BTC")?, org("BKHCN")?, org("BCA")?);
    let committee = directory
        .organisations
        .values()
        .find(|o| o.record.class.as_str() == "people's committee" && o.record.valid_to.is_none())
        .map(|o| o.id)
        .ok_or(DemoError::Organisation("UBND"))?;
    let enterprise: OrganisationId = engine.install_organisation(sample_enterprise()).await?;
    let hired = engine.install_organisation(sample_hired_unit()).await?;
    let administrator = engine.install_administrator(keeper).await?;
    Ok(cast::cast(engine, administrator, [managing, keeper, consulted, committee], enterprise, hired).await?)
}

/// The units of the managing ministry that the story speaks of, so that pages name them.
async fn units(story: &Story<'_>) -> Result<(), DemoError> {
    let all = [
        (cast::UNIT, "Cục Chuyển đổi số (dữ liệu mẫu)", "Digital Transformation Department (sample data)", false),
        (cast::COORDINATING_UNIT, "Văn phòng Bộ (dữ liệu mẫu)", "Ministry Office (sample data)", true),
        (cast::EVALUATING_UNIT, "Vụ Khoa học và Công nghệ (dữ liệu mẫu)", "Science and Technology Department (sample data)", false),
    ];
    for (code, vi, en, coordinating) in all {
        let unit = organisation::Unit { code: t(code), name_vi: t(vi), name_en: Some(t(en)), coordinating, from: None, to: None };
        story.act(&story.cast.administrator, story.cast.managing.org, organisation::Command::RecordUnit { unit }).await?;
    }
    story.engine.refresh().await?;
    Ok(())
}

/// Tells everything. `progress` hears parts done and in all.
pub async fn tell(engine: &Engine, sources: &Sources, key: &SealKey, progress: impl Fn(u64, u64)) -> Result<Told, DemoError> {
    const PARTS: u64 = 9;
    progress(0, PARTS);
    let cast = install(engine, sources).await?;
    progress(1, PARTS);
    let story = Story::new(engine, &cast, REGULATION);
    units(&story).await?;
    let imported = story.import_shipped().await?;
    story.reorganise(&imported).await?;
    progress(2, PARTS);
    let entry = story.list_entry("Nền tảng họp trực tuyến mẫu", 5).await?;
    let set = story.criteria_set(entry, 3).await?;
    let mut journeys = Vec::new();
    for (name, market, unmet, act) in [
        ("national", (2_600_000, 4_000_000), &[][..], ActId::E22),
        ("potential", (1_200_000, 4_000_000), &[][..], ActId::E23),
        ("rejected", (2_600_000, 4_000_000), &["G2.1"][..], ActId::E24),
    ] {
        let called = match act {
            ActId::E22 => "đủ điều kiện quốc gia",
            ActId::E23 => "đủ điều kiện tiềm năng",
            _ => "còn tiêu chí không đạt",
        };
        let (dossier, product) = story.dossier(&format!("Nền tảng mẫu {called}"), entry, set).await?;
        story.hand_in(dossier, Some(market), 4).await?;
        let recused = (name == "rejected").then(|| cast.evaluators.last().map(|e| e.account)).flatten();
        let body = story.body("Hội đồng đánh giá mẫu", None, 2).await?;
        story.declare(body, product, recused).await?;
        let ready =
            ndp_domain::body::Command::DeclareReady { product, reviewers: vec![cast.vice_chair.account], leads: Default::default() };
        story.act(&cast.secretary, body, ready).await?;
        story.evaluate(dossier, body, unmet, recused, 4).await?;
        if let Some(publication) = story.decide(dossier, act).await? {
            story.publish(publication, 2).await?;
        }
        journeys.push(journey(engine, name, dossier).await?);
        progress(2 + journeys.len() as u64, PARTS);
    }
    standing(&story, entry, set).await?;
    progress(6, PARTS);
    story.side_roads(entry, set).await?;
    story.last_year(entry).await?;
    progress(8, PARTS);
    engine.seal(key).await?;
    progress(PARTS, PARTS);
    let directory = engine.directory();
    let mut seen: std::collections::BTreeMap<String, u32> = std::collections::BTreeMap::new();
    let who = |p: &&cast::Persona| {
        let organisation = directory.organisations.get(&p.org).map(|o| o.record.code.to_string()).unwrap_or_default();
        let place = ndp_domain::text::fold(&organisation).replace(' ', "-");
        let number = seen.entry(format!("{}.{place}", p.duty.code())).or_default();
        *number += 1;
        let number = if *number == 1 { String::new() } else { number.to_string() };
        let email = format!("{}{number}.{place}@{}", p.duty.code().to_lowercase(), crate::serving::DEMO_DOMAIN);
        Who { duty: p.duty.code().to_owned(), organisation, account: p.account.to_string(), email }
    };
    // Nobody is a counting board but for one meeting: whoever chairs it says who.
    let people = cast.all().into_iter().filter(|p| p.duty != ndp_domain::authority::Duty::CountingBoard).collect::<Vec<_>>();
    Ok(Told { journeys, personas: people.iter().map(who).collect(), clock: engine.clock.now(), files: story.files() })
}

/// Keeps the story's files where evidence is kept, each with the records it was given to.
pub async fn keep_files(store: &Store, files: &Files, attached: &story::Attached) -> Result<(), FileFault> {
    for file in attached.files.values() {
        files.keep(file.bytes.clone().into()).await?;
    }
    for (given, at) in &attached.given {
        let Some(file) = attached.files.get(&given.sha256) else { continue };
        let upload = Upload {
            id: given.stream.uuid,
            stream: given.stream.uuid,
            account: given.by,
            held_by: given.org.to_string(),
            name: file.name.clone(),
            valid_to: None,
            size: file.bytes.len() as u64,
            received: 0,
            parts: Vec::new(),
        };
        let kept = store.attach(&upload, given.sha256, "application/pdf", None, *at).await;
        kept.map_err(|fault| std::io::Error::other(fault.to_string()))?;
    }
    Ok(())
}

async fn journey(engine: &Engine, name: &str, dossier: DossierId) -> Result<Journey, DemoError> {
    let id: Id = dossier.into();
    let loaded = engine.store.load_one(id).await?;
    let missing = || Fault::Inconsistent { table: "stream", record: id.to_string(), what: "no dossier".to_owned() };
    let state = loaded.as_ref().and_then(|l| Dossier::of(&l.neighbour.whole.state)).ok_or_else(missing)?;
    let outcome = state.decision.as_ref().map_or("", |(outcome, _)| outcome.name());
    let recognition = engine.store.load(&[ndp_domain::evidence::Need::OfProduct(state.product, Kind::Publication)]).await?;
    let ended = recognition.values().next().map_or(Dossier::stage(state), |l| l.neighbour.whole.state.stage());
    Ok(Journey {
        journey: name.to_owned(),
        dossier: state.code.clone(),
        id: id.to_string(),
        outcome: outcome.to_owned(),
        ended: ended.to_owned(),
    })
}

/// Leaves a record standing at every stage that the table reaches.
async fn standing(story: &Story<'_>, entry: ndp_domain::id::ListEntryId, set: ndp_domain::id::CriteriaSetId) -> Result<(), Problem> {
    use ndp_domain::document::Command as D;
    let cast = story.cast;
    let away = AccountId(story.engine.id());
    story.act(&cast.administrator, away, account::Command::Open { id: away }).await?;
    story.act(&cast.administrator, away, account::Command::Suspend { reason: t("Chuyển công tác (mẫu).") }).await?;
    for (until, name) in [(1, "dự thảo"), (2, "chờ tiếp nhận"), (3, "đã tiếp nhận"), (4, "đang thụ lý")] {
        story.list_entry(&format!("Nền tảng mẫu {name}"), until).await?;
    }
    for (until, name) in [(1, "đang xây dựng"), (2, "đang lấy ý kiến"), (4, "hai phiên bản")] {
        let entry = story.list_entry(&format!("Nền tảng mẫu bộ tiêu chí {name}"), 5).await?;
        story.criteria_set(entry, until).await?;
    }
    let papers = [Until::Draft, Until::Submitted, Until::Initialled, Until::Checked, Until::Signed, Until::Numbered, Until::Sealed];
    for (n, until) in papers.into_iter().enumerate() {
        let title = format!("Nền tảng mẫu văn bản {}", n + 1);
        let draft = story.list_entry(&title, 1).await?;
        let submit = story.proposal(&format!("{title} (dữ liệu mẫu)"));
        story.paper(&cast.managing, "Đề xuất bổ sung vào Danh mục", vec![(draft.into(), submit.clone().into())], until).await?;
        if until == Until::Submitted {
            let returned =
                story.paper(&cast.managing, "Đề xuất bổ sung vào Danh mục", vec![(draft.into(), submit.clone().into())], until).await?;
            story.act(&cast.managing.unit_head, returned, D::Return { remark: t("Bổ sung căn cứ.") }).await?;
        }
        if until == Until::Draft {
            let void = story.paper(&cast.managing, "Đề xuất bổ sung vào Danh mục", vec![(draft.into(), submit.into())], until).await?;
            story.act(&cast.managing.officer, void, D::Discard {}).await?;
        }
    }
    for (name, until) in [("đã chọn hình thức", 1), ("đã thành lập", 2)] {
        story.body(&format!("Hội đồng mẫu {name}"), None, until).await?;
    }
    story.dossier("Nền tảng mẫu hồ sơ dự thảo", entry, set).await?;
    for until in 1..=4 {
        let (dossier, _) = story.dossier(&format!("Nền tảng mẫu hồ sơ bước {until}"), entry, set).await?;
        story.hand_in(dossier, Some((900_000, 4_000_000)), until).await?;
    }
    for until in 1..=4 {
        let (dossier, product) = story.dossier(&format!("Nền tảng mẫu vòng đánh giá {until}"), entry, set).await?;
        story.hand_in(dossier, Some((2_100_000, 4_000_000)), 4).await?;
        let body = story.body("Hội đồng đánh giá mẫu", Some(product), 3).await?;
        story.evaluate(dossier, body, &[], None, until).await?;
    }
    for until in 0..=1 {
        let (dossier, product) = story.dossier(&format!("Nền tảng mẫu chờ công bố {until}"), entry, set).await?;
        story.hand_in(dossier, Some((2_100_000, 4_000_000)), 4).await?;
        let body = story.body("Hội đồng đánh giá mẫu", Some(product), 3).await?;
        story.evaluate(dossier, body, &[], None, 4).await?;
        let publication = story.decide(dossier, ActId::E22).await?;
        if let (Some(publication), 1) = (publication, until) {
            story.publish(publication, 1).await?;
        }
    }
    Ok(())
}

/// Opens an engine over an embedded database file, migrated, with the demonstration's clock.
pub async fn open(file: &std::path::Path, clock: DateTime<Utc>) -> Result<Engine, Fault> {
    let place = ndp_store::Place::embedded(file, true);
    Store::migrate(&place).await?;
    Engine::open(Store::open(&place).await?, Clock::at(clock)).await
}
