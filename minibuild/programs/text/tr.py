"""tr: translate, delete and squeeze bytes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from minibuild.kernel.process import ProcessExit
from minibuild.programs.inputs import die, encode
from minibuild.programs.options import Options, help_hint, is_busybox
from minibuild.programs.registry import program
from minibuild.programs.text.regex_parse import CLASSES

if TYPE_CHECKING:
    from minibuild.kernel.process import Process

TR = Options(
    "+cCdst",
    gnu_short="t",
    gnu_long="*",
    long={"complement": "c", "delete": "d", "squeeze-repeats": "s", "truncate-set1": "t"},
    usage="[-cds] STRING1 [STRING2]",
    help="""
Translate, squeeze, or delete characters from stdin, writing to stdout

	-c	Take complement of STRING1
	-d	Delete input characters coded STRING1
	-s	Squeeze multiple output characters of STRING2 into one character
""",
    least=1,
)
ESCAPE = re.compile(rb"\\([0-7]{1,3}|.)", re.DOTALL)
NAMED = {b"a": 7, b"b": 8, b"f": 12, b"n": 10, b"r": 13, b"t": 9, b"v": 11, b"\\": 92}
HEXADECIMAL = re.compile(rb"\\x([0-9A-Fa-f]{1,2})")
REPEAT = re.compile(rb"\[(\\[0-7]{1,3}|\\.|.)\*([0-9]*)\]", re.DOTALL)


@program("tr", options=TR)
def tr(process: Process) -> int:
    """`tr [-cds] SET1 [SET2]`"""
    opts, operands = TR.parse(process)
    gnu = not is_busybox(process)
    delete, squeeze = "d" in opts, "s" in opts
    if gnu:
        _check(process, operands, delete=delete, squeeze=squeeze)
    first = _Set(process, encode(operands[0])).expand()
    second = _Set(process, encode(operands[1])) if len(operands) > 1 else None
    if opts.any("c", "C"):
        inside = set(first)
        first = bytes(byte for byte in range(256) if byte not in inside)
    table, squeezed, deleted = bytes(range(256)), b"", b""
    if delete:
        deleted = first
        squeezed = second.expand() if second is not None and squeeze else b""
    elif second is not None:
        target = second.expand(len(first))
        if not target and (first or not gnu):
            die(
                process,
                "when not truncating set1, string2 must be non-empty" if gnu else "STRING2 cannot be empty",
            )
        if "t" in opts:
            first = first[: len(target)]
        table = _table(first, target)
        squeezed = target if squeeze else b""
    elif squeeze:
        squeezed = first
    _copy(process, table, deleted, squeezed)
    return 0


def _check(process: Process, operands: list[str], *, delete: bool, squeeze: bool) -> None:
    """GNU wants as many sets as there is use for."""
    if len(operands) > 2:
        TR.fail_operands(process, operands)
    if len(operands) < 2 and not delete and not squeeze:
        process.error(f"missing operand after '{operands[0]}'")
        process.stderr.write(f"Two strings must be given when translating.\n{help_hint(process)}\n")
        raise ProcessExit(1)
    if len(operands) > 1 and delete and not squeeze:
        process.error(f"extra operand '{operands[1]}'")
        process.stderr.write(
            f"Only one string may be given when deleting without squeezing repeats.\n{help_hint(process)}\n"
        )
        raise ProcessExit(1)


def _copy(process: Process, table: bytes, deleted: bytes, squeezed: bytes) -> None:
    """Standard input to standard output, changed."""
    runs = None
    if squeezed:
        runs = re.compile(b"([" + b"".join(b"\\x%02x" % byte for byte in set(squeezed)) + b"])\\1+")
    last = -1
    while block := process.stdin.read_some(1 << 18):
        process.tick()
        block = block.translate(table, deleted)
        if runs is not None and block:
            if block[0] == last and last in squeezed:
                block = block.lstrip(block[:1])
            block = runs.sub(rb"\1", block)
        if block:
            last = block[-1]
            process.stdout.write(block)


def _table(first: bytes, target: bytes) -> bytes:
    """The translation; the last byte of the second set stands for all that is missing there."""
    table = bytearray(range(256))
    for place, byte in enumerate(first):
        if target:
            table[byte] = target[min(place, len(target) - 1)]
    return bytes(table)


class _Set:
    """A set as it is written: ranges, escapes, classes, and GNU's repeats."""

    def __init__(self, process: Process, source: bytes) -> None:
        self.process, self.source = process, source
        self.gnu = not is_busybox(process)

    def expand(self, size: int = 0) -> bytes:
        """The bytes in order; a repeat without a number fills up to `size`."""
        out = bytearray()
        source, at = self.source, 0
        fill: tuple[int, int] | None = None
        while at < len(source):
            if source[at] == 91 and (taken := self._bracket(at, out)):
                at = taken
                continue
            if self.gnu and source[at] == 91 and (match := REPEAT.match(source, at)):
                byte, _ = self._byte(match[1], 0)
                count = int(match[2] or b"0", 8 if match[2].startswith(b"0") else 10)
                if count:
                    out += bytes((byte,)) * min(count, 1 << 16)
                else:
                    fill = (len(out), byte)
                at = match.end()
                continue
            low, at = self._byte(source, at)
            if source[at : at + 1] == b"-" and at + 1 < len(source):
                high, at = self._byte(source, at + 1)
                if high < low:
                    self._reversed(low, high)
                out += bytes(range(low, high + 1))
            else:
                out.append(low)
        if fill is not None:
            place, byte = fill
            out[place:place] = bytes((byte,)) * max(size - len(out), 0)
        return bytes(out)

    def _reversed(self, low: int, high: int) -> None:
        shown = f"{chr(low)}-{chr(high)}"
        if self.gnu:
            die(self.process, f"range-endpoints of '{shown}' are in reverse collating sequence order")

    def _byte(self, source: bytes, at: int) -> tuple[int, int]:
        """One byte, perhaps escaped, and the place after it."""
        match = ESCAPE.match(source, at)
        if match is None:
            return source[at], at + 1
        word = match[1]
        if word[:1].isdigit() and word[0] < 56:
            return int(word, 8) & 255, match.end()
        if not self.gnu and word == b"e":
            return 27, match.end()
        if not self.gnu and (digits := HEXADECIMAL.match(source, at)):
            return int(digits[1], 16), digits.end()
        if not self.gnu and word not in NAMED:
            # busybox takes the backslash itself; what follows is a byte of its own.
            return 92, at + 1
        return NAMED.get(word, word[0]), match.end()

    def _bracket(self, at: int, out: bytearray) -> int:
        """[:class:] or [=x=] at this place: the place after it, 0 when there is none."""
        source = self.source
        if source[at + 1 : at + 2] == b":" and (end := source.find(b":]", at + 2)) >= 0:
            name = source[at + 2 : end]
            if name in CLASSES and (self.gnu or name not in (b"graph", b"print")):
                mask = CLASSES[name]
                out += bytes(byte for byte in range(256) if mask >> byte & 1)
                return end + 2
            if self.gnu:
                die(self.process, f"invalid character class '{name.decode('utf-8', 'surrogateescape')}'")
        if source[at + 1 : at + 2] == b"=" and source[at + 3 : at + 5] == b"=]":
            out.append(source[at + 2])
            return at + 5
        return 0
