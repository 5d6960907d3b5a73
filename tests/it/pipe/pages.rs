//! Memory given to a pipe for good.

use std::fs::File;

use butter::io;
use butter::mm::raw::{mmap, munmap};
use butter::mm::{AnonymousMapping, MapFlags, ProtFlags, page_size};
use butter::pipe::{self, SpliceFlags, SplicePagesError, Spliced, splice_pages};
use butter::signal::{self, Action, SigInfo, Signal};
use butter::{Errno, Result};

use super::{NONE, drain, lent};
use common::child::in_child;
use common::files;
use common::is_mapped;
use common::pattern::{file_containing, pattern_bytes};
use common::require;
use common::signals::PeriodicSignals;

/// AnonymousMapping with the test pattern.
fn pages(length: usize) -> AnonymousMapping {
    let mut pages = AnonymousMapping::new(length).unwrap();
    pages.copy_from_slice(&pattern_bytes(length));
    pages
}

#[test]
fn pages_in_a_pipe_are_gone_here_and_nobody_changes_them() {
    in_child(|| {
        let (page, (reader, writer)) = (page_size(), pipe::pipe().unwrap());
        for length in [1, 100, page, page + 1, 5 * page, 8 * page - 1] {
            for flags in [NONE, SpliceFlags::GIFT] {
                let pages = pages(length);
                let places: Vec<_> = (0..length.div_ceil(page))
                    .map(|at| pages.as_ptr().wrapping_add(at * page))
                    .collect();
                assert!(places.iter().all(|place| is_mapped(*place)));
                let Spliced { bytes, rest } = splice_pages(&writer, pages, flags).unwrap();
                assert_eq!((bytes, rest.is_none()), (length, true));
                assert!(!places.iter().any(|place| is_mapped(*place)), "the mapping is gone");

                // New memory, at the same addresses and with whatever was freed, is not what is in the pipe.
                let flags = MapFlags::PRIVATE | MapFlags::ANONYMOUS | MapFlags::FIXED_NOREPLACE;
                let start = places[0].cast_mut();
                // SAFETY: replaces nothing.
                let same = unsafe {
                    mmap(start, length, ProtFlags::READ | ProtFlags::WRITE, flags, None, 0)
                };
                assert_eq!(same, Ok(start), "nothing is mapped there");
                // SAFETY: just mapped so long, and nobody else's.
                unsafe { start.write_bytes(0xFF, length) };
                AnonymousMapping::new(64 * page).unwrap().fill(0xFF);
                // SAFETY: nobody uses it any more.
                unsafe { munmap(start, length) }.unwrap();
                assert!(drain(&reader) == pattern_bytes(length));
            }
        }
    });
}

#[test]
fn what_does_not_fit_into_a_pipe_comes_back() {
    in_child(|| {
        let (page, (reader, writer)) = (page_size(), pipe::pipe().unwrap());
        pipe::set_size(&writer, 4 * page).unwrap();
        let length = 10 * page + 100;
        let all = pages(length);
        let start = all.as_ptr();
        let Spliced { bytes, rest } = splice_pages(&writer, all, NONE).unwrap();
        let rest = rest.unwrap();
        assert_eq!((bytes, rest.len()), (4 * page, length - 4 * page));
        assert_eq!(rest.as_ptr(), start.wrapping_add(4 * page), "the rest stays where it is");
        assert!(*rest == pattern_bytes(length)[4 * page..]);
        let mapped: Vec<_> = (0..11).map(|at| is_mapped(start.wrapping_add(at * page))).collect();
        assert_eq!(mapped, [[false; 4].as_slice(), &[true; 7]].concat());

        let mut read = drain(&reader);
        let mut rest = Some(rest);
        while let Some(pages) = rest {
            let spliced = splice_pages(&writer, pages, NONE).unwrap();
            read.extend(drain(&reader));
            rest = spliced.rest;
        }
        assert!(read == pattern_bytes(length));
        assert!(!(0..11).any(|at| is_mapped(start.wrapping_add(at * page))));
    });
}

