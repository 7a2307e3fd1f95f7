//! The server as its callers meet it: real HTTP, real tokens, both databases.
#![allow(clippy::unwrap_used)]

mod authority;
mod bodies;
mod evidence;
mod integration;
mod joined;
mod journeys;
mod leaks;
mod letters;
mod loading;
mod pages;
mod proposals;
mod rounds;
mod sign_in;
mod tokens;
mod writing;
