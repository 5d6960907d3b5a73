//! Arguments of calls on fanotify groups.

use butter::fanotify::raw::{fanotify_init, fanotify_mark, read, write};
use butter::fanotify::{
    Audit, AuditRule, Class, DenyErrno, EventFileFlags, InitFlags, Mark, MarkFlags, MarkMask,
    MarkOperation, Response, Trust,
};
use butter::fd::AsFd;
use butter::fs::{ABS, CWD};

use super::recorder::*;
use super::{Row, creates, each, long_path, open, pattern};

const CLASSES: [(Class, u32); 3] = [
    (Class::Notification, libc::FAN_CLASS_NOTIF),
    (Class::Content, libc::FAN_CLASS_CONTENT),
    (Class::PreContent, libc::FAN_CLASS_PRE_CONTENT),
];

const OPERATIONS: [(MarkOperation, u32); 3] = [
    (MarkOperation::Add, libc::FAN_MARK_ADD),
    (MarkOperation::Remove, libc::FAN_MARK_REMOVE),
    (MarkOperation::Flush, libc::FAN_MARK_FLUSH),
];

const MARKS: [(Mark, u32); 4] = [
    (Mark::Inode, libc::FAN_MARK_INODE),
    (Mark::Mount, libc::FAN_MARK_MOUNT),
    (Mark::Filesystem, libc::FAN_MARK_FILESYSTEM),
    (Mark::MountNamespace, 0x110),
];

pub const ROWS: &[Row] = &[
    Row("fanotify::raw::fanotify_init", &[libc::SYS_fanotify_init], |it| {
        let call = |class: (Class, u32), flags: InitFlags, files: EventFileFlags| {
            let flags_argument = int(flags.bits() | class.1);
            let arguments = [("flags", flags_argument), ("event_f_flags", int(files.bits()))];
            creates(it, |fd| {
                it.call(libc::SYS_fanotify_init, arguments, fd, || {
                    fanotify_init(class.0, flags, files)
                })
            });
        };
        for class in CLASSES {
            call(class, InitFlags::REPORT_TID, EventFileFlags::RDWR);
        }
        for flags in each() {
            call(CLASSES[1], flags, EventFileFlags::NOATIME);
        }
        for files in each() {
            call(CLASSES[2], InitFlags::NONBLOCK, files);
        }
    }),
    Row("fanotify::raw::fanotify_mark", &[libc::SYS_fanotify_mark], |it| {
        let group = open(500);
        let call = |flags: u32,
                    mask: MarkMask,
                    directory: Argument,
                    path: Argument,
                    call: &dyn Fn() -> butter::Result<()>| {
            let arguments = [
                ("fanotify_fd", fd(&group)),
                ("flags", int(flags)),
                ("mask", long(mask.bits())),
                ("dirfd", directory),
                ("pathname", path),
            ];
            let result = it.call(libc::SYS_fanotify_mark, arguments, 0, call);
            it.output("success", result, Ok(()));
        };
        let terminated = |path: &str| input([path.as_bytes(), b"\0"].concat());
        let directory = open(600);
        let (flags, mask) = (MarkFlags::ONLYDIR, MarkMask::RENAME);
        for (operation, operation_bits) in OPERATIONS {
            for (mark, mark_bits) in MARKS {
                let bits = operation_bits | mark_bits | flags.bits();
                call(bits, mask, fd(&directory), terminated("c"), &|| {
                    let group = group.as_fd();
                    fanotify_mark(group, operation, mark, flags, mask, &directory, Some(c"c"))
                });
            }
        }
        let (operation, mark, bits) = (MarkOperation::Remove, Mark::Mount, 0x12);
        for flags in each::<MarkFlags>() {
            call(bits | flags.bits(), mask, int(libc::AT_FDCWD), terminated("str"), &|| {
                fanotify_mark(group.as_fd(), operation, mark, flags, mask, CWD, Some("str"))
            });
        }
        for mask in each::<MarkMask>() {
            call(bits | flags.bits(), mask, fd(&directory), NULL, &|| {
                let path = None::<&str>;
                fanotify_mark(group.as_fd(), operation, mark, flags, mask, &directory, path)
            });
        }
        let path = long_path();
        call(bits | flags.bits(), mask, int(-libc::EBADF), terminated(&path), &|| {
            let path = Some(path.as_str());
            fanotify_mark(group.as_fd(), operation, mark, flags, mask, ABS, path)
        });
    }),
    Row("fanotify::raw::read", &[libc::SYS_read], |it| {
        let (group, mut buffer, written) = (open(500), [0; 300], pattern::<256>());
        let arguments = [("fd", fd(&group)), ("buf", output(written)), ("count", size(300))];
        let result = it.call(libc::SYS_read, arguments, 256, || read(group.as_fd(), &mut buffer));
        it.output("bytes", result, Ok(&written[..]));
    }),
    Row("fanotify::raw::write", &[libc::SYS_write], |it| {
        let (group, file) = (open(500), open(600));
        let call = |file: Option<&butter::fd::OwnedFd>,
                    response: Response,
                    audit: Option<Audit>,
                    words: &[u32]| {
            let number = file.map_or(-1, butter::fd::AsRawFd::as_raw_fd).cast_unsigned();
            let words = [&[number], words].concat();
            let bytes: Vec<u8> = words.into_iter().flat_map(u32::to_ne_bytes).collect();
            let (buffer, count) = (input(&bytes), bytes.len());
            let arguments = [("fd", fd(&group)), ("buf", buffer), ("count", size(count))];
            let result = it.call(libc::SYS_write, arguments, count as i64, || {
                write(group.as_fd(), file.map(AsFd::as_fd), response, audit)
            });
            it.output("success", result, Ok(()));
        };
        call(Some(&file), Response::Allow, None, &[1]);
        call(None, Response::Deny, None, &[2]);
        for (errno, number) in [
            (DenyErrno::Perm, libc::EPERM),
            (DenyErrno::Io, libc::EIO),
            (DenyErrno::Again, libc::EAGAIN),
            (DenyErrno::Busy, libc::EBUSY),
            (DenyErrno::TxtBsy, libc::ETXTBSY),
            (DenyErrno::NoSpc, libc::ENOSPC),
            (DenyErrno::DQuot, libc::EDQUOT),
        ] {
            assert_eq!(errno.errno().as_raw(), number);
            let word = 2 | number.cast_unsigned() << 24;
            call(Some(&file), Response::DenyErrno(errno), None, &[word]);
        }
        call(Some(&file), Response::Allow, Some(Audit::Response), &[0x11]);
        let trusts = [(Trust::No, 0), (Trust::Yes, 1), (Trust::Unknown, 2)];
        for (subject_trust, subject) in trusts {
            for (object_trust, object) in trusts {
                let number = 0x1234_5678;
                let rule = Audit::Rule(AuditRule { number, subject_trust, object_trust });
                // The header: the type 1, one byte of padding, and the size 16.
                let words = [0x32, 1 | 16 << 16, number, subject, object];
                call(Some(&file), Response::Deny, Some(rule), &words);
            }
        }
    }),
];
