//! Errors of memory mappings.

use std::ptr::{null_mut, without_provenance_mut};

use butter::Errno;
use butter::error::{Call, ErrorKind};
use butter::eventfd::EventFd;
use butter::fd::{AsFd, BorrowedFd, OwnedFd};
use butter::memfd::Seals;
use butter::mm::{AnonymousMapping, MapFlags, ProtFlags, page_size, raw};

use super::memfd::sealed;
use super::{Outcome, Row, Table, check, check_all, failed, regular_file, row};
use common::child::{as_nobody, in_child};
use common::files;
use common::inject::inject;
use common::this_test;

pub const TABLE: Table = Table {
    source: include_str!("../../../src/mm/raw.rs"),
    rows: ROWS,
    at_descriptor_limit: &[],
    others: IN_CHILD,
};

const ROWS: &[Row] = &[
    Row(Call::MMAP, Errno::INVAL, ErrorKind::InvalidArgument, || failed(AnonymousMapping::new(0))),
    Row(Call::MMAP, Errno::ACCES, ErrorKind::PermissionDenied, || {
        map(ProtFlags::WRITE, MapFlags::SHARED, Some(&read_only_file()), 0)
    }),
    Row(Call::MMAP, Errno::BADF, ErrorKind::BadDescriptor, || {
        map(ProtFlags::READ, MapFlags::PRIVATE, None, 0)
    }),
    Row(Call::MMAP, Errno::NODEV, ErrorKind::InvalidArgument, || {
        map(ProtFlags::READ, MapFlags::SHARED, Some(&EventFd::new(0).unwrap().into()), 0)
    }),
    Row(Call::MMAP, Errno::NOMEM, ErrorKind::OutOfMemory, || {
        failed(AnonymousMapping::new(isize::MAX.cast_unsigned()))
    }),
    Row(Call::MMAP, Errno::EXIST, ErrorKind::AlreadyExists, || {
        let pages = AnonymousMapping::new(1).unwrap();
        let flags = MapFlags::PRIVATE | MapFlags::ANONYMOUS | MapFlags::FIXED_NOREPLACE;
        // SAFETY: replaces nothing.
        failed(unsafe { raw::mmap(pages.as_ptr().cast_mut(), 1, ProtFlags::READ, flags, None, 0) })
    }),
    Row(Call::MMAP, Errno::OPNOTSUPP, ErrorKind::Unsupported, || {
        map(ProtFlags::READ, MapFlags::SHARED_VALIDATE | MapFlags::SYNC, Some(&regular_file()), 0)
    }),
    Row(Call::MMAP, Errno::OVERFLOW, ErrorKind::InvalidArgument, || {
        map(ProtFlags::READ, MapFlags::SHARED, Some(&regular_file()), u64::MAX << 16)
    }),
    Row(Call::MMAP, Errno::PERM, ErrorKind::PermissionDenied, || {
        map(ProtFlags::WRITE, MapFlags::SHARED, Some(&sealed(Seals::WRITE).into()), 0)
    }),
    Row(Call::MMAP, Errno::NFILE, ErrorKind::LimitReached, || {
        inject(libc::SYS_mmap, Errno::NFILE, || {
            map(ProtFlags::READ, MapFlags::SHARED | MapFlags::ANONYMOUS, None, 0)
        })
    }),
    Row(Call::MUNMAP, Errno::INVAL, ErrorKind::InvalidArgument, || {
        // SAFETY: the address is not page-aligned, so the call fails.
        failed(unsafe { raw::munmap(without_provenance_mut(1), 1) })
    }),
    Row(Call::MUNMAP, Errno::PERM, ErrorKind::PermissionDenied, || {
        let page = msealed_page()?;
        // SAFETY: the page is not in use.
        failed(unsafe { raw::munmap(page, 1) })
    }),
    Row(Call::MPROTECT, Errno::INVAL, ErrorKind::InvalidArgument, || {
        // SAFETY: the address is not page-aligned, so the call fails.
        failed(unsafe { raw::mprotect(without_provenance_mut(1), 1, ProtFlags::READ) })
    }),
    Row(Call::MPROTECT, Errno::ACCES, ErrorKind::PermissionDenied, || {
        let file = read_only_file();
        // SAFETY: new memory, at an address of the kernel's choice.
        let page = unsafe {
            raw::mmap(null_mut(), 1, ProtFlags::READ, MapFlags::SHARED, Some(file.as_fd()), 0)
        };
        let page = page.unwrap();
        // SAFETY: just mapped, and not in use.
        let error = failed(unsafe { raw::mprotect(page, 1, ProtFlags::WRITE) });
        // SAFETY: as above.
        unsafe { raw::munmap(page, 1) }.unwrap();
        error
    }),
    Row(Call::MPROTECT, Errno::NOMEM, ErrorKind::OutOfMemory, || {
        // SAFETY: nothing is mapped at this address.
        failed(unsafe { raw::mprotect(without_provenance_mut(page_size()), 1, ProtFlags::READ) })
    }),
    Row(Call::MPROTECT, Errno::PERM, ErrorKind::PermissionDenied, || {
        let page = msealed_page()?;
        // SAFETY: the page is not in use.
        failed(unsafe { raw::mprotect(page, 1, ProtFlags::READ) })
    }),
];

