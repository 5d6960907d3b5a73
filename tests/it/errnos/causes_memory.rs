//! Causes of the errors of memory mappings, memfds, epoll, inotify and I/O. Each table has a row
//! for every cause that the tests can trigger. The row begins with the words of the error reason
//! that name the cause.

use std::fs::{self, File};
use std::os::unix::net::UnixStream;
use std::ptr::{null_mut, without_provenance_mut};

use butter::epoll::{Epoll, Interest, Token};
use butter::error::{Call, ErrorKind};
use butter::eventfd::EventFd;
use butter::fd::{AsFd, BorrowedFd, OwnedFd};
use butter::inotify::{Inotify, WatchFlags};
use butter::memfd::{CreateFlags, MemFd, Seals};
use butter::mm::{MapFlags, ProtFlags, page_size, raw};
use butter::{Errno, io};

use super::{Outcome, Row, check_causes, failed, null, path_only_descriptor, regular_file};
use common::child::{as_nobody, in_child, in_user_namespace};
use common::files;
use common::inject::inject;
use common::{require, this_test};

use ErrorKind::*;

pub const ROWS: &[(&str, Row)] = &[
    (
        "MAP_FIXED",
        Row(Call::MMAP, Errno::INVAL, InvalidArgument, || {
            let address = without_provenance_mut(page_size() + 1);
            map_at(address, ProtFlags::NONE, ANONYMOUS | MapFlags::FIXED_NOREPLACE, None)
        }),
    ),
    (
        "no huge pages of this size",
        Row(Call::MMAP, Errno::INVAL, InvalidArgument, || {
            map(ProtFlags::NONE, ANONYMOUS | MapFlags::HUGETLB | MapFlags::HUGE_8MB, None)
        }),
    ),
    (
        "the file has none (MAP_HUGETLB)",
        Row(Call::MMAP, Errno::INVAL, InvalidArgument, || {
            map(ProtFlags::READ, MapFlags::SHARED | MapFlags::HUGETLB, Some(&regular_file()))
        }),
    ),
    (
        "exclude each other",
        Row(Call::MMAP, Errno::INVAL, InvalidArgument, || {
            let flags = MapFlags::SHARED | MapFlags::ANONYMOUS | MapFlags::GROWSDOWN;
            map(ProtFlags::READ, flags, None)
        }),
    ),
    (
        "not open for reading",
        Row(Call::MMAP, Errno::ACCES, PermissionDenied, || {
            let file = files::NamedFile::new();
            let file = common::fd(File::options().write(true).open(file.path()).unwrap());
            map(ProtFlags::READ, MapFlags::PRIVATE, Some(&file))
        }),
    ),
    (
        "append-only",
        Row(Call::MMAP, Errno::ACCES, PermissionDenied, || {
            let file = append_only()?;
            let error = map(ProtFlags::READ, MapFlags::SHARED, Some(&file));
            set_flags(&file, 0)?;
            error
        }),
    ),
    (
        "O_PATH",
        Row(Call::MMAP, Errno::BADF, BadDescriptor, || {
            map(ProtFlags::READ, MapFlags::PRIVATE, Some(&path_only_descriptor()))
        }),
    ),
    (
        "vm.nr_hugepages",
        Row(Call::MMAP, Errno::NOMEM, OutOfMemory, || {
            if common::is_dedicated_vm() {
                return Err("other tests reserve huge pages".into());
            }
            let memfd = MemFd::with_flags("huge", CreateFlags::CLOEXEC | CreateFlags::HUGETLB);
            let memfd = memfd.map_err(|error| error.to_string())?;
            // The size exceeds the total size of the available huge pages.
            memfd.set_len(1 << 46).unwrap();
            failed(memfd.map())
        }),
    ),
    (
        "outside the address space",
        Row(Call::MMAP, Errno::NOMEM, OutOfMemory, || {
            let address = without_provenance_mut(usize::MAX << 16);
            map_at(address, ProtFlags::NONE, ANONYMOUS | MapFlags::FIXED_NOREPLACE, None)
        }),
    ),
    (
        "vm.mmap_min_addr",
        Row(Call::MMAP, Errno::PERM, PermissionDenied, || {
            let lowest = fs::read_to_string("/proc/sys/vm/mmap_min_addr").unwrap();
            if lowest.trim().parse::<usize>().unwrap() <= page_size() {
                return Err("vm.mmap_min_addr is too low".into());
            }
            as_nobody(|| {
                let address = without_provenance_mut(page_size());
                map_at(address, ProtFlags::NONE, ANONYMOUS | MapFlags::FIXED_NOREPLACE, None)
            })
        }),
    ),
    (
        "outside the address space",
        Row(Call::MUNMAP, Errno::INVAL, InvalidArgument, || {
            let address = without_provenance_mut(usize::MAX << 16);
            // SAFETY: nothing is mapped there.
            failed(unsafe { raw::munmap(address, page_size()) })
        }),
    ),
    (
        "sealed against this access",
        Row(Call::MPROTECT, Errno::ACCES, PermissionDenied, || {
            let memfd = MemFd::sealable("sealed").unwrap();
            memfd.set_len(1).unwrap();
            memfd.add_seals(Seals::FUTURE_WRITE).unwrap();
            let mapping = memfd.map_read().unwrap();
            // SAFETY: fails.
            failed(unsafe { raw::mprotect(mapping.as_ptr().cast_mut(), 1, ProtFlags::WRITE) })
        }),
    ),
    (
        "NUL byte",
        Row(Call::MEMFD_CREATE, Errno::INVAL, InvalidArgument, || failed(MemFd::new("a\0"))),
    ),
    (
        "exclude each other",
        Row(Call::MEMFD_CREATE, Errno::INVAL, InvalidArgument, || {
            failed(MemFd::with_flags("", CreateFlags::EXEC | CreateFlags::NOEXEC_SEAL))
        }),
    ),
    (
        "not open for writing",
        Row(Call::FCNTL_ADD_SEALS, Errno::PERM, PermissionDenied, || {
            failed(read_only_memfd().add_seals(Seals::GROW))
        }),
    ),
    (
        "O_PATH",
        Row(Call::FCNTL_ADD_SEALS, Errno::BADF, BadDescriptor, || {
            failed(MemFd::from(path_only_descriptor()).add_seals(Seals::GROW))
        }),
    ),
    (
        "O_PATH",
        Row(Call::FCNTL_GET_SEALS, Errno::BADF, BadDescriptor, || {
            failed(MemFd::from(path_only_descriptor()).seals())
        }),
    ),
    (
        "O_PATH",
        Row(Call::FTRUNCATE, Errno::BADF, BadDescriptor, || {
            failed(MemFd::from(path_only_descriptor()).set_len(0))
        }),
    ),
    (
        "not a regular file",
        Row(Call::FTRUNCATE, Errno::INVAL, InvalidArgument, || {
            failed(MemFd::from(null()).set_len(0))
        }),
    ),
    (
        "not open for writing",
        Row(Call::FTRUNCATE, Errno::INVAL, InvalidArgument, || {
            failed(read_only_memfd().set_len(0))
        }),
    ),
    (
        "O_PATH",
        Row(Call::PREAD64, Errno::BADF, BadDescriptor, || {
            failed(MemFd::from(path_only_descriptor()).read_at(&mut [0], 0))
        }),
    ),
    (
        "not seekable",
        Row(Call::PREAD64, Errno::SPIPE, InvalidArgument, || {
            failed(MemFd::from(butter::pipe::pipe().unwrap().0).read_at(&mut [0], 0))
        }),
    ),
    (
        "directory",
        Row(Call::PREAD64, Errno::ISDIR, InvalidArgument, || {
            failed(MemFd::from(common::fd(File::open("/").unwrap())).read_at(&mut [0], 0))
        }),
    ),
    (
        "O_PATH",
        Row(Call::PWRITE64, Errno::BADF, BadDescriptor, || {
            failed(MemFd::from(path_only_descriptor()).write_at(b"!", 0))
        }),
    ),
    (
        "not seekable",
        Row(Call::PWRITE64, Errno::SPIPE, InvalidArgument, || {
            failed(MemFd::from(butter::pipe::pipe().unwrap().1).write_at(b"!", 0))
        }),
    ),
    (
        "full",
        Row(Call::PWRITE64, Errno::NOSPC, LimitReached, || {
            inject(libc::SYS_pwrite64, Errno::NOSPC, || {
                failed(MemFd::new("").unwrap().write_at(b"!", 0))
            })
        }),
    ),
    (
        "sealed against growing",
        Row(Call::PWRITE64, Errno::PERM, PermissionDenied, || {
            let memfd = MemFd::sealable("").unwrap();
            memfd.add_seals(Seals::GROW).unwrap();
            failed(memfd.write_at(b"!", 0))
        }),
    ),
    (
        "a device such as /dev/null",
        Row(Call::EPOLL_CTL_ADD, Errno::PERM, InvalidArgument, || {
            failed(epoll().add(&null(), Token(1), Interest::IN))
        }),
    ),
    (
        "directory of most file systems",
        Row(Call::EPOLL_CTL_ADD, Errno::PERM, InvalidArgument, || {
            failed(epoll().add(&common::fd(File::open("/").unwrap()), Token(1), Interest::IN))
        }),
    ),
    (
        "a regular file",
        Row(Call::EPOLL_CTL_ADD, Errno::PERM, InvalidArgument, || {
            failed(epoll().add(&regular_file(), Token(1), Interest::IN))
        }),
    ),
    (
        "a device such as /dev/null",
        Row(Call::EPOLL_CTL_MOD, Errno::PERM, InvalidArgument, || {
            failed(epoll().modify(&null(), Token(1), Interest::IN))
        }),
    ),
    (
        "a device such as /dev/null",
        Row(Call::EPOLL_CTL_DEL, Errno::PERM, InvalidArgument, || failed(epoll().delete(&null()))),
    ),
    (
        "not an epoll instance",
        Row(Call::EPOLL_CTL_ADD, Errno::INVAL, InvalidArgument, || {
            let no_epoll = Epoll::from(OwnedFd::from(EventFd::new(0).unwrap()));
            failed(no_epoll.add(&EventFd::new(0).unwrap(), Token(1), Interest::IN))
        }),
    ),
    (
        "EPOLLEXCLUSIVE",
        Row(Call::EPOLL_CTL_ADD, Errno::INVAL, InvalidArgument, || {
            let interest = Interest::IN | Interest::EXCLUSIVE;
            failed(epoll().add(&epoll(), Token(1), interest))
        }),
    ),
    (
        "EPOLLEXCLUSIVE",
        Row(Call::EPOLL_CTL_ADD, Errno::INVAL, InvalidArgument, || {
            let interest = Interest::EXCLUSIVE | Interest::ONESHOT;
            failed(epoll().add(&EventFd::new(0).unwrap(), Token(1), interest))
        }),
    ),
    (
        "5 levels deep",
        Row(Call::EPOLL_CTL_ADD, Errno::LOOP, InvalidArgument, || {
            let epolls: Vec<_> = (0..8).map(|_| epoll()).collect();
            epolls[0].add(&EventFd::new(0).unwrap(), Token(1), Interest::IN).unwrap();
            let nested = epolls
                .windows(2)
                .find_map(|pair| pair[1].add(&pair[0], Token(1), Interest::IN).err());
            Ok(nested.expect("epoll_ctl should limit the nesting depth of epoll instances"))
        }),
    ),
    (
        "the descriptor was added with it",
        Row(Call::EPOLL_CTL_MOD, Errno::INVAL, InvalidArgument, || {
            let (epoll, counter) = (epoll(), EventFd::new(0).unwrap());
            epoll.add(&counter, Token(1), Interest::IN | Interest::EXCLUSIVE).unwrap();
            failed(epoll.modify(&counter, Token(1), Interest::IN))
        }),
    ),
    (
        "dangling",
        Row(Call::INOTIFY_ADD_WATCH, Errno::NOENT, NotFound, || {
            let directory = files::directory();
            let link = directory.path().join("link");
            std::os::unix::fs::symlink("nowhere", &link).unwrap();
            failed(inotify().add_watch(common::bytes(&link), WatchFlags::CREATE))
        }),
    ),
    (
        "unknown flag",
        Row(Call::INOTIFY_ADD_WATCH, Errno::INVAL, InvalidArgument, || {
            let mask = WatchFlags::CREATE | WatchFlags::from_bits_retain(1 << 22);
            failed(inotify().add_watch("/", mask))
        }),
    ),
    (
        "used as a directory",
        Row(Call::INOTIFY_ADD_WATCH, Errno::NOTDIR, InvalidArgument, || {
            failed(inotify().add_watch("/proc/version/x", WatchFlags::CREATE))
        }),
    ),
    (
        "cannot be searched",
        Row(Call::INOTIFY_ADD_WATCH, Errno::ACCES, PermissionDenied, || {
            super::process::in_unsearchable_directory(|path| {
                failed(inotify().add_watch(path, WatchFlags::CREATE))
            })
        }),
    ),
    (
        "SO_RCVTIMEO",
        Row(Call::READ, Errno::AGAIN, WouldBlock, || {
            let (socket, _other) = UnixStream::pair().unwrap();
            socket.set_read_timeout(Some(std::time::Duration::from_millis(1))).unwrap();
            failed(io::read(common::fd(socket), &mut [0]))
        }),
    ),
    (
        "shut down for writing",
        Row(Call::WRITE, Errno::PIPE, BrokenPipe, || {
            let (socket, _other) = UnixStream::pair().unwrap();
            socket.shutdown(std::net::Shutdown::Write).unwrap();
            failed(io::write(common::fd(socket), b"!"))
        }),
    ),
    (
        "F_SEAL_FUTURE_WRITE",
        Row(Call::WRITE, Errno::PERM, PermissionDenied, || {
            let memfd = MemFd::sealable("").unwrap();
            memfd.add_seals(Seals::FUTURE_WRITE).unwrap();
            failed(io::write(&memfd, b"!"))
        }),
    ),
];

