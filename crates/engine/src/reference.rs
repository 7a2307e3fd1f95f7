//! Reference data: regulation versions, calendar, functions, organisations, localities. Embedded,
//! overridable file by file from a folder, parsed with all mistakes reported at once.

mod calendar;
mod organisations;
mod regulation;
mod toml_reader;

pub use calendar::HolidayRow;
pub(crate) use calendar::{date, rows};
pub use organisations::{LocalityRow, OrganisationRow, TransferRow};
pub(crate) use organisations::{ground, optional, text};

use chrono::NaiveDate;
use ndp_domain::calendar::Calendar;
use ndp_domain::regulation::Regulation;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

/// One mistake in a data file: where, what was found, what was expected.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Mistake {
    pub file: String,
    /// From 1.
    pub line: u32,
    pub found: String,
    pub expected: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}; {}", self.file, self.line, self.found, self.expected)
    }
}

/// Collects mistakes of one file.
pub(crate) struct Mistakes<'a> {
    pub file: &'a str,
    pub all: Vec<Mistake>,
}

impl Mistakes<'_> {
    pub fn add(&mut self, line: u32, found: impl Into<String>, expected: impl Into<String>) {
        self.all.push(Mistake { file: self.file.to_owned(), line, found: found.into(), expected: expected.into() });
    }
}

const REGULATIONS: &[(&str, &str)] = &[("regulations/1230-2023.toml", include_str!("../../../config/regulations/1230-2023.toml"))];
const FUNCTIONS: (&str, &str) = ("functions.toml", include_str!("../../../config/functions.toml"));
const HOLIDAYS: (&str, &str) = ("data/holidays.csv", include_str!("../../../config/data/holidays.csv"));
const LOCALITIES: (&str, &str) = ("data/localities.csv", include_str!("../../../config/data/localities.csv"));
const ORGANISATIONS: (&str, &str) = ("data/organisations.csv", include_str!("../../../config/data/organisations.csv"));
const LOCAL_ORGANISATIONS: (&str, &str) = ("data/organisations_local.csv", include_str!("../../../config/data/organisations_local.csv"));
const TRANSFERS: (&str, &str) = ("data/org_transfers.csv", include_str!("../../../config/data/org_transfers.csv"));

/// Who holds a function of an organisation, from–to (the last day).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FunctionRow {
    pub name: String,
    pub org: String,
    pub from: Option<NaiveDate>,
    pub to: Option<NaiveDate>,
}

/// Texts of all files, embedded or from the override folder.
#[derive(Debug, Clone)]
pub struct Sources {
    pub regulations: Vec<(String, String)>,
    pub functions: (String, String),
    pub holidays: (String, String),
    pub localities: (String, String),
    pub organisations: (String, String),
    pub local_organisations: (String, String),
    pub transfers: (String, String),
}

impl Sources {
    /// The embedded files; a file of the same name under `folder` replaces one, and every
    /// further `regulations/*.toml` there is added.
    pub fn read(folder: Option<&Path>) -> std::io::Result<Sources> {
        let pick = |(name, embedded): (&str, &str)| -> std::io::Result<(String, String)> {
            match folder.map(|f| f.join(name)).filter(|f| f.is_file()) {
                Some(file) => Ok((file.display().to_string(), std::fs::read_to_string(file)?)),
                None => Ok((format!("config/{name}"), embedded.to_owned())),
            }
        };
        let mut regulations = REGULATIONS.iter().map(|r| pick(*r)).collect::<std::io::Result<Vec<_>>>()?;
        if let Some(extra) = folder.map(|f| f.join("regulations")).filter(|f| f.is_dir()) {
            let known: Vec<_> = REGULATIONS.iter().filter_map(|(name, _)| Path::new(name).file_name()).collect();
            let mut files: Vec<_> = std::fs::read_dir(extra)?.filter_map(|e| e.ok().map(|e| e.path())).collect();
            files.sort();
            for file in files {
                let toml = file.extension().is_some_and(|e| e == "toml");
                if toml && !file.file_name().is_some_and(|n| known.contains(&n)) {
                    regulations.push((file.display().to_string(), std::fs::read_to_string(&file)?));
                }
            }
        }
        Ok(Sources {
            regulations,
            functions: pick(FUNCTIONS)?,
            holidays: pick(HOLIDAYS)?,
            localities: pick(LOCALITIES)?,
            organisations: pick(ORGANISATIONS)?,
            local_organisations: pick(LOCAL_ORGANISATIONS)?,
            transfers: pick(TRANSFERS)?,
        })
    }
}

