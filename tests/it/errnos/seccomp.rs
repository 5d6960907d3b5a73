//! Errors of `seccomp`, of the requests of its listeners, and of `process_vm_readv`.

use std::mem::MaybeUninit;
use std::sync::Barrier;

use butter::error::{Call, ErrorKind};
use butter::fd::{AsFd, BorrowedFd};
use butter::fs::{CWD, Mode, OFlags, openat};
use butter::process::Pid;
use butter::process::raw::process_vm_readv;
use butter::seccomp::{
    Action, AddFdFlags, Filter, FilterFlags, Instruction, Listener, ListenerFlags, NotificationId,
    Policy, Response, ResponseFlags, Rule, Syscall, raw,
};
use butter::thread::{Tid, gettid};
use butter::{Errno, Result};

use super::{Outcome, Row, Table, failed, null, set_descriptor_limit};
use crate::seccomp::{Compiled, compile};
use common::child::as_nobody;
use common::forked::in_forked_child;
use common::inject::{inject, pretend};
use common::processes::{ended_process, undumpable_process};

pub const TABLE: Table = Table {
    source: include_str!("../../../src/seccomp/raw.rs"),
    rows: ROWS,
    at_descriptor_limit: &[],
    others: &[],
};

pub const MEMORY_TABLE: Table = Table {
    source: include_str!("../../../src/process/vm/raw.rs"),
    rows: MEMORY_ROWS,
    at_descriptor_limit: &[],
    others: &[],
};

const MEMORY_ROWS: &[Row] = &[
    Row(Call::PROCESS_VM_READV, Errno::SRCH, ErrorKind::NotFound, || {
        failed(read(ended_process(), 0))
    }),
    Row(Call::PROCESS_VM_READV, Errno::PERM, ErrorKind::PermissionDenied, || {
        let child = undumpable_process();
        let pid = child.pid();
        let address = (&raw const pid).addr() as u64;
        as_nobody(|| failed(read(pid, address)))
    }),
    Row(Call::PROCESS_VM_READV, Errno::FAULT, ErrorKind::InvalidArgument, || {
        failed(read(butter::process::getpid(), 0))
    }),
    Row(Call::PROCESS_VM_READV, Errno::IO, ErrorKind::Other, || {
        inject(libc::SYS_process_vm_readv, Errno::IO, || failed(read(butter::process::getpid(), 0)))
    }),
];

fn read(process: Pid, address: u64) -> Result<usize> {
    let thread = Tid::from_raw(process.as_raw()).unwrap();
    process_vm_readv(thread, &mut [MaybeUninit::uninit(); 8], address)
}

macro_rules! row {
    ($call:ident $errno:ident $kind:ident $trigger:expr) => {
        Row(Call::$call, Errno::$errno, ErrorKind::$kind, $trigger)
    };
}

