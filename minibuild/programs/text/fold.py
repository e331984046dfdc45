"""fold and fmt: long lines made shorter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.kernel.fidelity import Fidelity
from minibuild.programs.inputs import number
from minibuild.programs.options import Options
from minibuild.programs.registry import program
from minibuild.programs.text.reading import Inputs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from minibuild.kernel.process import Process

FOLD = Options(
    "bsw:",
    long={"bytes": "b", "spaces": "s", "width=": "w"},
    usage="[-bs] [-w WIDTH] [FILE]...",
    help="""
Wrap input lines in FILEs (or stdin), writing to stdout

	-b	Count bytes rather than columns
	-s	Break at spaces
	-w	Use WIDTH columns instead of 80
""",
)
FMT = Options(
    "cg:p:stuw:0123456789",
    long={
        "crown-margin": "c",
        "goal=": "g",
        "prefix=": "p",
        "split-only": "s",
        "tagged-paragraph": "t",
        "uniform-spacing": "u",
        "width=": "w",
    },
    usage="[-WIDTH] [OPTION]... [FILE]...",
    help="Reformat each paragraph in the FILEs, writing to standard output",
)


@program("fold", options=FOLD)
def fold(process: Process) -> int:
    """`fold [-bs] [-w WIDTH] [FILE...]`"""
    opts, operands = FOLD.parse(process)
    width = number(process, opts.get("w", "80") or "80", low=1, high=10000)
    inputs = Inputs(process, operands)
    write = process.stdout.write
    for line in inputs.lines():
        if len(line) <= width and line.isascii() and b"\t" not in line and b"\b" not in line:
            write(line)
        else:
            write(_folded(line, width, by_bytes="b" in opts, at_spaces="s" in opts))
    return inputs.status


def _folded(line: bytes, width: int, *, by_bytes: bool, at_spaces: bool) -> bytes:
    """A line with newlines where it is too long."""
    out: list[bytes] = []
    start = at = column = 0
    body = line.removesuffix(b"\n")
    while at < len(body):
        column_after = column + 1 if by_bytes else _advance(column, body[at])
        if column_after <= width or at == start:
            column, at = column_after, at + 1
            continue
        cut = at
        if at_spaces:
            space = max(body.rfind(b" ", start, at), body.rfind(b"\t", start, at))
            if space >= start:
                cut = space + 1
        out.append(body[start:cut])
        start, column = cut, 0
        for byte in body[cut:at]:
            column = column + 1 if by_bytes else _advance(column, byte)
    out.append(body[start:])
    return b"\n".join(out) + line[len(body) :]


def _advance(column: int, byte: int) -> int:
    """The column after a byte."""
    if byte == 9:
        return column + 8 - column % 8
    if byte == 8:
        return max(column - 1, 0)
    return 0 if byte == 13 else column + 1


@program(
    "fmt",
    options=FMT,
    fidelity=Fidelity.MODELLED,
    reason="fmt breaks lines where they are full; GNU's weighs them",
)
def fmt(process: Process) -> int:
    """`fmt [-WIDTH] [-s] [-u] [FILE...]`: paragraphs filled up to the width."""
    opts, operands = FMT.parse(process)
    digits = "".join(key for key, _ in opts.given if key.isdigit())
    width = number(process, opts.get("w") or digits or "75", low=1, high=2500)
    inputs = Inputs(process, operands)
    for paragraph in _paragraphs(inputs.lines(), split_only="s" in opts):
        for line in _filled(paragraph, width):
            process.stdout.write(line + b"\n")
    return inputs.status


def _paragraphs(lines: Iterator[bytes], *, split_only: bool) -> Iterator[list[bytes]]:
    """Lines that belong together: as far as an empty line or another indentation. An empty line stands alone.
    """
    group: list[bytes] = []
    for raw in lines:
        line = raw.rstrip(b"\n")
        if not line.strip():
            if group:
                yield group
            yield [b""]
            group = []
        elif group and (split_only or _indentation(line) != _indentation(group[-1])):
            yield group
            group = [line]
        else:
            group.append(line)
    if group:
        yield group


def _indentation(line: bytes) -> bytes:
    return line[: len(line) - len(line.lstrip())]


def _filled(paragraph: list[bytes], width: int) -> list[bytes]:
    indent = _indentation(paragraph[0])
    words = b" ".join(paragraph).split()
    out: list[bytes] = []
    line = indent
    for word in words:
        if line != indent and len(line) + 1 + len(word) > width:
            out.append(line)
            line = indent
        line += word if line == indent else b" " + word
    out.append(line)
    return out
