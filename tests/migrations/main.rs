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
async fn an_unmigrated_database_is_refused() {
    let db = TestDb::empty().await;
    drop(db.raw().await);
    let store = ndp_store::Store::open(&db.place).await.unwrap();
    assert!(matches!(store.require_migrated().await, Err(ndp_store::Fault::NotMigrated)));
}
