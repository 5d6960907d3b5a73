//! The help text.

pub(crate) const HELP: &str = "\
Usage: sandbox [OPTION]... [--] COMMAND [ARGUMENT]...
Run a command that can make only some system calls, and that can access only some files.

Options:
      --profile NAME      permit the system calls of a profile: container (default), compute or none
      --rules FILE        use the rules in FILE instead of a profile
      --oci FILE          use the rules of an OCI runtime or of Docker in FILE, which contains JSON,
                          instead of a profile
      --deny CALL[=ERRNO] let a system call fail with an errno (default: EPERM)
      --log CALL          permit a system call, and write it to the audit log
      --allow CALL        permit a system call
      --trace             print every system call that fails because of a rule
      --ro PATH           permit reading and executing files beneath PATH
      --rw PATH           permit every access to files beneath PATH
      --print             print the filter in the notation of bpf_dbg, and do not run the command
  -q, --quiet             print only errors, and the system calls of --trace
  -h, --help              print this help and exit
  -V, --version           print the version and exit

The options --deny, --log, --allow, --ro and --rw can be repeated. A CALL is the name or the number
of a system call. --deny, --log and --allow precede the rules of the profile or file, and the first
rule that applies determines what happens.

Profiles:
  container  the system calls of ordinary programs, like the default of Docker: not mount, bpf,
             unshare, keyctl, io_uring_setup and others
  compute    computing, threads, and reading and writing open files. To start the command, the
             profile also permits execve, and reading files and directories; restrict them with --ro
  none       all system calls; with other rules, not 32-bit and x32 system calls

  container and --oci deny the ioctl requests TIOCSTI and TIOCLINUX, which insert input into the
  terminal, unless --allow ioctl is given.

  Without --ro and --rw, the command can still control other processes of the same user, for example
  with ptrace or kill.

Files:
  With --ro or --rw, the command can access only files beneath these paths (Landlock). A dynamically
  linked command requires --ro for the directories of its libraries. If the kernel does not support
  Landlock, the command is not run. Single accesses that the kernel cannot restrict are reported,
  but not with --quiet. Files that are already open are not restricted, neither is stat(2).

  With --ro or --rw, the command also cannot trace processes outside the sandbox. Since Linux 6.12,
  it can neither send signals to them nor connect to their abstract Unix sockets. If the system call
  rules permit it, the command can still change the priority, the CPUs and the resource limits of
  other processes of the same user, and use System V IPC, POSIX message queues and the network.
  Before Linux 7.1, it can also connect to Unix sockets with a path.

Rules:
  A line of FILE is a comment after #, an action for system calls without a rule, or a rule:

    default errno EPERM
    futex_wake..=futex_requeue -> allow
    socket arg32(0) == 1 -> allow
    mmap arg64(2) & 0x4 == 0 and arg64(1) < 0x100000 -> allow
    execve -> log

  \"default ACTION\" is required; \"unknown ACTION\" (default: errno ENOSYS) is for system calls with
  numbers that the program does not know, and \"foreign ACTION\" (default: kill-process) for 32-bit
  and x32 system calls. The actions are allow, log, errno ERRNO, trap [DATA], trace [DATA],
  kill-thread and kill-process. arg32(N) is the low half of an argument, arg64(N) the whole.

  With --oci, the command counts as a container without capabilities. Names that are not system
  calls of this architecture are ignored and reported.

Trace:
  One line per system call on standard error, with the ID of the thread, all six arguments and the
  errno:

    sandbox: 1234 mkdirat(0xffffff9c, 0x7ffd1c8e, 0x1ff, 0x0, 0x0, 0x7f21) = EPERM

  System calls that terminate the process are not printed. The program runs until the last process
  that the command has created has ended. If it is killed, denied system calls fail with ENOSYS.

Signals:
  SIGINT, SIGTERM and SIGHUP are forwarded to the command, except a SIGINT that the terminal sends
  to both. The command cannot gain privileges by set-user-ID programs.

Exit status:
  125  the program itself failed, or the arguments are invalid
  126  COMMAND cannot be executed
  127  COMMAND does not exist
  128+N  the signal N terminated COMMAND
  otherwise, the exit status of COMMAND
";
