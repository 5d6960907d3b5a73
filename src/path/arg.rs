//! Path arguments: the accepted types, and the termination of paths with a NUL byte.

use core::ffi::CStr;
use core::mem::MaybeUninit;

use super::Name;
use crate::error::{Call, Errno, Error, Result};

/// The maximum length in bytes of a path that the kernel accepts, including the terminating NUL
/// byte.
pub const PATH_MAX: usize = 4096;

/// A path argument. The trait is sealed: the [module](crate::path) lists the types that implement
/// it.
pub trait Arg: sealed::AsPathBytes {}

pub(crate) use sealed::{AsPathBytes, PathBytes};

mod sealed {
    use core::ffi::CStr;

    /// The bytes of a path, and whether a NUL byte terminates the path.
    #[derive(Clone, Copy)]
    pub enum PathBytes<'a> {
        /// A path that is terminated with a NUL byte.
        Terminated(&'a CStr),
        /// A path without a terminating NUL byte, which may contain any byte, including NUL.
        Bytes(&'a [u8]),
    }

    impl<'a> PathBytes<'a> {
        /// Returns the path without its terminating NUL byte.
        pub(crate) fn bytes(self) -> &'a [u8] {
            match self {
                Self::Terminated(path) => path.to_bytes(),
                Self::Bytes(path) => path,
            }
        }
    }

    pub trait AsPathBytes {
        fn as_path_bytes(&self) -> PathBytes<'_>;
    }
}

impl<P: Arg + ?Sized> Arg for &P {}
impl<P: Arg + ?Sized> AsPathBytes for &P {
    #[inline]
    fn as_path_bytes(&self) -> PathBytes<'_> {
        (**self).as_path_bytes()
    }
}

impl Arg for CStr {}
impl AsPathBytes for CStr {
    #[inline]
    fn as_path_bytes(&self) -> PathBytes<'_> {
        PathBytes::Terminated(self)
    }
}

/// Implements `Arg` for types that contain the bytes of a path without a terminating NUL byte.
macro_rules! impl_path_arg {
    ($([$($generics:tt)*] $path:ty, |$this:ident| $bytes:expr;)*) => {$(
        impl<$($generics)*> $crate::path::Arg for $path {}
        impl<$($generics)*> $crate::path::AsPathBytes for $path {
            #[inline]
            fn as_path_bytes(&self) -> $crate::path::PathBytes<'_> {
                let $this = self;
                $crate::path::PathBytes::Bytes($bytes)
            }
        }
    )*};
}

impl_path_arg! {
    [] [u8], |path| path;
    [const N: usize] [u8; N], |path| path;
    [] str, |path| path.as_bytes();
    ['a] Name<'a>, |name| name.as_bytes();
}

/// A buffer capacity in bytes that is sufficient for most paths. Only a longer path requires a
/// buffer of [`PATH_MAX`] bytes.
pub(crate) const SHORT: usize = 256;

/// A buffer on the stack for a path and its terminating NUL byte.
pub(crate) struct Buffer<const CAPACITY: usize>([MaybeUninit<u8>; CAPACITY]);

impl<const CAPACITY: usize> Buffer<CAPACITY> {
    #[inline(always)]
    pub(crate) const fn new() -> Self {
        Self([MaybeUninit::uninit(); CAPACITY])
    }

    /// Copies a path to the buffer and appends a NUL byte. Fails with `ENAMETOOLONG` if the path
    /// does not fit, and with `EINVAL` if the path contains a NUL byte.
    #[inline]
    pub(crate) fn terminate(&mut self, path: &[u8]) -> Result<&CStr, Errno> {
        if path.len() >= CAPACITY {
            return Err(Errno::NAMETOOLONG);
        }
        if has_nul(path) {
            return Err(Errno::INVAL);
        }
        let terminated = self.push_nul(path).ok_or(Errno::NAMETOOLONG)?;
        // SAFETY: the last byte of `terminated` is its only NUL byte.
        Ok(unsafe { CStr::from_bytes_with_nul_unchecked(terminated) })
    }

    /// Copies bytes to the buffer and appends a NUL byte. Returns `None` if the bytes and the NUL
    /// byte do not fit.
    #[inline]
    pub(crate) fn push_nul(&mut self, bytes: &[u8]) -> Option<&[u8]> {
        if bytes.len() >= CAPACITY {
            return None;
        }
        let start = self.0.as_mut_ptr().cast::<u8>();
        // SAFETY: `bytes` is shorter than the buffer, and the buffer is exclusively borrowed, so
        // `bytes` and the buffer do not overlap.
        unsafe { start.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len()) };
        // SAFETY: `bytes` is shorter than the buffer, so the byte after the copy is in the buffer.
        unsafe { start.wrapping_add(bytes.len()).write(0) };
        // SAFETY: the first `bytes.len() + 1` bytes of the buffer have been written.
        Some(unsafe { core::slice::from_raw_parts(start, bytes.len() + 1) })
    }
}

