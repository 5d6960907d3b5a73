//! Watching real files.

mod common;

use std::fs::{self, File};
use std::mem::MaybeUninit;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use butter::error::ErrorKind;
use butter::fd::AsFd;
use butter::inotify::{self, EventFlags, InitFlags, Inotify, MAX_EVENT, Reader, Watch, WatchFlags, raw};
use butter::time::Timeout;
use butter::{Errno, io};
use common::signals::{Storm, interrupted};
use tempfile::TempDir;

/// An instance that watches a new directory.
fn watched(mask: WatchFlags) -> (Inotify, Watch, TempDir) {
    let directory = tempfile::tempdir().unwrap();
    let inotify = Inotify::nonblocking().unwrap();
    let watch = inotify.add_watch(common::bytes(directory.path()), mask).unwrap();
    (inotify, watch, directory)
}

/// Flags and names of all events that are there.
fn drain(inotify: &Inotify) -> Vec<(EventFlags, Vec<u8>)> {
    let mut buffer = [0; 4096];
    let mut all = Vec::new();
    loop {
        let events = inotify.read_events(&mut buffer).unwrap();
        if events.rest().is_empty() {
            return all;
        }
        all.extend(events.map(|event| (event.flags(), event.name().as_bytes().to_vec())));
    }
}

fn flags(inotify: &Inotify) -> Vec<EventFlags> {
    drain(inotify).into_iter().map(|(flags, _)| flags).collect()
}

#[test]
fn each_event_that_can_be_asked_for_comes() {
    use EventFlags as E;
    let (inotify, watch, directory) = watched(WatchFlags::ALL_EVENTS);
    let path = directory.path().join("file");
    fs::write(&path, "content").unwrap();
    assert_eq!(flags(&inotify), [E::CREATE, E::OPEN, E::MODIFY, E::CLOSE_WRITE]);
    fs::read(&path).unwrap();
    assert_eq!(flags(&inotify), [E::OPEN, E::ACCESS, E::CLOSE_NOWRITE]);
    fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    assert_eq!(flags(&inotify), [E::ATTRIB]);
    fs::rename(&path, directory.path().join("renamed")).unwrap();
    assert_eq!(drain(&inotify), [(E::MOVED_FROM, b"file".to_vec()), (E::MOVED_TO, b"renamed".to_vec())]);
    fs::remove_file(directory.path().join("renamed")).unwrap();
    assert_eq!(flags(&inotify), [E::DELETE]);
    fs::create_dir(directory.path().join("sub")).unwrap();
    assert_eq!(drain(&inotify), [(E::CREATE | E::ISDIR, b"sub".to_vec())]);
    fs::remove_dir(directory.path().join("sub")).unwrap();
    assert_eq!(flags(&inotify), [E::DELETE | E::ISDIR]);

    let moved = directory.path().with_extension("moved");
    fs::rename(directory.path(), &moved).unwrap();
    assert_eq!(flags(&inotify), [E::MOVE_SELF], "the watch is on the inode and goes along");
    fs::remove_dir(&moved).unwrap();
    assert_eq!(flags(&inotify), [E::DELETE_SELF, E::IGNORED]);
    assert_eq!(inotify.remove_watch(watch).unwrap_err().errno(), Errno::INVAL, "it has ended");
}

#[test]
fn the_halves_of_a_rename_have_one_cookie() {
    let (inotify, watch, directory) = watched(WatchFlags::MOVE);
    for name in ["one", "other"] {
        File::create(directory.path().join(name)).unwrap();
        fs::rename(directory.path().join(name), directory.path().join("target")).unwrap();
    }
    let mut buffer = [0; 4096];
    let events: Vec<_> = inotify.read_events(&mut buffer).unwrap().collect();
    assert_eq!(events.len(), 4);
    assert!(events.iter().all(|event| event.watch() == Some(watch) && event.cookie().is_some()));
    assert_eq!(events[0].cookie(), events[1].cookie());
    assert_eq!(events[2].cookie(), events[3].cookie());
    assert_ne!(events[0].cookie(), events[2].cookie());
}

#[test]
fn listing_a_directory_tells_of_it_without_a_name() {
    let (inotify, watch, directory) = watched(WatchFlags::ALL_EVENTS);
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0);
    let mut buffer = [MaybeUninit::uninit(); 4096];
    let events: Vec<_> = inotify.read_events(&mut buffer).unwrap().collect();
    assert!(events.iter().all(|event| event.is_dir() && event.name().is_empty() && event.watch() == Some(watch)));
    let seen = events.iter().fold(EventFlags::empty(), |seen, event| seen | event.flags());
    assert_eq!(seen, EventFlags::OPEN | EventFlags::ACCESS | EventFlags::CLOSE_NOWRITE | EventFlags::ISDIR);
}

