"""sort: order lines."""

from __future__ import annotations

import heapq
from dataclasses import replace
from functools import cmp_to_key
from typing import TYPE_CHECKING, Any

from minibuild.filesystem.errors import strerror
from minibuild.programs.inputs import die, encode, quoted
from minibuild.programs.options import Options, is_busybox
from minibuild.programs.registry import program
from minibuild.programs.text.sort_keys import Key, comparison, parse_key

if TYPE_CHECKING:
    from collections.abc import Callable

    from minibuild.kernel.process import Process
    from minibuild.programs.options import Opts

SORT = Options(
    "bCcdfghik:Mmno:rRsS:t:T:uVz",
    gnu_short="CRh",
    gnu_long="*",
    long={
        "ignore-leading-blanks": "b",
        "dictionary-order": "d",
        "ignore-case": "f",
        "general-numeric-sort": "g",
        "human-numeric-sort": "h",
        "ignore-nonprinting": "i",
        "key=": "k",
        "merge": "m",
        "month-sort": "M",
        "numeric-sort": "n",
        "output=": "o",
        "reverse": "r",
        "random-sort": "R",
        "stable": "s",
        "buffer-size=": "S",
        "field-separator=": "t",
        "temporary-directory=": "T",
        "unique": "u",
        "version-sort": "V",
        "zero-terminated": "z",
        "check=?": "c",
        "sort=": "sort",
        "parallel=": "parallel",
        "batch-size=": "batch-size",
        "compress-program=": "compress-program",
        "files0-from=": "files0-from",
        "random-source=": "random-source",
        "debug": "debug",
    },
    usage="[-nrugMcszbdfiokt] [-o FILE] [-k START[.OFS][OPTS][,END[.OFS][OPTS]] [-t CHAR] [FILE]...",
    help="""
Sort lines of text

	-o FILE	Output to FILE
	-c	Check whether input is sorted
	-b	Ignore leading blanks
	-f	Ignore case
	-i	Ignore unprintable characters
	-d	Dictionary order (blank or alphanumeric only)
	-n	Sort numbers
	-g	General numerical sort
	-M	Sort month
	-V	Sort version
	-t CHAR	Field separator
	-k N[,M] Sort by Nth field
	-r	Reverse sort order
	-s	Stable (don't sort ties alphabetically)
	-u	Suppress duplicate lines
	-z	NUL terminated input and output
""",
    failure=2,
)
ORDERINGS = frozenset("bdfghiMnrRV")
KINDS = frozenset("gMnV")
WORDS = {
    "general-numeric": "g",
    "human-numeric": "h",
    "month": "M",
    "numeric": "n",
    "random": "R",
    "version": "V",
}


