//! One list of migrations for SQLite and PostgreSQL. See README.md: expand first, contract later;
//! every migration has a down step and a data file in `tests/migrations/data`.

pub use sea_orm_migration::MigratorTrait;
use sea_orm_migration::prelude::*;

mod m20261122_000001_streams;
mod m20261122_000002_reference;
mod m20261122_000003_entries;
mod m20261122_000004_people;
mod m20261122_000005_orders;
mod m20261122_000006_every_holder;
mod m20261123_000007_admits;
mod m20261123_000008_asked;
mod m20261123_000009_people_by_name;
mod m20261123_000010_turns;
mod m20261123_000011_verdict;
mod m20261123_000012_notices;

pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261122_000001_streams::Migration),
            Box::new(m20261122_000002_reference::Migration),
            Box::new(m20261122_000003_entries::Migration),
            Box::new(m20261122_000004_people::Migration),
            Box::new(m20261122_000005_orders::Migration),
            Box::new(m20261122_000006_every_holder::Migration),
            Box::new(m20261123_000007_admits::Migration),
            Box::new(m20261123_000008_asked::Migration),
            Box::new(m20261123_000009_people_by_name::Migration),
            Box::new(m20261123_000010_turns::Migration),
            Box::new(m20261123_000011_verdict::Migration),
            Box::new(m20261123_000012_notices::Migration),
        ]
    }
}

/// Column types that differ between the two databases.
pub(crate) struct Types {
    pub uuid: &'static str,
    pub bytes: &'static str,
    pub int: &'static str,
    pub postgres: bool,
}

pub(crate) fn types(manager: &SchemaManager) -> Types {
    match manager.get_database_backend() {
        sea_orm_migration::sea_orm::DatabaseBackend::Postgres => Types { uuid: "uuid", bytes: "bytea", int: "bigint", postgres: true },
        _ => Types { uuid: "blob", bytes: "blob", int: "integer", postgres: false },
    }
}
