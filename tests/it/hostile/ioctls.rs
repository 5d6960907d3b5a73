//! Tests that call every function that makes an `ioctl` on the files of a FUSE server. The kernel
//! forwards the third argument of the `ioctl` to the server, and the memory whose size the request
//! number declares.

use std::mem::size_of;

use butter::epoll::{self, BusyPoll};
use butter::error::Call;
use butter::fd::{AsFd, BorrowedFd};
use butter::inotify::{self, Watch};
use butter::namespace::{self, Kind, Namespace, Namespaces};
use butter::net::{self, InterfaceFlags};
use butter::process::{self, InfoMask, Pgid, PidFdInfo};
use butter::seccomp::{self, AddFdFlags, ListenerFlags, NotificationId};
use butter::{Errno, Result, io, timerfd};
use common::fuse::{FILE_SIZE, Ioctl};
use common::test::in_row;

use super::{Fuse, with_fuse};

/// The third argument of an `ioctl`.
enum Argument {
    /// The `ioctl` has no third argument, so the function passes 0.
    None,
    /// The address of a variable to which the kernel writes a number. The request number does not
    /// declare the size of the variable.
    Undeclared,
    /// The address of bytes that the kernel reads.
    Reads(Vec<u8>),
    /// The address of a buffer of this size, to which the kernel writes.
    Writes(usize),
    /// The address of bytes that the kernel reads, and to which it writes.
    ReadsAndWrites(Vec<u8>),
}

