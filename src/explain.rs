//! What an error means: gathers every feature's causes, and prints.

use core::fmt;

use crate::error::{Errno, ErrnoReason, Error, ErrorKind, Reason};
use crate::{
    copy, epoll, eventfd, fs, idmap, inotify, io, memfd, mm, mount, namespace, path, pipe, poll,
    process, signal, signalfd, thread, time, timerfd, uts,
};

/// The causes of every feature.
const TABLES: &[&[ErrnoReason]] = &[
    fs::REASONS,
    io::REASONS,
    process::raw::REASONS,
    signal::raw::REASONS,
    thread::REASONS,
    time::REASONS,
    mm::raw::REASONS,
    memfd::raw::REASONS,
    pipe::raw::REASONS,
    copy::raw::REASONS,
    poll::raw::REASONS,
    eventfd::raw::REASONS,
    inotify::raw::REASONS,
    epoll::raw::REASONS,
    timerfd::raw::REASONS,
    signalfd::raw::REASONS,
    mount::raw::REASONS,
    uts::raw::REASONS,
    namespace::raw::REASONS,
    idmap::raw::REASONS,
];

impl Error {
    fn errno_reason(self) -> Option<&'static ErrnoReason> {
        let mut causes = TABLES.iter().copied().flatten();
        causes.find(|cause| cause.call == self.call() && cause.errno == self.errno())
    }

    /// What kind of failure it is.
    #[must_use]
    pub fn kind(self) -> ErrorKind {
        match self.errno_reason() {
            Some(cause) => cause.kind,
            None => self.errno().kind(),
        }
    }

    /// Why this call fails with this errno, as a phrase; what the errno means in general where the call has no reason
    /// of its own. `None` without the feature `explain`.
    #[must_use]
    pub fn reason(self) -> Option<&'static str> {
        match self.errno_reason() {
            Some(cause) => cause.reason.text(),
            None => Reason::general(self.errno()),
        }
    }

    /// The error with the path that the call worked on, for printing: `inotify_add_watch /nowhere: ENOENT: ...`.
    #[must_use]
    pub fn with_path<P: path::Arg + ?Sized>(self, path: &P) -> WithPath<'_> {
        WithPath { error: self, path: path::Escape::new(path) }
    }
}

fn print(f: &mut fmt::Formatter<'_>, error: Error, path: Option<path::Escape<'_>>) -> fmt::Result {
    f.write_str(error.call().name())?;
    if let Some(path) = path {
        write!(f, " {}", path)?;
    }
    write!(f, ": {}", error.errno())?;
    match (Reason::since(error.call()), error.reason()) {
        (Some(since), _) if error.is(Errno::NOSYS) && is_newer_than_all(since) => {
            write!(f, ": unsupported by this kernel (Linux {since} has it)")
        }
        (_, Some(reason)) => write!(f, ": {reason}"),
        _ => Ok(()),
    }
}

/// Whether a version is newer than the oldest Linux that the crate is for, 5.10.
fn is_newer_than_all(version: &str) -> bool {
    let mut numbers = version.split('.').map(|number| number.parse().unwrap_or(0_u32));
    (numbers.next(), numbers.next()) > (Some(5), Some(10))
}

/// Prints the call, the errno's name and, with the feature `explain`, the reason.
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        print(f, *self, None)
    }
}

/// Prints as `Display` does, in the shape of a value: what `fn main() -> butter::Result<()>` shows.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Error({self})")
    }
}

impl core::error::Error for Error {}

/// An [`Error`] and the path that the call worked on: made by [`Error::with_path`], printed with the path behind the call's
/// name, on one line whatever the path holds.
#[derive(Clone, Copy)]
pub struct WithPath<'a> {
    error: Error,
    path: path::Escape<'a>,
}

impl WithPath<'_> {
    /// The error without the path.
    #[must_use]
    pub fn error(self) -> Error {
        self.error
    }
}

impl fmt::Display for WithPath<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        print(f, self.error, Some(self.path))
    }
}

impl fmt::Debug for WithPath<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Error({self})")
    }
}

impl core::error::Error for WithPath<'_> {}

impl From<WithPath<'_>> for Error {
    fn from(at: WithPath<'_>) -> Self {
        at.error
    }
}
