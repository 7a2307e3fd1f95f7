//! Tasks of a holder's duty in the order in which they are listed, so that an inbox is as long as its page and not as
//! what waits. Whom a record admits with its days in one index, so that what a reader sees is read from it alone. And figures about an empty table mislead the embedded database for as long as it lives: an index
//! that had nothing in it is taken for the best one. They are dropped where they stand and taken afresh from what
//! there is; from then on the worker does so every hour. PostgreSQL keeps its own.

use crate::types;
use sea_orm_migration::prelude::*;

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261123_000010_turns"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        db.execute_unprepared(
            "DROP INDEX task_holder;
             CREATE INDEX task_turn ON task (holder, duty, (coalesce(due_on, '9999-12-31')), stream);
             DROP INDEX access_principal;
             CREATE INDEX access_principal ON access (principal, facet, stream, valid_from, valid_to);",
        )
        .await?;
        if !types(manager).postgres {
            db.execute_unprepared("PRAGMA analysis_limit = 400; ANALYZE; DELETE FROM sqlite_stat1 WHERE stat LIKE '0%';").await?;
        }
        Ok(())
    }

    /// Figures are no part of the schema; nothing of them to take back.
    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        db.execute_unprepared(
            "DROP INDEX access_principal;
             CREATE INDEX access_principal ON access (principal, facet, stream);
             DROP INDEX task_turn;
             CREATE INDEX task_holder ON task (holder, duty, due_on, stream);",
        )
        .await?;
        Ok(())
    }
}
