//! Reading and decoding of signals.

use std::hint::black_box;

use butter::process;
use butter::signal::{self, Signal};
use butter::signalfd::{self, EVENT_SIZE, SignalFd};

use super::{at_most, failed};

#[test]
fn signalfd_kill_and_read_take_at_most_24_instructions() {
    let _blocked = signal::block(Signal::USR2).unwrap();
    let signals = SignalFd::nonblocking(Signal::USR2).unwrap();
    at_most(24, 2, |iterations| {
        let me = process::getpid();
        for _ in 0..iterations {
            if signal::kill(me, Signal::USR2).is_err() {
                failed();
            }
            let Ok(event) = signals.read() else { failed() };
            black_box(event.signal());
        }
    });
}

/// Reads the bytes of the event, the first of which is the signal number, without decoding the
/// event.
#[test]
fn signalfd_kill_and_read_of_bytes_take_at_most_17_instructions() {
    let _blocked = signal::block(Signal::USR2).unwrap();
    let signals = SignalFd::nonblocking(Signal::USR2).unwrap();
    at_most(17, 2, |iterations| {
        let (me, mut buffer) = (process::getpid(), [0; EVENT_SIZE]);
        for _ in 0..iterations {
            if signal::kill(me, Signal::USR2).is_err()
                || butter::io::read(&signals, &mut buffer).is_err()
            {
                failed();
            }
            black_box(buffer[0]);
        }
    });
}

#[test]
fn signalfd_decode_takes_at_most_10_instructions_per_event() {
    let mut bytes = [0; 60 * EVENT_SIZE];
    bytes.iter_mut().step_by(EVENT_SIZE).for_each(|first| *first = 15);
    at_most(60 * 10, 0, |iterations| {
        for _ in 0..iterations {
            for event in signalfd::decode(black_box(&bytes)) {
                black_box(event.signal());
            }
        }
    });
}
