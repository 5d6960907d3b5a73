//! Arguments and results of calls on extended attributes.

use butter::fd::{AsFd, AsRawFd};
use butter::fs::raw::*;
use butter::fs::{ABS, AtFlags, CWD, XattrFlags};
use syscalls::Sysno;

use super::recorder::*;
use super::{Row, each, long_path, open, pattern};

/// Records a call that sets an attribute: `set!(it, libc::SYS_setxattr, first argument, call)`.
macro_rules! set {
    ($it:ident, $number:expr, $first:expr, $name:expr, |$value:ident, $flags:ident| $call:expr) => {
        for value in [&b""[..], &pattern::<300>()] {
            for $flags in each::<XattrFlags>() {
                let $value = value;
                let arguments = [
                    $first,
                    ("name", c_str($name)),
                    ("value", input($value)),
                    ("size", size($value.len())),
                    ("flags", int($flags.bits())),
                ];
                let result = $it.call($number, arguments, 0, || $call);
                $it.output("success", result, Ok(()));
            }
        }
    };
}

/// Records a call that returns bytes or, if the buffer is empty, a size.
macro_rules! get {
    ($it:ident, $number:expr, [$($before:expr),*], |$buffer:ident| $call:expr) => {
        let bytes = pattern::<64>();
        for length in [0, 1, 64] {
            let written = &bytes[..length];
            let mut buffer = [0; 64];
            let arguments = [$($before,)* ("buffer", output(written)), ("size", size(64))];
            let result = $it.call($number, arguments, length as i64, || {
                let $buffer = &mut buffer[..];
                $call
            });
            $it.output("count", result, Ok(length));
            $it.output("bytes", &buffer[..length], written);
        }
        let arguments = [$($before,)* ("buffer", output([])), ("size", size(0))];
        let result = $it.call($number, arguments, 65_536, || {
            let $buffer = &mut [][..];
            $call
        });
        $it.output("size", result, Ok(65_536));
    };
}

