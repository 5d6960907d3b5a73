//! Any ranges: those that the kernel refuses, and the mistake that is found in them.

use std::cell::RefCell;

use butter::Errno;
use butter::idmap::{IdMaps, IdRange, MapErrorKind};
use butter::namespace::{Namespaces, unshare};
use common::child::in_child;
use common::forked::ForkedChild;
use common::require;
use proptest::prelude::*;

use super::{newborn, range};

/// Numbers that often meet each other, and the last ones.
fn any_number() -> impl Strategy<Value = u32> {
    prop_oneof![9 => 0..40_u32, 1 => u32::MAX - 3..]
}

fn any_ranges() -> impl Strategy<Value = Vec<IdRange>> {
    let any_range = (any_number(), any_number(), prop_oneof![9 => 0..12_u32, 1 => u32::MAX - 3..]);
    prop::collection::vec(
        any_range.prop_map(|(inside, outside, count)| range(inside, outside, count)),
        1..8,
    )
}

/// Whether two ranges of a first number and a count have a number in common.
fn meet(one: (u32, u32), other: (u32, u32)) -> bool {
    let last = |(first, count): (u32, u32)| u64::from(first) + u64::from(count);
    u64::from(one.0) < last(other) && u64::from(other.0) < last(one)
}

#[test]
fn what_the_kernel_refuses_in_any_ranges_is_found() {
    in_child(|| {
        let first = require!(newborn());
        let child = RefCell::new(first);
        proptest!(ProptestConfig { failure_persistence: None, ..Default::default() }, |(ranges in any_ranges())| {
            let written = IdMaps::new(&ranges, &[]).write(child.borrow().pid());
            match written {
                Ok(()) => {
                    // It can be set once.
                    let next = ForkedChild::start(|| unshare(Namespaces::USER));
                    prop_assert_eq!(next.result(), Ok(()));
                    child.replace(next);
                }
                Err(error) if error.error().is(Errno::INVAL) => match error.kind() {
                    Some(MapErrorKind::Empty { range }) => prop_assert_eq!(ranges[range].length, 0),
                    Some(MapErrorKind::BeyondLast { range }) => {
                        let IdRange { inside, outside, length } = ranges[range];
                        prop_assert!(u64::from(inside.max(outside)) + u64::from(length) > u32::MAX.into());
                    }
                    Some(MapErrorKind::Overlap { range, earlier }) => {
                        let (one, other) = (ranges[range], ranges[earlier]);
                        prop_assert!(range > earlier);
                        prop_assert!(
                            meet((one.inside, one.length), (other.inside, other.length))
                                || meet((one.outside, one.length), (other.outside, other.length))
                        );
                    }
                    other => prop_assert!(false, "{:?}", other),
                },
                Err(error) => prop_assert!(error.error().is(Errno::PERM), "{}", error),
            }
        });
    });
}
