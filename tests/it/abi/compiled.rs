//! What the compiler made of the numbers, where they are public: the scan of the sources must have read the same.

use bitflags::{Bits, Flags};
use butter::error::Errno;
use butter::io::{AccessMode, StatusFlags};
use butter::signal::Signal;

use super::scan::Kind;
use super::{NATIVE, numbers};

/// The names and values of a type's flags.
fn flags<F: Flags<Bits: Bits + Into<u64>>>() -> Vec<(&'static str, i128)> {
    // A flag without a name stands for all other bits.
    let named = F::FLAGS.iter().filter(|flag| flag.is_named());
    named.map(|flag| (flag.name(), i128::from(flag.value().bits().into()))).collect()
}

macro_rules! types {
    ($($module:ident::$type:ident)*) => {
        /// Every type of flags, by its path, with its flags.
        fn types() -> Vec<(&'static str, Vec<(&'static str, i128)>)> {
            vec![$((concat!(stringify!($module), "::", stringify!($type)), flags::<butter::$module::$type>())),*]
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
fn flags_are_what_the_scan_read() {
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

/// The names and values that the scan has read of a kind.
fn scanned(kind: Kind<'_>) -> Vec<(String, i128)> {
    let of_kind = numbers::of(NATIVE).into_iter().filter(|number| number.kind == kind);
    of_kind.map(|number| (number.name, number.value)).collect()
}

#[test]
fn errnos_are_what_the_scan_read() {
    let named = (1..=butter::error::ERRNO_MAX)
        .filter_map(|number| Some((Errno::from_raw(number)?.name()?.to_owned(), number.into())));
    assert_eq!(named.collect::<Vec<_>>(), scanned(Kind::Errno));
}

#[test]
fn signals_are_what_the_scan_read() {
    // From 32 up they have places, not names.
    let names = (1..=31)
        .filter_map(|number| Some((Signal::from_raw(number)?.to_string(), i128::from(number))));
    let named: Vec<_> = names.map(|(name, number)| (format!("SIG{name}"), number)).collect();
    assert_eq!(named, scanned(Kind::Signal));
}

#[test]
fn access_modes_are_the_lowest_bits_of_the_flags_of_a_file() {
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
