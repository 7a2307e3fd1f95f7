//! Which principals see which facet of a stream: a pure function of its state, kept as rows that
//! lists join with. Recusal is kept beside it and wins.

use crate::document::Document;
use crate::id::{AccountId, OrganisationId, ProductId};
use crate::machine::{Machine, State};
use crate::time::legal_date;
use crate::whole::Whole;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// What of a stream is seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Facet {
    /// Being written, in its unit.
    Draft,
    /// A submitted file of the agency.
    File,
    /// What the records office keeps: registers and papers from the signature on.
    Register,
    /// A paper on its way to the signature, for the checker of form.
    Form,
    /// Submitted to, or shared with, this organisation.
    Shared,
    /// The applicant's or the person's own.
    Own,
    /// The evaluation file, for members after their declaration.
    Evidence,
    /// Title and parties only, for members before their declaration.
    Title,
    /// An evaluator's sheet, sealed until it is opened.
    Sheet,
    /// An account, for administrators.
    Account,
    /// What the hired unit needs under its contract.
    Contract,
    Published,
}

impl Facet {
    pub const ALL: &'static [Facet] = &[
        Facet::Draft,
        Facet::File,
        Facet::Register,
        Facet::Form,
        Facet::Shared,
        Facet::Own,
        Facet::Evidence,
        Facet::Title,
        Facet::Sheet,
        Facet::Account,
        Facet::Contract,
        Facet::Published,
    ];
    pub fn name(self) -> &'static str {
        match self {
            Facet::Draft => "draft",
            Facet::File => "file",
            Facet::Register => "register",
            Facet::Form => "form",
            Facet::Shared => "shared",
            Facet::Own => "own",
            Facet::Evidence => "evidence",
            Facet::Title => "title",
            Facet::Sheet => "sheet",
            Facet::Account => "account",
            Facet::Contract => "contract",
            Facet::Published => "published",
        }
    }
}

/// Whom a row admits. Rendered as text in storage.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Principal {
    Organisation(OrganisationId),
    Unit(OrganisationId, String),
    Person(AccountId),
    /// Whoever holds the duty of the focal agency on the day of reading.
    FocalAgency,
    Administration,
    Everybody,
}

impl Principal {
    pub fn text(&self) -> String {
        match self {
            Principal::Organisation(id) => id.to_string(),
            Principal::Unit(id, unit) => format!("{id}/{unit}"),
            Principal::Person(id) => id.to_string(),
            Principal::FocalAgency => "focal_agency".to_owned(),
            Principal::Administration => "administration".to_owned(),
            Principal::Everybody => "everybody".to_owned(),
        }
    }
}

/// One row. `from` and `to` are legal dates, `to` the last day.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Access {
    pub principal: Principal,
    pub facet: Facet,
    pub from: NaiveDate,
    pub to: Option<NaiveDate>,
}

/// The rows of a stream as its own row carries them, so that whoever sees one record is known with it: a line
/// each, `facet from to principal`, in the order of their bytes; without a last day `-`. A unit may have any name,
/// so a principal is kept to its line.
pub fn lines(rows: &[Access]) -> String {
    let line = |a: &Access| {
        let to = a.to.map_or_else(|| "-".to_owned(), |to| to.to_string());
        format!("{} {} {to} {}", a.facet.name(), a.from, one_line(&a.principal.text()))
    };
    let mut all: Vec<String> = rows.iter().map(line).collect();
    all.sort();
    all.join("\n")
}

/// A principal without line breaks.
pub fn one_line(principal: &str) -> Cow<'_, str> {
    if principal.contains(['\\', '\n']) { principal.replace('\\', "\\\\").replace('\n', "\\n").into() } else { principal.into() }
}

/// A member who sees nothing of a product.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Recusal {
    pub person: AccountId,
    pub product: ProductId,
}

fn people<'a>(ids: impl IntoIterator<Item = &'a AccountId>, facet: Facet) -> Vec<(Principal, Facet)> {
    ids.into_iter().map(|id| (Principal::Person(*id), facet)).collect()
}

/// The rows of a stream, without duplicates, in order.
pub fn of(whole: &Whole) -> Vec<Access> {
    let from = legal_date(whole.created_at);
    let mut rows: Vec<Access> =
        pairs(&whole.state).into_iter().map(|(principal, facet)| Access { principal, facet, from, to: None }).collect();
    rows.sort();
    rows.dedup();
    rows
}

