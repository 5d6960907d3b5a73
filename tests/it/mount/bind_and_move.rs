//! Tests of bind mounts, moved mounts, and the paths of mount points.

use std::ffi::{CString, OsStr};
use std::fs::{self, File};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use butter::Errno;
use butter::error::{Call, ErrorKind};
use butter::mount::{self, MountFlags, UnmountFlags, raw};
use butter::path::Arg;

use super::{NONE, create_dir, has, mount_tmpfs, options, with_mounts};
use common::mountinfo::{mounted_at, mounts};

#[test]
fn bind_mount_shows_file_or_directory_at_target() {
    with_mounts(|path| {
        let (from, to, below) = (
            create_dir(format!("{path}/from")),
            create_dir(format!("{path}/to")),
            create_dir(format!("{path}/from/below")),
        );
        fs::write(format!("{from}/file"), "the file").unwrap();
        fs::write(format!("{path}/other"), "the other").unwrap();
        mount::mount("x", &*below, "tmpfs", MountFlags::NOEXEC, "").unwrap();
        fs::write(format!("{below}/deep"), "").unwrap();

        mount::bind_mount(&*from, &*to).unwrap();
        let bound = mounted_at(&to).unwrap();
        assert_eq!(
            (&*bound.root, &*bound.source, &*bound.fstype),
            ("/from", "test\\040source", "tmpfs")
        );
        assert_eq!(fs::read_to_string(format!("{to}/file")).unwrap(), "the file");
        assert_eq!(
            fs::read_dir(format!("{to}/below")).unwrap().count(),
            0,
            "a non-recursive bind mount should not show submounts"
        );
        fs::write(format!("{to}/new"), "new").unwrap();
        assert_eq!(fs::read_to_string(format!("{from}/new")).unwrap(), "new");
        mount::unmount(&*to).unwrap();

        mount::bind_mount_recursive(&*from, &*to).unwrap();
        assert!(Path::new(&format!("{to}/below/deep")).exists());
        assert!(has(&options(&format!("{to}/below")), "noexec"));
        assert_eq!(mount::unmount(&*to).unwrap_err().kind(), ErrorKind::Busy, "a submount exists");
        mount::unmount(format!("{to}/below").as_bytes()).unwrap();
        mount::unmount(&*to).unwrap();

        mount::bind_mount(format!("{from}/file").as_bytes(), format!("{path}/other").as_bytes())
            .unwrap();
        assert_eq!(fs::read_to_string(format!("{path}/other")).unwrap(), "the file");
        mount::unmount(format!("{path}/other").as_bytes()).unwrap();
        assert_eq!(fs::read_to_string(format!("{path}/other")).unwrap(), "the other");

        // When the kernel creates a bind mount, it ignores all flags except `BIND` and `REC`.
        let flags = MountFlags::BIND | MountFlags::RDONLY | MountFlags::NODEV;
        // SAFETY: passes no mount data.
        unsafe { raw::mount(Some(&*from), &*to, NONE, flags, None) }.unwrap();
        assert_eq!(options(&to), ["rw", "relatime"]);
    });
}

#[test]
fn move_to_moves_mount_with_its_submounts() {
    with_mounts(|path| {
        let (from, to) = (create_dir(format!("{path}/from")), create_dir(format!("{path}/to")));
        mount_tmpfs(&from);
        mount_tmpfs(&create_dir(format!("{from}/below")));
        File::create(format!("{from}/below/file")).unwrap();
        let (mounted, open) =
            (mounted_at(&from).unwrap().id, File::open(format!("{from}/below/file")).unwrap());
        mount::move_to(&*from, &*to).unwrap();
        assert!(mounted_at(&from).is_none());
        assert_eq!(
            mounted_at(&to).unwrap().id,
            mounted,
            "moving a mount should not change the ID of the mount"
        );
        assert!(Path::new(&format!("{to}/below/file")).exists());
        drop(open);

        let error = mount::move_to(&*to, format!("{to}/below").as_bytes()).unwrap_err();
        assert_eq!((error.call(), error.errno()), (Call::MOUNT_MOVE, Errno::LOOP));
        let error = mount::move_to(&*from, &*to).unwrap_err();
        assert_eq!((error.call(), error.errno()), (Call::MOUNT_MOVE, Errno::INVAL));
    });
}

