//! What the tests share: a database of the kind under test, and a world of organisations and
//! people on it.
//!
//! `TEST_DATABASE_URL` unset: an embedded database in a temporary folder for each test. Set
//! to the address of a PostgreSQL server: a database of its own for each test.
#![allow(clippy::unwrap_used)]

pub mod prepared;
pub mod process;
pub mod served;

use ndp_cli::demo::cast::Persona;
use ndp_cli::demo::{self, cast::Cast};
use ndp_domain::id::{BodyId, DossierId};
use ndp_domain::visibility::Reader;
use ndp_engine::keys::SealKey;
use ndp_engine::reference::Sources;
use ndp_engine::{Clock, Engine};
use ndp_store::{Place, Store};
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection};
use tempfile::TempDir;
use uuid::Uuid;

pub const SERVER: &str = "TEST_DATABASE_URL";

/// A fresh, migrated database. Dropped with the test (PostgreSQL: with the throwaway cluster).
#[derive(Debug, Clone)]
pub struct TestDb {
    pub place: Place,
    pub url: String,
    _folder: std::sync::Arc<TempDir>,
}

pub fn on_postgres() -> bool {
    std::env::var_os(SERVER).is_some()
}

/// The server's address with another database name.
pub fn with_database(server: &str, name: &str) -> String {
    let at = server.rfind('/').unwrap();
    format!("{}/{name}", &server[..at])
}

impl TestDb {
    /// Not yet migrated.
    pub async fn empty() -> TestDb {
        let folder = std::sync::Arc::new(tempfile::tempdir().unwrap());
        match std::env::var(SERVER) {
            Ok(server) => {
                let name = format!("t_{}", Uuid::now_v7().simple());
                let admin = Database::connect(ConnectOptions::new(server.clone()).sqlx_logging(false).to_owned()).await.unwrap();
                admin.execute_unprepared(&format!("CREATE DATABASE {name}")).await.unwrap();
                admin.close().await.unwrap();
                let url = with_database(&server, &name);
                TestDb { place: Place::Postgres { url: url.clone(), connections: 10 }, url, _folder: folder }
            }
            Err(_) => {
                let file = folder.path().join("ndp.sqlite");
                let url = format!("sqlite://{}?mode=rwc", file.display());
                TestDb { place: Place::embedded(&file, true), url, _folder: folder }
            }
        }
    }

    pub async fn migrated() -> TestDb {
        let db = TestDb::empty().await;
        Store::migrate(&db.place).await.unwrap();
        db
    }

    /// A connection of the test's own, past the store: for looking and for tampering.
    pub async fn raw(&self) -> DatabaseConnection {
        Database::connect(ConnectOptions::new(self.url.clone()).sqlx_logging(false).max_connections(1).to_owned()).await.unwrap()
    }
}

/// An installed database with everybody on it; the clock stands on a Monday morning.
#[derive(Debug)]
pub struct World {
    pub engine: Engine,
    pub cast: Cast,
    pub db: TestDb,
}

impl World {
    pub async fn new() -> World {
        World::of(&Sources::read(None).unwrap()).await
    }

    /// The same under data of its own.
    pub async fn of(sources: &Sources) -> World {
        let db = TestDb::migrated().await;
        let engine = Engine::open(Store::open(&db.place).await.unwrap(), Clock::at(demo::start())).await.unwrap();
        let cast = demo::install(&engine, sources).await.unwrap();
        World { engine, cast, db }
    }

    /// A dossier of a new product in evaluation: the round open, every sheet still due.
    pub async fn open_round(&self) -> (DossierId, BodyId) {
        let story = self.story();
        let entry = story.list_entry("Nền tảng thử", 5).await.unwrap();
        let set = story.criteria_set(entry, 3).await.unwrap();
        let (dossier, product) = story.dossier("Sản phẩm", entry, set).await.unwrap();
        story.hand_in(dossier, Some((3, 4)), 4).await.unwrap();
        let body = story.body("Hội đồng", Some(product), 3).await.unwrap();
        let open = ndp_domain::dossier::Command::OpenRound { body, cut_off: story.today() };
        story.act(&self.cast.secretary, dossier, open).await.unwrap();
        (dossier, body)
    }

    pub fn story(&self) -> demo::story::Story<'_> {
        demo::story::Story::new(&self.engine, &self.cast, demo::REGULATION)
    }
}

pub fn key() -> SealKey {
    SealKey::parse(&"17".repeat(32), "test key").unwrap()
}

/// Whom a person reads as, in their duty.
pub fn reader(p: &Persona) -> Reader {
    Reader { account: Some(p.account), duty: p.duty, org: Some(p.org), unit: p.unit.clone() }
}
