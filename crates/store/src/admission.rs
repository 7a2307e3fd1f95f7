//! A scope as SQL: which rows of `access` admit a record, and what takes it away again.

use ndp_domain::access::{Facet, Principal};
use ndp_domain::id::Kind;
use ndp_domain::visibility::Scope;
use sea_orm::Value;

/// Rows of `access` (as `a`, of whichever record) by which the scope admits one, and what takes a product's records away
/// from a recused person. Sheets open by themselves once every due sheet is in, or when the chair
/// opened the meeting: computed here, on reading, never stored.
pub(crate) fn admitted(scope: &Scope, values: &mut Vec<Value>) -> (String, String) {
    let mut bind = |value: Value| {
        values.push(value);
        format!("${}", values.len())
    };
    let day = bind(scope.on.to_string().into());
    let admits: Vec<String> = scope
        .admits
        .iter()
        .map(|(principal, facet)| {
            let opened = if *facet == "sheet" {
                " AND EXISTS (SELECT 1 FROM stream d WHERE d.id = s.parent AND (d.sheets_opened = 1 OR d.stage <> 'E.stopped' AND
                   (SELECT count(*) FROM stream c WHERE c.parent = d.id AND c.kind = 'sheet' AND c.round = s.round AND c.stage <> 'E15.entered') >= d.sheets_due)
                   AND (s.stage <> 'E30.sealed' OR d.stage IN ('E.counted', 'E.concluded', 'E.decided')))"
            } else {
                ""
            };
            format!("(a.principal = {} AND a.facet = {}{opened})", bind(principal.clone().into()), bind((*facet).into()))
        })
        .collect();
    let admits = if admits.is_empty() { "1 = 0".to_owned() } else { admits.join(" OR ") };
    (valid(&day, &admits), recused(scope, values))
}

fn valid(day: &str, admits: &str) -> String {
    format!("a.valid_from <= {day} AND (a.valid_to IS NULL OR a.valid_to >= {day}) AND ({admits})")
}

/// What takes a product's records away from a recused person.
pub(crate) fn recused(scope: &Scope, values: &mut Vec<Value>) -> String {
    let Some(person) = &scope.person else { return String::new() };
    values.push(person.clone().into());
    format!(" AND NOT EXISTS (SELECT 1 FROM recusal r WHERE r.person = ${} AND r.product = s.product)", values.len())
}

/// The same for a list that is asked row by row on PostgreSQL: of one shape for every reader.
fn admitted_one(scope: &Scope, values: &mut Vec<Value>) -> (String, String) {
    values.push(scope.on.to_string().into());
    let day = format!("${}", values.len());
    let pairs: Vec<String> = scope.admits.iter().map(|(principal, facet)| format!("{principal} {facet}")).collect();
    values.push(serde_json::to_string(&pairs).unwrap_or_default().into());
    let (pair, n) = ("a.principal || ' ' || a.facet", values.len());
    let admits = format!("(SELECT ${n}::jsonb) ? ({pair})");
    (valid(&day, &admits), recused(scope, values))
}

/// The scope as one SQL condition on `s`.
pub(crate) fn condition(scope: &Scope, values: &mut Vec<Value>) -> String {
    let (admits, recused) = admitted(scope, values);
    format!("EXISTS (SELECT 1 FROM access a WHERE a.stream = s.id AND {admits}){recused}")
}

/// The same as the set of what the scope admits, for a reader of one kind that does not open by itself (no sheets):
/// asked once, not row by row.
pub(crate) fn among(scope: &Scope, values: &mut Vec<Value>) -> String {
    let (admits, recused) = seen_rows(scope, values);
    format!("s.id IN (SELECT a.stream FROM access a WHERE {admits}){recused}")
}

/// Rows of `access` (as `a`) that admit whatever does not open by itself, and what is taken away of `s`.
pub(crate) fn seen_rows(scope: &Scope, values: &mut Vec<Value>) -> (String, String) {
    admitted(&without_sheets(scope), values)
}

fn without_sheets(scope: &Scope) -> Scope {
    Scope { admits: scope.admits.iter().filter(|(_, facet)| *facet != Facet::Sheet.name()).cloned().collect(), ..scope.clone() }
}

/// The same for a list, whose kind is mostly known: only sheets open by themselves. PostgreSQL would collect all
/// that a reader may see before it sorts; who sees a whole agency's files is asked row by row in the list's
/// order instead (`OFFSET 0` keeps the question apart), for the page is full after few. Who sees little is not:
/// there the planner starts from what they see.
pub(crate) fn condition_of_list(scope: &Scope, kind: Option<Kind>, postgres: bool, values: &mut Vec<Value>) -> String {
    let narrowed = match kind {
        None | Some(Kind::Sheet) => return condition(scope, values),
        Some(_) => without_sheets(scope),
    };
    if !(postgres && sees_much(&narrowed)) {
        return condition(&narrowed, values);
    }
    let (admits, recused) = admitted_one(&narrowed, values);
    format!("EXISTS (SELECT 1 FROM access a WHERE a.stream = s.id AND {admits} OFFSET 0){recused}")
}

/// Does the scope reach over an agency's files?
pub(crate) fn sees_much(scope: &Scope) -> bool {
    let whole = [Facet::File, Facet::Register].map(|f| f.name());
    let focal = Principal::FocalAgency.text();
    scope.admits.iter().any(|(principal, facet)| whole.contains(facet) || *principal == focal)
}
