//! File handles: creating, comparing, storing and opening them.

mod encode;
mod interrupted;
mod open;

use std::path::Path;

use butter::error::ErrorKind;
use butter::fs::CWD;
use butter::handle::{EncodeFlags, FileHandle, name_to_handle_at};

const NONE: EncodeFlags = EncodeFlags::empty();

/// Returns the handle of a path. Panics if the file system does not support handles.
fn handle_of(path: &Path) -> FileHandle {
    name_to_handle_at(CWD, common::bytes(path), NONE).unwrap().0
}

/// Returns an error with a reason if the file system of temporary files does not support handles.
fn handles_are_supported() -> Result<(), String> {
    let directory = common::files::directory();
    match name_to_handle_at(CWD, common::bytes(directory.path()), NONE) {
        Err(error) if error.kind() == ErrorKind::Unsupported => Err(error.to_string()),
        result => {
            result.unwrap();
            Ok(())
        }
    }
}

/// Returns an error with a reason if this process cannot open handles.
fn handles_can_be_opened() -> Result<(), String> {
    handles_are_supported()?;
    let directory = common::files::directory();
    let mount = common::fd(std::fs::File::open(directory.path()).unwrap());
    let opened = butter::handle::open_by_handle_at(
        &mount,
        &handle_of(directory.path()),
        butter::fs::OFlags::PATH,
    );
    match opened {
        Err(error) if error.kind() == ErrorKind::PermissionDenied => {
            Err("this process does not have CAP_DAC_READ_SEARCH".into())
        }
        result => {
            result.unwrap();
            Ok(())
        }
    }
}
