//! Reading events with descriptors, and closing the descriptors.

use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::path::PathBuf;

use butter::fanotify::{Class, Fanotify, InitFlags, Mark, MarkMask};
use fanotify_fid::FdEventReader;
use nix::sys::fanotify as nix;

use super::{BUFFER_SIZE, EVENTS, Files, GROUPS, in_private_tmpfs, raw, reader};
use crate::decoder::Sum;
use crate::libc_calls;
use crate::row::{BUTTER, NOT_SLOWER_LIMIT, Row, Run};
use crate::{Failure, context, fail};

/// Creates a contender. Every event contributes the process ID and the mask.
fn contender<G: 'static>(
    name: &'static str,
    create: impl Fn(&[PathBuf]) -> Result<G, Failure>,
    read: impl FnMut(&mut G, &mut Sum) + 'static,
) -> Result<Run, Failure> {
    let per_event = u64::from(std::process::id()) + libc::FAN_OPEN;
    reader(name, Files::new(1)?, Files::open, create, read, per_event * EVENTS as u64)
}

/// Calls `each` with the metadata of every event, and the descriptor.
pub(super) fn decode(
    mut bytes: &[u8],
    mut each: impl FnMut(&libc::fanotify_event_metadata, OwnedFd),
) {
    const METADATA: usize = size_of::<libc::fanotify_event_metadata>();
    while bytes.len() >= METADATA {
        // SAFETY: the bytes contain a whole struct, and every bit pattern is valid.
        let metadata =
            unsafe { bytes.as_ptr().cast::<libc::fanotify_event_metadata>().read_unaligned() };
        let Some(rest) = bytes.get((metadata.event_len as usize).max(METADATA)..) else { return };
        if metadata.fd >= 0 {
            // SAFETY: the kernel has opened the descriptor for this event.
            each(&metadata, unsafe { OwnedFd::from_raw_fd(metadata.fd) });
        }
        bytes = rest;
    }
}

fn hand_written() -> Result<Run, Failure> {
    let mut buffer = [0; BUFFER_SIZE];
    let create = |directories: &[_]| raw(0, libc::FAN_OPEN, directories);
    contender("libc", create, move |group, sum| {
        decode(libc_calls::read(group, &mut buffer), |metadata, _fd| {
            sum.add(metadata.pid, metadata.mask as u32, 0, &[]);
        });
    })
}

fn butter() -> Result<Run, Failure> {
    let create = |directories: &[PathBuf]| {
        let group = Fanotify::builder(Class::Notification).flags(InitFlags::NONBLOCK).build();
        let group = context("fanotify_init", group)?;
        let mask = MarkMask::OPEN | MarkMask::EVENT_ON_CHILD;
        for directory in directories {
            context("fanotify_mark", group.add(Mark::Inode, mask, directory))?;
        }
        Ok(group)
    };
    let mut buffer = [0; BUFFER_SIZE];
    contender(BUTTER, create, move |group: &mut Fanotify, sum| {
        let events = group.read_events(&mut buffer).unwrap_or_else(|error| fail(BUTTER, error));
        for event in events {
            let pid = event.pid().map_or(0, |pid| pid.as_raw());
            sum.add(pid, event.mask().bits() as u32, 0, &[]);
        }
    })
}

fn nix() -> Result<Run, Failure> {
    let create = |directories: &[PathBuf]| {
        let flags = nix::InitFlags::FAN_CLOEXEC | nix::InitFlags::FAN_NONBLOCK;
        let group = nix::Fanotify::init(flags, nix::EventFFlags::O_CLOEXEC);
        let group = context("fanotify_init", group)?;
        let (add, mask) = (
            nix::MarkFlags::FAN_MARK_ADD,
            nix::MaskFlags::FAN_OPEN | nix::MaskFlags::FAN_EVENT_ON_CHILD,
        );
        for directory in directories {
            let mark = group.mark(add, mask, ::nix::fcntl::AT_FDCWD, Some(directory));
            context("fanotify_mark", mark)?;
        }
        Ok(group)
    };
    contender("nix", create, |group: &mut nix::Fanotify, sum| {
        for event in group.read_events().unwrap_or_else(|error| fail("nix", error)) {
            sum.add(event.pid(), event.mask().bits() as u32, 0, &[]);
        }
    })
}

fn fanotify_rs() -> Result<Run, Failure> {
    use fanotify::low_level::{close_fd, fanotify_read};

    let create = |directories: &[_]| raw(0, libc::FAN_OPEN, directories);
    contender("fanotify-rs", create, |group, sum| {
        for event in fanotify_read(group.as_raw_fd()) {
            sum.add(event.pid, event.mask as u32, 0, &[]);
            close_fd(event.fd);
        }
    })
}

fn fanotify_fid() -> Result<Run, Failure> {
    use fanotify_fid::consts;

    let create = |directories: &[PathBuf]| {
        let flags = consts::FAN_CLASS_NOTIF | consts::FAN_CLOEXEC | consts::FAN_NONBLOCK;
        let group = context("fanotify_init", fanotify_fid::Fanotify::new(flags))?;
        let mask = consts::FAN_OPEN | consts::FAN_EVENT_ON_CHILD;
        for directory in directories {
            context("fanotify_mark", group.mark(consts::FAN_MARK_ADD, mask, directory))?;
        }
        Ok(FdEventReader::new(Box::leak(Box::new(group)), BUFFER_SIZE))
    };
    contender("fanotify-fid", create, |reader: &mut FdEventReader<'static>, sum| {
        let events = reader.read().unwrap_or_else(|error| fail("fanotify-fid", error));
        for event in events {
            sum.add(event.pid(), event.mask() as u32, 0, &[]);
        }
    })
}

pub(crate) fn read() -> Result<Row, Failure> {
    in_private_tmpfs()?;
    let about = "read one of 64 events with a descriptor, and close the descriptor";
    Ok(Row::new(about, (EVENTS * GROUPS) as u32)
        .with_run("libc", hand_written()?)
        .with_run("libc again", hand_written()?)
        .with_run(BUTTER, butter()?)
        .with_run("nix", nix()?)
        .with_run("fanotify-rs", fanotify_rs()?)
        .with_run("fanotify-fid", fanotify_fid()?)
        .target("libc", NOT_SLOWER_LIMIT))
}
