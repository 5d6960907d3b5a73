//! Errors of memfds.

use std::fs::{File, OpenOptions};

use butter::error::{Call, ErrorKind};
use butter::eventfd::EventFd;
use butter::fd::{AsRawFd, OwnedFd};
use butter::memfd::{CreateFlags, MemFd, Seals, raw};
use butter::process::exit_group;
use butter::{Errno, Error};

use super::{Outcome, Row, Table, check, check_all, failed, null, row};
use common::child::in_child;
use common::inject::inject;
use common::this_test;

pub const TABLE: Table = Table {
    source: include_str!("../../../src/memfd/raw.rs"),
    rows: ROWS,
    at_descriptor_limit: AT_DESCRIPTOR_LIMIT,
    others: IN_CHILD,
};

const ROWS: &[Row] = &[
    Row(Call::MEMFD_CREATE, Errno::INVAL, ErrorKind::InvalidArgument, || {
        failed(MemFd::new([b'n'; 250]))
    }),
    Row(Call::MEMFD_CREATE, Errno::NFILE, ErrorKind::LimitReached, || {
        inject(libc::SYS_memfd_create, Errno::NFILE, || failed(MemFd::new("")))
    }),
    Row(Call::MEMFD_CREATE, Errno::NODEV, ErrorKind::Unsupported, || {
        match MemFd::with_flags("", CreateFlags::HUGETLB | CreateFlags::HUGE_8MB) {
            Err(error) if error.is(Errno::NOSYS) => Err(error.to_string()),
            result => failed(result),
        }
    }),
    Row(Call::MEMFD_CREATE_EXEC, Errno::INVAL, ErrorKind::Unsupported, || {
        if common::kernel_is_at_least("6.3") {
            return inject(libc::SYS_memfd_create, Errno::INVAL, || {
                failed(MemFd::with_flags("", CreateFlags::EXEC))
            });
        }
        failed(MemFd::with_flags("", CreateFlags::EXEC))
    }),
    Row(Call::FCNTL_ADD_SEALS, Errno::PERM, ErrorKind::PermissionDenied, || {
        failed(MemFd::new("").unwrap().add_seals(Seals::GROW))
    }),
    Row(Call::FCNTL_ADD_SEALS, Errno::BUSY, ErrorKind::Busy, || {
        let memfd = sealed(Seals::empty());
        let _mapped = memfd.map().unwrap();
        failed(memfd.add_seals(Seals::WRITE))
    }),
    Row(Call::FCNTL_ADD_SEALS, Errno::INVAL, ErrorKind::InvalidArgument, || {
        failed(not_a_memfd().add_seals(Seals::EXEC))
    }),
    Row(Call::FCNTL_ADD_SEALS_EXEC, Errno::INVAL, ErrorKind::Unsupported, || {
        if common::kernel_is_at_least("6.3") {
            return Err("this kernel supports F_SEAL_EXEC".into());
        }
        failed(sealed(Seals::empty()).add_seals(Seals::EXEC))
    }),
    Row(Call::FCNTL_GET_SEALS, Errno::INVAL, ErrorKind::InvalidArgument, || {
        failed(not_a_memfd().seals())
    }),
    Row(Call::FTRUNCATE, Errno::PERM, ErrorKind::PermissionDenied, || {
        failed(sealed(Seals::GROW).set_len(1 << 20))
    }),
    Row(Call::FTRUNCATE, Errno::INVAL, ErrorKind::InvalidArgument, || {
        failed(MemFd::new("").unwrap().set_len(u64::MAX))
    }),
    Row(Call::PREAD64, Errno::INVAL, ErrorKind::InvalidArgument, || {
        failed(MemFd::new("").unwrap().read_at(&mut [0], u64::MAX))
    }),
    Row(Call::PREAD64, Errno::BADF, ErrorKind::BadDescriptor, || {
        failed(reopened(File::options().write(true)).read_at(&mut [0], 0))
    }),
    Row(Call::PWRITE64, Errno::PERM, ErrorKind::PermissionDenied, || {
        failed(sealed(Seals::WRITE).write_at(b"!", 0))
    }),
    Row(Call::PWRITE64, Errno::INVAL, ErrorKind::InvalidArgument, || {
        failed(MemFd::new("").unwrap().write_at(b"!", u64::MAX))
    }),
    Row(Call::PWRITE64, Errno::BADF, ErrorKind::BadDescriptor, || {
        failed(reopened(File::options().read(true)).write_at(b"!", 0))
    }),
];

