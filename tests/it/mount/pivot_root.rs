//! Tests of `pivot_root`, which changes the root mount.

use std::fs;
use std::path::Path;

use butter::mount;
use butter::{Errno, process};

use super::{create_dir, with_mounts};
use common::mountinfo::{mounted_at, mounts};
use common::require;

/// Returns whether the root directory is a mount point, which `pivot_root` requires.
pub fn root_is_a_mount() -> bool {
    mounted_at("/").is_some()
}

#[test]
fn pivot_root_replaces_root_and_detach_removes_old_root() {
    with_mounts(|path| {
        require!(root_is_a_mount(), "the root directory is not a mount point");
        create_dir(format!("{path}/inside"));
        mount::bind_mount_recursive("/proc", &*create_dir(format!("{path}/proc"))).unwrap();
        process::chdir(path).unwrap();
        mount::pivot_root(".", ".").unwrap();
        assert!(Path::new("/inside").exists());
        mount::detach(".").unwrap();
        process::chdir("/").unwrap();
        let mut names: Vec<_> =
            fs::read_dir("/..").unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        assert_eq!(names, ["inside", "proc"]);
        let left: Vec<_> = mounts().into_iter().map(|mount| mount.point).collect();
        assert!(left.iter().all(|point| point == "/" || point.starts_with("/proc")), "{left:?}");
    });
}

#[test]
fn pivot_root_moves_old_root_below_new_root() {
    with_mounts(|path| {
        require!(root_is_a_mount(), "the root directory is not a mount point");
        // A bind mount of a directory on itself turns the directory into a mount point.
        let new = create_dir(format!("{path}/new"));
        let old = create_dir(format!("{new}/old"));
        let error = mount::pivot_root(&*new, &*old).unwrap_err();
        assert_eq!(error.errno(), Errno::INVAL);
        mount::bind_mount(&*new, &*new).unwrap();
        mount::pivot_root(&*new, &*old).unwrap();
        let names: Vec<_> =
            fs::read_dir("/").unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names, ["old"]);
        assert!(Path::new(&format!("/old{new}")).exists());
        assert!(Path::new("/old/proc/self").exists());
        mount::detach("/old").unwrap();
        assert_eq!(fs::read_dir("/old").unwrap().count(), 0);
    });
}
