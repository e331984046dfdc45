"""Digests of host files that did not change, by size, times and inode, as git's index keeps them."""

import hashlib
import os
import time
from typing import TYPE_CHECKING

from minibuild.store.errors import StoreError

if TYPE_CHECKING:
    from minibuild.store.store import Store

# A file that changed this shortly before it was read could change again without a new time: it is not
# remembered. File systems that keep fractions of a second tell such changes apart much better.
_RACY_SECONDS = 2_000_000_000
_RACY_FRACTIONS = 100_000_000
_BATCH = 500
_SMALL = 1 << 18  # read at once


def file_digests(store: "Store", absolute: list[str], names: list[str]) -> dict[str, str]:
    """SHA-256 (hex) of each file, by the name in `names` whose absolute path stands at the same place."""
    known = _known(store, absolute)
    found: dict[str, str] = {}
    fresh: list[tuple[str, int, int, int, int, str]] = []
    now = time.time_ns()
    for path, name in zip(absolute, names, strict=True):
        try:
            status = os.stat(path)  # noqa: PTH116  a Path would double the cost of a file
            state = (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)
            row = known.get(path)
            if row is not None and row[:4] == state:
                found[name] = row[4]
                continue
            found[name] = _digest(path, status.st_size)
        except OSError as error:
            raise StoreError(
                f"can't read {path}: {error.strerror}",
                hint="make it readable, or exclude it in .dockerignore",
            ) from None
        if path.isprintable() and is_settled(status.st_mtime_ns, status.st_ctime_ns, now):
            fresh.append((path, *state, found[name]))
    if fresh:
        store.keep_derived("INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?, ?)", fresh)
    return found


def is_settled(mtime: int, ctime: int, looked: int) -> bool:
    """Whether a file with these times (ns), looked at at `looked`, can't change without another time."""
    has_fractions = ctime % 1_000_000_000 or mtime % 1_000_000_000
    return looked - max(mtime, ctime) > (_RACY_FRACTIONS if has_fractions else _RACY_SECONDS)


def _known(store: "Store", paths: list[str]) -> dict[str, tuple[int, int, int, int, str]]:
    rows: dict[str, tuple[int, int, int, int, str]] = {}
    for start in range(0, len(paths), _BATCH):
        # A name that is no text can't be a key of the database: such a file is read each time.
        part = [path for path in paths[start : start + _BATCH] if path.isprintable()]
        marks = ",".join("?" * len(part))
        for path, *row in store.execute(f"SELECT * FROM files WHERE path IN ({marks})", *part):
            rows[path] = (row[0], row[1], row[2], row[3], row[4])
    return rows


def _digest(path: str, size: int) -> str:
    with open(path, "rb", buffering=0) as file:
        if size < _SMALL:
            return hashlib.sha256(file.read()).hexdigest()
        return hashlib.file_digest(file, "sha256").hexdigest()
