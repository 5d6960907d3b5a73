"""Fetches what `run` boots: the emulators and the kernels, once each, into a cache folder.

All of it comes from the Debian archives that this machine's own package sources name,
by apt with a private configuration: nothing is installed, nothing outside the cache changes,
and apt checks the signatures as ever.
"""

import fcntl
import os
import re
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

CACHE = Path(
    os.environ.get("BUTTER_VM_CACHE")
    or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "butter-vm"
)

# What Debian calls the architectures.
DEBIAN_ARCH = {"x86_64": "amd64", "aarch64": "arm64"}

# Where the kernels of a series are looked for.
SUITES = {
    "5.10": ["bullseye", "bullseye-security"],
    "6.1": ["bookworm", "bookworm-security"],
    "6.12": ["trixie", "trixie-security", "bookworm-backports"],
    "newest": ["trixie-backports", "sid"],
}


class Unavailable(Exception):
    """Something cannot be had on this machine; the text says what and why."""


def cached(name, make):
    """The folder `name` of the cache, which `make(folder)` fills if it is not there yet.

    It appears under its name only when it is complete, and only one process makes one at a time.
    """
    final = CACHE / name
    if final.is_dir():
        return final
    CACHE.mkdir(parents=True, exist_ok=True)
    with open(CACHE / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if final.is_dir():
            return final
        for leftover in CACHE.glob("part-*"):
            shutil.rmtree(leftover, ignore_errors=True)
        part = Path(tempfile.mkdtemp(prefix="part-", dir=CACHE))
        try:
            make(part)
            part.rename(final)
        finally:
            shutil.rmtree(part, ignore_errors=True)
    return final


# --- The kernels ---


def kernel(arch, series):
    """The kernel image of a series, and the text of its package's name and version."""

    def make(folder):
        meta = f"linux-image-cloud-{DEBIAN_ARCH[arch]}"
        prefix = "" if series == "newest" else series + "."
        with Apt(folder / "apt", SUITES[series], arch=DEBIAN_ARCH[arch]) as apt:
            # apt lists the highest version first. An archive may still list a package that it
            # has already dropped, so the first one that can be downloaded is taken.
            for record in apt.records(meta):
                if not record["Version"].startswith(prefix):
                    continue
                package, version = image_package(apt, record)
                if apt.download(folder, f"{package}={version}"):
                    break
            else:
                raise Unavailable(f"no kernel {series} for {arch}: {apt.complaint()}")
        (deb,) = folder.glob("*.deb")
        unpack_kernel(deb, folder / "vmlinuz")
        deb.unlink()
        (folder / "version").write_text(f"{package} {version}\n")

    folder = cached(f"kernel-{arch}-{series}", make)
    return folder / "vmlinuz", (folder / "version").read_text().strip()


def image_package(apt, record):
    """Follows a metapackage's record to the name and version of the package with the image."""
    while True:
        depends = re.search(r"(linux-(?:image|binary)-\S+) \(= (.+?)\)", record.get("Depends", ""))
        if not depends:
            return record["Package"], record["Version"]
        record = next(apt.records("=".join(depends.groups())), None)
        if record is None:
            return depends.groups()


def unpack_kernel(deb, target):
    """Takes the kernel image alone out of a package."""
    with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", deb], stdout=subprocess.PIPE) as dpkg:
        with tarfile.open(fileobj=dpkg.stdout, mode="r|") as archive:
            for member in archive:
                # It is /boot/vmlinuz-VERSION or, lately, /usr/lib/modules/VERSION/vmlinuz.
                if member.isfile() and Path(member.name).name.startswith("vmlinuz"):
                    target.write_bytes(archive.extractfile(member).read())
        # What follows the archive's end mark is read too, so that dpkg-deb ends well.
        dpkg.stdout.read()
    if dpkg.returncode or not target.exists():
        raise Unavailable(f"{deb.name} has no readable kernel image")


# --- The emulators ---


def emulator(arch):
    """The command words that start the emulator, the environment it needs, and its version."""
    program = f"qemu-system-{arch}"
    installed = shutil.which(program)
    if installed:
        return [installed], {}, f"{program} as installed"
    folder = cached("qemu", make_emulators)
    libraries = [*folder.glob("lib/*-gnu"), *folder.glob("usr/lib/*-gnu")]
    variables = {"LD_LIBRARY_PATH": ":".join(map(str, libraries))}
    data = [word for name in ("qemu", "seabios") for word in ("-L", folder / "usr/share" / name)]
    command = [folder / "usr/bin" / program, *data]
    return command, variables, (folder / "version").read_text().strip()


def make_emulators(folder):
    """Unpacks both emulators and those libraries they need that this machine does not have."""
    codename = os_release().get("VERSION_CODENAME", "")
    suites = [codename + end for end in ("", "-updates", "-security", "-backports")]
    # To apt no emulator package is installed, so what is installed cannot conflict.
    installed = Path("/var/lib/dpkg/status").read_text(errors="replace").split("\n\n")
    status = "\n\n".join(p for p in installed if not p.startswith("Package: qemu"))
    with Apt(folder / "apt", suites, status=status) as apt:
        words = ["-s", "install", "--no-install-recommends", "qemu-system-x86", "qemu-system-arm"]
        plan = apt.get("-t", suites[-1], *words)
        if plan.returncode:
            plan = apt.get(*words)
        packages = re.findall(r"^Inst (\S+) (?:\[\S+\] )?\((\S+)", plan.stdout, re.M)
        if plan.returncode or not packages or not apt.download(folder, *map("=".join, packages)):
            raise Unavailable(f"no emulator: {apt.complaint()}")
    for deb in folder.glob("*.deb"):
        subprocess.run(["dpkg-deb", "-x", deb, folder], check=True)
        deb.unlink()
    (folder / "version").write_text(f"qemu {dict(packages)['qemu-system-common']}\n")


# --- apt, with a configuration of its own ---


class Apt:
    """apt on a few suites, with all its state in one folder that is removed at the end."""

    def __init__(self, folder, suites, arch=None, status=""):
        for part in ("state/lists/partial", "cache/archives/partial", "sources"):
            (folder / part).mkdir(parents=True)
        (folder / "status").write_text(status)
        (folder / "sources/debian.sources").write_text(sources(suites))
        options = {
            "Dir::Etc::sourcelist": "/dev/null",
            "Dir::Etc::sourceparts": folder / "sources",
            "Dir::Etc::preferences": "/dev/null",
            "Dir::Etc::preferencesparts": "/dev/null",
            "Dir::State": folder / "state",
            "Dir::State::status": folder / "status",
            "Dir::Cache": folder / "cache",
            "Dir::Cache::pkgcache": "pkgcache.bin",
            "Dir::Cache::srcpkgcache": "srcpkgcache.bin",
            "Acquire::Languages": "none",
            "Acquire::Retries": "2",
            "APT::Sandbox::User": "root",
        }
        if arch:
            options.update({"APT::Architecture": arch, "APT::Architectures::": arch})
        self.options = [word for pair in options.items() for word in ("-o", "%s=%s" % pair)]
        self.folder = folder
        self.errors = []
        # A suite that an archive does not have is an error too, which only matters if in the
        # end there is nothing to take.
        self.get("update")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.folder)

    def run(self, program, *words, cwd=None):
        command = [program, *self.options, *words]
        environment = {**os.environ, "LC_ALL": "C"}
        try:
            done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True)
        except FileNotFoundError:
            raise Unavailable(f"this machine has no {program}") from None
        self.errors += re.findall(r"^[EW]: (.+)", done.stderr, re.M)
        return done

    def get(self, *words, cwd=None):
        return self.run("apt-get", *words, cwd=cwd)

    def download(self, folder, *packages):
        return self.get("download", *packages, cwd=folder).returncode == 0

    def records(self, package):
        """The fields of a package's versions."""
        for text in self.run("apt-cache", "show", package).stdout.strip().split("\n\n"):
            if text:
                yield dict(re.findall(r"^([\w-]+): (.+)", text, re.M))

    def complaint(self):
        return self.errors[0] if self.errors else "the archives have no such package"


