//! A whole program that copies a file: started, done and waited for. Where it is this one again, by butter or by std,
//! it does nothing else.

use std::env;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::process::Command;

use butter::copy;
use tempfile::TempDir;

use crate::failure::{Failure, failed, when};
use crate::row::{BUTTER, CALL, Row};

const FILE: usize = 32 << 20;

/// The first argument of a program that is to copy, before the way, the source and the target.
const COPY: &str = "--copy";

/// Copies, if that is what this program was started for.
pub(crate) fn copied() -> Option<io::Result<u64>> {
    let arguments: Vec<_> = env::args_os().skip(1).collect();
    let [first, way, source, target] = &arguments[..] else { return None };
    (first == COPY).then(|| match way.to_str() {
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
    let folder = when("a temporary directory", folder)?;
    when("a temporary file", fs::write(folder.path().join("source"), vec![b'.'; FILE]))?;
    Ok(move || {
        let (source, target) = (folder.path().join("source"), folder.path().join("target"));
        match Command::new(&program).args(first).args([&source, &target]).status() {
            Ok(status) if status.success() => {}
            Ok(status) => failed(name, status),
            Err(error) => failed(name, error),
        }
        fs::remove_file(target).unwrap_or_else(|error| failed(name, error));
    })
}

pub(crate) fn whole() -> Result<Row, Failure> {
    let this = when("this program", env::current_exe())?.into_os_string();
    Ok(Row::new("32 MiB from file to file, both in memory, by a program that is started for it", 1)
        .with("cp", program("cp", "cp".into(), &[])?)
        .with("cp again", program("cp again", "cp".into(), &[])?)
        .with(BUTTER, program(BUTTER, this.clone(), &[COPY, BUTTER])?)
        .with("fs::copy", program("fs::copy", this, &[COPY, "std"])?)
        .aim("fs::copy", CALL))
}
