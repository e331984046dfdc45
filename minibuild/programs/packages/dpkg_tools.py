"""dpkg's and debconf's smaller tools."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.kernel.fidelity import Fidelity
from minibuild.programs.inputs import encode
from minibuild.programs.options import program_name
from minibuild.programs.packages.assuming import assume
from minibuild.programs.packages.dpkg_database import DpkgDatabase
from minibuild.programs.packages.locales import generate
from minibuild.programs.packages.placing import put_file
from minibuild.programs.registry import program

if TYPE_CHECKING:
    from minibuild.kernel.process import Process

_ARCHITECTURE = {
    "DEB_BUILD_ARCH": "amd64", "DEB_BUILD_ARCH_ABI": "base", "DEB_BUILD_ARCH_BITS": "64",
    "DEB_BUILD_ARCH_CPU": "amd64", "DEB_BUILD_ARCH_ENDIAN": "little", "DEB_BUILD_ARCH_LIBC": "gnu",
    "DEB_BUILD_ARCH_OS": "linux", "DEB_BUILD_GNU_CPU": "x86_64", "DEB_BUILD_GNU_SYSTEM": "linux-gnu",
    "DEB_BUILD_GNU_TYPE": "x86_64-linux-gnu", "DEB_BUILD_MULTIARCH": "x86_64-linux-gnu",
}  # fmt: skip
_FLAGS = {
    "CFLAGS": "-g -O2 -ffile-prefix-map=/=. -fstack-protector-strong -Wformat -Werror=format-security",
    "CPPFLAGS": "-Wdate-time -D_FORTIFY_SOURCE=2",
    "CXXFLAGS": "-g -O2 -ffile-prefix-map=/=. -fstack-protector-strong -Wformat -Werror=format-security",
    "FFLAGS": "-g -O2 -ffile-prefix-map=/=. -fstack-protector-strong",
    "LDFLAGS": "-Wl,-z,relro",
}


@program("dpkg-architecture", fidelity=Fidelity.MODELLED, reason="dpkg-architecture is played for amd64")
def dpkg_architecture(process: Process) -> int:
    """`dpkg-architecture [--query VARIABLE | -qVARIABLE | --list]`"""
    known = dict(_ARCHITECTURE)
    for kind in ("HOST", "TARGET"):
        known |= {key.replace("BUILD", kind): value for key, value in _ARCHITECTURE.items()}
    words = process.argv[1:]
    for at, word in enumerate(words):
        name = word[2:] if word.startswith("-q") and not word.startswith("--") else ""
        if word in ("-q", "--query") and at + 1 < len(words):
            name = words[at + 1]
        if name:
            if name not in known:
                process.stderr.write(f"dpkg-architecture: error: {name} is not a supported variable name\n")
                return 25
            process.stdout.write(f"{known[name]}\n")
            return 0
    process.stdout.write("".join(f"{name}={value}\n" for name, value in sorted(known.items())))
    return 0


@program("dpkg-buildflags", fidelity=Fidelity.MODELLED, reason="dpkg-buildflags is played for amd64")
def dpkg_buildflags(process: Process) -> int:
    """`dpkg-buildflags [--get FLAG | --export[=sh]]`"""
    words = process.argv[1:]
    if words[:1] == ["--get"] and len(words) > 1:
        process.stdout.write(f"{_FLAGS.get(words[1], '')}\n")
    elif words and words[0].startswith("--export"):
        process.stdout.write("".join(f'export {name}="{value}"\n' for name, value in _FLAGS.items()))
    else:
        process.stdout.write("".join(f"{name}={value}\n" for name, value in _FLAGS.items()))
    return 0


@program("dpkg-divert", fidelity=Fidelity.MODELLED, reason="dpkg-divert is played")
def dpkg_divert(process: Process) -> int:
    """`dpkg-divert [--local] [--rename] [--divert TARGET] [--add | --remove] FILE`"""
    words, target, operands = process.argv[1:], "", []
    while words:
        word = words.pop(0)
        if word == "--divert" and words:
            target = words.pop(0)
        elif not word.startswith("-"):
            operands.append(word)
    if not operands:
        process.stderr.write("dpkg-divert: error: --add needs a single argument\n")
        return 2
    path, view = operands[0], process.view
    target = target or f"{path}.distrib"
    if "--remove" in process.argv:
        path, target = target, path
        process.stdout.write(f"Removing 'local diversion of {target} to {path}'\n")
    else:
        process.stdout.write(f"Adding 'local diversion of {path} to {target}'\n")
    if "--rename" in process.argv and view.lexists(path):
        view.rename(path, target)
    return 0


@program(
    "dpkg-statoverride", "dpkg-trigger", "dpkg-preconfigure", "dpkg-maintscript-helper", "debconf",
    "debconf-show", "debconf-communicate", "update-rc.d", "invoke-rc.d", "pam-auth-update",
    "update-passwd", "deb-systemd-helper", "deb-systemd-invoke", "update-initramfs",
    "update-mime-database", "update-desktop-database", "update-shells", "install-info",
    "update-icon-caches", "ischroot",
    fidelity=Fidelity.MODELLED, reason="tools of Debian's packages are played: they leave no trace",
)  # fmt: skip
def quiet_tool(process: Process) -> int:
    """Tools that packages call; what they change stays among packages."""
    del process
    return 0


@program("debconf-set-selections", fidelity=Fidelity.MODELLED, reason="debconf-set-selections is played")
def debconf_set_selections(process: Process) -> int:
    """`debconf-set-selections [FILE]`: answers to packages' questions, line by line."""
    operands = [word for word in process.argv[1:] if not word.startswith("-")]
    text = process.open_reader(operands[0] if operands else "-").read()
    path = "/var/cache/debconf/config.dat"
    old = process.view.read_bytes(path) if process.view.exists(path) else b""
    entries = []
    for line in text.decode("utf-8", "replace").splitlines():
        words = line.split(None, 3)
        if line.strip().startswith("#") or not words:
            continue
        if len(words) < 3:
            process.stderr.write(f"error: Cannot find a question for {' '.join(words[1:])}\n")
            return 1
        entries.append(
            f"Name: {words[1]}\nTemplate: {words[1]}\nValue:"
            f" {words[3] if len(words) > 3 else ''}\nOwners: {words[0]}\n\n"
        )
    put_file(process.view, path, old + encode("".join(entries)))
    return 0


