"""The formats of cpio: newc and crc (SVR4), odc (POSIX)."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from minibuild.programs.archive.member import Member

if TYPE_CHECKING:
    from collections.abc import Iterator

    from minibuild.programs.archive.inflow import Inflow

TRAILER = "TRAILER!!!"
_KINDS = {0o04: "dir", 0o10: "file", 0o12: "link", 0o06: "block", 0o02: "char", 0o01: "fifo", 0o14: "socket"}
_BITS = {kind: bits << 12 for bits, kind in _KINDS.items()}
_LARGEST_NAME = 1 << 16


class CpioError(Exception):
    """An archive that can't be read on; `what`: end, magic or number."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


class CpioReader:
    """The members of an archive, the trailer excluded. `data` gives the bytes of the member that was read
    last.

    `links` is the number of names that the last member has, `ino` its inode number.
    """

    def __init__(self, source: Inflow, *, old: bool = True) -> None:
        self.source, self.old = source, old
        self.ino, self.links = 0, 1
        self._left = 0

    def __iter__(self) -> Iterator[Member]:
        while True:
            if self._left and self.source.skip(self._left) < self._left:
                raise CpioError("end")
            self._left = 0
            magic = self.source.peek(6)
            if len(magic) < 6:
                raise CpioError("end")
            if magic in (b"070701", b"070702"):
                member = self._new()
            elif magic == b"070707" and self.old:
                member = self._posix()
            else:
                raise CpioError("magic")
            if member.name == TRAILER:
                return
            yield member

    def data(self, member: Member) -> Iterator[bytes]:
        """The bytes of the member. CpioError at an early end."""
        got = 0
        for piece in self.source.pieces(member.size):
            got += len(piece)
            self._left -= len(piece)
            yield piece
        if got < member.size:
            raise CpioError("end")

    def _new(self) -> Member:
        head = self._read(110)
        fields = [_number(head[at : at + 8], 16) for at in range(6, 110, 8)]
        self.ino, mode, uid, gid, self.links, mtime, size, _, _, major, minor, length, _ = fields
        name = self._name(length, -(110 + length) % 4)
        member = Member(name, "", mode, uid, gid, mtime=mtime * 10**9, size=size, major=major, minor=minor)
        return self._described(member, -size % 4)

    def _posix(self) -> Member:
        head = self._read(76)
        places = (6, 12, 18, 24, 30, 36, 42, 48, 59, 65, 76)
        fields = [_number(head[start:end], 8) for start, end in pairwise(places)]
        _, self.ino, mode, uid, gid, self.links, device, mtime, length, size = fields
        name = self._name(length, 0)
        major, minor = device >> 8, device & 255
        member = Member(name, "", mode, uid, gid, mtime=mtime * 10**9, size=size, major=major, minor=minor)
        return self._described(member, 0)

    def _described(self, member: Member, fill: int) -> Member:
        """The member with its kind; what a link points to stands where a file has its bytes."""
        kind, mode, size = _KINDS.get(member.mode >> 12 & 0o17, "file"), member.mode & 0o7777, member.size
        if kind == "link":
            target = self._read(size, limit=_LARGEST_NAME).decode("utf-8", "surrogateescape")
            self._left = fill
            return replace(member, kind=kind, mode=mode, target=target, size=0)
        self._left = size + fill
        return replace(member, kind=kind, mode=mode, length=size)

    def _name(self, length: int, fill: int) -> str:
        if not 0 < length <= _LARGEST_NAME:
            raise CpioError("number")
        raw = self._read(length)
        self.source.skip(fill)
        return raw.split(b"\0", 1)[0].decode("utf-8", "surrogateescape")

    def _read(self, n: int, limit: int = 1 << 20) -> bytes:
        if n > limit:
            raise CpioError("number")
        data = self.source.read(n)
        if len(data) < n:
            raise CpioError("end")
        return data


def _number(digits: bytes, base: int) -> int:
    try:
        return int(digits, base) if digits.isalnum() else int("", base)
    except ValueError:
        raise CpioError("number") from None


def header(member: Member, *, ino: int, links: int, style: str = "newc") -> bytes:
    """The header of a member with its name, filled up for the bytes that follow."""
    name = member.name.encode("utf-8", "surrogateescape") + b"\0"
    mode = _BITS.get(member.kind, 0) | member.mode
    mtime = max(0, member.mtime // 10**9)
    if style == "odc":
        device = member.major << 8 | member.minor
        uid, gid = member.uid & 0o777777, member.gid & 0o777777
        text = f"070707{0:06o}{ino & 0o777777:06o}{mode:06o}{uid:06o}{gid:06o}{links:06o}{device:06o}"
        text += f"{mtime:011o}{len(name):06o}{member.size:011o}"
        return text.encode() + name
    fields = (ino & 0xFFFFFFFF, mode, member.uid, member.gid, links, mtime & 0xFFFFFFFF, member.size, 0, 0,
              member.major, member.minor, len(name), 0)  # fmt: skip
    magic = "070702" if style == "crc" else "070701"
    raw = (magic + "".join(f"{field:08X}" for field in fields)).encode() + name
    return raw + bytes(-len(raw) % 4)


def filling(size: int, style: str = "newc") -> bytes:
    """The zeros after the bytes of a member."""
    return b"" if style == "odc" else bytes(-size % 4)


def trailer(style: str = "newc") -> bytes:
    """What ends an archive."""
    return header(Member(TRAILER, "", mode=0), ino=0, links=1 if style == "odc" else 0, style=style)
