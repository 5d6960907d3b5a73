//! A FUSE server in a thread of the test's process: a hostile file system.
//!
//! The server implements the protocol of `/dev/fuse` with `std` and libc, without the tested
//! library. A name that begins with `new` does not exist until it is created as a directory. The
//! names `ns` and `thread-self`, and names that begin with a digit, are directories, so that the
//! server can also be mounted at `/proc`. Every other name is a regular file. A directory returns
//! the entries that the test sets, which are independent of the files that exist.

use std::ffi::CString;
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::AsRawFd;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

/// The size of every regular file, as `fstat` returns it.
pub const FILE_SIZE: u64 = 1 << 20;

/// The number of bytes in the reply to a read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reads {
    /// Replies with as many bytes as requested at any offset, so that the file is endless.
    Endless,
    /// Replies with one byte.
    Single,
    /// Replies with one byte more than requested.
    Excess,
}

/// An `ioctl` request that the server received.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ioctl {
    pub request: u32,
    /// The third argument of `ioctl`.
    pub argument: u64,
    /// The bytes of the caller's memory that the kernel has copied from the address `argument`.
    pub input: Vec<u8>,
    /// The maximum number of bytes that the kernel copies to the address `argument`.
    pub output_size: u32,
}

/// An entry of a directory, as the server returns it.
#[derive(Clone, Debug)]
pub struct Dirent {
    pub inode: u64,
    /// The offset of the next entry.
    pub offset: u64,
    /// The field `d_type`.
    pub kind: u8,
    pub name: Vec<u8>,
}

/// Returns the entry of every directory at an offset, or `None` at the end of the directory.
pub type Entries = fn(u64) -> Option<Dirent>;

struct State {
    reads: Reads,
    entries: Entries,
    /// The number of `FUSE_READDIR` requests.
    readdirs: usize,
    /// The return value of every `ioctl` call, and the bytes that the call writes.
    ioctl: (i32, Vec<u8>),
    ioctls: Vec<Ioctl>,
    rejected: usize,
    /// The number of requests for the attributes of a node.
    attribute_requests: usize,
}

/// A mounted FUSE server. The server stops when its file system is unmounted or the process exits.
pub struct Server(Arc<Mutex<State>>);

impl Server {
    /// Mounts a FUSE server. Returns an error if the host does not support FUSE or does not permit
    /// the mount.
    ///
    /// The calling thread must be in a mount namespace that was created for the test.
    pub fn mount(directory: &Path) -> Result<Self, String> {
        let device = File::options().read(true).write(true).open("/dev/fuse");
        let device = device.map_err(|error| format!("/dev/fuse cannot be opened: {error}"))?;
        // SAFETY: returns a number.
        let (user, group) = (unsafe { libc::geteuid() }, unsafe { libc::getegid() });
        let fd = device.as_raw_fd();
        let options = format!("fd={fd},rootmode=40000,user_id={user},group_id={group}");
        let options = CString::new(options).unwrap();
        let directory = CString::new(crate::bytes(directory)).unwrap();
        let (source, kind) = (c"butter-test".as_ptr(), c"fuse".as_ptr());
        let flags = libc::MS_NOSUID | libc::MS_NODEV;
        // SAFETY: the kernel reads the strings.
        let mounted = unsafe {
            libc::mount(source, directory.as_ptr(), kind, flags, options.as_ptr().cast())
        };
        if mounted != 0 {
            return Err(format!("FUSE cannot be mounted: {}", io::Error::last_os_error()));
        }
        let state = State {
            reads: Reads::Endless,
            entries: |_| None,
            readdirs: 0,
            ioctl: (-libc::ENOTTY, Vec::new()),
            ioctls: Vec::new(),
            rejected: 0,
            attribute_requests: 0,
        };
        let state = Arc::new(Mutex::new(state));
        let connection = Connection { device, state: state.clone(), nodes: 0 };
        thread::spawn(move || connection.serve());
        Ok(Self(state))
    }

    /// Sets the number of bytes in the replies to reads.
    pub fn set_reads(&self, reads: Reads) {
        lock(&self.0).reads = reads;
    }

    /// Sets the function that returns the entries of every directory.
    pub fn set_entries(&self, entries: Entries) {
        lock(&self.0).entries = entries;
    }

    /// Returns the number of `FUSE_READDIR` requests that have arrived.
    pub fn readdirs(&self) -> usize {
        lock(&self.0).readdirs
    }

