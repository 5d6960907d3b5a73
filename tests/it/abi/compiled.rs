//! Comparison of the constants that the scan finds in the sources with the public constants of the
//! compiled crate.

use bitflags::{Bits, Flags};
use butter::error::Errno;
use butter::io::{AccessMode, StatusFlags};
use butter::signal::Signal;

use super::scan::Kind;
use super::{NATIVE, numbers};

/// Returns the names and values of the named flags of a flag type.
fn flags<F: Flags<Bits: Bits + Into<u64>>>() -> Vec<(&'static str, i128)> {
    // The unnamed flag (`const _ = !0`) is not a constant of the kernel: it makes all bits known.
    let named = F::FLAGS.iter().filter(|flag| flag.is_named());
    named.map(|flag| (flag.name(), i128::from(flag.value().bits().into()))).collect()
}

macro_rules! types {
    ($($module:ident::$type:ident)*) => {
        /// Returns the path of every flag type, with the names and values of the flags.
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
    fanotify::EventFileFlags
    fanotify::EventMask
    fanotify::InitFlags
    fanotify::MarkFlags
    fanotify::MarkMask
    fs::Access
    fs::AtFlags
    fs::FallocateFlags
    fs::Mode
    fs::OFlags
    fs::OpenHowFlags
    fs::RenameFlags
    fs::ReadWriteFlags
    fs::ResolveFlags
    fs::StatFsFlags
    fs::StatxAttributes
    fs::StatxFlags
    fs::XattrFlags
    fs::SyncFileRangeFlags
    handle::EncodeFlags
    inotify::EventFlags
    inotify::InitFlags
    inotify::WatchFlags
    io::CloseRangeFlags
    io::DescriptorFlags
    io::DupFlags
    io::StatusFlags
    landlock::AccessFs
    landlock::AccessNet
    landlock::AddRuleFlags
    landlock::RestrictFlags
    landlock::Scope
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
    net::InterfaceFlags
    net::RecvFlags
    net::ReturnFlags
    net::SendFlags
    net::SocketFlags
    rand::GetRandomFlags
    seccomp::AddFdFlags
    seccomp::FilterFlags
    seccomp::ListenerFlags
    seccomp::ResponseFlags
    process::CloneFlags
    process::CoredumpFlags
    process::InfoMask
    process::OpenFlags
    process::SignalFlags
    process::WaitFlags
    signal::ActionFlags
    signalfd::CreateFlags
    signal::StackFlags
    time::AdjustModes
    time::ClockStatus
    timerfd::SetFlags
    timerfd::CreateFlags
}

#[test]
fn flags_equal_the_constants_in_the_sources() {
    let (numbers, types) = (numbers::of(NATIVE), types());
    for (name, flags) in &types {
        let of_type = numbers.iter().filter(|number| number.flags.as_deref() == Some(*name));
        let scanned: Vec<_> = of_type.map(|number| (number.own, number.value)).collect();
        assert_eq!(*flags, scanned, "{name}");
    }
    for path in numbers.iter().filter_map(|number| number.flags.as_ref()) {
        assert!(
            types.iter().any(|(name, _)| name == path),
            "{path} is not listed in tests/it/abi/compiled.rs"
        );
    }
}

/// Returns the names and values of the constants of a kind that the scan finds.
fn scanned(kind: Kind<'_>) -> Vec<(String, i128)> {
    let of_kind = numbers::of(NATIVE).into_iter().filter(|number| number.kind == kind);
    of_kind.map(|number| (number.name, number.value)).collect()
}

#[test]
fn errno_names_and_values_equal_the_constants_in_the_sources() {
    let named = (1..=butter::error::ERRNO_MAX)
        .filter_map(|number| Some((Errno::from_raw(number)?.name()?.to_owned(), number.into())));
    assert_eq!(named.collect::<Vec<_>>(), scanned(Kind::Errno));
}

#[test]
fn signal_names_and_values_equal_the_constants_in_the_sources() {
    // Real-time signals (32 to 64) are not in the table of signal names.
    let names = (1..=31)
        .filter_map(|number| Some((Signal::from_raw(number)?.to_string(), i128::from(number))));
    let named: Vec<_> = names.map(|(name, number)| (format!("SIG{name}"), number)).collect();
    assert_eq!(named, scanned(Kind::Signal));
}

#[test]
fn status_flags_access_returns_mode_in_the_lowest_two_bits() {
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
