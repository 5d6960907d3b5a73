//! Anonymous files in memory, which can be shared with other processes and sealed.
//!
//! ```
//! use butter::memfd::{MemFd, Seals};
//!
//! # fn main() -> butter::Result<()> {
//! let memfd = MemFd::sealable("greeting")?;
//! memfd.write_at(b"hello", 0)?;
//! memfd.add_seals(Seals::SHRINK | Seals::GROW | Seals::WRITE | Seals::SEAL)?;
//!
//! // In any process that has received the descriptor:
//! let bytes = memfd.map_sealed()?.expect("it is sealed");
//! assert_eq!(&*bytes, b"hello");
//! assert!(memfd.write_at(b"H", 0).is_err()); // the seals also apply to the creator
//! # Ok(())
//! # }
//! ```
//!
//! | kernel call | raw | method | since |
//! |---|---|---|---|
//! | `memfd_create` | [`raw::memfd_create`] | [`MemFd::new`], [`MemFd::sealable`], [`MemFd::with_flags`] | 3.17 |
//! | `fcntl(F_ADD_SEALS)` | [`raw::fcntl_add_seals`] | [`MemFd::add_seals`] | 3.17 |
//! | `fcntl(F_GET_SEALS)` | [`raw::fcntl_get_seals`] | [`MemFd::seals`] | 3.17 |
//! | `ftruncate` | - | [`MemFd::set_len`] | 1.0 |
//! | `fstat` | - | [`MemFd::len`] | 1.0 |
//! | `pread64` | - | [`MemFd::read_at`] | 2.1.60 |
//! | `pwrite64` | - | [`MemFd::write_at`] | 2.1.60 |
//! | `read`, `write`, `lseek` | - | `Read`, `Write` and `Seek` of `std` | 1.0 |
//! | `mmap` | [`mm::raw::mmap`](crate::mm::raw::mmap) | [`MemFd::map`], [`MemFd::map_read`], [`MemFd::map_sealed`] | 1.0 |
//!
//! # Notes
//!
//! - Memory that another process can write to must not be used as a Rust slice, and an access to
//!   memory of a file that another process has truncated raises `SIGBUS`. [`MemFd::map_sealed`]
//!   therefore returns a slice only if the file is sealed against shrinking, growing and writing.
//!   [`MemFd::map`] returns a pointer. [`MemFd::read_at`] and [`MemFd::write_at`] copy the bytes,
//!   whether or not the file is sealed.
//! - A page that was never written to, or that was punched (`FALLOC_FL_PUNCH_HOLE`), is allocated
//!   when it is first accessed through a mapping, even by a load, and the memory is charged to the
//!   process that accesses it. If the system or the control group is out of memory, or the system
//!   does not permit the allocation (`vm.overcommit_memory`), the access raises `SIGBUS` or the
//!   process is killed. Of the seals, only [`Seals::WRITE`] and [`Seals::FUTURE_WRITE`] prevent
//!   punching. [`MemFd::map_sealed`] does not map files with holes, and [`MemFd::read_at`] reads
//!   them without an allocation.
//! - [`Seals::WRITE`] cannot be added while any process has a writable shared mapping of the file,
//!   such as that of [`MemFd::map`]. [`Seals::FUTURE_WRITE`] is for a creator that continues to
//!   write through its own mapping, while other processes use [`MemFd::map_read`].
//! - A receiver of a memfd should check its seals. A sender should add [`Seals::SEAL`]: otherwise,
//!   every process with a descriptor of the file can add seals.
//! - [`io::read`](crate::io::read), [`io::write`](crate::io::write()) and the traits of `std` use
//!   and advance the file offset, which all descriptors of the same open file share.
//! - With huge pages, the length is a multiple of their size, the file can be written to only
//!   through a mapping, and the pages must have been reserved (`vm.nr_hugepages`).
//! - Since Linux 6.3, `vm.memfd_noexec` determines whether a file that is created with neither
//!   [`CreateFlags::EXEC`] nor [`CreateFlags::NOEXEC_SEAL`] is executable, and the kernel logs once
//!   that a program uses neither flag.

mod file;
mod mapping;
pub mod raw;
#[cfg(feature = "std")]
mod std_io;

#[doc(alias = "memfd_create")]
pub use file::{CreateFlags, MemFd, Seals};
#[doc(alias = "mmap")]
pub use mapping::{Mapping, SealedMapping, SharedReadMapping};
