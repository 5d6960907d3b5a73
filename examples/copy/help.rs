//! The help text.

pub(crate) const HELP: &str = "\
Usage: copy [OPTION]... SOURCE TARGET
Copy SOURCE to TARGET, within the kernel if possible.

SOURCE is a file, a pipe, a device or any other file that can be read, or - for standard input. If
TARGET is a directory, SOURCE is copied into this directory and keeps its file name. TARGET is - for
standard output. A file with the name - is ./-. Symbolic links are followed.

Options:
  -m, --method METHOD  auto, copy_file_range, sendfile, splice or read_write [default: auto]; auto
                       selects a method that supports SOURCE and TARGET; with another METHOD, the
                       copy fails if the METHOD does not support SOURCE and TARGET, or does not
                       return all bytes of SOURCE, as with a file in /proc
      --keep-partial   if the copy fails, keep the incomplete temporary file as TARGET.partial or,
                       if this name exists, as TARGET.partial.1, TARGET.partial.2 and so on, and
                       print the name
  -q, --quiet          print only errors
  -h, --help           print this help and exit
  -V, --version        print the version and exit

Target:
  The directory of TARGET must exist. If TARGET ends with a slash, it must be a directory. SOURCE
  and TARGET must not be the same file. A dangling symbolic link as TARGET is an error.

  If TARGET is a regular file or does not exist, the data is written to a temporary file in the same
  directory, .copy-PID-NUMBER, which is renamed to TARGET when it is complete. An existing TARGET is
  therefore either replaced completely or left unchanged. The temporary file is removed if the copy
  fails. The data is not synced to disk, so it may be lost if the system loses power. Other hard
  links to an existing TARGET keep the old data.

  An existing TARGET that is write-protected is not replaced; remove it first. A TARGET that is
  being executed can be replaced; running processes continue to execute the old file.

Writing in place:
  The data is written to TARGET itself if it cannot be replaced:
  - TARGET is a pipe, a device or any other file that is not a regular file;
  - TARGET is - or a link in /proc/PID/fd, such as /dev/stdout;
  - TARGET is a mount point, such as a bind-mounted file;
  - no file can be created in the directory of TARGET, for example in /proc or /sys, or because the
    directory is not writable;
  - the directory has the sticky bit, and you own neither the directory nor TARGET.

  Writing in place is not atomic: if the copy fails, TARGET contains only a part of the data, and
  programs that read TARGET during the copy see incomplete data. A regular file is truncated first,
  and keeps its owner, permissions, ACLs and extended attributes. With -, and with /dev/stdout and
  other links in /proc/self/fd that are open for writing, the data is written to the open file at
  its current position or, after >>, at its end, and the file is not truncated. /proc must be
  mounted.

Permissions:
  A new TARGET has the permissions of SOURCE, restricted by the umask, and the owner and group of
  any new file in its directory. If TARGET is replaced, the new file has
  - the permissions of the old TARGET, without the set-user-ID, set-group-ID and sticky bits;
  - the group of the old TARGET, if you may set it: if you are a member of the group or root.
    Otherwise, or if the old TARGET has an ACL, the group has no permissions, and other users have
    only permissions that both the group and other users had;
  - the owner of the old TARGET if you are root; otherwise, you become the owner.
  ACLs and extended attributes of SOURCE and of the old TARGET are not copied; a default ACL of the
  directory applies.

Links and races:
  Each directory, link and file is looked up once. If another process renames or replaces one of
  them during the copy, TARGET is written to the directory that was found first, and no other file
  is changed.

  In a directory with the sticky bit to which all users may write, such as /tmp, a symbolic link as
  TARGET is followed only if you or the owner of the directory own the link.

Output:
  If standard error is a terminal, it shows a progress bar. When the copy is complete, the number of
  bytes, the duration, the rate and the method are printed to standard error.

Signals:
  SIGINT, SIGTERM and SIGHUP terminate the program, after the temporary file has been removed or,
  with --keep-partial, renamed. A signal that was ignored at the start remains ignored.

Exit status:
  0  the copy is complete
  1  the copy failed
  2  the arguments are invalid
";
