//! `svc 0`: the number in `x8`, and the result in the register of the first argument. The kernel
//! preserves the other general registers, and the low 128 bits of the vector registers.
//!
//! It does not preserve the registers of SVE: it clears the predicate registers, `ffr`, and all
//! bits of the vector registers above the low 128. Stubs are inlined also into functions with
//! `#[target_feature(enable = "sve")]`, in which the compiler may keep a value in each of these
//! registers, so all of them are declared as clobbered.
//!
//! Rust has no name for the high bits of a vector register alone. The low halves of `v8` to `v15`
//! are callee-saved, so each function with a system call saves and restores them: 8 instructions.
//!
//! In code with SVE, LLVM warns that `ffr` is reserved. Its value does not have to be preserved, so
//! the declaration is correct.

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
