//! Creating the child of a command.

use core::mem::ManuallyDrop;

use super::builder::Command;
use super::child::{self, Plan};
use super::error::{Failure, SpawnError, SpawnStage};
use super::handle::Child;
use super::raw as channel;
use super::stdio::Ends;
use crate::error::{Call, Errno, Error, Result};
use crate::fd::{AsFd, AsRawFd, OwnedFd};
use crate::ids::Pid;
use crate::io;
use crate::namespace::{Namespaces, Task};
use crate::net::raw::sendto_peer;
use crate::net::{AddressFamily, SendFlags, SocketType, socketpair};
use crate::process::{CloneArgs, CloneFlags, Cloned, ExitStatus, WaitFlags, WaitId, raw};
use crate::signal::raw::rt_sigprocmask;
use crate::signal::{How, SigSet, Signal};

// The compiler assumes that functions of other modules can unwind. `ManuallyDrop` prevents that the
// drop of descriptors requires an unwinder, which a program without `std` lacks.

impl<'c> Command<'c> {
    /// Creates the child, and returns after it has executed the program.
    ///
    /// The function makes 4 system calls in the parent and the child before `execve`. It waits for
    /// the child to execute its program, which usually takes less than a millisecond.
    ///
    /// In a program with several threads, all threads except the calling one continue to run.
    ///
    /// # Errors
    ///
    /// The error contains the call that failed in the parent or in the child, its errno, the stage
    /// of the spawn, and the path that the call received. If the spawn fails, no child remains.
    #[doc(alias("clone3", "clone", "vfork", "fork", "execve", "posix_spawn"))]
    pub fn spawn(&self) -> Result<Child, SpawnError<'c>> {
        self.try_spawn().map_err(|failure| self.error(failure))
    }

    /// Spawns the program, waits for it, and returns its wait status.
    ///
    /// # Errors
    ///
    /// The errors of [`spawn`](Self::spawn) and of [`Child::wait`].
    #[doc(alias = "system")]
    pub fn status(&self) -> Result<ExitStatus, SpawnError<'c>> {
        let mut child = ManuallyDrop::new(self.spawn()?);
        let status = child.wait();
        drop(ManuallyDrop::into_inner(child));
        status.map_err(|error| self.error(Failure::new(SpawnStage::Wait, error)))
    }

    #[cold]
    fn error(&self, failure: Failure) -> SpawnError<'c> {
        let path = match failure.stage {
            SpawnStage::Step(index) => self.steps().get(index).and_then(|step| step.path),
            SpawnStage::Exec => self.path(),
            _ => None,
        };
        SpawnError::new(failure, path)
    }

    fn try_spawn(&self) -> Result<Child, Failure> {
        let at = |stage| move |error: Error| Failure::new(stage, error);
        if self.is_full {
            return Err(at(SpawnStage::Prepare)(Error::new(Call::EXECVE, Errno::TOOBIG)));
        }
        let [stdin, stdout, stderr] = self.stdio;
        let ends = ManuallyDrop::new([
            Ends::open(stdin, true).map_err(at(SpawnStage::Prepare))?,
            Ends::open(stdout, false).map_err(at(SpawnStage::Prepare))?,
            Ends::open(stderr, false).map_err(at(SpawnStage::Prepare))?,
        ]);
        let [stdin, stdout, stderr] = &*ends;
        let mut plan = Plan {
            command: self,
            stdio: [stdin.number, stdout.number, stderr.number],
            channel: None,
            waits: false,
            resets_handlers: false,
            failure: None,
        };
        let has_own_memory = self.needs_own_memory
            || self.maps.is_some()
            || self.namespaces.contains(Namespaces::TIME);
        let created = if has_own_memory {
            self.create_with_own_memory(&mut plan)
        } else {
            let created = self.create(&mut plan, CloneFlags::VM.union(CloneFlags::VFORK));
            created.map_err(at(SpawnStage::Clone)).and_then(|cloned| match plan.failure {
                Some(failure) => Err(reap(cloned, failure)),
                None => Ok(cloned),
            })
        };
        // Closes the descriptors of the child. The compiler assumes that `array::map` can unwind.
        let [stdin, stdout, stderr] = ManuallyDrop::into_inner(ends);
        let ends = [stdin.parent, stdout.parent, stderr.parent];
        Ok(Child::new(created?, self.kills_on_drop, ends))
    }

    /// Creates a child with a copy of the memory. The child reports a failure through a channel,
    /// which `execve` closes.
    #[inline(never)]
    fn create_with_own_memory(&self, plan: &mut Plan<'_, '_>) -> Result<Cloned, Failure> {
        let at = |stage| move |error: Error| Failure::new(stage, error);
        // The sockets preserve the boundaries of messages.
        let (family, socket_type) = (AddressFamily::UNIX, SocketType::SEQPACKET);
        let pair = socketpair(family, socket_type, None).map_err(at(SpawnStage::Prepare))?;
        let (parent, child) = (ManuallyDrop::new(pair.0), ManuallyDrop::new(pair.1));
        plan.channel = Some([child.as_raw_fd(), parent.as_raw_fd()]);
        plan.waits = self.maps.is_some();
        let created = self.create(plan, CloneFlags::empty()).map_err(at(SpawnStage::Clone));
        drop(ManuallyDrop::into_inner(child));
        let created = created.map(ManuallyDrop::new);
        let failure = match &created {
            Ok(cloned) => self.continue_and_receive(cloned.pid, &parent),
            Err(_) => None,
        };
        // If the ID maps could not be written, the child reads the end of the channel, and exits.
        drop(ManuallyDrop::into_inner(parent));
        let cloned = ManuallyDrop::into_inner(created?);
        match failure {
            Some(failure) => Err(reap(cloned, failure)),
            None => Ok(cloned),
        }
    }

    /// Writes the ID maps of a child, and receives its failure. Returns `None` if the child has
    /// executed its program.
    fn continue_and_receive(&self, child: Pid, parent: &OwnedFd) -> Option<Failure> {
        if let Some(maps) = self.maps {
            let at = SpawnStage::IdMaps;
            if let Err(error) = maps.write(Task::Process(child)) {
                return Some(Failure::new(at, error));
            }
            // The child continues. If it has terminated, the call fails without `SIGPIPE`.
            if let Err(error) = sendto_peer(parent.as_fd(), &[1], SendFlags::NOSIGNAL) {
                return Some(Failure::new(at, error));
            }
        }
        match io::retry(|| channel::receive_failure(parent.as_fd())) {
            Ok(failure) => failure,
            Err(error) => Some(Failure::new(SpawnStage::Clone, error)),
        }
    }

    /// Calls `clone3`, or `clone` if `clone3` fails and nothing requires it.
    #[inline]
    fn create(&self, plan: &mut Plan<'_, '_>, memory: CloneFlags) -> Result<Cloned> {
        let mut flags = memory.union(CloneFlags::CLEAR_SIGHAND);
        flags.insert(CloneFlags::from_bits_retain(self.namespaces.bits().into()));
        flags.set(CloneFlags::PIDFD, self.has_pidfd);
        flags.set(CloneFlags::INTO_CGROUP, self.cgroup.is_some());
        let mut args = CloneArgs::new(flags);
        args.cgroup = self.cgroup;
        let data = core::ptr::from_mut(plan).cast();
        if self.kills_on_drop && self.has_pidfd {
            args.flags = flags | CloneFlags::AUTOREAP | CloneFlags::PIDFD_AUTOKILL;
            // A child that the kernel reaps sends no signal.
            args.exit_signal = None;
            // SAFETY: the child executes `child::main` with the plan. It has a copy of the memory,
            // or the calling thread is suspended until the child has executed its program or has
            // terminated. No handler of the program runs in the child.
            let created = unsafe { raw::clone3(&args, child::main, data) };
            // Kernels older than 7.1 reject the flags.
            if created.is_ok() {
                return created;
            }
            args = CloneArgs { flags, exit_signal: Some(Signal::CHLD), ..args };
        }
        // SAFETY: as above.
        let created = unsafe { raw::clone3(&args, child::main, data) };
        match created {
            Err(error) => self.create_with_clone(args, plan, error),
            created => created,
        }
    }

    /// Calls `clone`, which cannot reset the handled signals: all signals are blocked until the
    /// child has reset them. Returns `error` if the command requires `clone3`.
    #[cold]
    #[inline(never)]
    fn create_with_clone(
        &self,
        mut args: CloneArgs<'_>,
        plan: &mut Plan<'_, '_>,
        error: Error,
    ) -> Result<Cloned> {
        args.flags.remove(CloneFlags::CLEAR_SIGHAND);
        if crate::process::clone::raw::requires_clone3(&args) {
            return Err(error);
        }
        plan.resets_handlers = true;
        let mask = rt_sigprocmask(How::Set, Some(SigSet::all_including_reserved()))?;
        let data = core::ptr::from_mut(plan).cast();
        // SAFETY: as in `create`. No handler runs in the child, because all signals are blocked
        // until the child has reset the handled signals.
        let created = unsafe { raw::clone(&args, child::main, data) };
        // The call cannot fail, except if a filter rejects it. The child exists in any case.
        let _ = rt_sigprocmask(How::Set, Some(mask));
        created.map_err(|second| if second.is(error.errno()) { error } else { second })
    }
}

/// Waits for a child that could not execute its program.
#[cold]
fn reap(child: Cloned, failure: Failure) -> Failure {
    let pid = child.pid;
    drop(child);
    // The call fails if the kernel has reaped the child.
    let _ = io::retry(|| raw::waitid(WaitId::Pid(pid), WaitFlags::EXITED, None));
    failure
}
