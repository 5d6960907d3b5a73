//! Errors of `name_to_handle_at` and `open_by_handle_at`.

use std::fs::{self, File};
use std::os::fd::AsRawFd;
use std::os::unix::fs::symlink;
use std::path::Path;

use butter::Errno;
use butter::error::{Call, ErrorKind};
use butter::fd::OwnedFd;
use butter::fs::{ABS, CWD, OFlags};
use butter::handle::{EncodeFlags, FileHandle, MountArg, MountId, raw};
use butter::path::Arg;

use super::fs_open::{F_SETSIG, make_fifo};
use super::fs_paths::{PathCall, path_call_rows};
use super::{Outcome, Row, Table, failed, path_only_descriptor, regular_file};
use common::child::{as_nobody, exhaust_descriptors};
use common::files;
use common::forked::in_forked_child;
use common::inject::inject;
use common::{bytes, kernel_is_at_least};

use ErrorKind::*;

pub const TABLE: Table = Table {
    source: include_str!("../../../src/handle/raw.rs"),
    rows: ROWS,
    at_descriptor_limit: &[],
    others: &[],
};

const ENCODE: PathCall =
    PathCall { number: libc::SYS_name_to_handle_at, call: |path| encode(ABS, path, NONE) };

/// The reason why this process cannot open handles.
const NO_CAPABILITY: &str = "this process does not have CAP_DAC_READ_SEARCH";

const NONE: EncodeFlags = EncodeFlags::empty();

path_call_rows! { ROWS {
    OPEN_BY_HANDLE_AT STALE StaleHandle open_deleted_file;
    OPEN_BY_HANDLE_AT STALE StaleHandle || open_on(File::open("/proc").unwrap());
    OPEN_BY_HANDLE_AT STALE StaleHandle open_unknown_type;
    OPEN_BY_HANDLE_AT STALE StaleHandle || {
        open_changed(|it| FileHandle::new(it.handle_type(), &[1]))
    };
    OPEN_BY_HANDLE_AT PERM PermissionDenied || open_as_nobody(OFlags::RDONLY);
    OPEN_BY_HANDLE_AT PERM PermissionDenied || open_as_nobody(OFlags::DIRECTORY);
    OPEN_BY_HANDLE_AT INVAL InvalidArgument || open_changed(|_| FileHandle::zeroed(0));
    OPEN_BY_HANDLE_AT INVAL InvalidArgument open_negative_type;
    OPEN_BY_HANDLE_AT INVAL InvalidArgument || open_as_directory(OFlags::TMPFILE);
    OPEN_BY_HANDLE_AT BADF BadDescriptor || {
        failed(raw::open_by_handle_at(ABS, &any(), OFlags::PATH))
    };
    OPEN_BY_HANDLE_AT BADF BadDescriptor || {
        failed(raw::open_by_handle_at(path_only_descriptor(), &any(), OFlags::PATH))
    };
    OPEN_BY_HANDLE_AT NOTDIR InvalidArgument || open_as_directory(OFlags::DIRECTORY);
    OPEN_BY_HANDLE_AT NOTDIR InvalidArgument || open_as_directory(OFlags::TMPFILE | OFlags::WRONLY);
    OPEN_BY_HANDLE_AT ISDIR InvalidArgument || open_path(files::directory().path(), OFlags::WRONLY);
    OPEN_BY_HANDLE_AT ISDIR InvalidArgument || open_path(files::directory().path(), OFlags::CREATE);
    OPEN_BY_HANDLE_AT EXIST AlreadyExists || open_file(OFlags::CREATE | OFlags::EXCL);
    OPEN_BY_HANDLE_AT LOOP InvalidArgument || {
        open_child(|path| symlink("x", path).unwrap(), OFlags::RDONLY)
    };
    OPEN_BY_HANDLE_AT ACCES PermissionDenied || injected(Errno::ACCES);
    OPEN_BY_HANDLE_AT AGAIN WouldBlock open_leased_file;
    OPEN_BY_HANDLE_AT ROFS PermissionDenied || injected(Errno::ROFS);
    OPEN_BY_HANDLE_AT TXTBSY Busy || {
        open_path(&fs::read_link("/proc/self/exe").unwrap(), OFlags::WRONLY)
    };
    OPEN_BY_HANDLE_AT NXIO NotFound || open_child(make_fifo, OFlags::WRONLY | OFlags::NONBLOCK);
    OPEN_BY_HANDLE_AT NODEV NotFound || injected(Errno::NODEV);
    OPEN_BY_HANDLE_AT BUSY Busy || injected(Errno::BUSY);
    OPEN_BY_HANDLE_AT MFILE LimitReached open_at_descriptor_limit;
    OPEN_BY_HANDLE_AT NFILE LimitReached || injected(Errno::NFILE);
    OPEN_BY_HANDLE_AT OPNOTSUPP Unsupported || injected(Errno::OPNOTSUPP);
    OPEN_BY_HANDLE_AT NOMEM OutOfMemory || injected(Errno::NOMEM);
    OPEN_BY_HANDLE_AT INTR Interrupted || injected(Errno::INTR);
    OPEN_BY_HANDLE_AT IO Other || injected(Errno::IO);
    OPEN_BY_HANDLE_AT NOSYS Unsupported || injected(Errno::NOSYS);
}:
    NAME_TO_HANDLE_AT ENCODE {
        NOTCONN NotConnected, STALE StaleHandle, NOSYS Unsupported
    } {
        OPNOTSUPP Unsupported || failed(encode(CWD, "/proc/version", NONE));
        OVERFLOW Other overflow;
        NOENT NotFound || ENCODE.fails("");
        NOTDIR InvalidArgument || failed(encode(regular_file(), "x", NONE));
        BADF BadDescriptor || ENCODE.fails("relative");
        BADF BadDescriptor || failed(encode(ABS, "", EncodeFlags::EMPTY_PATH));
        INVAL InvalidArgument || failed(encode(CWD, "/", EncodeFlags::from_bits_retain(0x100)));
        INVAL InvalidArgument || {
            failed(encode(CWD, "/", EncodeFlags::CONNECTABLE | EncodeFlags::FID))
        };
        INVAL InvalidArgument || {
            let flags = EncodeFlags::CONNECTABLE | EncodeFlags::EMPTY_PATH;
            failed(encode(regular_file(), "", flags))
        };
    }
}

