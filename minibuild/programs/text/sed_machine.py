"""The sed machine: pattern space, hold space, input with one line of look-ahead, and output."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from minibuild.programs.text.memory import joined
from minibuild.programs.text.sed_nodes import SedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from minibuild.programs.text.regex import Regex

# What a command's function returns: go on (None), a place in the script, or one of these.
END_CYCLE, DELETE, RESTART = -1, -2, -3


class Sink(Protocol):
    """Where output goes."""

    def write(self, data: bytes, /) -> object:
        """Take bytes."""


class Output:
    """A file that is written line by line: a missing newline is made up for when more follows."""

    __slots__ = ("newline", "open_line", "write")

    def __init__(self, sink: Sink, newline: bytes) -> None:
        self.write, self.newline = sink.write, newline
        self.open_line = False

    def put(self, text: bytes, end: bytes) -> None:
        """Write a line; `end` is what ended it in the input: a newline, a NUL or nothing."""
        if self.open_line:
            self.write(self.newline + text + end)
        else:
            self.write(text + end)
        self.open_line = not end and bool(text or self.open_line)

    def copy(self, data: bytes) -> None:
        """Write what is no line, such as a whole file."""
        self.write(self.newline + data if self.open_line else data)
        self.open_line = False


class Machine:
    """What the commands work on: `space` (with `end`, what ended its last line), `hold` likewise, and the
    line that follows.

    `regex` is the regular expression that an empty one stands for.
    """

    __slots__ = (
        "appended", "end", "following", "gnu", "hold", "hold_end", "name", "next_name", "number",
        "out", "queues", "quiet", "quitting", "read_text", "regex", "shell", "source", "space", "status",
        "substituted", "width",
    )  # fmt: skip

    def __init__(self, out: Output, *, quiet: bool, gnu: bool) -> None:
        self.space = self.hold = b""
        self.end = self.hold_end = out.newline
        self.number = 0
        self.out, self.quiet, self.gnu = out, quiet, gnu
        self.read_text: Callable[[bytes], bytes] = bytes
        self.shell: Callable[[bytes], bytes] = bytes
        self.appended: list[tuple[str, bytes]] = []
        self.following: tuple[bytes, bytes] | None = None
        self.source: Iterator[tuple[bytes, bytes]] = iter(())
        self.substituted = self.quitting = False
        self.regex: Regex | None = None
        self.queues: dict[bytes, Iterator[bytes]] = {}
        self.status = 0
        self.width = 70
        self.name = self.next_name = b"-"

    def begin(self, lines: Iterator[tuple[bytes, bytes]]) -> None:
        """Take a new input: (line, what ended it) in order."""
        self.source = lines
        self.following = next(lines, None)

    def advance(self) -> bool:
        """Make the next line the pattern space; False at the end of the input."""
        if self.following is None:
            return False
        self.space, self.end = self.following
        self.name = self.next_name
        self._look_ahead()
        return True

    def append_next(self) -> None:
        """Add the next line to the pattern space. There must be one."""
        assert self.following is not None
        text, self.end = self.following
        self.space = joined(self.out.newline, (self.space, text))
        self._look_ahead()

    def _look_ahead(self) -> None:
        self.number += 1
        if self.appended:
            self.flush()
        self.following = next(self.source, None)

    def flush(self) -> None:
        """Write what `a`, `r` and `R` have put off."""
        for kind, text in self.appended:
            if kind == "a":
                self.out.put(text, b"\n")
            elif kind == "R":
                self._one_line(text)
            else:
                self._whole_file(text)
        self.appended.clear()

    def _whole_file(self, name: bytes) -> None:
        data = self.read_text(name)
        if self.gnu:
            if data:
                self.out.copy(data)
            return
        lines = data.split(b"\n")
        if not lines[-1]:
            lines.pop()
        for line in lines:
            self.out.put(line, b"\n")

    def _one_line(self, name: bytes) -> None:
        """The next line of a file, for `R`."""
        if name not in self.queues:
            self.queues[name] = iter(self.read_text(name).splitlines(keepends=True))
        line = next(self.queues[name], None)
        if line is not None:
            self.out.put(line.removesuffix(b"\n"), b"\n")

    def show(self) -> None:
        """Print the pattern space; busybox's `p` ends it with a newline in any case."""
        self.out.put(self.space, self.end if self.gnu else b"\n")


def used_regex(machine: Machine, regex: Regex | None) -> Regex:
    """The regular expression, or the one used last."""
    found = machine.regex if regex is None else regex
    if found is None:
        raise SedError("no previous regexp", "no previous regular expression", place=0)
    machine.regex = found
    return found
