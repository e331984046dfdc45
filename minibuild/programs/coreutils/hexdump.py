"""hexdump: bytes through format strings, as BSD's hexdump has them."""

from __future__ import annotations

import re
import struct
from typing import TYPE_CHECKING, NamedTuple

from minibuild.programs.coreutils.od import Concatenation
from minibuild.programs.inputs import SIZES, die, number
from minibuild.programs.options import Options
from minibuild.programs.registry import program

if TYPE_CHECKING:
    from minibuild.kernel.process import Process

HEXDUMP = Options(
    "bcdoxCe:f:n:s:v",
    long={"canonical": "C", "length=": "n", "skip=": "s", "no-squeezing": "v", "format=": "e"},
    usage="[-bcdoxCv] [-e FMT] [-n LEN] [-s OFS] [FILE]...",
    help="Display FILEs (or stdin) in a user specified format",
)
ADDRESS, END = '"%07.7_ax "', '"%07.7_Ax\n"'
STANDARD = {
    "b": [END, ADDRESS + '16/1 "%03o " "\\n"'],
    "c": [END, ADDRESS + '16/1 "%3_c " "\\n"'],
    "d": [END, ADDRESS + '8/2 "  %05u " "\\n"'],
    "o": [END, ADDRESS + '8/2 " %06o " "\\n"'],
    "x": [END, ADDRESS + '8/2 "   %04x " "\\n"'],
    "C": ['"%08.8_Ax\n"', '"%08.8_ax  " 8/1 "%02x " "  " 8/1 "%02x " ', '"  |" 16/1 "%_p" "|\\n"'],
    "": [END, ADDRESS + '8/2 "%04x " "\\n"'],
}
UNIT = re.compile(r'\s*(?:(\d+)?(?:/(\d+))?)?\s*"((?:[^"\\]|\\.)*)"\s*', re.DOTALL)
PIECE = re.compile(r"%([-+ #0]*)(\d*)(?:\.(\d*))?(_[aA][dox]|_[cpu]|[diouxXcsEefGg%])")
ESCAPES = {
    "n": "\n",
    "t": "\t",
    "a": "\a",
    "b": "\b",
    "f": "\f",
    "r": "\r",
    "v": "\v",
    "0": "\0",
    "\\": "\\",
    '"': '"',
}
CONTROL = {0: "\\0", 7: "\\a", 8: "\\b", 9: "\\t", 10: "\\n", 11: "\\v", 12: "\\f", 13: "\\r"}
NAMES = (
    "nul soh stx etx eot enq ack bel bs ht lf vt ff cr so si"
    " dle dcl dc2 dc3 dc4 nak syn etb can em sub esc fs gs rs us"
)


class Part(NamedTuple):
    """One conversion with the text before it; `size` bytes of input; kind "" is text alone."""

    text: str
    flags: str
    width: str
    precision: str | None
    kind: str
    size: int


class Unit(NamedTuple):
    """Parts that are repeated; `tail` is the text after the last conversion."""

    repeat: int
    fixed: bool
    parts: list[Part]
    tail: str

    @property
    def size(self) -> int:
        """Bytes that one round takes."""
        return sum(part.size for part in self.parts)


def parse(process: Process, text: str) -> list[Unit]:
    """The units of one format."""
    units: list[Unit] = []
    at = 0
    while at < len(text):
        match = UNIT.match(text, at)
        if match is None or not match[0].strip():
            die(process, f"bad format {{{text}}}")
        repeat, size, body = match.groups()
        body = re.sub(r"\\(.)", lambda m: ESCAPES.get(m[1], m[1]), body, flags=re.DOTALL)
        parts: list[Part] = []
        last = 0
        for found in PIECE.finditer(body):
            flags, width, precision, kind = found.groups()
            if kind == "%":
                continue
            default = 0 if kind[:2] in ("_a", "_A") else 1 if kind in ("_c", "_p", "_u", "c") else 4
            default = 8 if kind in "eEfgG" else default
            taken = int(size) if size and default else default
            parts.append(
                Part(body[last : found.start()].replace("%%", "%"), flags, width, precision, kind, taken)
            )
            last = found.end()
        units.append(Unit(int(repeat or 1), bool(repeat), parts, body[last:].replace("%%", "%")))
        at = match.end()
    return units


