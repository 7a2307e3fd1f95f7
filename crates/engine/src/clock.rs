//! The clock: the machine's, or one that only a command moves (demo, tests).

use chrono::{TimeDelta, Utc};
use ndp_domain::time::{Instant, cut};
use std::sync::{Arc, Mutex};

#[derive(Debug, Clone)]
pub enum Clock {
    System,
    Movable(Arc<Mutex<Instant>>),
    /// Goes on by itself from an instant of its own: how far it is from the machine's.
    Running(Arc<Mutex<TimeDelta>>),
}

impl Clock {
    pub fn at(instant: Instant) -> Clock {
        Clock::Movable(Arc::new(Mutex::new(cut(instant))))
    }

    /// A clock that goes on from an instant of its own.
    pub fn running(from: Instant) -> Clock {
        let clock = Clock::Running(Arc::default());
        clock.set(from);
        clock
    }

    /// The instant now, in microseconds. The one place that reads the machine's clock.
    pub fn now(&self) -> Instant {
        match self {
            #[allow(clippy::disallowed_methods)]
            Clock::System => cut(Utc::now()),
            Clock::Movable(at) => *at.lock().unwrap_or_else(|poisoned| poisoned.into_inner()),
            Clock::Running(by) => cut(Clock::System.now() + *by.lock().unwrap_or_else(|poisoned| poisoned.into_inner())),
        }
    }

    /// Moves a movable clock; the machine's stays.
    pub fn set(&self, instant: Instant) {
        match self {
            Clock::System => {}
            Clock::Movable(at) => *at.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) = cut(instant),
            Clock::Running(by) => *by.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) = cut(instant) - Clock::System.now(),
        }
    }
}
