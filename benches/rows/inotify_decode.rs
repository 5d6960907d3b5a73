//! Decoding a buffer of inotify events without a system call.
//!
//! Crates whose decoders can only read from a descriptor cannot be compared; the row names these
//! crates.

use std::hint::black_box;

use butter::inotify::{Event, Watch, decode};

use crate::decoder::{self, Header, Sum};
use crate::row::{BUTTER, DECODE_LIMIT, Row};
use crate::sample::{self, Buffer};
use crate::{Failure, fail};

/// Selects the expected checksum of a buffer.
type Expected = fn(&Buffer) -> u64;

const PADDED: Expected = |buffer| buffer.padded;
const TRIMMED: Expected = |buffer| buffer.trimmed;

/// Creates a round. The buffer and the checksum pass through `black_box`, so that the contents of
/// the buffer are unknown to the compiler in every round. The compiler may optimize all other code
/// of the round.
fn round(
    name: &'static str,
    expected: Expected,
    decode: impl Fn(&[u8], &mut Sum) + 'static,
) -> impl FnMut() + 'static {
    let mut buffers = sample::buffers().iter().cycle();
    move || {
        let Some(buffer) = buffers.next() else { return };
        let mut sum = Sum::default();
        decode(black_box(&buffer.bytes), &mut sum);
        let (contents, events) = sum.finish();
        if events != u64::from(sample::EVENTS) || contents != expected(buffer) {
            fail(name, format!("decoded {events} of {} events, or wrong contents", sample::EVENTS));
        }
    }
}

fn hand_written(
    expected: Expected,
    trim: impl Fn(&[u8]) -> &[u8] + 'static,
) -> impl FnMut() + 'static {
    round("hand-written", expected, move |bytes, sum| {
        decoder::decode(bytes, |Header { watch, mask, cookie, .. }, name| {
            sum.add(watch, mask, cookie, trim(name))
        });
    })
}

fn butter(
    expected: Expected,
    name: impl for<'b> Fn(&Event<'b>) -> &'b [u8] + 'static,
) -> impl FnMut() + 'static {
    round(BUTTER, expected, move |bytes, sum| {
        for event in decode(bytes) {
            let watch = event.watch().map_or(-1, Watch::as_raw);
            let cookie = event.cookie().map_or(0, |cookie| cookie.as_raw());
            sum.add(watch, event.flags().bits(), cookie, name(&event));
        }
    })
}

pub(crate) fn padded() -> Result<Row, Failure> {
    let about = "decode one of 400 events, with the padding of the name\n  \
        (rustix, nix and inotify cannot decode a buffer)";
    Ok(Row::new(about, sample::EVENTS)
        .with("hand-written", hand_written(PADDED, |name| name))
        .with("hand-written again", hand_written(PADDED, |name| name))
        .with(BUTTER, butter(PADDED, |event| event.padded_name()))
        .target("hand-written", DECODE_LIMIT))
}

pub(crate) fn trimmed() -> Result<Row, Failure> {
    let about = "decode one of 400 events, with the name trimmed\n  \
        (rustix, nix and inotify cannot decode a buffer)";
    Ok(Row::new(about, sample::EVENTS)
        .with("hand-written", hand_written(TRIMMED, decoder::trim))
        .with("hand-written again", hand_written(TRIMMED, decoder::trim))
        .with(BUTTER, butter(TRIMMED, |event| event.name().as_bytes()))
        .with("hand-written, bytewise", hand_written(TRIMMED, decoder::trim_bytewise))
        .with("hand-written, strnlen", hand_written(TRIMMED, decoder::trim_by_strnlen))
        .target("hand-written", DECODE_LIMIT))
}
