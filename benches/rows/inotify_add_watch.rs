//! Adding a watch that already exists: the kernel only resolves the path and finds the watch.

use std::ffi::{CStr, CString};
use std::hint::black_box;
use std::os::fd::OwnedFd;

use butter::inotify::{Inotify, WatchFlags};
use nix::sys::inotify as nix;
use rustix::fs::inotify as rustix;
use tempfile::TempDir;

use crate::row::{BUTTER, CALL_LIMIT, NOT_SLOWER_LIMIT, Row};
use crate::{Failure, bare, context, fail, libc_calls};

const MASK: u32 = libc::IN_CREATE;

/// The directory that a contender watches, with its path as a `&CStr` and as a `&str`. Each
/// contender has its own directory, because the kernel searches all watches of a file. The first
/// call of `inotify_add_watch`, during the warm-up, creates the watch.
struct Watched {
    path: String,
    path_with_nul: CString,
    _directory: TempDir,
}

impl Watched {
    fn new() -> Result<Self, Failure> {
        let directory = context("a temporary directory", TempDir::new())?;
        let path = directory
            .path()
            .to_str()
            .ok_or("the path of the temporary directory is not UTF-8")?
            .to_owned();
        let path_with_nul = CString::new(path.clone())?;
        Ok(Self { path, path_with_nul, _directory: directory })
    }

    fn as_str(&self) -> &str {
        &self.path
    }

    fn as_cstr(&self) -> &CStr {
        &self.path_with_nul
    }
}

fn raw() -> Result<OwnedFd, Failure> {
    context("inotify_init1", rustix::init(rustix::CreateFlags::CLOEXEC))
}

/// Creates a row with the bare system call, which receives a NUL-terminated path in both rows.
fn row(about: &'static str) -> Result<Row, Failure> {
    let bare = || -> Result<_, Failure> {
        let (fd, watched) = (raw()?, Watched::new()?);
        Ok(move || {
            black_box(bare::add_watch(&fd, watched.as_cstr(), MASK));
        })
    };
    Ok(Row::new(about, 1).with("bare syscall", bare()?).with("bare syscall again", bare()?))
}

/// Adds the contenders whose `add_watch` accepts both `&CStr` and `&str` paths.
macro_rules! generic {
    ($row:expr, $path:ident) => {{
        let (butter, butter_watched) = (context("inotify_init1", Inotify::new())?, Watched::new()?);
        let (rustix_fd, rustix_watched) = (raw()?, Watched::new()?);
        let (nix_inotify, nix_watched) = (
            context("inotify_init1", nix::Inotify::init(nix::InitFlags::empty()))?,
            Watched::new()?,
        );
        $row.with(BUTTER, move || {
            match butter.add_watch(butter_watched.$path(), WatchFlags::CREATE) {
                Ok(watch) => black_box(watch),
                Err(error) => fail(BUTTER, error),
            };
        })
        .with("rustix", move || {
            match rustix::add_watch(&rustix_fd, rustix_watched.$path(), rustix::WatchFlags::CREATE)
            {
                Ok(watch) => black_box(watch),
                Err(error) => fail("rustix", error),
            };
        })
        .with("nix", move || {
            match nix_inotify.add_watch(nix_watched.$path(), nix::AddWatchFlags::IN_CREATE) {
                Ok(watch) => black_box(watch),
                Err(error) => fail("nix", error),
            };
        })
        .target("bare syscall", CALL_LIMIT)
        .target("libc", NOT_SLOWER_LIMIT)
    }};
}

pub(crate) fn with_cstr() -> Result<Row, Failure> {
    let (fd, watched) = (raw()?, Watched::new()?);
    let row = row("one call with a NUL-terminated path")?.with("libc", move || {
        black_box(libc_calls::add_watch(&fd, watched.as_cstr(), MASK));
    });
    Ok(generic!(row, as_cstr))
}

pub(crate) fn with_str() -> Result<Row, Failure> {
    let (fd, watched) = (raw()?, Watched::new()?);
    let (mut watches, its_watched) =
        (context("inotify_init1", inotify::Inotify::init())?.watches(), Watched::new()?);
    let row = row("one call with a path without a NUL, except for the bare syscall")?
        .with("libc", move || {
            let path = CString::new(watched.as_str()).unwrap_or_else(|error| fail("libc", error));
            black_box(libc_calls::add_watch(&fd, &path, MASK));
        })
        .with("inotify crate", move || {
            match watches.add(its_watched.as_str(), inotify::WatchMask::CREATE) {
                Ok(watch) => black_box(watch),
                Err(error) => fail("inotify crate", error),
            };
        });
    Ok(generic!(row, as_str))
}
