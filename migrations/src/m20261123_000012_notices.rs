//! Whether a person is told of new tasks by letter; everybody is until they say otherwise.

use crate::types;
use sea_orm_migration::prelude::*;

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261123_000012_notices"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let t = types(manager);
        let sql = format!("ALTER TABLE person ADD COLUMN notices {} NOT NULL DEFAULT 1", t.int);
        manager.get_connection().execute_unprepared(&sql).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared("ALTER TABLE person DROP COLUMN notices").await?;
        Ok(())
    }
}
