//! Tests of the example `guard`.

mod output;
mod rules;
mod run;
mod signals;
mod usage;
