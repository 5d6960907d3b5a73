//! Arguments and results of calls on extended attributes.

use butter::fd::AsFd;
use butter::fs::XattrFlags;
use butter::fs::raw::*;

use super::recorder::*;
use super::{Row, each, long_path, open, pattern};

/// Records a call that sets an attribute: `set!(it, SYS_setxattr, first argument, call)`.
macro_rules! set {
    ($it:ident, $number:ident, $first:expr, $name:expr, |$value:ident, $flags:ident| $call:expr) => {
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
                let result = $it.call(libc::$number, arguments, 0, || $call);
                $it.output("success", result, Ok(()));
            }
        }
    };
}

/// Records a call that returns bytes or, if the buffer is empty, a size.
macro_rules! get {
    ($it:ident, $number:ident, [$($before:expr),*], |$buffer:ident| $call:expr) => {
        let bytes = pattern::<64>();
        for length in [0, 1, 64] {
            let written = &bytes[..length];
            let mut buffer = [0; 64];
            let arguments = [$($before,)* ("buffer", output(written)), ("size", size(64))];
            let result = $it.call(libc::$number, arguments, length as i64, || {
                let $buffer = &mut buffer[..];
                $call
            });
            $it.output("count", result, Ok(length));
            $it.output("bytes", &buffer[..length], written);
        }
        let arguments = [$($before,)* ("buffer", output([])), ("size", size(0))];
        let result = $it.call(libc::$number, arguments, 65_536, || {
            let $buffer = &mut [][..];
            $call
        });
        $it.output("size", result, Ok(65_536));
    };
}

pub const ROWS: &[Row] = &[
    Row("fs::raw::setxattr", &[libc::SYS_setxattr], |it| {
        let long = long_path();
        set!(it, SYS_setxattr, ("path", c_str("c")), "name", |value, flags| {
            setxattr(c"c", c"name", value, flags)
        });
        set!(it, SYS_setxattr, ("path", c_str(&long)), LONG_NAME, |value, flags| {
            setxattr(&*long, LONG_NAME, value, flags)
        });
    }),
    Row("fs::raw::lsetxattr", &[libc::SYS_lsetxattr], |it| {
        let long = long_path();
        set!(it, SYS_lsetxattr, ("path", c_str("c")), "name", |value, flags| {
            lsetxattr(c"c", c"name", value, flags)
        });
        set!(it, SYS_lsetxattr, ("path", c_str(&long)), LONG_NAME, |value, flags| {
            lsetxattr(&*long, LONG_NAME, value, flags)
        });
    }),
    Row("fs::raw::fsetxattr", &[libc::SYS_fsetxattr], |it| {
        let file = open(500);
        set!(it, SYS_fsetxattr, ("fd", fd(&file)), "name", |value, flags| {
            fsetxattr(file.as_fd(), c"name", value, flags)
        });
        set!(it, SYS_fsetxattr, ("fd", fd(&file)), LONG_NAME, |value, flags| {
            fsetxattr(file.as_fd(), LONG_NAME, value, flags)
        });
    }),
    Row("fs::raw::getxattr", &[libc::SYS_getxattr], |it| {
        let long = long_path();
        get!(it, SYS_getxattr, [("path", c_str("c")), ("name", c_str("name"))], |buffer| {
            getxattr(c"c", c"name", buffer)
        });
        get!(it, SYS_getxattr, [("path", c_str(&long)), ("name", c_str(LONG_NAME))], |buffer| {
            getxattr(&*long, LONG_NAME, buffer)
        });
    }),
    Row("fs::raw::lgetxattr", &[libc::SYS_lgetxattr], |it| {
        let long = long_path();
        get!(it, SYS_lgetxattr, [("path", c_str("c")), ("name", c_str("name"))], |buffer| {
            lgetxattr(c"c", c"name", buffer)
        });
        get!(it, SYS_lgetxattr, [("path", c_str(&long)), ("name", c_str(LONG_NAME))], |buffer| {
            lgetxattr(&*long, LONG_NAME, buffer)
        });
    }),
    Row("fs::raw::fgetxattr", &[libc::SYS_fgetxattr], |it| {
        let file = open(500);
        get!(it, SYS_fgetxattr, [("fd", fd(&file)), ("name", c_str("name"))], |buffer| {
            fgetxattr(file.as_fd(), c"name", buffer)
        });
        get!(it, SYS_fgetxattr, [("fd", fd(&file)), ("name", c_str(LONG_NAME))], |buffer| {
            fgetxattr(file.as_fd(), LONG_NAME, buffer)
        });
    }),
    Row("fs::raw::listxattr", &[libc::SYS_listxattr], |it| {
        let long = long_path();
        get!(it, SYS_listxattr, [("path", c_str("c"))], |buffer| listxattr(c"c", buffer));
        get!(it, SYS_listxattr, [("path", c_str(&long))], |buffer| listxattr(&*long, buffer));
    }),
    Row("fs::raw::llistxattr", &[libc::SYS_llistxattr], |it| {
        let long = long_path();
        get!(it, SYS_llistxattr, [("path", c_str("c"))], |buffer| llistxattr(c"c", buffer));
        get!(it, SYS_llistxattr, [("path", c_str(&long))], |buffer| llistxattr(&*long, buffer));
    }),
    Row("fs::raw::flistxattr", &[libc::SYS_flistxattr], |it| {
        let file = open(500);
        get!(it, SYS_flistxattr, [("fd", fd(&file))], |buffer| flistxattr(file.as_fd(), buffer));
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
];

/// A name of the maximum length.
const LONG_NAME: &str = match core::str::from_utf8(&[b'n'; 255]) {
    Ok(name) => name,
    Err(_) => unreachable!(),
};

/// The expected argument for a string.
fn c_str(text: &str) -> Argument {
    input([text.as_bytes(), b"\0"].concat())
}
