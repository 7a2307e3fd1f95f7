//! What is not the record: people and how they prove who they are, tokens, files, webhooks, the
//! journal of reading, positions of followers. None of it decides an act.

use crate::types;
use sea_orm_migration::prelude::*;

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261122_000004_people"
    }
}

const TABLES: &[&str] = &[
    "person",
    "credential",
    "recovery_code",
    "invitation",
    "session",
    "refresh",
    "service_token",
    "federated",
    "sign_in_request",
    "revocation",
    "attempt",
    "file",
    "attachment",
    "upload",
    "reading",
    "webhook",
    "delivery",
    "follower",
    "counted",
    "tally",
    "scratch",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let t = types(manager);
        let (uuid, bytes, int) = (t.uuid, t.bytes, t.int);
        let serial = if t.postgres { "bigserial PRIMARY KEY" } else { "integer PRIMARY KEY AUTOINCREMENT" };
        manager
            .get_connection()
            .execute_unprepared(&format!(
                "CREATE TABLE person (account {uuid} NOT NULL PRIMARY KEY, name text NOT NULL, email text NOT NULL, lang text NOT NULL,
                    created_at text NOT NULL);
                 CREATE UNIQUE INDEX person_email ON person (email);
                 CREATE TABLE credential (account {uuid} NOT NULL PRIMARY KEY, password text, changed_at text NOT NULL,
                    totp {bytes}, totp_kid text, totp_confirmed {int} NOT NULL, totp_step {int} NOT NULL, next_totp {bytes}, next_kid text);
                 CREATE TABLE recovery_code (account {uuid} NOT NULL, sha256 {bytes} NOT NULL, pending {int} NOT NULL, used_at text, PRIMARY KEY (account, sha256));
                 CREATE TABLE invitation (sha256 {bytes} NOT NULL PRIMARY KEY, account {uuid} NOT NULL, purpose text NOT NULL,
                    expires_at text NOT NULL, used_at text);
                 CREATE INDEX invitation_account ON invitation (account);
                 CREATE TABLE session (id {uuid} NOT NULL PRIMARY KEY, account {uuid} NOT NULL, method text NOT NULL, second_factor {int} NOT NULL,
                    started_at text NOT NULL, seen_at text NOT NULL, expires_at text NOT NULL, ended_at text, ended_by text);
                 CREATE INDEX session_account ON session (account, started_at);
                 CREATE TABLE refresh (sha256 {bytes} NOT NULL PRIMARY KEY, session {uuid} NOT NULL, issued_at text NOT NULL,
                    expires_at text NOT NULL, used_at text);
                 CREATE INDEX refresh_session ON refresh (session);
                 CREATE TABLE service_token (id {uuid} NOT NULL PRIMARY KEY, sha256 {bytes} NOT NULL UNIQUE, account {uuid} NOT NULL,
                    name text NOT NULL, duty text NOT NULL, scopes text NOT NULL, created_at text NOT NULL, expires_at text NOT NULL, ended_at text);
                 CREATE INDEX service_token_account ON service_token (account, created_at);
                 CREATE TABLE federated (issuer text NOT NULL, subject text NOT NULL, account {uuid} NOT NULL, PRIMARY KEY (issuer, subject));
                 CREATE TABLE sign_in_request (sha256 {bytes} NOT NULL PRIMARY KEY, provider text NOT NULL, nonce text NOT NULL,
                    verifier text NOT NULL, expires_at text NOT NULL);
                 CREATE TABLE revocation (n {serial}, session {uuid}, account {uuid}, at text NOT NULL);
                 CREATE TABLE scratch (account {uuid} NOT NULL, stream {uuid} NOT NULL, locked {bytes} NOT NULL, kid text NOT NULL, version {int} NOT NULL,
                    at text NOT NULL, PRIMARY KEY (account, stream));
                 CREATE TABLE attempt (who {bytes} NOT NULL PRIMARY KEY, failed {int} NOT NULL, locked_until text, at text NOT NULL);
                 CREATE TABLE file (sha256 {bytes} NOT NULL PRIMARY KEY, size {int} NOT NULL, media_type text NOT NULL, state text NOT NULL,
                    found text, stored_at text NOT NULL);
                 CREATE INDEX file_state ON file (state, stored_at);
                 CREATE TABLE attachment (stream {uuid} NOT NULL, sha256 {bytes} NOT NULL, name text NOT NULL, valid_to text,
                    account {uuid}, held_by text NOT NULL, at text NOT NULL, PRIMARY KEY (stream, sha256, held_by));
                 CREATE INDEX attachment_file ON attachment (sha256);
                 CREATE INDEX attachment_valid ON attachment (valid_to) WHERE valid_to IS NOT NULL;
                 CREATE TABLE upload (id {uuid} NOT NULL PRIMARY KEY, stream {uuid} NOT NULL, account {uuid} NOT NULL, held_by text NOT NULL, name text NOT NULL,
                    valid_to text, size {int} NOT NULL, received {int} NOT NULL, parts text NOT NULL, expires_at text NOT NULL);
                 CREATE INDEX upload_account ON upload (account, expires_at);
                 CREATE TABLE reading (n {serial}, at text NOT NULL, account {uuid}, duty text, stream {uuid} NOT NULL, what text NOT NULL);
                 CREATE INDEX reading_stream ON reading (stream, n);
                 CREATE TABLE webhook (id {uuid} NOT NULL PRIMARY KEY, account {uuid} NOT NULL, duty text NOT NULL, org text NOT NULL, unit text,
                    url text NOT NULL, secret {bytes} NOT NULL, secret_kid text NOT NULL, kinds text NOT NULL, created_at text NOT NULL,
                    paused_at text, paused_why text, failing_since text, ended_at text);
                 CREATE INDEX webhook_account ON webhook (account, created_at);
                 CREATE TABLE delivery (id {uuid} NOT NULL PRIMARY KEY, webhook {uuid} NOT NULL, position {int} NOT NULL, kind text NOT NULL,
                    body text NOT NULL, made_at text NOT NULL, attempts {int} NOT NULL, run_at text NOT NULL, locked_until text, done_at text,
                    status {int}, error text);
                 CREATE UNIQUE INDEX delivery_position ON delivery (webhook, position) WHERE kind <> 'replay';
                 CREATE INDEX delivery_journal ON delivery (webhook, made_at, id);
                 CREATE INDEX delivery_open ON delivery (run_at, id) WHERE done_at IS NULL;
                 CREATE TABLE follower (name text NOT NULL PRIMARY KEY, position {int} NOT NULL, locked_until text, at text NOT NULL);
                 CREATE TABLE counted (stream {uuid} NOT NULL PRIMARY KEY, kind text NOT NULL, stage text NOT NULL, managing text NOT NULL);
                 CREATE TABLE tally (kind text NOT NULL, stage text NOT NULL, managing text NOT NULL, n {int} NOT NULL,
                    PRIMARY KEY (kind, stage, managing));"
            ))
            .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        for table in TABLES {
            db.execute_unprepared(&format!("DROP TABLE {table}")).await?;
        }
        Ok(())
    }
}
