"""Build tools whose rules nobody can know: make, cmake, autoconf and their like."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.filesystem.opaque import origin_of
from minibuild.kernel.fidelity import Fidelity
from minibuild.programs.inputs import decode, encode
from minibuild.programs.options import program_name
from minibuild.programs.packages.assuming import assume
from minibuild.programs.packages.placing import put_file
from minibuild.programs.registry import program

if TYPE_CHECKING:
    from minibuild.kernel.process import Process

# Tool → what its `--version` says.
VERSIONS = {
    "make": "GNU Make 4.3", "gmake": "GNU Make 4.3", "cmake": "cmake version 3.25.1",
    "ctest": "ctest version 3.25.1", "cpack": "cpack version 3.25.1", "ninja": "1.11.1",
    "samu": "1.9.0", "meson": "1.0.1", "autoconf": "autoconf (GNU Autoconf) 2.71",
    "autoreconf": "autoreconf (GNU Autoconf) 2.71", "autoheader": "autoheader (GNU Autoconf) 2.71",
    "automake": "automake (GNU automake) 1.16.5", "aclocal": "aclocal (GNU automake) 1.16.5",
    "libtoolize": "libtoolize (GNU libtool) 2.4.7", "libtool": "libtool (GNU libtool) 2.4.7",
    "bison": "bison (GNU Bison) 3.8.2", "flex": "flex 2.6.4", "m4": "m4 (GNU M4) 1.4.19",
    "swig": "SWIG Version 4.1.0", "pkg-config": "1.8.1", "pkgconf": "1.8.1", "scons": "SCons 4.4.0",
    "qmake": "QMake version 3.1", "protoc": "libprotoc 3.21.12", "ccache": "ccache version 4.8",
    "bazel": "bazel 6.0.0", "gn": "2000", "waf": "waf 2.0.24",
}  # fmt: skip


# Options of make that take a value.
_TAKING = frozenset({"-C", "--directory", "-f", "--file", "--makefile", "-I", "-o", "-W", "-l"})


@program("make", "gmake")
def make(process: Process) -> int:
    """`make [-C DIRECTORY] [-f FILE] [-j N] [NAME=VALUE]... [TARGET]...`"""
    words = process.argv[1:]
    if "--version" in words or "-v" in words:
        process.stdout.write(f"{VERSIONS['make']}\n")
        return 0
    directory, makefile, targets = _arguments(words)
    for one in directory:
        if not process.view.is_dir(one):
            process.stderr.write(f"make: *** {one}: No such file or directory.  Stop.\n")
            return 2
        process.view.chdir(one)
    names = [makefile] if makefile else ["GNUmakefile", "makefile", "Makefile"]
    opaque = bool(origin_of(process.view.stat(".").node))
    if not opaque and makefile != "-" and not any(process.view.exists(name) for name in names):
        if makefile:
            process.stderr.write(f"make: {makefile}: No such file or directory\n")
            process.stderr.write(f"make: *** No rule to make target '{makefile}'.  Stop.\n")
        elif targets:
            process.stderr.write(f"make: *** No rule to make target '{targets[0]}'.  Stop.\n")
        else:
            process.stderr.write("make: *** No targets specified and no makefile found.  Stop.\n")
        return 2
    return assume(process, f"what make {' '.join(targets)} does is not known".replace("  ", " "))


def _arguments(words: list[str]) -> tuple[list[str], str, list[str]]:
    """Directories to go to, the makefile, targets."""
    directories: list[str] = []
    makefile, targets, ahead = "", [], list(words)
    while ahead:
        word = ahead.pop(0)
        if not word.startswith("-"):
            targets += [] if "=" in word else [word]
            continue
        name, equals, value = word.partition("=")
        if word.startswith("-C") and len(word) > 2:
            name, value, equals = "-C", word[2:], "="
        takes = name in _TAKING or (name == "-j" and bool(ahead) and ahead[0].isdigit())
        if takes and not equals and ahead:
            value = ahead.pop(0)
        if name in ("-C", "--directory"):
            directories.append(value)
        elif name in ("-f", "--file", "--makefile"):
            makefile = value
    return directories, makefile, targets


@program(*(name for name in VERSIONS if name not in ("make", "gmake")))
def build_tool(process: Process) -> int:
    """Tools whose results depend on what nobody knows; their versions are known."""
    name, words = program_name(process), process.argv[1:]
    if words in (["--version"], ["-V"], ["-version"]):
        process.stdout.write(f"{VERSIONS[name]}\n")
        return 0
    return assume(process, f"what {name} makes is not known")


@program("java", "javac", "jar", "keytool", "jshell")
def java(process: Process) -> int:
    """`java -version` and its like; what programs do nobody knows."""
    name, words = program_name(process), process.argv[1:]
    if words in (["-version"], ["--version"]):
        version = java_version(process)
        if name == "java":
            process.stderr.write(
                f'openjdk version "{version}"\nOpenJDK Runtime Environment\nOpenJDK 64-Bit Server VM\n'
            )
        else:
            process.stdout.write(f"{name} {version}\n")
        return 0
    return assume(process, f"what {name} does is not known")


def java_version(process: Process) -> str:
    """The version of the container's Java."""
    told = process.env.get("JAVA_VERSION", "").removeprefix("jdk-").removeprefix("jdk")
    if told:
        return told.partition("_")[0].partition("+")[0]
    home = process.env.get("JAVA_HOME", "") or process.executable
    digits = "".join(
        c if c.isdigit() else " " for c in home.replace("1.8", "8").rpartition("jvm/")[2]
    ).split()
    return f"{digits[0] if digits else '17'}.0"


