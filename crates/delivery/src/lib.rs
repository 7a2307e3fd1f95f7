//! What leaves the system: letters, webhooks, scans; and the work that is due by itself.
//!
//! **Job.** [`Worker`] takes messages of the outbox that no other worker has, does them, and tries again
//! what did not work. Many may run against one PostgreSQL.
//! **Must not** write the record.
//! **Start at** [`worker`].

pub mod letters;
pub mod mail;
pub mod notices;
pub mod webhook;
pub mod worker;

pub use mail::{Mailer, Smtp, Tls};
pub use worker::{Pace, Running, Worker};
