//! The clock: the machine's, or one that only a command moves (demo, tests).

use chrono::Utc;
use ndp_domain::time::{Instant, cut};
use std::sync::{Arc, Mutex};

#[derive(Debug, Clone)]
pub enum Clock {
    System,
    Movable(Arc<Mutex<Instant>>),
}

impl Clock {
    pub fn at(instant: Instant) -> Clock {
        Clock::Movable(Arc::new(Mutex::new(cut(instant))))
    }

    /// The instant now, in microseconds. The one place that reads the machine's clock.
    pub fn now(&self) -> Instant {
        match self {
            #[allow(clippy::disallowed_methods)]
            Clock::System => cut(Utc::now()),
            Clock::Movable(at) => *at.lock().unwrap_or_else(|poisoned| poisoned.into_inner()),
        }
    }

    /// Moves a movable clock; the machine's stays.
    pub fn set(&self, instant: Instant) {
        if let Clock::Movable(at) = self {
            *at.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) = cut(instant);
        }
    }
}
