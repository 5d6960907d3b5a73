//! The flags of `mmap` and `mprotect`.

use crate::arch::abi;

flags! {
    /// Memory protection: the accesses that are permitted.
    pub struct ProtFlags: u32 {
        "PROT_NONE" NONE = 0, "no access is permitted. The value of this flag is 0.";
        "PROT_READ" READ = 1, "the memory can be read.";
        "PROT_WRITE" WRITE = 2, "the memory can be written to.";
        "PROT_EXEC" EXEC = 4, "the memory can be executed.";
        "PROT_SEM" SEM = 8, "the memory can be used for futexes. Has no effect on x86_64 and \
            aarch64.";
        "PROT_BTI" BTI = abi::PROT_BTI, "branch target identification: indirect branches must lead \
            to a landing pad. Exists only on aarch64; the constant is 0 elsewhere. Since Linux \
            5.8.";
        "PROT_MTE" MTE = abi::PROT_MTE, "memory tagging: a pointer must have the tag of the \
            memory. Exists only on aarch64; the constant is 0 elsewhere. Since Linux 5.10.";
        "PROT_GROWSDOWN" GROWSDOWN = 0x100_0000, "for `mprotect`: extend the range down to the \
            start of a mapping that grows downwards.";
        "PROT_GROWSUP" GROWSUP = 0x200_0000, "for `mprotect`: extend the range up to the end of a \
            mapping that grows upwards.";
    }
}

flags! {
    /// Flags of a mapping: exactly one of `SHARED`, `PRIVATE`, `SHARED_VALIDATE` and `DROPPABLE`,
    /// at most one size of huge pages, and any of the other flags.
    pub struct MapFlags: u32 {
        "MAP_SHARED_VALIDATE" SHARED_VALIDATE = 3, "like `SHARED`, but `mmap` fails with \
            `EOPNOTSUPP` if a flag is unknown to the kernel. Since Linux 4.15.";
        "MAP_SHARED" SHARED = 1, "writes change the file, and are visible to all processes that \
            map it.";
        "MAP_PRIVATE" PRIVATE = 2, "writes are private to the process: a page is copied before it \
            is first written to.";
        "MAP_DROPPABLE" DROPPABLE = 8, "anonymous memory that the kernel may discard under memory \
            pressure; discarded memory reads as zeroes. Since Linux 6.11.";
        "MAP_FIXED" FIXED = 0x10, "use exactly the given address, and replace existing mappings.";
        "MAP_FIXED_NOREPLACE" FIXED_NOREPLACE = 0x10_0000, "use exactly the given address, and \
            fail with `EEXIST` if the range contains a mapping. Since Linux 4.17; older kernels \
            use the address as a hint.";
        "MAP_ANONYMOUS" ANONYMOUS = 0x20, "map zeroed memory that does not belong to a file.";
        "MAP_32BIT" BITS_32 = abi::MAP_32BIT, "use an address below 2 GiB. Exists only on x86_64; \
            the constant is 0 elsewhere.";
        "MAP_ABOVE4G" ABOVE4G = abi::MAP_ABOVE4G, "use an address above 4 GiB. Exists only on \
            x86_64; the constant is 0 elsewhere. Since Linux 6.6.";
        "MAP_GROWSDOWN" GROWSDOWN = 0x100, "the mapping grows downwards when the page below it is \
            accessed, like a stack.";
        "MAP_DENYWRITE" DENYWRITE = 0x800, "has no effect, and exists only for compatibility.";
        "MAP_EXECUTABLE" EXECUTABLE = 0x1000, "has no effect, and exists only for compatibility.";
        "MAP_LOCKED" LOCKED = 0x2000, "lock the pages in memory, like `mlock`.";
        "MAP_NORESERVE" NORESERVE = 0x4000, "do not reserve swap space.";
        "MAP_POPULATE" POPULATE = 0x8000, "allocate all pages immediately.";
        "MAP_NONBLOCK" NONBLOCK = 0x1_0000, "with `POPULATE`, do not allocate pages.";
        "MAP_STACK" STACK = 0x2_0000, "use the memory as a stack. Since Linux 6.7, the kernel does \
            not use transparent huge pages for the mapping; before, this flag has no effect.";
        "MAP_HUGETLB" HUGETLB = 0x4_0000, "use reserved huge pages, of the default size or of the \
            size of a `HUGE_*` flag.";
        "MAP_SYNC" SYNC = 0x8_0000, "with `SHARED_VALIDATE`, writes to persistent memory survive a \
            crash of the system. Since Linux 4.15.";
        "MAP_HUGE_16GB" HUGE_16GB = 34 << 26, "with `HUGETLB`, huge pages of 16 GiB.";
        "MAP_HUGE_2GB" HUGE_2GB = 31 << 26, "with `HUGETLB`, huge pages of 2 GiB.";
        "MAP_HUGE_1GB" HUGE_1GB = 30 << 26, "with `HUGETLB`, huge pages of 1 GiB.";
        "MAP_HUGE_512MB" HUGE_512MB = 29 << 26, "with `HUGETLB`, huge pages of 512 MiB.";
        "MAP_HUGE_256MB" HUGE_256MB = 28 << 26, "with `HUGETLB`, huge pages of 256 MiB.";
        "MAP_HUGE_32MB" HUGE_32MB = 25 << 26, "with `HUGETLB`, huge pages of 32 MiB.";
        "MAP_HUGE_16MB" HUGE_16MB = 24 << 26, "with `HUGETLB`, huge pages of 16 MiB.";
        "MAP_HUGE_8MB" HUGE_8MB = 23 << 26, "with `HUGETLB`, huge pages of 8 MiB.";
        "MAP_HUGE_2MB" HUGE_2MB = 21 << 26, "with `HUGETLB`, huge pages of 2 MiB.";
        "MAP_HUGE_1MB" HUGE_1MB = 20 << 26, "with `HUGETLB`, huge pages of 1 MiB.";
        "MAP_HUGE_512KB" HUGE_512KB = 19 << 26, "with `HUGETLB`, huge pages of 512 KiB.";
        "MAP_HUGE_64KB" HUGE_64KB = 16 << 26, "with `HUGETLB`, huge pages of 64 KiB.";
        "MAP_HUGE_16KB" HUGE_16KB = 14 << 26, "with `HUGETLB`, huge pages of 16 KiB.";
    }
}
