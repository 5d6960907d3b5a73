"""Creates the initramfs, a cpio archive that the kernel unpacks at boot, and its PID 1."""

import hashlib
import os
import stat
import subprocess
from pathlib import Path

import fetch

INIT = Path(__file__).with_name("init.rs")


def init_program(arch):
    """Returns the path of PID 1. Compiles it only if its source or the compiler has changed."""
    rustc = os.environ.get("RUSTC") or "rustc"
    target = f"{arch}-unknown-linux-musl"
    try:
        version = subprocess.run([rustc, "-vV"], check=True, capture_output=True).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        raise fetch.Unavailable(f"the compiler cannot be run: {error}") from None
    options = ["--edition", "2024", "-Copt-level=s", "-Cpanic=abort", "-Cstrip=symbols"]
    options += ["-Clinker=rust-lld", "--target", target]
    key = hashlib.sha256(INIT.read_bytes() + version + " ".join(options).encode()).hexdigest()

    def compile_init(folder):
        sysroot = subprocess.check_output([rustc, "--print", "sysroot"], text=True).strip()
        if not Path(sysroot, "lib/rustlib", target).exists():
            run_tool("rustup", "target", "add", target)
        run_tool(rustc, *options, "-o", folder / "init", INIT)

    return fetch.cached(f"init-{arch}-{key[:16]}", compile_init) / "init"


def run_tool(*command):
    try:
        done = subprocess.run(command, capture_output=True, text=True)
    except OSError as error:
        raise fetch.Unavailable(f"{command[0]}: {error}") from None
    if done.returncode:
        raise fetch.Unavailable(f"{' '.join(map(str, command))}: {done.stderr.strip()}")


class Archive:
    """A cpio archive in the "newc" format, written to a file."""

    def __init__(self, output):
        self.output = output
        self.count = 0
        self.folders = {"/"}

    def file(self, path, content, mode=0o644):
        self.folder(os.path.dirname(path))
        self.entry(path, stat.S_IFREG | mode, content)

    def folder(self, path):
        """Adds a folder and its parents, unless they have already been added."""
        if path not in self.folders:
            self.folder(os.path.dirname(path))
            self.folders.add(path)
            self.entry(path, stat.S_IFDIR | 0o755)

    def console(self):
        """Adds the device that the kernel opens as standard input and output of PID 1."""
        self.folder("/dev")
        self.entry("/dev/console", stat.S_IFCHR | 0o600, device=(5, 1))

    def end(self):
        self.entry("/TRAILER!!!", 0)
        self.output.flush()

    def entry(self, path, mode, content=b"", device=(0, 0)):
        self.count += 1
        name = os.fsencode(path[1:]) + b"\0"
        # The header of an entry: inode, mode, user, group, links, time, size, device (2 fields),
        # device of the node (2 fields), length of the name, checksum.
        fields = [self.count, mode, 0, 0, 1, 0, len(content), 0, 0, *device, len(name), 0]
        self.padded(b"070701" + b"".join(b"%08x" % field for field in fields) + name)
        self.padded(content)

    def padded(self, data):
        self.output.write(data + bytes(-len(data) % 4))
