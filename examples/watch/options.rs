//! What the user asks for.

use std::ffi::{OsStr, OsString};
use std::io::{self, IsTerminal};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::time::Duration;

use butter::inotify::WatchFlags;
use butter::path::Escape;
use butter::time::Timespec;

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
    pub(crate) colour: bool,
    pub(crate) count: Option<u64>,
    pub(crate) timeout: Option<Duration>,
    pub(crate) every: Option<Duration>,
    pub(crate) quiet: bool,
    pub(crate) paths: Vec<OsString>,
}

pub(crate) enum Request {
    Watch(Options),
    Print(&'static str),
}

/// Reads the arguments, without the program's name. The error is what to tell the user.
pub(crate) fn parse(arguments: impl Iterator<Item = OsString>) -> Result<Request, String> {
    let mut options = Options {
        events: DEFAULT_EVENTS,
        format: Format::Text,
        colour: colour_by_itself(),
        count: None,
        timeout: None,
        every: None,
        quiet: false,
        paths: Vec::new(),
    };
    let mut arguments = arguments;
    while let Some(argument) = arguments.next() {
        if argument == "--" {
            options.paths.extend(arguments.by_ref());
        } else if argument.as_bytes().starts_with(b"-") && argument != "-" {
            let (name, value) = split(&argument);
            let mut value = Value { name, given: value, arguments: &mut arguments };
            match name.as_bytes() {
                b"-e" | b"--events" => options.events = events(&value.take()?)?,
                b"-f" | b"--format" => options.format = format(&value.take()?)?,
                b"--color" | b"--colour" => options.colour = colour(&value.take()?)?,
                b"-n" | b"--count" => options.count = Some(count(&value.take()?)?),
                b"-t" | b"--timeout" => options.timeout = Some(timeout(&value.take()?)?),
                b"--every" => options.every = Some(every(&value.take()?)?),
                b"-q" | b"--quiet" => options.quiet = value.none().map(|()| true)?,
                b"-h" | b"--help" => return value.none().map(|()| Request::Print(HELP)),
                b"-V" | b"--version" => return value.none().map(|()| Request::Print(VERSION)),
                _ => return Err(format!("there is no option {}", Escape::new(name))),
            }
        } else {
            options.paths.push(argument);
        }
    }
    if options.paths.is_empty() {
        return Err("no path is given".to_owned());
    }
    if options.paths.iter().any(|path| path.is_empty()) {
        return Err("a path is empty".to_owned());
    }
    Ok(Request::Watch(options))
}

/// `--option=value` as option and value; any other argument is an option without one.
fn split(argument: &OsStr) -> (&OsStr, Option<&OsStr>) {
    let bytes = argument.as_bytes();
    match bytes.iter().position(|byte| *byte == b'=') {
        Some(equals) if bytes.starts_with(b"--") => {
            (OsStr::from_bytes(&bytes[..equals]), Some(OsStr::from_bytes(&bytes[equals + 1..])))
        }
        _ => (argument, None),
    }
}

/// The value of an option: behind its `=`, or the next argument.
struct Value<'a, A> {
    name: &'a OsStr,
    given: Option<&'a OsStr>,
    arguments: &'a mut A,
}

impl<A: Iterator<Item = OsString>> Value<'_, A> {
    fn take(&mut self) -> Result<String, String> {
        let name = Escape::new(self.name);
        let value = self.given.map(OsStr::to_owned).or_else(|| self.arguments.next());
        let value = value.ok_or_else(|| format!("{name} takes a value"))?;
        String::from_utf8(value.into_vec())
            .map_err(|error| format!("{name} does not take {}", Escape::new(error.as_bytes())))
    }

    fn none(&self) -> Result<(), String> {
        match self.given {
            None => Ok(()),
            Some(_) => Err(format!("{} takes no value", Escape::new(self.name))),
        }
    }
}

fn events(list: &str) -> Result<WatchFlags, String> {
    let mut events = WatchFlags::empty();
    for name in list.split([',', '|']).map(str::trim) {
        events |= event(name).ok_or_else(|| {
            let names: Vec<_> =
                WatchFlags::ALL_EVENTS.iter_names().map(|(name, _)| name.to_lowercase()).collect();
            let (name, names) = (Escape::new(name.as_bytes()), names.join(", "));
            format!("there is no event `{name}`; there are {names}, close, move, all")
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
    // The other flags say how to watch, not what for.
    WatchFlags::from_name(name).filter(|flag| WatchFlags::ALL_EVENTS.contains(*flag))
}

fn format(name: &str) -> Result<Format, String> {
    match name {
        "text" => Ok(Format::Text),
        "json" => Ok(Format::Json),
        _ => Err(format!(
            "there is no format `{}`; there are text, json",
            Escape::new(name.as_bytes())
        )),
    }
}

fn colour(when: &str) -> Result<bool, String> {
    match when {
        "auto" => Ok(colour_by_itself()),
        "always" => Ok(true),
        "never" => Ok(false),
        _ => {
            Err(format!("--color is auto, always or never, not `{}`", Escape::new(when.as_bytes())))
        }
    }
}

fn colour_by_itself() -> bool {
    let unwanted = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let dumb = std::env::var_os("TERM").is_some_and(|terminal| terminal == "dumb");
    !unwanted && !dumb && io::stdout().is_terminal()
}

fn count(number: &str) -> Result<u64, String> {
    let wrong = || format!("--count is a number from 1, not `{}`", Escape::new(number.as_bytes()));
    number.parse().ok().filter(|count| *count > 0).ok_or_else(wrong)
}

fn timeout(number: &str) -> Result<Duration, String> {
    let wrong =
        || format!("--timeout is a number of seconds, not `{}`", Escape::new(number.as_bytes()));
    seconds(number).ok_or_else(wrong)
}

fn every(number: &str) -> Result<Duration, String> {
    let wrong = || {
        format!("--every is a number of seconds above 0, not `{}`", Escape::new(number.as_bytes()))
    };
    // A timer takes no other.
    let takes = |period: &Duration| !period.is_zero() && Timespec::try_from(*period).is_ok();
    seconds(number).filter(takes).ok_or_else(wrong)
}

fn seconds(number: &str) -> Option<Duration> {
    Duration::try_from_secs_f64(number.parse().ok()?).ok()
}