@program("ldconfig", fidelity=Fidelity.MODELLED, reason="ldconfig is played: the cache lists no libraries")
def ldconfig(process: Process) -> int:
    """`ldconfig [-v] [-p] [DIRECTORY]...`"""
    if "-p" in process.argv:
        process.stdout.write("0 libs found in cache `/etc/ld.so.cache'\n")
        return 0
    if process.view.credentials.uid:
        process.stderr.write(
            "/sbin/ldconfig.real: Can't create temporary cache file /etc/ld.so.cache~: Permission denied\n"
        )
        return 1
    put_file(process.view, "/etc/ld.so.cache", b"")
    return 0


@program(
    "update-ca-certificates", "update-ca-trust", "c_rehash",
    fidelity=Fidelity.MODELLED, reason="update-ca-certificates is played: certificates are only put together",
)  # fmt: skip
def update_ca_certificates(process: Process) -> int:
    """`update-ca-certificates [--fresh]`, `update-ca-trust [extract|enable]`."""
    from minibuild.programs.packages.triggers import update_certificates, update_trust

    if program_name(process) == "update-ca-trust":
        update_trust(process)
    elif program_name(process) == "update-ca-certificates":
        count = update_certificates(process)
        process.stdout.write(f"Updating certificates in /etc/ssl/certs...\n{count} added, 0 removed; done.\n")
        process.stdout.write("Running hooks in /etc/ca-certificates/update.d...\ndone.\n")
    return 0


@program("scanelf", fidelity=Fidelity.MODELLED, reason="scanelf is played: programs need the C library only")
def scanelf(process: Process) -> int:
    """`scanelf [--needed] [--nobanner] [--format FORMAT] [--recursive] PATH...`"""
    words, paths = process.argv[1:], []
    while words:
        word = words.pop(0)
        if word in ("--format", "-F", "--symbol", "-s", "--needed-lib", "-N") and words:
            words.pop(0)
        elif not word.startswith("-"):
            paths.append(word)
    if any(process.view.exists(path) for path in paths):
        process.stdout.write("libc.musl-x86_64.so.1\n")
    return 0


_LSB = {"--all": "a", "--short": "s", "--id": "i", "--description": "d", "--release": "r", "--codename": "c"}


@program("lsb_release")
def lsb_release(process: Process) -> int:
    """`lsb_release [-a] [-s] [-i] [-d] [-r] [-c]`: what os-release says."""
    from minibuild.programs.packages.distribution import os_release

    fields = os_release(process)
    flags = "".join(_LSB.get(word, word.lstrip("-")) for word in process.argv[1:])
    names = {"debian": "Debian", "ubuntu": "Ubuntu", "alpine": "Alpine"}
    known = {
        "i": ("Distributor ID", names.get(fields.get("ID", ""), fields.get("NAME", ""))),
        "d": ("Description", fields.get("PRETTY_NAME", "")),
        "r": ("Release", fields.get("VERSION_ID", "n/a")),
        "c": ("Codename", fields.get("VERSION_CODENAME", "n/a")),
    }
    wanted = [letter for letter in "idrc" if letter in flags or "a" in flags]
    if "s" not in flags:
        process.stderr.write("No LSB modules are available.\n")
    for letter in wanted:
        title, value = known[letter]
        process.stdout.write(f"{value}\n" if "s" in flags else f"{title}:\t{value}\n")
    return 0


@program("fc-cache", fidelity=Fidelity.MODELLED, reason="fc-cache is played: the cache lists no fonts")
def fc_cache(process: Process) -> int:
    """`fc-cache [-f] [-v] [-s] [DIRECTORY]...`"""
    if process.view.access("/var/cache", 2):
        put_file(
            process.view,
            "/var/cache/fontconfig/CACHEDIR.TAG",
            b"Signature: 8a477f597d28d172789f06886806bc55\n",
        )
    return 0


@program("crontab", fidelity=Fidelity.MODELLED, reason="crontab is played")
def crontab(process: Process) -> int:
    """`crontab FILE | - | -l | -r | -u USER …`"""
    words, user = process.argv[1:], "root"
    if words[:1] == ["-u"] and len(words) > 1:
        user, words = words[1], words[2:]
    alpine = process.view.exists("/etc/crontabs")
    path = f"/etc/crontabs/{user}" if alpine else f"/var/spool/cron/crontabs/{user}"
    if words[:1] == ["-l"]:
        if not process.view.exists(path):
            process.stderr.write(f"no crontab for {user}\n")
            return 1
        process.stdout.write(decode(process.view.read_bytes(path)))
    elif words[:1] == ["-r"]:
        if process.view.exists(path):
            process.view.unlink(path)
    else:
        data = process.open_reader(words[0] if words else "-").read()
        put_file(process.view, path, encode(decode(data)), 0o600)
    return 0
