//! Calls that block until another thread wakes the caller, after many signals have interrupted the
//! call.

use std::ffi::{CStr, CString};
use std::fmt::Debug;
use std::fs::File;
use std::mem::MaybeUninit;
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::mpsc::channel;
use std::time::Duration;

use butter::Errno;
use butter::epoll::{Epoll, Event, Interest, Token};
use butter::eventfd::{self, EventFd};
use butter::fanotify::{Entry, Mark, MarkMask};
use butter::fd::{AsFd, OwnedFd};
use butter::fs::{self, CWD, FlockOperation, LockType, Mode, OFlags, ReadWriteFlags, ResolveFlags};
use butter::handle::{self, EncodeFlags, FileHandle};
use butter::inotify::Reader;
use butter::io::{self, IoSlice, IoSliceMut};
use butter::pipe;
use butter::poll::{self, PollFd, PollFlags};
use butter::process::{self, PidFd, WaitFlags, getpid};
use butter::seccomp::{Action, Delivery, Filter, Instruction, Policy, Rule, Syscall};
use butter::signal::{self, Cause, Signal};
use butter::signalfd::{EVENT_SIZE, SignalFd};
use butter::thread::{self, Tid};
use butter::time::Timeout;
use butter::timerfd::{Clock, Event as TimerEvent, Timer, TimerFd};
use temp_dir::TempDir;

use crate::pipes::{full_pipe, read_all};
use crate::{FINE_HOUR, HOUR, MANY, Row, join, supports_fine_timeouts, watched};
use common::files;
use common::forked::ForkedChild;
use common::signals::PeriodicSignals;
use common::test::Test;

/// Runs `call` in a thread that signals interrupt, and runs `wake` after many signals. Returns the
/// result of `call`.
pub(crate) fn wake_late<T: Send + Debug>(
    call: impl FnOnce() -> T + Send,
    wake: impl FnOnce(),
) -> T {
    let signals = PeriodicSignals::new();
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| signals.run(call));
        while signals.count() < MANY {
            std::thread::sleep(Duration::from_millis(1));
            if waiting.is_finished() {
                panic!("the call did not block: {:?}", join(waiting));
            }
        }
        wake();
        join(waiting)
    })
}

/// Creates a FIFO in a new directory. An open of the FIFO blocks until the other end is opened.
pub(crate) fn fifo() -> (TempDir, CString) {
    let directory = files::directory();
    let path = CString::new(common::bytes(&directory.path().join("fifo"))).unwrap();
    // SAFETY: reads the path.
    assert_eq!(unsafe { libc::mkfifo(path.as_ptr(), 0o600) }, 0);
    (directory, path)
}

/// Returns the mount argument and the handle of a FIFO. Returns `None`, and reports the row as
/// skipped, if this process cannot open handles.
pub(crate) fn fifo_handle(row: &str, path: &CStr) -> Option<(OwnedFd, FileHandle)> {
    let directory = path.to_str().unwrap().rsplit_once('/').unwrap().0;
    let mount = common::fd(File::open(directory).unwrap());
    let encoded = handle::name_to_handle_at(CWD, path, EncodeFlags::empty());
    let opened = encoded.and_then(|(handle, _)| {
        handle::open_by_handle_at(&mount, &handle, OFlags::PATH).map(|_| handle)
    });
    if let Err(error) = opened {
        assert!(error.is(Errno::OPNOTSUPP) || error.is(Errno::PERM), "{error}");
        Test::from_environment().skip(row, format_args!("{}", error.errno()));
    }
    opened.ok().map(|handle| (mount, handle))
}

/// Opens a new file twice.
pub(crate) fn twice_opened() -> (OwnedFd, OwnedFd) {
    let file = files::NamedFile::new();
    let open = || common::fd(File::options().read(true).write(true).open(file.path()).unwrap());
    (open(), open())
}

