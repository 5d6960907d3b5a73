//! Adding of watches, and decoding of inotify events.

use std::hint::black_box;

use butter::inotify::{Inotify, WatchFlags, decode};

use super::{at_most, failed};

#[test]
fn inotify_add_watch_takes_at_most_8_instructions() {
    let inotify = Inotify::new().unwrap();
    at_most(8, 1, |iterations| {
        for _ in 0..iterations {
            if inotify.add_watch(c"/", WatchFlags::CREATE).is_err() {
                failed();
            }
        }
    });
}

/// A function that is not inlined copies the path to the stack and appends a NUL byte. On aarch64,
/// this function saves the vector registers.
#[test]
fn inotify_add_watch_with_str_takes_at_most_90_instructions_or_95_on_aarch64() {
    let inotify = Inotify::new().unwrap();
    let bound = if cfg!(target_arch = "aarch64") { 95 } else { 90 };
    at_most(bound, 1, |iterations| {
        for _ in 0..iterations {
            if inotify.add_watch(black_box("/proc/self"), WatchFlags::CREATE).is_err() {
                failed();
            }
        }
    });
}

/// Returns 60 inotify events in the format of the kernel, with names of 1 to 60 bytes.
fn events() -> Vec<u8> {
    let mut bytes = Vec::new();
    for length in 1..=60_usize {
        let padded = (length + 1).next_multiple_of(16);
        for field in [1, 0x100, 0, padded as u32] {
            bytes.extend_from_slice(&field.to_ne_bytes());
        }
        bytes.resize(bytes.len() + length, b'n');
        bytes.resize(bytes.len() + padded - length, 0);
    }
    assert_eq!(decode(&bytes).count(), 60);
    bytes
}

#[test]
fn inotify_decode_takes_at_most_35_instructions_per_event() {
    let bytes = events();
    at_most(60 * 35, 0, |iterations| {
        for _ in 0..iterations {
            for event in decode(black_box(&bytes)) {
                black_box((event.watch(), event.flags(), event.cookie(), event.padded_name()));
            }
        }
    });
}

#[test]
fn inotify_decode_with_trimmed_name_takes_at_most_45_instructions_per_event() {
    let bytes = events();
    at_most(60 * 45, 0, |iterations| {
        for _ in 0..iterations {
            for event in decode(black_box(&bytes)) {
                black_box((event.watch(), event.flags(), event.cookie(), event.name()));
            }
        }
    });
}
