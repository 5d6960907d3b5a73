//! PID 1 of the virtual machine: sets up the system, runs one program, reports its exit status on
//! the console, and powers off.
//!
//! The files in `/vm` describe the program: `args` (the program and its arguments) and `env` are
//! sequences of NUL-terminated strings; `marker` is a random word, so that no program prints it by
//! chance; `user` exists if the program runs as an ordinary user, and contains a decimal user ID;
//! `ext4` exists if the virtual machine has a disk with an ext4 file system for `/tmp`; `modules`
//! contains the kernel modules to load, in the order of their names.
//!
//! The console shows the line `MARKER start`, and then the unmodified output of the program.
//! Directly after this output, possibly on the same line, the console shows `MARKER exit N`,
//! `MARKER signal N` or `MARKER error TEXT`.

use std::ffi::{CStr, OsStr, OsString, c_char, c_int, c_long, c_ulong, c_void};
use std::fs;
use std::io::{self, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

// SAFETY: these are the declarations of the C library; calling a function marked `safe` is always
// sound.
unsafe extern "C" {
    fn mount(
        source: *const c_char,
        target: *const c_char,
        kind: *const c_char,
        flags: c_ulong,
        data: *const c_void,
    ) -> c_int;
    fn chroot(path: *const c_char) -> c_int;
    fn socket(domain: c_int, kind: c_int, protocol: c_int) -> c_int;
    fn ioctl(fd: c_int, request: c_int, ...) -> c_int;
    fn init_module(image: *const c_void, size: c_ulong, parameters: *const c_char) -> c_int;
    fn waitpid(pid: c_int, status: *mut c_int, options: c_int) -> c_int;
    safe fn setsid() -> c_int;
    safe fn sync();
    safe fn reboot(command: c_int) -> c_int;
}

const MS_BIND: c_ulong = 4096;
const MS_MOVE: c_ulong = 8192;

/// The file systems to mount: type, mount point, options.
const MOUNTS: [(&CStr, &CStr, &CStr); 7] = [
    (c"proc", c"/proc", c""),
    (c"sysfs", c"/sys", c""),
    (c"cgroup2", c"/sys/fs/cgroup", c""),
    (c"devtmpfs", c"/dev", c""),
    (c"devpts", c"/dev/pts", c"ptmxmode=666,mode=620"),
    (c"tmpfs", c"/dev/shm", c"mode=1777"),
    (c"tmpfs", c"/run", c"mode=755"),
];

fn main() {
    setsid();
    let marker = fs::read_to_string("/vm/marker").unwrap_or_default();
    let end = match set_up().and_then(|()| run(&marker)) {
        Ok(status) => match status.signal() {
            Some(signal) => format!("signal {signal}"),
            None => format!("exit {}", status.code().unwrap_or_default()),
        },
        Err(error) => format!("error {error}"),
    };
    print(&format!("{marker} {end}\n"));
    drain();
    sync();
    const POWER_OFF: c_int = 0x4321_fedc;
    reboot(POWER_OFF);
}

/// Sets up the console, the mounts, the device links, the hostname and the loopback interface.
fn set_up() -> io::Result<()> {
    plain_console()?;
    real_root()?;
    for (kind, target, options) in MOUNTS {
        fs::create_dir_all(OsStr::from_bytes(target.to_bytes()))?;
        mount_at(kind, target, kind, 0, options)?;
    }
    temporary_files()?;
    fs::create_dir_all("/etc")?;
    symlink("/proc/self/fd", "/dev/fd")?;
    symlink("fd/0", "/dev/stdin")?;
    symlink("fd/1", "/dev/stdout")?;
    symlink("fd/2", "/dev/stderr")?;
    fs::write("/proc/sys/kernel/hostname", "butter")?;
    loopback_up()?;
    load_modules()?;
    std::env::set_current_dir("/tmp")
}

/// Loads the kernel modules, if there are any.
fn load_modules() -> io::Result<()> {
    let Ok(entries) = fs::read_dir("/vm/modules") else { return Ok(()) };
    let mut paths = entries.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
    paths.sort();
    for path in paths {
        let image = fs::read(path)?;
        // SAFETY: the kernel reads the image and the empty parameters.
        check(unsafe { init_module(image.as_ptr().cast(), image.len() as c_ulong, c"".as_ptr()) })?;
    }
    Ok(())
}

/// Mounts the file system for temporary files: the disk if there is one, and otherwise a tmpfs.
fn temporary_files() -> io::Result<()> {
    fs::create_dir_all("/tmp")?;
    if !fs::exists("/vm/ext4")? {
        return mount_at(c"tmpfs", c"/tmp", c"tmpfs", 0, c"mode=1777");
    }
    // The kernel detects the disk in the background.
    let deadline = Instant::now() + Duration::from_secs(60);
    while !fs::exists("/dev/nvme0n1")? && Instant::now() < deadline {
        sleep(Duration::from_millis(10));
    }
    mount_at(c"/dev/nvme0n1", c"/tmp", c"ext4", 0, c"errors=continue")?;
    fs::set_permissions("/tmp", fs::Permissions::from_mode(0o1777))
}

/// Starts the program and waits until it terminates. Also reaps all other processes that terminate
/// before the program.
fn run(marker: &str) -> io::Result<ExitStatus> {
    let args = strings("/vm/args")?;
    let mut program = Command::new(&args[0]);
    program.args(&args[1..]).stdin(Stdio::null()).env_clear();
    for variable in strings("/vm/env")? {
        let mut halves = variable.as_bytes().splitn(2, |&byte| byte == b'=');
        let name = halves.next().unwrap_or_default();
        let value = halves.next().unwrap_or_default();
        program.env(OsStr::from_bytes(name), OsStr::from_bytes(value));
    }
    if let Ok(user) = fs::read_to_string("/vm/user") {
        let id = user.parse().map_err(io::Error::other)?;
        // `std` also drops the supplementary groups, because this process runs as root.
        program.uid(id).gid(id);
    }
    print(&format!("{marker} start\n"));
    let pid = program.spawn()?.id();
    loop {
        let mut status = 0;
        // SAFETY: `status` is valid for writes, and no other part of this program waits.
        let reaped = check(unsafe { waitpid(-1, &mut status, 0) })?;
        if reaped as u32 == pid {
            return Ok(ExitStatus::from_raw(status));
        }
    }
}

/// Returns the NUL-terminated strings of a file.
fn strings(path: &str) -> io::Result<Vec<OsString>> {
    let bytes = fs::read(path)?;
    let terminated = bytes.split_inclusive(|&byte| byte == 0);
    Ok(terminated.map(|text| OsStr::from_bytes(&text[..text.len() - 1]).to_owned()).collect())
}

/// Moves a bind mount of the folder `/root` on top of the initial root file system, which cannot be
/// unmounted and does not support `pivot_root`.
fn real_root() -> io::Result<()> {
    mount_at(c"/", c"/root", c"", MS_BIND, c"")?;
    std::env::set_current_dir("/root")?;
    mount_at(c".", c"/", c"", MS_MOVE, c"")?;
    // SAFETY: the path is a NUL-terminated string.
    check(unsafe { chroot(c".".as_ptr()) }).map(drop)
}

fn mount_at(
    source: &CStr,
    target: &CStr,
    kind: &CStr,
    flags: c_ulong,
    options: &CStr,
) -> io::Result<()> {
    let (source, target_path, kind) = (source.as_ptr(), target.as_ptr(), kind.as_ptr());
    // SAFETY: all pointers refer to NUL-terminated strings that outlive the call.
    let done = unsafe { mount(source, target_path, kind, flags, options.as_ptr().cast()) };
    match check(done) {
        Ok(_) => Ok(()),
        Err(error) => Err(io::Error::other(format!("mount {target:?}: {error}"))),
    }
}

fn loopback_up() -> io::Result<()> {
    /// The kernel's `struct ifreq` with the flags of an interface.
    #[repr(C)]
    struct Request {
        name: [u8; 16],
        flags: u16,
        unused: [u8; 22],
    }
    const AF_INET: c_int = 2;
    const SOCK_DGRAM: c_int = 2;
    const SOCK_CLOEXEC: c_int = 0o2000000;
    const SIOCSIFFLAGS: c_int = 0x8914;
    const UP_AND_RUNNING: u16 = 0x1 | 0x40;
    let mut request = Request { name: [0; 16], flags: UP_AND_RUNNING, unused: [0; 22] };
    request.name[..2].copy_from_slice(b"lo");
    // SAFETY: `socket` receives no pointer. The descriptor is never closed.
    let socket = check(unsafe { socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0) })?;
    // SAFETY: this request reads one `struct ifreq`, 40 bytes, and `request` has its layout.
    check(unsafe { ioctl(socket, SIOCSIFFLAGS, &raw mut request) }).map(drop)
}

