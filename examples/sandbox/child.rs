//! The child, which restricts itself and executes the command.

use std::arch::asm;
use std::cell::Cell;
use std::ffi::{CString, OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::sync::atomic::{AtomicI32, Ordering};

use butter::Errno;
use butter::error::{Call, Error};
use butter::fd::{AsRawFd, RawFd};
use butter::landlock::Ruleset;
use butter::mm::{MapFlags, ProtFlags, raw::mmap};
use butter::process::{CStringArray, raw::execve};
use butter::seccomp::{self, FilterFlags, Program};
use butter::signal::{self, SigSet, Signal};

use crate::policy::Filter;
use crate::{NOT_EXECUTABLE, NOT_FOUND};

/// The directories in which a command without a slash is searched if `PATH` is not set.
const DEFAULT_PATH: &str = "/bin:/usr/bin";

/// The command to execute, which is prepared before the child is created.
pub(crate) struct Command {
    /// The paths of the program, in the order in which they are tried.
    paths: Vec<CString>,
    /// Whether the user has given a path, not a name to search in `PATH`.
    is_path: bool,
    arguments: CStringArray,
    environment: CStringArray,
}

impl Command {
    /// Prepares a command. Fails with `EINVAL` if a string contains a NUL byte, which the arguments
    /// of a process cannot contain.
    pub(crate) fn new(command: &[OsString]) -> butter::Result<Self> {
        let name = command.first().map_or(OsStr::new(""), |name| name);
        let path = std::env::var_os("PATH").unwrap_or_else(|| DEFAULT_PATH.into());
        let is_path = name.as_bytes().contains(&b'/');
        let paths = if is_path {
            vec![name.to_owned()]
        } else {
            std::env::split_paths(&path).map(|directory| directory.join(name).into()).collect()
        };
        let variables = std::env::vars_os().map(|(mut variable, value)| {
            variable.push("=");
            variable.push(value);
            variable
        });
        Ok(Self {
            paths: c_strings(paths)?,
            is_path,
            arguments: c_strings(command.iter().cloned())?.into_iter().collect(),
            environment: c_strings(variables)?.into_iter().collect(),
        })
    }

    /// Executes the command, and returns the error.
    fn execute(&self) -> Error {
        let mut found = Error::new(Call::EXECVE, Errno::NOENT);
        for path in &self.paths {
            let Err(error) = execve(path, self.arguments.as_array(), self.environment.as_array());
            match error.errno() {
                // The name of a command is searched in all directories.
                Errno::NOENT | Errno::NOTDIR if !self.is_path => {}
                // A program in a later directory may be executable.
                Errno::ACCES if !self.is_path => found = error,
                _ => return error,
            }
        }
        found
    }
}

fn c_strings(strings: impl IntoIterator<Item = OsString>) -> butter::Result<Vec<CString>> {
    let convert = |string: OsString| {
        CString::new(string.into_vec()).map_err(|_| Error::new(Call::EXECVE, Errno::INVAL))
    };
    strings.into_iter().map(convert).collect()
}

/// The operation of the child that failed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    Signals,
    Access,
    Filter,
    Execute,
}

impl Step {
    /// Returns the exit status of the program.
    pub(crate) fn status(self, error: Error) -> u8 {
        match self {
            Self::Execute if error.is(Errno::NOENT) => NOT_FOUND,
            Self::Execute => NOT_EXECUTABLE,
            _ => crate::FAILURE,
        }
    }
}

/// Memory that the parent and the child share. The child may be unable to make the system calls
/// with which it could report a failure.
pub(crate) struct Shared {
    /// The number of the listener, or -1.
    listener: AtomicI32,
    /// The failure of the child. The parent reads it after the child has terminated.
    failure: Cell<Option<(Step, Error)>>,
}

