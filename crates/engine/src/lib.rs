//! Runs an act: authorise, load, decide, commit. Everything that changes state passes
//! [`Engine::execute`].
//!
//! **Job.** Ordering the pure core and the store around one act; reference data and installation;
//! the sequencer task; drafts; `check`.
//! **Must not** contain a rule of the process or SQL.
//! **Start at** [`execute`].

pub mod check;
pub mod clock;
pub mod compare;
pub mod counts;
pub mod directory;
pub mod drafts;
pub mod editions;
pub mod execute;
pub mod import;
pub mod install;
pub mod keys;
pub mod load;
mod loading;
pub mod log;
pub mod many;
pub mod may;
pub mod orders;
pub mod parse;
pub mod problem;
pub mod recount;
pub mod reference;
mod sequencer;
pub mod set_file;
pub mod sight;
pub mod strict;
pub mod succession;
pub mod whatif;

pub use clock::Clock;
pub use directory::Directory;
pub use execute::{Ask, Receipt};
pub use problem::{InputMistake, Problem};
pub use sequencer::Sequencer;

use ndp_store::{Fault, Store};
use std::sync::{Arc, Mutex, RwLock};
use uuid::{ContextV7, Timestamp, Uuid};

/// One open engine: a database, a clock, and what it keeps in memory of organisations and
/// reference data.
#[derive(Debug, Clone)]
pub struct Engine {
    pub store: Store,
    pub clock: Clock,
    directory: Arc<RwLock<Arc<Directory>>>,
    ids: Arc<Ids>,
}

/// Ids that rise within a process even at one instant, so that the record keeps the order in which
/// things were done.
struct Ids(Mutex<ContextV7>);

impl std::fmt::Debug for Ids {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Ids")
    }
}

impl Engine {
    /// Opens over a migrated database.
    pub async fn open(store: Store, clock: Clock) -> Result<Engine, Fault> {
        store.require_migrated().await?;
        let directory = Directory::load(&store).await?;
        let ids = Arc::new(Ids(Mutex::new(ContextV7::new())));
        Ok(Engine { store, clock, directory: Arc::new(RwLock::new(Arc::new(directory))), ids })
    }

    pub fn directory(&self) -> Arc<Directory> {
        self.directory.read().unwrap_or_else(|poisoned| poisoned.into_inner()).clone()
    }

    /// Reads organisations and reference data again.
    pub async fn refresh(&self) -> Result<(), Fault> {
        let fresh = Arc::new(Directory::load(&self.store).await?);
        *self.directory.write().unwrap_or_else(|poisoned| poisoned.into_inner()) = fresh;
        Ok(())
    }

    /// A new UUIDv7 at the engine's time.
    pub fn id(&self) -> Uuid {
        let now = self.clock.now();
        let seconds = u64::try_from(now.timestamp()).unwrap_or_default();
        let context = self.ids.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        Uuid::new_v7(Timestamp::from_unix(&*context, seconds, now.timestamp_subsec_nanos()))
    }
}
