//! System calls on aarch64 (`svc 0`): `x8` contains the system call number, and the result replaces
//! the first argument in `x0`.

use core::arch::asm;

/// # Safety
///
/// The system call must not violate memory safety or I/O safety.
#[inline(always)]
pub(super) unsafe fn call0(number: i64) -> isize {
    let result;
    // SAFETY: the caller guarantees that the call is safe.
    unsafe {
        asm!("svc 0", in("x8") number, lateout("x0") result, options(nostack, preserves_flags));
    }
    result
}

/// # Safety
///
/// See [`call0`].
#[inline(always)]
pub(super) unsafe fn call2(number: i64, [a, b]: [usize; 2]) -> isize {
    let result;
    // SAFETY: the caller guarantees that the call is safe.
    unsafe {
        asm!(
            "svc 0",
            in("x8") number,
            inlateout("x0") a => result,
            in("x1") b,
            options(nostack, preserves_flags),
        );
    }
    result
}

/// # Safety
///
/// See [`call0`].
#[inline(always)]
pub(super) unsafe fn call3(number: i64, [a, b, c]: [usize; 3]) -> isize {
    let result;
    // SAFETY: the caller guarantees that the call is safe.
    unsafe {
        asm!(
            "svc 0",
            in("x8") number,
            inlateout("x0") a => result,
            in("x1") b,
            in("x2") c,
            options(nostack, preserves_flags),
        );
    }
    result
}

/// # Safety
///
/// See [`call0`].
#[inline(always)]
pub(super) unsafe fn call4(number: i64, [a, b, c, d]: [usize; 4]) -> isize {
    let result;
    // SAFETY: the caller guarantees that the call is safe.
    unsafe {
        asm!(
            "svc 0",
            in("x8") number,
            inlateout("x0") a => result,
            in("x1") b,
            in("x2") c,
            in("x3") d,
            options(nostack, preserves_flags),
        );
    }
    result
}

/// # Safety
///
/// See [`call0`].
#[inline(always)]
pub(super) unsafe fn call6(number: i64, [a, b, c, d, e, f]: [usize; 6]) -> isize {
    let result;
    // SAFETY: the caller guarantees that the call is safe.
    unsafe {
        asm!(
            "svc 0",
            in("x8") number,
            inlateout("x0") a => result,
            in("x1") b,
            in("x2") c,
            in("x3") d,
            in("x4") e,
            in("x5") f,
            options(nostack, preserves_flags),
        );
    }
    result
}
