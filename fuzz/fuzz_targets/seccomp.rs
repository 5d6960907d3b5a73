//! Checks that programs that pass the check of seccomp filters run to their end, and that any
//! instructions can be printed.

#![no_main]

use butter::seccomp::{Instruction, Program, SyscallData};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Some((args, code)) = bytes.split_at_checked(48) else { return };
    let args = std::array::from_fn(|at| u64::from_ne_bytes(args[8 * at..][..8].try_into().unwrap()));
    let instructions: Vec<_> = code
        .chunks_exact(8)
        .map(|part| {
            let code = u16::from_ne_bytes([part[0], part[1]]);
            let k = u32::from_ne_bytes([part[4], part[5], part[6], part[7]]);
            Instruction::new(code, part[2], part[3], k)
        })
        .collect();
    let text: String = instructions.iter().map(Instruction::to_string).collect();
    assert!(text.len() >= instructions.len());
    match Program::new(&instructions) {
        Ok(program) => {
            let data = SyscallData::new(args[0] as i32, args);
            let action = program.action(&data);
            assert_eq!(action, program.action(&data));
            assert_eq!(program.to_string().lines().count(), instructions.len());
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
});
