//! Paths and file names, as bytes: what the kernel takes and gives.
//!
//! A path is any of `&CStr`, `&str`, `&[u8]` and a [`Name`], also one of [its own](crate::uts::NameBuf); with `alloc`
//! also what owns one of the first three; and with `std` `&Path`, `&OsStr` and what owns them. A `&CStr` goes to the
//! kernel as it is; any other is terminated on the stack of the call, without an allocator. A path that holds a NUL
//! byte is EINVAL, one of 4096 bytes or more ENAMETOOLONG: no such path reaches the kernel.

use core::ffi::CStr;
use core::fmt;
use core::mem::MaybeUninit;

use crate::error::Errno;

/// The longest path that the kernel takes, with the NUL byte that ends it: `PATH_MAX`.
pub const MAX: usize = 4096;

/// A path in any of the types that hold one. Sealed: the types are those named in the [module](self)'s text.
pub trait Arg: sealed::Viewed {}

pub(crate) use sealed::{View, Viewed};

mod sealed {
    use core::ffi::CStr;

    /// A path, as far as the calls care.
    #[derive(Clone, Copy)]
    pub enum View<'a> {
        /// Ends in a NUL byte already.
        Terminated(&'a CStr),
        /// Does not, and may hold any byte.
        Bytes(&'a [u8]),
    }

    impl<'a> View<'a> {
        /// The path without the byte that ends it.
        pub(crate) fn bytes(self) -> &'a [u8] {
            match self {
                Self::Terminated(path) => path.to_bytes(),
                Self::Bytes(path) => path,
            }
        }
    }

    pub trait Viewed {
        fn view(&self) -> View<'_>;
    }
}

impl<P: Arg + ?Sized> Arg for &P {}
impl<P: Arg + ?Sized> sealed::Viewed for &P {
    #[inline]
    fn view(&self) -> View<'_> {
        (**self).view()
    }
}

impl Arg for CStr {}
impl sealed::Viewed for CStr {
    #[inline]
    fn view(&self) -> View<'_> {
        View::Terminated(self)
    }
}

/// Makes types that hold the bytes of a path arguments that are paths.
macro_rules! bytes {
    ($([$($generics:tt)*] $path:ty, |$this:ident| $bytes:expr;)*) => {$(
        impl<$($generics)*> $crate::path::Arg for $path {}
        impl<$($generics)*> $crate::path::Viewed for $path {
            #[inline]
            fn view(&self) -> $crate::path::View<'_> {
                let $this = self;
                $crate::path::View::Bytes($bytes)
            }
        }
    )*};
}
bytes! {
    [] [u8], |path| path;
    [const N: usize] [u8; N], |path| path;
    [] str, |path| path.as_bytes();
    ['a] Name<'a>, |name| name.as_bytes();
}

/// The room that most paths need: a call takes that much of the stack, and [`MAX`] only for a longer path.
pub(crate) const SHORT: usize = 256;

/// Room for a path on the stack of the call that takes it.
pub(crate) struct Buffer<const ROOM: usize>([MaybeUninit<u8>; ROOM]);

impl<const ROOM: usize> Buffer<ROOM> {
    #[inline(always)]
    pub(crate) const fn new() -> Self {
        Self([MaybeUninit::uninit(); ROOM])
    }

    /// Copies the path and ends it, or says why the kernel could not take it.
    #[inline]
    pub(crate) fn terminate(&mut self, path: &[u8]) -> Result<&CStr, Errno> {
        if path.len() >= ROOM {
            return Err(Errno::NAMETOOLONG);
        }
        if has_nul(path) {
            return Err(Errno::INVAL);
        }
        let ended = self.end(path).ok_or(Errno::NAMETOOLONG)?;
        // SAFETY: the only NUL byte is the last one.
        Ok(unsafe { CStr::from_bytes_with_nul_unchecked(ended) })
    }

    /// Copies bytes, of any kind, and puts a NUL byte behind them, if they fit.
    #[inline]
    pub(crate) fn end(&mut self, bytes: &[u8]) -> Option<&[u8]> {
        if bytes.len() >= ROOM {
            return None;
        }
        let start = self.0.as_mut_ptr().cast::<u8>();
        // SAFETY: the bytes are fewer than the room, and they do not overlap: this one is ours alone.
        unsafe { start.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len()) };
        // SAFETY: as above; the byte behind them is in the room too.
        unsafe { start.wrapping_add(bytes.len()).write(0) };
        // SAFETY: just written, to the last byte.
        Some(unsafe { core::slice::from_raw_parts(start, bytes.len() + 1) })
    }
}

