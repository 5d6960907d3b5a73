//! Tests of `fanotify`: groups, marks, events, and permission events.
//!
//! Tests that need privileges run as the host's root, in a separate process with its own mount
//! namespace. Permission events are requested only on file systems that the test has mounted.

mod decode;
mod effects;
mod filesystems;
mod init;
mod leaving;
mod marks;
mod permission;
mod reading;
mod records;

use std::fs::{self, File};
use std::path::Path;

use butter::fanotify::{Class, Fanotify, InitFlags, Response};
use butter::mount;
use common::files;
use common::test::Test;

/// The directory on which the tests mount a separate file system.
const TMP: &str = "/tmp";

/// Runs a test as the host's root, with a separate file system at [`TMP`]. Terminates the test if
/// it does not end within two minutes. Returns `false` if the caller is not the host's root.
fn on_filesystem(test: Test, body: impl FnOnce()) -> bool {
    // Root of a user namespace may create the namespaces, but no privileged group.
    let is_root = Fanotify::new(Class::Content).is_ok();
    is_root
        && test.in_namespaces_as_host_root(|| {
            // SAFETY: touches no memory; the signal terminates this process only.
            unsafe { libc::alarm(120) };
            let source = files::mount_filesystem(TMP.as_ref());
            body();
            if source.is_some() {
                // The directory can be removed only after it is unmounted.
                mount::detach(TMP).unwrap();
            }
        })
}

/// Creates a non-blocking group.
fn group(class: Class, flags: InitFlags) -> butter::Result<Fanotify> {
    Fanotify::builder(class).flags(flags | InitFlags::NONBLOCK).build()
}

/// Creates a non-blocking group with a default response.
fn with_default(class: Class, response: Response) -> butter::Result<Fanotify> {
    let builder = Fanotify::builder(class).flags(InitFlags::NONBLOCK);
    builder.default_response(response).build()
}

/// Creates an empty file at [`TMP`], and returns its path.
fn create(name: &str) -> String {
    let path = format!("{TMP}/{name}");
    File::create(&path).unwrap();
    path
}

/// Returns the number of open descriptors of this process.
fn descriptors() -> usize {
    // One of the entries is the descriptor of the directory itself.
    fs::read_dir("/proc/self/fd").unwrap().count() - 1
}

/// Returns the target of the symbolic link in `/proc` for a descriptor.
fn path_of(fd: impl butter::fd::AsFd) -> std::path::PathBuf {
    let number = butter::fd::AsRawFd::as_raw_fd(&fd.as_fd());
    fs::read_link(Path::new("/proc/self/fd").join(number.to_string())).unwrap()
}
