//! Tests of `fanotify_init` with every combination of flags.

use butter::Errno;
use butter::fanotify::raw::fanotify_init;
use butter::fanotify::{Class, EventFileFlags, Fanotify, InitFlags, Mark, MarkMask, Response};
use butter::fd::{AsRawFd, OwnedFd};
use butter::io;
use common::child::{as_nobody, in_child, in_user_namespace};
use common::require;

use super::group;

const CLASSES: [Class; 3] = [Class::Notification, Class::Content, Class::PreContent];

/// All flags, except those that combine other flags.
const FLAGS: [InitFlags; 13] = [
    InitFlags::CLOEXEC,
    InitFlags::NONBLOCK,
    InitFlags::UNLIMITED_QUEUE,
    InitFlags::UNLIMITED_MARKS,
    InitFlags::ENABLE_AUDIT,
    InitFlags::REPORT_PIDFD,
    InitFlags::REPORT_TID,
    InitFlags::REPORT_FID,
    InitFlags::REPORT_DIR_FID,
    InitFlags::REPORT_NAME,
    InitFlags::REPORT_TARGET_FID,
    InitFlags::REPORT_FD_ERROR,
    InitFlags::REPORT_MNT,
];

const HANDLES: InitFlags = InitFlags::REPORT_DFID_NAME_TARGET;

const PRIVILEGED: InitFlags = InitFlags::UNLIMITED_QUEUE
    .union(InitFlags::UNLIMITED_MARKS)
    .union(InitFlags::REPORT_PIDFD)
    .union(InitFlags::REPORT_TID)
    .union(InitFlags::REPORT_FD_ERROR);

/// Returns every subset of the flags.
fn subsets() -> impl Iterator<Item = InitFlags> {
    (0..1_u32 << FLAGS.len()).map(|chosen| {
        let flags = FLAGS.iter().enumerate().filter(|(index, _)| chosen & 1 << index != 0);
        flags.map(|(_, flag)| *flag).collect()
    })
}

/// What the kernel and the caller's privileges permit.
struct Host {
    is_admin: bool,
    /// Kernels older than Linux 5.13 permit no unprivileged groups.
    permits_unprivileged: bool,
    may_audit: bool,
    supported: InitFlags,
    supports_pidfd_of_thread: bool,
}

impl Host {
    /// Determines which flags the kernel supports, as root.
    fn of_root() -> Self {
        let succeeds = |flags: InitFlags| {
            fanotify_init(Class::Notification, flags, EventFileFlags::RDONLY).is_ok()
        };
        let prerequisites = |flag| match flag {
            InitFlags::REPORT_NAME => InitFlags::REPORT_DIR_FID,
            InitFlags::REPORT_TARGET_FID => InitFlags::REPORT_DFID_NAME | InitFlags::REPORT_FID,
            _ => InitFlags::empty(),
        };
        let supported = FLAGS.into_iter().filter(|flag| succeeds(*flag | prerequisites(*flag)));
        Self {
            is_admin: true,
            permits_unprivileged: as_nobody(|| succeeds(InitFlags::REPORT_FID)),
            may_audit: true,
            supported: supported.collect(),
            supports_pidfd_of_thread: succeeds(InitFlags::REPORT_PIDFD | InitFlags::REPORT_TID),
        }
    }

    /// Returns the errno that the documentation states for a combination of flags.
    fn expected(&self, class: Class, flags: InitFlags) -> Option<Errno> {
        let handles = flags & HANDLES;
        let notifies = class == Class::Notification;
        // A kernel that does not support a flag does not know whether it requires privileges.
        let known = flags & self.supported;
        let identifies = known.intersects(HANDLES | InitFlags::REPORT_MNT);
        let unprivileged = notifies && identifies && !known.intersects(PRIVILEGED);
        let is_permitted = self.is_admin || unprivileged && self.permits_unprivileged;
        if !is_permitted {
            return Some(Errno::PERM);
        }
        let has = |flag| flags.contains(flag);
        let threads = InitFlags::REPORT_PIDFD | InitFlags::REPORT_TID;
        let target = InitFlags::REPORT_NAME | InitFlags::REPORT_FID;
        let invalid = !self.supported.contains(flags)
            || has(threads) && !self.supports_pidfd_of_thread
            || !handles.is_empty() && !notifies
            || has(InitFlags::REPORT_NAME) && !has(InitFlags::REPORT_DIR_FID)
            || has(InitFlags::REPORT_TARGET_FID) && !has(target)
            || has(InitFlags::REPORT_MNT)
                && (!handles.is_empty() || !notifies || has(InitFlags::REPORT_FD_ERROR));
        if invalid {
            return Some(Errno::INVAL);
        }
        (has(InitFlags::ENABLE_AUDIT) && !self.may_audit).then_some(Errno::PERM)
    }

