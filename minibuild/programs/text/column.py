"""column: lists in columns, tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.programs.inputs import encode, number
from minibuild.programs.options import Options
from minibuild.programs.registry import program
from minibuild.programs.text.reading import Inputs

if TYPE_CHECKING:
    from minibuild.kernel.process import Process
    from minibuild.programs.options import Opts

COLUMN = Options(
    "c:ejn:No:R:s:tx",
    long={
        "output-width=": "c",
        "table": "t",
        "separator=": "s",
        "output-separator=": "o",
        "fillrows": "x",
        "table-columns=": "N",
        "table-right=": "R",
        "keep-empty-lines": "L",
    },
    usage="[options] [<file>...]",
    help="Columnate lists.",
)


@program("column", options=COLUMN)
def column(process: Process) -> int:
    """`column [-t [-s SEPARATORS] [-o TEXT]] [-x] [-c WIDTH] [FILE...]`"""
    opts, operands = COLUMN.parse(process)
    inputs = Inputs(process, operands)
    lines = [line.rstrip(b"\n") for line in inputs.lines()]
    if "L" not in opts:
        lines = [line for line in lines if line.strip()]
    if "t" in opts:
        _table(process, opts, lines)
    else:
        _fill(process, lines, number(process, opts.text("c", "80"), low=1), across="x" in opts)
    return inputs.status


def _table(process: Process, opts: Opts, lines: list[bytes]) -> None:
    """Columns as wide as their widest entry."""
    separators = opts.get("s")
    rows: list[list[bytes]] = []
    for line in lines:
        if separators is None:
            rows.append(line.split())
        else:
            first, *others = encode(separators) or b" "
            rows.append(
                line.translate(bytes(first if byte in others else byte for byte in range(256))).split(
                    bytes((first,))
                )
            )
    joint = encode(opts.text("o", "  "))
    right = {int(part) - 1 for part in opts.text("R").split(",") if part.isdigit()}
    widths: list[int] = []
    for row in rows:
        for place, cell in enumerate(row):
            if place == len(widths):
                widths.append(0)
            widths[place] = max(widths[place], _width(cell))
    for row in rows:
        cells = [_padded(cell, widths[place], right=place in right) for place, cell in enumerate(row)]
        if row and len(row) - 1 not in right:
            # The last column of the table is not filled up; a row that is short is, up to its last cell.
            cells[-1] = row[-1] if len(row) == len(widths) else cells[-1]
        if len(row) < len(widths):
            cells += [b" " * width for width in widths[len(row) : -1]] + [b""]
        process.stdout.write(joint.join(cells) + b"\n")


def _padded(cell: bytes, width: int, *, right: bool) -> bytes:
    space = b" " * (width - _width(cell))
    return space + cell if right else cell + space


def _width(cell: bytes) -> int:
    return len(cell.decode("utf-8", "replace"))


def _fill(process: Process, lines: list[bytes], width: int, *, across: bool) -> None:
    """As many columns as fit, filled downwards or across, with tabs between them."""
    if not lines:
        return
    longest = max(map(_width, lines))
    step = (longest + 8) & ~7
    columns = max(width // step, 1)
    rows = -(-len(lines) // columns)
    for row in range(rows):
        chosen = lines[row * columns : (row + 1) * columns] if across else lines[row::rows]
        out = b""
        for place, cell in enumerate(chosen):
            out += cell
            if place < len(chosen) - 1:
                out += b"\t" * -(-(step - _width(cell)) // 8)
        process.stdout.write(out + b"\n")
