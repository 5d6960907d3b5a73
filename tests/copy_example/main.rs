//! The example `copy`, run as a user runs it.

#[path = "../common/mod.rs"]
mod common;

mod fails;
mod progress;
mod run;
mod signals;
mod targets;
mod usage;
