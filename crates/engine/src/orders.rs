//! Every order that can be given from outside: an act on a kind of record, the noun under which the
//! API has it, the name of its command, and the shape of its content. One list for parsing, routing,
//! links and the published document.

use crate::parse;
use ndp_domain::acts::{ANY, ActId, NEW};
use ndp_domain::id::Kind;
use schemars::{Schema, SchemaGenerator};
use serde_json::Value;
use std::sync::OnceLock;

/// An order as the API has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OrderForm {
    pub act: ActId,
    pub kind: Kind,
    /// Name of the command in its machine.
    pub variant: &'static str,
    /// Noun under the record; empty where the act opens a record and nothing else.
    pub noun: &'static str,
    /// It can open a record of this kind.
    pub opens: bool,
    /// It can be done on a record that exists.
    pub continues: bool,
}

use ActId::*;

/// Acts with the records they are done on. Those common to all open records stand below.
#[rustfmt::skip]
const NOUNS: &[(ActId, Kind, &str)] = &[
    (L1, Kind::ListEntry, ""),
    (L2, Kind::ListEntry, "submissions"),
    (L3, Kind::ListEntry, "registrations"),
    (L4, Kind::ListEntry, "assignments"),
    (L5, Kind::ListEntry, "supplement-requests"),
    (L6, Kind::ListEntry, "supplements"),
    (L7, Kind::ListEntry, "stops"),
    (L8, Kind::ListEntry, "listings"),
    (L9, Kind::ListEntry, "refusals"),
    (L10, Kind::ListEntry, "withdrawals"),
    (L11, Kind::ListEntry, "removals"),
    (L12, Kind::ListEntry, "reminders"),
    (L13, Kind::ListEntry, "handovers"),
    (C1, Kind::CriteriaSet, "versions"),
    (C2, Kind::CriteriaSet, "consultations"),
    (C3, Kind::Opinion, ""),
    (C4, Kind::CriteriaSet, "revisions"),
    (C5, Kind::CriteriaSet, "promulgations"),
    (C7, Kind::CriteriaSet, "yearly-reviews"),
    (C8, Kind::CriteriaSet, "discontinuations"),
    (C9, Kind::CriteriaSet, "repeals"),
    (CP1, Kind::ChangeProposal, ""),
    (CP2, Kind::ChangeProposal, "comments"),
    (CP3, Kind::ChangeProposal, "acceptances"),
    (CP4, Kind::ChangeProposal, "refusals"),
    (B1, Kind::Body, ""),
    (B2, Kind::Body, "nomination-requests"),
    (B3, Kind::Body, "nominations"),
    (B4, Kind::Body, "establishments"),
    (B5, Kind::Body, "readiness-declarations"),
    (B6, Kind::Body, "amendments"),
    (B7, Kind::Body, "counting-boards"),
    (B8, Kind::Body, "selections"),
    (B9, Kind::Body, "contracts"),
    (B10, Kind::Body, "selection-cancellations"),
    (B11, Kind::Body, "reports"),
    (B12, Kind::Body, "remarks"),
    (B13, Kind::Body, "report-acceptances"),
    (B14, Kind::Body, "closures"),
    (B15, Kind::Body, "cancellations"),
    (B16, Kind::Body, "reorders"),
    (B17, Kind::Declaration, ""),
    (B18, Kind::Body, "membership-answers"),
    (CF1, Kind::Links, "records"),
    (CF2, Kind::Links, "pins"),
    (E1, Kind::Dossier, ""),
    (E2, Kind::Dossier, "submissions"),
    (E3, Kind::Dossier, "openings"),
    (E4, Kind::Dossier, "registrations"),
    (E5, Kind::Dossier, "assignments"),
    (E6, Kind::Dossier, "supplement-requests"),
    (E7, Kind::Dossier, "supplements"),
    (E8, Kind::Dossier, "lapses"),
    (E9, Kind::Dossier, "acceptances"),
    (E10, Kind::Dossier, "declinations"),
    (E11, Kind::Dossier, "rounds"),
    (E12, Kind::Dossier, "clarification-requests"),
    (E13, Kind::Dossier, "clarifications"),
    (E14, Kind::Dossier, "continuations"),
    (E15, Kind::Sheet, "submissions"),
    (E16, Kind::Dossier, "meetings"),
    (E17, Kind::Dossier, "adjournments"),
    (E18, Kind::Dossier, "counts"),
    (E19, Kind::Dossier, "minutes-signatures"),
    (E20, Kind::Dossier, "report-conclusions"),
    (E21, Kind::Dossier, "denominator-choices"),
    (E22, Kind::Dossier, "national-recognitions"),
    (E23, Kind::Dossier, "potential-recognitions"),
    (E24, Kind::Dossier, "rejections"),
    (E26, Kind::Dossier, "set-asides"),
    (E27, Kind::Dossier, "stops"),
    (E29, Kind::Dossier, "invitations"),
    (E30, Kind::Sheet, "ballots"),
    (E31, Kind::Dossier, "reminders"),
    (E32, Kind::Dossier, "evidence-supplies"),
    (E33, Kind::Dossier, "stop-requests"),
    (OB1, Kind::Objection, ""),
    (OB2, Kind::Objection, "answers"),
    (R3, Kind::Recognition, "periodic-reviews"),
    (R4, Kind::Recognition, "extraordinary-reviews"),
    (R5, Kind::Recognition, "continuations"),
    (R6, Kind::Recognition, "remediations"),
    (R7, Kind::Recognition, "rechecks"),
    (R8, Kind::Recognition, "revocations"),
    (R9, Kind::Recognition, "other-revocations"),
    (R10, Kind::Recognition, "changes-to-potential"),
    (R11, Kind::Recognition, "changes-to-national"),
    (R12, Kind::Recognition, "ends"),
    (R13, Kind::Recognition, "review-stops"),
    (R14, Kind::Recognition, "hearing-requests"),
    (R15, Kind::Recognition, "hearings"),
    (R16, Kind::Recognition, "measurements"),
    (P2, Kind::Publication, "shares"),
    (P3, Kind::Publication, "returns"),
    (P4, Kind::Publication, "amendments"),
    (P5, Kind::Publication, "settlements"),
    (P6, Kind::Publication, "publishings"),
    (P7, Kind::Publication, "closures"),
    (PE1, Kind::Edition, ""),
    (PE2, Kind::Edition, "issues"),
    (U1, Kind::Plan, ""),
    (U2, Kind::Plan, "approvals"),
    (U3, Kind::Plan, "uses"),
    (U4, Kind::Plan, "amendments"),
    (U5, Kind::Plan, "suspensions"),
    (U6, Kind::Plan, "resumptions"),
    (U7, Kind::Plan, "ends"),
    (U8, Kind::Plan, "cancellations"),
    (RC1, Kind::Reconsideration, ""),
    (RC2, Kind::Reconsideration, "confirmations"),
    (RC3, Kind::Reconsideration, "acceptances"),
    (KN1, Kind::Complaint, ""),
    (KN2, Kind::Complaint, "acceptances"),
    (KN3, Kind::Complaint, "refusals"),
    (KN4, Kind::Complaint, "settlements"),
    (KN5, Kind::Complaint, "next-steps"),
    (KN6, Kind::Complaint, "closures"),
    (SC1, Kind::Readiness, ""),
    (SC2, Kind::Readiness, "answers"),
    (SC3, Kind::Readiness, "conversions"),
    (D1, Kind::Document, ""),
    (D2, Kind::Document, "submissions"),
    (D3, Kind::Document, "initials"),
    (D4, Kind::Document, "form-checks"),
    (D5, Kind::Document, "returns"),
    (D6, Kind::Document, "signatures"),
    (D7, Kind::Document, "numbers"),
    (D8, Kind::Document, "seals"),
    (D9, Kind::Document, "issues"),
    (D10, Kind::Document, "filings"),
    (D11, Kind::Document, "discards"),
    (D12, Kind::Document, "voids"),
    (D13, Kind::Document, "corrections"),
    (D14, Kind::Document, "replacements"),
    (OR3, Kind::Organisation, "units"),
    (OR4, Kind::Organisation, "renamings"),
    (AC1, Kind::Account, ""),
    (AC2, Kind::Account, "duties"),
    (AC3, Kind::Account, "duty-ends"),
    (AC4, Kind::Account, "suspensions"),
    (AC5, Kind::Account, "reinstatements"),
    (X4, Kind::ListEntry, "historical"),
    (X4, Kind::Product, "historical"),
    (X4, Kind::Recognition, "historical"),
    (X4, Kind::Publication, "historical"),
    (X4, Kind::Edition, "historical"),
];

