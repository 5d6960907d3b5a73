//! Causes of the errors of mount calls. Each table has a row for every cause that the tests can
//! trigger. The row begins with the words of the error reason that name the cause.

use std::fs::{self, File};
use std::os::unix::fs::symlink;

use butter::error::{Call, ErrorKind};
use butter::mount::{self, MountFlags as F, UnmountFlags, raw};
use butter::namespace::{Kind, Namespace, Namespaces, unshare_as_root};
use butter::{Errno, Error, process};

use super::mount::NONE;
use super::mount::fixtures::*;
use super::process::{in_unsearchable_directory, with_link_loop};
use super::{Outcome, Row, check_causes, failed};
use common::child::{in_namespaces, with_own_root_and_cwd};
use common::files;
use common::forked::{ForkedChild, in_forked_child};
use common::inject::inject;
use common::{require, this_test};

use ErrorKind::*;

/// Causes that require no capability, and errors that a seccomp filter injects.
pub const ROWS: &[(&str, Row)] = &[
    (
        "names a file descriptor",
        Row(Call::MOUNT_OPTIONS, Errno::INVAL, InvalidArgument, || {
            failed(mount::mount("x", "/", "autofs", F::empty(), "direct,fd=3"))
        }),
    ),
    (
        "names a file descriptor",
        Row(Call::MOUNT_OPTIONS, Errno::INVAL, InvalidArgument, || {
            failed(mount::remount("/", F::empty(), "rfdno=3"))
        }),
    ),
    (
        "control character",
        Row(Call::MOUNT_OPTIONS, Errno::INVAL, InvalidArgument, || {
            failed(mount::mount("x", "/", "coda", F::empty(), "\x01"))
        }),
    ),
    (
        "more than 4095 bytes",
        Row(Call::MOUNT_OPTIONS, Errno::TOOBIG, InvalidArgument, || {
            failed(mount::remount("/", F::empty(), [b'x'; 4096]))
        }),
    ),
    (
        "propagated",
        Row(Call::MOUNT_MOVE, Errno::NOSPC, LimitReached, || {
            inject(libc::SYS_mount, Errno::NOSPC, || failed(mount::move_to("/", "/")))
        }),
    ),
    (
        "device is read-only",
        Row(Call::MOUNT_REMOUNT, Errno::ACCES, PermissionDenied, || {
            inject(libc::SYS_mount, Errno::ACCES, || failed(mount::remount("/", F::empty(), "")))
        }),
    ),
    (
        "cannot be searched",
        Row(Call::MOUNT_PROPAGATION, Errno::ACCES, PermissionDenied, || {
            in_unsearchable_directory(|path| failed(mount::make_private(path)))
        }),
    ),
    (
        "cannot be searched",
        Row(Call::MOUNT_REMOUNT, Errno::ACCES, PermissionDenied, || {
            in_unsearchable_directory(|path| failed(mount::remount(path, F::empty(), "")))
        }),
    ),
    (
        "cannot be searched",
        Row(Call::MOUNT_REMOUNT_BIND, Errno::ACCES, PermissionDenied, || {
            in_unsearchable_directory(|path| failed(mount::remount_bind(path, F::empty())))
        }),
    ),
    (
        "cannot be searched",
        Row(Call::STATFS, Errno::ACCES, PermissionDenied, || {
            in_unsearchable_directory(|path| failed(mount::flags(path)))
        }),
    ),
    (
        "does not exist",
        Row(Call::STATFS, Errno::NOENT, NotFound, || failed(mount::flags("/nowhere"))),
    ),
    ("empty", Row(Call::STATFS, Errno::NOENT, NotFound, || failed(mount::flags("")))),
    (
        "not a directory",
        Row(Call::STATFS, Errno::NOTDIR, InvalidArgument, || {
            failed(mount::flags("/proc/version/x"))
        }),
    ),
    (
        "symbolic links",
        Row(Call::STATFS, Errno::LOOP, InvalidArgument, || {
            with_link_loop(|path| failed(mount::flags(path)))
        }),
    ),
    (
        "4,095",
        Row(Call::STATFS, Errno::NAMETOOLONG, InvalidArgument, || {
            failed(mount::flags([b'/'; 4096]))
        }),
    ),
    (
        "component",
        Row(Call::STATFS, Errno::NAMETOOLONG, InvalidArgument, || {
            failed(mount::flags([b'a'; 256]))
        }),
    ),
    ("NUL byte", Row(Call::STATFS, Errno::INVAL, InvalidArgument, || failed(mount::flags("/\0")))),
    (
        "server",
        Row(Call::STATFS, Errno::NOTCONN, NotConnected, || statfs_fails_with(Errno::NOTCONN)),
    ),
    ("server", Row(Call::STATFS, Errno::STALE, StaleHandle, || statfs_fails_with(Errno::STALE))),
];

