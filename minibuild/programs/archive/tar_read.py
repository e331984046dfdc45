"""Reading tar archives, from a file or a pipe: old, ustar and GNU headers, pax records, sparse files.

Everything read is hostile: sizes are checked before anything is taken into memory.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.filesystem.tarheader import BLOCK, checksum_holds, number, pax_records
from minibuild.programs.archive.member import Member

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from minibuild.programs.archive.inflow import Inflow

_KINDS = {"0": "file", "\0": "file", "7": "file", "1": "hardlink", "2": "link", "3": "char", "4": "block",
          "5": "dir", "6": "fifo", "S": "file", "D": "dir"}  # fmt: skip
_LARGEST_EXTENSION = 1 << 20
_LARGEST = 1 << 60
_MOST_HOLES = 1 << 20


class TarError(Exception):
    """An archive that can't be read on.

    `what`: "magic" (no header where one should be), "header" (a damaged one), "end" (it ends too early),
    "number" (a header without a sensible number).
    """

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


class TarReader:
    """The members of an archive. After each the reader stands before its bytes: `content` and `data` give
    them, the next turn passes over what was not read.

    `records`: which pax records count (busybox knows two of them), None for all. `headers` counts the blocks
    that were read as headers, `ended` says that the archive ends with the zeros it should end with, `lone` at
    which block a single block of zeros stood at the end. `short`: the last member's bytes ended too early.
    """

    def __init__(self, source: Inflow, records: frozenset[str] | None = None) -> None:
        self.source, self.records = source, records
        self.headers, self.ended, self.lone, self.short = 0, False, 0, False
        # GNU looks for the next good header after a bad one, which it is told of; busybox ends.
        self.on_bad: Callable[[bool], None] | None = None
        self.whole = False  # GNU wants the bytes that it passes over to be there
        self.past_zeros = False
        self._left = 0
        self._global: dict[str, bytes] = {}

    def __iter__(self) -> Iterator[Member]:
        extended: dict[str, bytes] = {}
        zeros, bad = 0, False
        while (block := self._header()) is not None:
            self.headers += 1
            if not block.strip(b"\0"):
                zeros += 1
                if zeros == 2 and not self.past_zeros:
                    self.ended = True
                    return
                continue
            zeros = 0
            if not checksum_holds(block):
                bad = self._bad(block, bad)
                continue
            bad = False
            flag = block[156:157].decode("latin-1")
            if flag in "xgLK":
                self._extend(block, flag, extended)
                continue
            member = self._member(block, flag, {**self._global, **extended})
            extended = {}
            self._left = member.size + -member.size % BLOCK
            yield member
        if zeros:
            self.lone = self.source.position // BLOCK

    def content(self, member: Member) -> bytes:
        """All bytes of the member; too few (and `short` is set) at an early end."""
        data = self.source.read(member.size)
        self._left -= len(data)
        self.short = len(data) < member.size
        return data

    def data(self, member: Member) -> Iterator[bytes]:
        """The bytes of the member that was read last, without the holes of a sparse one. TarError at an early
        end.
        """
        got = 0
        for piece in self.source.pieces(member.size):
            got += len(piece)
            self._left -= len(piece)
            yield piece
        if got < member.size:
            raise TarError("end")

    def _bad(self, block: bytes, before: bool) -> bool:
        """A header that is none; True when the next one is to be looked for."""
        if self.on_bad is None:
            raise TarError("header" if block[257:262] == b"ustar" else "magic")
        if not before:
            self.on_bad(self.headers == 1)
        return True

    def _header(self) -> bytes | None:
        """The next header block, after what is left of the member before; None at the end of the file."""
        left, self._left = self._left, 0
        if left and self.whole:
            # The last byte is read, since a file can be passed over beyond its end.
            if self.source.skip(left - 1) < left - 1 or not self.source.read(1):
                raise TarError("end")
        elif left and self.source.skip(left) < left:
            raise TarError("end")
        block = self.source.read(BLOCK)
        if len(block) == BLOCK:
            return block
        if block and not self.whole:
            raise TarError("end")
        return None

    def _extend(self, block: bytes, flag: str, extended: dict[str, bytes]) -> None:
        """Take an extension header: a long name, or pax records for one member or for all that follow."""
        size = _number(block[124:136])
        if size > _LARGEST_EXTENSION:
            raise TarError("number")
        data = self.source.read(size)
        if len(data) < size or self.source.skip(-size % BLOCK) < -size % BLOCK:
            raise TarError("end")
        if flag in "LK":
            extended["path" if flag == "L" else "linkpath"] = data.split(b"\0", 1)[0]
        else:
            try:
                records = pax_records(data)
            except ValueError:
                raise TarError("header") from None
            if self.records is not None:
                records = {key: value for key, value in records.items() if key in self.records}
            (self._global if flag == "g" else extended).update(records)

    def _member(self, block: bytes, flag: str, extended: Mapping[str, bytes]) -> Member:
        """A member from its header and what extension headers said of it."""
        kind = _KINDS.get(flag, flag)
        name = extended.get("GNU.sparse.name") or extended.get("path") or _ustar_name(block)
        if kind == "file" and name.endswith(b"/"):
            kind = "dir"
        size = _pax_number(extended, "size", block[124:136])
        if size > _LARGEST:
            raise TarError("number")
        if kind in ("link", "hardlink", "char", "block", "fifo"):
            size = 0
        linked = extended.get("linkpath")
        device = kind in ("char", "block")
        posix = block[257:262] == b"ustar"
        holes, length, stored = self._sparse(block, flag, extended, size)
        return Member(
            name=_text(name),
            kind=kind,
            mode=_number(block[100:108]) & 0o7777,
            uid=_pax_number(extended, "uid", block[108:116]),
            gid=_pax_number(extended, "gid", block[116:124]),
            user=_text(extended.get("uname") or (_field(block, 265, 297) if posix else b"")),
            group=_text(extended.get("gname") or (_field(block, 297, 329) if posix else b"")),
            mtime=_mtime(extended, block),
            size=stored,
            length=length,
            target=_text(_field(block, 157, 257) if linked is None else linked),
            major=_number(block[329:337]) if device else 0,
            minor=_number(block[337:345]) if device else 0,
            xattrs=_xattrs(extended),
            holes=holes,
        )

    # ---- sparse files

    def _sparse(
        self, block: bytes, flag: str, extended: Mapping[str, bytes], size: int
    ) -> tuple[tuple[tuple[int, int], ...] | None, int, int]:
        """(where the stored bytes go, or None; the length of the file; how many bytes are stored)."""
        if flag == "S":
            return *self._old_sparse(block), size
        if "GNU.sparse.map" in extended:  # format 0.1
            numbers = [_decimal(text) for text in extended["GNU.sparse.map"].split(b",")]
            return _pairs(numbers), _decimal(extended.get("GNU.sparse.size", b"0")), size
        if extended.get("GNU.sparse.major") == b"1":
            holes, used = self._new_sparse()
            return holes, _decimal(extended.get("GNU.sparse.realsize", b"0")), size - used
        return None, size, size

    def _old_sparse(self, block: bytes) -> tuple[tuple[tuple[int, int], ...], int]:
        """GNU's old format: four places in the header, more in blocks that follow."""
        numbers: list[int] = []
        places, more = block[386:482], block[482] != 0
        while True:
            for at in range(0, len(places) - 23, 24):
                if not places[at] and not places[at + 12]:
                    break
                numbers += [_number(places[at : at + 12]), _number(places[at + 12 : at + 24])]
            if not more or len(numbers) > _MOST_HOLES:
                return _pairs(numbers), _number(block[483:495])
            following = self.source.read(BLOCK)
            if len(following) < BLOCK:
                raise TarError("end")
            places, more = following[:504], following[504] != 0

    def _new_sparse(self) -> tuple[tuple[tuple[int, int], ...], int]:
        """Format 1.0: the map stands, as lines of numbers, before the bytes; how many bytes it took."""
        used = 0
        text = b""

        def line() -> int:
            nonlocal used, text
            while b"\n" not in text:
                block = self.source.read(BLOCK)
                used += BLOCK
                if len(block) < BLOCK or used > _MOST_HOLES * 16:
                    raise TarError("end")
                text += block
            digits, _, text = text.partition(b"\n")
            return _decimal(digits)

        count = line()
        if count > _MOST_HOLES:
            raise TarError("number")
        return _pairs([line() for _ in range(2 * count)]), used


