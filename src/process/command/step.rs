//! The steps that a child executes before its program.

use core::ffi::CStr;
use core::fmt;
use core::marker::PhantomData;

use crate::error::Result;
use crate::fd::{AsFd, AsRawFd, BorrowedFd};
use crate::fs::Mode;
use crate::idmap::{IdMaps, IdRange, MapError};
use crate::ids::{Gid, Pgid, Pid, Uid, getegid, geteuid, getpid, getppid};
use crate::mount::{self, MountFlags, UnmountFlags};
use crate::namespace::Task;
use crate::process::attributes::raw as attributes;
use crate::process::{PriorityOf, Resource, Rlimit, Rlimit64, SchedulingPolicy, exit_group, raw};
use crate::signal::{self, Action, How, SigSet, Signal};

/// The data of a step: numbers, and pointers to data that exist at least for the lifetime of the
/// step.
pub(crate) type StepData = [*const (); 5];

/// The function of a step. It runs in a child that can share the memory of its parent, so it only
/// makes system calls: it does not allocate, lock, unwind, or use thread-local variables.
pub(crate) type StepFn = unsafe fn(&StepData) -> Result<(), MapError>;

/// A step that a child executes before its program, for [`Command::step`](super::Command::step).
///
/// A step is a function and a few words of data, so a program contains only the code of the steps
/// that it names. The child executes the steps in the order in which they were added. If a step
/// fails, the child exits, and the spawn returns a [`SpawnError`](super::SpawnError) with the index
/// of the step.
///
/// ```
/// use butter::process::{Command, SpawnStage, Step};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let mut command = Command::new(c"true");
/// command.search_path().step(Step::setsid()).step(Step::chdir(c"/")).step(Step::nice(5));
/// assert!(command.status()?.success());
///
/// let error = command.step(Step::chdir(c"/nowhere")).status().unwrap_err();
/// assert_eq!((error.stage(), error.path()), (SpawnStage::Step(3), Some(c"/nowhere")));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy)]
pub struct Step<'c> {
    pub(super) run: StepFn,
    pub(super) data: StepData,
    pub(super) path: Option<&'c CStr>,
    pub(super) needs_own_memory: bool,
    borrowed: PhantomData<&'c ()>,
}

// SAFETY: the pointers of a step refer to data that is only read.
unsafe impl Send for Step<'_> {}
// SAFETY: as above.
unsafe impl Sync for Step<'_> {}

impl<'c> Step<'c> {
    /// Creates a step.
    ///
    /// # Safety
    ///
    /// `run` must be safe to call with `data` for the lifetime `'c` in a child that shares the
    /// memory of its parent, while the thread that created it is suspended.
    const unsafe fn new(run: StepFn, data: StepData) -> Self {
        Self { run, data, path: None, needs_own_memory: false, borrowed: PhantomData }
    }

    /// Creates a step whose function has no pointers as its data.
    const fn with_numbers(run: StepFn, [a, b, c]: [u64; 3]) -> Self {
        let data = [word(a), word(b), word(c), word(0), word(0)];
        // SAFETY: the functions of this module interpret these words as numbers.
        unsafe { Self::new(run, data) }
    }

    /// Creates a step with paths as its data, the first of which errors contain.
    const fn with_paths(run: StepFn, first: &'c CStr, second: &'c CStr) -> Self {
        let data = [first.as_ptr().cast(), second.as_ptr().cast(), word(0), word(0), word(0)];
        // SAFETY: the functions of this module interpret these words as paths, which exist for the
        // lifetime of the step.
        Self { path: Some(first), ..unsafe { Self::new(run, data) } }
    }

    /// Creates a step with a descriptor as its data.
    fn with_fd(run: StepFn, fd: BorrowedFd<'c>) -> Self {
        Self::with_numbers(run, [fd.as_raw_fd() as u64, 0, 0])
    }

    /// Changes the working directory, like [`chdir`](crate::process::chdir).
    #[must_use]
    pub const fn chdir(path: &'c CStr) -> Self {
        // SAFETY: `data[0]` is a path.
        Self::with_paths(|data| Ok(raw::chdir(unsafe { path_at(data, 0) })?), path, c"")
    }

    /// Changes the working directory to an open directory, like
    /// [`fchdir`](crate::process::fchdir).
    #[must_use]
    pub fn fchdir(directory: &'c impl AsFd) -> Self {
        // SAFETY: `data[0]` is a descriptor.
        Self::with_fd(|data| Ok(raw::fchdir(unsafe { fd_at(data, 0) })?), directory.as_fd())
    }

