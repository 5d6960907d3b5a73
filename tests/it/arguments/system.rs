//! Arguments of `getrandom`, `sysinfo` and `reboot`.

use std::mem::MaybeUninit;
use std::time::Duration;

use butter::Errno;
use butter::rand::GetRandomFlags;
use butter::rand::raw::getrandom;
use butter::system::RebootCommand::{self, *};
use butter::system::raw::{reboot, sysinfo};

use super::recorder::*;
use super::{Row, each, pattern, words};

const COMMANDS: &[(RebootCommand<'_>, libc::c_int, Option<&[u8]>)] = &[
    (Restart, libc::LINUX_REBOOT_CMD_RESTART, None),
    (RestartWith(c""), libc::LINUX_REBOOT_CMD_RESTART2, Some(b"\0")),
    (RestartWith(c"recovery"), libc::LINUX_REBOOT_CMD_RESTART2, Some(b"recovery\0")),
    (Halt, libc::LINUX_REBOOT_CMD_HALT, None),
    (PowerOff, libc::LINUX_REBOOT_CMD_POWER_OFF, None),
    (CadOn, libc::LINUX_REBOOT_CMD_CAD_ON, None),
    (CadOff, libc::LINUX_REBOOT_CMD_CAD_OFF, None),
    (Kexec, libc::LINUX_REBOOT_CMD_KEXEC, None),
    (SoftwareSuspend, libc::LINUX_REBOOT_CMD_SW_SUSPEND, None),
];

pub const ROWS: &[Row] = &[
    Row("rand::raw::getrandom", &[libc::SYS_getrandom], |it| {
        for flags in each::<GetRandomFlags>() {
            for count in [0, 5, 32] {
                let (mut buffer, bytes) = ([MaybeUninit::<u8>::uninit(); 32], pattern::<32>());
                let arguments = [
                    ("buf", output(&bytes[..count])),
                    ("buflen", size(32)),
                    ("flags", int(flags.bits())),
                ];
                let result = it.call(libc::SYS_getrandom, arguments, count as i64, || {
                    getrandom(&mut buffer, flags)
                });
                it.output("bytes", result, Ok(&bytes[..count]));
            }
        }
        let mut buffer = [0; 32];
        let forged = it
            .call(libc::SYS_getrandom, [], 33, || getrandom(&mut buffer, GetRandomFlags::empty()));
        it.output("forged count", forged.map_err(|error| error.errno()), Err(Errno::IO));
    }),
    Row("system::raw::sysinfo", &[libc::SYS_sysinfo], |it| {
        let sizes = [10, 20, 30, 40, 50, 60];
        let info = [
            (0, &words([987_654])[..]),
            (8, &words([0x1_8000, 0x2_4000, 0x4000])),
            (32, &words(sizes)),
            (80, &0xFEDC_u16.to_ne_bytes()),
            (88, &words([70, 80])),
            (104, &4096_u32.to_ne_bytes()),
        ];
        let arguments = [("info", output_fields(&info))];
        let result = it.call(libc::SYS_sysinfo, arguments, 0, sysinfo);
        let info = result.expect("the recorder returned 0");
        it.output("uptime", info.uptime(), Duration::from_secs(987_654));
        let loads = info.loads().map(|load| load.as_fixed_point());
        it.output("loads", loads, [0x1_8000, 0x2_4000, 0x4000]);
        let got = [
            info.total_ram(),
            info.free_ram(),
            info.shared_ram(),
            info.buffer_ram(),
            info.total_swap(),
            info.free_swap(),
        ];
        it.output("sizes", got, sizes.map(|size| size * 4096));
        it.output("high memory", [info.total_high(), info.free_high()], [70 * 4096, 80 * 4096]);
        it.output("threads", info.threads(), 0xFEDC);
    }),
    Row("system::raw::reboot", &[libc::SYS_reboot], |it| {
        for &(command, number, text) in COMMANDS {
            let arguments = [
                ("magic1", int(libc::LINUX_REBOOT_MAGIC1)),
                ("magic2", int(libc::LINUX_REBOOT_MAGIC2)),
                ("cmd", int(number)),
                ("arg", text.map_or(NULL, input)),
            ];
            let result = it.call(libc::SYS_reboot, arguments, 0, || reboot(command));
            it.output("success", result, Ok(()));
        }
    }),
];
