//! The supervisor's end of a filter.

use core::mem::ManuallyDrop;

use super::notification::{WORDS, decode};
use super::types::{AddFdFlags, ListenerFlags, NotifSizes, Response, ResponseFlags};
use super::{Delivery, Notification, NotificationId, TargetMemory, raw};
use crate::error::{Call, Errno, Error, Result};
use crate::fd::{AsFd, BorrowedFd, OwnedFd, RawFd};
use crate::fs;
use crate::io::retry;
use crate::poll::{self, PollFd, PollFlags};
use crate::signal::{self, SigSet};
use crate::time::Timeout;

/// The file system of objects that have no file system, such as listeners, eventfds and epoll
/// instances. User space cannot provide files of it.
const ANON_INODE_FS_MAGIC: i64 = 0x0904_1934;

/// The listener of a filter: a descriptor from which a supervisor receives notifications of system
/// calls, and with which it determines their results.
///
/// The descriptor is readable when a notification is available: wait for it with
/// [`wait`](Self::wait), [`poll`](crate::poll) or [`Epoll`](crate::epoll::Epoll). When the last
/// target has terminated, `wait` also returns `true`, and the descriptor has the state
/// [`HUP`](crate::poll::PollFlags::HUP).
/// [`TryFrom<OwnedFd>`](#impl-TryFrom<OwnedFd>-for-Listener) converts a descriptor that another
/// process has passed.
///
/// If the listener is closed, all system calls of which notifications are pending, and all later
/// ones, fail with `ENOSYS`.
///
/// ```
/// use butter::error::Errno;
/// use butter::fs::{self, CWD, Mode};
/// use butter::seccomp::{Action, Filter, Policy, Rule, Syscall};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let rules = [Rule::new(Syscall::MKDIRAT, Action::UserNotif)];
/// let program = Policy::new(Action::Allow).rules(&rules).try_compile_vec()?;
/// let (sender, receiver) = std::sync::mpsc::channel();
/// let target = std::thread::spawn(move || {
///     sender.send(Filter::new(&program).install_listener()).unwrap();
///     fs::mkdirat(CWD, "/tmp/supervised", Mode::RWXU)
/// });
/// let listener = receiver.recv()?;
/// # let Ok(listener) = listener else { return Ok(()) };
/// # let listener = Ok::<_, butter::Error>(listener);
/// let listener = listener?;
/// while let Some(notification) = listener.receive()? {
///     println!("{:?}", notification.data().syscall()); // Some(mkdirat)
///     let _ = listener.respond(notification.id(), Errno::ROFS)?;
/// }
/// assert!(target.join().unwrap().unwrap_err().is(Errno::ROFS));
/// # Ok(())
/// # }
/// ```
pub struct Listener {
    fd: OwnedFd,
    sizes: NotifSizes,
}

fd_wrapper! { Listener, state in fd }
event_source! { Listener }

impl Listener {
    /// Returns the sizes of the structs of the kernel. Fails with `EOVERFLOW` if the buffers of
    /// this module are too small.
    pub(super) fn sizes() -> Result<NotifSizes> {
        let sizes = raw::seccomp_get_notif_sizes()?;
        let is_supported =
            |size: u16, known: usize| (known..=8 * WORDS).contains(&usize::from(size));
        if is_supported(sizes.notif, size_of::<Notification>())
            && is_supported(sizes.resp, size_of::<Response>())
        {
            Ok(sizes)
        } else {
            Err(Error::new(Call::SECCOMP_LISTENER, Errno::OVERFLOW))
        }
    }

    /// Converts a descriptor that is the listener of a filter. The sizes are those that
    /// [`sizes`](Self::sizes) has returned.
    pub(super) const fn from_checked(fd: OwnedFd, sizes: NotifSizes) -> Self {
        Self { fd, sizes }
    }

    /// Returns the descriptor, and the sizes of the structs in the kernel.
    #[must_use]
    pub fn into_parts(self) -> (OwnedFd, NotifSizes) {
        (self.fd, self.sizes)
    }

