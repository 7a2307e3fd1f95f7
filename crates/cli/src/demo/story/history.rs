//! What was there before the software: platforms and lists from the shipped files, each with its
//! evidence, and the reorganisation of March 2025 applied to them.

use super::{Story, t};
use ndp_domain::edition;
use ndp_domain::historical::{Historical, Proof};
use ndp_domain::id::{EditionId, Id, ListEntryId, OrganisationId, ProductId, RecognitionId};
use ndp_domain::organisation::Ground;
use ndp_domain::product;
use ndp_domain::publication::Register;
use ndp_domain::recognition::{self, Class};
use ndp_engine::Problem;
use ndp_engine::import::{self, ImportError, Imported, Importer};
use ndp_engine::succession::Plan;
use std::collections::BTreeMap;

const PLATFORMS: (&str, &str) = ("config/data/platforms_2024.csv", include_str!("../../../../../config/data/platforms_2024.csv"));
const NATIONAL: (&str, &str) = ("config/data/national_platforms.csv", include_str!("../../../../../config/data/national_platforms.csv"));
const IDENTITIES: (&str, &str) =
    ("config/data/platform_identities.csv", include_str!("../../../../../config/data/platform_identities.csv"));
const ASSIGNMENTS: &str = include_str!("../../../../../config/data/platform_assignments_2025.csv");

impl Story<'_> {
    pub fn importer(&self) -> Importer {
        let keeper = &self.cast.keeper;
        Importer { confirms: keeper.unit_head.actor(), entered_by: keeper.officer.account, regulation: self.regulation.clone() }
    }

    /// The shipped platforms, the entries of the list of 2022, and the edition of July 2024.
    pub async fn import_shipped(&self) -> Result<Imported, Problem> {
        let files = [PLATFORMS, NATIONAL, IDENTITIES].map(|(name, text)| (name.to_owned(), text.to_owned()));
        let wrong = |mistakes: Vec<ndp_engine::reference::Mistake>| {
            let first = mistakes.first().map(ToString::to_string).unwrap_or_default();
            Problem::Fault(ndp_store::Fault::Inconsistent { table: "import", record: "shipped data".to_owned(), what: first })
        };
        let rows = import::read(&files).map_err(wrong)?;
        let imported = self.engine.import(&rows, &self.importer(), false).await.map_err(|e| match e {
            ImportError::Lines(mistakes) => wrong(mistakes),
            ImportError::Refused(mut lines) => lines.swap_remove(0).2,
            ImportError::Problem(problem) => problem,
        })?;
        let id = EditionId(self.engine.id());
        let keeper = self.engine.directory().organisation("BTTTT").unwrap_or(self.cast.keeper.org);
        let historical = Historical {
            number: t("2765/BTTTT-CĐSQG"),
            date: chrono::NaiveDate::from_ymd_opt(2024, 7, 15).unwrap_or_default(),
            proof: Proof::Source {
                address: t("https://vietnamnet.vn/cong-bo-103-nen-tang-so-do-cac-bo-nganh-trien-khai-tren-toan-quoc-2302345.html"),
            },
            ground: Ground::Read { source: "press".to_owned() },
            note: Some(t("Số lượng 103 theo báo chí; phụ lục chưa đọc được, không nạp mục nào.")),
            entered_by: self.cast.keeper.officer.account,
        };
        let capacity = t("Cơ quan đầu mối");
        let regulation = self.regulation.clone();
        let command = edition::Command::Import { id, register: Register::Deployed, capacity, keeper, regulation, count: None, historical };
        self.act(&self.cast.keeper.unit_head, id, command).await?;
        Ok(imported)
    }

    /// The reorganisation of 1 March 2025: each platform goes where its own row says; the main
    /// successor is never followed for a platform.
    pub async fn reorganise(&self, imported: &Imported) -> Result<u32, Problem> {
        let directory = self.engine.directory();
        let mut reader = csv_rows(ASSIGNMENTS);
        let mut plans: BTreeMap<OrganisationId, Vec<(Id, OrganisationId)>> = BTreeMap::new();
        for row in reader.drain(..) {
            let (code, before, after, changed) = (&row[0], &row[2], &row[3], &row[4]);
            let (Some(from), Some(to)) = (directory.organisation(before), directory.organisation(after)) else { continue };
            if changed != "yes" {
                continue;
            }
            let mut streams: Vec<Id> = imported.products.get(code).map(|p| Id::from(*p)).into_iter().collect();
            if let Some(entry) = imported.entries.get(code) {
                streams.push((*entry).into());
                let published = self
                    .engine
                    .store
                    .load(&[ndp_domain::evidence::Need::Children((*entry).into(), ndp_domain::id::Kind::Publication)])
                    .await?;
                streams.extend(published.keys().copied());
            }
            plans.entry(from).or_default().extend(streams.into_iter().map(|s| (s, to)));
        }
        let mut moved = 0;
        for (from, mut lines) in plans {
            lines.sort();
            lines.dedup_by_key(|(stream, _)| *stream);
            let on = chrono::NaiveDate::from_ymd_opt(2025, 3, 1).unwrap_or_default();
            let basis = t("Nghị quyết 190/2025/QH15; chuyển theo từng nền tảng.");
            let plan = Plan { id: self.engine.id(), from, on, basis, lines };
            moved += self.engine.succession_apply(&self.cast.keeper.signer.actor(), &plan).await?.moved;
        }
        Ok(moved)
    }
}

impl Story<'_> {
    /// A sample platform that was recognised last year on paper: taken over with its decision, its
    /// periodic review opened when it falls due.
    pub async fn last_year(&self, entry: ListEntryId) -> Result<(), Problem> {
        let (product, recognition) = (ProductId(self.engine.id()), RecognitionId(self.engine.id()));
        let cast = self.cast;
        let entered_by = cast.keeper.officer.account;
        let record = self.record("Nền tảng mẫu công nhận năm trước");
        let name = record.name_vi.clone();
        let (managing, regulation) = (cast.managing.org, self.regulation.clone());
        let import = product::Command::Import { id: product, managing: Some(managing), regulation: regulation.clone(), record, entered_by };
        self.act(&cast.keeper.unit_head, product, import).await?;
        let historical = Historical {
            number: t("mẫu/QĐ-DLM"),
            date: self.today() - chrono::Days::new(350),
            proof: Proof::Scan { scan: self.attachment("Quyết định công nhận năm trước") },
            ground: Ground::Sample,
            note: None,
            entered_by,
        };
        let (class, applicant) = (Class::National, Some(cast.enterprise));
        let import = recognition::Command::Import { class, product, entry, name, managing, applicant, regulation, historical };
        self.act(&cast.keeper.unit_head, recognition, import).await?;
        self.periodic_review(recognition).await
    }
}

/// Rows of the shipped assignments, by position: platform, role, before, after, changed.
fn csv_rows(text: &str) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    for line in text.lines().skip(1) {
        let fields: Vec<String> = line.splitn(6, ',').map(str::to_owned).collect();
        if fields.len() == 6 {
            rows.push(fields);
        }
    }
    rows
}
