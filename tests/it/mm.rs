//! Tests of `mm`: the page size, anonymous mappings, and the raw calls.

use std::os::unix::fs::FileExt;
use std::ptr::null_mut;

use butter::Errno;
use butter::fd::AsFd;
use butter::mm::{AnonymousMapping, MapFlags, ProtFlags, page_size, raw};
use common::child::in_child;
use common::files;
use common::inject::inject;
use common::is_mapped;

#[test]
fn page_size_equals_the_page_size_of_libc() {
    // SAFETY: touches no memory.
    assert_eq!(page_size() as i64, unsafe { libc::sysconf(libc::_SC_PAGESIZE) });
}

#[test]
fn page_size_is_the_largest_of_the_architecture_if_filter_denies_madvise() {
    in_child(|| {
        let size = inject(libc::SYS_madvise, Errno::PERM, page_size);
        assert_eq!(size, if cfg!(target_arch = "x86_64") { 4096 } else { 65536 });
        let mut pages = AnonymousMapping::new(100_000).unwrap();
        pages.truncate(5000);
        assert_eq!(pages.len(), 5000);
    });
}

#[test]
fn anonymous_mappings_are_zeroed_and_do_not_overlap() {
    let (mut one, mut two) =
        (AnonymousMapping::new(10_000).unwrap(), AnonymousMapping::new(1).unwrap());
    assert!(one.iter().chain(two.iter()).all(|byte| *byte == 0));
    assert_eq!((one.len(), two.len()), (10_000, 1));
    assert_eq!((one.as_ptr().addr() % page_size(), two.as_ptr().addr() % page_size()), (0, 0));
    one.fill(1);
    two.fill(2);
    assert!(one.iter().all(|byte| *byte == 1));
    assert_eq!(&*two, [2]);
    assert_eq!(
        format!("{one:?} {two:?}"),
        "AnonymousMapping { length: 10000 } AnonymousMapping { length: 1 }"
    );
    // `AnonymousMapping` is `Send` and `Sync`.
    std::thread::scope(|scope| {
        scope.spawn(|| assert_eq!(one[9999], 1));
        scope.spawn(move || two[0] = 3).join().unwrap();
    });
}

#[test]
fn anonymous_mapping_is_unmapped_when_dropped_or_truncated() {
    in_child(|| {
        let page = page_size();
        let mut pages = AnonymousMapping::new(5 * page + 1).unwrap();
        let start = pages.as_ptr();
        let mapped = || [0, 1, 2, 3, 4, 5].map(|at| is_mapped(start.wrapping_add(at * page)));
        assert_eq!(mapped(), [true; 6]);
        pages[2 * page] = 7;
        pages.truncate(9 * page);
        assert_eq!(
            (pages.len(), mapped()),
            (5 * page + 1, [true; 6]),
            "truncate to a greater length should have no effect"
        );
        pages.truncate(2 * page + 1);
        assert_eq!(
            (pages.len(), mapped()),
            (2 * page + 1, [true, true, true, false, false, false])
        );
        assert_eq!(pages[2 * page], 7);
        pages.truncate(2 * page);
        assert_eq!(mapped(), [true, true, false, false, false, false]);
        pages.truncate(1);
        assert_eq!(mapped(), [true, false, false, false, false, false]);
        pages.truncate(0);
        assert_eq!((pages.len(), mapped()), (0, [false; 6]));
        drop(pages);

        let pages = AnonymousMapping::new(1 << 20).unwrap();
        let last = pages.as_ptr().wrapping_add((1 << 20) - page);
        assert!(is_mapped(last));
        drop(pages);
        assert!(!is_mapped(last));
    });
}

#[test]
fn mmap_maps_file_and_mprotect_makes_it_writable() {
    let page = page_size();
    let file = files::anonymous();
    file.write_all_at(b"bytes of a file", 0).unwrap();
    let file = common::fd(file);
    let (read, write) = (ProtFlags::READ, ProtFlags::WRITE);
    // SAFETY: new memory, at an address that the kernel chooses.
    let start =
        unsafe { raw::mmap(null_mut(), page, read, MapFlags::SHARED, Some(file.as_fd()), 0) }
            .unwrap();
    // SAFETY: mapped just now; only this test uses the file.
    assert_eq!(unsafe { start.cast::<[u8; 5]>().read() }, *b"bytes");
    // SAFETY: the mapping is used only here.
    unsafe { raw::mprotect(start, page, read | write) }.unwrap();
    // SAFETY: the mapping is writable, and is used only here.
    unsafe { start.write(b'B') };
    let mut first = [0; 5];
    common::file(file).read_exact_at(&mut first, 0).unwrap();
    assert_eq!(&first, b"Bytes");
    // SAFETY: the mapping is not used any longer.
    unsafe { raw::munmap(start, page) }.unwrap();
}

#[test]
fn map_flags_format_and_parse_huge_page_sizes_by_name() {
    let huge = MapFlags::PRIVATE | MapFlags::HUGETLB | MapFlags::HUGE_2MB;
    assert_eq!(huge.to_string(), "PRIVATE | HUGETLB | HUGE_2MB");
    for name in ["SHARED_VALIDATE", "HUGE_16GB", "HUGE_512MB", "HUGE_1MB", "HUGE_64KB", "HUGE_16KB"]
    {
        assert_eq!(name.parse::<MapFlags>().unwrap().to_string(), name);
    }
    assert_eq!(
        (ProtFlags::NONE.to_string(), ProtFlags::default()),
        (String::new(), ProtFlags::NONE)
    );
}
