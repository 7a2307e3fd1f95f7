//! Whom a record admits, in its own row: one record is read with its sight by its key alone. Lists go on joining
//! the rows of `access`; both say the same (`ndp check`).

use crate::types;
use sea_orm_migration::prelude::*;

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261123_000007_admits"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        let postgres = types(manager).postgres;
        let newline = if postgres { "chr(10)" } else { "char(10)" };
        // A principal keeps to its line; lines are in the order of their bytes, as the program writes them.
        let principal = format!(r"replace(replace(a.principal, '\', '\\'), {newline}, '\n')");
        let line = format!("a.facet || ' ' || a.valid_from || ' ' || coalesce(a.valid_to, '-') || ' ' || {principal}");
        let all = if postgres {
            format!("string_agg({line}, chr(10) ORDER BY ({line}) COLLATE \"C\")")
        } else {
            format!("group_concat({line}, char(10) ORDER BY {line})")
        };
        db.execute_unprepared("ALTER TABLE stream ADD COLUMN admits text NOT NULL DEFAULT ''").await?;
        db.execute_unprepared(&format!("UPDATE stream SET admits = coalesce((SELECT {all} FROM access a WHERE a.stream = stream.id), '')"))
            .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared("ALTER TABLE stream DROP COLUMN admits").await?;
        Ok(())
    }
}
