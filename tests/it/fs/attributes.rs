//! Changing the mode, the owner and the times of files, and checking access.

use std::fs::{self as std_fs, File};
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use butter::Errno;
use butter::error::Call;
use butter::fd::{AsFd, OwnedFd};
use butter::fs::{
    ABS, Access, AtFlags, CWD, Mode, OFlags, SetTime, Timestamps, accessat, chmodat, chownat,
    fchmod, fchown, futimens, openat, utimensat,
};
use butter::mount::{self, MountFlags};
use butter::process::{Gid, Uid, getegid, geteuid};
use butter::time::Timespec;
use common::child::{as_nobody, in_namespaces, in_user_namespace, with_own_root_and_cwd};
use common::inject::inject;
use common::test::in_row;
use common::{bytes, files, require};
use syscalls::Sysno;

use super::create::{directory, with_tmpfs};
use super::stat::open_path;

const NONE: AtFlags = AtFlags::empty();

fn mode_of(path: &Path) -> u32 {
    std_fs::symlink_metadata(path).unwrap().mode() & 0o7777
}

fn owner_of(path: &Path) -> (u32, u32) {
    let metadata = std_fs::symlink_metadata(path).unwrap();
    (metadata.uid(), metadata.gid())
}

/// Returns the times of the last access and of the last modification.
fn times_of(path: &Path) -> [Timespec; 2] {
    let metadata = std_fs::symlink_metadata(path).unwrap();
    [
        Timespec { seconds: metadata.atime(), nanoseconds: metadata.atime_nsec() },
        Timespec { seconds: metadata.mtime(), nanoseconds: metadata.mtime_nsec() },
    ]
}

/// Returns whether the caller may change IDs to any ID: the caller is root and all IDs are mapped.
fn is_root_with_all_ids() -> bool {
    let map = std_fs::read_to_string("/proc/self/uid_map").unwrap();
    geteuid() == Uid::ROOT && map.split_whitespace().eq(["0", "0", "4294967295"])
}

#[test]
fn chmodat_and_fchmod_set_each_bit_of_the_mode() {
    let (directory, fd) = directory();
    let path = directory.path().join("subdirectory");
    std_fs::create_dir(&path).unwrap();
    symlink("subdirectory", directory.path().join("link")).unwrap();
    let file = common::fd(File::open(&path).unwrap());
    for mode in [0, 0o1000, 0o2000, 0o4000, 0o400, 0o200, 0o100, 0o040, 0o020, 0o010, 0o4, 0o2, 0o1]
    {
        let bits = Mode::from_bits_retain(mode | 0o700);
        let other = Mode::RWXU | Mode::RGRP;
        let calls: [(&str, &dyn Fn() -> butter::Result<()>); 5] = [
            ("descriptor", &|| chmodat(&fd, "subdirectory", bits, NONE)),
            ("absolute", &|| chmodat(ABS, bytes(&path), bits, NONE)),
            ("symbolic link", &|| chmodat(&fd, c"link", bits, NONE)),
            ("fchmod", &|| fchmod(&file, bits)),
            ("working directory", &|| {
                with_own_root_and_cwd(|| {
                    butter::process::fchdir(&fd).unwrap();
                    chmodat(CWD, "subdirectory", bits, NONE)
                })
            }),
        ];
        for (name, call) in calls {
            fchmod(&file, other).unwrap();
            assert_eq!(call(), Ok(()), "{name}");
            assert_eq!(mode_of(&path), mode | 0o700, "{name}");
        }
    }
    assert_eq!(mode_of(&directory.path().join("link")), 0o777);
}