#[test]
fn names_of_any_bytes_and_every_length_come_whole() {
    let (inotify, _, directory) = watched(WatchFlags::CREATE);
    let mut buffer = [0; MAX_EVENT];
    for length in 1..=255 {
        let name: Vec<u8> = (0..length).map(|at| [0xFF, b' ', b'\n', 0x80, b'a'][at % 5]).collect();
        File::create(directory.path().join(Path::new(std::ffi::OsStr::from_bytes(&name)))).unwrap();
        let mut events = inotify.read_events(&mut buffer).unwrap();
        let event = events.next().unwrap();
        assert_eq!(event.name().as_bytes(), name);
        assert_eq!(event.padded_name().len(), (length + 1).next_multiple_of(16));
        #[cfg(feature = "std")]
        assert_eq!(event.name().as_os_str(), std::ffi::OsStr::from_bytes(&name));
        assert_eq!(events.next(), None);
    }
}

#[test]
fn a_path_of_any_bytes_is_watched() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join(std::ffi::OsStr::from_bytes(b"\xFF"));
    fs::create_dir(&path).unwrap();
    let inotify = Inotify::nonblocking().unwrap();
    let watch = inotify.add_watch(common::bytes(&path), WatchFlags::CREATE).unwrap();
    let terminated = std::ffi::CString::new(common::bytes(&path)).unwrap();
    assert_eq!(inotify.add_watch(terminated.as_c_str(), WatchFlags::CREATE), Ok(watch));
    #[cfg(feature = "std")]
    assert_eq!(inotify.add_watch(&path, WatchFlags::CREATE), Ok(watch));
    File::create(path.join("file")).unwrap();
    assert_eq!(drain(&inotify), [(EventFlags::CREATE, b"file".to_vec())]);
}

#[test]
fn a_buffer_too_small_loses_nothing() {
    let (inotify, _, directory) = watched(WatchFlags::CREATE);
    File::create(directory.path().join("a name of more than sixteen bytes")).unwrap();
    for room in [0, 15, 16, 17, 48, 63] {
        let error = inotify.read_events(&mut vec![0; room][..]).unwrap_err();
        assert_eq!((error.errno(), error.kind()), (Errno::INVAL, ErrorKind::InvalidArgument), "{room}");
    }
    assert_eq!(inotify.read_events(&mut [0; 64]).unwrap().count(), 1);
    assert_eq!(inotify.read_events(&mut [0; 64]).unwrap().count(), 0, "nothing there is an answer");
}

#[test]
fn what_is_available_is_the_bytes_of_the_events() {
    let (inotify, _, directory) = watched(WatchFlags::CREATE);
    assert_eq!(io::bytes_available(&inotify), Ok(0));
    File::create(directory.path().join("short")).unwrap();
    File::create(directory.path().join("a name of sixteen")).unwrap();
    assert_eq!(io::bytes_available(&inotify), Ok(16 + 16 + 16 + 32));
}

#[test]
fn masks_replace_add_and_refuse() {
    let (inotify, watch, directory) = watched(WatchFlags::CREATE);
    let again = |mask| inotify.add_watch(common::bytes(directory.path()), mask);
    assert_eq!(again(WatchFlags::DELETE), Ok(watch), "the same inode is the same watch");
    File::create(directory.path().join("file")).unwrap();
    assert_eq!(flags(&inotify), [], "the events were replaced");
    assert_eq!(again(WatchFlags::CREATE | WatchFlags::MASK_ADD), Ok(watch));
    fs::create_dir(directory.path().join("sub")).unwrap();
    fs::remove_file(directory.path().join("file")).unwrap();
    assert_eq!(flags(&inotify), [EventFlags::CREATE | EventFlags::ISDIR, EventFlags::DELETE]);
    assert_eq!(again(WatchFlags::CREATE | WatchFlags::MASK_CREATE).unwrap_err().kind(), ErrorKind::AlreadyExists);
}

#[test]
fn a_removed_watch_says_so_last() {
    let (inotify, watch, directory) = watched(WatchFlags::CREATE);
    File::create(directory.path().join("file")).unwrap();
    inotify.remove_watch(watch).unwrap();
    File::create(directory.path().join("unseen")).unwrap();
    let mut buffer = [0; 4096];
    let events: Vec<_> = inotify.read_events(&mut buffer).unwrap().collect();
    assert_eq!(events.len(), 2);
    assert!(events[0].name() == "file" && !events[0].is_ignored());
    assert!(events[1].is_ignored() && events[1].watch() == Some(watch));
}

