//! Property test of the cause that `IdMaps::write` reports if the kernel rejects arbitrary ranges.

use std::cell::RefCell;

use butter::Errno;
use butter::idmap::{IdMaps, IdRange, MapErrorKind};
use butter::namespace::{Namespaces, unshare};
use common::child::in_child;
use common::forked::ForkedChild;
use common::require;
use proptest::prelude::*;

use super::{range, unmapped_child};

/// Generates small IDs, so that ID ranges often overlap, and sometimes one of the largest IDs.
fn any_id() -> impl Strategy<Value = u32> {
    prop_oneof![9 => 0..40_u32, 1 => u32::MAX - 3..]
}

fn any_ranges() -> impl Strategy<Value = Vec<IdRange>> {
    let any_length = prop_oneof![9 => 0..12_u32, 1 => u32::MAX - 3..];
    let any_range = (any_id(), any_id(), any_length);
    prop::collection::vec(
        any_range.prop_map(|(inside, outside, length)| range(inside, outside, length)),
        1..8,
    )
}

/// Returns whether two ranges, each with a first ID and a length, have an ID in common.
fn overlap(one: (u32, u32), other: (u32, u32)) -> bool {
    let end = |(first, length): (u32, u32)| u64::from(first) + u64::from(length);
    u64::from(one.0) < end(other) && u64::from(other.0) < end(one)
}

#[test]
fn id_maps_write_reports_the_actual_cause_if_the_kernel_rejects_arbitrary_ranges() {
    in_child(|| {
        let child = RefCell::new(require!(unmapped_child()));
        let config = ProptestConfig { failure_persistence: None, ..Default::default() };
        proptest!(config, |(ranges in any_ranges())| {
            let written = IdMaps::new(&ranges, &[]).write(child.borrow().pid());
            match written {
                Ok(()) => {
                    // The map of a user namespace can be written only once, so the next case needs
                    // a new child.
                    let next = ForkedChild::start(|| unshare(Namespaces::USER));
                    prop_assert_eq!(next.result(), Ok(()));
                    child.replace(next);
                }
                Err(error) if error.error().is(Errno::INVAL) => match error.kind() {
                    Some(MapErrorKind::Empty { range }) => prop_assert_eq!(ranges[range].length, 0),
                    Some(MapErrorKind::BeyondLast { range }) => {
                        let IdRange { inside, outside, length } = ranges[range];
                        let end = u64::from(inside.max(outside)) + u64::from(length);
                        prop_assert!(end > u32::MAX.into());
                    }
                    Some(MapErrorKind::Overlap { range, earlier }) => {
                        let (one, other) = (ranges[range], ranges[earlier]);
                        prop_assert!(range > earlier);
                        prop_assert!(
                            overlap((one.inside, one.length), (other.inside, other.length))
                                || overlap((one.outside, one.length), (other.outside, other.length))
                        );
                    }
                    other => prop_assert!(false, "{:?}", other),
                },
                Err(error) => prop_assert!(error.error().is(Errno::PERM), "{}", error),
            }
        });
    });
}
