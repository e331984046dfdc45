"""A little room kept for the moment when the disk is full: the database needs some even to forget things."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

NAME = "reserve"
_SIZE = 1 << 20
_PLENTY = 16 << 20


def keep(root: Path) -> None:
    """Take the room, as far as there is some."""
    path = root / NAME
    with suppress(OSError):
        if not path.exists():
            try:
                path.write_bytes(bytes(_SIZE))
            except OSError:
                path.unlink()
                raise


@contextmanager
def released(root: Path) -> Iterator[None]:
    """Give the room away for the time of the block, if the disk is nearly full."""
    if shutil.disk_usage(root).free > _PLENTY:
        yield
        return
    with suppress(OSError):
        (root / NAME).unlink(missing_ok=True)
    try:
        yield
    finally:
        keep(root)
