//! Ancillary data to send.

use core::fmt;
use core::marker::PhantomData;

use super::Ucred;
use super::decode::{Cmsghdr, HEADER_SIZE, align};
use crate::fd::{AsRawFd, BorrowedFd};
use crate::net::numbers::{SCM_CREDENTIALS, SCM_RIGHTS, SOL_SOCKET};
use crate::net::plain;

/// A control message to send.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum SendAncillaryMessage<'m, 'fd> {
    /// `SCM_RIGHTS`: up to 253 descriptors, of which the receiver gets duplicates.
    #[doc(alias = "SCM_RIGHTS")]
    ScmRights(&'m [BorrowedFd<'fd>]),
    /// `SCM_CREDENTIALS`: credentials, which the kernel checks: a process without capabilities can
    /// send only its process ID, and one of its user IDs and group IDs.
    #[doc(alias = "SCM_CREDENTIALS")]
    ScmCredentials(Ucred),
}

/// A buffer of ancillary data to send.
///
/// The buffer borrows the descriptors that are added to it. A message of 253 descriptors requires
/// `ancillary_space(4 * 253)` bytes.
///
/// ```
/// use std::io::IoSlice;
///
/// use butter::fd::AsFd;
/// use butter::net::{self, AddressFamily, SendAncillaryBuffer, SendAncillaryMessage};
/// use butter::net::{SendFlags, SendMessage, SocketType, ancillary_space};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let (socket, _peer) = net::socketpair(AddressFamily::UNIX, SocketType::STREAM, None)?;
/// let file = std::fs::File::open("/proc/self/status")?;
///
/// let mut buffer = [0; ancillary_space(4)];
/// let mut ancillary = SendAncillaryBuffer::new(&mut buffer);
/// assert!(ancillary.push(SendAncillaryMessage::ScmRights(&[file.as_fd()])));
/// let slices = [IoSlice::new(b"status")];
/// let message = SendMessage::new(&slices).with_ancillary(&ancillary);
/// assert_eq!(net::sendmsg(&socket, &message, SendFlags::NOSIGNAL)?, 6);
/// # Ok(())
/// # }
/// ```
#[doc(alias("cmsghdr", "msg_control"))]
pub struct SendAncillaryBuffer<'b, 'fd> {
    buffer: &'b mut [u8],
    length: usize,
    of: PhantomData<BorrowedFd<'fd>>,
}

impl<'b, 'fd> SendAncillaryBuffer<'b, 'fd> {
    /// Creates an empty buffer, which uses the given bytes.
    #[inline]
    pub const fn new(buffer: &'b mut [u8]) -> Self {
        Self { buffer, length: 0, of: PhantomData }
    }

    /// Adds a control message. Returns `false` if the buffer is too small for it, in which case the
    /// buffer does not change.
    #[must_use]
    pub fn push(&mut self, message: SendAncillaryMessage<'_, 'fd>) -> bool {
        match message {
            SendAncillaryMessage::ScmRights(fds) => {
                let numbers = self.reserve(SOL_SOCKET, SCM_RIGHTS, size_of_val(fds));
                numbers.is_some_and(|numbers| {
                    for (number, fd) in numbers.chunks_exact_mut(4).zip(fds) {
                        number.copy_from_slice(&fd.as_raw_fd().to_ne_bytes());
                    }
                    true
                })
            }
            SendAncillaryMessage::ScmCredentials(ucred) => {
                self.push_data(SOL_SOCKET, SCM_CREDENTIALS, plain::bytes_of(&ucred))
            }
        }
    }

    /// Adds a control message of any type. Returns `false` if the buffer is too small for it, in
    /// which case the buffer does not change.
    ///
    /// # Safety
    ///
    /// If the data contains numbers of descriptors, the descriptors must stay open for `'fd`. If it
    /// contains addresses of memory, as the messages of RDS do, the kernel must be permitted to
    /// access this memory.
    #[must_use]
    pub unsafe fn push_bytes(&mut self, level: u32, kind: u32, data: &[u8]) -> bool {
        self.push_data(level, kind, data)
    }

    fn push_data(&mut self, level: u32, kind: u32, data: &[u8]) -> bool {
        let target = self.reserve(level, kind, data.len());
        target.is_some_and(|target| {
            // Unlike `copy_from_slice`, the loop contains no panic.
            target.iter_mut().zip(data).for_each(|(target, byte)| *target = *byte);
            true
        })
    }

    /// Adds a header, and returns the bytes after it.
    fn reserve(&mut self, level: u32, kind: u32, length: usize) -> Option<&mut [u8]> {
        let start = align(self.length);
        let end = start.checked_add(HEADER_SIZE)?.checked_add(length)?;
        let (header, data) =
            self.buffer.get_mut(start..end)?.split_first_chunk_mut::<HEADER_SIZE>()?;
        let new = Cmsghdr { length: (HEADER_SIZE + length) as u64, level, kind };
        header.copy_from_slice(plain::bytes_of(&new));
        self.length = end;
        Some(data)
    }

    /// Removes all control messages.
    #[inline]
    pub const fn clear(&mut self) {
        self.length = 0;
    }

    /// Returns the bytes of the control messages.
    #[inline]
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.buffer.get(..self.length).unwrap_or_default()
    }
}

/// Prints the control messages.
impl fmt::Debug for SendAncillaryBuffer<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(super::decode_ancillary(self.as_bytes())).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{Gid, Pid, Uid};
    use crate::net::{ControlMessage, decode_ancillary};

    #[test]
    fn push_adds_messages_until_the_buffer_is_full() {
        let ucred = Ucred::new(Pid::from_raw(1).unwrap(), Uid::from_raw(2), Gid::from_raw(3));
        let credentials = || SendAncillaryMessage::ScmCredentials(ucred);
        let bytes = [1_u32, 2, 3].map(u32::to_ne_bytes).concat();
        for size in 0..100 {
            let mut buffer = vec![0xFF; size];
            let mut ancillary = SendAncillaryBuffer::new(&mut buffer);
            let mut count = 0;
            while ancillary.push(credentials()) {
                count += 1;
            }
            // The padding after the last message is not needed.
            assert_eq!(count, (size + 4) / 32, "{size}");
            let expected = ControlMessage { level: 1, kind: 2, data: &bytes };
            assert_eq!(decode_ancillary(ancillary.as_bytes()).count(), count);
            assert!(decode_ancillary(ancillary.as_bytes()).all(|message| message == expected));
            ancillary.clear();
            assert_eq!(ancillary.as_bytes(), []);
            assert_eq!(format!("{ancillary:?}"), "[]");
        }
    }

    #[test]
    fn push_bytes_adds_unknown_messages_unchanged() {
        let mut buffer = [0xFF; 64];
        let mut ancillary = SendAncillaryBuffer::new(&mut buffer);
        // SAFETY: the data contains neither descriptors nor addresses.
        assert!(unsafe { ancillary.push_bytes(17, 103, b"abc") });
        assert!(ancillary.push(SendAncillaryMessage::ScmRights(&[])));
        let messages: Vec<_> = decode_ancillary(ancillary.as_bytes()).collect();
        let first = ControlMessage { level: 17, kind: 103, data: b"abc" };
        assert_eq!(messages, [first, ControlMessage { level: 1, kind: 1, data: b"" }]);
    }
}
