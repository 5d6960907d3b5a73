//! Tests the examples of the documentation of `butter::event_loops`, which depend on crates that
//! the library does not depend on: `cargo test -p butter-event-loops`.

#[cfg(doctest)]
#[path = "../../src/event_loops.rs"]
mod event_loops;

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::time::Duration;

    use butter::fd::AsFd;
    use butter::inotify::{self, Inotify, WatchFlags};
    use tokio::io::Interest;
    use tokio::io::unix::AsyncFd;

    /// Like the example for tokio: after the first event, the task waits for readiness without
    /// further reads, so that other tasks run.
    #[tokio::test(flavor = "current_thread")]
    async fn inotify_in_async_fd_does_not_read_again_before_the_next_event() {
        let inotify = Inotify::nonblocking().unwrap();
        inotify.add_watch("/proc/self/status", WatchFlags::OPEN).unwrap();
        // SAFETY: an `Inotify` owns its descriptor, and keeps it until it is dropped.
        let inotify =
            unsafe { AsyncFd::register_with_interest(inotify, Interest::READABLE) }.unwrap();
        let (reads, events) = (Cell::new(0), Cell::new(0));
        let reader = async {
            let mut buffer = [0; 4096];
            loop {
                let mut ready = inotify.readable().await.unwrap();
                let read = ready.try_io(|inotify| {
                    reads.set(reads.get() + 1);
                    Ok(inotify::raw::read(inotify.as_fd(), &mut buffer)?)
                });
                if let Ok(bytes) = read {
                    events.set(events.get() + inotify::decode(bytes.unwrap()).count());
                }
            }
        };
        let other = async {
            for _ in 0..2 {
                std::fs::File::open("/proc/self/status").unwrap();
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        tokio::select! {
            () = reader => unreachable!("the reader never returns"),
            () = other => {}
        }
        assert_eq!(events.get(), 2, "both events should be read");
        assert!(reads.get() <= 4, "{} reads for 2 events", reads.get());
    }
}
