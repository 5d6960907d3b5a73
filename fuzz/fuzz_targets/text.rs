//! Checks the parsers of names: the `Display` output of each parsed value parses to the same value.

#![no_main]

use butter::Errno;
use butter::inotify::WatchFlags;
use butter::signal::Signal;

libfuzzer_sys::fuzz_target!(|text: &str| {
    if let Ok(errno) = text.parse::<Errno>() {
        assert_eq!(errno.to_string().parse(), Ok(errno));
    }
    if let Ok(signal) = text.parse::<Signal>() {
        assert_eq!(signal.to_string().parse(), Ok(signal));
    }
    if let Ok(flags) = text.parse::<WatchFlags>() {
        assert_eq!(flags.to_string().parse(), Ok(flags));
    }
});
