//! The sequencer task: wherever the store writes, it seals what was committed and lets the
//! process follow the feed for what it keeps in memory.

use crate::Engine;
use crate::keys::SealKey;
use ndp_store::Fault;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// A running sequencer; [`Sequencer::stop`] seals the rest first.
#[derive(Debug)]
pub struct Sequencer {
    stop: watch::Sender<bool>,
    task: JoinHandle<Result<(), Fault>>,
}

/// How long committed events may wait for their position.
const PACE: Duration = Duration::from_millis(250);

impl Engine {
    /// Seals everything committed so far.
    pub async fn seal(&self, key: &SealKey) -> Result<u64, Fault> {
        let mut sealed = 0;
        loop {
            match self.store.sequence(&key.signer(), self.clock.now()).await? {
                0 => return Ok(sealed),
                n => sealed += n,
            }
        }
    }

    pub fn start_sequencer(&self, key: SealKey) -> Sequencer {
        let engine = self.clone();
        let (stop, mut stopped) = watch::channel(false);
        let task = tokio::spawn(async move {
            while !*stopped.borrow() {
                // A passing fault (the database restarts) must not end the task.
                let _ = engine.seal(&key).await;
                let _ = tokio::time::timeout(PACE, stopped.changed()).await;
            }
            engine.seal(&key).await.map(|_| ())
        });
        Sequencer { stop, task }
    }
}

impl Sequencer {
    /// Seals what is left and ends.
    pub async fn stop(self) -> Result<(), Fault> {
        let _ = self.stop.send(true);
        self.task.await.map_err(|_| Fault::WriterStopped)?
    }
}