#[test]
fn chmodat_with_flags_sets_the_mode_but_not_of_a_symbolic_link() {
    require!(kernel >= 6.6, "fchmodat2");
    let (directory, fd) = directory();
    let path = directory.path().join("file");
    std_fs::write(&path, "").unwrap();
    symlink("file", directory.path().join("link")).unwrap();
    chmodat(&fd, "file", Mode::RUSR, AtFlags::SYMLINK_NOFOLLOW).unwrap();
    assert_eq!(mode_of(&path), 0o400);
    let error = chmodat(&fd, "link", Mode::RWXU, AtFlags::SYMLINK_NOFOLLOW).unwrap_err();
    assert_eq!((error.call(), error.errno()), (Call::FCHMODAT2, Errno::OPNOTSUPP));
    assert_eq!(mode_of(&path), 0o400);
    // A path-only descriptor, for which `fchmod` fails.
    let file = open_path(&path);
    assert_eq!(fchmod(&file, Mode::RWXU).unwrap_err().errno(), Errno::BADF);
    chmodat(&file, "", Mode::RWXU, AtFlags::EMPTY_PATH).unwrap();
    assert_eq!(mode_of(&path), 0o700);
}

#[test]
fn chmodat_does_not_need_linux_6_6_without_flags() {
    let file = files::NamedFile::new();
    let path = bytes(file.path());
    inject(Sysno::fchmodat2 as libc::c_long, Errno::NOSYS, || {
        chmodat(ABS, path, Mode::RWXU, NONE).unwrap();
        let error = chmodat(ABS, path, Mode::RUSR, AtFlags::SYMLINK_NOFOLLOW).unwrap_err();
        assert_eq!((error.call(), error.errno()), (Call::FCHMODAT2, Errno::NOSYS));
        if cfg!(feature = "explain") {
            assert!(error.to_string().ends_with("(available since Linux 6.6)"), "{error}");
        }
    });
    assert_eq!(mode_of(file.path()), 0o700);
    // The error of an invalid path contains the call to which the path would be passed.
    let call = |flags| chmodat(ABS, "\0", Mode::RWXU, flags).unwrap_err().call();
    assert_eq!(call(NONE), Call::FCHMODAT);
    assert_eq!(call(AtFlags::SYMLINK_NOFOLLOW), Call::FCHMODAT2);
}

#[test]
fn chownat_and_fchown_leave_the_owner_and_the_group_unchanged_if_none() {
    let (directory, fd) = directory();
    let path = directory.path().join("file");
    std_fs::write(&path, "").unwrap();
    let file = common::fd(File::open(&path).unwrap());
    let before = owner_of(&path);
    let (owner, group) = (Some(geteuid()), Some(getegid()));
    for (owner, group) in [(None, None), (owner, None), (None, group), (owner, group)] {
        chownat(&fd, "file", owner, group, NONE).unwrap();
        chownat(ABS, bytes(&path), owner, group, AtFlags::SYMLINK_NOFOLLOW).unwrap();
        fchown(&file, owner, group).unwrap();
        assert_eq!(owner_of(&path), before);
    }
    // The kernel does not distinguish this ID from `None`.
    let id = u32::MAX;
    chownat(&fd, "file", Some(Uid::from_raw(id)), Some(Gid::from_raw(id)), NONE).unwrap();
    assert_eq!(owner_of(&path), before);
    with_own_root_and_cwd(|| {
        butter::process::fchdir(&fd).unwrap();
        chownat(CWD, "file", owner, group, NONE).unwrap();
    });
}

