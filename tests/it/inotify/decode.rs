//! Property tests of `inotify::decode`, with arbitrary bytes and with arbitrary events in the
//! format of the kernel.

use butter::inotify::{Cookie, Watch, decode};
use proptest::prelude::*;

/// Returns the bytes of an event as the kernel writes them: the name is padded with NULs to a
/// multiple of 16 bytes.
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

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        cases: 512,
        ..Default::default()
    })]

    #[test]
    fn decode_returns_the_encoded_events_at_any_alignment(
        written in prop::collection::vec(
            (any::<i32>(), any::<u32>(), any::<u32>(), "[a-z]{0,40}"),
            0..8,
        ),
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

    /// The sizes of the decoded events and of the remaining bytes add up to the size of the input.
    #[test]
    fn decode_accepts_arbitrary_bytes(bytes in prop::collection::vec(any::<u8>(), 0..256)) {
        let mut events = decode(&bytes);
        let decoded: usize = events.by_ref().map(|event| 16 + event.padded_name().len()).sum();
        prop_assert_eq!(decoded + events.rest().len(), bytes.len());
    }
}
