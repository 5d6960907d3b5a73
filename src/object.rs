//! What the types over a descriptor have in common: `object!` for each, `event_source!` for those that are read.

/// Gives a struct over one `OwnedFd` its conversions and its `Debug`.
///
/// One that relies on what its descriptor is says `checked`, and looks at a descriptor before it takes it over.
macro_rules! object {
    ($name:ident) => {
        object! { $name, checked }

        /// Takes over a descriptor of this kind. On one of another kind calls fail, or mean what they mean there.
        impl From<$crate::fd::OwnedFd> for $name {
            #[inline]
            fn from(fd: $crate::fd::OwnedFd) -> Self {
                Self(fd)
            }
        }
    };
    ($name:ident, checked) => {
        impl $crate::fd::AsFd for $name {
            #[inline]
            fn as_fd(&self) -> $crate::fd::BorrowedFd<'_> {
                $crate::fd::AsFd::as_fd(&self.0)
            }
        }

        impl $crate::fd::AsRawFd for $name {
            #[inline]
            fn as_raw_fd(&self) -> $crate::fd::RawFd {
                $crate::fd::AsRawFd::as_raw_fd(&self.0)
            }
        }

        impl From<$name> for $crate::fd::OwnedFd {
            #[inline]
            fn from(object: $name) -> Self {
                object.0
            }
        }

        impl ::core::fmt::Debug for $name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.debug_struct(stringify!($name)).field("fd", &$crate::fd::AsRawFd::as_raw_fd(self)).finish()
            }
        }

        ::static_assertions::assert_impl_all!($name: Send, Sync, Unpin);
        // A number that was closed is the next object's: equal numbers would not be equal objects.
        ::static_assertions::assert_not_impl_any!($name: Clone, PartialEq, ::core::hash::Hash);
    };
}

/// Gives an object whose events are read the wait that all such objects share.
macro_rules! event_source {
    ($name:ident) => {
        impl $name {
            /// Waits until there is something to read, or the time is over: `false` says that it is over.
            ///
            /// Signals do not end the wait and do not prolong it. With a time the clock is asked first, a second call:
            /// [`poll::wait_interruptible`](crate::poll::wait_interruptible) does without.
            ///
            /// # Errors
            ///
            /// `ENOMEM` - the kernel has no memory for it. `EINVAL` - the process may have no descriptors at all.
            pub fn wait(&self, timeout: impl Into<$crate::time::Timeout>) -> $crate::Result<bool> {
                $crate::poll::readable($crate::fd::AsFd::as_fd(self), timeout.into())
            }
        }
    };
}
