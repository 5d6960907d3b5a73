//! `syscall`: the fourth argument goes to `r10`, because the instruction itself keeps the return address in `rcx`, and
//! the flags in `r11`.

syscall_stubs! {
    instruction: "syscall",
    number: "rax",
    arguments: ["rdi" "rsi" "rdx" "r10" "r8" "r9"],
    result: "rax",
    clobbers: ["rcx" "r11"],
}
