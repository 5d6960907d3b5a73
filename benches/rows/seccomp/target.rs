//! A thread with a filter, which calls `getppid`.

use std::hint::black_box;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

use crate::row::Run;
use crate::{Failure, context};

/// A thread that makes system calls on request, until it is dropped.
pub(super) struct Target {
    requests: Option<SyncSender<u32>>,
    completions: Receiver<()>,
    thread: Option<JoinHandle<()>>,
}

impl Target {
    /// Starts a thread, which first calls `install`, and then calls `getppid` as often as
    /// requested. Returns the result of `install`.
    pub(super) fn start<T: Send + 'static>(
        install: impl FnOnce() -> Result<T, String> + Send + 'static,
    ) -> Result<(Self, T), Failure> {
        let (requests, received) = sync_channel(1);
        let (sender, completions) = sync_channel(1);
        let (installed, result) = sync_channel(1);
        let body = move || {
            let _ = installed.send(install());
            for count in received {
                for _ in 0..count {
                    // SAFETY: accesses no memory.
                    black_box(unsafe { libc::getppid() });
                }
                let _ = sender.send(());
            }
        };
        let thread = context("a thread", thread::Builder::new().spawn(body))?;
        let target = Self { requests: Some(requests), completions, thread: Some(thread) };
        let result = context("a filter", result.recv())?;
        Ok((target, result.map_err(|error| format!("a filter: {error}"))?))
    }

    fn call(&self, count: u32) {
        let Some(requests) = &self.requests else { return };
        let _ = requests.send(count);
        let _ = self.completions.recv();
    }

    /// Returns a contender whose rounds consist of one call. The switches to the thread and back
    /// are a small part of the cost of many rounds.
    pub(super) fn into_run(self) -> Run {
        Box::new(move |rounds, meter| meter.measure(|| self.call(rounds)))
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        self.requests = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
