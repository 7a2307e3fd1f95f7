//! Webhooks: who wants to be told where, and the journal of what was told.

use crate::aside::Aside;
use crate::seen::FeedLine;
use crate::table::instant;
use crate::{Fault, Store};
use ndp_domain::id::AccountId;
use ndp_domain::time::Instant;
use sea_orm::{QueryResult, Value};
use uuid::Uuid;

/// A subscription. What it is told of is what its holder sees in that duty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webhook {
    pub id: Uuid,
    pub account: AccountId,
    pub duty: String,
    pub org: String,
    pub unit: Option<String>,
    pub url: String,
    /// Encrypted, with the key's `kid`.
    pub secret: Vec<u8>,
    pub secret_kid: String,
    /// JSON list of kinds of record; empty for all.
    pub kinds: String,
    pub created_at: String,
    pub paused_at: Option<String>,
    pub paused_why: Option<String>,
    pub failing_since: Option<String>,
}

/// One telling, tried until it is taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    pub id: Uuid,
    pub webhook: Uuid,
    pub position: u64,
    pub kind: String,
    pub body: String,
    pub made_at: String,
    pub attempts: u32,
    pub run_at: String,
    pub done_at: Option<String>,
    pub status: Option<i64>,
    pub error: Option<String>,
}

const COLUMNS: &str = "id, account, duty, org, unit, url, secret, secret_kid, kinds, created_at, paused_at, paused_why, failing_since";
const DELIVERY: &str = "id, webhook, position, kind, body, made_at, attempts, run_at, done_at, status, error";

fn webhook(r: &QueryResult) -> Result<Webhook, Fault> {
    Ok(Webhook {
        id: r.try_get("", "id")?,
        account: AccountId(r.try_get("", "account")?),
        duty: r.try_get("", "duty")?,
        org: r.try_get("", "org")?,
        unit: r.try_get("", "unit")?,
        url: r.try_get("", "url")?,
        secret: r.try_get("", "secret")?,
        secret_kid: r.try_get("", "secret_kid")?,
        kinds: r.try_get("", "kinds")?,
        created_at: r.try_get("", "created_at")?,
        paused_at: r.try_get("", "paused_at")?,
        paused_why: r.try_get("", "paused_why")?,
        failing_since: r.try_get("", "failing_since")?,
    })
}

fn delivery(r: &QueryResult) -> Result<Delivery, Fault> {
    let (position, attempts): (i64, i64) = (r.try_get("", "position")?, r.try_get("", "attempts")?);
    Ok(Delivery {
        id: r.try_get("", "id")?,
        webhook: r.try_get("", "webhook")?,
        position: position as u64,
        kind: r.try_get("", "kind")?,
        body: r.try_get("", "body")?,
        made_at: r.try_get("", "made_at")?,
        attempts: attempts as u32,
        run_at: r.try_get("", "run_at")?,
        done_at: r.try_get("", "done_at")?,
        status: r.try_get("", "status")?,
        error: r.try_get("", "error")?,
    })
}

pub fn follower(webhook: Uuid) -> String {
    format!("webhook:{}", webhook.simple())
}

impl Store {
    /// A new webhook, told of what happens from `position` on; `false` where the account has too many.
    pub async fn add_webhook(&self, w: &Webhook, most: usize, position: u64, at: Instant) -> Result<bool, Fault> {
        let steps = vec![
            Aside::must(
                "INSERT INTO webhook (id, account, duty, org, unit, url, secret, secret_kid, kinds, created_at)
                 SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10
                 WHERE (SELECT count(*) FROM webhook WHERE account = $2 AND ended_at IS NULL) < $11 RETURNING id",
                vec![
                    w.id.into(),
                    w.account.0.into(),
                    w.duty.clone().into(),
                    w.org.clone().into(),
                    w.unit.clone().into(),
                    w.url.clone().into(),
                    w.secret.clone().into(),
                    w.secret_kid.clone().into(),
                    w.kinds.clone().into(),
                    w.created_at.clone().into(),
                    (most as i64).into(),
                ],
            ),
            Aside::new(
                "INSERT INTO follower (name, position, at) VALUES ($1, $2, $3)",
                vec![follower(w.id).into(), (position as i64).into(), instant(at).into()],
            ),
        ];
        Ok(self.aside(steps).await?.is_some())
    }

