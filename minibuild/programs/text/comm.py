"""comm and join: two sorted files side by side."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from minibuild.filesystem.errors import strerror
from minibuild.programs.inputs import die, encode
from minibuild.programs.options import Options, is_busybox
from minibuild.programs.registry import program
from minibuild.programs.text.reading import records

if TYPE_CHECKING:
    from minibuild.kernel.process import Process
    from minibuild.programs.options import Opts

COMM = Options(
    "123z",
    long={
        "check-order": "check",
        "nocheck-order": "nocheck",
        "output-delimiter=": "delimiter",
        "total": "total",
        "zero-terminated": "z",
    },
    usage="[-123] FILE1 FILE2",
    help="""
Compare FILE1 with FILE2

	-1	Suppress lines unique to FILE1
	-2	Suppress lines unique to FILE2
	-3	Suppress lines common to both files
""",
    least=2,
    most=2,
)
JOIN = Options(
    "a:e:ij:o:t:v:1:2:z",
    long={
        "ignore-case": "i",
        "check-order": "check",
        "nocheck-order": "nocheck",
        "header": "header",
        "zero-terminated": "z",
    },
    usage="[OPTION]... FILE1 FILE2",
    help="Join lines of two files on a common field",
    least=2,
    most=2,
)


def _read(process: Process, name: str, delimiter: bytes) -> list[bytes]:
    try:
        data = process.open_reader(name).read()
    except OSError as error:
        die(process, f"{name}: {strerror(error)}")
    process.tick(1 + len(data) // 10_000)
    return records(data, delimiter)


@program("comm", options=COMM)
def comm(process: Process) -> int:
    """`comm [-123] FILE1 FILE2`: lines only in one, only in the other, in both."""
    opts, (left_name, right_name) = COMM.parse(process)
    end = b"\0" if "z" in opts else b"\n"
    left, right = _read(process, left_name, end), _read(process, right_name, end)
    mark = encode(opts.text("delimiter", "\t")) or b"\0"
    heads = [b"", b"" if "1" in opts else mark, mark * (2 - ("1" in opts) - ("2" in opts))]
    shown = [key not in opts for key in "123"]
    counts, at, to = [0, 0, 0], 0, 0
    write = process.stdout.write
    while at < len(left) or to < len(right):
        if to >= len(right) or (at < len(left) and left[at] < right[to]):
            column, line, at = 0, left[at], at + 1
        elif at >= len(left) or right[to] < left[at]:
            column, line, to = 1, right[to], to + 1
        else:
            column, line, at, to = 2, left[at], at + 1, to + 1
        counts[column] += 1
        if shown[column]:
            write(heads[column] + line + end)
    if "total" in opts:
        write(mark.join([b"%d" % count for count in counts] + [b"total"]) + end)
    return _order(process, opts, [left, right])


def _order(process: Process, opts: Opts, files: list[list[bytes]]) -> int:
    """GNU says which file is not sorted, if its lines could not be paired."""
    if is_busybox(process) or "nocheck" in opts:
        return 0
    if files[0] == files[1] and "check" not in opts:
        return 0
    status = 0
    for number, lines in enumerate(files, 1):
        if any(before > after for before, after in pairwise(lines)):
            process.error(f"file {number} is not in sorted order")
            status = 1
    if status:
        process.error("input is not in sorted order")
    return status


@program("join", options=JOIN)
def join(process: Process) -> int:
    """`join [-a N] [-e TEXT] [-1 FIELD] [-2 FIELD] [-o LIST] [-t CHAR] [-v N] FILE1 FILE2`"""
    opts, names = JOIN.parse(process)
    joiner = _Join(process, opts)
    end = b"\0" if "z" in opts else b"\n"
    left, right = ([joiner.fields(line) for line in _read(process, name, end)] for name in names)
    out: list[bytes] = []
    if "header" in opts and left and right:
        out.append(joiner.pair(left.pop(0), right.pop(0)))
    at = to = 0
    while at < len(left) or to < len(right):
        order = joiner.compare(left, at, right, to)
        if order < 0:
            out += joiner.lonely(1, left[at])
            at += 1
        elif order > 0:
            out += joiner.lonely(2, right[to])
            to += 1
        else:
            at_end, to_end = joiner.same(left, at, 0), joiner.same(right, to, 1)
            if joiner.paired:
                out += [joiner.pair(one, other) for one in left[at:at_end] for other in right[to:to_end]]
            process.tick(1 + (at_end - at) * (to_end - to) // 1000)
            at, to = at_end, to_end
    process.stdout.write(b"".join(line + end for line in out))
    return 0


class _Join:
    """What is joined, and how the lines are written."""

    def __init__(self, process: Process, opts: Opts) -> None:
        self.process = process
        separator = opts.get("t")
        self.separator = None if separator is None else b"\0" if separator == "\\0" else encode(separator)[:1]
        both = opts.get("j", "1")
        self.keys = [self._number(opts.get(key) or both or "1") - 1 for key in "12"]
        self.fold, self.empty = "i" in opts, encode(opts.text("e"))
        self.alone = {self._number(text) for text in [*opts.all("a"), *opts.all("v")]}
        self.paired = not opts.all("v")
        self.layout = [self._place(word) for text in opts.all("o") for word in text.replace(",", " ").split()]
        self.auto = self.layout == [(-1, -1)]
        self.widths: list[int] = []

    def _number(self, text: str) -> int:
        if not text.isdigit() or int(text) < 1:
            die(self.process, f"invalid field number: '{text}'")
        return int(text)

    def _place(self, word: str) -> tuple[int, int]:
        """FILE.FIELD of -o; file 0 means the join field, "auto" as many fields as the first lines have."""
        if word == "auto":
            return (-1, -1)
        file, _, number = word.partition(".")
        if word == "0":
            return (0, 0)
        if file not in ("1", "2"):
            die(self.process, f"invalid file number in field spec: '{word}'")
        return (int(file), self._number(number) - 1)

    def fields(self, line: bytes) -> list[bytes]:
        """A line taken apart."""
        return line.split() if self.separator is None else line.split(self.separator)

    def key(self, fields: list[bytes], file: int) -> bytes:
        """The join field."""
        place = self.keys[file]
        key = fields[place] if place < len(fields) else b""
        return key.lower() if self.fold else key

    def compare(self, left: list[list[bytes]], at: int, right: list[list[bytes]], to: int) -> int:
        """Which of two lines comes first; the end of a file comes last."""
        if at >= len(left) or to >= len(right):
            return 1 if at >= len(left) else -1
        one, other = self.key(left[at], 0), self.key(right[to], 1)
        return (one > other) - (one < other)

    def same(self, lines: list[list[bytes]], at: int, file: int) -> int:
        """The end of the run of lines with one join field."""
        key, end = self.key(lines[at], file), at
        while end < len(lines) and self.key(lines[end], file) == key:
            end += 1
        return end

    def lonely(self, file: int, fields: list[bytes]) -> list[bytes]:
        """A line without a partner, if those are wanted."""
        if file not in self.alone:
            return []
        return [self.pair(fields, []) if file == 1 else self.pair([], fields)]

    def pair(self, left: list[bytes], right: list[bytes]) -> bytes:
        """The line of two that belong together."""
        mark = self.separator if self.separator is not None else b" "
        key_from = (left, self.keys[0]) if left else (right, self.keys[1])
        key = key_from[0][key_from[1]] if key_from[1] < len(key_from[0]) else b""
        if self.layout and not self.auto:
            sides = (left, right)
            chosen = [
                key if not file else sides[file - 1][place] if place < len(sides[file - 1]) else b""
                for file, place in self.layout
            ]
            return mark.join([field or self.empty for field in chosen])
        rest = [
            [field for place, field in enumerate(side) if place != skip]
            for side, skip in ((left, self.keys[0]), (right, self.keys[1]))
        ]
        if self.auto:
            if not self.widths:
                self.widths = [len(side) for side in rest]
            rest = [(side + [b""] * width)[:width] for side, width in zip(rest, self.widths, strict=True)]
            return mark.join([field or self.empty for field in [key, *rest[0], *rest[1]]])
        return mark.join([key, *rest[0], *rest[1]])
