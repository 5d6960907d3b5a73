//! Raw system calls that create and enforce rulesets.

use super::types::{
    AccessFs, AccessNet, AddRuleFlags, NetPort, PathBeneath, RestrictFlags, RulesetAttr,
};
use crate::error::{Call, ErrnoReason, Result, errno_reasons};
use crate::fd::{AsRawFd, BorrowedFd, OwnedFd};
use crate::syscall::syscall;

const LANDLOCK_CREATE_RULESET_VERSION: u32 = 0x1;
const LANDLOCK_CREATE_RULESET_ERRATA: u32 = 0x2;
const LANDLOCK_RULE_PATH_BENEATH: u32 = 1;
const LANDLOCK_RULE_NET_PORT: u32 = 2;

/// `landlock_create_ruleset(&attr, size, 0)` - creates a ruleset without rules. The kernel makes
/// the descriptor close-on-exec.
///
/// # Errors
///
/// - `ENOMSG`: all fields of the struct are empty.
/// - `EINVAL`: the kernel does not support a right.
/// - `E2BIG`: the kernel does not support a field that is not empty.
/// - `EOPNOTSUPP`: Landlock was disabled when the system was booted.
/// - `EMFILE`: the per-process limit on open file descriptors (`RLIMIT_NOFILE`) has been reached.
/// - `ENFILE`: the system-wide limit on open files (`fs.file-max`) has been reached.
/// - `ENOMEM`: the kernel is out of memory.
///
/// Since Linux 5.13; [landlock_create_ruleset(2)].
///
/// [landlock_create_ruleset(2)]: https://man7.org/linux/man-pages/man2/landlock_create_ruleset.2.html
#[inline]
pub fn landlock_create_ruleset(attr: &RulesetAttr) -> Result<OwnedFd> {
    let (attr, size) = (core::ptr::from_ref(attr), size_of::<RulesetAttr>());
    // SAFETY: the kernel reads one struct and keeps nothing.
    let returned = unsafe {
        syscall!(Call::LANDLOCK_CREATE_RULESET, landlock_create_ruleset(attr, size, 0_u32))
    };
    // SAFETY: a success is a new descriptor.
    unsafe { returned.descriptor() }
}

/// `landlock_create_ruleset(NULL, 0, LANDLOCK_CREATE_RULESET_VERSION)` - returns the version of the
/// ABI that the kernel supports, which is at least 1.
///
/// # Errors
///
/// - `EOPNOTSUPP`: Landlock was disabled when the system was booted.
///
/// Since Linux 5.13; [landlock_create_ruleset(2)].
///
/// [landlock_create_ruleset(2)]: https://man7.org/linux/man-pages/man2/landlock_create_ruleset.2.html
#[doc(alias = "LANDLOCK_CREATE_RULESET_VERSION")]
#[inline]
pub fn landlock_create_ruleset_version() -> Result<u32> {
    let (attr, flags) = (core::ptr::null::<RulesetAttr>(), LANDLOCK_CREATE_RULESET_VERSION);
    // SAFETY: touches no memory.
    let returned =
        unsafe { syscall!(Call::LANDLOCK_VERSION, landlock_create_ruleset(attr, 0_usize, flags)) };
    returned.int().map(i32::cast_unsigned)
}

/// `landlock_create_ruleset(NULL, 0, LANDLOCK_CREATE_RULESET_ERRATA)` - returns the errata that are
/// fixed in the kernel, as a bit mask: bit `n - 1` stands for the erratum `n`.
///
/// # Errors
///
/// - `EINVAL`: the kernel does not support the operation, which Linux 6.15 introduced.
/// - `EOPNOTSUPP`: Landlock was disabled when the system was booted.
///
/// Since Linux 6.15; [landlock_create_ruleset(2)].
///
/// [landlock_create_ruleset(2)]: https://man7.org/linux/man-pages/man2/landlock_create_ruleset.2.html
#[doc(alias = "LANDLOCK_CREATE_RULESET_ERRATA")]
#[inline]
pub fn landlock_create_ruleset_errata() -> Result<u32> {
    let (attr, flags) = (core::ptr::null::<RulesetAttr>(), LANDLOCK_CREATE_RULESET_ERRATA);
    // SAFETY: touches no memory.
    let returned =
        unsafe { syscall!(Call::LANDLOCK_ERRATA, landlock_create_ruleset(attr, 0_usize, flags)) };
    returned.int().map(i32::cast_unsigned)
}

