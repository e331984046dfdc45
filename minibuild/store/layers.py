"""File systems of stacks of layers, made from the layers' blobs without a second copy of any content."""

from functools import lru_cache
from typing import TYPE_CHECKING

from minibuild.filesystem import FileSystem, LayerEntry, Snapshot, apply_layer, dump_entries, load_entries, read_layer

if TYPE_CHECKING:
    from minibuild.store.store import Store

_INDEX = "layer-index"


class _Blobs:
    """Opens blobs by path alone: snapshots outlive the store's object that made them."""

    def __init__(self, store: "Store") -> None:
        self.open_blob = store.blobs.open


@lru_cache(maxsize=64)
def _stack(key: tuple[str, tuple[str, ...]]) -> list[Snapshot]:
    """The place of a remembered snapshot: empty until it is made."""
    return []


def layer_filesystem(store: "Store", diff_ids: tuple[str, ...]) -> Snapshot:
    """The file system that the layers make, from the bottom up. Each stack is made once per process, on the one below it."""
    place = _stack((str(store.root), diff_ids))
    if not place:
        if not diff_ids:
            place.append(FileSystem().snapshot())
        else:
            filesystem = FileSystem(layer_filesystem(store, diff_ids[:-1]))
            apply_layer(filesystem, layer_entries(store, diff_ids[-1]))
            place.append(filesystem.snapshot())
    return place[0]


def layer_entries(store: "Store", digest: str) -> list[LayerEntry]:
    """The members of a layer; its headers are read once, then its index is."""
    source = _Blobs(store)
    known = store.document_get(_INDEX, digest)
    if known is not None:
        return load_entries(known, source, digest)
    with store.open_blob(digest) as stream:
        entries = read_layer(stream, source, digest)
    if len(entries) > 64:
        store.document_put(_INDEX, digest, dump_entries(entries))
    return entries