/// Acts that every open record knows.
const COMMON: &[(ActId, &str)] = &[(X1, "transfers"), (X2, "clock-pauses"), (X3, "clock-resumptions")];

/// Records that follow others and have no acts of their own from outside, yet know the common ones.
fn is_open_record(kind: Kind) -> bool {
    !matches!(kind, Kind::Reference | Kind::Organisation | Kind::Account | Kind::Opinion | Kind::Declaration | Kind::Sheet | Kind::Links)
}

fn build() -> Vec<OrderForm> {
    let own = NOUNS.iter().filter_map(|(act, kind, noun)| {
        let from = act.row().from;
        // C3, B17 and their like stand in their parent's states and open a record of their own; a
        // sheet is opened by whichever of its acts comes first.
        let opens = noun.is_empty() || from.contains(&NEW) || *kind == Kind::Sheet;
        let continues = !noun.is_empty() && from.iter().any(|f| *f != NEW);
        Some(OrderForm { act: *act, kind: *kind, variant: parse::variant(*act, *kind)?, noun, opens, continues })
    });
    // A paper sheet is entered by one person and confirmed by another: two commands of one act.
    let paper = OrderForm { act: E15, kind: Kind::Sheet, variant: "enter", noun: "paper-sheets", opens: true, continues: false };
    let common = Kind::ALL.iter().filter(|k| is_open_record(**k)).flat_map(|kind| {
        COMMON.iter().filter_map(|(act, noun)| {
            debug_assert!(act.row().from.contains(&ANY));
            Some(OrderForm { act: *act, kind: *kind, variant: parse::variant(*act, *kind)?, noun, opens: false, continues: true })
        })
    });
    own.chain([paper]).chain(common).collect()
}

