//! Families, types and protocols of sockets, and the flags of the calls.

numbers! {
    /// The address family of a socket or an address.
    #[doc(alias("AF_", "PF_INET", "sa_family_t", "domain"))]
    pub struct AddressFamily: u16 {
        "AF_UNSPEC" UNSPEC = 0, "no family: `connect` to such an address removes the peer.";
        "AF_UNIX" UNIX = 1, "sockets of this host (`AF_LOCAL`).";
        "AF_INET" INET = 2, "IPv4.";
        "AF_INET6" INET6 = 10, "IPv6.";
        "AF_NETLINK" NETLINK = 16, "communication with the kernel.";
        "AF_PACKET" PACKET = 17, "packets of a network interface.";
        "AF_ALG" ALG = 38, "cryptographic functions of the kernel.";
        "AF_VSOCK" VSOCK = 40, "communication between a virtual machine and its host.";
        "AF_XDP" XDP = 44, "packets of a network interface, in memory that the kernel shares.";
    }
}

numbers! {
    /// The type of a socket.
    #[doc(alias("SOCK_"))]
    pub struct SocketType: u32 {
        "SOCK_STREAM" STREAM = 1, "a connection that transfers bytes in order.";
        "SOCK_DGRAM" DGRAM = 2, "messages.";
        "SOCK_RAW" RAW = 3, "packets of a lower layer.";
        "SOCK_RDM" RDM = 4, "messages that are delivered, in any order.";
        "SOCK_SEQPACKET" SEQPACKET = 5, "a connection that transfers messages in order.";
    }
}

numbers! {
    /// The protocol of a socket. Its meaning depends on the address family.
    #[doc(alias("IPPROTO_"))]
    pub struct Protocol: u32 {
        "IPPROTO_ICMP" ICMP = 1, "ICMP for IPv4.";
        "IPPROTO_TCP" TCP = 6, "TCP.";
        "IPPROTO_UDP" UDP = 17, "UDP.";
        "IPPROTO_ICMPV6" ICMPV6 = 58, "ICMP for IPv6.";
        "IPPROTO_SCTP" SCTP = 132, "SCTP.";
        "IPPROTO_UDPLITE" UDPLITE = 136, "UDP-Lite.";
        "IPPROTO_RAW" RAW = 255, "IP packets with their headers.";
        "IPPROTO_MPTCP" MPTCP = 262, "Multipath TCP.";
        "NETLINK_USERSOCK" USERSOCK = 2, "netlink between processes.";
        "NETLINK_AUDIT" AUDIT = 9, "netlink with the audit subsystem.";
        "NETLINK_NETFILTER" NETFILTER = 12, "netlink with netfilter.";
        "NETLINK_KOBJECT_UEVENT" KOBJECT_UEVENT = 15, "netlink messages about devices.";
        "NETLINK_GENERIC" GENERIC = 16, "generic netlink.";
    }
}

flags! {
    /// Flags for new sockets: of [`socket`](super::socket), [`socketpair`](super::socketpair) and
    /// [`accept_with`](super::accept_with).
    pub struct SocketFlags: u32 {
        "SOCK_NONBLOCK" NONBLOCK = 0x800, "calls that would block fail with `EAGAIN`.";
        "SOCK_CLOEXEC" CLOEXEC = 0x8_0000, "the socket is close-on-exec.";
    }
}

flags! {
    /// Flags of the calls that send messages.
    pub struct SendFlags: u32 {
        "MSG_OOB" OOB = 1, "send the last byte as out-of-band data.";
        "MSG_DONTROUTE" DONTROUTE = 4, "send only to hosts on directly connected networks.";
        "MSG_DONTWAIT" DONTWAIT = 0x40, "fail with `EAGAIN` instead of waiting.";
        "MSG_EOR" EOR = 0x80, "the message ends a record.";
        "MSG_CONFIRM" CONFIRM = 0x800, "the peer has answered: the neighbour entry is confirmed.";
        "MSG_NOSIGNAL" NOSIGNAL = 0x4000, "if the peer has closed the connection, fail with \
            `EPIPE` without the signal `SIGPIPE`.";
        "MSG_MORE" MORE = 0x8000, "more data follows: TCP waits for a full segment, and UDP for \
            the rest of the datagram.";
        "MSG_ZEROCOPY" ZEROCOPY = 0x400_0000, "do not copy the bytes, if the socket has the option \
            [`SO_ZEROCOPY`](super::sockopt::set_socket_zerocopy). Otherwise, the flag has no \
            effect. Since Linux 4.14.";
        "MSG_FASTOPEN" FASTOPEN = 0x2000_0000, "connect the TCP socket, and send the bytes in the \
            first packet.";
    }
}

flags! {
    /// Flags of the calls that receive messages.
    pub struct RecvFlags: u32 {
        "MSG_OOB" OOB = 1, "receive out-of-band data.";
        "MSG_PEEK" PEEK = 2, "leave the data in the queue.";
        "MSG_TRUNC" TRUNC = 0x20, "return the length of the message, even if the buffer is \
            shorter. A TCP socket discards the bytes instead of writing them to the buffer.";
        "MSG_DONTWAIT" DONTWAIT = 0x40, "fail with `EAGAIN` instead of waiting.";
        "MSG_WAITALL" WAITALL = 0x100, "wait until the buffer is full. The call returns fewer \
            bytes after a signal, an error or the end of the stream.";
        "MSG_ERRQUEUE" ERRQUEUE = 0x2000, "receive from the queue of errors; without an error, \
            fail with `EAGAIN`.";
        "MSG_WAITFORONE" WAITFORONE = 0x1_0000, "only for `recvmmsg`: wait only for the first \
            message.";
        "MSG_CMSG_CLOEXEC" CMSG_CLOEXEC = 0x4000_0000, "received descriptors are close-on-exec.";
    }
}

flags! {
    /// Flags of a received message, which the kernel returns.
    #[doc(alias = "msg_flags")]
    pub struct ReturnFlags: u32 {
        "MSG_OOB" OOB = 1, "out-of-band data was received.";
        "MSG_CTRUNC" CTRUNC = 8, "a part of the ancillary data was discarded: the buffer for it is \
            too small, or a limit on descriptors has been reached.";
        "MSG_TRUNC" TRUNC = 0x20, "a part of the message was discarded, because the buffer is too \
            small.";
        "MSG_EOR" EOR = 0x80, "the message ends a record.";
        "MSG_ERRQUEUE" ERRQUEUE = 0x2000, "the data is from the queue of errors.";
        "MSG_CMSG_CLOEXEC" CMSG_CLOEXEC = 0x4000_0000, "received descriptors are close-on-exec.";
    }
}

/// The directions that [`shutdown`](super::shutdown) closes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u32)]
pub enum Shutdown {
    /// `SHUT_RD`: nothing more can be received.
    #[doc(alias = "SHUT_RD")]
    Read = 0,
    /// `SHUT_WR`: nothing more can be sent. The peer receives the end of the stream.
    #[doc(alias = "SHUT_WR")]
    Write = 1,
    /// `SHUT_RDWR`: nothing more can be sent or received.
    #[doc(alias = "SHUT_RDWR")]
    Both = 2,
}
