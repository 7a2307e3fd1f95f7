//! Tasks and nearest last days made again, where an earlier edition of the rules left others, and names folded that are
//! not yet: steps of the migration, on a database that nobody else writes. Everything else of a record is what its events say.

use crate::Fault;
use crate::audit::{Columns, columns, text_list};
use crate::directory::folded;
use crate::read::{COLUMNS, loaded};
use crate::table::{Row, TASK, hex, task_row};
use ndp_domain::projection::{self, TASKS};
use sea_orm::{ConnectionTrait, DatabaseBackend, DatabaseConnection, Statement, TransactionTrait, Value};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Name under which the edition stands among the positions.
const NAME: &str = "tasks";
const PAGE: u64 = 500;

/// Makes them again, page by page; answers how many records were owed other tasks.
pub(crate) async fn tasks(db: &DatabaseConnection) -> Result<u64, Fault> {
    let ask = |sql: String, values: Vec<Value>| Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    let found = db.query_one_raw(ask("SELECT position FROM follower WHERE name = $1".to_owned(), vec![NAME.into()])).await?;
    let edition = found.map_or(Ok(0), |r| r.try_get::<i64>("", "position"))?;
    if edition.unsigned_abs() >= TASKS {
        return Ok(0);
    }
    let postgres = db.get_database_backend() == DatabaseBackend::Postgres;
    let (mut after, mut changed) = (Uuid::nil(), 0);
    loop {
        let tx = db.begin().await?;
        let page = format!("SELECT {COLUMNS} FROM stream WHERE id > $1 ORDER BY id LIMIT {PAGE}");
        let streams = tx.query_all_raw(ask(page, vec![after.into()])).await?;
        let streams = streams.iter().map(loaded).collect::<Result<Vec<_>, Fault>>()?;
        let Some(last) = streams.last().map(|s| s.id.uuid) else { break };
        let stored = format!("SELECT {} FROM task WHERE stream > $1 AND stream <= $2", text_list(TASK.columns, postgres));
        let mut before: BTreeMap<Option<String>, Vec<Columns>> = BTreeMap::new();
        for row in tx.query_all_raw(ask(stored, vec![after.into(), last.into()])).await? {
            let row = columns(&row, TASK.columns)?;
            before.entry(row.get("stream").cloned().flatten()).or_default().push(row);
        }
        let last_days = "SELECT id, due_on FROM stream WHERE id > $1 AND id <= $2".to_owned();
        let mut due: BTreeMap<Uuid, Option<String>> = BTreeMap::new();
        for row in tx.query_all_raw(ask(last_days, vec![after.into(), last.into()])).await? {
            due.insert(row.try_get("", "id")?, row.try_get("", "due_on")?);
        }
        for stream in &streams {
            let uuid = stream.id.uuid;
            let nearest = stream.neighbour.whole.due();
            if due.remove(&uuid).flatten() != nearest.map(|d| d.on.to_string()) {
                let values = vec![uuid.into(), nearest.map(|d| d.on.to_string()).into(), nearest.map(|d| i64::from(d.estimated)).into()];
                tx.execute_raw(ask("UPDATE stream SET due_on = $2, due_estimated = $3 WHERE id = $1".to_owned(), values)).await?;
            }
            let tasks = projection::tasks(&stream.neighbour.whole);
            let fresh: Vec<Row> = tasks.iter().map(|t| task_row(uuid, t)).collect();
            let named = |row: &Row| TASK.columns.iter().zip(row).map(|((name, _), cell)| ((*name).to_owned(), cell.text())).collect();
            let mut wanted: Vec<Columns> = fresh.iter().map(named).collect();
            let mut there = before.remove(&Some(hex(uuid))).unwrap_or_default();
            wanted.sort();
            there.sort();
            if wanted == there {
                continue;
            }
            changed += 1;
            tx.execute_raw(ask("DELETE FROM task WHERE stream = $1".to_owned(), vec![uuid.into()])).await?;
            let places: Vec<String> = (1..=TASK.columns.len()).map(|n| format!("${n}")).collect();
            let insert = format!("INSERT INTO task ({}) VALUES ({})", TASK.names(), places.join(", "));
            for row in fresh {
                tx.execute_raw(ask(insert.clone(), row.into_iter().zip(TASK.columns).map(|(cell, (_, kind))| cell.value(*kind)).collect()))
                    .await?;
            }
        }
        tx.commit().await?;
        after = last;
    }
    // As of the newest record: the store has no clock of its own.
    let note = "INSERT INTO follower (name, position, at)
                VALUES ($1, $2, coalesce((SELECT max(updated_at) FROM stream), '1970-01-01T00:00:00.000000Z'))
                ON CONFLICT (name) DO UPDATE SET position = excluded.position, at = excluded.at";
    db.execute_raw(ask(note.to_owned(), vec![NAME.into(), (TASKS as i64).into()])).await?;
    Ok(changed)
}

/// Folds the names of people that an earlier edition left as they are written.
pub(crate) async fn names(db: &DatabaseConnection) -> Result<(), Fault> {
    let ask = |sql: &str, values: Vec<Value>| Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    loop {
        let tx = db.begin().await?;
        let page = tx.query_all_raw(ask("SELECT account, name FROM person WHERE name_fold = '' LIMIT 500", Vec::new())).await?;
        for row in &page {
            let (account, name): (Uuid, String) = (row.try_get("", "account")?, row.try_get("", "name")?);
            let set = vec![account.into(), folded(&name).into()];
            tx.execute_raw(ask("UPDATE person SET name_fold = $2 WHERE account = $1", set)).await?;
        }
        tx.commit().await?;
        if page.len() < 500 {
            return Ok(());
        }
    }
}
