//! Tests of the decoder of fanotify events, with bytes that the kernel writes and with bytes that
//! the kernel never writes.

use std::vec;
use std::vec::Vec;

use super::*;
use crate::path::Name;

/// Encodes an event with these info records.
fn event(mask: u64, fd: i32, pid: i32, infos: &[Vec<u8>]) -> Vec<u8> {
    let infos = infos.concat();
    let mut bytes = Vec::new();
    bytes.extend_from_slice(&(24 + infos.len() as u32).to_ne_bytes());
    bytes.extend_from_slice(&[3, 0, 24, 0]);
    bytes.extend_from_slice(&mask.to_ne_bytes());
    bytes.extend_from_slice(&fd.to_ne_bytes());
    bytes.extend_from_slice(&pid.to_ne_bytes());
    bytes.extend_from_slice(&infos);
    bytes
}

/// Encodes an info record, padded like the kernel to a multiple of 4 bytes.
fn info(info_type: u8, body: &[u8]) -> Vec<u8> {
    let length = (4 + body.len()).next_multiple_of(4);
    let mut bytes = vec![info_type, 0];
    bytes.extend_from_slice(&(length as u16).to_ne_bytes());
    bytes.extend_from_slice(body);
    bytes.resize(length, 0);
    bytes
}

/// Encodes the body of an info record with a file handle and a name with its NUL byte.
fn fid(fsid: [i32; 2], handle_type: i32, handle: &[u8], name: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for number in [fsid[0], fsid[1], handle.len() as i32, handle_type] {
        bytes.extend_from_slice(&number.to_ne_bytes());
    }
    [&bytes, handle, name].concat()
}

fn numbers(numbers: &[u32]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_ne_bytes()).collect()
}

fn only(bytes: &[u8]) -> Record<'_> {
    let mut records = decode(bytes);
    let record = records.next().expect("the event should be valid");
    assert_eq!((records.next().is_none(), records.rest()), (true, &[][..]));
    record
}

#[test]
fn decode_returns_no_event_from_empty_buffer() {
    let mut records = decode(&[]);
    assert!(records.next().is_none());
    assert_eq!(records.rest(), b"");
}

#[test]
fn decode_returns_events_in_order_with_all_fields() {
    let bytes = [
        event(0x20, 7, 100, &[]),
        event(0x1_0000, 0, 0, &[]),
        event(0x4000, -1, 0, &[]),
        event(1 << 63 | 0x8000_0000, 5, -5, &[]),
    ]
    .concat();
    let records: Vec<_> = decode(&bytes).collect();
    assert_eq!(records.len(), 4);
    assert_eq!(decode(&bytes).size_hint(), (0, Some(4)));

    assert_eq!(records[0].mask(), EventMask::OPEN);
    assert_eq!((records[0].fd(), records[0].kind()), (Ok(Some(7)), Kind::Notification));
    assert_eq!(records[0].pid().map(Pid::as_raw), Some(100));
    assert_eq!(records[1].mask(), EventMask::OPEN_PERM);
    assert_eq!((records[1].fd(), records[1].kind()), (Ok(Some(0)), Kind::Permission));
    assert_eq!(records[1].pid(), None);
    assert_eq!((records[2].fd(), records[2].kind()), (Ok(None), Kind::Overflow));
    assert!(records[2].is_overflow());
    assert_eq!(records[3].mask().bits(), 1 << 63 | 0x8000_0000);
    assert_eq!(records[3].pid(), None);
}

#[test]
fn kind_is_permission_for_each_permission_event() {
    for bit in 0..64 {
        let bytes = event(1 << bit, 3, 1, &[]);
        let expected = match 1_u64 << bit {
            0x1_0000 | 0x2_0000 | 0x4_0000 | 0x10_0000 => Kind::Permission,
            0x4000 => Kind::Overflow,
            _ => Kind::Notification,
        };
        assert_eq!(only(&bytes).kind(), expected, "bit {bit}");
    }
}

