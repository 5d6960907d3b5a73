//! The limit on the memory of the kernel that connections can use.
//!
//! The kernel stores data that a receiver has not read yet in the receive buffer of the socket from
//! which the relay reads, in the pipe, and in the send buffer of the socket to which the relay
//! writes. The sizes of all three are limited, and the sum of the limits of all connections does
//! not exceed the value of `--memory`:
//!
//! - Each connection has small buffers, whose size is reserved when the connection is accepted. If
//!   the memory is exhausted, new connections are not accepted until another connection ends.
//! - The buffers of a direction that transfers more data are enlarged, as long as memory is
//!   available. All enlarged buffers together use at most half of the memory, so that receivers
//!   that do not read cannot prevent other connections.

use std::fs;
use std::os::fd::AsFd;

use butter::net::{raw, sockopt};

/// The capacity of the pipe of a direction, and of the pipe of an enlarged direction.
pub(crate) const SMALL_PIPE: usize = 32 * 1024;
pub(crate) const LARGE_PIPE: usize = 1024 * 1024;

/// The maximum number of idle pipes in each pool.
pub(crate) const MAX_IDLE: usize = 4;

/// The size of a small send buffer, and of an enlarged buffer whose size is fixed. The kernel
/// doubles the values, to account for the memory that manages the data. A smaller send buffer would
/// contain less than two segments of the loopback interface, and the receiver would delay its
/// acknowledgments.
const SMALL_BUFFER: u32 = 64 * 1024;
const LARGE_BUFFER: u32 = 1024 * 1024;

/// The maximum initial size of an enlarged receive buffer that the kernel adapts. With a smaller
/// initial size, a fast transfer takes more time until the kernel has enlarged the buffer.
const INITIAL_RECEIVE: u64 = 4 * 1024 * 1024;

/// `SO_BUF_LOCK`, its bits, and the level of the option.
const SO_BUF_LOCK: u32 = 72;
const SEND_LOCK: u32 = 1;
const RECEIVE_LOCK: u32 = 2;

/// The number of bytes after which a direction is enlarged.
pub(crate) const THRESHOLD: u64 = 64 * 1024;

/// The initial sizes of the buffers of an enlarged direction, before the kernel doubles them.
#[derive(Clone, Copy)]
pub(crate) struct Size {
    send: u32,
    receive: u32,
    /// Whether the kernel adapts the sizes of TCP sockets to the connection, up to the limits in
    /// `net.ipv4.tcp_wmem` and `net.ipv4.tcp_rmem`. This is the default of a socket.
    automatic: bool,
}

pub(crate) struct Memory {
    limit: u64,
    used: u64,
    /// The part of `used` that enlarged buffers use.
    enlarged: u64,
    /// The initial size and the maximum of the receive buffer of a TCP socket, and the maximum of
    /// the send buffer.
    receive: u64,
    max_receive: u64,
    max_send: u64,
}

impl Memory {
    pub(crate) fn new(limit: u64) -> Self {
        let [_, receive, max_receive] = tcp_sizes("rmem").unwrap_or([4096, 131_072, 6 << 20]);
        let [_, _, max_send] = tcp_sizes("wmem").unwrap_or([4096, 16_384, 4 << 20]);
        let used = (MAX_IDLE * (SMALL_PIPE + LARGE_PIPE)) as u64;
        Self { limit, used, enlarged: 0, receive, max_receive, max_send }
    }

    /// Returns the memory of a connection whose directions are not enlarged.
    fn connection(&self) -> u64 {
        2 * (2 * u64::from(SMALL_BUFFER) + self.receive + SMALL_PIPE as u64)
    }

    /// Returns the additional memory of an enlarged direction, whose buffers use up to `buffers`
    /// bytes.
    fn enlargement(&self, buffers: u64) -> u64 {
        (buffers + LARGE_PIPE as u64).saturating_sub(self.connection() / 2).max(1)
    }

    /// Returns whether enough memory is available for a new connection.
    pub(crate) fn permits_connection(&self) -> bool {
        self.used + self.connection() <= self.limit
    }

