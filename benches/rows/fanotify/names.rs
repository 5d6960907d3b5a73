//! Reading events with the handle of the directory and the name.

use butter::fanotify::{Class, Fanotify, InitFlags, Mark, MarkMask};
use butter::fs::CWD;
use butter::handle::{EncodeFlags, name_to_handle_at};
use fanotify_fid::EventReader;

use super::{BUFFER_SIZE, EVENTS, Files, GROUPS, raw, reader};
use crate::decoder::Sum;
use crate::libc_calls;
use crate::row::{BUTTER, DECODE_LIMIT, NOT_SLOWER_LIMIT, Row, Run};
use crate::{Failure, context, fail};

const FLAGS: u32 = libc::FAN_REPORT_DIR_FID | libc::FAN_REPORT_NAME;

/// Creates a contender. Every event contributes the type and the size of the handle, the mask, and
/// the length of the name.
fn contender<G: 'static>(
    name: &'static str,
    create: impl Fn(&[std::path::PathBuf]) -> Result<G, Failure>,
    read: impl FnMut(&mut G, &mut Sum) + 'static,
) -> Result<Run, Failure> {
    let files = Files::new(1)?;
    let handle = name_to_handle_at(CWD, &files.directories[0], EncodeFlags::empty());
    let (handle, _) = context("name_to_handle_at", handle)?;
    let per_event = handle.handle_type() as u64 + handle.size() as u64 + libc::FAN_ATTRIB;
    let expected = per_event * EVENTS as u64 + files.name_lengths() as u64;
    reader(name, files, Files::change, create, read, expected)
}

/// Decodes events like a C program: it advances a pointer, and compares sizes with the remaining
/// bytes.
fn decode<'b>(mut bytes: &'b [u8], mut each: impl FnMut(u32, u32, i32, &'b [u8])) {
    const METADATA: usize = size_of::<libc::fanotify_event_metadata>();
    /// The offsets of the fields of an info record with a file handle.
    const HANDLE_SIZE: usize = 12;
    const HANDLE_TYPE: usize = 16;
    const HANDLE: usize = 20;
    while bytes.len() >= METADATA {
        // SAFETY: the bytes contain a whole struct, and every bit pattern is valid.
        let metadata =
            unsafe { bytes.as_ptr().cast::<libc::fanotify_event_metadata>().read_unaligned() };
        let size = metadata.event_len as usize;
        if size < METADATA || size > bytes.len() {
            return;
        }
        let (event, rest) = bytes.split_at(size);
        let mut infos = &event[METADATA..];
        while let [kind, _, low, high, ..] = *infos {
            let length = usize::from(u16::from_ne_bytes([low, high]));
            if length < HANDLE || length > infos.len() {
                break;
            }
            let (info, others) = infos.split_at(length);
            if kind == libc::FAN_EVENT_INFO_TYPE_DFID_NAME {
                let word = |at: usize| {
                    u32::from_ne_bytes([info[at], info[at + 1], info[at + 2], info[at + 3]])
                };
                let handle_size = word(HANDLE_SIZE) as usize;
                if let Some(name) = info.get(HANDLE + handle_size..) {
                    let handle_type = word(HANDLE_TYPE).cast_signed();
                    each(metadata.mask as u32, handle_size as u32, handle_type, trim(name));
                }
            }
            infos = others;
        }
        bytes = rest;
    }
}

/// Removes the 1 to 4 NUL bytes after the name.
fn trim(name: &[u8]) -> &[u8] {
    match name.last_chunk() {
        Some(last) => {
            let padding = u32::from_le_bytes(*last).leading_zeros() as usize / 8;
            &name[..name.len() - padding]
        }
        None => name,
    }
}

fn hand_written() -> Result<Run, Failure> {
    let mut buffer = [0; BUFFER_SIZE];
    let create = |directories: &[_]| raw(FLAGS, libc::FAN_ATTRIB, directories);
    contender("libc", create, move |group, sum| {
        decode(libc_calls::read(group, &mut buffer), |mask, handle_size, handle_type, name| {
            sum.add(handle_type, mask, handle_size, name);
        });
    })
}

fn butter() -> Result<Run, Failure> {
    let create = |directories: &[std::path::PathBuf]| {
        let flags = InitFlags::REPORT_DFID_NAME | InitFlags::NONBLOCK;
        let group = Fanotify::builder(Class::Notification).flags(flags).build();
        let group = context("fanotify_init", group)?;
        let mask = MarkMask::ATTRIB | MarkMask::EVENT_ON_CHILD;
        for directory in directories {
            context("fanotify_mark", group.add(Mark::Inode, mask, directory))?;
        }
        Ok(group)
    };
    let mut buffer = [0; BUFFER_SIZE];
    contender(BUTTER, create, move |group: &mut Fanotify, sum| {
        let events = group.read_events(&mut buffer).unwrap_or_else(|error| fail(BUTTER, error));
        for event in events {
            let Some(entry) = event.entry() else { continue };
            let directory = entry.directory();
            let size = directory.handle_bytes().len() as u32;
            let mask = event.mask().bits() as u32;
            sum.add(directory.handle_type(), mask, size, entry.name().as_bytes());
        }
    })
}

fn fanotify_fid() -> Result<Run, Failure> {
    use fanotify_fid::consts;

    let create = |directories: &[std::path::PathBuf]| {
        let flags = consts::FAN_CLASS_NOTIF
            | consts::FAN_CLOEXEC
            | consts::FAN_NONBLOCK
            | consts::FAN_REPORT_DIR_FID
            | consts::FAN_REPORT_NAME;
        let group = context("fanotify_init", fanotify_fid::Fanotify::new(flags))?;
        let mask = consts::FAN_ATTRIB | consts::FAN_EVENT_ON_CHILD;
        for directory in directories {
            context("fanotify_mark", group.mark(consts::FAN_MARK_ADD, mask, directory))?;
        }
        // The reader borrows the group, and both exist until the program ends.
        Ok(EventReader::new(Box::leak(Box::new(group)), BUFFER_SIZE))
    };
    contender("fanotify-fid", create, |reader: &mut EventReader<'static>, sum| {
        let events = reader.read().unwrap_or_else(|error| fail("fanotify-fid", error));
        for event in events {
            // The handle begins with its header.
            let Some([s0, s1, s2, s3, t0, t1, t2, t3, ..]) = event.dfid_name_handle() else {
                continue;
            };
            let size = u32::from_ne_bytes([*s0, *s1, *s2, *s3]);
            let handle_type = i32::from_ne_bytes([*t0, *t1, *t2, *t3]);
            sum.add(handle_type, event.mask() as u32, size, event.dfid_name_raw());
        }
    })
}

pub(crate) fn read() -> Result<Row, Failure> {
    let about = "read and decode one of 64 events with directory handle and name\n  \
        (nix and fanotify-rs do not decode handles)";
    Ok(Row::new(about, (EVENTS * GROUPS) as u32)
        .with_run("libc", hand_written()?)
        .with_run("libc again", hand_written()?)
        .with_run(BUTTER, butter()?)
        .with_run("fanotify-fid", fanotify_fid()?)
        .target("libc", DECODE_LIMIT)
        .target("fanotify-fid", NOT_SLOWER_LIMIT))
}
