//! The reasons of errors, with the feature `explain`.
//!
//! The reasons of all calls are packed at compile time: each text is stored once, frequent words
//! are stored as one byte, and no row has a pointer, which would need a relocation.

use core::fmt;

use super::call::SINCE;
use super::{Call, ErrnoReason, Error};

/// The cause of an error, returned by [`Error::reason`]. `Display` prints the text of the cause.
// A byte in 0x20..=0x7f is an ASCII character; any other byte represents a word (see `word_index`).
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
        for piece in self.0.chunk_by(|a, b| word_index(*a).or(word_index(*b)).is_none()) {
            match piece.first().and_then(|byte| word_index(*byte)) {
                // A word contains only shorter words, so this recursion ends.
                Some(index) => Reason(nth(&WORDS, index).unwrap_or_default()).pieces(put)?,
                // SAFETY: all bytes of the piece are ASCII characters.
                None => put(unsafe { str::from_utf8_unchecked(piece) })?,
            }
        }
        Ok(())
    }
}

/// The byte after each encoded text.
const END: u8 = 0;

/// Returns the index in `WORD_LIST` of the word that a byte represents. Returns `None` if the byte
/// is a character or `END`.
const fn word_index(byte: u8) -> Option<usize> {
    match byte {
        0x80.. => Some(byte as usize - 0x80),
        0x01..0x20 => Some(byte as usize + 0x7f),
        _ => None,
    }
}

/// Returns the byte that represents a word.
const fn word_byte(index: usize) -> u8 {
    if index < 0x80 { index as u8 + 0x80 } else { index as u8 - 0x7f }
}

/// Returns the text with a number in a sequence of encoded texts.
fn nth(texts: &[u8], number: usize) -> Option<&[u8]> {
    texts.split(|byte| *byte == END).nth(number)
}

/// The causes of the errors of all calls.
pub(crate) struct ReasonTable<const ROWS: usize, const BYTES: usize> {
    /// The errno of each row, or 0 in the row before the first row of a call.
    errnos: [u8; ROWS],
    /// The number of the text of each row, or the ID of the call in a row with errno 0.
    values: [u16; ROWS],
    texts: [u8; BYTES],
}

/// A [`ReasonTable`] of the maximum size, which exists only at compile time, and the numbers of
/// rows and bytes in use.
pub(crate) struct Packed {
    errnos: [u8; MAX_ROWS],
    values: [u16; MAX_ROWS],
    pub(crate) rows: usize,
    texts: [u8; MAX_BYTES],
    pub(crate) bytes: usize,
}

const MAX_ROWS: usize = 4096;
const MAX_BYTES: usize = 0x2_0000;

/// Packs the tables of all modules.
pub(crate) const fn pack(tables: &[&[ErrnoReason]]) -> Packed {
    let mut packed = Packed {
        errnos: [0; MAX_ROWS],
        values: [0; MAX_ROWS],
        rows: 0,
        texts: [END; MAX_BYTES],
        bytes: 0,
    };
    let words = Words::new();
    // The texts with equal hashes are linked, so that the search for an equal text does not take
    // quadratic time. A link is the number of a text plus 1, or 0 for the last text.
    let (mut first, mut next, mut texts) = ([0; 1024], [0; MAX_ROWS], [""; MAX_ROWS]);
    let (mut count, mut call) = (0, None);
    let mut table = 0;
    while table < tables.len() {
        let mut index = 0;
        while index < tables[table].len() {
            let row = &tables[table][index];
            let id = row.call.id();
            if !matches!(call, Some(last) if last == id) {
                packed.push_row(0, id);
                call = Some(id);
            }
            let reason = row.reason.as_bytes();
            let bucket = hash(reason) % first.len();
            let mut text = first[bucket];
            while text > 0 && !equal(texts[text - 1].as_bytes(), reason) {
                text = next[text - 1];
            }
            if text == 0 {
                packed.bytes = words.encode(reason, &mut packed.texts, packed.bytes);
                (texts[count], next[count]) = (row.reason, first[bucket]);
                count += 1;
                first[bucket] = count;
                text = count;
            }
            let errno = row.errno.as_raw();
            assert!(errno <= u8::MAX as i32);
            packed.push_row(errno as u8, text as u16 - 1);
            index += 1;
        }
        table += 1;
    }
    packed
}

impl Packed {
    const fn push_row(&mut self, errno: u8, value: u16) {
        self.errnos[self.rows] = errno;
        self.values[self.rows] = value;
        self.rows += 1;
    }
}

const fn equal(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && starts_with(a, 0, b)
}

const fn hash(text: &[u8]) -> usize {
    let (mut hash, mut index) = (0_u32, 0);
    while index < text.len() {
        hash = hash.wrapping_mul(31).wrapping_add(text[index] as u32);
        index += 1;
    }
    hash as usize
}

/// The words of `WORD_LIST`, each linked to the next word with the same first two bytes. A link is
/// the index of a word plus 1, or 0 for the last word.
struct Words {
    first: [[u8; 128]; 128],
    next: [u8; WORD_LIST.len()],
}

impl Words {
    const fn new() -> Self {
        let mut new = Self { first: [[0; 128]; 128], next: [0; WORD_LIST.len()] };
        let mut word = 0;
        while word < WORD_LIST.len() {
            let bytes = WORD_LIST[word].as_bytes();
            let first = &mut new.first[bytes[0] as usize][bytes[1] as usize];
            new.next[word] = *first;
            word += 1;
            *first = word as u8;
        }
        new
    }

