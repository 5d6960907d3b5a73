//! Copies a file, and leaves no incomplete file if the copy fails.
//!
//! ```text
//! cargo run --release --example copy -- [OPTION]... SOURCE TARGET
//! ```
//!
//! `--help` documents the options, the handling of an existing TARGET and the exit statuses.
//!
//! [`Copier`] moves the data from descriptor to descriptor in chunks, and the progress bar is
//! updated between two chunks. A separate thread waits for the signals that terminate the program,
//! so that the signals take effect even if the copy of a chunk takes long.

mod at;
#[path = "../common/mod.rs"]
mod common;
mod error;
mod help;
mod lookup;
mod options;
mod progress;
mod target;
mod temporary;

use std::fmt;
use std::fs::{File, Metadata};
use std::io::{self, Seek};
use std::os::fd::AsFd;
use std::os::unix::fs::FileExt;
use std::process::ExitCode;

use butter::copy::{Copier, Method};
use butter::path::Escape;

use common::cli::{self, FAILURE, Request};
use error::{Error, context};
use options::Options;
use progress::Progress;
use target::Target;

const PROGRAM: &str = "copy";

fn main() -> ExitCode {
    match options::parse() {
        Ok(Request::Run(options)) => match copy(&options) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                message(format_args!("{error}{}", temporary::abandon()));
                FAILURE.into()
            }
        },
        Ok(Request::Print(text)) => cli::print(PROGRAM, text),
        Err(error) => cli::usage_error(PROGRAM, &error),
    }
}

/// Erases the progress bar and prints a message in its place.
fn message(text: fmt::Arguments<'_>) {
    progress::clear();
    cli::message(PROGRAM, text);
}

fn copy(options: &Options) -> Result<(), Error> {
    temporary::abandon_on_signals()?;
    let (source, metadata) = open(options)?;
    let target = Target::open(options, &metadata)?;

    let mut progress = Progress::new(&metadata, options.quiet);
    let mut copier = Copier::new(&source, target.file()).method(options.method);
    let step = |copier: &mut Copier<'_>| {
        copier.step().map_err(|error| {
            Error::Copy(options.source_name().to_owned(), target.path().to_owned(), error)
        })
    };
    loop {
        while step(&mut copier)? > 0 {
            progress.show(copier.copied());
        }
        // `copy_file_range` and `sendfile` report the end of the file according to its size. If
        // more data can be read, and the method now copies some of this data, the file has grown in
        // the meantime.
        if !has_more_data(options, &source)? {
            break;
        }
        if step(&mut copier)? == 0 {
            let (method, source) = (name(options.method), Escape::new(options.source_name()));
            return Err(Error::Message(format!(
                "'{source}' contains more data than {method} returns; use --method auto"
            )));
        }
        progress.show(copier.copied());
    }
    let (copied, method) = (copier.copied(), copier.method_used());
    target.finish()?;
    if !options.quiet {
        message(format_args!("{}, with {}", progress.summary(copied), name(method)));
    }
    Ok(())
}

fn open(options: &Options) -> Result<(File, Metadata), Error> {
    let path = options.source_name();
    let source = if options.is_stdin() {
        io::stdin().as_fd().try_clone_to_owned().map(File::from)
    } else {
        File::open(path)
    };
    let source = context("open", path, source)?;
    let metadata = context("stat", path, source.metadata())?;
    if metadata.is_dir() {
        return Err(Error::Message(format!("'{}' is a directory", Escape::new(path))));
    }
    Ok((source, metadata))
}

/// Returns whether the source has more data at the position where the selected method reported the
/// end of the file. The size of a pseudo-file, such as a file in `/proc`, is often 0, although the
/// file has data.
fn has_more_data(options: &Options, mut source: &File) -> Result<bool, Error> {
    // All other methods ignore the size of the file, and read to the end of the file.
    if !matches!(options.method, Method::CopyFileRange | Method::Sendfile) {
        return Ok(false);
    }
    let position = source.stream_position();
    match position.and_then(|position| source.read_at(&mut [0], position)) {
        // A source that is not seekable, such as a pipe, has no size that could limit the copy.
        Err(error) if error.kind() == io::ErrorKind::NotSeekable => Ok(false),
        result => context("read", options.source_name(), result.map(|count| count > 0)),
    }
}

fn name(method: Method) -> &'static str {
    match method {
        Method::Auto => "auto",
        Method::CopyFileRange => "copy_file_range",
        Method::Sendfile => "sendfile",
        Method::Splice => "splice",
        Method::ReadWrite => "read and write",
        _ => "unknown",
    }
}
