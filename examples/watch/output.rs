//! Formatting events, and writing them to standard output.

use std::ffi::OsStr;
use std::fmt::{self, Display, Write as _};
use std::io::{self, BufWriter, Stdout, Write};
use std::os::unix::ffi::OsStrExt;
use std::time::{SystemTime, UNIX_EPOCH};

use butter::inotify::{Event, EventFlags, Watch};
use butter::path::Escape;
use butter::poll::{self, PollFd, PollFlags};
use butter::time::Timeout;

use crate::common::signals::Signals;
use crate::common::stdout;
use crate::common::units::Count;
use crate::options::Format;
use crate::watches::Path;

/// Displays bytes as a JSON string. Invalid UTF-8 is replaced by U+FFFD.
///
/// JSON requires escapes only for quotes, backslashes and the control characters below U+0020. The
/// other characters that [`Escape`] escapes are escaped too: on a terminal, they could execute a
/// command, change the order of the displayed text or be invisible.
struct JsonString<'a>(&'a [u8]);

impl Display for JsonString<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        for chunk in self.0.utf8_chunks() {
            let mut plain = chunk.valid();
            while let Some(special) = plain.find(|c| c == '"' || Escape::is_escaped(c)) {
                let (before, rest) = plain.split_at(special);
                f.write_str(before)?;
                let mut rest = rest.chars();
                match rest.next() {
                    Some(c @ ('"' | '\\')) => write!(f, "\\{c}")?,
                    // A character above U+FFFF is escaped as two surrogates.
                    Some(c) => c
                        .encode_utf16(&mut [0; 2])
                        .iter()
                        .try_for_each(|unit| write!(f, "\\u{unit:04x}"))?,
                    None => {}
                }
                plain = rest.as_str();
            }
            f.write_str(plain)?;
            if !chunk.invalid().is_empty() {
                f.write_char(char::REPLACEMENT_CHARACTER)?;
            }
        }
        f.write_char('"')
    }
}

/// A member of a JSON object that contains bytes: `"name":"passwd",`. If the bytes are not UTF-8, a
/// second member contains the bytes in hexadecimal.
struct JsonBytes<'a>(&'a str, &'a [u8]);

impl Display for JsonBytes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(key, bytes) = *self;
        write!(f, "\"{key}\":{},", JsonString(bytes))?;
        if std::str::from_utf8(bytes).is_err() {
            write!(f, "\"{key}_bytes\":\"")?;
            for byte in bytes {
                write!(f, "{byte:02x}")?;
            }
            f.write_str("\",")?;
        }
        Ok(())
    }
}

/// Formats a path as it appears in the output of every event of the path.
pub(crate) fn prepare(format: Format, path: &OsStr) -> Vec<u8> {
    match format {
        Format::Text => Escape::new(path).to_string(),
        Format::Json => JsonBytes("path", path.as_bytes()).to_string(),
    }
    .into_bytes()
}

/// The width of the column of events, including the following space.
const WIDTH: usize = 20;

const DIM: &str = "\x1b[2m";
const RESET: &str = "\x1b[0m";

/// Formats events, and writes all events of one read at once.
pub(crate) struct Printer<W: Write> {
    out: BufWriter<W>,
    format: Format,
    color: bool,
    /// The formatted timestamp of the events that are being printed.
    time: String,
}

impl<W: Write> Printer<W> {
    pub(crate) fn new(out: W, format: Format, color: bool) -> Self {
        Self {
            out: BufWriter::with_capacity(256 * 1024, out),
            format,
            color,
            time: String::with_capacity(32),
        }
    }

    /// Sets the timestamp of the following events to the current time.
    pub(crate) fn begin(&mut self) {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let seconds = now.as_secs();
        self.time.clear();
        // Writing to a `String` does not fail, so the result is ignored.
        let _ = match self.format {
            Format::Text => {
                let (hours, minutes) = (seconds / 3600 % 24, seconds / 60 % 60);
                write!(
                    self.time,
                    "{hours:02}:{minutes:02}:{:02}.{:03}Z",
                    seconds % 60,
                    now.subsec_millis()
                )
            }
            Format::Json => write!(self.time, "{seconds}.{:06}", now.subsec_micros()),
        };
    }

