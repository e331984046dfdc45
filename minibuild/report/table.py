"""Tables as docker prints them: each column as wide as its widest cell and three blanks."""

from collections.abc import Iterable, Sequence

_PADDING = 3
_LEAST = 10


def render_table(rows: Iterable[Sequence[str]]) -> str:
    """Rows, the first of which is the header, as lines with a final newline each; "" for no row.

    The last column is not padded. Control characters in a cell are escaped, so that a name can't change
    the terminal.
    """
    cells = [[_printable(cell) for cell in row] for row in rows]
    widths = [max(_LEAST, max(map(len, column)) + _PADDING) for column in zip(*cells, strict=True)]
    return "".join(
        "".join(cell.ljust(width) for cell, width in zip(row[:-1], widths, strict=False)) + row[-1] + "\n"
        for row in cells
    )


def truncate(text: str, width: int) -> str:
    """The text cut to that many characters, the last of which is `…` then."""
    return text if len(text) <= width else text[: width - 1] + "…"


def _printable(cell: str) -> str:
    if cell.isprintable():
        return cell
    return "".join(c if c.isprintable() or "\udc80" <= c <= "\udcff" else _escaped(c) for c in cell)


def _escaped(character: str) -> str:
    return {"\n": " ", "\t": " ", "\r": " "}.get(character) or character.encode("unicode_escape").decode()
