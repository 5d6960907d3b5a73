//! Tests of the effects of marks: the objects and files that each kind of mark covers, ignored
//! events, and the privileges that marks require.

use std::fs::{self, File};
use std::io::Write;

use butter::Errno;
use butter::fanotify::{Class, EventMask, Fanotify, InitFlags, Mark, MarkFlags, MarkMask};
use butter::fs::{CWD, Mode, OFlags, openat};
use butter::mount::{self, MountFlags};
use common::{require, this_test};

use super::marks::NAMESPACE;
use super::{TMP, create, group, on_filesystem};

/// Reads all events, and returns their masks.
fn masks(group: &Fanotify) -> Vec<EventMask> {
    let mut buffer = [0; 4096];
    group.read_events(&mut buffer).unwrap().map(|event| event.mask()).collect()
}

fn open(path: &str) {
    File::open(path).unwrap();
}

#[test]
fn each_kind_of_mark_reports_the_events_of_its_object() {
    let ran = on_filesystem(this_test!(), || {
        let (file, other) = (create("file"), create("other"));
        fs::create_dir(format!("{TMP}/bind")).unwrap();
        mount::bind_mount(TMP, format!("{TMP}/bind").as_str()).unwrap();
        let through_bind = format!("{TMP}/bind/other");
        for (mark, expected) in
            [(Mark::Inode, [1, 0, 0]), (Mark::Mount, [1, 1, 0]), (Mark::Filesystem, [1, 1, 1])]
        {
            let group = group(Class::Notification, InitFlags::empty()).unwrap();
            group.add(mark, MarkMask::OPEN, file.as_str()).unwrap();
            let counts = [&file, &other, &through_bind].map(|path| {
                open(path);
                masks(&group).len()
            });
            assert_eq!(counts, expected, "{mark:?}");
        }
    });
    require!(ran, "the caller is not the host's root");
}

#[test]
fn add_at_and_add_fd_mark_the_file_of_a_descriptor_and_of_a_relative_path() {
    let directory = common::files::directory();
    let (path, file) = (common::bytes(directory.path()), directory.path().join("file"));
    let open = || File::open(&file).unwrap();
    File::create(&file).unwrap();
    let open_directory = |flags| openat(CWD, path, flags | OFlags::DIRECTORY, Mode::empty());
    let descriptor = open_directory(OFlags::RDONLY).unwrap();
    let flags = MarkFlags::empty();
    let new = || group(Class::Notification, InitFlags::REPORT_FID);
    let (mask, on_child) = (MarkMask::OPEN, MarkMask::OPEN | MarkMask::EVENT_ON_CHILD);

    let group = require!(new());
    require!(group.add_at(Mark::Inode, flags, mask, &descriptor, "file"));
    open();
    assert_eq!(masks(&group), [EventMask::OPEN]);
    group.remove_at(Mark::Inode, flags, mask, &descriptor, "file").unwrap();
    open();
    assert_eq!(masks(&group), []);

    let group = new().unwrap();
    group.add_fd(Mark::Inode, flags, on_child, &descriptor).unwrap();
    open();
    assert_eq!(masks(&group), [EventMask::OPEN]);
    group.remove_fd(Mark::Inode, flags, MarkMask::OPEN, &descriptor).unwrap();
    open();
    assert_eq!(masks(&group), []);

    // A path-only descriptor is accepted only with a path.
    let path_only = open_directory(OFlags::PATH).unwrap();
    group.add_at(Mark::Inode, flags, mask, &path_only, "file").unwrap();
    let error = group.add_fd(Mark::Inode, flags, mask, &path_only).unwrap_err();
    assert_eq!(error.errno(), Errno::BADF);
}

#[test]
fn mark_flag_dont_follow_marks_the_symbolic_link_itself() {
    let directory = common::files::directory();
    let (file, link) = (directory.path().join("file"), directory.path().join("link"));
    File::create(&file).unwrap();
    std::os::unix::fs::symlink(&file, &link).unwrap();
    for (flags, expected) in [(MarkFlags::empty(), 1), (MarkFlags::DONT_FOLLOW, 0)] {
        let group = require!(group(Class::Notification, InitFlags::REPORT_FID));
        require!(group.add_at(Mark::Inode, flags, MarkMask::OPEN, CWD, common::bytes(&link)));
        File::open(&link).unwrap();
        assert_eq!(masks(&group).len(), expected, "{flags}");
    }
}

#[test]
fn ignore_suppresses_events_until_it_is_removed() {
    let directory = common::files::directory();
    let path = common::bytes(directory.path());
    let file = directory.path().join("file");
    File::create(&file).unwrap();
    // An open with O_TRUNC can modify the file before the event of the open.
    let open_and_modify = || {
        File::options().write(true).open(&file).unwrap().write_all(b"content").unwrap();
    };
    let mask = MarkMask::OPEN | MarkMask::MODIFY;
    let on_child = mask | MarkMask::EVENT_ON_CHILD;
    let new = || {
        let group = group(Class::Notification, InitFlags::REPORT_FID)?;
        group.add(Mark::Inode, on_child, path).map(|()| group)
    };

    let group = require!(new());
    require!(group.ignore(Mark::Inode, MarkMask::OPEN, common::bytes(&file)), "Linux 6.0");
    for _ in 0..2 {
        open_and_modify();
        assert_eq!(masks(&group), [EventMask::MODIFY]);
    }
    let flags = MarkFlags::IGNORE;
    group.remove_at(Mark::Inode, flags, MarkMask::OPEN, CWD, common::bytes(&file)).unwrap();
    open_and_modify();
    assert_eq!(masks(&group), [EventMask::OPEN | EventMask::MODIFY]);

    // Without IGNORED_SURV_MODIFY, a modification removes the ignored events.
    for flags in [MarkFlags::IGNORE, MarkFlags::IGNORED_MASK] {
        let group = new().unwrap();
        let ignored = MarkMask::OPEN;
        group.add_at(Mark::Inode, flags, ignored, CWD, common::bytes(&file)).unwrap();
        open_and_modify();
        assert_eq!(masks(&group), [EventMask::MODIFY], "{flags}");
        open_and_modify();
        assert_eq!(masks(&group), [EventMask::OPEN | EventMask::MODIFY], "{flags}");
    }

    // EVENT_ON_CHILD has an effect with IGNORE, but not with IGNORED_MASK.
    let group = new().unwrap();
    group.ignore(Mark::Inode, on_child, path).unwrap();
    open_and_modify();
    assert_eq!(masks(&group), []);
}

