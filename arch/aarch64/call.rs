//! System calls with `svc 0`: `x8` contains the system call number, and `x0` contains the first
//! argument and, afterwards, the result. The kernel preserves all other general-purpose registers
//! and the low 128 bits of the vector registers.
//!
//! The kernel does not preserve the SVE registers: a system call clears the predicate registers,
//! `ffr`, and all bits of the vector registers above the low 128. A stub may be inlined into a
//! function with `#[target_feature(enable = "sve")]`, in which the compiler may keep values in SVE
//! registers. The stubs therefore declare all SVE registers as clobbered.
//!
//! Inline assembly cannot declare only the high bits of a vector register as clobbered. The low
//! halves of `v8` to `v15` are callee-saved, so each function that makes a system call saves and
//! restores these halves, which costs 8 instructions.
//!
//! In functions with SVE, LLVM warns that the clobbered register `ffr` is reserved. The clobber is
//! nevertheless correct, because the stubs do not have to preserve the value of `ffr`.

syscall_stubs! {
    instruction: "svc 0",
    number: "x8",
    arguments: ["x0" "x1" "x2" "x3" "x4" "x5"],
    result: "x0",
    clobbers: [
        "p0" "p1" "p2" "p3" "p4" "p5" "p6" "p7" "p8" "p9" "p10" "p11" "p12" "p13" "p14" "p15" "ffr"
        "v0" "v1" "v2" "v3" "v4" "v5" "v6" "v7" "v8" "v9" "v10" "v11" "v12" "v13" "v14" "v15"
        "v16" "v17" "v18" "v19" "v20" "v21" "v22" "v23" "v24" "v25" "v26" "v27" "v28" "v29" "v30"
        "v31"
    ],
}
