//! Tests with hostile file systems: FUSE servers that reply with unexpected values and byte counts,
//! and unexpected files at the paths that the library opens.

mod directories;
mod ioctls;
mod procfs;
mod reads;

use std::fs::File;
use std::path::{Path, PathBuf};

use butter::fd::OwnedFd;
use common::files;
use common::fuse::Server;
use common::require;
use common::test::Test;

/// A FUSE server, mounted at `directory`.
struct Fuse {
    server: Server,
    directory: PathBuf,
}

impl Fuse {
    /// Opens a regular file of the FUSE server.
    fn file(&self) -> OwnedFd {
        let path = self.directory.join("file");
        common::fd(File::options().read(true).write(true).open(path).unwrap())
    }

    /// Opens the root directory of the FUSE server.
    fn root(&self) -> OwnedFd {
        common::fd(File::open(&self.directory).unwrap())
    }
}

/// Runs `body` with a mounted FUSE server, in new namespaces.
fn with_fuse(body: impl Fn(&Fuse)) {
    let test = Test::of(&body);
    in_namespaces(test, || {
        let directory = files::directory();
        let server = require!(test; Server::mount(directory.path()));
        body(&Fuse { server, directory: directory.path().to_owned() });
        unmount(directory.path());
    });
}

/// Runs `body` in new namespaces, once as root of a new user namespace and once as root of the
/// host.
fn in_namespaces(test: Test, body: impl Fn()) {
    let ran = test.in_namespaces_as_each_root(|| {
        end_after_a_minute();
        body();
    });
    require!(test; ran, "new namespaces require CAP_SYS_ADMIN or a host that permits user namespaces");
}

/// Ends this process, which is the child of a test, if the process still runs after a minute.
fn end_after_a_minute() {
    // SAFETY: touches no memory; the signal ends this process alone.
    unsafe { libc::alarm(60) };
}

fn unmount(directory: &Path) {
    butter::mount::detach(common::bytes(directory)).unwrap();
}
