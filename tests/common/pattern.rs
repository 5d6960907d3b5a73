//! A test pattern: a stream of bytes that depend on their offset, so that lost, repeated and
//! reordered bytes are detected without a copy of the stream.

use std::fs::File;
use std::io::{self, Read, Seek, Write};
use std::sync::OnceLock;

use crate::files;

/// The length in bytes after which the pattern repeats: a prime, so that it is not a multiple of
/// the size of a page, a pipe or a chunk.
const PERIOD: usize = 65_521;

/// The maximum number of bytes that are written or read at once.
const CHUNK_SIZE: usize = 64 * 1024;

/// Returns `count` bytes of the pattern from an offset; `count` is at most `CHUNK_SIZE`.
pub fn pattern(offset: u64, count: usize) -> &'static [u8] {
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
        for at in 0..CHUNK_SIZE {
            bytes.push(bytes[at]);
        }
        bytes
    });
    &bytes[(offset % PERIOD as u64) as usize..][..count]
}

/// Returns the first `count` bytes of the pattern; `count` is not limited. No two pages of the
/// pattern are equal.
pub fn pattern_bytes(count: usize) -> Vec<u8> {
    (0..count)
        .step_by(CHUNK_SIZE)
        .flat_map(|offset| pattern(offset as u64, CHUNK_SIZE.min(count - offset)))
        .copied()
        .collect()
}

/// Writes `count` bytes of the pattern from an offset. Returns an error if a write fails, as with a
/// closed pipe.
pub fn write_pattern(mut writer: impl Write, offset: u64, count: u64) -> io::Result<()> {
    let (mut offset, end) = (offset, offset + count);
    while offset < end {
        let count = (end - offset).min(CHUNK_SIZE as u64) as usize;
        writer.write_all(pattern(offset, count))?;
        offset += count as u64;
    }
    Ok(())
}

/// Reads to the end of the file, at most `chunk_size` bytes at once. Asserts that the bytes are the
/// pattern from an offset, and returns the number of bytes.
pub fn check(mut reader: impl Read, offset: u64, chunk_size: usize) -> u64 {
    let mut buffer = vec![0; chunk_size.min(CHUNK_SIZE)];
    let mut total = 0;
    loop {
        let count = match reader.read(&mut buffer) {
            Ok(0) => return total,
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            // A read fails with EIO at the end of a terminal, and can fail with ECONNRESET on a
            // socket whose peer was closed.
            Err(error) if matches!(error.raw_os_error(), Some(libc::EIO | libc::ECONNRESET)) => {
                return total;
            }
            Err(error) => panic!("read failed after {total} bytes: {error}"),
        };
        let expected = pattern(offset + total, count);
        assert!(buffer[..count] == *expected, "the bytes at offset {total} are wrong");
        total += count as u64;
    }
}

/// Asserts that a file contains the pattern from an offset, and returns its length.
pub fn check_file(mut file: &File, offset: u64) -> u64 {
    file.rewind().unwrap();
    check(file, offset, CHUNK_SIZE)
}

/// Creates a file with the first `count` bytes of the pattern. The file offset is 0.
pub fn pattern_file(count: u64) -> File {
    let mut file = files::anonymous();
    write_pattern(&mut file, 0, count).unwrap();
    file.rewind().unwrap();
    file
}

/// Creates a file with these bytes. The file offset is 0.
pub fn file_containing(bytes: &[u8]) -> File {
    let mut file = files::anonymous();
    file.write_all(bytes).unwrap();
    file.rewind().unwrap();
    file
}
