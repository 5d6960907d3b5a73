//! The example `relay`, between a client and a server of the tests.

mod aborts;
mod backpressure;
mod closing;
mod limits;
mod peers;
mod progress;
mod run;
mod signals;
mod transfer;
mod usage;
