//! Tests of watches: paths, masks and removal.

use std::fs::{self, File};
use std::os::unix::ffi::OsStrExt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use butter::Errno;
use butter::error::ErrorKind;
use butter::fd::AsFd;
use butter::inotify::{self, EVENT_SIZE_MAX, EventFlags, Inotify, Watch, WatchFlags, raw};
use butter::time::Timeout;

use super::{drain, flags, watched};
use common::files;
use common::require;
use common::test::supported;

#[test]
fn add_watch_accepts_a_path_of_any_bytes_and_type() {
    let directory = files::directory();
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
fn add_watch_of_a_watched_inode_replaces_or_extends_its_mask() {
    let (inotify, watch, directory) = watched(WatchFlags::CREATE);
    let again = |mask| inotify.add_watch(common::bytes(directory.path()), mask);
    assert_eq!(
        again(WatchFlags::DELETE),
        Ok(watch),
        "a second add_watch of an inode should return the same watch"
    );
    File::create(directory.path().join("file")).unwrap();
    assert_eq!(flags(&inotify), [], "the new mask should replace the previous mask of the watch");
    assert_eq!(again(WatchFlags::CREATE | WatchFlags::MASK_ADD), Ok(watch));
    fs::create_dir(directory.path().join("sub")).unwrap();
    fs::remove_file(directory.path().join("file")).unwrap();
    assert_eq!(flags(&inotify), [EventFlags::CREATE | EventFlags::ISDIR, EventFlags::DELETE]);
    assert_eq!(
        again(WatchFlags::CREATE | WatchFlags::MASK_CREATE).unwrap_err().kind(),
        ErrorKind::AlreadyExists
    );
}

#[test]
fn remove_watch_queues_an_ignored_event_last() {
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
fn watch_flags_oneshot_dont_follow_and_excl_unlink_limit_the_events() {
    let (inotify, _, directory) =
        watched(WatchFlags::CREATE | WatchFlags::ONESHOT | WatchFlags::ONLYDIR);
    let file = directory.path().join("file");
    File::create(&file).unwrap();
    File::create(directory.path().join("other")).unwrap();
    assert_eq!(flags(&inotify), [EventFlags::CREATE, EventFlags::IGNORED]);

    let link = directory.path().join("link");
    std::os::unix::fs::symlink(&file, &link).unwrap();
    let mask = WatchFlags::DELETE_SELF | WatchFlags::ATTRIB;
    let link_watch =
        inotify.add_watch(common::bytes(&link), mask | WatchFlags::DONT_FOLLOW).unwrap();
    let file_watch = inotify.add_watch(common::bytes(&link), mask).unwrap();
    assert_ne!(link_watch, file_watch);
    fs::remove_file(&link).unwrap();
    let mut buffer = [0; 4096];
    assert!(
        inotify.read_events(&mut buffer).unwrap().all(|event| event.watch() == Some(link_watch))
    );

    let (inotify, _, directory) = watched(WatchFlags::MODIFY | WatchFlags::EXCL_UNLINK);
    let mut open = File::create(directory.path().join("unlinked")).unwrap();
    fs::remove_file(directory.path().join("unlinked")).unwrap();
    std::io::Write::write_all(&mut open, b"!").unwrap();
    assert_eq!(flags(&inotify), []);
}

#[test]
fn inotify_reports_unmount_and_removes_the_watch() {
    // The test runs in a separate thread, because the new mount namespace of a thread exists until
    // the thread ends.
    std::thread::spawn(|| {
        let directory = files::directory();
        let path = std::ffi::CString::new(common::bytes(directory.path())).unwrap();
        let (none, tmpfs) = (std::ptr::null(), c"tmpfs".as_ptr());
        // SAFETY: from now on, the thread has a separate root and working directory, and a copy of
        // the mounts.
        let unshared = unsafe { libc::unshare(libc::CLONE_FS | libc::CLONE_NEWNS) };
        require!(unshared == 0, "a new mount namespace requires CAP_SYS_ADMIN");
        let private = libc::MS_REC | libc::MS_PRIVATE;
        // SAFETY: reads the strings; changes this namespace alone.
        assert_eq!(unsafe { libc::mount(none, c"/".as_ptr(), none, private, none.cast()) }, 0);
        // SAFETY: reads the strings; changes this mount namespace alone.
        assert_eq!(unsafe { libc::mount(tmpfs, path.as_ptr(), tmpfs, 0, none.cast()) }, 0);
        let inotify = Inotify::nonblocking().unwrap();
        let watch = inotify.add_watch(path.as_c_str(), WatchFlags::CREATE).unwrap();
        // SAFETY: reads the string; changes this mount namespace alone.
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
fn ioctl_setnextwd_sets_the_number_of_the_next_watch() {
    let inotify = Inotify::nonblocking().unwrap();
    // SAFETY: the descriptor is an inotify instance.
    let set = unsafe { raw::ioctl_setnextwd(inotify.as_fd(), Watch::from_raw(1234)) };
    require!(supported(set));
    assert_eq!(inotify.add_watch("/", WatchFlags::CREATE), Ok(Watch::from_raw(1234)));
}

#[test]
fn inotify_watch_returns_one_event_of_one_path() {
    let directory = files::directory();
    let path = directory.path().join("news");
    let mut buffer = [0; EVENT_SIZE_MAX];
    let flags = WatchFlags::CREATE | WatchFlags::DELETE;
    let mut watch = |timeout: Timeout| {
        let event =
            inotify::watch(common::bytes(directory.path()), flags, timeout, &mut buffer).unwrap();
        event.map(|event| (event.name().as_bytes().to_vec(), event.flags()))
    };
    assert_eq!(watch(Duration::from_millis(20).into()), None);
    let (stop, began) = (AtomicBool::new(false), Instant::now());
    let event = std::thread::scope(|scope| {
        // The file may be created before its directory is watched, so the first event is either
        // `CREATE` or `DELETE`.
        scope.spawn(|| {
            while !stop.load(Ordering::Relaxed) && began.elapsed() < Duration::from_secs(60) {
                fs::write(&path, "").unwrap();
                fs::remove_file(&path).unwrap();
            }
        });
        let event = watch(Duration::from_secs(60).into());
        stop.store(true, Ordering::Relaxed);
        event
    });
    let (name, flags) = event.unwrap();
    assert_eq!(name, b"news");
    assert!([EventFlags::CREATE, EventFlags::DELETE].contains(&flags), "{flags}");
    let error =
        inotify::watch("/proc/self/nothing", WatchFlags::CREATE, Timeout::Zero, &mut buffer)
            .unwrap_err();
    assert_eq!(error.errno(), Errno::NOENT);
}
