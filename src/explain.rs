//! Functions that find the kind and the reason of an error in the tables of all modules, and that
//! print an error.

use core::fmt;

use crate::error::{
    Errno, ErrnoReason, Error, ErrorKind, KindTable, Operand, Packed, Reason, ReasonTable, Result,
    WithPath, kind_count, pack,
};
use crate::fd::{AsFd, BorrowedFd};
use crate::{
    copy, epoll, eventfd, fanotify, fs, handle, idmap, inotify, io, landlock, memfd, mm, mount,
    namespace, net, path, pipe, poll, process, rand, seccomp, signal, signalfd, system, thread,
    time, timerfd, uts,
};

/// The tables of reasons of all modules.
const TABLES: &[&[ErrnoReason]] = &[
    fs::data::raw::REASONS,
    fs::lock::raw::REASONS,
    fs::range::raw::REASONS,
    fs::sync::raw::REASONS,
    fs::open::raw::REASONS,
    fs::dir::raw::REASONS,
    fs::stat::raw::REASONS,
    fs::create::raw::REASONS,
    fs::link::raw::REASONS,
    fs::attributes::raw::REASONS,
    fs::times::raw::REASONS,
    fs::access::raw::REASONS,
    fs::xattr::read::raw::REASONS,
    fs::xattr::write::raw::REASONS,
    fs::xattr::at::raw::REASONS,
    io::REASONS,
    net::socket::raw::REASONS,
    net::connection::raw::REASONS,
    net::send::raw::REASONS,
    net::receive::raw::REASONS,
    net::sockopt::raw::REASONS,
    net::interface::raw::REASONS,
    net::service::REASONS,
    process::raw::REASONS,
    process::attributes::raw::REASONS,
    process::clone::raw::REASONS,
    process::exec::raw::REASONS,
    process::wait::raw::REASONS,
    process::pidfd::raw::REASONS,
    process::vm::raw::REASONS,
    signal::raw::REASONS,
    thread::REASONS,
    thread::raw::REASONS,
    time::clock::REASONS,
    time::sleep::REASONS,
    mm::raw::REASONS,
    memfd::raw::REASONS,
    pipe::raw::REASONS,
    copy::raw::REASONS,
    poll::raw::REASONS,
    eventfd::raw::REASONS,
    inotify::raw::REASONS,
    fanotify::raw::REASONS,
    epoll::raw::REASONS,
    timerfd::raw::REASONS,
    signalfd::raw::REASONS,
    mount::raw::REASONS,
    handle::raw::REASONS,
    rand::raw::REASONS,
    seccomp::raw::REASONS,
    landlock::raw::REASONS,
    system::raw::REASONS,
    uts::raw::REASONS,
    namespace::raw::REASONS,
    idmap::raw::REASONS,
];

static KINDS: KindTable<{ kind_count(TABLES) }> = KindTable::new(TABLES);

#[allow(
    long_running_const_eval,
    reason = "the number of steps is bounded, but exceeds the limit of the lint"
)]
const PACKED: &Packed = &pack(TABLES);

static REASONS: ReasonTable<{ PACKED.rows }, { PACKED.bytes }> = ReasonTable::new(PACKED);

impl Error {
    /// Returns the kind of the error: the kind of its errno ([`Errno::kind`]), unless the errno has
    /// a special meaning in the failed call.
    #[must_use]
    pub fn kind(self) -> ErrorKind {
        KINDS.find(self).unwrap_or_else(|| self.errno().kind())
    }

    /// Returns the cause of the errno in the failed call, or the general description of the errno
    /// if no specific cause is known. Returns `None` without the feature `explain`, and for an
    /// errno without a name.
    #[must_use]
    pub fn reason(self) -> Option<Reason> {
        REASONS.find(self)
    }