    pub async fn webhooks_of(&self, account: AccountId) -> Result<Vec<Webhook>, Fault> {
        let sql = format!("SELECT {COLUMNS} FROM webhook WHERE account = $1 AND ended_at IS NULL ORDER BY created_at, id");
        self.query(&sql, vec![account.0.into()]).await?.iter().map(webhook).collect()
    }

    /// Webhooks that are told of news.
    pub async fn running_webhooks(&self) -> Result<Vec<Webhook>, Fault> {
        let sql = format!("SELECT {COLUMNS} FROM webhook WHERE ended_at IS NULL AND paused_at IS NULL ORDER BY id LIMIT 10000");
        self.query(&sql, vec![]).await?.iter().map(webhook).collect()
    }

    pub async fn webhook(&self, id: Uuid) -> Result<Option<Webhook>, Fault> {
        let sql = format!("SELECT {COLUMNS} FROM webhook WHERE id = $1 AND ended_at IS NULL");
        self.query(&sql, vec![id.into()]).await?.first().map(webhook).transpose()
    }

    pub async fn end_webhook(&self, account: AccountId, id: Uuid, at: Instant) -> Result<bool, Fault> {
        let steps = vec![
            Aside::must(
                "UPDATE webhook SET ended_at = $3 WHERE id = $2 AND account = $1 AND ended_at IS NULL RETURNING id",
                vec![account.0.into(), id.into(), instant(at).into()],
            ),
            Aside::new(
                "UPDATE delivery SET done_at = $2, error = 'ended' WHERE webhook = $1 AND done_at IS NULL",
                vec![id.into(), instant(at).into()],
            ),
            Aside::new("DELETE FROM follower WHERE name = $1", vec![follower(id).into()]),
        ];
        Ok(self.aside(steps).await?.is_some())
    }

    /// Pauses with a reason, or goes on where it stopped, with all tries anew.
    pub async fn pause_webhook(&self, id: Uuid, why: Option<&str>, at: Instant) -> Result<bool, Fault> {
        let sql = "UPDATE webhook SET paused_at = $2, paused_why = $3, failing_since = NULL
                   WHERE id = $1 AND ended_at IS NULL AND (paused_at IS NULL) = ($4 = 1) RETURNING id";
        let values = vec![id.into(), why.map(|_| instant(at)).into(), Value::from(why.map(str::to_owned)), i64::from(why.is_some()).into()];
        let mut steps = vec![Aside::must(sql, values)];
        if why.is_none() {
            let anew = "UPDATE delivery SET attempts = 0, run_at = $2 WHERE webhook = $1 AND done_at IS NULL";
            steps.push(Aside::new(anew, vec![id.into(), instant(at).into()]));
        }
        Ok(self.aside(steps).await?.is_some())
    }

    /// Puts news of the feed into a webhook's journal and moves its position on, both or neither.
    pub async fn tell(&self, id: Uuid, from: u64, to: u64, news: &[(FeedLine, String)], at: Instant) -> Result<bool, Fault> {
        let mut steps = vec![Aside::must(
            "UPDATE follower SET position = $3, at = $4 WHERE name = $1 AND position = $2 RETURNING name",
            vec![follower(id).into(), (from as i64).into(), (to as i64).into(), instant(at).into()],
        )];
        steps.extend(news.iter().map(|(line, body)| {
            Aside::new(
                "INSERT INTO delivery (id, webhook, position, kind, body, made_at, attempts, run_at) VALUES ($1, $2, $3, 'event', $4, $5, 0, $5)
                 ON CONFLICT DO NOTHING",
                vec![Uuid::now_v7().into(), id.into(), (line.position as i64).into(), body.clone().into(), instant(at).into()],
            )
        }));
        Ok(self.aside(steps).await?.is_some())
    }

