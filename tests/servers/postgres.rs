//! Several servers on one PostgreSQL; that PostgreSQL restarted, and replaced by its standby.

use crate::{Load, records};
use ndp_delivery::letters::Queued;
use ndp_domain::canonical::canonical;
use ndp_engine::Clock;
use ndp_store::batch::Message;
use ndp_store::{Place, Store};
use ndp_tests::process::{Prepared, as_postgres, kill_postgres, mail_sink, pg, sound, url_of};
use ndp_tests::{TestDb, on_postgres};
use serde_json::json;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::Ordering;
use std::sync::{Arc, RwLock};
use std::time::{Duration, Instant};
use uuid::Uuid;

#[tokio::test(flavor = "multi_thread")]
async fn two_servers_are_one_although_one_is_killed_twenty_times() {
    if !on_postgres() {
        // The embedded database has one writer: a second server is refused, which its own test says.
        return;
    }
    let db = TestDb::migrated().await;
    let mut prepared = Prepared::on(db.place.clone()).await;
    let (port, mails) = mail_sink().await;
    prepared.environment.insert("NDP_MAIL__HOST".to_owned(), "127.0.0.1".to_owned());
    prepared.environment.insert("NDP_MAIL__PORT".to_owned(), port.to_string());
    prepared.environment.insert("NDP_MAIL__TLS".to_owned(), "none".to_owned());
    let store = Store::open(&db.place).await.unwrap();
    let who = prepared.cast.managing.officer.clone();
    let token = prepared.token(&store, &who).await;
    // Three hundred letters on their way while it happens.
    let letters: Vec<Message> = (0..300)
        .map(|n| {
            let queued = Queued {
                to: format!("p{n}@t.example"),
                account: who.account,
                lang: "en".to_owned(),
                letter: "notice".to_owned(),
                token: None,
                until: None,
                more: json!({ "name": format!("letter-{n}-"), "act": "L3", "record": "x", "href": "/" }),
            };
            Message {
                id: Uuid::now_v7(),
                topic: "mail",
                payload: canonical(&queued),
                dedup_key: format!("test:{n}"),
                run_at: Clock::System.now(),
            }
        })
        .collect();
    let (steady, first) = prepared.serve(&[]);
    let mut steady = steady;
    let bases = Arc::new(RwLock::new(vec![first.clone(), first]));
    let (mut victim, base) = prepared.serve(&[]);
    bases.write().unwrap()[1] = base;
    let load = Load::start(bases.clone(), &token, &who, 6);
    for (round, some) in letters.chunks(15).enumerate() {
        store.send(some).await.unwrap();
        tokio::time::sleep(Duration::from_millis(150 + (round as u64 * 37) % 200)).await;
        victim.kill().unwrap();
        victim.wait().unwrap();
        let (next, base) = prepared.serve(&[]);
        victim = next;
        bases.write().unwrap()[1] = base;
    }
    let all = load.stop().await;
    assert!(all.len() > 200, "hardly anything was written: {}", all.len());
    // Whatever a killed worker held is free after its time; here it is set free at once.
    let deadline = Instant::now() + Duration::from_secs(200);
    while store.waiting().await.unwrap().messages > 0 {
        assert!(Instant::now() < deadline, "{:?}", store.waiting().await.unwrap());
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    let taken = mails.lock().unwrap().clone();
    let mut times: BTreeMap<usize, usize> = BTreeMap::new();
    for n in 0..300 {
        let sign = format!("letter-{n}-");
        times.insert(n, taken.iter().filter(|m| m.replace("=\n", "").contains(&sign)).count());
    }
    assert!(times.values().all(|n| *n >= 1), "a letter is lost: {times:?}");
    println!(
        "{} acts acknowledged; {} of 300 letters told twice, when their worker was killed",
        all.len(),
        times.values().filter(|n| **n > 1).count()
    );
    for child in [&mut steady, &mut victim] {
        // A polite end: everything is sealed.
        std::process::Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
        assert!(child.wait().unwrap().success());
    }
    prepared.nothing_lost(&records(&all)).await;
    let report = {
        let keys = ndp_engine::keys::SealKey::parse(&"17".repeat(32), "t").unwrap().public();
        ndp_engine::check::check(&store, &keys, None, |_, _| {}).await.unwrap()
    };
    assert_eq!(report.unsequenced, 0, "a server that is asked to end seals what it wrote");
}

/// The cluster of `tests/run` that may be stopped; one test at a time.
static CLUSTER: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
const PORT: u16 = 5432;

fn cluster() -> Option<String> {
    let data = std::env::var("TEST_PG_KILL_DATA").ok();
    assert!(data.is_some() || !on_postgres(), "tests/run names the server to stop");
    data
}

async fn fresh(data: &str, name: &str) -> Prepared {
    let bin = std::env::var("TEST_PG_BIN").unwrap();
    let sockets = Path::new(data).parent().unwrap().display().to_string();
    let psql = |sql: &str| {
        as_postgres(&[
            format!("{bin}/psql"),
            "-h".to_owned(),
            sockets.clone(),
            "-U".to_owned(),
            "postgres".to_owned(),
            "-c".to_owned(),
            sql.to_owned(),
        ])
    };
    assert!(psql(&format!("CREATE DATABASE {name}")));
    let place = Place::Postgres { url: url_of(data, PORT, name), connections: 6 };
    Store::migrate(&place).await.unwrap();
    Prepared::on(place).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_restarts_under_load_is_away_for_a_while_and_comes_back_by_itself() {
    let Some(data) = cluster() else { return };
    let _alone = CLUSTER.lock().await;
    assert!(pg(&["start"], &data, PORT));
    let prepared = fresh(&data, &format!("restart_{}", Uuid::now_v7().simple())).await;
    let who = prepared.cast.managing.officer.clone();
    let token = prepared.token_of(&who).await;
    let (mut server, base) = prepared.serve(&[]);
    let bases = Arc::new(RwLock::new(vec![base.clone()]));
    let load = Load::start(bases, &token, &who, 4);
    tokio::time::sleep(Duration::from_secs(1)).await;
    for _ in 0..2 {
        assert!(pg(&["stop", "-m", "immediate"], &data, PORT));
        let ready = reqwest::get(format!("{base}/health/ready")).await.unwrap();
        assert_eq!(ready.status(), 503);
        assert_eq!(reqwest::get(format!("{base}/health/live")).await.unwrap().status(), 200, "the server itself lives");
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert!(pg(&["start"], &data, PORT));
        let before = load.acknowledged.lock().unwrap().len();
        let deadline = Instant::now() + Duration::from_secs(30);
        while load.acknowledged.lock().unwrap().len() < before + 20 {
            assert!(Instant::now() < deadline, "it does not come back: {:?}", load.strange.lock().unwrap());
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
    assert!(load.unavailable.load(Ordering::Relaxed) > 0, "callers were told 503 while it was away");
    let all = load.stop().await;
    server.kill().unwrap();
    let _ = server.wait();
    prepared.nothing_lost(&records(&all)).await;
    assert!(pg(&["stop", "-m", "fast"], &data, PORT));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_standby_takes_over_from_a_killed_primary_and_has_everything_that_was_acknowledged() {
    let Some(data) = cluster() else { return };
    let _alone = CLUSTER.lock().await;
    let bin = std::env::var("TEST_PG_BIN").unwrap();
    assert!(pg(&["start"], &data, PORT));
    let name = format!("primary_{}", Uuid::now_v7().simple());
    let prepared = fresh(&data, &name).await;
    let sockets = Path::new(&data).parent().unwrap().display().to_string();
    let psql = |sql: &str| {
        as_postgres(&[
            format!("{bin}/psql"),
            "-h".to_owned(),
            sockets.clone(),
            "-U".to_owned(),
            "postgres".to_owned(),
            "-c".to_owned(),
            sql.to_owned(),
        ])
    };
    let standby = format!("{data}-standby-{}", Uuid::now_v7().simple());
    assert!(as_postgres(&[
        format!("{bin}/pg_basebackup"),
        "-h".to_owned(),
        sockets.clone(),
        "-U".to_owned(),
        "postgres".to_owned(),
        "-D".to_owned(),
        standby.clone(),
        "-R".to_owned(),
        "-X".to_owned(),
        "stream".to_owned()
    ]));
    const OTHER: u16 = 5433;
    assert!(pg(&["start"], &standby, OTHER));
    assert!(psql("ALTER SYSTEM SET synchronous_standby_names = '*'") && psql("SELECT pg_reload_conf()"));
    let who = prepared.cast.managing.officer.clone();
    let token = prepared.token_of(&who).await;
    let (mut server, base) = prepared.serve(&[]);
    let bases = Arc::new(RwLock::new(vec![base]));
    let load = Load::start(bases.clone(), &token, &who, 4);
    tokio::time::sleep(Duration::from_secs(3)).await;
    kill_postgres(&data, PORT);
    assert!(pg(&["promote"], &standby, OTHER));
    let place = Place::Postgres { url: url_of(&standby, OTHER, &name), connections: 6 };
    // The operator points the server at the new primary; clients repeat what was not answered.
    server.kill().unwrap();
    let _ = server.wait();
    let mut moved = Prepared {
        place: place.clone(),
        folder: tempfile::tempdir().unwrap(),
        cast: prepared.cast.clone(),
        environment: prepared.environment.clone(),
    };
    moved.environment.insert("NDP_DATABASE__URL".to_owned(), url_of(&standby, OTHER, &name));
    assert!(as_postgres(&[
        format!("{bin}/psql"),
        "-h".to_owned(),
        sockets.clone(),
        "-p".to_owned(),
        OTHER.to_string(),
        "-U".to_owned(),
        "postgres".to_owned(),
        "-c".to_owned(),
        "ALTER SYSTEM RESET synchronous_standby_names".to_owned()
    ]));
    assert!(as_postgres(&[
        format!("{bin}/psql"),
        "-h".to_owned(),
        sockets.clone(),
        "-p".to_owned(),
        OTHER.to_string(),
        "-U".to_owned(),
        "postgres".to_owned(),
        "-c".to_owned(),
        "SELECT pg_reload_conf()".to_owned()
    ]));
    let (mut server, base) = moved.serve(&[]);
    bases.write().unwrap()[0] = base;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let all = load.stop().await;
    assert!(all.len() > 50, "{}", all.len());
    server.kill().unwrap();
    let _ = server.wait();
    sound(&place, &records(&all)).await;
    assert!(pg(&["stop", "-m", "immediate"], &standby, OTHER));
    // The old primary is put back as it was for the next test.
    assert!(pg(&["start"], &data, PORT));
    assert!(psql("ALTER SYSTEM RESET synchronous_standby_names"));
    assert!(pg(&["stop", "-m", "fast"], &data, PORT));
}
