//! The number of user-space instructions that a call executes, in an optimized build.
//!
//! A child process runs a loop, and its parent single-steps the child process. The cost of one
//! iteration is computed from the instruction counts of a short and a long loop. The bounds apply
//! to the toolchain that CI pins.

use std::cell::RefCell;
use std::hint::black_box;
use std::time::Duration;

use butter::eventfd::EventFd;
use butter::fanotify;
use butter::fanotify::resolver::{Mount, ResolveError, Resolver, Slot};
use butter::fd::AsFd;
use butter::fs::CWD;
use butter::handle::{self, EncodeFlags};
use butter::inotify::{Inotify, WatchFlags, decode};
use butter::io::IoSlice;
use butter::net::{
    self, AddressFamily, RecvFlags, SendAncillaryBuffer, SendAncillaryMessage, SendFlags,
    SendMessage, SocketAddrUnix, SocketFlags, SocketType, ancillary_space,
};
use butter::pipe::{self, SpliceFlags};
use butter::process;
use butter::signal::{self, Signal};
use butter::signalfd::{self, EVENT_SIZE, SignalFd};
use butter::timerfd::{Clock, Timer, TimerFd};
use common::require;
use common::test::Test;

common::watchdog!();

/// Runs `body` in a child process with this number of iterations. Returns the number of executed
/// instructions, or `None` if the host does not permit single-stepping a child process.
fn count(iterations: u64, body: &dyn Fn(u64)) -> Option<u64> {
    // SAFETY: the child runs the loop, which neither allocates nor locks, and exits.
    let child = unsafe { libc::fork() };
    if child == 0 {
        // SAFETY: lets the parent trace this process.
        let traced = unsafe { libc::ptrace(libc::PTRACE_TRACEME, 0, 0, 0) };
        if traced == 0 {
            // SAFETY: stops the process until the parent continues it.
            unsafe { libc::raise(libc::SIGSTOP) };
            body(black_box(iterations));
        }
        process::exit_group(i32::from(traced != 0));
    }
    let mut status = 0;
    let mut steps = 0;
    loop {
        // SAFETY: waits for the child; writes one number.
        assert_eq!(unsafe { libc::waitpid(child, &raw mut status, 0) }, child);
        if libc::WIFEXITED(status) {
            return (libc::WEXITSTATUS(status) == 0).then_some(steps);
        }
        steps += 1;
        // SAFETY: runs one instruction of the stopped child.
        if unsafe { libc::ptrace(libc::PTRACE_SINGLESTEP, child, 0, 0) } != 0 {
            // SAFETY: kills the child, which is not reaped yet.
            unsafe { libc::kill(child, libc::SIGKILL) };
            // SAFETY: reaps it.
            unsafe { libc::waitpid(child, &raw mut status, 0) };
            return None;
        }
    }
}

/// Asserts that one iteration of a loop, which makes `calls` system calls, executes at most `bound`
/// instructions.
fn at_most(bound: u64, calls: u64, body: impl Fn(u64)) {
    // The number of iterations is a multiple of every factor by which the compiler unrolls a short
    // loop. A long loop is not unrolled.
    let iterations = match bound {
        ..100 => 24,
        100..1000 => 3,
        1000.. => 1,
    };
    let test = Test::of(&body);
    let optimized = cfg!(not(debug_assertions));
    require!(test; optimized, "instructions are counted only in an optimized build (--release)");
    let [short, long] = [iterations, 2 * iterations].map(|iterations| count(iterations, &body));
    let (short, long) = require!(test; short.zip(long), "the host does not permit ptrace");
    // On aarch64, Linux stops the single-stepped process a second time after each system call.
    let stops = if cfg!(target_arch = "aarch64") { calls * iterations } else { 0 };
    let cost = (long - short - stops).div_ceil(iterations);
    println!("{}: {cost} instructions", test.name());
    assert!(cost <= bound, "{}: {cost} instructions, at most {bound} are allowed", test.name());
    assert!(cost > 1, "{}: {cost} instructions: the loop was not counted", test.name());
}

#[test]
fn getpid_takes_at_most_7_instructions() {
    at_most(7, 1, |iterations| {
        for _ in 0..iterations {
            black_box(process::getpid());
        }
    });
}

