//! Tests of `splice_pages`, which moves memory into a pipe and unmaps it.

use std::fs::File;

use butter::io;
use butter::mm::raw::{mmap, munmap};
use butter::mm::{AnonymousMapping, MapFlags, ProtFlags, page_size};
use butter::pipe::{self, SpliceFlags, SplicePagesError, Spliced, splice_pages};
use butter::signal::{self, Action, SigInfo, Signal};
use butter::{Errno, Result};

use super::{NONE, borrowed, drain};
use common::child::in_child;
use common::files;
use common::is_mapped;
use common::pattern::{file_containing, pattern_bytes};
use common::require;
use common::signals::PeriodicSignals;

/// Returns a mapping that contains the test pattern.
fn pages(length: usize) -> AnonymousMapping {
    let mut pages = AnonymousMapping::new(length).unwrap();
    pages.copy_from_slice(&pattern_bytes(length));
    pages
}

#[test]
fn splice_pages_unmaps_pages_so_that_later_writes_do_not_change_the_pipe() {
    in_child(|| {
        let (page, (reader, writer)) = (page_size(), pipe::pipe().unwrap());
        for length in [1, 100, page, page + 1, 5 * page, 8 * page - 1] {
            for flags in [NONE, SpliceFlags::GIFT] {
                let pages = pages(length);
                let addresses: Vec<_> = (0..length.div_ceil(page))
                    .map(|at| pages.as_ptr().wrapping_add(at * page))
                    .collect();
                assert!(addresses.iter().all(|address| is_mapped(*address)));
                let Spliced { bytes, rest } = splice_pages(&writer, pages, flags).unwrap();
                assert_eq!((bytes, rest.is_none()), (length, true));
                assert!(!addresses.iter().any(|address| is_mapped(*address)), "unmapped");

                // Memory that is mapped later, at the same addresses or in freed pages, must not
                // share pages with the pipe.
                let flags = MapFlags::PRIVATE | MapFlags::ANONYMOUS | MapFlags::FIXED_NOREPLACE;
                let start = addresses[0].cast_mut();
                // SAFETY: `MAP_FIXED_NOREPLACE` replaces no mapping.
                let same = unsafe {
                    mmap(start, length, ProtFlags::READ | ProtFlags::WRITE, flags, None, 0)
                };
                assert_eq!(same, Ok(start), "the addresses of the spliced pages should be unused");
                // SAFETY: mapped just now with this length, and used only here.
                unsafe { start.write_bytes(0xFF, length) };
                AnonymousMapping::new(64 * page).unwrap().fill(0xFF);
                // SAFETY: the memory is not used any longer.
                unsafe { munmap(start, length) }.unwrap();
                assert!(drain(&reader) == pattern_bytes(length));
            }
        }
    });
}

#[test]
fn splice_pages_returns_the_pages_that_do_not_fit_into_the_pipe() {
    in_child(|| {
        let (page, (reader, writer)) = (page_size(), pipe::pipe().unwrap());
        pipe::set_size(&writer, 4 * page).unwrap();
        let length = 10 * page + 100;
        let all = pages(length);
        let start = all.as_ptr();
        let Spliced { bytes, rest } = splice_pages(&writer, all, NONE).unwrap();
        let rest = rest.unwrap();
        assert_eq!((bytes, rest.len()), (4 * page, length - 4 * page));
        assert_eq!(
            rest.as_ptr(),
            start.wrapping_add(4 * page),
            "the remaining pages should keep their address"
        );
        assert!(*rest == pattern_bytes(length)[4 * page..]);
        let mapped: Vec<_> = (0..11).map(|at| is_mapped(start.wrapping_add(at * page))).collect();
        assert_eq!(mapped, [[false; 4].as_slice(), &[true; 7]].concat());

        let mut read = drain(&reader);
        let mut rest = Some(rest);
        while let Some(pages) = rest {
            let first = pages.as_ptr();
            let spliced = splice_pages(&writer, pages, NONE).unwrap();
            // Later allocations can use these addresses.
            assert!(
                !(0..spliced.bytes.div_ceil(page))
                    .any(|at| is_mapped(first.wrapping_add(at * page)))
            );
            read.extend(drain(&reader));
            rest = spliced.rest;
        }
        assert!(read == pattern_bytes(length));
    });
}

#[test]
fn splice_pages_returns_all_pages_if_pipe_is_full_and_nonblocking() {
    let page = page_size();
    let ((_one, blocking), (_other, nonblocking)) =
        (pipe::pipe().unwrap(), pipe::nonblocking().unwrap());
    for (writer, flags) in [(&blocking, SpliceFlags::NONBLOCK), (&nonblocking, NONE)] {
        let capacity = pipe::set_size(writer, page).unwrap();
        assert_eq!(splice_pages(writer, pages(capacity), flags).unwrap().bytes, capacity);
        let Spliced { bytes, rest } = splice_pages(writer, pages(3 * page), flags).unwrap();
        assert_eq!(bytes, 0);
        assert!(*rest.unwrap() == pattern_bytes(3 * page));
    }
    let mut empty = pages(page);
    empty.truncate(0);
    let Spliced { bytes, rest } = splice_pages(&blocking, empty, SpliceFlags::NONBLOCK).unwrap();
    assert_eq!(
        (bytes, rest.is_none()),
        (0, true),
        "splice_pages of an empty mapping should succeed if the pipe is full"
    );
}