/// The errors that the tests trigger in a dedicated child process.
const IN_CHILD: &[Row] = &[
    Row(Call::MMAP, Errno::AGAIN, ErrorKind::LimitReached, || {
        as_nobody(|| {
            let flags = MapFlags::PRIVATE | MapFlags::ANONYMOUS | MapFlags::LOCKED;
            // SAFETY: new memory, at an address of the kernel's choice.
            failed(unsafe { raw::mmap(null_mut(), 1 << 24, ProtFlags::READ, flags, None, 0) })
        })
    }),
    Row(Call::MUNMAP, Errno::NOMEM, ErrorKind::LimitReached, exceed_map_count),
];

fn map(protection: ProtFlags, flags: MapFlags, file: Option<&OwnedFd>, offset: u64) -> Outcome {
    let file: Option<BorrowedFd<'_>> = file.map(AsFd::as_fd);
    // SAFETY: the call fails, so nothing is mapped.
    failed(unsafe { raw::mmap(null_mut(), 1, protection, flags, file, offset) })
}

/// Opens a file for reading only, so that a shared mapping of the file cannot be writable.
fn read_only_file() -> OwnedFd {
    let file = files::NamedFile::new();
    common::fd(std::fs::File::open(file.path()).unwrap())
}

/// Maps a page and seals it with `mseal`, so that the page can never be unmapped. Returns an error
/// if the kernel does not support `mseal`.
fn msealed_page() -> Result<*mut u8, String> {
    // SAFETY: new memory, at an address of the kernel's choice.
    let page = unsafe {
        raw::mmap(null_mut(), 1, ProtFlags::NONE, MapFlags::PRIVATE | MapFlags::ANONYMOUS, None, 0)
    };
    let page = page.unwrap();
    const SYS_MSEAL: libc::c_long = 462;
    // SAFETY: the page is not in use.
    if unsafe { libc::syscall(SYS_MSEAL, page, page_size(), 0) } != 0 {
        // SAFETY: as above.
        unsafe { raw::munmap(page, 1) }.unwrap();
        return Err("mseal requires Linux 6.10".into());
    }
    Ok(page)
}