/// Disables the output processing of the console, such as the `\r` before each `\n`.
fn plain_console() -> io::Result<()> {
    const TCGETS: c_int = 0x5401;
    const TCSETS: c_int = 0x5402;
    const OPOST: u32 = 1;
    // The kernel's `struct termios` (36 bytes) is shorter than this array; its second word contains
    // the output flags.
    let mut termios = [0_u32; 16];
    // SAFETY: the request writes a `struct termios`, 36 bytes, and `termios` has 64 bytes.
    check(unsafe { ioctl(1, TCGETS, termios.as_mut_ptr()) })?;
    termios[1] &= !OPOST;
    // SAFETY: the request reads the same 36 bytes, all of them initialized.
    check(unsafe { ioctl(1, TCSETS, termios.as_mut_ptr()) }).map(drop)
}

/// Waits until the console has transmitted all output.
fn drain() {
    const TCSBRK: c_int = 0x5409;
    const ONLY_WAIT: c_long = 1;
    // SAFETY: the argument of the request `TCSBRK` is a number.
    unsafe { ioctl(1, TCSBRK, ONLY_WAIT) };
}

fn print(text: &str) {
    let mut console = io::stdout();
    // A failure to write to the console cannot be reported.
    let _ = console.write_all(text.as_bytes()).and_then(|()| console.flush());
}

/// Converts the result of a C function that returns -1 for an error.
fn check(result: c_int) -> io::Result<c_int> {
    if result == -1 { Err(io::Error::last_os_error()) } else { Ok(result) }
}
