"""busybox: all applets in one file. `busybox NAME ARGS` runs one, `--list` names them, `--install` links
them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.filesystem.errors import strerror
from minibuild.programs.coreutils.paths import join
from minibuild.programs.inputs import encode
from minibuild.programs.options import BANNER
from minibuild.programs.registry import APPLETS, lookup, program

if TYPE_CHECKING:
    from minibuild.kernel.process import Process

USAGE = """\
Usage: busybox [function [arguments]...]
   or: busybox --list[-full]
   or: busybox --show SCRIPT
   or: busybox --install [-s] [DIR]
   or: function [arguments]...

\tBusyBox is a multi-call binary that combines many common Unix
\tutilities into a single executable.  Most people will create a
\tlink to busybox for each function they wish to use and BusyBox
\twill act like whatever it was invoked as.

Currently defined functions:
"""
_SBIN = "addgroup adduser arp chroot delgroup deluser ifconfig ip killall5 run-parts sysctl start-stop-daemon"
SBIN = frozenset(_SBIN.split())
_USR_BIN = (
    "[ [[ awk basename bc bunzip2 bzcat bzip2 cal cksum clear cmp comm crc32 cut dc diff dirname"
    " dos2unix du env expand expr factor find flock fold free fuser groups hd head hexdump hostid id"
    " install killall last less logger logname lzcat lzma md5sum mkfifo mkpasswd nl nohup nproc od"
    " passwd paste patch pgrep pkill printf readlink realpath renice reset rev seq setsid sha1sum"
    " sha256sum sha3sum sha512sum shred shuf sort split strings sum tac tail tee test time timeout top"
    " tr truncate tty unexpand uniq unix2dos unlink unlzma unxz unzip uptime uudecode uuencode w wc"
    " wget which who whoami xargs xxd xz xzcat yes"
)
USR_BIN = frozenset(_USR_BIN.split())


@program("busybox")
def busybox(process: Process) -> int:
    """`busybox NAME [ARGS]`, `busybox --list`, `busybox --install [-s] [DIR]`; 127 for an applet that there
    is not.
    """
    words = process.argv[1:]
    if not words or words == ["--help"]:
        process.stdout.write(f"{BANNER}\n\n{USAGE}{functions()}")
        return 0
    name = words[0]
    if name in ("--list", "--list-full"):
        for applet in sorted(APPLETS):
            process.stdout.write((place(applet)[1:] if name == "--list-full" else applet) + "\n")
        return 0
    if name == "--install":
        return install(process, words[1:])
    if name == "--help" and len(words) > 1:
        name, words = words[1], [words[1], "--help"]
    entry = lookup(name) if name in APPLETS else None
    if entry is None:
        process.stderr.write(f"{name}: applet not found\n")
        return 127
    process.argv = words
    return entry(process)


def functions() -> str:
    """The names of all applets, in lines of less than 80 characters."""
    lines, line = [], ""
    for name in sorted(APPLETS):
        if len(line) + len(name) > 68:
            lines.append(line)
            line = ""
        line += name + ", "
    return "".join(f"\t{text.rstrip()}\n" for text in [*lines, line.rstrip(", ")])


def place(name: str) -> str:
    """Where an applet belongs."""
    if name in USR_BIN:
        return f"/usr/bin/{name}"
    return f"/sbin/{name}" if name in SBIN else f"/bin/{name}"


def install(process: Process, words: list[str]) -> int:
    """Make links to busybox: in their usual places, or all in one directory; what exists stays."""
    symbolic = "-s" in words
    directories = [word for word in words if word != "-s"]
    status = 0
    for name in sorted(APPLETS):
        path = join(directories[0], name) if directories else place(name)
        try:
            if symbolic:
                process.view.symlink(process.executable, path)
            else:
                process.view.link(process.executable, path)
        except FileExistsError:
            continue
        except OSError as error:
            process.stderr.write(encode(f"busybox: {path}: {strerror(error)}\n"))
            status = 1
    return status