/// Causes that occur if the calling thread is permitted to mount, in a separate mount namespace.
pub const IN_NAMESPACES: &[(&str, Row)] = &[
    // The next four rows fail if another user namespace owns the PID, network, IPC and cgroup
    // namespaces of the thread.
    (
        "owns the PID",
        Row(Call::MOUNT, Errno::PERM, PermissionDenied, || {
            unless_owner_of(Kind::Pid, |path| filesystem(path, "x", "proc"))
        }),
    ),
    (
        "network",
        Row(Call::MOUNT, Errno::PERM, PermissionDenied, || {
            unless_owner_of(Kind::Net, |path| filesystem(path, "x", "sysfs"))
        }),
    ),
    (
        "IPC",
        Row(Call::MOUNT, Errno::PERM, PermissionDenied, || {
            unless_owner_of(Kind::Ipc, |path| filesystem(path, "x", "mqueue"))
        }),
    ),
    (
        "cgroup namespace",
        Row(Call::MOUNT, Errno::PERM, PermissionDenied, || {
            unless_owner_of(Kind::Cgroup, |path| filesystem(path, "x", "cgroup2"))
        }),
    ),
    (
        "for most file systems, the initial user namespace",
        Row(Call::MOUNT, Errno::PERM, PermissionDenied, || {
            unless_root(|path| filesystem(path, "x", "devtmpfs"))
        }),
    ),
    (
        "the type is absent",
        Row(Call::MOUNT, Errno::INVAL, InvalidArgument, || {
            // SAFETY: `mount` receives no data.
            on_tmpfs(|path| failed(unsafe { raw::mount(Some("x"), path, NONE, F::empty(), None) }))
        }),
    ),
    (
        "ends with a period",
        Row(Call::MOUNT, Errno::INVAL, InvalidArgument, || {
            require_type("fuse")?;
            on_tmpfs(|path| filesystem(path, "x", "fuse."))
        }),
    ),
    (
        "target is not in this mount namespace",
        Row(Call::MOUNT, Errno::INVAL, InvalidArgument, || on_tmpfs(|_| tmpfs(OTHER_NAMESPACE))),
    ),
    (
        "target has been deleted",
        Row(Call::MOUNT, Errno::NOENT, NotFound, || in_deleted(|| tmpfs("."))),
    ),
    (
        "path in the options",
        Row(Call::MOUNT, Errno::NOENT, NotFound, || {
            overlay(|path| format!("lowerdir={path}/nowhere:{path}"))
        }),
    ),
    (
        "path in the options",
        Row(Call::MOUNT, Errno::NOTDIR, InvalidArgument, || {
            overlay(|path| format!("lowerdir={}/x:{path}", file(path)))
        }),
    ),
    (
        "directories in the options overlap",
        Row(Call::MOUNT, Errno::LOOP, InvalidArgument, || {
            overlay(|path| {
                let lower = folder(path);
                fs::create_dir(format!("{lower}/below")).unwrap();
                format!("lowerdir={lower}:{lower}/below")
            })
        }),
    ),
    (
        "a directory in the options is in use",
        Row(Call::MOUNT, Errno::BUSY, Busy, || {
            overlay(|path| {
                let lower = folder(path);
                for name in ["upper", "work", "first"] {
                    fs::create_dir(format!("{path}/{name}")).unwrap();
                }
                let options =
                    format!("lowerdir={lower},upperdir={path}/upper,workdir={path}/work,index=on");
                let first = format!("{path}/first");
                mount::mount("x", &*first, "overlay", F::empty(), &*options).unwrap();
                options
            })
        }),
    ),
    (
        "MS_NOSYMFOLLOW",
        Row(Call::MOUNT, Errno::LOOP, InvalidArgument, || {
            at_a_link_that_is_not_followed(|link| tmpfs(link))
        }),
    ),
    (
        "fs.protected_symlinks",
        Row(Call::MOUNT, Errno::ACCES, PermissionDenied, || {
            at_a_protected_link(|link| tmpfs(link))
        }),
    ),
    (
        "absent or empty",
        Row(Call::MOUNT_BIND, Errno::INVAL, InvalidArgument, || {
            on_tmpfs(|path| failed(mount::bind_mount("", path)))
        }),
    ),
    (
        "absent or empty",
        Row(Call::MOUNT_BIND, Errno::INVAL, InvalidArgument, || {
            // SAFETY: `mount` receives no data.
            on_tmpfs(|path| failed(unsafe { raw::mount(NONE, path, NONE, F::BIND, None) }))
        }),
    ),
    (
        "not in this mount namespace",
        Row(Call::MOUNT_BIND, Errno::INVAL, InvalidArgument, || {
            in_detached(|| failed(mount::bind_mount(".", "/")))
        }),
    ),
    (
        "target is not in this mount namespace",
        Row(Call::MOUNT_BIND, Errno::INVAL, InvalidArgument, || {
            on_tmpfs(|path| failed(mount::bind_mount(path, OTHER_NAMESPACE)))
        }),
    ),
    (
        "file of a mount namespace",
        Row(Call::MOUNT_BIND, Errno::INVAL, InvalidArgument, || {
            on_tmpfs(|path| failed(mount::bind_mount("/proc/thread-self/ns/mnt", &*file(path))))
        }),
    ),
    (
        "must stay covered",
        Row(Call::MOUNT_BIND, Errno::INVAL, InvalidArgument, || {
            unless_root(|path| failed(mount::bind_mount("/", path)))
        }),
    ),
    (
        "has been deleted",
        Row(Call::MOUNT_BIND, Errno::NOENT, NotFound, || {
            in_deleted(|| failed(mount::bind_mount("/proc", ".")))
        }),
    ),
    (
        "target is empty",
        Row(Call::MOUNT_BIND, Errno::NOENT, NotFound, || {
            on_tmpfs(|path| failed(mount::bind_mount(path, "")))
        }),
    ),
    (
        "MS_NOSYMFOLLOW",
        Row(Call::MOUNT_BIND, Errno::LOOP, InvalidArgument, || {
            at_a_link_that_is_not_followed(|link| failed(mount::bind_mount(link, "/")))
        }),
    ),
    (
        "fs.protected_symlinks",
        Row(Call::MOUNT_BIND, Errno::ACCES, PermissionDenied, || {
            at_a_protected_link(|link| failed(mount::bind_mount(link, "/")))
        }),
    ),
    (
        "absent or empty",
        Row(Call::MOUNT_MOVE, Errno::INVAL, InvalidArgument, || {
            on_tmpfs(|path| failed(mount::move_to("", path)))
        }),
    ),
    (
        "absent or empty",
        Row(Call::MOUNT_MOVE, Errno::INVAL, InvalidArgument, || {
            // SAFETY: `mount` receives no data.
            on_tmpfs(|path| failed(unsafe { raw::mount(NONE, path, NONE, F::MOVE, None) }))
        }),
    ),
    (
        "target is not in this mount namespace",
        Row(Call::MOUNT_MOVE, Errno::INVAL, InvalidArgument, || {
            on_tmpfs(|path| failed(mount::move_to(&*mount_below(path), OTHER_NAMESPACE)))
        }),
    ),
    (
        "a moved mount is unbindable",
        Row(Call::MOUNT_MOVE, Errno::INVAL, InvalidArgument, || {
            on_tmpfs(|path| {
                let (below, other) = (mount_below(path), format!("{path}/other"));
                fs::create_dir(&other).unwrap();
                tmpfs_at(&other);
                mount::make_unbindable(&*below).unwrap();
                mount::make_shared(&*other).unwrap();
                failed(mount::move_to(&*below, &*other))
            })
        }),
    ),
    (
        "came from another user namespace",
        Row(Call::MOUNT_MOVE, Errno::INVAL, InvalidArgument, || {
            in_nested_user_namespace(|path, _| mount::move_to("/proc", path))
        }),
    ),
    (
        "has been deleted",
        Row(Call::MOUNT_MOVE, Errno::NOENT, NotFound, || {
            on_tmpfs(|path| {
                let below = mount_below(path);
                within_deleted_directory(path, || failed(mount::move_to(&*below, ".")))
            })
        }),
    ),
    (
        "MS_NOSYMFOLLOW",
        Row(Call::MOUNT_MOVE, Errno::LOOP, InvalidArgument, || {
            at_a_link_that_is_not_followed(|link| failed(mount::move_to(link, "/")))
        }),
    ),
    (
        "not a mount point",
        Row(Call::MOUNT_PROPAGATION, Errno::INVAL, InvalidArgument, || {
            on_tmpfs(|path| failed(mount::make_slave_recursive(&*folder(path))))
        }),
    ),
    (
        "detached",
        Row(Call::MOUNT_PROPAGATION, Errno::INVAL, InvalidArgument, || {
            in_detached(|| match mount::make_private(".") {
                Ok(()) => Err("this kernel permits the call".into()),
                result => failed(result),
            })
        }),
    ),
    (
        "flags other than",
        Row(Call::MOUNT_PROPAGATION, Errno::INVAL, InvalidArgument, || {
            let flags = F::PRIVATE | F::RDONLY;
            // SAFETY: `mount` receives no data.
            on_tmpfs(|path| failed(unsafe { raw::mount(NONE, path, NONE, flags, None) }))
        }),
    ),
    (
        "NUL byte",
        Row(Call::MOUNT_PROPAGATION, Errno::INVAL, InvalidArgument, || {
            on_tmpfs(|_| failed(mount::make_private("/\0")))
        }),
    ),
    (
        "MS_NOSYMFOLLOW",
        Row(Call::MOUNT_PROPAGATION, Errno::LOOP, InvalidArgument, || {
            at_a_link_that_is_not_followed(|link| failed(mount::make_private(link)))
        }),
    ),
    (
        "symbolic links",
        Row(Call::MOUNT_PROPAGATION, Errno::LOOP, InvalidArgument, || {
            on_tmpfs(|_| with_link_loop(|link| failed(mount::make_private(link))))
        }),
    ),
    (
        "does not exist",
        Row(Call::MOUNT_PROPAGATION, Errno::NOENT, NotFound, || {
            on_tmpfs(|path| failed(mount::make_private(&*format!("{path}/nowhere"))))
        }),
    ),
    (
        "not a directory",
        Row(Call::MOUNT_PROPAGATION, Errno::NOTDIR, InvalidArgument, || {
            on_tmpfs(|path| failed(mount::make_private(&*format!("{}/x", file(path)))))
        }),
    ),
    (
        "component",
        Row(Call::MOUNT_PROPAGATION, Errno::NAMETOOLONG, InvalidArgument, || {
            on_tmpfs(|_| failed(mount::make_private([b'a'; 256])))
        }),
    ),
    (
        "owns the file system",
        Row(Call::MOUNT_REMOUNT, Errno::PERM, PermissionDenied, || {
            in_nested_user_namespace(|_, file| {
                mount::bind_mount("/proc/version", file).unwrap();
                // The remount sets all flags that the mount can have, so that the remount clears no
                // flag.
                let flags = F::RDONLY | F::NOSUID | F::NODEV | F::NOEXEC;
                mount::remount(file, flags, "")
            })
        }),
    ),
    (
        "deleted files are open",
        Row(Call::MOUNT_REMOUNT, Errno::BUSY, Busy, || {
            on_tmpfs(|path| {
                let file = file(path);
                let _open = File::open(&file).unwrap();
                fs::remove_file(&file).unwrap();
                failed(mount::remount(path, F::RDONLY, ""))
            })
        }),
    ),
    (
        "NUL byte",
        Row(Call::MOUNT_REMOUNT, Errno::INVAL, InvalidArgument, || {
            on_tmpfs(|path| failed(mount::remount(path, F::empty(), "size=1m\0")))
        }),
    ),
    (
        "selects another operation",
        Row(Call::MOUNT_REMOUNT, Errno::INVAL, InvalidArgument, || {
            on_tmpfs(|path| failed(mount::remount(path, F::BIND, "")))
        }),
    ),
    (
        "MS_NOSYMFOLLOW",
        Row(Call::MOUNT_REMOUNT, Errno::LOOP, InvalidArgument, || {
            at_a_link_that_is_not_followed(|link| failed(mount::remount(link, F::empty(), "")))
        }),
    ),
    (
        "does not exist",
        Row(Call::MOUNT_REMOUNT, Errno::NOENT, NotFound, || {
            on_tmpfs(|path| failed(mount::remount(&*format!("{path}/nowhere"), F::empty(), "")))
        }),
    ),
    (
        "not a directory",
        Row(Call::MOUNT_REMOUNT, Errno::NOTDIR, InvalidArgument, || {
            on_tmpfs(|path| failed(mount::remount(&*format!("{}/x", file(path)), F::empty(), "")))
        }),
    ),
    (
        "component",
        Row(Call::MOUNT_REMOUNT, Errno::NAMETOOLONG, InvalidArgument, || {
            on_tmpfs(|_| failed(mount::remount([b'a'; 256], F::empty(), "")))
        }),
    ),
    (
        "selects another operation",
        Row(Call::MOUNT_REMOUNT_BIND, Errno::INVAL, InvalidArgument, || {
            on_tmpfs(|path| failed(mount::remount_bind(path, F::REC)))
        }),
    ),
    (
        "MS_NOSYMFOLLOW",
        Row(Call::MOUNT_REMOUNT_BIND, Errno::LOOP, InvalidArgument, || {
            at_a_link_that_is_not_followed(|link| failed(mount::remount_bind(link, F::empty())))
        }),
    ),
    (
        "does not exist",
        Row(Call::MOUNT_REMOUNT_BIND, Errno::NOENT, NotFound, || {
            on_tmpfs(|path| failed(mount::remount_bind(&*format!("{path}/nowhere"), F::empty())))
        }),
    ),
    (
        "not a directory",
        Row(Call::MOUNT_REMOUNT_BIND, Errno::NOTDIR, InvalidArgument, || {
            on_tmpfs(|path| failed(mount::remount_bind(&*format!("{}/x", file(path)), F::empty())))
        }),
    ),
    (
        "component",
        Row(Call::MOUNT_REMOUNT_BIND, Errno::NAMETOOLONG, InvalidArgument, || {
            on_tmpfs(|_| failed(mount::remount_bind([b'a'; 256], F::empty())))
        }),
    ),
    (
        "MNT_FORCE",
        Row(Call::UMOUNT2, Errno::PERM, PermissionDenied, || {
            in_nested_user_namespace(|_, file| {
                mount::bind_mount("/proc/version", file).unwrap();
                raw::umount2(file, UnmountFlags::FORCE)
            })
        }),
    ),
    (
        "working or root directory",
        Row(Call::UMOUNT2, Errno::BUSY, Busy, || {
            on_tmpfs(|path| within_directory(path, || failed(mount::unmount(path))))
        }),
    ),
    (
        "a propagated copy",
        Row(Call::UMOUNT2, Errno::BUSY, Busy, || {
            on_tmpfs(|path| {
                let other = files::directory();
                let other = other.path().to_str().unwrap();
                mount::make_shared(path).unwrap();
                mount::bind_mount(path, other).unwrap();
                let below = mount_below(path);
                let _open = File::create(format!("{other}/below/file")).unwrap();
                failed(mount::unmount(&*below))
            })
        }),
    ),
    (
        "came from another user namespace",
        Row(Call::UMOUNT2, Errno::INVAL, InvalidArgument, || {
            in_nested_user_namespace(|_, _| mount::unmount("/proc"))
        }),
    ),
    (
        "MS_NOSYMFOLLOW",
        Row(Call::UMOUNT2, Errno::LOOP, InvalidArgument, || {
            at_a_link_that_is_not_followed(|link| failed(mount::unmount(link)))
        }),
    ),
    (
        "fs.protected_symlinks",
        Row(Call::UMOUNT2, Errno::ACCES, PermissionDenied, || {
            at_a_protected_link(|link| failed(mount::unmount(link)))
        }),
    ),
    (
        "current root is not a mount point",
        Row(Call::PIVOT_ROOT, Errno::INVAL, InvalidArgument, || {
            on_tmpfs(|path| {
                mount_below(path);
                let folder = folder(path);
                fs::create_dir(format!("{folder}/new")).unwrap();
                tmpfs_at(&format!("{folder}/new"));
                chrooted(&folder, || failed(mount::pivot_root("/new", "/new")))
            })
        }),
    ),
    (
        "not below the current root",
        Row(Call::PIVOT_ROOT, Errno::INVAL, InvalidArgument, || {
            on_tmpfs(|path| {
                let (below, other) = (mount_below(path), format!("{path}/other"));
                fs::create_dir(&other).unwrap();
                tmpfs_at(&other);
                with_own_root_and_cwd(|| {
                    process::chdir(&*other).unwrap();
                    process::chroot(&*below).unwrap();
                    failed(mount::pivot_root(".", "."))
                })
            })
        }),
    ),
    (
        "has been deleted",
        Row(Call::PIVOT_ROOT, Errno::NOENT, NotFound, || {
            in_deleted(|| failed(mount::pivot_root(".", ".")))
        }),
    ),
    (
        "MS_NOSYMFOLLOW",
        Row(Call::PIVOT_ROOT, Errno::LOOP, InvalidArgument, || {
            at_a_link_that_is_not_followed(|link| failed(mount::pivot_root(link, link)))
        }),
    ),
    (
        "MS_NOSYMFOLLOW",
        Row(Call::STATFS, Errno::LOOP, InvalidArgument, || {
            at_a_link_that_is_not_followed(|link| failed(mount::flags(link)))
        }),
    ),
    (
        "fs.protected_symlinks",
        Row(Call::STATFS, Errno::ACCES, PermissionDenied, || {
            at_a_protected_link(|link| failed(mount::flags(link)))
        }),
    ),
];

