//! Checks that the decoder of inotify events accepts any bytes, and that every byte belongs to an
//! event or to the undecoded rest.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let mut events = butter::inotify::decode(bytes);
    let mut decoded = 0;
    for event in events.by_ref() {
        decoded += 16 + event.padded_name().len();
        let name = event.name();
        assert!(
            event.padded_name().starts_with(name.as_bytes()) && !name.as_bytes().ends_with(&[0])
        );
        assert_eq!(event.to_owned(), event);
        assert!(
            !format!("{event:?} {name} {}", name.escape()).contains('\0')
                || name.as_bytes().contains(&0)
        );
    }
    assert_eq!(decoded + events.rest().len(), bytes.len());
});
