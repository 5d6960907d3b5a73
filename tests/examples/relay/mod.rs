//! The example `relay`, run as a user runs it, between sockets of the tests.

mod deaths;
mod ends;
mod limits;
mod peers;
mod progress;
mod relayed;
mod run;
mod signals;
mod slow;
mod usage;
