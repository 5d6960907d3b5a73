//! Reading and decoding events that the kernel generates.
//!
//! Only reading and decoding are measured, not generating the events. Each contender has its own
//! directory and several inotify instances that watch this directory, so that each operation on a
//! file adds an event to every instance, and the cost of reading the clock twice is negligible.

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

use crate::decoder::{self, Sum};
use crate::libc_calls;
use crate::row::{BUTTER, NOT_SLOWER_LIMIT, Row, Run};
use crate::{Failure, context, fail};

/// The number of events that one inotify instance reports per round. The events fit into the
/// buffer, so that one call reads all events.
const EVENTS: usize = 64;
/// The number of inotify instances of one contender. By default, a user may create at most 128
/// inotify instances.
const INSTANCES: usize = 8;
/// The buffer size of all contenders, because nix always uses this size.
const BUFFER_SIZE: usize = 4096;

#[repr(align(8))]
struct Buffer<T>([T; BUFFER_SIZE]);

/// A directory with files whose names differ in length.
struct Source {
    directory: TempDir,
    files: Vec<PathBuf>,
}

impl Source {
    fn new() -> Result<Self, Failure> {
        let directory = context("a temporary directory", TempDir::new())?;
        let name = |number: usize| {
            directory.path().join(format!("{number:02}{}", "x".repeat(number * 7 % 36)))
        };
        let files: Vec<_> = (0..EVENTS).map(name).collect();
        for file in &files {
            context("a temporary file", File::create(file))?;
        }
        Ok(Self { directory, files })
    }

    /// Generates one event per file. The kernel merges only consecutive events that are identical,
    /// and the names differ.
    fn emit(&self) {
        for file in &self.files {
            if let Err(error) = fs::set_permissions(file, Permissions::from_mode(0o600)) {
                fail("chmod", error);
            }
        }
    }
}

/// Creates a contender, which reads all events of each of its instances once per round.
fn reader<I: 'static>(
    name: &'static str,
    create: impl Fn(&Path) -> Result<I, Failure>,
    mut read: impl FnMut(&mut I, &mut Sum) + 'static,
) -> Result<Run, Failure> {
    let source = Source::new()?;
    let instances =
        (0..INSTANCES).map(|_| create(source.directory.path())).collect::<Result<Vec<_>, _>>();
    let mut instances = instances.map_err(|failure| {
        format!(
            "{name}: {failure} (the contenders use 48 instances in total; \
             see fs.inotify.max_user_instances)"
        )
    })?;
    // The checksum is the same in every round: each watch is the first watch of its inotify
    // instance, and the cookies are 0.
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
                    read(instance, &mut sum);
                }
            });
            let (contents, count) = sum.finish();
            if (contents as usize, count as usize) != expected {
                fail(name, format!("read {count} of {events} events, or wrong contents"));
            }
        }
    }))
}

fn raw(directory: &Path) -> Result<OwnedFd, Failure> {
    let flags = rustix::CreateFlags::CLOEXEC | rustix::CreateFlags::NONBLOCK;
    let inotify = context("inotify_init1", rustix::init(flags))?;
    context(
        "inotify_add_watch",
        rustix::add_watch(&inotify, directory, rustix::WatchFlags::ATTRIB),
    )?;
    Ok(inotify)
}

fn hand_written() -> Result<Run, Failure> {
    let mut buffer = Buffer([0; BUFFER_SIZE]);
    reader("hand-written", raw, move |fd, sum| {
        decoder::decode(libc_calls::read(fd, &mut buffer.0), |header, name| {
            sum.add(header.watch, header.mask, header.cookie, decoder::trim(name));
        });
    })
}

fn butter() -> Result<Run, Failure> {
    let create = |directory: &Path| {
        let inotify = context("inotify_init1", Inotify::nonblocking())?;
        context("inotify_add_watch", inotify.add_watch(directory, WatchFlags::ATTRIB))?;
        Ok(inotify)
    };
    let mut buffer = Buffer([0_u8; BUFFER_SIZE]);
    reader(BUTTER, create, move |inotify, sum| {
        let events = inotify.read_events(&mut buffer.0).unwrap_or_else(|error| fail(BUTTER, error));
        for event in events {
            let watch = event.watch().map_or(-1, Watch::as_raw);
            let cookie = event.cookie().map_or(0, |cookie| cookie.as_raw());
            sum.add(watch, event.flags().bits(), cookie, event.name().as_bytes());
        }
    })
}

fn rustix() -> Result<Run, Failure> {
    let mut buffer = Buffer([MaybeUninit::uninit(); BUFFER_SIZE]);
    reader("rustix", raw, move |fd, sum| {
        let mut reader = rustix::Reader::new(fd, &mut buffer.0);
        loop {
            let event = reader.next().unwrap_or_else(|error| fail("rustix", error));
            let name = event.file_name().map_or(&[][..], |name| name.to_bytes());
            sum.add(event.wd(), event.events().bits(), event.cookie(), name);
            if reader.is_buffer_empty() {
                break;
            }
        }
    })
}

fn nix() -> Result<Run, Failure> {
    let create = |directory: &Path| {
        let inotify = context("inotify_init1", nix::Inotify::init(nix::InitFlags::IN_NONBLOCK))?;
        context("inotify_add_watch", inotify.add_watch(directory, nix::AddWatchFlags::IN_ATTRIB))?;
        Ok(inotify)
    };
    reader("nix", create, move |inotify, sum| {
        for event in inotify.read_events().unwrap_or_else(|error| fail("nix", error)) {
            let name = event.name.as_deref().map_or(&[][..], |name| name.as_bytes());
            sum.add(event.wd.as_raw(), event.mask.bits(), event.cookie, name);
        }
    })
}

fn inotify_crate() -> Result<Run, Failure> {
    let create = |directory: &Path| {
        let inotify = context("inotify_init1", inotify::Inotify::init())?;
        context("inotify_add_watch", inotify.watches().add(directory, inotify::WatchMask::ATTRIB))?;
        Ok(inotify)
    };
    let mut buffer = Buffer([0; BUFFER_SIZE]);
    reader("inotify crate", create, move |inotify, sum| {
        for event in
            inotify.read_events(&mut buffer.0).unwrap_or_else(|error| fail("inotify crate", error))
        {
            let name = event.name.map_or(&[][..], |name| name.as_bytes());
            sum.add(event.wd.get_watch_descriptor_id(), event.mask.bits(), event.cookie, name);
        }
    })
}

pub(crate) fn read() -> Result<Row, Failure> {
    Ok(Row::new(
        "read and decode one of 64 events, which one call reads",
        (EVENTS * INSTANCES) as u32,
    )
    .with_run("libc", hand_written()?)
    .with_run("libc again", hand_written()?)
    .with_run(BUTTER, butter()?)
    .with_run("rustix", rustix()?)
    .with_run("nix", nix()?)
    .with_run("inotify crate", inotify_crate()?)
    .target("libc", NOT_SLOWER_LIMIT))
}
