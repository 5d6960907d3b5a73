//! Runs a command in a root directory, with mounts and names of its own, as any user.
//!
//! ```text
//! cargo run --release --example newroot -- DIR COMMAND [ARGUMENT...]
//! ```
//!
//! What the command mounts, or calls the machine, is its own; of the files it sees those in DIR, and `/proc` and `/dev`
//! where DIR has such folders. It is called by the last part of DIR's name, up to 64 bytes of it. Where DIR is `/`, the
//! command sees all files as before, and is called `newroot`. The exit status is the command's; 125 if there is no new
//! root for it, 126 if it cannot be run, 2 for a wrong use.

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

const APART: Namespaces = Namespaces::MOUNT.union(Namespaces::UTS).union(Namespaces::IPC);

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    let (Some(root), Some(command)) = (arguments.next(), arguments.next()) else {
        eprintln!("newroot: DIR COMMAND [ARGUMENT...]");
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

/// Gives the process mounts and a name of its own, and makes DIR the root; or says why not.
fn enter(root: &Path) -> Result<(), String> {
    let at = |what: &'static str| move |error: Error| error.with_path(what).to_string();
    // In full: from ".", what is mounted over it is not seen.
    let root = &root.canonicalize().map_err(|error| format!("{}: {error}", Escape::new(root)))?;
    let at_root = |error: Error| error.with_path(root).to_string();
    // The machine's own root may do without users of its own, where it may not have them.
    match unshare_as_root(APART) {
        Err(error) if error.error().call() == Call::UNSHARE => {
            unshare(APART).map_err(|error| error.to_string())?
        }
        made => made.map_err(|error| error.to_string())?,
    }
    make_private_recursive("/").map_err(at("/"))?; // nothing that follows is seen outside
    // The root itself has no name, and needs no mount to be the root.
    if root.file_name().is_some() {
        bind_mount_recursive(root, root).map_err(at_root)?; // a mount, as the root has to be one
        chdir(root).map_err(at_root)?;
        for folder in ["proc", "dev"] {
            match bind_mount_recursive(Path::new("/").join(folder), folder) {
                Err(error) if error.is(Errno::NOENT) => {}
                bound => bound.map_err(at(folder))?,
            }
        }
        pivot_root(".", ".").map_err(at_root)?; // the old root covers the new one,
        detach(".").map_err(at("."))?; // until it is taken away
    }
    chdir("/").map_err(at("/"))?;
    let name = root.file_name().unwrap_or(OsStr::new("newroot")).as_bytes();
    set_hostname(&name[..name.len().min(uts::HOST_NAME_MAX)]).map_err(at_root)
}
