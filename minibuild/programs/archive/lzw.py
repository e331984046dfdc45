"""The format of compress(1): adaptive LZW with codes of 9 to 16 bits, written in groups of eight."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from minibuild.programs.archive.codecs import Compressor
    from minibuild.programs.archive.inflow import Inflow

_CLEAR, _FIRST = 256, 257
_MAGIC = b"\x1f\x9d"


def unpack_lzw(source: Inflow) -> Iterator[bytes]:
    """The bytes within a `.Z` stream."""
    from minibuild.programs.archive.codecs import CodecError

    head = source.read(3)
    if head[:2] != _MAGIC:
        raise CodecError("magic" if head else "empty")
    if len(head) < 3 or not 9 <= head[2] & 0x1F <= 16:
        raise CodecError("format")
    most, block = head[2] & 0x1F, bool(head[2] & 0x80)
    first = _FIRST if block else _CLEAR
    table: list[bytes] = [bytes([value]) for value in range(256)] + [b""] * (first - 256)
    width, previous = 9, b""
    out: list[bytes] = []
    while True:
        # Codes come in groups of eight of one width; a change of width drops what is left of the group.
        group = source.read(width)
        if not group:
            break
        bits, count = int.from_bytes(group, "little"), len(group) * 8 // width
        for _ in range(count):
            code, bits = bits & ((1 << width) - 1), bits >> width
            if code == _CLEAR and block:
                del table[first:]
                previous, width = b"", 9
                break
            if code < len(table):
                entry = table[code]
            elif code == len(table) and previous:
                entry = previous + previous[:1]
            else:
                raise CodecError("format")
            out.append(entry)
            if previous and len(table) < 1 << most:
                table.append(previous + entry[:1])
            previous = entry
            if len(table) >= 1 << width and width < most:
                width += 1
                break
        yield b"".join(out)
        out.clear()


class _Lzw:
    """Compress by LZW. The table, once full, stays as it is."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._table = {bytes([value]): value for value in range(256)}
        self._next, self._width, self._word = _FIRST, 9, b""
        self._bits, self._count, self._codes = 0, 0, 0
        self._out = bytearray(_MAGIC + bytes([0x80 | most]))

    def compress(self, data: bytes, /) -> bytes:
        """Take bytes; what is ready."""
        table, word = self._table, self._word
        for value in data:
            longer = word + bytes([value])
            if longer in table:
                word = longer
                continue
            self._emit(table[word])
            if self._next < 1 << self._most:
                table[longer] = self._next
                self._next += 1
                if self._next > 1 << self._width and self._width < self._most:
                    self._fill()
                    self._width += 1
            word = bytes([value])
        self._word = word
        ready = bytes(self._out)
        self._out.clear()
        return ready

    def flush(self) -> bytes:
        """The rest of the stream."""
        if self._word:
            self._emit(self._table[self._word])
        if self._count:
            self._out += self._bits.to_bytes((self._count + 7) // 8, "little")
        return bytes(self._out)

    def _emit(self, code: int) -> None:
        self._bits |= code << self._count
        self._count += self._width
        self._codes += 1
        if self._codes == 8:
            self._fill()

    def _fill(self) -> None:
        """Write the group of codes, filled up to eight."""
        if self._codes:
            self._out += self._bits.to_bytes(self._width, "little")
        self._bits = self._count = self._codes = 0


def pack_lzw(most: int) -> Compressor:
    """A compressor with codes of at most `most` bits."""
    return _Lzw(most)