/// Forks a child, splices the first 16 pages of the mapping into a pipe, and keeps or drops the
/// remaining pages. The child then writes to its copy of all pages. Checks that the contents of the
/// pipe and of the remaining pages do not change.
fn splice_while_child_writes(mut all: AnonymousMapping, keep_rest: bool) {
    let ((reader, writer), (started, start)) = (pipe::pipe().unwrap(), pipe::pipe().unwrap());
    let (done, report_done) = pipe::pipe().unwrap();
    let (count, length) = (all.len(), 16 * page_size());
    pipe::set_size(&writer, length).unwrap();
    // SAFETY: the child writes to its copy of the memory, makes system calls and exits.
    let child = unsafe { libc::fork() };
    assert_ne!(child, -1, "fork: {}", std::io::Error::last_os_error());
    if child == 0 {
        common::forked::limit_lifetime();
        io::read(&started, &mut [0]).unwrap();
        all.fill(0xFF);
        io::write(&report_done, b"!").unwrap();
        butter::process::exit_group(i32::from(all.iter().any(|byte| *byte != 0xFF)));
    }
    drop(report_done);
    let Spliced { bytes, rest } = splice_pages(&writer, all, NONE).unwrap();
    assert_eq!((bytes, rest.as_ref().unwrap().len()), (length, count - length));
    let kept = rest.filter(|_| keep_rest);
    io::write(&start, b"!").unwrap();
    assert_eq!(io::read(&done, &mut [0]), Ok(1));
    assert!(drain(&reader) == pattern_bytes(length));
    assert!(kept.is_none_or(|rest| *rest == pattern_bytes(count)[length..]));
    let mut status = 0;
    // SAFETY: writes one number.
    assert_eq!(unsafe { libc::waitpid(child, &raw mut status, 0) }, child);
    assert_eq!(status, 0, "the child should read the bytes that it wrote");
}

#[test]
fn splice_pages_content_is_not_changed_by_forked_child() {
    in_child(|| {
        for keep_rest in [true, false] {
            splice_while_child_writes(pages(64 * page_size()), keep_rest);
        }
    });
}

/// Returns how many bytes of the mapping that starts at `start` are in huge pages.
fn bytes_in_huge_pages(start: *const u8) -> usize {
    let maps = std::fs::read_to_string("/proc/self/smaps").unwrap_or_default();
    let start = format!("{:x}-", start.addr());
    let lines = maps.lines().skip_while(|line| !line.starts_with(&start));
    let mut huge =
        lines.filter_map(|line| line.strip_prefix("AnonHugePages:")?.trim().strip_suffix(" kB"));
    huge.next().map_or(0, |huge| 1024 * huge.parse::<usize>().unwrap())
}

/// Returns huge pages that contain the test pattern, or `None` if the kernel does not provide huge
/// pages.
fn huge_pages() -> Option<AnonymousMapping> {
    let size =
        std::fs::read_to_string("/sys/kernel/mm/transparent_hugepage/hpage_pmd_size").ok()?;
    let huge: usize = size.trim().parse().unwrap();
    let mut all = AnonymousMapping::new(3 * huge).unwrap();
    // Removes, one by one, the pages that precede the first address aligned for a huge page.
    let (reader, writer) = pipe::pipe().unwrap();
    pipe::set_size(&writer, page_size()).unwrap();
    while !all.as_ptr().addr().is_multiple_of(huge) {
        all = splice_pages(&writer, all, NONE).unwrap().rest.unwrap();
        drain(&reader);
    }
    all.truncate(2 * huge);
    // SAFETY: the mapping is borrowed mutably, and its bytes do not change.
    unsafe { libc::madvise(all.as_mut_ptr().cast(), all.len(), libc::MADV_HUGEPAGE) };
    let pattern = pattern_bytes(all.len());
    all.copy_from_slice(&pattern);
    (bytes_in_huge_pages(all.as_ptr()) >= 2 * huge).then_some(all)
}

#[test]
fn splice_pages_content_of_huge_pages_is_not_changed_by_forked_child() {
    require!(kernel >= 5.18, "isolation of huge pages in a pipe from a forked child");
    in_child(|| {
        for keep_rest in [true, false] {
            let all = require!(huge_pages(), "the kernel does not provide transparent huge pages");
            splice_while_child_writes(all, keep_rest);
        }
    });
}