    /// Stores a text and `END` at an offset of a buffer. At each position, the longest word that
    /// matches and is shorter than the text is stored as one byte. Returns the offset after `END`.
    const fn encode(&self, text: &[u8], buffer: &mut [u8], mut offset: usize) -> usize {
        let mut position = 0;
        while position < text.len() {
            let mut best = text[position];
            assert!(best.is_ascii() && !best.is_ascii_control());
            let mut length = 1;
            let mut word = if position + 1 < text.len() {
                self.first[best as usize][text[position + 1] as usize]
            } else {
                0
            };
            while word > 0 {
                let index = word as usize - 1;
                let bytes = WORD_LIST[index].as_bytes();
                let longer = bytes.len() > length && bytes.len() < text.len();
                if longer && starts_with(text, position, bytes) {
                    (best, length) = (word_byte(index), bytes.len());
                }
                word = self.next[index];
            }
            buffer[offset] = best;
            offset += 1;
            position += length;
        }
        buffer[offset] = END;
        offset + 1
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

impl<const ROWS: usize, const BYTES: usize> ReasonTable<ROWS, BYTES> {
    /// Copies the rows and bytes of a packed table that are in use.
    pub(crate) const fn new(packed: &Packed) -> Self {
        let mut new = Self { errnos: [0; ROWS], values: [0; ROWS], texts: [0; BYTES] };
        new.errnos.copy_from_slice(packed.errnos.split_at(ROWS).0);
        new.values.copy_from_slice(packed.values.split_at(ROWS).0);
        new.texts.copy_from_slice(packed.texts.split_at(BYTES).0);
        new
    }

    /// Returns the cause of an error, or the general description of its errno if no cause is known.
    pub(crate) fn find(&'static self, error: Error) -> Option<Reason> {
        let cause = self.cause(error);
        cause.or_else(|| error.errno().text().map(|text| Reason(text.as_bytes())))
    }

    fn cause(&'static self, error: Error) -> Option<Reason> {
        let (id, errno) = (error.call().id(), error.errno().as_raw());
        let mut call = None;
        for (row, value) in self.errnos.iter().zip(&self.values) {
            if *row == 0 {
                call = Some(*value);
            } else if i32::from(*row) == errno && call == Some(id) {
                return nth(&self.texts, usize::from(*value)).map(Reason);
            }
        }
        None
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

// Frequent parts of the reasons. The reasons are correct with any list of ASCII texts of at least
// two characters; the table is smallest with the parts that occur most often.
#[rustfmt::skip]
const WORD_LIST: &[&str] = &[
    " byte", " is ", " is set", " or ", ", ", ", and ", ", and the ", ", or ", ", or the ", "-onl",
    "; or ", "; or a ", "; or the ", "AT", "CAP", "ID ", "IN", "LO", "Linux ", "O_", "RE", "S_",
    "_NO", "_SE", "_SY", "a ", "a directory", "al", "all", "am", "an", "an ", "and ", "another ",
    "apability ", "ar", "at", "be", "be ", "bu", "cannot ", "ce", "ce ", "ces", "ch", "co",
    "component ", "contains ", "contains a NUL byte", "d ", "descriptor", "devic", "direct",
    "directory ", "does not ", "does not have ", "does not support ", "e ", "ed", "ed ", "empty",
    "en", "er", "er ", "es", "ex", "exist", "ff", "file", "file ", "flag", "for ", "fs.", "ge",
    "gr", "has ", "in", "in ", "in the ", "ing ", "is ", "is not ", "it", "it ", "ith", "its ",
    "kernel", "la", "le", "limit on ", "link", "lo", "lock", "ma", "mem", "mo", "more than ",
    "mount ", "namespace", "ne", "new ", "no", "not ", "of ", "of the ", "ol", "on", "on ", "open ",
    "or", "or ", "ou", "out ", "p ", "pa", "path ", "perm", "pip", "pp", "pro", "process ", "r ",
    "re", "rea", "read", "requ", "roo", "s ", "se", "security module denies ", "si", "st", "st ",
    "symbolic link", "system", "system ", "t ", "target ", "te", "th", "than ", "that ", "the ",
    "the c", "the file ", "the kernel", "thread ", "ti", "to ", "un", "use", "user ",
    "user namespace ", "was ", "with ", "wn", "writ", "writing", "y ",
];

const _: () = assert!(WORD_LIST.len() <= 0x80 + 0x1f);

/// The encoded words.
static WORDS: [u8; ENCODED_WORDS.1] = {
    let mut words = [0; ENCODED_WORDS.1];
    words.copy_from_slice(ENCODED_WORDS.0.split_at(ENCODED_WORDS.1).0);
    words
};

/// A buffer that contains the encoded words, and the number of bytes in use.
const ENCODED_WORDS: ([u8; 4096], usize) = {
    let (words, mut buffer) = (Words::new(), [0; 4096]);
    let (mut size, mut index) = (0, 0);
    while index < WORD_LIST.len() {
        size = words.encode(WORD_LIST[index].as_bytes(), &mut buffer, size);
        index += 1;
    }
    (buffer, size)
};

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
    fn words_are_decoded_from_their_bytes() {
        static BYTES: [u8; WORD_LIST.len()] = {
            let mut bytes = [0; WORD_LIST.len()];
            let mut index = 0;
            while index < bytes.len() {
                bytes[index] = word_byte(index);
                index += 1;
            }
            bytes
        };
        for (byte, word) in BYTES.chunks(1).zip(WORD_LIST) {
            assert_eq!(text(Reason(byte)), *word);
        }
    }

    #[test]
    fn call_since_returns_none_unless_call_is_newer_than_linux_5_10() {
        assert_eq!((Call::READ.since(), Call::EPOLL_PWAIT2.since()), (None, Some("5.11")));
    }
}
