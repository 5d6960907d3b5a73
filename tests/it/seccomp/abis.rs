//! System calls of other ABIs, unknown system calls, and garbage in the upper halves of registers.

use butter::Errno;
use butter::seccomp::{Action, Filter, Policy, Rule, Syscall, arg32};

use super::filter::call;
use super::{Compiled, compile, in_thread};

/// The upper half of a register, of which the kernel or the system call ignores the bits.
const GARBAGE: u64 = 0xDEAD_BEEF << 32;

#[test]
fn filter_fails_calls_above_the_newest_known_number_with_enosys() {
    let policy = Policy::new(Action::Allow).unknown(Action::Errno(Errno::TOOBIG));
    let program = Compiled::new(policy);
    in_thread(|| {
        Filter::new(&program).install().unwrap();
        assert_eq!(call(i64::from(Syscall::NUMBER_MAX) + 1, [0; 6]), -7);
        assert_eq!(call(0x3FFF_FFFF, [0; 6]), -7);
    });
}

#[cfg(target_arch = "x86_64")]
#[test]
fn filter_stops_x32_calls_and_32_bit_calls() {
    let policy = Policy::new(Action::Allow).foreign(Action::Errno(Errno::TOOBIG));
    let program = Compiled::new(policy);
    in_thread(|| {
        Filter::new(&program).install().unwrap();
        assert_eq!(call(0x4000_0000 | libc::SYS_getppid, [0; 6]), -7);
        assert_eq!(call(0x7FFF_FFFF, [0; 6]), -7);
        let result: i64;
        // SAFETY: the 32-bit system call 64 is `getppid`, which touches no memory.
        unsafe {
            std::arch::asm!("int 0x80", inout("rax") 64_i64 => result,
                out("r8") _, out("r9") _, out("r10") _, out("r11") _);
        }
        // The result is -1 with a fault instead if the kernel does not support 32-bit programs.
        assert_eq!(result as i32, -7);
    });
}

/// The kernel uses only the low half of the register that contains the number.
#[test]
fn filter_applies_to_numbers_with_garbage_in_the_upper_half() {
    let program = compile(&[Rule::new(Syscall::GETPPID, Action::Errno(Errno::TOOBIG))]);
    in_thread(|| {
        Filter::new(&program).install().unwrap();
        for upper in [1 << 32, GARBAGE, 1 << 63] {
            let number = upper | libc::SYS_getppid.cast_unsigned();
            assert_eq!(call(number.cast_signed(), [0; 6]), -7, "{number:#x}");
        }
    });
}

#[test]
fn arg32_condition_applies_to_arguments_with_garbage_in_the_upper_half() {
    let errno = Action::Errno(Errno::TOOBIG);
    let condition = [arg32(0).eq(libc::AF_UNIX as u32), arg32(1).eq(libc::SOCK_STREAM as u32)];
    let program = compile(&[Rule::new(Syscall::SOCKET, errno).when(&condition)]);
    in_thread(|| {
        Filter::new(&program).install().unwrap();
        let socket = |upper: u64, domain: i32| {
            let args = [domain, libc::SOCK_STREAM, 0].map(|it| upper | u64::from(it as u32));
            let [domain, kind, protocol] = args;
            call(libc::SYS_socket, [domain, kind, protocol, 0, 0, 0])
        };
        for upper in [0, 1 << 32, GARBAGE, 0xFFFF_FFFF << 32] {
            assert_eq!(socket(upper, libc::AF_UNIX), -7, "{upper:#x}");
            // The kernel ignores the upper half as well: it does not support this domain.
            assert_eq!(socket(upper, 999), -i64::from(libc::EAFNOSUPPORT), "{upper:#x}");
        }
    });
}

#[test]
fn filter_does_not_allow_negative_numbers() {
    let errno = Action::Errno(Errno::TOOBIG);
    let program = Compiled::new(Policy::new(Action::Allow).unknown(errno).foreign(errno));
    in_thread(|| {
        Filter::new(&program).install().unwrap();
        for number in
            [-1, -2, i64::from(i32::MIN), 0xFFFF_FFFF, 0x8000_0000, i64::MIN | 0xFFFF_FFFF]
        {
            assert_eq!(call(number, [0; 6]), -7, "{number:#x}");
        }
    });
}
