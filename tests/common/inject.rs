//! Injected failures, for errors that cannot be triggered: in one thread, a seccomp filter
//! determines the result of a system call, which the kernel does not execute. The processes that
//! the thread starts inherit the filter.

use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::sync::atomic::{AtomicPtr, Ordering};
use std::sync::mpsc;

use butter::seccomp::{Action, Instruction};

/// `struct sock_fprog`: a seccomp filter.
#[repr(C)]
struct Program {
    len: u16,
    instructions: *const Instruction,
}

const LOAD: u16 = 0x20;
const JUMP_IF_EQUAL: u16 = 0x15;
const RETURN: u16 = 0x06;
/// `SECCOMP_RET_ERRNO` with the errno 0, which an [`Action`] cannot express.
const SUCCEED: u32 = 0x0005_0000;

/// Runs a closure in a new thread in which the system call `call` is not executed and fails with
/// `errno`.
///
/// The seccomp filter applies only to the new thread.
pub fn inject<T: Send>(
    call: libc::c_long,
    errno: butter::Errno,
    body: impl FnOnce() -> T + Send,
) -> T {
    filtered(call, Action::Errno(errno).as_raw(), body)
}

/// Like [`inject`], but the system call raises `SIGSYS` with `data` as the `si_errno`.
pub fn trap<T: Send>(call: libc::c_long, data: u16, body: impl FnOnce() -> T + Send) -> T {
    filtered(call, Action::Trap(data).as_raw(), body)
}

/// Like [`inject`], but the system call does nothing and returns 0.
pub fn pretend<T: Send>(call: libc::c_long, body: impl FnOnce() -> T + Send) -> T {
    filtered(call, SUCCEED, body)
}

/// Like [`inject`], but the system call returns the result of the function `result`, which receives
/// the arguments of the system call. A process has only one such function at a time: use `forge`
/// only in a separate process.
///
/// `result` runs in a signal handler, and must not make the same system call itself.
pub fn forge<T: Send>(
    call: libc::c_long,
    result: fn([usize; 6]) -> isize,
    body: impl FnOnce() -> T + Send,
) -> T {
    FORGED.store(result as *mut (), Ordering::Relaxed);
    // SAFETY: all zeroes is a valid action.
    let mut action: libc::sigaction = unsafe { std::mem::zeroed() };
    action.sa_sigaction = forge_result as *const () as usize;
    action.sa_flags = libc::SA_SIGINFO;
    // SAFETY: the kernel reads the action; the handler uses the stack and the function alone.
    let done = unsafe { libc::sigaction(libc::SIGSYS, &raw const action, std::ptr::null_mut()) };
    assert_eq!(done, 0);
    filtered(call, Action::Trap(0).as_raw(), body)
}

/// The function that was passed to [`forge`].
static FORGED: AtomicPtr<()> = AtomicPtr::new(std::ptr::null_mut());

/// Handles the `SIGSYS` of a system call that a filter has trapped. `context` contains the
/// registers at the system call. When the handler returns, the kernel restores the registers,
/// including the register with the result.
extern "C" fn forge_result(_: libc::c_int, _: *mut libc::siginfo_t, context: *mut libc::c_void) {
    let function = FORGED.load(Ordering::Relaxed);
    // SAFETY: `forge` stored such a function before it set the handler.
    let function: fn([usize; 6]) -> isize = unsafe { std::mem::transmute(function) };
    // SAFETY: the kernel passes the context of the thread, which nothing else uses.
    let context = unsafe { &mut *context.cast::<libc::ucontext_t>() };
    #[cfg(target_arch = "x86_64")]
    {
        const ARGUMENTS: [libc::c_int; 6] = [
            libc::REG_RDI,
            libc::REG_RSI,
            libc::REG_RDX,
            libc::REG_R10,
            libc::REG_R8,
            libc::REG_R9,
        ];
        let registers = &mut context.uc_mcontext.gregs;
        let result = function(ARGUMENTS.map(|register| registers[register as usize] as usize));
        registers[libc::REG_RAX as usize] = result as i64;
    }
    #[cfg(target_arch = "aarch64")]
    {
        let registers = &mut context.uc_mcontext.regs;
        let result = function(std::array::from_fn(|register| registers[register] as usize));
        registers[0] = result as u64;
    }
}

