//! Installing filters.

use core::fmt;

use super::types::FilterFlags;
use super::{Listener, Program, raw, safety};
use crate::error::{Call, Errno, Error, Result};
use crate::ids::Tid;
use crate::process::raw::prctl_set_no_new_privs;

/// A filter to install: a program, and the options with which it is installed.
///
/// The installation sets `no_new_privs` for the calling thread, unless
/// [`keep_privileges`](Self::keep_privileges) is called: without `no_new_privs`, an unprivileged
/// caller cannot install a filter. The threads and processes that the thread creates inherit the
/// filter, which also remains in effect when they execute programs. No filter can be removed.
///
/// ```no_run
/// use butter::error::Errno;
/// use butter::seccomp::{Action, Filter, Policy, ProgramArray, Rule, Syscall};
///
/// const POLICY: Policy<'_> = Policy::new(Action::Allow)
///     .rules(&[Rule::new(Syscall::EXECVE, Action::Errno(Errno::PERM))]);
/// static PROGRAM: ProgramArray<{ POLICY.program_len() }> = POLICY.compile();
///
/// # fn main() -> butter::Result<()> {
/// Filter::new(&PROGRAM).install()?; // the calling thread and its future children
/// # Ok(())
/// # }
/// ```
///
/// The methods reject programs that could violate the memory safety of the process:
///
/// - Programs that can return `SECCOMP_RET_ERRNO` with the errno 0, so that a system call seems to
///   succeed without being executed.
/// - Programs that can return a computed value (`ret a`), or that divide by X, because a division
///   by 0 returns [`Action::KillThread`].
/// - Programs that can return [`Action::KillThread`]: a thread would terminate while other threads
///   use its stack, for example scoped threads that it has created.
/// - Programs that do not execute `brk`, `exit` or `rt_sigreturn`, and do not terminate the process
///   instead: the C library does not expect that these calls fail. It would use memory that `brk`
///   has not allocated, and continue after `exit` and `rt_sigreturn`, which do not return.
///
/// [`assume_safe`](Self::assume_safe) permits these programs.
///
/// [`Action::KillThread`]: super::Action::KillThread
#[derive(Clone, Copy, Debug)]
pub struct Filter<'p> {
    program: &'p Program,
    flags: FilterFlags,
    no_new_privs: bool,
    is_checked: bool,
}

impl<'p> Filter<'p> {
    /// Creates a filter with the default options.
    #[must_use]
    pub const fn new(program: &'p Program) -> Self {
        Self { program, flags: FilterFlags::empty(), no_new_privs: true, is_checked: true }
    }

    /// Writes system calls that the filter does not allow to the audit log, if
    /// `kernel.seccomp.actions_logged` contains the action.
    #[doc(alias = "SECCOMP_FILTER_FLAG_LOG")]
    #[must_use]
    pub const fn log(self) -> Self {
        self.with(FilterFlags::LOG)
    }

    /// Does not enable the mitigations of speculative execution (speculative store bypass; on
    /// x86_64 also indirect branches), which slow down the program. Since Linux 5.16, the kernel
    /// enables them only if `spec_store_bypass_disable=seccomp` and `spectre_v2_user=seccomp` are
    /// set on its command line.
    #[doc(alias = "SECCOMP_FILTER_FLAG_SPEC_ALLOW")]
    #[must_use]
    pub const fn spec_allow(self) -> Self {
        self.with(FilterFlags::SPEC_ALLOW)
    }

    /// Permits only fatal signals to interrupt a system call after the supervisor has received its
    /// notification. Without this option, a signal handler interrupts the system call, which is
    /// then restarted with another notification, or fails with `EINTR`. Before Linux 6.18, a signal
    /// at the time of the response can still interrupt the system call.
    ///
    /// Applies only to filters with a listener. Since Linux 5.19; older kernels reject the option
    /// with `EINVAL`.
    #[doc(alias = "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV")]
    #[must_use]
    pub const fn wait_killable_recv(self) -> Self {
        self.with(FilterFlags::WAIT_KILLABLE_RECV)
    }

