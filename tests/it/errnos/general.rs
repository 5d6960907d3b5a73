//! Errnos for which a call has no specific kind or reason.

use butter::Errno;
use butter::error::{Call, ErrorKind};
use butter::fd::AsFd;

use super::calls::OTHER_CALLS;
use super::descriptors::{DESCRIPTOR_CALLS, PATH_ONLY_DESCRIPTOR};
use super::{Outcome, Row, check, name_of, row};
use common::child::as_nobody;
use common::inject::inject;
use common::test::in_row;

/// Errnos with the same meaning in every call, for which the general description is sufficient.
pub const GENERAL_ERRNOS: &[(Errno, ErrorKind)] = &[
    (Errno::NOMEM, ErrorKind::OutOfMemory),
    (Errno::INTR, ErrorKind::Interrupted),
    (Errno::IO, ErrorKind::Other),
    (Errno::PIPE, ErrorKind::BrokenPipe),
    (Errno::CONNRESET, ErrorKind::ConnectionReset),
    (Errno::NOSPC, ErrorKind::LimitReached),
    (Errno::DQUOT, ErrorKind::LimitReached),
    (Errno::FBIG, ErrorKind::LimitReached),
    (Errno::LOOP, ErrorKind::InvalidArgument),
    (Errno::NAMETOOLONG, ErrorKind::InvalidArgument),
    (Errno::NOSYS, ErrorKind::Unsupported),
];

/// Errnos that some calls cannot return, because of the crate's types or because of the arguments
/// in the tests.
const OTHER_ERRNOS: &[(Errno, ErrorKind)] = &[
    (Errno::AGAIN, ErrorKind::WouldBlock),
    (Errno::BADF, ErrorKind::BadDescriptor),
    (Errno::FAULT, ErrorKind::InvalidArgument),
    (Errno::INVAL, ErrorKind::InvalidArgument),
    (Errno::PERM, ErrorKind::PermissionDenied),
    (Errno::HOSTDOWN, ErrorKind::Other),
];

/// Every call returns every injected errno, even if the errno has no specific reason for the call.
#[test]
fn errno_without_reason_has_its_general_kind_and_text() {
    // The tests run without privileges, so that a call that the filter fails to intercept cannot
    // change the host.
    as_nobody(|| {
        for &(call, number, trigger) in OTHER_CALLS {
            check_general_errnos(call, |errno| inject(number, errno, trigger));
        }
        for &(call, number, trigger) in DESCRIPTOR_CALLS {
            check_general_errnos(call, |errno| {
                inject(number, errno, || trigger(PATH_ONLY_DESCRIPTOR.as_fd()))
            });
        }
    });
}

/// Checks the error of a call for each errno that has no row for the call.
fn check_general_errnos(call: Call, trigger: impl Fn(Errno) -> Outcome) {
    for &(errno, kind) in [GENERAL_ERRNOS, OTHER_ERRNOS].into_iter().flatten() {
        if row(call, errno).is_none() {
            let row = Row(call, errno, kind, || unreachable!());
            in_row(name_of(&row), || check(&row, trigger(errno).unwrap()));
        }
    }
}
