//! File handles: identifying a file without its path, and opening it later.
//!
//! A file handle identifies a file within its file system for as long as the file exists, even if
//! the file is renamed. Handles also identify the files of fanotify events. Creating a handle
//! requires no privileges and no descriptor; opening a handle requires privileges.
//!
//! ```
//! use butter::fs::{self, CWD, OFlags};
//! use butter::handle::{self, EncodeFlags};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let temporary = temp_dir::TempDir::new()?;
//! # let [old, new] = ["old", "new"].map(|name| temporary.path().join(name));
//! # std::fs::write(&old, "")?;
//! # if handle::name_to_handle_at(CWD, &old, EncodeFlags::empty()).is_err() { return Ok(()) }
//! let (handle, _) = handle::name_to_handle_at(CWD, &old, EncodeFlags::empty())?;
//! fs::renameat(CWD, &old, CWD, &new)?;
//!
//! // Any file on the same file system serves as the mount argument.
//! let directory = std::fs::File::open(new.parent().unwrap())?;
//! match handle::open_by_handle_at(&directory, &handle, OFlags::RDONLY) {
//!     Ok(file) => println!("opened {:?}", std::fs::File::from(file)),
//!     Err(error) => println!("{error}"), // "open_by_handle_at: EPERM: ..." without privileges
//! }
//! # Ok(())
//! # }
//! ```
//!
//! | system call | raw | function | since |
//! |---|---|---|---|
//! | `name_to_handle_at` | [`raw::name_to_handle_at`] | [`name_to_handle_at`] | 2.6.39 |
//! | `open_by_handle_at` | [`raw::open_by_handle_at`] | [`open_by_handle_at`] | 2.6.39 |
//!
//! # Notes
//!
//! - A handle is meaningful only on its file system. Neither the device number nor the mount ID
//!   identifies a file system across reboots: store, for example, its UUID.
//! - When a file is deleted, its handle becomes stale: [`open_by_handle_at`] fails with `ESTALE`
//!   ([`ErrorKind::StaleHandle`](crate::error::ErrorKind::StaleHandle)), even if a new file has the
//!   same inode number.
//! - A handle is not a secret: a caller with the required privileges can construct the handles of
//!   all files of the file system. A process in a container that has `CAP_DAC_READ_SEARCH` in the
//!   initial user namespace can open files outside the container.
//! - Not every file system supports handles. For `procfs` and `sysfs`, only
//!   [`EncodeFlags::FID`] does not fail with `EOPNOTSUPP`; for `overlayfs`, handles that can be
//!   opened require the mount option `nfs_export=on`.
//! - Pidfds and namespaces have handles as well ([`PIDFS_ROOT`], [`NSFS_ROOT`]), with which a
//!   program can refer to a process or a namespace without keeping a descriptor open.
//! - A file system with subvolumes or with a network server can return handles of different sizes
//!   for its files.

mod file_handle;
mod ops;
pub mod raw;
mod types;

#[doc(alias = "file_handle")]
pub use file_handle::FileHandle;
pub use file_handle::FileHandleRef;
#[doc(alias = "MAX_HANDLE_SZ")]
pub use file_handle::HANDLE_SIZE_MAX;
pub use ops::{name_to_handle_at, open_by_handle_at};
#[doc(alias = "AT_HANDLE_FID")]
pub use types::EncodeFlags;
#[doc(alias = "FD_NSFS_ROOT", alias = "nsfs_file_handle")]
pub use types::NSFS_ROOT;
#[doc(alias = "FD_PIDFS_ROOT")]
pub use types::PIDFS_ROOT;
pub use types::{MountArg, MountId, NsfsRoot, PidfsRoot};
