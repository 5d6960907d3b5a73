//! Events whose path is not known.

use std::fs::{self, File};

use butter::error::Errno;
use butter::fanotify::resolver::{Mount, ResolveError, Resolver, Slot};
use butter::fanotify::{EventMask, InitFlags, decode};
use butter::mount;
use common::inject::inject;
use common::{bytes, require, this_test};

use super::{MASK, NAMES, TARGETS, Watched, in_namespace, mask};

/// Returns the bytes of an event without info records.
fn event(mask: EventMask) -> [u8; 24] {
    let mut bytes = [0; 24];
    (bytes[0], bytes[4], bytes[6]) = (24, 3, 24);
    bytes[8..16].copy_from_slice(&mask.bits().to_ne_bytes());
    bytes[16..20].copy_from_slice(&(-1_i32).to_ne_bytes());
    bytes
}

#[test]
fn resolver_discards_cached_directories_on_overflow() {
    in_namespace(this_test!(), || {
        let mut watched = Watched::new(NAMES, mask(), [Slot::EMPTY; 64]);
        fs::create_dir_all(watched.path("a/b")).unwrap();
        watched.events();
        watched.assert_file_is_resolved("a/b/file");
        // The event of this rename is lost.
        fs::rename(watched.path("a"), watched.path("c")).unwrap();
        let mut buffer = [0; 4096];
        drop(watched.group.read_events(&mut buffer).unwrap());
        let bytes = event(EventMask::Q_OVERFLOW);
        let overflow = decode(&bytes).next().unwrap();
        assert_eq!(watched.resolver.resolve(&overflow), Err(ResolveError::Overflow));
        assert_eq!(format!("{:?}", watched.resolver), "Resolver { directories: 0, .. }");
        watched.assert_file_is_resolved("c/b/file");

        let bytes = event(EventMask::OPEN);
        let without_directory = decode(&bytes).next().unwrap();
        assert_eq!(watched.resolver.resolve(&without_directory), Err(ResolveError::NoDirectory));
        assert_eq!(watched.resolver.resolve_new(&without_directory), Ok(None));
    });
}

#[test]
fn resolver_reports_deleted_directory_unless_it_is_cached() {
    require!(kernel >= 5.17, "FAN_REPORT_TARGET_FID");
    in_namespace(this_test!(), || {
        let mut watched = Watched::new(TARGETS, mask(), [Slot::EMPTY; 64]);
        let create = |watched: &Watched<_>, name| {
            let directory = watched.path(name);
            fs::create_dir(&directory).unwrap();
            drop(File::create(directory.join("file")).unwrap());
            fs::remove_dir_all(&directory).unwrap();
        };
        // The event of the new directory contains its handle and its name.
        create(&watched, "known");
        let written = EventMask::CREATE | EventMask::CLOSE_WRITE | EventMask::DELETE;
        let expected = [(EventMask::CREATE | EventMask::DELETE, "known"), (written, "known/file")];
        assert_eq!(watched.relative_events(), expected.map(|(mask, path)| (mask, path.to_owned())));
        fs::create_dir(watched.path("unknown")).unwrap();
        watched.events();
        watched.resolver.clear();
        drop(File::create(watched.path("unknown/file")).unwrap());
        fs::remove_dir_all(watched.path("unknown")).unwrap();
        let events = watched.events();
        assert_eq!(events[0].1, Err(ResolveError::Deleted));
        assert_eq!(events[1].1, Ok(watched.path("unknown")));
    });
}

#[test]
fn resolver_reports_file_system_without_a_mount() {
    in_namespace(this_test!(), || {
        let mut watched = Watched::new(NAMES, mask(), [Slot::EMPTY; 64]);
        drop(File::create(watched.path("file")).unwrap());
        let mut resolver = Resolver::new([Mount::open("/proc").unwrap()], [Slot::EMPTY; 4]);
        let mut buffer = [0; 4096];
        let mut count = 0;
        for event in watched.group.read_events(&mut buffer).unwrap() {
            assert_eq!(resolver.resolve(&event), Err(ResolveError::UnknownFilesystem));
            // A further mount can be added later.
            let mount = Mount::open(bytes(watched.directory.path())).unwrap();
            let wrong = std::mem::replace(&mut resolver.mounts_mut()[0], mount);
            assert_ne!(wrong.fsid(), resolver.mounts_mut()[0].fsid());
            assert_eq!(resolver.resolve(&event).unwrap().as_bytes(), bytes(&watched.path("file")));
            count += 1;
        }
        assert_eq!(count, 1);
        assert_eq!(watched.events(), []);
    });
}

#[test]
fn resolver_reports_directory_that_is_not_below_the_mount() {
    in_namespace(this_test!(), || {
        let mut watched = Watched::new(NAMES, mask(), [Slot::EMPTY; 64]);
        for name in ["inside", "outside", "mounted"] {
            fs::create_dir(watched.path(name)).unwrap();
        }
        fs::create_dir(watched.path("inside/a")).unwrap();
        watched.events();
        let (inside, mounted) = (watched.path("inside"), watched.path("mounted"));
        mount::bind_mount(bytes(&inside), bytes(&mounted)).unwrap();
        watched.resolver.mounts_mut()[0] = Mount::open(bytes(&mounted)).unwrap();
        watched.resolver.clear();
        drop(File::create(watched.path("inside/a/file")).unwrap());
        drop(File::create(watched.path("outside/file")).unwrap());
        let events = watched.events();
        assert_eq!(events[0].1, Ok(watched.path("mounted/a/file")));
        assert_eq!(events[1].1, Err(ResolveError::Unreachable));
        mount::unmount(bytes(&mounted)).unwrap_err();
        watched.resolver.mounts_mut()[0] = Mount::open("/proc").unwrap();
        mount::unmount(bytes(&mounted)).unwrap();
    });
}

#[test]
fn resolver_returns_errors_of_its_system_calls() {
    in_namespace(this_test!(), || {
        let mut watched = Watched::new(NAMES, mask(), [Slot::EMPTY; 64]);
        drop(File::create(watched.path("file")).unwrap());
        let mut buffer = [0; 4096];
        let watched = &mut watched;
        for event in watched.group.read_events(&mut buffer).unwrap() {
            for call in [
                libc::SYS_open_by_handle_at,
                libc::SYS_readlinkat,
                libc::SYS_statx,
                libc::SYS_name_to_handle_at,
            ] {
                watched.resolver.clear();
                let resolver = &mut watched.resolver;
                let result = inject(call, Errno::NOMEM, || resolver.resolve(&event).map(drop));
                match result {
                    Err(ResolveError::Call(error)) => {
                        assert!(error.is(Errno::NOMEM), "{error}");
                        assert_eq!(ResolveError::from(error).to_string(), error.to_string());
                    }
                    // The directory is the root of the mount, whose parent is not looked up.
                    result => {
                        assert_eq!((result, call), (Ok(()), libc::SYS_name_to_handle_at));
                    }
                }
            }
        }
    });
}

#[test]
fn resolver_returns_path_of_directory_if_group_reports_no_names() {
    let (flags, mask) = (InitFlags::REPORT_DIR_FID, MASK);
    in_namespace(this_test!(), || {
        let mut watched = Watched::new(flags, mask, [Slot::EMPTY; 64]);
        fs::create_dir(watched.path("a")).unwrap();
        drop(File::create(watched.path("a/file")).unwrap());
        let paths: Vec<_> = watched.events().into_iter().map(|event| event.1.unwrap()).collect();
        assert_eq!(paths, [watched.directory.path().to_owned(), watched.path("a")]);
    });
}
