"""ldd: which shared libraries a program needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.catalogue.executable import identify
from minibuild.filesystem.opaque import origin_of
from minibuild.kernel.fidelity import Fidelity
from minibuild.programs.inputs import encode
from minibuild.programs.options import Options
from minibuild.programs.registry import program
from minibuild.programs.system.elf import needed_libraries

if TYPE_CHECKING:
    from minibuild.filesystem.view import View
    from minibuild.kernel.process import Process

LDD = Options(
    "drvu",
    long={"data-relocs": "d", "function-relocs": "r", "verbose": "v", "unused": "u", "version": "version"},
    usage="[OPTION]... FILE...",
    help="Print shared library dependencies",
)
DIRECTORIES = (
    "/lib/x86_64-linux-gnu",
    "/usr/lib/x86_64-linux-gnu",
    "/lib64",
    "/usr/lib64",
    "/lib",
    "/usr/lib",
    "/usr/local/lib",
)
LOADERS = ("/lib64/ld-linux-x86-64.so.2", "/lib/ld-musl-x86_64.so.1")
BASE = 0x7F0000000000


@program("ldd", options=LDD)
def ldd(process: Process) -> int:
    """`ldd FILE...`: real ELF files are read; of the catalogue's stand-ins the C library is taken to be
    needed.
    """
    opts, paths = LDD.parse(process)
    if "version" in opts:
        process.stdout.write("ldd (Debian GLIBC 2.36-9+deb12u14) 2.36\n")
        return 0
    if not paths:
        process.error("missing file arguments")
        process.stderr.write("Try `ldd --help' for more information.\n")
        return 1
    status = 0
    for path in paths:
        if len(paths) > 1:
            process.stdout.write(encode(f"{path}:\n"))
        status |= show(process, path)
    return status


def usual_directory(view: View) -> str:
    """Where distributions of the image's kind keep their C library."""
    return "/lib/x86_64-linux-gnu" if view.exists("/etc/debian_version") else "/lib64"


def show(process: Process, path: str) -> int:
    """The libraries of one file; 1 when it is no program."""
    view = process.view
    try:
        # Asked through a view of its own: what ldd says of a file that nobody knows is known nevertheless.
        origin = origin_of(view.copy().found(path)[1])
    except OSError:
        process.error(f"{path}: No such file or directory")
        return 1
    if origin:
        reason = f"{path} is taken to have all libraries that it needs: {origin} is not known"
        process.system.fidelity.note(Fidelity.ASSUMED, reason)
        process.stdout.write("\tstatically linked\n")
        return 0
    try:
        head = view.open(path).read(1 << 16)
    except OSError:
        process.error(f"{path}: not regular file")
        return 1
    if not head.startswith(b"\x7fELF"):
        process.stderr.write("\tnot a dynamic executable\n")
        return 1
    stand_in = identify(head[:128]) is not None
    if not stand_in:
        names = needed_libraries(view.read_bytes(path))
    else:
        process.system.fidelity.note(
            Fidelity.MODELLED, f"which libraries {path} needs is played from the catalogue"
        )
        names = ["libc.musl-x86_64.so.1"] if view.exists("/lib/ld-musl-x86_64.so.1") else ["libc.so.6"]
    if not names:
        process.stdout.write("\tstatically linked\n")
        return 0
    lines = []
    for at, name in enumerate(names):
        found = next((f"{where}/{name}" for where in DIRECTORIES if view.exists(f"{where}/{name}")), None)
        if found is None and stand_in:
            found = f"{usual_directory(view)}/{name}"
        address = BASE + (at + 1) * 0x200000
        lines.append(f"\t{name} => {found} (0x{address:016x})" if found else f"\t{name} => not found")
    loader = next((name for name in LOADERS if view.exists(name)), None)
    if loader is not None:
        lines.append(f"\t{loader} (0x{BASE:016x})")
    process.stdout.write(encode("\n".join(lines) + "\n"))
    return 0
