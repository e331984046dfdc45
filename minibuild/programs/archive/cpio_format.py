"""The formats of cpio: newc and crc (SVR4), odc (POSIX)."""

from __future__ import annotations

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
        try:
            fields = [int(head[at : at + 8], 16) for at in range(6, 110, 8)]
        except ValueError:
            raise CpioError("number") from None
        ino, mode, uid, gid, links, mtime, size, _, _, major, minor, length, _ = fields
        name = self._name(length, -(110 + length) % 4)
        self.ino, self.links = ino, links
        return self._described(name, mode, (uid, gid), mtime, size, (major, minor), -size % 4)

    def _posix(self) -> Member:
        head = self._read(76)
        places = (6, 12, 18, 24, 30, 36, 42, 48, 59, 65, 76)
        try:
            fields = [int(head[start:end], 8) for start, end in pairwise(places)]
        except ValueError:
            raise CpioError("number") from None
        _, ino, mode, uid, gid, links, device, mtime, length, size = fields
        name = self._name(length, 0)
        self.ino, self.links = ino, links
        return self._described(name, mode, (uid, gid), mtime, size, (device >> 8, device & 255), 0)

    def _described(
        self,
        name: str,
        mode: int,
        owner: tuple[int, int],
        mtime: int,
        size: int,
        device: tuple[int, int],
        fill: int,
    ) -> Member:
        kind = _KINDS.get(mode >> 12 & 0o17, "file")
        target = ""
        if kind == "link":
            target = self._read(size, limit=_LARGEST_NAME).decode("utf-8", "surrogateescape")
            self._left, size = fill, 0
        else:
            self._left = size + fill
        return Member(
            name=name, kind=kind, mode=mode & 0o7777, uid=owner[0], gid=owner[1], mtime=mtime * 10**9,
            size=size,
            length=size, target=target, major=device[0], minor=device[1],
        )  # fmt: skip

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
