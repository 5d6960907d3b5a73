//! The memfd as a type.

use super::{CreateFlags, Mapping, SealedMapping, Seals, SharedReadMapping, mapping, raw};
use crate::error::{Call, Errno, Error, Result};
use crate::fd::{AsFd, OwnedFd};
use crate::fs;
use crate::io::retry;
use crate::path;

/// A file in memory that is in no directory: whoever has a descriptor of it has it.
///
/// Another process gets it by inheriting the descriptor or over a socket; there, [`From<OwnedFd>`](OwnedFd) makes this
/// type of it.
pub struct MemFd(OwnedFd);

fd_wrapper! { MemFd }

#[allow(clippy::len_without_is_empty, reason = "the length is a call's answer")]
impl MemFd {
    /// A memfd, empty, to which no seals can be added. Closed by `execve`. The name is what people read of it in
    /// `/proc`: any, of at most 249 bytes.
    ///
    /// Where `vm.memfd_noexec` is not 0, since Linux 6.3, it is as with [`CreateFlags::NOEXEC_SEAL`]: seals can be
    /// added, by whoever has it. Add [`Seals::SEAL`] before others have it, if they shall not.
    ///
    /// # Errors
    ///
    /// As [`raw::memfd_create`].
    #[doc(alias = "memfd_create")]
    #[inline]
    pub fn new(name: impl path::Arg) -> Result<Self> {
        raw::memfd_create(name, CreateFlags::CLOEXEC).map(Self)
    }

    /// As [`create`](Self::create), and seals can be added.
    ///
    /// # Errors
    ///
    /// As [`raw::memfd_create`].
    #[inline]
    pub fn sealable(name: impl path::Arg) -> Result<Self> {
        raw::memfd_create(name, CreateFlags::CLOEXEC.union(CreateFlags::ALLOW_SEALING)).map(Self)
    }

    /// As [`create`](Self::create), with these flags: huge pages, and whether it may be executed.
    ///
    /// # Errors
    ///
    /// As [`raw::memfd_create`]. A kernel older than 6.3 does not know `EXEC` and `NOEXEC_SEAL`: the error's kind is
    /// `Unsupported` then, if everything else of the call is right.
    pub fn with_flags(name: impl path::Arg, flags: CreateFlags) -> Result<Self> {
        let flags = flags | CreateFlags::CLOEXEC;
        match raw::memfd_create(&name, flags) {
            Ok(fd) => Ok(Self(fd)),
            Err(error)
                if error.is(Errno::INVAL)
                    && asks_for_linux_6_3(name.as_path_bytes().bytes(), flags) =>
            {
                Err(Error::new(Call::MEMFD_CREATE_EXEC, Errno::INVAL))
            }
            Err(error) => Err(error),
        }
    }

    /// How many bytes it has.
    ///
    /// # Errors
    ///
    /// None of its own.
    #[doc(alias = "fstat")]
    #[inline]
    pub fn len(&self) -> Result<u64> {
        fs::fstat(self.as_fd()).map(|stat| stat.size.cast_unsigned())
    }

    /// Makes it so many bytes long: those beyond are gone, new ones are zero.
    ///
    /// # Errors
    ///
    /// As [`raw::ftruncate`].
    #[doc(alias = "ftruncate")]
    #[inline]
    pub fn set_len(&self, length: u64) -> Result<()> {
        retry(|| fs::ftruncate(self.as_fd(), length))
    }

    /// Reads bytes from a place in it; returns how many: 0 at its end.
    ///
    /// Whatever others do to it meanwhile, this is safe: the kernel copies.
    ///
    /// # Errors
    ///
    /// As [`raw::pread64`], without `EINTR`.
    #[doc(alias = "pread")]
    #[inline]
    pub fn read_at(&self, buffer: &mut [u8], offset: u64) -> Result<usize> {
        retry(|| fs::pread64(self.as_fd(), buffer, offset))
    }

