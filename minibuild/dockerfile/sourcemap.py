"""From an instruction's joined text back to the file: where each character of `Instruction.original` stands.

    >>> text = "FROM alpine\\nRUN a && \\\\\\n    # why\\n    b\\n"
    >>> from minibuild.dockerfile import parse
    >>> run = parse(text).instructions[1]
    >>> positions = text_map(text).of(run)
    >>> start, end = positions.span(run.original.index("b"), len(run.original))
    >>> text[start:end], positions.place(run.original.index("b"))
    ('b', (4, 5))

Linter rules use it for the columns of their findings and for the edits of their fixes: find something in
`original` (with the offsets of a regular expression, say), and `span` gives the offsets in the file's text.
"""

from __future__ import annotations

from bisect import bisect_right
from functools import lru_cache
from typing import TYPE_CHECKING

from minibuild.dockerfile.lines import split_continuation
from minibuild.dockerfile.records import Record
from minibuild.dockerfile.spaces import UNICODE

if TYPE_CHECKING:
    from minibuild.dockerfile.nodes import Instruction


@lru_cache(maxsize=8)
def text_map(text: str, escape: str = "\\") -> TextMap:
    """The map of a file's whole text, whose escape character is `escape` (`Dockerfile.escape`)."""
    return TextMap(text, escape)


class TextMap:
    """Lines and offsets of one file. Offsets count characters from 0, lines and columns from 1.

    `lines` are the lines without their newlines.
    """

    def __init__(self, text: str, escape: str) -> None:
        self.text = text
        self.lines = text.split("\n")
        self._escape = escape
        self._starts: list[int] = []
        start = 0
        for line in self.lines:
            self._starts.append(start)
            start += len(line) + 1

    def place(self, offset: int) -> tuple[int, int]:
        """(line, column) of the character at `offset`; a byte-order mark has no column."""
        number = bisect_right(self._starts, offset)
        column = offset - self._starts[number - 1] + 1
        return number, max(column - 1, 1) if number == 1 and self.text.startswith("\ufeff") else column

    def line_start(self, line: int) -> int:
        """The offset at which a line begins, the length of the text for one behind the last."""
        return self._starts[line - 1] if line <= len(self._starts) else len(self.text)

    def of(self, instruction: Instruction) -> InstructionMap:
        """The map of one instruction of this file."""
        number = instruction.start_line
        raw = self.lines[number - 1]
        bare = raw.lstrip(UNICODE + "\ufeff" if number == 1 else UNICODE)
        piece, goes_on = split_continuation(bare.rstrip("\r"), self._escape)
        pieces = [(0, self._starts[number - 1] + len(raw) - len(bare))]
        length = len(piece)
        while goes_on and number < len(self.lines):
            raw = self.lines[number].rstrip("\r")
            number += 1
            bare = raw.lstrip(UNICODE)
            if bare and not bare.startswith("#"):
                piece, goes_on = split_continuation(raw, self._escape)
                pieces.append((length, self._starts[number - 1]))
                length += len(piece)
        return InstructionMap(self, tuple(pieces), length)


class InstructionMap(Record):
    """Where the pieces of an instruction's text stand: (offset in the joined text, offset in the file) for
    each of its lines that has text. `length` is the joined text's.
    """

    file: TextMap
    pieces: tuple[tuple[int, int], ...]
    length: int

    def offset(self, at: int) -> int:
        """The offset in the file of the character `at` of the joined text; the end's for `at` == length."""
        if at >= self.length:
            return self.offset(self.length - 1) + 1 if self.length else self.pieces[0][1]
        number = bisect_right(self.pieces, at, key=lambda piece: piece[0]) - 1
        joined, here = self.pieces[number]
        return here + at - joined

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The offsets in the file of what `original[start:end]` is; continuation lines within are part of
        it.
        """
        first = self.offset(start)
        return first, self.offset(end - 1) + 1 if end > start else first

    def is_whole(self, start: int, end: int) -> bool:
        """Whether `original[start:end]` stands in the file as it is, with no continuation within."""
        first, last = self.span(start, end)
        return last - first == end - start

    def place(self, at: int) -> tuple[int, int]:
        """(line, column) of the character `at` of the joined text."""
        return self.file.place(self.offset(at))
