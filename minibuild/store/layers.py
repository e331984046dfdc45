"""File systems of stacks of layers, made from the layers' blobs without a second copy of any content."""

from typing import TYPE_CHECKING

from minibuild.filesystem import (
    FileSystem,
    LayerEntry,
    LayerError,
    Snapshot,
    apply_layer,
    changes,
    dump_entries,
    dump_tree,
    load_entries,
    load_tree,
    read_layer,
    round_times,
    settle,
    write_layer,
)
from minibuild.image.config import chain_id
from minibuild.store.errors import REPAIR, StoreError

if TYPE_CHECKING:
    from minibuild.store.store import Store

INDEX = "layer-members"
TREE = "tree"
# Reading the headers of a small layer is as fast as reading its index.
_SMALL = 64
_REMEMBERED = 64
# The file system of a stack is kept as a whole when making it took that many members.
_LARGE = 1000


class _Blobs:
    """Opens blobs by path alone: snapshots outlive the store's object that made them."""

    def __init__(self, store: "Store") -> None:
        self.open_blob = store.blobs.open


def layer_filesystem(store: "Store", diff_ids: tuple[str, ...]) -> Snapshot:
    """The file system that the layers make, from the bottom up. Each stack is made once, on the longest one
    known.
    """
    height = len(diff_ids)
    snapshot = _known(store, diff_ids)
    while height and snapshot is None:
        height -= 1
        snapshot = _known(store, diff_ids[:height])
    snapshot = snapshot or FileSystem().snapshot()
    applied = 0
    for top in range(height, len(diff_ids)):
        entries = layer_entries(store, diff_ids[top])
        filesystem = FileSystem(snapshot)
        apply_layer(filesystem, entries)
        snapshot = filesystem.snapshot()
        applied += len(entries)
        remember(store, diff_ids[: top + 1], snapshot)
    if applied > _LARGE:
        _keep_tree(store, diff_ids, snapshot)
    return snapshot


def _known(store: "Store", diff_ids: tuple[str, ...]) -> Snapshot | None:
    """The stack's file system, from memory or as it was kept."""
    if not diff_ids:
        return None
    snapshot = store.snapshots.get(diff_ids)
    if snapshot is None:
        raw = store.document_get(TREE, chain_id(diff_ids))
        snapshot = load_tree(raw, _Blobs(store)) if raw is not None else None
        if snapshot is not None:
            remember(store, diff_ids, snapshot)
    return snapshot


def _keep_tree(store: "Store", diff_ids: tuple[str, ...], snapshot: Snapshot) -> None:
    store.document_put(TREE, chain_id(diff_ids), dump_tree(snapshot))


def remember(store: "Store", diff_ids: tuple[str, ...], snapshot: Snapshot) -> None:
    """Keep the file system that a stack of layers makes, while the store is open."""
    if len(store.snapshots) >= _REMEMBERED:
        store.snapshots.pop(next(iter(store.snapshots)), None)
    store.snapshots[diff_ids] = snapshot


def put_layer(
    store: "Store", below: tuple[str, ...], base: Snapshot, snapshot: Snapshot, latest: int | None = None
) -> str | None:
    """Keep what changed from `base`, which the layers `below` make, as a layer; its diff ID, None for no
    change.

    `latest` (nanoseconds) limits the times of what changed. `snapshot` is from then on what reading the
    layers gives.
    """
    changed = changes(base, snapshot)
    if not changed:
        return None
    round_times(changed, latest)
    with store.blob_writer() as blob:
        placed = write_layer(changed, blob)
        digest, _ = blob.commit()
    settle(placed, _Blobs(store), digest)
    # No layer holds the attributes of the root itself.
    root, old = snapshot.root, base.root
    root.mode, root.uid, root.gid, root.mtime, root.xattrs = old.mode, old.uid, old.gid, old.mtime, old.xattrs
    stack = (*below, digest)
    remember(store, stack, snapshot)
    if len(changed) > _LARGE:
        _keep_tree(store, stack, snapshot)
    return digest


def layer_entries(store: "Store", digest: str) -> list[LayerEntry]:
    """The members of a layer; its headers are read once, then its index is."""
    source = _Blobs(store)
    known = store.document_get(INDEX, digest)
    if known is not None:
        return load_entries(known, source, digest)
    try:
        with store.open_blob(digest) as stream:
            entries = read_layer(stream, source, digest)
    except LayerError as error:
        raise StoreError(f"layer {digest} is damaged: {error.message}", hint=REPAIR) from None
    keep_index(store, digest, entries)
    return entries


def keep_index(store: "Store", digest: str, entries: list[LayerEntry]) -> None:
    """Keep the members of a layer, if reading them again would take longer."""
    if len(entries) > _SMALL:
        store.document_put(INDEX, digest, dump_entries(entries))
