//! Creating a child that runs a closure.

use super::raw;
use super::types::{CloneArgs, CloneFlags, Cloned};
use crate::error::{Call, Errno, Error, Result};
use crate::process::exit_group;

/// Creates a child process that runs a closure, and exits with the status that the closure returns.
///
/// The function calls [`clone3`](raw::clone3). If `clone3` fails, for example because the seccomp
/// filter of a container rejects it, the function calls [`clone`](raw::clone()) if no argument
/// requires `clone3`. The caller waits for the child, for example with
/// [`wait`](crate::process::wait).
///
/// To execute a program, use [`Command`](crate::process::Command), which is safe.
///
/// # Safety
///
/// The requirements of [`raw::clone3`](crate::process::raw::clone3) apply to the closure. In
/// particular:
///
/// - The closure must not unwind.
/// - Without `VM`, the child has a copy of the memory, in which other threads do not exist: the
///   closure must not acquire a lock that another thread can have locked. The allocator, standard
///   output and `std::env` have locks.
/// - With `VM`, the closure must not use thread-local variables, and must therefore call no
///   function of a C library and few functions of `std`. It shares all data with the parent.
/// - With `VM` and without `VFORK`, `args` must contain a stack, and the closure must exist until
///   the child has terminated or has executed a program.
/// - In a program with a C library, code in the child must not rely on state that the library keeps
///   for the calling thread, such as a cached thread ID. The functions of this crate cache no IDs.
///
/// # Errors
///
/// - `EINVAL`: the flags contain `THREAD`, because the exit of the closure would terminate the
///   process.
///
/// The function also fails with the errors of [`raw::clone3`](crate::process::raw::clone3).
///
/// # Examples
///
/// ```
/// use butter::process::{self, CloneArgs, CloneFlags, WaitFlags, WaitId};
///
/// # fn main() -> butter::Result<()> {
/// let parent = process::getpid();
/// let mut child = || i32::from(process::getppid() != Some(parent));
/// // SAFETY: the closure makes one system call, and uses a copy of the memory.
/// let child = unsafe { process::clone_with(&CloneArgs::new(CloneFlags::empty()), &mut child) }?;
/// let status = process::wait(WaitId::Pid(child.pid), WaitFlags::EXITED)?;
/// assert!(status.exit_status().success());
/// # Ok(())
/// # }
/// ```
#[doc(alias = "clone")]
#[doc(alias = "clone3")]
#[doc(alias = "fork")]
#[doc(alias = "vfork")]
#[inline]
pub unsafe fn clone_with<F: FnMut() -> i32>(
    args: &CloneArgs<'_>,
    closure: &mut F,
) -> Result<Cloned> {
    if args.flags.contains(CloneFlags::THREAD) {
        return Err(Error::new(Call::CLONE3, Errno::INVAL));
    }
    let data = core::ptr::from_mut(closure).cast();
    // SAFETY: `run` calls the closure, which exists as long as the child uses it, and exits. The
    // other requirements are upheld by the caller.
    let created = unsafe { raw::clone3(args, run::<F>, data) };
    let Err(error) = created else { return created };
    if raw::requires_clone3(args) {
        return created;
    }
    // SAFETY: as above.
    let created = unsafe { raw::clone(args, run::<F>, data) };
    created.map_err(|second| if second.is(error.errno()) { error } else { second })
}

/// Runs a closure in the child.
///
/// # Safety
///
/// `closure` must point to an `F`, which no other code uses.
unsafe extern "C-unwind" fn run<F: FnMut() -> i32>(closure: *mut ()) -> ! {
    // SAFETY: upheld by the caller.
    let closure = unsafe { &mut *closure.cast::<F>() };
    exit_group(closure())
}
