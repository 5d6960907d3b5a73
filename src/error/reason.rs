//! The reasons of errors, with the feature `explain`.
//!
//! The reasons of all calls are packed at compile time: each text is stored once, frequent words
//! are stored as one byte, and no row has a pointer, which would need a relocation.

use core::fmt;

use super::call::SINCE;
use super::{Call, ErrnoReason, Error, StrTable};

/// The cause of an error, returned by [`Error::reason`]. `Display` prints the text of the cause.
// A byte less than `FIRST_WORD` is an ASCII character; any other byte represents a word.
#[derive(Clone, Copy)]
pub struct Reason(&'static [u8]);

impl Reason {
    pub(crate) const fn new(text: &'static str) -> Self {
        assert!(text.is_ascii());
        Self(text.as_bytes())
    }

    /// Returns the reason in `Some`. Without the feature `explain`, this function returns `None`.
    pub(crate) const fn text(self) -> Option<Self> {
        Some(self)
    }

    /// Passes the text of the reason to a function, in pieces.
    pub(crate) fn pieces(self, put: &mut dyn FnMut(&str) -> fmt::Result) -> fmt::Result {
        for piece in self.0.chunk_by(|a, b| (a | b) < FIRST_WORD) {
            match *piece {
                [byte] if byte >= FIRST_WORD => {
                    put(WORDS.get(usize::from(byte - FIRST_WORD)).unwrap_or_default())?;
                }
                // SAFETY: all bytes of the piece are ASCII characters.
                _ => put(unsafe { str::from_utf8_unchecked(piece) })?,
            }
        }
        Ok(())
    }
}

/// The causes of the errors of all calls.
pub(crate) struct ReasonTable<const ROWS: usize, const BYTES: usize> {
    keys: [u32; ROWS],
    /// The offset of each text in `texts`, and the length of the text in the lowest [`LENGTH_BITS`]
    /// bits.
    spans: [u32; ROWS],
    texts: [u8; BYTES],
}

const LENGTH_BITS: u32 = 12;

/// A [`ReasonTable`] of the maximum size, which exists only at compile time, and the numbers of
/// rows and bytes in use.
pub(crate) struct Packed {
    table: ReasonTable<2048, 0x2_0000>,
    pub(crate) rows: usize,
    pub(crate) bytes: usize,
}

/// Packs the tables of all modules.
pub(crate) const fn pack(tables: &[&[ErrnoReason]]) -> Packed {
    let table = ReasonTable { keys: [0; 2048], spans: [0; 2048], texts: [0; 0x2_0000] };
    let mut packed = Packed { table, rows: 0, bytes: 0 };
    let words = Words::new();
    // The rows with equal hashes are linked, so that the search for an equal text does not take
    // quadratic time. A link is the index of a row plus 1, or 0 for the last row.
    let (mut first, mut next) = ([0; 256], [0; 2048]);
    let mut table = 0;
    while table < tables.len() {
        let mut index = 0;
        while index < tables[table].len() {
            let row = packed.rows;
            let text = tables[table][index].reason.as_bytes();
            let size = packed.push(text, &words);
            assert!(size < 1 << LENGTH_BITS);
            let span = (packed.bytes as u32) << LENGTH_BITS | size as u32;
            let bucket = hash(packed.table.bytes(span)) % first.len();
            let mut equal = first[bucket];
            while equal > 0 && !packed.table.equal(span, packed.table.spans[equal - 1]) {
                equal = next[equal - 1];
            }
            packed.table.keys[row] = tables[table][index].key();
            if equal > 0 {
                packed.table.spans[row] = packed.table.spans[equal - 1];
            } else {
                packed.table.spans[row] = span;
                packed.bytes += size;
                next[row] = first[bucket];
                first[bucket] = row + 1;
            }
            packed.rows += 1;
            index += 1;
        }
        table += 1;
    }
    packed
}

impl Packed {
    /// Stores a text after the bytes in use, and replaces the longest word that matches at each
    /// position with one byte. Returns the size of the stored text.
    const fn push(&mut self, text: &[u8], words: &Words) -> usize {
        let (mut size, mut position) = (0, 0);
        while position < text.len() {
            let mut best = text[position];
            assert!(best.is_ascii());
            let mut length = 1;
            let mut word = if position + 1 < text.len() {
                words.first[best as usize][text[position + 1] as usize]
            } else {
                0
            };
            while word > 0 {
                let index = word as usize - 1;
                let bytes = WORD_LIST[index].as_bytes();
                if bytes.len() > length && starts_with(text, position, bytes) {
                    (best, length) = (FIRST_WORD + index as u8, bytes.len());
                }
                word = words.next[index];
            }
            self.table.texts[self.bytes + size] = best;
            size += 1;
            position += length;
        }
        size
    }
}

/// The words of `WORD_LIST`, each linked to the next word with the same first two bytes. A link is
/// the index of a word plus 1, or 0 for the last word.
struct Words {
    first: [[u8; 128]; 128],
    next: [u8; WORD_COUNT],
}

impl Words {
    const fn new() -> Self {
        let mut new = Self { first: [[0; 128]; 128], next: [0; WORD_COUNT] };
        let mut word = 0;
        while word < WORD_COUNT {
            let bytes = WORD_LIST[word].as_bytes();
            let first = &mut new.first[bytes[0] as usize][bytes[1] as usize];
            new.next[word] = *first;
            word += 1;
            *first = word as u8;
        }
        new
    }
}

const fn starts_with(text: &[u8], position: usize, word: &[u8]) -> bool {
    let mut index = 0;
    while index < word.len() {
        if position + index >= text.len() || text[position + index] != word[index] {
            return false;
        }
        index += 1;
    }
    true
}

const fn hash(text: &[u8]) -> usize {
    let (mut hash, mut index) = (0_u32, 0);
    while index < text.len() {
        hash = hash.wrapping_mul(31).wrapping_add(text[index] as u32);
        index += 1;
    }
    hash as usize
}

impl<const ROWS: usize, const BYTES: usize> ReasonTable<ROWS, BYTES> {
    /// Copies the rows and bytes of a packed table that are in use.
    pub(crate) const fn new(packed: &Packed) -> Self {
        let mut new = Self { keys: [0; ROWS], spans: [0; ROWS], texts: [0; BYTES] };
        new.keys.copy_from_slice(packed.table.keys.split_at(ROWS).0);
        new.spans.copy_from_slice(packed.table.spans.split_at(ROWS).0);
        new.texts.copy_from_slice(packed.table.texts.split_at(BYTES).0);
        new
    }

    const fn bytes(&self, span: u32) -> &[u8] {
        let (offset, length) = (span >> LENGTH_BITS, span & ((1 << LENGTH_BITS) - 1));
        self.texts.split_at(offset as usize).1.split_at(length as usize).0
    }

    const fn equal(&self, a: u32, b: u32) -> bool {
        let (a, b) = (self.bytes(a), self.bytes(b));
        a.len() == b.len() && starts_with(a, 0, b)
    }

    /// Returns the cause of an error, or the general description of its errno if no cause is known.
    pub(crate) fn find(&'static self, error: Error) -> Option<Reason> {
        let cause = self.cause(error);
        cause.or_else(|| error.errno().text().map(|text| Reason(text.as_bytes())))
    }

    fn cause(&'static self, error: Error) -> Option<Reason> {
        let row = self.keys.iter().position(|key| *key == error.key())?;
        let span = *self.spans.get(row)?;
        let (offset, length) = (span >> LENGTH_BITS, span & ((1 << LENGTH_BITS) - 1));
        // This code does not call `bytes`, which contains a panic path.
        self.texts.get(offset as usize..(offset + length) as usize).map(Reason)
    }
}

impl Call {
    /// Returns the version of Linux that introduced the call, such as `"6.9"`. Returns `None` if
    /// the call is not newer than Linux 5.10, or if the feature `explain` is disabled.
    #[must_use]
    pub fn since(self) -> Option<&'static str> {
        SINCE.iter().find(|(call, _)| *call == self).map(|(_, version)| *version)
    }
}

