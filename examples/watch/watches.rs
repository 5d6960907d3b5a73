//! The watched paths by their watch descriptors.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::os::fd::AsRawFd;

use butter::inotify::{Inotify, Watch};
use butter::path::Escape;

use crate::options::Format;
use crate::output;

/// The result of adding a path.
pub(crate) enum Added<'w> {
    New,
    /// The file is already watched under this path.
    Duplicate(Escape<'w>),
}

/// A watched path and its formatted form.
pub(crate) struct Path {
    path: Box<OsStr>,
    /// The path as it appears in the output of every event of the path.
    pub(crate) printed: Vec<u8>,
}

/// The watched paths, sorted by watch descriptor.
pub(crate) struct Watches {
    format: Format,
    paths: Vec<(Watch, Path)>,
}

impl Watches {
    pub(crate) fn new(format: Format) -> Self {
        Self { format, paths: Vec::new() }
    }

    pub(crate) fn len(&self) -> usize {
        self.paths.len()
    }

    /// Adds a watched path. If two paths refer to the same file, the file has one watch, under the
    /// first path.
    pub(crate) fn add(&mut self, watch: Watch, path: &OsStr) -> Added<'_> {
        match self.find(watch) {
            Ok(index) => Added::Duplicate(Escape::new(&*self.paths[index].1.path)),
            Err(index) => {
                let printed = output::prepare(self.format, path);
                self.paths.insert(index, (watch, Path { path: path.into(), printed }));
                Added::New
            }
        }
    }

    pub(crate) fn get(&self, watch: Watch) -> Option<&Path> {
        self.find(watch).ok().map(|index| &self.paths[index].1)
    }

    pub(crate) fn remove(&mut self, watch: Watch) -> Option<Path> {
        self.find(watch).ok().map(|index| self.paths.remove(index).1)
    }

    /// Removes and returns the paths whose watch is not in `existing`.
    pub(crate) fn remove_all_except(&mut self, existing: &[Watch]) -> Vec<(Watch, Path)> {
        let (kept, removed) = self.paths.drain(..).partition(|(watch, _)| existing.contains(watch));
        self.paths = kept;
        removed
    }

    fn find(&self, watch: Watch) -> Result<usize, usize> {
        self.paths.binary_search_by_key(&watch, |(watch, _)| *watch)
    }
}

/// Returns the watches of an inotify instance, which the kernel lists in `/proc/self/fdinfo`.
pub(crate) fn existing(inotify: &Inotify) -> io::Result<Vec<Watch>> {
    let list = fs::read_to_string(format!("/proc/self/fdinfo/{}", inotify.as_raw_fd()))?;
    let numbers =
        list.lines().filter_map(|line| line.strip_prefix("inotify wd:")?.split(' ').next());
    numbers
        .map(|number| {
            i32::from_str_radix(number, 16).map(Watch::from_raw).map_err(io::Error::other)
        })
        .collect()
}
