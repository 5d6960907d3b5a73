//! `svc 0`: the number in `x8`, the result over the first argument. The other general registers and the lower 128 bits
//! of the vector registers come back as they were.
//!
//! What SVE adds to the vector registers does not: the kernel clears the predicates, `ffr` and every bit beyond the
//! lowest 128. Where the whole program is compiled for SVE, a stub says so, and its caller keeps nothing there. A
//! function that turns SVE on for itself (`#[target_feature(enable = "sve")]`) in a program that is not must leave
//! calls to others.

#[cfg(not(target_feature = "sve"))]
syscall_stubs! {
    instruction: "svc 0",
    number: "x8",
    arguments: ["x0" "x1" "x2" "x3" "x4" "x5"],
    result: "x0",
    clobbers: [],
}

#[cfg(target_feature = "sve")]
syscall_stubs! {
    instruction: "svc 0",
    number: "x8",
    arguments: ["x0" "x1" "x2" "x3" "x4" "x5"],
    result: "x0",
    clobbers: [
        "p0" "p1" "p2" "p3" "p4" "p5" "p6" "p7" "p8" "p9" "p10" "p11" "p12" "p13" "p14" "p15" "ffr"
        "v0" "v1" "v2" "v3" "v4" "v5" "v6" "v7" "v8" "v9" "v10" "v11" "v12" "v13" "v14" "v15"
        "v16" "v17" "v18" "v19" "v20" "v21" "v22" "v23" "v24" "v25" "v26" "v27" "v28" "v29" "v30" "v31"
    ],
}
