//! What is done with an event, by every decoder: all that it says is added up.
//!
//! The sum is what keeps the decoding from being optimised away: each field of each event is part of it, and it goes
//! through `black_box` once for each buffer. It is also compared with what was written: nobody is fast by leaving out
//! something.

use std::hint::black_box;

/// All that some events say.
#[derive(Clone, Copy, Default)]
pub(crate) struct Sum {
    said: u64,
    events: u64,
    addresses: usize,
}

impl Sum {
    #[inline(always)]
    pub(crate) fn add(&mut self, watch: i32, mask: u32, cookie: u32, name: &[u8]) {
        let said = i64::from(watch)
            .cast_unsigned()
            .wrapping_add(u64::from(mask))
            .wrapping_add(u64::from(cookie));
        self.said = self.said.wrapping_add(said).wrapping_add(name.len() as u64);
        self.events += 1;
        // Where the name stands: so that the slice is really made. Its bytes are left to who trims it.
        self.addresses ^= name.as_ptr().addr();
    }

    /// What must be the same for all; the compiler cannot know that nobody looks.
    #[inline(always)]
    pub(crate) fn finish(self) -> (u64, u64) {
        black_box(self.addresses);
        black_box((self.said, self.events))
    }
}
