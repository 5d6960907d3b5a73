//! Tests of reading: the descriptors of events are owned exactly once, and every descriptor is
//! closed.

use std::fs::{self, File};
use std::io::Read;
use std::sync::Arc;
use std::time::Duration;

use butter::Errno;
use butter::fanotify::{
    Class, EVENT_SIZE_MAX, Event, EventMask, Fanotify, GroupRef, InitFlags, Kind, Mark, MarkMask,
    PermissionEvent, Reader, decode, raw,
};
use butter::fd::{AsFd, AsRawFd};
use butter::io::{self, EventSource};
use butter::process::getpid;
use common::signals::interrupted;
use common::{require, this_test};

use super::{TMP, create, descriptors, group, on_filesystem, path_of};

/// Creates a group that reports the opens of files in [`TMP`], with an event for each of `count`
/// files.
fn with_events(flags: InitFlags, count: usize) -> Fanotify {
    let group = group(Class::Notification, flags).unwrap();
    let paths: Vec<_> = (0..count).map(|number| create(&format!("file {number}"))).collect();
    group.add(Mark::Mount, MarkMask::OPEN, TMP).unwrap();
    paths.iter().for_each(|path| drop(File::open(path).unwrap()));
    group
}

#[test]
fn read_events_returns_the_open_file_and_the_process_of_each_event() {
    let ran = on_filesystem(this_test!(), || {
        let group = with_events(InitFlags::REPORT_PIDFD, 3);
        let path = format!("{TMP}/file 1");
        fs::write(&path, "content").unwrap();
        let mut buffer = [0; 4096];
        let before = descriptors();
        let events: Vec<_> = group.read_events(&mut buffer).unwrap().collect();
        assert_eq!(descriptors(), before + 2 * events.len());
        for (number, event) in events.iter().enumerate().take(3) {
            let file = event.file().unwrap().unwrap();
            assert_eq!(path_of(file).to_str(), Some(format!("{TMP}/file {number}").as_str()));
            assert!(io::fcntl_getfd(file).unwrap().contains(io::DescriptorFlags::CLOEXEC));
            assert_eq!((event.mask(), event.kind()), (EventMask::OPEN, Kind::Notification));
            assert_eq!(event.pid(), Some(getpid()));
            let pidfd = event.pidfd().unwrap().unwrap();
            pidfd.send_signal(None).unwrap();
            assert_eq!(event.record_fd(), Some(file.as_raw_fd()));
        }
        let mut events = events.into_iter();
        let second = events.by_ref().nth(1).unwrap();
        let mut content = String::new();
        common::file(second.into_file().unwrap()).read_to_string(&mut content).unwrap();
        assert_eq!(content, "content");
        drop(events);
        assert_eq!(descriptors(), before);
    });
    require!(ran, "the caller is not the host's root");
}

trait RecordFd {
    fn record_fd(&self) -> Option<i32>;
}

impl<G: GroupRef> RecordFd for Event<'_, G> {
    /// Returns the number of the descriptor in the record of the event.
    fn record_fd(&self) -> Option<i32> {
        self.fd().unwrap()
    }
}

#[test]
fn events_close_the_descriptors_of_all_events_that_were_not_returned() {
    let ran = on_filesystem(this_test!(), || {
        for taken in 0..=5 {
            for flags in [InitFlags::empty(), InitFlags::REPORT_PIDFD] {
                let group = with_events(flags, 5);
                let mut buffer = [0; 4096];
                let before = descriptors();
                let mut events = group.read_events(&mut buffer).unwrap();
                let kept: Vec<_> = events.by_ref().take(taken).collect();
                drop(events);
                let each = if flags.is_empty() { 1 } else { 2 };
                assert_eq!((kept.len(), descriptors()), (taken, before + each * taken));
                drop(kept);
                assert_eq!(descriptors(), before);
            }
        }
    });
    require!(ran, "the caller is not the host's root");
}

