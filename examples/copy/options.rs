//! Command-line options.

use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use butter::copy::Method;
use lexopt::{Arg, Error, Parser};

use crate::common::cli::{self, Request};
use crate::help::HELP;

const VERSION: &str = concat!("copy ", env!("CARGO_PKG_VERSION"), "\n");

pub(crate) struct Options {
    pub(crate) method: Method,
    pub(crate) keep_partial: bool,
    pub(crate) quiet: bool,
    pub(crate) source: PathBuf,
    pub(crate) target: PathBuf,
}

impl Options {
    pub(crate) fn is_stdin(&self) -> bool {
        self.source.as_os_str() == "-"
    }

    pub(crate) fn is_stdout(&self) -> bool {
        self.target.as_os_str() == "-"
    }

    /// Returns the source, for messages.
    pub(crate) fn source_name(&self) -> &Path {
        if self.is_stdin() { Path::new("standard input") } else { &self.source }
    }

    /// Returns the target, for messages.
    pub(crate) fn target_name(&self) -> &Path {
        if self.is_stdout() { Path::new("standard output") } else { &self.target }
    }
}

/// Parses the program's arguments.
pub(crate) fn parse() -> Result<Request<Options>, Error> {
    let (mut method, mut keep_partial, mut quiet) = (Method::Auto, false, false);
    let mut operands = Vec::new();
    let mut parser = Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Short('m') | Arg::Long("method") => method = parse_method(parser.value()?)?,
            Arg::Long("keep-partial") => keep_partial = true,
            Arg::Short('q') | Arg::Long("quiet") => quiet = true,
            Arg::Short('h') | Arg::Long("help") => return cli::print_request(&mut parser, HELP),
            Arg::Short('V') | Arg::Long("version") => {
                return cli::print_request(&mut parser, VERSION);
            }
            Arg::Value(operand) => operands.push(operand),
            option => return Err(option.unexpected()),
        }
    }
    let operands = cli::operands(["SOURCE", "TARGET"], operands)?;
    if operands.iter().any(|operand| operand.is_empty()) {
        return Err("empty operand ''".into());
    }
    let [source, target] = operands.map(PathBuf::from);
    Ok(Request::Run(Options { method, keep_partial, quiet, source, target }))
}

fn parse_method(name: OsString) -> Result<Method, Error> {
    Ok(match name.as_bytes() {
        b"auto" => Method::Auto,
        b"copy_file_range" => Method::CopyFileRange,
        b"sendfile" => Method::Sendfile,
        b"splice" => Method::Splice,
        b"read_write" => Method::ReadWrite,
        _ => {
            let expected = "auto, copy_file_range, sendfile, splice or read_write";
            return Err(cli::invalid_value("--method", &name, expected));
        }
    })
}