    /// Writes bytes to a place in it, and makes it longer where it has to; returns how many went.
    ///
    /// # Errors
    ///
    /// As [`raw::pwrite64`], without `EINTR`.
    #[doc(alias = "pwrite")]
    #[inline]
    pub fn write_at(&self, bytes: &[u8], offset: u64) -> Result<usize> {
        retry(|| fs::pwrite64(self.as_fd(), bytes, offset))
    }

    /// What nobody can do to it any more.
    ///
    /// # Errors
    ///
    /// As [`raw::fcntl_get_seals`].
    #[doc(alias = "F_GET_SEALS")]
    #[inline]
    pub fn seals(&self) -> Result<Seals> {
        raw::fcntl_get_seals(self.as_fd())
    }

    /// Says for good what nobody can do to it any more, in no process.
    ///
    /// # Errors
    ///
    /// As [`raw::fcntl_add_seals`]. A kernel older than 6.3 does not know [`Seals::EXEC`]: the error's kind is
    /// `Unsupported` then.
    #[doc(alias = "F_ADD_SEALS")]
    pub fn add_seals(&self, seals: Seals) -> Result<()> {
        match raw::fcntl_add_seals(self.as_fd(), seals) {
            // Of a memfd and with seals that have names here, it is the youngest of them that is not known.
            Err(error) if error.is(Errno::INVAL) && seals.contains(Seals::EXEC) => {
                let is_memfd = Seals::KNOWN.contains(seals) && self.seals().is_ok();
                Err(if is_memfd {
                    Error::new(Call::FCNTL_ADD_SEALS_EXEC, Errno::INVAL)
                } else {
                    error
                })
            }
            done => done,
        }
    }

    /// Maps the whole of it, as long as it is now, shared with everybody who has it, to be read and written to.
    ///
    /// # Errors
    ///
    /// `EPERM` - it is sealed against writing. And as [`mm::raw::mmap`](crate::mm::raw::mmap).
    #[doc(alias = "mmap")]
    #[inline]
    pub fn map(&self) -> Result<Mapping> {
        mapping::shared(self)
    }

    /// As [`map`](Self::map), to be read only: what can be done with [`Seals::FUTURE_WRITE`], too, and with a
    /// descriptor that is open for reading.
    ///
    /// # Errors
    ///
    /// `EPERM` - it is sealed against writing by [`Seals::WRITE`], and the kernel is older than 6.7. And as
    /// [`mm::raw::mmap`](crate::mm::raw::mmap).
    #[inline]
    pub fn map_read(&self) -> Result<SharedReadMapping> {
        mapping::read(self)
    }

    /// Maps the whole of it to be read as a slice, if it is sealed against shrinking, growing and writing: else `None`.
    ///
    /// What another process has sent is so either safe to look at for as long as one likes, or refused. Refused is also
    /// what has both [`Seals::EXEC`] and [`Seals::FUTURE_WRITE`], as a program that was sealed has: kernels from Linux
    /// 6.3 on, until it was mended, sealed one against writing that somebody went on writing to. And what has huge
    /// pages of which the last is not a whole one. [`read_at`](Self::read_at) copies it.
    ///
    /// # Errors
    ///
    /// As [`raw::fcntl_get_seals`] and [`mm::raw::mmap`](crate::mm::raw::mmap).
    #[inline]
    pub fn map_sealed(&self) -> Result<Option<SealedMapping>> {
        mapping::sealed(self)
    }
}

/// Whether the kernel can have had nothing against a name and flags but that it does not know what came with Linux 6.3.
#[cold]
fn asks_for_linux_6_3(name: &[u8], flags: CreateFlags) -> bool {
    const YOUNG: CreateFlags = CreateFlags::EXEC.union(CreateFlags::NOEXEC_SEAL);
    const OLD: CreateFlags =
        CreateFlags::CLOEXEC.union(CreateFlags::ALLOW_SEALING).union(CreateFlags::HUGETLB);
    // The kernel takes any size of huge pages here.
    let known =
        if flags.contains(CreateFlags::HUGETLB) { CreateFlags::KNOWN } else { OLD.union(YOUNG) };
    let one = flags.intersects(YOUNG) && !flags.contains(YOUNG);
    one && known.contains(flags) && name.len() < 250 && !name.contains(&0)
}