const AT_DESCRIPTOR_LIMIT: &[Row] =
    &[Row(Call::MEMFD_CREATE, Errno::MFILE, ErrorKind::LimitReached, || failed(MemFd::new("")))];

/// The errors that the tests trigger in a dedicated child process.
const IN_CHILD: &[Row] = &[
    Row(Call::FTRUNCATE, Errno::FBIG, ErrorKind::LimitReached, || {
        failed(MemFd::new("").unwrap().set_len(FILE_SIZE_LIMIT + 1))
    }),
    Row(Call::PWRITE64, Errno::FBIG, ErrorKind::LimitReached, || {
        failed(MemFd::new("").unwrap().write_at(b"!", FILE_SIZE_LIMIT))
    }),
    Row(
        Call::MEMFD_CREATE,
        Errno::ACCES,
        ErrorKind::PermissionDenied,
        create_executable_in_restricted_pid_namespace,
    ),
];

/// The limit on the size of files (`RLIMIT_FSIZE`) in the child process.
const FILE_SIZE_LIMIT: u64 = 1 << 16;

/// Creates a memfd that is longer than a page, and adds these seals.
pub fn sealed(seals: Seals) -> MemFd {
    let memfd = MemFd::sealable("sealed").unwrap();
    memfd.write_at(&[7; 5000], 0).unwrap();
    memfd.add_seals(seals).unwrap();
    memfd
}

/// Returns a `MemFd` whose descriptor is not a memfd.
fn not_a_memfd() -> MemFd {
    OwnedFd::from(EventFd::new(0).unwrap()).into()
}

/// Creates a memfd and opens it again with these options.
fn reopened(options: &OpenOptions) -> MemFd {
    let memfd = sealed(Seals::empty());
    common::fd(options.open(format!("/proc/self/fd/{}", memfd.as_raw_fd())).unwrap()).into()
}

/// Creates an executable memfd in a new PID namespace, in which `vm.memfd_noexec` is 2, so that the
/// kernel rejects the memfd.
fn create_executable_in_restricted_pid_namespace() -> Outcome {
    if !common::kernel_is_at_least("6.3") {
        return Err("vm.memfd_noexec requires Linux 6.3".into());
    }
    // SAFETY: as fork: the child has a copy of the memory, makes system calls and terminates.
    let child = unsafe {
        libc::syscall(
            libc::SYS_clone,
            libc::c_long::from(libc::CLONE_NEWPID | libc::SIGCHLD),
            0,
            0,
            0,
            0,
        )
    };
    if child < 0 {
        return Err("a new PID namespace requires CAP_SYS_ADMIN".into());
    }
    if child == 0 {
        // SAFETY: reads the path; a success is a new descriptor.
        let setting = unsafe {
            libc::open(c"/proc/sys/vm/memfd_noexec".as_ptr(), libc::O_WRONLY | libc::O_CLOEXEC)
        };
        // SAFETY: reads the byte.
        if unsafe { libc::write(setting, c"2".as_ptr().cast(), 1) } != 1 {
            exit_group(2);
        }
        let refused = raw::memfd_create(c"", CreateFlags::CLOEXEC | CreateFlags::EXEC)
            .is_err_and(|error| error.is(Errno::ACCES));
        let allowed =
            raw::memfd_create(c"", CreateFlags::CLOEXEC | CreateFlags::NOEXEC_SEAL).is_ok();
        exit_group(i32::from(!refused || !allowed));
    }
    let mut status = 0;
    // SAFETY: writes one number.
    assert_eq!(unsafe { libc::waitpid(child as i32, &raw mut status, 0) }, child as i32);
    if libc::WEXITSTATUS(status) == 2 {
        return Err("vm.memfd_noexec cannot be set in a new PID namespace".into());
    }
    assert_eq!(status, 0);
    Ok(Error::new(Call::MEMFD_CREATE, Errno::ACCES))
}

