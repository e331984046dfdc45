"""What a program may hold: a text that doubles with every step must come to an end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.kernel.limits import LimitError, Limits

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_BYTES = Limits().memory


def check_size(size: int) -> None:
    """LimitError when a program is about to hold so many bytes in one piece."""
    if size > MOST_BYTES:
        raise LimitError(f"the command was ended: it would hold more than {MOST_BYTES >> 20} MiB in memory")


def joined(separator: bytes, parts: Iterable[bytes]) -> bytes:
    """The parts as one text. LimitError when that is too much."""
    held = list(parts)
    check_size(sum(map(len, held)) + len(separator) * len(held))
    return separator.join(held)


def joined_text(separator: str, parts: Iterable[str]) -> str:
    """The same of characters."""
    held = list(parts)
    check_size(sum(map(len, held)) + len(separator) * len(held))
    return separator.join(held)
