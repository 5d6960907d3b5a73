//! Errors of fanotify.

use std::fs::{self, File};
use std::path::Path;

use butter::Errno;
use butter::error::{Call, ErrorKind};
use butter::fanotify::{
    self, Class, EventFileFlags, Fanotify, InitFlags, Mark, MarkFlags, MarkMask, Response,
};
use butter::fd::AsFd;
use butter::fs::CWD;
use butter::mount::{self, MountFlags};

use super::{Outcome, Row, Table, check, failed, null, path_only_descriptor, row};
use common::child::{as_nobody, in_user_namespace};
use common::files;
use common::fuse;
use common::inject::inject;
use common::require;

pub const TABLE: Table = Table {
    source: include_str!("../../../src/fanotify/raw.rs"),
    rows: ROWS,
    at_descriptor_limit: AT_DESCRIPTOR_LIMIT,
    others: OTHERS,
};

const INIT: libc::c_long = libc::SYS_fanotify_init;
const MARK: libc::c_long = libc::SYS_fanotify_mark;

const ROWS: &[Row] = &[
    Row(Call::FANOTIFY_INIT, Errno::PERM, ErrorKind::PermissionDenied, || {
        as_nobody(|| failed(Fanotify::new(Class::Notification)))
    }),
    Row(Call::FANOTIFY_INIT, Errno::INVAL, ErrorKind::InvalidArgument, || {
        let flags = InitFlags::REPORT_FID | InitFlags::from_bits_retain(1 << 31);
        let files = EventFileFlags::RDONLY;
        let error = failed(fanotify::raw::fanotify_init(Class::Notification, flags, files))?;
        // Kernels older than Linux 5.13 permit no unprivileged groups.
        if error.is(Errno::PERM) { Err(error.to_string()) } else { Ok(error) }
    }),
    Row(Call::FANOTIFY_INIT, Errno::NFILE, ErrorKind::LimitReached, || {
        inject(INIT, Errno::NFILE, || failed(reporting_fids()))
    }),
    Row(Call::FANOTIFY_INIT, Errno::NOSYS, ErrorKind::Unsupported, || {
        inject(INIT, Errno::NOSYS, || failed(reporting_fids()))
    }),
    Row(Call::FANOTIFY_MARK, Errno::BADF, ErrorKind::BadDescriptor, || {
        failed(Fanotify::from_fd(path_only_descriptor(), Response::Allow))
    }),
    Row(Call::FANOTIFY_MARK, Errno::INVAL, ErrorKind::InvalidArgument, || {
        mark("/", MarkMask::empty())
    }),
    Row(Call::FANOTIFY_MARK, Errno::NOENT, ErrorKind::NotFound, || {
        mark("/nowhere/at/all", MarkMask::OPEN)
    }),
    Row(Call::FANOTIFY_MARK, Errno::NOTDIR, ErrorKind::InvalidArgument, || {
        mark_with("/proc/version", MarkFlags::ONLYDIR)
    }),
    Row(Call::FANOTIFY_MARK, Errno::ACCES, ErrorKind::PermissionDenied, || {
        let directory = files::directory();
        fs::set_permissions(directory.path(), std::os::unix::fs::PermissionsExt::from_mode(0o000))
            .unwrap();
        as_nobody(|| mark(common::bytes(directory.path()), MarkMask::OPEN))
    }),
    Row(Call::FANOTIFY_MARK, Errno::PERM, ErrorKind::PermissionDenied, || {
        as_nobody(|| failed(reporting_fids().map_err(skip)?.add(Mark::Mount, MarkMask::OPEN, "/")))
    }),
    Row(Call::FANOTIFY_MARK, Errno::ISDIR, ErrorKind::InvalidArgument, || {
        let directory = files::directory();
        let error = mark_with(common::bytes(directory.path()), MarkFlags::IGNORE)?;
        if error.is(Errno::INVAL) {
            Err("FAN_MARK_IGNORE requires Linux 6.0".into())
        } else {
            Ok(error)
        }
    }),
    Row(Call::FANOTIFY_MARK, Errno::EXIST, ErrorKind::AlreadyExists, || {
        let (group, directory) = (reporting_fids().map_err(skip)?, files::directory());
        let path = common::bytes(directory.path());
        group.ignore(Mark::Inode, MarkMask::OPEN, path).map_err(skip)?;
        failed(group.add_at(Mark::Inode, MarkFlags::IGNORED_MASK, MarkMask::OPEN, CWD, path))
    }),
    Row(Call::FANOTIFY_MARK, Errno::XDEV, ErrorKind::Unsupported, || {
        let group = reporting_fids().map_err(skip)?;
        inject(MARK, Errno::XDEV, || failed(group.add(Mark::Inode, MarkMask::OPEN, "/")))
    }),
    Row(Call::FANOTIFY_MARK, Errno::OPNOTSUPP, ErrorKind::Unsupported, || {
        let group = reporting_fids().map_err(skip)?;
        let error = unless_no_fsid(group.add(Mark::Filesystem, MarkMask::OPEN, "/proc"))?;
        if error.is(Errno::PERM) { Err(error.to_string()) } else { Ok(error) }
    }),
    Row(Call::FANOTIFY_MARK, Errno::LOOP, ErrorKind::InvalidArgument, || {
        let directory = files::directory();
        let link = directory.path().join("link");
        std::os::unix::fs::symlink(&link, &link).unwrap();
        mark(common::bytes(&link), MarkMask::OPEN)
    }),
    Row(Call::FANOTIFY_MARK, Errno::NAMETOOLONG, ErrorKind::InvalidArgument, || {
        mark([b'a'; 256], MarkMask::OPEN)
    }),
    Row(Call::FANOTIFY_MARK, Errno::NOSYS, ErrorKind::Unsupported, || {
        let group = reporting_fids().map_err(skip)?;
        inject(MARK, Errno::NOSYS, || failed(group.flush(Mark::Inode)))
    }),
    Row(Call::FANOTIFY_READ, Errno::AGAIN, ErrorKind::WouldBlock, || {
        let group = reporting_fids().map_err(skip)?;
        failed(fanotify::raw::read(group.as_fd(), &mut [0; 100]).map(drop))
    }),
    Row(Call::FANOTIFY_READ, Errno::INVAL, ErrorKind::InvalidArgument, || {
        let (group, directory) = (reporting_fids().map_err(skip)?, files::directory());
        group.add(Mark::Inode, MarkMask::CREATE, common::bytes(directory.path())).map_err(skip)?;
        File::create(directory.path().join("file")).unwrap();
        failed(group.read_events(&mut [0; 24]))
    }),
    Row(Call::FANOTIFY_READ, Errno::BADF, ErrorKind::BadDescriptor, || {
        failed(fanotify::raw::read(path_only_descriptor().as_fd(), &mut [0; 100]).map(drop))
    }),
    Row(Call::FANOTIFY_READ, Errno::NFILE, ErrorKind::LimitReached, || {
        let group = reporting_fids().map_err(skip)?;
        inject(libc::SYS_read, Errno::NFILE, || failed(group.read_events(&mut [0; 100])))
    }),
    Row(Call::FANOTIFY_READ, Errno::TXTBSY, ErrorKind::Busy, || {
        // The test program is being executed.
        read_event_of(Path::new("/proc/self/exe"), EventFileFlags::RDWR)
    }),
    Row(Call::FANOTIFY_READ, Errno::NXIO, ErrorKind::NotFound, || {
        // Linux 6.18 reports no events for FIFOs.
        let group = reporting_fids().map_err(skip)?;
        inject(libc::SYS_read, Errno::NXIO, || failed(group.read_events(&mut [0; 100])))
    }),
    Row(Call::FANOTIFY_WRITE, Errno::NOENT, ErrorKind::NotFound, || {
        let (group, file) = (reporting_fids().map_err(skip)?, null());
        failed(fanotify::raw::write(group.as_fd(), Some(file.as_fd()), Response::Allow, None))
    }),
    Row(Call::FANOTIFY_WRITE, Errno::INVAL, ErrorKind::InvalidArgument, || {
        let group = reporting_fids().map_err(skip)?;
        failed(fanotify::raw::write(group.as_fd(), None, Response::Allow, None))
    }),
    Row(Call::FANOTIFY_WRITE, Errno::BADF, ErrorKind::BadDescriptor, || {
        let group = path_only_descriptor();
        failed(fanotify::raw::write(group.as_fd(), None, Response::Allow, None))
    }),
];

