//! The help text.

pub(crate) const HELP: &str = "\
Usage: watch [OPTION]... PATH...
Report file system events as they occur.

A PATH is a file or a directory. Watching a directory also reports events of the files in it. It is
not recursive: the files in subdirectories are not watched. Symbolic links are followed.

Options:
  -e, --events LIST      report these events: names separated by commas or |, in upper or lower case
                         [default: create,delete,modify,close_write,move,attrib,delete_self,
                         move_self]
  -f, --format FORMAT    text or json [default: text]
      --color WHEN       auto, always or never [default: auto, which enables colors if standard
                         output is a terminal and NO_COLOR is not set]
  -n, --count N          exit after N events
  -t, --timeout SECONDS  exit after this time; fractions such as 0.5 are allowed
      --every SECONDS    print a heartbeat at this interval
  -q, --quiet            print only events, heartbeats and errors
  -h, --help             print this help and exit
  -V, --version          print the version and exit

Events:
  access         the file was read or executed
  modify         the file was written to or truncated
  attrib         the mode, timestamps, owner, link count or extended attributes changed
  close_write    the file was closed after it was open for writing
  close_nowrite  the file was closed after it was open for reading only
  open           the file was opened
  moved_from     a file in the directory was renamed; reports its old name
  moved_to       a file in the directory was renamed; reports its new name
  create         a file in the directory was created
  delete         a file in the directory was deleted
  delete_self    PATH itself was deleted
  move_self      PATH itself was renamed; it is still watched and reported as PATH
  close          close_write and close_nowrite
  move           moved_from and moved_to
  all            all of these events

The following are always reported, and are not counted by --count:
  IGNORED        the watch of a PATH was removed; if it was the last one, the program exits
  UNMOUNT        the file system of a PATH was unmounted
  Q_OVERFLOW     the event queue overflowed and events were lost; examine the files again

Output:
  Events and heartbeats are written to standard output, messages to standard error. Timestamps are
  the times at which the events were read. The kernel merges consecutive identical events.

  text  One line per event: the time of day in UTC, the events, the path. The two events of a rename
        have the same number, after a #. The path of a directory ends with a slash. In names, a
        backslash is printed as \\\\, other characters that are not printable as \\n, \\t, \\u{1b} and
        so on, and bytes that are not UTF-8 as \\xff.

  json  One object per line:
        {\"time\":1700000000.000000,\"path\":\"/etc\",\"name\":\"passwd\",\"events\":[\"CREATE\"],
        \"dir\":false,\"cookie\":null,\"watch\":1}
        \"time\" is in seconds since 1970. \"path\" is the PATH as specified, or null if events were
        lost. \"name\" is the name of the file in the directory, or null for PATH itself. \"cookie\" is
        the same number in both events of a rename, otherwise null. \"watch\" is the kernel's watch
        descriptor of PATH, or null if events were lost.
        Control characters, bidirectional controls and invisible characters are printed as \\uXXXX.
        If a path or name is not UTF-8, each invalid sequence is replaced by U+FFFD, and the members
        \"path_bytes\" or \"name_bytes\" contain all bytes in hexadecimal.

Heartbeats:
  With --every, a heartbeat is printed at each interval, even if there are no events. The first
  heartbeat is printed after SECONDS. A reader that receives no heartbeat knows that the program has
  exited or is stopped. A heartbeat contains the number of events reported so far, and the number of
  heartbeats that were missed directly before it, because the program was stopped or its output was
  blocked. Heartbeats are not counted by --count. The interval does not include time during which
  the system is suspended.

  text  The column of the events contains HEARTBEAT. The path is replaced by the numbers, such as
        \"12 events; 2 heartbeats missed\", or \"12 events\" if no heartbeat was missed.

  json  {\"time\":1700000000.000000,\"heartbeat\":true,\"count\":12,\"missed\":2}
        \"count\" is the number of events that --count counts. Only heartbeats have a \"heartbeat\".

Signals:
  SIGINT, SIGTERM and SIGHUP terminate the program after it has reported the events that are already
  queued. A signal that was ignored at the start, as with nohup, remains ignored. If the output is
  blocked, the program ends after the output is read again; a second signal terminates the program
  immediately.

Exit status:
  0  the --count was reached, the --timeout expired without a --count, a signal terminated the
     program, or the output was closed by its reader
  1  a PATH cannot be watched (then no PATH is watched), or a system call failed
  2  the arguments are invalid
  3  no watched PATH remains: all were deleted or unmounted
  4  events were lost; replaces the statuses 0, 3 and 5
  5  the --timeout expired before the --count was reached
";
