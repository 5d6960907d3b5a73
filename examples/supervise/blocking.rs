//! Opens that wait for another process, such as the open of a FIFO, in separate threads.

use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread::Builder;
use std::time::Duration;

use butter::error::Errno;
use butter::process::getpid;
use butter::seccomp::{Listener, Notification};
use butter::signal::{self, Action, Signal};
use butter::thread::gettid;

use crate::serve::BlockingOpen;
use crate::target::Failure;

/// The time after which an open whose thread no longer waits is interrupted.
const PERIOD: Duration = Duration::from_millis(100);

/// The signal that interrupts an open: by default, the kernel ignores it.
const INTERRUPT: Signal = Signal::URG;

extern "C" fn ignore(_: Signal) {}

/// Installs the handler of the signal that interrupts opens.
pub(crate) fn prepare() -> butter::Result<()> {
    // Without `SA_RESTART`, the open fails with `EINTR`.
    // SAFETY: the handler does nothing.
    unsafe { signal::set_action(INTERRUPT, &Action::handler(ignore)) }.map(drop)
}

/// Opens a file in another thread, and calls `respond` with the result in a third thread. If the
/// target is killed or interrupted by a signal, the open is interrupted.
pub(crate) fn start(
    open: BlockingOpen,
    listener: Arc<Listener>,
    notification: Notification,
    respond: impl FnOnce(Result<OwnedFd, Failure>) + Send + 'static,
) {
    let (id, own_listener) = (notification.id(), Arc::clone(&listener));
    let started = Builder::new().spawn(move || {
        let (sender, receiver) = channel();
        let (results, opened) = channel();
        let opener = Builder::new().spawn(move || {
            let _ = sender.send(gettid());
            let _ = results.send(open.open());
        });
        let Ok(opener) = opener else { return respond(Err(Errno::AGAIN.into())) };
        let opener_id = receiver.recv();
        let result = loop {
            match opened.recv_timeout(PERIOD) {
                Ok(result) => break result.map_err(Failure::from),
                Err(RecvTimeoutError::Timeout) => {
                    if let (Ok(thread), Ok(false)) = (opener_id, listener.is_valid(id)) {
                        // The thread has not been joined, so its ID has not been reused by another
                        // process. The signal is sent again if the open has not begun yet.
                        let _ = butter::thread::kill(getpid(), thread, INTERRUPT);
                    }
                }
                Err(RecvTimeoutError::Disconnected) => break Err(Errno::IO.into()),
            }
        };
        let _ = opener.join();
        match listener.is_valid(id) {
            Ok(true) => respond(result),
            _ => respond(Err(Failure::Gone)),
        }
    });
    if started.is_err() {
        // The limit on threads has been reached (`RLIMIT_NPROC`), for example.
        let _ = own_listener.respond(id, Errno::AGAIN);
    }
}
