//! Tests of `idmap`: writing user and group ID maps, and the errors reported for invalid maps.

mod ranges;

use std::fs;
use std::time::{Duration, Instant};

use butter::error::Call;
use butter::fd::AsFd;
use butter::idmap::Task;
use butter::idmap::{IdMaps, IdRange, MAX_RANGES, MapError, MapErrorKind, raw};
use butter::io::AccessMode;
use butter::namespace::{Namespaces, unshare, unshare_as_root};
use butter::process::{Pid, getegid, geteuid, getgid, getpid, getuid};
use butter::thread::Tid;
use butter::{Errno, Error, Result};
use common::child::in_child;
use common::forked::{ForkedChild, in_forked_child};
use common::processes::ended_process;
use common::{require, this_test};

const fn range(inside: u32, outside: u32, length: u32) -> IdRange {
    IdRange::new(inside, outside, length)
}

/// Creates a child in a new user namespace without ID maps, or returns the reason why the namespace
/// cannot be created.
fn unmapped_child() -> Result<ForkedChild<Result<()>>, &'static str> {
    let child = ForkedChild::start(|| unshare(Namespaces::USER));
    match child.result() {
        Ok(()) => Ok(child),
        Err(error) => {
            assert_eq!(error.errno(), Errno::PERM);
            Err("the host does not permit user namespaces (sysctl, security module or seccomp)")
        }
    }
}

/// Returns whether the caller is root of the initial user namespace, and can therefore map all IDs.
fn is_root() -> bool {
    // SAFETY: touches no memory.
    let user = unsafe { libc::geteuid() };
    user == 0 && fs::read_to_string("/proc/self/uid_map").unwrap().contains("4294967295")
}

/// Reads an ID map of a process from `/proc`.
fn read_map(process: Pid, file: &str) -> Vec<IdRange> {
    let text = fs::read_to_string(format!("/proc/{process}/{file}")).unwrap();
    let numbers = |line: &str| {
        line.split_whitespace().map(|number| number.parse().unwrap()).collect::<Vec<u32>>()
    };
    text.lines().map(numbers).map(|numbers| range(numbers[0], numbers[1], numbers[2])).collect()
}

fn read_setgroups(process: Pid) -> String {
    fs::read_to_string(format!("/proc/{process}/setgroups")).unwrap()
}

/// Returns the failed call, the errno and the kind of the error in `result`.
fn failure(result: Result<(), MapError>) -> (Call, Errno, Option<MapErrorKind>) {
    let error = result.unwrap_err();
    (error.error().call(), error.error().errno(), error.kind())
}

#[test]
fn unshare_as_root_maps_the_caller_to_root() {
    in_child(|| {
        let (user, group) = (geteuid().as_raw(), getegid().as_raw());
        let child = ForkedChild::start(|| {
            let unshared = unshare_as_root(Namespaces::UTS | Namespaces::MOUNT);
            (
                unshared,
                [getuid().as_raw(), geteuid().as_raw(), getgid().as_raw(), getegid().as_raw()],
                unshare(Namespaces::IPC),
            )
        });
        let (unshared, ids, unshared_later) = child.result();
        let failed = unshared.is_err_and(|error| error.error().call() == Call::UNSHARE);
        require!(
            !failed,
            "the host does not permit user namespaces (sysctl, security module or seccomp)"
        );
        assert_eq!((unshared, ids, unshared_later), (Ok(()), [0; 4], Ok(())));
        assert_eq!(read_map(child.pid(), "uid_map"), [IdRange::one(0, user)]);
        assert_eq!(read_map(child.pid(), "gid_map"), [IdRange::one(0, group)]);
        assert_eq!(read_setgroups(child.pid()), "deny\n");
        for (file, same) in
            [("user", false), ("uts", false), ("mnt", false), ("ipc", false), ("net", true)]
        {
            let [of_child, own] =
                [format!("/proc/{}/ns/{file}", child.pid()), format!("/proc/self/ns/{file}")];
            assert_eq!(
                fs::read_link(of_child).unwrap() == fs::read_link(own).unwrap(),
                same,
                "{file}"
            );
        }
    });
}

#[test]
fn unshare_as_root_fails_with_einval_in_multithreaded_process() {
    // The test creates a second thread, because the test process can be single-threaded.
    let unshare = || {
        let (call, errno, kind) = failure(unshare_as_root(Namespaces::empty()));
        assert_eq!((call, errno, kind), (Call::UNSHARE, Errno::INVAL, None));
        assert_eq!(failure(unshare_as_root(Namespaces::from_bits_retain(0x400))).1, Errno::INVAL);
    };
    std::thread::spawn(unshare).join().unwrap();
}

