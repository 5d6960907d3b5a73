//! Creating a child. In the child, the system call returns 0 in `rax`, and the frame pointer is set
//! to 0, at which debuggers end a backtrace. The child aligns its stack pointer, because a caller
//! can provide a stack of any alignment. The operands `child` and `data` have fixed registers,
//! because the compiler can assign the frame pointer to an operand.

clone_stub! {
    /// `clone3(args, size)`: creates a child, which calls `child(data)`.
    fn clone3(args in "rdi", size in "rsi");
    code: [
        "syscall"
        "test rax, rax"
        "jnz 2f"
        "xor ebp, ebp"
        "and rsp, -16"
        "mov rdi, r13"
        "call r12"
        "ud2"
        "2:"
    ],
    number: "rax",
    child: "r12",
    data: "r13",
    result: "rax",
    clobbers: ["rcx" "r11"],
}

clone_stub! {
    /// `clone(flags, stack, parent_tid, child_tid, tls)`: creates a child, which calls
    /// `child(data)`.
    fn clone(
        flags in "rdi", stack in "rsi", parent_tid in "rdx", child_tid in "r10", tls in "r8"
    );
    code: [
        "syscall"
        "test rax, rax"
        "jnz 2f"
        "xor ebp, ebp"
        "and rsp, -16"
        "mov rdi, r13"
        "call r12"
        "ud2"
        "2:"
    ],
    number: "rax",
    child: "r12",
    data: "r13",
    result: "rax",
    clobbers: ["rcx" "r11"],
}
