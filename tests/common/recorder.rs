//! Records the system calls of one thread, and returns the results of these system calls in place
//! of the kernel.
//!
//! A seccomp filter in the recorded thread notifies a supervisor, which is the thread that runs the
//! test. The supervisor compares each system call with the expected system call, writes output to
//! the memory of the recorded thread, and chooses the return value. System calls that the recorded
//! thread makes between two recorded functions reach the kernel, except for those in `GUARDED`.

use std::collections::VecDeque;
use std::fmt::Debug;
use std::io;
use std::os::fd::{FromRawFd as _, OwnedFd};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use butter::fd::{AsFd, AsRawFd};
use syscalls::Sysno;

use crate::test::message_of;

/// The maximum time between two notifications, and between the last notification and the
/// termination of the recorded thread.
const LIMIT: Duration = Duration::from_secs(20);

/// System calls that change the host or other processes. These system calls never reach the kernel,
/// even if a function makes one of them by mistake.
const GUARDED: &[libc::c_long] = &[
    libc::SYS_chroot,
    libc::SYS_kill,
    libc::SYS_mount,
    libc::SYS_pivot_root,
    libc::SYS_reboot,
    libc::SYS_setdomainname,
    libc::SYS_sethostname,
    libc::SYS_setns,
    libc::SYS_umount2,
    libc::SYS_unshare,
];

/// Byte strings, each with its offset from a pointer.
pub type Pieces = Vec<(usize, Vec<u8>)>;

/// The expected value of one argument of a system call.
#[derive(Clone)]
pub enum Argument {
    /// A parameter of 32 bits. The kernel ignores the upper half of the register.
    Int(u32),
    /// A parameter of 64 bits, or a pointer that the kernel does not dereference.
    Long(u64),
    /// A pointer to memory: the bytes that the kernel reads, and the bytes that the kernel writes.
    Memory { read: Pieces, written: Pieces },
}

/// A parameter of 32 bits: an `int`, an `unsigned int` or a set of flags.
pub fn int(value: impl Into<i64>) -> Argument {
    Argument::Int(value.into() as u32)
}

/// The number of a file descriptor.
pub fn fd(fd: &impl AsFd) -> Argument {
    int(fd.as_fd().as_raw_fd())
}

/// A parameter of 64 bits.
pub fn long(value: u64) -> Argument {
    Argument::Long(value)
}

/// A `size_t`.
pub fn size(value: usize) -> Argument {
    Argument::Long(value as u64)
}

/// A null pointer.
pub const NULL: Argument = Argument::Long(0);

/// A pointer to these bytes, which the kernel reads.
pub fn input(bytes: impl AsRef<[u8]>) -> Argument {
    input_fields(&[(0, bytes.as_ref())])
}

/// A pointer to a struct that the kernel reads. The recorder does not compare the padding of the
/// struct.
pub fn input_fields(fields: &[(usize, &[u8])]) -> Argument {
    Argument::Memory { read: pieces(fields), written: Pieces::new() }
}

/// A pointer to memory to which the kernel writes these bytes.
pub fn output(bytes: impl AsRef<[u8]>) -> Argument {
    output_fields(&[(0, bytes.as_ref())])
}

/// A pointer to a struct. The kernel writes these bytes to the fields of the struct.
pub fn output_fields(fields: &[(usize, &[u8])]) -> Argument {
    Argument::Memory { read: Pieces::new(), written: pieces(fields) }
}

/// A pointer to bytes that the kernel reads and replaces.
pub fn update(read: impl AsRef<[u8]>, written: impl AsRef<[u8]>) -> Argument {
    let (read, written) = (pieces(&[(0, read.as_ref())]), pieces(&[(0, written.as_ref())]));
    Argument::Memory { read, written }
}

fn pieces(fields: &[(usize, &[u8])]) -> Pieces {
    fields.iter().map(|&(offset, bytes)| (offset, bytes.to_vec())).collect()
}