    fn check_all(&self) {
        for class in CLASSES {
            for flags in subsets() {
                let result = fanotify_init(class, flags, EventFileFlags::RDONLY);
                let errno = result.err().map(butter::Error::errno);
                assert_eq!(errno, self.expected(class, flags), "{class:?}, {flags}");
            }
        }
    }
}

/// Also runs as root of a user namespace, and as another user.
#[test]
fn fanotify_init_accepts_exactly_the_documented_combinations_of_flags() {
    in_child(|| {
        let error = group(Class::Notification, InitFlags::empty()).err();
        require!(error.map_or(Ok(()), Err));
        let root = Host::of_root();
        assert!(root.supported.contains(InitFlags::REPORT_FID | InitFlags::REPORT_TID));
        root.check_all();

        let nobody = Host { is_admin: false, may_audit: false, ..root };
        as_nobody(|| nobody.check_all());
    });
}

#[test]
fn fanotify_init_in_user_namespace_requires_file_handles() {
    require!(
        in_user_namespace(|| {
            let error = Fanotify::new(Class::Notification).unwrap_err();
            assert_eq!(error.errno(), Errno::PERM);
            let group = require!(group(Class::Notification, InitFlags::REPORT_DFID_NAME));
            require!(group.add(Mark::Inode, MarkMask::OPEN, "/"));
            for mark in [Mark::Mount, Mark::Filesystem] {
                assert_eq!(group.add(mark, MarkMask::OPEN, "/").unwrap_err().errno(), Errno::PERM);
            }
        }),
        "the host does not permit user namespaces (sysctl, security module or seccomp)"
    );
}

#[test]
fn fanotify_init_accepts_exactly_the_documented_event_file_flags() {
    let init = |bits| {
        let flags = EventFileFlags::from_bits_retain(bits);
        fanotify_init(Class::Notification, InitFlags::REPORT_FID, flags)
    };
    require!(init(0));
    for bit in (0..32).map(|bit| 1_u32 << bit) {
        // The two bits of `O_SYNC` are permitted only together.
        let permitted = EventFileFlags::KNOWN.bits() & !0x10_0000 & bit != 0;
        let result = init(bit).map(drop).map_err(butter::Error::errno);
        let expected = if permitted { Ok(()) } else { Err(Errno::INVAL) };
        let is_sync = bit == 0x10_0000;
        assert!(is_sync || result == expected, "{bit:#x}: {result:?}");
    }
    init(EventFileFlags::KNOWN.bits() & !1).unwrap();
    assert_eq!(init(3).unwrap_err().errno(), Errno::INVAL);
}

