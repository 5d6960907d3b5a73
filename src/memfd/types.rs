//! What the calls take and tell.

flags! {
    /// How a memfd is made: at most one of `EXEC` and `NOEXEC_SEAL`, and at most one size of huge pages.
    pub struct CreateFlags: u32 {
        "MFD_CLOEXEC" CLOEXEC = 1, "`execve` closes the descriptor.";
        "MFD_ALLOW_SEALING" ALLOW_SEALING = 2, "seals may be added. With `HUGETLB` since Linux 4.16.";
        "MFD_HUGETLB" HUGETLB = 4, "of huge pages that are set aside, of the usual size or one of those below. Since \
            Linux 4.14.";
        "MFD_NOEXEC_SEAL" NOEXEC_SEAL = 8, "not to be executed, ever; seals may be added, as with `ALLOW_SEALING`. Since \
            Linux 6.3.";
        "MFD_EXEC" EXEC = 0x10, "may be executed, as it also may with neither flag, unless `vm.memfd_noexec` says \
            otherwise. Since Linux 6.3.";
        "MFD_HUGE_16GB" HUGE_16GB = 34 << 26, "of 16 GiB.";
        "MFD_HUGE_2GB" HUGE_2GB = 31 << 26, "of 2 GiB.";
        "MFD_HUGE_1GB" HUGE_1GB = 30 << 26, "of 1 GiB.";
        "MFD_HUGE_512MB" HUGE_512MB = 29 << 26, "of 512 MiB.";
        "MFD_HUGE_256MB" HUGE_256MB = 28 << 26, "of 256 MiB.";
        "MFD_HUGE_32MB" HUGE_32MB = 25 << 26, "of 32 MiB.";
        "MFD_HUGE_16MB" HUGE_16MB = 24 << 26, "of 16 MiB.";
        "MFD_HUGE_8MB" HUGE_8MB = 23 << 26, "of 8 MiB.";
        "MFD_HUGE_2MB" HUGE_2MB = 21 << 26, "of 2 MiB.";
        "MFD_HUGE_1MB" HUGE_1MB = 20 << 26, "of 1 MiB.";
        "MFD_HUGE_512KB" HUGE_512KB = 19 << 26, "of 512 KiB.";
        "MFD_HUGE_64KB" HUGE_64KB = 16 << 26, "of 64 KiB.";
    }
}

flags! {
    /// What nobody can do to a memfd any more. A seal is never taken away.
    pub struct Seals: u32 {
        "F_SEAL_SEAL" SEAL = 1, "add a seal.";
        "F_SEAL_SHRINK" SHRINK = 2, "make it shorter.";
        "F_SEAL_GROW" GROW = 4, "make it longer.";
        "F_SEAL_WRITE" WRITE = 8, "change its bytes.";
        "F_SEAL_FUTURE_WRITE" FUTURE_WRITE = 0x10, "change its bytes but by the mappings that there are already. Since \
            Linux 5.1.";
        "F_SEAL_EXEC" EXEC = 0x20, "let it be executed, or no longer. Of one that may be executed it brings all the \
            others but `SEAL`. Since Linux 6.3.";
    }
}