/// Causes that require a resource limit or an attribute of the process, which the rows set in a
/// child process.
const IN_CHILD: &[(&str, Row)] = &[
    (
        "RLIMIT_MEMLOCK is 0",
        Row(Call::MMAP, Errno::PERM, PermissionDenied, || {
            let limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
            // SAFETY: reads one struct.
            assert_eq!(unsafe { libc::setrlimit(libc::RLIMIT_MEMLOCK, &raw const limit) }, 0);
            as_nobody(|| map(ProtFlags::NONE, ANONYMOUS | MapFlags::LOCKED, None))
        }),
    ),
    (
        "PR_SET_MDWE",
        Row(Call::MMAP, Errno::ACCES, PermissionDenied, || {
            deny_write_and_execute()?;
            map(ProtFlags::WRITE | ProtFlags::EXEC, ANONYMOUS, None)
        }),
    ),
    (
        "PR_SET_MDWE",
        Row(Call::MPROTECT, Errno::ACCES, PermissionDenied, || {
            deny_write_and_execute()?;
            let page = butter::mm::AnonymousMapping::new(1).unwrap();
            // SAFETY: fails.
            failed(unsafe { raw::mprotect(page.as_ptr().cast_mut(), 1, ProtFlags::EXEC) })
        }),
    ),
    (
        "RLIMIT_DATA",
        Row(Call::MPROTECT, Errno::NOMEM, OutOfMemory, || {
            // SAFETY: new memory, at an address of the kernel's choice.
            let memory =
                unsafe { raw::mmap(null_mut(), 1 << 30, ProtFlags::READ, ANONYMOUS, None, 0) }
                    .unwrap();
            let limit = libc::rlimit { rlim_cur: 1 << 28, rlim_max: 1 << 28 };
            // SAFETY: reads one struct.
            assert_eq!(unsafe { libc::setrlimit(libc::RLIMIT_DATA, &raw const limit) }, 0);
            // SAFETY: the memory is not used.
            failed(unsafe { raw::mprotect(memory, 1 << 30, ProtFlags::READ | ProtFlags::WRITE) })
        }),
    ),
];