    /// Changes the root directory, like [`chroot`](crate::process::chroot). The working directory
    /// does not change: usually, the next step is `Step::chdir(c"/")`.
    #[must_use]
    pub const fn chroot(path: &'c CStr) -> Self {
        // SAFETY: `data[0]` is a path.
        Self::with_paths(|data| Ok(raw::chroot(unsafe { path_at(data, 0) })?), path, c"")
    }

    /// Creates a session, like [`raw::setsid`](crate::process::raw::setsid).
    #[must_use]
    pub const fn setsid() -> Self {
        Self::with_numbers(|_| Ok(attributes::setsid().map(drop)?), [0; 3])
    }

    /// Moves the child to a process group; `None` for a new group with the process ID of the child.
    #[must_use]
    pub fn setpgid(group: Option<Pgid>) -> Self {
        let run: StepFn =
            |data| Ok(attributes::setpgid(None, Pgid::from_raw(number_at(data, 0) as i32))?);
        Self::with_numbers(run, [group.map_or(0, Pgid::as_raw) as u64, 0, 0])
    }

    /// Sets the process group of the child as the foreground process group of its controlling
    /// terminal. The child must be the leader of its process group: the step follows
    /// [`setpgid(None)`](Self::setpgid).
    #[doc(alias("tcsetpgrp", "TIOCSPGRP"))]
    #[must_use]
    pub fn foreground(terminal: &'c impl AsFd) -> Self {
        let run: StepFn = |data| {
            // Otherwise, the kernel stops the child, which is in a background process group. The
            // child sets the final mask later.
            signal::raw::rt_sigprocmask(How::Block, Some(SigSet::from(Signal::TTOU)))?;
            if let Some(group) = Pgid::from_raw(getpid().as_raw()) {
                // SAFETY: `data[0]` is a descriptor.
                attributes::ioctl_tiocspgrp(unsafe { fd_at(data, 0) }, group)?;
            }
            Ok(())
        };
        Self::with_fd(run, terminal.as_fd())
    }

    /// Sets the signal that the child receives when the *thread* that spawned it terminates:
    /// `PR_SET_PDEATHSIG`.
    ///
    /// If the parent has already terminated, the child kills itself with `KILL`. The kernel does
    /// not report this condition to a child in a new PID namespace. The signal is cleared if the
    /// program gains privileges.
    #[doc(alias = "PR_SET_PDEATHSIG")]
    #[must_use]
    pub fn parent_death_signal(signal: Signal) -> Self {
        let run: StepFn = |data| {
            attributes::prctl_set_pdeathsig(Signal::from_raw(number_at(data, 0) as i32))?;
            let parent = Pid::from_raw(number_at(data, 1) as i32);
            if getppid().is_some_and(|now| Some(now) != parent) {
                signal::kill(getpid(), Signal::KILL)?;
            }
            Ok(())
        };
        Self::with_numbers(run, [signal.as_raw() as u64, getpid().as_raw() as u64, 0])
    }

    /// Sets the real, the effective and the saved user ID. Set the groups first: without
    /// `CAP_SETGID`, which the change can remove, they cannot be set later.
    #[doc(alias("setresuid", "setuid"))]
    #[must_use]
    pub const fn user(user: Uid) -> Self {
        let run: StepFn = |data| {
            let user = Some(Uid::from_raw(number_at(data, 0) as u32));
            Ok(attributes::setresuid(user, user, user)?)
        };
        Self::with_numbers(run, [user.as_raw() as u64, 0, 0]).in_own_memory()
    }

    /// Sets the real, the effective and the saved group ID.
    #[doc(alias("setresgid", "setgid"))]
    #[must_use]
    pub const fn group(group: Gid) -> Self {
        let run: StepFn = |data| {
            let group = Some(Gid::from_raw(number_at(data, 0) as u32));
            Ok(attributes::setresgid(group, group, group)?)
        };
        Self::with_numbers(run, [group.as_raw() as u64, 0, 0]).in_own_memory()
    }

    /// Sets the supplementary groups.
    #[doc(alias = "setgroups")]
    #[must_use]
    pub const fn groups(groups: &'c [Gid]) -> Self {
        let run: StepFn = |data| {
            let (first, count) = (data[0].cast::<Gid>(), data[1].addr());
            // SAFETY: the words are those of a slice, which exists for the lifetime of the step.
            let groups = unsafe { core::slice::from_raw_parts(first, count) };
            Ok(attributes::setgroups(groups)?)
        };
        let data = [groups.as_ptr().cast(), word(groups.len() as u64), word(0), word(0), word(0)];
        // SAFETY: the function interprets the words as a slice.
        unsafe { Self::new(run, data) }.in_own_memory()
    }

