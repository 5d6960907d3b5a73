//! Checks that the decoders of ancillary data and of socket addresses accept any bytes.

#![no_main]

use butter::net::{Address, SocketAddrAny, decode_ancillary};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let mut messages = decode_ancillary(bytes);
    let mut decoded = 0;
    for message in messages.by_ref() {
        let length = 16 + message.data.len();
        decoded = bytes.len().min(decoded + length.next_multiple_of(8));
        assert!(!format!("{message:?}").is_empty());
    }
    assert_eq!(messages.next(), None);
    assert_eq!(decoded + messages.rest().len(), bytes.len());

    let address = SocketAddrAny::from_bytes(bytes);
    assert_eq!(address.is_some(), bytes.len() <= 128);
    if let Some(address) = address {
        assert_eq!(address.as_bytes(), bytes);
        if let Address::Other(other) = address.decode() {
            assert_eq!(other, bytes);
        }
        if let Some(ip) = address.to_ip() {
            assert_eq!(SocketAddrAny::from(ip).to_ip(), Some(ip));
        }
        assert!(!format!("{address} {address:?}").contains('\0'));
    }
});
