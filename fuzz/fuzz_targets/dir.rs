//! Checks that the decoder of directory entries accepts any bytes, and that every byte belongs to
//! an entry or to the undecoded rest.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let mut entries = butter::fs::decode_entries(bytes);
    let mut decoded = 0;
    for entry in entries.by_ref() {
        decoded += 19 + entry.padded_name().len();
        let name = entry.name().as_bytes();
        assert!(entry.padded_name().starts_with(name) && !name.contains(&0));
        assert_eq!(entry.is_dot_or_dotdot(), name == b"." || name == b"..");
        assert_eq!(entry.to_owned(), entry);
        assert!(!format!("{entry:?}").contains('\0'));
    }
    assert_eq!(entries.next(), None);
    assert_eq!(decoded + entries.rest().len(), bytes.len());
});
