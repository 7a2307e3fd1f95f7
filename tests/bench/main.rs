//! Acts per second through the engine, in one run and alternating with what it is compared to.
//! Run by `tests/bench/run`; see README.md beside it. Prints ratios and their spread.
#![allow(clippy::unwrap_used)]

use ndp_cli::demo;
use ndp_domain::id::ListEntryId;
use ndp_domain::list_entry::Command as L;
use ndp_domain::occasion::Actor;
use ndp_engine::keys::SealKey;
use ndp_engine::reference::Sources;
use ndp_engine::{Ask, Clock, Engine};
use ndp_store::{Durability, Place, Store};
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, Statement};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use uuid::Uuid;

const ROWS: usize = 100_000;

struct Prepared {
    engine: Engine,
    actor: Actor,
    until: chrono::NaiveDate,
    officer: ndp_domain::id::AccountId,
    ids: Arc<Vec<Uuid>>,
    next: Arc<AtomicUsize>,
}

impl Prepared {
    fn ask(&self, uuid: Uuid) -> Ask {
        let assign = L::Assign { officer: self.officer, until: self.until };
        Ask::new(self.actor.clone(), ListEntryId(uuid), assign)
    }
}

/// A world with one entry in `L.received`, copied `ROWS` times with its events and projections.
async fn prepare(place: &Place, raw: &DatabaseConnection) -> Prepared {
    Store::migrate(place).await.unwrap();
    let engine = Engine::open(Store::open(place).await.unwrap(), Clock::at(demo::start())).await.unwrap();
    let cast = demo::install(&engine, &Sources::read(None).unwrap()).await.unwrap();
    let story = demo::story::Story::new(&engine, &cast, demo::REGULATION);
    let entry = story.list_entry("Nền tảng đo", 3).await.unwrap();
    engine.seal(&SealKey::fresh().unwrap()).await.unwrap();
    let pg = engine.store.is_postgres();
    let own = if pg { format!("'{}'", entry.0) } else { format!("x'{}'", entry.0.simple()) };
    let new = if pg {
        format!("CREATE TABLE copies AS SELECT gen_random_uuid() AS id FROM generate_series(1, {ROWS})")
    } else {
        format!(
            "CREATE TABLE copies AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {ROWS}) SELECT randomblob(16) AS id FROM n"
        )
    };
    raw.execute_unprepared(&new).await.unwrap();
    for (table, key) in [("stream", "id"), ("event", "stream"), ("task", "stream"), ("deadline", "stream"), ("access", "stream")] {
        let backend = raw.get_database_backend();
        let list = if pg {
            format!("SELECT column_name AS name FROM information_schema.columns WHERE table_name = '{table}' ORDER BY ordinal_position")
        } else {
            format!("SELECT name FROM pragma_table_info('{table}')")
        };
        let columns = raw.query_all_raw(Statement::from_string(backend, list)).await.unwrap();
        let columns: Vec<String> = columns.iter().map(|r| r.try_get("", "name").unwrap()).collect();
        let select: Vec<String> = columns.iter().map(|c| if c == key { "copies.id".to_owned() } else { format!("t.{c}") }).collect();
        let copy = format!(
            "INSERT INTO {table} ({}) SELECT {} FROM {table} t, copies WHERE t.{key} = {own}",
            columns.join(", "),
            select.join(", ")
        );
        raw.execute_unprepared(&copy).await.unwrap();
    }
    raw.execute_unprepared(if pg { "VACUUM ANALYZE" } else { "ANALYZE" }).await.unwrap();
    let ids = raw.query_all_raw(Statement::from_string(raw.get_database_backend(), "SELECT id FROM copies")).await.unwrap();
    Prepared {
        actor: cast.keeper.unit_head.actor(),
        until: story.today(),
        officer: cast.keeper.officer.account,
        ids: Arc::new(ids.iter().map(|r| r.try_get("", "id").unwrap()).collect()),
        next: Arc::new(AtomicUsize::new(0)),
        engine,
    }
}

