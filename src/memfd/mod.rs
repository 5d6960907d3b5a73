//! Files in memory, which a program shares with others, and of which it can say what nobody may do to them any more.
//!
//! ```
//! use butter::memfd::{MemFd, Seals};
//!
//! # fn main() -> butter::Result<()> {
//! let memfd = MemFd::sealable("greeting")?;
//! memfd.write_at(b"hello", 0)?;
//! memfd.add_seals(Seals::SHRINK | Seals::GROW | Seals::WRITE | Seals::SEAL)?;
//!
//! // In whatever process has the descriptor now:
//! let bytes = memfd.map_sealed()?.expect("it is sealed");
//! assert_eq!(&*bytes, b"hello");
//! assert!(memfd.write_at(b"H", 0).is_err()); // for as long as it lives, and for its maker too
//! # Ok(())
//! # }
//! ```
//!
//! | kernel call | raw | method | since |
//! |---|---|---|---|
//! | `memfd_create` | [`raw::memfd_create`] | [`MemFd::new`], [`MemFd::sealable`], [`MemFd::with_flags`] | 3.17 |
//! | `fcntl(F_ADD_SEALS)` | [`raw::fcntl_add_seals`] | [`MemFd::add_seals`] | 3.17 |
//! | `fcntl(F_GET_SEALS)` | [`raw::fcntl_get_seals`] | [`MemFd::seals`] | 3.17 |
//! | `ftruncate` | [`raw::ftruncate`] | [`MemFd::set_len`] | 1.0 |
//! | `fstat` | [`raw::fstat_size`] | [`MemFd::len`] | 1.0 |
//! | `pread64` | [`raw::pread64`] | [`MemFd::read_at`] | 2.1.60 |
//! | `pwrite64` | [`raw::pwrite64`] | [`MemFd::write_at`] | 2.1.60 |
//! | `mmap` | [`mm::raw::mmap`](crate::mm::raw::mmap) | [`MemFd::map`], [`MemFd::map_read`], [`MemFd::map_sealed`] | 1.0 |
//!
//! # Worth knowing
//!
//! - Memory that others can write to is no Rust slice, and memory of a file that others can make shorter may be gone at
//!   the next touch, which is then the signal `SIGBUS`. So [`MemFd::map_sealed`] gives a slice only of what is sealed
//!   against both, [`MemFd::map`] gives a pointer, and [`MemFd::read_at`] and [`MemFd::write_at`] copy in any case.
//! - Where nothing was written yet, memory is found at the first touch, seals or none: if the machine has none left, or
//!   promises none (`vm.overcommit_memory`), that touch is `SIGBUS`, or the end of the process.
//! - [`Seals::WRITE`] is refused while somebody has it mapped by [`MemFd::map`] or the like, in whatever process.
//!   [`Seals::FUTURE_WRITE`] is for a maker who goes on writing by a mapping of their own: others have
//!   [`MemFd::map_read`].
//! - Who receives a memfd asks for its seals; who sends one adds [`Seals::SEAL`], or others add seals that the sender
//!   did not want.
//! - [`io::read`](crate::io::read) and [`io::write`](crate::io::write()) move the file's one position, which all that
//!   have the descriptor share.
//! - Of huge pages, the length is a multiple of their size, a mapping is the only way to write, and there have to be
//!   some (`vm.nr_hugepages`).
//! - Since Linux 6.3 `vm.memfd_noexec` says what it is without [`CreateFlags::EXEC`] and [`CreateFlags::NOEXEC_SEAL`],
//!   and the kernel notes in its log, once, that a program has left it open.

mod file;
mod mapping;
pub mod raw;
mod types;

pub use file::MemFd;
pub use mapping::{Mapping, SealedMapping, SharedReadMapping};
pub use types::{CreateFlags, Seals};