@program("dpkg-reconfigure", fidelity=Fidelity.MODELLED, reason="dpkg-reconfigure is played")
def dpkg_reconfigure(process: Process) -> int:
    """`dpkg-reconfigure [options] PACKAGE...`"""
    words, names = process.argv[1:], []
    while words:
        word = words.pop(0)
        if word in ("-f", "--frontend", "-p", "--priority") and words:
            words.pop(0)
        elif not word.startswith("-"):
            names.append(word)
    installed = DpkgDatabase(process.view).installed()
    for name in names:
        if name not in installed:
            process.stderr.write(f"{program_name(process)}: {name} is not installed\n")
            return 1
        if name == "locales":
            generate(process, [])
        if name == "tzdata":
            _timezone(process)
    return 0


def _timezone(process: Process) -> None:
    path = "/etc/timezone"
    zone = process.view.read_bytes(path).decode().strip() if process.view.exists(path) else "Etc/UTC"
    if process.view.is_link("/etc/localtime"):
        zone = process.view.readlink("/etc/localtime").partition("zoneinfo/")[2] or zone
    process.stdout.write(f"\nCurrent default time zone: '{zone}'\n")
    put_file(process.view, path, encode(f"{zone}\n"))


@program(
    "dpkg-buildpackage", "dpkg-source", "dpkg-scanpackages", "dpkg-checkbuilddeps", "debuild",
    "mk-build-deps", "dpkg-genchanges", "dpkg-parsechangelog", "dpkg-shlibdeps", "dpkg-gencontrol",
    "dh", "apt-ftparchive", "alien", "debootstrap", "apt-file",
)  # fmt: skip
def unknown_tool(process: Process) -> int:
    """Tools that make packages: what they give depends on what nobody knows."""
    return assume(process, f"what {program_name(process)} makes is not known")