/// A directory in the mount namespace of the main thread. The calling thread is in a copy of that
/// mount namespace.
const OTHER_NAMESPACE: &str = "/proc/self/root/tmp";

fn statfs_fails_with(errno: Errno) -> Outcome {
    inject(libc::SYS_statfs, errno, || failed(mount::flags("/")))
}

/// Runs a closure with the path of a new tmpfs, as root of a user namespace other than the initial
/// user namespace.
fn unless_root(body: impl FnOnce(&str) -> Outcome + Send) -> Outcome {
    if is_initial_user_namespace() {
        return Err("root of the initial user namespace is permitted to make this call".into());
    }
    on_tmpfs(body)
}

/// Like [`unless_root`], unless the user namespace also owns the thread's namespace of this kind.
fn unless_owner_of(kind: Kind, body: impl FnOnce(&str) -> Outcome + Send) -> Outcome {
    unless_root(|path| {
        if Namespace::own(kind).unwrap().user_namespace().is_ok() {
            return Err("the caller is root of the user namespace that owns this namespace".into());
        }
        body(path)
    })
}

/// Runs a closure in a child process that is root of a new user namespace, with a copy of the
/// caller's mounts. The arguments of the closure are the paths of a new tmpfs and of a file on it.
fn in_nested_user_namespace(body: impl FnOnce(&str, &str) -> butter::Result<()> + Send) -> Outcome {
    on_tmpfs(|path| {
        let file = file(path);
        match in_forked_child(|| unshare_as_root(Namespaces::MOUNT).map(|()| body(path, &file))) {
            Ok(result) => failed(result),
            Err(error) => Err(error.to_string()),
        }
    })
}

