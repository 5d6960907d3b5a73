//! Copying a file in a child process, measured from the start of the child to its exit. For butter
//! and `std`, the child is this program, which then only copies the file.

use std::env;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::process::Command;

use butter::copy;
use tempfile::TempDir;

use crate::row::{BUTTER, CALL_LIMIT, Row};
use crate::{Failure, context, fail};

const FILE: usize = 32 << 20;

/// The first argument of a child process that copies. The other arguments are the name of the
/// contender, the source and the target.
const COPY: &str = "--copy";

/// Copies a file if the first argument is `COPY`, as in a child that copies.
pub(crate) fn run_as_child() -> Option<io::Result<u64>> {
    let arguments: Vec<_> = env::args_os().skip(1).collect();
    let [first, contender, source, target] = &arguments[..] else { return None };
    (first == COPY).then(|| match contender.to_str() {
        Some(BUTTER) => Ok(copy::copy(&File::open(source)?, &File::create(target)?)?),
        _ => fs::copy(source, target),
    })
}

fn program(
    name: &'static str,
    program: OsString,
    first: &'static [&str],
) -> Result<impl FnMut() + 'static, Failure> {
    let memory = Path::new("/dev/shm");
    let folder = if memory.is_dir() { TempDir::new_in(memory) } else { TempDir::new() };
    let folder = context("a temporary directory", folder)?;
    context("a temporary file", fs::write(folder.path().join("source"), vec![b'.'; FILE]))?;
    Ok(move || {
        let (source, target) = (folder.path().join("source"), folder.path().join("target"));
        match Command::new(&program).args(first).args([&source, &target]).status() {
            Ok(status) if status.success() => {}
            Ok(status) => fail(name, status),
            Err(error) => fail(name, error),
        }
        fs::remove_file(target).unwrap_or_else(|error| fail(name, error));
    })
}

pub(crate) fn row() -> Result<Row, Failure> {
    let this = context("current_exe", env::current_exe())?.into_os_string();
    Ok(Row::new(
        "start a program that copies 32 MiB between two files in memory, and wait for it",
        1,
    )
    .with("cp", program("cp", "cp".into(), &[])?)
    .with("cp again", program("cp again", "cp".into(), &[])?)
    .with(BUTTER, program(BUTTER, this.clone(), &[COPY, BUTTER])?)
    .with("fs::copy", program("fs::copy", this, &[COPY, "std"])?)
    .target("fs::copy", CALL_LIMIT))
}
