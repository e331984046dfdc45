"""In which order services start."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING

from minibuild.compose.errors import ComposeError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from minibuild.compose.model import Service


def start_order(services: Mapping[str, Service]) -> list[str]:
    """The services' names, each behind those that it depends on, by name where that leaves a choice. Raise
    `ComposeError` for a cycle.
    """
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for name in sorted(services):
        sorter.add(name, *(other for other in services[name].depends_on if other in services))
    try:
        sorter.prepare()
    except CycleError as error:
        circle = " -> ".join(reversed(error.args[1]))
        raise ComposeError(f"dependency cycle detected: {circle}") from None
    found: list[str] = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready())
        found += ready
        sorter.done(*ready)
    return found
