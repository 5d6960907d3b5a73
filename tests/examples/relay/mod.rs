//! The example `relay`, which connects clients and servers that the tests provide.

mod aborts;
mod accept;
mod addresses;
mod backpressure;
mod balance;
mod closing;
mod connect;
mod idle;
mod limits;
mod log;
mod memory;
mod names;
mod peers;
mod progress;
mod proxy;
mod run;
mod signals;
mod transfer;
mod usage;
