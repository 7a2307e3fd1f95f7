//! Counts of records by kind, state and organisation, folded from the feed: never counted when they
//! are asked for, never a row that acts write.

use crate::aside::Aside;
use crate::{Fault, Store};
use ndp_domain::time::Instant;
use sea_orm::Value;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// One count.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Count {
    pub kind: String,
    pub stage: String,
    /// Id of the managing organisation, or empty.
    pub managing: String,
    pub n: i64,
}

const FOLLOWER: &str = "tally";
/// Events of one step.
const STEP: u64 = 400;

fn marks(from: usize, n: usize) -> String {
    (from..from + n).map(|i| format!("${i}")).collect::<Vec<_>>().join(", ")
}

impl Store {
    /// Folds the next events into the counts; answers whether there may be more. One process at a time.
    pub async fn fold_counts(&self, now: Instant) -> Result<bool, Fault> {
        if self.position_of(FOLLOWER).await? >= self.feed_end().await? {
            return Ok(false);
        }
        let Some(position) = self.take_turn(FOLLOWER, now, now + chrono::TimeDelta::seconds(30)).await? else { return Ok(false) };
        let folded = self.fold_from(position).await;
        self.end_turn(FOLLOWER, now).await?;
        folded
    }

    async fn fold_from(&self, position: u64) -> Result<bool, Fault> {
        let events = self.feed(position, STEP).await?;
        let Some((last, ..)) = events.last() else { return Ok(false) };
        let streams: Vec<Uuid> = events.iter().map(|(_, stream, _)| *stream).collect::<BTreeSet<_>>().into_iter().collect();
        let ids = || streams.iter().map(|s| Value::from(*s)).collect::<Vec<_>>();
        let list = marks(1, streams.len());
        let read = |rows: Vec<sea_orm::QueryResult>| {
            rows.iter()
                .map(|r| Ok((r.try_get::<Uuid>("", "id")?, (r.try_get("", "kind")?, r.try_get("", "stage")?, r.try_get("", "managing")?))))
                .collect::<Result<BTreeMap<Uuid, (String, String, String)>, Fault>>()
        };
        let now = read(
            self.query(&format!("SELECT id, kind, stage, coalesce(managing, '') AS managing FROM stream WHERE id IN ({list})"), ids())
                .await?,
        )?;
        let before =
            read(self.query(&format!("SELECT stream AS id, kind, stage, managing FROM counted WHERE stream IN ({list})"), ids()).await?)?;
        let mut change: BTreeMap<(String, String, String), i64> = BTreeMap::new();
        let mut steps = vec![Aside::must(
            "UPDATE follower SET position = $3 WHERE name = $1 AND position = $2 RETURNING name",
            vec![FOLLOWER.into(), (position as i64).into(), (*last as i64).into()],
        )];
        for (stream, place) in &now {
            if before.get(stream) == Some(place) {
                continue;
            }
            *change.entry(place.clone()).or_default() += 1;
            if let Some(old) = before.get(stream) {
                *change.entry(old.clone()).or_default() -= 1;
            }
            steps.push(Aside::new(
                "INSERT INTO counted (stream, kind, stage, managing) VALUES ($1, $2, $3, $4)
                 ON CONFLICT (stream) DO UPDATE SET kind = excluded.kind, stage = excluded.stage, managing = excluded.managing",
                vec![(*stream).into(), place.0.clone().into(), place.1.clone().into(), place.2.clone().into()],
            ));
        }
        for ((kind, stage, managing), n) in change.into_iter().filter(|(_, n)| *n != 0) {
            steps.push(Aside::new(
                "INSERT INTO tally (kind, stage, managing, n) VALUES ($1, $2, $3, $4)
                 ON CONFLICT (kind, stage, managing) DO UPDATE SET n = tally.n + excluded.n",
                vec![kind.into(), stage.into(), managing.into(), n.into()],
            ));
        }
        self.aside(steps).await?;
        Ok(events.len() as u64 == STEP)
    }

    /// Counts of these kinds, of one organisation or of all.
    pub async fn counts(&self, kinds: &[&str], managing: Option<&str>) -> Result<Vec<Count>, Fault> {
        if kinds.is_empty() {
            return Ok(Vec::new());
        }
        let mut values: Vec<Value> = kinds.iter().map(|k| Value::from(*k)).collect();
        let list = marks(1, kinds.len());
        let sql = match managing {
            Some(org) => {
                values.push(org.into());
                format!("SELECT kind, stage, managing, n FROM tally WHERE kind IN ({list}) AND managing = ${} AND n > 0", values.len())
            }
            None => format!(
                "SELECT kind, stage, '' AS managing, cast(sum(n) AS bigint) AS n FROM tally WHERE kind IN ({list}) AND n > 0 GROUP BY kind, stage"
            ),
        };
        let rows = self.query(&sql, values).await?;
        let mut counts = rows
            .iter()
            .map(|r| {
                Ok(Count {
                    kind: r.try_get("", "kind")?,
                    stage: r.try_get("", "stage")?,
                    managing: r.try_get("", "managing")?,
                    n: r.try_get("", "n")?,
                })
            })
            .collect::<Result<Vec<_>, Fault>>()?;
        counts.sort();
        Ok(counts)
    }
}
