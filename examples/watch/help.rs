//! What `--help` prints.

pub(crate) const HELP: &str = "\
Reports what happens to files, as it happens.

Usage: watch [OPTIONS] PATH...

A PATH is a file or a directory; a directory is watched with the files in it, not with those in
the directories below. A symbolic link is followed.

Options:
  -e, --events LIST      which events: names with commas or | between them, in any case
                         [create,delete,modify,close_write,move,attrib,delete_self,move_self]
  -f, --format FORMAT    text or json [text]
      --color WHEN       auto, always or never [auto: on a terminal, if NO_COLOR is not set]
  -n, --count N          end after N events
  -t, --timeout SECONDS  end after this time; 0.5 is half a second
      --every SECONDS    print a heartbeat among the events each time that this time is over
  -q, --quiet            print events, heartbeats and errors only
  -h, --help             print this
  -V, --version          print the version

An option's value may follow it behind = as well. Behind -- everything is a PATH.

Events:
  access         it was read or executed
  modify         it was written to, or its length was changed
  attrib         its mode, times, owner, links or extended attributes changed
  close_write    it was closed after it was open for writing
  close_nowrite  it was closed after it was open for reading only
  open           it was opened
  moved_from     a file in the directory was renamed: its old name
  moved_to       a file in the directory was renamed: its new name
  create         a file in the directory was made
  delete         a file in the directory was deleted
  delete_self    the PATH itself was deleted
  move_self      the PATH itself was renamed; it is watched further, under the name given here
  close, move, all: both closes, both halves of a rename, all of these

Always told, and not counted by --count:
  IGNORED        the watch of a PATH has ended; with the last one the program ends
  UNMOUNT        the file system of a PATH was unmounted
  Q_OVERFLOW     events were lost: look at the files again

Output:
  Events and heartbeats go to standard output, everything else to standard error. Times are those
  at which the event was read. Two equal events in a row are one: the kernel makes it so.

  text  One line an event: the time of day in UTC, what happened, the path. The two halves of a
        rename have the same number behind a #. A directory ends in /. In names \\ is \\\\, what cannot
        be printed is \\n, \\t, \\u{1b} and the like, and a byte that is not UTF-8 is \\xff.

  json  One object a line:
        {\"time\":1700000000.000000,\"path\":\"/etc\",\"name\":\"passwd\",\"events\":[\"CREATE\"],
        \"dir\":false,\"cookie\":null,\"watch\":1}
        \"time\" is seconds since 1970. \"path\" is as given, null where events were lost. \"name\" is
        the file in it, null for the PATH itself. \"cookie\" is the same number in both halves of a
        rename, else null. \"watch\" is the kernel's number for the PATH, null where events were lost.
        A path or name that is not UTF-8 has U+FFFD in place of each bad sequence, and all its bytes
        in hexadecimal under \"path_bytes\" or \"name_bytes\", which are there in this case only.

Heartbeats:
  With --every they come whether or not anything happens, the first after the SECONDS: a reader to
  whom none comes knows that the program is gone or stopped. Each says how many events were told
  before it, and how many heartbeats were missed right before it, while the program was stopped or
  nobody took the output. --count does not count them, and the time that the machine sleeps does
  not count for them.

  text  HEARTBEAT, and in the place of the path: 12 events; 2 heartbeats missed. Where none was
        missed: 12 events.

  json  {\"time\":1700000000.000000,\"heartbeat\":true,\"count\":12,\"missed\":2}
        \"count\" is the number of events, as --count counts them. No other object has a \"heartbeat\".

Signals:
  INT, TERM and HUP end it: what has happened until then is still told. One that was ignored when
  the program was started, as nohup does it, stays ignored. While nobody takes the output, the first
  signal waits for the reader, and a second one ends the program at once.

Exit status:
  0  as many events as --count asked for, or the --timeout without a --count is over, or INT,
     TERM or HUP came, or nobody reads the output any more
  1  a PATH cannot be watched (then none is), or a system call failed
  2  wrong use
  3  every PATH is gone: deleted or unmounted
  4  events were lost, whatever ended the program after that in place of 0, 3 or 5
  5  the --timeout is over before as many events came as --count asked for
";
