"""rev, tac and shuf: bytes or lines in another order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.filesystem.errors import strerror
from minibuild.programs.gnu_names import is_utf8
from minibuild.programs.inputs import die, encode, number
from minibuild.programs.options import Options, is_busybox
from minibuild.programs.registry import program
from minibuild.programs.text.reading import Inputs, records
from minibuild.programs.text.regex import compile_regex

if TYPE_CHECKING:
    from minibuild.kernel.process import Process

REV = Options(usage="[FILE]...", help="Reverse lines of FILE")
TAC = Options(
    "brs:",
    long={"before": "b", "regex": "r", "separator=": "s"},
    usage="[FILE]...",
    help="Concatenate FILEs and print them in reverse",
)
SHUF = Options(
    "ei:n:o:rz",
    gnu_short="r",
    long={
        "echo": "e",
        "input-range=": "i",
        "head-count=": "n",
        "output=": "o",
        "random-source=": "random-source",
        "repeat": "r",
        "zero-terminated": "z",
    },
    usage="[-n NUM] [-o FILE] [-z] [FILE | -e [ARG...] | -i L-H]",
    help="""
Randomly permute lines

	-n NUM	Output at most NUM lines
	-o FILE	Write to FILE, not standard output
	-z	NUL terminated output
	-e	Treat ARGs as lines
	-i L-H	Treat numbers L-H as lines
""",
)


@program("rev", options=REV)
def rev(process: Process) -> int:
    """`rev [FILE...]`"""
    _, operands = REV.parse(process)
    inputs = Inputs(process, operands)
    wide = is_utf8(process)
    for line in inputs.lines():
        body = line.removesuffix(b"\n")
        if wide and not body.isascii():
            turned = body.decode("utf-8", "surrogateescape")[::-1].encode("utf-8", "surrogateescape")
        else:
            turned = body[::-1]
        process.stdout.write(turned + line[len(body) :])
    return inputs.status


@program("tac", options=TAC)
def tac(process: Process) -> int:
    """`tac [-b] [-r] [-s TEXT] [FILE...]`"""
    opts, operands = TAC.parse(process)
    inputs = Inputs(process, operands, "{}" if is_busybox(process) else "failed to open '{}' for reading")
    separator = encode(opts.text("s", "\n"))
    for data in inputs.contents():
        pieces = _pieces(data, separator, regex="r" in opts, before="b" in opts)
        process.stdout.write(b"".join(reversed(pieces)))
    return inputs.status


def _pieces(data: bytes, separator: bytes, *, regex: bool, before: bool) -> list[bytes]:
    """The records with the separators that end (`before`: begin) them."""
    pattern = compile_regex(separator) if regex else None
    out: list[bytes] = []
    at = start = 0
    while True:
        if pattern is None:
            place = data.find(separator, at)
            end = place + len(separator)
        else:
            match = pattern.search(data, at)
            place, end = match.span() if match is not None else (-1, -1)
        if place < 0 or end <= place:
            break
        cut = place if before else end
        if cut > start:
            out.append(data[start:cut])
        start, at = cut, end
    if start < len(data):
        out.append(data[start:])
    return out


@program("shuf", options=SHUF)
def shuf(process: Process) -> int:
    """`shuf [-n N] [-r] [-o FILE] [-e WORD... | -i LOW-HIGH | FILE]`"""
    opts, operands = SHUF.parse(process)
    random = process.system.random
    lines = _lines(process, operands, words="e" in opts, span=opts.get("i"), zero="z" in opts)
    count = len(lines)
    limit = opts.get("n")
    if limit is not None:
        count = number(process, limit)
    if "r" in opts:
        if limit is None:
            die(process, "cannot be repeated without end: use -n")
        chosen = [random.choice(lines) for _ in range(min(count, 1_000_000))] if lines else []
    else:
        random.shuffle(lines)
        chosen = lines[:count]
    end = b"\0" if "z" in opts else b"\n"
    data = b"".join(line + end for line in chosen)
    output = opts.get("o")
    if output is None:
        process.stdout.write(data)
    else:
        process.open_stream(output, "w").write(data)
    return 0


def _lines(
    process: Process, operands: list[str], *, words: bool, span: str | None, zero: bool
) -> list[bytes]:
    if words:
        return [encode(word) for word in operands]
    if span is not None:
        low, dash, high = span.partition("-")
        if not dash or not low.isdigit() or not high.isdigit() or int(high) < int(low):
            die(process, f"bad range '{span}'" if is_busybox(process) else f"invalid input range: '{span}'")
        if int(high) - int(low) > 10_000_000:
            die(process, "memory exhausted")
        return [b"%d" % value for value in range(int(low), int(high) + 1)]
    if len(operands) > 1:
        SHUF.fail_operands(process, operands)
    name = operands[0] if operands else "-"
    try:
        data = process.open_reader(name).read()
    except OSError as error:
        die(process, f"{name}: {strerror(error)}")
    process.tick(1 + len(data) // 10_000)
    return records(data, b"\0" if zero and not is_busybox(process) else b"\n")
