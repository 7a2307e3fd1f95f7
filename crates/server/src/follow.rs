//! Every process follows the feed by position for what it keeps in memory, and the revocations for
//! whom it lets in.

use crate::App;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// How far this process has come.
#[derive(Debug, Default)]
pub struct Followed {
    position: AtomicU64,
    /// Unix milliseconds of the last look that worked.
    looked: AtomicI64,
}

/// Looks this long ago are no longer fresh (ms).
const STALE: i64 = 15_000;
const PACE: Duration = Duration::from_millis(400);

fn now() -> i64 {
    ndp_engine::Clock::System.now().timestamp_millis()
}

impl Followed {
    pub fn position(&self) -> u64 {
        self.position.load(Ordering::Relaxed)
    }
    pub fn is_fresh(&self) -> bool {
        let looked = self.looked.load(Ordering::Relaxed);
        looked == 0 || now() - looked < STALE
    }
}

#[derive(Debug)]
pub struct Following {
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Following {
    pub async fn stop(self) {
        let _ = self.stop.send(true);
        let _ = self.task.await;
    }
}

async fn look(app: &App) -> Result<(), crate::problem::Refused> {
    app.identity.follow_revocations().await?;
    loop {
        let from = app.followed.position();
        let news = app.engine.store.feed_records(from, 1_000).await?;
        let Some((last, _)) = news.last() else { break };
        app.touched(news.iter().map(|(_, id)| *id));
        app.followed.position.store(*last, Ordering::Relaxed);
    }
    app.followed.looked.store(now(), Ordering::Relaxed);
    Ok(())
}

/// Starts at the end of the feed: nothing is in memory yet.
pub fn start(app: &App) -> Following {
    let app = app.clone();
    let (stop, mut stopped) = watch::channel(false);
    let task = tokio::spawn(async move {
        if let Ok(end) = app.engine.store.feed_end().await {
            app.followed.position.store(end, Ordering::Relaxed);
        }
        let mut turns = 0_u32;
        while !*stopped.borrow() {
            if let Err(refused) = look(&app).await {
                tracing::warn!(code = refused.code(), "the feed is not followed");
            }
            turns = turns.wrapping_add(1);
            if turns.is_multiple_of(150) {
                app.limits.forget();
            }
            // Times of requests are kept one by one until they are counted into their buckets.
            if let (true, Some(figures)) = (turns.is_multiple_of(25), crate::health::recorder()) {
                figures.run_upkeep();
            }
            let _ = tokio::time::timeout(PACE, stopped.changed()).await;
        }
    });
    Following { stop, task }
}