#[test]
fn eventfd_write_and_read_take_at_most_20_instructions() {
    let counter = EventFd::nonblocking(0).unwrap();
    at_most(20, 2, |iterations| {
        for _ in 0..iterations {
            if counter.write(1).is_err() || counter.read().is_err() {
                failed();
            }
        }
    });
}

#[test]
fn inotify_add_watch_takes_at_most_8_instructions() {
    let inotify = Inotify::new().unwrap();
    at_most(8, 1, |iterations| {
        for _ in 0..iterations {
            if inotify.add_watch(c"/", WatchFlags::CREATE).is_err() {
                failed();
            }
        }
    });
}

/// A function that is not inlined copies the path to the stack and appends a NUL byte. On aarch64,
/// this function saves the vector registers.
#[test]
fn inotify_add_watch_with_str_takes_at_most_90_instructions_or_95_on_aarch64() {
    let inotify = Inotify::new().unwrap();
    let bound = if cfg!(target_arch = "aarch64") { 95 } else { 90 };
    at_most(bound, 1, |iterations| {
        for _ in 0..iterations {
            if inotify.add_watch(black_box("/proc/self"), WatchFlags::CREATE).is_err() {
                failed();
            }
        }
    });
}

#[test]
fn timerfd_set_and_get_take_at_most_35_instructions() {
    let timer = TimerFd::nonblocking(Clock::Monotonic).unwrap();
    at_most(35, 2, |iterations| {
        for _ in 0..iterations {
            if timer.set(Timer::every(Duration::from_secs(3600))).is_err() || timer.get().is_err() {
                failed();
            }
        }
    });
}

/// Moves a page into a pipe, duplicates the page into a second pipe, and drains both pipes to
/// `/dev/null`.
#[test]
fn splice_tee_and_vmsplice_take_at_most_60_instructions() {
    static BYTES: [u8; 4096] = [7; 4096];
    let ((first, into_first), (second, into_second)) =
        (pipe::pipe().unwrap(), pipe::pipe().unwrap());
    let null = common::fd(std::fs::File::options().write(true).open("/dev/null").unwrap());
    let bytes = [IoSlice::new(&BYTES)];
    let none = SpliceFlags::empty();
    at_most(60, 4, |iterations| {
        for _ in 0..iterations {
            // SAFETY: a write end; the bytes are constants.
            if unsafe { pipe::raw::vmsplice(into_first.as_fd(), &bytes, none) }.is_err()
                || pipe::tee(&first, &into_second, 4096, none).is_err()
                || pipe::splice(&first, None, &null, None, 4096, none).is_err()
                || pipe::splice(&second, None, &null, None, 4096, none).is_err()
            {
                failed();
            }
        }
    });
}

#[test]
fn signalfd_kill_and_read_take_at_most_24_instructions() {
    let _blocked = signal::block(Signal::USR2).unwrap();
    let signals = SignalFd::nonblocking(Signal::USR2).unwrap();
    at_most(24, 2, |iterations| {
        let me = process::getpid();
        for _ in 0..iterations {
            if signal::kill(me, Signal::USR2).is_err() {
                failed();
            }
            let Ok(event) = signals.read() else { failed() };
            black_box(event.signal());
        }
    });
}

/// Reads the bytes of the event, the first of which is the signal number, without decoding the
/// event.
#[test]
fn signalfd_kill_and_read_of_bytes_take_at_most_17_instructions() {
    let _blocked = signal::block(Signal::USR2).unwrap();
    let signals = SignalFd::nonblocking(Signal::USR2).unwrap();
    at_most(17, 2, |iterations| {
        let (me, mut buffer) = (process::getpid(), [0; EVENT_SIZE]);
        for _ in 0..iterations {
            if signal::kill(me, Signal::USR2).is_err()
                || butter::io::read(&signals, &mut buffer).is_err()
            {
                failed();
            }
            black_box(buffer[0]);
        }
    });
}

#[test]
fn signalfd_decode_takes_at_most_10_instructions_per_event() {
    let mut bytes = [0; 60 * EVENT_SIZE];
    bytes.iter_mut().step_by(EVENT_SIZE).for_each(|first| *first = 15);
    at_most(60 * 10, 0, |iterations| {
        for _ in 0..iterations {
            for event in signalfd::decode(black_box(&bytes)) {
                black_box(event.signal());
            }
        }
    });
}