    /// Sets the return value of every `ioctl` call, and the bytes that the call writes. If the
    /// request number declares a smaller size, only the first bytes are written.
    pub fn set_ioctl(&self, result: i32, output: &[u8]) {
        lock(&self.0).ioctl = (result, output.to_vec());
    }

    /// Returns the `ioctl` requests that arrived since the last call of `take_ioctls`.
    pub fn take_ioctls(&self) -> Vec<Ioctl> {
        std::mem::take(&mut lock(&self.0).ioctls)
    }

    /// Returns the number of requests for the attributes of a node.
    pub fn attribute_requests(&self) -> usize {
        lock(&self.0).attribute_requests
    }

    /// Returns the number of replies that the kernel has rejected as too long.
    pub fn rejected(&self) -> usize {
        lock(&self.0).rejected
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

const LOOKUP: u32 = 1;
const FORGET: u32 = 2;
const GETATTR: u32 = 3;
const MKDIR: u32 = 9;
const OPEN: u32 = 14;
const READ: u32 = 15;
const STATFS: u32 = 17;
const RELEASE: u32 = 18;
const FLUSH: u32 = 25;
const INIT: u32 = 26;
const OPENDIR: u32 = 27;
const READDIR: u32 = 28;
const RELEASEDIR: u32 = 29;
const INTERRUPT: u32 = 36;
const IOCTL: u32 = 39;
const BATCH_FORGET: u32 = 42;

/// The node ID of the root directory. The node IDs of directories are odd, and those of files are
/// even.
const ROOT: u64 = 1;

/// The size of `struct fuse_in_header`, which precedes the body of a request.
const HEADER_SIZE: usize = 40;

struct Connection {
    device: File,
    state: Arc<Mutex<State>>,
    /// The number of nodes without the root directory.
    nodes: u64,
}

impl Connection {
    /// Replies to requests until the file system is unmounted (`ENODEV`).
    fn serve(mut self) {
        // The kernel requires a buffer for `max_write` bytes and the headers of a request.
        let mut buffer = vec![0; (1 << 17) + 4096];
        while let Ok(size) = self.device.read(&mut buffer) {
            let (header, body) = buffer[..size].split_at(HEADER_SIZE);
            let (operation, id, node) = (u32_at(header, 4), u64_at(header, 8), u64_at(header, 16));
            if [FORGET, BATCH_FORGET, INTERRUPT].contains(&operation) {
                continue;
            }
            let (error, body) = match self.answer(operation, node, body) {
                Ok(body) => (0, body),
                Err(errno) => (-errno, Vec::new()),
            };
            let size = 16 + body.len() as u32;
            let reply =
                [&size.to_ne_bytes()[..], &error.to_ne_bytes(), &id.to_ne_bytes(), &body].concat();
            // The state remains locked until a rejected reply is counted: the write wakes the
            // thread that waits for the reply, and that thread may read `rejected` immediately.
            let mut state = lock(&self.state);
            let written = (&self.device).write(&reply);
            if written.is_err_and(|error| error.raw_os_error() == Some(libc::EINVAL)) {
                state.rejected += 1;
            }
        }
    }

    /// Returns the body of the reply to a request, or an errno.
    fn answer(&mut self, operation: u32, node: u64, body: &[u8]) -> Result<Vec<u8>, i32> {
        match operation {
            INIT => Ok(init(body)),
            LOOKUP => {
                let name = body.split_last().map_or(&[][..], |(_nul, name)| name);
                if name.starts_with(b"new") {
                    return Err(libc::ENOENT);
                }
                let is_directory = matches!(name, b"ns" | b"thread-self" | [b'0'..=b'9', ..]);
                Ok(self.entry(is_directory))
            }
            MKDIR => Ok(self.entry(true)),
            // A timeout of 0 seconds prevents the kernel from caching the attributes.
            GETATTR => {
                lock(&self.state).attribute_requests += 1;
                Ok([vec![0; 16], attributes(node)].concat())
            }
            // The reply contains the file handle 0 and `FOPEN_DIRECT_IO`: reads bypass the page
            // cache.
            OPEN => Ok([0_u64, 1].map(u64::to_ne_bytes).concat()),
            OPENDIR => Ok(vec![0; 16]),
            READ => {
                let size = u32_at(body, 16) as usize;
                let size = match lock(&self.state).reads {
                    Reads::Endless => size,
                    Reads::Single => 1,
                    Reads::Excess => size + 1,
                };
                Ok(vec![b'7'; size])
            }
            READDIR => {
                let (mut offset, size) = (u64_at(body, 8), u32_at(body, 16) as usize);
                let mut state = lock(&self.state);
                state.readdirs += 1;
                let mut reply = Vec::new();
                while let Some(entry) = (state.entries)(offset) {
                    let bytes = dirent(&entry);
                    if reply.len() + bytes.len() > size {
                        break;
                    }
                    reply.extend(bytes);
                    offset = entry.offset;
                }
                Ok(reply)
            }
            // The reply to `FUSE_STATFS` has no field for the type of the file system.
            STATFS => Ok(vec![0xFF; 80]),
            IOCTL => {
                let mut state = lock(&self.state);
                let (input_size, output_size) = (u32_at(body, 24) as usize, u32_at(body, 28));
                state.ioctls.push(Ioctl {
                    request: u32_at(body, 12),
                    argument: u64_at(body, 16),
                    input: body[32..32 + input_size].to_vec(),
                    output_size,
                });
                let (result, output) = &state.ioctl;
                let output = &output[..output.len().min(output_size as usize)];
                Ok([&result.to_ne_bytes()[..], &[0; 12], output].concat())
            }
            RELEASE | RELEASEDIR | FLUSH => Ok(Vec::new()),
            _ => Err(libc::ENOSYS),
        }
    }

    /// Returns a `struct fuse_entry_out` for a new node, which the kernel may not cache.
    fn entry(&mut self, is_directory: bool) -> Vec<u8> {
        self.nodes += 1;
        let node = 2 * self.nodes + u64::from(is_directory);
        [node.to_ne_bytes().to_vec(), vec![0; 32], attributes(node)].concat()
    }
}

/// Returns a `struct fuse_init_out` of protocol version 7.31. It permits more than one page per
/// request, because the kernel otherwise limits names to 1,024 bytes.
fn init(body: &[u8]) -> Vec<u8> {
    const BIG_WRITES: u32 = 1 << 5;
    const MAX_PAGES: u32 = 1 << 22;
    let flags = u32_at(body, 12) & (BIG_WRITES | MAX_PAGES);
    let (background, congestion) = (16_u16, 12_u16);
    let (max_write, granularity, max_pages) = (1_u32 << 17, 1_u32, 32_u16);
    let words = [7_u32, 31, 0, flags].map(u32::to_ne_bytes).concat();
    let limits = [background, congestion].map(u16::to_ne_bytes).concat();
    let mut out = [words, limits, [max_write, granularity].map(u32::to_ne_bytes).concat()].concat();
    out.extend(max_pages.to_ne_bytes());
    out.resize(64, 0);
    out
}

/// Returns the `struct fuse_attr` of a node.
fn attributes(node: u64) -> Vec<u8> {
    let is_directory = node % 2 == ROOT % 2;
    let mode: u32 = if is_directory { libc::S_IFDIR | 0o755 } else { libc::S_IFREG | 0o666 };
    let size = if is_directory { 0 } else { FILE_SIZE };
    // SAFETY: returns a number.
    let (user, group) = (unsafe { libc::geteuid() }, unsafe { libc::getegid() });
    let numbers = [node, size, 0, 0, 0, 0].map(u64::to_ne_bytes).concat();
    let times = [0_u32; 3].map(u32::to_ne_bytes).concat();
    let rest = [mode, 1, user, group, 0, 4096, 0].map(u32::to_ne_bytes).concat();
    [numbers, times, rest].concat()
}

/// Returns the `struct fuse_dirent` of an entry.
fn dirent(entry: &Dirent) -> Vec<u8> {
    let mut bytes = [entry.inode, entry.offset].map(u64::to_ne_bytes).concat();
    bytes.extend((entry.name.len() as u32).to_ne_bytes());
    bytes.extend(u32::from(entry.kind).to_ne_bytes());
    bytes.extend(&entry.name);
    bytes.resize(bytes.len().next_multiple_of(8), 0);
    bytes
}

fn u32_at(bytes: &[u8], offset: usize) -> u32 {
    u32::from_ne_bytes(bytes[offset..offset + 4].try_into().unwrap())
}

fn u64_at(bytes: &[u8], offset: usize) -> u64 {
    u64::from_ne_bytes(bytes[offset..offset + 8].try_into().unwrap())
}
