//! The help text.

pub(crate) const HELP: &str = "\
Usage: guard [OPTION]... DIR...
Permit or deny that files in directories are opened, by rules.

Each DIR is guarded until the program ends. It is not recursive: the files in subdirectories are not
guarded. Without a rule, every open is permitted and printed. Requires the capability CAP_SYS_ADMIN.

Options:
      --deny-prefix PATH  deny files whose absolute path begins with PATH
      --deny-suffix TEXT  deny files whose path ends with TEXT
      --deny-larger SIZE  deny files that are larger than SIZE bytes; K, M and G are units of 1024
      --deny-exec         deny the execution of files; they can still be opened
      --log-only          permit everything, and print the decisions
  -q, --quiet             print only denials and errors
  -h, --help              print this help and exit
  -V, --version           print the version and exit

The rules --deny-prefix and --deny-suffix can be repeated. An open is denied if any rule denies it,
and fails with EPERM. A rule that refers to names is not a security boundary: a file can have
several names, and can be renamed.

Output:
  One line per decision on standard output; messages on standard error:

    allow 1234 cat open /srv/notes
    deny 1234 cat open /srv/key.pem (--deny-suffix .pem)
    would-deny 1234 sh exec /srv/tool (--deny-exec)

  The words are the decision, the process ID, the command of the process, the operation and the
  path. The process ID is - if the process is not visible in the PID namespace of the program. In
  commands and paths, a backslash is printed as \\\\, other characters that are not printable as \\n,
  \\t, \\u{1b} and so on, and bytes that are not UTF-8 as \\xff. With --deny-exec, an execution that
  is permitted causes two decisions, exec and open.

  A decision takes effect before it is printed. While the output is blocked, decisions are not
  printed; a message states their number.

Signals:
  SIGINT, SIGTERM and SIGHUP terminate the program. A signal that was ignored at the start, as with
  nohup, remains ignored. The terminal does not stop the program (SIGTSTP). SIGSTOP does: until the
  program continues or is killed, opens in each DIR wait.

End of the program:
  If the program ends, also if it is killed, the kernel permits all waiting and all later opens.

Exit status:
  0  a signal terminated the program, or the output was closed by its reader
  1  a DIR cannot be guarded (then no DIR is guarded), or a system call failed
  2  the arguments are invalid
";
