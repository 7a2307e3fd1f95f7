//! One suite on both databases: the one write, races, sequencing, sight, and that nothing can be
//! changed unseen.
#![allow(clippy::unwrap_used)]

mod commit;
mod races;
mod running;
mod sight;
mod tampering;
