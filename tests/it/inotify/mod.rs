//! Tests of `inotify`: events of watched files, and flags.

mod decode;
mod reading;
mod watches;

use std::fs::{self, File};
use std::mem::MaybeUninit;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use butter::Errno;
use butter::inotify::{EVENT_SIZE_MAX, EventFlags, InitFlags, Inotify, Watch, WatchFlags};
use common::child::prevent_spawns;
use common::files;
use temp_dir::TempDir;

/// Creates a non-blocking inotify instance with a watch on a new directory.
fn watched(mask: WatchFlags) -> (Inotify, Watch, TempDir) {
    let directory = files::directory();
    let inotify = Inotify::nonblocking().unwrap();
    let watch = inotify.add_watch(common::bytes(directory.path()), mask).unwrap();
    (inotify, watch, directory)
}

/// Reads all available events, and returns their flags and names.
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

/// Reads all available events, and returns their flags.
fn flags(inotify: &Inotify) -> Vec<EventFlags> {
    drain(inotify).into_iter().map(|(flags, _)| flags).collect()
}

#[test]
fn inotify_reports_an_event_for_each_operation_on_a_watched_directory() {
    use EventFlags as E;
    // A child process of another test could inherit the open files, which would delay `CLOSE`
    // events.
    let _no_spawns = prevent_spawns();
    let (inotify, watch, directory) = watched(WatchFlags::ALL_EVENTS);
    let path = directory.path().join("file");
    fs::write(&path, "content").unwrap();
    assert_eq!(flags(&inotify), [E::CREATE, E::OPEN, E::MODIFY, E::CLOSE_WRITE]);
    fs::read(&path).unwrap();
    assert_eq!(flags(&inotify), [E::OPEN, E::ACCESS, E::CLOSE_NOWRITE]);
    fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    assert_eq!(flags(&inotify), [E::ATTRIB]);
    fs::rename(&path, directory.path().join("renamed")).unwrap();
    assert_eq!(
        drain(&inotify),
        [(E::MOVED_FROM, b"file".to_vec()), (E::MOVED_TO, b"renamed".to_vec())]
    );
    fs::remove_file(directory.path().join("renamed")).unwrap();
    assert_eq!(flags(&inotify), [E::DELETE]);
    fs::create_dir(directory.path().join("sub")).unwrap();
    assert_eq!(drain(&inotify), [(E::CREATE | E::ISDIR, b"sub".to_vec())]);
    fs::remove_dir(directory.path().join("sub")).unwrap();
    assert_eq!(flags(&inotify), [E::DELETE | E::ISDIR]);

    let moved = directory.path().with_extension("moved");
    fs::rename(directory.path(), &moved).unwrap();
    assert_eq!(
        flags(&inotify),
        [E::MOVE_SELF],
        "the watch belongs to the inode, and should remain after a rename"
    );
    fs::remove_dir(&moved).unwrap();
    assert_eq!(flags(&inotify), [E::DELETE_SELF, E::IGNORED]);
    assert_eq!(
        inotify.remove_watch(watch).unwrap_err().errno(),
        Errno::INVAL,
        "the kernel should remove the watch together with the directory"
    );
}

#[test]
fn inotify_events_of_one_rename_have_equal_cookies() {
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
fn inotify_events_of_the_watched_directory_itself_have_no_name() {
    // A child process of another test could inherit the open files, which would delay `CLOSE`
    // events.
    let _no_spawns = prevent_spawns();
    let (inotify, watch, directory) = watched(WatchFlags::ALL_EVENTS);
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0);
    let mut buffer = [MaybeUninit::uninit(); 4096];
    let events: Vec<_> = inotify.read_events(&mut buffer).unwrap().collect();
    assert!(
        events
            .iter()
            .all(|event| event.is_dir() && event.name().is_empty() && event.watch() == Some(watch))
    );
    let all = events.iter().fold(EventFlags::empty(), |all, event| all | event.flags());
    assert_eq!(
        all,
        EventFlags::OPEN | EventFlags::ACCESS | EventFlags::CLOSE_NOWRITE | EventFlags::ISDIR
    );
}

#[test]
fn event_name_returns_names_of_any_bytes_and_of_up_to_255_bytes() {
    let (inotify, _, directory) = watched(WatchFlags::CREATE);
    let mut buffer = [0; EVENT_SIZE_MAX];
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
fn watch_flags_are_formatted_and_parsed_by_name() {
    let mask = WatchFlags::CREATE | WatchFlags::MOVE_SELF | WatchFlags::ONLYDIR;
    assert_eq!(mask.to_string(), "CREATE | MOVE_SELF | ONLYDIR");
    assert_eq!("CREATE | MOVE_SELF | ONLYDIR".parse(), Ok(mask));
    assert_eq!("CLOSE|MOVE".parse(), Ok(WatchFlags::CLOSE | WatchFlags::MOVE));
    assert_eq!("ALL_EVENTS".parse(), Ok(WatchFlags::ALL_EVENTS));
    assert!("NONBLOCK".parse::<WatchFlags>().is_err());
    assert_eq!(EventFlags::from_bits_retain(0x40).to_string(), "MOVED_FROM");
    // The bit 0x800 has another meaning in `InitFlags` than in `EventFlags`.
    assert_eq!(EventFlags::from_bits_retain(0x800).to_string(), "MOVE_SELF");
    assert_eq!(InitFlags::from_bits_retain(0x800).to_string(), "NONBLOCK");
    for (name, flag) in WatchFlags::KNOWN.iter_names() {
        assert_eq!(name.parse(), Ok(flag));
    }
}

#[cfg(feature = "alloc")]
#[test]
fn event_to_owned_returns_an_event_that_outlives_the_buffer() {
    let (inotify, watch, directory) = watched(WatchFlags::CREATE);
    fs::create_dir(directory.path().join("sub")).unwrap();
    let owned = inotify.read_events(&mut [0; 4096]).unwrap().next().unwrap().to_owned();
    assert_eq!((owned.watch(), owned.name().as_bytes()), (Some(watch), &b"sub"[..]));
    assert!(owned.is_dir() && !owned.is_overflow() && !owned.is_ignored() && !owned.is_unmount());
    assert_eq!((owned.flags(), owned.cookie()), (EventFlags::CREATE | EventFlags::ISDIR, None));
}

#[cfg(feature = "alloc")]
#[test]
fn read_events_to_vec_returns_owned_events() {
    let (inotify, _, directory) = watched(WatchFlags::CREATE | WatchFlags::DELETE);
    assert_eq!(inotify.read_events_to_vec(), Ok(Vec::new()));
    File::create(directory.path().join("file")).unwrap();
    fs::remove_file(directory.path().join("file")).unwrap();
    let events = inotify.read_events_to_vec().unwrap();
    assert_eq!(events.len(), 2);
    assert!(events[0].is_create() && !events[0].is_delete() && events[1].is_delete());
    assert!(events.iter().all(|event| event.name() == "file"));
    let empty = Inotify::from(common::fd(File::open("/dev/null").unwrap()));
    assert_eq!(empty.read_events_to_vec(), Ok(Vec::new()));
}
