//! Errors of the Landlock calls.

use butter::error::{Call, ErrorKind};
use butter::fd::{AsFd, BorrowedFd, OwnedFd};
use butter::fs::{CWD, Mode, OFlags};
use butter::landlock::{AccessFs, AccessNet, AddRuleFlags, RestrictFlags, RulesetAttr, abi, raw};
use butter::{Errno, Result};

use super::seccomp::without_capabilities;
use super::{Outcome, Row, Table, failed, null, regular_file, set_descriptor_limit};
use common::forked::in_forked_child;
use common::inject::inject;

pub const TABLE: Table = Table {
    source: include_str!("../../../src/landlock/raw.rs"),
    rows: ROWS,
    at_descriptor_limit: &[],
    others: &[],
};

macro_rules! row {
    ($call:ident $errno:ident $kind:ident $trigger:expr) => {
        Row(Call::$call, Errno::$errno, ErrorKind::$kind, $trigger)
    };
}

const ROWS: &[Row] = &[
    row!(LANDLOCK_CREATE_RULESET NOMSG InvalidArgument || with_abi(1, || create(AccessFs::empty()))),
    row!(LANDLOCK_CREATE_RULESET INVAL InvalidArgument || {
        with_abi(1, || create(AccessFs::from_bits_retain(1 << 63)))
    }),
    row!(LANDLOCK_CREATE_RULESET TOOBIG Unsupported || injected_create(Errno::TOOBIG)),
    row!(LANDLOCK_CREATE_RULESET OPNOTSUPP Unsupported || injected_create(Errno::OPNOTSUPP)),
    row!(LANDLOCK_CREATE_RULESET MFILE LimitReached || with_abi(1, || {
        in_forked_child(|| {
            set_descriptor_limit(0);
            create(AccessFs::EXECUTE).map(drop)
        })
    })),
    row!(LANDLOCK_CREATE_RULESET NFILE LimitReached || injected_create(Errno::NFILE)),
    row!(LANDLOCK_VERSION OPNOTSUPP Unsupported || {
        inject(libc::SYS_landlock_create_ruleset, Errno::OPNOTSUPP, || {
            failed(raw::landlock_create_ruleset_version())
        })
    }),
    row!(LANDLOCK_ERRATA INVAL Unsupported || {
        inject(libc::SYS_landlock_create_ruleset, Errno::INVAL, || {
            failed(raw::landlock_create_ruleset_errata())
        })
    }),
    row!(LANDLOCK_ERRATA OPNOTSUPP Unsupported || {
        inject(libc::SYS_landlock_create_ruleset, Errno::OPNOTSUPP, || {
            failed(raw::landlock_create_ruleset_errata())
        })
    }),
    row!(LANDLOCK_ADD_RULE_PATH_BENEATH INVAL InvalidArgument || {
        with_abi(1, || add(ruleset().as_fd(), AccessFs::READ_DIR, root().as_fd()))
    }),
    row!(LANDLOCK_ADD_RULE_PATH_BENEATH INVAL InvalidArgument || {
        let file = regular_file();
        with_abi(1, || add(ruleset().as_fd(), AccessFs::MAKE_DIR, file.as_fd()))
    }),
    row!(LANDLOCK_ADD_RULE_PATH_BENEATH INVAL InvalidArgument || with_abi(1, || {
        let flags = AddRuleFlags::from_bits_retain(1 << 31);
        let (ruleset, root) = (ruleset(), root());
        raw::landlock_add_rule_path_beneath(ruleset.as_fd(), AccessFs::EXECUTE, root.as_fd(), flags)
    })),
    row!(LANDLOCK_ADD_RULE_PATH_BENEATH NOMSG InvalidArgument || {
        with_abi(1, || add(ruleset().as_fd(), AccessFs::empty(), root().as_fd()))
    }),
    row!(LANDLOCK_ADD_RULE_PATH_BENEATH BADF BadDescriptor || {
        with_abi(1, || add(ruleset().as_fd(), AccessFs::EXECUTE, closed()))
    }),
    row!(LANDLOCK_ADD_RULE_PATH_BENEATH BADFD InvalidArgument || {
        with_abi(1, || add(null().as_fd(), AccessFs::EXECUTE, root().as_fd()))
    }),
    row!(LANDLOCK_ADD_RULE_PATH_BENEATH BADFD InvalidArgument || with_abi(1, || {
        let (reader, _writer) = butter::pipe::pipe()?;
        add(ruleset().as_fd(), AccessFs::EXECUTE, reader.as_fd())
    })),
    row!(LANDLOCK_ADD_RULE_PATH_BENEATH PERM PermissionDenied || {
        injected_add(Errno::PERM, || add(null().as_fd(), AccessFs::EXECUTE, root().as_fd()))
    }),
    row!(LANDLOCK_ADD_RULE_PATH_BENEATH OPNOTSUPP Unsupported || {
        injected_add(Errno::OPNOTSUPP, || add(null().as_fd(), AccessFs::EXECUTE, root().as_fd()))
    }),
    row!(LANDLOCK_ADD_RULE_NET_PORT INVAL InvalidArgument || {
        with_abi(1, || add_port(ruleset().as_fd(), AccessNet::BIND_TCP, 1))
    }),
    row!(LANDLOCK_ADD_RULE_NET_PORT INVAL InvalidArgument || {
        with_abi(4, || add_port(net_ruleset()?.as_fd(), AccessNet::BIND_TCP, 0x1_0000))
    }),
    row!(LANDLOCK_ADD_RULE_NET_PORT NOMSG InvalidArgument || {
        with_abi(4, || add_port(net_ruleset()?.as_fd(), AccessNet::empty(), 1))
    }),
    row!(LANDLOCK_ADD_RULE_NET_PORT AFNOSUPPORT Unsupported || injected_port(Errno::AFNOSUPPORT)),
    row!(LANDLOCK_ADD_RULE_NET_PORT BADF BadDescriptor || {
        with_abi(4, || add_port(closed(), AccessNet::BIND_TCP, 1))
    }),
    row!(LANDLOCK_ADD_RULE_NET_PORT BADFD InvalidArgument || {
        with_abi(4, || add_port(null().as_fd(), AccessNet::BIND_TCP, 1))
    }),
    row!(LANDLOCK_ADD_RULE_NET_PORT PERM PermissionDenied || injected_port(Errno::PERM)),
    row!(LANDLOCK_ADD_RULE_NET_PORT OPNOTSUPP Unsupported || injected_port(Errno::OPNOTSUPP)),
    row!(LANDLOCK_RESTRICT_SELF PERM PermissionDenied || without_capabilities(|| {
        with_abi(1, || restrict(Some(ruleset().as_fd()), RestrictFlags::empty()))
    })),
    row!(LANDLOCK_RESTRICT_SELF INVAL InvalidArgument || in_thread(1, || {
        restrict(Some(ruleset().as_fd()), RestrictFlags::from_bits_retain(1 << 31))
    })),
    row!(LANDLOCK_RESTRICT_SELF BADF BadDescriptor || {
        in_thread(1, || restrict(None, RestrictFlags::empty()))
    }),
    row!(LANDLOCK_RESTRICT_SELF BADFD InvalidArgument || {
        in_thread(1, || restrict(Some(null().as_fd()), RestrictFlags::empty()))
    }),
    row!(LANDLOCK_RESTRICT_SELF TOOBIG LimitReached || in_thread(1, || {
        let ruleset = ruleset();
        for _ in 0..17 {
            restrict(Some(ruleset.as_fd()), RestrictFlags::empty())?;
        }
        Ok(())
    })),
    row!(LANDLOCK_RESTRICT_SELF OPNOTSUPP Unsupported || {
        inject(libc::SYS_landlock_restrict_self, Errno::OPNOTSUPP, || {
            failed(restrict(None, RestrictFlags::empty()))
        })
    }),
];

