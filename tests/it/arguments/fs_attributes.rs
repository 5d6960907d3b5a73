//! Arguments of calls that change the attributes of files, and check access.

use butter::fd::{AsFd, AsRawFd};
use butter::fs::raw::*;
use butter::fs::{ABS, Access, AtFlags, CWD, Mode, SetTime, Timestamps};
use butter::process::{Gid, Uid};
use butter::time::Timespec;
use syscalls::Sysno;

use super::recorder::*;
use super::{Row, each, long_path, open};

/// A call without a result, as a closure.
type Call<'a> = &'a dyn Fn() -> butter::Result<()>;

pub const ROWS: &[Row] = &[
    Row("fs::raw::fchmodat", &[libc::SYS_fchmodat], |it| {
        let call = |directory: i32, path, mode: Mode, call: Call| {
            let arguments =
                [("dirfd", int(directory)), ("path", c_str(path)), ("mode", int(mode.bits()))];
            let result = it.call(libc::SYS_fchmodat, arguments, 0, call);
            it.output("success", result, Ok(()));
        };
        let (directory, long) = (open(500), long_path());
        for mode in each() {
            call(directory.as_raw_fd(), "c", mode, &|| fchmodat(&directory, c"c", mode));
            call(libc::AT_FDCWD, "str", mode, &|| fchmodat(CWD, "str", mode));
            call(-libc::EBADF, &long, mode, &|| fchmodat(ABS, &*long, mode));
        }
    }),
    Row("fs::raw::fchmodat2", &[SYS_FCHMODAT2], |it| {
        let call = |directory: i32, path, mode: Mode, flags: AtFlags, call: Call| {
            let (mode, flags) = (("mode", int(mode.bits())), ("flags", int(flags.bits())));
            let arguments = [("dirfd", int(directory)), ("path", c_str(path)), mode, flags];
            let result = it.call(SYS_FCHMODAT2, arguments, 0, call);
            it.output("success", result, Ok(()));
        };
        let (directory, long) = (open(500), long_path());
        let number = directory.as_raw_fd();
        for mode in each() {
            let flags = AtFlags::EMPTY_PATH;
            call(number, "c", mode, flags, &|| fchmodat2(&directory, c"c", mode, flags));
        }
        for flags in each() {
            let mode = Mode::RWXU | Mode::SGID;
            call(libc::AT_FDCWD, "", mode, flags, &|| fchmodat2(CWD, "", mode, flags));
            call(-libc::EBADF, &long, mode, flags, &|| fchmodat2(ABS, &*long, mode, flags));
        }
    }),
    Row("fs::raw::fchmod", &[libc::SYS_fchmod], |it| {
        let file = open(500);
        for mode in each::<Mode>() {
            let arguments = [("fd", fd(&file)), ("mode", int(mode.bits()))];
            let result = it.call(libc::SYS_fchmod, arguments, 0, || fchmod(file.as_fd(), mode));
            it.output("success", result, Ok(()));
        }
    }),
    Row("fs::raw::fchownat", &[libc::SYS_fchownat], |it| {
        let call = |directory: i32, path, ids: [u32; 2], flags: AtFlags, call: Call| {
            let [owner, group] = ids;
            let (owner, group) = (("owner", int(owner)), ("group", int(group)));
            let flags = ("flag", int(flags.bits()));
            let arguments = [("dirfd", int(directory)), ("path", c_str(path)), owner, group, flags];
            let result = it.call(libc::SYS_fchownat, arguments, 0, call);
            it.output("success", result, Ok(()));
        };
        let (directory, long) = (open(500), long_path());
        for flags in each() {
            for (owner, group) in OWNERS {
                let ids = [owner.unwrap_or(u32::MAX), group.unwrap_or(u32::MAX)];
                let (owner, group) = (owner.map(Uid::from_raw), group.map(Gid::from_raw));
                call(directory.as_raw_fd(), "c", ids, flags, &|| {
                    fchownat(&directory, c"c", owner, group, flags)
                });
                call(libc::AT_FDCWD, "", ids, flags, &|| fchownat(CWD, "", owner, group, flags));
                call(-libc::EBADF, &long, ids, flags, &|| {
                    fchownat(ABS, &*long, owner, group, flags)
                });
            }
        }
    }),
    Row("fs::raw::fchown", &[libc::SYS_fchown], |it| {
        let file = open(500);
        for (owner, group) in OWNERS {
            let [raw_owner, raw_group] = [owner, group].map(|id| int(id.unwrap_or(u32::MAX)));
            let arguments = [("fd", fd(&file)), ("owner", raw_owner), ("group", raw_group)];
            let result = it.call(libc::SYS_fchown, arguments, 0, || {
                fchown(file.as_fd(), owner.map(Uid::from_raw), group.map(Gid::from_raw))
            });
            it.output("success", result, Ok(()));
        }
    }),
    Row("fs::raw::utimensat", &[libc::SYS_utimensat], |it| {
        let call = |directory: i32, path, times: &[i64; 4], flags: AtFlags, call: Call| {
            let times = ("times", input(bytes(times)));
            let flags = ("flags", int(flags.bits()));
            let arguments = [("dirfd", int(directory)), ("path", c_str(path)), times, flags];
            let result = it.call(libc::SYS_utimensat, arguments, 0, call);
            it.output("success", result, Ok(()));
        };
        let (directory, long) = (open(500), long_path());
        for (times, expected) in &timestamps() {
            for flags in each() {
                let number = directory.as_raw_fd();
                call(number, "c", expected, flags, &|| utimensat(&directory, c"c", times, flags));
                call(libc::AT_FDCWD, "", expected, flags, &|| utimensat(CWD, "", times, flags));
                call(-libc::EBADF, &long, expected, flags, &|| {
                    utimensat(ABS, &*long, times, flags)
                });
            }
        }
    }),
    Row("fs::raw::utimensat_fd", &[libc::SYS_utimensat], |it| {
        let file = open(500);
        for (times, expected) in &timestamps() {
            let times_argument = ("times", input(bytes(expected)));
            let arguments = [("fd", fd(&file)), ("path", NULL), times_argument, ("flags", int(0))];
            let result =
                it.call(libc::SYS_utimensat, arguments, 0, || utimensat_fd(file.as_fd(), times));
            it.output("success", result, Ok(()));
        }
    }),
    Row("fs::raw::faccessat2", &[libc::SYS_faccessat2], |it| {
        let call = |directory: i32, path, access: Access, flags: AtFlags, call: Call| {
            let (mode, flags) = (("mode", int(access.bits())), ("flags", int(flags.bits())));
            let arguments = [("dirfd", int(directory)), ("path", c_str(path)), mode, flags];
            let result = it.call(libc::SYS_faccessat2, arguments, 0, call);
            it.output("success", result, Ok(()));
        };
        let (directory, long) = (open(500), long_path());
        for access in each() {
            for flags in each() {
                let number = directory.as_raw_fd();
                call(number, "c", access, flags, &|| faccessat2(&directory, c"c", access, flags));
                call(libc::AT_FDCWD, "", access, flags, &|| faccessat2(CWD, "", access, flags));
                call(-libc::EBADF, &long, access, flags, &|| {
                    faccessat2(ABS, &*long, access, flags)
                });
            }
        }
    }),
];

