//! Rulesets.

use super::raw;
use super::types::{AccessFs, AccessNet, AddRuleFlags, RestrictFlags, Rights, RulesetAttr, Scope};
use crate::error::{Errno, Result};
use crate::fd::{AsFd, BorrowedFd, OwnedFd};
use crate::process::raw::prctl_set_no_new_privs;

/// Returns the version of the Landlock ABI that the kernel supports. Returns 0 if the kernel does
/// not support Landlock, or if Landlock was disabled when the system was booted.
///
/// # Errors
///
/// - Any errno with which a seccomp filter rejects the call, except `ENOSYS`.
#[doc(alias = "LANDLOCK_CREATE_RULESET_VERSION")]
pub fn abi() -> Result<u32> {
    match raw::landlock_create_ruleset_version() {
        Err(error) if error.is(Errno::NOSYS) || error.is(Errno::OPNOTSUPP) => Ok(0),
        result => result,
    }
}

/// The options of a [`Ruleset`], which [`Ruleset::builder`] creates.
#[derive(Clone, Copy, Debug)]
#[must_use]
pub struct RulesetBuilder {
    rights: Rights,
    best_effort: bool,
}

impl RulesetBuilder {
    /// Adds rights to files that the ruleset handles: they are denied, unless a rule allows them.
    pub const fn handle_fs(mut self, access: AccessFs) -> Self {
        self.rights.fs = self.rights.fs.union(access);
        self
    }

    /// Adds rights to ports that the ruleset handles: they are denied, unless a rule allows them.
    pub const fn handle_net(mut self, access: AccessNet) -> Self {
        self.rights.net = self.rights.net.union(access);
        self
    }

    /// Adds operations on objects outside the sandbox that the ruleset denies.
    pub const fn scope(mut self, scope: Scope) -> Self {
        self.rights.scope = self.rights.scope.union(scope);
        self
    }

    /// Creates the ruleset even if the kernel does not support some or all of the rights.
    /// [`Ruleset::dropped`] returns these rights, which the ruleset does not restrict.
    ///
    /// Without this option, [`build`](Self::build) fails.
    pub const fn best_effort(mut self) -> Self {
        self.best_effort = true;
        self
    }

    /// Creates the ruleset.
    ///
    /// # Errors
    ///
    /// - `EINVAL`, `E2BIG`: the kernel does not support a right.
    /// - `ENOSYS`: the kernel does not support Landlock.
    /// - `EOPNOTSUPP`: Landlock was disabled when the system was booted.
    /// - `ENOMSG`: the ruleset handles no right.
    /// - `EMFILE`, `ENFILE`: the per-process limit on open file descriptors (`RLIMIT_NOFILE`), or
    ///   the system-wide limit on open files (`fs.file-max`), has been reached.
    /// - `ENOMEM`: the kernel is out of memory.
    #[doc(alias = "landlock_create_ruleset")]
    pub fn build(self) -> Result<Ruleset> {
        let mut handled = self.rights;
        if self.best_effort {
            handled = handled.intersection(Rights::of_abi(abi()?));
        }
        let dropped = self.rights.difference(handled);
        let is_unsupported = handled.is_empty() && !dropped.is_empty();
        let attr = RulesetAttr {
            handled_access_fs: handled.fs,
            handled_access_net: handled.net,
            scoped: handled.scope,
            ..RulesetAttr::default()
        };
        let fd = if is_unsupported { None } else { Some(raw::landlock_create_ruleset(&attr)?) };
        Ok(Ruleset { fd, handled, dropped })
    }
}

/// A ruleset: handled rights, and rules that allow some of them.
///
/// ```
/// use butter::fs::{self, CWD, Mode, OFlags};
/// use butter::landlock::{AccessFs, Ruleset};
///
/// # fn main() -> butter::Result<()> {
/// # std::thread::spawn(|| {
/// let read = AccessFs::READ_FILE | AccessFs::READ_DIR | AccessFs::EXECUTE;
/// let write = AccessFs::KNOWN - read;
/// let ruleset = Ruleset::builder().handle_fs(read | write).best_effort().build()?;
/// if !ruleset.dropped().is_empty() {
///     println!("not restricted: {:?}", ruleset.dropped());
/// }
/// let root = fs::openat(CWD, "/", OFlags::PATH, Mode::empty())?;
/// ruleset.allow_path(&root, read)?;
/// ruleset.restrict_self()?; // no thread that this thread creates can change files
/// # Ok(())
/// # }).join().unwrap()
/// # }
/// ```
#[doc(alias = "landlock_create_ruleset")]
#[derive(Debug)]
pub struct Ruleset {
    /// `None` if the kernel supports none of the rights.
    fd: Option<OwnedFd>,
    handled: Rights,
    dropped: Rights,
}