fn encode(
    directory: impl butter::fs::DirectoryArg,
    path: impl Arg,
    flags: EncodeFlags,
) -> butter::Result<()> {
    handle_of(directory, path, flags).map(drop)
}

fn handle_of(
    directory: impl butter::fs::DirectoryArg,
    path: impl Arg,
    flags: EncodeFlags,
) -> butter::Result<(FileHandle, MountId)> {
    let mut handle = FileHandle::zeroed(128).unwrap();
    let mount = raw::name_to_handle_at(directory, path, &mut handle, flags)?;
    Ok((handle, mount))
}

/// Calls `name_to_handle_at` with a capacity that is too small. If the file system of temporary
/// files supports handles, the error is `EOVERFLOW`.
fn overflow() -> Outcome {
    let mut handle = FileHandle::zeroed(0).unwrap();
    let file = files::NamedFile::new();
    let error = failed(raw::name_to_handle_at(CWD, bytes(file.path()), &mut handle, NONE))?;
    if error.is(Errno::OPNOTSUPP) { Err(error.to_string()) } else { Ok(error) }
}

/// Returns a handle that no file system recognizes.
fn any() -> FileHandle {
    FileHandle::new(1, &[1; 8]).unwrap()
}

/// Opens a handle. Returns the reason to skip the row if the file has no handle, or if this process
/// does not have the capability to open handles.
fn open(
    mount: impl MountArg,
    handle: butter::Result<(FileHandle, MountId)>,
    flags: OFlags,
) -> Outcome {
    let (handle, _) = handle.map_err(|error| error.to_string())?;
    let error = failed(raw::open_by_handle_at(mount, &handle, flags))?;
    if error.is(Errno::PERM) { Err(NO_CAPABILITY.into()) } else { Ok(error) }
}

/// Opens the handle of the root directory without privileges.
fn open_as_nobody(flags: OFlags) -> Outcome {
    let root = common::fd(File::open("/").unwrap());
    as_nobody(|| failed(raw::open_by_handle_at(&root, &any(), flags)))
}