fn pairs(state: &State) -> Vec<(Principal, Facet)> {
    use Facet::*;
    let view = state.view();
    let org = |id: Option<OrganisationId>, facet| id.map(|id| (Principal::Organisation(id), facet));
    let unit = || Some((Principal::Unit(view.managing.or(view.issuing)?, view.unit.clone()?), Draft));
    let mut rows: Vec<(Principal, Facet)> = Vec::new();
    match state {
        State::Reference(_) | State::Organisation(_) => rows.push((Principal::Everybody, Published)),
        State::Account(_) => {
            rows.push((Principal::Administration, Facet::Account));
            rows.extend(people(&view.person, Own));
        }
        State::ListEntry(entry) if state.stage() == "L.draft" => {
            rows.extend(unit());
            // A draft handed over is also of the unit that collects the others'.
            let collects = entry.collected_by.clone();
            rows.extend(collects.and_then(|code| Some((Principal::Unit(view.managing?, code), Draft))));
        }
        State::ListEntry(_) => {
            rows.extend([org(view.managing, File), org(view.managing, Register)].into_iter().flatten());
            rows.push((Principal::FocalAgency, Shared));
        }
        State::CriteriaSet(set) => {
            rows.extend(unit());
            if set.shared() {
                rows.extend([org(view.managing, File), org(view.managing, Register)].into_iter().flatten());
                rows.extend(view.consulted.iter().map(|c| (Principal::Organisation(*c), Shared)));
            }
            if set.in_force_version().is_some() {
                rows.push((Principal::Everybody, Published));
            }
        }
        State::Opinion(_) => {
            rows.extend(view.consulted.iter().map(|c| (Principal::Organisation(*c), File)));
            rows.extend(org(view.managing, File));
        }
        State::Product(_) => {
            rows.extend(org(view.applicant, Own));
            rows.extend(unit());
        }
        State::Dossier(dossier) => {
            rows.extend(org(view.applicant, Own));
            if state.stage() == "E.draft" {
                if view.applicant.is_none() {
                    rows.extend(unit());
                }
            } else {
                rows.extend([org(view.managing, File), org(view.managing, Register)].into_iter().flatten());
            }
            if let Some(round) = dossier.round() {
                rows.extend(people(&round.due, Evidence));
                rows.extend(people(&round.helpers, Evidence));
                rows.extend(org(round.hired_unit, Contract));
            }
        }
        State::Body(body) => {
            rows.extend(org(view.managing, File));
            rows.extend(view.consulted.iter().map(|c| (Principal::Organisation(*c), Shared)));
            rows.extend(org(view.hired, Contract));
            if let Ok(established) = body.established() {
                rows.extend(people(established.members.iter().map(|m| &m.person), Title));
                rows.extend(people(&established.helpers(), Title));
            }
        }
        State::Declaration(declaration) => {
            rows.extend(people(&view.person, Own));
            rows.extend(people(&declaration.secretary, Evidence));
        }
        State::Sheet(sheet) => {
            rows.extend(people(&view.person, Own));
            rows.extend(people(&sheet.readers, Sheet));
            // A sheet on paper is read by who typed it in and who confirms it, until that is done.
            if let Some(entered) = sheet.entered.as_ref().filter(|_| sheet.sheet.is_none()) {
                rows.extend(people(&entered.confirms, Own));
                rows.push((Principal::Person(entered.by), Own));
            }
        }
        State::Recognition(_) => {
            rows.extend([org(view.managing, File), org(view.applicant, Own)].into_iter().flatten());
        }
        State::Plan(plan) => {
            rows.extend(unit());
            if plan.stage != crate::plan::Stage::Drafting {
                rows.extend(org(view.managing, File));
            }
        }
        State::Edition(edition) => {
            rows.push((Principal::FocalAgency, Shared));
            if edition.paper.is_some() {
                rows.push((Principal::Everybody, Published));
            }
        }
        State::Reconsideration(_) | State::Complaint(_) | State::Objection(_) => {
            rows.extend([org(view.managing, File), org(view.applicant, Own)].into_iter().flatten());
            rows.extend(org(view.managing, Register));
        }
        State::ChangeProposal(_) => {
            rows.extend([org(view.managing, File), org(view.applicant, Own)].into_iter().flatten());
            rows.extend(view.consulted.iter().map(|c| (Principal::Organisation(*c), Shared)));
        }
        // The person, and the secretaries for whose bodies it was recorded: nobody else.
        State::Links(links) => {
            rows.extend(people(&view.person, Own));
            rows.extend(people(&links.secretaries, Evidence));
        }
        // Private to whoever asks itself; no evaluator and no other agency sees it.
        State::Readiness(_) => rows.extend(org(view.managing.or(view.applicant), Own)),
        State::Publication(publication) => {
            rows.extend(org(view.managing, File));
            if publication.record.is_some() {
                rows.push((Principal::FocalAgency, Shared));
            }
            if publication.published.is_some() {
                rows.push((Principal::Everybody, Published));
            }
        }
        State::Document(document) => {
            rows.extend(unit());
            rows.extend(people(&document.signers_expected, Own));
            rows.extend(people(&document.secretary, Draft));
            let stage = Document::stage(document);
            if !matches!(stage, "D.draft" | "D.void") {
                rows.extend([org(view.issuing, File), org(view.issuing, Form)].into_iter().flatten());
            }
            if matches!(stage, "D.signed" | "D.numbered" | "D.sealed" | "D.issued" | "D.filed") {
                rows.extend(org(view.issuing, Register));
            }
            if let Some(issued) = &document.issued {
                rows.extend(issued.recipients.iter().map(|r| (Principal::Organisation(*r), Shared)));
            }
        }
    }
    rows
}