#[test]
fn chownat_and_fchown_change_the_owner_and_the_group() {
    require!(is_root_with_all_ids(), "the caller cannot change the owner of files");
    let (directory, fd) = directory();
    let (path, link) = (directory.path().join("file"), directory.path().join("link"));
    std_fs::write(&path, "").unwrap();
    symlink("file", &link).unwrap();
    let (uid, gid) = (|id| Some(Uid::from_raw(id)), |id| Some(Gid::from_raw(id)));
    chownat(&fd, "file", uid(1001), None, NONE).unwrap();
    assert_eq!(owner_of(&path), (1001, 0));
    chownat(&fd, "link", None, gid(1002), NONE).unwrap();
    assert_eq!((owner_of(&path), owner_of(&link)), ((1001, 1002), (0, 0)));
    chownat(&fd, "link", uid(1003), gid(1004), AtFlags::SYMLINK_NOFOLLOW).unwrap();
    assert_eq!((owner_of(&path), owner_of(&link)), ((1001, 1002), (1003, 1004)));
    let link_fd = open_path(&link);
    chownat(&link_fd, "", uid(0xFFFF_FFFE), gid(1005), AtFlags::EMPTY_PATH).unwrap();
    assert_eq!(owner_of(&link), (0xFFFF_FFFE, 1005));

    let file = common::fd(File::open(&path).unwrap());
    fchmod(&file, Mode::from_bits_retain(0o6755)).unwrap();
    fchown(&file, uid(1006), gid(1007)).unwrap();
    // The kernel clears the set-user-ID and set-group-ID bits.
    assert_eq!((owner_of(&path), mode_of(&path)), ((1006, 1007), 0o755));
    chownat(&fd, "file", uid(1008), None, NONE).unwrap();
    assert_eq!(owner_of(&path), (1008, 1007));
    fchown(&file, None, gid(1009)).unwrap();
    assert_eq!(owner_of(&path), (1008, 1009));
}

#[test]
fn chownat_fails_with_einval_if_the_user_namespace_does_not_map_an_id() {
    let ran = in_user_namespace(|| {
        let file = files::NamedFile::new();
        let fd = common::fd(file.try_clone().unwrap());
        for (owner, group) in
            [(Some(Uid::from_raw(12345)), None), (None, Some(Gid::from_raw(12345)))]
        {
            let error = chownat(ABS, bytes(file.path()), owner, group, NONE).unwrap_err();
            assert_eq!((error.call(), error.errno()), (Call::FCHOWNAT, Errno::INVAL));
            let error = fchown(&fd, owner, group).unwrap_err();
            assert_eq!((error.call(), error.errno()), (Call::FCHOWN, Errno::INVAL));
        }
    });
    require!(ran, "this host does not permit new user namespaces");
}

#[test]
fn utimensat_and_futimens_set_or_leave_each_time() {
    let (directory, fd) = directory();
    let path = directory.path().join("file");
    std_fs::write(&path, "").unwrap();
    let file = common::fd(File::open(&path).unwrap());
    let time = |seconds, nanoseconds| Timespec { seconds, nanoseconds };
    let old = [time(100, 0), time(200, 0)];
    let reset = Timestamps { last_access: old[0].into(), last_modification: old[1].into() };
    let new = time(1_700_000_000, 123_456_789);
    let changes = [SetTime::Omit, SetTime::Now, SetTime::At(new), SetTime::At(time(-1_000, 5))];
    for (last_access, last_modification) in
        changes.iter().flat_map(|first| changes.map(|second| (*first, second)))
    {
        let times = Timestamps { last_access, last_modification };
        let calls: [(&str, &dyn Fn() -> butter::Result<()>); 4] = [
            ("utimensat", &|| utimensat(&fd, "file", &times, NONE)),
            ("absolute", &|| utimensat(ABS, bytes(&path), &times, AtFlags::SYMLINK_NOFOLLOW)),
            ("raw", &|| butter::fs::raw::utimensat_fd(file.as_fd(), &times)),
            ("futimens", &|| futimens(&file, &times)),
        ];
        for (name, call) in calls {
            futimens(&file, &reset).unwrap();
            let before = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
            call().unwrap();
            for ((old, change), set) in
                old.iter().zip([last_access, last_modification]).zip(times_of(&path))
            {
                in_row(format_args!("{name}: {times:?}"), || match change {
                    SetTime::Omit => assert_eq!(set, *old),
                    SetTime::At(new) => assert_eq!(set, new),
                    // The kernel uses a coarse clock for the current time.
                    SetTime::Now => assert!(set.seconds as u64 + 1 >= before, "{set:?}"),
                });
            }
        }
    }
}

