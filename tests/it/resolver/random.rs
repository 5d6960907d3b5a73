//! Random operations on a tree of directories, and caches of different sizes.

use std::collections::BTreeSet;
use std::fs;

use butter::fanotify::resolver::{Slot, Slots};
use common::this_test;

use super::{Watched, flags, in_namespace, mask};

/// A generator of pseudo-random numbers.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (self.0 >> 33) as usize % limit
    }
}

/// Creates, renames and removes directories, and asserts after each operation that the event of a
/// file in a random directory has the path of the file. The events of the operations are read in
/// batches of random size.
fn operate<S: Slots>(watched: &mut Watched<S>, seed: u64) {
    let (mut random, mut directories) = (Random(seed), BTreeSet::from([String::new()]));
    for _ in 0..600 {
        let pick = |random: &mut Random| {
            directories.iter().nth(random.below(directories.len())).unwrap().clone()
        };
        let (one, other) = (pick(&mut random), pick(&mut random));
        let new = format!("{other}d{}/", random.below(8));
        match random.below(4) {
            0 | 1 if !directories.contains(&new) && new.len() < 60 => {
                fs::create_dir(watched.path(&new)).unwrap();
                directories.insert(new);
            }
            2 if !one.is_empty() && !new.starts_with(&one) && !directories.contains(&new) => {
                fs::rename(watched.path(&one), watched.path(&new)).unwrap();
                let (moved, rest): (BTreeSet<_>, BTreeSet<_>) =
                    directories.into_iter().partition(|directory| directory.starts_with(&one));
                directories = rest;
                directories.extend(moved.iter().map(|old| new.clone() + &old[one.len()..]));
            }
            3 if !one.is_empty()
                && directories.iter().filter(|directory| directory.starts_with(&one)).count()
                    == 1 =>
            {
                fs::remove_dir(watched.path(&one)).unwrap();
                directories.remove(&one);
            }
            _ => {}
        }
        if random.below(3) == 0 {
            watched.events();
            let directory = directories.iter().nth(random.below(directories.len())).unwrap();
            watched.assert_file_is_resolved(&format!("{directory}file"));
        }
    }
}

#[test]
fn resolver_of_any_size_returns_correct_paths_after_random_operations() {
    in_namespace(this_test!(), || {
        for (seed, flags) in (1..).zip(flags()) {
            let mask = mask();
            operate(&mut Watched::new(flags, mask, [Slot::EMPTY; 256]), seed);
            operate(&mut Watched::new(flags, mask, [Slot::EMPTY; 5]), seed);
            operate(&mut Watched::new(flags, mask, [Slot::EMPTY; 1]), seed);
            operate(&mut Watched::new(flags, mask, []), seed);
            #[cfg(feature = "alloc")]
            operate(&mut Watched::new(flags, mask, Vec::new()), seed);
        }
    });
}
