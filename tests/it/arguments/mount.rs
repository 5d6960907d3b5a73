//! Arguments of calls on mounts.

use butter::mount::raw::*;
use butter::mount::{MountFlags, UnmountFlags};

use super::recorder::*;
use super::{Row, each, long_path};

const SOURCE: &str = "/nonexistent/source";
const TARGET: &str = "/nonexistent/target";
const FSTYPE: &str = "filesystem-type";
const DATA: &[u8] = b"first,second=1";

pub const ROWS: &[Row] = &[
    Row("mount::raw::mount", &[libc::SYS_mount], |it| {
        let long = long_path();
        for flags in each::<MountFlags>() {
            for (source, fstype, data) in [
                (None, None, None),
                (Some(SOURCE), None, None),
                (None, Some(FSTYPE), None),
                (None, None, Some(DATA)),
                (Some(SOURCE), Some(FSTYPE), Some(DATA)),
            ] {
                let arguments = arguments(source, TARGET, fstype, flags, data);
                let result = it.call(libc::SYS_mount, arguments, 0, || {
                    // SAFETY: the recorder answers the call; nothing is mounted.
                    unsafe { mount(source, TARGET, fstype, flags, data) }
                });
                it.output("success", result, Ok(()));
            }
        }
        for flags in each::<MountFlags>() {
            let with_both = arguments(Some("source"), "target", Some("type"), flags, None);
            let result = it.call(libc::SYS_mount, with_both, 0, || {
                // SAFETY: as above.
                unsafe { mount(Some(c"source"), c"target", Some(c"type"), flags, None) }
            });
            it.output("success", result, Ok(()));
            let with_none = arguments(None, "target", None, flags, None);
            let result = it.call(libc::SYS_mount, with_none, 0, || {
                // SAFETY: as above.
                unsafe { mount(None::<&str>, c"target", None::<&str>, flags, None) }
            });
            it.output("success", result, Ok(()));
        }
        let (flags, data) = (MountFlags::NODEV, [b"binary\0", long.as_bytes()].concat());
        let arguments = arguments(Some(&long), &long[1..], Some(FSTYPE), flags, Some(&data));
        let result = it.call(libc::SYS_mount, arguments, 0, || {
            // SAFETY: as above.
            unsafe { mount(Some(long.as_str()), &long[1..], Some(FSTYPE), flags, Some(&data)) }
        });
        it.output("success", result, Ok(()));
    }),
    Row("mount::raw::umount2", &[libc::SYS_umount2], |it| {
        let call = |path, flags: UnmountFlags, call: &dyn Fn() -> butter::Result<()>| {
            let arguments = [("target", c_str(path)), ("flags", int(flags.bits()))];
            let result = it.call(libc::SYS_umount2, arguments, 0, call);
            it.output("success", result, Ok(()));
        };
        let long = long_path();
        for flags in each() {
            call(TARGET, flags, &|| umount2(TARGET, flags));
            call("terminated", flags, &|| umount2(c"terminated", flags));
            call(&long, flags, &|| umount2(long.as_str(), flags));
        }
    }),
    Row("mount::raw::pivot_root", &[libc::SYS_pivot_root], |it| {
        let call = |new_root, put_old, call: &dyn Fn() -> butter::Result<()>| {
            let arguments = [("new_root", c_str(new_root)), ("put_old", c_str(put_old))];
            let result = it.call(libc::SYS_pivot_root, arguments, 0, call);
            it.output("success", result, Ok(()));
        };
        let long = long_path();
        call(SOURCE, TARGET, &|| pivot_root(SOURCE, TARGET));
        call("new", "old", &|| pivot_root(c"new", c"old"));
        call("new", &long, &|| pivot_root(c"new", long.as_str()));
        call(&long, "old", &|| pivot_root(long.as_str(), c"old"));
    }),
    Row("mount::raw::statfs_flags", &[libc::SYS_statfs], |it| {
        use MountFlags as F;
        let call = |path, bits: u64, flags, call: &dyn Fn() -> butter::Result<MountFlags>| {
            let mut statfs = [0xA5; 120];
            statfs[80..88].copy_from_slice(&bits.to_ne_bytes());
            let arguments = [("path", c_str(path)), ("buf", output(statfs))];
            let result = it.call(libc::SYS_statfs, arguments, 0, call);
            it.output("f_flags", result, Ok(flags));
        };
        let long = long_path();
        for (bits, flags) in [
            (0x1, F::RDONLY | F::STRICTATIME),
            (0x2, F::NOSUID | F::STRICTATIME),
            (0x4, F::NODEV | F::STRICTATIME),
            (0x8, F::NOEXEC | F::STRICTATIME),
            (0x10, F::SYNCHRONOUS | F::STRICTATIME),
            (0x20, F::STRICTATIME),
            (0x40, F::MANDLOCK | F::STRICTATIME),
            (0x400, F::NOATIME),
            (0x800, F::NODIRATIME | F::STRICTATIME),
            (0x1000, F::RELATIME),
            (0x2000, F::NOSYMFOLLOW | F::STRICTATIME),
        ] {
            call(TARGET, bits, flags, &|| statfs_flags(TARGET));
            call("terminated", bits, flags, &|| statfs_flags(c"terminated"));
            call(&long, bits, flags, &|| statfs_flags(long.as_str()));
        }
    }),
];

fn c_str(path: &str) -> Argument {
    input([path.as_bytes(), b"\0"].concat())
}

fn arguments(
    source: Option<&str>,
    target: &str,
    fstype: Option<&str>,
    flags: MountFlags,
    data: Option<&[u8]>,
) -> [(&'static str, Argument); 5] {
    [
        ("source", source.map_or(NULL, c_str)),
        ("target", c_str(target)),
        ("filesystemtype", fstype.map_or(NULL, c_str)),
        ("mountflags", long(flags.bits())),
        ("data", data.map_or(NULL, |data| input([data, b"\0"].concat()))),
    ]
}
