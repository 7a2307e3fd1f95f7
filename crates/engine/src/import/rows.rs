//! Rows of files that may be imported, with their line: platforms in three forms (the shipped
//! files of 2024 and of the national lists, and our own), identities, historical recognitions.

use crate::reference::{Mistake, Mistakes, date, ground, optional, rows, text};
use chrono::NaiveDate;
use ndp_domain::canonical::Hash;
use ndp_domain::historical::Proof;
use ndp_domain::list_entry::Attachment;
use ndp_domain::organisation::Ground;
use ndp_domain::product::{Ownership, ProductKind};
use ndp_domain::recognition::Class;
use ndp_domain::text::{Name, Prose, Text};

/// A platform as one row of a source says.
#[derive(Debug, Clone)]
pub struct PlatformRow {
    pub file: String,
    pub line: u32,
    pub id: Text<40>,
    pub name_vi: Option<Name>,
    pub name_en: Option<Name>,
    pub kind: Option<ProductKind>,
    pub ownership: Option<Ownership>,
    pub owner: Option<String>,
    pub managing: Option<String>,
    pub register: Text<60>,
    pub status: Option<Prose>,
    pub decision_number: Option<Text<60>>,
    pub decision_date: Option<NaiveDate>,
    pub ground: Ground,
    /// Names a need on the list of 2022: an entry of register A where its agency is known.
    pub entry: bool,
}

/// A recognition of before.
#[derive(Debug, Clone)]
pub struct RecognitionRow {
    pub file: String,
    pub line: u32,
    pub product: Text<40>,
    pub entry: Name,
    pub class: Class,
    pub managing: String,
    pub number: Text<60>,
    pub date: NaiveDate,
    pub proof: Proof,
}

#[derive(Debug, Clone)]
pub struct IdentityRow {
    pub code: String,
    pub also: String,
}

#[derive(Debug, Clone, Default)]
pub struct Rows {
    pub platforms: Vec<PlatformRow>,
    pub identities: Vec<IdentityRow>,
    pub recognitions: Vec<RecognitionRow>,
}

const OWN: [&str; 14] = [
    "code",
    "name_vi",
    "name_en",
    "kind",
    "ownership",
    "owner",
    "managing",
    "register",
    "status",
    "decision_number",
    "decision_date",
    "source_url",
    "evidence",
    "confidence",
];
const OF_2024: [&str; 9] = ["id", "name_vi", "name_en", "owner_org_code", "kind", "register", "source_url", "evidence", "confidence"];
const NATIONAL: [&str; 11] = [
    "id",
    "list",
    "name_vi",
    "name_en",
    "governing_org_code",
    "decision_no",
    "decision_date",
    "status",
    "source_url",
    "evidence",
    "confidence",
];
const IDENTITIES: [&str; 2] = ["code", "also"];
const RECOGNITIONS: [&str; 9] =
    ["product_code", "entry", "class", "managing", "decision_number", "decision_date", "scan_name", "scan_sha256", "source_url"];

/// Reads a file by what its header says it is.
pub fn read(file: &str, csv: &str, out: &mut Rows) -> Vec<Mistake> {
    let header = csv.lines().next().unwrap_or_default().trim_start_matches('\u{feff}');
    let columns: Vec<&str> = header.split(',').map(str::trim).collect();
    let has = |needed: &[&str]| needed.iter().all(|n| columns.contains(n));
    let mut m = Mistakes { file, all: Vec::new() };
    if has(&NATIONAL) {
        national(&mut m, csv, out);
    } else if has(&OF_2024) {
        of_2024(&mut m, csv, out);
    } else if has(&RECOGNITIONS) {
        recognitions(&mut m, csv, out);
    } else if has(&OWN) {
        own(&mut m, csv, out);
    } else if has(&IDENTITIES) {
        let lines = rows(&mut m, csv, &IDENTITIES);
        out.identities.extend(lines.into_iter().map(|(_, get)| IdentityRow { code: get("code"), also: get("also") }));
    } else {
        m.add(1, "the header of no known file", format!("the columns {}", OWN.join(", ")));
    }
    m.all
}

fn kind_of(m: &mut Mistakes, line: u32, value: &str) -> Option<ProductKind> {
    match value {
        "" => None,
        "nền tảng số" | "platform" => Some(ProductKind::Platform),
        "hệ thống thông tin" | "information_system" => Some(ProductKind::InformationSystem),
        "ứng dụng" | "application" => Some(ProductKind::Application),
        other => {
            m.add(line, format!("kind = \"{other}\""), "expected platform, information_system or application");
            None
        }
    }
}

fn filled(value: String) -> Option<String> {
    Some(value).filter(|v| !v.is_empty())
}

/// The name as it was read: Vietnamese, else the one in another language; a row without any is a
/// mistake.
fn named(m: &mut Mistakes, line: u32, vi: Option<&Name>, en: Option<&Name>) {
    if vi.is_none() && en.is_none() {
        m.add(line, "no name", "expected name_vi or name_en");
    }
}

