"""Sizes as people read them, and the blocks that a file takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from minibuild.filesystem.status import Stat

BLOCK = 4096


def blocks(stat: Stat, directory: int = 0) -> int:
    """Blocks of 512 bytes that a file takes on a file system with blocks of 4096, where a directory takes as
    many as `directory` says: none on those that keep small ones with their attributes.
    """
    if stat.kind == "dir":
        return directory
    if stat.kind != "file":
        return 0
    return -(-stat.size // BLOCK) * (BLOCK // 512)


def human(size: int, *, step: int = 1024) -> str:
    """`1.2M`: one digit after the point below 10 units, as busybox's make_human_readable_str rounds it."""
    units = "\0KMGTPEZY"
    value, fraction, unit = size, 0, 0
    while value >= step:
        fraction = (value % step * 10 + step // 2) // step
        value //= step
        unit += 1
    if unit == 0:
        return str(size)
    if fraction >= 10:
        value, fraction = value + 1, 0
    return f"{value}.{fraction}{units[unit]}"


def gnu_human(size: int, *, step: int = 1024) -> str:
    """`1.2M`, `12K`: rounded up, one digit after the point below 10 units, as GNU's programs have it."""
    units = ["", "k" if step == 1000 else "K", *"MGTPEZY"]
    unit, scale = 0, 1
    while size >= scale * step and unit < len(units) - 1:
        unit, scale = unit + 1, scale * step
    if unit == 0:
        return str(size)
    tenths = -(-size * 10 // scale)
    if tenths < 100:
        return f"{tenths // 10}.{tenths % 10}{units[unit]}"
    whole = -(-size // scale)
    if whole >= step and unit < len(units) - 1:
        return f"1.0{units[unit + 1]}"
    return f"{whole}{units[unit]}"