#[test]
fn utimensat_changes_a_symbolic_link_itself_with_symlink_nofollow_or_empty_path() {
    let (directory, fd) = directory();
    let (path, link) = (directory.path().join("file"), directory.path().join("link"));
    std_fs::write(&path, "").unwrap();
    symlink("file", &link).unwrap();
    let set = |directory: &OwnedFd, path, seconds, flags| {
        let time = SetTime::At(Timespec { seconds, nanoseconds: 0 });
        let times = Timestamps { last_access: SetTime::Omit, last_modification: time };
        utimensat(directory, path, &times, flags).unwrap();
    };
    let seconds = |path: &Path| times_of(path)[1].seconds;
    set(&fd, "link", 1, NONE);
    set(&fd, "link", 2, AtFlags::SYMLINK_NOFOLLOW);
    assert_eq!((seconds(&path), seconds(&link)), (1, 2));
    require!(kernel >= 5.8, "utimensat with AT_EMPTY_PATH");
    set(&open_path(&link), "", 3, AtFlags::EMPTY_PATH);
    set(&open_path(&path), "", 4, AtFlags::EMPTY_PATH);
    assert_eq!((seconds(&path), seconds(&link)), (4, 3));
}

#[test]
fn utimensat_does_not_look_up_the_path_if_both_times_are_left_unchanged() {
    let omit = Timestamps { last_access: SetTime::Omit, last_modification: SetTime::Omit };
    assert_eq!(utimensat(CWD, "/nowhere/at/all", &omit, NONE), Ok(()));
    let now = Timestamps { last_access: SetTime::Now, ..omit };
    assert_eq!(utimensat(CWD, "/nowhere/at/all", &now, NONE).unwrap_err().errno(), Errno::NOENT);
}

#[test]
fn utimensat_sets_both_times_to_now_for_a_caller_with_write_permission_only() {
    let (directory, fd) = directory();
    let path = directory.path().join("file");
    std_fs::write(&path, "").unwrap();
    std_fs::set_permissions(&path, std_fs::Permissions::from_mode(0o666)).unwrap();
    require!(is_root_with_all_ids(), "the caller cannot become another user");
    let now = Timestamps { last_access: SetTime::Now, last_modification: SetTime::Now };
    let set = |times| as_nobody(|| utimensat(&fd, "file", &times, NONE));
    std_fs::set_permissions(directory.path(), std_fs::Permissions::from_mode(0o755)).unwrap();
    assert_eq!(set(now), Ok(()));
    let error = set(Timestamps { last_access: SetTime::Omit, ..now }).unwrap_err();
    assert_eq!(error.errno(), Errno::PERM);
    std_fs::set_permissions(&path, std_fs::Permissions::from_mode(0o444)).unwrap();
    assert_eq!(set(now).unwrap_err().errno(), Errno::ACCES);
}

#[test]
fn accessat_checks_each_permission_of_the_file() {
    let (directory, fd) = directory();
    let path = directory.path().join("file");
    std_fs::write(&path, "").unwrap();
    std_fs::set_permissions(directory.path(), std_fs::Permissions::from_mode(0o755)).unwrap();
    for bits in 0..8 {
        let mode = bits << 6 | bits << 3 | bits;
        std_fs::set_permissions(&path, std_fs::Permissions::from_mode(mode)).unwrap();
        for access in 0..8 {
            let access = Access::from_bits_retain(access);
            let expected = access.bits() & !bits == 0;
            for flags in [NONE, AtFlags::EACCESS, AtFlags::SYMLINK_NOFOLLOW] {
                let result = as_nobody(|| accessat(&fd, "file", access, flags));
                assert_eq!(result.is_ok(), expected, "{mode:o} {access} {flags}: {result:?}");
                assert!(result.is_ok() || result.is_err_and(|error| error.is(Errno::ACCES)));
            }
        }
    }
}

