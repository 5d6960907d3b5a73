//! File handles: an owned handle with a fixed size, and a handle that borrows its bytes.

use core::fmt;
use core::hash::{Hash, Hasher};

/// The maximum size in bytes of the file system's part of a file handle (`MAX_HANDLE_SZ`).
#[doc(alias = "MAX_HANDLE_SZ")]
pub const HANDLE_SIZE_MAX: usize = 128;

/// The size in bytes of the header.
const HEADER_SIZE: usize = size_of::<Header>();

/// `struct file_handle` without its flexible array member.
#[derive(Clone, Copy)]
#[repr(C)]
struct Header {
    handle_bytes: u32,
    handle_type: i32,
}

layout! { Header: size 8, align 4, handle_bytes at 0, handle_type at 4 }

/// A file handle: bytes with which a file system finds one of its files, whatever the names of the
/// file are.
///
/// The handle consists of a type and of up to 128 bytes ([`HANDLE_SIZE_MAX`]), which only the file
/// system interprets. It is stored in the value itself, without an allocation, and can be compared
/// and hashed. Equal handles of the same file system refer to the same file, unless they were
/// created with different flags. A handle does not identify its file system: a program that has
/// handles of several file systems also stores [`StatFs::fsid`](crate::fs::StatFs::fsid).
///
/// A program can store a handle ([`as_struct_bytes`](Self::as_struct_bytes)), and open the file
/// later, even after a reboot, as long as the file exists and the file system is mounted. Handles
/// of some file systems, such as tmpfs, are valid only until the file system is unmounted.
///
/// ```
/// use butter::fs::CWD;
/// use butter::handle::{self, EncodeFlags, FileHandle, FileHandleRef};
///
/// # fn main() -> butter::Result<()> {
/// # if handle::name_to_handle_at(CWD, "/usr", EncodeFlags::empty()).is_err() { return Ok(()) }
/// let (handle, _) = handle::name_to_handle_at(CWD, "/usr", EncodeFlags::empty())?;
///
/// let stored: Vec<u8> = handle.as_struct_bytes().to_vec();
/// let (restored, rest) = FileHandleRef::decode(&stored).unwrap();
/// assert_eq!(FileHandle::from(restored), handle);
/// assert!(rest.is_empty());
/// # Ok(())
/// # }
/// ```
// The kernel copies a handle before the file system interprets its bytes, so it requires no
// alignment. The alignment of 8 permits a program to read the fields of a handle in place.
#[doc(alias = "file_handle")]
#[derive(Clone, Copy)]
#[repr(C, align(8))]
pub struct FileHandle {
    header: Header,
    /// The bytes after the first `header.handle_bytes` bytes are unspecified.
    bytes: [u8; HANDLE_SIZE_MAX],
}

// The kernel reads and writes the header and the bytes as one struct.
static_assertions::const_assert_eq!(size_of::<FileHandle>(), HEADER_SIZE + HANDLE_SIZE_MAX);
static_assertions::const_assert_eq!(align_of::<FileHandle>(), 8);
static_assertions::const_assert_eq!(core::mem::offset_of!(FileHandle, bytes), HEADER_SIZE);

impl FileHandle {
    /// A handle whose size is the maximum, as the capacity for a new handle.
    pub(super) const FULL_SIZE: Self = Self {
        header: Header { handle_bytes: HANDLE_SIZE_MAX as u32, handle_type: 0 },
        bytes: [0; HANDLE_SIZE_MAX],
    };

    /// Creates a handle from its type and its bytes. Returns `None` if there are more than
    /// [`HANDLE_SIZE_MAX`] bytes.
    #[must_use]
    pub const fn new(handle_type: i32, bytes: &[u8]) -> Option<Self> {
        match FileHandleRef::new(handle_type, bytes) {
            Some(handle) => Some(handle.to_owned()),
            None => None,
        }
    }

    /// Creates a handle of type 0 with `size` bytes that are 0. Returns `None` if `size` is greater
    /// than [`HANDLE_SIZE_MAX`].
    ///
    /// [`raw::name_to_handle_at`](super::raw::name_to_handle_at) uses the size of such a handle as
    /// the capacity for a new handle.
    #[must_use]
    pub const fn zeroed(size: usize) -> Option<Self> {
        if size > HANDLE_SIZE_MAX {
            return None;
        }
        let header = Header { handle_bytes: size as u32, handle_type: 0 };
        Some(Self { header, bytes: [0; HANDLE_SIZE_MAX] })
    }

    /// Returns the type of the handle, which determines how the file system interprets the bytes.
    #[inline]
    #[must_use]
    pub const fn handle_type(&self) -> i32 {
        self.header.handle_type
    }

    /// Returns the number of bytes of the handle, without the header.
    #[inline]
    #[must_use]
    pub const fn size(&self) -> usize {
        let size = self.header.handle_bytes as usize;
        if size < HANDLE_SIZE_MAX { size } else { HANDLE_SIZE_MAX }
    }

