//! Much that goes through small pipes, by every call at once.

use std::thread;

use butter::fd::OwnedFd;
use butter::mm::AnonymousMapping;
use butter::pipe::{self, SpliceFlags};

use super::NONE;
use common::pattern::pattern_bytes;

/// The static builds run in an emulated machine.
const MUCH: usize = if cfg!(target_env = "musl") { 1 << 21 } else { 1 << 30 };

/// What is given to a pipe at once.
const PIECE: usize = (1 << 20) + 1000;

/// Reads to the end, not fast; every piece must be the same pattern.
fn check(reader: &OwnedFd, pattern: &[u8], slow: bool) -> usize {
    let (mut room, mut came) = (vec![0; 10_007], 0);
    loop {
        let count = butter::io::retry(|| butter::io::read(reader, &mut room)).unwrap();
        if count == 0 {
            return came;
        }
        let mut left = &room[..count];
        while !left.is_empty() {
            let place = came % PIECE;
            let (now, later) = left.split_at(left.len().min(PIECE - place));
            assert!(*now == pattern[place..place + now.len()], "other bytes, near {came}");
            came += now.len();
            left = later;
        }
        if slow && came % 64 == 0 {
            thread::yield_now();
        }
    }
}

/// Memory is given to a pipe of one page, duplicated from there into a second and moved on into a third: what comes out
/// of both is what went in, whoever waits for whom.
#[test]
fn a_gibibyte_is_given_duplicated_and_moved() {
    let pattern = pattern_bytes(PIECE);
    let [(first, give), (second, copy), (third, onward)] = [(); 3].map(|()| pipe::pipe().unwrap());
    for end in [&give, &copy, &onward] {
        pipe::set_size(end, 4096).unwrap();
    }
    let count = MUCH.div_ceil(PIECE) * PIECE;
    thread::scope(|scope| {
        scope.spawn(|| {
            for _ in 0..count / PIECE {
                let mut pages = AnonymousMapping::new(PIECE).unwrap();
                pages.copy_from_slice(&pattern);
                let mut rest = Some(pages);
                while let Some(pages) = rest {
                    rest = pipe::splice_pages(&give, pages, NONE).unwrap().rest;
                }
            }
            drop(give);
        });
        scope.spawn(|| {
            let mut moved = 0;
            while moved < count {
                let duplicated = pipe::tee(&first, &copy, 1 << 20, NONE).unwrap();
                let mut left = duplicated;
                while left > 0 {
                    left -=
                        pipe::splice(&first, None, &onward, None, left, SpliceFlags::MOVE).unwrap();
                }
                moved += duplicated;
            }
            drop((copy, onward));
        });
        scope.spawn(|| assert_eq!(check(&second, &pattern, false), count));
        assert_eq!(check(&third, &pattern, true), count);
    });
}
