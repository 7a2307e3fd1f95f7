//! Loading streams, events and contents by key.

use crate::{Fault, Store};
use ndp_domain::canonical::Hash;
use ndp_domain::evidence::{Need, Neighbour};
use ndp_domain::id::{Id, Kind, OrganisationId};
use ndp_domain::whole::Whole;
use sea_orm::{QueryResult, Value};
use std::collections::BTreeMap;
use std::sync::Arc;
use uuid::Uuid;

/// A stream as loaded, with the head of its chain.
#[derive(Debug, Clone)]
pub struct Loaded {
    pub id: Id,
    pub head: Hash,
    pub neighbour: Neighbour,
}

pub(crate) fn hash_of(bytes: Vec<u8>, table: &'static str, record: &str) -> Result<Hash, Fault> {
    let bad = |_| Fault::Inconsistent { table, record: record.to_owned(), what: "a hash is not 32 bytes".to_owned() };
    bytes.try_into().map(Hash).map_err(bad)
}

/// A stream's row as its kind, version, head and document.
pub(crate) fn loaded(row: &QueryResult) -> Result<Loaded, Fault> {
    let uuid: Uuid = row.try_get("", "id")?;
    let kind: String = row.try_get("", "kind")?;
    let wrong = |what: String| Fault::Inconsistent { table: "stream", record: uuid.to_string(), what };
    let kind = Kind::of_name(&kind).ok_or_else(|| wrong(format!("kind {kind}")))?;
    let document: String = row.try_get("", "document")?;
    let whole: Whole = serde_json::from_str(&document).map_err(|e| wrong(e.to_string()))?;
    let version: i64 = row.try_get("", "version")?;
    let head = hash_of(row.try_get("", "head")?, "stream", &uuid.to_string())?;
    Ok(Loaded { id: Id::new(kind, uuid), head, neighbour: Neighbour { version: version as u64, whole: Arc::new(whole) } })
}

pub(crate) const COLUMNS: &str = "id, kind, version, head, document";

impl Store {
    /// Everything these needs name, in one query.
    pub async fn load(&self, needs: &[Need]) -> Result<BTreeMap<Id, Loaded>, Fault> {
        let mut values: Vec<Value> = Vec::new();
        let mut parts: Vec<String> = Vec::new();
        let bind = |values: &mut Vec<Value>, value: Value| {
            values.push(value);
            format!("${}", values.len())
        };
        let ids: Vec<String> = needs
            .iter()
            .filter_map(|need| match need {
                Need::Stream(id) => Some(bind(&mut values, id.uuid.into())),
                _ => None,
            })
            .collect();
        if !ids.is_empty() {
            parts.push(format!("SELECT {COLUMNS} FROM stream WHERE id IN ({})", ids.join(", ")));
        }
        for need in needs {
            let (column, key, kind) = match need {
                Need::Stream(_) => continue,
                Need::Children(parent, kind) => ("parent", Value::from(parent.uuid), kind),
                Need::OfProduct(product, kind) => ("product", Value::from(product.to_string()), kind),
                Need::OfBody(body, kind) => ("body", Value::from(body.to_string()), kind),
            };
            let (key, kind) = (bind(&mut values, key), bind(&mut values, kind.name().into()));
            parts.push(format!("SELECT {COLUMNS} FROM stream WHERE {column} = {key} AND kind = {kind}"));
        }
        if parts.is_empty() {
            return Ok(BTreeMap::new());
        }
        let rows = self.query(&parts.join(" UNION ALL "), values).await?;
        rows.iter().map(|row| loaded(row).map(|l| (l.id, l))).collect()
    }

    pub async fn load_one(&self, id: Id) -> Result<Option<Loaded>, Fault> {
        Ok(self.load(&[Need::Stream(id)]).await?.remove(&id))
    }

    /// All streams of a kind, for what a process keeps in memory (organisations, reference).
    pub async fn load_kind(&self, kind: Kind) -> Result<Vec<Loaded>, Fault> {
        let rows = self.query(&format!("SELECT {COLUMNS} FROM stream WHERE kind = $1 ORDER BY id"), vec![kind.name().into()]).await?;
        rows.iter().map(loaded).collect()
    }

