//! What the benchmarks share: a database with many copies of one entry, pgbench, a printed line.

use ndp_cli::demo;
use ndp_domain::id::ListEntryId;
use ndp_domain::list_entry::Command as L;
use ndp_domain::occasion::Actor;
use ndp_engine::keys::SealKey;
use ndp_engine::reference::Sources;
use ndp_engine::{Ask, Clock, Engine};
use ndp_store::{Place, Store};
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use uuid::Uuid;

pub struct Prepared {
    pub engine: Engine,
    pub actor: Actor,
    pub until: chrono::NaiveDate,
    pub officer: ndp_domain::id::AccountId,
    pub ids: Arc<Vec<Uuid>>,
    pub next: Arc<AtomicUsize>,
}

impl Prepared {
    pub fn ask(&self, uuid: Uuid) -> Ask {
        let assign = L::Assign { officer: self.officer, until: self.until, remark: None };
        Ask::new(self.actor.clone(), ListEntryId(uuid), assign)
    }
}

/// A world with one entry in `L.received`, copied `rows` times with its events and projections.
pub async fn prepare(place: &Place, raw: &DatabaseConnection, rows: usize) -> Prepared {
    Store::migrate(place).await.unwrap();
    let engine = Engine::open(Store::open(place).await.unwrap(), Clock::at(demo::start())).await.unwrap();
    let cast = demo::install(&engine, &Sources::read(None).unwrap()).await.unwrap();
    let story = demo::story::Story::new(&engine, &cast, demo::REGULATION);
    let entry = story.list_entry("Nền tảng đo", 3).await.unwrap();
    engine.seal(&SealKey::fresh().unwrap()).await.unwrap();
    let pg = engine.store.is_postgres();
    let own = if pg { format!("'{}'", entry.0) } else { format!("x'{}'", entry.0.simple()) };
    let new = if pg {
        format!("CREATE TABLE copies AS SELECT gen_random_uuid() AS id FROM generate_series(1, {rows})")
    } else {
        format!(
            "CREATE TABLE copies AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows}) SELECT randomblob(16) AS id FROM n"
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

pub fn pgbench(args: &[&str], database: &str) -> f64 {
    let bin = std::env::var("BENCH_PG_BIN").unwrap();
    let out = Command::new(format!("{bin}/pgbench")).args(args).arg(database).output().unwrap();
    let text = String::from_utf8_lossy(&out.stdout).to_string();
    let tps = text.lines().find_map(|l| l.strip_prefix("tps = ")).and_then(|l| l.split(' ').next()).and_then(|n| n.parse().ok());
    tps.unwrap_or_else(|| panic!("{text}\n{}", String::from_utf8_lossy(&out.stderr)))
}

pub fn line(name: &str, ratios: &mut [f64]) {
    ratios.sort_by(f64::total_cmp);
    let (min, median, max) = (ratios[0], ratios[ratios.len() / 2], ratios[ratios.len() - 1]);
    println!("{name:<72} {median:.2} ({min:.2} to {max:.2})");
}
