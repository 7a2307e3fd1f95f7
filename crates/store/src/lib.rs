//! The database: the only SQL, on SQLite and PostgreSQL.
//!
//! **Job.** [`Store::commit`], the one write; reading of streams, events and contents; lists
//! under a [`ndp_domain::visibility::Scope`]; the sequencer's feed and seals; drafts.
//! **Must not** decide anything: rules live in `ndp-domain`.
//! **Start at** [`batch`], then [`commit`].

mod admission;
mod again;
mod aside;
pub mod audit;
pub mod batch;
mod commit;
pub mod directory;
pub mod drafts;
pub mod files;
mod groups;
pub mod inbox;
pub mod journal;
pub mod lists;
pub mod outbox;
pub mod people;
pub mod programs;
pub mod read;
pub mod running;
pub mod scratch;
pub mod seen;
pub mod sequence;
mod sqlite;
mod table;
pub mod tally;
pub mod verdict;
pub mod webhooks;

use ndp_migrations::{Migrator, MigratorTrait};
use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseBackend, DatabaseConnection, DbErr, QueryResult, RuntimeErr, SqlxError, Statement,
    Value,
};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// A fault of the infrastructure: logged whole, shown as a reference only.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    #[error("database: {0}")]
    Database(#[from] DbErr),
    /// A stored record that cannot be read as what it should be.
    #[error("record {table} {record}: {what}")]
    Inconsistent { table: &'static str, record: String, what: String },
    #[error("the database is not migrated: run `ndp migrate`")]
    NotMigrated,
    #[error("the writer has stopped")]
    WriterStopped,
    /// The disk is full, or the database may only be read; nothing was written.
    #[error("cannot write: {0}")]
    Unwritable(String),
}

impl Fault {
    /// A stored value that cannot be decoded, as against a database that does not answer.
    pub fn is_of_a_record(&self) -> bool {
        match self {
            Fault::Inconsistent { .. } => true,
            Fault::Database(DbErr::Type(_) | DbErr::Json(_) | DbErr::TryIntoErr { .. }) => true,
            Fault::Database(DbErr::Query(RuntimeErr::SqlxError(e))) => {
                matches!(**e, SqlxError::ColumnDecode { .. } | SqlxError::Decode(_) | SqlxError::TypeNotFound { .. })
            }
            _ => false,
        }
    }
}

/// How a commit on SQLite reaches the disk. `Full` is the product; `Normal` exists for the
/// benchmark that compares group commit with single commits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    Full,
    Normal,
}

/// Where the database is.
#[derive(Debug, Clone)]
pub enum Place {
    /// The embedded database, a file.
    Embedded { file: PathBuf, writes: bool, durability: Durability, group: usize },
    /// `postgres://…` and the size of the pool.
    Postgres { url: String, connections: u32 },
}

impl Place {
    pub fn embedded(file: &Path, writes: bool) -> Place {
        Place::Embedded { file: file.to_owned(), writes, durability: Durability::Full, group: 64 }
    }
}

/// An open database.
#[derive(Debug, Clone)]
pub struct Store {
    read: DatabaseConnection,
    writer: Writer,
    backend: DatabaseBackend,
    asked: Arc<AtomicU64>,
}

#[derive(Debug, Clone)]
enum Writer {
    /// PostgreSQL: groups of batches, on any connection of the pool.
    Groups(groups::Groups),
    /// SQLite: the one writer task.
    Task(sqlite::Handle),
    /// Opened for reading beside another process.
    None,
}

fn sqlite_options(file: &Path, writes: bool, durability: Durability, connections: u32) -> ConnectOptions {
    let mut options = ConnectOptions::new(format!("sqlite://{}", file.display()));
    let synchronous = if durability == Durability::Full { SqliteSynchronous::Full } else { SqliteSynchronous::Normal };
    let file = file.to_owned();
    options.max_connections(connections).min_connections(1).sqlx_logging(false).test_before_acquire(false);
    options.map_sqlx_sqlite_opts(move |o| {
        let o = o.filename(&file).create_if_missing(writes).busy_timeout(Duration::from_secs(10)).foreign_keys(true);
        if writes {
            o.journal_mode(SqliteJournalMode::Wal).synchronous(synchronous).pragma("analysis_limit", "400")
        } else {
            o.pragma("query_only", "on")
        }
    });
    options
}

/// An embedded database in a folder without write permission.
fn read_only(file: &Path) -> ConnectOptions {
    let mut options = sqlite_options(file, false, Durability::Full, 4);
    let file = file.to_owned();
    options.map_sqlx_sqlite_opts(move |o| o.filename(&file).read_only(true).immutable(true));
    options
}