/// Drops the events in the middle of a loop, because the body panics.
#[test]
fn events_close_all_descriptors_if_the_loop_panics() {
    let ran = on_filesystem(this_test!(), || {
        let group = with_events(InitFlags::REPORT_PIDFD, 5);
        let before = descriptors();
        let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let mut buffer = [0; 4096];
            for event in group.read_events(&mut buffer).unwrap() {
                assert_ne!(event.kind(), Kind::Notification, "planted");
            }
        }));
        assert!(panic.is_err());
        assert_eq!(descriptors(), before);
    });
    require!(ran, "the caller is not the host's root");
}

#[test]
fn into_file_returns_the_event_unless_it_is_a_notification_with_a_file() {
    let ran = on_filesystem(this_test!(), || {
        let mut buffer = [0; 4096];
        let fids = group(Class::Notification, InitFlags::REPORT_FID).unwrap();
        require!(fids.add(Mark::Mount, MarkMask::OPEN, TMP), "file handles on tmpfs");
        let path = create("file");
        let event = fids.read_events(&mut buffer).unwrap().next().unwrap();
        let event = event.into_file().unwrap_err();
        assert!(event.file().unwrap().is_none() && event.pidfd().unwrap().is_none());
        assert!(event.into_permission().is_err());

        let notifying = with_events(InitFlags::empty(), 1);
        let event = notifying.read_events(&mut buffer).unwrap().next().unwrap();
        let event = event.into_permission().unwrap_err();
        assert_eq!(format!("{event:?}"), format!("{:?}", *event));
        let file = event.into_file().unwrap();
        assert_eq!(path_of(&file).to_str(), Some(path.as_str()).map(|_| "/tmp/file 0"));
    });
    require!(ran, "the caller is not the host's root");
}

#[test]
fn read_events_reads_from_a_shared_group_in_several_threads() {
    fn assert_static_and_send<T: Send + 'static>() {}
    assert_static_and_send::<PermissionEvent<Arc<Fanotify>>>();
    assert_static_and_send::<PermissionEvent<&'static Fanotify>>();
    assert_static_and_send::<Event<'static, Arc<Fanotify>>>();

    let ran = on_filesystem(this_test!(), || {
        let group = Arc::new(with_events(InitFlags::empty(), 40));
        let before = descriptors();
        let threads: Vec<_> = (0..4)
            .map(|_| {
                let group = group.clone();
                std::thread::spawn(move || {
                    let (mut buffer, mut files) = ([0; 100], Vec::new());
                    loop {
                        let events = Fanotify::read_events_of(group.clone(), &mut buffer).unwrap();
                        let read = files.len();
                        files.extend(events.map(|event| event.into_file().unwrap()));
                        if files.len() == read {
                            return files;
                        }
                    }
                })
            })
            .collect();
        let files = threads.into_iter().flat_map(|thread| thread.join().unwrap());
        let files: Vec<_> = files.collect();
        let mut paths: Vec<_> = files.iter().map(path_of).collect();
        paths.sort();
        paths.dedup();
        assert_eq!(paths.len(), 40, "each event should be returned to only one thread");
        drop(files);
        assert_eq!((descriptors(), Arc::strong_count(&group)), (before, 1));
    });
    require!(ran, "the caller is not the host's root");
}

#[test]
fn read_events_returns_no_events_from_empty_nonblocking_group() {
    let group = require!(group(Class::Notification, InitFlags::REPORT_FID));
    let mut buffer = [0; EVENT_SIZE_MAX];
    let mut events = group.read_events(&mut buffer).unwrap();
    assert!(events.next().is_none() && events.rest().is_empty());
    drop(events);
    assert_eq!(group.read_events_interruptible(&mut buffer).unwrap().count(), 0);
    assert!(!group.wait(Duration::from_millis(1)).unwrap());
    let mut uninit = [std::mem::MaybeUninit::uninit(); 100];
    let error = group.read_events_with(&mut uninit, |_| panic!()).unwrap_err();
    assert_eq!(error.errno(), Errno::AGAIN);
}