/// `landlock_add_rule(ruleset, LANDLOCK_RULE_PATH_BENEATH, &attr, flags)` - allows access to a
/// file, or to the files beneath a directory.
///
/// `file` can be a path-only (`O_PATH`) descriptor.
///
/// # Errors
///
/// - `EINVAL`: the ruleset does not handle a right; or the file is not a directory, and a right
///   applies only to directories; or the kernel does not support a flag.
/// - `ENOMSG`: `access` is empty.
/// - `EBADF`: a descriptor is not open.
/// - `EBADFD`: the first descriptor is not a ruleset; or the file cannot be opened by a path, such
///   as a pipe or a socket.
/// - `EPERM`: the ruleset is not open for writing.
/// - `EOPNOTSUPP`: Landlock was disabled when the system was booted.
/// - `ENOMEM`: the kernel is out of memory.
///
/// Since Linux 5.13; [landlock_add_rule(2)].
///
/// [landlock_add_rule(2)]: https://man7.org/linux/man-pages/man2/landlock_add_rule.2.html
#[doc(alias = "LANDLOCK_RULE_PATH_BENEATH")]
#[doc(alias = "landlock_path_beneath_attr")]
#[inline]
pub fn landlock_add_rule_path_beneath(
    ruleset: BorrowedFd<'_>,
    access: AccessFs,
    file: BorrowedFd<'_>,
    flags: AddRuleFlags,
) -> Result<()> {
    let rule = PathBeneath { allowed_access: access.bits(), parent_fd: file.as_raw_fd() };
    let (kind, rule) = (LANDLOCK_RULE_PATH_BENEATH, &raw const rule);
    // SAFETY: the kernel reads one struct, and keeps a reference to the file.
    unsafe {
        syscall!(
            Call::LANDLOCK_ADD_RULE_PATH_BENEATH,
            landlock_add_rule(ruleset, kind, rule, flags.bits())
        )
    }
    .unit()
}

/// `landlock_add_rule(ruleset, LANDLOCK_RULE_NET_PORT, &attr, flags)` - allows access to a port.
///
/// For `bind`, port 0 stands for the ephemeral ports (`net.ipv4.ip_local_port_range`).
///
/// # Errors
///
/// - `EINVAL`: the ruleset does not handle a right; or the port is greater than 65,535; or the
///   kernel does not support the rule, which Linux 6.7 introduced, or a flag.
/// - `ENOMSG`: `access` is empty.
/// - `EAFNOSUPPORT`: the kernel was built without TCP.
/// - `EBADF`: the descriptor is not open.
/// - `EBADFD`: the descriptor is not a ruleset.
/// - `EPERM`: the ruleset is not open for writing.
/// - `EOPNOTSUPP`: Landlock was disabled when the system was booted.
/// - `ENOMEM`: the kernel is out of memory.
///
/// Since Linux 6.7; [landlock_add_rule(2)].
///
/// [landlock_add_rule(2)]: https://man7.org/linux/man-pages/man2/landlock_add_rule.2.html
#[doc(alias = "LANDLOCK_RULE_NET_PORT")]
#[doc(alias = "landlock_net_port_attr")]
#[inline]
pub fn landlock_add_rule_net_port(
    ruleset: BorrowedFd<'_>,
    access: AccessNet,
    port: u64,
    flags: AddRuleFlags,
) -> Result<()> {
    let rule = NetPort { allowed_access: access.bits(), port };
    let (kind, rule) = (LANDLOCK_RULE_NET_PORT, &raw const rule);
    // SAFETY: the kernel reads one struct and keeps nothing.
    unsafe {
        syscall!(
            Call::LANDLOCK_ADD_RULE_NET_PORT,
            landlock_add_rule(ruleset, kind, rule, flags.bits())
        )
    }
    .unit()
}

