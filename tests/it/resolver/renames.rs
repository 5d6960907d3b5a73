//! Renamed directories.

use std::fs::{self, File};

use butter::fanotify::resolver::Slot;
use butter::fanotify::{EventMask, InitFlags, MarkMask};
use common::test::{Test, in_row};
use common::{require, this_test};

use super::{MASK, NAMES, TARGETS, Watched, flags, in_namespace, mask, reports_renames};

/// The groups with which the tests run: the flags, and the events that report renames.
const GROUPS: [(InitFlags, MarkMask); 6] = [
    (NAMES, MarkMask::RENAME),
    (TARGETS, MarkMask::RENAME),
    (NAMES, MarkMask::MOVE),
    (TARGETS, MarkMask::MOVE),
    (NAMES, MarkMask::MOVE_SELF),
    (TARGETS, MarkMask::RENAME.union(MarkMask::MOVE).union(MarkMask::MOVE_SELF)),
];

/// Runs a test with each group.
fn with_each_group(test: Test, body: impl Fn(Watched<[Slot; 64]>)) {
    in_namespace(test, || {
        for (flags, renames) in GROUPS {
            if !reports_renames() && (flags == TARGETS || renames == MarkMask::RENAME) {
                let reason = format_args!("the group requires Linux 5.17");
                test.skip(&format!("{flags}, {renames}"), reason);
                continue;
            }
            let mask = MASK | renames;
            in_row(format_args!("{flags}, {renames}"), || {
                body(Watched::new(flags, mask, [Slot::EMPTY; 64]));
            });
        }
    });
}

#[test]
fn resolver_follows_renames_of_directories_and_their_parents() {
    with_each_group(this_test!(), |mut watched| {
        fs::create_dir_all(watched.path("a/b/c")).unwrap();
        fs::create_dir(watched.path("x")).unwrap();
        watched.events();
        watched.assert_file_is_resolved("a/b/c/file");
        watched.assert_file_is_resolved("a/b/file");
        for (old, new, below) in [
            ("a/b", "a/renamed", "a/renamed/c/file"),
            ("a", "moved", "moved/renamed/c/file"),
            ("moved/renamed", "x/y", "x/y/c/file"),
            ("x/y/c", "c", "c/file"),
            ("c", "moved/c", "moved/c/file"),
            ("moved", "a", "a/c/file"),
        ] {
            fs::rename(watched.path(old), watched.path(new)).unwrap();
            watched.events();
            watched.assert_file_is_resolved(below);
        }
        watched.assert_file_is_resolved("x/y/file");
    });
}

#[test]
fn resolver_returns_current_path_after_equal_renames_were_merged() {
    with_each_group(this_test!(), |mut watched| {
        fs::create_dir(watched.path("a")).unwrap();
        watched.events();
        watched.assert_file_is_resolved("a/file");
        for (old, new) in [("a", "b"), ("b", "a"), ("a", "b")] {
            fs::rename(watched.path(old), watched.path(new)).unwrap();
        }
        watched.events();
        watched.assert_file_is_resolved("b/file");
    });
}

#[test]
fn resolver_apply_follows_renames_of_directories_that_are_not_cached() {
    in_namespace(this_test!(), || {
        for (flags, size) in flags().flat_map(|it| (0..21).map(move |n| (it, n))) {
            let mut slots = [const { Slot::EMPTY }; 8];
            let mut watched = Watched::new(flags, mask(), &mut slots[..size % 7 + 1]);
            fs::create_dir_all(watched.path("a/b/c/d/e")).unwrap();
            watched.events();
            watched.assert_file_is_resolved("a/b/c/d/e/file");
            fs::rename(watched.path("a"), watched.path("x")).unwrap();
            for event in watched.group.read_events(&mut [0; 4096]).unwrap() {
                watched.resolver.apply(&event);
            }
            watched.assert_file_is_resolved("x/b/c/d/e/file");
        }
    });
}

#[test]
fn resolver_returns_old_and_new_path_of_a_renamed_directory() {
    require!(kernel >= 5.17, "FAN_RENAME");
    in_namespace(this_test!(), || {
        let mut watched = Watched::new(TARGETS, mask(), [Slot::EMPTY; 64]);
        fs::create_dir_all(watched.path("a/b")).unwrap();
        watched.events();
        drop(File::create(watched.path("a/b/one")).unwrap());
        fs::rename(watched.path("a"), watched.path("c")).unwrap();
        drop(File::create(watched.path("c/b/two")).unwrap());
        let events = watched.relative_events();
        let paths: Vec<_> = events.iter().map(|(_, path)| path.as_str()).collect();
        // When the first event was read, the directory had its new path already.
        assert!(paths[0] == "a/b/one" || paths[0] == "c/b/one", "{paths:?}");
        assert_eq!(paths[1..], ["a -> c", "c/b/two"]);
        assert_eq!(events[1].0, EventMask::RENAME);
    });
}
