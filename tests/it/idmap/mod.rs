//! Maps of users and groups: set, refused, and what is said of the mistake.

mod ranges;

use std::fs;
use std::time::{Duration, Instant};

use butter::error::Call;
use butter::fd::AsFd;
use butter::idmap::Task;
use butter::idmap::{IdMaps, IdRange, MAX_RANGES, MapError, MapErrorKind, raw};
use butter::io::AccessMode;
use butter::namespace::{Namespaces, unshare, unshare_as_root};
use butter::process::{Pid, getegid, geteuid, getgid, getuid};
use butter::thread::Tid;
use butter::{Errno, Error, Result};
use common::child::{ended_process, in_child};
use common::forked::{ForkedChild, in_forked_child};
use common::require;

const fn range(inside: u32, outside: u32, count: u32) -> IdRange {
    IdRange::new(inside, outside, count)
}

/// A child in a new user namespace without maps; an error where the machine
/// allows none.
fn newborn() -> Result<ForkedChild<Result<()>>, &'static str> {
    let child = ForkedChild::start(|| unshare(Namespaces::USER));
    match child.result() {
        Ok(()) => Ok(child),
        Err(error) => {
            assert_eq!(error.errno(), Errno::PERM);
            Err("no new user namespace is allowed here")
        }
    }
}

/// Whether the caller may map others than itself.
fn is_root() -> bool {
    // SAFETY: asks for a number.
    let user = unsafe { libc::geteuid() };
    user == 0 && fs::read_to_string("/proc/self/uid_map").unwrap().contains("4294967295")
}

/// A map of a process as the kernel tells it.
fn map_of(process: Pid, file: &str) -> Vec<IdRange> {
    let text = fs::read_to_string(format!("/proc/{process}/{file}")).unwrap();
    let numbers = |line: &str| {
        line.split_whitespace().map(|number| number.parse().unwrap()).collect::<Vec<u32>>()
    };
    text.lines().map(numbers).map(|numbers| range(numbers[0], numbers[1], numbers[2])).collect()
}

fn setgroups_of(process: Pid) -> String {
    fs::read_to_string(format!("/proc/{process}/setgroups")).unwrap()
}

/// What a refused map says: the call, the errno and the mistake.
fn refused(result: Result<(), MapError>) -> (Call, Errno, Option<MapErrorKind>) {
    let error = result.unwrap_err();
    (error.error().call(), error.error().errno(), error.kind())
}

#[test]
fn a_user_becomes_root_of_a_namespace_of_its_own() {
    in_child(|| {
        let (user, group) = (geteuid().as_raw(), getegid().as_raw());
        let child = ForkedChild::start(|| {
            let made = unshare_as_root(Namespaces::UTS | Namespaces::MOUNT);
            (
                made,
                [getuid().as_raw(), geteuid().as_raw(), getgid().as_raw(), getegid().as_raw()],
                unshare(Namespaces::IPC),
            )
        });
        let (made, ids, more) = child.result();
        let refused = made.is_err_and(|error| error.error().call() == Call::UNSHARE);
        require!(!refused, "no new user namespace is allowed here");
        assert_eq!((made, ids, more), (Ok(()), [0; 4], Ok(())));
        assert_eq!(map_of(child.pid(), "uid_map"), [IdRange::one(0, user)]);
        assert_eq!(map_of(child.pid(), "gid_map"), [IdRange::one(0, group)]);
        assert_eq!(setgroups_of(child.pid()), "deny\n");
        for (file, same) in
            [("user", false), ("uts", false), ("mnt", false), ("ipc", false), ("net", true)]
        {
            let [there, here] =
                [format!("/proc/{}/ns/{file}", child.pid()), format!("/proc/self/ns/{file}")];
            assert_eq!(
                fs::read_link(there).unwrap() == fs::read_link(here).unwrap(),
                same,
                "{file}"
            );
        }
    });
}

