//! What one person is still writing and nobody else may see: an evaluation sheet before it is handed in.
//! Kept encrypted by the caller; the store holds bytes.

use crate::aside::Aside;
use crate::audit::instant;
use crate::{Fault, Store};
use ndp_domain::id::{AccountId, Id};
use ndp_domain::time::Instant;
use uuid::Uuid;

/// What is to be kept: locked with the key of this name, and what in it is meant for the secretary.
#[derive(Debug)]
pub struct Writing<'a> {
    pub locked: Vec<u8>,
    pub kid: &'a str,
    /// Questions as JSON; empty where there are none.
    pub asked: String,
}

/// Something kept, with the key it is locked with and its version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scratch {
    pub locked: Vec<u8>,
    pub kid: String,
    pub version: u64,
}

impl Store {
    pub async fn scratch(&self, account: AccountId, stream: Id) -> Result<Option<Scratch>, Fault> {
        let sql = "SELECT locked, kid, version FROM scratch WHERE account = $1 AND stream = $2";
        let rows = self.query(sql, vec![account.0.into(), stream.uuid.into()]).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        let version: i64 = row.try_get("", "version")?;
        Ok(Some(Scratch { locked: row.try_get("", "locked")?, kid: row.try_get("", "kid")?, version: version as u64 }))
    }

    /// Keeps it as the version after `seen`; false where another one was kept in between.
    pub async fn keep_scratch(&self, account: AccountId, stream: Id, writing: Writing<'_>, seen: u64, at: Instant) -> Result<bool, Fault> {
        let sql = "INSERT INTO scratch (account, stream, locked, kid, version, at, asked) VALUES ($1, $2, $3, $4, $5 + 1, $6, $7)
                   ON CONFLICT (account, stream) DO UPDATE SET locked = excluded.locked, kid = excluded.kid, version = excluded.version, at = excluded.at,
                     asked = excluded.asked
                   WHERE scratch.version = $5 RETURNING version";
        let values = vec![
            account.0.into(),
            stream.uuid.into(),
            writing.locked.into(),
            writing.kid.into(),
            (seen as i64).into(),
            instant(at).into(),
            writing.asked.into(),
        ];
        Ok(self.aside(vec![Aside::must(sql, values)]).await?.is_some())
    }

    /// What those who still write ask to be made clear, in no order that tells who.
    pub async fn to_be_made_clear(&self, stream: Id) -> Result<Vec<String>, Fault> {
        let sql = "SELECT asked FROM scratch WHERE stream = $1 AND asked <> '' ORDER BY asked";
        let rows = self.query(sql, vec![stream.uuid.into()]).await?;
        rows.iter().map(|r| Ok(r.try_get("", "asked")?)).collect()
    }

    /// Of these records those of which somebody asks something to be made clear.
    pub async fn with_questions(&self, of: &[Id]) -> Result<Vec<Uuid>, Fault> {
        if of.is_empty() {
            return Ok(Vec::new());
        }
        let places: Vec<String> = (1..=of.len()).map(|n| format!("${n}")).collect();
        let sql = format!("SELECT DISTINCT stream FROM scratch WHERE asked <> '' AND stream IN ({})", places.join(", "));
        let rows = self.query(&sql, of.iter().map(|id| id.uuid.into()).collect()).await?;
        rows.iter().map(|r| Ok(r.try_get("", "stream")?)).collect()
    }

    /// Handed in: what was being written goes.
    pub async fn drop_scratch(&self, account: AccountId, stream: Id) -> Result<(), Fault> {
        let values = vec![account.0.into(), stream.uuid.into()];
        self.aside(vec![Aside::new("DELETE FROM scratch WHERE account = $1 AND stream = $2", values)]).await.map(|_| ())
    }
}