/// The flags of the group and of its event files are those of the constructor.
#[test]
fn fanotify_constructors_set_the_flags_of_the_descriptors() {
    let builder = || Fanotify::builder(Class::Notification).flags(InitFlags::REPORT_FID);
    let fdinfo = |group: &Fanotify| {
        let path = format!("/proc/self/fdinfo/{}", group.as_raw_fd());
        let text = std::fs::read_to_string(path).unwrap();
        text.lines().find(|line| line.starts_with("fanotify ")).unwrap().to_owned()
    };
    let events = EventFileFlags::RDWR | EventFileFlags::NOATIME;
    let group = require!(builder().event_file_flags(events).build());
    // The kernel adds O_LARGEFILE to the flags of event files.
    let expected = EventFileFlags::CLOEXEC | EventFileFlags::LARGEFILE | events;
    assert_eq!(fdinfo(&group), format!("fanotify flags:201 event-flags:{:x}", expected.bits()));
    assert_eq!((group.class(), group.default_response()), (Class::Notification, Response::Allow));
    assert_eq!(io::fcntl_getfd(&group), Ok(io::DescriptorFlags::CLOEXEC));
    assert!(format!("{group:?}").starts_with("Fanotify { fd: "));

    let flags = InitFlags::REPORT_FID | InitFlags::NONBLOCK;
    let group = Fanotify::with_flags(Class::Notification, flags, EventFileFlags::RDONLY).unwrap();
    assert_eq!(io::fcntl_getfd(&group), Ok(io::DescriptorFlags::empty()));
    assert!(io::fcntl_getfl(&group).unwrap().contains(io::StatusFlags::NONBLOCK));
    let largefile = EventFileFlags::LARGEFILE.bits();
    assert_eq!(fdinfo(&group), format!("fanotify flags:202 event-flags:{largefile:x}"));

    let flags = |class: Class, fanotify: butter::Result<Fanotify>| {
        let fanotify = fanotify.map_err(|error| error.to_string())?;
        assert_eq!(fanotify.class(), class);
        Ok::<_, String>(fdinfo(&fanotify))
    };
    for (class, bits) in CLASSES.into_iter().zip([0, 4, 8]) {
        let blocking = require!(flags(class, Fanotify::new(class)));
        assert!(blocking.starts_with(&format!("fanotify flags:{:x} ", 1 | bits)), "{blocking}");
        let nonblocking = flags(class, Fanotify::nonblocking(class)).unwrap();
        assert!(nonblocking.starts_with(&format!("fanotify flags:{:x} ", 3 | bits)));
    }
}

#[test]
fn from_fd_determines_the_class_and_rejects_other_descriptors() {
    let other = butter::eventfd::EventFd::new(0).unwrap();
    let error = Fanotify::from_fd(other.into(), Response::Allow).unwrap_err();
    assert_eq!(error.errno(), Errno::INVAL);

    let fids = require!(group(Class::Notification, InitFlags::REPORT_FID));
    let directory = common::files::directory();
    let path = common::bytes(directory.path());
    require!(fids.add(Mark::Inode, MarkMask::CREATE, path));
    let (fd, response) = fids.into_parts();
    assert_eq!(response, Response::Allow);
    let fids = Fanotify::from_fd(fd, Response::Deny).unwrap();
    assert_eq!((fids.class(), fids.default_response()), (Class::Notification, Response::Deny));
    // `from_fd` has not changed the marks.
    std::fs::File::create(directory.path().join("file")).unwrap();
    assert_eq!(fids.read_events(&mut [0; 1040]).unwrap().count(), 1);

    if let Ok(mounts) = group(Class::Notification, InitFlags::REPORT_MNT) {
        let mounts = Fanotify::from_fd(mounts.into_parts().0, Response::Allow).unwrap();
        assert_eq!(mounts.class(), Class::Notification);
        // The group of another user has the same class.
        let (fd, _) = mounts.into_parts();
        let class = as_nobody(|| Fanotify::from_fd(fd, Response::Allow).map(|group| group.class()));
        assert_eq!(class, Ok(Class::Notification));
    }
    for class in CLASSES {
        let group = require!(group(class, InitFlags::empty()));
        let (fd, _) = group.into_parts();
        let group = Fanotify::from_fd(fd, Response::Allow).unwrap();
        let newest = common::kernel_is_at_least("6.14");
        let expected = if newest || class != Class::PreContent { class } else { Class::Content };
        assert_eq!(group.class(), expected);
    }
}

#[test]
fn default_response_with_errno_requires_the_pre_content_class() {
    use butter::fanotify::DenyErrno;
    let response = Response::DenyErrno(DenyErrno::Busy);
    for class in [Class::Notification, Class::Content] {
        let error = Fanotify::builder(class).default_response(response).build().unwrap_err();
        let call = butter::error::Call::FANOTIFY_WRITE;
        assert_eq!((error.call(), error.errno()), (call, Errno::INVAL));
    }
    let fids: OwnedFd = require!(group(Class::Notification, InitFlags::REPORT_FID)).into_parts().0;
    let error = Fanotify::from_fd(fids, response).unwrap_err();
    assert_eq!(error.errno(), Errno::INVAL);
    let builder = Fanotify::builder(Class::PreContent).default_response(response);
    assert_eq!(require!(builder.build()).default_response(), response);
}