    /// Does not set `no_new_privs`, so that programs with a set-user-ID bit or file capabilities
    /// still gain privileges, under the control of the filter. Requires `CAP_SYS_ADMIN` in the user
    /// namespace of the thread, unless `no_new_privs` is already set.
    #[doc(alias = "PR_SET_NO_NEW_PRIVS")]
    #[must_use]
    pub const fn keep_privileges(self) -> Self {
        Self { no_new_privs: false, ..self }
    }

    /// Permits programs that the methods otherwise reject, as the documentation of the type
    /// describes.
    ///
    /// # Safety
    ///
    /// The results that the program forges, and the termination of a single thread, must not
    /// violate the memory safety or the I/O safety of the process. If the program returns a
    /// computed value, it must return `SECCOMP_RET_USER_NOTIF` only if it is installed with a
    /// listener.
    #[must_use]
    pub const unsafe fn assume_safe(self) -> Self {
        Self { is_checked: false, ..self }
    }

    const fn with(self, flags: FilterFlags) -> Self {
        Self { flags: self.flags.union(flags), ..self }
    }

    /// Installs the filter for the calling thread.
    ///
    /// # Errors
    ///
    /// - `EINVAL`: the program can return [`Action::UserNotif`], which requires a listener, or is
    ///   not safe ([`Call::SECCOMP_PROGRAM`]); or the kernel does not support an
    ///   option; or [`wait_killable_recv`](Self::wait_killable_recv) was called; or the thread is
    ///   in strict mode.
    /// - `EACCES`: [`keep_privileges`](Self::keep_privileges) was called, the thread does not have
    ///   `no_new_privs` set, and does not have the capability `CAP_SYS_ADMIN` in its user
    ///   namespace.
    /// - `ENOMEM`: the kernel is out of memory, or the filters of the thread together would have
    ///   more than 32,768 instructions after the kernel has converted them.
    ///
    /// Since Linux 3.17; [seccomp(2)].
    ///
    /// [`Action::UserNotif`]: super::Action::UserNotif
    /// [seccomp(2)]: https://man7.org/linux/man-pages/man2/seccomp.2.html
    #[doc(alias("seccomp", "SECCOMP_SET_MODE_FILTER"))]
    pub fn install(self) -> Result<()> {
        self.prepare(false)?;
        // SAFETY: `prepare` has checked that the program forges no successful result and terminates
        // no single thread, or these effects are upheld by the caller of `assume_safe`.
        unsafe { raw::seccomp_set_mode_filter(self.program.instructions(), self.flags) }.map(drop)
    }

    /// Installs the filter for all threads of the process, either for all threads or for none.
    ///
    /// # Errors
    ///
    /// - The errors of [`install`](Self::install).
    /// - `ESRCH`: a thread cannot be synchronized, because it is in strict mode or has a filter
    ///   that the calling thread does not have ([`Call::SECCOMP_TSYNC`]). [`TsyncError::thread`]
    ///   returns the thread.
    ///
    /// Since Linux 3.17; [seccomp(2)].
    ///
    /// [seccomp(2)]: https://man7.org/linux/man-pages/man2/seccomp.2.html
    #[doc(alias = "SECCOMP_FILTER_FLAG_TSYNC")]
    pub fn install_all_threads(self) -> Result<(), TsyncError> {
        self.prepare(false)?;
        let flags = self.flags.union(FilterFlags::TSYNC);
        // SAFETY: as in `install`.
        let thread = unsafe { raw::seccomp_set_mode_filter(self.program.instructions(), flags) }?;
        match Tid::from_raw(thread.cast_signed()) {
            None => Ok(()),
            thread => Err(TsyncError { error: NOT_SYNCHRONIZED, thread }),
        }
    }