const ROWS: &[Row] = &[
    row!(SECCOMP_SET_MODE_STRICT INVAL InvalidArgument || {
        // SAFETY: the call fails, because the thread has a filter.
        inject(libc::SYS_getpid, Errno::IO, || failed(unsafe { raw::seccomp_set_mode_strict() }))
    }),
    row!(SECCOMP_SET_MODE_FILTER INVAL InvalidArgument || failed(set_filter(&[], NONE))),
    row!(SECCOMP_SET_MODE_FILTER INVAL InvalidArgument || {
        failed(set_filter(&[ALLOW; 4097], NONE))
    }),
    row!(SECCOMP_SET_MODE_FILTER INVAL InvalidArgument || {
        failed(set_filter(&[ALLOW; 0x1_0001], NONE))
    }),
    row!(SECCOMP_SET_MODE_FILTER INVAL InvalidArgument || {
        failed(set_filter(&[ALLOW], FilterFlags::from_bits_retain(1 << 31)))
    }),
    row!(SECCOMP_SET_MODE_FILTER INVAL InvalidArgument || {
        failed(set_filter(&[ALLOW], FilterFlags::WAIT_KILLABLE_RECV))
    }),
    row!(SECCOMP_SET_MODE_FILTER INVAL InvalidArgument || {
        in_thread(|| failed(Filter::new(&allow()).wait_killable_recv().install()))
    }),
    row!(SECCOMP_SET_MODE_FILTER ACCES PermissionDenied || without_capabilities(|| {
        failed(Filter::new(&allow()).keep_privileges().install())
    })),
    row!(SECCOMP_SET_MODE_FILTER BUSY Busy || in_thread(|| {
        let _first = Filter::new(&allow()).install_listener().map_err(|error| error.to_string())?;
        failed(Filter::new(&allow()).install_listener())
    })),
    row!(SECCOMP_SET_MODE_FILTER SRCH Busy || with_other_filter(|| {
        let error = Filter::new(&allow()).install_listener_all_threads();
        let error = error.expect_err("the call should have failed");
        assert_eq!(error.thread(), None);
        error.error()
    })),
    row!(SECCOMP_SET_MODE_FILTER MFILE LimitReached || {
        let program = allow();
        failed(in_forked_child(|| {
            set_descriptor_limit(0);
            Filter::new(&program).install_listener().map(drop)
        }))
    }),
    row!(SECCOMP_SET_MODE_FILTER NFILE LimitReached || injected(Errno::NFILE)),
    row!(SECCOMP_SET_MODE_FILTER NOMEM OutOfMemory || in_thread(|| {
        let program = vec![ALLOW; 4096];
        butter::process::raw::prctl_set_no_new_privs().unwrap();
        super::until_failed(|| set_filter(&program, NONE))
    })),
    row!(SECCOMP_PROGRAM INVAL InvalidArgument || rejected(Action::UserNotif)),
    row!(SECCOMP_PROGRAM INVAL InvalidArgument || rejected(Action::KillThread)),
    row!(SECCOMP_TSYNC SRCH Busy || with_other_filter(|| {
        let error = Filter::new(&allow()).install_all_threads();
        let error = error.expect_err("the call should have failed");
        assert!(error.to_string().contains(&format!("(thread {})", error.thread().unwrap())));
        error.error()
    })),
    row!(SECCOMP_GET_ACTION_AVAIL OPNOTSUPP Unsupported || {
        inject(libc::SYS_seccomp, Errno::OPNOTSUPP, || {
            failed(raw::seccomp_get_action_avail(Action::Log))
        })
    }),
    row!(SECCOMP_GET_ACTION_AVAIL INVAL Unsupported || {
        inject(libc::SYS_seccomp, Errno::INVAL, || {
            failed(raw::seccomp_get_action_avail(Action::Log))
        })
    }),
    row!(SECCOMP_GET_NOTIF_SIZES INVAL Unsupported || {
        inject(libc::SYS_seccomp, Errno::INVAL, || failed(Filter::new(&allow()).install_listener()))
    }),
    row!(SECCOMP_LISTENER OVERFLOW Other || {
        pretend(libc::SYS_seccomp, || failed(Filter::new(&allow()).install_listener()))
    }),
    row!(SECCOMP_LISTENER INVAL InvalidArgument || failed(Listener::try_from(null()))),
    row!(IOCTL_SECCOMP_NOTIF_RECV NOENT NotFound || {
        with_listener(|it| inject_ioctl(Errno::NOENT, || receive(it, 0)))
    }),
    row!(IOCTL_SECCOMP_NOTIF_RECV INVAL InvalidArgument || with_listener(|it| receive(it, 1))),
    row!(IOCTL_SECCOMP_NOTIF_SEND NOENT NotFound || {
        with_listener(|it| send(it, ResponseFlags::empty()))
    }),
    row!(IOCTL_SECCOMP_NOTIF_SEND INVAL InvalidArgument || {
        with_listener(|it| send(it, ResponseFlags::from_bits_retain(1 << 31)))
    }),
    row!(IOCTL_SECCOMP_NOTIF_SEND INVAL InvalidArgument || {
        with_listener(|it| send(it, ResponseFlags::CONTINUE))
    }),
    row!(IOCTL_SECCOMP_NOTIF_SEND INPROGRESS Other || with_listener(|it| {
        inject_ioctl(Errno::INPROGRESS, || {
            it.respond(ID, Errno::PERM).expect_err("the call should have failed")
        })
    })),
    row!(IOCTL_SECCOMP_NOTIF_ID_VALID NOENT NotFound || with_listener(|it| {
        // SAFETY: the descriptor is a listener.
        let valid = unsafe { raw::ioctl_seccomp_notif_id_valid(it.as_fd(), ID) };
        valid.expect_err("the call should have failed")
    })),
    row!(IOCTL_SECCOMP_NOTIF_ADDFD NOENT NotFound || {
        with_listener(|it| add(it, AddFdFlags::empty(), null().as_fd(), 0))
    }),
    row!(IOCTL_SECCOMP_NOTIF_ADDFD SRCH NotFound || {
        with_listener(|it| {
            let null = null();
            inject_ioctl(Errno::SRCH, || add(it, AddFdFlags::empty(), null.as_fd(), 0))
        })
    }),
    row!(IOCTL_SECCOMP_NOTIF_ADDFD INPROGRESS Other || added(Errno::INPROGRESS)),
    row!(IOCTL_SECCOMP_NOTIF_ADDFD BUSY Busy || added(Errno::BUSY)),
    row!(IOCTL_SECCOMP_NOTIF_ADDFD MFILE LimitReached || added(Errno::MFILE)),
    row!(IOCTL_SECCOMP_NOTIF_ADDFD BADF BadDescriptor || with_listener(|it| {
        // SAFETY: the kernel rejects the number, which is larger than every descriptor.
        let closed = unsafe { BorrowedFd::borrow_raw(i32::MAX) };
        add(it, AddFdFlags::empty(), closed, 0)
    })),
    row!(IOCTL_SECCOMP_NOTIF_ADDFD BADF BadDescriptor || with_listener(|it| {
        let path = openat(CWD, "/", OFlags::PATH, Mode::empty()).expect("/ should exist");
        add(it, AddFdFlags::empty(), path.as_fd(), 0)
    })),
    row!(IOCTL_SECCOMP_NOTIF_ADDFD INVAL InvalidArgument || {
        with_listener(|it| add(it, AddFdFlags::empty(), null().as_fd(), 5))
    }),
    row!(IOCTL_SECCOMP_NOTIF_ADDFD INVAL InvalidArgument || {
        with_listener(|it| add(it, AddFdFlags::from_bits_retain(1 << 31), null().as_fd(), 0))
    }),
    row!(IOCTL_SECCOMP_NOTIF_SET_FLAGS INVAL InvalidArgument || with_listener(|it| {
        it.set_flags(ListenerFlags::from_bits_retain(1 << 31)).expect_err("should have failed")
    })),
];

