"""split and csplit: a file in pieces."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from minibuild.filesystem.errors import strerror
from minibuild.programs.inputs import SIZES, die, encode, number
from minibuild.programs.options import Options, is_busybox
from minibuild.programs.registry import program
from minibuild.programs.text.commands import run_shell
from minibuild.programs.text.regex import Regex, RegexError, compile_regex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from minibuild.kernel.process import Process
    from minibuild.programs.options import Opts

SPLIT = Options(
    "a:b:C:del:n:t:uxz",
    long={
        "suffix-length=": "a",
        "bytes=": "b",
        "line-bytes=": "C",
        "numeric-suffixes=?": "d",
        "hex-suffixes=?": "x",
        "elide-empty-files": "e",
        "lines=": "l",
        "number=": "n",
        "separator=": "t",
        "additional-suffix=": "additional",
        "filter=": "filter",
        "unbuffered": "u",
        "verbose": "verbose",
    },
    usage="[OPTIONS] [INPUT [PREFIX]]",
    help="""
	-b N[k|m]	Split by N (kilo|mega)bytes
	-l N		Split by N lines
	-a N		Use N letters as suffix
""",
    most=2,
)
CSPLIT = Options(
    "b:f:kn:qsz",
    long={
        "suffix-format=": "b",
        "prefix=": "f",
        "keep-files": "k",
        "digits=": "n",
        "quiet": "q",
        "silent": "s",
        "elide-empty-files": "z",
        "suppress-matched": "suppress-matched",
    },
    usage="[OPTION]... FILE PATTERN...",
    help="Output pieces of FILE separated by PATTERN(s)",
    least=2,
)
LETTERS, DIGITS, HEXADECIMAL = "abcdefghijklmnopqrstuvwxyz", "0123456789", "0123456789abcdef"
MOST_FILES = 100_000


@program("split", options=SPLIT)
def split(process: Process) -> int:
    """`split [-l N | -b SIZE | -C SIZE | -n COUNT] [-a LENGTH] [-d | -x] [FILE [PREFIX]]`"""
    opts, operands = SPLIT.parse(process)
    name, prefix = (*operands, *("-", "x")[len(operands) :])
    try:
        data = process.open_reader(name).read()
    except OSError as error:
        verb = "" if is_busybox(process) else "cannot open "
        shown = name if is_busybox(process) else f"'{name}' for reading"
        die(process, f"{verb}{shown}: {strerror(error)}")
    names = _Names(process, opts, prefix)
    command = opts.get("filter")
    for piece in _pieces(process, opts, data):
        if not piece and "e" in opts:
            continue
        path = names.next()
        process.tick(1 + len(piece) // 10_000)
        if "verbose" in opts:
            process.stdout.write(f"creating file '{path}'\n")
        if command is not None:
            _filter(process, command, path, piece)
        else:
            process.open_stream(path, "w").write(piece)
    return 0


def _filter(process: Process, command: str, path: str, piece: bytes) -> None:
    from minibuild.kernel.streams import Source  # only --filter needs it

    child = process.fork()
    child.env["FILE"] = path
    child.perform(lambda one: run_shell(one, encode(command), {0: Source(piece)}))
    process.reap(child)


def _size(process: Process, text: str) -> int:
    return number(process, text, SIZES, low=1)


def _pieces(process: Process, opts: Opts, data: bytes) -> Iterator[bytes]:
    """The contents of the files."""
    size, lines_size, count = opts.get("b"), opts.get("C"), opts.get("n")
    separator = encode(opts.get("t", "\n") or "\n")
    if size is not None:
        step = _size(process, size)
        yield from (data[at : at + step] for at in range(0, len(data), step))
        return
    if count is not None:
        yield from _parts(process, count, data, separator)
        return
    lines = data.split(separator)
    ends = [line + separator for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])
    if lines_size is not None:
        yield from _bounded(ends, _size(process, lines_size))
        return
    step = _size(process, opts.text("l", "1000"))
    yield from (b"".join(ends[at : at + step]) for at in range(0, len(ends), step))


def _bounded(lines: list[bytes], most: int) -> Iterator[bytes]:
    """-C: as many whole lines as fit into `most` bytes; longer lines are cut."""
    piece = b""
    for line in lines:
        if piece and len(piece) + len(line) > most:
            yield piece
            piece = b""
        while len(line) > most:
            yield line[:most]
            line = line[most:]
        piece += line
    if piece:
        yield piece


def _parts(process: Process, text: str, data: bytes, separator: bytes) -> Iterator[bytes]:
    """-n: so many parts, by bytes (N), whole lines (l/N) or lines by turns (r/N)."""
    kind, slash, rest = text.rpartition("/")
    count = number(process, rest, low=1, high=MOST_FILES)
    if not slash:
        step = len(data) // count
        for place in range(count):
            yield data[place * step : len(data) if place == count - 1 else (place + 1) * step]
        return
    lines = data.split(separator)
    ends = [line + separator for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])
    if kind == "r":
        yield from (b"".join(ends[place::count]) for place in range(count))
        return
    if kind != "l":
        die(process, f"invalid number of chunks: '{text}'")
    step, at, offset = max(len(data) // count, 1), 0, 0
    for place in range(count):
        piece: list[bytes] = []
        limit = len(data) if place == count - 1 else (place + 1) * step
        while at < len(ends) and offset < limit:
            piece.append(ends[at])
            offset += len(ends[at])
            at += 1
        yield b"".join(piece)


class _Names:
    """The names of the files, one after another."""

    def __init__(self, process: Process, opts: Opts, prefix: str) -> None:
        self.process, self.prefix, self.made = process, prefix, 0
        key = opts.last("d", "x")
        self.alphabet = {"d": DIGITS, "x": HEXADECIMAL}.get(key or "", LETTERS)
        start = opts.get(key) if key is not None else None
        self.number = int(start, 16 if key == "x" else 10) if start and start.isalnum() else 0
        self.length = number(process, opts.text("a", "2"), low=1, high=100)
        self.grows = "a" not in opts and not is_busybox(process)
        self.end = opts.text("additional")

    def next(self) -> str:
        """The next name; split ends when there are no more."""
        base, value = len(self.alphabet), self.number
        length = self.length
        if self.grows and not self._fits(value):
            value, length = self._grown(value)
        elif value >= base**length:
            self._exhausted()
        self.made += 1
        if self.made > MOST_FILES:
            self._exhausted()
        self.number += 1
        letters: list[str] = []
        for _ in range(length):
            value, digit = divmod(value, base)
            letters.append(self.alphabet[digit])
        return self.prefix + "".join(reversed(letters)) + self.end

    def _fits(self, value: int) -> bool:
        """GNU keeps the last first letter for longer suffixes: … yz, zaaa."""
        base: int = len(self.alphabet)
        limit: int = base**self.length - base ** (self.length - 1)
        return value < limit

    def _grown(self, value: int) -> tuple[int, int]:
        base, length = len(self.alphabet), self.length
        passed = base**length - base ** (length - 1)
        value -= passed
        extra = 2
        while value >= base**length - base ** (length - 1):
            value -= base**length - base ** (length - 1)
            extra += 2
        head = 0
        for _ in range(extra // 2):
            head = head * base + base - 1
        return head * base ** (length + extra // 2) + value, length + extra

    def _exhausted(self) -> NoReturn:
        die(
            self.process,
            "suffixes exhausted" if is_busybox(self.process) else "output file suffixes exhausted",
        )


@program("csplit", options=CSPLIT)
def csplit(process: Process) -> int:
    """`csplit [-f PREFIX] [-n DIGITS] [-k] [-s] [-z] FILE PATTERN...`"""
    opts, operands = CSPLIT.parse(process)
    name, *patterns = operands
    try:
        data = process.open_reader(name).read()
    except OSError as error:
        die(process, f"cannot open '{name}' for reading: {strerror(error)}")
    cutter = _Cutter(process, opts, data.splitlines(keepends=True))
    for place, pattern in enumerate(patterns):
        if not pattern.startswith("{"):
            repeat = patterns[place + 1] if place + 1 < len(patterns) else ""
            cutter.cut(pattern, repeat if repeat.startswith("{") else "")
    cutter.put(len(cutter.lines))
    return 0


class _Cutter:
    """Cuts a file at lines and patterns."""

    def __init__(self, process: Process, opts: Opts, lines: list[bytes]) -> None:
        self.process, self.opts, self.lines = process, opts, lines
        self.at = self.search_from = 0
        self.files: list[str] = []
        self.digits = number(process, opts.text("n", "2"))

    def put(self, end: int, *, skip: bool = False) -> None:
        """Write the lines up to `end` into the next file (`skip`: into none)."""
        data = b"".join(self.lines[self.at : end])
        self.at = max(self.at, end)
        if skip or (not data and "z" in self.opts):
            return
        layout = self.opts.get("b")
        suffix = f"{len(self.files):0{self.digits}d}" if layout is None else layout % len(self.files)
        path = self.opts.text("f", "xx") + suffix
        self.process.open_stream(path, "w").write(data)
        self.files.append(path)
        if not self.opts.any("s", "q"):
            self.process.stdout.write(f"{len(data)}\n")

    def cut(self, pattern: str, repeat: str) -> None:
        """Do one pattern, and again as often as `{N}` or `{*}` says."""
        times = 1
        if repeat == "{*}":
            times = len(self.lines) + 1
        elif repeat:
            inner = repeat[1:-1]
            if not inner.isdigit():
                die(self.process, f"'{repeat}': integer required between '{{' and '}}'")
            times += int(inner)
        for turn in range(times):
            self.process.tick()
            if not self._once(pattern, turn, endless=repeat == "{*}"):
                return

    def _once(self, pattern: str, turn: int, *, endless: bool) -> bool:
        if pattern[:1] in ("/", "%"):
            return self._at_match(pattern, endless=endless)
        line = int(pattern) * (turn + 1) if pattern.isdigit() else 0
        if line < 1:
            die(self.process, f"'{pattern}': invalid pattern")
        if line > len(self.lines):
            self.put(len(self.lines))
            again = f" on repetition {turn}" if turn else ""
            self._give_up(f"'{pattern}': line number out of range{again}")
        self.put(line - 1)
        self.search_from = self.at
        return True

    def _at_match(self, pattern: str, *, endless: bool) -> bool:
        mark = pattern[0]
        source, _, offset = pattern[1:].rpartition(mark)
        if offset and not offset.lstrip("+-").isdigit():
            die(self.process, f"'{pattern}': integer expected after delimiter")
        regex = self._regex(source)
        start = self.search_from
        for place in range(start, len(self.lines)):
            if regex.found(self.lines[place].removesuffix(b"\n")):
                end = place + int(offset or 0)
                if not self.at <= end <= len(self.lines):
                    self._give_up(f"'{pattern}': line number out of range")
                self.put(end, skip=mark == "%")
                self.search_from = max(place + 1, self.at + (end == place))
                if "suppress-matched" in self.opts:
                    self.at = min(self.at + 1, len(self.lines))
                return True
        if endless:
            return False
        if mark == "/":
            self.put(len(self.lines))
        return self._give_up(f"'{pattern}': match not found")

    def _regex(self, source: str) -> Regex:
        try:
            return compile_regex(encode(source))
        except RegexError as error:
            die(self.process, f"{source}: invalid regular expression: {error}")

    def _give_up(self, message: str) -> NoReturn:
        if "k" not in self.opts:
            for path in self.files:
                self.process.view.unlink(path)
        die(self.process, message)
