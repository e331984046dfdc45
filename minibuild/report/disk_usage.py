"""`minibuild system df`: what takes how much space."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from minibuild.report.listing import render_list
from minibuild.report.table import render_table
from minibuild.report.units import ago, human_duration, human_size
from minibuild.store.collect import UsageRow

if TYPE_CHECKING:
    from collections.abc import Iterable

    from minibuild.container.engine import Engine

COLUMNS = {
    "Type": "TYPE",
    "TotalCount": "TOTAL",
    "Active": "ACTIVE",
    "Size": "SIZE",
    "Reclaimable": "RECLAIMABLE",
}
_SECOND = 1_000_000_000


def usage_rows(engine: Engine) -> list[UsageRow]:
    """Images, containers, volumes and build cache, in docker's order."""
    from minibuild.container.files import writable_size  # reads layers

    images, cache = engine.store.disk_usage()
    sizes = [(writable_size(engine, record), record.state.is_running) for record in engine.shelf.all()]
    idle = sum(size for size, running in sizes if not running)
    containers = UsageRow(
        "Containers",
        len(sizes),
        sum(running for _, running in sizes),
        sum(size for size, _ in sizes),
        idle,
    )
    held = engine.volumes.held()
    spaces = {volume.name: engine.volumes.size(volume.name) for volume in engine.volumes.all()}
    free = sum(size for name, size in spaces.items() if name not in held)
    used = sum(1 for name in spaces if name in held)
    volumes = UsageRow("Local Volumes", len(spaces), used, sum(spaces.values()), free)
    return [images, containers, volumes, cache]


def disk_usage_list(rows: Iterable[UsageRow], form: str) -> str:
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


def disk_usage_details(engine: Engine, rows: Iterable[UsageRow]) -> str:
    """Every image, container and volume with its size, as `docker system df -v` prints them."""
    cache = next(row for row in rows if row.kind == "Build Cache")
    volumes = _volumes(engine)
    return (
        f"Images space usage:\n\n{_images(engine)}\nContainers space usage:\n\n{_containers(engine)}"
        f"\nLocal Volumes space usage:\n\n{volumes}"
        f"\nBuild cache usage: {human_size(cache.size, 4)}\n"
    )


def _images(engine: Engine) -> str:
    from minibuild.report.image_list import split_name
    from minibuild.report.layer_sizes import image_size

    records = engine.shelf.all()
    now = datetime.now(UTC)
    found = [["REPOSITORY", "TAG", "IMAGE ID", "CREATED", "SIZE", "CONTAINERS"]]
    for image in engine.store.images():
        size = human_size(image_size(engine.store, image.config.diff_ids), 4)
        count = str(sum(record.spec.image == image.id for record in records))
        for name in image.names or ("",):
            short = image.id.removeprefix("sha256:")[:12]
            found.append([*split_name(name), short, ago(image.created, now), size, count])
    return render_table(found)


def _containers(engine: Engine) -> str:
    from minibuild.container.files import writable_size
    from minibuild.report.container_list import command_text, status_text

    now = time.time_ns()
    found = [["CONTAINER ID", "IMAGE", "COMMAND", "LOCAL VOLUMES", "SIZE", "CREATED", "STATUS", "NAMES"]]
    for record in engine.shelf.all():
        volumes = sum(mount.type == "volume" for mount in record.spec.mounts)
        found.append(
            [
                record.short,
                record.spec.image_name,
                command_text(record.spec.argv),
                str(volumes),
                human_size(writable_size(engine, record), 4),
                human_duration((now - record.created) / _SECOND) + " ago",
                status_text(record, now),
                record.name,
            ]
        )
    return render_table(found)


def _volumes(engine: Engine) -> str:
    held = engine.volumes.held()
    found = [["VOLUME NAME", "LINKS", "SIZE"]]
    for volume in engine.volumes.all():
        size = human_size(engine.volumes.size(volume.name), 4)
        found.append([volume.name, str(held.get(volume.name, 0)), size])
    return render_table(found)
