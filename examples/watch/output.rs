//! How events are written.

use std::ffi::OsStr;
use std::fmt::{self, Display, Write as _};
use std::io::{self, BufWriter, Write};
use std::os::unix::ffi::OsStrExt;
use std::time::{SystemTime, UNIX_EPOCH};

use butter::inotify::{Event, EventFlags, Watch};
use butter::path::Escape;

use crate::options::Format;
use crate::watched::Path;

/// Bytes as a JSON string: lossy where they are not UTF-8.
struct JsonString<'a>(&'a [u8]);

impl Display for JsonString<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        for chunk in self.0.utf8_chunks() {
            let mut plain = chunk.valid();
            // JSON lets the control characters beyond the first 32 stand, a terminal may obey them.
            while let Some(special) =
                plain.find(|c: char| c.is_control() || matches!(c, '"' | '\\'))
            {
                let (before, behind) = plain.split_at(special);
                f.write_str(before)?;
                let mut behind = behind.chars();
                match behind.next() {
                    Some(c @ ('"' | '\\')) => write!(f, "\\{c}")?,
                    Some(control) => write!(f, "\\u{:04x}", u32::from(control))?,
                    None => {}
                }
                plain = behind.as_str();
            }
            f.write_str(plain)?;
            if !chunk.invalid().is_empty() {
                f.write_char(char::REPLACEMENT_CHARACTER)?;
            }
        }
        f.write_char('"')
    }
}

/// A member of a JSON object that holds bytes, with a second one for those that are not UTF-8: `"name":"passwd",`.
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

/// So many things, in words: `1 path`, `2 paths`.
pub(crate) struct Number(pub(crate) u64, pub(crate) &'static str);

impl Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(number, thing) = *self;
        write!(f, "{number} {thing}{}", if number == 1 { "" } else { "s" })
    }
}

/// What every event of a path has in common, as it will be written.
pub(crate) fn prepare(format: Format, path: &OsStr) -> Vec<u8> {
    match format {
        Format::Text => Escape::new(path).to_string(),
        Format::Json => JsonBytes("path", path.as_bytes()).to_string(),
    }
    .into_bytes()
}

/// The column of what happened, with the space behind it.
const WIDTH: usize = 20;

const DIM: &str = "\x1b[2m";
const PLAIN: &str = "\x1b[0m";

/// Writes events, and all those of one read at once.
pub(crate) struct Printer<W: Write> {
    out: BufWriter<W>,
    format: Format,
    colour: bool,
    /// The time of the events that are being written.
    time: String,
}

impl<W: Write> Printer<W> {
    pub(crate) fn new(out: W, format: Format, colour: bool) -> Self {
        Self {
            out: BufWriter::with_capacity(256 * 1024, out),
            format,
            colour,
            time: String::with_capacity(32),
        }
    }

    /// Looks at the clock, for the events that follow.
    pub(crate) fn begin(&mut self) {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let seconds = now.as_secs();
        self.time.clear();
        // Writing to a String does not fail.
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

    /// Writes an event, of this path where it is of one.
    pub(crate) fn print(&mut self, event: &Event<'_>, path: Option<&Path>) -> io::Result<()> {
        let name = event.name().as_bytes();
        let cookie = event.cookie().map(|cookie| cookie.as_raw());
        self.line(event.flags(), event.watch(), path, name, cookie)
    }

    /// Writes that a watch has ended, where the event that says so was lost.
    pub(crate) fn print_ended(&mut self, watch: Watch, path: &Path) -> io::Result<()> {
        self.line(EventFlags::IGNORED, Some(watch), Some(path), b"", None)
    }

    /// Writes a heartbeat: how many events were counted before it, and how many heartbeats were missed.
    pub(crate) fn print_heartbeat(&mut self, count: u64, missed: u64) -> io::Result<()> {
        let (out, time) = (&mut self.out, &self.time);
        if self.format == Format::Json {
            return writeln!(
                out,
                "{{\"time\":{time},\"heartbeat\":true,\"count\":{count},\"missed\":{missed}}}"
            );
        }
        let (dim, plain) = if self.colour { (DIM, PLAIN) } else { Default::default() };
        write!(out, "{dim}{time}  {:<WIDTH$}{}", "HEARTBEAT", Number(count, "event"))?;
        if missed > 0 {
            write!(out, "; {} missed", Number(missed, "heartbeat"))?;
        }
        writeln!(out, "{plain}")
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
        let (dim, colour, plain) =
            if self.colour { (DIM, colour(flags), PLAIN) } else { Default::default() };
        write!(out, "{dim}{}{plain}  {colour}", self.time)?;
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
        write!(out, "{plain}{:1$}", "", WIDTH.saturating_sub(width).max(1))?;

        if flags.contains(EventFlags::Q_OVERFLOW) {
            return out.write_all(b"events were lost: look at the files again\n");
        }
        let path = path.unwrap_or(b"?");
        out.write_all(path)?;
        let slash = path.ends_with(b"/");
        if !name.is_empty() {
            write!(out, "{}{}", if slash { "" } else { "/" }, Escape::new(name))?;
        }
        // What was watched is told as it was named.
        if flags.contains(EventFlags::ISDIR) && !name.is_empty() {
            out.write_all(b"/")?;
        }
        if flags.contains(EventFlags::IGNORED) {
            out.write_all(b": the watch has ended")?;
        } else if flags.contains(EventFlags::UNMOUNT) {
            out.write_all(b": the file system was unmounted")?;
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

/// The names of what happened, without that of `ISDIR`, which is told otherwise.
fn names(flags: EventFlags) -> impl Iterator<Item = &'static str> {
    let unknown = flags.difference(EventFlags::all());
    let names = flags.difference(EventFlags::ISDIR).iter_names().map(|(name, _)| name);
    names.chain((!unknown.is_empty()).then_some("UNKNOWN"))
}

/// The colour of an event, as a terminal takes it.
fn colour(flags: EventFlags) -> &'static str {
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

/// The bits that say how a watch or the queue fares, and not what happened to a file.
const NOTICES: EventFlags =
    EventFlags::IGNORED.union(EventFlags::UNMOUNT).union(EventFlags::Q_OVERFLOW);