    /// Returns the bytes of the handle, which only the file system interprets. The address of the
    /// first byte is a multiple of 8.
    #[doc(alias = "f_handle")]
    #[inline]
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8] {
        self.bytes.split_at(self.size()).0
    }

    /// Returns the bytes of the `struct file_handle`: 4 bytes with the size, 4 bytes with the type,
    /// and the bytes of the handle. [`FileHandleRef::decode`] converts the bytes back.
    #[must_use]
    pub const fn as_struct_bytes(&self) -> &[u8] {
        let size = HEADER_SIZE + self.size();
        // SAFETY: the header and the bytes are initialized and have no padding, and `size` is at
        // most the size of the struct.
        unsafe { core::slice::from_raw_parts(core::ptr::from_ref(self).cast(), size) }
    }

    /// Reduces the size to the capacity, if the kernel has written a greater size.
    #[inline]
    pub(super) const fn limit_size(&mut self) {
        self.header.handle_bytes = self.size() as u32;
    }
}

/// Compares the type and the bytes.
impl PartialEq for FileHandle {
    fn eq(&self, other: &Self) -> bool {
        FileHandleRef::from(self) == FileHandleRef::from(other)
    }
}

impl Eq for FileHandle {}

impl PartialOrd for FileHandle {
    fn partial_cmp(&self, other: &Self) -> Option<core::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// Compares the type, and then the bytes.
impl Ord for FileHandle {
    fn cmp(&self, other: &Self) -> core::cmp::Ordering {
        FileHandleRef::from(self).cmp(&FileHandleRef::from(other))
    }
}

/// Hashes the type and the bytes, like [`FileHandleRef`].
impl Hash for FileHandle {
    fn hash<H: Hasher>(&self, state: &mut H) {
        FileHandleRef::from(self).hash(state);
    }
}

impl fmt::Debug for FileHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        FileHandleRef::from(self).debug("FileHandle", f)
    }
}

impl From<FileHandleRef<'_>> for FileHandle {
    fn from(handle: FileHandleRef<'_>) -> Self {
        handle.to_owned()
    }
}

/// A file handle that borrows its bytes, such as a handle in the buffer of a fanotify event.
///
/// It has at most [`HANDLE_SIZE_MAX`] bytes, so that it can always be converted to a
/// [`FileHandle`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileHandleRef<'a> {
    handle_type: i32,
    bytes: &'a [u8],
}

impl<'a> FileHandleRef<'a> {
    /// Creates a handle from its type and its bytes. Returns `None` if there are more than
    /// [`HANDLE_SIZE_MAX`] bytes.
    #[must_use]
    pub const fn new(handle_type: i32, bytes: &'a [u8]) -> Option<Self> {
        if bytes.len() <= HANDLE_SIZE_MAX { Some(Self { handle_type, bytes }) } else { None }
    }

    /// Decodes the `struct file_handle` at the start of `bytes`, which have any alignment. Returns
    /// the handle and the bytes after it, or `None` if the bytes end before the handle, or if the
    /// handle is larger than [`HANDLE_SIZE_MAX`].
    ///
    /// ```
    /// use butter::handle::FileHandleRef;
    ///
    /// let bytes = [2, 0, 0, 0, 0x81, 0, 0, 0, 7, 8, 9];
    /// let (handle, rest) = FileHandleRef::decode(&bytes).unwrap();
    /// assert_eq!((handle.handle_type(), handle.as_bytes(), rest), (0x81, &[7, 8][..], &[9][..]));
    /// ```
    #[doc(alias = "file_handle")]
    #[inline]
    #[must_use]
    pub const fn decode(bytes: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let Some((header, rest)) = bytes.split_first_chunk() else { return None };
        // One load of both fields takes fewer instructions than two loads.
        let header = u64::from_le_bytes(*header);
        let (size, handle_type) = (header as u32 as usize, (header >> 32) as i32);
        if size > HANDLE_SIZE_MAX {
            return None;
        }
        let Some((bytes, rest)) = rest.split_at_checked(size) else { return None };
        Some((Self { handle_type, bytes }, rest))
    }

    /// Returns the type of the handle, which determines how the file system interprets the bytes.
    #[inline]
    #[must_use]
    pub const fn handle_type(self) -> i32 {
        self.handle_type
    }

    /// Returns the bytes of the handle, which only the file system interprets.
    #[doc(alias = "f_handle")]
    #[inline]
    #[must_use]
    pub const fn as_bytes(self) -> &'a [u8] {
        self.bytes
    }

    /// Copies the handle.
    #[must_use]
    pub const fn to_owned(self) -> FileHandle {
        let Self { handle_type, bytes: source } = self;
        let header = Header { handle_bytes: source.len() as u32, handle_type };
        let mut bytes = [0; HANDLE_SIZE_MAX];
        bytes.split_at_mut(source.len()).0.copy_from_slice(source);
        FileHandle { header, bytes }
    }

    fn debug(self, name: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct(name)
            .field("handle_type", &self.handle_type)
            .field("bytes", &Hex(self.bytes))
            .finish()
    }
}

impl<'a> From<&'a FileHandle> for FileHandleRef<'a> {
    #[inline]
    fn from(handle: &'a FileHandle) -> Self {
        Self { handle_type: handle.handle_type(), bytes: handle.as_bytes() }
    }
}

