//! The help text.

pub(crate) const HELP: &str = "\
Usage: relay [OPTION]... LISTEN TARGET...
Relay connections to another address, without copying the data to user space.

LISTEN and each TARGET are one of:
  IP:PORT     a TCP address, such as 127.0.0.1:8080 or [::1]:8080; if the port of LISTEN is 0, the
              kernel selects one, and the address is always printed to standard output
  HOST:PORT   the addresses of a host name, see Names
  *:PORT      all IPv6 and IPv4 addresses of this host, only for LISTEN; 0.0.0.0:PORT if the host
              has no IPv6
  unix:PATH   a Unix socket
  PATH        a Unix socket, if PATH contains a /
  unix:@NAME  a Unix socket in the abstract namespace, which is not in the file system; a relative
              PATH that begins with @ must be written as ./@...
  @NAME       the same as unix:@NAME

The relay opens a connection to a TARGET for every connection to LISTEN. If one side shuts down
writing, the other side reads end of file after it has received everything sent before. A connection
ends when both directions have ended. The path of LISTEN must not exist; the socket is removed at
exit.

Options:
      --balance ORDER            the order in which a connection tries several TARGETs until one
                                 accepts the connection [default: failover]:
                                 failover     always in the specified order
                                 round-robin  the next connection begins with the next TARGET
      --connect-timeout SECONDS  try the next address if a connection is not accepted within this
                                 time [default: 10]
      --idle-timeout SECONDS     close a connection if no data was moved in either direction for
                                 this time [default: never]
      --keepalive SECONDS        probe whether the peers of TCP connections are reachable if
                                 nothing was received for this time; a connection without a
                                 response for twice this time is closed [default: never]
      --memory SIZE              the maximum memory of the kernel for data that is not delivered, in
                                 bytes or with the suffix K, M or G, see Memory [default: 2G]
      --proxy-protocol VERSION   send a header with the addresses of the client to TARGET: v1 is
                                 text, v2 is binary; the header for a Unix client has no addresses
                                 (UNKNOWN in v1, LOCAL in v2)
  -l, --log                      print a line to standard output for each connection that has ended
  -q, --quiet                    print only errors: no address, no progress, no totals
  -h, --help                     print this help and exit
  -V, --version                  print the version and exit

SECONDS can have a fraction, as in 0.5, except for --keepalive.

Names:
  Host names are resolved at the start of the program. If a name of LISTEN has several addresses,
  the first that is possible is used. A connection tries all addresses of a name, before the next
  TARGET. The name of a TARGET is resolved again, for later connections, if a connection to it fails
  (at most once per second), or if its addresses are 10 seconds old when a connection needs them.

Memory:
  Data that a receiver does not read is in the receive buffer of one socket, in a pipe, and in the
  send buffer of the other socket. The relay limits the sizes of the buffers, so that those of all
  connections together do not exceed the SIZE of --memory. Each connection has small buffers, which
  use 576 KiB (with the default net.ipv4.tcp_rmem). If SIZE is reached, further connections wait
  until a connection ends. The buffers of a direction with more than 64 KiB of data are enlarged, up
  to half of SIZE for all connections. If a buffer is full, the relay stops reading from the sender.
  A buffer can exceed its size by one packet. The send buffer of the peer of a Unix socket belongs
  to the peer, and is not counted.

Log:
  The fields of a line are the time of the end in UTC, client, target (- if no target was
  connected), to_target and to_client (numbers of delivered bytes), duration (in seconds since the
  connection was accepted) and end, the reason:
  closed                 both sides have ended the connection
  client-left            the client has closed the connection before a target was connected
  target-unreachable     no target has accepted the connection
  SIDE-failed:ERRNO      a read from the client or target failed, for example after a reset
  SIDE-undelivered[:ERRNO]  the client or target was closed before all data was delivered
  idle-timeout           no data was moved for the time of --idle-timeout
  exhausted:ERRNO        a limit of the system has been reached
  terminated             the relay was terminated
  A line is omitted if a write to standard output would block; the number of omitted lines is
  printed at exit.

Progress and totals:
  Progress and totals are printed to standard error, progress only if standard error is a terminal.
  A byte is counted when the kernel has accepted it for the receiver: it was read from one socket
  and is in the buffer of the other. A byte that was read but could not be passed on is not counted.

Errors:
  An error on one connection affects no other connection, and data that can still be delivered is
  delivered. If a side resets its connection, the other side receives the data that was read before,
  followed by end of file. If no TARGET can be reached, the connection is closed; the reason for an
  address is printed if it differs from the previous one. If the backlog of a Unix TARGET is full,
  the connection is retried. TCP urgent data, which is one byte at a time, is discarded. If a
  connection cannot be accepted, for example because a security module denies it, the relay retries
  after a pause; the reason is printed if it differs from the previous one.

Limits:
  A connection uses two descriptors, and two more for each direction whose reader is slower than its
  writer. The soft limit on open descriptors is raised to the hard limit (ulimit -Hn). Connections
  are accepted only while the limit permits six descriptors for each; further connections wait until
  a connection ends.

Signals:
  SIGINT, SIGTERM and SIGHUP close all connections and terminate the program, which prints the
  totals. If the totals cannot be written, a second signal terminates the program immediately. A
  signal that was ignored at the start, as with nohup, remains ignored.

Exit status:
  0  the program was terminated by one of these signals
  1  a name cannot be resolved, the program cannot listen on LISTEN, or a system call failed
  2  the arguments are invalid
";
