"""`minibuild system df`: what takes how much space."""

from typing import TYPE_CHECKING

from minibuild.report.listing import render_list
from minibuild.report.units import human_size

if TYPE_CHECKING:
    from collections.abc import Iterable

    from minibuild.store.collect import UsageRow

COLUMNS = {
    "Type": "TYPE",
    "TotalCount": "TOTAL",
    "Active": "ACTIVE",
    "Size": "SIZE",
    "Reclaimable": "RECLAIMABLE",
}


def disk_usage_list(rows: "Iterable[UsageRow]", form: str) -> str:
    """The rows as docker's table, or by `form`."""
    documents = []
    for row in rows:
        share = f" ({100 * row.reclaimable // row.size}%)" if row.size else ""
        documents.append(
            {
                "Active": str(row.active),
                "Reclaimable": human_size(row.reclaimable, 4) + share,
                "Size": human_size(row.size, 4),
                "TotalCount": str(row.total),
                "Type": row.kind,
            }
        )
    return render_list(documents, form, COLUMNS, {})
