//! The example `relay`, which connects clients and servers that the tests provide.

mod aborts;
mod accept;
mod addresses;
mod backpressure;
mod closing;
mod limits;
mod peers;
mod progress;
mod run;
mod signals;
mod transfer;
mod usage;
