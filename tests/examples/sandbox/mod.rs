//! Tests of the example `sandbox`.

mod access;
mod oci;
mod profiles;
mod round_trip;
mod rules;
mod run;
#[path = "../../../examples/common/seccomp/mod.rs"]
mod seccomp;
mod signals;
mod trace;
mod usage;
