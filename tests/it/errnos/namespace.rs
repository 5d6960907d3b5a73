//! Errors of namespaces.

use std::fs;

use butter::Errno;
use butter::error::{Call, ErrorKind};
use butter::fd::{AsFd, OwnedFd};
use butter::namespace::{
    Kind, Namespace, Namespaces, UnshareFlags, enter, raw, unshare, unshare_files,
};

use super::{Row, Table, check, check_each, failed, null, set_descriptor_limit};
use common::child::{as_nobody, in_user_namespace};
use common::forked::{ForkedChild, in_forked_child};
use common::inject::inject;
use common::processes::{ended_process, undumpable_process};
use common::require;

pub const TABLE: Table = Table {
    source: include_str!("../../../src/namespace/raw.rs"),
    rows: ROWS,
    at_descriptor_limit: AT_DESCRIPTOR_LIMIT,
    others: AT_NAMESPACE_LIMIT,
};

const ROWS: &[Row] = &[
    Row(Call::UNSHARE, Errno::INVAL, ErrorKind::InvalidArgument, || {
        failed(unshare(Namespaces::from_bits_retain(1)))
    }),
    Row(Call::UNSHARE, Errno::INVAL, ErrorKind::InvalidArgument, || {
        failed(unshare(Namespaces::from_bits_retain(UnshareFlags::FILES.bits())))
    }),
    Row(Call::UNSHARE, Errno::PERM, ErrorKind::PermissionDenied, || {
        as_nobody(|| failed(unshare(Namespaces::UTS)))
    }),
    Row(Call::UNSHARE, Errno::MFILE, ErrorKind::LimitReached, || {
        // SAFETY: the filter rejects the call.
        inject(libc::SYS_unshare, Errno::MFILE, || failed(unsafe { unshare_files() }))
    }),
    Row(Call::SETNS, Errno::INVAL, ErrorKind::InvalidArgument, || failed(own(Kind::User).enter())),
    Row(Call::SETNS, Errno::PERM, ErrorKind::PermissionDenied, || {
        as_nobody(|| failed(own(Kind::Uts).enter()))
    }),
    Row(Call::SETNS, Errno::BADF, ErrorKind::BadDescriptor, || {
        // SAFETY: reads the path.
        let descriptor =
            unsafe { libc::open(c"/proc/self/ns/uts".as_ptr(), libc::O_PATH | libc::O_CLOEXEC) };
        failed(enter(new(descriptor), Namespaces::UTS))
    }),
    Row(Call::SETNS, Errno::USERS, ErrorKind::InvalidArgument, || {
        match Namespace::own(Kind::Time) {
            Ok(time) => failed(time.enter()),
            Err(error) => Err(error.to_string()),
        }
    }),
    Row(Call::SETNS, Errno::SRCH, ErrorKind::NotFound, || {
        let child = ForkedChild::start(|| ());
        // SAFETY: touches no memory; a success is a new descriptor.
        let process =
            new(unsafe { libc::syscall(libc::SYS_pidfd_open, child.pid().as_raw(), 0) } as i32);
        drop(child);
        failed(enter(process, Namespaces::UTS))
    }),
    Row(Call::SETNS, Errno::NOENT, ErrorKind::NotFound, || {
        inject(libc::SYS_setns, Errno::NOENT, || failed(own(Kind::Uts).enter()))
    }),
    Row(Call::OPENAT_NS, Errno::NOENT, ErrorKind::NotFound, || {
        failed(Namespace::open(ended_process(), Kind::Uts))
    }),
    Row(Call::OPENAT_NS, Errno::ACCES, ErrorKind::PermissionDenied, || {
        let child = undumpable_process();
        let process = child.pid();
        as_nobody(|| failed(Namespace::open(process, Kind::Uts)))
    }),
    Row(Call::OPENAT_NS, Errno::NFILE, ErrorKind::LimitReached, || {
        inject(libc::SYS_openat, Errno::NFILE, || failed(Namespace::own(Kind::Uts)))
    }),
    Row(Call::FSTATFS, Errno::INVAL, ErrorKind::InvalidArgument, || {
        failed(Namespace::try_from(null()))
    }),
    Row(Call::IOCTL_NS_GET_USERNS, Errno::PERM, ErrorKind::PermissionDenied, || {
        let uts = own(Kind::Uts);
        match in_forked_child(|| unshare(Namespaces::USER).map(|()| uts.user_namespace().map(drop)))
        {
            Ok(result) => failed(result),
            Err(error) => Err(error.to_string()),
        }
    }),
    Row(Call::IOCTL_NS_GET_PARENT, Errno::PERM, ErrorKind::PermissionDenied, || {
        failed(own(Kind::User).parent())
    }),
    Row(Call::IOCTL_NS_GET_PARENT, Errno::INVAL, ErrorKind::InvalidArgument, || {
        failed(own(Kind::Uts).parent())
    }),
    Row(Call::IOCTL_NS_GET_OWNER_UID, Errno::INVAL, ErrorKind::InvalidArgument, || {
        failed(own(Kind::Uts).owner())
    }),
    Row(Call::IOCTL_NS_GET_OWNER_UID, Errno::NOTTY, ErrorKind::InvalidArgument, || {
        // SAFETY: `/dev/null` does not support the request.
        failed(unsafe { raw::ioctl_ns_get_owner_uid(null().as_fd()) })
    }),
    Row(Call::IOCTL_NS_GET_NSTYPE, Errno::NOTTY, ErrorKind::InvalidArgument, || {
        failed(raw::ioctl_ns_get_nstype(null().as_fd()))
    }),
    Row(Call::IOCTL_NS_GET_USERNS, Errno::MFILE, ErrorKind::LimitReached, || {
        let result = in_forked_child(|| {
            let mut uts = own(Kind::Uts);
            // In a user namespace that does not own the UTS namespace, the call fails with `EPERM`.
            if uts.user_namespace().is_err() {
                unshare(Namespaces::USER | Namespaces::UTS)?;
                uts = own(Kind::Uts);
            }
            set_descriptor_limit(0);
            uts.user_namespace().map(drop)
        });
        match result {
            Err(error) if error.call() == Call::UNSHARE => Err(error.to_string()),
            result => failed(result),
        }
    }),
    Row(Call::IOCTL_NS_GET_PARENT, Errno::MFILE, ErrorKind::LimitReached, || {
        let child = ForkedChild::start(|| unshare(Namespaces::USER));
        if let Err(error) = child.result() {
            return Err(error.to_string());
        }
        let below = Namespace::open(child.pid(), Kind::User).unwrap();
        failed(in_forked_child(|| {
            set_descriptor_limit(0);
            below.parent().map(drop)
        }))
    }),
    Row(Call::IOCTL_NS_GET_USERNS, Errno::NFILE, ErrorKind::LimitReached, || {
        let uts = own(Kind::Uts);
        inject(libc::SYS_ioctl, Errno::NFILE, || failed(uts.user_namespace()))
    }),
    Row(Call::IOCTL_NS_GET_PARENT, Errno::NFILE, ErrorKind::LimitReached, || {
        let user = own(Kind::User);
        inject(libc::SYS_ioctl, Errno::NFILE, || failed(user.parent()))
    }),
];