#[test]
fn a_process_with_other_threads_does_not() {
    // Not in the thread of the test, which may be the only one.
    let unshare = || {
        let (call, errno, mistake) = refused(unshare_as_root(Namespaces::empty()));
        assert_eq!((call, errno, mistake), (Call::UNSHARE, Errno::INVAL, None));
        assert_eq!(refused(unshare_as_root(Namespaces::from_bits_retain(0x400))).1, Errno::INVAL);
    };
    std::thread::spawn(unshare).join().unwrap();
}

#[test]
fn a_parent_maps_its_childs_one_user_and_group() {
    in_child(|| {
        let child = require!(newborn());
        let (users, groups) =
            ([IdRange::one(7, geteuid().as_raw())], [IdRange::one(8, getegid().as_raw())]);
        let child = child.pid();
        assert_eq!(IdMaps::new(&users, &[]).write(child), Ok(()));
        assert_eq!(
            (map_of(child, "uid_map"), map_of(child, "gid_map")),
            (users.to_vec(), vec![]),
            "the other is left"
        );
        assert_eq!(setgroups_of(child), "allow\n");
        assert_eq!(IdMaps::new(&[], &groups).deny_setgroups().write(Task::Process(child)), Ok(()));
        assert_eq!(
            (map_of(child, "gid_map"), setgroups_of(child)),
            (groups.to_vec(), "deny\n".to_owned())
        );

        let again = (Call::WRITE_UID_MAP, Errno::PERM, Some(MapErrorKind::SetAlready));
        assert_eq!(refused(IdMaps::new(&users, &groups).write(child)), again);
        let again = (Call::WRITE_GID_MAP, Errno::PERM, Some(MapErrorKind::SetAlready));
        assert_eq!(refused(IdMaps::new(&[], &groups).write(child)), again);
        let too_late = (Call::WRITE_SETGROUPS, Errno::PERM, None);
        assert_eq!(refused(IdMaps::new(&[], &[]).deny_setgroups().write(child)), too_late);
        assert_eq!(IdMaps::new(&[], &[]).write(child), Ok(()), "nothing is nothing");
    });
}

#[test]
fn a_thread_is_mapped_by_its_number() {
    in_child(|| {
        let child = require!(newborn());
        let thread = Tid::from_raw(child.pid().as_raw()).unwrap();
        assert_eq!(IdMaps::new(&[IdRange::one(0, geteuid().as_raw())], &[]).write(thread), Ok(()));
        assert_eq!(map_of(child.pid(), "uid_map").len(), 1);
    });
}

#[test]
fn each_mistake_in_the_ranges_is_told() {
    in_child(|| {
        let child = require!(newborn());
        let many: Vec<_> = (0..500).map(|number| range(number, number, 1)).collect();
        let mistakes: [(&[IdRange], MapErrorKind); 8] = [
            (&[range(0, 0, 0)], MapErrorKind::Empty { range: 0 }),
            (&[range(0, 1000, 1), range(1, 1001, 0)], MapErrorKind::Empty { range: 1 }),
            (&[range(u32::MAX, 0, 1)], MapErrorKind::BeyondLast { range: 0 }),
            (&[range(0, 1000, 1), range(1, 10, u32::MAX)], MapErrorKind::BeyondLast { range: 1 }),
            (&[range(0, 0, 5), range(4, 5, 1)], MapErrorKind::Overlap { range: 1, earlier: 0 }),
            (&[range(0, 0, 5), range(5, 4, 1)], MapErrorKind::Overlap { range: 1, earlier: 0 }),
            (&many[..=MAX_RANGES], MapErrorKind::TooManyRanges),
            (&many, MapErrorKind::TooLong),
        ];
        for (ranges, mistake) in mistakes {
            let expected = (Call::WRITE_UID_MAP, Errno::INVAL, Some(mistake));
            assert_eq!(refused(IdMaps::new(ranges, &[]).write(child.pid())), expected);
            let expected = (Call::WRITE_GID_MAP, Errno::INVAL, Some(mistake));
            assert_eq!(refused(IdMaps::new(&[], ranges).write(child.pid())), expected);
        }
        let map = raw::openat_uid_map(child.pid().into(), AccessMode::WriteOnly).unwrap();
        assert_eq!(raw::write_uid_map(map.as_fd(), &[]).unwrap_err().errno(), Errno::INVAL);
        assert_eq!(
            (map_of(child.pid(), "uid_map"), map_of(child.pid(), "gid_map")),
            (vec![], vec![])
        );
    });
}

