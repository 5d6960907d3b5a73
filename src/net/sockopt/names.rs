//! The numbers of levels and options, for the raw calls.

/// `SOL_SOCKET` - the level of options that all sockets support.
pub const SOL_SOCKET: u32 = 1;
/// `IPPROTO_IP` - the level of IPv4.
pub const IPPROTO_IP: u32 = 0;
/// `IPPROTO_TCP` - the level of TCP.
pub const IPPROTO_TCP: u32 = 6;
/// `IPPROTO_UDP` - the level of UDP.
pub const IPPROTO_UDP: u32 = 17;
/// `IPPROTO_IPV6` - the level of IPv6.
pub const IPPROTO_IPV6: u32 = 41;
/// `SO_REUSEADDR` - local addresses can be used again.
pub const SO_REUSEADDR: u32 = 2;
/// `SO_TYPE` - the type of the socket.
pub const SO_TYPE: u32 = 3;
/// `SO_ERROR` - the pending error.
pub const SO_ERROR: u32 = 4;
/// `SO_BROADCAST` - messages can be sent to broadcast addresses.
pub const SO_BROADCAST: u32 = 6;
/// `SO_SNDBUF` - the size of the send buffer.
pub const SO_SNDBUF: u32 = 7;
/// `SO_RCVBUF` - the size of the receive buffer.
pub const SO_RCVBUF: u32 = 8;
/// `SO_KEEPALIVE` - probes on idle connections.
pub const SO_KEEPALIVE: u32 = 9;
/// `SO_OOBINLINE` - out-of-band data in the stream.
pub const SO_OOBINLINE: u32 = 10;
/// `SO_PRIORITY` - the priority of packets.
pub const SO_PRIORITY: u32 = 12;
/// `SO_LINGER` - waiting on `close`.
pub const SO_LINGER: u32 = 13;
/// `SO_REUSEPORT` - several sockets with the same address.
pub const SO_REUSEPORT: u32 = 15;
/// `SO_PASSCRED` - receiving credentials.
pub const SO_PASSCRED: u32 = 16;
/// `SO_PEERCRED` - the credentials of the peer.
pub const SO_PEERCRED: u32 = 17;
/// `SO_RCVLOWAT` - the number of bytes that make a socket readable.
pub const SO_RCVLOWAT: u32 = 18;
/// `SO_RCVTIMEO_OLD` - the timeout for receiving (`SO_RCVTIMEO`).
pub const SO_RCVTIMEO_OLD: u32 = 20;
/// `SO_SNDTIMEO_OLD` - the timeout for sending (`SO_SNDTIMEO`).
pub const SO_SNDTIMEO_OLD: u32 = 21;
/// `SO_BINDTODEVICE` - the network interface of the socket.
pub const SO_BINDTODEVICE: u32 = 25;
/// `SO_ATTACH_FILTER` - a classic BPF filter.
pub const SO_ATTACH_FILTER: u32 = 26;
/// `SO_DETACH_FILTER` - removal of the filter.
pub const SO_DETACH_FILTER: u32 = 27;
/// `SO_ACCEPTCONN` - whether the socket is listening.
pub const SO_ACCEPTCONN: u32 = 30;
/// `SO_PEERSEC` - the security label of the peer.
pub const SO_PEERSEC: u32 = 31;
/// `SO_SNDBUFFORCE` - the size of the send buffer, without the limit.
pub const SO_SNDBUFFORCE: u32 = 32;
/// `SO_RCVBUFFORCE` - the size of the receive buffer, without the limit.
pub const SO_RCVBUFFORCE: u32 = 33;
/// `SO_PASSSEC` - receiving security labels.
pub const SO_PASSSEC: u32 = 34;
/// `SO_MARK` - the mark of packets.
pub const SO_MARK: u32 = 36;
/// `SO_PROTOCOL` - the protocol of the socket.
pub const SO_PROTOCOL: u32 = 38;
/// `SO_DOMAIN` - the address family of the socket.
pub const SO_DOMAIN: u32 = 39;
/// `SO_BUSY_POLL` - busy polling of a device queue.
pub const SO_BUSY_POLL: u32 = 46;
/// `SO_INCOMING_CPU` - the CPU that processes the packets of the socket.
pub const SO_INCOMING_CPU: u32 = 49;
/// `SO_ATTACH_BPF` - an eBPF filter.
pub const SO_ATTACH_BPF: u32 = 50;
/// `SO_ATTACH_REUSEPORT_CBPF` - a classic BPF program that selects a socket of the group.
pub const SO_ATTACH_REUSEPORT_CBPF: u32 = 51;
/// `SO_ATTACH_REUSEPORT_EBPF` - an eBPF program that selects a socket of the group.
pub const SO_ATTACH_REUSEPORT_EBPF: u32 = 52;
/// `SO_COOKIE` - a number that identifies the socket.
pub const SO_COOKIE: u32 = 57;
/// `SO_ZEROCOPY` - sending without copying.
pub const SO_ZEROCOPY: u32 = 60;
/// `SO_DETACH_REUSEPORT_BPF` - removal of the program that selects a socket.
pub const SO_DETACH_REUSEPORT_BPF: u32 = 68;
/// `SO_PREFER_BUSY_POLL` - busy polling instead of interrupts. Since Linux 5.11.
pub const SO_PREFER_BUSY_POLL: u32 = 69;
/// `SO_BUSY_POLL_BUDGET` - the number of packets per poll. Since Linux 5.11.
pub const SO_BUSY_POLL_BUDGET: u32 = 70;
/// `SO_PASSPIDFD` - receiving pidfds of senders. Since Linux 6.5.
pub const SO_PASSPIDFD: u32 = 76;
/// `SO_PEERPIDFD` - a pidfd of the peer. Since Linux 6.5.
pub const SO_PEERPIDFD: u32 = 77;
/// `SO_PASSRIGHTS` - receiving descriptors. Since Linux 6.16.
pub const SO_PASSRIGHTS: u32 = 83;
/// `TCP_NODELAY` - sending small segments without delay.
pub const TCP_NODELAY: u32 = 1;
/// `TCP_MAXSEG` - the maximum size of a segment.
pub const TCP_MAXSEG: u32 = 2;
/// `TCP_CORK` - sending only full segments.
pub const TCP_CORK: u32 = 3;
/// `TCP_KEEPIDLE` - the idle time before the first probe.
pub const TCP_KEEPIDLE: u32 = 4;
/// `TCP_KEEPINTVL` - the time between probes.
pub const TCP_KEEPINTVL: u32 = 5;
/// `TCP_KEEPCNT` - the number of probes without an answer.
pub const TCP_KEEPCNT: u32 = 6;
/// `TCP_DEFER_ACCEPT` - accepting a connection when data arrives.
pub const TCP_DEFER_ACCEPT: u32 = 9;
/// `TCP_INFO` - properties of the connection.
pub const TCP_INFO: u32 = 11;
/// `TCP_QUICKACK` - acknowledging without delay.
pub const TCP_QUICKACK: u32 = 12;
/// `TCP_CONGESTION` - the congestion control algorithm.
pub const TCP_CONGESTION: u32 = 13;
/// `TCP_USER_TIMEOUT` - the time for which data can remain without acknowledgement.
pub const TCP_USER_TIMEOUT: u32 = 18;
/// `TCP_FASTOPEN` - the queue for connections with data in the first packet.
pub const TCP_FASTOPEN: u32 = 23;
/// `IPV6_V6ONLY` - only IPv6, not IPv4.
pub const IPV6_V6ONLY: u32 = 26;
