//! A fanotify group, and its builder.

use core::mem::MaybeUninit;
use core::ops::Deref;

use super::reading::{Event, Events};
use super::{
    Class, EventFileFlags, InitFlags, Mark, MarkFlags, MarkMask, MarkOperation, Response, decode,
    raw,
};
use crate::error::{Call, Errno, Error, Result};
use crate::fd::{AsFd, BorrowedFd, OwnedFd};
use crate::fs::CWD;
use crate::io::{self, Buffer, EventSource};

/// A fanotify group: a set of marks, and a queue of events.
///
/// All methods take `&self`, so threads can share a group. If several threads read events, each
/// event is returned to only one of the threads.
///
/// The group has a default response, which is sent to permission events that are dropped without a
/// response. When the last descriptor of the group is closed, for example because the listener
/// terminates, the kernel allows all accesses that wait for a response, whatever the default
/// response is.
#[doc(alias = "fanotify_init")]
pub struct Fanotify {
    fd: OwnedFd,
    class: Class,
    default_response: Response,
}

fd_wrapper! { Fanotify, state in fd }
event_source! { Fanotify }

/// A reference to a group, which its events keep: `&Fanotify`, or a shared pointer such as
/// `Arc<Fanotify>`.
///
/// Events that refer to the group by `&'static Fanotify` or `Arc<Fanotify>` can be sent to other
/// threads that outlive the reader.
pub trait GroupRef: Deref<Target = Fanotify> + Clone {}

impl<G: Deref<Target = Fanotify> + Clone> GroupRef for G {}

impl Fanotify {
    /// Creates a group that opens the files of events for reading, in blocking mode and
    /// close-on-exec: a read blocks until an event is available. The default response is
    /// [`Response::Allow`].
    ///
    /// To create a group that reports file handles, which does not require privileges, use
    /// [`builder`](Self::builder).
    ///
    /// # Errors
    ///
    /// - `EPERM`: the caller does not have the capability `CAP_SYS_ADMIN` in the initial user
    ///   namespace.
    /// - `EMFILE`: the per-user limit on fanotify groups (`fs.fanotify.max_user_groups`,
    ///   `user.max_fanotify_groups`), or the per-process limit on open file descriptors
    ///   (`RLIMIT_NOFILE`), has been reached.
    /// - `ENFILE`: the system-wide limit on open files (`fs.file-max`) has been reached.
    /// - `ENOMEM`: the kernel is out of memory.
    /// - `ENOSYS`: the kernel was built without `CONFIG_FANOTIFY`.
    ///
    /// Since Linux 2.6.37; [fanotify_init(2)].
    ///
    /// [fanotify_init(2)]: https://man7.org/linux/man-pages/man2/fanotify_init.2.html
    #[doc(alias = "fanotify_init")]
    #[inline]
    pub fn new(class: Class) -> Result<Self> {
        Self::builder(class).build()
    }

    /// Creates a group like [`new`](Self::new), but in non-blocking mode.
    ///
    /// # Errors
    ///
    /// The errors of [`new`](Self::new).
    #[doc(alias = "fanotify_init")]
    #[doc(alias = "FAN_NONBLOCK")]
    #[inline]
    pub fn nonblocking(class: Class) -> Result<Self> {
        Self::builder(class).flags(InitFlags::NONBLOCK).build()
    }

    /// Creates a group with exactly the given flags: the descriptor of the group is close-on-exec
    /// only with [`InitFlags::CLOEXEC`], and the files of events only with
    /// [`EventFileFlags::CLOEXEC`]. The default response is [`Response::Allow`].
    ///
    /// # Errors
    ///
    /// - `EPERM`: the caller does not have the required capability.
    /// - `EINVAL`: a flag is not supported by the kernel, or flags exclude each other.
    /// - The errors of [`new`](Self::new).
    ///
    /// [`raw::fanotify_init`] lists all causes.
    #[doc(alias = "fanotify_init")]
    #[inline]
    pub fn with_flags(
        class: Class,
        flags: InitFlags,
        event_file_flags: EventFileFlags,
    ) -> Result<Self> {
        let fd = raw::fanotify_init(class, flags, event_file_flags)?;
        Ok(Self { fd, class, default_response: Response::Allow })
    }