    /// Combines the error with the path that was passed to the call, for printing:
    /// `inotify_add_watch /nowhere: ENOENT: ...`. The result borrows the path: print the result, or
    /// convert it to a `String`, while the path is in scope.
    #[must_use]
    pub fn with_path<P: path::Arg + ?Sized>(self, path: &P) -> WithPath<'_> {
        WithPath { error: self, path: path.as_path_bytes().bytes(), second: None }
    }

    /// Combines the error with the source and the target that were passed to the call, for
    /// printing. If the call and the errno identify the operand that caused the error
    /// ([`operand`](Self::operand)), only its path is printed: `mount /dev/null: ENOTBLK: ...`.
    /// Otherwise, both paths are printed: `mount /a /b: ENOENT: ...`.
    #[must_use]
    pub fn with_paths<'a, P, Q>(self, source: &'a P, target: &'a Q) -> WithPath<'a>
    where
        P: path::Arg + ?Sized,
        Q: path::Arg + ?Sized,
    {
        let (source, target) = (source.as_path_bytes().bytes(), target.as_path_bytes().bytes());
        let (path, second) = match self.operand() {
            Some(Operand::Source) => (source, None),
            Some(Operand::Target) => (target, None),
            None => (source, Some(target)),
        };
        WithPath { error: self, path, second }
    }

    /// Formats the error like `Display`, and stores the text in a buffer. Returns the part of the
    /// buffer that contains the text, which is truncated if the buffer is too small.
    ///
    /// This function and [`println`](Self::println) do not allocate. They do not use `core::fmt`,
    /// so that a static program is smaller.
    pub fn write_to(self, buffer: &mut [u8]) -> &[u8] {
        write_to(buffer, &mut |put| self.pieces(put))
    }

    /// Formats the error like `Display`, and writes the text and a newline to a descriptor. A text
    /// of up to 1,023 bytes is written with one `write` call.
    ///
    /// # Errors
    ///
    /// - The errors of [`io::write()`], except `EINTR`.
    /// - `EIO`: the descriptor accepted no bytes.
    #[doc(alias = "perror")]
    pub fn println(self, fd: impl AsFd) -> Result<()> {
        println(fd.as_fd(), &mut |put| self.pieces(put))
    }

    fn pieces(self, put: &mut Put<'_>) -> fmt::Result {
        put(self.call().name())?;
        self.pieces_after_path(put)
    }

    fn pieces_after_path(self, put: &mut Put<'_>) -> fmt::Result {
        put(": ")?;
        self.errno().write_name(put)?;
        let since = if self.is(Errno::NOSYS) { self.call().since() } else { None };
        match (since, self.reason()) {
            (Some(since), _) => {
                put(": not supported by this kernel (available since Linux ")?;
                put(since)?;
                put(")")
            }
            (None, Some(reason)) => {
                put(": ")?;
                reason.pieces(put)
            }
            (None, None) => Ok(()),
        }
    }
}

/// A function that accepts a piece of a text.
type Put<'a> = dyn FnMut(&str) -> fmt::Result + 'a;

/// A function that passes a text to another function, in pieces.
type Text<'a> = dyn FnMut(&mut Put<'_>) -> fmt::Result + 'a;

fn write_to<'b>(buffer: &'b mut [u8], text: &mut Text<'_>) -> &'b [u8] {
    let mut length = 0;
    // An error means that the buffer is full.
    let _ = text(&mut |piece| {
        for byte in piece.bytes() {
            *buffer.get_mut(length).ok_or(fmt::Error)? = byte;
            length += 1;
        }
        Ok(())
    });
    buffer.get(..length).unwrap_or_default()
}

fn println(fd: BorrowedFd<'_>, text: &mut Text<'_>) -> Result<()> {
    let mut result = Ok(());
    // If `buffered` fails, `result` contains the error.
    let _ = buffered(&mut |put| text(put).and_then(|()| put("\n")), &mut |part| {
        result = io::write_all(fd, part.as_bytes());
        result.map_err(|_| fmt::Error)
    });
    Ok(result?)
}

/// The size of the buffer in which a text is assembled.
const LINE: usize = 1024;

/// Assembles a text and passes it to `flush` as a whole, so that one `write` call writes the text
/// to a descriptor. A text longer than [`LINE`] bytes is passed in several parts.
fn buffered(text: &mut Text<'_>, flush: &mut Put<'_>) -> fmt::Result {
    let (mut buffer, mut length) = ([0; LINE], 0);
    text(&mut |piece| {
        if piece.len() > LINE - length {
            flush(whole(&buffer, length))?;
            length = 0;
        }
        match buffer.get_mut(length..length + piece.len()) {
            Some(place) => {
                place.iter_mut().zip(piece.bytes()).for_each(|(place, byte)| *place = byte);
                length += piece.len();
                Ok(())
            }
            // The piece is longer than the buffer, which is empty.
            None => flush(piece),
        }
    })?;
    flush(whole(&buffer, length))
}

