//! Errors of inotify.

use std::ffi::CString;
use std::fs;
use std::path::PathBuf;

use butter::Errno;
use butter::error::{Call, ErrorKind};
use butter::eventfd::EventFd;
use butter::fd::AsFd;
use butter::inotify::{self, InitFlags, Inotify, Watch, WatchFlags};
use temp_dir::TempDir;

use super::{Outcome, Row, Table, check, check_each, failed, null, path_only_descriptor, row};
use common::child::{as_nobody, in_user_namespace};
use common::files;
use common::inject::inject;
use common::require;

pub const TABLE: Table = Table {
    source: include_str!("../../../src/inotify/raw.rs"),
    rows: ROWS,
    at_descriptor_limit: AT_DESCRIPTOR_LIMIT,
    others: AT_USER_LIMITS,
};

const ROWS: &[Row] = &[
    Row(Call::INOTIFY_INIT1, Errno::INVAL, ErrorKind::InvalidArgument, || {
        failed(inotify::raw::inotify_init1(InitFlags::from_bits_retain(1)))
    }),
    Row(Call::INOTIFY_INIT1, Errno::NFILE, ErrorKind::LimitReached, || {
        inject(libc::SYS_inotify_init1, Errno::NFILE, || failed(Inotify::new()))
    }),
    Row(Call::INOTIFY_ADD_WATCH, Errno::NOENT, ErrorKind::NotFound, || {
        watch("/nowhere/at/all", WatchFlags::CREATE)
    }),
    Row(Call::INOTIFY_ADD_WATCH, Errno::NOTDIR, ErrorKind::InvalidArgument, || {
        watch("/proc/version", WatchFlags::ONLYDIR | WatchFlags::OPEN)
    }),
    Row(Call::INOTIFY_ADD_WATCH, Errno::ACCES, ErrorKind::PermissionDenied, || {
        let directory = files::directory();
        fs::set_permissions(directory.path(), std::os::unix::fs::PermissionsExt::from_mode(0o000))
            .unwrap();
        as_nobody(|| watch(common::bytes(directory.path()), WatchFlags::CREATE))
    }),
    Row(Call::INOTIFY_ADD_WATCH, Errno::EXIST, ErrorKind::AlreadyExists, || {
        let inotify = Inotify::new().unwrap();
        inotify.add_watch("/", WatchFlags::CREATE).unwrap();
        failed(inotify.add_watch("/", WatchFlags::CREATE | WatchFlags::MASK_CREATE))
    }),
    Row(Call::INOTIFY_ADD_WATCH, Errno::INVAL, ErrorKind::InvalidArgument, || {
        watch("/", WatchFlags::empty())
    }),
    Row(Call::INOTIFY_ADD_WATCH, Errno::LOOP, ErrorKind::InvalidArgument, || {
        let (_directory, link) = symbolic_link_to_itself();
        watch(common::bytes(&link), WatchFlags::CREATE)
    }),
    Row(Call::INOTIFY_ADD_WATCH, Errno::NAMETOOLONG, ErrorKind::InvalidArgument, || {
        watch([b'a'; 256], WatchFlags::CREATE)
    }),
    Row(Call::INOTIFY_RM_WATCH, Errno::INVAL, ErrorKind::InvalidArgument, || {
        failed(Inotify::new().unwrap().remove_watch(Watch::from_raw(77)))
    }),
    Row(Call::INOTIFY_READ, Errno::AGAIN, ErrorKind::WouldBlock, || {
        let inotify = Inotify::nonblocking().unwrap();
        failed(inotify::raw::read(inotify.as_fd(), &mut [0; 4112]).map(drop))
    }),
    Row(Call::INOTIFY_READ, Errno::INVAL, ErrorKind::InvalidArgument, || {
        let directory = files::directory();
        let inotify = Inotify::nonblocking().unwrap();
        inotify.add_watch(common::bytes(directory.path()), WatchFlags::CREATE).unwrap();
        fs::create_dir(directory.path().join("sub")).unwrap();
        failed(inotify.read_events(&mut [0; 16]))
    }),
    Row(Call::IOCTL_INOTIFY_SETNEXTWD, Errno::INVAL, ErrorKind::InvalidArgument, || {
        let inotify = Inotify::new().unwrap();
        // SAFETY: an inotify instance.
        match unsafe { inotify::raw::ioctl_setnextwd(inotify.as_fd(), Watch::from_raw(0)) } {
            Err(error) if error.is(Errno::NOTTY) => Err("no CONFIG_CHECKPOINT_RESTORE".into()),
            result => failed(result),
        }
    }),
    Row(Call::IOCTL_INOTIFY_SETNEXTWD, Errno::NOTTY, ErrorKind::Unsupported, || {
        let other = EventFd::new(0).unwrap();
        // SAFETY: an event counter supports no request.
        failed(unsafe { inotify::raw::ioctl_setnextwd(other.as_fd(), Watch::from_raw(1)) })
    }),
    Row(Call::INOTIFY_ADD_WATCH, Errno::BADF, ErrorKind::BadDescriptor, || {
        failed(Inotify::from(path_only_descriptor()).add_watch("/", WatchFlags::CREATE))
    }),
    Row(Call::INOTIFY_RM_WATCH, Errno::BADF, ErrorKind::BadDescriptor, || {
        failed(Inotify::from(path_only_descriptor()).remove_watch(Watch::from_raw(1)))
    }),
    Row(Call::INOTIFY_READ, Errno::BADF, ErrorKind::BadDescriptor, || {
        failed(Inotify::from(path_only_descriptor()).read_events(&mut [0; 16]))
    }),
    Row(Call::IOCTL_INOTIFY_SETNEXTWD, Errno::BADF, ErrorKind::BadDescriptor, || {
        // SAFETY: requests on a path-only descriptor reach no file system.
        failed(unsafe {
            inotify::raw::ioctl_setnextwd(path_only_descriptor().as_fd(), Watch::from_raw(1))
        })
    }),
];

