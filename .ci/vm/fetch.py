"""Downloads each emulator and kernel once into a cache folder.

They are packages of the Debian archives in the host's package sources. apt runs with a separate
configuration: it verifies the signatures as usual, but installs nothing and changes nothing outside
the cache.
"""

import fcntl
import lzma
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

# Debian's names of the architectures.
DEBIAN_ARCH = {"x86_64": "amd64", "aarch64": "arm64"}

# The Debian suites that contain the kernels of each series.
SUITES = {
    "5.10": ["bullseye", "bullseye-security"],
    "6.1": ["bookworm", "bookworm-security"],
    "6.12": ["trixie", "trixie-security", "bookworm-backports"],
    "newest": ["trixie-backports", "sid"],
}


# The kernel modules to load, each after the modules that it requires: vsock and its loopback
# transport.
MODULES = ["vsock", "vmw_vsock_virtio_transport_common", "vsock_loopback"]


class Unavailable(Exception):
    """A resource is not available on this host. The text names the resource and the reason."""


def cached(name, fill):
    """Returns the folder `name` of the cache. If it does not exist, `fill(folder)` fills it.

    The folder gets its name only when it is complete, and a lock excludes other processes.
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
            fill(part)
            part.rename(final)
        finally:
            shutil.rmtree(part, ignore_errors=True)
    return final


# --- The kernels ---


def kernel(arch, series):
    """Returns the path of a kernel image, the paths of its modules, and its package and version."""

    def download(folder):
        meta = f"linux-image-cloud-{DEBIAN_ARCH[arch]}"
        prefix = "" if series == "newest" else series + "."
        with Apt(folder / "apt", SUITES[series], arch=DEBIAN_ARCH[arch]) as apt:
            # apt lists the highest version first. An archive may list a package that has already
            # been removed, so use the first package that can be downloaded.
            for record in apt.records(meta):
                if not record["Version"].startswith(prefix):
                    continue
                package, version = image_package(apt, record)
                if apt.download(folder, *(f"{name}={version}" for name in with_modules(package))):
                    break
                for deb in folder.glob("*.deb"):
                    deb.unlink()
            else:
                raise Unavailable(f"no kernel {series} for {arch}: {apt.first_error()}")
        for deb in folder.glob("*.deb"):
            unpack_kernel(deb, folder)
            deb.unlink()
        if not (folder / "vmlinuz").exists():
            raise Unavailable(f"{package} does not contain a kernel image")
        (folder / "version").write_text(f"{package} {version}\n")

    folder = cached(f"kernel-and-modules-{arch}-{series}", download)
    modules = [folder / f"{name}.ko" for name in MODULES]
    modules = [path for path in modules if path.exists()]
    return folder / "vmlinuz", modules, (folder / "version").read_text().strip()


def with_modules(package):
    """Returns the names of the packages with an image and its modules: newer ones are separate."""
    return dict.fromkeys([package, package.replace("linux-binary-", "linux-modules-")])


def image_package(apt, record):
    """Resolves a metapackage. Returns the name and version of the package with the image."""
    while True:
        depends = re.search(r"(linux-(?:image|binary)-\S+) \(= (.+?)\)", record.get("Depends", ""))
        if not depends:
            return record["Package"], record["Version"]
        record = next(apt.records("=".join(depends.groups())), None)
        if record is None:
            return depends.groups()


def unpack_kernel(deb, folder):
    """Extracts the kernel image and the modules from a package."""
    with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", deb], stdout=subprocess.PIPE) as dpkg:
        with tarfile.open(fileobj=dpkg.stdout, mode="r|") as archive:
            for member in archive:
                # The image is /boot/vmlinuz-VERSION or, in newer packages,
                # /usr/lib/modules/VERSION/vmlinuz.
                name, _, ending = Path(member.name).name.partition(".ko")
                if not member.isfile():
                    continue
                if name.startswith("vmlinuz"):
                    (folder / "vmlinuz").write_bytes(archive.extractfile(member).read())
                elif name in MODULES and ending in ("", ".xz"):
                    content = archive.extractfile(member).read()
                    content = lzma.decompress(content) if ending else content
                    (folder / f"{name}.ko").write_bytes(content)
        # Also read the bytes after the end of the archive: otherwise dpkg-deb fails with EPIPE.
        dpkg.stdout.read()
    if dpkg.returncode:
        raise Unavailable(f"{deb.name} is not readable")


# --- The emulators ---


def emulator(arch):
    """Returns the command of the emulator, its environment, and its version."""
    program = f"qemu-system-{arch}"
    installed = shutil.which(program)
    if installed:
        return [installed], {}, f"installed {program}"
    folder = cached("qemu", download_emulators)
    libraries = [*folder.glob("lib/*-gnu"), *folder.glob("usr/lib/*-gnu")]
    variables = {"LD_LIBRARY_PATH": ":".join(map(str, libraries))}
    data = [word for name in ("qemu", "seabios") for word in ("-L", folder / "usr/share" / name)]
    command = [folder / "usr/bin" / program, *data]
    return command, variables, (folder / "version").read_text().strip()


def download_emulators(folder):
    """Downloads and unpacks both emulators, and the libraries that are missing on the host."""
    codename = os_release().get("VERSION_CODENAME", "")
    suites = [codename + end for end in ("", "-updates", "-security", "-backports")]
    # Hide installed emulator packages from apt, because they can conflict with the packages to
    # download.
    installed = Path("/var/lib/dpkg/status").read_text(errors="replace").split("\n\n")
    status = "\n\n".join(p for p in installed if not p.startswith("Package: qemu"))
    with Apt(folder / "apt", suites, status=status) as apt:
        words = ["-s", "install", "--no-install-recommends", "qemu-system-x86", "qemu-system-arm"]
        plan = apt.get("-t", suites[-1], *words)
        if plan.returncode:
            plan = apt.get(*words)
        packages = re.findall(r"^Inst (\S+) (?:\[\S+\] )?\((\S+)", plan.stdout, re.M)
        if plan.returncode or not packages or not apt.download(folder, *map("=".join, packages)):
            raise Unavailable(f"no emulator: {apt.first_error()}")
    for deb in folder.glob("*.deb"):
        subprocess.run(["dpkg-deb", "-x", deb, folder], check=True)
        deb.unlink()
    (folder / "version").write_text(f"qemu {dict(packages)['qemu-system-common']}\n")


# --- apt with a separate configuration ---


class Apt:
    """apt for a few suites. All of its state is in one folder, which is removed at the end."""

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
        # `apt-get update` also fails if an archive does not have one of the suites. Its error is
        # reported only if no package is found.
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
            raise Unavailable(f"{program} is not installed") from None
        self.errors += re.findall(r"^[EW]: (.+)", done.stderr, re.M)
        return done

    def get(self, *words, cwd=None):
        return self.run("apt-get", *words, cwd=cwd)

    def download(self, folder, *packages):
        return self.get("download", *packages, cwd=folder).returncode == 0

    def records(self, package):
        """Yields the fields of each version of a package."""
        for text in self.run("apt-cache", "show", package).stdout.strip().split("\n\n"):
            if text:
                yield dict(re.findall(r"^([\w-]+): (.+)", text, re.M))

    def first_error(self):
        return self.errors[0] if self.errors else "the archives have no such package"


def sources(suites):
    """Returns apt sources for these suites in the archives of the host's package sources."""
    found = list(archives())
    text = ""
    for suite in suites:
        for uri, signed_by in found_for(suite, found):
            text += f"Types: deb\nURIs: {uri}\nSuites: {suite}\n"
            text += "Components: main\nTargets: Packages\n"
            text += f"Signed-By:{signed_by}\n\n" if signed_by else "\n"
    if not text:
        raise Unavailable("the package sources of this host contain no Debian archive")
    return text


def found_for(suite, found):
    """Returns the archives that may have the suite: security updates are in a separate archive."""
    security = suite.endswith("-security")
    return dict.fromkeys((uri, key) for uri, key, is_security in found if is_security == security)


def archives():
    """Yields the Debian archives of /etc/apt: URI, key, and whether it has the security updates."""
    release = os_release()
    if release.get("ID") != "debian":
        return
    names = {release.get("VERSION_CODENAME"), "oldstable", "stable", "testing", "unstable", "sid"}
    for source in host_sources():
        for suite in source["Suites"].split():
            if "main" in source["Components"].split() and re.split("[-/]", suite)[0] in names:
                for uri in source["URIs"].split():
                    is_security = suite.endswith(("-security", "/updates"))
                    yield uri, source.get("Signed-By"), is_security


def host_sources():
    """Yields the binary sources of /etc/apt, of both formats, as the fields of the newer format."""
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
