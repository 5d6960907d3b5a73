//! Tests of info records with file handles, names and pidfds, as the kernel writes them.

use std::ffi::CString;
use std::fs::{self, File};
use std::ops::Deref;

use butter::Errno;
use butter::fanotify::{
    Class, EventMask, Fanotify, Fid, Info, InitFlags, Mark, MarkMask, PidFdError,
};
use butter::process::getpid;
use common::forked::ForkedChild;
use common::{require, this_test};

use super::{TMP, create, group, on_filesystem};

/// The file system ID, the type and the bytes of a file handle.
type Handle = ([i32; 2], i32, Vec<u8>);

/// Returns the handle of a file, as libc returns it.
fn handle_of(path: &str) -> Handle {
    #[repr(C, align(8))]
    struct Buffer {
        size: u32,
        handle_type: i32,
        bytes: [u8; 128],
    }
    let mut handle = Buffer { size: 128, handle_type: 0, bytes: [0; 128] };
    let (name, mut mount) = (CString::new(path).unwrap(), 0_i32);
    // SAFETY: reads the path, and writes at most 128 bytes of the handle and one number.
    let result = unsafe {
        libc::syscall(
            libc::SYS_name_to_handle_at,
            libc::AT_FDCWD,
            name.as_ptr(),
            &raw mut handle,
            &raw mut mount,
            0,
        )
    };
    assert_eq!(result, 0, "{}", std::io::Error::last_os_error());
    let bytes = handle.bytes[..handle.size as usize].to_vec();
    (butter::fs::statfs(path).unwrap().fsid, handle.handle_type, bytes)
}

fn handle(fid: Fid<'_>) -> Handle {
    (fid.fsid(), fid.handle_type(), fid.handle_bytes().to_vec())
}

/// An info record in a form that owns its content.
#[derive(Debug, PartialEq)]
enum Owned {
    Fid(Handle),
    DirFid(Handle),
    DirFidName(Handle, String),
    OldDirFidName(Handle, String),
    NewDirFidName(Handle, String),
    Other(String),
}

fn owned(info: Info<'_>) -> Owned {
    match info {
        Info::Fid(fid) => Owned::Fid(handle(fid)),
        Info::DirFid(fid) => Owned::DirFid(handle(fid)),
        Info::DirFidName(e) => Owned::DirFidName(handle(e.directory()), e.name().to_string()),
        Info::OldDirFidName(e) => Owned::OldDirFidName(handle(e.directory()), e.name().to_string()),
        Info::NewDirFidName(e) => Owned::NewDirFidName(handle(e.directory()), e.name().to_string()),
        other => Owned::Other(format!("{other:?}")),
    }
}

/// Reads all events, and returns their masks and info records.
fn read(group: &Fanotify) -> Vec<(EventMask, Vec<Owned>)> {
    let mut buffer = [0; 4096];
    let events = group.read_events(&mut buffer).unwrap();
    events.map(|event| (event.mask(), event.infos().map(owned).collect())).collect()
}

#[test]
fn records_contain_the_handles_and_names_that_the_group_requests() {
    let ran = on_filesystem(this_test!(), || {
        let directory = format!("{TMP}/directory");
        fs::create_dir(&directory).unwrap();
        let file = format!("{directory}/file");
        File::create(&file).unwrap();
        let (dir, target, name) = (handle_of(&directory), handle_of(&file), "file".to_owned());
        let fid = || Owned::Fid(target.clone());
        let entry = |name: &str| Owned::DirFidName(dir.clone(), name.to_owned());
        let both = InitFlags::REPORT_FID | InitFlags::REPORT_DIR_FID;
        let all = InitFlags::REPORT_FID | InitFlags::REPORT_DFID_NAME;
        for (flags, of_file) in [
            (InitFlags::REPORT_FID, vec![fid()]),
            // The kernel reports the directory in a record of the type of files.
            (InitFlags::REPORT_DIR_FID, vec![Owned::Fid(dir.clone())]),
            (both, vec![Owned::DirFid(dir.clone()), fid()]),
            (InitFlags::REPORT_DFID_NAME, vec![entry(&name)]),
            (all, vec![entry(&name), fid()]),
            (InitFlags::REPORT_DFID_NAME_TARGET, vec![entry(&name), fid()]),
        ] {
            let Ok(group) = group(Class::Notification, flags) else {
                this_test!().skip(&flags.to_string(), format_args!("not supported"));
                continue;
            };
            let mask = MarkMask::MODIFY | MarkMask::EVENT_ON_CHILD;
            require!(group.add(Mark::Inode, mask, directory.as_str()), "file handles on tmpfs");
            fs::write(&file, "content").unwrap();
            assert_eq!(read(&group), [(EventMask::MODIFY, of_file)], "{flags}");
        }
        // An event for the directory itself has the name ".".
        let group = group(Class::Notification, InitFlags::REPORT_DFID_NAME).unwrap();
        group.add(Mark::Inode, MarkMask::OPEN | MarkMask::ONDIR, directory.as_str()).unwrap();
        File::open(&directory).unwrap();
        assert_eq!(read(&group), [(EventMask::OPEN | EventMask::ONDIR, vec![entry(".")])]);
    });
    require!(ran, "the caller is not the host's root");
}

