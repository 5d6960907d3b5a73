//! The flags of `getrandom`.

flags! {
    /// Flags of [`getrandom`](super::getrandom()).
    pub struct GetRandomFlags: u32 {
        "GRND_NONBLOCK" NONBLOCK = 1, "fails with `EAGAIN` instead of blocking if the random \
            number generator is not seeded yet.";
        "GRND_RANDOM" RANDOM = 2, "requests bytes of the same quality as `/dev/random`. Without \
            effect since Linux 5.6.";
        "GRND_INSECURE" INSECURE = 4, "returns bytes even if the random number generator is not \
            seeded yet. Such bytes are not suitable for cryptographic keys. Since Linux 5.6.";
    }
}