#[test]
fn oneshot_onlydir_dont_follow_and_excl_unlink() {
    let (inotify, _, directory) = watched(WatchFlags::CREATE | WatchFlags::ONESHOT | WatchFlags::ONLYDIR);
    let file = directory.path().join("file");
    File::create(&file).unwrap();
    File::create(directory.path().join("other")).unwrap();
    assert_eq!(flags(&inotify), [EventFlags::CREATE, EventFlags::IGNORED]);

    let link = directory.path().join("link");
    std::os::unix::fs::symlink(&file, &link).unwrap();
    let mask = WatchFlags::DELETE_SELF | WatchFlags::ATTRIB;
    let of_link = inotify.add_watch(common::bytes(&link), mask | WatchFlags::DONT_FOLLOW).unwrap();
    let of_file = inotify.add_watch(common::bytes(&link), mask).unwrap();
    assert_ne!(of_link, of_file);
    fs::remove_file(&link).unwrap();
    let mut buffer = [0; 4096];
    assert!(inotify.read_events(&mut buffer).unwrap().all(|event| event.watch() == Some(of_link)));

    let (inotify, _, directory) = watched(WatchFlags::MODIFY | WatchFlags::EXCL_UNLINK);
    let mut open = File::create(directory.path().join("unlinked")).unwrap();
    fs::remove_file(directory.path().join("unlinked")).unwrap();
    std::io::Write::write_all(&mut open, b"!").unwrap();
    assert_eq!(flags(&inotify), []);
}

#[test]
fn an_unmounted_file_system_says_so() {
    const TEST: &str = "an_unmounted_file_system_says_so";
    // In a mount namespace of a thread's own, which ends with it.
    std::thread::spawn(|| {
        let directory = tempfile::tempdir().unwrap();
        let path = std::ffi::CString::new(common::bytes(directory.path())).unwrap();
        let (none, tmpfs) = (std::ptr::null(), c"tmpfs".as_ptr());
        // SAFETY: the thread leaves the file system state of its process, and gets a copy of the mounts.
        if unsafe { libc::unshare(libc::CLONE_FS | libc::CLONE_NEWNS) } != 0 {
            return common::skip(TEST, "no mount namespace of its own is allowed here");
        }
        let private = libc::MS_REC | libc::MS_PRIVATE;
        // SAFETY: reads the strings; changes this namespace alone.
        assert_eq!(unsafe { libc::mount(none, c"/".as_ptr(), none, private, none.cast()) }, 0);
        // SAFETY: as above.
        assert_eq!(unsafe { libc::mount(tmpfs, path.as_ptr(), tmpfs, 0, none.cast()) }, 0);
        let inotify = Inotify::nonblocking().unwrap();
        let watch = inotify.add_watch(path.as_c_str(), WatchFlags::CREATE).unwrap();
        // SAFETY: as above.
        assert_eq!(unsafe { libc::umount2(path.as_ptr(), 0) }, 0);
        let mut buffer = [0; 4096];
        let events: Vec<_> = inotify.read_events(&mut buffer).unwrap().collect();
        assert_eq!(events.len(), 2);
        assert!(events[0].is_unmount() && events[0].watch() == Some(watch));
        assert!(events[1].is_ignored());
    })
    .join()
    .unwrap();
}

