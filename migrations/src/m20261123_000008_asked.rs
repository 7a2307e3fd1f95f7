//! What a member who is still writing a sheet asks to be made clear: told to the body's secretary, who asks the
//! applicant; it goes with the sheet.

use sea_orm_migration::prelude::*;

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261123_000008_asked"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        db.execute_unprepared("ALTER TABLE scratch ADD COLUMN asked text NOT NULL DEFAULT ''").await?;
        db.execute_unprepared("CREATE INDEX scratch_asked ON scratch (stream) WHERE asked <> ''").await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        db.execute_unprepared("DROP INDEX scratch_asked").await?;
        db.execute_unprepared("ALTER TABLE scratch DROP COLUMN asked").await?;
        Ok(())
    }
}
