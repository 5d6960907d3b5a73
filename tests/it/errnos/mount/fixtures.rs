//! The mounts, files and devices with which the rows trigger errors.

use std::fs::{self, File};

use butter::mount::{self, MountFlags as F, UnmountFlags, raw};
use butter::path::Arg;
use butter::{Errno, process};

use crate::errnos::{Outcome, failed};
use common::child::{with_own_mount_namespace, with_own_root_and_cwd};
use common::files;
use common::inject::inject;

/// Runs a closure in a thread with `path` as its root directory, so that a call that changes the
/// root by mistake does not affect the host's root.
pub fn chrooted(path: &str, body: impl FnOnce() -> Outcome + Send) -> Outcome {
    with_own_root_and_cwd(|| {
        process::chroot(path).unwrap();
        process::chdir("/").unwrap();
        body()
    })
}

/// Injects an errno into `mount`.
pub fn injected(errno: Errno) -> Outcome {
    inject(libc::SYS_mount, errno, || tmpfs("/"))
}

pub fn tmpfs(target: impl Arg) -> Outcome {
    failed(mount::mount("x", target, "tmpfs", F::empty(), ""))
}

pub fn filesystem(target: &str, source: &str, fstype: &str) -> Outcome {
    failed(mount::mount(source, target, fstype, F::empty(), ""))
}

/// Runs a closure with the path of a new tmpfs, in a thread with its own mount namespace.
pub fn on_tmpfs(body: impl FnOnce(&str) -> Outcome + Send) -> Outcome {
    let directory = files::directory();
    let path = directory.path().to_str().unwrap();
    with_own_mount_namespace(|| {
        mount::mount("x", path, "tmpfs", F::empty(), "").unwrap();
        body(path)
    })
}

/// Returns whether the process is in the initial user namespace, which maps all users.
pub fn is_initial_user_namespace() -> bool {
    fs::read_to_string("/proc/self/uid_map").unwrap().ends_with(" 4294967295\n")
}

/// Like [`on_tmpfs`], for errors that require ext4 and root of the initial user namespace. If one
/// of the two is missing, a filter injects the errno.
pub fn with_devices(errno: Errno, body: impl FnOnce(&str) -> Outcome + Send) -> Outcome {
    let ext4 = fs::read_to_string("/proc/filesystems").unwrap().contains("\text4\n");
    if is_initial_user_namespace() && ext4 { on_tmpfs(body) } else { injected(errno) }
}

pub fn folder(path: &str) -> String {
    let folder = format!("{path}/folder");
    fs::create_dir(&folder).unwrap();
    folder
}

/// Mounts a tmpfs on a new directory in `path`, and returns the path of the new directory.
pub fn mount_below(path: &str) -> String {
    let mount_below = format!("{path}/below");
    fs::create_dir(&mount_below).unwrap();
    mount::mount("x", &*mount_below, "tmpfs", F::empty(), "").unwrap();
    mount_below
}

pub fn file(path: &str) -> String {
    let file = format!("{path}/file");
    File::create(&file).unwrap();
    file
}

/// Creates a block device without a driver.
pub fn device(path: &str) -> String {
    let device = format!("{path}/device\0");
    // SAFETY: reads the path.
    let created = unsafe {
        libc::mknod(device.as_ptr().cast(), libc::S_IFBLK | 0o600, libc::makedev(511, 77))
    };
    assert_eq!(created, 0, "mknod: {}", std::io::Error::last_os_error());
    device.trim_end_matches('\0').to_owned()
}

/// Clears the effective capabilities of the calling thread that override file permissions.
pub fn drop_dac_capabilities() {
    // The header contains `_LINUX_CAPABILITY_VERSION_3`, and 0 for the calling thread. The data
    // consists of two structs, each with one word of the effective, permitted and inheritable sets.
    let (header, mut sets) = ([0x2008_0522_u32, 0], [0_u32; 6]);
    // SAFETY: reads the header, and writes six words.
    assert_eq!(unsafe { libc::syscall(libc::SYS_capget, header.as_ptr(), sets.as_mut_ptr()) }, 0);
    // Bits 1 and 2 are `CAP_DAC_OVERRIDE` and `CAP_DAC_READ_SEARCH`.
    sets[0] &= !0b110;
    // SAFETY: reads the two structs; affects this thread only.
    assert_eq!(unsafe { libc::syscall(libc::SYS_capset, header.as_ptr(), sets.as_ptr()) }, 0);
}

pub fn unmount_with(flags: UnmountFlags) -> Outcome {
    on_tmpfs(|path| failed(raw::umount2(path, flags)))
}