/// `landlock_restrict_self(ruleset, flags)` - enforces a ruleset for the calling thread and its
/// future children, in addition to the rulesets that are already enforced. A restriction cannot be
/// removed.
///
/// `None` as the ruleset, which is permitted with some flags, only changes what is logged.
///
/// # Errors
///
/// - `EPERM`: the thread does not have `no_new_privs` set, and does not have the capability
///   `CAP_SYS_ADMIN` in its user namespace; or the ruleset is not open for reading.
/// - `EINVAL`: the kernel does not support a flag.
/// - `EBADF`: the descriptor is not open; or the flags require a ruleset, and none was passed.
/// - `EBADFD`: the descriptor is not a ruleset.
/// - `E2BIG`: 16 rulesets are already enforced.
/// - `EOPNOTSUPP`: Landlock was disabled when the system was booted.
/// - `ENOMEM`: the kernel is out of memory.
///
/// Since Linux 5.13; [landlock_restrict_self(2)].
///
/// [landlock_restrict_self(2)]: https://man7.org/linux/man-pages/man2/landlock_restrict_self.2.html
#[inline]
pub fn landlock_restrict_self(ruleset: Option<BorrowedFd<'_>>, flags: RestrictFlags) -> Result<()> {
    let ruleset = ruleset.map_or(-1, |ruleset| ruleset.as_raw_fd());
    // SAFETY: touches no memory.
    unsafe { syscall!(Call::LANDLOCK_RESTRICT_SELF, landlock_restrict_self(ruleset, flags.bits())) }
        .unit()
}

pub(crate) const REASONS: &[ErrnoReason] = errno_reasons! {
    LANDLOCK_CREATE_RULESET:
        NOMSG => InvalidArgument "all fields of the struct are empty",
        INVAL => "the kernel does not support a right",
        TOOBIG => Unsupported "the kernel does not support a field that is not empty",
        OPNOTSUPP => "Landlock was disabled when the system was booted",
        MFILE => "the per-process limit on open file descriptors (RLIMIT_NOFILE) has been reached",
        NFILE => "the system-wide limit on open files (fs.file-max) has been reached";
    LANDLOCK_VERSION:
        OPNOTSUPP => "Landlock was disabled when the system was booted";
    LANDLOCK_ERRATA:
        INVAL => Unsupported "the kernel does not support the operation, which Linux 6.15 introduced",
        OPNOTSUPP => "Landlock was disabled when the system was booted";
    LANDLOCK_ADD_RULE_PATH_BENEATH:
        INVAL => "the ruleset does not handle a right; or the file is not a directory, and a right \
            applies only to directories; or the kernel does not support a flag",
        NOMSG => InvalidArgument "access is empty",
        BADF => "a descriptor is not open",
        BADFD => InvalidArgument "the first descriptor is not a ruleset; or the file cannot be \
            opened by a path, such as a pipe or a socket",
        PERM => "the ruleset is not open for writing",
        OPNOTSUPP => "Landlock was disabled when the system was booted";
    LANDLOCK_ADD_RULE_NET_PORT:
        INVAL => "the ruleset does not handle a right; or the port is greater than 65,535; or the \
            kernel does not support the rule, which Linux 6.7 introduced, or a flag",
        NOMSG => InvalidArgument "access is empty",
        AFNOSUPPORT => Unsupported "the kernel was built without TCP",
        BADF => "the descriptor is not open",
        BADFD => InvalidArgument "the descriptor is not a ruleset",
        PERM => "the ruleset is not open for writing",
        OPNOTSUPP => "Landlock was disabled when the system was booted";
    LANDLOCK_RESTRICT_SELF:
        PERM => "the thread does not have no_new_privs set, and does not have the capability \
            CAP_SYS_ADMIN in its user namespace; or the ruleset is not open for reading",
        INVAL => "the kernel does not support a flag",
        BADF => "the descriptor is not open; or the flags require a ruleset, and none was passed",
        BADFD => InvalidArgument "the descriptor is not a ruleset",
        TOOBIG => LimitReached "16 rulesets are already enforced",
        OPNOTSUPP => "Landlock was disabled when the system was booted";
};
