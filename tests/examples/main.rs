//! Tests of the example programs: each test runs the built program as a user does.

mod copy;
mod newroot;
mod relay;
mod watch;

common::watchdog!();
