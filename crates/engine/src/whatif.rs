//! What a draft criteria set or regulation version would change for everything recognised: the
//! results and the evidence on file are held against the draft. Nothing is written.

use crate::{Engine, Problem};
use chrono::NaiveDate;
use ndp_domain::criteria_set::SetText;
use ndp_domain::dossier;
use ndp_domain::id::{Id, ListEntryId};
use ndp_domain::machine::State;
use ndp_domain::outcome::{Line, Outcome, assess};
use ndp_domain::recognition::{self, to_confirm};
use ndp_domain::regulation::{Decides, Regulation};
use ndp_domain::time::legal_date;
use ndp_domain::whole::Whole;
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The draft: a set for one entry or for all, a regulation version, or both.
#[derive(Debug, Clone)]
pub struct Draft {
    pub set: Option<SetText>,
    pub entry: Option<ListEntryId>,
    pub regulation: Regulation,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Keeps its class, or would rise.
    Pass,
    Fail,
    /// A line has neither a result nor valid evidence on file.
    LacksEvidence,
}

/// One recognised product under the draft.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Row {
    pub recognition: String,
    pub name: String,
    pub class: &'static str,
    pub outcome: Outcome,
    pub verdict: Verdict,
    pub unmet: Vec<String>,
    pub lacking: Vec<String>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    pub products: u64,
    pub pass: u64,
    pub fail: u64,
    pub lacks_evidence: u64,
}

/// Recognitions read at a time; a page of each core is in memory at once, no more.
const PAGE: u64 = 500;

impl Engine {
    /// Runs the draft; `each` hears every product. Pages are read one after the other and judged
    /// on all cores.
    pub async fn whatif(&self, draft: Draft, mut each: impl FnMut(Row)) -> Result<Summary, Problem> {
        let day = legal_date(self.clock.now());
        let draft = Arc::new(draft);
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        let mut summary = Summary::default();
        let mut working = tokio::task::JoinSet::new();
        let mut after = None;
        let mut hear = |rows: Vec<Row>| {
            for row in rows {
                summary.products += 1;
                match row.verdict {
                    Verdict::Pass => summary.pass += 1,
                    Verdict::Fail => summary.fail += 1,
                    Verdict::LacksEvidence => summary.lacks_evidence += 1,
                }
                each(row);
            }
        };
        loop {
            let page = self.store.recognised_with_basis(after, PAGE).await?;
            let Some(last) = page.last() else { break };
            after = Some(last.0);
            let draft = draft.clone();
            working.spawn_blocking(move || judge(&draft, &page, day));
            while working.len() > cores {
                hear(joined(working.join_next().await)?);
            }
        }
        while !working.is_empty() {
            hear(joined(working.join_next().await)?);
        }
        Ok(summary)
    }
}

type Judged = Result<Vec<Row>, ndp_store::Fault>;

fn joined(result: Option<Result<Judged, tokio::task::JoinError>>) -> Result<Vec<Row>, Problem> {
    let stopped = |what: String| ndp_store::Fault::Inconsistent { table: "stream", record: "whatif".to_owned(), what };
    match result {
        None => Ok(Vec::new()),
        Some(Ok(rows)) => Ok(rows?),
        Some(Err(error)) => Err(stopped(error.to_string()).into()),
    }
}

/// One page: documents of the recognitions and of the dossiers they stand on.
fn judge(draft: &Draft, page: &[(uuid::Uuid, String, Option<String>)], day: NaiveDate) -> Judged {
    let mut rows = Vec::new();
    for (id, recognition, dossier) in page {
        let wrong = |e: serde_json::Error| ndp_store::Fault::Inconsistent { table: "stream", record: id.to_string(), what: e.to_string() };
        let State::Recognition(r) = serde_json::from_str::<Whole>(recognition).map_err(wrong)?.state else { continue };
        if !r.in_force() || draft.entry.is_some_and(|e| e != r.entry) {
            continue;
        }
        let whole = dossier.as_deref().map(serde_json::from_str::<Whole>).transpose().map_err(wrong)?;
        let basis = whole.and_then(|w| match w.state {
            State::Dossier(d) => Some(d),
            _ => None,
        });
        let stream = Id::new(ndp_domain::id::Kind::Recognition, *id);
        rows.extend(row(draft, stream, &r, basis.as_ref(), day));
    }
    Ok(rows)
}

/// `None` where the draft set does not pass its own gate: that is the linter's to say.
fn row(draft: &Draft, id: Id, r: &recognition::State, basis: Option<&dossier::State>, day: NaiveDate) -> Option<Row> {
    let lines: Vec<Line> = match &draft.set {
        Some(set) => set.lines(&draft.regulation).ok()?,
        None => basis.map(|d| d.lines.clone()).unwrap_or_default(),
    };
    let results: BTreeMap<String, bool> = basis.and_then(|d| d.round()).map(|round| round.all_results()).unwrap_or_default();
    let expired = to_confirm(r, day);
    let on_file = |code: &String| results.contains_key(code) && !expired.contains(code);
    let lacking: Vec<String> = lines.iter().filter(|l| l.decides == Decides::Result && !on_file(&l.code)).map(|l| l.code.clone()).collect();
    let share = r.measurements.last().map(|m| m.share).or(basis.and_then(|d| d.share));
    let assessed = assess(draft.regulation.rule(), &lines, &results, share);
    let judged_unmet: Vec<String> = assessed.unmet.iter().filter(|code| !lacking.contains(code)).cloned().collect();
    let keeps = assessed.outcome != Outcome::Undetermined && assessed.outcome >= r.class.outcome();
    let line_failed = judged_unmet.iter().any(|code| lines.iter().any(|l| l.code == *code && l.decides == Decides::Result));
    let verdict = match (lacking.is_empty() && !lines.is_empty(), keeps) {
        (true, true) => Verdict::Pass,
        (true, false) => Verdict::Fail,
        (false, _) if line_failed => Verdict::Fail,
        (false, _) => Verdict::LacksEvidence,
    };
    Some(Row {
        recognition: id.to_string(),
        name: r.name.clone(),
        class: r.class.name(),
        outcome: assessed.outcome,
        verdict,
        unmet: judged_unmet,
        lacking,
    })
}
