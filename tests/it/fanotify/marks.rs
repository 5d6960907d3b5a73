//! Tests of the arguments of marks: every pair of events, and every combination of flags.

use std::collections::BTreeMap;

use butter::Errno;
use butter::fanotify::{Class, InitFlags, Mark, MarkFlags, MarkMask, MarkOperation, raw};
use butter::fd::AsFd;
use butter::fs::CWD;
use common::{require, this_test};

use super::{TMP, create, group, on_filesystem};

const MARKS: [Mark; 4] = [Mark::Inode, Mark::Mount, Mark::Filesystem, Mark::MountNamespace];

const PERMISSION: MarkMask = MarkMask::OPEN_PERM
    .union(MarkMask::ACCESS_PERM)
    .union(MarkMask::OPEN_EXEC_PERM)
    .union(MarkMask::PRE_ACCESS);

const MOUNT: MarkMask = MarkMask::MNT_ATTACH.union(MarkMask::MNT_DETACH);

/// The events on the entries of a directory, and the modifiers.
const DIRECTORY_ONLY: MarkMask = MarkMask::CREATE
    .union(MarkMask::DELETE)
    .union(MarkMask::MOVE)
    .union(MarkMask::RENAME)
    .union(MarkMask::ONDIR)
    .union(MarkMask::EVENT_ON_CHILD);

/// The events that require file handles.
const HANDLES: MarkMask = MarkMask::CREATE
    .union(MarkMask::DELETE)
    .union(MarkMask::MOVE)
    .union(MarkMask::RENAME)
    .union(MarkMask::ATTRIB)
    .union(MarkMask::DELETE_SELF)
    .union(MarkMask::MOVE_SELF)
    .union(MarkMask::FS_ERROR);

/// The groups with which each pair is tried.
const GROUPS: [(Class, InitFlags); 7] = [
    (Class::Notification, InitFlags::empty()),
    (Class::Content, InitFlags::empty()),
    (Class::PreContent, InitFlags::empty()),
    (Class::Notification, InitFlags::REPORT_FID),
    (Class::Notification, InitFlags::REPORT_DFID_NAME),
    (Class::Notification, InitFlags::REPORT_DFID_NAME_TARGET),
    (Class::Notification, InitFlags::REPORT_MNT),
];

/// Returns all bits of a mask that have a name.
fn bits() -> impl Iterator<Item = MarkMask> + Clone {
    (0..64)
        .map(|bit| MarkMask::from_bits_retain(1 << bit))
        .filter(|mask| MarkMask::KNOWN.contains(*mask))
}

/// Returns the errno that the documentation states for a new mark on a file system that does not
/// support [`MarkMask::PRE_ACCESS`] or, with [`Mark::MountNamespace`], on a mount namespace.
fn expected(
    (class, init): (Class, InitFlags),
    mark: Mark,
    mask: MarkMask,
    is_directory: bool,
) -> Option<Errno> {
    let handles = init.intersects(InitFlags::REPORT_DFID_NAME_TARGET);
    let reports_mounts = init.contains(InitFlags::REPORT_MNT);
    let has = |events| mask.intersects(events);
    let invalid = has(PERMISSION) && class == Class::Notification
        || has(MarkMask::PRE_ACCESS) && (class == Class::Content || has(MarkMask::ONDIR))
        || has(MarkMask::FS_ERROR) && mark != Mark::Filesystem
        || has(HANDLES) && (!handles || mark == Mark::Mount)
        || has(MarkMask::RENAME) && !init.contains(InitFlags::REPORT_NAME)
        || reports_mounts && (mark != Mark::MountNamespace || !(mask & !MOUNT).is_empty())
        || !reports_mounts && (mark == Mark::MountNamespace || has(MOUNT));
    let strict = init.contains(InitFlags::REPORT_TARGET_FID) || has(MarkMask::RENAME);
    if invalid {
        Some(Errno::INVAL)
    } else if strict && mark == Mark::Inode && !is_directory && has(DIRECTORY_ONLY) {
        Some(Errno::NOTDIR)
    } else if has(MarkMask::PRE_ACCESS) {
        Some(Errno::OPNOTSUPP)
    } else {
        None
    }
}

/// Returns the bits of masks that the running kernel supports with some group.
fn supported_bits() -> MarkMask {
    let succeeds = |mask: &MarkMask| {
        GROUPS.iter().any(|(class, flags)| {
            let Ok(group) = group(*class, *flags) else { return false };
            let mask = *mask;
            [(Mark::Inode, TMP), (Mark::Filesystem, TMP), (Mark::MountNamespace, NAMESPACE)]
                .into_iter()
                .any(|(mark, path)| match group.add(mark, mask, path) {
                    Ok(()) => true,
                    Err(error) => !error.is(Errno::INVAL),
                })
        })
    };
    bits().filter(succeeds).collect()
}

pub const NAMESPACE: &str = "/proc/self/ns/mnt";

