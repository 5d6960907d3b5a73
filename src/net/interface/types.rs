//! The flags and the argument of the ioctls on network interfaces.

/// The size in bytes of the name of a network interface, including its NUL byte.
pub const IFNAMSIZ: usize = 16;

flags! {
    /// Flags of a network interface; [netdevice(7)].
    ///
    /// [netdevice(7)]: https://man7.org/linux/man-pages/man7/netdevice.7.html
    #[doc(alias = "ifr_flags")]
    pub struct InterfaceFlags: u16 {
        "IFF_UP" UP = 1, "the interface is enabled.";
        "IFF_BROADCAST" BROADCAST = 2, "the interface has a broadcast address.";
        "IFF_DEBUG" DEBUG = 4, "the driver prints debug messages.";
        "IFF_LOOPBACK" LOOPBACK = 8, "the interface is a loopback interface.";
        "IFF_POINTOPOINT" POINTOPOINT = 0x10, "the interface is a link with one peer.";
        "IFF_NOTRAILERS" NOTRAILERS = 0x20, "the interface does not use trailers.";
        "IFF_RUNNING" RUNNING = 0x40, "the interface is operational.";
        "IFF_NOARP" NOARP = 0x80, "the interface does not use ARP.";
        "IFF_PROMISC" PROMISC = 0x100, "the interface receives all packets.";
        "IFF_ALLMULTI" ALLMULTI = 0x200, "the interface receives all multicast packets.";
        "IFF_MASTER" MASTER = 0x400, "the interface combines other interfaces.";
        "IFF_SLAVE" SLAVE = 0x800, "another interface combines this interface.";
        "IFF_MULTICAST" MULTICAST = 0x1000, "the interface supports multicast.";
        "IFF_PORTSEL" PORTSEL = 0x2000, "the interface can select its media type.";
        "IFF_AUTOMEDIA" AUTOMEDIA = 0x4000, "the media type is selected automatically.";
        "IFF_DYNAMIC" DYNAMIC = 0x8000, "the address is lost when the interface is disabled.";
    }
}

/// `struct ifreq`: the name of a network interface, and its flags in a union of 24 bytes.
#[derive(Clone, Copy)]
#[repr(C, align(8))]
pub(super) struct Ifreq {
    name: [u8; IFNAMSIZ],
    pub(super) flags: u16,
    rest: [u8; 22],
}

layout! { Ifreq: size 40, align 8, name at 0, flags at 16 }

impl Ifreq {
    /// Creates the argument. Returns `None` if the name is too long or contains a NUL byte, so that
    /// no interface can have it.
    pub(super) fn new(name: &[u8], flags: InterfaceFlags) -> Option<Self> {
        let mut new = Self { name: [0; IFNAMSIZ], flags: flags.bits(), rest: [0; 22] };
        if name.len() >= IFNAMSIZ || name.contains(&0) {
            return None;
        }
        new.name.get_mut(..name.len())?.copy_from_slice(name);
        Some(new)
    }
}
