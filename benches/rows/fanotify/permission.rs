//! Permission events: one thread opens a file, and another thread permits the open.

use std::fs::File;
use std::hint::black_box;
use std::os::fd::{AsRawFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};

use butter::fanotify::{Class, Fanotify, Mark, MarkMask};
use nix::sys::fanotify as nix;

use super::{BUFFER_SIZE, Files, add_mark, descriptors, in_private_tmpfs, raw};
use crate::libc_calls;
use crate::row::{BUTTER, Row, SWITCH_LIMIT};
use crate::{Failure, context, fail};

/// A thread that responds to permission events until a contender is dropped.
struct Listener {
    files: Files,
    is_last: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Listener {
    /// Starts a thread. `respond` waits for an event, and responds to it.
    fn start<G: Send + 'static>(
        create: impl FnOnce(&Path) -> Result<G, Failure>,
        mut respond: impl FnMut(&G) + Send + 'static,
    ) -> Result<Self, Failure> {
        let files = Files::new(1)?;
        let group = create(&files.directories[0])?;
        let is_last = Arc::new(AtomicBool::new(false));
        let stop = Arc::clone(&is_last);
        let listen = move || {
            while !stop.load(Ordering::Relaxed) {
                respond(&group);
            }
        };
        let thread = context("a thread", thread::Builder::new().spawn(listen))?;
        Ok(Self { files, is_last, thread: Some(thread) })
    }

    fn open(&self) {
        match File::open(&self.files.files[0]) {
            Ok(file) => drop(black_box(file)),
            Err(error) => fail("open", error),
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        // The thread checks the flag after it has responded to this open.
        self.is_last.store(true, Ordering::Relaxed);
        self.open();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Creates a contender. One round consists of one open and one response.
fn opener<G: Send + 'static>(
    create: impl FnOnce(&Path) -> Result<G, Failure>,
    respond: impl FnMut(&G) + Send + 'static,
) -> Result<impl FnMut() + 'static, Failure> {
    let listener = Listener::start(create, respond)?;
    listener.open();
    Ok(move || listener.open())
}

/// Creates a group that blocks until an event is available.
fn raw_blocking(directory: &Path) -> Result<OwnedFd, Failure> {
    let group = raw(libc::FAN_CLASS_CONTENT, libc::FAN_OPEN_PERM, &[] as &[PathBuf])?;
    context("fcntl", butter::io::fcntl_setfl(&group, butter::io::StatusFlags::empty()))?;
    add_mark(group.as_raw_fd(), libc::FAN_OPEN_PERM, directory)?;
    Ok(group)
}

fn bare() -> Result<impl FnMut() + 'static, Failure> {
    let mut buffer = [0; BUFFER_SIZE];
    opener(raw_blocking, move |group: &OwnedFd| {
        descriptors::decode(libc_calls::read(group, &mut buffer), |metadata, _fd| {
            let response = [metadata.fd.cast_unsigned(), libc::FAN_ALLOW];
            // SAFETY: two numbers have no padding.
            let bytes = unsafe { std::slice::from_raw_parts(response.as_ptr().cast(), 8) };
            black_box(libc_calls::write(group, bytes));
        });
    })
}

fn butter() -> Result<impl FnMut() + 'static, Failure> {
    let create = |directory: &Path| {
        let group = context("fanotify_init", Fanotify::new(Class::Content))?;
        let mask = MarkMask::OPEN_PERM | MarkMask::EVENT_ON_CHILD;
        context("fanotify_mark", group.add(Mark::Inode, mask, directory))?;
        Ok(group)
    };
    let mut buffer = [0; BUFFER_SIZE];
    opener(create, move |group: &Fanotify| {
        let events = group.read_events(&mut buffer).unwrap_or_else(|error| fail(BUTTER, error));
        for event in events {
            if let Ok(event) = event.into_permission() {
                event.allow().unwrap_or_else(|error| fail(BUTTER, error));
            }
        }
    })
}

fn nix() -> Result<impl FnMut() + 'static, Failure> {
    let create = |directory: &Path| {
        let flags = nix::InitFlags::FAN_CLOEXEC | nix::InitFlags::FAN_CLASS_CONTENT;
        let group = nix::Fanotify::init(flags, nix::EventFFlags::O_CLOEXEC);
        let group = context("fanotify_init", group)?;
        let mask = nix::MaskFlags::FAN_OPEN_PERM | nix::MaskFlags::FAN_EVENT_ON_CHILD;
        let add = nix::MarkFlags::FAN_MARK_ADD;
        let mark = group.mark(add, mask, ::nix::fcntl::AT_FDCWD, Some(directory));
        context("fanotify_mark", mark)?;
        Ok(group)
    };
    opener(create, |group: &nix::Fanotify| {
        for event in group.read_events().unwrap_or_else(|error| fail("nix", error)) {
            let Some(fd) = event.fd() else { continue };
            let response = nix::FanotifyResponse::new(fd, nix::Response::FAN_ALLOW);
            group.write_response(response).unwrap_or_else(|error| fail("nix", error));
        }
    })
}

fn fanotify_fid() -> Result<impl FnMut() + 'static, Failure> {
    use fanotify_fid::response::FanotifyResponse;
    use fanotify_fid::{Fanotify, consts};

    let create = |directory: &Path| {
        let flags = consts::FAN_CLASS_CONTENT | consts::FAN_CLOEXEC;
        let group = context("fanotify_init", Fanotify::new(flags))?;
        let mask = consts::FAN_OPEN_PERM | consts::FAN_EVENT_ON_CHILD;
        context("fanotify_mark", group.mark(consts::FAN_MARK_ADD, mask, directory))?;
        Ok(group)
    };
    let mut buffer = vec![0; BUFFER_SIZE];
    opener(create, move |group: &Fanotify| {
        let events = group.read_fd_events(&mut buffer);
        for event in events.unwrap_or_else(|error| fail("fanotify-fid", error)) {
            let Some(fd) = event.fd() else { continue };
            let sent = group.send_response(&FanotifyResponse::allow(fd));
            sent.unwrap_or_else(|error| fail("fanotify-fid", error));
        }
    })
}

pub(crate) fn round_trip() -> Result<Row, Failure> {
    in_private_tmpfs()?;
    let about = "an open that another thread on the same CPU permits\n  \
        (open, two context switches, read, response, two closes;\n  \
        fanotify-rs closes the descriptor before the response)";
    Ok(Row::new(about, 1)
        .with("libc", bare()?)
        .with("libc again", bare()?)
        .with(BUTTER, butter()?)
        .with("nix", nix()?)
        .with("fanotify-fid", fanotify_fid()?)
        .target("libc", SWITCH_LIMIT))
}
