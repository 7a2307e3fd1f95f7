//! The worker: takes what is due, does it, and puts off what did not work. Dies without losing
//! anything: what it held falls to the next when its time is up.

use crate::letters::{self, Queued};
use crate::mail::{MailFault, Mailer};
use crate::notices::Done;
use chrono::TimeDelta;
use futures::StreamExt;
use ndp_domain::account;
use ndp_domain::canonical::Hash;
use ndp_engine::{Clock, Engine, recount};
use ndp_files::{Files, Verdict};
use ndp_identity::Identity;
use ndp_store::Fault;
use ndp_store::batch::Message;
use ndp_store::outbox::Claimed;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Mutex, watch};
use tokio::task::JoinHandle;

/// How fast it goes about its work; tests go faster.
#[derive(Debug, Clone)]
pub struct Pace {
    /// Between two looks.
    pub look: Duration,
    /// A message taken by a worker that died is free after this.
    pub hold: TimeDelta,
    /// First wait after a failure; doubled each time up to the longest.
    pub retry: TimeDelta,
    pub longest: TimeDelta,
    /// Accounts are read again after this.
    pub accounts: Duration,
    /// Waits of webhooks are divided by this.
    pub hurry: i64,
}

impl Default for Pace {
    fn default() -> Pace {
        Pace {
            look: Duration::from_millis(500),
            hold: TimeDelta::seconds(90),
            retry: TimeDelta::seconds(15),
            longest: TimeDelta::hours(1),
            accounts: Duration::from_secs(5),
            hurry: 1,
        }
    }
}

impl Pace {
    pub fn stretched(&self, seconds: i64) -> i64 {
        seconds / self.hurry.max(1)
    }
    fn after(&self, attempts: u32) -> TimeDelta {
        let doubled = self.retry * (1 << attempts.saturating_sub(1).min(16));
        // A little apart, so that what failed together does not come back together.
        let jitter = TimeDelta::milliseconds(i64::from(uuid::Uuid::new_v4().as_bytes().first().copied().unwrap_or(0)) * 4);
        doubled.min(self.longest) + jitter.min(self.retry)
    }
}

/// Messages taken and done together: none waits for its turn while it is held, and the slowest of them (a
/// scan, 60 s) is done before the hold ends.
const TOGETHER: u64 = 8;

/// All accounts, and when they were read.
pub(crate) type Known = (std::time::Instant, Arc<Vec<account::State>>);

#[derive(Debug, Clone)]
pub struct Worker {
    pub engine: Engine,
    pub identity: Identity,
    pub files: Files,
    pub mailer: Mailer,
    /// Technical time: of retries, not of the process.
    pub clock: Clock,
    pub pace: Pace,
    /// Where people reach the system, for links in letters.
    pub base: String,
    pub private_webhooks: bool,
    pub(crate) known: Arc<Mutex<Option<Known>>>,
}

/// A worker at work.
#[derive(Debug)]
pub struct Running {
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Running {
    /// Lets it finish what it holds.
    pub async fn stop(self) {
        let _ = self.stop.send(true);
        let _ = self.task.await;
    }
}

/// What became of a message.
enum Outcome {
    Done(Vec<Message>),
    GivenUp(String),
    Later(String),
}

impl Worker {
    pub fn new(engine: Engine, identity: Identity, files: Files, mailer: Mailer, base: &str, private_webhooks: bool) -> Worker {
        Worker {
            engine,
            identity,
            files,
            mailer,
            clock: Clock::System,
            pace: Pace::default(),
            base: base.to_owned(),
            private_webhooks,
            known: Arc::default(),
        }
    }

    pub fn start(self) -> Running {
        let (stop, mut stopped) = watch::channel(false);
        let task = tokio::spawn(async move {
            while !*stopped.borrow() {
                let busy = match self.turn().await {
                    Ok(busy) => busy,
                    Err(fault) => {
                        // The database restarts, the disk is full: try again, say so.
                        tracing::warn!(%fault, "worker");
                        false
                    }
                };
                if !busy {
                    let _ = tokio::time::timeout(self.pace.look, stopped.changed()).await;
                }
            }
        });
        Running { stop, task }
    }

    /// One look at everything; answers whether there was something to do.
    pub async fn turn(&self) -> Result<bool, Fault> {
        let now = self.clock.now();
        let store = &self.engine.store;
        let claimed = store.claim(TOGETHER, now, now + self.pace.hold).await?;
        let busy = !claimed.is_empty();
        futures::stream::iter(claimed).for_each_concurrent(TOGETHER as usize, |message| self.message(message)).await;
        self.fan_out(now).await?;
        let deliveries = store.claim_deliveries(TOGETHER, now, now + self.pace.hold).await?;
        let busy = busy || !deliveries.is_empty();
        let deliver = async |d: ndp_store::webhooks::Delivery| {
            if let Err(fault) = self.deliver(&d).await {
                tracing::warn!(%fault, "webhook");
            }
        };
        futures::stream::iter(deliveries).for_each_concurrent(TOGETHER as usize, deliver).await;
        let more = store.fold_counts(now).await?;
        self.housekeeping(now).await?;
        Ok(busy || more)
    }