const AT_DESCRIPTOR_LIMIT: &[Row] =
    &[Row(Call::OPENAT_NS, Errno::MFILE, ErrorKind::LimitReached, || {
        failed(Namespace::own(Kind::Uts))
    })];

/// The errors that occur if the limit on user namespaces is reached.
const AT_NAMESPACE_LIMIT: &[Row] =
    &[Row(Call::UNSHARE, Errno::NOSPC, ErrorKind::LimitReached, || {
        failed(in_forked_child(|| unshare(Namespaces::USER)))
    })];

fn own(kind: Kind) -> Namespace {
    Namespace::own(kind).unwrap()
}

/// Takes ownership of a new descriptor.
fn new(number: i32) -> OwnedFd {
    assert!(number >= 0, "{}", std::io::Error::last_os_error());
    // SAFETY: a new descriptor, which has no other owner.
    unsafe { butter::fd::FromRawFd::from_raw_fd(number) }
}

#[test]
fn unshare_fails_with_enospc_if_max_user_namespaces_is_reached() {
    require!(
        in_user_namespace(|| {
            let lowered = fs::write("/proc/sys/user/max_user_namespaces", "0");
            require!(lowered, "user.max_user_namespaces cannot be lowered");
            check_each(AT_NAMESPACE_LIMIT);
        }),
        "the host does not permit user namespaces (sysctl, security module or seccomp)"
    );
}

/// Only namespace files support the `NS_GET_*` requests of `ioctl`.
#[test]
fn ioctl_ns_requests_fail_with_enotty_if_file_is_not_a_namespace() {
    let null = null();
    let check_enotty = |call, error| {
        check(&Row(call, Errno::NOTTY, ErrorKind::InvalidArgument, || unreachable!()), error)
    };
    // SAFETY: `/dev/null` does not return a descriptor.
    check_enotty(
        Call::IOCTL_NS_GET_USERNS,
        unsafe { raw::ioctl_ns_get_userns(null.as_fd()) }.unwrap_err(),
    );
    // SAFETY: as above.
    check_enotty(
        Call::IOCTL_NS_GET_PARENT,
        unsafe { raw::ioctl_ns_get_parent(null.as_fd()) }.unwrap_err(),
    );
}
