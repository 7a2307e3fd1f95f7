//! Installation: loading reference data and organisations, and the first administrator. Data is
//! recorded like any act, by the installation itself, with its evidence.

use crate::execute::Extra;
use crate::reference::{ReferenceData, Sources};
use crate::{Engine, Problem};
use ndp_domain::account;
use ndp_domain::acts::ActId;
use ndp_domain::authority::Duty;
use ndp_domain::canonical::{Content, canonical};
use ndp_domain::id::{AccountId, Id, Kind, OrganisationId};
use ndp_domain::issue::Step;
use ndp_domain::machine::Event;
use ndp_domain::occasion::Actor;
use ndp_domain::reference::DataSet;
use ndp_domain::text::Prose;
use ndp_domain::{organisation, reference as reference_machine};
use ndp_store::batch::ReferenceRow;
use std::collections::BTreeMap;

/// Rows of a data set as stored: line, key, canonical row. Made again by `ndp check`.
pub fn rows_of(set: DataSet, text: &str) -> Result<Vec<(u32, String, String)>, Vec<crate::reference::Mistake>> {
    Ok(match set {
        DataSet::Regulation => {
            let regulation = crate::reference::parse_regulation("content", text)?;
            vec![(1, regulation.id.clone(), canonical(&regulation))]
        }
        DataSet::Holidays => {
            let rows = crate::reference::parse_holidays("content", text)?;
            rows.iter().map(|r| (r.line, r.date.to_string(), canonical(r))).collect()
        }
        DataSet::Localities => {
            let rows = crate::reference::parse_localities("content", text)?;
            rows.iter().map(|r| (r.line, r.id.clone(), canonical(r))).collect()
        }
        DataSet::Functions => {
            let rows = crate::reference::parse_functions("content", text)?;
            rows.iter().enumerate().map(|(i, r)| (i as u32 + 1, r.name.clone(), canonical(r))).collect()
        }
    })
}

/// The rows that an edition brings.
pub(crate) fn edition_rows(stream: Id, load: &reference_machine::Command) -> Vec<ReferenceRow> {
    let reference_machine::Command::Load { set, text, .. } = load;
    let rows = rows_of(*set, text).unwrap_or_default();
    rows.into_iter().map(|(line, key, row)| ReferenceRow { stream, line, key, row }).collect()
}

fn step(stream: Id, n: u64, act: ActId, regulation: &str, event: Event) -> Step {
    Step {
        stream,
        n,
        act,
        actor: Actor::default(),
        form: None,
        recorded_by: None,
        regulation: regulation.to_owned(),
        legal_status: None,
        evidence: Vec::new(),
        paper: None,
        clocks: (n == 1).then(Vec::new),
        event,
    }
}

impl Engine {
    /// Loads everything into an empty database, in two batches: the data sets, then the
    /// organisations with their transfers.
    pub async fn install(&self, sources: &Sources, data: &ReferenceData) -> Result<(), Problem> {
        let default = data.regulations.keys().next().cloned().unwrap_or_default();
        let mut steps = Vec::new();
        let mut extra = Extra::default();
        let named = |(file, text): &'_ (String, String)| crate::reference::parse_regulation(file, text).ok().map(|r| r.id);
        let mut sets: Vec<(DataSet, String, &str)> =
            sources.regulations.iter().filter_map(|source| Some((DataSet::Regulation, named(source)?, source.1.as_str()))).collect();
        sets.push((DataSet::Holidays, "holidays".to_owned(), &sources.holidays.1));
        sets.push((DataSet::Localities, "localities".to_owned(), &sources.localities.1));
        sets.push((DataSet::Functions, "functions".to_owned(), &sources.functions.1));
        for (set, name, text) in sets {
            let stream = Id::new(Kind::Reference, self.id());
            let content = Content::of_text(text.to_owned());
            let load = reference_machine::Command::Load { set, name: name.clone(), rows: 0, text: text.to_owned() };
            let rows = edition_rows(stream, &load);
            let event = reference_machine::Event::Loaded { set, name, rows: rows.len() as u32, pin: content.pin() };
            steps.push(step(stream, 1, ActId::RF1, &default, Event::Reference(event)));
            extra.reference.extend(rows);
            extra.contents.push(content);
        }
        self.commit_steps(self.id(), self.clock.now(), steps, extra).await?;
        self.install_organisations(data, &default).await?;
        self.refresh().await?;
        Ok(())
    }

    async fn install_organisations(&self, data: &ReferenceData, regulation: &str) -> Result<(), Problem> {
        let ids: BTreeMap<String, OrganisationId> =
            data.organisations.iter().map(|o| (o.record.code.to_string(), OrganisationId(self.id()))).collect();
        let mut steps = Vec::new();
        for row in &data.organisations {
            let Some(id) = ids.get(row.record.code.as_str()).copied() else { continue };
            let registered = organisation::Event::Registered { id, record: row.record.clone() };
            steps.push(step(id.into(), 1, ActId::OR1, regulation, Event::Organisation(registered)));
            let mut n = 1;
            let of_file = data.transfers.iter().filter(|t| t.from == row.record.code.as_str());
            let transfers = of_file
                .filter_map(|t| Some((ids.get(&t.to).copied()?, [t.what.clone(), t.what_vi.clone()], t.on, t.main, t.ground.clone())));
            let by_row = row.successor.iter().filter_map(|code| {
                let on = row.record.valid_to?.succ_opt()?;
                Some((ids.get(code).copied()?, ["whole agency", "toàn bộ"].map(str::to_owned), on, true, row.record.ground.clone()))
            });
            for (to, [what, vi], on, main, ground) in transfers.chain(by_row) {
                let Ok(what) = Prose::new(what) else { continue };
                n += 1;
                let transfer = organisation::Transfer { to, what, what_vi: Prose::new(vi).ok(), on, main, ground };
                steps.push(step(
                    id.into(),
                    n,
                    ActId::OR2,
                    regulation,
                    Event::Organisation(organisation::Event::TransferRecorded { transfer }),
                ));
            }
        }
        self.commit_steps(self.id(), self.clock.now(), steps, Extra::default()).await
    }

    /// An organisation that the shipped data does not have (an enterprise of the demonstration).
    pub async fn install_organisation(&self, record: organisation::Record) -> Result<OrganisationId, Problem> {
        let id = OrganisationId(self.id());
        let regulation = self.directory().regulations.keys().next().cloned().unwrap_or_default();
        let event = Event::Organisation(organisation::Event::Registered { id, record });
        self.commit_steps(self.id(), self.clock.now(), vec![step(id.into(), 1, ActId::OR1, &regulation, event)], Extra::default()).await?;
        self.refresh().await?;
        Ok(id)
    }

    /// The first administrator, of the focal agency's organisation.
    pub async fn install_administrator(&self, org: OrganisationId) -> Result<AccountId, Problem> {
        let id = AccountId(self.id());
        let regulation = self.directory().regulations.keys().next().cloned().unwrap_or_default();
        let from = ndp_domain::time::legal_date(self.clock.now());
        let held = account::Held { duty: Duty::Administrator, org, unit: None, from, to: None, form: None, scope: Vec::new(), basis: None };
        let steps = vec![
            step(id.into(), 1, ActId::AC1, &regulation, Event::Account(account::Event::Opened { id })),
            step(id.into(), 2, ActId::AC2, &regulation, Event::Account(account::Event::Granted { held })),
        ];
        self.commit_steps(self.id(), self.clock.now(), steps, Extra::default()).await?;
        Ok(id)
    }
}
