//! The binary as an operator runs it, a PostgreSQL server to be stopped and started, and a mail server
//! that counts.

use ndp_cli::demo;
use ndp_cli::demo::cast::Cast;
use ndp_engine::keys::SealKey;
use ndp_engine::reference::Sources;
use ndp_engine::{Clock, Engine};
use ndp_identity::Identity;
use ndp_store::people::Person;
use ndp_store::{Place, Store};
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt};

/// A binary of this workspace, built beside the tests.
pub fn binary(name: &str) -> PathBuf {
    let mut file = std::env::current_exe().unwrap();
    file.pop();
    file.pop();
    file.join(name)
}

/// A database with everybody on it, keys, and what a server is configured with.
#[derive(Debug)]
pub struct Prepared {
    pub place: Place,
    pub folder: TempDir,
    pub cast: Cast,
    pub environment: BTreeMap<String, String>,
}

impl Prepared {
    /// Installs on a migrated database.
    pub async fn on(place: Place) -> Prepared {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let folder = tempfile::tempdir().unwrap();
        let engine = Engine::open(Store::open(&place).await.unwrap(), Clock::at(demo::start())).await.unwrap();
        let cast = demo::install(&engine, &Sources::read(None).unwrap()).await.unwrap();
        let identity = Identity::new(
            engine.store.clone(),
            Clock::System,
            crate::served::policy(),
            &crate::served::ring(1),
            crate::served::ring(2),
            Vec::new(),
        )
        .unwrap();
        let people: Vec<Person> = cast
            .all()
            .into_iter()
            .map(|p| Person {
                account: p.account,
                name: p.duty.code().to_owned(),
                email: crate::served::email_of(p),
                lang: "vi".to_owned(),
            })
            .collect();
        identity.add_all(&people, crate::served::PASSWORD).await.unwrap();
        engine.store.let_go(Clock::System.now()).await.unwrap();
        let key = |name: &str, byte: u8| {
            let file = folder.path().join(name);
            std::fs::write(&file, format!("{byte:02x}").repeat(32)).unwrap();
            file.display().to_string()
        };
        let mut environment = BTreeMap::from([
            ("NDP_SERVER__BASE".to_owned(), "http://ndp.t.example".to_owned()),
            ("NDP_TOKENS__KEYS".to_owned(), key("token.key", 1)),
            ("NDP_VAULT__KEYS".to_owned(), key("vault.key", 2)),
            ("NDP_SEAL__KEY".to_owned(), key("seal.key", 0x17)),
            ("NDP_SERVER__RATE_ACCOUNT".to_owned(), "1000000".to_owned()),
            ("NDP_SERVER__RATE_ADDRESS".to_owned(), "1000000".to_owned()),
            ("NDP_SERVER__RATE_SIGN_IN".to_owned(), "1000000".to_owned()),
            ("NDP_SERVER__LOG_FILTER".to_owned(), "warn".to_owned()),
            ("NDP_FILES__FOLDER".to_owned(), folder.path().join("evidence").display().to_string()),
        ]);
        environment.insert("NDP_DATA".to_owned(), folder.path().display().to_string());
        match &place {
            Place::Postgres { url, .. } => {
                environment.insert("NDP_DATABASE__URL".to_owned(), url.clone());
            }
            Place::Embedded { file, .. } => {
                environment.insert("NDP_DATA".to_owned(), file.parent().unwrap().display().to_string());
            }
        }
        engine.store.close().await.unwrap();
        Prepared { place, folder, cast, environment }
    }

    /// A sign-in token, made as any server with these keys would.
    pub async fn token(&self, store: &Store, who: &demo::cast::Persona) -> String {
        let mut policy = crate::served::policy();
        policy.issuer = "ndp".to_owned();
        let identity =
            Identity::new(store.clone(), Clock::System, policy, &crate::served::ring(1), crate::served::ring(2), Vec::new()).unwrap();
        identity.start(who.account, "test", false).await.unwrap().access
    }

    /// The same, over a store of its own that is closed again.
    pub async fn token_of(&self, who: &demo::cast::Persona) -> String {
        let store = Store::open(&self.place).await.unwrap();
        let token = self.token(&store, who).await;
        store.close().await.unwrap();
        token
    }

    /// `ndp serve` on a free port; answers where it listens.
    pub fn serve(&self, more: &[&str]) -> (Child, String) {
        let mut command = Command::new(binary("ndp"));
        command.args(["serve", "--json", "--listen", "127.0.0.1:0"]).args(more);
        started(command, &self.environment)
    }

    /// Nothing acknowledged is lost, nothing doubled, the record is sound.
    pub async fn nothing_lost(&self, acknowledged: &[(String, u64)]) {
        let place = match &self.place {
            Place::Embedded { file, .. } => Place::embedded(file, false),
            other => other.clone(),
        };
        sound(&place, acknowledged).await;
    }
}