    /// Returns a builder of a group.
    ///
    /// ```
    /// use butter::fanotify::{Class, Fanotify, InitFlags, Mark, MarkMask};
    ///
    /// # fn main() -> butter::Result<()> {
    /// # let unprivileged = butter::fanotify::raw::fanotify_init(
    /// #     Class::Notification, InitFlags::REPORT_FID, butter::fanotify::EventFileFlags::RDONLY);
    /// # if unprivileged.is_err() { return Ok(()) }
    /// let group = Fanotify::builder(Class::Notification)
    ///     .flags(InitFlags::REPORT_DFID_NAME | InitFlags::NONBLOCK)
    ///     .build()?;
    /// group.add(Mark::Inode, MarkMask::CREATE | MarkMask::DELETE | MarkMask::ONDIR, "/tmp")?;
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "fanotify_init")]
    #[inline]
    pub const fn builder(class: Class) -> Builder {
        Builder {
            class,
            flags: InitFlags::CLOEXEC,
            event_file_flags: EventFileFlags::CLOEXEC,
            default_response: Response::Allow,
        }
    }

    /// Creates a `Fanotify` from the descriptor of a group, such as a group that a privileged
    /// process has created.
    ///
    /// Checks that the descriptor is a fanotify group, and determines its class, without changing
    /// its marks.
    ///
    /// # Errors
    ///
    /// - `EINVAL`: the descriptor is not a fanotify group; or the default response contains an
    ///   errno, and the group does not have the class [`Class::PreContent`].
    /// - `EBADF`: the descriptor is a path-only (`O_PATH`) descriptor.
    pub fn from_fd(fd: OwnedFd, default_response: Response) -> Result<Self> {
        let class = class_of(fd.as_fd())?;
        check_default(class, default_response)?;
        Ok(Self { fd, class, default_response })
    }

    /// Returns the descriptor and the default response.
    #[inline]
    #[must_use]
    pub fn into_parts(self) -> (OwnedFd, Response) {
        (self.fd, self.default_response)
    }

    /// Returns the class of the group.
    #[inline]
    #[must_use]
    pub const fn class(&self) -> Class {
        self.class
    }

    /// Returns the response to permission events that are dropped without a response.
    #[inline]
    #[must_use]
    pub const fn default_response(&self) -> Response {
        self.default_response
    }

    /// Reads as many events as are available and fit the buffer. Returns no events if the group is
    /// non-blocking and no event is available. In blocking mode, blocks until an event is
    /// available, and retries if interrupted by a signal.
    ///
    /// The events own the descriptors of their files and processes, which are closed when the
    /// events are dropped. The iterator closes the descriptors of events that it has not returned,
    /// and sends the default response to permission events.
    ///
    /// A buffer of [`EVENT_SIZE_MAX`](super::EVENT_SIZE_MAX) bytes is large enough for any event.
    /// With a buffer of several KiB, one system call can return many events; each event can open
    /// two descriptors.
    ///
    /// # Errors
    ///
    /// - `EINVAL`: the buffer is too small for the next event, which remains in the queue. The
    ///   descriptor remains readable, so a loop that ignores `EINVAL` does not end: read again with
    ///   a larger buffer.
    /// - `EMFILE`, `ENFILE`, `ETXTBSY`, `EROFS`, `ENXIO` and further errors: the kernel could not
    ///   open the file of the next event, which is lost. A group with
    ///   [`InitFlags::REPORT_FD_ERROR`] reports the error in the event instead.
    ///
    /// Since Linux 2.6.37; [fanotify(7)].
    ///
    /// [fanotify(7)]: https://man7.org/linux/man-pages/man7/fanotify.7.html
    #[inline]
    pub fn read_events<'b>(
        &self,
        buffer: &'b mut (impl Buffer + ?Sized),
    ) -> Result<Events<'b, &Self>> {
        Self::read_events_of(self, buffer)
    }

    /// Reads events like [`read_events`](Self::read_events), but each event keeps a clone of
    /// `group`, such as an `Arc<Fanotify>`, so that the event can outlive the borrow of the group.
    ///
    /// ```no_run
    /// use std::sync::Arc;
    ///
    /// use butter::fanotify::{Class, Fanotify, Mark, MarkMask};
    ///
    /// # fn main() -> butter::Result<()> {
    /// let group = Arc::new(Fanotify::new(Class::Content)?);
    /// group.add(Mark::Mount, MarkMask::OPEN_PERM, "/srv")?;
    ///
    /// let mut buffer = [0; 4096];
    /// for event in Fanotify::read_events_of(Arc::clone(&group), &mut buffer)? {
    ///     if let Ok(event) = event.into_permission() {
    ///         std::thread::spawn(move || event.allow());
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// The errors of [`read_events`](Self::read_events).
    #[inline]
    pub fn read_events_of<G: GroupRef>(
        group: G,
        buffer: &mut (impl Buffer + ?Sized),
    ) -> Result<Events<'_, G>> {
        let bytes = io::read_events(Call::FANOTIFY_READ, group.as_fd(), buffer)?;
        // SAFETY: the kernel has just written the bytes, to which no other events refer.
        Ok(unsafe { Events::new(decode(bytes), group) })
    }

    /// Reads like [`read_events`](Self::read_events), but returns `EINTR` if interrupted by a
    /// signal handler.
    ///
    /// # Errors
    ///
    /// - `EINTR`: interrupted by a signal handler.
    /// - The errors of [`read_events`](Self::read_events).
    #[inline]
    pub fn read_events_interruptible<'b>(
        &self,
        buffer: &'b mut (impl Buffer + ?Sized),
    ) -> Result<Events<'b, &Self>> {
        let bytes = io::would_block_as_none(raw::read(self.as_fd(), buffer))?;
        // SAFETY: as above.
        Ok(unsafe { Events::new(decode(bytes.unwrap_or_default()), self) })
    }
}

