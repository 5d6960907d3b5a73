//! Tests of the example `copy`.

mod failures;
mod progress;
mod run;
mod signals;
mod targets;
mod usage;