#[test]
fn no_room_is_an_answer_and_all_pages_come_back() {
    let page = page_size();
    let ((_one, blocking), (_other, nonblocking)) =
        (pipe::pipe().unwrap(), pipe::nonblocking().unwrap());
    for (writer, flags) in [(&blocking, SpliceFlags::NONBLOCK), (&nonblocking, NONE)] {
        let room = pipe::set_size(writer, page).unwrap();
        assert_eq!(splice_pages(writer, pages(room), flags).unwrap().bytes, room);
        let Spliced { bytes, rest } = splice_pages(writer, pages(3 * page), flags).unwrap();
        assert_eq!(bytes, 0);
        assert!(*rest.unwrap() == pattern_bytes(3 * page));
    }
    let mut none = pages(page);
    none.truncate(0);
    let Spliced { bytes, rest } = splice_pages(&blocking, none, SpliceFlags::NONBLOCK).unwrap();
    assert_eq!((bytes, rest.is_none()), (0, true), "nothing has room everywhere");
}

/// Gives the first of these pages to a pipe, and keeps the others or not, while a forked child has a copy of all and
/// changes it.
fn give_and_change_a_copy(mut all: AnonymousMapping, keeps_rest: bool) {
    let ((reader, writer), (told, tell)) = (pipe::pipe().unwrap(), pipe::pipe().unwrap());
    let (done, say) = pipe::pipe().unwrap();
    let (count, length) = (all.len(), 16 * page_size());
    pipe::set_size(&writer, length).unwrap();
    // SAFETY: the child writes to its copy of the memory, makes system calls and ends.
    let child = unsafe { libc::fork() };
    assert_ne!(child, -1, "fork: {}", std::io::Error::last_os_error());
    if child == 0 {
        common::forked::limit_lifetime();
        io::read(&told, &mut [0]).unwrap();
        all.fill(0xFF);
        io::write(&say, b"!").unwrap();
        butter::process::exit_group(i32::from(all.iter().any(|byte| *byte != 0xFF)));
    }
    drop(say);
    let Spliced { bytes, rest } = splice_pages(&writer, all, NONE).unwrap();
    assert_eq!((bytes, rest.as_ref().unwrap().len()), (length, count - length));
    let kept = rest.filter(|_| keeps_rest);
    io::write(&tell, b"!").unwrap();
    assert_eq!(io::read(&done, &mut [0]), Ok(1));
    assert!(drain(&reader) == pattern_bytes(length));
    assert!(kept.is_none_or(|rest| *rest == pattern_bytes(count)[length..]));
    let mut status = 0;
    // SAFETY: writes one number.
    assert_eq!(unsafe { libc::waitpid(child, &raw mut status, 0) }, child);
    assert_eq!(status, 0, "the copy is the child's");
}

#[test]
fn a_forked_process_changes_its_own_copy() {
    in_child(|| {
        for keeps_rest in [true, false] {
            give_and_change_a_copy(pages(64 * page_size()), keeps_rest);
        }
    });
}

/// How much of the mapping that begins there is in huge pages.
fn in_huge_pages(start: *const u8) -> usize {
    let maps = std::fs::read_to_string("/proc/self/smaps").unwrap_or_default();
    let of_it = maps.lines().skip_while(|line| !line.starts_with(&format!("{:x}-", start.addr())));
    let mut huge =
        of_it.filter_map(|line| line.strip_prefix("AnonHugePages:")?.trim().strip_suffix(" kB"));
    huge.next().map_or(0, |huge| 1024 * huge.parse::<usize>().unwrap())
}

/// Huge pages with the test pattern, the first at the start; none where the kernel makes none.
fn huge_pages() -> Option<AnonymousMapping> {
    let size =
        std::fs::read_to_string("/sys/kernel/mm/transparent_hugepage/hpage_pmd_size").ok()?;
    let huge: usize = size.trim().parse().unwrap();
    let mut all = AnonymousMapping::new(3 * huge).unwrap();
    // What stands before the first that can be one goes away, page by page.
    let (reader, writer) = pipe::pipe().unwrap();
    pipe::set_size(&writer, page_size()).unwrap();
    while !all.as_ptr().addr().is_multiple_of(huge) {
        all = splice_pages(&writer, all, NONE).unwrap().rest.unwrap();
        drain(&reader);
    }
    all.truncate(2 * huge);
    // SAFETY: pages of ours, whose bytes stay.
    unsafe { libc::madvise(all.as_mut_ptr().cast(), all.len(), libc::MADV_HUGEPAGE) };
    let pattern = pattern_bytes(all.len());
    all.copy_from_slice(&pattern);
    (in_huge_pages(all.as_ptr()) >= 2 * huge).then_some(all)
}

