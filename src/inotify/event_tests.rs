//! Tests of the decoder of inotify events, with bytes that the kernel writes and with bytes that
//! the kernel never writes. The tests of the decoder with random bytes are in
//! `tests/it/inotify/decode.rs`.

use std::vec;
use std::vec::Vec;

use super::*;

/// Encodes an event like the kernel: the name is padded with NUL bytes to a multiple of 16 bytes.
fn event(wd: i32, mask: u32, cookie: u32, name: &[u8]) -> Vec<u8> {
    let padded = if name.is_empty() { 0 } else { (name.len() + 1).next_multiple_of(16) };
    let mut bytes = Vec::new();
    for field in [wd.cast_unsigned(), mask, cookie, padded as u32] {
        bytes.extend_from_slice(&field.to_ne_bytes());
    }
    bytes.extend_from_slice(name);
    bytes.resize(16 + padded, 0);
    bytes
}

#[test]
fn decode_returns_no_event_from_empty_buffer() {
    let mut events = decode(&[]);
    assert_eq!(events.next(), None);
    assert_eq!(events.rest(), b"");
}

#[test]
fn decode_returns_events_in_order_with_all_fields() {
    let bytes = [
        event(1, 0x100, 0, b"first"),
        event(2, 0x40, 77, b"a name of sixteen"),
        event(3, 0x4000_0400, 0, b""),
        event(-1, 0x4000, 0, b""),
    ]
    .concat();
    let events: Vec<_> = decode(&bytes).collect();
    assert_eq!(events.len(), 4);

    assert_eq!(events[0].watch(), Some(Watch::from_raw(1)));
    assert_eq!(events[0].flags(), EventFlags::CREATE);
    assert_eq!(events[0].cookie(), None);
    assert_eq!(events[0].name(), "first");
    assert_eq!(events[0].padded_name(), b"first\0\0\0\0\0\0\0\0\0\0\0");

    assert_eq!(events[1].flags(), EventFlags::MOVED_FROM);
    assert_eq!(events[1].cookie().map(Cookie::as_raw), Some(77));
    assert_eq!(events[1].name(), "a name of sixteen");

    assert!(events[2].is_dir() && events[2].name().is_empty());
    assert!(events[3].is_overflow());
    assert_eq!(events[3].watch(), None);
}

/// The tests with random bytes cover alignment as well, but Miri runs only the unit tests.
#[test]
fn decode_accepts_bytes_with_any_alignment() {
    let whole = [event(7, 0x100, 0, b"name"), event(8, 0x80, 9, b"")].concat();
    for shift in 0..8 {
        let bytes = [vec![0; shift], whole.clone()].concat();
        let events: Vec<_> = decode(&bytes[shift..]).collect();
        assert_eq!(events.len(), 2);
        assert_eq!(events[0].name(), "name");
        assert_eq!(events[1].cookie().map(Cookie::as_raw), Some(9));
    }
}

#[test]
fn event_flags_preserve_unknown_bits() {
    let bytes = event(1, 0x0100_0001 | 1 << 12, 0, b"");
    let flags = decode(&bytes).next().unwrap().flags();
    assert_eq!(flags.bits(), 0x0100_1001);
    assert_eq!(flags.to_string(), "ACCESS | 0x1001000");
}

#[test]
fn decode_stops_at_truncated_event_and_rest_returns_its_bytes() {
    let bytes = [event(1, 1, 0, b"whole"), event(2, 2, 0, b"cut short")].concat();
    for cut in 0..bytes.len() {
        let mut events = decode(&bytes[..cut]);
        assert_eq!(events.by_ref().count(), usize::from(cut >= 32));
        assert_eq!(events.rest().len(), if cut >= 32 { cut - 32 } else { cut });
        assert_eq!(events.next(), None, "the iterator should return no event after it has ended");
    }
}

#[test]
fn decode_stops_if_name_length_exceeds_buffer() {
    for len in [1_u32, 17, 0x7FFF_FFFF, u32::MAX] {
        let mut bytes = event(1, 1, 0, b"");
        bytes[12..16].copy_from_slice(&len.to_ne_bytes());
        let mut events = decode(&bytes);
        assert_eq!(events.next(), None);
        assert_eq!(events.rest(), bytes);
    }
}

#[test]
fn trim_removes_only_trailing_nul_bytes() {
    assert_eq!(trim(b"\0\0"), b"");
    assert_eq!(trim(b"a\0b\0\0"), b"a\0b");
    assert_eq!(trim(b"full"), b"full");
    assert_eq!(trim(b""), b"");
    let most = if cfg!(miri) { 17 } else { 40 };
    for used in 0..=most {
        for padding in 0..=most {
            let name = [vec![b'n'; used], vec![0; padding]].concat();
            assert_eq!(trim(&name), &name[..used]);
        }
    }
}

#[test]
fn event_buf_is_equal_to_its_event_and_has_same_debug_output() {
    let bytes = event(5, 0x180, 9, b"n\xFFme");
    let event = decode(&bytes).next().unwrap();
    let owned = event.to_owned();
    assert_eq!(owned, event);
    assert_eq!(owned.clone(), owned);
    assert_eq!(format!("{owned:?}"), format!("{event:?}"));
    assert_eq!(
        format!("{event:?}"),
        r#"Event { watch: Some(Watch(5)), flags: EventFlags(MOVED_TO | CREATE), cookie: Some(Cookie(9)), name: "n\xffme" }"#
    );
}

#[test]
fn event_with_longest_name_has_event_size_max_bytes() {
    let name = [b'n'; PATH_MAX - 1];
    let bytes = event(1, 0x100, 0, &name);
    assert_eq!(bytes.len(), EVENT_SIZE_MAX);
    assert_eq!(decode(&bytes).next().unwrap().name().as_bytes(), name);
}

#[test]
fn predicates_return_true_only_if_their_flag_is_set() {
    type Predicate = fn(&Event<'_>) -> bool;
    let predicates: [(u32, Predicate); 16] = [
        (0x1, |event| event.is_access()),
        (0x2, |event| event.is_modify()),
        (0x4, |event| event.is_attrib()),
        (0x8, |event| event.is_close_write()),
        (0x10, |event| event.is_close_nowrite()),
        (0x20, |event| event.is_open()),
        (0x40, |event| event.is_moved_from()),
        (0x80, |event| event.is_moved_to()),
        (0x100, |event| event.is_create()),
        (0x200, |event| event.is_delete()),
        (0x400, |event| event.is_delete_self()),
        (0x800, |event| event.is_move_self()),
        (0x2000, |event| event.is_unmount()),
        (0x4000, |event| event.is_overflow()),
        (0x8000, |event| event.is_ignored()),
        (0x4000_0000, |event| event.is_dir()),
    ];
    let known = predicates.iter().fold(0, |bits, row| bits | row.0);
    assert_eq!(known, EventFlags::KNOWN.bits());
    for (bit, predicate) in predicates {
        for (mask, expected) in [(bit, true), (!bit, false)] {
            let bytes = event(1, mask, 0, b"");
            assert_eq!(predicate(&decode(&bytes).next().unwrap()), expected, "{bit:#x}");
        }
    }
}
