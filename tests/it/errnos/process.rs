//! Errors of `getpid`, `chdir`, `fchdir`, `chroot` and `prlimit64`. A thread that changes its
//! working or root directory first stops sharing both directories with other threads
//! (`unshare(CLONE_FS)`).

use std::fs::{self, File};

use butter::error::{Call, ErrorKind};
use butter::path::Arg;
use butter::process::{Pid, Resource, Rlimit};
use butter::{Errno, process};
use temp_dir::TempDir;

use super::{NO_OTHER_USER, Outcome, Row, Table, failed, null};
use common::child::{as_nobody, drop_capabilities, with_own_root_and_cwd};
use common::files;
use common::forked::in_forked_child;
use common::inject::{inject, pretend};
use common::processes::process_of_another_user;

pub const TABLE: Table = Table {
    source: include_str!("../../../src/process/raw.rs"),
    rows: ROWS,
    at_descriptor_limit: &[],
    others: &[],
};

const ROWS: &[Row] = &[
    Row(Call::GETPID, Errno::SRCH, ErrorKind::NotFound, || {
        pretend(libc::SYS_getpid, || failed(process::raw::getpid()))
    }),
    Row(Call::CHDIR, Errno::NOENT, ErrorKind::NotFound, || chdir("/nowhere")),
    Row(Call::CHDIR, Errno::NOENT, ErrorKind::NotFound, || chdir("")),
    Row(Call::CHDIR, Errno::NOTDIR, ErrorKind::InvalidArgument, || chdir("/proc/version")),
    Row(Call::CHDIR, Errno::ACCES, ErrorKind::PermissionDenied, || {
        in_unsearchable_directory(|path| chdir(path))
    }),
    Row(Call::CHDIR, Errno::INVAL, ErrorKind::InvalidArgument, || chdir("/\0")),
    Row(Call::CHDIR, Errno::LOOP, ErrorKind::InvalidArgument, || {
        with_link_loop(|path| chdir(path))
    }),
    Row(Call::CHDIR, Errno::NAMETOOLONG, ErrorKind::InvalidArgument, || chdir([b'a'; 256])),
    Row(Call::CHDIR, Errno::NAMETOOLONG, ErrorKind::InvalidArgument, || chdir([b'/'; 4096])),
    Row(Call::CHDIR, Errno::IO, ErrorKind::Other, || {
        inject(libc::SYS_chdir, Errno::IO, || chdir("/"))
    }),
    Row(Call::FCHDIR, Errno::NOTDIR, ErrorKind::InvalidArgument, || {
        with_own_root_and_cwd(|| failed(process::fchdir(null())))
    }),
    Row(Call::FCHDIR, Errno::ACCES, ErrorKind::PermissionDenied, || {
        let directory = files::directory();
        let open = common::fd(File::open(directory.path()).unwrap());
        remove_search_permission(&directory);
        as_nobody(|| with_own_root_and_cwd(|| failed(process::fchdir(open))))
    }),
    Row(Call::GETCWD, Errno::NOENT, ErrorKind::NotFound, || {
        with_own_root_and_cwd(|| {
            let directory = files::directory();
            process::chdir(common::bytes(directory.path())).unwrap();
            drop(directory);
            failed(process::getcwd(&mut [0; 4096]).map(drop))
        })
    }),
    Row(Call::GETCWD, Errno::RANGE, ErrorKind::InvalidArgument, || {
        failed(process::getcwd(&mut [0; 1]).map(drop))
    }),
    Row(Call::GETCWD, Errno::NAMETOOLONG, ErrorKind::InvalidArgument, || {
        let directory = files::directory();
        with_own_root_and_cwd(|| {
            process::chdir(common::bytes(directory.path())).unwrap();
            for _ in 0..17 {
                let name = "a".repeat(250);
                fs::create_dir(&name).unwrap();
                process::chdir(name.as_str()).unwrap();
            }
            failed(process::getcwd(&mut [0; 8192]).map(drop))
        })
    }),
    Row(Call::GETCWD, Errno::IO, ErrorKind::Other, || {
        pretend(libc::SYS_getcwd, || failed(process::getcwd(&mut [0; 64]).map(drop)))
    }),
    Row(Call::CHROOT, Errno::PERM, ErrorKind::PermissionDenied, || as_nobody(|| chroot("/"))),
    Row(Call::CHROOT, Errno::NOENT, ErrorKind::NotFound, || chroot("/nowhere")),
    Row(Call::CHROOT, Errno::NOENT, ErrorKind::NotFound, || chroot("")),
    Row(Call::CHROOT, Errno::NOTDIR, ErrorKind::InvalidArgument, || chroot("/proc/version")),
    Row(Call::CHROOT, Errno::ACCES, ErrorKind::PermissionDenied, || {
        in_unsearchable_directory(|path| chroot(path))
    }),
    Row(Call::CHROOT, Errno::INVAL, ErrorKind::InvalidArgument, || chroot("/\0")),
    Row(Call::CHROOT, Errno::LOOP, ErrorKind::InvalidArgument, || {
        with_link_loop(|path| chroot(path))
    }),
    Row(Call::CHROOT, Errno::NAMETOOLONG, ErrorKind::InvalidArgument, || chroot([b'a'; 256])),
    Row(Call::CHROOT, Errno::NAMETOOLONG, ErrorKind::InvalidArgument, || chroot([b'/'; 4096])),
    Row(Call::CHROOT, Errno::IO, ErrorKind::Other, || {
        inject(libc::SYS_chroot, Errno::IO, || chroot("/"))
    }),
    Row(Call::PRLIMIT64, Errno::INVAL, ErrorKind::InvalidArgument, || {
        let limit = Rlimit { current: Some(2), maximum: Some(1) };
        failed(process::setrlimit(Resource::Core, limit))
    }),
    Row(Call::PRLIMIT64, Errno::PERM, ErrorKind::PermissionDenied, || {
        // The new limits apply to the forked child only.
        failed(in_forked_child(|| {
            let [zero, one] = [0, 1].map(|limit| Rlimit { current: Some(0), maximum: Some(limit) });
            process::setrlimit(Resource::Core, zero).unwrap();
            drop_capabilities();
            process::setrlimit(Resource::Core, one)
        }))
    }),
    Row(Call::PRLIMIT64, Errno::PERM, ErrorKind::PermissionDenied, || {
        // Not even root can raise the limit above `fs.nr_open`, which is less than 2^31.
        let limit = Rlimit { current: Some(0), maximum: Some(1 << 40) };
        failed(in_forked_child(|| process::setrlimit(Resource::Nofile, limit)))
    }),
    Row(Call::PRLIMIT64, Errno::PERM, ErrorKind::PermissionDenied, || {
        as_nobody(|| {
            let other = process_of_another_user().ok_or(NO_OTHER_USER)?;
            failed(process::prlimit(Some(other), Resource::Core, None))
        })
    }),
    Row(Call::PRLIMIT64, Errno::SRCH, ErrorKind::NotFound, || {
        failed(process::prlimit(Pid::from_raw(i32::MAX), Resource::Core, None))
    }),
];

fn chdir(path: impl Arg + Send) -> Outcome {
    with_own_root_and_cwd(|| failed(process::chdir(path)))
}

fn chroot(path: impl Arg + Send) -> Outcome {
    with_own_root_and_cwd(|| failed(process::chroot(path)))
}

/// Removes the search permission of a directory.
fn remove_search_permission(directory: &TempDir) {
    fs::set_permissions(directory.path(), std::os::unix::fs::PermissionsExt::from_mode(0o600))
        .unwrap();
}

/// Executes a call with a path in a directory without search permission, as an unprivileged user.
pub fn in_unsearchable_directory(call: impl FnOnce(&[u8]) -> Outcome + Send) -> Outcome {
    let directory = files::directory();
    remove_search_permission(&directory);
    as_nobody(|| call(common::bytes(&directory.path().join("."))))
}

/// Executes a call with the path of a symbolic link to itself.
pub fn with_link_loop(call: impl FnOnce(&[u8]) -> Outcome) -> Outcome {
    let directory = files::directory();
    let link = directory.path().join("link");
    std::os::unix::fs::symlink(&link, &link).unwrap();
    call(common::bytes(&link))
}
