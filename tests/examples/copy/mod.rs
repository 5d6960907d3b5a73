//! Tests of the example `copy`.

mod attributes;
mod failures;
mod in_place;
mod lookup;
mod partial;
mod progress;
mod races;
mod run;
mod signals;
mod standard_streams;
mod targets;
mod usage;
