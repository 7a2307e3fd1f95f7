//! The journal as overseers read it: the newest first, by day, act and kind of record.

use crate::read::hash_of;
use crate::seen::told;
use crate::table::instant;
use crate::{Fault, Store};
use ndp_domain::canonical::Hash;
use ndp_domain::id::{Id, Kind};
use ndp_domain::time::Instant;
use ndp_domain::visibility::Scope;
use sea_orm::Value;
use uuid::Uuid;

/// What is looked for: everything where nothing is said.
#[derive(Debug, Clone, Default)]
pub struct Sought {
    pub kind: Option<Kind>,
    pub act: Option<String>,
    /// From this moment on, and before that one.
    pub from: Option<Instant>,
    pub until: Option<Instant>,
    /// Positions below this one.
    pub below: Option<u64>,
}

/// One event as told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    pub position: u64,
    pub stream: Id,
    pub act: String,
    pub at: String,
    pub hash: Hash,
    /// As recorded: who did it stands in it.
    pub body: String,
}

/// A page of the journal, and where older ones begin.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Page {
    pub lines: Vec<Told>,
    pub older: Option<u64>,
}

/// Positions looked at for one page: what is rare is looked for page by page.
const WINDOW: u64 = 100_000;

impl Store {
    /// Events of records that the scope admits now, and of loaded data, which are public; the newest first.
    pub async fn journal(&self, scope: &Scope, sought: &Sought, limit: u64) -> Result<Page, Fault> {
        let (first, last) = self.positions_of(sought.from).await?;
        let top = sought.below.map_or(last, |below| below.saturating_sub(1).min(last));
        if top < first {
            return Ok(Page::default());
        }
        let bottom = first.max(top.saturating_sub(WINDOW - 1));
        let mut values: Vec<Value> = Vec::new();
        let admitted = told(scope, &mut values);
        let mut bind = |value: Value| {
            values.push(value);
            format!("${}", values.len())
        };
        let mut filter = format!("f.position BETWEEN {} AND {}", bind((bottom as i64).into()), bind((top as i64).into()));
        let asked = [
            ("s.kind =", sought.kind.map(|k| k.name().to_owned())),
            ("e.act =", sought.act.clone()),
            ("e.at >=", sought.from.map(instant)),
            ("e.at <", sought.until.map(instant)),
        ];
        for (what, value) in asked {
            if let Some(value) = value {
                filter.push_str(&format!(" AND {what} {}", bind(value.into())));
            }
        }
        let sql = format!(
            "SELECT f.position, s.kind, f.stream, e.act, e.at, f.hash, e.body FROM feed f
               JOIN event e ON e.stream = f.stream AND e.n = f.n JOIN stream s ON s.id = f.stream
             WHERE {filter} AND ({admitted} OR s.kind = 'reference') ORDER BY f.position DESC LIMIT {limit}"
        );
        let rows = self.query(&sql, values).await?;
        let lines: Vec<Told> = rows
            .iter()
            .map(|r| {
                let position: i64 = r.try_get("", "position")?;
                let (kind, stream): (String, Uuid) = (r.try_get("", "kind")?, r.try_get("", "stream")?);
                let wrong = || Fault::Inconsistent { table: "stream", record: stream.to_string(), what: format!("kind {kind}") };
                Ok(Told {
                    position: position.unsigned_abs(),
                    stream: Id::new(Kind::of_name(&kind).ok_or_else(wrong)?, stream),
                    act: r.try_get("", "act")?,
                    at: r.try_get("", "at")?,
                    hash: hash_of(r.try_get("", "hash")?, "feed", &position.to_string())?,
                    body: r.try_get("", "body")?,
                })
            })
            .collect::<Result<_, Fault>>()?;
        let looked = if lines.len() as u64 == limit { lines.last().map_or(bottom, |l| l.position) } else { bottom };
        Ok(Page { lines, older: (looked > first).then_some(looked) })
    }

    /// How often each of the acts was done from one moment until before another, in records that the scope admits now.
    pub async fn acts_between(&self, scope: &Scope, acts: &[&str], from: Instant, until: Instant) -> Result<Vec<(String, u64)>, Fault> {
        let (first, last) = self.positions_of(Some(from)).await?;
        let mut values: Vec<Value> = Vec::new();
        let admitted = told(scope, &mut values);
        let mut bind = |value: Value| {
            values.push(value);
            format!("${}", values.len())
        };
        let named: Vec<String> = acts.iter().map(|act| bind((*act).into())).collect();
        let (first, last) = (bind((first as i64).into()), bind((last as i64).into()));
        let (from, until) = (bind(instant(from).into()), bind(instant(until).into()));
        let sql = format!(
            "SELECT e.act, count(*) AS n FROM feed f JOIN event e ON e.stream = f.stream AND e.n = f.n JOIN stream s ON s.id = f.stream
             WHERE f.position BETWEEN {first} AND {last} AND e.act IN ({}) AND e.at >= {from} AND e.at < {until} AND {admitted}
             GROUP BY e.act",
            named.join(", ")
        );
        let rows = self.query(&sql, values).await?;
        rows.iter().map(|r| Ok((r.try_get("", "act")?, r.try_get::<i64>("", "n")?.unsigned_abs()))).collect()
    }

    /// Between which positions events from this moment on can stand: a seal holds nothing that happened after it, by
    /// clocks that may differ by less than an hour.
    async fn positions_of(&self, from: Option<Instant>) -> Result<(u64, u64), Fault> {
        let end = self.feed_end().await?;
        let Some(from) = from else { return Ok((1, end)) };
        let rows = self
            .query(
                "SELECT coalesce(max(last), 0) AS before FROM seal WHERE at < $1",
                vec![instant(from - chrono::Duration::hours(1)).into()],
            )
            .await?;
        let before: i64 = rows.first().map_or(Ok(0), |r| r.try_get("", "before"))?;
        Ok((before.unsigned_abs() + 1, end))
    }
}
