//! The outbox as its workers see it: rows claimed so that no two take one, done, or put off.

use crate::aside::Aside;
use crate::batch::Message;
use crate::people::message;
use crate::table::instant;
use crate::{Fault, Store};
use ndp_domain::time::Instant;
use sea_orm::Value;
use uuid::Uuid;

/// A message taken for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claimed {
    pub id: Uuid,
    pub topic: String,
    pub payload: String,
    /// This try included.
    pub attempts: u32,
}

/// A task that an act left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewTask {
    pub act: String,
    pub duty: String,
    /// An organisation's id, `focal_agency`, or empty where a person is named.
    pub holder: String,
    pub person: Option<String>,
    pub due_on: Option<String>,
}

/// What waits: how many, and since when the oldest is due.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Waiting {
    pub messages: u64,
    pub oldest: Option<String>,
}

impl Store {
    /// Takes up to `limit` due messages until `until`; who dies with them loses them to the next.
    pub async fn claim(&self, limit: u64, now: Instant, until: Instant) -> Result<Vec<Claimed>, Fault> {
        const DUE: &str = "done_at IS NULL AND run_at <= $1 AND (locked_until IS NULL OR locked_until < $1)";
        let at = instant(now);
        let due = self.query(&format!("SELECT 1 AS one FROM outbox WHERE {DUE} LIMIT 1"), vec![at.clone().into()]).await?;
        if due.is_empty() {
            return Ok(Vec::new());
        }
        let skip = if self.is_postgres() { " FOR UPDATE SKIP LOCKED" } else { "" };
        let sql = format!(
            "UPDATE outbox SET locked_until = $2, attempts = attempts + 1
             WHERE id IN (SELECT id FROM outbox WHERE {DUE} ORDER BY run_at, id LIMIT {limit}{skip}) RETURNING id, topic, payload, attempts"
        );
        let rows = self.aside_one(sql, vec![at.into(), instant(until).into()]).await?;
        rows.iter()
            .map(|r| {
                let attempts: i64 = r.try_get("", "attempts")?;
                Ok(Claimed {
                    id: r.try_get("", "id")?,
                    topic: r.try_get("", "topic")?,
                    payload: r.try_get("", "payload")?,
                    attempts: attempts as u32,
                })
            })
            .collect()
    }

    /// A message is done; what follows from it is queued in the same step. `error` where it was given up.
    pub async fn finish(&self, id: Uuid, at: Instant, error: Option<&str>, next: &[Message]) -> Result<(), Fault> {
        let mut steps: Vec<Aside> = next.iter().map(message).collect();
        steps.push(Aside::new(
            // A letter that is gone leaves no secret behind.
            "UPDATE outbox SET done_at = $2, last_error = $3, locked_until = NULL,
               payload = CASE WHEN topic = 'mail' THEN '{}' ELSE payload END WHERE id = $1",
            vec![id.into(), instant(at).into(), Value::from(error.map(str::to_owned))],
        ));
        self.aside(steps).await.map(|_| ())
    }

    /// Puts a message off, with what stood in the way.
    pub async fn put_off(&self, id: Uuid, until: Instant, error: &str) -> Result<(), Fault> {
        let sql = "UPDATE outbox SET run_at = $2, locked_until = NULL, last_error = $3 WHERE id = $1";
        self.aside_one(sql, vec![id.into(), instant(until).into(), error.into()]).await.map(|_| ())
    }

    /// Queues messages that follow from no act.
    pub async fn send(&self, messages: &[Message]) -> Result<(), Fault> {
        self.aside(messages.iter().map(message).collect()).await.map(|_| ())
    }

    /// Tasks of a record that stand since this instant.
    pub async fn tasks_since(&self, stream: ndp_domain::id::Id, at: &str) -> Result<Vec<NewTask>, Fault> {
        let sql = "SELECT act, duty, holder, person, due_on FROM task WHERE stream = $1 AND since = $2 ORDER BY act, duty, holder, person";
        let rows = self.query(sql, vec![stream.uuid.into(), at.into()]).await?;
        rows.iter()
            .map(|r| {
                let person: String = r.try_get("", "person")?;
                Ok(NewTask {
                    act: r.try_get("", "act")?,
                    duty: r.try_get("", "duty")?,
                    holder: r.try_get("", "holder")?,
                    person: (!person.is_empty()).then_some(person),
                    due_on: r.try_get("", "due_on")?,
                })
            })
            .collect()
    }

    /// Lets go of everything that waits: the demonstration's story is past and tells nobody.
    pub async fn let_go(&self, at: Instant) -> Result<(), Fault> {
        let sql = "UPDATE outbox SET done_at = $1, last_error = 'past' WHERE done_at IS NULL";
        self.aside_one(sql, vec![instant(at).into()]).await.map(|_| ())
    }

    pub async fn waiting(&self) -> Result<Waiting, Fault> {
        let sql = "SELECT count(*) AS n, min(run_at) AS oldest FROM (SELECT run_at FROM outbox WHERE done_at IS NULL LIMIT 10000) AS open";
        let rows = self.query(sql, vec![]).await?;
        let Some(row) = rows.first() else { return Ok(Waiting::default()) };
        let n: i64 = row.try_get("", "n")?;
        Ok(Waiting { messages: n as u64, oldest: row.try_get("", "oldest")? })
    }

    /// Takes a follower's turn for a while: one process at a time folds under a name. Answers its position.
    pub async fn take_turn(&self, name: &str, now: Instant, until: Instant) -> Result<Option<u64>, Fault> {
        let sql = "INSERT INTO follower (name, position, locked_until, at) VALUES ($1, 0, $3, $2)
                   ON CONFLICT (name) DO UPDATE SET locked_until = excluded.locked_until
                   WHERE follower.locked_until IS NULL OR follower.locked_until < $2 RETURNING position";
        let rows = self.aside_one(sql, vec![name.into(), instant(now).into(), instant(until).into()]).await?;
        Ok(rows.first().map(|r| r.try_get::<i64>("", "position")).transpose()?.map(|p| p as u64))
    }

    /// Gives the turn back.
    pub async fn end_turn(&self, name: &str, now: Instant) -> Result<(), Fault> {
        self.aside_one("UPDATE follower SET locked_until = NULL, at = $2 WHERE name = $1", vec![name.into(), instant(now).into()])
            .await
            .map(|_| ())
    }

    /// Where a follower stands.
    pub async fn position_of(&self, name: &str) -> Result<u64, Fault> {
        let rows = self.query("SELECT position FROM follower WHERE name = $1", vec![name.into()]).await?;
        Ok(rows.first().map_or(Ok(0), |r| r.try_get::<i64>("", "position"))? as u64)
    }

    /// The last position of the feed.
    pub async fn feed_end(&self) -> Result<u64, Fault> {
        let rows = self.query("SELECT position FROM feed ORDER BY position DESC LIMIT 1", vec![]).await?;
        Ok(rows.first().map_or(Ok(0), |r| r.try_get::<i64>("", "position"))? as u64)
    }
}
