//! Mounts: each failure in a thread that has a copy of all mounts, in namespaces of its own; or as nobody.

use std::fs::{self, File};

use butter::error::{Call, ErrorKind};
use butter::mount::{self, MountFlags as F, UnmountFlags, raw};
use butter::path::Arg;
use butter::{Errno, process};

use super::process::{at_a_closed_directory, at_a_loop};
use super::{Outcome, Row, Table, check, failed};
use common::child::{as_nobody, with_own_directories, with_own_mounts};
use common::files;
use common::inject::inject;
use common::{require, this_test};

pub const TABLE: Table = Table {
    source: include_str!("../../../src/mount/raw.rs"),
    rows: ROWS,
    without_descriptors: &[],
    others: IN_NAMESPACES,
};

pub const NONE: Option<&str> = None;

/// What fails for those who may not mount; and before that is looked at; and what a filter fails.
const ROWS: &[Row] = &[
    Row(Call::MOUNT, Errno::PERM, ErrorKind::PermissionDenied, || as_nobody(|| tmpfs("/"))),
    Row(Call::MOUNT_BIND, Errno::PERM, ErrorKind::PermissionDenied, || {
        as_nobody(|| failed(mount::bind_mount("/", "/")))
    }),
    Row(Call::MOUNT_MOVE, Errno::PERM, ErrorKind::PermissionDenied, || {
        as_nobody(|| failed(mount::move_to("/proc", "/")))
    }),
    Row(Call::MOUNT_PROPAGATION, Errno::PERM, ErrorKind::PermissionDenied, || {
        as_nobody(|| failed(mount::make_private("/")))
    }),
    Row(Call::MOUNT_REMOUNT, Errno::PERM, ErrorKind::PermissionDenied, || {
        as_nobody(|| failed(mount::remount("/proc", F::NOSUID, "")))
    }),
    Row(Call::MOUNT_REMOUNT_BIND, Errno::PERM, ErrorKind::PermissionDenied, || {
        as_nobody(|| failed(mount::remount_bind("/proc", F::NOSUID)))
    }),
    Row(Call::UMOUNT2, Errno::PERM, ErrorKind::PermissionDenied, || {
        as_nobody(|| failed(mount::unmount("/proc")))
    }),
    Row(Call::PIVOT_ROOT, Errno::PERM, ErrorKind::PermissionDenied, || {
        as_nobody(|| failed(mount::pivot_root("/proc", "/proc")))
    }),
    Row(Call::MOUNT, Errno::ACCES, ErrorKind::PermissionDenied, || {
        at_a_closed_directory(|path| tmpfs(path))
    }),
    Row(Call::MOUNT_BIND, Errno::ACCES, ErrorKind::PermissionDenied, || {
        at_a_closed_directory(|path| failed(mount::bind_mount("/", path)))
    }),
    Row(Call::MOUNT_MOVE, Errno::ACCES, ErrorKind::PermissionDenied, || {
        at_a_closed_directory(|path| failed(mount::move_to("/", path)))
    }),
    Row(Call::UMOUNT2, Errno::ACCES, ErrorKind::PermissionDenied, || {
        at_a_closed_directory(|path| failed(mount::unmount(path)))
    }),
    Row(Call::MOUNT, Errno::ROFS, ErrorKind::PermissionDenied, || filtered(Errno::ROFS)),
    Row(Call::MOUNT, Errno::MFILE, ErrorKind::LimitReached, || filtered(Errno::MFILE)),
    Row(Call::MOUNT, Errno::NOSPC, ErrorKind::LimitReached, || filtered(Errno::NOSPC)),
    Row(Call::MOUNT, Errno::NOMEM, ErrorKind::OutOfMemory, || filtered(Errno::NOMEM)),
    Row(Call::MOUNT_BIND, Errno::NOSPC, ErrorKind::LimitReached, || {
        inject(libc::SYS_mount, Errno::NOSPC, || failed(mount::bind_mount("/", "/")))
    }),
];