const AT_DESCRIPTOR_LIMIT: &[Row] =
    &[Row(Call::FANOTIFY_INIT, Errno::MFILE, ErrorKind::LimitReached, || failed(reporting_fids()))];

const OTHERS: &[Row] = &[
    Row(Call::FANOTIFY_MARK, Errno::NOSPC, ErrorKind::LimitReached, || {
        let directory = files::directory();
        mark(common::bytes(directory.path()), MarkMask::OPEN)
    }),
    Row(Call::FANOTIFY_INIT, Errno::MFILE, ErrorKind::LimitReached, || failed(reporting_fids())),
    Row(Call::FANOTIFY_MARK, Errno::NODEV, ErrorKind::Unsupported, || {
        failed(reporting_fids().map_err(skip)?.add(Mark::Mount, MarkMask::OPEN, "/tmp"))
    }),
    Row(Call::FANOTIFY_READ, Errno::ROFS, ErrorKind::PermissionDenied, || {
        read_event_of(Path::new("/tmp/file"), EventFileFlags::RDWR)
    }),
    Row(Call::FANOTIFY_READ, Errno::MFILE, ErrorKind::LimitReached, || {
        let directory = files::directory();
        let group = with_event_file_flags(EventFileFlags::RDONLY)?;
        group
            .add(Mark::Inode, MarkMask::OPEN | MarkMask::ONDIR, common::bytes(directory.path()))
            .map_err(skip)?;
        File::open(directory.path()).unwrap();
        common::child::exhaust_descriptors();
        let error = failed(group.read_events(&mut [0; 100]));
        // The event is lost.
        assert_eq!(group.read_events(&mut [0; 100]).unwrap().count(), 0);
        error
    }),
];

