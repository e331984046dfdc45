"""setcap and getcap: capabilities of program files, kept in the attribute security.capability."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from minibuild.filesystem.errors import strerror
from minibuild.programs.coreutils.paths import join
from minibuild.programs.inputs import die, encode
from minibuild.programs.options import Options
from minibuild.programs.registry import program

if TYPE_CHECKING:
    from minibuild.kernel.process import Process

SETCAP = Options(
    "+qvrn:f", usage="[-q] [-v] (-r|<caps>) <filename> [ ... ]", help="Set capabilities of files", least=1
)
GETCAP = Options(
    "rvhn", usage="[-r] [-v] [-n] <filename> [ ... ]", help="Show capabilities of files", least=1
)
ATTRIBUTE = "security.capability"
REVISION, EFFECTIVE = 0x02000000, 1  # VFS_CAP_REVISION_2 of linux/capability.h
_NAMES = (
    "chown dac_override dac_read_search fowner fsetid kill setgid setuid setpcap linux_immutable"
    " net_bind_service net_broadcast net_admin net_raw ipc_lock ipc_owner sys_module sys_rawio"
    " sys_chroot sys_ptrace sys_pacct sys_admin sys_boot sys_nice sys_resource sys_time sys_tty_config"
    " mknod lease audit_write audit_control setfcap mac_override mac_admin syslog wake_alarm"
    " block_suspend audit_read perfmon bpf checkpoint_restore"
)
NAMES = _NAMES.split()


@program("setcap", options=SETCAP)
def setcap(process: Process) -> int:
    """`setcap CAPS FILE ...`, `setcap -r FILE`"""
    opts, words = SETCAP.parse(process)
    if "r" in opts:
        pairs: list[tuple[str | None, str]] = [(None, path) for path in words]
    elif len(words) % 2:
        SETCAP.fail(process)
    else:
        pairs = list(zip(words[::2], words[1::2], strict=True))
    view = process.view
    for text, path in pairs:
        try:
            if text is None or not text:
                if ATTRIBUTE in view.listxattr(path):
                    view.removexattr(path, ATTRIBUTE)
                continue
            value = parse(text)
            if value is None:
                die(process, f"fatal error: Invalid argument\nusage: setcap {SETCAP.usage}")
            view.setxattr(path, ATTRIBUTE, value)
        except OSError as error:
            if error.errno == 1:
                process.error("unable to set CAP_SETFCAP effective capability: Operation not permitted")
            else:
                process.error(f"Failed to set capabilities on file `{path}' ({strerror(error)})")
            return 1
    return 0


def parse(text: str) -> bytes | None:
    """The attribute's value of `cap_net_raw,cap_net_admin=+ep` and the like; None when it is no such text."""
    permitted = inheritable = effective = 0
    for clause in text.split():
        cut = next((at for at, letter in enumerate(clause) if letter in "+=-"), -1)
        if cut < 0:
            return None
        bits = 0
        for name in clause[:cut].lower().split(","):
            if name in ("all", ""):
                bits |= (1 << len(NAMES)) - 1
            elif name.removeprefix("cap_") in NAMES:
                bits |= 1 << NAMES.index(name.removeprefix("cap_"))
            else:
                return None
        flags = clause[cut:].lstrip("+=")
        if flags.strip("eip"):
            return None
        permitted |= bits if "p" in flags else 0
        inheritable |= bits if "i" in flags else 0
        effective |= int("e" in flags)
    low, high = (1 << 32) - 1, 32
    words = (permitted & low, inheritable & low, permitted >> high, inheritable >> high)
    return struct.pack("<5I", REVISION | (EFFECTIVE if effective else 0), *words)


def describe(value: bytes) -> str:
    """`cap_net_raw=ep` of an attribute's value."""
    magic, p_low, i_low, p_high, i_high = struct.unpack("<5I", value[:20])
    permitted, inheritable = p_high << 32 | p_low, i_high << 32 | i_low
    names = ",".join(f"cap_{name}" for at, name in enumerate(NAMES) if (permitted | inheritable) >> at & 1)
    flags = ("e" if magic & EFFECTIVE else "") + ("i" if inheritable else "") + ("p" if permitted else "")
    return f"{names}={flags}"


@program("getcap", options=GETCAP)
def getcap(process: Process) -> int:
    """`getcap [-rv] FILE...`"""
    opts, paths = GETCAP.parse(process)
    view = process.view

    def show(path: str) -> None:
        stat = view.lstat(path)
        value = (stat.node.xattrs or {}).get(ATTRIBUTE) if stat.kind == "file" else None
        if value is not None and len(value) >= 20:
            process.stdout.write(encode(f"{path} {describe(value)}\n"))
        elif "v" in opts:
            process.stdout.write(encode(path) + b"\n")
        if stat.kind == "dir" and "r" in opts:
            for name in view.listdir(path):
                process.tick()
                show(join(path, name))

    for path in paths:
        try:
            show(path)
        except OSError as error:
            process.error(f"{path} ({strerror(error)})")
    return 0
