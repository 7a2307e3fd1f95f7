//! Acts per second through the engine, in one run and alternating with what it is compared to.
//! Run by `tests/bench/run`; see README.md beside it. Prints ratios and their spread.
#![allow(clippy::unwrap_used)]

use ndp_tests::prepared::{Prepared, line, pgbench, prepare};

const ROWS: usize = 100_000;

use ndp_store::{Durability, Place, Store};
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

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

/// The act's own SQL as a pgbench script: the reading query and the writing statement, their
/// parameters taken from a table in which each act waits once.
async fn own_sql(p: &Prepared, raw: &DatabaseConnection, count: usize) -> String {
    raw.execute_unprepared("CREATE SEQUENCE act_k; CREATE TABLE act_parameters (k bigint PRIMARY KEY, id uuid, p text[])").await.unwrap();
    let (mut statement, mut bound) = (String::new(), 0);
    for k in 1..=count {
        let n = p.next.fetch_add(1, Ordering::Relaxed);
        let batch = p.engine.batch(&p.ask(p.ids[n])).await.unwrap();
        let (sql, parameters) = Store::statement_of(&batch);
        (statement, bound) = (sql, parameters.len());
        let quoted = |t: &Option<String>| t.as_ref().map_or("NULL".to_owned(), |t| format!("'{}'", t.replace('\'', "''")));
        let list: Vec<String> = parameters.iter().map(quoted).collect();
        let insert = format!("INSERT INTO act_parameters VALUES ({k}, '{}', ARRAY[{}])", p.ids[n], list.join(","));
        raw.execute_unprepared(&insert).await.unwrap();
    }
    let mut script = "SELECT nextval('act_k') AS k \\gset\n".to_owned();
    script.push_str("SELECT id, kind, version, head, document FROM stream WHERE id IN ((SELECT id FROM act_parameters WHERE k = :k), (SELECT id FROM act_parameters WHERE k = 1));\n");
    for n in (1..=bound).rev() {
        statement = statement.replace(&format!("${n}::"), &format!("(SELECT p[{n}] FROM act_parameters WHERE k = :k)::"));
    }
    script.push_str(&statement);
    script.push_str(";\n");
    script
}

async fn postgres(url: &str, rounds: usize, time: Duration) {
    let raw = Database::connect(ConnectOptions::new(url.to_owned()).sqlx_logging(false).max_connections(1).to_owned()).await.unwrap();
    let p = Arc::new(prepare(&Place::Postgres { url: url.to_owned(), connections: 16 }, &raw, ROWS).await);
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
        prepared.push(Arc::new(prepare(&place, &raw.await.unwrap(), ROWS).await));
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