/// What fails for those who may mount.
const IN_NAMESPACES: &[Row] = &[
    Row(Call::MOUNT, Errno::NODEV, ErrorKind::Unsupported, || {
        at(|path| filesystem(path, "x", "nosuchfs"))
    }),
    Row(Call::MOUNT, Errno::NODEV, ErrorKind::Unsupported, || {
        at(|path| filesystem(path, "x", &"x".repeat(300)))
    }),
    Row(Call::MOUNT, Errno::NOTBLK, ErrorKind::InvalidArgument, || {
        of_devices(Errno::NOTBLK, |path| filesystem(path, "/proc/version", "ext4"))
    }),
    Row(Call::MOUNT, Errno::NXIO, ErrorKind::NotFound, || {
        of_devices(Errno::NXIO, |path| filesystem(path, &device(path), "ext4"))
    }),
    Row(Call::MOUNT, Errno::ACCES, ErrorKind::PermissionDenied, || {
        of_devices(Errno::ACCES, |path| {
            let device = device(path);
            mount::remount_bind(path, F::NODEV).unwrap();
            filesystem(path, &device, "ext4")
        })
    }),
    Row(Call::MOUNT, Errno::BUSY, ErrorKind::Busy, || {
        of_devices(Errno::BUSY, |path| {
            mount::mount("x", path, "sysfs", F::empty(), "").unwrap();
            filesystem(path, "x", "sysfs")
        })
    }),
    Row(Call::MOUNT, Errno::INVAL, ErrorKind::InvalidArgument, || {
        at(|path| failed(mount::mount("x", path, "tmpfs", F::empty(), "size=many")))
    }),
    Row(Call::MOUNT, Errno::INVAL, ErrorKind::InvalidArgument, || {
        at(|path| failed(mount::mount("x", path, "tmpfs", F::empty(), "no_such_option")))
    }),
    Row(Call::MOUNT_OPTIONS, Errno::TOOBIG, ErrorKind::InvalidArgument, || {
        at(|path| failed(mount::mount("x", path, "tmpfs", F::empty(), [b','; 4096])))
    }),
    Row(Call::MOUNT, Errno::INVAL, ErrorKind::InvalidArgument, || {
        at(|path| filesystem(path, "x\0", "tmpfs"))
    }),
    Row(Call::MOUNT, Errno::INVAL, ErrorKind::InvalidArgument, || {
        at(|path| filesystem(path, "x", "tmpfs\0"))
    }),
    Row(Call::MOUNT, Errno::NOENT, ErrorKind::NotFound, || {
        at(|path| tmpfs(&*format!("{path}/nowhere")))
    }),
    Row(Call::MOUNT, Errno::NOENT, ErrorKind::NotFound, || at(|_| tmpfs(""))),
    Row(Call::MOUNT, Errno::NOTDIR, ErrorKind::InvalidArgument, || at(|path| tmpfs(&*file(path)))),
    Row(Call::MOUNT, Errno::NOTDIR, ErrorKind::InvalidArgument, || {
        at(|path| tmpfs(&*format!("{}/x", file(path))))
    }),
    Row(Call::MOUNT, Errno::LOOP, ErrorKind::InvalidArgument, || {
        at(|_| at_a_loop(|path| tmpfs(path)))
    }),
    Row(Call::MOUNT, Errno::NAMETOOLONG, ErrorKind::InvalidArgument, || at(|_| tmpfs([b'a'; 256]))),
    Row(Call::MOUNT, Errno::NAMETOOLONG, ErrorKind::InvalidArgument, || {
        at(|_| tmpfs([b'/'; 4096]))
    }),
    Row(Call::MOUNT_BIND, Errno::INVAL, ErrorKind::InvalidArgument, || {
        at(|path| {
            mount::make_unbindable(path).unwrap();
            failed(mount::bind_mount(path, &*folder(path)))
        })
    }),
    Row(Call::MOUNT_BIND, Errno::INVAL, ErrorKind::InvalidArgument, || {
        at(|path| failed(mount::bind_mount("/proc/1/ns/mnt\0", path)))
    }),
    Row(Call::MOUNT_BIND, Errno::NOENT, ErrorKind::NotFound, || {
        at(|path| failed(mount::bind_mount(&*format!("{path}/nowhere"), path)))
    }),
    Row(Call::MOUNT_BIND, Errno::NOTDIR, ErrorKind::InvalidArgument, || {
        at(|path| failed(mount::bind_mount(&*file(path), path)))
    }),
    Row(Call::MOUNT_BIND, Errno::NOTDIR, ErrorKind::InvalidArgument, || {
        at(|path| failed(mount::bind_mount(path, &*file(path))))
    }),
    Row(Call::MOUNT_BIND, Errno::LOOP, ErrorKind::InvalidArgument, || {
        at(|path| at_a_loop(|link| failed(mount::bind_mount(link, path))))
    }),
    Row(Call::MOUNT_BIND, Errno::NAMETOOLONG, ErrorKind::InvalidArgument, || {
        at(|path| failed(mount::bind_mount([b'/'; 4096], path)))
    }),
    Row(Call::MOUNT_MOVE, Errno::INVAL, ErrorKind::InvalidArgument, || {
        at(|path| failed(mount::move_to(&*folder(path), path)))
    }),
    Row(Call::MOUNT_MOVE, Errno::INVAL, ErrorKind::InvalidArgument, || {
        at(|path| {
            let below = below(path);
            mount::make_shared(path).unwrap();
            failed(mount::move_to(&*below, &*folder(path)))
        })
    }),
    Row(Call::MOUNT_MOVE, Errno::LOOP, ErrorKind::InvalidArgument, || {
        at(|path| {
            let below = below(path);
            failed(mount::move_to(&*below, &*folder(&below)))
        })
    }),
    Row(Call::MOUNT_MOVE, Errno::NOENT, ErrorKind::NotFound, || {
        at(|path| failed(mount::move_to(&*format!("{path}/nowhere"), path)))
    }),
    Row(Call::MOUNT_MOVE, Errno::INVAL, ErrorKind::InvalidArgument, || {
        at(|path| failed(mount::move_to(&*below(path), &*file(path))))
    }),
    Row(Call::MOUNT_MOVE, Errno::NOTDIR, ErrorKind::InvalidArgument, || {
        at(|path| failed(mount::move_to(&*below(path), &*format!("{}/x", file(path)))))
    }),
    Row(Call::MOUNT_MOVE, Errno::NAMETOOLONG, ErrorKind::InvalidArgument, || {
        at(|path| failed(mount::move_to([b'/'; 4096], path)))
    }),
    Row(Call::MOUNT_PROPAGATION, Errno::INVAL, ErrorKind::InvalidArgument, || {
        at(|path| failed(mount::make_private(&*folder(path))))
    }),
    Row(Call::MOUNT_PROPAGATION, Errno::INVAL, ErrorKind::InvalidArgument, || {
        // SAFETY: no data.
        at(|path| failed(unsafe { raw::mount(NONE, path, NONE, F::SHARED | F::SLAVE, None) }))
    }),
    Row(Call::MOUNT_REMOUNT, Errno::INVAL, ErrorKind::InvalidArgument, || {
        at(|path| failed(mount::remount(&*folder(path), F::empty(), "")))
    }),
    Row(Call::MOUNT_REMOUNT, Errno::INVAL, ErrorKind::InvalidArgument, || {
        at(|path| failed(mount::remount(path, F::empty(), "size=many")))
    }),
    Row(Call::MOUNT_REMOUNT, Errno::BUSY, ErrorKind::Busy, || {
        at(|path| {
            let _open = File::create(file(path)).unwrap();
            failed(mount::remount(path, F::RDONLY, ""))
        })
    }),
    Row(Call::MOUNT_REMOUNT, Errno::ROFS, ErrorKind::PermissionDenied, || {
        at(|path| {
            let [one, other] = [folder(path), format!("{path}/other")];
            fs::create_dir(&other).unwrap();
            // Without a place for what is written.
            let options = format!("lowerdir={one}:{other}");
            let overlay = || mount::mount("x", &*one, "overlay", F::empty(), &*options);
            match overlay() {
                Ok(()) => failed(mount::remount(&*one, F::empty(), "")),
                Err(_) => inject(libc::SYS_mount, Errno::ROFS, || {
                    failed(mount::remount(&*one, F::empty(), ""))
                }),
            }
        })
    }),
    Row(Call::MOUNT_REMOUNT_BIND, Errno::INVAL, ErrorKind::InvalidArgument, || {
        at(|path| failed(mount::remount_bind(&*folder(path), F::empty())))
    }),
    Row(Call::MOUNT_REMOUNT_BIND, Errno::BUSY, ErrorKind::Busy, || {
        at(|path| {
            let _open = File::create(file(path)).unwrap();
            failed(mount::remount_bind(path, F::RDONLY))
        })
    }),
    Row(Call::UMOUNT2, Errno::INVAL, ErrorKind::InvalidArgument, || {
        at(|path| failed(mount::unmount(&*folder(path))))
    }),
    Row(Call::UMOUNT2, Errno::INVAL, ErrorKind::InvalidArgument, || {
        unmount_with(UnmountFlags::from_bits_retain(16))
    }),
    Row(Call::UMOUNT2, Errno::INVAL, ErrorKind::InvalidArgument, || {
        unmount_with(UnmountFlags::EXPIRE | UnmountFlags::DETACH)
    }),
    Row(Call::UMOUNT2, Errno::INVAL, ErrorKind::InvalidArgument, || {
        let flags = UnmountFlags::EXPIRE | UnmountFlags::FORCE;
        // Older kernels let only the machine's root force anything, and look at that first.
        if is_machines_root() {
            unmount_with(flags)
        } else {
            inject(libc::SYS_umount2, Errno::INVAL, || unmount_with(flags))
        }
    }),
    Row(Call::UMOUNT2, Errno::INVAL, ErrorKind::InvalidArgument, || {
        at(|path| within(path, || failed(mount::expire("/"))))
    }),
    Row(Call::UMOUNT2, Errno::INVAL, ErrorKind::InvalidArgument, || {
        at(|path| within(path, || failed(mount::unmount("/\0"))))
    }),
    Row(Call::UMOUNT2, Errno::BUSY, ErrorKind::Busy, || {
        at(|path| {
            let _open = File::create(file(path)).unwrap();
            failed(mount::unmount(path))
        })
    }),
    Row(Call::UMOUNT2, Errno::BUSY, ErrorKind::Busy, || {
        at(|path| {
            below(path);
            failed(mount::unmount(path))
        })
    }),
    Row(Call::UMOUNT2, Errno::AGAIN, ErrorKind::WouldBlock, || unmount_with(UnmountFlags::EXPIRE)),
    Row(Call::UMOUNT2, Errno::NOENT, ErrorKind::NotFound, || {
        at(|_| failed(mount::unmount("/nowhere")))
    }),
    Row(Call::UMOUNT2, Errno::NOENT, ErrorKind::NotFound, || at(|_| failed(mount::unmount("")))),
    Row(Call::UMOUNT2, Errno::NOTDIR, ErrorKind::InvalidArgument, || {
        at(|path| failed(mount::unmount(&*format!("{}/x", file(path)))))
    }),
    Row(Call::UMOUNT2, Errno::LOOP, ErrorKind::InvalidArgument, || {
        at(|_| at_a_loop(|path| failed(mount::unmount(path))))
    }),
    Row(Call::UMOUNT2, Errno::NAMETOOLONG, ErrorKind::InvalidArgument, || {
        at(|_| failed(mount::unmount([b'a'; 256])))
    }),
    Row(Call::UMOUNT2, Errno::NAMETOOLONG, ErrorKind::InvalidArgument, || {
        at(|_| failed(mount::unmount([b'/'; 4096])))
    }),
    Row(Call::PIVOT_ROOT, Errno::BUSY, ErrorKind::Busy, || {
        at(|path| failed(mount::pivot_root(path, "/")))
    }),
    Row(Call::PIVOT_ROOT, Errno::INVAL, ErrorKind::InvalidArgument, || {
        at(|path| failed(mount::pivot_root(&*folder(path), &*format!("{path}/folder"))))
    }),
    Row(Call::PIVOT_ROOT, Errno::INVAL, ErrorKind::InvalidArgument, || {
        at(|path| failed(mount::pivot_root(&*below(path), path)))
    }),
    Row(Call::PIVOT_ROOT, Errno::INVAL, ErrorKind::InvalidArgument, || {
        at(|path| {
            mount::make_shared(path).unwrap();
            failed(mount::pivot_root(path, path))
        })
    }),
    Row(Call::PIVOT_ROOT, Errno::INVAL, ErrorKind::InvalidArgument, || {
        at(|path| {
            let below = below(path);
            mount::make_shared(path).unwrap();
            failed(mount::pivot_root(&*below, &*below))
        })
    }),
    Row(Call::PIVOT_ROOT, Errno::INVAL, ErrorKind::InvalidArgument, || {
        at(|path| failed(mount::pivot_root(path, "x\0")))
    }),
    Row(Call::PIVOT_ROOT, Errno::NOENT, ErrorKind::NotFound, || {
        at(|path| failed(mount::pivot_root(path, &*format!("{path}/nowhere"))))
    }),
    Row(Call::PIVOT_ROOT, Errno::NOENT, ErrorKind::NotFound, || {
        at(|path| failed(mount::pivot_root("/nowhere", path)))
    }),
    Row(Call::PIVOT_ROOT, Errno::NOTDIR, ErrorKind::InvalidArgument, || {
        at(|path| failed(mount::pivot_root(path, &*file(path))))
    }),
    Row(Call::PIVOT_ROOT, Errno::NOTDIR, ErrorKind::InvalidArgument, || {
        at(|path| failed(mount::pivot_root(&*file(path), path)))
    }),
    Row(Call::PIVOT_ROOT, Errno::ACCES, ErrorKind::PermissionDenied, || {
        at(|path| {
            let closed = folder(path);
            fs::set_permissions(&closed, std::os::unix::fs::PermissionsExt::from_mode(0o600))
                .unwrap();
            give_up_to_search_closed_directories();
            failed(mount::pivot_root(path, &*format!("{closed}/.")))
        })
    }),
    Row(Call::PIVOT_ROOT, Errno::LOOP, ErrorKind::InvalidArgument, || {
        at(|path| at_a_loop(|link| failed(mount::pivot_root(path, link))))
    }),
    Row(Call::PIVOT_ROOT, Errno::NAMETOOLONG, ErrorKind::InvalidArgument, || {
        at(|path| failed(mount::pivot_root(path, [b'/'; 4096])))
    }),
];