/// Returns 60 inotify events in the format of the kernel, with names of 1 to 60 bytes.
fn events() -> Vec<u8> {
    let mut bytes = Vec::new();
    for length in 1..=60_usize {
        let padded = (length + 1).next_multiple_of(16);
        for field in [1, 0x100, 0, padded as u32] {
            bytes.extend_from_slice(&field.to_ne_bytes());
        }
        bytes.resize(bytes.len() + length, b'n');
        bytes.resize(bytes.len() + padded - length, 0);
    }
    assert_eq!(decode(&bytes).count(), 60);
    bytes
}

#[test]
fn inotify_decode_takes_at_most_35_instructions_per_event() {
    let bytes = events();
    at_most(60 * 35, 0, |iterations| {
        for _ in 0..iterations {
            for event in decode(black_box(&bytes)) {
                black_box((event.watch(), event.flags(), event.cookie(), event.padded_name()));
            }
        }
    });
}

#[test]
fn inotify_decode_with_trimmed_name_takes_at_most_45_instructions_per_event() {
    let bytes = events();
    at_most(60 * 45, 0, |iterations| {
        for _ in 0..iterations {
            for event in decode(black_box(&bytes)) {
                black_box((event.watch(), event.flags(), event.cookie(), event.name()));
            }
        }
    });
}

/// Returns 60 fanotify events in the format of the kernel, with a record of the type `DFID_NAME`
/// that contains a name of 1 to 60 bytes, or without info records.
fn fanotify_events(has_name: bool) -> Vec<u8> {
    let mut bytes = Vec::new();
    for length in 1..=60_usize {
        let info = if has_name { (28 + length + 1).next_multiple_of(4) } else { 0 };
        bytes.extend_from_slice(&(24 + info as u32).to_ne_bytes());
        bytes.extend_from_slice(&[3, 0, 24, 0, 0x20, 0, 0, 0, 0, 0, 0, 0]);
        let fd = if has_name { -1_i32 } else { 7 };
        bytes.extend_from_slice(&fd.to_ne_bytes());
        bytes.extend_from_slice(&1_u32.to_ne_bytes());
        if has_name {
            bytes.extend_from_slice(&[2, 0, info as u8, 0]);
            // The file system ID, the size and the type of the handle, and the handle.
            bytes.extend_from_slice(&[1, 0, 0, 0, 2, 0, 0, 0, 8, 0, 0, 0, 1, 0, 0, 0]);
            bytes.extend_from_slice(&[9; 8]);
            bytes.resize(bytes.len() + length, b'n');
            bytes.resize(bytes.len() + info - 28 - length, 0);
        }
    }
    assert_eq!(fanotify::decode(&bytes).count(), 60);
    bytes
}

#[test]
fn fanotify_decode_of_header_takes_at_most_32_instructions_per_event() {
    let bytes = fanotify_events(false);
    at_most(60 * 32, 0, |iterations| {
        for _ in 0..iterations {
            for record in fanotify::decode(black_box(&bytes)) {
                let Ok(fd) = record.fd() else { failed() };
                black_box((record.mask(), fd, record.pid()));
            }
        }
    });
}

#[test]
fn fanotify_decode_with_trimmed_name_takes_at_most_80_instructions_per_event() {
    let bytes = fanotify_events(true);
    at_most(60 * 80, 0, |iterations| {
        for _ in 0..iterations {
            for record in fanotify::decode(black_box(&bytes)) {
                let Some(entry) = record.entry() else { failed() };
                black_box((record.mask(), record.pid(), entry.directory(), entry.name()));
            }
        }
    });
}

