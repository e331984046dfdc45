"""One process at a time follows a container."""

from __future__ import annotations

import os
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from minibuild.store.lock import fcntl

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_DIRECTORY = "locks"
_WAIT = 30.0


@contextmanager
def locked(root: Path, container_id: str, *, wait: float = _WAIT) -> Iterator[bool]:
    """Keep other processes from following the container during the block; False when one does so for longer
    than `wait` seconds. The kernel lets go of the lock when its holder ends.
    """
    if fcntl is None:
        yield True
        return
    directory = root / _DIRECTORY
    directory.mkdir(exist_ok=True)
    path = directory / container_id
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        yield _take(descriptor, wait)
    finally:
        os.close(descriptor)


def forget(root: Path, container_id: str) -> None:
    """The container is gone, and nobody will ask for its lock any more."""
    with suppress(OSError):
        (root / _DIRECTORY / container_id).unlink()


def _take(descriptor: int, wait: float) -> bool:
    assert fcntl is not None
    limit = time.monotonic() + wait
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            if time.monotonic() >= limit:
                return False
            time.sleep(0.005)
        else:
            return True