impl fmt::Debug for FileHandleRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.debug("FileHandleRef", f)
    }
}

/// Prints bytes as hexadecimal digits, as the kernel prints handles in `/proc/self/fdinfo`.
struct Hex<'a>(&'a [u8]);

impl fmt::Debug for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

#[cfg(test)]
mod tests {
    use core::hash::BuildHasher;

    use super::*;

    fn handle(handle_type: i32, bytes: &[u8]) -> FileHandle {
        FileHandle::new(handle_type, bytes).unwrap()
    }

    #[test]
    fn file_handle_returns_its_type_and_bytes() {
        for size in [0, 1, 8, 127, 128] {
            let bytes: Vec<u8> = (0..size).map(|byte| byte as u8 + 1).collect();
            let handle = handle(-2, &bytes);
            assert_eq!((handle.handle_type(), handle.size()), (-2, size));
            assert_eq!(handle.as_bytes(), bytes);
            assert_eq!(handle.as_bytes().as_ptr().addr() % 8, 0);
            assert_eq!(FileHandle::from(FileHandleRef::from(&handle)), handle);
        }
        assert_eq!(FileHandle::new(1, &[0; 129]), None);
        assert_eq!(FileHandleRef::new(1, &[0; 129]), None);
    }

    #[test]
    fn zeroed_returns_handle_of_the_given_size() {
        for size in [0, 1, 128] {
            assert_eq!(FileHandle::zeroed(size), FileHandle::new(0, &[0; 128][..size]));
        }
        assert_eq!(FileHandle::zeroed(129), None);
    }

    #[test]
    fn limit_size_reduces_a_size_that_exceeds_the_capacity() {
        let mut handle = handle(1, &[7; 128]);
        for size in [129, u32::MAX] {
            handle.header.handle_bytes = size;
            assert_eq!(handle.as_bytes(), [7; 128]);
            assert_eq!(handle.as_struct_bytes().len(), 136);
            handle.limit_size();
            assert_eq!(handle, super::tests::handle(1, &[7; 128]));
        }
    }

    #[test]
    fn file_handle_is_compared_and_hashed_by_type_and_bytes() {
        let hasher = std::hash::RandomState::new();
        let handles = [
            handle(-1, &[9]),
            handle(1, &[]),
            handle(1, &[0]),
            handle(1, &[0, 0]),
            handle(1, &[1]),
            handle(2, &[0]),
        ];
        for (at, one) in handles.iter().enumerate() {
            for (other_at, other) in handles.iter().enumerate() {
                assert_eq!(one.cmp(other), at.cmp(&other_at), "{one:?} {other:?}");
                assert_eq!(one.partial_cmp(other), Some(at.cmp(&other_at)));
                assert_eq!(one == other, at == other_at);
                let equal = hasher.hash_one(one) == hasher.hash_one(FileHandleRef::from(other));
                assert_eq!(equal, at == other_at);
            }
        }
        // The bytes after the handle are not compared.
        let mut padded = handle(1, &[0, 5]);
        padded.header.handle_bytes = 1;
        assert_eq!(padded, handles[2]);
        assert_eq!(hasher.hash_one(padded), hasher.hash_one(handles[2]));
    }

    #[test]
    fn decode_returns_handle_and_rest_at_any_alignment() {
        let bytes =
            [[0; 3].as_slice(), handle(5, &[1, 2, 3]).as_struct_bytes(), b"name\0"].concat();
        for start in 0..4 {
            let mut shifted = vec![0xEE; start];
            shifted.extend_from_slice(&bytes[3..]);
            let (decoded, rest) = FileHandleRef::decode(&shifted[start..]).unwrap();
            assert_eq!((decoded.handle_type(), decoded.as_bytes()), (5, &[1, 2, 3][..]));
            assert_eq!(rest, b"name\0");
        }
    }

    #[test]
    fn decode_returns_none_if_bytes_are_truncated_or_size_is_too_large() {
        let bytes = handle(1, &[1; 128]);
        let bytes = bytes.as_struct_bytes();
        assert_eq!(bytes.len(), 136);
        assert!(FileHandleRef::decode(bytes).is_some());
        for length in 0..bytes.len() {
            assert_eq!(FileHandleRef::decode(&bytes[..length]), None, "{length}");
        }
        for size in [129, 0x8000_0000_u32, u32::MAX] {
            let mut bytes = vec![0; 1024];
            bytes[..4].copy_from_slice(&size.to_ne_bytes());
            assert_eq!(FileHandleRef::decode(&bytes), None, "{size}");
        }
    }

    #[test]
    fn debug_prints_the_bytes_in_hexadecimal() {
        let handle = handle(1, &[0, 0xAB]);
        assert_eq!(format!("{handle:?}"), "FileHandle { handle_type: 1, bytes: 00ab }");
        let text = format!("{:?}", FileHandleRef::from(&handle));
        assert_eq!(text, "FileHandleRef { handle_type: 1, bytes: 00ab }");
    }
}