struct Row(Call, u32, Argument, fn(BorrowedFd<'_>) -> Result<()>);

const COUNT: u64 = 0x1122_3344_5566_7788;

/// An address below 2 GiB, so that the test can pass the address as a watch descriptor.
const ADDRESS: i32 = 0x3FFF_0000;

fn busy_poll() -> BusyPoll {
    BusyPoll::new(0x0102_0304, 0x0506, true)
}

const ID: NotificationId = NotificationId::from_raw(COUNT);

/// A `struct seccomp_notif_resp` as 8-byte words.
const RESPONSE: [u64; 3] = [COUNT, 5, 6];

fn rows() -> [Row; 17] {
    let busy_poll =
        [&0x0102_0304_u32.to_ne_bytes()[..], &0x0506_u16.to_ne_bytes(), &[1, 0]].concat();
    let response = RESPONSE.map(u64::to_ne_bytes).concat();
    // The descriptors 1 and 7, and `O_CLOEXEC`.
    let words = [AddFdFlags::SETFD.bits(), 1, 7, 0x8_0000].map(u32::to_ne_bytes);
    let descriptor = [&COUNT.to_ne_bytes()[..], words.as_flattened()].concat();
    let pidfd_info =
        [&InfoMask::EXIT.bits().to_ne_bytes()[..], &[0; size_of::<PidFdInfo>() - 8]].concat();
    [
        Row(Call::IOCTL_FIONREAD, 0x541B, Argument::Undeclared, |fd| {
            io::bytes_available(fd).map(drop)
        }),
        Row(
            Call::IOCTL_TIMERFD_SET_TICKS,
            0x4008_5400,
            Argument::Reads(COUNT.to_ne_bytes().into()),
            |fd| timerfd::raw::ioctl_set_ticks(fd, COUNT),
        ),
        Row(
            Call::IOCTL_EPOLL_GET_PARAMS,
            0x8008_8A02,
            Argument::Writes(size_of::<BusyPoll>()),
            |fd| epoll::raw::ioctl_epiocgparams(fd).map(drop),
        ),
        Row(Call::IOCTL_EPOLL_SET_PARAMS, 0x4008_8A01, Argument::Reads(busy_poll), |fd| {
            epoll::raw::ioctl_epiocsparams(fd, &self::busy_poll())
        }),
        Row(Call::IOCTL_NS_GET_NSTYPE, 0xB703, Argument::None, |fd| {
            namespace::raw::ioctl_ns_get_nstype(fd).map(drop)
        }),
        Row(Call::IOCTL_NS_GET_USERNS, 0xB701, Argument::None, |fd| {
            // SAFETY: the server fails the request, so that no reply of the server is used as a
            // descriptor.
            unsafe { namespace::raw::ioctl_ns_get_userns(fd) }.map(drop)
        }),
        Row(Call::IOCTL_NS_GET_PARENT, 0xB702, Argument::None, |fd| {
            // SAFETY: the server fails the request, so that no reply of the server is used as a
            // descriptor.
            unsafe { namespace::raw::ioctl_ns_get_parent(fd) }.map(drop)
        }),
        Row(Call::IOCTL_TIOCSPGRP, 0x5410, Argument::Undeclared, |fd| {
            process::raw::ioctl_tiocspgrp(fd, Pgid::from_raw(1).unwrap())
        }),
        Row(Call::IOCTL_SIOCGIFFLAGS, 0x8913, Argument::Undeclared, |fd| {
            net::raw::ioctl_siocgifflags(fd, b"lo").map(drop)
        }),
        Row(Call::IOCTL_SIOCSIFFLAGS, 0x8914, Argument::Undeclared, |fd| {
            net::raw::ioctl_siocsifflags(fd, b"lo", InterfaceFlags::empty())
        }),
        Row(Call::IOCTL_PIDFD_GET_INFO, 0xC058_FF0B, Argument::ReadsAndWrites(pidfd_info), |fd| {
            // SAFETY: the server fails the request, so that no reply of the server is used.
            unsafe { process::raw::ioctl_pidfd_get_info(fd, InfoMask::EXIT) }.map(drop)
        }),
        Row(Call::IOCTL_PIDFD_GET_NAMESPACE, 0xFF0A, Argument::None, |fd| {
            // SAFETY: the server fails the request, so that no reply of the server is used as a
            // descriptor.
            unsafe { process::raw::ioctl_pidfd_get_namespace(fd, Kind::Uts) }.map(drop)
        }),
        Row(
            Call::IOCTL_SECCOMP_NOTIF_RECV,
            0xC050_2100,
            Argument::ReadsAndWrites(vec![0; 80]),
            |fd| {
                // SAFETY: the request declares 80 bytes, and the server cannot write more.
                unsafe { seccomp::raw::ioctl_seccomp_notif_recv(fd, &mut [0; 10]) }
            },
        ),
        Row(
            Call::IOCTL_SECCOMP_NOTIF_SEND,
            0xC018_2101,
            Argument::ReadsAndWrites(response),
            |fd| {
                // SAFETY: the request declares 24 bytes, and the server cannot access more.
                unsafe { seccomp::raw::ioctl_seccomp_notif_send(fd, &mut { RESPONSE }) }
            },
        ),
        Row(
            Call::IOCTL_SECCOMP_NOTIF_ID_VALID,
            0x4008_2102,
            Argument::Reads(COUNT.to_ne_bytes().into()),
            |fd| {
                // SAFETY: the kernel reads the number.
                unsafe { seccomp::raw::ioctl_seccomp_notif_id_valid(fd, ID) }
            },
        ),
        Row(Call::IOCTL_SECCOMP_NOTIF_ADDFD, 0x4018_2103, Argument::Reads(descriptor), |fd| {
            // SAFETY: the descriptor is open while the server, which ignores it, handles the
            // request.
            let added = unsafe { BorrowedFd::borrow_raw(1) };
            let flags = AddFdFlags::SETFD;
            // SAFETY: the kernel reads the struct, and the server adds no descriptor.
            unsafe { seccomp::raw::ioctl_seccomp_notif_addfd(fd, ID, flags, added, 7, true) }
                .map(drop)
        }),
        Row(Call::IOCTL_NS_GET_OWNER_UID, 0xB704, Argument::Undeclared, |fd| {
            // SAFETY: the request does not declare the size of the variable, so that the server
            // cannot write to it.
            unsafe { namespace::raw::ioctl_ns_get_owner_uid(fd) }.map(drop)
        }),
    ]
}

#[test]
fn ioctl_on_fuse_file_sends_only_argument_and_declared_memory_to_server() {
    let mut tested: Vec<_> = rows().iter().map(|Row(call, ..)| *call).collect();
    // The test `ioctl_on_fuse_file_uses_number_as_address` covers these requests.
    tested.extend([Call::IOCTL_INOTIFY_SETNEXTWD, Call::IOCTL_SECCOMP_NOTIF_SET_FLAGS]);
    let missing =
        Call::ALL.iter().find(|call| call.name().starts_with("ioctl(") && !tested.contains(call));
    assert_eq!(missing, None, "the table should have a row for each ioctl");

    with_fuse(|fuse| {
        // The kernel handles `FIONREAD` on a regular file itself, without a request to the FUSE
        // server.
        let (file, root) = (fuse.file(), fuse.root());
        assert_eq!(io::bytes_available(&file), Ok(FILE_SIZE as u32));
        assert_eq!(fuse.server.take_ioctls(), []);
        for Row(call, request, argument, function) in rows() {
            in_row(call, || {
                let error = function(root.as_fd()).unwrap_err();
                assert_eq!((error.call(), error.errno()), (call, Errno::NOTTY));
                let [ioctl] = &fuse.server.take_ioctls()[..] else {
                    panic!("the server did not receive exactly one request")
                };
                let (input, output_size) = match &argument {
                    Argument::None | Argument::Undeclared => (&[][..], 0),
                    Argument::Reads(bytes) => (&bytes[..], 0),
                    Argument::Writes(size) => (&[][..], *size as u32),
                    Argument::ReadsAndWrites(bytes) => (&bytes[..], bytes.len() as u32),
                };
                let expected =
                    Ioctl { request, argument: ioctl.argument, input: input.to_vec(), output_size };
                assert_eq!(*ioctl, expected);
                let is_none = matches!(argument, Argument::None);
                assert_eq!(ioctl.argument == 0, is_none, "{:#x}", ioctl.argument);
            });
        }
    });
}

/// Functions that pass a number as the third argument are unsafe because, on a FUSE file, the
/// kernel reads memory at the address that equals the number.
#[test]
fn ioctl_on_fuse_file_uses_number_as_address() {
    with_fuse(|fuse| {
        let (size, access) = (4096, libc::PROT_READ | libc::PROT_WRITE);
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_FIXED_NOREPLACE;
        let address = std::ptr::without_provenance_mut(ADDRESS as usize);
        // SAFETY: new memory, at an address where nothing is mapped.
        let memory = unsafe { libc::mmap(address, size, access, flags, -1, 0) };
        assert_eq!(memory, address, "mmap: {}", std::io::Error::last_os_error());
        // SAFETY: new memory, which nothing else uses.
        unsafe { memory.cast::<[u8; 8]>().write(*b"mine too") };
        let file = fuse.file();
        // SAFETY: the descriptor is not an inotify instance, and the kernel reads 4 bytes at the
        // address, which are mapped.
        let result =
            unsafe { inotify::raw::ioctl_setnextwd(file.as_fd(), Watch::from_raw(ADDRESS)) };
        assert_eq!(result.unwrap_err().errno(), Errno::NOTTY);
        let argument = ADDRESS as u64;
        let sent = Ioctl { request: 0x4004_4900, argument, input: b"mine".into(), output_size: 0 };
        assert_eq!(fuse.server.take_ioctls(), [sent]);

        let flags = ListenerFlags::from_bits_retain(argument);
        // SAFETY: the descriptor is not a listener, and the kernel reads 8 bytes at the address,
        // which are mapped.
        let result = unsafe { seccomp::raw::ioctl_seccomp_notif_set_flags(file.as_fd(), flags) };
        assert_eq!(result.unwrap_err().errno(), Errno::NOTTY);
        let input = b"mine too".into();
        let sent = Ioctl { request: 0x4008_2104, argument, input, output_size: 0 };
        assert_eq!(fuse.server.take_ioctls(), [sent]);
    });
}

#[test]
fn ioctl_accepts_any_return_value_of_fuse_server() {
    with_fuse(|fuse| {
        let root = fuse.root();
        for result in [0, 1, 3, i32::MAX, i32::MIN, -4096, -4095, -1] {
            for output in [&[][..], &[0xEE; 3], &[0xEE; 4096]] {
                fuse.server.set_ioctl(result, output);
                let errno = (-4095..0).contains(&result).then(|| Errno::from_raw(-result).unwrap());
                let opening = [
                    Call::IOCTL_NS_GET_USERNS,
                    Call::IOCTL_NS_GET_PARENT,
                    Call::IOCTL_PIDFD_GET_NAMESPACE,
                ];
                for Row(call, _, _, function) in rows() {
                    if opening.contains(&call) {
                        // On success, the function would use the return value as a descriptor.
                        continue;
                    }
                    let error = function(root.as_fd()).err().map(|error| error.errno());
                    assert_eq!(error, errno, "{call}: {result}");
                }
            }
        }

        fuse.server.set_ioctl(i32::MIN, &[]);
        let kind = namespace::raw::ioctl_ns_get_nstype(root.as_fd());
        assert_eq!(kind, Ok(Namespaces::from_bits_retain(0x8000_0000)));
        assert_eq!(
            io::bytes_available(&root),
            Ok(0),
            "the FUSE server should not write the variable"
        );
        let params = epoll::raw::ioctl_epiocgparams(root.as_fd()).unwrap();
        assert_eq!(params, BusyPoll::default(), "the FUSE server should not write the struct");
    });
}

/// `Namespace::try_from` checks the file system type, which a FUSE server cannot choose.
#[test]
fn namespace_try_from_fails_with_einval_for_fuse_file() {
    with_fuse(|fuse: &Fuse| {
        fuse.server.set_ioctl(0, &[]);
        for fd in [fuse.file(), fuse.root()] {
            assert_eq!(namespace::raw::fstatfs_is_nsfs(fd.as_fd()), Ok(false));
            assert_eq!(Namespace::try_from(fd).unwrap_err().errno(), Errno::INVAL);
        }
        assert_eq!(fuse.server.take_ioctls(), [], "the FUSE server should not receive an ioctl");
    });
}
