"""Starts the emulated machine and reads from its console how the program in it ended."""

import os
import re
import select
import subprocess
import sys
import time

# The words that choose the machine, and its console. No hardware help is used: it is not
# everywhere, and where it is it may hang.
MACHINES = {
    "x86_64": ("-M q35 -cpu max", "ttyS0"),
    "aarch64": ("-M virt -cpu cortex-a57", "ttyAMA0"),
}


class Broken(Exception):
    """The machine came to no orderly end; the text says how."""


def boot(arch, emulator, variables, kernel, initramfs, marker, memory, cpus, timeout):
    """Runs the machine, passes the program's output on, and returns the exit status."""
    words, console = MACHINES[arch]
    command = [*emulator, *words.split(), "-m", str(memory), "-smp", str(cpus)]
    command += ["-accel", "tcg,thread=multi", "-nodefaults", "-nographic", "-no-reboot"]
    command += ["-serial", "stdio", "-monitor", "none"]
    command += ["-kernel", kernel, "-initrd", initramfs]
    command += ["-append", f"console={console} panic=-1 quiet"]
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
        raise Broken(f"the program was not run: {detail}")
    return int(detail) + (128 if kind == "signal" else 0)


class Console:
    """What the machine prints: boot messages, the program's output, the report on its end."""

    def __init__(self, pipe, marker):
        self.pipe = pipe
        self.marker = marker.encode()
        self.start = self.marker + b" start\n"
        self.end = re.compile(re.escape(self.marker) + rb" (exit|signal|error) (.*?)\r?\n")
        self.started = False
        self.pending = b""
        self.last = b""

    def report(self, deadline):
        """Passes on the program's output as it comes; returns the kind and detail of its end."""
        while True:
            fault = self.read(deadline)
            if not self.started:
                _, self.started, after = self.pending.partition(self.start)
                self.pending = after if self.started else self.pending
            end = self.end.search(self.pending)
            if end:
                self.pass_on(end.start())
                return end[1].decode(), end[2].decode(errors="replace")
            self.pass_on(len(self.pending) if fault else self.unmarked())
            if fault:
                raise Broken(f"{self.panic() or fault}; the end of the console:\n{self.tail()}")

    def read(self, deadline):
        """Waits for more; returns a text if there will be none."""
        wait = max(0, deadline - time.monotonic())
        if not select.select([self.pipe], [], [], wait)[0]:
            return "not done in time (see --timeout)"
        data = os.read(self.pipe.fileno(), 1 << 16)
        self.pending += data
        self.last = (self.last + data)[-16384:]
        return None if data else "the machine stopped without a report"

    def unmarked(self):
        """How much of what is pending cannot be a part of the marker's line."""
        found = self.pending.find(self.marker)
        if found >= 0:
            return found
        longest = min(len(self.pending), len(self.marker))
        sizes = range(longest, -1, -1)
        return len(self.pending) - next(n for n in sizes if self.pending.endswith(self.marker[:n]))

    def pass_on(self, size):
        """Writes that much of the program's output to ours."""
        if self.started:
            sys.stdout.buffer.write(self.pending[:size])
            sys.stdout.buffer.flush()
            self.pending = self.pending[size:]

    def panic(self):
        """The kernel's own word on why the machine stopped, if there is one."""
        panic = re.search(rb"Kernel panic - not syncing: [^\r\n]*", self.last)
        return panic and panic[0].decode(errors="replace")

    def tail(self):
        """The last lines of the console, made fit to read."""
        last = self.last.replace(self.start, b"\n").strip()
        plain = re.sub(rb"\x1b(\[[0-9;?=]*[A-Za-z]|c)|\r", b"", last).decode(errors="replace")
        return "\n".join("  | " + line for line in plain.splitlines()[-25:])
