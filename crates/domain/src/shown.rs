//! What of a record a reader is shown, by the facets in which they see it. Lists of fields that are
//! shown, never of fields that are hidden: a new field stays hidden until somebody decides.

use crate::access::Facet;
use crate::acts::ActId;
use crate::id::Kind;
use crate::machine::{Machine, State};
use serde_json::{Map, Value};

/// How much a facet shows of a kind of record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    Whole,
    /// These fields; `rounds.n` is a field of each item.
    Fields(&'static [&'static str]),
}

use Extent::{Fields, Whole};

/// An applicant: states, papers, dates, the result with its reasons; no sheets, no members, no votes.
const OWN_DOSSIER: &[&str] = &[
    "id",
    "code",
    "regulation",
    "entry",
    "set",
    "version",
    "lines",
    "product",
    "name",
    "managing",
    "applicant",
    "purpose",
    "stage",
    "application",
    "share",
    "incoming",
    "decision",
    "recognition",
    "scope",
    "carried",
    "expiries",
    "supplements",
    "stop_requested",
    "rounds.n",
    "rounds.cut_off",
    "rounds.opened_on",
    "rounds.clarifications",
    "rounds.lines",
];
/// Once it is decided, also the result line by line.
const OWN_DECIDED: &[&str] = &["rounds.results", "rounds.assessment", "rounds.conditions"];
/// A records office: what its books hold.
const BOOKS: &[&str] = &[
    "id",
    "code",
    "regulation",
    "entry",
    "product",
    "name",
    "managing",
    "applicant",
    "stage",
    "incoming",
    "letter",
    "listed",
    "decision",
    "recognition",
    "removed",
    "historical",
];
const TITLE: &[&str] = &["id", "code", "name", "managing", "applicant", "stage", "regulation"];
/// A paper as its recipients have it: what it says, and not how it came about.
const PAPER: &[&str] =
    &["id", "kind", "regulation", "issuing", "body", "acts", "stage", "snapshot", "number", "issued", "corrected_by", "replaced_by"];
const BODY_TITLE: &[&str] =
    &["id", "name", "form", "regulation", "managing", "stage", "decision", "reviewers", "counters", "replaced", "leads", "self_managed"];
const BODY_ASKED: &[&str] = &["id", "name", "form", "regulation", "managing", "stage", "asked"];
const BODY_CONTRACT: &[&str] = &["id", "name", "form", "regulation", "managing", "stage", "selected", "contract", "report"];
const SET_SHARED: &[&str] = &[
    "regulation",
    "entry",
    "managing",
    "name",
    "versions.n",
    "versions.stage",
    "versions.basis",
    "versions.consultation",
    "versions.promulgated",
    "versions.lines",
    "versions.reviewed_on",
];
const SET_PUBLISHED: &[&str] = &[
    "regulation",
    "entry",
    "managing",
    "name",
    "versions.n",
    "versions.stage",
    "versions.promulgated",
    "versions.lines",
    "versions.reviewed_on",
];
const PUBLISHED: &[&str] = &[
    "register",
    "product",
    "name",
    "class",
    "managing",
    "regulation",
    "record",
    "published",
    "edition",
    "closing",
    "closed",
    "before",
    "since",
    "historical",
];

/// What this facet shows of such a record.
pub fn extent(kind: Kind, facet: Facet) -> Extent {
    use Facet::*;
    match (facet, kind) {
        (Draft | File | Sheet | Account | Form, _) => Whole,
        (Own, Kind::Dossier) => Fields(OWN_DOSSIER),
        (Own, _) => Whole,
        (Register, Kind::Document | Kind::Reconsideration | Kind::Complaint | Kind::Objection) => Whole,
        (Register, _) => Fields(BOOKS),
        (Shared, Kind::CriteriaSet) => Fields(SET_SHARED),
        (Shared, Kind::Body) => Fields(BODY_ASKED),
        (Shared, Kind::Document) => Fields(PAPER),
        (Shared, _) => Whole,
        (Evidence, _) => Whole,
        (Title, Kind::Body) => Fields(BODY_TITLE),
        (Title, _) => Fields(TITLE),
        (Contract, Kind::Body) => Fields(BODY_CONTRACT),
        (Contract, _) => Whole,
        (Published, Kind::CriteriaSet) => Fields(SET_PUBLISHED),
        (Published, Kind::Publication) => Fields(PUBLISHED),
        (Published, _) => Whole,
    }
}

/// Do these facets show the record whole, its history with the persons in it included?
pub fn whole(kind: Kind, facets: &[Facet]) -> bool {
    facets.iter().any(|f| extent(kind, *f) == Whole && *f != Facet::Published)
}

/// Do these facets show what a paper says? Its recipients read it once it is issued, without how it came about.
pub fn reads_paper(facets: &[Facet]) -> bool {
    whole(Kind::Document, facets) || facets.contains(&Facet::Shared)
}

/// Is this act told in the record's history? A paper's recipients learn that it came, was corrected and was replaced,
/// and not how often it was returned before.
pub fn tells(kind: Kind, facets: &[Facet], act: ActId) -> bool {
    kind != Kind::Document || whole(kind, facets) || matches!(act, ActId::D9 | ActId::D13 | ActId::D14)
}

/// The state as these facets show it.
pub fn shown(state: &State, facets: &[Facet]) -> Value {
    let kind = state.kind();
    let full = serde_json::to_value(state).ok().and_then(|v| v.as_object().and_then(|o| o.values().next().cloned())).unwrap_or_default();
    if facets.iter().any(|f| extent(kind, *f) == Whole) {
        return full;
    }
    let mut out = Value::Object(Map::new());
    for facet in facets {
        if let Fields(fields) = extent(kind, *facet) {
            fields.iter().for_each(|field| copy(&full, &mut out, field));
        }
        if let (Facet::Own, State::Dossier(dossier)) = (facet, state)
            && crate::dossier::Dossier::stage(dossier) == "E.decided"
        {
            OWN_DECIDED.iter().for_each(|field| copy(&full, &mut out, field));
        }
        if let (Facet::Published, State::CriteriaSet(_)) = (facet, state)
            && let Some(Value::Array(versions)) = out.get_mut("versions")
        {
            versions.retain(|v| v.get("promulgated").is_some_and(|p| !p.is_null()));
        }
    }
    out
}

fn copy(from: &Value, to: &mut Value, field: &str) {
    let (head, rest) = field.split_once('.').map_or((field, None), |(h, r)| (h, Some(r)));
    let (Some(value), Some(out)) = (from.get(head), to.as_object_mut()) else { return };
    match (rest, value) {
        (None, _) => {
            out.insert(head.to_owned(), value.clone());
        }
        (Some(rest), Value::Array(items)) => {
            let kept = out.entry(head).or_insert_with(|| Value::Array(vec![Value::Object(Map::new()); items.len()]));
            if let Value::Array(kept) = kept {
                items.iter().zip(kept).for_each(|(item, kept)| copy(item, kept, rest));
            }
        }
        (Some(_), _) => {}
    }
}
