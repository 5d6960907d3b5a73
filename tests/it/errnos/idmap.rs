//! Maps of users and groups.

use butter::error::{Call, ErrorKind};
use butter::fd::AsFd;
use butter::idmap::Task;
use butter::idmap::{IdMaps, IdRange, MapError, raw};
use butter::namespace::{Namespaces, unshare, unshare_as_root};
use butter::process::Pid;
use butter::{Errno, Error};

use super::{Outcome, Row, Table, failed};
use common::child::{as_nobody, ended_process};
use common::forked::{ForkedChild, in_forked_child};
use common::inject::inject;

pub const TABLE: Table = Table {
    source: include_str!("../../../src/idmap/raw.rs"),
    rows: ROWS,
    without_descriptors: WITHOUT_DESCRIPTORS,
    others: &[],
};

const ONE: &[IdRange] = &[IdRange::one(0, 1)];
const EMPTY: &[IdRange] = &[IdRange::new(0, 0, 0)];
const USERS: IdMaps<'_> = IdMaps::new(ONE, &[]);
const GROUPS: IdMaps<'_> = IdMaps::new(&[], ONE);
const NO_GROUPS: IdMaps<'_> = IdMaps::new(&[], &[]).deny_setgroups();

const ROWS: &[Row] = &[
    Row(Call::OPENAT_UID_MAP, Errno::NOENT, ErrorKind::NotFound, || {
        refused(USERS.write(ended_process()))
    }),
    Row(Call::OPENAT_UID_MAP, Errno::ACCES, ErrorKind::PermissionDenied, || {
        of_the_first_process(USERS)
    }),
    Row(Call::OPENAT_GID_MAP, Errno::NOENT, ErrorKind::NotFound, || {
        refused(GROUPS.write(ended_process()))
    }),
    Row(Call::OPENAT_GID_MAP, Errno::ACCES, ErrorKind::PermissionDenied, || {
        of_the_first_process(GROUPS)
    }),
    Row(Call::OPENAT_SETGROUPS, Errno::NOENT, ErrorKind::NotFound, || {
        refused(NO_GROUPS.write(ended_process()))
    }),
    Row(Call::OPENAT_SETGROUPS, Errno::ACCES, ErrorKind::PermissionDenied, || {
        of_the_first_process(NO_GROUPS)
    }),
    Row(Call::OPENAT_UID_MAP, Errno::NFILE, ErrorKind::LimitReached, || filtered(USERS)),
    Row(Call::OPENAT_GID_MAP, Errno::NFILE, ErrorKind::LimitReached, || filtered(GROUPS)),
    Row(Call::OPENAT_SETGROUPS, Errno::NFILE, ErrorKind::LimitReached, || filtered(NO_GROUPS)),
    // The tests' own maps are set.
    Row(Call::WRITE_UID_MAP, Errno::PERM, ErrorKind::PermissionDenied, || {
        refused(USERS.write(Task::Own))
    }),
    Row(Call::WRITE_GID_MAP, Errno::PERM, ErrorKind::PermissionDenied, || {
        refused(GROUPS.write(Task::Own))
    }),
    Row(Call::WRITE_UID_MAP, Errno::INVAL, ErrorKind::InvalidArgument, || {
        of_a_child(IdMaps::new(EMPTY, &[]))
    }),
    Row(Call::WRITE_GID_MAP, Errno::INVAL, ErrorKind::InvalidArgument, || {
        of_a_child(IdMaps::new(&[], EMPTY))
    }),
    Row(Call::WRITE_SETGROUPS, Errno::PERM, ErrorKind::PermissionDenied, || match in_forked_child(
        || unshare_as_root(Namespaces::empty()).map(|()| NO_GROUPS.write(Task::Own)),
    ) {
        Ok(result) => refused(result),
        Err(error) => Err(error.to_string()),
    }),
];

const WITHOUT_DESCRIPTORS: &[Row] = &[
    Row(Call::OPENAT_UID_MAP, Errno::MFILE, ErrorKind::LimitReached, || {
        refused(USERS.write(Task::Own))
    }),
    Row(Call::OPENAT_GID_MAP, Errno::MFILE, ErrorKind::LimitReached, || {
        refused(GROUPS.write(Task::Own))
    }),
    Row(Call::OPENAT_SETGROUPS, Errno::MFILE, ErrorKind::LimitReached, || {
        refused(NO_GROUPS.write(Task::Own))
    }),
];

fn filtered(maps: IdMaps<'_>) -> Outcome {
    inject(libc::SYS_openat, Errno::NFILE, || refused(maps.write(Task::Own)))
}

fn refused(result: Result<(), MapError>) -> Outcome {
    failed(result.map_err(Error::from))
}

fn of_the_first_process(maps: IdMaps<'_>) -> Outcome {
    as_nobody(|| refused(maps.write(Pid::from_raw(1).unwrap())))
}

/// In a new user namespace, whose maps are not set.
fn of_a_child(maps: IdMaps<'_>) -> Outcome {
    let child = ForkedChild::start(|| unshare(Namespaces::USER));
    match child.result() {
        Ok(()) => refused(maps.write(child.pid())),
        Err(error) => Err(error.to_string()),
    }
}

/// The crate sees it before the kernel does.
#[test]
fn a_text_that_is_too_long_is_not_written() {
    let file = super::a_regular_file();
    let ranges = [IdRange::one(0, 0); 683];
    let error = raw::write_uid_map(file.as_fd(), &ranges).unwrap_err();
    super::check(super::row(Call::WRITE_UID_MAP, Errno::INVAL).unwrap(), error);
    assert_eq!(common::file(file).metadata().unwrap().len(), 0);
}