#[test]
fn add_fails_with_eexist_if_the_flags_of_the_mark_exclude_the_new_flags() {
    let new = || group(Class::Notification, InitFlags::REPORT_FID);
    let group = require!(new());
    let add = |group: &Fanotify, flags, path: &[u8]| {
        group.add_at(Mark::Inode, flags, MarkMask::OPEN, CWD, path)
    };
    let directory = common::files::directory();
    let file = directory.path().join("file");
    File::create(&file).unwrap();
    let path = common::bytes(&file);
    require!(add(&group, MarkFlags::EVICTABLE, path), "FAN_MARK_EVICTABLE requires Linux 5.19");
    // An evictable mark can become permanent, but not conversely.
    add(&group, MarkFlags::empty(), path).unwrap();
    let error = add(&group, MarkFlags::EVICTABLE, path).unwrap_err();
    assert_eq!(error.errno(), Errno::EXIST);

    let survives = MarkFlags::IGNORE | MarkFlags::IGNORED_SURV_MODIFY;
    assert_eq!(survives, MarkFlags::IGNORE_SURV);
    let group = new().unwrap();
    require!(add(&group, survives, path), "FAN_MARK_IGNORE requires Linux 6.0");
    for flags in [MarkFlags::IGNORE, MarkFlags::IGNORED_MASK] {
        let errno = add(&group, flags, path).err().map(butter::Error::errno);
        assert_eq!(errno, Some(Errno::EXIST), "{flags}");
    }
    add(&group, survives, path).unwrap();

    // The kernel ignores the call if the file is open for writing.
    let _writer = File::options().write(true).open(&file).unwrap();
    add(&group, MarkFlags::IGNORE, path).unwrap();
}

/// Since Linux 6.16, root of a user namespace can mark the mounts, file systems and mount
/// namespaces that the user namespace owns.
#[test]
fn add_in_user_namespace_accepts_marks_of_objects_that_the_namespace_owns() {
    let ran = this_test!().in_namespaces(|| {
        let is_user_namespace = group(Class::Content, InitFlags::empty()).is_err();
        require!(is_user_namespace, "the host permits no user namespaces");
        mount::mount("tmpfs", TMP, "tmpfs", MountFlags::empty(), "").unwrap();
        let fids = require!(group(Class::Notification, InitFlags::REPORT_DFID_NAME));
        for mark in [Mark::Mount, Mark::Filesystem] {
            let result = fids.add(mark, MarkMask::OPEN, TMP);
            if common::kernel_is_at_least("6.16") {
                result.unwrap();
                let path = create("file");
                File::open(&path).unwrap();
                assert!(masks(&fids).contains(&EventMask::OPEN), "{mark:?}");
                fids.remove(mark, MarkMask::OPEN, TMP).unwrap();
            }
        }
        // The initial user namespace owns the file system.
        let error = fids.add(Mark::Filesystem, MarkMask::OPEN, "/").unwrap_err();
        assert_eq!(error.errno(), Errno::PERM);
        assert_eq!(error.kind(), butter::error::ErrorKind::PermissionDenied);
        if cfg!(feature = "explain") {
            let reason = error.reason().unwrap().to_string();
            assert!(reason.contains("the capability CAP_SYS_ADMIN in both"), "{reason}");
        }

        require!(common::kernel_is_at_least("6.16"), "marks in user namespaces");
        let mounts = group(Class::Notification, InitFlags::REPORT_MNT).unwrap();
        let mask = MarkMask::MNT_ATTACH | MarkMask::MNT_DETACH;
        mounts.add(Mark::MountNamespace, mask, NAMESPACE).unwrap();
        mount::unmount(TMP).unwrap();
        assert_eq!(masks(&mounts), [EventMask::MNT_DETACH]);
    });
    require!(ran, "the host does not permit new namespaces");
}

/// Each refusal names the missing capability.
#[test]
fn fanotify_init_and_mark_errors_name_the_missing_capability() {
    let reason = |error: butter::Error| {
        assert_eq!(error.errno(), Errno::PERM);
        let text = error.to_string();
        assert!(cfg!(not(feature = "explain")) || text.contains("CAP_SYS_ADMIN"), "{text}");
        text
    };
    common::child::as_nobody(|| {
        for class in [Class::Notification, Class::Content, Class::PreContent] {
            reason(group(class, InitFlags::empty()).unwrap_err());
        }
        let fids = InitFlags::REPORT_FID;
        let audited = group(Class::Notification, fids | InitFlags::ENABLE_AUDIT);
        let text = reason(audited.unwrap_err());
        assert!(cfg!(not(feature = "explain")) || text.contains("CAP_AUDIT_WRITE"), "{text}");
        let fids = require!(group(Class::Notification, fids));
        for mark in [Mark::Mount, Mark::Filesystem] {
            reason(fids.add(mark, MarkMask::OPEN, "/").unwrap_err());
        }
    });
}
