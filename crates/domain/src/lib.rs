//! The process of recognising national digital platforms, as pure functions.
//!
//! **Job.** States, commands, events and refusals of every machine of the process; `decide` and
//! `evolve`; the ACTS table; the outcome; authority and visibility; the shapes that are hashed.
//! **Must not** read a file, a clock, a database or a source of chance: time, ids, people,
//! regulation and calendar arrive as arguments ([`occasion::Occasion`]).
//! **Start at** [`acts`] (what may happen), then [`machine`] (how it happens), then one machine,
//! for instance [`list_entry`].

pub mod access;
pub mod account;
pub mod acts;
pub mod any;
pub mod authority;
pub mod body;
pub mod calendar;
pub mod canonical;
pub mod change_proposal;
pub mod complaint;
pub mod criteria_set;
pub mod declaration;
pub mod document;
pub mod dossier;
pub mod edition;
pub mod evidence;
pub mod guards;
pub mod historical;
pub mod id;
pub mod issue;
pub mod law;
pub mod links;
pub mod list_entry;
pub mod machine;
pub mod market;
pub mod merkle;
pub mod objection;
pub mod occasion;
pub mod opinion;
pub mod organisation;
pub mod outcome;
pub mod paper;
pub mod plan;
pub mod product;
pub mod projection;
pub mod publication;
pub mod readiness;
pub mod recognition;
pub mod reconsideration;
pub mod record;
pub mod reference;
pub mod refusal;
pub mod regulation;
mod schema;
pub mod sheet;
pub mod shown;
pub mod supplement;
pub mod text;
pub mod time;
pub mod tracking;
pub mod visibility;
pub mod whole;

#[cfg(test)]
mod tests;
