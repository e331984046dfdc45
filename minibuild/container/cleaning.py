"""`system prune`: stopped containers, and networks and volumes that none uses."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from minibuild.container.files import writable_size
from minibuild.container.lifecycle import remove

if TYPE_CHECKING:
    from minibuild.container.engine import Engine


@dataclass(slots=True)
class Cleared:
    """What was removed, by docker's titles, and how many bytes that freed."""

    removed: dict[str, list[str]] = field(default_factory=dict)
    freed: int = 0


def prune(engine: Engine, *, volumes: bool = False) -> Cleared:
    """Remove all containers that don't run, unused networks and, if asked, unused volumes."""
    cleared = Cleared()
    gone = cleared.removed.setdefault("Deleted Containers", [])
    for record in engine.shelf.all():
        if record.state.status in ("created", "exited", "dead"):
            cleared.freed += writable_size(engine, record)
            remove(engine, record)
            gone.append(record.id)
    cleared.removed["Deleted Networks"] = engine.network.prune()
    if volumes:
        names = cleared.removed.setdefault("Deleted Volumes", [])
        for volume in engine.volumes.all():
            if not engine.volumes.users(volume.name):
                cleared.freed += engine.volumes.size(volume.name)
                engine.volumes.remove_if_free(volume.name)
                names.append(volume.name)
    engine.volumes.sweep()
    return cleared
