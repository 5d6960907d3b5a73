//! Anonymous files in memory, which can be shared with other processes and sealed.
//!
//! ```
//! use butter::io;
//! use butter::memfd::{MemFd, Seals};
//!
//! # fn main() -> butter::Result<()> {
//! let memfd = MemFd::sealable("greeting")?;
//! io::write_all_at(&memfd, b"hello", 0)?;
//! memfd.add_seals(Seals::SHRINK | Seals::GROW | Seals::WRITE | Seals::SEAL)?;
//!
//! // In any process that has received the descriptor:
//! let bytes = memfd.map_sealed()?.expect("the memfd is sealed");
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
//! - Memory that another process can write to must not be used as a Rust slice. If another process
//!   truncates a mapped file, an access to memory after the new end of the file raises `SIGBUS`.
//!   [`MemFd::map_sealed`] therefore returns a slice only if the file is sealed against shrinking,
//!   growing and writing. [`MemFd::map`] returns a [`Mapping`] with a pointer to the memory.
//!   [`MemFd::read_at`] and [`MemFd::write_at`] copy the bytes, whether or not the file is sealed.
//! - A hole is a page that was never written to, or that was deallocated with
//!   `FALLOC_FL_PUNCH_HOLE`. The first access to a hole through a mapping, even by a load,
//!   allocates a page, and the memory is charged to the process that accesses the page. If the
//!   system or the control group is out of memory, or the system does not permit the allocation
//!   (`vm.overcommit_memory`), the access to the hole raises `SIGBUS` or the process is killed.
//!   Only the seals [`Seals::WRITE`] and [`Seals::FUTURE_WRITE`] prevent other processes from
//!   punching holes. [`MemFd::map_sealed`] does not map files with holes. [`MemFd::read_at`] reads
//!   files with holes without allocating memory.
//! - [`Seals::WRITE`] cannot be added while any process has a writable shared mapping of the file,
//!   for example one that [`MemFd::map`] created. [`Seals::FUTURE_WRITE`] is for a creator that
//!   continues to write through its own mapping, while other processes use [`MemFd::map_read`].
//! - The receiver of a memfd should check the seals of the memfd. The sender of a memfd should add
//!   [`Seals::SEAL`]: otherwise, every process with a descriptor of the file can add seals.
//! - [`io::read`](crate::io::read), [`io::write`](crate::io::write()) and the traits of `std` use
//!   and advance the file offset, which all descriptors of the same open file description share.
//! - A file with huge pages can be written to only through a mapping. [`MemFd::set_len`] of this
//!   file accepts only a multiple of the huge page size. The huge pages must have been reserved
//!   (`vm.nr_hugepages`).
//! - Since Linux 6.3, `vm.memfd_noexec` determines whether a file that is created with neither
//!   [`CreateFlags::EXEC`] nor [`CreateFlags::NOEXEC_SEAL`] is executable. If a program uses
//!   neither flag, the kernel logs a message once.
//!
//! # Passing a memfd to a child process
//!
//! A memfd is close-on-exec. [`fd`](crate::fd#passing-a-descriptor-to-a-child-process) shows how a
//! program passes a descriptor to a child process. The child process receives the memfd by number,
//! or as its standard input, and checks the seals, for example with [`MemFd::map_sealed`]:
//!
//! ```no_run
//! use std::fs::File;
//! use std::os::fd::{AsFd, OwnedFd};
//!
//! use butter::memfd::MemFd;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let memfd = match std::env::args().nth(1) {
//!     Some(number) => OwnedFd::from(File::open(format!("/proc/self/fd/{number}"))?),
//!     None => std::io::stdin().as_fd().try_clone_to_owned()?,
//! };
//! let bytes = MemFd::from(memfd).map_sealed()?.ok_or("the memfd is not sealed")?;
//! println!("{}", bytes.len());
//! # Ok(())
//! # }
//! ```

mod file;
mod mapping;
pub mod raw;
#[cfg(feature = "std")]
mod std_io;

#[doc(alias = "memfd_create")]
pub use file::{CreateFlags, MemFd, Seals};
#[doc(alias = "mmap")]
pub use mapping::{Mapping, SealedMapping, SharedReadMapping};
