//! The help text.

pub(crate) const HELP: &str = "\
Usage: supervise [OPTION]... COMMAND [ARG]...
Run a command, and open its files and create its directories for it, by rules.

The rules apply to the system calls openat, openat2 and mkdirat, and to their older variants open,
creat and mkdir, of the command and of all processes that it creates. Without a rule, every call is
permitted. Requires no privileges.

Options:
      --allow-read PREFIX    permit opening files below PREFIX for reading
      --allow-write PREFIX   permit opening and creating files and directories below PREFIX
      --deny PREFIX=ERRNO    calls for files below PREFIX fail with ERRNO, such as EACCES
      --redirect FROM=TO     use TO instead of FROM, and TO/x instead of FROM/x
  -l, --log                  print a line per call on standard error
  -h, --help                 print this help and exit
  -V, --version              print the version and exit

Rules:
  A PREFIX is an absolute path, and contains the file itself and all files in it: /srv contains
  /srv/x, but not /srvx. The rule with the longest PREFIX applies, and the last one of several rules
  with the same PREFIX. If there is an --allow option, calls without a rule fail with EACCES.

  The rules apply to the path of the file that was found, after all symbolic links, .. and redirects
  have been followed. If a file has several names (hard links), they apply to the name in the path.
  A redirect is followed like a symbolic link FROM that points to TO, and the rules apply to TO.
  Programs such as ls, which use stat, see the file at FROM, not at TO.

  A dynamically linked COMMAND reads its libraries: --allow-read /lib --allow-read /usr, for
  example. Files that the command inherits, such as its standard output, remain open. Files without
  a path, such as pipes that are opened as /dev/stdin, are not subject to the rules.

Log:
  Each line contains the decision, the thread ID, the system call, the access, the path, the errno,
  and the rule:

    supervise: allow 1234 openat read /etc/hosts (--allow-read /etc)
    supervise: deny 1234 openat write /etc/hosts: EACCES (--allow-read /etc)
    supervise: fail 1234 openat read /etc/nothing: ENOENT (--allow-read /etc)
    supervise: gone 1234 openat read /tmp/fifo

  allow: the call has succeeded; deny: a rule denies it; fail: it fails for another reason; gone:
  the thread was killed or interrupted by a signal. Special characters in paths are escaped.

Limits:
  Suitable to find out which files a command opens, to test how it handles errors, to give it other
  files, and to prevent a cooperative command from writing in the wrong place. Not a sandbox: the
  command can still execute, rename, delete, link and truncate files by their names, change
  their attributes, use sockets and send signals. To restrict a hostile command, start supervise
  itself in a Landlock sandbox. Landlock rulesets that the command enforces for itself do not apply
  to the calls that supervise performs.

  - Files are opened with the credentials of supervise. If a thread has other IDs, fewer
    capabilities or another user namespace, or if supervise may not read its memory, its calls fail
    with EPERM. Landlock rulesets of the command do not apply.
  - The rules apply to opens with O_PATH, but another thread can change the path at the same time.
    An open of a redirected file with O_PATH, and openat2 with O_PATH, fail with EOPNOTSUPP.
  - Files that a process has received through a socket are not subject to the rules.
  - The command cannot gain privileges (no_new_privs), mount file systems, change its root
    directory, use io_uring, install a filter with a listener, or execute 32-bit programs.
  - The open of a terminal does not make it the controlling terminal, and /dev/tty is the terminal
    of supervise. The sysctls fs.protected_* do not apply.
  - /proc/self refers to the command. Links in /proc/PID of other processes cannot be followed, and
    the files of supervise in /proc and the memory of other processes cannot be opened.
  - Since Linux 5.19, only a fatal signal interrupts a call that supervise has received, such as the
    open of a FIFO. Before Linux 6.18, a signal handler can interrupt a call after it has taken
    effect; an open that is repeated then leaves an unused descriptor in the command.

Signals:
  SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1 and SIGUSR2 that a process sends to supervise are
  forwarded to the command, and so is SIGHUP when the terminal is closed. The command receives the
  signals of the keys of the terminal itself. After the command has ended, the first four signals
  terminate supervise.

End of the program:
  The program ends when all processes of the command have ended. If it is terminated by a signal,
  the supervised calls of the remaining processes fail with ENOSYS.

Exit status:
  125  supervise itself fails, or the arguments are invalid
  126  the command cannot be executed
  127  the command does not exist
  128+N  signal N has terminated the command, or supervise
  otherwise, the exit status of the command
";
