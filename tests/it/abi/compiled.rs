//! Comparison of the values that the scan finds in the sources with the compiled public constants.

use bitflags::{Bits, Flags};
use butter::error::Errno;
use butter::io::{AccessMode, StatusFlags};
use butter::signal::Signal;

use super::scan::Kind;
use super::{NATIVE, numbers};

/// Returns the names and values of the flags of a type.
fn flags<F: Flags<Bits: Bits + Into<u64>>>() -> Vec<(&'static str, i128)> {
    // The flag without a name has all unknown bits.
    let named = F::FLAGS.iter().filter(|flag| flag.is_named());
    named.map(|flag| (flag.name(), i128::from(flag.value().bits().into()))).collect()
}

macro_rules! types {
    ($($module:ident::$type:ident)*) => {
        /// Returns the path of every flag type with its flags.
        fn types() -> Vec<(&'static str, Vec<(&'static str, i128)>)> {
            vec![$((
                concat!(stringify!($module), "::", stringify!($type)),
                flags::<butter::$module::$type>(),
            )),*]
        }
    };
}

types! {
    epoll::CreateFlags
    epoll::Interest
    epoll::Readiness
    eventfd::CreateFlags
    inotify::EventFlags
    inotify::InitFlags
    inotify::WatchFlags
    io::DescriptorFlags
    io::StatusFlags
    namespace::Namespaces
    namespace::UnshareFlags
    memfd::CreateFlags
    memfd::Seals
    mm::MapFlags
    mm::ProtFlags
    mount::MountFlags
    mount::UnmountFlags
    pipe::CreateFlags
    pipe::SpliceFlags
    poll::PollFlags
    signal::ActionFlags
    signalfd::CreateFlags
    signal::StackFlags
    timerfd::SetFlags
    timerfd::CreateFlags
}

#[test]
fn flags_equal_the_scanned_constants() {
    let (numbers, types) = (numbers::of(NATIVE), types());
    for (name, flags) in &types {
        let of_type = numbers.iter().filter(|number| number.flags.as_deref() == Some(*name));
        let scanned: Vec<_> = of_type.map(|number| (number.own, number.value)).collect();
        assert_eq!(*flags, scanned, "{name}");
    }
    for path in numbers.iter().filter_map(|number| number.flags.as_ref()) {
        assert!(
            types.iter().any(|(name, _)| name == path),
            "list {path} in tests/it/abi/compiled.rs"
        );
    }
}

/// Returns the names and values of the scanned constants of a kind.
fn scanned(kind: Kind<'_>) -> Vec<(String, i128)> {
    let of_kind = numbers::of(NATIVE).into_iter().filter(|number| number.kind == kind);
    of_kind.map(|number| (number.name, number.value)).collect()
}

#[test]
fn errno_names_equal_the_scanned_constants() {
    let named = (1..=butter::error::ERRNO_MAX)
        .filter_map(|number| Some((Errno::from_raw(number)?.name()?.to_owned(), number.into())));
    assert_eq!(named.collect::<Vec<_>>(), scanned(Kind::Errno));
}

#[test]
fn signal_names_equal_the_scanned_constants() {
    // Real-time signals have no names in the table.
    let names = (1..=31)
        .filter_map(|number| Some((Signal::from_raw(number)?.to_string(), i128::from(number))));
    let named: Vec<_> = names.map(|(name, number)| (format!("SIG{name}"), number)).collect();
    assert_eq!(named, scanned(Kind::Signal));
}

#[test]
fn access_mode_is_in_the_lowest_bits_of_status_flags() {
    for (number, mode) in [
        (libc::O_RDONLY, AccessMode::ReadOnly),
        (libc::O_WRONLY, AccessMode::WriteOnly),
        (libc::O_RDWR, AccessMode::ReadWrite),
        (libc::O_ACCMODE & 3, AccessMode::Neither),
    ] {
        let flags = StatusFlags::from_bits_retain(number.cast_unsigned())
            | (StatusFlags::KNOWN - StatusFlags::from_bits_retain(3));
        assert_eq!(flags.access(), mode);
    }
}