fn filtered<T: Send>(call: libc::c_long, action: u32, body: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        scope
            .spawn(|| {
                install(call as u32, action);
                body()
            })
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

/// Runs a closure in a new thread in which the function `decide` receives the arguments of each
/// system call `call`, and returns the errno with which the call fails, or `None` if the kernel
/// executes the call. The same applies to the processes that the thread starts, as long as they
/// run. `decide` runs in another thread.
///
/// Returns an error if the kernel does not support such a filter, or if another such filter applies
/// to this process already.
pub fn supervise<T: Send>(
    call: libc::c_long,
    decide: impl FnMut([u64; 6]) -> Option<butter::Errno> + Send + 'static,
    body: impl FnOnce() -> T + Send,
) -> io::Result<T> {
    let (sender, receiver) = mpsc::channel();
    // The filter does not apply to this thread, which starts before the filter is installed.
    std::thread::spawn(move || receiver.recv().map(|listener| respond(&listener, decide)));
    std::thread::scope(|scope| {
        let body = || {
            sender.send(install_listener(call as u32)?).unwrap();
            Ok(body())
        };
        scope.spawn(body).join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

/// Responds to the notifications of a filter until no process with this filter remains. Before
/// Linux 5.9, the kernel does not report this condition, and the thread blocks indefinitely.
fn respond(listener: &OwnedFd, mut decide: impl FnMut([u64; 6]) -> Option<butter::Errno>) {
    // `SECCOMP_IOCTL_NOTIF_RECV` and `SECCOMP_IOCTL_NOTIF_SEND`.
    const RECEIVE: libc::Ioctl = libc::_IOWR::<libc::seccomp_notif>(b'!' as u32, 0);
    const SEND: libc::Ioctl = libc::_IOWR::<libc::seccomp_notif_resp>(b'!' as u32, 1);
    let fd = listener.as_raw_fd();
    loop {
        let mut poll = libc::pollfd { fd, events: libc::POLLIN, revents: 0 };
        // SAFETY: reads and writes one struct.
        unsafe { libc::poll(&raw mut poll, 1, -1) };
        if poll.revents & (libc::POLLIN | libc::POLLHUP) == libc::POLLHUP {
            return;
        }
        // SAFETY: all zeroes is a valid value, which the kernel requires.
        let mut request: libc::seccomp_notif = unsafe { std::mem::zeroed() };
        // SAFETY: writes one struct.
        if unsafe { libc::ioctl(fd, RECEIVE, &raw mut request) } < 0 {
            // A signal has interrupted the call, or the process was killed.
            continue;
        }
        let errno = decide(request.data.args);
        let response = libc::seccomp_notif_resp {
            id: request.id,
            val: 0,
            error: errno.map_or(0, |errno| -errno.as_raw()),
            flags: match errno {
                Some(_) => 0,
                None => libc::SECCOMP_USER_NOTIF_FLAG_CONTINUE as u32,
            },
        };
        // An error means that the process was killed, or that a signal has interrupted its call.
        // SAFETY: reads one struct.
        let _ = unsafe { libc::ioctl(fd, SEND, &raw const response) };
    }
}

/// Adds a filter to the current thread that sends notifications of one system call to the returned
/// descriptor.
fn install_listener(call: u32) -> io::Result<OwnedFd> {
    let (mode, flags) = (libc::SECCOMP_SET_MODE_FILTER, libc::SECCOMP_FILTER_FLAG_NEW_LISTENER);
    let result = with_filter(call, Action::UserNotif.as_raw(), |program| {
        // SAFETY: the kernel copies the program, which it reads from the struct and the array.
        unsafe { libc::syscall(libc::SYS_seccomp, mode, flags, program) }
    });
    if result < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the kernel returned a new descriptor.
    Ok(unsafe { OwnedFd::from_raw_fd(result as libc::c_int) })
}

/// Adds a seccomp filter to the current thread that returns `action` for one system call and allows
/// all other system calls.
fn install(call: u32, action: u32) {
    let done = with_filter(call, action, |program| {
        // SAFETY: the kernel copies the program, which it reads from the struct and the array.
        unsafe { libc::prctl(libc::PR_SET_SECCOMP, libc::SECCOMP_MODE_FILTER, program, 0, 0) }
    });
    assert_eq!(done, 0, "PR_SET_SECCOMP: {}", io::Error::last_os_error());
}

/// Passes a filter to a function that installs the filter in the current thread.
fn with_filter<T>(call: u32, action: u32, install: impl FnOnce(*const Program) -> T) -> T {
    // The system call number is at offset 0 of `struct seccomp_data`. The filter does not compare
    // the architecture, because the thread runs only this program.
    let instructions = [
        Instruction::new(LOAD, 0, 0, 0),
        Instruction::new(JUMP_IF_EQUAL, 0, 1, call),
        Instruction::new(RETURN, 0, 0, action),
        Instruction::new(RETURN, 0, 0, Action::Allow.as_raw()),
    ];
    let program = Program { len: instructions.len() as u16, instructions: instructions.as_ptr() };
    // SAFETY: touches no memory; programs that this thread executes gain no privileges.
    let done = unsafe { libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) };
    assert_eq!(done, 0, "PR_SET_NO_NEW_PRIVS: {}", io::Error::last_os_error());
    install(&raw const program)
}