    /// Installs the filter for the calling thread, and returns the [`Listener`] that receives
    /// notifications of the system calls with the action [`Action::UserNotif`].
    ///
    /// The filter applies to the calling thread at once: a system call for which the filter
    /// requires a notification blocks until another thread or process responds. See the module's
    /// documentation for passing the listener to a supervisor.
    ///
    /// # Errors
    ///
    /// - The errors of [`install`](Self::install), except that the program can return
    ///   [`Action::UserNotif`].
    /// - `EBUSY`: another filter of the thread has a listener.
    /// - `EMFILE`: the per-process limit on open file descriptors (`RLIMIT_NOFILE`) has been
    ///   reached.
    /// - `ENFILE`: the system-wide limit on open files (`fs.file-max`) has been reached.
    /// - `EOVERFLOW`: the kernel's structs of notifications have sizes that this crate does not
    ///   support.
    ///
    /// Since Linux 5.0; [seccomp_unotify(2)].
    ///
    /// [`Action::UserNotif`]: super::Action::UserNotif
    /// [seccomp_unotify(2)]: https://man7.org/linux/man-pages/man2/seccomp_unotify.2.html
    #[doc(alias = "SECCOMP_FILTER_FLAG_NEW_LISTENER")]
    pub fn install_listener(self) -> Result<Listener> {
        self.listener(FilterFlags::empty())
    }

    /// Installs the filter for all threads of the process, like
    /// [`install_all_threads`](Self::install_all_threads), and returns the [`Listener`].
    ///
    /// # Errors
    ///
    /// - The errors of [`install_listener`](Self::install_listener).
    /// - `ESRCH`: a thread cannot be synchronized. The kernel does not return the thread.
    /// - `EINVAL`: the kernel does not support this combination, which Linux 5.7 introduced.
    ///
    /// Since Linux 5.7; [seccomp_unotify(2)].
    ///
    /// [seccomp_unotify(2)]: https://man7.org/linux/man-pages/man2/seccomp_unotify.2.html
    #[doc(alias = "SECCOMP_FILTER_FLAG_TSYNC_ESRCH")]
    pub fn install_listener_all_threads(self) -> Result<Listener, TsyncError> {
        Ok(self.listener(FilterFlags::TSYNC.union(FilterFlags::TSYNC_ESRCH))?)
    }

    fn listener(self, flags: FilterFlags) -> Result<Listener> {
        // The filter may not allow the system call that returns the sizes.
        let sizes = Listener::sizes()?;
        self.prepare(true)?;
        let (program, flags) = (self.program.instructions(), self.flags.union(flags));
        // SAFETY: as in `install`; `flags` contains `TSYNC` only with `TSYNC_ESRCH`.
        let fd = unsafe { raw::seccomp_set_mode_filter_listener(program, flags) }?;
        Ok(Listener::from_checked(fd, sizes))
    }

    /// Checks the program and sets `no_new_privs`.
    fn prepare(self, has_listener: bool) -> Result<()> {
        let lacks_listener = !has_listener && safety::notifies(self.program);
        if lacks_listener || self.is_checked && !safety::is_safe(self.program) {
            return Err(Error::new(Call::SECCOMP_PROGRAM, Errno::INVAL));
        }
        if self.no_new_privs { prctl_set_no_new_privs() } else { Ok(()) }
    }
}

const NOT_SYNCHRONIZED: Error = Error::new(Call::SECCOMP_TSYNC, Errno::SRCH);

/// The error of installing a filter for all threads of the process.
#[derive(Clone, Copy, Debug)]
pub struct TsyncError {
    error: Error,
    thread: Option<Tid>,
}

impl TsyncError {
    /// Returns the thread that cannot be synchronized, if the kernel has returned it.
    #[must_use]
    pub fn thread(&self) -> Option<Tid> {
        self.thread
    }

    /// Returns the error without the thread.
    #[must_use]
    pub fn error(&self) -> Error {
        self.error
    }
}

impl From<Error> for TsyncError {
    fn from(error: Error) -> Self {
        Self { error, thread: None }
    }
}

impl From<TsyncError> for Error {
    fn from(error: TsyncError) -> Self {
        error.error
    }
}

/// Prints the error and the thread.
impl fmt::Display for TsyncError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.thread {
            Some(thread) => write!(f, "{} (thread {thread})", self.error),
            None => fmt::Display::fmt(&self.error, f),
        }
    }
}

impl core::error::Error for TsyncError {}
