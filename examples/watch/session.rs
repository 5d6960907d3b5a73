//! The loop: waits, prints what has happened, and finds out when the program is through.

use std::io;
use std::time::Instant;

use butter::Errno;
use butter::epoll::{self, Epoll, Interest, Token};
use butter::inotify::{Event, Events, Inotify};
use butter::time::Timeout;

use crate::end::{End, Failure};
use crate::heartbeat::Heartbeat;
use crate::options::Options;
use crate::output::Printer;
use crate::signals::Signals;
use crate::stdout::Output;
use crate::watched::{self, Watched};

const FILES: Token = Token(1);
const SIGNALS: Token = Token(2);
const HEARTBEAT: Token = Token(3);
const OUTPUT: Token = Token(4);

pub(crate) struct Session<'s> {
    inotify: &'s Inotify,
    signals: &'s Signals,
    watched: Watched,
    printer: Printer<Output<'s>>,
    /// How many events were printed that --count counts.
    pub(crate) count: u64,
    wanted: Option<u64>,
    pub(crate) lost: bool,
}

impl<'s> Session<'s> {
    pub(crate) fn new(
        inotify: &'s Inotify,
        signals: &'s Signals,
        watched: Watched,
        options: &Options,
    ) -> Self {
        let printer = Printer::new(Output::new(signals), options.format, options.colour);
        Self { inotify, signals, watched, printer, count: 0, wanted: options.count, lost: false }
    }

    /// Prints events until the program is through.
    pub(crate) fn run(&mut self, options: &Options) -> Result<End, Failure> {
        let end = match self.wait_and_show(options) {
            Err(Failure::Write(error)) if error.kind() == io::ErrorKind::BrokenPipe => End::Closed,
            end => end?,
        };
        Ok(match end {
            // What ends the reader ends the program too: the terminal's key is for all of a pipeline.
            End::Closed => self.signals.read()?.map_or(End::Closed, End::Signal),
            end => end,
        })
    }

    fn wait_and_show(&mut self, options: &Options) -> Result<End, Failure> {
        let heartbeat = Heartbeat::every(options.every)?;
        let epoll = Epoll::new()?;
        epoll.add(self.inotify, FILES, Interest::IN)?;
        epoll.add(self.signals, SIGNALS, Interest::IN)?;
        epoll.add(&heartbeat, HEARTBEAT, Interest::IN)?;
        // With no interest of its own an epoll tells that the other end is closed, and nothing else.
        match epoll.add(&io::stdout(), OUTPUT, Interest::empty()) {
            // A regular file has no other end.
            Err(error) if error.is(Errno::PERM) => {}
            added => added?,
        }

        let deadline = options.timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        let mut buffer = [0; 64 * 1024];
        let mut ready = [epoll::Event::default(); 4];
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
                    HEARTBEAT => {
                        if let Some(missed) = heartbeat.missed()? {
                            self.show_heartbeat(missed)?;
                        }
                    }
                    SIGNALS => drop(self.signals.read()?),
                    OUTPUT => return Ok(End::Closed),
                    _ => {}
                }
            }
            // It may have come while the output was written, too.
            if let Some(signal) = self.signals.first() {
                let end = self.show_the_rest(&mut buffer)?;
                return Ok(end.unwrap_or(End::Signal(signal)));
            }
            if left == Timeout::Zero {
                return Ok(End::Timeout);
            }
        }
    }

    /// Prints what has happened until now; not what happens meanwhile, which might have no end.
    fn show_the_rest(&mut self, buffer: &mut [u8]) -> Result<Option<End>, Failure> {
        let mut left = butter::io::bytes_available(self.inotify)? as usize;
        while left > 0 {
            let events = self.inotify.read_events(buffer)?;
            match events.rest().len() {
                0 => break,
                read => left = left.saturating_sub(read),
            }
            if let Some(end) = self.show(events)? {
                return Ok(Some(end));
            }
        }
        Ok(None)
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

    fn show_heartbeat(&mut self, missed: u64) -> io::Result<()> {
        self.printer.begin();
        self.printer.print_heartbeat(self.count, missed)?;
        self.printer.flush()
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
    let Some(deadline) = deadline else { return Timeout::Infinite };
    Timeout::from(deadline.saturating_duration_since(Instant::now())).ceil_to_millis()
}
