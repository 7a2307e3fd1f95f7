//! Reference data that comes after the installation (RF1): holidays of a further year, a further regulation version,
//! who holds a function from now on. What is loaded is read first, all its mistakes at once; an edition is written
//! whole, so that it can be read by itself.

use crate::directory::Directory;
use crate::install::{edition_rows, rows_of};
use crate::reference::{Mistake, parse_functions, parse_holidays, parse_regulation};
use crate::{Ask, Engine, Problem, Receipt, recount};
use chrono::Datelike;
use ndp_domain::canonical::{Hash, canonical};
use ndp_domain::id::{Id, Kind};
use ndp_domain::occasion::{Actor, derived};
use ndp_domain::reference::{Command, DataSet};
use ndp_store::batch::{Batch, Message};
use ndp_store::read::Loaded;
use std::collections::BTreeSet;
use uuid::Uuid;

/// What a file would load, read and found right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edition {
    pub set: DataSet,
    pub name: String,
    pub rows: u32,
    /// The whole edition, as it is kept.
    pub text: String,
    /// The version of the set that it was joined to.
    pub seen: Option<u64>,
}

/// Can the set be loaded after the installation? Localities come with their organisations.
pub fn loadable(set: DataSet) -> bool {
    set != DataSet::Localities
}

impl Engine {
    /// Reads a file. Holidays are kept for the years that the file does not have.
    pub async fn edition(&self, set: DataSet, file: &str, text: &str) -> Result<Result<Edition, Vec<Mistake>>, Problem> {
        let directory = self.directory();
        let text = text.trim_start_matches('\u{feff}');
        let (mut name, mut seen) = (set.name().to_owned(), None);
        let whole = match set {
            DataSet::Regulation => parse_regulation(file, text).map(|r| {
                name = r.id;
                text.to_owned()
            }),
            DataSet::Functions => functions(file, text, &directory).map(|()| text.to_owned()),
            DataSet::Localities => Err(vec![mistake(file, "localities", "regulation, holidays or functions")]),
            DataSet::Holidays => {
                let old = match directory.sets.get(&(set, name.clone())) {
                    Some(stream) => {
                        let (version, old) = self.loaded(*stream).await?.unwrap_or_default();
                        seen = Some(version);
                        old
                    }
                    None => String::new(),
                };
                parse_holidays(file, text).and_then(|new| {
                    let years: BTreeSet<i32> = new.iter().map(|row| row.date.year()).collect();
                    joined(&old, text, &years).map_err(|e| vec![mistake(file, &e.to_string(), "CSV with a header")])
                })
            }
        };
        Ok(whole.and_then(|text| {
            let rows = rows_of(set, &text)?.len() as u32;
            Ok(Edition { set, name, rows, text, seen })
        }))
    }

    /// Loads an edition, as an administrator's act. Open last days follow holidays by themselves afterwards (X5).
    pub async fn load(&self, actor: &Actor, edition: &Edition, key: Option<String>, dry_run: bool) -> Result<Receipt, Problem> {
        let Edition { set, name, rows, text, seen } = edition.clone();
        // The same file sent again is the same request, whatever has been loaded meanwhile.
        let request = Hash::of_parts(&[set.name().as_bytes(), text.as_bytes()]);
        let known = self.directory().sets.get(&(set, name.clone())).copied();
        // One stream a set: whoever loads the same at the same time comes too late.
        let first = || Id::new(Kind::Reference, derived(Uuid::nil(), Id::new(Kind::Reference, named(set, &name)), Kind::Reference));
        let ask = Ask {
            key,
            dry_run,
            expect: seen,
            request: Some(request),
            ..Ask::new(actor.clone(), known.unwrap_or_else(first), Command::Load { set, name, rows, text })
        };
        let receipt = self.execute(ask).await?;
        if !dry_run {
            self.refresh().await?;
        }
        Ok(receipt)
    }

    /// What an edition brings beside its event: its rows in the place of those before, and the count of open last days
    /// that follows the commit.
    pub(crate) async fn bring_edition(
        &self,
        batch: &mut Batch,
        stream: Id,
        load: &Command,
        before: Option<&Loaded>,
    ) -> Result<(), Problem> {
        batch.reference = edition_rows(stream, load);
        let Some(before) = before else { return Ok(()) };
        let lines = self.store.audit_reference(stream.uuid).await?;
        let stays = |line: u32| batch.reference.iter().any(|r| r.line == line);
        batch.reference_gone = lines.iter().filter(|(line, ..)| !stays(*line)).map(|(line, ..)| (stream, *line)).collect();
        if matches!(load, Command::Load { set: DataSet::Holidays, .. }) {
            let version = before.neighbour.version + 1;
            batch.outbox.push(Message {
                id: Uuid::now_v7(),
                topic: recount::TOPIC,
                payload: canonical(&recount::Loaded { stream, version }),
                dedup_key: format!("{}:{stream}:{version}", recount::TOPIC),
                run_at: crate::Clock::System.now(),
            });
        }
        Ok(())
    }

