"""minibuild as a process under attack: run it, measure it, stop it; hostile tars, byte by byte."""

import io
import json
import os
import subprocess
import sys
import tarfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

MINIBUILD = [sys.executable, "-m", "minibuild"]
MIB = 1 << 20

# The command line with its address space limited, so that a bomb hurts nobody; what it used of memory is
# written at its end. The kernel's own account for children would count the parent's memory, too.
_MEASURED = """
import os, resource, sys
resource.setrlimit(resource.RLIMIT_AS, (3 << 30, 3 << 30))
from minibuild.__main__ import main
try:
    status = main()
except SystemExit as end:
    status = end.code
with open("/proc/self/status") as lines:
    peak = next(line for line in lines if line.startswith("VmHWM")).split()[1]
with open(os.environ["PEAK"], "w") as out:
    out.write(peak)
sys.exit(status)
"""


class Ended(NamedTuple):
    """How a command ended: exit status, what it printed, peak memory in bytes (0: unknown), seconds."""

    status: int
    out: str
    err: str
    peak: int = 0
    seconds: float = 0.0

    def is_told(self) -> bool:
        """Whether a failure was told in words: status 1 or 2, a message, no traceback and no excuse."""
        return self.status in (1, 2) and bool(self.err.strip()) and not self.is_broken()

    def is_broken(self) -> bool:
        """Whether the program itself failed."""
        return "Traceback" in self.err or "unexpectedly" in self.err or self.status not in (0, 1, 2)


def run(*words: object, root: Path, stdin: bytes = b"", timeout: float = 120, **options: Any) -> Ended:
    """`minibuild --root ROOT WORDS…` in a process of its own."""
    command = [*MINIBUILD, "--root", os.fspath(root), *(os.fspath(word) for word in words)]  # type: ignore[call-overload]
    started = time.monotonic()
    done = subprocess.run(command, input=stdin, capture_output=True, timeout=timeout, **options)
    return _ended(done, 0, time.monotonic() - started)


def measure(*words: object, root: Path, peak_file: Path, timeout: float = 120, **options: Any) -> Ended:
    """The same, with the peak of its memory."""
    peak_file.unlink(missing_ok=True)
    env = {**os.environ, **options.pop("env", {}), "PEAK": str(peak_file)}
    command = [sys.executable, "-c", _MEASURED, "--root", *map(str, (root, *words))]
    started = time.monotonic()
    done = subprocess.run(command, capture_output=True, timeout=timeout, env=env, **options)
    peak = int(peak_file.read_text()) * 1024 if peak_file.exists() else 0
    return _ended(done, peak, time.monotonic() - started)


def _ended(done: "subprocess.CompletedProcess[bytes]", peak: int, seconds: float) -> Ended:
    out, err = (text.decode("utf-8", "surrogateescape") for text in (done.stdout, done.stderr))
    return Ended(done.returncode, out, err, peak, seconds)


def start(*words: object, root: Path, **options: Any) -> "subprocess.Popen[bytes]":
    """Begin a command, whose standard output is to be read."""
    command = [*MINIBUILD, "--root", *map(str, (root, *words))]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)


def told_events(lines: Iterable[bytes]) -> list[dict[str, Any]]:
    """The events of `--progress json`, but for a last line that was cut off."""
    return [json.loads(line) for line in lines if line.endswith(b"\n")]


def assert_sound(root: Path) -> None:
    """`system verify` finds nothing."""
    shown = run("system", "verify", root=root)
    assert (shown.status, shown.err) == (0, ""), shown


def files_below(directory: Path) -> dict[str, str]:
    """Every path below a directory, with its kind and what a link points to; nothing is followed."""
    found = {}
    for path in sorted(directory.rglob("*")):
        kind = "link " + os.readlink(path) if path.is_symlink() else "dir" if path.is_dir() else "file"
        found[path.relative_to(directory).as_posix()] = kind
    return found


# ---- tars


def member(name: str, data: bytes = b"", kind: bytes = tarfile.REGTYPE, link: str = "", **more: Any) -> Any:
    """(a member's header, its data)."""
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.size = kind, link, len(data)
    for attribute, value in more.items():
        setattr(info, attribute, value)
    return info, data


def tar_of(*members: Any, form: int = tarfile.PAX_FORMAT) -> bytes:
    """A tar of these members."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as tar:
        for info, data in members:
            tar.addfile(info, io.BytesIO(data))
    return out.getvalue()


def header(name: bytes = b"x", flag: bytes = b"0", size: bytes = b"0" * 11 + b"\0", **fields: bytes) -> bytes:
    """A header block with a right checksum and whatever else is asked for: mode, uid, mtime, link, device,
    prefix.
    """
    seven, eleven = b"0000000\0", b"00000000000\0"
    block = name.ljust(100, b"\0") + fields.get("mode", b"0000644\0") + fields.get("uid", seven) + seven
    block += size + fields.get("mtime", eleven) + b" " * 8 + flag
    block += fields.get("link", b"").ljust(100, b"\0") + b"ustar\x0000" + bytes(64)
    block += fields.get("device", seven) * 2 + fields.get("prefix", b"").ljust(155, b"\0")
    block = block.ljust(512, b"\0")
    return block[:148] + b"%06o\0 " % sum(block) + block[156:]


def pax(**records: bytes) -> bytes:
    """An extension header; `__` in a key stands for a dot."""
    parts = [_record(key.replace("__", ".").encode(), value) for key, value in records.items()]
    return pax_raw(b"".join(parts))


def pax_raw(data: bytes) -> bytes:
    """An extension header with exactly this data."""
    return header(b"pax", b"x", b"%011o\0" % len(data)) + data + bytes(-len(data) % 512)


def _record(key: bytes, value: bytes) -> bytes:
    body = b" " + key + b"=" + value + b"\n"
    length = len(body) + len(str(len(body)))
    return b"%d" % (len(body) + len(str(length))) + body


END = bytes(1024)