#[test]
fn a_forked_process_changes_its_own_copy_of_huge_pages() {
    require!(kernel >= 5.18, "a copy of huge pages that are in a pipe");
    in_child(|| {
        for keeps_rest in [true, false] {
            let all = require!(huge_pages(), "the kernel makes no huge pages of memory here");
            give_and_change_a_copy(all, keeps_rest);
        }
    });
}

/// Why the pages were not taken; they come back as they were.
fn refused(result: Result<Spliced, SplicePagesError>) -> Errno {
    let error = result.unwrap_err();
    let told = error.error();
    assert_eq!(error.to_string(), told.to_string());
    assert_eq!(
        format!("{error:?}"),
        format!(
            "SplicePagesError {{ error: {told:?}, pages: Some(AnonymousMapping {{ length: 100 }}) }}"
        )
    );
    assert!(*error.into_pages().unwrap() == pattern_bytes(100));
    told.errno()
}

#[test]
fn pages_go_to_a_writing_end_only() {
    let (reader, writer) = pipe::pipe().unwrap();
    io::write(&writer, &[7; 200]).unwrap();
    assert_eq!(refused(splice_pages(&reader, pages(100), NONE)), Errno::BADF);
    assert_eq!(io::bytes_available(&reader), Ok(200), "nothing was read into them");
    assert_eq!(refused(splice_pages(lent(&file_containing(&[])), pages(100), NONE)), Errno::BADF);
    assert_eq!(
        refused(splice_pages(&writer, pages(100), SpliceFlags::from_bits_retain(0x100))),
        Errno::INVAL
    );
    drop(reader);
    common::wait_until_reader_is_closed(&writer);
    assert_eq!(refused(splice_pages(&writer, pages(100), NONE)), Errno::PIPE);
    let through: fn() -> Result<Spliced> = || Ok(splice_pages(pipe::pipe()?.0, pages(100), NONE)?);
    assert_eq!(through().unwrap_err().errno(), Errno::BADF);
}

#[test]
fn a_pipe_open_both_ways_takes_pages() {
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
fn pages_wait_for_room_whatever_signals_come() {
    let (reader, writer) = pipe::pipe().unwrap();
    let room = pipe::set_size(&writer, 4096).unwrap();
    assert!(splice_pages(&writer, pages(room), NONE).unwrap().rest.is_none());
    let storm = PeriodicSignals::new();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while storm.count() < 20 {
                std::thread::yield_now();
            }
            drain(&reader);
        });
        assert_eq!(storm.run(|| splice_pages(&writer, pages(100), NONE).unwrap().bytes), 100);
    });
    assert!(drain(&reader) == pattern_bytes(100));
}

/// Answers a call with what a kernel would that stops in the middle of the second page.
extern "C" fn one_page_and_a_hundred_bytes(_: Signal, _: &SigInfo, context: *mut std::ffi::c_void) {
    // SAFETY: the kernel gives a handler its context, which is this handler's own.
    let context = unsafe { &mut *context.cast::<libc::ucontext_t>() };
    let answer = page_size() + 100;
    #[cfg(target_arch = "x86_64")]
    {
        context.uc_mcontext.gregs[libc::REG_RAX as usize] = answer as i64;
    }
    #[cfg(target_arch = "aarch64")]
    {
        context.uc_mcontext.regs[0] = answer as u64;
    }
}

#[test]
fn no_page_is_shared_when_the_kernel_stops_within_one() {
    in_child(|| {
        // SAFETY: the handler changes its context only.
        unsafe {
            signal::set_action(Signal::SYS, &Action::info_handler(one_page_and_a_hundred_bytes))
        }
        .unwrap();
        let page = page_size();
        let (_reader, writer) = pipe::pipe().unwrap();
        let all = pages(5 * page + 7);
        let start = all.as_ptr();
        let answer =
            common::inject::trap(libc::SYS_vmsplice, 0, || splice_pages(&writer, all, NONE));
        let Spliced { bytes, rest } = answer.unwrap();
        assert_eq!(bytes, page + 100);
        let rest = rest.unwrap();
        assert!(*rest == pattern_bytes(5 * page + 7)[page + 100..], "what did not go is not lost");
        assert!(!rest.as_ptr_range().contains(&start), "it stands elsewhere");
        assert!(
            !is_mapped(start) && !is_mapped(start.wrapping_add(page)),
            "where it was is unmapped"
        );
    });
}
