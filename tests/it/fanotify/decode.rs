//! Property tests of `fanotify::decode`, with arbitrary bytes and with arbitrary events in the
//! format of the kernel.

use butter::fanotify::{Info, decode};
use butter::process::Pid;
use proptest::prelude::*;

/// An event: the mask, the descriptor, the process, and info records of the type `DFID_NAME`, each
/// with the ID of a file system, a handle and a name.
type Written = (u64, i32, i32, Vec<(i32, Vec<u8>, String)>);

/// Returns the bytes of an event as the kernel writes them.
fn event((mask, fd, pid, infos): &Written) -> Vec<u8> {
    let mut records = Vec::new();
    for (fsid, handle, name) in infos {
        let size = (20 + handle.len() + name.len() + 1).next_multiple_of(4);
        let end = records.len() + size;
        records.extend_from_slice(&[2, 0]);
        records.extend_from_slice(&(size as u16).to_ne_bytes());
        for number in [*fsid, 7, handle.len() as i32, 1] {
            records.extend_from_slice(&number.to_ne_bytes());
        }
        records.extend_from_slice(handle);
        records.extend_from_slice(name.as_bytes());
        records.resize(end, 0);
    }
    let mut bytes = (24 + records.len() as u32).to_ne_bytes().to_vec();
    bytes.extend_from_slice(&[3, 0, 24, 0]);
    bytes.extend_from_slice(&mask.to_ne_bytes());
    bytes.extend_from_slice(&fd.to_ne_bytes());
    bytes.extend_from_slice(&pid.to_ne_bytes());
    bytes.extend(records);
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
            (
                any::<u64>(),
                0..i32::MAX,
                any::<i32>(),
                prop::collection::vec(
                    (any::<i32>(), prop::collection::vec(any::<u8>(), 0..128), "[a-z]{1,40}"),
                    0..3,
                ),
            ),
            0..6,
        ),
        shift in 0_usize..8,
    ) {
        let mut bytes = vec![0; shift];
        written.iter().for_each(|written| bytes.extend(event(written)));
        let mut records = decode(&bytes[shift..]);
        for (mask, fd, pid, infos) in &written {
            let record = records.next().unwrap();
            prop_assert_eq!(record.mask().bits(), *mask);
            prop_assert_eq!(record.fd(), Ok(Some(*fd)));
            prop_assert_eq!(record.pid(), Pid::from_raw(*pid));
            prop_assert_eq!(record.infos().count(), infos.len());
            for (info, (fsid, handle, name)) in record.infos().zip(infos) {
                let Info::DirFidName(entry) = info else { panic!("{info:?}") };
                prop_assert_eq!(entry.directory().fsid(), [*fsid, 7]);
                prop_assert_eq!(entry.directory().handle_bytes(), &handle[..]);
                prop_assert_eq!(entry.name(), name.as_str());
            }
        }
        prop_assert!(records.next().is_none());
        prop_assert!(records.rest().is_empty());
    }

    /// The header is valid in most cases, so that the bytes after it are decoded as info records.
    #[test]
    fn decode_accepts_arbitrary_bytes(
        mut bytes in prop::collection::vec(any::<u8>(), 0..400),
        is_valid in prop::bool::weighted(0.9),
    ) {
        if is_valid && bytes.len() >= 24 {
            let length = bytes.len() as u32;
            bytes[..4].copy_from_slice(&length.to_ne_bytes());
            bytes[4..8].copy_from_slice(&[3, 0, 24, 0]);
            if length >= 28 {
                bytes[24] %= 14;
                bytes[26..28].copy_from_slice(&((length - 24) as u16).to_ne_bytes());
            }
        }
        let mut records = decode(&bytes);
        for record in records.by_ref() {
            let mut infos = record.infos();
            let total: usize = infos.by_ref().map(|info| format!("{info:?}").len()).sum();
            prop_assert!(total > 0 || infos.rest().len() < bytes.len());
            let _ = (record.fd(), record.pidfd(), record.entry(), record.new_entry());
        }
        prop_assert!(bytes.ends_with(records.rest()));
        prop_assert!(records.next().is_none());
    }
}