const AT_DESCRIPTOR_LIMIT: &[Row] =
    &[Row(Call::INOTIFY_INIT1, Errno::MFILE, ErrorKind::LimitReached, || failed(Inotify::new()))];

/// The errors that occur if an inotify limit of the user is reached, in the order of [`LIMITS`].
const AT_USER_LIMITS: &[Row] = &[
    Row(Call::INOTIFY_ADD_WATCH, Errno::NOSPC, ErrorKind::LimitReached, || {
        watch("/", WatchFlags::CREATE)
    }),
    Row(Call::INOTIFY_INIT1, Errno::MFILE, ErrorKind::LimitReached, || failed(Inotify::new())),
];

/// The names of the sysctls that limit the numbers of inotify watches and inotify instances.
const LIMITS: [&str; 2] = ["max_inotify_watches", "max_inotify_instances"];

pub fn watch(path: impl butter::path::Arg, mask: WatchFlags) -> Outcome {
    failed(Inotify::new().unwrap().add_watch(path, mask))
}

fn symbolic_link_to_itself() -> (TempDir, PathBuf) {
    let directory = files::directory();
    let link = directory.path().join("link");
    std::os::unix::fs::symlink(&link, &link).unwrap();
    (directory, link)
}

#[test]
fn inotify_fails_with_enospc_or_emfile_if_user_limit_is_reached() {
    require!(
        in_user_namespace(|| {
            for (limit, row) in LIMITS.iter().zip(AT_USER_LIMITS) {
                require!(
                    fs::write(format!("/proc/sys/user/{limit}"), "0"),
                    "user.{limit} cannot be lowered"
                );
                check_each([row]);
            }
        }),
        "the host does not permit user namespaces (sysctl, security module or seccomp)"
    );
}

/// Tests further causes of the errnos in the table of inotify errors.
#[test]
fn add_watch_fails_with_documented_errno_if_path_or_mask_is_invalid() {
    let mask = WatchFlags::CREATE;
    let expected_row = |errno| row(Call::INOTIFY_ADD_WATCH, errno).unwrap();
    let invalid = expected_row(Errno::INVAL);
    check(invalid, watch("/tmp\0", mask).unwrap());
    check(invalid, watch(b"\0", mask).unwrap());
    check(invalid, watch("/", WatchFlags::MASK_ADD | WatchFlags::MASK_CREATE | mask).unwrap());
    check(invalid, failed(Inotify::from(null()).add_watch("/", mask)).unwrap());

    let too_long = expected_row(Errno::NAMETOOLONG);
    let path = "/".repeat(4096);
    check(too_long, watch(path.as_str(), mask).unwrap());
    check(too_long, watch(CString::new(path.as_str()).unwrap().as_c_str(), mask).unwrap());
    assert!(
        Inotify::new().unwrap().add_watch(&path[..4095], mask).is_ok(),
        "a path of 4095 bytes should be accepted"
    );

    check(expected_row(Errno::NOENT), watch("", mask).unwrap());
    check(expected_row(Errno::NOENT), watch(c"", mask).unwrap());
}