/// The byte that represents the first word of `WORD_LIST`.
const FIRST_WORD: u8 = 0x80;

/// Defines the list of words that are packed into one byte, and the table from which these words
/// are printed.
macro_rules! words {
    ($($word:literal,)*) => {
        const WORD_LIST: &[&str] = &[$($word),*];

        static WORDS: StrTable<WORD_COUNT> = StrTable::new(
            concat!($($word),*),
            match WORD_LIST.first_chunk() {
                Some(words) => words,
                None => unreachable!(),
            },
        );
    };
}

const WORD_COUNT: usize = WORD_LIST.len();

const _: () = assert!(WORD_COUNT <= 128);

// Words that are frequent in the reasons. The reasons are correct with any list of ASCII words; the
// table is smallest with the words that occur most often.
#[rustfmt::skip]
words! {
    "(O_APPEND)", "(RLIMIT_NOFILE)", "(fs.", "CAP_", "CAP_SYS_ADMIN ", "I/O", "Linux ", "NUL byte",
    "RLIMIT_", "a ", "address", "already", "an ", "and ", "another ", "are ", "argument", "be ",
    "been reached", "before ", "beyond ", "buffer ", "built ", "bytes", "caller", "can",
    "capability ", "clock", "contains ", "counter", "denied", "descriptor", "descriptor ",
    "descriptors ", "device", "directory", "does ", "empty", "epoll", "er ", "event", "exceed",
    "exist", "file", "file ", "flag ", "for ", "greater than ", "group", "has ", "have ", "in ",
    "ing", "inotify", "instance", "is ", "it ", "itself", "kernel", "limit on ", "mapped",
    "mapping", "may ", "more", "more than ", "mount ", "mounted", "namespace", "nanoseconds",
    "negative", "no ", "non-blocking", "not ", "number ", "of ", "offset", "on ", "one", "only ",
    "open ", "or ", "or the ", "pages", "part ", "path ", "path-only (O_PATH)", "pipe", "positive",
    "process", "range", "reached", "read", "record", "regular ", "requires ", "s ",
    "sealed against ", "searched", "seccomp", "security module ", "security module denies ", "set",
    "signal", "source ", "such ", "support ", "symbolic ", "system", "target ", "th", "that ",
    "the ", "there", "thread", "timeout ", "timer", "to ", "too ", "unknown ", "user",
    "vm.max_map_count)", "was ", "what ", "which ", "with ", "without ", "would ", "writing",
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use super::super::{Errno, errno_reasons};
    use super::*;

    const TABLES: &[&[ErrnoReason]] = &[
        errno_reasons! { READ: INVAL => "the descriptor: the", BADF => "second"; },
        errno_reasons! { WRITE: INVAL => Busy "second", BADF => "secon"; },
    ];
    const PACKED: &Packed = &pack(TABLES);
    static TABLE: ReasonTable<{ PACKED.rows }, { PACKED.bytes }> = ReasonTable::new(PACKED);

    fn text(reason: Reason) -> String {
        let mut text = String::new();
        reason.pieces(&mut |piece| text.write_str(piece)).unwrap();
        text
    }

    #[test]
    fn reason_table_stores_equal_texts_once_and_words_as_one_byte() {
        let find = |call, errno| TABLE.cause(Error::new(call, errno)).map(text);
        assert_eq!(find(Call::READ, Errno::INVAL).as_deref(), Some("the descriptor: the"));
        assert_eq!(find(Call::READ, Errno::BADF).as_deref(), Some("second"));
        assert_eq!(find(Call::WRITE, Errno::INVAL).as_deref(), Some("second"));
        assert_eq!(find(Call::WRITE, Errno::BADF).as_deref(), Some("secon"));
        assert_eq!(find(Call::WRITE, Errno::INTR), None);
        let interrupted = TABLE.find(Error::new(Call::WRITE, Errno::INTR)).map(text);
        assert_eq!(interrupted.as_deref(), Errno::INTR.text());
        assert!(TABLE.texts.len() <= 19, "{:?}", TABLE.texts);
    }

    #[test]
    fn call_since_returns_none_unless_call_is_newer_than_linux_5_10() {
        assert_eq!((Call::READ.since(), Call::EPOLL_PWAIT2.since()), (None, Some("5.11")));
    }
}
