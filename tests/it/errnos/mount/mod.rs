//! Errors of mount calls. The rows run in a separate mount namespace, or without privileges.

pub mod fixtures;

use std::fs::{self, File};

use butter::Errno;
use butter::error::{Call, ErrorKind};
use butter::mount::{self, MountFlags as F, UnmountFlags, raw};

use self::fixtures::{
    chrooted, device, drop_dac_capabilities, file, filesystem, folder, injected,
    is_initial_user_namespace, mount_below, on_tmpfs, tmpfs, unmount_with, with_devices,
};
use crate::errnos::process::{in_unsearchable_directory, with_link_loop};
use crate::errnos::{Row, Table, check_each, failed};
use common::child::as_nobody;
use common::inject::inject;
use common::{require, this_test};

pub const TABLE: Table = Table {
    source: include_str!("../../../../src/mount/raw.rs"),
    rows: ROWS,
    at_descriptor_limit: &[],
    others: IN_NAMESPACES,
};

pub const NONE: Option<&str> = None;

/// The errors that an unprivileged caller receives, and errors that a filter injects.
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
        in_unsearchable_directory(|path| tmpfs(path))
    }),
    Row(Call::MOUNT_BIND, Errno::ACCES, ErrorKind::PermissionDenied, || {
        in_unsearchable_directory(|path| failed(mount::bind_mount("/", path)))
    }),
    Row(Call::MOUNT_MOVE, Errno::ACCES, ErrorKind::PermissionDenied, || {
        in_unsearchable_directory(|path| failed(mount::move_to("/", path)))
    }),
    Row(Call::UMOUNT2, Errno::ACCES, ErrorKind::PermissionDenied, || {
        in_unsearchable_directory(|path| failed(mount::unmount(path)))
    }),
    Row(Call::MOUNT, Errno::ROFS, ErrorKind::PermissionDenied, || injected(Errno::ROFS)),
    Row(Call::MOUNT, Errno::MFILE, ErrorKind::LimitReached, || injected(Errno::MFILE)),
    Row(Call::MOUNT, Errno::NOSPC, ErrorKind::LimitReached, || injected(Errno::NOSPC)),
    Row(Call::MOUNT, Errno::NOMEM, ErrorKind::OutOfMemory, || injected(Errno::NOMEM)),
    Row(Call::MOUNT_BIND, Errno::NOSPC, ErrorKind::LimitReached, || {
        inject(libc::SYS_mount, Errno::NOSPC, || failed(mount::bind_mount("/", "/")))
    }),
];

