"""The file system of a container: its image's, what every container has besides, and its own change sets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.filesystem import (
    Directory,
    FileSystem,
    Snapshot,
    apply_layer,
    changes,
    round_times,
    settle,
    write_layer,
)
from minibuild.store.layers import layer_entries

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from minibuild.store import Store

# What the engine puts into each container below the container's own changes: they never show in a diff.
_DIRECTORIES = ("/dev", "/etc", "/proc", "/sys")
_FILES = ("/.dockerenv", "/etc/hostname", "/etc/hosts", "/etc/resolv.conf")


class _Blobs:
    """Opens blobs by path alone: file systems outlive the store's object that made them."""

    def __init__(self, store: Store) -> None:
        self.open_blob = store.blobs.open


def initial(store: Store, diff_ids: tuple[str, ...]) -> Snapshot:
    """The files of a new container: the image's layers, and the mount points that every container has."""
    filesystem = FileSystem(store.layer_filesystem(diff_ids))
    root = filesystem.own_directory(())
    for path in _DIRECTORIES:
        if path[1:] not in root.entries:
            root.entries[path[1:]] = Directory(owner=filesystem.edit)
    view = filesystem.view()
    for path in _FILES:
        try:
            if not view.lexists(path):
                view.write_bytes(path, b"", 0o644 if path != "/.dockerenv" else 0o755)
        except OSError:
            continue  # /etc is a file, or a link that leads nowhere
    return filesystem.snapshot()


def stacked(
    store: Store, below: Snapshot, layers: Sequence[str], clock: Callable[[], int] | None = None
) -> FileSystem:
    """A writable file system of `below` with change sets laid over it, the first one first."""
    filesystem = FileSystem(below, clock=clock)
    for digest in layers:
        apply_layer(filesystem, layer_entries(store, digest))
    return filesystem


def keep_changes(store: Store, before: Snapshot, after: Snapshot) -> str | None:
    """Keep what changed between two snapshots of one tree; the change set's digest, None for no change.

    The files of `after` are from then on read from what was kept.
    """
    changed = changes(before, after)
    if not changed:
        return None
    round_times(changed)
    with store.blob_writer() as blob:
        placed = write_layer(changed, blob)
        digest, _ = blob.commit()
    settle(placed, _Blobs(store), digest)
    return digest
