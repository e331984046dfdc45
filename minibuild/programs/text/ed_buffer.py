"""The text that ed works on: lines, the current one, marks, one step of undoing, and how addresses name
lines.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from minibuild.programs.text.regex import Regex, RegexError, compile_regex


class EdError(Exception):
    """Something that ed answers with a question mark; the message is what `h` tells."""


@dataclass(slots=True)
class State:
    """What undoing brings back."""

    lines: list[bytes]
    current: int
    marks: dict[str, int]
    modified: bool


@dataclass(slots=True)
class Buffer:
    """Lines (from 1, without newlines) and the place among them."""

    extended: bool = False
    lines: list[bytes] = field(default_factory=list)
    current: int = 0
    marks: dict[str, int] = field(default_factory=dict)
    regex: Regex | None = None
    undo: State | None = None
    modified: bool = False

    def last(self) -> int:
        """The number of the last line."""
        return len(self.lines)

    def remember(self) -> None:
        """Keep this state for `u`."""
        self.undo = State(list(self.lines), self.current, dict(self.marks), self.modified)

    def swap(self) -> None:
        """Undo, or undo that."""
        if self.undo is None:
            raise EdError("Nothing to undo")
        before, self.undo = self.undo, State(self.lines, self.current, self.marks, self.modified)
        self.lines, self.current, self.marks = before.lines, before.current, before.marks
        self.modified = before.modified

    def insert(self, after: int, lines: list[bytes]) -> None:
        """Put lines after line `after`; the last of them becomes the current one."""
        if not lines:
            self.current = after
            return
        self.lines[after:after] = lines
        self.marks = {name: n + len(lines) if n > after else n for name, n in self.marks.items()}
        self.current = after + len(lines)
        self.modified = True

    def delete(self, first: int, last: int) -> None:
        """Remove lines; the one after them becomes the current one."""
        del self.lines[first - 1 : last]
        size = last - first + 1
        self.marks = {
            name: n - size if n > last else n for name, n in self.marks.items() if not first <= n <= last
        }
        self.current = min(first, len(self.lines))
        self.modified = True

    def pattern(self, source: bytes) -> Regex:
        """The regular expression; an empty one is the last one used."""
        if source:
            try:
                self.regex = compile_regex(source, extended=self.extended, strict=True)
            except RegexError as error:
                raise EdError(str(error)) from None
        if self.regex is None:
            raise EdError("No previous pattern")
        return self.regex

    def search(self, regex: Regex, step: int) -> int:
        """The next line that matches, forwards (1) or backwards (-1), around the end."""
        total = len(self.lines)
        for distance in range(1, total + 1):
            number = (self.current - 1 + step * distance) % total + 1
            if regex.found(self.lines[number - 1]):
                return number
        raise EdError("No match")


class Addresses:
    """Reads addresses at the beginning of a command: `text` and `at` say where it is."""

    def __init__(self, buffer: Buffer, text: bytes) -> None:
        self.buffer, self.text, self.at = buffer, text, 0

    def peek(self) -> bytes:
        """The next byte; empty at the end."""
        return self.text[self.at : self.at + 1]

    def skip_blanks(self) -> None:
        """Pass blanks."""
        while self.peek() in (b" ", b"\t"):
            self.at += 1

    def read(self) -> list[int]:
        """The addresses that were given, the last two of them at most."""
        found: list[int] = []
        while True:
            self.skip_blanks()
            address = self._one()
            self.skip_blanks()
            mark = self.peek()
            if mark == b"%" and address is None and not found:
                self.at += 1
                return [1, self.buffer.last()]
            if mark in (b",", b";"):
                self.at += 1
                if address is None:
                    address = 1 if mark == b"," else self.buffer.current
                    found = [address]
                    if self._ends():
                        return [address, self.buffer.last()]
                else:
                    found.append(address)
                if mark == b";":
                    self.buffer.current = address
                continue
            if address is not None:
                found.append(address)
            elif found and self.text[self.at - 1 : self.at] in (b",", b";"):
                found.append(found[-1])
            return found[-2:]

    def _ends(self) -> bool:
        """Does no address follow?"""
        self.skip_blanks()
        return not self.peek() or self.peek() not in b"0123456789.$'/?+-^"

    def _one(self) -> int | None:
        """One address with what is added to it; None when there is none."""
        value = self._base()
        while True:
            self.skip_blanks()
            mark = self.peek()
            if mark in (b"+", b"-", b"^"):
                self.at += 1
                step = self._number() if self.peek().isdigit() else 1
                value = self.buffer.current if value is None else value
                value += step if mark == b"+" else -step
            elif mark.isdigit() and value is not None:
                value += self._number()
            else:
                break
        if value is not None and not 0 <= value <= self.buffer.last():
            raise EdError("Invalid address")
        return value

    def _base(self) -> int | None:
        mark = self.peek()
        if mark.isdigit():
            return self._number()
        if mark == b".":
            self.at += 1
            return self.buffer.current
        if mark == b"$":
            self.at += 1
            return self.buffer.last()
        if mark == b"'":
            name = self.text[self.at + 1 : self.at + 2].decode("latin-1")
            self.at += 2
            if name not in self.buffer.marks:
                raise EdError("Invalid address")
            return self.buffer.marks[name]
        if mark in (b"/", b"?") and mark:
            self.at += 1
            source = self.delimited(mark)
            return self.buffer.search(self.buffer.pattern(source), 1 if mark == b"/" else -1)
        return None

    def _number(self) -> int:
        start = self.at
        while self.peek().isdigit():
            self.at += 1
        return int(self.text[start : self.at])

    def delimited(self, mark: bytes) -> bytes:
        """The text up to an unescaped delimiter, which is passed; it may be missing at the end of the
        command.
        """
        out = bytearray()
        bracket = False
        while self.at < len(self.text):
            char = self.peek()
            self.at += 1
            if char == b"\\" and self.at < len(self.text):
                following = self.peek()
                self.at += 1
                out += following if following == mark else char + following
                continue
            if char == b"[" and not bracket:
                bracket = True
            elif char == b"]":
                bracket = False
            elif char == mark and not bracket:
                break
            out += char
        return bytes(out)