#[test]
fn memfd_calls_fail_with_documented_errno_if_limit_or_sysctl_forbids_them() {
    in_child(|| {
        let limit = libc::rlimit { rlim_cur: FILE_SIZE_LIMIT, rlim_max: FILE_SIZE_LIMIT };
        // SAFETY: reads one struct.
        assert_eq!(unsafe { libc::setrlimit(libc::RLIMIT_FSIZE, &raw const limit) }, 0);
        butter::signal::ignore(butter::signal::Signal::XFSZ).unwrap();
        check_all(this_test!(), IN_CHILD);
    });
}

/// Tests further causes of the errnos in the table of memfd errors.
#[test]
fn memfd_calls_fail_with_documented_errno_if_argument_is_invalid() {
    let invalid = row(Call::MEMFD_CREATE, Errno::INVAL).unwrap();
    let name = std::ffi::CString::new([b'n'; 250]).unwrap();
    check(invalid, failed(MemFd::new(name.as_c_str())).unwrap());
    check(invalid, failed(MemFd::new("n".repeat(10_000).as_str())).unwrap());
    check(invalid, failed(MemFd::new("a\0b")).unwrap());
    let newer = [CreateFlags::EXEC, CreateFlags::NOEXEC_SEAL];
    for flags in [
        CreateFlags::from_bits_retain(1 << 20),
        CreateFlags::from_bits_retain(1 << 20) | newer[0],
        CreateFlags::HUGE_2MB,
        CreateFlags::HUGE_2MB | newer[1],
        newer[0] | newer[1],
    ] {
        check(invalid, failed(MemFd::with_flags("", flags)).unwrap());
    }
    check(invalid, failed(MemFd::with_flags("a\0b", newer[0])).unwrap());
    check(invalid, failed(MemFd::with_flags([b'n'; 250], newer[1])).unwrap());

    let memfd = sealed(Seals::SHRINK);
    check(row(Call::FTRUNCATE, Errno::PERM).unwrap(), failed(memfd.set_len(0)).unwrap());
    check(
        row(Call::FTRUNCATE, Errno::INVAL).unwrap(),
        failed(MemFd::from(null()).set_len(0)).unwrap(),
    );
    let unknown = row(Call::FCNTL_ADD_SEALS, Errno::INVAL).unwrap();
    check(unknown, failed(memfd.add_seals(Seals::from_bits_retain(1 << 20))).unwrap());
    check(
        unknown,
        failed(memfd.add_seals(Seals::from_bits_retain(1 << 20) | Seals::EXEC)).unwrap(),
    );
    let for_reading = reopened(File::options().read(true));
    check(
        row(Call::FCNTL_ADD_SEALS, Errno::PERM).unwrap(),
        failed(for_reading.add_seals(Seals::GROW)).unwrap(),
    );
    check(row(Call::MMAP, Errno::ACCES).unwrap(), failed(for_reading.map()).unwrap());
    for seal in [Seals::WRITE, Seals::FUTURE_WRITE] {
        check(row(Call::MMAP, Errno::PERM).unwrap(), failed(sealed(seal).map()).unwrap());
        check(
            row(Call::PWRITE64, Errno::PERM).unwrap(),
            failed(sealed(seal).write_at(b"!", 0)).unwrap(),
        );
    }
    check(row(Call::FCNTL_GET_SEALS, Errno::INVAL).unwrap(), failed(not_a_memfd().map()).unwrap());
    check(
        row(Call::FCNTL_GET_SEALS, Errno::INVAL).unwrap(),
        failed(not_a_memfd().map_sealed()).unwrap(),
    );
}
