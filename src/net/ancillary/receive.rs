//! Received ancillary data.

use core::fmt;
use core::iter::FusedIterator;

use super::decode::{ControlMessage, decode_ancillary};
use super::ucred::Ucred;
use crate::error::Errno;
use crate::fd::{OwnedFd, owned};
use crate::net::numbers::{SCM_CREDENTIALS, SCM_PIDFD, SCM_RIGHTS, SOL_SOCKET};
use crate::net::plain;

/// A received control message.
#[derive(Debug)]
#[non_exhaustive]
pub enum RecvAncillaryMessage<'a> {
    /// `SCM_RIGHTS`: descriptors.
    #[doc(alias = "SCM_RIGHTS")]
    ScmRights(Rights<'a>),
    /// `SCM_CREDENTIALS`: the credentials of the sender, if the socket has the option
    /// [`SO_PASSCRED`](crate::net::sockopt::set_socket_passcred).
    #[doc(alias = "SCM_CREDENTIALS")]
    ScmCredentials(Ucred),
    /// `SCM_PIDFD`: a pidfd of the sender, if the socket has the option
    /// [`SO_PASSPIDFD`](crate::net::sockopt::set_socket_passpidfd); or the errno with which the
    /// kernel could not create it.
    #[doc(alias = "SCM_PIDFD")]
    ScmPidfd(Result<OwnedFd, Errno>),
    /// Any other control message.
    Other(ControlMessage<'a>),
}

/// An iterator over the control messages of a received message, which
/// [`RecvMessage::ancillary`](crate::net::RecvMessage::ancillary) returns.
///
/// The descriptors of the messages that the iterator has not returned are closed when the
/// [`RecvMessage`](crate::net::RecvMessage) is dropped or used again.
pub struct RecvAncillary<'a> {
    /// All received control messages.
    control: &'a [u8],
    /// The offset of the first control message that has not been returned.
    read: &'a mut u32,
}

impl<'a> RecvAncillary<'a> {
    /// Creates the iterator.
    ///
    /// # Safety
    ///
    /// The kernel must have written the control messages from the offset `read`, and their
    /// descriptors must have no other owner.
    #[inline]
    pub(in crate::net) unsafe fn new(control: &'a [u8], read: &'a mut u32) -> Self {
        Self { control, read }
    }
}

impl<'a> Iterator for RecvAncillary<'a> {
    type Item = RecvAncillaryMessage<'a>;

    #[inline]
    fn next(&mut self) -> Option<RecvAncillaryMessage<'a>> {
        let mut messages = decode_ancillary(self.control.get(*self.read as usize..)?);
        let Some(message) = messages.next() else {
            // Nothing after an invalid header is a control message.
            *self.read = self.control.len() as u32;
            return None;
        };
        // The message counts as returned before it takes ownership of descriptors.
        *self.read = (self.control.len() - messages.rest().len()) as u32;
        Some(match (message.level, message.kind) {
            (SOL_SOCKET, SCM_RIGHTS) => {
                RecvAncillaryMessage::ScmRights(Rights { numbers: message.data })
            }
            (SOL_SOCKET, SCM_CREDENTIALS) => match plain::read(message.data) {
                Some(ucred) => RecvAncillaryMessage::ScmCredentials(ucred),
                None => RecvAncillaryMessage::Other(message),
            },
            (SOL_SOCKET, SCM_PIDFD) => match plain::read::<i32>(message.data) {
                // SAFETY: a new descriptor, which the kernel has stored in this message alone.
                Some(number @ 0..) => RecvAncillaryMessage::ScmPidfd(Ok(unsafe { owned(number) })),
                Some(number) => match Errno::from_raw(number.wrapping_neg()) {
                    Some(errno) => RecvAncillaryMessage::ScmPidfd(Err(errno)),
                    None => RecvAncillaryMessage::Other(message),
                },
                None => RecvAncillaryMessage::Other(message),
            },
            _ => RecvAncillaryMessage::Other(message),
        })
    }
}

impl FusedIterator for RecvAncillary<'_> {}

/// Prints the number of bytes that have not been returned.
impl fmt::Debug for RecvAncillary<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rest = self.control.len().saturating_sub(*self.read as usize);
        f.debug_struct("RecvAncillary").field("rest", &rest).finish()
    }
}

/// The descriptors of a control message. Descriptors that the iterator has not returned are closed
/// on drop.
#[doc(alias = "SCM_RIGHTS")]
pub struct Rights<'a> {
    /// The numbers of the descriptors that this value owns.
    numbers: &'a [u8],
}

impl Iterator for Rights<'_> {
    type Item = OwnedFd;

    #[inline]
    fn next(&mut self) -> Option<OwnedFd> {
        let (number, rest) = self.numbers.split_first_chunk()?;
        self.numbers = rest;
        match i32::from_ne_bytes(*number) {
            // SAFETY: a new descriptor, which the kernel has stored in this message. The message is
            // returned once, and so is this number.
            number @ 0.. => Some(unsafe { owned(number) }),
            // The kernel stores no negative numbers.
            _ => None,
        }
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        let count = self.numbers.len() / 4;
        (count, Some(count))
    }
}

impl ExactSizeIterator for Rights<'_> {}
impl FusedIterator for Rights<'_> {}

impl Drop for Rights<'_> {
    #[inline]
    fn drop(&mut self) {
        self.for_each(drop);
    }
}

/// Prints the number of descriptors.
impl fmt::Debug for Rights<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rights").field("count", &self.len()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns a control message with one number.
    fn message(kind: u32, number: i32) -> Vec<u8> {
        let length = 20_u64.to_ne_bytes();
        let numbers = [SOL_SOCKET, kind, number.cast_unsigned(), 0].map(u32::to_ne_bytes);
        [&length[..], &numbers.concat()].concat()
    }

    #[test]
    fn recv_ancillary_takes_no_negative_number_for_a_descriptor() {
        let bytes = [
            message(SCM_PIDFD, -3),
            message(SCM_PIDFD, -5000),
            message(SCM_RIGHTS, -1),
            message(SCM_PIDFD, i32::MIN),
        ]
        .concat();
        let mut read = 0;
        // SAFETY: the control messages contain no descriptors.
        let mut messages = unsafe { RecvAncillary::new(&bytes, &mut read) };
        assert!(matches!(messages.next(), Some(RecvAncillaryMessage::ScmPidfd(Err(Errno::SRCH)))));
        assert!(matches!(messages.next(), Some(RecvAncillaryMessage::Other(_))));
        let Some(RecvAncillaryMessage::ScmRights(mut rights)) = messages.next() else {
            panic!("the third message should have the type SCM_RIGHTS")
        };
        assert!(rights.next().is_none());
        assert!(matches!(messages.next(), Some(RecvAncillaryMessage::Other(_))));
        assert!(messages.next().is_none());
    }
}
