//! What is known of evidence files: uploads under way, files by their hash, which record has which, and
//! the journal of who read what.

use crate::aside::Aside;
use crate::batch::Message;
use crate::people::message;
use crate::read::hash_of;
use crate::table::instant;
use crate::{Fault, Store};
use ndp_domain::canonical::Hash;
use ndp_domain::id::{AccountId, Id, OrganisationId, ProductId};
use ndp_domain::time::Instant;
use sea_orm::{QueryResult, Value};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// An upload that is not whole yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    pub id: Uuid,
    pub stream: Uuid,
    pub account: AccountId,
    /// Organisation for which it is handed in.
    pub held_by: String,
    pub name: String,
    pub valid_to: Option<String>,
    pub size: u64,
    pub received: u64,
    /// Names of the parts received, in order.
    pub parts: Vec<String>,
}

/// A file of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attached {
    pub sha256: Hash,
    pub name: String,
    pub valid_to: Option<String>,
    pub held_by: String,
    pub at: String,
    pub size: u64,
    pub media_type: String,
    /// `quarantine`, `clean` or `infected`.
    pub state: String,
}

fn upload(row: &QueryResult) -> Result<Upload, Fault> {
    let (size, received): (i64, i64) = (row.try_get("", "size")?, row.try_get("", "received")?);
    Ok(Upload {
        id: row.try_get("", "id")?,
        stream: row.try_get("", "stream")?,
        account: AccountId(row.try_get("", "account")?),
        held_by: row.try_get("", "held_by")?,
        name: row.try_get("", "name")?,
        valid_to: row.try_get("", "valid_to")?,
        size: size as u64,
        received: received as u64,
        parts: row.try_get::<String>("", "parts")?.split(' ').filter(|p| !p.is_empty()).map(str::to_owned).collect(),
    })
}

const ATTACHED: &str = "SELECT a.sha256, a.name, a.valid_to, a.held_by, a.at, f.size, f.media_type, f.state
                 FROM attachment a JOIN file f ON f.sha256 = a.sha256";

fn theirs(held_by: Option<OrganisationId>, values: &mut Vec<Value>) -> String {
    let Some(org) = held_by else { return String::new() };
    values.push(org.to_string().into());
    format!(" AND a.held_by = ${}", values.len())
}

/// Adds values and names their places: `$3, $4`.
fn places(values: &mut Vec<Value>, more: impl Iterator<Item = Value>) -> String {
    let from = values.len();
    values.extend(more);
    (from + 1..=values.len()).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ")
}

/// The records with which files are looked for.
pub enum Beside<'a> {
    /// Every dossier of a product.
    Product(ProductId),
    /// These records; at least one.
    Records(&'a [Id]),
}

impl Beside<'_> {
    /// Join and condition, their values added.
    fn condition(&self, values: &mut Vec<Value>) -> String {
        match self {
            Self::Product(product) => {
                let product = places(values, std::iter::once(product.to_string().into()));
                format!("JOIN stream s ON s.id = a.stream WHERE s.kind = 'dossier' AND s.product = {product}")
            }
            Self::Records(records) => format!("WHERE a.stream IN ({})", places(values, records.iter().map(|r| r.uuid.into()))),
        }
    }
}

fn attached(r: &QueryResult) -> Result<Attached, Fault> {
    let size: i64 = r.try_get("", "size")?;
    let name: String = r.try_get("", "name")?;
    Ok(Attached {
        sha256: hash_of(r.try_get("", "sha256")?, "attachment", &name)?,
        name,
        valid_to: r.try_get("", "valid_to")?,
        held_by: r.try_get("", "held_by")?,
        at: r.try_get("", "at")?,
        size: size as u64,
        media_type: r.try_get("", "media_type")?,
        state: r.try_get("", "state")?,
    })
}

impl Store {
    /// Begins an upload; `false` where the account has too many under way.
    pub async fn begin_upload(&self, u: &Upload, most: usize, until: Instant, now: Instant) -> Result<bool, Fault> {
        let sql = "INSERT INTO upload (id, stream, account, held_by, name, valid_to, size, received, parts, expires_at)
                   SELECT $1, $2, $3, $4, $5, $6, $7, 0, '', $8
                   WHERE (SELECT count(*) FROM upload WHERE account = $3 AND expires_at > $9) < $10 RETURNING id";
        let values = vec![
            u.id.into(),
            u.stream.into(),
            u.account.0.into(),
            u.held_by.clone().into(),
            u.name.clone().into(),
            u.valid_to.clone().into(),
            (u.size as i64).into(),
            instant(until).into(),
            instant(now).into(),
            (most as i64).into(),
        ];
        Ok(!self.aside_one(sql, values).await?.is_empty())
    }

    /// An upload of this account that may go on.
    pub async fn upload(&self, account: AccountId, id: Uuid, now: Instant) -> Result<Option<Upload>, Fault> {
        let sql = "SELECT id, stream, account, held_by, name, valid_to, size, received, parts FROM upload WHERE id = $1 AND account = $2 AND expires_at > $3";
        self.query(sql, vec![id.into(), account.0.into(), instant(now).into()]).await?.first().map(upload).transpose()
    }

    /// A part arrived; `false` where another came first.
    pub async fn received(&self, id: Uuid, from: u64, to: u64, part: &str) -> Result<bool, Fault> {
        let sql = "UPDATE upload SET received = $3, parts = parts || $4 WHERE id = $1 AND received = $2 RETURNING id";
        Ok(!self.aside_one(sql, vec![id.into(), (from as i64).into(), (to as i64).into(), format!("{part} ").into()]).await?.is_empty())
    }

