//! Checks that the decoder of file handles accepts any bytes, and that an encoded handle is decoded
//! to the same handle.

#![no_main]

use butter::handle::{FileHandle, FileHandleRef, HANDLE_SIZE_MAX};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Some((handle, rest)) = FileHandleRef::decode(bytes) else { return };
    let size = handle.as_bytes().len();
    assert!(size <= HANDLE_SIZE_MAX);
    assert_eq!(8 + size + rest.len(), bytes.len());
    let owned = FileHandle::from(handle);
    assert_eq!(owned.as_struct_bytes(), &bytes[..8 + size]);
    assert_eq!(FileHandleRef::decode(owned.as_struct_bytes()), Some((handle, &[][..])));
    assert_eq!(FileHandle::new(handle.handle_type(), handle.as_bytes()), Some(owned));
});