pub(crate) const CALLS: &[Row] = &[
    ("process::wait, wait_with_rusage, PidFd::wait_readable", || {
        let flags = WaitFlags::EXITED | WaitFlags::NOWAIT;
        let kill = |pid| move || signal::kill(pid, Signal::KILL).unwrap();
        let child = ForkedChild::start(|| ());
        let pid = child.pid();
        let status = wake_late(|| process::wait(pid, flags), kill(pid));
        assert_eq!(status.unwrap().exit_status().signal(), Some(Signal::KILL));
        let child = ForkedChild::start(|| ());
        let pid = child.pid();
        let waited = wake_late(|| process::wait_with_rusage(pid, flags), kill(pid));
        assert_eq!(waited.unwrap().0.pid(), pid);
        let child = ForkedChild::start(|| ());
        let pidfd = PidFd::open(child.pid()).unwrap();
        let ready = wake_late(|| pidfd.wait_readable(Timeout::Infinite), kill(child.pid()));
        assert_eq!(ready, Ok(true));
    }),
    ("fs::openat, openat2", || {
        let ((_directory, path), mode, resolve) = (fifo(), Mode::empty(), ResolveFlags::empty());
        for (flags, other) in [(OFlags::RDONLY, OFlags::WRONLY), (OFlags::WRONLY, OFlags::RDONLY)] {
            let (open, open2) = (
                |flags| fs::openat(CWD, path.as_c_str(), flags, mode),
                |flags| fs::openat2(CWD, path.as_c_str(), flags, mode, resolve),
            );
            let opened = wake_late(|| open(flags), || drop(open(other).unwrap()));
            assert_eq!(io::fcntl_getfl(opened.unwrap()).unwrap().bits() & 3, flags.bits());
            let opened = wake_late(|| open2(flags), || drop(open2(other).unwrap()));
            assert_eq!(io::fcntl_getfl(opened.unwrap()).unwrap().bits() & 3, flags.bits());
        }
    }),
    ("handle::open_by_handle_at", || {
        let (_directory, path) = fifo();
        let row = "handle::open_by_handle_at";
        let Some((mount, file)) = fifo_handle(row, &path) else { return };
        let open = |flags| handle::open_by_handle_at(&mount, &file, flags);
        let opened = wake_late(|| open(OFlags::RDONLY), || drop(open(OFlags::WRONLY).unwrap()));
        assert_eq!(io::fcntl_getfl(opened.unwrap()).unwrap().bits() & 3, 0);
    }),
    ("seccomp::Listener::receive", || {
        let ((sender, listener), (wake, woken)) = (channel(), channel());
        let target = std::thread::spawn(move || {
            let rules = [Rule::new(Syscall::GETPPID, Action::UserNotif)];
            let mut program = [Instruction::default(); 64];
            let program = Policy::new(Action::Allow).rules(&rules).try_compile(&mut program);
            sender.send(Filter::new(program.unwrap()).install_listener()).unwrap();
            while woken.recv().unwrap_or(false) {
                assert_eq!(process::raw::getppid().unwrap_err().errno(), Errno::TOOBIG);
            }
        });
        let listener = match listener.recv().unwrap() {
            Ok(listener) => listener,
            Err(error) => {
                let row = "seccomp::Listener::receive";
                return Test::from_environment().skip(row, format_args!("{error}"));
            }
        };
        let received = wake_late(|| listener.receive(), || wake.send(true).unwrap());
        let id = received.unwrap().unwrap().id();
        assert_eq!(listener.respond(id, Errno::TOOBIG), Ok(Delivery::Done(())));
        assert_eq!(wake_late(|| listener.receive(), || wake.send(false).unwrap()), Ok(None));
        target.join().unwrap();
    }),
    ("io::read", || {
        let ((reader, writer), mut buffer) = (pipe::pipe().unwrap(), [0; 8]);
        let write = || assert_eq!(io::write(&writer, b"late"), Ok(4));
        assert_eq!(wake_late(|| io::retry(|| io::read(&reader, &mut buffer)), write), Ok(4));
        assert_eq!(&buffer, b"late\0\0\0\0");
    }),
    ("io::read at end of file", || {
        let (reader, writer) = pipe::pipe().unwrap();
        assert_eq!(
            wake_late(|| io::retry(|| io::read(&reader, &mut [0; 8])), || drop(writer)),
            Ok(0)
        );
    }),
    ("io::read_uninit", || {
        let ((reader, writer), mut buffer) = (pipe::pipe().unwrap(), [MaybeUninit::uninit(); 8]);
        let write = || assert_eq!(io::write(&writer, b"late"), Ok(4));
        let read = || io::retry(|| io::read_uninit(&reader, &mut buffer).map(|read| read.to_vec()));
        assert_eq!(wake_late(read, write).unwrap(), b"late");
    }),
    ("io::readv", || {
        let ((reader, writer), mut one, mut other) = (pipe::pipe().unwrap(), [0; 3], [0; 3]);
        let mut buffers = [IoSliceMut::new(&mut one), IoSliceMut::new(&mut other)];
        let write = || assert_eq!(io::write(&writer, b"late"), Ok(4));
        assert_eq!(wake_late(|| io::retry(|| io::readv(&reader, &mut buffers)), write), Ok(4));
        assert_eq!((&one, &other), (b"lat", b"e\0\0"));
    }),
    ("io::write", || {
        let (reader, writer, before) = full_pipe();
        let drain = || assert!(read_all(&reader, before).iter().all(|&byte| byte == b'.'));
        assert_eq!(wake_late(|| io::retry(|| io::write(&writer, b"!")), drain), Ok(1));
        assert_eq!(read_all(&reader, 1), b"!");
        assert_eq!(io::bytes_available(&reader), Ok(0), "the bytes should be written once");
    }),
    ("io::writev", || {
        let (reader, writer, before) = full_pipe();
        let drain = || assert!(read_all(&reader, before).iter().all(|&byte| byte == b'.'));
        let write = || io::retry(|| io::writev(&writer, &[IoSlice::new(b"?"), IoSlice::new(b"!")]));
        assert_eq!(wake_late(write, drain), Ok(2));
        assert_eq!(read_all(&reader, 2), b"?!");
        assert_eq!(io::bytes_available(&reader), Ok(0), "the bytes should be written once");
    }),
    ("fs::preadv2, read_to_end", || {
        let ((reader, writer), mut buffer) = (pipe::pipe().unwrap(), [0; 8]);
        let write = || assert_eq!(io::write(&writer, b"late"), Ok(4));
        let read = || {
            let buffers = &mut [IoSliceMut::new(&mut buffer)];
            fs::preadv2(&reader, buffers, None, ReadWriteFlags::empty())
        };
        assert_eq!(wake_late(read, write), Ok(4));
        assert_eq!(&buffer, b"late\0\0\0\0");
        let read = || fs::read_to_end(&reader, &mut buffer).map(|bytes| bytes.to_vec());
        io::write(&writer, b"all").unwrap();
        assert_eq!(wake_late(read, || drop(writer)).unwrap(), b"all");
    }),
    #[cfg(feature = "alloc")]
    ("fs::read_to_vec", || {
        let (reader, writer) = pipe::pipe().unwrap();
        io::write(&writer, b"all").unwrap();
        assert_eq!(wake_late(|| fs::read_to_vec(&reader), || drop(writer)).unwrap(), b"all");
    }),
    ("fs::pwritev2", || {
        let (reader, writer, before) = full_pipe();
        let drain = || assert!(read_all(&reader, before).iter().all(|&byte| byte == b'.'));
        let write = || fs::pwritev2(&writer, &[IoSlice::new(b"!")], None, ReadWriteFlags::empty());
        assert_eq!(wake_late(write, drain), Ok(1));
        assert_eq!(read_all(&reader, 1), b"!");
        assert_eq!(io::bytes_available(&reader), Ok(0), "the bytes should be written once");
    }),
    ("fs::flock", || {
        let (first, second) = twice_opened();
        for operation in [FlockOperation::LockShared, FlockOperation::LockExclusive] {
            fs::flock(&first, FlockOperation::LockExclusive).unwrap();
            let unlock = || fs::flock(&first, FlockOperation::Unlock).unwrap();
            assert_eq!(wake_late(|| fs::flock(&second, operation), unlock), Ok(()));
            let conflict = fs::flock(&first, FlockOperation::NonBlockingLockExclusive);
            assert_eq!(conflict.unwrap_err().errno(), Errno::AGAIN);
            fs::flock(&second, FlockOperation::Unlock).unwrap();
        }
    }),
    ("fs::ofd_lock", || {
        let (first, second) = twice_opened();
        for lock_type in [LockType::Read, LockType::Write] {
            fs::ofd_lock(&first, LockType::Write, 100..).unwrap();
            let unlock = || fs::ofd_lock(&first, LockType::Unlock, ..).unwrap();
            assert_eq!(wake_late(|| fs::ofd_lock(&second, lock_type, ..), unlock), Ok(()));
            let lock = fs::ofd_query_lock(&first, LockType::Write, ..).unwrap().unwrap();
            assert_eq!((lock.lock_type(), lock.range()), (lock_type, (..).into()));
            fs::ofd_lock(&second, LockType::Unlock, ..).unwrap();
        }
    }),
    ("EventFd::read", || {
        let counter = EventFd::new(0).unwrap();
        assert_eq!(wake_late(|| counter.read(), || counter.write(9).unwrap()), Ok(9));
        let permits = EventFd::semaphore(0).unwrap();
        assert_eq!(wake_late(|| permits.read(), || permits.write(2).unwrap()), Ok(1));
        assert_eq!((permits.read(), permits.wait(Timeout::Zero)), (Ok(1), Ok(false)));
    }),
    ("EventFd::write", || {
        let counter = EventFd::new(0).unwrap();
        counter.write(eventfd::VALUE_MAX).unwrap();
        assert_eq!(
            wake_late(|| counter.write(5), || assert_eq!(counter.read(), Ok(eventfd::VALUE_MAX))),
            Ok(())
        );
        assert_eq!(counter.read(), Ok(5), "the value should be added once");
    }),
    ("Inotify::read_events", || {
        let (inotify, directory) = watched();
        let names = || {
            let mut buffer = [0; 4096];
            let events = inotify.read_events(&mut buffer).unwrap();
            events.map(|event| event.name().as_bytes().to_vec()).collect::<Vec<_>>()
        };
        assert_eq!(wake_late(names, || create_file(&directory)), [b"late"]);
    }),
    ("Fanotify::read_events, Fanotify::wait", || {
        let (group, directory) = match crate::fanotify_group() {
            Ok(group) => (group, files::directory()),
            Err(error) => return common::this_test!().skip("Fanotify", format_args!("{error}")),
        };
        let path = common::bytes(directory.path());
        if let Err(error) = group.add(Mark::Inode, MarkMask::CREATE | MarkMask::DELETE, path) {
            return common::this_test!().skip("Fanotify", format_args!("{error}"));
        }
        let names = || {
            let mut buffer = [0; 4096];
            let events = group.read_events(&mut buffer).unwrap();
            let name = |entry: Entry<'_>| entry.name().as_bytes().to_vec();
            events.map(|event| event.entry().map(name)).collect::<Vec<_>>()
        };
        assert_eq!(wake_late(names, || create_file(&directory)), [Some(b"late".to_vec())]);
        let remove = || std::fs::remove_file(directory.path().join("late")).unwrap();
        assert_eq!(wake_late(|| group.wait(Timeout::Infinite), remove), Ok(true));
        assert_eq!(names().len(), 1);
    }),
    ("inotify::Reader::next", || {
        let (inotify, directory) = watched();
        let name =
            || Reader::new(&inotify, &mut [0; 4096]).next().unwrap().name().as_bytes().to_vec();
        assert_eq!(wake_late(name, || create_file(&directory)), b"late");
    }),
    ("TimerFd::read", || {
        let timer = TimerFd::new(Clock::Monotonic).unwrap();
        assert_eq!(wake_late(|| timer.read(), || expire(&timer)), Ok(TimerEvent::Expired(1)));
    }),
    ("EventFd::wait, Inotify::wait, TimerFd::wait", || {
        for timeout in [Timeout::Infinite, HOUR.into(), FINE_HOUR.into()] {
            let counter = EventFd::new(0).unwrap();
            assert_eq!(wake_late(|| counter.wait(timeout), || counter.write(9).unwrap()), Ok(true));
            assert_eq!(counter.read(), Ok(9));
            let (inotify, directory) = watched();
            assert_eq!(wake_late(|| inotify.wait(timeout), || create_file(&directory)), Ok(true));
            assert_eq!(inotify.read_events(&mut [0; 4096]).unwrap().count(), 1);
            let timer = TimerFd::new(Clock::Monotonic).unwrap();
            assert_eq!(wake_late(|| timer.wait(timeout), || expire(&timer)), Ok(true));
            assert_eq!(timer.read(), Ok(TimerEvent::Expired(1)));
        }
    }),
    ("poll::wait", || {
        for timeout in [Timeout::Infinite, HOUR.into(), FINE_HOUR.into()] {
            let ((reader, writer), counter) = (pipe::pipe().unwrap(), EventFd::new(0).unwrap());
            let mut fds = [reader.as_fd(), counter.as_fd()]
                .map(|fd| PollFd::from_borrowed_fd(fd, PollFlags::IN));
            let write = || assert_eq!(io::write(&writer, b"!"), Ok(1));
            assert_eq!(wake_late(|| poll::wait(&mut fds, timeout), write), Ok(1));
            assert_eq!(fds.map(|fd| fd.ready()), [PollFlags::IN, PollFlags::empty()]);
        }
    }),
    ("SignalFd::read, read_events", || {
        let signals = SignalFd::new(WANTED).unwrap();
        assert_eq!(queue_late(|| value(signals.read().unwrap().cause())), 9);
        let events = || {
            signals
                .read_events(&mut [0; 2 * EVENT_SIZE])
                .unwrap()
                .map(|event| value(event.cause()))
                .sum()
        };
        assert_eq!(queue_late(events), 9);
    }),
    ("SignalFd::wait, signal::wait", || {
        let signals = SignalFd::nonblocking(WANTED).unwrap();
        for timeout in [Timeout::Infinite, HOUR.into(), FINE_HOUR.into()] {
            let wait = || {
                assert_eq!(signals.wait(timeout), Ok(true));
                value(signals.read().unwrap().cause())
            };
            assert_eq!(queue_late(wait), 9);
            let wait =
                || signal::wait(WANTED, timeout).unwrap().expect("the timeout should not expire");
            assert_eq!(queue_late(|| value(wait().cause())), 9);
        }
    }),
    ("Epoll::wait", || {
        test_epoll(Timeout::Infinite);
        test_epoll(HOUR.into());
        if supports_fine_timeouts("Epoll::wait with a fine timeout") {
            test_epoll(FINE_HOUR.into());
        }
    }),
];

