//! Changes of the root directory.

use std::fs;
use std::path::Path;

use butter::mount;
use butter::{Errno, process};

use super::{folder, with_mounts};
use common::mountinfo::{mounted_at, mounts};
use common::require;

/// Whether the root is what `pivot_root` can change.
fn root_is_a_mount() -> bool {
    mounted_at("/").is_some()
}

#[test]
fn the_root_is_changed_and_the_old_one_taken_away() {
    with_mounts(|path| {
        require!(root_is_a_mount(), "the root of these processes is no mount");
        folder(format!("{path}/inside"));
        mount::bind_mount_recursive("/proc", &*folder(format!("{path}/proc"))).unwrap();
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
fn the_old_root_is_put_below_the_new_one() {
    with_mounts(|path| {
        require!(root_is_a_mount(), "the root of these processes is no mount");
        // A directory is made a mount by a bind to itself.
        let new = folder(format!("{path}/new"));
        let old = folder(format!("{new}/old"));
        let refused = mount::pivot_root(&*new, &*old).unwrap_err();
        assert_eq!(refused.errno(), Errno::INVAL);
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
