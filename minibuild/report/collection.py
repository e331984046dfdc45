"""The table that ends `minibuild build` on a directory of contexts."""

from collections.abc import Iterable
from typing import NamedTuple

from minibuild.report.table import render_table
from minibuild.report.units import human_size

_HEADER = ("NAME", "STEPS", "LAYERS", "SIZE", "FIDELITY", "TIME", "RESULT")


class Row(NamedTuple):
    """One context: its instructions (of which `cached`), the image's layers and bytes.

    `result` is in words, `seconds` what the build took; no steps when it failed.
    """

    name: str
    result: str
    steps: int = 0
    cached: int = 0
    layers: int = 0
    size: int = 0
    fidelity: str = ""
    seconds: float = 0.0


def collection_table(rows: Iterable[Row]) -> str:
    """The table, a line for each context; what was not built has blanks."""
    return render_table([_HEADER, *(_cells(row) for row in rows)])


def _cells(row: Row) -> tuple[str, ...]:
    if not row.steps:
        return (row.name, "", "", "", "", f"{row.seconds:.2f}s" if row.seconds else "", row.result)
    cached = f" ({row.cached} cached)" if row.cached else ""
    numbers = (f"{row.steps}{cached}", str(row.layers), human_size(row.size))
    return (row.name, *numbers, row.fidelity, f"{row.seconds:.2f}s", row.result)
