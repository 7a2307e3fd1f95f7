//! Import of platforms and historical recognitions from CSV (X4): all or nothing, every bad line
//! with its number. What a source says of a platform is kept as a claim with its ground; only what
//! names a signed paper becomes an entry. Unknown stays unknown.

mod rows;

pub use rows::Rows;

use crate::reference::Mistake;
use crate::{Engine, Problem};
use ndp_domain::historical::{Historical, Proof};
use ndp_domain::id::{AccountId, Id, Kind, ListEntryId, OrganisationId, ProductId, PublicationId, RecognitionId};
use ndp_domain::list_entry;
use ndp_domain::machine::{Command, State};
use ndp_domain::occasion::Actor;
use ndp_domain::organisation::Ground;
use ndp_domain::product::{self, Claim, Record};
use ndp_domain::publication::{self, Register};
use ndp_domain::recognition;
use ndp_domain::text::{Name, Text, fold};
use rows::PlatformRow;
use std::collections::{BTreeMap, BTreeSet};

/// What was imported, by the identifiers of the files.
#[derive(Debug, Clone, Default)]
pub struct Imported {
    pub products: BTreeMap<String, ProductId>,
    pub entries: BTreeMap<String, ListEntryId>,
    pub recognitions: usize,
    pub records: usize,
}

#[derive(Debug)]
pub enum ImportError {
    /// Lines that are wrong, each with its number.
    Lines(Vec<Mistake>),
    /// Lines that the process refuses: file, line and why.
    Refused(Vec<(String, u32, Problem)>),
    Problem(Problem),
}

impl From<Problem> for ImportError {
    fn from(problem: Problem) -> ImportError {
        ImportError::Problem(problem)
    }
}

/// Who imports: the head of the unit confirms what another person entered.
#[derive(Debug, Clone)]
pub struct Importer {
    pub confirms: Actor,
    pub entered_by: AccountId,
    pub regulation: String,
}

/// Reads files by their headers; every mistake of every file.
pub fn read(files: &[(String, String)]) -> Result<Rows, Vec<Mistake>> {
    let mut all = Rows::default();
    let mistakes: Vec<Mistake> = files.iter().flat_map(|(name, text)| rows::read(name, text, &mut all)).collect();
    if mistakes.is_empty() { Ok(all) } else { Err(mistakes) }
}

struct Import<'a> {
    engine: &'a Engine,
    by: &'a Importer,
    acts: Vec<(Id, Command)>,
    /// File and line that each act came from.
    lines: Vec<(String, u32)>,
    mistakes: Vec<Mistake>,
    done: Imported,
}

impl Engine {
    /// Imports rows in one commit.
    pub async fn import(&self, rows: &Rows, by: &Importer, dry_run: bool) -> Result<Imported, ImportError> {
        let known = self.known_products().await?;
        let mut import = Import { engine: self, by, acts: Vec::new(), lines: Vec::new(), mistakes: Vec::new(), done: Imported::default() };
        import.platforms(rows, &known);
        import.recognitions(rows, &known);
        if !import.mistakes.is_empty() {
            return Err(ImportError::Lines(import.mistakes));
        }
        let Import { acts, lines, mut done, .. } = import;
        done.records = acts.len();
        match self.execute_all(&by.confirms, &acts, dry_run).await {
            Ok(_) => Ok(done),
            Err(failed) => {
                let refused = |f: crate::many::Failed| {
                    let (file, line) = lines.get(f.at).cloned().unwrap_or_default();
                    (file, line, f.problem)
                };
                Err(ImportError::Refused(failed.into_iter().map(refused).collect()))
            }
        }
    }

    /// Codes and identifiers on record.
    async fn known_products(&self) -> Result<BTreeMap<String, ProductId>, Problem> {
        let (mut known, mut after) = (BTreeMap::new(), None);
        loop {
            let page = self.store.of_kind(Kind::Product, after, 500).await?;
            let Some(last) = page.last() else { return Ok(known) };
            after = Some(last.id.uuid);
            for loaded in &page {
                let State::Product(p) = &loaded.neighbour.whole.state else { continue };
                known.insert(p.record.code.to_string(), p.id);
                known.extend(p.record.identifiers.iter().map(|i| (i.to_string(), p.id)));
            }
        }
    }
}

