"""The content of a sparse file: stored pieces, and zeros between them that take no memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from minibuild.filesystem.content import Content


class SparseContent:
    """`stored` holds the pieces one after another; `places` says where each goes: (offset, length)."""

    __slots__ = ("_size", "places", "stored")

    def __init__(self, stored: Content, places: tuple[tuple[int, int], ...], size: int) -> None:
        self.stored = stored
        self.places = tuple((offset, length) for offset, length in places if length)
        self._size = max([size, *(offset + length for offset, length in self.places)])

    @property
    def size(self) -> int:
        """How many bytes there are, zeros included."""
        return self._size

    def read(self) -> bytes:
        """All bytes."""
        return self.read_at(0, self._size)

    def read_at(self, offset: int, length: int) -> bytes:
        """At most `length` bytes from `offset` on; empty at the end."""
        end = min(self._size, offset + max(0, length))
        if end <= offset:
            return b""
        out = bytearray(end - offset)
        at = 0
        for start, count in self.places:
            low, high = max(start, offset), min(start + count, end)
            if low < high:
                out[low - offset : high - offset] = self.stored.read_at(at + low - start, high - low)
            at += count
        return bytes(out)

    def chunks(self, size: int = 1 << 20) -> Iterator[bytes]:
        """All bytes, in pieces of at most `size`."""
        for offset in range(0, self._size, size):
            yield self.read_at(offset, size)

    def frozen(self) -> Content:
        """Itself: it never changes."""
        return self
