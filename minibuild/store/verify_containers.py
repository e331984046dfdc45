"""Checking containers and volumes of a store: what they stand on must be there."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from minibuild.store.store import Store

# (what is wrong, what mends it, what was done then)
Problem = tuple[str, "Callable[[], object]", str]


def container_problems(store: Store, has: Callable[[str], bool]) -> Iterator[Problem]:
    """What is wrong with containers and volumes; `has` tells whether a blob is there and sound."""
    for container, name, image, text, spec in store.execute(
        "SELECT id, name, image, state, spec FROM containers ORDER BY name"
    ).fetchall():
        forget = partial(_forget, store, container)
        if not store.image_exists(image):
            yield f"container {name} lacks its image {image}", forget, "container removed"
            continue
        try:
            state, _ = json.loads(text), json.loads(spec)["config"]
            layers = {*state["base"], *state["layers"], *state["volatile"]}
        except (ValueError, KeyError, TypeError):
            yield f"the state of container {name} is damaged", forget, "container removed"
            continue
        lost = sorted(digest for digest in layers if not has(digest))
        if lost:
            yield f"container {name} lacks its files {', '.join(lost)}", forget, "container removed"
    yield from _volume_problems(store)


def _volume_problems(store: Store) -> Iterator[Problem]:
    for host, volume, container in store.execute(
        "SELECT host, volume, container FROM volume_references WHERE container NOT IN"
        " (SELECT id FROM containers)"
    ).fetchall():
        drop = partial(
            store.execute,
            "DELETE FROM volume_references WHERE host = ? AND volume = ? AND container = ?",
            host,
            volume,
            container,
        )
        yield f"volume {volume} is held by container {container[:12]}, which is missing", drop, "let go"
    for host, name in store.execute("SELECT host, name FROM volumes ORDER BY name").fetchall():
        directory = (store.root / "hosts" / host if host else store.root) / "volumes" / name
        files = directory / "_data"
        if not files.is_dir():
            make = partial(files.mkdir, parents=True, exist_ok=True)
            yield f"the files of volume {name} are missing", make, "an empty directory made"


def _forget(store: Store, container: str) -> None:
    with store.transaction():
        store.execute("DELETE FROM volume_references WHERE container = ?", container)
        for table in ("container_events", "container_logs", "container_answers"):
            store.execute(f"DELETE FROM {table} WHERE container = ?", container)
        store.execute("DELETE FROM containers WHERE id = ?", container)