/// Acts per second with this many askers at once.
async fn acts(p: &Arc<Prepared>, askers: usize, time: Duration) -> f64 {
    let started = Instant::now();
    let mut all = tokio::task::JoinSet::new();
    for _ in 0..askers {
        let p = p.clone();
        all.spawn(async move {
            let mut done = 0_u64;
            while started.elapsed() < time {
                let n = p.next.fetch_add(1, Ordering::Relaxed);
                let id = *p.ids.get(n).expect("enough entries were prepared");
                p.engine.execute(p.ask(id)).await.unwrap();
                done += 1;
            }
            done
        });
    }
    let mut done = 0;
    while let Some(n) = all.join_next().await {
        done += n.unwrap();
    }
    done as f64 / started.elapsed().as_secs_f64()
}

fn pgbench(args: &[&str], database: &str) -> f64 {
    let bin = std::env::var("BENCH_PG_BIN").unwrap();
    let out = Command::new(format!("{bin}/pgbench")).args(args).arg(database).output().unwrap();
    let text = String::from_utf8_lossy(&out.stdout).to_string();
    let tps = text.lines().find_map(|l| l.strip_prefix("tps = ")).and_then(|l| l.split(' ').next()).and_then(|n| n.parse().ok());
    tps.unwrap_or_else(|| panic!("{text}\n{}", String::from_utf8_lossy(&out.stderr)))
}

fn line(name: &str, ratios: &mut [f64]) {
    ratios.sort_by(f64::total_cmp);
    let (min, median, max) = (ratios[0], ratios[ratios.len() / 2], ratios[ratios.len() - 1]);
    println!("{name:<72} {median:.2} ({min:.2} to {max:.2})");
}

/// The act's own SQL as a pgbench script: the reading query and the writing statement, their
/// parameters taken from a table in which each act waits once.
async fn own_sql(p: &Prepared, raw: &DatabaseConnection, count: usize) -> String {
    raw.execute_unprepared("CREATE SEQUENCE act_k; CREATE TABLE act_parameters (k bigint PRIMARY KEY, id uuid, p text[])").await.unwrap();
    let mut statement = String::new();
    for k in 1..=count {
        let n = p.next.fetch_add(1, Ordering::Relaxed);
        let batch = p.engine.batch(&p.ask(p.ids[n])).await.unwrap();
        let (sql, parameters) = Store::statement_of(&batch);
        statement = sql;
        let list: Vec<String> = parameters.iter().map(|t| format!("'{}'", t.replace('\'', "''"))).collect();
        let insert = format!("INSERT INTO act_parameters VALUES ({k}, '{}', ARRAY[{}])", p.ids[n], list.join(","));
        raw.execute_unprepared(&insert).await.unwrap();
    }
    let mut script = "SELECT nextval('act_k') AS k \\gset\n".to_owned();
    script.push_str("SELECT id, kind, version, head, document FROM stream WHERE id IN ((SELECT id FROM act_parameters WHERE k = :k), (SELECT id FROM act_parameters WHERE k = 1));\n");
    for n in (1..=9).rev() {
        statement = statement.replace(&format!("${n}::jsonb"), &format!("(SELECT p[{n}] FROM act_parameters WHERE k = :k)::jsonb"));
    }
    script.push_str(&statement);
    script.push_str(";\n");
    script
}