    pub async fn drop_upload(&self, id: Uuid) -> Result<(), Fault> {
        self.aside_one("DELETE FROM upload WHERE id = $1", vec![id.into()]).await.map(|_| ())
    }

    /// Uploads given up.
    pub async fn stale_uploads(&self, now: Instant) -> Result<Vec<Uuid>, Fault> {
        let rows = self.query("SELECT id FROM upload WHERE expires_at <= $1 LIMIT 100", vec![instant(now).into()]).await?;
        rows.iter().map(|r| Ok(r.try_get("", "id")?)).collect()
    }

    /// A joined upload becomes a file of its record; with `scan` it stays in quarantine until that is done.
    pub async fn attach(&self, u: &Upload, sha256: Hash, media_type: &str, scan: Option<&Message>, at: Instant) -> Result<(), Fault> {
        let state = if scan.is_some() { "quarantine" } else { "clean" };
        let mut steps = vec![
            Aside::new(
                "INSERT INTO file (sha256, size, media_type, state, stored_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (sha256) DO NOTHING",
                vec![sha256.0.to_vec().into(), (u.size as i64).into(), media_type.into(), state.into(), instant(at).into()],
            ),
            Aside::new(
                "INSERT INTO attachment (stream, sha256, name, valid_to, account, held_by, at) VALUES ($1, $2, $3, $4, $5, $6, $7)
                 ON CONFLICT (stream, sha256, held_by) DO UPDATE SET name = excluded.name, valid_to = excluded.valid_to, at = excluded.at",
                vec![
                    u.stream.into(),
                    sha256.0.to_vec().into(),
                    u.name.clone().into(),
                    u.valid_to.clone().into(),
                    u.account.0.into(),
                    u.held_by.clone().into(),
                    instant(at).into(),
                ],
            ),
            Aside::new("DELETE FROM upload WHERE id = $1", vec![u.id.into()]),
        ];
        steps.extend(scan.map(message));
        self.aside(steps).await.map(|_| ())
    }

    /// Files of a record. `held_by` keeps to those of one organisation.
    pub async fn attached(&self, stream: Id, held_by: Option<OrganisationId>) -> Result<Vec<Attached>, Fault> {
        let mut values: Vec<Value> = vec![stream.uuid.into()];
        let theirs = theirs(held_by, &mut values);
        let sql = format!("{ATTACHED} WHERE a.stream = $1{theirs} ORDER BY a.at, a.sha256 LIMIT 500");
        self.query(&sql, values).await?.iter().map(attached).collect()
    }

    /// Of these files those that stand with these records, each once.
    pub async fn attached_beside(
        &self,
        beside: &Beside<'_>,
        files: &BTreeSet<Hash>,
        held_by: Option<OrganisationId>,
    ) -> Result<Vec<Attached>, Fault> {
        let mut values: Vec<Value> = Vec::new();
        let records = beside.condition(&mut values);
        let theirs = theirs(held_by, &mut values);
        let mut all: BTreeMap<Hash, Attached> = BTreeMap::new();
        for some in files.iter().collect::<Vec<_>>().chunks(500) {
            let mut values = values.clone();
            let named = places(&mut values, some.iter().map(|hash| hash.0.to_vec().into()));
            let sql = format!("{ATTACHED} {records}{theirs} AND a.sha256 IN ({named}) ORDER BY a.at, a.sha256");
            for row in &self.query(&sql, values).await? {
                let file = attached(row)?;
                all.insert(file.sha256, file);
            }
        }
        Ok(all.into_values().collect())
    }

    /// What the scanner said of a file.
    pub async fn scanned(&self, sha256: Hash, state: &str, found: Option<&str>) -> Result<(), Fault> {
        let sql = "UPDATE file SET state = $2, found = $3 WHERE sha256 = $1";
        self.aside_one(sql, vec![sha256.0.to_vec().into(), state.into(), Value::from(found.map(str::to_owned))]).await.map(|_| ())
    }

    /// Notes that somebody read something.
    pub async fn note_reading(
        &self,
        account: Option<AccountId>,
        duty: Option<String>,
        id: Id,
        what: &str,
        at: Instant,
    ) -> Result<(), Fault> {
        let sql = "INSERT INTO reading (at, account, duty, stream, what) VALUES ($1, $2, $3, $4, $5)";
        let values = vec![instant(at).into(), account.map(|a| a.0).into(), duty.into(), id.uuid.into(), what.into()];
        self.aside_one(sql, values).await.map(|_| ())
    }

    /// Who read what of a record, newest first.
    pub async fn readings(&self, id: Id, limit: u64) -> Result<Vec<(String, Option<Uuid>, Option<String>, String)>, Fault> {
        let sql = format!("SELECT at, account, duty, what FROM reading WHERE stream = $1 ORDER BY n DESC LIMIT {limit}");
        let rows = self.query(&sql, vec![id.uuid.into()]).await?;
        rows.iter().map(|r| Ok((r.try_get("", "at")?, r.try_get("", "account")?, r.try_get("", "duty")?, r.try_get("", "what")?))).collect()
    }

    /// Bodies in which a person has a role.
    pub async fn bodies_of(&self, person: AccountId) -> Result<Vec<crate::read::Loaded>, Fault> {
        let sql = "SELECT DISTINCT s.id, s.kind, s.version, s.head, s.document FROM access a JOIN stream s ON s.id = a.stream
                   WHERE a.principal = $1 AND a.facet = 'title' AND s.kind = 'body'";
        self.query(sql, vec![person.to_string().into()]).await?.iter().map(crate::read::loaded).collect()
    }
}
