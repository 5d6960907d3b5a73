//! Resolving of the paths of fanotify events.

use std::cell::RefCell;
use std::hint::black_box;

use butter::fanotify;
use butter::fanotify::resolver::{Mount, ResolveError, Resolver, Slot};
use butter::fs::CWD;
use butter::handle::{self, EncodeFlags};
use common::require;

use super::{at_most, failed};

/// Returns 60 fanotify events, whose directories alternate, with names of 1 to 60 bytes.
fn events_in(directories: &[std::path::PathBuf]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (number, directory) in directories.iter().cycle().take(60).enumerate() {
        let path = common::bytes(directory);
        let fsid = butter::fs::statfs(path).unwrap().fsid;
        let (handle, _) = handle::name_to_handle_at(CWD, path, EncodeFlags::empty()).unwrap();
        let mut info: Vec<u8> = fsid.iter().flat_map(|half| half.to_ne_bytes()).collect();
        info.extend_from_slice(handle.as_struct_bytes());
        info.resize(info.len() + number + 1, b'n');
        info.resize((info.len() + 1).next_multiple_of(4), 0);
        let info_size = info.len() + 4;
        bytes.extend_from_slice(&(24 + info_size as u32).to_ne_bytes());
        bytes.extend_from_slice(&[3, 0, 24, 0, 0x20, 0, 0, 0, 0, 0, 0, 0]);
        bytes.extend_from_slice(&[(-1_i32).to_ne_bytes(), 1_i32.to_ne_bytes()].concat());
        bytes.extend_from_slice(&[2, 0, info_size as u8, 0]);
        bytes.extend_from_slice(&info);
    }
    assert_eq!(fanotify::decode(&bytes).count(), 60);
    bytes
}

/// A resolver whose cache contains the directories of the events.
type WarmResolver = RefCell<Resolver<[Mount; 1], [Slot; 64]>>;

/// Returns 60 events in alternating directories, and a resolver. Returns an error if this process
/// cannot open handles.
fn resolver(directories: usize) -> Result<(Vec<u8>, WarmResolver), ResolveError> {
    let root = common::files::directory();
    let names = (0..directories).map(|number| root.path().join(format!("directory {number}")));
    let names: Vec<_> = names.inspect(|path| std::fs::create_dir(path).unwrap()).collect();
    let events = events_in(&names);
    let mount = Mount::open(common::bytes(root.path())).unwrap();
    let mut resolver = Resolver::new([mount], [Slot::EMPTY; 64]);
    for record in fanotify::decode(&events) {
        let path = resolver.resolve(&record)?;
        assert!(path.as_bytes().starts_with(common::bytes(root.path())));
    }
    Ok((events, RefCell::new(resolver)))
}

fn resolve(events: &[u8], resolver: &WarmResolver) {
    let mut resolver = resolver.borrow_mut();
    for record in fanotify::decode(black_box(events)) {
        let Ok(path) = resolver.resolve(&record) else { failed() };
        black_box(path);
    }
}

#[test]
fn resolver_takes_at_most_240_instructions_per_event_in_one_directory_or_280_with_musl() {
    let (events, resolver) = require!(resolver(1));
    // The functions `memcpy` and `memcmp` of musl execute more instructions.
    let bound = if cfg!(target_env = "musl") { 280 } else { 240 };
    at_most(60 * bound, 0, |iterations| {
        (0..iterations).for_each(|_| resolve(&events, &resolver));
    });
}

#[test]
fn resolver_takes_at_most_600_instructions_per_event_in_alternating_directories_or_700_with_musl() {
    let (events, resolver) = require!(resolver(20));
    let bound = if cfg!(target_env = "musl") { 700 } else { 600 };
    at_most(60 * bound, 0, |iterations| {
        (0..iterations).for_each(|_| resolve(&events, &resolver));
    });
}