#[test]
fn who_may_map_only_themselves_is_told_why_not_more() {
    in_child(|| {
        // A thread in its own new namespace has no capabilities in the parent, whoever it is.
        let (user, group) = (geteuid().as_raw(), getegid().as_raw());
        let own =
            |users: &[IdRange], groups: &[IdRange]| IdMaps::new(users, groups).write(Task::Own);
        let told = in_forked_child(|| {
            unshare(Namespaces::USER)?;
            Ok::<_, Error>([
                own(&[], &[IdRange::one(0, group)]),
                own(&[range(0, user, 2)], &[]),
                own(&[IdRange::one(0, user), IdRange::one(1, user + 1)], &[]),
                own(&[IdRange::one(0, user + 1)], &[]),
                own(&[IdRange::one(0, user)], &[]),
                own(&[IdRange::one(0, user)], &[]),
                IdMaps::new(&[], &[range(0, group, 2)]).deny_setgroups().write(Task::Own),
                own(&[], &[IdRange::one(0, group + 1)]),
                own(&[], &[IdRange::one(0, group)]),
            ])
        });
        let told = require!(told.ok(), "no new user namespace is allowed here");
        let (users, groups) =
            ((Call::WRITE_UID_MAP, Errno::PERM), (Call::WRITE_GID_MAP, Errno::PERM));
        let expected = [
            Some((groups, Some(MapErrorKind::SetgroupsAllowed))),
            Some((users, None)),
            Some((users, None)),
            Some((users, None)),
            None,
            Some((users, Some(MapErrorKind::SetAlready))),
            Some((groups, None)),
            Some((groups, None)),
            None,
        ];
        let told = told.map(|result| {
            result.err().map(|error| ((error.error().call(), error.error().errno()), error.kind()))
        });
        assert_eq!(told, expected);
    });
}

#[test]
fn who_is_not_known_outside_is_not_mapped() {
    in_child(|| {
        // In a namespace that has one user, the child's namespace.
        let told = in_forked_child(|| {
            unshare_as_root(Namespaces::empty())?;
            let child = ForkedChild::start(|| unshare(Namespaces::USER));
            child.result()?;
            let write = |ranges: &[IdRange]| IdMaps::new(ranges, &[]).write(child.pid());
            let told = [
                write(&[IdRange::one(0, 1)]),
                write(&[IdRange::one(5, 0), IdRange::one(6, 1)]),
                write(&[range(0, 0, 2)]),
                IdMaps::new(&[], &[IdRange::one(0, 1)]).write(child.pid()),
                write(&[IdRange::one(5, 0)]),
            ];
            Ok::<_, MapError>(told)
        });
        let told = require!(told.ok(), "no new user namespace is allowed here");
        let not_mapped =
            |call, range| Err((call, Errno::PERM, Some(MapErrorKind::NotMapped { range })));
        let users = |range| not_mapped(Call::WRITE_UID_MAP, range);
        let told = told.map(|result| result.map_err(|error| refused(Err(error))));
        assert_eq!(
            told,
            [users(0), users(1), users(0), not_mapped(Call::WRITE_GID_MAP, 0), Ok(())]
        );
    });
}

#[test]
fn root_maps_many_ranges() {
    in_child(|| {
        let child = require!(newborn());
        require!(is_root(), "only the root user of the initial user namespace can map other users");
        // The most that are allowed, in an order that the kernel has to sort.
        let users: Vec<_> = (0..MAX_RANGES as u32)
            .map(|number| range(700 - 2 * number, 5 * number + 10, 2))
            .collect();
        let groups = [
            range(0, 100_000, 65_536),
            range(65_536, 0, 1),
            range(100_000, 1_000_000, 4_000_000_000),
        ];
        assert_eq!(IdMaps::new(&users, &groups).write(child.pid()), Ok(()));
        assert_eq!(setgroups_of(child.pid()), "allow\n");
        let mut told = map_of(child.pid(), "uid_map");
        let by_inside = |range: &IdRange| range.inside;
        told.sort_by_key(by_inside);
        let mut users = users;
        users.sort_by_key(by_inside);
        assert_eq!(told, users);
        assert_eq!(map_of(child.pid(), "gid_map"), groups);
    });
}

