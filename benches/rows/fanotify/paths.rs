//! Reading events and determining the path of each file.

use std::ffi::OsStr;
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use butter::fanotify::resolver::{Mount, Resolver, Slot};
use butter::fanotify::{Class, Fanotify, InitFlags, Mark, MarkMask};
use fanotify_fid::EventReader;
use fanotify_fid::handle::{HandleCache, Mounts};
use fanotify_fid::resolve::PathResolver;

use super::{BUFFER_SIZE, EVENTS, Files, GROUPS, descriptors, in_private_tmpfs, raw, reader};
use crate::decoder::Sum;
use crate::libc_calls;
use crate::row::{BUTTER, Row, Run};
use crate::{Failure, context, fail};

/// The number of directories that contain the files.
const DIRECTORIES: usize = 8;

/// The resolver must be at least 5 times as fast as a reader that reads a link for each event.
const RESOLVE_LIMIT: f64 = 0.2;

/// Creates a contender. Every event contributes the mask and the length of the path.
fn contender<G: 'static>(
    name: &'static str,
    create: impl Fn(&[PathBuf]) -> Result<G, Failure>,
    read: impl FnMut(&mut G, &mut Sum) + 'static,
) -> Result<Run, Failure> {
    let files = Files::new(DIRECTORIES)?;
    let expected = libc::FAN_OPEN * EVENTS as u64 + files.path_lengths() as u64;
    reader(name, files, Files::open, create, read, expected)
}

fn readlink() -> Result<Run, Failure> {
    let (mut buffer, mut path) = ([0; BUFFER_SIZE], [0_u8; libc::PATH_MAX as usize]);
    let create = |directories: &[_]| raw(0, libc::FAN_OPEN, directories);
    contender("readlink", create, move |group, sum| {
        decode_links(libc_calls::read(group, &mut buffer), &mut path, sum);
    })
}

fn decode_links(bytes: &[u8], path: &mut [u8], sum: &mut Sum) {
    descriptors::decode(bytes, |metadata, fd| {
        let link = format!("/proc/self/fd/{}\0", fd.as_raw_fd());
        // SAFETY: reads the link up to its NUL byte, and writes at most as many bytes as the buffer
        // has.
        let length =
            unsafe { libc::readlink(link.as_ptr().cast(), path.as_mut_ptr().cast(), path.len()) };
        if length < 0 {
            fail("readlink", io::Error::last_os_error());
        }
        sum.add(0, metadata.mask as u32, 0, &path[..length as usize]);
    });
}

fn butter() -> Result<Run, Failure> {
    type Reader = (Fanotify, Resolver<[Mount; 1], [Slot; 64]>);
    let create = |directories: &[PathBuf]| {
        let mount = context("open", Mount::open(&directories[0]))?;
        let flags = InitFlags::REPORT_DFID_NAME | InitFlags::NONBLOCK;
        let group = Fanotify::builder(Class::Notification).flags(flags).build();
        let group = context("fanotify_init", group)?;
        let mask = MarkMask::OPEN | MarkMask::EVENT_ON_CHILD;
        for directory in directories {
            context("fanotify_mark", group.add(Mark::Inode, mask, directory))?;
        }
        Ok((group, Resolver::new([mount], [Slot::EMPTY; 64])))
    };
    let mut buffer = [0; BUFFER_SIZE];
    contender(BUTTER, create, move |(group, resolver): &mut Reader, sum| {
        let events = group.read_events(&mut buffer).unwrap_or_else(|error| fail(BUTTER, error));
        for event in events {
            let path = resolver.resolve(&event).unwrap_or_else(|error| fail(BUTTER, error));
            sum.add(0, event.mask().bits() as u32, 0, path.as_bytes());
        }
    })
}

fn fanotify_fid() -> Result<Run, Failure> {
    use fanotify_fid::consts;

    struct Reader {
        events: EventReader<'static>,
        cache: &'static HandleCache,
        resolver: PathResolver<'static>,
    }
    let create = |directories: &[PathBuf]| {
        let directory = context("open", std::fs::File::open(&directories[0]))?;
        let mut mounts = Mounts::new();
        context("fstatfs", mounts.add(&directory))?;
        let flags = consts::FAN_CLASS_NOTIF
            | consts::FAN_CLOEXEC
            | consts::FAN_NONBLOCK
            | consts::FAN_REPORT_DIR_FID
            | consts::FAN_REPORT_NAME;
        let group = context("fanotify_init", fanotify_fid::Fanotify::new(flags))?;
        let mask = consts::FAN_OPEN | consts::FAN_EVENT_ON_CHILD;
        for directory in directories {
            context("fanotify_mark", group.mark(consts::FAN_MARK_ADD, mask, directory))?;
        }
        // The reader and the resolver borrow these objects, which exist until the program ends.
        let cache: &'static _ = Box::leak(Box::new(HandleCache::new()));
        let resolver = PathResolver::new(cache, Box::leak(Box::new(mounts)));
        let events = EventReader::new(Box::leak(Box::new(group)), BUFFER_SIZE);
        Ok(Reader { events, cache, resolver })
    };
    contender("fanotify-fid", create, |reader: &mut Reader, sum| {
        let events = reader.events.read().unwrap_or_else(|error| fail("fanotify-fid", error));
        for event in events {
            let (Some(fsid), Some(handle)) = (event.fsid(), event.dfid_name_handle()) else {
                continue;
            };
            let join = |directory: &Path| directory.join(OsStr::from_bytes(event.dfid_name_raw()));
            // `resolve_event_memo` does not add the directory to the cache.
            let path = reader.cache.with_path(fsid, handle, join).unwrap_or_else(|| {
                let found = reader.resolver.resolve_handle_memo(reader.cache, fsid, handle);
                join(&found.unwrap_or_else(|error| fail("fanotify-fid", error)))
            });
            sum.add(0, event.mask() as u32, 0, path.as_os_str().as_bytes());
        }
    })
}

fn fanotify_rs() -> Result<Run, Failure> {
    use fanotify::high_level::{Fanotify, FanotifyMode};

    let create = |directories: &[PathBuf]| {
        let group = context("fanotify_init", Fanotify::new_nonblocking(FanotifyMode::NOTIF))?;
        for directory in directories {
            super::add_mark(group.as_raw_fd(), libc::FAN_OPEN, directory)?;
        }
        Ok(group)
    };
    contender("fanotify-rs", create, |group: &mut Fanotify, sum| {
        for event in group.read_event() {
            sum.add(0, libc::FAN_OPEN as u32, 0, event.path.as_bytes());
        }
    })
}

pub(crate) fn read() -> Result<Row, Failure> {
    in_private_tmpfs()?;
    let about = "read one of 64 events, and determine the path of its file\n  \
        (readlink, fanotify-rs: the link of the descriptor; others: a cache of directories)";
    Ok(Row::new(about, (EVENTS * GROUPS) as u32)
        .with_run("readlink", readlink()?)
        .with_run("readlink again", readlink()?)
        .with_run(BUTTER, butter()?)
        .with_run("fanotify-fid", fanotify_fid()?)
        .with_run("fanotify-rs", fanotify_rs()?)
        .target("readlink", RESOLVE_LIMIT))
}
