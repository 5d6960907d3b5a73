//! Opening handles: the mount arguments, the flags and stale handles.

use std::fs::{self, File};
use std::io::{Read, Write};

use butter::error::{Errno, ErrorKind};
use butter::fd::AsRawFd;
use butter::fs::{CWD, OFlags, fstat};
use butter::handle::{
    EncodeFlags, NSFS_ROOT, PIDFS_ROOT, name_to_handle_at, open_by_handle_at, raw,
};
use butter::io::{AccessMode, fcntl_getfd, fcntl_getfl};
use butter::namespace::{Kind, Namespace};
use butter::process::PidFd;

use super::{handle_of, handles_can_be_opened};
use common::child::{in_namespaces, with_own_root_and_cwd};
use common::forked::ForkedChild;
use common::{fd, file, files, require};

#[test]
fn open_by_handle_at_opens_a_file_after_it_was_renamed() {
    require!(handles_can_be_opened());
    let directory = files::directory();
    let [old, new] = ["old", "new"].map(|name| directory.child(name));
    fs::write(&old, "text").unwrap();
    let handle = handle_of(&old);
    fs::rename(&old, &new).unwrap();
    let mount = fd(File::open(directory.path()).unwrap());
    let mut text = String::new();
    let opened = open_by_handle_at(&mount, &handle, OFlags::RDONLY).unwrap();
    file(opened).read_to_string(&mut text).unwrap();
    assert_eq!(text, "text");
}

#[test]
fn open_by_handle_at_accepts_any_file_of_the_file_system_as_the_mount_argument() {
    require!(handles_can_be_opened());
    let (directory, other) = (files::directory(), files::NamedFile::new());
    let handle = handle_of(directory.path());
    let other = fd(File::open(other.path()).unwrap());
    let opened = open_by_handle_at(&other, &handle, OFlags::PATH).unwrap();
    let link = fs::read_link(format!("/proc/self/fd/{}", opened.as_raw_fd())).unwrap();
    assert_eq!(link, directory.path());
    with_own_root_and_cwd(|| {
        std::env::set_current_dir(directory.path()).unwrap();
        open_by_handle_at(CWD, &handle, OFlags::PATH).unwrap();
    });
}

#[test]
fn open_by_handle_at_opens_in_each_access_mode_and_sets_cloexec() {
    require!(handles_can_be_opened());
    let named = files::NamedFile::new();
    let (mount, handle) = (fd(File::open(named.path()).unwrap()), handle_of(named.path()));
    for (flags, access) in [
        (OFlags::RDONLY, AccessMode::ReadOnly),
        (OFlags::WRONLY, AccessMode::WriteOnly),
        (OFlags::RDWR, AccessMode::ReadWrite),
    ] {
        let opened = open_by_handle_at(&mount, &handle, flags).unwrap();
        assert_eq!(fcntl_getfl(&opened).unwrap().access(), access);
        assert!(!fcntl_getfd(&opened).unwrap().is_empty());
        let opened = raw::open_by_handle_at(&mount, &handle, flags).unwrap();
        assert!(fcntl_getfd(&opened).unwrap().is_empty());
    }
    (&*named).write_all(b"text").unwrap();
    open_by_handle_at(&mount, &handle, OFlags::WRONLY | OFlags::TRUNC).unwrap();
    assert_eq!(named.metadata().unwrap().len(), 0);
}

#[test]
fn open_by_handle_at_fails_with_estale_after_the_file_was_deleted() {
    require!(handles_can_be_opened());
    let directory = files::directory();
    let path = directory.child("file");
    let created = File::create(&path).unwrap();
    let (mount, handle) = (fd(File::open(directory.path()).unwrap()), handle_of(&path));
    fs::remove_file(&path).unwrap();
    drop(created);
    // A new file, which can have the same inode number.
    drop(File::create(&path).unwrap());
    let error = open_by_handle_at(&mount, &handle, OFlags::RDONLY).unwrap_err();
    assert_eq!((error.errno(), error.kind()), (Errno::STALE, ErrorKind::StaleHandle));
}

#[test]
fn open_by_handle_at_without_capability_in_initial_namespace_opens_only_directories() {
    require!(kernel >= 6.11, "opening a handle in a user namespace");
    require!(
        in_namespaces(|| {
            let directory = files::directory();
            common::child::mount_tmpfs(directory.path(), 1 << 20).unwrap();
            let (inner, path) = (directory.child("directory"), directory.child("file"));
            fs::create_dir(&inner).unwrap();
            drop(File::create(&path).unwrap());
            let mount = fd(File::open(directory.path()).unwrap());
            let handle = handle_of(&inner);
            open_by_handle_at(&mount, &handle, OFlags::DIRECTORY).unwrap();
            // Only root of the initial user namespace can open other files.
            let opened = open_by_handle_at(&mount, &handle_of(&path), OFlags::RDONLY);
            let is_initial =
                fs::read_to_string("/proc/self/uid_map").unwrap().contains("4294967295");
            match opened {
                Ok(_) => assert!(is_initial),
                Err(error) => assert!(!is_initial && error.is(Errno::PERM), "{error}"),
            }
        }),
        "namespaces are not permitted"
    );
}

#[test]
fn pidfs_root_opens_a_pidfd_until_the_process_is_reaped() {
    require!(kernel >= 6.17, "FD_PIDFS_ROOT");
    let child = ForkedChild::start(|| ());
    let pidfd = PidFd::open(child.pid()).unwrap();
    let (handle, _) = name_to_handle_at(&pidfd, "", EncodeFlags::EMPTY_PATH).unwrap();
    let open = || open_by_handle_at(PIDFS_ROOT, &handle, OFlags::RDWR).and_then(PidFd::try_from);
    open().unwrap().send_signal(Some(butter::signal::Signal::KILL)).unwrap();
    child.wait();
    let error = open().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::StaleHandle, "{error}");
}

#[test]
fn nsfs_root_opens_a_namespace_by_its_handle() {
    require!(kernel >= 6.18, "FD_NSFS_ROOT");
    let own = Namespace::own(Kind::Net).unwrap();
    let (handle, _) = name_to_handle_at(&own, "", EncodeFlags::EMPTY_PATH).unwrap();
    // The ID, the type and the inode number of the namespace.
    assert_eq!((handle.handle_type(), handle.size()), (0xF1, 16));
    assert_eq!(handle.as_bytes()[8..12], own.kind().unwrap().bits().to_ne_bytes());
    let inode = fstat(&own).unwrap().ino() as u32;
    assert_eq!(handle.as_bytes()[12..], inode.to_ne_bytes());

    let opened = open_by_handle_at(NSFS_ROOT, &handle, OFlags::RDONLY).unwrap();
    let (again, _) = name_to_handle_at(&opened, "", EncodeFlags::EMPTY_PATH).unwrap();
    assert_eq!(again, handle);
    let error = open_by_handle_at(PIDFS_ROOT, &handle, OFlags::RDONLY).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::StaleHandle);
}
