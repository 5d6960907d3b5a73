//! Tiny static programs, which tests execute instead of programs of the host: an ELF file that
//! contains only a header and a few instructions.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// The system calls of a program, with four numbers as arguments each. The program makes
/// the calls in order, and repeats the last one.
pub type Calls<'a> = &'a [(libc::c_long, [u16; 4])];

/// A program that exits with a status.
pub fn exit(status: u16) -> Vec<u8> {
    program(&[(libc::SYS_exit_group, [status, 0, 0, 0])])
}

/// A program that waits until a signal terminates it.
pub fn pause() -> Vec<u8> {
    program(&[(libc::SYS_ppoll, [0; 4])])
}

/// Returns the ELF file of a program that makes these system calls.
pub fn program(calls: Calls<'_>) -> Vec<u8> {
    const BASE: u64 = 0x40_0000;
    const HEADERS: u64 = 64 + 56;
    let code = code(calls);
    let mut file = Vec::new();
    let machine: u16 = if cfg!(target_arch = "x86_64") { 62 } else { 183 };
    file.extend(b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0");
    file.extend([2_u16, machine].map(u16::to_le_bytes).concat());
    file.extend(1_u32.to_le_bytes());
    file.extend([BASE + HEADERS, 64, 0].map(u64::to_le_bytes).concat());
    file.extend(0_u32.to_le_bytes());
    file.extend([64_u16, 56, 1, 0, 0, 0].map(u16::to_le_bytes).concat());
    // One loadable segment, which contains the whole file, and may be read and executed.
    let size = HEADERS + code.len() as u64;
    file.extend([1_u32, 5].map(u32::to_le_bytes).concat());
    file.extend([0, BASE, BASE, size, size, 0x1_0000].map(u64::to_le_bytes).concat());
    assert_eq!(file.len() as u64, HEADERS);
    file.extend(code);
    file
}

fn code(calls: Calls<'_>) -> Vec<u8> {
    let mut code = Vec::new();
    let mut last = 0;
    for &(number, [first, second, third, fourth]) in calls {
        last = code.len();
        if cfg!(target_arch = "x86_64") {
            // mov edi, first; mov esi, second; mov edx, third; mov r10d, fourth;
            // mov eax, number; syscall
            for (opcode, value) in [(0xBF, first), (0xBE, second), (0xBA, third)] {
                code.push(opcode);
                code.extend(u32::from(value).to_le_bytes());
            }
            code.extend([0x41, 0xBA]);
            code.extend(u32::from(fourth).to_le_bytes());
            code.push(0xB8);
            code.extend((number as u32).to_le_bytes());
            code.extend([0x0F, 0x05]);
        } else {
            // movz x0..x2, x3, x8; svc #0
            let values = [(0, first), (1, second), (2, third), (3, fourth), (8, number as u16)];
            for (register, value) in values {
                code.extend((0xD280_0000_u32 | u32::from(value) << 5 | register).to_le_bytes());
            }
            code.extend(0xD400_0001_u32.to_le_bytes());
        }
    }
    if cfg!(target_arch = "x86_64") {
        // jmp last
        code.extend([0xEB, (last as i64 - code.len() as i64 - 2) as u8]);
    } else {
        let words = (last as i64 - code.len() as i64) / 4;
        code.extend((0x1400_0000_u32 | (words as u32 & 0x03FF_FFFF)).to_le_bytes());
    }
    code
}

/// Writes an executable file.
///
/// A process that another thread starts can inherit the descriptor that is open for writing, so
/// that an execution of the file fails with `ETXTBSY`: use this function in a separate process.
pub fn install(path: &Path, program: &[u8]) {
    fs::write(path, program).unwrap();
    fs::set_permissions(path, Permissions::from_mode(0o755)).unwrap();
}
