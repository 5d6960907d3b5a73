//! Tests of the example `supervise`. The supervised command is the test program itself, which runs
//! the same test again.

mod log;
mod openat2;
mod paths;
mod processes;
mod races;
mod rules;
mod run;
mod signals;
mod status;
mod usage;
