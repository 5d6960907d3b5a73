//! System calls with the instruction `syscall`, which stores the return address in `rcx` and the
//! flags in `r11`. The fourth argument is therefore in `r10`, and not in `rcx`.

syscall_stubs! {
    instruction: "syscall",
    number: "rax",
    arguments: ["rdi" "rsi" "rdx" "r10" "r8" "r9"],
    result: "rax",
    clobbers: ["rcx" "r11"],
}
