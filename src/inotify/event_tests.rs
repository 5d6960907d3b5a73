//! The decoder on bytes that no kernel made, and on those that it could. `tests/it/inotify/decode.rs` has random ones.

use std::vec;
use std::vec::Vec;

use super::*;

/// An event as the kernel writes one: the name padded with NULs to a multiple of 16.
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
fn nothing_is_no_event() {
    let mut events = decode(&[]);
    assert_eq!(events.next(), None);
    assert_eq!(events.rest(), b"");
}

#[test]
fn events_come_in_their_order_with_all_that_they_hold() {
    let bytes = [
        event(1, 0x100, 0, b"made"),
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
    assert_eq!(events[0].name(), "made");
    assert_eq!(events[0].padded_name(), b"made\0\0\0\0\0\0\0\0\0\0\0\0");

    assert_eq!(events[1].flags(), EventFlags::MOVED_FROM);
    assert_eq!(events[1].cookie().map(Cookie::as_raw), Some(77));
    assert_eq!(events[1].name(), "a name of sixteen");

    assert!(events[2].is_dir() && events[2].name().is_empty());
    assert!(events[3].is_overflow());
    assert_eq!(events[3].watch(), None);
}

/// For Miri: the buffer of a caller has any alignment.
#[test]
fn events_are_decoded_at_any_alignment() {
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
fn unknown_bits_are_kept() {
    let bytes = event(1, 0x0100_0001 | 1 << 12, 0, b"");
    let flags = decode(&bytes).next().unwrap().flags();
    assert_eq!(flags.bits(), 0x0100_1001);
    assert_eq!(flags.to_string(), "ACCESS | 0x1001000");
}

#[test]
fn a_truncated_event_ends_the_iteration_and_stays_visible() {
    let bytes = [event(1, 1, 0, b"whole"), event(2, 2, 0, b"cut short")].concat();
    for cut in 0..bytes.len() {
        let mut events = decode(&bytes[..cut]);
        assert_eq!(events.by_ref().count(), usize::from(cut >= 32));
        assert_eq!(events.rest().len(), if cut >= 32 { cut - 32 } else { cut });
        assert_eq!(events.next(), None, "what ended stays ended");
    }
}

#[test]
fn a_length_beyond_the_buffer_ends_the_iteration() {
    for len in [1_u32, 17, 0x7FFF_FFFF, u32::MAX] {
        let mut bytes = event(1, 1, 0, b"");
        bytes[12..16].copy_from_slice(&len.to_ne_bytes());
        let mut events = decode(&bytes);
        assert_eq!(events.next(), None);
        assert_eq!(events.rest(), bytes);
    }
}

#[test]
fn a_name_is_trimmed_at_its_end_only() {
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
fn an_owned_event_is_the_same_event() {
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
