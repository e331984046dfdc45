"""od: bytes as numbers or characters."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from minibuild.programs.inputs import SIZES, die, number, quoted, report
from minibuild.programs.options import Options, is_busybox
from minibuild.programs.registry import program

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from minibuild.kernel.process import Process
    from minibuild.kernel.streams import Reader

OD = Options(
    "A:N:abcdfhij:lot:vxsS:w::BDOXIHFLe",
    gnu_short="BDFHILOXe",
    long={
        "address-radix=": "A",
        "skip-bytes=": "j",
        "format=": "t",
        "read-bytes=": "N",
        "strings=?": "S",
        "output-duplicates": "v",
        "width=?": "w",
        "traditional": "traditional",
    },
    usage="[-abcdfhilovxs] [-t TYPE] [-A RADIX] [-N SIZE] [-j SKIP] [-w WIDTH] [FILE]...",
    help="Print FILEs (or stdin) unambiguously, as octal bytes by default",
)
SHORT = {
    "a": "a", "b": "o1", "c": "c", "d": "u2", "f": "fF", "h": "x2", "i": "d2", "l": "d4", "o": "o2",
    "x": "x2", "s": "d2", "B": "o2", "D": "u4", "O": "o4", "X": "x4", "I": "d8", "H": "x4", "F": "fD",
    "L": "d8", "e": "fD",
}  # fmt: skip
WIDTHS = {
    "o": {1: 3, 2: 6, 4: 11, 8: 22},
    "d": {1: 4, 2: 6, 4: 11, 8: 20},
    "u": {1: 3, 2: 5, 4: 10, 8: 20},
    "x": {1: 2, 2: 4, 4: 8, 8: 16},
}
LETTERS = {"C": 1, "S": 2, "I": 4, "L": 8}
FLOATS = {"F": 4, "4": 4, "D": 8, "8": 8, "": 8, "L": 8}
_NAMES = (
    "nul soh stx etx eot enq ack bel bs ht nl vt ff cr so si dle dc1 dc2 dc3 dc4 nak syn etb can em"
    " sub esc fs gs rs us sp"
)
NAMES = _NAMES.split()
ESCAPES = {0: "\\0", 7: "\\a", 8: "\\b", 9: "\\t", 10: "\\n", 11: "\\v", 12: "\\f", 13: "\\r"}


class Column:
    """One type: the bytes of an item and how it is printed."""

    def __init__(self, size: int, show: Callable[[bytes], str]) -> None:
        self.size, self.show = size, show
        self.with_text = False

    def line(self, block: bytes, width: int) -> str:
        """All items of a block; the last may lack bytes, which count as zero. With `z` its text follows."""
        size, show = self.size, self.show
        if self.with_text:
            text = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in block)
            room = -(-width // size) * len(show(bytes(size)))
            return f"{self.items(block):<{room}}  >{text}<"
        return self.items(block)

    def items(self, block: bytes) -> str:
        """The items alone."""
        size, show = self.size, self.show
        missing = -len(block) % size
        if missing:
            block += bytes(missing)
        return "".join([show(block[at : at + size]) for at in range(0, len(block), size)])


def named(item: bytes) -> str:
    """A character by its ASCII name (the high bit does not count)."""
    code = item[0] & 0x7F
    return f" {'del' if code == 127 else NAMES[code] if code <= 32 else chr(code):>3}"


def character(item: bytes) -> str:
    """A character, an escape, or three octal digits."""
    code = item[0]
    text = ESCAPES.get(code) or (chr(code) if 32 <= code < 127 else f"{code:03o}")
    return f" {text:>3}"


def columns(process: Process, spec: str) -> Iterator[Column]:
    """The columns of a TYPE such as x1, d4, c, fD (several may be written together)."""
    at = 0
    while at < len(spec):
        letter = spec[at]
        at += 1
        start = at
        while at < len(spec) and (spec[at].isdigit() or (at == start and spec[at] in "CSILFD")):
            at += 1
        column = one_column(process, spec, letter, spec[start:at])
        if spec[at : at + 1] == "z" and not is_busybox(process):
            column.with_text = True
            at += 1
        yield column


def one_column(process: Process, spec: str, letter: str, word: str) -> Column:
    """The column of a letter with its size; the program ends when there is no such."""
    if letter in "ac":
        return Column(1, named if letter == "a" else character)
    if letter == "f" and word in FLOATS:
        return floating(FLOATS[word], shortest=not is_busybox(process))
    size = LETTERS.get(word) or (int(word) if word.isdigit() else 0 if word else 4)
    if letter not in WIDTHS:
        gnu = f"invalid character '{letter}' in type string {quoted(spec)}"
        die(process, f"invalid character '{letter}' in type string '{spec}'", 1, gnu)
    if size not in (1, 2, 4, 8):
        gnu = f"invalid type string {quoted(spec)};\nthis system doesn't provide a {size}-byte integral type"
        die(process, f"invalid type string '{spec}'; {size}-byte integral type is not supported", 1, gnu)
    return integral(letter, size)


def integral(letter: str, size: int) -> Column:
    """A column of integers in the machine's (little-endian) order."""
    width, signed = WIDTHS[letter][size], letter == "d"
    fill = "" if letter in "du" else "0"
    form = f" {{:{fill}{width}{'d' if letter in 'du' else letter}}}".format
    return Column(size, lambda item: form(int.from_bytes(item, "little", signed=signed)))