    /// The file of the edition on record.
    pub async fn loaded_text(&self, stream: Id) -> Result<Option<String>, Problem> {
        Ok(self.loaded(stream).await?.map(|(_, text)| text))
    }

    async fn loaded(&self, stream: Id) -> Result<Option<(u64, String)>, Problem> {
        let Some(loaded) = self.store.load_one(stream).await? else { return Ok(None) };
        let ndp_domain::machine::State::Reference(set) = &loaded.neighbour.whole.state else { return Ok(None) };
        Ok(self.store.content(set.pin.0).await?.map(|text| (loaded.neighbour.version, text)))
    }
}

fn mistake(file: &str, found: &str, expected: &str) -> Mistake {
    Mistake { file: file.to_owned(), line: 1, found: found.to_owned(), expected: expected.to_owned() }
}

/// A set's own id, from its name.
fn named(set: DataSet, name: &str) -> Uuid {
    let hash = Hash::of_parts(&[set.name().as_bytes(), name.as_bytes()]);
    let half = |from: usize| hash.0.iter().skip(from).take(8).fold(0_u64, |n, byte| (n << 8) | u64::from(*byte));
    Uuid::from_u64_pair(half(0), half(8))
}

/// Every function is held by an organisation on record.
fn functions(file: &str, text: &str, directory: &Directory) -> Result<(), Vec<Mistake>> {
    let rows = parse_functions(file, text)?;
    let unknown = rows.iter().filter(|r| directory.organisation(&r.org).is_none());
    let wrong: Vec<Mistake> = unknown.map(|r| mistake(file, &format!("org = \"{}\"", r.org), "a code that is on record")).collect();
    if wrong.is_empty() { Ok(()) } else { Err(wrong) }
}

/// The rows of `new`, and those of `old` of other years, under all columns of both, by day.
fn joined(old: &str, new: &str, years: &BTreeSet<i32>) -> Result<String, csv::Error> {
    let mut header: Vec<String> = Vec::new();
    let mut rows: Vec<Vec<(String, String)>> = Vec::new();
    for (text, stays) in [(old, true), (new, false)] {
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
        let columns: Vec<String> = reader.headers()?.iter().map(|h| h.trim_start_matches('\u{feff}').to_owned()).collect();
        header.extend(columns.iter().filter(|c| !header.contains(c)).cloned().collect::<Vec<_>>());
        for record in reader.records() {
            let record = record?;
            let row: Vec<(String, String)> = columns.iter().cloned().zip(record.iter().map(str::to_owned)).collect();
            let year = row.iter().find(|(c, _)| c == "date").and_then(|(_, day)| day.trim().get(..4)?.parse().ok());
            if !(stays && year.is_some_and(|y: i32| years.contains(&y))) {
                rows.push(row);
            }
        }
    }
    let cell = |row: &[(String, String)], column: &str| row.iter().find(|(c, _)| c == column).map(|(_, v)| v.clone()).unwrap_or_default();
    rows.sort_by_key(|row| cell(row, "date"));
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(&header)?;
    for row in &rows {
        writer.write_record(header.iter().map(|column| cell(row, column)))?;
    }
    let bytes = writer.into_inner().map_err(|e| csv::Error::from(e.into_error()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_year_that_is_given_replaces_that_year_and_no_other() {
        let old = "date,weekday,note\n2026-01-01,Thu,a\n2027-01-01,Fri,b\n";
        let new = "date,weekday,source\n2027-01-02,Sat,law\n";
        let all = joined(old, new, &BTreeSet::from([2027])).expect("joined");
        assert_eq!(all, "date,weekday,note,source\n2026-01-01,Thu,a,\n2027-01-02,Sat,,law\n");
    }

    #[test]
    fn the_first_year_ever_is_taken_as_it_is() {
        let new = "date,weekday\n2027-01-01,Fri\n";
        assert_eq!(joined("", new, &BTreeSet::from([2027])).expect("joined"), new);
    }
}