    /// Returns the lowest limit that permits a connection.
    pub(crate) fn minimum(&self) -> u64 {
        (MAX_IDLE * (SMALL_PIPE + LARGE_PIPE)) as u64 + self.connection()
    }

    pub(crate) fn add_connection(&mut self) {
        self.used += self.connection();
    }

    /// Releases the memory of a connection, and `enlarged` bytes of its enlarged directions.
    pub(crate) fn remove_connection(&mut self, enlarged: u64) {
        self.used -= self.connection() + enlarged;
        self.enlarged -= enlarged;
    }

    /// Reserves memory to enlarge a direction. Returns the size of the buffers and the reserved
    /// memory, or `None` if too little memory is available.
    pub(crate) fn enlarge(&mut self) -> Option<(Size, u64)> {
        let receive = INITIAL_RECEIVE.min(self.max_receive / 2) as u32;
        let automatic = Size { send: (self.max_send / 2) as u32, receive, automatic: true };
        let fixed = Size { send: LARGE_BUFFER, receive: LARGE_BUFFER, automatic: false };
        let sizes = [
            (automatic, self.max_send + self.max_receive, self.limit / 4),
            (fixed, 4 * u64::from(LARGE_BUFFER), self.limit / 2),
        ];
        let (size, bytes) = sizes.into_iter().find_map(|(size, buffers, share)| {
            let bytes = self.enlargement(buffers);
            let fits = self.enlarged + bytes <= share && self.used + bytes <= self.limit;
            fits.then_some((size, bytes))
        })?;
        self.used += bytes;
        self.enlarged += bytes;
        Some((size, bytes))
    }

    /// Sets the small buffers of a connected socket. The receive buffer of a TCP socket keeps its
    /// initial size, because the peer may already use the advertised window. A Unix socket has no
    /// receive buffer: its data is in the send buffer of the peer. An error is ignored, because
    /// the options are valid for every connected socket.
    pub(crate) fn set_small(&self, socket: impl AsFd, tcp: bool) {
        let _ = sockopt::set_socket_sndbuf(socket.as_fd(), SMALL_BUFFER);
        if tcp {
            let _ = sockopt::set_socket_rcvbuf(socket, (self.receive / 2) as u32);
        }
    }
}

/// The buffers of a socket whose sizes are fixed.
#[derive(Clone, Copy)]
pub(crate) struct Buffers {
    tcp: bool,
    locks: u32,
}

impl Buffers {
    pub(crate) fn new(tcp: bool) -> Self {
        Self { tcp, locks: SEND_LOCK | RECEIVE_LOCK }
    }

    pub(crate) fn enlarge_send(&mut self, socket: impl AsFd, size: Size) {
        let _ = sockopt::set_socket_sndbuf(socket.as_fd(), size.send);
        self.unlock(socket, size, SEND_LOCK);
    }

    pub(crate) fn enlarge_receive(&mut self, socket: impl AsFd, size: Size) {
        if self.tcp {
            let _ = sockopt::set_socket_rcvbuf(socket.as_fd(), size.receive);
            self.unlock(socket, size, RECEIVE_LOCK);
        }
    }

    /// Permits the kernel to adapt the size of a buffer. Before Linux 5.14, the size remains fixed.
    fn unlock(&mut self, socket: impl AsFd, size: Size, lock: u32) {
        if self.tcp && size.automatic {
            self.locks &= !lock;
            let (level, locks) = (sockopt::SOL_SOCKET, self.locks.to_ne_bytes());
            // SAFETY: the value of the option is a number, which the kernel reads.
            let _ = unsafe { raw::setsockopt(socket.as_fd(), level, SO_BUF_LOCK, &locks) };
        }
    }
}

/// Reads the minimum, the initial size and the maximum of the buffers of TCP sockets.
fn tcp_sizes(name: &str) -> Option<[u64; 3]> {
    let text = fs::read_to_string(format!("/proc/sys/net/ipv4/tcp_{name}")).ok()?;
    let mut numbers = text.split_whitespace().map(|number| number.parse().ok());
    Some([numbers.next()??, numbers.next()??, numbers.next()??])
}