// SAFETY: a `Fanotify` owns its descriptor and never replaces it.
unsafe impl EventSource for Fanotify {
    type Event<'b> = Event<'b, &'b Self>;

    fn read_events_with<'b>(
        &'b self,
        buffer: &'b mut [MaybeUninit<u8>],
        handler: impl FnMut(Self::Event<'b>),
    ) -> Result<()> {
        let records = decode(raw::read(self.as_fd(), buffer)?);
        // SAFETY: as above.
        unsafe { Events::new(records, self) }.for_each(handler);
        Ok(())
    }
}

/// A builder of a [`Fanotify`] group.
#[derive(Clone, Copy, Debug)]
#[must_use = "the group is created by `build`"]
pub struct Builder {
    class: Class,
    flags: InitFlags,
    event_file_flags: EventFileFlags,
    default_response: Response,
}

impl Builder {
    /// Adds flags. The descriptor of the group is always close-on-exec.
    #[inline]
    pub const fn flags(mut self, flags: InitFlags) -> Self {
        self.flags = self.flags.union(flags);
        self
    }

    /// Adds flags with which the kernel opens the files of events. These descriptors are always
    /// close-on-exec.
    #[inline]
    pub const fn event_file_flags(mut self, flags: EventFileFlags) -> Self {
        self.event_file_flags = self.event_file_flags.union(flags);
        self
    }

    /// Sets the response to permission events that are dropped without a response. Without this
    /// method, the default response is [`Response::Allow`].
    ///
    /// The kernel allows all accesses when the last descriptor of the group is closed, even if the
    /// default response is [`Response::Deny`].
    #[inline]
    pub const fn default_response(mut self, response: Response) -> Self {
        self.default_response = response;
        self
    }

