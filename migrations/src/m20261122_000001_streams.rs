//! Streams, events, contents, feed and seals; what is projected from them; drafts and outbox.

use crate::types;
use sea_orm_migration::prelude::*;

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261122_000001_streams"
    }
}

const TABLES: &[&str] = &[
    "outbox",
    "draft",
    "entry_version",
    "idempotency",
    "recusal",
    "access",
    "deadline",
    "task",
    "seal",
    "feed",
    "unsequenced",
    "content",
    "event",
    "stream",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let t = types(manager);
        let (uuid, bytes, int) = (t.uuid, t.bytes, t.int);
        let db = manager.get_connection();
        db.execute_unprepared(&format!(
            "CREATE TABLE stream (
                id {uuid} NOT NULL PRIMARY KEY, kind text NOT NULL, version {int} NOT NULL, head {bytes} NOT NULL,
                document text NOT NULL, stage text NOT NULL, name text, name_fold text, code text,
                managing text, unit text, applicant text, issuing text, regulation text,
                parent {uuid}, product text, round {int}, person text, officer text, body text, open_key text,
                due_on text, due_estimated {int}, sheets_due {int}, sheets_opened {int} NOT NULL,
                created_at text NOT NULL, updated_at text NOT NULL);
             CREATE UNIQUE INDEX stream_open ON stream (kind, open_key) WHERE open_key IS NOT NULL;
             CREATE INDEX stream_parent ON stream (parent, kind) WHERE parent IS NOT NULL;
             CREATE INDEX stream_product ON stream (product, kind) WHERE product IS NOT NULL;
             CREATE UNIQUE INDEX stream_code ON stream (kind, code) WHERE kind = 'dossier';
             CREATE INDEX stream_due ON stream (managing, kind, due_on, id);
             CREATE INDEX stream_updated ON stream (managing, kind, updated_at, id);
             CREATE INDEX stream_name ON stream (managing, kind, name_fold, id);
             CREATE INDEX stream_all_updated ON stream (kind, updated_at, id);
             CREATE TABLE event (
                stream {uuid} NOT NULL, n {int} NOT NULL, batch {uuid} NOT NULL, i {int} NOT NULL, act text NOT NULL,
                at text NOT NULL, body text NOT NULL, prev_hash {bytes} NOT NULL, hash {bytes} NOT NULL,
                PRIMARY KEY (stream, n));
             CREATE TABLE content (sha256 {bytes} NOT NULL PRIMARY KEY, text text NOT NULL);
             CREATE TABLE unsequenced (batch {uuid} NOT NULL, i {int} NOT NULL, stream {uuid} NOT NULL, n {int} NOT NULL,
                hash {bytes} NOT NULL, PRIMARY KEY (batch, i));
             CREATE TABLE feed (position {int} NOT NULL PRIMARY KEY, batch {uuid} NOT NULL, i {int} NOT NULL,
                stream {uuid} NOT NULL, n {int} NOT NULL, hash {bytes} NOT NULL);
             CREATE UNIQUE INDEX feed_event ON feed (stream, n);
             CREATE TABLE seal (n {int} NOT NULL PRIMARY KEY, first {int} NOT NULL, last {int} NOT NULL, root {bytes} NOT NULL,
                prev {bytes} NOT NULL, at text NOT NULL, kid text NOT NULL, hash {bytes} NOT NULL, signature {bytes} NOT NULL);
             CREATE TABLE task (stream {uuid} NOT NULL, act text NOT NULL, duty text NOT NULL, holder text NOT NULL,
                person text NOT NULL, due_on text, due_estimated {int}, since text NOT NULL,
                PRIMARY KEY (stream, act, duty, holder, person));
             CREATE INDEX task_holder ON task (holder, duty, due_on, stream);
             CREATE INDEX task_person ON task (person, due_on, stream) WHERE person <> '';
             CREATE TABLE deadline (stream {uuid} NOT NULL, act text NOT NULL, started_on text NOT NULL, due_on text NOT NULL,
                estimated {int} NOT NULL, PRIMARY KEY (stream, act));
             CREATE INDEX deadline_due ON deadline (due_on, stream);
             CREATE TABLE access (stream {uuid} NOT NULL, principal text NOT NULL, facet text NOT NULL, valid_from text NOT NULL,
                valid_to text, PRIMARY KEY (stream, principal, facet, valid_from));
             CREATE INDEX access_principal ON access (principal, facet, stream);
             CREATE TABLE recusal (stream {uuid} NOT NULL, person text NOT NULL, product text NOT NULL,
                PRIMARY KEY (stream, person, product));
             CREATE INDEX recusal_person ON recusal (person, product);
             CREATE TABLE idempotency (account text NOT NULL, key text NOT NULL, request {bytes} NOT NULL, batch {uuid} NOT NULL,
                answer text NOT NULL, PRIMARY KEY (account, key));
             CREATE TABLE entry_version (stream {uuid} NOT NULL, register text NOT NULL, name text NOT NULL, class text,
                valid_from text NOT NULL, valid_to text, recorded_at text NOT NULL, PRIMARY KEY (stream, valid_from, recorded_at));
             CREATE INDEX entry_version_register ON entry_version (register, valid_from, stream);
             CREATE TABLE draft (stream {uuid} NOT NULL, field text NOT NULL, value text NOT NULL, version {int} NOT NULL,
                locked {int} NOT NULL, updated_at text NOT NULL, PRIMARY KEY (stream, field));
             CREATE TABLE outbox (id {uuid} NOT NULL PRIMARY KEY, topic text NOT NULL, payload text NOT NULL, dedup_key text NOT NULL UNIQUE,
                run_at text NOT NULL, attempts {int} NOT NULL, locked_until text, done_at text, last_error text);
             CREATE INDEX outbox_open ON outbox (run_at, id) WHERE done_at IS NULL;"
        ))
        .await?;
        for table in ["event", "seal", "feed", "content"] {
            db.execute_unprepared(&append_only(table, t.postgres)).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        for table in TABLES {
            db.execute_unprepared(&format!("DROP TABLE {table}")).await?;
        }
        if types(manager).postgres {
            db.execute_unprepared("DROP FUNCTION refuse_change()").await?;
        }
        Ok(())
    }
}

fn append_only(table: &str, postgres: bool) -> String {
    if postgres {
        format!(
            "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
               $$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$;
             CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
               FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();"
        )
    } else {
        format!(
            "CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END;
             CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END;"
        )
    }
}
