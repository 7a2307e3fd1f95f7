//! kill -9: of the loading process twenty times on the database under test, and of the PostgreSQL
//! server ten times (fsync on). No acknowledged act is lost and `ndp check` is clean.
#![allow(clippy::unwrap_used)]

use ndp_cli::demo;
use ndp_domain::id::Id;
use ndp_engine::check::check;
use ndp_engine::keys::{PublicKeys, SealKey};
use ndp_engine::reference::Sources;
use ndp_engine::{Clock, Engine};
use ndp_store::{Place, Store};
use ndp_tests::TestDb;
use ndp_tests::process::{binary, kill_postgres, pg, url_of};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Port of the cluster that may be killed.
const PORT: u16 = 5432;

struct Prepared {
    place: Place,
    keys: PathBuf,
    account: String,
    org: String,
}

/// Installs, and leaves only what the loader needs.
async fn prepare(place: Place, keys: &Path) -> Prepared {
    let engine = Engine::open(Store::open(&place).await.unwrap(), Clock::at(demo::start())).await.unwrap();
    let cast = demo::install(&engine, &Sources::read(None).unwrap()).await.unwrap();
    SealKey::in_folder(keys).unwrap();
    engine.store.close().await.unwrap();
    let officer = &cast.managing.officer;
    Prepared { place, keys: keys.to_owned(), account: officer.account.to_string(), org: officer.org.to_string() }
}

fn load(p: &Prepared) -> Child {
    let (kind, address) = match &p.place {
        Place::Embedded { file, .. } => ("embedded", file.display().to_string()),
        Place::Postgres { url, .. } => ("postgres", url.clone()),
    };
    Command::new(binary("ndp-loader"))
        .args([kind, &address, p.keys.to_str().unwrap()])
        .env("LOADER_ACCOUNT", &p.account)
        .env("LOADER_ORG", &p.org)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Reads acknowledgements for a while, lets `kill` strike, and reads what was still in the pipe.
fn acknowledged(child: &mut Child, after: Duration, kill: impl FnOnce(&mut Child)) -> Vec<(Id, u64)> {
    let out = BufReader::new(child.stdout.take().unwrap());
    let reader = std::thread::spawn(move || {
        let mut all = Vec::new();
        for line in out.lines().map_while(Result::ok) {
            // A torn last line was not read whole, so it does not count as acknowledged.
            if let Some((id, version)) = line.split_once(' ')
                && let (Ok(id), Ok(version)) = (id.parse(), version.parse())
            {
                all.push((id, version));
            }
        }
        all
    });
    std::thread::sleep(after);
    kill(child);
    let _ = child.wait();
    reader.join().unwrap()
}

async fn nothing_lost(p: &Prepared, acknowledged: &[(Id, u64)]) {
    let store = Store::open(&match &p.place {
        Place::Embedded { file, .. } => Place::embedded(file, false),
        other => other.clone(),
    })
    .await
    .unwrap();
    let report = check(&store, &PublicKeys::read(&p.keys).unwrap(), None, |_, _| {}).await.unwrap();
    assert_eq!(report.wrong, vec![]);
    for (id, version) in acknowledged {
        let found = store.load_one(*id).await.unwrap().unwrap_or_else(|| panic!("{id} was acknowledged and is lost"));
        assert!(found.neighbour.version >= *version, "{id}");
    }
    store.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_loading_process_is_killed_twenty_times_and_nothing_acknowledged_is_lost() {
    let db = TestDb::migrated().await;
    let folder = tempfile::tempdir().unwrap();
    let prepared = prepare(db.place.clone(), folder.path()).await;
    let mut all = 0;
    for round in 0..20_u64 {
        let mut child = load(&prepared);
        let after = Duration::from_millis(250 + round * 37 % 400);
        let some = acknowledged(&mut child, after, |child| child.kill().unwrap());
        all += some.len();
        nothing_lost(&prepared, &some).await;
    }
    assert!(all > 100, "the loader hardly wrote: {all}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_postgresql_server_is_killed_ten_times_and_nothing_acknowledged_is_lost() {
    // Set by tests/run together with TEST_DATABASE_URL; on SQLite there is no server to kill.
    let Ok(data) = std::env::var("TEST_PG_KILL_DATA") else {
        assert!(!ndp_tests::on_postgres(), "tests/run names the server to kill");
        return;
    };
    assert!(pg(&["start"], &data, PORT));
    let place = Place::Postgres { url: url_of(&data, PORT, "postgres"), connections: 6 };
    Store::migrate(&place).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let prepared = prepare(place, folder.path()).await;
    let mut all = 0;
    for round in 0..10_u64 {
        let mut child = load(&prepared);
        let strike = Instant::now();
        let some = acknowledged(&mut child, Duration::from_millis(400 + round * 61 % 300), |child| {
            kill_postgres(&data, PORT);
            child.kill().unwrap();
        });
        assert!(strike.elapsed() < Duration::from_secs(60));
        all += some.len();
        assert!(pg(&["start"], &data, PORT), "the server recovers by itself");
        nothing_lost(&prepared, &some).await;
    }
    assert!(all > 50, "the loader hardly wrote: {all}");
    assert!(pg(&["stop"], &data, PORT));
}
