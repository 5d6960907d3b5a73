//! Arguments of `name_to_handle_at` and `open_by_handle_at`.

use butter::fd::AsFd;
use butter::fs::{ABS, CWD, OFlags};
use butter::handle::raw::{name_to_handle_at, open_by_handle_at};
use butter::handle::{
    EncodeFlags, FileHandle, HANDLE_SIZE_MAX, MountId, NSFS_ROOT, PIDFS_ROOT,
    name_to_handle_at as full_name_to_handle_at, open_by_handle_at as open_cloexec,
};

use super::recorder::*;
use super::{Row, creates, each, long_path, open, pattern};

pub const ROWS: &[Row] = &[
    Row("handle::raw::name_to_handle_at", &[libc::SYS_name_to_handle_at], |it| {
        // The kernel reads a capacity, and writes a size, a type and bytes.
        let call = |directory, path: &str, capacity: usize, flags: EncodeFlags, call: Encode| {
            let bytes = pattern::<12>();
            let written = [&12_u32.to_ne_bytes()[..], &(-5_i32).to_ne_bytes(), &bytes].concat();
            let read = [(capacity as u32).to_ne_bytes(), [0; 4]].concat();
            let mount_id = 0x8123_4567_89AB_CDEF_u64;
            let arguments = [
                ("dirfd", directory),
                ("pathname", input([path.as_bytes(), b"\0"].concat())),
                ("handle", update(read, written)),
                ("mount_id", output(mount_id.to_ne_bytes())),
                ("flags", int(flags.bits())),
            ];
            let mut handle = FileHandle::zeroed(capacity).unwrap();
            let number = libc::SYS_name_to_handle_at;
            let returned = it.call(number, arguments, 0, || call(&mut handle));
            it.output("handle", handle, FileHandle::new(-5, &bytes).unwrap());
            let expected = if flags.contains(EncodeFlags::MNT_ID_UNIQUE) {
                MountId::Unique(mount_id)
            } else {
                MountId::Reusable(mount_id as i32)
            };
            it.output("mount ID", returned, Ok(expected));
        };
        let (file, long) = (open(500), long_path());
        for flags in each() {
            for capacity in [0, 12, 127, 128] {
                call(fd(&file), "", capacity, flags, &|handle| {
                    name_to_handle_at(&file, "", handle, flags)
                });
            }
            call(int(-100), "path", 128, flags, &|it| name_to_handle_at(CWD, c"path", it, flags));
            call(int(-9), &long, 128, flags, &|it| name_to_handle_at(ABS, &*long, it, flags));
            call(int(-100), "path", HANDLE_SIZE_MAX, flags, &|handle| {
                let (new, mount_id) = full_name_to_handle_at(CWD, "path", flags)?;
                *handle = new;
                Ok(mount_id)
            });
        }
        // The kernel never returns a size that exceeds the maximum.
        let written = [u32::MAX.to_ne_bytes(), [0; 4]].concat();
        let arguments = [
            ("dirfd", int(-9)),
            ("pathname", input(b"\0")),
            ("handle", output(written)),
            ("mount_id", output([0; 4])),
            ("flags", int(0)),
        ];
        let mut handle = FileHandle::zeroed(0).unwrap();
        let _ = it.call(libc::SYS_name_to_handle_at, arguments, -75, || {
            name_to_handle_at(ABS, "", &mut handle, EncodeFlags::empty())
        });
        it.output("size", handle.size(), HANDLE_SIZE_MAX);
    }),
    Row("handle::raw::open_by_handle_at", &[libc::SYS_open_by_handle_at], |it| {
        let call = |mount, handle: &FileHandle, flags: OFlags, open: Open| {
            let size = (handle.size() as u32).to_ne_bytes();
            let bytes = [&size, &handle.handle_type().to_ne_bytes(), handle.as_bytes()].concat();
            let (handle, flags) = (("handle", input(bytes)), ("flags", int(flags.bits())));
            let arguments = [("mount_fd", mount), handle, flags];
            creates(it, |fd| it.call(libc::SYS_open_by_handle_at, arguments, fd, open));
        };
        let (file, short) = (open(500), FileHandle::new(0x1_0002, &pattern::<8>()).unwrap());
        let full = FileHandle::new(-7, &pattern::<HANDLE_SIZE_MAX>()).unwrap();
        for flags in each() {
            let cloexec = flags | OFlags::CLOEXEC;
            call(fd(&file), &short, flags, &|| open_by_handle_at(file.as_fd(), &short, flags));
            call(int(-100), &full, flags, &|| open_by_handle_at(CWD, &full, flags));
            call(int(-9), &short, flags, &|| open_by_handle_at(ABS, &short, flags));
            call(int(-10002), &short, flags, &|| open_by_handle_at(PIDFS_ROOT, &short, flags));
            call(int(-10003), &full, flags, &|| open_by_handle_at(NSFS_ROOT, &full, flags));
            call(fd(&file), &short, cloexec, &|| open_cloexec(&file, &short, flags));
        }
    }),
];

type Encode<'a> = &'a dyn Fn(&mut FileHandle) -> butter::Result<MountId>;
type Open<'a> = &'a dyn Fn() -> butter::Result<butter::fd::OwnedFd>;
