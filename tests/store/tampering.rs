//! One byte changed by hand, in every column of every table that counts, is found and named; a
//! deleted stream and a cut tail too.

use ndp_engine::check::{Report, check};
use ndp_tests::{World, key, on_postgres};
use sea_orm::{ConnectionTrait, DatabaseConnection};

/// A whole dossier, sealed, with an idempotency answer and a list entry published.
async fn told() -> World {
    let world = World::new().await;
    let story = world.story();
    let entry = story.list_entry("Nền tảng thử", 5).await.unwrap();
    let set = story.criteria_set(entry, 3).await.unwrap();
    let (dossier, product) = story.dossier("Sản phẩm", entry, set).await.unwrap();
    story.hand_in(dossier, Some((3, 4)), 4).await.unwrap();
    let body = story.body("Hội đồng", None, 2).await.unwrap();
    let recused = Some(world.cast.evaluators[2].account);
    story.declare(body, product, recused).await.unwrap();
    let ready =
        ndp_domain::body::Command::DeclareReady { product, reviewers: vec![world.cast.vice_chair.account], leads: Default::default() };
    story.act(&world.cast.secretary, body, ready).await.unwrap();
    story.evaluate(dossier, body, &[], recused, 4).await.unwrap();
    let publication = story.decide(dossier, ndp_domain::acts::ActId::E22).await.unwrap().unwrap();
    story.publish(publication, 2).await.unwrap();
    let other = story.list_entry("Nền tảng khác", 2).await.unwrap();
    let incoming = ndp_domain::list_entry::Incoming { number: ndp_cli::demo::story::t("5"), arrived_on: story.today() };
    let register = ndp_domain::list_entry::Command::Register { incoming };
    world.engine.execute(ndp_engine::Ask::new(world.cast.keeper.records.actor(), other, register).keyed("k-1")).await.unwrap();
    world.engine.seal(&key()).await.unwrap();
    world
}

async fn report(world: &World) -> Report {
    check(&world.engine.store, &key().public(), None, |_, _| {}).await.unwrap()
}

/// Removes the append-only triggers, as somebody with rights on the database could.
async fn disarm(raw: &DatabaseConnection) {
    for table in ["event", "seal", "feed", "content"] {
        if on_postgres() {
            raw.execute_unprepared(&format!("DROP TRIGGER {table}_append_only ON {table}")).await.unwrap();
        } else {
            raw.execute_unprepared(&format!("DROP TRIGGER {table}_no_update")).await.unwrap();
            raw.execute_unprepared(&format!("DROP TRIGGER {table}_no_delete")).await.unwrap();
        }
    }
}

const TABLES: &[(&str, &str)] = &[
    ("event", "stream uuid, n int, batch uuid, i int, act text, at text, body text, prev_hash bytes, hash bytes"),
    ("content", "sha256 bytes, text text"),
    ("seal", "n int, first int, last int, root bytes, prev bytes, at text, kid text, hash bytes, signature bytes"),
    ("feed", "position int, batch uuid, i int, stream uuid, n int, hash bytes"),
    (
        "stream",
        "id uuid, kind text, version int, head bytes, document text, stage text, name text, name_fold text, code text, managing text,
         unit text, applicant text, issuing text, regulation text, parent uuid, product text, round int, person text, officer text,
         body text, open_key text, due_on text, due_estimated int, sheets_due int, sheets_opened int, created_at text, updated_at text, admits text",
    ),
    ("task", "stream uuid, act text, duty text, holder text, person text, due_on text, due_estimated int, since text"),
    ("deadline", "stream uuid, act text, started_on text, due_on text, estimated int"),
    ("access", "stream uuid, principal text, facet text, valid_from text, valid_to null_text"),
    ("recusal", "stream uuid, person text, product text"),
    ("idempotency", "account text, key text, request bytes, batch uuid, answer text"),
    (
        "entry_version",
        "stream uuid, register text, name text, class text, managing text, valid_from text, valid_to null_text, recorded_at text",
    ),
    ("reference", "stream uuid, line int, key text, row text"),
];

