//! The decoder on bytes that no kernel made, and on those that it could.

use std::vec;
use std::vec::Vec;

use proptest::prelude::*;

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

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: if cfg!(miri) { 16 } else { 512 }, ..Default::default() })]

    /// What goes in comes out, at any alignment.
    #[test]
    fn whole_events_come_back(
        written in prop::collection::vec((any::<i32>(), any::<u32>(), any::<u32>(), "[a-z]{0,40}"), 0..8),
        shift in 0_usize..8,
    ) {
        let mut bytes = vec![0; shift];
        for (wd, mask, cookie, name) in &written {
            bytes.extend(event(*wd, *mask, *cookie, name.as_bytes()));
        }
        let mut events = decode(&bytes[shift..]);
        for (wd, mask, cookie, name) in &written {
            let event = events.next().unwrap();
            prop_assert_eq!(event.watch().map(Watch::as_raw), (*wd >= 0).then_some(*wd));
            prop_assert_eq!(event.flags().bits(), *mask);
            prop_assert_eq!(event.cookie().map_or(0, Cookie::as_raw), *cookie);
            prop_assert_eq!(event.name(), name.as_str());
        }
        prop_assert_eq!(events.next(), None);
        prop_assert!(events.rest().is_empty());
    }

    /// Any bytes are taken; every event lies within them, and with the rest they are all of them.
    #[test]
    fn any_bytes_are_taken(bytes in prop::collection::vec(any::<u8>(), 0..256)) {
        let mut events = decode(&bytes);
        let taken: usize = events.by_ref().map(|event| 16 + event.padded_name().len()).sum();
        prop_assert_eq!(taken + events.rest().len(), bytes.len());
    }
}