/// Recusals that a stream's state says: a declaration of conflict.
pub fn recusals(state: &State) -> Vec<Recusal> {
    match state {
        State::Declaration(d) if d.recused => vec![Recusal { person: d.member, product: d.product }],
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::visibility::Scope;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_units_name_cannot_admit_anybody_else() {
        let org = OrganisationId(uuid::Uuid::from_u128(7));
        let unit = "vu\npublished 2000-01-01 - everybody".to_owned();
        let row = |principal, facet, to| Access { principal, facet, from: day("2026-03-02"), to };
        let rows = [
            row(Principal::Unit(org, unit), Facet::Draft, None),
            row(Principal::Unit(org, "a\\nb".to_owned()), Facet::Draft, None),
            row(Principal::Organisation(org), Facet::File, Some(day("2026-12-31"))),
        ];
        let lines = lines(&rows);
        let facets = |principal: &Principal, facet: Facet, on: &str| {
            Scope { admits: vec![(principal.text(), facet.name())], person: None, on: day(on) }.facets(&lines)
        };
        assert_eq!(facets(&Principal::Everybody, Facet::Published, "2026-06-01"), []);
        for row in &rows {
            assert_eq!(facets(&row.principal, row.facet, "2026-06-01"), [row.facet]);
            assert_eq!(facets(&row.principal, row.facet, "2026-03-01"), [], "before its first day");
            assert_eq!(facets(&row.principal, Facet::Own, "2026-06-01"), []);
        }
        assert_eq!(facets(&Principal::Organisation(org), Facet::File, "2027-01-01"), [], "after its last day");
        assert_eq!(facets(&Principal::Unit(org, "a\nb".to_owned()), Facet::Draft, "2026-06-01"), []);
    }

    #[test]
    fn an_applicant_reads_the_papers_addressed_to_it_and_not_how_they_came_about() {
        let org = OrganisationId(uuid::Uuid::from_u128(7));
        let row = |principal, facet| Access { principal, facet, from: day("2026-03-02"), to: None };
        let rows = [row(Principal::Organisation(org), Facet::Shared), row(Principal::Organisation(org), Facet::File)];
        let params = crate::visibility::Params { focal: OrganisationId(uuid::Uuid::from_u128(9)), before: Vec::new() };
        let reader = |org| crate::visibility::Reader { account: None, duty: crate::authority::Duty::Applicant, org: Some(org), unit: None };
        let facets = |org| crate::visibility::scope(&reader(org), day("2026-06-01"), &params).facets(&lines(&rows));
        assert_eq!(facets(org), [Facet::Shared], "its own papers, and no file of an agency");
        assert_eq!(facets(OrganisationId(uuid::Uuid::from_u128(8))), []);
        assert!(crate::shown::reads_paper(&[Facet::Shared]) && !crate::shown::whole(crate::id::Kind::Document, &[Facet::Shared]));
        let told = |act| crate::shown::tells(crate::id::Kind::Document, &[Facet::Shared], act);
        assert!(told(crate::acts::ActId::D9) && !told(crate::acts::ActId::D5));
    }
}
