//! The loop: waits, prints what has happened, and finds out when the program is through.

use std::io;
use std::time::{Duration, Instant};

use butter::Errno;
use butter::epoll::{Epoll, Interest, Ready, Token};
use butter::inotify::{Event, Events, Inotify};
use butter::time::Timeout;

use crate::end::{End, Failure};
use crate::options::Options;
use crate::output::Printer;
use crate::watched::{self, Watched};

const FILES: Token = Token(1);
const OUTPUT: Token = Token(2);

pub(crate) struct Session<'i> {
    inotify: &'i Inotify,
    watched: Watched,
    printer: Printer<io::StdoutLock<'static>>,
    /// How many events were printed that --count counts.
    pub(crate) count: u64,
    wanted: Option<u64>,
    pub(crate) lost: bool,
}

impl<'i> Session<'i> {
    pub(crate) fn new(inotify: &'i Inotify, watched: Watched, options: &Options) -> Self {
        let printer = Printer::new(io::stdout().lock(), options.format, options.colour);
        Self { inotify, watched, printer, count: 0, wanted: options.count, lost: false }
    }

    /// Prints events until the program is through.
    pub(crate) fn run(&mut self, timeout: Option<Duration>) -> Result<End, Failure> {
        match self.turn(timeout) {
            Err(Failure::Write(error)) if error.kind() == io::ErrorKind::BrokenPipe => Ok(End::Closed),
            end => end,
        }
    }

    fn turn(&mut self, timeout: Option<Duration>) -> Result<End, Failure> {
        let epoll = Epoll::create()?;
        epoll.add(self.inotify, FILES, Interest::READ)?;
        // With no interest of its own an epoll tells that the other end is closed, and nothing else.
        match epoll.add(&io::stdout(), OUTPUT, Interest::empty()) {
            // A regular file has no other end.
            Err(error) if error.is(Errno::PERM) => {}
            added => added?,
        }

        let deadline = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        let mut buffer = [0; 64 * 1024];
        let mut ready = [Ready::EMPTY; 4];
        loop {
            let left = left(deadline);
            for event in epoll.wait(&mut ready, left)? {
                match event.token() {
                    FILES => {
                        let end = self.show(self.inotify.read_events(&mut buffer)?)?;
                        if let Some(end) = end {
                            return Ok(end);
                        }
                    }
                    OUTPUT => return Ok(End::Closed),
                    _ => {}
                }
            }
            if left == Timeout::Zero {
                return Ok(End::Timeout);
            }
        }
    }

    /// Prints what one read gave, and writes it out.
    fn show(&mut self, events: Events<'_>) -> Result<Option<End>, Failure> {
        self.printer.begin();
        let mut end = None;
        for event in events {
            end = self.show_one(&event)?;
            if end.is_some() {
                break;
            }
        }
        self.printer.flush()?;
        Ok(end)
    }

    fn show_one(&mut self, event: &Event<'_>) -> Result<Option<End>, Failure> {
        if event.is_overflow() {
            self.lost = true;
            self.printer.print(event, None)?;
            self.end_those_that_ended_unheard()?;
        } else if event.is_ignored() {
            // One that is not here was found to have ended before this event came.
            if let Some(path) = event.watch().and_then(|watch| self.watched.remove(watch)) {
                self.printer.print(event, Some(&path))?;
            }
        } else {
            let path = event.watch().and_then(|watch| self.watched.get(watch));
            self.printer.print(event, path)?;
            // An unmount is why the watch ends, no event on a file.
            self.count += u64::from(!event.is_unmount());
        }
        Ok(if self.wanted == Some(self.count) {
            Some(End::Count)
        } else if self.watched.len() == 0 {
            Some(End::Gone)
        } else {
            None
        })
    }

    /// The end of a watch may be among the events that were lost: look which ones there still are.
    fn end_those_that_ended_unheard(&mut self) -> io::Result<()> {
        let Ok(there) = watched::in_the_kernel(self.inotify) else { return Ok(()) };
        for (watch, path) in self.watched.take_all_but(&there) {
            self.printer.print_ended(watch, &path)?;
        }
        Ok(())
    }
}

/// How long to wait: up to whole milliseconds, which every kernel can.
fn left(deadline: Option<Instant>) -> Timeout {
    let Some(deadline) = deadline else { return Timeout::Never };
    Timeout::from(deadline.saturating_duration_since(Instant::now())).in_milliseconds()
}
