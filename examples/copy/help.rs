//! What `--help` prints.

pub(crate) const HELP: &str = "\
Copies a file, within the kernel where it can.

Usage: copy [OPTIONS] SOURCE TARGET

SOURCE is a file, a pipe, a device: what can be read. Where TARGET is a directory, the copy stands
in it under the name of SOURCE. Symbolic links are followed.

Options:
  -m, --method METHOD  auto, copy_file_range, sendfile, splice or read_write [auto]: the first of
                       the others that SOURCE and TARGET allow, or this one alone, which fails
                       where it does not find all the bytes of SOURCE, as of a file in /proc
      --keep-partial   when the copy fails, leave what had arrived as TARGET.partial
  -q, --quiet          print errors only
  -h, --help           print this
  -V, --version        print the version

An option's value may follow it behind = as well. Behind -- everything is a path.

Target:
  A file is whole or not there: the bytes go to a file beside TARGET, .copy-PROCESS-NUMBER, which
  gets the name TARGET when all have arrived; they are not yet on the disk then, if the machine
  should lose its power. Until then an older TARGET stays as it is, and when the copy fails, the
  half file is removed. So the directory must be writable. Other hard links to an older TARGET keep
  the old bytes.

  An older TARGET that may not be written to is not replaced; it may be if it is removed first. A
  program that runs is replaced, and runs on as it was.

  The permissions are those of SOURCE less the umask, or those of the older TARGET.

  A TARGET that is no file, such as a pipe or a device, is written to as it is.

  SOURCE and TARGET may not be the same file.

Output:
  On a terminal, standard error shows how far the copy is. At its end it says how much was copied,
  in what time, and by which METHOD.

Signals:
  INT, TERM and HUP end it as they end any program, after the half file was removed, or kept with
  --keep-partial. One that was ignored when the program was started stays ignored.

Exit status:
  0  the copy is whole
  1  it is not: one line says why
  2  wrong use
";
