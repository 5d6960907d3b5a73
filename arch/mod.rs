//! The code that differs between architectures, and all inline assembly.
//!
//! # The contract
//!
//! Each architecture has a folder with the same files, and each file defines the same names:
//!
//! - `call.rs`: `syscall0` to `syscall6`, which `syscall_stubs!` generates from a table of
//!   registers. A stub moves the number of the call and the arguments to their registers, enters
//!   the kernel, and returns the result unchanged: `-4095..=-1` is an error, any other number is a
//!   success. Stubs are inlined into their callers, also across crates, so a call costs no more
//!   than its instructions.
//! - `signal.rs`: `restorer`, the address to which a signal handler returns, if the kernel does not
//!   provide one; and `call`, which calls a handler as the kernel does, with three arguments even
//!   if the handler has fewer parameters.
//! - `abi.rs`: the few structs and constants of the kernel that differ between architectures, and
//!   the sizes of pages.
//!
//! An argument is an [`ArgReg`], a pointer that may be a number. A real pointer keeps its
//! provenance, so the compiler knows that the kernel may change the memory that it points to.
//!
//! A stub promises the compiler what the kernel guarantees: it does not use the stack (`nostack`),
//! it preserves the flags (`preserves_flags`), and only the registers in `clobbers` change. It does
//! not promise that memory is unchanged.

/// The register of a system call argument: a pointer, or a number without provenance.
pub(crate) type ArgReg = *mut ();

/// Defines `syscall0` to `syscall6` for the registers of an architecture.
macro_rules! syscall_stubs {
    (
        instruction: $instruction:literal,
        number: $number:tt,
        arguments: [$a:tt $b:tt $c:tt $d:tt $e:tt $f:tt],
        result: $result:tt,
        clobbers: [$($clobber:tt)*],
    ) => {
        syscall_stubs!(@one syscall0 $instruction $number [] $result [$($clobber)*]);
        syscall_stubs!(@one syscall1 $instruction $number [a $a] $result [$($clobber)*]);
        syscall_stubs!(@one syscall2 $instruction $number [a $a, b $b] $result [$($clobber)*]);
        syscall_stubs!(@one syscall3 $instruction $number [a $a, b $b, c $c] $result [$($clobber)*]);
        syscall_stubs!(@one syscall4 $instruction $number [a $a, b $b, c $c, d $d] $result [$($clobber)*]);
        syscall_stubs!(@one syscall5 $instruction $number [a $a, b $b, c $c, d $d, e $e] $result [$($clobber)*]);
        syscall_stubs!(@one syscall6 $instruction $number [a $a, b $b, c $c, d $d, e $e, f $f] $result [$($clobber)*]);
    };
    (
        @one $name:ident $instruction:literal $number:tt [$($argument:ident $register:tt),*] $result:tt
        [$($clobber:tt)*]
    ) => {
        /// Makes a system call. Returns the result unchanged.
        ///
        /// # Safety
        ///
        /// With these arguments, the call must not violate the memory safety or the I/O safety of
        /// the program.
        #[inline(always)]
        #[allow(dead_code, reason = "all arities exist, whether or not a call uses them")]
        pub(crate) unsafe fn $name(number: usize, $($argument: $crate::arch::ArgReg),*) -> usize {
            let result;
            // SAFETY: the kernel reads the number and the arguments from these registers, uses its
            // own stack, and changes only the registers of the result and the clobbers; its effect
            // on memory is safe, upheld by the caller.
            unsafe {
                core::arch::asm!(
                    $instruction,
                    in($number) number,
                    $(in($register) $argument,)*
                    lateout($result) result,
                    $(lateout($clobber) _,)*
                    options(nostack, preserves_flags),
                );
            }
            result
        }
    };
}

#[cfg(target_arch = "aarch64")]
mod aarch64;
#[cfg(target_arch = "aarch64")]
pub(crate) use aarch64::{abi, call, signal};

#[cfg(target_arch = "x86_64")]
mod x86_64;
#[cfg(target_arch = "x86_64")]
pub(crate) use x86_64::{abi, call, signal};
