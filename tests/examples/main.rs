//! Tests of the example programs. Each test runs a built program in a separate process.

mod copy;
mod guard;
mod relay;
mod sandbox;
mod supervise;
mod terminal;
mod usage;
mod watch;

common::watchdog!();