/// Everything parsed.
#[derive(Debug, Clone, Default)]
pub struct ReferenceData {
    pub regulations: BTreeMap<String, Regulation>,
    pub functions: Vec<FunctionRow>,
    pub holidays: Vec<HolidayRow>,
    pub localities: Vec<LocalityRow>,
    pub organisations: Vec<OrganisationRow>,
    pub transfers: Vec<TransferRow>,
}

/// Parses all files. Every mistake of every file is reported, or none.
pub fn parse(sources: &Sources) -> Result<ReferenceData, Vec<Mistake>> {
    let mut data = ReferenceData::default();
    let mut all = Vec::new();
    for (file, text) in &sources.regulations {
        match parse_regulation(file, text) {
            Ok(regulation) => {
                let id = regulation.id.clone();
                if data.regulations.insert(id.clone(), regulation).is_some() {
                    all.push(Mistake {
                        file: file.clone(),
                        line: 1,
                        found: format!("id {id} again"),
                        expected: "an id of its own".to_owned(),
                    });
                }
            }
            Err(mistakes) => all.extend(mistakes),
        }
    }
    fn keep<T: Default>(all: &mut Vec<Mistake>, result: Result<T, Vec<Mistake>>) -> T {
        result.unwrap_or_else(|mistakes| {
            all.extend(mistakes);
            T::default()
        })
    }
    data.functions = keep(&mut all, parse_functions(&sources.functions.0, &sources.functions.1));
    data.holidays = keep(&mut all, calendar::parse(&sources.holidays.0, &sources.holidays.1));
    data.localities = keep(&mut all, organisations::parse_localities(&sources.localities.0, &sources.localities.1));
    data.organisations = keep(&mut all, organisations::parse_central(&sources.organisations.0, &sources.organisations.1));
    let locals =
        keep(&mut all, organisations::parse_local(&sources.local_organisations.0, &sources.local_organisations.1, &data.localities));
    data.organisations.extend(locals);
    data.transfers = keep(&mut all, organisations::parse_transfers(&sources.transfers.0, &sources.transfers.1, &data.organisations));
    let knows = |code: &str| data.organisations.iter().any(|o| o.record.code.as_str() == code);
    for row in data.functions.iter().filter(|r| !knows(&r.org)) {
        let (found, expected) = (format!("org = \"{}\"", row.org), "a code of organisations.csv".to_owned());
        all.push(Mistake { file: sources.functions.0.clone(), line: 1, found, expected });
    }
    if all.is_empty() {
        Ok(data)
    } else {
        all.sort();
        all.dedup();
        Err(all)
    }
}

pub fn parse_regulation(file: &str, text: &str) -> Result<Regulation, Vec<Mistake>> {
    regulation::parse(file, text)
}

pub fn parse_holidays(file: &str, text: &str) -> Result<Vec<HolidayRow>, Vec<Mistake>> {
    calendar::parse(file, text)
}

pub fn parse_localities(file: &str, text: &str) -> Result<Vec<LocalityRow>, Vec<Mistake>> {
    organisations::parse_localities(file, text)
}

pub fn parse_functions(file: &str, text: &str) -> Result<Vec<FunctionRow>, Vec<Mistake>> {
    let (mut reader, root) = toml_reader::Reader::open(file, text)?;
    let mut rows = Vec::new();
    for table in reader.tables(&root, "function") {
        let name = reader.choice(&table, "name", &[("focal_agency", "focal_agency".to_owned())]);
        let (org, from, to) = (reader.text(&table, "org"), reader.date_or_none(&table, "from"), reader.date_or_none(&table, "to"));
        reader.nothing_else(&table);
        if let (Some(name), Some(org)) = (name, org) {
            rows.push(FunctionRow { name, org, from, to });
        }
    }
    reader.nothing_else(&root);
    reader.done(rows)
}

/// The calendar that rows make.
pub fn calendar_of(rows: &[HolidayRow]) -> Calendar {
    calendar::calendar_of(rows)
}
