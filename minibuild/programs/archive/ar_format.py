"""Unix archives (ar(5)), in the variants of System V and BSD: reading and writing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from minibuild.programs.archive.inflow import Inflow

MAGIC = b"!<arch>\n"
_LARGEST_TABLE = 1 << 24


class ArError(Exception):
    """An archive that can't be read on; `what`: end or magic."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


@dataclass(frozen=True, slots=True)
class ArMember:
    """A member: `mtime` in seconds, `mode` with the bits of its type."""

    name: str
    mtime: int
    uid: int
    gid: int
    mode: int
    size: int


def read_members(source: Inflow) -> Iterator[ArMember]:
    """The members; until the next one is asked for, the bytes of one may be read from the source."""
    magic = source.read(len(MAGIC))
    if magic != MAGIC:
        raise ArError("end" if len(magic) < len(MAGIC) else "magic")
    names = b""
    while True:
        head = source.read(60)
        if not head.strip(b"\n\0"):
            return
        if len(head) < 60:
            raise ArError("end")
        if head[58:60] != b"`\n":
            raise ArError("magic")
        mtime, uid, gid = _number(head[16:28]), _number(head[28:34]), _number(head[34:40])
        size = _number(head[48:58])
        raw = head[:16].rstrip(b" ")
        start = source.position
        end = start + size + size % 2
        if raw == b"//":
            if size > _LARGEST_TABLE:
                raise ArError("magic")
            names = source.read(size)
        elif raw not in (b"/", b"__.SYMDEF", b"/SYM64/"):
            name = _name(raw, names)
            if raw.startswith(b"#1/"):
                length = min(size, _number(raw[3:]))
                name = source.read(length).rstrip(b"\0")
                size -= length
            yield ArMember(
                name.decode("utf-8", "surrogateescape"), mtime, uid, gid, _number(head[40:48], 8), size
            )
        left = end - source.position
        if source.skip(left) < left - 1:
            raise ArError("end")


def _number(text: bytes, base: int = 10) -> int:
    digits = text.strip(b" ")
    if not digits.isdigit():
        if digits:
            raise ArError("magic")
        return 0
    try:
        return int(digits, base)
    except ValueError:
        raise ArError("magic") from None


def _name(raw: bytes, names: bytes) -> bytes:
    if raw.startswith(b"/") and raw[1:].isdigit():
        return names[int(raw[1:]) :].split(b"\n", 1)[0].removesuffix(b"/")
    return raw.removesuffix(b"/")


def write_archive(members: list[tuple[ArMember, bytes]]) -> bytes:
    """An archive of these members, long names in a table."""
    table = b""
    rows: list[bytes] = []
    for member, data in members:
        raw = member.name.encode("utf-8", "surrogateescape")
        if len(raw) > 15:
            place = b"/%d" % len(table)
            table += raw + b"/\n"
        else:
            place = raw + b"/"
        rows.append(_header(place, member) + data + b"\n" * (len(data) % 2))
    out = MAGIC
    if table:
        out += b"//".ljust(48) + b"%-10d`\n" % len(table) + table + b"\n" * (len(table) % 2)
    return out + b"".join(rows)


def _header(name: bytes, member: ArMember) -> bytes:
    numbers = b"%-12d%-6d%-6d%-8o%-10d" % (member.mtime, member.uid, member.gid, member.mode, member.size)
    return name.ljust(16) + numbers + b"`\n"
