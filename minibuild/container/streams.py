"""What the descriptors of a container's processes lead to outside."""

from __future__ import annotations

import errno
import os
import select
import sys
from typing import TYPE_CHECKING, Protocol

from minibuild.filesystem.errors import fail
from minibuild.kernel.streams import Device, Sink

if TYPE_CHECKING:
    from collections.abc import Callable

    from minibuild.kernel.scheduler import Scheduler, Task

_BLOCK = 1 << 16


class Input(Protocol):
    """A standard input that may have nothing yet."""

    waiting: list[Task]

    def poll(self, timeout: float) -> bool:
        """Wait at most that many seconds for something to read; whether there is."""


class Held(Device):
    """An input that stays open: bytes come when somebody feeds them."""

    writable = False
    forgetful = False

    def __init__(self, scheduler: Scheduler, *, tty: bool = False) -> None:
        self.scheduler = scheduler
        self.is_tty = tty
        self.waiting: list[Task] = []
        self.buffer = b""
        self.ended = False

    def feed(self, data: bytes) -> None:
        """Give it bytes; none is the end."""
        self.buffer += data
        self.ended = self.ended or not data
        self.scheduler.wake(self.waiting)

    def read(self, n: int = -1) -> bytes:
        """At most `n` bytes, as soon as there are any."""
        while not self.buffer and not self.ended:
            self.scheduler.wait(self.waiting)
        end = len(self.buffer) if n < 0 else n
        data, self.buffer = self.buffer[:end], self.buffer[end:]
        return data


class HostInput(Held):
    """The standard input of the command line itself, read when a process of the container reads."""

    def read(self, n: int = -1) -> bytes:
        """At most `n` bytes, as soon as there are any; other processes go on meanwhile."""
        while not self.buffer and not self.ended and not self.poll(0):
            self.scheduler.wait(self.waiting)
        return super().read(n)

    def poll(self, timeout: float) -> bool:
        """Wait at most that many seconds for bytes, and take them."""
        if self.buffer or self.ended:
            return True
        try:
            number = sys.stdin.fileno()
        except (OSError, ValueError, AttributeError):
            self.feed(sys.stdin.buffer.read() if hasattr(sys.stdin, "buffer") else b"")
            self.ended = True
            return True
        if os.name == "posix" and not select.select([number], [], [], timeout)[0]:
            return False
        try:
            self.feed(os.read(number, _BLOCK))
        except OSError as error:
            if error.errno != errno.EIO:  # the terminal went away
                raise fail(errno.EIO) from None
            self.feed(b"")
        return True


def read_input() -> bytes | None:
    """What the command line's standard input has: b"" at its end, None for nothing yet."""
    try:
        number = sys.stdin.fileno()
    except (OSError, ValueError, AttributeError):
        return sys.stdin.buffer.read()
    if os.name == "posix" and not select.select([number], [], [], 0)[0]:
        return None
    return os.read(number, _BLOCK)


class Output(Sink):
    """Takes what is written; a terminal's lines end with a carriage return, too."""

    def __init__(self, take: Callable[[bytes], object], limit: int, *, tty: bool) -> None:
        super().__init__(take, limit)
        self.is_tty = tty
        self.readable = tty

    def write(self, data: bytes) -> int:
        """Hand the bytes on."""
        super().write(data.replace(b"\n", b"\r\n") if self.is_tty else data)
        return len(data)