fn require_type(fstype: &str) -> Result<(), String> {
    let known = fs::read_to_string("/proc/filesystems").unwrap();
    let is_known = known.lines().any(|line| line.rsplit('\t').next() == Some(fstype));
    if is_known { Ok(()) } else { Err(format!("the kernel does not have {fstype}")) }
}

/// Mounts an overlay file system with these options on a directory of a new tmpfs.
fn overlay(options: impl FnOnce(&str) -> String + Send) -> Outcome {
    require_type("overlay")?;
    if !common::kernel_is_at_least("5.11") {
        return Err("overlay cannot be mounted in a user namespace before Linux 5.11".into());
    }
    on_tmpfs(|path| {
        let (options, target) = (options(path), format!("{path}/target"));
        fs::create_dir(&target).unwrap();
        failed(mount::mount("x", &*target, "overlay", F::empty(), &*options))
    })
}

fn tmpfs_at(path: &str) {
    mount::mount("x", path, "tmpfs", F::empty(), "").unwrap();
}

fn within_directory(path: &str, body: impl FnOnce() -> Outcome + Send) -> Outcome {
    with_own_root_and_cwd(|| {
        process::chdir(path).unwrap();
        body()
    })
}

fn within_deleted_directory(path: &str, body: impl FnOnce() -> Outcome + Send) -> Outcome {
    let deleted = folder(path);
    within_directory(&deleted, || {
        fs::remove_dir(&deleted).unwrap();
        body()
    })
}

