//! What a person looks up before they fill in a form: the last day that the rules give the step after an assignment,
//! the last number of a book, the signed file.

use crate::form::Pairs;
use crate::frame::place_of;
use crate::markup::esc;
use crate::say;
use crate::visitor::Visitor;
use chrono::Datelike;
use ndp_domain::acts::{ACTS, Act, ActId, To};
use ndp_domain::calendar::Due;
use ndp_domain::document;
use ndp_domain::machine::State;
use ndp_engine::orders::OrderForm;
use ndp_server::problem::Refused;
use ndp_store::seen::Seen;

/// The facts of a form, as markup, under what it is about.
pub async fn of(v: &Visitor, form: &OrderForm, seen: Option<&Seen>, pairs: &Pairs) -> Result<Vec<String>, Refused> {
    let Some(seen) = seen.filter(|s| ndp_domain::shown::whole(s.loaded.id.kind, &s.facets)) else { return Ok(Vec::new()) };
    match (form.act, &seen.loaded.neighbour.whole.state) {
        (ActId::L4 | ActId::E5, state) => {
            let legal = after_assignment(v, form.act, state.view().regulation.as_deref());
            let said = |(_, due): (ActId, Due)| esc(&v.t1("web-fact-until", &[("day", &say::day(due.on))]));
            Ok(legal.map(said).into_iter().collect())
        }
        (ActId::D7 | ActId::D8 | ActId::D9, State::Document(d)) => of_paper(v, seen, d, pairs).await,
        _ => Ok(Vec::new()),
    }
}

/// Until when the rules want the step that an assignment is for, counted from today.
pub fn after_assignment(v: &Visitor, act: ActId, regulation: Option<&str>) -> Option<(ActId, Due)> {
    let To::State(stage) = act.row().to else { return None };
    let terms = &v.directory.regulations.get(regulation?)?.terms;
    let due = |row: &Act| Some((row.id, v.directory.calendar.due(v.today, *terms.get(row.deadline?)?)));
    ACTS.iter().filter(|row| row.task && row.leaves(stage)).filter_map(due).min_by_key(|(_, due)| due.on)
}

/// Of a paper that was signed: its file, and while it has no number the last one of the book that the form names.
pub async fn of_paper(v: &Visitor, seen: &Seen, d: &document::State, pairs: &Pairs) -> Result<Vec<String>, Refused> {
    let mut facts = Vec::new();
    if let Some(signature) = &d.signature {
        let files = ndp_server::evidence::files_of(&v.app, &v.reading, seen).await?;
        let latest = d.sealed_file.unwrap_or(signature.file_sha256);
        if let Some(file) = files.iter().find(|f| f.sha256 == latest) {
            let place = v.href(&format!("{}/tep/{}", place_of(seen.loaded.id), file.sha256));
            let signed = v.t1("web-fact-signed", &[("day", &say::day(signature.on))]);
            facts.push(format!("{} <a href=\"{}\">{}</a>", esc(&signed), esc(&place), esc(&file.name)));
        }
    }
    let book = pairs.get("/number/book").trim();
    if d.number.is_none() && !book.is_empty() {
        let year = crate::form::pairs::read_date(pairs.get("/number/date")).unwrap_or(v.today).year();
        let last = v.app.engine.store.last_number(d.issuing, book, year).await?;
        let said = |n: u32| v.t1("web-fact-number", &[("number", &n.to_string()), ("book", book), ("year", &year.to_string())]);
        facts.extend(last.map(|n| esc(&said(n))));
    }
    Ok(facts)
}
