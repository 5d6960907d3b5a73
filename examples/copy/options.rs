//! What the user asks for.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use butter::copy::Method;
use butter::path::Escape;

use crate::help::HELP;

const VERSION: &str = concat!("copy ", env!("CARGO_PKG_VERSION"), "\n");

pub(crate) struct Options {
    pub(crate) method: Method,
    pub(crate) keep_partial: bool,
    pub(crate) quiet: bool,
    pub(crate) source: PathBuf,
    pub(crate) target: PathBuf,
}

pub(crate) enum Request {
    Copy(Options),
    Print(&'static str),
}

/// Reads the arguments, without the program's name. The error is what to tell the user.
pub(crate) fn parse(mut arguments: impl Iterator<Item = OsString>) -> Result<Request, String> {
    let (mut chosen, mut keep_partial, mut quiet, mut paths) =
        (Method::Auto, false, false, Vec::new());
    while let Some(argument) = arguments.next() {
        if argument == "--" {
            paths.extend(arguments.by_ref());
            continue;
        }
        if !argument.as_bytes().starts_with(b"-") || argument == "-" {
            paths.push(argument);
            continue;
        }
        let (name, value) = split(&argument);
        match (name.as_bytes(), value) {
            (b"-m" | b"--method", value) => {
                let value = value.map(OsStr::to_owned).or_else(|| arguments.next());
                chosen =
                    method(&value.ok_or_else(|| format!("{} takes a value", Escape::new(name)))?)?;
            }
            (b"--keep-partial", None) => keep_partial = true,
            (b"-q" | b"--quiet", None) => quiet = true,
            (b"-h" | b"--help", None) => return Ok(Request::Print(HELP)),
            (b"-V" | b"--version", None) => return Ok(Request::Print(VERSION)),
            (b"--keep-partial" | b"--quiet" | b"--help" | b"--version", Some(_)) => {
                return Err(format!("{} takes no value", Escape::new(name)));
            }
            _ => return Err(format!("there is no option {}", Escape::new(name))),
        }
    }
    let count = paths.len();
    let [source, target] = <[_; 2]>::try_from(paths)
        .map_err(|_| format!("a SOURCE and a TARGET are wanted, and {count} paths are given"))?
        .map(PathBuf::from);
    if source.as_os_str().is_empty() || target.as_os_str().is_empty() {
        return Err("a path is empty".to_owned());
    }
    Ok(Request::Copy(Options { method: chosen, keep_partial, quiet, source, target }))
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

fn method(name: &OsStr) -> Result<Method, String> {
    Ok(match name.as_bytes() {
        b"auto" => Method::Auto,
        b"copy_file_range" => Method::CopyFileRange,
        b"sendfile" => Method::Sendfile,
        b"splice" => Method::Splice,
        b"read_write" => Method::ReadWrite,
        _ => {
            let name = Escape::new(name);
            return Err(format!(
                "there is no method `{name}`; there are auto, copy_file_range, sendfile, splice, read_write"
            ));
        }
    })
}
