"""What descriptors point to besides regular files, and the buffers through which programs read and write."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from minibuild.filesystem.errors import fail
from minibuild.kernel.limits import LimitError
from minibuild.kernel.signals import PIPE, ProcessKilled

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterator

    from minibuild.kernel.process import Process

_BLOCK = 1 << 16


@runtime_checkable
class Stream(Protocol):
    """An open file description: a regular file (`OpenFile`), an end of a pipe, a device.

    `references` counts the descriptors that point to it; the last one closes it. `opaque` says whose bytes
    these would be when nobody knows them, else "".
    """

    references: int
    readable: bool
    writable: bool
    seekable: bool
    is_tty: bool

    @property
    def opaque(self) -> str:
        """Whose bytes these would be, if they are not known."""

    def make_opaque(self, origin: str) -> None:
        """What is written comes from something that nobody knows."""

    def read(self, n: int = -1) -> bytes:
        """At most `n` bytes, waiting for the first; empty at the end."""

    def write(self, data: bytes) -> int:
        """Write all of `data`, waiting for room."""

    def close(self) -> None:
        """Nobody uses the stream any more."""


class Device:
    """A character device that never ends or never keeps anything. Base of the ones below."""

    references = 0
    readable = True
    writable = True
    seekable = False
    is_tty = False
    opaque = ""
    # What was read from it and not used is nothing that anybody else could miss.
    forgetful = True

    def make_opaque(self, origin: str) -> None:
        """A device forgets what it is given."""

    def read(self, n: int = -1) -> bytes:  # noqa: ARG002  the devices below use it
        """Nothing to read."""
        return b""

    def write(self, data: bytes) -> int:
        """Everything is taken."""
        return len(data)

    def close(self) -> None:
        """Nothing to let go of."""


class Null(Device):
    """/dev/null."""


class Zero(Device):
    """/dev/zero."""

    def read(self, n: int = -1) -> bytes:
        """Zeros, without end."""
        return bytes(_BLOCK if n < 0 else n)


class Full(Zero):
    """/dev/full."""

    def write(self, data: bytes) -> int:
        """Never any room."""
        if not data:
            return 0
        raise fail(errno.ENOSPC)


class Randomness(Device):
    """/dev/urandom: the same bytes in every run of the same container."""

    def __init__(self, source: random.Random) -> None:
        self.source = source

    def read(self, n: int = -1) -> bytes:
        """Random bytes, without end."""
        return self.source.randbytes(_BLOCK if n < 0 else n)


class DirectoryStream(Device):
    """A directory opened for reading: it opens, but can't be read."""

    writable = False

    def read(self, n: int = -1) -> bytes:  # noqa: ARG002
        """EISDIR, as read(2) gives it."""
        raise fail(errno.EISDIR)


class Source(Device):
    """Bytes to be read once, such as the standard input of a run or a here-document."""

    writable = False

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.offset = 0

    def read(self, n: int = -1) -> bytes:
        """The next bytes."""
        end = len(self.data) if n < 0 else self.offset + n
        data = self.data[self.offset : end]
        self.offset += len(data)
        return data


class Sink(Device):
    """Gives what is written to a function; LimitError when that is more than `limit` bytes."""

    readable = False

    def __init__(self, take: Callable[[bytes], object], limit: int, what: str = "output") -> None:
        self.take, self.left, self.limit, self.what = take, limit, limit, what

    def make_opaque(self, origin: str) -> None:
        """Remember that not all of it is known."""
        self.opaque = self.opaque or origin

    def write(self, data: bytes) -> int:
        """Hand the bytes on."""
        self.left -= len(data)
        if self.left < 0:
            raise LimitError(
                f"the command was ended: it wrote more than {self.limit >> 20} MiB of {self.what}"
            )
        self.take(data)
        return len(data)


