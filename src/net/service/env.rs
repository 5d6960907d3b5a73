//! The environment variables of service managers.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;

use super::listen::ListenFds;
use super::notify::notify;
use crate::error::Result;
use crate::fd::OwnedFd;

/// Notifies the service manager of the state of the service like [`notify`], through the socket in
/// the environment variable `NOTIFY_SOCKET`. Returns `false` if the variable is not set.
///
/// # Errors
///
/// - The errors of [`notify`].
#[doc(alias("NOTIFY_SOCKET", "sd_notify"))]
pub fn notify_env(state: &[u8]) -> Result<bool> {
    match variable("NOTIFY_SOCKET") {
        Some(socket) => notify(&socket[..], state).map(|()| true),
        None => Ok(false),
    }
}

/// Returns the descriptors that the service manager has opened for this process, from the
/// environment variables `LISTEN_PID`, `LISTEN_FDS` and `LISTEN_FDNAMES`. The result contains each
/// descriptor with its name. It is an empty vector if the variables are not set, or are set for
/// another process.
///
/// The function does not remove the variables: a child has another process ID, and ignores them.
///
/// # Errors
///
/// - The errors of [`ListenFds::new`].
///
/// # Safety
///
/// The descriptors from 3 must have no other owner: call this function once, before the program
/// opens descriptors.
#[doc(alias("LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES", "sd_listen_fds_with_names"))]
pub unsafe fn listen_fds_env() -> Result<Vec<(OwnedFd, Vec<u8>)>> {
    let (Some(pid), Some(count)) = (variable("LISTEN_PID"), variable("LISTEN_FDS")) else {
        return Ok(Vec::new());
    };
    let names = variable("LISTEN_FDNAMES");
    // SAFETY: upheld by the caller.
    let fds = unsafe { ListenFds::new(&pid, &count, names.as_deref()) }?;
    Ok(fds.map(|(fd, name)| (fd, name.as_bytes().to_vec())).collect())
}

fn variable(name: &str) -> Option<Vec<u8>> {
    std::env::var_os(name).map(OsString::into_vec)
}
