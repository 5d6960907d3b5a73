//! What is watched, how, and until when.

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
fn a_path_of_any_bytes_is_watched() {
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
    assert_eq!(
        again(WatchFlags::CREATE | WatchFlags::MASK_CREATE).unwrap_err().kind(),
        ErrorKind::AlreadyExists
    );
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
    let (inotify, _, directory) =
        watched(WatchFlags::CREATE | WatchFlags::ONESHOT | WatchFlags::ONLYDIR);
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
    // In a mount namespace of a thread's own, which ends with it.
    std::thread::spawn(|| {
        let directory = files::directory();
        let path = std::ffi::CString::new(common::bytes(directory.path())).unwrap();
        let (none, tmpfs) = (std::ptr::null(), c"tmpfs".as_ptr());
        // SAFETY: the thread leaves the file system state of its process, and gets a copy of the mounts.
        let left = unsafe { libc::unshare(libc::CLONE_FS | libc::CLONE_NEWNS) };
        require!(left == 0, "no mount namespace of its own is allowed here");
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
fn the_next_watch_can_have_a_number_of_ones_choice() {
    let inotify = Inotify::nonblocking().unwrap();
    // SAFETY: an inotify instance.
    let set = unsafe { raw::ioctl_setnextwd(inotify.as_fd(), Watch::from_raw(1234)) };
    require!(supported(set));
    assert_eq!(inotify.add_watch("/", WatchFlags::CREATE), Ok(Watch::from_raw(1234)));
}

#[test]
fn one_event_of_one_path_is_waited_for() {
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
    let nowhere =
        inotify::watch("/proc/self/nothing", WatchFlags::CREATE, Timeout::Zero, &mut buffer)
            .unwrap_err();
    assert_eq!(nowhere.errno(), Errno::NOENT);
}