#[test]
fn mount_and_umount2_follow_symlink_unless_nofollow_is_set() {
    with_mounts(|path| {
        let (at, link) = (create_dir(format!("{path}/at")), format!("{path}/link"));
        std::os::unix::fs::symlink(&at, &link).unwrap();
        mount_tmpfs(&link);
        assert!(mounted_at(&at).is_some() && mounted_at(&link).is_none());
        let error = raw::umount2(&*link, UnmountFlags::NOFOLLOW).unwrap_err();
        assert_eq!(error.errno(), Errno::INVAL);
        assert!(mounted_at(&at).is_some());
        mount::unmount(&*link).unwrap();
        assert!(mounted_at(&at).is_none());
    });
}

/// Mounts and unmounts a file system, and checks its mount point and its source in mountinfo.
fn mount_and_unmount(
    target: impl Arg + Copy,
    source: impl Arg,
    fstype: impl Arg,
    options: impl Arg,
    expected: (&str, &str),
) {
    mount::mount(source, target, fstype, MountFlags::empty(), options).unwrap();
    let mounted = mounts().pop().unwrap();
    assert_eq!((&*mounted.point, &*mounted.source), expected);
    mount::unmount(target).unwrap();
    assert_ne!(mounts().pop().unwrap().point, expected.0);
}

#[test]
fn mount_accepts_paths_of_any_bytes_length_and_type() {
    with_mounts(|path| {
        let odd = [path.as_bytes(), b"/\xFF \n\\"].concat();
        fs::create_dir(OsStr::from_bytes(&odd)).unwrap();
        let point = &*format!("{path}/\u{FFFD}\\040\\012\\134");
        // This path is longer than the buffer that the `mount` functions use for short paths.
        let long = [path.as_bytes(), &b"/.".repeat(1500), b"/\xFF \n\\"].concat();
        let (source, options) = ("s".repeat(300), format!("size=64k{}", ",mode=700".repeat(400)));
        let (c, c_long) = (CString::new(&*odd).unwrap(), CString::new(&*long).unwrap());

        mount_and_unmount(&*odd, "text", "tmpfs", "", (point, "text"));
        mount_and_unmount(&*c, c"text", c"tmpfs", c"", (point, "text"));
        mount_and_unmount(&*odd, c"text", "tmpfs", c"size=64k", (point, "text"));
        mount_and_unmount(&*c, b"\xFE", b"tmpfs", "size=64k", (point, "\u{FFFD}"));
        mount_and_unmount(&*long, "text", "tmpfs", "", (point, "text"));
        mount_and_unmount(&*c_long, "text", "tmpfs", &*options, (point, "text"));
        mount_and_unmount(&*odd, &*source, "tmpfs", &*options, (point, &source));
        mount_and_unmount(&*long, &*source, c"tmpfs", "", (point, &source));
        #[cfg(feature = "std")]
        mount_and_unmount(
            Path::new(OsStr::from_bytes(&odd)),
            Path::new("text"),
            "tmpfs",
            "",
            (point, "text"),
        );

        let to = create_dir(format!("{path}/to"));
        mount::bind_mount(&*long, &*to).unwrap();
        mount::unmount(&*to).unwrap();
        mount::bind_mount(&*c, &*to).unwrap();
        raw::umount2(&*format!("{to}{}", "/.".repeat(200)), UnmountFlags::empty()).unwrap();
        // If a mount has no source, mountinfo shows `none` as the source.
        let (flags, data) = (MountFlags::empty(), &b"size=64k\0,mode=nonsense"[..]);
        // SAFETY: the mount data contains no file descriptors.
        unsafe { raw::mount(NONE, &*to, Some("tmpfs"), flags, Some(data)) }.unwrap();
        let mounted = mounted_at(&to).unwrap();
        assert_eq!(mounted.source, "none");
        assert!(has(&mounted.super_options, "size=64k"), "{mounted:?}");
    });
}