    /// Creates the group.
    ///
    /// # Errors
    ///
    /// - `EPERM`: the caller does not have the required capability: `CAP_SYS_ADMIN` in the initial
    ///   user namespace, unless the group reports file handles or mount IDs and is otherwise
    ///   unprivileged; `CAP_AUDIT_WRITE` for [`InitFlags::ENABLE_AUDIT`].
    /// - `EINVAL`: a flag is not supported by the kernel; or flags exclude each other; or the
    ///   default response contains an errno, and the class is not [`Class::PreContent`].
    /// - The errors of [`Fanotify::new`].
    ///
    /// [`raw::fanotify_init`] lists all causes.
    ///
    /// Since Linux 2.6.37; [fanotify_init(2)].
    ///
    /// [fanotify_init(2)]: https://man7.org/linux/man-pages/man2/fanotify_init.2.html
    #[doc(alias = "fanotify_init")]
    #[inline]
    pub fn build(self) -> Result<Fanotify> {
        let (class, default_response) = (self.class, self.default_response);
        check_default(class, default_response)?;
        let fd = raw::fanotify_init(class, self.flags, self.event_file_flags)?;
        Ok(Fanotify { fd, class, default_response })
    }
}

/// Checks whether a group of this class can send the default response.
#[inline]
const fn check_default(class: Class, response: Response) -> Result<()> {
    match (class, response) {
        (Class::Notification | Class::Content, Response::DenyErrno(_)) => {
            Err(Error::new(Call::FANOTIFY_WRITE, Errno::INVAL))
        }
        _ => Ok(()),
    }
}

/// Returns the class of a group. Fails with `EINVAL` if the descriptor is not a group.
///
/// The function tries to remove marks of an empty path. The kernel first checks the descriptor and
/// whether the group can have such a mark (`EINVAL`, `EPERM`), and then fails with `ENOENT` because
/// the path is empty.
fn class_of(fd: BorrowedFd<'_>) -> Result<Class> {
    let attempts = [
        (Class::PreContent, Mark::Inode, MarkMask::PRE_ACCESS),
        (Class::Content, Mark::Inode, MarkMask::OPEN_PERM),
        (Class::Notification, Mark::Inode, MarkMask::OPEN),
        // A group that reports mount IDs.
        (Class::Notification, Mark::MountNamespace, MarkMask::MNT_ATTACH),
    ];
    for (class, mark, mask) in attempts {
        let (remove, flags) = (MarkOperation::Remove, MarkFlags::empty());
        match raw::fanotify_mark(fd, remove, mark, flags, mask, CWD, Some(c"")) {
            Err(error) if error.is(Errno::INVAL) => {}
            Err(error) if error.is(Errno::NOENT) || error.is(Errno::PERM) => return Ok(class),
            Err(error) => return Err(error),
            Ok(()) => break,
        }
    }
    Err(Error::new(Call::FANOTIFY_MARK, Errno::INVAL))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fd::IntoRawFd;
    use crate::pipe::pipe;

    /// A newer kernel can have further permission events, which a group can request with
    /// `MarkMask::from_bits_retain`.
    #[test]
    #[cfg_attr(miri, ignore = "makes system calls")]
    fn events_send_default_response_also_for_unknown_bits_of_the_mask() {
        for (mask, waits) in [(0x20, false), (0x1_0000, true), (1 << 21, true), (1 << 40, true)] {
            let (responses, fd) = pipe().unwrap();
            let group = Fanotify { fd, class: Class::Content, default_response: Response::Deny };
            let file = io::fcntl_dupfd_cloexec(&responses, 3).unwrap().into_raw_fd();
            let mut bytes = [24, 0, 0, 0, 3, 0, 24, 0].to_vec();
            bytes.extend_from_slice(&u64::to_ne_bytes(mask));
            bytes.extend_from_slice(&file.to_ne_bytes());
            bytes.extend_from_slice(&1_u32.to_ne_bytes());
            // SAFETY: the descriptor in the record has no other owner.
            drop(unsafe { Events::new(decode(&bytes), &group) });
            drop(group);
            let mut response = [0; 16];
            let size = io::read(&responses, &mut response).unwrap();
            let expected = [file.to_ne_bytes(), 2_u32.to_ne_bytes()].concat();
            assert_eq!(&response[..size], if waits { &expected[..] } else { &[] });
        }
    }
}
