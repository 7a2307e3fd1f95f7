//! The server under load, in one run and alternating with what it is compared to: acts against pgbench's
//! five statements, reads and lists against a bare axum handler on the same database. Prints ratios
//! with their spread. Run by `tests/bench/run http`; `BENCH_BASE` and `BENCH_TOKEN` measure a server
//! that runs elsewhere (reads only).
#![allow(clippy::unwrap_used)]

use axum::extract::{Path, State};
use axum::routing::get;
use ndp_identity::Identity;
use ndp_store::{Place, Store};
use ndp_tests::prepared::{line, pgbench, prepare};
use ndp_tests::served::{duty_header, policy, ring};
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, Statement};
use serde_json::json;
use std::collections::BTreeMap;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use uuid::Uuid;

const ROUNDS: usize = 3;

/// One connection that is kept; answers status and length of each request.
struct Line {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Line {
    async fn open(base: &str) -> Line {
        let stream = TcpStream::connect(base.trim_start_matches("http://")).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Line { stream, buffer: Vec::with_capacity(64 * 1024) }
    }

    async fn ask(&mut self, request: &[u8]) -> u16 {
        self.stream.write_all(request).await.unwrap();
        self.buffer.clear();
        let mut chunk = [0_u8; 32 * 1024];
        loop {
            let n = self.stream.read(&mut chunk).await.unwrap();
            assert!(n > 0, "the server hung up");
            self.buffer.extend_from_slice(&chunk[..n]);
            let Some(end) = self.buffer.windows(4).position(|w| w == b"\r\n\r\n") else { continue };
            let head = std::str::from_utf8(&self.buffer[..end]).unwrap();
            let status: u16 = head[9..12].parse().unwrap();
            let length = head.lines().find_map(|l| l.strip_prefix("content-length: ")).map_or(0, |v| v.trim().parse::<usize>().unwrap());
            if self.buffer.len() >= end + 4 + length {
                return status;
            }
        }
    }
}

/// Requests a second and the median and 99th part of their time (ms).
async fn load(
    base: &str,
    connections: usize,
    time: Duration,
    request: Arc<dyn Fn() -> Vec<u8> + Send + Sync>,
    wanted: u16,
) -> (f64, f64, f64) {
    let mut all = tokio::task::JoinSet::new();
    let started = Instant::now();
    for _ in 0..connections {
        let (base, request) = (base.to_owned(), request.clone());
        all.spawn(async move {
            let mut line = Line::open(&base).await;
            let mut times = Vec::new();
            while started.elapsed() < time {
                let bytes = request();
                let from = Instant::now();
                let status = line.ask(&bytes).await;
                assert_eq!(status, wanted, "{}", String::from_utf8_lossy(&line.buffer));
                times.push(from.elapsed().as_secs_f64() * 1000.0);
            }
            times
        });
    }
    let mut times: Vec<f64> = Vec::new();
    while let Some(some) = all.join_next().await {
        times.extend(some.unwrap());
    }
    let rate = times.len() as f64 / started.elapsed().as_secs_f64();
    times.sort_by(f64::total_cmp);
    (rate, times[times.len() / 2], times[times.len() * 99 / 100])
}

fn request(method: &str, path: &str, headers: &str, body: &str) -> Vec<u8> {
    let length =
        if body.is_empty() { String::new() } else { format!("content-type: application/json\r\ncontent-length: {}\r\n", body.len()) };
    format!("{method} {path} HTTP/1.1\r\nhost: x\r\n{headers}{length}\r\n{body}").into_bytes()
}

/// The floor: axum on the same pool and database, without a token and without sight.
async fn floor(raw: DatabaseConnection, managing: String) {
    #[derive(Clone)]
    struct Floor(DatabaseConnection, String);
    let one = async |State(f): State<Floor>, Path(id): Path<Uuid>| {
        let statement =
            Statement::from_sql_and_values(f.0.get_database_backend(), "SELECT document FROM stream WHERE id = $1", [id.into()]);
        let row = f.0.query_one_raw(statement).await.unwrap().unwrap();
        ([("content-type", "application/json")], row.try_get::<String>("", "document").unwrap())
    };
    let page = async |State(f): State<Floor>| {
        let sql = "SELECT id, kind, stage, name, code, due_on, updated_at FROM stream WHERE kind = 'list_entry' AND managing = $1 ORDER BY updated_at DESC, id DESC LIMIT 50";
        let rows = f.0.query_all_raw(Statement::from_sql_and_values(f.0.get_database_backend(), sql, [f.1.clone().into()])).await.unwrap();
        let text = |r: &sea_orm::QueryResult, c: &str| r.try_get::<Option<String>>("", c).unwrap();
        let items: Vec<_> = rows.iter().map(|r| json!({ "id": r.try_get::<Uuid>("", "id").unwrap(), "kind": text(r, "kind"), "stage": text(r, "stage"), "name": text(r, "name"), "code": text(r, "code"), "due_on": text(r, "due_on"), "updated_at": text(r, "updated_at") })).collect();
        axum::Json(json!({ "items": items }))
    };
    let fifty: Vec<_> = (0..50).map(|n| json!({ "entry": format!("pub_{n:032x}"), "name": "Nền tảng họp trực tuyến mẫu", "class": "national", "managing": "org_01900000000070008000000000000001", "valid_from": "2026-03-02" })).collect();
    let fifty = Arc::new(fifty);
    let bare50 = async move || axum::Json(json!({ "items": *fifty }));
    let bare = async || axum::Json(json!({ "a": 1 }));
    let router = axum::Router::new()
        .route("/one/{id}", get(one))
        .route("/page", get(page))
        .route("/bare50", get(bare50))
        .route("/bare", get(bare))
        .with_state(Floor(raw, managing));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    println!("http://{}", listener.local_addr().unwrap());
    axum::serve(listener, router).await.unwrap();
}

/// A process that says its address in its first line.
fn started(command: &mut Command) -> (Child, String) {
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut lines = std::io::BufRead::lines(std::io::BufReader::new(child.stdout.take().unwrap()));
    let line = lines.next().unwrap().unwrap();
    (child, line)
}

/// The floor in a process of its own, as the server is.
fn bottom(managing: &str) -> (Child, String) {
    started(Command::new(std::env::current_exe().unwrap()).env("BENCH_FLOOR", managing))
}

fn memory(pid: u32) -> f64 {
    let text = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let kb: f64 = text.lines().find_map(|l| l.strip_prefix("VmRSS:")).unwrap().trim().trim_end_matches(" kB").trim().parse().unwrap();
    kb / 1024.0
}

fn serve(environment: &BTreeMap<String, String>) -> (Child, String, Duration) {
    let from = Instant::now();
    let mut command = Command::new(std::env::current_exe().unwrap().with_file_name("ndp"));
    let (child, line) = started(command.args(["serve", "--json", "--no-worker", "--listen", "127.0.0.1:0"]).envs(environment));
    let line: serde_json::Value = serde_json::from_str(&line).unwrap();
    (child, line["listening"].as_str().unwrap().to_owned(), from.elapsed())
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let url = std::env::var("BENCH_DATABASE_URL").unwrap();
    let rows: usize = std::env::var("BENCH_ROWS").ok().and_then(|n| n.parse().ok()).unwrap_or(100_000);
    let reads_only = std::env::var_os("BENCH_READS").is_some();
    let place = Place::Postgres { url: url.clone(), connections: 10 };
    let raw =
        Database::connect(ConnectOptions::new(url.clone()).sqlx_logging(false).max_connections(10).test_before_acquire(false).to_owned())
            .await
            .unwrap();
    if let Ok(managing) = std::env::var("BENCH_FLOOR") {
        return floor(raw, managing).await;
    }
    let p = prepare(&place, &raw, rows).await;
    let folder = tempfile::tempdir().unwrap();
    let key = |name: &str, byte: u8| {
        let file = folder.path().join(name);
        std::fs::write(&file, format!("{byte:02x}").repeat(32)).unwrap();
        file.display().to_string()
    };
    let pairs = [
        ("NDP_DATABASE__URL", url.clone()),
        ("NDP_SERVER__BASE", "http://ndp.t.example".to_owned()),
        ("NDP_TOKENS__KEYS", key("t", 1)),
        ("NDP_VAULT__KEYS", key("v", 2)),
        ("NDP_SEAL__KEY", key("s", 3)),
        ("NDP_DATA", folder.path().display().to_string()),
        ("NDP_SERVER__RATE_ACCOUNT", "1000000".to_owned()),
        ("NDP_SERVER__RATE_ADDRESS", "1000000".to_owned()),
        ("NDP_SERVER__LOG_FILTER", "warn".to_owned()),
        ("NDP_TOKENS__ACCESS_MINUTES", "60".to_owned()),
    ];
    let environment: BTreeMap<String, String> = pairs.into_iter().map(|(k, v)| (k.to_owned(), v)).collect();
    let (mut server, base, _) = serve(&environment);
    let identity = {
        let mut policy = policy();
        policy.issuer = "ndp".to_owned();
        policy.access = chrono::TimeDelta::minutes(60);
        Identity::new(Store::open(&place).await.unwrap(), ndp_engine::Clock::System, policy, &ring(1), ring(2), Vec::new()).unwrap()
    };
    let token = identity.start(p.actor.account.unwrap(), "bench", false).await.unwrap().access;
    let headers = format!("authorization: Bearer {token}\r\nndp-duty: {}\r\n", duty_header(&p.actor));
    // The keeper's head of unit: the same person reads and acts.
    let one = p.ids[0];
    let record = format!("/api/v1/list-entries/list_{}", one.simple());
    let get_one = {
        let (record, headers) = (format!("{record}?acts=false"), headers.clone());
        Arc::new(move || request("GET", &record, &headers, "")) as Arc<dyn Fn() -> Vec<u8> + Send + Sync>
    };
    let get_acts = {
        let (record, headers) = (record.clone(), headers.clone());
        Arc::new(move || request("GET", &record, &headers, "")) as Arc<dyn Fn() -> Vec<u8> + Send + Sync>
    };
    let managing: String = {
        let statement =
            Statement::from_sql_and_values(raw.get_database_backend(), "SELECT managing FROM stream WHERE id = $1", [one.into()]);
        raw.query_one_raw(statement).await.unwrap().unwrap().try_get("", "managing").unwrap()
    };
    let page = |query: &str| {
        let (path, headers) = (format!("/api/v1/list-entries?limit=50{query}"), headers.clone());
        Arc::new(move || request("GET", &path, &headers, "")) as Arc<dyn Fn() -> Vec<u8> + Send + Sync>
    };
    let plain = |path: &str| {
        let path = path.to_owned();
        Arc::new(move || request("GET", &path, "", "")) as Arc<dyn Fn() -> Vec<u8> + Send + Sync>
    };
    let (mut floor, bottom) = bottom(&managing);
    let time = Duration::from_secs(4);
    println!("{rows} entries; medians of {ROUNDS} alternating rounds, (least to most)");
    let idle = memory(server.id());

    for connections in [1, 8] {
        let by_updated = load(&base, connections, time, page(&format!("&managing={managing}")), 200).await;
        let filtered = load(&base, connections, time, page(&format!("&managing={managing}&stage=L.received")), 200).await;
        println!(
            "list page of 50, {connections} connection(s): p50 {:.2} ms, p99 {:.2} ms; with a filter more p50 {:.2} ms",
            by_updated.1, by_updated.2, filtered.1
        );
    }
    if !reads_only {
        let mut ratios: BTreeMap<String, Vec<f64>> = BTreeMap::new();
        let mut note = |name: &str, ratio: f64| ratios.entry(name.to_owned()).or_default().push(ratio);
        let next = Arc::new(AtomicUsize::new(1));
        let act = {
            let (next, ids, headers) = (next.clone(), p.ids.clone(), headers.clone());
            // The server's clock is the machine's.
            let until = ndp_domain::time::legal_date(ndp_engine::Clock::System.now());
            let body = json!({ "officer": p.officer, "until": until }).to_string();
            Arc::new(move || {
                let id = ids[next.fetch_add(1, Ordering::Relaxed)];
                request("POST", &format!("/api/v1/list-entries/list_{}/assignments", id.simple()), &headers, &body)
            }) as Arc<dyn Fn() -> Vec<u8> + Send + Sync>
        };
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/bench/five_statements.sql");
        // For a profiler: one of them alone, round after round.
        let only = std::env::var("BENCH_ONLY").unwrap_or_default();
        let wanted = |name: &str| only.is_empty() || only == name;
        for _ in 0..ROUNDS {
            for connections in [32, 8, 1].into_iter().filter(|_| wanted("acts")) {
                let (rate, p50, p99) = load(&base, connections, time, act.clone(), 200).await;
                let c = connections.to_string();
                let threads = if connections == 1 { "1" } else { "2" };
                let tps = pgbench(&["-n", "-M", "prepared", "-f", script, "-c", &c, "-j", threads, "-T", "4"], "bench_fixed");
                note(&format!("acts over HTTP / pgbench five statements, {connections} connections"), rate / tps);
                println!("  {connections} connections: {rate:.0} acts/s (p50 {p50:.1} ms, p99 {p99:.1} ms), pgbench {tps:.0}/s");
            }
            if wanted("one") || wanted("with acts") {
                let floor_one = load(&bottom, 32, time, plain(&format!("/one/{one}")), 200).await.0;
                for (name, request) in [("one", &get_one), ("with acts", &get_acts)].into_iter().filter(|(name, _)| wanted(name)) {
                    let ours = load(&base, 32, time, request.clone(), 200).await.0;
                    let said = if name == "one" { "one record with token and sight" } else { "the same with its acts" };
                    note(&format!("{said} / axum + one row"), ours / floor_one);
                }
            }
            if wanted("list") {
                let ours = load(&base, 32, time, page(&format!("&managing={managing}")), 200).await.0;
                let floor_page = load(&bottom, 32, time, plain("/page"), 200).await.0;
                note("list page of 50 / axum + page of 50", ours / floor_page);
            }
            if !wanted("register") {
                continue;
            }
            let ours = load(&base, 32, time, plain("/api/v1/registers/list?limit=50"), 200).await.0;
            let bare50 = load(&bottom, 32, time, plain("/bare50"), 200).await.0;
            note("public register from memory / bare 50 objects", ours / bare50);
            let tag = {
                let mut line = Line::open(&base).await;
                assert_eq!(line.ask(&plain("/api/v1/registers/list?limit=50")()).await, 200);
                let head = String::from_utf8_lossy(&line.buffer).into_owned();
                head.lines().find_map(|l| l.strip_prefix("etag: ")).unwrap().trim().to_owned()
            };
            let known = Arc::new(move || request("GET", "/api/v1/registers/list?limit=50", &format!("if-none-match: {tag}\r\n"), ""))
                as Arc<dyn Fn() -> Vec<u8> + Send + Sync>;
            let ours = load(&base, 32, time, known, 304).await.0;
            let bare = load(&bottom, 32, time, plain("/bare"), 200).await.0;
            note("the same answered 304 / bare object", ours / bare);
        }
        for (name, all) in &mut ratios {
            line(name, all);
        }
    }
    println!("memory: {idle:.0} MB idle, {:.0} MB after load", memory(server.id()));
    server.kill().unwrap();
    let _ = server.wait();
    floor.kill().unwrap();
    let _ = floor.wait();
    let mut starts: Vec<f64> = Vec::new();
    for _ in 0..5 {
        let (mut server, base, _) = {
            let from = Instant::now();
            let (server, base, _) = serve(&environment);
            let mut first = Line::open(&base).await;
            assert_eq!(first.ask(&get_one()).await, 200);
            starts.push(from.elapsed().as_secs_f64());
            (server, base, from)
        };
        let _ = base;
        server.kill().unwrap();
        let _ = server.wait();
    }
    line("start to the first record from the database (seconds)", &mut starts);
}
