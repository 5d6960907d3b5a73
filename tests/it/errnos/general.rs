//! What a call gives no meaning of its own.

use butter::Errno;
use butter::error::{Call, ErrorKind};
use butter::fd::AsFd;

use super::calls::OTHER_CALLS;
use super::descriptors::{DESCRIPTOR_CALLS, PATH_ONLY_DESCRIPTOR};
use super::{Outcome, Row, check, row};
use common::child::as_nobody;
use common::inject::inject;

/// Those that mean the same whatever the call, so that their own text is all that there is to say.
pub const GENERAL_ERRNOS: &[(Errno, ErrorKind)] = &[
    (Errno::NOMEM, ErrorKind::OutOfMemory),
    (Errno::INTR, ErrorKind::Interrupted),
    (Errno::IO, ErrorKind::Other),
    (Errno::PIPE, ErrorKind::BrokenPipe),
    (Errno::NOSPC, ErrorKind::LimitReached),
    (Errno::DQUOT, ErrorKind::LimitReached),
    (Errno::FBIG, ErrorKind::LimitReached),
    (Errno::LOOP, ErrorKind::InvalidArgument),
    (Errno::NAMETOOLONG, ErrorKind::InvalidArgument),
    (Errno::NOSYS, ErrorKind::Unsupported),
];

/// Those that a call does not come to by the crate's types, or not with the arguments that it was given.
const OTHER_ERRNOS: &[(Errno, ErrorKind)] = &[
    (Errno::AGAIN, ErrorKind::WouldBlock),
    (Errno::BADF, ErrorKind::BadDescriptor),
    (Errno::FAULT, ErrorKind::InvalidArgument),
    (Errno::INVAL, ErrorKind::InvalidArgument),
    (Errno::PERM, ErrorKind::PermissionDenied),
    (Errno::HOSTDOWN, ErrorKind::Other),
];

/// The number is never lost, whatever the call and whether or not it has a reason of its own.
#[test]
fn what_a_call_gives_no_meaning_has_that_of_its_errno() {
    // A call that went past the filter would not be let do anything to the machine.
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

/// Calls that are public only in methods that retry on `EINTR`.
const RETRIED: &[Call] = &[Call::FTRUNCATE, Call::PREAD64, Call::PWRITE64];

/// Looks at all that have no row of the call's, where they are looked at.
fn check_general_errnos(call: Call, trigger: impl Fn(Errno) -> Outcome) {
    for &(errno, kind) in [GENERAL_ERRNOS, OTHER_ERRNOS].into_iter().flatten() {
        let retried = errno == Errno::INTR && RETRIED.contains(&call);
        if row(call, errno).is_none() && !retried {
            check(&Row(call, errno, kind, || unreachable!()), trigger(errno).unwrap());
        }
    }
}