#[test]
fn add_accepts_exactly_the_documented_pairs_of_events() {
    let ran = on_filesystem(this_test!(), || {
        let supported = supported_bits();
        assert!(supported.contains(MarkMask::OPEN | MarkMask::OPEN_PERM | MarkMask::CREATE));
        let (file, mut results) = (create("file"), BTreeMap::<_, u32>::new());
        for group_kind in GROUPS {
            let Ok(group) = group(group_kind.0, group_kind.1) else {
                this_test!().skip(&group_kind.1.to_string(), format_args!("not supported"));
                continue;
            };
            // A tmpfs does not support file handles before Linux 5.13.
            if group
                .add(Mark::Inode, MarkMask::OPEN, TMP)
                .is_err_and(|error| error.is(Errno::NODEV))
            {
                this_test!().skip(&group_kind.1.to_string(), format_args!("tmpfs has no fsid"));
                continue;
            }
            let _ = group.flush(Mark::Inode);
            for mark in MARKS {
                for (path, is_directory) in [(TMP, true), (file.as_str(), false)] {
                    let path = if mark == Mark::MountNamespace { NAMESPACE } else { path };
                    for first in bits() {
                        for mask in bits().map(|second| first | second) {
                            let expected = if supported.contains(mask) {
                                expected(group_kind, mark, mask, is_directory)
                            } else {
                                Some(Errno::INVAL)
                            };
                            let result = group.add(mark, mask, path);
                            assert_eq!(
                                result.err().map(butter::Error::errno),
                                expected,
                                "{group_kind:?}, {mark:?}, {mask}, {path}"
                            );
                            *results.entry(expected).or_default() += 1;
                            if expected.is_none() {
                                group.remove(mark, mask, path).unwrap();
                                let absent = group.remove(mark, mask, path).unwrap_err();
                                assert_eq!(absent.errno(), Errno::NOENT);
                            }
                        }
                    }
                }
            }
        }
        assert!(results[&None] > 1000 && results[&Some(Errno::INVAL)] > 1000, "{results:?}");
    });
    require!(ran, "the caller is not the host's root");
}

/// Returns the errno that the documentation states for a new mark with flags.
fn expected_with_flags(mark: Mark, flags: MarkFlags, is_directory: bool) -> Option<Errno> {
    let has = |flag| flags.contains(flag);
    let strict_ignore = has(MarkFlags::IGNORE) && !has(MarkFlags::IGNORED_SURV_MODIFY);
    if has(MarkFlags::IGNORE | MarkFlags::IGNORED_MASK)
        || has(MarkFlags::EVICTABLE) && mark != Mark::Inode
    {
        Some(Errno::INVAL)
    } else if has(MarkFlags::ONLYDIR) && !is_directory {
        Some(Errno::NOTDIR)
    } else if strict_ignore && mark != Mark::Inode {
        Some(Errno::INVAL)
    } else if strict_ignore && is_directory {
        Some(Errno::ISDIR)
    } else {
        None
    }
}

#[test]
fn add_at_accepts_exactly_the_documented_combinations_of_flags() {
    let ran = on_filesystem(this_test!(), || {
        let file = create("file");
        let flags = [
            MarkFlags::DONT_FOLLOW,
            MarkFlags::ONLYDIR,
            MarkFlags::IGNORED_MASK,
            MarkFlags::IGNORED_SURV_MODIFY,
            MarkFlags::EVICTABLE,
            MarkFlags::IGNORE,
        ];
        let supports = |flags| {
            let group = group(Class::Notification, InitFlags::empty()).unwrap();
            group.add_at(Mark::Inode, flags, MarkMask::OPEN, CWD, file.as_str()).is_ok()
        };
        let unsupported: MarkFlags = [MarkFlags::EVICTABLE, MarkFlags::IGNORE]
            .into_iter()
            .filter(|f| !supports(*f))
            .collect();
        for mark in [Mark::Inode, Mark::Mount, Mark::Filesystem] {
            for (path, is_directory) in [(TMP, true), (file.as_str(), false)] {
                for chosen in 0..1_u32 << flags.len() {
                    let chosen = flags.iter().enumerate().filter(|(i, _)| chosen & 1 << i != 0);
                    let flags: MarkFlags = chosen.map(|(_, flag)| *flag).collect();
                    // A new group, so that the mark does not exist.
                    let group = group(Class::Notification, InitFlags::empty()).unwrap();
                    let result = group.add_at(mark, flags, MarkMask::OPEN, CWD, path);
                    let expected = if flags.intersects(unsupported) {
                        Some(Errno::INVAL)
                    } else {
                        expected_with_flags(mark, flags, is_directory)
                    };
                    let errno = result.err().map(butter::Error::errno);
                    assert_eq!(errno, expected, "{mark:?}, {flags}, {path}");
                }
            }
        }
    });
    require!(ran, "the caller is not the host's root");
}

#[test]
fn fanotify_mark_with_flush_permits_no_flags_and_removes_marks_of_one_kind() {
    let ran = on_filesystem(this_test!(), || {
        let group = group(Class::Notification, InitFlags::empty()).unwrap();
        let other_flags = [MarkFlags::DONT_FOLLOW, MarkFlags::IGNORED_MASK, MarkFlags::EVICTABLE];
        for flags in other_flags {
            let (flush, none) = (MarkOperation::Flush, MarkMask::empty());
            let path = Some(c"/");
            let result =
                raw::fanotify_mark(group.as_fd(), flush, Mark::Inode, flags, none, CWD, path);
            assert_eq!(result.unwrap_err().errno(), Errno::INVAL);
        }
        let marks = [Mark::Inode, Mark::Mount, Mark::Filesystem];
        let remains = |mark| group.remove(mark, MarkMask::OPEN, TMP).is_ok();
        for flushed in marks {
            marks.iter().for_each(|mark| group.add(*mark, MarkMask::OPEN, TMP).unwrap());
            group.flush(flushed).unwrap();
            for mark in marks {
                assert_eq!(remains(mark), mark != flushed, "{mark:?} after {flushed:?}");
            }
        }
    });
    require!(ran, "the caller is not the host's root");
}
