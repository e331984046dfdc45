"""Physical lines joined to logical ones: one per instruction, without comments and continuation
characters.
"""

from __future__ import annotations

from minibuild.dockerfile.directives import read_directives
from minibuild.dockerfile.errors import DockerfileError
from minibuild.dockerfile.spaces import UNICODE

# BuildKit reads lines with a scanner of this many bytes, the newline not counted.
MAXIMUM_LINE = 65_535


class LogicalLine:
    """The text of one instruction: `text` is joined from the lines `start` to `end` (from 1).

    `column` is where the text starts in its first line, of which it holds `first_length` characters.
    `has_blank` tells that blank lines stood between continuation lines. `comments` are the comment lines
    above.
    """

    __slots__ = ("column", "comments", "end", "first_length", "has_blank", "start", "text")

    def __init__(self, start: int, column: int, comments: tuple[str, ...]) -> None:
        self.start = self.end = start
        self.column = column
        self.comments = comments
        self.text = ""
        self.first_length = 0
        self.has_blank = False

    def place(self, offset: int | None) -> int:
        """The column of `offset` in the first line; the instruction's own column when it lies in another
        line.
        """
        if offset is None or offset >= max(self.first_length, 1):
            return self.column
        return self.column + offset


class LineReader:
    """Reads logical lines and, between them, the bodies of here-documents.

    `directives` are those of the file, `escape` its escape character. A line that is too long ends the file,
    as it does for BuildKit's scanner; `finish` then says so.
    """

    def __init__(self, text: str) -> None:
        self._lines = text.split("\n")
        self._ends_open = bool(self._lines[-1])
        if not self._ends_open:
            self._lines.pop()
        self._read = 0
        # How many lines there are before one that is too long.
        self._count = _readable(self._lines)
        self.directives = read_directives(self._lines)
        self.escape = self.directives.get("escape", "\\")

    def logical_line(self) -> LogicalLine | None:
        """The next instruction's text, or None at the end."""
        comments: list[str] = []
        while (raw := self._next()) is not None:
            if self._read == 1:
                raw = raw.removeprefix("\ufeff")
            text = raw.rstrip("\r").lstrip(UNICODE)
            if text.startswith("#"):
                comment = text[1:].strip(UNICODE)
                if comment:
                    comments.append(comment)
                else:
                    comments.clear()
                continue
            indent = len(raw) - len(raw.lstrip(UNICODE)) if text else 0
            text, goes_on = split_continuation(text, self.escape)
            if text or goes_on:
                line = LogicalLine(self._read, indent + 1 if text else 1, tuple(comments))
                line.first_length = len(text)
                line.text = self._continued(line, text) if goes_on else text
                return line
        return None

    def _continued(self, line: LogicalLine, text: str) -> str:
        """`text`, the first line of `line`, with its continuation lines."""
        parts, goes_on = [text], True
        while goes_on and (raw := self._next()) is not None:
            text = raw.rstrip("\r")
            bare = text.lstrip(UNICODE)
            if not bare:
                line.has_blank = True
            elif bare[0] != "#":
                text, goes_on = split_continuation(text, self.escape)
                parts.append(text)
        line.end = self._read
        return "".join(parts)

    def heredoc(self, line: LogicalLine, name: str, chomp: bool) -> str:
        """The lines up to `name`, with their line ends. Raise `DockerfileError` when it does not come."""
        body: list[str] = []
        while (raw := self._next()) is not None:
            shown = raw.rstrip("\r")
            if (shown.lstrip("\t") if chomp else shown) == name:
                line.end = self._read
                return "".join(body)
            last = self._read == len(self._lines) and self._ends_open
            body.append(raw if last else raw + "\n")
        raise DockerfileError(
            f"unterminated heredoc: there is no line {name!r}",
            hint=f"end the here-document with a line that holds only {name}",
            line=line.start,
            column=line.place(max(line.text.find("<<"), 0)),
        )

    def finish(self) -> None:
        """Raise `DockerfileError` when the end that was reached is a line too long to be read."""
        if self._count < len(self._lines):
            raise DockerfileError(
                f"dockerfile line greater than max allowed size of {MAXIMUM_LINE}",
                hint=f"line {self._read + 1} is too long: break it with a continuation character",
                line=max(self._read, 1),
            )

    def _next(self) -> str | None:
        if self._read >= self._count:
            return None
        line = self._lines[self._read]
        self._read += 1
        return line


def split_continuation(text: str, escape: str) -> tuple[str, bool]:
    """(text without the continuation character and the blanks behind it, whether there was one)."""
    last = text[-1:]
    if last != escape and last != " " and last != "\t":
        return text, False
    bare = text.rstrip(" \t")
    # Two escape characters at the end are an escaped one, and so are three: only a single one continues.
    if bare.endswith(escape) and not bare.endswith(escape + escape):
        return bare[:-1], True
    return text, False


def byte_length(line: str) -> int:
    """How many bytes the line takes in its file."""
    return len(line.encode("utf-8", "surrogateescape"))


def _readable(lines: list[str]) -> int:
    """How many lines there are before the first that is too long."""
    # No character takes more than four bytes: short lines need not be measured.
    if max(map(len, lines), default=0) * 4 > MAXIMUM_LINE:
        for number, line in enumerate(lines):
            if len(line) * 4 > MAXIMUM_LINE and byte_length(line) > MAXIMUM_LINE:
                return number
    return len(lines)