@program("sort", options=SORT)
def sort(process: Process) -> int:
    """Sort the lines of files."""
    opts, operands = SORT.parse(process)
    order = _Order(process, opts)
    names = operands or ["-"]
    delimiter = b"\0" if "z" in opts else b"\n"
    if opts.any("c", "C"):
        if len(operands) > 1 and not order.busybox:
            die(process, f"extra operand {quoted(operands[1])} not allowed with -c", 2)
        return _check(process, order, names[0], delimiter, quiet="C" in opts or opts.get("c") == "quiet")
    files = [_read(process, name, delimiter) for name in names]
    process.tick(1 + sum(map(len, files)) // 100)
    if "m" in opts and not order.busybox:
        lines = order.merged(files)
    else:
        lines = order.sorted(files[0] if len(files) == 1 else [line for lines in files for line in lines])
    process.tick(1 + len(lines) // 100)
    data = delimiter.join(lines) + delimiter if lines else b""
    output = opts.get("o")
    if output is None:
        process.stdout.write(data)
        return 0
    try:
        process.open_stream(output, "w").write(data)
    except OSError as error:
        die(process, f"{'' if order.busybox else 'open failed: '}{output}: {strerror(error)}", 2)
    return 0


def _read(process: Process, name: str, delimiter: bytes) -> list[bytes]:
    """The lines of a file; sort ends when it can't be read."""
    try:
        data = process.open_reader(name).read()
    except OSError as error:
        prefix = (
            ""
            if is_busybox(process)
            else "cannot read: "
            if not isinstance(error, IsADirectoryError)
            else "read failed: "
        )
        die(process, f"{prefix}{name}: {strerror(error)}", 2)
    lines: list[bytes] = data.split(delimiter)
    if not lines[-1]:
        lines.pop()
    return lines


class _Order:
    """The order that the options ask for."""

    def __init__(self, process: Process, opts: Opts) -> None:
        self.process, self.busybox = process, is_busybox(process)
        self.flags = frozenset(key for key, _ in opts.given if key in ORDERINGS)
        word = opts.get("sort")
        if word is not None:
            self.flags |= {WORDS.get(word, "")} - {""}
        self.unique, self.stable = "u" in opts, "s" in opts
        self.separator = self._separator(opts.get("t"))
        self.keys = [self._key(text) for text in opts.all("k")] or [Key(flags=self.flags)]
        self.functions = [comparison(key, self.separator, gnu=not self.busybox) for key in self.keys]

    def _separator(self, text: str | None) -> bytes | None:
        if text is None:
            return None
        separator = b"\0" if text == "\\0" else encode(text)
        if len(separator) != 1:
            if self.busybox:
                die(self.process, "bad -t parameter", 2)
            die(self.process, "empty tab" if not separator else f"multi-character tab '{text}'", 2)
        return separator

    def _key(self, text: str) -> Key:
        key = parse_key(text)
        if key is None:
            message = (
                "bad field specification"
                if self.busybox
                else f"invalid number at field start: invalid count at start of '{text}'"
            )
            die(self.process, message, 2)
        # A key without letters of its own has those of the command line.
        own = key.flags | key.end_flags
        return key if own else replace(key, flags=self.flags, end_flags=self.flags & {"b"})

    def sorted(self, lines: list[bytes]) -> list[bytes]:
        """The lines in order, duplicates left out if that is asked for."""
        if "R" in self.flags:
            return self._shuffled(lines)
        plain = len(self.functions) == 1 and self.functions[0] is None
        if self.busybox and len(lines) > 1 and any(len(key.flags & KINDS) > 1 for key in self.keys):
            die(self.process, "unknown sort type", 2)  # said of the first comparison
        if plain and self.unique and not (self.busybox and self.stable):
            return sorted(set(lines), reverse="r" in self.keys[0].flags)
        stable = self.stable or (self.unique and not self.busybox)
        if not plain and not stable:
            lines.sort(reverse="r" in self.flags)
        if stable and self.busybox and "r" in self.keys[-1].flags:
            lines.reverse()
        for key, function in zip(reversed(self.keys), reversed(self.functions), strict=True):
            lines.sort(key=function, reverse="r" in key.flags)
        # With -s no two lines are equal for busybox.
        return self._distinct(lines) if self.unique and not (self.busybox and self.stable) else lines

    def merged(self, files: list[list[bytes]]) -> list[bytes]:
        """The lines of files that are in order already."""
        order = cmp_to_key(self.compare)
        lines = list(heapq.merge(*files, key=order))
        return self._distinct(lines) if self.unique else lines

    def _distinct(self, lines: list[bytes]) -> list[bytes]:
        """The first line of each run that compares as equal."""
        value = self.value()
        out: list[bytes] = []
        last: object = None
        for line in lines:
            current = value(line)
            if not out or current != last:
                out.append(line)
                last = current
        return out

    def value(self) -> Callable[[bytes], Any]:
        """What lines are equal in."""
        functions = self.functions
        return lambda line: [line if function is None else function(line) for function in functions]

    def _shuffled(self, lines: list[bytes]) -> list[bytes]:
        """Random order, equal keys together."""
        ranks: dict[bytes, float] = {}
        random = self.process.system.random
        for line in lines:
            ranks.setdefault(line, random.random())
        lines.sort(key=ranks.__getitem__)
        return self._distinct(lines) if self.unique else lines

    def compare(self, before: bytes, after: bytes) -> int:
        """Below 0 when `before` comes first, 0 when the lines are equal."""
        for key, function in zip(self.keys, self.functions, strict=True):
            left, right = (before, after) if function is None else (function(before), function(after))
            if left != right:
                return 1 if (right < left) != ("r" in key.flags) else -1
        if self.unique or self.stable or before == after:
            return 0
        return 1 if (after < before) != ("r" in self.flags) else -1


def _check(process: Process, order: _Order, name: str, delimiter: bytes, *, quiet: bool) -> int:
    """-c: are the lines in order?"""
    lines = _read(process, name, delimiter)
    for place in range(1, len(lines)):
        if order.compare(lines[place - 1], lines[place]) > (-1 if order.unique else 0):
            if order.busybox:
                process.stderr.write(f"Check line {place}\n")
            elif not quiet:
                process.stderr.write(b"sort: %s:%d: disorder: %s\n" % (encode(name), place + 1, lines[place]))
            return 1
    return 0
