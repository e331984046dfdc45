"""Pipes and fifos (pipe(7)): 64 KiB between a writer and a reader that take turns."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

from minibuild.filesystem.errors import fail

if TYPE_CHECKING:
    from minibuild.kernel.scheduler import Scheduler, Task

CAPACITY = 1 << 16


class Pipe:
    """The buffer between two ends. Make one with `Pipe(scheduler)` and give `reader` and `writer` to
    descriptors.
    """

    def __init__(self, scheduler: Scheduler) -> None:
        self.scheduler = scheduler
        self.buffer = bytearray()
        self.waiting: list[Task] = []
        self.readers = self.writers = 0
        self.opaque = ""

    def reader(self) -> PipeReader:
        """A new end to read from."""
        self.readers += 1
        self.scheduler.wake(self.waiting)
        return PipeReader(self)

    def writer(self) -> PipeWriter:
        """A new end to write to."""
        self.writers += 1
        self.scheduler.wake(self.waiting)
        return PipeWriter(self)


class _End:
    seekable = False
    is_tty = False

    def __init__(self, pipe: Pipe) -> None:
        self.pipe = pipe
        self.references = 0
        self.closed = False

    @property
    def opaque(self) -> str:
        """Whose bytes go through here, if they are not known."""
        return self.pipe.opaque

    def make_opaque(self, origin: str) -> None:
        """What goes through here is not known."""
        self.pipe.opaque = self.pipe.opaque or origin


class PipeReader(_End):
    """The end that is read from."""

    readable = True
    writable = False

    def read(self, n: int = -1) -> bytes:
        """What is there, at most `n` bytes; waits while there is nothing and somebody may still write."""
        pipe = self.pipe
        while not pipe.buffer:
            if not pipe.writers:
                return b""
            pipe.scheduler.wait(pipe.waiting)
        return self._take(len(pipe.buffer) if n < 0 else n)

    def read_line(self, delimiter: bytes = b"\n") -> bytes:
        """Up to and with the next `delimiter` (one byte), and not a byte more; what there is at the end."""
        pieces: list[bytes] = []
        while self.read_ready():
            end = self.pipe.buffer.find(delimiter)
            pieces.append(self._take(end + 1 if end >= 0 else CAPACITY))
            if end >= 0:
                break
        return b"".join(pieces)

    def read_ready(self) -> bool:
        """Wait until there is something; False at the end."""
        pipe = self.pipe
        while not pipe.buffer:
            if not pipe.writers:
                return False
            pipe.scheduler.wait(pipe.waiting)
        return True

    def write(self, data: bytes) -> int:  # noqa: ARG002
        """EBADF: this is the wrong end."""
        raise fail(errno.EBADF)

    def close(self) -> None:
        """A writer gets EPIPE from now on, if this was the last reader."""
        if not self.closed:
            self.closed = True
            self.pipe.readers -= 1
            self.pipe.scheduler.wake(self.pipe.waiting)

    def _take(self, n: int) -> bytes:
        buffer = self.pipe.buffer
        data = bytes(buffer[:n])
        del buffer[:n]
        self.pipe.scheduler.wake(self.pipe.waiting)
        return data


class PipeWriter(_End):
    """The end that is written to."""

    readable = False
    writable = True

    def read(self, n: int = -1) -> bytes:  # noqa: ARG002
        """EBADF: this is the wrong end."""
        raise fail(errno.EBADF)

    def write(self, data: bytes) -> int:
        """Write all, waiting for room; BrokenPipeError when nobody can read it."""
        pipe = self.pipe
        rest = memoryview(data)
        while rest:
            if not pipe.readers:
                raise fail(errno.EPIPE)
            room = CAPACITY - len(pipe.buffer)
            if room <= 0:
                pipe.scheduler.wait(pipe.waiting)
                continue
            pipe.buffer += rest[:room]
            rest = rest[room:]
            pipe.scheduler.wake(pipe.waiting)
        return len(data)

    def close(self) -> None:
        """A reader finds the end, if this was the last writer."""
        if not self.closed:
            self.closed = True
            self.pipe.writers -= 1
            self.pipe.scheduler.wake(self.pipe.waiting)


class PipeBoth(PipeWriter):
    """A fifo opened both ways (fifo(7)): it never waits to be opened, and never ends."""

    readable = True

    def __init__(self, pipe: Pipe) -> None:
        super().__init__(pipe)
        self.reader = pipe.reader()
        pipe.writers += 1

    def read(self, n: int = -1) -> bytes:
        """As `PipeReader.read`."""
        return self.reader.read(n)

    def close(self) -> None:
        """Neither a reader nor a writer any more."""
        self.reader.close()
        super().close()
