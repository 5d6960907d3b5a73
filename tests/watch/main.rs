//! The example `watch`, run as a user runs it.

#[path = "../common/mod.rs"]
mod common;

mod ends;
mod heartbeat;
mod json;
mod output;
mod run;
mod signals;
mod usage;
