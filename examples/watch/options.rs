//! Command-line options. lexopt accepts the value of a short option as in `-n5`, `-n 5` and, unlike
//! `getopt(3)`, as in `-n=5`.

use std::ffi::{OsStr, OsString};
use std::io::{self, IsTerminal};
use std::time::Duration;

use butter::inotify::WatchFlags;
use butter::time::Timespec;
use lexopt::{Arg, Error, Parser};

use crate::common::cli::{self, Request};
use crate::help::HELP;

const VERSION: &str = concat!("watch ", env!("CARGO_PKG_VERSION"), "\n");

const DEFAULT_EVENTS: WatchFlags = WatchFlags::CREATE
    .union(WatchFlags::DELETE)
    .union(WatchFlags::MODIFY)
    .union(WatchFlags::CLOSE_WRITE)
    .union(WatchFlags::MOVE)
    .union(WatchFlags::ATTRIB)
    .union(WatchFlags::DELETE_SELF)
    .union(WatchFlags::MOVE_SELF);

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Text,
    Json,
}

pub(crate) struct Options {
    pub(crate) events: WatchFlags,
    pub(crate) format: Format,
    pub(crate) color: bool,
    pub(crate) count: Option<u64>,
    pub(crate) timeout: Option<Duration>,
    pub(crate) every: Option<Duration>,
    pub(crate) quiet: bool,
    pub(crate) paths: Vec<OsString>,
}

/// Parses the program's arguments.
pub(crate) fn parse() -> Result<Request<Options>, Error> {
    let mut options = Options {
        events: DEFAULT_EVENTS,
        format: Format::Text,
        color: color_is_supported(),
        count: None,
        timeout: None,
        every: None,
        quiet: false,
        paths: Vec::new(),
    };
    let mut parser = Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Short('e') | Arg::Long("events") => options.events = events(&parser.value()?)?,
            Arg::Short('f') | Arg::Long("format") => options.format = format(&parser.value()?)?,
            Arg::Long("color" | "colour") => options.color = color(&parser.value()?)?,
            Arg::Short('n') | Arg::Long("count") => options.count = Some(count(&parser.value()?)?),
            Arg::Short('t') | Arg::Long("timeout") => {
                options.timeout = Some(timeout(&parser.value()?)?);
            }
            Arg::Long("every") => options.every = Some(every(&parser.value()?)?),
            Arg::Short('q') | Arg::Long("quiet") => options.quiet = true,
            Arg::Short('h') | Arg::Long("help") => return cli::print_request(&mut parser, HELP),
            Arg::Short('V') | Arg::Long("version") => {
                return cli::print_request(&mut parser, VERSION);
            }
            Arg::Value(path) => options.paths.push(path),
            option => return Err(option.unexpected()),
        }
    }
    if options.paths.is_empty() {
        return Err("missing PATH operand".into());
    }
    if options.paths.iter().any(|path| path.is_empty()) {
        return Err("empty operand ''".into());
    }
    Ok(Request::Run(options))
}

fn events(list: &OsStr) -> Result<WatchFlags, Error> {
    // The lossy conversion of a name that is not UTF-8 does not yield the name of an event.
    let names = list.to_string_lossy();
    let mut events = WatchFlags::empty();
    for name in names.split([',', '|']).map(str::trim) {
        events |= event(name).ok_or_else(|| {
            let names: Vec<_> =
                WatchFlags::ALL_EVENTS.iter_names().map(|(name, _)| name.to_lowercase()).collect();
            let expected = format!("{}, close, move or all", names.join(", "));
            cli::invalid_value("--events", name.as_ref(), &expected)
        })?;
    }
    Ok(events)
}

fn event(name: &str) -> Option<WatchFlags> {
    let name = name.to_uppercase();
    let name = name.strip_prefix("IN_").unwrap_or(&name);
    if name == "ALL" {
        return Some(WatchFlags::ALL_EVENTS);
    }
    // Flags that are not in `ALL_EVENTS` are options of a watch, not events.
    WatchFlags::from_name(name).filter(|flag| WatchFlags::ALL_EVENTS.contains(*flag))
}

fn format(name: &OsStr) -> Result<Format, Error> {
    match name.to_str() {
        Some("text") => Ok(Format::Text),
        Some("json") => Ok(Format::Json),
        _ => Err(cli::invalid_value("--format", name, "text or json")),
    }
}

fn color(when: &OsStr) -> Result<bool, Error> {
    match when.to_str() {
        Some("auto") => Ok(color_is_supported()),
        Some("always") => Ok(true),
        Some("never") => Ok(false),
        _ => Err(cli::invalid_value("--color", when, "auto, always or never")),
    }
}

fn color_is_supported() -> bool {
    let disabled = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let dumb = std::env::var_os("TERM").is_some_and(|terminal| terminal == "dumb");
    !disabled && !dumb && io::stdout().is_terminal()
}

fn count(number: &OsStr) -> Result<u64, Error> {
    let count = number.to_str().and_then(|number| number.parse().ok());
    count
        .filter(|count| *count > 0)
        .ok_or_else(|| cli::invalid_value("--count", number, "a positive integer"))
}

fn timeout(number: &OsStr) -> Result<Duration, Error> {
    cli::seconds(number)
        .ok_or_else(|| cli::invalid_value("--timeout", number, "a number of seconds"))
}

fn every(number: &OsStr) -> Result<Duration, Error> {
    // A timer accepts only periods that are greater than 0 and fit into a `Timespec`.
    let accepted = |period: &Duration| !period.is_zero() && Timespec::try_from(*period).is_ok();
    let expected = "a positive number of seconds";
    cli::seconds(number)
        .filter(accepted)
        .ok_or_else(|| cli::invalid_value("--every", number, expected))
}
