//! Command-line options.

use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use butter::copy::Method;
use lexopt::{Arg, Error, Parser};

use crate::common::cli::{self, Request};

const HELP: &str = "\
Usage: copy [OPTION]... SOURCE TARGET
Copy SOURCE to TARGET, within the kernel if possible.

SOURCE is a file, a pipe, a device or any other file that can be read. If TARGET is a directory,
SOURCE is copied into this directory and keeps its file name. Symbolic links are followed.

Options:
  -m, --method METHOD  auto, copy_file_range, sendfile, splice or read_write [default: auto]; auto
                       selects a method that supports SOURCE and TARGET; with another METHOD, the
                       copy fails if the METHOD does not support SOURCE and TARGET, or does not
                       return all bytes of SOURCE, as with a file in /proc
      --keep-partial   if the copy fails, keep the incomplete copy as TARGET.partial
  -q, --quiet          print only errors
  -h, --help           print this help and exit
  -V, --version        print the version and exit

Target:
  If TARGET is a regular file or does not exist, the data is written to a temporary file in the same
  directory, .copy-PID-NUMBER, which is renamed to TARGET when it is complete. An existing TARGET is
  therefore either replaced completely or left unchanged. The temporary file is removed if the copy
  fails. The data is not synced to disk, so it may be lost if the system loses power. The directory
  must be writable. Other hard links to an existing TARGET keep the old data.

  An existing TARGET that is write-protected is not replaced; remove it first. A TARGET that is
  being executed can be replaced; running processes continue to execute the old file.

  A new TARGET has the permissions of SOURCE, restricted by the umask. An existing TARGET keeps its
  permissions.

  If TARGET is not a regular file, such as a pipe or a device, the data is written to it directly.

  SOURCE and TARGET must not be the same file.

Output:
  If standard error is a terminal, it shows a progress bar. When the copy is complete, the number of
  bytes, the duration, the rate and the method are printed.

Signals:
  SIGINT, SIGTERM and SIGHUP terminate the program, after the temporary file has been removed or,
  with --keep-partial, renamed. A signal that was ignored at the start remains ignored.

Exit status:
  0  the copy is complete
  1  the copy failed
  2  the arguments are invalid
";

const VERSION: &str = concat!("copy ", env!("CARGO_PKG_VERSION"), "\n");

pub(crate) struct Options {
    pub(crate) method: Method,
    pub(crate) keep_partial: bool,
    pub(crate) quiet: bool,
    pub(crate) source: PathBuf,
    pub(crate) target: PathBuf,
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
