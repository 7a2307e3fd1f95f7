//! Indexes that give the orders of lists as they are asked for: files without a last day come last, records
//! without a name first; and a list of one state in the order of its changes.

use sea_orm_migration::prelude::*;

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261122_000005_orders"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        db.execute_unprepared(
            "DROP INDEX stream_due;
             DROP INDEX stream_name;
             CREATE INDEX stream_due ON stream (managing, kind, (coalesce(due_on, '9999-12-31')), id);
             CREATE INDEX stream_name ON stream (managing, kind, (coalesce(name_fold, '')), id);
             CREATE INDEX stream_stage ON stream (kind, stage, updated_at, id);",
        )
        .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        db.execute_unprepared(
            "DROP INDEX stream_stage;
             DROP INDEX stream_name;
             DROP INDEX stream_due;
             CREATE INDEX stream_due ON stream (managing, kind, due_on, id);
             CREATE INDEX stream_name ON stream (managing, kind, name_fold, id);",
        )
        .await?;
        Ok(())
    }
}
