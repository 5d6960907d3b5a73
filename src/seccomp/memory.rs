//! Reading the memory of the target of a notification.

use core::ffi::CStr;
use core::mem::MaybeUninit;

use super::{Delivery, Listener, NotificationId};
use crate::error::Result;
use crate::ids::Tid;
use crate::process::raw::process_vm_readv;

/// The memory of the target of a notification, which [`Listener::memory`] returns.
///
/// After each read, the methods check that the target still waits for the response. Otherwise, the
/// bytes may belong to another process that has got the same thread ID, and are not returned.
///
/// Other threads of the target can change the memory at any time: read each piece of memory only
/// once, and do not respond with [`Listener::respond_continue`] because of its contents.
#[derive(Clone, Copy, Debug)]
pub struct TargetMemory<'l> {
    listener: &'l Listener,
    id: NotificationId,
    thread: Tid,
}

/// The smallest page size.
const PAGE_SIZE: u64 = 4096;

impl<'l> TargetMemory<'l> {
    pub(super) const fn new(listener: &'l Listener, id: NotificationId, thread: Tid) -> Self {
        Self { listener, id, thread }
    }

    /// Reads from an address in the target. Returns the part of the buffer that was read, which is
    /// smaller than the buffer if the memory is readable only up to a page.
    ///
    /// # Errors
    ///
    /// - `EFAULT`: the memory at the address is not readable.
    /// - `EPERM`: the caller may not access the target (`PTRACE_MODE_ATTACH_REALCREDS`).
    #[doc(alias = "process_vm_readv")]
    pub fn read(self, address: u64, buffer: &mut [u8]) -> Result<Delivery<&[u8]>> {
        // SAFETY: the kernel writes only initialized bytes, so the slice remains initialized.
        let uninit = unsafe { &mut *(core::ptr::from_mut(buffer) as *mut [MaybeUninit<u8>]) };
        let count = process_vm_readv(self.thread, uninit, address);
        // An error is also that of another process if the thread ID was reused.
        if !self.listener.is_valid(self.id)? {
            return Ok(Delivery::TargetGone);
        }
        Ok(match Delivery::new(count)? {
            Delivery::Done(count) => Delivery::Done(buffer.get(..count).unwrap_or_default()),
            Delivery::TargetGone => Delivery::TargetGone,
        })
    }

    /// Reads a string that ends with a NUL byte, such as a path, from an address in the target.
    /// Returns `None` if the buffer is too small for the string. A path of a system call has at
    /// most [`PATH_MAX`](crate::path::PATH_MAX) bytes, including the NUL byte.
    ///
    /// # Errors
    ///
    /// - The errors of [`read`](Self::read).
    pub fn read_c_str(self, address: u64, buffer: &mut [u8]) -> Result<Delivery<Option<&CStr>>> {
        let mut length = 0;
        while let Some(rest) = buffer.get_mut(length..)
            && !rest.is_empty()
        {
            // The memory may end with the page in which the string ends.
            let start = address.wrapping_add(length as u64);
            let in_page = (PAGE_SIZE - start % PAGE_SIZE) as usize;
            let part = rest.len().min(in_page);
            match self.read(start, rest.get_mut(..part).unwrap_or_default())? {
                Delivery::TargetGone => return Ok(Delivery::TargetGone),
                Delivery::Done(bytes) if bytes.contains(&0) => {
                    return Ok(Delivery::Done(CStr::from_bytes_until_nul(buffer).ok()));
                }
                Delivery::Done([]) => break,
                Delivery::Done(bytes) => length += bytes.len(),
            }
        }
        Ok(Delivery::Done(None))
    }
}
