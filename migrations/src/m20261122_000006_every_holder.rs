//! Indexes for the orders of lists that name no holder: by last day and by name over all agencies. The one by
//! name also carries what a search looks at, so that a search reads it and no documents. The planner is told of
//! both at once: SQLite takes an index it knows nothing of for one that finds ten rows.

use sea_orm_migration::prelude::*;

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261122_000006_every_holder"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        db.execute_unprepared(
            "CREATE INDEX stream_all_due ON stream (kind, (coalesce(due_on, '9999-12-31')), id);
             CREATE INDEX stream_all_name ON stream (kind, (coalesce(name_fold, '')), id, code);
             ANALYZE stream;",
        )
        .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared("DROP INDEX stream_all_name; DROP INDEX stream_all_due;").await?;
        Ok(())
    }
}