    /// The text of an immutable content.
    pub async fn content(&self, sha256: Hash) -> Result<Option<String>, Fault> {
        let rows = self.query("SELECT text FROM content WHERE sha256 = $1", vec![sha256.0.to_vec().into()]).await?;
        Ok(rows.first().map(|r| r.try_get("", "text")).transpose()?)
    }

    /// Several contents in one query; those that are not there are left out.
    pub async fn contents(&self, hashes: &[Hash]) -> Result<BTreeMap<Hash, String>, Fault> {
        if hashes.is_empty() {
            return Ok(BTreeMap::new());
        }
        let places: Vec<String> = (1..=hashes.len()).map(|n| format!("${n}")).collect();
        let values = hashes.iter().map(|h| h.0.to_vec().into()).collect();
        let rows = self.query(&format!("SELECT sha256, text FROM content WHERE sha256 IN ({})", places.join(", ")), values).await?;
        let one = |r: &sea_orm::QueryResult| {
            let hash: Vec<u8> = r.try_get("", "sha256")?;
            let wrong = || Fault::Inconsistent { table: "content", record: String::new(), what: "hash".to_owned() };
            Ok((Hash(hash.try_into().map_err(|_| wrong())?), r.try_get("", "text")?))
        };
        rows.iter().map(one).collect()
    }

    /// The latest instant of any event.
    pub async fn last_instant(&self) -> Result<Option<ndp_domain::time::Instant>, Fault> {
        let rows = self
            .query("SELECT e.at FROM feed f JOIN event e ON e.stream = f.stream AND e.n = f.n ORDER BY f.position DESC LIMIT 1", vec![])
            .await?;
        let at: Option<String> = rows.first().map(|r| r.try_get("", "at")).transpose()?;
        Ok(at.and_then(|t| chrono::DateTime::parse_from_rfc3339(&t).ok()).map(|t| t.to_utc()))
    }

    /// Request hash and answer of an idempotency key used before.
    pub async fn repeated(&self, account: &str, key: &str) -> Result<Option<(Hash, Uuid, String)>, Fault> {
        let sql = "SELECT request, batch, answer FROM idempotency WHERE account = $1 AND key = $2";
        let rows = self.query(sql, vec![account.into(), key.into()]).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        Ok(Some((hash_of(row.try_get("", "request")?, "idempotency", key)?, row.try_get("", "batch")?, row.try_get("", "answer")?)))
    }

    /// Stored bytes of a stream's events, in order.
    pub async fn events(&self, stream: Id) -> Result<Vec<String>, Fault> {
        let rows = self.query("SELECT body FROM event WHERE stream = $1 ORDER BY n", vec![stream.uuid.into()]).await?;
        rows.iter().map(|r| Ok(r.try_get("", "body")?)).collect()
    }

    /// Streams in each stage, by kind: the demo's summary. Not for pages: those read counts that
    /// a worker folds from the feed.
    pub async fn stages(&self) -> Result<Vec<(String, i64)>, Fault> {
        let rows = self.query("SELECT stage, count(*) AS n FROM stream GROUP BY stage ORDER BY stage", vec![]).await?;
        rows.iter().map(|r| Ok((r.try_get("", "stage")?, r.try_get("", "n")?))).collect()
    }

    /// The greatest number among the newest papers of an agency in this book and year; a number taken stays taken.
    /// None where none of them has one.
    pub async fn last_number(&self, issuing: OrganisationId, book: &str, year: i32) -> Result<Option<u32>, Fault> {
        const NEWEST: u64 = 500;
        let sql = format!(
            "SELECT s.open_key FROM stream s WHERE s.managing = $1 AND s.kind = 'document' ORDER BY s.updated_at DESC, s.id DESC LIMIT {NEWEST}"
        );
        let rows = self.query(&sql, vec![issuing.to_string().into()]).await?;
        let prefix = format!("{issuing}/{book}/{year}/");
        let number = |r: &QueryResult| r.try_get::<Option<String>>("", "open_key").ok()??.strip_prefix(&prefix)?.parse().ok();
        Ok(rows.iter().filter_map(number).max())
    }
}