/// Makes a call on paths of any type: `terminated!(Call::X, x(fd: BorrowedFd<'_>, [path], flags: Flags) ->
/// Result<()>)`, where `x` is a function of the same arguments that takes `&CStr`s.
///
/// Paths that end in NUL bytes already go straight in. If one does not, all go through one function of the call's own,
/// never inlined, that ends them on its stack; of that it takes little unless a path is long.
macro_rules! terminated {
    (
        $call:expr,
        $ended:ident($($before:ident: $type:ty,)* [$($path:ident),+] $(, $after:ident: $of_after:ty)*) -> $result:ty
    ) => {{
        #[inline(never)]
        fn of_bytes<const ROOM: usize>($($before: $type,)* $($path: &[u8],)+ $($after: $of_after),*) -> $result {
            if ROOM < $crate::path::MAX && ($($path.len() >= ROOM)||+) {
                return of_bytes::<{ $crate::path::MAX }>($($before,)* $($path,)+ $($after),*);
            }
            $(
                let mut room = $crate::path::Buffer::<ROOM>::new();
                let $path = match room.terminate($path) {
                    Ok(path) => path,
                    Err(errno) => return Err($crate::error::Error::new($call, errno)),
                };
            )+
            $ended($($before,)* $($path,)+ $($after),*)
        }
        match ($($crate::path::Viewed::view(&$path),)+) {
            ($($crate::path::View::Terminated($path),)+) => $ended($($before,)* $($path,)+ $($after),*),
            ($($path,)+) => of_bytes::<{ $crate::path::SHORT }>($($before,)* $($path.bytes(),)+ $($after),*),
        }
    }};
}

/// Whether a byte of the path is NUL: eight are looked at together.
#[inline]
fn has_nul(path: &[u8]) -> bool {
    /// Other than 0 if a byte of the word is 0.
    const fn zeroes(word: [u8; 8]) -> u64 {
        let (word, ones) = (u64::from_ne_bytes(word), u64::from_ne_bytes([1; 8]));
        word.wrapping_sub(ones) & !word & (ones << 7)
    }
    match path.last_chunk() {
        // The last word overlaps the one before it.
        Some(last) => {
            path.as_chunks().0.iter().fold(zeroes(*last), |found, word| found | zeroes(*word)) != 0
        }
        None => path.contains(&0),
    }
}

/// A name that the kernel gives, as that of a file in an event: bytes other than NUL, in no promised encoding.
///
/// It prints lossily, with U+FFFD in place of what is not UTF-8; [`as_bytes`](Self::as_bytes) is the name itself, and
/// with `std` `as_os_str`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Name<'a>(&'a [u8]);

impl<'a> Name<'a> {
    /// The name of these bytes, as they are.
    #[must_use]
    pub const fn from_bytes(name: &'a [u8]) -> Self {
        Self(name)
    }

    /// The bytes, without the NUL bytes that the kernel pads a name with.
    #[inline]
    #[must_use]
    pub const fn as_bytes(self) -> &'a [u8] {
        self.0
    }

    /// Whether there is no name: an event is then about the watched object itself.
    #[inline]
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    /// The name for one line of a terminal: what is not UTF-8 and what would control the terminal is escaped, as in
    /// `a\xffb` and `a\nb`.
    #[must_use]
    pub const fn escape(self) -> Escape<'a> {
        Escape(self.0)
    }

    /// The name as text, if it is UTF-8.
    #[must_use]
    pub fn as_str(self) -> Option<&'a str> {
        core::str::from_utf8(self.0).ok()
    }
}

impl PartialEq<[u8]> for Name<'_> {
    fn eq(&self, other: &[u8]) -> bool {
        self.0 == other
    }
}

impl PartialEq<&[u8]> for Name<'_> {
    fn eq(&self, other: &&[u8]) -> bool {
        self.0 == *other
    }
}

impl PartialEq<str> for Name<'_> {
    fn eq(&self, other: &str) -> bool {
        self.0 == other.as_bytes()
    }
}