impl Ruleset {
    /// Creates a builder for a ruleset that handles no rights.
    pub const fn builder() -> RulesetBuilder {
        RulesetBuilder { rights: Rights::of_abi(0), best_effort: false }
    }

    /// Returns the rights that the ruleset handles.
    #[must_use]
    pub const fn handled(&self) -> Rights {
        self.handled
    }

    /// Returns the requested rights that the kernel does not support, and that the ruleset does not
    /// restrict.
    ///
    /// If this set contains [`AccessFs::REFER`], and the ruleset handles other rights to files, the
    /// kernel always denies linking and renaming to another directory.
    #[must_use]
    pub const fn dropped(&self) -> Rights {
        self.dropped
    }

    /// Returns the descriptor of the ruleset. Returns `None` if the kernel supports none of the
    /// requested rights.
    #[must_use]
    pub fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        self.fd.as_ref().map(AsFd::as_fd)
    }

    /// Allows access to a file, or to the files beneath a directory.
    ///
    /// Rights that the ruleset does not handle are ignored. For a file that is not a directory,
    /// `access` can contain only `EXECUTE`, `WRITE_FILE`, `READ_FILE`, `TRUNCATE`, `IOCTL_DEV` and
    /// `RESOLVE_UNIX`.
    ///
    /// # Errors
    ///
    /// - `EINVAL`: the file is not a directory, and a right applies only to directories.
    /// - `EBADFD`: the file cannot be opened by a path, such as a pipe or a socket.
    /// - `ENOMEM`: the kernel is out of memory.
    #[doc(alias("landlock_add_rule", "LANDLOCK_RULE_PATH_BENEATH"))]
    pub fn allow_path(&self, file: impl AsFd, access: AccessFs) -> Result<()> {
        let access = access & self.handled.fs;
        match self.descriptor() {
            Some(ruleset) if !access.is_empty() => raw::landlock_add_rule_path_beneath(
                ruleset,
                access,
                file.as_fd(),
                AddRuleFlags::empty(),
            ),
            _ => Ok(()),
        }
    }

    /// Allows access to a port. Rights that the ruleset does not handle are ignored.
    ///
    /// For `bind`, port 0 stands for the ephemeral ports (`net.ipv4.ip_local_port_range`).
    ///
    /// # Errors
    ///
    /// - `EAFNOSUPPORT`: the kernel was built without TCP.
    /// - `ENOMEM`: the kernel is out of memory.
    #[doc(alias("landlock_add_rule", "LANDLOCK_RULE_NET_PORT"))]
    pub fn allow_port(&self, port: u16, access: AccessNet) -> Result<()> {
        let access = access & self.handled.net;
        match self.descriptor() {
            Some(ruleset) if !access.is_empty() => {
                raw::landlock_add_rule_net_port(ruleset, access, port.into(), AddRuleFlags::empty())
            }
            _ => Ok(()),
        }
    }

    /// Sets `no_new_privs`, and enforces the ruleset for the calling thread and the threads and
    /// processes that it creates. A restriction cannot be removed.
    ///
    /// Descriptors that are already open are not restricted.
    ///
    /// # Errors
    ///
    /// - `E2BIG`: 16 rulesets are already enforced.
    /// - `ENOMEM`: the kernel is out of memory.
    #[doc(alias = "landlock_restrict_self")]
    pub fn restrict_self(&self) -> Result<()> {
        self.restrict_self_with(RestrictFlags::empty())
    }

    /// Enforces the ruleset like [`restrict_self`](Self::restrict_self), with flags.
    ///
    /// Does nothing except setting `no_new_privs` if the kernel supports none of the requested
    /// rights.
    ///
    /// # Errors
    ///
    /// - `EINVAL`: the kernel does not support a flag.
    /// - `E2BIG`: 16 rulesets are already enforced.
    /// - `ENOMEM`: the kernel is out of memory.
    #[doc(alias("landlock_restrict_self", "LANDLOCK_RESTRICT_SELF_TSYNC"))]
    pub fn restrict_self_with(&self, flags: RestrictFlags) -> Result<()> {
        prctl_set_no_new_privs()?;
        match self.descriptor() {
            Some(ruleset) => raw::landlock_restrict_self(Some(ruleset), flags),
            None => Ok(()),
        }
    }
}
