//! The interpreter and its check of programs agree with the kernel, for random programs.

use butter::Errno;
use butter::process::raw::prctl_set_no_new_privs;
use butter::seccomp::{FilterFlags, Instruction, Program, SyscallData, raw};

use super::filter::call;

/// The number of random programs. Virtual machines of other architectures are emulated.
const PROGRAMS: usize = if cfg!(target_arch = "x86_64") { 10_000 } else { 1_000 };

/// The codes of the operations that seccomp filters can contain, without returns.
const CODES: &[u16] = &[
    0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x07, 0x0C, 0x14, 0x15, 0x1C, 0x1D, 0x20, 0x24, 0x25, 0x2C,
    0x2D, 0x34, 0x35, 0x3C, 0x3D, 0x44, 0x45, 0x4C, 0x4D, 0x54, 0x5C, 0x60, 0x61, 0x64, 0x6C, 0x74,
    0x7C, 0x80, 0x81, 0x84, 0x87, 0xA4, 0xAC,
];

/// A pseudo-random number generator (xorshift).
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    pub fn pick<T: Copy>(&mut self, values: &[T]) -> T {
        values[self.next() as usize % values.len()]
    }

    /// Returns an instruction, which is valid in most cases.
    fn instruction(&mut self, index: usize, length: usize) -> Instruction {
        let random = self.next() as u32;
        let code = match random % 300 {
            0 => random as u16,
            1 => 0x94,
            _ => self.pick(CODES),
        };
        let left = (length - index) as u32;
        let near = |random: u64| random as u32 % (left + u32::from(random.is_multiple_of(50)));
        let k = match code {
            0x05 => near(self.next()),
            0x20 => {
                self.pick(&[0, 4, 8, 12, 16, 20, 24, 28, 32, 36, 40, 44, 48, 52, 56, 60, 60, 64])
            }
            0x02 | 0x03 | 0x60 | 0x61 => random % 4,
            0x64 | 0x74 => random % 33,
            _ => self.pick(&[random, random % 5, u32::MAX, 0x8000_0000]),
        };
        let (jt, jf) = match code & 7 {
            5 if code != 5 => (near(self.next()) as u8, near(self.next()) as u8),
            _ => (0, 0),
        };
        Instruction::new(code, jt, jf, k)
    }

    /// Returns a program that allows all system calls except `getppid`, which fails with an errno
    /// that depends on the instructions.
    fn program(&mut self) -> Vec<Instruction> {
        let mut program = vec![
            Instruction::new(0x20, 0, 0, 0),
            Instruction::new(0x15, 1, 0, libc::SYS_getppid as u32),
            Instruction::new(0x06, 0, 0, 0x7FFF_0000),
        ];
        // The words of the memory that the instructions use.
        program.extend((0..self.next() as u32 % 5).map(|k| Instruction::new(0x02, 0, 0, k)));
        let length = self.next() as usize % 40;
        program.extend((0..length).map(|index| self.instruction(index, length)));
        program.extend([
            Instruction::new(0x54, 0, 0, 0x0FFF),
            Instruction::new(0x44, 0, 0, 0x0005_0000),
            Instruction::new(0x16, 0, 0, 0),
        ]);
        program
    }
}

#[test]
fn program_accepts_and_returns_what_the_kernel_does_for_random_programs() {
    let mut random = Random(0x2545_F491_4F6C_DD1D);
    let (mut rejected, mut compared) = (0, 0);
    for _ in 0..PROGRAMS {
        let instructions = random.program();
        let args: [[u64; 6]; 3] = std::array::from_fn(|_| std::array::from_fn(|_| random.next()));
        let number = libc::SYS_getppid as i32;
        let (installed, results) = std::thread::spawn({
            let instructions = instructions.clone();
            move || {
                prctl_set_no_new_privs().unwrap();
                // SAFETY: the test ignores the result of `getppid`, and no other system call fails.
                let installed =
                    unsafe { raw::seccomp_set_mode_filter(&instructions, FilterFlags::empty()) };
                // A program that divides by 0, or that loads the address of the instruction, cannot
                // be compared.
                let results = args.map(|args| match Program::new(&instructions) {
                    Ok(program) if can_compare(program, args) => {
                        let data = SyscallData::new(number, args);
                        Some((program.run(&data), call(libc::SYS_getppid, args)))
                    }
                    _ => None,
                });
                (installed, results)
            }
        })
        .join()
        .unwrap();
        match Program::new(&instructions) {
            Ok(program) => {
                assert_eq!(installed, Ok(0), "{program}");
                for (value, result) in results.into_iter().flatten() {
                    assert_eq!(i64::from(value & 0x0FFF), -result, "{program}");
                    compared += 1;
                }
            }
            Err(error) => {
                assert!(installed.is_err_and(|error| error.is(Errno::INVAL)), "{error}");
                rejected += 1;
            }
        }
    }
    assert!(rejected > PROGRAMS / 20 && compared > PROGRAMS, "{rejected} {compared}");
}

/// Returns whether the value that a program returns for `getppid` is an errno that does not depend
/// on the address of the instruction.
fn can_compare(program: &Program, args: [u64; 6]) -> bool {
    let loads_address =
        |instruction: &Instruction| instruction.code == 0x20 && matches!(instruction.k, 8 | 12);
    let value = program.run(&SyscallData::new(libc::SYS_getppid as i32, args));
    value >> 16 == 5 && value & 0xFFFF != 0 && !program.instructions().iter().any(loads_address)
}