/// Does not require privileges.
#[test]
fn records_of_changes_of_a_directory_contain_the_target_only_with_report_target_fid() {
    let directory = common::files::directory();
    let path = directory.path().to_str().unwrap();
    let (file, dir) = (format!("{path}/file"), handle_of(path));
    let mask = MarkMask::CREATE | MarkMask::DELETE | MarkMask::MOVE;
    for (flags, has_target) in
        [(InitFlags::REPORT_DFID_NAME, false), (InitFlags::REPORT_DFID_NAME_TARGET, true)]
    {
        let group = require!(group(Class::Notification, flags));
        require!(group.add(Mark::Inode, mask, path));
        // The kernel merges the events with the same name, unless they have been read.
        File::create(&file).unwrap();
        let target = handle_of(&file);
        let mut events = read(&group);
        fs::rename(&file, format!("{path}/renamed")).unwrap();
        events.extend(read(&group));
        fs::remove_file(format!("{path}/renamed")).unwrap();
        events.extend(read(&group));
        let expected = [
            (EventMask::CREATE, "file"),
            (EventMask::MOVED_FROM, "file"),
            (EventMask::MOVED_TO, "renamed"),
            (EventMask::DELETE, "renamed"),
        ];
        let expected = expected.map(|(mask, name)| {
            let entry = Owned::DirFidName(dir.clone(), name.to_owned());
            let target = has_target.then(|| Owned::Fid(target.clone()));
            (mask, [entry].into_iter().chain(target).collect::<Vec<_>>())
        });
        assert_eq!(events, expected, "{flags}");
    }
}

/// Does not require privileges. The event contains only the names in marked directories.
#[test]
fn rename_event_contains_the_old_and_the_new_directory_and_name() {
    let directory = common::files::directory();
    let [from, to] = ["from", "to"].map(|name| {
        let path = directory.path().join(name);
        fs::create_dir(&path).unwrap();
        path.to_str().unwrap().to_owned()
    });
    let [old, new] = [format!("{from}/old"), format!("{to}/new")];
    let old_entry = || Owned::OldDirFidName(handle_of(&from), "old".to_owned());
    let new_entry = || Owned::NewDirFidName(handle_of(&to), "new".to_owned());
    for (marked, expected) in [
        (vec![&from, &to], vec![old_entry(), new_entry()]),
        (vec![&from], vec![old_entry()]),
        (vec![&to], vec![new_entry()]),
    ] {
        let group = require!(group(Class::Notification, InitFlags::REPORT_DFID_NAME));
        for directory in &marked {
            require!(group.add(Mark::Inode, MarkMask::RENAME, directory.as_str()));
        }
        File::create(&old).unwrap();
        fs::rename(&old, &new).unwrap();
        let mut buffer = [0; 4096];
        let mut events = group.read_events(&mut buffer).unwrap();
        let event = events.next().unwrap();
        assert_eq!(event.mask(), EventMask::RENAME);
        let infos: Vec<_> = event.infos().map(owned).collect();
        // Root receives both names if one of the directories is marked.
        assert!(infos == expected || infos == [old_entry(), new_entry()], "{infos:?}");
        let first = event.entry().unwrap().name();
        assert_eq!(first, if infos.contains(&old_entry()) { "old" } else { "new" });
        if let Some(entry) = event.new_entry() {
            assert_eq!(entry.name(), "new");
        }
        assert!(events.next().is_none());
    }
}