/// Runs a closure in a thread whose root is this place: what is done to a root by mistake is done to that one.
pub fn within(path: &str, body: impl FnOnce() -> Outcome + Send) -> Outcome {
    with_own_directories(|| {
        process::chroot(path).unwrap();
        process::chdir("/").unwrap();
        body()
    })
}

/// What a mount is told that does not reach the kernel.
pub fn filtered(errno: Errno) -> Outcome {
    inject(libc::SYS_mount, errno, || tmpfs("/"))
}

pub fn tmpfs(target: impl Arg) -> Outcome {
    failed(mount::mount("x", target, "tmpfs", F::empty(), ""))
}

pub fn filesystem(target: &str, source: &str, fstype: &str) -> Outcome {
    failed(mount::mount(source, target, fstype, F::empty(), ""))
}

/// Runs a closure with the path of a directory on which a file system of its own is mounted, in a thread that has a
/// copy of all mounts.
pub fn at(body: impl FnOnce(&str) -> Outcome + Send) -> Outcome {
    let directory = files::directory();
    let path = directory.path().to_str().unwrap();
    with_own_mounts(|| {
        mount::mount("x", path, "tmpfs", F::empty(), "").unwrap();
        body(path)
    })
}

/// Whether this is in the first user namespace, which has all users.
pub fn is_machines_root() -> bool {
    fs::read_to_string("/proc/self/uid_map").unwrap().ends_with(" 4294967295\n")
}

