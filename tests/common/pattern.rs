//! Bytes of which each place is told from its neighbours, and which nobody has to keep: written,
//! and checked as they come.

use std::fs::File;
use std::io::{self, Read, Seek, Write};
use std::sync::OnceLock;

use crate::files;

/// After how many bytes they begin anew: a prime, so that no page, pipe or piece is a part of it.
const PERIOD: usize = 65_521;

/// How many are written or read at once.
const PIECE: usize = 64 * 1024;

/// Those from this place on; at most a piece.
pub fn pattern(place: u64, count: usize) -> &'static [u8] {
    static PATTERN: OnceLock<Vec<u8>> = OnceLock::new();
    let bytes = PATTERN.get_or_init(|| {
        let mut state = 0x2545_F491_4F6C_DD1D_u64;
        let mut next = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state as u8
        };
        let mut bytes: Vec<_> = (0..PERIOD).map(|_| next()).collect();
        for at in 0..PIECE {
            bytes.push(bytes[at]);
        }
        bytes
    });
    &bytes[(place % PERIOD as u64) as usize..][..count]
}

/// The first so many, however many; of their pages no two are the same.
pub fn pattern_bytes(count: usize) -> Vec<u8> {
    (0..count)
        .step_by(PIECE)
        .flat_map(|place| pattern(place as u64, PIECE.min(count - place)))
        .copied()
        .collect()
}

/// Writes as many, from this place on; an error is where nobody reads them any more.
pub fn write_pattern(mut writer: impl Write, place: u64, count: u64) -> io::Result<()> {
    let (mut place, end) = (place, place + count);
    while place < end {
        let count = (end - place).min(PIECE as u64) as usize;
        writer.write_all(pattern(place, count))?;
        place += count as u64;
    }
    Ok(())
}

/// Reads to the end, at most so many at once, and returns how many came; they must be those from
/// this place on.
pub fn check(mut reader: impl Read, place: u64, at_once: usize) -> u64 {
    let mut room = vec![0; at_once.min(PIECE)];
    let mut came = 0;
    loop {
        let count = match reader.read(&mut room) {
            Ok(0) => return came,
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            // So the last byte of a terminal, and a peer that went away, are told.
            Err(error) if matches!(error.raw_os_error(), Some(libc::EIO | libc::ECONNRESET)) => {
                return came;
            }
            Err(error) => panic!("after {came} bytes: {error}"),
        };
        assert!(room[..count] == *pattern(place + came, count), "other bytes, after {came}");
        came += count as u64;
    }
}

/// Checks all of a file, and returns how many there are.
pub fn check_file(mut file: &File, place: u64) -> u64 {
    file.rewind().unwrap();
    check(file, place, PIECE)
}

/// A file of so many, at its start.
pub fn pattern_file(count: u64) -> File {
    let mut file = files::anonymous();
    write_pattern(&mut file, 0, count).unwrap();
    file.rewind().unwrap();
    file
}

/// A file of bytes that are chosen, at its start.
pub fn file_containing(bytes: &[u8]) -> File {
    let mut file = files::anonymous();
    file.write_all(bytes).unwrap();
    file.rewind().unwrap();
    file
}