fn test_epoll(timeout: Timeout) {
    let (epoll, counters) =
        (Epoll::new().unwrap(), [0, 0].map(|start| EventFd::new(start).unwrap()));
    epoll.add(&counters[0], Token(7), Interest::IN).unwrap();
    epoll.add(&counters[1], Token(8), Interest::IN).unwrap();
    let tokens = || {
        let mut buffer = [Event::default(); 4];
        epoll.wait(&mut buffer, timeout).unwrap().iter().map(Event::token).collect::<Vec<_>>()
    };
    assert_eq!(wake_late(tokens, || counters[1].write(1).unwrap()), [Token(8)], "{timeout:?}");
}

/// The signal for which the tested calls wait.
const WANTED: Signal = Signal::RTMAX;

/// Runs `call` in a thread in which `WANTED` is blocked, and queues `WANTED` for the thread after
/// many other signals.
fn queue_late(call: impl FnOnce() -> i32 + Send) -> i32 {
    let tid = AtomicI32::new(0);
    let blocked_call = || {
        let _blocked = signal::block(WANTED).unwrap();
        tid.store(thread::gettid().as_raw(), Ordering::Release);
        call()
    };
    let send = || {
        thread::queue(getpid(), Tid::from_raw(tid.load(Ordering::Acquire)).unwrap(), WANTED, 9)
            .unwrap()
    };
    wake_late(blocked_call, send)
}

fn value(cause: Cause) -> i32 {
    match cause {
        Cause::Queue { value, .. } => value.int(),
        other => panic!("{other:?}"),
    }
}

fn create_file(directory: &TempDir) {
    File::create(directory.path().join("late")).unwrap();
}

fn expire(timer: &TimerFd) {
    timer.set(Timer::once(Duration::ZERO)).unwrap();
}
