//! The thread that makes a system call: its memory, its directories and its credentials.

use std::fs;
use std::os::fd::OwnedFd;
use std::os::unix::fs::MetadataExt;

use butter::Errno;
use butter::fs::{CWD, Mode, OFlags};
use butter::path::PATH_MAX;
use butter::seccomp::{Delivery, Listener, Notification};
use butter::thread::Tid;

/// `AT_FDCWD`, the number of the working directory.
pub(crate) const AT_FDCWD: i32 = -100;

/// The reason why a system call is not performed.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Failure {
    /// The system call fails.
    Errno(Errno),
    /// The thread was killed, or a signal has interrupted its system call.
    Gone,
}

impl From<Errno> for Failure {
    fn from(errno: Errno) -> Self {
        Self::Errno(errno)
    }
}

impl From<butter::Error> for Failure {
    fn from(error: butter::Error) -> Self {
        Self::Errno(error.errno())
    }
}

/// The state of a thread that `/proc` contains.
pub(crate) struct Status {
    /// The ID of the process.
    pub(crate) process: i32,
    pub(crate) umask: Mode,
    credentials: Credentials,
}

#[derive(PartialEq, Eq)]
struct Credentials {
    user: String,
    group: String,
    groups: String,
    capabilities: u64,
    /// The device and inode number of the user namespace, to which the capabilities refer. `None`
    /// if it is unknown, or if the kernel does not support user namespaces.
    user_namespace: Option<(u64, u64)>,
}

impl Status {
    /// Reads the state of a thread from its directory in `/proc`.
    fn read(directory: &str) -> Option<Self> {
        // The name of a thread can contain any bytes.
        let text = fs::read(format!("{directory}/status")).ok()?;
        let namespace = fs::metadata(format!("{directory}/ns/user")).ok();
        let namespace = namespace.map(|file| (file.dev(), file.ino()));
        Self::parse(&String::from_utf8_lossy(&text), namespace)
    }

    fn parse(text: &str, user_namespace: Option<(u64, u64)>) -> Option<Self> {
        let field = |name: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
            line.map(str::trim)
        };
        // The fourth number is the ID for access to files.
        let fs_id = |name| field(name)?.split_whitespace().nth(3).map(str::to_owned);
        Some(Self {
            process: field("Tgid")?.parse().ok()?,
            umask: Mode::from_raw_mode(u32::from_str_radix(field("Umask")?, 8).ok()?),
            credentials: Credentials {
                user: fs_id("Uid")?,
                group: fs_id("Gid")?,
                groups: field("Groups")?.to_owned(),
                capabilities: u64::from_str_radix(field("CapEff")?, 16).ok()?,
                user_namespace,
            },
        })
    }

    /// Returns the state of the calling thread.
    pub(crate) fn own() -> Option<Self> {
        Self::read("/proc/thread-self")
    }

    /// Returns whether a thread with this state has at least the rights of another thread. In
    /// another user namespace, a thread can have all capabilities, and no rights to files.
    fn has_rights_of(&self, other: &Self) -> bool {
        let (own, other) = (&self.credentials, &other.credentials);
        let ids = |it: &Credentials| (it.user.clone(), it.group.clone(), it.groups.clone());
        ids(own) == ids(other)
            && own.user_namespace == other.user_namespace
            && own.capabilities & other.capabilities == other.capabilities
    }
}

/// The thread that waits for the response to a notification.
pub(crate) struct Target<'l> {
    listener: &'l Listener,
    notification: &'l Notification,
    pub(crate) thread: Tid,
    pub(crate) status: Status,
}

impl<'l> Target<'l> {
    /// Fails with `EPERM` if the thread does not have the rights of the supervisor, with which the
    /// supervisor would open files, or if the thread is not visible in `/proc`.
    pub(crate) fn new(
        listener: &'l Listener,
        notification: &'l Notification,
        supervisor: &Status,
    ) -> Result<Self, Failure> {
        let thread = notification.thread().ok_or(Errno::PERM)?;
        let status = Status::read(&format!("/proc/{thread}"));
        validate(listener, notification)?;
        let status = status.ok_or(Errno::PERM)?;
        if !status.has_rights_of(supervisor) {
            return Err(Errno::PERM.into());
        }
        Ok(Self { listener, notification, thread, status })
    }

    /// Reads a path.
    pub(crate) fn path(&self, address: u64) -> Result<Vec<u8>, Failure> {
        let memory = self.listener.memory(self.notification).ok_or(Errno::PERM)?;
        let mut buffer = [0; PATH_MAX];
        match memory.read_c_str(address, &mut buffer)? {
            Delivery::Done(Some(path)) => Ok(path.to_bytes().to_vec()),
            Delivery::Done(None) => Err(Errno::NAMETOOLONG.into()),
            Delivery::TargetGone => Err(Failure::Gone),
        }
    }

    /// Reads bytes. Fails with `EFAULT` if not all of them are readable.
    pub(crate) fn read(&self, address: u64, buffer: &mut [u8]) -> Result<(), Failure> {
        let memory = self.listener.memory(self.notification).ok_or(Errno::PERM)?;
        let length = buffer.len();
        match memory.read(address, buffer)? {
            Delivery::Done(bytes) if bytes.len() == length => Ok(()),
            Delivery::Done(_) => Err(Errno::FAULT.into()),
            Delivery::TargetGone => Err(Failure::Gone),
        }
    }

    /// Fails if the thread no longer waits: another thread may have got its ID.
    pub(crate) fn validate(&self) -> Result<(), Failure> {
        validate(self.listener, self.notification)
    }

    /// Opens the directory from which the thread resolves a relative path.
    pub(crate) fn directory(&self, number: i32) -> Result<OwnedFd, Failure> {
        let thread = self.thread;
        let link = match number {
            AT_FDCWD => format!("/proc/{thread}/cwd"),
            _ => format!("/proc/{thread}/fd/{number}"),
        };
        let opened = butter::fs::openat(CWD, &link, OFlags::PATH, Mode::empty());
        self.validate()?;
        opened.map_err(|error| match error.errno() {
            Errno::NOENT if number != AT_FDCWD => Errno::BADF.into(),
            errno => errno.into(),
        })
    }
}

fn validate(listener: &Listener, notification: &Notification) -> Result<(), Failure> {
    if listener.is_valid(notification.id())? { Ok(()) } else { Err(Failure::Gone) }
}
