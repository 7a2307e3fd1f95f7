//! What every act needs and seldom changes: organisations, regulation versions, the calendar,
//! functions. Read at start and again after a change.

use crate::reference::{FunctionRow, HolidayRow, LocalityRow, calendar_of};
use chrono::NaiveDate;
use ndp_domain::calendar::Calendar;
use ndp_domain::id::{Id, Kind, OrganisationId};
use ndp_domain::machine::State;
use ndp_domain::organisation;
use ndp_domain::reference::DataSet;
use ndp_domain::regulation::{Before, Regulation};
use ndp_store::{Fault, Store};
use std::collections::BTreeMap;

#[derive(Debug, Clone, Default)]
pub struct Directory {
    pub organisations: BTreeMap<OrganisationId, organisation::State>,
    pub codes: BTreeMap<String, OrganisationId>,
    pub regulations: BTreeMap<String, Regulation>,
    pub calendar: Calendar,
    /// The special days of the calendar with their names.
    pub holidays: BTreeMap<NaiveDate, HolidayRow>,
    pub functions: Vec<FunctionRow>,
    pub localities: Vec<LocalityRow>,
    /// Streams of loaded data sets.
    pub sets: BTreeMap<(DataSet, String), Id>,
}

fn parse<T: serde::de::DeserializeOwned>(key: &str, row: &str) -> Result<T, Fault> {
    let wrong = |e: serde_json::Error| Fault::Inconsistent { table: "reference", record: key.to_owned(), what: e.to_string() };
    serde_json::from_str(row).map_err(wrong)
}

impl Directory {
    pub async fn load(store: &Store) -> Result<Directory, Fault> {
        let mut directory = Directory::default();
        for loaded in store.load_kind(Kind::Organisation).await? {
            if let State::Organisation(o) = std::sync::Arc::unwrap_or_clone(loaded.neighbour.whole).state {
                directory.codes.insert(o.record.code.to_string(), o.id);
                directory.organisations.insert(o.id, o);
            }
        }
        for loaded in store.load_kind(Kind::Reference).await? {
            let State::Reference(set) = &loaded.neighbour.whole.state else { continue };
            directory.sets.insert((set.set, set.name.clone()), loaded.id);
            let rows = store.audit_reference(loaded.id.uuid).await?;
            let rows = rows.iter().map(|(_, key, row)| (key.as_str(), row.as_str()));
            match set.set {
                DataSet::Regulation => {
                    for (key, row) in rows {
                        let regulation: Regulation = parse(key, row)?;
                        directory.regulations.insert(regulation.id.clone(), regulation);
                    }
                }
                DataSet::Holidays => {
                    let days: Vec<HolidayRow> = rows.map(|(key, row)| parse(key, row)).collect::<Result<_, _>>()?;
                    directory.calendar = calendar_of(&days);
                    directory.holidays = days.into_iter().map(|day| (day.date, day)).collect();
                }
                DataSet::Localities => directory.localities = rows.map(|(key, row)| parse(key, row)).collect::<Result<_, _>>()?,
                DataSet::Functions => directory.functions = rows.map(|(key, row)| parse(key, row)).collect::<Result<_, _>>()?,
            }
        }
        Ok(directory)
    }

    /// The version that took effect last on or before that day.
    pub fn regulation_on(&self, day: NaiveDate) -> Option<&Regulation> {
        self.regulations.values().filter(|r| r.effective_from <= day).max_by_key(|r| r.effective_from)
    }

    /// Steps of a paper with the states in which the version that it follows asks for another step first: by version.
    pub fn before(&self) -> Vec<Before> {
        let of = |r: &Regulation| {
            let waits = r.paper.before().into_iter().filter(|(_, stages)| !stages.is_empty());
            waits.map(|(act, stages)| Before { regulation: r.id.clone(), act, stages }).collect::<Vec<_>>()
        };
        self.regulations.values().flat_map(of).collect()
    }

    /// The organisation that holds a function on a day.
    pub fn holder_of(&self, function: &str, day: NaiveDate) -> Option<OrganisationId> {
        let held = |f: &&FunctionRow| f.name == function && f.from.is_none_or(|from| from <= day) && f.to.is_none_or(|to| day <= to);
        self.functions.iter().find(held).and_then(|f| self.codes.get(&f.org).copied())
    }

    pub fn focal_on(&self, day: NaiveDate) -> OrganisationId {
        self.holder_of("focal_agency", day).unwrap_or(OrganisationId(uuid::Uuid::nil()))
    }

    /// Organisations that passed functions to this one by that day.
    pub fn predecessors(&self, org: OrganisationId, day: NaiveDate) -> Vec<OrganisationId> {
        let passed = |o: &&organisation::State| o.transfers.iter().any(|t| t.to == org && t.on <= day);
        self.organisations.values().filter(passed).map(|o| o.id).collect()
    }

    /// The main successor on that day: a suggestion, never followed for a platform.
    pub fn main_successor(&self, org: OrganisationId, day: NaiveDate) -> Option<OrganisationId> {
        self.organisations.get(&org)?.transfers.iter().find(|t| t.main && t.on <= day).map(|t| t.to)
    }

    pub fn organisation(&self, code: &str) -> Option<OrganisationId> {
        self.codes.get(code).copied()
    }

    pub fn exists_on(&self, id: OrganisationId, day: NaiveDate) -> bool {
        self.organisations.get(&id).is_some_and(|o| o.exists_on(day))
    }
}