/// `libc` does not define the number of the call on all C libraries.
const SYS_FCHMODAT2: libc::c_long = Sysno::fchmodat2 as libc::c_long;

const OWNERS: [(Option<u32>, Option<u32>); 4] =
    [(None, None), (Some(0), None), (None, Some(0x8000_0001)), (Some(0xFFFF_FFFE), Some(7))];

/// The expected argument for a path.
fn c_str(path: &str) -> Argument {
    input([path.as_bytes(), b"\0"].concat())
}

fn bytes(numbers: &[i64; 4]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_ne_bytes()).collect()
}

/// Returns times, and the numbers that the kernel should read.
fn timestamps() -> Vec<(Timestamps, [i64; 4])> {
    let at = |seconds, nanoseconds| SetTime::At(Timespec { seconds, nanoseconds });
    let all = [
        (SetTime::Now, [None, Some(libc::UTIME_NOW)]),
        (SetTime::Omit, [None, Some(libc::UTIME_OMIT)]),
        (at(-5, 999_999_999), [Some(-5), Some(999_999_999)]),
        (at(i64::MAX, 0), [Some(i64::MAX), Some(0)]),
        // The kernel must not interpret the nanoseconds of a time as a special value.
        (at(1, libc::UTIME_NOW), [Some(1), Some(-1)]),
        (at(1, libc::UTIME_OMIT), [Some(1), Some(-1)]),
    ];
    let pairs = all.iter().flat_map(|first| all.iter().map(move |second| (first, second)));
    pairs
        .map(|(access, modification)| {
            let times = Timestamps { last_access: access.0, last_modification: modification.0 };
            let numbers = [access.1, modification.1].concat();
            let numbers: Vec<_> = numbers.iter().map(|number| number.unwrap_or(0)).collect();
            (times, numbers.try_into().unwrap())
        })
        .collect()
}