/// Returns 60 fanotify events, whose directories alternate, with names of 1 to 60 bytes.
fn events_in(directories: &[std::path::PathBuf]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (number, directory) in directories.iter().cycle().take(60).enumerate() {
        let path = common::bytes(directory);
        let fsid = butter::fs::statfs(path).unwrap().fsid;
        let (handle, _) = handle::name_to_handle_at(CWD, path, EncodeFlags::empty()).unwrap();
        let mut info: Vec<u8> = fsid.iter().flat_map(|half| half.to_ne_bytes()).collect();
        info.extend_from_slice(handle.as_struct_bytes());
        info.resize(info.len() + number + 1, b'n');
        info.resize((info.len() + 1).next_multiple_of(4), 0);
        let info_size = info.len() + 4;
        bytes.extend_from_slice(&(24 + info_size as u32).to_ne_bytes());
        bytes.extend_from_slice(&[3, 0, 24, 0, 0x20, 0, 0, 0, 0, 0, 0, 0]);
        bytes.extend_from_slice(&[(-1_i32).to_ne_bytes(), 1_i32.to_ne_bytes()].concat());
        bytes.extend_from_slice(&[2, 0, info_size as u8, 0]);
        bytes.extend_from_slice(&info);
    }
    assert_eq!(fanotify::decode(&bytes).count(), 60);
    bytes
}

/// A resolver whose cache contains the directories of the events.
type WarmResolver = RefCell<Resolver<[Mount; 1], [Slot; 64]>>;

/// Returns 60 events in alternating directories, and a resolver. Returns an error if this process
/// cannot open handles.
fn resolver(directories: usize) -> Result<(Vec<u8>, WarmResolver), ResolveError> {
    let root = common::files::directory();
    let names = (0..directories).map(|number| root.path().join(format!("directory {number}")));
    let names: Vec<_> = names.inspect(|path| std::fs::create_dir(path).unwrap()).collect();
    let events = events_in(&names);
    let mount = Mount::open(common::bytes(root.path())).unwrap();
    let mut resolver = Resolver::new([mount], [Slot::EMPTY; 64]);
    for record in fanotify::decode(&events) {
        let path = resolver.resolve(&record)?;
        assert!(path.as_bytes().starts_with(common::bytes(root.path())));
    }
    Ok((events, RefCell::new(resolver)))
}

fn resolve(events: &[u8], resolver: &WarmResolver) {
    let mut resolver = resolver.borrow_mut();
    for record in fanotify::decode(black_box(events)) {
        let Ok(path) = resolver.resolve(&record) else { failed() };
        black_box(path);
    }
}

#[test]
fn resolver_takes_at_most_240_instructions_per_event_in_one_directory_or_280_with_musl() {
    let (events, resolver) = require!(resolver(1));
    // The functions `memcpy` and `memcmp` of musl execute more instructions.
    let bound = if cfg!(target_env = "musl") { 280 } else { 240 };
    at_most(60 * bound, 0, |iterations| {
        (0..iterations).for_each(|_| resolve(&events, &resolver));
    });
}

#[test]
fn resolver_takes_at_most_600_instructions_per_event_in_alternating_directories_or_700_with_musl() {
    let (events, resolver) = require!(resolver(20));
    let bound = if cfg!(target_env = "musl") { 700 } else { 600 };
    at_most(60 * bound, 0, |iterations| {
        (0..iterations).for_each(|_| resolve(&events, &resolver));
    });
}

/// Each iteration reads 60 events, and closes their files. The events are queued before the loop.
#[test]
fn fanotify_event_with_file_takes_at_most_60_instructions() {
    use butter::fanotify::{Class, InitFlags, Mark, MarkMask};
    let builder = fanotify::Fanotify::builder(Class::Notification);
    let group = require!(builder.flags(InitFlags::NONBLOCK).build());
    let directory = common::files::directory();
    let mask = MarkMask::OPEN | MarkMask::EVENT_ON_CHILD;
    group.add(Mark::Inode, mask, common::bytes(directory.path())).unwrap();
    // Both loops together run 3 times.
    for number in 0..60 * 3 {
        std::fs::File::create(directory.path().join(number.to_string())).unwrap();
    }
    at_most(60 * 60, 61, |iterations| {
        let mut buffer = [0; 60 * 24];
        for _ in 0..iterations {
            let Ok(events) = group.read_events(&mut buffer) else { failed() };
            let mut count = 0;
            for event in events {
                let Ok(Some(file)) = event.file() else { failed() };
                black_box((event.mask(), event.pid(), file));
                count += 1;
            }
            if count != 60 {
                failed();
            }
        }
    });
}