/// All of them, in the order of the table.
pub fn all() -> &'static [OrderForm] {
    static ALL: OnceLock<Vec<OrderForm>> = OnceLock::new();
    ALL.get_or_init(build)
}

/// The order under this noun of a kind of record; the empty noun opens one.
pub fn find(kind: Kind, noun: &str) -> Option<&'static OrderForm> {
    all().iter().find(|f| f.kind == kind && f.noun == noun)
}

/// How a record's act is called, for links.
pub fn of_act(kind: Kind, act: ActId) -> Option<&'static OrderForm> {
    all().iter().find(|f| f.kind == kind && f.act == act)
}

/// Plural of a kind in addresses, `list-entries`.
pub fn plural(kind: Kind) -> &'static str {
    match kind {
        Kind::Reference => "reference-sets",
        Kind::Organisation => "organisations",
        Kind::Account => "accounts",
        Kind::ListEntry => "list-entries",
        Kind::CriteriaSet => "criteria-sets",
        Kind::Opinion => "opinions",
        Kind::Product => "products",
        Kind::Dossier => "dossiers",
        Kind::Body => "bodies",
        Kind::Declaration => "declarations",
        Kind::Sheet => "sheets",
        Kind::Recognition => "recognitions",
        Kind::Publication => "publications",
        Kind::Document => "documents",
        Kind::Plan => "plans",
        Kind::Edition => "editions",
        Kind::Reconsideration => "reconsiderations",
        Kind::Complaint => "complaints",
        Kind::Objection => "objections",
        Kind::ChangeProposal => "change-proposals",
        Kind::Links => "person-links",
        Kind::Readiness => "readiness-checks",
    }
}

pub fn of_plural(name: &str) -> Option<Kind> {
    Kind::ALL.iter().copied().find(|k| plural(*k) == name)
}