/// As [`at`], for what only the machine's root can come to; a filter says it to others.
fn of_devices(errno: Errno, body: impl FnOnce(&str) -> Outcome + Send) -> Outcome {
    let ext4 = fs::read_to_string("/proc/filesystems").unwrap().contains("\text4\n");
    if is_machines_root() && ext4 { at(body) } else { filtered(errno) }
}

pub fn folder(path: &str) -> String {
    let folder = format!("{path}/folder");
    fs::create_dir(&folder).unwrap();
    folder
}

/// A mount below.
pub fn below(path: &str) -> String {
    let below = format!("{path}/below");
    fs::create_dir(&below).unwrap();
    mount::mount("x", &*below, "tmpfs", F::empty(), "").unwrap();
    below
}

pub fn file(path: &str) -> String {
    let file = format!("{path}/file");
    File::create(&file).unwrap();
    file
}

/// A block device that no driver has.
fn device(path: &str) -> String {
    let device = format!("{path}/device\0");
    // SAFETY: reads the path.
    let made = unsafe {
        libc::mknod(device.as_ptr().cast(), libc::S_IFBLK | 0o600, libc::makedev(511, 77))
    };
    assert_eq!(made, 0, "mknod: {}", std::io::Error::last_os_error());
    device.trim_end_matches('\0').to_owned()
}

/// Takes from this thread the capabilities by which permissions count for nothing, and leaves it the others.
pub fn give_up_to_search_closed_directories() {
    // Version 3 and this thread; then two words each of what is in force, what may be, and what goes on to programs.
    let (header, mut sets) = ([0x2008_0522_u32, 0], [0_u32; 6]);
    // SAFETY: reads the first, and writes as many words as there are.
    assert_eq!(unsafe { libc::syscall(libc::SYS_capget, header.as_ptr(), sets.as_mut_ptr()) }, 0);
    // CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH.
    sets[0] &= !0b110;
    // SAFETY: reads the two, and takes from this thread alone.
    assert_eq!(unsafe { libc::syscall(libc::SYS_capset, header.as_ptr(), sets.as_ptr()) }, 0);
}

pub fn unmount_with(flags: UnmountFlags) -> Outcome {
    at(|path| failed(raw::umount2(path, flags)))
}

#[test]
fn who_may_mount_is_told_what_is_wrong() {
    let test = this_test!();
    let ran = test.in_namespaces_of_any_root(|| {
        for row in IN_NAMESPACES {
            check(row, (row.3)().unwrap());
        }
    });
    require!(ran, "no new namespaces are allowed here");
}
