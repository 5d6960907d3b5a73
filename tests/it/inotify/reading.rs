//! Tests of reading events with `Inotify::read_events` and with `Reader`.

use std::fs::{self, File};
use std::mem::MaybeUninit;
use std::path::Path;
use std::time::{Duration, Instant};

use butter::error::ErrorKind;
use butter::inotify::{EVENT_SIZE_MAX, EventFlags, Inotify, Reader, WatchFlags};
use butter::time::Timeout;
use butter::{Errno, io};

use super::{drain, flags, watched};
use common::child::prevent_spawns;
use common::files;
use common::require;
use common::signals::{PeriodicSignals, interrupted};

#[test]
fn read_events_fails_with_einval_if_buffer_is_too_small() {
    let (inotify, _, directory) = watched(WatchFlags::CREATE);
    File::create(directory.path().join("a name of more than sixteen bytes")).unwrap();
    for size in [0, 15, 16, 17, 48, 63] {
        let error = inotify.read_events(&mut vec![0; size][..]).unwrap_err();
        assert_eq!(
            (error.errno(), error.kind()),
            (Errno::INVAL, ErrorKind::InvalidArgument),
            "{size}"
        );
    }
    assert_eq!(inotify.read_events(&mut [0; 64]).unwrap().count(), 1);
    assert_eq!(inotify.read_events_interruptible(&mut [0; 64]).unwrap().count(), 0);
    assert_eq!(inotify.read_events(&mut [0; 64]).unwrap().count(), 0);
}

#[test]
fn bytes_available_returns_the_size_of_the_queued_inotify_events() {
    let (inotify, _, directory) = watched(WatchFlags::CREATE);
    assert_eq!(io::bytes_available(&inotify), Ok(0));
    File::create(directory.path().join("short")).unwrap();
    File::create(directory.path().join("a name of sixteen")).unwrap();
    assert_eq!(io::bytes_available(&inotify), Ok(16 + 16 + 16 + 32));
}

#[test]
fn read_events_reports_an_overflow_once() {
    let limit: usize = fs::read_to_string("/proc/sys/fs/inotify/max_queued_events")
        .unwrap()
        .trim()
        .parse()
        .unwrap();
    require!(limit <= 100_000, "fs.inotify.max_queued_events is too high");
    let (inotify, _, directory) = watched(WatchFlags::ATTRIB);
    let files = [directory.path().join("one"), directory.path().join("other")];
    for file in &files {
        File::create(file).unwrap();
    }
    // The test changes two files alternately, because the kernel merges consecutive equal events.
    let touch = |file: &Path| {
        fs::set_permissions(file, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap()
    };
    for _ in 0..limit / 2 + 10 {
        files.iter().for_each(|file| touch(file));
    }
    let mut buffer = vec![0; 1 << 16];
    let (mut events, mut overflows) = (0, 0);
    loop {
        let read = inotify.read_events(&mut buffer[..]).unwrap();
        if read.rest().is_empty() {
            break;
        }
        for event in read {
            events += 1;
            if event.is_overflow() {
                overflows += 1;
                assert_eq!((event.watch(), event.name().is_empty()), (None, true));
            }
        }
    }
    assert_eq!((events, overflows), (limit + 1, 1));
    touch(&files[0]);
    assert_eq!(
        flags(&inotify),
        [EventFlags::ATTRIB],
        "events after the overflow should be reported"
    );
}

#[test]
fn reader_next_returns_one_event_at_a_time() {
    let (inotify, _, directory) = watched(WatchFlags::CREATE);
    let mut buffer = [0; 64];
    let mut reader = Reader::new(&inotify, &mut buffer);
    assert_eq!(reader.try_next(), Ok(None));
    assert_eq!(reader.next().unwrap_err().kind(), ErrorKind::WouldBlock);
    for number in 0..50 {
        File::create(directory.path().join(format!("file {number}"))).unwrap();
    }
    for number in 0..50 {
        assert_eq!(reader.next().unwrap().name(), format!("file {number}").as_str());
    }
    assert_eq!(reader.try_next(), Ok(None));

    File::create(directory.path().join("a".repeat(100))).unwrap();
    assert_eq!(
        reader.next().unwrap_err().errno(),
        Errno::INVAL,
        "a read of an event that is larger than the buffer should fail"
    );

    assert_eq!(
        inotify.read_events(&mut [0; EVENT_SIZE_MAX]).unwrap().count(),
        1,
        "the failed read should leave the event in the queue"
    );
}

#[test]
fn reader_returns_buffered_events_before_queued_events() {
    use EventFlags as E;
    // A child process of another test could inherit the open files, which would delay `CLOSE`
    // events.
    let _no_spawns = prevent_spawns();
    let (inotify, watch, directory) = watched(WatchFlags::ALL_EVENTS);
    File::create(directory.path().join("file")).unwrap();
    fs::rename(directory.path().join("file"), directory.path().join("renamed")).unwrap();
    let mut buffer = [0; 4096];
    let mut reader = Reader::new(&inotify, &mut buffer);
    assert_eq!(reader.next().unwrap().flags(), E::CREATE);
    assert_eq!(
        inotify.wait(Timeout::Zero),
        Ok(false),
        "all events should be in the reader's buffer"
    );
    assert_eq!(reader.wait(Timeout::Infinite), Ok(true));
    inotify.remove_watch(watch).unwrap();

    let expected = [
        (E::OPEN, "file"),
        (E::CLOSE_WRITE, "file"),
        (E::MOVED_FROM, "file"),
        (E::MOVED_TO, "renamed"),
        (E::IGNORED, ""),
    ];
    let cookies = expected.map(|(flags, name)| {
        let event = reader.next().unwrap();
        assert_eq!(
            (event.flags(), event.name().as_bytes(), event.watch()),
            (flags, name.as_bytes(), Some(watch))
        );
        event.cookie()
    });
    assert!(cookies[2].is_some());
    assert_eq!(cookies, [None, None, cookies[2], cookies[2], None]);
    assert_eq!(reader.wait(Duration::from_millis(1)), Ok(false));
    assert_eq!(reader.try_next(), Ok(None));
}

#[test]
fn reader_drop_discards_buffered_events() {
    let (inotify, _, directory) = watched(WatchFlags::CREATE);
    for name in ["one", "other"] {
        File::create(directory.path().join(name)).unwrap();
    }
    assert_eq!(Reader::new(&inotify, &mut [0; 4096]).next().unwrap().name(), "one");
    assert_eq!(flags(&inotify), []);
    File::create(directory.path().join("third")).unwrap();
    assert_eq!(drain(&inotify), [(EventFlags::CREATE, b"third".to_vec())]);
}

#[test]
fn inotify_read_events_decodes_any_bytes_if_descriptor_is_not_inotify() {
    let inotify = Inotify::from(common::fd(File::open("/dev/zero").unwrap()));
    let mut buffer = [0; 64];
    assert_eq!(
        inotify.read_events(&mut buffer).unwrap().count(),
        4,
        "64 zero bytes should be decoded as four events of watch 0 without a name"
    );
    let inotify = Inotify::from(common::fd(File::open("/dev/null").unwrap()));
    assert_eq!(Reader::new(&inotify, &mut buffer).next().unwrap_err().errno(), Errno::INVAL);
    assert_eq!(inotify.read_events(&mut buffer).unwrap().count(), 0);
}

#[test]
fn read_events_waits_for_an_event_if_instance_is_blocking() {
    let directory = files::directory();
    let inotify = Inotify::new().unwrap();
    inotify.add_watch(common::bytes(directory.path()), WatchFlags::CREATE).unwrap();
    assert_eq!(inotify.wait(Duration::from_millis(5)), Ok(false));
    let signals = PeriodicSignals::new();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while signals.count() < 20 {
                std::thread::yield_now();
            }
            File::create(directory.path().join("late")).unwrap();
        });
        let name = signals.run(|| {
            let mut buffer = [0; 4096];
            let mut events = inotify.read_events(&mut buffer).unwrap();
            events.next().unwrap().name().as_bytes().to_vec()
        });
        assert_eq!(name, b"late");
    });
    let error = interrupted(|| inotify.read_events_interruptible(&mut [0; 4096]).unwrap_err());
    assert_eq!(error.kind(), ErrorKind::Interrupted);
}