/// The sysctls that limit the numbers of marks and groups, in the order of [`OTHERS`].
const LIMITS: [&str; 2] = ["max_fanotify_marks", "max_fanotify_groups"];

/// Returns the reason to skip a row because a group or a mark cannot be created.
fn skip(error: butter::Error) -> String {
    error.to_string()
}

/// Creates a non-blocking group that reports file handles, which does not require privileges.
fn reporting_fids() -> butter::Result<Fanotify> {
    let flags = InitFlags::REPORT_FID | InitFlags::NONBLOCK;
    Fanotify::builder(Class::Notification).flags(flags).build()
}

/// Creates a non-blocking group that opens the files of events with these flags.
fn with_event_file_flags(flags: EventFileFlags) -> Result<Fanotify, String> {
    let builder = Fanotify::builder(Class::Notification).flags(InitFlags::NONBLOCK);
    builder.event_file_flags(flags).build().map_err(skip)
}

fn mark(path: impl butter::path::Arg, mask: MarkMask) -> Outcome {
    unless_no_fsid(reporting_fids().map_err(skip)?.add(Mark::Inode, mask, path))
}

fn mark_with(path: impl butter::path::Arg, flags: MarkFlags) -> Outcome {
    let group = reporting_fids().map_err(skip)?;
    unless_no_fsid(group.add_at(Mark::Inode, flags, MarkMask::OPEN, CWD, path))
}

/// Skips a row whose file system has no ID, so that the kernel fails before it detects the error.
fn unless_no_fsid(result: butter::Result<()>) -> Outcome {
    let error = failed(result)?;
    if error.is(Errno::NODEV) { Err(error.to_string()) } else { Ok(error) }
}

