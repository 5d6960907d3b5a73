//! Tests the examples of the documentation of `butter::event_loops`, which depend on crates that
//! the library does not depend on: `cargo test -p butter-event-loops`.

#[cfg(doctest)]
#[path = "../../src/event_loops.rs"]
mod event_loops;