def filled(formats: list[list[Unit]]) -> tuple[list[list[Unit]], int]:
    """The block size (of the longest format), and formats whose last unit repeats to fill it unless told how
    often.
    """
    sizes = [sum(unit.size * unit.repeat for unit in units) for units in formats]
    block = max(sizes, default=0)
    for units, size in zip(formats, sizes, strict=True):
        last = units[-1]
        if not last.fixed and last.size and size < block:
            units[-1] = last._replace(repeat=last.repeat + (block - size) // last.size)
    return formats, block


@program("hexdump", "hd", options=HEXDUMP)
def hexdump(process: Process) -> int:
    """`hexdump [-bcdoxCv] [-e FMT] [-n LEN] [-s OFS] [FILE]...`; hd is `hexdump -C`."""
    opts, paths = HEXDUMP.parse(process)
    texts: list[str] = []
    for key, value in opts.given:
        texts += [value or ""] if key == "e" else STANDARD.get(key, [])
    if not texts:
        texts = STANDARD["C" if process.argv[0].endswith("hd") else ""]
    formats, size = filled([parse(process, text) for text in texts])
    skip = number(process, opts.text("s", "0"), SIZES)
    limit = number(process, opts.text("n"), SIZES) if "n" in opts else -1
    source = Concatenation(process, paths or ["-"])
    if source.status and source.reader is None:
        return 1
    source.skip(skip)
    address, previous, starred = skip, b"", False
    while block := source.read(size if limit < 0 else min(size, skip + limit - address)):
        if len(block) == size and block == previous and "v" not in opts:
            if not starred:
                process.stdout.write("*\n")
            starred = True
        else:
            starred, previous = False, block
            process.stdout.write("".join(rendered(units, block, address) for units in formats))
        address += len(block)
        process.tick()
        if not size:
            break
    process.stdout.write("".join(ending(units, address) for units in formats) if address > skip else "")
    return source.status


def is_ending(units: list[Unit]) -> bool:
    """Does the format show the address at the end only (%_A)?"""
    return any(part.kind.startswith("_A") for unit in units for part in unit.parts)


def ending(units: list[Unit], address: int) -> str:
    """What a format with %_A prints at the end."""
    return rendered(units, b"", address, end=True) if is_ending(units) else ""


def rendered(units: list[Unit], block: bytes, address: int, *, end: bool = False) -> str:
    """One block through one format; conversions beyond the data become blanks."""
    if is_ending(units) and not end:
        return ""
    out: list[str] = []
    at = 0
    for unit in units:
        for turn in range(unit.repeat):
            for part in unit.parts:
                out.append(part.text)
                if part.size and at >= len(block):
                    out.append(" " * int(part.width or 0))
                elif part.size:
                    out.append(converted(part, block[at : at + part.size].ljust(part.size, b"\0")))
                else:
                    out.append(integer(part, address + at, part.kind[2]))
                at += part.size
            # The last of several rounds loses one blank at its end.
            last = unit.repeat > 1 and turn == unit.repeat - 1
            out.append(unit.tail[:-1] if last and unit.tail[-1:].isspace() else unit.tail)
    return "".join(out)


def integer(part: Part, value: int, kind: str) -> str:
    """printf's %d %o %x with flags, width and precision."""
    text = f"%{part.flags}{part.width}" + (f".{part.precision}" if part.precision is not None else "")
    return (text + ("d" if kind in "diu" else kind)) % value


def converted(part: Part, data: bytes) -> str:
    """One conversion of some bytes."""
    kind = part.kind
    if kind in ("d", "i", "o", "u", "x", "X"):
        return integer(part, int.from_bytes(data, "little", signed=kind in "di"), kind)
    if kind in ("e", "E", "f", "g", "G"):
        value = struct.unpack("<d" if len(data) == 8 else "<f", data)[0]
        return str(f"%{part.flags}{part.width}.{part.precision or 6}{kind}" % value)
    code = data[0]
    if kind == "_p":
        text = chr(code) if 32 <= code < 127 else "."
    elif kind == "_c":
        text = CONTROL.get(code) or (chr(code) if 32 <= code < 127 else f"{code:03o}")
    elif kind == "_u":
        text = (
            NAMES.split()[code]
            if code < 32
            else "del"
            if code == 127
            else chr(code)
            if code < 127
            else f"{code:02x}"
        )
    else:
        text = data.split(b"\0")[0].decode("latin-1") if kind == "s" else chr(code)
    return f"%{part.flags.replace('0', '')}{part.width}s" % text
