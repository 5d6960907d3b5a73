//! System calls on x86_64: the instruction `syscall` overwrites `rcx` and `r11`.

use core::arch::asm;

/// # Safety
///
/// The system call must not violate memory safety or I/O safety.
#[inline(always)]
pub(super) unsafe fn call0(number: i64) -> isize {
    let result;
    // SAFETY: the caller guarantees that the call is safe.
    unsafe {
        asm!(
            "syscall",
            inlateout("rax") number => result,
            lateout("rcx") _,
            lateout("r11") _,
            options(nostack, preserves_flags),
        );
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
            "syscall",
            inlateout("rax") number => result,
            in("rdi") a,
            in("rsi") b,
            lateout("rcx") _,
            lateout("r11") _,
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
            "syscall",
            inlateout("rax") number => result,
            in("rdi") a,
            in("rsi") b,
            in("rdx") c,
            lateout("rcx") _,
            lateout("r11") _,
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
            "syscall",
            inlateout("rax") number => result,
            in("rdi") a,
            in("rsi") b,
            in("rdx") c,
            in("r10") d,
            lateout("rcx") _,
            lateout("r11") _,
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
            "syscall",
            inlateout("rax") number => result,
            in("rdi") a,
            in("rsi") b,
            in("rdx") c,
            in("r10") d,
            in("r8") e,
            in("r9") f,
            lateout("rcx") _,
            lateout("r11") _,
            options(nostack, preserves_flags),
        );
    }
    result
}