/// What every form of platform row says: the code, names, register, evidence. `None` where one of
/// these is wrong.
fn platform(m: &mut Mistakes, line: u32, get: &dyn Fn(&str) -> String, code: &str, register: &str) -> Option<PlatformRow> {
    let (id, register) = (text(m, line, code, get(code)), text(m, line, register, get(register)));
    let (name_vi, name_en) = (optional(m, line, "name_vi", get("name_vi")), optional(m, line, "name_en", get("name_en")));
    named(m, line, name_vi.as_ref(), name_en.as_ref());
    let ground = ground(m, line, &get("evidence"), &get("confidence"), get("source_url"));
    Some(PlatformRow {
        file: m.file.to_owned(),
        line,
        id: id?,
        name_vi,
        name_en,
        kind: None,
        ownership: None,
        owner: None,
        managing: None,
        register: register?,
        status: None,
        decision_number: None,
        decision_date: None,
        ground: ground?,
        entry: false,
    })
}

fn of_2024(m: &mut Mistakes, csv: &str, out: &mut Rows) {
    for (line, get) in rows(m, csv, &OF_2024) {
        let row = platform(m, line, &get, "id", "register");
        let kind = kind_of(m, line, &get("kind"));
        let owner = filled(get("owner_org_code"));
        let ownership = owner.as_ref().map(|_| Ownership::State);
        out.platforms.extend(row.map(|row| PlatformRow { kind, ownership, managing: owner.clone(), owner, ..row }));
    }
}

/// Number, date and status of the decision that a row names.
fn decided(m: &mut Mistakes, line: u32, get: &dyn Fn(&str) -> String, number: &str, row: Option<PlatformRow>) -> Option<PlatformRow> {
    let (status, decision_number) = (optional(m, line, "status", get("status")), optional(m, line, number, get(number)));
    let decision_date = date(m, line, "decision_date", &get("decision_date"));
    row.map(|row| PlatformRow { status, decision_number, decision_date, ..row })
}

fn national(m: &mut Mistakes, csv: &str, out: &mut Rows) {
    for (line, get) in rows(m, csv, &NATIONAL) {
        let row = platform(m, line, &get, "id", "list");
        let row = decided(m, line, &get, "decision_no", row);
        out.platforms.extend(row.map(|row| {
            let by_186 = row.decision_number.as_ref().is_some_and(|n| n.as_str() == "186/QĐ-BTTTT");
            let entry = row.register.as_str() == "QD186-2022" && by_186;
            PlatformRow { managing: filled(get("governing_org_code")), entry, ..row }
        }));
    }
}

fn own(m: &mut Mistakes, csv: &str, out: &mut Rows) {
    for (line, get) in rows(m, csv, &OWN) {
        let row = platform(m, line, &get, "code", "register");
        let row = decided(m, line, &get, "decision_number", row);
        let kind = kind_of(m, line, &get("kind"));
        let ownership = match get("ownership").as_str() {
            "" => None,
            "state" => Some(Ownership::State),
            "enterprise" => Some(Ownership::Enterprise),
            other => {
                m.add(line, format!("ownership = \"{other}\""), "expected state or enterprise");
                None
            }
        };
        let (owner, managing) = (filled(get("owner")), filled(get("managing")));
        out.platforms.extend(row.map(|row| PlatformRow { kind, ownership, owner, managing, ..row }));
    }
}

fn recognitions(m: &mut Mistakes, csv: &str, out: &mut Rows) {
    for (line, get) in rows(m, csv, &RECOGNITIONS) {
        let class = match get("class").as_str() {
            "national" => Some(Class::National),
            "potential" => Some(Class::Potential),
            other => {
                m.add(line, format!("class = \"{other}\""), "expected national or potential");
                None
            }
        };
        let (product, entry) = (text(m, line, "product_code", get("product_code")), text(m, line, "entry", get("entry")));
        let number = text(m, line, "decision_number", get("decision_number"));
        let on = date(m, line, "decision_date", &get("decision_date"));
        if get("decision_date").is_empty() {
            m.add(line, "decision_date is empty", "expected a date like 2023-11-29");
        }
        let proof = match (get("scan_sha256").as_str(), get("source_url")) {
            ("", address) => text(m, line, "source_url", address).map(|address| Proof::Source { address }),
            (hex, _) => match Hash::parse(hex) {
                Some(sha256) => text(m, line, "scan_name", get("scan_name"))
                    .map(|name| Proof::Scan { scan: Attachment { name, sha256, valid_to: None } }),
                None => {
                    m.add(line, "scan_sha256 is no SHA-256", "expected 64 lower-case hex digits");
                    None
                }
            },
        };
        let managing = get("managing");
        let (Some(class), Some(product), Some(entry), Some(number), Some(date), Some(proof)) = (class, product, entry, number, on, proof)
        else {
            continue;
        };
        let file = m.file.to_owned();
        out.recognitions.push(RecognitionRow { file, line, product, entry, class, managing, number, date, proof });
    }
}
