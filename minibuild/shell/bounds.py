"""How large what a script makes may become: a simulated shell must not take the memory of the machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.kernel.limits import LimitError

if TYPE_CHECKING:
    from collections.abc import Sequence

LONGEST_TEXT = 16 << 20  # characters of one word or value
MOST_FIELDS = 400_000  # words of one command
MOST_KEPT = 64 << 20  # characters of all values, parameters, functions and aliases together
LONGEST_PATTERN = 1 << 20
LONGEST_EXPRESSION = 100_000
FORKED, PARSED, EVALUATED = 10, 3, 12  # units of work that a child, a command read, a text evaluated take
CACHED = 200  # what is longer than that is compiled anew each time
_MIB = f"{LONGEST_TEXT >> 20} MiB"


def check_text(text: str, what: str = "a word") -> str:
    """The text; LimitError when it is too long."""
    if len(text) > LONGEST_TEXT:
        raise LimitError(f"the command was ended: {what} is longer than {_MIB}")
    return text


def check_size(size: int) -> None:
    """LimitError when a text of that many characters would be too long."""
    if size > LONGEST_TEXT:
        raise LimitError(f"the command was ended: a word is longer than {_MIB}")


def check_fields(count: int) -> None:
    """LimitError when a command has too many words."""
    if count > MOST_FIELDS:
        raise LimitError(f"the command was ended: a command line has more than {MOST_FIELDS} words")


def check_kept(size: int) -> None:
    """LimitError when all that a shell keeps is too much."""
    if size > MOST_KEPT:
        raise LimitError(f"the command was ended: its variables hold more than {MOST_KEPT >> 20} MiB")


def join(separator: str, pieces: Sequence[str]) -> str:
    """`separator.join(pieces)`, if that is not too long."""
    check_size(sum(map(len, pieces)))
    return separator.join(pieces)