#[test]
fn read_events_keeps_the_event_in_the_queue_if_the_buffer_is_too_small() {
    let directory = common::files::directory();
    let path = common::bytes(directory.path());
    let fids = require!(group(Class::Notification, InitFlags::REPORT_DFID_NAME));
    require!(fids.add(Mark::Inode, MarkMask::CREATE, path));
    for name in ["a", "b"] {
        File::create(directory.path().join(name)).unwrap();
    }
    let size = io::bytes_available(&fids).unwrap();
    let mut buffer = [0; EVENT_SIZE_MAX];
    for length in 0..40 {
        let error = fids.read_events(&mut buffer[..length]).unwrap_err();
        assert_eq!(error.errno(), Errno::INVAL);
    }
    assert!(fids.wait(Duration::ZERO).unwrap());
    let events: Vec<_> = fids.read_events(&mut buffer).unwrap().collect();
    let entries: Vec<_> = events.iter().map(|event| event.entry().unwrap()).collect();
    let names: Vec<_> = entries.iter().map(|entry| entry.name().to_string()).collect();
    assert_eq!(names, ["a", "b"]);
    // Newer kernels also count the info records, which end with the name and its terminator.
    let info = 4 + 8 + 8 + entries[0].directory().handle_bytes().len() + 2;
    let sizes = [24, 24 + info.next_multiple_of(4)].map(|size| 2 * size as u32);
    assert!(sizes.contains(&size), "FIONREAD: {size}, not one of {sizes:?}");
}

#[test]
fn read_events_returns_the_longest_name_in_a_buffer_of_event_size_max() {
    let directory = common::files::directory();
    let path = common::bytes(directory.path());
    let flags = InitFlags::REPORT_DFID_NAME_TARGET;
    let fids = require!(group(Class::Notification, flags));
    require!(fids.add(Mark::Inode, MarkMask::RENAME, path));
    let (old, new) = ("o".repeat(255), "n".repeat(255));
    File::create(directory.path().join(&old)).unwrap();
    fs::rename(directory.path().join(&old), directory.path().join(&new)).unwrap();
    let mut buffer = [0; EVENT_SIZE_MAX];
    let event = fids.read_events(&mut buffer).unwrap().next().unwrap();
    assert_eq!(event.entry().unwrap().name(), old.as_str());
    assert_eq!(event.new_entry().unwrap().name(), new.as_str());
    assert!(event.fid().is_some());
}

#[test]
fn read_events_reports_overflow_of_the_queue_as_a_separate_kind() {
    let limit = require!(fs::read_to_string("/proc/sys/fs/fanotify/max_queued_events"));
    let limit: usize = limit.trim().parse().unwrap();
    require!(limit <= 20_000, "fs.fanotify.max_queued_events is {limit}");
    let directory = common::files::directory();
    let fids = require!(group(Class::Notification, InitFlags::REPORT_DFID_NAME));
    require!(fids.add(Mark::Inode, MarkMask::CREATE, common::bytes(directory.path())));
    for number in 0..=limit {
        File::create(directory.path().join(number.to_string())).unwrap();
    }
    let (mut buffer, mut kinds) = (vec![0; 1 << 16], Vec::new());
    loop {
        let before = kinds.len();
        for event in fids.read_events(&mut buffer[..]).unwrap() {
            if event.is_overflow() {
                assert!(event.file().unwrap().is_none() && event.entry().is_none());
                assert_eq!(event.pid(), None);
            }
            kinds.push(event.kind());
        }
        if kinds.len() == before {
            break;
        }
    }
    assert_eq!(kinds.len(), limit + 1);
    assert_eq!(kinds.pop(), Some(Kind::Overflow));
    assert!(kinds.iter().all(|kind| *kind == Kind::Notification));
}

