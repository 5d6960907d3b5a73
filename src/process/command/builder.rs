//! The description of a program to spawn.

use core::ffi::CStr;
use core::fmt;
use core::mem::MaybeUninit;

use super::stdio::Stdio;
use super::step::Step;
use super::strings::Strings;
use crate::fd::{AsFd, BorrowedFd, RawFd};
use crate::idmap::IdMaps;
use crate::ids::{Gid, Uid};
use crate::namespace::Namespaces;
use crate::process::CStrArray;
use crate::signal::{SigSet, Signal};

pub(super) const STEPS: usize = 16;
pub(super) const PLACEMENTS: usize = 16;

/// A program to spawn, its arguments, its environment, and the state in which it starts.
///
/// The program starts in a defined state, unless the command requests otherwise:
///
/// - The environment is empty.
/// - Only the standard input, output and error are inherited: the child makes all other descriptors
///   close-on-exec, even descriptors that other threads have opened in the meantime.
/// - No signal is blocked. Handled signals and `PIPE` have their default actions; other signals
///   that the parent ignores stay ignored.
/// - `PATH` is not searched.
///
/// The strings and descriptors are borrowed, and stored in the command itself, which never
/// allocates: it has capacity for 31 arguments, 31 variables, 16 steps and 16 descriptors. A spawn
/// fails with `E2BIG` if this storage is full. Arrays that exist already are passed to the kernel
/// unchanged ([`arguments`](Self::arguments), [`environment`](Self::environment)).
///
/// A spawn does not copy the memory of the parent. The child runs on the stack of the calling
/// thread, which is suspended until the child executes its program, so the cost does not depend on
/// the size of the parent. Only a step that changes user or group IDs, ID maps that the parent
/// writes, and a time namespace require a copy of the memory.
///
/// ```
/// use butter::io;
/// use butter::process::{Command, Stdio};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let mut command = Command::new(c"echo");
/// command.arg(c"hello").search_path().stdout(Stdio::Piped);
/// let mut child = command.spawn()?;
/// let (mut buffer, output) = ([0; 16], child.stdout.take().unwrap());
/// let count = io::read(&output, &mut buffer)?;
/// assert_eq!(&buffer[..count], b"hello\n");
/// assert!(child.wait()?.success());
/// # Ok(())
/// # }
/// ```
///
/// A program in new namespaces, as root of a user namespace, which requires no privileges:
///
/// ```no_run
/// use butter::namespace::Namespaces;
/// use butter::process::{Command, Step};
/// use butter::signal::Signal;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let mut command = Command::new(c"/bin/sh");
/// command
///     .arg(c"-c")
///     .arg(c"hostname inside; exec app")
///     .namespaces(Namespaces::USER | Namespaces::PID | Namespaces::MOUNT | Namespaces::UTS)
///     .map_root_user()
///     .step(Step::parent_death_signal(Signal::KILL));
/// let status = command.spawn()?.wait()?;
/// println!("{status}");
/// # Ok(())
/// # }
/// ```
#[doc(alias("posix_spawn", "fork", "vfork", "execve"))]
pub struct Command<'c> {
    pub(super) program: Program<'c>,
    pub(super) arguments: Strings<'c>,
    pub(super) environment: Strings<'c>,
    steps: [MaybeUninit<Step<'c>>; STEPS],
    step_count: usize,
    placements: [MaybeUninit<(BorrowedFd<'c>, RawFd)>; PLACEMENTS],
    placement_count: usize,
    pub(super) stdio: [Stdio<'c>; 3],
    pub(super) namespaces: Namespaces,
    pub(super) cgroup: Option<BorrowedFd<'c>>,
    pub(super) maps: Option<IdMaps<'c>>,
    pub(super) mask: SigSet,
    pub(super) searches_path: bool,
    pub(super) keeps_descriptors: bool,
    pub(super) keeps_ignored_pipe: bool,
    pub(super) has_pidfd: bool,
    pub(super) kills_on_drop: bool,
    pub(super) needs_own_memory: bool,
    pub(super) is_full: bool,
}

#[derive(Clone, Copy)]
pub(super) enum Program<'c> {
    Path(&'c CStr),
    Fd(BorrowedFd<'c>),
}

impl<'c> Command<'c> {
    /// Creates a command for the program with this path, which is also the argument 0.
    #[inline]
    #[must_use]
    pub fn new(program: &'c CStr) -> Self {
        Self::with_program(Program::Path(program), program)
    }

    /// Creates a command for the program to which a descriptor refers, with the argument 0.
    ///
    /// The descriptor can be a path-only (`O_PATH`) descriptor, and can be close-on-exec unless the
    /// program is a script, which its interpreter opens as `/dev/fd/N`. To execute a script, keep
    /// the descriptor with [`keep_fd`](Self::keep_fd).
    #[doc(alias("execveat", "fexecve"))]
    #[inline]
    #[must_use]
    pub fn from_fd(program: &'c impl AsFd, argument_0: &'c CStr) -> Self {
        Self::with_program(Program::Fd(program.as_fd()), argument_0)
    }

    /// Creates a command from an array of arguments, the first of which is the path of the program.
    #[inline]
    #[must_use]
    pub fn from_argv(arguments: CStrArray<'c>) -> Self {
        let program = arguments.iter().next().unwrap_or(c"");
        let mut command = Self::with_program(Program::Path(program), program);
        command.arguments.ready = Some(arguments);
        command
    }

    #[inline]
    fn with_program(program: Program<'c>, argument_0: &'c CStr) -> Self {
        let mut command = Self {
            program,
            arguments: Strings::new(),
            environment: Strings::new(),
            steps: [const { MaybeUninit::uninit() }; STEPS],
            step_count: 0,
            placements: [const { MaybeUninit::uninit() }; PLACEMENTS],
            placement_count: 0,
            stdio: [Stdio::Inherit; 3],
            namespaces: Namespaces::empty(),
            cgroup: None,
            maps: None,
            mask: SigSet::empty(),
            searches_path: false,
            keeps_descriptors: false,
            keeps_ignored_pipe: false,
            has_pidfd: true,
            kills_on_drop: false,
            needs_own_memory: false,
            is_full: false,
        };
        command.arg(argument_0);
        command
    }

    /// Adds an argument.
    #[inline]
    pub fn arg(&mut self, argument: &'c CStr) -> &mut Self {
        self.is_full |= !self.arguments.push(argument);
        self
    }

    /// Adds arguments.
    pub fn args(&mut self, arguments: impl IntoIterator<Item = &'c CStr>) -> &mut Self {
        for argument in arguments {
            self.arg(argument);
        }
        self
    }

    /// Replaces all arguments, including the argument 0, by an array. A later [`arg`](Self::arg)
    /// replaces the array by the arguments that `new` and `arg` have added.
    #[doc(alias = "argv")]
    #[inline]
    pub fn arguments(&mut self, arguments: impl Into<CStrArray<'c>>) -> &mut Self {
        self.arguments.ready = Some(arguments.into());
        self
    }

    /// Adds a variable to the environment, in the form `NAME=value`. Does not replace a variable
    /// with the same name.
    #[inline]
    pub fn env(&mut self, variable: &'c CStr) -> &mut Self {
        self.is_full |= !self.environment.push(variable);
        self
    }

    /// Replaces the environment by an array, such as the environment of the parent
    /// (`CStringArray::from_env`, with the feature `std`). A later [`env`](Self::env) replaces the
    /// array by the variables that `env` has added.
    #[doc(alias("envp", "environ"))]
    #[inline]
    pub fn environment(&mut self, variables: impl Into<CStrArray<'c>>) -> &mut Self {
        self.environment.ready = Some(variables.into());
        self
    }

    /// Searches a program without a slash in the directories of the variable `PATH` of the
    /// command's environment, or in `/bin` and `/usr/bin` without such a variable.
    #[doc(alias = "execvp")]
    #[inline]
    pub fn search_path(&mut self) -> &mut Self {
        self.searches_path = true;
        self
    }

    /// Sets the working directory: adds [`Step::chdir`].
    #[doc(alias = "chdir")]
    #[inline]
    pub fn current_dir(&mut self, directory: &'c CStr) -> &mut Self {
        self.step(Step::chdir(directory))
    }

    /// Adds a step, which the child executes before its program, after the steps that were added
    /// earlier.
    #[inline]
    pub fn step(&mut self, step: Step<'c>) -> &mut Self {
        match self.steps.get_mut(self.step_count) {
            Some(place) => {
                place.write(step);
                self.step_count += 1;
                self.needs_own_memory |= step.needs_own_memory;
            }
            None => self.is_full = true,
        }
        self
    }

    /// Sets the standard input.
    #[inline]
    pub fn stdin(&mut self, stdin: Stdio<'c>) -> &mut Self {
        let [place, _, _] = &mut self.stdio;
        *place = stdin;
        self
    }

    /// Sets the standard output.
    #[inline]
    pub fn stdout(&mut self, stdout: Stdio<'c>) -> &mut Self {
        let [_, place, _] = &mut self.stdio;
        *place = stdout;
        self
    }

    /// Sets the standard error.
    #[inline]
    pub fn stderr(&mut self, stderr: Stdio<'c>) -> &mut Self {
        let [_, _, place] = &mut self.stdio;
        *place = stderr;
        self
    }

    /// Passes a descriptor to the program, with the same number.
    #[inline]
    pub fn keep_fd(&mut self, fd: &'c impl AsFd) -> &mut Self {
        let fd = fd.as_fd();
        self.place(fd, crate::fd::AsRawFd::as_raw_fd(&fd))
    }

    /// Passes a duplicate of a descriptor to the program, with the number `number`. The numbers of
    /// several descriptors can be exchanged: each `fd` is a descriptor of the parent.
    #[doc(alias = "dup2")]
    #[inline]
    pub fn place_fd(&mut self, fd: &'c impl AsFd, number: RawFd) -> &mut Self {
        self.place(fd.as_fd(), number)
    }

    fn place(&mut self, fd: BorrowedFd<'c>, number: RawFd) -> &mut Self {
        match self.placements.get_mut(self.placement_count) {
            Some(place) => {
                place.write((fd, number));
                self.placement_count += 1;
            }
            None => self.is_full = true,
        }
        self
    }

    /// Passes all descriptors that are not close-on-exec to the program.
    #[inline]
    pub fn keep_all_fds(&mut self) -> &mut Self {
        self.keeps_descriptors = true;
        self
    }

    /// Sets the signal mask of the program, which is empty by default.
    #[doc(alias = "sigprocmask")]
    #[inline]
    pub fn signal_mask(&mut self, mask: impl Into<SigSet>) -> &mut Self {
        self.mask = mask.into();
        self
    }

    /// Keeps `PIPE` ignored if the parent ignores it, as `std` does. Other ignored signals are
    /// always kept, unless [`Step::default_signals`] resets them.
    #[inline]
    pub fn keep_ignored_signals(&mut self) -> &mut Self {
        self.keeps_ignored_pipe = true;
        self
    }

    /// Sets the signal that the child receives when the thread that spawns it terminates: adds
    /// [`Step::parent_death_signal`].
    #[doc(alias = "PR_SET_PDEATHSIG")]
    #[inline]
    pub fn parent_death_signal(&mut self, signal: Signal) -> &mut Self {
        self.step(Step::parent_death_signal(signal))
    }

    /// Creates the child in new namespaces. With `USER`, the new user namespace owns the others.
    #[doc(alias("CLONE_NEWUSER", "CLONE_NEWPID", "CLONE_NEWNS", "CLONE_NEWNET"))]
    #[inline]
    pub fn namespaces(&mut self, namespaces: Namespaces) -> &mut Self {
        self.namespaces = namespaces;
        self
    }

    /// Maps root in the new user namespace to the effective user and group of the caller: adds
    /// [`Step::map_ids`]. The following steps run as root of the namespace.
    #[inline]
    pub fn map_root_user(&mut self) -> &mut Self {
        self.step(Step::map_ids(Uid::ROOT, Gid::ROOT))
    }

    /// Writes ID maps for the new user namespace before the steps run. The parent writes the maps,
    /// which therefore can contain any ranges that its capabilities permit.
    #[doc(alias("uid_map", "gid_map"))]
    #[inline]
    pub fn id_maps(&mut self, maps: IdMaps<'c>) -> &mut Self {
        self.maps = Some(maps);
        self
    }

    /// Creates the child in the cgroup (version 2) with this directory. Requires `clone3`.
    #[doc(alias = "CLONE_INTO_CGROUP")]
    #[inline]
    pub fn cgroup(&mut self, directory: &'c impl AsFd) -> &mut Self {
        self.cgroup = Some(directory.as_fd());
        self
    }

    /// Does not open a pidfd for the child: it is then identified only by its process ID.
    #[doc(alias = "CLONE_PIDFD")]
    #[inline]
    pub fn without_pidfd(&mut self) -> &mut Self {
        self.has_pidfd = false;
        self
    }

    /// Kills the child, and reaps it, when its [`Child`](super::Child) is dropped.
    ///
    /// If the kernel supports it (Linux 7.1), the kernel also kills the child if the parent
    /// terminates without dropping the `Child`.
    #[doc(alias("CLONE_PIDFD_AUTOKILL", "CLONE_AUTOREAP"))]
    #[inline]
    pub fn kill_on_drop(&mut self) -> &mut Self {
        self.kills_on_drop = true;
        self
    }

    /// Returns the steps.
    #[inline]
    pub(super) fn steps(&self) -> &[Step<'c>] {
        let first = self.steps.as_ptr().cast();
        // SAFETY: the first `step_count` elements have been written.
        unsafe { core::slice::from_raw_parts(first, self.step_count) }
    }

    /// Returns the descriptors to pass, with their numbers in the child.
    #[inline]
    pub(super) fn placements(&self) -> &[(BorrowedFd<'c>, RawFd)] {
        let first = self.placements.as_ptr().cast();
        // SAFETY: the first `placement_count` elements have been written.
        unsafe { core::slice::from_raw_parts(first, self.placement_count) }
    }

    /// Returns the path of the program, if the command has one.
    #[inline]
    pub(super) fn path(&self) -> Option<&'c CStr> {
        match self.program {
            Program::Path(path) => Some(path),
            Program::Fd(_) => None,
        }
    }
}

impl fmt::Debug for Command<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Command")
            .field("program", &self.path())
            .field("arguments", &self.arguments.as_array())
            .field("environment", &self.environment.as_array())
            .field("steps", &self.steps())
            .finish_non_exhaustive()
    }
}

static_assertions::assert_impl_all!(Command<'_>: Send, Sync);
