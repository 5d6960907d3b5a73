//! What differs between processors, and the one place where assembly stands.
//!
//! # The contract
//!
//! Each processor has a folder with the same files, and each file offers the same names:
//!
//! - `call.rs`: `syscall0` to `syscall6`, made from one table of registers by [`syscall_stubs!`]. A stub puts the call's
//!   number and its arguments where the kernel looks for them, enters the kernel and returns what came back, untouched:
//!   `-4095..=-1` is a failure, anything else a success. It is inlined into its caller, across crates too, so that a
//!   call costs what its instructions cost.
//! - `signal.rs`: `restorer`, the address to which a signal's handler returns, where the kernel has none of its own;
//!   and `call`, which calls a handler as the kernel does: with more arguments than it may take.
//! - `abi.rs`: the few structs and numbers of the kernel that are not the same everywhere, and how large a page may be.
//!
//! An argument travels as a [`ArgReg`], a pointer that may be a number: a real pointer keeps its provenance on the way
//! into the kernel, so that the compiler knows that the memory behind it may change.
//!
//! A stub promises the compiler what the kernel promises: no stack is used (`nostack`), flags come back as they were
//! (`preserves_flags`), only the registers in `clobbers` change. It never promises that memory stays as it is.

/// One argument of a system call: a pointer, or a number in the shape of one.
pub(crate) type ArgReg = *mut ();

/// Makes `syscall0` to `syscall6` from one processor's table of registers.
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
        /// Enters the kernel with a call's number and this many arguments; returns what came back, untouched.
        ///
        /// # Safety
        ///
        /// The call must be one that, with these arguments, leaves the memory and the descriptors of the program as
        /// Rust expects them.
        #[inline(always)]
        #[allow(dead_code, reason = "the whole range of arities exists, whichever of them calls use today")]
        pub(crate) unsafe fn $name(number: usize, $($argument: $crate::arch::ArgReg),*) -> usize {
            let result;
            // SAFETY: the kernel reads the number and the arguments from these registers, uses its own stack, and
            // changes only the result's register and the clobbered ones; what it does to memory is the caller's
            // promise.
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
