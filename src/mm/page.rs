//! How large a page is.

use core::sync::atomic::{AtomicUsize, Ordering};

use super::raw;
use crate::arch::abi::PAGE_SIZES;

/// The bytes of a page: 4096 on x86_64; on aarch64 4096, 16384 or 65536, as the kernel was built.
///
/// The kernel is asked once, without the auxiliary vector, so that a program without a C library and a start of its own
/// can know. Where a filter refuses the question it is the largest of these, of which the true one is a part.
#[doc(alias = "sysconf")]
#[doc(alias = "AT_PAGESZ")]
#[inline]
#[must_use]
pub fn page_size() -> usize {
    static KNOWN: AtomicUsize = AtomicUsize::new(0);
    if let [only] = PAGE_SIZES[..] {
        return only;
    }
    match KNOWN.load(Ordering::Relaxed) {
        0 => {
            let found = find();
            KNOWN.store(found, Ordering::Relaxed);
            found
        }
        known => known,
    }
}

/// As many bytes as whole pages have that have these.
#[inline]
pub(super) fn whole_pages(bytes: usize) -> usize {
    let last = page_size() - 1;
    bytes.wrapping_add(last) & !last
}

/// The smallest size that, as an address, is a multiple of a page.
#[cold]
fn find() -> usize {
    let [.., largest] = PAGE_SIZES;
    PAGE_SIZES.into_iter().find(|size| raw::madvise_nothing(*size).is_ok()).unwrap_or(largest)
}
