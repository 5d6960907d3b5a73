//! The decoder of inotify events takes any bytes, and accounts for each of them.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let mut events = butter::inotify::decode(bytes);
    let mut taken = 0;
    for event in events.by_ref() {
        taken += 16 + event.padded_name().len();
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
    assert_eq!(taken + events.rest().len(), bytes.len());
});
