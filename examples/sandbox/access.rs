//! Restricting the access to files with Landlock.

use std::ffi::OsStr;

use butter::fs::{self, CWD, FileType, Mode, OFlags};
use butter::landlock::{AccessFs, Ruleset, Scope};
use butter::path::Escape;

use crate::common::cli::SystemError;
use crate::message;
use crate::options::Options;

/// Creates the ruleset for `--ro` and `--rw`, if any. Returns an error message if this fails, or if
/// the kernel would not restrict the access at all.
pub(crate) fn ruleset(options: &Options) -> Result<Option<Ruleset>, String> {
    if options.read_only.is_empty() && options.read_write.is_empty() {
        return Ok(None);
    }
    let builder = Ruleset::builder().handle_fs(AccessFs::KNOWN).scope(Scope::KNOWN);
    let ruleset = builder.best_effort().build().map_err(|error| {
        format!("cannot restrict the access to files: {}", SystemError::Call(error))
    })?;
    if ruleset.descriptor().is_none() {
        let cause = "the kernel does not support Landlock";
        return Err(format!("cannot restrict the access to files: {cause}"));
    }
    if !options.quiet {
        report_dropped(&ruleset);
    }
    let read = AccessFs::READ_FILE | AccessFs::READ_DIR | AccessFs::EXECUTE;
    let read_only = options.read_only.iter().map(|path| (path, read));
    let read_write = options.read_write.iter().map(|path| (path, AccessFs::KNOWN));
    for (path, access) in read_only.chain(read_write) {
        allow(&ruleset, path, access).map_err(|error| {
            format!("cannot permit access to '{}': {}", Escape::new(path), SystemError::Call(error))
        })?;
    }
    Ok(Some(ruleset))
}

fn allow(ruleset: &Ruleset, path: &OsStr, access: AccessFs) -> butter::Result<()> {
    const FILE: AccessFs = AccessFs::EXECUTE
        .union(AccessFs::READ_FILE)
        .union(AccessFs::WRITE_FILE)
        .union(AccessFs::TRUNCATE)
        .union(AccessFs::IOCTL_DEV)
        .union(AccessFs::RESOLVE_UNIX);
    let file = fs::openat(CWD, path, OFlags::PATH | OFlags::CLOEXEC, Mode::empty())?;
    let is_directory = fs::fstat(&file)?.file_type() == FileType::Directory;
    ruleset.allow_path(&file, if is_directory { access } else { access & FILE })
}

fn report_dropped(ruleset: &Ruleset) {
    // Without support for this right, the kernel denies it.
    let files = ruleset.dropped().fs - AccessFs::REFER;
    if !files.is_empty() {
        message(format_args!("the kernel does not restrict these accesses: {files}"));
    }
    let processes = ruleset.dropped().scope;
    if !processes.is_empty() {
        message(format_args!(
            "the kernel does not restrict these accesses to other processes: {processes}"
        ));
    }
}