    /// Once an hour, wherever a worker runs first.
    async fn housekeeping(&self, now: ndp_domain::time::Instant) -> Result<(), Fault> {
        let store = &self.engine.store;
        if store.take_turn("housekeeping", now, now + TimeDelta::hours(1)).await?.is_none() {
            return Ok(());
        }
        store.forget_expired(now - TimeDelta::days(1)).await?;
        store.refresh_figures().await?;
        for upload in store.stale_uploads(now).await? {
            match self.files.drop_parts(upload).await {
                Ok(()) => store.drop_upload(upload).await?,
                Err(fault) => tracing::warn!(%fault, "upload given up"),
            }
        }
        Ok(())
    }

    async fn message(&self, message: Claimed) {
        let outcome = match message.topic.as_str() {
            "act" => self.act(&message).await,
            "mail" => self.mail(&message).await,
            "scan" => self.scan(&message).await,
            recount::TOPIC => self.recount(&message).await,
            other => Outcome::GivenUp(format!("nobody does {other}")),
        };
        let (store, now) = (&self.engine.store, self.clock.now());
        let label = match &outcome {
            Outcome::Done(_) => "done",
            Outcome::GivenUp(_) => "given_up",
            Outcome::Later(_) => "later",
        };
        metrics::counter!("ndp_outbox_messages_total", "topic" => message.topic.clone(), "outcome" => label).increment(1);
        let noted = match outcome {
            Outcome::Done(next) => store.finish(message.id, now, None, &next).await,
            Outcome::GivenUp(why) => {
                tracing::warn!(topic = %message.topic, message = %message.id, %why, "given up");
                store.finish(message.id, now, Some(&why), &[]).await
            }
            Outcome::Later(why) => store.put_off(message.id, now + self.pace.after(message.attempts), &why).await,
        };
        if let Err(fault) = noted {
            // It stays claimed until its time is up, then it is done again.
            tracing::warn!(%fault, message = %message.id, "outbox");
        }
    }

    async fn act(&self, message: &Claimed) -> Outcome {
        let Ok(done) = serde_json::from_str::<Done>(&message.payload) else { return Outcome::GivenUp("unreadable".to_owned()) };
        match self.notices(&done).await {
            Ok(letters) => Outcome::Done(letters),
            Err(fault) => Outcome::Later(fault.to_string()),
        }
    }

    async fn mail(&self, message: &Claimed) -> Outcome {
        let Ok(queued) = serde_json::from_str::<Queued>(&message.payload) else { return Outcome::GivenUp("unreadable".to_owned()) };
        if queued.account.0.is_nil() {
            // A new password for an address that nobody has: as much work, no letter.
            return Outcome::Done(Vec::new());
        }
        match self.mailer.send(&letters::write(message.id, &queued, &self.base)).await {
            Ok(()) => Outcome::Done(Vec::new()),
            Err(MailFault::Refused(why)) => Outcome::GivenUp(why),
            Err(MailFault::Passing(why)) => Outcome::Later(why),
        }
    }

    async fn recount(&self, message: &Claimed) -> Outcome {
        let Ok(loaded) = serde_json::from_str::<recount::Loaded>(&message.payload) else {
            return Outcome::GivenUp("unreadable".to_owned());
        };
        match self.engine.recount(loaded).await {
            Ok(moved) => {
                tracing::info!(moved, "last days counted again");
                Outcome::Done(Vec::new())
            }
            Err(problem) => Outcome::Later(problem.to_string()),
        }
    }

    async fn scan(&self, message: &Claimed) -> Outcome {
        let Some(sha256) = Hash::parse(message.payload.trim_matches('"')) else { return Outcome::GivenUp("unreadable".to_owned()) };
        let noted = match self.files.scan(sha256).await {
            Ok(None | Some(Verdict::Clean)) => self.engine.store.scanned(sha256, "clean", None).await,
            Ok(Some(Verdict::Found(what))) => self.engine.store.scanned(sha256, "infected", Some(&what)).await,
            Err(fault) => return Outcome::Later(fault.to_string()),
        };
        match noted {
            Ok(()) => Outcome::Done(Vec::new()),
            Err(fault) => Outcome::Later(fault.to_string()),
        }
    }
}
