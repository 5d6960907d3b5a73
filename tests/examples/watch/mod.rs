//! Tests of the example `watch`.

mod exit;
mod heartbeat;
mod json;
mod output;
mod run;
mod signals;
mod usage;
