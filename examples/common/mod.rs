//! Code that the example programs share.

// Each program uses only some of the items, so the compiler would report the other items as unused.
#![allow(dead_code)]

pub(crate) mod cli;
pub(crate) mod signals;
pub(crate) mod stdout;
pub(crate) mod units;