def floating(size: int, *, shortest: bool) -> Column:
    """A column of IEEE numbers: with all their digits, or as few as tell them apart."""
    code, form = ("<f", " {:15.7e}") if size == 4 else ("<d", " {:24.16e}")
    if not shortest:
        return Column(size, lambda item: form.format(struct.unpack(code, item)[0]))
    width, least, most = (16, 6, 9) if size == 4 else (25, 15, 17)

    def show(item: bytes) -> str:
        value = struct.unpack(code, item)[0]
        for digits in range(least, most + 1):
            text = f"{value:.{digits}g}"
            if struct.pack(code, float(text)) == item:
                break
        return text.rjust(width)

    return Column(size, show)


@program("od", options=OD)
def od(process: Process) -> int:
    """`od [-abcdfhilovxs] [-t TYPE] [-A RADIX] [-j SKIP] [-N SIZE] [-w[WIDTH]] [FILE]...`"""
    opts, paths = OD.parse(process)
    specs = [value if key == "t" else SHORT[key] for key, value in opts.given if key == "t" or key in SHORT]
    shown = [column for spec in specs or ["o2"] for column in columns(process, spec or "")]
    radix = opts.text("A", "o")[:1]
    if radix not in "doxn":
        gnu = f"invalid output address radix '{radix}'; it must be one character from [doxn]"
        die(process, f"bad output address radix '{radix}' (must be [doxn])", 1, gnu)
    form = {"d": "{:07d}", "o": "{:07o}", "x": "{:06x}", "n": ""}[radix].format
    width = 16
    if "w" in opts:
        width = number(process, opts.text("w", "32"), low=1)
    skip = number(process, opts.text("j", "0"), SIZES)
    limit = number(process, opts.text("N"), SIZES) if "N" in opts else -1
    source = Concatenation(process, paths or ["-"])
    if source.skip(skip) < skip:
        die(process, "can't skip past end of combined input", 1, "cannot skip past end of combined input")
    offset = skip
    previous, starred = b"", False
    while block := source.read(width if limit < 0 else min(width, skip + limit - offset)):
        if block == previous and len(block) == width and "v" not in opts:
            if not starred:
                process.stdout.write("*\n")
            starred = True
        else:
            starred, previous = False, block
            label = form(offset)
            for column in shown:
                process.stdout.write(f"{label}{column.line(block, width)}\n")
                label = " " * len(label)
        offset += len(block)
        process.tick()
    if radix != "n":
        process.stdout.write(form(offset) + "\n")
    return source.status


class Concatenation:
    """Several files as one stream; those that cannot be opened are reported and left out."""

    def __init__(self, process: Process, paths: list[str]) -> None:
        self.process, self.paths, self.status = process, paths[::-1], 0
        self.reader: Reader | None = None
        self.next()

    def next(self) -> bool:
        """Go on to the next file that opens."""
        while self.paths:
            path = self.paths.pop()
            try:
                self.reader = self.process.open_reader(path)
            except OSError as error:
                report(self.process, "{}", path, error)
                self.status = 1
            else:
                return True
        self.reader = None
        return False

    def read(self, size: int) -> bytes:
        """Exactly `size` bytes, fewer only at the end of everything."""
        data = b""
        while self.reader is not None and len(data) < size:
            piece = self.reader.read_some(size - len(data))
            data += piece
            if not piece:
                self.next()
        return data

    def skip(self, size: int) -> int:
        """Pass over bytes; how many there were."""
        passed = 0
        while passed < size and (piece := self.read(min(size - passed, 1 << 16))):
            passed += len(piece)
        return passed