#[test]
fn accessat_follows_symbolic_links_and_checks_descriptors_with_flags() {
    let (directory, fd) = directory();
    let link = directory.path().join("dangling");
    symlink("missing", &link).unwrap();
    let check = |flags| accessat(&fd, "dangling", Access::EXISTS, flags);
    assert_eq!(check(NONE).unwrap_err().errno(), Errno::NOENT);
    assert_eq!(check(AtFlags::SYMLINK_NOFOLLOW), Ok(()));
    assert_eq!(accessat(ABS, bytes(&link), Access::READ_OK, AtFlags::SYMLINK_NOFOLLOW), Ok(()));
    assert_eq!(accessat(open_path(&link), "", Access::EXISTS, AtFlags::EMPTY_PATH), Ok(()));
    let error = accessat(&fd, "", Access::EXISTS, NONE).unwrap_err();
    assert_eq!(error.errno(), Errno::NOENT);
    with_own_root_and_cwd(|| {
        butter::process::fchdir(&fd).unwrap();
        assert_eq!(accessat(CWD, ".", Access::READ_OK | Access::EXEC_OK, NONE), Ok(()));
    });
}

#[test]
fn accessat_uses_the_real_ids_unless_eaccess_is_set() {
    require!(is_root_with_all_ids(), "the caller cannot become another user");
    let file = files::NamedFile::new();
    std_fs::set_permissions(file.path(), std_fs::Permissions::from_mode(0o600)).unwrap();
    let fd = openat(ABS, bytes(file.path()), OFlags::PATH, Mode::empty()).unwrap();
    let thread = std::thread::spawn(move || {
        let (unchanged, nobody) = (-1_i64, 65534_i64);
        // The wrapper functions of libc would change the IDs of all threads.
        // SAFETY: changes the effective user ID of this thread only.
        let changed = unsafe { libc::syscall(libc::SYS_setresuid, unchanged, nobody, unchanged) };
        assert_eq!(changed, 0);
        let check = |flags| accessat(&fd, "", Access::READ_OK, flags | AtFlags::EMPTY_PATH);
        (check(NONE), check(AtFlags::EACCESS))
    });
    let (real, effective) = thread.join().unwrap();
    assert_eq!(real, Ok(()));
    assert_eq!(effective.unwrap_err().errno(), Errno::ACCES);
}

#[test]
fn attributes_cannot_be_changed_on_a_read_only_mount() {
    let ran = in_namespaces(|| {
        with_tmpfs(MountFlags::empty(), |path| {
            let file = path.join("file");
            std_fs::write(&file, "").unwrap();
            let fd = common::fd(File::open(&file).unwrap());
            mount::remount_bind(bytes(path), MountFlags::RDONLY).unwrap();
            let now = Timestamps { last_access: SetTime::Now, last_modification: SetTime::Now };
            let (path, owner) = (bytes(&file), Some(geteuid()));
            for (name, result) in [
                ("fchmodat", chmodat(ABS, path, Mode::RWXU, NONE)),
                ("fchmod", fchmod(&fd, Mode::RWXU)),
                ("fchownat", chownat(ABS, path, owner, None, NONE)),
                ("fchown", fchown(&fd, owner, None)),
                ("utimensat", utimensat(ABS, path, &now, NONE)),
                ("utimensat(fd)", futimens(&fd, &now)),
                ("faccessat2", accessat(ABS, path, Access::WRITE_OK, NONE)),
            ] {
                let error = in_row(name, || result.unwrap_err());
                assert_eq!((error.call().name(), error.errno()), (name, Errno::ROFS));
            }
            assert_eq!(accessat(ABS, path, Access::READ_OK, NONE), Ok(()));
        });
    });
    require!(ran, "this host does not permit new namespaces");
}
