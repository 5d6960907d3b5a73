//! What `--help` prints.

pub(crate) const HELP: &str = "\
Relays connections to another address, without copying a byte through the program.

Usage: relay [OPTIONS] LISTEN TARGET

LISTEN and TARGET are each one of
  IP:PORT      TCP: 127.0.0.1:8080, [::1]:8080. No names. Port 0 of LISTEN is any free one: the
               address is printed to standard output then, whatever else is quiet.
  unix:PATH    a unix socket
  PATH         the same, for a path that has a / in it

Every connection to LISTEN gets one of its own to TARGET. Where a side will write no more, the
other is told so when it has all that came before; a connection ends when both directions have.
The path of LISTEN must not exist; it is removed in the end.

Options:
  -q, --quiet    print errors only: no address, no progress, no totals
  -h, --help     print this
  -V, --version  print the version

Totals and progress:
  They go to standard error, and progress only if that is a terminal. A byte counts when the
  kernel has taken it for the far side: it was read from one socket and is in the other. One that
  was read from the near side and could not be passed on does not count.

Errors:
  An error of a connection ends what can no longer be passed on, and no other connection. A side
  that was reset is the end of its bytes for the other: what was read from it still goes there.
  Where TARGET cannot be reached the connection is closed; why is told when it is not the same
  as the time before. A unix TARGET that has no room for further connections is waited for.
  Urgent data of TCP, of which there is a byte at a time, are left out.

Limits:
  A connection takes two descriptors, and two more for each direction whose reader is slower than
  its writer. The limit on descriptors is raised as far as the user may (ulimit -Hn), and only as
  many connections are accepted as it has room for, six descriptors each; the others wait until
  one ends.

Signals:
  INT, TERM and HUP end it: connections that are open are cut off and the totals are told. While
  nobody takes these, a second one ends the program at once. One that was ignored when the
  program was started, as nohup does it, stays ignored.

Exit status:
  0  a signal ended it
  1  LISTEN cannot be listened on, or a system call failed
  2  wrong use
";
