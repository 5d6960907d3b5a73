//! Runs a command under a new root directory, in new mount, UTS and IPC namespaces. Requires no
//! privileges if the system permits user namespaces.
//!
//! ```text
//! cargo run --release --example newroot -- DIR COMMAND [ARGUMENT...]
//! ```
//!
//! The command sees the files in DIR, and the host's `/proc` and `/dev` if DIR contains directories
//! of these names. The mounts and the hostname of the command do not affect the host. The hostname
//! is the last component of DIR, truncated to 64 bytes. If DIR is `/`, the root directory does not
//! change, and the hostname is `newroot`.
//!
//! Exit status: the exit status of the command; 125 if the new root cannot be set up; 126 if the
//! command cannot be executed; 2 if the arguments are invalid.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, ExitCode};

use butter::error::Call;
use butter::mount::{bind_mount_recursive, detach, make_private_recursive, pivot_root};
use butter::namespace::{Namespaces, unshare, unshare_as_root};
use butter::path::Escape;
use butter::process::chdir;
use butter::uts::{self, set_hostname};
use butter::{Errno, Error};

const NEW: Namespaces = Namespaces::MOUNT.union(Namespaces::UTS).union(Namespaces::IPC);

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    let (Some(root), Some(command)) = (arguments.next(), arguments.next()) else {
        eprintln!("Usage: newroot DIR COMMAND [ARGUMENT]...");
        return 2.into();
    };
    if let Err(error) = enter(Path::new(&root)) {
        eprintln!("newroot: {error}");
        return 125.into();
    }
    let error = Command::new(&command).args(arguments).exec();
    eprintln!("newroot: {}: {error}", Escape::new(&command));
    126.into()
}

/// Moves the process into new namespaces, changes its root directory, and sets the hostname.
/// Returns an error message if one of these steps fails.
fn enter(root: &Path) -> Result<(), String> {
    let at = |path: &'static str| move |error: Error| error.with_path(path).to_string();
    // Use the absolute path: a lookup of "." does not follow a mount on the working directory.
    let root = &root.canonicalize().map_err(|error| format!("{}: {error}", Escape::new(root)))?;
    let at_root = |error: Error| error.with_path(root).to_string();
    // Root does not need a user namespace, and some systems do not permit root to create a user
    // namespace.
    match unshare_as_root(NEW) {
        Err(error) if error.error().call() == Call::UNSHARE => {
            unshare(NEW).map_err(|error| error.to_string())?
        }
        result => result.map_err(|error| error.to_string())?,
    }
    // The following mounts must not propagate to the host.
    make_private_recursive("/").map_err(at("/"))?;
    // Without a file name, the path is `/`, which is already the root directory.
    if root.file_name().is_some() {
        // The new root of pivot_root must be a mount point.
        bind_mount_recursive(root, root).map_err(at_root)?;
        chdir(root).map_err(at_root)?;
        for folder in ["proc", "dev"] {
            match bind_mount_recursive(Path::new("/").join(folder), folder) {
                Err(error) if error.is(Errno::NOENT) => {}
                result => result.map_err(at(folder))?,
            }
        }
        // `pivot_root` mounts the old root on top of the new root, until `detach` unmounts the old
        // root.
        pivot_root(".", ".").map_err(at_root)?;
        detach(".").map_err(at("."))?;
    }
    chdir("/").map_err(at("/"))?;
    let name = root.file_name().unwrap_or(OsStr::new("newroot")).as_bytes();
    set_hostname(&name[..name.len().min(uts::HOST_NAME_MAX)]).map_err(at_root)
}