/// Runs a closure in a working directory that is the root of a detached mount.
fn in_detached(body: impl FnOnce() -> Outcome + Send) -> Outcome {
    on_tmpfs(|path| {
        let below = mount_below(path);
        within_directory(&below, || {
            mount::detach(&*below).unwrap();
            body()
        })
    })
}

/// Runs a closure in a working directory that has been deleted.
fn in_deleted(body: impl FnOnce() -> Outcome + Send) -> Outcome {
    on_tmpfs(|path| within_deleted_directory(path, body))
}

/// Runs a closure with the path of a symbolic link on a mount with `NOSYMFOLLOW`.
fn at_a_link_that_is_not_followed(body: impl FnOnce(&str) -> Outcome + Send) -> Outcome {
    on_tmpfs(|path| {
        let link = format!("{path}/link");
        symlink("/", &link).unwrap();
        mount::remount_bind(path, F::NOSYMFOLLOW).unwrap();
        body(&link)
    })
}

/// Runs a closure with the path of another user's symbolic link in a sticky, world-writable
/// directory.
fn at_a_protected_link(body: impl FnOnce(&str) -> Outcome + Send) -> Outcome {
    let is_protected = fs::read_to_string("/proc/sys/fs/protected_symlinks");
    if !is_initial_user_namespace() || is_protected.is_ok_and(|text| text.trim() != "1") {
        return Err("a protected symbolic link requires root and fs.protected_symlinks = 1".into());
    }
    on_tmpfs(|path| {
        let link = format!("{path}/link");
        symlink("/", &link).unwrap();
        std::os::unix::fs::lchown(&link, Some(65534), Some(65534)).unwrap();
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o1777);
        fs::set_permissions(path, mode).unwrap();
        body(&link)
    })
}