pub const ROWS: &[Row] = &[
    Row("fs::raw::setxattr", &[libc::SYS_setxattr], |it| {
        let long = long_path();
        set!(it, libc::SYS_setxattr, ("path", c_str("c")), "name", |value, flags| {
            setxattr(c"c", c"name", value, flags)
        });
        set!(it, libc::SYS_setxattr, ("path", c_str(&long)), LONG_NAME, |value, flags| {
            setxattr(&*long, LONG_NAME, value, flags)
        });
    }),
    Row("fs::raw::lsetxattr", &[libc::SYS_lsetxattr], |it| {
        let long = long_path();
        set!(it, libc::SYS_lsetxattr, ("path", c_str("c")), "name", |value, flags| {
            lsetxattr(c"c", c"name", value, flags)
        });
        set!(it, libc::SYS_lsetxattr, ("path", c_str(&long)), LONG_NAME, |value, flags| {
            lsetxattr(&*long, LONG_NAME, value, flags)
        });
    }),
    Row("fs::raw::fsetxattr", &[libc::SYS_fsetxattr], |it| {
        let file = open(500);
        set!(it, libc::SYS_fsetxattr, ("fd", fd(&file)), "name", |value, flags| {
            fsetxattr(file.as_fd(), c"name", value, flags)
        });
        set!(it, libc::SYS_fsetxattr, ("fd", fd(&file)), LONG_NAME, |value, flags| {
            fsetxattr(file.as_fd(), LONG_NAME, value, flags)
        });
    }),
    Row("fs::raw::getxattr", &[libc::SYS_getxattr], |it| {
        let long = long_path();
        get!(it, libc::SYS_getxattr, [("path", c_str("c")), ("name", c_str("name"))], |buffer| {
            getxattr(c"c", c"name", buffer)
        });
        get!(
            it,
            libc::SYS_getxattr,
            [("path", c_str(&long)), ("name", c_str(LONG_NAME))],
            |buffer| getxattr(&*long, LONG_NAME, buffer)
        );
    }),
    Row("fs::raw::lgetxattr", &[libc::SYS_lgetxattr], |it| {
        let long = long_path();
        get!(it, libc::SYS_lgetxattr, [("path", c_str("c")), ("name", c_str("name"))], |buffer| {
            lgetxattr(c"c", c"name", buffer)
        });
        get!(
            it,
            libc::SYS_lgetxattr,
            [("path", c_str(&long)), ("name", c_str(LONG_NAME))],
            |buffer| lgetxattr(&*long, LONG_NAME, buffer)
        );
    }),
    Row("fs::raw::fgetxattr", &[libc::SYS_fgetxattr], |it| {
        let file = open(500);
        get!(it, libc::SYS_fgetxattr, [("fd", fd(&file)), ("name", c_str("name"))], |buffer| {
            fgetxattr(file.as_fd(), c"name", buffer)
        });
        get!(it, libc::SYS_fgetxattr, [("fd", fd(&file)), ("name", c_str(LONG_NAME))], |buffer| {
            fgetxattr(file.as_fd(), LONG_NAME, buffer)
        });
    }),
    Row("fs::raw::listxattr", &[libc::SYS_listxattr], |it| {
        let long = long_path();
        get!(it, libc::SYS_listxattr, [("path", c_str("c"))], |buffer| listxattr(c"c", buffer));
        get!(it, libc::SYS_listxattr, [("path", c_str(&long))], |buffer| listxattr(&*long, buffer));
    }),
    Row("fs::raw::llistxattr", &[libc::SYS_llistxattr], |it| {
        let long = long_path();
        get!(it, libc::SYS_llistxattr, [("path", c_str("c"))], |buffer| llistxattr(c"c", buffer));
        get!(it, libc::SYS_llistxattr, [("path", c_str(&long))], |buffer| llistxattr(
            &*long, buffer
        ));
    }),
    Row("fs::raw::flistxattr", &[libc::SYS_flistxattr], |it| {
        let file = open(500);
        get!(it, libc::SYS_flistxattr, [("fd", fd(&file))], |buffer| flistxattr(
            file.as_fd(),
            buffer
        ));
    }),
    Row("fs::raw::removexattr", &[libc::SYS_removexattr], |it| {
        let long = long_path();
        let arguments = [("path", c_str("c")), ("name", c_str("name"))];
        let result = it.call(libc::SYS_removexattr, arguments, 0, || removexattr(c"c", c"name"));
        it.output("success", result, Ok(()));
        let arguments = [("path", c_str(&long)), ("name", c_str(LONG_NAME))];
        let result =
            it.call(libc::SYS_removexattr, arguments, 0, || removexattr(&*long, LONG_NAME));
        it.output("success", result, Ok(()));
    }),
    Row("fs::raw::lremovexattr", &[libc::SYS_lremovexattr], |it| {
        let long = long_path();
        let arguments = [("path", c_str("c")), ("name", c_str("name"))];
        let result = it.call(libc::SYS_lremovexattr, arguments, 0, || lremovexattr(c"c", c"name"));
        it.output("success", result, Ok(()));
        let arguments = [("path", c_str(&long)), ("name", c_str(LONG_NAME))];
        let result =
            it.call(libc::SYS_lremovexattr, arguments, 0, || lremovexattr(&*long, LONG_NAME));
        it.output("success", result, Ok(()));
    }),
    Row("fs::raw::fremovexattr", &[libc::SYS_fremovexattr], |it| {
        let file = open(500);
        let call = |name, call: &dyn Fn() -> butter::Result<()>| {
            let arguments = [("fd", fd(&file)), ("name", c_str(name))];
            let result = it.call(libc::SYS_fremovexattr, arguments, 0, call);
            it.output("success", result, Ok(()));
        };
        call("name", &|| fremovexattr(file.as_fd(), c"name"));
        call(LONG_NAME, &|| fremovexattr(file.as_fd(), LONG_NAME));
    }),
    Row("fs::raw::setxattrat", &[SYS_SETXATTRAT], |it| {
        let (directory, long) = (open(500), long_path());
        let call = |directory: i32, path, at_flags: AtFlags, value: &[u8], flags: XattrFlags| {
            let args = Argument::Memory { read: xattr_args(value, flags), written: Vec::new() };
            let path = ("path", c_str(path));
            [
                ("dirfd", int(directory)),
                path,
                ("at_flags", int(at_flags.bits())),
                ("name", c_str("name")),
                ("args", args),
                ("size", size(16)),
            ]
        };
        for value in [&b""[..], b"value"] {
            for at_flags in each() {
                let flags = XattrFlags::CREATE;
                let arguments = call(directory.as_raw_fd(), "c", at_flags, value, flags);
                let result = it.call(SYS_SETXATTRAT, arguments, 0, || {
                    setxattrat(&directory, c"c", at_flags, c"name", value, flags)
                });
                it.output("success", result, Ok(()));
            }
            for flags in each() {
                let at_flags = AtFlags::EMPTY_PATH;
                let arguments = call(-libc::EBADF, &long, at_flags, value, flags);
                let result = it.call(SYS_SETXATTRAT, arguments, 0, || {
                    setxattrat(ABS, &*long, at_flags, "name", value, flags)
                });
                it.output("success", result, Ok(()));
            }
        }
    }),
    Row("fs::raw::getxattrat", &[SYS_GETXATTRAT], |it| {
        let (directory, long) = (open(500), long_path());
        for at_flags in each::<AtFlags>() {
            for (buffer, returned) in [(&mut [0; 48][..], 48), (&mut [][..], 4096)] {
                let arguments = |directory: i32, path, buffer: &[u8]| {
                    let read = xattr_args(buffer, XattrFlags::empty());
                    let args = Argument::Memory { read, written: Vec::new() };
                    [
                        ("dirfd", int(directory)),
                        ("path", c_str(path)),
                        ("at_flags", int(at_flags.bits())),
                        ("name", c_str("name")),
                        ("args", args),
                        ("size", size(16)),
                    ]
                };
                let expected = arguments(directory.as_raw_fd(), "c", buffer);
                let result = it.call(SYS_GETXATTRAT, expected, returned, || {
                    getxattrat(&directory, c"c", at_flags, c"name", buffer)
                });
                it.output("count", result, Ok(returned as usize));
                let expected = arguments(libc::AT_FDCWD, &long, buffer);
                let result = it.call(SYS_GETXATTRAT, expected, returned, || {
                    getxattrat(CWD, &*long, at_flags, "name", buffer)
                });
                it.output("count", result, Ok(returned as usize));
            }
        }
    }),
    Row("fs::raw::listxattrat", &[SYS_LISTXATTRAT], |it| {
        let (directory, long) = (open(500), long_path());
        for flags in each::<AtFlags>() {
            let at_flags = || ("at_flags", int(flags.bits()));
            let number = directory.as_raw_fd();
            get!(
                it,
                SYS_LISTXATTRAT,
                [("dirfd", int(number)), ("path", c_str("c")), at_flags()],
                |buffer| listxattrat(&directory, c"c", flags, buffer)
            );
            get!(
                it,
                SYS_LISTXATTRAT,
                [("dirfd", int(-libc::EBADF)), ("path", c_str(&long)), at_flags()],
                |buffer| listxattrat(ABS, &*long, flags, buffer)
            );
        }
    }),
    Row("fs::raw::removexattrat", &[SYS_REMOVEXATTRAT], |it| {
        let (directory, long) = (open(500), long_path());
        let call = |directory: i32, path, flags: AtFlags, call: &dyn Fn() -> butter::Result<()>| {
            let (flags, name) = (("at_flags", int(flags.bits())), ("name", c_str("name")));
            let arguments = [("dirfd", int(directory)), ("path", c_str(path)), flags, name];
            let result = it.call(SYS_REMOVEXATTRAT, arguments, 0, call);
            it.output("success", result, Ok(()));
        };
        for flags in each() {
            let number = directory.as_raw_fd();
            call(number, "c", flags, &|| removexattrat(&directory, c"c", flags, c"name"));
            call(libc::AT_FDCWD, &long, flags, &|| removexattrat(CWD, &*long, flags, "name"));
        }
    }),
];

/// Returns the fields of `struct xattr_args` that the kernel reads.
fn xattr_args(value: &[u8], flags: XattrFlags) -> Pieces {
    let address = value.as_ptr().addr() as u64;
    let fields = [&address.to_ne_bytes()[..], &(value.len() as u32).to_ne_bytes()];
    vec![(0, [fields.concat(), flags.bits().to_ne_bytes().to_vec()].concat())]
}

// `libc` does not define the numbers of these calls for all C libraries.
const SYS_SETXATTRAT: libc::c_long = Sysno::setxattrat as libc::c_long;
const SYS_GETXATTRAT: libc::c_long = Sysno::getxattrat as libc::c_long;
const SYS_LISTXATTRAT: libc::c_long = Sysno::listxattrat as libc::c_long;
const SYS_REMOVEXATTRAT: libc::c_long = Sysno::removexattrat as libc::c_long;

/// A name of the maximum length.
const LONG_NAME: &str = match core::str::from_utf8(&[b'n'; 255]) {
    Ok(name) => name,
    Err(_) => unreachable!(),
};

/// The expected argument for a string.
fn c_str(text: &str) -> Argument {
    input([text.as_bytes(), b"\0"].concat())
}