#[test]
fn inotify_wait_returns_after_an_event_or_if_the_timeout_expires() {
    let directory = files::directory();
    let inotify = Inotify::new().unwrap();
    inotify
        .add_watch(common::bytes(directory.path()), WatchFlags::ALL_EVENTS | WatchFlags::ONESHOT)
        .unwrap();
    let began = Instant::now();
    assert_eq!(inotify.wait(Duration::from_millis(20)), Ok(false));
    assert!(began.elapsed() >= Duration::from_millis(20));
    std::thread::scope(|scope| {
        scope.spawn(|| File::create(directory.path().join("touched")).unwrap());
        assert_eq!(inotify.wait(Duration::from_secs(60)), Ok(true));
    });
    let mut buffer = [0; 4096];
    let events: Vec<_> = inotify.read_events(&mut buffer).unwrap().collect();
    assert_eq!(events.len(), 2);
    assert!(events[0].flags() == EventFlags::CREATE && events[0].name() == "touched");
    assert!(events[1].is_ignored());
}

#[test]
fn read_events_returns_a_million_events_in_order() {
    // CI runs the musl builds in an emulated virtual machine, where a million events would take a
    // quarter of an hour.
    let events = if cfg!(target_env = "musl") { 20_000 } else { 1_000_000 };
    let directory = files::directory_in(Path::new(if fs::exists("/dev/shm").unwrap() {
        "/dev/shm"
    } else {
        ""
    }));
    let inotify = Inotify::new().unwrap();
    inotify
        .add_watch(common::bytes(directory.path()), WatchFlags::CREATE | WatchFlags::DELETE)
        .unwrap();
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            // The file names show the order of the events. The writer waits for the reader, so that
            // the queue does not overflow.
            for number in 0..events / 2 {
                let path = directory.path().join(format!("{number}"));
                File::create(&path).unwrap();
                fs::remove_file(&path).unwrap();
                let began = Instant::now();
                while number % 1000 == 0 && io::bytes_available(&inotify).unwrap() > 1 << 17 {
                    assert!(
                        began.elapsed() < Duration::from_secs(60),
                        "the reader stopped reading events"
                    );
                    std::thread::yield_now();
                }
            }
        });
        let mut buffer = [MaybeUninit::uninit(); 1 << 16];
        let mut count = 0;
        while count < events {
            for event in inotify.read_events(&mut buffer).unwrap() {
                assert_eq!(event.name(), format!("{}", count / 2).as_str());
                let flags = if count % 2 == 0 { EventFlags::CREATE } else { EventFlags::DELETE };
                assert_eq!(event.flags(), flags);
                count += 1;
            }
        }
        writer.join().unwrap();
    });
    assert_eq!(inotify.wait(Timeout::Zero), Ok(false), "no further events should be available");
}