#[test]
fn read_events_interruptible_fails_with_eintr_if_interrupted() {
    let fids = || Fanotify::builder(Class::Notification).flags(InitFlags::REPORT_FID).build();
    let group = require!(fids());
    let mut buffer = [0; EVENT_SIZE_MAX];
    let error = interrupted(|| group.read_events_interruptible(&mut buffer).map(drop));
    assert_eq!(error.unwrap_err().errno(), Errno::INTR);
}

#[test]
fn event_source_passes_events_that_own_their_descriptors() {
    let ran = on_filesystem(this_test!(), || {
        let group = with_events(InitFlags::REPORT_PIDFD, 3);
        let before = descriptors();
        let mut buffer = [std::mem::MaybeUninit::uninit(); 4096];
        let mut events = Vec::new();
        group.read_events_with(&mut buffer, |event| events.push(event)).unwrap();
        assert_eq!((events.len(), descriptors()), (3, before + 6));
        drop(events);
        assert_eq!(descriptors(), before);
    });
    require!(ran, "the caller is not the host's root");
}

#[test]
fn reader_returns_each_event_once_and_closes_the_descriptors_of_the_others() {
    let ran = on_filesystem(this_test!(), || {
        for taken in 0..=5 {
            let group = with_events(InitFlags::REPORT_PIDFD, 5);
            let before = descriptors();
            let mut buffer = [0; 3 * 32];
            let mut reader = Reader::new(&group, &mut buffer);
            for number in 0..taken {
                let event = reader.next().unwrap();
                let expected = format!("{TMP}/file {number}");
                assert_eq!(path_of(event.file().unwrap().unwrap()).to_str(), Some(&*expected));
            }
            // The buffer has the size of three events.
            let unread = if taken == 0 { 0 } else { (3 - taken % 3) % 3 };
            let unread = if taken > 3 { 5 - taken } else { unread };
            assert_eq!(reader.wait(Duration::ZERO), Ok(taken < 5));
            assert_eq!(descriptors(), before + 2 * unread, "{reader:?}");
            if taken == 5 {
                assert!(reader.try_next().unwrap().is_none());
                assert_eq!(reader.next().unwrap_err().errno(), Errno::AGAIN);
            }
            drop(reader);
            assert_eq!(descriptors(), before);
        }
    });
    require!(ran, "the caller is not the host's root");
}

/// Does not require privileges.
#[test]
fn reader_fails_with_einval_if_the_buffer_is_too_small() {
    let directory = common::files::directory();
    let fids = require!(group(Class::Notification, InitFlags::REPORT_DFID_NAME));
    require!(fids.add(Mark::Inode, MarkMask::CREATE, common::bytes(directory.path())));
    File::create(directory.path().join("name")).unwrap();
    let error = Reader::new(&fids, &mut [0; 40]).next().unwrap_err();
    assert_eq!(error.errno(), Errno::INVAL);
    let mut buffer = [0; EVENT_SIZE_MAX];
    let mut reader = Reader::new(Arc::new(fids), &mut buffer);
    assert_eq!(reader.next().unwrap().entry().unwrap().name(), "name");
    assert!(format!("{reader:?}").contains("unread_bytes: 0"));
}

/// The raw call returns numbers, of which the caller takes ownership.
#[test]
fn raw_read_returns_bytes_with_numbers_of_open_descriptors() {
    let ran = on_filesystem(this_test!(), || {
        let group = with_events(InitFlags::empty(), 1);
        let (before, mut buffer) = (descriptors(), [0; 100]);
        let bytes = raw::read(group.as_fd(), &mut buffer).unwrap();
        let number = decode(bytes).next().unwrap().fd().unwrap().unwrap();
        assert_eq!(descriptors(), before + 1);
        // SAFETY: the kernel has opened the descriptor for the caller.
        drop(unsafe { <butter::fd::OwnedFd as butter::fd::FromRawFd>::from_raw_fd(number) });
        assert_eq!(descriptors(), before);
    });
    require!(ran, "the caller is not the host's root");
}
