//! The example `copy`, run as a user runs it.

mod fails;
mod progress;
mod run;
mod signals;
mod targets;
mod usage;
