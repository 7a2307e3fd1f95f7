//! Forms made from the shape of a command: every act the engine knows can be filled in on a page.
//!
//! **Job.** [`shape`] reads the schema of a content once; [`pairs`] turns a content into the texts of a form
//! and back; [`draw`] writes the form, with what is wrong beside each field.
//! **Must not** decide: a form that reads well may still be refused by the engine.

pub mod draw;
mod lists;
pub mod pairs;
pub mod shape;

pub use draw::{Drawing, Known};
pub use pairs::{Mistakes, Pairs};
pub use shape::{Property, Shape};
