"""Which packages have to be installed for the ones that were asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from minibuild.catalogue.packages import Package, PackageTable


def resolve(
    table: PackageTable, wanted: Iterable[Package], installed: Collection[str], *, recommends: bool = False
) -> list[Package]:
    """`wanted` and what they need that is not installed; each after what it depends on, as far as there are
    no cycles.
    """
    order: list[Package] = []
    seen: set[str] = set(installed)
    # A list instead of recursion: chains of dependencies may be long. The flag says that its needs are done.
    ahead = [(package, False) for package in reversed(list(wanted))]
    for package, _ in ahead:
        seen.discard(package.name)
    while ahead:
        package, ready = ahead.pop()
        if ready:
            order.append(package)
            continue
        if package.name in seen:
            continue
        seen.add(package.name)
        ahead.append((package, True))
        names = [*package.depends, *(package.recommends if recommends else ())]
        for name in reversed(names):
            needed = None if name in seen else table.get(name)
            if needed is not None:
                ahead.append((needed, False))
    return order
