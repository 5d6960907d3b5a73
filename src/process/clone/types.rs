//! The arguments of `clone` and `clone3`.

use crate::fd::{BorrowedFd, OwnedFd};
use crate::ids::Pid;
use crate::signal::Signal;

flags! {
    /// Flags of [`clone3`](crate::process::raw::clone3): the resources that the child shares with
    /// its parent, the namespaces to create, and options; [clone(2)].
    ///
    /// The flags above 32 bits and `NEWTIME` require `clone3`.
    ///
    /// [clone(2)]: https://man7.org/linux/man-pages/man2/clone.2.html
    pub struct CloneFlags: u64 {
        "CLONE_NEWTIME" NEWTIME = 0x80, "create a time namespace. Since Linux 5.6.";
        "CLONE_VM" VM = 0x100, "share the memory.";
        "CLONE_FS" FS = 0x200, "share the working directory, the root directory and the umask.";
        "CLONE_FILES" FILES = 0x400, "share the table of file descriptors.";
        "CLONE_SIGHAND" SIGHAND = 0x800, "share the table of signal actions. Requires `VM`.";
        "CLONE_PIDFD" PIDFD = 0x1000, "open a pidfd for the child, which is close-on-exec.";
        "CLONE_PTRACE" PTRACE = 0x2000, "the tracer of the caller also traces the child.";
        "CLONE_VFORK" VFORK = 0x4000, "suspend the calling thread until the child terminates or \
            executes a program.";
        "CLONE_PARENT" PARENT = 0x8000, "the parent of the caller is the parent of the child.";
        "CLONE_THREAD" THREAD = 0x1_0000, "create a thread of the process. Requires `SIGHAND`.";
        "CLONE_NEWNS" NEWNS = 0x2_0000, "create a mount namespace.";
        "CLONE_SYSVSEM" SYSVSEM = 0x4_0000, "share the System V semaphore undo list.";
        "CLONE_SETTLS" SETTLS = 0x8_0000, "set the TLS register of the child.";
        "CLONE_PARENT_SETTID" PARENT_SETTID = 0x10_0000, "store the ID of the child at \
            `parent_tid` in the memory of the parent.";
        "CLONE_CHILD_CLEARTID" CHILD_CLEARTID = 0x20_0000, "when the child terminates, store 0 at \
            `child_tid` and wake a futex there.";
        "CLONE_DETACHED" DETACHED = 0x40_0000, "without effect in `clone`, and an error in \
            `clone3`.";
        "CLONE_UNTRACED" UNTRACED = 0x80_0000, "a tracer cannot force `PTRACE` on the child.";
        "CLONE_CHILD_SETTID" CHILD_SETTID = 0x100_0000, "store the ID of the child at `child_tid` \
            in the memory of the child.";
        "CLONE_NEWCGROUP" NEWCGROUP = 0x200_0000, "create a cgroup namespace.";
        "CLONE_NEWUTS" NEWUTS = 0x400_0000, "create a UTS namespace.";
        "CLONE_NEWIPC" NEWIPC = 0x800_0000, "create an IPC namespace.";
        "CLONE_NEWUSER" NEWUSER = 0x1000_0000, "create a user namespace, which owns the other new \
            namespaces.";
        "CLONE_NEWPID" NEWPID = 0x2000_0000, "create a PID namespace, in which the child has PID \
            1.";
        "CLONE_NEWNET" NEWNET = 0x4000_0000, "create a network namespace.";
        "CLONE_IO" IO = 0x8000_0000, "share the I/O context of the I/O scheduler.";
        "CLONE_CLEAR_SIGHAND" CLEAR_SIGHAND = 0x1_0000_0000, "reset the handled signals of the \
            child to their default actions; ignored signals stay ignored. Since Linux 5.5.";
        "CLONE_INTO_CGROUP" INTO_CGROUP = 0x2_0000_0000, "create the child in another cgroup \
            (version 2). Since Linux 5.7.";
        "CLONE_AUTOREAP" AUTOREAP = 0x4_0000_0000, "the child does not become a zombie, and \
            cannot be waited for. Since Linux 7.1.";
        "CLONE_NNP" NNP = 0x8_0000_0000, "set `no_new_privs` in the child. Since Linux 7.1.";
        "CLONE_PIDFD_AUTOKILL" PIDFD_AUTOKILL = 0x10_0000_0000, "kill the child when its pidfd is \
            closed. Requires `PIDFD` and `AUTOREAP`. Since Linux 7.1.";
        "CLONE_EMPTY_MNTNS" EMPTY_MNTNS = 0x20_0000_0000, "with `NEWNS`, the mount namespace of \
            the child contains only an empty root. Since Linux 7.1.";
    }
}

