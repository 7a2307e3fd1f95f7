//! Stories on the pure core: given what happened, when somebody acts, then this follows or this
//! stands in the way.
#![allow(clippy::unwrap_used)]

mod calendar;
mod golden;
mod ledger;
mod outcome;
mod properties;
mod refusals;
mod rules;
mod shapes;
