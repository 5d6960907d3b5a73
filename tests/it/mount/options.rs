//! Tests of mount options that the crate rejects, of mount options that are flags, and of the flags
//! of a mount.

use std::fs;

use butter::error::{Call, ErrorKind};
use butter::fd::AsRawFd;
use butter::mount::{self, MountFlags, Options};
use butter::path::Arg;
use butter::{Errno, Error, io, pipe};

use common::inject::inject;
use common::test::in_row;
use common::this_test;

use super::{create_dir, has, mount_tmpfs, options, with_mounts};

/// Returns the errors of `mount::mount` and `mount::remount` if the system call `mount` fails with
/// `EXDEV`.
fn errors(fstype: &str, options: impl Arg + Copy + Send + Sync) -> [Error; 2] {
    inject(libc::SYS_mount, Errno::XDEV, || {
        [
            mount::mount("x", "/", fstype, MountFlags::empty(), options).unwrap_err(),
            mount::remount("/", MountFlags::empty(), options).unwrap_err(),
        ]
    })
}

#[test]
fn mount_and_remount_fail_with_einval_if_options_name_a_descriptor() {
    for name in ["fd", "rfdno", "wfdno", "FD", "Rfdno", "wfdNO", " fd", "fd ", "\tfd"] {
        for options in [
            format!("{name}=3"),
            format!("{name}=3,ro"),
            format!("trans=fd,{name}=3"),
            format!("size=1m,,{name}=3,mode=700"),
            format!("{name}="),
            format!("a=b, {name} =3"),
            format!("context=\"x,{name}=3\""),
            format!("{},{name}=3", "x".repeat(4000)),
        ] {
            for fstype in ["autofs", "fuse", "fuse.x", "fuseblk", "9p", "virtiofs", "coda", "tmpfs"]
            {
                for error in errors(fstype, &*options) {
                    let expected = (Call::MOUNT_OPTIONS, Errno::INVAL);
                    assert_eq!((error.call(), error.errno()), expected, "{options:?}");
                    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
                    if cfg!(feature = "explain") {
                        assert!(error.to_string().contains("file descriptor"), "{error}");
                    }
                }
            }
        }
    }
    // Binary data starts with a version number. The crate treats options that start with a control
    // character as binary data.
    for binary in [c"\x01", c"\x06", c"\x01\x03"] {
        for error in errors("coda", binary) {
            assert_eq!((error.call(), error.errno()), (Call::MOUNT_OPTIONS, Errno::INVAL));
        }
    }
    for options in ["", "size=1m", "xfd=3", "fdx=3", "source=fd", "a=fd=3", "rfdno2=3", "\u{fc}"] {
        for error in errors("tmpfs", options) {
            assert_eq!(error.errno(), Errno::XDEV, "{options:?}");
        }
    }
}

#[test]
fn mount_of_autofs_fails_with_einval_and_does_not_change_descriptors_of_other_code() {
    let test = this_test!();
    let ran = test.in_namespaces_as_host_root(|| {
        let directory = common::files::directory();
        let path = directory.path().to_str().unwrap();
        let (_reader, writer) = pipe::nonblocking().unwrap();
        let flags = io::fcntl_getfl(&writer).unwrap();
        for number in 0..writer.as_raw_fd() + 3 {
            let process = std::process::id();
            let options = format!("fd={number},pgrp={process},minproto=5,maxproto=5,direct");
            let error = mount::mount("x", path, "autofs", MountFlags::empty(), &*options);
            assert_eq!(error.unwrap_err().errno(), Errno::INVAL, "{options}");
        }
        // A successful mount would set the pipe to blocking mode.
        assert_eq!(io::fcntl_getfl(&writer), Ok(flags));
    });
    common::require!(test; ran, "only root can mount an autofs");
}

#[test]
fn mount_and_remount_fail_with_e2big_if_options_are_longer_than_a_page() {
    let long = format!("lowerdir={}", ["/tmp/layer"; 500].join(":"));
    for length in [4096, 4097, long.len()] {
        let options = &long[..length];
        for error in errors("overlay", options) {
            let expected = (Call::MOUNT_OPTIONS, Errno::TOOBIG, ErrorKind::InvalidArgument);
            assert_eq!((error.call(), error.errno(), error.kind()), expected);
            if cfg!(feature = "explain") {
                assert!(error.to_string().contains("4095"), "{error}");
            }
        }
    }
    for error in errors("overlay", &long[..4095]) {
        assert_eq!(error.errno(), Errno::XDEV);
    }
}