const ANONYMOUS: MapFlags = MapFlags::PRIVATE.union(MapFlags::ANONYMOUS);

fn map(protection: ProtFlags, flags: MapFlags, file: Option<&OwnedFd>) -> Outcome {
    map_at(null_mut(), protection, flags, file)
}

fn map_at(
    address: *mut u8,
    protection: ProtFlags,
    flags: MapFlags,
    file: Option<&OwnedFd>,
) -> Outcome {
    let file: Option<BorrowedFd<'_>> = file.map(AsFd::as_fd);
    // SAFETY: the call fails, so nothing is mapped.
    failed(unsafe { raw::mmap(address, page_size(), protection, flags, file, 0) })
}

fn epoll() -> Epoll {
    Epoll::new().unwrap()
}

fn inotify() -> Inotify {
    Inotify::new().unwrap()
}

fn read_only_memfd() -> MemFd {
    use butter::fd::AsRawFd;
    let memfd = MemFd::sealable("read-only").unwrap();
    common::fd(File::open(format!("/proc/self/fd/{}", memfd.as_raw_fd())).unwrap()).into()
}

const FS_APPEND_FL: libc::c_int = 0x20;

/// Creates a file with the append-only attribute (`FS_APPEND_FL`) that is open for writing.
fn append_only() -> Result<OwnedFd, String> {
    let file = common::fd(files::anonymous());
    set_flags(&file, FS_APPEND_FL).map_err(|error| {
        format!(
            "the attribute requires CAP_LINUX_IMMUTABLE and support by the file system: {error}"
        )
    })?;
    Ok(file)
}

