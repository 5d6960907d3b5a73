//! Code that the example programs share.

// Each program uses only some of the items, so the others would be reported as unused.
#![allow(dead_code)]

pub(crate) mod cli;
pub(crate) mod signals;
pub(crate) mod units;
