//! The tests of the example programs, which run as a user runs them.

mod copy;
mod newroot;
mod relay;
mod watch;
