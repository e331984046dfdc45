"""cal: a month or a year as people see it on a wall."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.programs.inputs import number
from minibuild.programs.options import Options
from minibuild.programs.registry import program
from minibuild.programs.system.dates import MONTHS
from minibuild.programs.system.timezone import DAY, civil, days, local_zone

if TYPE_CHECKING:
    from minibuild.kernel.process import Process

CAL = Options(
    "jymw",
    usage="[-jmy] [[MONTH] YEAR]",
    help="Display a calendar\n\n\t-j\tUse julian dates\n\t-m\tWeek starts on Monday\n"
    "\t-y\tDisplay the entire year",
    most=2,
)
NAMES = ["Su", "Mo", "Tu", "We", "Th", "Fr", "Sa"]
WEEKS = 6


@program("cal", "ncal", options=CAL)
def cal(process: Process) -> int:
    """`cal [-jmy] [[MONTH] YEAR]`"""
    opts, operands = CAL.parse(process)
    now = process.system.clock.now() // 10**9
    year, month, _ = civil((now + local_zone(process).at(now)[0]) // DAY)
    if operands:
        year = number(process, operands[-1], low=1, high=9999)
        month = number(process, operands[0], low=1, high=12) if len(operands) > 1 else 0
    if "y" in opts:
        month = 0
    cell, first = 3 if "j" in opts else 2, 1 if "m" in opts else 0
    if month:
        title = f"{MONTHS[month - 1]} {year}"
        lines = [" " * ((width(cell) - len(title)) // 2) + title, heading(cell, first)]
        lines += [week.rstrip() or week + " " for week in weeks(year, month, cell, first)]
    else:
        lines = of_year(year, cell, first)
    process.stdout.write("\n".join(lines) + "\n")
    return 0


def width(cell: int) -> int:
    """How many characters a week takes."""
    return 7 * (cell + 1) - 1


def heading(cell: int, first: int) -> str:
    """The names of the days."""
    return " ".join(name.rjust(cell) for name in NAMES[first:] + NAMES[:first])


def weeks(year: int, month: int, cell: int, first: int) -> list[str]:
    """Six lines of days, all of one width; cells of three hold the days of the year."""
    start = days(year, month, 1)
    offset = start - days(year, 1, 1) if cell == 3 else 0
    cells = [""] * ((start + 4 - first) % 7)
    cells += [str(offset + day) for day in range(1, days(year, month + 1, 1) - start + 1)]
    cells += [""] * (7 * WEEKS - len(cells))
    return [" ".join(text.rjust(cell) for text in cells[at : at + 7]) for at in range(0, 7 * WEEKS, 7)]


def of_year(year: int, cell: int, first: int) -> list[str]:
    """All months, three beside each other (two of wide ones)."""
    beside = 2 if cell == 3 else 3
    total = beside * width(cell) + 2 * (beside - 1)
    lines = [str(year).center(total), ""]
    for at in range(1, 13, beside):
        months = range(at, at + beside)
        lines.append("  ".join(MONTHS[month - 1].center(width(cell)) for month in months))
        lines.append("  ".join([heading(cell, first)] * beside))
        tables = [weeks(year, month, cell, first) for month in months]
        lines += ["  ".join(row).rstrip() or "  ".join(row) for row in zip(*tables, strict=True)]
    return lines
