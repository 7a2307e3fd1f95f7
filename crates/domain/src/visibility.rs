//! Who sees what: `scope` for lists and `sees` for one stream are the only two answers, and they
//! agree. The store turns a [`Scope`] into one SQL condition over the access rows.

use crate::access::{Access, Facet, Principal, one_line};
use crate::account::Held;
use crate::authority::{Duty, Level};
use crate::id::{AccountId, Kind, OrganisationId, ProductId};
use chrono::NaiveDate;

/// The reader, with the one duty in which they read.
#[derive(Debug, Clone)]
pub struct Reader {
    /// `None` for the public.
    pub account: Option<AccountId>,
    pub duty: Duty,
    pub org: Option<OrganisationId>,
    pub unit: Option<String>,
}

impl Reader {
    pub fn public() -> Reader {
        Reader { account: None, duty: Duty::Public, org: None, unit: None }
    }
    pub fn holding(account: AccountId, held: &Held) -> Reader {
        Reader { account: Some(account), duty: held.duty, org: Some(held.org), unit: held.unit.clone() }
    }
}

/// What of the day and the regulation version decides who sees.
#[derive(Debug, Clone)]
pub struct Params {
    pub focal: OrganisationId,
    /// Organisations whose functions, all or some of them, passed to the reader's by that day:
    /// until a file is assigned both successors see it (case 28), and what was closed stays seen.
    pub before: Vec<OrganisationId>,
}

/// Everything a reader may see, as the store joins it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// Principal and facet as stored.
    pub admits: Vec<(String, &'static str)>,
    /// Whose recusals hide a product's streams.
    pub person: Option<String>,
    pub on: NaiveDate,
}

impl Scope {
    /// Without what everybody sees.
    pub fn beyond_public(&self) -> Scope {
        let everybody = Principal::Everybody.text();
        Scope { admits: self.admits.iter().filter(|(principal, _)| *principal != everybody).cloned().collect(), ..self.clone() }
    }
}

impl Scope {
    /// In which facets the rows of one stream, as [`crate::access::lines`] writes them, admit the reader: in the
    /// fixed order of [`Facet::ALL`]. Recusals and the opening of sheets are the store's to ask.
    pub fn facets(&self, lines: &str) -> Vec<Facet> {
        let on = self.on.to_string();
        let found: Vec<&str> = lines.lines().filter_map(|line| self.admitted(line, &on)).collect();
        Facet::ALL.iter().copied().filter(|f| found.contains(&f.name())).collect()
    }

    /// Do they admit the reader in any?
    pub fn admits_any(&self, lines: &str) -> bool {
        let on = self.on.to_string();
        lines.lines().any(|line| self.admitted(line, &on).is_some())
    }

    /// The facet of a line that admits the reader. Days as ISO 8601 are in the order of their letters.
    fn admitted<'a>(&self, line: &'a str, on: &str) -> Option<&'a str> {
        let mut parts = line.splitn(4, ' ');
        let (facet, from, to, principal) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let valid = from <= on && (to == "-" || on <= to);
        (valid && self.admits.iter().any(|(p, f)| *f == facet && one_line(p) == principal)).then_some(facet)
    }
}

/// What `sees` must know of a stream.
#[derive(Debug, Clone)]
pub struct Facts<'a> {
    pub kind: Kind,
    pub access: &'a [Access],
    pub product: Option<ProductId>,
    /// Products from which the reader is recused.
    pub recused_from: &'a [ProductId],
    /// For a sheet: opened by the chair, or every due sheet is in. Computed on reading.
    pub opened: bool,
}

/// Facets that a duty reads, and of whom.
fn facets(reader: &Reader, params: &Params) -> Vec<(Principal, Facet)> {
    let on_focal = reader.org == Some(params.focal);
    use Duty::*;
    let mut out = vec![(Principal::Everybody, Facet::Published)];
    let mut of_org = |facets: &[Facet]| {
        for org in reader.org.iter().chain(&params.before) {
            out.extend(facets.iter().map(|f| (Principal::Organisation(*org), *f)));
        }
    };
    match (reader.duty, reader.duty.level()) {
        (Auditor, _) => of_org(&[Facet::File, Facet::Register]),
        (Applicant, _) => of_org(&[Facet::Own, Facet::Shared]),
        (HiredUnit, _) => of_org(&[Facet::Contract]),
        (ManagingCoordinator, _) => of_org(&[Facet::File, Facet::Shared]),
        (ManagingOfficer, _) => of_org(&[Facet::File, Facet::Shared, Facet::Own]),
        (_, Level::Officer | Level::UnitHead | Level::Signer) => of_org(&[Facet::File, Facet::Shared]),
        (_, Level::FormChecker) => of_org(&[Facet::Form]),
        (_, Level::Records) => of_org(&[Facet::Register, Facet::Shared]),
        _ => {}
    }
    if let (Level::Officer | Level::UnitHead, Some(org), Some(unit)) = (reader.duty.level(), reader.org, &reader.unit) {
        out.push((Principal::Unit(org, unit.clone()), Facet::Draft));
    }
    let keeps_the_list = matches!(reader.duty, ListOfficer | ListUnitHead | ListKeeper | ListRecords);
    if keeps_the_list && on_focal {
        out.push((Principal::FocalAgency, Facet::Shared));
    }
    if reader.duty == Administrator {
        out.push((Principal::Administration, Facet::Account));
    }
    if let Some(account) = reader.account {
        let personal: &[Facet] = match reader.duty {
            Secretary => &[Facet::Own, Facet::Title, Facet::Evidence, Facet::Sheet, Facet::Draft],
            Chair | ViceChair | Evaluator | Support | CountingBoard => &[Facet::Own, Facet::Title, Facet::Evidence, Facet::Sheet],
            _ => &[Facet::Own],
        };
        out.extend(personal.iter().map(|f| (Principal::Person(account), *f)));
    }
    out
}

/// What the reader may see on that day.
pub fn scope(reader: &Reader, on: NaiveDate, params: &Params) -> Scope {
    let mut admits: Vec<(String, &'static str)> = facets(reader, params).into_iter().map(|(p, f)| (p.text(), f.name())).collect();
    admits.sort();
    admits.dedup();
    Scope { admits, person: reader.account.map(|a| a.to_string()), on }
}

/// Does the reader see this stream on that day?
pub fn sees(reader: &Reader, on: NaiveDate, params: &Params, facts: &Facts) -> bool {
    if facts.product.is_some_and(|p| facts.recused_from.contains(&p)) {
        return false;
    }
    let admitted = facets(reader, params);
    facts.access.iter().any(|row| {
        row.from <= on
            && row.to.is_none_or(|to| on <= to)
            && (row.facet != Facet::Sheet || facts.opened)
            && admitted.iter().any(|(p, f)| *p == row.principal && *f == row.facet)
    })
}
