//! `syscall`: the instruction stores the return address in `rcx` and the flags in `r11`, so the
//! fourth argument is in `r10`.

syscall_stubs! {
    instruction: "syscall",
    number: "rax",
    arguments: ["rdi" "rsi" "rdx" "r10" "r8" "r9"],
    result: "rax",
    clobbers: ["rcx" "r11"],
}