/// Calls `f` with the path terminated by a NUL byte.
///
/// A path that is already terminated is passed to `f` without a copy. Any other path is copied to
/// the stack, by a function that is not inlined, so that the caller's stack frame stays small. The
/// type of `f` must not depend on the type of the path argument: otherwise, `f` would be compiled
/// once for each type of path argument.
#[inline(always)]
pub(crate) fn with_c_str<T>(
    call: Call,
    path: PathBytes<'_>,
    f: impl FnOnce(&CStr) -> Result<T>,
) -> Result<T> {
    match path {
        PathBytes::Terminated(path) => f(path),
        PathBytes::Bytes(path) => with_copy::<SHORT, T>(call, path, f),
    }
}

#[inline(never)]
fn with_copy<const CAPACITY: usize, T>(
    call: Call,
    path: &[u8],
    f: impl FnOnce(&CStr) -> Result<T>,
) -> Result<T> {
    if CAPACITY < PATH_MAX && path.len() >= CAPACITY {
        return with_copy::<PATH_MAX, T>(call, path, f);
    }
    match Buffer::<CAPACITY>::new().terminate(path) {
        Ok(path) => f(path),
        Err(errno) => Err(Error::new(call, errno)),
    }
}

/// Returns whether the path contains a NUL byte, testing eight bytes at a time.
#[inline]
fn has_nul(path: &[u8]) -> bool {
    /// Returns a number in which the highest bit of at least one byte is set if and only if a byte
    /// of `word` is 0.
    const fn zeroes(word: [u8; 8]) -> u64 {
        let word = u64::from_ne_bytes(word);
        word.wrapping_sub(u64::from_ne_bytes([1; 8])) & !word
    }
    let highest_bits = u64::from_ne_bytes([0x80; 8]);
    match path.last_chunk() {
        // The last eight bytes of the path can overlap the preceding word.
        Some(last) => {
            let words = path.as_chunks().0.iter();
            words.fold(zeroes(*last), |found, word| found | zeroes(*word)) & highest_bits != 0
        }
        None => path.contains(&0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buffer_terminate_fails_if_path_contains_nul_or_is_too_long() {
        let mut buffer = Buffer::<PATH_MAX>::new();
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
        assert_eq!(buffer.terminate(&[b'a'; PATH_MAX]), Err(Errno::NAMETOOLONG));
        assert_eq!(buffer.terminate(&[b'a'; PATH_MAX - 1]).unwrap().count_bytes(), PATH_MAX - 1);
    }

    #[test]
    fn path_arguments_return_bytes_without_terminating_nul() {
        fn bytes(path: impl Arg) -> usize {
            path.as_path_bytes().bytes().len()
        }
        assert_eq!(bytes("/etc"), 4);
        assert_eq!(bytes(b"/etc"), 4);
        assert_eq!(bytes(&b"/etc"[..]), 4);
        assert_eq!(bytes(c"/etc"), 4);
        assert!(matches!(c"/etc".as_path_bytes(), PathBytes::Terminated(_)));
    }
}
