//! Tokens for programs, and people who sign in by another provider.

use crate::aside::Aside;
use crate::people::bytes;
use crate::table::instant;
use crate::{Fault, Store};
use ndp_domain::canonical::Hash;
use ndp_domain::id::AccountId;
use ndp_domain::time::Instant;
use sea_orm::QueryResult;
use uuid::Uuid;

/// A long-lived token for a program, held by an account in one duty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceToken {
    pub id: Uuid,
    pub account: AccountId,
    pub name: String,
    pub duty: String,
    /// JSON list of scopes.
    pub scopes: String,
    pub created_at: String,
    pub expires_at: String,
    pub ended_at: Option<String>,
}

fn service_token(row: &QueryResult) -> Result<ServiceToken, Fault> {
    Ok(ServiceToken {
        id: row.try_get("", "id")?,
        account: AccountId(row.try_get("", "account")?),
        name: row.try_get("", "name")?,
        duty: row.try_get("", "duty")?,
        scopes: row.try_get("", "scopes")?,
        created_at: row.try_get("", "created_at")?,
        expires_at: row.try_get("", "expires_at")?,
        ended_at: row.try_get("", "ended_at")?,
    })
}

impl Store {
    pub async fn add_service_token(&self, token: &ServiceToken, sha256: Hash) -> Result<(), Fault> {
        let sql = "INSERT INTO service_token (id, sha256, account, name, duty, scopes, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
        let values = vec![
            token.id.into(),
            bytes(sha256),
            token.account.0.into(),
            token.name.clone().into(),
            token.duty.clone().into(),
            token.scopes.clone().into(),
            token.created_at.clone().into(),
            token.expires_at.clone().into(),
        ];
        self.aside_one(sql, values).await.map(|_| ())
    }

    /// A service token in force.
    pub async fn service_token(&self, sha256: Hash, at: Instant) -> Result<Option<ServiceToken>, Fault> {
        let sql = "SELECT id, account, name, duty, scopes, created_at, expires_at, ended_at FROM service_token
                   WHERE sha256 = $1 AND ended_at IS NULL AND expires_at > $2";
        self.query(sql, vec![bytes(sha256), instant(at).into()]).await?.first().map(service_token).transpose()
    }

    pub async fn service_tokens(&self, account: AccountId) -> Result<Vec<ServiceToken>, Fault> {
        let sql = "SELECT id, account, name, duty, scopes, created_at, expires_at, ended_at FROM service_token
                   WHERE account = $1 ORDER BY created_at DESC LIMIT 200";
        self.query(sql, vec![account.0.into()]).await?.iter().map(service_token).collect()
    }

    /// Ends a service token of this account, everywhere.
    pub async fn end_service_token(&self, account: AccountId, id: Uuid, at: Instant) -> Result<bool, Fault> {
        let steps = vec![
            Aside::must(
                "UPDATE service_token SET ended_at = $3 WHERE id = $2 AND account = $1 AND ended_at IS NULL RETURNING id",
                vec![account.0.into(), id.into(), instant(at).into()],
            ),
            Aside::new("INSERT INTO revocation (session, at) VALUES ($1, $2)", vec![id.into(), instant(at).into()]),
        ];
        Ok(self.aside(steps).await?.is_some())
    }

    /// Who signs in from another provider under this subject.
    pub async fn federated(&self, issuer: &str, subject: &str) -> Result<Option<AccountId>, Fault> {
        let sql = "SELECT account FROM federated WHERE issuer = $1 AND subject = $2";
        let rows = self.query(sql, vec![issuer.into(), subject.into()]).await?;
        Ok(rows.first().map(|r| r.try_get("", "account").map(AccountId)).transpose()?)
    }

    pub async fn federate(&self, issuer: &str, subject: &str, account: AccountId) -> Result<(), Fault> {
        let sql = "INSERT INTO federated (issuer, subject, account) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
        self.aside_one(sql, vec![issuer.into(), subject.into(), account.0.into()]).await.map(|_| ())
    }

    /// What a sign-in elsewhere must come back with.
    pub async fn put_sign_in_request(&self, state: Hash, provider: &str, nonce: &str, verifier: &str, until: Instant) -> Result<(), Fault> {
        let sql = "INSERT INTO sign_in_request (sha256, provider, nonce, verifier, expires_at) VALUES ($1, $2, $3, $4, $5)";
        let values = vec![bytes(state), provider.into(), nonce.into(), verifier.into(), instant(until).into()];
        self.aside_one(sql, values).await.map(|_| ())
    }

    /// Takes it, once: provider, nonce and verifier.
    pub async fn take_sign_in_request(&self, state: Hash, at: Instant) -> Result<Option<(String, String, String)>, Fault> {
        let sql = "DELETE FROM sign_in_request WHERE sha256 = $1 RETURNING provider, nonce, verifier, expires_at";
        let rows = self.aside_one(sql, vec![bytes(state)]).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        let until: String = row.try_get("", "expires_at")?;
        let taken = (row.try_get("", "provider")?, row.try_get("", "nonce")?, row.try_get("", "verifier")?);
        Ok((until > instant(at)).then_some(taken))
    }
}
