//! Tests of `signal::Cause`: faults and trapped system calls.

use std::ffi::c_void;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use butter::process::getpid;
use butter::signal::{self, Action, Cause, Code, FaultDetail, SigInfo, Signal};
use butter::thread;
use common::child::in_child;

use super::causes::{received_causes, with_blocked_signals};

/// Most faults in the table require special hardware, a damaged page or a protection key. Instead
/// of causing a fault, the test queues the record that the kernel would send.
#[test]
fn cause_of_a_fault_contains_the_fields_that_its_code_defines() {
    with_blocked_signals(|| {
        let at = 0x1234_5000_u64;
        let fault = |code, detail| Cause::Fault { code, address: at, detail };
        let bounds = FaultDetail::Bounds { lower: 3 | 4 << 32, upper: 5 | 6 << 32 };
        let perf = FaultDetail::Perf { data: 12, kind: 3, flags: 4 };
        for (signal, code, detail, detail_of_descriptor) in [
            (Signal::SEGV, Code::SEGV_MAPERR, FaultDetail::None, FaultDetail::None),
            (Signal::SEGV, Code::SEGV_BNDERR, bounds, FaultDetail::None),
            (Signal::SEGV, Code::SEGV_PKUERR, FaultDetail::ProtectionKey(3), FaultDetail::None),
            (Signal::SEGV, Code::SEGV_MTESERR, FaultDetail::None, FaultDetail::None),
            (Signal::BUS, Code::BUS_ADRALN, FaultDetail::None, FaultDetail::None),
            (Signal::BUS, Code::BUS_OBJERR, FaultDetail::None, FaultDetail::None),
            (
                Signal::BUS,
                Code::BUS_MCEERR_AR,
                FaultDetail::AddressLsb(12),
                FaultDetail::AddressLsb(12),
            ),
            (
                Signal::BUS,
                Code::BUS_MCEERR_AO,
                FaultDetail::AddressLsb(12),
                FaultDetail::AddressLsb(12),
            ),
            (Signal::ILL, Code::ILL_ILLOPC, FaultDetail::None, FaultDetail::None),
            (Signal::ILL, Code::ILL_BADIADDR, FaultDetail::None, FaultDetail::None),
            (Signal::FPE, Code::FPE_INTDIV, FaultDetail::None, FaultDetail::None),
            (Signal::FPE, Code::FPE_CONDTRAP, FaultDetail::None, FaultDetail::None),
            (Signal::TRAP, Code::TRAP_BRKPT, FaultDetail::None, FaultDetail::None),
            (Signal::TRAP, Code::TRAP_UNK, FaultDetail::None, FaultDetail::None),
            (Signal::TRAP, Code::TRAP_PERF, perf, FaultDetail::None),
        ] {
            if code == Code::TRAP_PERF && !common::kernel_is_at_least("5.13") {
                continue;
            }
            let numbers = [signal.as_raw(), 0, code.as_raw(), 0, at as i32, 0, 12, 0, 3, 4, 5, 6];
            let causes = received_causes(signal, || queue_to_self(signal, numbers));
            let expected = [fault(code, detail), fault(code, detail_of_descriptor)];
            assert_eq!(causes, expected, "{signal} {code:?}");
        }
        let call = [31, 42, 1, 0, 0x2000, 0, 39, 0xC000_003E_u32.cast_signed(), 0, 0, 0, 0];
        let (code, arch) = (Code::SYS_SECCOMP, 0xC000_003E);
        let expected = Cause::Syscall { code, number: 39, arch, call_address: 0x2000, data: 42 };
        assert_eq!(
            received_causes(Signal::SYS, || queue_to_self(Signal::SYS, call)),
            [expected; 2]
        );
    });
}

/// Queues a signal to the calling thread, with a record that consists of `numbers`.
fn queue_to_self(signal: Signal, numbers: [i32; 12]) {
    let mut bytes = [0; 128];
    for (field, number) in bytes.chunks_exact_mut(4).zip(numbers) {
        field.copy_from_slice(&number.to_ne_bytes());
    }
    let info = SigInfo::from_bytes(bytes).unwrap();
    // SAFETY: the signal is blocked, so no handler receives the record.
    unsafe { thread::rt_tgsigqueueinfo(getpid(), thread::gettid(), Some(signal), &info) }.unwrap();
}

static FAULTS: AtomicU32 = AtomicU32::new(0);
static PAGE: AtomicU64 = AtomicU64::new(0);

/// Makes the page at the address in `PAGE` accessible. Exits if the cause of the signal is not the
/// expected page fault.
extern "C" fn unprotect_page(_: Signal, info: &SigInfo, _: *mut c_void) {
    let page = PAGE.load(Ordering::Relaxed);
    let expected =
        Cause::Fault { code: Code::SEGV_ACCERR, address: page + 8, detail: FaultDetail::None };
    if info.cause() != expected {
        butter::process::exit_group(9);
    }
    FAULTS.fetch_add(1, Ordering::Relaxed);
    let page = std::ptr::with_exposed_provenance_mut(page as usize);
    // SAFETY: the page belongs to this test.
    unsafe { libc::mprotect(page, 4096, libc::PROT_READ | libc::PROT_WRITE) };
}

#[test]
fn cause_of_a_page_fault_contains_code_and_address() {
    in_child(|| {
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
        // SAFETY: new memory, at an address that the kernel chooses.
        let page = unsafe { libc::mmap(std::ptr::null_mut(), 4096, libc::PROT_NONE, flags, -1, 0) };
        PAGE.store(page.expose_provenance() as u64, Ordering::Relaxed);
        // SAFETY: the handler makes system calls and stores a number.
        unsafe { signal::set_action(Signal::SEGV, &Action::info_handler(unprotect_page)) }.unwrap();
        // SAFETY: the handler makes the page accessible.
        let value = unsafe { page.cast::<u64>().wrapping_add(1).read_volatile() };
        assert_eq!((value, FAULTS.load(Ordering::Relaxed)), (0, 1));
    });
}

static TRAPPED: AtomicU32 = AtomicU32::new(0);

extern "C" fn count_trap(_: Signal, info: &SigInfo, _: *mut c_void) {
    let arch = if cfg!(target_arch = "x86_64") { 0xC000_003E } else { 0xC000_00B7 };
    if let Cause::Syscall {
        code: Code::SYS_SECCOMP,
        number,
        arch: reported,
        call_address,
        data: 42,
    } = info.cause()
        && i64::from(number) == libc::SYS_getpriority
        && reported == arch
        && call_address != 0
    {
        TRAPPED.fetch_add(1, Ordering::Relaxed);
    }
}

#[test]
fn cause_of_a_seccomp_trap_contains_the_system_call_and_the_data_of_the_filter() {
    in_child(|| {
        // SAFETY: the handler stores a number.
        unsafe { signal::set_action(Signal::SYS, &Action::info_handler(count_trap)) }.unwrap();
        common::inject::trap(libc::SYS_getpriority, 42, || {
            // SAFETY: touches no memory.
            unsafe { libc::syscall(libc::SYS_getpriority, 0, 0) };
        });
        assert_eq!(TRAPPED.load(Ordering::Relaxed), 1);
    });
}
