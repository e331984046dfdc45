"""The files that git tracks, read from its index (gitformat-index, versions 2 to 4)."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_LARGEST = 1 << 28
_HEADER = struct.Struct(">4sLL")
_FIXED = 62  # bytes of an entry before its extended flags or its name
_MODE = struct.Struct(">L")
_FLAGS = struct.Struct(">H")
_REGULAR = 0o100000
_EXTENDED = 0x4000


def tracked_files(directory: Path) -> list[str] | None:
    """The regular files below `directory` that git tracks, relative to it; None outside a work tree, or where
    its index can't be read.
    """
    try:
        here = directory.resolve()
        top = next((one for one in (here, *here.parents) if (one / ".git").exists()), None)
        if top is None:
            return None
        with (_git_directory(top) / "index").open("rb") as stream:
            data = stream.read(_LARGEST)
        below = "" if here == top else here.relative_to(top).as_posix() + "/"
        return [name.removeprefix(below) for name in _entries(data) if name.startswith(below)]
    except (OSError, ValueError, struct.error, IndexError):
        return None


def _git_directory(top: Path) -> Path:
    """Where the index is; in linked work trees and submodules `.git` is a file that says so."""
    place = top / ".git"
    if place.is_dir():
        return place
    with place.open("rb") as stream:
        text = stream.read(4096).decode("utf-8", "surrogateescape")
    return top / text.removeprefix("gitdir:").strip()


def _entries(data: bytes) -> Iterator[str]:
    """The paths of regular files in an index. Raise ValueError for what is no index."""
    signature, version, count = _HEADER.unpack_from(data)
    if signature != b"DIRC" or version not in (2, 3, 4):
        raise ValueError("no index that is known")
    at, name = _HEADER.size, b""
    for _ in range(count):
        (mode,) = _MODE.unpack_from(data, at + 24)
        (flags,) = _FLAGS.unpack_from(data, at + 60)
        start = at + _FIXED + (2 if flags & _EXTENDED else 0)
        if version == 4:
            dropped, start = _number(data, start)
            end = data.index(b"\0", start)
            name = name[: len(name) - dropped] + data[start:end]
            following = end + 1
        else:
            end = data.index(b"\0", start)
            name = data[start:end]
            following = at + (end - at + 8) // 8 * 8
        if mode & 0o170000 == _REGULAR:
            yield name.decode("utf-8", "surrogateescape")
        at = following


def _number(data: bytes, at: int) -> tuple[int, int]:
    """(a number of variable length, where what follows it starts)."""
    byte = data[at]
    value = byte & 0x7F
    while byte & 0x80:
        at += 1
        byte = data[at]
        value = ((value + 1) << 7) | (byte & 0x7F)
    return value, at + 1