pub async fn sound(place: &Place, acknowledged: &[(String, u64)]) {
    let store = Store::open(place).await.unwrap();
    for (id, version) in acknowledged {
        let found = store.load_one(id.parse().unwrap()).await.unwrap().unwrap_or_else(|| panic!("{id} was acknowledged and is lost"));
        assert!(found.neighbour.version >= *version, "{id}");
    }
    let keys = SealKey::parse(&"17".repeat(32), "test").unwrap().public();
    let report = ndp_engine::check::check(&store, &keys, None, |_, _| {}).await.unwrap();
    assert_eq!(report.wrong, vec![]);
    store.close().await.unwrap();
}

/// Starts a server and waits until it says where it listens.
pub fn started(mut command: Command, environment: &BTreeMap<String, String>) -> (Child, String) {
    let mut child = command.envs(environment).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let Some(Ok(line)) = lines.next() else {
        let mut said = String::new();
        let _ = std::io::Read::read_to_string(&mut child.stderr.take().unwrap(), &mut said);
        panic!("the server did not start: {said}");
    };
    // Whatever it says later must not fill the pipe.
    let errors = child.stderr.take().unwrap();
    std::thread::spawn(move || lines.for_each(drop));
    std::thread::spawn(move || {
        BufReader::new(errors).lines().map_while(Result::ok).for_each(|l| {
            if std::env::var_os("TEST_SHOW").is_some() {
                eprintln!("{l}")
            }
        })
    });
    let value: Value = serde_json::from_str(&line).unwrap();
    (child, value["listening"].as_str().unwrap().to_owned())
}

/// A mail server that takes everything and remembers what it took.
pub async fn mail_sink() -> (u16, Arc<Mutex<Vec<String>>>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let taken: Arc<Mutex<Vec<String>>> = Arc::default();
    let noted = taken.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let noted = noted.clone();
            tokio::spawn(async move {
                let (read, mut write) = stream.into_split();
                let mut lines = tokio::io::BufReader::new(read).lines();
                let _ = write.write_all(b"220 test\r\n").await;
                while let Ok(Some(line)) = lines.next_line().await {
                    let said = if line.to_uppercase().starts_with("DATA") {
                        let _ = write.write_all(b"354 go\r\n").await;
                        let mut data = String::new();
                        loop {
                            match lines.next_line().await {
                                Ok(Some(line)) if line != "." => data.push_str(&format!("{line}\n")),
                                Ok(Some(_)) => break,
                                _ => return,
                            }
                        }
                        noted.lock().unwrap().push(data);
                        "250 taken"
                    } else {
                        "250 ok"
                    };
                    let _ = write.write_all(format!("{said}\r\n").as_bytes()).await;
                }
            });
        }
    });
    (port, taken)
}

/// PostgreSQL refuses to run as root: then as the user that owns the folder.
pub fn as_postgres(args: &[String]) -> bool {
    let user = std::env::var("TEST_PG_USER").unwrap_or_default();
    let mut command = if user.is_empty() { Command::new(&args[0]) } else { Command::new("runuser") };
    if user.is_empty() {
        command.args(&args[1..]);
    } else {
        command.args(["-u", &user, "--"]).args(args);
    }
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap().success()
}

/// The server's own folder and binaries, from `tests/run`.
pub fn pg(action: &[&str], data: &str, port: u16) -> bool {
    let bin = std::env::var("TEST_PG_BIN").unwrap();
    let sockets = Path::new(data).parent().unwrap().display().to_string();
    let options = format!("-k {sockets} -p {port} -c listen_addresses='' -c fsync=on -c max_connections=100");
    let mut args = vec![format!("{bin}/pg_ctl"), "-D".to_owned(), data.to_owned(), "-w".to_owned(), "-l".to_owned(), format!("{data}.log")];
    if action.first().is_some_and(|a| *a == "start" || *a == "restart") {
        args.extend(["-o".to_owned(), options]);
    }
    args.extend(action.iter().map(|a| (*a).to_owned()));
    as_postgres(&args)
}

/// The postmaster and every process of it at once, as a power cut of the server would.
pub fn kill_postgres(data: &str, port: u16) {
    let pid = std::fs::read_to_string(format!("{data}/postmaster.pid")).unwrap().lines().next().unwrap().to_owned();
    let children = Command::new("pgrep").args(["-P", &pid]).output().unwrap();
    let children = String::from_utf8(children.stdout).unwrap();
    let _ = Command::new("kill").arg("-9").arg(&pid).args(children.split_whitespace()).stderr(Stdio::null()).status();
    std::thread::sleep(Duration::from_millis(200));
    // Where nothing reaps the dead postmaster, its number still looks alive to the next one.
    let sockets = Path::new(data).parent().unwrap();
    for stale in [format!("{data}/postmaster.pid"), sockets.join(format!(".s.PGSQL.{port}.lock")).display().to_string()] {
        let _ = std::fs::remove_file(stale);
    }
}

pub fn url_of(data: &str, port: u16, name: &str) -> String {
    let sockets = Path::new(data).parent().unwrap().display().to_string().replace('/', "%2F");
    format!("postgres://postgres@{sockets}/{name}?port={port}")
}