#[test]
fn what_is_mapped_outside_is_looked_up_in_many_ranges() {
    in_child(|| {
        require!(newborn());
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
        // Its map takes more than one read.
        let ranges: Vec<_> =
            (0..100).map(|number| range(100 * number, 1000 * number, 10)).collect();
        let (began, namespace) =
            (Instant::now(), |task: &str| fs::read_link(format!("/proc/{task}/ns/user")).unwrap());
        while namespace(&child.pid().to_string()) == namespace("self") {
            assert!(
                began.elapsed() < Duration::from_secs(30),
                "the child has no namespace of its own"
            );
            std::thread::yield_now();
        }
        assert_eq!(IdMaps::new(&ranges, &ranges).write(child.pid()), Ok(()));
        let told = child.result().unwrap().map(|result| result.map_err(|error| error.kind()));
        let not_mapped = |range| Err(Some(MapErrorKind::NotMapped { range }));
        assert_eq!(told, [not_mapped(0), not_mapped(0), not_mapped(1), not_mapped(0), Ok(())]);
    });
}

#[test]
fn namespaces_are_nested_so_deep_and_no_deeper() {
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
        assert_eq!(refused(Err(error)), (Call::UNSHARE, Errno::NOSPC, None));
        assert!(depth <= 33, "{depth}");
    });
}

#[test]
fn nobody_has_no_maps() {
    let one = [IdRange::one(0, geteuid().as_raw())];
    let nobody = ended_process();
    let gone = |call| (call, Errno::NOENT, None);
    assert_eq!(refused(IdMaps::new(&one, &[]).write(nobody)), gone(Call::OPENAT_UID_MAP));
    assert_eq!(refused(IdMaps::new(&[], &one).write(nobody)), gone(Call::OPENAT_GID_MAP));
    assert_eq!(
        refused(IdMaps::new(&[], &[]).deny_setgroups().write(nobody)),
        gone(Call::OPENAT_SETGROUPS)
    );
}

#[test]
fn an_error_prints_what_is_wrong() {
    in_child(|| {
        let child = require!(newborn());
        let print = |ranges: &[IdRange]| {
            IdMaps::new(ranges, &[]).write(child.pid()).unwrap_err().to_string()
        };
        let with = |text: &str, reason: &str| {
            if cfg!(feature = "explain") { format!("{text}: {reason}") } else { text.to_owned() }
        };
        let invalid = "write(uid_map): EINVAL";
        let overlap = "two ranges overlap (ranges 0 and 2, counted from 0)";
        assert_eq!(
            print(&[range(0, 0, 5), range(5, 5, 1), range(4, 6, 1)]),
            with(invalid, overlap)
        );
        assert_eq!(
            print(&[range(0, 0, 0)]),
            with(invalid, "a range is empty (range 0, counted from 0)")
        );
        let many: Vec<_> = (0..341).map(|number| range(number, number, 1)).collect();
        assert_eq!(print(&many), with(invalid, "a map has at most 340 ranges"));

        let error = IdMaps::new(&[IdRange::one(0, 0)], &[]).write(ended_process()).unwrap_err();
        assert_eq!(error.to_string(), error.error().to_string());
        assert_eq!(format!("{error:?}"), format!("MapError({error})"));
        assert_eq!(Error::from(error), error.error());
        assert_eq!(MapError::from(error.error()), error);
    });
}

#[cfg(feature = "std")]
#[test]
fn std_keeps_the_number() {
    let error = IdMaps::new(&[IdRange::one(0, 0)], &[]).write(ended_process()).unwrap_err();
    assert_eq!(std::io::Error::from(error).raw_os_error(), Some(libc::ENOENT));
}
