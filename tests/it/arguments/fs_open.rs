//! Arguments of `openat` and `openat2`.

use butter::fs::raw::{openat, openat2};
use butter::fs::{ABS, CWD, Mode, OFlags, OpenHowFlags, ResolveFlags};

use super::recorder::*;
use super::{Row, creates, each, long_path, open, words};

pub const ROWS: &[Row] = &[
    Row("fs::raw::openat", &[libc::SYS_openat], |it| {
        let call = |directory: Argument, path: &str, flags: OFlags, mode: Mode, open: Open| {
            let (flags, mode) = (("flags", int(flags.bits())), ("mode", int(mode.bits())));
            let arguments = [("dirfd", directory), ("pathname", terminated(path)), flags, mode];
            creates(it, |fd| it.call(libc::SYS_openat, arguments, fd, open));
        };
        let directory = open(500);
        let (flags, mode) = (OFlags::PATH | OFlags::WRONLY, Mode::SUID | Mode::RWXG);
        for flags in each() {
            call(fd(&directory), "c", flags, mode, &|| openat(&directory, c"c", flags, mode));
        }
        for mode in each() {
            call(fd(&directory), "c", flags, mode, &|| openat(&directory, c"c", flags, mode));
        }
        let long = long_path();
        call(int(libc::AT_FDCWD), "str", flags, mode, &|| openat(CWD, "str", flags, mode));
        call(int(-libc::EBADF), &long, flags, mode, &|| openat(ABS, long.as_str(), flags, mode));
    }),
    Row("fs::raw::openat2", &[libc::SYS_openat2], |it| {
        let call = |directory: Argument, path: &str, how: [u64; 3], open: Open| {
            let how = ("how", input(words(how)));
            let path = ("pathname", terminated(path));
            let arguments = [("dirfd", directory), path, how, ("size", size(24))];
            creates(it, |fd| it.call(libc::SYS_openat2, arguments, fd, open));
        };
        let directory = open(500);
        let (flags, mode) = (OFlags::NOCTTY, Mode::RWXO);
        let resolve = ResolveFlags::IN_ROOT | ResolveFlags::CACHED;
        let how = |flags: u64, mode: Mode, resolve: ResolveFlags| {
            [flags, u64::from(mode.bits()), resolve.bits()]
        };
        for flags in each::<OFlags>() {
            let how = how(flags.bits().into(), mode, resolve);
            call(fd(&directory), "c", how, &|| openat2(&directory, c"c", flags, mode, resolve));
        }
        for flags in each::<OpenHowFlags>() {
            let how = how(flags.bits(), mode, resolve);
            call(fd(&directory), "c", how, &|| openat2(&directory, c"c", flags, mode, resolve));
        }
        for mode in each() {
            let how = how(0x100, mode, resolve);
            call(fd(&directory), "c", how, &|| openat2(&directory, c"c", flags, mode, resolve));
        }
        for resolve in each() {
            let how = how(0x100, mode, resolve);
            call(fd(&directory), "c", how, &|| openat2(&directory, c"c", flags, mode, resolve));
        }
        let (how, long) = (how(0x100, mode, resolve), long_path());
        let at_fdcwd = int(libc::AT_FDCWD);
        call(at_fdcwd, "str", how, &|| openat2(CWD, "str", flags, mode, resolve));
        call(int(-libc::EBADF), &long, how, &|| openat2(ABS, long.as_str(), flags, mode, resolve));
    }),
];

type Open<'a> = &'a dyn Fn() -> butter::Result<butter::fd::OwnedFd>;

/// The expected argument for a path.
fn terminated(path: &str) -> Argument {
    input([path.as_bytes(), b"\0"].concat())
}
