//! Numbers of the kernel that several calls on sockets share.

/// The size of `struct sockaddr_storage`: the maximum size in bytes of an address.
pub(super) const STORAGE_SIZE: usize = 128;

/// The protocol level of the options and control messages that all sockets support.
pub(super) const SOL_SOCKET: u32 = 1;

pub(super) const SCM_RIGHTS: u32 = 1;
pub(super) const SCM_CREDENTIALS: u32 = 2;
pub(super) const SCM_PIDFD: u32 = 4;