/// An expression that changes the value by one byte (or one, for a number).
fn changed(column: &str, kind: &str) -> String {
    let pg = on_postgres();
    match kind {
        "int" => format!("{column} + 1"),
        // The second character becomes another one of the same width.
        "text" => format!("substr({column}, 1, 1) || CASE WHEN substr({column}, 2, 1) = '~' THEN '!' ELSE '~' END || substr({column}, 3)"),
        "null_text" => "'2026-03-02'".to_owned(),
        "bytes" if pg => format!("set_byte({column}, 3, (get_byte({column}, 3) + 1) % 256)"),
        "uuid" if pg => {
            format!("(overlay({column}::text placing CASE WHEN right({column}::text, 1) = '0' THEN '1' ELSE '0' END from 36 for 1))::uuid")
        }
        _ => format!("unhex(CASE WHEN substr(hex({column}), 1, 1) = '0' THEN '1' ELSE '0' END || substr(hex({column}), 2))"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_byte_changed_in_any_column_is_found_and_named() {
    changed_in_turn(0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_byte_changed_in_any_column_is_found_and_named_too() {
    changed_in_turn(1).await;
}

/// Each column is a whole check of its own: every other column in one test, the rest in another beside it.
async fn changed_in_turn(turn: usize) {
    let world = told().await;
    assert_eq!(report(&world).await.wrong, vec![], "the story itself is sound");
    let raw = world.db.raw().await;
    disarm(&raw).await;
    let mut columns = 0;
    for (table, listed) in TABLES {
        // The list is complete: as many columns as the table has.
        let count = if on_postgres() {
            format!("SELECT count(*) AS n FROM information_schema.columns WHERE table_name = '{table}'")
        } else {
            format!("SELECT count(*) AS n FROM pragma_table_info('{table}')")
        };
        let backend = raw.get_database_backend();
        let found: i64 =
            raw.query_one_raw(sea_orm::Statement::from_string(backend, count)).await.unwrap().unwrap().try_get("", "n").unwrap();
        let listed: Vec<(&str, &str)> = listed.split(',').map(|c| c.trim().split_once(' ').unwrap()).collect();
        assert_eq!(found as usize, listed.len(), "columns of {table}");
        for (column, kind) in listed {
            columns += 1;
            if columns % 2 != turn {
                continue;
            }
            let value = changed(column, kind);
            let empty = if kind == "null_text" { "IS NULL" } else { "IS NOT NULL" };
            // A row in the middle: text long enough to have a second character.
            let length = if kind == "text" { format!("AND length({column}) > 1") } else { String::new() };
            let key = if on_postgres() { "ctid" } else { "rowid" };
            let pick = format!("SELECT {key} FROM {table} WHERE {column} {empty} {length} ORDER BY {column} DESC LIMIT 1");
            raw.execute_unprepared(&format!("CREATE TABLE kept AS SELECT * FROM {table}")).await.unwrap();
            let update = format!("UPDATE {table} SET {column} = {value} WHERE {key} IN ({pick})");
            let done = raw.execute_unprepared(&update).await.unwrap_or_else(|e| panic!("{table}.{column}: {e}"));
            assert_eq!(done.rows_affected(), 1, "{table}.{column} has no row to change");
            let report = report(&world).await;
            let first = report.wrong.first().unwrap_or_else(|| panic!("{table}.{column}: not found"));
            assert!(!first.record.is_empty(), "{table}.{column}: not named: {first:?}");
            raw.execute_unprepared(&format!("DELETE FROM {table}")).await.unwrap();
            raw.execute_unprepared(&format!("INSERT INTO {table} SELECT * FROM kept")).await.unwrap();
            raw.execute_unprepared("DROP TABLE kept").await.unwrap();
        }
    }
    assert!(columns > 80);
    assert_eq!(report(&world).await.wrong, vec![], "everything was put back");
}

/// SQLite keeps any byte in a text column: a text that is no UTF-8 any more is found and named.
#[tokio::test(flavor = "multi_thread")]
async fn a_byte_that_is_no_text_is_found_and_named_too() {
    if on_postgres() {
        return; // PostgreSQL refuses such a byte itself.
    }
    let world = told().await;
    let raw = world.db.raw().await;
    disarm(&raw).await;
    for (table, listed) in TABLES {
        for (column, _) in listed.split(',').map(|c| c.trim().split_once(' ').unwrap()).filter(|(_, kind)| *kind == "text") {
            let blob = format!("CAST({column} AS blob)");
            let value = format!("CAST(substr({blob}, 1, 1) || x'ff' || substr({blob}, 3) AS text)");
            raw.execute_unprepared(&format!("CREATE TABLE kept AS SELECT * FROM {table}")).await.unwrap();
            let pick = format!("SELECT rowid FROM {table} WHERE length({column}) > 1 ORDER BY {column} DESC LIMIT 1");
            raw.execute_unprepared(&format!("UPDATE {table} SET {column} = {value} WHERE rowid IN ({pick})")).await.unwrap();
            let report = report(&world).await;
            let first = report.wrong.first().unwrap_or_else(|| panic!("{table}.{column}: not found"));
            assert_ne!(first.what, "record.unreadable", "{table}.{column}: not named: {first:?}");
            raw.execute_unprepared(&format!("DELETE FROM {table}")).await.unwrap();
            raw.execute_unprepared(&format!("INSERT INTO {table} SELECT * FROM kept")).await.unwrap();
            raw.execute_unprepared("DROP TABLE kept").await.unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_stream_and_a_cut_tail_are_found_and_named() {
    let world = told().await;
    let raw = world.db.raw().await;
    disarm(&raw).await;
    let backend = raw.get_database_backend();
    let of = async |sql: &str| -> uuid::Uuid {
        let row = raw.query_one_raw(sea_orm::Statement::from_string(backend, sql)).await.unwrap().unwrap();
        row.try_get("", "id").unwrap()
    };
    let hex = |id: uuid::Uuid| if on_postgres() { format!("'{id}'") } else { format!("x'{}'", id.simple()) };
    let tables = ["event", "task", "deadline", "access", "recusal", "entry_version"];
    // A stream deleted with everything about it, as if it had never been.
    let deleted = of("SELECT id FROM stream WHERE kind = 'recognition'").await;
    for table in tables {
        raw.execute_unprepared(&format!("DELETE FROM {table} WHERE stream = {}", hex(deleted))).await.unwrap();
    }
    raw.execute_unprepared(&format!("DELETE FROM stream WHERE id = {}", hex(deleted))).await.unwrap();
    let wrong = report(&world).await.wrong;
    let named = |id: uuid::Uuid| wrong.iter().any(|f| f.what == "event.deleted" && f.record.contains(&id.simple().to_string()));
    assert!(named(deleted), "{wrong:?}");
    // The last event of a stream cut off, the chain before it intact.
    let cut = of("SELECT id FROM stream WHERE kind = 'publication' AND stage = 'P.published'").await;
    raw.execute_unprepared(&format!(
        "DELETE FROM event WHERE stream = {0} AND n = (SELECT max(n) FROM event WHERE stream = {0})",
        hex(cut)
    ))
    .await
    .unwrap();
    let wrong = report(&world).await.wrong;
    let named = wrong.iter().any(|f| f.what == "event.deleted" && f.record.contains(&cut.simple().to_string()));
    assert!(named, "{wrong:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn seals_cut_off_are_shown_by_one_noted_elsewhere() {
    let world = told().await;
    let (n, hash) = world.engine.store.last_seal().await.unwrap().unwrap();
    let raw = world.db.raw().await;
    disarm(&raw).await;
    let noted = async |seal| check(&world.engine.store, &key().public(), Some(seal), |_, _| {}).await.unwrap().wrong;
    assert_eq!(noted((n, hash)).await, vec![]);
    raw.execute_unprepared("DELETE FROM seal").await.unwrap();
    assert!(noted((n, hash)).await.iter().any(|f| f.what == "seal.cut"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_writes_nothing_and_reports_what_waits() {
    let world = World::new().await;
    world.story().list_entry("Nền tảng thử", 3).await.unwrap();
    let before = report(&world).await;
    assert!(before.unsequenced > 0, "nothing sealed yet: reported, not wrong");
    assert_eq!(before.wrong, vec![]);
    assert_eq!(report(&world).await.unsequenced, before.unsequenced);
    let strangers = ndp_engine::keys::SealKey::parse(&"23".repeat(32), "another").unwrap();
    world.engine.seal(&key()).await.unwrap();
    let wrong = check(&world.engine.store, &strangers.public(), None, |_, _| {}).await.unwrap().wrong;
    assert_eq!(wrong.iter().map(|f| f.what.as_str()).collect::<Vec<_>>(), ["seal.signature"]);
}
