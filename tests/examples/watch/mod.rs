//! The example `watch`, run as a user runs it.

mod ends;
mod heartbeat;
mod json;
mod output;
mod run;
mod signals;
mod usage;