#[test]
fn id_maps_write_maps_one_user_and_group_of_child() {
    in_child(|| {
        let child = require!(unmapped_child());
        let (users, groups) =
            ([IdRange::one(7, geteuid().as_raw())], [IdRange::one(8, getegid().as_raw())]);
        let child = child.pid();
        assert_eq!(IdMaps::new(&users, &[]).write(child), Ok(()));
        assert_eq!(
            (read_map(child, "uid_map"), read_map(child, "gid_map")),
            (users.to_vec(), vec![]),
            "the group map should not be written"
        );
        assert_eq!(
            read_setgroups(child),
            read_setgroups(getpid()),
            "a user namespace should inherit the value of its parent"
        );
        assert_eq!(IdMaps::new(&[], &groups).deny_setgroups().write(Task::Process(child)), Ok(()));
        assert_eq!(
            (read_map(child, "gid_map"), read_setgroups(child)),
            (groups.to_vec(), "deny\n".to_owned())
        );

        let set_already = |call| (call, Errno::PERM, Some(MapErrorKind::SetAlready));
        let users_again = failure(IdMaps::new(&users, &groups).write(child));
        assert_eq!(users_again, set_already(Call::WRITE_UID_MAP));
        let groups_again = failure(IdMaps::new(&[], &groups).write(child));
        assert_eq!(groups_again, set_already(Call::WRITE_GID_MAP));
        let too_late = (Call::WRITE_SETGROUPS, Errno::PERM, None);
        assert_eq!(failure(IdMaps::new(&[], &[]).deny_setgroups().write(child)), too_late);
        assert_eq!(
            IdMaps::new(&[], &[]).write(child),
            Ok(()),
            "writing empty maps should succeed without a system call"
        );
    });
}

#[test]
fn id_maps_write_accepts_thread_id() {
    in_child(|| {
        let child = require!(unmapped_child());
        let thread = Tid::from_raw(child.pid().as_raw()).unwrap();
        assert_eq!(IdMaps::new(&[IdRange::one(0, geteuid().as_raw())], &[]).write(thread), Ok(()));
        assert_eq!(read_map(child.pid(), "uid_map").len(), 1);
    });
}

#[test]
fn id_maps_write_reports_each_kind_of_invalid_range() {
    in_child(|| {
        let child = require!(unmapped_child());
        let many: Vec<_> = (0..500).map(|number| range(number, number, 1)).collect();
        let invalid: [(&[IdRange], MapErrorKind); 8] = [
            (&[range(0, 0, 0)], MapErrorKind::Empty { range: 0 }),
            (&[range(0, 1000, 1), range(1, 1001, 0)], MapErrorKind::Empty { range: 1 }),
            (&[range(u32::MAX, 0, 1)], MapErrorKind::BeyondLast { range: 0 }),
            (&[range(0, 1000, 1), range(1, 10, u32::MAX)], MapErrorKind::BeyondLast { range: 1 }),
            (&[range(0, 0, 5), range(4, 5, 1)], MapErrorKind::Overlap { range: 1, earlier: 0 }),
            (&[range(0, 0, 5), range(5, 4, 1)], MapErrorKind::Overlap { range: 1, earlier: 0 }),
            (&many[..=MAX_RANGES], MapErrorKind::TooManyRanges),
            (&many, MapErrorKind::TooLong),
        ];
        for (ranges, kind) in invalid {
            let expected = (Call::WRITE_UID_MAP, Errno::INVAL, Some(kind));
            assert_eq!(failure(IdMaps::new(ranges, &[]).write(child.pid())), expected);
            let expected = (Call::WRITE_GID_MAP, Errno::INVAL, Some(kind));
            assert_eq!(failure(IdMaps::new(&[], ranges).write(child.pid())), expected);
        }
        let map = raw::openat_uid_map(child.pid().into(), AccessMode::WriteOnly).unwrap();
        assert_eq!(raw::write_uid_map(map.as_fd(), &[]).unwrap_err().errno(), Errno::INVAL);
        assert_eq!(
            (read_map(child.pid(), "uid_map"), read_map(child.pid(), "gid_map")),
            (vec![], vec![])
        );
    });
}