#[test]
fn mount_flags_returns_the_flags_of_the_mount_and_of_its_file_system() {
    use MountFlags as F;
    with_mounts(|path| {
        let at = create_dir(format!("{path}/at"));
        for (set, reported) in [
            (F::empty(), F::RELATIME),
            (F::RDONLY, F::RDONLY | F::RELATIME),
            (F::NOSUID, F::NOSUID | F::RELATIME),
            (F::NODEV, F::NODEV | F::RELATIME),
            (F::NOEXEC, F::NOEXEC | F::RELATIME),
            (F::NOSYMFOLLOW, F::NOSYMFOLLOW | F::RELATIME),
            (F::NOATIME, F::NOATIME),
            (F::NODIRATIME, F::NODIRATIME | F::RELATIME),
            (F::STRICTATIME, F::STRICTATIME),
            (F::STRICTATIME | F::NODIRATIME, F::STRICTATIME | F::NODIRATIME),
            (F::SYNCHRONOUS, F::SYNCHRONOUS | F::RELATIME),
            // `mount::flags` returns neither `DIRSYNC` nor `LAZYTIME`.
            (F::DIRSYNC | F::LAZYTIME, F::RELATIME),
        ] {
            in_row(set, || {
                mount::mount("x", &*at, "tmpfs", set, "").unwrap();
                let flags = mount::flags(&*at).unwrap();
                assert_eq!(flags, reported);
                // A remount with the returned flags changes no flags.
                let before = options(&at);
                mount::remount_bind(&*at, flags).unwrap();
                assert_eq!(options(&at), before);
                mount::remount_bind(&*at, flags | F::NOEXEC).unwrap();
                assert_eq!(mount::flags(&*at), Ok(reported | F::NOEXEC));
                mount::unmount(&*at).unwrap();
            });
        }
        mount_tmpfs(&at);
        mount::remount_bind(&*at, F::RDONLY).unwrap();
        fs::File::open(&at).unwrap();
        assert!(
            mount::flags(&*at).unwrap().contains(F::RDONLY),
            "mount::flags should return RDONLY of the mount, although the file system is writable"
        );
        assert!(!mount::flags(path).unwrap().contains(F::RDONLY));
    });
}

#[test]
fn options_apply_to_replaces_the_access_time_flag() {
    with_mounts(|path| {
        let at = create_dir(format!("{path}/at"));
        mount::mount("x", &*at, "tmpfs", MountFlags::STRICTATIME, "").unwrap();
        assert_eq!(options(&at), ["rw"]);
        for (text, expected) in [
            ("noatime", &["rw", "noatime"][..]),
            ("relatime", &["rw", "relatime"]),
            ("strictatime", &["rw"]),
            ("relatime,noatime", &["rw", "noatime"]),
            ("atime", &["rw", "relatime"]),
            ("nodiratime,strictatime", &["rw", "nodiratime"]),
            ("nostrictatime", &["rw", "nodiratime", "relatime"]),
        ] {
            let flags = Options::parse(text).unwrap().apply_to(mount::flags(&*at).unwrap());
            mount::remount_bind(&*at, flags).unwrap();
            assert_eq!(options(&at), expected, "{text}");
        }
    });
}

#[test]
fn options_parse_separates_flags_from_data_for_mount_and_remount_bind() {
    with_mounts(|path| {
        let at = create_dir(format!("{path}/at"));
        let parsed = Options::parse("ro,nosuid,mode=710,noatime,size=64k,rw").unwrap();
        let mut buffer = [0; 100];
        let data = parsed.data_in(&mut buffer).unwrap();
        let flags = parsed.apply_to(MountFlags::empty());
        mount::mount("x", &*at, "tmpfs", flags, data).unwrap();
        assert_eq!(options(&at), ["rw", "nosuid", "noatime"]);
        let mounted = common::mountinfo::mounted_at(&at).unwrap();
        let super_options = &mounted.super_options;
        assert!(has(super_options, "size=64k") && has(super_options, "mode=710"), "{mounted:?}");

        let changes = Options::parse("ro,suid,noexec").unwrap();
        let current = mount::flags(&*at).unwrap();
        mount::remount_bind(&*at, changes.apply_to(current)).unwrap();
        assert_eq!(options(&at), ["ro", "noexec", "noatime"]);
    });
}
