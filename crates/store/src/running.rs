//! Steps with a last day that are running now: how many are late, how long they have run, which are the latest.

use crate::admission::condition;
use crate::lists::{Line, line};
use crate::{Fault, Store};
use chrono::{Days, NaiveDate};
use ndp_domain::acts::ACTS;
use ndp_domain::id::{Id, Kind};
use ndp_domain::visibility::Scope;
use sea_orm::Value;
use uuid::Uuid;

/// Running steps of records in one state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Running {
    pub kind: String,
    pub stage: String,
    pub on_time: u64,
    pub late: u64,
    /// Begun less than [`AGES`].0 days ago, less than [`AGES`].1, longer ago.
    pub ages: [u64; 3],
}

/// Days that part the ages: a choice of ours, for reading and for nothing else.
pub const AGES: (u64, u64) = (10, 30);

/// Most running steps that are looked at, the nearest last days first; where there are more, [`Steps::cut`] says so.
pub const MOST: u64 = 5_000;

/// Running steps that a reader sees, by kind and state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Steps {
    pub states: Vec<Running>,
    /// More are running than were looked at.
    pub cut: bool,
}

/// Acts that somebody owes by a last day; what is only allowed until a day is not late after it.
fn owed(of: &str) -> String {
    let acts = ACTS.iter().filter(|a| a.task && a.deadline.is_some()).map(|a| format!("'{}'", a.id.name()));
    format!("{of}.act IN ({})", acts.collect::<Vec<_>>().join(", "))
}

impl Store {
    /// Running steps that the scope admits, by kind and state.
    pub async fn running(&self, scope: &Scope, today: NaiveDate) -> Result<Steps, Fault> {
        let mut values: Vec<Value> = Vec::new();
        let (admitted, owed) = (condition(scope, &mut values), owed("d"));
        let mut bind = |day: NaiveDate| {
            values.push(day.to_string().into());
            format!("${}", values.len())
        };
        let (now, young, middle) = (bind(today), bind(today - Days::new(AGES.0)), bind(today - Days::new(AGES.1)));
        let sql = format!(
            "WITH nearest AS (SELECT d.stream, s.kind, s.stage, d.due_on, d.started_on FROM deadline d CROSS JOIN stream s
               WHERE s.id = d.stream AND {admitted} AND {owed} ORDER BY d.due_on, d.stream LIMIT {})
             SELECT kind, stage, sum(CASE WHEN due_on < {now} THEN 1 ELSE 0 END) AS late, count(*) AS n,
               sum(CASE WHEN started_on > {young} THEN 1 ELSE 0 END) AS young, sum(CASE WHEN started_on <= {middle} THEN 1 ELSE 0 END) AS old,
               (SELECT count(*) FROM nearest) AS looked
             FROM (SELECT stream, kind, stage, min(due_on) AS due_on, min(started_on) AS started_on FROM nearest GROUP BY stream, kind, stage) AS one
             GROUP BY kind, stage ORDER BY kind, stage",
            MOST + 1
        );
        let whole = |r: &sea_orm::QueryResult, name: &str| Ok::<u64, Fault>(r.try_get::<i64>("", name)?.unsigned_abs());
        let mut out = Steps { states: Vec::new(), cut: false };
        for r in &self.query(&sql, values).await? {
            let (n, late, young, old) = (whole(r, "n")?, whole(r, "late")?, whole(r, "young")?, whole(r, "old")?);
            let ages = [young, n.saturating_sub(young + old), old];
            out.cut |= whole(r, "looked")? > MOST;
            out.states.push(Running {
                kind: r.try_get("", "kind")?,
                stage: r.try_get("", "stage")?,
                on_time: n.saturating_sub(late),
                late,
                ages,
            });
        }
        Ok(out)
    }

    /// Records with a last day that has not passed, by id.
    pub async fn running_after(&self, today: NaiveDate, after: Option<Uuid>, limit: u64) -> Result<Vec<Id>, Fault> {
        let sql = format!(
            "SELECT s.id, s.kind FROM (SELECT DISTINCT stream FROM deadline WHERE stream > $1 AND due_on >= $2 ORDER BY stream LIMIT {limit})
             AS running JOIN stream s ON s.id = running.stream ORDER BY s.id"
        );
        let values = vec![after.unwrap_or_default().into(), today.to_string().into()];
        let id = |r: &sea_orm::QueryResult| {
            let (id, kind): (Uuid, String) = (r.try_get("", "id")?, r.try_get("", "kind")?);
            let wrong = || Fault::Inconsistent { table: "stream", record: id.simple().to_string(), what: kind.clone() };
            Ok(Id::new(Kind::of_name(&kind).ok_or_else(wrong)?, id))
        };
        self.query(&sql, values).await?.iter().map(id).collect()
    }

    /// Last days that have not passed, the nearest first: the step, when it began and its day, of every record. For
    /// counts alone.
    pub async fn last_days(&self, today: NaiveDate, limit: u64) -> Result<Vec<(String, NaiveDate, NaiveDate)>, Fault> {
        let sql = format!("SELECT act, started_on, due_on FROM deadline WHERE due_on >= $1 ORDER BY due_on, stream LIMIT {limit}");
        let rows = self.query(&sql, vec![today.to_string().into()]).await?;
        rows.iter()
            .map(|r| {
                let act: String = r.try_get("", "act")?;
                let day = |name: &str| -> Result<NaiveDate, Fault> {
                    let text: String = r.try_get("", name)?;
                    text.parse().map_err(|_| Fault::Inconsistent { table: "deadline", record: act.clone(), what: text.clone() })
                };
                Ok((act.clone(), day("started_on")?, day("due_on")?))
            })
            .collect()
    }

    /// Records whose running step is past its last day, the longest overdue first.
    pub async fn overdue(&self, scope: &Scope, today: NaiveDate, limit: u64) -> Result<Vec<Line>, Fault> {
        let mut values: Vec<Value> = Vec::new();
        let admitted = condition(scope, &mut values);
        values.push(today.to_string().into());
        // In the order of the index until the page is full: a record with several last days is told by the first.
        let (of_d, of_e) = (owed("d"), owed("e"));
        let sql = format!(
            "SELECT s.id, s.kind, s.stage, s.name, s.code, d.due_on, s.updated_at, d.due_on AS sort_key, 1 AS beyond
             FROM deadline d CROSS JOIN stream s WHERE s.id = d.stream AND d.due_on < ${} AND {admitted} AND {of_d}
               AND NOT EXISTS (SELECT 1 FROM deadline e WHERE e.stream = d.stream AND {of_e} AND (e.due_on, e.act) < (d.due_on, d.act))
             ORDER BY d.due_on, d.stream LIMIT {limit}",
            values.len()
        );
        self.query(&sql, values).await?.iter().map(line).collect()
    }
}
