"""Bytes that are read forward only, whatever they come from: a file, a pipe, a decompressor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.filesystem.openfile import OpenFile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from minibuild.kernel.process import Process
    from minibuild.kernel.streams import Reader

PIECE = 1 << 18


class Inflow:
    """Reading with a look ahead. `more` gives the next bytes as soon as there are any, and b"" at the end.

    `seek` passes over bytes and `fetch` reads many at once, where that is cheaper.
    """

    __slots__ = ("_at", "_buffer", "_fetch", "_more", "_seek", "position")

    def __init__(
        self,
        more: Callable[[], bytes],
        seek: Callable[[int, int], object] | None = None,
        fetch: Callable[[int], bytes] | None = None,
    ) -> None:
        self._more, self._seek, self._fetch = more, seek, fetch
        self._buffer, self._at = b"", 0
        self.position = 0  # of the next byte, from where reading began

    @property
    def at_once(self) -> bool:
        """Whether much can be read as one piece."""
        return self._fetch is not None

    def peek(self, n: int) -> bytes:
        """The next `n` bytes, fewer only at the end; they stay."""
        while len(self._buffer) - self._at < n and (piece := self._more()):
            self._buffer = self._buffer[self._at :] + piece
            self._at = 0
        return self._buffer[self._at : self._at + n]

    def read_some(self) -> bytes:
        """What there is, at least a byte; empty at the end."""
        data = self._buffer[self._at :] if self._at < len(self._buffer) else self._more()
        self._buffer, self._at = b"", 0
        self.position += len(data)
        return data

    def read(self, n: int) -> bytes:
        """`n` bytes, fewer only at the end."""
        at = self._at
        if at + n <= len(self._buffer):
            self._at = at + n
            self.position += n
            return self._buffer[at : at + n]
        if self._fetch is not None and n > PIECE:
            held = self._buffer[at:]
            self._buffer, self._at = b"", 0
            data = self._fetch(n - len(held))
            self.position += len(held) + len(data)
            return held + data if held else data
        return b"".join(self.pieces(n))

    def pieces(self, n: int) -> Iterator[bytes]:
        """The next `n` bytes as they come."""
        while n > 0 and (data := self.read_some()):
            if len(data) > n:
                self.unread(data[n:])
                data = data[:n]
            n -= len(data)
            yield data

    def skip(self, n: int) -> int:
        """Pass over `n` bytes; how many there were."""
        held = len(self._buffer) - self._at
        if n <= held:
            self._at += n
            self.position += n
            return n
        if self._seek is None:
            return sum(map(len, self.pieces(n)))
        self._buffer, self._at = b"", 0
        self._seek(n - held, 1)
        self.position += n
        return n

    def unread(self, data: bytes) -> None:
        """Put back what was read last."""
        self._buffer, self._at = data + self._buffer[self._at :], 0
        self.position -= len(data)

    def drain(self) -> None:
        """Read what is left, so that who writes it is not ended by SIGPIPE."""
        while self.read_some():
            pass


def inflow_of(process: Process, reader: Reader) -> Inflow:
    """The bytes of an open reader; each piece counts as work."""

    def more() -> bytes:
        process.tick()
        return reader.read_some(PIECE)

    if not isinstance(reader.stream, OpenFile):
        return Inflow(more)
    return Inflow(more, reader.stream.seek, reader.read)


def inflow_from(process: Process, pieces: Iterator[bytes]) -> Inflow:
    """The bytes that an iterator gives; empty pieces are passed over."""

    def more() -> bytes:
        for piece in pieces:
            process.tick()
            if piece:
                return piece
        return b""

    return Inflow(more)
