"""`minibuild stats`: what containers use, as far as a simulation can say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minibuild.report.listing import render_list

if TYPE_CHECKING:
    from collections.abc import Sequence

    from minibuild.container.records import Record

COLUMNS = {
    "ID": "CONTAINER ID",
    "Name": "NAME",
    "CPUPerc": "CPU %",
    "MemUsage": "MEM USAGE / LIMIT",
    "MemPerc": "MEM %",
    "NetIO": "NET I/O",
    "BlockIO": "BLOCK I/O",
    "PIDs": "PIDS",
}
_LIMIT = 4096  # MiB, as /proc/meminfo of a container says


def stats_list(records: Sequence[Record], form: str, *, full: bool) -> str:
    """The rows by `form`; one process counts 1 MiB."""
    return render_list([_row(record, full=full) for record in records], form, COLUMNS, {})


def _row(record: Record, *, full: bool) -> dict[str, Any]:
    count = len(record.state.processes) if record.state.is_running else 0
    shown = record.id if full else record.short
    return {
        "BlockIO": "0B / 0B",
        "CPUPerc": "0.00%",
        "Container": shown,
        "ID": shown,
        "MemPerc": f"{100 * count / _LIMIT:.2f}%",
        "MemUsage": f"{count}MiB / 4GiB" if count else "0B / 0B",
        "Name": record.name,
        "NetIO": "0B / 0B",
        "PIDs": str(count),
    }
