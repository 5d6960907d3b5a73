//! Errors of ID maps.

use std::fs;
use std::os::unix::fs::MetadataExt;

use butter::error::{Call, ErrorKind};
use butter::fd::AsFd;
use butter::idmap::Task;
use butter::idmap::{IdMaps, IdRange, MapError, raw};
use butter::namespace::{Namespaces, unshare, unshare_as_root};
use butter::process::geteuid;
use butter::{Errno, Error};

use super::{Outcome, Row, Table, failed};
use common::child::as_nobody;
use common::forked::{ForkedChild, in_forked_child};
use common::inject::inject;
use common::processes::{ended_process, undumpable_process};

pub const TABLE: Table = Table {
    source: include_str!("../../../src/idmap/raw.rs"),
    rows: ROWS,
    at_descriptor_limit: AT_DESCRIPTOR_LIMIT,
    others: &[],
};

const ONE: &[IdRange] = &[IdRange::one(0, 1)];
const EMPTY: &[IdRange] = &[IdRange::new(0, 0, 0)];
const USERS: IdMaps<'_> = IdMaps::new(ONE, &[]);
const GROUPS: IdMaps<'_> = IdMaps::new(&[], ONE);
const DENY_SETGROUPS: IdMaps<'_> = IdMaps::new(&[], &[]).deny_setgroups();

const ROWS: &[Row] = &[
    Row(Call::OPENAT_UID_MAP, Errno::NOENT, ErrorKind::NotFound, || {
        failed_write(USERS.write(ended_process()))
    }),
    Row(Call::OPENAT_UID_MAP, Errno::ACCES, ErrorKind::PermissionDenied, || {
        write_to_undumpable(USERS)
    }),
    Row(Call::OPENAT_GID_MAP, Errno::NOENT, ErrorKind::NotFound, || {
        failed_write(GROUPS.write(ended_process()))
    }),
    Row(Call::OPENAT_GID_MAP, Errno::ACCES, ErrorKind::PermissionDenied, || {
        write_to_undumpable(GROUPS)
    }),
    Row(Call::OPENAT_SETGROUPS, Errno::NOENT, ErrorKind::NotFound, || {
        failed_write(DENY_SETGROUPS.write(ended_process()))
    }),
    Row(Call::OPENAT_SETGROUPS, Errno::ACCES, ErrorKind::PermissionDenied, || {
        write_to_undumpable(DENY_SETGROUPS)
    }),
    Row(Call::OPENAT_UID_MAP, Errno::NFILE, ErrorKind::LimitReached, || injected(USERS)),
    Row(Call::OPENAT_GID_MAP, Errno::NFILE, ErrorKind::LimitReached, || injected(GROUPS)),
    Row(Call::OPENAT_SETGROUPS, Errno::NFILE, ErrorKind::LimitReached, || injected(DENY_SETGROUPS)),
    // The ID maps of the calling process are already set.
    Row(Call::WRITE_UID_MAP, Errno::PERM, ErrorKind::PermissionDenied, || {
        failed_write(USERS.write(Task::Own))
    }),
    Row(Call::WRITE_GID_MAP, Errno::PERM, ErrorKind::PermissionDenied, || {
        failed_write(GROUPS.write(Task::Own))
    }),
    Row(Call::WRITE_UID_MAP, Errno::INVAL, ErrorKind::InvalidArgument, || {
        write_to_child(IdMaps::new(EMPTY, &[]))
    }),
    Row(Call::WRITE_GID_MAP, Errno::INVAL, ErrorKind::InvalidArgument, || {
        write_to_child(IdMaps::new(&[], EMPTY))
    }),
    Row(Call::WRITE_SETGROUPS, Errno::PERM, ErrorKind::PermissionDenied, || match in_forked_child(
        || unshare_as_root(Namespaces::empty()).map(|()| DENY_SETGROUPS.write(Task::Own)),
    ) {
        Ok(result) => failed_write(result),
        Err(error) => Err(error.to_string()),
    }),
];

const AT_DESCRIPTOR_LIMIT: &[Row] = &[
    Row(Call::OPENAT_UID_MAP, Errno::MFILE, ErrorKind::LimitReached, || {
        failed_write(USERS.write(Task::Own))
    }),
    Row(Call::OPENAT_GID_MAP, Errno::MFILE, ErrorKind::LimitReached, || {
        failed_write(GROUPS.write(Task::Own))
    }),
    Row(Call::OPENAT_SETGROUPS, Errno::MFILE, ErrorKind::LimitReached, || {
        failed_write(DENY_SETGROUPS.write(Task::Own))
    }),
];

fn injected(maps: IdMaps<'_>) -> Outcome {
    inject(libc::SYS_openat, Errno::NFILE, || failed_write(maps.write(Task::Own)))
}

fn failed_write(result: Result<(), MapError>) -> Outcome {
    failed(result.map_err(Error::from))
}

/// Writes the ID maps of a process whose files in `/proc` belong to another user: the files of a
/// process that is not dumpable belong to root of the process's user namespace.
fn write_to_undumpable(maps: IdMaps<'_>) -> Outcome {
    let child = undumpable_process();
    let process = child.pid();
    let file = fs::metadata(format!("/proc/{process}/uid_map")).unwrap();
    as_nobody(|| {
        if file.uid() == geteuid().as_raw() {
            return Err("root of this user namespace may write the ID maps of every process".into());
        }
        failed_write(maps.write(process))
    })
}

/// Writes the ID maps of a child process in a new user namespace that has no ID maps.
fn write_to_child(maps: IdMaps<'_>) -> Outcome {
    let child = ForkedChild::start(|| unshare(Namespaces::USER));
    match child.result() {
        Ok(()) => failed_write(maps.write(child.pid())),
        Err(error) => Err(error.to_string()),
    }
}

/// The library rejects a text that is too long before it calls `write`.
#[test]
fn write_uid_map_fails_with_einval_if_the_text_is_too_long() {
    let file = super::regular_file();
    let ranges = [IdRange::one(0, 0); 683];
    let error = raw::write_uid_map(file.as_fd(), &ranges).unwrap_err();
    super::check(super::row(Call::WRITE_UID_MAP, Errno::INVAL).unwrap(), error);
    assert_eq!(common::file(file).metadata().unwrap().len(), 0);
}