async fn readable(connection: &DatabaseConnection) -> bool {
    connection.execute_unprepared("SELECT 1 FROM seaql_migrations").await.is_ok()
}

/// A statement that takes longer is told in the log, for whoever runs the server. Choice.
const SLOW: Duration = Duration::from_millis(100);

impl Store {
    pub async fn open(place: &Place) -> Result<Store, Fault> {
        match place {
            Place::Embedded { file, writes, durability, group } => {
                let writer = if *writes {
                    let connection = Database::connect(sqlite_options(file, true, *durability, 1)).await?;
                    Writer::Task(sqlite::start(connection, *group))
                } else {
                    Writer::None
                };
                let read = match Database::connect(sqlite_options(file, false, *durability, 4)).await {
                    Ok(connection) if *writes || readable(&connection).await => connection,
                    // A folder that this user may only read: an auditor's copy, nobody writes it.
                    _ if !file.with_extension("sqlite-wal").exists() => Database::connect(read_only(file)).await?,
                    Ok(connection) => connection,
                    Err(error) => return Err(error.into()),
                };
                Ok(Store { read, writer, backend: DatabaseBackend::Sqlite, asked: Arc::default() })
            }
            Place::Postgres { url, connections } => {
                let mut options = ConnectOptions::new(url.clone());
                options.max_connections(*connections).min_connections(1).sqlx_logging(false).test_before_acquire(false);
                options.acquire_timeout(Duration::from_secs(10));
                // Few statements of a fixed shape: planning them anew for each act costs more than the act.
                options.map_sqlx_postgres_opts(|o| o.options([("plan_cache_mode", "force_generic_plan")]));
                let read = Database::connect(options).await?;
                let writer = Writer::Groups(groups::start(read.get_postgres_connection_pool().clone()));
                Ok(Store { read, writer, backend: DatabaseBackend::Postgres, asked: Arc::default() })
            }
        }
    }

    /// Figures by which the embedded database chooses its indexes, from a sample of each: those of an empty database
    /// would have every list of a grown one sorted whole, so those of an empty index are not kept. Reading
    /// connections learn of them as they are renewed. PostgreSQL does this by itself.
    pub async fn refresh_figures(&self) -> Result<(), Fault> {
        if !self.is_postgres() {
            self.aside_one("ANALYZE", Vec::new()).await?;
            self.aside_one("DELETE FROM sqlite_stat1 WHERE stat LIKE '0%'", Vec::new()).await?;
        }
        Ok(())
    }

    /// Brings the schema up to date; only `ndp migrate` and `ndp demo` call it.
    pub async fn migrate(place: &Place) -> Result<(), Fault> {
        let connection = match place {
            Place::Embedded { file, .. } => Database::connect(sqlite_options(file, true, Durability::Full, 1)).await?,
            Place::Postgres { url, .. } => Database::connect(ConnectOptions::new(url.clone()).sqlx_logging(false).to_owned()).await?,
        };
        Migrator::up(&connection, None).await?;
        again::tasks(&connection).await?;
        again::names(&connection).await?;
        connection.close().await?;
        Ok(())
    }

    /// Refuses a database whose schema is not the newest.
    pub async fn require_migrated(&self) -> Result<(), Fault> {
        let wanted = Migrator::migrations().len() as i64;
        let found = self.query("SELECT count(*) AS n FROM seaql_migrations", vec![]).await;
        match found.ok().and_then(|rows| rows.first().and_then(|r| r.try_get::<i64>("", "n").ok())) {
            Some(n) if n == wanted => Ok(()),
            _ => Err(Fault::NotMigrated),
        }
    }

    pub fn is_postgres(&self) -> bool {
        self.backend == DatabaseBackend::Postgres
    }

    /// Waits for the writer's last group and closes.
    pub async fn close(self) -> Result<(), Fault> {
        if let Writer::Task(handle) = &self.writer {
            handle.stop().await;
        }
        self.read.close().await?;
        Ok(())
    }

    /// Questions asked of the database by this process, its writes left out. What is hidden and what is not there
    /// must take the same: a test counts.
    pub fn asked(&self) -> u64 {
        self.asked.load(Ordering::Relaxed)
    }

    pub(crate) async fn query(&self, sql: &str, values: Vec<Value>) -> Result<Vec<QueryResult>, Fault> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        let from = std::time::Instant::now();
        let rows = self.read.query_all_raw(Statement::from_sql_and_values(self.backend, sql, values)).await?;
        let took = from.elapsed();
        if took > SLOW {
            // Values are bound, so the text names nobody.
            let statement: String = sql.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(400).collect();
            tracing::info!(ms = took.as_millis(), rows = rows.len(), statement, "slow statement");
        }
        Ok(rows)
    }
}