/// Returns the error of a call, or the reason to skip the row if the running kernel does not
/// support a version of the ABI.
fn with_abi<T>(version: u32, call: impl FnOnce() -> Result<T>) -> Outcome {
    match abi().unwrap() {
        supported if supported < version => Err(format!("the Landlock ABI is {supported}")),
        _ => failed(call()),
    }
}

/// Runs a call in a thread with `no_new_privs`, which the call may restrict.
fn in_thread(version: u32, call: impl FnOnce() -> Result<()> + Send) -> Outcome {
    let body = || {
        butter::process::raw::prctl_set_no_new_privs().unwrap();
        with_abi(version, call)
    };
    std::thread::scope(|scope| scope.spawn(body).join()).unwrap()
}

fn create(access: AccessFs) -> Result<OwnedFd> {
    let mut attr = RulesetAttr::new();
    attr.handled_access_fs = access;
    raw::landlock_create_ruleset(&attr)
}

/// Creates a ruleset that handles two rights.
fn ruleset() -> OwnedFd {
    create(AccessFs::EXECUTE | AccessFs::MAKE_DIR).unwrap()
}

fn net_ruleset() -> Result<OwnedFd> {
    let mut attr = RulesetAttr::new();
    attr.handled_access_net = AccessNet::BIND_TCP;
    raw::landlock_create_ruleset(&attr)
}

fn root() -> OwnedFd {
    butter::fs::openat(CWD, c"/", OFlags::PATH, Mode::empty()).unwrap()
}

/// Returns a number that no descriptor has.
fn closed() -> BorrowedFd<'static> {
    // SAFETY: the kernel rejects the number.
    unsafe { BorrowedFd::borrow_raw(i32::MAX) }
}

fn add(ruleset: BorrowedFd<'_>, access: AccessFs, file: BorrowedFd<'_>) -> Result<()> {
    raw::landlock_add_rule_path_beneath(ruleset, access, file, AddRuleFlags::empty())
}

fn add_port(ruleset: BorrowedFd<'_>, access: AccessNet, port: u64) -> Result<()> {
    raw::landlock_add_rule_net_port(ruleset, access, port, AddRuleFlags::empty())
}

fn restrict(ruleset: Option<BorrowedFd<'_>>, flags: RestrictFlags) -> Result<()> {
    raw::landlock_restrict_self(ruleset, flags)
}

fn injected_create(errno: Errno) -> Outcome {
    inject(libc::SYS_landlock_create_ruleset, errno, || failed(create(AccessFs::EXECUTE)))
}

fn injected_add(errno: Errno, call: impl FnOnce() -> Result<()> + Send) -> Outcome {
    inject(libc::SYS_landlock_add_rule, errno, || failed(call()))
}

fn injected_port(errno: Errno) -> Outcome {
    injected_add(errno, || add_port(null().as_fd(), AccessNet::BIND_TCP, 1))
}
