//! Creating a child. In the child, the system call returns 0 in `x0`, and the frame pointer is set
//! to 0, at which debuggers end a backtrace. The child aligns its stack pointer, because a caller
//! can provide a stack of any alignment. The SVE registers are clobbered as in `call.rs`. The order
//! of the last two arguments of `clone` differs from that of x86_64. The operands `child` and
//! `data` have fixed registers, because the compiler can assign the frame pointer to an operand.

clone_stub! {
    /// `clone3(args, size)`: creates a child, which calls `child(data)`.
    fn clone3(args in "x0", size in "x1");
    code: [
        "svc 0"
        "cbnz x0, 2f"
        "mov x29, xzr"
        "mov x1, sp"
        "and sp, x1, #-16"
        "mov x0, x21"
        "blr x20"
        "brk #1"
        "2:"
    ],
    number: "x8",
    child: "x20",
    data: "x21",
    result: "x0",
    clobbers: [
        "p0" "p1" "p2" "p3" "p4" "p5" "p6" "p7" "p8" "p9" "p10" "p11" "p12" "p13" "p14" "p15" "ffr"
        "v0" "v1" "v2" "v3" "v4" "v5" "v6" "v7" "v8" "v9" "v10" "v11" "v12" "v13" "v14" "v15"
        "v16" "v17" "v18" "v19" "v20" "v21" "v22" "v23" "v24" "v25" "v26" "v27" "v28" "v29" "v30"
        "v31"
    ],
}

clone_stub! {
    /// `clone(flags, stack, parent_tid, tls, child_tid)`: creates a child, which calls
    /// `child(data)`.
    fn clone(
        flags in "x0", stack in "x1", parent_tid in "x2", child_tid in "x4", tls in "x3"
    );
    code: [
        "svc 0"
        "cbnz x0, 2f"
        "mov x29, xzr"
        "mov x1, sp"
        "and sp, x1, #-16"
        "mov x0, x21"
        "blr x20"
        "brk #1"
        "2:"
    ],
    number: "x8",
    child: "x20",
    data: "x21",
    result: "x0",
    clobbers: [
        "p0" "p1" "p2" "p3" "p4" "p5" "p6" "p7" "p8" "p9" "p10" "p11" "p12" "p13" "p14" "p15" "ffr"
        "v0" "v1" "v2" "v3" "v4" "v5" "v6" "v7" "v8" "v9" "v10" "v11" "v12" "v13" "v14" "v15"
        "v16" "v17" "v18" "v19" "v20" "v21" "v22" "v23" "v24" "v25" "v26" "v27" "v28" "v29" "v30"
        "v31"
    ],
}