/// Returns the first `length` bytes of a buffer as a string.
fn whole(buffer: &[u8], length: usize) -> &str {
    // SAFETY: `buffered` has stored only whole strings.
    unsafe { str::from_utf8_unchecked(buffer.get(..length).unwrap_or_default()) }
}

/// Prints the call, the errno's name and, with the feature `explain`, the reason.
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        buffered(&mut |put| self.pieces(put), &mut |part| f.write_str(part))
    }
}

/// Prints the text that `Display` prints, so that a program whose `main` returns
/// [`Result`](crate::Result) prints a readable line.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl core::error::Error for Error {}

impl WithPath<'_> {
    /// Formats the error and the path, and stores the text in a buffer, like [`Error::write_to`].
    pub fn write_to(self, buffer: &mut [u8]) -> &[u8] {
        write_to(buffer, &mut |put| self.pieces(put))
    }

    /// Formats the error and the path, and writes the text and a newline to a descriptor, like
    /// [`Error::println`].
    ///
    /// # Errors
    ///
    /// - The errors of [`Error::println`].
    pub fn println(self, fd: impl AsFd) -> Result<()> {
        println(fd.as_fd(), &mut |put| self.pieces(put))
    }

    fn pieces(self, put: &mut Put<'_>) -> fmt::Result {
        put(self.error.call().name())?;
        put(" ")?;
        path::Name::from_bytes(self.path).escape().pieces(put)?;
        if let Some(second) = self.second {
            put(" ")?;
            path::Name::from_bytes(second).escape().pieces(put)?;
        }
        self.error.pieces_after_path(put)
    }
}

/// Prints the call, the path, the errno's name and, with the feature `explain`, the reason.
impl fmt::Display for WithPath<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        buffered(&mut |put| self.pieces(put), &mut |part| f.write_str(part))
    }
}

/// Prints the text that `Display` prints.
impl fmt::Debug for WithPath<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl core::error::Error for WithPath<'_> {}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        buffered(&mut |put| self.pieces(put), &mut |part| f.write_str(part))
    }
}

/// Prints the text of the reason in quotes.
impl fmt::Debug for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("\"")?;
        fmt::Display::fmt(self, f)?;
        f.write_str("\"")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Call;

    fn error() -> Error {
        Error::new(Call::INOTIFY_ADD_WATCH, Errno::from_raw(999).unwrap())
    }

    #[test]
    fn error_write_to_truncates_text_if_buffer_is_too_small() {
        let text = error().to_string();
        assert_eq!(text, "inotify_add_watch: errno 999");
        assert_eq!(error().write_to(&mut [0; 100]), text.as_bytes());
        for size in 0..text.len() {
            let mut buffer = [0; 100];
            assert_eq!(error().write_to(&mut buffer[..size]), &text.as_bytes()[..size]);
            assert_eq!(buffer[size], 0);
        }
        let error = error().with_path("a\nb");
        assert_eq!(error.write_to(&mut [0; 22]), br"inotify_add_watch a\nb");
    }

    #[test]
    #[cfg_attr(miri, ignore = "makes system calls")]
    fn error_println_writes_whole_line_if_text_is_longer_than_buffer() {
        for length in [0, 5, 900, 1023, 1024, 1025, 3000] {
            let (reader, writer) = pipe::pipe().unwrap();
            let path = vec![b'x'; length];
            error().with_path(&path[..]).println(&writer).unwrap();
            drop(writer);
            let (mut text, mut buffer) = (Vec::new(), [0; 4096]);
            loop {
                match io::read(&reader, &mut buffer).unwrap() {
                    0 => break,
                    count => text.extend_from_slice(&buffer[..count]),
                }
            }
            let expected = format!("{}\n", error().with_path(&path[..]));
            assert_eq!(text, expected.as_bytes());
        }
        let (reader, writer) = pipe::pipe().unwrap();
        assert_eq!(error().println(&reader).unwrap_err().errno(), Errno::BADF);
        drop((reader, writer));
    }
}