#[test]
fn a_full_queue_says_so_once_and_goes_on() {
    let limit: usize = fs::read_to_string("/proc/sys/fs/inotify/max_queued_events").unwrap().trim().parse().unwrap();
    if limit > 100_000 {
        return common::skip("a_full_queue_says_so_once_and_goes_on", "fs.inotify.max_queued_events is too high");
    }
    let (inotify, _, directory) = watched(WatchFlags::ATTRIB);
    let files = [directory.path().join("one"), directory.path().join("other")];
    for file in &files {
        File::create(file).unwrap();
    }
    // Two files in turn: equal events in a row would become one.
    let touch = |file: &Path| fs::set_permissions(file, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
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
    assert_eq!(flags(&inotify), [EventFlags::ATTRIB], "it goes on");
}

#[test]
fn events_are_read_one_at_a_time() {
    let (inotify, _, directory) = watched(WatchFlags::CREATE);
    let mut buffer = [0; 64];
    let mut reader = Reader::new(&inotify, &mut buffer);
    assert_eq!(reader.try_read(), Ok(None));
    assert_eq!(reader.read().unwrap_err().kind(), ErrorKind::WouldBlock);
    for number in 0..50 {
        File::create(directory.path().join(format!("file {number}"))).unwrap();
    }
    for number in 0..50 {
        assert_eq!(reader.read().unwrap().name(), format!("file {number}").as_str());
    }
    assert_eq!(reader.try_read(), Ok(None));

    File::create(directory.path().join("a".repeat(100))).unwrap();
    assert_eq!(reader.read().unwrap_err().errno(), Errno::INVAL, "it does not fit 64 bytes");

    assert_eq!(inotify.read_events(&mut [0; MAX_EVENT]).unwrap().count(), 1, "and was not lost");
}

#[test]
fn what_a_reader_has_taken_comes_before_what_is_queued() {
    use EventFlags as E;
    let (inotify, watch, directory) = watched(WatchFlags::ALL_EVENTS);
    File::create(directory.path().join("file")).unwrap();
    fs::rename(directory.path().join("file"), directory.path().join("renamed")).unwrap();
    let mut buffer = [0; 4096];
    let mut reader = Reader::new(&inotify, &mut buffer);
    assert_eq!(reader.read().unwrap().flags(), E::CREATE);
    assert_eq!(inotify.wait(Timeout::Zero), Ok(false), "the reader has them all");
    assert_eq!(reader.wait(Timeout::Never), Ok(true));
    inotify.remove_watch(watch).unwrap();

    let expected = [
        (E::OPEN, "file"),
        (E::CLOSE_WRITE, "file"),
        (E::MOVED_FROM, "file"),
        (E::MOVED_TO, "renamed"),
        (E::IGNORED, ""),
    ];
    let cookies = expected.map(|(flags, name)| {
        let event = reader.read().unwrap();
        assert_eq!((event.flags(), event.name().as_bytes(), event.watch()), (flags, name.as_bytes(), Some(watch)));
        event.cookie()
    });
    assert!(cookies[2].is_some());
    assert_eq!(cookies, [None, None, cookies[2], cookies[2], None]);
    assert_eq!(reader.wait(Duration::from_millis(1)), Ok(false));
    assert_eq!(reader.try_read(), Ok(None));
}

#[test]
fn a_reader_that_is_dropped_discards_what_it_has_taken() {
    let (inotify, _, directory) = watched(WatchFlags::CREATE);
    for name in ["one", "other"] {
        File::create(directory.path().join(name)).unwrap();
    }
    assert_eq!(Reader::new(&inotify, &mut [0; 4096]).read().unwrap().name(), "one");
    assert_eq!(flags(&inotify), []);
    File::create(directory.path().join("third")).unwrap();
    assert_eq!(drain(&inotify), [(EventFlags::CREATE, b"third".to_vec())]);
}

#[test]
fn what_is_no_inotify_ends_and_never_loops() {
    let inotify = Inotify::from(common::fd(File::open("/dev/zero").unwrap()));
    let mut buffer = [0; 64];
    assert_eq!(inotify.read_events(&mut buffer).unwrap().count(), 4, "zeroes are events of watch 0 without a name");
    let inotify = Inotify::from(common::fd(File::open("/dev/null").unwrap()));
    assert_eq!(Reader::new(&inotify, &mut buffer).read().unwrap_err().errno(), Errno::INVAL);
    assert_eq!(inotify.read_events(&mut buffer).unwrap().count(), 0);
}

#[test]
fn a_blocking_instance_waits_for_an_event() {
    let directory = tempfile::tempdir().unwrap();
    let inotify = Inotify::init().unwrap();
    inotify.add_watch(common::bytes(directory.path()), WatchFlags::CREATE).unwrap();
    assert_eq!(inotify.wait(Duration::from_millis(5)), Ok(false));
    let storm = Storm::new();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while storm.seen() < 20 {
                std::thread::yield_now();
            }
            File::create(directory.path().join("late")).unwrap();
        });
        let name = storm.over(|| {
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
fn a_wait_for_one_event_ends_with_it_or_with_the_time() {
    let directory = tempfile::tempdir().unwrap();
    let inotify = Inotify::init().unwrap();
    inotify.add_watch(common::bytes(directory.path()), WatchFlags::ALL_EVENTS | WatchFlags::ONESHOT).unwrap();
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
fn the_next_watch_can_have_a_number_of_ones_choice() {
    let inotify = Inotify::nonblocking().unwrap();
    match raw::ioctl_setnextwd(inotify.as_fd(), Watch::from_raw(1234)) {
        Err(error) if error.kind() == ErrorKind::Unsupported => {
            common::skip("the_next_watch_can_have_a_number_of_ones_choice", &error.to_string());
        }
        done => {
            done.unwrap();
            assert_eq!(inotify.add_watch("/", WatchFlags::CREATE), Ok(Watch::from_raw(1234)));
        }
    }
}

#[test]
fn masks_have_names_both_ways() {
    let mask = WatchFlags::CREATE | WatchFlags::MOVE_SELF | WatchFlags::ONLYDIR;
    assert_eq!(mask.to_string(), "CREATE | MOVE_SELF | ONLYDIR");
    assert_eq!("CREATE | MOVE_SELF | ONLYDIR".parse(), Ok(mask));
    assert_eq!("CLOSE|MOVE".parse(), Ok(WatchFlags::CLOSE | WatchFlags::MOVE));
    assert_eq!("ALL_EVENTS".parse(), Ok(WatchFlags::ALL_EVENTS));
    assert!("NONBLOCK".parse::<WatchFlags>().is_err());
    assert_eq!(EventFlags::from_bits_retain(0x40).to_string(), "MOVED_FROM");
    // One bit, two names: each where it means that.
    assert_eq!(EventFlags::from_bits_retain(0x800).to_string(), "MOVE_SELF");
    assert_eq!(InitFlags::from_bits_retain(0x800).to_string(), "NONBLOCK");
    for (name, flag) in WatchFlags::all().iter_names() {
        assert_eq!(name.parse(), Ok(flag));
    }
}

#[test]
fn every_event_of_a_million_comes() {
    // The static builds run in an emulated machine, where a million would take a quarter of an hour.
    let events = if cfg!(target_env = "musl") { 20_000 } else { 1_000_000 };
    let directory = tempfile::tempdir_in(if Path::new("/dev/shm").exists() { "/dev/shm" } else { "/tmp" }).unwrap();
    let inotify = Inotify::init().unwrap();
    inotify.add_watch(common::bytes(directory.path()), WatchFlags::CREATE | WatchFlags::DELETE).unwrap();
    std::thread::scope(|scope| {
        let made = scope.spawn(|| {
            // Names that differ from event to event, and tell their order. The writer stays within the queue's limit.
            for number in 0..events / 2 {
                let path = directory.path().join(format!("{number}"));
                File::create(&path).unwrap();
                fs::remove_file(&path).unwrap();
                let began = Instant::now();
                while number % 1000 == 0 && io::bytes_available(&inotify).unwrap() > 1 << 17 {
                    assert!(began.elapsed() < Duration::from_secs(60), "nobody reads any more");
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
        made.join().unwrap();
    });
    assert_eq!(inotify.wait(Timeout::Zero), Ok(false), "and none too many");
}

#[cfg(feature = "alloc")]
#[test]
fn an_owned_event_outlives_its_buffer() {
    let (inotify, watch, directory) = watched(WatchFlags::CREATE);
    fs::create_dir(directory.path().join("sub")).unwrap();
    let owned = inotify.read_events(&mut [0; 4096]).unwrap().next().unwrap().to_owned();
    assert_eq!((owned.watch(), owned.name().as_bytes()), (Some(watch), &b"sub"[..]));
    assert!(owned.is_dir() && !owned.is_overflow() && !owned.is_ignored() && !owned.is_unmount());
    assert_eq!((owned.flags(), owned.cookie()), (EventFlags::CREATE | EventFlags::ISDIR, None));
}

#[test]
fn one_event_of_one_path_is_waited_for() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("news");
    let mut buffer = [0; MAX_EVENT];
    let flags = WatchFlags::CREATE | WatchFlags::DELETE;
    let mut watch = |timeout: Timeout| {
        let event = inotify::watch(common::bytes(directory.path()), flags, timeout, &mut buffer).unwrap();
        event.map(|event| (event.name().as_bytes().to_vec(), event.flags()))
    };
    assert_eq!(watch(Duration::from_millis(20).into()), None);
    let (stop, began) = (AtomicBool::new(false), Instant::now());
    let told = std::thread::scope(|scope| {
        // It may not watch yet when the file is made: whatever comes first is one of the two.
        scope.spawn(|| {
            while !stop.load(Ordering::Relaxed) && began.elapsed() < Duration::from_secs(60) {
                fs::write(&path, "").unwrap();
                fs::remove_file(&path).unwrap();
            }
        });
        let told = watch(Duration::from_secs(60).into());
        stop.store(true, Ordering::Relaxed);
        told
    });
    let (name, flags) = told.unwrap();
    assert_eq!(name, b"news");
    assert!([EventFlags::CREATE, EventFlags::DELETE].contains(&flags), "{flags}");
    let nowhere = inotify::watch("/proc/self/nothing", WatchFlags::CREATE, Timeout::Zero, &mut buffer).unwrap_err();
    assert_eq!(nowhere.errno(), Errno::NOENT);
}
