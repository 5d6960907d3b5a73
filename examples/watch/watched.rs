//! Which paths are watched, by the numbers of their watches.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::os::fd::AsRawFd;

use butter::inotify::{Inotify, Watch};
use butter::path::Escape;

use crate::options::Format;
use crate::output;

/// What adding a path came to.
pub(crate) enum Added<'w> {
    New,
    /// The file is watched under this path, which is told escaped.
    Already(Escape<'w>),
}

/// A path, and how its events begin.
pub(crate) struct Path {
    path: Box<OsStr>,
    /// The part of a printed event that is always the same, ready to be written.
    pub(crate) printed: Vec<u8>,
}

/// The paths, in the order of their watches.
pub(crate) struct Watched {
    format: Format,
    paths: Vec<(Watch, Path)>,
}

impl Watched {
    pub(crate) fn new(format: Format) -> Self {
        Self { format, paths: Vec::new() }
    }

    pub(crate) fn len(&self) -> usize {
        self.paths.len()
    }

    /// Adds a path. A file that is watched under two paths has one watch, and keeps the first path.
    pub(crate) fn add(&mut self, watch: Watch, path: &OsStr) -> Added<'_> {
        match self.find(watch) {
            Ok(place) => Added::Already(Escape::new(&*self.paths[place].1.path)),
            Err(place) => {
                let printed = output::prepare(self.format, path);
                self.paths.insert(place, (watch, Path { path: path.into(), printed }));
                Added::New
            }
        }
    }

    pub(crate) fn get(&self, watch: Watch) -> Option<&Path> {
        self.find(watch).ok().map(|place| &self.paths[place].1)
    }

    pub(crate) fn remove(&mut self, watch: Watch) -> Option<Path> {
        self.find(watch).ok().map(|place| self.paths.remove(place).1)
    }

    /// Takes out every path whose watch is not one of these.
    pub(crate) fn take_all_but(&mut self, there: &[Watch]) -> Vec<(Watch, Path)> {
        let (kept, taken) = self.paths.drain(..).partition(|(watch, _)| there.contains(watch));
        self.paths = kept;
        taken
    }

    fn find(&self, watch: Watch) -> Result<usize, usize> {
        self.paths.binary_search_by_key(&watch, |(watch, _)| *watch)
    }
}

/// The watches that an instance has, as `/proc` lists them.
pub(crate) fn in_the_kernel(inotify: &Inotify) -> io::Result<Vec<Watch>> {
    let list = fs::read_to_string(format!("/proc/self/fdinfo/{}", inotify.as_raw_fd()))?;
    let numbers =
        list.lines().filter_map(|line| line.strip_prefix("inotify wd:")?.split(' ').next());
    numbers
        .map(|number| {
            i32::from_str_radix(number, 16).map(Watch::from_raw).map_err(io::Error::other)
        })
        .collect()
}
