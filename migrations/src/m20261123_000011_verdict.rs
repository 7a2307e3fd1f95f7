//! The verdict of the last check of the record, for whoever opens the audit page next.

use crate::types;
use sea_orm_migration::prelude::*;

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261123_000011_verdict"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let t = types(manager);
        let sql = format!(
            "CREATE TABLE verdict (one {int} NOT NULL PRIMARY KEY, at text NOT NULL, events {int} NOT NULL, wrong text NOT NULL)",
            int = t.int
        );
        manager.get_connection().execute_unprepared(&sql).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared("DROP TABLE verdict").await?;
        Ok(())
    }
}
