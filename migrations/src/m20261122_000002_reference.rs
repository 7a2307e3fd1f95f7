//! Rows of the loaded reference data.

use crate::types;
use sea_orm_migration::prelude::*;

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261122_000002_reference"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let t = types(manager);
        manager
            .get_connection()
            .execute_unprepared(&format!(
                "CREATE TABLE reference (stream {uuid} NOT NULL, line {int} NOT NULL, key text NOT NULL, row text NOT NULL,
                    PRIMARY KEY (stream, line));
                 CREATE INDEX reference_key ON reference (stream, key);",
                uuid = t.uuid,
                int = t.int
            ))
            .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        db.execute_unprepared("DROP TABLE reference").await?;
        Ok(())
    }
}