#[test]
fn send_and_recv_take_at_most_30_instructions() {
    let (one, other) = net::socketpair(AddressFamily::UNIX, SocketType::DGRAM, None).unwrap();
    at_most(30, 2, |iterations| {
        let mut buffer = [0; 8];
        for _ in 0..iterations {
            if net::send(&one, black_box(b"message"), SendFlags::NOSIGNAL).is_err()
                || net::recv(&other, &mut buffer, RecvFlags::empty()).is_err()
            {
                failed();
            }
            black_box(buffer[0]);
        }
    });
}

/// The call fails with `EAGAIN`, so that no descriptor is closed.
#[test]
fn accept4_takes_at_most_14_instructions_if_no_connection_is_pending() {
    let (family, flags) = (AddressFamily::UNIX, SocketFlags::NONBLOCK);
    let listener = net::socket_with(family, SocketType::STREAM, flags, None).unwrap();
    net::bind(&listener, &SocketAddrUnix::new_unnamed()).unwrap();
    net::listen(&listener, 1).unwrap();
    at_most(14, 1, |iterations| {
        for _ in 0..iterations {
            if net::raw::accept4(listener.as_fd(), SocketFlags::CLOEXEC).is_ok() {
                failed();
            }
        }
    });
}

/// Each message is received without its descriptor, which the kernel closes.
#[test]
fn sendmsg_with_one_descriptor_and_recv_take_at_most_60_instructions() {
    let (one, other) = net::socketpair(AddressFamily::UNIX, SocketType::DGRAM, None).unwrap();
    at_most(60, 2, |iterations| {
        let (mut buffer, mut control) = ([0; 8], [0; ancillary_space(4)]);
        let mut ancillary = SendAncillaryBuffer::new(&mut control);
        if !ancillary.push(SendAncillaryMessage::ScmRights(&[one.as_fd()])) {
            failed();
        }
        let slices = [IoSlice::new(b"message")];
        for _ in 0..iterations {
            let message = SendMessage::new(&slices).with_ancillary(&ancillary);
            if net::sendmsg(&one, black_box(&message), SendFlags::NOSIGNAL).is_err()
                || net::recv(&other, &mut buffer, RecvFlags::empty()).is_err()
            {
                failed();
            }
        }
    });
}

/// Each message is received without its descriptor, which the kernel closes.
#[test]
fn send_fds_of_one_descriptor_and_recv_take_at_most_170_instructions() {
    let (one, other) = net::socketpair(AddressFamily::UNIX, SocketType::DGRAM, None).unwrap();
    at_most(170, 2, |iterations| {
        let mut buffer = [0; 8];
        for _ in 0..iterations {
            if net::send_fds(&one, black_box(b"message"), [one.as_fd()]).is_err()
                || net::recv(&other, &mut buffer, RecvFlags::empty()).is_err()
            {
                failed();
            }
        }
    });
}

/// The received descriptor is closed.
#[test]
fn send_fds_and_recv_fds_of_one_descriptor_take_at_most_380_instructions() {
    let (one, other) = net::socketpair(AddressFamily::UNIX, SocketType::DGRAM, None).unwrap();
    at_most(380, 3, |iterations| {
        let mut buffer = [0; 8];
        for _ in 0..iterations {
            if net::send_fds(&one, black_box(b"message"), [one.as_fd()]).is_err() {
                failed();
            }
            let Ok((_, [Some(fd)])) = net::recv_fds(&other, &mut buffer) else { failed() };
            drop(black_box(fd));
        }
    });
}

/// The raw read fails with `EAGAIN`, so that the cost is mostly that of the loop itself.
#[test]
fn eventfd_raw_read_takes_at_most_10_instructions_if_counter_is_zero() {
    let counter = EventFd::nonblocking(0).unwrap();
    at_most(10, 1, |iterations| {
        for _ in 0..iterations {
            if butter::eventfd::raw::read(counter.as_fd()).is_ok() {
                failed();
            }
        }
    });
}

/// Terminates the child process if a call in the loop fails.
#[cold]
#[inline(never)]
fn failed() -> ! {
    process::exit_group(2);
}