    pub(crate) fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    /// Writes an event. An overflow event has no path.
    pub(crate) fn print(&mut self, event: &Event<'_>, path: Option<&Path>) -> io::Result<()> {
        let name = event.name().as_bytes();
        let cookie = event.cookie().map(|cookie| cookie.as_raw());
        self.line(event.flags(), event.watch(), path, name, cookie)
    }

    /// Writes the line of an `IGNORED` event that was lost.
    pub(crate) fn print_removed(&mut self, watch: Watch, path: &Path) -> io::Result<()> {
        self.line(EventFlags::IGNORED, Some(watch), Some(path), b"", None)
    }

    /// Writes a heartbeat with the number of events so far and the number of missed heartbeats.
    pub(crate) fn print_heartbeat(&mut self, count: u64, missed: u64) -> io::Result<()> {
        let (out, time) = (&mut self.out, &self.time);
        if self.format == Format::Json {
            return writeln!(
                out,
                "{{\"time\":{time},\"heartbeat\":true,\"count\":{count},\"missed\":{missed}}}"
            );
        }
        let (dim, reset) = if self.color { (DIM, RESET) } else { Default::default() };
        write!(out, "{dim}{time}  {:<WIDTH$}{}", "HEARTBEAT", Count(count, "event"))?;
        if missed > 0 {
            write!(out, "; {} missed", Count(missed, "heartbeat"))?;
        }
        writeln!(out, "{reset}")
    }

    fn line(
        &mut self,
        flags: EventFlags,
        watch: Option<Watch>,
        path: Option<&Path>,
        name: &[u8],
        cookie: Option<u32>,
    ) -> io::Result<()> {
        let path = path.map(|path| path.printed.as_slice());
        match self.format {
            Format::Text => self.text(flags, path, name, cookie),
            Format::Json => self.json(flags, watch, path, name, cookie),
        }
    }

    fn text(
        &mut self,
        flags: EventFlags,
        path: Option<&[u8]>,
        name: &[u8],
        cookie: Option<u32>,
    ) -> io::Result<()> {
        let out = &mut self.out;
        let (dim, color, reset) =
            if self.color { (DIM, color(flags), RESET) } else { Default::default() };
        write!(out, "{dim}{}{reset}  {color}", self.time)?;
        let mut width = 0;
        for name in names(flags) {
            let bar = if width == 0 { "" } else { "|" };
            write!(out, "{bar}{name}")?;
            width += bar.len() + name.len();
        }
        if let Some(cookie) = cookie {
            write!(out, " #{cookie}")?;
            width += 3 + cookie.checked_ilog10().unwrap_or(0) as usize;
        }
        write!(out, "{reset}{:1$}", "", WIDTH.saturating_sub(width).max(1))?;

        if flags.contains(EventFlags::Q_OVERFLOW) {
            return out.write_all(b"events were lost: examine the files again\n");
        }
        let path = path.unwrap_or(b"?");
        out.write_all(path)?;
        let slash = path.ends_with(b"/");
        if !name.is_empty() {
            write!(out, "{}{}", if slash { "" } else { "/" }, Escape::new(name))?;
        }
        // A watched directory is printed as it was specified.
        if flags.contains(EventFlags::ISDIR) && !name.is_empty() {
            out.write_all(b"/")?;
        }
        if flags.contains(EventFlags::IGNORED) {
            out.write_all(b": watch removed")?;
        } else if flags.contains(EventFlags::UNMOUNT) {
            out.write_all(b": file system unmounted")?;
        }
        out.write_all(b"\n")
    }

