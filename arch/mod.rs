//! The code that differs between architectures, and all inline assembly.
//!
//! # Files of an architecture
//!
//! Each architecture has a folder with the same files. A file defines the same names in each
//! folder:
//!
//! - `call.rs`: the system call stubs `syscall0` to `syscall6`, which `syscall_stubs!` generates
//!   from a table of registers. A stub moves the system call number and the arguments to their
//!   registers, enters the kernel, and returns the result unchanged. A result in `-4095..=-1` is a
//!   negated errno; any other result is a success. Stubs are inlined into their callers, even
//!   across crates, to avoid the cost of a function call.
//! - `signal.rs`: the functions `restorer` and `call`. `restorer` returns the address to which a
//!   signal handler returns, or `None` if the kernel provides the address. `call` calls a signal
//!   handler as the kernel does: with three arguments, even if the handler has fewer parameters.
//! - `clone.rs`: the functions `clone` and `clone3`, which `clone_stub!` generates. They create a
//!   child, which never returns from the assembly: it calls a function of the type [`ChildFn`].
//! - `abi.rs`: the few structs and constants of the kernel that differ between architectures, and
//!   the possible page sizes.
//!
//! A system call argument has the type [`ArgReg`]: a pointer, or a number without provenance. A
//! pointer argument keeps its provenance, so the compiler assumes that the kernel may change the
//! memory to which the pointer points.
//!
//! The assembly options of a stub state the guarantees of the kernel: a system call does not use
//! the stack of the program (`nostack`), preserves the CPU flags (`preserves_flags`), and changes
//! only the result register and the registers in `clobbers`. The stubs do not have the option
//! `nomem`, because system calls access memory.

/// The value in an argument register of a system call: a pointer, or a number without provenance.
pub(crate) type ArgReg = *mut ();

/// Defines the system call stubs `syscall0` to `syscall6` for the registers of an architecture.
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
        /// Makes a system call, and returns the value of the result register unchanged.
        ///
        /// # Safety
        ///
        /// The system call with the given arguments must not violate the memory safety or the I/O
        /// safety of the program.
        #[inline(always)]
        #[allow(dead_code, reason = "a stub exists for each number of arguments, even if unused")]
        pub(crate) unsafe fn $name(number: usize, $($argument: $crate::arch::ArgReg),*) -> usize {
            let result;
            // SAFETY: the kernel reads the number and the arguments from these registers, uses its
            // own stack, and changes only the result register and the clobbers. The effect of the
            // system call on memory is safe, upheld by the caller.
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

/// The function that a child of `clone` executes. An entry of this type requires no unwinder; an
/// `extern "C"` function would refer to `rust_eh_personality`.
pub(crate) type ChildFn = unsafe extern "C-unwind" fn(*mut ()) -> !;

/// Defines a stub for `clone` or `clone3` with the given registers and the assembly of an
/// architecture. The system call preserves the registers of `child` and `data`, and the label `2`
/// is the continuation of the parent.
///
/// The child continues after the system call with a copy of the registers. If it has the same stack
/// pointer as the parent, the function that it calls uses the memory below the parent's frame. The
/// stub does not have the option `nostack`, so the compiler keeps nothing there, and the stack
/// pointer has the alignment that a call requires. Only the parent returns from the stub.
macro_rules! clone_stub {
    (
        $(#[$doc:meta])*
        fn $name:ident($($argument:ident in $register:tt),*);
        code: [$($code:literal)*],
        number: $number:tt,
        child: $child:tt,
        data: $data:tt,
        result: $result:tt,
        clobbers: [$($clobber:tt)*],
    ) => {
        $(#[$doc])*
        ///
        /// # Safety
        ///
        /// The system call with the given arguments must not violate the memory safety or the I/O
        /// safety of the program, and the child must be able to call `child(data)`. If the child
        /// shares the memory of the program and has no separate stack, the calling thread must be
        /// suspended until the child terminates or executes a program (`CLONE_VFORK`).
        #[inline(always)]
        #[allow(clippy::too_many_arguments, reason = "the arguments of `clone` and two more")]
        pub(crate) unsafe fn $name(
            number: usize,
            $($argument: $crate::arch::ArgReg,)*
            child: $crate::arch::ChildFn,
            data: *mut (),
        ) -> usize {
            let result;
            // SAFETY: the kernel reads the number and the arguments from these registers, and
            // changes only the result register and the clobbers in the parent. The parent does not
            // change the stack. The child does not leave the assembly: it calls `child`, which does
            // not return, with an aligned stack pointer. The other effects are upheld by the
            // caller.
            unsafe {
                core::arch::asm!(
                    $($code,)*
                    in($child) child,
                    in($data) data,
                    in($number) number,
                    $(in($register) $argument,)*
                    lateout($result) result,
                    $(out($clobber) _,)*
                );
            }
            result
        }
    };
}

#[cfg(target_arch = "aarch64")]
mod aarch64;
#[cfg(target_arch = "aarch64")]
pub(crate) use aarch64::{abi, call, clone, signal};

#[cfg(target_arch = "x86_64")]
mod x86_64;
#[cfg(target_arch = "x86_64")]
pub(crate) use x86_64::{abi, call, clone, signal};
