//! Who manages an entry of a register, in its two times; the dossiers at which a body works.

use sea_orm_migration::prelude::*;

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261122_000003_entries"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        db.execute_unprepared("ALTER TABLE entry_version ADD COLUMN managing text").await?;
        db.execute_unprepared("CREATE INDEX stream_body ON stream (body, kind) WHERE body IS NOT NULL").await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        db.execute_unprepared("DROP INDEX stream_body").await?;
        db.execute_unprepared("ALTER TABLE entry_version DROP COLUMN managing").await?;
        Ok(())
    }
}