    /// Waits for a notification, and receives it. Returns `None` if no thread or process has the
    /// filter any longer.
    ///
    /// If several threads receive from the same listener, a thread can continue to wait after the
    /// last target has terminated.
    ///
    /// # Errors
    ///
    /// - `ENOMEM`: the kernel is out of memory.
    #[doc(alias = "SECCOMP_IOCTL_NOTIF_RECV")]
    pub fn receive(&self) -> Result<Option<Notification>> {
        loop {
            // Without a target, `SECCOMP_IOCTL_NOTIF_RECV` waits indefinitely (6.1), or fails with
            // `ENOENT` each time (6.18).
            let mut fds = [PollFd::new(&self.fd, PollFlags::IN)];
            poll::wait(&mut fds, Timeout::Infinite)?;
            let [ready] = fds.map(|fd| fd.ready());
            if !ready.contains(PollFlags::IN) {
                if ready.contains(PollFlags::HUP) {
                    return Ok(None);
                }
                // The kernel reports `ERR` if a signal interrupts its poll function.
                continue;
            }
            let mut buffer = [0; WORDS];
            // SAFETY: the descriptor is a listener, and the buffer is large enough: `sizes` has
            // checked the size of a notification. A call that fails does not change the buffer.
            match retry(|| unsafe { raw::ioctl_seccomp_notif_recv(self.as_fd(), &mut buffer) }) {
                Ok(()) => return Ok(Some(decode(&buffer))),
                Err(error) if error.is(Errno::NOENT) => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Responds with an errno: the system call is not executed, and fails.
    ///
    /// # Errors
    ///
    /// - `EINPROGRESS`: the notification already has a response.
    #[doc(alias = "SECCOMP_IOCTL_NOTIF_SEND")]
    pub fn respond(&self, id: NotificationId, errno: Errno) -> Result<Delivery> {
        let error = -errno.as_raw();
        // SAFETY: a failed system call violates no safety.
        unsafe { self.send(Response { id, val: 0, error, flags: ResponseFlags::empty() }) }
    }

    /// Responds with a result: the system call is not executed, and returns `value`.
    ///
    /// # Safety
    ///
    /// The target must not violate memory safety or I/O safety if the system call returns `value`
    /// and has no other effect than those that the supervisor has performed. The target can be a
    /// thread of this process.
    ///
    /// # Errors
    ///
    /// - `EINPROGRESS`: the notification already has a response.
    #[doc(alias = "SECCOMP_IOCTL_NOTIF_SEND")]
    pub unsafe fn respond_value(&self, id: NotificationId, value: i64) -> Result<Delivery> {
        // SAFETY: upheld by the caller.
        unsafe { self.send(Response { id, val: value, error: 0, flags: ResponseFlags::empty() }) }
    }

    /// Executes the system call.
    ///
    /// Do not use this response to permit a system call because of the memory to which its
    /// arguments point: another thread of the target can change the memory after the supervisor has
    /// read it. A supervisor that enforces a security policy must perform the operation itself, or
    /// permit system calls whose arguments are only numbers.
    ///
    /// # Errors
    ///
    /// - `EINPROGRESS`: the notification already has a response.
    ///
    /// Since Linux 5.5.
    #[doc(alias = "SECCOMP_USER_NOTIF_FLAG_CONTINUE")]
    pub fn respond_continue(&self, id: NotificationId) -> Result<Delivery> {
        // SAFETY: forges no result.
        unsafe { self.send(Response { id, val: 0, error: 0, flags: ResponseFlags::CONTINUE }) }
    }

    /// # Safety
    ///
    /// The requirements of [`respond_value`](Self::respond_value).
    unsafe fn send(&self, response: Response) -> Result<Delivery> {
        let Response { id, val, error, flags } = response;
        let mut buffer = [0; WORDS];
        buffer[..3].copy_from_slice(&[
            id.as_raw(),
            val.cast_unsigned(),
            u64::from(error.cast_unsigned()) | u64::from(flags.bits()) << 32,
        ]);
        Delivery::new(retry(|| {
            // SAFETY: the descriptor is a listener, and the buffer is large enough: `sizes` has
            // checked the size of a response. The result is upheld by the caller.
            unsafe { raw::ioctl_seccomp_notif_send(self.as_fd(), &mut buffer) }
        }))
    }

    /// Returns whether the target still waits for the response.
    ///
    /// Call this method after each access that identifies the target by its thread ID, such as
    /// opening a file in `/proc`: if the notification is still valid, the ID belonged to the
    /// target.
    #[doc(alias = "SECCOMP_IOCTL_NOTIF_ID_VALID")]
    pub fn is_valid(&self, id: NotificationId) -> Result<bool> {
        // SAFETY: the descriptor is a listener.
        let valid = retry(|| unsafe { raw::ioctl_seccomp_notif_id_valid(self.as_fd(), id) });
        Ok(Delivery::new(valid)?.done().is_some())
    }

    /// Adds a descriptor to the target, and returns its number in the target, which the kernel
    /// chooses. The descriptor refers to the same open file description as `fd`.
    ///
    /// The target still waits for a response: see [`respond_fd`](Self::respond_fd).
    ///
    /// # Errors
    ///
    /// - `EBADF`: `fd` is a path-only (`O_PATH`) descriptor, which the kernel cannot add.
    /// - `EMFILE`: the limit on open file descriptors (`RLIMIT_NOFILE`) of the target has been
    ///   reached.
    /// - `EINPROGRESS`: the notification already has a response.
    ///
    /// Since Linux 5.9.
    #[doc(alias = "SECCOMP_IOCTL_NOTIF_ADDFD")]
    pub fn add_fd(
        &self,
        id: NotificationId,
        fd: impl AsFd,
        cloexec: bool,
    ) -> Result<Delivery<RawFd>> {
        let (listener, flags) = (self.as_fd(), AddFdFlags::empty());
        Delivery::new(retry(|| {
            // SAFETY: the descriptor is a listener, and the new descriptor replaces no other.
            unsafe { raw::ioctl_seccomp_notif_addfd(listener, id, flags, fd.as_fd(), 0, cloexec) }
        }))
    }

    /// Adds a descriptor to the target with a number, like `dup3`. If the number is open in the
    /// target, the descriptor replaces it.
    ///
    /// # Safety
    ///
    /// The replacement must not violate the I/O safety of the target, which can be a thread of this
    /// process.
    ///
    /// # Errors
    ///
    /// - `EBADF`: the number is at least the limit on open file descriptors (`RLIMIT_NOFILE`) of
    ///   the target; or `fd` is a path-only (`O_PATH`) descriptor, which the kernel cannot add.
    /// - `EINPROGRESS`: the notification already has a response.
    ///
    /// Since Linux 5.9.
    #[doc(alias = "SECCOMP_ADDFD_FLAG_SETFD")]
    pub unsafe fn add_fd_at(
        &self,
        id: NotificationId,
        fd: impl AsFd,
        number: RawFd,
        cloexec: bool,
    ) -> Result<Delivery<RawFd>> {
        let (listener, flags) = (self.as_fd(), AddFdFlags::SETFD);
        Delivery::new(retry(|| {
            // SAFETY: the descriptor is a listener; the replacement is upheld by the caller.
            unsafe {
                raw::ioctl_seccomp_notif_addfd(listener, id, flags, fd.as_fd(), number, cloexec)
            }
        }))
    }

    /// Adds a descriptor to the target, and responds with its number, which is the result of the
    /// system call. The system call must be `open`, `openat`, `openat2`, `creat`, `socket`, or
    /// `accept` or `accept4` without a buffer for the address: the callers of other system calls
    /// rely on the kind of the file, or on memory that the kernel writes.
    ///
    /// The method makes two calls. The descriptor remains open in the target if a signal interrupts
    /// the target between them: [`Filter::wait_killable_recv`] prevents this. See also
    /// [`respond_fd_unchecked`](Self::respond_fd_unchecked).
    ///
    /// The target can continue before the supervisor closes its own descriptor. While a file is
    /// also open in the supervisor, the target cannot execute a file that it has written
    /// (`ETXTBSY`), and does not see the end of a FIFO, for example. If this matters, call
    /// [`add_fd`](Self::add_fd), close the descriptor, and call
    /// [`respond_value`](Self::respond_value) with the number.
    ///
    /// # Errors
    ///
    /// - `EINVAL`: the system call is not one of the above ([`Call::SECCOMP_LISTENER`]).
    /// - `EBADF`: `fd` is a path-only (`O_PATH`) descriptor, which the kernel cannot add. The
    ///   target still waits.
    /// - `EMFILE`: the limit on open file descriptors (`RLIMIT_NOFILE`) of the target has been
    ///   reached. The target still waits.
    /// - `EINPROGRESS`: the notification already has a response.
    ///
    /// Since Linux 5.9.
    ///
    /// [`Filter::wait_killable_recv`]: super::Filter::wait_killable_recv
    #[doc(alias = "SECCOMP_IOCTL_NOTIF_ADDFD")]
    pub fn respond_fd(
        &self,
        notification: &Notification,
        fd: impl AsFd,
        cloexec: bool,
    ) -> Result<Delivery<RawFd>> {
        if !notification.returns_any_descriptor() {
            return Err(Error::new(Call::SECCOMP_LISTENER, Errno::INVAL));
        }
        // SAFETY: the caller of the system call expects a new descriptor of any kind.
        unsafe { self.add_fd_and_respond(notification.id(), fd.as_fd(), cloexec) }
    }

    /// Adds a descriptor to the target, and responds with its number, like
    /// [`respond_fd`](Self::respond_fd), but for any system call, and in one step if the kernel is
    /// Linux 5.14 or newer: the target either receives the descriptor as the result, or does not
    /// receive it at all. The method blocks all signals of the calling thread during the call.
    ///
    /// # Safety
    ///
    /// The target must not violate memory safety or I/O safety if the system call returns the
    /// number of a new descriptor for the file, and has no other effect. The target can be a thread
    /// of this process. If the calling thread is stopped, frozen or traced during the call, the
    /// system call can return 0, which is not the number of a new descriptor.
    ///
    /// # Errors
    ///
    /// - `EBADF`: `fd` is a path-only (`O_PATH`) descriptor, which the kernel cannot add. The
    ///   target still waits.
    /// - `EMFILE`: the limit on open file descriptors (`RLIMIT_NOFILE`) of the target has been
    ///   reached. The target still waits.
    /// - `EBUSY`: another thread is adding a descriptor to the target.
    /// - `EINPROGRESS`: the notification already has a response.
    ///
    /// Since Linux 5.9.
    #[doc(alias = "SECCOMP_ADDFD_FLAG_SEND")]
    pub unsafe fn respond_fd_unchecked(
        &self,
        id: NotificationId,
        fd: impl AsFd,
        cloexec: bool,
    ) -> Result<Delivery<RawFd>> {
        let (listener, fd, flags) = (self.as_fd(), fd.as_fd(), AddFdFlags::SEND);
        // If a signal interrupts the call before the target has received the descriptor, the kernel
        // discards the descriptor, and the system call of the target returns 0.
        let mask = signal::block(SigSet::all_including_reserved())?;
        let sent =
            // SAFETY: the descriptor is a listener; the result is upheld by the caller.
            unsafe { raw::ioctl_seccomp_notif_addfd(listener, id, flags, fd, 0, cloexec) };
        drop(mask);
        match sent {
            // The kernel does not support the flag.
            Err(error) if error.is(Errno::INVAL) => {
                // SAFETY: upheld by the caller.
                unsafe { self.add_fd_and_respond(id, fd, cloexec) }
            }
            result => Delivery::new(result),
        }
    }

    /// Adds a descriptor, and responds with its number, in two steps.
    ///
    /// # Safety
    ///
    /// The requirements of [`respond_value`](Self::respond_value) for the number of a new
    /// descriptor.
    unsafe fn add_fd_and_respond(
        &self,
        id: NotificationId,
        fd: BorrowedFd<'_>,
        cloexec: bool,
    ) -> Result<Delivery<RawFd>> {
        let Delivery::Done(number) = self.add_fd(id, fd, cloexec)? else {
            return Ok(Delivery::TargetGone);
        };
        // SAFETY: upheld by the caller.
        let sent = unsafe { self.respond_value(id, number.into()) }?;
        Ok(match sent {
            Delivery::Done(()) => Delivery::Done(number),
            Delivery::TargetGone => Delivery::TargetGone,
        })
    }

    /// Sets the flags of the listener.
    ///
    /// # Errors
    ///
    /// - `EINVAL`: the kernel does not support a flag, or does not support the call, which Linux
    ///   6.6 introduced.
    ///
    /// Since Linux 6.6.
    #[doc(alias = "SECCOMP_IOCTL_NOTIF_SET_FLAGS")]
    pub fn set_flags(&self, flags: ListenerFlags) -> Result<()> {
        // SAFETY: the descriptor is a listener.
        retry(|| unsafe { raw::ioctl_seccomp_notif_set_flags(self.as_fd(), flags) })
    }

    /// Returns an object that reads the memory of the target. Returns `None` if the thread ID of
    /// the target is not known ([`Notification::thread`]).
    #[must_use]
    pub fn memory(&self, notification: &Notification) -> Option<TargetMemory<'_>> {
        Some(TargetMemory::new(self, notification.id(), notification.thread()?))
    }
}

/// Takes ownership of the listener of a filter. Fails with `EINVAL` if the descriptor is not such a
/// listener.
impl TryFrom<OwnedFd> for Listener {
    type Error = Error;

    fn try_from(fd: OwnedFd) -> Result<Self> {
        // The compiler assumes that functions of other modules can unwind. With `ManuallyDrop`,
        // this function requires no unwinder.
        let fd = ManuallyDrop::new(fd);
        let sizes = check_listener(fd.as_fd());
        let fd = ManuallyDrop::into_inner(fd);
        Ok(Self::from_checked(fd, sizes?))
    }
}

/// Checks that a descriptor is the listener of a filter, and returns the sizes of the structs.
fn check_listener(fd: BorrowedFd<'_>) -> Result<NotifSizes> {
    const ERROR: Error = Error::new(Call::SECCOMP_LISTENER, Errno::INVAL);
    if fs::raw::fstatfs(fd)?.fs_type != ANON_INODE_FS_MAGIC {
        return Err(ERROR);
    }
    let id = NotificationId::from_raw(0);
    // SAFETY: the kernel itself has created the object. It reads one number if the object is a
    // listener, and rejects the request otherwise.
    match retry(|| unsafe { raw::ioctl_seccomp_notif_id_valid(fd, id) }) {
        Err(error) if !error.is(Errno::NOENT) => Err(ERROR),
        _ => Listener::sizes(),
    }
}