/// The function that the child executes, with the pointer that was passed to
/// [`clone3`](crate::process::raw::clone3). The function must not return and must not unwind.
pub type ChildFn = unsafe extern "C-unwind" fn(*mut ()) -> !;

/// The arguments of [`clone3`](crate::process::raw::clone3) and
/// [`clone`](crate::process::raw::clone): `struct clone_args`, with typed fields.
///
/// [`new`](Self::new) sets the flags, and the exit signal to `CHLD`; all other fields are null or
/// empty.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct CloneArgs<'a> {
    /// The flags.
    pub flags: CloneFlags,
    /// The signal that the parent receives when the child terminates; `None` for no signal. A child
    /// with another signal than `CHLD` can be waited for only with the flag `ALL` or `CLONE`.
    pub exit_signal: Option<Signal>,
    /// The lowest byte of the stack of the child; null if the child continues on the stack of the
    /// caller, which it must do only if it does not share the memory, or with `VFORK`.
    pub stack: *mut u8,
    /// The size of the stack of the child in bytes; 0 if `stack` is null.
    pub stack_size: usize,
    /// The value of the TLS register of the child, with `SETTLS`.
    pub tls: *mut (),
    /// The address at which the kernel stores the ID of the child, with `PARENT_SETTID`.
    pub parent_tid: *mut i32,
    /// The address at which the kernel stores the ID of the child or 0, with `CHILD_SETTID` and
    /// `CHILD_CLEARTID`.
    pub child_tid: *mut i32,
    /// The process IDs of the child, beginning with its ID in the innermost PID namespace; empty if
    /// the kernel chooses the IDs. Requires `clone3`, and `CAP_CHECKPOINT_RESTORE` or
    /// `CAP_SYS_ADMIN`.
    pub set_tid: &'a [Pid],
    /// The directory of the cgroup of the child, with `INTO_CGROUP`. Requires `clone3`.
    pub cgroup: Option<BorrowedFd<'a>>,
}

impl CloneArgs<'_> {
    /// Creates arguments with the given flags, and with `CHLD` as the exit signal.
    #[inline]
    #[must_use]
    pub const fn new(flags: CloneFlags) -> Self {
        Self {
            flags,
            exit_signal: Some(Signal::CHLD),
            stack: core::ptr::null_mut(),
            stack_size: 0,
            tls: core::ptr::null_mut(),
            parent_tid: core::ptr::null_mut(),
            child_tid: core::ptr::null_mut(),
            set_tid: &[],
            cgroup: None,
        }
    }
}

/// A child that `clone` or `clone3` has created.
#[derive(Debug)]
#[non_exhaustive]
pub struct Cloned {
    /// The process ID of the child, or the thread ID of a new thread.
    pub pid: Pid,
    /// The pidfd of the child, with [`CloneFlags::PIDFD`].
    pub pidfd: Option<OwnedFd>,
}

/// `struct clone_args`, in the version of Linux 5.7.
#[repr(C)]
pub(super) struct RawArgs {
    pub(super) flags: u64,
    pub(super) pidfd: *mut i32,
    pub(super) child_tid: *mut i32,
    pub(super) parent_tid: *mut i32,
    pub(super) exit_signal: u64,
    pub(super) stack: *mut u8,
    pub(super) stack_size: usize,
    pub(super) tls: *mut (),
    pub(super) set_tid: *const Pid,
    pub(super) set_tid_size: usize,
    pub(super) cgroup: u64,
}

layout! {
    RawArgs: size 88, align 8, flags at 0, pidfd at 8, child_tid at 16, parent_tid at 24,
    exit_signal at 32, stack at 40, stack_size at 48, tls at 56, set_tid at 64,
    set_tid_size at 72, cgroup at 80
}
