//! Test that transfers a large amount of data through small pipes, with `splice_pages`, `tee` and
//! `splice` in concurrent threads.

use std::thread;

use butter::fd::OwnedFd;
use butter::mm::AnonymousMapping;
use butter::pipe::{self, SpliceFlags};

use super::NONE;
use common::pattern::pattern_bytes;

/// The number of bytes to transfer. The musl builds transfer fewer bytes, because CI runs them in
/// an emulated virtual machine.
const TOTAL: usize = if cfg!(target_env = "musl") { 1 << 21 } else { 1 << 30 };

/// The number of bytes passed to `splice_pages` at once.
const CHUNK: usize = (1 << 20) + 1000;

/// Reads up to end of file, and checks that every chunk equals the pattern. Returns the number of
/// bytes that were read.
fn check(reader: &OwnedFd, pattern: &[u8], slow: bool) -> usize {
    let (mut buffer, mut total) = (vec![0; 10_007], 0);
    loop {
        let count = butter::io::retry(|| butter::io::read(reader, &mut buffer)).unwrap();
        if count == 0 {
            return total;
        }
        let mut left = &buffer[..count];
        while !left.is_empty() {
            let start = total % CHUNK;
            let (part, rest) = left.split_at(left.len().min(CHUNK - start));
            assert!(
                *part == pattern[start..start + part.len()],
                "the bytes near offset {total} should equal the pattern"
            );
            total += part.len();
            left = rest;
        }
        if slow && total % 64 == 0 {
            thread::yield_now();
        }
    }
}

/// Splices memory into a pipe of one page, duplicates the bytes into a second pipe, and moves the
/// bytes into a third pipe. The second and the third pipe must deliver the same bytes, even if one
/// reader is slower.
#[test]
fn splice_pages_tee_and_splice_transfer_one_gibibyte_concurrently() {
    let pattern = pattern_bytes(CHUNK);
    let [(first, into_first), (second, into_second), (third, into_third)] =
        [(); 3].map(|()| pipe::pipe().unwrap());
    for end in [&into_first, &into_second, &into_third] {
        pipe::set_size(end, 4096).unwrap();
    }
    let count = TOTAL.div_ceil(CHUNK) * CHUNK;
    thread::scope(|scope| {
        scope.spawn(|| {
            for _ in 0..count / CHUNK {
                let mut pages = AnonymousMapping::new(CHUNK).unwrap();
                pages.copy_from_slice(&pattern);
                let mut rest = Some(pages);
                while let Some(pages) = rest {
                    rest = pipe::splice_pages(&into_first, pages, NONE).unwrap().rest;
                }
            }
            drop(into_first);
        });
        scope.spawn(|| {
            let mut moved = 0;
            while moved < count {
                let duplicated = pipe::tee(&first, &into_second, 1 << 20, NONE).unwrap();
                let mut left = duplicated;
                while left > 0 {
                    left -= pipe::splice(&first, None, &into_third, None, left, SpliceFlags::MOVE)
                        .unwrap();
                }
                moved += duplicated;
            }
            drop((into_second, into_third));
        });
        scope.spawn(|| assert_eq!(check(&second, &pattern, false), count));
        assert_eq!(check(&third, &pattern, true), count);
    });
}