#[test]
fn infos_returns_each_type_of_record_with_all_fields() {
    let (fsid, handle) = ([-1, 2], [1, 2, 3, 4, 5, 6, 7, 8]);
    let mut range = numbers(&[0]);
    range.extend_from_slice(&0x1_0000_0001_u64.to_ne_bytes());
    range.extend_from_slice(&0x2_0000_0002_u64.to_ne_bytes());
    let mut mount = numbers(&[u32::MAX]);
    mount.extend_from_slice(&0x8000_0001_0000_0003_u64.to_ne_bytes());
    let infos = [
        info(10, &fid(fsid, 1, &handle, b"old\0")),
        info(12, &fid(fsid, 1, &handle, b"new name\0")),
        info(2, &fid(fsid, 1, &handle, b".\0")),
        info(3, &fid(fsid, -3, &handle[..4], b"")),
        info(1, &fid([0, 0], 0xFF, b"", b"")),
        info(4, &numbers(&[9])),
        info(5, &numbers(&[117, 3])),
        info(6, &range),
        info(7, &mount),
        info(99, b"unknown!"),
    ];
    let bytes = event(0x20, -1, 1, &infos);
    let record = only(&bytes);
    let decoded: Vec<_> = record.infos().collect();
    assert_eq!(decoded.len(), 10);
    let entry = |info: &Info<'_>| match *info {
        Info::OldDirFidName(entry) => (10, entry.name().as_bytes().to_vec()),
        Info::NewDirFidName(entry) => (12, entry.name().as_bytes().to_vec()),
        Info::DirFidName(entry) => (2, entry.name().as_bytes().to_vec()),
        _ => panic!("{info:?}"),
    };
    assert_eq!(entry(&decoded[0]), (10, b"old".to_vec()));
    assert_eq!(entry(&decoded[1]), (12, b"new name".to_vec()));
    assert_eq!(entry(&decoded[2]), (2, b".".to_vec()));
    let Info::DirFid(directory) = decoded[3] else { panic!("{decoded:?}") };
    assert_eq!((directory.fsid(), directory.handle_type()), (fsid, -3));
    assert_eq!(directory.handle_bytes(), &handle[..4]);
    let Info::Fid(file) = decoded[4] else { panic!("{decoded:?}") };
    assert_eq!((file.fsid(), file.handle_type(), file.handle_bytes()), ([0, 0], 0xFF, &[][..]));
    assert_eq!(decoded[5], Info::PidFd(Ok(9)));
    let Info::Error(error) = decoded[6] else { panic!("{decoded:?}") };
    assert_eq!((error.errno(), error.count()), (Some(Errno::UCLEAN), 3));
    let range = Range { offset: 0x1_0000_0001, count: 0x2_0000_0002 };
    assert_eq!(decoded[7], Info::Range(range));
    assert_eq!(decoded[8], Info::Mount(0x8000_0001_0000_0003));
    assert_eq!(decoded[9], Info::Unknown { info_type: 99, bytes: &infos[9] });

    let entry = record.entry().unwrap();
    assert_eq!((entry.name(), entry.directory().fsid()), (Name::from_bytes(b"old"), fsid));
    assert_eq!(entry.padded_name(), b"old\0");
    assert_eq!(entry.directory().handle_bytes(), handle);
    assert_eq!(record.new_entry().unwrap().name(), "new name");
    assert_eq!(record.fid(), Some(file));
    assert_eq!(record.pidfd(), Ok(Some(9)));
    assert_eq!(record.filesystem_error(), Some(error));
    assert_eq!(record.range(), Some(range));
    assert_eq!(record.mount_id(), Some(0x8000_0001_0000_0003));
    let text = format!("{record:?}");
    assert!(text.starts_with("Record { mask: EventMask(OPEN), fd: Ok(None), pid: Some(Pid(1))"));
    assert!(text.contains(r#"name: "new name""#), "{text}");
}

#[test]
fn record_methods_return_none_if_event_has_no_info_record() {
    let bytes = event(0x20, 3, 1, &[]);
    let record = only(&bytes);
    assert_eq!((record.entry(), record.new_entry(), record.fid()), (None, None, None));
    assert_eq!((record.pidfd(), record.filesystem_error()), (Ok(None), None));
    assert_eq!((record.range(), record.mount_id()), (None, None));
}

#[test]
fn entry_is_the_new_entry_or_the_directory_if_the_event_contains_no_other() {
    let new = event(0x1000_0000, -1, 1, &[info(12, &fid([1, 2], 1, b"new ", b"n\0"))]);
    assert_eq!(only(&new).entry(), only(&new).new_entry());
    let directory = event(0x20, -1, 1, &[info(3, &fid([1, 2], 1, b"dir ", b""))]);
    let entry = only(&directory).entry().unwrap();
    assert_eq!((entry.directory().handle_bytes(), entry.name()), (&b"dir "[..], Name::default()));
}

#[test]
fn decode_reports_error_of_open_unless_event_has_a_handle() {
    let error = |number| Err(Error::new(Call::FANOTIFY_READ, Errno::from_raw(number).unwrap()));
    for number in [1, 9, 24, 4095] {
        let bytes = event(0x20, -number, 1, &[]);
        assert_eq!(only(&bytes).fd(), error(number));
        let pidfd = event(0x20, -number, 1, &[info(4, &numbers(&[8]))]);
        assert_eq!(only(&pidfd).fd(), error(number));
        for info_type in [1, 2, 3, 10, 12] {
            let info = info(info_type, &fid([1, 2], 1, b"file", b"\0"));
            assert_eq!(only(&event(0x20, -number, 1, &[info])).fd(), Ok(None));
        }
        let mount = info(7, &[0; 12]);
        assert_eq!(only(&event(0x100_0000, -number, 1, &[mount])).fd(), Ok(None));
        assert_eq!(only(&event(0x4000, -number, 0, &[])).fd(), Ok(None));
    }
    for number in [i32::MIN, -4096] {
        assert_eq!(only(&event(0x20, number, 1, &[])).fd(), error(9), "not an errno");
    }
}

#[test]
fn pidfd_reports_both_error_values_and_each_errno() {
    for (number, expected) in [
        (0, Ok(Some(0))),
        (i32::MAX, Ok(Some(i32::MAX))),
        (-1, Err(PidFdError::NoProcess)),
        (-2, Err(PidFdError::NotOpened)),
        (-3, Err(PidFdError::NoProcess)),
        (-24, Err(PidFdError::Errno(Errno::MFILE))),
        (i32::MIN, Err(PidFdError::NotOpened)),
    ] {
        let bytes = event(0x20, 3, 1, &[info(4, &numbers(&[number.cast_unsigned()]))]);
        assert_eq!(only(&bytes).pidfd(), expected);
    }
    for (error, text) in [
        (PidFdError::NoProcess, "the process has terminated or is not visible"),
        (PidFdError::NotOpened, "the pidfd could not be opened"),
        (PidFdError::Errno(Errno::MFILE), "the pidfd could not be opened: EMFILE"),
    ] {
        assert_eq!(error.to_string(), text);
    }
}

#[test]
fn filesystem_error_accepts_negative_numbers_and_rejects_others() {
    for (number, expected) in [(-5, Some(5)), (5, Some(5)), (0, None), (i32::MIN, None)] {
        let number: i32 = number;
        let bytes = event(0x8000, -1, 0, &[info(5, &numbers(&[number.cast_unsigned(), 1]))]);
        let error = only(&bytes).filesystem_error().unwrap();
        assert_eq!(error.errno().map(Errno::as_raw), expected);
    }
}

/// Linux writes events whose size is a multiple of 4 bytes, so that the next event is misaligned.
#[test]
fn decode_accepts_bytes_with_any_alignment() {
    let infos = [info(2, &fid([1, 2], 3, b"handle..", b"name\0")), info(4, &numbers(&[6]))];
    let whole = [event(0x20, 7, 1, &infos), event(8, 8, 2, &[])].concat();
    for shift in 0..8 {
        let bytes = [vec![0; shift], whole.clone()].concat();
        let records: Vec<_> = decode(&bytes[shift..]).collect();
        assert_eq!(records.len(), 2);
        assert_eq!(records[0].entry().unwrap().name(), "name");
        assert_eq!((records[0].pidfd(), records[1].fd()), (Ok(Some(6)), Ok(Some(8))));
    }
}

#[test]
fn decode_stops_at_truncated_event_and_rest_returns_its_bytes() {
    let first = event(0x20, 7, 1, &[info(4, &numbers(&[6]))]);
    let bytes = [first, event(8, 8, 2, &[info(1, &fid([1, 2], 3, b"h", b""))])].concat();
    for cut in 0..bytes.len() {
        let mut records = decode(&bytes[..cut]);
        assert_eq!(records.by_ref().count(), usize::from(cut >= 32));
        assert_eq!(records.rest().len(), if cut >= 32 { cut - 32 } else { cut });
        assert!(records.next().is_none(), "the iterator should return no event after its end");
    }
}

#[test]
fn decode_stops_at_event_with_invalid_size_or_version() {
    let valid = [event(0x20, 7, 1, &[]), event(0x20, 8, 1, &[])].concat();
    let sizes = [0, 1, 23, 25, u32::MAX, i32::MAX.cast_unsigned()];
    let invalid = sizes.map(|size| (24, size.to_ne_bytes().to_vec()));
    let versions = [0, 1, 2, 4, 255].map(|version| (28, vec![version]));
    let headers = [0_u16, 23, 25, u16::MAX].map(|size| (30, size.to_ne_bytes().to_vec()));
    for (at, replacement) in invalid.into_iter().chain(versions).chain(headers) {
        let mut bytes = valid.clone();
        bytes[at..at + replacement.len()].copy_from_slice(&replacement);
        let mut records = decode(&bytes);
        assert_eq!(records.by_ref().count(), 1, "{at}: {replacement:?}");
        assert_eq!(records.rest(), &bytes[24..]);
    }
}

/// A newer kernel can append fields to the header.
#[test]
fn decode_skips_unknown_fields_of_the_header() {
    let mut bytes = event(0x20, 7, 1, &[vec![9; 8], info(4, &numbers(&[6]))]);
    bytes[6] = 32;
    assert_eq!(only(&bytes).pidfd(), Ok(Some(6)));
}

#[test]
fn infos_stops_at_record_with_invalid_size_and_rest_returns_its_bytes() {
    for length in [0_u16, 1, 3, 9, u16::MAX] {
        let mut invalid = info(4, &numbers(&[6]));
        invalid[2..4].copy_from_slice(&length.to_ne_bytes());
        let bytes = event(0x20, 7, 1, &[info(4, &numbers(&[5])), invalid.clone()]);
        let mut infos = only(&bytes).infos();
        assert_eq!(infos.next(), Some(Info::PidFd(Ok(5))));
        assert_eq!((infos.next(), infos.rest()), (None, &invalid[..]));
        assert_eq!(infos.next(), None);
    }
}

#[test]
fn infos_returns_records_that_are_too_short_as_unknown() {
    for (info_type, size) in [(1, 20), (2, 20), (3, 20), (10, 20), (12, 20), (4, 8), (5, 12)] {
        for length in 4..size {
            let mut record = vec![info_type, 0, length as u8, 0];
            record.resize(length, 0);
            let bytes = event(0x20, 7, 1, &[record.clone()]);
            let expected = Info::Unknown { info_type, bytes: &record };
            assert_eq!(only(&bytes).infos().next(), Some(expected));
        }
    }
    // The size of the handle exceeds the record.
    let mut record = info(1, &fid([1, 2], 3, b"1234", b""));
    record[12] = 5;
    let bytes = event(0x20, 7, 1, &[record.clone()]);
    let expected = Info::Unknown { info_type: 1, bytes: &record };
    assert_eq!(only(&bytes).infos().collect::<Vec<_>>(), [expected]);
}

#[test]
fn entry_name_has_no_padding() {
    for length in 0..20 {
        for padding in 0..9 {
            let name = [vec![b'n'; length], vec![0; padding]].concat();
            let mut record = vec![2, 0, (20 + name.len()) as u8, 0];
            record.extend_from_slice(&fid([0, 0], 0, b"", &name));
            let bytes = event(0x20, -1, 1, &[record]);
            let entry = only(&bytes).entry().unwrap();
            assert_eq!(entry.name().as_bytes(), &name[..length]);
            assert_eq!(entry.padded_name(), name);
        }
    }
}

#[test]
fn entries_are_equal_if_directory_and_name_are_equal() {
    let hash = |entry: &Entry<'_>| {
        let mut hasher = std::hash::DefaultHasher::new();
        std::hash::Hash::hash(entry, &mut hasher);
        std::hash::Hasher::finish(&hasher)
    };
    let with = |name: &[u8]| event(0x20, -1, 1, &[info(2, &fid([1, 2], 3, b"", name))]);
    let (short, long, other) = (with(b"n\0"), with(b"n\0\0\0\0\0\0\0"), with(b"o\0"));
    let [short, long, other] = [&short, &long, &other].map(|bytes| only(bytes).entry().unwrap());
    assert_eq!((short, hash(&short)), (long, hash(&long)));
    assert_ne!(short, other);
}

#[test]
fn event_with_one_info_record_of_each_type_has_at_most_event_size_max_bytes() {
    let (handle, name) = ([1; 128], [b'n'; 256]);
    let infos = [
        info(10, &fid([1, 2], 3, &handle, &name)),
        info(12, &fid([1, 2], 3, &handle, &name)),
        info(1, &fid([1, 2], 3, &handle, b"")),
        info(4, &[0; 4]),
        info(5, &[0; 8]),
        info(6, &[0; 20]),
        info(7, &[0; 12]),
    ];
    assert_eq!(event(0x20, 1, 1, &infos).len(), EVENT_SIZE_MAX);
    assert_eq!(EVENT_SIZE_MAX, 1040);
}
