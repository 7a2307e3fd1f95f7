//! People in the order of their names and found by parts of them: the folded name, filled by `ndp migrate`.

use sea_orm_migration::prelude::*;

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261123_000009_people_by_name"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        db.execute_unprepared("ALTER TABLE person ADD COLUMN name_fold text NOT NULL DEFAULT ''").await?;
        db.execute_unprepared("CREATE INDEX person_by_name ON person (name_fold, account)").await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        db.execute_unprepared("DROP INDEX person_by_name").await?;
        db.execute_unprepared("ALTER TABLE person DROP COLUMN name_fold").await?;
        Ok(())
    }
}
