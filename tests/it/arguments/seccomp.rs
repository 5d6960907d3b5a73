//! Arguments of `seccomp`, of the requests of its listeners, and of `process_vm_readv`.

use std::mem::MaybeUninit;

use butter::Errno;
use butter::fd::AsFd;
use butter::process::raw::process_vm_readv;
use butter::seccomp::raw::*;
use butter::seccomp::{
    Action, AddFdFlags, FilterFlags, Instruction, ListenerFlags, NotificationId,
};
use butter::thread::Tid;

use super::recorder::*;
use super::{Row, creates, each, open, pattern, words};

const ID: u64 = 0x8123_4567_89AB_CDEF;

pub const ROWS: &[Row] = &[
    Row("seccomp::raw::seccomp_set_mode_strict", &[libc::SYS_seccomp], |it| {
        let arguments = [("operation", int(0)), ("flags", int(0)), ("args", NULL)];
        // SAFETY: the kernel does not execute the call.
        let result =
            it.call(libc::SYS_seccomp, arguments, 0, || unsafe { seccomp_set_mode_strict() });
        it.output("result", result, Ok(()));
    }),
    Row("seccomp::raw::seccomp_set_mode_filter", &[libc::SYS_seccomp], |it| {
        for length in [0, 1, 4096, 0x1_0002] {
            let program = vec![Instruction::default(); length];
            for flags in each::<FilterFlags>() {
                let arguments = filter_arguments(&program, flags);
                // SAFETY: the kernel does not execute the call.
                let result = it.call(libc::SYS_seccomp, arguments, 0x1234_5678, || unsafe {
                    seccomp_set_mode_filter(&program, flags)
                });
                it.output("result", result, Ok(0x1234_5678));
            }
        }
    }),
    Row("seccomp::raw::seccomp_set_mode_filter_listener", &[libc::SYS_seccomp], |it| {
        let program = [Instruction::default(); 7];
        for flags in each::<FilterFlags>() {
            let arguments = filter_arguments(&program, flags | FilterFlags::NEW_LISTENER);
            creates(it, |fd| {
                // SAFETY: the recorder returns a new descriptor.
                it.call(libc::SYS_seccomp, arguments, fd, || unsafe {
                    seccomp_set_mode_filter_listener(&program, flags)
                })
            });
        }
    }),
    Row("seccomp::raw::seccomp_get_action_avail", &[libc::SYS_seccomp], |it| {
        for (action, number) in [
            (Action::KillProcess, 0x8000_0000_u32),
            (Action::Trap(7), 0x0003_0000),
            (Action::Errno(Errno::PERM), 0x0005_0000),
        ] {
            let action_argument = ("args", input(number.to_ne_bytes()));
            let arguments = [("operation", int(2)), ("flags", int(0)), action_argument];
            let result =
                it.call(libc::SYS_seccomp, arguments, 0, || seccomp_get_action_avail(action));
            it.output("result", result, Ok(()));
        }
    }),
    Row("seccomp::raw::seccomp_get_notif_sizes", &[libc::SYS_seccomp], |it| {
        let sizes = [0x1234_u16, 0xFEDC, 0x89AB].map(u16::to_ne_bytes).concat();
        let arguments = [("operation", int(3)), ("flags", int(0)), ("args", output(sizes))];
        let sizes = it.call(libc::SYS_seccomp, arguments, 0, seccomp_get_notif_sizes);
        let sizes = sizes.map(|sizes| (sizes.notif, sizes.resp, sizes.data));
        it.output("sizes", sizes, Ok((0x1234, 0xFEDC, 0x89AB)));
    }),
    Row("seccomp::raw::ioctl_seccomp_notif_recv", &[libc::SYS_ioctl], |it| {
        let (file, bytes) = (open(500), pattern::<80>());
        let notification = update([0; 80], bytes);
        let arguments = [("fd", fd(&file)), ("op", int(0xC050_2100_u32)), ("argp", notification)];
        let mut buffer = [0; 10];
        // SAFETY: the recorder writes the 80 bytes of the buffer.
        let result = it.call(libc::SYS_ioctl, arguments, 0, || unsafe {
            ioctl_seccomp_notif_recv(file.as_fd(), &mut buffer)
        });
        it.output("notification", (result, words(buffer)), (Ok(()), bytes.to_vec()));
    }),
    Row("seccomp::raw::ioctl_seccomp_notif_send", &[libc::SYS_ioctl], |it| {
        let (file, mut response) = (open(500), [ID, 2, 3]);
        let argument = ("argp", input(words(response)));
        let arguments = [("fd", fd(&file)), ("op", int(0xC018_2101_u32)), argument];
        // SAFETY: the kernel does not execute the call.
        let result = it.call(libc::SYS_ioctl, arguments, 0, || unsafe {
            ioctl_seccomp_notif_send(file.as_fd(), &mut response)
        });
        it.output("result", result, Ok(()));
    }),
    Row("seccomp::raw::ioctl_seccomp_notif_id_valid", &[libc::SYS_ioctl], |it| {
        let file = open(500);
        let argument = ("argp", input(ID.to_ne_bytes()));
        let arguments = [("fd", fd(&file)), ("op", int(0x4008_2102_u32)), argument];
        // SAFETY: the kernel does not execute the call.
        let result = it.call(libc::SYS_ioctl, arguments, 0, || unsafe {
            ioctl_seccomp_notif_id_valid(file.as_fd(), NotificationId::from_raw(ID))
        });
        it.output("result", result, Ok(()));
    }),
    Row("seccomp::raw::ioctl_seccomp_notif_addfd", &[libc::SYS_ioctl], |it| {
        let (file, source) = (open(500), open(600));
        for flags in each::<AddFdFlags>() {
            for (cloexec, new_flags) in [(false, 0), (true, libc::O_CLOEXEC)] {
                let number = std::os::fd::RawFd::from(butter::fd::AsRawFd::as_raw_fd(&source));
                let fields = [flags.bits().cast_signed(), number, 77, new_flags];
                let fields = fields.map(i32::to_ne_bytes).concat();
                let argument = ("argp", input([&ID.to_ne_bytes()[..], &fields].concat()));
                let arguments = [("fd", fd(&file)), ("op", int(0x4018_2103_u32)), argument];
                let id = NotificationId::from_raw(ID);
                // SAFETY: the kernel does not execute the call.
                let result = it.call(libc::SYS_ioctl, arguments, 88, || unsafe {
                    ioctl_seccomp_notif_addfd(file.as_fd(), id, flags, source.as_fd(), 77, cloexec)
                });
                it.output("number", result, Ok(88));
            }
        }
    }),
    Row("seccomp::raw::ioctl_seccomp_notif_set_flags", &[libc::SYS_ioctl], |it| {
        let file = open(500);
        for flags in each::<ListenerFlags>() {
            let argument = ("argp", long(flags.bits()));
            let arguments = [("fd", fd(&file)), ("op", int(0x4008_2104_u32)), argument];
            // SAFETY: the kernel does not execute the call.
            let result = it.call(libc::SYS_ioctl, arguments, 0, || unsafe {
                ioctl_seccomp_notif_set_flags(file.as_fd(), flags)
            });
            it.output("result", result, Ok(()));
        }
    }),
    Row("process::raw::process_vm_readv", &[libc::SYS_process_vm_readv], |it| {
        let mut buffer = [MaybeUninit::uninit(); 33];
        for (returned, expected) in [(0, Ok(0)), (33, Ok(33)), (34, Err(Errno::IO))] {
            let local = words([buffer.as_ptr().addr() as u64, 33]);
            let arguments = [
                ("pid", int(1234)),
                ("local_iov", input(local)),
                ("liovcnt", long(1)),
                ("remote_iov", input(words([ID, 33]))),
                ("riovcnt", long(1)),
                ("flags", long(0)),
            ];
            let result = it.call(libc::SYS_process_vm_readv, arguments, returned, || {
                process_vm_readv(Tid::from_raw(1234).unwrap(), &mut buffer, ID)
            });
            it.output("count", result.map_err(|error| error.errno()), expected);
        }
    }),
];

fn filter_arguments(program: &[Instruction], flags: FilterFlags) -> [(&'static str, Argument); 3] {
    let length = u16::try_from(program.len()).unwrap_or(u16::MAX).to_ne_bytes();
    let address = (program.as_ptr().addr() as u64).to_ne_bytes();
    let header = input_fields(&[(0, &length), (8, &address)]);
    [("operation", int(1)), ("flags", int(flags.bits())), ("args", header)]
}