    /// Prevents the program and its children from gaining privileges (`no_new_privs`).
    #[doc(alias = "PR_SET_NO_NEW_PRIVS")]
    #[must_use]
    pub const fn no_new_privs() -> Self {
        Self::with_numbers(|_| Ok(attributes::prctl_set_no_new_privs()?), [0; 3])
    }

    /// Sets the limits of the child on a resource, like [`setrlimit`](crate::process::setrlimit).
    #[doc(alias("prlimit64", "setrlimit"))]
    #[must_use]
    pub fn limit(resource: Resource, limit: Rlimit) -> Self {
        let run: StepFn = |data| {
            // SAFETY: `data[0]` is the number of a resource.
            let resource =
                unsafe { core::mem::transmute::<u32, Resource>(number_at(data, 0) as u32) };
            let limit = Rlimit64 { current: number_at(data, 1), maximum: number_at(data, 2) };
            Ok(raw::prlimit64(None, resource, Some(&limit), None)?)
        };
        let limit = Rlimit64::from(limit);
        Self::with_numbers(run, [resource as u64, limit.current, limit.maximum])
    }

    /// Sets the file mode creation mask.
    #[must_use]
    pub const fn umask(mask: Mode) -> Self {
        let run: StepFn = |data| {
            raw::umask(Mode::from_bits_retain(number_at(data, 0) as u32));
            Ok(())
        };
        Self::with_numbers(run, [mask.bits() as u64, 0, 0])
    }

    /// Sets the nice value, which the kernel limits to `-20..=19`.
    #[doc(alias = "setpriority")]
    #[must_use]
    pub const fn nice(nice: i32) -> Self {
        let run: StepFn = |data| {
            Ok(attributes::setpriority(PriorityOf::Process(None), number_at(data, 0) as i32)?)
        };
        Self::with_numbers(run, [nice as u64, 0, 0])
    }

    /// Sets the scheduling policy.
    #[doc(alias = "sched_setscheduler")]
    #[must_use]
    pub const fn scheduling(policy: SchedulingPolicy) -> Self {
        let run: StepFn = |data| {
            let numbers = (number_at(data, 0) as u32, number_at(data, 1) as u32);
            Ok(attributes::sched_setscheduler(None, SchedulingPolicy::from_numbers(numbers))?)
        };
        let (number, priority) = policy.numbers();
        Self::with_numbers(run, [number as u64, priority as u64, 0])
    }

    /// Resets signals to their default actions, also signals that the parent ignores.
    ///
    /// Without this step, the child resets all handled signals and `PIPE`, which `std` ignores.
    /// Other ignored signals stay ignored, as `nohup` expects.
    #[doc(alias("sigaction", "SIG_DFL"))]
    #[must_use]
    pub fn default_signals(signals: impl Into<SigSet>) -> Self {
        let run: StepFn = |data| {
            let signals = SigSet::from_bits(number_at(data, 0));
            for signal in signals.without(Signal::KILL).without(Signal::STOP).iter() {
                // SAFETY: the default action runs no code of the program.
                unsafe { signal::raw::rt_sigaction(signal, Some(&Action::DEFAULT)) }?;
            }
            Ok(())
        };
        Self::with_numbers(run, [signals.into().bits(), 0, 0])
    }

    /// Maps a user ID and a group ID in the new user namespace of the child to the effective IDs of
    /// the caller, and denies `setgroups`. Requires no capabilities.
    ///
    /// The command must create a user namespace
    /// ([`Command::namespaces`](super::Command::namespaces)). To map ranges, see
    /// [`Command::id_maps`](super::Command::id_maps).
    #[doc(alias("uid_map", "gid_map"))]
    #[must_use]
    pub fn map_ids(user: Uid, group: Gid) -> Self {
        let run: StepFn = |data| {
            let [inside, outside] = [number_at(data, 0), number_at(data, 1)];
            let range = |inside, outside| IdRange::one(inside as u32, outside as u32);
            let users = [range(inside, outside)];
            let groups = [range(inside >> 32, outside >> 32)];
            IdMaps::new(&users, &groups).deny_setgroups().write(Task::Own)
        };
        let both =
            |user: Uid, group: Gid| u64::from(user.as_raw()) | u64::from(group.as_raw()) << 32;
        Self::with_numbers(run, [both(user, group), both(geteuid(), getegid()), 0])
    }