impl Import<'_> {
    fn wrong(&mut self, file: &str, line: u32, found: impl Into<String>, expected: &str) {
        self.mistakes.push(Mistake { file: file.to_owned(), line, found: found.into(), expected: expected.to_owned() });
    }

    fn push(&mut self, file: &str, line: u32, id: impl Into<Id>, command: impl Into<Command>) {
        self.acts.push((id.into(), command.into()));
        self.lines.push((file.to_owned(), line));
    }

    fn organisation(&mut self, file: &str, line: u32, code: Option<&String>) -> Option<OrganisationId> {
        let code = code?;
        let found = self.engine.directory().organisation(code);
        if found.is_none() {
            self.wrong(file, line, format!("organisation {code}"), "a code that is on record");
        }
        found
    }

    /// Rows that name one platform stand together: by the identities file, and by the same name.
    fn platforms(&mut self, rows: &Rows, known: &BTreeMap<String, ProductId>) {
        let also: BTreeMap<&str, &str> = rows.identities.iter().map(|i| (i.also.as_str(), i.code.as_str())).collect();
        let mut seen: BTreeSet<&str> = BTreeSet::new();
        let mut by_name: BTreeMap<String, String> = BTreeMap::new();
        let mut groups: Vec<(String, Vec<&PlatformRow>)> = Vec::new();
        for row in &rows.platforms {
            if !seen.insert(row.id.as_str()) {
                self.wrong(&row.file, row.line, format!("{} again", row.id), "each identifier once");
                continue;
            }
            if known.contains_key(row.id.as_str()) {
                self.wrong(&row.file, row.line, format!("{} is on record already", row.id), "a platform that is not");
                continue;
            }
            let name = row.name_vi.as_ref().map(|n| fold(n.as_str()));
            let same = name.as_ref().and_then(|n| by_name.get(n)).cloned();
            let code = also.get(row.id.as_str()).map(|c| (*c).to_owned()).or(same).unwrap_or_else(|| row.id.to_string());
            if let Some(name) = name {
                by_name.entry(name).or_insert_with(|| code.clone());
            }
            match groups.iter_mut().find(|(c, _)| *c == code) {
                Some((_, rows)) => rows.push(row),
                None => groups.push((code, vec![row])),
            }
        }
        for (code, rows) in groups {
            self.platform(&code, &rows);
        }
    }

    fn platform(&mut self, code: &str, rows: &[&PlatformRow]) {
        let Some(first) = rows.first() else { return };
        let (file, line) = (first.file.clone(), first.line);
        let pick = |of: fn(&PlatformRow) -> Option<String>| rows.iter().find_map(|r| of(r));
        let owner = self.organisation(&file, line, pick(|r| r.owner.clone()).as_ref());
        let managing = self.organisation(&file, line, pick(|r| r.managing.clone()).as_ref());
        let name_en = rows.iter().find_map(|r| r.name_en.clone());
        let Some(name_vi) = rows.iter().find_map(|r| r.name_vi.clone()).or(name_en.clone()) else { return };
        let Ok(text) = Text::new(code) else { return self.wrong(&file, line, code, "a code of 1 to 40 characters") };
        let claim = |r: &&PlatformRow| Claim {
            identifier: r.id.clone(),
            register: r.register.clone(),
            status: r.status.clone(),
            decision_number: r.decision_number.clone(),
            decision_date: r.decision_date,
            ground: r.ground.clone(),
        };
        let aliases: BTreeSet<Name> = rows.iter().filter_map(|r| r.name_vi.clone()).filter(|n| *n != name_vi).collect();
        let record = Record {
            code: text,
            name_vi,
            name_en,
            aliases: aliases.into_iter().collect(),
            kind: rows.iter().find_map(|r| r.kind),
            ownership: rows.iter().find_map(|r| r.ownership),
            owner,
            origin: None,
            sample: false,
            identifiers: rows.iter().map(|r| r.id.clone()).filter(|id| id.as_str() != code).collect(),
            claims: rows.iter().map(claim).collect(),
            linked: Vec::new(),
        };
        let id = ProductId(self.engine.id());
        self.done.products.extend(rows.iter().map(|r| (r.id.to_string(), id)));
        let (regulation, entered_by) = (self.by.regulation.clone(), self.by.entered_by);
        self.push(&file, line, id, product::Command::Import { id, managing, regulation, record, entered_by });
        for row in rows.iter().filter(|r| r.entry) {
            self.entry(row);
        }
    }

    fn historical(&self, number: &Text<60>, date: chrono::NaiveDate, proof: Proof, ground: &Ground) -> Historical {
        let entered_by = self.by.entered_by;
        Historical { number: number.clone(), date, proof, ground: ground.clone(), note: None, entered_by }
    }

    /// An entry of the List of before: only with its paper and its managing agency.
    fn entry(&mut self, row: &PlatformRow) {
        let managing = self.organisation(&row.file, row.line, row.managing.as_ref());
        let (Some(managing), Some(number), Some(date), Some(name)) = (managing, &row.decision_number, row.decision_date, &row.name_vi)
        else {
            return;
        };
        let address = match &row.ground {
            Ground::Read { source } => Text::new(source.clone()).ok(),
            _ => None,
        };
        let address = address.or_else(|| Text::new(number.to_string()).ok());
        let Some(proof) = address.map(|address| Proof::Source { address }) else { return };
        let historical = self.historical(number, date, proof, &row.ground);
        self.listed(&row.file, row.line, row.id.as_str(), managing, name.clone(), historical);
    }

    fn listed(&mut self, file: &str, line: u32, key: &str, managing: OrganisationId, name: Name, historical: Historical) -> ListEntryId {
        let (id, publication) = (ListEntryId(self.engine.id()), PublicationId(self.engine.id()));
        let regulation = self.by.regulation.clone();
        let import =
            list_entry::Command::Import { regulation: regulation.clone(), managing, name: name.clone(), historical: historical.clone() };
        self.push(file, line, id, import);
        let ground = id.into();
        let (register, class) = (Register::List, None);
        self.push(
            file,
            line,
            publication,
            publication::Command::Import { register, ground, product: None, name, class, managing, regulation, historical },
        );
        self.done.entries.insert(key.to_owned(), id);
        id
    }

    /// Recognitions of before, each under an entry named in the same file (made once).
    fn recognitions(&mut self, rows: &Rows, known: &BTreeMap<String, ProductId>) {
        for row in &rows.recognitions {
            let code = row.product.as_str();
            let Some(product) = self.done.products.get(code).or(known.get(code)).copied() else {
                self.wrong(&row.file, row.line, format!("product {code}"), "a platform on record or in the same import");
                continue;
            };
            let Some(managing) = self.organisation(&row.file, row.line, Some(&row.managing)) else { continue };
            let ground = Ground::Read { source: row.file.clone() };
            let historical = self.historical(&row.number, row.date, row.proof.clone(), &ground);
            let key = fold(row.entry.as_str());
            let entry = match self.done.entries.get(&key) {
                Some(entry) => *entry,
                None => self.listed(&row.file, row.line, &key, managing, row.entry.clone(), historical.clone()),
            };
            let (id, publication) = (RecognitionId(self.engine.id()), PublicationId(self.engine.id()));
            let (regulation, class, name) = (self.by.regulation.clone(), row.class, row.entry.clone());
            let import = recognition::Command::Import {
                class,
                product,
                entry,
                name: name.clone(),
                managing,
                applicant: None,
                regulation: regulation.clone(),
                historical: historical.clone(),
            };
            self.push(&row.file, row.line, id, import);
            let (register, ground, product, class) = (Register::Recognised, id.into(), Some(product), Some(class));
            self.push(
                &row.file,
                row.line,
                publication,
                publication::Command::Import { register, ground, product, name, class, managing, regulation, historical },
            );
            self.done.recognitions += 1;
        }
    }
}
