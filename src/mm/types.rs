//! What the calls take.

use crate::arch::abi;

flags! {
    /// What may be done with memory.
    pub struct ProtFlags: u32 {
        "PROT_NONE" NONE = 0, "nothing: no bit.";
        "PROT_READ" READ = 1, "it may be read.";
        "PROT_WRITE" WRITE = 2, "it may be written to.";
        "PROT_EXEC" EXEC = 4, "it may be executed.";
        "PROT_SEM" SEM = 8, "for futexes: nothing on these processors.";
        "PROT_BTI" BTI = abi::PROT_BTI, "code to which indirect branches lead only where it says so. aarch64 alone, no \
            bit elsewhere; since Linux 5.8.";
        "PROT_MTE" MTE = abi::PROT_MTE, "memory with tags, which a pointer has to have, too. aarch64 alone, no bit \
            elsewhere; since Linux 5.10.";
        "PROT_GROWSDOWN" GROWSDOWN = 0x100_0000, "for `mprotect`: down to the beginning of a mapping that grows down.";
        "PROT_GROWSUP" GROWSUP = 0x200_0000, "for `mprotect`: up to the end of a mapping that grows up.";
    }
}

flags! {
    /// How memory is mapped: exactly one of `SHARED`, `PRIVATE`, `SHARED_VALIDATE` and `DROPPABLE`, at most one size of
    /// huge pages, and any of the others.
    pub struct MapFlags: u32 {
        "MAP_SHARED_VALIDATE" SHARED_VALIDATE = 3, "as `SHARED`, but a flag that the kernel does not know fails with \
            `EOPNOTSUPP`. Since Linux 4.15.";
        "MAP_SHARED" SHARED = 1, "writes go to the file, and all that map it see them.";
        "MAP_PRIVATE" PRIVATE = 2, "writes are the process's own: a page that is written to is copied before.";
        "MAP_DROPPABLE" DROPPABLE = 8, "anonymous memory that the kernel may empty when it needs some. Since Linux \
            6.11.";
        "MAP_FIXED" FIXED = 0x10, "at just this address: what is mapped there is gone.";
        "MAP_FIXED_NOREPLACE" FIXED_NOREPLACE = 0x10_0000, "at just this address, or `EEXIST`. Since Linux 4.17: an \
            older one takes the address as a wish.";
        "MAP_ANONYMOUS" ANONYMOUS = 0x20, "no file: zeroes.";
        "MAP_32BIT" BITS_32 = abi::MAP_32BIT, "below 2 GiB. x86_64 alone, no bit elsewhere.";
        "MAP_ABOVE4G" ABOVE4G = abi::MAP_ABOVE4G, "above 4 GiB. x86_64 alone, no bit elsewhere; since Linux 6.6.";
        "MAP_GROWSDOWN" GROWSDOWN = 0x100, "grows down when the page below it is touched: a stack.";
        "MAP_DENYWRITE" DENYWRITE = 0x800, "nothing: kept for old programs.";
        "MAP_EXECUTABLE" EXECUTABLE = 0x1000, "nothing: kept for old programs.";
        "MAP_LOCKED" LOCKED = 0x2000, "stays in memory, as after `mlock`.";
        "MAP_NORESERVE" NORESERVE = 0x4000, "no memory is set aside for it.";
        "MAP_POPULATE" POPULATE = 0x8000, "all its pages are there at once.";
        "MAP_NONBLOCK" NONBLOCK = 0x1_0000, "with `POPULATE`, nothing is populated.";
        "MAP_STACK" STACK = 0x2_0000, "for a stack: no huge pages by themselves since Linux 6.7, nothing before.";
        "MAP_HUGETLB" HUGETLB = 0x4_0000, "of huge pages that are set aside, of the usual size or one of those below.";
        "MAP_SYNC" SYNC = 0x8_0000, "with `SHARED_VALIDATE`, what is written to persistent memory is stored. Since Linux \
            4.15.";
        "MAP_HUGE_16GB" HUGE_16GB = 34 << 26, "of 16 GiB.";
        "MAP_HUGE_2GB" HUGE_2GB = 31 << 26, "of 2 GiB.";
        "MAP_HUGE_1GB" HUGE_1GB = 30 << 26, "of 1 GiB.";
        "MAP_HUGE_512MB" HUGE_512MB = 29 << 26, "of 512 MiB.";
        "MAP_HUGE_256MB" HUGE_256MB = 28 << 26, "of 256 MiB.";
        "MAP_HUGE_32MB" HUGE_32MB = 25 << 26, "of 32 MiB.";
        "MAP_HUGE_16MB" HUGE_16MB = 24 << 26, "of 16 MiB.";
        "MAP_HUGE_8MB" HUGE_8MB = 23 << 26, "of 8 MiB.";
        "MAP_HUGE_2MB" HUGE_2MB = 21 << 26, "of 2 MiB.";
        "MAP_HUGE_1MB" HUGE_1MB = 20 << 26, "of 1 MiB.";
        "MAP_HUGE_512KB" HUGE_512KB = 19 << 26, "of 512 KiB.";
        "MAP_HUGE_64KB" HUGE_64KB = 16 << 26, "of 64 KiB.";
        "MAP_HUGE_16KB" HUGE_16KB = 14 << 26, "of 16 KiB.";
    }
}
