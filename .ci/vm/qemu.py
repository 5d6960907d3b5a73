"""Starts QEMU, and reads the exit status of the program from the console."""

import os
import re
import select
import subprocess
import sys
import time

# QEMU's virtual machine type, CPU model, and the parameters of the kernel for each architecture.
# Hardware virtualization is not used, because not all hosts support it, and a virtual machine that
# uses it can hang. `no_timer_check` omits a check of the timer interrupt at the start of the kernel,
# which fails in an emulated virtual machine if the host is busy.
ARCHITECTURES = {
    "x86_64": ("q35", "max", "console=ttyS0 no_timer_check"),
    "aarch64": ("virt", "cortex-a57", "console=ttyAMA0"),
}


class Failed(Exception):
    """The virtual machine did not report an exit status. The text is the reason."""


def boot(arch, emulator, variables, kernel, files, marker, cpu, memory, cpus, timeout):
    """Runs the virtual machine, forwards the program's output, and returns the exit status.

    The files are the initramfs and, optionally, the image of a disk.
    """
    initramfs, *disks = files
    board, default, parameters = ARCHITECTURES[arch]
    command = [*emulator, "-M", board, "-cpu", cpu or default, "-m", str(memory)]
    command += ["-smp", str(cpus)]
    command += ["-accel", "tcg,thread=multi", "-nodefaults", "-nographic", "-no-reboot"]
    command += ["-serial", "stdio", "-monitor", "none"]
    command += ["-kernel", kernel, "-initrd", initramfs]
    for disk in disks:
        command += ["-drive", f"file={disk},format=raw,if=none,id=disk,cache=unsafe"]
        command += ["-device", "nvme,serial=disk,drive=disk"]
    command += ["-append", f"{parameters} panic=-1 quiet"]
    qemu = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**os.environ, **variables},
    )
    try:
        kind, detail = Console(qemu.stdout, marker).report(time.monotonic() + timeout)
    finally:
        qemu.kill()
        qemu.wait()
    if kind == "error":
        raise Failed(f"the program was not started: {detail}")
    return int(detail) + (128 if kind == "signal" else 0)


class Console:
    """The output of the console: boot messages, the program's output, and its exit status."""

    def __init__(self, pipe, marker):
        self.pipe = pipe
        self.marker = marker.encode()
        self.start = self.marker + b" start\n"
        self.end = re.compile(re.escape(self.marker) + rb" (exit|signal|error) (.*?)\r?\n")
        self.started = False
        self.pending = b""
        self.last = b""

    def report(self, deadline):
        """Forwards the program's output as it is read. Returns the kind and detail of its end."""
        while True:
            failure = self.read(deadline)
            if not self.started:
                _, self.started, after = self.pending.partition(self.start)
                self.pending = after if self.started else self.pending
            end = self.end.search(self.pending)
            if end:
                self.forward(end.start())
                return end[1].decode(), end[2].decode(errors="replace")
            self.forward(len(self.pending) if failure else self.unmarked())
            if failure:
                raise Failed(f"{self.panic() or failure}; the end of the console:\n{self.tail()}")

    def read(self, deadline):
        """Waits for output. Returns the reason if no more output follows, otherwise None."""
        wait = max(0, deadline - time.monotonic())
        if not select.select([self.pipe], [], [], wait)[0]:
            return "timed out (see --timeout)"
        data = os.read(self.pipe.fileno(), 1 << 16)
        self.pending += data
        self.last = (self.last + data)[-16384:]
        return None if data else "the virtual machine stopped without a report"

    def unmarked(self):
        """Returns the length of the pending output that cannot be part of the marker."""
        found = self.pending.find(self.marker)
        if found >= 0:
            return found
        longest = min(len(self.pending), len(self.marker))
        sizes = range(longest, -1, -1)
        return len(self.pending) - next(n for n in sizes if self.pending.endswith(self.marker[:n]))

    def forward(self, size):
        """Writes the first `size` bytes of the pending output to the standard output."""
        if self.started:
            sys.stdout.buffer.write(self.pending[:size])
            sys.stdout.buffer.flush()
            self.pending = self.pending[size:]

    def panic(self):
        """Returns the message of a kernel panic, if there is one."""
        panic = re.search(rb"Kernel panic - not syncing: [^\r\n]*", self.last)
        return panic and panic[0].decode(errors="replace")

    def tail(self):
        """Returns the last lines of the console without control sequences."""
        last = self.last.replace(self.start, b"\n").strip()
        plain = re.sub(rb"\x1b(\[[0-9;?=]*[A-Za-z]|c)|\r", b"", last).decode(errors="replace")
        return "\n".join("  | " + line for line in plain.splitlines()[-25:])