    /// Mounts a file system, like [`raw::mount`](crate::mount::raw::mount). An empty source, type
    /// or data is passed to the kernel as an empty string.
    ///
    /// The parameters are the source, the target, the type of the file system, the flags, and the
    /// options.
    ///
    /// # Safety
    ///
    /// The requirements of [`raw::mount`](crate::mount::raw::mount): the options must not name
    /// descriptors that the child does not own.
    #[must_use]
    pub const unsafe fn mount(
        source: &'c CStr,
        target: &'c CStr,
        fs_type: &'c CStr,
        flags: MountFlags,
        options: &'c CStr,
    ) -> Self {
        let run: StepFn = |data| {
            // SAFETY: all words except the flags are strings.
            let [source, target, fs_type, options] =
                [0, 1, 2, 4].map(|index| unsafe { path_at(data, index) });
            let flags = MountFlags::from_bits_retain(number_at(data, 3) as _);
            let options = Some(options.to_bytes());
            // SAFETY: upheld by the caller of `Step::mount`.
            Ok(unsafe { mount::raw::mount(Some(source), target, Some(fs_type), flags, options) }?)
        };
        let data = [
            source.as_ptr().cast(),
            target.as_ptr().cast(),
            fs_type.as_ptr().cast(),
            word(flags.bits()),
            options.as_ptr().cast(),
        ];
        // SAFETY: the function interprets the words in this way.
        Self { path: Some(target), ..unsafe { Self::new(run, data) } }
    }

    /// Creates a bind mount, like [`bind_mount`](crate::mount::bind_mount).
    #[doc(alias = "MS_BIND")]
    #[must_use]
    pub const fn bind_mount(source: &'c CStr, target: &'c CStr) -> Self {
        let run: StepFn = |data| {
            // SAFETY: the words are paths.
            let [source, target] = [0, 1].map(|index| unsafe { path_at(data, index) });
            Ok(mount::bind_mount(source, target)?)
        };
        Self::with_paths(run, source, target)
    }

    /// Sets a mount and all mounts below it to private, like
    /// [`make_private_recursive`](crate::mount::make_private_recursive).
    #[doc(alias = "MS_PRIVATE")]
    #[must_use]
    pub const fn make_private_recursive(target: &'c CStr) -> Self {
        // SAFETY: `data[0]` is a path.
        let run: StepFn = |data| Ok(mount::make_private_recursive(unsafe { path_at(data, 0) })?);
        Self::with_paths(run, target, c"")
    }

    /// Changes the root mount, like [`pivot_root`](crate::mount::pivot_root).
    #[must_use]
    pub const fn pivot_root(new_root: &'c CStr, put_old: &'c CStr) -> Self {
        let run: StepFn = |data| {
            // SAFETY: the words are paths.
            let [new_root, put_old] = [0, 1].map(|index| unsafe { path_at(data, index) });
            Ok(mount::raw::pivot_root(new_root, put_old)?)
        };
        Self::with_paths(run, new_root, put_old)
    }

    /// Detaches a mount, like [`detach`](crate::mount::detach).
    #[doc(alias("umount2", "MNT_DETACH"))]
    #[must_use]
    pub const fn detach(target: &'c CStr) -> Self {
        // SAFETY: `data[0]` is a path.
        let run: StepFn =
            |data| Ok(mount::raw::umount2(unsafe { path_at(data, 0) }, UnmountFlags::DETACH)?);
        Self::with_paths(run, target, c"")
    }

    /// Marks a step that changes attributes of the memory of the process, such as the dumpable
    /// flag, which changes of user and group IDs clear. The child gets a copy of the memory.
    const fn in_own_memory(self) -> Self {
        Self { needs_own_memory: true, ..self }
    }
}

impl fmt::Debug for Step<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Step").field("path", &self.path).finish_non_exhaustive()
    }
}

/// Terminates a child that could not execute its program.
pub(super) fn exit_child() -> ! {
    exit_group(127)
}

const fn word(number: u64) -> *const () {
    core::ptr::without_provenance(number as usize)
}

fn number_at(data: &StepData, index: usize) -> u64 {
    data.get(index).map_or(0, |word| word.addr() as u64)
}

/// Returns the path in a word of the data.
///
/// # Safety
///
/// The word must be a pointer to a C string that exists for the lifetime `'a`.
unsafe fn path_at<'a>(data: &StepData, index: usize) -> &'a CStr {
    let path = data.get(index).map_or(c"".as_ptr(), |word| word.cast());
    // SAFETY: upheld by the caller.
    unsafe { CStr::from_ptr(path) }
}

/// Returns the descriptor in a word of the data.
///
/// # Safety
///
/// The word must be the number of a descriptor that is open for the lifetime `'a`.
unsafe fn fd_at<'a>(data: &StepData, index: usize) -> BorrowedFd<'a> {
    // SAFETY: upheld by the caller.
    unsafe { BorrowedFd::borrow_raw(number_at(data, index) as i32) }
}