class Reader:
    """Buffered reading from a stream, as stdio does it. Iterating gives lines with their newlines."""

    __slots__ = ("_at", "_buffer", "memory", "process", "stream")

    def __init__(self, stream: Stream | None, process: Process | None = None, memory: int = 1 << 30) -> None:
        self.stream = stream
        self.process = process
        self.memory = memory if process is None else process.system.limits.memory
        self._buffer = b""
        self._at = 0

    def read_some(self, n: int = _BLOCK) -> bytes:
        """At most `n` bytes, as soon as there are any; empty at the end."""
        buffer, at = self._buffer, self._at
        if at < len(buffer):
            self._at = min(len(buffer), at + n)
            return buffer[at : self._at]
        return self._fetch(n)

    def read(self, n: int = -1) -> bytes:
        """Exactly `n` bytes, fewer only at the end; everything when n is negative."""
        pieces: list[bytes] = []
        left = self.memory if n < 0 else n
        while left > 0 and (piece := self.read_some(_BLOCK * 4 if n < 0 else left)):
            pieces.append(piece)
            left -= len(piece)
        if n < 0 and left <= 0:
            raise LimitError(
                f"the command was ended: it would hold more than {self.memory >> 20} MiB in memory"
            )
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def readline(self) -> bytes:
        """The next line with its newline; the last one may have none; empty at the end."""
        at = self._at
        end = self._buffer.find(b"\n", at)
        if end >= 0:
            self._at = end + 1
            return self._buffer[at : end + 1]
        return self._long_line()

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.readline, b"")

    def close(self) -> None:
        """Done with the stream."""
        if self.stream is not None and not self.stream.references:
            self.stream.close()

    def give_back(self) -> None:
        """Put what was read ahead back, where the stream can seek, as exit(3) does for the next reader."""
        left = len(self._buffer) - self._at
        seek = getattr(self.stream, "seek", None)
        if left and seek is not None:
            seek(-left, 1)
        self._buffer, self._at = b"", 0

    def _fetch(self, n: int) -> bytes:
        if self.stream is None:
            raise fail(errno.EBADF)
        data = self.stream.read(n)
        process = self.process
        if process is not None:
            process.tick(len(data) >> 12)
            if self.stream.opaque:
                process.view.touch_opaque(self.stream.opaque)
        return data

    def _long_line(self) -> bytes:
        pieces, size = [self._buffer[self._at :]], len(self._buffer) - self._at
        self._buffer, self._at = b"", 0
        while block := self._fetch(_BLOCK):
            end = block.find(b"\n")
            if end >= 0:
                pieces.append(block[: end + 1])
                self._buffer, self._at = block, end + 1
                break
            pieces.append(block)
            size += len(block)
            if size > self.memory:
                raise LimitError(
                    f"the command was ended: it would hold more than {self.memory >> 20} MiB in memory"
                )
        return b"".join(pieces)


class Writer:
    """Buffered writing to a descriptor. Text is encoded as UTF-8; a reader that is gone ends the process
    with SIGPIPE.
    """

    __slots__ = ("_pieces", "_size", "capacity", "number", "process")

    def __init__(self, process: Process, number: int, capacity: int = 8192) -> None:
        self.process, self.number, self.capacity = process, number, capacity
        self._pieces: list[bytes] = []
        self._size = 0

    @property
    def stream(self) -> Stream | None:
        """What the descriptor points to now; None when it is closed."""
        return self.process.descriptors.get(self.number)

    def write(self, data: bytes | str) -> None:
        """Write bytes or text. OSError as write(2) gives it, perhaps only when the buffer is emptied."""
        raw = data.encode("utf-8", "surrogateescape") if isinstance(data, str) else data
        self._pieces.append(raw)
        self._size += len(raw)
        if self._size >= self.capacity:
            self.flush()

    def flush(self) -> None:
        """Hand everything on."""
        if not self._size:
            return
        raw = self._pieces[0] if len(self._pieces) == 1 else b"".join(self._pieces)
        self.discard()
        self.process.tick(len(raw) >> 12)
        stream = self.stream
        if stream is None or not stream.writable:
            raise fail(errno.EBADF)
        try:
            stream.write(raw)
            if self.process.view.opaque:
                stream.make_opaque(self.process.view.opaque)
        except BrokenPipeError:
            if PIPE in self.process.ignored:
                raise
            raise ProcessKilled(PIPE) from None

    def discard(self) -> None:
        """Forget what was not handed on yet."""
        self._pieces.clear()
        self._size = 0


class ErrorWriter(Writer):
    """Standard error: unbuffered, and standard output comes first, as busybox has it."""

    __slots__ = ()

    def __init__(self, process: Process) -> None:
        super().__init__(process, 2, 1)

    def flush(self) -> None:
        """Hand everything on, after standard output; a closed standard error takes nothing."""
        output = self.process.opened_stdout
        if output is not None:
            output.flush()
        if self.stream is None:
            self.discard()
            return
        super().flush()