async fn postgres(url: &str, rounds: usize, time: Duration) {
    let raw = Database::connect(ConnectOptions::new(url.to_owned()).sqlx_logging(false).max_connections(1).to_owned()).await.unwrap();
    let p = Arc::new(prepare(&Place::Postgres { url: url.to_owned(), connections: 16 }, &raw).await);
    profile(&p).await;
    let seconds = time.as_secs().to_string();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("own.sql");
    std::fs::write(&file, own_sql(&p, &raw, 4_000).await).unwrap();
    println!("PostgreSQL, {} copies of one entry; ratio of acts per second, median (min to max) of {rounds} alternating rounds", ROWS);
    for clients in ["32", "8"] {
        let (mut to_script, mut to_own) = (Vec::new(), Vec::new());
        let fixed = ["-n", "-M", "prepared", "-j", "2", "-T", &seconds, "-c", clients, "-f", "tests/bench/five_statements.sql"];
        let transactions = (1_000 / clients.parse::<usize>().unwrap()).to_string();
        let own = ["-n", "-M", "prepared", "-j", "2", "-t", &transactions, "-c", clients, "-f", file.to_str().unwrap()];
        for round in 0..rounds {
            let engine = acts(&p, clients.parse().unwrap(), time).await;
            let script = pgbench(&fixed, "bench_fixed");
            if round < 2 {
                let own = pgbench(&own, "bench");
                to_own.push(engine / own);
            }
            to_script.push(engine / script);
            println!("  {clients:>2} connections, round {}: engine {engine:.0}/s, five statements {script:.0}/s", round + 1);
        }
        line(&format!("L4 through the engine / five statements, {clients} connections"), &mut to_script);
        line(&format!("L4 through the engine / pgbench on the act's own SQL, {clients} connections"), &mut to_own);
    }
}

async fn sqlite(rounds: usize, time: Duration) {
    let mut prepared = Vec::new();
    let folder = tempfile::tempdir().unwrap();
    for (name, durability, group) in [("group", Durability::Full, 64), ("single", Durability::Normal, 1)] {
        let file = folder.path().join(format!("{name}.sqlite"));
        let place = Place::Embedded { file: file.clone(), writes: true, durability, group };
        Store::migrate(&place).await.unwrap();
        let raw = Database::connect(
            ConnectOptions::new(format!("sqlite://{}", file.display())).sqlx_logging(false).max_connections(1).to_owned(),
        );
        prepared.push(Arc::new(prepare(&place, &raw.await.unwrap()).await));
    }
    println!("SQLite, 32 askers; ratio of acts per second, median (min to max) of {rounds} alternating rounds");
    profile(&prepared[1]).await;
    let mut ratios = Vec::new();
    for round in 0..rounds {
        let grouped = acts(&prepared[0], 32, time).await;
        let single = acts(&prepared[1], 32, time).await;
        println!("  round {}: FULL with group commit {grouped:.0}/s, NORMAL with single commits {single:.0}/s", round + 1);
        ratios.push(grouped / single);
    }
    line("L4, synchronous FULL with group commit / NORMAL with single commits", &mut ratios);
}

/// Where the time of one act goes, one after the other.
async fn profile(p: &Prepared) {
    let count = 2_000;
    let mut batches = Vec::new();
    let started = Instant::now();
    for _ in 0..count {
        let n = p.next.fetch_add(1, Ordering::Relaxed);
        batches.push(p.engine.batch(&p.ask(p.ids[n])).await.unwrap());
    }
    let decided = started.elapsed();
    let started = Instant::now();
    for batch in batches {
        p.engine.store.commit(batch).await.unwrap();
    }
    let (decide, commit) = (decided.as_micros() / count, started.elapsed().as_micros() / count);
    println!("  one after the other: load and decide {decide} µs, commit {commit} µs");
}

#[tokio::main]
async fn main() {
    let url = std::env::var("BENCH_DATABASE_URL").expect("run tests/bench/run");
    let rounds = std::env::var("BENCH_ROUNDS").ok().and_then(|n| n.parse().ok()).unwrap_or(5);
    let time = Duration::from_secs(std::env::var("BENCH_SECONDS").ok().and_then(|n| n.parse().ok()).unwrap_or(4));
    postgres(&url, rounds, time).await;
    sqlite(rounds, time).await;
}