    fn json(
        &mut self,
        flags: EventFlags,
        watch: Option<Watch>,
        path: Option<&[u8]>,
        name: &[u8],
        cookie: Option<u32>,
    ) -> io::Result<()> {
        let out = &mut self.out;
        write!(out, "{{\"time\":{},", self.time)?;
        out.write_all(path.unwrap_or(b"\"path\":null,"))?;
        if name.is_empty() {
            out.write_all(b"\"name\":null,")?;
        } else {
            write!(out, "{}", JsonBytes("name", name))?;
        }
        out.write_all(b"\"events\":[")?;
        for (index, name) in names(flags).enumerate() {
            write!(out, "{}\"{name}\"", if index == 0 { "" } else { "," })?;
        }
        write!(out, "],\"dir\":{},\"cookie\":", flags.contains(EventFlags::ISDIR))?;
        write_or_null(out, cookie)?;
        out.write_all(b",\"watch\":")?;
        write_or_null(out, watch.map(Watch::as_raw))?;
        out.write_all(b"}\n")
    }
}

fn write_or_null(out: &mut impl Write, value: Option<impl Display>) -> io::Result<()> {
    match value {
        Some(value) => write!(out, "{value}"),
        None => out.write_all(b"null"),
    }
}

/// Returns the names of the events in `flags`, without `ISDIR`, which is not an event.
fn names(flags: EventFlags) -> impl Iterator<Item = &'static str> {
    let unknown = flags.difference(EventFlags::KNOWN);
    let names = flags.difference(EventFlags::ISDIR).iter_names().map(|(name, _)| name);
    names.chain((!unknown.is_empty()).then_some("UNKNOWN"))
}

/// Returns the terminal escape sequence for the color of an event.
fn color(flags: EventFlags) -> &'static str {
    if flags.intersects(NOTICES) {
        "\x1b[1;31m"
    } else if flags.intersects(EventFlags::CREATE) {
        "\x1b[32m"
    } else if flags.intersects(EventFlags::DELETE | EventFlags::DELETE_SELF) {
        "\x1b[31m"
    } else if flags.intersects(EventFlags::MOVE | EventFlags::MOVE_SELF) {
        "\x1b[36m"
    } else if flags.intersects(EventFlags::MODIFY | EventFlags::CLOSE_WRITE) {
        "\x1b[33m"
    } else {
        ""
    }
}

/// The flags that report the state of a watch or of the queue instead of a file system event.
const NOTICES: EventFlags =
    EventFlags::IGNORED.union(EventFlags::UNMOUNT).union(EventFlags::Q_OVERFLOW);

/// The number of bytes that a writable pipe accepts without blocking: `PIPE_BUF`.
const PIPE_BUF: usize = 4096;

/// Standard output without blocking writes. Before each write, `poll` waits for the output and the
/// signals, so that signals are handled even if the reader of the output does not read.
pub(crate) struct Output<'s> {
    stdout: Stdout,
    signals: &'s Signals,
}

impl<'s> Output<'s> {
    pub(crate) fn new(signals: &'s Signals) -> Self {
        Self { stdout: io::stdout(), signals }
    }
}

impl Write for Output<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        stdout::ensure_open()?;
        loop {
            let mut both = [
                PollFd::new(&self.stdout, PollFlags::OUT),
                PollFd::new(self.signals, PollFlags::IN),
            ];
            poll::wait(&mut both, Timeout::Infinite)?;
            let ready = both[0].ready();
            if ready.intersects(PollFlags::ERR | PollFlags::HUP) {
                return Err(io::ErrorKind::BrokenPipe.into());
            }
            if !ready.is_empty() {
                return Ok(butter::io::write(&self.stdout, &bytes[..bytes.len().min(PIPE_BUF)])?);
            }
            // The output is blocked and a signal is pending. This method only reads the first
            // signal; the program exits after the reader has read the output. A second pending
            // signal is unblocked, and terminates the process immediately.
            match self.signals.first() {
                None => drop(self.signals.read()?),
                Some(_) => self.signals.unblock()?,
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
