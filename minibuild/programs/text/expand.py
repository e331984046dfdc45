"""expand and unexpand: tabs to spaces and back."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from minibuild.programs.inputs import die, number
from minibuild.programs.options import Options, is_busybox
from minibuild.programs.registry import program
from minibuild.programs.text.memory import check_size
from minibuild.programs.text.reading import Inputs

if TYPE_CHECKING:
    from minibuild.kernel.process import Process
    from minibuild.programs.options import Opts

EXPAND = Options(
    "it:",
    long={"initial": "i", "tabs=": "t"},
    usage="[-i] [-t N] [FILE]...",
    help="""
Convert tabs to spaces, writing to stdout

	-i	Don't convert tabs after non blanks
	-t	Tabstops every N chars
""",
)
UNEXPAND = Options(
    "aft:",
    long={"all": "a", "first-only": "f", "tabs=": "t"},
    usage="[-fa] [-t N] [FILE]...",
    help="""
Convert spaces to tabs, writing to stdout

	-a	Convert all blanks
	-f	Convert only leading blanks
	-t N	Tabstops every N chars
""",
)


class Stops:
    """Tab stops: every so many columns, or at given ones."""

    def __init__(self, process: Process, opts: Opts) -> None:
        text = opts.text("t", "8")
        if is_busybox(process):
            self.every, self.places = number(process, text, low=1, high=(1 << 32) - 1), list[int]()
            return
        places = [part for part in text.replace(" ", ",").split(",") if part]
        if not all(part.isdigit() for part in places):
            die(process, f"tab size contains invalid character(s): '{text}'")
        numbers = [int(part) for part in places]
        if 0 in numbers:
            die(process, "tab size cannot be 0")
        self.every = numbers[0] if len(numbers) == 1 else 0
        self.places = numbers if len(numbers) > 1 else []

    def after(self, column: int) -> int:
        """The next stop; the next column when there is none."""
        if self.every:
            return column + self.every - column % self.every
        return next((place for place in self.places if place > column), column + 1)


@program("expand", options=EXPAND)
def expand(process: Process) -> int:
    """`expand [-i] [-t STOPS] [FILE...]`"""
    opts, operands = EXPAND.parse(process)
    stops, initial = Stops(process, opts), "i" in opts
    inputs = Inputs(process, operands)
    for line in inputs.lines():
        process.stdout.write(_expanded(line, stops, initial) if b"\t" in line else line)
    return inputs.status


def _expanded(line: bytes, stops: Stops, initial: bool) -> bytes:
    out = bytearray()
    column = 0
    for place, byte in enumerate(line):
        if byte == 9:
            stop = stops.after(column)
            check_size(len(out) + stop - column)
            out += b" " * (stop - column)
            column = stop
            continue
        if initial and byte != 32:
            out += line[place:]
            break
        out.append(byte)
        column = max(column - 1, 0) if byte == 8 else column + 1
    return bytes(out)


@program("unexpand", options=UNEXPAND)
def unexpand(process: Process) -> int:
    """`unexpand [-a] [-f] [-t STOPS] [FILE...]`"""
    opts, operands = UNEXPAND.parse(process)
    stops = Stops(process, opts)
    everywhere = opts.any("a", "t") and "f" not in opts
    inputs = Inputs(process, operands)
    busybox = is_busybox(process)
    for line in inputs.lines():
        text = (
            _unexpanded_by_busybox(line, stops.every, everywhere)
            if busybox
            else _unexpanded(line, stops, everywhere)
        )
        process.stdout.write(text)
    return inputs.status


def _unexpanded(line: bytes, stops: Stops, everywhere: bool) -> bytes:
    """Blanks that reach a tab stop become tabs; a single blank before a stop stays, except at the beginning.
    """
    out = bytearray()
    at = column = 0
    while at < len(line):
        start, begin = at, column
        while at < len(line) and line[at] in b" \t":
            column = stops.after(column) if line[at] == 9 else column + 1
            at += 1
        if at > start:
            out += _blanks(line[start:at], begin, column, stops, leading=not start)
        if at < len(line) and (not everywhere or line[at] == 10):
            out += line[at:]
            break
        if at < len(line):
            out.append(line[at])
            column = max(column - 1, 0) if line[at] == 8 else column + 1
            at += 1
    return bytes(out)


def _unexpanded_by_busybox(line: bytes, every: int, everywhere: bool) -> bytes:
    """Blanks become as many tabs as there are stops up to their end, wherever that is; columns count from the
    last stop.
    """
    out: list[bytes] = []
    at = column = 0
    while at < len(line):
        word = line[at:].lstrip(b" ")
        spaces = len(line) - at - len(word)
        at, column = at + spaces, column + spaces
        if word.startswith(b"\t"):
            column += every - column % every
            at += 1
            continue
        tabs, rest = divmod(column, every)
        if tabs:
            spaces = column = rest
        out.append(b"\t" * tabs + b" " * spaces)
        if not everywhere and at:
            out.append(word)
            break
        size = len(re.match(rb"[^ \t]*", word)[0])  # type: ignore[index]  # it matches everywhere
        out.append(word[:size])
        at, column = at + size, (column + size) % every
    return b"".join(out)


def _blanks(text: bytes, begin: int, end: int, stops: Stops, *, leading: bool) -> bytes:
    out = bytearray()
    column = begin
    while True:
        stop = stops.after(column)
        if stop > end or (stop - column == 1 and not stops.every and stop > (stops.places or [0])[-1]):
            break
        if stop - column == 1 and not leading and column == begin and stop == end and text == b" ":
            break
        out += b"\t"
        column = stop
    return bytes(out) + b" " * (end - column)
