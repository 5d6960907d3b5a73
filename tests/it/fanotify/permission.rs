//! Tests of permission events and responses.

use std::fs::{self, File};
use std::io::Read;
use std::sync::Arc;
use std::thread::{JoinHandle, spawn};
use std::time::Duration;

use butter::Errno;
use butter::fanotify::{
    Audit, AuditRule, Class, DenyErrno, EventMask, Fanotify, GroupRef, InitFlags, Kind, Mark,
    MarkMask, PermissionEvent, Response, Trust, raw,
};
use butter::fd::{AsFd, AsRawFd};
use butter::process::{PidFd, getpid};
use common::forked::ForkedChild;
use common::{require, this_test};

use super::{TMP, create, descriptors, group, on_filesystem, path_of, with_default};

/// The result of an access: `Err` contains the errno.
pub type Access = Result<(), i32>;

fn access_of<T>(result: std::io::Result<T>) -> Access {
    result.map(drop).map_err(|error| error.raw_os_error().unwrap())
}

/// Opens a file in another thread.
pub fn opener(path: &str) -> JoinHandle<Access> {
    let path = path.to_owned();
    spawn(move || access_of(File::open(path)))
}

/// Waits for one permission event of a group.
pub fn next<G: GroupRef>(group: G) -> PermissionEvent<G> {
    assert!(group.wait(Duration::from_secs(60)).unwrap(), "a permission event should be queued");
    let mut buffer = [0; 200];
    let mut events = Fanotify::read_events_of(group, &mut buffer).unwrap();
    let event = events.next().unwrap();
    assert!(events.next().is_none());
    assert_eq!(event.kind(), Kind::Permission);
    event.into_permission().unwrap()
}

/// Creates a file, and a group that receives a permission event when the file is opened.
pub fn guarded(group: butter::Result<Fanotify>) -> (Fanotify, String) {
    let (group, path) = (group.unwrap(), create("guarded"));
    group.add(Mark::Inode, MarkMask::OPEN_PERM, path.as_str()).unwrap();
    (group, path)
}

/// Returns the ID of the process or thread to which a pidfd refers.
fn pid_of(pidfd: &PidFd) -> i32 {
    let info = fs::read_to_string(format!("/proc/self/fdinfo/{}", pidfd.as_raw_fd())).unwrap();
    let line = info.lines().find_map(|line| line.strip_prefix("Pid:")).unwrap();
    line.trim().parse().unwrap()
}

pub const CLASSES: [Class; 2] = [Class::Content, Class::PreContent];