impl Shared {
    /// Maps the memory, which is never unmapped.
    pub(crate) fn map() -> butter::Result<&'static Self> {
        let protection = ProtFlags::READ | ProtFlags::WRITE;
        let flags = MapFlags::SHARED | MapFlags::ANONYMOUS;
        // SAFETY: a new mapping at an address that the kernel chooses.
        let memory =
            unsafe { mmap(std::ptr::null_mut(), size_of::<Self>(), protection, flags, None, 0) }?;
        let memory = memory.cast::<Self>();
        // SAFETY: the mapping is writable, large enough, and aligned to pages.
        unsafe { memory.write(Self { listener: AtomicI32::new(-1), failure: Cell::new(None) }) };
        // SAFETY: the memory is initialized, and is never unmapped.
        Ok(unsafe { &*memory })
    }

    /// Returns the number of the listener if the child has installed the filter.
    pub(crate) fn listener(&self) -> Option<RawFd> {
        Some(self.listener.load(Ordering::Acquire)).filter(|number| *number >= 0)
    }

    /// Returns the failure of the child, which must have terminated.
    pub(crate) fn failure(&self) -> Option<(Step, Error)> {
        self.failure.get()
    }
}

/// The restrictions of the child.
pub(crate) struct Child<'c> {
    pub(crate) command: &'c Command,
    pub(crate) filter: &'c Filter,
    pub(crate) ruleset: Option<&'c Ruleset>,
    /// Whether the filter has a listener.
    pub(crate) trace: bool,
    /// The signal mask of the command.
    pub(crate) mask: SigSet,
    pub(crate) shared: &'c Shared,
}

/// Terminates the process with `SIGILL`, without a system call. The C library's `abort` is not
/// suitable: that of musl sends a signal to the thread whose ID it has stored, which is the thread
/// that has created the child.
fn trap() -> ! {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: an undefined instruction, at which the kernel terminates the process.
    unsafe {
        asm!("ud2", options(noreturn))
    }
    #[cfg(target_arch = "aarch64")]
    // SAFETY: as above.
    unsafe {
        asm!("udf #0", options(noreturn))
    }
}

impl Child<'_> {
    /// Executes the command. If this fails, terminates the process.
    pub(crate) fn run(&self) -> ! {
        let (step, error) = match self.prepare() {
            Ok(()) => (Step::Execute, self.command.execute()),
            Err(failure) => failure,
        };
        self.shared.failure.set(Some((step, error)));
        // SAFETY: accesses no memory. Returns if the filter denies the system call.
        unsafe { libc::syscall(libc::SYS_exit_group, libc::c_long::from(step.status(error))) };
        trap()
    }

    fn prepare(&self) -> Result<(), (Step, Error)> {
        let in_step = |step| move |error| (step, error);
        // The Rust runtime ignores this signal.
        signal::set_default(Signal::PIPE).map_err(in_step(Step::Signals))?;
        signal::set_mask(self.mask).map_err(in_step(Step::Signals))?;
        if let Some(ruleset) = self.ruleset {
            // Before the filter, which may deny the system call.
            ruleset.restrict_self().map_err(in_step(Step::Access))?;
        }
        match self.filter.installed() {
            Some(program) => self.install(program).map_err(in_step(Step::Filter)),
            None => Ok(()),
        }
    }

    fn install(&self, program: &Program) -> butter::Result<()> {
        // `TSYNC` has no effect, because this process has a single thread, and the kernel accepts
        // `WAIT_KILLABLE_RECV` only with a listener.
        let flags = self.filter.flags;
        let mut filter = seccomp::Filter::new(program);
        if flags.contains(FilterFlags::LOG) {
            filter = filter.log();
        }
        if flags.contains(FilterFlags::SPEC_ALLOW) {
            filter = filter.spec_allow();
        }
        if flags.contains(FilterFlags::WAIT_KILLABLE_RECV) && self.trace {
            filter = filter.wait_killable_recv();
        }
        // SAFETY: this process has a single thread, which only executes another program. That
        // program must handle any result of its system calls.
        let filter = unsafe { filter.assume_safe() };
        if self.trace {
            let listener = filter.install_listener()?;
            self.shared.listener.store(listener.as_raw_fd(), Ordering::Release);
            // The parent uses the descriptor. It is close-on-exec.
            std::mem::forget(listener);
            Ok(())
        } else {
            filter.install()
        }
    }
}
