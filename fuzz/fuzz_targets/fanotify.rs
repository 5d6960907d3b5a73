//! Checks that the decoder of fanotify events accepts any bytes, and that every byte belongs to an
//! event or to the undecoded rest.

#![no_main]

use butter::fanotify::{Info, Kind, decode};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let mut records = decode(bytes);
    let mut decoded = 0;
    while let Some(record) = records.next() {
        let size = bytes.len() - decoded - records.rest().len();
        decoded += size;
        let mut infos = record.infos();
        let mut rest = infos.rest();
        assert!(size >= 24 + rest.len());
        while let Some(info) = infos.next() {
            let record = &rest[..rest.len() - infos.rest().len()];
            assert!(record.len() >= 4);
            rest = infos.rest();
            match info {
                Info::DirFidName(entry)
                | Info::OldDirFidName(entry)
                | Info::NewDirFidName(entry) => {
                    let (name, padded) = (entry.name().as_bytes(), entry.padded_name());
                    assert!(padded.starts_with(name) && !name.ends_with(&[0]));
                    let handle = entry.directory().handle_bytes();
                    assert_eq!(record.len(), 20 + handle.len() + padded.len());
                }
                Info::Fid(fid) | Info::DirFid(fid) => {
                    assert!(record.len() >= 20 + fid.handle_bytes().len());
                }
                Info::PidFd(Ok(number)) => assert!(number >= 0),
                Info::Unknown { info_type, bytes } => {
                    assert_eq!((info_type, bytes), (record[0], record));
                }
                _ => {}
            }
        }
        assert!(record.is_overflow() || record.kind() != Kind::Overflow);
        if let Ok(Some(number)) = record.fd() {
            assert!(number >= 0);
        }
        let _ = (record.entry(), record.new_entry(), record.fid(), record.pidfd(), record.range());
        let _ = (record.filesystem_error().map(|error| error.errno()), record.mount_id());
        let _ = format!("{record:?}");
    }
    assert_eq!(decoded + records.rest().len(), bytes.len());
});