def sources(suites):
    """apt sources of these suites, at the archives that this machine's own sources name."""
    found = list(archives())
    text = ""
    for suite in suites:
        for uri, signed_by in found_for(suite, found):
            text += f"Types: deb\nURIs: {uri}\nSuites: {suite}\n"
            text += "Components: main\nTargets: Packages\n"
            text += f"Signed-By:{signed_by}\n\n" if signed_by else "\n"
    if not text:
        raise Unavailable("no Debian archive among this machine's package sources")
    return text


def found_for(suite, found):
    """Those archives that may have the suite: security updates have an archive of their own."""
    security = suite.endswith("-security")
    return dict.fromkeys((uri, key) for uri, key, is_security in found if is_security == security)


def archives():
    """Each Debian archive of /etc/apt: its address, its key, whether it is that of security."""
    release = os_release()
    if release.get("ID") != "debian":
        return
    names = {release.get("VERSION_CODENAME"), "oldstable", "stable", "testing", "unstable", "sid"}
    for source in machine_sources():
        for suite in source["Suites"].split():
            if "main" in source["Components"].split() and re.split("[-/]", suite)[0] in names:
                for uri in source["URIs"].split():
                    is_security = suite.endswith(("-security", "/updates"))
                    yield uri, source.get("Signed-By"), is_security


def machine_sources():
    """The binary sources of /etc/apt of both formats, as the fields of the newer one."""
    etc = Path("/etc/apt")
    for path in sorted(etc.glob("sources.list.d/*.sources")):
        text = re.sub("^#.*\n", "", path.read_text(), flags=re.M)
        for paragraph in re.split(r"\n\s*\n", text):
            fields = dict(re.findall(r"^([\w-]+):(.*(?:\n[ \t].*)*)", paragraph, re.M))
            used = fields.get("Enabled", "yes").strip() != "no"
            if used and {"Types", "URIs", "Suites", "Components"} <= fields.keys():
                if "deb" in fields["Types"].split():
                    yield fields
    for path in [etc / "sources.list", *sorted(etc.glob("sources.list.d/*.list"))]:
        text = path.read_text() if path.exists() else ""
        for line in re.finditer(r"^deb\s+(?:\[(.*?)\]\s+)?(\S+)\s+(\S+)([^#\n]*)", text, re.M):
            options, uri, suite, components = line.groups()
            fields = {"URIs": uri, "Suites": suite, "Components": components}
            key = re.search(r"signed-by=(\S+)", options or "")
            yield {**fields, "Signed-By": " " + key[1]} if key else fields


def os_release():
    path = Path("/etc/os-release")
    text = path.read_text() if path.exists() else ""
    return {name: value.strip('"') for name, value in re.findall(r"^(\w+)=(.*)$", text, re.M)}
