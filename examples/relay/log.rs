//! The log: a line for each connection that has ended.

use std::fmt::{self, Display, Write as _};
use std::io::{self, Write};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use butter::Errno;
use butter::net::SocketAddrAny;

use crate::address::Shown;
use crate::common::cli::SystemError;
use crate::common::stdout::ensure_open;
use crate::connection::{Connection, Side};
use crate::report::{Report, is_writable};

/// The reason why a connection has ended.
#[derive(Clone, Copy)]
pub(crate) enum End {
    /// Both sides have shut down writing, or a side has closed its socket after it has received all
    /// data.
    Closed,
    /// A read from a side failed.
    Failed(Side, Errno),
    /// A side has closed its socket, or a write to it failed, before all data was delivered.
    Undelivered(Side, Option<Errno>),
    /// No target can be reached.
    Unreachable,
    /// The client has closed the connection before the target was connected.
    ClientLeft,
    IdleTimeout,
    /// A limit of the system has been reached.
    Exhausted(Errno),
    /// The program was terminated.
    Terminated,
}

impl Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Closed => f.write_str("closed"),
            Self::Failed(side, errno) => write!(f, "{side}-failed:{errno}"),
            Self::Undelivered(side, Some(errno)) => write!(f, "{side}-undelivered:{errno}"),
            Self::Undelivered(side, None) => write!(f, "{side}-undelivered"),
            Self::Unreachable => f.write_str("target-unreachable"),
            Self::ClientLeft => f.write_str("client-left"),
            Self::IdleTimeout => f.write_str("idle-timeout"),
            Self::Exhausted(errno) => write!(f, "exhausted:{errno}"),
            Self::Terminated => f.write_str("terminated"),
        }
    }
}

impl Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Client => "client",
            Self::Target => "target",
        })
    }
}

/// The log on standard output. A line whose write would block is omitted.
pub(crate) struct Log {
    pub(crate) omitted: u64,
    failed: bool,
}

impl Log {
    /// Returns an error if standard output is closed.
    pub(crate) fn new() -> io::Result<Self> {
        ensure_open().map(|()| Self { omitted: 0, failed: false })
    }

    /// Writes the line of a connection. The first write error is printed.
    pub(crate) fn write(
        &mut self,
        connection: &Connection,
        end: &End,
        now: Instant,
        report: &Report,
    ) {
        let mut stdout = io::stdout().lock();
        if !is_writable(&stdout) {
            self.omitted += 1;
            return;
        }
        let line = line(connection, end, now);
        report.clear_progress();
        match stdout.write_all(line.as_bytes()).and_then(|()| stdout.flush()) {
            Ok(()) => self.failed = false,
            Err(error) => {
                self.omitted += 1;
                if !std::mem::replace(&mut self.failed, true) {
                    let error = SystemError::Io(&error);
                    report.error(format_args!("cannot write the log: {error}"));
                }
            }
        }
    }
}

fn line(connection: &Connection, end: &End, now: Instant) -> String {
    let time = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let mut line = String::with_capacity(160);
    let _ = writeln!(
        line,
        "{}.{:03}Z client={} target={} to_target={} to_client={} duration={:.3} end={end}",
        Utc(time.as_secs()),
        time.subsec_millis(),
        Field(Some(&connection.client_address)),
        Field(connection.target_address()),
        connection.to_target.delivered,
        connection.to_client.delivered,
        now.saturating_duration_since(connection.accepted).as_secs_f64(),
    );
    line
}

/// An address as the value of a field: `-` if there is none, and in quotation marks if the path of
/// a Unix socket contains a space.
struct Field<'a>(Option<&'a SocketAddrAny>);

impl Display for Field<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(address) = self.0 else { return f.write_str("-") };
        let text = Shown(address).to_string();
        match text.contains([' ', '"']) {
            true => write!(f, "\"{}\"", text.replace('"', "\\\"")),
            false => f.write_str(&text),
        }
    }
}

/// A number of seconds since 1970, displayed as a date and a time: `2025-01-31T23:59:59`.
struct Utc(u64);

impl Display for Utc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (mut days, seconds) = (self.0 / 86_400, self.0 % 86_400);
        let is_leap = |year: u64| {
            year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
        };
        let mut year = 1970;
        while days >= 365 + u64::from(is_leap(year)) {
            days -= 365 + u64::from(is_leap(year));
            year += 1;
        }
        let february = 28 + u64::from(is_leap(year));
        let mut month = 1;
        for length in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30] {
            if days < length {
                break;
            }
            days -= length;
            month += 1;
        }
        let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        write!(f, "{year:04}-{month:02}-{:02}T{hour:02}:{minute:02}:{second:02}", days + 1)
    }
}
