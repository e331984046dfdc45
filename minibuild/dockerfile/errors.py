"""What is said about a Dockerfile that can't be read."""

from __future__ import annotations

from minibuild.errors import MinibuildError


class DockerfileError(MinibuildError):
    """A Dockerfile that can't be accepted, with the line (BuildKit's: where the instruction starts) and
    the column.
    """


class FaultError(Exception):
    """What is wrong within one instruction.

    `offset` is the place in the instruction's joined text, None for its start.
    """

    def __init__(self, message: str, *, hint: str = "", offset: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.offset = offset


def did_you_mean(word: str, known: tuple[str, ...]) -> str:
    """`did you mean NAME?` for the closest of the `known` names, "" when none is close."""
    from difflib import get_close_matches  # only on the way to an error

    by_folded = {name.lower(): name for name in known}
    close = get_close_matches(word.lower(), by_folded, 1, 0.6)
    return f"did you mean {by_folded[close[0]]}?" if close else ""


def go_quote(text: str) -> str:
    """`text` in double quotes, with quotes and backslashes in it escaped."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