    /// Takes due deliveries until `until`.
    pub async fn claim_deliveries(&self, limit: u64, now: Instant, until: Instant) -> Result<Vec<Delivery>, Fault> {
        const DUE: &str = "done_at IS NULL AND run_at <= $1 AND (locked_until IS NULL OR locked_until < $1)";
        let at = instant(now);
        if self.query(&format!("SELECT 1 AS one FROM delivery WHERE {DUE} LIMIT 1"), vec![at.clone().into()]).await?.is_empty() {
            return Ok(Vec::new());
        }
        let skip = if self.is_postgres() { " FOR UPDATE SKIP LOCKED" } else { "" };
        let sql = format!(
            "UPDATE delivery SET locked_until = $2, attempts = attempts + 1
             WHERE id IN (SELECT d.id FROM delivery d JOIN webhook w ON w.id = d.webhook WHERE w.paused_at IS NULL AND
               d.done_at IS NULL AND d.run_at <= $1 AND (d.locked_until IS NULL OR d.locked_until < $1)
               ORDER BY d.run_at, d.id LIMIT {limit}{}) RETURNING {DELIVERY}",
            if skip.is_empty() { "" } else { " FOR UPDATE OF d SKIP LOCKED" }
        );
        self.aside_one(sql, vec![at.into(), instant(until).into()]).await?.iter().map(delivery).collect()
    }

    /// What came of a try: taken, to be tried again at `again`, or given up.
    pub async fn delivered(
        &self,
        d: &Delivery,
        status: Option<u16>,
        error: Option<&str>,
        again: Option<Instant>,
        at: Instant,
    ) -> Result<(), Fault> {
        let taken = error.is_none();
        let mut steps = vec![Aside::new(
            "UPDATE delivery SET done_at = $2, status = $3, error = $4, locked_until = NULL, run_at = coalesce($5, run_at) WHERE id = $1",
            vec![
                d.id.into(),
                again.is_none().then(|| instant(at)).into(),
                status.map(i64::from).into(),
                Value::from(error.map(str::to_owned)),
                again.map(instant).into(),
            ],
        )];
        steps.push(if taken {
            Aside::new("UPDATE webhook SET failing_since = NULL WHERE id = $1", vec![d.webhook.into()])
        } else {
            Aside::new(
                "UPDATE webhook SET failing_since = coalesce(failing_since, $2) WHERE id = $1",
                vec![d.webhook.into(), instant(at).into()],
            )
        });
        self.aside(steps).await.map(|_| ())
    }

    /// The journal, newest first, after a delivery already seen.
    pub async fn deliveries(&self, webhook: Uuid, before: Option<(String, Uuid)>, limit: u64) -> Result<Vec<Delivery>, Fault> {
        let mut values: Vec<Value> = vec![webhook.into()];
        let from = match before {
            Some((at, id)) => {
                values.extend([at.into(), id.into()]);
                " AND (made_at, id) < ($2, $3)"
            }
            None => "",
        };
        let sql = format!("SELECT {DELIVERY} FROM delivery WHERE webhook = $1{from} ORDER BY made_at DESC, id DESC LIMIT {limit}");
        self.query(&sql, values).await?.iter().map(delivery).collect()
    }

    /// Tells once more what was told: a new line of the journal with the same body.
    pub async fn replay(&self, webhook: Uuid, of: Uuid, new: Uuid, at: Instant) -> Result<bool, Fault> {
        let sql = "INSERT INTO delivery (id, webhook, position, kind, body, made_at, attempts, run_at)
                   SELECT $3, webhook, position, 'replay', body, $4, 0, $4 FROM delivery WHERE id = $2 AND webhook = $1 RETURNING id";
        Ok(!self.aside_one(sql, vec![webhook.into(), of.into(), new.into(), instant(at).into()]).await?.is_empty())
    }
}