/// Opens a file, and reads the event of the open from a group that opens files with `flags`.
fn read_event_of(path: &Path, flags: EventFileFlags) -> Outcome {
    let group = with_event_file_flags(flags)?;
    group.add(Mark::Inode, MarkMask::OPEN, common::bytes(path)).map_err(skip)?;
    drop(File::open(path).unwrap());
    failed(group.read_events(&mut [0; 100]))
}

#[test]
fn fanotify_fails_with_enospc_or_emfile_if_user_limit_is_reached() {
    require!(
        in_user_namespace(|| {
            for (limit, row) in LIMITS.iter().zip(OTHERS) {
                require!(
                    fs::write(format!("/proc/sys/user/{limit}"), "0"),
                    "user.{limit} cannot be lowered"
                );
                super::check_all(common::this_test!(), [row]);
            }
        }),
        "the host does not permit user namespaces (sysctl, security module or seccomp)"
    );
}

/// Runs as the host's root: in a user namespace, a group cannot open files.
#[test]
fn fanotify_fails_with_enodev_erofs_or_emfile_as_host_root() {
    let other = |errno| OTHERS.iter().find(|row| row.1 == errno).unwrap();
    require!(
        common::this_test!().in_namespaces_as_host_root(|| {
            mount::mount("tmpfs", "/tmp", "tmpfs", MountFlags::empty(), "").unwrap();
            File::create("/tmp/file").unwrap();
            mount::remount_bind("/tmp", MountFlags::RDONLY).unwrap();
            super::check_all(common::this_test!(), [other(Errno::ROFS)]);
            mount::unmount("/tmp").unwrap();

            let server = fuse::Server::mount(Path::new("/tmp"));
            match server {
                Ok(_server) => super::check_all(common::this_test!(), [other(Errno::NODEV)]),
                Err(error) => common::this_test!().skip("FUSE", format_args!("{error}")),
            }
        }),
        "the caller is not the host's root"
    );
}

#[test]
fn fanotify_read_fails_with_emfile_and_loses_event_if_file_cannot_be_opened() {
    let row = OTHERS.iter().find(|row| row.0 == Call::FANOTIFY_READ && row.1 == Errno::MFILE);
    common::child::in_child(|| super::check_all(common::this_test!(), [row.unwrap()]));
}

/// Tests further causes of the errnos in the table of fanotify errors.
#[test]
fn fanotify_mark_fails_with_documented_errno_if_path_is_invalid() {
    let expected_row = |errno| row(Call::FANOTIFY_MARK, errno).unwrap();
    let (mask, directory) = (MarkMask::OPEN, files::directory());
    let group = require!(reporting_fids());
    require!(group.add(Mark::Inode, mask, common::bytes(directory.path())));
    check(expected_row(Errno::INVAL), mark("/tmp\0", mask).unwrap());
    check(expected_row(Errno::NOENT), mark("", mask).unwrap());
    check(expected_row(Errno::NOENT), mark(c"", mask).unwrap());
    check(expected_row(Errno::NAMETOOLONG), mark("/".repeat(4096).as_str(), mask).unwrap());

    let flags = MarkFlags::empty();
    let relative = group.add_at(Mark::Inode, flags, mask, butter::fs::ABS, "relative");
    check(expected_row(Errno::BADF), failed(relative).unwrap());
    let file = directory.path().join("file");
    let descriptor = common::fd(File::create(&file).unwrap());
    let below = group.add_at(Mark::Inode, flags, mask, &descriptor, "relative");
    check(expected_row(Errno::NOTDIR), failed(below).unwrap());
    let absent = group.remove(Mark::Inode, mask, common::bytes(&file));
    check(expected_row(Errno::NOENT), failed(absent).unwrap());
    check(expected_row(Errno::INVAL), failed(Fanotify::from_fd(null(), Response::Allow)).unwrap());
}
