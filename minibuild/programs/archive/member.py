"""What a tar archive says of one member."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Member:
    """A member of an archive.

    `kind`: file dir link hardlink fifo char block, or another type's own letter, which is passed over. `size`
    is what follows in the archive, `length` the size of the file itself (they differ for sparse files, whose
    `holes` say where the bytes go: (offset, length) each). `mtime` is in nanoseconds.
    """

    name: str
    kind: str
    mode: int = 0o644
    uid: int = 0
    gid: int = 0
    user: str = ""
    group: str = ""
    mtime: int = 0
    size: int = 0
    length: int = 0
    target: str = ""
    major: int = 0
    minor: int = 0
    xattrs: Mapping[str, bytes] = field(default_factory=dict)
    holes: tuple[tuple[int, int], ...] | None = None