fn set_flags(file: &OwnedFd, flags: libc::c_int) -> Result<(), String> {
    use butter::fd::AsRawFd;
    // SAFETY: reads one number.
    let result = unsafe { libc::ioctl(file.as_raw_fd(), libc::FS_IOC_SETFLAGS, &raw const flags) };
    if result == 0 { Ok(()) } else { Err(std::io::Error::last_os_error().to_string()) }
}

fn deny_write_and_execute() -> Result<(), String> {
    const PR_SET_MDWE: libc::c_int = 65;
    // SAFETY: touches no memory.
    match unsafe { libc::prctl(PR_SET_MDWE, 1, 0, 0, 0) } {
        0 => Ok(()),
        _ => Err("PR_SET_MDWE requires Linux 6.3".into()),
    }
}

#[test]
fn error_reasons_of_memory_and_event_calls_name_each_cause() {
    in_child(|| check_causes(this_test!(), ROWS.iter().chain(IN_CHILD)));
}

#[test]
fn mmap_succeeds_if_file_is_open_with_o_append() {
    let file = files::NamedFile::new();
    let file = common::fd(File::options().read(true).append(true).open(file.path()).unwrap());
    let (protection, flags) = (ProtFlags::READ | ProtFlags::WRITE, MapFlags::SHARED);
    // SAFETY: new memory, at an address of the kernel's choice.
    let start = unsafe { raw::mmap(null_mut(), 1, protection, flags, Some(file.as_fd()), 0) };
    // SAFETY: just mapped, and not used.
    unsafe { raw::munmap(start.unwrap(), 1) }.unwrap();
}

#[test]
fn inotify_error_reasons_name_the_limits_of_the_user_namespace() {
    let ran = in_user_namespace(|| {
        let limits = ["max_inotify_watches", "max_inotify_instances"];
        for limit in limits {
            require!(
                fs::write(format!("/proc/sys/user/{limit}"), "1"),
                "user.{limit} cannot be lowered"
            );
        }
        let inotify = Inotify::nonblocking().unwrap();
        inotify.add_watch("/tmp", WatchFlags::CREATE).unwrap();
        for (error, limit) in [
            (inotify.add_watch("/", WatchFlags::CREATE).unwrap_err(), limits[0]),
            (Inotify::nonblocking().unwrap_err(), limits[1]),
        ] {
            assert_eq!(error.kind(), LimitReached);
            if cfg!(feature = "explain") {
                assert!(error.to_string().contains(&format!("user.{limit}")), "{error}");
            }
        }
    });
    require!(ran, "the host does not permit user namespaces (sysctl, security module or seccomp)");
}