/// Returns the errno of a failed `splice_pages`, and checks that the error contains the unchanged
/// pages.
fn failure(result: Result<Spliced, SplicePagesError>) -> Errno {
    let splice_error = result.unwrap_err();
    let error = splice_error.error();
    assert_eq!(splice_error.to_string(), error.to_string());
    assert_eq!(format!("{splice_error:?}"), error.to_string());
    assert!(*splice_error.into_pages().unwrap() == pattern_bytes(100));
    error.errno()
}

#[test]
fn splice_pages_fails_and_returns_pages_if_descriptor_is_not_an_open_write_end() {
    let (reader, writer) = pipe::pipe().unwrap();
    io::write(&writer, &[7; 200]).unwrap();
    assert_eq!(failure(splice_pages(&reader, pages(100), NONE)), Errno::BADF);
    assert_eq!(
        io::bytes_available(&reader),
        Ok(200),
        "splice_pages should not read bytes from the pipe"
    );
    assert_eq!(
        failure(splice_pages(borrowed(&file_containing(&[])), pages(100), NONE)),
        Errno::BADF
    );
    assert_eq!(
        failure(splice_pages(&writer, pages(100), SpliceFlags::from_bits_retain(0x100))),
        Errno::INVAL
    );
    drop(reader);
    common::wait_until_reader_is_closed(&writer);
    assert_eq!(failure(splice_pages(&writer, pages(100), NONE)), Errno::PIPE);
    let converted: fn() -> Result<Spliced> =
        || Ok(splice_pages(pipe::pipe()?.0, pages(100), NONE)?);
    assert_eq!(converted().unwrap_err().errno(), Errno::BADF);
}

#[test]
fn splice_pages_accepts_fifo_opened_for_reading_and_writing() {
    let directory = files::directory();
    let path = directory.path().join("fifo");
    let name = std::ffi::CString::new(path.to_str().unwrap()).unwrap();
    // SAFETY: reads the path.
    assert_eq!(unsafe { libc::mkfifo(name.as_ptr(), 0o600) }, 0);
    let both = common::fd(File::options().read(true).write(true).open(&path).unwrap());
    assert_eq!(splice_pages(&both, pages(5000), NONE).unwrap().bytes, 5000);
    assert!(drain(&both) == pattern_bytes(5000));
}

#[test]
fn splice_pages_retries_on_eintr_while_pipe_is_full() {
    let (reader, writer) = pipe::pipe().unwrap();
    let capacity = pipe::set_size(&writer, 4096).unwrap();
    assert!(splice_pages(&writer, pages(capacity), NONE).unwrap().rest.is_none());
    let signals = PeriodicSignals::new();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while signals.count() < 20 {
                std::thread::yield_now();
            }
            drain(&reader);
        });
        assert_eq!(signals.run(|| splice_pages(&writer, pages(100), NONE).unwrap().bytes), 100);
    });
    assert!(drain(&reader) == pattern_bytes(100));
}

/// Sets the result of the trapped `vmsplice` to one page and 100 bytes, as if the kernel had
/// stopped within the second page.
extern "C" fn return_one_page_and_100_bytes(
    _: Signal,
    _: &SigInfo,
    context: *mut std::ffi::c_void,
) {
    // SAFETY: the kernel passes a valid context, which only this handler uses.
    let context = unsafe { &mut *context.cast::<libc::ucontext_t>() };
    let result = page_size() + 100;
    #[cfg(target_arch = "x86_64")]
    {
        context.uc_mcontext.gregs[libc::REG_RAX as usize] = result as i64;
    }
    #[cfg(target_arch = "aarch64")]
    {
        context.uc_mcontext.regs[0] = result as u64;
    }
}

#[test]
fn splice_pages_copies_the_remaining_bytes_if_vmsplice_stops_within_a_page() {
    in_child(|| {
        // SAFETY: the handler changes only its context.
        unsafe {
            signal::set_action(Signal::SYS, &Action::info_handler(return_one_page_and_100_bytes))
        }
        .unwrap();
        let page = page_size();
        let (_reader, writer) = pipe::pipe().unwrap();
        let all = pages(5 * page + 7);
        let start = all.as_ptr();
        let result =
            common::inject::trap(libc::SYS_vmsplice, 0, || splice_pages(&writer, all, NONE));
        let Spliced { bytes, rest } = result.unwrap();
        assert_eq!(bytes, page + 100);
        let rest = rest.unwrap();
        assert!(
            *rest == pattern_bytes(5 * page + 7)[page + 100..],
            "`rest` should contain all remaining bytes"
        );
        assert!(
            !rest.as_ptr_range().contains(&start),
            "the remaining bytes should be in a new mapping"
        );
        assert!(
            !is_mapped(start) && !is_mapped(start.wrapping_add(page)),
            "the former pages should be unmapped"
        );
    });
}
