//! Arguments of calls that create, rename and remove files, and read symbolic links.

use std::mem::MaybeUninit;

use butter::fd::AsRawFd;
use butter::fs::raw::*;
use butter::fs::{ABS, AtFlags, CWD, Dev, FileType, Mode, RenameFlags};
use butter::mm::AnonymousMapping;

use super::recorder::*;
use super::{Row, each, long_path, open, pattern};

/// A call without a result, as a closure.
type Call<'a> = &'a dyn Fn() -> butter::Result<()>;

pub const ROWS: &[Row] = &[
    Row("fs::raw::mkdirat", &[libc::SYS_mkdirat], |it| {
        let call = |directory: i32, path, mode: Mode, call: Call| {
            let arguments =
                [("dirfd", int(directory)), ("path", c_str(path)), ("mode", int(mode.bits()))];
            let result = it.call(libc::SYS_mkdirat, arguments, 0, call);
            it.output("success", result, Ok(()));
        };
        let (directory, long) = (open(500), long_path());
        for mode in each() {
            call(directory.as_raw_fd(), "c", mode, &|| mkdirat(&directory, c"c", mode));
            call(libc::AT_FDCWD, "str", mode, &|| mkdirat(CWD, "str", mode));
            call(-libc::EBADF, &long, mode, &|| mkdirat(ABS, &*long, mode));
        }
    }),
    Row("fs::raw::mknodat", &[libc::SYS_mknodat], |it| {
        let call = |directory: i32, path, mode: u32, dev: u32, call: Call| {
            let (path, mode) = (("path", c_str(path)), ("mode", int(mode)));
            let arguments = [("dirfd", int(directory)), path, mode, ("dev", int(dev))];
            let result = it.call(libc::SYS_mknodat, arguments, 0, call);
            it.output("success", result, Ok(()));
        };
        let (directory, long) = (open(500), long_path());
        let (mode, dev) = (Mode::RUSR | Mode::WOTH, Dev::new(0xFFF, 0xF_FFFF));
        for (file_type, bits) in [
            (FileType::RegularFile, libc::S_IFREG),
            (FileType::Directory, libc::S_IFDIR),
            (FileType::Symlink, libc::S_IFLNK),
            (FileType::Fifo, libc::S_IFIFO),
            (FileType::Socket, libc::S_IFSOCK),
            (FileType::CharacterDevice, libc::S_IFCHR),
            (FileType::BlockDevice, libc::S_IFBLK),
            (FileType::Unknown, 0),
        ] {
            let number = directory.as_raw_fd();
            let raw = mode.bits() | bits;
            call(number, "c", raw, !0, &|| mknodat(&directory, c"c", file_type, mode, dev));
        }
        for mode in each::<Mode>() {
            let (fifo, raw, dev) =
                (FileType::Fifo, mode.bits() | libc::S_IFIFO, Dev::new(1, 0x302));
            call(libc::AT_FDCWD, "str", raw, 0x30_0102, &|| mknodat(CWD, "str", fifo, mode, dev));
            call(-libc::EBADF, &long, raw, 0, &|| mknodat(ABS, &*long, fifo, mode, Dev::default()));
        }
    }),
    Row("fs::raw::symlinkat", &[libc::SYS_symlinkat], |it| {
        let call = |old, directory: i32, new, call: Call| {
            let arguments =
                [("target", c_str(old)), ("newdirfd", int(directory)), ("linkpath", c_str(new))];
            let result = it.call(libc::SYS_symlinkat, arguments, 0, call);
            it.output("success", result, Ok(()));
        };
        let (directory, long) = (open(500), long_path());
        call("c", directory.as_raw_fd(), "d", &|| symlinkat(c"c", &directory, c"d"));
        call("str", libc::AT_FDCWD, &long, &|| symlinkat("str", CWD, &*long));
        call(&long, -libc::EBADF, "c", &|| symlinkat(&*long, ABS, c"c"));
        call("c", -libc::EBADF, &long, &|| symlinkat(c"c", ABS, &*long));
    }),
    Row("fs::raw::linkat", &[libc::SYS_linkat], |it| {
        let call = |old, new, flags: AtFlags, call: Call| {
            let result = it.call(libc::SYS_linkat, two_paths(old, new, flags.bits()), 0, call);
            it.output("success", result, Ok(()));
        };
        let (from, to, long) = (open(500), open(600), long_path());
        let numbers = (from.as_raw_fd(), to.as_raw_fd());
        for flags in each() {
            call((numbers.0, "c"), (numbers.1, "d"), flags, &|| {
                linkat(&from, c"c", &to, c"d", flags)
            });
            call((libc::AT_FDCWD, "str"), (-libc::EBADF, &long), flags, &|| {
                linkat(CWD, "str", ABS, &*long, flags)
            });
            call((-libc::EBADF, &long), (libc::AT_FDCWD, "c"), flags, &|| {
                linkat(ABS, &*long, CWD, c"c", flags)
            });
        }
    }),
    Row("fs::raw::renameat2", &[libc::SYS_renameat2], |it| {
        let call = |old, new, flags: RenameFlags, call: Call| {
            let result = it.call(libc::SYS_renameat2, two_paths(old, new, flags.bits()), 0, call);
            it.output("success", result, Ok(()));
        };
        let (from, to, long) = (open(500), open(600), long_path());
        let numbers = (from.as_raw_fd(), to.as_raw_fd());
        for flags in each() {
            call((numbers.0, "c"), (numbers.1, "d"), flags, &|| {
                renameat2(&from, c"c", &to, c"d", flags)
            });
            call((libc::AT_FDCWD, "str"), (-libc::EBADF, &long), flags, &|| {
                renameat2(CWD, "str", ABS, &*long, flags)
            });
            call((-libc::EBADF, &long), (libc::AT_FDCWD, "c"), flags, &|| {
                renameat2(ABS, &*long, CWD, c"c", flags)
            });
        }
    }),
    Row("fs::raw::unlinkat", &[libc::SYS_unlinkat], |it| {
        let call = |directory: i32, path, flags: AtFlags, call: Call| {
            let arguments =
                [("dirfd", int(directory)), ("path", c_str(path)), ("flags", int(flags.bits()))];
            let result = it.call(libc::SYS_unlinkat, arguments, 0, call);
            it.output("success", result, Ok(()));
        };
        let (directory, long) = (open(500), long_path());
        for flags in each() {
            call(directory.as_raw_fd(), "c", flags, &|| unlinkat(&directory, c"c", flags));
            call(libc::AT_FDCWD, "str", flags, &|| unlinkat(CWD, "str", flags));
            call(-libc::EBADF, &long, flags, &|| unlinkat(ABS, &*long, flags));
        }
    }),
    Row("fs::raw::readlinkat", &[libc::SYS_readlinkat], |it| {
        let (directory, long) = (open(500), long_path());
        let content = pattern::<48>();
        for length in [0, 1, 47, 48] {
            let content = &content[..length];
            let arguments = |directory: i32, path, bufsiz| {
                let (buf, bufsiz) = (("buf", output(content)), ("bufsiz", size(bufsiz)));
                [("dirfd", int(directory)), ("pathname", c_str(path)), buf, bufsiz]
            };
            let (number, returned) = (libc::SYS_readlinkat, length as i64);
            let mut buffer = [0; 48];
            let arguments_of_c = arguments(directory.as_raw_fd(), "c", 48);
            let result = it.call(number, arguments_of_c, returned, || {
                readlinkat(&directory, c"c", &mut buffer)
            });
            it.output("content", result, Ok(content));
            let mut buffer = [MaybeUninit::uninit(); 64];
            let arguments_of_str = arguments(libc::AT_FDCWD, "str", 64);
            let result =
                it.call(number, arguments_of_str, returned, || readlinkat(CWD, "str", &mut buffer));
            it.output("content", result, Ok(content));
            let mut buffer = [0; 100];
            let arguments_of_long = arguments(-libc::EBADF, &long, 100);
            let result = it.call(number, arguments_of_long, returned, || {
                readlinkat(ABS, &*long, &mut buffer[..])
            });
            it.output("content", result, Ok(content));
        }
        // The kernel rejects a size that exceeds the maximum of an `int`. The host may have too
        // little memory for such a buffer.
        if let Ok(mut large) = AnonymousMapping::new(5 << 30) {
            let arguments = [
                ("dirfd", int(libc::AT_FDCWD)),
                ("pathname", c_str("c")),
                ("buf", output(content)),
                ("bufsiz", int(i32::MAX)),
            ];
            let result = it.call(libc::SYS_readlinkat, arguments, 48, || {
                readlinkat(CWD, c"c", &mut large[..])
            });
            it.output("content", result, Ok(&content[..]));
        }
    }),
];

/// The expected argument for a path.
fn c_str(path: &str) -> Argument {
    input([path.as_bytes(), b"\0"].concat())
}

fn two_paths(old: (i32, &str), new: (i32, &str), flags: u32) -> [(&'static str, Argument); 5] {
    [
        ("olddirfd", int(old.0)),
        ("oldpath", c_str(old.1)),
        ("newdirfd", int(new.0)),
        ("newpath", c_str(new.1)),
        ("flags", int(flags)),
    ]
}