/// One expected system call: its number, the names and values of its arguments, and the value that
/// the recorder returns, which is a negated errno for a failure.
pub struct Expected {
    number: libc::c_long,
    arguments: Vec<(&'static str, Argument)>,
    returned: i64,
}

impl Expected {
    pub fn new<const N: usize>(
        number: libc::c_long,
        arguments: [(&'static str, Argument); N],
        returned: i64,
    ) -> Self {
        Self { number, arguments: arguments.into(), returned }
    }
}

/// A difference between a recorded system call and the expected system call.
pub enum Difference {
    /// A difference in the system call number or in the arguments.
    Call(String),
    /// A difference in the result that a function returned.
    Result(String),
}

/// Records the system calls of the current thread while a function runs.
pub struct Recorder {
    name: &'static str,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    listener: Mutex<Option<io::Result<OwnedFd>>>,
    installed: Condvar,
    /// Whether the recorded thread is running a function whose system calls are compared.
    /// Otherwise, the supervisor neither acquires locks nor allocates memory, because the recorded
    /// thread may hold the locks of the allocator.
    recording: AtomicBool,
    expected: Mutex<VecDeque<Expected>>,
    differences: Mutex<Vec<Difference>>,
}

impl Recorder {
    /// Runs a function that should make this system call.
    pub fn call<T, const N: usize>(
        &self,
        number: libc::c_long,
        arguments: [(&'static str, Argument); N],
        returned: i64,
        function: impl FnOnce() -> T,
    ) -> T {
        self.calls([Expected::new(number, arguments, returned)], function)
    }

    /// Runs a function that should make these system calls, in this order.
    pub fn calls<T, const N: usize>(
        &self,
        expected: [Expected; N],
        function: impl FnOnce() -> T,
    ) -> T {
        *self.shared.expected.lock().unwrap() = expected.into();
        self.shared.recording.store(true, Ordering::SeqCst);
        let result = function();
        self.shared.recording.store(false, Ordering::SeqCst);
        let missing = std::mem::take(&mut *self.shared.expected.lock().unwrap());
        for expected in missing {
            let text = format!("{}: {} was not called", self.name, name_of(expected.number));
            self.shared.differences.lock().unwrap().push(Difference::Call(text));
        }
        result
    }

    /// Compares a part of a function's result with the value that the recorder returned or wrote.
    pub fn output<T: PartialEq + Debug>(&self, part: &str, actual: T, expected: T) {
        if actual != expected {
            let text =
                format!("{}: result: {part}: expected {expected:?}, got {actual:?}", self.name);
            self.shared.differences.lock().unwrap().push(Difference::Result(text));
        }
    }
}

/// Runs `row` in a new thread in which the system calls `numbers` are recorded. Returns an error if
/// the host does not permit a seccomp filter with user notifications.
pub fn record(
    name: &'static str,
    numbers: &[libc::c_long],
    row: fn(&Recorder),
) -> io::Result<Vec<Difference>> {
    let shared = Arc::new(Shared::default());
    let recorder = Recorder { name, shared: shared.clone() };
    let mut filter = filter(&[numbers, GUARDED].concat());
    let thread = std::thread::spawn(move || {
        let listener = install(&mut filter);
        let installed = listener.is_ok();
        *recorder.shared.listener.lock().unwrap() = Some(listener);
        recorder.shared.installed.notify_one();
        if installed {
            row(&recorder);
        }
    });
    let listener = shared.installed.wait_while(shared.listener.lock().unwrap(), |l| l.is_none());
    let listener = listener.unwrap().take().unwrap()?;
    let mut ended = supervise(name, &listener, &shared);
    if ended.is_ok() {
        // The thread has already terminated, so `join` does not block.
        ended = thread.join().map_err(|panic| format!("{name}: panicked: {}", message_of(&*panic)));
    }
    let mut differences = std::mem::take(&mut *shared.differences.lock().unwrap());
    differences.extend(ended.err().map(Difference::Call));
    Ok(differences)
}

fn name_of(number: libc::c_long) -> String {
    Sysno::new(number as usize).map_or(number.to_string(), |call| call.name().to_owned())
}

/// Returns a seccomp filter that notifies a listener of these system calls, and allows all other
/// system calls.
fn filter(numbers: &[libc::c_long]) -> Vec<libc::sock_filter> {
    let instruction = |code, jt, jf, k| libc::sock_filter { code: code as u16, jt, jf, k };
    // The system call number is at offset 0 of `struct seccomp_data`. The filter does not compare
    // the architecture, because the thread runs only this program.
    let mut filter = vec![instruction(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, 0, 0, 0)];
    for (at, &number) in numbers.iter().enumerate() {
        let to_notify = (numbers.len() - at) as u8;
        let jump = libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K;
        filter.push(instruction(jump, to_notify, 0, number as u32));
    }
    filter.push(instruction(libc::BPF_RET | libc::BPF_K, 0, 0, libc::SECCOMP_RET_ALLOW));
    filter.push(instruction(libc::BPF_RET | libc::BPF_K, 0, 0, libc::SECCOMP_RET_USER_NOTIF));
    filter
}

/// Adds a seccomp filter to the current thread. This function neither allocates nor frees memory:
/// if the filter matches a system call of the allocator, the thread waits for the supervisor, which
/// does not have the listener yet.
fn install(filter: &mut [libc::sock_filter]) -> io::Result<OwnedFd> {
    let program = libc::sock_fprog { len: filter.len() as u16, filter: filter.as_mut_ptr() };
    // SAFETY: touches no memory; programs that this thread executes gain no privileges.
    if unsafe { libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) } != 0 {
        return Err(io::Error::last_os_error());
    }
    let (mode, flags) = (libc::SECCOMP_SET_MODE_FILTER, libc::SECCOMP_FILTER_FLAG_NEW_LISTENER);
    // SAFETY: the kernel copies the program, which it reads from the slice.
    let listener = unsafe { libc::syscall(libc::SYS_seccomp, mode, flags, &raw const program) };
    if listener < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: a new descriptor, which has no other owner.
    Ok(unsafe { OwnedFd::from_raw_fd(listener as i32) })
}

/// Responds to notifications until the recorded thread has terminated.
fn supervise(name: &str, listener: &OwnedFd, shared: &Shared) -> Result<(), String> {
    let limit = LIMIT.as_millis() as libc::c_int;
    let listener = std::os::fd::AsRawFd::as_raw_fd(listener);
    let mut poll = libc::pollfd { fd: listener, events: libc::POLLIN, revents: 0 };
    loop {
        // SAFETY: reads and writes one struct.
        match unsafe { libc::poll(&raw mut poll, 1, limit) } {
            0 => return Err(format!("{name}: no system call within {LIMIT:?}")),
            1 if poll.revents & libc::POLLIN == 0 => return Ok(()),
            1 => {}
            _ => continue,
        }
        // SAFETY: all zeroes are a valid notification, and the kernel requires them.
        let mut call: libc::seccomp_notif = unsafe { std::mem::zeroed() };
        let request = libc::SECCOMP_IOCTL_NOTIF_RECV;
        // SAFETY: the kernel writes one struct.
        if unsafe { libc::ioctl(listener, request, &raw mut call) } != 0 {
            continue;
        }
        let number = libc::c_long::from(call.data.nr);
        let (returned, flags) = if shared.recording.load(Ordering::SeqCst) {
            (respond(name, number, &call.data.args, shared), 0)
        } else if GUARDED.contains(&number) {
            (-i64::from(libc::EPERM), 0)
        } else {
            (0, libc::SECCOMP_USER_NOTIF_FLAG_CONTINUE as u32)
        };
        let response = libc::seccomp_notif_resp { id: call.id, val: returned, error: 0, flags };
        let request = libc::SECCOMP_IOCTL_NOTIF_SEND;
        // SAFETY: the kernel reads one struct.
        unsafe { libc::ioctl(listener, request, &raw const response) };
    }
}

/// Compares a system call with the next expected system call, writes the output, and returns the
/// value that the system call should return.
fn respond(name: &str, number: libc::c_long, registers: &[u64; 6], shared: &Shared) -> i64 {
    let report =
        |text| shared.differences.lock().unwrap().push(Difference::Call(format!("{name}: {text}")));
    let called = name_of(number);
    let Some(expected) = shared.expected.lock().unwrap().pop_front() else {
        report(format!("unexpected call of {called}"));
        return -i64::from(libc::ENOSYS);
    };
    if number != expected.number {
        report(format!("expected {}, got {called}", name_of(expected.number)));
        return -i64::from(libc::ENOSYS);
    }
    for ((argument, value), &register) in expected.arguments.iter().zip(registers) {
        if let Err(difference) = compare(value, register) {
            report(format!("{called}: argument `{argument}`: {difference}"));
        }
    }
    expected.returned
}

fn compare(argument: &Argument, register: u64) -> Result<(), String> {
    let (expected, actual) = match argument {
        Argument::Int(value) => (u64::from(*value), u64::from(register as u32)),
        Argument::Long(value) => (*value, register),
        Argument::Memory { .. } if register == 0 => return Err("expected memory, got NULL".into()),
        Argument::Memory { read, written } => {
            for (offset, bytes) in read {
                let mut actual = vec![0; bytes.len()];
                copy(register, *offset, &mut actual, Direction::Read)?;
                if actual != *bytes {
                    return Err(format!(
                        "at offset {offset}: expected {bytes:02x?}, got {actual:02x?}"
                    ));
                }
            }
            for (offset, bytes) in written {
                copy(register, *offset, &mut bytes.clone(), Direction::Write)?;
            }
            return Ok(());
        }
    };
    if expected == actual {
        Ok(())
    } else {
        Err(format!("expected {expected:#x}, got {actual:#x}"))
    }
}

enum Direction {
    Read,
    Write,
}

/// Reads or writes memory of the recorded thread, as the kernel does. Returns an error if the
/// address is invalid.
fn copy(pointer: u64, offset: usize, bytes: &mut [u8], direction: Direction) -> Result<(), String> {
    let address = (pointer as usize).wrapping_add(offset);
    let local = libc::iovec { iov_base: bytes.as_mut_ptr().cast(), iov_len: bytes.len() };
    let remote = libc::iovec {
        iov_base: std::ptr::with_exposed_provenance_mut(address),
        iov_len: bytes.len(),
    };
    // SAFETY: touches no memory.
    let process = unsafe { libc::getpid() };
    let copied = match direction {
        // SAFETY: the kernel writes to `bytes` only, and reads memory of the stopped thread.
        Direction::Read => unsafe {
            libc::process_vm_readv(process, &raw const local, 1, &raw const remote, 1, 0)
        },
        // SAFETY: the kernel writes to memory that the thread has passed to it for writing.
        Direction::Write => unsafe {
            libc::process_vm_writev(process, &raw const local, 1, &raw const remote, 1, 0)
        },
    };
    if copied == bytes.len() as isize {
        return Ok(());
    }
    let (error, length) = (io::Error::last_os_error(), bytes.len());
    Err(format!("cannot access {length} bytes at {pointer:#x} plus offset {offset}: {error}"))
}
