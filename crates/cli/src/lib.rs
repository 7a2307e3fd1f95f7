//! The binary `ndp`: every command from arguments to exit code.
//!
//! **Job.** Arguments, configuration, output; the demonstration's story.
//! **Must not** hold a rule of the process.
//! **Start at** [`run`].

pub mod args;
mod bpmn;
mod commands;
pub mod config;
mod config_check;
pub mod demo;
mod folder;
mod loading;
mod outcome;
mod process;
pub mod serving;
mod traces;
mod transfer;
mod whatif;
mod xes;

pub use args::run;
