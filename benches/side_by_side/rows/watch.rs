//! Adding a watch that is there already: a path goes into the kernel, and nothing else happens.

use std::ffi::{CStr, CString};
use std::hint::black_box;
use std::os::fd::OwnedFd;

use butter::inotify::{Inotify, WatchFlags};
use nix::sys::inotify as nix;
use rustix::fs::inotify as rustix;
use tempfile::TempDir;

use crate::failure::{Failure, failed, when};
use crate::row::{BUTTER, CALL, NOT_SLOWER, Row};
use crate::{plain, stub};

const MASK: u32 = libc::IN_CREATE;

/// The directory that a contender watches, by its path in both types. Each has its own: to find a watch, the kernel
/// goes through all that a file has. The first addition makes the watch, in the batches that warm up.
struct Scene {
    text: String,
    terminated: CString,
    _directory: TempDir,
}

impl Scene {
    fn new() -> Result<Self, Failure> {
        let directory = when("a temporary directory", TempDir::new())?;
        let text = directory
            .path()
            .to_str()
            .ok_or("the path of the temporary directory is not UTF-8")?
            .to_owned();
        let terminated = CString::new(text.clone())?;
        Ok(Self { text, terminated, _directory: directory })
    }

    fn text(&self) -> &str {
        &self.text
    }

    fn terminated(&self) -> &CStr {
        &self.terminated
    }
}

fn raw() -> Result<OwnedFd, Failure> {
    when("inotify_init1", rustix::init(rustix::CreateFlags::CLOEXEC))
}

/// The stub, twice: it takes a terminated path in either row.
fn row(about: &'static str) -> Result<Row, Failure> {
    let stub = || -> Result<_, Failure> {
        let (fd, scene) = (raw()?, Scene::new()?);
        Ok(move || {
            black_box(stub::add_watch(&fd, scene.terminated(), MASK));
        })
    };
    Ok(Row::new(about, 1).with("stub", stub()?).with("stub again", stub()?))
}

/// The contenders whose one function takes a path of either type.
macro_rules! generic {
    ($row:expr, $path:ident) => {{
        let (butter, butters) = (when("inotify_init1", Inotify::new())?, Scene::new()?);
        let (its_rustix, rustixes) = (raw()?, Scene::new()?);
        let (its_nix, nixes) =
            (when("inotify_init1", nix::Inotify::init(nix::InitFlags::empty()))?, Scene::new()?);
        $row.with(BUTTER, move || {
            match butter.add_watch(butters.$path(), WatchFlags::CREATE) {
                Ok(watch) => black_box(watch),
                Err(error) => failed(BUTTER, error),
            };
        })
        .with("rustix", move || {
            match rustix::add_watch(&its_rustix, rustixes.$path(), rustix::WatchFlags::CREATE) {
                Ok(watch) => black_box(watch),
                Err(error) => failed("rustix", error),
            };
        })
        .with("nix", move || {
            match its_nix.add_watch(nixes.$path(), nix::AddWatchFlags::IN_CREATE) {
                Ok(watch) => black_box(watch),
                Err(error) => failed("nix", error),
            };
        })
        .aim("stub", CALL)
        .aim("libc", NOT_SLOWER)
    }};
}

pub(crate) fn terminated() -> Result<Row, Failure> {
    let (fd, scene) = (raw()?, Scene::new()?);
    let row = row("one call, with a path that is terminated already")?.with("libc", move || {
        black_box(plain::add_watch(&fd, scene.terminated(), MASK));
    });
    Ok(generic!(row, terminated))
}

pub(crate) fn text() -> Result<Row, Failure> {
    let (fd, scene) = (raw()?, Scene::new()?);
    let (mut watches, watched) =
        (when("inotify_init1", inotify::Inotify::init())?.watches(), Scene::new()?);
    let row = row("one call, with a path that must be terminated first; the stub's is already")?
        .with("libc", move || {
            let path = CString::new(scene.text()).unwrap_or_else(|error| failed("libc", error));
            black_box(plain::add_watch(&fd, &path, MASK));
        })
        .with("inotify crate", move || {
            match watches.add(watched.text(), inotify::WatchMask::CREATE) {
                Ok(watch) => black_box(watch),
                Err(error) => failed("inotify crate", error),
            };
        });
    Ok(generic!(row, text))
}
