//! Copies a file, and leaves nothing half done.
//!
//! ```text
//! cargo run --release --example copy -- [OPTIONS] SOURCE TARGET
//! ```
//!
//! `--help` says what the options are, and [`help::HELP`] is that text: what happens to a TARGET that is there already,
//! what is left when the copy fails, and the exit status stand there.
//!
//! The bytes go from descriptor to descriptor by [`Copier`], a piece at a time, and between two pieces the bar is
//! drawn. A thread waits for the signals that end the program, however long a piece takes.

mod failure;
mod help;
mod options;
mod partial;
mod progress;
mod signals;
mod target;

use std::fmt;
use std::fs::{File, Metadata};
use std::io::{self, Write};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::process::ExitCode;

use butter::copy::{Copier, Method};
use butter::path::Escape;

use failure::{Failure, when};
use options::{Options, Request};
use progress::Progress;
use target::Target;

const FAILED: u8 = 1;
const USAGE: u8 = 2;

fn main() -> ExitCode {
    match options::parse(std::env::args_os().skip(1)) {
        Ok(Request::Copy(options)) => match copy(&options) {
            Ok(()) => ExitCode::SUCCESS,
            Err(failure) => {
                say(format_args!("{failure}{}", partial::abandon()));
                FAILED.into()
            }
        },
        Ok(Request::Print(text)) => {
            // Who does not read the help has no need of it.
            let _ = io::stdout().write_all(text.as_bytes());
            ExitCode::SUCCESS
        }
        Err(wrong) => {
            say(format_args!("{wrong} (--help says more)"));
            USAGE.into()
        }
    }
}

/// Tells the user something. A closed standard error is no reason to fail.
fn say(line: fmt::Arguments<'_>) {
    progress::clear();
    let _ = io::stderr().write_fmt(format_args!("copy: {line}\n"));
}

fn copy(options: &Options) -> Result<(), Failure> {
    signals::watch()?;
    let (source, metadata) = open(&options.source)?;
    let target = Target::open(options, &metadata)?;

    let mut progress = Progress::new(&metadata, options.quiet);
    let mut copier = Copier::new(&source, target.file()).method(options.method);
    let step =
        |copier: &mut Copier<'_>| copier.step().map_err(|error| Failure::copy(options, error));
    loop {
        while step(&mut copier)? > 0 {
            progress.show(copier.copied());
        }
        // An end found by the file's size is looked at again: bytes that the method gives now have come since.
        if !goes_on(options, &source, copier.copied())? {
            break;
        }
        if step(&mut copier)? == 0 {
            let (method, source) = (name(options.method), Escape::new(&options.source));
            return Err(Failure::Said(format!(
                "{source} has more bytes than {method} finds; --method auto copies them all"
            )));
        }
        progress.show(copier.copied());
    }
    let (copied, way) = (copier.copied(), copier.method_used());
    target.finish()?;
    if !options.quiet {
        say(format_args!("{}, by {}", progress.summary(copied), name(way)));
    }
    Ok(())
}

/// The source, which has bytes.
fn open(path: &Path) -> Result<(File, Metadata), Failure> {
    let source = when("opened", path, File::open(path))?;
    let metadata = when("looked at", path, source.metadata())?;
    if metadata.is_dir() {
        return Err(Failure::Said(format!("{} is a directory", Escape::new(path))));
    }
    Ok((source, metadata))
}

/// Whether the source has bytes where a chosen method has found its end: what the kernel makes up is often of size 0.
fn goes_on(options: &Options, source: &File, at: u64) -> Result<bool, Failure> {
    // The others do not look at the size.
    if !matches!(options.method, Method::CopyFileRange | Method::Sendfile) {
        return Ok(false);
    }
    match source.read_at(&mut [0], at) {
        // It has no positions, and no size either.
        Err(error) if error.kind() == io::ErrorKind::NotSeekable => Ok(false),
        read => when("read", &options.source, read.map(|count| count > 0)),
    }
}

fn name(method: Method) -> &'static str {
    match method {
        Method::Auto => "auto",
        Method::CopyFileRange => "copy_file_range",
        Method::Sendfile => "sendfile",
        Method::Splice => "splice",
        Method::ReadWrite => "read and write",
    }
}