fn open_path(path: &Path, flags: OFlags) -> Outcome {
    let mount = File::open(path.parent().unwrap()).unwrap();
    open(common::fd(mount), handle_of(CWD, bytes(path), NONE), flags)
}

fn open_file(flags: OFlags) -> Outcome {
    open_path(files::NamedFile::new().path(), flags)
}

/// Opens the handle of a file as a directory. Root of a user namespace gets the error `ESTALE`.
fn open_as_directory(flags: OFlags) -> Outcome {
    let error = open_file(flags)?;
    if error.is(Errno::STALE) { Err(NO_CAPABILITY.into()) } else { Ok(error) }
}

/// Opens the handle of a file that `create` creates in a new directory.
fn open_child(create: impl FnOnce(&Path), flags: OFlags) -> Outcome {
    let directory = files::directory();
    let path = directory.path().join("file");
    create(&path);
    open_path(&path, flags)
}

/// Opens the handle of a file that no longer exists.
fn open_deleted_file() -> Outcome {
    let directory = files::directory();
    let path = directory.path().join("file");
    drop(File::create(&path).unwrap());
    let handle = handle_of(CWD, bytes(&path), NONE);
    fs::remove_file(&path).unwrap();
    open(common::fd(File::open(directory.path()).unwrap()), handle, OFlags::RDONLY)
}

/// Opens a handle with the mount argument of another file system.
fn open_on(mount: File) -> Outcome {
    let file = files::NamedFile::new();
    open(common::fd(mount), handle_of(CWD, bytes(file.path()), NONE), OFlags::RDONLY)
}

/// Opens a handle that `change` creates from the handle of a file.
fn open_changed(change: fn(&FileHandle) -> Option<FileHandle>) -> Outcome {
    let file = files::NamedFile::new();
    let mount = File::open(file.path()).unwrap();
    let handle = handle_of(CWD, bytes(file.path()), NONE);
    let changed = handle.map(|(handle, mount)| (change(&handle).unwrap(), mount));
    open(common::fd(mount), changed, OFlags::RDONLY)
}

/// Opens a handle with a type that the file system does not use. A tmpfs ignores the type.
fn open_unknown_type() -> Outcome {
    const TMPFS_MAGIC: u64 = 0x0102_1994;
    let directory = files::directory();
    if butter::fs::statfs(bytes(directory.path())).unwrap().fs_type as u64 == TMPFS_MAGIC {
        return Err("a tmpfs ignores the type of a handle".into());
    }
    open_changed(|it| FileHandle::new(77, it.as_bytes()))
}

/// Opens a handle with a negative type, which file systems reject with `ESTALE` before Linux 6.13.
fn open_negative_type() -> Outcome {
    if !kernel_is_at_least("6.13") {
        return Err("negative types are valid before Linux 6.13".into());
    }
    open_changed(|it| FileHandle::new(-1, it.as_bytes()))
}

fn open_leased_file() -> Outcome {
    let file = files::NamedFile::new();
    // The kernel sends a signal to the holder of a lease: `SIGURG` is ignored.
    for (operation, argument) in [(F_SETSIG, libc::SIGURG), (libc::F_SETLEASE, libc::F_WRLCK)] {
        // SAFETY: touches no memory.
        if unsafe { libc::fcntl(file.as_raw_fd(), operation, argument) } != 0 {
            return Err(format!("no lease: {}", std::io::Error::last_os_error()));
        }
    }
    open_path(file.path(), OFlags::RDONLY | OFlags::NONBLOCK)
}

fn open_at_descriptor_limit() -> Outcome {
    let file = files::NamedFile::new();
    let (handle, _) =
        handle_of(CWD, bytes(file.path()), NONE).map_err(|error| error.to_string())?;
    let mount: OwnedFd = common::fd(File::open(file.path()).unwrap());
    let error = in_forked_child(|| {
        exhaust_descriptors();
        raw::open_by_handle_at(&mount, &handle, OFlags::RDONLY).map(drop).unwrap_err()
    });
    if error.is(Errno::PERM) { Err(NO_CAPABILITY.into()) } else { Ok(error) }
}

fn injected(errno: Errno) -> Outcome {
    inject(libc::SYS_open_by_handle_at, errno, || {
        failed(raw::open_by_handle_at(ABS, &any(), OFlags::RDONLY))
    })
}
