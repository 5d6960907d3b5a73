//! Tests of `rand`: random bytes, and calls that signals interrupt.

use std::mem::MaybeUninit;
use std::sync::{Arc, Mutex};

use butter::Errno;
use butter::rand::{GetRandomFlags, fill, getrandom, raw};
use common::inject::supervise;
use common::require;
use common::signals::interrupted;

/// Asserts that a buffer, which contained only zeroes, was filled completely. In random bytes, a
/// sequence of 16 zeroes occurs with a probability of less than 2^-100 for each of the buffers.
fn assert_filled(buffer: &[u8]) {
    assert!(buffer.windows(16).all(|window| window != [0; 16]), "a part was not filled");
}

#[test]
fn fill_fills_the_whole_buffer_and_no_other_bytes() {
    let mut buffer = [0; 400];
    fill(&mut buffer[100..300]).unwrap();
    assert_filled(&buffer[100..300]);
    assert_eq!([&buffer[..100], &buffer[300..]], [[0; 100]; 2]);
    let mut other = [0; 200];
    fill(&mut other).unwrap();
    assert_ne!(other, buffer[100..300], "two calls should return different bytes");
    fill(&mut []).unwrap();
}

#[test]
fn fill_fills_each_byte_of_a_small_buffer() {
    for size in 1..32 {
        let mut seen = [0; 32];
        // A byte is 0 in all buffers with a probability of 2^-800.
        for _ in 0..100 {
            let mut buffer = [0; 32];
            fill(&mut buffer[..size]).unwrap();
            seen.iter_mut().zip(buffer).for_each(|(seen, byte)| *seen |= byte);
        }
        assert!((0..32).all(|at| (seen[at] != 0) == (at < size)), "{size}: {seen:?}");
    }
}

#[test]
fn getrandom_and_fill_pass_their_arguments_and_repeat_a_call_that_a_signal_interrupts() {
    let calls = Arc::new(Mutex::new(Vec::new()));
    let recorded = calls.clone();
    let decide = move |[_, size, flags, ..]: [u64; 6]| {
        let mut calls = recorded.lock().unwrap();
        calls.push((size, flags));
        (calls.len() % 3 != 0).then_some(Errno::INTR)
    };
    let supervised = supervise(libc::SYS_getrandom, decide, || {
        let flags = GetRandomFlags::NONBLOCK | GetRandomFlags::RANDOM;
        assert_eq!(getrandom(&mut [0; 64], flags).unwrap().len(), 64);
        fill(&mut [0; 65]).unwrap();
    });
    require!(supervised, "seccomp user notifications are unavailable");
    let expected = [[(64, 3); 3], [(65, 0); 3]].concat();
    assert_eq!(*calls.lock().unwrap(), expected);
}

#[test]
fn fill_fills_a_large_buffer_despite_signals() {
    let mut buffer = vec![0; 16 << 20];
    interrupted(|| fill(&mut buffer)).unwrap();
    assert_filled(&buffer);
}

#[test]
fn getrandom_returns_up_to_256_bytes_completely_despite_signals() {
    interrupted(|| {
        for _ in 0..1000 {
            let mut buffer = [MaybeUninit::uninit(); 256];
            assert_eq!(raw::getrandom(&mut buffer, GetRandomFlags::empty()).unwrap().len(), 256);
        }
    });
}

#[test]
fn getrandom_accepts_each_flag_and_returns_the_filled_bytes() {
    let (random, insecure) = (GetRandomFlags::RANDOM, GetRandomFlags::INSECURE);
    let nonblock = GetRandomFlags::NONBLOCK;
    for flags in [GetRandomFlags::empty(), nonblock, random, random | nonblock, insecure] {
        let mut buffer = [0; 64];
        let bytes = getrandom(&mut buffer, flags).unwrap();
        assert_eq!(bytes.len(), 64);
        assert_filled(bytes);
    }
    assert_eq!(getrandom(&mut [0; 0], GetRandomFlags::empty()), Ok(&[][..]));
}
