//! Stories on the pure core: given what happened, when somebody acts, then this follows or this
//! stands in the way.
#![allow(clippy::unwrap_used)]

mod calendar;
mod cases_after;
mod cases_file;
mod cases_round;
mod golden;
mod ledger;
mod model;
mod outcome;
mod properties;
mod refusals;
mod refusals_of_side_roads;
mod roads;
mod rules;
mod shapes;
