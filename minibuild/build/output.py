"""What the processes of a step wrote, kept so that the build can be replayed afterwards."""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from minibuild.store.collect import OUTPUT

if TYPE_CHECKING:
    from minibuild.store import Store

_MOST = 64 << 10


class StepLog(NamedTuple):
    """The container that ran a step and what was written in it.

    `chunks` are (descriptor: 1 or 2, text) in their order; `dropped` bytes more were not kept.
    """

    container: str
    chunks: tuple[tuple[int, str], ...]
    dropped: int


class OutputLog:
    """Collects what a container's processes write, up to 64 KiB."""

    def __init__(self) -> None:
        self._chunks: list[tuple[int, bytearray]] = []
        self._size = self._dropped = 0

    def add(self, descriptor: int, data: bytes) -> None:
        """Take the next bytes."""
        kept = data[: _MOST - self._size]
        self._size += len(kept)
        self._dropped += len(data) - len(kept)
        if self._chunks and self._chunks[-1][0] == descriptor:
            self._chunks[-1][1].extend(kept)
        elif kept:
            self._chunks.append((descriptor, bytearray(kept)))

    def keep(self, store: "Store", key: str, container: str, hide: Callable[[str], str] | None) -> None:
        """Write it down for the step of that cache key; `hide` takes secrets out of a text.

        Output that was cut may end in the middle of a secret, which could not be found: it is left out.
        """
        chunks = [(fd, data.decode("utf-8", "replace")) for fd, data in self._chunks]
        dropped = self._dropped
        if hide is not None and dropped:
            chunks, dropped = [], self._size + dropped
        elif hide is not None:
            chunks = [(fd, hide(text)) for fd, text in chunks]
        store.document_put(OUTPUT, key, json.dumps((container, chunks, dropped)).encode())


def step_log(store: "Store", key: str) -> StepLog | None:
    """What is remembered of the step of that cache key."""
    raw = store.document_get(OUTPUT, key) if key else None
    if raw is None:
        return None
    container, chunks, dropped = json.loads(raw)
    return StepLog(container, tuple((fd, text) for fd, text in chunks), dropped)
