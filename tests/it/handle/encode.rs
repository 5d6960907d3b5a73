//! Creating handles: the effect of each flag, the size and the mount ID.

use std::collections::HashSet;
use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::path::Path;

use butter::error::{Errno, ErrorKind};
use butter::fs::{CWD, StatxFlags, statx};
use butter::handle::{EncodeFlags, FileHandle, FileHandleRef, MountId, name_to_handle_at, raw};

use super::{NONE, handle_of, handles_are_supported};
use common::child::with_own_root_and_cwd;
use common::{bytes, fd, files, kernel_is_at_least, require};

#[test]
fn handle_identifies_the_file_and_not_its_name() {
    require!(handles_are_supported());
    let directory = files::directory();
    let [first, second, renamed] = ["first", "second", "renamed"].map(|it| directory.child(it));
    for path in [&first, &second] {
        drop(File::create(path).unwrap());
    }
    let handles = [handle_of(&first), handle_of(&second), handle_of(directory.path())];
    assert_eq!(HashSet::from(handles).len(), 3);

    fs::rename(&first, &renamed).unwrap();
    assert_eq!(handle_of(&renamed), handles[0]);
    fs::hard_link(&renamed, &first).unwrap();
    assert_eq!(handle_of(&first), handles[0]);
    assert_ne!(handle_of(&first), handles[1]);
}

#[test]
fn handle_of_a_deleted_file_differs_from_the_handle_of_its_successor() {
    require!(handles_are_supported());
    let directory = files::directory();
    let path = directory.child("file");
    // File systems with few inodes use the inode number of the deleted file again.
    let handles: Vec<_> = (0..8)
        .map(|_| {
            drop(File::create(&path).unwrap());
            let handle = handle_of(&path);
            fs::remove_file(&path).unwrap();
            handle
        })
        .collect();
    assert_eq!(handles.iter().collect::<HashSet<_>>().len(), handles.len());
}

#[test]
fn handle_can_be_stored_and_decoded() {
    require!(handles_are_supported());
    let file = files::NamedFile::new();
    let handle = handle_of(file.path());
    let stored = handle.as_struct_bytes().to_vec();
    assert_eq!(stored.len(), 8 + handle.size());
    let (decoded, rest) = FileHandleRef::decode(&stored).unwrap();
    assert_eq!((FileHandle::from(decoded), rest), (handle, &[][..]));
    let parts = FileHandle::new(handle.handle_type(), handle.as_bytes());
    assert_eq!(parts, Some(handle));
}

#[test]
fn name_to_handle_at_follows_symbolic_link_only_with_symlink_follow() {
    require!(handles_are_supported());
    let directory = files::directory();
    let [file, link] = ["file", "link"].map(|name| directory.child(name));
    drop(File::create(&file).unwrap());
    symlink("file", &link).unwrap();
    let encode = |flags| name_to_handle_at(CWD, bytes(&link), flags).unwrap().0;
    assert_eq!(encode(EncodeFlags::SYMLINK_FOLLOW), handle_of(&file));
    assert_ne!(encode(NONE), handle_of(&file));
}

#[test]
fn name_to_handle_at_resolves_relative_path_from_directory_argument() {
    require!(handles_are_supported());
    let directory = files::directory();
    let path = directory.child("file");
    drop(File::create(&path).unwrap());
    let at = fd(File::open(directory.path()).unwrap());
    let expected = handle_of(&path);
    assert_eq!(name_to_handle_at(&at, "file", NONE).unwrap().0, expected);
    let file = fd(File::open(&path).unwrap());
    let empty = name_to_handle_at(&file, "", EncodeFlags::EMPTY_PATH).unwrap();
    assert_eq!(empty.0, expected);
    let error = name_to_handle_at(&file, "", NONE).unwrap_err();
    assert!(error.is(Errno::NOENT), "{error}");
    with_own_root_and_cwd(|| {
        std::env::set_current_dir(directory.path()).unwrap();
        assert_eq!(name_to_handle_at(CWD, "file", NONE).unwrap().0, expected);
    });
}

