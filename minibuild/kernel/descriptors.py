"""The table of a process's file descriptors (dup(2), close(2), fork(2))."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING, Self

from minibuild.filesystem.errors import fail

if TYPE_CHECKING:
    from minibuild.kernel.streams import Stream

LARGEST = 1024  # the soft limit of open files


class Descriptors(dict[int, "Stream"]):
    """Number → stream. Change it by the methods only: they count the references to each stream."""

    def put(self, number: int, stream: Stream) -> None:
        """Let `number` point to `stream`; what it pointed to before is closed."""
        if number >= LARGEST:
            raise fail(errno.EBADF)
        stream.references += 1
        old = self.get(number)
        self[number] = stream
        if old is not None:
            _release(old)

    def duplicate(self, source: int, target: int) -> None:
        """dup2(2): EBADF when `source` is not open."""
        stream = self.get(source)
        if stream is None:
            raise fail(errno.EBADF)
        if source != target:
            self.put(target, stream)

    def add(self, stream: Stream, least: int = 3) -> int:
        """Let the lowest free number from `least` on point to `stream`; the number."""
        number = least
        while number in self:
            number += 1
        if number >= LARGEST:
            raise fail(errno.EMFILE)
        self.put(number, stream)
        return number

    def close(self, number: int) -> None:
        """close(2); nothing happens when it is not open."""
        stream = self.pop(number, None)
        if stream is not None:
            _release(stream)

    def close_all(self) -> None:
        """What the end of a process does."""
        for number in list(self):
            self.close(number)

    def fork(self) -> Self:
        """The same streams under the same numbers, for a child."""
        new = type(self)(self)
        for stream in new.values():
            stream.references += 1
        return new


def _release(stream: Stream) -> None:
    stream.references -= 1
    if stream.references <= 0:
        stream.close()
