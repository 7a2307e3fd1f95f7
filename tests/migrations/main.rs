//! Migrations up, down, and up again, each with data in the tables before the next one runs.
#![allow(clippy::unwrap_used)]

use ndp_migrations::{Migrator, MigratorTrait};
use ndp_tests::{TestDb, on_postgres};
use sea_orm::ConnectionTrait;

/// Data of each migration, by its name.
fn data(name: &str) -> &'static str {
    match name {
        "m20261122_000001_streams" => include_str!("data/m20261122_000001_streams.sql"),
        "m20261122_000002_reference" => include_str!("data/m20261122_000002_reference.sql"),
        "m20261122_000003_entries" => include_str!("data/m20261122_000003_entries.sql"),
        "m20261122_000004_people" => include_str!("data/m20261122_000004_people.sql"),
        "m20261122_000005_orders" => include_str!("data/m20261122_000005_orders.sql"),
        "m20261122_000006_every_holder" => include_str!("data/m20261122_000006_every_holder.sql"),
        "m20261123_000007_admits" => include_str!("data/m20261123_000007_admits.sql"),
        "m20261123_000008_asked" => include_str!("data/m20261123_000008_asked.sql"),
        "m20261123_000009_people_by_name" => include_str!("data/m20261123_000009_people_by_name.sql"),
        "m20261123_000010_turns" => include_str!("data/m20261123_000010_turns.sql"),
        "m20261123_000011_verdict" => include_str!("data/m20261123_000011_verdict.sql"),
        "m20261123_000012_notices" => include_str!("data/m20261123_000012_notices.sql"),
        other => panic!("migration {other} has no data file in tests/migrations/data"),
    }
}

#[tokio::test]
async fn every_migration_goes_up_down_and_up_again_with_data() {
    let db = TestDb::empty().await;
    let raw = db.raw().await;
    let names: Vec<String> = Migrator::migrations().iter().map(|m| m.name().to_owned()).collect();
    for round in 0..2 {
        for name in &names {
            Migrator::up(&raw, Some(1)).await.unwrap();
            let sql = data(name);
            // SQLite writes bytes as x'…', PostgreSQL as '\x…', and uuids as text.
            let sql = if on_postgres() { sql.replace("x'", "'\\x").replace("u'", "'") } else { sql.replace("u'", "x'") };
            raw.execute_unprepared(&sql).await.unwrap_or_else(|e| panic!("{name}, round {round}: {e}"));
        }
        assert_eq!(Migrator::get_pending_migrations(&raw).await.unwrap().len(), 0);
        for _ in &names {
            Migrator::down(&raw, Some(1)).await.unwrap();
        }
    }
    Migrator::up(&raw, None).await.unwrap();
    let count = sea_orm::Statement::from_string(raw.get_database_backend(), "SELECT count(*) AS n FROM stream");
    assert_eq!(raw.query_one_raw(count).await.unwrap().unwrap().try_get::<i64>("", "n").unwrap(), 0);
}

#[tokio::test]
async fn a_record_from_before_admits_whom_its_rows_admit() {
    let db = TestDb::empty().await;
    let raw = db.raw().await;
    Migrator::up(&raw, Some(6)).await.unwrap();
    let id = if on_postgres() { "'0190000000007000800000000000000a'" } else { "x'0190000000007000800000000000000a'" };
    let head = if on_postgres() { "'\\x00ff'" } else { "x'00ff'" };
    let at = "'2026-03-02T02:00:00.000000Z'";
    let stream = "INSERT INTO stream (id, kind, version, head, document, stage, sheets_opened, created_at, updated_at)";
    raw.execute_unprepared(&format!("{stream} VALUES ({id}, 'list_entry', 1, {head}, '{{}}', 'L.draft', 0, {at}, {at})")).await.unwrap();
    for (principal, facet, to) in [("org_1/B", "draft", "NULL"), ("org_1", "file", "'2026-12-31'"), (r"org_1/a\b", "draft", "NULL")] {
        let row = format!("({id}, '{principal}', '{facet}', '2026-03-02', {to})");
        raw.execute_unprepared(&format!("INSERT INTO access (stream, principal, facet, valid_from, valid_to) VALUES {row}")).await.unwrap();
    }
    Migrator::up(&raw, None).await.unwrap();
    let read = sea_orm::Statement::from_string(raw.get_database_backend(), "SELECT admits FROM stream");
    let admits: String = raw.query_one_raw(read).await.unwrap().unwrap().try_get("", "admits").unwrap();
    assert_eq!(admits, "draft 2026-03-02 - org_1/B\ndraft 2026-03-02 - org_1/a\\\\b\nfile 2026-03-02 2026-12-31 org_1");
}

#[tokio::test]
async fn an_unmigrated_database_is_refused() {
    let db = TestDb::empty().await;
    drop(db.raw().await);
    let store = ndp_store::Store::open(&db.place).await.unwrap();
    assert!(matches!(store.require_migrated().await, Err(ndp_store::Fault::NotMigrated)));
}
