//! The parent: creates the child, forwards signals, and waits for the end of the command.

use std::io;
use std::os::fd::{FromRawFd, OwnedFd};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use butter::error::{Call, Error};
use butter::landlock::Ruleset;
use butter::path::Escape;
use butter::poll::{self, PollFd, PollFlags};
use butter::process::{self, CloneArgs, CloneFlags, ExitStatus, PidFd, WaitFlags};
use butter::seccomp::{Listener, Syscall};
use butter::signal::{self, Cause, SigSet, Signal};
use butter::signalfd::SignalFd;
use butter::time::Timeout;

use crate::child::{Child, Command, Shared, Step};
use crate::common::cli::SystemError;
use crate::common::signals;
use crate::message;
use crate::options::Options;
use crate::policy::Filter;
use crate::trace;

/// The time between checks whether the child has installed the filter.
const INTERVAL: Duration = Duration::from_millis(1);

/// Runs the command, and returns its exit status. Returns an error message if the child cannot be
/// created.
pub(crate) fn run(
    options: &Options,
    filter: &Filter,
    ruleset: Option<&Ruleset>,
) -> Result<ExitCode, String> {
    let call = |error| SystemError::Call(error).to_string();
    let command = Command::new(&options.command).map_err(call)?;
    let mask = signal::mask().map_err(call)?;
    let blocked = signals::block().map_err(call)?;
    let signals = SignalFd::nonblocking(blocked).map_err(call)?;
    let shared = Shared::map().map_err(call)?;
    let trace = options.trace && filter.program.is_some();
    let child = Child { command: &command, filter, ruleset, trace, mask, shared };

    let mut run = || child.run();
    let arguments = CloneArgs::new(CloneFlags::FILES | CloneFlags::PIDFD);
    // SAFETY: this process has a single thread, and the child uses a copy of its memory. The
    // descriptors that both share are opened, but not closed, until the child executes the command.
    let created = unsafe { process::clone_with(&arguments, &mut run) };
    let created = created.map_err(|error| format!("cannot create a process: {}", call(error)))?;
    let pidfd = created.pidfd.ok_or(NO_PIDFD).and_then(PidFd::try_from).map_err(call)?;
    let ended = supervise(&pidfd, trace.then_some(filter), shared, &signals, blocked);
    let status = ended.map_err(|error| {
        // Without this process, the command would continue to run with other results.
        let _ = pidfd.send_signal(Signal::KILL);
        call(error)
    })?;
    Ok(report(options, filter, shared, status).into())
}

/// Responds to the notifications of a traced filter, and waits for the end of the command.
fn supervise(
    pidfd: &PidFd,
    traced: Option<&Filter>,
    shared: &Shared,
    signals: &SignalFd,
    blocked: SigSet,
) -> butter::Result<ExitStatus> {
    let mut tracer = None;
    if let Some(program) = traced.and_then(|filter| filter.program.clone())
        && let Some(listener) = wait_for_listener(pidfd, shared)?
    {
        tracer = Some(thread::spawn(move || trace::run(&listener, &program)));
    }
    let status = wait(pidfd, signals)?;
    if let Some(tracer) = tracer {
        // From now on, a signal terminates this process.
        signal::unblock(blocked)?;
        let _ = tracer.join();
    }
    Ok(status)
}

/// The error if `clone3` returned no pidfd, which does not happen with `CLONE_PIDFD`.
const NO_PIDFD: Error = Error::new(Call::CLONE3, butter::Errno::INVAL);

/// Waits until the child has installed the filter. Returns `None` if the child has terminated.
fn wait_for_listener(pidfd: &PidFd, shared: &Shared) -> butter::Result<Option<Listener>> {
    loop {
        let has_terminated = pidfd.wait_readable(INTERVAL)?;
        if let Some(number) = shared.listener() {
            // SAFETY: the child has opened the descriptor in the table that it shares with this
            // process, and has left it to this process.
            let fd = unsafe { OwnedFd::from_raw_fd(number) };
            return Listener::try_from(fd).map(Some);
        }
        if has_terminated {
            return Ok(None);
        }
    }
}

/// Forwards signals until the child has terminated.
fn wait(pidfd: &PidFd, signals: &SignalFd) -> butter::Result<ExitStatus> {
    loop {
        let mut fds = [PollFd::new(pidfd, PollFlags::IN), PollFd::new(signals, PollFlags::IN)];
        poll::wait(&mut fds, Timeout::Infinite)?;
        let [ended, signalled] = fds.map(|fd| !fd.ready().is_empty());
        if ended {
            return process::wait(pidfd, WaitFlags::EXITED).map(|status| status.exit_status());
        }
        if signalled && let Some(event) = signals.try_read()? {
            // The keys of the terminal send a signal to both processes. A hangup is reported only
            // to the session leader.
            if event.signal() == Signal::HUP || !matches!(event.cause(), Cause::Kernel) {
                pidfd.send_signal(event.signal())?;
            }
        }
    }
}

/// Reports a failure of the child, and returns the exit status of the program.
fn report(options: &Options, filter: &Filter, shared: &Shared, status: ExitStatus) -> u8 {
    if let Some((step, error)) = shared.failure() {
        let name = options.command.first().map_or(Default::default(), |name| name.as_os_str());
        let (name, cause) = (Escape::new(name), SystemError::Call(error));
        match step {
            Step::Execute if filter.fails(Syscall::EXECVE, error.errno()) => {
                let error = io::Error::from(error);
                let text = SystemError::Io(&error);
                message(format_args!("cannot execute '{name}': a rule denies execve: {text}"));
            }
            Step::Execute => message(format_args!("cannot execute '{name}': {cause}")),
            Step::Filter => message(format_args!("cannot install the filter: {cause}")),
            Step::Access => message(format_args!("cannot restrict the access to files: {cause}")),
            Step::Signals => message(format_args!("{cause}")),
        }
        return step.status(error);
    }
    match (status.code(), status.signal()) {
        (Some(code), _) => code as u8,
        (None, Some(signal)) => {
            if signal == Signal::SYS && !options.quiet {
                message(format_args!("a rule terminated the command because of a system call"));
            }
            128 + signal.as_raw() as u8
        }
        (None, None) => crate::FAILURE,
    }
}