#[test]
fn id_maps_write_fails_with_eperm_for_ids_of_other_users_if_unprivileged() {
    in_child(|| {
        // A process in a new user namespace has no capabilities in the parent namespace, even if it
        // is root.
        let (user, group) = (geteuid().as_raw(), getegid().as_raw());
        let write =
            |users: &[IdRange], groups: &[IdRange]| IdMaps::new(users, groups).write(Task::Own);
        // If the parent namespace denies `setgroups`, the new namespace permits a group map.
        let is_denied = read_setgroups(getpid()) == "deny\n";
        let groups_too_early: &[_] = if is_denied { &[] } else { &[IdRange::one(0, group)] };
        let results = in_forked_child(|| {
            unshare(Namespaces::USER)?;
            Ok::<_, Error>([
                write(&[], groups_too_early),
                write(&[range(0, user, 2)], &[]),
                write(&[IdRange::one(0, user), IdRange::one(1, user + 1)], &[]),
                write(&[IdRange::one(0, user + 1)], &[]),
                write(&[IdRange::one(0, user)], &[]),
                write(&[IdRange::one(0, user)], &[]),
                IdMaps::new(&[], &[range(0, group, 2)]).deny_setgroups().write(Task::Own),
                write(&[], &[IdRange::one(0, group + 1)]),
                write(&[], &[IdRange::one(0, group)]),
            ])
        });
        let results = require!(
            results.ok(),
            "the host does not permit user namespaces (sysctl, security module or seccomp)"
        );
        if is_denied {
            let reason = "the parent namespace denies setgroups";
            this_test!().skip("SetgroupsAllowed", format_args!("{reason}"));
        }
        let (users, groups) =
            ((Call::WRITE_UID_MAP, Errno::PERM), (Call::WRITE_GID_MAP, Errno::PERM));
        let expected = [
            (!is_denied).then_some((groups, Some(MapErrorKind::SetgroupsAllowed))),
            Some((users, None)),
            Some((users, None)),
            Some((users, None)),
            None,
            Some((users, Some(MapErrorKind::SetAlready))),
            Some((groups, None)),
            Some((groups, None)),
            None,
        ];
        let results = results.map(|result| {
            result.err().map(|error| ((error.error().call(), error.error().errno()), error.kind()))
        });
        assert_eq!(results, expected);
    });
}

#[test]
fn id_maps_write_reports_ranges_not_mapped_in_parent_namespace() {
    in_child(|| {
        // The parent namespace maps a single user and group.
        let results = in_forked_child(|| {
            unshare_as_root(Namespaces::empty())?;
            let child = ForkedChild::start(|| unshare(Namespaces::USER));
            child.result()?;
            let write = |ranges: &[IdRange]| IdMaps::new(ranges, &[]).write(child.pid());
            let results = [
                write(&[IdRange::one(0, 1)]),
                write(&[IdRange::one(5, 0), IdRange::one(6, 1)]),
                write(&[range(0, 0, 2)]),
                IdMaps::new(&[], &[IdRange::one(0, 1)]).write(child.pid()),
                write(&[IdRange::one(5, 0)]),
            ];
            Ok::<_, MapError>(results)
        });
        let results = require!(
            results.ok(),
            "the host does not permit user namespaces (sysctl, security module or seccomp)"
        );
        let not_mapped =
            |call, range| Err((call, Errno::PERM, Some(MapErrorKind::NotMapped { range })));
        let users = |range| not_mapped(Call::WRITE_UID_MAP, range);
        let results = results.map(|result| result.map_err(|error| failure(Err(error))));
        assert_eq!(
            results,
            [users(0), users(1), users(0), not_mapped(Call::WRITE_GID_MAP, 0), Ok(())]
        );
    });
}

#[test]
fn id_maps_write_accepts_the_maximum_number_of_ranges() {
    in_child(|| {
        let child = require!(unmapped_child());
        require!(is_root(), "only the root user of the initial user namespace can map other users");
        // The ranges are not in ascending order, so that the kernel must sort them.
        let users: Vec<_> = (0..MAX_RANGES as u32)
            .map(|number| range(700 - 2 * number, 5 * number + 10, 2))
            .collect();
        let groups = [
            range(0, 100_000, 65_536),
            range(65_536, 0, 1),
            range(100_000, 1_000_000, 4_000_000_000),
        ];
        assert_eq!(IdMaps::new(&users, &groups).write(child.pid()), Ok(()));
        assert_eq!(read_setgroups(child.pid()), "allow\n");
        let mut map = read_map(child.pid(), "uid_map");
        let by_inside = |range: &IdRange| range.inside;
        map.sort_by_key(by_inside);
        let mut users = users;
        users.sort_by_key(by_inside);
        assert_eq!(map, users);
        assert_eq!(read_map(child.pid(), "gid_map"), groups);
    });
}