/// The errors that a caller with the capability to mount (`CAP_SYS_ADMIN`) receives.
const IN_NAMESPACES: &[Row] = &[
    Row(Call::MOUNT, Errno::NODEV, ErrorKind::Unsupported, || {
        on_tmpfs(|path| filesystem(path, "x", "nosuchfs"))
    }),
    Row(Call::MOUNT, Errno::NODEV, ErrorKind::Unsupported, || {
        on_tmpfs(|path| filesystem(path, "x", &"x".repeat(300)))
    }),
    Row(Call::MOUNT, Errno::NOTBLK, ErrorKind::InvalidArgument, || {
        with_devices(Errno::NOTBLK, |path| filesystem(path, "/proc/version", "ext4"))
    }),
    Row(Call::MOUNT, Errno::NXIO, ErrorKind::NotFound, || {
        with_devices(Errno::NXIO, |path| filesystem(path, &device(path), "ext4"))
    }),
    Row(Call::MOUNT, Errno::ACCES, ErrorKind::PermissionDenied, || {
        with_devices(Errno::ACCES, |path| {
            let device = device(path);
            mount::remount_bind(path, F::NODEV).unwrap();
            filesystem(path, &device, "ext4")
        })
    }),
    Row(Call::MOUNT, Errno::BUSY, ErrorKind::Busy, || {
        with_devices(Errno::BUSY, |path| {
            mount::mount("x", path, "sysfs", F::empty(), "").unwrap();
            filesystem(path, "x", "sysfs")
        })
    }),
    Row(Call::MOUNT, Errno::INVAL, ErrorKind::InvalidArgument, || {
        on_tmpfs(|path| failed(mount::mount("x", path, "tmpfs", F::empty(), "size=many")))
    }),
    Row(Call::MOUNT, Errno::INVAL, ErrorKind::InvalidArgument, || {
        on_tmpfs(|path| failed(mount::mount("x", path, "tmpfs", F::empty(), "no_such_option")))
    }),
    Row(Call::MOUNT_OPTIONS, Errno::TOOBIG, ErrorKind::InvalidArgument, || {
        on_tmpfs(|path| failed(mount::mount("x", path, "tmpfs", F::empty(), [b','; 4096])))
    }),
    Row(Call::MOUNT, Errno::INVAL, ErrorKind::InvalidArgument, || {
        on_tmpfs(|path| filesystem(path, "x\0", "tmpfs"))
    }),
    Row(Call::MOUNT, Errno::INVAL, ErrorKind::InvalidArgument, || {
        on_tmpfs(|path| filesystem(path, "x", "tmpfs\0"))
    }),
    Row(Call::MOUNT, Errno::NOENT, ErrorKind::NotFound, || {
        on_tmpfs(|path| tmpfs(&*format!("{path}/nowhere")))
    }),
    Row(Call::MOUNT, Errno::NOENT, ErrorKind::NotFound, || on_tmpfs(|_| tmpfs(""))),
    Row(Call::MOUNT, Errno::NOTDIR, ErrorKind::InvalidArgument, || {
        on_tmpfs(|path| tmpfs(&*file(path)))
    }),
    Row(Call::MOUNT, Errno::NOTDIR, ErrorKind::InvalidArgument, || {
        on_tmpfs(|path| tmpfs(&*format!("{}/x", file(path))))
    }),
    Row(Call::MOUNT, Errno::LOOP, ErrorKind::InvalidArgument, || {
        on_tmpfs(|_| with_link_loop(|path| tmpfs(path)))
    }),
    Row(Call::MOUNT, Errno::NAMETOOLONG, ErrorKind::InvalidArgument, || {
        on_tmpfs(|_| tmpfs([b'a'; 256]))
    }),
    Row(Call::MOUNT, Errno::NAMETOOLONG, ErrorKind::InvalidArgument, || {
        on_tmpfs(|_| tmpfs([b'/'; 4096]))
    }),
    Row(Call::MOUNT_BIND, Errno::INVAL, ErrorKind::InvalidArgument, || {
        on_tmpfs(|path| {
            mount::make_unbindable(path).unwrap();
            failed(mount::bind_mount(path, &*folder(path)))
        })
    }),
    Row(Call::MOUNT_BIND, Errno::INVAL, ErrorKind::InvalidArgument, || {
        on_tmpfs(|path| failed(mount::bind_mount("/proc/1/ns/mnt\0", path)))
    }),
    Row(Call::MOUNT_BIND, Errno::NOENT, ErrorKind::NotFound, || {
        on_tmpfs(|path| failed(mount::bind_mount(&*format!("{path}/nowhere"), path)))
    }),
    Row(Call::MOUNT_BIND, Errno::NOTDIR, ErrorKind::InvalidArgument, || {
        on_tmpfs(|path| failed(mount::bind_mount(&*file(path), path)))
    }),
    Row(Call::MOUNT_BIND, Errno::NOTDIR, ErrorKind::InvalidArgument, || {
        on_tmpfs(|path| failed(mount::bind_mount(path, &*file(path))))
    }),
    Row(Call::MOUNT_BIND, Errno::LOOP, ErrorKind::InvalidArgument, || {
        on_tmpfs(|path| with_link_loop(|link| failed(mount::bind_mount(link, path))))
    }),
    Row(Call::MOUNT_BIND, Errno::NAMETOOLONG, ErrorKind::InvalidArgument, || {
        on_tmpfs(|path| failed(mount::bind_mount([b'/'; 4096], path)))
    }),
    Row(Call::MOUNT_MOVE, Errno::INVAL, ErrorKind::InvalidArgument, || {
        on_tmpfs(|path| failed(mount::move_to(&*folder(path), path)))
    }),
    Row(Call::MOUNT_MOVE, Errno::INVAL, ErrorKind::InvalidArgument, || {
        on_tmpfs(|path| {
            let mount_below = mount_below(path);
            mount::make_shared(path).unwrap();
            failed(mount::move_to(&*mount_below, &*folder(path)))
        })
    }),
    Row(Call::MOUNT_MOVE, Errno::LOOP, ErrorKind::InvalidArgument, || {
        on_tmpfs(|path| {
            let mount_below = mount_below(path);
            failed(mount::move_to(&*mount_below, &*folder(&mount_below)))
        })
    }),
    Row(Call::MOUNT_MOVE, Errno::NOENT, ErrorKind::NotFound, || {
        on_tmpfs(|path| failed(mount::move_to(&*format!("{path}/nowhere"), path)))
    }),
    Row(Call::MOUNT_MOVE, Errno::INVAL, ErrorKind::InvalidArgument, || {
        on_tmpfs(|path| failed(mount::move_to(&*mount_below(path), &*file(path))))
    }),
    Row(Call::MOUNT_MOVE, Errno::NOTDIR, ErrorKind::InvalidArgument, || {
        on_tmpfs(|path| failed(mount::move_to(&*mount_below(path), &*format!("{}/x", file(path)))))
    }),
    Row(Call::MOUNT_MOVE, Errno::NAMETOOLONG, ErrorKind::InvalidArgument, || {
        on_tmpfs(|path| failed(mount::move_to([b'/'; 4096], path)))
    }),
    Row(Call::MOUNT_PROPAGATION, Errno::INVAL, ErrorKind::InvalidArgument, || {
        on_tmpfs(|path| failed(mount::make_private(&*folder(path))))
    }),
    Row(Call::MOUNT_PROPAGATION, Errno::INVAL, ErrorKind::InvalidArgument, || {
        // SAFETY: `mount` receives no data.
        on_tmpfs(|path| failed(unsafe { raw::mount(NONE, path, NONE, F::SHARED | F::SLAVE, None) }))
    }),
    Row(Call::MOUNT_REMOUNT, Errno::INVAL, ErrorKind::InvalidArgument, || {
        on_tmpfs(|path| failed(mount::remount(&*folder(path), F::empty(), "")))
    }),
    Row(Call::MOUNT_REMOUNT, Errno::INVAL, ErrorKind::InvalidArgument, || {
        on_tmpfs(|path| failed(mount::remount(path, F::empty(), "size=many")))
    }),
    Row(Call::MOUNT_REMOUNT, Errno::BUSY, ErrorKind::Busy, || {
        on_tmpfs(|path| {
            let _open = File::create(file(path)).unwrap();
            failed(mount::remount(path, F::RDONLY, ""))
        })
    }),
    Row(Call::MOUNT_REMOUNT, Errno::ROFS, ErrorKind::PermissionDenied, || {
        on_tmpfs(|path| {
            let [one, other] = [folder(path), format!("{path}/other")];
            fs::create_dir(&other).unwrap();
            // An overlay without an upper directory is read-only.
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
        on_tmpfs(|path| failed(mount::remount_bind(&*folder(path), F::empty())))
    }),
    Row(Call::MOUNT_REMOUNT_BIND, Errno::BUSY, ErrorKind::Busy, || {
        on_tmpfs(|path| {
            let _open = File::create(file(path)).unwrap();
            failed(mount::remount_bind(path, F::RDONLY))
        })
    }),
    Row(Call::UMOUNT2, Errno::INVAL, ErrorKind::InvalidArgument, || {
        on_tmpfs(|path| failed(mount::unmount(&*folder(path))))
    }),
    Row(Call::UMOUNT2, Errno::INVAL, ErrorKind::InvalidArgument, || {
        unmount_with(UnmountFlags::from_bits_retain(16))
    }),
    Row(Call::UMOUNT2, Errno::INVAL, ErrorKind::InvalidArgument, || {
        unmount_with(UnmountFlags::EXPIRE | UnmountFlags::DETACH)
    }),
    Row(Call::UMOUNT2, Errno::INVAL, ErrorKind::InvalidArgument, || {
        let flags = UnmountFlags::EXPIRE | UnmountFlags::FORCE;
        // Older kernels require root of the initial user namespace for `MNT_FORCE`, and check this
        // requirement before the combination of flags.
        if is_initial_user_namespace() {
            unmount_with(flags)
        } else {
            inject(libc::SYS_umount2, Errno::INVAL, || unmount_with(flags))
        }
    }),
    Row(Call::UMOUNT2, Errno::INVAL, ErrorKind::InvalidArgument, || {
        on_tmpfs(|path| chrooted(path, || failed(mount::expire("/"))))
    }),
    Row(Call::UMOUNT2, Errno::INVAL, ErrorKind::InvalidArgument, || {
        on_tmpfs(|path| chrooted(path, || failed(mount::unmount("/\0"))))
    }),
    Row(Call::UMOUNT2, Errno::BUSY, ErrorKind::Busy, || {
        on_tmpfs(|path| {
            let _open = File::create(file(path)).unwrap();
            failed(mount::unmount(path))
        })
    }),
    Row(Call::UMOUNT2, Errno::BUSY, ErrorKind::Busy, || {
        on_tmpfs(|path| {
            mount_below(path);
            failed(mount::unmount(path))
        })
    }),
    Row(Call::UMOUNT2, Errno::AGAIN, ErrorKind::WouldBlock, || unmount_with(UnmountFlags::EXPIRE)),
    Row(Call::UMOUNT2, Errno::NOENT, ErrorKind::NotFound, || {
        on_tmpfs(|_| failed(mount::unmount("/nowhere")))
    }),
    Row(Call::UMOUNT2, Errno::NOENT, ErrorKind::NotFound, || {
        on_tmpfs(|_| failed(mount::unmount("")))
    }),
    Row(Call::UMOUNT2, Errno::NOTDIR, ErrorKind::InvalidArgument, || {
        on_tmpfs(|path| failed(mount::unmount(&*format!("{}/x", file(path)))))
    }),
    Row(Call::UMOUNT2, Errno::LOOP, ErrorKind::InvalidArgument, || {
        on_tmpfs(|_| with_link_loop(|path| failed(mount::unmount(path))))
    }),
    Row(Call::UMOUNT2, Errno::NAMETOOLONG, ErrorKind::InvalidArgument, || {
        on_tmpfs(|_| failed(mount::unmount([b'a'; 256])))
    }),
    Row(Call::UMOUNT2, Errno::NAMETOOLONG, ErrorKind::InvalidArgument, || {
        on_tmpfs(|_| failed(mount::unmount([b'/'; 4096])))
    }),
    Row(Call::PIVOT_ROOT, Errno::BUSY, ErrorKind::Busy, || {
        on_tmpfs(|path| failed(mount::pivot_root(path, "/")))
    }),
    Row(Call::PIVOT_ROOT, Errno::INVAL, ErrorKind::InvalidArgument, || {
        on_tmpfs(|path| failed(mount::pivot_root(&*folder(path), &*format!("{path}/folder"))))
    }),
    Row(Call::PIVOT_ROOT, Errno::INVAL, ErrorKind::InvalidArgument, || {
        on_tmpfs(|path| failed(mount::pivot_root(&*mount_below(path), path)))
    }),
    Row(Call::PIVOT_ROOT, Errno::INVAL, ErrorKind::InvalidArgument, || {
        on_tmpfs(|path| {
            mount::make_shared(path).unwrap();
            failed(mount::pivot_root(path, path))
        })
    }),
    Row(Call::PIVOT_ROOT, Errno::INVAL, ErrorKind::InvalidArgument, || {
        on_tmpfs(|path| {
            let mount_below = mount_below(path);
            mount::make_shared(path).unwrap();
            failed(mount::pivot_root(&*mount_below, &*mount_below))
        })
    }),
    Row(Call::PIVOT_ROOT, Errno::INVAL, ErrorKind::InvalidArgument, || {
        on_tmpfs(|path| failed(mount::pivot_root(path, "x\0")))
    }),
    Row(Call::PIVOT_ROOT, Errno::NOENT, ErrorKind::NotFound, || {
        on_tmpfs(|path| failed(mount::pivot_root(path, &*format!("{path}/nowhere"))))
    }),
    Row(Call::PIVOT_ROOT, Errno::NOENT, ErrorKind::NotFound, || {
        on_tmpfs(|path| failed(mount::pivot_root("/nowhere", path)))
    }),
    Row(Call::PIVOT_ROOT, Errno::NOTDIR, ErrorKind::InvalidArgument, || {
        on_tmpfs(|path| failed(mount::pivot_root(path, &*file(path))))
    }),
    Row(Call::PIVOT_ROOT, Errno::NOTDIR, ErrorKind::InvalidArgument, || {
        on_tmpfs(|path| failed(mount::pivot_root(&*file(path), path)))
    }),
    Row(Call::PIVOT_ROOT, Errno::ACCES, ErrorKind::PermissionDenied, || {
        on_tmpfs(|path| {
            let directory = folder(path);
            fs::set_permissions(&directory, std::os::unix::fs::PermissionsExt::from_mode(0o600))
                .unwrap();
            drop_dac_capabilities();
            failed(mount::pivot_root(path, &*format!("{directory}/.")))
        })
    }),
    Row(Call::PIVOT_ROOT, Errno::LOOP, ErrorKind::InvalidArgument, || {
        on_tmpfs(|path| with_link_loop(|link| failed(mount::pivot_root(path, link))))
    }),
    Row(Call::PIVOT_ROOT, Errno::NAMETOOLONG, ErrorKind::InvalidArgument, || {
        on_tmpfs(|path| failed(mount::pivot_root(path, [b'/'; 4096])))
    }),
];

#[test]
fn mount_umount2_and_pivot_root_fail_with_documented_errno() {
    let test = this_test!();
    let ran = test.in_namespaces_as_each_root(|| {
        check_each(IN_NAMESPACES);
    });
    require!(ran, "new namespaces require CAP_SYS_ADMIN or a host that permits user namespaces");
}
