"""Which images and change sets containers stand on: what may not be removed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from minibuild.store.errors import StoreError

if TYPE_CHECKING:
    from minibuild.store import Store

_RUNNING = ("running", "paused", "restarting")


def images_in_use(store: Store) -> set[str]:
    """The IDs of the images of containers, on every host."""
    return {row[0] for row in store.execute("SELECT DISTINCT image FROM containers").fetchall()}


def check_removal(store: Store, name: str, image_id: str, *, force: bool) -> None:
    """Raise `StoreError` when a container stands on an image that `rmi NAME` would remove: by its last
    name, or by its ID.
    """
    row = store.execute(
        "SELECT id, status FROM containers WHERE image = ? ORDER BY status = 'running' DESC, created LIMIT 1",
        image_id,
    ).fetchone()
    if row is None:
        return
    container, status = row
    names = store.names(image_id)
    by_id = image_id.removeprefix("sha256:").startswith(name.removeprefix("sha256:"))
    image, user = image_id.removeprefix("sha256:")[:12], container[:12]
    if by_id:
        if status in _RUNNING:
            raise StoreError(
                f"conflict: unable to delete {image} (cannot be forced) - image is being used by running"
                f" container {user}"
            )
        if not force:
            raise StoreError(
                f"conflict: unable to delete {image} (must force) - image is being used by stopped container"
                f" {user}"
            )
    elif len(names) == 1 and not force:
        raise StoreError(
            f'conflict: unable to remove repository reference "{name}" (must force) - container {user} is'
            f" using its referenced image {image}"
        )


def change_sets(store: Store) -> set[str]:
    """The digests of the change sets that containers have."""
    found: set[str] = set()
    for (text,) in store.execute("SELECT state FROM containers").fetchall():
        state = json.loads(text)
        for key in ("base", "layers", "volatile"):
            found.update(state[key])
    rows = store.execute("SELECT data FROM container_events WHERE kind IN ('files', 'volatile')")
    found.update(row[0] for row in rows.fetchall())
    return found