const NONE: FilterFlags = FilterFlags::empty();
const ALLOW: Instruction = Instruction::new(6, 0, 0, 0x7FFF_0000);

/// An ID that no notification has.
const ID: NotificationId = NotificationId::from_raw(7);

/// Returns a program that allows all system calls.
fn allow() -> Compiled {
    Compiled::new(Policy::new(Action::Allow).unknown(Action::Allow))
}

fn set_filter(program: &[Instruction], flags: FilterFlags) -> Result<u32> {
    // SAFETY: the program only allows system calls.
    unsafe { raw::seccomp_set_mode_filter(program, flags) }
}

/// Runs a closure in a new thread that has neither capabilities nor `no_new_privs`.
pub(super) fn without_capabilities(body: impl FnOnce() -> Outcome + Send) -> Outcome {
    in_thread(|| {
        // SAFETY: touches no memory.
        if unsafe { libc::prctl(libc::PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) } == 1 {
            return Err("no_new_privs is set for this process".into());
        }
        // `_LINUX_CAPABILITY_VERSION_3` and the calling thread.
        let (header, capabilities) = ([0x2008_0522_u32, 0], [0_u32; 6]);
        let (header, capabilities) = (header.as_ptr(), capabilities.as_ptr());
        // SAFETY: reads the two structs; affects this thread only.
        assert_eq!(unsafe { libc::syscall(libc::SYS_capset, header, capabilities) }, 0);
        body()
    })
}

fn in_thread<T: Send>(body: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| scope.spawn(body).join()).unwrap()
}

fn injected(errno: Errno) -> Outcome {
    inject(libc::SYS_seccomp, errno, || failed(set_filter(&[ALLOW], NONE)))
}

fn rejected(action: Action) -> Outcome {
    let rules = [Rule::new(Syscall::GETPID, action)];
    let program = compile(&rules);
    in_thread(|| failed(Filter::new(&program).install()))
}

/// Runs a closure in one thread while another thread has a filter.
fn with_other_filter(body: impl FnOnce() -> butter::Error + Send) -> Outcome {
    let (installed, done) = (Barrier::new(2), Barrier::new(2));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            inject(libc::SYS_getppid, Errno::IO, || {
                let _ = gettid();
                installed.wait();
                done.wait();
            });
        });
        let error = scope.spawn(|| {
            installed.wait();
            let error = body();
            done.wait();
            error
        });
        Ok(error.join().unwrap())
    })
}

/// Calls a function with the listener of a filter of another thread, which has terminated.
fn with_listener(body: impl FnOnce(&Listener) -> butter::Error) -> Outcome {
    let listener = in_thread(|| Filter::new(&allow()).install_listener());
    Ok(body(&listener.map_err(|error| error.to_string())?))
}

fn inject_ioctl<T: Send>(errno: Errno, body: impl FnOnce() -> T + Send) -> T {
    inject(libc::SYS_ioctl, errno, body)
}

fn receive(listener: &Listener, word: u64) -> butter::Error {
    let mut buffer = [word; 32];
    // SAFETY: the descriptor is a listener, and the buffer is large enough.
    let received = unsafe { raw::ioctl_seccomp_notif_recv(listener.as_fd(), &mut buffer) };
    received.expect_err("the call should have failed")
}

fn send(listener: &Listener, flags: ResponseFlags) -> butter::Error {
    let Response { id, val, error, flags } = Response { id: ID, val: 1, error: 0, flags };
    let mut buffer = [0; 32];
    buffer[..3].copy_from_slice(&[id.as_raw(), val as u64, u64::from(flags.bits()) << 32]);
    assert_eq!(error, 0);
    // SAFETY: the descriptor is a listener, and no notification has the ID.
    let sent = unsafe { raw::ioctl_seccomp_notif_send(listener.as_fd(), &mut buffer) };
    sent.expect_err("the call should have failed")
}

fn add(listener: &Listener, flags: AddFdFlags, fd: BorrowedFd<'_>, number: i32) -> butter::Error {
    // SAFETY: the descriptor is a listener, and no notification has the ID.
    let added =
        unsafe { raw::ioctl_seccomp_notif_addfd(listener.as_fd(), ID, flags, fd, number, false) };
    added.expect_err("the call should have failed")
}

fn added(errno: Errno) -> Outcome {
    with_listener(|listener| {
        let null = null();
        inject_ioctl(errno, || {
            listener.add_fd(ID, &null, false).expect_err("the call should have failed")
        })
    })
}