#[test]
fn mount_error_reasons_name_each_cause() {
    check_causes(this_test!(), ROWS);
}

#[test]
fn mount_error_reasons_name_each_cause_if_caller_may_mount() {
    let test = this_test!();
    let ran = test.in_namespaces_as_each_root(|| check_causes(test, IN_NAMESPACES));
    require!(ran, "new namespaces require CAP_SYS_ADMIN or a host that permits user namespaces");
}

/// Runs a closure in a child process that is root of a new user namespace, with a copy of the
/// caller's mounts.
fn below_this_user_namespace(
    namespaces: Namespaces,
    body: impl FnOnce() -> Option<Error>,
) -> Error {
    let child = ForkedChild::start(|| {
        unshare_as_root(namespaces).expect("nested user namespaces should be permitted");
        body()
    });
    child.result().expect("the call should have failed")
}

#[test]
fn remount_bind_fails_with_eperm_if_a_flag_of_another_user_namespace_is_cleared() {
    let ran = in_namespaces(|| {
        let directory = files::directory();
        let path = directory.path().to_str().unwrap();
        mount::mount("x", path, "tmpfs", F::NODEV | F::NOATIME, "").unwrap();
        for flags in [F::empty(), F::NODEV | F::RELATIME] {
            let error = below_this_user_namespace(Namespaces::MOUNT, || {
                mount::remount_bind(path, flags).err()
            });
            let expected = (Call::MOUNT_REMOUNT_BIND, Errno::PERM);
            assert_eq!((error.call(), error.errno()), expected, "{flags}");
            if cfg!(feature = "explain") {
                assert!(error.to_string().contains("another user namespace"), "{error}");
            }
        }
        mount::unmount(path).unwrap();
    });
    require!(ran, "new namespaces require CAP_SYS_ADMIN or a host that permits user namespaces");
}

#[test]
fn mount_of_proc_fails_with_eperm_if_a_mount_covers_part_of_existing_proc() {
    let ran = in_namespaces(|| {
        let directory = files::directory();
        let path = directory.path().to_str().unwrap();
        tmpfs_at("/proc/fs");
        // The process that creates a PID namespace is not in the new namespace, so its child calls
        // `mount`.
        let error = below_this_user_namespace(Namespaces::MOUNT | Namespaces::PID, || {
            ForkedChild::start(|| mount::mount("x", path, "proc", F::empty(), "").err()).result()
        });
        assert_eq!((error.call(), error.errno()), (Call::MOUNT, Errno::PERM));
        if cfg!(feature = "explain") {
            assert!(error.to_string().contains("reveal what other mounts cover"), "{error}");
        }
        mount::unmount("/proc/fs").unwrap();
    });
    require!(ran, "new namespaces require CAP_SYS_ADMIN or a host that permits user namespaces");
}