#[test]
fn pid_is_that_of_the_listener_only_if_the_group_is_unprivileged() {
    let directory = common::files::directory();
    let path = common::bytes(directory.path());
    let name = CString::new([path, b"/child"].concat()).unwrap();
    let create = || {
        // SAFETY: reads the path.
        let child = ForkedChild::start(|| unsafe { libc::mkdir(name.as_ptr(), 0o700) });
        assert_eq!(child.result(), 0);
        (child.pid(), fs::remove_dir(name.to_str().unwrap()).unwrap()).0
    };
    let pids = |group: &Fanotify| {
        let mut buffer = [0; 1000];
        let events = group.read_events(&mut buffer).unwrap();
        events.map(|event| event.pid()).collect::<Vec<_>>()
    };
    let mask = MarkMask::CREATE | MarkMask::DELETE | MarkMask::ONDIR;
    let marked = || {
        let group = group(Class::Notification, InitFlags::REPORT_DFID_NAME)?;
        group.add(Mark::Inode, mask, path).map(|()| group)
    };
    fs::set_permissions(directory.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755))
        .unwrap();
    let unprivileged = require!(common::child::as_nobody(marked));
    create();
    assert_eq!(pids(&unprivileged), [None, Some(getpid())]);
    require!(group(Class::Notification, InitFlags::empty()), "an ordinary user");
    let privileged = marked().unwrap();
    let child = create();
    assert_eq!(pids(&privileged), [Some(child), Some(getpid())]);
}

#[test]
fn pidfd_record_contains_a_pidfd_or_an_error() {
    let ran = on_filesystem(this_test!(), || {
        let path = CString::new(create("file")).unwrap();
        let run = || {
            // SAFETY: reads the path.
            ForkedChild::start(|| unsafe { libc::open(path.as_ptr(), libc::O_RDONLY) })
        };
        for flags in [InitFlags::REPORT_PIDFD, InitFlags::REPORT_PIDFD | InitFlags::REPORT_FD_ERROR]
        {
            let flags = flags | InitFlags::REPORT_FID;
            let group = require!(group(Class::Notification, flags));
            require!(group.add(Mark::Inode, MarkMask::OPEN, path.to_str().unwrap()));
            let mut buffer = [0; 200];

            let child = run();
            assert!(child.result() >= 0);
            let event = group.read_events(&mut buffer).unwrap().next().unwrap();
            assert!(event.file().unwrap().is_none());
            let pidfd = event.pidfd().unwrap().unwrap();
            assert_eq!(
                Deref::deref(&event).pidfd(),
                Ok(Some(butter::fd::AsRawFd::as_raw_fd(pidfd)))
            );
            drop(event);
            drop(child);

            // The process has terminated and was reaped.
            let child = run();
            assert!(child.result() >= 0);
            drop(child);
            let event = group.read_events(&mut buffer).unwrap().next().unwrap();
            // Linux 7.3 reports a pidfd of the reaped process.
            match event.pidfd() {
                Ok(pidfd) => {
                    assert!(common::kernel_is_at_least("6.19"), "{flags}");
                    let error = pidfd.unwrap().send_signal(None).unwrap_err();
                    assert_eq!(error.errno(), Errno::SRCH);
                }
                Err(error) => assert_eq!(error, PidFdError::NoProcess, "{flags}"),
            }
            drop(event);

            // No descriptor is free.
            let child = run();
            assert!(child.result() >= 0);
            let limit = libc::rlimit { rlim_cur: 0, rlim_max: 4096 };
            // SAFETY: reads one struct.
            assert_eq!(unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &raw const limit) }, 0);
            let event = group.read_events(&mut buffer).unwrap().next().unwrap();
            let limit = libc::rlimit { rlim_cur: 1024, ..limit };
            // SAFETY: as above.
            assert_eq!(unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &raw const limit) }, 0);
            let expected = if flags.contains(InitFlags::REPORT_FD_ERROR) {
                PidFdError::Errno(Errno::MFILE)
            } else {
                PidFdError::NotOpened
            };
            assert_eq!(event.pidfd().map(drop), Err(expected));
            assert!(event.file().unwrap().is_none(), "a group with file handles opens no files");
        }
    });
    require!(ran, "the caller is not the host's root");
}

#[test]
fn file_of_event_with_report_fd_error_is_the_error_of_its_open() {
    let ran = on_filesystem(this_test!(), || {
        let flags = InitFlags::REPORT_FD_ERROR;
        let group = require!(group(Class::Notification, flags), "FAN_REPORT_FD_ERROR");
        let path = create("file");
        group.add(Mark::Inode, MarkMask::OPEN, path.as_str()).unwrap();
        drop(File::open(&path).unwrap());
        common::child::exhaust_descriptors();
        let mut buffer = [0; 100];
        let event = group.read_events(&mut buffer).unwrap().next().unwrap();
        let error = event.file().unwrap_err();
        assert_eq!(
            (error.call(), error.errno()),
            (butter::error::Call::FANOTIFY_READ, Errno::MFILE)
        );
        assert_eq!(event.pid(), Some(getpid()));
        assert!(event.into_file().is_err());
    });
    require!(ran, "the caller is not the host's root");
}
