//! A set of CPUs.

use core::fmt;

/// The number of bits in a word of a [`CpuSet`].
const WORD_BITS: usize = 64;

/// A set of CPUs, which can contain the CPUs 0 to 8,191.
///
/// The set has one bit for each CPU that a kernel can be configured for on x86_64 (8,192) and
/// aarch64 (4,096), so that a `CpuSet`, unlike the type `cpu_set_t` of C libraries, is large enough
/// on any host. It occupies 1 KiB, and needs no allocator.
///
/// ```
/// use butter::thread::CpuSet;
///
/// let set = CpuSet::from_iter([0, 2]);
/// assert!(set.contains(2) && !set.contains(1));
/// assert_eq!(set.iter().collect::<Vec<_>>(), [0, 2]);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[doc(alias = "cpu_set_t")]
pub struct CpuSet([u64; CpuSet::CPUS / WORD_BITS]);

impl CpuSet {
    /// The number of CPUs that a set can contain: the CPUs 0 to 8,191.
    #[doc(alias = "CPU_SETSIZE")]
    pub const CPUS: usize = 8192;

    /// Returns the empty set.
    #[doc(alias = "CPU_ZERO")]
    #[inline]
    #[must_use]
    pub const fn empty() -> Self {
        Self([0; Self::CPUS / WORD_BITS])
    }

    /// Returns whether the set contains a CPU.
    #[doc(alias = "CPU_ISSET")]
    #[must_use]
    pub fn contains(&self, cpu: usize) -> bool {
        self.0.get(cpu / WORD_BITS).is_some_and(|word| word & (1 << (cpu % WORD_BITS)) != 0)
    }

    /// Adds a CPU. A number above 8,191 is ignored: the kernel also ignores CPUs that do not exist.
    #[doc(alias = "CPU_SET")]
    pub fn insert(&mut self, cpu: usize) {
        if let Some(word) = self.0.get_mut(cpu / WORD_BITS) {
            *word |= 1 << (cpu % WORD_BITS);
        }
    }

    /// Removes a CPU.
    #[doc(alias = "CPU_CLR")]
    pub fn remove(&mut self, cpu: usize) {
        if let Some(word) = self.0.get_mut(cpu / WORD_BITS) {
            *word &= !(1 << (cpu % WORD_BITS));
        }
    }

    /// Returns the number of CPUs in the set.
    #[doc(alias = "CPU_COUNT")]
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// Returns whether the set contains no CPU.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }

    /// Returns the CPUs of the set, in ascending order.
    pub fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        self.0.iter().enumerate().flat_map(|(index, word)| {
            let bits = (0..WORD_BITS).filter(move |bit| word & (1 << bit) != 0);
            bits.map(move |bit| index * WORD_BITS + bit)
        })
    }

    /// Returns the set as the kernel represents it: CPU `n` is bit `n % 64` of word `n / 64`.
    #[inline]
    #[must_use]
    pub const fn as_words(&self) -> &[u64] {
        &self.0
    }

    /// Returns the words of the set, to pass them to [`raw::sched_getaffinity`].
    ///
    /// [`raw::sched_getaffinity`]: super::raw::sched_getaffinity
    #[inline]
    pub const fn as_words_mut(&mut self) -> &mut [u64] {
        &mut self.0
    }
}

/// Returns the empty set.
impl Default for CpuSet {
    fn default() -> Self {
        Self::empty()
    }
}

impl Extend<usize> for CpuSet {
    fn extend<I: IntoIterator<Item = usize>>(&mut self, cpus: I) {
        cpus.into_iter().for_each(|cpu| self.insert(cpu));
    }
}

impl FromIterator<usize> for CpuSet {
    fn from_iter<I: IntoIterator<Item = usize>>(cpus: I) -> Self {
        let mut set = Self::empty();
        set.extend(cpus);
        set
    }
}

/// Prints the numbers of the CPUs: `{0, 2}`.
impl fmt::Debug for CpuSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cpu_set_contains_exactly_the_inserted_cpus() {
        let cpus = [0, 1, 63, 64, 127, 1023, 1024, 8191];
        let mut set = CpuSet::empty();
        assert!(set.is_empty() && set == CpuSet::default());
        set.extend(cpus);
        assert_eq!(set.iter().collect::<Vec<_>>(), cpus);
        assert!((0..9000).all(|cpu| set.contains(cpu) == cpus.contains(&cpu)));
        assert_eq!((set.len(), set.is_empty()), (cpus.len(), false));
        set.remove(64);
        set.remove(64);
        assert!(!set.contains(64) && set.contains(0) && set.len() == cpus.len() - 1);
        assert_eq!(format!("{:?}", CpuSet::from_iter([70, 3])), "{3, 70}");
    }

    #[test]
    fn cpu_set_ignores_cpus_above_8191() {
        let mut set = CpuSet::from_iter([CpuSet::CPUS, usize::MAX]);
        set.remove(CpuSet::CPUS);
        assert!(set.is_empty() && !set.contains(CpuSet::CPUS) && !set.contains(usize::MAX));
    }

    #[test]
    fn cpu_set_as_words_has_one_bit_for_each_cpu() {
        let set = CpuSet::from_iter([1, 64, 8191]);
        let words = set.as_words();
        assert_eq!((words.len(), words[0], words[1], words[127]), (128, 2, 1, 1 << 63));
        for cpu in [0, 63, 64, 8127, 8128, 8191] {
            let only = CpuSet::from_iter([cpu]);
            assert_eq!((only.len(), only.is_empty()), (1, false), "{cpu}");
        }
        let mut copy = CpuSet::empty();
        copy.as_words_mut().copy_from_slice(words);
        assert_eq!(copy, set);
    }
}