/// Schema of all commands of a kind, as its machine declares them.
pub fn commands(kind: Kind, generator: &mut SchemaGenerator) -> Schema {
    use ndp_domain as d;
    match kind {
        Kind::Reference => generator.subschema_for::<d::reference::Command>(),
        Kind::Organisation => generator.subschema_for::<d::organisation::Command>(),
        Kind::Account => generator.subschema_for::<d::account::Command>(),
        Kind::ListEntry => generator.subschema_for::<d::list_entry::Command>(),
        Kind::CriteriaSet => generator.subschema_for::<d::criteria_set::Command>(),
        Kind::Opinion => generator.subschema_for::<d::opinion::Command>(),
        Kind::Product => generator.subschema_for::<d::product::Command>(),
        Kind::Dossier => generator.subschema_for::<d::dossier::Command>(),
        Kind::Body => generator.subschema_for::<d::body::Command>(),
        Kind::Declaration => generator.subschema_for::<d::declaration::Command>(),
        Kind::Sheet => generator.subschema_for::<d::sheet::Command>(),
        Kind::Recognition => generator.subschema_for::<d::recognition::Command>(),
        Kind::Publication => generator.subschema_for::<d::publication::Command>(),
        Kind::Document => generator.subschema_for::<d::document::Command>(),
        Kind::Plan => generator.subschema_for::<d::plan::Command>(),
        Kind::Edition => generator.subschema_for::<d::edition::Command>(),
        Kind::Reconsideration => generator.subschema_for::<d::reconsideration::Command>(),
        Kind::Complaint => generator.subschema_for::<d::complaint::Command>(),
        Kind::Objection => generator.subschema_for::<d::objection::Command>(),
        Kind::ChangeProposal => generator.subschema_for::<d::change_proposal::Command>(),
        Kind::Links => generator.subschema_for::<d::links::Command>(),
        Kind::Readiness => generator.subschema_for::<d::readiness::Command>(),
    }
}

/// The content of one order, out of the schema of its machine's commands.
pub fn content(form: &OrderForm, generator: &mut SchemaGenerator) -> Value {
    let schema = if COMMON.iter().any(|(act, _)| *act == form.act) {
        generator.subschema_for::<ndp_domain::any::Command>()
    } else {
        commands(form.kind, generator)
    };
    let mut schema = schema.to_value();
    // A named schema is looked up among those collected.
    if let Some(name) = schema.get("$ref").and_then(Value::as_str).and_then(|r| r.rsplit('/').next()).map(str::to_owned) {
        schema = generator.definitions().get(&name).cloned().unwrap_or_default();
    }
    let variants =
        ["oneOf", "anyOf"].iter().find_map(|key| schema.get(key)).and_then(Value::as_array).cloned().unwrap_or_else(|| vec![schema]);
    variants.iter().find_map(|v| v.pointer(&format!("/properties/{}", form.variant))).cloned().unwrap_or_default()
}

/// Does the content name the id of the record it opens? Then the edge may make one.
pub fn names_own_id(form: &OrderForm) -> bool {
    static OWN: OnceLock<Vec<(Kind, &'static str)>> = OnceLock::new();
    let own = OWN.get_or_init(|| {
        let mut generator = schemars::generate::SchemaSettings::draft2020_12().into_generator();
        let names = |form: &&OrderForm| content(form, &mut generator).pointer("/properties/id").is_some();
        all().iter().filter(|f| f.opens).filter(names).map(|f| (f.kind, f.variant)).collect()
    });
    own.contains(&(form.kind, form.variant))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndp_domain::acts::{ACTS, Who};
    use std::collections::BTreeSet;

    #[test]
    fn every_act_that_a_person_orders_has_one_place() {
        // What is loaded is a file, read before it is an act (`load`).
        for act in ACTS.iter().filter(|a| a.id != RF1 && !matches!(a.who, Who::With | Who::Installation)) {
            assert!(all().iter().any(|f| f.act == act.id), "{} has no noun", act.id.name());
        }
        let mut seen = BTreeSet::new();
        for form in all() {
            assert!(seen.insert((form.kind, form.noun)), "{:?} {} stands twice", form.kind, form.noun);
            assert!(form.opens || !form.noun.is_empty(), "{:?} needs a noun", form.act);
            assert!(!form.continues || !form.noun.is_empty(), "{:?} needs a noun", form.act);
        }
        for kind in Kind::ALL {
            assert_eq!(of_plural(plural(*kind)), Some(*kind));
        }
    }

    #[test]
    fn every_order_has_the_shape_of_its_command() {
        let mut generator = schemars::generate::SchemaSettings::draft2020_12().into_generator();
        for form in all() {
            let schema = content(form, &mut generator);
            assert_eq!(schema.get("type").and_then(Value::as_str), Some("object"), "{:?} {}", form.kind, form.variant);
        }
    }
}
