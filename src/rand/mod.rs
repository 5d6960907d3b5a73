//! Random numbers from the kernel's random number generator.
//!
//! [`fill`] fills a buffer with random bytes that are suitable for cryptographic keys.
//!
//! ```
//! use butter::rand;
//!
//! # fn main() -> butter::Result<()> {
//! let mut key = [0; 32];
//! rand::fill(&mut key)?;
//! # Ok(())
//! # }
//! ```
//!
//! | kernel call | raw | function | since |
//! |---|---|---|---|
//! | `getrandom` | [`raw::getrandom`] | [`getrandom`], [`fill`] | 3.17 |
//!
//! # Notes
//!
//! - Until the random number generator is seeded, soon after system boot, [`fill`] blocks. A
//!   program that runs early, such as an init program, can pass
//!   [`NONBLOCK`](GetRandomFlags::NONBLOCK) to [`getrandom`].
//! - A call for up to 256 bytes returns all bytes once the generator is seeded, even if a signal is
//!   pending. A call for more bytes can return fewer bytes; [`fill`] repeats the call.
//! - The descriptors of `/dev/urandom` and `/dev/random` return bytes of the same generator, but
//!   reads of `/dev/urandom` do not wait until the generator is seeded.

mod ops;
pub mod raw;
mod types;

#[doc(alias = "getrandom", alias = "getentropy", alias = "arc4random_buf")]
pub use ops::fill;
pub use ops::getrandom;
pub use types::GetRandomFlags;