impl PartialEq<&str> for Name<'_> {
    fn eq(&self, other: &&str) -> bool {
        self.0 == other.as_bytes()
    }
}

/// Prints the name lossily.
impl fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&Lossy(self.0), f)
    }
}

/// Prints the name quoted, with what is not printable escaped.
impl fmt::Debug for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.0.escape_ascii())
    }
}

/// Bytes of a path that print on one line, which no terminal obeys: UTF-8 that can be printed as it is, all else and
/// backslashes escaped, so that no two paths print alike.
#[derive(Clone, Copy, Debug)]
pub struct Escape<'a>(&'a [u8]);

impl<'a> Escape<'a> {
    /// Prints the bytes of this path.
    #[must_use]
    pub fn new<P: Arg + ?Sized>(path: &'a P) -> Self {
        Self(path.view().bytes())
    }
}

impl fmt::Display for Escape<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for chunk in self.0.utf8_chunks() {
            // `escape_debug` knows what can be printed; the quotes that it escapes need not be.
            for piece in chunk.valid().split_inclusive(['"', '\'']) {
                let plain = piece.trim_end_matches(['"', '\'']);
                write!(f, "{}{}", plain.escape_debug(), &piece[plain.len()..])?;
            }
            for byte in chunk.invalid() {
                write!(f, "\\x{byte:02x}")?;
            }
        }
        Ok(())
    }
}

/// Bytes that print as UTF-8, with U+FFFD in place of what is not.
struct Lossy<'a>(&'a [u8]);

impl fmt::Display for Lossy<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Ok(text) = core::str::from_utf8(self.0) {
            return f.pad(text);
        }
        for chunk in self.0.utf8_chunks() {
            f.write_str(chunk.valid())?;
            if !chunk.invalid().is_empty() {
                f.write_str("\u{FFFD}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_terminated_once_and_only_if_it_can_be() {
        let mut buffer = Buffer::<MAX>::new();
        assert_eq!(buffer.terminate(b"/etc").unwrap(), c"/etc");
        assert_eq!(buffer.terminate(b"").unwrap(), c"");
        assert_eq!(buffer.terminate(b"/a\0b"), Err(Errno::INVAL));
        assert_eq!(buffer.terminate(b"/a\0"), Err(Errno::INVAL));
        for length in 1..40 {
            for nul in 0..length {
                let mut path = [0xFF; 40];
                path[nul] = 0;
                assert_eq!(buffer.terminate(&path[..length]), Err(Errno::INVAL), "{length}, {nul}");
            }
            assert_eq!(
                buffer.terminate(&[1; 40][..length]).unwrap().to_bytes(),
                &[1; 40][..length]
            );
        }
        assert_eq!(buffer.terminate(&[b'a'; MAX]), Err(Errno::NAMETOOLONG));
        assert_eq!(buffer.terminate(&[b'a'; MAX - 1]).unwrap().count_bytes(), MAX - 1);
    }

    #[test]
    fn every_type_of_path_has_a_view() {
        fn bytes(path: impl Arg) -> usize {
            path.view().bytes().len()
        }
        assert_eq!(bytes("/etc"), 4);
        assert_eq!(bytes(b"/etc"), 4);
        assert_eq!(bytes(&b"/etc"[..]), 4);
        assert_eq!(bytes(c"/etc"), 4);
        assert!(matches!(c"/etc".view(), View::Terminated(_)));
    }

    #[test]
    fn a_name_prints_lossily_and_keeps_its_bytes() {
        let name = Name::from_bytes(b"a\xFFb");
        assert_eq!(name.to_string(), "a\u{FFFD}b");
        assert_eq!(format!("{name:?}"), r#""a\xffb""#);
        assert_eq!(name.as_bytes(), b"a\xFFb");
        assert_eq!(name.as_str(), None);
        assert_eq!(name.escape().to_string(), r"a\xffb");
        assert_eq!(
            Escape::new("gr\u{fc}n\n\\\u{1b}[2J\u{85}").to_string(),
            "gr\u{fc}n\\n\\\\\\u{1b}[2J\\u{85}"
        );
        assert_eq!(format!("[{:>6}]", Name::from_bytes(b"abc")), "[   abc]");
        assert_eq!(format!("[{:<4}]", Name::default()), "[    ]");
    }
}
