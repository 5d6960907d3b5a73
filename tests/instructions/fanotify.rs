//! Reading and decoding of fanotify events.

use std::hint::black_box;

use butter::fanotify::{self, Class, InitFlags, Mark, MarkMask};
use common::require;

use super::{at_most, failed};

/// Returns 60 fanotify events in the format of the kernel, with a record of the type `DFID_NAME`
/// that contains a name of 1 to 60 bytes, or without info records.
fn events(has_name: bool) -> Vec<u8> {
    let mut bytes = Vec::new();
    for length in 1..=60_usize {
        let info = if has_name { (28 + length + 1).next_multiple_of(4) } else { 0 };
        bytes.extend_from_slice(&(24 + info as u32).to_ne_bytes());
        bytes.extend_from_slice(&[3, 0, 24, 0, 0x20, 0, 0, 0, 0, 0, 0, 0]);
        let fd = if has_name { -1_i32 } else { 7 };
        bytes.extend_from_slice(&fd.to_ne_bytes());
        bytes.extend_from_slice(&1_u32.to_ne_bytes());
        if has_name {
            bytes.extend_from_slice(&[2, 0, info as u8, 0]);
            // The file system ID, the size and the type of the handle, and the handle.
            bytes.extend_from_slice(&[1, 0, 0, 0, 2, 0, 0, 0, 8, 0, 0, 0, 1, 0, 0, 0]);
            bytes.extend_from_slice(&[9; 8]);
            bytes.resize(bytes.len() + length, b'n');
            bytes.resize(bytes.len() + info - 28 - length, 0);
        }
    }
    assert_eq!(fanotify::decode(&bytes).count(), 60);
    bytes
}

#[test]
fn fanotify_decode_of_header_takes_at_most_32_instructions_per_event() {
    let bytes = events(false);
    at_most(60 * 32, 0, |iterations| {
        for _ in 0..iterations {
            for record in fanotify::decode(black_box(&bytes)) {
                let Ok(fd) = record.fd() else { failed() };
                black_box((record.mask(), fd, record.pid()));
            }
        }
    });
}

#[test]
fn fanotify_decode_with_trimmed_name_takes_at_most_80_instructions_per_event() {
    let bytes = events(true);
    at_most(60 * 80, 0, |iterations| {
        for _ in 0..iterations {
            for record in fanotify::decode(black_box(&bytes)) {
                let Some(entry) = record.entry() else { failed() };
                black_box((record.mask(), record.pid(), entry.directory(), entry.name()));
            }
        }
    });
}

/// Each iteration reads 60 events, and closes their files. The events are queued before the loop.
#[test]
fn fanotify_event_with_file_takes_at_most_60_instructions() {
    let builder = fanotify::Fanotify::builder(Class::Notification);
    let group = require!(builder.flags(InitFlags::NONBLOCK).build());
    let directory = common::files::directory();
    let mask = MarkMask::OPEN | MarkMask::EVENT_ON_CHILD;
    group.add(Mark::Inode, mask, common::bytes(directory.path())).unwrap();
    // Both loops together run 3 times.
    for number in 0..60 * 3 {
        std::fs::File::create(directory.path().join(number.to_string())).unwrap();
    }
    at_most(60 * 60, 61, |iterations| {
        let mut buffer = [0; 60 * 24];
        for _ in 0..iterations {
            let Ok(events) = group.read_events(&mut buffer) else { failed() };
            let mut count = 0;
            for event in events {
                let Ok(Some(file)) = event.file() else { failed() };
                black_box((event.mask(), event.pid(), file));
                count += 1;
            }
            if count != 60 {
                failed();
            }
        }
    });
}
