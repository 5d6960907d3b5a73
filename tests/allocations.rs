//! Tests that the library does not allocate memory. A counting allocator counts the allocations of
//! each thread.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::ffi::CString;
use std::fs::{self, File};
use std::mem::MaybeUninit;
use std::os::fd::AsRawFd;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use butter::epoll::{Epoll, Event, Interest, Token};
use butter::eventfd::EventFd;
use butter::fanotify::resolver::{Mount, ResolveError, Resolver, Slot};
use butter::fanotify::{Class, Fanotify, InitFlags, Mark, MarkMask};
use butter::fs::Dir;
use butter::idmap::Task;
use butter::idmap::{IdMaps, IdRange, MapErrorKind};
use butter::inotify::{Inotify, Reader, WatchFlags};
use butter::memfd::{MemFd, Seals};
use butter::mm::AnonymousMapping;
use butter::mount::MountFlags;
use butter::namespace::{Kind, Namespace, Namespaces};
use butter::pipe::{self, SpliceFlags};
use butter::poll::{self, PollFd, PollFlags};
use butter::time::Timeout;
use butter::{Errno, io, mount, process, uts};
use common::inject::supervise;
use common::{files, require};

thread_local! {
    static COUNT: Cell<u64> = const { Cell::new(0) };
}

common::watchdog!();

/// The system allocator, which also counts allocations.
struct CountingAllocator;

