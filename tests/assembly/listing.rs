//! Reads a compiler's listing: follows a function on its way of a success.

/// How the instructions of a processor are named.
pub struct Processor {
    kernel: &'static [&'static str],
    calls: &'static [&'static str],
    /// Branches that a success takes, because what the kernel returned is small, or is what was expected.
    taken: &'static [&'static str],
    /// Branches that a success does not take.
    passed: &'static [&'static str],
    jump: &'static str,
    /// Whether an instruction writes to memory.
    stores: fn(&str) -> bool,
}

pub const X86_64: Processor = Processor {
    kernel: &["syscall"],
    calls: &["call", "callq"],
    taken: &["jb", "jbe", "je"],
    passed: &["jae", "ja", "jne"],
    jump: "jmp",
    stores: |line| {
        let target = line.rsplit(',').next().unwrap_or("");
        name(line).starts_with("push") || (name(line).starts_with("mov") && target.contains('('))
    },
};

pub const AARCH64: Processor = Processor {
    kernel: &["svc"],
    calls: &["bl", "blr"],
    taken: &["b.lo", "b.ls", "b.eq"],
    passed: &["b.hs", "b.hi", "b.ne"],
    jump: "b",
    stores: |line| name(line).starts_with("st"),
};

impl Processor {
    pub fn enters_kernel(&self, line: &str) -> bool {
        self.kernel.contains(&name(line))
    }

    pub fn calls(&self, line: &str) -> bool {
        self.calls.contains(&name(line))
    }

    pub fn stores(&self, line: &str) -> bool {
        (self.stores)(line)
    }
}

fn name(line: &str) -> &str {
    line.split_whitespace().next().unwrap_or("")
}

/// The instructions of a function that run when its call succeeds, to its return.
pub fn success<'l>(listing: &'l str, function: &str, processor: &Processor) -> Vec<&'l str> {
    let lines: Vec<_> = listing.lines().map(str::trim).collect();
    let label = |name: &str| {
        let label = format!("{name}:");
        lines.iter().position(|line| *line == label).unwrap_or_else(|| panic!("there is no {label}"))
    };
    let mut way = Vec::new();
    let mut at = label(function) + 1;
    while way.len() < 100 {
        let line = lines[at];
        at += 1;
        if line.is_empty() || line.starts_with(['.', '#', '/']) || line.ends_with(':') {
            continue;
        }
        way.push(line);
        let target = || line.split_whitespace().last().expect("a branch has a target");
        match name(line) {
            "ret" | "retq" => return way,
            jump if jump == processor.jump || processor.taken.contains(&jump) => at = label(target()) + 1,
            branch if processor.passed.contains(&branch) => {}
            branch if branch.starts_with('j') || branch.starts_with("b.") || branch.starts_with("cb") => {
                panic!("{function}: which way does a success go at `{line}`?\n{}", way.join("\n"))
            }
            _ => {}
        }
    }
    panic!("{function} does not return:\n{}", way.join("\n"))
}
