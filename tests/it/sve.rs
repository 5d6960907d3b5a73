//! Tests of system calls that are inlined into a function with `#[target_feature(enable = "sve")]`.
//! Such a function may keep values in SVE registers, which the kernel clears at a system call.

use std::arch::is_aarch64_feature_detected;

use butter::eventfd::EventFd;
use butter::process::{getpid, getppid};
use common::require;

type Rows = [[u32; 1000]; 64];

/// Computes each row after a `getpid` system call. The compiler keeps the factor and a predicate in
/// SVE registers across the system call.
#[target_feature(enable = "sve")]
#[inline(never)]
fn multiply_and_add_pid(rows: &mut Rows) {
    for row in rows {
        let pid = getpid().as_raw().cast_unsigned();
        for number in row {
            *number = number.wrapping_mul(3).wrapping_add(pid);
        }
    }
}

/// Adds up values before and after system calls with and without memory arguments. The compiler
/// keeps the sums in SVE registers across the system calls.
#[target_feature(enable = "sve")]
#[inline(never)]
fn sums(rows: &Rows, counter: &EventFd) -> [u32; 64] {
    let mut sums = [0_u32; 64];
    for row in rows {
        for chunk in row.chunks_exact(64) {
            for (sum, number) in sums.iter_mut().zip(chunk) {
                *sum = sum.wrapping_add(*number);
            }
            if counter.write(1).is_err() || getppid().is_none() || counter.read() != Ok(1) {
                return [0; 64];
            }
        }
    }
    sums
}

#[test]
fn getpid_in_sve_function_preserves_values_in_sve_registers() {
    require!(is_aarch64_feature_detected!("sve"), "the CPU has no SVE");
    require!(cfg!(not(debug_assertions)), "only an optimized build keeps values in registers");
    let mut rows: Rows = [[1; 1000]; 64];
    // SAFETY: the CPU has SVE.
    unsafe { multiply_and_add_pid(&mut rows) };
    let expected = 3 + std::process::id();
    let wrong = rows.iter().flatten().filter(|&&number| number != expected).count();
    assert_eq!(wrong, 0, "of {} numbers", rows.iter().flatten().count());

    for (at, number) in rows.iter_mut().flatten().enumerate() {
        *number = at as u32;
    }
    let counter = EventFd::nonblocking(0).unwrap();
    // SAFETY: the CPU has SVE.
    let sums = unsafe { sums(&rows, &counter) };
    for (lane, sum) in sums.into_iter().enumerate() {
        let expected: u32 =
            rows.iter().flat_map(|row| row[..960].iter().skip(lane).step_by(64)).sum();
        assert_eq!(sum, expected, "lane {lane}");
    }
}
