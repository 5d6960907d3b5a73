//! Command-line conventions: operands, usage errors, help texts, error messages and exit statuses.

use std::ffi::{OsStr, OsString};
use std::fmt::{self, Display};
use std::io::{self, Write};
use std::process::ExitCode;
use std::time::Duration;

use butter::Errno;
use butter::path::Escape;
use lexopt::{Error, Parser};

use super::stdout::ensure_open;

/// The exit status if an operation failed.
pub(crate) const FAILURE: u8 = 1;

/// The exit status if the arguments are invalid.
pub(crate) const USAGE_ERROR: u8 = 2;

/// The action that the command-line arguments request.
pub(crate) enum Request<T> {
    Run(T),
    /// Print the help text or the version.
    Print(&'static str),
}

/// Returns a request to print `text`, or an error if the option has a value, as in `--help=x`.
pub(crate) fn print_request<T>(
    parser: &mut Parser,
    text: &'static str,
) -> Result<Request<T>, Error> {
    match parser.next() {
        Err(error @ Error::UnexpectedValue { .. }) => Err(error),
        _ => Ok(Request::Print(text)),
    }
}

/// Converts the operands to an array. The error names the missing or the extra operand.
pub(crate) fn operands<const N: usize>(
    names: [&str; N],
    operands: Vec<OsString>,
) -> Result<[OsString; N], Error> {
    <[OsString; N]>::try_from(operands).map_err(|operands| {
        let message = match (operands.get(N), names.get(operands.len()), operands.last()) {
            (Some(extra), ..) => format!("extra operand '{}'", Escape::new(extra)),
            (None, Some(name), Some(last)) => {
                format!("missing {name} operand after '{}'", Escape::new(last))
            }
            (None, name, _) => format!("missing {} operand", name.unwrap_or(&"")),
        };
        Error::from(message)
    })
}

/// Returns an error for an invalid value of an option.
pub(crate) fn invalid_value(option: &str, value: &OsStr, expected: &str) -> Error {
    let value = Escape::new(value);
    format!("invalid argument '{value}' for '{option}' (expected {expected})").into()
}

/// Parses a number of seconds, which can have a fraction.
pub(crate) fn seconds(number: &OsStr) -> Option<Duration> {
    Duration::try_from_secs_f64(number.to_str()?.parse().ok()?).ok()
}

/// Parses a size in bytes, with an optional binary unit: `4096`, `16M`.
pub(crate) fn size(text: &OsStr) -> Option<u64> {
    let text = text.to_str()?;
    let units = [('K', 10), ('M', 20), ('G', 30)];
    let unit = units.iter().find_map(|&(unit, shift)| Some((text.strip_suffix(unit)?, shift)));
    let (digits, shift) = unit.unwrap_or((text, 0));
    // `parse` would also accept a sign.
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse::<u64>().ok().filter(|_| is_number)?.checked_mul(1 << shift)
}

/// Prints the help text or the version to standard output. Returns the exit status.
pub(crate) fn print(program: &str, text: &str) -> ExitCode {
    if try_print(program, text) { ExitCode::SUCCESS } else { FAILURE.into() }
}

/// Prints a text to standard output. If this fails, prints an error and returns `false`.
pub(crate) fn try_print(program: &str, text: &str) -> bool {
    let mut stdout = io::stdout();
    let mut write = || {
        ensure_open()?;
        stdout.write_all(text.as_bytes())?;
        stdout.flush()
    };
    let written = write();
    if let Err(error) = &written {
        message(program, format_args!("write error: {}", SystemError::Io(error)));
    }
    written.is_ok()
}

/// Prints a usage error. Returns the exit status.
pub(crate) fn usage_error(program: &str, error: &Error) -> ExitCode {
    let error = UsageError(error);
    message(program, format_args!("{error}\nTry '{program} --help' for more information."));
    USAGE_ERROR.into()
}

/// Prints a message to standard error. A write error is ignored, because it cannot be reported.
pub(crate) fn message(program: &str, text: fmt::Arguments<'_>) {
    let _ = io::stderr().write_fmt(format_args!("{program}: {text}\n"));
}

/// A usage error with the messages of `getopt_long(3)`. Unlike [`Error`], `UsageError` escapes
/// control characters.
struct UsageError<'a>(&'a Error);

impl Display for UsageError<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Error::MissingValue { option: Some(option) } => {
                write!(f, "option '{}' requires an argument", Escape::new(option.as_str()))
            }
            Error::UnexpectedOption(option) => {
                write!(f, "unrecognized option '{}'", Escape::new(option.as_str()))
            }
            Error::UnexpectedValue { option, .. } => {
                write!(f, "option '{}' doesn't allow an argument", Escape::new(option.as_str()))
            }
            error => error.fmt(f),
        }
    }
}

/// The error of a system call, displayed as its description and errno, such as `Permission denied
/// (EACCES)`. For an error of the crate, the call follows and, if the crate knows it, the cause of
/// the errno: `No such file or directory (ENOENT): inotify_add_watch: a component of ...`.
pub(crate) enum SystemError<'a> {
    Io(&'a io::Error),
    Call(butter::Error),
}

impl Display for SystemError<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => {
                let text = error.to_string();
                match Errno::from_io_error(error) {
                    Some(errno) => {
                        let suffix = format!(" (os error {})", errno.as_raw());
                        write!(f, "{} ({errno})", text.strip_suffix(&suffix).unwrap_or(&text))
                    }
                    None => f.write_str(&text),
                }
            }
            Self::Call(error) => {
                write!(f, "{}: {}", SystemError::Io(&(*error).into()), error.call())?;
                // Without a known cause, the reason is the general description of the errno.
                match error.reason().map(|reason| reason.to_string()) {
                    Some(reason) if error.errno().text() != Some(&reason) => {
                        write!(f, ": {reason}")
                    }
                    _ => Ok(()),
                }
            }
        }
    }
}
