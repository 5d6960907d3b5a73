//! Buffers of inotify events in the format of the kernel. The buffers are identical in every run
//! and for all contenders.

use std::sync::LazyLock;

/// The number of events in a buffer.
pub(crate) const EVENTS: u32 = 400;

/// The number of buffers, which occupy 800 KB in total. With 16 buffers, the branch predictor
/// learns the lengths of the names (measured), which is impossible in a program that reads new
/// names. All buffers fit into the L2 cache, like the bytes that a `read` has just copied.
pub(crate) const BUFFERS: usize = 48;

/// Encoded events, and their expected checksums (`Sum`) with padded and with trimmed names.
#[derive(Default)]
pub(crate) struct Buffer {
    pub(crate) bytes: Vec<u8>,
    pub(crate) padded: u64,
    pub(crate) trimmed: u64,
}

pub(crate) fn buffers() -> &'static [Buffer] {
    static ALL: LazyLock<Vec<Buffer>> = LazyLock::new(|| {
        let mut random = Random(0x9E37_79B9_7F4A_7C15);
        (0..BUFFERS).map(|_| buffer(&mut random)).collect()
    });
    &ALL
}

/// Creates events with names of 1 to 40 bytes, padded to a multiple of 16 with at least one NUL,
/// and some events without a name. The last event is a queue overflow, which belongs to no watch.
fn buffer(random: &mut Random) -> Buffer {
    let mut buffer = Buffer::default();
    for _ in 1..EVENTS {
        let len = if random.below(8) == 0 { 0 } else { 1 + random.below(40) as usize };
        let name: Vec<_> = (0..len).map(|_| b'a' + random.below(26) as u8).collect();
        let mask = 1 << random.below(10);
        let cookie = if mask & 0xC0 == 0 { 0 } else { random.below(1 << 20) };
        buffer.push(1 + random.below(50).cast_signed(), mask, cookie, &name);
    }
    buffer.push(-1, 0x4000, 0, &[]);
    buffer
}

impl Buffer {
    fn push(&mut self, watch: i32, mask: u32, cookie: u32, name: &[u8]) {
        let padded = if name.is_empty() { 0 } else { (name.len() + 1).next_multiple_of(16) };
        let header = [watch.cast_unsigned(), mask, cookie, padded as u32];
        self.bytes.extend(header.into_iter().flat_map(u32::to_ne_bytes));
        let end = self.bytes.len() + padded;
        self.bytes.extend(name);
        self.bytes.resize(end, 0);

        let contents =
            i64::from(watch).cast_unsigned().wrapping_add(u64::from(mask) + u64::from(cookie));
        self.padded = self.padded.wrapping_add(contents).wrapping_add(padded as u64);
        self.trimmed = self.trimmed.wrapping_add(contents).wrapping_add(name.len() as u64);
    }
}

/// An xorshift generator, which is sufficient to defeat branch prediction.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u32) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 32) as u32 % limit
    }
}
