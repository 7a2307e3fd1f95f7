//! The binary `ndp`: every command from arguments to exit code.
//!
//! **Job.** Arguments, configuration, output; the demonstration's story.
//! **Must not** hold a rule of the process.
//! **Start at** [`run`].

pub mod args;
mod commands;
pub mod config;
pub mod demo;
mod folder;
mod outcome;
mod process;

pub use args::run;
