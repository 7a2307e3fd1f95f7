//! Journeys through the engine and through the binary, on the database under test.
#![allow(clippy::unwrap_used)]

mod artefacts;
mod bad_input;
mod command_line;
mod journeys;
mod outcome_command;
mod side_roads;
