"""What the host answered to a container, so that its run can be repeated without asking or changing the host
again.
"""

from __future__ import annotations

import marshal
import zlib
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from minibuild.filesystem.errors import fail
from minibuild.volume.access import HostAccess

if TYPE_CHECKING:
    from collections.abc import Iterable

# (number of the mount, operation, its first argument, errno or 0, result)
_Answer = tuple[int, str, Any, int, Any]
_MOST = 16 << 20
_CHECKSUM = 4


class Recorder:
    """All accesses of one run. Answers of `past` are given again, in order; behind the last one the host is
    asked, and `fresh` has what it said.
    """

    def __init__(self, past: Iterable[bytes]) -> None:
        self._past: list[_Answer] = [answer for data in past for answer in _checked(data)]
        self._next = 0
        self._fresh: list[_Answer] = []
        self._accesses: list[HostAccess] = []
        self._open: dict[tuple[int, int], tuple[Any, str]] = {}
        self._size = 0
        self._live = not self._past
        self.closed = False
        self.diverged = False

    def access(self, path: str) -> RecordedAccess:
        """The files below a host path. OSError when it can't be opened."""
        self._accesses.append(HostAccess(path))
        return RecordedAccess(self, len(self._accesses) - 1)

    def fresh(self) -> bytes | None:
        """What was answered since the last time, to be kept; None for nothing."""
        if not self._fresh:
            return None
        data, self._fresh = marshal.dumps(self._fresh), []
        return zlib.crc32(data).to_bytes(_CHECKSUM, "big") + data

    def answer(self, mount: int, operation: str, arguments: tuple[Any, ...]) -> Any:
        """What the host said, or says now."""
        if self.closed:
            return None
        if not self._live:
            known, name, first, number, result = self._past[self._next]
            if (known, name, first) == (mount, operation, arguments[0] if arguments else None):
                self._next += 1
                self._replayed(mount, operation, arguments, result)
                if self._next == len(self._past):
                    self._go_live()
                if number:
                    raise fail(number)
                return result
            self.diverged = True
            self._go_live()
        return self._ask(mount, operation, arguments)

    def _ask(self, mount: int, operation: str, arguments: tuple[Any, ...]) -> Any:
        first = arguments[0] if arguments else None
        try:
            result = self._accesses[mount].do(operation, *arguments)
        except OSError as error:
            self._keep((mount, operation, first, error.errno or 5, None))
            raise
        self._keep((mount, operation, first, 0, tuple(result) if isinstance(result, tuple) else result))
        return result

    def _keep(self, answer: _Answer) -> None:
        result = answer[4]
        self._size += 100 + (len(result) if isinstance(result, (bytes, list)) else 0)
        if self._size < _MOST:
            self._fresh.append(answer)

    def _replayed(self, mount: int, operation: str, arguments: tuple[Any, ...], result: Any) -> None:
        """Remember which files are open, for when the host is asked again."""
        if operation == "open" and isinstance(result, int):
            self._open[mount, result] = arguments[0], str(arguments[1])
        elif operation == "close_open":
            self._open.pop((mount, arguments[0]), None)

    def _go_live(self) -> None:
        self._live = True
        for (mount, number), (parts, mode) in self._open.items():
            with suppress(OSError):  # its name is gone: what is left of it can't be reached again
                self._accesses[mount].do("reopen", number, parts, mode)


def _checked(raw: bytes) -> list[_Answer]:
    """What was kept; nothing of what was damaged, since `marshal` trusts what it reads."""
    data = raw[_CHECKSUM:]
    if zlib.crc32(data) != int.from_bytes(raw[:_CHECKSUM], "big"):
        return []
    found: list[_Answer] = marshal.loads(data)
    return found


class RecordedAccess:
    """One mount's files, as a `Recorder` gives them."""

    def __init__(self, recorder: Recorder, number: int) -> None:
        self._recorder, self._number = recorder, number

    def do(self, operation: str, *arguments: Any) -> Any:
        """See `Access`."""
        return self._recorder.answer(self._number, operation, arguments)