#[test]
fn id_maps_write_reports_unmapped_range_if_parent_map_is_large() {
    in_child(|| {
        require!(unmapped_child());
        require!(is_root(), "only the root user of the initial user namespace can map other users");
        let child = ForkedChild::start(|| {
            unshare(Namespaces::USER).map_err(MapError::from)?;
            while getegid().as_raw() != 0 {
                std::thread::yield_now(); // until both maps are set
            }
            let child = ForkedChild::start(|| unshare(Namespaces::USER));
            child.result().map_err(MapError::from)?;
            let write = |ranges: &[IdRange]| IdMaps::new(ranges, &[]).write(child.pid());
            Ok::<_, MapError>([
                write(&[range(0, 9900, 11)]),
                write(&[range(0, 9899, 2)]),
                write(&[range(0, 9900, 10), range(10, 50, 1)]),
                write(&[range(0, 4_000_000_000, 10)]),
                write(&[range(0, 9900, 10), range(10, 209, 1), range(11, 0, 10)]),
            ])
        });
        // The library must call `read` more than once to read this map.
        let ranges: Vec<_> =
            (0..100).map(|number| range(100 * number, 1000 * number, 10)).collect();
        let (began, namespace) =
            (Instant::now(), |task: &str| fs::read_link(format!("/proc/{task}/ns/user")).unwrap());
        while namespace(&child.pid().to_string()) == namespace("self") {
            assert!(
                began.elapsed() < Duration::from_secs(30),
                "the child is not in a new user namespace"
            );
            std::thread::yield_now();
        }
        assert_eq!(IdMaps::new(&ranges, &ranges).write(child.pid()), Ok(()));
        let results = child.result().unwrap().map(|result| result.map_err(|error| error.kind()));
        let not_mapped = |range| Err(Some(MapErrorKind::NotMapped { range }));
        assert_eq!(results, [not_mapped(0), not_mapped(0), not_mapped(1), not_mapped(0), Ok(())]);
    });
}

#[test]
fn unshare_as_root_fails_with_enospc_at_the_nesting_limit_of_user_namespaces() {
    in_child(|| {
        let (depth, error) = in_forked_child(|| {
            let mut depth = 0;
            loop {
                match unshare_as_root(Namespaces::empty()) {
                    Ok(()) => depth += 1,
                    Err(error) => return (depth, error),
                }
            }
        });
        require!(depth > 0, "{}", &error.to_string());
        assert_eq!(failure(Err(error)), (Call::UNSHARE, Errno::NOSPC, None));
        assert!(depth <= 33, "{depth}");
    });
}

#[test]
fn id_maps_write_fails_with_enoent_if_process_does_not_exist() {
    let one = [IdRange::one(0, geteuid().as_raw())];
    let process = ended_process();
    let no_process = |call| (call, Errno::NOENT, None);
    assert_eq!(failure(IdMaps::new(&one, &[]).write(process)), no_process(Call::OPENAT_UID_MAP));
    assert_eq!(failure(IdMaps::new(&[], &one).write(process)), no_process(Call::OPENAT_GID_MAP));
    assert_eq!(
        failure(IdMaps::new(&[], &[]).deny_setgroups().write(process)),
        no_process(Call::OPENAT_SETGROUPS)
    );
}

#[test]
fn map_error_displays_cause_and_range() {
    in_child(|| {
        let child = require!(unmapped_child());
        let message = |ranges: &[IdRange]| {
            IdMaps::new(ranges, &[]).write(child.pid()).unwrap_err().to_string()
        };
        let with = |text: &str, reason: &str| {
            if cfg!(feature = "explain") { format!("{text}: {reason}") } else { text.to_owned() }
        };
        let invalid = "write(uid_map): EINVAL";
        let overlap = "two ranges overlap (ranges 0 and 2, counted from 0)";
        assert_eq!(
            message(&[range(0, 0, 5), range(5, 5, 1), range(4, 6, 1)]),
            with(invalid, overlap)
        );
        assert_eq!(
            message(&[range(0, 0, 0)]),
            with(invalid, "a range is empty (range 0, counted from 0)")
        );
        let many: Vec<_> = (0..341).map(|number| range(number, number, 1)).collect();
        assert_eq!(message(&many), with(invalid, "a map has at most 340 ranges"));

        let error = IdMaps::new(&[IdRange::one(0, 0)], &[]).write(ended_process()).unwrap_err();
        assert_eq!(error.to_string(), error.error().to_string());
        assert_eq!(format!("{error:?}"), error.to_string());
        assert_eq!(Error::from(error), error.error());
        assert_eq!(MapError::from(error.error()), error);
    });
}

#[cfg(feature = "std")]
#[test]
fn map_error_converts_to_io_error_with_same_errno() {
    let error = IdMaps::new(&[IdRange::one(0, 0)], &[]).write(ended_process()).unwrap_err();
    assert_eq!(std::io::Error::from(error).raw_os_error(), Some(libc::ENOENT));
}
