//! Checks that the decoders of signals accept any bytes, that every byte belongs to an event or to
//! the undecoded rest, and that events convert back to the same bytes.

#![no_main]

use butter::signal::{Cause, SigInfo};
use butter::signalfd::{self, Event};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let mut events = signalfd::decode(bytes);
    let mut decoded = 0;
    for event in events.by_ref() {
        assert!((1..=64).contains(&event.signal().as_raw()));
        assert_eq!(Event::from_bytes(event.as_bytes()), Some(event));
        assert!(format!("{event:?}").contains(&event.signal().to_string()));
        let queued = matches!(event.cause(), Cause::Queue { .. });
        assert_eq!(queued, event.code().as_raw() == -1);
        decoded += signalfd::EVENT_SIZE;
    }
    assert_eq!(decoded + events.rest().len(), bytes.len());

    for bytes in bytes.chunks_exact(128) {
        let number = i32::from_ne_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
        match SigInfo::from_bytes(bytes.try_into().expect("a chunk should have 128 bytes")) {
            Some(info) => {
                assert_eq!((info.to_bytes().as_slice(), info.signal().as_raw()), (bytes, number));
                assert!(format!("{info:?}").contains(&info.signal().to_string()));
            }
            None => assert!(!(1..=64).contains(&number)),
        }
    }
});
