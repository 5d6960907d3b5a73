//! `svc 0`: the number in `x8`, the result over the first argument; every other register comes back as it was.

stubs! {
    instruction: "svc 0",
    number: "x8",
    arguments: ["x0" "x1" "x2" "x3" "x4" "x5"],
    result: "x0",
    clobbers: [],
}
