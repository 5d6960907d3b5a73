//! Real events: the kernel writes them, and one reads and decodes them.
//!
//! Only reading and decoding is measured, not what makes the events. Each contender has a directory of its own and
//! several instances that watch it, so that one go of making events fills them all, and two looks at the clock are
//! nothing beside reading them all.

use std::fs::{self, File, Permissions};
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use butter::inotify::{Inotify, Watch, WatchFlags};
use nix::sys::inotify as nix;
use rustix::fs::inotify as rustix;
use tempfile::TempDir;

use crate::failure::{Failure, failed, when};
use crate::row::{BUTTER, NOT_SLOWER, Row, Run};
use crate::sum::Sum;
use crate::{by_hand, plain};

/// The events of one instance, which fit the buffer: each is read with one call.
const EVENTS: usize = 64;
/// A user may have 128 instances in all.
const INSTANCES: usize = 8;
/// What nix always takes; so do all.
const ROOM: usize = 4096;

#[repr(align(8))]
struct Buffer<T>([T; ROOM]);

/// A directory whose files have names of differing lengths.
struct Source {
    directory: TempDir,
    files: Vec<PathBuf>,
}

impl Source {
    fn new() -> Result<Self, Failure> {
        let directory = when("a temporary directory", TempDir::new())?;
        let name = |number: usize| {
            directory.path().join(format!("{number:02}{}", "x".repeat(number * 7 % 36)))
        };
        let files: Vec<_> = (0..EVENTS).map(name).collect();
        for file in &files {
            when("a temporary file", File::create(file))?;
        }
        Ok(Self { directory, files })
    }

    /// Makes one event for each file. Equal events in a row would become one: no two files have the same name.
    fn emit(&self) {
        for file in &self.files {
            if let Err(error) = fs::set_permissions(file, Permissions::from_mode(0o600)) {
                failed("chmod", error);
            }
        }
    }
}

/// A contender: makes its instances, and drains each of them once a round.
fn drainer<I: 'static>(
    name: &'static str,
    make: impl Fn(&Path) -> Result<I, Failure>,
    mut drain: impl FnMut(&mut I, &mut Sum) + 'static,
) -> Result<Run, Failure> {
    let source = Source::new()?;
    let mut instances =
        (0..INSTANCES).map(|_| make(source.directory.path())).collect::<Result<Vec<_>, _>>().map_err(|failure| {
            format!("{name}: {failure} (all contenders together have 56 instances; fs.inotify.max_user_instances)")
        })?;
    // What the events say, which is the same in every round: the watch is the first of its instance, there is no
    // cookie.
    let names: usize =
        source.files.iter().filter_map(|file| file.file_name()).map(|name| name.len()).sum();
    let events = EVENTS * INSTANCES;
    let expected = (events * (1 + libc::IN_ATTRIB as usize) + names * INSTANCES, events);
    Ok(Box::new(move |rounds, meter| {
        for _ in 0..rounds {
            source.emit();
            let mut sum = Sum::default();
            meter.measure(|| {
                for instance in &mut instances {
                    drain(instance, &mut sum);
                }
            });
            let (said, count) = sum.finish();
            if (said as usize, count as usize) != expected {
                failed(name, format!("{count} events of {events} read, or not what they say"));
            }
        }
    }))
}

fn raw(directory: &Path) -> Result<OwnedFd, Failure> {
    let flags = rustix::CreateFlags::CLOEXEC | rustix::CreateFlags::NONBLOCK;
    let inotify = when("inotify_init1", rustix::init(flags))?;
    when("inotify_add_watch", rustix::add_watch(&inotify, directory, rustix::WatchFlags::ATTRIB))?;
    Ok(inotify)
}

fn by_hand() -> Result<Run, Failure> {
    let mut buffer = Buffer([0; ROOM]);
    drainer("by hand", raw, move |fd, sum| {
        by_hand::decode(plain::read(fd, &mut buffer.0), |header, name| {
            sum.add(header.watch, header.mask, header.cookie, by_hand::trim(name));
        });
    })
}

fn butter() -> Result<Run, Failure> {
    let make = |directory: &Path| {
        let inotify = when("inotify_init1", Inotify::nonblocking())?;
        when("inotify_add_watch", inotify.add_watch(directory, WatchFlags::ATTRIB))?;
        Ok(inotify)
    };
    let mut buffer = Buffer([0_u8; ROOM]);
    drainer(BUTTER, make, move |inotify, sum| {
        let events =
            inotify.read_events(&mut buffer.0).unwrap_or_else(|error| failed(BUTTER, error));
        for event in events {
            let watch = event.watch().map_or(-1, Watch::as_raw);
            let cookie = event.cookie().map_or(0, |cookie| cookie.as_raw());
            sum.add(watch, event.flags().bits(), cookie, event.name().as_bytes());
        }
    })
}

fn rustix() -> Result<Run, Failure> {
    let mut buffer = Buffer([MaybeUninit::uninit(); ROOM]);
    drainer("rustix", raw, move |fd, sum| {
        let mut reader = rustix::Reader::new(fd, &mut buffer.0);
        loop {
            let event = reader.next().unwrap_or_else(|error| failed("rustix", error));
            let name = event.file_name().map_or(&[][..], |name| name.to_bytes());
            sum.add(event.wd(), event.events().bits(), event.cookie(), name);
            if reader.is_buffer_empty() {
                break;
            }
        }
    })
}

fn nix() -> Result<Run, Failure> {
    let make = |directory: &Path| {
        let inotify = when("inotify_init1", nix::Inotify::init(nix::InitFlags::IN_NONBLOCK))?;
        when("inotify_add_watch", inotify.add_watch(directory, nix::AddWatchFlags::IN_ATTRIB))?;
        Ok(inotify)
    };
    drainer("nix", make, move |inotify, sum| {
        for event in inotify.read_events().unwrap_or_else(|error| failed("nix", error)) {
            let name = event.name.as_deref().map_or(&[][..], |name| name.as_bytes());
            sum.add(event.wd.as_raw(), event.mask.bits(), event.cookie, name);
        }
    })
}

fn inotify_crate() -> Result<Run, Failure> {
    let make = |directory: &Path| {
        let inotify = when("inotify_init1", inotify::Inotify::init())?;
        when("inotify_add_watch", inotify.watches().add(directory, inotify::WatchMask::ATTRIB))?;
        Ok(inotify)
    };
    let mut buffer = Buffer([0; ROOM]);
    drainer("inotify crate", make, move |inotify, sum| {
        for event in inotify
            .read_events(&mut buffer.0)
            .unwrap_or_else(|error| failed("inotify crate", error))
        {
            let name = event.name.map_or(&[][..], |name| name.as_bytes());
            sum.add(event.wd.get_watch_descriptor_id(), event.mask.bits(), event.cookie, name);
        }
    })
}

pub(crate) fn drain() -> Result<Row, Failure> {
    Ok(Row::new("one event of 64 that are read at once and decoded", (EVENTS * INSTANCES) as u32)
        .with_run("libc, by hand", by_hand()?)
        .with_run("libc, by hand again", by_hand()?)
        .with_run(BUTTER, butter()?)
        .with_run("rustix", rustix()?)
        .with_run("nix", nix()?)
        .with_run("inotify crate", inotify_crate()?)
        .aim("libc, by hand", NOT_SLOWER))
}