// SAFETY: passes each call to the system allocator, and counts without allocating.
unsafe impl GlobalAlloc for CountingAllocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        COUNT.with(|count| count.set(count.get() + 1));
        // SAFETY: upheld by the caller.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: upheld by the caller.
        unsafe { System.dealloc(memory, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

/// Runs a closure. Returns the number of allocations in the closure, and the result of the closure.
fn allocations<T>(body: impl FnOnce() -> T) -> (u64, T) {
    let before = COUNT.get();
    let result = body();
    (COUNT.get() - before, result)
}

#[test]
fn counting_allocator_counts_allocations() {
    assert_eq!(allocations(|| std::hint::black_box(Box::new(1))).0, 1);
}

#[test]
fn inotify_allocates_nothing() {
    let directory = files::directory();
    let path = common::bytes(directory.path());
    let (created, inotify) = allocations(|| Inotify::nonblocking().unwrap());
    let (watched, _) = allocations(|| inotify.add_watch(path, WatchFlags::CREATE).unwrap());
    for number in 0..100 {
        fs::create_dir(directory.path().join(format!("directory {number}"))).unwrap();
    }
    let (read, (events, bytes)) = allocations(|| {
        let mut buffer = [MaybeUninit::uninit(); 2048];
        let mut names = inotify.read_events(&mut buffer).unwrap();
        let (mut events, mut bytes) = (0, 0);
        for event in names.by_ref() {
            events += 1;
            bytes += event.name().as_bytes().len() + event.padded_name().len();
        }
        let mut reader = Reader::new(&inotify, &mut buffer);
        while let Some(event) = reader.try_next().unwrap() {
            events += 1;
            bytes += event.name().as_bytes().len() + event.padded_name().len();
        }
        (events, bytes)
    });
    assert_eq!((created, watched, read), (0, 0, 0));
    assert_eq!((events, bytes), (100, 100 * 16 + 10 * 11 + 90 * 12));
}

/// Requires `CAP_SYS_ADMIN`, because the events contain descriptors.
#[test]
fn fanotify_events_with_files_allocate_nothing() {
    let directory = files::directory();
    let flags = InitFlags::REPORT_PIDFD | InitFlags::NONBLOCK;
    let group = require!(Fanotify::builder(Class::Notification).flags(flags).build());
    let mask = MarkMask::OPEN | MarkMask::EVENT_ON_CHILD;
    group.add(Mark::Inode, mask, common::bytes(directory.path())).unwrap();
    for number in 0..10 {
        File::create(directory.path().join(number.to_string())).unwrap();
    }
    let (count, closed) = allocations(|| {
        let (mut buffer, mut closed) = ([MaybeUninit::uninit(); 2048], 0);
        for event in group.read_events(&mut buffer).unwrap() {
            assert!(event.pidfd().unwrap().is_some());
            drop(event.into_file().unwrap());
            closed += 1;
        }
        closed
    });
    assert_eq!((count, closed), (0, 10));
}

/// Does not require privileges.
#[test]
fn resolver_with_an_array_allocates_nothing() {
    let root = files::directory();
    let directories = ["a", "a/b", "a/b/c"].map(|name| root.path().join(name));
    directories.iter().for_each(|directory| fs::create_dir(directory).unwrap());
    let flags = InitFlags::REPORT_DFID_NAME | InitFlags::NONBLOCK;
    let group = require!(Fanotify::builder(Class::Notification).flags(flags).build());
    for directory in &directories {
        require!(group.add(Mark::Inode, MarkMask::CREATE, common::bytes(directory)));
    }
    let (created, mut resolver) = allocations(|| {
        Resolver::new([Mount::open(common::bytes(root.path())).unwrap()], [Slot::EMPTY; 4])
    });
    for number in 0..30 {
        drop(File::create(directories[number % 3].join(number.to_string())).unwrap());
    }
    let (resolved, result) = allocations(|| {
        let mut buffer = [MaybeUninit::uninit(); 4096];
        group.read_events(&mut buffer).unwrap().try_fold(0, |count, event| {
            let path = resolver.resolve(&event)?;
            assert!(path.as_bytes().starts_with(common::bytes(root.path())));
            Ok::<_, ResolveError>(count + 1)
        })
    });
    assert_eq!((created, resolved), (0, 0));
    let count = require!(result);
    assert_eq!(count, 30);
}

#[test]
fn fanotify_allocates_nothing() {
    let directory = files::directory();
    let path = common::bytes(directory.path());
    let (created, group) = allocations(|| {
        let flags = InitFlags::REPORT_DFID_NAME | InitFlags::REPORT_FID | InitFlags::NONBLOCK;
        Fanotify::builder(Class::Notification).flags(flags).build()
    });
    let group = require!(group);
    let mask = MarkMask::CREATE | MarkMask::ONDIR;
    let (marked, result) = allocations(|| group.add(Mark::Inode, mask, path));
    require!(result);
    for number in 0..100 {
        fs::create_dir(directory.path().join(format!("directory {number}"))).unwrap();
    }
    let (read, bytes) = allocations(|| {
        let (mut buffer, mut bytes) = ([MaybeUninit::uninit(); 2048], 0);
        loop {
            let before = bytes;
            for event in group.read_events(&mut buffer).unwrap() {
                bytes += event.entry().unwrap().name().as_bytes().len();
                assert!(event.file().unwrap().is_none() && event.infos().count() > 0);
            }
            if bytes == before {
                return bytes;
            }
        }
    });
    assert_eq!((created, marked, read), (0, 0, 0));
    assert_eq!(bytes, 10 * 11 + 90 * 12);
}

/// Reads a directory with 50,000 entries, or with as many as `BUTTER_DIRECTORY_ENTRIES` specifies.
#[test]
fn dir_of_many_entries_allocates_nothing() {
    let count = std::env::var("BUTTER_DIRECTORY_ENTRIES").map(|count| count.parse().unwrap());
    let count: u64 = count.unwrap_or(50_000);
    // A tmpfs creates and removes files faster than most file systems.
    // SAFETY: the kernel reads the path.
    let directory = match unsafe { libc::access(c"/dev/shm".as_ptr(), libc::W_OK) } {
        0 => files::directory_in(Path::new("/dev/shm")),
        _ => files::directory(),
    };
    let descriptor = File::open(directory.path()).unwrap();
    for number in 0..count {
        let name = CString::new(format!("{number:06}")).unwrap();
        // SAFETY: the kernel reads the name.
        let created = unsafe {
            libc::mknodat(descriptor.as_raw_fd(), name.as_ptr(), libc::S_IFREG | 0o600, 0)
        };
        assert_eq!(created, 0, "{}", std::io::Error::last_os_error());
    }
    let fd = common::fd(descriptor);
    let calls = Arc::new(AtomicU64::new(0));
    let counter = calls.clone();
    let count_call = move |_| {
        counter.fetch_add(1, Ordering::Relaxed);
        None
    };
    let read = || {
        allocations(|| {
            let mut buffer = [0; 32 << 10];
            let mut entries = Dir::new(&fd, &mut buffer);
            entries.rewind().unwrap();
            let (mut files, mut bytes, mut sum) = (0, 0, 0);
            while let Some(entry) = entries.next() {
                let entry = entry.unwrap();
                bytes += 19 + entry.padded_name().len() as u64;
                if !entry.is_dot_or_dotdot() {
                    files += 1;
                    sum += entry.name().as_str().unwrap().parse::<u64>().unwrap();
                }
            }
            (files, bytes, sum)
        })
    };
    let (allocated, (files, bytes, sum)) = read();
    assert_eq!((allocated, files, sum), (0, count, count * (count - 1) / 2));
    let supervised = supervise(libc::SYS_getdents64, count_call, read);
    let supervised = require!(supervised, "seccomp user notifications are unavailable");
    assert_eq!(supervised, (0, (files, bytes, sum)));
    // The entries of several file systems do not fill the buffer.
    let calls = calls.load(Ordering::Relaxed);
    println!("{count} files, {bytes} bytes, {calls} calls of getdents64");
    assert!(calls > bytes / (32 << 10) && calls < count / 10, "{calls}");
}

#[test]
fn eventfd_epoll_poll_and_pipe_allocate_nothing() {
    let (count, ()) = allocations(|| {
        let counter = EventFd::nonblocking(0).unwrap();
        let epoll = Epoll::new().unwrap();
        epoll.add(&counter, Token(1), Interest::IN).unwrap();
        counter.write(3).unwrap();
        assert_eq!(epoll.wait(&mut [Event::default(); 8], Timeout::Infinite).unwrap().len(), 1);
        assert_eq!(
            poll::wait(&mut [PollFd::new(&counter, PollFlags::IN)], Timeout::Infinite),
            Ok(1)
        );
        assert_eq!(counter.try_read(), Ok(Some(3)));
        let (reader, writer) = pipe::pipe().unwrap();
        io::write(&writer, b"!").unwrap();
        let (copy, other) = pipe::pipe().unwrap();
        assert_eq!(pipe::tee(&reader, &other, 8, SpliceFlags::empty()), Ok(1));
        assert_eq!(pipe::splice(&reader, None, &other, None, 8, SpliceFlags::empty()), Ok(1));
        assert_eq!(io::read(&copy, &mut [0; 8]), Ok(2));
        let spliced =
            pipe::splice_pages(&other, AnonymousMapping::new(5000).unwrap(), SpliceFlags::empty())
                .unwrap();
        assert_eq!((spliced.bytes, spliced.rest.is_none()), (5000, true));
    });
    assert_eq!(count, 0);
}

#[test]
fn namespace_own_and_kind_allocate_nothing() {
    let (count, kind) =
        allocations(|| Namespace::own(Kind::PidForChildren).and_then(|namespace| namespace.kind()));
    assert_eq!((count, kind), (0, Ok(Namespaces::PID)));
}

#[test]
fn uname_mount_and_chdir_allocate_nothing() {
    let path = format!("/nowhere{}", "/.".repeat(500));
    let (count, ()) = allocations(|| {
        assert!(!uts::uname().unwrap().release().is_empty());
        assert_eq!(uts::hostname().unwrap().as_name(), uts::uname().unwrap().nodename());
        let unmounted = mount::unmount(&*path).unwrap_err();
        assert_eq!(unmounted.errno(), Errno::NOENT);
        let mounted =
            mount::mount("x", &*path, "tmpfs", MountFlags::empty(), "size=64k").unwrap_err();
        assert_eq!(mounted.errno(), Errno::NOENT);
        assert_eq!(process::chdir(&*path).unwrap_err().errno(), Errno::NOENT);
    });
    assert_eq!(count, 0);
}

#[test]
fn memfd_allocates_nothing() {
    let (count, ()) = allocations(|| {
        let memfd = MemFd::sealable("any name").unwrap();
        memfd.write_at(b"bytes", 0).unwrap();
        assert_eq!(memfd.map().unwrap().len(), 5);
        memfd.add_seals(Seals::SHRINK | Seals::GROW | Seals::WRITE).unwrap();
        assert_eq!(&*memfd.map_sealed().unwrap().unwrap(), b"bytes");
    });
    assert_eq!(count, 0);
}

#[test]
fn id_maps_write_allocates_nothing() {
    let ranges = [IdRange::new(0, 100_000, 65_536); 100];
    let (count, error) = allocations(|| IdMaps::new(&ranges, &[]).write(Task::Own).unwrap_err());
    // `write` fails, because the user namespace of this process already has ID maps.
    assert_eq!((count, error.kind()), (0, Some(MapErrorKind::SetAlready)));
}

#[test]
fn error_display_allocates_nothing() {
    use std::io::Write;
    let error = Inotify::new().unwrap().add_watch("/nowhere", WatchFlags::CREATE).unwrap_err();
    let mut text = [0; 256];
    let (count, ()) = allocations(|| {
        write!(&mut text[..], "{error} {:?} {}", error.kind(), error.with_path("/nowhere")).unwrap()
    });
    assert_eq!(count, 0);
    assert!(text.starts_with(b"inotify_add_watch: ENOENT"));
}