#[test]
fn mount_id_equals_the_mount_id_of_statx() {
    require!(handles_are_supported());
    let directory = files::directory();
    let path = bytes(directory.path());
    let status = |mask| statx(CWD, path, butter::fs::AtFlags::empty(), mask).unwrap();
    let (_, id) = name_to_handle_at(CWD, path, NONE).unwrap();
    let expected = status(StatxFlags::MNT_ID).mnt_id().unwrap();
    assert_eq!(id, MountId::Reusable(expected as i32));

    require!(kernel >= 6.12, "AT_HANDLE_MNT_ID_UNIQUE");
    let (_, id) = name_to_handle_at(CWD, path, EncodeFlags::MNT_ID_UNIQUE).unwrap();
    let expected = status(StatxFlags::MNT_ID_UNIQUE).mnt_id_unique().unwrap();
    assert_eq!(id, MountId::Unique(expected));
}

#[test]
fn handle_with_fid_exists_on_file_systems_whose_handles_cannot_be_opened() {
    let encode = |path, flags| name_to_handle_at(CWD, path, flags);
    let error = encode("/proc/version", NONE).unwrap_err();
    assert_eq!((error.errno(), error.kind()), (Errno::OPNOTSUPP, ErrorKind::Unsupported));
    require!(kernel >= 6.6, "a handle of a file in /proc");
    let fid = |path| encode(path, EncodeFlags::FID).unwrap().0;
    assert_eq!(fid("/proc/version"), fid("/proc/version"));
    assert_ne!(fid("/proc/version"), fid("/proc/uptime"));
}

#[test]
fn handle_with_connectable_also_identifies_the_parent_directory() {
    require!(handles_are_supported());
    require!(kernel >= 6.13, "AT_HANDLE_CONNECTABLE");
    let directory = files::directory();
    let supported = name_to_handle_at(CWD, bytes(directory.path()), EncodeFlags::CONNECTABLE);
    require!(supported.map_err(|error| error.to_string()));
    let [first, second] = ["first", "second"].map(|name| directory.child(name));
    fs::create_dir(&first).unwrap();
    fs::create_dir(&second).unwrap();
    let (one, other) = (first.join("file"), second.join("file"));
    drop(File::create(&one).unwrap());
    let encode =
        |path: &Path| name_to_handle_at(CWD, bytes(path), EncodeFlags::CONNECTABLE).unwrap().0;
    let (connectable, plain) = (encode(&one), handle_of(&one));
    assert_ne!(connectable.handle_type(), plain.handle_type());
    fs::rename(&one, &other).unwrap();
    assert_eq!(handle_of(&other), plain);
    // A file system whose handles have a fixed size has no space for the parent.
    if connectable.size() > plain.size() {
        assert_ne!(encode(&other), connectable);
    }
}

#[test]
fn raw_name_to_handle_at_returns_required_capacity_on_eoverflow() {
    require!(handles_are_supported());
    let directory = files::directory();
    let path = bytes(directory.path());
    let expected = handle_of(directory.path());
    for capacity in 0..=128 {
        let mut handle = FileHandle::zeroed(capacity).unwrap();
        let result = raw::name_to_handle_at(CWD, path, &mut handle, NONE);
        // The kernel uses whole words of 4 bytes.
        if capacity / 4 * 4 < expected.size() {
            assert_eq!(result.unwrap_err().errno(), Errno::OVERFLOW, "{capacity}");
            assert_eq!(handle.size(), expected.size());
        } else {
            result.unwrap();
            assert_eq!(handle, expected, "{capacity}");
        }
    }
}

#[test]
fn name_to_handle_at_fails_if_flags_are_not_supported() {
    require!(handles_are_supported());
    for (flags, since) in [
        (EncodeFlags::FID, "6.5"),
        (EncodeFlags::MNT_ID_UNIQUE, "6.12"),
        (EncodeFlags::CONNECTABLE, "6.13"),
    ] {
        let directory = files::directory();
        match name_to_handle_at(CWD, bytes(directory.path()), flags) {
            // A distribution can add the flag to an older kernel.
            Ok(_) => {}
            Err(error) => {
                if flags == EncodeFlags::CONNECTABLE && error.is(Errno::OPNOTSUPP) {
                    // The kernel supports the flag, but the file system does not.
                    assert!(kernel_is_at_least(since), "{error}");
                    continue;
                }
                assert!(!kernel_is_at_least(since), "{flags}: {error}");
                assert!(error.is(Errno::INVAL), "{flags}: {error}");
                if cfg!(feature = "explain") {
                    assert!(error.to_string().contains(&format!("Linux {since}")), "{error}");
                }
            }
        }
    }
}