/// Creates mappings until `vm.max_map_count` is reached, and returns the error of an `munmap` call
/// that would create one more mapping.
fn exceed_map_count() -> Outcome {
    let limit: usize =
        std::fs::read_to_string("/proc/sys/vm/max_map_count").unwrap().trim().parse().unwrap();
    if limit > 300_000 {
        return Err(format!(
            "vm.max_map_count is {limit}, which is more mappings than this test creates"
        ));
    }
    let page = page_size();
    let length = (2 * limit + 8) * page;
    let flags = MapFlags::PRIVATE | MapFlags::ANONYMOUS | MapFlags::NORESERVE;
    // SAFETY: new memory, at an address of the kernel's choice.
    let start = unsafe { raw::mmap(null_mut(), length, ProtFlags::NONE, flags, None, 0) }.unwrap();
    // Each `mprotect` call splits a mapping, until the number of mappings reaches the limit.
    let error = (1..limit + 8).find_map(|at| {
        let other = start.wrapping_add((2 * at - 1) * page);
        // SAFETY: the page is not in use.
        unsafe { raw::mprotect(other, page, ProtFlags::READ) }.err()
    });
    let error =
        error.expect("mprotect should fail if the number of mappings exceeds vm.max_map_count");
    check(row(Call::MPROTECT, Errno::NOMEM).unwrap(), error);
    // SAFETY: the second-to-last page of a mapping, which is not in use.
    failed(unsafe { raw::munmap(start.wrapping_add(length - 2 * page), page) })
}

#[test]
fn mmap_and_munmap_fail_with_documented_errno_if_limit_is_exceeded() {
    in_child(|| {
        let limit = libc::rlimit { rlim_cur: 1 << 16, rlim_max: 1 << 16 };
        // SAFETY: reads one struct.
        assert_eq!(unsafe { libc::setrlimit(libc::RLIMIT_MEMLOCK, &raw const limit) }, 0);
        check_all(this_test!(), IN_CHILD);
    });
}

/// Tests further causes of the errnos in the table of memory errors.
#[test]
fn mmap_munmap_and_mprotect_fail_with_documented_errno_if_argument_is_invalid() {
    let invalid = row(Call::MMAP, Errno::INVAL).unwrap();
    let file = regular_file();
    check(invalid, map(ProtFlags::READ, MapFlags::SHARED, Some(&file), 1).unwrap());
    check(invalid, map(ProtFlags::READ, MapFlags::empty(), Some(&file), 0).unwrap());
    let misplaced = MapFlags::PRIVATE | MapFlags::ANONYMOUS | MapFlags::FIXED;
    // SAFETY: the address is not page-aligned, so the call fails.
    let error = failed(unsafe {
        raw::mmap(without_provenance_mut(1), 1, ProtFlags::READ, misplaced, None, 0)
    });
    check(invalid, error.unwrap());
    check(
        row(Call::MMAP, Errno::NOMEM).unwrap(),
        failed(AnonymousMapping::new(usize::MAX)).unwrap(),
    );
    check(
        row(Call::MMAP, Errno::NODEV).unwrap(),
        map(ProtFlags::READ, MapFlags::SHARED, Some(&pipe_reader()), 0).unwrap(),
    );
    let beyond = map(
        ProtFlags::READ,
        MapFlags::SHARED_VALIDATE | MapFlags::from_bits_retain(1 << 23),
        Some(&file),
        0,
    );
    check(row(Call::MMAP, Errno::OPNOTSUPP).unwrap(), beyond.unwrap());

    let invalid = row(Call::MUNMAP, Errno::INVAL).unwrap();
    let mut pages = AnonymousMapping::new(1).unwrap();
    // SAFETY: the length is 0, so no memory is unmapped.
    check(invalid, failed(unsafe { raw::munmap(pages.as_mut_ptr(), 0) }).unwrap());
    let invalid = row(Call::MPROTECT, Errno::INVAL).unwrap();
    let unknown = ProtFlags::from_bits_retain(1 << 20);
    // SAFETY: the call fails, and changes nothing.
    check(invalid, failed(unsafe { raw::mprotect(pages.as_mut_ptr(), 1, unknown) }).unwrap());
}

fn pipe_reader() -> OwnedFd {
    butter::pipe::pipe().unwrap().0
}
