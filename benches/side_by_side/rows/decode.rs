//! Decoding alone: a buffer of events, no system call.
//!
//! Who decodes only what it reads itself cannot take part, and is named in the row.

use std::hint::black_box;

use butter::inotify::{Event, Watch, decode};

use crate::by_hand::{self, Header};
use crate::failure::{Failure, failed};
use crate::row::{BUTTER, DECODE, Row};
use crate::sample::{self, Buffer};
use crate::sum::Sum;

/// What a buffer's events say, by who wrote them.
type Said = fn(&Buffer) -> u64;

const PADDED: Said = |buffer| buffer.padded;
const TRIMMED: Said = |buffer| buffer.trimmed;

/// A round: what the buffer holds is unknown to the compiler each time anew, and the sum of all that the events say
/// goes through `black_box`. Between the two, everything may be optimised.
fn round(
    name: &'static str,
    expected: Said,
    decode: impl Fn(&[u8], &mut Sum) + 'static,
) -> impl FnMut() + 'static {
    let mut buffers = sample::buffers().iter().cycle();
    move || {
        let Some(buffer) = buffers.next() else { return };
        let mut sum = Sum::default();
        decode(black_box(&buffer.bytes), &mut sum);
        let (said, events) = sum.finish();
        if events != u64::from(sample::EVENTS) || said != expected(buffer) {
            failed(
                name,
                format!("{events} events of {} decoded, or not what they say", sample::EVENTS),
            );
        }
    }
}

fn by_hand(expected: Said, trim: impl Fn(&[u8]) -> &[u8] + 'static) -> impl FnMut() + 'static {
    round("by hand", expected, move |bytes, sum| {
        by_hand::decode(bytes, |Header { watch, mask, cookie, .. }, name| {
            sum.add(watch, mask, cookie, trim(name))
        });
    })
}

fn butter(
    expected: Said,
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
    let about = "one event of 400, its name with its padding\n  \
        (not rustix, nix and the inotify crate: they decode only what they read from a descriptor themselves)";
    Ok(Row::new(about, sample::EVENTS)
        .with("by hand", by_hand(PADDED, |name| name))
        .with("by hand again", by_hand(PADDED, |name| name))
        .with(BUTTER, butter(PADDED, |event| event.padded_name()))
        .aim("by hand", DECODE))
}

pub(crate) fn trimmed() -> Result<Row, Failure> {
    let about = "one event of 400, its name trimmed\n  \
        (not rustix, nix and the inotify crate: they decode only what they read from a descriptor themselves)";
    Ok(Row::new(about, sample::EVENTS)
        .with("by hand", by_hand(TRIMMED, by_hand::trim))
        .with("by hand again", by_hand(TRIMMED, by_hand::trim))
        .with(BUTTER, butter(TRIMMED, |event| event.name().as_bytes()))
        .with("by hand, bytewise", by_hand(TRIMMED, by_hand::trim_bytewise))
        .with("by hand, strnlen", by_hand(TRIMMED, by_hand::trim_by_strnlen))
        .aim("by hand", DECODE))
}
