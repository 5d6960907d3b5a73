//! Binds, moves, and the paths that name a place.

use std::ffi::{CString, OsStr};
use std::fs::{self, File};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use butter::Errno;
use butter::error::{Call, ErrorKind};
use butter::mount::{self, MountFlags, UnmountFlags, raw};
use butter::path::Arg;

use super::{NONE, folder, has, options, tmpfs, with_mounts};
use common::mountinfo::{mounted_at, mounts};

#[test]
fn a_bind_mount_shows_a_file_or_a_directory_at_another_place() {
    with_mounts(|path| {
        let (from, to, below) = (
            folder(format!("{path}/from")),
            folder(format!("{path}/to")),
            folder(format!("{path}/from/below")),
        );
        fs::write(format!("{from}/file"), "the file").unwrap();
        fs::write(format!("{path}/other"), "the other").unwrap();
        mount::mount("x", &*below, "tmpfs", MountFlags::NOEXEC, "").unwrap();
        fs::write(format!("{below}/deep"), "").unwrap();

        mount::bind_mount(&*from, &*to).unwrap();
        let bound = mounted_at(&to).unwrap();
        assert_eq!(
            (&*bound.root, &*bound.source, &*bound.fstype),
            ("/from", "of\\040the\\040test", "tmpfs")
        );
        assert_eq!(fs::read_to_string(format!("{to}/file")).unwrap(), "the file");
        assert_eq!(
            fs::read_dir(format!("{to}/below")).unwrap().count(),
            0,
            "mounts below are not shown"
        );
        fs::write(format!("{to}/new"), "new").unwrap();
        assert_eq!(fs::read_to_string(format!("{from}/new")).unwrap(), "new");
        mount::unmount(&*to).unwrap();

        mount::bind_mount_recursive(&*from, &*to).unwrap();
        assert!(Path::new(&format!("{to}/below/deep")).exists());
        assert!(has(&options(&format!("{to}/below")), "noexec"));
        assert_eq!(
            mount::unmount(&*to).unwrap_err().kind(),
            ErrorKind::Busy,
            "something is mounted below"
        );
        mount::unmount(format!("{to}/below").as_bytes()).unwrap();
        mount::unmount(&*to).unwrap();

        mount::bind_mount(format!("{from}/file").as_bytes(), format!("{path}/other").as_bytes())
            .unwrap();
        assert_eq!(fs::read_to_string(format!("{path}/other")).unwrap(), "the file");
        mount::unmount(format!("{path}/other").as_bytes()).unwrap();
        assert_eq!(fs::read_to_string(format!("{path}/other")).unwrap(), "the other");

        // The kernel takes no other flag with it.
        let flags = MountFlags::BIND | MountFlags::RDONLY | MountFlags::NODEV;
        // SAFETY: no data.
        unsafe { raw::mount(Some(&*from), &*to, NONE, flags, None) }.unwrap();
        assert_eq!(options(&to), ["rw", "relatime"]);
    });
}

#[test]
fn a_mount_is_moved_with_all_below_it() {
    with_mounts(|path| {
        let (from, to) = (folder(format!("{path}/from")), folder(format!("{path}/to")));
        tmpfs(&from);
        tmpfs(&folder(format!("{from}/below")));
        File::create(format!("{from}/below/file")).unwrap();
        let (mounted, open) =
            (mounted_at(&from).unwrap().id, File::open(format!("{from}/below/file")).unwrap());
        mount::move_to(&*from, &*to).unwrap();
        assert!(mounted_at(&from).is_none());
        assert_eq!(mounted_at(&to).unwrap().id, mounted, "it is the same mount");
        assert!(Path::new(&format!("{to}/below/file")).exists());
        drop(open);

        let below = mount::move_to(&*to, format!("{to}/below").as_bytes()).unwrap_err();
        assert_eq!((below.call(), below.errno()), (Call::MOUNT_MOVE, Errno::LOOP));
        let nothing = mount::move_to(&*from, &*to).unwrap_err();
        assert_eq!((nothing.call(), nothing.errno()), (Call::MOUNT_MOVE, Errno::INVAL));
    });
}

#[test]
fn a_link_is_followed_unless_it_must_not_be() {
    with_mounts(|path| {
        let (at, link) = (folder(format!("{path}/at")), format!("{path}/link"));
        std::os::unix::fs::symlink(&at, &link).unwrap();
        tmpfs(&link);
        assert!(mounted_at(&at).is_some() && mounted_at(&link).is_none());
        let refused = raw::umount2(&*link, UnmountFlags::NOFOLLOW).unwrap_err();
        assert_eq!(refused.errno(), Errno::INVAL);
        assert!(mounted_at(&at).is_some());
        mount::unmount(&*link).unwrap();
        assert!(mounted_at(&at).is_none());
    });
}

/// Mounts a file system and takes it away again; the list must have told of it so.
fn round(
    target: impl Arg + Copy,
    source: impl Arg,
    fstype: impl Arg,
    options: impl Arg,
    told: (&str, &str),
) {
    mount::mount(source, target, fstype, MountFlags::empty(), options).unwrap();
    let mounted = mounts().pop().unwrap();
    assert_eq!((&*mounted.point, &*mounted.source), told);
    mount::unmount(target).unwrap();
    assert_ne!(mounts().pop().unwrap().point, told.0);
}

#[test]
fn paths_are_of_any_bytes_any_length_and_any_type() {
    with_mounts(|path| {
        let odd = [path.as_bytes(), b"/\xFF \n\\"].concat();
        fs::create_dir(OsStr::from_bytes(&odd)).unwrap();
        let point = &*format!("{path}/\u{FFFD}\\040\\012\\134");
        // Longer than what a call has room for at first.
        let long = [path.as_bytes(), &b"/.".repeat(1500), b"/\xFF \n\\"].concat();
        let (source, options) = ("s".repeat(300), format!("size=64k{}", ",mode=700".repeat(400)));
        let (c, c_long) = (CString::new(&*odd).unwrap(), CString::new(&*long).unwrap());

        round(&*odd, "text", "tmpfs", "", (point, "text"));
        round(&*c, c"text", c"tmpfs", c"", (point, "text"));
        round(&*odd, c"text", "tmpfs", c"size=64k", (point, "text"));
        round(&*c, b"\xFE", b"tmpfs", "size=64k", (point, "\u{FFFD}"));
        round(&*long, "text", "tmpfs", "", (point, "text"));
        round(&*c_long, "text", "tmpfs", &*options, (point, "text"));
        round(&*odd, &*source, "tmpfs", &*options, (point, &source));
        round(&*long, &*source, c"tmpfs", "", (point, &source));
        #[cfg(feature = "std")]
        round(Path::new(OsStr::from_bytes(&odd)), Path::new("text"), "tmpfs", "", (point, "text"));

        let to = folder(format!("{path}/to"));
        mount::bind_mount(&*long, &*to).unwrap();
        mount::unmount(&*to).unwrap();
        mount::bind_mount(&*c, &*to).unwrap();
        raw::umount2(&*format!("{to}{}", "/.".repeat(200)), UnmountFlags::empty()).unwrap();
        // With no source, the kernel writes one in its place.
        let (flags, data) = (MountFlags::empty(), &b"size=64k\0,mode=nonsense"[..]);
        // SAFETY: the data name no descriptors.
        unsafe { raw::mount(NONE, &*to, Some("tmpfs"), flags, Some(data)) }.unwrap();
        let mounted = mounted_at(&to).unwrap();
        assert_eq!(mounted.source, "none");
        assert!(has(&mounted.of_file_system, "size=64k"), "{mounted:?}");
    });
}