def _pairs(numbers: list[int]) -> tuple[tuple[int, int], ...]:
    return tuple(zip(numbers[::2], numbers[1::2], strict=False))


def _decimal(text: bytes) -> int:
    if not text.isdigit() or len(text) > 18:
        raise TarError("number")
    return int(text)


def _number(field: bytes) -> int:
    try:
        return number(field)
    except ValueError:
        raise TarError("number") from None


def _pax_number(extended: Mapping[str, bytes], key: str, field: bytes) -> int:
    value = extended.get(key)
    return _number(field) if value is None else _decimal(value)


def _field(block: bytes, start: int, end: int) -> bytes:
    return block[start:end].split(b"\0", 1)[0]


def _ustar_name(block: bytes) -> bytes:
    """The name in the header itself; GNU's old headers keep other things where ustar has the prefix."""
    name = _field(block, 0, 100)
    prefix = _field(block, 345, 500) if block[257:263] == b"ustar\0" else b""
    return prefix + b"/" + name if prefix else name


def _mtime(extended: Mapping[str, bytes], block: bytes) -> int:
    value = extended.get("mtime")
    if value is not None:
        whole, _, fraction = value.partition(b".")
        digits = fraction[:9].ljust(9, b"0")
        if whole.removeprefix(b"-").isdigit() and len(whole) < 12 and digits.isdigit():
            return int(whole) * 10**9 + int(digits)
    try:
        return number(block[136:148]) * 10**9
    except ValueError:
        return 0


def _xattrs(extended: Mapping[str, bytes]) -> dict[str, bytes]:
    prefix = "SCHILY.xattr."
    return {key.removeprefix(prefix): value for key, value in extended.items() if key.startswith(prefix)}


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")