#[test]
fn allow_and_deny_determine_the_result_of_each_kind_of_access() {
    let ran = on_filesystem(this_test!(), || {
        let program = format!("{TMP}/program");
        fs::copy("/proc/self/exe", &program).unwrap();
        // Linux 6.14 and newer report no event for a file that was opened before the mark.
        let read = || access_of(File::open(&program).unwrap().read(&mut [0; 1]));
        let open = || access_of(File::open(&program));
        // The arguments make the program list its tests, of which none matches.
        let execute = || {
            let mut command = std::process::Command::new(&program);
            let command = command.args(["--list", "no such test"]);
            access_of(command.stdout(std::process::Stdio::null()).status())
        };
        type Attempt<'a> = &'a (dyn Fn() -> Access + Sync);
        let accesses: [(MarkMask, EventMask, Attempt<'_>); 3] = [
            (MarkMask::ACCESS_PERM, EventMask::ACCESS_PERM, &read),
            (MarkMask::OPEN_PERM, EventMask::OPEN_PERM, &open),
            (MarkMask::OPEN_EXEC_PERM, EventMask::OPEN_EXEC_PERM, &execute),
        ];
        for class in CLASSES {
            for (mask, expected, attempt) in accesses {
                let group = group(class, InitFlags::empty()).unwrap();
                group.add(Mark::Inode, mask, program.as_str()).unwrap();
                for (allows, result) in [(true, Ok(())), (false, Err(libc::EPERM))] {
                    let before = descriptors();
                    let mut events = Vec::new();
                    let access = std::thread::scope(|scope| {
                        let access = scope.spawn(attempt);
                        // A program that is executed is opened once, and a read is a single event.
                        let event = next(&group);
                        let path = path_of(event.file());
                        events.push((event.mask(), event.range(), path));
                        if allows { event.allow() } else { event.deny() }.unwrap();
                        access.join().unwrap()
                    });
                    assert_eq!(events, [(expected, None, program.clone().into())]);
                    assert_eq!(access, result, "{class:?}, {mask}");
                    assert_eq!(descriptors(), before);
                }
            }
        }
    });
    require!(ran, "the caller is not the host's root");
}

#[test]
fn deny_with_sets_the_errno_of_the_access_in_the_pre_content_class_only() {
    let errnos = [
        DenyErrno::Perm,
        DenyErrno::Io,
        DenyErrno::Again,
        DenyErrno::Busy,
        DenyErrno::TxtBsy,
        DenyErrno::NoSpc,
        DenyErrno::DQuot,
    ];
    let ran = on_filesystem(this_test!(), || {
        for default in [Response::Allow, Response::Deny] {
            for class in CLASSES {
                let (group, path) = guarded(with_default(class, default));
                for errno in errnos {
                    let access = opener(&path);
                    let response = next(&group).deny_with(errno);
                    let supported =
                        class == Class::PreContent && common::kernel_is_at_least("6.14");
                    let (response_errno, result) = match (supported, default) {
                        (true, _) => (None, Err(errno.errno().as_raw())),
                        (false, Response::Allow) => (Some(Errno::INVAL), Ok(())),
                        (false, _) => (Some(Errno::INVAL), Err(libc::EPERM)),
                    };
                    assert_eq!(response.err().map(butter::Error::errno), response_errno);
                    assert_eq!(access.join().unwrap(), result, "{class:?}, {errno:?}");
                }
            }
        }
    });
    require!(ran, "the caller is not the host's root");
}

#[test]
fn permission_event_has_the_process_that_accesses_the_file() {
    let ran = on_filesystem(this_test!(), || {
        let (group, path) = guarded(group(Class::Content, InitFlags::REPORT_PIDFD));
        let path = std::ffi::CString::new(path).unwrap();
        // SAFETY: reads the path.
        let child = ForkedChild::start(|| unsafe { libc::open(path.as_ptr(), libc::O_RDONLY) });
        let event = next(&group);
        assert_eq!(event.pid(), Some(child.pid()));
        let pidfd = event.pidfd().unwrap().unwrap();
        assert_eq!(pid_of(pidfd), child.pid().as_raw());
        let text = format!("{event:?}");
        let (fd, pid) = (event.as_raw_fd(), child.pid());
        let prefix = format!("PermissionEvent {{ mask: EventMask(OPEN_PERM), fd: {fd}, pid: ");
        assert!(text.starts_with(&format!("{prefix}Some({pid:?})")), "{text}");
        event.allow().unwrap();
        assert!(child.result() >= 0);
    });
    require!(ran, "the caller is not the host's root");
}

#[test]
fn permission_event_with_report_tid_has_the_thread_that_accesses_the_file() {
    let ran = on_filesystem(this_test!(), || {
        let (group, path) = guarded(group(Class::Content, InitFlags::REPORT_TID));
        let access = spawn(move || {
            access_of(File::open(path)).unwrap();
            butter::thread::gettid().as_raw()
        });
        let event = next(&group);
        let thread = event.pid().unwrap();
        event.allow().unwrap();
        assert_eq!(thread.as_raw(), access.join().unwrap());
        assert_ne!(thread, getpid());
    });
    require!(ran, "the caller is not the host's root");
}

/// Newer kernels accept both flags, and report a pidfd of the thread.
#[test]
fn permission_event_with_report_tid_and_report_pidfd_has_a_pidfd_of_the_thread() {
    let ran = on_filesystem(this_test!(), || {
        let group = group(Class::Content, InitFlags::REPORT_TID | InitFlags::REPORT_PIDFD);
        let group = require!(group.ok(), "the kernel does not report pidfds of threads");
        let (group, path) = guarded(Ok(group));
        let access = opener(&path);
        let event = next(&group);
        let pidfd: &PidFd = event.pidfd().unwrap().unwrap();
        assert_eq!(pid_of(pidfd), event.pid().unwrap().as_raw());
        event.allow().unwrap();
        access.join().unwrap().unwrap();
    });
    require!(ran, "the caller is not the host's root");
}

#[test]
fn respond_with_audit_requires_a_group_with_enable_audit() {
    let ran = on_filesystem(this_test!(), || {
        let rule = AuditRule { number: 7, subject_trust: Trust::Yes, object_trust: Trust::No };
        let audits = [Audit::Response, Audit::Rule(rule)];
        for (flags, default) in
            [(InitFlags::ENABLE_AUDIT, Response::Allow), (InitFlags::empty(), Response::Deny)]
        {
            let builder = Fanotify::builder(Class::Content).flags(flags | InitFlags::NONBLOCK);
            let group = require!(builder.default_response(default).build());
            let (group, path) = guarded(Ok(group));
            for audit in audits {
                for response in [Response::Allow, Response::Deny] {
                    let access = opener(&path);
                    let result = next(&group).respond_with_audit(response, audit);
                    let supported = flags.contains(InitFlags::ENABLE_AUDIT)
                        && (audit == Audit::Response || common::kernel_is_at_least("6.3"));
                    let expected = if supported { Ok(()) } else { Err(Errno::INVAL) };
                    assert_eq!(result.map_err(butter::Error::errno), expected, "{audit:?}");
                    let effective = if supported { response } else { default };
                    let expected = match effective {
                        Response::Allow => Ok(()),
                        _ => Err(libc::EPERM),
                    };
                    assert_eq!(access.join().unwrap(), expected);
                }
            }
        }
    });
    require!(ran, "the caller is not the host's root");
}

/// Without a descriptor, an audit rule checks whether the kernel supports audit rules.
#[test]
fn raw_write_without_descriptor_checks_for_support_of_audit_rules() {
    let ran = on_filesystem(this_test!(), || {
        let group = require!(group(Class::Content, InitFlags::ENABLE_AUDIT));
        let rule =
            AuditRule { number: 0, subject_trust: Trust::No, object_trust: Trust::default() };
        let probe = raw::write(group.as_fd(), None, Response::Allow, Some(Audit::Rule(rule)));
        let expected = if common::kernel_is_at_least("6.3") { Ok(()) } else { Err(Errno::INVAL) };
        assert_eq!(probe.map_err(butter::Error::errno), expected);
    });
    require!(ran, "the caller is not the host's root");
}

#[test]
fn permission_event_of_shared_group_can_be_answered_in_another_thread() {
    let ran = on_filesystem(this_test!(), || {
        let (group, path) = guarded(group(Class::Content, InitFlags::empty()));
        let group = Arc::new(group);
        let access = opener(&path);
        let event = next(group.clone());
        // The event keeps the group open.
        drop(group);
        spawn(move || event.deny()).join().unwrap().unwrap();
        assert_eq!(access.join().unwrap(), Err(libc::EPERM));
        assert_eq!(opener(&path).join().unwrap(), Ok(()));
    });
    require!(ran, "the caller is not the host's root");
}

#[test]
fn respond_fails_with_enoent_if_the_event_no_longer_waits() {
    let ran = on_filesystem(this_test!(), || {
        let (group, path) = guarded(with_default(Class::Content, Response::Deny));
        let access = opener(&path);
        let event = next(&group);
        raw::write(group.as_fd(), Some(event.file()), Response::Allow, None).unwrap();
        assert_eq!(access.join().unwrap(), Ok(()));
        assert_eq!(event.allow().unwrap_err().errno(), Errno::NOENT);
    });
    require!(ran, "the caller is not the host's root");
}

/// The kernel denies an access whose file it cannot open for the listener.
#[test]
fn permission_event_whose_file_cannot_be_opened_is_denied_and_reports_the_error() {
    let ran = on_filesystem(this_test!(), || {
        let flags = InitFlags::REPORT_FD_ERROR | InitFlags::REPORT_PIDFD;
        let group = require!(group(Class::Content, flags), "FAN_REPORT_FD_ERROR");
        let (group, path) = guarded(Ok(group));
        let path = std::ffi::CString::new(path).unwrap();
        let child = ForkedChild::start(|| {
            // SAFETY: reads the path.
            let fd = unsafe { libc::open(path.as_ptr(), libc::O_RDONLY) };
            (fd, std::io::Error::last_os_error().raw_os_error())
        });
        assert!(group.wait(Duration::from_secs(60)).unwrap());
        common::child::exhaust_descriptors();
        let mut buffer = [0; 200];
        let mut events = group.read_events(&mut buffer).unwrap();
        let event = events.next().unwrap();
        assert_eq!(event.kind(), Kind::Permission);
        assert_eq!(event.file().unwrap_err().errno(), Errno::MFILE);
        let error = butter::fanotify::PidFdError::Errno(Errno::MFILE);
        assert_eq!(event.pidfd().map(drop), Err(error));
        assert!(event.into_permission().is_err());
        assert_eq!(child.result(), (-1, Some(libc::EPERM)));
    });
    require!(ran, "the caller is not the host's root");
}

#[test]
fn permission_event_is_lost_and_the_access_allowed_if_the_queue_is_full() {
    let limit = require!(fs::read_to_string("/proc/sys/fs/fanotify/max_queued_events"));
    let limit: usize = limit.trim().parse().unwrap();
    require!(limit <= 20_000, "fs.fanotify.max_queued_events is {limit}");
    let ran = on_filesystem(this_test!(), || {
        for flags in [InitFlags::empty(), InitFlags::UNLIMITED_QUEUE] {
            let builder = Fanotify::builder(Class::Content).flags(flags | InitFlags::NONBLOCK);
            let (group, path) = guarded(builder.default_response(Response::Deny).build());
            group.add(Mark::Mount, MarkMask::OPEN, TMP).unwrap();
            (0..limit).for_each(|number| drop(create(&format!("{number}"))));
            let access = opener(&path);
            if flags.is_empty() {
                assert_eq!(access.join().unwrap(), Ok(()));
                continue;
            }
            let mut buffer = vec![0; 1 << 14];
            while !access.is_finished() {
                drop(group.read_events(&mut buffer[..]).unwrap());
            }
            assert_eq!(access.join().unwrap(), Err(libc::EPERM));
        }
    });
    require!(ran, "the caller is not the host's root");
}

/// A listener that opens a file under its own mark waits for its own response, unless it ignores
/// the file. The file of an event can always be used.
#[test]
fn listener_can_read_the_file_of_an_event_and_open_ignored_files() {
    let ran = on_filesystem(this_test!(), || {
        let group = group(Class::Content, InitFlags::empty()).unwrap();
        let (guarded, own) = (create("guarded"), create("own"));
        fs::write(&guarded, "content").unwrap();
        let mask = MarkMask::OPEN_PERM | MarkMask::ACCESS_PERM;
        group.add(Mark::Mount, mask, TMP).unwrap();
        require!(group.ignore(Mark::Inode, mask, own.as_str()), "FAN_MARK_IGNORE");
        fs::read(&own).unwrap();

        let access = opener(&guarded);
        let event = next(&group);
        let mut content = [0; 10];
        assert_eq!(butter::io::read(event.file(), &mut content), Ok(7));
        event.allow().unwrap();
        assert_eq!(access.join().unwrap(), Ok(()));
        // A listener of a mount mark could not even remove its temporary files.
        group.flush(Mark::Mount).unwrap();
    });
    require!(ran, "the caller is not the host's root");
}
